"""Tables → sections and tasks as they stand, before offices and deadlines are read.

What a careful clerk does with the annex: skips repeated headings, tells a section from a task, joins what a page
break cut, mends numbers that are out of order. Everything mended is noted for the findings.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from caicach.reading.cells import (
    Number,
    clean_content,
    clean_short,
    has_markup,
    heading_title,
    parse_number,
    roman,
    split_numbered,
)
from caicach.reading.columns import Columns, find_columns, is_column_numbers, is_repeated_heading
from caicach.reading.document import Document, PageBreak, Row, Source, Table
from caicach.rules.vntext import fold, is_upper, squeeze, starts_lower

_DUTY = (
    "deliverable",
    "lead",
    "coordinator",
    "offices",
    "due",
    "start",
    "end",
    "unit",
    "target",
    "target_text",
    "baseline",
    "actual",
)
# Words with which a task of a plan begins, folded: where one stands in the middle of a cell, a new task may begin.
_OPENERS = re.compile(
    r"(?:thuc hien|trien khai|ban hanh|xay dung|to chuc|ra soat|bao cao|ke hoach|nang cao|tang cuong|tiep tuc|cong bo|cong khai|tiep nhan|kiem soat|kiem tra|tham muu|trinh|day manh|hoan thien|"
    r"phoi hop|tuyen truyen|cap nhat|so hoa|ung dung|quan ly|dam bao|bao dam|duy tri|khao sat|danh gia|theo doi|xu ly|giai quyet|boi duong|dao tao|tap huan|sap xep|bo tri|huong dan|de xuat|"
    r"phat dong|tong hop|tong ket|so ket|thanh lap|kien toan|cong tac|cung cap|van hanh|trang bi|doi moi|chuan hoa|chuyen doi|hop|mo|lap|phan cong|doi thoai|rut ngan|cat giam|don gian hoa|ty le|so luong|tong|phan dau)\b"
)


@dataclass(slots=True)
class RawTask:
    """One row of duties, its cells as text. joined: where words were brought back from (for the finding)."""

    section: int
    number: str
    cells: dict[str, str]
    source: Source
    indicator_table: bool = False
    printed_number: str = ""
    markup: bool = False
    joined: str = ""
    """ "row": a row without a number was joined; "head": words came back from the head of the next row"""

    def get(self, meaning: str) -> str:
        return self.cells.get(meaning, "")


@dataclass(slots=True)
class RawSection:
    number: str
    title: str
    printed_number: str
    printed_title: str
    declared: int | None
    source: Source
    indicator_table: bool = False
    mended: bool = False


@dataclass(slots=True)
class Annex:
    """All sections and tasks of a document's tables, in order. slips: (code, places, facts) noted on the way."""

    sections: list[RawSection] = field(default_factory=list)
    tasks: list[RawTask] = field(default_factory=list)
    slips: list[tuple[str, list[RawTask], str]] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    """indexes of the document's blocks that were read as tables of duties"""
    headings: list[tuple[str, ...]] = field(default_factory=list)
    columns_of: dict[int, Columns] = field(default_factory=dict)
    """the columns of each of those tables"""


@dataclass(slots=True)
class _Heading:
    number: Number | None
    title: str
    count: int | None
    printed: str
    source: Source
    indicator_table: bool


@dataclass(slots=True)
class _Read:
    """One row seen through its columns."""

    number_text: str
    content: str
    duty: dict[str, str]
    fresh: dict[str, str]
    """of duty, what is not merged down from a row above"""
    title: str
    """words of a cell merged over several columns, or alone in the number column"""
    down: bool
    """number and content are both merged down from the row above"""
    source: Source


_Event = _Heading | RawTask


def read_annex(document: Document) -> Annex:
    """The annex of a document, empty where no table of duties stands in it."""
    annex = Annex()
    events: list[_Event] = []
    columns: Columns | None = None
    after_break = False
    adjacent = False  # nothing but a page break since the last table of duties
    for index, block in enumerate(document.blocks):
        if isinstance(block, PageBreak):
            after_break = True
            continue
        if not isinstance(block, Table):
            adjacent = False
            if columns is not None and len(getattr(block, "text", "")) > 60:
                columns = None  # prose: whatever table follows stands for itself
            continue
        found = find_columns(block)
        goes_on = columns is not None and _continues(block, columns, adjacent)
        if not found and not goes_on:
            continue
        parts: list[tuple[Columns, Sequence[Row]]] = []
        if columns is not None and goes_on:  # the last rows of the table before may stand above a new heading
            parts.append((columns, block.rows[: found[1] if found else None]))
        if found:
            columns = found[0]
            annex.headings.append(columns.headings)
            parts.append((columns, block.rows[found[2] :]))
        adjacent = True
        annex.used.add(index)
        annex.columns_of[index] = parts[-1][0]
        for columns_here, rows in parts:
            new_chunk = True
            for row in rows:
                if is_repeated_heading(row, columns_here):
                    new_chunk = after_break = True
                    continue
                if is_column_numbers(row) or not any(cell.text.strip() for cell in row.cells):
                    continue
                _take_row(_see(row, columns_here), columns_here, events, annex, new_chunk or after_break)
                new_chunk = after_break = False
    _arrange(events, annex)
    _number_tasks(annex)
    return annex


