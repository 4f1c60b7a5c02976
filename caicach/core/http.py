"""Between a request and a view: rights, refusals as forms and pages, fragments, error pages."""

from __future__ import annotations

import datetime as dt
import errno
import logging
import mimetypes
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, Protocol, cast
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import OperationalError
from django.forms import BaseForm
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import get_template
from django.urls import Resolver404, resolve, reverse
from django.utils.http import content_disposition_header

from caicach.core.fields import YEARS
from caicach.rules import rights
from caicach.rules.formats import day_in, number
from caicach.rules.refusal import Refusal
from caicach.writing.list_file import SUFFIXES, file_of
from caicach.writing.lists import Listing

View = Callable[..., HttpResponse]
log = logging.getLogger("caicach.request")


class Actor(Protocol):
    """Who asks: a person at a post. Loaded once a request by `accounts.middleware`."""

    person_id: int
    ward_id: int
    office_id: int | None
    role: str
    holder_id: int
    calendar: int | None
    stands_for: str
    title: str


class WardRequest(HttpRequest):
    """A request behind `@may`: its actor is there."""

    actor: Any
    htmx: Any
    number: str


class Missing(Exception):
    """The row is not there for this actor: another ward's, or none. Becomes 404."""


def may(action: str) -> Callable[[View], View]:
    """Guard a view by its action; `rights.PAGES` says the same, and a test compares them."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if action != rights.PUBLIC:
                actor = getattr(request, "actor", None)
                if not request.user.is_authenticated:
                    return _to_sign_in(request)
                if not actor or not rights.allows(action, actor.role):
                    raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.action = action  # type: ignore[attr-defined]
        return guarded

    return guard


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    address = f"{reverse(settings.LOGIN_URL)}?{urlencode({'tiep': _page_of(request)})}"
    if getattr(request, "htmx", False) or request.headers.get("X-Fragment"):
        response = HttpResponse(status=401)
        response["HX-Redirect"] = address
        return response
    return HttpResponseRedirect(address)


def _page_of(request: HttpRequest) -> str:
    """The page that somebody was at: what was asked for, or the one of ours that a form was sent from."""
    if request.method == "GET":
        return request.get_full_path()
    came = urlsplit(request.headers.get("Referer", ""))
    return urlunsplit(("", "", came.path, came.query, "")) if came.netloc == request.get_host() else "/"


def row_id(text: str) -> int | None:
    """A row's number from an address or a form; None for anything else (other scripts' digits, too many of them)."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None


def page_number(request: HttpRequest, *, most: int = 500) -> int:
    """Which page of a list an address asks for, from 1; `most` of any later one."""
    return min(row_id(request.GET.get("trang", "")) or 1, most)


def see_other(address: str) -> HttpResponse:
    """After a POST: 303, so that going back never sends it again."""
    return HttpResponseRedirect(address, status=303)


_CONFLICTS = frozenset(
    {
        "draft.changed-meanwhile",
        "task.changed-meanwhile",
        "notice.changed-meanwhile",
        "plan.changed-meanwhile",
        "people.changed-meanwhile",
        "dossier.changed",
        "procedure.changed-meanwhile",
        "wording.changed-meanwhile",
        "feed.changed-meanwhile",
        "cash.changed",
    }
)


def status_of(refusal: Refusal) -> int:
    """409 where somebody else saved meanwhile, 403 where it is another's to do, 422 for everything else refused."""
    if refusal.code in ("book.coordinated-by", "dossier.not-yours", "money.not-yours"):
        return 403
    return 409 if refusal.code in _CONFLICTS else 422


def put_refusal(form: BaseForm, refusal: Refusal) -> int:
    """Put a refusal at its field (or over the form) and give the status to answer with."""
    place = refusal.place if refusal.place in form.fields else None
    form.add_error(place, str(refusal))
    return status_of(refusal)


def error_page(
    request: HttpRequest, status: int, title: str, text: str, *, back: tuple[str, str] | None = None
) -> HttpResponse:
    """One calm page: what happened, and what to do now. back: (words, address) of a page that helps, beside the first."""
    return render(
        request,
        "errors/page.html",
        {"status": status, "title": title, "text": text, "back": back},
        status=status,
    )


