"""What a dossier tells of people is taken away once the keeping period is over: code, procedure, days, states, figures stay.

Events are appended only; their words and what their facts say of people go inside `history.forgetting`, the one narrow way that the
database lets pass, and an event of its own tells what was taken away. Decision 0043.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from caicach.citizens import services as citizens
from caicach.citizens.queries import known_before
from caicach.core import clock
from caicach.documents import services as documents
from caicach.documents.services import StoredFile
from caicach.dossiers import comparing, intake
from caicach.dossiers.models import Dossier, DossierList, Event, ResultDraft
from caicach.history import services as history
from caicach.rules.dossier_moves import STATES

ANONYMISED = "anonymised"
"""the event that tells of it: no move"""
_OVER = tuple(name for name, one in STATES.items() if one.group in ("resolved", "ended"))
_KEPT = frozenset(
    "promise term line year office office_name person person_name amount before after due outcome document signed_on resolved late_days "
    "list changes into for way receipt code how capacity took legs leg leg_name agency slip entered".split()
)
"""facts of events that tell of no citizen; whatever else stands there goes"""
_OF_PEOPLE = ("applicant",)
"""fields whose changes by lists go"""
_A_BATCH = 200
_FORGET: list[Callable[[Dossier, dt.datetime], int]] = []


def tell(function: Callable[[Dossier, dt.datetime], int]) -> None:
    """Register who keeps more of a dossier and forgets it in the same transaction, and says how much; said once, when the room is
    ready."""
    if function not in _FORGET:
        _FORGET.append(function)


def citizens_due(ward: int, until: dt.datetime) -> QuerySet[Any]:
    """Those known since before a moment whose every dossier, as its owner or as who brought it, was over before it."""
    of = Q(citizen=OuterRef("pk")) | Q(brought_by=OuterRef("pk"))
    alive = Exists(Dossier.objects.filter(of).exclude(_over(until)))
    return known_before(ward, until).filter(~alive)


def dossiers_due(ward: int, until: dt.datetime) -> QuerySet[Dossier]:
    """Those of nobody's row, as lists told of them, that were over before a moment and still name somebody."""
    rows = Dossier.objects.filter(_over(until), ward_id=ward, citizen__isnull=True, brought_by__isnull=True)
    day = clock.local_day(until)
    return rows.filter(Q(received_on__isnull=True) | Q(received_on__lt=day), forgotten_at__isnull=True)


def lists_due(ward: int, until: dt.datetime) -> QuerySet[DossierList]:
    """Brought before a moment, their rows still there."""
    rows = DossierList.objects.filter(ward_id=ward, made_at__lt=until).exclude(state__in=DossierList.AT_WORK)
    return rows.exclude(file__name=_EMPTY)


def _over(until: dt.datetime) -> Q:
    """Nothing more will happen, and nothing has since then."""
    day = clock.local_day(until)
    lately = Event.objects.filter(dossier=OuterRef("pk"), at__gte=until).exclude(code=ANONYMISED)
    return (
        (Q(state__in=_OVER) | Q(set_aside=True))
        & (Q(resolved_on__isnull=True) | Q(resolved_on__lt=day))
        & (Q(returned_on__isnull=True) | Q(returned_on__lt=day))
        & ~Q(Exists(lately))
    )


def forget_citizen(citizen: Any) -> None:
    """Of all that was done for somebody who is nobody any more; part of `citizens.anonymise`."""
    for one in Dossier.objects.filter(Q(citizen=citizen) | Q(brought_by=citizen)).order_by("id"):
        _forget(intake.hold(one), names_owner=one.citizen_id != citizen.pk, at=citizen.anonymised_at)


@transaction.atomic
def forget(dossier: Dossier, *, at: dt.datetime) -> None:
    """The same of one that lists told of. Done twice it is done once."""
    held = intake.hold(dossier)
    if held.forgotten_at is None:
        _forget(held, names_owner=False, at=at)


