"""What the pages of many tasks show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import prefetch_related_objects

from caicach.accounts.queries import Colleague, at_office, colleagues
from caicach.organisation.queries import offices as offices_of
from caicach.plans.models import Plan
from caicach.plans.queries import RibbonFilter, every_line, fits
from caicach.rules.task_status import is_owed
from caicach.rules.year_end import suggested
from caicach.tasks.queries import TaskView, handed_of_many, open_asks, papers_of, parts_of, time_asked


@dataclass(frozen=True, slots=True)
class Several:
    """The tasks to choose from; people: who can be given them, office_ids: where they work."""

    views: tuple[TaskView, ...]
    people: tuple[tuple[str, tuple[Colleague, ...]], ...]
    office_ids: frozenset[int]


def several(plan: Plan, asked: RibbonFilter, *, today: dt.date, office: int | None) -> Several:
    """The plan's tasks as they are filtered; office: only those it has a part in. Eight queries."""
    ward = plan.ward_id
    names = {one.id: one.short for one in offices_of(ward)}
    lines = every_line(ward, plan, today=today, shorts=names)
    views = [
        view
        for row, view in lines
        if not (view.task.set_aside_at or view.task.closed_at or view.task.is_indicator)
        and fits(row, view, asked, plan.year)
    ]
    if office is not None:
        views = [view for view in views if office in view.office_ids]
    prefetch_related_objects([view.task for view in views], "offices")
    within = {pk for view in views for pk in view.office_ids} if office is None else {office}
    people = colleagues(ward)
    groups = [(names[pk], at_office(people, pk)) for pk in names if pk in within]
    return Several(tuple(views), tuple((name, who) for name, who in groups if who), frozenset(within))


@dataclass(frozen=True, slots=True)
class DoneRow:
    """A day that has gone by with nothing handed in; due_on None: a running task of which nobody has said anything yet.
    key: its name in the form."""

    view: TaskView
    occurrence: int | None
    due_on: dt.date | None
    key: str


def done_rows(plan: Plan, *, today: dt.date) -> list[DoneRow]:
    """The plan's days up to today for which something is still owed, then its running tasks without a word; each in the
    plan's order. Eight queries."""
    ward = plan.ward_id
    names = {one.id: one.short for one in offices_of(ward)}
    views = [
        view
        for _, view in every_line(ward, plan, today=today, shorts=names)
        if not view.task.set_aside_at and not view.task.is_indicator and not view.task.closed_at
    ]
    handed = handed_of_many(ward, [view.task for view in views])
    prefetch_related_objects([view.task for view in views], "occurrences")
    rows = []
    for view in views:
        days = list(view.task.occurrences.all())
        for n, day in enumerate(days, 1):
            here = handed.get((view.task.pk, day.pk), [])
            if day.due_on <= today and is_owed(here, parts=parts_of(view.task), every=len(days) == 1):
                rows.append(DoneRow(view, day.pk, day.due_on, f"{view.task.number}-{n}"))
    running = [
        DoneRow(view, None, None, f"{view.task.number}-0")
        for view in views
        if view.task.due_kind == "ongoing"
        and view.status.code in ("running", "silent")
        and view.facts.last_word_on is None
    ]
    return rows + running


@dataclass(slots=True)
class EndRow:
    """A task at the year's end; result and word: typed, saved, or suggested. papers: what was accepted. section: its
    (number, title)."""

    section: tuple[str, str]
    view: TaskView
    key: str
    result: str
    word: str
    papers: tuple[str, ...]


def end_rows(plan: Plan, *, today: dt.date) -> list[EndRow]:
    """Every task of the plan that was not taken out, with what its own facts suggest. Six queries."""
    ward = plan.ward_id
    lines = [
        (row.section, view)
        for row, view in every_line(ward, plan, today=today, shorts=None)
        if not view.task.set_aside_at
    ]
    papers = papers_of(ward, [view.task for _, view in lines])
    rows = []
    for section, view in lines:
        result, word = view.task.result, view.task.result_word
        if not result:
            # an indicator is reached by its figure: that somebody has reported on it says nothing
            is_open = view.task.is_indicator and not view.facts.occurrences
            result, word = ("", "") if is_open else suggested(view.facts, view.status, today=today)
        rows.append(
            EndRow(
                (section.number, section.title),
                view,
                view.task.number,
                result,
                word,
                tuple(papers.get(view.task.pk, ())),
            )
        )
    return rows


@dataclass(frozen=True, slots=True)
class EndSection:
    """A section's rows at the year's end. key: its name in the form; unset: how many rows have no result yet."""

    number: str
    title: str
    key: str
    rows: tuple[EndRow, ...]

    @property
    def unset(self) -> int:
        return sum(not row.result for row in self.rows)


def end_sections(rows: Sequence[EndRow]) -> list[EndSection]:
    """The rows under their sections, in the plan's order."""
    found: dict[tuple[str, str], list[EndRow]] = {}
    for row in rows:
        found.setdefault(row.section, []).append(row)
    return [
        EndSection(number, title, str(n), tuple(own))
        for n, ((number, title), own) in enumerate(found.items(), 1)
    ]


@dataclass(frozen=True, slots=True)
class StillOpen:
    """Something that waits for somebody's word when the year is to be closed."""

    called: str
    title: str
    words: str
    address: str


def still_open(plan: Plan, rows: Sequence[EndRow], *, today: dt.date) -> list[StillOpen]:
    """What would be closed over: handed in and not judged, more time asked for, parts not answered. Two queries."""
    views = {row.view.task.pk: row.view for row in rows}
    found = [(pk, "sản phẩm chờ duyệt") for pk, view in views.items() if view.has_waiting]
    found += [(one.extension.task_id, "đang xin gia hạn") for one in time_asked(plan.ward_id)]
    asks = open_asks(plan.ward_id, today=today)
    found += [
        (one.ask.task_id, "đề nghị phối hợp chưa trả lời") for office in asks.values() for one in office
    ]
    return [
        StillOpen(views[pk].task.called, views[pk].task.title, words, views[pk].address)
        for pk, words in found
        if pk in views
    ]
