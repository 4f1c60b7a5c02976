"""What other hours or days off do to promises already given: which would move, and which only with a letter.

A promise never moves to the disadvantage of whoever has it without a letter: where it is counted later now, it stays as given
and the letter is owed (handbook 5.3).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from caicach.rules.dossier_clock import Move, Term, read
from caicach.rules.work_time import WorkTime


@dataclass(frozen=True, slots=True)
class Promise:
    """What was promised for an open dossier that runs. term None: not known; then only a promised day that is off moves.
    moves: those of its clock, as known now."""

    code: str
    promised: dt.datetime
    term: Term | None = None
    moves: tuple[Move, ...] = ()


@dataclass(frozen=True, slots=True)
class Moved:
    """before: as promised; after: as it is counted now."""

    code: str
    before: dt.datetime
    after: dt.datetime

    @property
    def needs_letter(self) -> bool:
        return self.after > self.before


@dataclass(frozen=True, slots=True)
class Shift:
    """looked_at: how many promises; earlier, later: those that are counted earlier, or later, now."""

    looked_at: int
    earlier: tuple[Moved, ...]
    later: tuple[Moved, ...]

    @property
    def count(self) -> int:
        return len(self.earlier) + len(self.later)

    def first(self, most: int = 20) -> Sequence[Moved]:
        """The first few by their promise, those that need a letter before the others."""
        return [*self.later, *self.earlier][:most]


def shift(old: WorkTime, new: WorkTime, promises: Iterable[Promise], *, now: dt.datetime) -> Shift:
    """What becomes of promises when the old working time gives way to the new one.

    What was promised otherwise than counted (a time fixed by hand) is left alone, as long as its day is worked.
    """
    earlier: list[Moved] = []
    later: list[Moved] = []
    count = 0
    for one in promises:
        count += 1
        after = _counted(old, new, one, now)
        if after != one.promised:
            (later if after > one.promised else earlier).append(Moved(one.code, one.promised, after))
    return Shift(
        count,
        tuple(sorted(earlier, key=lambda one: (one.before, one.code))),
        tuple(sorted(later, key=lambda one: (one.before, one.code))),
    )


def _counted(old: WorkTime, new: WorkTime, one: Promise, now: dt.datetime) -> dt.datetime:
    if one.term and one.moves:
        before = read(old, one.term, one.moves, now).due
        if before is None:  # it stands still: nothing is promised
            return one.promised
        if before.date() == one.promised.date():
            after = read(new, one.term, one.moves, now).due
            return one.promised if after is None or after == before else after
    day = one.promised.date()
    if not new.is_working(day) and old.is_working(day):
        return new.close_of(new.nth_day(day, 0))
    return one.promised
