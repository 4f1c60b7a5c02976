"""Lists that are no plan: plain rows of a workbook or a .csv, in the cage or out of it."""

from __future__ import annotations

import datetime as dt
import zipfile

import openpyxl
import pytest

from caicach.reading import sandbox
from caicach.reading.sheets import read_sheets
from caicach.rules.refusal import Refusal


def book(path, fill):
    made = openpyxl.Workbook()
    fill(made)
    made.save(path)
    return path


def rows_of(path, name=None):
    return [
        [(row.number, row.cells) for row in sheet.rows]
        for sheet in read_sheets(path, name=name or path.name).sheets
    ]


def test_merged_cells_days_numbers_and_hidden_sheets(tmp_path):
    def fill(made):
        sheet = made.active
        sheet["A1"], sheet["B1"] = "Đơn vị", "Ngày"
        sheet["A2"], sheet["B2"] = "Văn phòng", dt.date(2026, 11, 23)
        sheet["B3"] = 900000001
        sheet.merge_cells("A2:A3")
        sheet["A6"] = "hết"
        made.create_sheet("Ẩn").sheet_state = "hidden"

    path = book(tmp_path / "a.xlsx", fill)
    expected = [
        (1, ("Đơn vị", "Ngày")),
        (2, ("Văn phòng", "23/11/2026")),
        (3, ("Văn phòng", "900000001")),
        (6, ("hết",)),
    ]
    assert rows_of(path) == [expected]
    assert sandbox.read_sheets(path, name="a.xlsx") == read_sheets(path, name="a.xlsx")


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_a_csv_by_its_own_sign(tmp_path, sign):
    path = tmp_path / "a.csv"
    path.write_text(f'Họ tên{sign}Đơn vị\n\n"Lê{sign} A"{sign}"hai\ndòng"\n', encoding="utf-8-sig")
    assert rows_of(path)[0] == [
        (1, ("Họ tên", "Đơn vị")),
        (4, (" ".join(f"Lê{sign} A".split()), "hai dòng")),
    ]


def refused(path, **limits):
    with pytest.raises(Refusal) as found:
        sandbox.read_sheets(path, name=path.name, **limits)
    return found.value.code


def test_what_is_no_list_is_refused_by_the_cage_too(tmp_path):
    bomb = tmp_path / "b.xlsx"
    book(bomb, lambda made: made.active.append(["a"]))
    with zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", b"<x>" + b" " * 40_000_000)
    assert refused(bomb) == "file.bomb"
    picture = tmp_path / "c.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 64)
    assert refused(picture) == "list.no-sheet"
    empty = tmp_path / "d.xlsx"
    empty.write_bytes(b"")
    assert refused(empty) == "file.empty"
    good = book(tmp_path / "e.xlsx", lambda made: made.active.append(["a", "b"]))
    assert refused(good, seconds=0.01) == "file.timeout"
