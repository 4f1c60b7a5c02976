"""A number and a log line for each request; refusals and missing rows as pages; too large bodies stopped early."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse

from caicach.core import http, origin
from caicach.rules.refusal import Refusal

log = logging.getLogger("caicach.request")
Next = Callable[[HttpRequest], HttpResponse]


class request_log:
    """request.number is short enough to say on the phone; it stands in the log beside a fault."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.number = secrets.token_hex(4)  # type: ignore[attr-defined]
        if any(
            "\x00" in value for value in request.COOKIES.values()
        ):  # nobody's browser; PostgreSQL refuses it
            request.COOKIES = {n: v for n, v in request.COOKIES.items() if "\x00" not in v}
        began = time.perf_counter()
        origin.remember(request)
        try:
            response = self.get_response(request)
        finally:
            origin.forget()
        match = request.resolver_match
        if response.status_code >= 400 or settings.DEBUG:
            log.info(
                "trang",
                extra={
                    "number": request.number,  # type: ignore[attr-defined]
                    "method": request.method,
                    "view": match.view_name if match else "-",
                    "status": response.status_code,
                    "ms": round((time.perf_counter() - began) * 1000, 1),
                },
            )
        response["X-Request-Number"] = request.number  # type: ignore[attr-defined]
        return response


class refusals:
    """What views raise becomes a page here, the outer edge."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path_info or _asks_with_nul(request):
            return http.not_found(request)  # no address of ours has one, and PostgreSQL refuses it
        limit = (settings.FILE_LIMIT_MIB + 1) * 1024 * 1024
        if int(request.META.get("CONTENT_LENGTH") or 0) > limit:
            words = (
                f"Tệp gửi lên nặng quá {settings.FILE_LIMIT_MIB} MiB. Hãy tách hoặc nén nhỏ tệp rồi thử lại."
            )
            return http.error_page(request, 413, "Tệp quá lớn", words)
        response = self.get_response(request)
        if response.status_code == 405 and not response.content:
            page = http.not_so(request)
            page["Allow"] = response["Allow"]
            return page
        return response

    def process_view(self, request: HttpRequest, *_: object) -> None:
        """A NUL in a form's field is left out, so that nothing else typed is lost: nobody types one, PostgreSQL takes none."""
        if request.method != "POST" or not any("\x00" in v for _, vs in request.POST.lists() for v in vs):
            return
        sent = request.POST.copy()
        for name, values in request.POST.lists():
            sent.setlist(name, [value.replace("\x00", "") for value in values])
        sent._mutable = False
        request.POST = sent  # type: ignore[assignment]

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Refusal):
            return http.refused(request, exception)
        if isinstance(exception, http.Missing):
            return http.not_found(request)
        if (
            not isinstance(exception, Http404 | PermissionError)
            and not http.is_busy(exception)  # said as such at the end
            and type(exception).__module__ != "django.core.exceptions"
        ):
            log.error("lỗi", exc_info=exception, extra={"number": getattr(request, "number", "-")})
        return None


def _asks_with_nul(request: HttpRequest) -> bool:
    """Whether a NUL stands anywhere in the query of the address."""
    text = request.META.get("QUERY_STRING", "")
    return ("%00" in text or "\x00" in text) and any(
        "\x00" in part for name, values in request.GET.lists() for part in (name, *values)
    )
