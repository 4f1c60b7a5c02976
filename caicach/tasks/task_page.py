"""All that a task's page shows, in frozen rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from caicach.accounts.queries import Colleague, at_office, colleagues
from caicach.core.clock import local_day
from caicach.history import queries as history
from caicach.organisation.queries import OfficeFacts
from caicach.organisation.queries import offices as offices_of
from caicach.rules.task_status import is_owed
from caicach.tasks.models import (
    Ask,
    Comment,
    Delivery,
    Extension,
    Occurrence,
    Step,
    Task,
    TaskOffice,
    Watch,
)
from caicach.tasks.queries import TaskView, handed_of, made_on, parts_of, views_of
from caicach.tasks.story import Moment, moment
from caicach.tasks.undo_rules import last_act

_Row = TypeVar("_Row", bound=Model)


@dataclass(frozen=True, slots=True)
class OccurrenceView:
    """A day on the page. first_due_on: the plan's own, where it was put off; asked: the open request to put it off."""

    id: int
    due_on: dt.date
    working_day: dt.date
    first_due_on: dt.date | None
    state: str
    tone: str
    is_free: bool
    asked: Extension | None


@dataclass(frozen=True, slots=True)
class Deliverable:
    """Something that the plan names, ticked by the newest document that is it. count: of accepted ones."""

    position: int
    name: str
    newest: Delivery | None
    count: int

    @property
    def tone(self) -> str:
        if self.newest is None:
            return "plain"
        return "ok" if self.newest.accepted_at else "warn" if self.newest.returned_at else "next"

    @property
    def words(self) -> str:
        if self.newest is None:
            return "Chưa nộp"
        if self.newest.returned_at:
            return "Bị trả lại"
        if not self.newest.accepted_at:
            return "Chờ duyệt"
        return f"Đã duyệt {self.count} lần" if self.count > 1 else "Đã duyệt"


@dataclass(frozen=True, slots=True)
class OfficeRow:
    """An office of the task and who does it there."""

    office_id: int | None
    name: str
    leads: bool
    person_id: int | None
    person: str
    acknowledged_at: dt.datetime | None
    people: tuple[Colleague, ...]


@dataclass(frozen=True, slots=True)
class TaskPage:
    """A task's page, whole. documents: papers handed in elsewhere in the ward, to be used here too."""

    view: TaskView
    occurrences: tuple[OccurrenceView, ...]
    deliveries: tuple[Delivery, ...]
    waiting: tuple[Delivery, ...]
    deliverables: tuple[Deliverable, ...]
    offices: tuple[OfficeRow, ...]
    extensions: tuple[Extension, ...]
    asks: tuple[Ask, ...]
    steps: tuple[Step, ...]
    comments: tuple[Comment, ...]
    directives: tuple[TaskView, ...]
    moments: tuple[Moment, ...]
    has_older: bool
    people: tuple[Colleague, ...]
    all_offices: tuple[OfficeFacts, ...]
    watching: bool
    newest_event: int
    undoable: Moment | None

    @property
    def odd_days(self) -> dict[int, str]:
        """Delivery that waits for a word → what its document's date does: who judges is told, and nothing is refused."""
        answer = {}
        for one in self.waiting:
            said, dated = local_day(one.at), one.document_date
            if dated is None:
                continue
            due_on = one.occurrence.due_on if one.occurrence else None
            if dated < self.view.task.in_force_since:
                answer[one.pk] = f"Văn bản ghi ngày {dated:%d/%m/%Y}, trước khi việc này được giao."
            elif due_on and dated <= due_on < said:
                answer[one.pk] = (
                    f"Nộp ngày {said:%d/%m/%Y}, văn bản ghi ngày {dated:%d/%m/%Y}: duyệt thì tính là đúng hạn."
                )
        return answer

    @property
    def asked_for_time(self) -> tuple[Extension, ...]:
        return tuple(one for one in self.extensions if one.granted is None)

    @property
    def steps_done(self) -> int:
        return sum(one.done_at is not None for one in self.steps)

    @property
    def free(self) -> tuple[OccurrenceView, ...]:
        return tuple(one for one in self.occurrences if one.is_free)


MOMENTS = 60
"""so many of the newest stand on the page; the rest is a link away"""


