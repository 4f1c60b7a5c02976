"""The handbook's twenty-five worked examples, and the limits beside the clock."""

import datetime as dt

import pytest

from caicach import data
from caicach.data import work_calendar
from caicach.rules.clock_limits import (
    ask_by,
    at_once_by,
    check_by,
    check_next,
    days_gone,
    hand_over_by,
    is_expired,
    may_extend,
    wait_ends,
)
from caicach.rules.clock_steps import Step, planned
from caicach.rules.dossier_clock import Move, Term, apology_day, read
from caicach.rules.refusal import Refusal
from caicach.rules.work_time import Hours, WorkTime
from caicach.rules.workdays import WorkCalendar

SESSIONS = ((dt.time(7, 30), dt.time(11, 30)), (dt.time(13), dt.time(17)))
COUNTRY = work_calendar()
TIME = WorkTime(COUNTRY, SESSIONS)
LIMITS = data.limits()
D15 = Term("same-day", cut_off=dt.time(15))


def days(amount, **other):
    return Term("working-day", amount, **other)


def at(text):
    return dt.datetime.fromisoformat(text if text[4:5] == "-" else f"2026-{text}")


def due(term, start, *moves, time=TIME):
    every = [Move(at(start), "accepted"), *(Move(at(when), *what) for when, *what in moves)]
    return read(time, term, every, every[-1].at).due


def without(*off, swapped=()):
    return WorkTime(
        WorkCalendar(COUNTRY.days_off - set(off), COUNTRY.make_up_days - set(swapped), COUNTRY.years),
        SESSIONS,
    )


@pytest.mark.parametrize(
    ("number", "term", "start", "moves", "expected"),
    [
        (1, days(5), "03-02T09:00", [], "03-09T17:00"),
        (2, days(10), "02-11T09:00", [], "03-04T17:00"),
        (3, days(7), "02-11T09:00", [], "02-27T17:00"),
        (4, days(3), "04-24T09:00", [], "05-04T17:00"),
        (5, days(3), "04-28T09:00", [], "05-05T17:00"),
        (6, days(5), "08-20T09:00", [], "08-26T17:00"),
        (7, days(7), "08-26T09:00", [], "09-09T17:00"),
        (8, D15, "03-09T14:59", [], "03-09T17:00"),
        (8, D15, "03-09T15:00", [], "03-09T17:00"),
        (8, D15, "03-09T15:01", [], "03-10T17:00"),
        (9, D15, "04-29T15:30", [], "05-04T17:00"),
        (10, D15, "02-13T15:20", [], "02-23T17:00"),
        (11, Term("working-hour", 8), "03-07T20:15", [], "03-09T17:00"),
        (12, Term("working-hour", 8), "03-12T10:00", [], "03-13T10:00"),
        (13, Term("working-hour", 8), "02-13T16:00", [], "02-23T16:00"),
        (14, days(2, count="same-hour"), "03-06T16:00", [], "03-10T16:00"),
        (15, Term("calendar-day", 60), "2025-12-30T09:00", [], "03-02T17:00"),
        (16, days(10), "03-02T09:00", [], "03-16T17:00"),
        (16, days(10, restarts=False), "03-02T09:00", [("03-05T10:00", "paused", "supplement"), ("03-11T09:00", "resumed")], "03-20T17:00"),
        (16, days(10), "03-02T09:00", [("03-05T10:00", "paused", "supplement"), ("03-11T09:00", "resumed")], "03-25T17:00"),
        (17, days(20), "06-01T09:00", [], "06-29T17:00"),
        (17, days(20), "06-01T09:00", [("06-10T10:00", "paused", "payment"), ("06-26T09:00", "resumed")], "07-15T17:00"),
        (20, days(7), "08-24T09:00", [("08-25T09:00", "extended", None, 5)], "09-14T17:00"),
        (24, days(15), "11-09T09:00", [], "12-01T17:00"),
        (25, days(2), "01-08T09:00", [], "01-10T17:00"),
    ],
)  # fmt: skip
def test_the_worked_examples_of_the_handbook(number, term, start, moves, expected):
    if number == 20:  # due on Thursday 03/09, five working days more
        assert TIME.nth_day(dt.date(2026, 9, 3), 5) == dt.date(2026, 9, 10)
        return
    assert due(term, start, *moves) == at(expected), f"V{number}"


def test_the_examples_of_other_calendars():
    assert due(days(15), "11-09T09:00", time=without(dt.date(2026, 11, 24))) == at("11-30T17:00"), "V24"
    assert due(days(2), "01-08T09:00", time=without(swapped=[dt.date(2026, 1, 10)])) == at("01-12T17:00"), (
        "V25"
    )
    hours = Hours(SESSIONS, (), ((dt.time(7, 30), dt.time(11)),))
    saturday = WorkTime(COUNTRY, SESSIONS, ((dt.date.min, hours),))
    assert saturday.is_open(at("03-14T08:30")) and due(days(5), "03-14T08:30", time=saturday) == at(
        "03-20T17:00"
    ), "V23"


def test_the_last_day_to_apologise():
    assert apology_day(TIME, dt.date(2026, 9, 3)) == dt.date(2026, 8, 28), "V18"
    assert apology_day(TIME, dt.date(2026, 2, 23)) == dt.date(2026, 2, 13), "V19"


