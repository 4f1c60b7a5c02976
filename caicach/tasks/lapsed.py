"""A request for more time that nobody need answer: its day was accepted meanwhile."""

from __future__ import annotations

import datetime as dt
from typing import Any

from caicach.history import services as history
from caicach.rules.task_status import is_owed
from caicach.tasks import notices, queries
from caicach.tasks.models import Extension, Task


def lapse(
    task: Task, *, occurrence: int | None, by: int, at: dt.datetime, address: str | None = None
) -> None:
    """Something was accepted for a day: with nothing left to hand in for it, an open request for more time ends by itself.

    In the transaction of the caller, who holds the task; `revive` is its undoing.
    """
    open_ones = Extension.objects.standing().filter(task=task, occurrence=occurrence, granted__isnull=True)
    asked = open_ones.first() if occurrence is not None else None
    if asked is None:
        return
    handed = queries.handed_of(task)[occurrence]
    every = task.occurrences.count() == 1
    is_left = is_owed(handed, parts=queries.parts_of(task), every=every)
    if is_left or any(not one.accepted and not one.returned for one in handed):
        return
    asked.taken_back_at = at
    asked.save(update_fields=["taken_back_at"])
    facts: dict[str, Any] = {"due_on": asked.of_day, "until": asked.until, "row": asked.pk}
    history.append(task, "task.extension-lapsed", by=by, at=at, address=address, **facts)
    notices.tell(task, "task.extension-lapsed", to=[asked.asked_by_id], by=by, at=at, watchers=False)


def revive(
    task: Task, *, occurrence: int | None, ended_at: dt.datetime | None, by: int, at: dt.datetime
) -> None:
    """What was accepted at that moment is taken back: the request that ended with it is open again, and its asker knows."""
    if occurrence is None or ended_at is None:
        return
    ended = Extension.objects.filter(
        task=task, occurrence=occurrence, granted__isnull=True, taken_back_at=ended_at
    )
    asked = ended.first()
    if asked is None:
        return
    asked.taken_back_at = None
    asked.save(update_fields=["taken_back_at"])
    facts: dict[str, Any] = {"due_on": asked.of_day, "until": asked.until, "row": asked.pk}
    history.append(task, "task.extension-open-again", by=by, at=at, **facts)
    notices.forget(task, "task.extension-lapsed", by=by, since=ended_at)
    notices.tell(task, "task.extension-open-again", to=[asked.asked_by_id], by=by, at=at, watchers=False)
