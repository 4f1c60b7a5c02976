"""What the coordinator does with the catalogue: a version, the ward's time, slips put right, checked, ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from caicach.core import clock
from caicach.core.fields import new_token
from caicach.core.http import may, put_refusal, see_other, ward_request
from caicach.organisation.queries import choices_of, offices
from caicach.procedures import meanwhile, queries, services, starter, step_rows
from caicach.procedures.forms import (
    CheckForm,
    EndForm,
    MendForm,
    Parts,
    TimeForm,
    VersionForm,
    sent_so_far,
    start_of,
)
from caicach.procedures.models import BESIDE, OWN, Procedure, Version
from caicach.procedures.view_parts import tabs
from caicach.rules.refusal import Refusal


@require_http_methods(["GET", "HEAD", "POST"])
@may("procedure.manage")
def new(request: HttpRequest) -> HttpResponse:
    """A procedure that the ward did not have."""
    return _version(request, None, None)


@require_http_methods(["GET", "HEAD", "POST"])
@may("procedure.manage")
def change(request: HttpRequest, procedure: str) -> HttpResponse:
    """The next version of a procedure, from a day; it begins with what the last one says."""
    there = queries.procedure_for(ward_request(request).actor.ward_id, procedure)
    newest = queries.newest_version(there)
    return _version(request, there, services.entry_of(newest), newest=newest.pk)


def _version(
    request: HttpRequest, there: Procedure | None, entry: services.Entry | None, *, newest: int | None = None
) -> HttpResponse:
    actor, today = ward_request(request).actor, clock.today()
    data = request.POST if request.method == "POST" else None
    if data is not None and step_rows.is_arranging(what := data.get("viec", "")):
        return _arranged(request, there, entry, what)
    start = start_of(entry) if entry else {"at_counter": True, "fee_status": "unknown"}
    start |= {"valid_from": f"{today:%d/%m/%Y}", "token": new_token()}
    choices = choices_of(offices(actor.ward_id, on=today))

    def made_of(sent: Any, start: dict[str, Any], entry: services.Entry | None) -> tuple[VersionForm, Parts]:
        form = VersionForm(sent, initial=start)
        if there is not None:
            del form.fields["code"]
        return form, Parts(sent, entry, choices)

    form, parts = made_of(data, start, entry)
    if data is None:
        form.initial["begun"] = str(meanwhile.begun(form, parts, seen=newest))
    status = 200
    if data is not None:
        status = 422
        fits = [form.is_valid(), parts.is_valid()]
        if fits[0] and not fits[1]:
            form.add_error(
                None, "Có dòng giấy tờ, bước hoặc trường hợp chưa ghi đúng; hãy xem các ô có chữ đỏ."
            )
        if all(fits):
            began = meanwhile.read(form.cleaned_data["begun"])
            if there is not None:
                form.cleaned_data["code"] = there.code
            try:
                made = services.publish(
                    ward=actor.ward_id, decision=form.decision(), valid_from=form.cleaned_data["valid_from"],
                    brings=[form.entry(*parts.read())], by=actor.person_id, at=clock.now(), today=today, only_new=there is None,
                    token=form.cleaned_data["token"], seen=began.seen,
                )  # fmt: skip
            except Refusal as refusal:
                told: dict[str, str] = {}
                if refusal.code == "procedure.changed-meanwhile" and there is not None:
                    version = queries.newest_version(there)
                    entry = services.entry_of(version)
                    start |= start_of(entry)
                    fresh, rows = made_of(None, start, entry)
                    now = meanwhile.begun(fresh, rows, seen=version.pk)
                    again, told = meanwhile.merged(request.POST, fresh, rows, began, now)
                    form, parts = made_of(again, start, entry)
                    parts.is_valid()
                place = {"since": "valid_from"}.get(refusal.place or "", refusal.place)
                status = put_refusal(form, Refusal(refusal.code, place, **refusal.facts))
                _tell(form, told)
            else:
                messages.success(request, f"Đã ghi. Áp dụng từ {made[0].valid_from:%d/%m/%Y}.")
                return see_other(f"{made[0].procedure.address}?tu={made[0].valid_from:%d-%m-%Y}")
    facts = {"form": form, "parts": parts, "procedure": there, "entry": entry}
    return render(request, "procedures/version.html", facts, status=status)


def _arranged(request: HttpRequest, there: Procedure | None, entry: services.Entry | None, what: str) -> HttpResponse:  # fmt: skip
    """The form as it was sent, its steps arranged; nothing is saved."""
    start, rows = sent_so_far(request.POST, what)
    form = VersionForm(initial=start)
    if there is not None:
        del form.fields["code"]
    choices = choices_of(offices(ward_request(request).actor.ward_id, on=clock.today()))
    facts = {"form": form, "parts": Parts(None, None, choices, rows), "procedure": there, "entry": entry}
    return render(request, "procedures/version.html", facts)


def _tell(form: forms.Form, told: dict[str, str]) -> None:
    """What somebody else wrote, at the fields where the sender wrote otherwise."""
    for name, words in told.items():
        form.add_error(name or None, words)


@require_POST
@may("procedure.manage")
def suggested(request: HttpRequest) -> HttpResponse:
    """The common procedures, those that the ward does not have yet, to be looked at one by one."""
    actor, today = ward_request(request).actor, clock.today()
    count = services.add_suggested(
        actor.ward_id, starter.entries(), by=actor.person_id, at=clock.now(), today=today
    )
    messages.success(
        request, f"Đã thêm {count} thủ tục. Hãy đối chiếu từng thủ tục với quyết định công bố của tỉnh."
    )
    return see_other(f"{reverse('procedures:catalogue')}?nhom=chua-doi-chieu")


@require_http_methods(["GET", "HEAD", "POST"])
@may("procedure.manage")
def time(request: HttpRequest, procedure: str) -> HttpResponse:
    """The ward's own time from a day on."""

    def save(there: Procedure, form: TimeForm, by: int) -> str:
        data = form.cleaned_data
        made = services.set_ward_time(
            there, form.own(), since=data["since"], document=data["document"], by=by, at=clock.now(), today=clock.today(),
            seen=data["seen"],
        )  # fmt: skip
        return (
            f"Đã ghi. Thời hạn mới áp dụng từ {made.valid_from:%d/%m/%Y}." if made else "Thời hạn vẫn như cũ."
        )

    def start() -> dict[str, Any]:
        version = queries.newest_version(_own(request, procedure))
        own = version.own
        return {
            "own_unit": own.unit if own else "", "own_amount": (own.amount or None) if own else None,
            "since": f"{queries.next_day(version, clock.today()):%d/%m/%Y}", "seen": version.pk,
        }  # fmt: skip

    return _small(request, procedure, TimeForm, start, "Thời hạn của phường", "Ghi thời hạn", save)


