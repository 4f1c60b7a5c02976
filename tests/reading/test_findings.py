"""Each code of docs/findings.md: a plan that has it, and the same plan without its cause, which has it not."""

from __future__ import annotations

import pytest

from caicach import data
from caicach.reading import read_plan
from caicach.reading.checks import CODES
from caicach.reading.plan import Finding, PlanReading
from caicach.reading.textfile import read_text
from caicach.reading.understand import understand

HEAD = """UBND PHƯỜNG TÂN LẬP
Số: 12/KH-UBND
Tân Lập, ngày 05 tháng 01 năm 2026
KẾ HOẠCH
Cải cách hành chính năm 2026
Căn cứ Kế hoạch số 3/KH-UBND ngày 02 tháng 01 năm 2026 của UBND tỉnh;
{body}
PHỤ LỤC
(Kèm theo Kế hoạch số {annex_number}/KH-UBND ngày 05 tháng 01 năm 2026 của UBND phường Tân Lập)
"""
COLUMNS = "STT\tNội dung\tSản phẩm\tCơ quan chủ trì\tCơ quan phối hợp\tThời hạn\n"
ROWS = (
    "I\tCẢI CÁCH THỂ CHẾ (02 nhiệm vụ)\t\t\t\t",
    "1\tRà soát quy chế làm việc của cơ quan\tBáo cáo\tVăn phòng HĐND và UBND\tCông an\tQuý II/2026",
    "2\tNiêm yết bộ thủ tục mới ở quầy\tKế hoạch\tVăn phòng HĐND và UBND\tCông an\t31/3/2026",
    "II\tCẢI CÁCH CHẾ ĐỘ CÔNG VỤ (02 nhiệm vụ)\t\t\t\t",
    "1\tMở lớp tập huấn kỹ năng số\tKế hoạch\tPhòng Văn hóa – Xã hội\tCông an\tTháng 5/2026",
    "2\tChấm công bằng thẻ ở cổng\tBáo cáo\tPhòng Văn hóa – Xã hội\tCông an\tThường xuyên",
)
BODY = (
    "I. NHIỆM VỤ\n1. Cải cách thể chế\n- Làm tốt việc được giao.\n2. Cải cách chế độ công vụ\n- Giữ giờ giấc."
)


def read(rows=ROWS, body=BODY, annex_number="12", offices=None, after="") -> PlanReading:
    text = HEAD.format(body=body, annex_number=annex_number) + COLUMNS + "\n".join(rows) + "\n" + after
    return understand(
        read_text(text.encode(), "txt"),
        directory=data.office_directory(offices),
        calendar=data.work_calendar(),
        name="ke-hoach.txt",
    )


def changed(row: int, column: int, text: str) -> tuple[str, ...]:
    """The rows with one cell changed."""
    rows = list(ROWS)
    cells = rows[row].split("\t")
    cells[column] = text
    rows[row] = "\t".join(cells)
    return tuple(rows)


def found(reading: PlanReading, code: str) -> list[Finding]:
    return [finding for finding in reading.findings if finding.code == code]


def test_a_plan_in_order_has_nothing_to_look_at():
    assert [finding.code for finding in read().findings] == []


