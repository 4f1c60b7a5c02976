"""Which dossiers will be late by Friday, at the pace that the last weeks had, and what an officer-hour more would save.

Two things hold a dossier up: its kind takes so long where it lies, and its office settles no more than so many an hour, in the order of
their promises. Each is drawn from what was, many times over; a dossier is late in a run where the later of both is after its promise.
Minutes are of work. Chance comes from outside, so that the same seed tells the same.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import log

from caicach.rules.work_time import DAY, WorkTime

LEAST = 30
"""fewer passes than this say nothing of a pace"""
OF_ITS_OWN = 8
"""passes of one procedure at one office that speak for themselves; with fewer the office's shares stand in"""
RUNS = 200
_SHORT = 60
"""minutes: a shorter share of the time says nothing"""
LIKELY = 50
"""percent, from which a dossier is said to become late"""
_WEEKS = 8
"""no rest lasts longer"""
Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Pass:
    """A turn that ended. procedure: its code; office: its id, 0 where nobody knows; minutes: it took; allotted: its share of the time
    that was promised."""

    procedure: str
    office: int
    minutes: int
    allotted: int


@dataclass(frozen=True, slots=True)
class Ahead:
    """A turn that comes after the present one: where, and its share of the promised time."""

    office: int
    allotted: int


@dataclass(frozen=True, slots=True)
class Open:
    """A dossier under way. left: minutes to its promise, below zero once it is late; used: of this turn; then: the turns to come."""

    id: int
    procedure: str
    office: int
    left: int
    used: int
    allotted: int
    then: tuple[Ahead, ...] = ()


@dataclass(frozen=True, slots=True)
class Pace:
    """What the weeks before were like. span: minutes that they had; hands: how many people an office has, one where nobody knows."""

    passes: Sequence[Pass]
    span: int
    hands: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Foreseen:
    """id: of the dossier; percent: of the runs in which it was late by the end."""

    id: int
    office: int
    percent: int


@dataclass(frozen=True, slots=True)
class OfOffice:
    """open: its dossiers under way; late: of them already; coming: on average so many more by the end; saved: so many fewer with the
    hours more; each: an officer's minutes for one, None where nothing was settled."""

    office: int
    open: int
    late: int
    coming: float
    saved: float
    each: int | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """enough: whether there was something to go on; dossiers: those with any chance to become late, the likeliest first."""

    enough: bool
    passes: int
    dossiers: tuple[Foreseen, ...] = ()
    offices: tuple[OfOffice, ...] = ()


def week_end(time: WorkTime, day: dt.date) -> dt.date:
    """The working Friday of a day's week; where it is off, the last working day before it. Once that has gone: of the next week that
    has one."""
    friday = day + (4 - day.weekday()) % 7 * DAY
    for _ in range(_WEEKS):
        back = friday
        while back >= day and back > friday - 5 * DAY:
            if time.is_working(back):
                return back
            back -= DAY
        friday += 7 * DAY
    return day


def forecast(
    opened: Sequence[Open], pace: Pace, until: int, chance: Callable[[], float], *, more: int = 60, runs: int = RUNS
) -> Forecast:  # fmt: skip
    """until: minutes of work to the end; chance: gives figures from 0 to 1, 1 not among them; more: the minutes of an officer that are
    asked about, for each office."""
    if len(pace.passes) < LEAST:
        return Forecast(False, len(pace.passes))
    drawn = _Drawn(pace)
    queues: dict[int, list[Open]] = {}
    for one in opened:
        queues.setdefault(one.office, []).append(one)
    foreseen, offices = [], []
    for office, queue in sorted(queues.items()):
        queue.sort(key=lambda one: (one.left, one.id))
        told, found = _office(office, queue, drawn, until, chance, more, runs)
        foreseen += told
        offices.append(found)
    foreseen.sort(key=lambda one: (-one.percent, one.id))
    return Forecast(True, len(pace.passes), tuple(foreseen), tuple(offices))


