"""A workbook or a .csv as plain rows of texts, for lists that are no plan: people, say.

Formulas stand as their last value, merged cells in each row that they cover, days as 23/11/2026, blank rows are left out.
"""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from caicach.reading import xlsx
from caicach.reading.limits import MAX_TABLE_COLUMNS, check_rows
from caicach.reading.sniff import kind_of
from caicach.reading.textfile import decode
from caicach.rules.refusal import Refusal
from caicach.rules.vntext import nfc, squeeze


@dataclass(frozen=True, slots=True)
class SheetRow:
    """number: as Excel counts it, or the line of the file."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    rows: tuple[SheetRow, ...]


@dataclass(frozen=True, slots=True)
class Sheets:
    """The visible sheets in order; a .csv is one without a name."""

    sheets: tuple[Sheet, ...]


def read_sheets(path: Path, *, name: str) -> Sheets:
    """Every visible sheet of an .xlsx, or a .csv, .tsv, .txt.

    Raises Refusal file.empty, file.encrypted, file.broken, file.macros, file.bomb, file.entities, file.kind-mismatch,
    file.kind-unknown, file.too-many-rows, file.no-sheet for a kind that has no rows.
    """
    with path.open("rb") as stream:
        kind = kind_of(stream, name, path.stat().st_size)
        stream.seek(0)
        if kind == "xlsx":
            return Sheets(tuple(_workbook(stream)))
        if kind in ("txt", "md"):
            return Sheets((_text(stream.read()),))
    raise Refusal("file.no-sheet")


def _workbook(stream: BinaryIO) -> list[Sheet]:
    try:
        return [
            Sheet(
                name,
                tuple(
                    SheetRow(
                        number + 1,
                        _cells(
                            [(cell.column, cell.text) for cell in cells if cell.column < MAX_TABLE_COLUMNS]
                        ),
                    )
                    for number, cells in sorted(rows.items())
                ),
            )
            for name, rows in xlsx.filled_sheets(stream)
        ]
    except zipfile.BadZipFile as error:
        raise Refusal("file.broken") from error


def _cells(filled: list[tuple[int, str]]) -> tuple[str, ...]:
    row = [""] * (max((column for column, _ in filled), default=-1) + 1)
    for column, text in filled:
        row[column] = squeeze(nfc(text))
    return tuple(row)


def _text(data: bytes) -> Sheet:
    text = decode(data).replace("\x00", "")
    lines = text.splitlines()
    check_rows(len(lines))
    first = next((line for line in lines if line.strip()), "")
    sign = max("\t;,", key=first.count)
    try:
        found = csv.reader(io.StringIO(text), delimiter=sign)
        rows = [
            SheetRow(found.line_num, tuple(squeeze(nfc(cell)) for cell in cells[:MAX_TABLE_COLUMNS]))
            for cells in found
        ]
    except csv.Error as error:
        raise Refusal("file.broken") from error
    return Sheet("", tuple(row for row in rows if any(row.cells)))
