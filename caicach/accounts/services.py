"""Making people, signing in with a rest after many wrong passwords."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from caicach.accounts.models import Person, Post
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
    settings.SIGN_IN_TRIES wrong passwords in a row.
    """
    person = _try(user_name, password, at=at, address=address)
    if isinstance(person, Refusal):
        raise person  # outside the transaction: the wrong try stays counted
    return person


@transaction.atomic
def _try(user_name: str, password: str, *, at: dt.datetime, address: str | None) -> Person | Refusal:
    person = (
        Person.objects.select_for_update().filter(user_name=user_name.strip().lower(), is_active=True).first()
    )
    if person is None:
        make_password(password)  # as slow as a wrong password
        return Refusal("account.wrong")
    if person.rests_until and person.rests_until > at:
        return Refusal("account.rests", minutes=-(-int((person.rests_until - at).total_seconds()) // 60))
    post = Post.objects.filter(person=person, is_current=True).first()
    ward = post.ward_id if post else None
    if not check_password(password, person.password):
        person.wrong_tries += 1
        if person.wrong_tries >= settings.SIGN_IN_TRIES:
            person.wrong_tries = 0
            person.rests_until = at + dt.timedelta(minutes=settings.SIGN_IN_REST_MINUTES)
            history.append(person, "account.rests", by=None, at=at, ward=ward, address=address)
        person.save(update_fields=["wrong_tries", "rests_until"])
        return Refusal("account.wrong")
    if post is None:
        return Refusal("account.no-post")
    person.wrong_tries, person.rests_until, person.last_login = 0, None, at
    person.save(update_fields=["wrong_tries", "rests_until", "last_login"])
    history.append(person, "account.signed-in", by=person.pk, at=at, ward=ward, address=address)
    return person
