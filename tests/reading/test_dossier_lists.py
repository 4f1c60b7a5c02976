"""Dossier lists of other systems: what is read of them, row by row, and what is refused."""

from __future__ import annotations

import datetime as dt
import io
import json
import random
import subprocess
import sys
import zipfile

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caicach.reading import limits, sandbox
from caicach.reading.dossier_list import dossier_words, read_dossiers
from caicach.rules.formats import DOSSIER_KEYS, SKIPPED
from caicach.rules.refusal import Refusal
from tests.reading import dossier_layouts as lay
from tests.reading import test_faults as faults
from tests.shared import shared

EXAMPLE = shared("vectors/exports/a.csv")
C = "H01.31.05-260511-000"
"""a dossier code, less its last figure"""


def read(tmp_path, data: bytes, name: str = "ho-so.xlsx") -> dict:
    path = tmp_path / name
    path.write_bytes(data)
    return read_dossiers(path).to_json()


def book(*sheets: tuple[str, list[list[object]], tuple[str, ...]]) -> bytes:
    made = openpyxl.Workbook()
    for number, (name, rows, merges) in enumerate(sheets):
        sheet = made.create_sheet() if number else made.active
        sheet.title = name
        for row in rows:
            sheet.append(row)
        for merged in merges:
            sheet.merge_cells(merged)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def sheet(rows: list[list[object]], *merges: str) -> bytes:
    return book(("Sheet1", rows, merges))


def text(rows: list[list[str]], sign: str = ";") -> bytes:
    return "\n".join(sign.join(row) for row in rows).encode()


def values(answer: dict, *keys: str) -> list[tuple[object, ...]]:
    return [tuple(row[key] for key in keys) for row in answer["rows"]]


def skipped(answer: dict) -> list[tuple[int, str]]:
    return [(row["row"], row["why"]) for row in answer["skipped"]]


# ---- the worked example


@pytest.mark.skipif(
    EXAMPLE is None, reason="the worked example (vectors/exports) is not beside this checkout"
)
def test_the_example_is_read_as_its_answer_says():
    assert EXAMPLE is not None
    answer = read_dossiers(EXAMPLE).to_json()
    assert answer["rows"] == json.loads(EXAMPLE.with_suffix(".json").read_text())
    assert answer["skipped"] == []
    assert answer["columns"] == {
        "code": "Số hồ sơ", "procedure": "Tên thủ tục hành chính", "applicant": "Chủ hồ sơ", "received_at": "Ngày tiếp nhận", "due_at": "Ngày hẹn trả",
        "resolved_at": "Ngày kết thúc xử lý", "returned_at": "Ngày trả kết quả", "status": "Trạng thái", "channel": "Hình thức nộp",
    }  # fmt: skip


# ---- layouts by chance: columns, wordings, dates, encodings, titles, groups, totals


@pytest.mark.parametrize("seed", [*range(40), 111_075])
def test_a_drawn_layout_is_read_back(seed, tmp_path):
    check_layout(lay.drawn(seed), seed, tmp_path)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(1000, 1_000_000),
    style=st.sampled_from(lay.STYLES),
    encoding=st.sampled_from(("utf-8", "utf-16", "cp1258", "vni")),
    data=st.data(),
)
def test_any_layout_is_read_back(seed, style, encoding, data, tmp_path):
    layout = lay.drawn(seed)
    layout.columns = (
        data.draw(st.permutations(layout.columns))
        if not any(group for *_, group in layout.columns)
        else layout.columns
    )
    layout.date_style, layout.encoding = style, encoding
    check_layout(layout, seed, tmp_path)


def check_layout(layout: lay.Layout, seed: int, tmp_path) -> None:
    made = lay.dossiers(random.Random(seed), 25)
    if layout.date_style == "us":  # the month comes first only where some day proves it
        made[0]["received_at"] = dt.datetime(2026, 5, 21, 8, 15)
    written = lay.written(layout, made)
    answer = read(tmp_path, written.data, written.name)
    assert answer["rows"] == written.rows
    assert skipped(answer) == written.skipped


# ---- layouts by hand, as systems and people make them


