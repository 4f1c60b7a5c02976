"""The verbs of a task. Each is one transaction with its event, and holds the task's row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core import serializers
from django.db import transaction
from django.db.models import QuerySet

from caicach.core import trip
from caicach.core.clock import noon
from caicach.documents.services import StoredFile
from caicach.history import services as history
from caicach.organisation.queries import OfficeFacts
from caicach.organisation.queries import offices as offices_of
from caicach.rules import task_status
from caicach.rules.due import Due
from caicach.rules.due import Occurrence as DatedOccurrence
from caicach.rules.refusal import Refusal
from caicach.rules.rights import COORDINATOR
from caicach.rules.task_status import HandedIn
from caicach.tasks import fed, lapsed, notices, queries
from caicach.tasks.held import check_open, happened, hold_and_ask, hold_open, is_repeat
from caicach.tasks.held import hold as _lock
from caicach.tasks.models import Delivery, Occurrence, Progress, TaskOffice
from caicach.tasks.models import Task as Task

DatedOccurrences = Sequence[DatedOccurrence]


@dataclass(frozen=True, slots=True)
class Duty:
    """What a plan says of one task. leads, helpers: office names as the plan has them."""

    number: str
    section_title: str
    title: str
    content: str
    deliverables: tuple[str, ...]
    leads: tuple[str, ...]
    helpers: tuple[str, ...]
    due: Due
    occurrences: tuple[DatedOccurrence, ...]
    note: str = ""
    is_indicator: bool = False
    source_text: str = ""
    source_place: str = ""


@transaction.atomic
def take_over(
    duties: Sequence[Duty],
    *,
    ward: int,
    year: int,
    book: str,
    origin: str,
    since: dt.date,
    here_since: dt.date,
    offices: Sequence[OfficeFacts],
    by: int,
    at: dt.datetime,
) -> list[Task]:
    """Make the tasks of a plan, with their offices and dated occurrences. Four statements, however many duties.

    since: the day on which the plan came into force; here_since: from which people can write about them here.
    """
    made = []
    for duty in duties:
        task = Task(
            ward_id=ward, year=year, book=book, origin=origin, in_force_since=since, here_since=here_since
        )
        _fill(task, duty)
        made.append(task)
    made = Task.objects.bulk_create(made)
    _give_offices(list(zip(made, duties, strict=True)), offices)
    Occurrence.objects.bulk_create(
        Occurrence(ward_id=ward, task=task, due_on=o.date, working_day=o.working_day)
        for task, duty in zip(made, duties, strict=True)
        for o in duty.occurrences
    )
    history.append_many(made, "task.taken-over", by=by, at=at)
    return made


@transaction.atomic
def change(
    task: Task, duty: Duty, *, offices: Sequence[OfficeFacts], by: int, at: dt.datetime, word: str
) -> None:
    """An amendment changes what a task says. What was reported and handed in stays; undelivered days are laid anew."""
    task = _lock(task)
    before = {"title": task.title, "due": task.due_text}
    _fill(task, duty)
    task.save()
    _give_offices_anew(task, duty, offices)
    _lay_days_anew(task, duty)
    after = {"title": task.title, "due": task.due_text}
    history.append(task, "task.changed", by=by, at=at, word=word, before=before, after=after)


def _give_offices_anew(task: Task, duty: Duty, offices: Sequence[OfficeFacts]) -> None:
    """The offices of the amendment; who does the task in one that stays, still does it."""
    stay: dict[tuple[int | None, str], TaskOffice] = {
        (row.office_id, row.role): row for row in task.offices.all() if row.office_id
    }
    task.offices.all().delete()
    _give_offices([(task, duty)], offices)
    kept = []
    for row in task.offices.all():
        old = stay.get((row.office_id, row.role))
        if old:
            row.person_id, row.acknowledged_at = old.person_id, old.acknowledged_at
            row.acknowledged_by_id = old.acknowledged_by_id
            kept.append(row)
    TaskOffice.objects.bulk_update(kept, ["person", "acknowledged_at", "acknowledged_by"])


def _lay_days_anew(task: Task, duty: Duty) -> None:
    """The days of the amendment. One that was put off and that the amendment says again as it was stays put off."""
    handed = set(
        Delivery.objects.filter(task=task, occurrence__isnull=False).values_list("occurrence_id", flat=True)
    )
    wanted = {o.date for o in duty.occurrences}
    rows = list(task.occurrences.all())
    put_off = {row.pk: row.first_due_on for row in rows if row.first_due_on in wanted}
    kept = handed | set(put_off)
    task.occurrences.exclude(pk__in=kept).delete()
    there = {row.due_on for row in rows if row.pk in kept} | {day for day in put_off.values() if day}
    # A delivery that was made for the old day of a one-time task counts for the new day.
    if duty.due.kind == "by" and handed and duty.occurrences and duty.occurrences[0].date not in there:
        day = duty.occurrences[0]
        Occurrence.objects.filter(pk=max(handed)).update(
            due_on=day.date, working_day=day.working_day, first_due_on=None
        )
        there.add(day.date)
    Occurrence.objects.bulk_create(
        Occurrence(ward_id=task.ward_id, task=task, due_on=o.date, working_day=o.working_day)
        for o in duty.occurrences
        if o.date not in there
    )


def renumber(task: Task, number: str) -> None:
    """Give a task another number for the time of an amendment; `change` gives the final one and tells it."""
    Task.objects.filter(pk=task.pk).update(number=number)


@transaction.atomic
def set_aside(
    task: Task, *, by: int, at: dt.datetime, word: str, document: str = "", address: str | None = None
) -> None:
    """Take a task out of the year without losing anything that was reported on it. document: by which one.

    Raises Refusal task.reason-missing, task.set-aside.
    """
    if not word.strip():
        raise Refusal("task.reason-missing", "word")
    task = hold_open(task)
    task.set_aside_at, task.set_aside_word, task.set_aside_document = at, word.strip(), document.strip()
    # its number is free for another duty; its own page stays where a link from the year's list leads
    task.number = f"{task.number}~{task.pk}"[:40]
    task.save(update_fields=["set_aside_at", "set_aside_word", "set_aside_document", "number"])
    history.append(
        task, "task.set-aside", by=by, at=at, word=word.strip(), address=address, document=document.strip()
    )
    notices.tell(task, "task.set-aside", to=notices.doers(task), by=by, at=at, word=word)


@transaction.atomic
def take_in_again(task: Task, *, by: int, at: dt.datetime, address: str | None = None) -> None:
    """A task that was taken out is owed again. Raises Refusal task.number-taken where another has its number by now,
    task.closed where the year of its plan is."""
    task = _lock(task)
    if not task.set_aside_at:
        return
    same_book = Task.objects.filter(ward_id=task.ward_id, year=task.year, book=task.book)
    if task.source == Task.PLAN and same_book.filter(closed_at__isnull=False).exists():
        raise Refusal("task.closed")
    number = task.number.partition("~")[0]
    if Task.objects.filter(
        ward_id=task.ward_id, year=task.year, book=task.book, number=number, set_aside_at__isnull=True
    ).exists():
        raise Refusal("task.number-taken", number=number.replace("-", ".", 1))
    task.number, task.set_aside_at, task.set_aside_word, task.set_aside_document = number, None, "", ""
    task.save(update_fields=["set_aside_at", "set_aside_word", "set_aside_document", "number"])
    history.append(task, "task.taken-in", by=by, at=at, address=address)
    notices.tell(task, "task.taken-in", to=notices.doers(task), by=by, at=at)


@transaction.atomic
def close(rows: Sequence[tuple[Task, str, str]], *, by: int, at: dt.datetime) -> None:
    """The year of these tasks has ended: (task, result, word). They take nothing more."""
    held = []
    for task, result, word in rows:
        task.closed_at, task.result, task.result_word = at, result, word.strip()
        held.append(task)
    Task.objects.bulk_update(held, ["closed_at", "result", "result_word"])
    facts = [{"result": result, "word": word.strip()} for _, result, word in rows]
    history.append_many(held, "task.closed", by=by, at=at, facts=facts)


@transaction.atomic
def reopen(rows: Sequence[Task], *, by: int, at: dt.datetime) -> None:
    """The closing is undone."""
    Task.objects.filter(pk__in=[task.pk for task in rows]).update(closed_at=None)
    history.append_many(rows, "task.reopened", by=by, at=at)


def _check_bare(rows: QuerySet[Delivery] | QuerySet[Progress]) -> None:
    """Nothing that was handed in or said ever goes with what it hangs on."""
    count = rows.values("task_id").distinct().count()
    if count:
        raise Refusal("plan.reported", count=count)


def hold(ids: Sequence[int], *, ward: int) -> None:
    """Keep others from reporting on these tasks until the caller's transaction ends."""
    list(Task.objects.select_for_update().filter(ward_id=ward, pk__in=ids).order_by("pk").values_list("pk"))


