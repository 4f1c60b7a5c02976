"""Working time laid out answers as working time does."""

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from caicach.rules.dossier_clock import apology_day, share_used_at
from caicach.rules.work_table import WorkTable
from tests.rules.test_work_seasons import both

SINCE, UNTIL = dt.date(2025, 6, 1), dt.date(2028, 6, 1)


@given(both(), st.integers(0, 800_000), st.integers(1, 90_000), st.integers(1, 100))
@settings(deadline=None, max_examples=60)
def test_it_answers_as_working_time_does(pair, start, minutes, percent):
    time, _ = pair
    table = WorkTable(time, SINCE, UNTIL)
    since = dt.datetime.fromisoformat("2026-01-01T00:00") + dt.timedelta(minutes=start)
    due = since + dt.timedelta(minutes=minutes)
    places = [(table.place_of(one.date()), one.hour * 60 + one.minute) for one in (since, due)]
    first = dt.datetime.combine(SINCE, dt.time())
    found = [first + dt.timedelta(minutes=one) for one in table.shares(*places, percent, 90)]
    assert found == [share_used_at(time, since, due, percent), share_used_at(time, since, due, 90)]
    assert table.apology_day(due.date()) == apology_day(time, due.date())
