"""The days that a figure of the pace counts, one a row: by the rule that counted them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from caicach.organisation.queries import offices as offices_of
from caicach.plans.models import Plan
from caicach.plans.queries import PACE_PARTS, PaceFigure, every_line, pace_figures
from caicach.rules.pace import is_in, pace
from caicach.rules.task_status import OccurrenceFacts
from caicach.tasks.queries import TaskView

PACE_NAMES = {"da-nop": "Đã nộp", "den-nay": "Đến nay cần nộp", "ca-nam": "Cả năm"}


@dataclass(frozen=True, slots=True)
class PaceRow:
    """A day on which something is owed, and how it stands."""

    view: TaskView
    day: OccurrenceFacts
    tone: str
    words: str


@dataclass(frozen=True, slots=True)
class PacePage:
    """part: the figure whose days are the rows; figures: (its name in an address, in words, itself)."""

    plan: Plan
    part: str
    figures: tuple[tuple[str, str, PaceFigure], ...]
    rows: tuple[PaceRow, ...]

    @property
    def name(self) -> str:
        return PACE_NAMES[self.part]


def part_of(asked: str) -> str:
    """The figure that an address names; the whole year where it names none."""
    return asked if asked in PACE_PARTS else "ca-nam"


def pace_page(ward: int, plan: Plan, part: str, *, today: dt.date) -> PacePage:
    """The days of a figure, by date. Six queries, whatever the number of tasks."""
    shorts = {o.id: o.short for o in offices_of(ward)}
    days = [
        (view, day)
        for _, view in every_line(ward, plan, today=today, shorts=shorts)
        if not view.task.set_aside_at and not view.task.is_indicator
        for day in view.facts.occurrences
    ]
    kept = pace((day for _, day in days), year=plan.year, today=today)
    figures = pace_figures(kept, f"/ke-hoach/{plan.year}/{plan.kind}/")
    rows = [
        PaceRow(view, day, *_state(day, today))
        for view, day in days
        if is_in(PACE_PARTS[part], day, year=plan.year, today=today)
    ]
    return PacePage(
        plan=plan,
        part=part,
        figures=tuple((name, words, figures[PACE_PARTS[name]]) for name, words in PACE_NAMES.items()),
        rows=tuple(sorted(rows, key=lambda row: row.day.due_on)),
    )


def _state(day: OccurrenceFacts, today: dt.date) -> tuple[str, str]:
    """The tone and the words of a day by itself."""
    if day.handed_in_on and not day.returned:
        late = (day.handed_in_on - day.due_on).days
        after = f", trễ {late} ngày" if late > 0 else ""
        return "ok", f"{'Đã duyệt' if day.accepted else 'Chờ duyệt'}{after}"
    if day.due_on < today:
        return "late", f"Trễ {(today - day.due_on).days} ngày"
    return ("warn", "Bị trả lại") if day.returned else ("next", "Chưa đến hạn")
