"""The counter: one sheet that takes a dossier in, what came of it, drafts, the book."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core import signing
from django.forms import model_to_dict
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caicach.citizens.services import see
from caicach.core import clock
from caicach.core.fields import new_token
from caicach.core.http import (
    Actor,
    Missing,
    WardRequest,
    may,
    put_refusal,
    row_id,
    see_other,
    send_file,
    send_made,
    status_of,
    ward_request,
)
from caicach.counter import attempts, kept, letters, money_papers, papers, queries, results, services, spares
from caicach.counter.forms import ROLES, SEXES, DeskForm, Sheet, WordingForm, money
from caicach.counter.models import Line
from caicach.documents import services as documents
from caicach.dossiers import intake
from caicach.dossiers.moves import Mover, Told, move
from caicach.dossiers.queries import for_paper, provisional, renamed, void_words
from caicach.procedures.queries import offered
from caicach.reading.picture import page_count, page_png
from caicach.rules import rights
from caicach.rules.formats import money_address, paper_address
from caicach.rules.money import WAYS, dong
from caicach.rules.papers import FILES, NAMES
from caicach.rules.refusal import Refusal
from caicach.rules.wording import FORMS, names_of


@require_http_methods(["GET", "HEAD", "POST"])
@may("dossier.accept")
def take_in(request: HttpRequest) -> HttpResponse:
    """The sheet: each press fills in what is known by now; saving makes the dossier and opens its receipt."""
    asked = ward_request(request)
    actor = asked.actor
    if request.method != "POST":
        if slip := request.GET.get("phieu", ""):
            return _of_slip(asked, slip)
        return _sheet(asked, _begun(asked), status=200)
    sheet = Sheet.of_post(request.POST)
    if picked := request.POST.get("procedure_pick", ""):
        sheet.said |= {"procedure": picked[:20], "find": "", "case": "", "all_parts": ""}
        sheet.lists["part"] = []
    if request.POST.get("lam") == "doi-thu-tuc":
        sheet.said["procedure"] = ""
    if request.POST.get("lam") == "doi-nguoi":
        sheet.clear_person()
    choose = request.POST.get("person_pick", "")
    candidates = _person(asked, sheet, choose)
    if request.POST.get("lam") == "luu" and not sheet.errors and not sheet.said["who"] and not candidates:
        try:
            made = _accept(asked, sheet)
        except Refusal as refusal:
            sheet.put_refusal(refusal)
            return _sheet(asked, sheet, status=status_of(refusal))
        if sheet.said["again"]:
            attempts.came_of(actor.ward_id, sheet.said["again"], made)
        return _go(asked, f"{reverse('counter:taken', args=[made.token])}?in=1")
    if (form := _TURNED.get(request.POST.get("lam", ""))) and not sheet.errors and not candidates:
        try:
            turned = _turn_away(asked, sheet, form)
        except Refusal as refusal:
            sheet.put_refusal(refusal)
            return _sheet(asked, sheet, status=status_of(refusal))
        return _go(asked, f"{reverse('counter:attempt', args=[turned.token])}?in=1")
    choice = _choice(asked, sheet)
    if not sheet.is_blank:
        _keep(asked, sheet, choice)
    return _sheet(asked, sheet, status=422 if sheet.errors else 200, candidates=candidates, choice=choice)


def _accept(request: WardRequest, sheet: Sheet) -> Any:
    """The dossier; of a blank receipt that was written on by hand, as of the time on it."""
    actor, now, said = request.actor, clock.now(), sheet.said
    asked, of = (
        sheet.asked(today=clock.today()),
        {"ward": actor.ward_id, "token": said["token"], "by": actor.person_id},
    )
    if said["slip"]:
        return spares.type_in(said["slip"], said["came"], asked, at=now, **of)
    return services.accept(asked, at=now, **of)


def _of_slip(request: WardRequest, code: str) -> HttpResponse:
    """The sheet for a blank receipt that was written on; where it is a dossier already, that."""
    spare = spares.by_code(request.actor.ward_id, code[:20])
    if spare.dossier:
        return HttpResponseRedirect(reverse("counter:taken", args=[spare.token]))
    if spare.spoilt_at:
        raise Refusal("spare.spoilt", slip=spare.code)
    sheet = Sheet.blank(spare.token)
    sheet.said["slip"] = spare.code
    return _sheet(request, sheet, status=200)


_TURNED = {"bo-sung": "02", "tu-choi": "03"}


def _turn_away(request: WardRequest, sheet: Sheet, form: str) -> Any:
    actor = request.actor
    choice = _choice(request, sheet)
    if choice:
        sheet.tick(choice)
    word = sheet.said["turned"] or (sheet.lacking(choice) if choice else "")
    return attempts.turn_away(
        sheet.asked(today=clock.today()), form, word, named=sheet.said["find"], sheet=sheet.to_keep(),
        ward=actor.ward_id, token=sheet.said["token"], by=actor.person_id, at=clock.now(),
    )  # fmt: skip


def _begun(request: WardRequest) -> Sheet:
    """An empty sheet, the draft that the address names, or what somebody was sent home to complete."""
    if again := request.GET.get("lai", ""):
        attempt = attempts.one(request.actor.ward_id, again[:32])
        sheet = Sheet.of_draft(new_token(), attempts.typed(attempt))
        sheet.said |= {"again": attempt.token, "turned": "", "all_parts": ""}
        return sheet
    token = request.GET.get("nhap", "")
    if not token:
        return Sheet.blank(new_token())
    draft = queries.draft_for(request.actor.ward_id, token[:32], by=request.actor.person_id)
    return Sheet.of_draft(draft.token, kept.read(draft))


def _person(request: WardRequest, sheet: Sheet, chosen: str) -> list[Any]:
    """Who stands there, by a scan, a number, a phone, a name, or chosen from the list; those to choose from, where several could be."""
    ward, person = request.actor.ward_id, request.actor.person_id
    if chosen:
        found = queries.person(ward, chosen[:16])
        if found is not None:
            see([found], by=person, at=clock.now(), about="quầy")
            sheet.take_known(queries.known(found))
        return []
    if sheet.scan(clock.today()):
        if there := queries.people(ward, sheet.said["number"]) if sheet.said["number"] else []:
            see(there, by=person, at=clock.now(), about="quầy")
            known = queries.known(there[0])
            sheet.said["email"] = sheet.said["email"] or known.email
        return []
    asked = sheet.said["who"]
    if not asked:
        return []
    found = queries.people(ward, asked)
    if found:
        see(found, by=person, at=clock.now(), about="quầy")
    has_digits = sum(sign.isdigit() for sign in asked) >= 9
    if len(found) == 1 and has_digits:
        sheet.take_known(queries.known(found[0]))
        return []
    if not found:  # nobody yet: what was typed is what is known of them
        digits = "".join(sign for sign in asked if sign.isdigit())
        field = "name" if not has_digits else "number" if len(digits) == 12 else "phone"
        if sheet.said["handle"]:  # somebody known stood there before: nothing of theirs stays
            sheet.clear_person()
        sheet.said |= {"who": "", field: asked}
        sheet.notes.append("Chưa có người này trong phường; hãy ghi tiếp.")
        return []
    return [queries.known(one) for one in found]


def _choice(request: WardRequest, sheet: Sheet) -> queries.Choice | None:
    said = sheet.said
    if not said["procedure"]:
        return None
    return queries.choice(
        request.actor.ward_id,
        said["procedure"],
        now=_came(request, sheet),
        case=said["case"],
        **sheet.owner_key,
    )


def _came(request: WardRequest, sheet: Sheet) -> Any:
    """From when a promise runs: now, or as a blank receipt says."""
    now = clock.now()
    if not (sheet.said["slip"] and sheet.said["came"]):
        return now
    try:
        made = spares.by_code(request.actor.ward_id, sheet.said["slip"]).made_at
        return spares.moment_of(sheet.said["came"], made=made, now=now)
    except (Missing, Refusal):
        return now


def _sheet(
    request: WardRequest,
    sheet: Sheet,
    *,
    status: int,
    candidates: list[Any] | None = None,
    choice: queries.Choice | None = None,
) -> HttpResponse:
    actor, today = request.actor, clock.today()
    choice = choice or _choice(request, sheet)
    said = sheet.said
    if choice is None:
        said["procedure"] = ""
    else:
        sheet.tick(choice)
    known = None
    if said["handle"] and (there := queries.person(actor.ward_id, said["handle"])):
        known = queries.known(there)
    asked_for = said["find"] if choice is None else ""
    facts: dict[str, Any] = {
        "sheet": sheet, "said": said, "choice": choice, "candidates": candidates or [], "known": known,
        "found": offered(actor.ward_id, today=today, asked=asked_for) if asked_for else [], "roles": ROLES, "sexes": SEXES,
        "ways": Line.WAYS, "channels": Line.CHANNELS, "pays": WAYS | {"later": "Thu sau"}, "focus": _focus(sheet, choice, candidates or []),
        "total": _total(sheet, choice), "turned": _turned_before(request, sheet), "lacking": sheet.lacking(choice) if choice else "", "may_manage": rights.allows("counter.manage", actor.role),
    }  # fmt: skip
    if not request.htmx:
        facts["ready"], facts["to_post"] = results.counted(actor.ward_id)
        facts |= {
            "drafts": [one for one in queries.drafts(actor.ward_id, by=actor.person_id) if one.token != said["token"]],
            "taken": queries.today_of(actor.ward_id, by=actor.person_id, today=today), "me": actor.person_id,
            "codeless": provisional(actor.ward_id).count(),
        }  # fmt: skip
    page = "counter/_sheet.html" if request.htmx else "counter/take_in.html"
    response = render(request, page, facts, status=status)
    response["Cache-Control"] = "private, no-store"  # a shared computer: going back shows nobody's card
    return response


def _turned_before(request: WardRequest, sheet: Sheet) -> list[Any]:
    """What this person was sent home to complete lately."""
    if sheet.said["again"]:
        return []
    number = "".join(sheet.said["number"].split())
    return attempts.waiting_for(request.actor.ward_id, number, sheet.said["handle"], today=clock.today())


def _focus(sheet: Sheet, choice: queries.Choice | None, candidates: list[Any]) -> str:
    """The field where the next key belongs."""
    if sheet.errors:
        return next(iter(sheet.errors)) or "save"
    if choice is None:
        return "find"
    if candidates:
        return "candidate"
    if not sheet.said["name"]:
        return "name" if sheet.said["number"] or sheet.said["phone"] else "who"
    lacking = (
        {one.position for one in choice.papers if not one.required_when}
        - sheet.positions("part")
        - sheet.positions("reuse")
    )
    return "all_parts" if lacking else "save"


def _total(sheet: Sheet, choice: queries.Choice | None) -> int | None:
    if choice is None or choice.fee_status == "free":
        return None
    try:
        one = money(sheet.said["fee_each"])
    except Refusal:
        return None
    one = choice.fee_each if one is None else one
    sets = int(sheet.said["sets"]) if sheet.said["sets"].isascii() and sheet.said["sets"].isdigit() else 1
    return None if one is None else one * sets


def _go(request: WardRequest, address: str) -> HttpResponse:
    if not request.htmx:
        return see_other(address)
    response = HttpResponse()
    response["HX-Redirect"] = address
    return response


@require_safe
@may("dossier.accept")
def procedures(request: HttpRequest) -> HttpResponse:
    """The procedures that a few letters mean, as a list to choose from."""
    asked = " ".join(request.GET.get("find", "").split())[:100]
    found = offered(ward_request(request).actor.ward_id, today=clock.today(), asked=asked) if asked else []
    return render(request, "counter/_found.html", {"found": found, "asked": asked})


# --- drafts ----------------------------------------------------------------------------------------------------


def _keep(request: WardRequest, sheet: Sheet, choice: queries.Choice | None) -> None:
    actor = request.actor
    name = sheet.said["name"] if all(sign.isalpha() or sign in " .-" for sign in sheet.said["name"]) else ""
    label = " · ".join(filter(None, (choice.version.name if choice else "", name)))
    kept.keep(
        sheet.to_keep(), ward=actor.ward_id, token=sheet.said["token"], label=label, by=actor.person_id, at=clock.now()
    )  # fmt: skip


@require_POST
@may("dossier.accept")
def keep(request: HttpRequest) -> HttpResponse:
    """What is typed so far, sent by the page's script. X-Kept: there is a draft now."""
    sheet, asked = Sheet.of_post(request.POST), ward_request(request)
    token, ward = sheet.said["token"], asked.actor.ward_id
    if sheet.is_blank or intake.of_form(ward, token).exists() or attempts.is_made(ward, token):
        return HttpResponse(status=204)
    _keep(asked, sheet, _choice(asked, sheet))
    return HttpResponse(status=204, headers={"X-Kept": "1"})


