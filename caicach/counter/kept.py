"""Drafts: what is typed at the counter outlives the browser, sealed, for whoever typed it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping

from django.db import IntegrityError, transaction

from caicach.core import seal
from caicach.counter.models import Draft
from caicach.rules.refusal import Refusal
from caicach.rules.vntext import cut

MOST = 50
"""drafts of one person: more are forgotten ones, and the oldest goes"""


def keep(said: Mapping[str, object], *, ward: int, token: str, label: str, by: int, at: dt.datetime) -> None:
    """Keep what is typed so far. One that somebody else owns stays theirs."""
    sealed = seal.seal(json.dumps(said).encode(), row=_row(ward, token))
    values = {"sealed": sealed, "label": cut(label, 400), "changed_at": at}
    try:
        with transaction.atomic():
            if Draft.objects.filter(ward_id=ward, token=token, owner_id=by).update(**values):
                return
            Draft.objects.create(ward_id=ward, token=token, owner_id=by, begun_at=at, **values)
            old = Draft.objects.filter(ward_id=ward, owner_id=by).order_by("-changed_at", "-id")[MOST:]
            Draft.objects.filter(pk__in=[one.pk for one in old]).delete()
    except IntegrityError:
        return  # somebody else's


def read(draft: Draft) -> dict[str, object]:
    """What was typed. Raises Refusal counter.draft-sealed where the server's key is another now."""
    try:
        found: dict[str, object] = json.loads(seal.unseal(draft.sealed, row=_row(draft.ward_id, draft.token)))
    except seal.Unopenable:
        raise Refusal("counter.draft-sealed") from None
    return found


def leave(draft: Draft) -> None:
    """For whoever sits here next."""
    Draft.objects.filter(pk=draft.pk).update(left=True)


def take_over(draft: Draft, *, by: int, at: dt.datetime) -> None:
    """What was left is now somebody's own; of two who take it at once the second finds it gone."""
    Draft.objects.filter(pk=draft.pk, left=True).update(left=False, owner_id=by, changed_at=at)


def drop(draft: Draft) -> None:
    """Thrown away."""
    Draft.objects.filter(pk=draft.pk).delete()


def _row(ward: int, token: str) -> str:
    return f"counter.draft:{ward}:{token}"
