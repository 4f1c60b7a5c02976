"""The ward's offices, as other rooms need them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db.models import Q, QuerySet
from django.utils import timezone

from caicach import data
from caicach.organisation.models import (
    CalendarYear,
    FormerName,
    Office,
    PromiseLetter,
    Ward,
    WorkDay,
    WorkHours,
)
from caicach.rules.dossier_clock import Count, Counting
from caicach.rules.vntext import key
from caicach.rules.work_time import Hours, Season, Session, WorkTime
from caicach.rules.workdays import WorkCalendar


@dataclass(frozen=True, slots=True)
class OfficeFacts:
    """short: as it is shown. aliases: other spellings, and the short name that is kept where another is shown."""

    id: int
    name: str
    short: str
    is_group: bool
    aliases: tuple[str, ...] = ()
    is_neighbourhood: bool = False


NEIGHBOURHOODS = "Khu phố, ấp"


def choices_of(found: Sequence[OfficeFacts], *, full: bool = False) -> list[tuple[str, Any]]:
    """What a form offers: (number, name) of the offices, then the neighbourhoods in a group of their own."""
    named = [(one, (str(one.id), one.name if full else one.short)) for one in found]
    near = [choice for one, choice in named if one.is_neighbourhood]
    others: list[tuple[str, Any]] = [choice for one, choice in named if not one.is_neighbourhood]
    return [*others, (NEIGHBOURHOODS, near)] if near else others


def offices(ward: int, *, on: dt.date | None = None) -> list[OfficeFacts]:
    """The ward's offices in their order, those that exist on a day where one is given. One query."""
    rows = Office.objects.filter(ward_id=ward)
    if on is not None:
        rows = rows.filter(
            Q(exists_from__isnull=True) | Q(exists_from__lte=on),
            Q(exists_until__isnull=True) | Q(exists_until__gte=on),
        )
    return [
        OfficeFacts(
            o.pk,
            o.name,
            str(o),
            o.is_group,
            tuple(o.aliases.split("\n") if o.aliases else ())
            + ((o.short_name,) if o.short_name != str(o) else ()),
            o.kind == Office.NEIGHBOURHOOD,
        )
        for o in rows
    ]


def ward_name(ward: int) -> str | None:
    """The ward's name; None where there is none of this number. One query."""
    return Ward.objects.filter(pk=ward).values_list("name", flat=True).first()


@dataclass(frozen=True, slots=True)
class WardFacts:
    """A ward as its papers name it."""

    id: int
    name: str
    province: str
    kind: str = "phuong"


def wards() -> list[WardFacts]:
    """All wards of the server, by province and name. One query."""
    return [
        WardFacts(w.pk, w.name, w.province, w.kind) for w in Ward.objects.order_by("province", "name", "id")
    ]


def ward_facts(ward: int) -> WardFacts:
    """The ward's name and province. One query."""
    row = Ward.objects.get(pk=ward)
    return WardFacts(row.pk, row.name, row.province, row.kind)


def ward_names() -> list[tuple[int, str]]:
    """(id, name) of all wards of the installation, by name. One query."""
    return list(Ward.objects.order_by("name", "id").values_list("id", "name"))


def ward_ids() -> list[tuple[int, str, int]]:
    """(id, name, version of its calendar) of all wards. One query."""
    return list(Ward.objects.order_by("id").values_list("id", "name", "calendar_version"))


def shown_wards() -> dict[str, tuple[int, str]]:
    """The wards that show themselves to everybody: name in the address → id and name. At most one query."""
    if not settings.PUBLIC:
        return {}
    every: dict[str, tuple[int, str]] = {}
    for pk, name in ward_names():
        slug = key(name).replace(" ", "-")
        every[slug if slug not in every else f"{slug}-{len(every) + 1}"] = (pk, name)
    return {slug: one for slug, one in every.items() if "1" in settings.PUBLIC or slug in settings.PUBLIC}


