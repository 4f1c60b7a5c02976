"""Texts typed for the old fonts TCVN3 (ABC) and VNI, and Unicode that is not composed.

An old font draws Vietnamese letters in the places of Latin-1 letters: "Céng hßa" in .VnTime is "Cộng hòa". The
font's name says it surely; without it the text itself is recognised as a whole, never one short phrase alone.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from caicach.reading.document import Document, PageBreak, Paragraph, Table

if TYPE_CHECKING:
    from viparse.normalize.tables import Charmap

Encoding = Literal["tcvn3", "vni"]

NOTES: dict[Encoding, str] = {"tcvn3": "old-font-tcvn3", "vni": "old-font-vni"}

_VIETNAMESE = re.compile("[ĂăĐđƠơƯưẠ-ỹ]")
# Signs of Latin-1 that no Vietnamese, French or legal text has many of; both old fonts are full of them.
_ODD_LATIN = re.compile("[¢£¤¥¦¨©ª¬®¯µ¶¸¹º¼½¾¿ÄÅÆÇËÎÏÑÖØÛÜÞßäåæçëîïñöøûüþÿ]")
_LETTER = re.compile(r"[^\W\d_]")
# VNI writes a letter and its mark as two signs; after a capital the mark may be small ("Uûy ban").
_SMALL_MARK = re.compile("(?<=[AEOUYÔÖaeouyôö])[ùøûõïâáàåãäêéèúüë]")
_CAPITAL_BASE = re.compile("([AEOUYÔÖ])([ùøûõïâáàåãäêéèúüë])")
_MARK_ORDER = {"\u031b": 0, "\u0306": 1, "\u0302": 1}
_COMBINING = re.compile("[\u0300-\u036f]{2,}")
_ODD_SIGNS = str.maketrans(
    {
        "\u00d0": "Đ",
        "\u00a0": " ",
        "\u00ad": None,
        "\u200b": None,
        "\u200c": None,
        "\u200d": None,
        "\ufeff": None,
        "\u2028": "\n",
        "\u2029": "\n",
        "\u2011": "-",
    }
)
_NEEDS_CARE = re.compile(
    "[\u00a0\u00ad\u00d0\u0300-\u036f\u1dc0-\u1dff\u200b-\u200d\u2011\u2028\u2029\ufb00-\ufb06\ufeff]"
)
_LIGATURES = str.maketrans(
    {
        "\ufb00": "ff",
        "\ufb01": "fi",
        "\ufb02": "fl",
        "\ufb03": "ffi",
        "\ufb04": "ffl",
        "\ufb05": "st",
        "\ufb06": "st",
    }
)


def composed(text: str) -> str:
    """Unicode NFC, with marks in any order, Đ for the Icelandic Ð, plain blanks, no invisible signs, no ligatures."""
    if not _NEEDS_CARE.search(text):
        return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)
    text = _COMBINING.sub(_in_order, text.translate(_ODD_SIGNS).translate(_LIGATURES))
    return _recompose(unicodedata.normalize("NFC", text))


def _in_order(marks: re.Match[str]) -> str:
    """Horn first, then breve or circumflex, then the tone: the order in which Vietnamese letters compose."""
    return "".join(sorted(marks.group(), key=lambda mark: _MARK_ORDER.get(mark, 2)))


_TONED_THEN_SHAPE = re.compile("(.)([\u0302\u0306\u031b])")


def _recompose(text: str) -> str:
    """A letter composed with its tone before its shape ("á" + circumflex) becomes one letter too."""

    def again(match: re.Match[str]) -> str:
        parts = unicodedata.normalize("NFD", match.group(1))
        return unicodedata.normalize("NFC", parts[0] + match.group(2) + parts[1:])

    return _TONED_THEN_SHAPE.sub(again, text) if _COMBINING_SHAPE.search(text) else text


_COMBINING_SHAPE = re.compile("[\u0302\u0306\u031b]")


def encoding_of_font(font: str | None) -> Encoding | None:
    """The old encoding a font's name tells: ".VnTime" is TCVN3, "VNI-Times" VNI."""
    if not font:
        return None
    if font.startswith((".Vn", ".VN", ".vn")):
        return "tcvn3"
    if font.upper().startswith("VNI-"):
        return "vni"
    return None


def is_capitals_font(font: str | None) -> bool:
    """ ".VnTimeH" draws capitals for small letters."""
    return bool(font) and font is not None and font.startswith((".Vn", ".VN", ".vn")) and font.endswith("H")


@lru_cache(maxsize=2)
def _charmap(encoding: Encoding) -> Charmap:
    from viparse.normalize.encodings import get_charmap  # 0.1 s: only for the rare old file

    charmap = get_charmap(encoding)
    if charmap is None:
        raise LookupError(encoding)
    return charmap


def to_unicode(text: str, encoding: Encoding, *, capitals: bool = False) -> str:
    """Text of an old font in Unicode NFC; capitals: the font drew every letter as a capital."""
    from viparse.normalize.tables import convert

    if encoding == "vni":
        text = _CAPITAL_BASE.sub(lambda match: match.group(1) + match.group(2).upper(), text)
    converted: str = convert(text, _charmap(encoding))
    return composed(converted.upper() if capitals else converted)


def recognise(text: str) -> Encoding | None:
    """The old encoding a longer text (some lines at least) is written in, None for Unicode or another language."""
    sample = text[:20_000]
    letters = len(_LETTER.findall(sample))
    odd = len(_ODD_LATIN.findall(sample))
    if odd < 8 or odd < letters // 20 or len(_VIETNAMESE.findall(sample)) > odd // 8:
        return None
    import viparse

    found = viparse.detect_text_encoding(sample)
    return found if found in ("tcvn3", "vni") else None


def has_vietnamese(text: str) -> bool:
    """Whether a letter stands in it that only Vietnamese has."""
    return bool(_VIETNAMESE.search(text))


def _texts(document: Document) -> list[str]:
    texts: list[str] = []
    for block in document.blocks:
        if isinstance(block, Paragraph):
            texts.append(block.text)
        elif isinstance(block, Table):
            texts.extend(cell.text for row in block.rows for cell in row.cells if not cell.filled_down)
    return texts


def mend_document(document: Document) -> None:
    """Converts a document whose text as a whole is in an old encoding that no font name told; adds the note.

    Only the blocks without real Vietnamese letters are looked at: a file may be mixed.
    """
    suspects = [text for text in _texts(document) if _ODD_LATIN.search(text) and not _VIETNAMESE.search(text)]
    encoding = recognise("\n".join(suspects))
    if encoding is None:
        return

    def mended(text: str) -> str:
        return text if _VIETNAMESE.search(text) or not _ODD_LATIN.search(text) else to_unicode(text, encoding)

    for index, block in enumerate(document.blocks):
        if isinstance(block, PageBreak):
            continue
        if isinstance(block, Paragraph):
            document.blocks[index] = replace(block, text=mended(block.text))
        else:
            rows = tuple(
                replace(row, cells=tuple(replace(cell, text=mended(cell.text)) for cell in row.cells))
                for row in block.rows
            )
            document.blocks[index] = replace(block, rows=rows)
    note(document, encoding)


def note(document: Document, encoding: Encoding) -> None:
    if NOTES[encoding] not in document.notes:
        document.notes.append(NOTES[encoding])
