"""Signing in and out, and a person's own page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, login, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caicach.accounts import first_start, passkeys, provider, queries, second, services, sessions
from caicach.accounts.forms import CodeForm, FirstPasswordForm, PasswordForm, SignInForm
from caicach.accounts.models import Person
from caicach.core import clock, origin
from caicach.core.http import Missing, may, put_refusal, row_id, see_other, ward_request
from caicach.organisation.queries import wards as all_wards
from caicach.rules import rights
from caicach.rules.refusal import Refusal
from caicach.rules.sign_in import PASSWORD


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@may(rights.PUBLIC)
def sign_in(request: HttpRequest) -> HttpResponse:
    """Name and password; afterwards the page that was asked for."""
    wanted = wanted_of(request)
    form = SignInForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                person = services.check(
                    data["user_name"], data["password"], at=clock.now(), address=address_of(request)
                )
            except Refusal as refusal:
                status = put_refusal(form, refusal)
            else:
                if _is_another(request, person):
                    wanted = wanted.partition("?")[0]
                return see_other(enter(request, person, ways=[PASSWORD], wanted=wanted))
    elif first_start.is_open():  # nobody can sign in yet: the first administrator is made there
        return see_other(reverse("desk:start"))
    locked = request.session.get("locked") if "khac" not in request.GET else None
    if locked and request.method != "POST":
        form.initial["user_name"] = locked["user_name"]
        form.fields["user_name"].widget.attrs.pop("autofocus", None)
        form.fields["password"].widget.attrs["autofocus"] = True
    facts = {
        "form": form,
        "wanted": wanted,
        "locked": locked,
        "has_keys": door_of(request) is not None,
        "provider": settings.OIDC_NAME if provider.is_on() else "",
        "still_there": provider.is_on() and "provider_out" in request.session,
    }
    return render(request, "accounts/sign_in.html", facts, status=status)


def _is_another(request: HttpRequest, person: Person) -> bool:
    """Whether somebody else locked this computer: what the address says beside the page is about their work."""
    locked = request.session.get("locked")
    return locked is not None and locked["user_name"] != person.user_name


def door_of(request: HttpRequest) -> passkeys.Door | None:
    """Where keys open for this request; None where they cannot be used."""
    known = {host for host in settings.ALLOWED_HOSTS if not host.startswith(("*", "."))}
    if settings.SITE:
        known.add(urlsplit(settings.SITE).hostname or "")
    return passkeys.door_of(request.get_host(), is_secure=request.is_secure(), known=known)


def wanted_of(request: HttpRequest) -> str:
    """The page to go to after signing in: of this site only."""
    wanted = request.POST.get("tiep") or request.GET.get("tiep") or ""
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else resolve_url("desk:home")


def enter(
    request: HttpRequest, person: Person, *, ways: list[str], wanted: str, is_strong: bool = False
) -> str:
    """Whoever has proved to be the person comes in, or is asked for a code first; the address to go to next.

    is_strong: two things were proved, so that no code is asked for. Raises Refusal account.no-post.
    """
    if not is_strong and second.is_on(person.pk):
        _stand_between(request, person, ways, wanted)
        return reverse("accounts:second-step")
    last = person.last_login
    services.let_in(person, ways=ways, at=clock.now(), address=address_of(request))
    services.forget_session(request.session.session_key)
    login(request, person)
    request.session["strong"], request.session["ways"] = is_strong, ways
    _open_the_only_ward(request, person)
    for words in services.heard_since(person, last):
        messages.info(request, words)
    return wanted


def _open_the_only_ward(request: HttpRequest, person: Person) -> None:
    """Who stands above the wards has nothing to choose where there is one: setting up goes on where it stood."""
    actor = queries.actor_of(person.pk, on=clock.today())
    if actor and actor.role in rights.SERVER_ROLES and len(wards := all_wards()) == 1:
        request.session["ward"] = wards[0].id


def _stand_between(request: HttpRequest, person: Person, ways: list[str], wanted: str) -> None:
    """Half signed in: the session knows who is awaited for a few minutes, and opens nothing, also not what it did before."""
    if SESSION_KEY in request.session:
        services.forget_session(request.session.session_key)
        logout(request)
    request.session.cycle_key()
    request.session["half"] = {
        "person": person.pk,
        "ways": ways,
        "wanted": wanted,
        "at": clock.machine().timestamp(),
        "proof": person.get_session_auth_hash(),
        "ended": person.ended,
    }


def _awaited(request: HttpRequest) -> tuple[Person, dict[str, Any]]:
    """Who is half signed in. Raises Refusal second.stale: nobody, too long ago, or the password was changed or all
    sessions were ended since."""
    half = request.session.get("half")
    if half and 0 <= clock.machine().timestamp() - half["at"] <= settings.HALF_SIGNED_IN_MINUTES * 60:
        person = Person.objects.filter(pk=half["person"], is_active=True).first()
        is_same = person and constant_time_compare(person.get_session_auth_hash(), half["proof"])
        if person and is_same and person.ended == half.get("ended"):
            return person, half
    request.session.pop("half", None)
    raise Refusal("second.stale")


@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@may(rights.PUBLIC)
def second_step(request: HttpRequest) -> HttpResponse:
    """After the password: a code from the phone, or a recovery code."""
    try:
        person, half = _awaited(request)
    except Refusal as refusal:
        return back_to_door(request, refusal)
    is_recovery = "du-phong" in request.GET
    form = CodeForm(request.POST or None, is_recovery=is_recovery)
    form.fields["code"].widget.attrs["autofocus"] = True
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                way = second.prove(
                    person,
                    form.cleaned_data["code"],
                    at=clock.now(),
                    moment=clock.machine(),
                    address=address_of(request),
                )
                del request.session["half"]
                return see_other(
                    enter(request, person, ways=[*half["ways"], way], wanted=half["wanted"], is_strong=True)
                )
            except Refusal as refusal:
                if refusal.code == "second.stale":
                    return back_to_door(request, refusal)
                status = put_refusal(form, refusal)
    return render(
        request, "accounts/second_step.html", {"form": form, "is_recovery": is_recovery}, status=status
    )


def back_to_door(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """To the sign-in page, which says why."""
    messages.error(request, str(refusal))
    return see_other(reverse("accounts:sign-in"))


def address_of(request: HttpRequest) -> str | None:
    """Where the request came from."""
    return origin.address_of(request)


@require_POST
@may(rights.PUBLIC)
def sign_out(request: HttpRequest) -> HttpResponse:
    """The session ends on the server too."""
    services.forget_session(request.session.session_key)
    token = request.session.get("provider_token")
    logout(request)
    if token is not None and provider.is_on():
        request.session["provider_out"] = token
    response = see_other(resolve_url("accounts:sign-in"))
    response["Clear-Site-Data"] = '"cache"'  # the pages behind the back button go with the person
    return response


@require_POST
@may("own.see")
def lock(request: HttpRequest) -> HttpResponse:
    """Whoever sits here goes for a moment: signed out as ever, but the door knows who was here and where. Somebody else may come in
    by it too."""
    person = own_person(request)
    wanted = wanted_of(request)
    services.forget_session(request.session.session_key)
    logout(request)
    request.session["locked"] = {"user_name": person.user_name, "name": person.full_name}
    response = see_other(f"{resolve_url('accounts:sign-in')}?{urlencode({'tiep': wanted})}")
    response["Clear-Site-Data"] = '"cache"'  # the pages behind the back button go with the person
    return response


@never_cache
@require_safe
@may("own.see")
def own(request: HttpRequest) -> HttpResponse:
    """My account: posts to wear, password, where I am signed in, when I signed in."""
    person = own_person(request)
    return render(
        request,
        "accounts/own.html",
        {
            "person": person,
            "posts": queries.posts_to_wear(person.pk, on=clock.today()),
            "sessions": queries.open_sessions(person.pk, this=request.session.session_key),
            "sign_ins": queries.sign_ins(person.pk),
            "ways": queries.ways_of(person.pk),
            "provider": settings.OIDC_NAME if provider.is_on() else "",
        },
    )


@sensitive_post_parameters("old", "new", "again")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@may("own.see")
def password(request: HttpRequest) -> HttpResponse:
    """My new password; a first one is changed here before anything else."""
    person = own_person(request)
    is_first = person.first_password_at is not None
    form = (FirstPasswordForm if is_first else PasswordForm)(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            before = request.session.session_key or ""
            try:
                services.change_password(
                    person,
                    old=None if is_first else form.cleaned_data["old"],
                    new=form.cleaned_data["new"],
                    key=before,
                    at=clock.now(),
                    address=address_of(request),
                )
            except Refusal as refusal:
                status = put_refusal(form, refusal)
            else:
                update_session_auth_hash(request, person)
                sessions.remember(request, person.pk, instead_of=before)
                messages.success(
                    request,
                    f"Chào {person.full_name}. Mật khẩu mới đã lưu, phiếu không dùng nữa."
                    if is_first
                    else "Đã đổi mật khẩu. Những nơi khác đang đăng nhập đã được đăng xuất.",
                )
                return see_other("/" if is_first else reverse("accounts:own"))
    return render(
        request,
        "accounts/password.html",
        {"form": form, "is_first": is_first, "person": person},
        status=status,
    )


@require_POST
@may("own.see")
def end_session(request: HttpRequest) -> HttpResponse:
    """End one of my sessions, or all but this one."""
    person = own_person(request)
    if request.POST.get("phien") == "khac":
        count = services.end_sessions(person.pk, but=request.session.session_key)
        messages.success(request, f"Đã đăng xuất {count} nơi khác.")
        return see_other(reverse("accounts:own"))
    only = row_id(request.POST.get("phien", ""))
    if only is None or not services.end_sessions(person.pk, only=only):
        raise Missing
    messages.success(request, "Đã đăng xuất nơi ấy.")
    return see_other(reverse("accounts:own"))


@require_POST
@may("own.see")
def wear(request: HttpRequest) -> HttpResponse:
    """Put on another of my posts, or that of somebody for whom I stand in."""
    person = own_person(request)
    chosen = row_id(request.POST.get("chuc_vu", ""))
    if all(post.pk != chosen for post in queries.posts_to_wear(person.pk, on=clock.today())):
        raise Missing
    request.session["worn"] = chosen
    return see_other("/")


def own_person(request: HttpRequest) -> Person:
    user = ward_request(request).user
    assert isinstance(user, Person)
    return user
