"""Many tasks of a plan at once: what is done already, one act for several, the year's end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from caicach.history import services as history
from caicach.history.queries import told_lately
from caicach.plans.models import Plan
from caicach.rules.refusal import Refusal
from caicach.tasks import dates, notices, together
from caicach.tasks import services as tasks
from caicach.tasks.held import hold_open
from caicach.tasks.services import Task


@dataclass(frozen=True, slots=True)
class Done:
    """A document that stood before the ward began to use this: for one day of a task (None: of none)."""

    task: Task
    occurrence: int | None
    number: str
    date: dt.date | None
    place: str


@dataclass(frozen=True, slots=True)
class Heard:
    """How a running task stood on a day before that, or stands today."""

    task: Task
    word: str
    on: dt.date
    place: str


_FROM_BEFORE = "Nhập khi bắt đầu dùng phần mềm"


@transaction.atomic
def enter_done(
    rows: Sequence[Done | Heard], *, by: int, at: dt.datetime, today: dt.date, address: str | None
) -> int:
    """Hand in and accept each, note what is known of each running one, all or none; how many.

    Raises Refusal of `tasks.services.hand_in` at the row's place, many.word-in-future.
    """
    for row in rows:
        if isinstance(row, Heard):
            if row.on > today:
                raise Refusal("many.word-in-future", row.place, day=f"{row.on:%d/%m/%Y}")
            word, said_on = row.word.strip() or _FROM_BEFORE, row.on if row.on < today else None
            tasks.report(row.task, by=by, at=at, word=word, said_on=said_on, address=address)
            continue
        try:
            delivery = tasks.hand_in(
                row.task, by=by, at=at, today=today, occurrence=row.occurrence, document_number=row.number,
                document_date=row.date, address=address, word=_FROM_BEFORE,
            )  # fmt: skip
        except Refusal as refusal:
            raise Refusal(refusal.code, row.place, **refusal.facts) from refusal
        tasks.accept(delivery, by=by, at=at, address=address)
    return len(rows)


@transaction.atomic
def assign_all(
    rows: Sequence[Task], *, office: int, person: int | None, by: int, at: dt.datetime, address: str | None
) -> int:
    """Give each that this office has a part in to one person there; how many. Raises Refusal assign.not-there."""
    mine = [task for task in rows if any(one.office_id == office for one in task.offices.all())]
    for task in mine:
        together.assign(task, office=office, person=person, by=by, at=at, address=address)
    return len(mine)


@transaction.atomic
def remind_all(rows: Sequence[Task], *, word: str, by: int, at: dt.datetime, address: str | None) -> int:
    """A word to whoever does each of these; how many tasks."""
    ids = [task.pk for task in rows]
    lately = at - dt.timedelta(minutes=2)
    told = told_lately(
        rows[0].ward_id, "tasks.task", ids, "task.reminded", by=by, word=word.strip(), since=lately
    )
    for row in rows:
        task = hold_open(row)
        if task.pk in told:  # the same press
            continue
        history.append(task, "task.reminded", by=by, at=at, word=word.strip(), address=address)
        notices.tell(task, "task.reminded", to=notices.doers(task), by=by, at=at, word=word.strip())
    return len(rows)


@transaction.atomic
def put_off_all(
    rows: Sequence[Task], *, until: dt.date, reason: str, by: int, at: dt.datetime, address: str | None
) -> int:
    """Put the first day that is still owed off, of each; how many. Raises Refusal of `dates.put_off`, with the number."""
    for task in rows:
        if dates.is_put_off_to(task, until):  # the same press
            continue
        owed = dates.first_owed(task)
        if owed is None:
            raise Refusal("extension.nothing-owed", None, number=task.number.replace("-", ".", 1))
        dates.put_off(task, occurrence=owed, until=until, reason=reason, by=by, at=at, address=address)
    return len(rows)


@dataclass(frozen=True, slots=True)
class Ended:
    """How one task ended its year; result as in `rules.year_end.RESULTS`."""

    task: Task
    result: str
    word: str


def unsaid(rows: Sequence[Ended]) -> dict[str, Refusal]:
    """What each task still lacks for the year to be closed, by its number: close.result-missing, close.word-missing."""
    found = {}
    for row in rows:
        if not row.result:
            found[row.task.number] = Refusal("close.result-missing", row.task.number)
        elif row.result == "not" and not row.word.strip():
            found[row.task.number] = Refusal("close.word-missing", row.task.number)
    return found


@transaction.atomic
def close_year(
    plan: Plan, rows: Sequence[Ended], *, by: int, at: dt.datetime, address: str | None = None
) -> None:
    """Close the plan: each of its tasks gets its result and takes nothing more. A second press does nothing.

    Raises the first Refusal of `unsaid` (not reached needs a word), at the task's number; plan.changed-meanwhile where a task of the plan is not among them.
    """
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    if plan.closed_at:
        return
    for refusal in unsaid(rows).values():
        raise refusal
    tasks.hold([row.task.pk for row in rows], ward=plan.ward_id)
    open_ids = set(plan.lines.filter(task__set_aside_at__isnull=True).values_list("task_id", flat=True))
    if open_ids != {row.task.pk for row in rows}:
        raise Refusal("plan.changed-meanwhile")
    tasks.close([(row.task, row.result, row.word) for row in rows], by=by, at=at)
    plan.closed_at, plan.closed_by_id = at, by
    plan.save(update_fields=["closed_at", "closed_by"])
    history.append(plan, "plan.closed", by=by, at=at, address=address)


@transaction.atomic
def open_again(plan: Plan, *, by: int, at: dt.datetime, address: str | None = None) -> None:
    """Undo the closing: all tasks can be worked on again, their results stay as a suggestion."""
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    if not plan.closed_at:
        return
    plan.closed_at, plan.closed_by = None, None
    plan.save(update_fields=["closed_at", "closed_by"])
    rows = plan.lines.filter(task__set_aside_at__isnull=True).select_related("task")
    tasks.reopen([row.task for row in rows], by=by, at=at)
    history.append(plan, "plan.opened-again", by=by, at=at, address=address)
