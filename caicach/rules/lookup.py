"""What a citizen types from the receipt: the lookup code and the dossier's number, as forgiving as they can be without meaning two.

A code's signs are A–Z and 2–7 (base32), so a nought can only be an O, a one an I, an eight a B.
"""

from __future__ import annotations

import hmac
import unicodedata

SIGNS = 8
"""of a lookup code"""
_LEAST = 10
"""signs of a number: the day and the number of the day, "261123-0001", where somebody leaves out what stands before"""
_AS_CODE = str.maketrans("018", "OIB")
_AS_NUMBER = str.maketrans("OIL", "011")


def code_typed(text: str) -> str:
    """The code as it was printed: "abcd-ef 0h" → "ABCDEFOH"; "" for what cannot be one."""
    code = _signs(text).translate(_AS_CODE)
    return code if len(code) == SIGNS and code.isascii() else ""


def is_number(typed: str, code: str) -> bool:
    """Whether somebody who types this means the dossier of this code. Compared in constant time."""
    said, whole = _signs(typed).translate(_AS_NUMBER), _signs(code).translate(_AS_NUMBER)
    wanted = whole[-len(said) :] if said else ""
    return hmac.compare_digest(said.encode(), wanted.encode()) and len(said) >= _LEAST


def _signs(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKC", text[:100]).upper() if sign.isalnum())
