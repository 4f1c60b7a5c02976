"""What a list of procedures says in its cells, read: times, fees, channels, levels, papers. What is not understood is never guessed.

Pure. "03 ngày làm việc kể từ ngày nhận đủ hồ sơ" → three working days; "8.000 đồng/bản" → a fee in words; an empty fee is unknown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from caicach.rules.dossier_clock import MOST, Unit
from caicach.rules.procedures import FEES, LEVELS, Span
from caicach.rules.vntext import fold, key, squeeze

_UNKNOWN = frozenset(
    ("chua ro", "khong ro", "chua biet", "khong quy dinh", "chua quy dinh", "khong co quy dinh", "khong co")
)
_AS_LAW = frozenset(
    ("theo luat", "nhu luat", "theo quy dinh", "theo thoi han cua luat", "khong cat giam", "chua cat giam")
)
_NUMBER = r"(?<![\d.,/\-])0*(\d{1,4})(?![\d.,/]*\d)"
_SAID = re.compile(
    rf"{_NUMBER}\s*(ngay lam viec|ngay cong|gio lam viec|gio hanh chinh|gio|ngay lich|ngay|thang|tuan)\b"
)
_SAME_DAY = re.compile(
    r"\b(?:ngay trong ngay|trong ngay(?: lam viec)?|trong buoi|lam ngay|tra ngay|giai quyet ngay|ngay sau khi|ngay khi|tuc thi|ngay trong buoi)\b"
)
_RANGE = re.compile(
    r"\d\s*(?:-|den|toi|hoac)\s*\d+\s*(?:ngay|gio|thang)|\d\s*[.,/]\s*\d+\s*(?:ngay|gio|thang)|\d\s*ngay\s*ruoi|\d\s*thang\s*ruoi|\bnua ngay"
)
_OFF_DAYS = re.compile(r"\b(?:khong (?:ke|tinh|bao gom|gom)|tru)\b[^;.]*\bngay (?:nghi|le)\b")
_UNITS: dict[str, Unit] = {
    "ngay lam viec": "working-day", "ngay cong": "working-day", "gio lam viec": "working-hour", "gio hanh chinh": "working-hour",
    "ngay lich": "calendar-day", "ngay": "calendar-day", "thang": "month",
}  # fmt: skip
_HOURS_OF_WORK = 16
"""plain "giờ" up to so many are taken for working hours; "24 giờ", "72 giờ" are hours of the clock, which we don't count in"""


@dataclass(frozen=True, slots=True)
class TimeSaid:
    """What a cell says of a time. span: None where it says that none is known; is_understood: else it is neither; is_bare: it
    says nothing but the time; has_more: it names other times too, which a person has to look at."""

    span: Span | None
    is_understood: bool = True
    is_bare: bool = False
    has_more: bool = False


def time_said(text: str) -> TimeSaid:
    """Read "05 ngày làm việc", "15 ngày", "ngay trong ngày", "04 giờ làm việc", "03 ngày làm việc kể từ ngày nhận đủ hồ sơ".

    Halves, ranges ("5–7 ngày") and hours of the clock are not understood. Where several times are named the first one counts.
    """
    whole = re.sub(r"(?<=\d)\.(?=\d{3}\b)", "", squeeze(fold(text)))  # "1.000 ngày"
    if not key(text) or key(text) in _UNKNOWN:
        return TimeSaid(None, is_bare=True)
    without = squeeze(re.sub(r"\([^)]*\)", " ", whole)) or whole
    counted = list(_SAID.finditer(without))
    same = _SAME_DAY.search(without)
    odd = _RANGE.search(without)
    if odd and not (counted and counted[0].end() <= odd.start()) and not (same and same.end() <= odd.start()):
        return TimeSaid(None, is_understood=False)
    if same and (not counted or same.start() < counted[0].start()):
        bare = key(without) in ("trong ngay", "ngay trong ngay")
        return TimeSaid(Span("same-day", 0), is_bare=bare, has_more=bool(counted))
    if not counted:
        return TimeSaid(None, is_understood=False)
    first, (amount, said) = counted[0], counted[0].groups()
    unit, number = _UNITS.get(said), int(amount)
    if said == "gio" and number <= _HOURS_OF_WORK:
        unit = "working-hour"
    if unit == "calendar-day" and said == "ngay" and _OFF_DAYS.search(whole):
        unit = "working-day"
    if unit is None or not 0 < number <= MOST:
        return TimeSaid(None, is_understood=False)
    others = {one.groups() for one in counted[1:]} - {first.groups()}
    return TimeSaid(
        Span(unit, number), is_bare=key(without) == key(first[0]), has_more=bool(others) or bool(odd)
    )


