"""People at a task: who does it, asking an office for its part, steps, words between people, watching."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from caicach.core import clock
from caicach.core.http import Missing, may, see_other, send_file, ward_request
from caicach.documents import services as documents
from caicach.rules import rights
from caicach.rules.refusal import Refusal
from caicach.tasks import queries, together
from caicach.tasks.forms import AnswerForm, AssignForm
from caicach.tasks.view_parts import (
    address_of,
    bound,
    check_own,
    do,
    own_task,
    render_page,
    seen_of,
    task_of,
    who,
)


@require_POST
@may("task.assign")
def assign(request: HttpRequest, year: int, book: str, number: str) -> HttpResponse:
    """The head of an office, or the coordinator, says who does it there."""
    task = task_of(request, year, book, number)
    page_offices = queries.people_of(task)
    form = AssignForm(request.POST)
    people = [(str(pk), name) for _, pk, name in page_offices]
    form.fields["person"].choices = [("", "Không giao đích danh"), *people]  # type: ignore[attr-defined]
    if not form.is_valid():
        return render_page(request, task, wrong=("assign", form), status=422)
    office = form.cleaned_data["office"]
    actor = ward_request(request).actor
    if actor.role != rights.COORDINATOR and actor.office_id != office:
        raise PermissionDenied
    return do(
        request,
        task,
        ("assign", form),
        lambda data: together.assign(task, **data, **who(request)),
        "Đã giao người thực hiện." if form.cleaned_data["person"] else "Đã thôi giao đích danh.",
    )


@require_POST
@may("task.arrange")
def ask(request: HttpRequest, year: int, book: str, number: str) -> HttpResponse:
    """Ask another office for its part."""
    task = own_task(request, year, book, number)
    form = bound(request, task, "ask")
    return do(
        request,
        task,
        form,
        lambda data: together.ask(task, **data, today=clock.today(), **who(request), seen=seen_of(request)),
        "Đã gửi đề nghị phối hợp.",
    )


@require_POST
@may("task.arrange")
def answer(request: HttpRequest, year: int, book: str, number: str, position: int) -> HttpResponse:
    """The office that was asked answers."""
    task = task_of(request, year, book, number)
    asked = queries.ask_for(task.ward_id, task, position)
    check_own(request, {asked.office_id})
    form = AnswerForm(request.POST, request.FILES)

    def act(data: dict[str, object]) -> None:
        upload = data["file"]
        file = documents.store_paper(upload, ward=task.ward_id, at=clock.now()) if upload else None  # type: ignore[arg-type]
        together.answer(asked, word=str(data["word"]), file=file, **who(request))

    return do(request, task, ("answer", form), act, "Đã trả lời.", at=position)


@require_safe
@may("task.see")
def answer_file(request: HttpRequest, year: int, book: str, number: str, position: int) -> HttpResponse:
    """The file of an answer."""
    task = task_of(request, year, book, number)
    file = queries.ask_for(task.ward_id, task, position).file
    if file is None:
        raise Missing
    return send_file(documents.path_of(file).open("rb"), name=file.name, kind=file.kind)


@require_POST
@may("task.arrange")
def add_step(request: HttpRequest, year: int, book: str, number: str) -> HttpResponse:
    """Break the task into steps."""
    task = own_task(request, year, book, number)
    form = bound(request, task, "step")
    return do(
        request,
        task,
        form,
        lambda data: together.add_step(task, **data, **who(request), seen=seen_of(request)),
        "Đã thêm bước.",
    )


@require_POST
@may("task.arrange")
def tick_step(request: HttpRequest, year: int, book: str, number: str, position: int) -> HttpResponse:
    """A step is done, or isn't after all."""
    task = own_task(request, year, book, number)
    step = queries.step_for(task.ward_id, task, position)
    together.tick_step(step, done=request.POST.get("done") == "1", **who(request))
    if request.POST.get("ve") == "viec-cua-toi":
        messages.success(request, "Đã xong bước.")
        return see_other(reverse("desk:my-work"))
    return see_other(f"{address_of(task)}#buoc")


@require_POST
@may("task.arrange")
def drop_step(request: HttpRequest, year: int, book: str, number: str, position: int) -> HttpResponse:
    """A step that isn't wanted any more."""
    task = own_task(request, year, book, number)
    together.drop_step(queries.step_for(task.ward_id, task, position), **who(request))
    messages.success(request, "Đã bỏ bước.")
    return see_other(f"{address_of(task)}#buoc")


@require_POST
@may("task.arrange")
def acknowledge(request: HttpRequest, year: int, book: str, number: str) -> HttpResponse:
    """An office has seen what it was given."""
    task = own_task(request, year, book, number)
    office = ward_request(request).actor.office_id
    if office is None:
        raise Refusal("assign.no-office")
    together.acknowledge(task, office=office, **who(request))
    messages.success(request, "Đã nhận việc.")
    return see_other(address_of(task))


@require_POST
@may("task.comment")
def comment(request: HttpRequest, year: int, book: str, number: str) -> HttpResponse:
    """A word between people."""
    task = task_of(request, year, book, number)
    form = bound(request, task, "comment")
    return do(
        request,
        task,
        form,
        lambda data: together.comment(task, **data, **who(request), seen=seen_of(request)),
        "Đã gửi.",
    )


@require_POST
@may("task.watch")
def watch(request: HttpRequest, year: int, book: str, number: str) -> HttpResponse:
    """Hear of everything on this task, or no longer."""
    task = task_of(request, year, book, number)
    on = request.POST.get("on") == "1"
    together.watch(task, person=ward_request(request).actor.person_id, on=on)
    messages.success(request, "Sẽ báo khi có gì mới." if on else "Đã thôi theo dõi.")
    return see_other(address_of(task))
