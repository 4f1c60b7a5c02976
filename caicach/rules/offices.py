"""Offices under all their spellings: recognising one, and telling apart several in one cell.

An office is one however it is written. Its identity is a key: folded, abbreviations written out, blanks and signs
gone, the tail "phường X" gone. Groups ("Các phòng, ban, ngành") keep the document's words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from rapidfuzz import fuzz, process

from caicach.rules.vntext import fold, key, nfc, spelling, squeeze

# Written out before comparing; what the letters stand for in a ward's papers (handbook 1.4).
_WRITTEN_OUT = (
    (r"\bhoi dong nhan dan\b", "hdnd"), (r"\buy ban nhan dan\b", "ubnd"), (r"\bub nd\b", "ubnd"), (r"\bh[dđ]nd\b", "hdnd"),
    (r"\bvp\b", "van phong"), (r"\bp\b(?=\s*[a-z])", "phong"), (r"\bttpvhcc\b", "trung tam phuc vu hanh chinh cong"), (r"\bpvhcc\b", "phuc vu hanh chinh cong"),
    (r"\bhcc\b", "hanh chinh cong"), (r"\bbchqs\b", "ban chi huy quan su"), (r"\bbch\b", "ban chi huy"), (r"\bchqs\b", "chi huy quan su"), (r"\bbqlda\b", "ban quan ly du an"),
    (r"\bbql\b", "ban quan ly"), (r"\bqlda\b", "quan ly du an"), (r"\bdvth\b", "dich vu tong hop"), (r"\bdvsn\b", "don vi su nghiep"), (r"\bsncl\b", "su nghiep cong lap"),
    (r"\btt(?= (?:phuc vu|dich vu|hanh chinh|van hoa|cung ung|giao duc|y te|chinh tri))", "trung tam"), (r"\btt(?= (?:hdnd|dang uy|ubnd))", "thuong truc"),
    (r"\blhpn\b", "lien hiep phu nu"), (r"\bccb\b", "cuu chien binh"), (r"\bubmttqvn\b", "ubmttq viet nam"), (r"\buy ban mat tran to quoc\b", "ubmttq"), (r"\b(?:uy ban|ub) mttq\b", "ubmttq"),
    (r"\bcap\b$", "cong an"),
)  # fmt: skip
_TAIL = re.compile(
    r"\s+(?:(?:của|thuộc)\s+)?(?:(?:phường|xã|đặc khu)(?!\s+[Hh][ộỘ][iI])(?:\s+(?!Phòng|Ban |Trung tâm|Văn phòng|Văn$|Trung$|Công an|Trạm|Hội |Đoàn |Ủy|Các |Quân sự|Trường )"
    r"[A-ZĐÀ-Ỹ][a-zà-ỹđ’'-]*){0,4}|(?:PHƯỜNG|XÃ)(?!\s+HỘI)(?:\s+[A-ZĐÀ-Ỹ]+){0,4})$"
)
_PLACE = re.compile(
    r"\s+(?:(?:của|thuộc)\s+)?(?:phường|xã|đặc khu)(?:\s+(?!Phòng|Ban\b|Trung tâm|Văn phòng|Văn$|Trung$|Công an|Trạm|Hội\b|Đoàn\b|Ủy|Các\b|Quân sự|Trường\b)"
    r"[A-ZĐÀ-Ỹ][a-zà-ỹđ’'-]*){0,4}"
)
_HEADS = (
    "phong|ban|trung tam|tt|van phong|vp|cong an|ca|tram|truong|hoi(?! nghi)|doan(?! the)|ubmttq|uy ban|mat tran|so|dang uy|to(?! chuc)|chi cuc|kho bac|bao hiem|thue|ngan hang|"
    "dien luc|cong ty|hdnd|ubnd|lanh dao|bi thu|chu tich|can bo|cong chuc|bo phan|thuong truc|quan su|bch|bql|bqlda|khu pho|ap|thon|vien|toa an|hat|doi|"
    "thanh tra|hop tac xa|quy|chi bo|dang bo|cong doan|nha van hoa|thu vien|dai|bhxh|kiem lam|vkstnd|p|don vi|co quan|nganh|chanh van phong|giam doc|truong phong|thu truong"
)
_HEAD = re.compile(rf"(?:cac|tat ca|toan the|nhung)?\s*(?:{_HEADS})\b")
_GROUP = re.compile(
    r"^(?:cac|tat ca|toan the|toan bo|nhung|tung|cac truong|truong cac|thu truong cac|lanh dao cac|ban dieu hanh|bdh|thanh vien|nguoi dung dau|khu pho|cong chuc|can bo|ubnd (?:phuong|xa)$|don vi su nghiep|cap uy|chi bo)\b"
)
_EVERYBODY = re.compile(
    r"^(?:(?:cac|tat ca|toan the|toan bo)\b.*\b(?:co quan|don vi|phong|ban|nganh|bo phan)\b|.*\bcac (?:co quan|phong|ban|don vi|nganh)\b)"
)


@dataclass(frozen=True, slots=True)
class KnownOffice:
    """name: the full one; kind: "office", or "outside" (not the committee's own: the document's words are kept)."""

    name: str
    kind: str = "office"
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """One office or group as a cell names it.

    name: the full name for a known office, else the words as they stand; written: the words as they stand; known:
    found in the directory; group: several offices at once; short: cut or shortened so that it fits more than one
    ("Văn phòng"); misspelt: recognised only by likeness.
    """

    name: str
    written: str
    known: bool = False
    group: bool = False
    short: bool = False
    misspelt: bool = False


def called(short: str) -> str:
    """How an office is named where several stand beside each other: a group that a plan calls "Tất cả" says of what,
    as beside it "all" is a word of the page."""
    return "Tất cả các phòng, ban" if key(short) == "tat ca" else short


@lru_cache(maxsize=8192)
def office_key(text: str) -> str:
    """What an office is compared by: equal for all its spellings."""
    folded = re.sub(
        r"[^a-z0-9]+", " ", fold(_without_tail(squeeze(nfc(text)).rstrip(" .;,"))).replace("&", " va ")
    ).strip()
    for pattern, full in _WRITTEN_OUT:
        folded = re.sub(pattern, full, folded)
    folded = re.sub(r"\b(?:va|voi)\b", " ", folded)
    return folded.replace(" ", "")


def is_group(text: str) -> bool:
    """Several offices under one name: "Các phòng, ban, ngành", "Trưởng các khu phố"."""
    return bool(_GROUP.match(re.sub(r"[^a-z0-9]+", " ", fold(text)).strip()))


def is_everybody(text: str) -> bool:
    """A group that leaves nobody out, and so nobody in charge: "Các cơ quan, đơn vị thuộc UBND phường"."""
    folded = re.sub(r"[^a-z0-9]+", " ", fold(text)).strip()
    return is_group(text) and bool(_EVERYBODY.match(folded)) and "chuyen mon" not in folded


@dataclass(slots=True)
class Directory:
    """The offices that are known: the handbook's, and the ward's own where they are given.

    own: the ward's list, by which an unknown lead is told; None when nobody gave one.
    """

    known: list[KnownOffice]
    own: list[KnownOffice] | None = None
    _keys: dict[str, KnownOffice] = field(init=False, default_factory=dict)
    _words: int = field(init=False, default=0)
    _told_apart: dict[str, list[Mention]] = field(init=False, default_factory=dict)
    """cells already read: a plan names the same few offices on every row"""

    def __post_init__(self) -> None:
        for office in [*(self.own or []), *self.known]:
            for name in (office.name, *office.aliases):
                self._keys.setdefault(office_key(name), office)
        self._words = 16

    def find(self, text: str) -> KnownOffice | None:
        """The office of this spelling, exactly by its key."""
        return self._keys.get(office_key(text))

    def nearest(self, text: str) -> KnownOffice | None:
        """An office whose spelling is within a scan's slips (a letter or two) of this one."""
        key = office_key(text)
        if len(key) < 10:
            return None
        found = process.extractOne(key, self._keys.keys(), scorer=fuzz.ratio, score_cutoff=90)
        return self._keys[found[0]] if found and abs(len(found[0]) - len(key)) <= 2 else None

    def _cut_short(self, text: str) -> KnownOffice | None:
        """The one office whose name begins so, when most of it is there: "Phòng Kinh tế, Hạ tầng và Đô"."""
        key = office_key(text)
        if len(key) < 14:
            return None
        begun = {
            office.name: office
            for known, office in self._keys.items()
            if known.startswith(key) and len(key) * 10 >= len(known) * 7
        }
        return next(iter(begun.values())) if len(begun) == 1 else None

    def in_ward(self, name: str) -> bool:
        """Whether the ward has it (always, when its list was not given)."""
        if self.own is None:
            return True
        key = office_key(name)
        return any(key in {office_key(n) for n in (office.name, *office.aliases)} for office in self.own)

    def mentions(self, cell: str) -> list[Mention]:
        """The offices a cell names, in order; [] for an empty one."""
        if cell not in self._told_apart:
            self._told_apart[cell] = self._tell_apart(cell)
        return list(self._told_apart[cell])

    def _tell_apart(self, cell: str) -> list[Mention]:
        text = nfc(cell)
        text = re.sub(r"(?m)^\s*(?:[-–+•*]\s*)+", "\n", text)
        text = re.sub(r"^[\s.;,–-]+|[\s.;,–-]+$", "", text)
        if not re.search(r"\w", text):
            return []
        whole = squeeze(text)
        if self.find(whole) and (known := self._one(whole)):
            return [known]
        found: list[Mention] = []
        for part in self._parts(text):
            part = re.sub(r"^[\s.;,–+•*-]+|[\s.;,–+•*-]+$", "", squeeze(part))
            if re.search(r"\w", part):
                found.append(self._one(part) or Mention(part, part, group=is_group(part)))
        # a misread name may fall apart at its own comma: taken whole, when its parts make no sense
        if len(found) > 1 and any(not mention.known and not mention.group for mention in found):
            mended = self._one(whole)
            if mended and mended.known:
                return [mended]
        return found

    def _one(self, text: str) -> Mention | None:
        """A text that is one known office, whole."""
        plain = re.sub(
            r"\s*\((?:chủ trì|phối hợp|cơ quan thường trực|đầu mối|tham mưu)\)$",
            "",
            text,
            flags=re.IGNORECASE,
        )
        office = self.find(plain)
        misspelt = False
        if office is None and not is_group(plain):
            office = self.nearest(plain) or self._cut_short(plain)
            misspelt = office is not None
        if office is None:
            if re.fullmatch(r"van phong|vp", fold(plain).strip(" .")):
                return Mention(plain, text, short=True)
            return None
        name = office.name if office.kind != "outside" else _without_tail(plain)
        return Mention(name, text, known=True, misspelt=misspelt or self._slipped(plain, office))

    def _slipped(self, text: str, office: KnownOffice) -> bool:
        """Whether a word carries other marks than in every spelling of that office (Vãn hóa, HDND)."""
        words = re.findall(r"[^\W\d_]+", text)
        right = {
            spelling(word)
            for name in (office.name, *office.aliases)
            for word in re.findall(r"[^\W\d_]+", name)
        } - {"hdnd"}
        folded = {fold(word) for word in right}
        return any(fold(word) in folded and spelling(word) not in right for word in words)

    def _parts(self, text: str) -> list[str]:
        """The cell cut where one office ends and the next begins: known names first, then at signs and "và"."""
        lines = [line for line in re.split(r"[;\n]+", text) if re.search(r"\w", line)]
        lines = self._rejoin(lines)
        parts: list[str] = []
        for line in lines:
            parts.extend(self._cut(squeeze(line)))
        return parts

    def _rejoin(self, lines: list[str]) -> list[str]:
        """Lines that only wrapped: a line that is no beginning of an office goes on the one before."""
        joined: list[str] = []
        for line in lines:
            if joined and self.find(line) and not re.search(r"(?:,|[-–]|\bvà|&)\s*$", joined[-1]):
                joined.append(line)
                continue
            begins = _HEAD.match(re.sub(r"[^a-z0-9]+", " ", fold(line)).strip())
            if (
                joined
                and (not begins or re.search(r"(?:,|[-–]|\bvà|\bvới|&)\s*$", joined[-1]))
                and not is_group(line)
            ) or (joined and self.find(f"{joined[-1]} {line}")):
                joined[-1] = f"{joined[-1].rstrip()} {line.strip()}"
            else:
                joined.append(line)
        return joined

    def _cut(self, line: str) -> list[str]:
        words = [(m.start(), m.end()) for m in re.finditer(r"[^\s,;/]+|/", line)]
        parts: list[str] = []
        begin = place = 0
        while place < len(words):
            length = self._known_at(line, words, place)
            if length:
                before = line[begin : words[place][0]]
                if re.search(r"\w", before) and not re.fullmatch(
                    r"\s*(?:và|với|cùng|,|-|/|\s)*\s*", before, re.IGNORECASE
                ):
                    parts.extend(self._loose(before))
                end = words[place + length - 1][1]
                tail = _PLACE.match(line, end)
                end = tail.end() if tail else end
                parts.append(line[words[place][0] : end])
                begin = end
                place = next((n for n, word in enumerate(words) if word[0] >= end), len(words))
            else:
                place += 1
        rest = (
            re.sub(r"^[\s,;-]*(?:và|với|cùng)\b", "", line[begin:], flags=re.IGNORECASE)
            if parts
            else line[begin:]
        )
        if re.search(r"\w", rest):
            parts.extend(self._loose(rest))
        return parts

    def _known_at(self, line: str, words: list[tuple[int, int]], place: int) -> int:
        """How many words from here on name a known office; 0 for none. Not in the middle of a group."""
        begin = words[place][0]
        if re.match(r"(?:và|với|cùng)\b", line[begin:], re.IGNORECASE):
            return 0
        previous = line[words[place - 1][0] : begin] if place else ""
        if place and re.match(r"(?:các|Các|trưởng|Trưởng)\b", previous):
            return 0
        for length in range(min(self._words, len(words) - place), 0, -1):
            end = words[place + length - 1][1]
            text = line[begin:end]
            if length > 3 and re.search(
                r"\s(?:phường|xã)\s+(?:Phòng|Văn phòng|Trung tâm|Ban|Công an)\b", text
            ):
                continue  # two names with a blank between them
            if length == 1 and len(text) < 4 and text not in ("CA", "CAP", "ĐU"):
                continue
            if re.search(r"(?:\bvà|\bvới|-|–|\bphường|\bxã|&|,)$", text):
                continue
            if office_key(text) in self._keys and not is_group(text):
                return length
        return 0

    def _loose(self, text: str) -> list[str]:
        """Words that hold no known office: cut at commas and "và" only before a word that heads an office or group."""
        text = re.sub(r"^[\s,;]*(?:và|với|cùng)\s+|[\s,;]+$", "", text, flags=re.IGNORECASE)
        parts = [""]
        for piece in re.split(r"(\s*,\s*|\s+và\s+|\s+-\s+(?:-\s+)?|\s*/\s*)", text):
            folded = re.sub(r"[^a-z0-9]+", " ", fold(piece)).strip()
            sign = re.fullmatch(r"\s*,\s*|\s+và\s+|\s+-\s+(?:-\s+)?|\s*/\s*", piece)
            if sign or not folded:
                parts[-1] += piece
                continue
            heads = _HEAD.match(folded) or re.match(r"(?:cac|truong cac|thu truong)\b", folded)
            inside = is_group(parts[-1]) and not re.match(
                r"(?:cac|truong|thu truong|khu pho|uy ban|ubmttq|hoi|doan|cong an|trung tam|tram)\b", folded
            )
            lone = len(folded.split()) == 1 and folded not in ("khu pho",)
            if re.search(r"\w", parts[-1]) and heads and not inside and not (lone and is_group(parts[-1])):
                parts.append(piece)
            else:
                parts[-1] += piece
        return [
            re.sub(r"(?:\s*,|\s+và|\s+-|\s*/)+\s*$", "", part) for part in parts if re.search(r"\w", part)
        ]


