""" "If these steps were cut so": a shorter time tried on a procedure's past dossiers; nothing changes by it."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from caicach.core import clock
from caicach.core.http import may, ward_request
from caicach.dossiers.drawing import curve
from caicach.dossiers.shorter import Asked, ShorterPage, shorter_page
from caicach.organisation.queries import work_time
from caicach.rules import rights
from caicach.rules.dossier_clock import MOST
from caicach.rules.procedures import UNITS, Span

_STEPS = 100


@require_safe
@may("dossier.see")
def shorter(request: HttpRequest, procedure: str) -> HttpResponse:
    """?so= &don-vi=: a time for the whole; ?buoc-1= …: hours of work for each step. Raises Missing."""
    actor, today = ward_request(request).actor, clock.today()
    asked = asked_of(request.GET)
    page = shorter_page(actor.ward_id, procedure, asked, today=today)
    a_day = work_time(actor.ward_id).minutes_a_day
    facts = {
        "page": page, "asked": asked, "units": [(unit, words) for unit, words in UNITS.items() if unit != "same-day"], "picture": _picture(page, a_day),
        "steps": _steps(page, asked, a_day), "tab": "cat-giam", "may_see_dossiers": True, "table": _table(page),
        "may_manage": rights.allows("procedure.manage", actor.role),
    }  # fmt: skip
    return render(request, "dossiers/shorter.html", facts)


def asked_of(sent: Mapping[str, str]) -> Asked:
    """What an address asks for; nothing where it is no time."""
    if sent.get("theo") == "buoc":
        hours = []
        for n in range(1, _STEPS + 1):
            if f"buoc-{n}" not in sent:
                break
            hours.append(_whole(sent[f"buoc-{n}"]))
        return Asked(steps=tuple(hours))
    unit, amount = sent.get("don-vi", ""), _whole(sent.get("so", ""))
    if unit not in UNITS or unit == "same-day" or not amount:
        return Asked()
    return Asked(Span(unit, amount))


def _whole(text: str) -> int:
    text = text.strip()
    return min(int(text), MOST) if text.isascii() and text.isdecimal() and len(text) < 6 else 0


def _steps(page: ShorterPage, asked: Asked, a_day: int) -> list[tuple[int, str, str, int, int]]:
    """(number, step, office, percent, hours): as asked for, else its share of what is promised now."""
    promised = page.facts.version.promised
    whole = promised.minutes(a_day) / 60 if promised else 0
    if asked.own and not page.refusal:
        whole = asked.own.minutes(a_day) / 60
    hours = [max(1, int(whole * share / 100)) for _, _, share in page.facts.steps]
    if len(asked.steps) == len(hours):
        hours = list(asked.steps)
    return [(n, name, office, share, hour) for n, ((name, office, share), hour) in enumerate(zip(page.facts.steps, hours, strict=True), 1)]  # fmt: skip


def _picture(page: ShorterPage, a_day: int) -> str:
    if page.unit is None or not page.points or page.now is None:
        return ""
    one = Span(page.unit.unit, 1).minutes(a_day)
    marks = [("now", float(page.now.span.minutes(a_day) / one), f"đang hẹn {page.now.span.words}")]
    if page.then and page.then.span != page.now.span:
        marks.append(("then", float(page.then.span.minutes(a_day) / one), f"nếu cắt còn {page.then.span.words}"))  # fmt: skip
    return curve(page.points, unit=UNITS[page.unit.unit], marks=marks)


def _table(page: ShorterPage) -> list[tuple[str, str]]:
    """The picture in figures: eight times of it, the longest last."""
    if page.unit is None:
        return []
    every = max(1, -(-len(page.points) // 8))
    some = [*page.points[every - 1 :: every]]
    if some and some[-1] != page.points[-1]:
        some.append(page.points[-1])
    return [(Span(page.unit.unit, one.amount).words, f"{one.share:.0%}") for one in some]