def page(
    ward: int, task: Task, *, today: dt.date, person: int, now: dt.datetime, whole: bool = False
) -> TaskPage:
    """All that the task's page shows to somebody; whole: its history to the beginning. Eighteen queries, whatever happened
    on it; four more with a directive about it."""
    view = views_of([task], ward=ward, today=today, shorts={})[0]
    deliveries = _numbered(
        Delivery.objects.filter(ward_id=ward, task=task).select_related(
            "file", "by", "judged_by", "occurrence"
        )
    )
    extensions = _numbered(
        Extension.objects.filter(ward_id=ward, task=task).select_related("asked_by", "judged_by")
    )
    people = tuple(colleagues(ward))
    told = history.of(ward, "tasks.task", [task.pk], most=None if whole else MOMENTS + 1)
    directives = list(Task.objects.filter(ward_id=ward, about=task).order_by("id"))
    last = last_act(told, by=person, now=now)
    return TaskPage(
        view=view,
        occurrences=_days(task, deliveries, extensions, today),
        deliveries=deliveries,
        waiting=tuple(one for one in deliveries if not one.accepted_at and not one.returned_at),
        deliverables=_ticked(task, deliveries),
        offices=_offices(task, people),
        extensions=extensions,
        asks=_numbered(
            Ask.objects.filter(ward_id=ward, task=task).select_related("office", "by", "answered_by", "file")
        ),
        steps=tuple(
            Step.objects.standing().filter(ward_id=ward, task=task).select_related("done_by", "person")
        ),
        comments=tuple(Comment.objects.standing().filter(ward_id=ward, task=task).select_related("by")),
        directives=tuple(views_of(directives, ward=ward, today=today, shorts={})) if directives else (),
        moments=tuple(moment(one) for one in (told if whole else told[:MOMENTS])),
        has_older=not whole and len(told) > MOMENTS,
        people=people,
        all_offices=tuple(one for one in offices_of(ward, on=today) if not one.is_group),
        watching=Watch.objects.filter(ward_id=ward, task=task, person_id=person).exists(),
        newest_event=max((one.id for one in told), default=0),
        undoable=moment(last) if last else None,
    )


def _numbered(rows: QuerySet[_Row]) -> tuple[_Row, ...]:
    """Those that nobody took back, each with the place (`nth`, from 1) that its address has among all of them."""
    found: list[Any] = list(rows)
    for nth, row in enumerate(found, 1):
        row.nth = nth
    return tuple(row for row in found if row.taken_back_at is None)


def known_documents(ward: int, *, but: Task, most: int = 60) -> list[Delivery]:
    """The newest documents handed in for other tasks of the ward, one of each. One query."""
    rows = (
        Delivery.objects.standing()
        .filter(ward_id=ward)
        .exclude(task=but)
        .exclude(document_number="", file=None)
        .select_related("file", "task")
        .order_by("-at", "-id")[: 3 * most]
    )
    found: dict[tuple[str, object, int | None], Delivery] = {}
    for row in rows:
        found.setdefault((row.document_number, row.document_date, row.file_id), row)
    return list(found.values())[:most]


def _days(
    task: Task, deliveries: Sequence[Delivery], extensions: Sequence[Extension], today: dt.date
) -> tuple[OccurrenceView, ...]:
    rows = list(task.occurrences.all())
    handed = handed_of(task)
    open_ones = {one.occurrence_id: one for one in extensions if one.granted is None}
    answer = []
    for row in rows:
        here = handed.get(row.pk, [])
        free = is_owed(here, parts=parts_of(task), every=len(rows) == 1)
        newest = next((one for one in reversed(deliveries) if one.occurrence_id == row.pk), None)
        words, tone = _state(row, newest, free, sum(not one.returned for one in here), today)
        answer.append(
            OccurrenceView(
                row.pk,
                row.due_on,
                row.working_day,
                row.first_due_on,
                words,
                tone,
                free,
                open_ones.get(row.pk),
            )
        )
    return tuple(answer)


def _state(
    row: Occurrence, newest: Delivery | None, free: bool, there: int, today: dt.date
) -> tuple[str, str]:
    if newest and not free and newest.accepted_at:
        late = (made_on(newest.at, newest.document_date) - row.due_on).days
        return (f"Xong, trễ {late} ngày" if late > 0 else "Xong"), "ok"
    if newest and not free:
        return "Chờ duyệt", "ok"
    part = ", mới nộp một phần" if there else ""
    if row.due_on < today:
        return f"Trễ {(today - row.due_on).days} ngày{part}", "late"
    if newest and newest.returned_at:
        return "Bị trả lại", "warn"
    left = (row.due_on - today).days
    return (f"Còn {left} ngày{part}" if left else f"Hạn hôm nay{part}"), "next"


def _ticked(task: Task, deliveries: Sequence[Delivery]) -> tuple[Deliverable, ...]:
    names = task.deliverables.split("\n") if task.deliverables else []
    answer = []
    for n, name in enumerate(names):
        mine = [one for one in deliveries if not one.parts or n in one.part_numbers]
        accepted = sum(one.accepted_at is not None for one in mine)
        answer.append(Deliverable(n, name, mine[-1] if mine else None, accepted))
    return tuple(answer)


def _offices(task: Task, people: Sequence[Colleague]) -> tuple[OfficeRow, ...]:
    names = {one.id: one.name for one in people}
    rows = TaskOffice.objects.filter(task=task).select_related("person")
    return tuple(
        OfficeRow(
            row.office_id,
            row.name,
            row.role == TaskOffice.LEAD,
            row.person_id,
            names.get(row.person_id or 0, row.person.full_name if row.person else ""),
            row.acknowledged_at,
            at_office(people, row.office_id),
        )
        for row in sorted(rows, key=lambda row: (row.role != TaskOffice.LEAD, row.position))
    )
