"""The Monday meeting on one page: looked at, decided, and its conclusion's draft."""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from caicach.core import clock
from caicach.core.http import may, put_refusal, see_other, send_made, ward_request
from caicach.desk.forms import DecisionForm
from caicach.desk.meeting import Meeting, meeting, next_friday
from caicach.organisation.queries import choices_of, ward_facts
from caicach.rules import rights
from caicach.rules.refusal import Refusal
from caicach.tasks import directives
from caicach.tasks.view_parts import about_of, day_off_words, token_of, who


@require_safe
@may("directive.see")
def show(request: HttpRequest) -> HttpResponse:
    """What is late, silent, coming and promised; and the form for what is decided."""
    return _page(request, meeting(ward_request(request).actor.ward_id, today=clock.today()))


@require_POST
@may("directive.give")
def decide(request: HttpRequest) -> HttpResponse:
    """Something decided in the room is a duty with a day before people stand up."""
    actor, today = ward_request(request).actor, clock.today()
    page = meeting(actor.ward_id, today=today)
    form = _form(page, request)
    status = 422
    if form.is_valid():
        data = form.cleaned_data
        try:
            made = directives.give(
                ward=actor.ward_id, content=data["content"], leads=data["leads"], due_on=data["due_on"], today=today,
                issuer=f"Giao ban ngày {today:%d/%m/%Y}", about=about_of(request, actor.ward_id),
                token=token_of(request), **who(request),
            )  # fmt: skip
        except Refusal as refusal:
            status = put_refusal(form, refusal)
        else:
            messages.success(request, f"Đã giao: {made.title.rstrip('.')}.{day_off_words(made)}")
            return see_other(f"{reverse('desk:meeting')}#ket-luan")
    return _page(request, page, form=form, status=status)


@require_safe
@may("directive.see")
def draft(request: HttpRequest) -> HttpResponse:
    """The conclusion's draft as a Word file."""
    actor, today = ward_request(request).actor, clock.today()
    page = meeting(actor.ward_id, today=today)
    ward = ward_facts(actor.ward_id)
    from caicach.writing.conclusion import conclusion_docx

    data = conclusion_docx(
        ward=ward.name,
        province=ward.province,
        day=today,
        counts=(page.total, len(page.late), len(page.silent), len(page.coming)),
        late=[(view.task.number.replace("-", ".", 1), view.task.title, ", ".join(view.leads), view.status.words) for view in page.late],
        decided=[(view.task.content, ", ".join(view.leads), view.due_words) for view in page.decided],
    )  # fmt: skip
    return send_made(data, name=f"ket-luan-giao-ban-{today:%Y-%m-%d}.docx")


def _form(page: Meeting, request: HttpRequest | None = None) -> DecisionForm:
    form = DecisionForm(request.POST if request else None)
    form.fields["leads"].choices = choices_of(page.offices)  # type: ignore[attr-defined]
    return form


def _page(
    request: HttpRequest, page: Meeting, *, form: DecisionForm | None = None, status: int = 200
) -> HttpResponse:
    actor = ward_request(request).actor
    about = about_of(request, actor.ward_id)
    if form is None:
        form = _form(page)
        form.initial["due_on"] = f"{next_friday(page.day):%d/%m/%Y}"
        if about is not None:
            leads = about.offices.filter(role="lead", office__isnull=False)
            form.initial["leads"] = [str(pk) for pk in leads.values_list("office_id", flat=True)]
    return render(
        request,
        "desk/meeting.html",
        {
            "page": page,
            "form": form,
            "about": about,
            "token": token_of(request) or secrets.token_hex(12),
            "may_give": rights.allows("directive.give", actor.role),
        },
        status=status,
    )
