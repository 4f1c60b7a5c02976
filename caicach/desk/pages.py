"""Pages over the whole ward: searching, offices, the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from caicach.core import clock
from caicach.core.http import may, page_number, ward_request
from caicach.desk import offices as desk_offices
from caicach.desk import search as searching


@dataclass(frozen=True, slots=True)
class Pages:
    """Where one is in a long list; before, after: addresses, "" at its ends."""

    number: int
    total: int
    before: str
    after: str

    @classmethod
    def of(cls, number: int, total: int, **query: str) -> Pages:
        def address(page: int) -> str:
            return f"?{urlencode({**query, 'trang': page})}" if 1 <= page <= total else ""

        return cls(number, total, address(number - 1), address(number + 1))


@require_safe
@may("desk.see")
def search(request: HttpRequest) -> HttpResponse:
    """Everything of the ward that fits; a few of them as one types, under the field."""
    asked = request.GET.get("q", "")
    ward = ward_request(request).actor.ward_id
    if ward_request(request).htmx:
        is_short = request.GET.get("o") == "thanh"
        shown = searching.SHOWN if is_short else searching.A_PAGE
        answer = searching.find(ward, asked, today=clock.today(), shown=shown)
        response = render(request, "desk/_hits.html" if is_short else "desk/_found.html", {"answer": answer})
    else:
        number = page_number(request, most=999)
        answer = searching.find(ward, asked, today=clock.today(), start=(number - 1) * searching.A_PAGE)
        pages = Pages.of(number, -(-answer.total // searching.A_PAGE), q=answer.asked)
        response = render(request, "desk/search.html", {"answer": answer, "pages": pages})
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
@may("plan.see")
def offices(request: HttpRequest) -> HttpResponse:
    """All offices side by side."""
    page, addresses = desk_offices.all_offices(ward_request(request).actor.ward_id, today=clock.today())
    return render(
        request, "desk/offices.html", {"page": page, "addresses": addresses, "today": clock.today()}
    )


@require_safe
@may("plan.see")
def office(request: HttpRequest, office: str) -> HttpResponse:
    """One office: what it owes by status and month, what is late, waiting and coming."""
    facts, part = desk_offices.one_office(ward_request(request).actor.ward_id, office, today=clock.today())
    return render(request, "desk/office.html", {"office": facts, "page": part, "today": clock.today()})
