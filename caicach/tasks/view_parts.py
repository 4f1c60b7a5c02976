"""What the views of a task share: its row, its forms, and the page with whatever was refused still typed in it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import nullcontext
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from caicach.core import clock, origin
from caicach.core.http import put_refusal, row_id, see_other, ward_request
from caicach.organisation.queries import choices_of
from caicach.rules import rights
from caicach.rules.refusal import Refusal
from caicach.tasks import coordinating, fed, notices, queries, task_page
from caicach.tasks import forms as task_forms
from caicach.tasks.models import Task

_FORMS: dict[str, tuple[type[forms.Form], str]] = {
    "report": (task_forms.ReportForm, "tien-do-%s"),
    "hand_in": (task_forms.HandInForm, "san-pham-%s"),
    "extend": (task_forms.ExtendForm, "gia-han-%s"),
    "wait": (task_forms.WaitForm, "cho-%s"),
    "silence": (task_forms.SilenceForm, "nhip-%s"),
    "ask": (task_forms.AskForm, "phoi-hop-%s"),
    "step": (task_forms.StepForm, "buoc-%s"),
    "comment": (task_forms.CommentForm, "trao-doi-%s"),
    "set_aside": (task_forms.SetAsideForm, "rut-%s"),
}
"""The forms of the page by name; forms of one page have fields of one name, and a label must lead to its own."""

_OPENS = {
    "gia-han": ("extend", "until"),
    "cho": ("wait", "whom"),
    "phoi-hop": ("ask", "office"),
    "nho-gia-han": ("comment", "words"),
}
"""?mo= of an address → the form that stands open on the page, and the field that is written in first."""

Named = tuple[str, forms.Form]


def task_of(request: HttpRequest, year: int, book: str, number: str) -> Task:
    """The task of an address, in the actor's ward. Raises Missing."""
    return queries.task_for(ward_request(request).actor.ward_id, year, book, number)


def address_of(task: Task) -> str:
    return reverse("tasks:detail", args=[task.year, task.book, task.number])


def who(request: HttpRequest) -> dict[str, Any]:
    """Who does it, when, from where: what every verb asks for."""
    return {
        "by": ward_request(request).actor.person_id,
        "at": clock.now(),
        "address": origin.address_of(request),
    }


def seen_of(request: HttpRequest) -> int | None:
    """The newest event that the sender's page showed; None from a form that doesn't say."""
    return row_id(request.POST.get("seen", ""))


def about_of(request: HttpRequest, ward: int) -> Task | None:
    """The task that a directive is about, by ?ve=2026/cchc/II-6. Raises Missing for one that isn't there."""
    parts = (request.POST.get("ve") or request.GET.get("ve") or "").split("/")
    if len(parts) != 3 or not (parts[0].isascii() and parts[0].isdecimal()) or len(parts[0]) > 4:
        return None
    return queries.task_for(ward, int(parts[0]), parts[1], parts[2])


def day_off_words(task: Task) -> str:
    """A sentence where the day of a duty that was just given is no working day; "" where it is one. One query."""
    days = (row for row in task.occurrences.all() if row.working_day != row.due_on)
    words = [
        f" Hạn {row.due_on:%d/%m/%Y} rơi vào ngày nghỉ; nên xong trong {row.working_day:%d/%m/%Y}."
        for row in days
    ]
    return "".join(words)


def token_of(request: HttpRequest) -> str | None:
    """What a form carries so that sent twice it makes one duty; None for none."""
    return request.POST.get("token", "")[:32] or None


def own_task(request: HttpRequest, year: int, book: str, number: str) -> Task:
    """The task of an address, if the actor may work on it. Raises Missing, PermissionDenied. One trip."""
    task, offices = queries.task_and_offices(ward_request(request).actor.ward_id, year, book, number)
    check_own(request, offices)
    return task


def check_own(request: HttpRequest, offices: Collection[int]) -> None:
    """Raises PermissionDenied, unless the actor may work on what these offices do or were asked for."""
    actor = ward_request(request).actor
    if not rights.may_work_on(actor.role, actor.office_id, offices):
        raise PermissionDenied


