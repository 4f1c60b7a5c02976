"""The list, the upload, the review, the changes, the ribbon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caicach.core import backup, clock
from caicach.core.fields import new_token
from caicach.core.http import (
    Missing,
    may,
    put_refusal,
    row_id,
    see_other,
    send_file,
    send_list,
    status_of,
    ward_request,
)
from caicach.core.kept import kept
from caicach.documents import services as documents
from caicach.dossiers import queries as dossiers
from caicach.history import queries as history
from caicach.plans import (
    cells,
    drafts,
    exports,
    findings,
    many_pages,
    measured,
    pace_page,
    queries,
    review_page,
    services,
)
from caicach.plans import effect as effects
from caicach.plans import review as reviewing
from caicach.plans.forms import StartForm, UploadForm
from caicach.plans.models import Plan, PlanImport
from caicach.rules import rights
from caicach.rules.refusal import Refusal
from caicach.tasks import coordinating


@require_safe
@may("plan.see")
def plan_list(request: HttpRequest) -> HttpResponse:
    """All plans of the ward, and the drafts that wait for their coordinator."""
    actor = ward_request(request).actor
    may_import = rights.allows("plan.import", actor.role)
    rows = queries.plan_list(actor.ward_id, with_drafts=may_import)
    return render(request, "plans/list.html", {"list": rows, "may_import": may_import})


@require_http_methods(["GET", "HEAD", "POST"])
@may("plan.import")
def upload(request: HttpRequest) -> HttpResponse:
    """Drop a file or choose one; its reading goes on in the background."""
    actor = ward_request(request).actor
    year = clock.today().year
    if request.method != "POST":
        form = UploadForm(initial={"token": new_token(), "year": year})
        return render(
            request, "plans/upload.html", {"form": form, "has_plan": queries.has_plan(actor.ward_id)}
        )
    form = UploadForm(request.POST, request.FILES)
    status = 422
    if form.is_valid():
        data = form.cleaned_data
        try:
            if data["file"] is None and "file" not in request.FILES:
                raise Refusal("file.not-chosen", "file")
            if data["file"] is None:
                raise Refusal("file.empty", "file", name=getattr(request.FILES["file"], "name", ""))
            draft = services.upload(
                data["file"], ward=actor.ward_id, token=data["token"], year=data["year"],
                is_amendment=data["is_amendment"], kind=data["kind"] or "cchc", by=actor.person_id, at=clock.now(),
            )  # fmt: skip
        except Refusal as refusal:
            status = put_refusal(form, refusal)
        else:
            return see_other(_address(draft))
    return render(
        request,
        "plans/upload.html",
        {"form": form, "has_plan": queries.has_plan(actor.ward_id)},
        status=status,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@may("plan.import")
def start(request: HttpRequest) -> HttpResponse:
    """A plan typed from nothing, or copied from another year's."""
    actor = ward_request(request).actor
    plans = queries.plan_list(actor.ward_id, with_drafts=False).plans
    years = list(dict.fromkeys(row.plan.year for row in plans))
    today = clock.today()
    asked = request.GET.get("nam", "")
    form = StartForm(
        request.POST or None,
        initial={
            "token": new_token(),
            "year": today.year if today.year not in years else today.year + 1,
            "copy_from": row_id(asked) if row_id(asked) in years else None,
            "kind": request.GET.get("loai", ""),
        },
    )
    field: Any = form.fields["copy_from"]
    field.choices = [("", "Trang trắng"), *((year, f"Chép kế hoạch năm {year}") for year in years)]
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                data = {**form.cleaned_data, "kind": form.cleaned_data["kind"] or "cchc"}
                draft = services.begin_typed(ward=actor.ward_id, **data, by=actor.person_id, at=clock.now())
            except Refusal as refusal:
                status = put_refusal(form, refusal)
            else:
                return see_other(_address(draft))
    return render(request, "plans/start.html", {"form": form}, status=status)


