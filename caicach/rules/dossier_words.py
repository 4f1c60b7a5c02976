"""What the words of another system's dossier list mean: headings, statuses, channels, codes of dossiers and procedures.

The wordings themselves are data (`data/dossier_*.csv`); they are compared without accents, near ones count too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, TypeVar

from rapidfuzz import fuzz, process

from caicach.rules.moments import moment_of
from caicach.rules.vntext import fold, key

Channel = Literal["counter", "online", "post"]
_Meaning = TypeVar("_Meaning")

_NEAR = 88.0
"""how alike two wordings must be, of 100, to count as one"""

# ---- codes

_DOSSIER = re.compile(
    r"(?<![A-Z0-9.])(?:(?:\d{3}\.\d{2}\.\d{2}\.)?[A-Z]\d{2}(?:\.\d{2,3}){0,3})-(\d{6})-\d{4,5}(?!\d)"
)
"""the three generations of the handbook, 4.1; the group is the day of acceptance, yymmdd"""
_PROCEDURE = re.compile(r"(?<![\d.,])([1-9])[.,](\d{6})(?!\d)((?:\.[0-9A-Z]{2,3})*)")
"""4.2: the national code, then a province's suffix or the number of an online service"""


_CODE_LABEL = re.compile(
    r"(?:[ivx]+ |\d{1,2} )?(?:ten )?(?:ma(?: so)? ?)?(?:thu tuc(?: hanh chinh)?|tthc|dich vu cong|dvc)?"
)


def dossier_code(text: str) -> str | None:
    """The national dossier code in a text, in capitals, with plain hyphens and no blanks; None where there is none."""
    found = _DOSSIER.search(re.sub(r"\s*-\s*", "-", fold(text)).upper())
    return found[0] if found else None


def procedure_code(text: str) -> tuple[str, str] | None:
    """The national procedure code in a text, without the province's suffix, and what else the text says.

    "1.001193.000.00.00.H01 - Đăng ký khai sinh" → ("1.001193", "Đăng ký khai sinh").
    """
    found = _PROCEDURE.search(text)
    if found is None:
        return None
    before, after = text[: found.start()].strip(" -–—:;,.|([/\n"), text[found.end() :].strip(" -–—:;,.|)]/\n")
    if before and _CODE_LABEL.fullmatch(key(before)):
        before = ""
    if before.count("(") > before.count(")"):
        before += ")"
    return f"{found[1]}.{found[2]}", f"{before} {after}".strip()


Unlike = Literal["numbers", "days", "words", "people", "procedures"]
_NUMBER = re.compile(r"\d{1,5}", re.ASCII)
_DAY = re.compile(r"[\dTZh:/.,+ -]*\d[/.:h-]\d[\dTZh:/.,+ -]*", re.ASCII)
_OF_A_PERSON = re.compile(r"0\d{9}|0\d{11}|\+84\d{9}", re.ASCII)
"""a telephone, or a citizen card"""


def unlike_codes(values: Iterable[str]) -> Unlike | None:
    """What a column holds that cannot be one of dossier codes; None where it may be. Other systems' codes look otherwise than
    the national ones: only what is plainly something else is told, and only where nine of ten values are."""
    told = [_unlike(value) for value in values if value.strip()]
    kinds = [kind for kind in told if kind]
    if not kinds or len(kinds) * 10 < len(told) * 9:
        return None
    return max(dict.fromkeys(kinds), key=kinds.count)


def _unlike(value: str) -> Unlike | None:
    value = " ".join(value.split())
    if dossier_code(value) or value.upper().startswith("TAM-"):
        return None
    if _NUMBER.fullmatch(value):
        return "numbers"
    if _OF_A_PERSON.fullmatch(value):
        return "people"
    if _PROCEDURE.fullmatch(value):
        return "procedures"
    if _DAY.fullmatch(value) and moment_of(value) is not None:
        return "days"
    words = [word for word in value.split() if word.strip(",.;-()").isalpha()]
    is_words = not any(letter.isdigit() for letter in value) or len(words) >= 4
    return "words" if is_words else None


