"""What the screens show of tasks: frozen facts, a fixed number of queries."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import F, Model, Q, QuerySet

from caicach.accounts.queries import colleagues
from caicach.core import trip
from caicach.core.clock import local_day
from caicach.core.http import Missing
from caicach.history import queries as history
from caicach.rules.refusal import Refusal
from caicach.rules.task_status import GROUPS, Group, HandedIn, Status, TaskFacts, gather, status, tallies
from caicach.tasks import coordinating
from caicach.tasks.models import (
    Ask,
    Delivery,
    Extension,
    Notice,
    Occurrence,
    Progress,
    Standing,
    Step,
    Task,
    TaskOffice,
)

_Row = TypeVar("_Row", bound=Model)


@dataclass(frozen=True, slots=True)
class GivenBack:
    """What was handed in and given back, and isn't handed in again yet."""

    at: dt.datetime
    by: str
    word: str


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task with all that follows from its rows. leads, helpers: short names; words_on: days of reports.

    person_of: (office, person) where an office has said who does it. has_waiting: something was handed in and waits for
    the coordinator's word. back: the newest return that nothing has followed. unacknowledged: of a duty from no plan, the
    offices that have not said yes to it.
    """

    task: Task
    facts: TaskFacts
    status: Status
    leads: tuple[str, ...]
    lead_ids: frozenset[int]
    helpers: tuple[str, ...]
    office_ids: frozenset[int]
    words_on: tuple[dt.date, ...]
    percent: int | None
    person_of: tuple[tuple[int | None, int], ...] = ()
    has_waiting: bool = False
    back: GivenBack | None = None
    unacknowledged: frozenset[int] = frozenset()

    @property
    def person_ids(self) -> frozenset[int]:
        return frozenset(person for _, person in self.person_of)

    @property
    def address(self) -> str:
        return address_of(self.task)

    @property
    def due_words(self) -> str:
        """The plan's own words; where the day that is owed next was put off, that day and the old one."""
        owed = next((o for o in self.facts.occurrences if not o.accepted), None)
        if owed is None or owed.first_due_on in (None, owed.due_on):
            return self.task.due_text
        return f"{owed.due_on:%d/%m/%Y} (hạn cũ {owed.first_due_on:%d/%m/%Y})"


def views_of(
    tasks: Sequence[Task], *, ward: int, today: dt.date, shorts: dict[int, str] | None = None
) -> list[TaskView]:
    """Every task with its status. Four queries, whatever the number.

    shorts: office id → what an office is called there, where the caller has it; {}: as the plan wrote it; None: by its
    short name.
    """
    ids = [task.pk for task in tasks]
    named: dict[int, list[TaskOffice]] = defaultdict(list)
    rows = TaskOffice.objects.filter(ward_id=ward, task_id__in=ids)
    for office in rows if shorts is not None else rows.select_related("office"):
        named[office.task_id].append(office)
    if shorts is None:
        shorts = {one.office_id: str(one.office) for own in named.values() for one in own if one.office_id}
    days: dict[int, list[Occurrence]] = defaultdict(list)
    for row in Occurrence.objects.filter(ward_id=ward, task_id__in=ids):
        days[row.task_id].append(row)
    said: dict[int, list[tuple[dt.date, int | None]]] = defaultdict(list)
    spoken = Progress.objects.standing().filter(ward_id=ward, task_id__in=ids)
    for task_id, at, percent in spoken.values_list("task_id", "at", "percent"):
        said[task_id].append((local_day(at), percent))
    handed: dict[int, list[_Handed]] = defaultdict(list)
    for task_id, one in _handed(Delivery.objects.filter(ward_id=ward, task_id__in=ids)):
        handed[task_id].append(one)
    answer = []
    for task in tasks:
        facts = facts_of(task, days[task.pk], said[task.pk], handed[task.pk])
        own = named[task.pk]
        leads = [one for one in own if one.role == TaskOffice.LEAD]
        answer.append(
            TaskView(
                task=task,
                facts=facts,
                status=status(
                    facts, today=today, soon_days=settings.SOON_DAYS, silent_days=settings.SILENT_DAYS
                ),
                leads=tuple(shorts.get(one.office_id or 0, one.name) for one in leads),
                lead_ids=frozenset(one.office_id for one in leads if one.office_id),
                helpers=tuple(
                    shorts.get(one.office_id or 0, one.name) for one in own if one.role == TaskOffice.HELP
                ),
                office_ids=frozenset(one.office_id for one in own if one.office_id),
                person_of=tuple((one.office_id, one.person_id) for one in own if one.person_id),
                has_waiting=any(not one.what.accepted and not one.what.returned for one in handed[task.pk]),
                back=_back(handed[task.pk], parts=parts_of(task)),
                unacknowledged=frozenset(
                    one.office_id for one in own if one.office_id and not one.acknowledged_at
                )
                if task.source != Task.PLAN
                else frozenset(),
                words_on=tuple(
                    sorted({day for day, _ in said[task.pk]} | {h.said_on for h in handed[task.pk]})
                ),
                percent=next((p for _, p in said[task.pk] if p is not None), None),
            )
        )
    return answer


