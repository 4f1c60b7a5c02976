"""My second factor: switched on with the phone, its recovery codes, switched off."""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from caicach.accounts import queries, second, services
from caicach.accounts.forms import CodeForm, OwnPasswordForm
from caicach.accounts.models import Person
from caicach.accounts.views import address_of, own_person
from caicach.core import clock
from caicach.core.http import may, put_refusal, see_other
from caicach.rules.refusal import Refusal
from caicach.rules.sign_in import PROVIDER


@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@may("own.see")
def page(request: HttpRequest) -> HttpResponse:
    """Set up with the phone and a first code; afterwards what there is, and how to end it."""
    person = own_person(request)
    if second.is_on(person.pk):
        return _on_page(request, person)
    if must_use_key(request, person):
        return render(request, "accounts/second_by_key.html")
    nonce = request.session.setdefault("second", secrets.token_urlsafe(16))
    form = CodeForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                second.switch_on(
                    person,
                    nonce=nonce,
                    code=form.cleaned_data["code"],
                    key=request.session.session_key,
                    at=clock.now(),
                    moment=clock.machine(),
                    address=address_of(request),
                )
            except Refusal as refusal:
                status = put_refusal(form, refusal)
            else:
                request.session["strong"] = True
                return _to_codes(request, request.session.pop("second"))
    secret = second.secret_of(nonce, person)
    return render(
        request,
        "accounts/second_set_up.html",
        {
            "form": form,
            "is_required": second.is_required(person.pk, on=clock.today()),
            "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
            "picture": mark_safe(second.qr_svg(second.address_of(secret, person))),
        },
        status=status,
    )


def must_use_key(request: HttpRequest, person: Person) -> bool:
    """Whether the person came with the password alone, while a post needs more and there is another way to sign in.

    Else whoever knows the password could add a second step of their own beside the owner's.
    """
    if request.session.get("strong") or not second.is_required(person.pk, on=clock.today()):
        return False
    came_tied = PROVIDER in request.session.get("ways", ())
    return bool(queries.passkeys_of(person.pk)) or (not came_tied and queries.tied_of(person.pk) is not None)


def check_may_add(request: HttpRequest, person: Person) -> None:
    """Raises Refusal second.by-key."""
    if must_use_key(request, person):
        raise Refusal("second.by-key")


@sensitive_post_parameters("password")
@require_POST
@may("own.see")
def off(request: HttpRequest) -> HttpResponse:
    """Switched off, with the password."""
    person = own_person(request)
    form = OwnPasswordForm(request.POST, auto_id="tat_%s")
    if form.is_valid():
        try:
            _prove(request, person, form)
            second.switch_off(person, at=clock.now(), address=address_of(request))
        except Refusal as refusal:
            put_refusal(form, refusal)
        else:
            request.session["strong"] = False
            messages.success(request, "Đã tắt mã hai lớp. Từ nay chỉ cần mật khẩu.")
            return see_other(reverse("accounts:own"))
    return _on_page(request, person, off=form, status=422)


@sensitive_post_parameters("password")
@require_POST
@may("own.see")
def renew(request: HttpRequest) -> HttpResponse:
    """New recovery codes, with the password."""
    person = own_person(request)
    form = OwnPasswordForm(request.POST, auto_id="moi_%s")
    if form.is_valid():
        nonce = secrets.token_urlsafe(16)
        try:
            _prove(request, person, form)
            second.renew(person, nonce=nonce, at=clock.now(), address=address_of(request))
        except Refusal as refusal:
            put_refusal(form, refusal)
        else:
            return _to_codes(request, nonce)
    return _on_page(request, person, renew=form, status=422)


@never_cache
@require_GET
@may("own.see")
def codes(request: HttpRequest) -> HttpResponse:
    """The recovery codes that were just made, once: the next look finds nothing."""
    nonce = request.session.pop("recovery", None)
    if not nonce:
        return see_other(reverse("accounts:second"))
    person = own_person(request)
    return render(
        request, "accounts/recovery.html", {"codes": second.recovery_codes(nonce, person), "person": person}
    )


def _to_codes(request: HttpRequest, nonce: str) -> HttpResponse:
    """The session keeps what the codes follow from, never a code."""
    request.session["recovery"] = nonce
    return see_other(reverse("accounts:recovery"))


def _prove(request: HttpRequest, person: Person, form: OwnPasswordForm) -> None:
    services.prove_password(
        person,
        form.cleaned_data["password"],
        field="password",
        at=clock.now(),
        address=address_of(request),
    )


def _on_page(
    request: HttpRequest,
    person: Person,
    *,
    off: OwnPasswordForm | None = None,
    renew: OwnPasswordForm | None = None,
    status: int = 200,
) -> HttpResponse:
    return render(
        request,
        "accounts/second.html",
        {
            "ways": queries.ways_of(person.pk),
            "is_required": second.is_required(person.pk, on=clock.today()),
            "off": off or OwnPasswordForm(auto_id="tat_%s"),
            "renew": renew or OwnPasswordForm(auto_id="moi_%s"),
            "open": "off" if off else "renew" if renew else "",
        },
        status=status,
    )
