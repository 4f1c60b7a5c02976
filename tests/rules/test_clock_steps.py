"""In whose hands, late through whom, withdrawn, opened again: from the events alone."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caicach.rules.clock_steps import Leg, Step, bundle, hands, steps_of
from caicach.rules.clock_words import hands_in_words, in_words
from caicach.rules.dossier_clock import Move, Term, Verdict, read
from caicach.rules.refusal import Refusal
from caicach.rules.work_time import Hours, Season, WorkTime
from caicach.rules.workdays import WorkCalendar

SESSIONS = ((dt.time(7, 30), dt.time(11, 30)), (dt.time(13), dt.time(17)))
SUMMER = ((dt.time(7), dt.time(11)), (dt.time(13), dt.time(16, 30)))
TIME = WorkTime(WorkCalendar(), SESSIONS)
MINUTE = dt.timedelta(minutes=1)
OFFICES = ("Một cửa", "Địa chính", "Thuế", "Lãnh đạo")


def at(text):
    return dt.datetime.fromisoformat(f"2026-{text}")


def days(amount):
    return Term("working-day", amount)


@st.composite
def stories(draw):
    """A dossier that goes from hand to hand, stops, goes on, ends in one of the ways."""
    moment = dt.datetime.fromisoformat("2026-03-02T09:00") + draw(st.integers(0, 50_000)) * MINUTE
    moves, state = [Move(moment, "accepted")], "running"
    for _ in range(draw(st.integers(0, 8))):
        moment += draw(st.integers(1, 6_000)) * MINUTE
        kinds = {
            "running": ["handed-over", "handed-over", "paused", "extended", "resolved", "withdrawn"],
            "paused": ["handed-over", "resumed", "resumed", "stopped"],
            "done": ["reopened"],
            "ended": [],
        }[state]
        if not kinds:
            break
        kind = draw(st.sampled_from(kinds))
        reason = draw(st.sampled_from(["supplement", "payment", "agency"])) if kind == "paused" else None
        amount = 2 if kind in ("extended", "reopened") else 0
        moves.append(
            Move(
                moment, kind, reason, amount, draw(st.sampled_from(OFFICES)) if kind == "handed-over" else ""
            )
        )
        state = {
            "paused": "paused",
            "resumed": "running",
            "resolved": "done",
            "withdrawn": "ended",
            "stopped": "ended",
            "reopened": "running",
        }.get(kind, state)
    return moves, moment + draw(st.integers(0, 20_000)) * MINUTE


times = st.sampled_from([
    TIME,
    WorkTime(WorkCalendar(frozenset({dt.date(2026, 3, 11)})), SESSIONS, ((dt.date.min, Hours(SESSIONS, (Season((3, 15), (4, 20), SUMMER),), ((dt.time(8), dt.time(11)),), True)),)),
])  # fmt: skip
steps = st.lists(
    st.builds(Step, st.sampled_from(OFFICES), st.builds(days, st.integers(1, 4))), min_size=1, max_size=4
)
terms = st.one_of(
    st.builds(days, st.integers(1, 12)), st.builds(Term, st.just("working-hour"), st.integers(1, 60))
)


@given(times, terms, steps, stories())
@settings(deadline=None)
def test_the_stages_make_the_whole(time, term, parts, story):
    moves, now = story
    shown = hands(time, term, parts, moves, now)
    assert sum(one.used_minutes for one in shown.stages) == shown.whole.used_minutes
    assert sum(one.charged_minutes for one in shown.stages) == shown.whole.late_minutes
    assert all(one.used_minutes >= 0 and one.charged_minutes >= 0 for one in shown.stages)
    ends = [one.since for one in shown.stages[1:]]
    assert ends == [one.until for one in shown.stages[:-1]], "each takes over where the other left off"
    assert bool(shown.holder) == (shown.whole.state in ("running", "paused"))
    assert shown.whole == read(time, term, [move for move in moves if move.kind != "handed-over"], now)


@given(times, terms, stories())
@settings(deadline=None)
def test_every_story_can_be_said(time, term, story):
    moves, now = story
    said = in_words(time, term, moves, now)
    assert said.endswith(".") and "None" not in said
    assert ("rút hồ sơ" in said) == (moves[-1].kind == "withdrawn")


def test_who_used_more_than_its_share_is_charged():
    parts = [Step("Một cửa", days(1)), Step("Địa chính", days(2)), Step("Lãnh đạo", days(1))]
    moves = [
        Move(at("03-02T09:00"), "accepted"),
        Move(at("03-03T16:00"), "handed-over", to="Địa chính"),  # in time
        Move(at("03-09T10:00"), "handed-over", to="Lãnh đạo"),  # due on the 5th: a day and a half late
        Move(at("03-10T10:00"), "resolved"),
    ]
    shown = hands(TIME, days(4), parts, moves, at("03-11T09:00"))
    assert [one.due for one in shown.stages] == [at("03-03T17:00"), at("03-05T17:00"), at("03-10T17:00")]
    assert shown.whole.due == at("03-06T17:00") and shown.whole.late_minutes == 480 + 150
    assert [one.charged_minutes for one in shown.stages] == [0, 630, 0]
    assert "Địa chính" in hands_in_words(
        TIME, shown
    ) and "làm trễ 1 ngày 2 giờ 30 phút làm việc" in hands_in_words(TIME, shown)


def test_who_has_it_now_and_until_when():
    parts = [Step("Một cửa", days(1)), Step("Địa chính", days(2))]
    moves = [Move(at("03-02T09:00"), "accepted"), Move(at("03-02T15:00"), "handed-over", to="Địa chính")]
    shown = hands(TIME, days(3), parts, moves, at("03-03T09:00"))
    assert shown.holder == "Địa chính" and shown.stages[-1].due == at("03-04T17:00")
    assert "Địa chính 3 giờ 30 phút làm việc" in hands_in_words(TIME, shown) and "đang giữ" in hands_in_words(
        TIME, shown
    )


def test_shares_in_percent_become_days_or_hours_never_more_than_the_whole():
    assert [one.term for one in steps_of(days(10), [("a", 20), ("b", 80)], a_day=480)] == [days(2), days(8)]
    odd = steps_of(days(3), [("a", 33), ("b", 34), ("c", 33)], a_day=480)
    assert [one.term.amount for one in odd] == [7, 8, 9] and odd[0].term.unit == "working-hour"
    for bad in ([("a", 50)], [("a", 100), ("b", 0)]):
        with pytest.raises(Refusal) as refused:
            steps_of(days(3), bad, a_day=480)
        assert refused.value.code == "clock.shares"


def test_withdrawn_or_stopped_the_clock_ends_without_a_promise():
    came = Move(at("03-02T09:00"), "accepted")
    for kind in ("withdrawn", "stopped"):
        shown = read(TIME, days(5), [came, Move(at("03-03T09:00"), kind)], at("03-20T09:00"))
        assert (shown.state, shown.due, shown.late_minutes, shown.used_minutes) == ("ended", None, 0, 480)
        with pytest.raises(Refusal):
            read(
                TIME,
                days(5),
                [came, Move(at("03-03T09:00"), kind), Move(at("03-04T09:00"), "resolved")],
                at("03-20T09:00"),
            )


def test_opened_again_it_has_a_new_clock_and_keeps_the_old_verdict():
    moves = [
        Move(at("03-02T09:00"), "accepted"),
        Move(at("03-05T09:00"), "resolved"),
        Move(at("03-16T10:00"), "reopened", None, 2),
    ]
    shown = read(TIME, days(2), moves, at("03-17T10:00"))
    assert (shown.state, shown.due, shown.used_minutes) == ("running", at("03-18T17:00"), 480)
    assert shown.earlier == (Verdict(at("03-04T17:00"), at("03-04T17:00"), at("03-05T09:00"), 480 * 3, 90),)
    said = in_words(TIME, days(2), moves, at("03-17T10:00"))
    assert (
        "trễ 1 giờ 30 phút làm việc" in said
        and "mở lại 10:00 thứ Hai 16/03/2026" in said
        and "hẹn 17:00 thứ Tư 18/03/2026" in said
    )


def test_a_bundle_has_one_promise_over_all():
    came = Move(at("03-02T09:00"), "accepted")
    legs = [
        Leg("khai sinh", days(1), (came,)),
        Leg("BHYT", days(5), (came,)),
        Leg("cư trú", days(3), (came,)),
    ]
    shown = bundle(TIME, legs, at("03-03T09:00"))
    assert (shown.due, shown.latest) == (at("03-09T17:00"), ("BHYT",))
    stopped = [*legs[:2], Leg("cư trú", days(3), (came, Move(at("03-03T08:00"), "paused", "agency")))]
    assert bundle(TIME, stopped, at("03-03T09:00")).due is None
    gone = [legs[0], Leg("BHYT", days(5), (came, Move(at("03-03T08:00"), "withdrawn")))]
    assert bundle(TIME, gone, at("03-03T09:00")).due == at("03-03T17:00")


def test_words_of_a_season_a_saturday_and_a_month():
    hours = Hours(SESSIONS, (Season((3, 10), (9, 30), SUMMER),), ((dt.time(7, 30), dt.time(11)),))
    time = WorkTime(WorkCalendar(), SESSIONS, ((dt.date.min, hours),))
    said = in_words(time, days(5), [Move(at("03-07T08:30"), "accepted")], at("03-07T08:30"))
    assert "thứ Bảy có nhận hồ sơ nhưng không tính là ngày làm việc" in said
    assert (
        "giờ làm việc ngày 13/03 là 07:00–11:00, 13:00–16:30 (ngày 09/03 là 07:30–11:30, 13:00–17:00)" in said
    )
    assert "hẹn 16:30 thứ Sáu 13/03/2026" in said
    said = in_words(TIME, Term("month", 2), [Move(at("03-02T09:00"), "accepted")], at("03-02T09:00"))
    assert "2 tháng tính từ thứ Ba 03/03" in said and "hẹn 17:00 thứ Hai 04/05/2026" in said
