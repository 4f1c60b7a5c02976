"""What stands in one cell, cleaned: content, deliverables, numbers, titles."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from caicach.rules.vntext import fold, sentence_case, squeeze

_TAG = re.compile(
    r"</?(?:ul|ol|li|p|br|b|i|u|strong|em|div|span|table|tr|td|th|font|sup|sub|h\d)\b[^<>]*>", re.IGNORECASE
)
_ENTITY = {"&nbsp;": " ", "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"'}
_POINT = re.compile(r"^\s*(?:[-–—+•*·●○▪■◦‣❖✓]|o(?= [A-ZĐÀ-Ỹ]))\s*(?=\S)")
_INLINE_POINT = re.compile(r"(?<=[.;:])\s+[-–+•*]\s+(?=[A-ZĐÀ-Ỹ])")
_COUNT = re.compile(
    r"\s*(?:[(\[:–-]\s*)?(?:gồm\s*|có\s*|tổng số\s*)?(\d{1,3})\s*(?:nhiệm vụ|chỉ tiêu|nội dung|công việc|đầu việc|việc|mục|hoạt động|chỉ số)(?: cụ thể| chủ yếu| thành phần)?\s*[)\]]?\s*[.:;]?\s*$",
    re.IGNORECASE,
)
# Kinds of document and of other things handed in (NĐ 30/2020/NĐ-CP, Điều 7; handbook 4.3), folded.
_KINDS = (
    "nghi quyet|quyet dinh|chi thi|quy che|quy dinh|thong cao|thong bao|huong dan|chuong trinh|ke hoach|phuong an|de an|du an|bao cao|bien ban|to trinh|hop dong|cong van|cong dien|"
    "ban ghi nho|giay moi|giay|phieu|thu|van ban|cac van ban|hoi nghi|hoi thao|tin bai|tin|bai|danh muc|danh sach|ho so|ket luan|ket qua|so lieu|so|bang|lop|cuoc|buoi|hinh anh|video|phong su|"
    "chuyen muc|chuyen de|mo hinh|phan mem|he thong|co so du lieu|du lieu|trang|cong|app|ung dung|tap huan|cong trinh|san pham|sang kien|de xuat|cac ke hoach|cac bao cao|cac quyet dinh|du thao|"
    "quy trinh|tai lieu|ban tin|an pham|pano|khau hieu|to roi|to gap|thong ke|bieu mau|ban|dien dan|doi thoai|khao sat|cam ket|thoa thuan|quy uoc|noi quy|le phat dong|hoi thi|cuoc thi"
)
_KIND = re.compile(rf"(?:{_KINDS})\b")


@dataclass(frozen=True, slots=True)
class Number:
    """The number of a row or heading: text without its dot or bracket; style as its letters are, value for comparing."""

    text: str
    style: Literal["roman", "letter", "arabic", "dotted", "small", "point"]
    value: int


_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50}


def roman_value(text: str) -> int:
    """IX → 9."""
    total = 0
    for letter, following in zip(text, [*text[1:], ""], strict=True):
        value = _ROMAN[letter]
        total += -value if following and _ROMAN[following] > value else value
    return total


def roman(value: int) -> str:
    """9 → IX."""
    text = ""
    for letters, size in (("L", 50), ("XL", 40), ("X", 10), ("IX", 9), ("V", 5), ("IV", 4), ("I", 1)):
        count, value = divmod(value, size)
        text += letters * count
    return text


def parse_number(text: str) -> Number | None:
    """ "1", "1.", "(1)", "1.2", "a)", "II", "II.", "A", "-"; None for words."""
    plain = re.sub(r"^[\s(\[]+|[\s.)\]:/–-]+$", "", text)
    if not plain:
        return Number("-", "point", 0) if re.fullmatch(r"\s*[-–+•]\s*", text) else None
    if re.fullmatch(r"\d{1,4}", plain):
        return Number(plain, "arabic", int(plain))
    if re.fullmatch(r"\d+(?:\.\d+)+", plain) or re.fullmatch(r"[IVXL]+(?:\.\d+)+", plain):
        return Number(plain, "dotted", int(plain.rsplit(".", 1)[1]))
    if re.fullmatch(r"[IVXL]+", plain) and roman(roman_value(plain)) == plain:
        return Number(plain, "roman", roman_value(plain))
    if re.fullmatch(r"[A-HĐ]", plain):
        return Number(plain, "letter", "ABCDĐEFGH".index(plain) + 1)
    if re.fullmatch(r"[a-zđ]", plain):
        return Number(plain, "small", ord(plain[0]) if plain != "đ" else 0)
    scanned = plain.replace("l", "I").replace("1", "I") if re.fullmatch(r"[IVXl1]+", plain) else ""
    if scanned and roman(roman_value(scanned)) == scanned:
        return Number(scanned, "roman", roman_value(scanned))
    return None


def split_numbered(text: str) -> tuple[Number | None, str]:
    """ "II CẢI CÁCH …", "B. Nhiệm vụ", "1.2. Ban hành …", "Phần I: …" → its number and the words behind it."""
    text = squeeze(text)
    found = re.match(
        r"(?:(?:phần|mục|chương|nhóm)\s+)?((?:[IVXL]+(?:\.\d+)*)|\d{1,3}(?:\.\d{1,3})*|[A-HĐ]|[a-zđ](?=\)))\s*[.):/–-]*\s+(?=\S)",
        text,
        re.IGNORECASE,
    )
    if found and (
        number := parse_number(
            found[1].upper() if not found[1][0].isdigit() and len(found[1]) > 1 else found[1]
        )
    ):
        # a lone capital or small letter needs its dot or bracket: "A dua" is no heading
        if number.style in ("letter", "small") and not re.match(r".[.):]", found[0].strip() + " "):
            if number.style == "small" or not text[found.end() :].isupper():
                return None, text
        if (
            number.style == "arabic"
            and re.match(r"\d+\s+\S", text)
            and not re.match(r"\d+\s*[.):/–-]", text)
            and text[found.end()].islower()
        ):
            return None, text
        return number, text[found.end() :].strip()
    return None, text


def has_markup(text: str) -> bool:
    """Whether a scan left HTML tags or a lone quotation mark behind."""
    return bool(_TAG.search(text))


def unmarked(text: str) -> str:
    """Tags gone, list items and breaks on lines of their own."""
    text = re.sub(r"<(?:li|br|p|tr)\b[^<>]*>", "\n", text, flags=re.IGNORECASE)
    text = _TAG.sub(" ", text)
    for entity, letter in _ENTITY.items():
        text = text.replace(entity, letter)
    return text


def clean_content(text: str) -> str:
    """The words of a content cell: no markup, blanks squeezed, points on lines of their own without their dashes."""
    text = unmarked(text)
    text = re.sub(r"\*\*(.+?)\*\*", r"\1", text)
    text = _INLINE_POINT.sub("\n", text)
    lines = [squeeze(_POINT.sub("", line)) for line in text.split("\n")]
    return "\n".join(line for line in lines if line)


def clean_short(text: str) -> str:
    """The words of a short cell on one line."""
    return squeeze(unmarked(text))


def heading_title(text: str) -> tuple[str, int | None]:
    """A section's title in sentence case, and its declared count: "CẢI CÁCH THỂ CHẾ (08 nhiệm vụ)" → ("Cải cách thể chế", 8)."""
    text = clean_short(text)
    count = None
    if found := _COUNT.search(text):
        if found.start() > 0:
            count = int(found[1])
            text = text[: found.start()]
    return sentence_case(text.strip(" .:;–-")), count


