"""Target phrases (chỉ tiêu): which number is the target, how it compares, in what unit, which way is better.

Rules T1–T13 and [house] choices: docs/targets.md. Numbers are written the Vietnamese way: dots group thousands, a
comma is the decimal sign.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from caicach.rules.vntext import fold, nfc, squeeze

Comparator = Literal["=", ">=", "<=", ">", "<"]
Better = Literal["higher", "lower"]

AMBIGUOUS = "target-ambiguous"
LONGEST = 4000
"""signs of a phrase that is still read; the longest row of a real plan has about a thousand"""
SUSPECT = "number-format-suspect"


@dataclass(frozen=True, slots=True)
class Target:
    """What a phrase asks for. value is exact, in unit (95 with "%", never 0.95); all four are None where no number can
    be named. span: the place of the number and its unit in the phrase. findings: codes; suggestion: a clear phrase."""

    comparator: Comparator | None = None
    value: Decimal | None = None
    unit: str | None = None
    better: Better | None = None
    findings: tuple[str, ...] = ()
    suggestion: str | None = None
    span: tuple[int, int] = (0, 0)
    name_end: int = 0
    """where the words before the target's own words end: the name of what is measured"""

    @property
    def target(self) -> str | None:
        """The value as plain decimal text without trailing zeros."""
        return None if self.value is None else decimal_text(self.value)

    def to_json(self) -> dict[str, object]:
        return {
            "comparator": self.comparator,
            "target": self.target,
            "unit": self.unit,
            "better": self.better,
        }


