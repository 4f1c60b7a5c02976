"""Signing in and out."""

from __future__ import annotations

from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from caicach.accounts import services
from caicach.accounts.forms import SignInForm
from caicach.core import clock
from caicach.core.http import may, put_refusal, see_other
from caicach.rules import rights
from caicach.rules.refusal import Refusal


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@may(rights.PUBLIC)
def sign_in(request: HttpRequest) -> HttpResponse:
    """Name and password; afterwards the page that was asked for."""
    wanted = request.POST.get("tiep") or request.GET.get("tiep") or ""
    if not url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        wanted = resolve_url("desk:home")
    form = SignInForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                address = request.META.get("REMOTE_ADDR") or None
                person = services.check(data["user_name"], data["password"], at=clock.now(), address=address)
            except Refusal as refusal:
                status = put_refusal(form, refusal)
            else:
                login(request, person, backend="django.contrib.auth.backends.ModelBackend")
                return see_other(wanted)
    return render(request, "accounts/sign_in.html", {"form": form, "wanted": wanted}, status=status)


@require_POST
@may(rights.PUBLIC)
def sign_out(request: HttpRequest) -> HttpResponse:
    """The session ends on the server too."""
    logout(request)
    return see_other(resolve_url("accounts:sign-in"))
