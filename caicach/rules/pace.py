"""Whether a year keeps the pace that its own deadlines set."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from caicach.rules.task_status import OccurrenceFacts


@dataclass(frozen=True, slots=True)
class Pace:
    """Counts of days on which something is owed in a year.

    needed: how many of them have come by the end of each month, twelve figures. reached: how many of the things owed in
    the year were handed in by then and not given back, a figure for each month that has begun, the last one as of today.
    """

    needed: tuple[int, ...]
    reached: tuple[int, ...]
    needed_today: int

    @property
    def reached_today(self) -> int:
        return self.reached[-1] if self.reached else 0

    @property
    def total(self) -> int:
        return self.needed[-1]


def pace(occurrences: Iterable[OccurrenceFacts], *, year: int, today: dt.date) -> Pace:
    """The pace of the days that lie in the year."""
    owed = [one for one in occurrences if is_in("year", one, year=year, today=today)]
    ends = [dt.date(year, month, calendar.monthrange(year, month)[1]) for month in range(1, 13)]
    there = [day for one in owed if (day := _reached_on(one))]
    begun = [end for end in ends if end.replace(day=1) <= today]
    return Pace(
        needed=tuple(sum(one.due_on <= end for one in owed) for end in ends),
        reached=tuple(sum(day <= min(end, today) for day in there) for end in begun),
        needed_today=sum(is_in("needed", one, year=year, today=today) for one in owed),
    )


Part = Literal["reached", "needed", "year"]
"""What a pace's figures count: handed in by today, owed by today, owed in the whole year."""


def is_in(part: Part, one: OccurrenceFacts, *, year: int, today: dt.date) -> bool:
    """Whether a day counts in one of a pace's figures on a day."""
    if one.due_on.year != year:
        return False
    match part:
        case "reached":
            day = _reached_on(one)
            if day is None or today < dt.date(year, 1, 1):
                return False
            return day <= min(today, dt.date(year, 12, 31))
        case "needed":
            return one.due_on <= today
        case _:
            return True


def _reached_on(one: OccurrenceFacts) -> dt.date | None:
    return None if one.returned else one.handed_in_on
