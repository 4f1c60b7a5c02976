"""A list of dossiers as a grid of typed values: .xlsx, .xls, .ods by calamine, .csv in any encoding, a web page named .xls.

Unlike `sheets`, which gives texts: dates and figures stay what they are, and a merged cell stands in each place that it
covers.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from python_calamine import CalamineError, PasswordError, SheetTypeEnum, SheetVisibleEnum, load_workbook

from caicach.reading import oldfonts
from caicach.reading.limits import MAX_INFLATED_BYTES, MAX_LIST_ROWS, MAX_TABLE_COLUMNS, Inflated, check_rows
from caicach.reading.office import check_opendocument
from caicach.reading.sniff import kind_of
from caicach.reading.textfile import decode
from caicach.reading.xlsx import check_areas
from caicach.rules.refusal import Refusal
from caicach.rules.vntext import nfc, printable

Value = str | float | dt.datetime | dt.date | dt.time
"""of a cell; "" where nothing stands; texts composed, their lines kept"""

_ROW_MARK = re.compile(rb"<(?:x:)?row[ >]")
_MOST_MERGED = 400_000
"""places that merged cells may cover, all together"""
_MARKED = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class GridRow:
    """number: as Excel counts it, for a .csv the record's."""

    number: int
    cells: tuple[Value, ...]

    def at(self, column: int) -> Value:
        return self.cells[column] if column < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet; rows without a value are left out. name is "" for a .csv."""

    name: str
    rows: tuple[GridRow, ...]


def read_grids(path: Path, stream: BinaryIO, size: int) -> list[Grid]:
    """Every visible sheet of a file, by its content whatever its name ends in.

    Raises Refusal file.empty, file.encrypted, file.broken, file.macros, file.bomb, file.entities, file.too-many-rows,
    file.kind-unknown, file.no-sheet for a kind that has no rows.
    """
    match _kind(stream, size):
        case "xlsx":
            _check_workbook(stream)
            grids = _workbook(stream)
        case "xls":
            grids = _workbook(stream)
        case "ods":
            check_opendocument(path, most_rows=MAX_LIST_ROWS)
            grids = _workbook(stream)
        case "html":
            grids = _web_page(stream.read())
        case "txt" | "md":
            grids = [Grid("", _records(_text(stream.read())))]
        case _:
            raise Refusal("file.no-sheet")
    return _mended(grids)


def text_of(value: Value) -> str:
    """A cell as a person sees it."""
    if isinstance(value, str):
        return value
    if isinstance(value, dt.datetime):
        return f"{value:%d/%m/%Y %H:%M}"
    if isinstance(value, dt.date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, dt.time):
        return f"{value:%H:%M}"
    return str(int(value)) if value == int(value) else format(value, ".15g")


def _kind(stream: BinaryIO, size: int) -> str:
    head = stream.read(4096)
    stream.seek(0)
    if re.match(
        rb"(?:\xef\xbb\xbf)?\s*(?:<!doctype html|<html|<meta|<table|<head|<style)", head, re.IGNORECASE
    ):
        return "html"
    if len(head) > 8 and head.count(0) > len(head) // 4 and 0 in (head[::2].count(0), head[1::2].count(0)):
        return "txt"  # UTF-16 without its mark
    kind = kind_of(stream, "", size)
    stream.seek(0)
    return kind


# ---- workbooks


def _check_workbook(stream: BinaryIO) -> None:
    with zipfile.ZipFile(stream) as archive:
        Inflated(archive, most_rows=MAX_LIST_ROWS, most_bytes=MAX_INFLATED_BYTES).check_all(_ROW_MARK)
        check_areas(Inflated(archive, most_bytes=MAX_INFLATED_BYTES))
    stream.seek(0)


def _workbook(stream: BinaryIO) -> list[Grid]:
    grids: list[Grid] = []
    rows = 0
    try:
        with load_workbook(stream) as book:
            for sheet in book.sheets_metadata:
                if sheet.visible != SheetVisibleEnum.Visible or sheet.typ != SheetTypeEnum.WorkSheet:
                    continue
                found = book.get_sheet_by_name(sheet.name)
                values = [
                    [_value(value) for value in row[:MAX_TABLE_COLUMNS]]
                    for row in found.to_python(skip_empty_area=False)
                ]
                _spread(values, found.merged_cell_ranges or [])
                filled = tuple(
                    GridRow(number, tuple(cells))
                    for number, cells in enumerate(values, start=1)
                    if any(map(_says, cells))
                )
                rows += len(filled)
                check_rows(rows, MAX_LIST_ROWS)
                grids.append(Grid(sheet.name, filled))
    except PasswordError as error:
        raise Refusal("file.encrypted") from error
    except CalamineError as error:
        raise Refusal("file.broken") from error
    return grids


def _says(value: Value) -> bool:
    return value != ""


def _value(value: object) -> Value:
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, bool):
        return "x" if value else ""
    if isinstance(value, int | float):
        return float(value) if abs(value) < 1e15 else format(value, ".15g")
    if isinstance(value, dt.datetime):
        return (value + dt.timedelta(microseconds=500_000)).replace(microsecond=0, tzinfo=None)
    if isinstance(value, dt.date | dt.time):
        return value
    if isinstance(value, dt.timedelta):
        return format(value.total_seconds() / 86400, ".15g")
    return "" if value is None else _clean(str(value))


@lru_cache(maxsize=65536)
def _clean(text: str) -> str:
    if not text:
        return ""
    text = printable(oldfonts.composed(nfc(text.replace("_x000D_", ""))))
    return "\n".join(line for part in text.splitlines() if (line := " ".join(part.split())))


def _spread(values: list[list[Value]], ranges: Sequence[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """Lays a merged cell's value over every place that it covers; rows that are blank but for it stay blank."""
    left_over = _MOST_MERGED
    for (top, left), (bottom, right) in ranges:
        if top >= len(values) or left >= len(values[top]) or values[top][left] == "":
            continue
        value = values[top][left]
        for row in range(top, min(bottom + 1, len(values))):
            if row > top and not any(map(_says, values[row])):
                continue
            last = min(right + 1, len(values[row]))
            left_over -= last - left
            if left_over < 0:
                return
            values[row][left:last] = [value] * (last - left)


