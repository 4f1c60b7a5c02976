"""Working time to the minute: on which days and in which sessions a desk works, and how much lies between two moments.

Moments are local (Asia/Ho_Chi_Minh) and without zone, as everything that is said to a citizen is. Nothing here walks from day to
day over a span: a count of days, or of minutes, is a count of weeks, of the seasons and of the known exceptions before it.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

from caicach.rules.workdays import WorkCalendar

Session = tuple[dt.time, dt.time]
Spans = tuple[tuple[int, int], ...]
"""sessions in minutes of the day"""
DAY = dt.timedelta(days=1)
SATURDAY = 5
FIRST_YEAR, LAST_YEAR = 1990, 2110
"""between these seasons come back each year; outside them the usual hours hold"""


@dataclass(frozen=True, slots=True)
class Season:
    """A part of every year with its own hours. since, until: (month, day), both within; it may run over New Year. saturday:
    the sessions of a Saturday in it, none where the desk is shut."""

    since: tuple[int, int]
    until: tuple[int, int]
    sessions: tuple[Session, ...]
    saturday: tuple[Session, ...] = ()


@dataclass(frozen=True, slots=True)
class Hours:
    """A ward's hours: its usual sessions, those of seasons, those of Saturdays. counts_saturday: a Saturday with sessions is a
    working day like others; else the counter is open and nothing is counted."""

    sessions: tuple[Session, ...]
    seasons: tuple[Season, ...] = ()
    saturday: tuple[Session, ...] = ()
    counts_saturday: bool = False


@dataclass(frozen=True, slots=True)
class _Week:
    """A week of one kind. full: of a day that is worked in full; spans: of each weekday; open_spans: of a Saturday at the
    counter; days, minutes: those before each weekday, from 0 to the whole week."""

    full: Spans
    spans: tuple[Spans, ...]
    saturday: Spans
    weekdays: tuple[int, ...]
    days: tuple[int, ...]
    minutes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    """From a day on, weeks are of this kind. days, minutes: what a count from the first Monday of all is to be mended by."""

    start: int
    week: _Week
    days: int
    minutes: int


@dataclass(frozen=True, slots=True)
class WorkTime:
    """calendar: which days are worked; sessions: of a working day, each [from, to), in their order and apart. later: from a day
    on, other hours; what lies before stays as it was.

    Raises ValueError where no weekday is worked, there is no session, one ends before it begins or overlaps the next, or
    seasons overlap.
    """

    calendar: WorkCalendar
    sessions: tuple[Session, ...]
    later: tuple[tuple[dt.date, Hours], ...] = ()
    minutes_a_day: int = field(init=False, compare=False)
    _pieces: tuple[_Piece, ...] = field(init=False, repr=False, compare=False)
    _starts: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _days_at: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _minutes_at: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _off: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _off_minutes: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _added: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _made_up: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _more_minutes: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.calendar.weekdays:
            raise ValueError("no working time")
        pieces = tuple(_pieces(self.calendar.weekdays, Hours(self.sessions), self.later))
        put = object.__setattr__
        put(self, "_pieces", pieces)
        put(self, "_starts", tuple(piece.start for piece in pieces))
        put(self, "minutes_a_day", _length(pieces[-1 if self.later else 0].week.full))
        off, made_up = self.calendar.days_off, self.calendar.make_up_days
        shut = [(day, minutes) for day in _ordinals(off - made_up) if (minutes := self._plain_minutes(day))]
        worked = _ordinals(made_up)
        put(self, "_off", tuple(day for day, _ in shut))
        put(self, "_off_minutes", (0, *accumulate(minutes for _, minutes in shut)))
        put(self, "_made_up", worked)
        put(self, "_added", tuple(day for day in worked if not self._plain_minutes(day)))
        more = (_length(self._week(day).full) - self._plain_minutes(day) for day in worked)
        put(self, "_more_minutes", (0, *accumulate(more)))
        put(self, "_days_at", tuple(self._days_before(start) for start in self._starts))
        put(self, "_minutes_at", tuple(self._minutes_before_day(start) for start in self._starts))

    # --- days --------------------------------------------------------------------------------------------------

    def is_working(self, day: dt.date) -> bool:
        """Whether the day counts as a working day."""
        return bool(self._spans_of(day.toordinal()))

    def is_usual(self, day: dt.date) -> bool:
        """Whether it is a day of the week that is worked, unless it is off."""
        return bool(self._plain_minutes(day.toordinal()))

    def days_between(self, since: dt.date, until: dt.date) -> int:
        """Working days after the first day, up to and with the second; below zero where that lies before."""
        return self._days_before(until.toordinal() + 1) - self._days_before(since.toordinal() + 1)

    def nth_day(self, day: dt.date, count: int) -> dt.date:
        """The working day that is so many after this one, which is not counted itself; 0: this one, or the next that is
        worked; below zero: back from there. Raises OverflowError beyond the calendar."""
        return self._nth(self._days_before(day.toordinal() + (count > 0)) + count - (count > 0))

    # --- hours -------------------------------------------------------------------------------------------------

    def sessions_of(self, day: dt.date) -> tuple[Session, ...]:
        """When the counter is open on a day: also on a Saturday that is not counted; none on a day off."""
        return tuple((_time(since), _time(until)) for since, until in self._open_spans(day))

    def full_sessions(self, day: dt.date) -> tuple[Session, ...]:
        """The sessions of a full working day at that time of the year."""
        return tuple((_time(since), _time(until)) for since, until in self._week(day.toordinal()).full)

    def spans_of(self, day: dt.date) -> Spans:
        """What is worked on a day, in minutes of it; nothing where it is no working day."""
        return self._spans_of(day.toordinal())

    def is_open(self, moment: dt.datetime) -> bool:
        """Whether the counter takes in dossiers then."""
        now = moment.hour * 60 + moment.minute
        return any(since <= now < until for since, until in self._open_spans(moment.date()))

    def close_of(self, day: dt.date) -> dt.datetime:
        """When work ends on a day that is worked."""
        number = day.toordinal()
        return _at(day, (self._spans_of(number) or self._week(number).full)[-1][1])

    def opening_of(self, day: dt.date) -> dt.datetime:
        """When work begins on a day that is worked."""
        number = day.toordinal()
        return _at(day, (self._spans_of(number) or self._week(number).full)[0][0])

    def minutes_of(self, day: dt.date) -> int:
        """How long a working day is at that time of the year, whether that one is worked or not."""
        return _length(self._week(day.toordinal()).full)

    def between(self, since: dt.datetime, until: dt.datetime) -> int:
        """Minutes of work from one moment to another; below zero where the second lies before the first."""
        return self._minutes_before(until) - self._minutes_before(since)

    def after(self, moment: dt.datetime, minutes: int) -> dt.datetime:
        """The moment so many minutes of work later (below zero: earlier). What ends with a session ends there, not at the
        next opening. Raises OverflowError beyond the calendar."""
        wanted = self._minutes_before(moment) + minutes
        day = self._day_with_minute(wanted)
        left = wanted - self._minutes_before_day(day)
        for since, until in self._spans_of(day):
            if left <= until - since:
                break
            left -= until - since
        return _at(dt.date.fromordinal(day), since + left)

    def next_minute(self, moment: dt.datetime) -> dt.datetime:
        """The moment itself where work is going on, else the next opening."""
        return self.after(moment, 1) - dt.timedelta(minutes=1)

    # --- counting ----------------------------------------------------------------------------------------------

    def _piece(self, day: int) -> _Piece:
        return self._pieces[bisect_right(self._starts, day) - 1] if len(self._starts) > 1 else self._pieces[0]

    def _week(self, day: int) -> _Week:
        return self._piece(day).week

    def _plain_minutes(self, day: int) -> int:
        """Of the day of the week alone, as if no day were off."""
        return _length(self._week(day).spans[(day - 1) % 7])

    def _spans_of(self, day: int) -> Spans:
        """When is worked on a day, none where it is no working day."""
        week = self._week(day)
        if _is_in(self._made_up, day):
            return week.full
        return () if _is_in(self._off, day) else week.spans[(day - 1) % 7]

    def _open_spans(self, day: dt.date) -> Spans:
        number = day.toordinal()
        if spans := self._spans_of(number):
            return spans
        is_saturday = day.weekday() == SATURDAY and day not in self.calendar.days_off
        return self._week(number).saturday if is_saturday else ()

    def _minutes_before(self, moment: dt.datetime) -> int:
        day, now = moment.toordinal(), moment.hour * 60 + moment.minute
        minutes = self._minutes_before_day(day)
        for since, until in self._spans_of(day):
            if now <= since:
                break
            minutes += min(now, until) - since
        return minutes

    def _days_before(self, day: int) -> int:
        """Working days before a day, both as ordinals."""
        piece = self._piece(day)
        weeks, rest = divmod(day - 1, 7)  # day 1 was a Monday
        plain = piece.days + weeks * piece.week.days[7] + piece.week.days[rest]
        return plain - bisect_left(self._off, day) + bisect_left(self._added, day)

    def _minutes_before_day(self, day: int) -> int:
        piece = self._piece(day)
        weeks, rest = divmod(day - 1, 7)
        plain = piece.minutes + weeks * piece.week.minutes[7] + piece.week.minutes[rest]
        off = self._off_minutes[bisect_left(self._off, day)]
        return plain - off + self._more_minutes[bisect_left(self._made_up, day)]

    def _nth(self, number: int) -> dt.date:
        """The working day that has so many before it."""
        piece = self._pieces[max(0, bisect_right(self._days_at, number) - 1)]
        days = piece.week.weekdays
        wanted = number - piece.days
        day = 1
        for _ in range(2):  # once without the exceptions, once with those that lie before
            weeks, rest = divmod(wanted, len(days))
            day = weeks * 7 + days[rest] + 1
            wanted = number - piece.days + bisect_left(self._off, day) - bisect_left(self._added, day)
        if day < 1:
            raise OverflowError("before the calendar")
        while day > 1 and self._days_before(day) > number:
            day -= 1
        while day <= _LAST and (self._days_before(day) < number or not self._spans_of(day)):
            day += 1
        if day > _LAST:
            raise OverflowError("beyond the calendar")
        return dt.date.fromordinal(day)

    def _day_with_minute(self, wanted: int) -> int:
        """The day in which the so manieth minute of work ends."""
        piece = self._pieces[max(0, bisect_left(self._minutes_at, wanted) - 1)]
        before = piece.week.minutes
        rest = wanted - 1 - piece.minutes
        day = 1
        for _ in range(2):
            weeks, left = divmod(rest, before[7])
            day = weeks * 7 + bisect_right(before, left, hi=7)
            off = self._off_minutes[bisect_left(self._off, day)]
            rest = wanted - 1 - piece.minutes + off - self._more_minutes[bisect_left(self._made_up, day)]
        if day < 1:
            raise OverflowError("before the calendar")
        while day > 1 and self._minutes_before_day(day) >= wanted:
            day -= 1
        while day <= _LAST and self._minutes_before_day(day + 1) < wanted:
            day += 1
        if day > _LAST:
            raise OverflowError("beyond the calendar")
        return day


_LAST = dt.date.max.toordinal() - 1
"""one less than Python's last day: what follows a day can still be said"""


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day of the month so many months on, else the last of that month (Civil Code art. 148(3)). Raises OverflowError
    beyond the calendar."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not dt.MINYEAR <= year <= dt.MAXYEAR:
        raise OverflowError("beyond the calendar")
    return _in_year(year, (month + 1, day.day))