def _continues(table: Table, columns: Columns, adjacent: bool) -> bool:
    """A table without a heading goes on with the columns before it when it is as wide and holds duties."""
    if table.width != columns.width:
        return False
    if adjacent:
        return True
    filled = sum(sum(bool(cell.text.strip()) for cell in row.cells) >= 2 for row in table.rows)
    return filled * 2 >= len(table.rows)


def _see(row: Row, columns: Columns) -> _Read:
    meaning_at = {column: meaning for meaning, places in columns.at.items() for column in places}
    cells: dict[str, str] = {}
    down: dict[str, bool] = {}
    title = ""
    for cell in row.cells:
        text = cell.text.strip()
        if not text:
            continue
        covered = [meaning_at.get(column) for column in range(cell.column, cell.column + cell.span)]
        named = [meaning for meaning in covered if meaning]
        if (
            len(set(named)) > 1
            and {"content", "number", "indicator", "parent_content"} & set(named)
            and (set(named) & set(_DUTY) or cell.span >= columns.width - 1)
        ):
            title = f"{title} {text}".strip()
            continue
        if set(named) == {"number", "content"}:
            number, words = split_numbered(text)
            cells["number"] = number.text if number else ""
            cells["content"] = words
            continue
        quarter = columns.quarters.get(cell.column)
        month = columns.months.get(cell.column)
        if quarter or month:
            names = [
                columns.quarters[c] if quarter else columns.months[c]
                for c in range(cell.column, cell.column + cell.span)
                if c in (columns.quarters if quarter else columns.months)
            ]
            marks = cells.setdefault("quarter" if quarter else "month", "")
            cells["quarter" if quarter else "month"] = ",".join(
                [*([marks] if marks else []), *map(str, names)]
            )
            if len(text) > 3 and re.search(r"\d", text):
                cells["due"] = text
            continue
        meaning = named[0] if named else None
        if meaning is None:
            continue
        if meaning in cells:
            if text not in cells[meaning].split("\n"):
                cells[meaning] += "\n" + text
            down[meaning] = down.get(meaning, False) and cell.filled_down
        else:
            cells[meaning] = text
            down[meaning] = cell.filled_down
    if "quarter" in cells or "month" in cells:
        cells.setdefault("due", _marked_time(cells.pop("quarter", ""), cells.pop("month", "")))
        cells.pop("quarter", None)
        cells.pop("month", None)
    content_meaning = "indicator" if columns.is_indicators and "indicator" in columns.at else "content"
    content = cells.get(content_meaning, "") or cells.get("content", "") or cells.get("indicator", "")
    number_text = cells.get("number", "")
    duty = {
        meaning: text
        for meaning, text in cells.items()
        if meaning in _DUTY or meaning in ("note", "parent_content", "legal_basis", "budget")
    }
    if not title and len(number_text) > 4 and parse_number(number_text) is None:
        # a title that runs over the columns; a scan may cut it at a line that is not there
        capitals = is_upper(number_text) and is_upper(re.sub(r"\(.*", "", content))
        if not content or (capitals and not duty.keys() & set(_DUTY)):
            title, number_text = f"{number_text} {content}".strip(), ""
    fresh = {meaning: text for meaning, text in duty.items() if not down.get(meaning) and meaning in _DUTY}
    both_down = down.get("number", "number" not in columns.at) and down.get(content_meaning, False)
    return _Read(
        number_text, content, duty, fresh, title, bool(both_down and number_text + content), row.source
    )


