"""Handing all of one's work over: opened by the head, confirmed by both, then given at once."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection
from dataclasses import asdict, dataclass

from django.db import IntegrityError, transaction
from django.db.models import F, Max

from caicach.accounts.queries import colleagues
from caicach.core.http import Missing
from caicach.history import services as history
from caicach.organisation import services as organisation
from caicach.rules.refusal import Refusal
from caicach.tasks import notices, queries, together
from caicach.tasks.models import Handover, Step, Task, TaskOffice


@dataclass(frozen=True, slots=True)
class Line:
    """A task on the page of a handover; papers: what was handed in for it so far."""

    number: str
    title: str
    status: str
    tone: str
    due: str
    papers: str
    address: str


@dataclass(frozen=True, slots=True)
class Gone:
    """Somebody who has open work by name in an office and works there no more."""

    id: int
    name: str
    office_id: int


def gone(
    ward: int, *, offices: Collection[int], here: Collection[tuple[int, int | None]], today: dt.date
) -> list[Gone]:
    """Who has left work behind in one of these offices, be it a step alone: moved elsewhere, or left. here: (person,
    office) of all who work there today. Two queries, and those of `open_counts` where somebody may have."""
    rows = TaskOffice.objects.filter(ward_id=ward, office_id__in=offices, person__isnull=False, **_OPEN)
    steps = Step.objects.standing().filter(  # a step names no office: it was that of the post that its person held
        ward_id=ward, done_at__isnull=True, task__offices__office_id__in=offices,
        person__posts__office_id=F("task__offices__office_id"), **_OPEN,
    )  # fmt: skip
    found = {
        *rows.values_list("person__full_name", "person_id", "office_id").distinct(),
        *steps.values_list("person__full_name", "person_id", "task__offices__office_id").distinct(),
    }
    away = [(name, pk, office) for name, pk, office in sorted(found) if (pk, office) not in here]
    counts = open_counts(ward, {pk for _, pk, _ in away}, today) if away else {}
    return [Gone(pk, name, office) for name, pk, office in away if counts.get((pk, office))]


_OPEN = {"task__set_aside_at__isnull": True, "task__closed_at__isnull": True}
"""of an office's row, or of a step: its task can still be given to somebody else"""


def lines_of(ward: int, office: int, leaver: int, *, today: dt.date) -> list[Line]:
    """Everything open that the leaver was given by name in this office, the most urgent first, and their steps
    in others' tasks. Nine queries."""
    views = _open_of(ward, office, leaver, today=today)
    papers = queries.papers_of(ward, [view.task for view in views])
    order = ("late", "warn", "soon", "far", "ok")
    views = sorted(views, key=lambda view: order.index(view.status.group))
    steps = [
        Line(
            one.task.called,
            f"Bước: {one.words}",
            "Chưa xong",
            "next",
            f"{one.due_on:%d/%m/%Y}" if one.due_on else "",
            "",
            queries.address_of(one.task),
        )
        for one in together.open_steps_of(office, leaver)
    ]
    return [
        Line(
            view.task.called,
            view.task.title,
            view.status.words,
            view.status.tone,
            view.due_words,
            ", ".join(papers.get(view.task.pk, ())),
            view.address,
        )
        for view in views
    ] + steps


def _is_open(view: queries.TaskView) -> bool:
    return view.status.code != "done"


def open_counts(ward: int, people: Collection[int], today: dt.date) -> dict[tuple[int, int], int]:
    """(person, office) → how many lines their handover there would have. Seven queries, however many people."""
    rows = TaskOffice.objects.filter(ward_id=ward, person_id__in=people, office_id__isnull=False, **_OPEN)
    given = list(rows.values_list("person_id", "office_id", "task_id"))
    tasks = list(Task.objects.filter(pk__in={task for _, _, task in given}))
    views = queries.views_of(tasks, ward=ward, today=today, shorts={})
    still = {view.task.pk for view in views if _is_open(view)}
    steps = Step.objects.standing().filter(
        ward_id=ward,
        person_id__in=people,
        done_at__isnull=True,
        task__offices__office_id__isnull=False,
        **_OPEN,
    )
    found = Counter((person, office) for person, office, task in given if task in still)
    found.update(
        (person, office)
        for person, office, _ in steps.values_list("person_id", "task__offices__office_id", "pk").distinct()
    )
    return dict(found)


@transaction.atomic
def open_one(
    *,
    ward: int,
    office: int,
    leaver: int,
    taker: int,
    word: str,
    today: dt.date,
    by: int,
    at: dt.datetime,
    address: str | None,
) -> Handover:
    """Begin a handover; one that is open already for the leaver is the answer.

    Raises Refusal handover.same, handover.not-there (either does not work in the office), handover.nothing.
    """
    _check(ward, office, leaver, taker)
    if not lines_of(ward, office, leaver, today=today):
        raise Refusal("handover.nothing", "leaver")
    organisation.hold(ward)  # of two at once the second gets the next number
    number = (Handover.objects.filter(ward_id=ward).aggregate(Max("number"))["number__max"] or 0) + 1
    try:
        with transaction.atomic():
            made = Handover.objects.create(
                ward_id=ward, number=number, office_id=office, leaver_id=leaver, taker_id=taker, word=word.strip(),
                opened_by_id=by, opened_at=at,
            )  # fmt: skip
    except IntegrityError:
        found = Handover.objects.filter(
            ward_id=ward, office_id=office, leaver_id=leaver, dropped_at__isnull=True
        ).first()
        if found is None or found.is_done:
            raise
        return found
    history.append(made, "handover.opened", by=by, at=at, word=word.strip(), address=address)
    steps = (step.task for step in together.open_steps_of(office, leaver))
    tasks = [*(view.task for view in _open_of(ward, office, leaver, today=today)), *steps]
    for task in tasks[:1]:  # one line among what is new leads both to the page
        notices.tell(
            task, "task.handover-opened", to=[leaver, taker], by=by, at=at, word=word.strip(), watchers=False
        )
    return made


