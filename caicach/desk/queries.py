"""What one desk owes, across the rooms."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from caicach.organisation.queries import offices
from caicach.plans.queries import plan_list
from caicach.tasks import queries as tasks
from caicach.tasks.queries import TaskView

_ORDER = {"late": 0, "warn": 1, "soon": 2, "far": 3, "ok": 4}


@dataclass(frozen=True, slots=True)
class MyWork:
    """first: late or to look at; coming: with a date ahead; waiting: handed in, for the coordinator's word."""

    first: tuple[TaskView, ...]
    coming: tuple[TaskView, ...]
    waiting: tuple[TaskView, ...]
    going_on: int


def my_work(ward: int, office: int | None, *, today: dt.date) -> MyWork:
    """The open tasks that this office leads (all, for somebody without an office), most urgent first. Six queries."""
    shorts = {o.id: o.short for o in offices(ward)}
    views = tasks.views_of(tasks.open_tasks(ward), ward=ward, today=today, shorts=shorts)
    mine = [v for v in views if not v.task.is_indicator and (office is None or office in v.lead_ids)]
    mine.sort(
        key=lambda v: (
            _ORDER[v.status.group],
            -(v.status.days or 0) if v.status.group == "late" else (v.status.days or 0),
        )
    )
    return MyWork(
        first=tuple(v for v in mine if v.status.group in ("late", "warn")),
        coming=tuple(
            v
            for v in mine
            if v.status.group == "soon" or (v.status.group == "far" and (v.status.days or 999) <= 60)
        ),
        waiting=tuple(v for v in views if v.has_waiting),
        going_on=sum(v.status.group == "ok" for v in mine),
    )


def newest_plan_address(ward: int, year: int) -> str | None:
    """The ribbon of this year's plan, or of the newest one."""
    rows = plan_list(ward, with_drafts=False).plans
    best = next((row for row in rows if row.plan.year == year), rows[0] if rows else None)
    return best.address if best else None
