"""A phone number as it is dialled here, however it is written: "+84 112 345 678", "0112.345.678", 112345678."""

from __future__ import annotations

import re

_APART = re.compile(r"[\s.()\-\u2010-\u2015]")
_COUNTRY = re.compile(r"^(?:(?:\+|00)84(?=[1-9]\d{8,9}$)|84(?=[1-9]\d{8}$)|(?=[1-9]\d{8}$))")
"""the country before a subscriber's number, or the nought that a spreadsheet dropped"""


def dialled(text: str) -> str:
    """The digits to dial; what is no number comes back as it was, without spaces around."""
    digits = _APART.sub("", text)
    if not re.fullmatch(r"\+?\d+", digits):
        return text.strip()
    return _COUNTRY.sub("0", digits, count=1)