def decimal_text(value: Decimal) -> str:
    """75, 14.29, 0.38: no exponent, no trailing zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def parse_number(text: str) -> tuple[Decimal, bool] | None:
    """A number written the Vietnamese way, and whether its writing is suspect (T2, T3); None where it is none.

    "1.083,247" → 1083.247; "44.477" → 44477; "95.5" → 95.5, suspect; "1,500" → 1.5, suspect; "1,083.247" → None.
    """
    text = squeeze(text)
    if re.fullmatch(r"\d{1,3}(?:[. ]\d{3})+(?:,\d+)?", text):
        return Decimal(text.replace(".", "").replace(" ", "").replace(",", ".")), False
    if re.fullmatch(r"\d+(?:,\d+)?", text):
        suspect = bool(re.fullmatch(r"[1-9]\d{0,2},\d{3}", text))
        return Decimal(text.replace(",", ".")), suspect
    if re.fullmatch(r"\d+\.\d+", text):
        return Decimal(text), True
    return None


_NUMBER = re.compile(
    r"(?<![\w.,/])(\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d{1,3}(?: \d{3})+(?:,\d+)?(?!\d)|\d+(?:[.,]\d+)*)(?![\d])"
)
_SCANNED = re.compile(r"(?<![\w])(?=[\dOolI]*[\dOol])[\dOolI]{1,3}(?=\s?%)")
_UNITS = (
    "điểm phần trăm", "phần trăm", "phần nghìn", "%", "‰", "tỷ đồng", "tỉ đồng", "triệu đồng", "nghìn đồng", "ngàn đồng", "triệu usd", "tỷ usd", "nghìn usd", "usd",
    "đồng", "căn hộ", "căn nhà", "căn", "lượt lao động", "lượt người", "lượt khách", "lượt hộ", "lượt", "lao động", "người dân", "người", "hộ dân", "hộ gia đình", "hộ", "vụ việc", "vụ",
    "cuộc", "đợt", "lớp", "buổi", "hội nghị", "mô hình", "sáng kiến", "công trình", "dự án", "hecta", "ha", "km²", "km2", "km", "m²", "m2", "m³", "m3", "tấn", "tạ", "kg",
    "con", "doanh nghiệp", "hợp tác xã", "tổ hợp tác", "văn bản", "tin, bài", "tin bài", "tin", "bài viết", "bài", "hồ sơ", "thủ tục hành chính", "tthc", "thủ tục", "điểm", "hạng", "lần",
    "ngày làm việc", "giờ làm việc", "ngày", "giờ", "phút", "giây", "tháng", "giường bệnh", "giường", "bác sĩ", "trường", "phòng", "tiêu chí", "khu phố", "đảng viên", "học sinh", "cháu", "trẻ",
    "thuê bao", "lít", "kwh", "mw", "đề án", "cây", "sản phẩm", "cơ sở", "tổ", "đội", "câu lạc bộ", "suất", "phiếu", "cơ quan", "đơn vị", "tuyến", "chuyên đề", "đề tài", "cán bộ", "công chức",
    "tổ chức", "phương tiện", "máy", "thôn", "ấp", "xã", "phường", "di tích", "nhóm", "gia đình", "thanh niên", "công dân", "quân nhân", "mẹ", "nhà",
)  # fmt: skip
_UNIT = re.compile(
    r"\s*(" + "|".join(re.escape(u) for u in sorted(_UNITS, key=len, reverse=True)) + r")(?![^\W\d_])"
    r"((?:\s?/\s?(?:\d[\d.]*\s?)?[^\W\d_]+(?:\s(?=làm việc)làm việc)?)*)",
    re.IGNORECASE,
)
_AFTER_GE = re.compile(r"^[\s,]*(?:trở lên|trở nên|hoặc hơn|hoặc cao hơn)", re.IGNORECASE)
_AFTER_LE = re.compile(r"^[\s,]*(?:trở xuống|hoặc thấp hơn|hoặc ít hơn)", re.IGNORECASE)
_FILL = r"(?:\s*(?:đạt|là|ở mức|mức|được|có|khoảng cách|:|tỷ lệ|số lượng|bằng|với|con số|cho|phấn đấu|phần đầu|từ|xuống|còn|tăng|giảm|thêm)\s*)*\s*$"
_BEFORE: tuple[tuple[Comparator, re.Pattern[str]], ...] = (
    ("<=", re.compile(r"(?:không (?:vượt )?quá|(?:nhỏ|thấp|ít) hơn hoặc bằng|bằng hoặc (?:nhỏ|thấp|ít) hơn|không vượt|tối đa|nhiều nhất|không trên|không cao hơn|không lớn hơn|không nhiều hơn|không hơn|chậm nhất|≤|<=|=<)" + _FILL, re.IGNORECASE)),
    (">=", re.compile(r"(?:tối thiểu|ít nhất|(?:lớn|cao|nhiều) hơn hoặc bằng|bằng hoặc (?:lớn|cao|nhiều|trên) hơn|không dưới|không thấp hơn|không ít hơn|không nhỏ hơn|không kém|từ mức|thấp nhất|≥|>=|=>)" + _FILL, re.IGNORECASE)),
    (">", re.compile(r"(?:trên|hơn|cao hơn|vượt mức|vượt|lớn hơn|nhiều hơn|>)" + _FILL, re.IGNORECASE)),
    ("<", re.compile(r"(?:dưới|thấp hơn|nhỏ hơn|ít hơn|chưa tới|chưa đến|chưa đầy|<)" + _FILL, re.IGNORECASE)),
)  # fmt: skip
_ATTAIN = re.compile(
    r"(?:đạt|là|còn|bằng|cho|từ|xuống|mức|:|tăng|giảm|gồm|có|thêm|tối thiểu|tối đa|ít nhất|quá|trên|dưới|hơn|thiểu|quy mô|lên|nhất)\s*$",
    re.IGNORECASE,
)
_BAD = (
    "hộ nghèo", "cận nghèo", "nghèo đa chiều", "hộ tái nghèo", "tỷ lệ nghèo", "thất nghiệp", "trễ hạn", "quá hạn", "chậm hạn", "trễ hẹn", "tồn đọng", "nợ đọng", "nợ thuế", "nợ xấu", "tội phạm", "số vụ",
    "tai nạn", "người chết", "số chết", "bị thương", "suy dinh dưỡng", "tử vong", "mắc bệnh", "tỷ lệ mắc", "sinh con thứ ba", "sinh con thứ 3", "tảo hôn", "bỏ học", "thời gian chờ", "thời gian giải quyết", "chi phí", "khiếu nại đông người",
    "vượt cấp", "vi phạm", "ùn tắc", "ô nhiễm", "thất thoát", "sai sót", "phạm pháp hình sự", "thời gian xử lý", "vụ cháy", "cháy nổ", "bạo lực", "tái nghiện", "chậm trễ", "bị trả lại",
    "thấp còi", "nhẹ cân", "mất cân bằng giới tính", "tỷ suất sinh thô", "lưu ban",
)  # fmt: skip
# A rate of handling a bad thing is good: tỷ lệ giải quyết khiếu nại, tỷ lệ điều tra khám phá án, tỷ lệ giảm hộ nghèo.
_HANDLED = re.compile(
    r"\b(?:giải quyết (?!thủ tục|tthc|hồ sơ|công việc)|điều tra|khám phá|xử lý (?!hồ sơ)|thu hồi|khắc phục|phòng ngừa|phòng, chống|triệt phá|truy bắt|tiếp nhận|thoát nghèo|thu gom|được hỗ trợ|hỗ trợ|được vay|điều trị|quản lý|tham gia|"
    r"được cấp|cấp thẻ|bảo hiểm|đúng hạn|phát hiện|công khai|kiểm soát|chấm dứt|xóa)",
    re.IGNORECASE,
)
_SHRINK = re.compile(r"\b(?:giảm|cắt giảm|kéo giảm|tiết kiệm|rút ngắn)\b", re.IGNORECASE)
_REMAINS = re.compile(
    r"\b(?:giảm|kéo giảm|hạ|rút ngắn|giảm tỷ lệ [^\d]*)\s*(?:\w+\s+){0,8}?(?:còn|xuống|về)\b", re.IGNORECASE
)
_GRADE = re.compile(
    r"\b(?:loại (?:tốt|khá|xuất sắc|a)|mức độ [34]|đạt chuẩn|hoàn thành (?:tốt|xuất sắc) nhiệm vụ|xếp loại)\b",
    re.IGNORECASE,
)
_GIVEN = re.compile(
    r"theo (?:chỉ tiêu|kế hoạch|nghị quyết)[^\d]*(?:giao|tỉnh|cấp trên|đề ra)|chỉ tiêu (?:trên|tỉnh|cấp trên) giao",
    re.IGNORECASE,
)


def read_target(phrase: str) -> Target:
    """Read "từ 95% trở lên", "1.083,247 tỷ đồng", "giảm còn dưới 1%", also inside a whole sentence. Never raises."""
    if len(phrase) > LONGEST or re.search(r"\d{19}", phrase):
        return Target(findings=(AMBIGUOUS,), name_end=len(phrase))  # no plan's words
    text = re.sub(r"\s", " ", nfc(phrase))
    text = _SCANNED.sub(lambda m: re.sub(r"[Oo]", "0", re.sub(r"[lI]", "1", m[0])), text)
    none = _zero(text)
    if none:
        return none
    ranked = _rank(text)
    if ranked:
        return ranked
    numbers = _candidates(text)
    if not numbers:
        found = (AMBIGUOUS,) if re.search(r"\w", text) else ()
        return Target(findings=found, name_end=len(text))
    start, end, value, suspect, unit, unit_end = _choose(text, numbers)
    unclear = _unclear(text, start, end, unit_end, value, unit)
    if unclear:
        return unclear
    before, after = text[:start], text[unit_end:]
    comparator = _comparator(before, after, text[end:unit_end])
    better = _better(text, before, after, comparator)
    findings = (SUSPECT,) if suspect else ()
    return Target(
        comparator, value, unit, better, findings, span=(start, unit_end), name_end=_name_end(before)
    )


def _name_end(before: str) -> int:
    """Where the words that lead to the number begin: the name stands before them."""
    lead = re.search(
        r"[\s,:;(-]*(?:(?:phấn đấu|phần đầu|đạt|là|còn|ước|từ|tối thiểu|tối đa|ít nhất|không|dưới|quá|vượt|thấp|cao|trên|hơn|bằng|mức|ở|giảm xuống|xuống|khoảng|đảm bảo|duy trì|chiếm|cho|≥|≤|>|<|=)[\s:]*)*$",
        before,
        re.IGNORECASE,
    )
    return lead.start() if lead else len(before)


def _zero(text: str) -> Target | None:
    """ "không có hồ sơ trễ hạn", "không để xảy ra vụ việc …": nothing of it at all."""
    found = re.search(
        r"\bkhông (?:có|để xảy ra|để phát sinh|phát sinh|xảy ra|còn|để)(?: (?:trường hợp|tình trạng|bất kỳ|các))?\s+(.+)",
        text,
        re.IGNORECASE,
    )
    if not found or re.search(r"\d", text):
        return None
    unit = _UNIT.match(" " + found[1])
    name = unit[1] if unit else " ".join(found[1].split()[:2])
    return Target("=", Decimal(0), name, "lower", span=(found.start(), found.end()), name_end=found.start())


def _rank(text: str) -> Target | None:
    """T13: xếp hạng từ 20 trở lên, nhóm 10 phường dẫn đầu: a smaller number is better."""
    if found := re.search(
        r"(?:xếp|đứng)?\s*(?:thứ )?(?:hạng|thứ hạng|đứng thứ|xếp thứ|vị trí(?: thứ)?)\s*(?:từ |thứ )?(\d+)(\s*trở lên|\s*trở xuống)?",
        text,
        re.IGNORECASE,
    ):
        if re.search(r"xếp|đứng|hạng|vị trí", found[0], re.IGNORECASE):
            comparator: Comparator = "<=" if found[2] or "từ" in found[0].lower() else "="
            return Target(
                comparator, Decimal(found[1]), "hạng", "lower", span=found.span(1), name_end=found.start()
            )
    if found := re.search(
        r"(?:nhóm|top|tốp)\s*(\d+)\b[^.;]{0,60}?(?:dẫn đầu|đầu|cao nhất|tốt nhất|$)", text, re.IGNORECASE
    ):
        return Target("<=", Decimal(found[1]), "hạng", "lower", span=found.span(1), name_end=found.start())
    return None


_Candidate = tuple[int, int, Decimal, bool, str | None, int]


def _candidates(text: str) -> list[_Candidate]:
    """Numbers that may be targets: no years, ages, dates, numbers of documents, parts in brackets, denominators."""
    found: list[_Candidate] = []
    depth_spans = [m.span() for m in re.finditer(r"\([^()]*\)", text)]
    for match in _NUMBER.finditer(text):
        start, end = match.span(1)
        before, after = text[:start], text[end:]
        digits = match[1]
        number = parse_number(digits)
        if number is None:
            continue
        if any(a < start < b for a, b in depth_spans) and len(_NUMBER.findall(text)) > 1:
            continue
        if re.match(r"\s*(?:-\s*\d+\s*)?(?:tuổi|tháng tuổi)", after) or re.match(
            r"\s*(?:và \d+ |đến \d+ |đến dưới \d+ )tuổi", after
        ):
            continue
        if re.fullmatch(r"(?:19|20)\d\d", digits) and (
            re.search(r"(?:năm|so sánh|giai đoạn|kỳ|\d\s*-|/|so với|từ|đến)\s*$", before, re.IGNORECASE)
            or not _UNIT.match(after)
        ):
            continue
        if re.match(r"\s*[/-]\s*\d{1,2}\s*/\s*\d{4}|/\d{4}|/[A-ZĐ]", after) or re.search(
            r"(?:(?<!tổng )(?<!con )số|ngày|tháng|điều|khoản|đề án|nghị định|quyết định|mức độ|cấp|lớp|khối|quý|thế hệ|phụ lục|loại)\s*$",
            before,
            re.IGNORECASE,
        ):
            if not re.match(r"\s*%", after):
                continue
        unit = _UNIT.match(after)
        name = _unit_name(unit) if unit else _other_unit(after)
        unit_end = end + (
            unit.end() if unit else (len(name) + (len(after) - len(after.lstrip())) if name else 0)
        )
        found.append((start, end, number[0], number[1], name, unit_end))
    return found


def _unit_name(unit: re.Match[str]) -> str:
    name = squeeze(unit[1])
    lowered = name.lower()
    if lowered == "phần trăm":
        return "%"
    if lowered == "phần nghìn":
        return "‰"
    if lowered == "tỉ đồng":
        name = "tỷ đồng"
    return name + re.sub(r"\s*/\s*", "/", unit[2] or "").rstrip()


_STOP = {
    "trở",
    "so",
    "trong",
    "theo",
    "và",
    "của",
    "được",
    "đạt",
    "để",
    "tại",
    "trên",
    "với",
    "năm",
    "hoặc",
    "là",
    "ở",
    "vào",
    "từ",
    "đến",
    "có",
    "thuộc",
    "do",
    "cho",
    "bằng",
    "về",
}


def _other_unit(after: str) -> str | None:
    """Words after a number that are no known unit: up to three, until a sign or a joining word."""
    found = re.match(r"\s+([^\W\d_]+(?:\s[^\W\d_]+){0,2})", after)
    if not found:
        return None
    words: list[str] = []
    for word in found[1].split():
        if word.lower() in _STOP:
            break
        words.append(word)
    return " ".join(words) or None


def _choose(text: str, numbers: list[_Candidate]) -> _Candidate:
    """The number that is the target: led to by đạt, còn, tối thiểu …, in per cent or a known unit, the last such one."""

    def weight(candidate: _Candidate) -> tuple[int, int]:
        start, _end, _value, _suspect, unit, _unit_end = candidate
        points = 0
        if unit in ("%", "‰", "điểm phần trăm"):
            points += 4
        elif unit and fold(unit.split("/")[0]) in _FOLDED_UNITS:
            points += 2
        if _ATTAIN.search(text[:start]):
            points += 3
        if re.search(
            r"(?:phấn đấu|phần đầu)\s*(?:đạt)?\s*$|(?:^|\s)(?:đạt|còn)\s*(?:từ|trên|dưới|tối thiểu|ít nhất)?\s*$",
            text[:start],
            re.IGNORECASE,
        ):
            points += 2
        if re.search(
            r"(?:so với|so cùng kỳ|trong đó|kế hoạch|năm trước)[^.;]*$", text[:start], re.IGNORECASE
        ):
            points -= 5
        return points, start

    return max(
        numbers, key=lambda c: (weight(c)[0], -c[0] if weight(c)[0] >= 4 and _is_first(text, c) else c[0])
    )


def _is_first(text: str, candidate: _Candidate) -> bool:
    """A target that opens its phrase: 100% TTHC …, 90% hồ sơ …."""
    return not re.search(r"\w", text[: candidate[0]])


_FOLDED_UNITS = frozenset(fold(unit) for unit in _UNITS)


def _unclear(
    text: str, start: int, end: int, unit_end: int, value: Decimal, unit: str | None
) -> Target | None:
    """Ranges, approximations, grades, counts beside counts: a person decides."""
    before, after = text[:start], text[end:]
    lowest = re.search(r"(\d+(?:,\d+)?)\s*%?\s*(?:-|–|đến|tới)\s*$", before)
    if lowest and not re.search(r"tuổi", after[:8]):
        return Target(
            findings=(AMBIGUOUS,),
            suggestion=f"từ {lowest[1]}{unit or ''} trở lên",
            name_end=_name_end(before[: lowest.start()]),
        )
    if re.match(r"\s*%?\s*(?:-|–|đến|tới)\s*\d", after):
        return Target(
            findings=(AMBIGUOUS,),
            suggestion=f"từ {text[start:end]}{unit or ''} trở lên",
            name_end=_name_end(before),
        )
    if re.search(r"\d\s*%?\s*hoặc\s*$", before) or re.match(r"\s*%?\s*hoặc\s+\d", after):  # "95% hoặc 96%"
        return Target(findings=(AMBIGUOUS,), name_end=_name_end(before))
    if re.search(r"(?:^|[\s:])[-\u2212]$", before) or re.match(
        r"[eE]\d", after
    ):  # "-5%" names no level, "1e400" no figure
        return Target(findings=(AMBIGUOUS,), name_end=_name_end(before))
    if re.search(r"(?:khoảng|cơ bản đạt|gần|xấp xỉ|ước khoảng|từng bước đạt)\s*$", before, re.IGNORECASE):
        return Target(
            findings=(AMBIGUOUS,), suggestion=text[start:unit_end].strip(), name_end=_name_end(before)
        )
    if re.search(r"vượt\s*$", before, re.IGNORECASE) and re.match(
        r"\s*%?\s*(?:kế hoạch|chỉ tiêu|dự toán|so với)", text[unit_end:], re.IGNORECASE
    ):
        return Target(findings=(AMBIGUOUS,), name_end=_name_end(before))
    if re.match(r"\s*/\s*\d", after) and not re.match(r"\s*/\s*\d{1,3}(?:\.\d{3})+\s*dân", after):
        return Target(findings=(AMBIGUOUS,), name_end=_name_end(before))
    if (_GRADE.search(text) or _GIVEN.search(text)) and unit is None:
        return Target(findings=(AMBIGUOUS,), name_end=len(text))
    return None


def _comparator(before: str, after: str, unit_text: str) -> Comparator:
    del unit_text
    if _AFTER_GE.match(after):
        return ">="
    if _AFTER_LE.match(after):
        return "<="
    for comparator, words in _BEFORE:
        if words.search(before):
            return comparator
    # a unit may stand between: "80 điểm trở lên" is caught above; "5 đợt kiểm tra trở lên" here
    if re.match(r"^[^\d.;,]{0,40}trở lên", after):
        return ">="
    if re.match(r"^[^\d.;,]{0,40}trở xuống", after):
        return "<="
    return "="


def _better(text: str, before: str, after: str, comparator: Comparator) -> Better:
    """T10, T11: which way is good."""
    if _REMAINS.search(before):
        return "lower"
    if _SHRINK.search(before) and not re.search(r"(?:không|tránh) (?:cắt )?giảm", before):
        return "higher"
    if comparator in ("<", "<="):
        return "lower"
    lowered = before.lower() + (after.lower() if not before.strip() else "")
    bad = max((lowered.rfind(word) for word in _BAD), default=-1)
    if bad < 0:
        return "higher"
    handled = _HANDLED.search(lowered)
    if handled and (handled.start() < bad or handled[0].startswith("đúng hạn")):
        return "higher"
    if comparator in (">", ">=") and re.search(r"\b(?:được|giảm|thoát)\b", lowered):
        return "higher"
    return "lower"
