"""The clock of a dossier: from its events alone when it is due, how much was used, what is left, by when to apologise.

Sources: Civil Code art. 147(2) (the first day is not counted), art. 148(3) (a time in months ends on the same
day of the month, else its last) and 148(5) (a last day that is off moves to the next working day);
NĐ 118/2025/NĐ-CP and what it kept of NĐ 61/2018 art. 19 (supplement, apology at least a day before). Which way a ward counts days,
the cut-off hour and what follows a supplement are terms of a procedure, not facts of this file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from caicach.rules.refusal import Refusal
from caicach.rules.work_time import DAY, WorkTime, months_after

Unit = Literal["working-day", "calendar-day", "working-hour", "same-day", "month"]
Count = Literal["end-of-day", "same-hour"]
Kind = Literal[
    "accepted", "paused", "resumed", "extended", "resolved", "withdrawn", "stopped", "reopened", "handed-over"
]
Reason = Literal["supplement", "payment", "agency"]
State = Literal["none", "running", "paused", "done", "ended"]
MOST = 3_650
"""days or hours of one term at most: more is a slip of the finger"""
MOST_MONTHS = 120


@dataclass(frozen=True, slots=True)
class Term:
    """How long a procedure may take. amount: days, hours or months, none for "same-day"; count: how working days are
    counted; cut_off: accepted up to and with this time a same-day dossier is due the same day; restarts: after a supplement
    the whole time runs again, else what was left. quarters: where minutes are counted, what is promised is the next full
    quarter of an hour, never past the end of a session."""

    unit: Unit
    amount: int = 0
    count: Count = "end-of-day"
    cut_off: dt.time | None = None
    restarts: bool = True
    quarters: bool = False

    @property
    def counts_minutes(self) -> bool:
        return self.unit == "working-hour" or (self.unit == "working-day" and self.count == "same-hour")


@dataclass(frozen=True, slots=True)
class Counting:
    """How a ward counts what a procedure only names in days: as in `Term`."""

    count: Count = "end-of-day"
    cut_off: dt.time | None = None
    quarters: bool = False

    def term(self, unit: Unit, amount: int) -> Term:
        return Term(unit, amount, self.count, self.cut_off, quarters=self.quarters)


@dataclass(frozen=True, slots=True)
class Move:
    """What happened to a dossier, as far as its clock is concerned. reason: of a pause; amount: working days of an
    extension, or of a correction (0: the whole time again); to: the office that has it from then on."""

    at: dt.datetime
    kind: Kind
    reason: Reason | None = None
    amount: int = 0
    to: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a dossier came out when it was resolved: kept whatever happens to it afterwards."""

    first_due: dt.datetime
    due: dt.datetime
    resolved: dt.datetime
    used_minutes: int
    late_minutes: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What the clock shows. Minutes of work; due and apology_by are None while it stands still, and once it has ended without
    a result. earlier: the verdicts before it was opened again, the first one first."""

    state: State
    first_due: dt.datetime | None = None
    due: dt.datetime | None = None
    used_minutes: int = 0
    left_minutes: int | None = None
    late_minutes: int = 0
    apology_by: dt.date | None = None
    earlier: tuple[Verdict, ...] = ()


def read(time: WorkTime, term: Term, moves: Sequence[Move], now: dt.datetime) -> Reading:
    """The clock at a moment; what happened after it is not known yet. moves: in any order.

    Raises Refusal clock.order for a move that the state does not allow, clock.term for a term or an extension that is no
    such thing, clock.far where a day lies beyond every calendar.
    """
    most = MOST_MONTHS if term.unit == "month" else MOST
    if not 0 <= term.amount <= most:
        raise Refusal("clock.term", what="term.amount", most=most)
    try:
        return _Clock(time, term).run(sorted(moves, key=lambda move: move.at), now)
    except OverflowError:
        raise Refusal("clock.far") from None


def apology_day(time: WorkTime, due: dt.date) -> dt.date:
    """The last working day before a promised one."""
    return time.nth_day(time.nth_day(due, 0), -1)


def share_used_at(time: WorkTime, since: dt.datetime, due: dt.datetime, percent: int) -> dt.datetime:
    """When so much of the working time between receipt and promise is used: who works on it should see it then, or its head."""
    return time.after(since, -(-time.between(since, due) * percent // 100))


_NEVER = dt.datetime.fromisoformat("0001-01-01")
MINUTE = dt.timedelta(minutes=1)


_ALLOWED: dict[Kind, tuple[State, ...]] = {
    "accepted": ("none",),
    "paused": ("running",),
    "resumed": ("paused",),
    "extended": ("running",),
    "resolved": ("running",),
    "withdrawn": ("running", "paused"),
    "stopped": ("running", "paused"),
    "reopened": ("done",),
    "handed-over": ("running", "paused"),
}
"""in which states of the clock a move may come"""


class _Clock:
    """One run over the moves. end: the day that counting of days gave, before a day off moved it; exact: the due moment
    before it was rounded up."""

    def __init__(self, time: WorkTime, term: Term) -> None:
        self.time, self.term = time, term
        self.state: State = "none"
        self.first: dt.datetime | None = None
        self.due, self.end, self.exact = _NEVER, _NEVER.date(), _NEVER
        self.earlier: tuple[Verdict, ...] = ()
        self.accepted = self.since = self.until = _NEVER
        self.used = self.left = 0
        self.reason: Reason | None = None

    def run(self, moves: Sequence[Move], now: dt.datetime) -> Reading:
        for move in moves:
            if move.at <= now:
                self.take(move)
        if self.state == "none":
            return Reading("none")
        if self.state == "paused":
            return Reading("paused", self.first, used_minutes=self.used, earlier=self.earlier)
        if self.state == "ended":
            return Reading("ended", self.first, used_minutes=self.used, earlier=self.earlier)
        until = self.until if self.state == "done" else now
        left = self.time.between(until, self.due)
        apology = apology_day(self.time, self.due.date())
        return Reading(
            self.state,
            self.first,
            self.due,
            self.used + self.time.between(self.since, until),
            max(0, left),
            max(0, -left),
            apology if apology >= self.accepted.date() else None,
            self.earlier,
        )

    def take(self, move: Move) -> None:
        if self.state not in _ALLOWED[move.kind]:
            raise Refusal("clock.order", at=f"{move.at:%d/%m/%Y %H:%M}", move=move.kind, state=self.state)
        match move.kind:
            case "accepted":
                self.state, self.accepted = "running", move.at
                self.start(move.at)
                self.first = self.due
            case "paused":
                self.state, self.reason = "paused", move.reason
                self.used += self.time.between(self.since, move.at)
                self.left = self.left_at(move.at)
            case "resumed":
                self.state = "running"
                if self.reason == "supplement" and self.term.restarts:
                    self.start(move.at)
                else:
                    self.go_on(move.at)
            case "extended":
                if not 0 < move.amount <= MOST:
                    raise Refusal("clock.term", what=f"amount ({move.at:%d/%m/%Y %H:%M})", most=MOST)
                self.end = self.time.nth_day(self.due.date(), move.amount)
                self.due = self.exact = self.at_or_close(self.end, self.due.time())
            case "resolved":
                self.state, self.until = "done", move.at
            case "withdrawn" | "stopped":
                if self.state == "running":
                    self.used += self.time.between(self.since, move.at)
                self.state = "ended"
            case "reopened":
                self.reopen(move)
            case "handed-over":
                pass

    def reopen(self, move: Move) -> None:
        """A correction has a clock of its own; how it came out before stays as it was."""
        if not 0 <= move.amount <= MOST:
            raise Refusal("clock.term", what=f"amount ({move.at:%d/%m/%Y %H:%M})", most=MOST)
        used = self.used + self.time.between(self.since, self.until)
        late = max(0, self.time.between(self.due, self.until))
        assert self.first is not None
        self.earlier += (Verdict(self.first, self.due, self.until, used, late),)
        if move.amount:
            self.term = replace(self.term, unit="working-day", amount=move.amount)
        self.state, self.accepted, self.used, self.reason = "running", move.at, 0, None
        self.start(move.at)
        self.first = self.due

    def at_or_close(self, day: dt.date, at: dt.time) -> dt.datetime:
        """That time on that day; where an end of the day is meant, its own (seasons have others)."""
        close = self.time.close_of(day)
        return min(dt.datetime.combine(day, at), close) if self.term.counts_minutes else close

    def start(self, at: dt.datetime) -> None:
        """The whole time runs from here."""
        term, day = self.term, at.date()
        self.left = term.amount
        if term.unit == "same-day":
            in_time = self.time.is_working(day) and (term.cut_off is None or at.time() <= term.cut_off)
            self.left = 0 if in_time else 1
        elif term.unit == "working-hour":
            self.left = term.amount * 60
        elif term.counts_minutes:
            self.left = term.amount * self.time.minutes_of(day)
        elif term.unit == "month":
            self.left = (months_after(day, term.amount) - day).days
        self.go_on(at)

    def go_on(self, at: dt.datetime) -> None:
        """What is left runs from here."""
        self.since, day = at, at.date()
        if self.term.counts_minutes:
            self.exact = self.time.after(at, self.left)
            self.due = self.rounded(self.exact) if self.term.quarters else self.exact
            self.end = self.due.date()
        elif self.term.unit in ("calendar-day", "month"):
            self.end = day + self.left * DAY
            self.due = self.time.close_of(self.time.nth_day(self.end, 0))
        else:
            self.end = self.time.nth_day(day, self.left)
            self.due = self.time.close_of(self.end)

    def rounded(self, due: dt.datetime) -> dt.datetime:
        """The next full quarter of an hour, or the end of the session that comes before it."""
        worked = self.time.between(due, due + (-due.minute % 15) * MINUTE)
        return self.time.after(due, worked) if worked else due

    def left_at(self, at: dt.datetime) -> int:
        """Minutes of work, or days counted as the term counts them; below zero where it was late already."""
        if self.term.counts_minutes:
            return self.time.between(at, self.exact)
        if self.term.unit in ("calendar-day", "month"):
            return (self.end - at.date()).days
        return self.time.days_between(at.date(), self.end)
