"""The ward's offices, administered: opened, renamed with the past staying true, closed, merged into another."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caicach.core import clock
from caicach.core.http import Missing, may, put_refusal, see_other, ward_request
from caicach.desk import structure as desk_structure
from caicach.desk.forms import UnitCloseForm, UnitForm, UnitMergeForm, UnitNameForm, UnitPlaceForm
from caicach.organisation import structure as offices
from caicach.organisation.queries import office_by_slug, tree
from caicach.organisation.services import Office
from caicach.rules.refusal import Refusal


@require_safe
@may("offices.manage")
def structure(request: HttpRequest) -> HttpResponse:
    """All offices as a tree, the neighbourhoods, and those that are no more."""
    page = desk_structure.structure_page(ward_request(request).actor.ward_id)
    return render(request, "desk/structure.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@may("offices.manage")
def add(request: HttpRequest) -> HttpResponse:
    """A new office or neighbourhood."""
    actor = ward_request(request).actor
    choices = _choices(actor.ward_id)
    form = UnitForm(request.POST or None, offices=[(pk, name) for pk, (name, _) in choices.items()])
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                made = offices.open_office(
                    ward=actor.ward_id, name=data["name"], short=data["short"], kind=data["kind"],
                    parent=_chosen(choices, data["parent"]), aliases=data["aliases"], since=data["since"],
                    by=actor.person_id, at=clock.now(),
                )  # fmt: skip
            except Refusal as refusal:
                status = put_refusal(form, refusal)
            else:
                messages.success(request, f"Đã thêm {made.name}.")
                return see_other(reverse("desk:structure"))
    return render(request, "desk/unit_add.html", {"form": form}, status=status)


@require_safe
@may("offices.manage")
def unit(request: HttpRequest, unit: str) -> HttpResponse:
    """One office: names, people, what it belongs to, how it ends."""
    return _page(request, _unit(request, unit))


@require_POST
@may("offices.manage")
def rename(request: HttpRequest, unit: str) -> HttpResponse:
    """Another name from a day on."""
    office, actor = _unit(request, unit), ward_request(request).actor
    form = UnitNameForm(request.POST, auto_id="ten_%s")
    return _do(
        request, office, form, "name_form",
        lambda: offices.rename(
            office, by=actor.person_id, at=clock.now(), today=clock.today(), **form.cleaned_data
        ),
        "Đã đổi tên. Tên cũ vẫn được nhận ra trong các văn bản.",
    )  # fmt: skip


@require_POST
@may("offices.manage")
def describe(request: HttpRequest, unit: str) -> HttpResponse:
    """What it belongs to, how else it is written."""
    office, actor = _unit(request, unit), ward_request(request).actor
    choices = _choices(actor.ward_id, but=office)
    form = UnitPlaceForm(request.POST, offices=_named(choices), auto_id="sua_%s")
    return _do(
        request, office, form, "place_form",
        lambda: offices.describe(
            office, parent=_chosen(choices, form.cleaned_data["parent"]), aliases=form.cleaned_data["aliases"],
            by=actor.person_id, at=clock.now(),
        ),
        "Đã lưu.",
    )  # fmt: skip


@require_POST
@may("offices.manage")
def close(request: HttpRequest, unit: str) -> HttpResponse:
    """The office is no more."""
    office, actor = _unit(request, unit), ward_request(request).actor
    form = UnitCloseForm(request.POST, auto_id="dong_%s")
    return _do(
        request, office, form, "close_form",
        lambda: desk_structure.close(
            office, since=form.cleaned_data["since"], by=actor.person_id, at=clock.now(), today=clock.today()
        ),
        "Đã ghi giải thể. Những gì đơn vị đã làm vẫn còn nguyên.",
    )  # fmt: skip


@require_POST
@may("offices.manage")
def merge(request: HttpRequest, unit: str) -> HttpResponse:
    """Another office carries on."""
    office, actor = _unit(request, unit), ward_request(request).actor
    choices = _choices(actor.ward_id, but=office)
    form = UnitMergeForm(request.POST, offices=_named(choices), auto_id="nhap_%s")

    def carry_on() -> None:
        into = choices[form.cleaned_data["into"]][1]
        posts, tasks = desk_structure.merge(
            office, into=into, since=form.cleaned_data["since"], by=actor.person_id, at=clock.now(),
            today=clock.today(),
        )  # fmt: skip
        messages.info(request, f"{posts} chức vụ và {tasks} nhiệm vụ đã chuyển sang {into.name}.")

    return _do(request, office, form, "merge_form", carry_on, f"Đã nhập {office.name}.")


def _choices(ward: int, *, but: Office | None = None) -> dict[int, tuple[str, Office]]:
    """The offices of today that are no groups: number → (name, row)."""
    return {
        one.office.pk: (one.office.name, one.office)
        for one in tree(ward)[0]
        if not one.office.is_group and (but is None or one.office.pk != but.pk)
    }


def _named(choices: dict[int, tuple[str, Office]]) -> list[tuple[int, str]]:
    return [(pk, name) for pk, (name, _) in choices.items()]


def _chosen(choices: dict[int, tuple[str, Office]], pk: int | None) -> Office | None:
    return choices[pk][1] if pk else None


def _unit(request: HttpRequest, slug: str) -> Office:
    found = office_by_slug(ward_request(request).actor.ward_id, slug)
    if found is None:
        raise Missing
    return found


def _do(
    request: HttpRequest, office: Office, form: BaseForm, name: str, verb: Callable[[], object], said: str
) -> HttpResponse:
    status = 422
    if form.is_valid():
        try:
            verb()
        except Refusal as refusal:
            status = put_refusal(form, refusal)
        else:
            messages.success(request, said)
            return see_other(reverse("desk:unit", args=[office.slug]))
    return _page(request, office, form=(name, form), status=status)


def _page(
    request: HttpRequest, office: Office, *, form: tuple[str, BaseForm] | None = None, status: int = 200
) -> HttpResponse:
    others = _named(_choices(office.ward_id, but=office))
    day = {"since": clock.today()}
    place = {"parent": office.parent_id, "aliases": office.aliases}
    forms: dict[str, BaseForm] = {
        "name_form": UnitNameForm(
            initial={"name": office.name, "short": office.short_name, **day}, auto_id="ten_%s"
        ),
        "place_form": UnitPlaceForm(initial=place, offices=others, auto_id="sua_%s"),
        "close_form": UnitCloseForm(initial=day, auto_id="dong_%s"),
        "merge_form": UnitMergeForm(initial=day, offices=others, auto_id="nhap_%s"),
    }
    if form:
        forms[form[0]] = form[1]
    context = {
        "office": office,
        "page": desk_structure.unit_page(office),
        "open_form": form[0] if form else "",
        **forms,
    }
    return render(request, "desk/unit.html", context, status=status)
