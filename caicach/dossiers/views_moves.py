"""Moving a dossier of the ward's own counter: one page for every move."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST

from caicach.accounts.queries import colleagues
from caicach.core import clock
from caicach.core.http import Missing, may, put_refusal, refused, see_other, ward_request
from caicach.dossiers import moves, queries
from caicach.dossiers.forms import MoveForm
from caicach.dossiers.leg_moves import settle
from caicach.dossiers.models import Dossier
from caicach.organisation.queries import offices
from caicach.rules import rights
from caicach.rules.dossier_moves import MOVES
from caicach.rules.legs import AGAIN, DONE, DROPPED
from caicach.rules.refusal import Refusal


@require_http_methods(["GET", "HEAD", "POST"])
@may("dossier.move")
def step(request: HttpRequest, code: str, move: str) -> HttpResponse:
    """The form of one move, and the move. Raises Missing for a move that is none, and for an address whose move is refused
    whatever is said with it, a page that leads back."""
    actor = ward_request(request).actor
    if move not in MOVES:
        raise Missing
    if not rights.allows(MOVES[move].action, actor.role):
        raise PermissionDenied
    dossier, seen = queries.dossier_with_newest(actor.ward_id, code)
    by = moves.Mover.of(actor)
    if request.method != "POST":
        try:
            moves.check(dossier, move, by=by)
        except Refusal as refusal:
            return refused(request, refusal, back=("Về hồ sơ", dossier.address))
    where = places(actor.ward_id) if move in MoveForm.PASSES else []
    more = _more_time(dossier) if move == "extend" else None
    form = MoveForm(
        move,
        request.POST if request.method == "POST" else None,
        places=where,
        more=more,
        initial={"seen": seen},
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                moves.move(
                    dossier,
                    move,
                    form.told(),
                    by=by,
                    at=clock.now(),
                    seen=form.cleaned_data["seen"] or 0,
                )
            except Refusal as refusal:
                status = put_refusal(form, refusal)
            else:
                messages.success(request, _written(move, actor.ward_id, by, dossier))
                return see_other(dossier.address)
    facts = {"dossier": dossier, "form": form, "move": MOVES[move]}
    return render(request, "dossiers/move.html", facts, status=status)


_LEG = {"xong": DONE, "bo": DROPPED, "mo-lai": AGAIN}


@require_POST
@may("dossier.process")
def leg(request: HttpRequest, code: str, nth: int) -> HttpResponse:
    """A leg of a bundle is done, not needed, or not done after all (lam)."""
    actor = ward_request(request).actor
    dossier, _ = queries.dossier_with_newest(actor.ward_id, code)
    what = _LEG.get(request.POST.get("lam", ""), "")
    try:
        legs = settle(
            dossier, nth, what, request.POST.get("word", ""), by=moves.Mover.of(actor), at=clock.now()
        )
    except Refusal as refusal:
        return refused(request, refusal, back=("Về hồ sơ", dossier.address))
    messages.success(request, f"{legs[nth - 1].leg.name}: {legs[nth - 1].state_name.lower()}.")
    return see_other(f"{dossier.address}#chang")


def _written(move: str, ward: int, by: moves.Mover, dossier: Dossier) -> str:
    """What was done, and the way on."""
    said = f"{MOVES[move].name}: đã ghi."
    if (other := queries.next_in_hands(ward, by.office, but=dossier, now=clock.now())) is None:
        return said
    return format_html('{} <a href="{}">Hồ sơ tiếp theo của đơn vị tôi</a>', said, other.dossier.address)


def _more_time(dossier: Dossier) -> moves.MoreTime | None:
    """None where there is none; then the move itself says why."""
    try:
        return moves.more_time(dossier, at=clock.now())
    except Refusal:
        return None


def places(ward: int) -> list[tuple[str, str]]:
    """Into whose hands: each office, and after it its people; then the leaders who sit in none."""
    people = colleagues(ward)
    choices: list[tuple[str, str]] = []
    for one in offices(ward):
        if one.is_group or one.is_neighbourhood:
            continue
        choices.append((f"o{one.id}", one.name))
        choices += [(f"p{who.id}", f"{who.name} · {one.short}") for who in people if who.office_id == one.id]
    above = [who for who in people if who.office_id is None and who.role == rights.LEADER]
    return choices + [(f"p{who.id}", f"{who.name} · {rights.WARD_ROLES[who.role].lower()}") for who in above]
