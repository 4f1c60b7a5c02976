""" "If these steps were cut so": how past dossiers would have come out under a shorter time, and which step would have held them.

Pure. Each dossier's own moves stay as they happened, its waits too; only the time that was promised is another. Time that was given
with an apology is left out: nobody knows whether it would have been. People who know of a shorter time work otherwise, so that this
says what would have been late at the old pace, not what will be.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from caicach.rules.clock_steps import Step, hands
from caicach.rules.dossier_clock import Move, Term, read
from caicach.rules.work_time import WorkTime


@dataclass(frozen=True, slots=True)
class Past:
    """A dossier that had its result. moves: of its clock, from receipt to the first result, in their order; whose hands it went
    through where that is known."""

    code: str
    moves: tuple[Move, ...]

    @property
    def until(self) -> dt.datetime:
        return self.moves[-1].at


@dataclass(frozen=True, slots=True)
class Late:
    """A dossier that would have been late: by so many minutes of work, and through whom most; "" where nobody knows."""

    code: str
    minutes: int
    office: str


def past(code: str, moves: Sequence[Move]) -> Past | None:
    """What counts of a dossier; None where it had no result."""
    ends = next((n for n, move in enumerate(moves) if move.kind == "resolved"), None)
    if ends is None or moves[0].kind != "accepted":
        return None
    return Past(code, tuple(move for move in moves[: ends + 1] if move.kind != "extended"))


def is_late(time: WorkTime, term: Term, one: Past) -> bool:
    """Whether its result came after what this time promises."""
    due = read(time, term, one.moves, one.until).due
    return due is not None and one.until > due


def least(time: WorkTime, term_of: Callable[[int], Term], one: Past, most: int) -> int | None:
    """The shortest time, of 1 to `most` days or hours, that it would have kept; None where not even the longest. A shorter time
    never ends later, so that halving finds it."""
    if is_late(time, term_of(most), one):
        return None
    low, high = 1, most
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if is_late(time, term_of(middle), one) else (low, middle)
    return low


def late_through(time: WorkTime, term: Term, steps: Sequence[Step], one: Past) -> Late | None:
    """How late it would have been, and whose turn took most beyond its share; None in time. steps: one an office."""
    if not is_late(time, term, one):
        return None
    shown = hands(time, term, steps, one.moves, one.until)
    most: dict[str, int] = {}
    for stage in shown.stages:
        most[stage.office] = most.get(stage.office, 0) + stage.charged_minutes
    office = max(most, key=lambda name: most[name]) if most else ""
    return Late(one.code, max(1, shown.whole.late_minutes), office if most.get(office) else "")


def share_in_time(needed: Sequence[int | None], amount: int) -> float:
    """The share of these dossiers that a time of so much would have kept. needed: as of `least`, at least one."""
    return sum(1 for one in needed if one is not None and one <= amount) / len(needed)


def merged(shares: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """Steps of the same office as one: a turn says whose it is, not which step."""
    whole: dict[str, int] = {}
    for office, percent in shares:
        whole[office] = whole.get(office, 0) + percent
    return list(whole.items())
