"""Results by post: handed over together with a list, their codes, those that came back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet

from caicach.core import clock, trip
from caicach.core.http import Missing
from caicach.counter import numbers
from caicach.counter.models import Parcel, PostList
from caicach.dossiers import intake
from caicach.dossiers.moves import Mover, Told, move
from caicach.rules.post import code_in, looks_mistyped
from caicach.rules.refusal import Refusal
from caicach.rules.vntext import cut, squeeze

MOST = 50
"""in one list"""
BY_POST = "Bưu chính công ích"


@dataclass(frozen=True, slots=True)
class Sent:
    """One result to be handed to the post. code: of the parcel, where it is known already."""

    dossier: str
    address: str
    code: str = ""


def send(sent: Sequence[Sent], *, taker: str, ward: int, token: str, by: Mover, at: dt.datetime) -> PostList:
    """The list; each dossier is returned by it, or sent once more where it had come back. All or nothing, and the same press is one.

    Raises Refusal post.nothing, .taker, .address, .code, .code-used, .not-there.
    """
    if not sent:
        raise Refusal("post.nothing")
    if not (taker := cut(squeeze(taker), 200)):
        raise Refusal("post.taker", "taker")
    try:
        with transaction.atomic():
            return _send(sent[:MOST], taker, ward, token, by, at)
    except IntegrityError:
        if there := PostList.objects.filter(ward_id=ward, token=token).first():
            return there
        raise Refusal("post.code-used") from None


def _send(sent: Sequence[Sent], taker: str, ward: int, token: str, by: Mover, at: dt.datetime) -> PostList:
    if there := PostList.objects.filter(ward_id=ward, token=token).first():
        return there
    asked = {one.dossier: one for one in sent}
    found = {one.code: one for one in waiting(ward).filter(code__in=asked)}
    for code, one in asked.items():
        if code not in found:
            raise Refusal("post.not-there", shown=code)
        if not one.address.strip():
            raise Refusal("post.address", shown=code)
    year = clock.local_day(at).year
    made = PostList(ward_id=ward, year=year, number=0, taker=taker, token=token, at=at, by_id=by.person)
    dossiers = [found[code] for code in sorted(asked)]
    for dossier in dossiers:  # in one order, so that two who send the same never wait in a ring
        if dossier.state == "resolved":
            try:
                move(dossier, "return-result", Told(collector=BY_POST, proof=taker), by=by, at=at)
            except Refusal:
                raise Refusal("post.not-there", shown=dossier.code) from None
            continue
        held = intake.hold(dossier)
        if not Parcel.objects.filter(came_back(), ward_id=ward, dossier=held).update(ended_at=at):
            raise Refusal("post.not-there", shown=dossier.code)
        facts = {"code": code_in(asked[dossier.code].code)}
        intake.event(held, "posted-again", facts, by=by.person, at=at).save(force_insert=True)
    (((_, number),),) = trip.send(numbers.taking(ward, f"buu-chinh-{year}"))
    made.number = int(number)
    made.save()
    for n, dossier in enumerate(dossiers, 1):
        one = asked[dossier.code]
        Parcel.objects.create(
            ward_id=ward, post_list=made, dossier=dossier, position=n, name=dossier.applicant, address=cut(squeeze(one.address), 300), code=code_in(one.code),
        )  # fmt: skip
    return made


def write_codes(made: PostList, codes: Mapping[str, str], *, by: int, at: dt.datetime) -> list[str]:
    """The post's codes of a list: dossier → as typed. Those that look mistyped, kept all the same. Raises Refusal post.code, .code-used."""
    odd = []
    try:
        with transaction.atomic():
            for parcel in made.parcels.select_for_update().select_related("dossier"):
                code = code_in(codes.get(parcel.dossier.code, parcel.code))
                if code == parcel.code:
                    continue
                parcel.code = code
                parcel.save(update_fields=["code"])
                intake.event(parcel.dossier, "post-code", {"code": code}, by=by, at=at).save(
                    force_insert=True
                )
                odd += [code] if looks_mistyped(code) else []
    except IntegrityError:
        raise Refusal("post.code-used") from None
    return odd


@transaction.atomic
def take_back(parcel: Parcel, word: str, *, by: int, at: dt.datetime) -> bool:
    """The post brought it back. Whether that is new. Nothing of when the dossier was settled changes. Raises Refusal post.reason, .back-already."""
    word = cut(squeeze(word), 300)
    if not word:
        raise Refusal("post.reason", "word")
    held = Parcel.objects.select_for_update(of=("self",)).select_related("dossier").get(pk=parcel.pk)
    if held.back_at is not None:
        if held.back_word == word:
            return False
        raise Refusal("post.back-already")
    held.back_at, held.back_word = at, word
    held.save(update_fields=["back_at", "back_word"])
    intake.event(held.dossier, "post-back", {"code": held.code}, by=by, at=at, word=word).save(
        force_insert=True
    )
    return True


def came_back() -> Q:
    """Parcels that lie at the ward again."""
    return Q(back_at__isnull=False, ended_at__isnull=True)


def back_of(dossier: Any) -> Parcel | None:
    """The parcel of a dossier that lies at the ward again."""
    return Parcel.objects.filter(came_back(), ward_id=dossier.ward_id, dossier=dossier).first()


def came_back_once(dossier: Any) -> bool:
    """Whether the post has ever brought it back."""
    return Parcel.objects.filter(ward_id=dossier.ward_id, dossier=dossier, back_at__isnull=False).exists()


# --- what the pages show ---------------------------------------------------------------------------------------


def backs(ward: int) -> dict[int, Parcel]:
    """All that lie at the ward again: dossier → parcel. One query, by its index."""
    return {one.dossier_id: one for one in Parcel.objects.filter(came_back(), ward_id=ward)[:1_000]}


def waiting(ward: int) -> QuerySet[Any]:
    """What is to be handed to the post: results that go so, and those that came back; the oldest first."""
    back = list(backs(ward))
    own = intake.Dossier.objects.filter(ward_id=ward, set_aside=False, system=intake.Dossier.OWN)
    rows = own.filter(Q(state="resolved", line__way="post") | Q(pk__in=back, state="returned"))
    return rows.select_related("line", "clock", "citizen", "brought_by").order_by("resolved_on", "id")


def lists(ward: int, *, most: int = 10) -> list[PostList]:
    """The newest, with how many parcels, how many without a code, how many came back. One query."""
    rows = PostList.objects.filter(ward_id=ward).select_related("by").order_by("-id")
    return list(
        rows.annotate(
            count=Count("parcels"), codeless=Count("parcels", filter=Q(parcels__code="")), back=Count("parcels", filter=Q(parcels__back_at__isnull=False))
        )[:most]
    )  # fmt: skip


def list_for(ward: int, year: int, number: int) -> PostList:
    """The one door to a list. Raises Missing."""
    found = PostList.objects.select_related("by").filter(ward_id=ward, year=year, number=number).first()
    if found is None:
        raise Missing
    return found


def parcels_of(made: PostList) -> list[Parcel]:
    return list(made.parcels.select_related("dossier").order_by("position"))


def newest_parcel(dossier: int) -> Parcel | None:
    """How a dossier's result went out last by post. One query."""
    return Parcel.objects.select_related("post_list").filter(dossier_id=dossier).order_by("-id").first()
