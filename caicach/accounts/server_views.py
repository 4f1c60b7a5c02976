"""Pages above the wards: the province's viewer chooses a ward to look at, the server's administrator one to set up."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from caicach.core.http import Missing, may, row_id, see_other, ward_request
from caicach.organisation.queries import wards as all_wards
from caicach.rules import rights
from caicach.rules.vntext import key


@require_safe
@may("wards.see")
def wards(request: HttpRequest) -> HttpResponse:
    """All wards of the server, by province; which one is looked at."""
    text = request.GET.get("tim", "")[:100]
    words = key(text).split()
    rows = [row for row in all_wards() if all(word in key(f"{row.name} {row.province}") for word in words)]
    return render(
        request,
        "accounts/wards.html",
        {
            "wards": rows,
            "text": text,
            "chosen": request.session.get("ward"),
            "sets_up": rights.allows("server.manage", ward_request(request).actor.role),
        },
    )


@require_POST
@may("wards.see")
def choose_ward(request: HttpRequest) -> HttpResponse:
    """Look at a ward, or set it up, from now on."""
    chosen = row_id(request.POST.get("phuong", ""))
    if all(row.id != chosen for row in all_wards()):
        raise Missing
    request.session["ward"] = chosen
    is_set_up = rights.allows("server.manage", ward_request(request).actor.role)
    return see_other(reverse("desk:set-up" if is_set_up else "plans:list"))