def remember(ids: Sequence[int], *, ward: int) -> str:
    """All that a plan says of these tasks, as `bring_back` takes it: their rows, offices and days."""
    mine = {"ward_id": ward, "task_id__in": ids}
    rows = [
        *Task.objects.filter(ward_id=ward, pk__in=ids),
        *TaskOffice.objects.filter(**mine),
        *Occurrence.objects.filter(**mine),
    ]
    return str(serializers.serialize("json", rows))


@transaction.atomic
def bring_back(remembered: str, *, ward: int, by: int, at: dt.datetime, word: str) -> None:
    """Make tasks say again what they said when they were remembered. The caller has seen that nothing was reported since."""
    rows = list(serializers.deserialize("json", remembered))
    tasks = [row.object for row in rows if isinstance(row.object, Task)]
    ids = [task.pk for task in tasks]
    days = [row.object.pk for row in rows if isinstance(row.object, Occurrence)]
    for task in tasks:  # numbers first make room for each other
        renumber(task, f"~{task.pk}")
    TaskOffice.objects.filter(ward_id=ward, task_id__in=ids).delete()
    gone = Occurrence.objects.filter(ward_id=ward, task_id__in=ids).exclude(pk__in=days)
    _check_bare(Delivery.objects.filter(occurrence__in=gone))
    gone.delete()
    # So do days: what was handed in for one day may have moved to another that comes back too.
    kept = list(Occurrence.objects.filter(ward_id=ward, task_id__in=ids))
    for n, occurrence in enumerate(kept):
        occurrence.due_on = dt.date.max - dt.timedelta(days=n)
    Occurrence.objects.bulk_update(kept, ["due_on"])
    there = {office.id for office in offices_of(ward)}
    for row in rows:
        if isinstance(row.object, TaskOffice) and row.object.office_id not in there:
            row.object.office_id = None  # the office was closed since; its name stays
        row.save()
    history.append_many(tasks, "task.brought-back", by=by, at=at, word=word)


