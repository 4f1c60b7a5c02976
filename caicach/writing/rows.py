"""The cleaned annex as plain rows, for whatever file it is written into."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from caicach.reading.plan import IndicatorLine, PlanReading, TaskLine

HEADINGS = (
    "STT",
    "Nội dung",
    "Sản phẩm",
    "Cơ quan chủ trì",
    "Cơ quan phối hợp",
    "Thời gian hoàn thành",
    "Ghi chú",
)
INDICATOR_HEADINGS = ("STT", "Chỉ tiêu", "Đơn vị tính", "Mục tiêu", "Cơ quan chủ trì", "Nhóm")
FINDING_HEADINGS = ("STT", "Mức độ", "Vị trí", "Phát hiện", "Đề xuất", "Mã")
SEVERITIES = {"error": "Lỗi", "warning": "Cần xem", "note": "Ghi nhận"}
_COMPARATORS = {"=": "", ">=": "≥ ", "<=": "≤ ", ">": "> ", "<": "< "}


@dataclass(frozen=True, slots=True)
class AnnexRow:
    """A section row (number, title) or a task row (one text for each of HEADINGS)."""

    kind: Literal["section", "task"]
    texts: tuple[str, ...]


def annex_rows(reading: PlanReading) -> Iterator[AnnexRow]:
    """Sections with their tasks in order; tasks whose section is not listed follow at the end."""
    listed = {section.number for section in reading.sections}
    for section in reading.sections:
        count = f" ({section.tasks:02d} nhiệm vụ)" if section.tasks else ""
        yield AnnexRow("section", (section.number, section.title.upper() + count))
        for task in reading.tasks:
            if task.section == section.number:
                yield AnnexRow("task", _task_texts(task))
    for task in reading.tasks:
        if task.section not in listed:
            yield AnnexRow("task", _task_texts(task))


def _task_texts(task: TaskLine) -> tuple[str, ...]:
    return (
        task.number,
        task.content,
        ", ".join(task.deliverables),
        ";\n".join(task.leads),
        ";\n".join(task.coordinators),
        task.due.text or "",
        task.note or "",
    )


def indicator_rows(reading: PlanReading) -> Iterator[tuple[str, ...]]:
    """Indicators that no row of the annex already shows, one text for each of INDICATOR_HEADINGS."""
    own = [indicator for indicator in reading.indicators if indicator.task is None]
    for at, indicator in enumerate(own, start=1):
        yield (
            str(at),
            indicator.name,
            indicator.unit or "",
            target_text(indicator),
            indicator.lead or "",
            indicator.group or "",
        )


def target_text(indicator: IndicatorLine) -> str:
    """ "≥ 95", "1083,247": the target with its comparator, decimals with a comma; "" where there is no number."""
    if indicator.target is None:
        return ""
    return _COMPARATORS.get(indicator.comparator or "=", "") + indicator.target.replace(".", ",")


def titles(reading: PlanReading) -> tuple[str, str, str]:
    """Issuer, title and the line that names the plan, of the annex's head."""
    head = reading.head
    year = f" NĂM {head.year}" if head.year else ""
    named = ""
    if head.number:
        day = (
            f" ngày {head.date.day:02d} tháng {head.date.month:02d} năm {head.date.year}" if head.date else ""
        )
        issuer = f" của {head.issuer}" if head.issuer else ""
        named = f"(Kèm theo Kế hoạch số {head.number}{day}{issuer})"
    return (head.issuer or "").upper(), f"NHIỆM VỤ CẢI CÁCH HÀNH CHÍNH{year}", named
