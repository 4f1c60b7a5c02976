"""Which move of a dossier has a paper of its own, and what its form is called. Pure.

Forms 01 to 07 are those of TT 01/2018/TT-VPCP as TT 03/2025/TT-VPCP numbers them (not checked); "08" is the slip with which a result is handed over, "09" the
receipt of what was paid, whose official form and sign are the tax office's (not checked, docs/decisions/0038-money-and-handing-over.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NAMES = {
    "01": "Giấy tiếp nhận hồ sơ và hẹn trả kết quả", "02": "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ",
    "03": "Phiếu từ chối tiếp nhận, giải quyết hồ sơ", "04": "Văn bản xin lỗi và hẹn lại ngày trả kết quả", "05": "Thông báo dừng giải quyết hồ sơ",
    "06": "Phiếu kiểm soát quá trình giải quyết hồ sơ", "07": "Sổ theo dõi hồ sơ", "08": "Phiếu trả kết quả", "09": "Biên lai thu phí, lệ phí",
}  # fmt: skip
SHORT = {
    "02": "phiếu bổ sung", "03": "phiếu từ chối", "04": "thư xin lỗi", "05": "thông báo dừng", "06": "phiếu kiểm soát", "08": "phiếu trả kết quả", "09": "biên lai",
}  # fmt: skip
FILES = {
    "02": "phieu-bo-sung", "03": "phieu-tu-choi", "04": "thu-xin-loi", "05": "thong-bao-dung", "06": "phieu-kiem-soat", "08": "phieu-tra-ket-qua", "09": "bien-lai",
}  # fmt: skip
SYMBOLS = {"02": "HDHS", "03": "TCHS", "04": "PXL", "05": "TBDHS", "06": "PKS", "08": "PTKQ"}
"""what stands behind the number; of 03, 05, 06 and 08 no text that we have seen says it"""

_OF_MOVES = {
    "ask-completion": "02", "ask-supplement": "02", "reject": "03", "extend": "04", "apologise": "04", "stop": "05", "expire-supplement": "05", "withdraw": "05",
    "transfer": "06", "hand-over": "06", "send-back": "06", "resolve": "06", "return-result": "08", "collected": "08", "paid": "09",
}  # fmt: skip
_OF_STATES = {
    "supplement-wait": "02", "rejected": "03", "withdrawn": "05", "stopped": "05", "returned": "08",
}  # fmt: skip


def form_of(event: str, facts: Mapping[str, Any], *, is_police: bool = False) -> str:
    """The form that an event has; "" for none. A list of another system says no move, but the state that it led to. is_police: the
    police have forms of their own for 02 and 03."""
    form = _form_of(event, facts)
    return "" if is_police and form in ("02", "03") else form


def _form_of(event: str, facts: Mapping[str, Any]) -> str:
    if event in ("listed", "listed-anew"):
        after = next((one[2] for one in facts.get("changes", ()) if one[0] == "state"), "")
        return _OF_STATES.get(after, "")
    return _OF_MOVES.get(event, "")
