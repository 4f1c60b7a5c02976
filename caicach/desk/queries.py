"""What one desk owes, across the rooms."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from caicach.core.clock import local_day
from caicach.organisation.queries import offices
from caicach.plans.queries import plan_list
from caicach.tasks import queries as tasks
from caicach.tasks.queries import GivenBack, TaskView

_ORDER = {"late": 0, "warn": 1, "soon": 2, "far": 3, "ok": 4}


@dataclass(frozen=True, slots=True)
class Owed:
    """A task on the desk. back: the word with which it was given back, as long as nothing new was handed in."""

    view: TaskView
    back: GivenBack | None
    today: dt.date

    @property
    def tone(self) -> str:
        return "warn" if self.back else self.view.status.tone

    @property
    def back_when(self) -> str:
        """The weekday of the last six days, the date of any other."""
        if not self.back:
            return ""
        day = local_day(self.back.at)
        if day == self.today:
            return "hôm nay"
        return _DAYS[day.weekday()] if (self.today - day).days < 7 else f"{day.day}/{day.month}"


_DAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")


@dataclass(frozen=True, slots=True)
class MyWork:
    """first: late, given back or to look at; coming: with a date ahead; waiting: handed in, for the coordinator's word."""

    first: tuple[Owed, ...]
    coming: tuple[Owed, ...]
    waiting: tuple[TaskView, ...]
    going_on: int


def my_work(ward: int, office: int | None, *, today: dt.date) -> MyWork:
    """The open tasks that this office leads (all, for somebody without an office), most urgent first. Seven queries."""
    shorts = {o.id: o.short for o in offices(ward)}
    views = tasks.views_of(tasks.open_tasks(ward), ward=ward, today=today, shorts=shorts)
    mine = [v for v in views if not v.task.is_indicator and (office is None or office in v.lead_ids)]
    mine.sort(
        key=lambda v: (
            _ORDER[v.status.group],
            -(v.status.days or 0) if v.status.group == "late" else (v.status.days or 0),
        )
    )
    back = tasks.given_back(ward, [v.task.pk for v in mine])
    owed = [Owed(v, back.get(v.task.pk), today) for v in mine]
    first = [one for one in owed if one.back or one.view.status.group in ("late", "warn")]
    return MyWork(
        first=tuple(first),
        coming=tuple(
            one
            for one in owed
            if one not in first
            and (
                one.view.status.group == "soon"
                or (one.view.status.group == "far" and (one.view.status.days or 999) <= 60)
            )
        ),
        waiting=tuple(v for v in views if v.has_waiting),
        going_on=sum(one.view.status.group == "ok" and not one.back for one in owed),
    )


def newest_plan_address(ward: int, year: int) -> str | None:
    """The ribbon of this year's plan, or of the newest one."""
    rows = plan_list(ward, with_drafts=False).plans
    best = next((row for row in rows if row.plan.year == year), rows[0] if rows else None)
    return best.address if best else None
