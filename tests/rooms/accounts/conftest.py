"""Somebody who signs in."""

import pytest

from tests.factories import rooms

PASSWORD = "mat-khau-thu-12"


@pytest.fixture
def lan(ward):
    return rooms.make_person(
        ward,
        "officer",
        office="Văn phòng HĐND và UBND",
        name="Võ Thị Lan",
        user_name="lan",
        password=PASSWORD,
    )