def _without_tail(text: str) -> str:
    """The name without "phường", "phường X" at its end."""
    return _TAIL.sub("", text) or text


def split_roles(cell: str) -> tuple[str, str] | None:
    """ "Chủ trì: A; phối hợp: B" and "A chủ trì, phối hợp với B": (lead's words, coordinators' words), else None."""
    text = nfc(cell)
    low = text.lower()
    if "phối hợp" not in low and "chủ trì" not in low:
        return None
    marked = re.findall(r"([^;,\n()]+?)\s*\((chủ trì|phối hợp)\)", text, re.IGNORECASE)
    if marked:
        lead = "; ".join(squeeze(name) for name, role in marked if role.lower() == "chủ trì")
        with_ = "; ".join(squeeze(name) for name, role in marked if role.lower() == "phối hợp")
        return lead, with_
    joint = re.search(
        r"[;,.\n-]*\s*(?:và\s+)?(?:cơ quan |đơn vị )?phối hợp(?:\s+thực hiện)?\s*(?:với|cùng)?\s*:?\s*",
        text,
        re.IGNORECASE,
    )
    lead, with_ = (text[: joint.start()], text[joint.end() :]) if joint else (text, "")
    lead = re.sub(
        r"^[\s\-–+•]*(?:cơ quan |đơn vị )?chủ trì\s*:?\s*|[\s,;:]*\(?\s*(?:là )?(?:cơ quan |đơn vị )?chủ trì(?:\s+tham mưu)?\)?[\s,;:]*$",
        "",
        lead,
        flags=re.IGNORECASE,
    )
    # phối hợp may stand first: "Phối hợp: B; chủ trì: A"
    if not re.search(r"\w", lead) and (
        later := re.search(r"[;,.\n-]*\s*chủ trì\s*:?\s*", with_, re.IGNORECASE)
    ):
        return with_[later.end() :], with_[: later.start()]
    return lead, with_


def directory_from_rows(rows: Iterable[dict[str, str]], own: Iterable[str] | None = None) -> Directory:
    """From `data/offices.csv` (name, kind, aliases joined by "|"), and the ward's own office names if given.

    A line of own may hold aliases: "Phòng Văn hóa – Xã hội | VHXH".
    """
    known = [
        KnownOffice(row["name"], row["kind"], tuple(a for a in row["aliases"].split("|") if a))
        for row in rows
    ]
    keys = {office_key(name): office for office in known for name in (office.name, *office.aliases)}
    mine = None
    if own is not None:
        mine = []
        for line in own:
            name, *aliases = [part.strip() for part in line.split("|")]
            if not name:
                continue
            same = keys.get(office_key(name))
            mine.append(
                KnownOffice(same.name, "office", (*same.aliases, name, *aliases))
                if same
                else KnownOffice(name, "office", tuple(aliases))
            )
    return Directory(known, mine)
