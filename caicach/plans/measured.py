"""What feeds a plan's indicators, in frozen rows: the value until today, each month as it was kept and as it counts now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from caicach.core import clock
from caicach.core.http import Missing
from caicach.dossiers import figures as dossiers
from caicach.plans import drawing, feeding
from caicach.plans.models import Feed, Indicator, MonthFigure, Plan, PlanLine
from caicach.plans.queries import target_words
from caicach.procedures import figures as procedures
from caicach.rules.figures import ALL, BY_CODE, Counted, Figure, proposed, reaches
from caicach.tasks.fed import Fed
from caicach.tasks.services import Task


@dataclass(frozen=True, slots=True)
class YearCount:
    """so_far: from the first of January, or as it stands, until the day; months: each month of the year that has begun."""

    so_far: Counted
    months: dict[int, Counted]


def counts(ward: int, codes: Collection[str], year: int, *, today: dt.date) -> dict[str, YearCount]:
    """Figures of a year until a day. One query for each that counts dossiers, four for all that read the catalogue."""
    until = min(today, dt.date(year, 12, 31))
    begun = range(1, (until.month if until.year == year else 0) + 1)
    answer: dict[str, YearCount] = {}
    for code in codes:
        if code in dossiers.COUNTS:
            nothing = Counted(0, 0 if BY_CODE[code].is_rate else None)
            found = dossiers.COUNTS[code](ward, year, until) if begun else {}
            months = {month: found.get(month, nothing) for month in begun}
            answer[code] = YearCount(sum(months.values(), nothing), months)
    if standing := [code for code in codes if code in procedures.CODES]:
        days = {month: min(dossiers.last_of(year, month), until) for month in begun}
        cuts = procedures.cuts(ward, {*days.values(), until})
        for code in standing:
            months = {month: cuts[code][day] for month, day in days.items()}
            answer[code] = YearCount(cuts[code][until], months)
    return answer


# --- of a plan, of a task --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Measure:
    """An indicator with what feeds it. counted: until today, None where nothing feeds it."""

    indicator: Indicator
    about: str
    figure: Figure | None
    counted: Counted | None
    fed: Fed


def of_plan(ward: int, plan: Plan, *, today: dt.date) -> list[Measure]:
    """The indicators of a plan in their order. Two queries, and those of `counts`."""
    rows = list(Indicator.objects.filter(ward_id=ward, plan=plan))
    standing = {
        one.about: one.figure
        for one in Feed.objects.filter(ward_id=ward, plan=plan, until__isnull=True)
        if one.figure in BY_CODE
    }
    found = counts(ward, sorted(set(standing.values())), plan.year, today=today)
    return [
        _measure(plan, one, about, standing.get(about), found)
        for one, about in zip(rows, feeding.abouts(rows), strict=True)
    ]


def fed_of(ward: int, plan: Plan, *, today: dt.date) -> dict[int, Fed]:
    """Place → what feeds the indicator there, of those that something does; without a query where nothing does."""
    if not plan.has_feeds:
        return {}
    return {one.indicator.position: one.fed for one in of_plan(ward, plan, today=today) if one.figure}


def of_task(task: Task) -> tuple[Fed, ...]:
    """The indicators of a task of a plan, fed or not."""
    plan = Plan.objects.filter(ward_id=task.ward_id, year=task.year, kind=task.book).first()
    if plan is None:
        return ()
    every = of_plan(task.ward_id, plan, today=clock.today())
    return tuple(one.fed for one in every if one.indicator.where.replace(".", "-") == task.number)


def _measure(
    plan: Plan, one: Indicator, about: str, code: str | None, found: dict[str, YearCount]
) -> Measure:
    figure = BY_CODE[code] if code else None
    counted = found[code].so_far if code else None
    return Measure(
        one,
        about,
        figure,
        counted,
        Fed(
            one.name,
            target_words(one),
            figure.name if figure else "",
            counted.words if counted else "",
            counted.sum_words(figure) if figure and counted else "",
            reaches(counted, one.comparator, one.target) if counted else None,
            f"/ke-hoach/{plan.year}/{plan.kind}/chi-tieu/{one.position + 1}/",
        ),
    )


# --- one indicator's page --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Month:
    """kept: as it was when the month was kept, None where it was not yet; now: as it counts today."""

    month: int
    kept: Counted | None
    kept_at: dt.datetime | None
    now: Counted
    is_over: bool
    reached: bool | None
    sum: str
    sum_now: str
    address: str

    @property
    def shown(self) -> Counted:
        return self.kept or self.now

    @property
    def differs(self) -> bool:
        return self.kept is not None and self.kept != self.now

    @property
    def tone(self) -> str:
        return {True: "ok", False: "warn", None: "plain"}[self.reached]


@dataclass(frozen=True, slots=True)
class MeasurePage:
    """feed: what stands; past: those that were let go, newest first; choices: figures that fit its unit; proposed: which of them its
    words mean; number: the task's, "" for an indicator by itself."""

    plan: Plan
    measure: Measure
    feed: Feed | None
    past: tuple[tuple[Feed, Figure], ...]
    months: tuple[Month, ...]
    choices: tuple[Figure, ...]
    proposed: Figure | None
    number: str
    behind: str

    @property
    def chart(self) -> SafeString:
        """The months as bars: a rate's up to 100 percent, a number's up to the highest of the year, beside its level."""
        one, rate = self.measure.indicator, self.measure.figure and self.measure.figure.is_rate
        found = [month.shown.exact for month in self.months]
        most = 100 if rate else max([1, *(int(exact) for exact in found if exact is not None)])
        bars = [
            (month.month, month.tone, 0 if exact is None else max(2, min(100, int(exact * 100 / most))), month.shown.words)
            for month, exact in zip(self.months, found, strict=True)
        ]  # fmt: skip
        level = None if one.target is None or not rate else min(100, max(0, int(one.target)))
        return drawing.month_bars(bars, level)


