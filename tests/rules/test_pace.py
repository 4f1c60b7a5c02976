"""The pace of a year, against counting by hand."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from caicach.rules.pace import pace
from caicach.rules.task_status import OccurrenceFacts

DAYS = st.dates(dt.date(2025, 6, 1), dt.date(2027, 6, 30))
OWED = st.builds(OccurrenceFacts, due_on=DAYS, handed_in_on=st.none() | DAYS, returned=st.booleans())


def test_a_year_of_three_days():
    owed = [
        OccurrenceFacts(dt.date(2026, 1, 31), dt.date(2026, 2, 3)),
        OccurrenceFacts(dt.date(2026, 3, 31), dt.date(2026, 3, 1), returned=True),
        OccurrenceFacts(dt.date(2026, 12, 31)),
    ]
    found = pace(owed, year=2026, today=dt.date(2026, 4, 10))
    assert found.needed == (1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3)
    assert found.reached == (0, 1, 1, 1)
    assert (found.needed_today, found.reached_today, found.total) == (2, 1, 3)


@given(st.lists(OWED, max_size=12), DAYS)
def test_both_lines_only_rise_and_stay_within_what_is_owed(owed, today):
    found = pace(owed, year=2026, today=today)
    mine = [one for one in owed if one.due_on.year == 2026]
    assert found.total == len(mine) and len(found.needed) == 12
    for line in (found.needed, found.reached):
        assert all(a <= b for a, b in zip(line, line[1:], strict=False))
    assert len(found.reached) == (12 if today.year > 2026 else 0 if today.year < 2026 else today.month)
    assert all(count <= found.total for count in found.reached)
    assert found.needed_today == sum(one.due_on <= today for one in mine)
    if found.reached and today.year == 2026:
        there = [o for o in mine if o.handed_in_on and not o.returned and o.handed_in_on <= today]
        assert found.reached_today == len(there)


@given(st.lists(OWED, max_size=12), DAYS)
def test_what_is_handed_in_and_kept_never_lowers_the_line(owed, today):
    kept = [OccurrenceFacts(o.due_on, o.handed_in_on, returned=False) for o in owed]
    before, after = pace(owed, year=2026, today=today), pace(kept, year=2026, today=today)
    assert all(a <= b for a, b in zip(before.reached, after.reached, strict=True))