def test_the_register_of_the_one_stop_shop(tmp_path):
    """Form 07: a group over three dates, an own column for how the result is returned, numbered columns."""
    head = [
        "TT",
        "Mã hồ sơ",
        "Tên TTHC",
        "Số lượng hồ sơ (bộ)",
        "Tên cá nhân, tổ chức",
        "Địa chỉ, số điện thoại",
        "Nhận và Trả kết quả",
        None,
        None,
        None,
        "Ghi chú",
    ]
    low = [None] * 6 + ["Nhận hồ sơ", "Hẹn trả kết quả", "Trả kết quả", "Phương thức nhận kết quả"]
    answer = read(tmp_path, sheet([
        ["SỔ THEO DÕI HỒ SƠ"], [], head, low, [str(number) for number in range(1, 12)],
        [1, C + "1", "Đăng ký khai sinh", 1, "Nguyễn Văn Thử", "Ấp Mẫu", dt.datetime(2026, 5, 11, 8, 15), dt.datetime(2026, 5, 12, 17), dt.datetime(2026, 5, 12, 15, 30), "Bưu chính"],
        [2, C + "2", "Đăng ký kết hôn", 1, "Lê Ví Dụ", "Ấp Mẫu", dt.datetime(2026, 5, 11, 9), dt.date(2026, 5, 12), None, "Trực tiếp"],
        ["", "Tổng cộng: 02 hồ sơ"], [None] * 7 + ["Phường Mẫu, ngày 31 tháng 5 năm 2026"], [None] * 7 + ["NGƯỜI LẬP BIỂU"], [None] * 7 + ["Nguyễn Thị Giả"],
    ], "A1:K1", "G3:J3", "A3:A4", "B3:B4", "C3:C4", "D3:D4", "E3:E4", "F3:F4", "K3:K4"))  # fmt: skip
    assert answer["columns"]["due_at"] == "Nhận và Trả kết quả / Hẹn trả kết quả"
    assert values(answer, "received_at", "due_at", "returned_at", "channel") == [
        ("2026-05-11T08:15", "2026-05-12T17:00", "2026-05-12T15:30", None),
        ("2026-05-11T09:00", "2026-05-12", None, None),
    ]
    assert skipped(answer) == [
        (5, "numbers"),
        (8, "total"),
        (9, "signature"),
        (10, "signature"),
        (11, "signature"),
    ]


def test_day_and_hour_in_two_columns(tmp_path):
    answer = read(tmp_path, sheet([
        ["STT", "Số biên nhận", "Giờ nhận", "Ngày nhận", "Ngày hẹn", "Giờ hẹn", "Họ và tên", "Nội dung giải quyết", "Tình trạng"],
        [1, C + "1", dt.time(8, 15), dt.date(2026, 5, 11), "14/05/2026", "17h00", "Nguyễn Thử", "Chứng thực bản sao", "Đã trả"],
        [2, C + "2", "15 giờ 05", "12/05/2026", "15/05/2026", "", "Lê Giả", "Chứng thực bản sao", "Hoàn thành"],
    ]))  # fmt: skip
    assert answer["columns"]["received_at"] == "Ngày nhận + Giờ nhận"
    assert values(answer, "received_at", "due_at", "status") == [
        ("2026-05-11T08:15", "2026-05-14T17:00", 10), ("2026-05-12T15:05", "2026-05-15", 9),
    ]  # fmt: skip


def test_the_names_of_the_sync_messages_as_headings(tmp_path):
    answer = read(tmp_path, text([
        "MaHoSo MaTTHC TenTTHC MaLinhVuc ChuHoSo LoaiDoiTuong NgayTiepNhan NgayHenTra TrangThaiHoSo NgayTra HinhThuc NgayKetThucXuLy".split(),
        [C + "1", "1.001193.000.00.00.H01", "Đăng ký khai sinh", "G15-HT02", "Nguyễn Thử", "1", "20260511081533", "20260512170000", "10", "20260512150000", "2", "20260512143000"],
        [C + "2", "1.000894", "Đăng ký kết hôn", "G15-HT02", "Lê Giả", "1", "20260511091500", "20260514170000", "4", "", "1", ""],
    ], ","), "ho-so.csv")  # fmt: skip
    assert values(
        answer, "procedure_code", "received_at", "resolved_at", "returned_at", "status", "channel"
    ) == [
        ("1.001193", "2026-05-11T08:15", "2026-05-12T14:30", "2026-05-12T15:00", 10, "online"),
        ("1.000894", "2026-05-11T09:15", None, None, 4, "counter"),
    ]


