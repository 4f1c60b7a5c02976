"""The catalogue, one procedure, its notice for the wall, and the promise to cut the times."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from caicach.core import clock
from caicach.core.http import day_of, may, send_list, ward_request
from caicach.organisation.queries import shown_wards
from caicach.procedures import queries
from caicach.procedures.forms import CheckForm, TimeForm
from caicach.procedures.models import Version
from caicach.procedures.view_parts import asked_of, tabs
from caicach.rules.procedures import CUTS, LEVELS, ONLINE
from caicach.writing.lists import Column, Group, Listing, Table, Value


def _page(request: HttpRequest) -> queries.Catalogue:
    return queries.catalogue(
        ward_request(request).actor.ward_id, today=clock.today(), group=request.GET.get("nhom", ""),
        field=request.GET.get("linh-vuc", "")[:120], asked=asked_of(request),
    )  # fmt: skip


@require_safe
@may("procedure.see")
def catalogue(request: HttpRequest) -> HttpResponse:
    """The ward's procedures, by group, field and words."""
    return render(request, "procedures/catalogue.html", {"page": _page(request), **tabs(request, "thu-tuc")})


_COLUMNS = (
    Column("Mã", 24), Column("Tên thủ tục", 78), Column("Lĩnh vực", 30), Column("Theo luật", 30), Column("Của phường", 30),
    Column("Phí, lệ phí", 40), Column("Cơ quan giải quyết", 40), Column("Áp dụng từ", 22, "day"), Column("Đối chiếu", 22),
    Column("Cấp", 24, only_sheet=True), Column("Ai được làm", 50, only_sheet=True), Column("Nộp ở đâu", 50, only_sheet=True),
    Column("Trực tuyến", 24, only_sheet=True), Column("Kết quả", 60, only_sheet=True), Column("Căn cứ", 60, only_sheet=True),
    Column("Quyết định", 60, only_sheet=True), Column("Người dân gọi là", 60, only_sheet=True), Column("Nguồn", 60, only_sheet=True),
)  # fmt: skip


@require_safe
@may("procedure.see")
def catalogue_file(request: HttpRequest, suffix: str) -> HttpResponse:
    """The list as it is filtered, as .xlsx or .docx."""
    page, today = _page(request), clock.today()
    what = f"tìm “{page.asked}”" if page.asked else queries.GROUPS[page.group].lower()
    what += f", {page.field}" if page.field else ""
    table = Table("Thủ tục", _COLUMNS, (Group("", tuple(map(_values, page.rows))),))
    about = (f"{len(page.rows)} thủ tục: {what}", f"Đến ngày {today:%d/%m/%Y}")
    listing = Listing(ward_request(request).actor.ward_name, "Danh mục thủ tục hành chính", about, (table,))
    return send_list(listing, suffix, f"thu tuc {what}", today=today)


def _values(one: Version) -> tuple[Value, ...]:
    return (
        one.procedure.code, one.name, one.field, one.law.words if one.law else "chưa rõ", one.own.words if one.own else "", one.fee, one.decides,
        one.valid_from, "đã đối chiếu" if one.checked else "chưa đối chiếu", LEVELS[one.level], one.who_may_ask, ", ".join(one.channels),
        ONLINE[one.online], one.result, "; ".join(one.basis), one.decision, "; ".join(one.everyday), one.source,
    )  # fmt: skip


@require_safe
@may("procedure.see")
def detail(request: HttpRequest, procedure: str) -> HttpResponse:
    """One procedure: what it takes, what it asks for, who does it, its versions, what happened to it."""
    actor, today = ward_request(request).actor, clock.today()
    since = day_of(request.GET.get("tu", ""))
    page = queries.procedure_page(actor.ward_id, procedure, today=today, since=since)
    own = page.version.own
    facts = {
        "page": page,
        "level": LEVELS[page.version.level],
        "public": _public_address(actor.ward_id, procedure),
        "time": TimeForm(
            initial={
                "own_unit": own.unit if own else "",
                "own_amount": (own.amount or None) if own else None,
                "since": f"{queries.next_day(page.version, today):%d/%m/%Y}",
                "seen": page.versions[0].pk,
            }
        ),
        "check": CheckForm(),
    }
    return render(request, "procedures/detail.html", facts | tabs(request, "thu-tuc"))


@require_safe
@may("procedure.see")
def notice(request: HttpRequest, procedure: str) -> HttpResponse:
    """A procedure on one sheet, for the wall of the counter; the code leads to its page for citizens where there is one."""
    actor = ward_request(request).actor
    page = queries.procedure_page(actor.ward_id, procedure, today=clock.today(), with_story=False)
    there = _public_address(actor.ward_id, procedure)
    address = f"{settings.SITE or request.build_absolute_uri('/').rstrip('/')}{there}" if there else ""
    facts = {
        "page": page, "ward": actor.ward_name, "address": address, "picture": qr(address) if address else "", "today": clock.today(),
    }  # fmt: skip
    return render(request, "procedures/notice.html", facts)


def _public_address(ward: int, procedure: str) -> str:
    """Where citizens see it; "" where the ward shows nothing to them."""
    slug = next((slug for slug, (pk, _) in shown_wards().items() if pk == ward), "")
    return reverse("procedures:public-one", args=[slug, procedure]) if slug else ""


def qr(address: str) -> SafeString:
    """The QR code of an address, with attributes only."""
    import segno

    return mark_safe(segno.make(address, error="m").svg_inline(border=2, light="#fff", omitsize=True))


@require_safe
@may("procedure.see")
def cut(request: HttpRequest) -> HttpResponse:
    """The promise to cut times: the law's beside the ward's, and which procedures hold it back."""
    page = queries.cut_page(
        ward_request(request).actor.ward_id, today=clock.today(), part=request.GET.get("nhom", "")
    )
    return render(request, "procedures/cut.html", {"page": page, **tabs(request, "cat-giam")})


@require_safe
@may("procedure.see")
def cut_file(request: HttpRequest, suffix: str) -> HttpResponse:
    """The same as .xlsx or .docx."""
    actor, today = ward_request(request).actor, clock.today()
    page = queries.cut_page(actor.ward_id, today=today, part=request.GET.get("nhom", ""))
    columns = (
        Column("Mã", 24), Column("Tên thủ tục", 100), Column("Theo luật", 34), Column("Của phường", 34), Column("Quy ra giờ, luật", 26),
        Column("Quy ra giờ, phường", 26), Column("Cắt", 18), Column("Nhóm", 30),
    )  # fmt: skip
    rows = tuple(
        (
            row.version.procedure.code, row.version.name, row.law.words if row.law else "chưa rõ", row.promised.words if row.promised else "",
            row.law_hours, row.own_hours, row.share, CUTS[row.group],
        )
        for row in page.rows
    )  # fmt: skip
    about = [f"Đến ngày {today:%d/%m/%Y}"]
    if page.total:
        about.insert(0, f"Cả danh mục cắt {page.total}: {page.own_hours} trên {page.law_hours} làm việc")
    table = Table("Cắt giảm", columns, (Group("", rows),))
    listing = Listing(actor.ward_name, "Cắt giảm thời hạn giải quyết", tuple(about), (table,))
    return send_list(listing, suffix, "cat giam thoi han", today=today)