@require_http_methods(["GET", "HEAD", "POST"])
@may("procedure.manage")
def mend(request: HttpRequest, procedure: str) -> HttpResponse:
    """Slips in the words of a version; what it promises and costs stays."""

    def shown() -> Version:
        ward = ward_request(request).actor.ward_id
        return queries.procedure_page(ward, procedure, today=clock.today(), with_story=False).version

    version = shown()

    def save(there: Procedure, form: MendForm, by: int) -> str:
        data = form.cleaned_data
        began = meanwhile.read(data["begun"]).said
        with transaction.atomic():
            changed = services.mend(
                version, data, word=data["word"], by=by, at=clock.now(), base=began or None
            )
            if data.get("code"):
                services.give_code(there, data["code"], by=by, at=clock.now())
                changed = True
        return "Đã sửa." if changed else "Không có gì đổi."

    def start() -> dict[str, Any]:
        now = shown()
        return {name: getattr(now, name) for name in services.MENDABLE}

    return _small(
        request, procedure, MendForm, start, "Sửa chữ", "Lưu chỗ sửa", save, provisional=procedure.startswith("TAM-")
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@may("procedure.manage")
def check(request: HttpRequest, procedure: str) -> HttpResponse:
    """The version in force has been held against the decision."""
    there = _own(request, procedure)
    version = queries.procedure_page(there.ward_id, procedure, today=clock.today(), with_story=False).version

    def save(_: Procedure, form: CheckForm, by: int) -> str:
        services.check(version, against=form.cleaned_data["against"], by=by, at=clock.now())
        return "Đã ghi là đã đối chiếu."

    return _small(request, procedure, CheckForm, dict, "Đối chiếu", "Đã đối chiếu", save)


@require_http_methods(["GET", "HEAD", "POST"])
@may("procedure.manage")
def end(request: HttpRequest, procedure: str) -> HttpResponse:
    """The procedure is no more from a day."""

    def save(there: Procedure, form: EndForm, by: int) -> str:
        since = form.cleaned_data["valid_from"]
        services.end(there, since=since, decision=form.decision(), by=by, at=clock.now(), today=clock.today())
        return f"Đã ghi. Hết áp dụng từ {since:%d/%m/%Y}."

    return _small(request, procedure, EndForm, dict, "Cho hết áp dụng", "Cho hết áp dụng", save)


@require_http_methods(["GET", "HEAD", "POST"])
@may("procedure.manage")
def kept(request: HttpRequest) -> HttpResponse:
    """Which procedures' dossiers this programme keeps; the others the province's system does."""
    ward, today = ward_request(request).actor.ward_id, clock.today()
    if request.method == "POST":
        # only what this sender changed: somebody else may have changed others meanwhile
        ticked, was = set(request.POST.getlist("own")), set(request.POST.getlist("was"))
        told = dict.fromkeys(ticked - was, OWN) | dict.fromkeys(was - ticked, BESIDE)
        by = ward_request(request).actor.person_id
        changed = services.keep_at(ward, told, by=by, at=clock.now(), today=today)
        here = sum(told[one.code] == OWN for one in changed)
        said = [f"{n} thủ tục {where}" for n, where in ((here, "giữ hồ sơ ở đây"), (len(changed) - here, "để ở hệ thống của tỉnh")) if n]  # fmt: skip
        messages.success(request, f"Đã ghi: {', '.join(said)}." if said else "Không có gì thay đổi.")
        return see_other(request.path)
    return render(request, "procedures/kept.html", {"fields": queries.kept(ward, today=today), **tabs(request, "thu-tuc")})  # fmt: skip


def _own(request: HttpRequest, procedure: str) -> Procedure:
    return queries.procedure_for(ward_request(request).actor.ward_id, procedure)


def _small(request: HttpRequest, procedure: str, kind: Any, start: Callable[[], dict[str, Any]], title: str, word: str, save: Any, **more: Any) -> HttpResponse:  # fmt: skip
    """A page of one small form about a procedure. start: what it begins with, as things stand then."""
    actor, there = ward_request(request).actor, _own(request, procedure)
    form = kind(request.POST if request.method == "POST" else None, initial=start(), **more)
    if "begun" in form.fields and request.method != "POST":
        form.initial["begun"] = str(meanwhile.begun(form))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                said = save(there, form, actor.person_id)
            except Refusal as refusal:
                told: dict[str, str] = {}
                if refusal.code == "procedure.changed-meanwhile":
                    fresh = kind(None, initial=start(), **more)
                    began = meanwhile.read(form.cleaned_data.get("begun", ""))
                    again, told = meanwhile.merged(request.POST, fresh, None, began, meanwhile.begun(fresh))
                    again["seen"] = str(fresh.initial.get("seen", ""))
                    form = kind(again, initial=fresh.initial, **more)
                    own = fresh.initial.keys() - {"seen", "since"}  # a day is proposed, not saved
                    told = {name: words for name, words in told.items() if name in own}
                place = refusal.place if refusal.place in form.fields else {"since": "valid_from"}.get(refusal.place or "")  # fmt: skip
                status = put_refusal(form, Refusal(refusal.code, place, **refusal.facts))
                _tell(form, told)
            else:
                there.refresh_from_db()
                messages.success(request, said)
                return see_other(there.address)
    version = queries.newest_version(there)
    facts = {"form": form, "procedure": there, "version": version, "title": title, "word": word}
    return render(request, "procedures/small.html", facts, status=status)
