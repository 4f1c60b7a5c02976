"""Numbers as people write them. None can exist: no mobile begins with 01, no area is 0200."""

import pytest

from caicach.rules.phones import dialled


@pytest.mark.parametrize("written", ["0112345678", "0112 345 678", "0112.345.678", "(0112) 345-678", "+84112345678", "+84 112 345 678",
                                     "0084112345678", "84112345678", "112345678"])  # fmt: skip
def test_a_number_is_dialled_alike_however_it_is_written(written):
    assert dialled(written) == "0112345678"


@pytest.mark.parametrize("text", ["", "gọi sau", "0112 345 678 (con)", "12"])
def test_what_is_no_number_of_here_stays(text):
    assert dialled(f" {text} ") == text


def test_a_landline_and_an_emergency_number_stay():
    assert dialled("0200 3 000 000") == "02003000000" and dialled("113") == "113"