@require_safe
@may("plan.import")
def import_page(request: HttpRequest, token: str) -> HttpResponse:
    """Where an import stands: being read, refused, under review, or in effect."""
    draft = _draft(request, token)
    match draft.state:
        case PlanImport.IN_FORCE if draft.plan:
            return see_other(reverse("plans:ribbon", args=[draft.plan.year, draft.plan.kind]))
        case PlanImport.REVIEW:
            return _review(request, draft)
        case PlanImport.REFUSED:
            return render(request, "plans/refused.html", {"draft": draft})
        case _:
            return render(request, "plans/reading.html", {"draft": draft})


@require_safe
@may("plan.import")
def state(request: HttpRequest, token: str) -> HttpResponse:
    """The progress bar alone, asked for every second; when the reading is over, the way to its page."""
    draft = _draft(request, token)
    response = render(request, "plans/_progress.html", {"draft": draft})
    if draft.state not in (PlanImport.WAITING, PlanImport.READING):
        response["HX-Redirect"] = _address(draft)
    return response


@require_safe
@may("plan.import")
def import_file(request: HttpRequest, token: str) -> HttpResponse:
    """The file as it was uploaded."""
    file = _draft(request, token).file
    if file is None:
        raise Missing
    return send_file(documents.path_of(file).open("rb"), name=file.name, kind=file.kind)


@require_safe
@may("plan.import")
def page_picture(request: HttpRequest, token: str, page: int) -> HttpResponse:
    """A page of the file as a picture."""
    from caicach.reading import picture

    file = _draft(request, token).file
    if file is None or not 1 <= page <= 2000:
        raise Missing
    try:
        data = picture.page_png(documents.path_of(file), page)
    except (Refusal, IndexError, ValueError) as none:
        raise Missing from none
    response = HttpResponse(data, content_type="image/png")
    response["Cache-Control"] = "private, max-age=3600"
    return response


@require_safe
@may("plan.import")
def clean(request: HttpRequest, token: str, suffix: str) -> HttpResponse:
    """The annex as it stands in the draft, as a document."""
    reading: Any = review_page.reading_of(_draft(request, token))
    if suffix == "docx":
        from caicach.writing.docx import annex_docx as write
    elif suffix == "xlsx":
        from caicach.writing.xlsx import annex_xlsx as write
    else:
        raise Missing
    response = HttpResponse(write(reading), content_type=documents.KIND_OF_SUFFIX[f".{suffix}"])
    response["Content-Disposition"] = f'attachment; filename="phu-luc-da-lam-sach.{suffix}"'
    return response


@require_POST
@may("plan.import")
def cell(request: HttpRequest, token: str) -> HttpResponse:
    """Save one cell (the grid), or a whole row's cells (its form, without scripts)."""
    draft = _draft(request, token)
    target, _, pk = request.POST.get("row", "").partition(":")
    by, at = ward_request(request).actor.person_id, clock.now()
    names = [name for name in request.POST if name in cells.LINE_FIELDS or name in cells.SECTION_FIELDS]
    try:
        reviewing.save_cells(draft, _typed(request, target, row_id(pk) or 0, names), by=by, at=at)
    except Refusal as refusal:
        if _is_script(request):
            facts = {"words": str(refusal), "theirs": refusal.facts.get("theirs")}
            return JsonResponse(facts, status=status_of(refusal))
        if target != "line":
            return _review(request, draft, refusal=str(refusal), status=status_of(refusal))
        line = draft.lines.filter(pk=row_id(pk) or 0).first()
        typed = {  # what was not touched is shown as it is by now
            name: request.POST[name]
            if request.POST[name] != request.POST.get(f"seen-{name}")
            else getattr(line, name, "")
            for name in names
        }
        return _review(
            request, draft, refusal=str(refusal), editing=row_id(pk), typed=typed, status=status_of(refusal)
        )
    if _is_script(request) and target == "line":
        view = review_page.line_view(draft, row_id(pk) or 0)
        return render(request, "plans/_line.html", {"view": view, "draft": draft, "editing": None})
    return see_other(_address(draft) + (f"?dong={pk}#d{pk}" if target == "line" else ""))


