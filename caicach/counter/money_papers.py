"""Papers of money: the receipt of what was paid, the cash-up. As the others, made once and printed again with a mark."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from caicach.citizens import queries as citizens
from caicach.core import clock
from caicach.core.http import Missing
from caicach.counter import papers
from caicach.counter.models import CashUp, Money, Paper, Parcel, PostList
from caicach.documents import services as documents
from caicach.rules import money
from caicach.rules.formats import day as day_words
from caicach.rules.formats import moment
from caicach.writing.forms import form

RECEIPT_LAYOUT = "09/2026-1"
"""one more whenever the receipt is laid out otherwise"""


def receipt(dossier: Any, nth: int, event: Any, *, by: int, at: dt.datetime) -> Paper:
    """The paper of a receipt, kept as it was printed. Raises Missing where the event has no row of money."""
    ward = dossier.ward_id
    told = event.facts.get("receipt")
    found = Money.objects.select_related("by").filter(ward_id=ward, dossier=dossier, kind="paid", at=event.at)
    row = next((one for one in found if one.receipt == told), None)
    if row is None or row.number is None:
        raise Missing
    facts = _facts(dossier, row)
    try:
        with transaction.atomic():
            upload: Any = ContentFile(form("09", facts), name=f"bien-lai-{row.number}-{dossier.code}.pdf")
            file = documents.store(upload, ward=ward, at=at)
            return Paper.objects.create(
                ward_id=ward, dossier=dossier, form="09", nth=nth, year=row.day.year, number=row.number, layout=RECEIPT_LAYOUT, facts=facts,
                file=file, at=at, by_id=by,
            )  # fmt: skip
    except IntegrityError:  # opened twice at once
        return Paper.objects.select_related("file").get(ward_id=ward, dossier=dossier, form="09", nth=nth)


def undone_words(paper: Paper) -> str:
    """What happened to a receipt since it was printed; "" for nothing. One query."""
    rows = Money.objects.filter(ward_id=paper.ward_id, dossier=paper.dossier, of__number=paper.number)
    said = [one for one in rows.select_related("of").order_by("id") if one.receipt == paper.facts["receipt"]]
    if not said:
        return ""
    if said[-1].kind == "voided":
        return f"Biên lai đã hủy {moment(clock.minute(said[-1].at))}: {said[-1].reason}"
    return f"Đã hoàn {money.dong(sum(one.amount for one in said))}"


def _facts(dossier: Any, row: Money) -> dict[str, object]:
    teller = dossier.brought_by or dossier.citizen
    known = citizens.known(teller) if teller else None
    day = clock.local_day(row.at)
    return {
        **papers.heading(dossier.ward_id, day), "number": money.number_words(row.book, row.number or 0), "title": f"Biên lai {row.receipt}", "receipt": row.receipt, "code": dossier.code,
        "payer": known.name if known else dossier.applicant, "address": known.address if known else "", "procedure": dossier.procedure,
        "sets": str(dossier.sets), "amount": money.dong(row.amount), "letters": money.in_letters(row.amount),
        "way": money.WAYS[row.way].lower() + (f", {row.note}" if row.note else ""), "at": moment(clock.minute(row.at)), "undone": "",
        "officer": row.by.full_name,
    }  # fmt: skip


def cash_up(one: CashUp, rows: list[Money], *, at: dt.datetime) -> bytes:
    """The paper of a cash-up: every row, the sums, who counted."""
    said = one.sums
    opened = f"Đã mở lại: {one.reopened_word}" if one.is_open_again else ""
    facts = {
        **papers.heading(one.ward_id, clock.local_day(one.at)), "number": "……", "title": f"Chốt tiền ngày {day_words(one.day)}", "again": opened,
        "rows": [
            ["Người thu", one.person.full_name], ["Chốt lúc", moment(clock.minute(one.at))],
            ["Thu", f"{money.dong(said['cash_in'] + said['transfer_in'] + said['portal_in'])}, {said['receipts']} biên lai"],
            ["Hủy biên lai", f"{money.dong(said['voided'])}, {said['voids']} lần"], ["Hoàn", f"{money.dong(said['refunded'])}, {said['refunds']} lần"],
            ["Chuyển khoản; trên Cổng", f"{money.dong(said['transfer'])}; {money.dong(said['portal'])}"],
            ["Tiền mặt theo sổ", money.dong(one.expected)], ["Tiền mặt đếm được", money.dong(one.counted)],
            ["Lệch", money.dong(one.difference) + (f": {one.reason}" if one.reason else "") if one.difference else "không"],
        ],
        "widths": [12, 26, 38, 0, 24, 28], "right": [5], "columns": ["TT", "Lúc", "Biên lai", "Hồ sơ", "Cách", "Số tiền"],
        "cells": [
            [
                str(n), moment(clock.minute(row.at)), row.receipt, f"{money.KINDS[row.kind]} · {row.dossier.code}" if row.kind != "paid" else row.dossier.code,
                {"cash": "tiền mặt", "transfer": "chuyển khoản", "portal": "Cổng"}[row.way],
                money.dong(row.amount if row.kind == "paid" else -row.amount),
            ]
            for n, row in enumerate(rows, 1)
        ],
        "signers": [{"title": "NGƯỜI THU TIỀN", "name": one.person.full_name}, {"title": "NGƯỜI KIỂM", "name": ""}],
    }  # fmt: skip
    return form("11", facts, again=opened)


def post_list(made: PostList, parcels: list[Parcel], *, when: str) -> bytes:
    """The paper on which the post signs for what it took."""
    facts = {
        **papers.heading(made.ward_id, clock.local_day(made.at)), "number": f"{made.number}/BC", "title": "Danh sách giao kết quả cho bưu chính",
        "rows": [["Giao lúc", when], ["Số bưu gửi", str(len(parcels))]],
        "widths": [10, 42, 44, 0, 34], "right": [], "columns": ["TT", "Mã hồ sơ", "Người nhận", "Địa chỉ", "Mã bưu gửi"],
        "cells": [[str(one.position), one.dossier.code, one.name, one.address, one.code] for one in parcels],
        "signers": [{"title": "NGƯỜI GIAO", "name": made.by.full_name}, {"title": "BƯU CHÍNH NHẬN", "name": made.taker}],
    }  # fmt: skip
    return form("10", facts)
