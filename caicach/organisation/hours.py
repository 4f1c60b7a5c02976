"""A ward's working hours and its way of counting, from a day on; and the letters that a change makes owed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from caicach.history import services as history
from caicach.organisation.models import PromiseLetter, Ward, WorkHours, WorkSessions
from caicach.organisation.queries import WardHours, ward_hours
from caicach.organisation.services import hold
from caicach.rules.promises import Moved
from caicach.rules.refusal import Refusal
from caicach.rules.work_time import Session, WorkTime
from caicach.rules.workdays import WorkCalendar

MOST_BACK = 366
"""days: hours are written down at the latest a year after they began; more is a slip in the year"""


def check(given: WardHours, *, today: dt.date) -> None:
    """Raises Refusal hours.order, hours.season, hours.far for hours that are none."""
    if abs((given.valid_from - today).days) > MOST_BACK:
        raise Refusal("hours.far", "valid_from")
    for season in given.hours.seasons:
        _in_order(season.sessions, "season_morning_from")
        _in_order(season.saturday, "season_saturday_from")
    _in_order(given.hours.sessions, "morning_from")
    _in_order(given.hours.saturday, "saturday_from")
    try:
        WorkTime(WorkCalendar(), given.hours.sessions, ((dt.date.min, given.hours),))
    except ValueError:
        raise Refusal("hours.season", "season_since") from None


def _in_order(sessions: Sequence[Session], place: str) -> None:
    edges = [edge for session in sessions for edge in session]
    if any(until <= since for since, until in sessions) or sorted(edges) != edges:
        raise Refusal("hours.order", place)


@transaction.atomic
def set_hours(
    given: WardHours,
    *,
    ward: int,
    words: str,
    later: Sequence[Moved] = (),
    by: int,
    at: dt.datetime,
    today: dt.date,
) -> None:
    """The ward works so from a day on; said again for the same day, the later word holds. What was before stays on record.

    words: of the journal; later: promises that are counted later now: each stands, and its letter is owed.
    Raises Refusal hours.same, and what `check` does.
    """
    check(given, today=today)
    row = hold(ward)
    there = [one for one in ward_hours(ward) if one.valid_from <= given.valid_from]
    if there and _facts(there[-1]) == _facts(given):
        raise Refusal("hours.same")
    WorkHours.objects.filter(ward_id=ward, valid_from=given.valid_from).delete()
    made = WorkHours.objects.create(
        ward_id=ward, valid_from=given.valid_from, count=given.count, quarters=given.quarters, cut_off=given.cut_off,
        counts_saturday=given.hours.counts_saturday, source=given.source, checked=given.checked, made_at=at,
    )  # fmt: skip
    WorkSessions.objects.bulk_create(_rows(made, given))
    Ward.objects.filter(pk=ward).update(calendar_version=F("calendar_version") + 1)
    history.append(
        row, "calendar.hours-set", by=by, at=at, ward=ward, post=f"{words} ({given.source})", since=given.valid_from
    )  # fmt: skip
    owe_letters(later, ward=ward, why=f"Giờ làm việc từ {given.valid_from:%d/%m/%Y}: {given.source}", at=at)


def _facts(one: WardHours) -> tuple[object, ...]:
    return one.hours, one.count, one.quarters, one.cut_off, one.source, one.checked


def _rows(made: WorkHours, given: WardHours) -> list[WorkSessions]:
    def row(
        sessions: Sequence[Session],
        saturday: Sequence[Session],
        since: tuple[int | None, int | None] = (None, None),
        until: tuple[int | None, int | None] = (None, None),
    ) -> WorkSessions:
        (morning_from, morning_until), (afternoon_from, afternoon_until) = sessions
        first = saturday[0] if saturday else (None, None)
        return WorkSessions(
            ward_id=made.ward_id, hours=made, since_month=since[0], since_day=since[1], until_month=until[0],
            until_day=until[1], morning_from=morning_from, morning_until=morning_until, afternoon_from=afternoon_from,
            afternoon_until=afternoon_until, saturday_from=first[0], saturday_until=first[1],
        )  # fmt: skip

    return [
        row(given.hours.sessions, given.hours.saturday),
        *(row(one.sessions, one.saturday, one.since, one.until) for one in given.hours.seasons),
    ]


def owe_letters(later: Sequence[Moved], *, ward: int, why: str, at: dt.datetime) -> None:
    """A letter for each promise that is counted later now; one that is owed already names the latest day."""
    zone = timezone.get_default_timezone()
    for one in later:
        PromiseLetter.objects.update_or_create(
            ward_id=ward,
            code=one.code,
            written_at=None,
            defaults={
                "promised": timezone.make_aware(one.before, zone),
                "later": timezone.make_aware(one.after, zone),
                "why": why[:200],
                "made_at": at,
            },
        )


@transaction.atomic
def letter_written(letter: int, *, ward: int, by: int, at: dt.datetime) -> None:
    """The letter has gone. Raises Refusal hours.letter-gone where it is not owed."""
    row = hold(ward)
    there = PromiseLetter.objects.filter(pk=letter, ward_id=ward, written_at__isnull=True).first()
    if there is None:
        raise Refusal("hours.letter-gone")
    there.written_at = at
    there.save(update_fields=["written_at"])
    history.append(row, "calendar.letter-written", by=by, at=at, ward=ward, post=there.code)
