"""The queue: once for a key, one worker a job, a dead worker's job runs again."""

import datetime as dt

import pytest
from django.db import transaction

from caicach.worker import loop
from caicach.worker import services as queue
from caicach.worker.models import Job

pytestmark = pytest.mark.django_db
PAST = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
ran = []


@queue.job("test.run")
def run(word):
    ran.append(word)


@queue.job("test.break")
def broken():
    raise ValueError("hỏng")


@pytest.fixture(autouse=True)
def _fresh():
    ran.clear()


def test_a_job_runs_once():
    queue.enqueue("test.run", ward=None, word="một")
    assert loop.run_one() and not loop.run_one()
    assert ran == ["một"] and Job.objects.get().state == "done"


def test_a_key_is_queued_once():
    assert queue.enqueue("test.run", ward=None, key="k", word="một")
    assert queue.enqueue("test.run", ward=None, key="k", word="hai") is None
    assert Job.objects.count() == 1


def test_what_is_rolled_back_was_never_queued():
    with pytest.raises(RuntimeError), transaction.atomic():
        queue.enqueue("test.run", ward=None, word="một")
        raise RuntimeError
    assert not loop.run_one()


def test_two_workers_never_take_the_same():
    queue.enqueue("test.run", ward=None, word="một")
    assert queue.take() is not None and queue.take() is None


def test_a_dead_workers_job_is_taken_again_and_the_dead_one_cannot_finish_it():
    queue.enqueue("test.run", ward=None, word="một")
    dead = queue.take()
    Job.objects.update(lease_until=PAST)
    alive = queue.take()
    assert alive.pk == dead.pk and alive.attempts == 2
    queue.finish(dead)
    assert Job.objects.get().state == "running"
    assert not queue.renew(dead) and queue.renew(alive)
    queue.finish(alive)
    assert Job.objects.get().state == "done"


def test_a_fault_waits_longer_each_time_and_then_for_a_person():
    queue.enqueue("test.break", ward=None)
    for attempt in range(1, queue.MOST_ATTEMPTS + 1):
        assert loop.run_one()
        job = Job.objects.get()
        assert job.attempts == attempt and "hỏng" in job.fault
        Job.objects.update(run_at=PAST)
    assert job.state == "failed" and queue.failed_count() == 1 and not loop.run_one()


def test_an_idle_look_writes_nothing(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert queue.take() is None
