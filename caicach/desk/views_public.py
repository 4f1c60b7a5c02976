"""What citizens may see, where the installation says so: the progress of a plan, without names of persons."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from caicach.core import clock
from caicach.core.http import Missing, may, see_other
from caicach.core.kept import kept
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
    response["Cache-Control"] = "no-cache" if request.user.is_authenticated else "public, max-age=300"
    return response
