"""Numbers that are given once: of a unit's day, of a year of the book. Taken last, for a row that is held makes others wait."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

PROVISIONAL = "TAM"


def series_of(unit: str, day: dt.date) -> str:
    """Whose numbers a code of this day has; unit "": the provisional ones."""
    return f"{unit or PROVISIONAL}-{day:%y%m%d}"


def code_of(series: str, number: int) -> str:
    """ "H01.31.05-261123-0007"; five digits from the ten thousandth of a day on."""
    return f"{series}-{number:04}"


def number_of(code: str) -> int:
    """The number at the end of a code; 0 where none stands there."""
    last = code.rpartition("-")[2]
    return int(last) if last.isascii() and last.isdigit() else 0


def taking(ward: int, *series: str) -> tuple[str, Sequence[Any]]:
    """The statement that takes the next number of each series: (series, number) in rows. In one order everywhere, so that two
    who take several never wait for each other in a ring."""
    ordered = sorted(series)
    places = ", ".join(["(%s, %s, 1)"] * len(ordered))
    return (
        f"INSERT INTO counter_running (ward_id, series, last) VALUES {places} "
        "ON CONFLICT (ward_id, series) DO UPDATE SET last = counter_running.last + 1 RETURNING series, last",
        [value for one in ordered for value in (ward, one)],
    )
