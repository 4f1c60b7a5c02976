"""What was told and what was not, sent again; consent changed at the counter; the ward's own words."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caicach.core import clock
from caicach.core.http import may, page_number, put_refusal, refused, row_id, see_other, ward_request
from caicach.counter import agreed
from caicach.dossiers.queries import Sight, for_paper
from caicach.exchange.messages import way_words
from caicach.exchange.services import is_on as mail_is_on
from caicach.notices import queries, services
from caicach.notices.forms import MannerForm
from caicach.rules import notices as rules
from caicach.rules import rights
from caicach.rules.refusal import Refusal


@require_safe
@may("dossier.see")
def told(request: HttpRequest) -> HttpResponse:
    """The notices of the last thirty days: what failed first; the apologies as numbers."""
    actor = ward_request(request).actor
    sight = Sight.of(actor.role, actor.office_id)
    page = queries.page(
        actor.ward_id, now=clock.now(), office=sight.office, group=request.GET.get("nhom", ""), number=page_number(request)
    )  # fmt: skip
    facts = {
        "page": page, "is_whole": sight.office is None, "may_again": rights.allows("dossier.accept", actor.role),
        "may_sign": rights.allows("dossier.sign", actor.role), "may_manage": rights.allows("counter.manage", actor.role),
    }  # fmt: skip
    return render(request, "notices/told.html", facts)


@require_POST
@may("dossier.accept")
def again(request: HttpRequest) -> HttpResponse:
    """One that failed goes out once more."""
    actor = ward_request(request).actor
    notice = queries.notice_of(actor.ward_id, row_id(request.POST.get("notice", "")))
    services.send_again(notice, by=actor.person_id, at=clock.now())
    messages.success(request, f"{notice.dossier.code}: tin sẽ được gửi lại trong ít phút.")
    is_list = request.POST.get("tu") == "danh-sach"
    return see_other(f"{reverse('notices:told')}?nhom=loi" if is_list else notice.dossier.address)


@require_POST
@may("dossier.accept")
def agree(request: HttpRequest, code: str) -> HttpResponse:
    """By which channels the person wants to be told from now on."""
    actor = ward_request(request).actor
    dossier = for_paper(actor.ward_id, code)
    try:
        if request.POST.get("how") == agreed.ON_PAGE:  # that only the person themselves can have done
            raise Refusal("counter.how", "how")
        is_new = agreed.agree(
            dossier, request.POST.getlist("channel"), how=request.POST.get("how", ""), by=actor.person_id, at=clock.now()
        )  # fmt: skip
    except Refusal as refusal:
        return refused(request, refusal, back=("Về chỗ đổi cách báo", f"{dossier.address}#thong-bao"))
    if is_new:
        messages.success(request, "Đã ghi cách báo tin.")
    return see_other(dossier.address)


@require_http_methods(["GET", "HEAD", "POST"])
@may("counter.manage")
def manner(request: HttpRequest) -> HttpResponse:
    """Which moments tell, in which words, with what an SMS of them looks like."""
    actor = ward_request(request).actor
    form, status, is_looked_at = MannerForm.of(queries.ways_of(actor.ward_id)), 200, False
    if request.method == "POST":
        form, status = MannerForm(request.POST), 422
        if form.is_valid():
            is_looked_at = request.POST.get("lam") == "xem"
            if is_looked_at:
                status = 200
            elif (answer := _save(request, form)) is None:
                messages.success(request, "Đã lưu. Tin viết từ nay nói như thế; tin đã viết giữ nguyên.")
                return see_other(request.path)
            else:
                status = answer
    facts = {
        "form": form, "rows": form.rows(), "names": rules.NAMES, "is_looked_at": is_looked_at,
        "ways": [("SMS", *way_words("sms")), ("Zalo", *way_words("zalo")), ("Thư điện tử", "gửi qua máy chủ thư." if mail_is_on() else "chưa cài máy chủ thư.", False)],
        "has_site": bool(settings.SITE), "hours": settings.NOTICE_HOURS,
    }  # fmt: skip
    return render(request, "notices/manner.html", facts, status=status)


def _save(request: HttpRequest, form: MannerForm) -> int | None:
    """None where it is saved, else the status to answer with."""
    actor = ward_request(request).actor
    try:
        services.set_manner(
            form.said(), is_plain=form.cleaned_data["is_plain"], seen=form.cleaned_data["seen"] or 0, ward=actor.ward_id, by=actor.person_id,
            at=clock.now(),
        )  # fmt: skip
    except Refusal as refusal:
        status = put_refusal(form, refusal)
        told = request.POST.copy()  # saved again, it is known what was saved meanwhile
        told["seen"] = str(queries.ways_of(actor.ward_id).revision)
        form.data = told
        return status
    return None
