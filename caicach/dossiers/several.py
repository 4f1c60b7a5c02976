"""One move for several dossiers: each by the same verb and in a transaction of its own, so that one refused undoes no other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from caicach.core.http import Missing
from caicach.dossiers import moves, queries
from caicach.dossiers.models import Dossier
from caicach.dossiers.moves import Mover, Told
from caicach.rules.formats import moment
from caicach.rules.refusal import Refusal

MOST = 50
"""at a time"""


@dataclass(frozen=True, slots=True)
class Asked:
    """seen: the newest event of the dossier on the page that the sender had."""

    code: str
    told: Told
    seen: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: words after the dossier's code."""

    code: str
    words: str
    is_done: bool


def each(move: str, asked: Sequence[Asked], *, ward: int, by: Mover, at: dt.datetime) -> list[Outcome]:
    """One outcome for each that was asked; nothing is raised."""
    return [_one(move, one, ward, by, at) for one in asked[:MOST]]


def _one(move: str, asked: Asked, ward: int, by: Mover, at: dt.datetime) -> Outcome:
    try:
        dossier, _ = queries.dossier_with_newest(ward, asked.code)
        moved = moves.move(dossier, move, asked.told, by=by, at=at, seen=asked.seen)
    except Missing:
        return Outcome(asked.code, "không thấy hồ sơ này ở phường.", False)
    except Refusal as refusal:
        return Outcome(asked.code, str(refusal), False)
    return Outcome(asked.code, _done(move, moved), True)


def _done(move: str, dossier: Dossier) -> str:
    match move:
        case "extend":
            due = dossier.promise
            return f"đã xin lỗi, hẹn trả {moment(due)}." if due else "đã xin lỗi."
        case "resolve":
            return "đã ký."
        case "hand-over":
            return "đã giao."
        case _:
            return "đã trả lại."