@require_POST
@may("plan.import")
def row(request: HttpRequest, token: str) -> HttpResponse:
    """Add a row (to a section, or with a new section), or take one out."""
    draft = _draft(request, token)
    by, at = ward_request(request).actor.person_id, clock.now()
    if (gone := row_id(request.POST.get("out", ""))) is not None:
        reviewing.remove_line(draft, gone, by=by, at=at)
        return see_other(_address(draft))
    made = reviewing.add_line(
        draft,
        section=_row_or_new(request, "section"),
        title=request.POST.get("title", ""),
        by=by,
        at=at,
    )
    return see_other(f"{_address(draft)}?sua={made.pk}#d{made.pk}")


@require_POST
@may("plan.import")
def head(request: HttpRequest, token: str) -> HttpResponse:
    """Save the head's fields."""
    draft = _draft(request, token)
    by, at = ward_request(request).actor.person_id, clock.now()
    names = [name for name in cells.HEAD_FIELDS if name in request.POST]
    try:
        reviewing.save_cells(draft, _typed(request, "head", 0, names), by=by, at=at)
    except Refusal as refusal:
        typed = {name: request.POST[name] for name in names}
        return _review(request, draft, refusal=str(refusal), head=typed, status=status_of(refusal))
    return see_other(_address(draft))


@require_POST
@may("plan.import")
def indicator(request: HttpRequest, token: str) -> HttpResponse:
    """Save an indicator that stands by itself, add one, or take it out; what was refused is there to be mended."""
    draft = _draft(request, token)
    by, at = ward_request(request).actor.person_id, clock.now()
    row = _row_or_new(request, "row")
    if request.POST.get("act") == "out":
        reviewing.remove_indicator(draft, row or 0, by=by, at=at)
        return see_other(_address(draft) + "#chi-tieu")
    typed = {name: request.POST.get(name, "") for name in ("name", "target", "lead")}
    try:
        reviewing.save_indicator(draft, row, **typed, seen=request.POST.get("seen"), by=by, at=at)
    except Refusal as refusal:
        wrong = {**typed, "row": row, "words": str(refusal)}
        return _review(request, draft, wrong_indicator=wrong, status=status_of(refusal))
    return see_other(_address(draft) + "#chi-tieu")


@require_POST
@may("plan.import")
def finding(request: HttpRequest, token: str) -> HttpResponse:
    """Accept a finding's mends, one of them, choose another office, say what should stand there, set it aside, look again."""
    draft = _draft(request, token)
    by, at = ward_request(request).actor.person_id, clock.now()
    number, only = request.POST.get("finding", ""), request.POST.get("only", "")
    added = None
    position = -1 if (asked := row_id(number)) is None or asked > 30000 else asked
    match request.POST.get("act"):
        case "accept":
            added = findings.accept(draft, position, by=by, at=at, only=row_id(only))
        case "aside":
            findings.set_aside(draft, position, reason=request.POST.get("reason", ""), by=by, at=at)
        case "office":
            findings.choose_office(draft, position, office=request.POST.get("office", ""), by=by, at=at)
        case "correct":
            findings.correct(draft, position, text=request.POST.get("text", ""), by=by, at=at)
        case "reopen":
            findings.reopen(draft, position, by=by, at=at)
        case _:
            raise Refusal("draft.field-unknown")
    if added is not None:
        return see_other(f"{_address(draft)}?dong={added.pk}#d{added.pk}")
    line = request.POST.get("line", "")
    return see_other(_address(draft) + (f"?dong={line}#d{line}" if row_id(line) is not None else ""))


