"""The addresses under /api/v1/ and what they answer."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, NinjaAPI, Path, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer

from caicach.api import services
from caicach.core import clock, origin
from caicach.core.http import Missing, status_of
from caicach.organisation.queries import offices as offices_of
from caicach.plans import measured
from caicach.plans import queries as plans
from caicach.rules import rights
from caicach.rules.refusal import Refusal
from caicach.tasks import queries as tasks
from caicach.tasks import services as verbs
from caicach.tasks.queries import TaskView


class Bearer(HttpBearer):
    """`Authorization: Bearer cc_…`; the actor of the token is request.auth."""

    openapi_scheme = "bearer"

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        return services.actor_for(token, at=clock.now(), today=clock.today())


api = NinjaAPI(
    title="Cải Cách",
    version="1",
    description="Kế hoạch của phường: đọc, và báo tiến độ. Mã truy cập lấy ở trang Mã truy cập.",
    docs_url=None,
    urls_namespace="api",
    auth=Bearer(),
)


class Problem(Schema):
    """RFC 9457. code is stable; place names a field where there is one."""

    status: int
    code: str
    title: str
    detail: str
    place: str | None = None


class PlanOut(Schema):
    year: int
    kind: str
    number: str
    date: dt.date | None
    title: str
    tasks: int
    closed: bool


class OccurrenceOut(Schema):
    """first_due_on: the plan's own day, where it was put off."""

    due_on: dt.date
    first_due_on: dt.date | None
    handed_in_on: dt.date | None
    accepted: bool


class TaskOut(Schema):
    """status: a stable code (late, soon, running, silent, waiting, done, …); words: as on the screen."""

    year: int
    book: str
    number: str
    title: str
    content: str
    deliverables: list[str]
    leads: list[str]
    helpers: list[str]
    due: str
    status: str
    words: str
    days: int | None
    percent: int | None
    occurrences: list[OccurrenceOut]


class MonthOut(Schema):
    """kept: as it was put down after the month's end, null before; now: as it counts today. In percent of a rate, tenths cut off."""

    month: int
    kept: float | None
    now: float | None


class IndicatorOut(Schema):
    """number: of its place in the plan, as in its address. figure: a stable code (dossiers-on-time, …) of what the ward's own systems
    feed it, null for none; value: until today, in percent of a rate; part, whole: what it is reckoned from."""

    number: int
    row: str
    name: str
    comparator: str
    target: float | None
    unit: str
    figure: str | None
    value: float | None
    words: str
    part: int | None
    whole: int | None
    reached: bool | None
    months: list[MonthOut]


class ProgressIn(Schema):
    percent: Annotated[int, Field(strict=True, ge=0, le=100)] | None = None
    word: str = Field("", max_length=2000)


_PROBLEMS: dict[int, Any] = {401: Problem, 403: Problem, 404: Problem, 422: Problem}
_YEAR: Any = Path(..., ge=1900, le=2200)  # type: ignore[type-arg]
_SLUG: Any = Path(..., pattern=r"^[A-Za-z0-9_-]{1,20}$")  # type: ignore[type-arg]
_NUMBER: Any = Path(..., pattern=r"^[A-Za-z0-9~.,_-]{1,40}$")  # type: ignore[type-arg]


@api.get("/plans", response={200: list[PlanOut], **_PROBLEMS}, url_name="plans")
def plan_list(request: HttpRequest) -> Any:
    """The ward's plans, newest year first."""
    actor = _actor(request, "plan.see")
    return [
        {
            **{name: getattr(row.plan, name) for name in ("year", "kind", "number", "date", "title")},
            "tasks": row.tasks,
            "closed": row.plan.closed_at is not None,
        }
        for row in plans.plan_list(actor.ward_id, with_drafts=False).plans
    ]


@api.get("/plans/{year}/{kind}/tasks", response={200: list[TaskOut], **_PROBLEMS}, url_name="plan-tasks")
def plan_tasks(request: HttpRequest, year: int = _YEAR, kind: str = _SLUG) -> Any:
    """All tasks of a plan that were not taken out, in the plan's order."""
    actor = _actor(request, "plan.see")
    plan = plans.plan_for(actor.ward_id, year, kind)
    shorts = {one.id: one.name for one in offices_of(actor.ward_id)}
    lines = plans.every_line(actor.ward_id, plan, today=clock.today(), shorts=shorts)
    return [_out(view) for _, view in lines if not view.task.set_aside_at]


@api.get(
    "/plans/{year}/{kind}/indicators", response={200: list[IndicatorOut], **_PROBLEMS}, url_name="indicators"
)
def indicators(request: HttpRequest, year: int = _YEAR, kind: str = _SLUG) -> Any:
    """The indicators of a plan, in its order, with what feeds them and every month of it."""
    actor = _actor(request, "plan.see")
    plan = plans.plan_for(actor.ward_id, year, kind)
    return [
        {
            "number": one.indicator.position + 1,
            "row": one.indicator.where,
            **{name: getattr(one.indicator, name) for name in ("name", "comparator", "target", "unit")},
            "figure": one.figure.code if one.figure else None,
            "value": one.counted.value if one.counted else None,
            "words": one.counted.words if one.counted else "",
            "part": one.counted.part if one.counted else None,
            "whole": one.counted.whole if one.counted else None,
            "reached": one.fed.reached,
            "months": [
                {"month": at.month, "kept": at.kept.value if at.kept else None, "now": at.now.value}
                for at in months
            ],
        }
        for one, months in measured.with_months(actor.ward_id, plan, today=clock.today())
    ]


