"""What was not taken in at the counter: guided to complete it, or refused; each with its paper, and taken up when they come again.

A state of no dossier: before it is accepted nothing is kept but the attempt (`rules/dossier_moves`), so the books of dossiers add up
without these (NĐ 118/2025/NĐ-CP and what it kept of NĐ 61/2018 art. 17; forms 02 and 03 [check]).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import Count, Q

from caicach.accounts.queries import signer_on
from caicach.citizens import queries as citizens
from caicach.citizens.services import meet
from caicach.core import clock, seal, trip
from caicach.core.http import Missing
from caicach.counter import letters, numbers, queries
from caicach.counter.models import Attempt, Line, Paper, Spare
from caicach.counter.services import Asked
from caicach.counter.services import Person as Who
from caicach.documents import services as documents
from caicach.procedures.queries import for_intake
from caicach.rules.refusal import Refusal
from caicach.rules.vntext import cut, squeeze
from caicach.writing.forms import form as laid_out

A_PAGE = 20
MOST_WORD = 2_000
OPEN_DAYS = 90
"""so long somebody who comes again is asked whether it is this"""


def turn_away(
    asked: Asked,
    form: str,
    word: str,
    *,
    named: str = "",
    sheet: dict[str, object],
    ward: int,
    token: str,
    by: int,
    at: dt.datetime,
) -> Attempt:
    """Form 02 or 03 for whoever stands there; the same token never makes a second one. named: the procedure, where it is none of the
    catalogue; sheet: what was typed. A blank receipt whose sheet it was is spoilt by it.

    Raises Refusal attempt.word, attempt.procedure, attempt.taken where the sheet has made a dossier already, counter.authority, and what
    `citizens.meet` does, at the owner's fields with "owner_" before them.
    """
    said = "\n".join(line for line in (squeeze(one) for one in word.splitlines()) if line)
    if not said:
        raise Refusal("attempt.word", "turned")
    if asked.bringer and not asked.authority.strip():
        raise Refusal("counter.authority", "authority")
    try:
        with transaction.atomic():
            return _turned(asked, form, said, named, sheet, ward=ward, token=token, by=by, at=at)
    except IntegrityError:  # pressed twice at once
        return Attempt.objects.get(ward_id=ward, token=token)


def _turned(
    asked: Asked,
    form: str,
    word: str,
    named: str,
    sheet: dict[str, object],
    *,
    ward: int,
    token: str,
    by: int,
    at: dt.datetime,
) -> Attempt:
    if there := Attempt.objects.filter(ward_id=ward, token=token).first():
        return there
    if queries.has_made(ward, token):
        raise Refusal("attempt.taken")
    day = clock.local_day(at)
    version = for_intake(ward, asked.procedure, day)[0].first() if asked.procedure else None
    name = version.name if version else cut(squeeze(named), 400)
    if not name:
        raise Refusal("attempt.procedure", "find")
    owner = _met(asked.owner, "owner_" if asked.bringer else "", ward, by, at)
    bringer = _met(asked.bringer, "", ward, by, at) if asked.bringer else None
    (((_, number),),) = trip.send(numbers.taking(ward, f"mau-{form}-{day.year}"))
    queries.drop_draft(ward, token)
    slip = Spare.objects.filter(ward_id=ward, token=token, dossier=None, spoilt_at=None)
    slip.update(spoilt_at=at, spoilt_word=f"Chưa nhận được: phiếu {form} số {number}", spoilt_by_id=by)
    return Attempt.objects.create(
        ward_id=ward, token=token, form=form, year=day.year, number=number, procedure_code=asked.procedure if version else "", procedure=name,
        citizen=owner, brought_by=bringer, by_authority=cut(squeeze(asked.authority), 200) if bringer else "", word=cut(word, MOST_WORD),
        sealed=seal.seal(json.dumps(sheet).encode(), row=_row(ward, token)), at=at, by_id=by,
    )  # fmt: skip


def _met(who: Who, prefix: str, ward: int, by: int, at: dt.datetime) -> Any:
    try:
        return meet(who.facts, ward=ward, by=by, at=at, handle=who.handle, is_same=who.is_same)
    except Refusal as told:
        raise Refusal(told.code, f"{prefix}{told.place or 'name'}", **told.facts) from None


def is_made(ward: int, token: str) -> bool:
    """Whether this sheet is an attempt already. One query."""
    return Attempt.objects.filter(ward_id=ward, token=token).exists()


def came_of(ward: int, token: str, dossier: Any) -> None:
    """Whoever was sent home has come again, and it was taken in."""
    people = [one for one in (dossier.citizen_id, dossier.brought_by_id) if one]
    mine = Attempt.objects.filter(Q(citizen__in=people) | Q(brought_by__in=people), ward_id=ward, token=token)
    mine.filter(form=Attempt.GUIDED, taken=None).update(taken=dossier)


def typed(attempt: Attempt) -> dict[str, Any]:
    """The sheet as it was. Raises Missing where its people were forgotten since, Refusal counter.draft-sealed where the server's key is
    another now."""
    if not attempt.sealed:
        raise Missing
    try:
        found: dict[str, Any] = json.loads(
            seal.unseal(attempt.sealed, row=_row(attempt.ward_id, attempt.token))
        )
    except seal.Unopenable:
        raise Refusal("counter.draft-sealed") from None
    return found


def _row(ward: int, token: str) -> str:
    return f"counter.attempt:{ward}:{token}"


# --- what is shown ---------------------------------------------------------------------------------------------


def one(ward: int, token: str) -> Attempt:
    """Raises Missing."""
    found = Attempt.objects.select_related("citizen", "brought_by", "by", "taken").filter(ward_id=ward, token=token).first()  # fmt: skip
    if found is None:
        raise Missing
    return found


def waiting_for(ward: int, number: str, handle: str, *, today: dt.date) -> list[Attempt]:
    """What somebody was sent home to complete, lately, and has not brought again; newest first. One query."""
    if not (number or handle):
        return []
    mine = citizens.meant(ward, *citizens.asked_by(ward, number, handle)).values("pk")
    since = clock.noon(today - dt.timedelta(days=OPEN_DAYS))
    rows = Attempt.objects.filter(
        Q(citizen__in=mine) | Q(brought_by__in=mine), ward_id=ward, form=Attempt.GUIDED, taken=None, at__gte=since
    )  # fmt: skip
    return list(rows.order_by("-id")[:5])


@dataclass(frozen=True, slots=True)
class Turned:
    """A page of the year's attempts. guided, refused, again: of the whole year; again: came again and were taken in; taken_in: dossiers
    that the counter took in that year, so that the shares can be told."""

    rows: Sequence[Attempt]
    more: bool
    guided: int
    refused: int
    again: int
    taken_in: int

    @property
    def share(self) -> str:
        """Of all who came, so many in a hundred were guided or refused; "" without any."""
        whole = self.guided + self.refused + self.taken_in
        return f"{(self.guided + self.refused) * 1000 // whole / 10:g}".replace(".", ",") if whole else ""


def of_year(ward: int, year: int, *, which: str = "", number: int = 1) -> Turned:
    """which: "02", "03", "cho" (guided and not come again), "" all. Three queries."""
    rows = Attempt.objects.filter(ward_id=ward, year=year)
    counted = rows.aggregate(
        guided=Count("id", filter=Q(form=Attempt.GUIDED)),
        refused=Count("id", filter=Q(form=Attempt.REFUSED)),
        again=Count("id", filter=Q(taken__isnull=False)),
    )
    if which in ("02", "03"):
        rows = rows.filter(form=which)
    elif which == "cho":
        rows = rows.filter(form=Attempt.GUIDED, taken=None)
    start = (number - 1) * A_PAGE
    found = list(rows.select_related("citizen", "by", "taken").order_by("-id")[start : start + A_PAGE + 1])
    last = Line.objects.filter(ward_id=ward, year=year).order_by("-number").values_list("number", flat=True)
    return Turned(found[:A_PAGE], len(found) > A_PAGE, **counted, taken_in=last.first() or 0)


# --- its paper -------------------------------------------------------------------------------------------------


def paper(attempt: Attempt, *, by: int, at: dt.datetime) -> Paper:
    """Form 02 or 03 as it was printed, made at the first call and kept. Raises Missing where its people were forgotten since."""
    if not attempt.sealed:
        raise Missing
    of = {"ward_id": attempt.ward_id, "dossier": None, "form": attempt.form, "year": attempt.year, "number": attempt.number}  # fmt: skip
    if there := Paper.objects.select_related("file").filter(**of).first():
        return there
    facts = letters.facts_of(_occasion(attempt), queries.sentences(attempt.ward_id, attempt.form), number=attempt.number)  # fmt: skip
    upload: Any = ContentFile(
        laid_out(attempt.form, facts), name=f"mau-{attempt.form}-{attempt.year}-{attempt.number}.pdf"
    )
    try:
        with transaction.atomic():
            if not Attempt.objects.select_for_update().get(pk=attempt.pk).sealed:
                raise Missing  # forgotten meanwhile
            file = documents.store(upload, ward=attempt.ward_id, at=at)
            return Paper.objects.create(
                **of, layout=f"{attempt.form}/{letters.LAYOUT}", facts=facts, file=file, at=at, by_id=by
            )
    except IntegrityError:  # opened twice at once
        return Paper.objects.select_related("file").get(**of)


def _occasion(attempt: Attempt) -> letters.Occasion:
    owner = citizens.known(attempt.citizen)
    teller = citizens.known(attempt.brought_by) if attempt.brought_by else owner
    day = clock.local_day(attempt.at)
    version = for_intake(attempt.ward_id, attempt.procedure_code, day)[0].first() if attempt.procedure_code else None  # fmt: skip
    by = f"{attempt.brought_by.name} ({attempt.by_authority})" if attempt.brought_by else ""
    return letters.Occasion(
        form=attempt.form, code="", applicant=attempt.citizen.name, procedure=attempt.procedure, at=attempt.at,
        **letters.of_ward(attempt.ward_id), signer=signer_on(attempt.ward_id, attempt.by_id, day), brought_by=by,
        address=owner.address, phone=teller.phone, email=teller.email, reason=attempt.word, is_accepted=False,
        basis=tuple(version.basis) if version else (),
    )  # fmt: skip
