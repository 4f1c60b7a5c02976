"""Vietnamese text: composing, folding, comparing. Everything that matches words goes through here."""

from __future__ import annotations

import re
import unicodedata

_D = str.maketrans({"đ": "d", "Đ": "D", "ð": "d", "Ð": "D"})
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
_BLANKS = re.compile(r"\s+")
_NO_WORDS = re.compile("[^0-9a-z]+")
_MARKS = re.compile("[̀-̛̣̆̂̃̉̀́]+")
# The tone marks that Vietnamese writes; the others (breve, circumflex, horn) make letters of their own.
_TONES = {"̀", "́", "̃", "̉", "̣"}


def nfc(text: str) -> str:
    """Composed letters, and Ð (U+00D0, U+0189), which typists take for Đ, as Đ."""
    text = unicodedata.normalize("NFC", text)
    if "Ð" in text or "ð" in text or "Ɖ" in text:
        text = text.replace("Ð", "Đ").replace("ð", "đ").replace("Ɖ", "Đ")
    return text


_PAIRS = {")": "(", "]": "[", "”": "“", "»": "«"}


def half_open(text: str) -> int | None:
    """Where the first bracket or quotation mark stands that is opened and not closed; None where each is."""
    opened: list[tuple[str, int]] = []
    for at, sign in enumerate(text):
        if sign in _PAIRS.values():
            opened.append((sign, at))
        elif opened and _PAIRS.get(sign) == opened[-1][0]:
            opened.pop()
    return opened[0][1] if opened else None


def cut(text: str, limit: int) -> str:
    """The words of a line that fit into `limit` letters, with … where some were left out.

    Cut at a blank, and before a bracket that would stay half-open, unless that stands near the beginning.
    """
    if len(text) <= limit:
        return text
    kept = text[:limit] if text[limit] == " " or " " not in text[:limit] else text[:limit].rsplit(" ", 1)[0]
    at = half_open(kept)
    if at is not None and at > limit // 3:
        kept = kept[:at]
    return kept.rstrip(" ,;.:–-") + " …"


def fold(text: str) -> str:
    """Lower case without any mark, đ as d, dashes as "-". As many characters as `nfc(text)`, so places agree."""
    text = nfc(text)
    if text.isascii():
        return text.lower()
    return text.translate(_FOLDED)


class _Folded(dict[int, str]):
    """Each sign's folded form, found out when it is first met."""

    def __missing__(self, point: int) -> str:
        letter = chr(point)
        plain = unicodedata.normalize("NFD", letter.translate(_D))[0].lower().translate(_DASHES)
        folded = plain if len(plain) == 1 else letter
        if len(self) < 4096:  # a stranger's text may hold every sign there is
            self[point] = folded
        return folded


_FOLDED = _Folded()


def printable(text: str) -> str:
    """Without control signs (but tab and line feed) and without the marks that turn the writing's direction."""
    return _CONTROLS.sub("", text)


def squeeze(text: str) -> str:
    """Runs of white space, line feeds too, as one blank; none at the ends."""
    return _BLANKS.sub(" ", text).strip()


def key(text: str) -> str:
    """For comparing words: folded, only letters and digits, one blank between them."""
    return _NO_WORDS.sub(" ", fold(text)).strip()


def slug(text: str) -> str:
    """For an address: "Phòng Văn hóa – Xã hội" → phong-van-hoa-xa-hoi."""
    return key(text).replace(" ", "-")


def spelling(word: str) -> str:
    """A word for comparing its spelling: lower case, tone mark taken off its vowel and put behind the word.

    hoà and hòa, quí and quý are both right in Vietnam: the place of the tone and i/y after qu do not count.
    """
    tone = ""
    letters: list[str] = []
    for letter in unicodedata.normalize("NFD", nfc(word).lower()):
        if letter in _TONES:
            tone = letter
        else:
            letters.append(letter)
    plain = unicodedata.normalize("NFC", "".join(letters))
    if plain == "qui":
        plain = "quy"
    return plain + tone


def sentence_case(text: str) -> str:
    """CẢI CÁCH THỂ CHẾ → Cải cách thể chế; text that is not in capitals is left alone but for its first letter.

    Short words of capitals only that stay in a heading (HĐND, UBND, TTHC) are known abbreviations.
    """
    text = squeeze(text)
    letters = [c for c in text if c.isalpha()]
    if not letters:
        return text
    if sum(c.isupper() for c in letters) < 0.7 * len(letters):
        return text[:1].upper() + text[1:]
    words = [word if word.strip(".,;:()/") in ABBREVIATIONS else word.lower() for word in text.split(" ")]
    joined = " ".join(words)
    for name in PROPER:
        joined = re.sub(rf"\b{re.escape(name.lower())}\b", name, joined)
    for place, letter in enumerate(joined):
        if letter.isalpha():
            return joined[:place] + letter.upper() + joined[place + 1 :]
    return joined


ABBREVIATIONS = frozenset(
    "HĐND UBND TTHC CCHC QPPL UBMTTQ MTTQ CBCC CBCCVC CNTT ATTT AI ISO SIPAS PAR DVC CQĐT BHYT BHXH GRDP PCTN QCDC"
    " NTM KT-XH ANQP QP-AN DDCI PCI ĐU I II III IV V VI VII VIII IX X".split()
)
PROPER = ("Việt Nam", "Chính phủ", "Đảng", "Quốc hội")


def is_upper(text: str) -> bool:
    """Whether its letters are capitals (nine in ten: a scan loses some)."""
    letters = [c for c in text if c.isalpha()]
    return bool(letters) and sum(c.isupper() for c in letters) >= 0.9 * len(letters)


def starts_lower(text: str) -> bool:
    """Whether its first letter is a small one: words that go on from somewhere else."""
    for letter in text.lstrip(" \"'“”‘’([-–•+*"):
        return letter.isalpha() and letter.islower()
    return False


_MARK = re.compile(r"^(?:[•*+–-]\s*|\d{1,2}[.)]\s+)+")


def listed(text: str) -> list[str]:
    """What somebody wrote a line for each thing, without the marks that they typed before them."""
    return [one for line in text.splitlines() if (one := _MARK.sub("", line.strip()))]
