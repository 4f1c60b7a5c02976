"""Blank receipts: printed beforehand, ticked off one by one when they are typed in."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caicach.core import clock
from caicach.core.fields import TokenField, new_token
from caicach.core.http import (
    Missing,
    may,
    page_number,
    put_refusal,
    row_id,
    see_other,
    send_made,
    ward_request,
)
from caicach.counter import spares
from caicach.rules.refusal import Refusal

KINDS = {"trong": "Chưa nhập", "da-nhap": "Đã nhập", "hong": "Hỏng", "": "Tất cả"}


class CountForm(forms.Form):
    token = TokenField()
    count = forms.IntegerField(
        label="In thêm bao nhiêu phiếu", min_value=1, max_value=spares.MOST,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), f"Mỗi lần in từ 1 đến {spares.MOST} phiếu."),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@may("dossier.accept")
def spare_list(request: HttpRequest) -> HttpResponse:
    """The ward's blank receipts (?loai=trong first), and more of them."""
    actor, status = ward_request(request).actor, 200
    form = CountForm(request.POST or None, initial={"token": new_token(), "count": 20})
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = spares.make(
                    form.cleaned_data["count"],
                    token=form.cleaned_data["token"],
                    ward=actor.ward_id,
                    by=actor.person_id,
                    at=clock.now(),
                )
            except Refusal as refusal:
                status = put_refusal(form, refusal)
            else:
                messages.success(
                    request, f"Đã có thêm {len(made)} phiếu, {made[0].code} đến {made[-1].code}."
                )
                return see_other(
                    f"{reverse('counter:spares')}?tu={made[0].number}&den={made[-1].number}&nam={made[0].year}"
                )
    which = request.GET.get("loai", "trong")
    which = which if which in KINDS else "trong"
    number = page_number(request)
    found = spares.page(actor.ward_id, which=which, number=number)
    fresh = {name: row_id(request.GET.get(name, "")) for name in ("tu", "den", "nam")}
    facts = {"page": found, "which": which, "kinds": KINDS, "number": number, "form": form, "fresh": fresh if all(fresh.values()) else None}  # fmt: skip
    return render(request, "counter/spares.html", facts, status=status)


@require_safe
@may("dossier.accept")
def sheets(request: HttpRequest) -> HttpResponse:
    """The blank ones of these numbers to print (?tu=1&den=20&nam=2026). 404 where none of them is blank."""
    actor = ward_request(request).actor
    first, last, year = (row_id(request.GET.get(name, "")) for name in ("tu", "den", "nam"))
    if first is None or last is None or year is None:
        raise Missing
    site = settings.SITE or request.build_absolute_uri("/").rstrip("/")
    data = spares.sheets(actor.ward_id, first, last, year, site=site, day=clock.today())
    return send_made(data, name=f"phieu-du-phong-{year}-{first}-{last}.pdf", inline=True)


@require_POST
@may("dossier.accept")
def spoil(request: HttpRequest, slip: str) -> HttpResponse:
    """It cannot be used any more."""
    actor = ward_request(request).actor
    spare = spares.by_code(actor.ward_id, slip)
    spares.spoil(spare, request.POST.get("word", ""), by=actor.person_id, at=clock.now())
    messages.success(request, f"Đã ghi phiếu {spare.code} là hỏng.")
    return see_other(reverse("counter:spares"))
