"""What the review shows of a draft: the whole page in one function. Frozen facts; a fixed number of queries."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from caicach.core.http import Missing
from caicach.organisation.queries import offices as offices_of
from caicach.organisation.queries import ward_calendar
from caicach.plans import drafts, effect
from caicach.plans.models import (
    DraftFinding,
    DraftHead,
    DraftLine,
    DraftSource,
    PlanImport,
)
from caicach.plans.queries import measure_words, target_words
from caicach.rules.formats import FIELD_NAMES, place_in_words


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
    def fix(self) -> tuple[str, str] | None:
        """Of an error without a mend: (words, the end of the address) of the field in which it is set right by hand."""
        if self.finding.severity != "error" or self.mends or self.is_literal:
            return None
        if self.line:
            return f"Sửa dòng {self.where.partition(',')[0]}", f"?sua={self.line}&o={self.field or 'content'}"
        head = next(
            (place.partition(" ") for place in self.places if place.partition(" ")[0] == "head"), None
        )
        return ("Sửa ở đầu kế hoạch", f"?dau={head[2] or 'number'}") if head else None

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

    picture: page number and box of the chosen row where the source is a picture. offices: the ward's; may_lead: those of
    them that stand for no group.
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
    may_lead: tuple[str, ...]
    neighbourhoods: tuple[str, ...]


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
    own = offices_of(draft.ward_id)
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
        offices=tuple(o.name for o in own),
        may_lead=tuple(o.name for o in own if not o.is_group and not o.is_neighbourhood),
        neighbourhoods=tuple(o.name for o in own if o.is_neighbourhood),
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
    calendar = ward_calendar(draft.ward_id).work
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
                occurrences=drafts.days_of(row.due, draft.year, head.date, calendar), note=row.note or None,
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
