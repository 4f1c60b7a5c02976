"""The administrator's pages: people, their posts, slips with first passwords; absences, also for heads."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from caicach.accounts import links, people, queries, services
from caicach.accounts.forms import AbsenceForm, DayForm, NewPersonForm, PersonForm, PostForm, office_of
from caicach.accounts.models import Person, Post
from caicach.core import clock
from caicach.core.http import Missing, may, put_refusal, row_id, see_other, send_list, ward_request
from caicach.organisation import services as organisation
from caicach.organisation.queries import offices
from caicach.organisation.services import Office
from caicach.rules import rights
from caicach.rules.refusal import Refusal
from caicach.writing.lists import Column, Group, Listing, Table


@require_safe
@may("people.manage")
def people_list(request: HttpRequest) -> HttpResponse:
    """The ward's people, by name, words without accents, by office; those who left apart."""
    ward = ward_request(request).actor.ward_id
    text, gone = request.GET.get("tim", "")[:100], request.GET.get("da_nghi") == "1"
    office = row_id(request.GET.get("don_vi", ""))
    page = queries.people_page(
        ward,
        on=clock.today(),
        text=text,
        office=office,
        gone=gone,
        page=row_id(request.GET.get("trang", "")) or 1,
    )
    kept = {k: v for k, v in (("tim", text), ("don_vi", office or ""), ("da_nghi", "1" if gone else "")) if v}

    return render(
        request,
        "accounts/people.html",
        {
            "page": page,
            "text": text,
            "gone": gone,
            "office": office,
            "offices": [(o.id, o.short) for o in offices(ward, on=clock.today()) if not o.is_group],
            "pages": _pages(page, kept),
        },
    )


_COLUMNS = (
    Column("Họ và tên", 52),
    Column("Chức danh", 48),
    Column("Đơn vị", 52),
    Column("Vai", 34),
    Column("Thư điện tử", 56),
    Column("Điện thoại", 30),
    Column("Tên đăng nhập", 34),
)


@require_safe
@may("people.manage")
def list_file(request: HttpRequest, suffix: str) -> HttpResponse:
    """The people as they are filtered, a row for each post; the import reads it again."""
    actor, today = ward_request(request).actor, clock.today()
    text, gone = request.GET.get("tim", "")[:100], request.GET.get("da_nghi") == "1"
    page = queries.people_page(
        actor.ward_id, on=today, text=text, office=row_id(request.GET.get("don_vi", "")), gone=gone, size=100_000
    )  # fmt: skip
    rows = tuple(
        (
            row.person.full_name,
            post.title if post else "",
            post.office.name if post and post.office else "",
            post.get_role_display() if post else "",
            row.person.email,
            row.person.phone,
            row.person.user_name,
        )
        for row in page.rows
        for post in (row.posts or (None,))
    )
    about = (f"{page.total} người{' đã thôi việc' if gone else ''}, đến ngày {today:%d/%m/%Y}",)
    listing = Listing(
        actor.ward_name, "Danh sách người dùng", about, (Table("Người", _COLUMNS, (Group("", rows),)),)
    )
    return send_list(listing, suffix, "nguoi dung", today=today)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@may("people.manage")
def add(request: HttpRequest) -> HttpResponse:
    """A new person with a post; the slip with the first password comes next."""
    actor = ward_request(request).actor
    choices = office_choices(actor.ward_id)
    form = NewPersonForm(request.POST or None, offices=choices)
    by_letter = links.is_on() and request.POST.get("cach") == "thu"
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            nonce = secrets.token_urlsafe(16)
            try:
                typed = data["user_name"] or people.propose_user_name(
                    data["full_name"], services.taken_names()
                )
                name = people.user_name_from(typed)
                if by_letter and not data["email"]:
                    raise Refusal("link.no-address", "email")
                person = people.admit(
                    ward=ward_of(actor.ward_id),
                    user_name=name,
                    full_name=data["full_name"],
                    role=data["role"],
                    office=chosen_office(actor.ward_id, data["office"]),
                    title=data["title"],
                    since=data["since"] or clock.today(),
                    email=data["email"],
                    phone=data["phone"],
                    password_hash=make_password(None if by_letter else services.first_password(nonce, name)),
                    by=actor.person_id,
                    at=clock.now(),
                )
            except Refusal as refusal:
                status = put_refusal(form, refusal)
            else:
                if not by_letter:
                    return to_slips(request, nonce, [person.pk], back=_address(person))
                links.invite(person, ward=actor.ward_id, by=actor.person_id, at=clock.now())
                messages.success(request, f"Đã thêm {person.full_name} và gửi thư mời tới {person.email}.")
                return see_other(_address(person))
    return render(
        request,
        "accounts/person_add.html",
        {"form": form, "sends_letters": links.is_on(), "by_letter": by_letter},
        status=status,
    )