def is_as_law(text: str) -> bool:
    """Whether a cell for the ward's own time says that it takes the law's."""
    return key(text) in _AS_LAW


@dataclass(frozen=True, slots=True)
class FeeSaid:
    """As the columns of a version: status of `procedures.FEES`, words, whole đồng."""

    status: str
    words: str = ""
    amount: int | None = None


_FREE = frozenset(
    (
        "khong", "khong thu", "mien phi", "khong co", "0", "0 dong", "0d", "khong thu phi", "khong mat phi", "khong thu phi le phi",
        "khong thu le phi", "mien", "khong phi", "khong dong", "mien le phi", "khong co phi", "khong co le phi", "khong co phi le phi",
    )
)  # fmt: skip
_AMOUNT = re.compile(r"(\d{1,3}(?:[. ,]\d{3})*|\d+)\s*(?:dong|d|vnd|vnđ|đ)?", re.IGNORECASE)
_NOTE = re.compile(r"(.*?)\s*\(([^()]*)\)\s*", re.DOTALL)


def fee_said(text: str) -> FeeSaid | None:
    """Read "Không thu (đăng ký đúng hạn)", "8.000 đồng", "2.000 đồng/trang"; None for an empty cell, which is never "free"."""
    words = squeeze(text)
    if not key(words):
        return None
    if key(words) in _FREE:
        return FeeSaid("free")
    if noted := _NOTE.fullmatch(words):
        if key(noted[1]) in _FREE:
            return FeeSaid("free", squeeze(noted[2]))
        if key(noted[1]) in ("chua ro", "khong ro"):
            return FeeSaid("unknown", squeeze(noted[2]))
    if key(words) in ("chua ro", "khong ro", "chua co"):
        return FeeSaid("unknown")
    if found := _AMOUNT.fullmatch(squeeze(fold(words))):
        return FeeSaid("known", "", int(re.sub(r"\D", "", found[1])))
    return FeeSaid("known", words)


def fee_status_said(text: str) -> str | None:
    """ "Có mức thu" → known; None for other words."""
    return {key(words): status for status, words in FEES.items()}.get(key(text))


_LEVELS = (
    ("commune", r"(?:thuoc )?(?:tham quyen )?(?:giai quyet )?(?:cua )?(?:ubnd |uy ban nhan dan )?(?:cap )?(?:xa|phuong|xa phuong|xa phuong dac khu|phuong xa|dac khu)"),
    ("province", r"(?:thuoc )?(?:tham quyen )?(?:giai quyet )?(?:cua )?(?:ubnd |uy ban nhan dan )?(?:cap )?(?:tinh|thanh pho|tinh thanh pho|so|so nganh)"),
    ("central", r"(?:cap )?(?:trung uong|bo|bo nganh)"),
    ("other", r"(?:co quan )?khac"),
)  # fmt: skip


def level_said(text: str) -> str | None:
    """ "Cấp xã" → commune; "UBND cấp tỉnh" → province; None for other words."""
    words = key(text)
    exact = {key(name): level for level, name in LEVELS.items()}
    if words in exact:
        return exact[words]
    return next((level for level, pattern in _LEVELS if re.fullmatch(pattern, words)), None)


@dataclass(frozen=True, slots=True)
class ChannelsSaid:
    at_counter: bool
    by_post: bool
    online: str