def check_coordinates(request: HttpRequest, task: Task) -> Task:
    """The task, if its book is not another coordinator's. Raises Refusal book.coordinated-by."""
    actor = ward_request(request).actor
    coordinating.check(task.ward_id, task.year, task.book, role=actor.role, holder=actor.holder_id)
    return task


def bound(request: HttpRequest, task: Task, name: str) -> Named:
    """A form of the page with what was sent.

    Whether a day, an office or a document that was sent exists, the verb says: the form takes what was sent as it is,
    and costs no query.
    """
    form_class, ids = _FORMS[name]
    form = form_class(request.POST, request.FILES, auto_id=ids)
    fields: Any = form.fields
    for field in ("occurrence", "office", "known", "person"):
        sent = request.POST.get(field, "")
        if field in fields:
            fields[field].choices = [("", ""), (sent, sent)] if row_id(sent) else [("", "")]
    parts = queries.parts_of(task)
    if name == "hand_in" and parts > 1:
        fields["parts"].choices = [(str(n), "") for n in range(parts)]
    elif name == "hand_in":
        del fields["parts"]
    return name, form


def do(
    request: HttpRequest,
    task: Task,
    named: Named,
    act: Callable[[dict[str, Any]], object],
    said: str,
    *,
    at: int | None = None,
) -> HttpResponse:
    """Do what a form asks for, in one transaction; refused, its page comes back with all that was typed.

    at: the position of the row that the form stands at, where several rows have one.
    """
    form = named[1]
    status = 422
    if form.is_valid():
        try:
            # a verb has its own transaction; with a file there are two things to keep, or neither
            with transaction.atomic() if request.FILES else nullcontext():
                act(dict(form.cleaned_data))
        except Refusal as refusal:
            status = put_refusal(form, refusal)
        else:
            messages.success(request, said)
            return see_other(address_of(task))
    return render_page(request, task, wrong=named, at=at, status=status)


def render_page(
    request: HttpRequest, task: Task, *, wrong: Named | None = None, at: int | None = None, status: int = 200
) -> HttpResponse:
    """The task's page; wrong: the form that was refused, at: the position of its row."""
    actor = ward_request(request).actor
    page = task_page.page(
        actor.ward_id, task, today=clock.today(), person=actor.person_id, now=clock.now(),
        whole=request.GET.get("dien-bien") == "tat-ca",
    )  # fmt: skip
    if request.method == "GET":
        notices.see(task, person=actor.person_id, at=clock.now())
    is_open = not task.set_aside_at and not task.closed_at
    own = is_open and rights.may_work_on(actor.role, actor.office_id, page.view.office_ids)
    one = coordinating.named_for(actor.ward_id, task.year, task.book)
    judges = is_open and rights.may_coordinate(actor.role, actor.holder_id, one.id if one else None)
    shown = {name: _form(name, page) for name in _FORMS}
    if wrong and wrong[0] in _FORMS:
        shown[wrong[0]] = _with_choices(*wrong, page)
    asked = request.GET.get("mo", "") if request.method == "GET" else ""
    opened, first = _OPENS.get(asked, ("", ""))
    if opened:
        # no fragment in such an address: a browser that has one to go to focuses nothing
        shown[opened].fields[first].widget.attrs["autofocus"] = True
    time_by = _asks_for_time(actor, page, one.name if one else "") if own and page.free else None
    if asked == "nho-gia-han" and time_by:
        shown["comment"].initial["words"] = f"@{time_by[1]} nhờ xin gia hạn việc này đến ngày … vì …"
    may = {
        "work": own,
        "hand_in": own and (bool(page.free) or not (page.occurrences or page.waiting)),
        "judge": judges and rights.allows("task.accept", actor.role),
        "assign": is_open and rights.allows("task.assign", actor.role),
        "ask_time": own and bool(page.free) and rights.allows("task.ask-time", actor.role),
        "give_time": judges and rights.allows("task.give-time", actor.role),
        "set_aside": judges and rights.allows("task.set-aside", actor.role),
        "take_in": bool(task.set_aside_at)
        and not task.closed_at
        and rights.allows("task.set-aside", actor.role),
        "comment": is_open and rights.allows("task.comment", actor.role),
        "direct": is_open and rights.allows("directive.give", actor.role),
        "see_addresses": actor.role in (rights.COORDINATOR, rights.ADMINISTRATOR),
        "undo": bool(page.undoable) and rights.allows("task.comment", actor.role),
    }
    feeds = fed.fed_of(task)
    mine = {row.office_id for row in page.offices if row.office_id == actor.office_id}
    return render(
        request,
        "tasks/detail.html",
        {
            "page": page,
            "feeds": feeds,
            "fed_by": next((one.source for one in feeds if one.source), ""),
            "task": task,
            "today": clock.today(),
            "may": may,
            "acts": own or may["give_time"] or may["set_aside"],
            "unacknowledged": own
            and task.source != Task.PLAN
            and any(row.office_id in mine and not row.acknowledged_at for row in page.offices),
            "form": shown,
            "wrong": wrong[0] if wrong else "",
            "opened": opened,
            "time_by": time_by,
            "judge": wrong[1] if wrong and wrong[0] not in _FORMS else None,
            "judged": at,
            "coordinator": one.name if one else "",
            "may_answer": [
                one for one in page.asks if rights.may_work_on(actor.role, actor.office_id, {one.office_id})
            ] if is_open else [],
        },
        status=status,
    )  # fmt: skip