@require_POST
@may("dossier.accept")
def draft(request: HttpRequest, token: str) -> HttpResponse:
    """A draft is thrown away, taken over, or left for whoever sits here next (then this person is signed out)."""
    actor = ward_request(request).actor
    row = queries.draft_for(actor.ward_id, token, by=actor.person_id)
    what = request.POST.get("lam", "")
    if what == "bo":
        kept.drop(row)
        messages.success(request, "Đã bỏ bản nháp.")
        return see_other(reverse("counter:take-in"))
    if what == "de-lai":
        sheet = Sheet.of_post(request.POST) if "token" in request.POST else None
        if (
            sheet and sheet.said["token"] == row.token and not sheet.is_blank
        ):  # typed a moment ago, and not kept yet
            asked = ward_request(request)
            _keep(asked, sheet, _choice(asked, sheet))
        kept.leave(row)
        logout(request)
        return see_other(reverse("accounts:sign-in"))
    if what == "nhan":
        kept.take_over(row, by=actor.person_id, at=clock.now())
    return see_other(f"{reverse('counter:take-in')}?nhap={row.token}")


# --- what was taken in -----------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@may("counter.manage")
def desk(request: HttpRequest) -> HttpResponse:
    """How the ward's counter stands: own or beside, its code, what papers say of it."""
    actor = ward_request(request).actor
    form = DeskForm(request.POST or None, initial=model_to_dict(queries.settings_of(actor.ward_id)))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.set_desk(form.cleaned_data, ward=actor.ward_id, by=actor.person_id, at=clock.now())
            except Refusal as refusal:
                status = put_refusal(form, refusal)
            else:
                messages.success(request, "Đã lưu.")
                return see_other(request.path)
    return render(request, "counter/desk.html", {"form": form}, status=status)


