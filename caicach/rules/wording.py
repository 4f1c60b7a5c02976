"""Standing sentences of the forms: words of the ward's own, with names in braces that the paper fills in. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from difflib import get_close_matches

from caicach.rules.refusal import Refusal

MOST = 1_500
"""signs of an opening or a closing: more is a letter of its own"""
UNKNOWN = "…………"

NAMES = {
    "chu_ho_so": "tên chủ hồ sơ", "ma_ho_so": "mã hồ sơ", "thu_tuc": "tên thủ tục", "ngay_nhan": "lúc nhận hồ sơ", "hen_tra": "lúc hẹn trả kết quả",
    "hen_cu": "lúc hẹn trả lần trước", "hen_moi": "lúc hẹn trả mới", "so_ngay": "thêm mấy ngày làm việc", "ly_do": "lý do đã ghi khi làm bước này",
    "don_vi": "đơn vị đang giữ hồ sơ", "han_bo_sung": "ngày cuối để bổ sung", "ket_qua": "kết quả, số và ngày ký", "nguoi_nhan": "người nhận kết quả",
    "phuong": "tên phường", "bo_phan": "tên bộ phận ở quầy", "dia_chi": "địa chỉ của quầy", "dien_thoai": "điện thoại của quầy",
}  # fmt: skip
"""what may be named, and what stands there then"""
_ALWAYS = ("chu_ho_so", "ma_ho_so", "thu_tuc", "ngay_nhan", "phuong", "bo_phan", "dia_chi", "dien_thoai")
_MORE: dict[str, tuple[str, ...]] = {
    "01": ("hen_tra",), "02": ("hen_tra", "han_bo_sung", "don_vi", "ly_do"), "03": ("ly_do",), "04": ("hen_cu", "hen_moi", "so_ngay", "ly_do", "don_vi"),
    "05": ("hen_tra", "ly_do"), "06": ("hen_tra", "don_vi"), "08": ("hen_tra", "ket_qua", "nguoi_nhan"),
}  # fmt: skip
FORMS = tuple(_MORE)
"""the forms that have such sentences"""
PART = re.compile(r"\{([^{}\n]*)\}|[{}]")
"""a name in braces, or a brace that belongs to none"""


def names_of(form: str) -> dict[str, str]:
    """name → what stands there, of all that this form may name."""
    allowed = {*_ALWAYS, *_MORE[form]}
    return {name: words for name, words in NAMES.items() if name in allowed}


def tidy(text: str) -> str:
    """As it is kept: lines without spaces at their ends, none empty at the ends, one kind of line end, nothing that cannot be printed."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(sign for sign in plain if sign == "\n" or sign.isprintable())
    return "\n".join(line.rstrip() for line in kept.split("\n")).strip("\n")


def check(text: str, form: str, *, place: str) -> None:
    """Raises Refusal wording.brace, wording.name (line and column from 1, at the brace), wording.long."""
    if len(text) > MOST:
        raise Refusal("wording.long", place, most=MOST)
    check_names(text, names_of(form), place=place)


def check_names(text: str, allowed: Collection[str], *, place: str) -> None:
    """Raises Refusal wording.brace, wording.name (line and column from 1, at the brace)."""
    for found in PART.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        column = found.start() - (text.rfind("\n", 0, found.start()) + 1) + 1
        if found[1] is None:
            raise Refusal("wording.brace", place, brace=found[0], line=line, column=column)
        if (name := found[1].strip()) not in allowed:
            near = get_close_matches(name.casefold(), allowed, 1, 0.7)
            other = f"{{{near[0]}}}" if near else "tên trong danh sách bên cạnh"
            raise Refusal(
                "wording.name", place, shown=f"{{{found[1]}}}", line=line, column=column, other=other
            )


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with each name's value; a name without one leaves room to write it by hand."""
    return PART.sub(lambda found: values.get((found[1] or "").strip(), "") or UNKNOWN, text)
