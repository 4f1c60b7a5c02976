"""Lists of procedures as decisions publish them: columns in any order, two-row headings, sections, annexes, .docx tables."""

import docx
import openpyxl
import pytest

from caicach.reading import sandbox
from caicach.reading.procedure_list import Sheet, listed, read_procedures
from caicach.rules.refusal import Refusal


def of(*tables, names=()):
    sheets = [Sheet(names[n] if names else "", "", tuple(enumerate(map(tuple, rows), 1))) for n, rows in enumerate(tables)]  # fmt: skip
    return listed(sheets)


def said(found):
    return [one.said for one in found.procedures]


def test_columns_in_any_order_and_wording():
    found = of(
        [
            ["DANH MỤC THỦ TỤC HÀNH CHÍNH"],
            ["TT", "Phí, lệ phí (nếu có)", "Tên TTHC", "Thời hạn giải quyết", "Mã số TTHC", "Căn cứ pháp lý"],
            ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"],
            ["1", "Không", "Đăng ký khai sinh", "Ngay trong ngày", "1.001193.000.00.00.H55", "Luật Hộ tịch\nNĐ 123"],
            ["2", "8.000 đồng", "Cấp bản sao trích lục", "03 ngày", "2.000635", ""],
        ]
    )  # fmt: skip
    assert said(found) == [
        {"fee": "Không", "name": "Đăng ký khai sinh", "law": "Ngay trong ngày", "code": "1.001193.000.00.00.H55", "basis": "Luật Hộ tịch\nNĐ 123"},
        {"fee": "8.000 đồng", "name": "Cấp bản sao trích lục", "law": "03 ngày", "code": "2.000635"},
    ]  # fmt: skip
    assert [one.place for one in found.procedures] == ["dòng 4", "dòng 5"]


def test_sections_say_field_level_and_what_is_ended():
    found = of(
        [
            ["Mã TTHC", "Tên thủ tục hành chính", "Thời gian giải quyết (ngày làm việc)"],
            ["A. THỦ TỤC HÀNH CHÍNH CẤP TỈNH", "", ""],
            ["I. Lĩnh vực Đất đai", "", ""],
            ["1.000001", "Thủ tục một", "7"],
            ["B. THỦ TỤC HÀNH CHÍNH CẤP XÃ", "", ""],
            ["I. LĨNH VỰC HỘ TỊCH", "", ""],
            ["1.000002", "Thủ tục hai", "5"],
            ["C. Danh mục thủ tục hành chính bị bãi bỏ", "", ""],
            ["1.000003", "Thủ tục ba", ""],
        ]
    )
    told = [(one.said["code"], one.said["level"], one.said.get("field"), one.said.get("law"), one.ends) for one in found.procedures]  # fmt: skip
    assert told[:2] == [
        ("1.000001", "Cấp tỉnh", "Đất đai", "7 ngày làm việc", False),
        ("1.000002", "Cấp xã", "Hộ tịch", "5 ngày làm việc", False),
    ]
    assert told[2][0] == "1.000003" and told[2][4]


def test_a_heading_of_two_rows_and_ticks():
    found = of(
        [
            ["STT", "Mã", "Tên thủ tục", "Cách thức thực hiện", "Cách thức thực hiện", "Cách thức thực hiện"],
            ["STT", "Mã", "Tên thủ tục", "BCCI", "Một phần", "Toàn trình"],
            ["1", "1.000002", "Thủ tục hai", "x", "", "x"],
        ]
    )
    assert said(found) == [{"code": "1.000002", "name": "Thủ tục hai", "is_post": "x", "is_full": "x"}]


def test_annexes_say_more_of_the_same_procedure_and_a_contradiction_stays_a_row():
    first = [["Mã", "Tên thủ tục"], ["1.000002", "Thủ tục hai"], ["1.000003", "Thủ tục ba"]]
    second = [["Mã", "Tên thủ tục", "Kết quả"], ["1.000002", "Thủ tục hai", "Giấy"], ["1.000003", "Tên khác hẳn", ""]]  # fmt: skip
    found = of(first, second)
    assert said(found) == [
        {"code": "1.000002", "name": "Thủ tục hai", "result": "Giấy"},
        {"code": "1.000003", "name": "Thủ tục ba"},
        {"code": "1.000003", "name": "Tên khác hẳn"},
    ]


