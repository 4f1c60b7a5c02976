"""A bundle: one dossier whose legs other agencies settle, each with a clock of its own, one promise over all.

Pure. A leg begins when the dossier comes in, or when the one that it follows is done. Its time is the agency's own; the promise to the
citizen is the procedure's, where that fixes one, else the last of the legs' (handbook C15, NĐ 63/2024/NĐ-CP for the two national
bundles). Nothing of a leg stops the clock of the whole.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from caicach.rules.clock_steps import Leg as ClockLeg
from caicach.rules.clock_steps import bundle
from caicach.rules.dossier_clock import Counting, Move, Term, Unit, read
from caicach.rules.procedure_words import time_said
from caicach.rules.procedures import Span
from caicach.rules.refusal import Refusal
from caicach.rules.vntext import key
from caicach.rules.work_time import WorkTime

DONE, DROPPED, AGAIN = "leg-done", "leg-dropped", "leg-again"
CODES = (DONE, DROPPED, AGAIN)
"""the events of a leg; none of them moves the dossier"""
MOST = 8
State = Literal["waits", "runs", "done", "dropped"]
NAMES: dict[State, str] = {"waits": "Chưa tới lượt", "runs": "Đang làm", "done": "Đã xong", "dropped": "Không phải làm"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Leg:
    """agency: who settles it, "" for the ward; after: the number of the leg that it follows, 0 where it begins with the dossier."""

    name: str
    agency: str
    unit: Unit
    amount: int
    after: int = 0


@dataclass(frozen=True, slots=True)
class Happened:
    """Of CODES; leg: its number, from 1."""

    code: str
    leg: int
    at: dt.datetime
    word: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A leg as it stands. number: from 1; since: when it began; due: of it alone; done: when it was; late_minutes: of work, beyond its
    own time."""

    number: int
    leg: Leg
    state: State
    since: dt.datetime | None = None
    due: dt.datetime | None = None
    done: dt.datetime | None = None
    late_minutes: int = 0
    word: str = ""

    @property
    def state_name(self) -> str:
        return NAMES[self.state]

    @property
    def tone(self) -> str:
        if self.late_minutes:
            return "warn" if self.state == "done" else "late"
        return "ok" if self.state == "done" else "next"


def check(legs: Sequence[Leg]) -> None:
    """Raises Refusal legs.many, legs.name, legs.time, legs.after where they are no bundle."""
    if len(legs) > MOST:
        raise Refusal("legs.many", "legs", most=MOST)
    for n, one in enumerate(legs, 1):
        if not one.name.strip():
            raise Refusal("legs.name", "legs", number=n)
        if (one.unit == "same-day") != (one.amount == 0) or not 0 <= one.amount <= 3_650:
            raise Refusal("legs.time", "legs", name=one.name)
        if not 0 <= one.after < n:
            raise Refusal("legs.after", "legs", name=one.name)


_AFTER = re.compile(r"sau (?:chang )?(\d{1,2})", re.ASCII)


def written(text: str) -> tuple[Leg, ...]:
    """Legs as the catalogue writes them, one a line: "Đăng ký thường trú | Công an | 2 ngày làm việc | sau 1". The agency may be left empty
    (the ward's own), and what it follows (it begins with the dossier). Raises as `check` does, and Refusal legs.time for a time that is
    none."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        name, agency, time, after = (*(part.strip() for part in line.split("|")[:4]), "", "", "", "")[:4]
        said, turn = time_said(time), _AFTER.fullmatch(key(after))
        if said.span is None or (after and turn is None):
            raise Refusal("legs.time" if said.span is None else "legs.after", "legs", name=name)
        found.append(Leg(name, agency, said.span.unit, said.span.amount, int(turn[1]) if turn else 0))
    check(found)
    return tuple(found)


def longest(legs: Sequence[Leg], a_day: int) -> Fraction:
    """Minutes of work of the longest chain, if each takes all of its time: no promise may be shorter. a_day: of a working day."""
    ends: list[Fraction] = []
    for one in legs:
        ends.append(
            (ends[one.after - 1] if one.after else Fraction(0)) + Span(one.unit, one.amount).minutes(a_day)
        )
    return max(ends, default=Fraction(0))


def as_facts(legs: Sequence[Leg]) -> list[list[Any]]:
    """As the event of an intake keeps them: the dossier stays under them, whatever the catalogue says later."""
    return [[one.name, one.agency, one.unit, one.amount, one.after] for one in legs]


def from_facts(facts: Mapping[str, Any]) -> tuple[Leg, ...]:
    return tuple(Leg(*row) for row in facts.get("legs") or ())


def promised(
    time: WorkTime, legs: Sequence[Leg], received: dt.datetime, counting: Counting
) -> dt.datetime | None:
    """The last of them, if each takes all of its time; None without any."""
    ends: list[dt.datetime] = []
    for one in legs:
        begun = ends[one.after - 1] if one.after else received
        due = read(time, _term(one, counting), [Move(begun, "accepted")], begun).due
        assert due is not None
        ends.append(due)
    return max(ends, default=None)


def shown(
    time: WorkTime,
    legs: Sequence[Leg],
    received: dt.datetime,
    happened: Sequence[Happened],
    now: dt.datetime,
    counting: Counting,
) -> tuple[Shown, ...]:
    """Each leg at a moment, from the events alone; what happened after it is not known yet."""
    last: dict[int, Happened] = {}
    for one in sorted(happened, key=lambda one: one.at):
        if one.at <= now and 1 <= one.leg <= len(legs):
            last[one.leg] = one
    begun: list[dt.datetime | None] = []
    moves: list[tuple[Move, ...]] = []
    for n, leg in enumerate(legs, 1):
        before = last.get(leg.after)
        is_over = before is not None and before.code in (DONE, DROPPED)
        since = received if not leg.after else before.at if before and is_over else None
        begun.append(since)
        end = last.get(n)
        told = [Move(since, "accepted")] if since else []
        if since and end and end.code in (DONE, DROPPED):
            told.append(Move(max(since, end.at), "resolved"))
        moves.append(tuple(told))
    clocks = bundle(
        time, [ClockLeg(leg.name, _term(leg, counting), told) for leg, told in zip(legs, moves, strict=True)], now
    ).legs  # fmt: skip
    found = []
    for n, (leg, since, (_, clock)) in enumerate(zip(legs, begun, clocks, strict=True), 1):
        end = last.get(n)
        ended = end is not None and end.code in (DONE, DROPPED)
        state: State = "waits"
        if ended and end:
            state = "done" if end.code == DONE else "dropped"
        elif since:
            state = "runs"
        found.append(
            Shown(
                n, leg, state, since, clock.due or clock.first_due, end.at if ended and end else None,
                0 if state == "dropped" else clock.late_minutes, end.word if ended and end else "",
            )
        )  # fmt: skip
    return tuple(found)


def _term(leg: Leg, counting: Counting) -> Term:
    return counting.term(leg.unit, leg.amount)
