"""What the screens show of tasks: frozen facts, a fixed number of queries."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.conf import settings

from caicach.core.clock import local_day
from caicach.core.http import Missing
from caicach.history import queries as history
from caicach.rules.task_status import OccurrenceFacts, Status, TaskFacts, status
from caicach.tasks.models import Delivery, Occurrence, Progress, Task, TaskOffice


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task with all that follows from its rows. leads: (name, short or name); words_on: days of reports."""

    task: Task
    facts: TaskFacts
    status: Status
    leads: tuple[str, ...]
    lead_ids: frozenset[int]
    helpers: tuple[str, ...]
    office_ids: frozenset[int]
    words_on: tuple[dt.date, ...]
    percent: int | None

    @property
    def has_waiting(self) -> bool:
        """Something was handed in and waits for the coordinator's word."""
        return self.facts.waiting or any(
            o.handed_in_on and not o.accepted and not o.returned for o in self.facts.occurrences
        )

    @property
    def address(self) -> str:
        return f"/viec/{self.task.year}/{self.task.book}/{self.task.number}/"


def views_of(tasks: Sequence[Task], *, ward: int, today: dt.date, shorts: dict[int, str]) -> list[TaskView]:
    """Every task with its status. Four queries, whatever the number. shorts: office id → short name."""
    ids = [task.pk for task in tasks]
    offices: dict[int, list[tuple[str, int | None, str]]] = defaultdict(list)
    named = TaskOffice.objects.filter(ward_id=ward, task_id__in=ids).values_list(
        "task_id", "role", "office_id", "name"
    )
    for task_id, role, office_id, name in named:
        offices[task_id].append((role, office_id, name))
    days: dict[int, list[tuple[int, dt.date]]] = defaultdict(list)
    for task_id, pk, due_on in Occurrence.objects.filter(ward_id=ward, task_id__in=ids).values_list(
        "task_id", "pk", "due_on"
    ):
        days[task_id].append((pk, due_on))
    said: dict[int, list[tuple[dt.date, int | None]]] = defaultdict(list)
    for task_id, at, percent in Progress.objects.filter(ward_id=ward, task_id__in=ids).values_list(
        "task_id", "at", "percent"
    ):
        said[task_id].append((local_day(at), percent))
    handed: dict[int, list[_Handed]] = defaultdict(list)
    rows = Delivery.objects.filter(ward_id=ward, task_id__in=ids).values_list(
        "task_id", "occurrence_id", "at", "document_date", "accepted_at", "returned_at"
    )
    for task_id, occurrence, at, issued, accepted, returned in rows:
        handed[task_id].append(
            _Handed(
                occurrence, _made_on(at, issued), local_day(at), accepted is not None, returned is not None
            )
        )
    answer = []
    for task in tasks:
        facts = facts_of(task, days[task.pk], said[task.pk], handed[task.pk])
        own = offices[task.pk]
        leads = [(pk, name) for role, pk, name in own if role == TaskOffice.LEAD]
        answer.append(
            TaskView(
                task=task,
                facts=facts,
                status=status(
                    facts, today=today, soon_days=settings.SOON_DAYS, silent_months=settings.SILENT_MONTHS
                ),
                leads=tuple(shorts.get(pk or 0, name) for pk, name in leads),
                lead_ids=frozenset(pk for pk, _ in leads if pk),
                helpers=tuple(shorts.get(pk or 0, name) for role, pk, name in own if role == TaskOffice.HELP),
                office_ids=frozenset(pk for _, pk, _ in own if pk),
                words_on=tuple(
                    sorted({day for day, _ in said[task.pk]} | {h.said_on for h in handed[task.pk]})
                ),
                percent=next((p for _, p in said[task.pk] if p is not None), None),
            )
        )
    return answer


def _made_on(at: dt.datetime, issued: dt.date | None) -> dt.date:
    """The day on which what was handed in was there: its document's own date, where it has one from before."""
    day = local_day(at)
    return min(issued, day) if issued else day


def open_tasks(ward: int) -> list[Task]:
    """The ward's tasks of all books that were not set aside."""
    return list(Task.objects.filter(ward_id=ward, set_aside_at__isnull=True).order_by("year", "id"))


