"""What citizens may see, where the installation says so: the progress of a plan, how dossiers keep their promises; nobody's name."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from caicach.core import clock
from caicach.core.http import Missing, may, page_number, see_other
from caicach.core.kept import kept
from caicach.dossiers import public
from caicach.history import queries as history
from caicach.organisation.queries import shown_wards
from caicach.plans.queries import overview, plan_of_year


@require_safe
@may("public")
def wards(request: HttpRequest) -> HttpResponse:
    """The wards that show their progress; straight to it where it is only one."""
    shown = shown_wards()
    if not shown:
        raise Missing
    if len(shown) == 1:
        return see_other(f"/cong-khai/{next(iter(shown))}/")
    return render(
        request, "desk/public_wards.html", {"wards": {slug: name for slug, (_, name) in shown.items()}}
    )


@require_safe
@may("public")
def progress(request: HttpRequest, ward: str) -> HttpResponse:
    """How far the ward's plan of this year is: counts and bars, no task, no person, no way in. Raises Missing."""
    found = shown_wards().get(ward)
    if found is None:
        raise Missing
    pk, name = found
    today = clock.today()
    plan = plan_of_year(pk, today.year)

    def body() -> str:
        page = overview(pk, plan, today=today) if plan else None
        return render_to_string("desk/public_body.html", {"page": page, "plan": plan})

    html = kept("public", (pk, plan and plan.pk), (today, history.newest(pk)), body)
    response = render(
        request,
        "desk/public.html",
        {"body": html, "name": name, "slug": ward, "plan": plan, "today": today},
    )
    return _for_a_while(request, response)


@require_safe
@may("public")
def dossiers(request: HttpRequest, ward: str) -> HttpResponse:
    """How the ward keeps its promises on dossiers: figures of month and year, those late and those with a result, by code. Raises
    Missing."""
    found = shown_wards().get(ward)
    if found is None:
        raise Missing
    pk, name = found
    part = public.RESULTS if request.GET.get("phan") == public.RESULTS else public.LATE
    number = page_number(request, most=5_000)
    today = clock.today()

    def body() -> str:
        page = public.public_page(pk, part=part, number=number, today=today, now=clock.now())
        return render_to_string("desk/public_dossiers_body.html", {"page": page, "slug": ward})

    html = kept("public-dossiers", (pk, part, number), (today,), body)
    shown = {"body": html, "name": name, "slug": ward, "today": today}
    return _for_a_while(request, render(request, "desk/public_dossiers.html", shown))


def _for_a_while(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-cache" if request.user.is_authenticated else "public, max-age=300"
    return response
