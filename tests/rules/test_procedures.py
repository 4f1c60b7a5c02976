"""Codes and times of procedures, without a database."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caicach.rules.procedures import (
    PROMISED,
    ProcedureCode,
    Span,
    cut_of,
    hours,
    missing,
    percent,
    procedure_code,
    share_cut,
    shortened,
    total_cut,
)

DAY = 480
spans = st.one_of(
    st.builds(Span, st.sampled_from(["working-day", "calendar-day"]), st.integers(2, 400)),
    st.builds(Span, st.just("working-hour"), st.integers(4, 400)),
)


@pytest.mark.parametrize(
    "text, base, unit, service",
    [
        ("1.001193", "1.001193", "", ""),
        (" 2.000815.000.00.00.h55 ", "2.000815", "000.00.00.H55", ""),
        ("1.000948.H38.01", "1.000948", "H38", "01"),
        ("tam-7", "TAM-7", "", ""),
    ],
)
def test_a_code_is_read(text, base, unit, service):
    assert procedure_code(text) == ProcedureCode(base, unit, service)


@pytest.mark.parametrize("text", ["", "1001193", "1.00119", "1.0011934", "H01.31.05-261102-0001", "TAM-", "１.001193", "1.001193/x"])  # fmt: skip
def test_what_is_no_code_is_none(text):
    assert procedure_code(text) is None


def test_a_time_in_words_and_minutes():
    assert Span("working-day", 3).words == "3 ngày làm việc" and Span("same-day", 0).words == "trong ngày"
    assert Span("calendar-day", 7).minutes(DAY) == Span("working-day", 5).minutes(DAY) == 5 * DAY
    assert hours(Span("calendar-day", 30).minutes(DAY)) == "171,4 giờ"


@pytest.mark.parametrize(
    "days, cut", [(3, Span("working-day", 2)), (5, Span("working-hour", 28)), (2, Span("working-hour", 11)), (10, Span("working-day", 7)), (25, Span("working-day", 17))],
)  # fmt: skip
def test_half_days_become_hours(days, cut):
    assert shortened(Span("working-day", days), 30, a_day=DAY) == cut


@given(spans)
def test_what_is_shortened_by_the_promise_keeps_it(law):
    own = shortened(law, 30, a_day=DAY)
    assert share_cut(law, own, a_day=DAY) >= PROMISED and not missing(law, own, a_day=DAY)
    assert cut_of("commune", law, own, a_day=DAY) == "reached"


@given(st.lists(spans, min_size=1))
def test_the_total_lies_between_the_least_and_the_most(laws):
    pairs = [(law, shortened(law, 30, a_day=DAY) if n % 2 else None) for n, law in enumerate(laws)]
    shares = [share_cut(law, own, a_day=DAY) for law, own in pairs]
    total = total_cut(pairs, a_day=DAY)
    assert min(shares) <= total <= max(shares)


def test_where_a_procedure_stands():
    law = Span("working-day", 10)
    assert cut_of("commune", law, Span("working-day", 7), a_day=DAY) == "reached"
    assert cut_of("commune", law, Span("working-hour", 57), a_day=DAY) == "short", "56 hours would be 30%"
    assert cut_of("commune", law, None, a_day=DAY) == "as-law"
    assert cut_of("commune", Span("same-day", 0), None, a_day=DAY) == "same-day"
    assert cut_of("commune", None, None, a_day=DAY) == "unknown"
    assert cut_of("other", law, None, a_day=DAY) == "others"
    assert missing(law, Span("working-day", 8), a_day=DAY) == DAY
    assert total_cut([], a_day=DAY) is None


def test_a_share_is_never_rounded_up_to_a_promise():
    assert percent(Fraction(29999, 100000)) == "29,9%" and percent(Fraction(3, 10)) == "30%"
