"""The dossiers behind a figure of a plan's indicator."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from caicach.core import clock
from caicach.core.http import may, page_number, row_id, ward_request
from caicach.dossiers import figures


@require_safe
@may("dossier.see")
def behind(request: HttpRequest) -> HttpResponse:
    """Which dossiers a figure counts in a year, or a month of it. Raises Missing."""
    asked, today = request.GET, clock.today()
    page = figures.behind(
        ward_request(request).actor.ward_id, asked.get("so", "dung-hen"), year=row_id(asked.get("nam", "")) or today.year,
        month=row_id(asked.get("thang", "")) or 0, number=page_number(request, most=100_000), today=today,
        now=clock.now(),
    )  # fmt: skip
    return render(request, "dossiers/behind.html", {"page": page})
