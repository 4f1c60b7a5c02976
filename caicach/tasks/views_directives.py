"""Directives: the list, and giving one."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from caicach.core import clock
from caicach.core.http import Missing, may, put_refusal, see_other, send_file, send_list, ward_request
from caicach.documents import services as documents
from caicach.organisation.queries import choices_of
from caicach.organisation.queries import offices as offices_of
from caicach.rules import rights
from caicach.rules.refusal import Refusal
from caicach.rules.task_status import GROUPS
from caicach.tasks import directives as verbs
from caicach.tasks import lists, queries
from caicach.tasks.forms import DirectiveForm
from caicach.tasks.view_parts import about_of, address_of, day_off_words, task_of, token_of, who
from caicach.writing.lists import Listing


@require_safe
@may("directive.see")
def directives(request: HttpRequest) -> HttpResponse:
    """All duties that come from no plan, most urgent first."""
    actor = ward_request(request).actor
    wanted = request.GET.get("tinh-trang", "")
    return render(
        request,
        "tasks/directives.html",
        {
            "page": queries.directives(actor.ward_id, today=clock.today(), group=wanted),
            "may_give": rights.allows("directive.give", actor.role),
        },
    )


@require_safe
@may("directive.see")
def list_file(request: HttpRequest, suffix: str) -> HttpResponse:
    """The duties that come from no plan, as they are filtered, as .xlsx or .docx."""
    actor, today = ward_request(request).actor, clock.today()
    page = queries.directives(actor.ward_id, today=today, group=request.GET.get("tinh-trang", ""))
    table = lists.table([("", (row.view for row in page.rows))], name="Chỉ đạo")
    filtered = "chờ nhận việc" if page.group == queries.UNACKNOWLEDGED else ""
    filtered = GROUPS[page.group].lower() if page.group in GROUPS else filtered
    about = lists.about(table, filtered=filtered, today=today)
    listing = Listing(actor.ward_name, "Việc giao ngoài kế hoạch", about, (table,))
    return send_list(listing, suffix, f"chi dao {filtered}", today=today)


@require_http_methods(["GET", "HEAD", "POST"])
@may("directive.give")
def give(request: HttpRequest) -> HttpResponse:
    """A leader writes a directive and gives it to offices; about: the task that it is about."""
    actor = ward_request(request).actor
    about, token = about_of(request, actor.ward_id), token_of(request)
    form = DirectiveForm(request.POST or None, request.FILES or None)
    fields: Any = form.fields
    offices = [one for one in offices_of(actor.ward_id, on=clock.today()) if not one.is_group]
    fields["leads"].choices = choices_of(offices, full=True)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = dict(form.cleaned_data)
            upload, deliverable = data.pop("file"), data.pop("deliverable")
            try:
                file = documents.store_paper(upload, ward=actor.ward_id, at=clock.now()) if upload else None
                made = verbs.give(
                    ward=actor.ward_id, **data, deliverables=[deliverable], file=file, about=about,
                    today=clock.today(), token=token, **who(request),
                )  # fmt: skip
            except Refusal as refusal:
                status = put_refusal(form, refusal)
            else:
                messages.success(request, f"Đã giao việc số {made.number}.{day_off_words(made)}")
                return see_other(address_of(made))
    elif about is not None:
        leads = about.offices.filter(role="lead", office__isnull=False).values_list("office_id", flat=True)
        form.initial["leads"] = [str(pk) for pk in leads]
    facts = {"form": form, "about": about, "token": token or secrets.token_hex(12)}
    return render(request, "tasks/give.html", facts, status=status)


@require_safe
@may("task.see")
def directive_file(request: HttpRequest, year: int, book: str, number: str) -> HttpResponse:
    """The document that a directive comes from."""
    file = task_of(request, year, book, number).file
    if file is None:
        raise Missing
    return send_file(documents.path_of(file).open("rb"), name=file.name, kind=file.kind)