def made_on(at: dt.datetime, issued: dt.date | None) -> dt.date:
    """The day on which what was handed in was there: its document's own date, where it has one from before."""
    day = local_day(at)
    return min(issued, day) if issued else day


def open_tasks(ward: int, *, office: int | None = None, or_to_decide: bool = False) -> list[Task]:
    """The ward's tasks of all books that were not set aside and whose year is not closed, with their coordinator's id
    (named_id) where one is named. One query.

    office: only those it has a part in; or_to_decide: and those of which something waits for a coordinator's or leader's word.
    """
    rows = Task.objects.filter(ward_id=ward, set_aside_at__isnull=True, closed_at__isnull=True)
    if office is not None:
        wanted: list[QuerySet[Any]] = [TaskOffice.objects.filter(office_id=office)]
        if or_to_decide:
            wanted += [
                Delivery.objects.standing().filter(accepted_at__isnull=True, returned_at__isnull=True),
                Extension.objects.standing().filter(granted__isnull=True),
            ]
        ids = [Q(pk__in=one.filter(ward_id=ward).order_by().values("task_id")) for one in wanted]
        rows = rows.filter(reduce(or_, ids))
    return list(coordinating.with_named(rows, book="book").order_by("year", "id"))


@dataclass(frozen=True, slots=True)
class _Handed:
    occurrence: int | None
    said_on: dt.date
    what: HandedIn
    back: GivenBack | None


def _handed(rows: Standing[Delivery]) -> list[tuple[int, _Handed]]:
    """(task id, what was handed in), oldest first, without what was taken back. One query."""
    return [_handed_one(values) for values in rows.standing().values_list(*_HANDED)]


_HANDED = (
    "task_id", "occurrence_id", "at", "document_date", "accepted_at", "returned_at", "parts",
    "judged_by__full_name", "judged_word",
)  # fmt: skip


def _handed_one(values: tuple[Any, ...]) -> tuple[int, _Handed]:
    task, occurrence, at, issued, accepted, returned, parts, judge, word = values
    what = HandedIn(
        frozenset(map(int, parts.split())), made_on(at, issued), accepted is not None, returned is not None
    )
    back = GivenBack(returned, judge or "", word) if returned else None
    return task, _Handed(occurrence, local_day(at), what, back)


def _back(handed: Sequence[_Handed], *, parts: int) -> GivenBack | None:
    """The newest return of one task after which nothing was handed in for the same day and deliverable."""
    newest: dict[tuple[int | None, int], _Handed] = {}
    for one in handed:
        for part in one.what.parts or range(parts):
            newest[one.occurrence, part] = one
    returns = [one.back for one in newest.values() if one.back]
    return max(returns, key=lambda back: back.at, default=None)


def handed_of(task: Task) -> dict[int | None, list[HandedIn]]:
    """What was handed in for one task, by occurrence (None: for no day), oldest first. One query."""
    return by_occurrence(handing(task))


def handing(task: Task) -> QuerySet[Delivery, tuple[Any, ...]]:
    """The question of `handed_of`, for who asks it with others; its rows are for `by_occurrence`."""
    return Delivery.objects.standing().filter(ward_id=task.ward_id, task=task).values_list(*_HANDED)


def by_occurrence(rows: Iterable[tuple[Any, ...]]) -> dict[int | None, list[HandedIn]]:
    answer: dict[int | None, list[HandedIn]] = defaultdict(list)
    for values in rows:
        _, one = _handed_one(values)
        answer[one.occurrence].append(one.what)
    return answer