# ---- wordings

_SHORT = {
    "hs": "ho so", "hso": "ho so", "kq": "ket qua", "tthc": "thu tuc hanh chinh", "tg": "thoi gian", "gq": "giai quyet", "tn": "tiep nhan",
    "nvtc": "nghia vu tai chinh", "dvc": "dich vu cong", "dvctt": "dich vu cong truc tuyen", "dvcqg": "dich vu cong quoc gia", "bcci": "buu chinh cong ich",
    "dn": "doanh nghiep", "tc": "to chuc", "cn": "ca nhan", "xl": "xu ly", "bpmc": "bo phan mot cua", "mhs": "ma ho so", "shs": "so ho so", "ht": "hinh thuc", "bn": "bien nhan",
}  # fmt: skip
_HEADS = frozenset(
    "ngay gio so ma ten nguoi thoi han hinh trang tinh ly don can co noi ket muc phuong kenh loai dia email da".split()
)
"""first words of headings that say what kind of thing stands below"""
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_AMOUNT = r"(?: \d+ (?:ngay|gio|phut)(?: lam viec)?)"
_TIMELINESS = re.compile(
    rf"\b(?:dung|truoc|tre|qua|som|con|trong|cham|sap den|sap qua|den) (?:thoi )?han\b{_AMOUNT}*|\b(?:tre|con|qua|som|cham){_AMOUNT}+|\b\d+ ho so$"
)
"""what says whether it is on time, and nothing of where it stands"""


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """A wording for comparing: folded, short forms written out; "MaTTHC" and "ma_tthc" are "ma thu tuc hanh chinh"."""
    if text.isascii() and " " not in text:
        text = _CAMEL.sub(" ", text)
    words = key(_BRACKETS.sub(" ", text)) or key(text)
    return " ".join(_SHORT.get(word, word) for word in words.split())


@dataclass(frozen=True, slots=True)
class _Rule:
    """Words that must all stand in a heading, and words that must not."""

    means: str
    all_of: tuple[str, ...]
    none_of: tuple[str, ...]
    weight: float

    def fits(self, padded: str) -> bool:
        return all(words in padded for words in self.all_of) and not any(
            words in padded for words in self.none_of
        )