INDICATORS = "\nSTT\tChỉ tiêu\tĐơn vị tính\tKế hoạch năm 2026\tCơ quan chủ trì\n1\tTỷ lệ hồ sơ đúng hạn\t%\t{}\tCông an\n2\tTỷ lệ hồ sơ trực tuyến\t%\t60\tCông an\n"
MINIMAL = {
    "document-number-mismatch": {"annex_number": "11"},
    "target-mismatch": {"body": BODY + "\n3. Các chỉ tiêu chủ yếu\n- Tỷ lệ hồ sơ đúng hạn đạt 98%.", "after": INDICATORS.format("99")},
    "sum-mismatch": {"body": BODY + "\n3. Các chỉ tiêu chủ yếu\n- Thu ngân sách đạt 100 tỷ đồng; trong đó, thu thuế 60 tỷ đồng, thu phí 30 tỷ đồng."},
    "target-ambiguous": {"after": INDICATORS.format("khoảng 95")},
    "number-format-suspect": {"after": INDICATORS.format("95.5")},
    "deadline-missing": {"rows": changed(1, 5, "-")},
    "deadline-incomplete": {"rows": changed(1, 5, "Hoàn thành")},
    "deadline-impossible": {"rows": changed(1, 5, "31/6/2026")},
    "deadline-ambiguous": {"rows": changed(1, 5, "Trước tháng 7/2026")},
    "deadline-before-plan-date": {"rows": changed(1, 5, "31/12/2025")},
    "deadline-after-plan-year": {"rows": changed(1, 5, "Đến năm 2030")},
    "deadline-unsuitable": {"rows": changed(2, 5, "Thường xuyên")},
    "lead-missing": {"rows": changed(1, 3, "")},
    "lead-not-specific": {"rows": changed(1, 3, "Các cơ quan, đơn vị thuộc UBND phường")},
    "office-incomplete": {"rows": changed(1, 3, "Văn phòng")},
    "office-unknown": {"offices": ["Văn phòng HĐND và UBND", "Công an"]},
    "office-spelled-differently": {"rows": changed(1, 3, "VP HĐND-UBND")},
    "coordinator-missing": {"rows": changed(1, 4, "")},
    "deliverable-missing": {"rows": changed(1, 2, "")},
    "near-duplicate-task": {"rows": (*ROWS[:2], "2\tRà soát lại quy chế làm việc của cơ quan\tBáo cáo\tVăn phòng HĐND và UBND\tCông an\tQuý II/2026", *ROWS[3:])},
    "same-work-two-offices": {"rows": (*ROWS[:2], "2\tRà soát quy chế làm việc của cơ quan\tBáo cáo\tPhòng Văn hóa – Xã hội\tCông an\tQuý II/2026", *ROWS[3:])},
    "body-task-without-row": {"body": BODY + "\n- Tổ chức đối thoại với doanh nghiệp mỗi năm."},
    "section-title-mismatch": {"rows": changed(3, 1, "CÁCH THỨC ĐỘ CÔNG VỤ (02 nhiệm vụ)")},
    "section-number-out-of-order": {"rows": (*ROWS, "I\tCẢI CÁCH TÀI CHÍNH CÔNG (01 nhiệm vụ)\t\t\t\t", "1\tĐối chiếu sổ thu lệ phí\tBáo cáo\tCông an\tCông an\tQuý IV/2026")},
    "section-count-missing": {"rows": changed(3, 1, "CẢI CÁCH CHẾ ĐỘ CÔNG VỤ")},
    "section-count-mismatch": {"rows": changed(0, 1, "CẢI CÁCH THỂ CHẾ (03 nhiệm vụ)")},
    "task-number-out-of-order": {"rows": changed(2, 0, "1")},
    "row-continued-across-page": {"rows": (*ROWS[:2], "", COLUMNS.strip(), "\tvà các đơn vị trực thuộc\t\t\t\t", *ROWS[2:])},
    "ditto-carried": {"rows": changed(2, 5, "Như trên")},
    "citation-without-year": {"body": BODY + "\n- Theo Nghị định số 170/NĐ-CP ngày 30/6/2025."},
    "period-expired": {"body": BODY + "\n- Tiếp tục chương trình giai đoạn 2021 - 2025."},
    "suspected-misspelling": {"body": BODY + "\n- Phần đầu đạt kết quả tốt hơn."},
    "stray-markup": {"rows": changed(1, 1, "<ul><li>Rà soát quy chế làm việc</li></ul>")},
}  # fmt: skip


@pytest.mark.parametrize("code", MINIMAL)
def test_the_cause_is_found_and_only_there(code):
    reading = read(**MINIMAL[code])
    (finding,) = found(reading, code)
    assert finding.severity == CODES[code]
    assert finding.where and finding.message.endswith(".")


def test_every_code_is_tried():
    # an old font is found in the bytes of a Word file: tests of the formats
    assert set(CODES) - set(MINIMAL) == {"old-font"}


def test_the_plan_that_is_cut_gets_what_its_neighbours_say():
    reading = read(rows=changed(2, 3, "Văn phòng"))
    (finding,) = found(reading, "office-incomplete")
    assert finding.suggestion == "Văn phòng HĐND và UBND"
    assert finding.mends[0].field == "leads"
    assert reading.tasks[1].leads == ("Văn phòng HĐND và UBND",)


def test_words_that_are_never_spelt_so_are_mended_by_one_click(tmp_path):
    from tests.reading import generator as gen

    plan = gen.plan(20)
    words = plan.sections[0].tasks[0].content
    laid = gen.laid_out(plan, gen.look(20, merge_leads=False, two_row_heading=False), 20)
    path = tmp_path / "ke-hoach.txt"
    path.write_text(
        gen.write_text(laid).decode().replace(words, "Phần đầu đạt kết quả tốt, phần đầu đạt sớm", 1)
    )
    found = next(f for f in read_plan(str(path)).findings if f.code == "suspected-misspelling")
    assert [(mend.where, mend.field, mend.value) for mend in found.mends] == [
        ("I.1", "content", "Phấn đấu đạt kết quả tốt, phấn đấu đạt sớm")
    ]


def test_a_duty_of_the_body_is_offered_as_a_row_of_the_section_with_its_heading():
    found = read(body=BODY + "\n- Tổ chức đối thoại với doanh nghiệp mỗi năm.").findings
    (finding,) = [f for f in found if f.code == "body-task-without-row"]
    (mend,) = finding.mends
    assert (mend.field, mend.value) == ("row", "Tổ chức đối thoại với doanh nghiệp mỗi năm")
    sections = {s.number: s.title for s in read().sections}
    assert sections[mend.where] == "Cải cách chế độ công vụ"
