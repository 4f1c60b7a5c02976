"""The catalogue from a list and as one: the upload, the look at every row, mending, writing; the file that is read again."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caicach.core import clock
from caicach.core.http import Missing, may, of_list, put_refusal, row_id, see_other, send_list, ward_request
from caicach.procedures import list_file, lists
from caicach.procedures.forms import ListFileForm, TakeForm
from caicach.procedures.models import CatalogueList
from caicach.rules.procedures import LEVELS
from caicach.rules.refusal import Refusal

_OPEN = 15
"""so many rows with a problem have their form open at once; the others open theirs one by one"""
_A_PAGE = 100


def _ways(request: HttpRequest) -> Sequence[tuple[str, str]]:
    return [(reverse("procedures:list-upload"), "Nạp danh mục"), (reverse("procedures:catalogue"), "Thủ tục")]


_of_list = of_list("catalogue.list-gone", _ways)


def _list(request: HttpRequest, token: str) -> CatalogueList:
    found = lists.list_of(ward_request(request).actor.ward_id, token)
    if found is None:
        raise Refusal("catalogue.list-gone")
    return found


def _address(found: CatalogueList) -> str:
    return reverse("procedures:list", args=[found.token])


@require_safe
@may("procedure.see")
def whole(request: HttpRequest, suffix: str) -> HttpResponse:
    """The whole catalogue, to be kept, changed and read again."""
    actor, today = ward_request(request).actor, clock.today()
    listing = list_file.whole_catalogue(actor.ward_id, ward_name=actor.ward_name, today=today)
    return send_list(listing, suffix, "danh muc thu tuc", today=today)


@require_http_methods(["GET", "HEAD", "POST"])
@may("procedure.manage")
def upload(request: HttpRequest) -> HttpResponse:
    """The file. Nothing of the catalogue changes by it."""
    actor = ward_request(request).actor
    form = ListFileForm(request.POST, request.FILES) if request.method == "POST" else ListFileForm()
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                found = lists.read(
                    form.cleaned_data["file"], ward=actor.ward_id, by=actor.person_id, at=clock.now()
                )
            except Refusal as refusal:
                status = put_refusal(form, refusal)
            else:
                return see_other(_address(found))
    hint = f"Excel (.xlsx, .xls), Word (.docx), .ods hoặc .csv, tối đa {lists.MOST_BYTES >> 20} MiB."
    return render(request, "procedures/list_upload.html", {"form": form, "hint": hint}, status=status)


@never_cache
@require_safe
@may("procedure.manage")
@_of_list
def show(request: HttpRequest, token: str) -> HttpResponse:
    """Every row beside the catalogue (?xem= one kind, ?sua= a row to mend, ?trang= a page)."""
    return _page(
        request, _list(request, token), TakeForm(initial={"valid_from": f"{clock.today():%d/%m/%Y}"})
    )


@require_POST
@may("procedure.manage")
@_of_list
def row(request: HttpRequest, token: str) -> HttpResponse:
    """Other words in a row, or the row left out, or taken in again."""
    found, n = _list(request, token), row_id(request.POST.get("dong", ""))
    if n is None:
        raise Missing
    match request.POST.get("viec"):
        case "bo-qua":
            lists.skip(found, n, is_skipped=True)
        case "lay-lai":
            lists.skip(found, n, is_skipped=False)
        case "bo-buoc":
            lists.forget_steps(found, n)
        case _:
            lists.mend(found, n, {name: request.POST[name] for name in lists.EDITED if name in request.POST})
    kept = {name: request.POST[name][:10] for name in ("xem", "trang") if request.POST.get(name)}
    return see_other(f"{_address(found)}{'?' + urlencode(kept) if kept else ''}#dong-{n}")


@require_POST
@may("procedure.manage")
@_of_list
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """Rows left out together: those of a level, or every one with a problem."""
    found = _list(request, token)
    level = request.POST.get("cap", "")
    if level in LEVELS:
        lists.leave_level(found, level, is_left=request.POST.get("viec") != "lay-lai")
    else:
        count = lists.skip_problems(found, today=clock.today())
        messages.success(request, f"Đã bỏ qua {count} dòng.")
    return see_other(_address(found))


@require_POST
@may("procedure.manage")
@_of_list
def drop(request: HttpRequest, token: str) -> HttpResponse:
    """The list is forgotten."""
    lists.discard(_list(request, token))
    messages.success(request, "Đã bỏ danh sách; danh mục không đổi gì.")
    return see_other(reverse("procedures:list-upload"))


@require_POST
@may("procedure.manage")
@_of_list
def take(request: HttpRequest, token: str) -> HttpResponse:
    """All rows at once."""
    actor, found, form = ward_request(request).actor, _list(request, token), TakeForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            took = lists.take(
                found, seen=request.POST.get("dau", ""), decision=form.decision(), valid_from=form.cleaned_data["valid_from"],
                ends=request.POST.getlist("het"), checked=form.cleaned_data["checked"], by=actor.person_id, at=clock.now(), today=clock.today(),
            )  # fmt: skip
        except Refusal as refusal:
            if refusal.code == "catalogue.list-gone":
                raise
            place = {"since": "valid_from"}.get(refusal.place or "", refusal.place)
            status = put_refusal(form, Refusal(refusal.code, place, **refusal.facts))
        else:
            parts = ((took.new, "thêm"), (took.changed, "đổi"), (took.ended, "cho hết áp dụng"))
            said = ", ".join(f"{words} {count} thủ tục" for count, words in parts if count)
            messages.success(request, f"Đã {said}.")
            return see_other(reverse("procedures:catalogue"))
    return _page(request, found, form, status=status)


def _page(request: HttpRequest, found: CatalogueList, form: TakeForm, *, status: int = 200) -> HttpResponse:
    compared = lists.compare(found, today=clock.today())
    asked = request.GET.get("xem", "")
    wanted = [line for line in compared.lines if asked not in lists.STATES or line.state == asked]
    order = list(lists.STATES)
    if (
        asked not in lists.STATES
    ):  # what needs somebody first, what is as it was last; else in the order of the list
        wanted.sort(key=lambda line: order.index(line.state))
    number = max(1, min(row_id(request.GET.get("trang", "")) or 1, -(-len(wanted) // _A_PAGE)))
    shown = wanted[(number - 1) * _A_PAGE : number * _A_PAGE]
    mended = row_id(request.GET.get("sua", ""))
    opened = {line.row.n for line in compared.of("sai")[:_OPEN]} | {mended}
    counts = {state: len(compared.of(state)) for state in lists.STATES}
    tallies = [
        (tone, words, counts[state], f"?xem={state}" if state != asked else "?", state == asked)
        for state, (words, tone) in lists.STATES.items()
        if counts[state]
    ]
    return render(
        request,
        "procedures/list_review.html",
        {
            "found": found, "compared": compared, "form": form, "asked": asked if asked in lists.STATES else "", "tallies": tallies,
            "lines": [(line, line.row.n in opened, dict(line.told.problems)) for line in shown], "levels": list(LEVELS.items()),
            "problems": counts["sai"], "to_do": counts["moi"] + counts["doi"] + counts["het"], "counts": counts,
            "number": number, "has_more": len(wanted) > number * _A_PAGE, "total": len(compared.lines),
        },
        status=status,
    )  # fmt: skip
