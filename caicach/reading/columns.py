"""What each column of a table means, from its headings: any order, any wording, one heading row or two."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from rapidfuzz import fuzz

from caicach.reading.document import Row, Table
from caicach.rules.vntext import key

# Headings met in ward plans (handbook 4.1), by meaning. Compared folded, so spellings and accents do not matter.
HEADINGS: dict[str, tuple[str, ...]] = {
    "number": ("STT", "TT", "Số TT", "Số thứ tự", "Thứ tự", "Mã số", "Mục", "Mã", "S TT", "No"),
    "content": (
        "Nội dung", "Nội dung nhiệm vụ", "Nội dung công việc", "Nội dung thực hiện", "Nội dung, nhiệm vụ", "Nhiệm vụ", "Nhiệm vụ cụ thể", "Nhiệm vụ/Hoạt động",
        "Nhiệm vụ, giải pháp", "Tên nhiệm vụ", "Các nhiệm vụ", "Nhiệm vụ trọng tâm", "Công việc", "Hoạt động", "Mục tiêu, nhiệm vụ", "Nội dung triển khai",
        "Nội dung cụ thể", "Tên công việc", "Nội dung hoạt động", "Nhiệm vụ chủ yếu", "Nhiệm vụ thực hiện", "Công việc cụ thể", "Nội dung và nhiệm vụ", "Nội dung các nhiệm vụ",
    ),
    "parent_content": ("Nhiệm vụ chung", "Nhóm nhiệm vụ", "Lĩnh vực", "Mục tiêu", "Nội dung chung", "Nhóm nội dung"),
    "deliverable": (
        "Sản phẩm", "Sản phẩm đầu ra", "Sản phẩm hoàn thành", "Sản phẩm cụ thể", "Sản phẩm dự kiến", "Dự kiến sản phẩm", "Kết quả/Sản phẩm", "Kết quả, sản phẩm",
        "Kết quả đầu ra", "Kết quả", "Kết quả cần đạt", "Hình thức văn bản", "Sản phẩm, kết quả", "Sản phẩm/Kết quả", "Dự kiến kết quả", "Sản phẩm phải hoàn thành",
        "Kết quả dự kiến", "Hình thức", "Sản phẩm cần đạt", "Tên sản phẩm", "Kết quả hoàn thành",
    ),
    "lead": (
        "Cơ quan chủ trì", "Đơn vị chủ trì", "Cơ quan, đơn vị chủ trì", "Chủ trì", "Cơ quan chủ trì tham mưu", "Cơ quan tham mưu", "Đơn vị tham mưu", "Bộ phận chủ trì",
        "Công chức chủ trì", "Cơ quan thực hiện", "Đơn vị thực hiện", "Đơn vị chịu trách nhiệm", "Trách nhiệm thực hiện", "Phân công thực hiện", "Người thực hiện",
        "Cơ quan chủ trì thực hiện", "Đơn vị chủ trì thực hiện", "Phân công", "Chủ trì thực hiện", "Đơn vị đầu mối", "Cơ quan đầu mối", "Đơn vị phụ trách", "Bộ phận thực hiện",
        "Cơ quan chịu trách nhiệm", "Phụ trách", "Cơ quan, đơn vị thực hiện", "Đơn vị/cá nhân chủ trì", "Chủ trì tham mưu",
        "Cơ quan theo dõi", "Đơn vị theo dõi", "Cơ quan theo dõi, đánh giá", "Đơn vị chủ trì theo dõi", "Cơ quan phụ trách",
    ),
    "coordinator": (
        "Cơ quan phối hợp", "Đơn vị phối hợp", "Cơ quan, đơn vị phối hợp", "Phối hợp", "Đơn vị/cá nhân phối hợp", "Cơ quan phối hợp thực hiện", "Phối hợp thực hiện",
        "Đơn vị phối hợp thực hiện", "Bộ phận phối hợp",
    ),
    "offices": (
        "Cơ quan chủ trì, phối hợp", "Đơn vị chủ trì, phối hợp", "Cơ quan, đơn vị chủ trì, phối hợp", "Chủ trì, phối hợp", "Đơn vị chủ trì/phối hợp", "Cơ quan chủ trì/phối hợp",
        "Cơ quan, đơn vị thực hiện, phối hợp", "Cơ quan chủ trì - phối hợp", "Đơn vị thực hiện (chủ trì, phối hợp)",
    ),
    "due": (
        "Thời gian hoàn thành", "Thời gian thực hiện", "Thời gian ban hành", "Thời gian", "Thời hạn", "Thời hạn hoàn thành", "Hạn hoàn thành", "Thời điểm hoàn thành", "Tiến độ",
        "Tiến độ thực hiện", "Tiến độ hoàn thành", "Thời gian, tiến độ", "Thời gian trình", "Hoàn thành", "Mốc thời gian", "Thời hạn thực hiện", "Thời gian dự kiến", "Hạn",
        "Thời gian thực hiện, hoàn thành", "Thời điểm thực hiện", "Dự kiến hoàn thành", "Thời gian dự kiến hoàn thành", "Thời hạn trình", "Kỳ hạn", "Lộ trình", "Lộ trình thực hiện", "Hạn xong",
    ),
    "start": ("Bắt đầu", "Thời gian bắt đầu", "Ngày bắt đầu", "Từ ngày"),
    "end": ("Kết thúc", "Thời gian kết thúc", "Ngày kết thúc", "Đến ngày", "Ngày hoàn thành"),
    "budget": ("Kinh phí", "Kinh phí thực hiện", "Dự toán kinh phí", "Dự kiến kinh phí", "Nguồn kinh phí"),
    "legal_basis": ("Căn cứ", "Cơ sở pháp lý", "Văn bản giao", "Văn bản chỉ đạo", "Căn cứ pháp lý"),
    "note": ("Ghi chú", "Ghi chú/Căn cứ", "Lưu ý"),
    "indicator": ("Chỉ tiêu", "Tên chỉ tiêu", "Nội dung chỉ tiêu", "Chỉ số", "Tiêu chí", "Các chỉ tiêu", "Chỉ tiêu chủ yếu", "Tên chỉ số", "Chỉ tiêu, nhiệm vụ"),
    "unit": ("Đơn vị tính", "ĐVT", "Đơn vị đo", "Đ.V.T", "Đơn vị"),
    "target": (
        "Chỉ tiêu năm", "Kế hoạch năm", "KH", "Mục tiêu năm", "Chỉ tiêu giao", "Chỉ tiêu tỉnh giao", "Phấn đấu", "Chỉ tiêu kế hoạch", "Kế hoạch", "Mức phấn đấu", "Chỉ tiêu phấn đấu", "Mục tiêu phấn đấu",
        "KH năm", "Kế hoạch giao", "Chỉ tiêu cần đạt", "Giá trị",
    ),
    "baseline": ("Thực hiện năm", "TH", "Ước thực hiện", "Kết quả năm trước", "Ước TH", "TH năm", "Kết quả năm", "Ước thực hiện năm", "Hiện trạng"),
    "actual": ("Kết quả thực hiện", "Thực hiện", "Số liệu thực hiện", "Lũy kế", "Kết quả đạt được"),
    "progress": ("Mức độ hoàn thành", "Tỷ lệ hoàn thành", "Tình trạng", "Trạng thái", "Đánh giá", "Lý do chậm, muộn"),
    "points": ("Điểm tối đa", "Điểm chuẩn", "Thang điểm", "Điểm tự chấm", "Tự đánh giá", "Điểm tự đánh giá", "Điểm thẩm định", "Điểm đạt"),
}  # fmt: skip
_BY_KEY = {key(heading): meaning for meaning, headings in HEADINGS.items() for heading in headings}
_LONGEST = sorted(_BY_KEY, key=len, reverse=True)
_YEAR = re.compile(r"\b(?:nam )?20\d\d\b")
_ROMAN_QUARTER = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}


@lru_cache(maxsize=4096)
def meaning_of(heading: str) -> str | None:
    """The meaning of one heading, None for words that are none of ours. A scan may have lost two letters."""
    plain = key(re.sub(r"\((?:[^)]*)\)", " ", heading)) or key(heading)
    if not plain or len(plain) > 70:
        return None
    if plain in _BY_KEY:
        return _BY_KEY[plain]
    bare = " ".join(_YEAR.sub(" ", plain).split())
    had_year = bare != plain
    if bare in _BY_KEY:
        meaning = _BY_KEY[bare]
        return "target" if had_year and meaning in ("indicator", "parent_content") else meaning
    if had_year and bare.startswith(("thuc hien", "uoc", "th ", "ket qua")):
        return "baseline"
    if had_year and bare.startswith(("chi tieu", "ke hoach", "kh", "muc tieu")):
        return "target"
    if "chu tri" in plain and "phoi hop" in plain:
        return "offices"
    if "phoi hop" in plain:
        return "coordinator"
    if "chu tri" in plain or "tham muu" in plain:
        return "lead"
    squeezed = plain.replace(" ", "")
    if len(squeezed) >= 5:
        for known in _LONGEST:
            other = known.replace(" ", "")
            if abs(len(other) - len(squeezed)) <= 2 and fuzz.ratio(squeezed, other) >= 100 - 200 / len(other):
                return _BY_KEY[known]
    for known in _LONGEST:
        if (
            len(known) >= 7
            and (plain.startswith(known + " ") or plain.endswith(" " + known))
            and len(plain) <= 2.2 * len(known)
        ):
            return _BY_KEY[known]
    return None


def looks_like_heading(texts: Sequence[str]) -> bool:
    """Whether these cells head a table of tasks or indicators."""
    meanings = [meaning_of(text) for text in texts if text.strip()]
    named = {meaning for meaning in meanings if meaning}
    return (
        len(named) >= 2
        and bool(named & {"content", "indicator", "number", "parent_content"})
        and len([m for m in meanings if m]) * 2 >= len(meanings)
    )


@dataclass(slots=True)
class Columns:
    """Which grid columns carry which meaning. quarters, months: columns whose mark names a quarter or a month."""

    at: dict[str, list[int]] = field(default_factory=dict)
    quarters: dict[int, int] = field(default_factory=dict)
    months: dict[int, int] = field(default_factory=dict)
    headings: tuple[str, ...] = ()
    width: int = 0

    @property
    def is_indicators(self) -> bool:
        """A table of indicators of its own: named by indicator, target and unit, nobody owes a document in it."""
        measured = {"target", "unit", "baseline"} & self.at.keys()
        return (
            bool(measured)
            and "deliverable" not in self.at
            and ("indicator" in self.at or "target" in self.at or "unit" in self.at)
        )

    def text(self, row: Row, meaning: str) -> str:
        """The row's words under a meaning, those of several columns one after the other."""
        parts: list[str] = []
        for column in self.at.get(meaning, ()):
            text = row.at(column).strip()
            if text and text not in parts:
                parts.append(text)
        return "\n".join(parts)