def channels_said(text: str) -> ChannelsSaid | None:
    """Read "Trực tiếp; bưu chính công ích; trực tuyến toàn trình"; None where no way is named."""
    words = key(text)
    counter = re.search(
        r"tai quay|truc tiep|mot cua|hanh chinh cong|tai ubnd|tai tru so|tai uy ban|noi tiep nhan", words
    )
    post = re.search(r"buu chinh|buu dien|bcci", words)
    full, part = re.search(r"toan trinh", words), re.search(r"mot phan|truc tuyen|qua mang|online", words)
    if not (counter or post or full or part):
        return None
    return ChannelsSaid(bool(counter), bool(post), "full" if full else "part" if part else "")


def online_said(text: str) -> str | None:
    """ "Toàn trình" → full, "Một phần" → part, "Không" → ""; None for other words."""
    words = key(text)
    if words in ("khong", "chua"):
        return ""
    return "full" if "toan trinh" in words else "part" if "mot phan" in words else None


def is_yes(text: str) -> bool | None:
    """A tick of a list: "x", "Có", "1"; "Không" is no; None for an empty cell or other words."""
    words = key(text)
    if words in ("x", "co", "1", "v", "da", "duoc", "da doi chieu"):
        return True
    return False if words in ("khong", "0", "chua", "chua doi chieu") else None


def system_said(text: str) -> str | None:
    """Where dossiers are kept: "Phần mềm này" → own."""
    words = key(text)
    return "own" if "phan mem nay" in words else "beside" if "tinh" in words or "quoc gia" in words else None


def share_said(text: str) -> int | None:
    """A step's share: "40%", "40", or 0.4 as Excel keeps a percentage."""
    found = re.fullmatch(r"(\d{1,3})(?:[.,](\d+))?\s*%?", squeeze(text))
    if found is None:
        return None
    whole = int(found[1])
    if found[2] and int(found[2]):
        if whole or "%" in text:
            return None
        hundredths = found[2].ljust(2, "0")
        return int(hundredths[:2]) if not hundredths[2:].strip("0") else None
    return whole if whole <= 100 else None


@dataclass(frozen=True, slots=True)
class PaperSaid:
    """A component as a list names it."""

    name: str
    originals: int = 1
    copies: int = 0
    required_when: str = ""
    form: str = ""
    reusable: bool = False


_MARK = re.compile(r"^\s*(?:[-+*•–]|\(?\d{1,2}[.)]|\(?[a-zđ]\))\s*")
_COUNTED = re.compile(
    r"[\s,;:(]*(?:so luong\s*:?\s*)?0*(\d{1,2})\s*(?:\([^()]*\)\s*)?(?:ban|bo)\s*(chinh|sao|goc)?(?:\s+(?:chung thuc|co chung thuc))?[\s).;]*$"
)
_SHOWN = re.compile(r"[\s,;:(]*xuat trinh[\s).;]*$")


def papers_said(text: str) -> tuple[PaperSaid, ...]:
    """The papers of one cell, a line each: "- Tờ khai (01 bản chính)". Without a count it is one original."""
    lines = [squeeze(_MARK.sub("", line)) for line in text.splitlines()]
    if len(lines) == 1 and ";" in text:
        lines = [squeeze(_MARK.sub("", part)) for part in text.split(";")]
    return tuple(_paper(line.rstrip(" ;.")) for line in lines if key(line))


def _paper(line: str) -> PaperSaid:
    folded = fold(line)
    if found := _SHOWN.search(folded):
        return PaperSaid(line[: found.start()].strip() or line, 0, 0)
    if found := _COUNTED.search(folded):
        name, count = line[: found.start()].strip(), int(found[1])
        if name:
            return PaperSaid(name, 0, count) if found[2] == "sao" else PaperSaid(name, count, 0)
    return PaperSaid(line)


def code_in(text: str) -> str:
    """The first national code in a text, "" without one: some lists put it behind the name."""
    found = re.search(r"(?<![\d.])\d{1,2}\.\d{6}(?:\.[0-9A-Z]{2,3})*", text)
    return found[0] if found else ""
