"""The draft of a meeting's conclusion as a Word file.

Source of the layout: NĐ 30/2020/NĐ-CP, Phụ lục I (a notice, "thông báo"); number and signature are left for people.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt

from caicach.writing import docx as word

_CENTRE = WD_ALIGN_PARAGRAPH.CENTER


def conclusion_docx(
    *,
    ward: str,
    province: str,
    day: dt.date,
    counts: tuple[int, int, int, int],
    late: Sequence[tuple[str, str, str, str]],
    decided: Sequence[tuple[str, str, str]],
) -> bytes:
    """A notice of what was decided.

    counts: all tasks, late, silent, coming. late: number, title, offices, how late. decided: what, who, until when ("").
    """
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(13)
    style.paragraph_format.space_after = Pt(4)
    place = ward.removeprefix("Phường ").removeprefix("Xã ").removeprefix("Đặc khu ")
    head = document.add_table(rows=2, cols=2)
    head.autofit = False
    texts = (
        (
            f"ỦY BAN NHÂN DÂN\n{ward.upper()}",
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc",
        ),
        ("Số:        /TB-UBND", f"{place}, ngày {day.day:02} tháng {day.month:02} năm {day.year}"),
    )
    for row, line in zip(head.rows, texts, strict=True):
        for cell, text, width in zip(row.cells, line, (66, 99), strict=True):
            cell.width = Mm(width)
            paragraph = cell.paragraphs[0]
            paragraph.alignment = _CENTRE
            run = paragraph.add_run(text)
            run.bold = row is head.rows[0] or text.startswith(("ỦY", "CỘNG"))
            run.italic = text.startswith(place)
            run.font.size = Pt(12)
    for text in ("THÔNG BÁO", f"Kết luận giao ban ngày {day:%d/%m/%Y}"):
        paragraph = document.add_paragraph()
        paragraph.alignment = _CENTRE
        paragraph.add_run(text).bold = True
    total, late_count, silent, coming = counts
    document.add_paragraph(
        f"Đến ngày {day:%d/%m/%Y}, Ủy ban nhân dân {ward}, {province} theo dõi {total} nhiệm vụ: {late_count} nhiệm vụ trễ hạn, "
        f"{silent} nhiệm vụ chưa có tin, {coming} nhiệm vụ sắp đến hạn."
    )
    _heading(document, "I. Nhiệm vụ trễ hạn")
    for number, title, offices, words in late:
        document.add_paragraph(f"- {number} {title} ({offices}): {_low(words)}.")
    if not late:
        document.add_paragraph("Không có.")
    _heading(document, "II. Kết luận")
    for n, (what, who, until) in enumerate(decided, 1):
        by = f", hoàn thành trước ngày {until}" if until else ""
        document.add_paragraph(f"{n}. {what.rstrip('. ')}. Giao: {who}{by}.")
    if not decided:
        document.add_paragraph("(Chưa ghi kết luận nào.)")
    document.add_paragraph()
    sign = document.add_table(rows=1, cols=2)
    left, right = sign.rows[0].cells
    left.paragraphs[0].add_run("Nơi nhận:\n").bold = True
    left.paragraphs[0].add_run("- Các đơn vị được giao;\n- Lưu: VT.").font.size = Pt(11)
    right.paragraphs[0].alignment = _CENTRE
    right.paragraphs[0].add_run("TL. CHỦ TỊCH").bold = True
    return word.saved(document)


def _heading(document: object, text: str) -> None:
    document.add_paragraph().add_run(text).bold = True  # type: ignore[attr-defined]


def _low(text: str) -> str:
    return f"{text[:1].lower()}{text[1:]}"
