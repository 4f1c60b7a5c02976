"""Deadline phrases ("Thời gian hoàn thành") read by a small grammar: words → items → what they make together.

An item is a day, month, quarter, half-year or year; items stand alone, in a list (",", "và") or in a range ("-",
"đến"); what stands before (trước, đến hết, từ, hằng …) and after them says how they are meant. Words are compared
without accents, so that a scan's lost marks do no harm; a mark that is wrong is reported (`suspected-misspelling`).
The rules R1–R15 and [house] choices: docs/deadlines.md.
"""

from __future__ import annotations

import datetime as dt
import re
from calendar import monthrange
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from caicach.rules.due import Due, Every, Occurrence
from caicach.rules.vntext import fold, nfc, spelling, squeeze
from caicach.rules.workdays import WorkCalendar

MISSING = "deadline-missing"
INCOMPLETE = "deadline-incomplete"
IMPOSSIBLE = "deadline-impossible"
AMBIGUOUS = "deadline-ambiguous"
MISSPELT = "suspected-misspelling"
LONGEST = 1000
"""signs of a phrase that is still read"""


@dataclass(frozen=True, slots=True)
class DueReading:
    """due, and the codes of what was odd about the phrase (`deadline-missing`, `deadline-ambiguous`, …).

    suggestion: a phrase that would be clear, where there is one ("30/6/2026" for "Trước tháng 7/2026", "Trước ngày
    30/11/2026" for "Trước ngày 31/11/2026").
    """

    due: Due
    findings: tuple[str, ...] = ()
    suggestion: str | None = None


@lru_cache(maxsize=4096)
def read_due(text: str, year: int) -> DueReading:
    """Any phrase, read for the plan of a year (R1: the year of a phrase without one). Never raises."""
    if len(text) > LONGEST:
        return DueReading(Due("unknown", text=text), (AMBIGUOUS,))
    text = nfc(text).strip()
    shown = squeeze(text).rstrip(" .;,")
    if not re.search(r"[^\W_]", shown):
        code = AMBIGUOUS if shown in ('"', "''", "//", "“", "”", "″") else MISSING
        return DueReading(Due("unknown", text=text), (code,))
    try:
        due, misspelt = _Phrase(shown, year).read()
    except _Unclear as unclear:
        suggestion = unclear.suggestion or (_last_day_instead(shown) if unclear.code == IMPOSSIBLE else None)
        if suggestion and read_due(suggestion, year).due.kind == "unknown":
            suggestion = None
        return DueReading(Due("unknown", text=text), (unclear.code,), suggestion)
    return DueReading(replace(due, text=text), (MISSPELT,) if misspelt else ())


def occurrences(
    due: Due, year: int, calendar: WorkCalendar, not_before: dt.date | None = None
) -> tuple[Occurrence, ...]:
    """The dated occurrences of a due in a plan's year; of recurring ones none before not_before (the plan's date).

    Empty for ongoing, external and unknown. A month means its last day, a week its Sunday [house].
    """
    days: list[dt.date] = []
    if due.kind == "by" and due.end:
        days = [due.end]
    elif due.kind == "recurring":
        days = [day for day in _recurring_days(due, year) if not_before is None or day >= not_before]
    return tuple(Occurrence(day, calendar.last_working_day(day)) for day in days)


_MONTHS_OF: dict[str, int] = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}


