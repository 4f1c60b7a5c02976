"""In whose hands a dossier is, for how long, and through whom it is late: the clock of each step, of each leg of a bundle.

Each step is a clock of its own with its share of the time; lateness of the whole is charged to the steps that used more than their
share, to each by how much more it used (handbook C15), so that what is charged adds up to what the whole is late.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from caicach.rules.dossier_clock import Move, Reading, Reason, Term, read
from caicach.rules.refusal import Refusal
from caicach.rules.work_time import WorkTime

_ENDS = ("resolved", "withdrawn", "stopped")


@dataclass(frozen=True, slots=True)
class Step:
    """What an office may take of the time."""

    office: str
    term: Term


@dataclass(frozen=True, slots=True)
class Stage:
    """One office's turn. since, until: when it had it, until None while it has. due: of this turn, None while the clock stands
    still; share_minutes: what it may use; over_minutes: used beyond that; charged_minutes: of what the whole is late."""

    office: str
    since: dt.datetime
    until: dt.datetime | None
    due: dt.datetime | None
    share_minutes: int
    used_minutes: int
    left_minutes: int | None
    over_minutes: int
    charged_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Hands:
    """whole: the dossier's clock; stages: the turns so far, in their order; holder: who has it now, "" before and after."""

    whole: Reading
    stages: tuple[Stage, ...]
    holder: str


