"""Putting a day off, waiting for somebody else, how long a task may be silent."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from caicach.history import services as history
from caicach.organisation.queries import ward_calendar
from caicach.rules.refusal import Refusal
from caicach.rules.rights import COORDINATOR, LEADER
from caicach.rules.task_status import is_owed
from caicach.tasks import notices, queries
from caicach.tasks.held import hold_open, is_repeat
from caicach.tasks.models import Extension, Occurrence, Task


@transaction.atomic
def ask_extension(
    task: Task,
    *,
    occurrence: int,
    until: dt.date,
    reason: str,
    by: int,
    at: dt.datetime,
    address: str | None = None,
    seen: int | None = None,
) -> None:
    """Ask for more time for one day. Raises Refusal extension.reason-missing, .not-later, .day-taken, .settled, .asked."""
    task, reason = hold_open(task), reason.strip()
    if is_repeat(task, "task.extension-asked", by=by, seen=seen, word=reason, facts={"until": until}):
        return
    row = _open_day(task, occurrence, until)
    if not reason:
        raise Refusal("extension.reason-missing", "reason")
    facts: dict[str, Any] = {"due_on": row.due_on, "until": until}
    if Extension.objects.standing().filter(occurrence=row, granted__isnull=True).exists():
        raise Refusal("extension.asked")
    asked = Extension.objects.create(
        ward_id=task.ward_id, task=task, occurrence=row, of_day=row.due_on, until=until, reason=reason,
        asked_by_id=by, asked_at=at,
    )  # fmt: skip
    history.append(
        task, "task.extension-asked", by=by, at=at, word=reason, address=address, row=asked.pk, **facts
    )
    notices.tell(
        task,
        "task.extension-asked",
        to=(),
        roles=(COORDINATOR, LEADER),
        by=by,
        at=at,
        word=reason,
    )


@transaction.atomic
def grant(
    extension: Extension,
    *,
    until: dt.date | None = None,
    by: int,
    at: dt.datetime,
    word: str = "",
    address: str | None = None,
) -> None:
    """Put the day off to what was asked for, or to another day. The first day stays visible.

    Raises Refusal extension.judged, .not-later, .day-taken, .settled.
    """
    task, extension = _hold_asked(extension)
    if extension.granted and extension.judged_by_id == by:
        return
    _check_asked(extension)
    if extension.occurrence_id is None:
        raise Refusal("extension.settled")
    if until is not None:
        extension.until = until
    row = _open_day(task, extension.occurrence_id, extension.until)
    _judge(extension, granted=True, by=by, at=at, word=word)
    before = row.due_on
    row.first_due_on = row.first_due_on or row.due_on
    row.due_on, row.working_day = (
        extension.until,
        ward_calendar(task.ward_id).work.last_working_day(extension.until),
    )
    row.save(update_fields=["due_on", "working_day", "first_due_on"])
    facts: dict[str, Any] = {"due_on": before, "until": extension.until, "row": extension.pk}
    history.append(
        task, "task.extension-granted", by=by, at=at, word=extension.judged_word, address=address, **facts
    )
    notices.tell(task, "task.extension-granted", to=[extension.asked_by_id], by=by, at=at, word=word)


@transaction.atomic
def refuse(extension: Extension, *, by: int, at: dt.datetime, word: str, address: str | None = None) -> None:
    """Say no to more time, with a word. Raises Refusal extension.word-missing, extension.judged."""
    if not word.strip():
        raise Refusal("extension.word-missing", "word")
    task, extension = _hold_asked(extension)
    if extension.granted is False and extension.judged_by_id == by:
        return
    _check_asked(extension)
    _judge(extension, granted=False, by=by, at=at, word=word)
    facts: dict[str, Any] = {"due_on": extension.of_day, "until": extension.until, "row": extension.pk}
    history.append(
        task, "task.extension-refused", by=by, at=at, word=extension.judged_word, address=address, **facts
    )
    notices.tell(task, "task.extension-refused", to=[extension.asked_by_id], by=by, at=at, word=word)


@transaction.atomic
def put_off(
    task: Task,
    *,
    occurrence: int,
    until: dt.date,
    reason: str,
    by: int,
    at: dt.datetime,
    address: str | None = None,
    seen: int | None = None,
) -> None:
    """Give more time without having been asked: request and answer in one, by the same person."""
    ask_extension(
        task, occurrence=occurrence, until=until, reason=reason, by=by, at=at, address=address, seen=seen
    )
    open_one = Extension.objects.standing().filter(task=task, occurrence=occurrence, granted__isnull=True)
    extension = open_one.first()
    if extension:
        grant(extension, by=by, at=at, address=address)


@transaction.atomic
def wait(
    task: Task,
    *,
    whom: str,
    since: dt.date,
    today: dt.date,
    word: str = "",
    by: int,
    at: dt.datetime,
    address: str | None = None,
    seen: int | None = None,
) -> None:
    """The task waits for somebody else. Raises Refusal wait.whom-missing, wait.in-future."""
    task, whom, word = hold_open(task), whom.strip(), word.strip()
    if not whom:
        raise Refusal("wait.whom-missing", "whom")
    if since > today:
        raise Refusal("wait.in-future", "since", day=f"{since:%d/%m/%Y}")
    facts: dict[str, Any] = {"whom": whom, "since": since}
    if is_repeat(task, "task.waits", by=by, seen=seen, word=word, facts=facts):
        return
    before = _waiting(task)
    task.waits_for, task.waits_since, task.waits_word = whom, since, word
    task.save(update_fields=["waits_for", "waits_since", "waits_word"])
    history.append(task, "task.waits", by=by, at=at, word=word, address=address, before=before, **facts)
    notices.tell(task, "task.waits", to=(), by=by, at=at, word=word)


@transaction.atomic
def go_on(task: Task, *, by: int, at: dt.datetime, address: str | None = None) -> None:
    """The wait is over; where there was none: nothing."""
    task = hold_open(task)
    if not task.waits_for:
        return
    before = _waiting(task)
    task.waits_for, task.waits_since, task.waits_word = "", None, ""
    task.save(update_fields=["waits_for", "waits_since", "waits_word"])
    history.append(task, "task.waits-no-more", by=by, at=at, address=address, before=before)


@transaction.atomic
def set_silent_days(
    task: Task, *, days: int | None, by: int, at: dt.datetime, address: str | None = None
) -> None:
    """After how many days without a word this task is silent; None: as everywhere."""
    task = hold_open(task)
    before = task.silent_days
    if before == days:
        return
    task.silent_days = days
    task.save(update_fields=["silent_days"])
    history.append(
        task, "task.silence-set", by=by, at=at, address=address, days=days, before={"silent_days": before}
    )


def is_put_off_to(task: Task, day: dt.date) -> bool:
    """Whether a day of the task was put off to this one already. One query."""
    return task.occurrences.filter(due_on=day, first_due_on__isnull=False).exists()


def first_owed(task: Task) -> int | None:
    """The first day for which something is still owed; None for none. Two queries."""
    rows = list(task.occurrences.all())
    handed = queries.handed_of(task)
    parts = queries.parts_of(task)
    for row in rows:
        if is_owed(handed.get(row.pk, []), parts=parts, every=len(rows) == 1):
            return row.pk
    return None


def _waiting(task: Task) -> dict[str, object]:
    since = task.waits_since.isoformat() if task.waits_since else None
    return {"waits_for": task.waits_for, "waits_since": since, "waits_word": task.waits_word}


def _open_day(task: Task, occurrence: int, until: dt.date) -> Occurrence:
    rows = list(task.occurrences.all())
    row = next((one for one in rows if one.pk == occurrence), None)
    if row is None:
        raise Refusal("extension.settled", "occurrence")
    handed = queries.handed_of(task).get(row.pk, [])
    if not is_owed(handed, parts=queries.parts_of(task), every=len(rows) == 1):
        raise Refusal("extension.settled", "occurrence")
    if until <= row.due_on:
        raise Refusal("extension.not-later", "until", day=f"{row.due_on:%d/%m/%Y}")
    if until.year > task.year + 5:
        raise Refusal("extension.too-far", "until", year=task.year + 5)
    if any(one.due_on == until for one in rows):
        raise Refusal("extension.day-taken", "until", day=f"{until:%d/%m/%Y}")
    return row


def _hold_asked(extension: Extension) -> tuple[Task, Extension]:
    task = hold_open(Task(pk=extension.task_id))
    return task, Extension.objects.get(pk=extension.pk)


def _check_asked(extension: Extension) -> None:
    if extension.granted is not None or extension.taken_back_at:
        raise Refusal("extension.judged")


def _judge(extension: Extension, *, granted: bool, by: int, at: dt.datetime, word: str) -> None:
    extension.granted, extension.judged_by_id, extension.judged_at = granted, by, at
    extension.judged_word = word.strip()
    extension.save(update_fields=["granted", "judged_by", "judged_at", "judged_word", "until"])


# --- the ward's working calendar ------------------------------------------------------------------------------


@transaction.atomic
def follow_calendar(*, ward: int, since: dt.date, until: dt.date) -> int:
    """The ward's calendar is other between two days: the working days that follow from it are set anew; how many.

    What is owed on a day stays owed on that day; only the last working day before it may move.
    """
    calendar = ward_calendar(ward).work
    moved = []
    reach = until + dt.timedelta(days=_LONGEST_REST)
    for row in Occurrence.objects.filter(ward_id=ward, due_on__range=(since, reach)):
        day = calendar.last_working_day(row.due_on)
        if day != row.working_day:
            row.working_day = day
            moved.append(row)
    Occurrence.objects.bulk_update(moved, ["working_day"])
    return len(moved)


_LONGEST_REST = 45
"""no rest is longer: the days of one announcement (31) and a Tết beside it"""