def not_so(request: HttpRequest) -> HttpResponse:
    """405 as a page: somebody went to an address that only takes what a form sends, and is led to the page above it."""
    above = _above(request)
    words = "Địa chỉ này chỉ nhận điều một biểu mẫu gửi tới. "
    words += (
        "Hãy mở lại trang có biểu mẫu ấy." if above else "Hãy quay lại trang trước rồi bấm nút trên trang."
    )
    return error_page(request, 405, "Trang này không mở theo cách đó", words, back=above)


def _above(request: HttpRequest) -> tuple[str, str] | None:
    """(words, address) of the nearest page above an address that opens, and that this person may see."""
    actor = getattr(request, "actor", None)
    path = request.path_info
    while (path := path.rstrip("/").rpartition("/")[0] + "/") != "/":
        try:
            match = resolve(path)
        except Resolver404:
            continue
        action = getattr(match.func, "action", "")
        if "GET" not in methods_of(match.func) or not action:
            continue
        if action == rights.PUBLIC or (actor and rights.allows(action, actor.role)):
            words = _ABOVE.get(match.view_name, "Mở trang ngay trên")
            number = str(match.kwargs.get("number", "")).partition("~")[0].replace("-", ".", 1)
            return words.format(number=number), path
    return None


_ABOVE = {
    "tasks:detail": "Về trang của nhiệm vụ {number}",
    "tasks:handover": "Về trang bàn giao",
    "plans:ribbon": "Về trang cả năm",
    "plans:import": "Về bản đang xem lại",
    "accounts:import-list": "Về danh sách đang xem lại",
    "accounts:person": "Về trang của người này",
    "accounts:people": "Về trang Người dùng",
    "accounts:own": "Về Tài khoản của tôi",
    "accounts:absences": "Về trang Vắng mặt",
    "desk:unit": "Về trang của đơn vị",
    "dossiers:detail": "Về hồ sơ",
    "desk:structure": "Về Cơ cấu tổ chức",
}


def methods_of(view: Callable[..., object]) -> frozenset[str]:
    """What a view's `require_…` lets through; nothing of one that names no methods."""
    inner: Any = view
    while inner is not None:
        names = inner.__code__.co_freevars if hasattr(inner, "__code__") else ()
        if "request_method_list" in names:
            return frozenset(inner.__closure__[names.index("request_method_list")].cell_contents)
        inner = getattr(inner, "__wrapped__", None)
    return frozenset()


