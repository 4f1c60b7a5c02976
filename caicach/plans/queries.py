"""One function a screen: the list, the ribbon, the review, the changes. Frozen facts; a fixed number of queries."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from django.utils.safestring import SafeString

from caicach.core.http import Missing
from caicach.organisation.queries import offices as offices_of
from caicach.plans import drafts, drawing, effect
from caicach.plans.models import (
    DraftFinding,
    DraftHead,
    DraftLine,
    DraftSource,
    Indicator,
    IndicatorFields,
    Plan,
    PlanImport,
    PlanLine,
)
from caicach.rules.formats import FIELD_NAMES, number, place_in_words
from caicach.rules.pace import Pace, pace
from caicach.rules.task_status import GROUPS, Group, tallies
from caicach.rules.vntext import key
from caicach.tasks.queries import TaskView, views_of

# --- the list --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PlanRow:
    plan: Plan
    tasks: int
    indicators: int
    address: str


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

    plans = Plan.objects.filter(ward_id=ward).annotate(
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
            PlanRow(plan, plan.tasks, plan.measured, f"/ke-hoach/{plan.year}/{plan.kind}/") for plan in plans
        ),
        tuple(waiting[:20]) if with_drafts else (),
    )


def plan_for(ward: int, year: int, kind: str) -> Plan:
    """The one door to a plan. Raises Missing."""
    plan = Plan.objects.filter(ward_id=ward, year=year, kind=kind).first()
    if plan is None:
        raise Missing
    return plan


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


@dataclass(frozen=True, slots=True)
class RibbonFilter:
    """What the address asks for; empty means everything. month: tasks owed in it; words: all must be there."""

    section: str = ""
    office: int | None = None
    group: Group | None = None
    month: int | None = None
    words: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> RibbonFilter:
        """From the address; what makes no sense there is as if it were not there."""
        office, month, group = asked.get("don-vi", ""), asked.get("thang", ""), asked.get("tinh-trang", "")
        return cls(
            section=asked.get("muc", "")[:40],
            office=int(office) if office.isascii() and office.isdecimal() and len(office) < 18 else None,
            group=group if group in GROUPS else None,
            month=int(month)
            if month.isascii() and month.isdecimal() and len(month) < 3 and 1 <= int(month) <= 12
            else None,
            words=asked.get("tim", "").strip()[:100],
        )

    def address(self, **other: object) -> str:
        """The query part of an address with these and other values ("" for none at all)."""
        mine = replace(self, **other)  # type: ignore[arg-type]
        pairs = {
            "muc": mine.section, "don-vi": mine.office, "tinh-trang": mine.group, "thang": mine.month, "tim": mine.words,
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


@dataclass(frozen=True, slots=True)
class Ribbon:
    """The year on one page. shown, total: tasks after and before filtering; set_aside: dropped by an amendment."""

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


_TONES: dict[str, str] = {"late": "late", "warn": "warn", "soon": "next", "far": "plain", "ok": "ok"}
_COMPARATORS = {">=": "từ ", "<=": "không quá ", ">": "trên ", "<": "dưới ", "=": "", "": ""}


def year_is_taken(draft: PlanImport) -> bool:
    """Whether the draft's year has a plan in force already: said at the top of the review, not at its end."""
    return Plan.objects.filter(ward_id=draft.ward_id, year=draft.year, kind=draft.kind).exists()