def _in_year(year: int, when: tuple[int, int]) -> dt.date:
    """A day of each year; 29/02 is the 28th where there is none, 31/04 the 30th."""
    month, day = when
    if not (1 <= month <= 12 and 1 <= day <= 31):
        raise ValueError("no day of a year")
    for last in (day, 30, 29, 28):
        if last <= day:
            try:
                return dt.date(year, month, last)
            except ValueError:
                continue
    raise ValueError("no day of a year")


def _pieces(
    weekdays: frozenset[int], usual: Hours, later: Sequence[tuple[dt.date, Hours]]
) -> Iterator[_Piece]:
    """The whole of time, from the first day on, in parts with weeks of one kind."""
    if [day for day, _ in later] != sorted({day for day, _ in later}):
        raise ValueError("hours out of order")
    days = minutes = 0
    before: _Week | None = None
    for start, week in _weeks(weekdays, usual, later):
        weeks, rest = divmod(start - 1, 7)
        if before is not None:
            days += weeks * before.days[7] + before.days[rest]
            minutes += weeks * before.minutes[7] + before.minutes[rest]
        days -= weeks * week.days[7] + week.days[rest]
        minutes -= weeks * week.minutes[7] + week.minutes[rest]
        before = week
        yield _Piece(start, week, days, minutes)