def _asks_for_time(actor: Any, page: task_page.TaskPage, coordinator: str) -> tuple[str, str] | None:
    """Who asks for more time for somebody who may not: (what they are, the name); the head of the office, else who
    coordinates. None where the actor may, or nobody is there."""
    if rights.allows("task.ask-time", actor.role) or rights.allows("task.give-time", actor.role):
        return None
    heads = [one for one in page.people if one.role == rights.HEAD and one.office_id == actor.office_id]
    if heads:
        return "trưởng đơn vị", heads[0].name
    name = coordinator or next((one.name for one in page.people if one.role == rights.COORDINATOR), "")
    return ("người điều phối", name) if name else None


def _form(name: str, page: task_page.TaskPage) -> forms.Form:
    form_class, ids = _FORMS[name]
    initial: dict[str, Any] = {"since": f"{clock.today():%d/%m/%Y}"} if name == "wait" else {}
    if name == "silence":
        initial = {"days": page.view.task.silent_days}
    left = [one for one in page.deliverables if one.tone in ("plain", "warn")]
    if name == "hand_in" and len(left) == 1:
        initial = {"parts": [str(left[0].position)]}
    return _with_choices(name, form_class(auto_id=ids, initial=initial), page)


def _with_choices(name: str, form: forms.Form, page: task_page.TaskPage) -> forms.Form:
    """The form with what can be chosen on this page; one that was sent was looked through before."""
    fields: Any = form.fields
    days = [(str(one.id), f"{one.due_on:%d/%m/%Y}") for one in page.free]
    if name == "extend":
        fields["occurrence"].choices = days
    if name == "ask":
        own = page.view.lead_ids
        choices = choices_of([one for one in page.all_offices if one.id not in own])
        fields["office"].choices = [("", "Chọn đơn vị"), *choices]
    if name == "step":
        here = {one.id: one.name for row in page.offices for one in row.people}
        fields["person"].choices = [("", "Cả nhóm"), *((str(pk), words) for pk, words in here.items())]
        if not here:
            del fields["person"]
    if name == "hand_in":
        fields["occurrence"].choices = [("", "Hạn gần nhất chưa nộp"), *days]
        if not days:
            del fields["occurrence"]
        if len(page.deliverables) > 1:
            fields["parts"].choices = [(str(one.position), one.name) for one in page.deliverables]
        elif "parts" in fields:
            del fields["parts"]
        known = task_page.known_documents(page.view.task.ward_id, but=page.view.task)
        fields["known"].choices = [("", "Không"), *((str(one.pk), _option(one)) for one in known)]
    return form


def _option(delivery: Any) -> str:
    day = f" ngày {delivery.document_date:%d/%m/%Y}" if delivery.document_date else ""
    name = f"{delivery.document_number}{day}" if delivery.document_number else delivery.file.name
    return f"{name} ({delivery.task.number.replace('-', '.', 1)})"
