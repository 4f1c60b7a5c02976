"""What I want to be reminded of, and how the letter would look."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from caicach.accounts.queries import email_of
from caicach.core import clock
from caicach.core.http import may, put_refusal, see_other, ward_request
from caicach.desk.queries import ward_desk
from caicach.dossiers.queries import nearing
from caicach.exchange import services as exchange
from caicach.organisation.queries import ward_calendar
from caicach.reminders import queries, services
from caicach.reminders.forms import ChoiceForm
from caicach.rules.refusal import Refusal


@require_http_methods(["GET", "HEAD", "POST"])
@may("home.see")
def choice(request: HttpRequest) -> HttpResponse:
    """The choice, and today's letter as it would be sent."""
    actor, today = ward_request(request).actor, clock.today()
    mine = queries.chosen([actor.person_id])[actor.person_id]
    form = ChoiceForm(
        request.POST or None, initial={"daily": mine.daily, "weekly": mine.weekly, "hour": mine.hour}
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.choose(actor.person_id, **form.cleaned_data)
            except Refusal as refusal:
                status = put_refusal(form, refusal)
            else:
                messages.success(request, "Đã lưu lựa chọn.")
                return see_other(request.path)
    calendar = ward_calendar(actor.ward_id, actor.calendar).work
    facts = ward_desk(actor.ward_id, today=today, people=[actor.person_id], calendar=calendar, only=actor)
    work = queries.desk_for(facts, actor.person_id, actor.office_id, actor.role)
    near = queries.nearing_for(nearing(actor.ward_id, now=clock.now()), actor.role, actor.office_id)
    return render(
        request,
        "reminders/choice.html",
        {
            "form": form,
            "letter": queries.daily(actor.name, work, today=today, nearing=near),
            "address": email_of(actor.person_id),
            "is_on": exchange.is_on(),
            "has_week": actor.role in queries.WEEKLY_ROLES,
        },
        status=status,
    )