def refused(request: HttpRequest, refusal: Refusal, *, back: tuple[str, str] | None = None) -> HttpResponse:
    """A refusal that no form took up, as a page (or a fragment for a script). back: as of `error_page`."""
    status = status_of(refusal)
    if request.headers.get("X-Fragment") or getattr(request, "htmx", False):
        return render(request, "components/refusal.html", {"words": str(refusal)}, status=status)
    return error_page(request, status, "Chưa làm được", str(refusal), back=back)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Where Django stopped reading a form: what was too much, by the settings that stopped it, and what to do."""
    if isinstance(exception, RequestDataTooBig):
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 2**20
        words = (
            f"Phần chữ gửi lên nặng quá {most} MiB; chưa có gì được lưu. Hãy quay lại, chia ra gửi nhiều lần, "
            "hoặc đưa nội dung vào một tệp rồi nạp tệp ấy."
        )
        return error_page(request, 413, "Gửi lên quá nhiều chữ", words)
    if isinstance(exception, TooManyFieldsSent):
        fields = number(str(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS))
        words = f"Biểu mẫu có hơn {fields} ô; chưa có gì được lưu. Hãy quay lại rồi chia ra gửi nhiều lần."
        return error_page(request, 400, "Biểu mẫu có quá nhiều ô", words)
    if isinstance(exception, TooManyFilesSent):
        most = settings.DATA_UPLOAD_MAX_NUMBER_FILES
        words = (
            f"Gửi lên hơn {most} tệp trong một lần; chưa có gì được lưu. Hãy quay lại rồi gửi từng tệp một."
        )
        return error_page(request, 400, "Gửi lên quá nhiều tệp", words)
    return error_page(
        request,
        400,
        "Yêu cầu không hợp lệ",
        "Trình duyệt gửi tới một yêu cầu mà máy chủ không hiểu. Hãy tải lại trang rồi thử lại.",
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(
        request,
        403,
        "Anh/chị không có quyền làm việc này",
        "Nếu cần làm việc này, hãy nhờ người điều phối hoặc quản trị của phường.",
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return error_page(
        request,
        403,
        "Trang đã cũ",
        "Trang mở quá lâu hoặc đã đăng nhập lại ở nơi khác. Hãy tải lại trang rồi làm lại.",
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(
        request,
        404,
        "Không có trang này",
        "Địa chỉ có thể đã đổi, hoặc dòng này không thuộc phường của anh/chị.",
    )


_BUSY_SQLITE = frozenset({5, 6})
"""SQLITE_BUSY, SQLITE_LOCKED: the low byte of its error codes"""
_BUSY_POSTGRES = frozenset({"55P03", "40P01", "40001"})
"""lock not available, deadlock detected, serialization failure"""


def is_busy(fault: BaseException | None) -> bool:
    """Whether the database did not come to this in time because of others: what was begun is undone, and may be tried again."""
    if not isinstance(fault, OperationalError):
        return False
    cause = fault.__cause__
    return (
        getattr(cause, "sqlite_errorcode", 0) & 0xFF in _BUSY_SQLITE
        or getattr(cause, "sqlstate", None) in _BUSY_POSTGRES
        or type(cause).__name__ == "PoolTimeout"
    )


def server_fault(request: HttpRequest) -> HttpResponse:
    """Our own mistake: a number to say on the phone, one calm sentence, no database.

    A full disk, met before any view runs (Django keeps a large body in a file of its own), is said as what it is; so is a
    database that others held for too long.
    """
    number = getattr(request, "number", "")
    fault = sys.exc_info()[1]
    if is_busy(fault):
        log.warning("cơ sở dữ liệu bận", extra={"number": number})
        done = "chưa có gì được lưu. Hãy bấm lại" if request.method == "POST" else "hãy tải lại trang"
        words = f"Nhiều việc đang được ghi cùng lúc nên máy chủ chưa tới lượt việc này; {done} sau ít giây."
        page = error_page(request, 503, "Hệ thống đang bận", words)
        page["Retry-After"] = "10"
        return page
    if isinstance(fault, OSError) and fault.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT):
        log.error("đĩa đầy", exc_info=fault, extra={"number": number})
        words = "Đĩa của máy chủ đã đầy nên chưa nhận được tệp; chưa có gì bị lưu dở. Hãy báo người quản trị, rồi thử lại."
        return error_page(request, 507, "Máy chủ hết chỗ", words)
    return HttpResponse(get_template("errors/fault.html").render({"number": number}), status=500)


@dataclass(frozen=True, slots=True)
class NavItem:
    """count: how much is new behind it."""

    name: str
    address: str
    on: bool
    count: int = 0


def page_context(request: HttpRequest) -> dict[str, object]:
    """What every page knows: who is signed in, and the way around."""
    actor = getattr(request, "actor", None)
    if not actor:
        return {"actor": None, "nav": ()}
    match = request.resolver_match
    room = match.namespace if match else ""
    name = match.url_name if match else ""
    is_given = room == "tasks" and (
        name in {"directives", "give"} or request.path.split("/")[3:4] == ["chi-dao"]
    )
    is_meeting = room == "desk" and name in {"meeting", "decide"}
    nav: tuple[NavItem, ...] = ()
    if rights.allows("plan.see", actor.role):
        nav = (
            NavItem(
                "Việc của tôi",
                reverse("desk:my-work"),
                room == "desk" and name == "my-work",
                getattr(actor, "unseen", 0),
            ),
            NavItem("Kế hoạch", reverse("plans:list"), room in {"plans", "tasks"} and not is_given),
        )
    if rights.allows("desk.see", actor.role):
        nav += (NavItem("Lịch", reverse("desk:calendar"), room == "desk" and name == "calendar"),)
    if actor.role in (rights.HEAD, rights.LEADER, rights.COORDINATOR):
        is_office = room == "desk" and name in {"offices", "office"}
        nav += (NavItem("Đơn vị", reverse("desk:offices"), is_office),)
    if rights.allows("directive.see", actor.role):
        nav += (
            NavItem("Chỉ đạo", reverse("tasks:directives"), is_given),
            NavItem("Giao ban", reverse("desk:meeting"), is_meeting),
        )
    if rights.allows("dossier.see", actor.role):
        nav += (
            NavItem(
                "Hồ sơ",
                reverse("dossiers:board"),
                room in {"dossiers", "procedures", "counter", "results", "notices", "shorter"},
            ),
        )
    elif rights.allows("procedure.see", actor.role):  # others find them as a tab beside the dossiers
        nav += (NavItem("Thủ tục", reverse("procedures:catalogue"), room == "procedures"),)
    nav += _nav_of_rights(actor.role, match.view_name if match else "")
    return {"actor": actor, "nav": nav, "seeks": rights.allows("desk.see", actor.role)}


_NAV = (
    (
        "people.manage",
        "Người dùng",
        "accounts:people",
        (
            "person",
            "post-",
            "leave",
            "slips",
            "new-password",
            "sign-ins",
            "structure",
            "unit",
            "office-add",
            "work-",
            "import",
            "invite",
        ),
    ),
    (
        "server.manage",
        "Thiết lập",
        "desk:set-up",
        ("start", "set-up", "work-", "import", "slips"),
    ),
    ("wards.see", "Các phường, xã", "accounts:wards", ("choose-ward",)),
    ("absence.manage", "Vắng mặt", "accounts:absences", ("away", "back")),
)
"""What an action opens: (action, words, page, how the names of its other pages begin)."""


def _nav_of_rights(role: str, here: str) -> tuple[NavItem, ...]:
    page = here.partition(":")[2]
    return tuple(
        NavItem(
            words,
            reverse(name),
            here == name or page.startswith(others),
        )
        for action, words, name, others in _NAV
        if rights.allows(action, role)
        and not (
            action == "absence.manage" and rights.allows("people.manage", role)
        )  # a tab of people's page
    )


def send_file(file: Any, *, name: str, kind: str, inline: bool = False) -> HttpResponse:
    """A stored file to its reader: never run by the browser, named as it was given."""
    response = FileResponse(file, as_attachment=not inline, filename=name, content_type=kind)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, max-age=0, must-revalidate"
    return cast(HttpResponse, response)


def send_made(data: bytes, *, name: str, inline: bool = False) -> HttpResponse:
    """A file made for this request, to be kept by its reader; inline: to be looked at first."""
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    response = HttpResponse(data, content_type=kind)
    response["Content-Disposition"] = content_disposition_header(not inline, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def send_list(listing: Listing, suffix: str, name: str, *, today: dt.date) -> HttpResponse:
    """A list as .xlsx or .docx, by the end of its address. Raises Missing for any other end."""
    if suffix not in SUFFIXES:
        raise Missing
    data, name = file_of(listing, suffix, name, today=today)
    return send_made(data, name=name)


def of_list(
    code: str, ways: Callable[[HttpRequest], Sequence[tuple[str, str]]]
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """For the views of a list under way: where it is gone, as a Refusal of this code says, a page (404) that says so and leads back.

    ways: its buttons, (address, words), the start first.
    """

    def of(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def answered(request: HttpRequest, token: str) -> HttpResponse:
            try:
                return view(request, token)
            except Refusal as gone:
                if gone.code != code:
                    raise
                facts = {"words": str(gone), "ways": ways(request)}
                return render(request, "list_gone.html", facts, status=404)

        return answered

    return of


def day_of(text: str) -> dt.date | None:
    """A day typed in any of the ways that a form takes it, of our times; None for anything else."""
    day = day_in(text)
    return day if day and day.year in YEARS else None


def ward_request(request: HttpRequest) -> WardRequest:
    """The request with what `@may` guarantees, for the type checker."""
    return cast(WardRequest, request)
