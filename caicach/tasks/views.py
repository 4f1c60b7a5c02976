"""A task's page and its verbs."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from caicach.core import clock
from caicach.core.http import Missing, may, put_refusal, see_other, send_file, ward_request
from caicach.documents import services as documents
from caicach.rules import rights
from caicach.rules.refusal import Refusal
from caicach.tasks import queries, services
from caicach.tasks.forms import HandInForm, JudgeForm, ReportForm
from caicach.tasks.models import Task


@require_safe
@may("task.see")
def detail(request: HttpRequest, year: int, book: str, number: str) -> HttpResponse:
    """What, who, when, source line, status, history, and the next thing to do."""
    task = _task(request, year, book, number)
    return _page(request, task)


@require_POST
@may("task.report")
def report(request: HttpRequest, year: int, book: str, number: str) -> HttpResponse:
    """An officer says how far the task is."""
    task = _task(request, year, book, number)
    _check_own(request, task)
    form = ReportForm(request.POST, auto_id=_REPORT_IDS)
    status = 422
    if form.is_valid():
        try:
            services.report(task, **form.cleaned_data, **_who(request))
        except Refusal as refusal:
            status = put_refusal(form, refusal)
        else:
            messages.success(request, "Đã ghi tiến độ.")
            return see_other(_address(task))
    return _page(request, task, report=form, status=status)


@require_POST
@may("task.hand-in")
def hand_in(request: HttpRequest, year: int, book: str, number: str) -> HttpResponse:
    """An officer hands in what was made."""
    task = _task(request, year, book, number)
    _check_own(request, task)
    form = _hand_in_form(task, request)
    status = 422
    if form.is_valid():
        data = form.cleaned_data
        try:
            with transaction.atomic():
                upload = data.pop("file")
                file = documents.store(upload, ward=task.ward_id, at=clock.now()) if upload else None
                services.hand_in(task, **data, file=file, today=clock.today(), **_who(request))
        except Refusal as refusal:
            status = put_refusal(form, refusal)
        else:
            messages.success(request, "Đã nộp. Người điều phối sẽ duyệt.")
            return see_other(_address(task))
    return _page(request, task, hand_in=form, status=status)


@require_POST
@may("task.accept")
def accept(request: HttpRequest, year: int, book: str, number: str, position: int) -> HttpResponse:
    """The coordinator accepts what was handed in."""
    task = _task(request, year, book, number)
    delivery = queries.delivery_for(task.ward_id, task, position)
    services.accept(delivery, **_who(request))
    messages.success(request, "Đã duyệt.")
    return see_other(_address(task))


@require_POST
@may("task.accept")
def give_back(request: HttpRequest, year: int, book: str, number: str, position: int) -> HttpResponse:
    """The coordinator returns it, with a word."""
    task = _task(request, year, book, number)
    delivery = queries.delivery_for(task.ward_id, task, position)
    form = JudgeForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            services.give_back(delivery, **form.cleaned_data, **_who(request))
        except Refusal as refusal:
            if refusal.place != "word":
                raise
            status = put_refusal(form, refusal)
        else:
            messages.success(request, "Đã trả lại cho người nộp.")
            return see_other(_address(task))
    return _page(request, task, judge=form, judged=position, status=status)


@require_safe
@may("task.see")
def evidence(request: HttpRequest, year: int, book: str, number: str, position: int) -> HttpResponse:
    """The file of something handed in."""
    task = _task(request, year, book, number)
    file = queries.delivery_for(task.ward_id, task, position).file
    if file is None:
        raise Missing
    return send_file(documents.path_of(file).open("rb"), name=file.name, kind=file.kind)


_REPORT_IDS, _HAND_IN_IDS = "tien-do-%s", "san-pham-%s"
"""two forms of one page have fields of one name: a label must lead to its own"""


def _task(request: HttpRequest, year: int, book: str, number: str) -> Task:
    return queries.task_for(ward_request(request).actor.ward_id, year, book, number)


def _address(task: Task) -> str:
    return reverse("tasks:detail", args=[task.year, task.book, task.number])


def _who(request: HttpRequest) -> dict[str, Any]:
    return {
        "by": ward_request(request).actor.person_id,
        "at": clock.now(),
        "address": request.META.get("REMOTE_ADDR") or None,
    }


def _check_own(request: HttpRequest, task: Task) -> None:
    actor = ward_request(request).actor
    own = set(task.offices.filter(office__isnull=False).values_list("office_id", flat=True))
    if not rights.may_work_on(actor.role, actor.office_id, own):
        raise PermissionDenied


def _hand_in_form(task: Task, request: HttpRequest | None = None, occurrences: Any = None) -> HandInForm:
    form = (
        HandInForm(request.POST, request.FILES, auto_id=_HAND_IN_IDS)
        if request
        else HandInForm(auto_id=_HAND_IN_IDS)
    )
    days = occurrences if occurrences is not None else task.occurrences.all()
    choices = [(str(o.id), f"{o.due_on:%d/%m/%Y}") for o in days]
    field: Any = form.fields["occurrence"]
    field.choices = [("", "Hạn gần nhất chưa nộp"), *choices]
    if not choices:
        del form.fields["occurrence"]
    return form


def _page(
    request: HttpRequest,
    task: Task,
    *,
    report: Any = None,
    hand_in: Any = None,
    judge: Any = None,
    judged: int | None = None,
    status: int = 200,
) -> HttpResponse:
    actor = ward_request(request).actor
    page = queries.page(actor.ward_id, task, today=clock.today(), shorts={})
    own = rights.may_work_on(actor.role, actor.office_id, page.view.office_ids) and not task.set_aside_at
    free = [o for o in page.occurrences if o.is_free]
    return render(
        request,
        "tasks/detail.html",
        {
            "page": page,
            "task": task,
            "may_work": own,
            "may_hand_in": own and (bool(free) or not (page.occurrences or page.waiting)),
            "may_judge": rights.allows("task.accept", actor.role),
            "report": report or ReportForm(auto_id=_REPORT_IDS),
            "hand_in": hand_in or _hand_in_form(task, None, free),
            "judge": judge,
            "judged": judged,
        },
        status=status,
    )
