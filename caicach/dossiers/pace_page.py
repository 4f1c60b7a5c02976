"""The page of the week's forecast, and the part of it that stands before what is close to its promise."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, Sum

from caicach.core import clock
from caicach.dossiers import queries
from caicach.dossiers.models import Forecast, Foreseen
from caicach.dossiers.queries import A_PAGE, Row
from caicach.organisation.queries import offices
from caicach.rules.forecast import LEAST
from caicach.rules.formats import WEEKDAYS
from caicach.rules.formats import number as figure

MOST_SHOWN = 5
"""of the likeliest, before the list of what is close"""


@dataclass(frozen=True, slots=True)
class OfficeLine:
    """open: under way; late: already; coming: so many more on average, wide: its bar of a hundred; saved: so many fewer with an
    officer's hour more today, none where it is less than one in ten; each: an officer's minutes for one."""

    slug: str
    name: str
    open: int
    late: int
    coming: str
    wide: int
    saved: str
    each: int | None
    is_on: bool


@dataclass(frozen=True, slots=True)
class Likely:
    """tone: how likely, as a colour."""

    row: Row
    percent: int
    hands: str

    @property
    def tone(self) -> str:
        return "late" if self.percent >= 50 else "warn" if self.percent >= 20 else "next"


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a week that is over was said to bring, and what it did."""

    since: dt.date
    said: str
    was: int


@dataclass(frozen=True, slots=True)
class ForecastPage:
    """day None: nothing was forecast yet; enough: there was something to go on. coming: late by the end on average, unit: what it is
    narrowed by, narrowed: its name."""

    day: dt.date | None = None
    until: dt.date | None = None
    enough: bool = False
    passes: int = 0
    least: int = LEAST
    coming: str = "0"
    is_calm: bool = True
    offices: tuple[OfficeLine, ...] = ()
    likely: tuple[Likely, ...] = ()
    earlier: Earlier | None = None
    unit: str = ""
    narrowed: str = ""
    number: int = 1
    more: bool = False

    @property
    def end(self) -> str:
        """ "thứ Sáu 27/11"."""
        return f"{WEEKDAYS[self.until.weekday()]} {self.until:%d/%m}" if self.until else ""


def page(
    ward: int, *, now: dt.datetime, office: int | None, unit: str = "", number: int = 1, most: int = A_PAGE, with_earlier: bool = True
) -> ForecastPage:  # fmt: skip
    """What an office (None: the ward) has to expect by the end of the week, by this morning. What was settled or put off since is not
    there any more. unit: only this office's. At most six queries."""
    day = clock.local_day(now)
    kept = Forecast.objects.filter(ward_id=ward, day__lte=day, until__gte=day).order_by("-day").first()
    if kept is None:
        return ForecastPage()
    if not kept.enough:
        return ForecastPage(kept.day, kept.until, passes=kept.passes)
    places = {one.id: one.short for one in offices(ward)}
    lines = _lines(kept.offices, places, office, unit)
    rows = Foreseen.objects.filter(
        forecast=kept, dossier__clock__runs=True, dossier__clock__late_from__gt=now,
        dossier__clock__late_from__lte=dt.datetime.combine(kept.until + dt.timedelta(days=1), dt.time(0, 1), now.tzinfo),
    )  # fmt: skip
    if office is not None:
        rows = rows.filter(office_id=office)
    if unit:
        rows = rows.filter(office__slug=unit)
    start = (number - 1) * most
    found = list(
        rows.select_related("dossier__clock__office", "dossier__clock__person")
        .order_by("-percent", "dossier_id")[start : start + most + 1]
    )  # fmt: skip
    coming = sum(one["coming"] for one in kept.offices if office in (None, one["office"]))
    return ForecastPage(
        kept.day, kept.until, True, kept.passes, LEAST, _some(coming), coming < 0.05, lines,
        tuple(Likely(queries.row_of(one.dossier, now=now), one.percent, queries.hands_of(one.dossier)) for one in found[:most]),
        _earlier(ward, kept, office, now) if with_earlier else None,
        unit, next((one.name for one in lines if one.is_on), ""), number, len(found) > most,
    )  # fmt: skip


def _lines(
    told: Sequence[dict[str, Any]], places: dict[int, str], office: int | None, unit: str
) -> tuple[OfficeLine, ...]:
    shown = [one for one in told if office in (None, one["office"])]
    most = max([1.0, *(one["coming"] + one["late"] for one in shown)])
    lines = []
    for one in sorted(shown, key=lambda one: (-one["coming"], one["office"])):
        slug, name = one["slug"], places.get(one["office"], "Chưa rõ ở đâu")
        lines.append(
            OfficeLine(
                slug, name, one["open"], one["late"], _some(one["coming"]), round(100 * one["coming"] / most),
                _some(one["saved"]) if one["saved"] >= 0.1 else "", one["each"], bool(unit) and slug == unit,
            )
        )  # fmt: skip
    return tuple(lines)


def _some(value: float) -> str:
    """An average as people say it."""
    return figure(f"{value:.1f}") if value < 10 else figure(f"{value:.0f}")


def _earlier(ward: int, kept: Forecast, office: int | None, now: dt.datetime) -> Earlier | None:
    """The first forecast of the last week that is over: late are those that were not settled in time, or were put off meanwhile."""
    over = (
        Forecast.objects.filter(ward_id=ward, until__lt=kept.day, enough=True)
        .order_by("-until", "day")
        .first()
    )
    if over is None:
        return None
    said = Foreseen.objects.filter(forecast=over)
    if office is not None:
        said = said.filter(office_id=office)
    clock_of = "dossier__clock__"
    was = (
        Q(**{f"{clock_of}late_days__gt": 0})
        | Q(**{f"{clock_of}runs": True, f"{clock_of}late_from__lte": now})
        | Q(**{f"{clock_of}apologised_on__range": (over.day, over.until)})
    )
    sums = said.aggregate(said=Sum("percent"), was=Count("pk", filter=was))
    return Earlier(over.day, _some((sums["said"] or 0) / 100), sums["was"])
