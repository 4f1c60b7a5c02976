"""The post's codes, as people type them. Pure. The check digit is that of the Universal Postal Union's standard S10."""

from __future__ import annotations

import re

from caicach.rules.refusal import Refusal

_S10 = re.compile(r"[A-Z]{2}(\d{8})(\d)[A-Z]{2}", re.ASCII)
_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


def code_in(text: str) -> str:
    """ "ca 123 456 789 vn" → "CA123456789VN"; "" for nothing. Raises Refusal post.code."""
    code = re.sub(r"[\s.-]", "", text).upper()
    if code and not re.fullmatch(r"[A-Z0-9]{8,30}", code, re.ASCII):
        raise Refusal("post.code", "code")
    return code


def looks_mistyped(code: str) -> bool:
    """Whether a code of the international form has a digit that cannot be: it is kept all the same, for posts have others."""
    found = _S10.fullmatch(code)
    if not found:
        return False
    left = 11 - sum(int(digit) * weight for digit, weight in zip(found[1], _WEIGHTS, strict=True)) % 11
    return int(found[2]) != {10: 0, 11: 5}.get(left, left)
