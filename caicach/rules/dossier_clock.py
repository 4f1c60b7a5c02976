"""The clock of a dossier: from its events alone when it is due, how much was used, what is left, by when to apologise.

Sources: Civil Code art. 147(2) (the first day is not counted), art. 148(5) (a last day that is off moves to the next working day);
NĐ 118/2025/NĐ-CP and what it kept of NĐ 61/2018 art. 19 (supplement, apology at least a day before). Which way a ward counts days,
the cut-off hour and what follows a supplement are terms of a procedure, not facts of this file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from caicach.rules.refusal import Refusal
from caicach.rules.work_time import DAY, WorkTime

Unit = Literal["working-day", "calendar-day", "working-hour", "same-day"]
Count = Literal["end-of-day", "same-hour"]
Kind = Literal["accepted", "paused", "resumed", "extended", "resolved"]
Reason = Literal["supplement", "payment", "agency"]
State = Literal["none", "running", "paused", "done"]
MOST = 3_650
"""days or hours of one term at most: more is a slip of the finger"""


@dataclass(frozen=True, slots=True)
class Term:
    """How long a procedure may take. amount: days or hours, none for "same-day"; count: how working days are counted;
    cut_off: accepted up to and with this time a same-day dossier is due the same day; restarts: after a supplement the
    whole time runs again, else what was left."""

    unit: Unit
    amount: int = 0
    count: Count = "end-of-day"
    cut_off: dt.time | None = None
    restarts: bool = True

    @property
    def counts_minutes(self) -> bool:
        return self.unit == "working-hour" or (self.unit == "working-day" and self.count == "same-hour")


@dataclass(frozen=True, slots=True)
class Move:
    """What happened to a dossier, as far as its clock is concerned. reason: of a pause; amount: working days of an extension."""

    at: dt.datetime
    kind: Kind
    reason: Reason | None = None
    amount: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """What the clock shows. Minutes of work; due and apology_by are None while it stands still."""

    state: State
    first_due: dt.datetime | None = None
    due: dt.datetime | None = None
    used_minutes: int = 0
    left_minutes: int | None = None
    late_minutes: int = 0
    apology_by: dt.date | None = None


def read(time: WorkTime, term: Term, moves: Sequence[Move], now: dt.datetime) -> Reading:
    """The clock at a moment; what happened after it is not known yet. moves: in any order.

    Raises Refusal clock.order for a move that the state does not allow, clock.term for a term or an extension that is no
    such thing, clock.far where a day lies beyond every calendar.
    """
    if not 0 <= term.amount <= MOST:
        raise Refusal("clock.term", what="term.amount", most=MOST)
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


class _Clock:
    """One run over the moves. end: the day that counting of days gave, before a day off moved it."""

    def __init__(self, time: WorkTime, term: Term) -> None:
        self.time, self.term = time, term
        self.state: State = "none"
        self.first: dt.datetime | None = None
        self.due, self.end = _NEVER, _NEVER.date()
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
            return Reading("paused", self.first, used_minutes=self.used)
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
        )

    def take(self, move: Move) -> None:
        allowed = {
            "accepted": "none",
            "paused": "running",
            "resumed": "paused",
            "extended": "running",
            "resolved": "running",
        }
        if self.state != allowed[move.kind]:
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
                self.due = dt.datetime.combine(self.end, self.due.time())
            case "resolved":
                self.state, self.until = "done", move.at

    def start(self, at: dt.datetime) -> None:
        """The whole time runs from here."""
        term, day = self.term, at.date()
        self.left = term.amount
        if term.unit == "same-day":
            in_time = self.time.calendar.is_working(day) and (
                term.cut_off is None or at.time() <= term.cut_off
            )
            self.left = 0 if in_time else 1
        elif term.unit == "working-hour":
            self.left = term.amount * 60
        elif term.counts_minutes:
            self.left = term.amount * self.time.minutes_a_day
        self.go_on(at)

    def go_on(self, at: dt.datetime) -> None:
        """What is left runs from here."""
        self.since, day = at, at.date()
        if self.term.counts_minutes:
            self.due = self.time.after(at, self.left)
            self.end = self.due.date()
        elif self.term.unit == "calendar-day":
            self.end = day + self.left * DAY
            self.due = self.time.close_of(self.time.nth_day(self.end, 0))
        else:
            self.end = self.time.nth_day(day, self.left)
            self.due = self.time.close_of(self.end)

    def left_at(self, at: dt.datetime) -> int:
        """Minutes of work, or days counted as the term counts them; below zero where it was late already."""
        if self.term.counts_minutes:
            return self.time.between(at, self.due)
        if self.term.unit == "calendar-day":
            return (self.end - at.date()).days
        return self.time.days_between(at.date(), self.end)
