"""Invents exports of other systems whose truth is known: layouts, wordings, date styles, encodings, file formats.

A layout is drawn from a seed, or written by hand in `SYSTEMS`; `written(layout, dossiers)` gives the file's bytes and,
for each row that is no dossier, its number and why. People are invented; no phone or card number here can exist.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
import zipfile
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

import openpyxl

PROCEDURES = (
    ("1.001193", "Đăng ký khai sinh"), ("1.000894", "Đăng ký kết hôn"), ("1.004873", "Cấp Giấy xác nhận tình trạng hôn nhân"),
    ("2.000815", "Chứng thực bản sao từ bản chính giấy tờ, văn bản do cơ quan, tổ chức có thẩm quyền của Việt Nam cấp"),
    ("1.013225", "Cấp giấy phép xây dựng mới đối với nhà ở riêng lẻ"), ("1.001612", "Đăng ký thành lập hộ kinh doanh"),
    ("3.000722", "Liên thông đăng ký khai sinh, đăng ký thường trú, cấp thẻ bảo hiểm y tế cho trẻ em dưới 6 tuổi"),
    ("1.014027", "Trợ cấp hưu trí xã hội"), ("1.001190", "Thủ tục thử có số không ở cuối"),
)  # fmt: skip
PEOPLE = (
    "Nguyễn Văn Thử", "Trần Thị Ví Dụ", "Danh Giả Định", "Lê Hoàng Mẫu", "Huỳnh Thị Thử Nghiệm", "Công ty TNHH Mẫu Thử", "Phạm Không Có Thật", "Hộ kinh doanh Ví Dụ",
    "Thạch Tưởng Tượng", "Đặng Bịa",
)  # fmt: skip
STATUS_WORDS: dict[int, tuple[str, ...]] = {
    1: ("Mới đăng ký", "Chờ tiếp nhận", "MỚI ĐĂNG KÝ", "Moi dang ky", "Hồ sơ chờ tiếp nhận"),
    2: ("Được tiếp nhận", "Đã tiếp nhận", "Mới tiếp nhận", "Duoc tiep nhan"),
    3: ("Không được tiếp nhận", "Từ chối tiếp nhận", "Từ chối", "Khong duoc tiep nhan"),
    4: ("Đang xử lý", "Đang thụ lý", "Đang giải quyết", "Chờ ký duyệt", "Đang xử lí", "Đang xử lý (còn hạn 2 ngày)"),
    5: ("Yêu cầu bổ sung giấy tờ", "Chờ bổ sung", "Yêu cầu bổ sung hồ sơ", "Tạm dừng chờ bổ sung"),
    6: ("Yêu cầu thực hiện nghĩa vụ tài chính", "Chờ thực hiện NVTC", "Chờ thanh toán"),
    7: ("Công dân yêu cầu rút hồ sơ", "Rút hồ sơ", "Xin rút hồ sơ"),
    8: ("Dừng xử lý", "Tạm dừng", "Dừng giải quyết", "Dung xu ly"),
    9: ("Đã xử lý xong", "Chờ trả kết quả", "Đã có kết quả", "Đã xử lý xong đúng hạn", "Đã xử lý xong - trễ hạn 2 ngày"),
    10: ("Đã trả kết quả", "Đã trả kết quả đúng hạn", "Đã trả kết quả trước hạn", "Đã trả kết quả (trễ hạn)", "Da tra ket qua"),
}  # fmt: skip
CHANNEL_WORDS: dict[str, tuple[str, ...]] = {
    "counter": ("Trực tiếp", "Tại bộ phận một cửa", "Nộp trực tiếp tại Trung tâm Phục vụ hành chính công", "Truc tiep"),
    "online": ("Trực tuyến", "Qua DVC quốc gia", "Toàn trình", "Một phần", "Nộp trực tuyến", "Cổng Dịch vụ công quốc gia"),
    "post": ("Bưu chính", "Bưu chính công ích", "BCCI", "VNPost", "Qua dịch vụ bưu chính công ích"),
}  # fmt: skip
HEADINGS: dict[str, tuple[str, ...]] = {
    "code": ("Mã hồ sơ", "Số hồ sơ", "Mã biên nhận", "Số biên nhận", "MÃ HỒ SƠ", "Ma ho so", "Mã số hồ sơ TTHC", "Mã HS", "ma_ho_so"),
    "procedure_code": ("Mã TTHC", "Mã thủ tục", "Mã thủ tục hành chính", "MÃ TTHC", "Mã số TTHC"),
    "procedure": ("Tên thủ tục hành chính", "Thủ tục", "Tên TTHC", "Thủ tục hành chính", "TÊN THỦ TỤC", "Loại hồ sơ", "Tên thủ tục/dịch vụ công"),
    "applicant": ("Chủ hồ sơ", "Họ và tên", "Tổ chức, cá nhân", "Tên tổ chức/cá nhân", "Người nộp", "Công dân/Doanh nghiệp", "Họ tên chủ hồ sơ", "Người yêu cầu"),
    "received_at": ("Ngày tiếp nhận", "Ngày nhận", "Thời gian tiếp nhận", "Ngày giờ nhận hồ sơ", "Ngày tiếp nhận HS", "Tiếp nhận lúc", "Ngày, tháng, năm tiếp nhận"),
    "due_at": ("Ngày hẹn trả", "Hẹn trả", "Thời gian hẹn trả kết quả", "Hạn xử lý", "Ngày hẹn trả KQ", "Hạn trả kết quả", "Ngày hẹn trả kết quả cho công dân"),
    "resolved_at": ("Ngày kết thúc xử lý", "Ngày hoàn thành", "Ngày xử lý xong", "Ngày có kết quả", "Thời gian hoàn thành hồ sơ", "Ngày giải quyết xong"),
    "returned_at": ("Ngày trả kết quả", "Ngày trả", "Thời điểm trả kết quả", "Ngày trả KQ thực tế", "Ngày nhận kết quả", "Ngày thực trả"),
    "status": ("Trạng thái", "Tình trạng hồ sơ", "Tình trạng xử lý", "TRẠNG THÁI HỒ SƠ", "Trạng thái hiện tại"),
    "channel": ("Hình thức nộp", "Kênh tiếp nhận", "Hình thức tiếp nhận", "Phương thức nộp hồ sơ", "Cách thức nộp"),
}  # fmt: skip
NOISE: dict[str, tuple[Any, ...]] = {
    "Địa chỉ": ("Số 1, Khu phố Thử, Phường Mẫu", "Ấp Ví Dụ", ""), "Số điện thoại": ("0000000000", "0000000001"), "Số CCCD": ("000000000000", "000000000001"),
    "Lĩnh vực": ("Hộ tịch", "Chứng thực", "Xây dựng"), "Đơn vị xử lý": ("Văn phòng HĐND và UBND", "Phòng Kinh tế, Hạ tầng và Đô thị"), "Cán bộ thụ lý": ("Cán bộ Thử", "Cán bộ Mẫu"),
    "Lệ phí": (8000, 0, 50000), "Ghi chú": ("", "hồ sơ gấp", "đã gọi điện"), "Ngày sinh": ("01/02/1990", "15/03/1985"), "Hình thức trả kết quả": ("Trực tiếp", "Bưu chính"),
    "Số ngày quy định": (3, 5, 10), "Mức độ DVC": ("Toàn trình", "Một phần"), "Ngày hẹn trả lại": ("", "20/12/2026"), "Tình trạng thanh toán": ("Đã thanh toán", "Chưa thanh toán"),
    "Người tiếp nhận": ("Cán bộ Thử", "Cán bộ Giả"), "Đánh giá": ("Đúng hạn", "Trễ hạn"), "Ngày chuyển xử lý": ("12/05/2026",),
}  # fmt: skip
GROUPED = {
    "received_at": "Tiếp nhận",
    "due_at": "Hẹn trả",
    "resolved_at": "Hoàn thành",
    "returned_at": "Trả kết quả",
}
KEYS = (*HEADINGS,)
MOMENTS = ("received_at", "due_at", "resolved_at", "returned_at")


def dossiers(random_: random.Random, many: int) -> list[dict[str, Any]]:
    """Invented dossiers, each moment to the minute."""
    made = []
    for number in range(1, many + 1):
        received = dt.datetime(
            2026,
            random_.randint(1, 12),
            random_.randint(1, 28),
            random_.randint(7, 16),
            random_.randint(0, 59),
        )
        due = (received + dt.timedelta(days=random_.randint(1, 20))).replace(hour=17, minute=0)
        status = random_.randint(1, 10)
        resolved = returned = None
        if status >= 9:
            resolved = received + dt.timedelta(days=random_.randint(0, 15), hours=1)
        if status == 10:
            assert resolved is not None
            returned = resolved + dt.timedelta(days=random_.randint(0, 5), minutes=20)
        procedure_code, procedure = random_.choice(PROCEDURES)
        made.append({
            "code": f"H01.31.05-{received:%y%m%d}-{number:04d}", "procedure_code": procedure_code, "procedure": procedure, "applicant": random_.choice(PEOPLE),
            "received_at": received, "due_at": due, "resolved_at": resolved, "returned_at": returned, "status": status,
            "channel": random_.choice(("counter", "online", "post")),
        })  # fmt: skip
    return made


# ---- date styles: how a moment is written, and what of it is left

STYLES = (
    "dd/mm/yyyy hh:mm", "d/m/yyyy h:mm", "dd/mm/yyyy hh:mm:ss", "hh:mm ngày", "dd-mm-yyyy hh:mm", "iso", "iso+07", "isoz", "words", "sa/ch", "h", "packed", "dots", "us",
    "serial", "day", "short", "day-words", "day-iso", "midnight", "cell", "day-cell", "am/pm",
)  # fmt: skip
_DAYS_ONLY = ("day", "short", "day-words", "day-iso", "midnight", "day-cell")


def write_moment(at: dt.datetime | None, style: str, *, typed: bool) -> Any:
    if at is None:
        return None if typed else ""
    day = f"{at:%d/%m/%Y}"
    half = at.hour % 12 or 12
    match style:
        case "dd/mm/yyyy hh:mm":
            return f"{day} {at:%H:%M}"
        case "d/m/yyyy h:mm":
            return f"{at.day}/{at.month}/{at.year} {at.hour}:{at:%M}"
        case "dd/mm/yyyy hh:mm:ss":
            return f"{day} {at:%H:%M}:33"
        case "hh:mm ngày":
            return f"{at:%H:%M} ngày {day}"
        case "dd-mm-yyyy hh:mm":
            return f"{at:%d-%m-%Y %H:%M}"
        case "iso":
            return f"{at:%Y-%m-%d %H:%M}:00"
        case "iso+07":
            return f"{at:%Y-%m-%dT%H:%M}:00+07:00"
        case "isoz":
            return f"{at - dt.timedelta(hours=7):%Y-%m-%dT%H:%M}:12.345Z"
        case "words":
            return f"{at.hour} giờ {at:%M} phút, ngày {at.day} tháng {at.month} năm {at.year}"
        case "sa/ch":
            return f"{day} {half:02d}:{at:%M}:05 {'SA' if at.hour < 12 else 'CH'}"
        case "am/pm":
            return f"{day} {half}:{at:%M} {'AM' if at.hour < 12 else 'PM'}"
        case "h":
            return f"{at.hour}h{at:%M} {day}"
        case "packed":
            return f"{at:%Y%m%d%H%M}00"
        case "dots":
            return f"{at:%d.%m.%Y %H:%M}"
        case "us":
            return f"{at.month}/{at.day}/{at.year} {half}:{at:%M} {'AM' if at.hour < 12 else 'PM'}"
        case "serial":
            serial = (at - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1)
            return serial if typed else f"{serial:.6f}".replace(".", ",")
        case "day":
            return day
        case "short":
            return f"{at.day}/{at.month}/{at:%y}"
        case "day-words":
            return f"ngày {at.day:02d} tháng {at.month:02d} năm {at.year}"
        case "day-iso":
            return f"{at:%Y-%m-%d}"
        case "midnight":
            return f"{day} 00:00:00"
        case "cell":
            return at if typed else f"{day} {at:%H:%M}"
        case "day-cell":
            return at.date() if typed else day
    raise AssertionError(style)


# ---- layouts


@dataclass
class Layout:
    """How one system writes its list. columns: (key or noise name, heading, group's name or "").

    format: csv, xlsx, html, ods. split_clock: the received moment in two columns. procedure_in: how the procedure's code
    stands: "own" column, "with-name", "after-name". group_by: rows of one kind under a row with their name.
    """

    columns: list[tuple[str, str, str]]
    format: str = "xlsx"
    encoding: str = "utf-8-sig"
    delimiter: str = ";"
    date_style: str = "dd/mm/yyyy hh:mm"
    titles: tuple[tuple[Any, ...], ...] = ()
    suffix: str = ""
    procedure_in: str = "own"
    group_by: str = ""
    total: bool = False
    signature: bool = False
    repeat_heading_every: int = 0
    blank_every: int = 0
    numbered_columns: bool = False
    doubled: bool = False
    seed: int = 0
    sheet: str = "Danh sách"
    """where rows are grouped by "sheet:status", each status has a sheet of its own"""
    status_words: dict[int, str] = field(default_factory=dict)
    channel_words: dict[str, str] = field(default_factory=dict)

    @property
    def keys(self) -> list[str]:
        return [key for key, _, _ in self.columns]


def drawn(seed: int) -> Layout:
    """A layout by chance."""
    r = random.Random(seed)
    keys = ["code", "procedure", "applicant", *MOMENTS, "status", "channel"]
    if r.random() < 0.5:
        keys.append("procedure_code")
    for optional in ("resolved_at", "returned_at", "channel", "due_at"):
        if r.random() < 0.12:
            keys.remove(optional)
    noise = r.sample(sorted(NOISE), r.randint(0, 7))
    order = [*keys, *noise]
    r.shuffle(order)
    two_rows = r.random() < 0.4
    if two_rows:  # the moments side by side, under a name of their own
        moments = [key for key in MOMENTS if key in order]
        place = min(order.index(key) for key in moments)
        order = [key for key in order if key not in moments]
        order[place:place] = moments
    columns = []
    for key in order:
        if key in NOISE:
            columns.append((key, key, ""))
        elif two_rows and key in MOMENTS:
            columns.append((key, GROUPED[key], "Thời gian"))
        else:
            columns.append((key, r.choice(HEADINGS[key]), ""))
    if r.random() < 0.7:
        columns.insert(0, ("STT", r.choice(("STT", "TT", "Số TT", "Stt")), ""))
    kind = r.choice(("csv", "csv", "xlsx", "xlsx", "html", "ods"))
    return Layout(
        columns,
        format=kind,
        encoding=r.choice(("utf-8-sig", "utf-8", "utf-16", "utf-16-le", "cp1258")),
        delimiter=r.choice(";,\t"),
        date_style=r.choice(STYLES),
        titles=r.choice((
            (), (("UBND PHƯỜNG VÍ DỤ",), ("DANH SÁCH HỒ SƠ",), ()), (("BÁO CÁO TÌNH HÌNH GIẢI QUYẾT HỒ SƠ",), ("Từ ngày 01/01/2026 đến ngày 31/12/2026",), ("Lĩnh vực:", "Tất cả", "Đơn vị:", "Tất cả")),
            (("Từ ngày:", "01/05/2026", "Đến ngày:", "31/05/2026"), (), (), ("Trạng thái: Tất cả",)),
        )),
        suffix=r.choice(("", ".H01", ".000.00.00.H01")),
        procedure_in="own" if "procedure_code" in keys else r.choice(("", "with-name", "after-name", "")),
        group_by=r.choice(("", "", "", "channel", "field", "status")) if kind != "sheets" else "",
        total=r.random() < 0.4,
        signature=r.random() < 0.4,
        repeat_heading_every=r.choice((0, 0, 0, 11)),
        blank_every=r.choice((0, 0, 9)),
        numbered_columns=r.random() < 0.2,
        doubled=r.random() < 0.2,
        seed=seed,
        status_words={code: r.choice(words) for code, words in STATUS_WORDS.items()},
        channel_words={code: r.choice(words) for code, words in CHANNEL_WORDS.items()},
    )  # fmt: skip


# ---- a file from a layout


@dataclass
class Written:
    """data: the file's bytes; rows: what must be read; skipped: number → why."""

    data: bytes
    name: str
    rows: list[dict[str, Any]]
    skipped: list[tuple[int, str]]


def written(layout: Layout, made: list[dict[str, Any]]) -> Written:
    r = random.Random(layout.seed + 1)
    typed = layout.format in ("xlsx", "ods")
    lines: list[list[Any]] = [list(title) for title in layout.titles]
    merges: list[tuple[int, int, int, int]] = []
    skipped: list[tuple[int, str]] = []
    hidden = layout.group_by if layout.group_by in ("status", "channel") else ""
    columns = [column for column in layout.columns if column[0] != hidden]
    width = len(columns)

    def heading() -> None:
        if any(group for _, _, group in columns):
            upper: list[Any] = []
            for at, (_, name, group) in enumerate(columns):
                fresh = not group or at == 0 or columns[at - 1][2] != group
                upper.append((group if group else name) if fresh else None)
            first = len(lines)
            lines.append(upper)
            lines.append([name if group else None for _, name, group in columns])
            for at, (_, _, group) in enumerate(columns):
                if not group:
                    merges.append((first, at, first + 1, at))
                elif at == 0 or columns[at - 1][2] != group:
                    last = max(place for place, column in enumerate(columns) if column[2] == group)
                    merges.append((first, at, first, last))
        else:
            lines.append([name for _, name, _ in columns])

    heading()
    if layout.numbered_columns:
        lines.append([f"({at + 1})" for at in range(width)])
        skipped.append((len(lines), "numbers"))

    def cell(key: str, dossier: dict[str, Any], number: int) -> Any:
        if key == "STT":
            return number
        if key in NOISE:
            return r.choice(NOISE[key])
        if key in MOMENTS:
            return write_moment(dossier[key], layout.date_style, typed=typed)
        if key == "procedure_code":
            return dossier[key] + layout.suffix
        if key == "procedure" and layout.procedure_in == "with-name":
            return f"{dossier['procedure_code']}{layout.suffix} - {dossier['procedure']}"
        if key == "procedure" and layout.procedure_in == "after-name":
            return f"{dossier['procedure']} ({dossier['procedure_code']})"
        if key == "status":
            return layout.status_words.get(dossier[key], STATUS_WORDS[dossier[key]][0])
        if key == "channel":
            return layout.channel_words.get(dossier[key], CHANNEL_WORDS[dossier[key]][0])
        return dossier[key]

    ordered = list(made)
    group_name = {
        "channel": lambda d: layout.channel_words.get(d["channel"], CHANNEL_WORDS[d["channel"]][0]),
        "status": lambda d: STATUS_WORDS[d["status"]][0],
        "field": lambda d: "Lĩnh vực Hộ tịch" if d["procedure_code"] < "1.002" else "Lĩnh vực khác",
    }.get(layout.group_by)
    if group_name:
        ordered.sort(key=group_name)
    before = None
    for number, dossier in enumerate(ordered, start=1):
        if group_name and (name := group_name(dossier)) != before:
            lines.append([name])
            merges.append((len(lines) - 1, 0, len(lines) - 1, width - 1))
            skipped.append((len(lines), "group"))
            before = name
        if layout.repeat_heading_every and number > 1 and number % layout.repeat_heading_every == 1:
            start = len(lines)
            heading()
            skipped.extend((at + 1, "heading") for at in range(start, len(lines)))
        if layout.blank_every and number > 1 and number % layout.blank_every == 0:
            lines.append([])
            skipped.append((len(lines), "empty"))
        lines.append([cell(key, dossier, number) for key, _, _ in columns])
    if layout.doubled and not layout.group_by:
        lines.append([cell(key, ordered[0], len(ordered) + 1) for key, _, _ in columns])
        skipped.append((len(lines), "duplicate"))
        # the noise of the row differs, what we read of it does not
    if layout.total:
        lines.append(
            ["Tổng cộng", *[None] * (width - 2), len(made)]
            if r.random() < 0.5
            else [f"Tổng số: {len(made)} hồ sơ"]
        )
        skipped.append((len(lines), "total"))
    if layout.signature:
        lines.append([])
        skipped.append((len(lines), "empty"))
        for said in (
            [None, "Người lập biểu", None, "TM. ỦY BAN NHÂN DÂN"],
            [None, "(Ký, ghi rõ họ tên)"],
            [None, "Cán bộ Thử", None, "Lãnh đạo Giả"],
        ):
            lines.append(said)
            skipped.append((len(lines), "signature"))

    visible = set(layout.keys)
    if layout.procedure_in in ("with-name", "after-name"):
        visible.add("procedure_code")
    visible |= {hidden} - {""}
    rows = [_left(layout, dossier, visible) for dossier in ordered]
    data = {"csv": _csv, "xlsx": _xlsx, "html": _html, "ods": _ods}[layout.format](layout, lines, merges)
    suffix = {"html": "xls"}.get(layout.format, layout.format)
    return Written(data, f"ho-so.{suffix}", rows, sorted(skipped))


def _left(layout: Layout, dossier: dict[str, Any], visible: set[str]) -> dict[str, Any]:
    """What a reader can know of a dossier from this layout."""
    row: dict[str, Any] = {}
    for key in KEYS:
        value = dossier[key] if key in visible else None
        if isinstance(value, dt.datetime):
            value = (
                value.date().isoformat()
                if layout.date_style in _DAYS_ONLY
                else value.isoformat(timespec="minutes")
            )
        row[key] = value
    return row


def _texts(lines: list[list[Any]]) -> list[list[str]]:
    return [["" if cell is None else str(cell) for cell in line] for line in lines]


def _csv(layout: Layout, lines: list[list[Any]], _merges: object) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=layout.delimiter, lineterminator="\r\n")
    width = max(map(len, lines))
    for line in _texts(lines):
        writer.writerow([*line, *[""] * (width - len(line))] if any(line) else [])
    return encoded(out.getvalue(), layout.encoding)


