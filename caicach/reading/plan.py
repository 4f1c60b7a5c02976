"""What a plan says once it is understood; `to_json` is the shape that `caicach read --json` prints.

Shapes and meanings: docs/reading.md. Values are immutable; a reader builds them once.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from caicach.reading.document import Source
from caicach.rules.due import Due, Occurrence

if TYPE_CHECKING:
    from caicach.rules.targets import Comparator

Severity = Literal["error", "warning", "note"]
Json = dict[str, object]


NOWHERE = Source()


@dataclass(frozen=True, slots=True)
class Head:
    """The plan's own facts. date is ISO in JSON; number, signs_for and signer_title as printed."""

    number: str | None = None
    date: dt.date | None = None
    place: str | None = None
    year: int | None = None
    issuer: str | None = None
    legal_basis: tuple[str, ...] = ()
    signer: str | None = None
    signer_title: str | None = None
    signs_for: str | None = None
    recipients: tuple[str, ...] = ()
    coordinating_office: str | None = None

    def to_json(self) -> Json:
        return {
            "number": self.number,
            "date": self.date.isoformat() if self.date else None,
            "place": self.place,
            "year": self.year,
            "issuer": self.issuer,
            "legal_basis": list(self.legal_basis),
            "signer": self.signer,
            "signer_title": self.signer_title,
            "signs_for": self.signs_for,
            "recipients": list(self.recipients),
            "coordinating_office": self.coordinating_office,
        }


@dataclass(frozen=True, slots=True)
class Section:
    """A section as it should be numbered and titled. printed: number and title as they stand in the file."""

    number: str
    title: str
    declared_count: int | None
    tasks: int
    printed_number: str = ""
    printed_title: str = ""
    source: Source = NOWHERE

    def to_json(self) -> Json:
        return {
            "number": self.number,
            "title": self.title,
            "declared_count": self.declared_count,
            "tasks": self.tasks,
        }


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One row of the annex. Offices by their full names; due as read, with what follows from it."""

    section: str
    number: str
    content: str
    deliverables: tuple[str, ...]
    leads: tuple[str, ...]
    coordinators: tuple[str, ...]
    due: Due
    occurrences: tuple[Occurrence, ...]
    note: str | None
    source: Source
    is_indicator: bool = False
    """the row sets a target: it stands among the indicators too, and needs no deliverable"""

    @property
    def where(self) -> str:
        return f"{self.section}.{self.number}" if self.section else self.number

    def to_json(self) -> Json:
        return {
            "section": self.section,
            "number": self.number,
            "content": self.content,
            "deliverables": list(self.deliverables),
            "leads": list(self.leads),
            "coordinators": list(self.coordinators),
            "due": {**self.due.to_json(), "occurrences": [o.to_json() for o in self.occurrences]},
            "note": self.note,
            "source": self.source.to_json(),
        }


@dataclass(frozen=True, slots=True)
class IndicatorLine:
    """One measured thing with its target: target is a decimal with a point, in unit; null where no number stands."""

    name: str
    group: str | None
    comparator: Comparator | None
    target: str | None
    unit: str | None
    better: Literal["higher", "lower"] | None
    lead: str | None
    source: Source
    task: str | None = None
    """`SECTION.NUMBER` of the row it came from, where it came from the annex"""

    def to_json(self) -> Json:
        return {
            "name": self.name,
            "group": self.group,
            "comparator": self.comparator,
            "target": self.target,
            "unit": self.unit,
            "better": self.better,
            "lead": self.lead,
            "source": self.source.to_json(),
        }


@dataclass(frozen=True, slots=True)
class Mend:
    """One change that would settle a finding: at a task ("I.7"), a section ("VIII") or "head", one field, one value.

    field: for a task "content", "deliverables", "leads", "coordinators", "due" (a phrase), "note"; for a section
    "title", "number", or "row" for a new row at its end, of which value is the content; for the head a key of `Head`.
    value: text; lists are joined by "; ".
    """

    where: str
    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something odd in the document: data, never raised. where: places joined by ", " (docs/findings.md)."""

    code: str
    severity: Severity
    where: str
    message: str
    suggestion: str | None = None
    mends: tuple[Mend, ...] = ()
    """what one click would change; not printed by --json"""

    def to_json(self) -> Json:
        return {
            "code": self.code,
            "severity": self.severity,
            "where": self.where,
            "message": self.message,
            "suggestion": self.suggestion,
        }


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One line or row of the file as it was read, for showing beside what was understood."""

    text: str
    source: Source


@dataclass(frozen=True, slots=True)
class PlanReading:
    """The whole answer. source_lines: the file's lines in order; kind: as in `Document.kind`."""

    head: Head
    sections: tuple[Section, ...]
    tasks: tuple[TaskLine, ...]
    indicators: tuple[IndicatorLine, ...]
    findings: tuple[Finding, ...]
    kind: str = "txt"
    pages: int | None = None
    source_lines: tuple[SourceLine, ...] = field(default=())

    def to_json(self) -> Json:
        return {
            "plan": self.head.to_json(),
            "sections": [s.to_json() for s in self.sections],
            "tasks": [t.to_json() for t in self.tasks],
            "indicators": [i.to_json() for i in self.indicators],
            "findings": [f.to_json() for f in self.findings],
        }