@dataclass(frozen=True)
class DossierWords:
    """Every wording that is known. Build with `words_from_rows`."""

    headings: Mapping[str, tuple[str, float]]
    rules: tuple[_Rule, ...]
    statuses: Mapping[str, int]
    open_ended: frozenset[str]
    """statuses' wordings that say "done" and leave open whether the result was handed over"""
    channels: Mapping[str, Channel]
    names_of_channels: tuple[str, ...]
    """the channels' wordings that mean one even as a group's name, long ones first"""
    _squeezed: Mapping[str, str] = field(default_factory=dict)
    _seen: dict[tuple[str, str], object] = field(default_factory=dict)

    def heading(self, text: str) -> tuple[str, float]:
        """What a heading means ("code", "owner", "received_at", …, "other") and how surely, of 100; ("", 0) for unknown."""
        words = plain(text)
        if not words or len(words) > 90:
            return "", 0.0
        return self._once("heading", words, self._heading)  # type: ignore[return-value]

    def exact_heading(self, text: str) -> tuple[str, float]:
        """As `heading`, by the very wordings alone."""
        words = plain(text)
        return (
            self.headings.get(words)
            or self.headings.get(self._squeezed.get(words.replace(" ", ""), ""))
            or ("", 0.0)
        )

    def _heading(self, words: str) -> tuple[str, float]:
        squeezed = words.replace(" ", "")
        if found := self.headings.get(words) or self.headings.get(self._squeezed.get(squeezed, "")):
            return found
        near = self._near_heading(words, squeezed)
        padded = _padded(words)
        rule = next((rule for rule in self.rules if rule.fits(padded)), None)
        if near is not None:
            means, weight = self.headings[near[0]]
            if rule is None or rule.means == means or near[1] >= 93:
                return means, weight * near[1] / 100
        return (rule.means, rule.weight) if rule else ("", 0.0)

    def _near_heading(self, words: str, squeezed: str) -> tuple[str, float] | None:
        """The wording that is most alike and how much, of 100; "số tiếp nhận" and "ngày tiếp nhận" are not."""
        if len(squeezed) < 5:
            return None
        head = words.split(" ", 1)[0]
        for found, alike, _ in process.extract(
            squeezed, self._squeezed.keys(), scorer=fuzz.ratio, score_cutoff=_NEAR, limit=8
        ):
            known = self._squeezed[found]
            other = known.split(" ", 1)[0]
            if head == other or not {head, other} & _HEADS:
                return known, alike
        return None

    def status(self, text: str) -> int | None:
        """The national code 1–10 of a status in words or as its number; None for what is none ("Đúng hạn")."""
        return self._once("status", text, self._status)  # type: ignore[return-value]

    def _status(self, text: str) -> int | None:
        words = plain(text)
        if words.isdigit():
            return int(words) if 1 <= int(words) <= 10 else None
        status = _read(words, self.statuses, first=False)
        if status in (None, 8) and "(" in text:  # "Tạm dừng (chờ bổ sung)"
            inside = _read(key(text.split("(", 1)[1]), self.statuses, first=False)
            return inside if inside in (5, 6, 7) or status is None else status
        return status

    def is_open_ended(self, text: str) -> bool:
        """Whether a status' words say "done" and leave open whether the result was handed over."""
        return any(_without_timeliness(words) in self.open_ended for words in _bared(text))

    def channel(self, text: str) -> Channel | None:
        """How a dossier came in; the first way that is named."""
        return self._once("channel", text, self._channel)  # type: ignore[return-value]

    def _channel(self, text: str) -> Channel | None:
        return _read(plain(text), self.channels, first=True)

    def status_alone(self, text: str) -> int | None:
        """As `status`, only where the text says nothing else: a group's name, a sheet's."""
        found = (self.statuses.get(words) for words in _bared(text) if not words.isdigit())
        return next((status for status in found if status), None)

    def channel_alone(self, text: str) -> Channel | None:
        """As `channel`, for a group's name or a sheet's: "Nộp trực tiếp tại …", never an office's name."""
        for bare in _bared(text):
            words = _LEADING.sub("", bare)
            for known in self.names_of_channels:
                if words == known or (words.startswith(known + " ") and len(words.split()) <= 12):
                    return self.channels[known]
        return None

    def _once(self, what: str, text: str, read: object) -> object:
        if (what, text) not in self._seen:
            if len(self._seen) > 50_000:
                self._seen.clear()
            self._seen[what, text] = read(text)  # type: ignore[operator]
        return self._seen[what, text]


_LEADING = re.compile(
    r"^(?:(?:ho so|nop|tiep nhan|gui|nhan|dang ky) )*(?:(?:qua|bang|tai|theo) )?(?:(?:hinh thuc|dich vu|duong|kenh) )?(?=\w)"
)
_LABELS = (
    re.compile(r"^(?:[ivx]+|[a-h]|\d{1,2}) (?=\D)"),
    re.compile(r" (?:(?:tong so|so luong|tong|co) )?(?:\d+ ho so|\d+|so luong|tong so)$"),
    re.compile(r"^(?:danh sach|nhom) "),
    re.compile(
        r"^(?:trang thai|tinh trang|hinh thuc(?: nop| tiep nhan)?|kenh(?: tiep nhan)?)(?: ho so)? (?=\w)"
    ),
    re.compile(r"^(?:cac )?ho so (?=\w)"),
)


def _bared(text: str) -> Iterator[str]:
    """A name and what is left of it without its number, its count, its label, one after the other."""
    words = plain(text)
    yield words
    for label in _LABELS:
        bare = label.sub("", words)
        if bare != words:
            words = bare
            yield words


def _without_timeliness(words: str) -> str:
    return " ".join(_TIMELINESS.sub(" ", words).split())


