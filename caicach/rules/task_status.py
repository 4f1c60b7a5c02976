"""The one place where a task's status follows from its dates and from what was delivered. It is never typed.

Pure: facts and today come in as arguments. Ribbon, task page and tallies all use `status`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from caicach.rules.due import Every, Kind
from caicach.rules.refusal import Refusal

Tone = Literal["late", "warn", "next", "ok"]
Group = Literal["late", "warn", "soon", "far", "ok"]

GROUPS: dict[Group, str] = {
    "late": "Trễ hạn",
    "warn": "Cần để ý",
    "soon": "Sắp đến hạn",
    "far": "Chưa đến hạn",
    "ok": "Xong · đang thực hiện",
}
"""What the tallies count, most urgent first; every task is in exactly one."""


@dataclass(frozen=True, slots=True)
class OccurrenceFacts:
    """One day on which something is owed, and the newest thing that was handed in for it.

    handed_in_on: its day; accepted, returned: the coordinator's word on it. Neither: it waits for a word.
    """

    due_on: dt.date
    handed_in_on: dt.date | None = None
    accepted: bool = False
    returned: bool = False


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """What a status needs. since: the day the task came into force; last_word_on: newest report or delivery.

    waiting, returned: of things handed in that belong to no dated occurrence. closed: accepted as finished.
    """

    kind: Kind
    start: dt.date | None = None
    every: Every | None = None
    condition: str | None = None
    since: dt.date | None = None
    occurrences: tuple[OccurrenceFacts, ...] = ()
    last_word_on: dt.date | None = None
    waiting: bool = False
    returned: bool = False
    set_aside: bool = False


@dataclass(frozen=True, slots=True)
class Status:
    """code is stable; words stand on the chip; days: late by, or left, where that has a meaning."""

    code: str
    tone: Tone
    group: Group
    words: str
    days: int | None = None


def status(facts: TaskFacts, *, today: dt.date, soon_days: int = 14, silent_months: int = 2) -> Status:
    """The status on a day. Of several occurrences the earliest one that is not settled speaks."""
    if facts.set_aside:
        return Status("set-aside", "next", "far", "Đã rút")
    if facts.occurrences:
        return _dated(facts, today, soon_days)
    if facts.returned:
        return Status("returned", "warn", "warn", "Bị trả lại")
    if facts.waiting:
        return Status("handed-in", "ok", "ok", "Chờ duyệt")
    if facts.kind == "ongoing":
        return _ongoing(facts, today, silent_months)
    if facts.kind == "external":
        return Status("waiting-event", "next", "far", "Chờ cấp trên")
    if facts.kind in ("by", "recurring"):  # every date lies before the plan's own
        return Status("no-occurrence", "next", "far", "Không có kỳ nào")
    return Status("no-deadline", "warn", "warn", "Chưa có hạn")


def _dated(facts: TaskFacts, today: dt.date, soon_days: int) -> Status:
    open_ones = [o for o in facts.occurrences if not o.accepted]
    if not open_ones:
        return _done(facts)
    # What was handed in and waits for the coordinator's word is no longer late by the officer's doing.
    owed = [o for o in open_ones if o.handed_in_on is None or o.returned]
    if not owed:
        return Status("handed-in", "ok", "ok", "Chờ duyệt")
    first = owed[0]
    left = (first.due_on - today).days
    if left < 0:
        return Status("late", "late", "late", _late_words(facts, first, -left), -left)
    if first.returned:
        return Status("returned", "warn", "warn", "Bị trả lại", left)
    if left == 0:
        return Status("soon", "next", "soon", "Hạn hôm nay", 0)
    if left <= soon_days:
        return Status("soon", "next", "soon", f"Còn {left} ngày", left)
    if any(o.handed_in_on and not o.accepted for o in open_ones):
        return Status("handed-in", "ok", "ok", "Chờ duyệt", left)
    if facts.start and facts.start > today:
        return Status("not-begun", "next", "far", f"Từ {facts.start.day:02}/{facts.start.month:02}", left)
    return Status("running", "next", "far", f"Còn {left} ngày", left)


def _late_words(facts: TaskFacts, first: OccurrenceFacts, days: int) -> str:
    match facts.every:
        case "quarter":
            return f"Trễ quý {('I', 'II', 'III', 'IV')[(first.due_on.month - 1) // 3]}"
        case "month":
            return f"Trễ tháng {first.due_on.month}"
        case _:
            return f"Trễ {days} ngày"


def _done(facts: TaskFacts) -> Status:
    late = max(((o.handed_in_on - o.due_on).days for o in facts.occurrences if o.handed_in_on), default=0)
    if late > 0:
        return Status("done", "ok", "ok", f"Xong, trễ {late} ngày", late)
    return Status("done", "ok", "ok", "Xong")


def _ongoing(facts: TaskFacts, today: dt.date, silent_months: int) -> Status:
    if facts.start and facts.start > today:
        return Status("not-begun", "next", "far", f"Từ {facts.start.day:02}/{facts.start.month:02}")
    heard = max((d for d in (facts.last_word_on, facts.since, facts.start) if d), default=None)
    silent = whole_months(heard, today) if heard else 0
    if silent >= silent_months:
        return Status("silent", "warn", "warn", f"Chưa có tin {silent} tháng", silent)
    return Status("running", "ok", "ok", "Đang thực hiện")


def whole_months(since: dt.date, until: dt.date) -> int:
    """Whole months between two days; 0 if until comes first."""
    months = (until.year - since.year) * 12 + until.month - since.month
    return max(0, months - (until.day < since.day))


def tallies(all_of: Iterable[Status]) -> dict[Group, int]:
    """How many tasks are in each group, every group named."""
    counts: dict[Group, int] = dict.fromkeys(GROUPS, 0)
    for one in all_of:
        counts[one.group] += 1
    return counts


def check_acceptable(*, handed_in: bool, judged: bool) -> None:
    """Raises Refusal task.nothing-handed-in or task.already-judged."""
    if not handed_in:
        raise Refusal("task.nothing-handed-in")
    if judged:
        raise Refusal("task.already-judged")
