"""An indicator's page: what feeds it, month by month, and where a coordinator says what does."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from caicach.core import clock
from caicach.core.http import may, row_id, see_other, status_of, ward_request
from caicach.plans import feeding, measured, queries
from caicach.rules import rights
from caicach.rules.figures import BY_SLUG
from caicach.rules.refusal import Refusal
from caicach.tasks import coordinating


@require_http_methods(["GET", "HEAD", "POST"])
@may("plan.see")
def measure(request: HttpRequest, year: int, kind: str, position: int) -> HttpResponse:
    """One indicator: its level, its value, from where; the coordinator says what feeds it, or that nothing does."""
    actor = ward_request(request).actor
    plan = queries.plan_for(actor.ward_id, year, kind)
    page = measured.measure_page(actor.ward_id, plan, position, today=clock.today())
    coordinates = rights.allows("indicator.feed", actor.role) and rights.may_coordinate(
        actor.role, actor.holder_id, plan.named_id
    )
    refused, status, chosen = "", 200, request.POST.get("figure", "")
    if request.method == "POST":
        if not rights.allows("indicator.feed", actor.role):
            raise PermissionDenied
        one = page.measure
        try:
            coordinating.check_named(plan.named_id, plan.named_name, role=actor.role, holder=actor.holder_id)
            if "figure" not in request.POST:
                raise Refusal("feed.unknown", "figure")
            feeding.set_feed(
                plan, one.indicator, one.about, chosen, seen=row_id(request.POST.get("seen", "")) or 0,
                by=actor.person_id, at=clock.now(),
            )  # fmt: skip
        except Refusal as refusal:
            refused, status = str(refusal), status_of(refusal)
            page = measured.measure_page(actor.ward_id, plan, position, today=clock.today())
        else:
            said = (
                f"Số lấy từ: {BY_SLUG[chosen].name}."
                if chosen
                else "Đã thôi lấy số. Những tháng đã chốt còn nguyên."
            )
            messages.success(request, said)
            return see_other(request.path)
    may_look = rights.allows(
        "procedure.see" if page.behind.startswith("/thu-tuc/") else "dossier.see", actor.role
    )
    shown = {
        "page": page,
        "plan": plan,
        "one": page.measure,
        "may_feed": coordinates and not plan.closed_at,
        "may_look": may_look,
        "refused": refused,
        "chosen": chosen,
    }
    return render(request, "plans/measure.html", shown, status=status)