@never_cache
@require_safe
@may("people.manage")
def person(request: HttpRequest, handle: str) -> HttpResponse:
    """A person: who, which posts when, absences, password, leaving, what happened."""
    return _page(request, _person(request, handle))


@require_POST
@may("people.manage")
def edit(request: HttpRequest, handle: str) -> HttpResponse:
    """Name, user name, ways to reach."""
    who, actor = _person(request, handle), ward_request(request).actor
    form = PersonForm(request.POST, auto_id="sua_%s")
    return _do(
        request,
        who,
        form,
        "edit_form",
        lambda: people.edit(who, ward=actor.ward_id, by=actor.person_id, at=clock.now(), **form.cleaned_data),
        "Đã lưu.",
    )


@require_POST
@may("people.manage")
def give_post(request: HttpRequest, handle: str) -> HttpResponse:
    """One more post."""
    who, actor = _person(request, handle), ward_request(request).actor
    form = PostForm(request.POST, offices=office_choices(actor.ward_id), auto_id="giao_%s")

    def give() -> None:
        people.give_post(
            who, ward=actor.ward_id, **_post(actor.ward_id, form), by=actor.person_id, at=clock.now(),
            today=clock.today(),
        )  # fmt: skip

    return _do(request, who, form, "give_form", give, "Đã giao thêm chức vụ.")


@require_POST
@may("people.manage")
def change_post(request: HttpRequest, handle: str) -> HttpResponse:
    """From a day on the post is another one."""
    who, actor = _person(request, handle), ward_request(request).actor
    post = _post_of(request, who)
    form = PostForm(request.POST, offices=office_choices(actor.ward_id, post), auto_id=f"doi{post.pk}_%s")

    def change() -> None:
        people.change_post(
            post, **_post(actor.ward_id, form), by=actor.person_id, at=clock.now(), today=clock.today()
        )

    return _do(request, who, form, "change_form", change, "Đã đổi chức vụ.", post=post.pk)


@require_POST
@may("people.manage")
def end_post(request: HttpRequest, handle: str) -> HttpResponse:
    """The post is no longer held from a day on."""
    who, actor = _person(request, handle), ward_request(request).actor
    post = _post_of(request, who)
    form = DayForm(request.POST, auto_id=f"thoi{post.pk}_%s")
    return _do(
        request,
        who,
        form,
        "end_form",
        lambda: people.end_post(
            post, since=form.cleaned_data["since"], by=actor.person_id, at=clock.now(), today=clock.today()
        ),
        "Đã ghi ngày thôi chức vụ.",
        post=post.pk,
    )


@require_POST
@may("people.manage")
def leave(request: HttpRequest, handle: str) -> HttpResponse:
    """All posts of the ward end; signing in stops."""
    who, actor = _person(request, handle), ward_request(request).actor
    form = DayForm(request.POST, auto_id="nghi_%s")
    return _do(
        request,
        who,
        form,
        "leave_form",
        lambda: people.leave(
            who,
            ward=actor.ward_id,
            since=form.cleaned_data["since"],
            by=actor.person_id,
            at=clock.now(),
            today=clock.today(),
        ),
        "Đã ghi thôi việc. Những gì người này đã làm vẫn còn nguyên.",
    )


@require_POST
@may("people.manage")
def new_password(request: HttpRequest, handle: str) -> HttpResponse:
    """A slip with a new first password."""
    who, actor = _person(request, handle), ward_request(request).actor
    nonce = secrets.token_urlsafe(16)
    people.new_password(
        who,
        ward=actor.ward_id,
        hashed=make_password(services.first_password(nonce, who.user_name)),
        by=actor.person_id,
        at=clock.now(),
    )
    return to_slips(request, nonce, [who.pk], back=_address(who))


