"""An office's part of a plan: by status, by month, what is late, waiting and coming. Counted as the year's list counts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.safestring import SafeString

from caicach.accounts.queries import colleagues
from caicach.organisation.queries import OfficeFacts
from caicach.plans import drawing
from caicach.plans.models import Plan
from caicach.plans.queries import _AROUND_RING, _TONES, NOBODY, RibbonFilter, Tally, fits, plan_lines
from caicach.rules.task_status import GROUPS, tallies
from caicach.tasks.queries import TaskView, open_tasks, views_of


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
class PersonLoad:
    """What somebody of the office was given by name; name "Chưa giao cho ai": what nobody was."""

    name: str
    count: int
    late: int
    warn: int
    address: str
    late_address: str
    warn_address: str
    bar: SafeString


@dataclass(frozen=True, slots=True)
class OfficePart:
    """What an office leads in a plan. people: whose it is there, the most loaded first. beside: duties from no plan. helping: how many tasks of others it helps with."""

    plan: Plan
    office: OfficeFacts
    address: str
    total: int
    tallies: tuple[Tally, ...]
    people: tuple[PersonLoad, ...]
    months: tuple[Month, ...]
    chart: SafeString
    late: tuple[TaskView, ...]
    warn: tuple[TaskView, ...]
    waiting: tuple[TaskView, ...]
    coming: tuple[TaskView, ...]
    beside: tuple[TaskView, ...]
    helping: int


def office_part(
    ward: int, plan: Plan, office: OfficeFacts, shorts: dict[int, str], *, today: dt.date
) -> OfficePart:
    """The office's page. Six queries, whatever the number of tasks."""
    rows = plan_lines(ward, plan)
    others = [task for task in open_tasks(ward) if task.source != "plan" and not task.closed_at]
    every = views_of([*(row.task for row in rows), *others], ward=ward, today=today, shorts=shorts)
    lines = [
        (row, view)
        for row, view in zip(rows, every, strict=False)
        if not view.task.set_aside_at and not view.task.is_indicator
    ]
    beside = [view for view in every[len(rows) :] if office.id in view.lead_ids]
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
        people=_people(ward, office, views, address),
        months=tuple(months),
        chart=drawing.months_chart(by_tone, [one.address for one in months], office.short),
        late=tuple(view for view in reversed(by_day) if view.status.group == "late"),
        warn=tuple(view for view in views if view.status.group == "warn"),
        waiting=tuple(view for view in views if view.has_waiting),
        coming=tuple(view for view in by_day if view.status.group == "soon"),
        beside=tuple(sorted(beside, key=lambda view: _ORDER[view.status.group])),
        helping=sum(office.id in view.office_ids - view.lead_ids for _, view in lines),
    )


_ORDER = {group: n for n, group in enumerate(GROUPS)}


def _people(ward: int, office: OfficeFacts, views: list[TaskView], address: str) -> tuple[PersonLoad, ...]:
    """Everybody who works in the office, also without a task; at the end what nobody was given."""
    everybody = colleagues(ward)
    by_person: dict[str, list[TaskView]] = {
        str(one.id): [] for one in everybody if one.office_id == office.id
    }
    names = {str(one.id): one.name for one in everybody}
    unnamed: list[TaskView] = []
    for view in views:
        named = {str(who) for where, who in view.person_of if where == office.id}
        for who in named:
            by_person.setdefault(who, []).append(view)
        if not named:
            unnamed.append(view)
    most = max([len(unnamed), *map(len, by_person.values())], default=0) or 1
    ordered = sorted(by_person.items(), key=lambda pair: (-len(pair[1]), names.get(pair[0], "")))
    answer = []
    for who, mine in [*ordered, *([(NOBODY, unnamed)] if unnamed else [])]:
        asked = RibbonFilter(office=office.id, person=who)
        counts = tallies(view.status for view in mine)
        name = "Chưa giao cho ai" if who == NOBODY else names.get(who, "Người đã chuyển đi")
        answer.append(
            PersonLoad(
                name=name,
                count=len(mine),
                late=counts["late"],
                warn=counts["warn"],
                address=address + asked.address(),
                late_address=address + asked.address(group="late"),
                warn_address=address + asked.address(group="warn"),
                bar=drawing.bar([(_TONES[g], counts[g]) for g in _AROUND_RING], most, name),
            )
        )
    return tuple(answer)
