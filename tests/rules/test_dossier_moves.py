"""The table of states and moves: nothing leads nowhere, what waits goes on, what has ended stays so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caicach.rules.dossier_moves import MOVES, OF_NATIONAL, STATES, after, goes_back, moves_from
from caicach.rules.refusal import Refusal

WAYS = st.lists(st.sampled_from(sorted(MOVES)), max_size=25)


def walked(names):
    """The states that these moves lead through, those that are refused left out."""
    state, seen = None, []
    for name in names:
        try:
            state = after(state, name, word="lý do")
        except Refusal:
            continue
        seen.append((name, state))
    return seen


def test_the_codes_of_the_exchange_stand_for_one_state_each():
    assert set(OF_NATIONAL) == set(range(1, 11))
    for code, state in OF_NATIONAL.items():
        assert STATES[state].national == code
    assert set(STATES) == set(OF_NATIONAL.values()) | {"agency-wait", "voided"}


def test_every_state_is_reached_and_only_ends_have_no_way_on():
    reached = {None}
    for _ in STATES:
        for state in list(reached):
            for name, move in MOVES.items():
                if move.begins if state is None else state in move.since:
                    reached.add(after(state, name, word="lý do"))
    assert reached == {None, *STATES}
    for state, facts in STATES.items():
        assert (moves_from(state) == ()) == (facts.group == "ended"), state


def test_what_waits_goes_on_and_stops_the_clock_until_then():
    for state, facts in STATES.items():
        into = [move for move in MOVES.values() if move.to == state]
        if facts.group == "waiting":
            assert all(move.clock == "paused" and move.pause for move in into)
            assert any(MOVES[name].clock == "resumed" for name in moves_from(state))
        else:
            assert not any(move.clock == "paused" for move in into)


@given(WAYS)
def test_the_clock_never_hears_what_it_would_refuse(names):
    """Whatever happens, the clock is told of an acceptance first, of a stop only while it runs, of a start only while it stands."""
    running = None
    for name, _ in walked(names):
        match MOVES[name].clock:
            case "accepted":
                assert running is None
                running = True
            case "paused":
                assert running is True
                running = False
            case "resumed":
                assert running is False
                running = True
            case "extended" | "resolved":
                assert running is True


@given(WAYS)
def test_a_result_is_handed_over_only_after_it_was_signed(names):
    way = [name for name, _ in walked(names)]
    for n, name in enumerate(way):
        if name == "return-result":
            assert "resolve" in way[:n]


@pytest.mark.parametrize("name", sorted(name for name, move in MOVES.items() if move.needs_word))
def test_what_is_to_somebodys_disadvantage_wants_its_reason(name):
    state = next(iter(sorted(MOVES[name].since)))
    with pytest.raises(Refusal, match="lý do") as told:
        after(state, name, word="  ")
    assert (told.value.code, told.value.place) == ("dossier.word-missing", "word")


@pytest.mark.parametrize("state, name", [("accepted", "return-result"), ("returned", "extend"), ("resolved", "withdraw"), (None, "resolve")])  # fmt: skip
def test_what_the_state_does_not_allow_is_refused_in_words(state, name):
    with pytest.raises(Refusal, match="không làm được") as told:
        after(state, name, word="lý do")
    assert told.value.code == "dossier.move"


def test_no_move_but_opening_again_goes_back():
    for name, move in MOVES.items():
        for since in move.since:
            if move.to is not None:
                assert goes_back(since, move.to) == (name == "reopen"), name


def test_going_back_is_an_order():
    for a in STATES:
        assert not goes_back(a, a)
        for b in STATES:
            assert not (goes_back(a, b) and goes_back(b, a))
            for c in STATES:
                assert not (goes_back(a, b) and goes_back(b, c)) or goes_back(a, c)
    assert goes_back("returned", "resolved") and goes_back("resolved", "processing")
    assert not goes_back("processing", "supplement-wait") and not goes_back("supplement-wait", "processing")
