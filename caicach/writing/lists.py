"""A list as it was filtered on a page: what goes into its file. Days are days and figures are figures there."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Value = str | dt.date | int | Decimal | None


@dataclass(frozen=True, slots=True)
class Column:
    """width: in millimetres on a page across. only_sheet: too much for paper, left out of the Word file."""

    heading: str
    width: int
    kind: Literal["text", "day", "number"] = "text"
    only_sheet: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under a heading; "" for rows without one. A row has one value a column."""

    title: str
    rows: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    columns: tuple[Column, ...]
    groups: tuple[Group, ...]

    @property
    def count(self) -> int:
        return sum(len(group.rows) for group in self.groups)


@dataclass(frozen=True, slots=True)
class Listing:
    """over: who it is of; title; about: what was filtered, as of which day; then its tables."""

    over: str
    title: str
    about: tuple[str, ...]
    tables: tuple[Table, ...]