@never_cache
@require_GET
@may("people.import")
def slips(request: HttpRequest) -> HttpResponse:
    """The slips of what was just made, once: the next look finds nothing."""
    kept = request.session.pop("slips", None)
    if not kept:
        return render(request, "accounts/slips_gone.html", {"back": reverse("accounts:people")})
    people_rows = sorted(
        Person.objects.filter(pk__in=kept["people"]), key=lambda one: queries.given_name(one.full_name)
    )
    made = [(one, services.first_password(kept["nonce"], one.user_name)) for one in people_rows]
    return render(
        request,
        "accounts/slips.html",
        {
            "slips": made,
            "back": kept["back"],
            "soon": kept.get("soon", False),
            "site": request.build_absolute_uri("/"),
            "ward": ward_request(request).actor.ward_name,
            "made_at": clock.now(),
            "days": settings.FIRST_PASSWORD_DAYS,
        },
    )


@never_cache
@require_safe
@may("people.manage")
def sign_ins(request: HttpRequest) -> HttpResponse:
    """The record of the ward's sign-ins: who, how, from where; what went wrong."""
    handle, is_wrong = request.GET.get("nguoi", "")[:16], request.GET.get("sai") == "1"
    page = queries.ward_sign_ins(
        ward_request(request).actor.ward_id,
        on=clock.today(),
        handle=handle,
        is_wrong=is_wrong,
        page=row_id(request.GET.get("trang", "")) or 1,
    )
    kept = {k: v for k, v in (("nguoi", handle), ("sai", "1" if is_wrong else "")) if v}
    return render(
        request,
        "accounts/sign_ins.html",
        {"page": page, "handle": handle, "is_wrong": is_wrong, "pages": _pages(page, kept)},
    )


@require_POST
@may("people.manage")
def sign_out(request: HttpRequest, handle: str) -> HttpResponse:
    """End every session of a person."""
    who, actor = _person(request, handle), ward_request(request).actor
    count = people.sign_out(who, ward=actor.ward_id, by=actor.person_id, at=clock.now())
    messages.success(request, f"Đã đăng xuất {who.full_name} ở {count} nơi.")
    return see_other(_address(who))


@require_POST
@may("people.manage")
def reset_ways(request: HttpRequest, handle: str) -> HttpResponse:
    """Take away a person's ways to sign in but the password."""
    who, actor = _person(request, handle), ward_request(request).actor
    people.reset_ways(who, ward=actor.ward_id, by=actor.person_id, at=clock.now())
    messages.success(request, f"Đã đặt lại. {who.full_name} chỉ còn đăng nhập bằng mật khẩu.")
    return see_other(_address(who))


def to_slips(
    request: HttpRequest, nonce: str, made: list[int], *, back: str, soon: bool = False
) -> HttpResponse:
    """To the page that prints the slips. The session keeps what the passwords follow from, never a password.

    soon: the worker is still making them usable.
    """
    request.session["slips"] = {"nonce": nonce, "people": made, "back": back, "soon": soon}
    return see_other(reverse("accounts:slips"))


# --- absence --------------------------------------------------------------------------------------------------


@require_safe
@may("absence.manage")
def absence_list(request: HttpRequest) -> HttpResponse:
    """Who is away or will be, and who may be sent away by whom asks."""
    return _absence_page(request)


@require_POST
@may("absence.manage")
def away(request: HttpRequest, handle: str) -> HttpResponse:
    """A person is away from a day to a day; somebody stands in."""
    who, actor = _person(request, handle), ward_request(request).actor
    _check_may_send_away(request, who)
    form = AbsenceForm(request.POST, people=_deputies(request, who), auto_id="vang_%s")
    status = 422
    if form.is_valid():
        data = form.cleaned_data
        deputy = Person.objects.filter(pk=data["deputy"]).first() if data["deputy"] else None
        try:
            people.away(
                who, ward=actor.ward_id, deputy=deputy, since=data["since"], until=data["until"],
                word=data["word"], by=actor.person_id, at=clock.now(), today=clock.today(),
            )  # fmt: skip
        except Refusal as refusal:
            status = put_refusal(form, refusal)
        else:
            messages.success(request, f"Đã ghi {who.full_name} vắng.")
            return see_other(reverse("accounts:absences"))
    return _absence_page(request, chosen=who, form=form, status=status)


