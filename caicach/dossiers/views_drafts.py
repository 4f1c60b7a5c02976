"""The draft of a result: laid, looked at."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from caicach.core import clock
from caicach.core.http import Missing, may, refused, see_other, send_file, ward_request
from caicach.documents import services as documents
from caicach.dossiers import drafts, laying, queries
from caicach.dossiers.moves import Mover
from caicach.reading.picture import page_png
from caicach.rules.formats import is_picture
from caicach.rules.refusal import Refusal


@require_POST
@may("dossier.process")
def lay(request: HttpRequest, code: str) -> HttpResponse:
    """A file for whoever signs."""
    actor = ward_request(request).actor
    dossier, _ = queries.dossier_with_newest(actor.ward_id, code)
    upload = request.FILES.get("file")
    try:
        if upload is None:
            raise Refusal("draft.none", "file")
        laying.lay(dossier, upload, by=Mover.of(actor), at=clock.now())
    except Refusal as refusal:
        return refused(request, refusal, back=("Về hồ sơ", dossier.address))
    messages.success(request, "Đã để dự thảo cạnh hồ sơ; người ký thấy ngay ở trang Ký.")
    return see_other(dossier.address)


@require_safe
@may("dossier.see")
def file(request: HttpRequest, code: str) -> HttpResponse:
    """The newest draft as it was laid."""
    dossier, _ = queries.dossier_with_newest(ward_request(request).actor.ward_id, code)
    found = drafts.newest(dossier).file
    return send_file(documents.path_of(found).open("rb"), name=found.name, kind=found.kind)


@require_safe
@may("dossier.see")
def page(request: HttpRequest, code: str, nth: int) -> HttpResponse:
    """A page of it as a picture; only of PDF files and pictures."""
    dossier, _ = queries.dossier_with_newest(ward_request(request).actor.ward_id, code)
    found = drafts.newest(dossier)
    if not is_picture(found.file.kind) or not 1 <= nth <= 2000:
        raise Missing
    try:
        data = page_png(documents.path_of(found.file), nth)
    except (Refusal, IndexError, ValueError) as none:
        raise Missing from none
    response = HttpResponse(data, content_type="image/png")
    response["Cache-Control"] = "private, no-store"
    return response
