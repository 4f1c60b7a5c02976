"""People from a list: the upload, the look at every row, mending, taking over."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caicach.accounts import links
from caicach.accounts.forms import ListForm
from caicach.accounts.models import PeopleList
from caicach.accounts.people_import import comparing, mending, reading, taking_over
from caicach.accounts.people_views import to_slips
from caicach.accounts.queries import left_behind
from caicach.core import clock
from caicach.core.http import (
    Missing,
    may,
    of_list,
    put_refusal,
    row_id,
    see_other,
    send_made,
    status_of,
    ward_request,
)
from caicach.organisation.queries import offices
from caicach.rules import rights
from caicach.rules.people_list import FIELDS
from caicach.rules.refusal import Refusal
from caicach.writing.lists import Column, Group, Listing, Table


def _ways(request: HttpRequest) -> Sequence[tuple[str, str]]:
    return [(reverse("accounts:import"), "Nạp danh sách"), _home(request)]


_of_list = of_list("people.list-gone", _ways)
_OPEN = 25
"""so many rows with a problem have their form open at once; the others open theirs one by one"""


@require_http_methods(["GET", "HEAD", "POST"])
@may("people.import")
def upload(request: HttpRequest) -> HttpResponse:
    """The file. Nobody is made by it."""
    actor = ward_request(request).actor
    form = ListForm(request.POST, request.FILES) if request.method == "POST" else ListForm()
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                found = reading.read(
                    form.cleaned_data["file"], ward=actor.ward_id, by=actor.person_id, at=clock.now()
                )
            except Refusal as refusal:
                status = put_refusal(form, refusal)
            else:
                return see_other(reverse("accounts:import-list", args=[found.token]))
    return render(
        request,
        "accounts/import.html",
        {
            "form": form,
            "hint": f"Excel (.xlsx) hoặc .csv, tối đa {reading.MOST_PEOPLE} người, {reading.MOST_BYTES >> 20} MiB.",
            "home": _home(request),
        },
        status=status,
    )


@require_safe
@may("people.import")
def sample(request: HttpRequest) -> HttpResponse:
    """An .xlsx to fill in, with the ward's own offices beside it."""
    actor = ward_request(request).actor
    own = [(one.name, one.short) for one in offices(actor.ward_id, on=clock.today()) if not one.is_group]
    where = [name for name, _ in own] or ["Phòng Văn hóa – Xã hội"]
    rows = (
        (
            "Nguyễn Văn Mẫu",
            where[0],
            "Trưởng phòng",
            "Trưởng đơn vị",
            "",
            "mau.nv@vidu.example",
            "0900 000 001",
        ),
        ("Trần Thị Thử", where[min(1, len(where) - 1)], "Công chức", "Chuyên viên", "", "", ""),
        ("Lê Văn Ví Dụ", "", "Phó Chủ tịch UBND", "Lãnh đạo", "vidu.lv", "", ""),
    )
    widths = (44, 60, 44, 30, 34, 52, 32)
    listing = Listing(
        over=actor.ward_name,
        title="Danh sách người dùng",
        about=("Xóa ba dòng ví dụ, điền mỗi người một dòng. Chỉ họ và tên là bắt buộc; thứ tự các cột không quan trọng.",),
        tables=(
            Table(
                "Danh sách",
                tuple(Column(name, width) for name, width in zip(FIELDS.values(), widths, strict=True)),
                (Group("", rows),),
            ),
            Table(
                "Đơn vị của phường",
                (Column("Tên đầy đủ", 80), Column("Tên ngắn", 40)),
                (Group("", tuple(own)),),
            ),
            Table("Các vai", (Column("Vai", 40),), (Group("", tuple((r,) for r in rights.WARD_ROLES.values())),)),
        ),
    )  # fmt: skip
    from caicach.writing.list_xlsx import list_xlsx

    return send_made(list_xlsx(listing), name="danh-sach-nguoi.xlsx")


@never_cache
@require_safe
@may("people.import")
@_of_list
def show(request: HttpRequest, token: str) -> HttpResponse:
    """Every row beside who is there (?xem= one kind, ?sua= a row to mend)."""
    return _page(request, _list(request, token))


@require_POST
@may("people.import")
@_of_list
def mend(request: HttpRequest, token: str) -> HttpResponse:
    """Other words in a row, or the row left out, or taken in again."""
    found, n = _list(request, token), row_id(request.POST.get("dong", ""))
    if n is None:
        raise Missing
    match request.POST.get("viec"):
        case "bo-qua":
            mending.mend(found, n, skip=True)
        case "lay-lai":
            mending.mend(found, n, skip=False)
        case "them":
            mending.mend(found, n, adds=True)
        case "chuyen":
            mending.mend(found, n, adds=False)
        case _:
            facts: dict[str, object] = {
                name: reading.cleaned(name, request.POST[name])
                for name in ("full_name", "title", "role", "user_name", "email", "phone", "who")
                if name in request.POST
            }
            if request.POST.get("office", "") != request.POST.get("office_was", ""):
                facts["office_id"] = row_id(request.POST.get("office", "")) or None
                if not facts["office_id"]:
                    facts["office"] = ""
            count = mending.mend(found, n, **facts)
            if count > 1:
                messages.success(request, f"Đã dùng đơn vị ấy cho cả {count} dòng ghi như vậy.")
    kept = {"xem": request.POST.get("xem", "")} if request.POST.get("xem") in comparing.STATES else {}
    return see_other(f"{_address(found)}{'?' + urlencode(kept) if kept else ''}#dong-{n}")


