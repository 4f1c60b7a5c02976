"""Money at the counter: one dossier's, one's own cash-up, everybody's."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caicach.core import clock
from caicach.core.fields import new_token
from caicach.core.http import (
    Actor,
    Missing,
    WardRequest,
    day_of,
    may,
    put_refusal,
    see_other,
    send_list,
    send_made,
    ward_request,
)
from caicach.counter import cash, letters, money_papers, queries, till
from caicach.counter.forms_money import CashForm, ChargeForm, TakeForm, UndoForm
from caicach.counter.models import CashUp, Money
from caicach.dossiers.queries import for_paper, renamed
from caicach.rules import money as rules
from caicach.rules import rights
from caicach.rules.formats import day as day_words
from caicach.rules.formats import money_address
from caicach.rules.refusal import Refusal
from caicach.writing.lists import Column, Group, Listing, Table

# --- one dossier -----------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@may("dossier.accept")
def money(request: HttpRequest, code: str) -> HttpResponse:
    """What a dossier costs, what was paid; taken, said anew, given back, made void."""
    asked = ward_request(request)
    ward = asked.actor.ward_id
    try:
        dossier = for_paper(ward, code)
    except Missing:
        return HttpResponseRedirect(money_address(renamed(ward, code).code))
    page = queries.money_of(dossier)
    book = page.desk.receipt_book if page.desk.receipts == "typed" else None
    take = TakeForm(book=book, initial=_to_take(page, book))
    charge = ChargeForm(initial={"total": page.fee.total, "ground": page.fee.ground})
    undo, undone = UndoForm(), None
    status, form = 200, cast(Any, None)
    if request.method == "POST":
        match request.POST.get("lam", "thu"):
            case "muc":
                charge = form = ChargeForm(request.POST)
                act: Any = _charge
            case "hoan":
                undo = form = UndoForm(request.POST)
                undone = page.receipt(request.POST.get("bien-lai", ""))
                act = _undo
            case _:
                take = form = TakeForm(request.POST, book=book)
                act = _take
        status = 422
        if form.is_valid():
            try:
                messages.success(request, act(asked.actor, dossier, form, undone))
            except Refusal as refusal:
                status = put_refusal(form, refusal)
            else:
                return see_other(money_address(dossier.code))
    facts = {
        "dossier": dossier, "page": page, "take": take, "charge": charge, "undo": undo, "undone": undone, "token": new_token(),
        "nths": {one.at: one.nth for one in letters.of_dossier(dossier) if one.form == "09"},
        "ways": rules.WAYS, "voids": {one.pk for one in page.receipts if _may_void(asked.actor, one)},
    }  # fmt: skip
    return render(request, "counter/money.html", facts, status=status)


def _to_take(page: queries.MoneyPage, book: str | None) -> dict[str, Any]:
    said: dict[str, Any] = {"token": new_token(), "amount": page.fee.owed, "way": "cash"}
    return said | ({"number": f"{page.next_number:07}"} if book is not None and page.next_number else {})


def _take(actor: Actor, dossier: Any, form: TakeForm, _: Any) -> str:
    data = form.cleaned_data
    number = int(data["number"]) if data.get("number") else None
    told = till.Paying(data["way"], data["amount"], number, data["note"])
    made = till.take(dossier, told, token=data["token"], by=actor.person_id, at=clock.now())
    return f"Đã thu {rules.dong(made.amount)}, biên lai {made.receipt}."


def _charge(actor: Actor, dossier: Any, form: ChargeForm, _: Any) -> str:
    data = form.cleaned_data
    is_new = till.charge(
        dossier,
        total=data["total"],
        ground=data["ground"],
        word=data["word"],
        by=actor.person_id,
        at=clock.now(),
    )
    return "Đã ghi mức thu." if is_new else "Mức thu vẫn như cũ."


def _undo(actor: Actor, dossier: Any, form: UndoForm, receipt: Money | None) -> str:
    data = form.cleaned_data
    if receipt is None:
        raise Missing
    who: dict[str, Any] = {"token": data["token"], "by": actor.person_id, "at": clock.now()}
    if data["what"] == "void":
        if not _may_void(actor, receipt):
            raise Refusal("money.not-yours", "what")
        till.void(receipt, data["reason"], **who)
        return f"Đã hủy biên lai {receipt.receipt}. Số vẫn nằm trong quyển, kèm lý do."
    amount = receipt.amount if data["amount"] is None else data["amount"]
    made = till.refund(receipt, amount, data["way"] or receipt.way, data["reason"], **who)
    return f"Đã hoàn {rules.dong(made.amount)}. Nếu số ấy không phải thu lại nữa, hãy ghi mức thu mới ở “Mức thu”."


def _may_void(actor: Actor, receipt: Money) -> bool:
    """One's own while it is in one's drawer; any for who answers for the counter."""
    if rights.allows("dossier.head", actor.role):
        return True
    return receipt.by_id == actor.person_id and not hasattr(receipt, "cashed")


# --- cashing up ------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@may("dossier.accept")
def cash_up(request: HttpRequest) -> HttpResponse:
    """One's own money since the last time: what must be in the drawer, what is."""
    actor = ward_request(request).actor
    page = cash.mine(actor.ward_id, actor.person_id, today=clock.today())
    form = CashForm(request.POST or None, initial={"token": new_token(), "seen": page.sums.cash})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                made = cash.close(
                    ward=actor.ward_id, person=actor.person_id, counted=data["counted"], reason=data["reason"],
                    seen=page.sums.cash if data["seen"] is None else data["seen"], token=data["token"], at=clock.now(),
                )  # fmt: skip
            except Refusal as refusal:
                status = put_refusal(form, refusal)
                told = request.POST.copy()  # counted once more, what the page says now is what was seen
                told["seen"] = str(page.sums.cash)
                form.data = told
            else:
                messages.success(request, "Đã chốt tiền.")
                return see_other(reverse("counter:cash-one", args=[made.token]))
    facts = {"page": page, "form": form, "ways": rules.WAYS, "today": clock.today(), "may_see_all": rights.allows("money.see-all", actor.role)}  # fmt: skip
    return render(request, "counter/cash.html", facts, status=status)