@require_safe
@may("dossier.see")
def taken(request: HttpRequest, token: str) -> HttpResponse:
    """What was just taken in: the number, the promise, the receipt to print."""
    actor = ward_request(request).actor
    page = queries.taken(actor.ward_id, token)
    whose = [who for who in (page.dossier.citizen, page.dossier.brought_by) if who]
    see(whose, by=actor.person_id, at=clock.now(), about=page.dossier.code)
    facts = {"page": page, "papers": letters.of_dossier(page.dossier), "void_word": void_words(actor.ward_id, [page.dossier.pk]).get(page.dossier.pk, ""), "is_fresh": "in" in request.GET, "may_void": rights.allows("dossier.head", actor.role), "may_accept": rights.allows("dossier.accept", actor.role), "lookup": services.lookup_code(actor.ward_id, token)}  # fmt: skip
    return render(request, "counter/taken.html", facts)


@require_safe
@may("dossier.see")
def receipt(request: HttpRequest, token: str, suffix: str) -> HttpResponse:
    """The receipt as it was printed, as a file or a picture; with ?lai=1 once more, marked as a reprint."""
    if suffix not in ("pdf", "png"):
        raise Missing
    asked, now = ward_request(request), clock.now()
    page = queries.taken(asked.actor.ward_id, token)
    site = settings.SITE or request.build_absolute_uri("/").rstrip("/")
    lookup = services.lookup_code(asked.actor.ward_id, token)
    paper = papers.receipt(page, lookup=lookup, site=site, by=asked.actor.person_id, at=now)
    if not paper.facts:  # taken away when the keeping period was over
        raise Missing
    name, is_void = f"giay-tiep-nhan-{page.dossier.code}.{suffix}", page.dossier.state == "voided"
    if is_void or "lai" in request.GET:
        data = papers.printed_again(paper, at=now, kind="pdf" if suffix == "pdf" else "png", is_void=is_void)
    elif suffix == "pdf":
        return send_file(
            documents.path_of(paper.file).open("rb"), name=name, kind="application/pdf", inline=True
        )
    else:
        data = page_png(documents.path_of(paper.file), 1, width=1240)
    return send_made(data, name=name, inline=True)


