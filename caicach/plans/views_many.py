"""Pages of many tasks: one act for several, what was done before, the year's end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from caicach.accounts.queries import colleagues
from caicach.core import clock, origin
from caicach.core.http import day_of, may, row_id, see_other, status_of, ward_request
from caicach.plans import many, many_pages, queries
from caicach.plans.view_parts import plan_to_coordinate
from caicach.rules import rights
from caicach.rules.refusal import Refusal
from caicach.rules.year_end import RESULTS


@require_http_methods(["GET", "HEAD", "POST"])
@may("task.several")
def several(request: HttpRequest, year: int, kind: str) -> HttpResponse:
    """Choose tasks, then give them to somebody, remind of them, or put them off: all or none."""
    actor = ward_request(request).actor
    plan = plan_to_coordinate(request, year, kind)
    asked = queries.RibbonFilter.of(request.GET)
    office = actor.office_id if actor.role == rights.HEAD else None
    page = many_pages.several(plan, asked, today=clock.today(), office=office)
    chosen = {pk for pk in map(_int, request.POST.getlist("task")) if pk}
    sent: dict[str, Any] = {"chosen": chosen, "typed": request.POST}
    status = 200
    if request.method == "POST":
        tasks = [view.task for view in page.views if view.task.pk in chosen]
        try:
            if not tasks:
                raise Refusal("many.none")
            said = _several(request, tasks, page.office_ids)
        except Refusal as refusal:
            sent["refused"], status = str(refusal), status_of(refusal)
        else:
            messages.success(request, said)
            return see_other(f"{request.path}{asked.address() if asked.is_set else ''}")
    return render(
        request,
        "plans/several.html",
        {
            "plan": plan,
            "page": page,
            "asked": asked,
            "may_put_off": rights.allows("task.give-time", actor.role),
            **sent,
        },
        status=status,
    )


def _several(request: HttpRequest, tasks: list[Any], offices: frozenset[int]) -> str:
    actor, typed = ward_request(request).actor, request.POST
    who: dict[str, Any] = {"by": actor.person_id, "at": clock.now(), "address": origin.address_of(request)}  # fmt: skip
    match typed.get("act", ""):
        case "assign":
            person = _int(typed.get("person", ""))
            post = next(
                (one for one in colleagues(actor.ward_id) if one.id == person and one.office_id in offices),
                None,
            )
            if post is None or post.office_id is None:
                raise Refusal("assign.not-there", "person")
            count = many.assign_all(tasks, office=post.office_id, person=post.id, **who)
            return f"Đã giao {count} việc cho {post.name}."
        case "remind":
            count = many.remind_all(tasks, word=typed.get("word", "")[:2000], **who)
            return f"Đã nhắc {count} việc."
        case "put-off":
            if not rights.allows("task.give-time", actor.role):
                raise PermissionDenied
            until = day_of(typed.get("until", ""))
            if until is None:
                raise Refusal("many.date-unclear", "until")
            count = many.put_off_all(tasks, until=until, reason=typed.get("reason", "")[:2000], **who)
            return f"Đã lùi hạn {count} việc đến {until:%d/%m/%Y}."
        case _:
            raise Refusal("many.none")


@require_http_methods(["GET", "HEAD", "POST"])
@may("plan.close")
def done_already(request: HttpRequest, year: int, kind: str) -> HttpResponse:
    """For a ward that begins in the middle of a year: what is done already, in one grid."""
    actor, today = ward_request(request).actor, clock.today()
    plan = plan_to_coordinate(request, year, kind)
    rows = many_pages.done_rows(plan, today=today)
    wrong: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        done = []
        for row in rows:
            try:
                one = _done(row, request.POST, today=today)
            except Refusal as refusal:
                wrong[row.key] = str(refusal)
            else:
                done += [one] if one else []
        try:
            if wrong or not done:
                raise Refusal("many.none")
            address = origin.address_of(request)
            count = many.enter_done(done, by=actor.person_id, at=clock.now(), today=today, address=address)
        except Refusal as refusal:
            wrong, status = wrong or {refusal.place or "": str(refusal)}, 422
        else:
            messages.success(request, f"Đã nhập {count} việc.")
            return see_other(request.path)
    return render(
        request,
        "plans/done_already.html",
        {
            "plan": plan,
            "dated": [row for row in rows if row.due_on],
            "running": [row for row in rows if not row.due_on],
            "wrong": wrong,
            "typed": request.POST,
            "today": today,
        },
        status=status,
    )


def _done(
    row: many_pages.DoneRow, typed: Mapping[str, str], *, today: dt.date
) -> many.Done | many.Heard | None:
    number = typed.get(f"so-{row.key}", "").strip()
    date = typed.get(f"ngay-{row.key}", "").strip()
    if not number and not date:
        return None
    if row.due_on is None:
        on = day_of(date) if date else today
        if on is None:
            raise Refusal("many.date-unclear", row.key)
        return many.Heard(row.view.task, number[:500], on, row.key)
    if not number or not date:
        raise Refusal("many.date-missing", row.key)
    day = day_of(date)
    if day is None:
        raise Refusal("many.date-unclear", row.key)
    return many.Done(row.view.task, row.occurrence, number[:60], day, row.key)


@require_http_methods(["GET", "HEAD", "POST"])
@may("plan.close")
def year_end(request: HttpRequest, year: int, kind: str) -> HttpResponse:
    """Each task reached, not reached, or more than reached; then the plan is closed."""
    actor = ward_request(request).actor
    plan = plan_to_coordinate(request, year, kind)
    rows = many_pages.end_rows(plan, today=clock.today())
    wrong: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        typed = request.POST
        for row in rows:
            chosen = typed.get(f"kq-{row.key}", "")
            row.result = chosen if chosen in RESULTS else ""
            row.word = typed.get(f"loi-{row.key}", "")[:2000]
        filled = typed.get("dat", "")
        if filled or "giu" in typed:  # nothing is kept by it: the page comes back, filled in
            for section in many_pages.end_sections(rows):
                for row in section.rows if filled in (section.key, "tat-ca") else ():
                    row.result = row.result or "reached"
        else:
            ended = [many.Ended(row.view.task, row.result, row.word) for row in rows]
            try:
                wrong = {number: str(refusal) for number, refusal in many.unsaid(ended).items()}
                address = origin.address_of(request)
                many.close_year(plan, ended, by=actor.person_id, at=clock.now(), address=address)
            except Refusal as refusal:
                wrong, status = wrong or {refusal.place or "": str(refusal)}, status_of(refusal)
            else:
                messages.success(request, f"Đã khép kế hoạch năm {plan.year}.")
                return see_other(request.path)
    return render(
        request,
        "plans/year_end.html",
        {
            "plan": plan,
            "rows": rows,
            "sections": many_pages.end_sections(rows),
            "unset": sum(not row.result for row in rows),
            "wrong": wrong,
            "refusals": _by_words(wrong),
            "results": RESULTS,
            "measured": (measured := sum(row.view.task.is_indicator for row in rows)),
            "duties": len(rows) - measured,
            "counts": _counts(rows),
            "still_open": () if plan.closed_at else many_pages.still_open(plan, rows, today=clock.today()),
        },
        status=status,
    )


@require_POST
@may("plan.close")
def open_again(request: HttpRequest, year: int, kind: str) -> HttpResponse:
    """The closing is undone."""
    actor = ward_request(request).actor
    plan = plan_to_coordinate(request, year, kind)
    address = origin.address_of(request)
    many.open_again(plan, by=actor.person_id, at=clock.now(), address=address)
    messages.success(request, "Đã mở lại kế hoạch.")
    return see_other(reverse("plans:year-end", args=[year, kind]))


def _by_words(wrong: Mapping[str, str]) -> list[tuple[str, list[str]]]:
    """Each sentence once, with the rows of which it is true."""
    found: dict[str, list[str]] = {}
    for key, words in wrong.items():
        found.setdefault(words, []).append(key)
    return list(found.items())


def _counts(rows: list[many_pages.EndRow]) -> list[tuple[str, int]]:
    counted = [(name, sum(row.result == code for row in rows)) for code, name in RESULTS.items()]
    return [*counted, ("Chưa chọn", sum(not row.result for row in rows))]


def _int(text: str) -> int | None:
    return row_id(text)
