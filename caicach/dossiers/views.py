"""The ward's dossiers, one of them, and the lists that tell of them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caicach.citizens.services import see
from caicach.core import clock
from caicach.core.fields import new_token
from caicach.core.http import (
    Missing,
    WardRequest,
    may,
    page_number,
    put_refusal,
    refused,
    see_other,
    send_list,
    ward_request,
)
from caicach.dossiers import apart, drafts, intake, laying, queries, services, watched
from caicach.dossiers.asides import asides_of
from caicach.dossiers.forms import CodeForm, LayoutForm, ListForm
from caicach.dossiers.leg_moves import may_settle
from caicach.dossiers.moves import Mover, possible
from caicach.rules import rights
from caicach.rules.formats import CHANNELS, DOSSIER_KEYS, SKIPPED, UNLIKE_CODES, is_picture
from caicach.rules.refusal import Refusal
from caicach.writing.lists import Column, Group, Listing, Table, Value

_MOST_IN_A_FILE = 20_000


def _asked(request: HttpRequest) -> str:
    return " ".join(request.GET.get("tim", "").split())[:100]


@require_safe
@may("dossier.see")
def board(request: HttpRequest) -> HttpResponse:
    """The ward's dossiers, the most urgent first; by group, or by words."""
    return _board(request, request.GET.get("nhom", ""))


_CODELESS = "cho-ma"


def _board(
    request: HttpRequest, group: str, *, wrong: str = "", form: CodeForm | None = None, status: int = 200
) -> HttpResponse:
    """wrong: the provisional code of the row whose form was refused."""
    actor = ward_request(request).actor
    number = page_number(request)
    page = queries.board(
        actor.ward_id,
        now=clock.now(),
        group=group,
        asked=_asked(request),
        number=number,
        office=Mover.of(actor).office,
    )
    facts = {
        "page": page,
        "may_import": rights.allows("dossier.import", actor.role),
        "may_sign": rights.allows("dossier.sign", actor.role),
        "asks_codes": page.group == _CODELESS
        and not page.asked
        and rights.allows("dossier.accept", actor.role),
        "wrong": wrong,
        "code_form": form,
    }
    return render(request, "dossiers/board.html", facts, status=status)


@require_safe
@may("dossier.see")
def board_file(request: HttpRequest, suffix: str) -> HttpResponse:
    """The dossiers as they are filtered, as .xlsx or .docx."""
    actor, now = ward_request(request).actor, clock.now()
    group, asked = request.GET.get("nhom", ""), _asked(request)
    group = group if group in queries.GROUPS else "tat-ca"
    most = _MOST_IN_A_FILE if suffix == "xlsx" else 500
    rows = queries.export_rows(
        actor.ward_id, now=now, group=group, asked=asked, most=most, office=Mover.of(actor).office
    )
    columns = (
        Column("Mã hồ sơ", 48), Column("Thủ tục", 80), Column("Chủ hồ sơ", 45), Column("Tiếp nhận", 24, "day"), Column("Hẹn trả", 24, "day"),
        Column("Xong", 24, "day"), Column("Trạng thái", 40), Column("Kênh nộp", 24, only_sheet=True),
    )  # fmt: skip
    table = Table("Hồ sơ", columns, (Group("", tuple(_values(row) for row in rows)),))
    what = f"tìm “{asked}”" if asked else queries.GROUPS[group].lower()
    about = (f"{len(rows)} hồ sơ: {what}", f"Đến ngày {clock.today():%d/%m/%Y}")
    listing = Listing(actor.ward_name, "Hồ sơ một cửa", about, (table,))
    return send_list(listing, suffix, f"ho so {what}", today=clock.today())


def _values(row: queries.Row) -> tuple[Value, ...]:
    one = row.dossier
    return (
        one.code, one.procedure, one.applicant, one.received_on, one.due_on, one.resolved_on, row.words, CHANNELS.get(one.channel, ""),
    )  # fmt: skip


@require_safe
@may("dossier.see")
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """One dossier: what it is, how it stands against its promise, what happened. An old provisional code leads to the new one."""
    actor = ward_request(request).actor
    try:
        return _detail(ward_request(request), code, CodeForm())
    except Missing:
        return HttpResponseRedirect(queries.renamed(actor.ward_id, code).address)


