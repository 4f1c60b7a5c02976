"""The lists of the desk as .xlsx and .docx, as each page filters them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from caicach.core import clock
from caicach.core.http import Missing, day_of, may, send_list, ward_request
from caicach.desk import calendar, lists, offices, queries
from caicach.desk import search as searching

MOST_FOUND = 500


@require_safe
@may("desk.see")
def my_work(request: HttpRequest, suffix: str) -> HttpResponse:
    """What I owe, or my whole office (?xem=don-vi)."""
    actor, today = ward_request(request).actor, clock.today()
    whole = request.GET.get("xem") == "don-vi"
    page = queries.my_work(actor, today=today, whole_office=whole)
    made = lists.my_work(page, actor.ward_name, whole_office=whole, today=today)
    return send_list(made, suffix, made.title, today=today)


@require_safe
@may("desk.see")
def calendar_list(request: HttpRequest, suffix: str) -> HttpResponse:
    """The month or the week around a day."""
    actor, today = ward_request(request).actor, clock.today()
    day = day_of(request.GET.get("ngay", "")) or today
    if day.year not in calendar.YEARS:
        day = today
    whose = calendar.whose_of(actor, request.GET.get("cua", ""))
    sheet = calendar.sheet(actor, day=day, week=request.GET.get("xem") == "tuan", whose=whose, today=today)
    return send_list(
        lists.calendar(sheet, actor.ward_name, today=today), suffix, f"lich {sheet.title}", today=today
    )


@require_safe
@may("plan.see")
def office_list(request: HttpRequest, suffix: str) -> HttpResponse:
    """All offices side by side."""
    actor, today = ward_request(request).actor, clock.today()
    page, _ = offices.all_offices(actor.ward_id, today=today)
    if page is None:
        raise Missing
    return send_list(
        lists.offices(page, actor.ward_name, today=today), suffix, "viec theo don vi", today=today
    )


@require_safe
@may("desk.see")
def found(request: HttpRequest, suffix: str) -> HttpResponse:
    """What was searched for, at most MOST_FOUND."""
    actor, today = ward_request(request).actor, clock.today()
    answer = searching.find(actor.ward_id, request.GET.get("q", ""), today=today, shown=MOST_FOUND)
    return send_list(
        lists.search(answer, actor.ward_name, today=today), suffix, f"tim {answer.asked}", today=today
    )
