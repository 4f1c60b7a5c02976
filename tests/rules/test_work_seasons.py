"""Working time with seasons, Saturday mornings and hours that change from a day on: beside a model that walks minute by minute."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caicach.rules.dossier_clock import Move, Term, read
from caicach.rules.work_time import Hours, Season, WorkTime, months_after
from caicach.rules.workdays import WorkCalendar

DAY, MINUTE = dt.timedelta(days=1), dt.timedelta(minutes=1)
FIRST = dt.date(2026, 1, 1)
USUAL = ((dt.time(7), dt.time(11)), (dt.time(13), dt.time(17)))
SUMMER = ((dt.time(6, 30), dt.time(11)), (dt.time(13, 30), dt.time(16, 30)))
MORNING = ((dt.time(7, 30), dt.time(11)),)


class Walked:
    """The same hours, asked one minute at a time and by the words of the settings alone."""

    def __init__(self, calendar: WorkCalendar, hours: list[tuple[dt.date, Hours]]) -> None:
        self.calendar, self.hours = calendar, hours

    def sessions(self, day: dt.date) -> tuple:
        hours = [one for since, one in self.hours if since <= day][-1]
        full, saturday = hours.sessions, hours.saturday
        for season in hours.seasons:
            today = (day.month, day.day)
            within = (
                season.since <= today <= season.until
                if season.since <= season.until
                else today >= season.since or today <= season.until
            )
            if within:
                full, saturday = season.sessions, season.saturday
        if day in self.calendar.make_up_days:
            return full
        if day in self.calendar.days_off:
            return ()
        if day.weekday() < 5:
            return full
        return saturday if day.weekday() == 5 and hours.counts_saturday else ()

    def is_work(self, at: dt.datetime) -> bool:
        return any(since <= at.time() < until for since, until in self.sessions(at.date()))

    def minutes(self, since: dt.datetime, until: dt.datetime) -> int:
        return sum(self.is_work(since + n * MINUTE) for n in range(int((until - since) / MINUTE)))

    def after(self, at: dt.datetime, minutes: int) -> dt.datetime:
        while minutes:
            minutes -= self.is_work(at)
            at += MINUTE
        return at

    def nth(self, day: dt.date, count: int) -> dt.date:
        while count:
            day += DAY
            count -= bool(self.sessions(day))
        return day


days = st.integers(0, 500).map(lambda n: FIRST + n * DAY)
moments = st.builds(
    lambda day, n: dt.datetime.combine(day, dt.time()) + n * MINUTE, days, st.integers(0, 1439)
)
of_year = st.tuples(st.integers(1, 12), st.integers(1, 28))


@st.composite
def hours(draw):
    first, last = draw(of_year), draw(of_year)
    season = Season(first, last, SUMMER, draw(st.sampled_from([(), MORNING])))
    return Hours(
        USUAL, draw(st.sampled_from([(), (season,)])), draw(st.sampled_from([(), MORNING])), draw(st.booleans())
    )  # fmt: skip


@st.composite
def both(draw):
    calendar = WorkCalendar(draw(st.frozensets(days, max_size=25)), draw(st.frozensets(days, max_size=6)))
    since = sorted(draw(st.sets(days, max_size=2)))
    given_hours = [(day, draw(hours())) for day in [dt.date.min, *since]]
    return WorkTime(calendar, USUAL, tuple(given_hours)), Walked(calendar, given_hours)


@given(both(), moments, st.integers(0, 12_000))
@settings(deadline=None)
def test_minutes_between_are_those_that_one_meets_on_the_way(pair, since, minutes):
    time, walked = pair
    until = since + minutes * MINUTE
    assert time.between(since, until) == walked.minutes(since, until)


@given(both(), moments, st.integers(1, 1_500))
@settings(deadline=None)
def test_so_many_minutes_later_is_where_one_arrives(pair, at, minutes):
    time, walked = pair
    there = time.after(at, minutes)
    assert there == walked.after(at, minutes)
    assert time.between(at, there) == minutes


@given(both(), days, st.integers(1, 80))
@settings(deadline=None)
def test_the_nth_working_day_is_the_one_that_one_counts_to(pair, day, count):
    time, walked = pair
    found = time.nth_day(day, count)
    assert found == walked.nth(day, count)
    assert time.days_between(day, found) == count
    assert time.sessions_of(found) == walked.sessions(found)
    assert time.close_of(found).time() == walked.sessions(found)[-1][1]
    assert time.opening_of(found).time() == walked.sessions(found)[0][0]


terms = st.one_of(
    st.builds(Term, st.just("working-day"), st.integers(1, 40), st.sampled_from(["end-of-day", "same-hour"]), quarters=st.booleans()),
    st.builds(Term, st.just("working-hour"), st.integers(1, 90), quarters=st.booleans()),
    st.builds(Term, st.just("month"), st.integers(1, 6)),
    st.builds(Term, st.just("calendar-day"), st.integers(1, 60)),
)  # fmt: skip


@given(
    both(),
    terms,
    moments,
    st.integers(1, 9_000),
    st.integers(1, 9_000),
    st.sampled_from(["supplement", "payment", "agency"]),
)
@settings(deadline=None)
def test_a_stop_never_makes_it_earlier_and_nothing_is_due_before_it_came(pair, term, at, till, length, reason):  # fmt: skip
    time, _ = pair
    accepted = Move(at, "accepted")
    plain = read(time, term, [accepted], at)
    assert plain.due >= at
    stop = Move(at + till * MINUTE, "paused", reason)
    again = Move(stop.at + length * MINUTE, "resumed")
    after = read(time, term, [accepted, stop, again], again.at)
    assert after.first_due == plain.due
    if (
        not term.counts_minutes
        or not (term.unit == "working-day" and reason == "supplement")
        or time.minutes_of(at.date()) <= time.minutes_of(again.at.date())
    ):
        assert after.due >= plain.due


@given(both(), terms, moments, days)
@settings(deadline=None)
def test_a_holiday_more_never_makes_it_earlier(pair, term, at, day):
    time, _ = pair
    calendar = time.calendar
    if day in calendar.make_up_days:
        return
    more = WorkTime(WorkCalendar(calendar.days_off | {day}, calendar.make_up_days), USUAL, time.later)
    moves = [Move(at, "accepted")]
    assert read(more, term, moves, at).due >= read(time, term, moves, at).due


@given(both(), terms, moments)
@settings(deadline=None)
def test_a_quarter_is_full_or_the_session_ends(pair, term, at):
    time, _ = pair
    due = read(time, term, [Move(at, "accepted")], at).due
    if term.counts_minutes and term.quarters:
        ends = [until for _, until in time.sessions_of(due.date())]
        assert due.minute % 15 == 0 or due.time() in ends


# --- what a ward says ----------------------------------------------------------------------------------------------


def ward(*, counts: bool) -> WorkTime:
    return WorkTime(WorkCalendar(), USUAL, ((dt.date.min, Hours(USUAL, (), MORNING, counts)),))


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"2026-{text}")


def test_a_saturday_morning_is_open_and_only_counted_where_the_ward_says_so():
    came = [Move(at("03-14T08:30"), "accepted")]
    for counts, due in ((False, "03-20T17:00"), (True, "03-20T17:00")):
        time = ward(counts=counts)
        assert time.is_open(at("03-14T08:30")) and not time.is_open(at("03-14T13:30"))
        assert time.is_working(dt.date(2026, 3, 14)) == counts
        assert read(time, Term("working-day", 5), came, came[0].at).due == at(due)
    friday = [Move(at("03-13T08:30"), "accepted")]
    assert read(ward(counts=True), Term("working-day", 1), friday, friday[0].at).due == at("03-14T11:00")
    assert read(ward(counts=False), Term("working-day", 1), friday, friday[0].at).due == at("03-16T17:00")
    assert not ward(counts=True).is_open(at("03-15T08:30")), "a Sunday"


def test_a_day_off_is_shut_on_a_saturday_too():
    off = WorkCalendar(frozenset({dt.date(2026, 3, 14)}))
    time = WorkTime(off, USUAL, ((dt.date.min, Hours(USUAL, (), MORNING, True)),))
    assert not time.is_open(at("03-14T08:30")) and not time.is_working(dt.date(2026, 3, 14))


def test_what_lies_before_new_hours_stays_as_it_was():
    time = WorkTime(WorkCalendar(), USUAL, ((dt.date(2026, 6, 1), Hours(SUMMER)),))
    assert time.close_of(dt.date(2026, 5, 29)) == at("05-29T17:00")
    assert time.close_of(dt.date(2026, 6, 1)) == at("06-01T16:30")
    due = read(time, Term("working-day", 2), [Move(at("05-29T09:00"), "accepted")], at("05-29T09:00")).due
    assert due == at("06-02T16:30")


@pytest.mark.parametrize(
    "hours",
    [
        Hours(USUAL, (Season((5, 1), (8, 31), SUMMER), Season((8, 31), (9, 30), SUMMER))),
        Hours(USUAL, (Season((5, 1), (8, 31), ()),)),
        Hours(USUAL, (Season((13, 1), (8, 31), SUMMER),)),
        Hours(USUAL, (), ((dt.time(11), dt.time(7)),)),
    ],
)
def test_hours_that_are_none_are_refused(hours):
    with pytest.raises(ValueError):
        WorkTime(WorkCalendar(), USUAL, ((dt.date.min, hours),))


@pytest.mark.parametrize(
    ("day", "months", "end"),
    [("01-31", 1, "2026-02-28"), ("01-15", 1, "2026-02-15"), ("03-31", 1, "2026-04-30"), ("12-31", 2, "2027-02-28"), ("11-30", 15, "2028-02-29")],
)  # fmt: skip
def test_a_month_ends_on_the_same_day_or_the_last(day, months, end):
    assert months_after(dt.date.fromisoformat(f"2026-{day}"), months) == dt.date.fromisoformat(end)


def test_months_that_end_on_a_day_off_end_with_the_next_working_day():
    came = Move(at("01-14T09:00"), "accepted")
    time = ward(counts=False)
    assert read(time, Term("month", 1), [came], came.at).due == at("02-16T17:00"), "14/02/2026 is a Saturday"
    stop, again = Move(at("01-20T10:00"), "paused", "payment"), Move(at("01-26T10:00"), "resumed")
    assert read(time, Term("month", 1), [came, stop, again], again.at).due == at("02-20T17:00"), (
        "25 days were left"
    )