def _office(
    office: int, queue: Sequence[Open], drawn: _Drawn, until: int, chance: Callable[[], float], more: int, runs: int
) -> tuple[list[Foreseen], OfOffice]:  # fmt: skip
    """One office's queue, in the order of its promises."""
    near = [one for one in queue if one.left <= until]
    own = [drawn.times(one.procedure, one.office) for one in near]
    longer = [times.longer(one.used, one.allotted) for times, one in zip(own, near, strict=True)]
    then = [[(drawn.times(one.procedure, turn.office), turn.allotted) for turn in one.then] for one in near]
    late = [0] * len(near)
    gap, each = drawn.gap(office), drawn.each(office)
    saved = coming = 0
    for _ in range(runs):
        slot, broken = 0.0, 0
        for n, one in enumerate(near):
            slot -= gap * log(1 - chance())
            ready = own[n].left(longer[n], one.allotted, chance)
            for turn, allotted in then[n]:
                ready += turn.whole(allotted, chance)
            if one.left >= 0 and max(slot, ready) > one.left:
                late[n] += 1
                broken += 1
        coming += broken
        # whom the hours more reach: of those that this run breaks the first, as many as they are enough for
        reached = more / each if each else 0
        whole = int(reached)
        saved += min(broken, whole + (chance() < reached - whole))
    told = [
        Foreseen(one.id, office, max(1, round(100 * count / runs)))
        for one, count in zip(near, late, strict=True)
        if count
    ]
    passed = sum(one.left < 0 for one in queue)
    return told, OfOffice(
        office, len(queue), passed, coming / runs, saved / runs, round(each) if each else None
    )


class _Drawn:
    """The pace as something to draw from: how much of its share of the time a turn took."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self.shares: dict[Key | int | None, list[float]] = {}
        self.count: dict[int, int] = {}
        self.kept: dict[Key, _Times] = {}
        for one in pace.passes:
            share = one.minutes / max(_SHORT, one.allotted)
            for key in ((one.procedure, one.office), one.office, None):
                self.shares.setdefault(key, []).append(share)
            self.count[one.office] = self.count.get(one.office, 0) + 1
        for values in self.shares.values():
            values.sort()

    def times(self, procedure: str, office: int) -> _Times:
        key = (procedure, office)
        if key not in self.kept:
            wider = [self.shares.get(one, []) for one in (key, office)]
            self.kept[key] = _Times([*(one for one in wider if len(one) >= OF_ITS_OWN), self.shares[None]])
        return self.kept[key]

    def gap(self, office: int) -> float:
        """Minutes between two that leave the office; 0 where nothing is known of it."""
        count = self.count.get(office, 0)
        return self.pace.span / count if count >= OF_ITS_OWN else 0.0

    def each(self, office: int) -> float | None:
        """An officer's minutes for one dossier."""
        gap = self.gap(office)
        return max(1.0, gap * max(1, self.pace.hands.get(office, 1))) if gap else None


class _Times:
    """How much of its share a turn takes. wider: sorted, the nearest first: its own kind's at this office, the office's, the ward's."""

    __slots__ = ("mean", "wider")

    def __init__(self, wider: list[list[float]]) -> None:
        self.wider = wider
        self.mean = sum(wider[0]) / len(wider[0])

    def whole(self, allotted: int, chance: Callable[[], float]) -> float:
        values = self.wider[0]
        return values[int(chance() * len(values))] * max(_SHORT, allotted)

    def longer(self, used: int, allotted: int) -> list[float]:
        """What the nearest say of a turn that has lasted so long, in minutes left; none where hardly any has."""
        share = max(_SHORT, allotted)
        for values in self.wider:
            first = bisect_right(values, used / share)
            if len(values) - first >= OF_ITS_OWN:
                return [value * share - used for value in values[first:]]
        return []

    def left(self, longer: Sequence[float], allotted: int, chance: Callable[[], float]) -> float:
        """Drawn from these; where there are none nobody knows, and the mean stands in."""
        drawn = chance()
        if longer:
            return longer[int(drawn * len(longer))]
        return -self.mean * max(_SHORT, allotted) * log(1 - drawn)