def _read(words: str, known: Mapping[str, _Meaning], *, first: bool) -> _Meaning | None:
    """A wording's meaning: the very words, the words less "đúng hạn" and figures, those that stand in it, near ones.

    first: of several that stand in it the first, else the last ("đã tiếp nhận, đang xử lý").
    """
    if not words or len(words) > 160:
        return None
    bare = " ".join(re.sub(r"^\d+ |\b\d+$", " ", _without_timeliness(words)).split())
    for candidate in (words, bare):
        if candidate in known:
            return known[candidate]
    if not bare:
        return None
    if held := _held(bare, known):
        return known[min(held, key=lambda one: one[0])[2] if first else max(held, key=lambda one: one[1])[2]]
    if len(bare) < 6:
        return None
    near = process.extract(bare, known.keys(), scorer=fuzz.ratio, score_cutoff=_NEAR, limit=8)
    signs = _SIGNS & set(bare.split())
    return next((known[wording] for wording, *_ in near if _SIGNS & set(wording.split()) == signs), None)


_SIGNS = frozenset({"khong", "chua", "cho", "da", "dang"})
"""small words that turn a status into another"""
_TELLING = _SIGNS | {"moi", "yeu", "duoc", "tu", "dung", "tam", "rut", "xin", "qua", "nop", "truc", "buu", "toan", "mot", "cong", "dich", "tai"}  # fmt: skip
"""first words of wordings that are looked for in longer texts; "tiếp nhận" alone stands in many offices' names"""


def _held(text: str, known: Mapping[str, object]) -> list[tuple[int, int, str]]:
    """The wordings that stand in a text, with their first and last place; of two that overlap the one with
    a small word, else the longer.
    """
    padded = f" {text} "
    found = [
        (at, at + len(wording), wording)
        for wording in known
        if ((" " in wording and wording.split(" ", 1)[0] in _TELLING) or wording.count(" ") > 2)
        and (at := padded.find(f" {wording} ")) >= 0
        and not _negated(padded[:at])
    ]
    found.sort(key=lambda one: (one[2].split(" ", 1)[0] not in _SIGNS, one[0] - one[1]))
    kept: list[tuple[int, int, str]] = []
    for one in found:
        if all(one[1] <= other[0] or other[1] <= one[0] for other in kept):
            kept.append(one)
    return kept


def _negated(before: str) -> bool:
    return before.rsplit(None, 1)[-1:] in (["khong"], ["chua"])


def _padded(words: str) -> str:
    """For finding whole words; "hồ sơ" as one, so that "số" is not found in it."""
    return f" {words} ".replace(" ho so ", " hoso ")


def words_from_rows(
    headings: Iterable[Mapping[str, str]],
    statuses: Iterable[Mapping[str, str]],
    channels: Iterable[Mapping[str, str]],
) -> DossierWords:
    """The wordings of the three data files."""
    phrases: dict[str, tuple[str, float]] = {}
    rules: list[_Rule] = []
    for row in headings:
        if row["kind"] == "phrase":
            phrases.setdefault(plain(row["words"]), (row["means"], float(row["weight"])))
        else:
            parts = row["words"].split("|")
            rules.append(
                _Rule(
                    row["means"],
                    tuple(_padded(plain(part)) for part in parts if not part.startswith("-")),
                    tuple(_padded(plain(part[1:])) for part in parts if part.startswith("-")),
                    float(row["weight"]),
                )
            )
    by_status: dict[str, int] = {}
    open_ended: set[str] = set()
    for row in statuses:
        by_status.setdefault(plain(row["words"]), int(row["code"]))
        if row["if_returned"]:
            open_ended.add(plain(row["words"]))
    by_channel: dict[str, Channel] = {}
    names: list[str] = []
    for row in channels:
        if row["alone"]:
            names.append(plain(row["words"]))
        by_channel.setdefault(plain(row["words"]), row["channel"])  # type: ignore[arg-type]
    return DossierWords(
        phrases, tuple(rules), by_status, frozenset(open_ended), by_channel,
        tuple(sorted(names, key=len, reverse=True)),
        {words.replace(" ", ""): words for words in phrases},
    )  # fmt: skip