def test_a_mark_under_the_channels_name_and_the_owner_before_the_submitter(tmp_path):
    answer = read(tmp_path, sheet([
        ["TT", "Mã hồ sơ", "Thủ tục", "Người nộp hồ sơ", "Chủ hồ sơ", "Ngày nhận hồ sơ", "Hình thức tiếp nhận", None, None],
        [None] * 6 + ["Trực tiếp", "Trực tuyến", "BCCI"],
        [1, C + "1", "Đăng ký khai sinh", "Lê Nộp", "Nguyễn Chủ", "11/5/26", "x"],
        [2, C + "2", "Đăng ký khai sinh", "Lê Nộp", None, "11/5/26", None, "X"],
        [3, C + "3", "Đăng ký khai sinh", "Lê Nộp", "Trần Chủ", "13/5/26", None, None, "x"],
    ], "G1:I1"))  # fmt: skip
    assert values(answer, "applicant", "channel") == [
        ("Nguyễn Chủ", "counter"), ("Lê Nộp", "online"), ("Trần Chủ", "post"),
    ]  # fmt: skip
    assert answer["columns"]["applicant"] == "Chủ hồ sơ"


def test_a_sheets_name_says_the_status(tmp_path):
    head = ["Mã hồ sơ", "Tên thủ tục", "Công dân", "Ngày nhận"]
    answer = read(tmp_path, book(
        ("Đang xử lý", [head, [C + "1", "Khai sinh", "Nguyễn Thử", dt.datetime(2026, 5, 11, 8, 15)]], ()),
        ("Đã trả kết quả", [head, [C + "2", "Khai sinh", "Lê Giả", dt.datetime(2026, 5, 11, 9, 15)], ["Cộng: 1"]], ()),
        ("Hướng dẫn", [["Cách dùng"], ["Mở tệp"]], ()),
    ))  # fmt: skip
    assert values(answer, "code", "status") == [(C + "1", 4), (C + "2", 10)]
    assert answer["skipped"] == [{"row": 3, "why": "total", "sheet": "Đã trả kết quả"}]
    assert "status" not in answer["columns"]


def test_groups_named_after_procedures(tmp_path):
    answer = read(tmp_path, sheet([
        ["DANH SÁCH HỒ SƠ TRỄ HẠN"], ["STT", "Mã HS", "Chủ HS", "Tiếp nhận", "Hạn xử lý", "Ngày trả KQ", "Trạng thái"],
        ["I", "Thủ tục: 1.001193 - Đăng ký khai sinh"], [1, C + "1", "Nguyễn Thử", "08:15 11/05/2026", "17:00 14/05/2026", "", "Đang thụ lý"],
        ["II", "Thủ tục: 1.000894 - Đăng ký kết hôn (1 hồ sơ)"], [1, C + "2", "Lê Giả", "08:20 11/05/2026", "17:00 14/05/2026", "10:10 15/05/2026", "Đã trả kết quả trễ hạn"],
        ["Tổng", None, None, 2],
    ]))  # fmt: skip
    assert values(answer, "procedure_code", "procedure", "status") == [
        ("1.001193", "Đăng ký khai sinh", 4), ("1.000894", "Đăng ký kết hôn", 10),
    ]  # fmt: skip
    assert skipped(answer) == [(3, "group"), (5, "group"), (7, "total")]


