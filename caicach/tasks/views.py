"""A task's page, what is said and handed in there, and its dates. With others: `views_together`."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from caicach.core import clock
from caicach.core.http import Missing, may, row_id, see_other, send_file
from caicach.documents import services as documents
from caicach.rules.formats import is_picture
from caicach.rules.refusal import Refusal
from caicach.tasks import dates, queries, services
from caicach.tasks import undo as undoing
from caicach.tasks.forms import GrantForm, JudgeForm
from caicach.tasks.view_parts import (
    address_of,
    bound,
    check_coordinates,
    do,
    own_task,
    render_page,
    seen_of,
    task_of,
    who,
)


@require_safe
@may("task.see")
def detail(request: HttpRequest, year: int, book: str, number: str) -> HttpResponse:
    """What, who, when, source line, status, history, and the next thing to do."""
    return render_page(request, task_of(request, year, book, number))


@require_POST
@may("task.report")
def report(request: HttpRequest, year: int, book: str, number: str) -> HttpResponse:
    """An officer says how far the task is."""
    task = own_task(request, year, book, number)
    form = bound(request, task, "report")
    return do(
        request,
        task,
        form,
        lambda data: services.report(task, **data, **who(request), seen=seen_of(request)),
        "Đã ghi tiến độ.",
    )


@require_POST
@may("task.hand-in")
def hand_in(request: HttpRequest, year: int, book: str, number: str) -> HttpResponse:
    """An officer hands in what was made: a document by number and date, a file, or one that is there already."""
    task = own_task(request, year, book, number)
    named = bound(request, task, "hand_in")

    def act(data: dict[str, Any]) -> None:
        upload, known, parts = data.pop("file"), data.pop("known"), data.pop("parts", ())
        if "parts" in named[1].fields and not parts:
            raise Refusal("task.part-missing", "parts")
        file = documents.store_paper(upload, ward=task.ward_id, at=clock.now()) if upload else None
        if known and file is None:
            source = queries.known_document(task.ward_id, known)
            file = source.file
            data["document_number"] = data["document_number"] or source.document_number
            data["document_date"] = data["document_date"] or source.document_date
        services.hand_in(
            task,
            **data,
            parts=parts,
            file=file,
            today=clock.today(),
            **who(request),
            seen=seen_of(request),
        )

    return do(request, task, named, act, "Đã nộp. Người điều phối sẽ duyệt.")


@require_POST
@may("task.accept")
def accept(request: HttpRequest, year: int, book: str, number: str, position: int) -> HttpResponse:
    """The coordinator accepts what was handed in."""
    task = check_coordinates(request, task_of(request, year, book, number))
    services.accept(queries.delivery_for(task.ward_id, task, position), **who(request))
    messages.success(request, "Đã duyệt.")
    return see_other(address_of(task))


@require_POST
@may("task.accept")
def give_back(request: HttpRequest, year: int, book: str, number: str, position: int) -> HttpResponse:
    """The coordinator returns it, with a word."""
    task = check_coordinates(request, task_of(request, year, book, number))
    delivery = queries.delivery_for(task.ward_id, task, position)
    form = JudgeForm(request.POST)
    return do(
        request,
        task,
        ("judge", form),
        lambda data: services.give_back(delivery, **data, **who(request)),
        "Đã trả lại cho người nộp.",
        at=position,
    )


@require_safe
@may("task.see")
def evidence(request: HttpRequest, year: int, book: str, number: str, position: int) -> HttpResponse:
    """The file of something handed in."""
    task = task_of(request, year, book, number)
    file = queries.delivery_for(task.ward_id, task, position).file
    if file is None:
        raise Missing
    return send_file(documents.path_of(file).open("rb"), name=file.name, kind=file.kind)


@require_safe
@may("task.see")
def evidence_page(
    request: HttpRequest, year: int, book: str, number: str, position: int, page: int
) -> HttpResponse:
    """A page of it as a picture, for a look without leaving; only of PDF files and pictures. HEAD: how many there are."""
    from caicach.reading import picture

    task = task_of(request, year, book, number)
    file = queries.delivery_for(task.ward_id, task, position).file
    if file is None or not is_picture(file.kind):
        raise Missing
    if not 1 <= page <= 2000:
        raise Missing
    path = documents.path_of(file)
    try:
        # a browser may answer a HEAD from what it kept of a GET: both say how many pages there are
        pages = str(picture.page_count(path))
        data = b"" if request.method == "HEAD" else picture.page_png(path, page)
        response = HttpResponse(data, content_type="image/png", headers={"X-Pages": pages})
    except (Refusal, IndexError, ValueError) as none:
        raise Missing from none
    response["Cache-Control"] = "private, max-age=3600"
    return response


# --- dates -----------------------------------------------------------------------------------------------------


@require_POST
@may("task.ask-time")
def ask_extension(request: HttpRequest, year: int, book: str, number: str) -> HttpResponse:
    """The head asks for more time."""
    task = own_task(request, year, book, number)
    form = bound(request, task, "extend")
    return do(
        request,
        task,
        form,
        lambda data: dates.ask_extension(task, **data, **who(request), seen=seen_of(request)),
        "Đã gửi đề nghị gia hạn.",
    )


@require_POST
@may("task.give-time")
def put_off(request: HttpRequest, year: int, book: str, number: str) -> HttpResponse:
    """The coordinator or a leader puts a day off without having been asked."""
    task = check_coordinates(request, task_of(request, year, book, number))
    form = bound(request, task, "extend")
    return do(
        request,
        task,
        form,
        lambda data: dates.put_off(task, **data, **who(request), seen=seen_of(request)),
        "Đã lùi hạn. Hạn cũ vẫn hiện bên cạnh.",
    )


@require_POST
@may("task.give-time")
def grant(request: HttpRequest, year: int, book: str, number: str, position: int) -> HttpResponse:
    """More time is given, as asked or until another day."""
    task = check_coordinates(request, task_of(request, year, book, number))
    extension = queries.extension_for(task.ward_id, task, position)
    form = GrantForm(request.POST)
    return do(
        request,
        task,
        ("grant", form),
        lambda data: dates.grant(extension, **data, **who(request)),
        "Đã cho gia hạn.",
        at=position,
    )


@require_POST
@may("task.give-time")
def refuse(request: HttpRequest, year: int, book: str, number: str, position: int) -> HttpResponse:
    """No more time is given, with a word."""
    task = check_coordinates(request, task_of(request, year, book, number))
    extension = queries.extension_for(task.ward_id, task, position)
    form = GrantForm(request.POST)
    return do(
        request,
        task,
        ("grant", form),
        lambda data: dates.refuse(extension, word=data["word"], **who(request)),
        "Đã trả lời: không gia hạn.",
        at=position,
    )


@require_POST
@may("task.arrange")
def wait(request: HttpRequest, year: int, book: str, number: str) -> HttpResponse:
    """The task waits for somebody else."""
    task = own_task(request, year, book, number)
    form = bound(request, task, "wait")
    return do(
        request,
        task,
        form,
        lambda data: dates.wait(task, **data, today=clock.today(), **who(request), seen=seen_of(request)),
        "Đã ghi là đang chờ.",
    )


@require_POST
@may("task.arrange")
def go_on(request: HttpRequest, year: int, book: str, number: str) -> HttpResponse:
    """The wait is over."""
    task = own_task(request, year, book, number)
    dates.go_on(task, **who(request))
    messages.success(request, "Hết chờ, làm tiếp.")
    return see_other(address_of(task))


@require_POST
@may("task.set-aside")
def silence(request: HttpRequest, year: int, book: str, number: str) -> HttpResponse:
    """After how many days without a word this task is silent."""
    task = check_coordinates(request, task_of(request, year, book, number))
    form = bound(request, task, "silence")
    return do(
        request,
        task,
        form,
        lambda data: dates.set_silent_days(task, **data, **who(request)),
        "Đã đặt nhịp báo tin.",
    )


@require_POST
@may("task.set-aside")
def set_aside(request: HttpRequest, year: int, book: str, number: str) -> HttpResponse:
    """The coordinator takes the task out of the year, with the reason and the document."""
    task = check_coordinates(request, task_of(request, year, book, number))
    form = bound(request, task, "set_aside")
    return do(
        request,
        task,
        form,
        lambda data: services.set_aside(task, **data, **who(request)),
        "Đã rút nhiệm vụ. Có thể đưa trở lại bất cứ lúc nào.",
    )


@require_POST
@may("task.set-aside")
def take_in(request: HttpRequest, year: int, book: str, number: str) -> HttpResponse:
    """A task that was taken out is owed again."""
    task = check_coordinates(request, task_of(request, year, book, number))
    services.take_in_again(task, **who(request))
    messages.success(request, "Đã đưa nhiệm vụ trở lại kế hoạch.")
    task.refresh_from_db()
    return see_other(address_of(task))


@require_POST
@may("task.comment")
def undo(request: HttpRequest, year: int, book: str, number: str) -> HttpResponse:
    """Take back the last thing that one did here."""
    task = task_of(request, year, book, number)
    event = row_id(request.POST.get("event", "")) or 0
    with transaction.atomic():
        undoing.undo(task, event=event, **who(request), check_judge=lambda: check_coordinates(request, task))
    messages.success(request, "Đã hoàn tác.")
    task.refresh_from_db()
    return see_other(address_of(task))