@require_POST
@may("people.import")
@_of_list
def skip(request: HttpRequest, token: str) -> HttpResponse:
    """Every row with a problem is left out."""
    found = _list(request, token)
    count = mending.skip_problems(found, today=clock.today())
    messages.success(request, f"Đã bỏ qua {count} dòng.")
    return see_other(_address(found))


@require_POST
@may("people.import")
@_of_list
def drop(request: HttpRequest, token: str) -> HttpResponse:
    """The list is forgotten."""
    mending.discard(_list(request, token))
    messages.success(request, "Đã bỏ danh sách; chưa ai được thêm.")
    return see_other(reverse("accounts:import"))


@require_POST
@may("people.import")
@_of_list
def take(request: HttpRequest, token: str) -> HttpResponse:
    """All rows at once; then the slips of the new ones, or the letters."""
    actor, found = ward_request(request).actor, _list(request, token)
    nonce = secrets.token_urlsafe(16)
    try:
        taken = taking_over.take_over(
            found,
            seen=request.POST.get("dau", ""),
            nonce=nonce,
            by_letter=request.POST.get("cach") == "thu",
            by=actor.person_id,
            at=clock.now(),
            today=clock.today(),
        )
    except Refusal as refusal:
        return _page(request, found, refusal=refusal)
    parts = ((len(taken.new), "thêm"), (taken.changed, "đổi"))
    said = f"Đã {', '.join(f'{words} {count} người' for count, words in parts if count)}."
    if taken.invited:
        said += f" {len(taken.invited)} thư mời đang được gửi."
    messages.success(request, said)
    home, with_slip = _home(request)[0], [pk for pk in taken.new if pk not in set(taken.invited)]
    return to_slips(request, nonce, with_slip, back=home, soon=True) if with_slip else see_other(home)


def _list(request: HttpRequest, token: str) -> PeopleList:
    found = reading.list_of(ward_request(request).actor.ward_id, token)
    if found is None:
        raise Refusal("people.list-gone")
    return found


def _address(found: PeopleList) -> str:
    return reverse("accounts:import-list", args=[found.token])


def _home(request: HttpRequest) -> tuple[str, str]:
    """Where whoever asks came from: the people, or the steps of setting a ward up."""
    if ward_request(request).actor.role == rights.SYSTEM:
        return reverse("desk:set-up"), "Thiết lập"
    return reverse("accounts:people"), "Người dùng"


def _page(request: HttpRequest, found: PeopleList, *, refusal: Refusal | None = None) -> HttpResponse:
    actor, today = ward_request(request).actor, clock.today()
    compared = comparing.compare(actor.ward_id, reading.rows_of(found), today=today)
    counts = {state: len(compared.of(state)) for state in comparing.STATES}
    asked = request.GET.get("xem", "")
    shown = [line for line in compared.lines if asked not in comparing.STATES or line.state == asked]
    mended = row_id(request.GET.get("sua", ""))
    opened = {line.row.n for line in compared.of(comparing.PROBLEM)[:_OPEN]} | {mended}
    movers = {line.person for line in shown if line.person and line.left}
    left = left_behind(actor.ward_id, movers, today=today)
    return render(
        request,
        "accounts/import_list.html",
        {
            "found": found,
            "compared": compared,
            "lines": [
                (
                    line,
                    line.row.n in opened,
                    dict(line.problems),
                    left.get((line.person or 0, line.left or 0), 0),
                )
                for line in shown
            ],
            "tallies": [
                ("plain", "Tất cả", len(compared.lines), "?", not asked),
                *(
                    (_TONES[name], words, counts[name], f"?xem={name}", asked == name)
                    for name, words in comparing.STATES.items()
                    if counts[name]
                ),
            ],
            "asked": asked,
            "problems": counts[comparing.PROBLEM],
            "to_do": counts[comparing.NEW] + compared.changed,
            "new": counts[comparing.NEW],
            "with_address": compared.with_address,
            "offices": [(o.id, o.name) for o in offices(actor.ward_id, on=today) if not o.is_group],
            "roles": rights.WARD_ROLES.items(),
            "sends_letters": links.is_on(),
            "refusal": str(refusal) if refusal else "",
            "home": _home(request),
        },
        status=status_of(refusal) if refusal else 200,
    )


_TONES = {
    comparing.PROBLEM: "warn", comparing.NEW: "next", comparing.CHANGED: "ok",
    comparing.SAME: "plain", comparing.SKIPPED: "plain",
}  # fmt: skip
