"""What the counter keeps of people beside the dossier goes with it: papers, addresses, drafts, what stands beside money. Figures and
numbers stay."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q

from caicach.counter.models import Attempt, Draft, Fee, Line, Money, Paper, Parcel
from caicach.documents import services as documents
from caicach.dossiers import forgetting
from caicach.dossiers.intake import Dossier
from caicach.history.services import GONE


def forget(dossier: Dossier, at: dt.datetime) -> int:
    """Inside the transaction that makes somebody unknown, and its lifting. How many papers went."""
    Line.objects.filter(dossier=dossier).exclude(way_to="").update(way_to=GONE)
    Parcel.objects.filter(dossier=dossier).update(name="", address="")
    Parcel.objects.filter(dossier=dossier).exclude(back_word="").update(back_word=GONE)
    Fee.objects.filter(dossier=dossier).exclude(ground="").update(ground=GONE)
    of = Money.objects.filter(dossier=dossier)
    of.exclude(note="").update(note="")
    of.exclude(reason="").update(reason=GONE)
    papers = list(Paper.objects.select_related("file").filter(dossier=dossier).exclude(facts={}))
    if papers:
        empty = forgetting.empty_file(dossier.ward_id, at=at)
        Paper.objects.filter(pk__in=[one.pk for one in papers]).update(facts={}, file=empty)
        for one in papers:
            if one.file_id != empty.pk and not Paper.objects.filter(file=one.file_id).exists():
                documents.forget(one.file)
    return len(papers)


def forget_attempts(citizen: Any) -> None:
    """What somebody who is nobody any more was once sent home with; part of `citizens.anonymise`. Procedure, form and number stay."""
    for one in (
        Attempt.objects.select_for_update().filter(Q(citizen=citizen) | Q(brought_by=citizen)).order_by("id")
    ):
        of = {
            "ward_id": one.ward_id,
            "dossier": None,
            "form": one.form,
            "year": one.year,
            "number": one.number,
        }
        if paper := Paper.objects.select_related("file").filter(**of).exclude(facts={}).first():
            empty, file = forgetting.empty_file(one.ward_id, at=citizen.anonymised_at), paper.file
            Paper.objects.filter(pk=paper.pk).update(facts={}, file=empty)
            if file.pk != empty.pk and not Paper.objects.filter(file=file).exists():
                documents.forget(file)
        Attempt.objects.filter(pk=one.pk).update(word=GONE, sealed="", by_authority="")


def forget_drafts(ward: int, until: dt.datetime) -> int:
    """What was typed so long ago and never saved."""
    return Draft.objects.filter(ward_id=ward, changed_at__lt=until).delete()[0]


def anonymise(ward: int, *, until: dt.datetime, at: dt.datetime) -> tuple[int, int, int, int]:
    """How many citizens, dossiers of lists, lists, drafts."""
    return *forgetting.anonymise(ward, until=until, at=at), forget_drafts(ward, until)


def due(ward: int, until: dt.datetime) -> tuple[int, int, int, int]:
    """How many there would be; writes nothing. Four queries."""
    return (
        forgetting.citizens_due(ward, until).count(),
        forgetting.dossiers_due(ward, until).count(),
        forgetting.lists_due(ward, until).count(),
        Draft.objects.filter(ward_id=ward, changed_at__lt=until).count(),
    )