def _marked_time(quarters: str, months: str) -> str:
    """Crosses under quarter or month columns as a phrase."""
    if quarters:
        numbers = sorted({int(n) for n in quarters.split(",") if n})
        if numbers == [1, 2, 3, 4]:
            return "Hằng quý"
        return "Quý " + ", ".join(roman(n) for n in numbers)
    numbers = sorted({int(n) for n in months.split(",") if n})
    if len(numbers) == 12:
        return "Hằng tháng"
    if len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"Tháng {numbers[0]} - {numbers[-1]}"
    return "Tháng " + ", ".join(map(str, numbers))


def _take_row(seen: _Read, columns: Columns, events: list[_Event], annex: Annex, at_break: bool) -> None:
    previous = next((event for event in reversed(events) if isinstance(event, RawTask)), None)
    last_is_task = bool(events) and isinstance(events[-1], RawTask)
    duties = {meaning for meaning in seen.duty if meaning in _DUTY}
    content = seen.title or seen.content
    number, words = parse_number(seen.number_text), content
    if number is None and (seen.title or "number" not in columns.at):
        number, words = split_numbered(content)
    if _is_total_or_signature(seen, duties):
        return
    if seen.down and previous is not None and last_is_task:
        for meaning, text in seen.fresh.items():
            if text not in previous.get(meaning):
                previous.cells[meaning] = f"{previous.get(meaning)}\n{text}".strip()
        return
    if not duties:
        if (
            previous is not None
            and last_is_task
            and number is None
            and _goes_on(seen, previous, at_break, columns)
        ):
            _join(previous, seen, annex)
            return
        if words:
            if (
                at_break
                and number is None
                and events
                and isinstance(events[-1], _Heading)
                and is_upper(events[-1].printed)
                and is_upper(re.sub(r"\(.*", "", words))
            ):
                above = events[-1]  # a title cut by the page
                above.printed = f"{above.printed} {clean_short(words)}"
                above.title, above.count = heading_title(above.printed)
                return
            title, count = heading_title(words)
            events.append(
                _Heading(number, title, count, clean_short(words), seen.source, columns.is_indicators)
            )
        return
    if (
        previous is not None
        and last_is_task
        and number is None
        and "number" in columns.at
        and not seen.number_text.strip()
    ):
        only_note = not seen.content
        if (
            only_note
            or (at_break and (starts_lower(seen.content) or _unfinished(previous)))
            or (starts_lower(seen.content) and not {"due", "lead"} <= seen.fresh.keys())
        ):
            _join(previous, seen, annex)
            return
    cells = dict(seen.duty)
    cells["content"] = words if number is not None and "number" not in columns.at else seen.content or words
    code = seen.number_text.strip() if re.fullmatch(r"\s*[\w./-]{1,10}\s*", seen.number_text) else ""
    task = RawTask(
        -1,
        number.text if number else code,
        cells,
        seen.source,
        columns.is_indicators,
        seen.number_text,
        has_markup(" ".join(cells.values())),
    )
    if previous is not None and last_is_task:
        _give_back_words(previous, task, annex, at_break)
    events.append(task)


def _is_total_or_signature(seen: _Read, duties: set[str]) -> bool:
    text = fold(seen.title or seen.content or seen.number_text)
    return (
        bool(
            re.match(
                r"(?:tong cong|tong so nhiem vu|tong so:|cong:|nguoi lap|noi nhan|ghi chu:|tm\. uy ban|kt\. chu tich|danh sach nay|luu y:)",
                text,
            )
        )
        and "lead" not in duties
    )


def _unfinished(task: RawTask) -> bool:
    """Whether a row looks cut: its content ends in the middle of a sentence, or a cell in the middle of a name."""
    content = task.get("content").rstrip()
    cut = re.search(
        r"(?:,|\bvà|\bcủa|\bvề|\btheo|\btrên|\btrong|\bđối với|\bvới|\bcho|\bdưới|\bgiải|\bthực|[-–(])$",
        content,
    )
    return bool(cut) or bool(re.search(r"(?:\bvà|-|–|,|&)\s*$", task.get("lead").rstrip() or "."))


def _goes_on(seen: _Read, previous: RawTask, at_break: bool, columns: Columns) -> bool:
    """Whether a row with words only is the rest of the task above it, not a section's title."""
    text = seen.title or seen.content
    if not text:
        return True
    if seen.title and is_upper(text):
        return False
    if starts_lower(text) or re.match(r"\s*[-+•–*]\s", text):
        return True
    if is_upper(text) and len(text) > 6:
        return False
    if split_numbered(text)[0] is not None and (seen.title or not at_break):
        return False
    if seen.title:
        return False
    return (at_break and "number" in columns.at) or (not re.search(r"[A-Za-zÀ-ỹ]{4}", text))


