"""The first administrator of an installation without anybody, made once by whoever reads the server's own screen."""

from __future__ import annotations

import datetime as dt
import secrets

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from caicach.accounts.models import FirstStart, Person, WrongTries
from caicach.accounts.people import user_name_from
from caicach.accounts.services import (
    add_person,
    check_new_password,
    forget_old,
    hash_of,
    minutes_of_rest,
    one_more,
)
from caicach.history import services as history
from caicach.rules.refusal import Refusal
from caicach.rules.rights import SYSTEM

_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
"""without i, l, o, 0, 1: a code is read from one screen and typed at another"""


def is_open() -> bool:
    """Whether nobody is there yet. One query."""
    return not Person.objects.exists()


@transaction.atomic
def new_code(*, at: dt.datetime) -> str | None:
    """A code to be shown on the server's own screen, in place of the one before; None once somebody is there."""
    if not is_open():
        return None
    word = "".join(secrets.choice(_SIGNS) for _ in range(12))
    code = f"{word[:4]}-{word[4:8]}-{word[8:]}"
    facts = {"code_hash": _hash(code), "made_at": at, "closed_at": None}
    FirstStart.objects.update_or_create(pk=1, defaults=facts)
    return code


def make_administrator(
    *,
    code: str,
    full_name: str,
    user_name: str,
    email: str,
    password: str,
    at: dt.datetime,
    address: str | None,
) -> Person:
    """The administrator of the server; the page is closed for ever.

    Raises Refusal start.closed, start.code-wrong, start.code-rests, account.name-unusable, password.short, .common,
    .named.
    """
    _check_code(code, at, address)
    name = user_name_from(user_name)
    check_new_password(password, person=Person(user_name=name))
    hashed = make_password(password)
    with transaction.atomic():
        row = FirstStart.objects.select_for_update().get(pk=1)
        if row.closed_at or not is_open():
            raise Refusal("start.closed")
        person = add_person(
            user_name=name, full_name=full_name, ward=None, role=SYSTEM, email=email, password_hash=hashed
        )
        row.closed_at = at
        row.save(update_fields=["closed_at"])
        history.append(
            person, "person.admitted", by=person.pk, at=at, address=address, post="Quản trị máy chủ"
        )
    return person


def _check_code(code: str, at: dt.datetime, address: str | None) -> None:
    """Right, or a Refusal that is counted for its address: nobody's wrong codes keep another out."""
    forget_old(at)
    with transaction.atomic():
        row = FirstStart.objects.select_for_update().filter(pk=1).first()
        if row is None or row.closed_at or not is_open():
            raise Refusal("start.closed")
        tries, _ = WrongTries.objects.select_for_update().get_or_create(
            pk=hash_of(f"start from {address}"), defaults={"last_at": at}
        )
        if minutes := minutes_of_rest(tries, at):
            raise Refusal("start.code-rests", "code", minutes=minutes)
        is_right = constant_time_compare(row.code_hash, _hash(code))
        if not is_right:
            one_more(tries, at, most=settings.START_CODE_TRIES)
            tries.save()
    if not is_right:
        raise Refusal("start.code-wrong", "code")


def _hash(code: str) -> str:
    plain = code.strip().lower().replace(" ", "").replace("-", "")
    return salted_hmac("caicach.accounts.FirstStart", plain, algorithm="sha256").hexdigest()
