"""The clock of a dossier: the worked examples, properties that hold for any, and a model that walks minute by minute."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from caicach.rules.clock_case import answer
from caicach.rules.dossier_clock import Move, Reading, Term, read
from caicach.rules.refusal import Refusal
from caicach.rules.work_time import WorkTime
from caicach.rules.workdays import WorkCalendar
from tests.shared import shared

VECTORS = json.loads(path.read_text()) if (path := shared("vectors/clock.json")) else []
DAY, MINUTE = dt.timedelta(days=1), dt.timedelta(minutes=1)
FIRST = dt.date(2026, 1, 1)
USUAL = ((dt.time(7, 30), dt.time(11, 30)), (dt.time(13), dt.time(17)))


@pytest.mark.skipif(
    not VECTORS, reason="the worked examples (vectors/clock.json) are not beside this checkout"
)
@pytest.mark.parametrize("case", VECTORS, ids=[case["name"] for case in VECTORS])
def test_every_worked_example_comes_out_as_written_there(case):
    assert answer(case) == case["expected"]


# --- a model of working time that walks ----------------------------------------------------------------------------


class Walked:
    """The same calendar, asked one day and one minute at a time."""

    def __init__(self, time: WorkTime) -> None:
        self.time = time

    def is_working(self, day: dt.date) -> bool:
        calendar = self.time.calendar
        return day in calendar.make_up_days or (
            day.weekday() in calendar.weekdays and day not in calendar.days_off
        )

    def minutes(self, since: dt.datetime, until: dt.datetime) -> int:
        if until < since:
            return -self.minutes(until, since)
        count, at = 0, since
        while at < until:
            if self.is_working(at.date()) and any(a <= at.time() < b for a, b in self.time.sessions):
                count += 1
            at += MINUTE
        return count

    def after(self, at: dt.datetime, minutes: int) -> dt.datetime:
        while minutes:
            if self.is_working(at.date()) and any(a <= at.time() < b for a, b in self.time.sessions):
                minutes -= 1
            at += MINUTE
        return at

    def nth(self, day: dt.date, count: int) -> dt.date:
        if count == 0:
            while not self.is_working(day):
                day += DAY
        while count > 0:
            day += DAY
            count -= self.is_working(day)
        return day


days = st.integers(0, 400).map(lambda n: FIRST + n * DAY)
moments = st.builds(dt.datetime.combine, days, st.times().map(lambda at: at.replace(second=0, microsecond=0)))


@st.composite
def work_times(draw):
    edges = sorted(
        draw(
            st.lists(st.integers(0, 287), min_size=2, max_size=6, unique=True).filter(
                lambda e: len(e) % 2 == 0
            )
        )
    )
    times = [dt.time(n // 12, n % 12 * 5) for n in edges]
    calendar = WorkCalendar(
        draw(st.frozensets(days, max_size=30)),
        draw(st.frozensets(days, max_size=10)),
        weekdays=draw(st.frozensets(st.integers(0, 6), min_size=1)),
    )
    return WorkTime(calendar, tuple(zip(times[::2], times[1::2], strict=True)))


@given(work_times(), moments, st.integers(-3000, 3000))
def test_minutes_between_are_those_that_one_meets_on_the_way(time, since, minutes):
    until = since + minutes * MINUTE
    assert time.between(since, until) == Walked(time).minutes(since, until)


@given(work_times(), moments, st.integers(1, 600))
@settings(deadline=None)
def test_so_many_minutes_later_is_where_one_arrives(time, at, minutes):
    assume(time.minutes_a_day > 60)
    there = time.after(at, minutes)
    assert there == Walked(time).after(at, minutes)
    assert time.between(at, there) == minutes


@given(work_times(), days, st.integers(0, 40))
@settings(deadline=None)
def test_the_nth_working_day_is_the_one_that_one_counts_to(time, day, count):
    found = time.nth_day(day, count)
    assert found == Walked(time).nth(day, count)
    if count:
        assert time.days_between(day, found) == count
        assert time.nth_day(found, -count) <= found


@pytest.mark.parametrize(
    "sessions",
    [
        (),
        ((dt.time(11), dt.time(7)),),
        ((dt.time(7), dt.time(7)),),
        ((dt.time(7), dt.time(12)), (dt.time(11), dt.time(17))),
    ],
)
def test_sessions_that_are_none_are_refused(sessions):
    with pytest.raises(ValueError, match=r"session|time"):
        WorkTime(WorkCalendar(), sessions)


# --- properties of the clock ---------------------------------------------------------------------------------------

ward_times = st.builds(
    lambda off, more: WorkTime(WorkCalendar(frozenset(off), frozenset(more)), USUAL),
    st.frozensets(days, max_size=25),
    st.frozensets(days, max_size=5),
)
terms = st.one_of(
    st.builds(Term, st.just("working-day"), st.integers(1, 60), st.sampled_from(["end-of-day", "same-hour"]), st.none(), st.booleans()),
    st.builds(Term, st.sampled_from(["calendar-day", "working-hour"]), st.integers(1, 60), restarts=st.booleans()),
    st.builds(Term, st.just("same-day"), cut_off=st.sampled_from([dt.time(15), None]), restarts=st.booleans()),
)  # fmt: skip
REASONS = ("supplement", "payment", "agency")


@st.composite
def stories(draw):
    """A dossier that was accepted and then stopped, started, extended: each move some minutes or days after the one before."""
    at = draw(moments)
    moves = [Move(at, "accepted")]
    for _ in range(draw(st.integers(0, 5))):
        at += draw(st.integers(1, 20_000)) * MINUTE
        is_paused = moves[-1].kind == "paused"
        kind = "resumed" if is_paused else draw(st.sampled_from(["paused", "extended"]))
        moves.append(
            Move(
                at,
                kind,
                draw(st.sampled_from(REASONS)) if kind == "paused" else None,
                3 if kind == "extended" else 0,
            )
        )
    return moves


def now_of(moves):
    return moves[-1].at + DAY


@given(ward_times, terms, stories())
def test_it_is_never_due_before_it_came_and_what_is_used_and_left_adds_up(time, term, moves):
    shown = read(time, term, moves, now_of(moves))
    assert shown.first_due is not None
    if term.unit != "same-day":
        assert shown.first_due >= moves[0].at
    assert shown.first_due.date() >= moves[0].at.date()
    if shown.state == "running":
        now = now_of(moves)
        assert shown.left_minutes - shown.late_minutes == time.between(now, shown.due)
        assert not (shown.left_minutes and shown.late_minutes)
        assert time.calendar.is_working(shown.due.date())
        if shown.apology_by:
            assert moves[0].at.date() <= shown.apology_by < shown.due.date()
            assert time.days_between(shown.apology_by, shown.due.date()) == 1
    else:
        assert shown == Reading("paused", shown.first_due, used_minutes=shown.used_minutes)
    paused = sum(
        time.between(one.at, (moves[n + 1] if n + 1 < len(moves) else Move(now_of(moves), "resumed")).at)
        for n, one in enumerate(moves)
        if one.kind == "paused"
    )
    assert shown.used_minutes == time.between(moves[0].at, now_of(moves)) - paused


@given(ward_times, terms, moments, st.integers(1, 20_000), st.integers(1, 20_000), st.sampled_from(REASONS))
def test_a_stop_never_makes_it_due_earlier(time, term, at, till_pause, length, reason):
    accepted = Move(at, "accepted")
    paused = Move(at + till_pause * MINUTE, "paused", reason)
    resumed = Move(paused.at + length * MINUTE, "resumed")
    with_stop = read(time, term, [accepted, paused, resumed], resumed.at)
    assert with_stop.due >= read(time, term, [accepted], resumed.at).due
    assert with_stop.first_due == read(time, term, [accepted], at).first_due


@given(ward_times, terms, stories(), days)
def test_a_holiday_more_never_makes_it_due_earlier(time, term, moves, day):
    assume(day.weekday() < 5 and day not in time.calendar.make_up_days)
    more = WorkTime(
        WorkCalendar(
            time.calendar.days_off | {day}, time.calendar.make_up_days, weekdays=time.calendar.weekdays
        ),
        USUAL,
    )
    before, after = (read(one, term, moves[:1], moves[0].at) for one in (time, more))
    assert after.due >= before.due


@given(ward_times, terms, stories(), st.randoms())
def test_it_is_read_from_the_moves_alone_in_any_order_and_no_later_one(time, term, moves, random):
    shuffled = list(moves)
    random.shuffle(shuffled)
    for move in moves:
        upto = [one for one in moves if one.at <= move.at]
        assert read(time, term, shuffled, move.at) == read(time, term, upto, move.at)


# --- what cannot be ------------------------------------------------------------------------------------------------

NINE = dt.datetime.fromisoformat("2026-03-02T09:00")
FIVE_DAYS = Term("working-day", 5)


@pytest.mark.parametrize(
    "kinds", [("paused",), ("resolved",), ("accepted", "accepted"), ("accepted", "resumed"), ("accepted", "paused", "extended"),
              ("accepted", "paused", "paused"), ("accepted", "paused", "resolved"), ("accepted", "resolved", "paused")],
)  # fmt: skip
def test_a_move_that_the_state_does_not_allow_is_refused(kinds):
    moves = [
        Move(NINE + n * DAY, kind, "supplement" if kind == "paused" else None, 1)
        for n, kind in enumerate(kinds)
    ]
    with pytest.raises(Refusal) as refused:
        read(WorkTime(WorkCalendar(), USUAL), FIVE_DAYS, moves, NINE + 9 * DAY)
    assert refused.value.code == "clock.order"


def test_nothing_accepted_yet_shows_nothing():
    time = WorkTime(WorkCalendar(), USUAL)
    assert read(time, FIVE_DAYS, [Move(NINE, "accepted")], NINE - MINUTE) == Reading("none")


CASE = {
    "calendar": {"sessions": [["07:30", "11:30"], ["13:00", "17:00"]]},
    "term": {"unit": "working-day", "amount": 2},
    "events": [{"at": "2026-03-02T09:00", "type": "accepted"}],
    "now": "2026-03-02T09:00",
}


def command(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "caicach", "clock", *arguments],
        input=given,
        capture_output=True,
        timeout=60,
        check=False,
    )


def test_the_command_takes_one_case_or_several(tmp_path):
    path = tmp_path / "hồ sơ.json"
    path.write_text(json.dumps([CASE, CASE]))
    done = command(str(path))
    assert done.returncode == 0
    assert [one["due"] for one in json.loads(done.stdout)] == ["2026-03-04T17:00"] * 2
    alone = command("-", given=json.dumps(CASE).encode())
    assert json.loads(alone.stdout)["state"] == "running"


@pytest.mark.parametrize(
    ("given", "word"),
    [
        (b"", "JSON"), (b"\xff\xfe", "JSON"), (b"[" * 100_000, "JSON"), (b"7", "sai"), (b"[{}]", "[0]"),
        (json.dumps({**CASE, "now": "hôm qua"}).encode(), "now"),
        (json.dumps({**CASE, "now": "2026-03-02T09:00Z"}).encode(), "now"),
        (json.dumps({**CASE, "term": {"unit": "month", "amount": 1}}).encode(), "term.unit"),
        (json.dumps({**CASE, "term": {"unit": "working-day", "amount": -1}}).encode(), "term.amount"),
        (json.dumps({**CASE, "calendar": {"sessions": [["11:30", "07:30"]]}}).encode(), "sessions"),
        (json.dumps({**CASE, "calendar": {**CASE["calendar"], "weekdays": []}}).encode(), "calendar"),
        (json.dumps({**CASE, "events": [{"at": "9999-12-30T09:00", "type": "accepted"}], "now": "9999-12-31T09:00"}).encode(), "lịch"),
    ],
)  # fmt: skip
def test_what_is_no_case_is_refused_in_words(given, word):
    done = command("-", given=given)
    assert done.returncode == 2
    assert word in done.stderr.decode() and "Traceback" not in done.stderr.decode()
