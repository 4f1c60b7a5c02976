"""The draft of a result, as it lies before whoever signs it (`laying` lays it)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Subquery

from caicach.core.http import Missing
from caicach.dossiers.models import Dossier, ResultDraft
from caicach.rules.formats import is_picture


@dataclass(frozen=True, slots=True)
class Laid:
    """is_seen: its pages can be shown as pictures."""

    name: str
    is_seen: bool


def laid_on(dossier: str) -> dict[str, Any]:
    """For a list's own query: annotations that `laid_by` reads. dossier: the way to the dossier's id."""
    rows = ResultDraft.objects.filter(dossier_id=OuterRef(dossier)).order_by("-at", "-id")
    return {f"draft_{name}": Subquery(rows.values(f"file__{name}")[:1]) for name in ("name", "kind")}


def laid_by(row: Any) -> Laid | None:
    return Laid(row.draft_name, is_picture(row.draft_kind)) if row.draft_name else None


def newest_of(ward: int, dossiers: Sequence[int]) -> dict[int, ResultDraft]:
    """dossier → its newest draft. One query."""
    rows = ResultDraft.objects.select_related("file", "by").filter(
        ward_id=ward, dossier_id__in=list(dossiers)
    )
    return {one.dossier_id: one for one in rows.order_by("at", "id")}


def newest(dossier: Dossier) -> ResultDraft:
    """Raises Missing where nobody has laid one."""
    found = newest_of(dossier.ward_id, [dossier.pk]).get(dossier.pk)
    if found is None:
        raise Missing
    return found