def find_columns(table: Table) -> tuple[Columns, int, int] | None:
    """The columns, the index of the heading's first row and of the first row after it; None where there is none.

    Looks in the first eight rows (titles may stand above), at one row or two (or three) together.
    """
    best: tuple[int, Columns, int, int] | None = None
    for index in range(min(8, len(table.rows))):
        for depth in (1, 2, 3):
            rows = table.rows[index : index + depth]
            if len(rows) < depth:
                break
            if depth > 1 and not (_opens_heading(rows[0]) and _belongs_to_heading(rows[-1], rows[0])):
                break
            columns = _columns_of(rows, table.width)
            if columns is None:
                continue
            weight = 10 * len(columns.at) + len(columns.quarters) + len(columns.months) - 3 * index - depth
            if best is None or weight > best[0]:
                best = (weight, columns, index, index + depth)
        if best and best[3] - 1 < index - 1:
            break
    if best is None:
        return None
    _weight, columns, first, after = best
    while after < len(table.rows) and is_column_numbers(table.rows[after]):
        after += 1
    return columns, first, after


def _opens_heading(row: Row) -> bool:
    """Whether the upper row of a heading in several rows is one: not the duty that stands above a repeated heading."""
    texts = [cell.text for cell in row.cells if cell.text.strip()]
    return sum(meaning_of(text) is not None for text in texts) * 2 >= len(texts)