def handed_of_many(ward: int, tasks: Sequence[Task]) -> dict[tuple[int, int | None], list[HandedIn]]:
    """What was handed in, by task and occurrence, oldest first. One query."""
    answer: dict[tuple[int, int | None], list[HandedIn]] = defaultdict(list)
    for task, one in _handed(Delivery.objects.filter(ward_id=ward, task__in=tasks)):
        answer[task, one.occurrence].append(one.what)
    return answer


def papers_of(ward: int, tasks: Sequence[Task]) -> dict[int, list[str]]:
    """Task id → the names of the papers that were accepted, oldest first. One query."""
    answer: dict[int, list[str]] = defaultdict(list)
    rows = Delivery.objects.standing().filter(ward_id=ward, task__in=tasks, accepted_at__isnull=False)
    for row in rows.select_related("file"):
        answer[row.task_id].append(row.document_number or (row.file.name if row.file else ""))
    return answer


def facts_of(
    task: Task,
    days: Sequence[Occurrence],
    said: Sequence[tuple[dt.date, int | None]],
    handed: Sequence[_Handed],
) -> TaskFacts:
    """The facts that `task_status` asks for, from the rows of one task; handed in order of time."""
    by_day: dict[int | None, list[HandedIn]] = defaultdict(list)
    for one in handed:
        by_day[one.occurrence].append(one.what)
    loose = by_day.get(None, [])
    parts = parts_of(task)
    words = [day for day, _ in said] + [one.said_on for one in handed]
    return TaskFacts(
        kind=task.due_kind,  # type: ignore[arg-type]
        start=task.due_start or (dt.date(task.year, 1, 1) if task.due_kind == "ongoing" else None),
        every=task.due_every or None,  # type: ignore[arg-type]
        condition=task.due_condition or None,
        since=task.in_force_since,
        here_since=task.here_since,
        occurrences=tuple(
            gather(
                row.due_on,
                by_day.get(row.pk, []),
                parts=parts,
                every=len(days) == 1,
                first_due_on=row.first_due_on,
            )
            for row in sorted(days, key=lambda row: row.due_on)
        ),
        last_word_on=max(words, default=None),
        waiting=any(not one.accepted and not one.returned for one in loose),
        returned=bool(loose and loose[-1].returned),
        set_aside=task.set_aside_at is not None,
        waits_for=task.waits_for,
        waits_since=task.waits_since,
        silent_days=task.silent_days,
    )


def parts_of(task: Task) -> int:
    """How many deliverables the plan names, at least one."""
    return len(task.deliverables.split("\n")) if task.deliverables else 1


def task_for(ward: int, year: int, book: str, number: str) -> Task:
    """The one door to a task: by its address, in the actor's ward. Raises Missing."""
    return _there(list(_at(ward, year, book, number)), ward, year, book, number)


def task_and_offices(ward: int, year: int, book: str, number: str) -> tuple[Task, frozenset[int]]:
    """As `task_for`, and the offices that do it. One trip."""
    found, own = _TASK_AND_OFFICES.ask(ward=ward, year=year, book=book, number=number)
    task = _there(found, ward, year, book, number)
    return task, frozenset(own if found else _office_ids(task))


def _office_ids(task: Task) -> list[int]:
    return [pk for pk in task.offices.values_list("office_id", flat=True) if pk is not None]


def _at(ward: int, year: int, book: str, number: str) -> QuerySet[Task]:
    """The task at an address, before those of its number that were taken out."""
    rows = Task.objects.filter(ward_id=ward, year=year, book=book, number=number)
    return rows.order_by(F("set_aside_at").desc(nulls_first=True))[:1]


def _task_and_offices(ward: int, year: int, book: str, number: str) -> Sequence[QuerySet[Any]]:
    rows = _at(ward, year, book, number)
    offices = TaskOffice.objects.filter(task__in=rows, office_id__isnull=False)
    return rows, offices.values_list("office_id", flat=True).order_by()


_TASK_AND_OFFICES = trip.Often(_task_and_offices, ward=-1, year=32_700, book="a book", number="a number")


def _there(found: Sequence[Task], ward: int, year: int, book: str, number: str) -> Task:
    if found:
        return found[0]
    if "~" not in number:  # an amendment took it out: a link to it still leads there
        old = Task.objects.filter(ward_id=ward, year=year, book=book, number__startswith=f"{number}~")
        gone = old.order_by("-set_aside_at").first()
        if gone:
            return gone
    raise Missing


def delivery_for(ward: int, task: Task, position: int) -> Delivery:
    """The nth thing handed in for a task, from 1. Raises Missing."""
    rows = list(Delivery.objects.filter(ward_id=ward, task=task).select_related("file"))
    if not 1 <= position <= len(rows):
        raise Missing
    return rows[position - 1]


