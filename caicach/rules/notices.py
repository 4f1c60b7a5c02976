"""Short notices to citizens: which moments tell, in which words, how long an SMS they make. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from caicach.rules import wording
from caicach.rules.refusal import Refusal
from caicach.rules.vntext import nfc, squeeze

MOST = 400
"""signs of a notice before its names are filled in: more is a letter"""
CHANNELS = {"sms": "SMS", "zalo": "Zalo", "email": "Thư điện tử"}
NAMES = {
    "phuong": "tên phường", "ma_ho_so": "mã hồ sơ", "luc": "lúc việc xảy ra", "don_vi": "đơn vị đang giữ hồ sơ", "hen_tra": "lúc hẹn trả kết quả",
    "hen_cu": "lúc hẹn trả lần trước", "hen_moi": "lúc hẹn trả mới", "han_bo_sung": "ngày cuối để bổ sung", "bo_phan": "tên bộ phận ở quầy",
    "dia_chi": "địa chỉ của quầy", "dien_thoai": "điện thoại của quầy",
}  # fmt: skip
"""what a notice may name: never a person or a procedure, for a phone may be a family's"""
_OF = {"supplement": ("han_bo_sung",), "extended": ("hen_cu", "hen_moi")}
_SPECIAL = frozenset(name for names in _OF.values() for name in names)
SAMPLE = {
    "phuong": "Phường Mẫu", "ma_ho_so": "H01.31.05-261123-0007", "luc": "14:05 23/11/2026", "don_vi": "Phòng Văn hóa – Xã hội", "hen_tra": "17:00 30/11/2026",
    "hen_cu": "17:00 30/11/2026", "hen_moi": "17:00 02/12/2026", "han_bo_sung": "23/12/2026", "bo_phan": "Bộ phận Một cửa",
    "dia_chi": "Số 1, đường Mẫu", "dien_thoai": "0000 000 000",
}  # fmt: skip
"""of an invented dossier"""

NOT_TOLD = {
    "unasked": "người dân không đăng ký nhận tin", "unknown": "chưa biết cách báo: in giấy và gọi điện", "no-contact": "chưa có số điện thoại hoặc địa chỉ thư",
    "off": "kênh này đang tắt ở máy chủ", "passed": "việc đã qua bước khác trước khi kịp báo", "sealed": "không mở được số điện thoại",
}  # fmt: skip
"""why somebody was not told"""


@dataclass(frozen=True, slots=True)
class Moment:
    """events: of a dossier, that it tells of; states: in which it is still true, none for any; is_on: where a ward says nothing else;
    reason: how an e-mail calls the event's word, "" where it leaves it out; text: where a ward says nothing else."""

    code: str
    name: str
    events: tuple[str, ...]
    states: frozenset[str]
    is_on: bool
    reason: str
    text: str
    source: str
    is_sure: bool

    def holds(self, state: str) -> bool:
        return not self.states or state in self.states


def moments_from(rows: Iterable[Mapping[str, str]]) -> dict[str, Moment]:
    return {
        row["moment"]: Moment(
            row["moment"], row["name"], tuple(row["events"].split()), frozenset() if row["while"] == "*" else frozenset(row["while"].split()),
            row["standing_on"] == "on", row["reason"], row["text"], row["source"], row["standing"] == "sure",
        )
        for row in rows
    }  # fmt: skip


def moment_of(event: str, way: str, moments: Mapping[str, Moment]) -> Moment | None:
    """What an event of a dossier is told as; way: how its result comes."""
    if event == "resolve":
        return moments[{"post": "ready-post", "file": "ready-file"}.get(way, "ready")]
    return next((one for one in moments.values() if event in one.events), None)


def names_of(moment: str) -> dict[str, str]:
    """name → what stands there, of all that this notice may name."""
    return {name: words for name, words in NAMES.items() if name not in _SPECIAL or name in _OF.get(moment, ())}  # fmt: skip


def tidy(text: str) -> str:
    """As it is kept: one line."""
    return squeeze(wording.tidy(text))


def check(text: str, moment: str, *, place: str) -> None:
    """Raises Refusal notice.empty, notice.long, and what `wording.check_names` does."""
    if not text:
        raise Refusal("notice.empty", place)
    if len(text) > MOST:
        raise Refusal("notice.long", place, most=MOST)
    wording.check_names(text, names_of(moment), place=place)


def fill(text: str, values: Mapping[str, str]) -> str:
    """The notice with each name's value; one without a value leaves nothing behind, not even the blank before it."""
    filled = squeeze(wording.PART.sub(lambda found: values.get((found[1] or "").strip(), ""), text))
    for sign in ".,;:":
        filled = filled.replace(f" {sign}", sign)
    return filled.replace(",.", ".").replace(",;", ";")


_SIGNS = {"–": "-", "—": "-", "“": '"', "”": '"', "‘": "'", "’": "'", "…": "...", "đ": "d", "Đ": "D"}


def plain(text: str) -> str:
    """Without accents: letters stay as high as they are."""
    apart = unicodedata.normalize("NFD", "".join(_SIGNS.get(sign, sign) for sign in nfc(text)))
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


_GSM = frozenset(map(chr, range(32, 127))) - frozenset("`^{}\\[~]|") | {"\n"}
"""of the plain alphabet what Vietnamese without accents needs; its other letters are counted as if they were none of it"""
_GSM_TWO = frozenset("^{}\\[~]|")


@dataclass(frozen=True, slots=True)
class Length:
    """signs: as they are counted; segments: of an SMS, each is paid for; is_plain: in the alphabet of 160 signs (GSM 03.38), else 70."""

    signs: int
    segments: int
    is_plain: bool


def length(text: str) -> Length:
    """How long an SMS is: 160 signs in one, 153 each in several; 70 and 67 where one sign is outside the plain alphabet."""
    is_plain = all(sign in _GSM or sign in _GSM_TWO for sign in text)
    if is_plain:
        signs, one, each = sum(1 + (sign in _GSM_TWO) for sign in text), 160, 153
    else:
        signs, one, each = len(text.encode("utf-16-le")) // 2, 70, 67
    return Length(signs, max(1, 1 if signs <= one else -(-signs // each)), is_plain)


SAMPLE_LINK = "https://cchc.phuong-mau.gov.vn/tra-cuu/ABCDEFGH/?tin=ab12c"
"""as long as a link is"""
