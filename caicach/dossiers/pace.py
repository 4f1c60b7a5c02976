"""What will be late by Friday: the pace of the last weeks read from the events, the morning's forecast made of it and kept.

The figures are `rules/forecast`'s; here is what they are drawn from. Decision 0042.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from django.db import IntegrityError, transaction
from django.db.models import Q

from caicach.accounts.queries import colleagues
from caicach.core import clock
from caicach.dossiers.models import Dossier, DossierClock, Event, Forecast, Foreseen
from caicach.organisation.queries import work_time
from caicach.rules import forecast as rule
from caicach.rules import rights
from caicach.rules.dossier_moves import MOVES
from caicach.rules.work_time import WorkTime

DAYS = 60
"""working days that the pace is read from"""
MOST = 5_000
"""so many settled dossiers at most, the newest: a busy ward's pace is that of its last weeks"""
MOST_OPEN = 20_000
KEPT_DAYS = 90
"""so long a forecast is kept, to be looked at beside what came of it"""
_HANDS = ("transfer", "hand-over", "send-back")
_TOLD = frozenset({*_HANDS, *(name for name, one in MOVES.items() if one.clock)})
_A_BATCH = 500


@dataclass(frozen=True, slots=True)
class Turn:
    """An office's turn: 0 where nobody knows whose; minutes of work in its hands without what it waited."""

    office: int
    minutes: int


@dataclass(slots=True)
class Turns:
    """The turns of one dossier, as its events are heard in their order. ended: those that are over; more: working days that an
    apology gave: what a turn usually takes is measured by what was promised first."""

    time: WorkTime
    office: int = 0
    used: int = 0
    since: dt.datetime | None = None
    """None while the clock stands still"""
    more: int = 0
    ended: list[Turn] = field(default_factory=list)

    def hear(self, code: str, at: dt.datetime, office: int | None, days: int | None) -> None:
        """One event. office: of a hand-over; days: of an apology."""
        what = MOVES[code].clock
        if code in _HANDS:
            self._end(at)
            self.office, self.since = office or 0, at if self.since else None
        elif what in ("accepted", "reopened"):  # a correction has a clock of its own
            self.used, self.since, self.more, self.ended = 0, at, 0, []
        elif what == "paused":
            self.used, self.since = self.now(at).minutes, None
        elif what == "resumed":
            self.since = at
        elif what == "extended":
            self.more += days or 0
        elif what == "resolved":
            self._end(at)
            self.since = None

    def now(self, at: dt.datetime) -> Turn:
        """The turn that is under way."""
        return Turn(self.office, self.used + (max(0, self.time.between(self.since, at)) if self.since else 0))

    def _end(self, at: dt.datetime) -> None:
        ended, self.used = self.now(at), 0
        if ended.minutes:
            self.ended.append(ended)

    def promised(self, under_way: int, left: int) -> int:
        """The time that it had at first, in minutes of work: what it used, without what it waited, and what is left of its promise."""
        return sum(one.minutes for one in self.ended) + under_way + left - self.more * self.time.minutes_a_day


