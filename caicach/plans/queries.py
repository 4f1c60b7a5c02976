"""One function a screen: the list, the year, the overview. Frozen facts; a fixed number of queries."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef
from django.utils.safestring import SafeString

from caicach.accounts.queries import Colleague, colleagues
from caicach.core.http import Missing, row_id
from caicach.organisation.queries import offices as offices_of
from caicach.plans import drawing
from caicach.plans.models import (
    Feed,
    Indicator,
    IndicatorFields,
    Plan,
    PlanImport,
    PlanLine,
)
from caicach.rules.formats import number
from caicach.rules.pace import Pace, Part, pace
from caicach.rules.rights import COORDINATOR
from caicach.rules.task_status import GROUPS, URGENT, Group, Status, tallies
from caicach.rules.vntext import key, printable
from caicach.tasks import coordinating
from caicach.tasks.fed import Fed
from caicach.tasks.queries import TaskView, views_of

# --- the list --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PlanRow:
    plan: Plan
    tasks: int
    indicators: int
    address: str
    coordinator: str = ""


@dataclass(frozen=True, slots=True)
class PlanList:
    plans: tuple[PlanRow, ...]
    drafts: tuple[PlanImport, ...]


def has_plan(ward: int) -> bool:
    """Whether the ward has a plan that could be amended."""
    return Plan.objects.filter(ward_id=ward).exists()


def plan_list(ward: int, *, with_drafts: bool) -> PlanList:
    """The ward's plans, newest year first, and the drafts that wait. Two queries."""
    from django.db.models import Count, Q

    plans = coordinating.with_named(Plan.objects.filter(ward_id=ward), book="kind").annotate(
        tasks=Count(
            "lines",
            filter=Q(lines__task__set_aside_at__isnull=True, lines__task__is_indicator=False),
            distinct=True,
        ),
        measured=Count("indicators", distinct=True),
    )
    waiting = PlanImport.objects.filter(
        ward_id=ward,
        state__in=[PlanImport.WAITING, PlanImport.READING, PlanImport.REVIEW, PlanImport.REFUSED],
    ).select_related("file", "made_by", "head")
    return PlanList(
        tuple(
            PlanRow(
                plan,
                plan.tasks,
                plan.measured,
                f"/ke-hoach/{plan.year}/{plan.kind}/",
                plan.named_name or "",
            )
            for plan in plans
        ),
        tuple(waiting[:20]) if with_drafts else (),
    )


def coordinators(ward: int) -> tuple[Colleague, ...]:
    """Who can be named as a plan's coordinator. One query."""
    return tuple({one.id: one for one in colleagues(ward) if one.role == COORDINATOR}.values())


def plan_for(ward: int, year: int, kind: str) -> Plan:
    """The one door to a plan, with its coordinator as named_id and named_name. Raises Missing. One query."""
    rows = Plan.objects.filter(ward_id=ward, year=year, kind=kind)
    has_file = Exists(PlanImport.objects.filter(plan=OuterRef("pk"), file__isnull=False))
    feeds = Exists(Feed.objects.filter(plan=OuterRef("pk"), until__isnull=True))
    asked = coordinating.with_named(rows, book="kind").annotate(has_file=has_file, has_feeds=feeds)
    plan: Plan | None = asked.first()
    if plan is None:
        raise Missing
    return plan


def plan_of_year(ward: int, year: int) -> Plan | None:
    """This year's plan, or the newest one; the reform plan before others. One query."""
    plans = list(Plan.objects.filter(ward_id=ward))
    return min(plans, key=lambda plan: (plan.year != year, -plan.year, plan.kind != "cchc"), default=None)


def import_for(ward: int, token: str) -> PlanImport:
    """The one door to an import. Raises Missing."""
    draft = (
        PlanImport.objects.filter(ward_id=ward, token=token).select_related("file", "plan", "amends").first()
    )
    if draft is None or draft.state == PlanImport.DISCARDED:
        raise Missing
    return draft


def import_in_review(ward: int, draft: int) -> PlanImport | None:
    """The draft of that id where it is under review."""
    return PlanImport.objects.filter(ward_id=ward, pk=draft, state=PlanImport.REVIEW).first()


def newest_import(plan: Plan) -> PlanImport | None:
    """The import that the plan came of, with its file."""
    return plan.imports.select_related("file").filter(file__isnull=False).order_by("-made_at").first()


# --- the ribbon ------------------------------------------------------------------------------------------------


NOBODY = "chua-giao"
DECIDE = "can-quyet"
"""What the overview lists to be decided on: whatever is late or wants attention."""
GROUP_NAMES: dict[str, str] = {**dict(GROUPS.items()), DECIDE: "Cần quyết định"}
"""What a list can be filtered by: each status's group, and those that are to be decided on together."""