# ---- text


def _text(data: bytes) -> str:
    """The file's text: by its mark or as UTF-8, else in the old encoding in which it reads as Vietnamese most."""
    if data.startswith(_MARKED):
        return decode(data)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if data[1::2].count(0) > len(data) // 4:
        return data.decode("utf-16-le", errors="replace")
    if data[::2].count(0) > len(data) // 4:
        return data.decode("utf-16-be", errors="replace")
    western = data.decode("cp1252", errors="replace")
    found = [
        data.decode("utf-8", errors="replace"),
        nfc(data.decode("cp1258", errors="replace")),
        oldfonts.to_unicode(western, "tcvn3"),
        oldfonts.to_unicode(western, "vni"),
        western,
    ]
    return max(found, key=_vietnamese)


_COMMON = re.compile(
    r"(?<!\w)(?:hồ|sơ|ngày|tên|thủ|tục|trả|trạng|thái|tiếp|nhận|hẹn|kết|quả|đăng|ký|nguyễn|thị|văn|chủ|mã|số|xử|lý|được|đang|đã|trực|tuyến|chứng|thực|giấy)(?!\w)",
    re.IGNORECASE,
)


def _vietnamese(text: str) -> int:
    sample = text[:100_000]
    return len(_COMMON.findall(sample)) - 5 * min(sample.count("\ufffd"), 200) // 5


def _records(text: str) -> tuple[GridRow, ...]:
    text = text.removeprefix("\ufeff").replace("\x00", "")
    check_rows(text.count("\n") // 4, MAX_LIST_ROWS)
    first = text[:20].splitlines()[:1]
    told = re.fullmatch(r"sep=(.)", first[0], re.IGNORECASE) if first else None
    sign = told[1] if told else max("\t;,|", key=lambda one: _regular(text, one))
    records = _cut(text, sign, csv.QUOTE_MINIMAL)
    if any(
        cell.count("\n") > 30 for record in records for cell in record
    ):  # a quotation mark that is never closed
        records = _cut(text, sign, csv.QUOTE_NONE)
    check_rows(sum(map(any, records)), MAX_LIST_ROWS)
    rows = (
        GridRow(number, tuple(_clean(cell) for cell in cells[:MAX_TABLE_COLUMNS]))
        for number, cells in enumerate(records, start=1)
        if not (told and number == 1)
    )
    return tuple(row for row in rows if any(row.cells))


def _cut(text: str, sign: str, quoting: int) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=sign, quoting=quoting))  # type: ignore[arg-type]
    except csv.Error as error:
        raise Refusal("file.broken") from error


