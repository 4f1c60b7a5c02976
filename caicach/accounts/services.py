"""Making people, signing in with a rest after many wrong passwords."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils.crypto import salted_hmac

from caicach.accounts.models import Person, Post, WrongTries
from caicach.history import services as history
from caicach.organisation.services import Office, Ward
from caicach.rules.refusal import Refusal


@transaction.atomic
def add_person(
    *,
    user_name: str,
    full_name: str,
    ward: Ward,
    role: str,
    office: Office | None = None,
    password_hash: str | None = None,
) -> Person:
    """A new person with a post. password_hash: ready made; without one nobody can sign in as this person."""
    person = Person(user_name=user_name, full_name=full_name)
    person.password = password_hash or make_password(None)
    person.save()
    Post.objects.create(person=person, ward=ward, office=office, role=role)
    return person


def taken_names() -> set[str]:
    """The names with which somebody signs in already."""
    return set(Person.objects.values_list("user_name", flat=True))


def check(user_name: str, password: str, *, at: dt.datetime, address: str | None) -> Person:
    """The person with this name and password.

    Raises Refusal account.wrong for either being wrong (the same words for both), account.rests after
    settings.SIGN_IN_TRIES wrong passwords in a row, account.no-post.

    Nobody may learn here which names exist. So a name that nobody has is counted and rests like any other, by the
    same rows and the same steps, and one password hash is computed for each (Django computes one for a password
    that nobody can have). The rows lie in the database: counted in memory they would be gone with the process, and
    each process would count alone. They are bounded by age and by number, for all names alike; to push one rest
    out by number takes settings.SIGN_IN_NAMES_KEPT wrong tries, far more than the rest would have stopped.
    """
    name = user_name.strip().lower()
    name_hash = salted_hmac("caicach.accounts.WrongTries", name, algorithm="sha256").hexdigest()
    tries = WrongTries.objects.filter(pk=name_hash).first()
    if tries:
        _check_rest(tries, at)
    person = Person.objects.filter(user_name=name, is_active=True).first()
    # Outside a transaction: slow on purpose, and SQLite lets nobody else write meanwhile.
    is_right = check_password(password, person.password if person else make_password(None))
    _forget_old(at)
    if person is None or not is_right:
        _count_wrong(name_hash, person, at=at, address=address)
        raise Refusal("account.wrong")
    _let_in(name_hash, person, at=at, address=address)
    return person


def _check_rest(tries: WrongTries, at: dt.datetime) -> None:
    if tries.rests_until and tries.rests_until > at:
        raise Refusal("account.rests", minutes=-(-int((tries.rests_until - at).total_seconds()) // 60))


def _forget_old(at: dt.datetime) -> None:
    """In statements of their own: no row is held here, so two who sign in never wait for each other in a circle."""
    WrongTries.objects.filter(last_at__lt=at - dt.timedelta(hours=settings.SIGN_IN_FORGET_HOURS)).delete()
    surplus = WrongTries.objects.order_by("-last_at").values_list("pk", flat=True)
    WrongTries.objects.filter(pk__in=list(surplus[settings.SIGN_IN_NAMES_KEPT :])).delete()


def _held(name_hash: str, at: dt.datetime) -> WrongTries:
    """The row of a name, held until the transaction ends. It may have come to rest while a password was hashed."""
    tries, _ = WrongTries.objects.select_for_update().get_or_create(pk=name_hash, defaults={"last_at": at})
    _check_rest(tries, at)
    return tries


@transaction.atomic
def _count_wrong(name_hash: str, person: Person | None, *, at: dt.datetime, address: str | None) -> None:
    tries = _held(name_hash, at)
    tries.count, tries.last_at = tries.count + 1, at
    if tries.count >= settings.SIGN_IN_TRIES:
        tries.count = 0
        tries.rests_until = at + dt.timedelta(minutes=settings.SIGN_IN_REST_MINUTES)
        if person:
            post = _current_post(person)
            ward = post.ward_id if post else None
            history.append(person, "account.rests", by=None, at=at, ward=ward, address=address)
    tries.save()


@transaction.atomic
def _let_in(name_hash: str, person: Person, *, at: dt.datetime, address: str | None) -> None:
    tries = _held(name_hash, at)
    post = _current_post(person)
    if post is None:
        raise Refusal("account.no-post")
    tries.delete()
    person.last_login = at
    person.save(update_fields=["last_login"])
    history.append(person, "account.signed-in", by=person.pk, at=at, ward=post.ward_id, address=address)


def _current_post(person: Person) -> Post | None:
    return Post.objects.filter(person=person, is_current=True).first()
