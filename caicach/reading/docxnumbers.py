"""Automatic list numbers of a Word file: they are not in its text, but people read them (the STT column above all)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from caicach.reading.wordxml import W, parse
from caicach.rules.refusal import Refusal

VAL = W + "val"
_LEVELS = 9


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list: its format ("decimal", "upperRoman", "bullet", …), its pattern ("%1.%2."), its start."""

    form: str = "decimal"
    pattern: str = "%1."
    start: int = 1
    is_legal: bool = False


class Numbering:
    """Counts the lists of one document as they are met, in document order."""

    def __init__(
        self, lists: dict[str, tuple[str, dict[int, Level]]], restarts: dict[tuple[str, int], int]
    ) -> None:
        self._lists = lists
        self._restarts = restarts
        self._counters: dict[str, list[int | None]] = {}
        self._restarted: set[tuple[str, int]] = set()

    def next(self, num_id: str | None, level: int, *, has_text: bool = True) -> str:
        """The label of the next paragraph of this list ("1.", "III", "a)"), "-" for a bullet, "" for none.

        A bullet before nothing is not shown; a number is, as in an STT column.
        """
        if num_id is None or num_id not in self._lists or not 0 <= level < _LEVELS:
            return ""
        family, levels = self._lists[num_id]
        shape = levels.get(level, Level())
        if shape.form == "none":
            return ""
        if shape.form == "bullet":
            return "-" if has_text else ""
        counters = self._counters.setdefault(family, [None] * _LEVELS)
        if (num_id, level) in self._restarts and (num_id, level) not in self._restarted:
            self._restarted.add((num_id, level))
            counters[level] = None
        current = counters[level]
        start = self._restarts.get((num_id, level), shape.start)
        counters[level] = start if current is None else current + 1
        for deeper in range(level + 1, _LEVELS):
            counters[deeper] = None

        def number(match: re.Match[str]) -> str:
            at = int(match.group(1)) - 1
            value = counters[at] if 0 <= at < _LEVELS else None
            inner = levels.get(at, Level())
            return written(
                inner.start if value is None else value, "decimal" if shape.is_legal else inner.form
            )

        return re.sub(r"%([1-9])", number, shape.pattern).strip()


def written(number: int, form: str) -> str:
    """A number as a list writes it; a form that is not known is written in digits."""
    if form in ("upperRoman", "lowerRoman"):
        roman = _roman(number)
        return roman if form == "upperRoman" else roman.lower()
    if form in ("upperLetter", "lowerLetter"):
        letter = (
            chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1) if 0 < number < 500 else str(number)
        )
        return letter.upper() if form == "upperLetter" else letter
    if form == "decimalZero":
        return f"{number:02d}"
    return str(number)


def _roman(number: int) -> str:
    if not 0 < number < 4000:
        return str(number)
    signs = (
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    )
    out = ""
    for value, sign in signs:
        while number >= value:
            out += sign
            number -= value
    return out


def read_numbering(xml: bytes | None) -> Numbering:
    """The lists of numbering.xml; a missing or broken one loses only the labels."""
    if xml is None:
        return Numbering({}, {})
    try:
        root = parse(xml)
    except Refusal as refusal:
        if refusal.code == "file.entities":
            raise
        return Numbering({}, {})
    families = {
        element.get(W + "abstractNumId", ""): _levels(element) for element in root.iter(W + "abstractNum")
    }
    lists: dict[str, tuple[str, dict[int, Level]]] = {}
    restarts: dict[tuple[str, int], int] = {}
    for num in root.iter(W + "num"):
        num_id = num.get(W + "numId", "")
        family = num.find(W + "abstractNumId")
        family_id = family.get(VAL, "") if family is not None else ""
        levels = dict(families.get(family_id, {}))
        for override in num.iter(W + "lvlOverride"):
            at = _whole(override.get(W + "ilvl"), 0)
            start = override.find(W + "startOverride")
            if start is not None:
                restarts[num_id, at] = _whole(start.get(VAL), 1)
            own = override.find(W + "lvl")
            if own is not None:
                levels[at] = _level(own)
        lists[num_id] = (family_id, levels)
    return Numbering(lists, restarts)


def _levels(element: etree._Element) -> dict[int, Level]:
    return {_whole(level.get(W + "ilvl"), 0): _level(level) for level in element.iter(W + "lvl")}


def _level(element: etree._Element) -> Level:
    form, pattern, start = element.find(W + "numFmt"), element.find(W + "lvlText"), element.find(W + "start")
    return Level(
        form=form.get(VAL, "decimal") if form is not None else "decimal",
        pattern=pattern.get(VAL, "") if pattern is not None else "",
        start=_whole(start.get(VAL), 1) if start is not None else 1,
        is_legal=element.find(W + "isLgl") is not None,
    )


def _whole(text: str | None, default: int) -> int:
    return int(text) if text and text.isdigit() and len(text) < 6 else default
