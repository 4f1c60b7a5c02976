"""The control sheet of a dossier: who had it, from when to when, until when it should have been done, early or late. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from caicach.rules.clock_steps import Stage, hands, steps_of
from caicach.rules.clock_words import minutes_in_words
from caicach.rules.dossier_clock import Move as ClockMove
from caicach.rules.dossier_clock import Term
from caicach.rules.dossier_moves import MOVES
from caicach.rules.refusal import Refusal
from caicach.rules.work_time import WorkTime

PASSES = ("transfer", "hand-over", "send-back")


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of a dossier. who: whoever did it; office, person: into whose hands; amount: as in `dossier_moves.Step`."""

    code: str
    at: dt.datetime
    who: str
    word: str = ""
    office: str = ""
    person: str = ""
    amount: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One turn. given_by, office, person: from whom and to whom; since, until: when it was given and done, None while it is not;
    due: of this turn, None where the procedure gives it no share or its clock stands still; came: early, on time or late, in words,
    "" while it is not known; note: why it was given or sent back, and its waits."""

    given_by: str
    office: str
    person: str
    since: dt.datetime
    until: dt.datetime | None = None
    due: dt.datetime | None = None
    came: str = ""
    note: str = ""


def rows(
    events: Sequence[Happened],
    *,
    desk: str,
    shares: Sequence[tuple[str, int]],
    term: Term | None,
    time: WorkTime,
) -> list[Row]:
    """Each turn, oldest first. desk: who has it at first; shares: (office, percent) of the procedure's steps, in their order."""
    made = _turns(events, desk)
    if term is None:
        return made
    stages: list[Stage] = []
    for part in _until_each_correction(events):
        stages += _stages(part, desk, shares, term, time)
    if len(stages) != len(made):  # another system told of it: nobody knows the turns' time
        return made
    named = {office for office, _ in shares}
    return [
        _timed(row, stage, time) if row.office in named else row
        for row, stage in zip(made, stages, strict=True)
    ]


def _turns(events: Sequence[Happened], desk: str) -> list[Row]:
    made: list[Row] = []
    for one in events:
        if one.code in ("accept", "submit") and not made:
            made.append(Row(one.who, desk, "", one.at))
        elif one.code == "reopen" and made:
            made.append(Row(one.who, made[-1].office, made[-1].person, one.at, note=_note(one)))
        elif one.code in PASSES and made:
            made[-1] = replace(made[-1], until=made[-1].until or one.at)
            made.append(Row(one.who, one.office or desk, one.person, one.at, note=_note(one)))
        elif made and one.code in MOVES:
            what = MOVES[one.code]
            ends = what.clock in ("resolved", "withdrawn", "stopped")
            note = (
                _note(one)
                if what.pause or what.clock in ("resumed", "extended", "withdrawn", "stopped")
                else ""
            )
            joined = "; ".join(filter(None, (made[-1].note, note)))
            made[-1] = replace(
                made[-1], until=(made[-1].until or one.at) if ends else made[-1].until, note=joined
            )
    return made


def _note(one: Happened) -> str:
    said = f": {one.word}" if one.word else ""
    return (
        f"{MOVES[one.code].name} {one.at:%d/%m}{said}"
        if one.code not in ("transfer", "hand-over")
        else one.word
    )


def _until_each_correction(events: Sequence[Happened]) -> list[list[Happened]]:
    """The events up to each "reopen", and all."""
    ends = [n for n, one in enumerate(events) if one.code == "reopen"]
    return [list(events[:end]) for end in (*ends, len(events))]


def _stages(
    events: Sequence[Happened], desk: str, shares: Sequence[tuple[str, int]], term: Term, time: WorkTime
) -> tuple[Stage, ...]:
    moves = []
    for one in events:
        if one.code in PASSES:
            moves.append(ClockMove(one.at, "handed-over", to=one.office or desk))
        elif one.code in MOVES and (kind := MOVES[one.code].clock):
            to = desk if kind == "accepted" else ""
            moves.append(ClockMove(one.at, kind, MOVES[one.code].pause, one.amount, to))
    try:
        steps = steps_of(term, shares, a_day=time.minutes_a_day) if shares else []
        return hands(time, term, steps, moves, events[-1].at).stages if moves else ()
    except Refusal:
        return ()


def _timed(row: Row, stage: Stage, time: WorkTime) -> Row:
    if row.until is None or stage.due is None:
        late = f"trễ {minutes_in_words(stage.over_minutes, time.minutes_a_day)}" if stage.over_minutes else ""
        return replace(row, due=stage.due, came=late if row.until else "")
    if stage.over_minutes:
        came = f"trễ {minutes_in_words(stage.over_minutes, time.minutes_a_day)}"
    else:
        came = "trước hạn" if row.until.date() < stage.due.date() else "đúng hạn"
    return replace(row, due=stage.due, came=came)
