"""Figures, days and readings in Vietnamese words."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from urllib.parse import quote

from caicach.rules.deadlines import DueReading
from caicach.rules.due import Due, Occurrence
from caicach.rules.targets import Target

_EVERY = {
    "week": "hằng tuần",
    "month": "hằng tháng",
    "quarter": "hằng quý",
    "half-year": "6 tháng một lần",
    "year": "hằng năm",
    "dates": "vào các ngày",
}
_COMPARATORS = {"=": "đúng", ">=": "từ … trở lên", "<=": "không quá", ">": "trên", "<": "dưới"}
_FINDINGS = {
    "deadline-missing": "không ghi thời hạn",
    "deadline-incomplete": "thời hạn bị thiếu",
    "deadline-impossible": "ngày không có trong lịch",
    "deadline-ambiguous": "không rõ mốc hoặc hiểu được nhiều cách, cần người quyết định",
    "suspected-misspelling": "có chữ sai chính tả hoặc do máy quét",
}
WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")


def day(value: dt.date) -> str:
    """31/8/2026 → "31/08/2026"."""
    return f"{value.day:02d}/{value.month:02d}/{value.year}"


def moment(value: dt.date | None) -> str:
    """A moment → "08:15 11/05/2026", a day alone as `day`, "" for none."""
    if isinstance(value, dt.datetime):
        return f"{value:%H:%M} {day(value)}"
    return day(value) if value else ""


_DAY_FIRST = re.compile(r"(\d{1,2})\s*([./-])\s*(\d{1,2})\s*\2\s*(\d{4}|\d{2})", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)


def day_in(text: str, *, year: int | None = None) -> dt.date | None:
    """A day as people type it: "27/11/2026", "27.11.26", "27-11-2026", or as browsers do, "2026-11-27"; None for anything
    else. A year of two figures is of this century. year: of a day typed without one, "27/11"; None: there must be one."""
    text = text.strip()
    if year is not None and re.fullmatch(r"\d{1,2}[/.-]\d{1,2}", text, re.ASCII):
        text = f"{text}/{year}".replace(".", "/").replace("-", "/")
    if found := _DAY_FIRST.fullmatch(text):
        day, month, year = int(found[1]), int(found[3]), int(found[4])
        year += 2000 if len(found[4]) == 2 else 0
    elif found := _YEAR_FIRST.fullmatch(text):
        year, month, day = map(int, found.groups())
    else:
        return None
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


DOSSIER_KEYS = {
    "code": "Mã hồ sơ", "procedure_code": "Mã thủ tục", "procedure": "Thủ tục", "applicant": "Chủ hồ sơ", "received_at": "Tiếp nhận",
    "due_at": "Hẹn trả", "resolved_at": "Xử lý xong", "returned_at": "Trả kết quả", "status": "Trạng thái", "channel": "Kênh nộp",
}  # fmt: skip
"""what a dossier list says of a dossier, as people call it"""
CHANNELS = {"counter": "Trực tiếp", "online": "Trực tuyến", "post": "Bưu chính"}
SKIPPED = {
    "total": "dòng cộng", "signature": "phần ký tên", "group": "tên nhóm", "heading": "đầu bảng lặp lại", "numbers": "dòng đánh số cột",
    "note": "ghi chú", "empty": "dòng trống", "duplicate": "hồ sơ có hai lần trong tệp",
}  # fmt: skip
"""why a row of a dossier list is no dossier"""
UNLIKE_CODES = {
    "numbers": "số thứ tự", "days": "ngày giờ", "words": "tên hoặc chữ", "people": "số điện thoại hoặc số căn cước", "procedures": "mã thủ tục",
}  # fmt: skip
"""what a column holds that is no column of dossier codes"""
FIELD_NAMES = {
    "number": "Số", "content": "Nội dung", "deliverables": "Sản phẩm", "leads": "Chủ trì", "coordinators": "Phối hợp",
    "due": "Hạn", "note": "Ghi chú", "title": "Tên mục", "date": "Ngày", "place": "Nơi ký", "issuer": "Cơ quan ban hành",
    "signer": "Người ký", "signer_title": "Chức vụ", "signs_for": "Ký thay", "coordinating_office": "Đơn vị đầu mối",
}  # fmt: skip
"""the fields of a plan's head, sections and rows, as people call them"""


