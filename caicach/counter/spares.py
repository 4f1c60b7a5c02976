"""Blank receipts for when the counter has no network or no power: printed beforehand, written on by hand, typed in later with the true
time, ticked off one by one (decision 0046)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.utils import timezone

from caicach.core import clock
from caicach.core.http import Missing
from caicach.counter import papers, services
from caicach.counter.models import Running, Spare
from caicach.counter.services import Asked
from caicach.rules.formats import day_in
from caicach.rules.refusal import Refusal
from caicach.rules.vntext import cut, squeeze
from caicach.writing.forms import form as laid_out
from caicach.writing.forms import qr

MOST = 100
"""printed in one go"""
A_PAGE = 30
OLDEST_DAYS = 60
"""an older receipt is not typed in any more: its promise has run out, and what became of it must be asked first"""
_CODE = re.compile(r"DP-(\d{4})-(\d{1,6})", re.ASCII)
_TIME = re.compile(r"(\d{1,2})[:hg.](\d{2})\s+(\S+)", re.ASCII)


@transaction.atomic
def make(count: int, *, ward: int, token: str, by: int, at: dt.datetime) -> list[Spare]:
    """So many more, with numbers that nobody else gets; the same token makes none a second time. Raises Refusal spare.count."""
    if not 1 <= count <= MOST:
        raise Refusal("spare.count", "count", most=MOST)
    year = clock.local_day(at).year
    series = {"ward_id": ward, "series": f"du-phong-{year}"}
    Running.objects.get_or_create(**series, defaults={"last": 0})
    held = Running.objects.select_for_update().get(**series)
    if there := list(Spare.objects.filter(ward_id=ward, token__startswith=f"{token}x").order_by("number")):
        return there
    taken = range(held.last + 1, held.last + count + 1)
    held.last += count
    held.save(update_fields=["last"])
    made = [
        Spare(ward_id=ward, token=f"{token}x{nth}", year=year, number=n, made_at=at, made_by_id=by)
        for nth, n in enumerate(taken)
    ]
    for one in made:
        one.lookup_hash = services.lookup_hash(ward, services.lookup_code(ward, one.token))
    return Spare.objects.bulk_create(made)


@transaction.atomic
def spoil(spare: Spare, word: str, *, by: int, at: dt.datetime) -> None:
    """Its number stands for nothing. Done twice it is done once. Raises Refusal spare.word, spare.used."""
    held = Spare.objects.select_for_update().get(pk=spare.pk)
    if held.spoilt_at:
        return
    if not (said := cut(squeeze(word), 300)):
        raise Refusal("spare.word", "word")
    if held.dossier_id:
        raise Refusal("spare.used", slip=held.code)
    held.spoilt_at, held.spoilt_word, held.spoilt_by_id = at, said, by
    held.save(update_fields=["spoilt_at", "spoilt_word", "spoilt_by"])


@transaction.atomic
def type_in(code: str, came: str, asked: Asked, *, ward: int, token: str, by: int, at: dt.datetime) -> Any:
    """The dossier of a blank receipt that was written on, as of the time on it; the slip is held until both are one. at: now.

    Raises Missing, Refusal counter.old where the sheet is another slip's, spare.spoilt, and what `moment_of` and `services.accept` do.
    """
    spare = Spare.objects.select_for_update().get(pk=by_code(ward, code).pk)
    if spare.token != token:
        raise Refusal("counter.old")
    if spare.spoilt_at:
        raise Refusal("spare.spoilt", slip=spare.code)
    received = moment_of(came, made=spare.made_at, now=at)
    made = services.accept(
        replace(asked, slip=spare.code, entered=at), ward=ward, token=token, by=by, at=received
    )
    if spare.dossier_id is None:
        spare.dossier = made
        spare.save(update_fields=["dossier"])
    return made


def moment_of(text: str, *, made: dt.datetime, now: dt.datetime) -> dt.datetime:
    """When the dossier was taken in, as somebody types it from the paper: "9:05 20/11/2026". Raises Refusal spare.moment where it is no
    such thing, lies ahead, before the slip was printed, or too long ago."""
    found = _TIME.fullmatch(" ".join(text.split()))
    day = day_in(found[3]) if found else None
    if found is None or day is None or not (int(found[1]) < 24 and int(found[2]) < 60):
        raise Refusal("spare.moment", "came")
    at = dt.datetime.combine(day, dt.time(int(found[1]), int(found[2])), timezone.get_default_timezone())
    if at > now or day < clock.local_day(made) or (clock.local_day(now) - day).days > OLDEST_DAYS:
        raise Refusal("spare.moment-far", "came", since=f"{clock.local_day(made):%d/%m/%Y}", days=OLDEST_DAYS)
    return at


# --- what is shown ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Page:
    """left: still blank, as far as we know; used, spoilt: of all."""

    rows: Sequence[Spare]
    more: bool
    left: int
    used: int
    spoilt: int


def page(ward: int, *, which: str, number: int) -> Page:
    """which: "trong" (blank), "da-nhap", "hong", else all; newest first, the blank ones by their number. Four queries."""
    rows = Spare.objects.filter(ward_id=ward)
    blank = rows.filter(dossier=None, spoilt_at=None)
    of = {"trong": blank.order_by("id"), "da-nhap": rows.exclude(dossier=None), "hong": rows.exclude(spoilt_at=None)}  # fmt: skip
    shown = of.get(which, rows)
    shown = shown if which == "trong" else shown.order_by("-id")
    start = (number - 1) * A_PAGE
    found = list(shown.select_related("dossier", "spoilt_by")[start : start + A_PAGE + 1])
    return Page(
        found[:A_PAGE], len(found) > A_PAGE, blank.count(), rows.exclude(dossier=None).count(), rows.exclude(spoilt_at=None).count(),
    )  # fmt: skip


def by_code(ward: int, code: str) -> Spare:
    """By what is printed on it. Raises Missing."""
    found = _CODE.fullmatch(code.strip().upper())
    spare = Spare.objects.select_related("dossier").filter(ward_id=ward, year=int(found[1]), number=int(found[2])).first() if found else None  # fmt: skip
    if spare is None:
        raise Missing
    return spare


def is_blank(hashes: Sequence[str]) -> bool:
    """Whether a lookup code is that of a slip which nobody has typed in yet. One query, by its index."""
    return Spare.objects.filter(lookup_hash__in=list(hashes), dossier=None, spoilt_at=None).exists()


def sheets(ward: int, first: int, last: int, year: int, *, site: str, day: dt.date) -> bytes:
    """The blank ones of these numbers as PDF, a page each, the ward's half and the citizen's. Raises Missing where none is blank."""
    rows = Spare.objects.filter(
        ward_id=ward, year=year, number__range=(first, last), dossier=None, spoilt_at=None
    )
    found = list(rows.order_by("number")[:MOST])
    if not found:
        raise Missing
    slips = []
    for one in found:
        lookup = services.lookup_code(ward, one.token)
        slips.append({"code": one.code, "lookup": lookup, "qr": qr(f"{site}{papers.LOOKUP_PATH}{lookup}/")})
    facts = {**papers.heading(ward, day), "title": "Phiếu dự phòng", "number": "", "slips": slips}
    return laid_out("12", facts)
