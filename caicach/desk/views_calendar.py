"""The calendar: month and week, and the address under which a phone reads it."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from caicach.core import clock, origin
from caicach.core.http import day_of, may, see_other, ward_request
from caicach.desk import calendar, services
from caicach.writing import ics


@require_safe
@may("desk.see")
def show(request: HttpRequest) -> HttpResponse:
    """A month or a week (?xem=tuan) around a day (?ngay=2026-11-24), of myself, my office or the ward (?cua=)."""
    actor, today = ward_request(request).actor, clock.today()
    day = day_of(request.GET.get("ngay", "")) or today
    if day.year not in calendar.YEARS:
        day = today
    whose = calendar.whose_of(actor, request.GET.get("cua", ""))
    page = calendar.sheet(actor, day=day, week=request.GET.get("xem") == "tuan", whose=whose, today=today)
    token = calendar.feed_token(actor.person_id)
    return render(
        request,
        "desk/calendar.html",
        {
            "page": page,
            "today": today,
            "choices": calendar.choices_of(actor),
            "view": "tuan" if page.is_week else "thang",
            "feed": f"{_site(request)}{reverse('desk:feed', args=[token])}?cua={whose}" if token else "",
            "token": token,
            "shown": calendar.SHOWN,
        },
    )


@require_POST
@may("desk.see")
def renew(request: HttpRequest) -> HttpResponse:
    """Make the secret address, or another in its place."""
    actor = ward_request(request).actor
    old = request.POST.get("token", "")[:43]
    services.renew_feed(
        ward=actor.ward_id, person=actor.person_id, instead_of=old, at=clock.now(),
        address=origin.address_of(request),
    )  # fmt: skip
    messages.success(
        request, "Đã đổi địa chỉ; địa chỉ cũ không còn dùng được." if old else "Đã có địa chỉ lịch."
    )
    return see_other(f"{reverse('desk:calendar')}#dien-thoai")


@require_safe
@may("public")
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """A person's days for a calendar outside. Who knows the address reads it; nothing of it can be changed."""
    actor, today = calendar.feed(token, today=clock.today()), clock.today()
    whose = calendar.whose_of(actor, request.GET.get("cua", ""))
    found = calendar.outside(
        calendar.entries(actor, whose=whose, today=today), site=_site(request), today=today
    )
    name = f"Cải Cách: {actor.ward_name}" if whose == calendar.WARD else f"Cải Cách: {actor.office}"
    data = ics.calendar_ics(name, found, made_at=clock.noon(today) - dt.timedelta(hours=12))
    response = HttpResponse(data, content_type=ics.KIND)
    response["Content-Disposition"] = 'inline; filename="cai-cach.ics"'
    response["Cache-Control"] = "private, max-age=900"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _site(request: HttpRequest) -> str:
    return settings.SITE or f"{request.scheme}://{request.get_host()}"