def _check(ward: int, office: int, leaver: int, taker: int) -> None:
    if leaver == taker:
        raise Refusal("handover.same", "taker")
    here = {one.id for one in colleagues(ward) if one.office_id == office}
    given = TaskOffice.objects.filter(ward_id=ward, office_id=office, person_id=leaver)
    left_behind = leaver in here or given.exists() or together.open_steps_of(office, leaver)
    if taker not in here or not left_behind:
        raise Refusal("handover.not-there", "taker" if taker not in here else "leaver")


@transaction.atomic
def give_at_once(
    *,
    ward: int,
    office: int,
    leaver: int,
    taker: int,
    word: str,
    today: dt.date,
    by: int,
    at: dt.datetime,
    address: str | None,
) -> int:
    """Everything open of somebody absent is another's at once, without their word; how many tasks and steps.

    Raises Refusal as `open_one` does.
    """
    _check(ward, office, leaver, taker)
    tasks = [view.task for view in _open_of(ward, office, leaver, today=today)]
    steps = len(together.open_steps_of(office, leaver))
    if not tasks and not steps:
        raise Refusal("handover.nothing", "leaver")
    return steps + together.hand_over(
        tasks, office=office, leaving=leaver, person=taker, word=word.strip(), by=by, at=at, address=address
    )


def _open_of(ward: int, office: int, leaver: int, *, today: dt.date) -> list[queries.TaskView]:
    """The tasks of the leaver in this office that can still be given to somebody else: what is done stays theirs."""
    rows = TaskOffice.objects.filter(ward_id=ward, office_id=office, person_id=leaver, **_OPEN)
    tasks = list(Task.objects.filter(pk__in=rows.values("task_id")).order_by("year", "id"))
    return [view for view in queries.views_of(tasks, ward=ward, today=today, shorts={}) if _is_open(view)]


@transaction.atomic
def confirm(
    handover: Handover, *, by: int, may_stand_in: bool, today: dt.date, at: dt.datetime, address: str | None
) -> Handover:
    """One side says yes; when both have, every task on the page is the taker's.

    may_stand_in: the head or the coordinator, who may say it for a leaver that has gone. Raises Refusal
    handover.not-yours, handover.over, assign.not-there for a taker who does not work in the office any more.
    """
    handover = _held(handover)
    is_taker = by == handover.taker_id
    if not is_taker and by != handover.leaver_id and not may_stand_in:
        raise Refusal("handover.not-yours")
    if handover.is_done or (handover.taker_at if is_taker else handover.leaver_at):
        return handover
    if is_taker:
        handover.taker_at = at
    else:
        handover.leaver_at, handover.leaver_by_id = at, by
    history.append(handover, "handover.confirmed", by=by, at=at, address=address)
    if handover.is_done:
        ward, office, leaver = handover.ward_id, handover.office_id, handover.leaver_id
        handover.lines = [asdict(line) for line in lines_of(ward, office, leaver, today=today)]
        together.hand_over(
            [view.task for view in _open_of(ward, office, leaver, today=today)],
            office=office, leaving=leaver, person=handover.taker_id, by=by, at=at, address=address,
        )  # fmt: skip
    handover.save()
    return handover


@transaction.atomic
def drop(handover: Handover, *, by: int, at: dt.datetime, address: str | None) -> None:
    """It is not to be after all. Raises Refusal handover.over for one that is done."""
    handover = _held(handover)
    if handover.dropped_at:
        return
    if handover.is_done:
        raise Refusal("handover.over")
    handover.dropped_at = at
    handover.save(update_fields=["dropped_at"])
    history.append(handover, "handover.dropped", by=by, at=at, address=address)


def _held(handover: Handover) -> Handover:
    held = Handover.objects.select_for_update().get(pk=handover.pk)
    if held.dropped_at:
        raise Refusal("handover.over")
    return held


def handover_for(ward: int, number: int) -> Handover:
    """The ward's handover of that number. Raises Missing."""
    found = (
        Handover.objects.filter(ward_id=ward, number=number)
        .select_related("leaver", "taker", "office", "leaver_by")
        .first()
    )
    if found is None:
        raise Missing
    return found


def newest(ward: int, *, office: int | None, most: int = 50) -> list[Handover]:
    """The newest handovers of the ward, or of one office. One query."""
    rows = Handover.objects.filter(ward_id=ward).select_related("leaver", "taker", "office")
    return list((rows.filter(office_id=office) if office is not None else rows)[:most])