@require_POST
@may("absence.manage")
def back(request: HttpRequest, handle: str) -> HttpResponse:
    """The person is back."""
    who, actor = _person(request, handle), ward_request(request).actor
    _check_may_send_away(request, who)
    people.back(
        row_id(request.POST.get("lan", "")) or 0,
        person=who,
        ward=actor.ward_id,
        by=actor.person_id,
        at=clock.now(),
        today=clock.today(),
    )
    messages.success(request, f"Đã ghi {who.full_name} có mặt lại.")
    return see_other(reverse("accounts:absences"))


def _absence_page(
    request: HttpRequest, *, chosen: Person | None = None, form: AbsenceForm | None = None, status: int = 200
) -> HttpResponse:
    actor, today = ward_request(request).actor, clock.today()
    is_head = actor.role == rights.HEAD
    rows = queries.people_of(actor.ward_id, on=today, office=actor.office_id if is_head else None)
    allowed: dict[int, str] = {}
    for row in rows:
        allowed.setdefault(row.id, row.name)
    if is_head:
        own = _in_own_post(actor)
        for row in queries.people_of(actor.ward_id, on=today):
            roles = people.MINOR | {rights.HEAD} if row.id == own else people.MINOR
            if row.role not in roles or row.office_id != actor.office_id:
                allowed.pop(row.id, None)
        if own in allowed:
            allowed = {own: f"Tôi, {allowed.pop(own)}", **allowed}
    if chosen is None and (handle := request.GET.get("nguoi")):
        chosen = _person(request, handle[:16])
        _check_may_send_away(request, chosen)
    if chosen is not None and form is None:
        form = AbsenceForm(people=_deputies(request, chosen), auto_id="vang_%s")
    handles = dict(Person.objects.filter(pk__in=allowed).values_list("pk", "handle"))
    found = queries.absences(actor.ward_id, on=today)
    return render(
        request,
        "accounts/absences.html",
        {
            "rows": [(a, handles.get(a.person_id), a.since <= today) for a in found],
            "people": [(handles[pk], name) for pk, name in allowed.items()],
            "chosen": chosen,
            "form": form,
        },
        status=status,
    )


def _check_may_send_away(request: HttpRequest, who: Person) -> None:
    actor = ward_request(request).actor
    if not people.may_send_away(
        who,
        ward=actor.ward_id,
        role=actor.role,
        office=actor.office_id,
        today=clock.today(),
        by=_in_own_post(actor),
    ):
        raise Missing


def _in_own_post(actor: queries.Actor) -> int | None:
    """Who asks, unless they wear another's post."""
    return actor.person_id if actor.holder_id == actor.person_id else None


def _deputies(request: HttpRequest, who: Person) -> list[tuple[int, str]]:
    """Who may stand in for somebody, each with the offices; those of the own office first."""
    ward, today = ward_request(request).actor.ward_id, clock.today()
    names = {one.id: one.short for one in offices(ward)}
    own: set[int] = set()
    found: dict[int, list[queries.PersonFacts]] = {}
    for row in queries.people_of(ward, on=today):
        if row.id == who.pk:
            own |= {row.office_id} if row.office_id else set()
        else:
            found.setdefault(row.id, []).append(row)
    nearest_first = sorted(found.values(), key=lambda rows: all(row.office_id not in own for row in rows))
    return [
        (
            rows[0].id,
            f"{rows[0].name} ({', '.join(dict.fromkeys(names.get(row.office_id or 0) or rights.ROLES[row.role] for row in rows))})",
        )
        for rows in nearest_first
    ]


# --- parts ----------------------------------------------------------------------------------------------------


def ward_of(pk: int) -> organisation.Ward:
    """The ward's row."""
    return organisation.Ward.objects.get(pk=pk)


