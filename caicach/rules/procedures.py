"""Administrative procedures: their codes, and how long the law and the ward give themselves.

Pure. Times are compared in minutes of work: a working day as long as the ward's sessions are, five of seven calendar days,
a month the twelfth part of a year. How
the shares are counted: 1 − Σ ward ÷ Σ law over the procedures that have a time to cut (handbook 7, "Time cut").
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, get_args

from caicach.rules.dossier_clock import Unit
from caicach.rules.formats import number

PROMISED = Fraction(30, 100)
"""what a ward's plan promises to cut at least; another plan, another figure"""

UNITS: dict[Unit, str] = {
    "working-day": "ngày làm việc", "calendar-day": "ngày", "working-hour": "giờ làm việc", "same-day": "trong ngày",
    "month": "tháng",
}  # fmt: skip
assert tuple(UNITS) == get_args(Unit)
ONLINE = {"": "Không", "part": "Một phần", "full": "Toàn trình"}
LEVELS = {"commune": "Cấp xã", "province": "Cấp tỉnh", "central": "Cấp trung ương", "other": "Cơ quan khác"}
"""whose procedure it is; the ward's counter takes some in for others"""
FEES = {"known": "Có mức thu", "free": "Không thu", "unknown": "Chưa rõ"}
"""an empty fee in a source is never "free" """

_CODE = re.compile(r"(\d{1,2}\.\d{6})((?:\.\d{3}\.\d{2}\.\d{2})?\.[A-Z]\d{2})?(?:\.(\d{2}))?", re.ASCII)
_PROVISIONAL = re.compile(r"TAM-\d{1,4}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ProcedureCode:
    """base: the national code, or a provisional one of the ward's own ("TAM-7"); unit: whose copy it is; service: of an online
    service, from "01"."""

    base: str
    unit: str = ""
    service: str = ""

    @property
    def is_provisional(self) -> bool:
        return self.base.startswith("TAM-")


def procedure_code(text: str) -> ProcedureCode | None:
    """Read "1.001193", "2.000815.000.00.00.H55", "1.000948.H38.01" or "TAM-7"; None for anything else."""
    text = text.strip().upper()
    if _PROVISIONAL.fullmatch(text):
        return ProcedureCode(text)
    if found := _CODE.fullmatch(text):
        return ProcedureCode(found[1], (found[2] or "").removeprefix("."), found[3] or "")
    return None


@dataclass(frozen=True, slots=True)
class Span:
    """A time that a procedure may take. amount: days or hours, 0 for the same day."""

    unit: Unit
    amount: int

    @property
    def words(self) -> str:
        """ "3 ngày làm việc", "trong ngày"."""
        return (
            UNITS[self.unit] if self.unit == "same-day" else f"{number(str(self.amount))} {UNITS[self.unit]}"
        )

    def minutes(self, a_day: int) -> Fraction:
        """Minutes of work in it, where a working day has so many."""
        match self.unit:
            case "working-hour":
                return Fraction(self.amount * 60)
            case "calendar-day":
                return Fraction(self.amount * a_day * 5, 7)
            case "same-day":
                return Fraction(a_day)
            case "month":
                return Fraction(self.amount * a_day * 5 * 365, 7 * 12)
        return Fraction(self.amount * a_day)


def shortened(law: Span, percent: int, *, a_day: int) -> Span:
    """The law's time cut by at least so many percent: in days where it stays whole ones, else in hours, never half
    days; from ten days on in whole days, which people count in."""
    if law.unit == "calendar-day":
        return Span("calendar-day", max(1, law.amount * (100 - percent) // 100))
    hours = max(1, int(law.minutes(a_day) * (100 - percent) / 100 / 60))
    days, rest = divmod(hours * 60, a_day)
    return Span("working-hour", hours) if rest and days < 10 else Span("working-day", days)


Cut = Literal["reached", "short", "as-law", "same-day", "unknown", "others"]
CUTS: dict[Cut, str] = {
    "reached": "Cắt từ 30%", "short": "Cắt dưới 30%", "as-law": "Chưa cắt", "same-day": "Trả trong ngày", "unknown": "Chưa rõ thời hạn",
    "others": "Nơi khác giải quyết",
}  # fmt: skip
"""how a procedure stands to the promise"""


def share_cut(law: Span, ward: Span | None, *, a_day: int) -> Fraction:
    """The share of the law's time that the ward does without; 0 where it takes it all."""
    return 1 - ward.minutes(a_day) / law.minutes(a_day) if ward else Fraction(0)


def cut_of(level: str, law: Span | None, ward: Span | None, *, a_day: int) -> Cut:
    """Where a procedure stands: what others decide is not the ward's to cut, what is done the same day has no days to cut."""
    if level != "commune":
        return "others"
    if law is None:
        return "unknown"
    if law.unit == "same-day":
        return "same-day"
    share = share_cut(law, ward, a_day=a_day)
    return "reached" if share >= PROMISED else "short" if share > 0 else "as-law"


def missing(law: Span, ward: Span | None, *, a_day: int) -> Fraction:
    """Minutes of work still to be cut until the promise is kept; 0 where it is."""
    return max(Fraction(0), (ward or law).minutes(a_day) - law.minutes(a_day) * (1 - PROMISED))


def total_cut(pairs: Iterable[tuple[Span, Span | None]], *, a_day: int) -> Fraction | None:
    """1 − Σ ward ÷ Σ law over these procedures; None without any."""
    laws = wards = Fraction(0)
    for law, ward in pairs:
        laws += law.minutes(a_day)
        wards += (ward or law).minutes(a_day)
    return 1 - wards / laws if laws else None


def percent(share: Fraction) -> str:
    """ "33,3%" of 1/3: tenths, cut off, so that nothing is ever rounded up to a promise."""
    tenths = int(share * 1000)
    return number(str(tenths // 10)) + (f",{tenths % 10}" if tenths % 10 else "") + "%"


def hours(minutes: Fraction) -> str:
    """ "24 giờ", "137,1 giờ"."""
    tenths = int(minutes * 10 / 60)
    return number(str(tenths // 10)) + (f",{tenths % 10}" if tenths % 10 else "") + " giờ"