def deliverables(cell: str) -> tuple[str, ...]:
    """The things a cell asks for, one each: cut at ";", lines, and at ",", "/" and "và" before another kind of document."""
    text = re.sub(r"\*\*(.+?)\*\*", r"\1", unmarked(cell))
    parts: list[str] = []
    for line in re.split(r"[;\n]", text):
        line = squeeze(_POINT.sub("", line))
        if not re.search(r"\w", line):
            continue
        kind = _KIND.match(fold(line))
        if parts and not kind and line[:1].islower():
            parts[-1] += " " + line  # a line that only wrapped
            continue
        parts.extend(_cut_kinds(line))
    cleaned = [part.strip(" .,;–-") for part in parts]
    return tuple(part[:1].upper() + part[1:] for part in cleaned if re.search(r"\w", part))


def _cut_kinds(line: str) -> list[str]:
    parts = [""]
    pieces = re.split(r"(\s*,\s*(?:và\s+)?|\s+và\s+|\s*/\s*|\s*\+\s*)", line)
    for place, piece in enumerate(pieces):
        if place % 2:
            continue
        joint = pieces[place - 1] if place else ""
        kind = _KIND.match(fold(piece))
        capital = (
            piece[:1].isupper()
            and "," in joint
            and not re.search(r"(?:phong|ban|trung tam|cua|ve)\b[^,]*$", fold(parts[-1]))
        )
        tin_bai = fold(piece).startswith("bai") and fold(parts[-1]).rstrip().endswith("tin")
        whole_phrase = (
            re.search(r"(?:cua|ve|cho|tai|thuc hien|trien khai)\b", fold(parts[-1]))
            and "va" in joint
            and not piece[:1].isupper()
        )
        if place and (kind or capital) and not tin_bai and not whole_phrase:
            parts.append(piece)
        else:
            parts[-1] += joint + piece
    return parts