@dataclass(frozen=True, slots=True)
class Branch:
    """An office in the tree: how deep it stands."""

    office: Office
    depth: int


def tree(ward: int) -> tuple[list[Branch], list[Office]]:
    """The ward's open offices, each below what it belongs to, and those that are no more. One query."""
    rows = list(Office.objects.filter(ward_id=ward).select_related("merged_into"))
    there = {o.pk for o in rows if o.exists_until is None}
    below: dict[int | None, list[Office]] = {}
    for o in rows:
        if o.pk in there:
            below.setdefault(o.parent_id if o.parent_id in there else None, []).append(o)
    found: list[Branch] = []
    waiting = [Branch(o, 0) for o in reversed(below.get(None, []))]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += [Branch(o, one.depth + 1) for o in reversed(below.get(one.office.pk, []))]
    return found, [o for o in rows if o.pk not in there]


def office_by_slug(ward: int, slug: str) -> Office | None:
    """The ward's office of this address. One query."""
    return (
        Office.objects.filter(ward_id=ward, slug=slug).select_related("parent", "merged_into", "ward").first()
    )


def former_names(office: Office) -> list[FormerName]:
    """The names it had before, the oldest first. One query."""
    return list(office.former_names.all())


# --- the working calendar -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WardCalendar:
    """The working days of a ward. names: why a day of its own is off or worked."""

    work: WorkCalendar
    names: Mapping[dt.date, str]


def ward_calendar(ward: int, version: int | None = None) -> WardCalendar:
    """The country's calendar with the ward's own days.

    version: `Ward.calendar_version`, where whoever asks has the ward's row at hand: then no query, but for the first
    look after a change. None: asked for, one query.
    """
    if version is None:
        version = Ward.objects.filter(pk=ward).values_list("calendar_version", flat=True).first() or 0
    if not version:
        return WardCalendar(data.work_calendar(), {})
    key = f"calendar:{ward}:{version}"
    own: list[tuple[dt.date, str, str]] | None = cache.get(key)
    if own is None:
        own = list(WorkDay.objects.filter(ward_id=ward).values_list("day", "kind", "name"))
        cache.set(key, own, None)
    work = data.work_calendar().differing(
        off=[day for day, kind, _ in own if kind == WorkDay.OFF],
        working=[day for day, kind, _ in own if kind == WorkDay.WORKING],
    )
    return WardCalendar(work, {day: name for day, _, name in own})


def day_names(ward: int, version: int | None = None) -> Mapping[dt.date, str]:
    """What the country's and the ward's own days off are called. version: as of `ward_calendar`."""
    return data.day_names() | dict(ward_calendar(ward, version).names)


def row_of(ward: int) -> QuerySet[Ward]:
    """The ward's own row, whose calendar_version `work_time` wants: a question for `trip.ask`."""
    return Ward.objects.filter(pk=ward)


def work_time(ward: int, version: int | None = None) -> WorkTime:
    """When the ward works, to the minute. version: as of `ward_calendar`."""
    if version is None:
        version = Ward.objects.filter(pk=ward).values_list("calendar_version", flat=True).first() or 0
    later = tuple((one.valid_from, one.hours) for one in ward_hours(ward, version))
    return _time(ward_calendar(ward, version).work, data.work_sessions(), later)


@lru_cache(maxsize=64)
def _time(
    calendar: WorkCalendar, sessions: tuple[Session, ...], later: tuple[tuple[dt.date, Hours], ...]
) -> WorkTime:
    """Built once for the same facts: seasons of more than a hundred years are laid out in it."""
    return WorkTime(calendar, sessions, later)


@dataclass(frozen=True, slots=True)
class WardHours:
    """A ward's hours from a day on, and how it counts. pk None: what holds where it has said nothing."""

    valid_from: dt.date
    hours: Hours
    count: Count
    quarters: bool
    cut_off: dt.time
    source: str
    checked: bool
    pk: int | None = None

    @property
    def counting(self) -> Counting:
        return Counting(self.count, self.cut_off, self.quarters)


