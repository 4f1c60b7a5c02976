"""A password of one's own by a link in a letter: for who is invited, and for who has forgotten theirs."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils.crypto import salted_hmac

from caicach.accounts.models import Link, Person, Post, WrongTries
from caicach.accounts.services import check_new_password, end_sessions, hash_of
from caicach.core.clock import local_day
from caicach.exchange import services as exchange
from caicach.history import services as history
from caicach.rules.refusal import Refusal
from caicach.worker.services import enqueue

KIND = "accounts.link"
"""what stands in a letter's `secret` before the link's number"""


def is_on() -> bool:
    """Whether letters go out and know where this installation is."""
    return exchange.is_on() and bool(settings.SITE)


@transaction.atomic
def invite(person: Person, *, ward: int | None, by: int, at: dt.datetime) -> None:
    """A letter to somebody who is to make the first password, or a new one. Raises Refusal link.no-mail, .no-address,
    account.no-post, account.own-password."""
    if person.pk == by:
        raise Refusal("account.own-password")
    _send(person, Link.INVITATION, ward=ward, by=by, at=at)


def ask(words: str, *, at: dt.datetime, address: str | None) -> None:
    """Somebody has forgotten the password of a user name, or of an e-mail address.

    Nobody may learn here which names exist. Whatever was typed, the same steps follow: counted, looked up, and one job
    is queued; a name that was asked for too often is silently left. The worker writes the letters. Raises Refusal
    link.rests for too many from one address.
    """
    typed = words.strip().lower()[:254]
    _count(hash_of(f"link from {address}"), settings.LINK_ASKS_FROM, at=at, is_told=True)
    may_send = _count(hash_of(f"link for {typed}"), settings.LINK_ASKS, at=at, is_told=False)
    found = Person.objects.filter(Q(user_name=typed) | Q(email__iexact=typed), is_active=True).exclude(
        email=""
    )
    people = list(found.order_by("id").values_list("id", flat=True)[:5]) if typed else []
    enqueue("accounts.forgotten", ward=None, people=people if may_send else [], asked=secrets.token_hex(12))


@transaction.atomic
def send_forgotten(person: int, *, asked: str, at: dt.datetime) -> None:
    """The letter of an asking, once. Raises Refusal as `invite` does."""
    held = Person.objects.select_for_update().get(pk=person)
    if not Link.objects.filter(person=held, asked=asked).exists():
        _send(held, Link.FORGOTTEN, ward=None, by=None, at=at, asked=asked)


def _send(
    person: Person, kind: str, *, ward: int | None, by: int | None, at: dt.datetime, asked: str = ""
) -> None:
    if not is_on():
        raise Refusal("link.no-mail")
    if not person.email:
        raise Refusal("link.no-address")
    post = Post.objects.open(local_day(at)).filter(person=person).order_by("id").first()
    if post is None:
        raise Refusal("account.no-post")
    person = Person.objects.select_for_update().get(pk=person.pk)
    Link.objects.filter(person=person, used_at__isnull=True).delete()
    nonce = secrets.token_hex(16)
    link = Link.objects.create(
        person=person, kind=kind, nonce=nonce, token_hash=_hash(_token(nonce)), before=_mark(person), asked=asked,
        made_at=at, until=at + dt.timedelta(hours=settings.LINK_HOURS),
    )  # fmt: skip
    facts = {
        "person": person, "hours": settings.LINK_HOURS, "link": exchange.SECRET, "site": settings.SITE,
        "ward": post.ward.name if post.ward else "",
    }  # fmt: skip
    is_first = kind == Link.INVITATION
    exchange.write(
        [
            exchange.Draft(
                key=f"link:{link.pk}",
                address=person.email,
                name=person.full_name,
                subject="Mời dùng phần mềm Cải Cách" if is_first else "Đặt lại mật khẩu Cải Cách",
                text=render_to_string("letters/link.txt", {**facts, "is_first": is_first}),
                secret=f"{KIND}:{link.pk}",
            )
        ],
        ward=ward,
        at=at,
        job=f"link:{link.pk}",
    )
    history.append(
        person, "account.link-sent", by=by, at=at, ward=ward if ward is not None else post.ward_id, kind=kind
    )


def address_in_letter(link: str) -> str | None:
    """What is put into the letter as it goes out; None for a link that has ended meanwhile."""
    found = Link.objects.filter(pk=int(link), used_at__isnull=True).first()
    return f"{settings.SITE}/mat-khau-moi/{_token(found.nonce)}/" if found else None


def opened(token: str, *, at: dt.datetime) -> Person:
    """Whose link this is. Looking uses nothing up: mail servers look at what they carry. Raises Refusal link.ended."""
    return _link(token, at).person


def _link(token: str, at: dt.datetime) -> Link:
    link = (
        Link.objects.filter(
            token_hash=_hash(token), used_at__isnull=True, until__gt=at, person__is_active=True
        )
        .select_related("person")
        .first()
    )
    if link is None or link.before != _mark(link.person):
        raise Refusal("link.ended")
    return link


def set_password(token: str, *, new: str, at: dt.datetime, address: str | None) -> Person:
    """The person's own password; the link, every session and a rest end.

    Raises Refusal link.ended, password.short, password.common, password.named.
    """
    person = opened(token, at=at)
    check_new_password(new, person=person)
    hashed = make_password(new)
    with transaction.atomic():
        held = Person.objects.select_for_update().get(pk=person.pk)
        link = _link(token, at)  # of two at once the second finds it used
        link.used_at = at
        link.save(update_fields=["used_at"])
        held.password, held.first_password_at = hashed, None
        held.save(update_fields=["password", "first_password_at"])
        end_sessions(held.pk)
        WrongTries.objects.filter(pk=hash_of(held.user_name)).delete()
        post = Post.objects.open(local_day(at)).filter(person=held).order_by("id").first()
        history.append(
            held,
            "account.password-set",
            by=held.pk,
            at=at,
            ward=post.ward_id if post else None,
            address=address,
        )
    return held


def last_sent(person: int) -> dt.datetime | None:
    """When the letter went into the outbox whose link still opens. One query."""
    return (
        Link.objects.filter(person_id=person, used_at__isnull=True).values_list("made_at", flat=True).first()
    )


@transaction.atomic
def _count(name_hash: str, most: int, *, at: dt.datetime, is_told: bool) -> bool:
    """Count an asking; False, or Refusal link.rests where it may be told, once there were too many."""
    row, _ = WrongTries.objects.select_for_update().get_or_create(pk=name_hash, defaults={"last_at": at})
    if row.rests_until and row.rests_until > at:
        if is_told:
            minutes = -(-int((row.rests_until - at).total_seconds()) // 60)
            raise Refusal("link.rests", minutes=minutes)
        return False
    row.count, row.last_at = row.count + 1, at
    if row.count >= most:
        row.count, row.rests_until = 0, at + dt.timedelta(minutes=settings.LINK_REST_MINUTES)
    row.save()
    return True


def _token(nonce: str) -> str:
    return salted_hmac("caicach.accounts.Link", nonce, algorithm="sha256").hexdigest()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _mark(person: Person) -> str:
    """What a link was made for: another password, or another address since, ends it."""
    facts = f"{person.password}\n{person.email.lower()}"
    return salted_hmac("caicach.accounts.Link.before", facts, algorithm="sha256").hexdigest()