@dataclass(frozen=True, slots=True)
class RibbonFilter:
    """What the address asks for; empty means everything. month: tasks owed in it; words: all must be there.

    group: one of GROUP_NAMES.

    person: the number of somebody whom the office (any office, where none is asked for) gave the task to by name, or
    NOBODY: given to no one.
    """

    section: str = ""
    office: int | None = None
    group: str | None = None
    month: int | None = None
    words: str = ""
    person: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> RibbonFilter:
        """From the address; what makes no sense there is as if it were not there."""
        office, month, group = asked.get("don-vi", ""), asked.get("thang", ""), asked.get("tinh-trang", "")
        person = asked.get("nguoi", "")
        return cls(
            section=printable(asked.get("muc", ""))[:40],
            office=int(office) if office.isascii() and office.isdecimal() and len(office) < 18 else None,
            group=group if group in GROUP_NAMES else None,
            month=int(month)
            if month.isascii() and month.isdecimal() and len(month) < 3 and 1 <= int(month) <= 12
            else None,
            words=printable(asked.get("tim", "")).strip()[:100],
            person=person if person == NOBODY or row_id(person) else "",
        )

    def address(self, **other: object) -> str:
        """The query part of an address with these and other values ("" for none at all)."""
        mine = replace(self, **other)  # type: ignore[arg-type]
        pairs = {
            "muc": mine.section, "don-vi": mine.office, "tinh-trang": mine.group, "thang": mine.month, "tim": mine.words,
            "nguoi": mine.person,
        }  # fmt: skip
        kept = {name: value for name, value in pairs.items() if value}
        return f"?{urlencode(kept)}" if kept else "?"

    @property
    def is_set(self) -> bool:
        return self != RibbonFilter()


@dataclass(frozen=True, slots=True)
class RibbonRow:
    number: str
    view: TaskView
    svg: SafeString


