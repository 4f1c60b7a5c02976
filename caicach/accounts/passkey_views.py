"""Passkeys: mine, and signing in with one. The browser's part is static/js/passkeys.js, which asks here in JSON."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from caicach.accounts import passkeys, queries, second_views, services
from caicach.accounts.forms import PasskeyForm
from caicach.accounts.views import address_of, door_of, enter, own_person, wanted_of
from caicach.core import clock
from caicach.core.http import may, row_id, see_other, status_of
from caicach.rules import rights
from caicach.rules.browsers import browser_words
from caicach.rules.refusal import Refusal
from caicach.rules.sign_in import PASSKEY


def in_words(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """What is refused goes to the script as {"words": …, "field": …}."""

    @wraps(view)
    def answered(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Refusal as refusal:
            facts = {"words": str(refusal), "field": refusal.place or ""}
            return JsonResponse(facts, status=status_of(refusal))

    return answered


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@may("own.see")
@in_words
def mine(request: HttpRequest) -> HttpResponse:
    """My keys, and the form for a new one; the script sends here what the browser made."""
    person = own_person(request)
    if request.method == "POST":
        door, challenge = _asked(request, f"add:{person.pk}")
        passkeys.add(
            person,
            answer=request.POST.get("credential", ""),
            name=" ".join(request.POST.get("name", "").replace("\x00", "").split())[:60],
            door=door,
            challenge=challenge,
            at=clock.now(),
            address=address_of(request),
        )
        request.session["strong"] = True
        messages.success(request, "Đã thêm khóa. Lần sau anh/chị đăng nhập bằng khóa, không cần mật khẩu.")
        return JsonResponse({"to": reverse("accounts:passkeys")})
    form = PasskeyForm(initial={"name": browser_words(request.headers.get("User-Agent", ""))})
    return render(
        request,
        "accounts/passkeys.html",
        {"keys": queries.passkeys_of(person.pk), "form": form, "is_offered": door_of(request) is not None},
    )


@sensitive_post_parameters("password")
@require_POST
@may("own.see")
@in_words
def begin(request: HttpRequest) -> HttpResponse:
    """With the password: what the browser is asked for a new key."""
    person = own_person(request)
    form = PasskeyForm(request.POST)
    if not form.is_valid():
        field, errors = next(iter(form.errors.items()))
        return JsonResponse({"words": str(errors[0]), "field": field}, status=422)
    second_views.check_may_add(request, person)
    door, challenge = _ask(request, f"add:{person.pk}")
    services.prove_password(
        person,
        form.cleaned_data["password"],
        field="password",
        at=clock.now(),
        address=address_of(request),
    )
    return JsonResponse(passkeys.options_to_add(person, door, challenge))


@require_POST
@may("own.see")
def remove(request: HttpRequest) -> HttpResponse:
    """One of my keys opens nothing any more."""
    passkeys.remove(
        own_person(request),
        row_id(request.POST.get("khoa", "")) or 0,
        at=clock.now(),
        address=address_of(request),
    )
    messages.success(request, "Đã bỏ khóa. Anh/chị có thể xóa nó trong điện thoại hoặc máy tính nữa.")
    return see_other(reverse("accounts:passkeys"))


@never_cache
@require_POST
@may(rights.PUBLIC)
@in_words
def begin_sign_in(request: HttpRequest) -> HttpResponse:
    """What the browser is asked for."""
    door, challenge = _ask(request, "sign-in")
    return JsonResponse(passkeys.options_to_sign_in(door, challenge))


@never_cache
@require_POST
@may(rights.PUBLIC)
@in_words
def sign_in(request: HttpRequest) -> HttpResponse:
    """With what the key answered; no password, no code."""
    wanted = wanted_of(request)
    door, challenge = _asked(request, "sign-in")
    person = passkeys.prove(
        request.POST.get("credential", ""),
        door=door,
        challenge=challenge,
        at=clock.now(),
        address=address_of(request),
    )
    return JsonResponse({"to": enter(request, person, ways=[PASSKEY], wanted=wanted, is_strong=True)})


def _ask(request: HttpRequest, what: str) -> tuple[passkeys.Door, bytes]:
    """A fresh challenge, kept in the session. Raises Refusal passkey.not-here."""
    door = door_of(request)
    if door is None:
        raise Refusal("passkey.not-here")
    challenge = secrets.token_bytes(32)
    request.session["passkey"] = {
        "for": what,
        "host": door.host,
        "challenge": base64.b64encode(challenge).decode(),
        "at": clock.machine().timestamp(),
    }
    return door, challenge


def _asked(request: HttpRequest, what: str) -> tuple[passkeys.Door, bytes]:
    """What was asked a moment ago, for this and at this host; it is used up. Raises Refusal passkey.stale."""
    door, kept = door_of(request), request.session.pop("passkey", None)
    if (
        door is None
        or not kept
        or (kept["for"], kept["host"]) != (what, door.host)
        or not 0 <= clock.machine().timestamp() - kept["at"] <= settings.PASSKEY_MINUTES * 60
    ):
        raise Refusal("passkey.stale")
    return door, base64.b64decode(kept["challenge"])
