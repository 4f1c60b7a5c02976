"""Working days of the public service, by year, from `data/holidays.csv`; no year is ever guessed.

Source: Labour Code arts. 111-112 and each year's decision; every row of the file names its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """days_off: holidays and days swapped off; make_up_days: weekend days worked instead; weekdays: those that are worked,
    Monday 0.

    years: those whose days off are known; outside them only weekends count as days off.
    """

    days_off: frozenset[dt.date] = frozenset()
    make_up_days: frozenset[dt.date] = frozenset()
    years: frozenset[int] = frozenset()
    weekdays: frozenset[int] = frozenset(range(5))

    def is_working(self, day: dt.date) -> bool:
        if day in self.make_up_days:
            return True
        return day.weekday() in self.weekdays and day not in self.days_off

    def last_working_day(self, day: dt.date) -> dt.date:
        """The day itself, or the nearest working day before it."""
        while not self.is_working(day):
            day -= dt.timedelta(days=1)
        return day

    def next_working_day(self, day: dt.date) -> dt.date:
        """The first working day after this one."""
        day += dt.timedelta(days=1)
        while not self.is_working(day):
            day += dt.timedelta(days=1)
        return day

    def differing(self, *, off: Collection[dt.date], working: Collection[dt.date]) -> WorkCalendar:
        """This calendar with a ward's own days off and its own working days."""
        return WorkCalendar(
            (self.days_off | frozenset(off)) - frozenset(working),
            (self.make_up_days | frozenset(working)) - frozenset(off),
            self.years,
            self.weekdays,
        )


def calendar_from_rows(rows: Iterable[dict[str, str]]) -> WorkCalendar:
    """From rows with `date` (ISO) and `kind` ("off" or "make-up"), as `data/holidays.csv` holds them.

    Raises ValueError for a day that is no date or a kind that is neither.
    """
    off: set[dt.date] = set()
    make_up: set[dt.date] = set()
    for row in rows:
        day = dt.date.fromisoformat(row["date"])
        match row["kind"]:
            case "off":
                off.add(day)
            case "make-up":
                make_up.add(day)
            case other:
                raise ValueError(f"{row['date']}: kind {other!r}")
    return WorkCalendar(frozenset(off), frozenset(make_up), frozenset(day.year for day in off))
