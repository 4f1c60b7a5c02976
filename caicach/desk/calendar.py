"""The year's days by month and week, and the same days for a calendar outside."""

from __future__ import annotations

import calendar as months
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from caicach import data
from caicach.accounts.queries import Actor, actor_of
from caicach.core.http import Missing
from caicach.core.templatetags.ui import place
from caicach.desk.models import Feed
from caicach.desk.queries import is_mine
from caicach.organisation.queries import ward_calendar
from caicach.rules.rights import HEAD, OFFICER
from caicach.rules.task_status import OccurrenceFacts
from caicach.tasks import queries as tasks
from caicach.tasks.queries import TaskView
from caicach.writing.ics import DayEntry

MINE, OFFICE, WARD = "toi", "don-vi", "ca-phuong"
WHOSE = {MINE: "Của tôi", OFFICE: "Đơn vị tôi", WARD: "Cả phường"}
SHOWN = 4
"""So many entries a month's day has room for; the rest is one link."""
YEARS = range(2000, 2101)
_DONE = {"accepted": "đã xong", "handed-in": "đã nộp, chờ duyệt", "back": "bị trả lại", "late": "trễ hạn"}


@dataclass(frozen=True, slots=True)
class Entry:
    """Something owed on a day. key: the same when the day is put off; words: how it stands, "" while it is ahead."""

    key: str
    day: dt.date
    number: str
    title: str
    leads: str
    address: str
    tone: str
    words: str
    about: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the sheet. off: why nobody works, "" on a working day; note: a make-up day's name."""

    day: dt.date
    is_today: bool
    is_inside: bool
    off: str
    note: str
    entries: tuple[Entry, ...]

    @property
    def more(self) -> int:
        return max(0, len(self.entries) - SHOWN)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A month or a week. before, after: the day that the sheets beside it are named by, None at the end of time."""

    is_week: bool
    day: dt.date
    title: str
    days: tuple[Day, ...]
    before: dt.date | None
    after: dt.date | None
    whose: str
    count: int
    late: int


def whose_of(actor: Actor, asked: str) -> str:
    """Whose days are shown: what was asked for, where the person has such; else what my work shows."""
    if actor.office_id is None:
        return WARD
    if asked == MINE and actor.role != OFFICER:
        return OFFICE
    usual = MINE if actor.role == OFFICER else OFFICE if actor.role == HEAD else WARD
    return asked if asked in WHOSE else usual


def choices_of(actor: Actor) -> dict[str, str]:
    """The choices that a person has; fewer than two: none."""
    if actor.office_id is None:
        return {}
    return {name: words for name, words in WHOSE.items() if name != MINE or actor.role == OFFICER}


def sheet(actor: Actor, *, day: dt.date, week: bool, whose: str, today: dt.date) -> Sheet:
    """The month or the week around a day. Six queries, whatever the number of tasks."""
    if week:
        first = _monday(day)
        last = first + dt.timedelta(days=6)
        inside = (first, last)
        title = f"Tuần {first.day}/{first.month} – {last.day}/{last.month}/{last.year}"
        before, after = first - dt.timedelta(days=7), first + dt.timedelta(days=7)
    else:
        inside = (day.replace(day=1), day.replace(day=months.monthrange(day.year, day.month)[1]))
        first = _monday(inside[0])
        last = _monday(inside[1]) + dt.timedelta(days=6)
        title = f"Tháng {day.month}/{day.year}"
        before = (inside[0] - dt.timedelta(days=1)).replace(day=1)
        after = inside[1] + dt.timedelta(days=1)
    found = [one for one in entries(actor, whose=whose, today=today) if first <= one.day <= last]
    seen = [one for one in found if inside[0] <= one.day <= inside[1]]
    own = ward_calendar(actor.ward_id, actor.calendar)
    work, names = own.work, {**data.day_names(), **own.names}
    days = []
    for n in range((last - first).days + 1):
        at = first + dt.timedelta(days=n)
        off = "" if work.is_working(at) else names.get(at, "ngày nghỉ")
        days.append(
            Day(
                day=at,
                is_today=at == today,
                is_inside=inside[0] <= at <= inside[1],
                off=off,
                note=names.get(at, "") if not off else "",
                entries=tuple(one for one in found if one.day == at),
            )
        )
    return Sheet(
        is_week=week,
        day=day,
        title=title,
        days=tuple(days),
        before=before if before.year in YEARS else None,
        after=after if after.year in YEARS else None,
        whose=whose,
        count=len(seen),
        late=sum(one.tone == "late" for one in seen),
    )


def entries(actor: Actor, *, whose: str, today: dt.date) -> list[Entry]:
    """Everything owed on a day, by day and number. Five queries."""
    views = tasks.views_of(tasks.open_tasks(actor.ward_id), ward=actor.ward_id, today=today)
    shown = [view for view in views if not view.task.is_indicator and _is_of(view, actor, whose)]
    found = [
        _entry(view, one, today, actor.ward_id)
        for view in shown
        for one in view.facts.occurrences
        if not view.task.closed_at or one.handed_in_on
    ]
    return sorted(found, key=lambda one: (one.day, one.is_done, one.number, one.title))


def _is_of(view: TaskView, actor: Actor, whose: str) -> bool:
    if whose == WARD:
        return True
    if actor.office_id not in view.lead_ids:
        return False
    return whose == OFFICE or is_mine(view, actor.holder_id, actor.office_id)


def _entry(view: TaskView, one: OccurrenceFacts, today: dt.date, ward: int) -> Entry:
    task = view.task
    has_it = one.handed_in_on is not None and not one.returned
    if one.accepted:
        tone, words = "ok", _DONE["accepted"]
    elif has_it:
        tone, words = "ok", _DONE["handed-in"]
    elif one.due_on < today:
        tone, words = "late", _DONE["late"]
    elif one.returned:
        tone, words = "warn", _DONE["back"]
    else:
        tone, words = "next", ""
    first = one.first_due_on or one.due_on
    leads = ", ".join(view.leads)
    about = [f"Chủ trì: {leads}" if leads else "", f"Sản phẩm: {task.deliverables.replace(chr(10), '; ')}" if task.deliverables else ""]  # fmt: skip
    if one.first_due_on and one.first_due_on != one.due_on:
        about.append(f"Hạn đầu: {first.day:02}/{first.month:02}/{first.year}")
    return Entry(
        key=f"{ward}-{task.year}-{task.book}-{task.number}-{first:%Y%m%d}@caicach",
        day=one.due_on,
        number=place(task.number) if task.source == task.PLAN else "",
        title=task.title,
        leads=leads,
        address=view.address,
        tone=tone,
        words=words,
        about="\n".join(part for part in (*about, words.capitalize()) if part),
        is_done=one.accepted or has_it,
    )


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


# --- outside ---------------------------------------------------------------------------------------------------


def feed_token(person: int) -> str:
    """The secret part of a person's address; "" for none yet. One query."""
    return Feed.objects.filter(person_id=person).values_list("token", flat=True).first() or ""


def feed(token: str, *, today: dt.date) -> Actor:
    """Whose calendar a secret address is, at the post of today. Two queries. Raises Missing."""
    found = (
        Feed.objects.filter(token=token, person__is_active=True).values_list("person_id", flat=True).first()
    )
    actor = actor_of(found, on=today) if found else None
    if actor is None or not actor.ward_id:
        raise Missing
    return actor


def outside(found: Iterable[Entry], *, site: str, today: dt.date) -> list[DayEntry]:
    """What a calendar outside is given: from half a year back to a year ahead. site: begins the addresses."""
    first, last = today - dt.timedelta(days=183), today + dt.timedelta(days=366)
    return [
        DayEntry(
            key=one.key,
            day=one.day,
            title=f"{'Đã nộp: ' if one.is_done else ''}{one.number} {one.title}".replace("  ", " ").strip(),
            about=one.about,
            address=f"{site}{one.address}",
        )
        for one in found
        if first <= one.day <= last
    ]
