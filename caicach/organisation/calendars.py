"""A ward's own working calendar: days that differ from the country's, set back, and a year confirmed."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import F

from caicach import data
from caicach.history import services as history
from caicach.organisation.models import CalendarYear, Ward, WorkDay
from caicach.organisation.services import hold
from caicach.rules.refusal import Refusal

MOST_DAYS = 31
"""At once: a long holiday is a fortnight; more is a slip of the pen."""


@transaction.atomic
def set_days(
    *,
    ward: int,
    since: dt.date,
    until: dt.date,
    kind: str,
    name: str,
    source: str,
    by: int,
    at: dt.datetime,
    today: dt.date,
) -> int:
    """From a day to a day, both counted, the ward is off or at work; how many days are other than before.

    A day that is so anyway is left alone (Sundays within a holiday). Raises Refusal calendar.dates, .too-many, .years,
    .same.
    """
    if until < since:
        raise Refusal("calendar.dates", "until")
    if (until - since).days >= MOST_DAYS:
        raise Refusal("calendar.too-many", "until", most=MOST_DAYS)
    if not today.year - 1 <= since.year <= until.year <= today.year + 2:
        raise Refusal("calendar.years", "since", first=today.year - 1, last=today.year + 2)
    row = hold(ward)
    country = data.work_calendar()
    own = {one.day: one for one in WorkDay.objects.filter(ward_id=ward, day__range=(since, until))}
    changed = 0
    for n in range((until - since).days + 1):
        day = since + dt.timedelta(days=n)
        there = own.get(day)
        if there is None and country.is_working(day) == (kind == WorkDay.WORKING):
            continue
        if there and (there.kind, there.name, there.source) == (kind, name, source):
            continue
        WorkDay.objects.update_or_create(
            ward_id=ward, day=day, defaults={"kind": kind, "name": name, "source": source}
        )
        changed += 1
    if not changed:
        raise Refusal("calendar.same", "since")
    _is_new(row)
    history.append(
        row, "calendar.days-set", by=by, at=at, ward=ward,
        post=f"{_WORDS[kind]}: {name} ({source})", since=since, until=until if until != since else "",
    )  # fmt: skip
    return changed


_WORDS = {WorkDay.OFF: "nghỉ", WorkDay.WORKING: "làm việc"}


@transaction.atomic
def set_back(*, ward: int, since: dt.date, until: dt.date, by: int, at: dt.datetime) -> None:
    """The days are again as the country has them. Raises Refusal calendar.gone."""
    row = hold(ward)
    own = list(WorkDay.objects.filter(ward_id=ward, day__range=(since, until)))
    if not own:
        raise Refusal("calendar.gone")
    WorkDay.objects.filter(pk__in=[one.pk for one in own]).delete()
    _is_new(row)
    history.append(
        row, "calendar.day-set-back", by=by, at=at, ward=ward,
        post=f"{_WORDS[own[0].kind]}: {own[0].name} ({own[0].source})",
        since=since, until=until if until != since else "",
    )  # fmt: skip


@transaction.atomic
def confirm(*, ward: int, year: int, by: int, at: dt.datetime, today: dt.date) -> None:
    """The ward says that a year's calendar is right. Said again it stays as it was. Raises Refusal calendar.years."""
    if not today.year - 1 <= year <= today.year + 2:
        raise Refusal("calendar.years", first=today.year - 1, last=today.year + 2)
    row = hold(ward)
    _, is_new = CalendarYear.objects.get_or_create(ward_id=ward, year=year, defaults={"confirmed_at": at})
    if is_new:
        history.append(row, "calendar.confirmed", by=by, at=at, ward=ward, post=f"năm {year}")


def _is_new(ward: Ward) -> None:
    Ward.objects.filter(pk=ward.pk).update(calendar_version=F("calendar_version") + 1)