@transaction.atomic
def remove(ids: Sequence[int], *, ward: int) -> None:
    """For undoing an import: these tasks go. Raises Refusal plan.reported where something was said about one after all."""
    worked = queries.reported_count(ward, ids)
    if worked:
        raise Refusal("plan.reported", count=worked)
    _check_bare(Delivery.objects.filter(ward_id=ward, task_id__in=ids))
    _check_bare(Progress.objects.filter(ward_id=ward, task_id__in=ids))
    Task.objects.filter(ward_id=ward, pk__in=ids).delete()


@transaction.atomic
def report(
    task: Task,
    *,
    by: int,
    at: dt.datetime,
    percent: int | None = None,
    word: str = "",
    said_on: dt.date | None = None,
    address: str | None = None,
    seen: int | None = None,
    once_since: dt.datetime | None = None,
) -> None:
    """Say how far a task is. said_on: an earlier day on which that was so, where it is written down later.
    seen: as of `held.is_repeat`. once_since: what the person has said since then is not said again.

    Raises Refusal task.empty-report, task.fed, task.set-aside, task.changed-meanwhile.
    """
    task, word = hold_open(task), word.strip()
    if percent is None and not word:
        raise Refusal("task.empty-report", "word")
    if percent is not None and (feeding := fed.source_of(task)):
        raise Refusal("task.fed", "percent", source=feeding)
    if is_repeat(task, "task.reported", by=by, seen=seen, word=word, facts={"percent": percent}):
        return
    if once_since and queries.said_lately(task, by=by, percent=percent, word=word, since=once_since):
        return
    said = Progress.objects.create(
        ward_id=task.ward_id, task=task, at=noon(said_on) if said_on else at, by_id=by, percent=percent, word=word
    )  # fmt: skip
    facts: dict[str, Any] = {"percent": percent, "row": said.pk}
    if said_on:
        facts["said_on"] = said_on.isoformat()
    history.append(task, "task.reported", by=by, at=at, word=word, address=address, **facts)
    notices.tell(task, "task.reported", to=(), by=by, at=at, word=word)