@dataclass(frozen=True, slots=True)
class RibbonSection:
    number: str
    title: str
    count: int
    rows: tuple[RibbonRow, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    group: str
    tone: str
    name: str
    count: int
    address: str
    on: bool


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    indicator: Indicator
    number: str
    target: str
    view: TaskView | None
    fed: Fed | None = None

    @property
    def address(self) -> str:
        return f"chi-tieu/{self.indicator.position + 1}/"


@dataclass(frozen=True, slots=True)
class Ribbon:
    """The year on one page. shown, total: tasks after and before filtering; set_aside: dropped by an amendment.

    person: whose tasks are shown, in words, where the filter asks for somebody's.
    """

    plan: Plan
    months: SafeString
    sections: tuple[RibbonSection, ...]
    tallies: tuple[Tally, ...]
    indicators: tuple[IndicatorRow, ...]
    section_choices: tuple[tuple[str, str], ...]
    office_choices: tuple[tuple[int, str], ...]
    shown: int
    total: int
    set_aside: tuple[TaskView, ...] = field(default=())
    person: str = ""


_TONES: dict[str, str] = {"late": "late", "warn": "warn", "soon": "next", "far": "plain", "ok": "ok"}
_COMPARATORS = {">=": "từ ", "<=": "không quá ", ">": "trên ", "<": "dưới ", "=": "", "": ""}


def year_is_taken(draft: PlanImport) -> bool:
    """Whether the draft's year has a plan in force already: said at the top of the review, not at its end."""
    return Plan.objects.filter(ward_id=draft.ward_id, year=draft.year, kind=draft.kind).exists()


def ribbon(
    ward: int, plan: Plan, asked: RibbonFilter, *, today: dt.date, fed: Mapping[int, Fed] | None = None
) -> Ribbon:
    """The year ribbon, whole: sections in order, each task with its year's line. fed: place of an indicator → what feeds it.

    Seven queries (one more for a person's), whatever the number of tasks, wards and years.
    """
    shorts = {o.id: o.short for o in offices_of(ward)}
    every = every_line(ward, plan, today=today, shorts=shorts)
    alive = [(row, view) for row, view in every if not view.task.set_aside_at]
    gone = tuple(view for _, view in every if view.task.set_aside_at)
    by_number = {view.task.number: view for _, view in alive}
    tasks = [(row, view) for row, view in alive if not view.task.is_indicator]
    any_group = replace(asked, group=None)
    apart_from_group = [pair for pair in tasks if fits(*pair, any_group, plan.year)]
    counts = tallies(view.status for _, view in apart_from_group)
    shown = [(row, view) for row, view in apart_from_group if in_group(view.status, asked.group)]
    sections: dict[int, list[RibbonRow]] = defaultdict(list)
    for row, view in shown:
        sections[row.section_id].append(
            RibbonRow(row.number, view, drawing.line(view, year=plan.year, today=today))
        )
    titles = {row.section_id: row.section for row, _ in alive}
    sizes: dict[int, int] = defaultdict(int)
    for row, _ in tasks:
        sizes[row.section_id] += 1
    leading = {office for _, view in alive for office in view.lead_ids}
    return Ribbon(
        plan=plan,
        months=drawing.months(plan.year),
        sections=tuple(
            RibbonSection(section.number, section.title, sizes[pk], tuple(sections[pk]))
            for pk, section in titles.items()
            if sections[pk]
        ),
        tallies=tuple(
            Tally(
                g,
                _TONES[g],
                name,
                counts[g],
                asked.address(group=None if asked.group == g else g),
                asked.group == g,
            )
            for g, name in GROUPS.items()
        ),
        indicators=tuple(_indicators(ward, plan, by_number, asked, fed or {})),
        section_choices=tuple(
            (s.number or s.title, f"{s.number} {s.title}".strip()) for s in titles.values()
        ),
        office_choices=tuple((pk, short) for pk, short in shorts.items() if pk in leading),
        shown=len(shown),
        total=len(tasks),
        set_aside=gone,
        person=_person_words(ward, asked.person),
    )


def _person_words(ward: int, asked: str) -> str:
    if asked in ("", NOBODY):
        return "chưa giao cho ai" if asked else ""
    return next((one.name for one in colleagues(ward) if str(one.id) == asked), "người đã chuyển đi")


def plan_lines(ward: int, plan: Plan) -> list[PlanLine]:
    """The plan's lines in order, with tasks and sections. One query."""
    return list(
        PlanLine.objects.filter(ward_id=ward, plan=plan)
        .select_related("task", "section")
        .order_by("section__position", "position")
    )


def every_line(
    ward: int, plan: Plan, *, today: dt.date, shorts: dict[int, str] | None
) -> list[tuple[PlanLine, TaskView]]:
    """The plan's lines in order, each with its task's status: what every figure about the plan is counted from."""
    lines = plan_lines(ward, plan)
    views = views_of([row.task for row in lines], ward=ward, today=today, shorts=shorts)
    return list(zip(lines, views, strict=True))


@dataclass(frozen=True, slots=True)
class Load:
    """What an office, or a section, has of the plan. address: the list of its tasks; late, warn: counts with theirs."""

    name: str
    address: str
    count: int
    late: int
    late_address: str
    warn: int
    warn_address: str
    bar: SafeString


PACE_PARTS: dict[str, Part] = {"da-nop": "reached", "den-nay": "needed", "ca-nam": "year"}
"""A figure of the pace by its name in an address."""


@dataclass(frozen=True, slots=True)
class PaceFigure:
    """How many days a figure of the pace counts, and where they are listed."""

    count: int
    address: str


def pace_figures(kept: Pace, address: str) -> dict[Part, PaceFigure]:
    """The pace's figures. address: the plan's."""
    counts: dict[Part, int] = {"reached": kept.reached_today, "needed": kept.needed_today, "year": kept.total}
    return {
        part: PaceFigure(counts[part], f"{address}lan-nop/?nhip={name}") for name, part in PACE_PARTS.items()
    }


@dataclass(frozen=True, slots=True)
class Overview:
    """The year for somebody who decides. decide: the most urgent ones, more: how many are not shown; soon: in 14 days.

    paces: the pace's figures, each with the list of what it counts.
    """

    plan: Plan
    address: str
    total: int
    tallies: tuple[Tally, ...]
    ring: SafeString
    pace: Pace
    chart: SafeString
    paces: Mapping[Part, PaceFigure]
    decide: tuple[TaskView, ...]
    more: int
    decide_address: str
    soon: tuple[TaskView, ...]
    offices: tuple[Load, ...]
    sections: tuple[Load, ...]


def overview(ward: int, plan: Plan, *, today: dt.date, shown: int = 4) -> Overview:
    """The plan on one page without scrolling: counts, pace, what is to be decided, whose load. Six queries.

    shown: how many tasks the list of urgent ones holds; that of coming ones has room for two fewer.
    """
    shorts = {o.id: o.short for o in offices_of(ward)}
    tasks = [
        (row, view)
        for row, view in every_line(ward, plan, today=today, shorts=shorts)
        if not view.task.set_aside_at and not view.task.is_indicator
    ]
    address = f"/ke-hoach/{plan.year}/{plan.kind}/"
    counts = tallies(view.status for _, view in tasks)
    kept = pace((o for _, view in tasks for o in view.facts.occurrences), year=plan.year, today=today)
    urgent = sorted(
        (view for _, view in tasks if in_group(view.status, DECIDE)),
        key=lambda view: (view.status.group != "late", -(view.status.days or 0)),
    )
    soon = sorted(
        (view for _, view in tasks if view.status.group == "soon"), key=lambda view: view.status.days or 0
    )
    by_office: dict[int, list[TaskView]] = defaultdict(list)
    by_section: dict[tuple[str, str], list[TaskView]] = defaultdict(list)
    for row, view in tasks:
        by_section[row.section.number, row.section.title].append(view)
        for office in view.lead_ids:
            by_office[office].append(view)
    most_office = max(map(len, by_office.values()), default=1)
    most_section = max(map(len, by_section.values()), default=1)
    return Overview(
        plan=plan,
        address=address,
        total=len(tasks),
        tallies=tuple(
            Tally(g, _TONES[g], name, counts[g], address + RibbonFilter(group=g).address(), False)
            for g, name in GROUPS.items()
        ),
        ring=drawing.ring([(_TONES[g], counts[g]) for g in _AROUND_RING], len(tasks)),
        pace=kept,
        chart=drawing.pace_chart(kept, year=plan.year, today=today),
        paces=pace_figures(kept, address),
        decide=tuple(urgent[:shown]),
        more=len(urgent) - min(shown, len(urgent)),
        decide_address=address + RibbonFilter(group=DECIDE).address(),
        soon=tuple(soon[: shown - 2]),
        offices=tuple(
            _load(shorts[pk], views, RibbonFilter(office=pk), address, most_office)
            for pk, views in sorted(
                by_office.items(), key=lambda pair: (-len(pair[1]), shorts.get(pair[0], ""))
            )
            if pk in shorts
        ),
        sections=tuple(
            _load(
                f"{number} {title}".strip(),
                views,
                RibbonFilter(section=number or title),
                address,
                most_section,
            )
            for (number, title), views in by_section.items()
        ),
    )


_AROUND_RING: tuple[Group, ...] = ("ok", "late", "warn", "soon", "far")


def _load(name: str, views: Sequence[TaskView], asked: RibbonFilter, address: str, most: int) -> Load:
    counts = tallies(view.status for view in views)
    return Load(
        name=name,
        address=address + asked.address(),
        count=len(views),
        late=counts["late"],
        late_address=address + asked.address(group="late"),
        warn=counts["warn"],
        warn_address=address + asked.address(group="warn"),
        bar=drawing.bar([(_TONES[g], counts[g]) for g in _AROUND_RING], most, name),
    )


def fits(row: PlanLine, view: TaskView, asked: RibbonFilter, year: int) -> bool:
    """Whether the list shows a line."""
    if asked.section and asked.section not in (row.section.number, row.section.title):
        return False
    if asked.office and asked.office not in view.lead_ids:
        return False
    if asked.person:
        named = {str(who) for where, who in view.person_of if asked.office in (None, where)}
        if asked.person not in named and (named or asked.person != NOBODY):
            return False
    if not in_group(view.status, asked.group):
        return False
    if asked.month and not any(
        (o.due_on.year, o.due_on.month) == (year, asked.month) for o in view.facts.occurrences
    ):
        return False
    return not asked.words or _says(
        f"{view.task.number} {view.task.content} {' '.join(view.leads)}", asked.words
    )


def in_group(status: Status, asked: str | None) -> bool:
    """Whether a list filtered by one of GROUP_NAMES shows a status; None: it shows all."""
    return asked in (None, status.group) or (asked == DECIDE and status.group in URGENT)


def _says(text: str, words: str) -> bool:
    text = key(text)
    return all(word in text for word in key(words).split())


def _indicators(
    ward: int, plan: Plan, by_number: Mapping[str, TaskView], asked: RibbonFilter, fed: Mapping[int, Fed]
) -> list[IndicatorRow]:
    rows = []
    for indicator in Indicator.objects.filter(ward_id=ward, plan=plan):
        view = by_number.get(indicator.where.replace(".", "-"))
        if asked.section and not indicator.where.startswith(f"{asked.section}."):
            continue
        if asked.office and not (view and asked.office in view.lead_ids):
            continue
        if asked.month or (asked.group and not (view and in_group(view.status, asked.group))):
            continue
        if asked.words and not _says(indicator.name, asked.words):
            continue
        target = target_words(indicator) or "chưa có số"
        rows.append(IndicatorRow(indicator, indicator.where, target, view, fed.get(indicator.position)))
    return rows


def target_words(indicator: IndicatorFields) -> str:
    """A target as one says it: "từ 95,5%"; "" where no figure is known."""
    if indicator.target is None:
        return ""
    unit = indicator.unit if indicator.unit == "%" else f" {indicator.unit}" if indicator.unit else ""
    exact = number(f"{indicator.target.normalize():f}")
    return f"{_COMPARATORS.get(indicator.comparator, '')}{exact}{unit}"


def measure_words(indicator: IndicatorFields) -> str:
    """An indicator's words in one, by which two people tell that one of them has changed it."""
    return " · ".join((indicator.name, target_words(indicator), indicator.lead))