def test_two_tables_of_different_columns_on_one_sheet(tmp_path):
    answer = read(tmp_path, sheet([
        ["I. HỒ SƠ ĐÃ GIẢI QUYẾT"], ["STT", "Mã hồ sơ", "Thủ tục", "Chủ hồ sơ", "Ngày nhận", "Ngày trả"], [1, C + "1", "Khai sinh", "Nguyễn Thử", "11/05/2026", "12/05/2026"], ["Cộng", 1], [],
        ["II. HỒ SƠ ĐANG GIẢI QUYẾT"], ["STT", "Chủ hồ sơ", "Mã hồ sơ", "Thủ tục", "Ngày nhận", "Ngày hẹn trả"], [1, "Lê Giả", C + "2", "Kết hôn", "12/05/2026", "15/05/2026"], ["Tổng cộng", 1],
    ]))  # fmt: skip
    assert values(answer, "applicant", "due_at", "returned_at", "status") == [
        ("Nguyễn Thử", None, "2026-05-12", 10), ("Lê Giả", "2026-05-15", None, 4),
    ]  # fmt: skip


def test_a_heading_of_three_rows(tmp_path):
    answer = read(tmp_path, sheet([
        ["STT", "Hồ sơ", None, "Thời gian", None, None, None, "Người", None], [None, "Mã", "Tên thủ tục", "Tiếp nhận", None, "Trả kết quả", None, "Nộp", "Chủ hồ sơ"],
        [None, None, None, "Ngày", "Giờ", "Hẹn", "Thực tế"],
        [1, C + "1", "Khai sinh", "11/05/2026", "08:15", "12/05/2026 17:00", "12/05/2026 16:00", "Lê Nộp", "Lê Chủ"],
        [2, C + "2", "Khai sinh", "13/05/2026", "08:15", "14/05/2026 17:00", "", "Lê Nộp", "Trần Chủ"],
    ], "A1:A3", "B1:C1", "D1:G1", "H1:I1", "B2:B3", "C2:C3", "D2:E2", "F2:G2", "H2:H3", "I2:I3"))  # fmt: skip
    assert values(answer, "code", "procedure", "applicant", "received_at", "due_at", "returned_at") == [
        (C + "1", "Khai sinh", "Lê Chủ", "2026-05-11T08:15", "2026-05-12T17:00", "2026-05-12T16:00"),
        (C + "2", "Khai sinh", "Trần Chủ", "2026-05-13T08:15", "2026-05-14T17:00", None),
    ]


def test_a_handmade_list_without_codes(tmp_path):
    answer = read(tmp_path, sheet([
        ["DANH SÁCH TIẾP NHẬN"], ["STT", "Họ và tên", "Nội dung", "Ngày nhận", "Ngày hẹn trả", "Ghi chú"],
        [1, "Nguyễn Thử", "Chứng thực", "11/5/2026", "12/5/2026", ""], [2, "Lê Giả", "Khai sinh", "11/5/2026", "12/5/2026", "gấp"], ["", "Cộng", 2],
    ]))  # fmt: skip
    assert values(answer, "code", "procedure", "applicant", "due_at") == [
        (None, "Chứng thực", "Nguyễn Thử", "2026-05-12"), (None, "Khai sinh", "Lê Giả", "2026-05-12"),
    ]  # fmt: skip


def test_codes_are_told_by_their_cells_whatever_the_heading(tmp_path):
    """ "Mã số" stands over both; older generations, small letters, long dashes; Excel kept a procedure's code as a figure."""
    answer = read(tmp_path, sheet([
        ["Mã số", "Mã", "Thủ tục", "Người yêu cầu", "Ngày tiếp nhận"], [1.001193, " h55.242–260302–0001 ", "A", "Nguyễn Thử", "02/03/2026"],
        [1.00119, "000.12.34.H01-190315-0007", "B", "Lê Giả", "15/03/2019"], ["2.000815.H38", "TAM-260511-001", "C", "Trần Mẫu", "11/05/2026"],
    ]))  # fmt: skip
    assert values(answer, "code", "procedure_code") == [
        ("H55.242-260302-0001", "1.001193"), ("000.12.34.H01-190315-0007", "1.001190"), ("TAM-260511-001", "2.000815"),
    ]  # fmt: skip


def test_the_day_of_acceptance_is_the_codes_own(tmp_path):
    """Two headings that say equally little; and one that says nothing."""
    for mine, other in (("Ngày nộp", "Ngày gửi"), ("Mốc một", "Mốc hai")):
        rows = [["Mã hồ sơ", "Thủ tục", "Chủ hồ sơ", other, mine]]
        rows += [[C + str(n), "A", f"Nguyễn Thử {n}", "10/05/2026", "11/05/2026"] for n in range(1, 5)]
        answer = read(tmp_path, sheet(rows))
        assert (answer["columns"]["received_at"], *values(answer, "received_at")[0]) == (mine, "2026-05-11")