def _regular(text: str, sign: str) -> float:
    """How much a sign looks like what parts the cells: the commonest number of cells, by how many lines have it."""
    try:
        widths = [
            len(cells)
            for cells, _ in zip(
                csv.reader(io.StringIO(text[:200_000]), delimiter=sign), range(300), strict=False
            )
            if cells
        ]
    except csv.Error:
        return 0.0
    many = [width for width in widths if width > 2]
    if not many:
        return 0.0
    commonest = max(set(many), key=many.count)
    return many.count(commonest) * min(commonest, 12)


# ---- a web page that calls itself .xls


def _web_page(data: bytes) -> list[Grid]:
    from lxml import html

    named = re.search(rb"charset=[\"']?([\w-]+)", data[:4096])
    encoding = "utf-8" if named is None else named[1].decode("ascii")
    try:
        text = data.decode(encoding)
    except (LookupError, UnicodeDecodeError):
        text = _text(data)
    page = html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text.removeprefix("\ufeff")))
    grids: list[Grid] = []
    number = 0
    for table in page.iter("table"):
        if table.find(".//table") is not None:
            continue
        values: list[list[Value]] = []
        ranges: list[tuple[tuple[int, int], tuple[int, int]]] = []
        taken: set[tuple[int, int]] = set()
        for at, line in enumerate(table.iter("tr")):
            check_rows(at, MAX_LIST_ROWS)
            values.append([""] * MAX_TABLE_COLUMNS)
            column = 0
            for cell in line.iterchildren("td", "th"):
                while (at, column) in taken:
                    column += 1
                if column >= MAX_TABLE_COLUMNS:
                    break
                for broken in cell.iter("br"):
                    broken.tail = "\n" + (broken.tail or "")
                values[at][column] = _clean(cell.text_content())
                down, across = _span(cell.get("rowspan"), 1000), _span(cell.get("colspan"), MAX_TABLE_COLUMNS)
                if down > 1 or across > 1:
                    ranges.append(((at, column), (at + down - 1, column + across - 1)))
                    if len(taken) < _MOST_MERGED:
                        taken.update(
                            (at + below, column + beside) for below in range(down) for beside in range(across)
                        )
                column += across
        _spread(values, ranges)
        grids.append(
            Grid(
                "",
                tuple(GridRow(number + at, tuple(cells)) for at, cells in enumerate(values, 1) if any(cells)),
            )
        )
        number += len(values)
        check_rows(number, MAX_LIST_ROWS)
    rows = tuple(row for grid in grids for row in grid.rows)
    return [Grid("", rows)]


def _span(written: str | None, most: int) -> int:
    return max(1, min(int(written), most)) if written and written.isdecimal() else 1


# ---- old fonts


def _mended(grids: list[Grid]) -> list[Grid]:
    """A workbook typed in TCVN3 or VNI, in Unicode: only its texts without a real Vietnamese letter are looked at."""
    suspects: list[str] = []
    for grid in grids:
        for row in grid.rows[:400]:
            suspects += [cell for cell in row.cells if isinstance(cell, str) and not cell.isascii()]
    encoding = oldfonts.recognise("\n".join(text for text in suspects if not oldfonts.has_vietnamese(text)))
    if encoding is None:
        return grids

    def mended(cell: Value) -> Value:
        if (
            not isinstance(cell, str)
            or (cell.isascii() and encoding == "tcvn3")
            or oldfonts.has_vietnamese(cell)
        ):
            return cell
        return cell if cell.isascii() else oldfonts.to_unicode(cell, encoding)

    return [
        Grid(
            str(mended(grid.name)),
            tuple(GridRow(row.number, tuple(map(mended, row.cells))) for row in grid.rows),
        )
        for grid in grids
    ]
