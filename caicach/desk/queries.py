"""What one desk owes, across the rooms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from caicach.core.clock import local_day
from caicach.core.http import Actor
from caicach.organisation.queries import ward_calendar
from caicach.plans.queries import plan_list
from caicach.rules.formats import WEEKDAYS
from caicach.rules.rights import OFFICER, allows, may_coordinate
from caicach.rules.workdays import WorkCalendar
from caicach.tasks import queries as tasks
from caicach.tasks.queries import AskView, GivenBack, News, StepView, TaskView, TimeAsked

_ORDER = {"late": 0, "warn": 1, "soon": 2, "far": 3, "ok": 4}


@dataclass(frozen=True, slots=True)
class Owed:
    """A task on the desk. back: the word with which it was given back, as long as nothing new was handed in. asked_until:
    the day until which more time was asked for, without an answer yet."""

    view: TaskView
    back: GivenBack | None
    today: dt.date
    asked_until: dt.date | None = None

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
        return WEEKDAYS[day.weekday()] if (self.today - day).days < 7 else f"{day.day}/{day.month}"


@dataclass(frozen=True, slots=True)
class DayOfWeek:
    """A working day of the week shown, with a dot for each thing owed on it. dots: their tones."""

    day: dt.date
    name: str
    is_today: bool
    is_working: bool
    dots: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MyWork:
    """first: late, given back or to look at; coming: with a date ahead. asks: parts that my office was asked for.

    steps: pieces of tasks that I was given. waiting: handed in, for the coordinator's word; time_asked: requests for more time, for who decides. given: duties
    that my office has not said yes to. news: what happened on my tasks that I have not seen. others: how many tasks of
    my office are somebody else's. is_next_week: the week is the coming one, as this one is over.
    """

    first: tuple[Owed, ...]
    coming: tuple[Owed, ...]
    asks: tuple[AskView, ...]
    steps: tuple[StepView, ...]
    waiting: tuple[TaskView, ...]
    time_asked: tuple[TimeAsked, ...]
    given: tuple[TaskView, ...]
    news: tuple[News, ...]
    going_on: int
    others: int
    week: tuple[DayOfWeek, ...]
    is_next_week: bool

    @property
    def count(self) -> int:
        """What is to be done today: the figure of the heading."""
        return (
            len(self.first)
            + sum(one.is_urgent for one in self.asks)
            + sum(one.is_urgent for one in self.steps)
            + len(self.given)
        )


@dataclass(frozen=True, slots=True)
class WardDesk:
    """All that the desks of a ward are made of, loaded once however many people look."""

    ward: int
    today: dt.date
    calendar: WorkCalendar
    views: tuple[TaskView, ...]
    asks: dict[int, list[AskView]]
    steps: dict[int, list[StepView]]
    time_asked: tuple[TimeAsked, ...]
    news: dict[int, list[News]]


def ward_desk(
    ward: int,
    *,
    today: dt.date,
    people: Sequence[int],
    calendar: WorkCalendar | None = None,
    only: Actor | None = None,
) -> WardDesk:
    """The facts for these people. At most nine queries, however many people and tasks.

    calendar: the ward's, where it is at hand; else one query more. only: whose desk alone is wanted; tasks that it does
    not show are not loaded.
    """
    rows = tasks.open_tasks(
        ward,
        office=only.office_id if only else None,
        or_to_decide=only is not None
        and (allows("task.accept", only.role) or allows("task.give-time", only.role)),
    )
    views = tasks.views_of(rows, ward=ward, today=today)
    views = [view for view in views if not view.task.is_indicator and not view.task.closed_at]
    return WardDesk(
        ward=ward,
        today=today,
        calendar=calendar or ward_calendar(ward).work,
        views=tuple(views),
        asks=tasks.open_asks(ward, today=today),
        steps=tasks.open_steps(ward, people, today=today),
        time_asked=tuple(tasks.time_asked(ward)),
        news=tasks.news(ward, people),
    )


def my_work(actor: Actor, *, today: dt.date, whole_office: bool = False) -> MyWork:
    """What somebody owes, most urgent first. At most twelve queries."""
    people = {actor.person_id, actor.holder_id or actor.person_id}
    calendar = ward_calendar(actor.ward_id, actor.calendar).work
    facts = ward_desk(actor.ward_id, today=today, people=sorted(people), calendar=calendar, only=actor)
    return desk_of(
        facts,
        actor.person_id,
        actor.office_id,
        actor.role,
        whole_office=whole_office,
        holder=actor.holder_id,
    )


def desk_of(
    facts: WardDesk,
    person: int,
    office: int | None,
    role: str,
    *,
    whole_office: bool = False,
    holder: int = 0,
) -> MyWork:
    """One person's desk, without a query.

    An officer's: what the own office leads and nobody else there was given by name. A head's: all of the office. Of
    somebody without an office: everything in the ward. holder: whose post is worn, where it is another's; what that one
    was given is on the desk then. What waits for a coordinator's word is seen by who is named for its plan, and by all
    where nobody is.
    """
    today, holder = facts.today, holder or person

    def is_for(view: TaskView) -> bool:
        return may_coordinate(role, holder, view.task.named_id)

    led = [v for v in facts.views if office is None or office in v.lead_ids]
    by_name = role == OFFICER and not whole_office
    mine = [v for v in led if not by_name or is_mine(v, holder, office)]
    mine.sort(
        key=lambda v: (
            _ORDER[v.status.group],
            -(v.status.days or 0) if v.status.group == "late" else (v.status.days or 0),
        )
    )
    given = [v for v in facts.views if office is not None and office in v.unacknowledged]
    new = {v.task.pk for v in given}
    asked = {one.extension.task_id: one.extension.until for one in facts.time_asked}
    owed = [Owed(v, v.back, today, asked.get(v.task.pk)) for v in mine if v.task.pk not in new]
    first = [one for one in owed if one.back or one.view.status.group in ("late", "warn")]
    to_me = {view.task.pk for view in facts.views if is_for(view)}
    urgent = {one.view.task.pk for one in first}
    return MyWork(
        first=tuple(first),
        coming=tuple(
            one
            for one in owed
            if one.view.task.pk not in urgent
            and (
                one.view.status.group == "soon"
                or (one.view.status.group == "far" and (one.view.status.days or 999) <= 60)
            )
        ),
        asks=tuple(facts.asks.get(office, ())) if office is not None else (),
        steps=tuple(facts.steps.get(holder, ())),
        waiting=tuple(v for v in facts.views if v.has_waiting and is_for(v))
        if allows("task.accept", role)
        else (),
        time_asked=tuple(one for one in facts.time_asked if one.extension.task_id in to_me)
        if allows("task.give-time", role)
        else (),
        given=tuple(given),
        news=tuple(facts.news.get(person, ())),
        going_on=sum(one.view.status.group == "ok" and not one.back for one in owed),
        others=len(led) - len(mine),
        week=_week(mine, today, facts.calendar),
        is_next_week=_is_over(today, facts.calendar),
    )


def is_mine(view: TaskView, person: int, office: int | None) -> bool:
    """Whether a task of the office is somebody's: given to them by name, or to nobody there."""
    named = [who for where, who in view.person_of if where == office]
    return not named or person in named


