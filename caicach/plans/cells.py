"""The cells of a draft, and the journal of what changed in them. No transaction is begun here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models
from django.db.models import Max

from caicach.core.http import day_of
from caicach.plans.models import DraftChange, DraftFinding, DraftHead, DraftLine, DraftSection, PlanImport
from caicach.rules.refusal import Refusal

LINE_FIELDS = ("number", "content", "deliverables", "leads", "coordinators", "due", "note")
HEAD_FIELDS = (
    "number",
    "date",
    "place",
    "issuer",
    "title",
    "signer",
    "signer_title",
    "signs_for",
    "coordinating_office",
)
SECTION_FIELDS = ("number", "title")
_TARGETS: dict[str, tuple[type[models.Model], tuple[str, ...]]] = {
    "line": (DraftLine, LINE_FIELDS),
    "section": (DraftSection, SECTION_FIELDS),
    "head": (DraftHead, HEAD_FIELDS),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a draft: target ("line", "section" or "head"), its row and field."""

    target: str
    id: int
    field: str


def cells_of(draft: PlanImport, place: str, field: str) -> list[Cell]:
    """The cells that a mend or a finding's place names: "I.7" a line, "VIII" a section, "head" the head."""
    if place == "head":
        return [Cell("head", 0, field)]
    sections = {s.number: s for s in draft.sections.all()}
    if place in sections:
        return [Cell("section", sections[place].pk, field)]
    number, _, line = place.partition(".")
    while line and number not in sections and "." in line:
        more, _, line = line.partition(".")
        number = f"{number}.{more}"
    if number not in sections:
        return []
    rows = draft.lines.filter(section=sections[number], number=line)
    return [Cell("line", row.pk, field) for row in rows]


def row_of(draft: PlanImport, cell: Cell) -> models.Model:
    """The row that a cell lies in. Raises Refusal draft.field-unknown."""
    model, fields = _TARGETS.get(cell.target, (None, ()))
    if model is None or cell.field not in fields:
        raise Refusal("draft.field-unknown")
    rows = model._default_manager.filter(draft=draft)
    row = rows.first() if cell.target == "head" else rows.filter(pk=cell.id).first()
    if row is None:
        raise Refusal("draft.field-unknown")
    return row


def shown(row: models.Model, field: str) -> str:
    """A field as the screen shows it."""
    value = getattr(row, field)
    return (
        f"{value.day:02}/{value.month:02}/{value.year:04}" if isinstance(value, dt.date) else str(value or "")
    )


def set_value(row: models.Model, field: str, value: str) -> None:
    """Set a field to what was typed, not saved. Raises Refusal draft.value-unusable."""
    if field == "date":
        day = day_of(value) if value else None
        if value and (day is None or not 1900 <= day.year <= 2200):
            raise Refusal("draft.value-unusable", field, value=value)
        setattr(row, field, day)
        return
    limit = row._meta.get_field(field).max_length  # type: ignore[union-attr]
    if limit and len(value) > limit:
        raise Refusal("draft.value-unusable", field, value=value[:30] + "…")
    setattr(row, field, value)


def put(
    draft: PlanImport,
    changes: Iterable[tuple[Cell, str]],
    *,
    batch: int,
    by: int,
    at: dt.datetime,
    finding: int | None = None,
) -> None:
    """Change cells in one press, each with what stood there; finding: the id of the one that this press settles."""
    for cell, value in changes:
        row = row_of(draft, cell)
        before = shown(row, cell.field)
        set_value(row, cell.field, value)
        if isinstance(row, DraftLine):
            row.version += 1
        row.save()
        note(draft, batch, cell.target, row.pk, cell.field, before, value, by=by, at=at)
    if finding is not None:
        note(
            draft, batch, "finding", finding, "state", DraftFinding.OPEN, DraftFinding.ACCEPTED, by=by, at=at
        )


def next_batch(draft: PlanImport) -> int:
    """The number of the next press."""
    newest: int | None = draft.changes.aggregate(last=Max("batch"))["last"]
    return (newest or 0) + 1


def note(
    draft: PlanImport,
    batch: int,
    target: str,
    pk: int,
    field: str,
    before: str,
    after: str,
    *,
    by: int,
    at: dt.datetime,
) -> None:
    """Remember one change of a press, so that it can be taken back."""
    DraftChange.objects.create(
        ward_id=draft.ward_id, draft=draft, batch=batch, at=at, by_id=by, target=target, target_id=pk,
        field=field, before=before, after=after,
    )  # fmt: skip
