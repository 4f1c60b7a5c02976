"""What the ward's dossiers say to an indicator of a plan, month by month of a year, and the dossiers behind each figure."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import ExtractMonth

from caicach.core.http import Missing
from caicach.dossiers.models import Dossier, DossierClock
from caicach.dossiers.queries import A_PAGE, Row, row_of, with_clock
from caicach.rules.figures import BY_SLUG, Counted, Figure

Months = dict[int, Counted]
"""month → what was counted in it; a month without any is not there"""
_NOT_RECEIVED = ("submitted", "rejected", "voided")
_LATE = Q(late_days__gt=0)


def on_time(ward: int, year: int, until: dt.date) -> Months:
    """Results by the promised day among those that had one, by the day of the result. One query, by its index."""
    return _months(_settled(ward, dt.date(year, 1, 1), until), ~_LATE)


def apologised(ward: int, year: int, until: dt.date) -> Months:
    """Of the results that were late, or had to be promised anew: those told so with a new day. One query."""
    return _months(_broken(ward, dt.date(year, 1, 1), until), Q(apologised_on__isnull=False))


def received(ward: int, year: int, until: dt.date) -> Months:
    """Dossiers by the day of receipt. One query, by its index."""
    rows = _received(ward, dt.date(year, 1, 1), until).annotate(month=ExtractMonth("received_on"))
    found = rows.values_list("month").annotate(count=Count("pk")).order_by("month")
    return {month: Counted(count) for month, count in found}


COUNTS: dict[str, Callable[[int, int, dt.date], Months]] = {
    "dossiers-on-time": on_time,
    "late-apologised": apologised,
    "dossiers-received": received,
}
"""figure → what counts it: ward, year, the last day"""


def _settled(ward: int, since: dt.date, until: dt.date) -> QuerySet[DossierClock]:
    return DossierClock.objects.filter(
        ward_id=ward, settled_on__range=(since, until), late_days__isnull=False
    )


def _broken(ward: int, since: dt.date, until: dt.date) -> QuerySet[DossierClock]:
    late = _LATE | Q(apologised_on__isnull=False)
    return _settled(ward, since, until).filter(late)


def _received(ward: int, since: dt.date, until: dt.date) -> QuerySet[Dossier]:
    rows = Dossier.objects.filter(ward_id=ward, received_on__range=(since, until), set_aside=False)
    return rows.exclude(state__in=_NOT_RECEIVED)


def _months(rows: QuerySet[DossierClock], part: Q) -> Months:
    found = rows.annotate(month=ExtractMonth("settled_on")).values_list("month").order_by("month")
    counted = found.annotate(whole=Count("pk"), part=Count("pk", filter=part))
    return {month: Counted(part, whole) for month, whole, part in counted}


# --- what stands behind a figure -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Behind:
    """A page of the dossiers that a figure counts, those that hold it back first. month: 0 for the year."""

    figure: Figure
    year: int
    month: int
    counted: Counted
    rows: tuple[Row, ...]
    number: int
    more: bool

    @property
    def sum(self) -> str:
        return self.counted.sum_words(self.figure)


def behind(
    ward: int, slug: str, *, year: int, month: int, number: int, today: dt.date, now: dt.datetime
) -> Behind:
    """The dossiers of a figure in a year, or a month of it, until today. Two queries. Raises Missing."""
    figure = BY_SLUG.get(slug)
    if figure is None or figure.code not in COUNTS or not 0 <= month <= 12 or not 1900 <= year <= 2200:
        raise Missing
    since = dt.date(year, month or 1, 1)
    until = min(today, last_of(year, month or 12))
    start = (number - 1) * A_PAGE
    if figure.code == "dossiers-received":
        dossiers = _received(ward, since, until).select_related("clock").order_by("-received_on", "-id")
        page = list(dossiers[start : start + A_PAGE + 1])
    else:
        of = _settled if figure.code == "dossiers-on-time" else _broken
        clocks = of(ward, since, until).select_related("dossier")
        order = ("-late_days",) if figure.code == "dossiers-on-time" else ("apologised_on",)
        found = clocks.order_by(*order, "-settled_on", "-dossier_id")[start : start + A_PAGE + 1]
        page = [with_clock(one) for one in found]
    months = COUNTS[figure.code](ward, year, until)
    wanted = [one for at, one in months.items() if month in (0, at)]
    nothing = Counted(0, 0 if figure.is_rate else None)
    return Behind(
        figure, year, month, sum(wanted, nothing), tuple(row_of(one, now=now) for one in page[:A_PAGE]), number,
        len(page) > A_PAGE,
    )  # fmt: skip


def last_of(year: int, month: int) -> dt.date:
    """The last day of a month."""
    return dt.date(year, month, monthrange(year, month)[1])
