"""The first start, and the steps by which a ward is set up: each can be left and come back to."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from caicach.accounts import first_start, links
from caicach.accounts.people_views import office_choices, to_slips, ward_of
from caicach.accounts.queries import people_of
from caicach.core import clock, origin
from caicach.core.http import Missing, may, put_refusal, see_other, ward_request
from caicach.desk import set_up
from caicach.desk.forms import (
    FirstAdministratorForm,
    FirstPersonForm,
    NeighbourhoodsForm,
    TrialForm,
    WardForm,
)
from caicach.exchange import services as exchange
from caicach.organisation import structure
from caicach.organisation.queries import ward_facts
from caicach.organisation.services import Office
from caicach.rules import rights
from caicach.rules.refusal import Refusal
from caicach.rules.vntext import nfc, squeeze


@sensitive_post_parameters("code", "new", "again")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@may(rights.PUBLIC)
def start(request: HttpRequest) -> HttpResponse:
    """The first administrator, with the code from the server's own screen; closed once somebody is there."""
    if not first_start.is_open():
        actor = ward_request(request).actor
        if actor and rights.allows("server.manage", actor.role):
            return see_other(reverse("desk:set-up"))
        raise Missing
    form = FirstAdministratorForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                first_start.make_administrator(
                    code=data["code"],
                    full_name=data["full_name"],
                    user_name=data["user_name"],
                    email=data["email"],
                    password=data["new"],
                    at=clock.now(),
                    address=origin.address_of(request),
                )
            except Refusal as refusal:
                status = put_refusal(form, refusal)
            else:
                messages.success(request, "Đã tạo tài khoản. Hãy đăng nhập để làm tiếp các bước sau.")
                return see_other(f"{reverse('accounts:sign-in')}?tiep={reverse('desk:set-up')}")
    return render(request, "desk/start.html", {"form": form}, status=status)


@require_safe
@may("server.manage")
def steps(request: HttpRequest) -> HttpResponse:
    """Where setting the ward up stands, and what is next."""
    page = _steps(request)
    return render(request, "desk/set_up.html", {"set_up": page})