def test_parts_in_tables_of_their_own_and_lost_ones():
    found = of(
        [["Mã", "Tên thủ tục"], ["1.000002", "Thủ tục hai"]],
        [["Mã", "Tên giấy tờ", "Bản chính"], ["1.000002", "Tờ khai", "1"], ["1.999999", "Giấy lạc", "1"]],
        [["Mã", "Bước", "Đơn vị", "Phần thời gian, %"], ["1.000002", "Tiếp nhận", "Một cửa", "40"]],
        [["Mã", "Trường hợp", "Khi nào"], ["1.000002", "Quá hạn", "sau 60 ngày"]],
        names=("Danh mục", "Giấy tờ", "Bước", "Ca"),
    )
    (one,) = found.procedures
    assert [part.said["paper_name"] for part in one.papers] == ["Tờ khai"]
    assert [(part.said["step_office"], part.said["step_share"]) for part in one.steps] == [("Một cửa", "40")]
    assert [part.said["case_when"] for part in one.cases] == ["sau 60 ngày"]
    assert found.lost == ("Giấy tờ, dòng 3",)


def test_what_names_no_procedure_is_told_and_a_name_without_a_code_stays():
    found = of([["Mã", "Tên thủ tục", "Phí"], ["", "Thủ tục chưa có mã", "Không"], ["", "", "Tổng cộng 12"], ["Mã", "Tên thủ tục", "Phí"]])  # fmt: skip
    assert said(found) == [{"name": "Thủ tục chưa có mã", "fee": "Không"}]
    assert found.left_out == ("dòng 3", "dòng 4")


@pytest.mark.parametrize(("rows", "code"), [([["Họ tên", "Đơn vị"], ["A", "B"]], "catalogue.no-heading"), ([["Mã", "Tên thủ tục"], ["", ""]], "catalogue.nothing-listed")])  # fmt: skip
def test_what_is_no_such_list_is_refused(rows, code):
    with pytest.raises(Refusal) as refused:
        of(rows)
    assert refused.value.code == code


def test_more_than_anybody_has_is_refused():
    with pytest.raises(Refusal, match="2001"):
        of([["Mã", "Tên thủ tục"], *[[f"1.{n:06}", f"Thủ tục {n}"] for n in range(2001)]])


def test_a_word_file_in_the_cage(tmp_path):
    made = docx.Document()
    made.add_paragraph("DANH MỤC THỦ TỤC HÀNH CHÍNH BỊ BÃI BỎ THUỘC THẨM QUYỀN CẤP XÃ")
    table = made.add_table(rows=2, cols=2)
    for at, text in enumerate(("Mã số TTHC", "Tên thủ tục hành chính", "1.000002", "Thủ tục hai")):
        table.cell(at // 2, at % 2).text = text
    made.save(tmp_path / "qd.docx")
    (one,) = sandbox.read_procedures(tmp_path / "qd.docx", name="qd.docx").procedures
    assert one.ends and one.said == {"code": "1.000002", "name": "Thủ tục hai", "level": "Cấp xã"}


def test_a_code_that_excel_took_for_a_number(tmp_path):
    made = openpyxl.Workbook()
    for row in (["Mã", "Tên thủ tục"], [2.00072, "Thủ tục một"], [1.001193, "Thủ tục hai"]):
        made.active.append(row)
    made.save(tmp_path / "so.xlsx")
    found = read_procedures(tmp_path / "so.xlsx", name="so.xlsx")
    assert [one.said["code"] for one in found.procedures] == ["2.000720", "1.001193"]


def test_a_csv_and_a_file_that_is_none(tmp_path):
    (tmp_path / "a.csv").write_text("Mã;Tên thủ tục;Phí\n1.000002;Thủ tục hai;Không\n", encoding="utf-8-sig")
    assert len(read_procedures(tmp_path / "a.csv", name="a.csv").procedures) == 1
    (tmp_path / "a.xlsx").write_bytes(b"PK\x03\x04 hong")
    with pytest.raises(Refusal):
        read_procedures(tmp_path / "a.xlsx", name="a.xlsx")
