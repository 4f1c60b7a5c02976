"""The year's line of a task as SVG: attributes and classes only, so that it prints as it looks and passes the CSP."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from caicach.rules.task_status import OccurrenceFacts, TaskFacts
from caicach.tasks.queries import TaskView

WIDTH = 560
_MIDDLE = 13


def x_of(day: dt.date, year: int) -> int:
    """Where a day stands on the year's line, 0 to WIDTH - 2; days outside the year at its ends."""
    if day.year != year:
        return 0 if day.year < year else WIDTH - 2
    days = 366 if calendar.isleap(year) else 365
    return round((day.timetuple().tm_yday) / days * (WIDTH - 2))


def months(year: int) -> SafeString:
    """The heading: twelve numbers over the middles of their months."""
    texts = "".join(f'<text x="{x_of(dt.date(year, m, 15), year)}" y="14">{m}</text>' for m in range(1, 13))
    return mark_safe(f'<svg class="months" viewBox="-8 0 576 20" aria-hidden="true">{texts}</svg>')


def line(view: TaskView, *, year: int, today: dt.date) -> SafeString:
    """One task's year: span and diamond for a deadline, dots for reports, a dashed red line for an overrun."""
    facts = view.facts
    parts: list[str] = []
    if today.year == year:
        parts.append(f'<path d="M{x_of(today, year)} 0v26" class="today"/>')
    if facts.kind == "by" and facts.occurrences:
        parts += _span(facts, year, today)
    elif facts.occurrences:
        parts.append(_track("track"))
        parts += [_diamond(x_of(o.due_on, year), _tone(o, today)) for o in facts.occurrences]
    elif facts.kind in ("ongoing", "external"):
        begins = x_of(facts.start, year) if facts.start else 0
        parts.append(_track("track" if facts.kind == "ongoing" else "track dashed", begins))
        parts += [
            f'<circle cx="{x}" cy="{_MIDDLE}" r="3.2" class="done"/>' for x in _apart(view.words_on, year)
        ]
    else:
        parts.append(_track("track dashed"))
    return format_html(
        '<svg viewBox="-8 0 576 26" role="img" aria-label="{}">{}</svg>',
        describe(view, year),
        mark_safe("".join(parts)),
    )


def describe(view: TaskView, year: int) -> str:
    """The same in words, for those who hear the page."""
    facts = view.facts
    days = [
        f"{o.due_on:%d/%m}"
        + (" đã duyệt" if o.accepted else " đã nộp" if o.handed_in_on and not o.returned else "")
        for o in facts.occurrences
    ]
    words = [f"Hạn {', '.join(days)}" if days else view.status.words]
    reported = sorted({day.month for day in view.words_on if day.year == year})
    if reported:
        words.append(f"có tin tháng {', '.join(map(str, reported))}")
    return "; ".join(words)


def _track(classes: str, begins: int = 0) -> str:
    return f'<rect x="{begins}" y="11.5" width="{WIDTH - begins}" height="3" class="{classes}"/>'


def _tone(occurrence: OccurrenceFacts, today: dt.date) -> str:
    if occurrence.accepted or (occurrence.handed_in_on and not occurrence.returned):
        return "done"
    return "late" if occurrence.due_on < today else "next"


def _span(facts: TaskFacts, year: int, today: dt.date) -> list[str]:
    occurrence = facts.occurrences[-1]
    tone = _tone(occurrence, today)
    begins = facts.start or dt.date(year, 1, 1)
    left, right = x_of(begins, year), x_of(occurrence.due_on, year)
    if begins.year == year and begins.day == 1:
        left = max(0, left - 2)
    parts = []
    if right > left:
        parts.append(f'<rect x="{left}" y="9" width="{right - left}" height="8" rx="4" class="span {tone}"/>')
    if tone == "late" and today.year >= year:
        parts.append(f'<path d="M{right} {_MIDDLE}H{x_of(today, year)}" class="overrun"/>')
    parts.append(_diamond(right, tone))
    return parts


def _diamond(x: int, tone: str) -> str:
    return f'<path d="M{x} 6l7 7-7 7-7-7z" class="{tone}"/>'


def _apart(days: Sequence[dt.date], year: int) -> list[int]:
    """The places of these days, those nearer than a dot's width as one."""
    places: list[int] = []
    for x in sorted(x_of(day, year) for day in days if day.year == year):
        if not places or x - places[-1] >= 7:
            places.append(x)
    return places