def office_choices(ward: int, post: Post | None = None) -> list[tuple[int, str]]:
    """The offices of today that somebody can work in; a post's own too, where it has been closed."""
    found = [(o.id, o.name) for o in offices(ward, on=clock.today()) if not o.is_group]
    if post and post.office and all(pk != post.office_id for pk, _ in found):
        found.append((post.office.pk, post.office.name))
    return found


def chosen_office(ward: int, pk: int | None) -> Office | None:
    """The ward's office of this number, which the form has found among its choices."""
    return office_of(Office.objects.filter(ward_id=ward), pk) if pk else None


def _pages(page: queries.PeoplePage | queries.SignInPage, kept: dict[str, Any]) -> dict[str, object]:
    """What the pager shows. kept: the filters that stay in the address."""

    def at(number: int) -> str:
        return "?" + urlencode({**kept, "trang": number})

    return {
        "number": page.page,
        "total": page.pages,
        "before": at(page.page - 1) if page.page > 1 else "",
        "after": at(page.page + 1) if page.page < page.pages else "",
    }


def _person(request: HttpRequest, handle: str) -> Person:
    found = queries.person_in(ward_request(request).actor.ward_id, handle)
    if found is None:
        raise Missing
    return found


def _post_of(request: HttpRequest, who: Person) -> Post:
    pk = row_id(request.POST.get("chuc_vu", "")) or 0
    post = queries.post_in(ward_request(request).actor.ward_id, who, pk)
    if post is None:
        raise Missing
    return post


def _post(ward: int, form: PostForm) -> dict[str, Any]:
    data = form.cleaned_data
    return {
        "role": data["role"],
        "office": chosen_office(ward, data["office"]),
        "title": data["title"],
        "since": data["since"] or clock.today(),
    }


def _address(who: Person) -> str:
    return reverse("accounts:person", args=[who.handle])


def _do(
    request: HttpRequest,
    who: Person,
    form: BaseForm,
    name: str,
    verb: Callable[[], object],
    said: str,
    *,
    post: int = 0,
) -> HttpResponse:
    """Carry out a verb from a form on the person's page; what was refused stands there again with what was typed."""
    status = 422
    if form.is_valid():
        try:
            verb()
        except Refusal as refusal:
            status = put_refusal(form, refusal)
        else:
            messages.success(request, said)
            return see_other(_address(who))
    return _page(request, who, form=(name, form, post), status=status)


def _page(
    request: HttpRequest,
    who: Person,
    *,
    form: tuple[str, BaseForm, int] | None = None,
    status: int = 200,
) -> HttpResponse:
    actor, today = ward_request(request).actor, clock.today()
    page = queries.person_page(actor.ward_id, who, on=today)
    choices = office_choices(actor.ward_id)
    name, bound, at = form or ("", None, 0)
    day = {"since": today}

    def kept(wanted: str, make: Callable[[], BaseForm], post: int = 0) -> BaseForm:
        return bound if bound is not None and (name, at) == (wanted, post) else make()

    rows = []
    for post in page.open_posts:
        facts = {"role": post.role, "office": post.office_id, "title": post.title, **day}
        own = office_choices(actor.ward_id, post) if post.office_id else choices
        change = partial(PostForm, initial=facts, offices=own, auto_id=f"doi{post.pk}_%s")
        end = partial(DayForm, initial=day, auto_id=f"thoi{post.pk}_%s")
        rows.append((post, kept("change_form", change, post.pk), kept("end_form", end, post.pk)))
    who_facts = {key: getattr(page.person, key) for key in ("full_name", "user_name", "email", "phone")}
    return render(
        request,
        "accounts/person.html",
        {
            "page": page,
            "rows": rows,
            "open_form": name,
            "open_post": at,
            "edit_form": kept("edit_form", partial(PersonForm, initial=who_facts, auto_id="sua_%s")),
            "give_form": kept(
                "give_form", partial(PostForm, initial=day, offices=choices, auto_id="giao_%s")
            ),
            "leave_form": kept("leave_form", partial(DayForm, initial=day, auto_id="nghi_%s")),
            "is_self": who.pk == actor.person_id,
            "may_invite": bool(who.email) and links.is_on(),
            "sent_at": links.last_sent(who.pk) if links.is_on() else None,
            "today": today,
        },
        status=status,
    )