@require_POST
@may("plan.import")
def step_back(request: HttpRequest, token: str) -> HttpResponse:
    """Undo the newest change of the draft."""
    draft = _draft(request, token)
    touched = reviewing.step_back(draft, by=ward_request(request).actor.person_id, at=clock.now())
    return see_other(_address(draft) + (f"?dong={touched}#d{touched}" if touched else ""))


@require_POST
@may("plan.import")
def retry(request: HttpRequest, token: str) -> HttpResponse:
    """Read a refused file once more."""
    draft = _draft(request, token)
    services.retry(draft, by=ward_request(request).actor.person_id, at=clock.now())
    return see_other(_address(draft))


@require_POST
@may("plan.import")
def discard(request: HttpRequest, token: str) -> HttpResponse:
    """Put the draft away."""
    services.discard(_draft(request, token), by=ward_request(request).actor.person_id, at=clock.now())
    messages.success(request, "Đã bỏ bản nháp.")
    return see_other(reverse("plans:list"))


@require_safe
@may("plan.effect")
def changes(request: HttpRequest, token: str) -> HttpResponse:
    """What an amendment adds, changes and drops, before it takes effect."""
    draft = _draft(request, token)
    if draft.state != PlanImport.REVIEW or not draft.is_amendment:
        return see_other(_address(draft))
    plan = effects.in_force(draft.ward_id, draft.year, draft.kind)
    facts = {
        "draft": draft, "found": effects.compare(draft), "errors": effects.open_errors(draft), "in_force": plan,
        **effects.compare_around(draft, plan, queries.target_words),
    }  # fmt: skip
    return render(request, "plans/changes.html", facts)


@require_POST
@may("plan.import")
def pair(request: HttpRequest, token: str) -> HttpResponse:
    """Say by hand which task in force a row of the amendment is, or that it is new."""
    draft = _draft(request, token)
    line, same_as = row_id(request.POST.get("line", "")), request.POST.get("same_as", "")
    reviewing.pair(draft, line or 0, same_as, by=ward_request(request).actor.person_id, at=clock.now())
    return see_other(reverse("plans:changes", args=[draft.token]))


@require_POST
@may("plan.import")
def become_amendment(request: HttpRequest, token: str) -> HttpResponse:
    """Use this draft to amend the plan in force of its year."""
    draft, actor = _draft(request, token), ward_request(request).actor
    coordinating.check(draft.ward_id, draft.year, draft.kind, role=actor.role, holder=actor.holder_id)
    services.become_amendment(draft, by=actor.person_id, at=clock.now())
    messages.success(request, "Bản nháp này sẽ sửa đổi kế hoạch đang thực hiện. Mọi chỗ đã sửa còn nguyên.")
    return see_other(_address(draft))


@require_POST
@may("plan.import")
def set_year(request: HttpRequest, token: str) -> HttpResponse:
    """Use this draft for another year."""
    draft = _draft(request, token)
    text = request.POST.get("year", "").strip()
    year = int(text) if text.isdecimal() and len(text) <= 6 else 0
    try:
        services.set_year(draft, year, by=ward_request(request).actor.person_id, at=clock.now())
    except Refusal as refusal:
        return _review(request, draft, refusal=str(refusal), status=status_of(refusal))
    return see_other(_address(draft))


@require_http_methods(["GET", "HEAD", "POST"])
@may("plan.effect")
def effect(request: HttpRequest, token: str) -> HttpResponse:
    """Put the draft into effect: the plan, its tasks, their days. Opened again after a refusal, it shows the draft."""
    draft = _draft(request, token)
    if request.method != "POST":
        return see_other(_address(draft))
    actor = ward_request(request).actor
    try:
        findings.check_typed(draft)
        plan = services.put_into_effect(draft, by=actor.person_id, at=clock.now(), today=clock.today())
    except Refusal as refusal:
        line = refusal.facts.get("line")
        return _review(
            request,
            draft,
            refusal=str(refusal),
            editing=line if isinstance(line, int) else None,
            status=status_of(refusal),
        )
    messages.success(request, _in_effect(plan))
    return see_other(reverse("plans:ribbon", args=[plan.year, plan.kind]))


