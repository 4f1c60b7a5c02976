"""What a scanner types of a card, whole, cut short, or of something else. No number here can exist: no province is 000."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caicach.rules.citizen_card import Card, doubts, masked, read_card
from caicach.rules.refusal import Refusal

TODAY = dt.date(2026, 11, 23)
WHOLE = "000190012345|012345678|Nguyễn Thị Thử|05111990|Nữ|Số 1, khu phố Thử, phường Thử, tỉnh Thử|01022022"


def refusal(typed):
    with pytest.raises(Refusal) as told:
        read_card(typed, today=TODAY)
    assert str(told.value).endswith(".") and "{" not in str(told.value)
    return told.value.code


def test_a_card_is_read():
    assert read_card(WHOLE, today=TODAY) == Card(
        number="000190012345", old_number="012345678", name="Nguyễn Thị Thử", born=dt.date(1990, 11, 5), sex="female",
        address="Số 1, khu phố Thử, phường Thử, tỉnh Thử", issued=dt.date(2022, 2, 1), doubts=(),
    )  # fmt: skip


@pytest.mark.parametrize(
    "typed",
    [
        WHOLE + "\r\n",
        "  " + WHOLE + "||Nguyễn Văn Cha|Trần Thị Mẹ",
        WHOLE.replace("Thị", "Thi\u0323"),  # letters apart from their marks, as some scanners send them
        WHOLE.replace("Nguyễn", "Nguyễn\u0000 "),
    ],
)
def test_what_a_scanner_or_a_newer_card_adds_changes_nothing(typed):
    assert read_card(typed, today=TODAY) == read_card(WHOLE, today=TODAY)


def test_the_last_day_may_be_missing_or_cut():
    for end in ("", "|", "|0102"):
        assert read_card(WHOLE.removesuffix("|01022022") + end, today=TODAY).issued is None


def test_someone_without_an_old_number_has_none():
    assert read_card(WHOLE.replace("012345678", ""), today=TODAY).old_number == ""


@pytest.mark.parametrize(
    "typed, code",
    [
        ("", "card.other"),
        ("https://example.org/tra-cuu?ma=1", "card.other"),
        ("GD4790012345678", "card.other"),  # an insurance card
        ("Nguyễn Thị Thử|05111990", "card.other"),
        (WHOLE.replace("012345678", "ABC"), "card.other"),
        ("00019001234|" + WHOLE.partition("|")[2], "card.number"),
        ("000190012345", "card.cut"),
        (WHOLE[:40], "card.cut"),
        (WHOLE[: WHOLE.index("Số 1")], "card.cut"),
        (WHOLE.replace("Nguyễn Thị Thử", ""), "card.name"),
        (WHOLE.replace("Nữ", "12"), "card.sex"),
        (WHOLE.replace("05111990", "31021990"), "card.day"),
        (WHOLE.replace("05111990", "1990"), "card.day"),
        (WHOLE.replace("05111990", "24112026"), "card.born-later"),
        (WHOLE.replace("01022022", "01021989"), "card.issued-early"),
        (WHOLE.replace("01022022", "24112026"), "card.issued-early"),
    ],
)
def test_what_is_no_whole_card_is_said_in_words(typed, code):
    assert refusal(typed) == code


@given(st.integers(0, len(WHOLE) - 1))
def test_a_card_cut_anywhere_is_refused_or_right_as_far_as_it_goes(end):
    """No half of a name or a number is ever taken for the whole; only the address may end early."""
    whole = read_card(WHOLE, today=TODAY)
    try:
        found = read_card(WHOLE[:end], today=TODAY)
    except Refusal as told:
        assert told.code in ("card.cut", "card.other", "card.number", "card.day", "card.sex")
    else:
        assert (found.number, found.name, found.born, found.sex) == (
            whole.number,
            whole.name,
            whole.born,
            whole.sex,
        )
        assert whole.address.startswith(found.address)


@given(st.text())
def test_any_text_is_a_card_or_a_refusal(typed):
    try:
        read_card(typed, today=TODAY)
    except Refusal as told:
        assert told.code.startswith("card.")


def test_digits_that_say_otherwise_than_the_person_are_a_doubt_not_a_refusal():
    assert read_card(WHOLE.replace("Nữ", "Nam"), today=TODAY).doubts == ("sex",)
    assert read_card(WHOLE.replace("05111990", "05111991"), today=TODAY).doubts == ("year",)
    assert doubts("000306012345", born=dt.date(2006, 1, 1), sex="female") == ()
    assert doubts("000206012345", born=dt.date(1906, 1, 1), sex="female") == ("sex", "year")
    assert doubts("000206012345") == ()
    with pytest.raises(Refusal):
        doubts("00020601234")


@given(st.text("0123456789", max_size=14))
def test_a_masked_number_keeps_its_length_and_little_else(number):
    shown = masked(number)
    assert len(shown) == len(number) and shown[-2:] == number[-2:]
    assert len(number) < 8 or shown.count("•") >= len(number) - 6