def _week(views: list[TaskView], today: dt.date, calendar: WorkCalendar) -> tuple[DayOfWeek, ...]:
    """Monday to Friday of a week, and a weekend's day where it is a working one or something is owed on it.

    On a Saturday and a Sunday with no work left in their week it is the coming one.
    """
    monday = today - dt.timedelta(days=today.weekday())
    if _is_over(today, calendar):
        monday += dt.timedelta(days=7)
    answer = []
    for n in range(7):
        day = monday + dt.timedelta(days=n)
        dots = [
            "late" if day < today else "next"
            for view in views
            for o in view.facts.occurrences
            if o.due_on == day and not o.accepted and (o.handed_in_on is None or o.returned)
        ]
        if n < 5 or dots or calendar.is_working(day):
            name = f"{'T' + str(n + 2) if n < 6 else 'CN'} {day.day}"
            answer.append(DayOfWeek(day, name, day == today, calendar.is_working(day), tuple(dots[:6])))
    return tuple(answer)


def _is_over(today: dt.date, calendar: WorkCalendar) -> bool:
    """Whether the week has reached its end, and no working day of it is left."""
    left = [today + dt.timedelta(days=n) for n in range(7 - today.weekday())]
    return len(left) <= 2 and not any(calendar.is_working(day) for day in left)


def newest_plan_address(ward: int, year: int) -> str | None:
    """The ribbon of this year's plan, or of the newest one."""
    rows = plan_list(ward, with_drafts=False).plans
    best = next((row for row in rows if row.plan.year == year), rows[0] if rows else None)
    return best.address if best else None
