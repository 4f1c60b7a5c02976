"""The ward's working hours, administered: looked at first with what they would do to promises, then kept; letters ticked off."""

from __future__ import annotations

import hashlib

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from caicach.core import clock
from caicach.core.http import Missing, may, put_refusal, row_id, see_other, ward_request
from caicach.desk import work_hours
from caicach.desk.forms import WorkHoursForm
from caicach.organisation import hours as organisation
from caicach.organisation.queries import hours_on
from caicach.rules.promises import Shift
from caicach.rules.refusal import Refusal


@require_http_methods(["GET", "HEAD", "POST"])
@may("calendar.manage")
def hours(request: HttpRequest) -> HttpResponse:
    """What holds; with other hours typed, first what they would do to promises, and only then are they kept."""
    actor, today = ward_request(request).actor, clock.today()
    if request.method != "POST":
        now = hours_on(actor.ward_id, today, actor.calendar)
        return _page(request, WorkHoursForm(initial=work_hours.typed_of(now, today=today)))
    form = WorkHoursForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    given, at = work_hours.hours_of(form.cleaned_data), clock.now()
    seen = hashlib.sha256(repr(given).encode()).hexdigest()[:16]
    try:
        if request.POST.get("seen") != seen:
            found = work_hours.look(actor.ward_id, given, now=clock.local(at).replace(tzinfo=None))
            return _page(request, form, found=found, seen=seen)
        kept = work_hours.save(given, ward=actor.ward_id, by=actor.person_id, at=at)
    except Refusal as refusal:
        return _page(request, form, status=put_refusal(form, refusal))
    owed = f" {len(kept.later)} lời hẹn cần thư." if kept.later else ""
    messages.success(request, f"Đã ghi giờ làm việc từ {given.valid_from:%d/%m/%Y}.{owed}")
    return see_other(reverse("desk:work-hours"))


@require_POST
@may("calendar.manage")
def letter(request: HttpRequest) -> HttpResponse:
    """A letter about a later day has gone."""
    actor, which = ward_request(request).actor, row_id(request.POST.get("thu", ""))
    if which is None:
        raise Missing
    organisation.letter_written(which, ward=actor.ward_id, by=actor.person_id, at=clock.now())
    messages.success(request, "Đã ghi: thư đã gửi.")
    return see_other(f"{reverse('desk:work-hours')}#thu")


def _page(
    request: HttpRequest,
    form: WorkHoursForm,
    *,
    found: Shift | None = None,
    seen: str = "",
    status: int = 200,
) -> HttpResponse:
    actor = ward_request(request).actor
    context = {
        "page": work_hours.hours_page(actor.ward_id, actor.calendar, today=clock.today()),
        "form": form,
        "found": found,
        "seen": seen,
    }
    return render(request, "desk/work_hours.html", context, status=status)