def with_months(ward: int, plan: Plan, *, today: dt.date) -> list[tuple[Measure, tuple[Month, ...]]]:
    """The indicators of a plan, each with its months: one more query for each figure than `of_plan`."""
    every = of_plan(ward, plan, today=today)
    return [
        (one, _months(ward, plan.year, one.figure, one.indicator, today) if one.figure else ())
        for one in every
    ]


def measure_page(ward: int, plan: Plan, position: int, *, today: dt.date) -> MeasurePage:
    """An indicator by its place in the plan, from 1. Five queries, and those of `counts`. Raises Missing."""
    every = of_plan(ward, plan, today=today)
    if not 1 <= position <= len(every):
        raise Missing
    measure = every[position - 1]
    one, figure = measure.indicator, measure.figure
    feeds = Feed.objects.filter(ward_id=ward, plan=plan, about=measure.about).select_related("by", "ended_by")
    feeds = feeds.order_by("-id")
    number = one.where.replace(".", "-")
    lines = PlanLine.objects.filter(
        ward_id=ward, plan=plan, task__number=number, task__set_aside_at__isnull=True
    )
    return MeasurePage(
        plan,
        measure,
        next((feed for feed in feeds if feed.until is None), None),
        tuple((feed, BY_CODE[feed.figure]) for feed in feeds if feed.until and feed.figure in BY_CODE),
        _months(ward, plan.year, figure, one, today) if figure else (),
        tuple(figure for figure in ALL if figure.fits(one.unit)),
        proposed(one.name, one.unit),
        number if lines.exists() else "",
        _behind(figure, plan.year, 0) if figure else "",
    )


def _months(ward: int, year: int, figure: Figure, indicator: Indicator, today: dt.date) -> tuple[Month, ...]:
    found = counts(ward, [figure.code], year, today=today)[figure.code].months
    kept = {one.month: one for one in MonthFigure.objects.filter(ward_id=ward, figure=figure.code, year=year)}
    answer = []
    for month, now in found.items():
        there = kept.get(month)
        was = Counted(there.part, there.whole) if there else None
        shown = was or now
        answer.append(
            Month(
                month,
                was,
                there.at if there else None,
                now,
                dossiers.last_of(year, month) < today,
                reaches(shown, indicator.comparator, indicator.target)
                if figure.is_rate or figure.is_standing
                else None,
                shown.short_sum(figure),
                now.short_sum(figure),
                _behind(figure, year, month),
            )
        )
    return tuple(answer)


def _behind(figure: Figure, year: int, month: int) -> str:
    """The list that a figure counts; of the catalogue, the one of today, and none of a month."""
    if figure.code in dossiers.COUNTS:
        return f"/ho-so/so-lieu/?so={figure.slug}&nam={year}" + (f"&thang={month}" if month else "")
    if month:
        return ""
    return "/thu-tuc/cat-giam/" + ("?nhom=dat" if figure.code == "procedures-cut" else "")


# --- the nightly job -------------------------------------------------------------------------------------------


def wards_fed() -> Sequence[int]:
    """Wards with an indicator that something feeds. One query."""
    rows = Feed.objects.filter(until__isnull=True).values_list("ward_id", flat=True)
    return sorted(set(rows.order_by()))


def keep_months(ward: int, *, today: dt.date, at: dt.datetime) -> int:
    """Put down each month that is over of every figure that feeds something: as it counts now, once. How many are new."""
    wanted: dict[int, set[str]] = {}
    rows = Feed.objects.filter(ward_id=ward, until__isnull=True).values_list("plan__year", "figure")
    for year, code in rows.order_by():
        if code in BY_CODE:
            wanted.setdefault(year, set()).add(code)
    new: list[MonthFigure] = []
    for year, codes in wanted.items():
        there = set(MonthFigure.objects.filter(ward_id=ward, year=year).values_list("figure", "month"))
        missing = {
            (code, month)
            for code in codes
            for month in range(1, 13)
            if dossiers.last_of(year, month) < today and (code, month) not in there
        }
        if missing:
            found = counts(ward, {code for code, _ in missing}, year, today=today)
            new += [
                MonthFigure(
                    ward_id=ward, figure=code, year=year, month=month, part=found[code].months[month].part,
                    whole=found[code].months[month].whole, at=at,
                )
                for code, month in sorted(missing)
            ]  # fmt: skip
    feeding.keep(new)
    return len(new)
