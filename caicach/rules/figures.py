"""Figures that the ward's own systems know, for indicators of a plan: what each counts, by which rule, and what it leaves out.

Pure. The formulas are those of the plan's indicators (results by the day of the result, intake by the day of receipt); where no
text fixes one, `source` says so. Counting is elsewhere, each by the room that has the rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from caicach.rules.formats import number
from caicach.rules.procedures import hours, percent
from caicach.rules.vntext import key

MINUTE = 84
"""a minute of work in the parts that `time-cut` is kept in: a calendar day is five sevenths of a working one, a month a twelfth
of a year, so that whole numbers say all of it"""


@dataclass(frozen=True, slots=True)
class Figure:
    """code: stable, in files and the API; slug: in addresses. is_rate: a share, in percent. is_standing: how it stands on a day, where
    the others count what happened in a span. part, whole: what is counted, in words. said: groups of phrases;
    an indicator that has all of one group means this."""

    code: str
    slug: str
    name: str
    is_rate: bool
    is_standing: bool
    part: str
    whole: str
    means: str
    source: str
    leaves_out: str
    said: tuple[tuple[str, ...], ...]

    def fits(self, unit: str) -> bool:
        """Whether a target in this unit can be compared with it."""
        return not unit.strip() or (unit.strip() == "%") == self.is_rate


ALL = (
    Figure(
        "late-apologised", "xin-loi", "Tỷ lệ hồ sơ trễ có xin lỗi", True, False, "đã xin lỗi và hẹn lại", "hồ sơ trễ có kết quả",
        "Trong số hồ sơ có kết quả trong kỳ mà trễ hẹn, hoặc đã phải hẹn lại: bao nhiêu hồ sơ đã được xin lỗi và hẹn ngày mới.",
        "Văn bản xin lỗi và hẹn lại: NĐ 118/2025/NĐ-CP (chưa đối chiếu điều khoản); tính theo ngày có kết quả.",
        "Hồ sơ trễ chưa có kết quả. Lời xin lỗi chỉ ghi ở hệ thống tỉnh thì danh sách không nói, nên chưa có ở đây.",
        (("ho so", "xin loi"), ("xin loi", "tre")),
    ),
    Figure(
        "dossiers-on-time", "dung-hen", "Tỷ lệ hồ sơ giải quyết trước và đúng hạn", True, False, "trước và đúng hạn", "hồ sơ có kết quả",
        "Trong số hồ sơ có kết quả trong kỳ và có ngày hẹn: bao nhiêu hồ sơ có kết quả không muộn hơn ngày hẹn. Hồ sơ đã xin lỗi và hẹn lại thì tính theo ngày hẹn mới.",
        "(Trước hạn + đúng hạn) / đã giải quyết, như biểu báo cáo kiểm soát thủ tục hành chính; tính theo ngày có kết quả.",
        "Hồ sơ không có ngày hẹn, hồ sơ đang giải quyết (kể cả đang trễ), hồ sơ rút, dừng, hủy số.",
        (("ho so", "dung han"), ("ho so", "truoc han"), ("ho so", "dung hen")),
    ),
    Figure(
        "procedures-cut-share", "ti-le-cat-30", "Tỷ lệ thủ tục cắt giảm từ 30% thời gian", True, True, "cắt từ 30%", "thủ tục có thời gian để cắt",
        "Trong số thủ tục đang áp dụng, phường giải quyết, có thời hạn theo luật dài hơn một ngày: bao nhiêu thủ tục phường nhận làm nhanh hơn luật từ 30%.",
        "Lời hứa cắt 30% thời gian của kế hoạch; danh mục thủ tục của phường.",
        "Thủ tục trả trong ngày, chưa rõ thời hạn, hoặc do nơi khác giải quyết.",
        (("ty le thu tuc", "cat"), ("thu tuc duoc cat giam",), ("thu tuc cat giam",)),
    ),
    Figure(
        "procedures-cut", "so-cat-30", "Số thủ tục cắt giảm từ 30% thời gian", False, True, "thủ tục cắt từ 30%", "",
        "Số thủ tục đang áp dụng mà phường nhận làm nhanh hơn luật từ 30% trở lên.",
        "Lời hứa cắt 30% thời gian của kế hoạch; danh mục thủ tục của phường.",
        "Thủ tục trả trong ngày, chưa rõ thời hạn, hoặc do nơi khác giải quyết.",
        (("so thu tuc", "cat"), ("thu tuc duoc cat giam",), ("thu tuc cat giam",)),
    ),
    Figure(
        "time-cut", "thoi-gian-cat", "Tỷ lệ thời gian giải quyết được cắt giảm", True, True, "được cắt", "thời gian theo luật",
        "Tổng thời gian mà phường nhận làm nhanh hơn luật, trên tổng thời gian theo luật của các thủ tục đang áp dụng có thời gian để cắt.",
        "Phần tổng thời gian theo luật mà phường không dùng đến, trên danh mục thủ tục của phường.",
        "Thủ tục trả trong ngày, chưa rõ thời hạn, hoặc do nơi khác giải quyết.",
        (("cat", "thoi gian"), ("rut ngan", "thoi gian"), ("giam thoi gian",), ("giam thoi han",)),
    ),
    Figure(
        "dossiers-received", "tiep-nhan", "Số hồ sơ tiếp nhận", False, False, "hồ sơ", "",
        "Số hồ sơ phường tiếp nhận trong kỳ, theo ngày tiếp nhận, cả của phần mềm này và của hệ thống tỉnh đã nạp.",
        "Biểu báo cáo kiểm soát thủ tục hành chính: tiếp nhận trong kỳ, không gồm kỳ trước chuyển sang.",
        "Số đã hủy, hồ sơ không được tiếp nhận, hồ sơ mới nộp chưa tiếp nhận.",
        (("ho so", "tiep nhan"),),
    ),
)  # fmt: skip
BY_CODE = {one.code: one for one in ALL}
BY_SLUG = {one.slug: one for one in ALL}


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted: part, of a rate among whole; None where it is a number by itself."""

    part: int
    whole: int | None = None

    def __add__(self, other: Counted) -> Counted:
        whole = None if self.whole is None or other.whole is None else self.whole + other.whole
        return Counted(self.part + other.part, whole)

    @property
    def exact(self) -> Fraction | None:
        """In percent of a rate; None where there was nothing to count in."""
        if self.whole is None:
            return Fraction(self.part)
        return Fraction(self.part * 100, self.whole) if self.whole else None

    @property
    def value(self) -> Decimal | None:
        """As it is shown: tenths of a percent cut off, so that nothing is rounded up to a target."""
        exact = self.exact
        if exact is None or self.whole is None:
            return None if exact is None else Decimal(self.part)
        return Decimal(int(exact * 10)) / 10

    @property
    def words(self) -> str:
        """ "98,5%", "1.204"; "chưa có gì để tính"."""
        exact = self.exact
        if exact is None:
            return "chưa có gì để tính"
        return number(str(self.part)) if self.whole is None else percent(exact / 100)

    def short_sum(self, figure: Figure) -> str:
        """ "197 trên 200"; of a number itself."""
        if self.whole is None:
            return number(str(self.part))
        return " trên ".join(self._each(figure))

    def sum_words(self, figure: Figure) -> str:
        """How it is reckoned: "197 trước và đúng hạn trên 200 hồ sơ có kết quả"."""
        if self.whole is None:
            return f"{number(str(self.part))} {figure.part}"
        part, whole = self._each(figure)
        return f"{part} {figure.part} trên {whole} {figure.whole}"

    def _each(self, figure: Figure) -> tuple[str, str]:
        part, whole = self.part, self.whole or 0
        if figure.code == "time-cut":
            return hours(Fraction(part, MINUTE)), hours(Fraction(whole, MINUTE))
        return number(str(part)), number(str(whole))


def reaches(counted: Counted, comparator: str, target: Decimal | None) -> bool | None:
    """Whether a value is as the target wants it; None where there is no value, or no figure to reach."""
    exact = counted.exact
    if exact is None or target is None:
        return None
    wanted = Fraction(target)
    match comparator:
        case "<=":
            return exact <= wanted
        case "<":
            return exact < wanted
        case ">":
            return exact > wanted
    return exact >= wanted


def proposed(name: str, unit: str) -> Figure | None:
    """The figure that an indicator's words mean, where they mean one: proposed to a person, never taken by itself."""
    words = f" {key(name)} "
    for one in ALL:
        if one.fits(unit) and any(all(f" {part} " in words for part in group) for group in one.said):
            return one
    return None
