"""Finding words in a few hundred entries: without accents, with typing mistakes, the best one first.

Pure. Each word of what is asked must stand at the beginning of a word of the entry. Only where nothing is found that way,
words a letter off, joined words and one missing word are forgiven, so that near finds never dilute the exact ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from caicach.rules.vntext import fold, key, nfc

_WORDS_ASKED = 8
_ABBREVIATION = re.compile("[bcdghklmnpqrstvx]{3,7}")
"""letters without a vowel: initials of words that may stand in full (tthc, cchc, ubnd)"""


class Text:
    """A text of an entry, with what is asked of it. weight: how much a word found here says about the entry."""

    __slots__ = ("initials", "keyed", "name", "text", "weight")

    def __init__(self, name: str, text: str, weight: int) -> None:
        self.name, self.weight = name, weight
        self.text = nfc(text)
        words = key(text)
        self.keyed = f" {words} "
        self.initials = "".join(word[0] for word in words.split(" ")) if words else ""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that can be found. kind and id tell the caller what it is; boost: in points, beside those of its words."""

    kind: str
    id: int
    texts: tuple[Text, ...]
    about: str = ""
    boost: float = 0.0


@dataclass(frozen=True, slots=True)
class Found:
    """ways: of each word asked, the words that stood for it. near: only found by forgiving a mistake."""

    entry: Entry
    score: float
    near: bool
    ways: tuple[tuple[str, ...], ...]
    marks: re.Pattern[str]

    def is_in(self, text: Text) -> int:
        """How many of the words asked a text has."""
        return sum(any(_quality(one, text) for one in ones) for ones in self.ways)


@dataclass
class Index:
    """Entries made ready once, asked often."""

    entries: Sequence[Entry]

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every word of more than one letter."""
        return frozenset(
            word
            for entry in self.entries
            for text in entry.texts
            for word in text.keyed.split()
            if len(word) > 1
        )

    @cached_property
    def _long(self) -> list[str]:
        return sorted(self.vocabulary)

    def find(self, asked: str) -> tuple[Found, ...]:
        """Everything that fits, best first; near ones only where nothing fits exactly."""
        words = key(asked).split()[:_WORDS_ASKED]
        if not words:
            return ()
        found = self._exact(words, nfc(asked).lower().strip())
        if not found:
            found = self._near(words, [self._variants(word, keep_known=True) for word in words])
        if not found and len(words) > 1:
            found = self._near(words, [self._variants(word, keep_known=False) for word in words])
        return tuple(sorted(found, key=lambda one: (-one.score, one.entry.kind, one.entry.id)))

    def _exact(self, words: Sequence[str], asked: str) -> list[Found]:
        phrase = " " + " ".join(words)
        has_marks = asked != fold(asked)
        ways = tuple((word,) for word in words)
        marks = _marks(ways)
        found = []
        for entry in self.entries:
            score = entry.boost
            for word in words:
                best = 0.0
                for text in entry.texts:
                    points = _quality(word, text) * text.weight
                    if points > best:
                        best = points
                if not best:
                    break
                score += best / len(words)
            else:
                for text in entry.texts:
                    if len(words) > 1 and phrase in text.keyed:
                        score += 2 * text.weight
                    if has_marks and asked in text.text.lower():
                        score += text.weight
                found.append(Found(entry, score, False, ways, marks))
        return found

    def _near(self, words: Sequence[str], forgiven: Sequence[Sequence[str]]) -> list[Found]:
        """Every word, or one that stands for it; of four and more one may be missing."""
        ways = tuple(map(tuple, forgiven))
        marks = _marks(ways)
        asked = " ".join(words)
        found = []
        for entry in self.entries:
            score, missing = entry.boost, 0
            for ones in ways:
                best = max(
                    _quality(one, text) * text.weight * (1.0 if one == ones[0] else 0.5)
                    for one in ones
                    for text in entry.texts
                )
                missing += not best
                score += best / len(words)
            if missing > (len(words) > 3):
                continue
            closest = max(fuzz.partial_ratio(asked, text.keyed) * text.weight for text in entry.texts) / 100
            found.append(Found(entry, score - 12 * missing + 3 * closest, True, ways, marks))
        best_of_all = max((one.score for one in found), default=0.0)
        return [one for one in found if one.score > best_of_all / 2]

    def _variants(self, word: str, *, keep_known: bool) -> list[str]:
        """The word itself, those of the vocabulary that it may stand for, and the two that it may be joined of."""
        if len(word) < 3 or word.isdecimal():
            return [word]
        if keep_known and any(one.startswith(word) for one in self.vocabulary):
            return [word]
        most = 2 if len(word) > 7 else 1
        near = process.extract(word, self._long, scorer=OSA.distance, score_cutoff=most, limit=12)
        ones = [word, *(one for one, _, _ in near if one != word)]
        for at in range(2, len(word) - 1):
            if word[:at] in self.vocabulary and word[at:] in self.vocabulary:
                ones.append(f"{word[:at]} {word[at:]}")
        return ones


def _quality(word: str, text: Text) -> float:
    """3 for the whole word, 2 for a word's beginning, 1.5 for the initials of words; 0 for none of these."""
    if f" {word}" in text.keyed:
        return 3.0 if f" {word} " in text.keyed else 2.0
    return 1.5 if word in text.initials and _ABBREVIATION.fullmatch(word) else 0.0


def _marks(words: Iterable[Sequence[str]]) -> re.Pattern[str]:
    """What to mark in a folded text: the beginning of a word (the whole of a short or near one), the words of initials."""
    ways = []
    for ones in words:
        for one in ones:
            if one != ones[0] or len(one) < 3:
                ways.append(r"[^0-9a-z]+".join(map(re.escape, one.split())) + "(?![0-9a-z])")
                continue
            ways.append(re.escape(one))
            if _ABBREVIATION.fullmatch(one):
                ways.append(r"[0-9a-z]*[^0-9a-z]+".join(one) + "[0-9a-z]*")
    ways.sort(key=len, reverse=True)
    return re.compile(f"(?<![0-9a-z])(?:{'|'.join(ways)})")


def spans(text: str, marks: re.Pattern[str]) -> list[tuple[int, int]]:
    """The places to mark in a text; it must be composed (`nfc`), so that places agree."""
    return [match.span() for match in marks.finditer(fold(text))]


def extract(text: str, marks: re.Pattern[str], *, most: int = 150) -> str:
    """The part of a text around its first mark, cut at blanks, with … where something was left out."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    places = spans(text, marks)
    middle = places[0][0] if places else 0
    start = max(0, min(middle - most // 3, len(text) - most))
    if start:
        start = text.find(" ", start) + 1
    end = min(len(text), start + most)
    if end < len(text):
        end = max(text.rfind(" ", start, end), start + 1)
    return ("… " if start else "") + text[start:end].rstrip(" ,;.") + (" …" if end < len(text) else "")
