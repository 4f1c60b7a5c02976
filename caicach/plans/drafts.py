"""From a reading to draft rows, and what one draft row means. No transaction is begun here."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Container, Iterable, Sequence
from decimal import Decimal, InvalidOperation

from django.db import models
from django.db.models import Max

from caicach.organisation.queries import OfficeFacts
from caicach.plans.models import (
    DraftFinding,
    DraftHead,
    DraftIndicator,
    DraftLine,
    DraftMend,
    DraftSection,
    DraftSource,
    PlanImport,
)
from caicach.reading.checks import CELL_CODES
from caicach.reading.document import Source
from caicach.reading.plan import PlanReading
from caicach.rules.deadlines import DueReading, occurrences, read_due
from caicach.rules.due import Occurrence
from caicach.rules.refusal import Refusal
from caicach.rules.vntext import cut, half_open
from caicach.rules.workdays import WorkCalendar


def locked(draft: PlanImport) -> PlanImport:
    """The draft as it is now, held until the transaction ends."""
    return PlanImport.objects.select_for_update(of=("self",)).get(pk=draft.pk)


def under_review(draft: PlanImport) -> PlanImport:
    """The same, if it may be changed. Raises Refusal draft.not-in-review."""
    draft = locked(draft)
    if draft.state != PlanImport.REVIEW:
        raise Refusal("draft.not-in-review")
    return draft


def title_of(content: str, limit: int = 110) -> str:
    """A short title from a line's content: its first line, cut where a thought ends."""
    lines = [part.strip(" -–•+") for part in content.split("\n") if part.strip(" -–•+")]
    line = lines[0] if lines else ""
    if len(line) > 50:
        for stop in ("; ", " (", ". "):
            head = line.split(stop, 1)[0]
            if 20 <= len(head) <= limit and len(head) < len(line) and half_open(head) is None:
                return head.rstrip(" ,;.")
    return line.rstrip(" ,;.") if len(line) <= limit else cut(line, limit)


def list_of(text: str) -> tuple[str, ...]:
    """The parts of a joined list ("A; B")."""
    return tuple(part.strip() for part in text.replace("\n", ";").split(";") if part.strip())


def due_of(phrase: str, year: int) -> DueReading:
    return read_due(phrase, year)


def days_of(
    phrase: str, year: int, not_before: dt.date | None, calendar: WorkCalendar
) -> tuple[Occurrence, ...]:
    """The dated occurrences of a phrase in a plan's year, with the working days of this calendar."""
    return occurrences(read_due(phrase, year).due, year, calendar, not_before)


def due_words(reading: DueReading) -> str:
    """What a deadline means, short, for the grid: "31/01/2026", "mỗi quý", "thường xuyên"."""
    due = reading.due
    match due.kind:
        case "by":
            return f"{due.end:%d/%m/%Y}" if due.end else ""
        case "recurring":
            every = {
                "week": "mỗi tuần",
                "month": "mỗi tháng",
                "quarter": "mỗi quý",
                "half-year": "mỗi 6 tháng",
                "year": "mỗi năm",
            }
            if due.every == "dates":
                return ", ".join(f"{day:%d/%m}" for day in due.dates)
            return every.get(due.every or "", "nhiều kỳ")
        case "ongoing":
            return "thường xuyên"
        case "external":
            return "chờ cấp trên"
        case _:
            return "chưa có ngày"


def _place(source: Source) -> dict[str, object]:
    return {
        "page": source.page,
        "line": source.line,
        "table": source.table,
        "sheet": source.sheet or "",
        "row": source.row,
        "box": " ".join(f"{share:.4f}" for share in source.box) if source.box else "",
    }


FIELD_OF_CODE = {code: field for field, codes in CELL_CODES.items() for code in codes}
"""the one cell of a row that a code is about"""


