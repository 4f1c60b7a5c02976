"""What is plainly no column of dossier codes is told; whatever may be one is taken as it is."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from caicach.rules.dossier_words import unlike_codes

_NATIONAL = st.builds(
    lambda unit, day, n: f"H01.{unit:02}-{day:%y%m%d}-{n:04}",
    st.integers(0, 99),
    st.dates(dt.date(2019, 1, 1), dt.date(2030, 1, 1)),
    st.integers(1, 9999),
)
_HOUSE = st.builds(
    lambda head, n, tail: f"{head}{n}{tail}",
    st.sampled_from(["TAM-", "SO-", "BN", "12/2026/", "HS."]),
    st.integers(1, 99999),
    st.sampled_from(["", "/TNHS", "-KS", " a"]),
)
CODES = st.one_of(_NATIONAL, _HOUSE)
NUMBERS = st.integers(0, 99999).map(str)
DAYS = st.one_of(
    st.dates(dt.date(1991, 1, 1), dt.date(2099, 1, 1)).map(lambda day: f"{day:%d/%m/%Y}"),
    st.datetimes(dt.datetime(1991, 1, 1), dt.datetime(2099, 1, 1)).map(lambda at: f"{at:%d/%m/%Y %H:%M}"),  # noqa: DTZ001
    st.dates(dt.date(1991, 1, 1), dt.date(2099, 1, 1)).map(lambda day: f"{day:%Y-%m-%d}"),
)
NAMES = st.lists(st.sampled_from("Nguyễn Thị Thử Trần Văn Mẫu Lê Danh".split()), min_size=1, max_size=5).map(
    " ".join
)
PEOPLE = st.one_of(
    st.integers(0, 10**9 - 1).map(lambda n: f"0{n:09}"), st.integers(0, 10**11 - 1).map(lambda n: f"0{n:011}")
)
KINDS = {"numbers": NUMBERS, "days": DAYS, "words": NAMES, "people": PEOPLE, "procedures": st.integers(0, 999999).map(lambda n: f"1.{n:06}")}  # fmt: skip


@given(st.lists(CODES, min_size=1))
def test_codes_of_any_system_are_codes(values):
    assert unlike_codes(values) is None


@given(st.data(), st.sampled_from(sorted(KINDS)))
def test_what_is_something_else_is_told_as_what_it_is(data, kind):
    values = data.draw(st.lists(KINDS[kind], min_size=1))
    assert unlike_codes(values) == kind
    assert unlike_codes([*values, "", " "]) == kind, "empty cells say nothing"


@given(st.data(), st.sampled_from(sorted(KINDS)))
def test_a_few_odd_cells_change_nothing_and_neither_does_the_order(data, kind):
    codes = data.draw(st.lists(CODES, min_size=10, max_size=30))
    odd = data.draw(st.lists(KINDS[kind], max_size=9))
    mixed = data.draw(st.permutations([*codes, *odd]))
    assert unlike_codes(mixed) is None


def test_no_value_at_all_is_not_judged():
    assert unlike_codes([]) is None
