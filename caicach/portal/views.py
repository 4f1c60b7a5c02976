"""The citizens' door: a dossier by the two lines of its receipt, or by its QR code; what the ward keeps."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from caicach.core import clock
from caicach.core.http import may, see_other
from caicach.counter import agreed
from caicach.notices import services as notices
from caicach.portal import queries, services
from caicach.portal.forms import LookupForm
from caicach.rules.lookup import SIGNS, code_typed
from caicach.rules.refusal import Refusal


def _for_one(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """No machine on the way keeps the page, and no search engine finds it."""

    @wraps(view)
    def kept_apart(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return kept_apart


@require_http_methods(["GET", "HEAD", "POST"])
@may("public")
@_for_one
def ask(request: HttpRequest) -> HttpResponse:
    """The two lines of the receipt. A wrong pair is 422 and says the same whatever of it was right."""
    if request.method != "POST":
        return _form(request, LookupForm())
    form, now = LookupForm(request.POST), clock.now()
    if waits := services.rest(alone=False, at=now):
        return _rests(request, form, waits)
    if not form.is_valid():
        return _form(request, form, status=422)
    said = form.cleaned_data
    if queries.find(said["code"], said["number"]):
        return see_other(
            f"{reverse('portal:opened', args=[said['code']])}?{urlencode({'so': said['number']})}"
        )
    services.guessed(alone=False, at=now)
    form.add_error(None, str(Refusal("portal.wrong")))
    return _form(request, form, status=422)


@require_safe
@may("public")
@_for_one
def opened(request: HttpRequest, lookup: str) -> HttpResponse:
    """A dossier straight from its QR code, or with its number beside the code (so). An unknown code is 404."""
    found, now = _found(request, lookup), clock.now()
    if isinstance(found, HttpResponse):
        return found
    if request.method == "GET" and (mark := request.GET.get("tin", "")[:10]):
        notices.opened(found.dossier, mark, at=now)
    facts = {"page": queries.page(found, now=now), **_asked(request, lookup)}
    return render(request, "portal/dossier.html", facts)


@require_http_methods(["GET", "HEAD", "POST"])
@may("public")
@_for_one
def stop(request: HttpRequest, lookup: str) -> HttpResponse:
    """No more notices about this dossier: asked once, then done. Whoever has the code of the receipt may; unknown codes are as above."""
    found, asked = _found(request, lookup), _asked(request, lookup)
    if isinstance(found, HttpResponse):
        return found
    if request.method == "POST":
        agreed.agree(found.dossier, (), how=agreed.ON_PAGE, by=None, at=clock.now())
        number = f"?{urlencode({'so': asked['number']})}" if asked["number"] else ""
        return see_other(reverse("portal:opened", args=[asked["lookup"]]) + number)
    return render(
        request, "portal/stop.html", {"found": found, "channels": queries.channels_of(found), **asked}
    )


@require_safe
@may("public")
def privacy(request: HttpRequest) -> HttpResponse:
    """What the ward keeps of people, why, how long, who sees it, how to ask."""
    return render(request, "portal/privacy.html", {"page": queries.privacy()})


def _asked(request: HttpRequest, lookup: str) -> dict[str, str]:
    return {"lookup": code_typed(lookup), "number": request.GET.get("so", "")[:60]}


def _found(request: HttpRequest, lookup: str) -> queries.Found | HttpResponse:
    """The dossier of an address, or the page that says why there is none: too many guesses, a slip not typed in, an unknown code."""
    now, asked = clock.now(), _asked(request, lookup)
    code, number = asked["lookup"], asked["number"]
    form = LookupForm(initial={"code": code or lookup[:SIGNS], "number": number})
    if waits := services.rest(alone=not number, at=now):
        return _rests(request, form, waits)
    try:
        found = queries.find(code, number)
    except Refusal as refusal:
        return _form(request, form, status=422, words=str(refusal))
    if found is not None:
        return found
    if queries.is_blank_slip(code):
        return _form(request, form, status=404, words=str(Refusal("portal.slip")))
    services.guessed(alone=not number, at=now)
    return _form(request, form, status=404, words=str(Refusal("portal.wrong")))


def _form(request: HttpRequest, form: LookupForm, *, status: int = 200, words: str = "") -> HttpResponse:
    return render(
        request,
        "portal/ask.html",
        {"form": form, "words": words, "contacts": queries.contacts()},
        status=status,
    )


def _rests(request: HttpRequest, form: LookupForm, waits: services.Rest) -> HttpResponse:
    """Too many wrong guesses: what to do, until when."""
    blank = LookupForm(initial={name: form[name].value() for name in form.fields})
    response = _form(request, blank, status=429, words=waits.words)
    response["Retry-After"] = str(waits.seconds(clock.now()))
    return response
