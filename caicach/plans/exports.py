"""The year's list as a file: the tasks and indicators that its filter shows."""

from __future__ import annotations

import datetime as dt

from caicach.core.templatetags.ui import place
from caicach.plans.models import Plan
from caicach.plans.pace_page import PacePage
from caicach.plans.queries import GROUP_NAMES, Ribbon, RibbonFilter
from caicach.tasks import lists
from caicach.writing.lists import Column, Group, Listing, Table

_INDICATOR_COLUMNS = (
    Column("Số", 16),
    Column("Chỉ tiêu", 104),
    Column("So sánh", 22),
    Column("Mức giao", 26, "number"),
    Column("Đơn vị tính", 26),
    Column("Đến nay", 26),
    Column("Lấy số từ", 50),
    Column("Chủ trì", 36),
    Column("Tình trạng", 26),
)
_COMPARATORS = {">=": "từ … trở lên", "<=": "không quá", ">": "trên", "<": "dưới", "=": "đúng", "": ""}


def filter_words(page: Ribbon, asked: RibbonFilter) -> str:
    """The filter as one says it: "mục II; đơn vị VH–XH; trễ hạn; hạn trong tháng 11"; "" where nothing is filtered."""
    sections, offices = dict(page.section_choices), dict(page.office_choices)
    said = (
        f"mục {sections.get(asked.section, asked.section)}" if asked.section else "",
        f"đơn vị {offices.get(asked.office, 'không có trong kế hoạch')}" if asked.office else "",
        page.person,
        GROUP_NAMES[asked.group].lower() if asked.group else "",
        f"hạn trong tháng {asked.month}" if asked.month else "",
        f"có chữ “{asked.words}”" if asked.words else "",
    )
    return "; ".join(part for part in said if part)


def year_list(plan: Plan, page: Ribbon, asked: RibbonFilter, *, today: dt.date) -> tuple[Listing, str]:
    """The list and the name of its file."""
    tasks = lists.table(
        (f"{section.number} {section.title}".strip(), (row.view for row in section.rows))
        for section in page.sections
    )
    indicators = tuple(
        (
            place(row.number),
            row.indicator.name,
            _COMPARATORS.get(row.indicator.comparator, ""),
            row.indicator.target,
            row.indicator.unit,
            row.fed.value if row.fed else "",
            f"{row.fed.source}: {row.fed.sum}" if row.fed else "",
            ", ".join(row.view.leads) if row.view else row.indicator.lead,
            row.view.status.words if row.view else "",
        )
        for row in page.indicators
    )
    filtered = filter_words(page, asked)
    named = f"Kế hoạch số {plan.number}" if plan.number else f"Kế hoạch năm {plan.year}"
    if plan.date:
        named += f" ngày {plan.date.day:02}/{plan.date.month:02}/{plan.date.year}"
    listing = Listing(
        over=plan.issuer,
        title=plan.title,
        about=(named, *lists.about(tasks, filtered=filtered, today=today)),
        tables=(
            tasks,
            *((Table("Chỉ tiêu", _INDICATOR_COLUMNS, (Group("", indicators),)),) if indicators else ()),
        ),
    )
    return listing, f"ke hoach {plan.kind} {plan.year} {filtered}"


_PACE_COLUMNS = (
    Column("Số", 16),
    Column("Nhiệm vụ", 100),
    Column("Chủ trì", 44),
    Column("Hạn", 26, "day"),
    Column("Ngày nộp", 26, "day"),
    Column("Tình trạng", 36),
)


def pace_list(page: PacePage, *, today: dt.date) -> tuple[Listing, str]:
    """The days that a figure of the pace counts, and the name of their file."""
    rows = tuple(
        (
            place(row.view.task.number),
            row.view.task.title,
            "; ".join(row.view.leads),
            row.day.due_on,
            row.day.handed_in_on,
            row.words,
        )
        for row in page.rows
    )
    count = f"{len(rows)} lần, đến ngày {today.day:02}/{today.month:02}/{today.year}"
    table = Table("Lần nộp", _PACE_COLUMNS, (Group("", rows),))
    listing = Listing(page.plan.issuer, page.plan.title, (page.name, count), (table,))
    return listing, f"lan nop {page.plan.kind} {page.plan.year} {page.name}"