def dossier_address(code: str) -> str:
    """Where a dossier stands. A code that is a word of our own addresses, or a step up in one, has "~" before it."""
    is_plain = code[:1].isalnum() and not code.casefold().startswith(
        ("nap", "danh-sach", "chua-nhan", "buu-chinh")
    )
    return f"/ho-so/{quote(code if is_plain else '~' + code, safe='')}/"


def paper_address(code: str, nth: int) -> str:
    """Where the paper of a dossier's nth event stands, the oldest being the first."""
    return f"/quay/giay/{dossier_address(code).removeprefix('/ho-so/')}{nth}/"


def money_address(code: str) -> str:
    """Where what a dossier costs is paid."""
    return f"/quay/tien/{dossier_address(code).removeprefix('/ho-so/')}"


def dossier_code_in(part: str) -> str:
    """The code that `dossier_address` put there."""
    return part.removeprefix("~")


def place_in_words(place: str) -> str:
    """One place of a finding: "head issuer" → "đầu kế hoạch (cơ quan ban hành)", "body II.4" → "thân bài II.4"."""
    first, _, rest = place.partition(" ")
    if first == "head" and rest in FIELD_NAMES:
        rest = f"({FIELD_NAMES[rest].lower()})"
    words = {"head": "đầu kế hoạch", "annex": "tên phụ lục", "body": "thân bài"}.get(first, first)
    return f"{words} {rest}".strip()


def number(value: Decimal | str) -> str:
    """1083.247 → "1.083,247"."""
    whole, _, part = str(value).partition(".")
    grouped = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", ".", whole)
    return f"{grouped},{part}" if part else grouped


def due_in_words(reading: DueReading, days: tuple[Occurrence, ...] = ()) -> str:
    """One line: what the phrase means, its dates, what is odd about it."""
    line = f"“{reading.due.text}”: {due_meaning(reading.due)}"
    if days and reading.due.kind == "recurring":
        shown = ", ".join(
            day(o.date) + (f" (làm việc {day(o.working_day)})" if o.working_day != o.date else "")
            for o in days[:12]
        )
        line += f": {shown}{' …' if len(days) > 12 else ''}"
    elif days and days[0].working_day != days[0].date:
        line += f" (ngày nghỉ; ngày làm việc cuối trước đó {day(days[0].working_day)})"
    notes = [_FINDINGS.get(code, code) for code in reading.findings]
    if reading.suggestion:
        notes.append(f"gợi ý “{reading.suggestion}”")
    return line + (f" [{'; '.join(notes)}]" if notes else "")


def due_meaning(due: Due) -> str:
    """What a due asks for, in words."""
    match due.kind:
        case "ongoing":
            text = f"thường xuyên từ {day(due.start)}" if due.start else "thường xuyên"
        case "by":
            text = (
                f"từ {day(due.start)} đến {day(due.end)}"
                if due.start and due.end
                else f"xong trước hết ngày {day(due.end)}"
                if due.end
                else "chưa rõ"
            )
        case "recurring":
            text = _EVERY[due.every or "month"]
            if due.day:
                text = f"{text}, {'ngày ' + str(due.day) if due.every != 'week' else 'thứ ' + str(due.day + 1) if due.day < 7 else 'Chủ nhật'}"
            if due.start:
                text += f", từ {day(due.start)}"
        case "external":
            return f"chờ: {due.condition}"
        case _:
            return "chưa có hạn"
    return f"{text} ({due.condition})" if due.condition else text


def target_in_words(target: Target) -> str:
    """One line: the figure with its comparison and which way is better."""
    if target.value is None or target.comparator is None:
        hint = f"; gợi ý “{target.suggestion}”" if target.suggestion else ""
        return f"không đọc được thành một con số, cần người quyết định{hint}"
    figure = f"{number(target.target or '')} {target.unit or ''}".strip().replace(" %", "%")
    phrase = (
        f"từ {figure} trở lên" if target.comparator == ">=" else f"{_COMPARATORS[target.comparator]} {figure}"
    )
    return f"{phrase}; {'càng cao' if target.better == 'higher' else 'càng thấp'} càng tốt"


def is_picture(kind: str) -> bool:
    """Whether pages of a file of this content type can be shown as pictures."""
    return kind == "application/pdf" or kind.startswith("image/")