def _one(request: WardRequest, token: str) -> CashUp:
    """One's own cash-up, or anybody's for who sees all. Raises Missing."""
    one = cash.cash_up_for(request.actor.ward_id, token)
    if one.person_id != request.actor.person_id and not rights.allows("money.see-all", request.actor.role):
        raise Missing
    return one


@require_safe
@may("dossier.see")
def one_cash_up(request: HttpRequest, token: str) -> HttpResponse:
    """A cash-up as it was closed."""
    return _cash_up_page(ward_request(request), _one(ward_request(request), token))


def _cash_up_page(request: WardRequest, one: CashUp, *, wrong: str = "", status: int = 200) -> HttpResponse:
    role = request.actor.role
    facts = {
        "one": one, "sums": rules.Sums(**one.sums), "rows": cash.rows_of(one), "wrong": wrong, "ways": rules.WAYS,
        "may_reopen": rights.allows("money.reopen", role) and not one.is_open_again, "may_see_all": rights.allows("money.see-all", role),
    }  # fmt: skip
    return render(request, "counter/cash_up.html", facts, status=status)


@require_safe
@may("dossier.see")
def paper(request: HttpRequest, token: str) -> HttpResponse:
    """The same on paper."""
    one = _one(ward_request(request), token)
    data = money_papers.cash_up(one, cash.rows_of(one), at=clock.now())
    return send_made(data, name=f"chot-tien-{one.day:%Y-%m-%d}-{one.person.handle}.pdf")