def _recurring_days(due: Due, year: int) -> list[dt.date]:
    if due.every == "dates":
        return sorted(due.dates)
    first = due.start or dt.date(year, 1, 1)
    last = due.end or dt.date(year, 12, 31)
    if due.every == "week":
        day = first + dt.timedelta(days=((due.day or 7) - first.isoweekday()) % 7)
        return [day + dt.timedelta(weeks=n) for n in range((last - day).days // 7 + 1)]
    step = _MONTHS_OF[due.every or "month"]
    days = []
    for y in range(first.year, last.year + 1):
        for month in range(step, 13, step):
            day = _day_in(y, month, due.day)
            if first <= day <= last:
                days.append(day)
    return days


def _day_in(year: int, month: int, day: int | None) -> dt.date:
    """That day of a month, its last where it has no such day or none was named."""
    last = monthrange(year, month)[1]
    return dt.date(year, month, min(day or last, last))


class _Unclear(Exception):
    def __init__(self, code: str, suggestion: str | None = None) -> None:
        self.code = code
        self.suggestion = suggestion


# --- words ---------------------------------------------------------------------------------------------------------

_NUMBER_WORDS = {
    "mot": 1, "gieng": 0, "hai": 2, "ba": 3, "tu": 4, "bon": 4, "nam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9,
    "muoi": 10, "nhat": 1, "nhi": 2,
}  # fmt: skip
_ROMAN = {
    "i": 1,
    "ii": 2,
    "iii": 3,
    "iv": 4,
    "v": 5,
    "vi": 6,
    "vii": 7,
    "viii": 8,
    "ix": 9,
    "x": 10,
    "xi": 11,
    "xii": 12,
}
# The right spellings of the words the grammar knows; another mark on one of them is a slip of the scan or the typist.
_WORDS = (
    "thường xuyên liên tục duy trì thực hiện trong suốt cả năm hằng hàng mỗi định kỳ kì ngày tháng quý quí tuần từ kể "
    "đến hết trước chậm nhất muộn là không quá hạn cuối chót xong hoàn thành đầu giữa sau sáu một hai ba tư bốn bảy tám "
    "chín mười và lần các của thứ chủ nhật chiều sáng trung thượng hạ giai đoạn nay trở đi tới vào bắt nửa nhì đột xuất "
    "quanh tại thời gian điểm mốc ban hành trình báo cáo kết thúc dự kiến triển khai tổ chức khoảng lúc"
).split()
_SPELT = {spelling(word) for word in _WORDS}
_KNOWN = {fold(word) for word in _WORDS} - {"nhat", "la", "tai", "ban", "hanh"}
_TOKEN = re.compile(r"\d+|[^\W\d_]+|[^\w\s]")
_ALIKE = re.compile(
    r"(?<![^\W_])(?=[\dloisb|]*\d)(?=[\dloisb|]*[loisb|])[\dloisb|]+(?![^\W_])", re.IGNORECASE
)
_ALIKE_DIGITS = str.maketrans("loisbLOISB|", "10158105181"[:11])
_GLUED = re.compile(r"\b(thang|ngay|quy|nam|truoc)(?=\d)")
_ROMAN_ALIKE = re.compile(r"\b(quy|q)([ .]*)([ivl1|]{1,4})(?![\w])")
_LONE_ALIKE = re.compile(r"(?<![^\W_])[loi]{1,2}(?=\s?/\s?\d)")


@dataclass(frozen=True, slots=True)
class _Token:
    kind: Literal["number", "word", "sign"]
    text: str
    start: int
    end: int
    spaced: bool
    """a blank stands before it"""


@dataclass(frozen=True, slots=True)
class _Item:
    """A day, month, quarter, …; what is missing (month of a day, year) comes from its neighbours or the plan."""

    unit: Literal["day", "month", "quarter", "half", "nine", "year", "tenth", "span"]
    number: int = 0
    month: int | None = None
    year: int | None = None
    year_end: int | None = None
    edge: Literal["", "end"] = ""
    """end: only its last day counts (cuối quý, hết năm)"""


@dataclass(frozen=True, slots=True)
class _Window:
    first: dt.date
    last: dt.date
    item: _Item


_BY = (
    "cham nhat la ngay", "cham nhat vao ngay", "cham nhat la", "cham nhat vao", "cham nhat den", "cham nhat trong", "cham nhat truoc",
    "cham nhat", "muon nhat la", "muon nhat vao", "muon nhat trong", "muon nhat", "khong qua", "khong muon hon", "khong cham hon",
    "khong tre hon", "han cuoi cung", "han cuoi", "han chot", "thoi han cuoi", "thoi han", "den het", "den cuoi", "den", "toi", "xong truoc", "het",
    "cuoi", "truoc va trong", "han",
)  # fmt: skip
_FROM = ("bat dau tu", "ke tu", "tu")
_NEUTRAL = (
    "vao khoang", "trong thoi gian", "trong", "vao", "du kien", "thuc hien", "hoan thanh", "ban hanh", "trien khai", "to chuc", "trinh", "ket thuc", "xong",
    "bao cao", "thoi gian", "thoi diem", "moc", "han hoan thanh", "dot", "lan", "tai", "theo", "giai doan", "cac", "ca", "suot",
    "tham muu", "xay dung", "gui",
)  # fmt: skip
_LEAD = re.compile(
    r"((?:"
    + "|".join(w for w in (*_BY, *_FROM, *_NEUTRAL) if w not in ("cuoi", "het"))
    + r")(?=[ :\d]|$)|(?:cuoi|het)(?=[ :\d]))"
)
_EXTERNAL_START = re.compile(
    r"^(?:dot xuat|khi |khi$|ngay khi|ngay sau|sau khi|sau |theo |tuy |tuy theo|can cu|phu hop|ky hop|tai ky hop|truoc ky hop|cac ky hop|"
    r"cung voi|phu thuoc|do |dong thoi|sau ky hop|trong ky hop|trong vong|trong \d+ ngay|cham nhat \d+ ngay (?:lam viec )?(?:sau|ke|tinh)|"
    r"sau \d+ ngay|tu khi|ke tu khi|ke tu ngay (?:nhan|ban|duoc|co|ky)|khong qua \d+ ngay|trong thoi han \d+|truoc khi|den khi|chua )"
)
_EVENT = re.compile(
    r"\b(?:ky hop|hoi nghi|yeu cau|huong dan|quy dinh|chi dao|phat sinh|lo trinh|tien do|de nghi|thong bao|ngay lam viec|ban hanh|"
    r"duoc giao|cap tren|cap co tham quyen|phan cong|so noi vu|ubnd tinh|trung uong|duoc phe duyet|thuc te|nhu cau|dai hoi|dip)\b"
)
_TAIL = re.compile(
    r"(?:\s*[,;]\s*|\s+)(?:(?:va|hoac|hay|hoac la|va khi|dong thoi)\s+)?(?=(?:dot xuat|khi (?:co|can|duoc|phat sinh)|theo (?:yeu cau|huong dan|chi dao|quy dinh|"
    r"ke hoach|de nghi|tien do|lo trinh|thuc te|tinh hinh|su|thong bao|phan cong|van ban)|sau khi|ngay sau|tuy (?:theo|tinh)|can cu|phu hop|phuc vu|neu co)\b)"
)
_ONGOING = re.compile(
    r"^(?:thuc hien |duy tri |lam |trien khai |tien hanh |to chuc )?(?:thuong xuyen|lien tuc|quanh nam|suot nam|ca nam|trong suot (?:ca )?nam|hang ngay|thuong nhat|hang ngay)"
    r"(?:(?:[ ,;]| va | \d{4})*(?:thuong xuyen|lien tuc|hang nam|hang ngay|quanh nam|suot nam|ca nam|trong suot nam|trong ca nam|trong nam|thuc hien|"
    r"duy tri|nam|trong ky|trong suot ca nam))*(?: \d{4})?$"
)
_PERIOD = {
    "ngay": None, "tuan": "week", "thang": "month", "quy": "quarter", "nam": "year", "6 thang": "half-year", "sau thang": "half-year",
    "nua nam": "half-year", "3 thang": "quarter", "ba thang": "quarter", "12 thang": "year", "9 thang": "nine", "chin thang": "nine",
}  # fmt: skip
_EACH = (
    r"(?:dinh ky hang|hang|moi|tung|dinh ky moi|theo|dinh ky|dinh ki|vao cac|cac|cuoi moi|cuoi hang|cuoi cac)"
)
_SPAN = r"(?:(?:0?6|sau|0?3|ba|0?9|chin|12|mot|0?1) thang(?: dau nam| cuoi nam)?|tuan|thang|quy|(?:ca |0?1 )?nam|nua nam)"


class _Phrase:
    """One phrase being read; `folded` and `shown` have their characters at the same places."""

    def __init__(self, shown: str, year: int) -> None:
        self.year = year
        self.shown = shown
        self.folded = re.sub(r"\bqui\b", "quy", fold(shown))
        if hour := re.search(r"\b\d{1,2} ?(?:h|g|gio|:)(?: ?\d{2})?(?: phut)?[, ]*(?=ngay )", self.folded):
            self.shown = shown = shown[: hour.start()] + shown[hour.end() :]  # the hour of a day is not kept
            self.folded = self.folded[: hour.start()] + self.folded[hour.end() :]
        self.repaired = False

    def read(self) -> tuple[Due, bool]:
        """The due without its text, and whether a slip was mended or a word is misspelt."""
        due = self._whole()
        plain = self.shown
        if due.condition:
            place = plain.lower().find(due.condition.lower()[:12])
            plain = plain[:place] if place >= 0 else plain
        return due, self.repaired or (due.kind != "external" and misspelt(plain))

    def _whole(self) -> Due:
        folded, shown = self.folded, self.shown
        if re.fullmatch(r"nhu tren|nt|n t|nhu dong tren|tuong tu", folded):
            raise _Unclear(AMBIGUOUS)
        bracket = re.fullmatch(r"(.*?)\s*\((.+)\)?\s*", folded)
        if bracket and bracket[1].strip():
            return self._bracketed(bracket.end(1), bracket.start(2), bracket.end(2))
        if re.match(r"ngay (?:sau|khi)\b", folded):
            return Due("external", condition=_lower_first(shown))
        due = self._attempt(folded)
        if due:
            return due
        # R12 and row 115: "hằng quý và đột xuất khi có yêu cầu"
        for tail in _TAIL.finditer(folded):
            due = self._attempt(folded[: tail.start()]) if tail.start() else None
            if due and due.kind != "external":
                return replace(due, condition=_lower_first(shown[tail.end() :]))
        external = self._external()
        if external:
            return external
        raise _Unclear(self._why_unclear())

    def _bracketed(self, end: int, start: int, stop: int) -> Due:
        outer = _Phrase(self.shown[:end].rstrip(" .;,"), self.year)
        inside = self.shown[start:stop].rstrip(" )")
        try:
            due = outer._whole()
        except _Unclear:
            inner = _Phrase(inside, self.year)
            if outer.folded in ("hoan thanh", "dinh ky", "bao cao", "bao cao dinh ky", "thuc hien"):
                due = inner._whole()
                self.repaired |= inner.repaired
                return due
            raise
        self.repaired |= outer.repaired
        if due.condition is None:
            try:
                inner = _Phrase(inside, self.year)
                refined = inner._whole()
            except _Unclear:
                refined = None
            if (
                refined
                and due.kind == "recurring"
                and refined.kind == "recurring"
                and refined.every == due.every
            ):
                return replace(due, day=refined.day or due.day, start=refined.start or due.start)
            if refined and due.kind == "recurring" and refined.kind == "ongoing" and refined.start:
                return replace(due, start=refined.start)
            if refined and due.kind == "recurring" and refined.every == "dates":
                return refined
            if (
                refined
                and due.kind == "by"
                and refined.kind == "by"
                and due.start
                and refined.end
                and due.end
                and not refined.start
            ):
                if due.start <= refined.end <= due.end:
                    return replace(due, end=refined.end)
            return replace(due, condition=inside)
        return due

    # -- the ways a phrase can be meant ---------------------------------------------------------------------------

    def _attempt(self, folded: str) -> Due | None:
        """The phrase as ongoing, recurring or items; None when it is none of them. Mends scan slips at the end."""
        folded = folded.strip(" .;,:")
        for mend in (False, True):
            if mend:
                mended = _mend_slips(folded)
                if mended == folded:
                    return None
                folded = mended
            due = self._ongoing(folded) or self._recurring(folded) or self._items_due(folded)
            if due:
                if mend or _GLUED.search(folded) or re.search(r"\d\s+/|/\s+\d|[ivx]\s+/|/\s+[ivx]", folded):
                    self.repaired = True
                return due
        return None

    def _ongoing(self, folded: str) -> Due | None:
        if folded.startswith("thuong xuyen") and (
            rest := re.fullmatch(r"thuong xuyen[ ,;(]*((?:bat dau |ke )?tu .+)", folded)
        ):
            start = self._items_due(rest[1])
            return start if start and start.kind == "ongoing" else None
        return Due("ongoing") if _ONGOING.match(folded) else None

    def _recurring(self, folded: str) -> Due | None:
        """R6, R9, R14: hằng quý; 2 lần/năm; ngày 15 hằng tháng; hằng quý, 6 tháng và năm."""
        end = dt.date(self.year, 12, 31)
        folded = re.sub(
            r"^(?:bao cao|thuc hien|to chuc|hoan thanh|tien hanh|kiem tra|danh gia|hop)\s+(?=dinh k|hang |moi |cac |(?:thang|quy|6 thang|tuan),|\d+ (?:lan|thang/))",
            "",
            folded,
        )
        start: dt.date | None = None
        # "Từ tháng 4/2026, hằng tháng" and the other way round
        for pattern in (
            r"((?:bat dau |ke )?tu .+?)[,;]?\s+((?:dinh ky )?(?:hang|moi) .+)",
            r"((?:dinh ky )?(?:hang|moi) [a-z0-9 ]+?)[,;]?\s+((?:bat dau |ke )?tu .+)",
        ):
            both = re.fullmatch(pattern, folded)
            if both:
                spans = both[1], both[2]
                since_text = next(span for span in spans if not re.match(r"(?:dinh ky )?(?:hang|moi) ", span))
                each_text = spans[1] if since_text == spans[0] else spans[0]
                since, each = self._items_due(since_text), self._recurring(each_text)
                if since and each and each.every != "dates":
                    return replace(each, start=since.start, end=since.end or each.end)
        count = self._counted(folded)
        if count:
            return Due("recurring", end=end, every=count)
        day = self._weekday(folded)
        if day:
            return Due("recurring", end=end, every="week", day=day)
        dated = self._day_of_period(folded)
        if dated:
            return dated
        listed = re.fullmatch(
            rf"{_EACH}?\s*({_SPAN}(?:(?:\s*[,;&+/]\s*|\s+va\s+|\s*[,;]\s*va\s+|\s*-\s*)(?:hang |moi |bao cao |dinh ky |theo )?{_SPAN})*)(?: (?:trong nam|mot lan|0?1 lan|hang nam|cua nam|trong nam \d{{4}}|nam \d{{4}}))?",
            folded,
        )
        if not listed:
            return None
        explicit = folded[: listed.start(1)].strip() not in ("", "theo")
        names = [re.sub(r" (?:dau|cuoi) nam$", "", name) for name in re.findall(_SPAN, listed[1])]
        spans2 = [
            _PERIOD[re.sub(r"^(?:0(?=[369])|ca |0?1 (?=nam))", "", name)]
            if name not in ("1 thang", "mot thang", "01 thang")
            else "month"
            for name in names
        ]
        if (
            len(spans2) == 1
            and not explicit
            and not re.search(r"lan|hang nam|trong nam", folded[listed.end(1) :])
        ):
            return None
        if "nine" in spans2 and not {"month", "quarter"} & set(spans2):
            last_months = sorted(
                {{"half-year": 6, "nine": 9, "year": 12, "week": 12}[span or "year"] for span in spans2}
            )
            return Due(
                "recurring",
                every="dates",
                dates=tuple(_day_in(self.year, month, None) for month in last_months),
            )
        for every in ("week", "month", "quarter", "half-year", "year"):
            if every in spans2:
                return Due("recurring", start=start, end=end, every=every)
        return None

    def _counted(self, folded: str) -> Every | None:
        """2 lần/năm, mỗi quý 01 lần, 6 tháng/lần; a count that does not divide its span evenly is unclear."""
        number = r"(\d+|mot|hai|ba|bon)"
        lead = r"(?:dinh ky |it nhat |toi thieu |thuc hien |to chuc |bao cao |hang |moi )*"
        span = r"(tuan|thang|quy|nam|6 thang|sau thang|3 thang)"
        if found := re.fullmatch(
            rf"{lead}{number} (?:lan|dot|ky)\s*(?:/|moi|trong(?: mot| 1)?|mot|tren)\s*{span}", folded
        ):
            times, each = _number(found[1]), found[2]
            if re.search(r"it nhat|toi thieu", folded) and times != 1:
                raise _Unclear(AMBIGUOUS)
        elif found := re.fullmatch(
            rf"{lead}(?:mot |1 )?{span}(?:[ ,:]+| thuc hien | to chuc ){number} (?:lan|dot|ky)", folded
        ):
            times, each = _number(found[2]), found[1]
        elif found := re.fullmatch(
            r"(?:dinh ky |moi |hang |cu )?(\d+|mot|hai|ba|sau)? ?(tuan|thang|quy|nam)(?:\s*/\s*(?:0?1 )?|\s+(?:mot|1|01)\s+)lan",
            folded,
        ):
            amount = _number(found[1]) if found[1] else 1
            plain = {("tuan", 1): "week", ("thang", 1): "month", ("thang", 3): "quarter", ("thang", 6): "half-year", ("thang", 12): "year",
                     ("quy", 1): "quarter", ("quy", 2): "half-year", ("nam", 1): "year"}.get((found[2], amount))  # fmt: skip
            if plain is None:
                raise _Unclear(AMBIGUOUS)
            return plain  # type: ignore[return-value]
        else:
            return None
        months = {"tuan": None, "thang": 1, "quy": 3, "3 thang": 3, "6 thang": 6, "sau thang": 6, "nam": 12}[
            each
        ]
        if months is None:
            if times == 1:
                return "week"
            raise _Unclear(AMBIGUOUS)
        share = months / times if times else 0
        every: dict[float, Every] = {1: "month", 3: "quarter", 6: "half-year", 12: "year"}
        if share not in every:
            raise _Unclear(AMBIGUOUS)
        return every[share]

    def _weekday(self, folded: str) -> int | None:
        found = re.fullmatch(
            r"(?:vao |chieu |sang |truoc |cuoi |ngay )*(?:thu (hai|ba|tu|nam|sau|bay|[2-7])|(chu nhat))(?: (?:hang|moi|cua|trong)(?: hang| moi)? tuan| tuan)(?: hang tuan)?",
            folded,
        ) or re.fullmatch(
            r"(?:hang|moi) tuan[ ,:(]*(?:vao |truoc |chieu |sang |ngay )*(?:thu (hai|ba|tu|nam|sau|bay|[2-7])|(chu nhat))(?: hang tuan)?\)?",
            folded,
        )
        if not found:
            return None
        if found[2]:
            return 7
        return {"hai": 1, "ba": 2, "tu": 3, "nam": 4, "sau": 5, "bay": 6}.get(found[1]) or int(found[1]) - 1

    def _day_of_period(self, folded: str) -> Due | None:
        """ngày 15 hằng tháng; ngày 25 của tháng cuối quý; trước ngày 15/12 hằng năm."""
        end = dt.date(self.year, 12, 31)
        before = r"(?:dinh ky |bao cao |truoc |den |vao |cham nhat |muon nhat |khong qua |han |la |xong )*"
        day = r"(?:ngay )?(\d{1,2})"
        hang = r"(?:hang|moi|tung|cac)"
        lead_hang = rf"(?:(?:dinh ky )?{hang} (quy|thang|nam|6 thang|sau thang)[ ,;:(]+)?"
        if found := re.fullmatch(
            rf"{lead_hang}{before}{day} (?:cua )?(?:(?:{hang} )?thang cuoi(?: cung)?(?: cua| moi| hang| trong)*(?: mot)? (quy|nam|ky|6 thang|sau thang)(?: bao cao)?)\)?",
            folded,
        ):
            if found[3] == "nam" and "ngay" not in folded:
                return None  # "06 tháng cuối năm" is a half-year
            every = {
                "quy": "quarter",
                "nam": "year",
                "ky": "quarter",
                "6 thang": "half-year",
                "sau thang": "half-year",
            }[found[3]]
            return Due("recurring", end=end, every=every, day=_month_day(found[2]))  # type: ignore[arg-type]
        if found := re.fullmatch(
            rf"(?:(?:dinh ky )?{hang} (thang)[ ,;:(]+)?{before}{day} (?:cua )?(?:(?:{hang}|trong|cua) )*thang(?: sau| ke tiep)?\)?",
            folded,
        ):
            if found[1] or re.search(rf"\b{hang} thang|\bcua (?:{hang} )?thang", folded):
                return Due("recurring", end=end, every="month", day=_month_day(found[2]))
        if found := re.fullmatch(rf"(?:dinh ky )?{hang} (thang|quy)[ ,;:(]+(?:va )?{before}{day}\)?", folded):
            return Due(
                "recurring",
                end=end,
                every="month" if found[1] == "thang" else "quarter",
                day=_month_day(found[2]),
            )
        if found := re.fullmatch(
            rf"{before}{day}\s?[/-]\s?(\d{{1,2}})(?: cua)? {hang} nam|(?:{hang} nam)[ ,:(]+{before}{day}\s?[/-]\s?(\d{{1,2}})\)?|{before}{day} thang (\d{{1,2}})(?: cua)? {hang} nam",
            folded,
        ):
            numbers = [part for part in found.groups() if part]
            on = _date(self.year, int(numbers[1]), int(numbers[0]))
            if on.month == 12:
                return Due("recurring", end=end, every="year", day=on.day)
            return Due("recurring", every="dates", dates=(on,))
        if found := re.fullmatch(rf"(.+?)(?: cua)?,? {hang} nam", folded):
            due = self._items_due(found[1])
            if due and due.kind == "by" and due.end:
                return Due("recurring", every="dates", dates=(due.end,))
            if due and due.kind == "recurring":
                return due
        return None

    # -- items ----------------------------------------------------------------------------------------------------

    def _items_due(self, folded: str) -> Due | None:
        """Days, months, quarters, years: alone, in a list or in a range, with what stands before and after them."""
        mode, rest = self._mode(folded)
        if mode == "edge":
            raise _Unclear(AMBIGUOUS)
        if rest == "":
            if mode != "plain" or folded in _NEUTRAL:
                raise _Unclear(INCOMPLETE)
            return None
        found = _Items(rest).read()
        if found is None:
            if re.fullmatch(
                r"(?:ngay|thang|quy|nam|t|q)?[ .…/_-]*(?:nam )?(?:20\d\d)?", rest
            ) and not re.fullmatch(r"(?:nam )?20\d\d", rest):
                if re.fullmatch(r"nam|trong nam", rest) and mode == "plain":
                    return None
                raise _Unclear(INCOMPLETE)
            return None
        items, shape, tail = found
        tail = re.sub(r"^[ ,.;]*(?:hoan thanh|xong|thuc hien|la xong|ban hanh|bao cao)?[ ,.;]*$", "", tail)
        if mode == "from" and re.fullmatch(
            r" *(?:tro di|tro ve sau|den nay|trien khai|bat dau|bat dau thuc hien|thuong xuyen|,? ?thuc hien thuong xuyen|, thuong xuyen)",
            tail,
        ):
            tail = ""
        if re.fullmatch(r"[ ,;]+(?:de )?(?:bao cao|gui|trinh|tham muu)\b[^\d]*", tail):
            tail = ""  # to whom it then goes
        if tail.strip():
            return None
        windows = self._resolve(items)
        if (
            shape == "range"
            and items[0].year is None
            and items[-1].year
            and windows[0].first > windows[-1].last
        ):
            windows[0] = _window(replace(windows[0].item, year=items[-1].year - 1))
        return self._meant(mode, shape, windows)

    def _mode(self, folded: str) -> tuple[str, str]:
        """What stands before the first item: plain, by (only the end counts), before, from, edge (đầu, giữa: no edge)."""
        mode = "plain"
        rest = folded.strip(" :,")
        while True:
            before = rest
            if found := re.match(r"(?:truoc ngay|truoc thoi han ngay|truoc)(?=[ \d:]|$)", rest):
                if mode != "by":
                    mode = "before"
                rest = rest[found.end() :].lstrip(" :")
            elif found := re.match(
                r"(?:dau|giua|som nhat|khan truong|khoang|som)(?= |$)(?! thang\b.{0,3}$)", rest
            ):
                return "edge", rest[found.end() :].strip()
            else:
                found = _LEAD.match(rest)
                if found:
                    words = found[1]
                    rest = rest[found.end() :].lstrip(" :")
                    if words in _FROM:
                        mode = "from"
                    elif words in _BY:
                        mode = "by"
            if rest == before or not rest:
                return mode, rest

    def _resolve(self, items: list[_Item]) -> list[_Window]:
        """Years and months that an item leaves out come from the next one that has them, else the plan's (R1)."""
        year: int | None = None
        month: int | None = None
        whole: list[_Item] = []
        for item in reversed(items):
            year = item.year or year
            month = item.month or month
            if item.unit == "day" and item.month is None:
                if month is None:
                    raise _Unclear(AMBIGUOUS)
                item = replace(item, month=month)
            whole.append(replace(item, year=item.year or year))
        whole.reverse()
        known: int | None = None
        windows = []
        for item in whole:
            known = item.year or known or self.year
            windows.append(_window(replace(item, year=known)))
        return windows

    def _meant(self, mode: str, shape: str, windows: list[_Window]) -> Due:
        first, last = windows[0], windows[-1]
        if shape == "range":
            begin, finish = first.first, last.last
            if finish < begin and last.item.year is None:
                finish = finish.replace(year=finish.year + 1)
            if finish < begin:
                raise _Unclear(IMPOSSIBLE)
            return Due("by", start=begin, end=finish)
        if shape == "list" and len(windows) > 1:
            if mode == "from":
                raise _Unclear(AMBIGUOUS)
            return Due("recurring", every="dates", dates=tuple(sorted({window.last for window in windows})))
        if mode == "from":
            return Due("ongoing", start=first.first)
        unit = first.item.unit
        if mode == "before" and unit not in ("day", "tenth") and first.item.edge != "end":
            before = first.first - dt.timedelta(days=1)
            raise _Unclear(AMBIGUOUS, f"{before.day:02d}/{before.month}/{before.year}")
        if mode in ("by", "before") or first.item.edge == "end" or unit in ("day", "month"):
            return Due("by", end=first.last)
        return Due("by", start=first.first, end=first.last)

    # -- what is left ---------------------------------------------------------------------------------------------

    def _external(self) -> Due | None:
        """R11: an event or another body decides."""
        start = re.match(r"hoan thanh[ :]*(?:vao )?", self.folded)
        place = start.end() if start else 0
        rest = self.folded[place:]
        if (
            rest
            and (_EXTERNAL_START.match(rest) or _EVENT.search(rest))
            and not re.search(r"^dinh k[yi] (?:hoac|va|,|hay)", rest)
        ):
            # two duties in one cell are not an event: "Thường xuyên, báo cáo trước 15/12"
            if not (
                rest.startswith("thuong xuyen")
                or (re.search(r"\d{1,2}/\d{1,2}", rest) and not _EXTERNAL_START.match(rest))
            ):
                return Due("external", condition=_lower_first(self.shown[place:]))
        return None

    def _why_unclear(self) -> str:
        if re.search(r"…|\.{2,}|_{2,}", self.folded):
            return INCOMPLETE
        return (
            INCOMPLETE
            if re.fullmatch(
                r"(?:hoan thanh|truoc|ngay|thang|quy|nam|trong|den|tu|het|cuoi|vao|/|\.|…|_| )+", self.folded
            )
            else AMBIGUOUS
        )


class _Items:
    """Reads items from the front of a phrase: `read()` gives them, their shape, and the text that is left."""

    def __init__(self, folded: str) -> None:
        self.text = folded
        self.tokens = [
            _Token(
                "number" if m[0].isdecimal() else "word" if m[0][0].isalpha() else "sign",
                m[0],
                m.start(),
                m.end(),
                m.start() > 0 and folded[m.start() - 1].isspace(),
            )
            for m in _TOKEN.finditer(folded)
        ]
        self.at = 0

    def read(self) -> tuple[list[_Item], Literal["one", "list", "range"], str] | None:
        first = self._item(None)
        if first is None:
            return None
        items = [first]
        shape: Literal["one", "list", "range"] = "one"
        while self.at < len(self.tokens):
            mark = self.at
            joint = self._joint()
            if joint is None:
                break
            item = self._item(items[-1])
            if item is None:
                self.at = mark
                break
            if shape not in ("one", joint) or (joint == "range" and len(items) > 1):
                raise _Unclear(AMBIGUOUS)
            shape = joint
            items.append(item)
        # "4-5/2026": 4 May, or April and May?
        left = self.text[self.tokens[self.at].start :] if self.at < len(self.tokens) else ""
        return items, shape, left

    def _peek(self, ahead: int = 0) -> _Token:
        place = self.at + ahead
        return (
            self.tokens[place]
            if place < len(self.tokens)
            else _Token("sign", "", len(self.text), len(self.text), False)
        )

    def _take(self, *texts: str) -> bool:
        if self._peek().text in texts:
            self.at += 1
            return True
        return False

    def _words(self, phrase: str) -> bool:
        words = phrase.split()
        if [self._peek(n).text for n in range(len(words))] == words:
            self.at += len(words)
            return True
        return False

    def _joint(self) -> Literal["list", "range"] | None:
        if (
            self._take("-")
            or self._words("cho den het")
            or self._words("cho den")
            or self._words("den het")
            or self._words("den cuoi")
        ):
            self._words("het")
            return "range"
        if self._take("den", "toi"):
            self._take("het")
            return "range"
        if self._take(",", ";", "&", "+"):
            self._take("va")
            self._words("truoc ngay") or self._words("truoc")
            return "list"
        if self._take("va"):
            self._words("truoc ngay") or self._words("truoc")
            return "list"
        if self._peek().text == "/" and self._peek(1).text in ("quy", "thang"):
            self.at += 1
            return "list"
        return None

    def _item(self, before: _Item | None) -> _Item | None:
        mark = self.at
        if before is not None and (item := self._part_of_year()):
            return item
        self.at = mark
        if before is not None and before.unit in ("quarter", "month") and not self._is_day_of_month():
            item = self._bare(before)
            if item is not None:
                return item
            self.at = mark
        for reader in (self._half, self._tenth, self._quarter, self._month, self._day, self._year_item):
            item = reader()
            if item is not None:
                return item
            self.at = mark
        if before is not None:
            item = self._bare(before)
            if item is not None:
                return item
            self.at = mark
        if self._take("cuoi", "het"):
            item = self._item(None)
            if item is not None and item.unit in ("month", "quarter", "year"):
                return replace(item, edge="end")
            self.at = mark
            if self._words("cuoi nam") or self._words("het nam"):
                return _Item("year", edge="end")
        self.at = mark
        if self._take("dau", "giua"):
            if self._item(None) is not None:
                raise _Unclear(AMBIGUOUS)
            self.at = mark
        return None

    def _number_token(self) -> int | None:
        token = self._peek()
        if token.kind == "number" and len(token.text) <= 2:
            self.at += 1
            return int(token.text)
        return None

    def _year(self) -> int | None:
        """A year behind an item: "/2026", " năm 2026", "-2026", "năm nay"."""
        mark = self.at
        if self._words("nam nay"):
            return None
        if (self._take("/", ".", "-") or self._take("nam")) and self._peek().kind == "number":
            digits = self._peek().text
            if len(digits) == 4 and digits.startswith(("19", "20")):
                self.at += 1
                return int(digits)
        self.at = mark
        if (
            self._peek().kind == "number"
            and len(self._peek().text) == 4
            and self._peek().text.startswith("20")
        ):
            self.at += 1
            return int(self.tokens[self.at - 1].text)
        if self._words("trong nam") or (self._words("cua nam")):
            return None
        return None

    def _half(self) -> _Item | None:
        """6 tháng đầu năm, 9 tháng đầu năm, 6 tháng cuối năm."""
        count = self._count()
        if count not in (3, 6, 9) or not self._take("thang"):
            return None
        if self._take("dau"):
            first = 1
        elif self._take("cuoi"):
            first = 13 - count
        elif count == 9 and self._peek().text in ("", "nam", "/"):
            first = 1
        else:
            return None
        year = self._year()
        self._take("nam")
        self._take("nay")
        return _Item("span", number=first, month=first + count - 1, year=year)

    def _part_of_year(self) -> _Item | None:
        """ "6 tháng" or "9 tháng" inside a list of reports: quý I, 6 tháng, quý III, năm."""
        count = self._count()
        if count in (6, 9) and self._take("thang") and self._peek().text in ("", ",", ";", "va", "dau"):
            if self._take("dau"):
                self._take("nam")
            return _Item("span", number=1, month=count, year=self._year())
        return None

    def _count(self) -> int | None:
        number = self._number_token()
        if number is not None:
            return number
        word = self._peek().text
        if word in ("ba", "sau", "chin"):
            self.at += 1
            return _NUMBER_WORDS[word]
        return None

    def _tenth(self) -> _Item | None:
        names = {"thuong": 1, "trung": 11, "ha": 21}
        first = names.get(self._peek().text)
        if first is None or self._peek(1).text != "tuan":
            return None
        self.at += 2
        self._take("cua")
        month = self._month()
        return replace(month, unit="tenth", number=first, month=month.number) if month else None

    def _quarter(self) -> _Item | None:
        if not self._take("quy", "q"):
            return None
        self._take(".")
        number = self._quarter_number()
        if number is None:
            return None
        return _Item("quarter", number=number, year=self._year())

    def _quarter_number(self) -> int | None:
        token = self._peek()
        if token.kind == "number" and len(token.text) <= 2:
            self.at += 1
            return int(token.text)
        if token.text in _ROMAN:
            self.at += 1
            return _ROMAN[token.text]
        if token.text in ("mot", "nhat", "hai", "nhi", "ba", "tu", "bon"):
            self.at += 1
            return _NUMBER_WORDS[token.text]
        return None

    def _month(self) -> _Item | None:
        token = self._peek()
        if self._take("thang"):
            pass
        elif (
            token.text == "t"
            and self._peek(1).kind in ("number", "sign")
            and (self._peek(1).kind == "number" or self._peek(1).text == ".")
        ):
            self.at += 1
            self._take(".")
        else:
            return None
        number = self._month_number()
        if number is None:
            return None
        return _Item("month", number=number, year=self._year())

    def _month_number(self) -> int | None:
        token = self._peek()
        if token.kind == "number" and len(token.text) <= 2:
            self.at += 1
            return int(token.text)
        if token.text == "gieng" or token.text == "chap":
            raise _Unclear(AMBIGUOUS)
        if token.text == "muoi":
            self.at += 1
            if self._take("mot"):
                return 11
            return 12 if self._take("hai") else 10
        if token.text in ("mot", "hai", "ba", "tu", "bon", "nam", "sau", "bay", "tam", "chin"):
            if token.text == "nam" and self._peek(1).kind == "number" and len(self._peek(1).text) == 4:
                return None
            self.at += 1
            return _NUMBER_WORDS[token.text]
        if token.text in _ROMAN and len(token.text) <= 4:
            self.at += 1
            return _ROMAN[token.text]
        return None

    def _day(self) -> _Item | None:
        """31/8/2026, 31-8-2026, ngày 31 tháng 8 năm 2026, 30/6; and 01/2026, which is a month."""
        named = self._take("ngay")
        number = self._number_token()
        if number is None:
            return None
        sign = self._peek().text
        if sign in ("/", "-", ".") and self._peek(1).kind == "number":
            second = self._peek(1).text
            if len(second) == 4 and second.startswith(("19", "20")) and sign in ("/", "-", "."):
                if named:
                    return None
                self.at += 2
                if sign == "-" and not 1 <= number <= 12:
                    return None
                return _Item("month", number=number, year=int(second))
            if len(second) <= 2:
                third = self._peek(2).text
                year_text = (
                    self._peek(3).text if third in ("/", "-", ".") and self._peek(3).kind == "number" else ""
                )
                if sign == "-" and third == "/" and len(year_text) == 4 and not named:
                    raise _Unclear(AMBIGUOUS)  # 4-5/2026
                if third == sign and len(year_text) in (2, 4):
                    self.at += 4
                    return _Item("day", number=number, month=int(second), year=_whole_year(year_text))
                if (
                    third == "/" and sign == "-" and year_text
                ):  # 01-30/6/2026: the range is read by the caller
                    return _Item("day", number=number) if named or len(year_text) <= 2 else None
                if sign == "/":
                    self.at += 2
                    if third == "-" and len(year_text) == 4 and not self._peek(0).spaced:
                        self.at += 2
                        return _Item("day", number=number, month=int(second), year=int(year_text))
                    return _Item("day", number=number, month=int(second), year=self._year())
                if sign in ("-", ".") and named and third != "/":
                    self.at += 2
                    return _Item("day", number=number, month=int(second), year=self._year())
        if self._peek().text == "thang":
            self.at += 1
            month = self._month_number()
            if month is None:
                return None
            return _Item("day", number=number, month=month, year=self._year())
        if named or (self._peek().text in ("-", ",", "va", ";") and self._next_is_day()):
            return _Item("day", number=number)
        return None

    def _is_day_of_month(self) -> bool:
        """15/6 (a day), not 5/2026 or 5."""
        return (
            self._peek(1).text in ("/", "-")
            and self._peek(2).kind == "number"
            and len(self._peek(2).text) <= 2
            and self._peek(1).text == "/"
        )

    def _next_is_day(self) -> bool:
        """Whether a bare day's neighbour carries the month: "10, 25/6" yes, "3, 6" no."""
        tokens = [self._peek(n).text for n in range(1, 5)]
        if tokens[0] in ("ngay", "va"):
            tokens = [self._peek(n).text for n in range(2, 6)]
        return tokens[0].isdecimal() and tokens[1] == "/" and tokens[2].isdecimal() and len(tokens[2]) <= 2

    def _year_item(self) -> _Item | None:
        named = self._take("nam")
        token = self._peek()
        if token.kind == "number" and len(token.text) == 4 and token.text.startswith("20"):
            self.at += 1
            return _Item("year", year=int(token.text))
        if named and (token.text in ("", "nay") or token.text in (",", ";")):
            self._take("nay")
            return _Item("year")
        return None

    def _bare(self, before: _Item) -> _Item | None:
        """A number that takes the unit of the item before it: tháng 4 - 5, quý II, IV."""
        if before.unit == "quarter":
            number = self._quarter_number()
            return None if number is None else _Item("quarter", number=number, year=self._year())
        if before.unit == "month":
            number = self._month_number()
            return None if number is None else _Item("month", number=number, year=self._year())
        if before.unit == "year" and self._peek().kind == "number" and len(self._peek().text) == 4:
            return self._year_item()
        return None


def _window(item: _Item) -> _Window:
    """First and last day of an item whose year is known. Raises _Unclear for one that no calendar has (R13)."""
    year = item.year or 0
    if item.unit == "day":
        day = _date(year, item.month or 0, item.number)
        return _Window(day, day, item)
    if item.unit == "year":
        return _Window(dt.date(year, 1, 1), dt.date(year, 12, 31), item)
    if item.unit == "quarter":
        if not 1 <= item.number <= 4:
            raise _Unclear(IMPOSSIBLE)
        return _Window(dt.date(year, 3 * item.number - 2, 1), _day_in(year, 3 * item.number, None), item)
    if item.unit == "span":
        return _Window(dt.date(year, item.number, 1), _day_in(year, item.month or 12, None), item)
    month = item.month if item.unit == "tenth" else item.number
    if month is None or not 1 <= month <= 12:
        raise _Unclear(IMPOSSIBLE)
    if item.unit == "tenth":
        last = _day_in(year, month, None) if item.number == 21 else dt.date(year, month, item.number + 9)
        return _Window(dt.date(year, month, item.number), last, item)
    return _Window(dt.date(year, month, 1), _day_in(year, month, None), item)


def _last_day_instead(phrase: str) -> str | None:
    """The phrase with a day that its month lacks ("31/11/2026") as the last one that it has; None where none is so."""

    def mended(found: re.Match[str]) -> str:
        day, month, year = int(found[1]), int(found[3]), int(found[5])
        last = monthrange(year, month)[1] if 1 <= month <= 12 and 1 <= year <= 9999 else day
        return f"{last}{found[2]}{found[3]}{found[4]}{found[5]}" if last < day <= 31 else found[0]

    answer = re.sub(
        r"(?<![\d/.-])(\d{1,2})([/.-])(\d{1,2})([/.-])(\d{4})(?!\d)", mended, phrase, flags=re.ASCII
    )
    return answer if answer != phrase else None


def _date(year: int, month: int, day: int) -> dt.date:
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise _Unclear(IMPOSSIBLE) from None


def _month_day(text: str) -> int:
    day = int(text)
    if not 1 <= day <= 31:
        raise _Unclear(IMPOSSIBLE)
    return day


def _whole_year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else _NUMBER_WORDS[text]


def _lower_first(text: str) -> str:
    text = text.strip(" .;,")
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


def _mend_slips(folded: str) -> str:
    """Look-alikes of a scan inside dates and numbers only: l I | for 1, O for 0, and blanks that were lost."""
    folded = _GLUED.sub(r"\1 ", folded)
    folded = _ROMAN_ALIKE.sub(lambda m: m[1] + (m[2] or " ") + _roman_alike(m[3]), folded)
    folded = _ALIKE.sub(lambda m: m[0].translate(_ALIKE_DIGITS), folded)
    return _LONE_ALIKE.sub(lambda m: m[0].translate(_ALIKE_DIGITS), folded)


def _roman_alike(text: str) -> str:
    if text.isdecimal():
        return text
    return re.sub(r"[l1|]", "i", text)


def misspelt(text: str) -> bool:
    """Whether a word that deadlines are made of carries other marks than it should (Thuờng, Qúy, Hăng)."""
    for word in re.findall(r"[^\W\d_]+", nfc(text)):
        if len(word) > 1 and fold(word) in _KNOWN and (spelling(word) not in _SPELT or word.lower() == "qúy"):
            return True
    return False