def encoded(text: str, encoding: str) -> bytes:
    if encoding == "cp1258":
        return _windows(text)
    if encoding in ("tcvn3", "vni"):
        return _old(text, encoding)
    return text.encode(encoding)


def _windows(text: str) -> bytes:
    """Windows-1258: the letter, and its tone as a mark behind it."""
    import unicodedata

    out = bytearray()
    for letter in text:
        try:
            out += letter.encode("cp1258")
            continue
        except UnicodeEncodeError:
            pass
        parts = unicodedata.normalize("NFD", letter)
        tone = next(mark for mark in parts[1:] if mark in "\u0300\u0301\u0303\u0309\u0323")
        base = unicodedata.normalize("NFC", parts.replace(tone, ""))
        out += base.encode("cp1258") + tone.encode("cp1258")
    return bytes(out)


def _old(text: str, encoding: str) -> bytes:
    """As typed for .VnTime or VNI-Times: the library's own table, turned round."""
    from viparse.normalize.encodings import get_charmap
    from viparse.normalize.tables import convert

    charmap = get_charmap(encoding)
    table: dict[str, str] = {}
    alphabet = [chr(code) for code in range(0x20, 0x100)]
    marks = alphabet[0xA0 - 0x20 :]
    if encoding == "vni":  # a letter and its mark, before letters that stand alone: "à" alone is no VNI
        for base in "AEIOUYDaeiouydÔÖôöÊê":
            for mark in marks:
                table.setdefault(convert(base + mark, charmap), base + mark)
    for one in alphabet:
        table.setdefault(convert(one, charmap), one)
    return "".join(table.get(letter, letter) for letter in text).encode("cp1252", errors="replace")