@require_safe
@may("dossier.see")
def paper(request: HttpRequest, code: str, nth: int) -> HttpResponse:
    """The paper of something that happened to a dossier, to look at and to print; made now where nobody has opened it."""
    asked = ward_request(request)
    try:
        dossier = for_paper(asked.actor.ward_id, code)
    except Missing:
        return HttpResponseRedirect(paper_address(renamed(asked.actor.ward_id, code).code, nth))
    made = _paper(asked, dossier, nth)
    file = documents.path_of(made.paper.file)
    facts = {
        "dossier": dossier, "paper": made.paper, "name": NAMES[made.paper.form], "is_fresh": made.is_fresh, "address": paper_address(code, nth).rstrip("/"),
        "pages": range(1, page_count(file) + 1), "is_wide": made.paper.form == "06", "others": letters.of_dossier(dossier), "nth": nth,
        "may_word": rights.allows("counter.manage", asked.actor.role),
    }  # fmt: skip
    return render(request, "counter/paper.html", facts)


@dataclass(frozen=True, slots=True)
class _Made:
    """is_fresh: nobody had opened it."""

    paper: Any
    is_fresh: bool


def _paper(request: WardRequest, dossier: Any, nth: int) -> _Made:
    """The nth event's paper. Raises Missing where it has none."""
    actor, now = request.actor, clock.now()
    if not 1 <= nth <= 10_000:
        raise Missing
    site = settings.SITE or request.build_absolute_uri("/").rstrip("/")
    lookup = services.lookup_code(actor.ward_id, dossier.token) if dossier.token else ""
    if whose := [who for who in (dossier.citizen, dossier.brought_by) if who]:
        see(whose, by=actor.person_id, at=now, about=dossier.code)
    there = letters.kept(dossier, nth)
    made = there or letters.of_event(dossier, nth, lookup=lookup, site=site, by=actor.person_id, at=now)
    if not made.facts:  # taken away when the keeping period was over
        raise Missing
    return _Made(made, there is None)


