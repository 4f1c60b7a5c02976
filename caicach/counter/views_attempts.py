"""What was not taken in: its paper, and the year's list."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from caicach.citizens.services import see
from caicach.core import clock
from caicach.core.http import Missing, may, page_number, send_file, send_made, ward_request
from caicach.counter import attempts, papers
from caicach.documents import services as documents
from caicach.reading.picture import page_png
from caicach.rules import rights
from caicach.rules.papers import FILES, NAMES

KINDS = {"": "Tất cả", "cho": "Chưa trở lại", "02": "Hướng dẫn bổ sung", "03": "Không tiếp nhận"}


@require_safe
@may("dossier.accept")
def attempt(request: HttpRequest, token: str) -> HttpResponse:
    """The paper to print, what it says, and the way on when they come again; of somebody forgotten since, that it was."""
    actor = ward_request(request).actor
    found = attempts.one(actor.ward_id, token)
    see(
        [who for who in (found.citizen, found.brought_by) if who],
        by=actor.person_id,
        at=clock.now(),
        about=f"lượt {found.token}",
    )
    if found.sealed:
        attempts.paper(found, by=actor.person_id, at=clock.now())
    facts = {"one": found, "name": NAMES[found.form], "is_fresh": "in" in request.GET, "may_word": rights.allows("counter.manage", actor.role)}  # fmt: skip
    return render(request, "counter/attempt.html", facts)


@require_safe
@may("dossier.accept")
def attempt_file(request: HttpRequest, token: str, suffix: str) -> HttpResponse:
    """The paper as it was printed; with ?lai=1 once more, marked as a reprint."""
    if suffix not in ("pdf", "png"):
        raise Missing
    actor = ward_request(request).actor
    found = attempts.one(actor.ward_id, token)
    made = attempts.paper(found, by=actor.person_id, at=clock.now())
    name = f"{FILES[made.form]}-{made.year}-{made.number}.{suffix}"
    if "lai" in request.GET:
        data = papers.printed_again(made, at=clock.now(), kind="pdf" if suffix == "pdf" else "png")
    elif suffix == "pdf":
        return send_file(
            documents.path_of(made.file).open("rb"), name=name, kind="application/pdf", inline=True
        )
    else:
        data = page_png(documents.path_of(made.file), 1, width=1240)
    return send_made(data, name=name, inline=True)


@require_safe
@may("dossier.see")
def of_year(request: HttpRequest) -> HttpResponse:
    """Everybody who came and was guided or refused this year (?nam=2025 another), newest first; apart from the dossiers."""
    actor, this = ward_request(request).actor, clock.today().year
    said = request.GET.get("nam", "")
    year = (
        int(said)
        if len(said) == 4 and said.isascii() and said.isdigit() and 2000 <= int(said) <= this
        else this
    )
    which = request.GET.get("loai", "")
    which = which if which in KINDS else ""
    number = page_number(request)
    found = attempts.of_year(actor.ward_id, year, which=which, number=number)
    facts = {
        "page": found, "year": year, "which": which, "kinds": KINDS, "number": number, "kept": {"nam": year, "loai": which},
        "may_accept": rights.allows("dossier.accept", actor.role),
    }  # fmt: skip
    return render(request, "counter/attempts.html", facts)