def ward_hours(ward: int, version: int | None = None) -> list[WardHours]:
    """What the ward has said of its hours, the oldest first. version: as of `ward_calendar`; two queries at the first look."""
    if version is None:
        version = Ward.objects.filter(pk=ward).values_list("calendar_version", flat=True).first() or 0
    if not version:
        return []
    key = f"hours:{ward}:{version}"
    found: list[WardHours] | None = cache.get(key)
    if found is None:
        rows = WorkHours.objects.filter(ward_id=ward).prefetch_related("sessions")
        found = [_hours_of(row) for row in rows]
        cache.set(key, found, None)
    return found


def hours_on(ward: int, day: dt.date, version: int | None = None) -> WardHours:
    """How the ward works and counts on a day; before it has said anything, what is usual."""
    return in_force(ward_hours(ward, version), day)


def in_force(said: Sequence[WardHours], day: dt.date) -> WardHours:
    """As `hours_on`, of hours that are at hand."""
    there = [one for one in said if one.valid_from <= day]
    return there[-1] if there else usual_hours()


@lru_cache(maxsize=1)
def usual_hours() -> WardHours:
    """What holds where a ward has said nothing, as the data files say."""
    row = data.rows("work_sessions")[0]
    return WardHours(
        dt.date.min, Hours(data.work_sessions()), "end-of-day", False,
        dt.time.fromisoformat(data.clock_limit("same-day-until").value), row["source"], row["standing"] == "sure",
    )  # fmt: skip


def _hours_of(row: WorkHours) -> WardHours:
    usual: tuple[tuple[Session, ...], tuple[Session, ...]] = ((), ())
    seasons = []
    for one in row.sessions.all():
        full = ((one.morning_from, one.morning_until), (one.afternoon_from, one.afternoon_until))
        morning = (
            ((one.saturday_from, one.saturday_until),) if one.saturday_from and one.saturday_until else ()
        )
        if one.since_month and one.since_day and one.until_month and one.until_day:
            seasons.append(
                Season((one.since_month, one.since_day), (one.until_month, one.until_day), full, morning)
            )
        else:
            usual = full, morning
    hours = Hours(usual[0], tuple(seasons), usual[1], row.counts_saturday)
    count: Count = "same-hour" if row.count == "same-hour" else "end-of-day"
    return WardHours(
        row.valid_from, hours, count, row.quarters, row.cut_off, row.source, row.checked, row.pk
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class OwedLetter:
    """A promise that stands until its letter has gone. promised, later: local and without zone."""

    pk: int
    code: str
    promised: dt.datetime
    later: dt.datetime
    why: str


def owed_letters(ward: int) -> list[OwedLetter]:
    """The letters that a change of calendar or hours makes owed, the nearest promise first. One query."""
    zone = timezone.get_default_timezone()
    return [
        OwedLetter(
            one.pk, one.code, timezone.make_naive(one.promised, zone), timezone.make_naive(one.later, zone), one.why
        )
        for one in PromiseLetter.objects.filter(ward_id=ward, written_at__isnull=True)
    ]  # fmt: skip


def wards_at_work(on: dt.date) -> list[int]:
    """The wards that work on a day. One query, and one for a ward whose calendar has just changed."""
    found = Ward.objects.order_by("id").values_list("id", "calendar_version")
    return [pk for pk, version in list(found) if ward_calendar(pk, version).work.is_working(on)]


def own_days(ward: int, year: int) -> list[WorkDay]:
    """The days of a year on which the ward differs from the country. One query."""
    return list(WorkDay.objects.filter(ward_id=ward, day__year=year))


def confirmed_years(ward: int) -> dict[int, dt.datetime]:
    """The years whose calendar the ward has confirmed, and when. One query."""
    return dict(CalendarYear.objects.filter(ward_id=ward).values_list("year", "confirmed_at"))
