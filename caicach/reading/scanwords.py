"""Marks that a reading machine got wrong on a scan: a word takes back the marks that its pair is known by.

Only pairs of words that are spelt one way and no other ("tổ chức", "kiểm tra") are mended, and pairs that the document
itself spells otherwise at least three times as often. Letters are never changed, only their marks.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import pairwise

from caicach.reading.document import Block, Document, Paragraph, Table
from caicach.rules.vntext import fold

_WORD = re.compile(r"[^\W\d_]+")
_DIRT = re.compile(r"(?:(?<=\s)|^)[¡¦|~_`´°¬\\{}<>=*^]+(?=\s|$)")
Pairs = dict[tuple[str, str], tuple[str, str]]


def known_pairs(lines: Iterable[str]) -> Pairs:
    """From words joined by commas: every two neighbours of a word, folded → as spelt; pairs spelt two ways are left out."""
    ways: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for line in lines:
        if line.startswith("#"):
            continue
        for word in line.split(","):
            parts = word.split()
            for a, b in pairwise(parts):
                ways[fold(a), fold(b)].add((a, b))
    return {folded: spelt.copy().pop() for folded, spelt in ways.items() if len(spelt) == 1}


def mended(document: Document, pairs: Pairs) -> Document:
    """The document with the marks of known pairs put right, dirt between words gone."""
    pairs = {**_own_pairs(document), **pairs}

    def mend(text: str) -> str:
        return mended_text(_DIRT.sub(" ", text), pairs)

    return replace(document, blocks=[_with_text(block, mend) for block in document.blocks])


def mended_text(text: str, pairs: Pairs) -> str:
    """One text; capitals stay capitals."""
    words = list(_WORD.finditer(text))
    right: dict[int, str] = {}
    for place, (first, second) in enumerate(pairwise(words)):
        if not re.fullmatch(r"\s+", text[first.end() : second.start()]):
            continue
        spelt = pairs.get((fold(first[0]), fold(second[0])))
        if spelt:
            right[place], right[place + 1] = spelt
    pieces: list[str] = []
    done = 0
    for place, word in enumerate(words):
        if place in right:
            pieces += [text[done : word.start()], _cased(right[place], word[0])]
            done = word.end()
    return "".join(pieces) + text[done:]


def _cased(right: str, scanned: str) -> str:
    if len(right) != len(scanned):
        return scanned
    return "".join(r.upper() if s.isupper() else r for r, s in zip(right, scanned, strict=True))


def _own_pairs(document: Document) -> Pairs:
    """Pairs that the document spells one way at least three times as often as any other."""
    counts: dict[tuple[str, str], Counter[tuple[str, str]]] = defaultdict(Counter)
    for text in _texts(document):
        words = [word.lower() for word in _WORD.findall(text)]
        for a, b in pairwise(words):
            counts[fold(a), fold(b)][a, b] += 1
    own: Pairs = {}
    for folded, ways in counts.items():
        ranked = ways.most_common(2)
        if ranked[0][1] >= 3 and len(ranked) > 1 and ranked[0][1] >= 3 * ranked[1][1]:
            own[folded] = ranked[0][0]
    return own


def _texts(document: Document) -> Iterable[str]:
    for block in document.blocks:
        if isinstance(block, Paragraph):
            yield block.text
        elif isinstance(block, Table):
            yield from (cell.text for row in block.rows for cell in row.cells if not cell.filled_down)


def _with_text(block: Block, mend: Callable[[str], str]) -> Block:
    if isinstance(block, Paragraph):
        return replace(block, text=mend(block.text))
    if isinstance(block, Table):
        rows = tuple(
            replace(row, cells=tuple(replace(cell, text=mend(cell.text).strip()) for cell in row.cells))
            for row in block.rows
        )
        return replace(block, rows=rows)
    return block
