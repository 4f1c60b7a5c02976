"""What the ward's catalogue says to an indicator of a plan, as it stands on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from fractions import Fraction

from caicach.organisation.queries import work_time
from caicach.procedures.models import Version
from caicach.procedures.queries import COUNTED, is_on
from caicach.rules.figures import MINUTE, Counted
from caicach.rules.procedures import cut_of

CODES = ("procedures-cut", "procedures-cut-share", "time-cut")


def cuts(ward: int, days: Collection[dt.date]) -> dict[str, dict[dt.date, Counted]]:
    """Figure → day → how the promise to cut stands on it: the sums of `queries.cut_page`. At most four queries for all days."""
    a_day = work_time(ward).minutes_a_day
    versions = list(Version.objects.filter(ward_id=ward))
    stands = [(one, cut_of(one.level, one.law, one.own, a_day=a_day)) for one in versions]
    answer: dict[str, dict[dt.date, Counted]] = {code: {} for code in CODES}
    for day in days:
        there = [(one, group) for one, group in stands if group in COUNTED and is_on(one, day)]
        reached = sum(group == "reached" for _, group in there)
        law = sum((one.law.minutes(a_day) for one, _ in there if one.law), Fraction(0))
        own = sum(((one.own or one.law).minutes(a_day) for one, _ in there if one.law), Fraction(0))
        answer["procedures-cut"][day] = Counted(reached)
        answer["procedures-cut-share"][day] = Counted(reached, len(there))
        answer["time-cut"][day] = Counted(int((law - own) * MINUTE), int(law * MINUTE))
    return answer