_WORK = frozenset(
    f"task.{verb}"
    for verb in (
        "reported", "handed-in", "accepted", "given-back", "extension-asked", "extension-granted",
        "extension-refused", "waits", "waits-no-more", "assigned", "handed-over", "asked", "answered", "commented", "step-added",
        "step-done", "step-open", "step-dropped", "directive", "acknowledged", "silence-set", "reminded", "closed",
    )
)  # fmt: skip
"""What people do to a task: with any of it in its history a task is never deleted."""


def reported_count(ward: int, ids: Sequence[int], *, after: int = 0) -> int:
    """How many of these tasks somebody has done anything to (after an event). One query."""
    return len(history.happened_since(ward, "tasks.task", ids, _WORK, after=after))


def extension_for(ward: int, task: Task, position: int) -> Extension:
    """The nth request for more time on this task, from 1. Raises Missing."""
    return _nth(Extension.objects.filter(ward_id=ward, task=task), position)


def ask_for(ward: int, task: Task, position: int) -> Ask:
    """The nth request to another office on this task, from 1. Raises Missing."""
    return _nth(Ask.objects.filter(ward_id=ward, task=task).select_related("file"), position)


def step_for(ward: int, task: Task, position: int) -> Step:
    """The nth piece of this task, from 1. Raises Missing."""
    return _nth(Step.objects.filter(ward_id=ward, task=task).order_by("id"), position)


def _nth(rows: QuerySet[_Row], position: int) -> _Row:
    """Rows that were taken back keep their place, so that addresses stay."""
    found = list(rows[position - 1 : position]) if position > 0 else []
    if not found:
        raise Missing
    return found[0]


def people_of(task: Task) -> list[tuple[int, int, str]]:
    """(office, person, name) of everybody who works in one of the task's offices. Two queries."""
    offices = set(task.offices.values_list("office_id", flat=True))
    return [
        (one.office_id, one.id, one.name)
        for one in colleagues(task.ward_id)
        if one.office_id is not None and one.office_id in offices
    ]


def known_document(ward: int, pk: int) -> Delivery:
    """Something handed in anywhere in the ward. Raises Refusal task.paper-gone."""
    found = Delivery.objects.standing().filter(ward_id=ward, pk=pk).select_related("file").first()
    if found is None:
        raise Refusal("task.paper-gone", "known")
    return found


@dataclass(frozen=True, slots=True)
class AskView:
    """A part that an office was asked for and has not given yet. days: left until it is wanted, negative when late."""

    ask: Ask
    address: str
    days: int

    @property
    def is_urgent(self) -> bool:
        return self.days <= 2

    @property
    def words(self) -> str:
        if self.days < 0:
            return f"Trễ {-self.days} ngày"
        return f"Còn {self.days} ngày" if self.days else "Hạn hôm nay"


def open_asks(ward: int, *, today: dt.date) -> dict[int, list[AskView]]:
    """Office → what it was asked for and has not answered, the most urgent first. One query."""
    rows = (
        Ask.objects.standing()
        .filter(ward_id=ward, answered_at__isnull=True)
        .filter(task__set_aside_at__isnull=True, task__closed_at__isnull=True)
        .select_related("task", "by")
        .order_by("due_on", "id")
    )
    answer: dict[int, list[AskView]] = defaultdict(list)
    for one in rows:
        answer[one.office_id].append(
            AskView(one, f"{address_of(one.task)}#phoi-hop", (one.due_on - today).days)
        )
    return answer


@dataclass(frozen=True, slots=True)
class StepView:
    """A step that somebody was given and has not ticked. days: left until its day, negative when late; None: no day."""

    step: Step
    address: str
    days: int | None

    @property
    def is_urgent(self) -> bool:
        return self.days is not None and self.days <= 2

    @property
    def words(self) -> str:
        if self.days is None:
            return "Chưa có hạn"
        if self.days < 0:
            return f"Trễ {-self.days} ngày"
        return f"Còn {self.days} ngày" if self.days else "Hạn hôm nay"


