"""Everything that was understood of a document, before it is an answer: what the checks look at."""

from __future__ import annotations

from dataclasses import dataclass, field

from caicach.reading.body import Item, ListedIndicator
from caicach.reading.document import Document
from caicach.reading.head import AnnexNote, Line
from caicach.reading.indicators import Measured
from caicach.reading.plan import Head
from caicach.reading.rows import Annex, RawTask
from caicach.rules.deadlines import DueReading
from caicach.rules.offices import Directory, Mention
from caicach.rules.workdays import WorkCalendar


@dataclass(slots=True)
class ReadTask:
    """One task with what its cells were read from; the checks look at both."""

    raw: RawTask
    section: str
    content: str
    deliverables: tuple[str, ...]
    leads: list[Mention]
    coordinators: list[Mention]
    due: DueReading
    is_indicator: bool
    ditto: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        return f"{self.section}.{self.raw.number}" if self.section else self.raw.number


@dataclass(slots=True)
class Understood:
    """Everything the checks need, once."""

    document: Document
    lines: list[Line]
    items: list[Item]
    annex: Annex
    head: Head
    note: AnnexNote | None
    directory: Directory
    calendar: WorkCalendar
    year: int
    tasks: list[ReadTask] = field(default_factory=list)
    measured: list[Measured] = field(default_factory=list)
    pairs: list[tuple[Measured, Measured]] = field(default_factory=list)
    listed: list[ListedIndicator] = field(default_factory=list)
    titles: dict[int, tuple[str, str]] = field(default_factory=dict)
    """sections whose title was mended: index → (title in the annex, title in the body)"""
