"""Results: handed over at the counter, not collected yet, by post."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_safe

from caicach.citizens.services import see
from caicach.core import clock
from caicach.core.fields import new_token
from caicach.core.http import (
    Missing,
    may,
    page_number,
    put_refusal,
    refused,
    row_id,
    see_other,
    send_list,
    send_made,
    status_of,
    ward_request,
)
from caicach.counter import money_papers, queries, results
from caicach.counter import post as parcels
from caicach.counter.forms_results import HandOutForm
from caicach.counter.models import Line
from caicach.counter.till import Paying
from caicach.dossiers.moves import Mover, Told, check
from caicach.dossiers.queries import dossier_with_newest, for_paper, next_in_hands
from caicach.rules import rights
from caicach.rules.formats import moment
from caicach.rules.refusal import Refusal
from caicach.writing.lists import Column, Group, Listing, Table, Value


@require_http_methods(["GET", "HEAD", "POST"])
@may("dossier.accept")
def hand_out(request: HttpRequest, code: str) -> HttpResponse:
    """Who collects a result, on what proof; what is still owed may be paid with it. Also a result that the post brought back."""
    actor = ward_request(request).actor
    _, seen = dossier_with_newest(actor.ward_id, code)
    dossier, by = for_paper(actor.ward_id, code), Mover.of(actor)
    back = parcels.back_of(dossier) if dossier.state == "returned" else None
    if request.method != "POST" and back is None:
        try:
            check(dossier, "return-result", by=by)
        except Refusal as refusal:
            return refused(request, refusal, back=("Về hồ sơ", dossier.address))
    page = _money(dossier)
    owed = page.fee.owed if page else None
    book = page.desk.receipt_book if page and page.desk.receipts == "typed" else None
    is_firm = bool(dossier.citizen and dossier.citizen.kind == "organisation")
    first: dict[str, Any] = {
        "seen": seen, "token": new_token(), "pay": "later" if page and page.was_refunded else "cash", "capacity": "organisation" if is_firm else "owner",
        "collector": "" if is_firm else dossier.applicant, "number": f"{page.next_number:07}" if page and page.next_number else "",
    }  # fmt: skip
    form = HandOutForm(request.POST or None, owed=owed or 0, book=book, initial=first)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                results.hand_out(
                    dossier, _told(form), pay=_pay(form, owed), token=form.cleaned_data["token"] or new_token(), by=by, at=clock.now(),
                    seen=form.cleaned_data["seen"] or 0,
                )  # fmt: skip
            except Refusal as refusal:
                status = put_refusal(form, refusal)
            else:
                said, other = "Trả kết quả: đã ghi.", next_in_hands(actor.ward_id, by.office, but=dossier, now=clock.now())  # fmt: skip
                way = '{} <a href="{}">Hồ sơ tiếp theo của đơn vị tôi</a>'
                messages.success(request, format_html(way, said, other.dossier.address) if other else said)
                return see_other(dossier.address)
    if whose := [who for who in (dossier.citizen, dossier.brought_by) if who]:
        see(whose, by=actor.person_id, at=clock.now(), about=dossier.code)
    facts = {
        "dossier": dossier, "form": form, "owed": owed if owed and owed > 0 else 0, "back": back, "line": getattr(dossier, "line", None),
        "is_unknown": bool(page and page.fee.status == "unknown"),
    }  # fmt: skip
    return render(request, "counter/hand_out.html", facts, status=status)


def _money(dossier: Any) -> queries.MoneyPage | None:
    try:
        return queries.money_of(dossier)
    except Missing:
        return None


def _told(form: HandOutForm) -> Told:
    data = form.cleaned_data
    return Told(word=data["word"], collector=data["collector"], proof=data["proof"], capacity=data["capacity"], authority=data["authority"])  # fmt: skip


def _pay(form: HandOutForm, owed: int | None) -> Paying | None:
    way = form.cleaned_data.get("pay", "")
    if not owed or owed <= 0 or way in ("", "later"):
        return None
    number = form.cleaned_data.get("number")
    return Paying(way, number=int(number) if number else None)


# --- not collected ---------------------------------------------------------------------------------------------


def _asked(request: HttpRequest) -> results.Asked:
    way, older = request.GET.get("cach", ""), row_id(request.GET.get("lau", "")) or 0
    return results.Asked(
        way if way in Line.WAYS else "",
        request.GET.get("don_vi", "")[:80],
        older if older in results.AGES else 0,
    )


@require_safe
@may("dossier.see")
def uncollected(request: HttpRequest) -> HttpResponse:
    """The results that lie ready, the oldest first."""
    actor = ward_request(request).actor
    asked, number = _asked(request), page_number(request)
    facts = {
        "page": results.uncollected(actor.ward_id, asked, today=clock.today(), number=number), "asked": asked, "ways": Line.WAYS, "ages": results.AGES,
        "may_accept": rights.allows("dossier.accept", actor.role), "may_sign": rights.allows("dossier.sign", actor.role),
        "may_see_all": rights.allows("money.see-all", actor.role),
    }  # fmt: skip
    return render(request, "counter/uncollected.html", facts)


@require_safe
@may("dossier.see")
def uncollected_file(request: HttpRequest, suffix: str) -> HttpResponse:
    """The same as .xlsx or .docx."""
    actor, asked = ward_request(request).actor, _asked(request)
    most = 20_000 if suffix == "xlsx" else 500
    rows = results.export_rows(actor.ward_id, asked, today=clock.today(), most=most)
    columns = (
        Column("Mã hồ sơ", 46), Column("Thủ tục", 70), Column("Chủ hồ sơ", 44), Column("Điện thoại", 28), Column("Có kết quả", 24, "day"),
        Column("Chờ (ngày làm việc)", 20, "number"), Column("Cách nhận", 34), Column("Đơn vị", 44, only_sheet=True), Column("Ghi chú", 40, only_sheet=True),
    )  # fmt: skip
    table = Table("Chưa nhận", columns, (Group("", tuple(map(_values, rows))),))
    about = (f"{len(rows)} kết quả chưa ai nhận", f"Đến ngày {clock.today():%d/%m/%Y}")
    listing = Listing(actor.ward_name, "Kết quả chưa nhận", about, (table,))
    return send_list(listing, suffix, "ket qua chua nhan", today=clock.today())


def _values(row: results.Ready) -> tuple[Value, ...]:
    one = row.dossier
    why = f"Bưu gửi hoàn: {row.back.back_word}" if row.back else ""
    return (one.code, one.procedure, one.applicant, row.phone, one.resolved_on, row.days, row.way, row.office, why)  # fmt: skip


# --- by post ---------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@may("dossier.accept")
def post(request: HttpRequest) -> HttpResponse:
    """What waits for the post: those that are ticked go together, on one list."""
    actor = ward_request(request).actor
    wrong, sent, status = "", request.POST, 200
    place = ""
    if request.method == "POST":
        codes = list(dict.fromkeys(sent.getlist("code")))
        asked = [
            parcels.Sent(code, sent.get(f"to-{code}", "")[:300], sent.get(f"ma-{code}", "")[:60])
            for code in codes
        ]
        token = sent.get("token", "")[:32] or new_token()
        try:
            made = parcels.send(
                asked, taker=sent.get("taker", "")[:200], ward=actor.ward_id, token=token, by=Mover.of(actor), at=clock.now()
            )  # fmt: skip
        except Refusal as refusal:
            wrong, status, place = str(refusal), status_of(refusal), refusal.place or ""
        else:
            messages.success(
                request, f"Đã lập danh sách số {made.number}. Hãy in hai bản, bưu chính ký nhận."
            )
            return see_other(reverse("results:post-list", args=[made.year, made.number]))
    back = parcels.backs(actor.ward_id)
    rows = [
        {
            "dossier": one, "back": back.get(one.pk), "is_ticked": one.code in sent.getlist("code"), "code": sent.get(f"ma-{one.code}", ""),
            "to": sent.get(f"to-{one.code}") or (back[one.pk].address if one.pk in back else one.line.way_to),
        }
        for one in parcels.waiting(actor.ward_id)[: parcels.MOST]
    ]  # fmt: skip
    facts = {
        "rows": rows, "lists": parcels.lists(actor.ward_id), "wrong": wrong, "place": place, "taker": sent.get("taker", ""),
        "token": sent.get("token", "")[:32] or new_token(), "most": parcels.MOST,
    }  # fmt: skip
    return render(request, "counter/post.html", facts, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@may("dossier.accept")
def post_list(request: HttpRequest, year: int, page: int) -> HttpResponse:
    """A list that went to the post: its codes, and what came back."""
    actor = ward_request(request).actor
    made = parcels.list_for(actor.ward_id, year, page)
    rows, sent, status, wrong, whose = parcels.parcels_of(made), request.POST, 200, "", ""
    if request.method == "POST":
        who: dict[str, Any] = {"by": actor.person_id, "at": clock.now()}
        try:
            if whose := sent.get("hoan", ""):
                parcel = next((one for one in rows if one.dossier.code == whose), None)
                if parcel is None:
                    raise Missing
                parcels.take_back(parcel, sent.get(f"vi-{whose}", "")[:300], **who)
                messages.success(
                    request, f"{whose}: bưu gửi hoàn, kết quả nằm lại trong danh sách chưa nhận."
                )
            else:
                codes = {one.dossier.code: sent[f"ma-{one.dossier.code}"][:60] for one in rows if f"ma-{one.dossier.code}" in sent}  # fmt: skip
                odd = parcels.write_codes(made, codes, **who)
                messages.success(request, "Đã lưu mã bưu gửi.")
                for code in odd:
                    messages.warning(request, f"{code}: số kiểm tra không khớp, hãy nhìn lại mã.")
        except Refusal as refusal:
            wrong, status = str(refusal), status_of(refusal)
        else:
            return see_other(request.path)
    facts = {"made": made, "rows": rows, "wrong": wrong, "whose": whose, "typed": {one.dossier.code: sent.get(f"ma-{one.dossier.code}", one.code) for one in rows}, "why": sent.get(f"vi-{whose}", "")}  # fmt: skip
    return render(request, "counter/post_list.html", facts, status=status)


@require_safe
@may("dossier.accept")
def post_paper(request: HttpRequest, year: int, page: int) -> HttpResponse:
    """The same on paper, for the signatures of who gave and who took."""
    made = parcels.list_for(ward_request(request).actor.ward_id, year, page)
    data = money_papers.post_list(made, parcels.parcels_of(made), when=moment(clock.local(made.at).replace(tzinfo=None)))  # fmt: skip
    return send_made(data, name=f"giao-buu-chinh-{made.year}-{made.number}.pdf")
