"""The plan's body as an outline: every item with its place ("II.7.a.1"), and the indicators listed there."""

from __future__ import annotations

import re
from dataclasses import dataclass

from caicach.reading.cells import parse_number, roman_value
from caicach.reading.document import Source
from caicach.reading.head import Line
from caicach.rules.vntext import fold, squeeze


@dataclass(frozen=True, slots=True)
class Item:
    """One item: path as printed numbers joined by dots ("II.7.a"), level 1–4, its words without the number."""

    path: str
    level: int
    text: str
    source: Source


@dataclass(frozen=True, slots=True)
class ListedIndicator:
    """One indicator as the body lists it: path "II.7.a.1", the list's heading as group."""

    path: str
    group: str
    text: str
    source: Source


_LEVELS = (
    (1, re.compile(r"^(?:Phần\s+)?([IVX]{1,5})\s*[.)]\s*(?=\S)")),
    (2, re.compile(r"^(\d{1,2})\s*[.)]\s*(?=\D)")),
    (2, re.compile(r"^((?:[IVX]{1,4}\.)?\d{1,2}\.\d{1,2}(?:\.\d{1,2})?)\s*[.)]?\s*(?=\D)")),
    (3, re.compile(r"^([a-zđ])\s*[.)]\s*(?=\S)")),
)


def outline(lines: list[Line]) -> list[Item]:
    """The body's items in order; dashed points belong to the item above them and carry its path."""
    items: list[Item] = []
    path = ["", "", ""]
    for line in lines:
        if re.match(r"(?:nơi nhận|phụ lục)\b", line.text, re.IGNORECASE):
            break
        for level, pattern in _LEVELS:
            found = pattern.match(line.text)
            if not found:
                continue
            if level == 1 and (roman_value(found[1]) > 20 if parse_number(found[1]) else True):
                continue
            path[level - 1] = found[1]
            path[level:] = [""] * (3 - level)
            items.append(
                Item(".".join(p for p in path if p), level, squeeze(line.text[found.end() :]), line.source)
            )
            break
        else:
            if re.search(r"\w", line.text):
                items.append(
                    Item(
                        ".".join(p for p in path if p),
                        4,
                        squeeze(re.sub(r"^[-–+•*]\s*", "", line.text)),
                        line.source,
                    )
                )
    return items


def listed_indicators(items: list[Item]) -> list[ListedIndicator]:
    """Indicators in the body: "(1) … (2) …" in one paragraph, or points under a heading that speaks of indicators."""
    found: list[ListedIndicator] = []
    group = ""
    under: str | None = None
    count = 0
    for item in items:
        heading = re.search(r"chỉ tiêu", item.text, re.IGNORECASE)
        numbered = list(re.finditer(r"\((\d{1,2})\)\s*", item.text))
        if heading and len(numbered) >= 1:
            group = group_name(item.text[: numbered[0].start()])
            for place, mark in enumerate(numbered):
                end = numbered[place + 1].start() if place + 1 < len(numbered) else len(item.text)
                text = item.text[mark.end() : end].strip(" ;")
                found.append(ListedIndicator(f"{item.path}.{mark[1]}", group, text, item.source))
            under = None
            continue
        if item.level < 4 and heading and len(item.text) < 160 and not re.search(r"\d\s*%", item.text):
            under, count, group = item.path, 0, group_name(item.text)
            continue
        if under is None:
            continue
        if item.level < 4 and not item.path.startswith(under + "."):
            under = None
            continue
        if item.level == 4 and not re.search(r"\d", item.text) and heading:
            group = group_name(item.text)
            continue
        if re.search(r"\d", item.text) and not re.search(
            r"nghị quyết|quyết định số|kế hoạch số", fold(item.text)
        ):
            mark_alone = re.match(r"\((\d{1,2})\)\s*", item.text)
            count = int(mark_alone[1]) if mark_alone else count + 1
            path = item.path if item.level < 4 else f"{item.path}.{count}"
            found.append(
                ListedIndicator(
                    path, group, item.text[mark_alone.end() :] if mark_alone else item.text, item.source
                )
            )
    return found


def group_name(heading: str) -> str:
    """ "Phấn đấu đạt các chỉ tiêu phát triển kinh tế (08 chỉ tiêu) gồm:" → "kinh tế"."""
    text = re.sub(r"\s*\([^)]*\)\s*", " ", heading)
    text = re.sub(
        r"\s*(?:,?\s*(?:bao )?gồm|như sau|cụ thể)?\s*[:.]?\s*$", "", text.strip(), flags=re.IGNORECASE
    )
    text = re.sub(
        r"^.*?chỉ tiêu\s*(?:cụ thể|chủ yếu|chính)?\s*(?:phát triển\s+|về\s+|trong\s+|thuộc\s+)*(?:lĩnh vực\s+)?",
        "",
        text,
        flags=re.IGNORECASE,
    )
    return squeeze(text).strip(" :;.-–")
