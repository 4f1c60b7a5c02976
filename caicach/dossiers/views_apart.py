"""Where the province's system and the ward's own clock disagree."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from caicach.core import clock
from caicach.core.http import may, page_number, send_list, ward_request
from caicach.dossiers import apart as pages
from caicach.rules import rights
from caicach.rules.formats import moment
from caicach.writing.lists import Column, Group, Listing, Table, Value

_MOST_IN_A_FILE = {"xlsx": 20_000, "docx": 500}


def _asked(request: HttpRequest) -> tuple[str, str]:
    slug = request.GET.get("nhom", "")
    return slug if slug in pages.SLUGS else "", request.GET.get("ma", "").strip()[:400]


@require_safe
@may("dossier.see")
def apart(request: HttpRequest) -> HttpResponse:
    """The dossiers beside whose promise, or how it was kept, is another here than there."""
    slug, procedure = _asked(request)
    number = page_number(request)
    actor = ward_request(request).actor
    page = pages.page(actor.ward_id, now=clock.now(), slug=slug, procedure=procedure, number=number)
    return render(
        request, "dossiers/apart.html", {"page": page, "may_sign": rights.allows("dossier.sign", actor.role)}
    )


@require_safe
@may("dossier.see")
def apart_file(request: HttpRequest, suffix: str) -> HttpResponse:
    """The same as filtered, as .xlsx or .docx."""
    actor, now = ward_request(request).actor, clock.now()
    slug, procedure = _asked(request)
    found = pages.rows(actor.ward_id, slug, procedure)[: _MOST_IN_A_FILE.get(suffix, 500)]
    rows = [pages.row_of(one, now=now) for one in found]
    columns = (
        Column("Mã hồ sơ", 48), Column("Thủ tục", 80), Column("Chủ hồ sơ", 45), Column("Tiếp nhận", 24, "day"), Column("Phường hẹn", 30),
        Column("Tỉnh hẹn", 30), Column("Xong", 24, "day"), Column("Khác nhau", 60), Column("Bao nhiêu", 50),
    )  # fmt: skip
    table = Table("Đối chiếu", columns, (Group("", tuple(_values(row) for row in rows)),))
    what = pages.KINDS[pages.SLUGS[slug]] if slug else "Mọi chỗ khác nhau"
    about = (
        f"{len(rows)} hồ sơ: {what[:1].lower()}{what[1:]}{f', thủ tục {procedure}' if procedure else ''}",
        f"Đến ngày {clock.today():%d/%m/%Y}",
    )
    listing = Listing(actor.ward_name, "Đối chiếu ngày hẹn với hệ thống của tỉnh", about, (table,))
    return send_list(listing, suffix, "doi chieu ho so", today=clock.today())


def _values(row: pages.Row) -> tuple[Value, ...]:
    one = row.dossier
    return (
        one.code, one.procedure, one.applicant, one.received_on, moment(row.ours), moment(row.theirs) if row.theirs else "không ghi",
        one.resolved_on or one.returned_on, row.kind, row.words,
    )  # fmt: skip
