"""Money adds up whatever happened to it, and is written as receipts write it."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caicach.rules.money import (
    WAYS,
    Sums,
    in_letters,
    net,
    number_words,
    owed,
    receipt_words,
    sums,
    to_refund,
)


@dataclass
class Row:
    kind: str
    way: str
    amount: int


ROWS = st.lists(
    st.builds(Row, kind=st.sampled_from(["paid", "voided", "refunded"]), way=st.sampled_from(list(WAYS)), amount=st.integers(1, 10**12)),
    max_size=30,
)  # fmt: skip


@given(ROWS, st.data())
def test_the_sums_of_any_parts_are_the_sum_of_all(rows, data):
    parts = {}
    for row in rows:
        parts.setdefault(data.draw(st.integers(0, 3)), []).append(row)
    total = Sums()
    for part in parts.values():
        total += sums(part)
    whole = sums(rows)
    assert total == whole
    assert whole.all == net(rows) == whole.taken - whole.voided - whole.refunded


@pytest.mark.parametrize("amount, words", [
    (0, "Không đồng"), (5, "Năm đồng"), (15, "Mười lăm đồng"), (21, "Hai mươi mốt đồng"), (105, "Một trăm linh năm đồng"),
    (14_000, "Mười bốn nghìn đồng"), (1_014_005, "Một triệu không trăm mười bốn nghìn không trăm linh năm đồng"),
    (2_000_000_000, "Hai tỷ đồng"), (400_010, "Bốn trăm nghìn không trăm mười đồng"),
])  # fmt: skip
def test_an_amount_is_written_out(amount, words):
    assert in_letters(amount) == words


@given(st.integers(1, 10**13))
def test_any_amount_is_written_out(amount):
    text = in_letters(amount)
    assert text.endswith(" đồng") and "  " not in text and text[0].isupper()


def test_what_is_owed_is_unknown_while_the_fee_is():
    assert (owed("unknown", None, 0), owed("free", None, 0), owed("known", 14_000, 4_000)) == (
        None,
        0,
        10_000,
    )


@pytest.mark.parametrize("state, status, total, paid, back", [
    ("withdrawn", "known", 14_000, 14_000, 14_000), ("voided", "known", 14_000, 4_000, 4_000), ("processing", "known", 14_000, 14_000, 0),
    ("processing", "exempt", 0, 14_000, 14_000), ("stopped", "known", 14_000, 14_000, 0), ("processing", "unknown", None, 0, 0),
])  # fmt: skip
def test_what_is_proposed_to_go_back(state, status, total, paid, back):
    assert to_refund(state, status, total, paid) == back


@pytest.mark.parametrize("book, named, numbered", [
    ("AA-26P", "AA-26P số 0000123", "AA-26P 0000123"), ("", "số 0000123", "0000123"), ("2026", "số 0000123/2026", "0000123/2026"),
])  # fmt: skip
def test_a_receipt_is_named_by_its_book(book, named, numbered):
    assert (receipt_words(book, 123), number_words(book, 123)) == (named, numbered)
