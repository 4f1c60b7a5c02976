"""The two lines of a receipt, however they are typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from caicach.rules.lookup import code_typed, is_number

CODE = "H01.31.05-261123-0001"


@pytest.mark.parametrize(
    "typed", ["ABO2DIFB", "abo2difb", " AB02-D1F8 ", "ab o2 dI fB", "ABO2.DIFB", "ＡＢＯ２ＤＩＦＢ"]
)
def test_a_code_is_read_however_it_is_typed(typed):
    assert code_typed(typed) == "ABO2DIFB"


@pytest.mark.parametrize("typed", ["", "ABC", "ABCDEFGHI", "ĐĐĐĐĐĐĐĐ", "--------"])
def test_what_cannot_be_a_code(typed):
    assert code_typed(typed) == ""


@pytest.mark.parametrize(
    "typed", [CODE, CODE.lower(), "H01 31 05 261123 0001", "HO1.31.O5-261123-OOO1", "h0131052611230001", "261123-0001", "hol.31.05-261123-000l"]
)  # fmt: skip
def test_a_number_is_read_however_it_is_typed(typed):
    assert is_number(typed, CODE)


@pytest.mark.parametrize("typed", ["", "0001", "1", "61123-0001", "H01.31.05-261123-0002", f"1{CODE}", "…"])
def test_another_number_is_another(typed):
    assert not is_number(typed, CODE)


@given(some.text())
def test_nothing_that_is_typed_is_a_fault(text):
    assert len(code_typed(text)) in (0, 8)
    is_number(text, CODE)
