"""Sessions in the database, as Django keeps them; whose session it is and what that person may wear come in the same trip."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends.db import SessionStore as InDatabase
from django.contrib.sessions.models import Session
from django.db.models import QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone

from caicach.accounts import services
from caicach.accounts.models import OpenSession, Person, Post
from caicach.accounts.queries import wearable
from caicach.core import clock, origin, trip
from caicach.rules.browsers import browser_words


@dataclass(frozen=True, slots=True)
class Known:
    """What came with a session: the person, the posts that may be worn today."""

    person: Person
    posts: list[Post]


_known: ContextVar[Known | None] = ContextVar("caicach.accounts.sessions", default=None)


def known(person: object) -> Known | None:
    """What came with the session of this request, if it is that person's."""
    found = _known.get()
    return found if found and found.person.pk == person else None


def forget() -> None:
    """The request is answered."""
    _known.set(None)


def _questions(key: str, now: dt.datetime, day: dt.date) -> Sequence[QuerySet[Any]]:
    whose = OpenSession.objects.filter(key=key).values("person_id")[:1]
    return (
        Session.objects.filter(session_key=key, expire_date__gt=now),
        wearable(whose, on=day).annotate(asker=Subquery(whose)),
    )


_OF_A_SESSION = trip.Often(
    _questions, key="a key", now=dt.datetime(1900, 1, 1, tzinfo=dt.UTC), day=dt.date(1900, 1, 2)
)


class SessionStore(InDatabase):
    """Django's store, asking more at once. A session that nobody signed in with knows no person."""

    def _get_session_from_db(self) -> Session | None:
        found, posts = _OF_A_SESSION.ask(key=self.session_key, now=timezone.now(), day=clock.today())
        # who has no post of their own today is asked for by Django
        own = next((post.person for post in posts if post.person_id == post.asker), None)
        _known.set(Known(own, posts) if found and own else None)
        session: Session | None = found[0] if found else None
        if session is None:
            self._session_key = None
        return session


def begin(sender: object, request: HttpRequest, user: Person, **_: object) -> None:
    """Somebody has signed in: from here on the session counts how long it lies unused, and is seen among the person's own."""
    request.session["seen"] = clock.now().isoformat()
    remember(request, user.pk, instead_of=request.session.session_key or "")


def remember(request: HttpRequest, person: int, *, instead_of: str = "") -> None:
    """Note where a person is signed in. instead_of: the key that the session had before."""
    # somebody else's session was thrown away: the new one has no key yet
    if request.session.session_key is None:
        request.session.create()
    services.remember_session(
        person,
        request.session.session_key or "",
        at=clock.now(),
        address=origin.address_of(request),
        browser=browser_words(request.headers.get("User-Agent", "")),
        instead_of=instead_of,
    )


class Backend(ModelBackend):
    """Passwords are checked by `services`; this one finds again who has signed in."""

    def get_user(self, user_id: Any) -> Person | None:
        found = known(user_id)
        if found:
            return found.person if self.user_can_authenticate(found.person) else None
        return super().get_user(user_id)
