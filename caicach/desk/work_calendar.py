"""The ward's working calendar on a page: a year by months, why a day is off, which document says so."""

from __future__ import annotations

import calendar as months
import datetime as dt
from dataclasses import dataclass, field
from functools import cache

from django.db import transaction

from caicach import data
from caicach.desk import work_hours
from caicach.history.queries import Told, of_codes
from caicach.organisation import calendars
from caicach.organisation.queries import confirmed_years, own_days, ward_calendar, work_time
from caicach.tasks import dates

KINDS = {"off": "nghỉ", "working": "làm việc"}


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of the year. tone: "" at work, "rest" a weekend, "off" a named day off, "extra" worked although a weekend."""

    day: dt.date
    tone: str
    name: str
    is_own: bool
    is_today: bool


@dataclass(frozen=True, slots=True)
class Month:
    """before: how many days of the week stand empty before the first."""

    number: int
    before: range
    days: tuple[Cell, ...]


@dataclass(slots=True)
class Named:
    """Days in a row with one name and source. is_sure: decided, not only expected; instead: what the country has there."""

    since: dt.date
    until: dt.date
    kind: str
    name: str
    source: str
    is_sure: bool = True
    is_own: bool = False
    instead: str = ""
    days: list[dt.date] = field(default_factory=list)

    @property
    def kind_words(self) -> str:
        return KINDS[self.kind]


@dataclass(frozen=True, slots=True)
class YearPage:
    year: int
    before: int | None
    after: int | None
    months: tuple[Month, ...]
    named: tuple[Named, ...]
    working: int
    is_known: bool
    is_next_wanted: bool
    confirmed_at: dt.datetime | None
    told: tuple[Told, ...]


def years(today: dt.date) -> range:
    """The years that can be looked at and changed."""
    return range(today.year - 1, today.year + 3)


def year_page(ward: int, version: int | None, *, year: int, today: dt.date) -> YearPage:
    """A year of the ward. Three queries, four where the version is not at hand."""
    work = ward_calendar(ward, version).work
    own = {one.day: one for one in own_days(ward, year)}
    country = {row.since: row for row in _country(year)}
    found: list[Named] = []
    for day in sorted({*own, *country}):
        there, theirs = own.get(day), country.get(day)
        if there is None and theirs is not None:
            row = Named(day, day, theirs.kind, theirs.name, theirs.source, theirs.is_sure)
        elif there is not None:
            row = Named(day, day, there.kind, there.name, there.source, is_own=True)
            row.instead = f"thay {theirs.name} ({theirs.kind_words})" if theirs else ""
        last = found[-1] if found else None
        if last and _facts(last) == _facts(row) and (day - last.until).days == 1:
            last.until = day
        else:
            found.append(row)
    names = {day: one.name for day, one in country.items()} | {day: one.name for day, one in own.items()}
    grid = tuple(_month(year, number, work.is_working, names, own, today) for number in range(1, 13))
    span = years(today)
    confirmed = confirmed_years(ward)
    return YearPage(
        year=year,
        before=year - 1 if year - 1 in span else None,
        after=year + 1 if year + 1 in span else None,
        months=grid,
        named=tuple(found),
        working=sum(cell.tone in ("", "extra") for month in grid for cell in month.days),
        is_known=year in data.work_calendar().years,
        is_next_wanted=year == today.year and year + 1 not in confirmed,
        confirmed_at=confirmed.get(year),
        told=tuple(of_codes([ward], "organisation.ward", [ward], codes=_CODES, limit=20)),
    )


_CODES = (
    "calendar.days-set",
    "calendar.day-set-back",
    "calendar.confirmed",
    "calendar.hours-set",
    "calendar.letter-written",
)


def _facts(row: Named) -> tuple[object, ...]:
    return row.kind, row.name, row.source, row.is_sure, row.is_own, row.instead


def _month(year, number, is_working, names, own, today) -> Month:  # type: ignore[no-untyped-def]
    first, length = months.monthrange(year, number)
    cells = []
    for n in range(length):
        day = dt.date(year, number, n + 1)
        is_weekend = day.weekday() >= 5
        if is_working(day):
            tone = "extra" if is_weekend else ""
        else:
            tone = "off" if day in names else "rest"
        cells.append(Cell(day, tone, names.get(day, ""), day in own, day == today))
    return Month(number, range(first), tuple(cells))


@cache
def _country(year: int) -> tuple[Named, ...]:
    """The named days of the data file, those of one year."""
    return tuple(
        Named(
            day, day, "off" if row["kind"] == "off" else "working", row["name"], row["source"],
            row["standing"] == "sure",
        )
        for row in data.rows("holidays")
        if (day := dt.date.fromisoformat(row["date"])).year == year
    )  # fmt: skip


@transaction.atomic
def set_days(
    *, ward: int, since: dt.date, until: dt.date, kind: str, name: str, source: str, by: int, at: dt.datetime,
    today: dt.date,
) -> tuple[int, int]:  # fmt: skip
    """The ward's own days, and what is owed around them: how many days, how many of the latter moved. Open dossiers are counted
    anew; a promise that is counted later now stands, and its letter is owed."""
    old = work_time(ward)
    days = calendars.set_days(
        ward=ward, since=since, until=until, kind=kind, name=name, source=source, by=by, at=at, today=today
    )
    work_hours.keep_promises(ward, old, why=f"{name}: {source}", at=at)
    return days, dates.follow_calendar(ward=ward, since=since, until=until)


@transaction.atomic
def set_back(*, ward: int, since: dt.date, until: dt.date, by: int, at: dt.datetime) -> int:
    """The days as the country has them again; how many working days of what is owed moved."""
    old = work_time(ward)
    calendars.set_back(ward=ward, since=since, until=until, by=by, at=at)
    work_hours.keep_promises(ward, old, why=f"Đặt lại lịch từ {since:%d/%m/%Y}", at=at)
    return dates.follow_calendar(ward=ward, since=since, until=until)
