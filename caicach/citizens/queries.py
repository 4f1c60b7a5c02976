"""Finding a citizen by what they bring: a number, a phone, a name; and what a screen may show of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from caicach.accounts.queries import office_on
from caicach.citizens.models import Citizen, Trace
from caicach.core import seal
from caicach.rules.citizen_card import masked
from caicach.rules.phones import dialled
from caicach.rules.vntext import key

_FEWEST_DIGITS = 7
"""of a number that anybody has: a passport's"""
_HIDDEN = "••••"
"""stands for what another key of the server has sealed"""


@dataclass(frozen=True, slots=True)
class Known:
    """A citizen as screens and papers name them; number and phone masked, "" where none is known."""

    handle: str
    kind: str
    name: str
    number_kind: str
    number: str
    phone: str
    email: str
    address: str
    born: dt.date | None
    sex: str


@dataclass(frozen=True, slots=True)
class Touch:
    """One line of who had to do with a citizen's data: what as in `Trace`."""

    at: dt.datetime
    who: str
    what: str
    fields: tuple[str, ...]
    about: str
    reason: str


def known(citizen: Citizen) -> Known:
    return Known(
        citizen.handle, citizen.kind, citizen.name, citizen.number_kind, _masked(citizen, "number"),
        _masked(citizen, "phone"), citizen.email, citizen.address, citizen.born, citizen.sex,
    )  # fmt: skip


def by_handle(ward: int, handle: str) -> Citizen | None:
    return Citizen.objects.filter(ward_id=ward, handle=handle).first()


def by_number(ward: int, number: str) -> Citizen | None:
    """Who has this number of a card, a passport or a tax code."""
    return (
        Citizen.objects.filter(_numbered(number_key(ward, number)), ward_id=ward).first() if number else None
    )


def _numbered(key: str) -> Q:
    """Whose number has this key. SQLite takes the index of numbers, which leaves out who has none, only where that is said."""
    return Q(number_key=key) & ~Q(number_key="")


NOBODY_HAS = "-"
"""a handle, a key that no row has: what is asked for where nothing was said"""


def by_numbers(ward: int, numbers: Collection[str]) -> dict[str, Citizen]:
    """Several at once: number → who has it. One query."""
    keys = {number_key(ward, one): one for one in numbers}
    rows = Citizen.objects.filter(ward_id=ward, number_key__in=list(keys)).exclude(number_key="")
    return {keys[row.number_key]: row for row in rows}


def asked_by(ward: int, number: str, handle: str) -> tuple[str, str]:
    """The key and the handle by which `to_meet` asks."""
    return number_key(ward, number) if number else NOBODY_HAS, handle or NOBODY_HAS


def to_meet(ward: int, number_key: str, handle: str) -> QuerySet[Citizen]:
    """Whom `services.met` chooses from, held: who has this number, and who was chosen from a list. By `asked_by`."""
    return meant(ward, number_key, handle).select_for_update()


def meant(ward: int, number_key: str, handle: str) -> QuerySet[Citizen]:
    """The same, not held."""
    return Citizen.objects.filter(Q(handle=handle) | _numbered(number_key), ward_id=ward)


def by_phone(ward: int, phone: str, *, limit: int = 20) -> list[Citizen]:
    """Everybody who gave this phone (a family shares one), newest first."""
    found = (
        Citizen.objects.filter(ward_id=ward, phone_key=phone_key(ward, phone))
        if phone
        else Citizen.objects.none()
    )
    return list(found.order_by("-id")[:limit])


def with_number(ward: int, asked: str, *, most: int) -> list[int]:
    """The rows of whoever has this card number, passport, tax code or phone, whole. One query; none where it can be neither."""
    said = "".join(asked.split()).upper()
    if sum(sign.isdigit() for sign in said) < _FEWEST_DIGITS:
        return []
    mine = _numbered(number_key(ward, said)) | Q(phone_key=phone_key(ward, dialled(said)))
    rows = Citizen.objects.filter(mine, ward_id=ward).order_by("-id")
    return list(rows.values_list("pk", flat=True)[:most])


def by_name(ward: int, asked: str, *, limit: int = 20) -> list[Citizen]:
    """Who has a name that begins so, without accents; newest first. "" finds nobody."""
    words = key(asked)
    if not words:
        return []
    # a range, which an index answers; a database's own order of letters may let others into it
    found = Citizen.objects.filter(
        ward_id=ward, words__gte=words, words__lt=words + chr(0x10FFFD), words__startswith=words
    )
    return list(found.order_by("-id")[:limit])


def touches(citizen: Citizen, *, limit: int = 200) -> Sequence[Touch]:
    """Who had to do with what is known of a citizen, newest first: for its owner to see."""
    found = Trace.objects.filter(citizen=citizen).select_related("by").order_by("-id")[:limit]
    return [
        Touch(one.at, one.by.full_name if one.by else "", one.what, tuple(filter(None, one.fields.split(","))), one.about, one.reason)
        for one in found
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """That an office of the ward had a dossier before it: on a day, what it did as in `Trace`. times: how many people."""

    day: dt.date
    office: str
    what: str
    times: int


def looks(ward: int, about: Sequence[str]) -> list[Look]:
    """Which offices looked at what is known of a dossier's people on its pages, newest first: offices and days, no names. about:
    the codes it has had. One query."""
    found = (
        Trace.objects.filter(ward_id=ward, about__in=list(about), what__in=["seen", "opened"])
        .annotate(office=office_on(person="by_id", ward="ward_id", day="day"))
        .values_list("day", "office", "what")
        .annotate(times=Count("by_id", distinct=True))
        .order_by("-day", "office", "what")[:100]
    )
    return [Look(day, office or "", what, times) for day, office, what, times in found]


def number_key(ward: int, number: str) -> str:
    """By what a number is found within a ward: the same card is another thing in another ward's database."""
    return seal.fingerprint("".join(number.split()).upper(), use=f"citizens.number:{ward}")


def phone_key(ward: int, phone: str) -> str:
    return seal.fingerprint(dialled(phone), use=f"citizens.phone:{ward}")


def unsealed(citizen: Citizen, field: str) -> str:
    """The number or the phone in full: for papers that the law wants it on, and `services.open_in_full`. Raises seal.Unopenable."""
    sealed: str = getattr(citizen, field)
    return seal.unseal(sealed, row=row(citizen.handle, field)).decode() if sealed else ""


def row(handle: str, field: str) -> str:
    """To what a field's seal is bound."""
    return f"citizens.citizen:{handle}:{field}"


def _masked(citizen: Citizen, field: str) -> str:
    try:
        return masked(unsealed(citizen, field))
    except seal.Unopenable:
        return _HIDDEN


def known_before(ward: int, moment: dt.datetime) -> QuerySet[Citizen]:
    """Those that somebody is behind, known since before a moment."""
    return Citizen.objects.filter(ward_id=ward, made_at__lt=moment, anonymised_at__isnull=True)