def _in_effect(plan: Plan) -> str:
    """What is said once a plan took effect: with what goes before today, where some of its days have gone by."""
    words = "Kế hoạch đã được đưa vào thực hiện."
    gone = sum(row.due_on is not None for row in many_pages.done_rows(plan, today=clock.today()))
    if plan.amended_on or not gone:
        return words
    return format_html(
        '{} {} hạn của kế hoạch đã qua mà chưa có sản phẩm: <a href="{}">nhập việc đã làm</a>.',
        words, gone, reverse("plans:done-already", args=[plan.year, plan.kind]),
    )  # fmt: skip


@require_safe
@may("plan.see")
def overview(request: HttpRequest, year: int, kind: str) -> HttpResponse:
    """The plan for somebody who decides, on one page without scrolling."""
    actor = ward_request(request).actor
    plan = queries.plan_for(actor.ward_id, year, kind)
    today = clock.today()

    kept_at = backup.last_good()

    def body() -> str:
        page = queries.overview(actor.ward_id, plan, today=today)
        words = {
            "page": page,
            "plan": plan,
            "today": today,
            "backup": kept_at,
            "has_backups": backup.folder(),
        }
        return render_to_string("plans/overview_body.html", words)

    facts = (today, history.newest(actor.ward_id), kept_at, backup.folder())
    promises = apologies = None
    if rights.allows("dossier.see", actor.role):
        promises, apologies = dossiers.kept_and_told(actor.ward_id, now=clock.now())
    shown = {
        "body": kept("overview", (actor.ward_id, plan.pk), facts, body),
        "plan": plan,
        "promises": promises,
        "apologies": apologies,
        "fed": measured.fed_of(actor.ward_id, plan, today=today).values(),
    }
    return render(request, "plans/overview.html", shown)


@require_safe
@may("plan.see")
def pace(request: HttpRequest, year: int, kind: str) -> HttpResponse:
    """The days that a figure of the pace counts (?nhip= which one)."""
    actor = ward_request(request).actor
    plan = queries.plan_for(actor.ward_id, year, kind)
    part, today = pace_page.part_of(request.GET.get("nhip", "")), clock.today()

    def body() -> str:
        page = pace_page.pace_page(actor.ward_id, plan, part, today=today)
        return render_to_string("plans/pace_body.html", {"page": page, "plan": plan, "today": today})

    html = kept("pace", (actor.ward_id, plan.pk, part), (today, history.newest(actor.ward_id)), body)
    return render(request, "plans/pace.html", {"body": html, "plan": plan})


@require_safe
@may("plan.see")
def pace_file(request: HttpRequest, year: int, kind: str, suffix: str) -> HttpResponse:
    """The same list as .xlsx or .docx."""
    actor, today = ward_request(request).actor, clock.today()
    plan = queries.plan_for(actor.ward_id, year, kind)
    part = pace_page.part_of(request.GET.get("nhip", ""))
    page = pace_page.pace_page(actor.ward_id, plan, part, today=today)
    listing, name = exports.pace_list(page, today=today)
    return send_list(listing, suffix, name, today=today)


@require_safe
@may("plan.see")
def wall(request: HttpRequest, year: int, kind: str) -> HttpResponse:
    """The overview for a screen on the wall: large, without names of persons, anew every minute."""
    actor = ward_request(request).actor
    plan = queries.plan_for(actor.ward_id, year, kind)
    today = clock.today()

    def body() -> str:
        page = queries.overview(actor.ward_id, plan, today=today, shown=8)
        return render_to_string("plans/wall_body.html", {"page": page, "plan": plan})

    facts = (today, history.newest(actor.ward_id))
    html = kept("wall", (actor.ward_id, plan.pk), facts, body)
    shown = {"body": html, "plan": plan, "now": clock.now(), "today": today}
    return render(request, "plans/wall.html", shown)