def _weeks(
    weekdays: frozenset[int], usual: Hours, later: Sequence[tuple[dt.date, Hours]]
) -> Iterator[tuple[int, _Week]]:
    """From which day on weeks are of which kind, in order."""
    given = [(dt.date.min, usual), *later]
    for n, (since, hours) in enumerate(given):
        start = since.toordinal()
        end = given[n + 1][0].toordinal() if n + 1 < len(given) else dt.date.max.toordinal() + 1
        if start >= end:  # other hours from the first day of all
            continue
        plain = _week(weekdays, hours.sessions, hours.saturday, counts=hours.counts_saturday)
        at = start
        for first, last, season in _seasons(hours.seasons, since.year, dt.date.fromordinal(end - 1).year):
            if last < start or first >= end:
                continue
            if first > at:
                yield at, plain
            yield (
                max(first, at),
                _week(weekdays, season.sessions, season.saturday, counts=hours.counts_saturday),
            )
            at = last + 1
        if at < end:
            yield at, plain


def _seasons(seasons: Sequence[Season], since: int, until: int) -> list[tuple[int, int, Season]]:
    """Every year's seasons as first and last day, in order. Raises ValueError where two overlap."""
    found = []
    for season in seasons:
        over = season.until < season.since
        for year in range(max(FIRST_YEAR, since - 1), min(LAST_YEAR, until) + 1):
            first, last = _in_year(year, season.since), _in_year(year + over, season.until)
            found.append((first.toordinal(), last.toordinal(), season))
    found.sort(key=lambda one: one[0])
    if any(one[1] >= other[0] for one, other in pairwise(found)):
        raise ValueError("seasons overlap")
    return found