def test_the_month_comes_first_only_where_the_column_proves_it(tmp_path):
    rows = [["Mã hồ sơ", "Thủ tục", "Chủ hồ sơ", "Ngày tiếp nhận", "Ngày hẹn trả"], [C + "1", "A", "Nguyễn Thử", "5/11/2026 8:15", "5/14/2026"], [C + "2", "A", "Lê Giả", "5/12/2026 8:15 PM", "5/15/2026"]]  # fmt: skip
    assert values(read(tmp_path, sheet(rows)), "received_at", "due_at") == [
        ("2026-05-11T08:15", "2026-05-14"), ("2026-05-12T20:15", "2026-05-15"),
    ]  # fmt: skip
    unproven = [row[:4] for row in rows]
    assert values(read(tmp_path, sheet(unproven)), "received_at") == [
        ("2026-11-05T08:15",),
        ("2026-12-05T20:15",),
    ]


def test_what_cannot_be_read_is_not_guessed(tmp_path):
    answer = read(tmp_path, sheet([
        ["Mã hồ sơ", "Thủ tục", "Chủ hồ sơ", "Ngày tiếp nhận", "Ngày hẹn trả", "Trạng thái", "Hình thức nộp"],
        [C + "1", "A", "Nguyễn Thử", "30/02/2026", "5 ngày làm việc", "Đúng hạn", "Không rõ"], [C + "2", "A", "Lê Giả", "11/05/2026", "14/05/2026", "Đang xử lý", "Trực tiếp"],
        [C + "3", "-", "N/A", "01/01/1900", "14/05/2026", "Đang xử lý", "Trực tiếp"],
    ]))  # fmt: skip
    assert values(answer, "procedure", "applicant", "received_at", "due_at", "status", "channel") == [
        ("A", "Nguyễn Thử", None, None, None, None), ("A", "Lê Giả", "2026-05-11", "2026-05-14", 4, "counter"), (None, None, None, "2026-05-14", 4, "counter"),
    ]  # fmt: skip


def test_a_dossier_that_stands_twice_is_read_once(tmp_path):
    head = ["Mã hồ sơ", "Thủ tục", "Chủ hồ sơ", "Ngày tiếp nhận", "Trạng thái"]
    one, two, later = (
        [C + "1", "A", "Nguyễn Thử", "11/05/2026", "Đang xử lý"],
        [C + "2", "A", "Lê Giả", "11/05/2026", "Đang xử lý"],
        [C + "1", "A", "Nguyễn Thử", "11/05/2026", "Đã trả kết quả"],
    )
    same = read(tmp_path, sheet([head, one, two, one]))
    assert (values(same, "code"), skipped(same)) == ([(C + "1",), (C + "2",)], [(4, "duplicate")])
    differs = read(tmp_path, sheet([head, one, two, later]))
    assert (values(differs, "code", "status"), skipped(differs)) == (
        [(C + "2", 4), (C + "1", 10)],
        [(2, "duplicate")],
    )


def test_a_contact_written_behind_the_name_is_left_out(tmp_path):
    answer = read(tmp_path, sheet([
        ["Thông tin hồ sơ", "Chủ hồ sơ", "Ngày tiếp nhận", "Trạng thái"],
        [C + "1\nĐăng ký khai sinh", "Nguyễn Thử\nSĐT: 0000000000", "11/05/2026", "Đang xử lý"], [C + "2\nĐăng ký kết hôn", "Lê Giả - 0000000000", "12/05/2026", "Đang xử lý"],
    ]))  # fmt: skip
    assert values(answer, "procedure", "applicant") == [
        ("Đăng ký khai sinh", "Nguyễn Thử"), ("Đăng ký kết hôn", "Lê Giả"),
    ]  # fmt: skip


