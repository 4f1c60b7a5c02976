"""What will be late by Friday: by properties, and where the answer is plain."""

import datetime as dt
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from caicach import data
from caicach.rules.forecast import Ahead, Open, Pace, Pass, forecast, week_end
from caicach.rules.work_time import WorkTime

HOUR, DAY = 60, 480


def pace(minutes=DAY, *, count=60, office=1, allotted=5 * DAY, span=60 * DAY, hands=None):
    return Pace([Pass("1.1", office, minutes, allotted)] * count, span, hands or {})


def one(id=1, *, left=DAY, used=0, office=1, allotted=5 * DAY, then=()):
    return Open(id, "1.1", office, left, used, allotted, then)


def told(opened, how, until=5 * DAY, *, seed="1", **other):
    return forecast(opened, how, until, Random(seed).random, **other)


opens = st.lists(
    st.builds(
        Open, st.integers(1, 9_999), st.sampled_from(["1.1", "2.2"]), st.integers(0, 2), st.integers(-DAY, 6 * DAY),
        st.integers(0, 6 * DAY), st.integers(0, 5 * DAY),
    ),
    max_size=12, unique_by=lambda one: one.id,
)  # fmt: skip
paces = st.builds(
    Pace,
    st.lists(st.builds(Pass, st.sampled_from(["1.1", "2.2"]), st.integers(0, 2), st.integers(0, 6 * DAY), st.integers(0, 5 * DAY)), min_size=30, max_size=60),
    st.integers(1, 60 * DAY),
    st.dictionaries(st.integers(0, 2), st.integers(1, 5)),
)  # fmt: skip


@given(opens, paces, st.integers(0, 5 * DAY), st.lists(st.integers(0, 600), min_size=2, max_size=2))
def test_more_hours_never_leave_more_late(opened, how, until, hours):
    less, more = sorted(hours)
    of = [told(opened, how, until, more=minutes, runs=20) for minutes in (less, more)]
    for fewer, many in zip(of[0].offices, of[1].offices, strict=True):
        assert fewer.coming == many.coming and 0 <= fewer.saved <= many.saved <= many.coming


@given(opens, paces, st.integers(0, 5 * DAY), st.text(max_size=5))
def test_the_same_seed_tells_the_same_in_whatever_order_they_stand(opened, how, until, seed):
    first = told(opened, how, until, seed=seed, runs=20)
    assert first == told(opened[::-1], how, until, seed=seed, runs=20)


@given(opens, paces, st.integers(0, 5 * DAY))
def test_only_what_is_promised_by_the_end_and_not_late_yet_can_become_so(opened, how, until):
    found = told(opened, how, until, runs=20)
    near = {one.id for one in opened if 0 <= one.left <= until}
    assert {one.id for one in found.dossiers} <= near
    assert all(1 <= one.percent <= 100 for one in found.dossiers)
    assert sum(one.open for one in found.offices) == len(opened)
    assert sum(one.late for one in found.offices) == sum(one.left < 0 for one in opened)


def test_nothing_open_nothing_late():
    assert told([], pace()).offices == () and told([], pace()).dossiers == ()


def test_with_fewer_than_thirty_passes_it_says_that_it_does_not_know():
    found = told([one(left=1)], pace(count=29))
    assert not found.enough and found.passes == 29 and not found.dossiers


def test_what_its_kind_takes_longer_than_it_has_is_late_and_what_takes_less_is_not():
    quick = pace(HOUR, span=60 * 60 * DAY // 100_000)  # an office that could settle any number
    assert told([one(left=DAY)], quick).dossiers == ()
    slow = pace(4 * DAY, span=60)
    (late,) = told([one(left=DAY)], slow).dossiers
    assert late.percent == 100


def test_what_has_used_most_of_its_time_is_nearly_done():
    slow = pace(4 * DAY, span=60)
    assert told([one(left=DAY, used=4 * DAY - HOUR)], slow).dossiers == ()


def test_the_share_of_a_step_stands_in_for_a_kind_that_nobody_has_seen():
    usual = pace(2 * DAY, allotted=4 * DAY, span=60)  # half of what a step may take
    new = Open(1, "9.9", 1, 2 * DAY, 0, 2 * DAY)
    assert told([new], usual).dossiers == (), "half of two days is one"
    short = Open(1, "9.9", 1, HOUR, 0, 2 * DAY)
    assert told([short], usual).dossiers[0].percent == 100


def test_an_office_settles_no_more_than_it_has_and_the_last_promise_waits():
    busy = pace(HOUR, span=60 * 2 * HOUR)  # one in two hours
    queue = [one(n, left=DAY) for n in range(1, 21)]
    found = told(queue, busy)
    assert 12 < found.offices[0].coming < 18, "four of twenty in a day of eight hours"
    assert {late.id for late in found.dossiers} >= set(range(10, 21))
    assert next((late.percent for late in found.dossiers if late.id == 1), 0) < 10


def test_an_hour_more_saves_as_many_as_an_officer_does_in_an_hour():
    queue = [one(n, left=DAY) for n in range(1, 21)]
    alone = told(queue, pace(HOUR, span=60 * 2 * HOUR)).offices[0]
    many = told(queue, pace(HOUR, span=60 * 2 * HOUR, hands={1: 4})).offices[0]
    assert alone.each == 2 * HOUR and 0.3 < alone.saved < 0.7
    assert many.each == 8 * HOUR and many.saved < alone.saved, "four people do together what one did"


def test_the_steps_to_come_count():
    how = Pace([*pace(HOUR, span=60).passes, *pace(3 * DAY, office=2).passes], 60, {})
    assert told([one(left=DAY)], how).dossiers == ()
    (late,) = told([one(left=DAY, then=(Ahead(2, 5 * DAY),))], how).dossiers
    assert late.percent == 100


def test_the_week_ends_on_its_last_working_day():
    time = WorkTime(data.work_calendar(), data.work_sessions())
    assert week_end(time, dt.date(2026, 11, 23)) == dt.date(2026, 11, 27)
    assert week_end(time, dt.date(2026, 11, 27)) == dt.date(2026, 11, 27)
    assert week_end(time, dt.date(2026, 11, 28)) == dt.date(2026, 12, 4), "on a Saturday the week to come"
    assert week_end(time, dt.date(2026, 12, 28)) == dt.date(2026, 12, 31), "Friday is New Year"
