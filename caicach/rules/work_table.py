"""Working time of some years laid out day by day, for counting a hundred thousand clocks at once: each question is a look-up.

Answers as `WorkTime` does; outside its years it asks that.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left

from caicach.rules.dossier_clock import apology_day
from caicach.rules.work_time import Spans, WorkTime


class WorkTable:
    """since, until: the days that are laid out."""

    def __init__(self, time: WorkTime, since: dt.date, until: dt.date) -> None:
        self.time = time
        self.first, last = since.toordinal(), until.toordinal()
        self._minutes = [0]
        self._kinds: list[tuple[list[int], list[int]]] = []
        self._apologies: dict[dt.date, dt.date] = {}
        kinds: dict[Spans, tuple[list[int], list[int]]] = {}
        for number in range(self.first, last + 1):
            spans = time.spans_of(dt.date.fromordinal(number))
            if spans not in kinds:
                kinds[spans] = _laid_out(spans)
            self._kinds.append(kinds[spans])
            self._minutes.append(self._minutes[-1] + kinds[spans][0][-1])

    def shares(
        self, since: tuple[int, int], until: tuple[int, int], first: int, second: int
    ) -> tuple[int, int]:
        """When so many percent of the working time between two moments are used, both. Moments as day and minute in, as minutes
        since the first day that is laid out."""
        minutes, kinds = self._minutes, self._kinds
        day, minute = since
        begin = minutes[day] + kinds[day][0][minute]
        day, minute = until
        whole = minutes[day] + kinds[day][0][minute] - begin
        wanted = begin - (-whole * first // 100)
        day = bisect_left(minutes, wanted) - 1
        early = day * 1440 + kinds[day][1][wanted - minutes[day]]
        wanted = begin - (-whole * second // 100)
        day = bisect_left(minutes, wanted) - 1
        return early, day * 1440 + kinds[day][1][wanted - minutes[day]]

    def place_of(self, day: dt.date) -> int | None:
        """Its number among the days that are laid out, None where it is none, or too near the first: a share of what is between
        two days may end on the working day before."""
        at = day.toordinal() - self.first
        return at if _MARGIN <= at < len(self._kinds) else None

    def apology_day(self, due: dt.date) -> dt.date:
        """The last working day before a promised one."""
        if due not in self._apologies:
            self._apologies[due] = apology_day(self.time, due)
        return self._apologies[due]


_MARGIN = 60
"""days: no rest is longer"""


def _laid_out(spans: Spans) -> tuple[list[int], list[int]]:
    """Minutes of work before each minute of the day and at its end; the minute of the day at which the so manieth ends."""
    before, ends = [0], [0]
    for minute in range(1440):
        is_work = any(since <= minute < until for since, until in spans)
        before.append(before[-1] + is_work)
        if is_work:
            ends.append(minute + 1)
    return before, ends
