"""Offices: one under all its spellings, several told apart in one cell, groups kept whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caicach import data
from caicach.rules.offices import called, is_everybody, office_key, split_roles

DIRECTORY = data.office_directory()
FULL = [row["name"] for row in data.rows("offices") if row["kind"] == "office"]


def names(cell: str) -> list[str]:
    return [mention.name for mention in DIRECTORY.mentions(cell)]


@pytest.mark.parametrize("row", data.rows("offices"), ids=lambda row: row["name"])
def test_every_alias_is_its_office(row):
    for alias in filter(None, row["aliases"].split("|")):
        found = DIRECTORY.find(alias)
        assert found is not None and found.name == row["name"], alias


@pytest.mark.parametrize(
    ("cell", "offices"),
    [
        ("Phòng Kinh tế, Hạ tầng và Đô thị, Công an phường, Trạm Y tế", ["Phòng Kinh tế, Hạ tầng và Đô thị", "Công an", "Trạm Y tế"]),
        ("- Văn phòng UBND - - Phòng Văn hóa – Xã hội", ["Văn phòng HĐND và UBND", "Phòng Văn hóa – Xã hội"]),
        ("Các phòng, ban, ngành và các đơn vị sự nghiệp công lập", ["Các phòng, ban, ngành", "các đơn vị sự nghiệp công lập"]),
        ("Các phòng, ban, ngành, đoàn thể phường; Trưởng các khu phố", ["Các phòng, ban, ngành, đoàn thể phường", "Trưởng các khu phố"]),
        ("Phòng Văn hóa –\nXã hội", ["Phòng Văn hóa – Xã hội"]),
        ("VP HĐND-UBND, Phòng VHXH", ["Văn phòng HĐND và UBND", "Phòng Văn hóa – Xã hội"]),
        ("Công an phường và Ban CHQS phường", ["Công an", "Ban Chỉ huy quân sự"]),
        ("Phòng Văn hóa - Xã hội phường Rạch Giá", ["Phòng Văn hóa – Xã hội"]),
        ("Phòng Nông nghiệp và Môi trường, Thanh tra phường", ["Phòng Nông nghiệp và Môi trường", "Thanh tra phường"]),
        ("", []),
        ("-", []),
    ],
)  # fmt: skip
def test_a_cell_is_told_apart(cell, offices):
    assert names(cell) == offices


@given(
    st.lists(st.sampled_from(FULL), min_size=1, max_size=4, unique=True),
    st.sampled_from(["; ", "\n", ", ", " và ", "\n- "]),
)
def test_known_offices_joined_by_any_sign_come_apart_again(offices, joint):
    assert names(joint.join(offices)) == offices


@given(
    st.sampled_from(FULL),
    st.sampled_from(
        [
            str.upper,
            str.lower,
            lambda s: s.replace("–", "-"),
            lambda s: s + " phường",
            lambda s: "  ".join(s.split()),
        ]
    ),
)
def test_case_dashes_and_tails_do_not_make_another_office(name, change):
    assert office_key(change(name)) == office_key(name)


@pytest.mark.parametrize(
    ("cell", "roles"),
    [
        ("Chủ trì: Phòng VHXH; phối hợp: Công an phường", ("Phòng VHXH", "Công an phường")),
        ("Phòng Văn hóa - Xã hội chủ trì, phối hợp với Công an phường", ("Phòng Văn hóa - Xã hội", "Công an phường")),
        ("Phòng A (chủ trì), Công an (phối hợp)", ("Phòng A", "Công an")),
        ("Phòng Văn hóa - Xã hội", None),
    ],
)  # fmt: skip
def test_lead_and_coordinators_in_one_cell_are_told_apart(cell, roles):
    assert split_roles(cell) == roles


def test_everybody_is_nobody_in_charge():
    assert is_everybody("Các cơ quan, đơn vị thuộc UBND phường")
    assert not is_everybody("Các cơ quan chuyên môn")
    assert not is_everybody("Phòng Văn hóa – Xã hội")


def test_a_misread_name_is_recognised_and_said_to_be_misspelt():
    (mention,) = DIRECTORY.mentions("Phòng Vãn hóa - Xã hội")
    assert mention.name == "Phòng Văn hóa – Xã hội" and mention.misspelt


def test_a_group_called_all_says_of_what():
    assert called("Tất cả") == "Tất cả các phòng, ban"
    assert called("VH–XH") == "VH–XH" and called("Các phòng, ban") == "Các phòng, ban"