@transaction.atomic
def hand_in(
    task: Task,
    *,
    by: int,
    at: dt.datetime,
    today: dt.date,
    occurrence: int | None = None,
    document_number: str = "",
    document_date: dt.date | None = None,
    file: StoredFile | None = None,
    word: str = "",
    parts: Collection[int] = (),
    address: str | None = None,
    seen: int | None = None,
) -> Delivery:
    """Hand in evidence: a file, or number and date of a document. For a dated task, at one of its occurrences.

    parts: which of the deliverables that the plan names it is, from 0; none: all. seen: as of `held.is_repeat`.
    Raises Refusal task.no-evidence, task.evidence-in-future, task.waiting, task.settled, task.set-aside,
    task.changed-meanwhile.
    """
    held, (happens, days, handed, hearing) = hold_and_ask(
        task, happened(task, seen=seen), task.occurrences.all(), queries.handing(task),
        notices.hearing(task, (COORDINATOR,)),
    )  # fmt: skip
    task, document_number, word = check_open(held), document_number.strip(), word.strip()
    if file is None and not (document_number and document_date):
        place = "document_date" if document_number else "document_number" if document_date else "file"
        raise Refusal("task.no-evidence", place)
    if document_date and document_date > today:
        raise Refusal("task.evidence-in-future", "document_date", day=f"{document_date:%d/%m/%Y}")
    facts: dict[str, Any] = {
        "document": document_number,
        "document_date": document_date,
        "file": file.name if file else None,
    }
    if is_repeat(task, "task.handed-in", by=by, seen=seen, word=word, facts=facts, since=happens):
        return Delivery.objects.filter(task=task).latest("id")
    count = queries.parts_of(task)
    wanted = frozenset(parts) & frozenset(range(count))
    owed = _owed(days, queries.by_occurrence(handed), occurrence, wanted, count)
    delivery = Delivery(
        ward_id=task.ward_id,
        task=task,
        occurrence=owed,
        at=at,
        by_id=by,
        document_number=document_number,
        document_date=document_date,
        file=file,
        word=word,
        parts="" if len(wanted) == count else " ".join(map(str, sorted(wanted))),
    )
    facts["due_on"] = owed.due_on if owed else None
    event = history.event(
        task, "task.handed-in", facts, by=by, at=at, word=word, address=address, row_of=Delivery
    )
    heard = notices.hearers(hearing)
    trip.put([delivery], [event], notices.made(task, "task.handed-in", to=heard, by=by, at=at, word=word))
    return delivery


@transaction.atomic
def accept(
    delivery: Delivery, *, by: int, at: dt.datetime, word: str = "", address: str | None = None
) -> None:
    """Mark what was handed in as accepted; by who has done so already: nothing. Raises Refusal task.already-judged."""
    task, delivery = _lock_delivery(delivery)
    if delivery.accepted_at and delivery.judged_by_id == by:
        return
    _check_judgeable(delivery)
    delivery.accepted_at, delivery.judged_by_id, delivery.judged_word = at, by, word.strip()
    delivery.save(update_fields=["accepted_at", "judged_by", "judged_word"])
    lapsed.lapse(task, occurrence=delivery.occurrence_id, by=by, at=at, address=address)
    _tell_judgement(task, delivery, "task.accepted", by=by, at=at, address=address)


