"""An officer lays the draft of a result before whoever signs it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from caicach.documents import services as documents
from caicach.dossiers import intake
from caicach.dossiers.models import Dossier, ResultDraft
from caicach.dossiers.moves import Mover, elsewhere
from caicach.rules import rights
from caicach.rules.dossier_moves import MOVES
from caicach.rules.refusal import Refusal

EVENT = "draft"


@transaction.atomic
def lay(dossier: Dossier, upload: Any, *, by: Mover, at: dt.datetime) -> ResultDraft:
    """The newest draft from now on; the same file again is the one that is there.

    Raises Refusal draft.not-now where there is nothing to sign, dossier.beside, dossier.not-yours, and what `documents.store_paper` does.
    """
    held = intake.hold(dossier)
    if held.system != Dossier.OWN:
        raise Refusal("dossier.beside", "file")
    if held.state not in MOVES["resolve"].since:
        raise Refusal("draft.not-now", "file")
    if name := elsewhere(held, by):
        raise Refusal("dossier.not-yours", "file", office=name)
    upload.name = f"{held.code}, {documents.clean_name(upload.name or 'du-thao')}"
    file = documents.store_paper(upload, ward=held.ward_id, at=at)
    made, is_new = ResultDraft.objects.get_or_create(
        dossier=held, file=file, defaults={"ward_id": held.ward_id, "at": at, "by_id": by.person}
    )
    if is_new:
        intake.event(held, EVENT, {}, by=by.person, at=at).save(force_insert=True)
    else:  # laid once more, it is the newest again
        ResultDraft.objects.filter(pk=made.pk).update(at=at, by_id=by.person)
    return made


def may_lay(dossier: Dossier, role: str, *, by: Mover) -> bool:
    """Whether `lay` would let somebody with this role."""
    is_now = dossier.state in MOVES["resolve"].since and dossier.system == Dossier.OWN
    return is_now and rights.allows("dossier.process", role) and not elsewhere(dossier, by)