@require_POST
@may("dossier.accept")
def learn_code(request: HttpRequest, code: str) -> HttpResponse:
    """The province has given a provisional dossier its code; from its page, or from its row on the board (then back there)."""
    asked = ward_request(request)
    is_row = request.POST.get("tu") == _CODELESS
    ward, form = asked.actor.ward_id, CodeForm(request.POST)
    try:
        dossier, _ = queries.dossier_with_newest(ward, code)
    except Missing:  # the same press once more
        dossier = queries.renamed(ward, code)
    status = 422
    if form.is_valid():
        try:
            is_new = intake.learn_code(
                dossier, form.cleaned_data["code"], by=asked.actor.person_id, at=clock.now()
            )
        except Refusal as refusal:
            if not dossier.is_provisional:  # its page has this form no more
                return refused(request, refusal, back=("Về hồ sơ", dossier.address))
            status = put_refusal(form, refusal)
        else:
            if is_new:
                messages.success(request, f"Đã ghi mã của tỉnh. Số tạm {code} vẫn tìm được hồ sơ này.")
            return see_other(f"{reverse('dossiers:board')}?nhom={_CODELESS}" if is_row else dossier.address)
    if is_row and dossier.is_provisional:
        return _board(request, _CODELESS, wrong=dossier.code, form=form, status=status)
    return _detail(asked, dossier.code, form, status=status)


def _detail(request: WardRequest, code: str, form: CodeForm, *, status: int = 200) -> HttpResponse:
    actor = request.actor
    page = queries.dossier_page(actor.ward_id, code, now=clock.now())
    one = page.row.dossier
    if whose := [who for who in (one.citizen, one.brought_by) if who]:
        see(whose, by=actor.person_id, at=clock.now(), about=one.code)
    by, draft = Mover.of(actor), drafts.newest_of(actor.ward_id, [one.pk]).get(one.pk)
    facts = {
        "page": page,
        "channels": CHANNELS,
        "next": possible(one, actor.role, page.codes, by=by),
        "next_one": queries.next_in_hands(actor.ward_id, by.office, but=one, now=clock.now()),
        "apart": apart.row_of(one.clock, now=clock.now()) if one.clock.counted_on else None,
        "asides": asides_of(one, actor.role),
        "draft": draft,
        "draft_is_seen": draft is not None and is_picture(draft.file.kind),
        "may_draft": laying.may_lay(one, actor.role, by=by),
        "may_leg": bool(page.legs) and may_settle(one, actor.role, by=by),
        "code_form": form if one.is_provisional and rights.allows("dossier.accept", actor.role) else None,
    }
    return render(request, "dossiers/detail.html", facts, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@may("dossier.import")
def upload(request: HttpRequest) -> HttpResponse:
    """A list of the province's system; it is read in the background."""
    actor = ward_request(request).actor
    form = ListForm(request.POST or None, request.FILES or None, initial={"token": new_token()})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                made = services.upload(
                    data["file"], ward=actor.ward_id, token=data["token"], by=actor.person_id, at=clock.now()
                )
            except Refusal as refusal:
                status = put_refusal(form, refusal)
            else:
                return see_other(reverse("dossiers:list", args=[made.token]))
    facts = {"form": form, "lists": queries.lists(actor.ward_id), "watched": watched.of_ward(actor.ward_id)}
    return render(request, "dossiers/upload.html", facts, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@may("dossier.import")
def listed(request: HttpRequest, token: str) -> HttpResponse:
    """A list: being read, waiting for its headings to be looked at, taken over, or refused."""
    actor = ward_request(request).actor
    row = queries.list_for(actor.ward_id, token)
    headings = list(dict.fromkeys([*row.headings, *row.columns.values()]))
    form = LayoutForm(headings, request.POST or None, initial=row.columns)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.choose(row, form.cleaned_data, by=actor.person_id, at=clock.now())
            except Refusal as refusal:
                status = put_refusal(form, refusal)
            else:
                messages.success(request, "Đã nhớ bố cục này; lần sau danh sách như thế được nhận ngay.")
                return see_other(request.path)
    facts = {"list": row, "form": form, "names": DOSSIER_KEYS, "why": SKIPPED, "unlike": UNLIKE_CODES}
    page = "dossiers/reading.html" if row.is_at_work else "dossiers/list.html"
    return render(request, page, facts, status=status)


@require_POST
@may("dossier.import")
def drop(request: HttpRequest, token: str) -> HttpResponse:
    """The list is dropped, and what it told with it."""
    actor = ward_request(request).actor
    row = queries.list_for(actor.ward_id, token)
    services.drop(row, by=actor.person_id, at=clock.now())
    return see_other(reverse("dossiers:list", args=[row.token]))


@require_POST
@may("dossier.import")
def take_back(request: HttpRequest, token: str) -> HttpResponse:
    """The list is taken over also where it moves dossiers back."""
    actor = ward_request(request).actor
    row = queries.list_for(actor.ward_id, token)
    services.take_back_too(row, by=actor.person_id, at=clock.now())
    return see_other(reverse("dossiers:list", args=[row.token]))


@require_safe
@may("dossier.import")
def list_state(request: HttpRequest, token: str) -> HttpResponse:
    """How far the reading is; the page itself once it is done."""
    row = queries.list_for(ward_request(request).actor.ward_id, token)
    response = render(request, "dossiers/_progress.html", {"list": row})
    if not row.is_at_work:
        response["HX-Redirect"] = reverse("dossiers:list", args=[row.token])
    return response
