"""Money at the counter: what was taken, made void and given back, and what must lie in the drawer. Pure.

A row is never changed: a void and a refund are rows of their own, so that any set of rows adds up in any order.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

from caicach.rules.formats import number

Kind = Literal["paid", "voided", "refunded"]
WAYS = {"cash": "Tiền mặt", "transfer": "Chuyển khoản, mã QR", "portal": "Đã nộp trên Cổng dịch vụ công"}
KINDS = {"paid": "Thu", "voided": "Hủy biên lai", "refunded": "Hoàn"}
_ENDED_UNDONE = frozenset({"withdrawn", "voided", "rejected"})
"""of these nothing was done for the money"""


class Row(Protocol):
    """As it was written down."""

    @property
    def kind(self) -> str: ...
    @property
    def way(self) -> str: ...
    @property
    def amount(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Sums:
    """receipts, voids, refunds: how many; each amount in đồng. portal: never passed through anybody's hands here."""

    receipts: int = 0
    voids: int = 0
    refunds: int = 0
    cash_in: int = 0
    transfer_in: int = 0
    portal_in: int = 0
    voided: int = 0
    refunded: int = 0
    cash: int = 0
    transfer: int = 0
    portal: int = 0

    @property
    def taken(self) -> int:
        return self.cash_in + self.transfer_in + self.portal_in

    @property
    def all(self) -> int:
        """What stays, by every way."""
        return self.cash + self.transfer + self.portal

    def __add__(self, other: Sums) -> Sums:
        return Sums(*(getattr(self, name) + getattr(other, name) for name in Sums.__slots__))


def sums(rows: Iterable[Row]) -> Sums:
    """cash: what must be in the drawer from these rows alone; below zero where more went out than came in."""
    found = dict.fromkeys(Sums.__slots__, 0)
    for one in rows:
        match one.kind:
            case "paid":
                found["receipts"] += 1
                found[f"{one.way}_in"] += one.amount
                found[one.way] += one.amount
            case "voided":
                found["voids"] += 1
                found["voided"] += one.amount
                found[one.way] -= one.amount
            case "refunded":
                found["refunds"] += 1
                found["refunded"] += one.amount
                found[one.way] -= one.amount
    return Sums(**found)


def net(rows: Iterable[Row]) -> int:
    """What was paid and stays so."""
    return sum(one.amount if one.kind == "paid" else -one.amount for one in rows)


def owed(status: str, total: int | None, paid: int) -> int | None:
    """What is still to pay: below zero where too much was; None while nobody knows what it costs."""
    if status == "unknown":
        return None
    return (total or 0) - paid


def to_refund(state: str, status: str, total: int | None, paid: int) -> int:
    """What the page proposes to give back: all of a dossier that nothing was done for, else what is too much."""
    if state in _ENDED_UNDONE:
        return paid
    left = owed(status, total, paid)
    return -left if left is not None and left < 0 else 0


def number_words(book: str, number_: int) -> str:
    """ "0000123/2026" of the software's own books, which are called by their year; "AA-26P 0000123" of a printed one."""
    return f"{number_:07}/{book}" if book.isdecimal() else f"{book} {number_:07}".strip()


def receipt_words(book: str, number_: int) -> str:
    """ "số 0000123/2026", "AA-26P số 0000123": as sentences name a receipt."""
    return f"số {number_:07}/{book}" if book.isdecimal() else f"{book} số {number_:07}".strip()


def dong(amount: int) -> str:
    """ "14.000 đồng"; "−14.000 đồng"."""
    return f"{'−' if amount < 0 else ''}{number(str(abs(amount)))} đồng"


_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_SCALES = ("", "nghìn", "triệu", "tỷ", "nghìn tỷ")


def in_letters(amount: int) -> str:
    """An amount as receipts write it out: 1.014.005 → "Một triệu không trăm mười bốn nghìn không trăm linh năm đồng"."""
    if amount == 0:
        return "Không đồng"
    groups, left = [], amount
    while left:
        groups.append(left % 1000)
        left //= 1000
    words = []
    for n in range(len(groups) - 1, -1, -1):
        if groups[n]:
            words += _three(groups[n], is_first=n == len(groups) - 1)
            words += [_SCALES[n]] if n else []
    text = " ".join(words) + " đồng"
    return text[0].upper() + text[1:]


def _three(value: int, *, is_first: bool) -> list[str]:
    hundreds, tens, ones = value // 100, value // 10 % 10, value % 10
    words = [] if is_first and not hundreds else [_DIGITS[hundreds], "trăm"]
    if tens == 0:
        words += ["linh"] if ones and words else []
    elif tens == 1:
        words.append("mười")
    else:
        words += [_DIGITS[tens], "mươi"]
    if ones == 5 and tens:
        words.append("lăm")
    elif ones == 1 and tens > 1:
        words.append("mốt")
    elif ones:
        words.append(_DIGITS[ones])
    return words
