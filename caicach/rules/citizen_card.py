"""What a citizen card (căn cước) says: the text behind its QR code, as a scanner types it, and its twelve digits.

Pure. The number: Thông tư 59/2021/TT-BCA art. 4 (three digits of where the birth was registered, one of sex and century, two of
the year of birth, six by chance). The text: number|old number|name|ddmmyyyy|sex|address|ddmmyyyy of issue, as cards since 2021
carry it; what newer cards add behind that is not read [check].
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from caicach.rules.refusal import Refusal

Sex = Literal["male", "female"]

_NUMBER = re.compile(r"\d{12}")
_OLD_NUMBER = re.compile(r"\d{9}|")
_DAY = re.compile(r"(\d{2})(\d{2})(\d{4})")
_SEXES: dict[str, Sex] = {"nam": "male", "nữ": "female", "nu": "female"}
_FIELDS = 7
_FIRST_CENTURY = 19
"""the century that the digits 0 (male) and 1 (female) mean; each one later takes the next two"""


@dataclass(frozen=True, slots=True)
class Card:
    """address: of residence, as written. doubts: what does not fit together though each part alone could be, for a person to
    look at: "sex", "year"."""

    number: str
    old_number: str
    name: str
    born: dt.date
    sex: Sex
    address: str
    issued: dt.date | None
    doubts: tuple[str, ...]


def read_card(typed: str, *, today: dt.date) -> Card:
    """The card behind what a scanner typed.

    Raises Refusal card.other (this is no card's text), card.cut (it ends before the address: scanned half), card.number,
    card.name, card.sex, card.day (a day that does not exist), card.born-later, card.issued-early.
    """
    parts = [_clean(part) for part in typed.strip().split("|")]
    if not _NUMBER.fullmatch(parts[0]):
        raise Refusal("card.number" if len(parts) > 1 and parts[0].isdigit() else "card.other")
    if len(parts) < _FIELDS - 1 or not parts[5]:
        raise Refusal("card.cut")
    number, old, name, born_on, sex, address = parts[:6]
    issued_on = parts[6] if len(parts) >= _FIELDS else ""
    if not _OLD_NUMBER.fullmatch(old):
        raise Refusal("card.other")
    if not any(sign.isalpha() for sign in name):
        raise Refusal("card.name")
    if sex.casefold() not in _SEXES:
        raise Refusal("card.sex", written=sex[:20])
    born = _day(born_on)
    if born > today:
        raise Refusal("card.born-later", day=f"{born:%d/%m/%Y}")
    if issued_on and not _DAY.fullmatch(issued_on):  # the last part alone was cut: nothing depends on it
        issued_on = ""
    issued = _day(issued_on) if issued_on else None
    if issued and not born <= issued <= today:
        raise Refusal("card.issued-early", day=f"{issued:%d/%m/%Y}")
    said = _SEXES[sex.casefold()]
    return Card(number, old, name, born, said, address, issued, doubts(number, born=born, sex=said))


def doubts(number: str, *, born: dt.date | None = None, sex: Sex | None = None) -> tuple[str, ...]:
    """What twelve digits say otherwise than the person's day of birth or sex. Raises Refusal card.number."""
    if not _NUMBER.fullmatch(number):
        raise Refusal("card.number")
    century, by_sex = divmod(int(number[3]), 2)
    found = []
    if sex is not None and (sex == "female") != bool(by_sex):
        found.append("sex")
    if born is not None and born.year != (_FIRST_CENTURY + century) * 100 + int(number[4:6]):
        found.append("year")
    return tuple(found)


def masked(number: str) -> str:
    """A number as it may stand on a screen: "0912••••••47"; shorter ones keep their last two signs."""
    if len(number) < 8:
        return "•" * max(0, len(number) - 2) + number[-2:]
    return f"{number[:4]}{'•' * (len(number) - 6)}{number[-2:]}"


def _day(written: str) -> dt.date:
    found = _DAY.fullmatch(written)
    try:
        if found is None:
            raise ValueError
        return dt.date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        raise Refusal("card.day", written=written[:20]) from None


def _clean(part: str) -> str:
    """Without what a scanner adds (line ends, marks of order), in one form of Vietnamese letters, single spaces."""
    kept = "".join(
        sign for sign in unicodedata.normalize("NFC", part) if unicodedata.category(sign)[0] != "C"
    )
    return " ".join(kept.split())
