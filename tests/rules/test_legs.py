"""The legs of a bundle: each its own clock, in its turn, one promise over all."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caicach import data
from caicach.rules import legs
from caicach.rules.dossier_clock import Counting
from caicach.rules.legs import Happened, Leg
from caicach.rules.refusal import Refusal
from caicach.rules.work_time import WorkTime

TIME = WorkTime(data.work_calendar(), data.work_sessions())
COUNTING = Counting(cut_off=dt.time(15))
BIRTH = (Leg("Khai sinh", "", "working-day", 1), Leg("Thường trú", "Công an", "working-day", 2, 1), Leg("Thẻ bảo hiểm", "BHXH", "working-day", 2, 1))  # fmt: skip
MONDAY = dt.datetime(2026, 3, 2, 9)
DAY = dt.timedelta(days=1)


def states(*happened, now):
    return [
        (one.state, one.late_minutes > 0) for one in legs.shown(TIME, BIRTH, MONDAY, happened, now, COUNTING)
    ]


def test_a_leg_that_follows_another_begins_when_that_is_done():
    first, second, third = legs.shown(TIME, BIRTH, MONDAY, [], MONDAY, COUNTING)
    assert (first.state, first.due) == (
        "runs",
        dt.datetime(2026, 3, 3, 17),
    ) and second.state == third.state == "waits"
    assert second.due is None
    done = Happened("leg-done", 1, MONDAY + DAY)
    first, second, third = legs.shown(TIME, BIRTH, MONDAY, [done], MONDAY + 2 * DAY, COUNTING)
    assert (first.state, first.done, first.late_minutes) == ("done", MONDAY + DAY, 0)
    assert second.since == MONDAY + DAY and second.due == dt.datetime(2026, 3, 5, 17)


def test_lateness_is_of_the_leg_that_took_too_long():
    late = Happened("leg-done", 1, MONDAY + 3 * DAY)
    assert states(now=MONDAY + 2 * DAY) == [("runs", True), ("waits", False), ("waits", False)]
    assert states(late, now=MONDAY + 4 * DAY) == [("done", True), ("runs", False), ("runs", False)]


def test_what_was_taken_back_runs_again_and_what_is_dropped_holds_up_nothing():
    told = [Happened("leg-done", 1, MONDAY + DAY), Happened("leg-again", 1, MONDAY + 2 * DAY)]
    assert states(*told, now=MONDAY + 2 * DAY)[0][0] == "runs"
    assert states(*told, now=MONDAY + 2 * DAY)[1] == ("waits", False)
    dropped = Happened("leg-dropped", 1, MONDAY + 9 * DAY)
    assert states(dropped, now=MONDAY + 9 * DAY)[:2] == [("dropped", False), ("runs", False)]


def test_the_promise_is_the_last_of_the_chain():
    assert legs.promised(TIME, BIRTH, MONDAY, COUNTING) == dt.datetime(2026, 3, 5, 17)
    assert legs.promised(TIME, (), MONDAY, COUNTING) is None


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 3)), min_size=1, max_size=6), st.integers(0, 200))
def test_the_promise_is_never_before_any_leg_and_a_longer_one_never_brings_it_forward(rows, hours):
    made = [
        Leg(f"Chặng {n}", "", "working-day", days, min(after, n - 1))
        for n, (days, after) in enumerate(rows, 1)
    ]
    at = TIME.next_minute(MONDAY + dt.timedelta(hours=hours))
    whole = legs.promised(TIME, made, at, COUNTING)
    for one in legs.shown(TIME, made, at, [], at, COUNTING):
        assert one.due is None or one.due <= whole
    longer = [Leg(made[0].name, "", "working-day", made[0].amount + 1, 0), *made[1:]]
    assert legs.promised(TIME, longer, at, COUNTING) >= whole


@given(
    st.lists(st.tuples(st.sampled_from(legs.CODES), st.integers(0, 5), st.integers(0, 300)), max_size=8),
    st.integers(0, 300),
)
def test_from_any_events_each_leg_is_in_one_state(rows, now):
    happened = [Happened(code, leg, MONDAY + dt.timedelta(hours=at)) for code, leg, at in rows]
    found = legs.shown(TIME, BIRTH, MONDAY, happened, MONDAY + dt.timedelta(hours=now), COUNTING)
    assert [one.number for one in found] == [1, 2, 3]
    for one in found:
        assert (one.state in ("done", "dropped")) == (one.done is not None) and one.late_minutes >= 0
        assert one.state != "runs" or one.since is not None


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ((Leg("", "", "working-day", 1),), "legs.name"),
        ((Leg("Một", "", "working-day", 0),), "legs.time"),
        ((Leg("Một", "", "working-day", 1, 1),), "legs.after"),
        ((Leg("Một", "", "same-day", 0), Leg("Hai", "", "working-day", 1, 2)), "legs.after"),
        (tuple(Leg(f"{n}", "", "working-day", 1) for n in range(9)), "legs.many"),
    ],
)  # fmt: skip
def test_what_is_no_bundle_is_refused(wrong, code):
    with pytest.raises(Refusal) as told:
        legs.check(wrong)
    assert told.value.code == code and "{" not in str(told.value)


def test_they_are_kept_with_the_dossier_as_they_were():
    assert legs.from_facts({"legs": legs.as_facts(BIRTH)}) == BIRTH and legs.from_facts({}) == ()
