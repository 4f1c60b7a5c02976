"""A list as Excel."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import xlsxwriter

from caicach.writing import xlsx as excel
from caicach.writing.lists import Column, Listing, Table, Value


def list_xlsx(listing: Listing) -> bytes:
    """A sheet a table: its groups' titles in a column of their own, so that it can be sorted and filtered."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, excel.PLAIN)
    looks = excel.looks(book)
    looks["day"] = book.add_format({**excel.CELL, "num_format": "dd/mm/yyyy", "align": "center"})
    looks["number"] = book.add_format({**excel.CELL, "num_format": "#,##0.######", "align": "right"})
    looks["whole"] = book.add_format({**excel.CELL, "num_format": "#,##0", "align": "right"})
    for table in listing.tables:
        _sheet(book, listing, table, looks)
    book.close()
    return out.getvalue()


def _sheet(book: Any, listing: Listing, table: Table, looks: dict[str, Any]) -> None:
    sheet = book.add_worksheet(table.name[:31])
    excel.across(sheet)
    has_groups = any(group.title for group in table.groups)
    columns: Sequence[Column] = (*((Column("Mục", 34),) if has_groups else ()), *table.columns)
    last = max(len(columns) - 1, 1)
    at = 0
    for text, look in (
        (listing.over.upper(), "title"),
        (listing.title.upper(), "title"),
        *((line, "named") for line in listing.about),
    ):
        if text:
            sheet.merge_range(at, 0, at, last, "", looks[look])
            sheet.write_string(at, 0, text, looks[look])
            at += 1
    at += 1
    excel.heading(sheet, at, [c.heading for c in columns], [max(8, c.width * 0.56) for c in columns], looks)
    top = at
    for group in table.groups:
        for row in group.rows:
            at += 1
            for column, value in enumerate(((group.title,) if has_groups else ()) + row):
                _cell(sheet, at, column, value, looks)
    sheet.autofilter(top, 0, max(at, top), len(columns) - 1)


def _cell(sheet: Any, row: int, column: int, value: Value, looks: dict[str, Any]) -> None:
    if isinstance(value, dt.date):
        sheet.write_datetime(row, column, dt.datetime.combine(value, dt.time()), looks["day"])
    elif isinstance(value, int):
        sheet.write_number(row, column, value, looks["whole"])
    elif isinstance(value, Decimal):
        sheet.write_number(row, column, float(value), looks["number"])
    else:
        excel.write(sheet, row, column, value or "", looks["text"])
