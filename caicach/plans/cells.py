"""The cells of a draft, and the journal of what changed in them. No transaction is begun here."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.db import models
from django.db.models import Max

from caicach.core.http import day_of
from caicach.plans import drafts
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


def places_of(draft: PlanImport) -> dict[str, tuple[str, int]]:
    """What a place of a mend or finding is: the target and id of its cells."""
    rows = {place: ("line", pk) for place, pk in draft.lines.values_list("place", "pk")}
    sections = {place: ("section", pk) for place, pk in draft.sections.values_list("place", "pk")}
    return {"head": ("head", 0)} | sections | rows


def mended(made_from: str, value: str, now: str) -> str | None:
    """What a mend makes of a cell that may have been changed since: only what the mend changes; None where that is not there.

    made_from, value: the text that the mend was thought of for, and what it makes of that.
    """
    if now in (made_from, value):
        return value
    old, new = re.split(r"(\s+)", made_from), re.split(r"(\s+)", value)
    for change, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if change == "equal":
            continue
        if a == b:  # put in between: the word before it says where
            a, c = max(0, a - 1), max(0, c - 1)
            if "".join(new[c:d]) in now:
                continue
        here = re.split(r"(\s+)", now)
        at = [n for n in range(len(here)) if here[n : n + b - a] == old[a:b]]
        if len(at) != 1 or not "".join(old[a:b]).strip():
            return None
        now = "".join([*here[: at[0]], *new[c:d], *here[at[0] + b - a :]])
    return now


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
        before = drafts.shown(row, cell.field)
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