@api.get("/tasks/{year}/{book}/{number}", response={200: TaskOut, **_PROBLEMS}, url_name="task")
def task(request: HttpRequest, year: int = _YEAR, book: str = _SLUG, number: str = _NUMBER) -> Any:
    """One task; its number as in its address on the screen: II-6."""
    actor = _actor(request, "task.see")
    return _one(actor, tasks.task_for(actor.ward_id, year, book, number))


@api.post(
    "/tasks/{year}/{book}/{number}/progress",
    response={200: TaskOut, 409: Problem, **_PROBLEMS},
    url_name="report",
)
def report(
    request: HttpRequest,
    said: ProgressIn,
    year: int = _YEAR,
    book: str = _SLUG,
    number: str = _NUMBER,
) -> Any:
    """Report progress: a percentage, a word, or both. The answer is the task as it is then."""
    actor = _actor(request, "task.report")
    found = tasks.task_for(actor.ward_id, year, book, number)
    own = {pk for pk in found.offices.values_list("office_id", flat=True) if pk is not None}
    if not rights.may_work_on(actor.role, actor.office_id, own):
        raise _Forbidden
    address = origin.address_of(request)
    word = said.word.replace("\x00", "")
    at = clock.now()
    verbs.report(
        found,
        by=actor.person_id,
        at=at,
        percent=said.percent,
        word=word,
        address=address,
        once_since=at - _AGAIN,
    )
    return _one(actor, found)


_AGAIN = dt.timedelta(minutes=2)
"""for so long the same report is one that a program sends again after a time-out"""


class _Forbidden(Exception):
    pass


def _actor(request: HttpRequest, action: str) -> Any:
    actor: Any = request.auth  # type: ignore[attr-defined]
    if not rights.allows(action, actor.role) or not actor.ward_id:
        raise _Forbidden
    return actor


def _one(actor: Any, found: verbs.Task) -> dict[str, Any]:
    shorts = {one.id: one.name for one in offices_of(actor.ward_id)}
    return _out(tasks.views_of([found], ward=actor.ward_id, today=clock.today(), shorts=shorts)[0])


def _out(view: TaskView) -> dict[str, Any]:
    task = view.task
    return {
        **{name: getattr(task, name) for name in ("year", "book", "number", "title", "content")},
        "deliverables": task.deliverables.split("\n") if task.deliverables else [],
        "leads": list(view.leads),
        "helpers": list(view.helpers),
        "due": task.due_text,
        "status": view.status.code,
        "words": view.status.words,
        "days": view.status.days,
        "percent": view.percent,
        "occurrences": [
            {
                "due_on": one.due_on,
                "first_due_on": one.first_due_on,
                "handed_in_on": one.handed_in_on,
                "accepted": one.accepted,
            }
            for one in view.facts.occurrences
        ],
    }


def _problem(
    request: HttpRequest, status: int, code: str, title: str, detail: str, place: str | None = None
) -> HttpResponse:
    body = {"status": status, "code": code, "title": title, "detail": detail, "place": place}
    response = api.create_response(request, body, status=status)
    response["Content-Type"] = "application/problem+json"
    return response


@api.exception_handler(Refusal)
def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return _problem(request, status_of(refusal), refusal.code, "Chưa làm được", str(refusal), refusal.place)


@api.exception_handler(Missing)
def _missing(request: HttpRequest, fault: Missing) -> HttpResponse:
    return _problem(request, 404, "missing", "Không có", "Không có thứ này ở phường của mã truy cập.")


@api.exception_handler(_Forbidden)
def _forbidden(request: HttpRequest, fault: _Forbidden) -> HttpResponse:
    return _problem(
        request, 403, "forbidden", "Không có quyền", "Mã truy cập này không có quyền làm việc ấy."
    )


@api.exception_handler(HttpError)
def _unreadable(request: HttpRequest, fault: HttpError) -> HttpResponse:
    words = "Không đọc được phần gửi lên. Hãy gửi JSON, chữ UTF-8."
    return _problem(request, fault.status_code, "unreadable", "Chưa đúng dạng", words)


@api.exception_handler(AuthenticationError)
def _unknown(request: HttpRequest, fault: AuthenticationError) -> HttpResponse:
    words = "Thiếu mã truy cập, hoặc mã không còn dùng được."
    response = _problem(request, 401, "token.unknown", "Chưa rõ là ai", words)
    response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, fault: ValidationError) -> HttpResponse:
    places = sorted({str(error["loc"][-1]) for error in fault.errors})
    words = f"Chỗ gửi lên chưa đúng kiểu hoặc ngoài mức: {', '.join(places)}."
    return _problem(request, 422, "invalid", "Chưa đúng dạng", words, places[0] if places else None)