@dataclass(frozen=True, slots=True)
class Shares:
    """version → its steps in their order: (office, percent)."""

    of: Mapping[int, Sequence[tuple[int, int]]]

    def allotted(self, version: int | None, office: int, whole: int) -> int:
        steps = self.of.get(version or 0, ())
        return next((whole * percent // 100 for place, percent in steps if place == office and office), whole)

    def then(self, version: int | None, office: int, whole: int) -> tuple[rule.Ahead, ...]:
        """The steps after this office's own, at others."""
        steps = self.of.get(version or 0, ())
        here = next((n for n, (place, _) in enumerate(steps) if place == office and office), None)
        if here is None:
            return ()
        return tuple(rule.Ahead(place, whole * share // 100) for place, share in steps[here + 1 :] if place not in (0, office))  # fmt: skip


def make(ward: int, *, at: dt.datetime) -> Forecast | None:
    """The forecast of a ward's day, once; None where it is there already. Nine queries, one more for each five hundred dossiers."""
    day, now = clock.local_day(at), _naive(at)
    if Forecast.objects.filter(ward_id=ward, day=day).exists():
        return None
    time = work_time(ward)
    until = rule.week_end(time, day)
    shares = _shares(ward, time.nth_day(day, -DAYS))
    pace = _pace(ward, time, shares, now)
    opened = _opened(ward, time, shares, pace, now)
    left = max(0, time.between(now, time.close_of(until)))
    # the same ward and day draw the same: the page of a morning stays as it is
    found = rule.forecast(opened, pace, left, Random(f"{ward}:{day}").random)
    try:
        with transaction.atomic():
            return _keep(ward, day, until, found, at)
    except IntegrityError:  # another worker, a moment earlier
        return None


def _keep(ward: int, day: dt.date, until: dt.date, found: rule.Forecast, at: dt.datetime) -> Forecast:
    Forecast.objects.filter(ward_id=ward, day__lt=day - dt.timedelta(days=KEPT_DAYS)).delete()
    running = DossierClock.objects.filter(ward_id=ward, runs=True, office__isnull=False)
    slugs = dict(running.values_list("office_id", "office__slug").distinct())
    made = Forecast.objects.create(
        ward_id=ward, day=day, until=until, made_at=at, enough=found.enough, passes=found.passes,
        offices=[
            {"office": one.office, "slug": slugs.get(one.office, ""), "open": one.open, "late": one.late, "coming": round(one.coming, 2), "saved": round(one.saved, 2), "each": one.each}
            for one in found.offices
        ],
    )  # fmt: skip
    Foreseen.objects.bulk_create(
        [
            Foreseen(ward_id=ward, forecast=made, dossier_id=one.id, office_id=one.office or None, percent=one.percent)
            for one in found.dossiers
        ],
        batch_size=1_000,
    )  # fmt: skip
    return made


def _naive(at: dt.datetime) -> dt.datetime:
    return clock.minute(at)


def _shares(ward: int, since: dt.date) -> Shares:
    rows = Dossier.objects.filter(
        Q(clock__runs=True) | Q(clock__settled_on__gte=since), ward_id=ward, version__isnull=False
    )
    steps = rows.values_list("version_id", "version__steps__position", "version__steps__office_id", "version__steps__share_percent")  # fmt: skip
    of: dict[int, list[tuple[int, int]]] = {}
    for version, _, office, percent in sorted(row for row in steps.distinct() if row[1] is not None):
        of.setdefault(version, []).append((office or 0, percent))
    return Shares(of)


_FIELDS = ("id", "system", "procedure_code", "procedure", "version_id", "received_on", "received_time")


def _pace(ward: int, time: WorkTime, shares: Shares, now: dt.datetime) -> rule.Pace:
    since = time.nth_day(now.date(), -DAYS)
    rows = list(
        Dossier.objects.filter(ward_id=ward, clock__settled_on__range=(since, now.date()), clock__late_days__isnull=False)
        .order_by("-clock__settled_on", "-id")
        .values_list(*_FIELDS, "clock__settled_on", "resolved_time", "due_on", "due_time", "clock__office_id")[:MOST]
    )  # fmt: skip
    told = dict(_turns(ward, time, [row[0] for row in rows if row[1] == Dossier.OWN]))
    passes: list[rule.Pass] = []
    first = now
    for pk, system, code, name, version, on, at, done_on, done_at, due_on, due_at, office in rows:
        came = _begin(time, on, at)
        done = _end(time, done_on, done_at)
        if came is None or done is None or done <= came or due_on is None:
            continue
        first = min(first, done)
        due = _end(time, due_on, due_at)
        turns = (
            told.get(pk)
            if system == Dossier.OWN
            else Turns(time, ended=[Turn(office or 0, max(0, time.between(came, done)))])
        )
        if turns is None or due is None:
            continue
        whole = turns.promised(0, time.between(done, due))
        kind = code or name
        passes += [rule.Pass(kind, one.office, one.minutes, shares.allotted(version, one.office, whole)) for one in turns.ended]  # fmt: skip
    hands = Counter(one.office_id for one in colleagues(ward) if one.role in (rights.OFFICER, rights.HEAD))
    return rule.Pace(passes, max(1, time.between(first, now)), {pk: n for pk, n in hands.items() if pk})


def _opened(
    ward: int, time: WorkTime, shares: Shares, pace: rule.Pace, now: dt.datetime
) -> list[rule.Open]:  # fmt: skip
    """What runs and has a promise, the most urgent first."""
    rows = list(
        Dossier.objects.filter(ward_id=ward, clock__runs=True, clock__late_from__isnull=False)
        .order_by("clock__late_from", "id")
        .values_list(*_FIELDS, "clock__late_from", "clock__office_id")[:MOST_OPEN]
    )
    told = dict(_turns(ward, time, [row[0] for row in rows if row[1] == Dossier.OWN]))
    passed = Counter((one.procedure, one.office) for one in pace.passes)
    found = []
    for pk, system, code, name, version, on, at, late_from, office in rows:
        came, late = _begin(time, on, at), _naive(late_from)
        left = time.between(now, late) if late > now else -max(1, time.between(late, now))
        kind, place = code or name, office or 0
        turns = (
            told.get(pk)
            if system == Dossier.OWN
            else Turns(time, since=came if came and came < now else None)
        )
        used = turns.now(now).minutes if turns else 0
        whole = turns.promised(used, left) if turns else used + left
        # a step that nobody has ever gone on to is signed where the dossier lies
        then = tuple(one for one in shares.then(version, place, whole) if passed[(kind, one.office)] >= rule.OF_ITS_OWN)  # fmt: skip
        found.append(rule.Open(pk, kind, place, left, used, shares.allotted(version, place, whole), then))
    return found


def _begin(time: WorkTime, day: dt.date | None, at: dt.time | None) -> dt.datetime | None:
    """A day without a time begins in the morning, as the clock's own shares have it."""
    return dt.datetime.combine(day, at or dt.time()) if day else None


def _end(time: WorkTime, day: dt.date | None, at: dt.time | None) -> dt.datetime | None:
    return dt.datetime.combine(day, at or dt.time(23, 59)) if day else None


def _turns(ward: int, time: WorkTime, dossiers: Sequence[int]) -> Iterator[tuple[int, Turns]]:
    """dossier → its turns. A query for each five hundred."""
    for n in range(0, len(dossiers), _A_BATCH):
        rows = (
            Event.objects.filter(ward_id=ward, dossier_id__in=dossiers[n : n + _A_BATCH], code__in=_TOLD)
            .order_by("dossier_id", "id")
            .values_list("dossier_id", "code", "at", "facts__office", "facts__amount")
        )
        yield from heard(rows.iterator(2_000), time)


def heard(
    rows: Iterable[tuple[int, str, dt.datetime, int | None, int | None]], time: WorkTime
) -> Iterator[tuple[int, Turns]]:
    """The same of events in the order of their dossiers: (dossier, code, moment, office, days)."""
    last, turns = 0, Turns(time)
    for pk, code, at, office, days in rows:
        if pk != last:
            if last:
                yield last, turns
            last, turns = pk, Turns(time)
        turns.hear(code, _naive(at), office, days)
    if last:
        yield last, turns
