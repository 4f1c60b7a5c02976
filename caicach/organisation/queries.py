"""The ward's offices, as other rooms need them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db.models import Q, QuerySet

from caicach import data
from caicach.organisation.models import CalendarYear, FormerName, Office, Ward, WorkDay
from caicach.rules.vntext import key
from caicach.rules.work_time import WorkTime
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


def row_of(ward: int) -> QuerySet[Ward]:
    """The ward's own row, whose calendar_version `work_time` wants: a question for `trip.ask`."""
    return Ward.objects.filter(pk=ward)


def work_time(ward: int, version: int | None = None) -> WorkTime:
    """When the ward works, to the minute. version: as of `ward_calendar`."""
    return WorkTime(ward_calendar(ward, version).work, data.work_sessions())


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
