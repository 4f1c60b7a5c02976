"""The ward's working hours on a page: what holds, from when, and what other hours would do to promises already given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from caicach import data
from caicach.core import clock
from caicach.dossiers.promises import open_promises
from caicach.dossiers.reckoning import reckon
from caicach.organisation import hours as organisation
from caicach.organisation.queries import (
    OwedLetter,
    WardHours,
    confirmed_years,
    hours_on,
    owed_letters,
    usual_hours,
    ward_calendar,
    ward_hours,
    work_time,
)
from caicach.rules.clock_words import sessions_in_words
from caicach.rules.promises import Shift, shift
from caicach.rules.work_time import Hours, Season, WorkTime

COUNTS = {
    "end-of-day": "Đến hết ngày làm việc thứ n (không tính ngày nhận)",
    "same-hour": "Đúng giờ ấy sau n ngày làm việc",
}


@dataclass(frozen=True, slots=True)
class Said:
    """Hours as a page shows them. is_now: they hold today; lines: (what, words)."""

    valid_from: dt.date | None
    is_now: bool
    source: str
    checked: bool
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class HoursPage:
    """said: every hours of the ward, the newest first; letters: those that are owed."""

    said: tuple[Said, ...]
    letters: tuple[OwedLetter, ...]


def hours_page(ward: int, version: int | None, *, today: dt.date) -> HoursPage:
    """One query, three more at the first look after a change."""
    there = ward_hours(ward, version)
    now = hours_on(ward, today, version)
    every = there if there and there[0].valid_from <= today else [usual_hours(), *there]
    return HoursPage(
        tuple(_said(one, is_now=one == now) for one in reversed(every)), tuple(owed_letters(ward))
    )


def said_today(ward: int, version: int | None, *, today: dt.date) -> Said:
    """What holds today. No query but at the first look after a change."""
    return _said(hours_on(ward, today, version), is_now=True)


def _said(one: WardHours, *, is_now: bool) -> Said:
    hours = one.hours
    lines = [("Ngày làm việc", sessions_in_words(hours.sessions))]
    for season in hours.seasons:
        words = sessions_in_words(season.sessions)
        if season.saturday:
            words += f"; thứ Bảy {sessions_in_words(season.saturday)}"
        lines.append((f"Từ {_of_year(season.since)} đến {_of_year(season.until)}", words))
    if hours.saturday or any(season.saturday for season in hours.seasons):
        counted = (
            "tính là ngày làm việc" if hours.counts_saturday else "nhận hồ sơ, không tính là ngày làm việc"
        )
        words = sessions_in_words(hours.saturday) or "chỉ trong mùa trên"
        lines.append(("Thứ Bảy", f"{words} ({counted})"))
    lines.append(("Giờ chốt việc trong ngày", f"{one.cut_off:%H:%M}"))
    lines.append(("Cách đếm ngày", COUNTS[one.count] + (", tròn lên 15 phút" if one.quarters else "")))
    since = None if one.valid_from == dt.date.min else one.valid_from
    return Said(since, is_now, one.source, one.checked, tuple(lines))


def _of_year(when: tuple[int, int]) -> str:
    return f"{when[1]:02}/{when[0]:02}"


def missing_year_words(ward: int, *, today: dt.date) -> str:
    """What is said from 1 December on where next year's days off are not there; "" before, and where the ward has confirmed
    the year. One query, none before that day."""
    month, day = map(int, data.clock_limit("next-year-from").value.split("-"))
    year = today.year + 1
    is_known = year in data.work_calendar().years and data.is_decided(year)
    if today < dt.date(today.year, month, day) or is_known or year in confirmed_years(ward):
        return ""
    return (
        f"Chưa có lịch nghỉ lễ, Tết chính thức của năm {year}: lời hẹn sang năm {year} có thể tính sai. "
        f"Khi có thông báo, hãy ghi ngày nghỉ và xác nhận lịch năm {year}."
    )


# --- what is typed ------------------------------------------------------------------------------------------------

_PARTS = ("morning_from", "morning_until", "afternoon_from", "afternoon_until")


def typed_of(one: WardHours, *, today: dt.date) -> dict[str, object]:
    """The form with what holds."""
    found: dict[str, object] = {
        "valid_from": today,
        "count": one.count,
        "quarters": one.quarters,
        "cut_off": one.cut_off,
        "counts_saturday": one.hours.counts_saturday,
        "source": one.source if one.pk else "",
        "checked": one.checked and one.pk is not None,
    }
    _put(found, "", one.hours.sessions, one.hours.saturday)
    if one.hours.seasons:
        season = one.hours.seasons[0]
        _put(found, "season_", season.sessions, season.saturday)
        found |= {"season_since": _of_year(season.since), "season_until": _of_year(season.until)}
    return found


def _put(found: dict[str, object], prefix: str, sessions: Any, saturday: Any) -> None:
    edges = [edge for session in sessions for edge in session]
    found |= {f"{prefix}{name}": edge for name, edge in zip(_PARTS, edges, strict=True)}
    if saturday:
        found[f"{prefix}saturday_from"], found[f"{prefix}saturday_until"] = saturday[0]


def hours_of(said: Mapping[str, Any]) -> WardHours:
    """What a valid form says."""

    def sessions(prefix: str) -> tuple[tuple[dt.time, dt.time], ...]:
        a, b, c, d = (said[f"{prefix}{name}"] for name in _PARTS)
        return (a, b), (c, d)

    def saturday(prefix: str) -> tuple[tuple[dt.time, dt.time], ...]:
        since, until = said[f"{prefix}saturday_from"], said[f"{prefix}saturday_until"]
        return ((since, until),) if since and until else ()

    seasons: tuple[Season, ...] = ()
    if said["season_since"]:
        seasons = (
            Season(said["season_since"], said["season_until"], sessions("season_"), saturday("season_")),
        )
    return WardHours(
        said["valid_from"], Hours(sessions(""), seasons, saturday(""), said["counts_saturday"]), said["count"],
        said["quarters"], said["cut_off"], said["source"], said["checked"],
    )  # fmt: skip


# --- what it would do ---------------------------------------------------------------------------------------------


def look(ward: int, given: WardHours, *, now: dt.datetime) -> Shift:
    """What these hours would do to every open promise. Raises what `organisation.hours.check` does."""
    organisation.check(given, today=now.date())
    said = ward_hours(ward)
    there = [(one.valid_from, one.hours) for one in said if one.valid_from != given.valid_from]
    later = tuple(sorted([*there, (given.valid_from, given.hours)], key=lambda one: one[0]))
    new = WorkTime(ward_calendar(ward).work, data.work_sessions(), later)
    return shift(work_time(ward), new, open_promises(ward, said), now=now)


def keep_promises(ward: int, old: WorkTime, *, why: str, at: dt.datetime) -> Shift:
    """Within the transaction in which the ward's days changed: letters owed for promises counted later now, clocks anew."""
    now = clock.local(at)
    found = shift(old, work_time(ward), open_promises(ward, ward_hours(ward)), now=now.replace(tzinfo=None))
    organisation.owe_letters(found.later, ward=ward, why=why, at=at)
    reckon(ward)
    return found


@transaction.atomic
def save(given: WardHours, *, ward: int, by: int, at: dt.datetime) -> Shift:
    """The ward works so from a day on, and every open clock is counted anew; what that did to promises.

    A promise that is counted later now stands as it was given, and its letter is owed.
    Raises what `organisation.hours.set_hours` does.
    """
    today = clock.local(at).date()
    found = look(ward, given, now=clock.local(at).replace(tzinfo=None))
    words = "; ".join(f"{what}: {words}" for what, words in _said(given, is_now=False).lines)
    organisation.set_hours(given, ward=ward, words=words, later=found.later, by=by, at=at, today=today)
    reckon(ward)
    return found
