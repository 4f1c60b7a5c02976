"""A task's history in words: one sentence for each kind of event."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from caicach.history.queries import Told


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry of a task's history. address: where it was sent from, for those who may know; event: its id."""

    at: dt.datetime
    who: str
    what: str
    word: str
    tone: str = ""
    address: str = ""
    event: int = 0


def moment(told: Told) -> Moment:
    """What happened, who did it, with which word. A code that nobody knows stands as it is."""
    what, tone = _said(told.code, told.facts)
    return Moment(
        told.at,
        told.who or "Phần mềm",
        what,
        told.word,
        tone,
        told.address or "",
        told.id,
    )


def _said(code: str, facts: Mapping[str, Any]) -> tuple[str, str]:
    due_on = facts.get("due_on")
    term = f" cho hạn {day(due_on)}" if due_on else ""
    match code:
        case "task.reported":
            percent = facts.get("percent")
            on = f" của ngày {day(facts['said_on'])}" if facts.get("said_on") else ""
            return (f"Ghi tiến độ{on}" if percent is None else f"Ghi tiến độ{on}: {percent}%"), ""
        case "task.handed-in":
            named = f"văn bản {facts['document']}" if facts.get("document") else f"tệp {facts.get('file')}"
            return f"Nộp {named}{term}", "next"
        case "task.accepted":
            return f"Duyệt sản phẩm{term}", "ok"
        case "task.given-back":
            return f"Trả lại sản phẩm{term}", "warn"
        case "task.taken-over":
            return "Đưa vào thực hiện", ""
        case "task.given":
            return f"Giao việc{f', hạn {day(due_on)}' if due_on else ''}", "next"
        case "task.directive":
            return f"Có chỉ đạo số {facts.get('number')} về việc này", "next"
        case "task.acknowledged":
            return f"{facts.get('office')} đã nhận việc", "ok"
        case "task.changed":
            return f"Sửa theo văn bản sửa đổi{_due_changed(facts)}", "warn"
        case "task.set-aside":
            by = f" theo {facts['document']}" if facts.get("document") else ""
            return f"Rút khỏi kế hoạch{by}", "warn"
        case "task.taken-in":
            return "Đưa trở lại kế hoạch", ""
        case "task.brought-back":
            return "Hoàn tác bản sửa đổi: trở lại như trước", "warn"
        case "task.extension-asked":
            return f"Xin gia hạn từ {day(due_on)} đến {day(facts['until'])}", "next"
        case "task.extension-granted":
            return f"Cho gia hạn từ {day(due_on)} đến {day(facts['until'])}", "ok"
        case "task.extension-refused":
            return f"Không cho gia hạn đến {day(facts['until'])}", "warn"
        case "task.extension-lapsed":
            return f"Đề nghị gia hạn đến {day(facts['until'])} không còn cần vì đã duyệt", ""
        case "task.extension-open-again":
            return (
                f"Đề nghị gia hạn đến {day(facts['until'])} lại chờ trả lời vì việc duyệt đã hoàn tác",
                "next",
            )
        case "task.waits":
            return f"Chờ {facts.get('whom')} từ {day(facts['since'])}", "next"
        case "task.waits-no-more":
            return "Hết chờ, làm tiếp", ""
        case "task.silence-set":
            days = facts.get("days")
            return (f"Cần có tin mỗi {days} ngày" if days else "Nhịp báo tin như các việc khác"), ""
        case "task.assigned":
            office, person = facts.get("office"), facts.get("person")
            return (f"{office}: giao cho {person}" if person else f"{office}: thôi giao đích danh"), ""
        case "task.handed-over":
            return f"{facts.get('office')}: bàn giao cho {facts.get('person')}", ""
        case "task.asked":
            return f"Đề nghị {facts.get('office')} phối hợp, trả lời trước {day(due_on)}", "next"
        case "task.answered":
            named = f", kèm tệp {facts['file']}" if facts.get("file") else ""
            return f"Trả lời đề nghị phối hợp{named}", "ok"
        case "task.commented":
            return "Trao đổi", ""
        case "task.step-added":
            return (f"Thêm bước cho {facts['person']}" if facts.get("person") else "Thêm bước"), "small"
        case "task.step-handed":
            return f"Bước chuyển cho {facts.get('person')}", "small"
        case "task.step-done":
            return "Xong bước", "small"
        case "task.step-open":
            return "Mở lại bước", "small"
        case "task.step-dropped":
            return "Bỏ bước", "small"
        case "task.office-merged":
            return "Đơn vị được nhập vào đơn vị khác, việc chuyển theo", ""
        case "task.reminded":
            return "Nhắc việc", "next"
        case "task.closed":
            return f"Khép lại cuối năm: {RESULTS.get(str(facts.get('result')), '')}", "ok"
        case "task.reopened":
            return "Mở lại sau khi khép năm", "warn"
        case "task.undone":
            return f"Hoàn tác: {_UNDONE.get(str(facts.get('undone')), 'việc vừa làm')}", "warn"
        case other:
            return other, ""


_UNDONE = {
    "task.reported": "ghi tiến độ",
    "task.handed-in": "nộp sản phẩm",
    "task.accepted": "duyệt sản phẩm",
    "task.given-back": "trả lại sản phẩm",
    "task.extension-asked": "xin gia hạn",
    "task.extension-granted": "cho gia hạn",
    "task.extension-refused": "không cho gia hạn",
    "task.assigned": "giao người",
    "task.waits": "chờ nơi khác",
    "task.waits-no-more": "hết chờ",
    "task.silence-set": "đổi nhịp báo tin",
    "task.set-aside": "rút khỏi kế hoạch",
    "task.asked": "đề nghị phối hợp",
    "task.answered": "trả lời đề nghị phối hợp",
    "task.commented": "trao đổi",
    "task.step-added": "thêm bước",
    "task.step-done": "đánh dấu xong một bước",
    "task.step-open": "mở lại một bước",
    "task.step-dropped": "bỏ một bước",
}
RESULTS = {"more": "vượt", "reached": "đạt", "not": "chưa đạt"}
"""How a task ended its year."""


def _due_changed(facts: Mapping[str, Any]) -> str:
    before, after = facts.get("before"), facts.get("after")
    if not isinstance(before, dict) or not isinstance(after, dict) or before.get("due") == after.get("due"):
        return ""
    return f": hạn trước là “{before.get('due') or 'không ghi'}”, nay là “{after.get('due') or 'không ghi'}”"


def day(text: object) -> str:
    """31/12/2026 from an ISO day; "…" for none."""
    return f"{dt.date.fromisoformat(str(text)):%d/%m/%Y}" if text else "…"