@require_POST
@may("money.reopen")
def reopen(request: HttpRequest, token: str) -> HttpResponse:
    """Its rows wait for the next cash-up."""
    asked = ward_request(request)
    one = cash.cash_up_for(asked.actor.ward_id, token)
    try:
        cash.reopen(one, request.POST.get("word", "")[:1000], by=asked.actor.person_id, at=clock.now())
    except Refusal as refusal:
        return _cash_up_page(asked, one, wrong=str(refusal), status=422)
    messages.success(request, f"Đã mở lại. Tiền của {one.person.full_name} chờ lần chốt sau.")
    return see_other(reverse("counter:cash-one", args=[one.token]))


def _span(request: HttpRequest) -> tuple[dt.date, dt.date, bool]:
    """From, until, whether it is a month: ?ngay=23/11/2026, or ?thang=2026-11. A year and month that are none: this day."""
    today = clock.today()
    if month := re.fullmatch(r"(2[01]\d\d)-(0?[1-9]|1[0-2])", request.GET.get("thang", ""), re.ASCII):
        first = dt.date(int(month[1]), int(month[2]), 1)
        return first, first.replace(day=calendar.monthrange(first.year, first.month)[1]), True
    day = day_of(request.GET.get("ngay", "")) or today
    return day, day, False


@require_safe
@may("money.see-all")
def everybody(request: HttpRequest) -> HttpResponse:
    """A day's money of everybody at the counter, or a month's."""
    actor = ward_request(request).actor
    since, until, is_month = _span(request)
    facts = {
        "page": cash.overview(actor.ward_id, since, until), "since": since, "until": until, "is_month": is_month,
        "before": since - dt.timedelta(days=1), "after": until + dt.timedelta(days=1), "today": clock.today(),
        "stale": cash.stale(actor.ward_id, today=clock.today()), "may_accept": rights.allows("dossier.accept", actor.role),
    }  # fmt: skip
    return render(request, "counter/cash_all.html", facts)


_COLUMNS = (
    Column("Người thu", 50), Column("Biên lai", 18, "number"), Column("Thu tiền mặt", 28, "number"), Column("Thu chuyển khoản", 28, "number"),
    Column("Nộp trên Cổng", 28, "number"), Column("Hủy", 24, "number"), Column("Hoàn", 24, "number"), Column("Tiền mặt theo sổ", 28, "number"),
    Column("Đếm được", 28, "number"), Column("Lệch", 22, "number"), Column("Chưa chốt (lần)", 18, "number"),
)  # fmt: skip


@require_safe
@may("money.see-all")
def everybody_file(request: HttpRequest, suffix: str) -> HttpResponse:
    """The same as a file."""
    actor = ward_request(request).actor
    since, until, is_month = _span(request)
    page = cash.overview(actor.ward_id, since, until)

    def row(name: str, sums: rules.Sums, *rest: int | None) -> tuple[Any, ...]:
        return (name, sums.receipts, sums.cash_in, sums.transfer_in, sums.portal_in, sums.voided, sums.refunded, sums.cash, *rest)  # fmt: skip

    rows = [row(one.name, one.sums, one.counted, one.difference, one.open) for one in page.officers]
    rows.append(
        row("Cộng", page.total, sum(one.counted for one in page.officers), page.difference, page.open)
    )
    tables = [Table("Theo người", _COLUMNS, (Group("", tuple(rows)),))]
    if is_month:
        days = tuple((one.day, *row("", one.sums)[1:]) for one in page.days)
        tables.append(Table("Theo ngày", (Column("Ngày", 24, "day"), *_COLUMNS[1:8]), (Group("", days),)))
    when = f"tháng {since:%m/%Y}" if is_month else f"ngày {day_words(since)}"
    listing = Listing(actor.ward_name, f"Thu phí, lệ phí {when}", (f"Lập ngày {day_words(clock.today())}",), tuple(tables))  # fmt: skip
    return send_list(listing, suffix, f"thu phi {when}".replace("/", "-"), today=clock.today())