def test_the_filters_above_the_table_hold_for_its_rows(tmp_path):
    answer = read(tmp_path, sheet([
        ["Trạng thái:", "Đang xử lý", None, "Hình thức:", "Trực tuyến"], ["Mã hồ sơ", "Tên thủ tục", "Chủ hồ sơ", "Ngày tiếp nhận"], [C + "1", "A", "Nguyễn Thử", "11/05/2026"],
    ]))  # fmt: skip
    assert values(answer, "status", "channel") == [(4, "online")]


def test_a_list_without_a_heading_is_read_by_its_cells(tmp_path):
    answer = read(tmp_path, text([
        [str(n), C + str(n), "1.001193", "Đăng ký khai sinh", name, "11/05/2026", "Đang xử lý", channel]
        for n, name, channel in ((1, "Nguyễn Văn Thử", "Trực tiếp"), (2, "Lê Ví Dụ", "Trực tuyến"), (3, "Trần Giả", "Trực tiếp"))
    ]), "ho-so.csv")  # fmt: skip
    assert answer["columns"]["code"] == "(cột B)"
    assert answer["rows"][1] == {
        "code": C + "2", "procedure_code": "1.001193", "procedure": "Đăng ký khai sinh", "applicant": "Lê Ví Dụ", "received_at": "2026-05-11", "due_at": None, "resolved_at": None,
        "returned_at": None, "status": 4, "channel": "online",
    }  # fmt: skip


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1258", "tcvn3", "vni"]
)
def test_every_encoding_of_a_csv(encoding, tmp_path):
    rows = [["STT", "Mã hồ sơ", "Tên thủ tục hành chính", "Chủ hồ sơ", "Ngày tiếp nhận", "Trạng thái"]]
    rows += [
        [
            str(n),
            C + str(n),
            "Đăng ký khai sinh",
            "Nguyễn Thị Thử, ở ẩn",
            "11/05/2026 08:15",
            "Đã trả kết quả",
        ]
        for n in range(1, 9)
    ]
    answer = read(tmp_path, lay.encoded("\r\n".join(";".join(row) for row in rows), encoding), "ho-so.csv")
    assert set(values(answer, "applicant", "procedure", "status")) == {
        ("Nguyễn Thị Thử, ở ẩn", "Đăng ký khai sinh", 10)
    }


def test_quotation_marks_and_the_line_that_names_the_sign(tmp_path):
    rows = f'sep=,\nMã hồ sơ,Thủ tục,Chủ hồ sơ,Ngày tiếp nhận\n{C}1,"Chứng thực, bản sao","Công ty ""Mẫu""","11/05/2026, 08:15"\n{C}2,"Một\nhai",Lê Giả,11/05/2026\nTổng cộng,2,,\n'
    answer = read(tmp_path, rows.encode(), "ho-so.csv")
    assert values(answer, "procedure", "applicant", "received_at") == [
        ("Chứng thực, bản sao", 'Công ty "Mẫu"', "2026-05-11T08:15"), ("Một hai", "Lê Giả", "2026-05-11"),
    ]  # fmt: skip
    assert skipped(answer) == [(5, "total")]


def test_an_empty_list_is_a_list(tmp_path):
    answer = read(
        tmp_path, sheet([["DANH SÁCH HỒ SƠ"], ["Mã hồ sơ", "Tên thủ tục", "Chủ hồ sơ", "Ngày tiếp nhận"]])
    )
    assert (answer["rows"], answer["skipped"], len(answer["columns"])) == ([], [], 4)


# ---- words


@pytest.mark.parametrize(
    ("code", "wordings"), [(code, wordings) for code, wordings in lay.STATUS_WORDS.items()]
)
def test_statuses_in_words(code, wordings):
    assert {wording: dossier_words().status(wording) for wording in wordings} == dict.fromkeys(wordings, code)


