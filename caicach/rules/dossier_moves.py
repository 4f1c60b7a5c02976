"""What may happen to a dossier: its states and the moves between them, in one table. Nothing else changes a state.

Pure. The national codes (TrangThaiHoSo, 1 to 10) are those of the state's exchange; a move's clock effect is what
`dossier_clock` is told. Sources: NĐ 118/2025/NĐ-CP and what it kept of NĐ 61/2018/NĐ-CP (arts. 15–20) for the moves; the codes
as several public code bases agree on them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from caicach.rules.dossier_clock import Kind, Reason
from caicach.rules.dossier_clock import Move as ClockMove
from caicach.rules.refusal import Refusal

State = Literal[
    "submitted", "accepted", "processing", "supplement-wait", "payment-wait", "agency-wait", "resolved", "returned",
    "rejected", "withdrawn", "stopped", "voided",
]  # fmt: skip
Group = Literal["coming", "open", "waiting", "resolved", "ended"]


@dataclass(frozen=True, slots=True)
class StateFacts:
    """name: on the screen; national: its code there, None for what only we know; group: what figures count it as."""

    name: str
    national: int | None
    group: Group


STATES: dict[State, StateFacts] = {
    "submitted": StateFacts("Mới nộp", 1, "coming"),
    "accepted": StateFacts("Đã tiếp nhận", 2, "open"),
    "processing": StateFacts("Đang giải quyết", 4, "open"),
    "supplement-wait": StateFacts("Chờ bổ sung giấy tờ", 5, "waiting"),
    "payment-wait": StateFacts("Chờ nghĩa vụ tài chính", 6, "waiting"),
    "agency-wait": StateFacts("Chờ cơ quan khác", 4, "waiting"),
    "resolved": StateFacts("Đã có kết quả", 9, "resolved"),
    "returned": StateFacts("Đã trả kết quả", 10, "ended"),
    "rejected": StateFacts("Không tiếp nhận", 3, "ended"),
    "withdrawn": StateFacts("Đã rút", 7, "ended"),
    "stopped": StateFacts("Dừng giải quyết", 8, "ended"),
    "voided": StateFacts("Đã hủy số", None, "ended"),
}
OF_NATIONAL: dict[int, State] = {
    1: "submitted",
    2: "accepted",
    3: "rejected",
    4: "processing",
    5: "supplement-wait",
    6: "payment-wait",
    7: "withdrawn",
    8: "stopped",
    9: "resolved",
    10: "returned",
}
"""The state that another system's code stands for here."""

_UNDER_WAY: frozenset[State] = frozenset({"accepted", "processing"})
_WAITING: frozenset[State] = frozenset({"supplement-wait", "payment-wait", "agency-wait"})


@dataclass(frozen=True, slots=True)
class Move:
    """name: on the screen. since, to: the states before and after; to None: it stays as it is. action: who may, in
    `rights`; needs_word: only with a reason. clock, pause: what the clock is told."""

    name: str
    since: frozenset[State]
    to: State | None
    action: str
    needs_word: bool = False
    clock: Kind | None = None
    pause: Reason | None = None
    begins: bool = False
    """there may be no dossier before it"""


