"""Past dossiers under a shorter time: it never makes fewer late, what is found by halving is what each time says, late is charged."""

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from caicach.rules.clock_steps import Step, steps_of
from caicach.rules.dossier_clock import Move, Term
from caicach.rules.shorter import Past, is_late, late_through, least, merged, past, share_in_time
from tests.rules.test_clock_steps import TIME, at

UNITS = ("working-day", "calendar-day", "working-hour")


@st.composite
def pasts(draw):
    moment = at("03-02T08:00") + dt.timedelta(minutes=draw(st.integers(0, 90_000)))
    moves = [Move(moment, "accepted")]
    for _ in range(draw(st.integers(0, 4))):
        moment += dt.timedelta(minutes=draw(st.integers(1, 5_000)))
        if draw(st.booleans()):
            moves.append(Move(moment, "handed-over", to=draw(st.sampled_from(["Một cửa", "Địa chính"]))))
            continue
        moves.append(Move(moment, "paused", draw(st.sampled_from(["supplement", "payment", "agency"]))))
        moment += dt.timedelta(minutes=draw(st.integers(1, 5_000)))
        moves.append(Move(moment, "resumed"))
    moment += dt.timedelta(minutes=draw(st.integers(1, 9_000)))
    return Past("H", (*moves, Move(moment, "resolved")))


@st.composite
def terms(draw):
    unit, count, quarters = draw(st.sampled_from(UNITS)), draw(st.sampled_from(["end-of-day", "same-hour"])), draw(st.booleans())  # fmt: skip
    restarts = draw(st.booleans())
    return lambda amount: Term(unit, amount, count, restarts=restarts, quarters=quarters)


@given(st.lists(pasts(), min_size=1, max_size=4), terms(), st.integers(1, 30), st.integers(1, 30))
@settings(max_examples=150, deadline=None)
def test_a_shorter_time_never_makes_fewer_late(some, term_of, one, other):
    short, long = sorted((one, other))
    assert sum(is_late(TIME, term_of(short), p) for p in some) >= sum(is_late(TIME, term_of(long), p) for p in some)  # fmt: skip


@given(pasts(), terms())
@settings(max_examples=80, deadline=None)
def test_the_least_time_is_the_first_that_is_kept(one, term_of):
    kept = [amount for amount in range(1, 13) if not is_late(TIME, term_of(amount), one)]
    assert least(TIME, term_of, one, 12) == (kept[0] if kept else None)


@given(st.lists(st.none() | st.integers(1, 9), min_size=1), st.integers(1, 8))
def test_the_share_in_time_grows_with_the_time(needed, amount):
    assert 0 <= share_in_time(needed, amount) <= share_in_time(needed, amount + 1) <= 1


@given(pasts(), st.integers(1, 12))
@settings(max_examples=60, deadline=None)
def test_who_would_be_late_is_late_through_somebody_who_had_it(one, amount):
    term = Term("working-day", amount)
    steps = steps_of(term, [("Một cửa", 30), ("Địa chính", 70)], a_day=480)
    told = late_through(TIME, term, steps, one)
    assert (told is not None) == is_late(TIME, term, one)
    if told is not None:
        assert told.minutes > 0 and told.office in ("Một cửa", "Địa chính", "")


def test_the_step_that_took_most_beyond_its_share_held_it():
    moves = (
        Move(at("03-02T08:00"), "accepted"), Move(at("03-02T10:00"), "handed-over", to="Địa chính"), Move(at("03-06T16:00"), "resolved"),
    )  # fmt: skip
    told = late_through(TIME, Term("working-day", 2), [Step("Một cửa", Term("working-day", 1)), Step("Địa chính", Term("working-day", 1))], Past("H", moves))  # fmt: skip
    assert told is not None and told.office == "Địa chính" and told.minutes == 2 * 480 - 60
    assert late_through(TIME, Term("working-day", 4), (), Past("H", moves)) is None


def test_what_is_counted_of_a_dossier():
    moves = [Move(at("03-02T08:00"), "accepted"), Move(at("03-03T08:00"), "extended", amount=3), Move(at("03-04T08:00"), "resolved"), Move(at("03-05T08:00"), "reopened")]  # fmt: skip
    found = past("H", moves)
    assert [move.kind for move in found.moves] == ["accepted", "resolved"]
    assert past("H", moves[:2]) is None
    assert merged([("A", 10), ("B", 60), ("A", 30)]) == [("A", 40), ("B", 60)]
