"""The year's line of a task as SVG: attributes and classes only, so that it prints as it looks and passes the CSP."""

from __future__ import annotations

import calendar
import datetime as dt
import math
from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from caicach.rules.pace import Pace
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


def month_bars(bars: Sequence[tuple[int, str, int, str]], target: int | None) -> SafeString:
    """A year's months as upright bars: (month, tone, percent of the height, its value in words); target: its line, in percent."""
    parts = ['<path d="M0 84H480" class="floor"/>']
    for month, tone, high, _ in bars:
        top = 80 * high / 100
        parts.append(
            f'<rect x="{(month - 1) * 40 + 8}" y="{84 - top:.1f}" width="24" height="{top:.1f}" rx="2" class="{tone}"/>'
        )
    parts += [f'<text x="{(month - 1) * 40 + 20}" y="97">{month}</text>' for month in range(1, 13)]
    if target is not None:
        parts.append(f'<path d="M0 {84 - 80 * target / 100:.1f}H480" class="level"/>')
    said = "; ".join(f"tháng {month} {words}" for month, _, _, words in bars) or "Chưa có tháng nào"
    return format_html(
        '<svg class="month-bars" viewBox="0 0 480 100" role="img" aria-label="{}">{}</svg>',
        said,
        mark_safe("".join(parts)),
    )


# --- the overview ----------------------------------------------------------------------------------------------


def ring(parts: Sequence[tuple[str, int]], total: int) -> SafeString:
    """A ring of counts, from the top clockwise, with their sum in the middle. parts: tone and count."""
    radius, gap = 42, 0.8
    around = 2 * math.pi * radius
    pieces, gone = [], 0.0
    for tone, count in parts:
        if count:
            length = around * count / total
            pieces.append(
                f'<circle r="{radius}" class="ring {tone}" stroke-dasharray="{max(length - gap, 0.5):.2f} {around:.2f}" stroke-dashoffset="{-gone:.2f}"/>'
            )
            gone += length
    if not pieces:
        pieces.append(f'<circle r="{radius}" class="ring track"/>')
    return format_html(
        '<svg class="donut" viewBox="-56 -56 112 112" aria-hidden="true"><g transform="rotate(-90)">{}</g><text y="4" class="big">{}</text><text y="20">việc</text></svg>',
        mark_safe("".join(pieces)),
        total,
    )


def bar(parts: Sequence[tuple[str, int]], most: int, name: str) -> SafeString:
    """Counts one after the other; most: the count that fills the width."""
    pieces, x = [], 0.0
    for tone, count in parts:
        if count:
            width = 200 * count / most
            pieces.append(
                f'<rect x="{x:.1f}" y="2" width="{max(width - 2, 1.5):.1f}" height="12" rx="2" class="{tone}"/>'
            )
            x += width
    said = ", ".join(f"{count} {_SAID[tone]}" for tone, count in parts if count)
    return format_html(
        '<svg class="load" viewBox="0 0 200 16" preserveAspectRatio="none" role="img" aria-label="{}: {}">{}</svg>',
        name,
        said or "không có việc nào",
        mark_safe("".join(pieces)),
    )


_SAID = {
    "ok": "xong hoặc đang thực hiện", "late": "trễ hạn", "warn": "cần để ý", "next": "sắp đến hạn", "plain": "chưa đến hạn",
}  # fmt: skip


def pace_chart(pace: Pace, *, year: int, today: dt.date) -> SafeString:
    """What the deadlines ask for, dashed, and what was handed in, month by month; a line at today. For desk and phone."""
    wide = _pace_chart(pace, "pace", 840, year=year, today=today)
    return wide + _pace_chart(pace, "pace is-narrow", 310, year=year, today=today)