@require_safe
@may("plan.see")
def ribbon(request: HttpRequest, year: int, kind: str) -> HttpResponse:
    """The whole year of the whole plan on one page."""
    actor = ward_request(request).actor
    plan = queries.plan_for(actor.ward_id, year, kind)
    asked = queries.RibbonFilter.of(request.GET)
    today = clock.today()
    fed = measured.fed_of(actor.ward_id, plan, today=today)

    def body() -> str:
        page = queries.ribbon(actor.ward_id, plan, asked, today=today, fed=fed)
        months = range(1, 13)
        return render_to_string(
            "plans/ribbon_body.html",
            {
                "page": page,
                "plan": plan,
                "asked": asked,
                "months": months,
                "groups": queries.GROUP_NAMES.items(),
            },
        )

    of, facts = (actor.ward_id, plan.pk, asked), (today, history.newest(actor.ward_id), fed)
    return render(
        request,
        "plans/ribbon.html",
        {
            "body": body() if asked.words else kept("ribbon", of, facts, body),
            "plan": plan,
            "may_undo": rights.allows("plan.undo", actor.role),
            "may_several": rights.allows("task.several", actor.role),
            "coordinates": rights.may_coordinate(actor.role, actor.holder_id, plan.named_id),
            "may_name": rights.allows("plan.coordinator", actor.role),
            "query": asked.address() if asked.is_set else "",
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@may("plan.coordinator")
def coordinator(request: HttpRequest, year: int, kind: str) -> HttpResponse:
    """Who coordinates this plan: one coordinator by name, or all of the ward."""
    actor = ward_request(request).actor
    plan = queries.plan_for(actor.ward_id, year, kind)
    wrong, status = "", 200
    if request.method == "POST":
        text = request.POST.get("person", "")
        try:
            services.name_coordinator(
                plan, person=(row_id(text) or 0) if text else None, by=actor.person_id, at=clock.now()
            )
        except Refusal as refusal:
            wrong, status = str(refusal), status_of(refusal)
        else:
            messages.success(request, "Đã ghi người điều phối.")
            return see_other(reverse("plans:ribbon", args=[year, kind]))
    facts = {"plan": plan, "people": queries.coordinators(actor.ward_id), "wrong": wrong}
    return render(request, "plans/coordinator.html", facts, status=status)


@require_safe
@may("plan.see")
def list_file(request: HttpRequest, year: int, kind: str, suffix: str) -> HttpResponse:
    """The year's list as it is filtered, as .xlsx or .docx."""
    actor = ward_request(request).actor
    plan = queries.plan_for(actor.ward_id, year, kind)
    asked, today = queries.RibbonFilter.of(request.GET), clock.today()
    fed = measured.fed_of(actor.ward_id, plan, today=today)
    page = queries.ribbon(actor.ward_id, plan, asked, today=today, fed=fed)
    listing, name = exports.year_list(plan, page, asked, today=today)
    return send_list(listing, suffix, name, today=today)


@require_http_methods(["GET", "HEAD", "POST"])
@may("plan.undo")
def undo(request: HttpRequest, year: int, kind: str) -> HttpResponse:
    """Take the plan back into review, as long as nothing was reported; else say why on the plan's page."""
    actor = ward_request(request).actor
    newest = row_id(request.POST.get("newest", ""))
    try:
        plan = queries.plan_for(actor.ward_id, year, kind)
        if request.method != "POST":
            return see_other(reverse("plans:ribbon", args=[year, kind]))
        coordinating.check_named(plan.named_id, plan.named_name, role=actor.role, holder=actor.holder_id)
        draft = services.undo(plan, newest=newest or 0, by=actor.person_id, at=clock.now())
    except Missing:  # the second press of two: the first one's draft is the answer
        undone = queries.import_in_review(actor.ward_id, newest or 0)
        if undone is None:
            raise
        return see_other(_address(undone))
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return see_other(reverse("plans:ribbon", args=[year, kind]))
    messages.success(request, "Đã hoàn tác. Bản nháp còn nguyên để xem lại.")
    return see_other(_address(draft) if draft else reverse("plans:list"))


@require_safe
@may("plan.see")
def plan_file(request: HttpRequest, year: int, kind: str) -> HttpResponse:
    """The file that the plan was read from."""
    draft = queries.newest_import(queries.plan_for(ward_request(request).actor.ward_id, year, kind))
    if draft is None or draft.file is None:
        raise Missing
    return send_file(documents.path_of(draft.file).open("rb"), name=draft.file.name, kind=draft.file.kind)


def _row_or_new(request: HttpRequest, name: str) -> int | None:
    """The row that a form names, None for a new one. Raises Refusal draft.field-unknown for what is neither."""
    text = request.POST.get(name, "")
    row = row_id(text)
    if text and row is None:
        raise Refusal("draft.field-unknown")
    return row


def _draft(request: HttpRequest, token: str) -> PlanImport:
    """The draft of an address. Raises Missing; Refusal book.coordinated-by where an amendment of another coordinator's plan
    is to be changed."""
    actor = ward_request(request).actor
    draft = queries.import_for(actor.ward_id, token)
    if request.method == "POST" and draft.is_amendment:
        coordinating.check(draft.ward_id, draft.year, draft.kind, role=actor.role, holder=actor.holder_id)
    return draft


def _address(draft: PlanImport) -> str:
    return reverse("plans:import", args=[draft.token])


def _typed(
    request: HttpRequest, target: str, pk: int, names: Sequence[str]
) -> list[tuple[cells.Cell, str, str | None]]:
    return [
        (cells.Cell(target, pk, name), request.POST[name], request.POST.get(f"seen-{name}")) for name in names
    ]


def _is_script(request: HttpRequest) -> bool:
    return bool(request.headers.get("X-Fragment"))


def _review(
    request: HttpRequest,
    draft: PlanImport,
    *,
    refusal: str = "",
    editing: int | None = None,
    typed: Mapping[str, str] | None = None,
    head: Mapping[str, str] | None = None,
    wrong_indicator: Mapping[str, object] | None = None,
    status: int = 200,
) -> HttpResponse:
    def number(name: str) -> int | None:
        text = request.GET.get(name, "")
        return row_id(text)

    editing = editing or number("sua")
    page = review_page.review(draft, chosen=number("dong") or editing, shown=request.GET.get("xem", ""))
    return render(
        request,
        "plans/review.html",
        {
            "page": page,
            "draft": draft,
            "editing": editing,
            "refusal": refusal,
            "typed": typed,
            "wrong": wrong_indicator or {},
            "head_fields": _head_fields(page.head, head or {}),
            "head_is_open": bool(head) or request.GET.get("dau", "") in dict(_HEAD_FIELDS),
            "conflict": not draft.is_amendment and queries.year_is_taken(draft),
        },
        status=status,
    )


_HEAD_FIELDS = {
    "number": "Số kế hoạch", "date": "Ngày ký", "issuer": "Cơ quan ban hành", "title": "Tên gọi", "signer": "Người ký",
    "coordinating_office": "Đơn vị đầu mối",
}  # fmt: skip


def _head_fields(head: Any, typed: Mapping[str, str]) -> list[tuple[str, str, str, str]]:
    """Field, name, value, what stands there; typed: what was refused, to be mended there."""
    known = {field: drafts.shown(head, field) for field in _HEAD_FIELDS}
    return [
        (field, name, typed.get(field, known[field]), known[field]) for field, name in _HEAD_FIELDS.items()
    ]