class _Places:
    """What the rows and sections of a reading are called in its draft: as the reading does, each differently."""

    def __init__(self, reading: PlanReading) -> None:
        self._twice: set[str] = set()
        self._written: dict[str, str] = {}
        """where a place was written otherwise: a comma parts places"""
        self.sections = self._named([section.number[:40] for section in reading.sections])
        self.rows = self._named([task.where[:70] for task in reading.tasks])
        self._all = {*self.sections, *self.rows}

    def _named(self, written: Sequence[str]) -> list[str]:
        counts = Counter(written)
        named = []
        for at, where in enumerate(written):
            place = where.replace(",", "·")
            self._written[where] = place
            if counts[where] > 1:
                self._twice.add(place)
                place = f"{place}#{at}" if place in named else place
            named.append(place)
        return named

    def known(self, where: str) -> str:
        """The place of a row or section; "head" as it is; "" for none, and for one of several that are called so."""
        place = self._written.get(where, where)
        return place if place == "head" or (place in self._all and place not in self._twice) else ""

    def in_finding(self, where: str) -> str:
        """The places of a finding, joined by ", "."""
        for written, place in self._written.items():
            if "," in written:
                where = where.replace(written, place)
        return where


def _text_at(draft: PlanImport, row: DraftLine | DraftSection | None, field: str) -> str:
    return shown(row if row is not None else draft.head, field)


def shown(row: models.Model, field: str) -> str:
    """A field of a draft as the screen shows it; "" for one that the row has not."""
    value = getattr(row, field, "")
    return f"{value:%d/%m/%Y}" if isinstance(value, dt.date) else str(value or "")


def write(draft: PlanImport, reading: PlanReading) -> None:
    """All rows of a draft from a reading. The caller holds the transaction; what stood there before goes."""
    ward = draft.ward_id
    for model in (DraftIndicator, DraftFinding, DraftLine, DraftSection, DraftSource, DraftHead):
        model._default_manager.filter(draft=draft).delete()
    head = reading.head
    DraftHead.objects.create(
        ward_id=ward,
        draft=draft,
        number=(head.number or "")[:60],
        date=head.date,
        place=(head.place or "")[:120],
        issuer=(head.issuer or "")[:200],
        title=f"Cải cách hành chính năm {head.year or draft.year}",
        signer=(head.signer or "")[:120],
        signer_title=(head.signer_title or "")[:120],
        signs_for=(head.signs_for or "")[:120],
        coordinating_office=(head.coordinating_office or "")[:200],
        legal_basis="\n".join(head.legal_basis),
        recipients="\n".join(head.recipients),
    )
    places = _Places(reading)
    sections = DraftSection.objects.bulk_create(
        DraftSection(
            ward_id=ward,
            draft=draft,
            position=n,
            number=s.number[:40],
            title=s.title[:400],
            declared_count=s.declared_count,
            place=place,
        )
        for n, (s, place) in enumerate(zip(reading.sections, places.sections, strict=True))
    )
    by_number = {section.number: section for section in reversed(sections)}
    if any(task.section not in by_number for task in reading.tasks):
        extra = DraftSection.objects.create(
            ward_id=ward, draft=draft, position=len(sections), number="", title="Nhiệm vụ khác"
        )
        for task in reading.tasks:
            by_number.setdefault(task.section, extra)
    lines = DraftLine.objects.bulk_create(
        DraftLine(
            ward_id=ward,
            draft=draft,
            section=by_number[t.section],
            position=n,
            number=t.number[:40],
            content=t.content,
            deliverables="; ".join(t.deliverables),
            leads="; ".join(t.leads),
            coordinators="; ".join(t.coordinators),
            due=t.due.text,
            note=t.note or "",
            is_indicator=t.is_indicator,
            place=place,
            **_place(t.source),
        )
        for n, (t, place) in enumerate(zip(reading.tasks, places.rows, strict=True))
    )
    DraftIndicator.objects.bulk_create(
        DraftIndicator(
            ward_id=ward,
            draft=draft,
            position=n,
            name=i.name,
            group=(i.group or "")[:400],
            comparator=i.comparator or "",
            target=_decimal(i.target),
            unit=(i.unit or "")[:60],
            better=i.better or "",
            lead=(i.lead or "")[:300],
            where=places.known(i.task or ""),
        )
        for n, i in enumerate(reading.indicators)
    )
    order = {"error": 0, "warning": 1, "note": 2}
    ranked = sorted(reading.findings, key=lambda f: order[f.severity])
    standing = {line.place: line for line in lines}
    texts = {section.place: section for section in sections} | standing
    findings = DraftFinding.objects.bulk_create(
        DraftFinding(
            ward_id=ward,
            draft=draft,
            position=n,
            code=f.code[:60],
            severity=f.severity,
            places=(where := places.in_finding(f.where)),
            message=f.message,
            suggestion=f.suggestion or "",
            said=getattr(standing.get(where), FIELD_OF_CODE.get(f.code, ""), ""),
        )
        for n, f in enumerate(ranked)
    )
    DraftMend.objects.bulk_create(
        DraftMend(
            ward_id=ward, finding=row, position=n, place=place, field=m.field[:30], value=m.value,
            made_from=_text_at(draft, texts.get(place), m.field),
        )
        for row, finding in zip(findings, ranked, strict=True)
        for n, m in enumerate(finding.mends)
        if (place := places.known(m.where)) or m.where == "head"
    )  # fmt: skip
    DraftSource.objects.bulk_create(
        DraftSource(ward_id=ward, draft=draft, position=n, text=line.text, **_place(line.source))
        for n, line in enumerate(reading.source_lines)
    )