def _pace_chart(pace: Pace, classes: str, width: int, *, year: int, today: dt.date) -> SafeString:
    height, left, top = 104, 10, 14
    most = max(pace.total, *pace.reached, 1)

    def y(count: int) -> float:
        return top + height * (1 - count / most)

    def x(day: dt.date) -> float:
        return left + x_of(day, year) / (WIDTH - 2) * width

    ends = [dt.date(year, m, calendar.monthrange(year, m)[1]) for m in range(1, 13)]
    asked = [(left, y(0)), *((x(end), y(count)) for end, count in zip(ends, pace.needed, strict=True))]
    there = [
        (left, y(0)),
        *((x(min(end, today)), y(count)) for end, count in zip(ends, pace.reached, strict=False)),
    ]
    parts = [f'<path d="M{left} {y(0):.1f}H{left + width}" class="axis"/>']
    parts += [
        f'<text x="{x(dt.date(year, m, 15)):.0f}" y="{top + height + 16}">{m}</text>' for m in range(1, 13)
    ]
    if today.year == year:
        parts.append(f'<path d="M{x(today):.1f} {top - 8}V{top + height}" class="now"/>')
    parts.append(f'<path d="{_path(asked)}" class="asked"/>')
    if pace.reached:
        parts.append(f'<path d="{_path(there)}" class="there"/>')
        end_x, end_y = there[-1]
        has_room = end_y + 15 < top + height  # above the months' own figures
        is_behind = pace.reached_today <= pace.needed_today
        anchor = "end" if end_x > left + 60 else "start"
        side = -5 if anchor == "end" else 5
        parts.append(
            f'<text x="{end_x + side:.1f}" y="{end_y + (15 if is_behind and has_room else -7):.1f}" class="figure" text-anchor="{anchor}">{pace.reached_today}</text>'
        )
        if today.year == year:
            asked_y = y(pace.needed_today) + (-6 if is_behind else 13)
            parts.append(
                f'<text x="{x(today) + side:.1f}" y="{max(asked_y, 10):.1f}" class="needed" text-anchor="{anchor}">cần {pace.needed_today}</text>'
            )
    return format_html(
        '<svg class="{}" viewBox="0 0 {} {}" role="img" aria-label="Đến nay cần nộp {} lần, đã nộp {} lần; cả năm {} lần">{}</svg>',
        classes,
        left + width + 10,
        top + height + 22,
        pace.needed_today,
        pace.reached_today,
        pace.total,
        mark_safe("".join(parts)),
    )


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


# --- an office's year ------------------------------------------------------------------------------------------


def months_chart(
    months: Sequence[Sequence[tuple[str, int]]], addresses: Sequence[str], name: str
) -> SafeString:
    """Twelve columns of counts, one tone on the other, each a link. months: tone and count, from the bottom up."""
    height, width = 78, 28
    most = max((sum(count for _, count in parts) for parts in months), default=0) or 1
    columns: list[SafeString] = []
    for at, (parts, address) in enumerate(zip(months, addresses, strict=True)):
        total = sum(count for _, count in parts)
        left, top = at * width + 4, 18.0 + height
        pieces = []
        for tone, count in parts:
            if count:
                high = height * count / most
                top -= high
                pieces.append(
                    f'<rect x="{left}" y="{top:.1f}" width="{width - 8}" height="{max(high - 1, 1):.1f}" class="{tone}"/>'
                )
        label = f'<text x="{left + width // 2 - 4}" y="{height + 32}">{at + 1}</text>'
        if not total:
            columns.append(mark_safe(label))
            continue
        figure = f'<text x="{left + width // 2 - 4}" y="{top - 4:.1f}" class="figure">{total}</text>'
        columns.append(
            format_html(
                '<a href="{}" aria-label="Tháng {}: {} việc">{}</a>',
                address,
                at + 1,
                total,
                mark_safe("".join(pieces) + figure + label),
            )
        )
    return format_html(
        '<svg class="load months-load" viewBox="0 0 336 114" role="group" aria-label="{}: số việc có hạn trong từng tháng"><path d="M0 96.5H336" class="axis"/>{}</svg>',
        name,
        mark_safe("".join(columns)),
    )
