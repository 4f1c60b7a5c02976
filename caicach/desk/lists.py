"""The lists of the desk as files: what each page shows, as it is filtered there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.html import strip_tags

from caicach.desk.calendar import WHOSE, Sheet
from caicach.desk.queries import MyWork
from caicach.desk.search import Answer
from caicach.plans.queries import Overview
from caicach.rules.task_status import GROUPS
from caicach.tasks import lists
from caicach.writing.lists import Column, Group, Listing, Table, Value

_WORDED = (
    Column("Nhiệm vụ", 80),
    Column("Cần gì", 100),
    Column("Ai hỏi", 45),
    Column("Hạn", 24, "day"),
    Column("Tình trạng", 28),
)
_CALENDAR = (
    Column("Ngày", 26, "day"),
    Column("Số", 18),
    Column("Nhiệm vụ", 130),
    Column("Chủ trì", 55),
    Column("Tình trạng", 40),
)
_FOUND = (
    Column("Loại", 26),
    Column("Kết quả", 120),
    Column("Chỗ có chữ", 90),
    Column("Tình trạng", 32),
)


def my_work(page: MyWork, ward: str, *, whole_office: bool, today: dt.date) -> Listing:
    """What somebody owes: tasks in the page's order, then parts and steps that were asked for, then what waits."""
    tasks = lists.table(
        (
            ("Mới được giao", page.given),
            ("Làm trước", (one.view for one in page.first)),
            ("Sắp tới", (one.view for one in page.coming)),
            ("Chờ duyệt", page.waiting),
        )
    )
    asked = [
        (f"{one.ask.task.called} {one.ask.task.title}", one.ask.word, one.ask.by.full_name, one.ask.due_on, one.words)
        for one in page.asks
    ]  # fmt: skip
    steps: list[tuple[Value, ...]] = [
        (f"{one.step.task.called} {one.step.task.title}", one.step.words, "", one.step.due_on, one.words)
        for one in page.steps
    ]  # fmt: skip
    time = [
        (one.extension.task.title, one.extension.reason, one.extension.asked_by.full_name, one.extension.until, "Chờ trả lời")
        for one in page.time_asked
    ]  # fmt: skip
    more = (("Phối hợp", asked), ("Bước được giao", steps), ("Xin gia hạn", time))
    return Listing(
        over=ward,
        title="Việc của đơn vị" if whole_office else "Việc của tôi",
        about=lists.about(tasks, filtered="", today=today),
        tables=(tasks, *(Table(name, _WORDED, (Group("", tuple(rows)),)) for name, rows in more if rows)),
    )


def calendar(sheet: Sheet, ward: str, *, today: dt.date) -> Listing:
    """The days of the month or the week that the page shows."""
    rows = tuple(
        (day.day, one.number, one.title, one.leads, one.words or "còn hạn")
        for day in sheet.days
        if day.is_inside
        for one in day.entries
    )
    about = (WHOSE[sheet.whose], f"{sheet.count} hạn, đến ngày {today:%d/%m/%Y}")
    return Listing(ward, f"Lịch {sheet.title[:1].lower()}{sheet.title[1:]}", about, (_one("Lịch", _CALENDAR, rows),))  # fmt: skip


def offices(page: Overview, ward: str, *, today: dt.date) -> Listing:
    """How many tasks each office leads, how many of them are late or want a look."""
    columns = (
        Column("Đơn vị chủ trì", 110),
        Column("Số việc", 30, "number"),
        Column("Trễ hạn", 30, "number"),
        Column(GROUPS["warn"], 30, "number"),
    )
    rows = tuple((row.name, row.count, row.late, row.warn) for row in page.offices)
    about = ("Một việc do nhiều đơn vị chủ trì được tính ở mỗi đơn vị", f"Đến ngày {today:%d/%m/%Y}")
    return Listing(ward, "Việc theo đơn vị", about, (_one("Đơn vị", columns, rows),))


def search(answer: Answer, ward: str, *, today: dt.date) -> Listing:
    """What was found, best first."""
    rows = tuple(
        (
            hit.kind_name,
            strip_tags(hit.title),
            strip_tags(hit.extract),
            hit.view.status.words if hit.view else "",
        )
        for hit in answer.hits
    )
    shown = f"{len(rows)} kết quả đầu trong {answer.total}" if answer.total > len(rows) else f"{len(rows)} kết quả"  # fmt: skip
    about = (f"Tìm “{answer.asked}”", f"{shown}, đến ngày {today:%d/%m/%Y}")
    return Listing(ward, "Kết quả tìm", about, (_one("Kết quả", _FOUND, rows),))


def _one(name: str, columns: tuple[Column, ...], rows: Sequence[tuple[Value, ...]]) -> Table:
    return Table(name, columns, (Group("", tuple(rows)),))
