"""request.actor: the person at a post, or None; loaded when first asked for. Sessions that are not used end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from caicach.accounts import services, sessions
from caicach.accounts.queries import Actor, actor_of
from caicach.core import clock
from caicach.core.http import see_other
from caicach.rules import rights

_TOUCH_SECONDS = 60
"""A session says so often at most that it is used: a write a minute, not one a request."""
_OF_A_WARD = frozenset({"plan.see", "task.see", "calendar.manage", "people.import", "ward.set-up"})
"""What somebody above the wards sees only after choosing one."""


class actor:
    """Stands after Django's own authentication."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if SESSION_KEY in request.session:
            _keep_or_end(request)
        request.actor = SimpleLazyObject(lambda: _actor(request))  # type: ignore[attr-defined]
        try:
            response = self.get_response(request)
        finally:
            sessions.forget()
        if SESSION_KEY in request.session and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-cache"  # on a shared computer the next person asks anew
        return response

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponse | None:
        """Before anything else: a first password is changed, a second factor is set up, a ward is chosen."""
        action = getattr(view, "action", rights.PUBLIC)
        if action in (rights.PUBLIC, "own.see") or not request.user.is_authenticated:
            return None
        if request.user.first_password_at:
            return see_other(reverse("accounts:password"))
        who = request.actor  # type: ignore[attr-defined]
        if (
            settings.SECOND_FACTOR_ROLES
            and who
            and who.role in settings.SECOND_FACTOR_ROLES
            and not request.session.get("strong")
        ):
            return see_other(reverse("accounts:second"))
        is_above = who and who.role in rights.SERVER_ROLES and not who.ward_id
        if action in _OF_A_WARD and is_above and rights.allows(action, who.role):
            return see_other(reverse("accounts:wards"))
        return None


def _actor(request: HttpRequest) -> Actor | None:
    person = request.user
    if not person.is_authenticated:
        return None
    came = sessions.known(person.pk)
    return actor_of(
        person.pk,
        on=clock.today(),
        worn=request.session.get("worn"),
        ward=request.session.get("ward"),
        name=person.full_name,
        posts=came.posts if came else None,
    )


def _keep_or_end(request: HttpRequest) -> None:
    now = clock.now()
    seen = request.session.get("seen")
    idle = (now - dt.datetime.fromisoformat(seen)).total_seconds() if seen else None
    if idle is not None and idle > settings.SESSION_IDLE_MINUTES * 60:
        services.forget_session(request.session.session_key)
        logout(request)
    elif idle is None or abs(idle) > _TOUCH_SECONDS:
        request.session["seen"] = now.isoformat()
        services.touch_session(request.session.session_key or "", now)
