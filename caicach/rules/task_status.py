"""The one place where a task's status follows from its dates and from what was delivered. It is never typed.

Pure: facts and today come in as arguments. Ribbon, task page and tallies all use `status`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
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
URGENT: tuple[Group, ...] = ("late", "warn")
"""What somebody has to decide on."""


@dataclass(frozen=True, slots=True)
class OccurrenceFacts:
    """One day on which something is owed, and the newest thing that was handed in for it.

    handed_in_on: its day; accepted, returned: the coordinator's word on it. Neither: it waits for a word.
    first_due_on: the day before it was put off, None where it never was.
    """

    due_on: dt.date
    handed_in_on: dt.date | None = None
    accepted: bool = False
    returned: bool = False
    first_due_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class HandedIn:
    """Something handed in. parts: the positions of the deliverables that it is, from 0; none named: all of them."""

    parts: frozenset[int]
    on: dt.date
    accepted: bool
    returned: bool


def gather(
    due_on: dt.date,
    handed: Sequence[HandedIn],
    *,
    parts: int,
    every: bool = True,
    first_due_on: dt.date | None = None,
) -> OccurrenceFacts:
    """What a day is, from all that was handed in for it, oldest first; of each deliverable the newest counts.

    parts: how many deliverables the plan names. every: all of them must be there (a task with one day); else one is
    enough (of a quarterly task the plan doesn't say which of "plan, report" is owed each quarter). The day was kept on
    the day of the last one, is accepted when all that must be there are, and given back as long as one is.
    """
    newest = _newest(handed, parts)
    whole = len(newest) == max(parts, 1) if every else bool(newest)
    return OccurrenceFacts(
        due_on=due_on,
        handed_in_on=max(one.on for one in newest.values()) if whole else None,
        accepted=whole and all(one.accepted for one in newest.values()),
        returned=any(one.returned for one in newest.values()),
        first_due_on=first_due_on,
    )


def missing_parts(handed: Sequence[HandedIn], *, parts: int) -> frozenset[int]:
    """The positions of the deliverables that were never handed in, or given back."""
    newest = _newest(handed, parts)
    return frozenset(n for n in range(max(parts, 1)) if n not in newest or newest[n].returned)


def is_owed(handed: Sequence[HandedIn], *, parts: int, every: bool) -> bool:
    """Whether anything must still be handed in for a day; `gather` says what the words mean."""
    facts = gather(dt.date.min, handed, parts=parts, every=every)
    return facts.handed_in_on is None or facts.returned


def _newest(handed: Sequence[HandedIn], parts: int) -> dict[int, HandedIn]:
    newest: dict[int, HandedIn] = {}
    for one in handed:
        for part in range(max(parts, 1)) if parts < 2 or not one.parts else one.parts:
            newest[part] = one
    return newest


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """What a status needs. since: the day the task came into force; here_since: the day from which a word on it could be
    written here, where that is later; last_word_on: newest report or delivery.

    waiting, returned: of things handed in that belong to no dated occurrence. waits_for, waits_since: somebody else
    whom it waits for. silent_days: after so many days without a word it is silent; None: as everywhere.
    """

    kind: Kind
    start: dt.date | None = None
    every: Every | None = None
    condition: str | None = None
    since: dt.date | None = None
    here_since: dt.date | None = None
    occurrences: tuple[OccurrenceFacts, ...] = ()
    last_word_on: dt.date | None = None
    waiting: bool = False
    returned: bool = False
    set_aside: bool = False
    waits_for: str = ""
    waits_since: dt.date | None = None
    silent_days: int | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """code is stable; words stand on the chip; days: late by, or left, where that has a meaning."""

    code: str
    tone: Tone
    group: Group
    words: str
    days: int | None = None


def status(facts: TaskFacts, *, today: dt.date, soon_days: int = 14, silent_days: int = 30) -> Status:
    """The status on a day. Of several occurrences the earliest one that is not settled speaks.

    Waiting for somebody else is no excuse for a day that has gone by, nor for saying nothing: late, given back and
    silent come before it.
    """
    if facts.set_aside:
        return Status("set-aside", "next", "far", "Đã rút")
    found = _by_dates(facts, today, soon_days, facts.silent_days or silent_days)
    if facts.waits_for and facts.waits_since and found.group in ("soon", "far", "ok"):
        if found.code in ("soon", "running", "not-begun", "waiting-event", "no-occurrence"):
            words = facts.waits_for
            if len(words) > _SHORT:
                words = f"từ {facts.waits_since.day:02}/{facts.waits_since.month:02}"
            return Status("waiting", "next", found.group, f"Chờ {words}", found.days)
    return found


_SHORT = 18
"""letters of a name that a chip has room for"""


def _by_dates(facts: TaskFacts, today: dt.date, soon_days: int, silent_days: int) -> Status:
    if facts.occurrences:
        return _dated(facts, today, soon_days)
    if facts.returned:
        return Status("returned", "warn", "warn", "Bị trả lại")
    if facts.waiting:
        return Status("handed-in", "ok", "ok", "Chờ duyệt")
    if facts.kind == "ongoing":
        return _ongoing(facts, today, silent_days)
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


def _ongoing(facts: TaskFacts, today: dt.date, silent_days: int) -> Status:
    if facts.start and facts.start > today:
        return Status("not-begun", "next", "far", f"Từ {facts.start.day:02}/{facts.start.month:02}")
    # A plan entered late in its year was not silent before: nobody could have written a word here.
    known = (facts.last_word_on, facts.since, facts.here_since, facts.start)
    heard = max((day for day in known if day), default=None)
    silent = (today - heard).days if heard else 0
    if silent > silent_days:
        return Status("silent", "warn", "warn", silence_words(heard or today, today), silent)
    return Status("running", "ok", "ok", "Đang thực hiện")


def silence_words(heard: dt.date, today: dt.date) -> str:
    """ "Chưa có tin 41 ngày"; from two whole months on in months."""
    months = whole_months(heard, today)
    return f"Chưa có tin {months} tháng" if months >= 2 else f"Chưa có tin {(today - heard).days} ngày"


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