@pytest.mark.parametrize(
    ("wording", "code"),
    [
        ("Chưa được tiếp nhận", 1), ("Chưa trả kết quả", 9), ("Chờ trả kết quả (quá hạn 3 ngày)", 9), ("9 - Đã xử lý xong", 9), ("Đã xử lý xong, chờ trả kết quả", 9), ("10", 10), ("11", None),
        ("Đúng hạn", None), ("Trễ hạn", None), ("Đã tiếp nhận, đang xử lý tại phòng Kinh tế", 4), ("Chưa có kết quả", 4), ("Bộ phận tiếp nhận và trả kết quả", None), ("Không được tiếp nhận do thiếu giấy tờ", 3), ("Hồ sơ đang chờ công dân bổ sung giấy tờ", 5), ("ĐANG XỬ LÝ", 4), ("Đang sử lý", 4), ("", None), ("Phòng Kinh tế", None),
    ],
)  # fmt: skip
def test_statuses_that_are_easily_mistaken(wording, code):
    assert dossier_words().status(wording) == code


@pytest.mark.parametrize(
    ("wording", "channel"),
    [
        ("Trực tuyến (nhận kết quả trực tiếp)", "online"), ("Nộp trực tiếp, trả qua bưu chính", "counter"), ("Dịch vụ bưu chính công ích", "post"), ("Dịch vụ công trực tuyến một phần", "online"),
        ("1", "counter"), ("3", "post"), ("Khác", None),
    ],
)  # fmt: skip
def test_channels_in_words(wording, channel):
    assert dossier_words().channel(wording) == channel


def test_every_reason_and_key_has_its_word():
    assert set(DOSSIER_KEYS) == set(lay.KEYS)
    assert {"total", "signature", "group", "heading", "numbers", "note", "empty", "duplicate"} == set(SKIPPED)


# ---- refusals and bad input


def many_rows() -> bytes:
    return (
        b"M\xc3\xa3 h\xe1\xbb\x93 s\xc6\xa1;Th\xe1\xbb\xa7 t\xe1\xbb\xa5c;Ng\xc3\xa0y nh\xe1\xba\xadn\n"
        + b"a;b;c\n" * (limits.MAX_LIST_ROWS + 1)
    )


def sheet_bomb() -> bytes:
    row = '<row r="1"><c r="A1" t="inlineStr"><is><t>' + "0" * 150_000_000 + "</t></is></c></row>"
    with zipfile.ZipFile(io.BytesIO(faults.good_xlsx())) as good:
        parts = {name: good.read(name) for name in good.namelist()}
    name = next(name for name in parts if name.startswith("xl/worksheets/"))
    parts[name] = (
        f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{row}</sheetData></worksheet>'.encode()
    )
    return faults.zipped(parts)


REFUSED = {
    "rong.csv": ("file.empty", lambda: b""),
    "trang.csv": ("file.empty", lambda: b" \n\n"),
    "khoa.xlsx": ("file.encrypted", faults.encrypted_office),
    "cut.xlsx": (
        "file.broken",
        lambda: lay.written(lay.drawn(3), lay.dossiers(random.Random(1), 20)).data[:3000],
    ),
    "cu.xls": ("file.kind-unknown", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4000)),
    "macro.xlsm": ("file.macros", lambda: faults.with_part(sheet([["a"]]), "xl/vbaProject.bin", b"x")),
    "bom.xlsx": ("file.bomb", sheet_bomb),
    "xa.xlsx": ("file.bomb", faults.far_cell_xlsx),
    "dai.csv": ("file.too-many-rows", many_rows),
    "ke-hoach.docx": ("file.no-sheet", faults.good_docx),
    "ke-hoach.pdf": ("file.no-sheet", faults.good_pdf),
    "ke-hoach.xlsx": ("dossiers.no-table", faults.good_xlsx),
    "thu.txt": ("dossiers.no-table", lambda: "Kính gửi anh Ba,\nHôm nay trời đẹp.\n".encode()),
    "gia.xlsx": ("dossiers.no-table", lambda: sheet([["Sản phẩm", "Giá"], ["Bút", 3], ["Vở", 4]])),
    "la.bin": ("file.kind-unknown", lambda: b"MZ" + bytes(500)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_says_which_file_and_why(name, tmp_path):
    code, make = REFUSED[name]
    path = tmp_path / name
    path.write_bytes(make())
    with pytest.raises(Refusal) as refused:
        read_dossiers(path)
    assert refused.value.code == code
    assert name in str(refused.value) and "{" not in str(refused.value)


def test_a_missing_file_a_folder_and_a_heavy_one(tmp_path, monkeypatch):
    for path, code in ((tmp_path / "khong-co.csv", "file.missing"), (tmp_path, "file.is-folder")):
        with pytest.raises(Refusal) as refused:
            read_dossiers(path)
        assert refused.value.code == code
    monkeypatch.setattr("caicach.reading.open.MAX_FILE_BYTES", 10)
    with pytest.raises(Refusal) as refused:
        read(tmp_path, b"a;b;c\n" * 10, "nang.csv")
    assert refused.value.code == "file.too-large"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(
    st.binary(max_size=400), st.text(max_size=300).map(str.encode),
    st.lists(st.lists(st.sampled_from(["Mã hồ sơ", "Ngày nhận", C + "1", "11/05/2026", "x", "", "Tổng cộng", "Trực tiếp", "Đang xử lý", "1.001193", "17:00", "\n", '"', "٣"]), max_size=6), max_size=9)
    .map(lambda rows: text([list(map(str, row)) for row in rows])),
))  # fmt: skip
def test_bad_input_is_a_refusal_or_a_list(tmp_path, data):
    try:
        answer = read(tmp_path, data, "la.csv")
    except Refusal as refusal:
        assert "{" not in str(refusal)
    else:
        json.dumps(answer)


