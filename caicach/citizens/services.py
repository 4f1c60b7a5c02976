"""The verbs of citizens: met, seen, opened in full, anonymised. Each leaves its trace."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from caicach.citizens import queries
from caicach.citizens.models import Citizen, Trace
from caicach.core import clock, origin, seal
from caicach.history import services as history
from caicach.rules.citizen_card import doubts
from caicach.rules.phones import dialled
from caicach.rules.refusal import Refusal
from caicach.rules.vntext import cut, key, squeeze

_TAX_CODE = re.compile(r"\d{10}(?:-?\d{3})?")
_PASSPORT = re.compile(r"[A-Z0-9]{6,20}")
_PHONE = re.compile(r"\+?\d{9,15}")
_PLAIN = ("email", "address", "born", "sex")
NOBODY = "(đã ẩn danh)"


@dataclass(frozen=True, slots=True)
class Facts:
    """What was said or scanned of somebody. "" and None say nothing: they never take away what is known."""

    name: str
    kind: str = Citizen.PERSON
    number_kind: str = Citizen.CARD
    number: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    born: dt.date | None = None
    sex: str = ""


def meet(
    facts: Facts, *, ward: int, by: int | None, at: dt.datetime, handle: str = "", is_same: bool = False
) -> Citizen:
    """The citizen with this number, or named by handle, with what is new of them taken over; else one more.

    Two wards never share a row. A number that another name had is taken for a slip, unless is_same says it is one person
    (married, corrected). Raises Refusal citizen.unnamed, citizen.no-name, citizen.email, card.number, citizen.passport, citizen.tax-code, citizen.phone,
    citizen.other-name.
    """
    facts = checked(facts)
    with transaction.atomic():
        there = list(queries.to_meet(ward, *queries.asked_by(ward, facts.number, handle)))
        try:
            with transaction.atomic():
                citizen, trace = met(there, facts, ward=ward, by=by, at=at, is_same=is_same)
                write(citizen, trace)
        except IntegrityError:  # met at another counter this very moment
            there = list(queries.to_meet(ward, *queries.asked_by(ward, facts.number, "")))
            if not there:
                raise
            citizen, trace = met(there, facts, ward=ward, by=by, at=at, is_same=is_same)
            write(citizen, trace)
        return citizen


def met(
    there: Iterable[Citizen],
    facts: Facts,
    *,
    ward: int,
    by: int | None,
    at: dt.datetime,
    is_same: bool = False,
) -> tuple[Citizen, Trace | None]:
    """As `meet`, not written yet: for who writes it together with other rows. there: `queries.to_meet`, held; facts: `checked`.
    The trace is None where nothing is new. Raises Refusal citizen.other-name."""
    key_of = queries.number_key(ward, facts.number) if facts.number else ""
    every = list(there)
    found = next((one for one in every if key_of and one.number_key == key_of), None)
    if found is None:  # chosen from a list; another number is another person
        found = next((one for one in every if not (facts.number and one.number)), None)
    if found is None:
        made = _new(facts, ward=ward, at=at)
        return made, _trace(made, "known", by=by, at=at)
    changed = _change(found, facts, is_same=is_same)
    return found, _trace(found, "changed", by=by, at=at, fields=changed) if changed else None


def write(citizen: Citizen, trace: Trace | None) -> None:
    """What `met` gave, where it goes alone."""
    if trace is None:
        return
    citizen.save()
    trace.citizen = citizen
    trace.save(force_insert=True)


def checked(facts: Facts) -> Facts:
    """The facts as they are kept: spaces, capitals and the nought before a phone put right. Raises as `meet`."""
    name = cut(squeeze(facts.name), 200)
    if not any(sign.isalpha() for sign in name):
        raise Refusal("citizen.unnamed", "name")
    if "|" in name or (facts.kind == Citizen.PERSON and any(sign.isdigit() for sign in name)):
        raise Refusal("citizen.no-name", "name")
    number, phone = "".join(facts.number.split()).upper(), dialled(facts.phone)
    if number:
        _check_number(facts.number_kind, number)
    if facts.email.strip():
        try:
            validate_email(facts.email.strip())
        except ValidationError:
            raise Refusal("citizen.email", "email") from None
    if phone and not _PHONE.fullmatch(phone):
        raise Refusal("citizen.phone", "phone")
    return Facts(
        name, facts.kind, facts.number_kind, number, phone, facts.email.strip(), cut(squeeze(facts.address), 300), facts.born, facts.sex
    )  # fmt: skip


def _check_number(kind: str, number: str) -> None:
    try:
        if kind == Citizen.CARD:
            doubts(number)
        elif kind == Citizen.PASSPORT and not _PASSPORT.fullmatch(number):
            raise Refusal("citizen.passport")
        elif kind == Citizen.TAX_CODE and not _TAX_CODE.fullmatch(number):
            raise Refusal("citizen.tax-code")
    except Refusal as told:
        raise Refusal(told.code, "number") from None


def _new(facts: Facts, *, ward: int, at: dt.datetime) -> Citizen:
    made = Citizen(
        ward_id=ward, handle=secrets.token_urlsafe(12), kind=facts.kind, name=facts.name, words=key(facts.name),
        number_kind=facts.number_kind, made_at=at, **{name: getattr(facts, name) for name in _PLAIN},
    )  # fmt: skip
    for field in ("number", "phone"):
        _seal(made, field, getattr(facts, field))
    return made


def _change(held: Citizen, facts: Facts, *, is_same: bool) -> list[str]:
    if held.anonymised_at is None and key(held.name) != key(facts.name) and not is_same:
        raise Refusal("citizen.other-name", "name", known=held.name)
    changed = [
        name for name in _PLAIN if getattr(facts, name) and getattr(facts, name) != getattr(held, name)
    ]
    for name in changed:
        setattr(held, name, getattr(facts, name))
    if held.name != facts.name:
        held.name, held.words = facts.name, key(facts.name)
        changed.append("name")
    keys = {"number": queries.number_key, "phone": queries.phone_key}
    for field, key_of in keys.items():
        said: str = getattr(facts, field)
        if said and getattr(held, f"{field}_key") != key_of(held.ward_id, said):
            _seal(held, field, said)
            changed.append(field)
    if "number" in changed:
        held.number_kind = facts.number_kind
    return changed


def _seal(citizen: Citizen, field: str, said: str) -> None:
    key_of = queries.number_key if field == "number" else queries.phone_key
    sealed = seal.seal(said.encode(), row=queries.row(citizen.handle, field)) if said else ""
    setattr(citizen, field, sealed)
    setattr(citizen, f"{field}_key", key_of(citizen.ward_id, said) if said else "")


@transaction.atomic
def see(citizens: Iterable[Citizen], *, by: int, at: dt.datetime, about: str = "") -> None:
    """Somebody has these citizens' data on a page: on record once a day for each page."""
    Trace.objects.bulk_create(
        [_trace(one, "seen", by=by, at=at, about=about) for one in citizens], ignore_conflicts=True
    )