@require_safe
@may("dossier.see")
def paper_file(request: HttpRequest, code: str, nth: int, suffix: str) -> HttpResponse:
    """The same as a file, or one page of it (?to=2) as a picture; with ?lai=1 once more, marked as a reprint."""
    if suffix not in ("pdf", "png"):
        raise Missing
    asked = ward_request(request)
    dossier = for_paper(asked.actor.ward_id, code)
    made = _paper(asked, dossier, nth).paper
    name, is_void = f"{FILES[made.form]}-{dossier.code}.{suffix}", dossier.state == "voided"
    page, file = row_id(request.GET.get("to", "")) or 1, documents.path_of(made.file)
    try:
        undone = money_papers.undone_words(made) if made.form == "09" else ""
        if is_void or undone or "lai" in request.GET:
            data = papers.printed_again(
                made,
                at=clock.now(),
                kind="pdf" if suffix == "pdf" else "png",
                is_void=is_void,
                page=page,
                undone=undone,
            )
        elif suffix == "pdf":
            return send_file(file.open("rb"), name=name, kind="application/pdf", inline=True)
        else:
            data = page_png(file, page, width=1240 if made.form != "06" else 1760)
    except IndexError:
        raise Missing from None
    return send_made(data, name=name, inline=True)


@require_http_methods(["GET", "HEAD", "POST"])
@may("counter.manage")
def wording(request: HttpRequest) -> HttpResponse:
    """The standing sentences of one form (?mau=04, the apology's at first): looked at on paper, saved, ours again."""
    actor = ward_request(request).actor
    which = request.GET.get("mau", "")
    which = which if which in FORMS else "04"
    there, status = queries.sentences(actor.ward_id, which), 200
    start = {"seen": there.revision, "opening": there.opening, "closing": there.closing}
    form, theirs, shown = WordingForm(which, initial=start), None, there
    if request.method == "POST":
        form, what = WordingForm(which, request.POST), request.POST.get("lam", "luu")
        status = 422
        if what == "mac-dinh" or form.is_valid():
            said = (
                {name: form.cleaned_data.get(name, "") for name in ("opening", "closing")}
                if form.is_valid()
                else {}
            )
            shown = replace(there, **said)
            if what == "xem":
                status = 200
            elif (answer := _word(actor, form, which, said, is_usual=what == "mac-dinh")) is None:
                messages.success(
                    request,
                    "Đã lưu. Giấy in từ nay nói như thế; giấy đã in giữ nguyên."
                    if what == "luu"
                    else "Đã trở lại lời văn có sẵn.",
                )
                return see_other(f"{request.path}?mau={which}")
            else:
                status, theirs = answer, queries.sentences(actor.ward_id, which)
                told = request.POST.copy()  # saved again, it is known what was saved meanwhile
                told["seen"] = str(theirs.revision)
                form.data = told
    facts = {
        "form": form, "which": which, "tabs": {one: NAMES[one] for one in FORMS}, "names": names_of(which), "there": there, "theirs": theirs,
        "picture": signing.dumps([which, shown.opening, shown.closing], salt=_SALT, compress=True) if status != 422 else "",
        "is_wide": which == "06", "is_looked_at": request.method == "POST" and status == 200,
    }  # fmt: skip
    return render(request, "counter/wording.html", facts, status=status)