def steps_of(term: Term, shares: Sequence[tuple[str, int]], *, a_day: int) -> list[Step]:
    """The steps of a procedure: (office, percent of the time), in their order.

    Whole working days stay days where every step has whole ones; else all are in hours of work, cut off so that the steps never
    take longer than the whole; the minutes cut off are given to the last. Raises Refusal clock.shares unless they make a hundred.
    """
    if sum(percent for _, percent in shares) != 100 or any(percent < 1 for _, percent in shares):
        raise Refusal("clock.shares")
    if term.unit == "working-day" and all(term.amount * percent % 100 == 0 for _, percent in shares):
        return [
            Step(
                office, Term("working-day", term.amount * percent // 100, term.count, restarts=term.restarts)
            )
            for office, percent in shares
        ]
    minutes = {"working-hour": 60, "working-day": a_day, "same-day": a_day}.get(term.unit)
    if minutes is None:  # calendar days and months: five of seven days are worked
        days = term.amount if term.unit == "calendar-day" else term.amount * 365 // 12
        whole = days * 5 * a_day // 7
    else:
        whole = minutes * (term.amount or 1)
    hours = [whole * percent // 100 // 60 for _, percent in shares]
    hours[-1] += whole // 60 - sum(hours)
    return [
        Step(office, Term("working-hour", most, restarts=term.restarts))
        for (office, _), most in zip(shares, hours, strict=True)
    ]


def planned(time: WorkTime, steps: Sequence[Step], received: dt.datetime) -> list[dt.datetime]:
    """When each step should be over if each takes all of its time."""
    ends: list[dt.datetime] = []
    at = received
    for step in steps:
        shown = read(time, step.term, [Move(at, "accepted")], at)
        assert shown.due is not None
        at = shown.due
        ends.append(at)
    return ends


def hands(
    time: WorkTime, term: Term, steps: Sequence[Step], moves: Sequence[Move], now: dt.datetime
) -> Hands:
    """Who had it when, from the events alone: the first step's office at first, then whom it was handed over to.

    An office that comes again (sent back) has what its step has, once more; one that is no step has no share.
    Raises what `dossier_clock.read` raises.
    """
    whole = read(time, term, moves, now)
    known = sorted((move for move in moves if move.at <= now), key=lambda move: move.at)
    turns = _turns(steps, known)
    terms = {step.office: step.term for step in steps}
    stages = [_stage(time, terms.get(turn.office), turn, now) for turn in turns]
    late = whole.late_minutes
    charged = _charged(late, [stage.over_minutes for stage in stages]) if stages else []
    stages = [
        Stage(
            one.office, one.since, one.until, one.due, one.share_minutes, one.used_minutes, one.left_minutes, one.over_minutes, part
        )
        for one, part in zip(stages, charged, strict=True)
    ]  # fmt: skip
    is_held = whole.state in ("running", "paused")
    return Hands(whole, tuple(stages), stages[-1].office if stages and is_held else "")


@dataclass(slots=True)
class _Turn:
    """moves: of the turn's own clock."""

    office: str
    moves: list[Move]
    until: dt.datetime | None = None


def _turns(steps: Sequence[Step], moves: Sequence[Move]) -> list[_Turn]:
    """What each office had in hands since the clock began, or began anew for a correction."""
    turns: list[_Turn] = []
    waits: Reason | None = None
    is_paused = False
    first = steps[0].office if steps else ""
    for move in moves:
        match move.kind:
            case "accepted":
                turns = [_Turn(move.to or first, [Move(move.at, "accepted")])]
            case "reopened":
                office = move.to or (turns[-1].office if turns else first)
                turns = [_Turn(office, [Move(move.at, "accepted")])]
            case "handed-over":
                turns[-1].until = move.at
                begun = [Move(move.at, "accepted")]
                if is_paused:
                    begun.append(Move(move.at, "paused", waits))
                else:
                    turns[-1].moves.append(Move(move.at, "resolved"))
                turns.append(_Turn(move.to, begun))
            case "paused":
                is_paused, waits = True, move.reason
                turns[-1].moves.append(move)
            case "resumed":
                is_paused = False
                turns[-1].moves.append(move)
            case "resolved" | "withdrawn" | "stopped":
                turns[-1].until = move.at
                if not is_paused:
                    turns[-1].moves.append(Move(move.at, "resolved"))
                is_paused = False
            case _:  # more time for the whole is no more for one step
                pass
    return turns


def _stage(time: WorkTime, term: Term | None, turn: _Turn, now: dt.datetime) -> Stage:
    since = turn.moves[0].at
    own = term or Term("working-hour", 0)
    shown = read(time, own, turn.moves, now)
    begun = read(time, own, turn.moves[:1], since)
    assert begun.due is not None
    share = max(0, time.between(since, begun.due))
    if shown.due is not None:
        over = shown.late_minutes
    else:
        over = max(0, shown.used_minutes - share)
    return Stage(
        turn.office, since, turn.until, shown.due, share, shown.used_minutes, shown.left_minutes, over
    )


def _charged(late: int, over: Sequence[int]) -> list[int]:
    """Lateness by how much more each used than its share, in whole minutes that add up; where nobody used more (their shares
    make more than the whole), whoever has it last."""
    total = sum(over)
    if not late:
        return [0] * len(over)
    if not total:
        return [0] * (len(over) - 1) + [late]
    parts = [late * one // total for one in over]
    rest = sorted(range(len(over)), key=lambda n: (-(late * over[n] % total), n))
    for n in rest[: late - sum(parts)]:
        parts[n] += 1
    return parts


# --- a bundle -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Leg:
    """A part of a bundle that another agency settles, with a clock of its own."""

    name: str
    term: Term
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Bundle:
    """legs: each one's clock, by name in their order. first_due, due: one promise over all, the last of theirs; due None as long
    as one of them stands still. latest: the legs that the promise waits for."""

    legs: tuple[tuple[str, Reading], ...]
    first_due: dt.datetime | None
    due: dt.datetime | None
    latest: tuple[str, ...]


def bundle(time: WorkTime, legs: Sequence[Leg], now: dt.datetime) -> Bundle:
    """The clock of a dossier whose legs run side by side. A leg that was withdrawn or stopped holds up nothing."""
    shown = tuple((leg.name, read(time, leg.term, leg.moves, now)) for leg in legs)
    counted = [(name, one) for name, one in shown if one.state not in ("none", "ended")]
    firsts = [one.first_due for _, one in counted if one.first_due]
    dues = [(one.due, name) for name, one in counted if one.due]
    is_whole = bool(dues) and len(dues) == len(counted)
    last = max((due for due, _ in dues), default=None) if is_whole else None
    return Bundle(
        shown, max(firsts, default=None), last, tuple(name for due, name in dues if last and due == last)
    )
