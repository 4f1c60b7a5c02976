"""Working time to the minute: on which days and in which sessions a desk works, and how much lies between two moments.

Moments are local (Asia/Ho_Chi_Minh) and without zone, as everything that is said to a citizen is. Nothing here walks from day to
day over a span: a count of days is a count of weeks and of the known exceptions before it.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field

from caicach.rules.workdays import WorkCalendar

Session = tuple[dt.time, dt.time]
DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WorkTime:
    """calendar: which days are worked; sessions: of a working day, each [from, to), in their order and apart.

    Raises ValueError where no weekday is worked, there is no session, or one ends before it begins or overlaps the next.
    """

    calendar: WorkCalendar
    sessions: tuple[Session, ...]
    minutes_a_day: int = field(init=False, compare=False)
    _spans: tuple[tuple[int, int], ...] = field(init=False, repr=False, compare=False)
    _off: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _added: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        spans = tuple((_minute(since), _minute(until)) for since, until in self.sessions)
        edges = [-1, *(edge for span in spans for edge in span)]
        if not spans or not self.calendar.weekdays:
            raise ValueError("no working time")
        if any(until <= since for since, until in spans) or sorted(edges) != edges:
            raise ValueError("sessions out of order")
        off = self.calendar.days_off - self.calendar.make_up_days
        kept = {
            "minutes_a_day": sum(until - since for since, until in spans),
            "_spans": spans,
            "_off": _ordinals(day for day in off if day.weekday() in self.calendar.weekdays),
            "_added": _ordinals(
                day for day in self.calendar.make_up_days if day.weekday() not in self.calendar.weekdays
            ),
        }
        for name, value in kept.items():
            object.__setattr__(self, name, value)

    def close_of(self, day: dt.date) -> dt.datetime:
        """When work ends on a day that is worked."""
        return dt.datetime.combine(day, self.sessions[-1][1])

    def between(self, since: dt.datetime, until: dt.datetime) -> int:
        """Minutes of work from one moment to another; below zero where the second lies before the first."""
        return self._minutes_before(until) - self._minutes_before(since)

    def after(self, moment: dt.datetime, minutes: int) -> dt.datetime:
        """The moment so many minutes of work later (below zero: earlier). What ends with a session ends there, not at the
        next opening. Raises OverflowError beyond the calendar."""
        days, left = divmod(self._minutes_before(moment) + minutes - 1, self.minutes_a_day)
        day, left = self._nth(days), left + 1
        for since, until in self._spans:
            if left <= until - since:
                break
            left -= until - since
        return dt.datetime.combine(day, dt.time()) + dt.timedelta(minutes=since + left)

    def days_between(self, since: dt.date, until: dt.date) -> int:
        """Working days after the first day, up to and with the second; below zero where that lies before."""
        return self._days_before(until.toordinal() + 1) - self._days_before(since.toordinal() + 1)

    def nth_day(self, day: dt.date, count: int) -> dt.date:
        """The working day that is so many after this one, which is not counted itself; 0: this one, or the next that is
        worked; below zero: back from there. Raises OverflowError beyond the calendar."""
        return self._nth(self._days_before(day.toordinal() + (count > 0)) + count - (count > 0))

    def _minutes_before(self, moment: dt.datetime) -> int:
        day = moment.date()
        minutes = self._days_before(day.toordinal()) * self.minutes_a_day
        if self.calendar.is_working(day):
            now = moment.hour * 60 + moment.minute
            minutes += sum(max(0, min(now, until) - since) for since, until in self._spans)
        return minutes

    def _days_before(self, day: int) -> int:
        """Working days before a day, both as ordinals."""
        weeks, rest = divmod(day - 1, 7)  # day 1 was a Monday
        plain = weeks * len(self.calendar.weekdays) + sum(one < rest for one in self.calendar.weekdays)
        return plain - bisect_left(self._off, day) + bisect_left(self._added, day)

    def _nth(self, number: int) -> dt.date:
        """The working day that has so many before it."""
        week = sorted(self.calendar.weekdays)
        day, wanted = 1, number
        for _ in range(2):  # once without the exceptions, once with those that lie before
            weeks, rest = divmod(wanted, len(week))
            day = weeks * 7 + week[rest] + 1
            wanted = number + bisect_left(self._off, day) - bisect_left(self._added, day)
        if day < 1:
            raise OverflowError("before the calendar")
        while day > 1 and self._days_before(day) > number:
            day -= 1
        while day <= _LAST and (
            self._days_before(day) < number or not self.calendar.is_working(dt.date.fromordinal(day))
        ):
            day += 1
        if day > _LAST:
            raise OverflowError("beyond the calendar")
        return dt.date.fromordinal(day)


_LAST = dt.date.max.toordinal() - 1
"""one less than Python's last day: what follows a day can still be said"""


def _minute(at: dt.time) -> int:
    return at.hour * 60 + at.minute


def _ordinals(days: Iterable[dt.date]) -> tuple[int, ...]:
    return tuple(sorted(day.toordinal() for day in days))