def ribbon(ward: int, plan: Plan, asked: RibbonFilter, *, today: dt.date) -> Ribbon:
    """The year ribbon, whole: sections in order, each task with its year's line.

    Seven queries, whatever the number of tasks, wards and years.
    """
    shorts = {o.id: o.short for o in offices_of(ward)}
    every = _every_line(ward, plan, today=today, shorts=shorts)
    alive = [(row, view) for row, view in every if not view.task.set_aside_at]
    gone = tuple(view for _, view in every if view.task.set_aside_at)
    by_number = {view.task.number: view for _, view in alive}
    tasks = [(row, view) for row, view in alive if not view.task.is_indicator]
    any_group = replace(asked, group=None)
    apart_from_group = [pair for pair in tasks if _fits(*pair, any_group, plan.year)]
    counts = tallies(view.status for _, view in apart_from_group)
    shown = [(row, view) for row, view in apart_from_group if asked.group in (None, view.status.group)]
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
        indicators=tuple(_indicators(ward, plan, by_number, asked)),
        section_choices=tuple(
            (s.number or s.title, f"{s.number} {s.title}".strip()) for s in titles.values()
        ),
        office_choices=tuple((pk, short) for pk, short in shorts.items() if pk in leading),
        shown=len(shown),
        total=len(tasks),
        set_aside=gone,
    )


def _every_line(
    ward: int, plan: Plan, *, today: dt.date, shorts: dict[int, str]
) -> list[tuple[PlanLine, TaskView]]:
    """The plan's lines in order, each with its task's status: what every figure about the plan is counted from."""
    lines = list(
        PlanLine.objects.filter(ward_id=ward, plan=plan)
        .select_related("task", "section")
        .order_by("section__position", "position")
    )
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