def append_line(draft: PlanImport, section: DraftSection, content: str = "") -> DraftLine:
    """A new row at the end of a section, with the next number there."""
    numbers = [
        int(number)
        for number in section.lines.values_list("number", flat=True)
        if number.isascii() and number.isdecimal() and len(number) < 6
    ]
    last = draft.lines.aggregate(last=Max("position"))["last"]
    row = DraftLine.objects.create(
        ward_id=draft.ward_id, draft=draft, section=section, position=(last if last is not None else -1) + 1,
        number=str(max(numbers, default=0) + 1), content=content,
    )  # fmt: skip
    row.place = f"+{row.pk}"
    row.save(update_fields=["place"])
    return row


def source_key(row: DraftLine | DraftSource) -> tuple[object, ...]:
    """By what a draft's line and the line of the file it was read from are brought together."""
    if row.sheet or row.table:
        return (row.sheet, row.table, row.row)
    return (row.page, row.row) if row.row else (row.line,)


def _decimal(text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        return storable(Decimal(text))
    except InvalidOperation:
        return None


def storable(value: Decimal | None) -> Decimal | None:
    """A target as its column keeps it: six decimals, fourteen figures before them; None for what does not fit."""
    if value is None or not value.is_finite() or abs(value) >= Decimal(10) ** 14:
        return None
    kept = value.quantize(Decimal("0.000001"))
    return None if abs(kept) >= Decimal(10) ** 14 or (value and not kept) else kept


def spellings(offices: Iterable[OfficeFacts]) -> list[str]:
    """The ward's offices as the reader wants them: their names."""
    return [office.name for office in offices]


_LITERAL = frozenset({"citation-without-year"})
"""codes whose suggestion is the wording itself; those of the others say what to do"""


def places_in(finding: DraftFinding) -> list[str]:
    """The places that it is about, each as `DraftLine.place`, `DraftSection.place`, "head …", "annex" or "body …"."""
    return [place.strip() for place in finding.places.split(",") if place.strip()]


def is_gone(finding: DraftFinding, places: Container[str]) -> bool:
    """Whether it is about rows or sections alone, of which none is left. places: of those that there are."""
    return not any(
        place.split(" ")[0] in ("body", "annex", "head") or place in places for place in places_in(finding)
    )


def is_running_text(finding: DraftFinding) -> bool:
    """Whether it lies in the body or the annex's name alone, where no cell is to be mended."""
    return all(place.split(" ")[0] in ("body", "annex") for place in places_in(finding))


def is_literal(finding: DraftFinding) -> bool:
    """Whether its suggestion can be taken as it stands."""
    return finding.code in _LITERAL and bool(finding.suggestion) and is_running_text(finding)
