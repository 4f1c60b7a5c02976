"""A year by chance is still one that could have been: within hours, in order, by the table of moves."""

import datetime as dt
from collections import Counter
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from caicach import data
from caicach.counter.lives import Kind, Shares, Year, name_of, number_of, phone_of
from caicach.rules.citizen_card import doubts
from caicach.rules.dossier_clock import Term
from caicach.rules.dossier_moves import STATES, Step, replay
from caicach.rules.work_time import WorkTime

SHARES = Shares({row["name"]: float(row["value"]) for row in data.rows("simulated_year")})
TIME = WorkTime(data.work_calendar(), data.work_sessions())
KINDS = [Kind(40, Term("same-day")), Kind(20, Term("working-day", 3)), Kind(10, Term("working-day", 10)), Kind(3, None)]  # fmt: skip


def lives(seed, count, *, since=dt.date(2026, 1, 1), until=dt.date(2026, 12, 31)):
    return list(Year(KINDS, SHARES, TIME, data.limits(), since, until, seed).lives(count))


def steps(life):
    taken = [Step("accept", life.at)]
    if life.at_once:
        taken += [Step("transfer", life.at), Step("resolve", life.at), Step("return-result", life.at)]
    return taken + [Step(one.move, one.at, one.word, one.amount) for one in life.moves]


@given(st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_whatever_happens_could_have_happened(seed):
    for life in lives(seed, 120):
        assert TIME.is_open(life.at)
        told = steps(life)
        assert all(one.at <= other.at for one, other in pairwise(told))
        state, _ = replay(told)  # refuses what the table of moves does not allow
        assert state in STATES
        assert life.bringer != life.owner


def test_the_same_seed_is_the_same_year_and_another_one_is_not():
    assert lives(1, 300) == lives(1, 300)
    assert lives(1, 300) != lives(2, 300)


def test_so_many_as_asked_come_in_order_and_nothing_after_the_last_day():
    found = lives(3, 500, until=dt.date(2026, 2, 27))
    assert len(found) == 500 and all(one.at <= other.at for one, other in pairwise(found))
    assert max(one.at for life in found for one in life.moves) <= dt.datetime(2026, 2, 27, 23, 59)
    assert lives(3, 5, since=dt.date(2026, 2, 16), until=dt.date(2026, 2, 20)) == []  # Tết


def test_a_year_has_of_everything():
    told = Counter(one.move for life in lives(4, 6_000) for one in life.moves)
    assert {"void", "withdraw", "stop", "ask-supplement", "ask-agency", "ask-payment", "extend"} <= set(told)
    assert (
        told["ask-supplement"] >= told["take-supplement"] > told["ask-payment"]
    )  # some wait when the year ends


def test_its_people_cannot_exist():
    assert len({number_of(one) for one in range(5_000)}) == 5_000
    for one in (0, 17, 600_000):
        assert number_of(one).startswith("000") and len(number_of(one)) == 12 and doubts(number_of(one)) is not None  # fmt: skip
        assert phone_of(one).startswith("0000") and name_of(one) == name_of(one)
