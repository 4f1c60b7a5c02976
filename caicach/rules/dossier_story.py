"""What happened to a dossier, as its story says it after somebody's name: the facts of an event → a Vietnamese phrase. Pure.

The facts are those that `dossiers.moves` and `dossiers.intake` write; one that is not there is left out, for events stay as they
were written.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from caicach.rules.formats import moment
from caicach.rules.money import dong

Facts = Mapping[str, Any]

OUTCOMES = {"granted": "giải quyết", "denied": "không giải quyết"}
"""how a result says it"""

VERBS = {
    "submit": "nộp trực tuyến", "accept": "tiếp nhận", "ask-completion": "hướng dẫn hoàn thiện hồ sơ", "reject": "từ chối tiếp nhận",
    "transfer": "chuyển xử lý", "hand-over": "chuyển bước", "send-back": "trả lại bước trước",
    "ask-supplement": "yêu cầu bổ sung giấy tờ", "take-supplement": "nhận giấy tờ bổ sung",
    "expire-supplement": "dừng giải quyết vì hết hạn bổ sung", "ask-payment": "báo nghĩa vụ tài chính",
    "confirm-payment": "xác nhận đã nộp nghĩa vụ tài chính", "ask-agency": "hỏi cơ quan khác",
    "agency-answers": "nhận trả lời của cơ quan khác", "extend": "xin lỗi và hẹn lại", "apologise": "xin lỗi và hẹn lại", "withdraw": "ghi công dân rút hồ sơ",
    "stop": "dừng giải quyết", "resolve": "ký kết quả", "return-result": "trả kết quả", "reopen": "mở lại để sửa kết quả",
    "void": "hủy số", "draft": "để dự thảo kết quả cho người ký", "leg-done": "ghi xong chặng", "leg-dropped": "ghi không phải làm chặng", "leg-again": "mở lại chặng", "channels": "đổi cách báo tin", "code-learnt": "ghi mã của tỉnh", "joined": "gộp vào hồ sơ nhận tại quầy", "listed": "nhận từ danh sách", "listed-anew": "cập nhật từ danh sách",
    "paid": "thu phí, lệ phí", "paid-void": "hủy biên lai", "refunded": "hoàn phí, lệ phí", "charged": "ghi mức thu", "post-code": "ghi mã bưu gửi",
    "post-back": "ghi bưu gửi hoàn", "collected": "trả kết quả đã hoàn về phường", "posted-again": "gửi lại qua bưu chính",
    "listed-undone": "bỏ điều danh sách đã ghi", "anonymised": "ẩn danh hồ sơ khi hết thời hạn giữ", "listed-by-mistake": "bỏ ra, vì danh sách nhận nhầm",
}  # fmt: skip
"""event → what whoever did it did: a sentence with a name before it"""


def said(event: str) -> str:
    """What somebody did, without its facts; the code itself for what is no event of a dossier."""
    return VERBS.get(event, event)


def told(event: str, facts: Facts) -> str:
    """The same with all that its facts say: "chuyển đến Phòng Văn hóa – Xã hội (Lê Văn Nhận)"."""
    phrase = _PHRASES.get(event)
    words = (phrase(facts) if phrase else "") or said(event) + _due_of(event, facts)
    return words + in_whose_name(facts)


def in_whose_name(facts: Facts) -> str:
    """ ", KT. Chủ tịch, thay Trần Văn A" of what somebody did for an absent one; "" else."""
    held = facts.get("for")
    if not held:
        return ""
    signs = " ".join(part for part in (held.get("form"), held.get("title")) if part and held.get("form"))
    return (f", {signs}" if signs else "") + f", thay {held.get('name', '')}"


def hands(office: str | None, person: str | None) -> str:
    """ "Phòng Văn hóa – Xã hội (Lê Văn Nhận)"; "" where nobody is known."""
    if office and person:
        return f"{office} ({person})"
    return office or person or ""


def when(text: str | None) -> str:
    """A day or a moment as events keep it → "17:00 01/12/2026"; "" for none."""
    if not text:
        return ""
    return moment(dt.datetime.fromisoformat(text) if "T" in text else dt.date.fromisoformat(text))


def result(facts: Facts) -> str:
    """What was signed: "giải quyết, văn bản số 7/GKS ký ngày 23/11/2026"."""
    outcome, number, day = (
        OUTCOMES.get(facts.get("outcome", ""), ""), facts.get("document"), when(facts.get("signed_on")),
    )  # fmt: skip
    paper = f"văn bản số {number}" if number else "văn bản" if day else ""
    return ", ".join(part for part in (outcome, paper + (f" ký ngày {day}" if day else "")) if part)


CAPACITIES = {"owner": "Chủ hồ sơ", "proxy": "Người được ủy quyền", "organisation": "Người của tổ chức"}
"""in what capacity somebody takes a result"""


def collected(facts: Facts) -> str:
    """Who took the result: "Nguyễn Thị Lan (đối chiếu: Căn cước)", "Trần Văn Thay, được ủy quyền: giấy ủy quyền số 7 (đối chiếu: Căn cước)"."""
    who, proof = facts.get("collector") or "", facts.get("proof")
    if who and (paper := facts.get("authority")):
        who += f", {'người của tổ chức' if facts.get('capacity') == 'organisation' else 'được ủy quyền'}: {paper}"
    return f"{who} (đối chiếu: {proof})" if who and proof else who


def extended(facts: Facts) -> str:
    """How much more time: "2 ngày làm việc: 17:00 01/12/2026, nay 17:00 03/12/2026"."""
    days, before, now = facts.get("amount"), when(facts.get("before")), when(facts.get("due"))
    moved = f": {before}, nay {now}" if before and now else ""
    return f"{days} ngày làm việc{moved}" if days else ""


def _passed(facts: Facts) -> str:
    to = hands(facts.get("office_name"), facts.get("person_name"))
    return f"chuyển đến {to}" if to else ""


def _sent_back(facts: Facts) -> str:
    to = hands(facts.get("office_name"), facts.get("person_name"))
    return f"trả lại {to}" if to else ""


def _with(verb: str, rest: Callable[[Facts], str], between: str) -> Callable[[Facts], str]:
    def phrase(facts: Facts) -> str:
        more = rest(facts)
        return f"{VERBS[verb]}{between}{more}" if more else ""

    return phrase


def _reopened(facts: Facts) -> str:
    late, before = facts.get("late_days"), when(facts.get("resolved"))
    came = f"kết quả trước ghi {before}" if before else ""
    kept = "" if late is None else f"trễ {late} ngày làm việc" if late else "đúng hẹn"
    old = ", ".join(part for part in (came, kept) if part)
    return VERBS["reopen"] + (f" ({old})" if old else "") + _due_of("reopen", facts)


def _channels(facts: Facts) -> str:
    before, after = (", ".join(facts.get(name) or ()) or "không báo" for name in ("before", "after"))
    how = facts.get("how")
    return f"{VERBS['channels']}: {before}, nay {after}" + (f" ({how})" if how else "")


def _numbered(facts: Facts) -> str:
    before, after = facts.get("before"), facts.get("after")
    return f"{VERBS['code-learnt']}: {before}, nay {after}" if before and after else ""


def _due_of(event: str, facts: Facts) -> str:
    """The promise that a clock which runs again gives."""
    due = when(facts.get("due")) if event in _RUNS_AGAIN else ""
    return f"; hẹn trả {due}" if due else ""


def _money(facts: Facts) -> str:
    way = {"cash": "tiền mặt", "transfer": "chuyển khoản", "portal": "nộp trên Cổng"}.get(
        facts.get("way", ""), ""
    )
    about = [way, f"biên lai {facts['receipt']}" if facts.get("receipt") else "", facts.get("note") or ""]
    amount = facts.get("amount")
    return f": {', '.join(part for part in (dong(amount), *about) if part)}" if amount else ""


def _paid_void(facts: Facts) -> str:
    return f"hủy biên lai {facts.get('receipt', '')}{': ' + dong(facts['amount']) if facts.get('amount') else ''}"


def _charged(facts: Facts) -> str:
    before, after = facts.get("before"), facts.get("after")
    return f"ghi mức thu: {before}, nay {after}" if before and after else ""


def _post(facts: Facts) -> str:
    return f" {facts['code']}" if facts.get("code") else ""


_RUNS_AGAIN = frozenset({"take-supplement", "confirm-payment", "agency-answers", "reopen"})


def _by_hand(facts: Facts) -> str:
    """Of what was written on a blank receipt; "" else."""
    if not facts.get("slip"):
        return ""
    return f"{said('accept')}{_due_of('accept', facts)}, ghi tay trên phiếu dự phòng {facts['slip']}, nhập lại lúc {when(facts.get('entered'))}"


def _leg(facts: Facts) -> str:
    """ "Đăng ký thường trú (Công an)"."""
    return f"{facts.get('leg_name', '')}" + (f" ({facts['agency']})" if facts.get("agency") else "")


_PHRASES: dict[str, Callable[[Facts], str]] = {
    **{code: _with(code, _leg, " ") for code in ("leg-done", "leg-dropped", "leg-again")},
    "accept": _by_hand,
    "transfer": _passed,
    "hand-over": _passed,
    "send-back": _sent_back,
    "extend": _with("extend", extended, " "),
    "apologise": _with("apologise", extended, " "),
    "resolve": _with("resolve", result, ": "),
    "return-result": _with("return-result", collected, " cho "),
    "reopen": _reopened,
    "code-learnt": _numbered,
    "paid": _with("paid", _money, ""),
    "paid-void": _paid_void,
    "refunded": _with("refunded", _money, ""),
    "charged": _charged,
    "post-code": _with("post-code", _post, ""),
    "post-back": _with("post-back", _post, ""),
    "posted-again": _with("posted-again", _post, ""),
    "collected": _with("collected", collected, " cho "),
    "channels": _channels,
}
