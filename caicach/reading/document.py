"""What every file becomes before it is understood: paragraphs and tables, each with its place in the source.

The readers of the formats (`textfile`, `docx`, `xlsx`, `pdf`, `ocr`) give a `Document`; everything after them
(`columns`, `rows`, `head`, …) knows only this and no format.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Source:
    """Where something stands in the file; whole numbers from 1, only those that the format knows.

    Text: page and line. PDF and pictures: page and row (the row of the page's tables, counted down the page).
    .docx: table and row. .xlsx: sheet (its name) and row. box is (left, top, right, bottom) of the row on its page
    as shares of the page's width and height, where the format knows it: the review marks the row with it.
    """

    page: int | None = None
    line: int | None = None
    table: int | None = None
    sheet: str | None = None
    row: int | None = None
    box: tuple[float, float, float, float] | None = None

    def to_json(self) -> dict[str, int | str]:
        """The keys that are known, in a fixed order, without box."""
        pairs = (
            ("page", self.page),
            ("line", self.line),
            ("table", self.table),
            ("sheet", self.sheet),
            ("row", self.row),
        )
        return {key: value for key, value in pairs if value is not None}


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell, at a column of the table's grid.

    text: lines joined by a line feed, Unicode NFC. column: 0-based place in the grid; span: how many grid columns
    it covers. filled_down: the text belongs to a cell merged over several rows and stands in the first of them.
    value: a real date ("date", ISO text) or number ("number", plain decimal text) where the format has typed cells.
    """

    text: str
    column: int
    span: int = 1
    filled_down: bool = False
    value: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: its cells from left to right; a grid column without a cell is missing, not empty."""

    cells: tuple[Cell, ...]
    source: Source

    def at(self, column: int) -> str:
        """The text of the cell that covers this grid column, "" where there is none."""
        for cell in self.cells:
            if cell.column <= column < cell.column + cell.span:
                return cell.text
        return ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows in order. nested: tables that stood inside cells are lifted out and follow their table."""

    rows: tuple[Row, ...]
    width: int
    """number of grid columns"""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph or line of text outside tables. bold and centred where the format knows (None: it doesn't)."""

    text: str
    source: Source
    bold: bool | None = None
    centred: bool | None = None


@dataclass(frozen=True, slots=True)
class PageBreak:
    """Between the blocks of two pages, where the format knows pages."""

    page: int
    """number of the page that begins here"""


Block = Paragraph | Table | PageBreak


@dataclass(slots=True)
class Document:
    """A file as blocks in reading order.

    kind: "txt", "md", "docx", "xlsx", "pdf", "scan" (a picture, or a PDF without text), "doc", "odt". notes: what the
    reader of the format had to do (old font converted, pages turned), as codes for the findings.
    """

    kind: str
    blocks: list[Block] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    pages: int | None = None

    def tables(self) -> Iterator[Table]:
        return (block for block in self.blocks if isinstance(block, Table))

    def paragraphs(self) -> Iterator[Paragraph]:
        return (block for block in self.blocks if isinstance(block, Paragraph))