def _xlsx(layout: Layout, lines: list[list[Any]], merges: list[tuple[int, int, int, int]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = layout.sheet
    for line in lines:
        sheet.append([cell if cell != "" else None for cell in line])
    for top, left, bottom, right in merges:
        if (top, left) != (bottom, right):
            sheet.merge_cells(
                start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1
            )
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _html(layout: Layout, lines: list[list[Any]], merges: list[tuple[int, int, int, int]]) -> bytes:
    spans = {(top, left): (bottom - top + 1, right - left + 1) for top, left, bottom, right in merges}
    covered = {
        (row, column)
        for top, left, bottom, right in merges
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    } - set(spans)
    body = []
    for at, line in enumerate(_texts(lines)):
        cells = "".join(
            f'<td rowspan="{spans.get((at, column), (1, 1))[0]}" colspan="{spans.get((at, column), (1, 1))[1]}">{escape(cell)}</td>'
            for column, cell in enumerate(line)
            if (at, column) not in covered
        )
        body.append(f"<tr>{cells}</tr>")
    page = f'<html><head><meta charset="utf-8"></head><body><table border="1">{"".join(body)}</table></body></html>'
    return page.encode()


def _ods(layout: Layout, lines: list[list[Any]], _merges: object) -> bytes:
    def cell(value: Any) -> str:
        if value is None or value == "":
            return "<table:table-cell/>"
        if isinstance(value, dt.datetime):
            return (
                f'<table:table-cell office:value-type="date" office:date-value="{value:%Y-%m-%dT%H:%M:%S}"/>'
            )
        if isinstance(value, dt.date):
            return f'<table:table-cell office:value-type="date" office:date-value="{value}"/>'
        if isinstance(value, int | float):
            return f'<table:table-cell office:value-type="float" office:value="{value!r}"/>'
        return f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'

    rows = "".join(
        f"<table:table-row>{''.join(map(cell, line)) or '<table:table-cell/>'}</table:table-row>"
        for line in lines
    )
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">'
        f'<office:body><office:spreadsheet><table:table table:name="{layout.sheet}">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    return out.getvalue()
