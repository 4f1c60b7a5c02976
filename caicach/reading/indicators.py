"""Indicators: rows that set a target, tables of their own, lists in the body; matched where they stand twice."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal

from rapidfuzz import fuzz

from caicach.reading.body import ListedIndicator
from caicach.reading.cells import clean_content, clean_short
from caicach.reading.document import Source
from caicach.reading.rows import RawTask
from caicach.rules.targets import AMBIGUOUS, Target, parse_number, read_target
from caicach.rules.vntext import key, squeeze

_MEASURE = re.compile(
    r"^(?:[-–+•(\d).\s]*)(?:tỷ lệ|tỉ lệ|tốc độ|tổng|số|thu |mức|chỉ số|giá trị|diện tích|sản lượng|năng suất|thu nhập|khối lượng|độ che phủ|mật độ|bình quân|lao động|giải quyết việc làm|xây dựng lực lượng|"
    r"công tác tuy|giáo dục kiến thức|phấn đấu|phần đầu|trên \d|ít nhất \d|tối thiểu \d|\d+(?:,\d+)?\s?%|100|kim ngạch|doanh thu|vốn|huy động|cơ cấu|quy mô|thời gian|tuổi thọ|xếp hạng|điểm|duy trì|giảm|tăng|không có|không để|hộ nghèo|bao phủ|người dân)",
    re.IGNORECASE,
)
_NEXT_SENTENCE = re.compile(r"(?<=[%\w)])[.;]\s+(?=[A-ZĐÀ-Ỹ])")
_PARTS = re.compile(r"[;,.]?\s*trong đó\b\s*[,:]?\s*(.*)$", re.IGNORECASE | re.DOTALL)


@dataclass(slots=True)
class Measured:
    """One indicator as it was found. parts: the numbers of a "trong đó …" list, for the check of sums."""

    name: str
    group: str | None
    target: Target
    source: Source
    task: str | None = None
    leads: tuple[str, ...] = ()
    body_path: str | None = None
    text: str = ""
    parts: list[Decimal] = field(default_factory=list)


def sets_target(task: RawTask, section_title: str) -> bool:
    """Whether a row of duties is an indicator: nothing to hand in, but a figure to reach."""
    if task.indicator_table:
        return True
    has_deliverable = bool(re.search(r"\w", task.get("deliverable")))
    if task.get("target_text").strip() and not has_deliverable:
        return True
    return not has_deliverable and words_set_target(task.get("content"), section_title)


def words_set_target(content: str, section_title: str) -> bool:
    """Whether the words of a row that wants no document name a figure to reach."""
    target = read_target(content)
    if "chỉ tiêu" in section_title.lower():
        return target.value is not None or bool(target.findings and re.search(r"\d", content))
    return target.value is not None and target.unit is not None and bool(_MEASURE.match(content))


def split_text(text: str) -> list[str]:
    """T12: a sentence each, when each has a number with its unit of its own; a "trong đó" stays with its sum."""
    text = clean_content(text)
    sentences = [
        part
        for part in _NEXT_SENTENCE.split(text.replace("\n", "; ") if "\n" in text else text)
        if part.strip()
    ]
    whole: list[str] = []
    for sentence in sentences:
        target = read_target(_PARTS.sub("", sentence))
        if whole and (
            target.value is None or target.unit is None or re.match(r"\s*trong đó", sentence, re.IGNORECASE)
        ):
            whole[-1] += ". " + sentence
        else:
            whole.append(sentence)
    return whole or [text]


def measured_from_text(
    text: str,
    *,
    group: str | None,
    source: Source,
    task: str | None,
    leads: tuple[str, ...],
    body_path: str | None = None,
) -> list[Measured]:
    """The indicators of one row's or item's words."""
    found: list[Measured] = []
    for sentence in split_text(text):
        main = _PARTS.sub("", sentence)
        target = read_target(main)
        name = squeeze(main[: target.name_end]).strip(" ,;:-–")
        if len(name) < 4:
            name = squeeze(main).strip(" ,;.")
        measured = Measured(name, group, target, source, task, leads, body_path, squeeze(sentence))
        if parts := _PARTS.search(sentence):
            measured.parts = _part_numbers(parts[1], target.unit)
        found.append(measured)
    return found


def _part_numbers(text: str, unit: str | None) -> list[Decimal]:
    numbers: list[Decimal] = []
    for piece in re.split(r"[;]|,\s+(?=\D)", text):
        target = read_target(piece)
        if target.value is not None and (unit is None or target.unit == unit):
            numbers.append(target.value)
    return numbers


def measured_from_table(
    task: RawTask, *, group: str | None, where: str | None, leads: tuple[str, ...]
) -> list[Measured]:
    """One row of a table of indicators: name, unit and target in columns of their own."""
    name = clean_short(task.get("content"))
    unit_cell = clean_short(task.get("unit"))
    target_cell = clean_short(task.get("target") or task.get("target_text"))
    if not target_cell:
        if (
            not unit_cell
            and (
                found := measured_from_text(
                    task.get("content"), group=group, source=task.source, task=where, leads=leads
                )
            )
            and found[0].target.value is not None
        ):
            return found
        return [Measured(name, group, Target(findings=(AMBIGUOUS,)), task.source, where, leads, text=name)]
    target = read_target(f"{name}: {target_cell}{_unit_behind(target_cell, unit_cell)}")
    plain = parse_number(re.sub(r"[≥≤<>=%\s]+", "", target_cell))
    if target.value is None and plain is not None and not target.findings:
        target = Target("=", plain[0], None, "higher")
    if (target.value is not None and not target.unit and unit_cell) or (
        unit_cell and target.value is not None and "%" not in target_cell
    ):
        target = Target(target.comparator, target.value, _unit(unit_cell), target.better, target.findings)
    return [
        Measured(
            name, group, target, task.source, where, leads, text=f"{name}: {target_cell} {unit_cell}".strip()
        )
    ]


def _unit_behind(cell: str, unit: str) -> str:
    """The unit column's words behind a bare number, so that the phrase reads as a whole."""
    return (
        f" {unit}"
        if unit
        and re.search(r"\d\s*(?:trở lên|trở xuống)?$", cell)
        and not re.search(r"trở (?:lên|xuống)", cell)
        else ""
    )


def _unit(text: str) -> str:
    plain = squeeze(text).strip(" .()")
    if key(plain) in ("phan tram", "ty le", "pt"):
        return "%"
    return re.sub(
        r"\s*/\s*",
        "/",
        plain[:1].lower() + plain[1:] if plain[1:2].islower() and plain[:1].isupper() else plain,
    )


def match_body(
    annex: list[Measured], listed: list[ListedIndicator]
) -> tuple[list[Measured], list[tuple[Measured, Measured]]]:
    """Body's indicators beside the annex's: those that only the body has, and pairs (body, annex) of one thing."""
    only: list[Measured] = []
    pairs: list[tuple[Measured, Measured]] = []
    free = list(annex)
    for item in listed:
        for measured in measured_from_text(
            item.text, group=item.group or None, source=item.source, task=None, leads=(), body_path=item.path
        ):
            best = max(free, key=lambda other: _likeness(measured, other), default=None)
            if best is not None and _likeness(measured, best) >= 82:
                free.remove(best)
                best.body_path = item.path
                best.group = item.group or best.group
                if measured.parts and not best.parts:
                    best.parts = measured.parts
                pairs.append((measured, best))
            elif measured.target.value is not None:
                only.append(measured)
    return only, pairs


def _likeness(a: Measured, b: Measured) -> float:
    return fuzz.token_sort_ratio(key(a.name), key(b.name))