def open_steps(ward: int, people: Collection[int], *, today: dt.date) -> dict[int, list[StepView]]:
    """Person → the steps given to them and not done, the most urgent first. One query."""
    rows = (
        Step.objects.standing()
        .filter(ward_id=ward, person_id__in=people, done_at__isnull=True)
        .filter(task__set_aside_at__isnull=True, task__closed_at__isnull=True)
        .select_related("task")
        .order_by(F("due_on").asc(nulls_last=True), "id")
    )
    answer: dict[int, list[StepView]] = defaultdict(list)
    for one in rows:
        left = (one.due_on - today).days if one.due_on else None
        answer[one.person_id or 0].append(StepView(one, f"{address_of(one.task)}#buoc", left))
    return answer


@dataclass(frozen=True, slots=True)
class TimeAsked:
    """A request for more time that nobody has answered."""

    extension: Extension
    address: str


def time_asked(ward: int) -> list[TimeAsked]:
    """The ward's open requests for more time, oldest first. One query."""
    rows = (
        Extension.objects.standing()
        .filter(ward_id=ward, granted__isnull=True)
        .filter(task__set_aside_at__isnull=True, task__closed_at__isnull=True)
        .select_related("task", "asked_by")
    )
    return [TimeAsked(one, address_of(one.task)) for one in rows]


@dataclass(frozen=True, slots=True)
class News:
    """Something that happened on a task, for one person. who and what make a sentence; of a silence the task itself
    is its subject."""

    at: dt.datetime
    who: str
    what: str
    word: str
    title: str
    number: str
    address: str


def news(ward: int, people: Sequence[int], *, most: int = 20) -> dict[int, list[News]]:
    """Person → what they have not seen yet, newest first, at most so many each. One query."""
    rows = (
        Notice.objects.filter(ward_id=ward, person_id__in=people, seen_at__isnull=True)
        .select_related("task", "by")
        .order_by("-id")
    )
    if len(people) == 1:
        rows = rows[:most]
    answer: dict[int, list[News]] = defaultdict(list)
    for one in rows:
        if len(answer[one.person_id]) < most:
            answer[one.person_id].append(
                News(
                    one.at,
                    one.by.full_name if one.by else "Việc này" if one.code == "task.silent" else "Phần mềm",
                    NEWS[one.code],
                    one.word,
                    one.task.title,
                    one.task.number,
                    address_of(one.task),
                )
            )
    return answer


NEWS = {
    "task.reported": "ghi tiến độ",
    "task.handed-in": "nộp sản phẩm",
    "task.accepted": "duyệt sản phẩm",
    "task.given-back": "trả lại sản phẩm",
    "task.extension-asked": "xin gia hạn",
    "task.extension-granted": "cho gia hạn",
    "task.extension-refused": "không cho gia hạn",
    "task.extension-lapsed": "duyệt xong, nên đề nghị gia hạn không còn cần",
    "task.extension-open-again": "hoàn tác việc duyệt, nên đề nghị gia hạn lại chờ trả lời",
    "task.waits": "ghi là đang chờ nơi khác",
    "task.set-aside": "rút nhiệm vụ",
    "task.taken-in": "đưa nhiệm vụ trở lại",
    "task.assigned": "giao việc cho anh/chị",
    "task.handed-over": "bàn giao việc cho anh/chị",
    "task.step-added": "giao một bước cho anh/chị",
    "task.handover-opened": "mở bàn giao với anh/chị, chờ anh/chị xác nhận ở trang Bàn giao",
    "task.asked": "đề nghị phối hợp",
    "task.answered": "trả lời đề nghị phối hợp",
    "task.commented": "viết trao đổi",
    "task.mentioned": "nhắc đến anh/chị",
    "task.acknowledged": "đã nhận việc",
    "task.given": "giao việc",
    "task.directive": "có chỉ đạo",
    "task.undone": "hoàn tác việc vừa làm",
    "task.closed": "khép lại năm",
    "task.reminded": "nhắc việc",
    "task.silent": "lâu chưa có tin",
}
"""What a notice says after the name of who did it."""


def address_of(task: Task) -> str:
    """The page of a task."""
    return f"/viec/{task.year}/{task.book}/{task.number}/"


@dataclass(frozen=True, slots=True)
class DirectiveRow:
    """A duty from no plan. missing: the offices that have not said yes to it; nobody: none has."""

    view: TaskView
    missing: tuple[str, ...]
    nobody: bool

    @property
    def missing_words(self) -> str:
        return _first_named(self.missing)

    @property
    def leads_words(self) -> str:
        return _first_named(self.view.leads)

    @property
    def helpers_words(self) -> str:
        return _first_named(self.view.helpers)