@pytest.mark.parametrize("form", ["xlsx", "ods", "html"])
def test_a_file_with_broken_bytes_is_a_refusal_or_a_list(form, tmp_path):
    layout = lay.drawn(5)
    layout.format = form
    good = lay.written(layout, lay.dossiers(random.Random(5), 20)).data
    chance = random.Random(5)
    for _ in range(25):
        bad = bytearray(good)
        for _ in range(chance.randint(1, 20)):
            bad[chance.randrange(len(bad))] = chance.randrange(256)
        try:
            read(tmp_path, bytes(bad), f"la.{form}")
        except Refusal as refusal:
            assert "{" not in str(refusal)


# ---- in the cage, and the command


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "caicach", "dossiers", "read", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_cage_gives_the_same(tmp_path):
    layout = lay.drawn(7)
    layout.date_style = "cell"
    written = lay.written(layout, lay.dossiers(random.Random(7), 30))
    assert "T" in written.rows[0]["received_at"]
    path = tmp_path / written.name
    path.write_bytes(written.data)
    assert sandbox.read_dossiers(path, name=path.name) == read_dossiers(path)
    with pytest.raises(Refusal) as refused:
        sandbox.read_dossiers(path, name=path.name, seconds=0.01)
    assert refused.value.code == "file.timeout"


def test_the_command_prints_one_object_and_knows_no_django(tmp_path):
    written = lay.written(lay.drawn(7), lay.dossiers(random.Random(7), 12))
    path = tmp_path / written.name
    path.write_bytes(written.data)
    done = run(str(path), "--json")
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    assert list(answer) == ["columns", "rows", "skipped"] and answer["rows"] == written.rows
    code = "import sys; from caicach.reading import dossier_list; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_command_tells_a_person_what_was_understood(tmp_path):
    path = tmp_path / "ho-so.csv"
    path.write_bytes(
        text(
            [
                ["Mã hồ sơ", "Thủ tục", "Chủ hồ sơ", "Ngày nhận", "Trạng thái"],
                [C + "1", "Khai sinh", "Nguyễn Thử", "11/05/2026", "Đang thụ lý"],
                ["Tổng cộng: 1", "", "", "", ""],
            ]
        )
    )
    done = run(str(path))
    assert done.returncode == 0
    for said in (
        "đọc được 1 hồ sơ, bỏ qua 1 dòng",
        "Ngày nhận",
        "không có trong tệp",
        "Đang xử lý 1",
        "Bỏ qua dòng 3: dòng cộng",
    ):
        assert said in done.stdout


@pytest.mark.parametrize(
    ("name", "said"), [("khong-co.csv", "Không tìm thấy tệp khong-co.csv"), ("rong.csv", "rong.csv rỗng")]
)
def test_the_command_refuses_in_one_line(name, said, tmp_path):
    (tmp_path / "rong.csv").write_bytes(b"")
    done = run(str(tmp_path / name), "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr and done.stderr.count("\n") == 1