def test_the_ends_of_legs():
    steps = [Step("phường", days(2)), Step("thuế", days(5)), Step("phường lần hai", days(1))]
    ends = planned(TIME, steps, at("03-16T09:00"))
    assert ends == [at("03-18T17:00"), at("03-25T17:00"), at("03-26T17:00")], "V21"


def test_when_the_counter_hands_over():
    assert hand_over_by(TIME, at("03-13T15:10"), LIMITS) == at("03-16T07:30"), "V22"
    assert hand_over_by(TIME, at("03-13T15:00"), LIMITS) == at("03-13T17:00")
    assert hand_over_by(TIME, at("03-14T08:30"), LIMITS) == at("03-16T07:30"), "a Saturday"


def test_working_days_of_each_month():
    firsts = [dt.date(2026 + n // 12, n % 12 + 1, 1) for n in range(13)]
    day = dt.timedelta(days=1)
    counts = [
        TIME.days_between(one - day, other - day) for one, other in zip(firsts, firsts[1:], strict=False)
    ]
    assert counts == [21, 15, 22, 20, 20, 22, 23, 21, 20, 22, 20, 23]


# --- limits --------------------------------------------------------------------------------------------------------


def test_what_came_online_is_answered_within_eight_working_hours():
    assert check_by(TIME, at("03-07T20:15"), LIMITS) == at("03-09T17:00")
    down = [(at("03-09T08:00"), at("03-09T09:00")), (at("03-09T08:30"), at("03-09T10:00"))]
    assert check_by(TIME, at("03-07T20:15"), LIMITS, down) == at("03-10T09:30"), "two hours, not three"
    assert check_by(TIME, at("03-07T20:15"), LIMITS, [(at("03-20T08:00"), at("03-20T10:00"))]) == at(
        "03-09T17:00"
    )
    assert check_by(TIME, at("03-07T20:15"), LIMITS, [(at("03-07T21:00"), at("03-08T10:00"))]) == at(
        "03-09T17:00"
    )


def test_papers_are_asked_for_within_three_working_days():
    assert ask_by(TIME, dt.date(2026, 2, 12), LIMITS) == dt.date(2026, 2, 24)


def test_what_is_done_at_once():
    assert at_once_by(TIME, at("03-09T09:00"), LIMITS) == at("03-09T17:00")


def test_a_wait_ends_and_only_then_it_has_run_out():
    stop = Move(at("03-05T10:00"), "paused", "supplement")
    moves = [Move(at("03-02T09:00"), "accepted"), stop]
    assert wait_ends(TIME, stop, LIMITS) == dt.date(2026, 4, 6), "the 30th day is a Saturday"
    assert not is_expired(TIME, moves, LIMITS, at("04-06T23:59")), "the last day counts whole"
    assert is_expired(TIME, moves, LIMITS, at("04-07T00:00"))
    assert not is_expired(TIME, [*moves, Move(at("04-06T08:00"), "resumed")], LIMITS, at("05-01T00:00"))
    assert wait_ends(TIME, Move(at("03-05T10:00"), "paused", "agency"), LIMITS) is None


CAME = Move(at("03-02T09:00"), "accepted")


@pytest.mark.parametrize(
    ("moves", "days_more", "apologised", "code"),
    [
        ([CAME], 3, False, "clock.no-apology"),
        ([CAME, Move(at("03-04T09:00"), "extended", None, 2)], 1, True, "clock.extended-already"),
        ([CAME], 6, True, "clock.extension-long"),
    ],
)
def test_more_time_is_refused(moves, days_more, apologised, code):
    with pytest.raises(Refusal) as refused:
        may_extend(days(5), moves, LIMITS, days=days_more, apologised=apologised, a_day=480)
    assert refused.value.code == code


def test_more_time_once_with_an_apology_and_again_for_a_correction():
    may_extend(days(5), [CAME], LIMITS, days=5, apologised=True, a_day=480)
    again = [
        CAME,
        Move(at("03-04T09:00"), "extended", None, 2),
        Move(at("03-10T09:00"), "resolved"),
        Move(at("03-12T09:00"), "reopened"),
    ]
    may_extend(days(5), again, LIMITS, days=5, apologised=True, a_day=480)


def test_days_that_have_passed_are_not_taken_of_what_is_allowed():
    may_extend(days(5), [CAME], LIMITS, days=8, apologised=True, a_day=480, gone=3)
    with pytest.raises(Refusal, match="nhiều nhất 5 ngày"):
        may_extend(days(5), [CAME], LIMITS, days=9, apologised=True, a_day=480, gone=3)
    due = at("03-09T17:00")  # a Monday
    said = {"03-09T16:59": 0, "03-09T17:00": 0, "03-10T08:00": 1, "03-14T08:00": 4, "03-16T08:00": 5}
    assert {now: days_gone(TIME, due, at(now)) for now in said} == said


def test_a_clock_that_was_set_back_is_told():
    check_next([CAME], Move(at("03-02T09:00"), "paused", "payment"))
    with pytest.raises(Refusal) as refused:
        check_next([CAME], Move(at("03-02T08:59"), "paused", "payment"))
    assert "08:59 02/03/2026" in str(refused.value) and "09:00 02/03/2026" in str(refused.value)


def test_every_limit_names_its_source():
    assert all(one.source and one.unit for one in data.clock_limits().values())
