"""The suggested catalogue: every row says where it is from and how sure it is; nothing is free that is not known to be."""

import re

import pytest

from caicach import data
from caicach.procedures import starter
from caicach.rules.procedures import LEVELS, ONLINE, UNITS, procedure_code

ROWS = data.rows("procedures")


def test_codes_are_well_formed_and_stand_once():
    codes = [row["code"] for row in ROWS]
    assert len(codes) == len(set(codes)) >= 32
    for code in codes:
        assert procedure_code(code) and procedure_code(code).base == code


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["code"])
def test_each_row_has_source_and_standing(row):
    assert row["source"] and row["standing"] in ("sure", "check")
    assert bool(row["unsure"]) == (row["standing"] == "check"), "what is to be looked at is named"
    assert row["fee_status"] in ("known", "free", "unknown") and row["level"] in LEVELS
    assert len(row["name"]) > 3 and row["field"] and row["who"] and row["result"] and row["decides"]
    assert not row["fee_amount"] or row["fee_status"] == "known"
    assert not row["law"] or re.fullmatch(rf"({'|'.join(UNITS)}) \d+", row["law"])
    assert row["law"] or row["standing"] == "check"
    if code := procedure_code(row["code"]):
        assert not code.is_provisional or "mã" in row["unsure"]


def test_most_have_several_everyday_words_and_all_can_be_kept():
    entries = starter.entries()
    assert all(one.everyday_words for one in entries)
    assert sum("\n" in one.everyday_words for one in entries) >= len(entries) * 3 // 4
    assert {one.online for one in entries} <= set(ONLINE)
    assert all("cần đối chiếu" in one.source for one in entries if not one.checked)
