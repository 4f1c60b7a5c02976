"""A list as Word."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import docx

from caicach.writing import docx as word
from caicach.writing.lists import Listing, Table, Value


def list_docx(listing: Listing) -> bytes:
    """A4 across; the heading stands again on each page, no row is cut in two."""
    document = docx.Document()
    word.page(document)
    word.style(document, points=11)
    if listing.over:
        word.centred(document, listing.over.upper(), bold=True)
    word.centred(document, listing.title.upper(), bold=True)
    for line in listing.about:
        word.centred(document, line, italic=True)
    for table in listing.tables:
        document.add_paragraph()
        if len(listing.tables) > 1:
            word.centred(document, table.name.upper(), bold=True)
        _word_table(document, table)
    return word.saved(document)


def _word_table(document: Any, table: Table) -> None:
    shown = [at for at, column in enumerate(table.columns) if not column.only_sheet]
    widths = [table.columns[at].width for at in shown]
    made = word.table(document, [table.columns[at].heading for at in shown], widths)
    centred = frozenset(n for n, at in enumerate(shown) if table.columns[at].kind != "text" or at == 0)
    for group in table.groups:
        if group.title:
            word.title_row(made, group.title, widths)
        for row in group.rows:
            word.fill(made, [_said(row[at]) for at in shown], widths, centred=centred)


def _said(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.date):
        return f"{value.day:02}/{value.month:02}/{value.year}"
    return str(value).replace(".", ",") if isinstance(value, Decimal) else str(value)