def _first_named(names: Sequence[str]) -> str:
    """The first of them by name, then how many more: a duty may go to sixty neighbourhoods."""
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" và {more} đơn vị khác" if more > 0 else "")


_NAMED = 5


@dataclass(frozen=True, slots=True)
class DirectiveList:
    """counts: how many are in each group, before the filter; unacknowledged: how many some office has not said yes to."""

    rows: tuple[DirectiveRow, ...]
    counts: dict[Group, int]
    group: str
    unacknowledged: int = 0

    @property
    def query(self) -> str:
        """The filter as the end of an address."""
        return f"?tinh-trang={self.group}" if self.group else ""


UNACKNOWLEDGED = "chua-nhan"
"""what the list can be filtered by besides a group"""
_URGENCY = {"late": 0, "warn": 1, "soon": 2, "far": 3, "ok": 4}


def directives(ward: int, *, today: dt.date, group: str = "", most: int = 300) -> DirectiveList:
    """The newest duties that come from no plan, most urgent first; of one group, or only the UNACKNOWLEDGED ones, where
    that is named. Six queries."""
    tasks = list(
        Task.objects.filter(ward_id=ward, set_aside_at__isnull=True)
        .exclude(source=Task.PLAN)
        .order_by("-id")[:most]
    )
    views = views_of(tasks, ward=ward, today=today)
    counts = tallies(view.status for view in views)
    given: dict[int, list[TaskOffice]] = defaultdict(list)
    for row in TaskOffice.objects.filter(ward_id=ward, task__in=tasks).select_related("office"):
        given[row.task_id].append(row)
    rows = {view.task.pk: _directive_row(view, given[view.task.pk]) for view in views}
    unseen = sum(bool(row.missing) for row in rows.values())
    shown = [
        view
        for view in views
        if (
            rows[view.task.pk].missing
            if group == UNACKNOWLEDGED
            else group not in GROUPS or view.status.group == group
        )
    ]
    shown.sort(key=lambda view: (_URGENCY[view.status.group], -(view.status.days or 0) if view.status.group == "late" else (view.status.days or 0)))  # fmt: skip
    return DirectiveList(
        tuple(rows[view.task.pk] for view in shown),
        counts,
        group if group in GROUPS or group == UNACKNOWLEDGED else "",
        unseen,
    )


def _directive_row(view: TaskView, offices: Sequence[TaskOffice]) -> DirectiveRow:
    missing = [one for one in offices if not one.acknowledged_at]
    names = tuple(str(one.office) if one.office else one.name for one in missing)
    return DirectiveRow(view, names, bool(missing) and len(missing) == len(offices))


@dataclass(frozen=True, slots=True)
class Part:
    """How many open duties an office leads, how many of others it helps with; measured: plan rows that only name a figure."""

    leads: int = 0
    helps: int = 0
    measured: int = 0

    @property
    def total(self) -> int:
        return self.leads + self.helps + self.measured

    @property
    def words(self) -> str:
        """ "chủ trì 14, phối hợp 9 việc"; the same tasks as the week's letter counts."""
        parts = [f"{name} {n}" for name, n in (("chủ trì", self.leads), ("phối hợp", self.helps)) if n]
        return f"{', '.join(parts)} việc" if parts else ""


def parts_by_office(ward: int) -> dict[int, Part]:
    """Office → what it has to do with, of all plans and directives, that was not set aside and whose year is not closed.
    One query."""
    rows = TaskOffice.objects.filter(
        ward_id=ward, office_id__isnull=False, task__set_aside_at__isnull=True, task__closed_at__isnull=True
    ).order_by()
    named: dict[int, dict[int, str]] = defaultdict(dict)
    for office, task, role, measures in rows.values_list(
        "office_id", "task_id", "role", "task__is_indicator"
    ):
        of_task = named[office]
        what = "measured" if measures else "leads" if role == TaskOffice.LEAD else "helps"
        of_task[task] = "leads" if of_task.get(task) == "leads" else what
    return {
        office: Part(**{name: sum(what == name for what in of_task.values()) for name in ("leads", "helps", "measured")})
        for office, of_task in named.items()
    }  # fmt: skip


def said_lately(task: Task, *, by: int, percent: int | None, word: str, since: dt.datetime) -> bool:
    """Whether the person has said just this about the task since a moment. One query."""
    rows = Progress.objects.standing().filter(task=task, by_id=by, percent=percent, word=word, at__gte=since)
    return rows.exists()
