"""Limits beside the clock: by when to check, to hand over, to ask for papers; how long to wait; how often more time is taken.

The figures are data with their citations (data/clock_limits.csv), given in as `Limits`; nothing here is law by itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from caicach.rules.dossier_clock import Move, Reason, Term
from caicach.rules.refusal import Refusal
from caicach.rules.work_time import DAY, WorkTime


@dataclass(frozen=True, slots=True)
class Limits:
    """check_hours: working hours to answer what came online; ask_days: working days from acceptance to ask for papers; waits: the
    most days of a wait, by its reason, none where there is no limit; extensions: how often; extension_percent: of the term, at
    most so much more. warn_percent, urgent_percent: of the time, when its officer, when its head should see a dossier."""

    check_hours: int
    ask_days: int
    hand_over_until: dt.time
    at_once_until: dt.time
    extensions: int
    extension_percent: int
    warn_percent: int
    urgent_percent: int
    waits: Mapping[Reason, int] = field(default_factory=dict)


def limits_from(values: Mapping[str, str]) -> Limits:
    """From code → value, as data/clock_limits.csv has them. Raises KeyError, ValueError for what is missing or no figure."""
    reasons: tuple[Reason, ...] = ("supplement", "payment", "agency")
    return Limits(
        int(values["check-within"]),
        int(values["ask-within"]),
        dt.time.fromisoformat(values["hand-over-until"]),
        dt.time.fromisoformat(values["at-once-until"]),
        int(values["extensions"]),
        int(values["extension-share"]),
        int(values["warn-share"]),
        int(values["urgent-share"]),
        {reason: int(days) for reason in reasons if (days := values[f"{reason}-wait"])},
    )


def check_by(
    time: WorkTime,
    arrived: dt.datetime,
    limits: Limits,
    outages: Sequence[tuple[dt.datetime, dt.datetime]] = (),
) -> dt.datetime:
    """By when what came online must be answered. outages: of the system, with a signed note: their working time is not counted,
    for this check alone (handbook C8, C21)."""
    due = time.after(arrived, limits.check_hours * 60)
    for since, until in _apart(outages):
        begin, end = max(since, arrived), max(until, arrived)
        if begin < due:
            due = time.after(due, time.between(begin, end)) if time.between(begin, end) else due
    return due


def _apart(spans: Sequence[tuple[dt.datetime, dt.datetime]]) -> list[tuple[dt.datetime, dt.datetime]]:
    """In their order, those that overlap made one."""
    found: list[tuple[dt.datetime, dt.datetime]] = []
    for since, until in sorted(spans):
        if found and since <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], until)
        else:
            found.append((since, until))
    return found


def hand_over_by(time: WorkTime, accepted: dt.datetime, limits: Limits) -> dt.datetime:
    """By when the counter hands a dossier over: the same working day; later than the hour, or on a day off, when the next
    working day begins (handbook C9)."""
    day = accepted.date()
    if time.is_working(day) and accepted.time() <= limits.hand_over_until:
        return time.close_of(day)
    return time.opening_of(time.nth_day(day, 1))


def at_once_by(time: WorkTime, accepted: dt.datetime, limits: Limits) -> dt.datetime:
    """By when what is done while the citizen waits is done: that day's hour, the close where that is earlier (C11)."""
    day = accepted.date()
    end = dt.datetime.combine(day, limits.at_once_until)
    return min(end, time.close_of(day)) if time.is_working(day) else end


def ask_by(time: WorkTime, accepted: dt.date, limits: Limits) -> dt.date:
    """The last day on which papers may be asked for; it counts whole (C12)."""
    return time.nth_day(accepted, limits.ask_days)


def wait_ends(time: WorkTime, stop: Move, limits: Limits) -> dt.date | None:
    """The last day of a wait, moved on from a day off; after it the dossier may be stopped. None: no limit."""
    days = limits.waits.get(stop.reason) if stop.reason else None
    return None if days is None else time.nth_day(stop.at.date() + days * DAY, 0)


def is_expired(time: WorkTime, moves: Sequence[Move], limits: Limits, now: dt.datetime) -> bool:
    """Whether the wait that is on has run out: from the day after its last."""
    known = [
        move
        for move in sorted(moves, key=lambda one: one.at)
        if move.at <= now and move.kind != "handed-over"
    ]
    if not known or known[-1].kind != "paused":
        return False
    last = wait_ends(time, known[-1], limits)
    return last is not None and now.date() > last


def may_extend(
    term: Term,
    moves: Sequence[Move],
    limits: Limits,
    *,
    days: int,
    apologised: bool,
    a_day: int,
    gone: int = 0,
) -> None:
    """More time, by working days: with an apology, not more often than allowed, not longer than allowed. gone: as of `days_gone`.

    Raises Refusal clock.no-apology, clock.extended-already, clock.extension-long.
    """
    if not apologised:
        raise Refusal("clock.no-apology")
    begun = max((n for n, move in enumerate(moves) if move.kind in ("accepted", "reopened")), default=0)
    if sum(move.kind == "extended" for move in moves[begun:]) >= limits.extensions:
        raise Refusal("clock.extended-already", most=limits.extensions)
    if days - gone > (most := most_days(term, limits, a_day=a_day)):
        raise Refusal("clock.extension-long", most=most)


def days_gone(time: WorkTime, due: dt.datetime, now: dt.datetime) -> int:
    """Working days since a promise was broken, today among them; 0 while it stands. More time is counted from the promise, what may
    be taken of it from today: else who is told late could be given only days that have passed."""
    return max(0, time.days_between(due.date(), now.date())) if now >= due else 0


def most_days(term: Term, limits: Limits, *, a_day: int) -> int:
    """How many working days more may be taken at most."""
    amount = {"working-hour": -(-term.amount * 60 // a_day), "same-day": 1, "month": term.amount * 22}
    return max(1, amount.get(term.unit, term.amount) * limits.extension_percent // 100)


def check_next(moves: Sequence[Move], move: Move) -> None:
    """A move may not come before the last one that is on record: the computer's clock was set back, or the time is a slip.

    Raises Refusal clock.backwards.
    """
    last = max((one.at for one in moves), default=None)
    if last is not None and move.at < last:
        raise Refusal("clock.backwards", at=f"{move.at:%H:%M %d/%m/%Y}", last=f"{last:%H:%M %d/%m/%Y}")