@dataclass(frozen=True, slots=True)
class Overview:
    """The year for somebody who decides. decide: the most urgent ones, more: how many are not shown; soon: in 14 days."""

    plan: Plan
    address: str
    total: int
    tallies: tuple[Tally, ...]
    ring: SafeString
    pace: Pace
    chart: SafeString
    decide: tuple[TaskView, ...]
    more: int
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
        for row, view in _every_line(ward, plan, today=today, shorts=shorts)
        if not view.task.set_aside_at and not view.task.is_indicator
    ]
    address = f"/ke-hoach/{plan.year}/{plan.kind}/"
    counts = tallies(view.status for _, view in tasks)
    kept = pace((o for _, view in tasks for o in view.facts.occurrences), year=plan.year, today=today)
    urgent = sorted(
        (view for _, view in tasks if view.status.group in ("late", "warn")),
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
        decide=tuple(urgent[:shown]),
        more=len(urgent) - min(shown, len(urgent)),
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


def _fits(row: PlanLine, view: TaskView, asked: RibbonFilter, year: int) -> bool:
    if asked.section and asked.section not in (row.section.number, row.section.title):
        return False
    if asked.office and asked.office not in view.lead_ids:
        return False
    if asked.group and view.status.group != asked.group:
        return False
    if asked.month and not any(
        (o.due_on.year, o.due_on.month) == (year, asked.month) for o in view.facts.occurrences
    ):
        return False
    return not asked.words or _says(
        f"{view.task.number} {view.task.content} {' '.join(view.leads)}", asked.words
    )


def _says(text: str, words: str) -> bool:
    text = key(text)
    return all(word in text for word in key(words).split())


def _indicators(
    ward: int, plan: Plan, by_number: Mapping[str, TaskView], asked: RibbonFilter
) -> list[IndicatorRow]:
    rows = []
    for indicator in Indicator.objects.filter(ward_id=ward, plan=plan):
        view = by_number.get(indicator.where.replace(".", "-"))
        if asked.section and not indicator.where.startswith(f"{asked.section}."):
            continue
        if asked.office and not (view and asked.office in view.lead_ids):
            continue
        if asked.month or (asked.group and not (view and view.status.group == asked.group)):
            continue
        if asked.words and not _says(indicator.name, asked.words):
            continue
        rows.append(IndicatorRow(indicator, indicator.where, target_words(indicator) or "chưa có số", view))
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


# --- the review ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mended:
    """One mend of a finding as a button says it."""

    position: int
    place: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of the file with what stands before and after them there."""

    before: str
    words: str
    after: str


@dataclass(frozen=True, slots=True)
class FindingView:
    """where: its places as they are called now; is_gone: none of its rows is left. is_text: in the running text, where no cell is to be mended; is_literal: its suggestion is the wording itself.

    new_rows: how many rows its mends add. quotes: for what lies in the running text, where the file says so.
    """

    finding: DraftFinding
    chip: str
    tone: str
    places: tuple[str, ...]
    where: str
    mends: tuple[Mended, ...]
    line: int | None
    is_text: bool
    is_literal: bool
    is_gone: bool
    new_rows: int
    quotes: tuple[Quote, ...]

    @property
    def field(self) -> str:
        """The cell of a row that it is about; "" where it is about none, or about several."""
        own = {mend.field for mend in self.finding.mends.all()} & set(COLUMNS)
        return drafts.FIELD_OF_CODE.get(self.finding.code) or (own.pop() if len(own) == 1 else "")

    @property
    def is_open(self) -> bool:
        return self.finding.state == DraftFinding.OPEN

    @property
    def parts(self) -> tuple[str, ...]:
        """What a long message lists, one by one; nothing for a short one."""
        _, colon, rest = self.finding.message.partition(": ")
        parts = tuple(part.strip(" .") for part in rest.split("; ")) if colon else ()
        return parts if len(parts) > 3 else ()

    @property
    def lead(self) -> str:
        """The message, without what `parts` lists."""
        return self.finding.message.partition(": ")[0] + ":" if self.parts else self.finding.message


@dataclass(frozen=True, slots=True)
class CellView:
    field: str
    text: str
    name: str
    under: str = ""
    is_odd: bool = False
    is_empty: bool = False


@dataclass(frozen=True, slots=True)
class LineView:
    """findings: all at this row; hints: those whose first place this row is; source: position of its source line."""

    line: DraftLine
    where: str
    cells: tuple[CellView, ...]
    findings: tuple[FindingView, ...]
    hints: tuple[FindingView, ...]
    source: int | None


@dataclass(frozen=True, slots=True)
class ReviewSection:
    id: int
    place: str
    number: str
    title: str
    declared: int | None
    lines: tuple[LineView, ...]


@dataclass(frozen=True, slots=True)
class MeasureView:
    """An indicator as it will be. where, line: the row it follows; else id: its own row of the draft, to be edited."""

    words: str
    name: str
    target: str
    lead: str
    where: str
    line: int | None
    id: int | None


@dataclass(frozen=True, slots=True)
class Review:
    """The review page, whole. tasks: all rows; duties, measured: those that want a document, those that name a figure.

    picture: page number and box of the chosen row where the source is a picture.
    """

    draft: PlanImport
    head: DraftHead
    sections: tuple[ReviewSection, ...]
    findings: tuple[FindingView, ...]
    sources: tuple[DraftSource, ...]
    tasks: int
    duties: int
    measured: int
    indicators: tuple[MeasureView, ...]
    open_count: int
    chosen: LineView | None
    has_pictures: bool
    can_undo: bool
    batch: int
    shown: str
    offices: tuple[str, ...]


_CHIPS = {"error": ("late", "Lỗi"), "warning": ("warn", "Xem"), "note": ("next", "Ghi nhận")}
COLUMNS = ("content", "deliverables", "leads", "coordinators", "due")


def review(draft: PlanImport, *, chosen: int | None = None, shown: str = "") -> Review:
    """All that the review page shows. Nine queries, whatever the number of rows."""
    sections = list(draft.sections.all())
    known = {s.pk: s for s in sections}
    lines = list(draft.lines.all())
    for row in lines:
        row.section = known[row.section_id]
    where_of = {row.pk: effect.where(row) for row in lines}
    measured = sum(map(effect.is_indicator, lines))
    line_at = {row.place: row.pk for row in lines if row.place}
    names = {row.place: where_of[row.pk] for row in lines} | {s.place: s.number for s in sections}
    newest = draft.changes.values_list("batch", flat=True).first()
    sources = tuple(draft.sources.all())
    body = [line.text.lstrip("-–•+ ") for line in sources if not (line.table or line.row)]
    findings = [
        _finding(row, line_at, names, body)
        for row in draft.findings.prefetch_related("mends")
        if row.state != DraftFinding.ACCEPTED
        or not row.from_typing  # what came and went while one typed tells nobody anything
    ]
    at: dict[str, list[FindingView]] = defaultdict(list)
    for found in findings:
        for place in found.places:
            at[place].append(found)
    source_at = {drafts.source_key(s): s.position for s in sources}
    views: dict[int, list[LineView]] = defaultdict(list)
    for row in lines:
        where = where_of[row.pk]
        found_here = tuple(at.get(row.place, ()))
        views[row.section_id].append(
            LineView(
                line=row,
                where=where,
                cells=tuple(_cells(row, found_here, draft.year)),
                findings=found_here,
                hints=tuple(f for f in found_here if f.line == row.pk and f.is_open),
                source=source_at.get(drafts.source_key(row)),
            )
        )
    every = [view for section in sections for view in views[section.pk]]
    pick = next((v for v in every if v.line.pk == chosen), None) or next(
        (v for v in every if v.hints), every[0] if every else None
    )
    in_list = [f for f in findings if shown in ("", f.finding.severity, f.finding.state)]
    return Review(
        draft=draft,
        head=draft.head,
        sections=tuple(
            ReviewSection(s.pk, s.place, s.number, s.title, s.declared_count, tuple(views[s.pk]))
            for s in sections
        ),
        findings=tuple(in_list),
        sources=sources,
        tasks=len(lines),
        duties=len(lines) - measured,
        measured=measured,
        indicators=tuple(_measures(draft, lines, {where: pk for pk, where in where_of.items()})),
        open_count=sum(f.is_open for f in findings),
        chosen=pick,
        has_pictures=draft.file_kind in ("pdf", "scan"),
        can_undo=newest is not None,
        batch=newest or 0,
        shown=shown,
        offices=tuple(o.name for o in offices_of(draft.ward_id)),
    )


def _measures(
    draft: PlanImport, lines: Sequence[DraftLine], line_at: Mapping[str, int]
) -> Iterator[MeasureView]:
    """The indicators that will be made."""
    in_order = sorted(lines, key=lambda row: (row.section.position, row.section_id, row.position, row.pk))
    for made, own in effect.indicators_of(draft, in_order):
        yield MeasureView(
            words=measure_words(made),
            name=made.name,
            target=target_words(made),
            lead=made.lead,
            where=made.where,
            line=line_at.get(made.where),
            id=own,
        )


def _names(places: Sequence[str], names: Mapping[str, str]) -> list[str]:
    """What places are called now; rows that were taken out are left away."""
    words = [place_in_words(place) for place in places if place.split(" ")[0] in ("head", "annex", "body")]
    return [names[place] for place in places if place in names] + words


_QUOTED = re.compile("“([^”]+)”")
_AROUND = 90  # signs on either side


def _quotes(row: DraftFinding, body: Sequence[str]) -> Iterator[Quote]:
    """Where the file's running text has the words that the finding quotes. body: its lines."""
    for words in _QUOTED.findall(row.message):
        line = next((line for line in body if words in line), None)
        if line is not None:
            before, _, after = line.partition(words)
            yield Quote(
                before if len(before) <= _AROUND else "… " + before[-_AROUND:].partition(" ")[2],
                words,
                after if len(after) <= _AROUND else after[:_AROUND].rpartition(" ")[0] + " …",
            )


def _finding(
    row: DraftFinding, line_at: Mapping[str, int], names: Mapping[str, str], body: Sequence[str]
) -> FindingView:
    """names: what rows and sections are called now, by their places."""
    places = tuple(drafts.places_in(row))
    tone, chip = (
        ("ok", "Đã nối")
        if row.code == "row-continued-across-page"
        else _CHIPS.get(row.severity, ("warn", "Xem"))
    )
    is_text = drafts.is_running_text(row)
    return FindingView(
        finding=row,
        chip=chip,
        tone=tone,
        places=places,
        where=", ".join(_names(places, names)) or "dòng đã bỏ",
        is_gone=drafts.is_gone(row, names),
        mends=tuple(
            Mended(m.position, names.get(m.place, m.place), FIELD_NAMES.get(m.field, m.field), m.value)
            for m in row.mends.all()
        ),
        line=next((line_at[p] for p in places if p in line_at), None),
        is_text=is_text,
        is_literal=drafts.is_literal(row),
        new_rows=sum(m.field == "row" for m in row.mends.all()),
        quotes=tuple(_quotes(row, body)) if is_text and row.state == DraftFinding.OPEN else (),
    )


def _cells(row: DraftLine, found: Sequence[FindingView], year: int) -> list[CellView]:
    odd = {m.field for f in found if f.is_open for m in f.finding.mends.all() if m.place == row.place}
    if any(f.is_open and f.finding.code.startswith("deadline-") for f in found):
        odd.add("due")
    row_cells = []
    for name in COLUMNS:
        text = getattr(row, name)
        under = ""
        if name == "due":
            words = drafts.due_words(drafts.due_of(text, year))
            under = words if words.casefold() != text.strip().casefold() else ""
        elif name == "content" and row.note:
            under = row.note
        row_cells.append(CellView(name, text, FIELD_NAMES[name], under, name in odd, not text))
    return row_cells


def line_view(draft: PlanImport, line: int) -> LineView:
    """One row after it was saved. Raises Missing."""
    for section in review(draft).sections:
        for view in section.lines:
            if view.line.pk == line:
                return view
    raise Missing


def reading_of(draft: PlanImport) -> object:
    """The draft as a `PlanReading`, for writing the cleaned annex."""
    from caicach.reading.document import Source
    from caicach.reading.plan import Head, IndicatorLine, PlanReading, Section, TaskLine

    head = draft.head
    sections = list(draft.sections.all())
    lines = list(draft.lines.all())
    numbers = {s.pk: s.number for s in sections}
    return PlanReading(
        head=Head(
            number=head.number or None, date=head.date, place=head.place or None, year=draft.year, issuer=head.issuer or None,
            legal_basis=tuple(head.legal_basis.split("\n")) if head.legal_basis else (), signer=head.signer or None,
            signer_title=head.signer_title or None, signs_for=head.signs_for or None,
            recipients=tuple(head.recipients.split("\n")) if head.recipients else (),
            coordinating_office=head.coordinating_office or None,
        ),
        sections=tuple(
            Section(s.number, s.title, s.declared_count, sum(row.section_id == s.pk for row in lines)) for s in sections
        ),
        tasks=tuple(
            TaskLine(
                section=numbers[row.section_id], number=row.number, content=row.content,
                deliverables=drafts.list_of(row.deliverables), leads=drafts.list_of(row.leads),
                coordinators=drafts.list_of(row.coordinators), due=drafts.due_of(row.due, draft.year).due,
                occurrences=drafts.days_of(row.due, draft.year, head.date), note=row.note or None,
                source=Source(row.page, row.line, row.table, row.sheet or None, row.row), is_indicator=row.is_indicator,
            )
            for section in sections for row in lines if row.section_id == section.pk
        ),
        indicators=tuple(
            IndicatorLine(
                name=i.name, group=i.group or None, comparator=i.comparator or None,  # type: ignore[arg-type]
                target=None if i.target is None else f"{i.target.normalize():f}", unit=i.unit or None,
                better=i.better or None,  # type: ignore[arg-type]
                lead=i.lead or None, source=Source(), task=i.where or None,
            )
            for i in draft.indicators.all()
        ),
        findings=(),
        kind=draft.file_kind or "txt",
    )  # fmt: skip
