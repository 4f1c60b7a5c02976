"""Excel files by calamine: every visible sheet as paragraphs and tables, merged cells at their columns, real dates.

A sheet has no tables of its own: one begins at the first row with three filled cells and ends at the last; what
stands above (title, number, date) and below (signature) are paragraphs. A second heading after a blank row begins
a second table.
"""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import BinaryIO

from python_calamine import (
    CalamineError,
    CalamineSheet,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

from caicach.reading import oldfonts
from caicach.reading.document import Cell, Document, Paragraph, Row, Source, Table
from caicach.reading.limits import MAX_TABLE_COLUMNS, Inflated, check_rows
from caicach.reading.wordxml import parse
from caicach.rules.refusal import Refusal

_ROW_MARK = re.compile(rb"<(?:x:)?row[ >]")
_CELL_MARK = re.compile(rb'<(?:x:)?c r="([A-Z]{1,3})(\d{1,7})"(?:[^>]*? s="(\d+)")?')
_PLACE = re.compile(rb'<(?:x:)?c [^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
_MAX_AREA = 4_000_000
"""cells of a sheet's used rectangle; calamine lays it out whole"""
_S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
FINDINGS_SHEET = "Cần xem"
"""where our own export lists what is to be looked at: no part of the plan when it is read again"""
_BUILT_IN_PERCENT = frozenset({9, 10})
_LABEL = re.compile(r"(\d+([.,]\d+)*|[IVXLC]+|[A-ZĐ]|[a-zđ])[.)]?$")


@dataclass(slots=True)
class _Cell:
    """A filled place of the sheet: 0-based column, how many columns it covers, whether it came from the row above."""

    text: str
    column: int
    span: int
    filled_down: bool
    value: tuple[str, str] | None


_Rows = dict[int, list[_Cell]]
"""filled cells by 0-based row of the sheet; blank rows are missing"""


def read_xlsx(stream: BinaryIO) -> Document:
    """The workbook as blocks, sheet after sheet; Source is sheet and row as Excel counts it.

    Raises Refusal file.broken, file.bomb, file.entities, file.encrypted, file.too-many-rows.
    """
    return read_workbook(stream, "xlsx", _checked(stream))


def filled_sheets(stream: BinaryIO) -> list[tuple[str, _Rows]]:
    """The filled cells of each visible sheet, for lists that are no plan. Raises the same."""
    percents = _checked(stream)
    found: list[tuple[str, _Rows]] = []
    rows = 0
    try:
        with load_workbook(stream) as book:
            for sheet in book.sheets_metadata:
                if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet:
                    filled = _filled(book.get_sheet_by_name(sheet.name), percents.get(sheet.name, set()))
                    rows += len(filled)
                    check_rows(rows)
                    found.append((sheet.name, filled))
    except PasswordError as error:
        raise Refusal("file.encrypted") from error
    except CalamineError as error:
        raise Refusal("file.broken") from error
    return found


def _checked(stream: BinaryIO) -> dict[str, set[tuple[int, int]]]:
    """The places of percentages of a workbook that is no bomb; the stream stands at its beginning again."""
    with zipfile.ZipFile(stream) as archive:
        parts = Inflated(archive)
        parts.check_all(_ROW_MARK)
        percents = _percent_cells(Inflated(archive))
    stream.seek(0)
    return percents


def read_workbook(
    stream: BinaryIO, kind: str, percents: dict[str, set[tuple[int, int]]] | None = None
) -> Document:
    """What calamine gives of a checked workbook; percents: places shown as a percentage, by sheet."""
    document = Document(kind=kind)
    rows = 0
    try:
        with load_workbook(stream) as book:
            for sheet in book.sheets_metadata:
                if (
                    sheet.visible == SheetVisibleEnum.Visible
                    and sheet.typ == SheetTypeEnum.WorkSheet
                    and sheet.name != FINDINGS_SHEET
                ):
                    filled = _filled(
                        book.get_sheet_by_name(sheet.name), (percents or {}).get(sheet.name, set())
                    )
                    rows += len(filled)
                    check_rows(rows)
                    document.blocks.extend(_blocks(sheet.name, filled))
    except PasswordError as error:
        raise Refusal("file.encrypted") from error
    except CalamineError as error:
        raise Refusal("file.broken") from error
    oldfonts.mend_document(document)
    return document


# ---- cells


def _filled(sheet: CalamineSheet, percents: set[tuple[int, int]]) -> _Rows:
    rows: _Rows = {}
    # With the empty area, so that rows and columns count from the sheet's own corner.
    for at, values in enumerate(sheet.to_python(skip_empty_area=False)):
        cells = []
        for column, value in enumerate(values):
            if value == "":
                continue
            text, typed = _written(value, percent=(at, column) in percents)
            if text:
                cells.append(_Cell(text, column, 1, False, typed))
        if cells:
            rows[at] = cells
    _merge(rows, sheet.merged_cell_ranges or [])
    return rows


def _written(value: object, *, percent: bool) -> tuple[str, tuple[str, str] | None]:
    """A cell's value as the document would print it, and the real date or number where it is one."""
    if isinstance(value, bool):
        return ("x" if value else ""), None
    if isinstance(value, int | float):
        plain = _plain(value)
        if percent:
            return _plain(Decimal(plain) * 100).replace(".", ",") + "%", None
        return plain.replace(".", ","), ("number", plain)
    if isinstance(value, dt.date):  # also a datetime
        day = value.date() if isinstance(value, dt.datetime) else value
        return day.strftime("%d/%m/") + f"{day.year:04d}", ("date", day.isoformat())
    if isinstance(value, str):
        text = value.replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n")
        return "\n".join(line.strip() for line in oldfonts.composed(text).split("\n") if line.strip()), None
    return str(value), None


def _plain(number: int | float | Decimal) -> str:
    """Digits with a decimal point, without exponent and trailing zeros: 1.0 is "1"; 15 digits, as Excel keeps."""
    exact = number if isinstance(number, Decimal) else Decimal(format(number, ".15g"))
    if not exact.is_finite() or abs(exact.adjusted()) > 40:
        return str(number)
    text = format(exact, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _merge(rows: _Rows, ranges: Sequence[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """Lays the merged ranges over the cells: wide ones get their span, deep ones stand in each of their rows."""
    for (top, left), (bottom, right) in ranges:
        origin = next((cell for cell in rows.get(top, ()) if cell.column == left), None)
        if origin is None:
            continue
        origin.span = min(right, MAX_TABLE_COLUMNS + left) - left + 1
        last = max(rows, default=top)
        for row in range(top + 1, min(bottom, last) + 1):
            if row in rows:  # a blank row stays blank
                rows[row] = [cell for cell in rows[row] if not left <= cell.column <= right]
                rows[row].append(_Cell(origin.text, left, origin.span, True, origin.value))
                rows[row].sort(key=lambda cell: cell.column)


# ---- tables and paragraphs


def _blocks(sheet: str, rows: _Rows) -> Iterator[Paragraph | Table]:
    start = 0
    order = sorted(rows)
    for first, last in _regions(rows, order):
        yield from _paragraphs(sheet, rows, [row for row in order if start <= row < first])
        yield _table(sheet, rows, [row for row in order if first <= row <= last])
        start = last + 1
    yield from _paragraphs(sheet, rows, [row for row in order if row >= start])


def _regions(rows: _Rows, order: list[int]) -> list[tuple[int, int]]:
    """First and last row of each table of the sheet."""
    least = 3 if any(len(rows[row]) >= 3 for row in order) else 2
    wide = [row for row in order if len(rows[row]) >= least]
    if least == 2 and len(wide) < 3:
        return []
    regions: list[tuple[int, int]] = []
    for row in wide:
        if regions and not _opens_a_table(rows, regions[-1][1], row):
            regions[-1] = (regions[-1][0], row)
        else:
            regions.append((row, row))
    return [(first, _with_tail(rows, first, last)) for first, last in regions]


def _opens_a_table(rows: _Rows, before: int, row: int) -> bool:
    """A blank row, and then a row of words only whose first cell is no number: the heading of another table."""
    blank = any(between not in rows for between in range(before + 1, row))
    cells = rows[row]
    return (
        blank
        and all(cell.value is None and not cell.filled_down for cell in cells)
        and not _LABEL.match(cells[0].text)
    )


def _with_tail(rows: _Rows, first: int, last: int) -> int:
    """Rows right below that still carry a number and a text at the table's left belong to it."""
    left = rows[first][0].column
    while (
        (cells := rows.get(last + 1))
        and len(cells) >= 2
        and cells[0].column == left
        and _LABEL.match(cells[0].text)
    ):
        last += 1
    return last


def _table(sheet: str, rows: _Rows, chosen: list[int]) -> Table:
    left = min(cell.column for row in chosen for cell in rows[row])
    right = max(cell.column + cell.span for row in chosen for cell in rows[row])
    width = min(right - left, MAX_TABLE_COLUMNS)
    return Table(
        tuple(Row(_grid(rows[row], left, width), Source(sheet=sheet, row=row + 1)) for row in chosen), width
    )


def _grid(cells: list[_Cell], left: int, width: int) -> tuple[Cell, ...]:
    """The cells of a row with an empty one wherever nothing stands."""
    grid: list[Cell] = []
    column = 0
    for cell in cells:
        at = cell.column - left
        if at >= width:
            break
        grid.extend(Cell("", empty) for empty in range(column, at))
        grid.append(Cell(cell.text, at, min(cell.span, width - at), cell.filled_down, cell.value))
        column = at + cell.span
    grid.extend(Cell("", empty) for empty in range(column, width))
    return tuple(grid)


def _paragraphs(sheet: str, rows: _Rows, chosen: list[int]) -> Iterator[Paragraph]:
    for row in chosen:
        for cell in rows[row]:
            if not cell.filled_down:
                for line in cell.text.split("\n"):
                    yield Paragraph(line, Source(sheet=sheet, row=row + 1), centred=cell.span > 1)


# ---- percentages: calamine gives 0.95 for a cell that shows 95%


def _percent_cells(parts: Inflated) -> dict[str, set[tuple[int, int]]]:
    """Places (0-based row, column) of percent-formatted cells, by sheet name; also guards the sheets' rectangles."""
    names = parts.archive.namelist()
    percents = _percent_styles(parts.part("xl/styles.xml")) if "xl/styles.xml" in names else set()
    found: dict[str, set[tuple[int, int]]] = {}
    for sheet, path in _sheet_paths(parts):
        if path not in names:
            continue
        last_row = last_column = 0
        places: set[tuple[int, int]] = set()
        for letters, number, style in _CELL_MARK.findall(parts.part(path)):
            row, column = int(number) - 1, _column(letters)
            last_row, last_column = max(last_row, row), max(last_column, column)
            if style and int(style) in percents:
                places.add((row, column))
        if (last_row + 1) * (last_column + 1) > _MAX_AREA:
            raise Refusal("file.bomb")
        found[sheet] = places
    return found


def check_areas(parts: Inflated) -> None:
    """Raises Refusal file.bomb where the used rectangle of a sheet is too large to be laid out."""
    names = set(parts.archive.namelist())
    for _sheet, path in _sheet_paths(parts):
        if path in names:
            rows = columns = 0
            for place in _PLACE.finditer(parts.part(path)):
                rows = max(rows, int(place[2]))
                columns = max(columns, _column(place[1]) + 1)
            if rows * columns > _MAX_AREA:
                raise Refusal("file.bomb")


@lru_cache(maxsize=20_000)
def _column(letters: bytes) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return column - 1


def _percent_styles(xml: bytes) -> set[int]:
    root = parse(xml)
    own = {
        int(form.get("numFmtId", "0"))
        for form in root.iter(_S + "numFmt")
        if "%" in re.sub(r'"[^"]*"|\\.', "", form.get("formatCode", ""))
    }
    cells = root.find(_S + "cellXfs")
    if cells is None:
        return set()
    return {
        index for index, xf in enumerate(cells) if int(xf.get("numFmtId", "0")) in own | _BUILT_IN_PERCENT
    }


def _sheet_paths(parts: Inflated) -> Iterator[tuple[str, str]]:
    try:
        book, links = parse(parts.part("xl/workbook.xml")), parse(parts.part("xl/_rels/workbook.xml.rels"))
    except KeyError as error:
        raise Refusal("file.broken") from error
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for sheet in book.iter(_S + "sheet"):
        target = targets.get(sheet.get(_RELATED), "")
        yield sheet.get("name", ""), target.lstrip("/") if target.startswith("/") else f"xl/{target}"
