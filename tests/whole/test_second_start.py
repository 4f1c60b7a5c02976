"""Whether a start has anything to prepare, asked before the models are loaded: in doubt it has."""

import pytest
from django.db import connection

from caicach.conf import prepare, serve

pytestmark = pytest.mark.django_db


@pytest.fixture
def gathered(monkeypatch):
    monkeypatch.setattr(prepare, "_gathered_stamp", prepare._static_stamp)


def test_with_everything_there_nothing_is_left(ward, gathered):
    assert prepare.is_prepared()


def test_a_migration_that_has_not_run_is_run(ward, gathered):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'tasks' AND name LIKE '0004%%'")
    assert not prepare.is_prepared()


def test_the_demo_ward_is_made_where_nobody_is_unless_none_is_wanted(db, gathered, settings):
    assert not prepare.is_prepared()
    settings.DEMO = False
    assert prepare.is_prepared()


def test_changed_static_files_are_gathered(ward, monkeypatch):
    monkeypatch.setattr(prepare, "_gathered_stamp", lambda: "another")
    assert not prepare.is_prepared()


def test_a_part_is_started_again_ten_times_counted_anew_after_an_hour_of_health():
    restarts = serve.Restarts(2)
    restarts.began(0, at=0)
    assert [restarts.next(0, at=n) for n in range(1, 11)] == list(range(1, 11))
    restarts.began(0, at=20)
    assert restarts.next(0, at=3619) is None, "not yet an hour"
    assert restarts.next(1, at=3619) == 1, "each part has its own"
    assert restarts.next(0, at=3620) == 1, "an hour of health"
    restarts.forbid(0)
    assert restarts.next(0, at=99_999) is None, "it could not even begin"
