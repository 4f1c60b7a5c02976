"""Putting a job into the queue, and taking one out."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from caicach.core import clock
from caicach.worker.models import Job

MOST_ATTEMPTS = 5
_FUNCTIONS: dict[str, Callable[..., None]] = {}
_GIVEN_UP: dict[str, Callable[..., None]] = {}


def job(
    name: str, *, given_up: Callable[..., None] | None = None
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a function of a room's `jobs.py` under its name in the queue. It must bear being run twice.

    given_up: called with the same arguments when the last attempt failed, so that a person is told.
    """

    def register(function: Callable[..., None]) -> Callable[..., None]:
        _FUNCTIONS[name] = function
        if given_up is not None:
            _GIVEN_UP[name] = given_up
        return function

    return register


_REGULAR: list[Callable[[dt.datetime], None]] = []


def regular(function: Callable[[dt.datetime], None]) -> Callable[[dt.datetime], None]:
    """Register a function that the worker calls every minute with the local time: it queues what the clock asks for."""
    _REGULAR.append(function)
    return function


def look_at_clock() -> None:
    """Call every registered function once."""
    for function in _REGULAR:
        function(clock.local(clock.now()))


def function_of(name: str) -> Callable[..., None]:
    """Raises KeyError for a name that no room registered."""
    return _FUNCTIONS[name]


def enqueue(name: str, *, ward: int | None, key: str | None = None, **arguments: Any) -> Job | None:
    """Queue a job in the caller's transaction. With a key that is queued already: nothing, and None."""
    now = clock.now()
    try:
        with transaction.atomic():
            return Job.objects.create(
                ward_id=ward, name=name, arguments=arguments, key=key, run_at=_machine_now(), created_at=now
            )
    except IntegrityError:
        return None


def again(key: str) -> None:
    """Queue a finished or failed job once more."""
    Job.objects.filter(key=key, state__in=[Job.DONE, Job.FAILED]).update(
        state=Job.WAITING, attempts=0, run_at=_machine_now(), finished_at=None, fault=""
    )


def take() -> Job | None:
    """Take the next job with a fresh lease: one that waits, or one whose worker died. Two workers never get the same."""
    now = _machine_now()
    ready = Q(state=Job.WAITING, run_at__lte=now) | Q(state=Job.RUNNING, lease_until__lt=now)
    if not Job.objects.filter(ready).exists():  # the cheap look of an idle worker: no write lock
        return None
    with transaction.atomic():
        found = (
            Job.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(ready)
            .order_by("run_at", "id")
            .first()
        )
        if found is None:
            return None
        found.state, found.attempts, found.lease = Job.RUNNING, found.attempts + 1, secrets.token_hex(8)
        found.lease_until = now + _lease()
        found.save(update_fields=["state", "attempts", "lease", "lease_until"])
        return found


def renew(taken: Job) -> bool:
    """Lengthen the lease; False when somebody else holds it by now."""
    mine = Job.objects.filter(pk=taken.pk, lease=taken.lease, state=Job.RUNNING)
    return mine.update(lease_until=_machine_now() + _lease()) == 1


def finish(taken: Job) -> None:
    """Done, if the lease is still ours."""
    Job.objects.filter(pk=taken.pk, lease=taken.lease).update(
        state=Job.DONE, finished_at=clock.now(), fault="", lease_until=None
    )


def fail(taken: Job, fault: str) -> None:
    """Try again later, each time later; after the last attempt it waits in a list that a person sees."""
    mine = Job.objects.filter(pk=taken.pk, lease=taken.lease)
    if taken.attempts >= MOST_ATTEMPTS:
        mine.update(state=Job.FAILED, finished_at=clock.now(), fault=fault[:2000], lease_until=None)
        if taken.name in _GIVEN_UP:
            _GIVEN_UP[taken.name](**taken.arguments)
    else:
        later = _machine_now() + dt.timedelta(seconds=2**taken.attempts)
        mine.update(state=Job.WAITING, run_at=later, fault=fault[:2000], lease_until=None)


def failed_count() -> int:
    """Jobs that failed after their last attempt."""
    return Job.objects.filter(state=Job.FAILED).count()


def _lease() -> dt.timedelta:
    return dt.timedelta(seconds=settings.JOB_LEASE_SECONDS)


def _machine_now() -> dt.datetime:
    """Leases run on the machine's own clock, whatever day a demonstration shows."""
    return dt.datetime.now(dt.UTC)