@transaction.atomic
def give_back(delivery: Delivery, *, by: int, at: dt.datetime, word: str, address: str | None = None) -> None:
    """Return what was handed in, with a word on what to mend. Raises Refusal task.word-missing, task.already-judged."""
    if not word.strip():
        raise Refusal("task.word-missing", "word")
    task, delivery = _lock_delivery(delivery)
    if delivery.returned_at and (delivery.judged_by_id, delivery.judged_word) == (by, word.strip()):
        return
    _check_judgeable(delivery)
    delivery.returned_at, delivery.judged_by_id, delivery.judged_word = at, by, word.strip()
    delivery.save(update_fields=["returned_at", "judged_by", "judged_word"])
    _tell_judgement(task, delivery, "task.given-back", by=by, at=at, address=address)


def _tell_judgement(
    task: Task, delivery: Delivery, code: str, *, by: int, at: dt.datetime, address: str | None
) -> None:
    due_on = delivery.occurrence.due_on if delivery.occurrence else None
    word = delivery.judged_word
    history.append(task, code, by=by, at=at, word=word, address=address, due_on=due_on, row=delivery.pk)
    notices.tell(task, code, to=[delivery.by_id], by=by, at=at, word=word)


def _lock_delivery(delivery: Delivery) -> tuple[Task, Delivery]:
    task = hold_open(Task(pk=delivery.task_id))
    return task, Delivery.objects.select_related("occurrence").get(pk=delivery.pk)


def _check_judgeable(delivery: Delivery) -> None:
    task_status.check_acceptable(
        handed_in=delivery.taken_back_at is None,
        judged=bool(delivery.accepted_at or delivery.returned_at),
    )


def _owed(
    rows: Sequence[Occurrence],
    handed: Mapping[int | None, Sequence[HandedIn]],
    occurrence: int | None,
    parts: frozenset[int],
    count: int,
) -> Occurrence | None:
    """The occurrence that is meant; without one, the earliest to which something is still owed."""
    named = parts or frozenset(range(count))
    if not rows and occurrence is None:
        # A task without days may be handed in again and again, but not while the same waits for a word.
        waiting = [one for one in handed.get(None, []) if not one.accepted and not one.returned]
        if any(named & (one.parts or named) for one in waiting):
            raise Refusal("task.waiting")
        return None
    for row in rows:
        here = handed.get(row.pk, [])
        missing = task_status.missing_parts(here, parts=count) & named
        if occurrence is None:
            if missing and task_status.is_owed(here, parts=count, every=len(rows) == 1):
                return row
        elif row.pk == occurrence:
            if missing:
                return row
            raise Refusal("task.settled" if all(one.accepted for one in here) else "task.waiting")
    if occurrence is None and len(rows) == 1 and not all(one.accepted for one in handed.get(rows[0].pk, [])):
        raise Refusal("task.waiting")
    raise Refusal("task.settled")


def _fill(task: Task, duty: Duty) -> None:
    task.number, task.section_title, task.title = duty.number, duty.section_title, duty.title
    task.content, task.deliverables, task.note = duty.content, "\n".join(duty.deliverables), duty.note
    task.due = duty.due
    task.is_indicator = duty.is_indicator
    task.source_text, task.source_place = duty.source_text, duty.source_place


def _give_offices(pairs: Sequence[tuple[Task, Duty]], offices: Sequence[OfficeFacts]) -> None:
    from caicach.rules.vntext import key

    known = {key(name): o.id for o in offices for name in (o.name, o.short, *o.aliases)}
    TaskOffice.objects.bulk_create(
        TaskOffice(
            ward_id=task.ward_id,
            task=task,
            office_id=known.get(key(name)),
            name=name[:300],
            role=role,
            position=n,
        )
        for task, duty in pairs
        for role, names in ((TaskOffice.LEAD, duty.leads), (TaskOffice.HELP, duty.helpers))
        for n, name in enumerate(names)
    )
