"""Signing many results at once, and giving to somebody what lies with nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from caicach.accounts.queries import at_office, colleagues
from caicach.core import clock
from caicach.core.http import may, page_number, row_id, see_other, ward_request
from caicach.dossiers import several
from caicach.dossiers import signing as pages
from caicach.dossiers.moves import Mover, Told
from caicach.dossiers.views_ahead import scope
from caicach.dossiers.views_moves import places
from caicach.rules.dossier_story import OUTCOMES
from caicach.rules.formats import day_in
from caicach.rules.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Line:
    """A dossier as its row shows it, with what was typed before."""

    line: pages.Line
    is_ticked: bool
    document: str = ""
    signed_on: str = ""
    word: str = ""


def _seen(request: HttpRequest, code: str) -> int:
    return row_id(request.POST.get(f"seen-{code}", "")) or 0


@require_http_methods(["GET", "HEAD", "POST"])
@may("dossier.sign")
def sign(request: HttpRequest) -> HttpResponse:
    """What waits for the signature: sign what is ticked, or send one back."""
    if request.method != "POST":
        return _signing(request)
    actor, sent = ward_request(request).actor, request.POST
    by, at = Mover.of(actor), clock.now()
    if back := sent.get("back", ""):
        asked = [several.Asked(back, Told(word=sent.get(f"word-{back}", "")[:2_000]), _seen(request, back))]
        told = several.each("send-back", asked, ward=actor.ward_id, by=by, at=at)
        return _after(request, told)
    codes = list(dict.fromkeys(sent.getlist("code")))
    if not codes:
        return _signing(request, refused="Hãy đánh dấu những hồ sơ sẽ ký.", status=422)
    if sent.get("outcome") not in OUTCOMES:
        return _signing(request, refused=str(Refusal("dossier.outcome")), status=422)
    told, asked = [], []
    for code in codes:
        day = sent.get(f"signed_on-{code}", "").strip()
        if day and day_in(day, year=clock.today().year) is None:
            told.append(
                several.Outcome(code, f"“{day[:20]}” không phải là ngày. Viết như 23/11/2026.", False)
            )
            continue
        asked.append(
            several.Asked(
                code,
                Told(
                    outcome=sent["outcome"],
                    document=sent.get(f"document-{code}", "")[:60],
                    signed_on=day_in(day, year=clock.today().year) if day else None,
                ),
                _seen(request, code),
            )
        )
    told += several.each("resolve", asked, ward=actor.ward_id, by=by, at=at)
    return _after(request, told)


def _after(request: HttpRequest, told: Sequence[several.Outcome]) -> HttpResponse:
    if not all(one.is_done for one in told):
        return _signing(request, told=told, status=422)
    for one in told:
        messages.success(request, f"{one.code}: {one.words}")
    return see_other(request.get_full_path())


def _signing(
    request: HttpRequest, *, told: Sequence[several.Outcome] = (), refused: str = "", status: int = 200
) -> HttpResponse:
    actor, sent = ward_request(request).actor, request.POST
    page = pages.signing(
        actor.ward_id,
        holder=actor.holder_id,
        now=clock.now(),
        group=request.GET.get("nhom", ""),
        number=page_number(request),
    )
    ticked = set(sent.getlist("code")) - {one.code for one in told if one.is_done}
    lines = [
        Line(
            one, one.code in ticked, *(sent.get(f"{name}-{one.code}", "") for name in ("document", "signed_on", "word"))
        )
        for one in page.lines
    ]  # fmt: skip
    facts = {
        "page": page,
        "lines": lines,
        "told": told,
        "refused": refused,
        "outcomes": {code: words.capitalize() for code, words in OUTCOMES.items()},
        "outcome": sent.get("outcome", ""),
    }
    return render(request, "dossiers/sign.html", facts, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@may("dossier.head")
def hand_on(request: HttpRequest) -> HttpResponse:
    """What lies with somebody who has left or is away, to be given to somebody who is there: one hand-over each."""
    actor, sent = ward_request(request).actor, request.POST
    told: list[several.Outcome] = []
    refused, status = "", 200
    if request.method == "POST":
        to, codes = sent.get("to", ""), list(dict.fromkeys(sent.getlist("code")))
        where = row_id(to[1:])
        status = 422
        if not codes:
            refused = "Hãy đánh dấu những hồ sơ sẽ giao."
        elif to[:1] not in ("o", "p") or where is None:
            refused = str(Refusal("dossier.no-office"))
        else:
            how = Told(
                word=sent.get("word", "")[:2_000],
                office=where if to[0] == "o" else None,
                person=where if to[0] == "p" else None,
            )
            asked = [several.Asked(code, how, _seen(request, code)) for code in codes]
            told = several.each("hand-over", asked, ward=actor.ward_id, by=Mover.of(actor), at=clock.now())
            if all(one.is_done for one in told):
                for one in told:
                    messages.success(request, f"{one.code}: {one.words}")
                return see_other(reverse("dossiers:hand-on"))
    page = pages.nobodys(actor.ward_id, office=scope(actor), now=clock.now(), number=page_number(request))
    ticked = set(sent.getlist("code")) - {one.code for one in told if one.is_done}
    facts = {
        "page": page,
        "lines": [Line(one, one.code in ticked) for one in page.lines],
        "told": told,
        "refused": refused,
        "choices": _takers(actor.ward_id, scope(actor), page.away),
        "to": sent.get("to", ""),
        "word": sent.get("word", ""),
    }
    return render(request, "dossiers/hand_on.html", facts, status=status)


def _takers(ward: int, office: int | None, away: frozenset[int]) -> list[tuple[str, str]]:
    """Who may be given a dossier: of one office its people and itself; of a ward every office and its people. Who is away is not."""
    if office is None:
        return [one for one in places(ward) if one[0] not in {f"p{pk}" for pk in away}]
    people = [one for one in at_office(colleagues(ward), office) if one.id not in away]
    return [*((f"p{one.id}", one.name) for one in people), (f"o{office}", "Cả đơn vị")]
