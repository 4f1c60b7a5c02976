"""The best assignment, against trying every one."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from caicach.rules.matching import best_assignment


def worth(scores, got):
    return sum(scores[row][column] for row, column in enumerate(got) if column is not None)


@given(st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(st.integers(-3, 9).map(float), min_size=width, max_size=width), min_size=1, max_size=4)))  # fmt: skip
def test_no_other_assignment_is_worth_more(scores):
    got = best_assignment(scores)
    taken = [column for column in got if column is not None]
    assert len(taken) == len(set(taken))
    assert all(scores[row][column] > 0 for row, column in enumerate(got) if column is not None)
    places = [*range(len(scores[0])), *[None] * len(scores)]
    best = max(
        sum(max(0.0, scores[row][column]) for row, column in enumerate(order) if column is not None)
        for order in permutations(places, len(scores))
    )
    assert worth(scores, got) == best


def test_nothing_to_give():
    assert best_assignment([]) == []
    assert best_assignment([[], []]) == [None, None]
    assert best_assignment([[5.0, 4.0], [5.0, 0.0]]) == [1, 0]
