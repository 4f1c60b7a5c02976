"""Pages across rooms: what I owe."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from caicach.accounts.queries import Actor
from caicach.core import clock
from caicach.core.http import may, row_id, see_other, ward_request
from caicach.desk import queries
from caicach.dossiers import queries as dossiers
from caicach.rules import rights
from caicach.tasks import notices

_OWN_FIRST_PAGE = {
    rights.ADMINISTRATOR: "accounts:people",
    rights.PROVINCE: "accounts:wards",
    rights.SYSTEM: "desk:set-up",
}


@require_safe
@may("home.see")
def home(request: HttpRequest) -> HttpResponse:
    """Each role's first page: the officer's own work, the leader's overview, the year for everybody else."""
    actor = ward_request(request).actor
    if actor.role in (rights.OFFICER, rights.HEAD):
        return see_other(reverse("desk:my-work"))
    if actor.role in _OWN_FIRST_PAGE:
        return see_other(reverse(_OWN_FIRST_PAGE[actor.role]))
    plan = queries.newest_plan_address(actor.ward_id, clock.today().year)
    if plan and actor.role == rights.LEADER:
        return see_other(f"{plan}toan-canh/")
    return see_other(plan or reverse("plans:list"))


@require_safe
@may("desk.see")
def my_work(request: HttpRequest) -> HttpResponse:
    """What my office owes, most urgent first, and what waits for the coordinator's word."""
    actor = ward_request(request).actor
    whole_office = request.GET.get("xem") == "don-vi"
    page = queries.my_work(actor, today=clock.today(), whole_office=whole_office)
    return render(
        request,
        "desk/my_work.html",
        {
            "page": page,
            "today": clock.today(),
            "may_judge": rights.allows("task.accept", actor.role),
            "may_work": rights.allows("task.report", actor.role),
            "may_ask_time": rights.allows("task.ask-time", actor.role),
            "decides": rights.allows("task.give-time", actor.role),
            "whole_office": whole_office,
            "nearing": _nearing(actor),
        },
    )


def _nearing(actor: Actor) -> int:
    """How many dossiers close to their promise somebody sees; 0 for who sees none."""
    if not rights.allows("dossier.see", actor.role):
        return 0
    sight = dossiers.Sight.of(actor.role, actor.office_id)
    return dossiers.nearing(actor.ward_id, now=clock.now()).seen(sight)


@require_safe
@may("desk.see")
def next_task(request: HttpRequest) -> HttpResponse:
    """The most urgent thing on my desk besides the one that I have just dealt with (?sau= its row)."""
    actor = ward_request(request).actor
    page = queries.my_work(actor, today=clock.today())
    done = row_id(request.GET.get("sau", ""))
    rest = [one for one in (*page.first, *page.coming) if one.view.task.pk != done]
    return see_other(rest[0].view.address if rest else reverse("desk:my-work"))


@require_POST
@may("desk.see")
def see_all(request: HttpRequest) -> HttpResponse:
    """All that is new has been read."""
    actor = ward_request(request).actor
    notices.see_all(ward=actor.ward_id, person=actor.person_id, at=clock.now())
    return see_other(reverse("desk:my-work"))
