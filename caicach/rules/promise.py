"""What a counter promises when it takes a dossier in, and how that was reckoned, in words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from caicach.rules.dossier_clock import Move, Term, read
from caicach.rules.procedures import Span
from caicach.rules.work_time import DAY, WorkTime

_WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")


@dataclass(frozen=True, slots=True)
class Promise:
    """due: of the ward's own time, None where the procedure has no known term. words: the sum, for a citizen to follow."""

    due: dt.datetime | None
    words: str


def promise(time: WorkTime, term: Term | None, at: dt.datetime) -> Promise:
    """What somebody who comes at this moment is promised. at: local, to the minute. Raises as `dossier_clock.read`."""
    came = f"nhận {at:%H:%M} {_day(at)}"
    if term is None:
        return Promise(None, f"{came}; thủ tục chưa rõ thời hạn nên chưa có ngày hẹn")
    due = read(time, term, [Move(at, "accepted")], at).due
    if due is None:  # never: a clock that was started and is read at that moment runs
        raise AssertionError
    parts = [came, Span(term.unit, term.amount).words]
    if not term.counts_minutes and due.date() > at.date():
        first = at.date() + DAY if term.unit == "calendar-day" else time.nth_day(at.date(), 1)
        parts.append(f"tính từ {_day(first)}")
    if term.unit == "same-day" and due.date() > at.date() and term.cut_off and at.time() > term.cut_off:
        parts[-1] = f"sau {term.cut_off:%H:%M} nên tính {_day(due)}"
    off = sum(
        at.date() < day <= due.date() and day.weekday() in time.calendar.weekdays
        for day in time.calendar.days_off
    )
    if off:
        parts.append(f"trừ {off} ngày nghỉ lễ")
    return Promise(due, "; ".join([*parts, f"hẹn {due:%H:%M} {_day(due)}"]))


def _day(day: dt.date) -> str:
    return f"{_WEEKDAYS[day.weekday()]} {day:%d/%m/%Y}"