_SALT = "counter.wording"


def _word(
    actor: Actor, form: WordingForm, which: str, said: Mapping[str, str], *, is_usual: bool
) -> int | None:
    """None where it is saved, else the status to answer with."""
    try:
        services.set_wording(
            which, said.get("opening", ""), said.get("closing", ""), seen=form.cleaned_data.get("seen") or 0, ward=actor.ward_id,
            by=actor.person_id, at=clock.now(), is_usual=is_usual,
        )  # fmt: skip
    except Refusal as refusal:
        return put_refusal(form, refusal)
    return None


@require_safe
@may("counter.manage")
def wording_picture(request: HttpRequest) -> HttpResponse:
    """A form with sentences that the page above has checked, of an invented dossier."""
    try:
        which, opening, closing = signing.loads(request.GET.get("chu", ""), salt=_SALT)
    except signing.BadSignature:
        raise Missing from None
    data = letters.picture_of(
        which, queries.Sentences(opening, closing), ward=ward_request(request).actor.ward_id
    )
    response = HttpResponse(data, content_type="image/png")
    response["Cache-Control"] = "private, max-age=600"
    return response


@require_safe
@may("dossier.see")
def book_file(request: HttpRequest) -> HttpResponse:
    """A page of the register for the printer."""
    actor = ward_request(request).actor
    year, page = _page_of_book(request)
    data = papers.book_page(actor.ward_id, year, number=page, at=clock.now())
    return send_made(data, name=f"so-theo-doi-{year}-to-{page}.pdf")


def _page_of_book(request: HttpRequest) -> tuple[int, int]:
    year = row_id(request.GET.get("nam", "")) or clock.today().year
    page = row_id(request.GET.get("trang", "")) or 1
    if not 2000 <= year <= 2200 or not 1 <= page <= 50_000:
        raise Missing
    return year, page


@require_POST
@may("dossier.head")
def void(request: HttpRequest, token: str) -> HttpResponse:
    """A number that was given by mistake."""
    actor = ward_request(request).actor
    page = queries.taken(actor.ward_id, token)
    told = Told(word=request.POST.get("word", "")[:1000])
    move(page.dossier, "void", told, by=Mover.of(actor), at=clock.now())
    messages.success(request, f"Đã hủy số {page.dossier.code}. Số vẫn nằm trong sổ, kèm lý do.")
    if paid := page.dossier.fee.paid:
        words = 'Còn giữ {} đã thu của hồ sơ này: <a href="{}">hoàn lại hoặc hủy biên lai</a>.'
        messages.warning(request, format_html(words, dong(paid), money_address(page.dossier.code)))
    return see_other(reverse("counter:taken", args=[token]))


@require_safe
@may("dossier.see")
def book(request: HttpRequest) -> HttpResponse:
    """The year's register, twenty lines a page."""
    actor = ward_request(request).actor
    year, page = _page_of_book(request)
    rows = queries.book(actor.ward_id, year, page=page)
    return render(
        request, "counter/book.html", {"rows": rows, "year": year, "number": page, "more": len(rows) == 20}
    )