@dataclass(frozen=True, slots=True)
class _Handed:
    occurrence: int | None
    on: dt.date
    said_on: dt.date
    accepted: bool
    returned: bool


def facts_of(
    task: Task,
    days: Iterable[tuple[int, dt.date]],
    said: Sequence[tuple[dt.date, int | None]],
    handed: Sequence[_Handed],
) -> TaskFacts:
    """The facts that `task_status` asks for, from the rows of one task; handed in order of time."""
    newest = {h.occurrence: h for h in handed}
    loose = newest.get(None)
    words = [day for day, _ in said] + [h.said_on for h in handed]
    return TaskFacts(
        kind=task.due_kind,  # type: ignore[arg-type]
        start=task.due_start or (dt.date(task.year, 1, 1) if task.due_kind == "ongoing" else None),
        every=task.due_every or None,  # type: ignore[arg-type]
        condition=task.due_condition or None,
        since=task.in_force_since,
        occurrences=tuple(
            OccurrenceFacts(day, h.on if h else None, bool(h and h.accepted), bool(h and h.returned))
            for pk, day in sorted(days, key=lambda pair: pair[1])
            for h in (newest.get(pk),)
        ),
        last_word_on=max(words, default=None),
        waiting=bool(loose and not loose.accepted and not loose.returned),
        returned=bool(loose and loose.returned),
        set_aside=task.set_aside_at is not None,
    )


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry of a task's history, in words."""

    at: dt.datetime
    who: str
    what: str
    word: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class OccurrenceView:
    id: int
    due_on: dt.date
    working_day: dt.date
    state: str
    tone: str
    is_free: bool


@dataclass(frozen=True, slots=True)
class TaskPage:
    """A task's page, whole."""

    view: TaskView
    occurrences: tuple[OccurrenceView, ...]
    deliveries: tuple[Delivery, ...]
    waiting: tuple[Delivery, ...]
    moments: tuple[Moment, ...]
    deliverables: tuple[str, ...] = field(default=())


def task_for(ward: int, year: int, book: str, number: str) -> Task:
    """The one door to a task: by its address, in the actor's ward. Raises Missing."""
    rows = Task.objects.filter(ward_id=ward, year=year, book=book, number=number)
    task = rows.filter(set_aside_at__isnull=True).first() or rows.order_by("-set_aside_at").first()
    if task is None and "~" not in number:  # an amendment took it out: a link to it still leads there
        old = Task.objects.filter(ward_id=ward, year=year, book=book, number__startswith=f"{number}~")
        task = old.order_by("-set_aside_at").first()
    if task is None:
        raise Missing
    return task


def delivery_for(ward: int, task: Task, position: int) -> Delivery:
    """The nth thing handed in for a task, from 1. Raises Missing."""
    rows = list(Delivery.objects.filter(ward_id=ward, task=task).select_related("file"))
    if not 1 <= position <= len(rows):
        raise Missing
    return rows[position - 1]


def page(ward: int, task: Task, *, today: dt.date, shorts: dict[int, str]) -> TaskPage:
    """All that the task's page shows. Six queries."""
    view = views_of([task], ward=ward, today=today, shorts=shorts)[0]
    deliveries = tuple(
        Delivery.objects.filter(ward_id=ward, task=task).select_related(
            "file", "by", "judged_by", "occurrence"
        )
    )
    for number, delivery in enumerate(deliveries, 1):
        delivery.position = number  # type: ignore[attr-defined]
    newest = {d.occurrence_id: d for d in deliveries}
    occurrences = []
    for row in task.occurrences.all():
        occurrences.append(_occurrence(row, newest.get(row.pk), today))
    return TaskPage(
        view=view,
        occurrences=tuple(occurrences),
        deliveries=deliveries,
        waiting=tuple(d for d in deliveries if not d.accepted_at and not d.returned_at),
        moments=tuple(_moment(told) for told in history.of(ward, "tasks.task", [task.pk])),
        deliverables=tuple(task.deliverables.split("\n")) if task.deliverables else (),
    )


