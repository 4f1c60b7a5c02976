"""Forgotten passwords, links in letters, invitations."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from caicach.accounts import links, queries
from caicach.accounts.forms import FirstPasswordForm, ForgottenForm
from caicach.core import clock, origin
from caicach.core.http import Missing, may, put_refusal, see_other, ward_request
from caicach.rules import rights
from caicach.rules.refusal import Refusal


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@may(rights.PUBLIC)
def forgotten(request: HttpRequest) -> HttpResponse:
    """A letter is asked for; the answer is the same whatever was typed."""
    form = ForgottenForm(request.POST or None)
    status, is_asked = 200, False
    if request.method == "POST":
        status = 422
        if form.is_valid() and links.is_on():
            try:
                links.ask(form.cleaned_data["who"], at=clock.now(), address=origin.address_of(request))
            except Refusal as refusal:
                status = put_refusal(form, refusal)
            else:
                status, is_asked = 200, True
    return render(
        request,
        "accounts/forgotten.html",
        {"form": form, "is_on": links.is_on(), "is_asked": is_asked},
        status=status,
    )


@sensitive_post_parameters("new", "again")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@may(rights.PUBLIC)
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The page that a letter leads to: a password of one's own."""
    form = FirstPasswordForm(request.POST or None)
    status = 200
    try:
        person = links.opened(token, at=clock.now())
    except Refusal as refusal:
        return render(request, "accounts/link_ended.html", {"words": str(refusal)}, status=410)
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                links.set_password(
                    token,
                    new=form.cleaned_data["new"],
                    at=clock.now(),
                    address=origin.address_of(request),
                )
            except Refusal as refusal:
                status = put_refusal(form, refusal)
            else:
                messages.success(request, "Đã đặt mật khẩu. Hãy đăng nhập bằng mật khẩu mới.")
                return see_other(reverse("accounts:sign-in"))
    return render(request, "accounts/by_link.html", {"form": form, "person": person}, status=status)


@require_POST
@may("people.manage")
def invite(request: HttpRequest, handle: str) -> HttpResponse:
    """A letter with a link to a person of the ward."""
    actor = ward_request(request).actor
    person = queries.person_in(actor.ward_id, handle)
    if person is None:
        raise Missing
    links.invite(person, ward=actor.ward_id, by=actor.person_id, at=clock.now())
    messages.success(request, f"Đã gửi thư đặt mật khẩu tới {person.email}.")
    return see_other(reverse("accounts:person", args=[person.handle]))
