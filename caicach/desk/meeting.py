"""The Monday meeting: what it looks at, and what was decided in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from caicach.organisation.queries import OfficeFacts
from caicach.organisation.queries import offices as offices_of
from caicach.tasks import queries as tasks
from caicach.tasks.queries import TaskView, TimeAsked


@dataclass(frozen=True, slots=True)
class Meeting:
    """promised: put off to a new day, or waiting for others. decided: duties given since Monday. beside: how many of all
    come from no plan."""

    day: dt.date
    monday: dt.date
    total: int
    late: tuple[TaskView, ...]
    silent: tuple[TaskView, ...]
    coming: tuple[TaskView, ...]
    promised: tuple[TaskView, ...]
    time_asked: tuple[TimeAsked, ...]
    decided: tuple[TaskView, ...]
    offices: tuple[OfficeFacts, ...]
    beside: int

    @property
    def in_plans(self) -> int:
        return self.total - self.beside


def meeting(ward: int, *, today: dt.date) -> Meeting:
    """All of it on a day. Seven queries."""
    offices = offices_of(ward)
    views = tasks.views_of(
        tasks.open_tasks(ward), ward=ward, today=today, shorts={one.id: one.short for one in offices}
    )
    views = [view for view in views if not view.task.is_indicator and not view.task.closed_at]
    monday = today - dt.timedelta(days=today.weekday())
    late = [view for view in views if view.status.group == "late"]
    soon = [view for view in views if view.status.group == "soon"]
    return Meeting(
        day=today,
        monday=monday,
        total=len(views),
        late=tuple(sorted(late, key=lambda view: -(view.status.days or 0))),
        silent=tuple(view for view in views if view.status.code == "silent"),
        coming=tuple(sorted(soon, key=lambda view: view.status.days or 0)),
        promised=tuple(view for view in views if view.task.waits_for or _is_put_off(view)),
        time_asked=tuple(tasks.time_asked(ward)),
        decided=tuple(
            view
            for view in views
            if view.task.source != "plan" and monday <= view.task.in_force_since <= today
        ),
        offices=tuple(one for one in offices if not one.is_group),
        beside=sum(view.task.source != "plan" for view in views),
    )


def _is_put_off(view: TaskView) -> bool:
    return any(
        one.first_due_on and not one.accepted and (one.handed_in_on is None or one.returned)
        for one in view.facts.occurrences
    )


def next_friday(day: dt.date) -> dt.date:
    """The Friday of this week, on a Friday or later that of the next."""
    return day + dt.timedelta(days=(4 - day.weekday()) % 7 or 7)