def _occurrence(row: Occurrence, newest: Delivery | None, today: dt.date) -> OccurrenceView:
    if newest and newest.accepted_at:
        late = (_made_on(newest.at, newest.document_date) - row.due_on).days
        state, tone = (f"Xong, trễ {late} ngày" if late > 0 else "Xong"), "ok"
    elif newest and not newest.returned_at:
        state, tone = "Chờ duyệt", "ok"
    elif row.due_on < today:
        state, tone = f"Trễ {(today - row.due_on).days} ngày", "late"
    elif newest:
        state, tone = "Bị trả lại", "warn"
    else:
        left = (row.due_on - today).days
        state, tone = (f"Còn {left} ngày" if left else "Hạn hôm nay"), "next"
    free = newest is None or newest.returned_at is not None
    return OccurrenceView(row.pk, row.due_on, row.working_day, state, tone, free)


def _moment(told: history.Told) -> Moment:
    facts = told.facts
    percent, due_on = facts.get("percent"), facts.get("due_on")
    term = f" cho hạn {_day(due_on)}" if due_on else ""
    match told.code:
        case "task.reported":
            what, tone = ("Ghi tiến độ" if percent is None else f"Ghi tiến độ: {percent}%"), ""
        case "task.handed-in":
            named = f"văn bản {facts['document']}" if facts.get("document") else f"tệp {facts.get('file')}"
            what, tone = f"Nộp {named}{term}", "next"
        case "task.accepted":
            what, tone = f"Duyệt sản phẩm{term}", "ok"
        case "task.given-back":
            what, tone = f"Trả lại sản phẩm{term}", "warn"
        case "task.taken-over":
            what, tone = "Đưa vào thực hiện", ""
        case "task.changed":
            what, tone = f"Sửa theo văn bản sửa đổi{_due_changed(facts)}", "warn"
        case "task.set-aside":
            what, tone = "Rút khỏi kế hoạch", "warn"
        case "task.brought-back":
            what, tone = "Hoàn tác bản sửa đổi: trở lại như trước", "warn"
        case other:
            what, tone = other, ""
    return Moment(told.at, told.who or "Phần mềm", what, told.word, tone)


def _due_changed(facts: Mapping[str, object]) -> str:
    before, after = facts.get("before"), facts.get("after")
    if not isinstance(before, dict) or not isinstance(after, dict) or before.get("due") == after.get("due"):
        return ""
    return f": hạn trước là “{before.get('due') or 'không ghi'}”, nay là “{after.get('due') or 'không ghi'}”"


def _day(text: object) -> str:
    return f"{dt.date.fromisoformat(str(text)):%d/%m/%Y}"


@dataclass(frozen=True, slots=True)
class GivenBack:
    """What was handed in and given back, and isn't handed in again yet."""

    at: dt.datetime
    by: str
    word: str


def given_back(ward: int, ids: Sequence[int]) -> dict[int, GivenBack]:
    """Task id → its newest return that nothing has followed for the same day. One query."""
    newest: dict[tuple[int, int | None], Delivery] = {}
    rows = Delivery.objects.filter(ward_id=ward, task_id__in=ids).select_related("judged_by")
    for row in rows:
        newest[row.task_id, row.occurrence_id] = row
    answer: dict[int, GivenBack] = {}
    for (task, _), row in newest.items():
        if row.returned_at and (task not in answer or answer[task].at < row.returned_at):
            name = row.judged_by.full_name if row.judged_by else ""
            answer[task] = GivenBack(row.returned_at, name, row.judged_word)
    return answer


_WORK = ("task.reported", "task.handed-in", "task.accepted", "task.given-back")


def reported_count(ward: int, ids: Sequence[int], *, after: int = 0) -> int:
    """How many of these tasks somebody has said, handed in or judged something about (after an event)."""
    if after:
        return len(history.happened_since(ward, "tasks.task", ids, _WORK, after=after))
    said = Progress.objects.filter(ward_id=ward, task_id__in=ids)
    handed = Delivery.objects.filter(ward_id=ward, task_id__in=ids)
    return len(set(said.values_list("task_id", flat=True)) | set(handed.values_list("task_id", flat=True)))
