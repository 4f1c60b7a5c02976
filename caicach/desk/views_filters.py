"""Keeping a filter of a plan's list, and taking it out again."""

from __future__ import annotations

from urllib.parse import parse_qsl

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST, require_safe

from caicach.core import clock
from caicach.core.http import Missing, may, row_id, see_other, ward_request
from caicach.desk import services
from caicach.desk.filters import filter_for, filters_of, may_drop
from caicach.plans.queries import RibbonFilter, plan_for
from caicach.rules.rights import allows


@require_safe
@may("plan.see")
def show(request: HttpRequest, year: int, kind: str) -> HttpResponse:
    """The kept filters of a plan's list: a row for the list's page, a page of its own without scripts."""
    actor = ward_request(request).actor
    plan = plan_for(actor.ward_id, year, kind)
    asked = RibbonFilter.of(request.GET)
    rows = [(one, may_drop(one, actor)) for one in filters_of(actor, plan.year, plan.kind)]
    is_part = getattr(request, "htmx", False)
    response = render(
        request,
        "desk/_saved_filters.html" if is_part else "desk/filters.html",
        {
            "rows": rows,
            "plan": plan,
            "list": reverse("plans:ribbon", args=[plan.year, plan.kind]),
            "query": asked.address() if asked.is_set else "",
            "may_share": allows("filter.share", actor.role),
            "removable": any(may for _, may in rows),
        },
    )
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_POST
@may("desk.see")
def save(request: HttpRequest) -> HttpResponse:
    """Keep what the list shows now, by a name; for everybody in the ward by whom may say so."""
    actor = ward_request(request).actor
    year, kind = row_id(request.POST.get("year", "")), request.POST.get("kind", "")
    if year is None or year > 9999:
        raise Missing
    plan = plan_for(actor.ward_id, year, kind[:20])
    asked = RibbonFilter.of(dict(parse_qsl(request.POST.get("query", "")[:600].lstrip("?"))))
    query = asked.address()[:400]
    found = services.save_filter(
        ward=actor.ward_id, person=actor.person_id, year=plan.year, kind=plan.kind, query=query, at=clock.now(),
        name=request.POST.get("name", ""), for_all=bool(request.POST.get("for_all")) and allows("filter.share", actor.role),
    )  # fmt: skip
    messages.success(request, f"Đã giữ bộ lọc “{found.name}”.")
    return see_other(f"{reverse('plans:ribbon', args=[plan.year, plan.kind])}{query}")


@require_POST
@may("desk.see")
def drop(request: HttpRequest) -> HttpResponse:
    """Take a kept filter out; the list stays as it is."""
    actor = ward_request(request).actor
    found = filter_for(actor, row_id(request.POST.get("filter", "")))
    services.drop_filter(found, by=actor.person_id, at=clock.now())
    messages.success(request, f"Đã bỏ bộ lọc “{found.name}”.")
    return see_other(f"{reverse('plans:ribbon', args=[found.year, found.kind])}{found.query}")