def _belongs_to_heading(row: Row, first: Row) -> bool:
    """Whether a row goes on the heading above it: words of headings, or cells merged down from it; no prose."""
    texts = [cell.text.strip() for cell in row.cells if cell.text.strip() and not cell.filled_down]
    above = {key(cell.text) for cell in first.cells}
    fresh = [text for text in texts if key(text) not in above]
    if not fresh:
        return any(cell.filled_down for cell in row.cells)
    good = [
        text
        for text in fresh
        if meaning_of(text)
        or key(text) in _ROMAN_QUARTER
        or re.fullmatch(r"(?:quy|thang|t|q)? ?(?:[ivx]+|\d{1,2})", key(text))
    ]
    return len(good) == len(fresh) and not is_column_numbers(row)


def _columns_of(rows: Sequence[Row], width: int) -> Columns | None:
    columns = Columns(width=width)
    seen: set[str] = set()
    headings: list[str] = []
    for column in range(width):
        texts: list[str] = []
        for row in rows:
            text = row.at(column).strip()
            if text and text not in texts:
                texts.append(text)
        headings.append(" ".join(texts))
        if not texts:
            continue
        under = key(texts[-1])
        upper = key(texts[0]) if len(texts) > 1 else ""
        if len(texts) > 1 and (
            "thoi gian" in upper or "quy" in upper.split() or "tien do" in upper or "thang" in upper.split()
        ):
            if found := re.fullmatch(r"(?:quy |q ?)?(i{1,3}|iv|[1-4])", under):
                if "thang" not in upper.split() or under.startswith("q"):
                    columns.quarters[column] = _ROMAN_QUARTER[found[1]]
                    continue
            if found := re.fullmatch(r"(?:thang |t ?)?(\d{1,2})", under):
                columns.months[column] = int(found[1])
                continue
        if len(texts) == 1 and (found := re.fullmatch(r"quy (i{1,3}|iv|[1-4])", under)):
            columns.quarters[column] = _ROMAN_QUARTER[found[1]]
            continue
        meaning = meaning_of(texts[-1]) or meaning_of(" ".join(texts))
        if meaning in ("actual", None) and len(texts) > 1:
            meaning = meaning_of(texts[0]) or meaning
        if len(texts) > 1 and meaning_of(texts[-1]) is None and (upper_meaning := meaning_of(texts[0])):
            meaning = upper_meaning
        if meaning is None:
            continue
        seen.add(meaning)
        columns.at.setdefault(meaning, []).append(column)
    columns.headings = tuple(headings)
    _settle(columns)
    named = columns.at.keys()
    if (
        not ({"content", "indicator", "parent_content"} & named)
        or len(named) + bool(columns.quarters or columns.months) < 2
    ):
        return None
    # a heading is made of headings: most of its filled cells are known
    filled = [heading for heading in headings if heading]
    known = sum(len(places) for places in columns.at.values()) + len(columns.quarters) + len(columns.months)
    return columns if known * 2 >= len(filled) else None