def _join(previous: RawTask, seen: _Read, annex: Annex) -> None:
    content = seen.title or seen.content
    if content:
        joint = "\n" if re.match(r"\s*[-+•–*]\s", content) else " "
        previous.cells["content"] = f"{previous.get('content').rstrip()}{joint}{content.strip()}"
    for meaning, text in seen.fresh.items():
        above = previous.get(meaning)
        if not above:
            previous.cells[meaning] = text
        elif text not in above:
            joint = (
                " "
                if starts_lower(text)
                or re.search(
                    r"(?:\bvà|[-–,&/]|\bphòng|\bphong|\bcủa|\btháng|\bQuý|\bthành|\bban|\bngày)\s*$",
                    above,
                    re.IGNORECASE,
                )
                or meaning == "due"
                else "\n"
            )
            previous.cells[meaning] = f"{above}{joint}{text}"
    previous.joined = previous.joined or "row"
    annex.slips.append(("row-continued-across-page", [previous], squeeze(content)[:60]))


def _give_back_words(previous: RawTask, task: RawTask, annex: Annex, at_break: bool) -> None:
    """A row's last words at the head of the next row, over a page break: "… về giải | quyết TTHC; … Kiểm soát quy định …"."""
    content = task.get("content").strip()
    if not starts_lower(content) or re.search(r"[.;:!?]\s*$", previous.get("content")):
        return
    best: int | None = None
    for found in re.finditer(
        r"(?<=[^\W\d_]\s)(?=[A-ZĐÀ-Ỹ][a-zà-ỹđ])|(?<=[.;]\s)(?=[A-ZĐÀ-Ỹ][a-zà-ỹđ])", content
    ):
        place = found.start()
        rest = content[place:]
        following = rest.split()[1:2]
        if len(rest.split()) < 3 or (following and following[0][:1].isupper()):
            continue
        before = content[:place].split()[-1]
        if before[:1].isupper() and not re.search(r"[.;]$", before):
            continue
        if _OPENERS.match(fold(rest)):
            best = place
            break
        best = best if best is not None or not at_break else place
    if best is None:
        return
    previous.cells["content"] = f"{previous.get('content').rstrip()} {content[:best].strip()}"
    task.cells["content"] = content[best:].strip()
    previous.joined = "head"
    annex.slips.append(("row-continued-across-page", [previous, task], squeeze(content[:best])[:60]))


# --- sections ------------------------------------------------------------------------------------------------------


def _style(heading: _Heading) -> str:
    return heading.number.style if heading.number else ("capitals" if is_upper(heading.printed) else "plain")


def _arrange(events: list[_Event], annex: Annex) -> None:
    """Headings → sections: of two levels the inner is the section, the outer stands before " / " in its title."""
    outer_styles: set[str] = set()
    for event, following in pairwise(events):
        if (
            isinstance(event, _Heading)
            and isinstance(following, _Heading)
            and _style(event) != _style(following)
        ):
            outer_styles.add(_style(event))
    inner_styles = {
        _style(b)
        for a, b in pairwise(events)
        if isinstance(b, _Heading) and isinstance(a, _Heading) and _style(a) in outer_styles
    }
    outer_styles -= {
        style
        for style in outer_styles
        if style in inner_styles and len(outer_styles) > 1 and not _stands_above(style, inner_styles)
    }
    outer: _Heading | None = None
    for place, event in enumerate(events):
        following_event = events[place + 1] if place + 1 < len(events) else None
        if isinstance(event, _Heading):
            style = _style(event)
            if style in outer_styles:
                outer = event
                if isinstance(following_event, _Heading) and _style(following_event) != style:
                    continue
                if following_event is None:
                    continue
                annex.sections.append(_section(event, None))
            else:
                annex.sections.append(_section(event, outer))
        else:
            if not annex.sections and _first_group(event):
                annex.sections.append(
                    RawSection(
                        "", event.get("parent_content"), "", event.get("parent_content"), None, event.source
                    )
                )
            event.section = len(annex.sections) - 1
            annex.tasks.append(event)
    if not annex.sections or all(section.printed_number == "" for section in annex.sections):
        _sections_by_parent(annex)
    _number_sections(annex)


def _first_group(task: RawTask) -> bool:
    del task
    return False


def _stands_above(style: str, inner: set[str]) -> bool:
    order = ("capitals", "letter", "roman", "arabic", "plain", "dotted", "small", "point")
    return all(order.index(style) < order.index(other) for other in inner if other != style)


