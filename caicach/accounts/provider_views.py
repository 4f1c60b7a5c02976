"""To the province's provider and back: signing in, and tying my account there to mine here."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from caicach.accounts import provider, queries, second_views, services
from caicach.accounts.forms import OwnPasswordForm
from caicach.accounts.views import address_of, back_to_door, enter, own_person, wanted_of
from caicach.core import clock, seal
from caicach.core.http import Missing, may, put_refusal, see_other
from caicach.rules import rights
from caicach.rules.refusal import Refusal
from caicach.rules.sign_in import PROVIDER

_TOKEN = "accounts.provider-token"
_TIE_SECONDS = 300
"""between typing the password and leaving to tie"""


@never_cache
@require_GET
@may(rights.PUBLIC)
def go(request: HttpRequest) -> HttpResponse:
    """Leave for the provider. A link, not a form: our policy lets forms go to this site only."""
    if not provider.is_on():
        raise Missing
    is_tie = "noi" in request.GET and request.user.is_authenticated and _may_tie(request)
    try:
        answer = provider.leave(request, request.build_absolute_uri(reverse("accounts:provider-back")))
    except Refusal as refusal:
        return _back(request, refusal, is_tie=is_tie)
    request.session.pop("tie", None)
    request.session["provider"] = {
        "tie": request.user.pk if is_tie else None,
        "wanted": wanted_of(request),
        "at": clock.machine().timestamp(),
    }
    return answer


@never_cache
@require_GET
@may(rights.PUBLIC)
def back(request: HttpRequest) -> HttpResponse:
    """Back from the provider: signed in, or tied, or told why not."""
    if not provider.is_on():
        raise Missing
    kept = request.session.pop("provider", None) or {"tie": None, "wanted": "/", "at": 0}
    is_tie = kept["tie"] is not None
    at, address = clock.now(), address_of(request)
    try:
        if not 0 <= clock.machine().timestamp() - kept["at"] <= settings.OIDC_MINUTES * 60:
            raise Refusal("provider.stale")
        account = provider.come_back(request)
        if not is_tie:
            person = provider.person_of(account, at=at, address=address)
            wanted = enter(
                request, person, ways=[PROVIDER], wanted=kept["wanted"], is_strong=account.is_strong
            )
            request.session["provider_token"] = seal.seal(account.token.encode(), row=_TOKEN)
            return see_other(wanted)
        if request.user.pk != kept["tie"]:
            raise Refusal("provider.stale")
        provider.tie(own_person(request), account, at=at, address=address)
    except Refusal as refusal:
        return _back(request, refusal, is_tie=is_tie)
    messages.success(request, f"Đã nối. Từ nay anh/chị đăng nhập được bằng {settings.OIDC_NAME}.")
    return see_other(reverse("accounts:tie"))


@never_cache
@require_GET
@may(rights.PUBLIC)
def go_out(request: HttpRequest) -> HttpResponse:
    """After signing out here: end the provider's own session too. A link, as leaving for it is."""
    sealed = request.session.pop("provider_out", None)
    if not provider.is_on():
        raise Missing
    if sealed is None:
        return see_other(reverse("accounts:sign-in"))
    try:
        token = seal.unseal(sealed, row=_TOKEN).decode()
    except seal.Unopenable:
        token = ""  # the provider then asks whom it knows
    try:
        return see_other(provider.way_out(token, request.build_absolute_uri(reverse("accounts:sign-in"))))
    except Refusal as refusal:
        return back_to_door(request, refusal)


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@may("own.see")
def tie(request: HttpRequest) -> HttpResponse:
    """My account at the provider: tied since when, or how to tie it, with the password."""
    if not provider.is_on():
        raise Missing
    person = own_person(request)
    form = OwnPasswordForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                second_views.check_may_add(request, person)
                services.prove_password(
                    person,
                    form.cleaned_data["password"],
                    field="password",
                    at=clock.now(),
                    address=address_of(request),
                )
            except Refusal as refusal:
                status = put_refusal(form, refusal)
            else:
                request.session["tie"] = clock.machine().timestamp()
                return see_other(reverse("accounts:tie"))
    facts = {
        "tied": queries.tied_of(person.pk),
        "form": form,
        "is_proved": _may_tie(request),
        "provider": settings.OIDC_NAME,
    }
    return render(request, "accounts/tie.html", facts, status=status)


@require_POST
@may("own.see")
def untie(request: HttpRequest) -> HttpResponse:
    """The account there opens nothing here any more."""
    provider.untie(own_person(request), at=clock.now(), address=address_of(request))
    messages.success(request, "Đã thôi nối.")
    return see_other(reverse("accounts:own"))


def _may_tie(request: HttpRequest) -> bool:
    """Whether the password was typed a moment ago."""
    proved = float(request.session.get("tie", 0))
    return 0 <= clock.machine().timestamp() - proved <= _TIE_SECONDS


def _back(request: HttpRequest, refusal: Refusal, *, is_tie: bool) -> HttpResponse:
    if not is_tie:
        return back_to_door(request, refusal)
    messages.error(request, str(refusal))
    return see_other(reverse("accounts:tie"))
