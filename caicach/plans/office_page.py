"""An office's part of a plan: by status, by month, what is late, waiting and coming. Counted as the year's list counts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.safestring import SafeString

from caicach.organisation.queries import OfficeFacts
from caicach.plans import drawing
from caicach.plans.models import Plan
from caicach.plans.queries import _TONES, RibbonFilter, Tally, every_line, fits
from caicach.rules.task_status import GROUPS, tallies
from caicach.tasks.queries import TaskView


@dataclass(frozen=True, slots=True)
class Month:
    """number: 1 to 12; count: tasks of the office with a deadline in it, late: those late with it; address: their list."""

    number: int
    count: int
    late: int
    address: str


def _tone(view: TaskView, year: int, month: int, today: dt.date) -> str:
    """How a task stands with its deadlines of one month: late with one, done with all, or neither."""
    days = [o for o in view.facts.occurrences if (o.due_on.year, o.due_on.month) == (year, month)]
    owed = [o for o in days if not o.accepted and (o.handed_in_on is None or o.returned)]
    if any(o.due_on < today for o in owed):
        return "late"
    return "plain" if owed else "ok"


@dataclass(frozen=True, slots=True)
class OfficePart:
    """What an office leads in a plan. helping: how many tasks of others it helps with."""

    plan: Plan
    office: OfficeFacts
    address: str
    total: int
    tallies: tuple[Tally, ...]
    months: tuple[Month, ...]
    chart: SafeString
    late: tuple[TaskView, ...]
    warn: tuple[TaskView, ...]
    waiting: tuple[TaskView, ...]
    coming: tuple[TaskView, ...]
    helping: int


def office_part(
    ward: int, plan: Plan, office: OfficeFacts, shorts: dict[int, str], *, today: dt.date
) -> OfficePart:
    """The office's page. Five queries, whatever the number of tasks."""
    lines = [
        (row, view)
        for row, view in every_line(ward, plan, today=today, shorts=shorts)
        if not view.task.set_aside_at and not view.task.is_indicator
    ]
    asked = RibbonFilter(office=office.id)
    own = [(row, view) for row, view in lines if fits(row, view, asked, plan.year)]
    address = f"/ke-hoach/{plan.year}/{plan.kind}/"
    counts = tallies(view.status for _, view in own)
    months = []
    by_tone = []
    for number in range(1, 13):
        of_month = RibbonFilter(office=office.id, month=number)
        there = [view for row, view in own if fits(row, view, of_month, plan.year)]
        tones = [_tone(view, plan.year, number, today) for view in there]
        by_tone.append([(tone, tones.count(tone)) for tone in ("ok", "late", "plain")])
        months.append(Month(number, len(there), tones.count("late"), address + of_month.address()))
    views = [view for _, view in own]
    by_day = sorted(views, key=lambda view: view.status.days or 0)
    return OfficePart(
        plan=plan,
        office=office,
        address=address + asked.address(),
        total=len(own),
        tallies=tuple(
            Tally(g, _TONES[g], name, counts[g], address + asked.address(group=g), False)
            for g, name in GROUPS.items()
        ),
        months=tuple(months),
        chart=drawing.months_chart(by_tone, [one.address for one in months], office.short),
        late=tuple(view for view in reversed(by_day) if view.status.group == "late"),
        warn=tuple(view for view in views if view.status.group == "warn"),
        waiting=tuple(view for view in views if view.has_waiting),
        coming=tuple(view for view in by_day if view.status.group == "soon"),
        helping=sum(office.id in view.office_ids - view.lead_ids for _, view in lines),
    )
