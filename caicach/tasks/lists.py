"""Tasks as the rows of a file: what a list on a page shows, with days as days and figures as figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from caicach.core.templatetags.ui import place
from caicach.tasks.queries import TaskView
from caicach.writing.lists import Column, Group, Table, Value

COLUMNS = (
    Column("Số", 13),
    Column("Nhiệm vụ", 74),
    Column("Sản phẩm", 30),
    Column("Chủ trì", 30),
    Column("Phối hợp", 30, only_sheet=True),
    Column("Thời hạn", 26),
    Column("Hạn", 24, "day"),
    Column("Tình trạng", 30),
    Column("Trễ (ngày)", 15, "number", only_sheet=True),
    Column("Tiến độ (%)", 15, "number", only_sheet=True),
    Column("Tin gần nhất", 24, "day"),
)


def owed_on(view: TaskView) -> dt.date | None:
    """The day of the first thing still owed, or of the last one where nothing is; None for a task without days."""
    days = view.facts.occurrences
    owed = [o.due_on for o in days if not o.accepted and (o.handed_in_on is None or o.returned)]
    return owed[0] if owed else days[-1].due_on if days else None


def row(view: TaskView) -> tuple[Value, ...]:
    """One value for each of COLUMNS."""
    task, status = view.task, view.status
    return (
        place(task.number),
        task.content or task.title,
        task.deliverables,
        "; ".join(view.leads),
        "; ".join(view.helpers),
        view.due_words,
        owed_on(view),
        status.words,
        status.days if status.group == "late" else None,
        view.percent,
        view.words_on[-1] if view.words_on else None,
    )


def table(groups: Iterable[tuple[str, Iterable[TaskView]]], name: str = "Nhiệm vụ") -> Table:
    """Tasks under their headings; headings without tasks are left out."""
    made = ((title, tuple(row(view) for view in views)) for title, views in groups)
    return Table(name, COLUMNS, tuple(Group(title, rows) for title, rows in made if rows))


def about(table: Table, *, filtered: str, today: dt.date) -> tuple[str, ...]:
    """What stands under a list's title: the filter in words, how many, as of when."""
    count = f"{table.count} nhiệm vụ, đến ngày {today.day:02}/{today.month:02}/{today.year}"
    return ((f"Lọc: {filtered}",) if filtered else ()) + (count,)
