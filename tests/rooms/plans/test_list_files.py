"""The year's list as files: opened again, with real days and figures, filtered as the page is."""

import datetime as dt
import io
import re

import docx
import openpyxl
import pytest

from tests.factories import rooms

pytestmark = pytest.mark.django_db
ADDRESS = "/ke-hoach/2026/cchc/danh-sach."


@pytest.fixture
def plan(ward, coordinator):
    return rooms.make_plan(ward, coordinator)


def sheet(client, query=""):
    answer = client.get(f"{ADDRESS}xlsx{query}")
    assert answer.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(answer.content)), answer


def rows_of(book, name="Nhiệm vụ"):
    rows = [[cell.value for cell in row] for row in book[name].iter_rows()]
    top = next(n for n, row in enumerate(rows) if "Số" in row)
    return rows[:top], [dict(zip(rows[top], row, strict=True)) for row in rows[top + 1 :]]


def test_days_are_days_and_figures_figures(plan, as_coordinator):
    book, answer = sheet(as_coordinator)
    head, rows = rows_of(book)
    assert len(rows) == 5
    late = next(row for row in rows if row["Số"] == "I.2")
    assert late["Hạn"] == dt.datetime(2026, 1, 31) and late["Trễ (ngày)"] == 296
    said = " ".join(str(cell) for row in head for cell in row if cell)
    assert "12/KH-UBND" in said and "UBND PHƯỜNG THỬ" in said and "5 nhiệm vụ, đến ngày 23/11/2026" in said
    _, measures = rows_of(book, "Chỉ tiêu")
    assert measures[0]["Mức giao"] == 95.5 and measures[0]["Đơn vị tính"] == "%"
    assert 'filename="ke-hoach-cchc-2026-23-11-2026.xlsx"' in answer["Content-Disposition"]


def test_the_file_has_what_the_page_has(plan, as_coordinator):
    for query in ("?tinh-trang=late", "?muc=II", "?tim=so sach", "?thang=12", "?tinh-trang=ok"):
        shown = set(
            re.findall(
                r"/viec/2026/cchc/([IV]+-\d+)/",
                as_coordinator.get(f"/ke-hoach/2026/cchc/{query}").content.decode(),
            )
        )
        book, _ = sheet(as_coordinator, query)
        assert {row["Số"].replace(".", "-") for row in rows_of(book)[1]} == shown, query


def test_the_filter_stands_in_the_file_and_in_its_name(plan, ward, as_coordinator):
    office = ward.offices.get(short_name="VH–XH")
    book, answer = sheet(as_coordinator, f"?tinh-trang=late&don-vi={office.pk}&muc=II")
    head, _ = rows_of(book)
    assert any("Lọc: mục II Mục số II; đơn vị VH–XH; trễ hạn" in str(cell) for row in head for cell in row)
    assert "muc-ii-muc-so-ii-don-vi-vh-xh-tre-han" in answer["Content-Disposition"]


def test_nothing_becomes_a_formula(ward, coordinator, as_coordinator):
    odd = ("=1+1", "+CMD|' /C calc'!A0", "@SUM(A1)", "-2", "https://a.vn/")
    lines = [rooms.line("I", str(n), text) for n, text in enumerate(odd, 1)]
    rooms.make_plan(ward, coordinator, rooms.make_reading(tuple(lines), findings=()))
    book, _ = sheet(as_coordinator)
    cells = [cell for row in book["Nhiệm vụ"].iter_rows() for cell in row if cell.value in odd]
    assert {cell.value for cell in cells} == set(odd)
    assert all(cell.data_type == "s" and cell.hyperlink is None for cell in cells)


def test_word_has_the_same_rows_and_its_heading_on_each_page(ward, coordinator, as_coordinator):
    rooms.make_plan(ward, coordinator, rooms.make_many(60))
    answer = as_coordinator.get(f"{ADDRESS}docx?tim=to dan pho")
    document = docx.Document(io.BytesIO(answer.content))
    table = document.tables[0]
    assert len(table.rows) == 62  # heading, section, tasks
    assert table.rows[0]._tr.trPr.xpath("w:tblHeader") and table.rows[5]._tr.trPr.xpath("w:cantSplit")
    assert document.sections[0].page_width > document.sections[0].page_height
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "Lọc: có chữ “to dan pho”" in text and "60 nhiệm vụ" in text and "12/KH-UBND" in text


def test_other_kinds_and_other_wards_are_nowhere(plan, as_coordinator, client):
    assert as_coordinator.get(f"{ADDRESS}pdf").status_code == 404
    client.force_login(rooms.make_person(rooms.make_ward("Khác"), "leader"))
    assert client.get(f"{ADDRESS}xlsx").status_code == 404
