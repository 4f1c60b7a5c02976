"""The ward's working calendar, administered: own days off and at work, set back, a year confirmed."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from caicach.core import clock
from caicach.core.http import Missing, day_of, may, put_refusal, row_id, see_other, ward_request
from caicach.desk import work_calendar, work_hours
from caicach.desk.forms import WorkDaysForm
from caicach.desk.set_up import next_year_words
from caicach.organisation import calendars
from caicach.organisation.queries import owed_letters
from caicach.rules.refusal import Refusal
from caicach.rules.rights import SYSTEM


@require_safe
@may("calendar.manage")
def show(request: HttpRequest) -> HttpResponse:
    """A year by months (?nam=2027), with each named day's document."""
    return _page(request, _year(request.GET.get("nam", "")), WorkDaysForm())


@require_POST
@may("calendar.manage")
def set_days(request: HttpRequest) -> HttpResponse:
    """Own days."""
    actor, form = ward_request(request).actor, WorkDaysForm(request.POST)
    status, year = 422, _year(request.POST.get("nam", ""))
    if form.is_valid():
        facts = {**form.cleaned_data}
        facts["until"] = facts["until"] or facts["since"]
        try:
            days, moved = work_calendar.set_days(
                ward=actor.ward_id, **facts, by=actor.person_id, at=clock.now(), today=clock.today()
            )
        except Refusal as refusal:
            status = put_refusal(form, refusal)
        else:
            messages.success(request, f"Đã ghi {days} ngày." + _moved(moved) + _owed(actor.ward_id))
            return see_other(_address(facts["since"].year))
    return _page(request, year, form, status=status)


@require_POST
@may("calendar.manage")
def set_back(request: HttpRequest) -> HttpResponse:
    """Own days as in the country's calendar again."""
    actor = ward_request(request).actor
    since = day_of(request.POST.get("tu", ""))
    until = day_of(request.POST.get("den", "")) or since
    if since is None or until is None:
        raise Missing
    moved = work_calendar.set_back(
        ward=actor.ward_id, since=since, until=until, by=actor.person_id, at=clock.now()
    )
    messages.success(request, "Đã đặt lại theo lịch chung." + _moved(moved) + _owed(actor.ward_id))
    return see_other(_address(since.year))


@require_POST
@may("calendar.manage")
def confirm(request: HttpRequest) -> HttpResponse:
    """The ward says that a year is right."""
    actor, year = ward_request(request).actor, _year(request.POST.get("nam", ""))
    calendars.confirm(ward=actor.ward_id, year=year, by=actor.person_id, at=clock.now(), today=clock.today())
    messages.success(request, f"Đã xác nhận lịch năm {year}.")
    return see_other(reverse("desk:set-up") if actor.role == SYSTEM else _address(year))


def _moved(count: int) -> str:
    return f" Ngày làm việc của {count} hạn đã tính lại." if count else ""


def _owed(ward: int) -> str:
    count = len(owed_letters(ward))
    return f" {count} lời hẹn cần thư, xem ở Giờ làm việc." if count else ""


def _year(text: str) -> int:
    year = row_id(text)
    return year if year in work_calendar.years(clock.today()) else clock.today().year  # type: ignore[return-value]


def _address(year: int) -> str:
    return f"{reverse('desk:work-calendar')}?nam={year}"


def _page(request: HttpRequest, year: int, form: WorkDaysForm, *, status: int = 200) -> HttpResponse:
    actor = ward_request(request).actor
    page = work_calendar.year_page(actor.ward_id, actor.calendar, year=year, today=clock.today())
    context = {
        "page": page,
        "form": form,
        "is_set_up": actor.role == SYSTEM,
        "hours": work_hours.said_today(actor.ward_id, actor.calendar, today=clock.today()),
        "missing": work_hours.missing_year_words(actor.ward_id, today=clock.today()),
        "next_year": next_year_words(clock.today()),
    }
    return render(request, "desk/work_calendar.html", context, status=status)
