"""Pages across rooms: what I owe."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from caicach.core import clock
from caicach.core.http import may, see_other, ward_request
from caicach.desk import queries
from caicach.rules import rights

_OWN_FIRST_PAGE = {rights.ADMINISTRATOR: "accounts:people", rights.PROVINCE: "accounts:wards"}


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
@may("home.see")
def my_work(request: HttpRequest) -> HttpResponse:
    """What my office owes, most urgent first, and what waits for the coordinator's word."""
    actor = ward_request(request).actor
    page = queries.my_work(actor.ward_id, actor.office_id, today=clock.today())
    return render(
        request,
        "desk/my_work.html",
        {
            "page": page,
            "today": clock.today(),
            "may_judge": rights.allows("task.accept", actor.role),
            "may_work": rights.allows("task.report", actor.role),
        },
    )