MOVES: dict[str, Move] = {
    "submit": Move("Nộp trực tuyến", frozenset(), "submitted", "dossier.accept", begins=True),
    "accept": Move(
        "Tiếp nhận", frozenset({"submitted"}), "accepted", "dossier.accept", clock="accepted", begins=True
    ),
    "ask-completion": Move(
        "Hướng dẫn hoàn thiện", frozenset({"submitted"}), None, "dossier.accept", needs_word=True, begins=True
    ),
    "reject": Move(
        "Từ chối tiếp nhận", frozenset({"submitted"}), "rejected", "dossier.accept", needs_word=True, begins=True
    ),
    "transfer": Move("Chuyển xử lý", frozenset({"accepted"}), "processing", "dossier.accept"),
    "hand-over": Move("Chuyển bước", frozenset({"processing"}), None, "dossier.process"),
    "send-back": Move("Trả lại bước trước", frozenset({"processing"}), None, "dossier.process", needs_word=True),
    "ask-supplement": Move(
        "Yêu cầu bổ sung", _UNDER_WAY, "supplement-wait", "dossier.process", needs_word=True, clock="paused", pause="supplement",
    ),
    "take-supplement": Move(
        "Nhận bổ sung", frozenset({"supplement-wait"}), "processing", "dossier.accept", clock="resumed"
    ),
    "expire-supplement": Move(
        "Hết hạn bổ sung", frozenset({"supplement-wait"}), "stopped", "dossier.head", needs_word=True, clock="stopped"
    ),
    "ask-payment": Move(
        "Báo nghĩa vụ tài chính", _UNDER_WAY, "payment-wait", "dossier.process", clock="paused", pause="payment"
    ),
    "confirm-payment": Move(
        "Xác nhận đã nộp", frozenset({"payment-wait"}), "processing", "dossier.accept", clock="resumed"
    ),
    "ask-agency": Move(
        "Hỏi cơ quan khác", _UNDER_WAY, "agency-wait", "dossier.process", needs_word=True, clock="paused", pause="agency"
    ),
    "agency-answers": Move(
        "Cơ quan khác trả lời", frozenset({"agency-wait"}), "processing", "dossier.process", clock="resumed"
    ),
    "extend": Move(
        "Xin lỗi và hẹn lại", _UNDER_WAY, None, "dossier.head", needs_word=True, clock="extended"
    ),
    "withdraw": Move("Công dân rút hồ sơ", _UNDER_WAY | _WAITING, "withdrawn", "dossier.accept", clock="withdrawn"),
    "stop": Move("Dừng giải quyết", _UNDER_WAY | _WAITING, "stopped", "dossier.head", needs_word=True, clock="stopped"),
    "resolve": Move("Ký kết quả", _UNDER_WAY, "resolved", "dossier.sign", clock="resolved"),
    "return-result": Move("Trả kết quả", frozenset({"resolved"}), "returned", "dossier.accept"),
    "reopen": Move(
        "Mở lại để sửa kết quả", frozenset({"resolved"}), "processing", "dossier.head", needs_word=True, clock="reopened"
    ),
    "void": Move("Hủy số", _UNDER_WAY, "voided", "dossier.head", needs_word=True, clock="stopped"),
}  # fmt: skip


APOLOGISED = "apologise"
"""the event of an apology for a dossier that another system keeps: no move, for its state and its promise are that system's"""
AGREED = "channels"
"""the event of a changed consent: no move, and nobody who moves the dossier meanwhile has to look at it"""
APOLOGIES = ("extend", APOLOGISED)
"""the events that tell somebody of a broken promise and of a new one"""


def after(state: State | None, move: str, *, word: str = "") -> State:
    """The state after a move. state None: there is no dossier yet.

    Raises Refusal dossier.move where the state does not allow it, dossier.word-missing where it wants a reason.
    """
    what = MOVES[move]
    allowed = what.begins if state is None else state in what.since
    if not allowed:
        now = STATES[state].name if state else "chưa có hồ sơ"
        raise Refusal("dossier.move", move=what.name, state=now)
    if what.needs_word and not word.strip():
        raise Refusal("dossier.word-missing", "word", move=what.name)
    found = what.to or state
    if found is None:  # before acceptance nothing is kept but the attempt
        return "submitted"
    return found


_STAGES: dict[Group, int] = {"coming": 0, "open": 1, "waiting": 2, "resolved": 3, "ended": 4}


def goes_back(before: State, after: State) -> bool:
    """Whether a list that says `after` of a dossier which was `before` moves it to an earlier state: as an older export does, or
    a dossier that was opened again. Waiting and going on are no way back; what has ended stays ended."""
    return _stage(after) < _stage(before)


def _stage(state: State) -> int:
    """Received is before handled; handled and waiting are one stage."""
    stage = _STAGES[STATES[state].group]
    return 2 if state == "processing" else stage


def moves_from(state: State) -> tuple[str, ...]:
    """What may happen next, in the table's order."""
    return tuple(name for name, move in MOVES.items() if state in move.since)


@dataclass(frozen=True, slots=True)
class Step:
    """One event of a dossier as it was written down. code: a move, or what changes no state. amount: working days of an extension."""

    code: str
    at: dt.datetime
    word: str = ""
    amount: int = 0


def replay(steps: Sequence[Step]) -> tuple[State | None, tuple[ClockMove, ...]]:
    """The state that the events alone lead to, None where nothing came in, and what the clock is told. Raises what `after` does
    where the events could not have happened."""
    state: State | None = None
    told: list[ClockMove] = []
    for step in steps:
        if step.code not in MOVES:
            continue
        what = MOVES[step.code]
        state = after(state, step.code, word=step.word)
        if what.clock:
            told.append(ClockMove(step.at, what.clock, what.pause, step.amount))
    return state, tuple(told)