@transaction.atomic
def open_in_full(
    citizen: Citizen, field: str, *, reason: str, by: int, at: dt.datetime, about: str = ""
) -> str:
    """The number or the phone in full, on record with its reason. Raises Refusal citizen.no-reason, citizen.sealed."""
    if not reason.strip():
        raise Refusal("citizen.no-reason", "reason")
    try:
        found = queries.unsealed(citizen, field)
    except seal.Unopenable:
        raise Refusal("citizen.sealed") from None
    _trace(
        citizen, "opened", by=by, at=at, fields=[field], about=about, reason=cut(squeeze(reason), 300)
    ).save(force_insert=True)
    return found


_ANONYMISED: list[Callable[[Citizen], None]] = []


def tell_anonymised(function: Callable[[Citizen], None]) -> None:
    """Register who forgets more of a citizen, in the same transaction; said once, when the room is ready."""
    if function not in _ANONYMISED:
        _ANONYMISED.append(function)


@transaction.atomic
def anonymise(citizen: Citizen, *, at: dt.datetime, by: int | None = None) -> None:
    """Nobody is behind the row any more; what points at it stays whole. Done twice it is done once."""
    held = Citizen.objects.select_for_update().get(pk=citizen.pk)
    if held.anonymised_at:
        return
    held.name, held.words, held.email, held.address, held.born, held.sex = NOBODY, "", "", "", None, ""
    for field in ("number", "phone"):
        _seal(held, field, "")
    held.anonymised_at = at
    held.save()
    with history.forgetting():  # why somebody opened it may name whom it was about
        Trace.objects.filter(citizen=held).exclude(reason="").update(reason=history.GONE)
    _trace(held, "anonymised", by=by, at=at).save(force_insert=True)
    for forget in _ANONYMISED:
        forget(held)


def _trace(
    citizen: Citizen,
    what: str,
    *,
    by: int | None,
    at: dt.datetime,
    fields: Iterable[str] = (),
    about: str = "",
    reason: str = "",
) -> Trace:
    return Trace(
        ward_id=citizen.ward_id, citizen=citizen, at=at, day=clock.local_day(at), by_id=by, what=what,
        fields=",".join(fields), about=about, reason=reason, address=origin.address(),
    )  # fmt: skip