def _section(heading: _Heading, outer: _Heading | None) -> RawSection:
    number = heading.number.text if heading.number else ""
    title = f"{outer.title} / {heading.title}" if outer else heading.title
    return RawSection(
        number, title, number, heading.printed, heading.count, heading.source, heading.indicator_table
    )


def _sections_by_parent(annex: Annex) -> None:
    """Tables that name the group of each task in a column of its own: every run of one group is a section."""
    if annex.sections or not any(task.get("parent_content") for task in annex.tasks):
        return
    current = ""
    for task in annex.tasks:
        title = clean_short(task.get("parent_content"))
        if title and title != current:
            current = title
            number, words = split_numbered(title)
            name, count = heading_title(words)
            annex.sections.append(
                RawSection(
                    number.text if number else "",
                    name,
                    number.text if number else "",
                    title,
                    count,
                    task.source,
                )
            )
        task.section = len(annex.sections) - 1


def _number_sections(annex: Annex) -> None:
    """A section out of order gets the number of its place; sections without numbers are counted in Roman."""
    groups: dict[str, list[RawSection]] = {}
    for section in annex.sections:
        number = parse_number(section.printed_number) if section.printed_number else None
        groups.setdefault(number.style if number else "none", []).append(section)
    for style, sections in groups.items():
        if style == "none":
            _fill_gaps(annex.sections)
            if len(groups) == 1:
                for place, section in enumerate(sections, 1):
                    section.number = roman(place)
            continue
        if style not in ("roman", "letter", "arabic"):
            continue
        values = [number.value for section in sections if (number := parse_number(section.printed_number))]
        expected = 1
        for place, (section, value) in enumerate(zip(sections, values, strict=True)):
            following = values[place + 1] if place + 1 < len(values) else None
            restarts = value == 1 and place > 0 and " / " in section.title
            if restarts:
                expected = 1
            out = value < expected or (
                value > expected
                and following is not None
                and following in (expected + 1, value)
                and value - expected <= 4
            )
            if out and place > 0:
                section.number = (
                    roman(expected)
                    if style == "roman"
                    else "ABCDĐEFGH"[expected - 1]
                    if style == "letter"
                    else str(expected)
                )
                section.mended = True
                value = expected
            expected = value + 1


def _fill_gaps(sections: list[RawSection]) -> None:
    """A section whose number was lost between two that leave room for just one."""
    for before, section, after in zip(sections, sections[1:], sections[2:], strict=False):
        a, b = parse_number(before.number or "-"), parse_number(after.printed_number or "-")
        if not section.number and a and b and a.style == b.style == "roman" and b.value == a.value + 2:
            section.number = section.printed_number = roman(a.value + 1)


def _number_tasks(annex: Annex) -> None:
    """Numbers as printed; missing ones and those out of order get the one of their place."""
    last_in: dict[int, int] = {}
    running = 0
    for place, task in enumerate(annex.tasks):
        if task.indicator_table:
            continue  # not addressed by number
        number = parse_number(task.number) if task.number else None
        previous = last_in.get(task.section, 0)
        if task.number in ("i", "l", "I") and not previous:
            after = [t.number for t in annex.tasks[place + 1 : place + 2] if t.section == task.section]
            if after == ["2"]:
                number, task.number = parse_number("1"), "1"  # a scan's look-alike
        following = next(
            (
                parse_number(t.number)
                for t in annex.tasks[place + 1 : place + 2]
                if t.section == task.section and t.number
            ),
            None,
        )
        if number is None and task.number:
            value = previous + 1  # a code of the ward's own (NV1): kept
        elif number is None or number.style == "point":
            first_here = task.section not in last_in
            value = (
                running + 1 if first_here and following and following.value == running + 2 else previous + 1
            )
            task.number = str(value)
        elif number.style == "arabic":
            value = number.value
            expected = previous + 1
            fits = value in (expected, running + 1)
            if (
                not fits
                and previous
                and (
                    value <= previous
                    or (
                        following is not None
                        and following.style == "arabic"
                        and following.value == expected + 1
                    )
                )
            ):
                task.number = str(expected)
                annex.slips.append(("task-number-out-of-order", [task], number.text))
                value = expected
        elif number.style == "dotted":
            value = number.value
        else:
            value = previous + 1
        last_in[task.section] = value
        running = value


def clean(task: RawTask) -> str:
    """The task's content as it is shown."""
    return clean_content(task.get("content"))