def _forget(held: Dossier, *, names_owner: bool, at: dt.datetime) -> None:
    """names_owner: its owner is still known by another dossier, and the name stays with this one."""
    took = []
    if not names_owner and held.applicant:
        held.applicant = ""
        took.append("applicant")
    if held.by_authority:
        held.by_authority = ""
        took.append("authority")
    with history.forgetting():
        if changed := _forget_words(held):
            took.append(f"words:{changed}")
        if papers := sum(forget_more(held, at) for forget_more in _FORGET):
            took.append(f"papers:{papers}")
        if drafts := _forget_drafts(held):
            took.append(f"drafts:{drafts}")
    held.words = comparing.words_of(held)
    if held.forgotten_at is None or took:
        intake.event(held, ANONYMISED, {"took": took}, by=None, at=at).save(force_insert=True)
    if not names_owner:
        held.forgotten_at = at
    held.revision += 1
    held.save()


def _forget_drafts(held: Dossier) -> int:
    """A file is named after its dossier, so nobody else points at its row."""
    rows = list(ResultDraft.objects.select_related("file").filter(dossier=held))
    ResultDraft.objects.filter(dossier=held).delete()
    for one in rows:
        documents.forget(one.file)
    return len(rows)


def _forget_words(held: Dossier) -> int:
    changed = []
    for one in Event.objects.filter(dossier=held).order_by("id"):
        facts, word = _facts(one.facts), history.GONE if one.word else ""
        if one.code == "charged":  # why nobody pays stands in brackets, and may name them
            facts |= {
                name: str(facts[name]).partition(" (")[0] for name in ("before", "after") if name in facts
            }
        if (facts, word) != (one.facts, one.word):
            one.facts, one.word = facts, word
            changed.append(one)
    Event.objects.bulk_update(changed, ["facts", "word"])
    return len(changed)


def _facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in facts.items() if name in _KEPT}
    if "changes" in kept:
        kept["changes"] = [one for one in kept["changes"] if one[0] not in _OF_PEOPLE]
    return kept


_EMPTY = "da-an-danh.txt"


def empty_file(ward: int, *, at: dt.datetime) -> StoredFile:
    """What stands where a file was."""
    words = "Tệp này đã bỏ khi ẩn danh, vì hết thời hạn giữ.\n"
    return documents.store(SimpleUploadedFile(_EMPTY, words.encode()), ward=ward, at=at)  # type: ignore[arg-type]


@transaction.atomic
def forget_list(row: DossierList, *, at: dt.datetime) -> None:
    """The rows of a list that was brought so long ago; what was taken over from it is the dossiers' own."""
    held = DossierList.objects.select_for_update(of=("self",)).select_related("file").get(pk=row.pk)
    file = held.file
    held.file, held.sample = empty_file(held.ward_id, at=at), {}
    held.save(update_fields=["file", "sample"])
    if not DossierList.objects.filter(file=file).exists():
        documents.forget(file)
    history.append(held, "dossiers.list-emptied", by=None, at=at)


def anonymise(ward: int, *, until: dt.datetime, at: dt.datetime) -> tuple[int, int, int]:
    """Everybody and everything whose time is over, each in a transaction of its own: killed anywhere it goes on. How many citizens,
    dossiers of nobody's row, lists."""
    done = [0, 0, 0]
    with _overwritten():
        while found := list(citizens_due(ward, until).order_by("id")[:_A_BATCH]):
            for citizen in found:
                citizens.anonymise(citizen, at=at)
            done[0] += len(found)
        while batch := list(dossiers_due(ward, until).order_by("id")[:_A_BATCH]):
            for dossier in batch:
                forget(dossier, at=at)
            done[1] += len(batch)
        for row in lists_due(ward, until).order_by("id"):
            forget_list(row, at=at)
            done[2] += 1
        if any(done):
            _forget_in_index()
    return done[0], done[1], done[2]


class _overwritten:
    """SQLite writes over what is taken out of its pages, for as long."""

    def __enter__(self) -> None:
        self._say("ON")

    def __exit__(self, *_: object) -> None:
        self._say("OFF")

    def _say(self, how: str) -> None:
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute(f"PRAGMA secure_delete={how}")


def _forget_in_index() -> None:
    """SQLite's index of words keeps what was taken out of it until its parts are put together."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO dossiers_words(dossiers_words) VALUES('optimize')")