def _week(
    weekdays: frozenset[int], sessions: Sequence[Session], saturday: Sequence[Session], *, counts: bool
) -> _Week:
    full, short = _spans(sessions), _spans(saturday, may_be_none=True)
    spans = tuple(
        full if day in weekdays else short if day == SATURDAY and counts else () for day in range(7)
    )
    worked = tuple(day for day in range(7) if spans[day])
    lengths = [_length(one) for one in spans]
    return _Week(
        full, spans, short, worked, (0, *accumulate(map(bool, spans))), (0, *accumulate(lengths))
    )  # fmt: skip


def _spans(sessions: Sequence[Session], *, may_be_none: bool = False) -> Spans:
    spans = tuple((_minute(since), _minute(until)) for since, until in sessions)
    edges = [-1, *(edge for span in spans for edge in span)]
    if not spans and not may_be_none:
        raise ValueError("no working time")
    if any(until <= since for since, until in spans) or sorted(edges) != edges:
        raise ValueError("sessions out of order")
    return spans


def _length(spans: Spans) -> int:
    return sum(until - since for since, until in spans)


def _is_in(days: tuple[int, ...], day: int) -> bool:
    at = bisect_left(days, day)
    return at < len(days) and days[at] == day


def _at(day: dt.date, minute: int) -> dt.datetime:
    return dt.datetime.combine(day, _time(minute))


def _time(minute: int) -> dt.time:
    return dt.time(minute // 60, minute % 60)


def _minute(at: dt.time) -> int:
    return at.hour * 60 + at.minute


def _ordinals(days: Iterable[dt.date]) -> tuple[int, ...]:
    return tuple(sorted(day.toordinal() for day in days))
