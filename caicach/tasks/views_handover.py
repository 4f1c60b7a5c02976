"""Handing work over: the list, a new one, its page, the two confirmations."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caicach.accounts.queries import colleagues
from caicach.core import clock
from caicach.core.http import Missing, may, put_refusal, see_other, send_list, ward_request
from caicach.organisation.queries import offices as offices_of
from caicach.rules import rights
from caicach.rules.refusal import Refusal
from caicach.tasks import handovers
from caicach.tasks.forms import HandoverForm
from caicach.tasks.models import Handover
from caicach.tasks.view_parts import who
from caicach.writing.lists import Column, Group, Listing, Table


@require_http_methods(["GET", "HEAD", "POST"])
@may("handover.see")
def handover_list(request: HttpRequest) -> HttpResponse:
    """The handovers of my office (all, for the coordinator), and the form for a new one."""
    actor = ward_request(request).actor
    opens = rights.allows("handover.open", actor.role)
    if request.method == "POST" and not opens:
        raise PermissionDenied
    own = None if actor.role in (rights.COORDINATOR, rights.LEADER) else actor.office_id or 0
    form = HandoverForm(request.POST or None)
    names = {one.id: one.short for one in offices_of(actor.ward_id)}
    people = [
        one
        for one in colleagues(actor.ward_id)
        if one.office_id in names and (own is None or one.office_id == own)
    ]
    fields: Any = form.fields
    offices = names if own is None else {own}
    held = {(one.id, one.office_id) for one in people}
    gone = handovers.gone(actor.ward_id, offices=offices, here=held, today=clock.today()) if opens else []
    where: dict[int, list[Any]] = {}
    for one in people:
        where.setdefault(one.id, []).append(one)
    # whoever works, or worked, in two offices has work in each, and gives each over by itself
    everyone: list[Any] = [*people, *gone]
    count_of = Counter(one.id for one in everyone)
    leavers = {str(one.id) if count_of[one.id] == 1 else f"{one.id}-{one.office_id}": one for one in everyone}
    said = {
        key: f"{one.name} ({names[one.office_id]}{', đã chuyển đi' if one in gone else ''})"
        for key, one in leavers.items()
    }
    fields["leaver"].choices = [("", "Chọn người"), *said.items()]
    fields["taker"].choices = [("", "Chọn người"), *((str(pk), f"{here[0].name} ({', '.join(names[one.office_id or 0] for one in here)})") for pk, here in where.items())]  # fmt: skip
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            leaver = leavers[form.cleaned_data["leaver"]]
            data, office = {**form.cleaned_data, "leaver": leaver.id}, leaver.office_id
            try:
                if "now" in request.POST:
                    count = handovers.give_at_once(
                        ward=actor.ward_id, office=office or 0, today=clock.today(), **data, **who(request)
                    )
                    messages.success(request, f"Đã chuyển {count} việc.")
                    return see_other(reverse("tasks:handovers"))
                made = handovers.open_one(
                    ward=actor.ward_id, office=office or 0, today=clock.today(), **data, **who(request)
                )
            except Refusal as refusal:
                status = put_refusal(form, refusal)
            else:
                return see_other(reverse("tasks:handover", args=[made.number]))
    rows = handovers.newest(actor.ward_id, office=own)
    return render(
        request, "tasks/handovers.html", {"form": form, "rows": rows, "opens": opens}, status=status
    )


@require_safe
@may("handover.see")
def handover(request: HttpRequest, position: int) -> HttpResponse:
    """Everything open of the leaver, with dates and papers."""
    found = _found(request, position)
    lines = _lines(found)
    person = ward_request(request).actor.person_id
    may_confirm = not found.is_done and not found.dropped_at and (
        (person == found.taker_id and not found.taker_at)
        or (person != found.taker_id and not found.leaver_at and (person == found.leaver_id or _stands_in(request, found)))
    )  # fmt: skip
    return render(
        request,
        "tasks/handover.html",
        {
            "found": found,
            "lines": lines,
            "may_confirm": may_confirm,
            "in_place": may_confirm and person not in (found.leaver_id, found.taker_id),
            "may_drop": not found.is_done and not found.dropped_at and _stands_in(request, found),
        },
    )


@require_safe
@may("handover.see")
def list_file(request: HttpRequest, position: int, suffix: str) -> HttpResponse:
    """The page of a handover as .xlsx or .docx, with who has confirmed."""
    found, today = _found(request, position), clock.today()
    columns = (
        Column("Số", 16),
        Column("Nhiệm vụ", 110),
        Column("Thời hạn", 46),
        Column("Tình trạng", 36),
        Column("Văn bản đã duyệt", 56),
    )
    rows = tuple(
        (one["number"], one["title"], one["due"] or "không ghi", one["status"], one["papers"])
        for one in _lines(found)
    )
    about = (
        f"Người giao: {found.leaver.full_name}{_when(found.leaver_at)}",
        f"Người nhận: {found.taker.full_name}{_when(found.taker_at)}",
        *([found.word] if found.word else []),
    )
    listing = Listing(
        str(found.office), "Bàn giao công việc", about, (Table("Bàn giao", columns, (Group("", rows),)),)
    )
    return send_list(listing, suffix, f"ban giao {found.leaver.full_name}", today=today)


def _lines(found: Handover) -> list[dict[str, str]]:
    if found.is_done:
        return list(found.lines)
    lines = handovers.lines_of(found.ward_id, found.office_id, found.leaver_id, today=clock.today())
    return [asdict(one) for one in lines]


def _when(at: dt.datetime | None) -> str:
    return f", xác nhận {clock.local(at):%H:%M %d/%m/%Y}" if at else ", chưa xác nhận"


@require_POST
@may("handover.see")
def confirm(request: HttpRequest, position: int) -> HttpResponse:
    """One of the two says yes."""
    found = _found(request, position)
    done = handovers.confirm(
        found, may_stand_in=_stands_in(request, found), today=clock.today(), **who(request)
    )
    messages.success(request, "Đã bàn giao xong." if done.is_done else "Đã xác nhận; còn chờ bên kia.")
    return see_other(reverse("tasks:handover", args=[position]))


@require_POST
@may("handover.open")
def drop(request: HttpRequest, position: int) -> HttpResponse:
    """It is not to be after all."""
    found = _found(request, position)
    if not _stands_in(request, found):
        raise PermissionDenied
    handovers.drop(found, **who(request))
    messages.success(request, "Đã bỏ lần bàn giao này.")
    return see_other(reverse("tasks:handovers"))


def _found(request: HttpRequest, position: int) -> Handover:
    """The handover, for the two people, their office, the coordinator and the leaders; for nobody else it is there."""
    actor = ward_request(request).actor
    found = handovers.handover_for(actor.ward_id, position)
    if (
        actor.role not in (rights.COORDINATOR, rights.LEADER)
        and actor.office_id != found.office_id
        and actor.person_id not in (found.leaver_id, found.taker_id)
    ):
        raise Missing
    return found


def _stands_in(request: HttpRequest, found: Handover) -> bool:
    actor = ward_request(request).actor
    return bool(actor.role == rights.COORDINATOR) or bool(
        actor.role == rights.HEAD and actor.office_id == found.office_id
    )