def _settle(columns: Columns) -> None:
    """Headings that mean different things beside different neighbours."""
    at = columns.at
    if {"indicator", "parent_content"} <= at.keys() and "target" not in at and "content" not in at:
        at["target"] = at.pop("parent_content")  # "Chỉ tiêu | Mục tiêu": what is measured, and how far
    if "content" not in at:
        if "parent_content" in at and not at.keys() & {"indicator"}:
            at["content"] = at.pop("parent_content")
        elif "indicator" in at and not at.keys() & {"target", "unit", "baseline"}:
            at["content"] = at["indicator"]
            del at["indicator"]
        elif "indicator" not in at and "legal_basis" not in at and "actual" in at:
            at["content"] = at.pop("actual")
    if (
        "content" in at
        and "indicator" in at
        and at.keys() & {"deliverable", "lead", "due"}
        and "target" not in at
    ):
        # "Nhiệm vụ | … | Chỉ tiêu": the column holds the figure to reach
        at.setdefault("target_text", at.pop("indicator"))
    if "unit" in at and "lead" not in at and not at.keys() & {"target", "baseline", "indicator"}:
        at["lead"] = at.pop("unit")
    if "target" in at and "deliverable" in at and "indicator" not in at and "unit" not in at:
        # "Kế hoạch" as a heading beside "Sản phẩm" is no target
        at.setdefault("target_text", at.pop("target"))
    if "offices" in at and "lead" in at:
        at["lead"] = [*at.pop("offices"), *at["lead"]]
    if "coordinator" in at and "offices" in at:
        at["lead"] = at.pop("offices")


def is_column_numbers(row: Row) -> bool:
    """(1) (2) (3) … or A B 1 2 …: a row that numbers the columns."""
    texts = [re.sub(r"[().\s]", "", cell.text) for cell in row.cells if cell.text.strip()]
    if len(texts) < 3:
        return False
    numbers = [int(text) for text in texts if text.isdigit()]
    letters = [text for text in texts if re.fullmatch(r"[A-Z]", text)]
    if len(numbers) + len(letters) == len(texts) and len(numbers) >= 2:
        return all(b == a + 1 for a, b in pairwise(numbers)) and numbers[0] <= 3
    return (
        bool(numbers)
        and all(re.fullmatch(r"\d+(?:=.*)?", text) for text in texts)
        and numbers == sorted(numbers)
        and numbers[0] == 1
        and len(numbers) >= 3
    )


def is_repeated_heading(row: Row, columns: Columns) -> bool:
    """Whether a row says the table's heading again, some letters misread."""
    same = filled = 0
    for column, heading in enumerate(columns.headings):
        text = key(row.at(column))
        if not text or not heading:
            continue
        filled += 1
        squeezed, known = text.replace(" ", ""), key(heading).replace(" ", "")
        same += (
            fuzz.ratio(squeezed, known) >= 80
            or (len(text) > 4 and known.startswith(squeezed))
            or (
                6 < len(text) <= 70
                and fuzz.partial_ratio(squeezed, known) > 90
                and meaning_of(text) is not None
            )
        )
    return (
        filled >= 2
        and same * 10 >= filled * 6
        and filled * 2 >= sum(bool(heading) for heading in columns.headings)
    )
