"""What will be late by the end of the week."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from caicach.core import clock
from caicach.core.http import may, page_number, ward_request
from caicach.dossiers import pace_page, queries
from caicach.rules import rights


@require_safe
@may("dossier.see")
def forecast(request: HttpRequest) -> HttpResponse:
    """The forecast of the asker's office, or of the ward."""
    actor = ward_request(request).actor
    office = queries.Sight.of(actor.role, actor.office_id).office
    page = pace_page.page(
        actor.ward_id,
        now=clock.now(),
        office=office,
        unit=request.GET.get("don_vi", "") if office is None else "",
        number=page_number(request),
    )
    facts = {
        "page": page,
        "is_whole": office is None,
        "may_sign": rights.allows("dossier.sign", actor.role),
    }
    return render(request, "dossiers/forecast.html", facts)
