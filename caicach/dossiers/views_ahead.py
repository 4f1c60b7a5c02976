"""What is close to its promise, and the apologies of the day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from caicach import data
from caicach.accounts.queries import Actor
from caicach.core import clock
from caicach.core.http import may, page_number, row_id, see_other, ward_request
from caicach.dossiers import ahead as pages
from caicach.dossiers import pace_page, queries, several, signing
from caicach.dossiers.forms import more_days
from caicach.dossiers.moves import Mover, Told
from caicach.rules import rights


def scope(actor: Actor) -> int | None:
    """Whose dossiers somebody answers for: None for the whole ward's."""
    return queries.Sight.of(actor.role, actor.office_id).office


@dataclass(frozen=True, slots=True)
class Line:
    """An apology as its row shows it, with what was typed before."""

    owed: pages.Owed
    days: tuple[tuple[str, str], ...]
    is_ticked: bool
    typed_days: str
    typed_reason: str
    typed_word: str


@require_safe
@may("dossier.see")
def ahead(request: HttpRequest) -> HttpResponse:
    """The dossiers of the asker's office, or of the ward, that are close to their promise or past it."""
    return _page(request)


@require_POST
@may("dossier.head")
def apologise(request: HttpRequest) -> HttpResponse:
    """An apology with a new day for each that is ticked."""
    actor = ward_request(request).actor
    asked = [
        several.Asked(
            code,
            Told(word=_word(request.POST, code), amount=row_id(request.POST.get(f"days-{code}", "")) or 0),
            row_id(request.POST.get(f"seen-{code}", "")) or 0,
        )
        for code in dict.fromkeys(request.POST.getlist("code"))
    ]
    if not asked:
        return _page(request, refused="Hãy đánh dấu những hồ sơ cần xin lỗi.", status=422)
    told = several.each("extend", asked, ward=actor.ward_id, by=Mover.of(actor), at=clock.now())
    if not all(one.is_done for one in told):
        return _page(request, told=told, status=422)
    for one in told:
        messages.success(request, f"{one.code}: {one.words}")
    return see_other(reverse("dossiers:ahead"))


def _word(sent: QueryDict, code: str) -> str:
    """What is written to the citizen: a reason of the list, the own word, or both."""
    reason = data.apology_reasons().get(sent.get(f"reason-{code}", ""), "")
    return ": ".join(part for part in (reason, sent.get(f"word-{code}", "").strip()[:2_000]) if part)


def _page(
    request: HttpRequest, *, told: Sequence[several.Outcome] = (), refused: str = "", status: int = 200
) -> HttpResponse:
    actor, now = ward_request(request).actor, clock.now()
    sight = queries.Sight.of(actor.role, actor.office_id)
    may_apologise = rights.allows("dossier.head", actor.role)
    page = pages.ahead(
        actor.ward_id,
        now=now,
        office=sight.office,
        is_head=sight.is_head,
        group=request.GET.get("nhom", ""),
        unit=request.GET.get("don_vi", ""),
        handle=request.GET.get("nguoi", ""),
        number=page_number(request),
        with_owed=may_apologise,
    )
    done, sent = {one.code for one in told if one.is_done}, request.POST
    ticked = set(sent.getlist("code")) - done
    lines = [
        Line(
            one,
            tuple(map(more_days, one.extending.more.days)) if one.extending.more else (),
            one.code in ticked,
            sent.get(f"days-{one.code}", ""),
            sent.get(f"reason-{one.code}", ""),
            sent.get(f"word-{one.code}", ""),
        )
        for one in page.owed
    ]
    facts = {
        "page": page,
        "forecast": pace_page.page(
            actor.ward_id, now=now, office=sight.office, most=pace_page.MOST_SHOWN, with_earlier=False
        ),
        "lines": lines,
        "told": told,
        "refused": refused,
        "reasons": data.apology_reasons(),
        "may_apologise": may_apologise,
        "may_sign": rights.allows("dossier.sign", actor.role),
        "is_whole": sight.office is None,
        "limits": data.limits(),
        "share": data.clock_limit("urgent-share" if sight.is_head else "warn-share"),
        "nobodys": signing.count_nobodys(actor.ward_id, office=sight.office) if may_apologise else 0,
    }
    return render(request, "dossiers/ahead.html", facts, status=status)
