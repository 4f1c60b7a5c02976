"""Making a token, ending it, and finding out for whom it acts."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import secrets

from django.db import transaction
from django.utils.crypto import salted_hmac

from caicach.accounts.queries import Actor, actor_of
from caicach.api.models import Token
from caicach.core.http import Missing
from caicach.history import services as history
from caicach.rules.refusal import Refusal

MOST = 20
"""tokens of one person at a time; more is a mistake"""


@transaction.atomic
def make(
    *, person: int, post: int, ward: int | None, name: str, nonce: str, at: dt.datetime, address: str | None
) -> str:
    """A new token's secret, which nobody can read again. Raises Refusal token.unnamed, token.too-many.

    nonce: from the form that asks for it. The secret follows from it and the server's key, so that a form sent twice
    makes one token and shows the same secret both times.
    """
    name = " ".join(name.split())[:80]
    secret = _secret(person, nonce)
    if Token.objects.filter(person_id=person, secret_hash=_hash(secret)).exists():
        return secret
    if not name:
        raise Refusal("token.unnamed", "name")
    if Token.objects.filter(person_id=person, ended_at__isnull=True).count() >= MOST:
        raise Refusal("token.too-many", "name", most=MOST)
    made = Token.objects.create(
        person_id=person, post_id=post, name=name, secret_hash=_hash(secret), made_at=at
    )
    history.append(made, "token.made", by=person, at=at, ward=ward, address=address, name=name)
    return secret


@transaction.atomic
def end(token: Token, *, by: int, ward: int | None, at: dt.datetime, address: str | None) -> None:
    """It opens nothing any more."""
    if token.ended_at:
        return
    token.ended_at = at
    token.save(update_fields=["ended_at"])
    history.append(token, "token.ended", by=by, at=at, ward=ward, address=address, name=token.name)


def actor_for(secret: str, *, at: dt.datetime, today: dt.date) -> Actor | None:
    """Who acts with this secret today: the person at the token's own post, as long as it is held. Two queries."""
    token = Token.objects.filter(secret_hash=_hash(secret), ended_at__isnull=True).first()
    if token is None:
        return None
    actor = actor_of(token.person_id, on=today, worn=token.post_id)
    if (
        actor is None
        or actor.post_id != token.post_id
        or actor.person_id != token.person_id
        or actor.stands_for
    ):
        return None
    if token.used_at is None or (at - token.used_at).total_seconds() > 60:
        Token.objects.filter(pk=token.pk).update(used_at=at)
    return actor


def tokens_of(person: int) -> list[tuple[int, Token]]:
    """The person's tokens that still open something, the newest first, each with its number among all ever made: ending
    one does not move the others. One query."""
    made = enumerate(Token.objects.filter(person_id=person).order_by("id"), 1)
    return [(number, token) for number, token in made if not token.ended_at][::-1]


def token_for(person: int, number: int) -> Token:
    """The nth token that the person ever made, from 1. Raises Missing."""
    found = list(Token.objects.filter(person_id=person).order_by("id")[max(0, number - 1) : number])
    if not found:
        raise Missing
    return found[0]


def new_nonce() -> str:
    """For the form that asks for a token."""
    return secrets.token_urlsafe(32)


def _secret(person: int, nonce: str) -> str:
    digest = salted_hmac("caicach.api.Token", f"{person}:{nonce}", algorithm="sha256").digest()
    return f"cc_{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