@require_http_methods(["GET", "HEAD", "POST"])
@may("server.manage")
def ward(request: HttpRequest) -> HttpResponse:
    """Name, province, kind; ?moi=1 for one more ward."""
    actor = ward_request(request).actor
    is_new = not actor.ward_id or request.GET.get("moi") == "1"
    initial = {}
    if not is_new:
        facts = ward_facts(actor.ward_id)
        initial = {"name": facts.name, "province": facts.province, "kind": facts.kind}
    form = WardForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                if is_new:
                    made = structure.open_ward(**form.cleaned_data, by=actor.person_id, at=clock.now())
                    request.session["ward"] = made.pk
                else:
                    structure.describe_ward(
                        actor.ward_id, **form.cleaned_data, by=actor.person_id, at=clock.now()
                    )
            except Refusal as refusal:
                status = put_refusal(form, refusal)
            else:
                messages.success(request, f"Đã lưu {form.cleaned_data['name']}.")
                return see_other(reverse("desk:set-up-offices" if is_new else "desk:set-up"))
    return _step(request, 2, "desk/set_up_ward.html", {"form": form, "is_new": is_new}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@may("ward.set-up")
def offices(request: HttpRequest) -> HttpResponse:
    """The usual offices, ticked and renamed, and the neighbourhoods in one go."""
    actor = ward_request(request).actor
    usual = set_up.usual_offices(ward_facts(actor.ward_id))
    form = NeighbourhoodsForm(request.POST or None, initial={"word": set_up.NEIGHBOURHOODS[0], "first": 1})
    typed = request.POST if request.method == "POST" else None
    rows = [
        (
            one,
            one.is_ticked if typed is None else f"co-{one.key}" in typed,
            one.name if typed is None else squeeze(nfc(typed.get(f"ten-{one.key}", "")))[:200],
            one.short if typed is None else squeeze(nfc(typed.get(f"ngan-{one.key}", "")))[:60],
        )
        for one in usual
    ]
    status = 200
    if typed is not None:
        status = 422
        if form.is_valid():
            wanted = [
                set_up.Wanted(one.name, name or one.name, short, one.is_group)
                for one, is_ticked, name, short in rows
                if is_ticked and not one.there
            ]
            try:
                made = set_up.open_offices(
                    actor.ward_id, wanted, form.names(), by=actor.person_id, at=clock.now()
                )
            except Refusal as refusal:
                status = put_refusal(form, refusal)
            else:
                named = ("đơn vị", "cách gọi chung", "khu phố, ấp")
                parts = [f"{count} {what}" for count, what in zip(made, named, strict=True) if count]
                messages.success(
                    request, f"Đã thêm {', '.join(parts)}." if parts else "Không có gì mới để thêm."
                )
                return see_other(reverse("desk:set-up"))
    return _step(request, 3, "desk/set_up_offices.html", {"rows": rows, "form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@may("ward.set-up")
def mail(request: HttpRequest) -> HttpResponse:
    """What the environment says of mail, and a trial letter with the server's answer."""
    form = TrialForm(request.POST or None)
    status, tried = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid() and exchange.is_on():
            try:
                tried = exchange.try_out(form.cleaned_data["address"])
            except Refusal as refusal:
                status = put_refusal(form, refusal)
            else:
                status = 200 if tried.is_taken else 422
    context = {"form": form, "facts": set_up.mail_facts(), "tried": tried}
    return _step(request, 5, "desk/set_up_mail.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@may("ward.set-up")
def people(request: HttpRequest) -> HttpResponse:
    """The ward's administrator and coordinator; their slips come next."""
    actor, today = ward_request(request).actor, clock.today()
    choices = office_choices(actor.ward_id)
    posted = request.POST if request.method == "POST" else None
    forms = {
        role: FirstPersonForm(posted, prefix=role, offices=choices)
        for role in (rights.ADMINISTRATOR, rights.COORDINATOR)
    }
    status = 200
    if posted is not None:
        status = 422
        valid = [form.is_valid() for form in forms.values()]  # each says what is wrong with it
        if all(valid):
            nonce = secrets.token_urlsafe(16)
            try:
                with_slip, invited = set_up.admit(
                    ward_of(actor.ward_id),
                    {role: form.cleaned_data for role, form in forms.items()},
                    offices={one.pk: one for one in Office.objects.filter(ward_id=actor.ward_id)},
                    nonce=nonce,
                    by_letter=posted.get("cach") == "thu",
                    by=actor.person_id,
                    at=clock.now(),
                    today=today,
                )
            except Refusal as refusal:
                status = put_refusal(forms[rights.ADMINISTRATOR], refusal)
            else:
                home = reverse("desk:set-up")
                if invited:
                    messages.success(request, f"{len(invited)} thư mời đang được gửi.")
                return to_slips(request, nonce, with_slip, back=home) if with_slip else see_other(home)
    held = people_of(actor.ward_id, on=today)
    parts = [
        (form, rights.ROLES[role], [row.name for row in held if row.role == role], _DOES[role])
        for role, form in forms.items()
    ]
    facts = {
        "parts": parts,
        "count": len(held),
        "sends_letters": links.is_on(),
        "by_letter": posted is not None and posted.get("cach") == "thu",
        "days": settings.FIRST_PASSWORD_DAYS,
    }
    return _step(request, 6, "desk/set_up_people.html", facts, status=status)


_DOES = {
    rights.ADMINISTRATOR: "Thêm người, cấp phiếu mật khẩu, sửa đơn vị và lịch làm việc của phường.",
    rights.COORDINATOR: "Nạp kế hoạch, theo dõi, duyệt sản phẩm của cả phường.",
}


def _steps(request: HttpRequest) -> set_up.SetUp:
    return set_up.page(ward_request(request).actor.ward_id, today=clock.today())


def _step(
    request: HttpRequest, number: int, template: str, context: Mapping[str, object], *, status: int = 200
) -> HttpResponse:
    return render(request, template, {**context, "set_up": _steps(request), "at_step": number}, status=status)
