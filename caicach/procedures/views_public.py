"""What citizens may see of the catalogue, where the installation says so: no person, no history, no way in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from caicach.core import clock
from caicach.core.http import Missing, may
from caicach.organisation.queries import shown_wards
from caicach.procedures import queries
from caicach.procedures.view_parts import asked_of


@require_safe
@may("public")
def catalogue(request: HttpRequest, ward: str) -> HttpResponse:
    """The procedures in force, found by everyday words. Raises Missing."""
    pk, name = _ward(ward)
    page = queries.public_catalogue(
        pk, today=clock.today(), asked=asked_of(request), field=request.GET.get("linh-vuc", "")[:120]
    )
    facts = {"page": page, "name": name, "slug": ward}
    return _kept(request, render(request, "procedures/public.html", facts))


@require_safe
@may("public")
def detail(request: HttpRequest, ward: str, procedure: str) -> HttpResponse:
    """One procedure as citizens ask about it. Raises Missing, also for one that is no more."""
    pk, name = _ward(ward)
    page = queries.procedure_page(pk, procedure, today=clock.today(), with_story=False)
    if not page.is_now:
        raise Missing
    facts = {"page": page, "name": name, "slug": ward, "today": clock.today()}
    return _kept(request, render(request, "procedures/public_one.html", facts))


def _ward(slug: str) -> tuple[int, str]:
    found = shown_wards().get(slug)
    if found is None:
        raise Missing
    return found


def _kept(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-cache" if request.user.is_authenticated else "public, max-age=300"
    return response
