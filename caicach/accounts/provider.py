"""Signing in through the province's provider (OpenID Connect): authorisation code with PKCE, state and nonce, by Authlib.

An account there opens a person's account here once it is tied: by the person, or by a verified e-mail where the
settings say so. Nobody is created.
"""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from caicach.accounts import services
from caicach.accounts.models import Person, TiedAccount
from caicach.history import services as history
from caicach.rules.refusal import Refusal
from caicach.rules.sign_in import says_two

log = logging.getLogger("caicach.accounts")
_LONGEST_TOKEN = 6000
"""no address could carry a longer one"""
_WRONG = (ValueError, KeyError, TypeError, AttributeError, RuntimeError)
"""what the libraries raise at an answer that no provider should give"""


@dataclass(frozen=True, slots=True)
class Account:
    """Who the provider says came. email: "" unless it says that it was verified; is_strong: two things were proved there.

    token: what it said so with, by which it knows later whose session is to end.
    """

    issuer: str
    subject: str
    email: str
    is_strong: bool
    token: str = field(default="", repr=False, compare=False)


def is_on() -> bool:
    """Whether this installation has a provider, with all that is needed."""
    return bool(settings.OIDC_ISSUER and settings.OIDC_CLIENT_ID and settings.OIDC_CLIENT_SECRET)


def leave(request: HttpRequest, back: str) -> HttpResponse:
    """The answer that sends the browser to the provider; state, nonce and verifier stay in the session.

    back: our address to come back to. Raises Refusal provider.down, provider.wrong.
    """
    app = _app()
    asked = {"acr_values": " ".join(settings.OIDC_ACR)} if settings.OIDC_ACR else {}
    return _talk(lambda: app.authorize_redirect(request, back, **asked))  # type: ignore[no-any-return]


def come_back(request: HttpRequest) -> Account:
    """Who came back. The code is exchanged, the token's signature, issuer, audience, time and nonce are checked.

    Raises Refusal provider.denied, provider.stale (no such state: old, used, or of another browser), provider.down,
    provider.wrong.
    """
    if request.GET.get("error") == "access_denied":
        raise Refusal("provider.denied")
    app = _app()
    must = {
        "iss": {"essential": True, "value": app.server_metadata["issuer"]},
        "aud": {"essential": True, "value": settings.OIDC_CLIENT_ID},
        "sub": {"essential": True},
    }
    answer = _talk(lambda: app.authorize_access_token(request, claims_options=must))
    claims = _talk(lambda: answer["userinfo"])
    token = answer.get("id_token")
    subject, audience = claims.get("sub"), claims.get("aud")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise Refusal("provider.wrong", name=settings.OIDC_NAME)
    if settings.OIDC_CLIENT_ID not in (audience if isinstance(audience, list) else [audience]):
        raise Refusal("provider.wrong", name=settings.OIDC_NAME)
    email = claims.get("email") if claims.get("email_verified") is True else ""
    return Account(
        issuer=settings.OIDC_ISSUER,
        subject=subject,
        email=email.strip()[:254] if isinstance(email, str) else "",
        is_strong=says_two(claims.get("amr"), claims.get("acr"), levels=settings.OIDC_ACR),
        token=token if isinstance(token, str) and len(token) <= _LONGEST_TOKEN else "",
    )


def way_out(token: str, back: str) -> str:
    """The provider's address where its own session ends; back: ours to return to.

    Raises Refusal provider.no-way-out where it has none, provider.down, provider.wrong.
    """
    app = _app()
    if not app.server_metadata.get("end_session_endpoint"):
        raise Refusal("provider.no-way-out", name=settings.OIDC_NAME)
    asked = {"id_token_hint": token or None, "client_id": settings.OIDC_CLIENT_ID}
    return str(_talk(lambda: app.create_logout_url(post_logout_redirect_uri=back, **asked)["url"]))


def look() -> None:
    """Read what the provider says of itself. Raises Refusal provider.down, provider.wrong."""
    _app()


@transaction.atomic
def person_of(account: Account, *, at: dt.datetime, address: str | None) -> Person:
    """Whose account it is here; a verified e-mail ties it at its first sign-in where the settings say so.

    Raises Refusal provider.nobody, account.no-post.
    """
    tie = TiedAccount.objects.select_related("person").filter(
        issuer=account.issuer, subject=account.subject
    ).first()  # fmt: skip
    if tie is not None:
        if not tie.person.is_active:
            raise Refusal("provider.nobody")
        tie.used_at = at
        tie.save(update_fields=["used_at"])
        return tie.person
    if not (settings.OIDC_BY_EMAIL and account.email):
        raise Refusal("provider.nobody")
    found = list(Person.objects.select_for_update().filter(email__iexact=account.email, is_active=True)[:2])
    if len(found) != 1 or TiedAccount.objects.filter(person=found[0], issuer=account.issuer).exists():
        raise Refusal("provider.nobody")
    person = found[0]
    if services.post_of(person, at) is None:
        raise Refusal("account.no-post")
    _tie(person, account, at=at, address=address, is_by_email=True)
    return person


@transaction.atomic
def tie(person: Person, account: Account, *, at: dt.datetime, address: str | None) -> None:
    """The person's own doing, signed in. Raises Refusal provider.taken, provider.tied-already."""
    Person.objects.select_for_update().get(pk=person.pk)
    if TiedAccount.objects.filter(issuer=account.issuer, subject=account.subject).exists():
        raise Refusal("provider.taken")
    if TiedAccount.objects.filter(person=person, issuer=account.issuer).exists():
        raise Refusal("provider.tied-already")
    _tie(person, account, at=at, address=address, is_by_email=False)


def _tie(
    person: Person, account: Account, *, at: dt.datetime, address: str | None, is_by_email: bool
) -> None:
    TiedAccount.objects.create(
        person=person,
        issuer=account.issuer,
        subject=account.subject,
        label=account.email,
        tied_at=at,
        used_at=at if is_by_email else None,
    )
    ward = services.ward_of(person, at)
    event = history.append(
        person, "account.tied", by=person.pk, at=at, ward=ward, address=address, by_email=is_by_email
    )
    services.tell(person, "account.tied", event=event, ward=ward, at=at)


@transaction.atomic
def untie(person: Person, *, at: dt.datetime, address: str | None) -> None:
    """The account there opens nothing here any more. Raises Refusal provider.untied-already."""
    if not drop(person.pk):
        raise Refusal("provider.untied-already")
    ward = services.ward_of(person, at)
    history.append(person, "account.untied", by=person.pk, at=at, ward=ward, address=address)


def drop(person: int) -> bool:
    """All ties go; whether there was one."""
    return bool(TiedAccount.objects.filter(person_id=person).delete()[0])


# --- parts ----------------------------------------------------------------------------------------------------


def _app() -> Any:
    """Authlib's client for the provider of the settings, which has said of itself that it is that one."""
    from authlib.integrations.django_client import OAuth

    app = OAuth().register(
        "tinh",
        client_id=settings.OIDC_CLIENT_ID,
        client_secret=settings.OIDC_CLIENT_SECRET,
        server_metadata_url=f"{settings.OIDC_ISSUER}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid email",
            "code_challenge_method": "S256",
            "default_timeout": settings.OIDC_TIMEOUT_SECONDS,
        },
    )
    said = _talk(app.load_server_metadata)
    if str(said.get("issuer", "")).rstrip("/") != settings.OIDC_ISSUER:
        log.warning("nhà cung cấp đăng nhập nói một issuer khác")
        raise Refusal("provider.wrong", name=settings.OIDC_NAME)
    methods = said.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    if "client_secret_basic" not in methods and "client_secret_post" in methods:
        app.client_kwargs["token_endpoint_auth_method"] = "client_secret_post"
    return app


def _talk(call: Any) -> Any:
    """What the call gives; what goes wrong between us and the provider as a refusal. No token and no name is logged."""
    from authlib.common.errors import AuthlibBaseError
    from authlib.integrations.base_client.errors import MismatchingStateError
    from joserfc.errors import JoseError
    from requests import ConnectionError as NoConnection
    from requests import HTTPError, RequestException, Timeout

    try:
        return call()
    except MismatchingStateError:
        raise Refusal("provider.stale") from None
    except (NoConnection, Timeout, HTTPError) as fault:
        log.warning("không nối được nhà cung cấp đăng nhập", extra={"fault": type(fault).__name__})
        raise Refusal("provider.down", name=settings.OIDC_NAME) from None
    except (AuthlibBaseError, JoseError, RequestException, *_WRONG) as fault:
        log.warning("nhà cung cấp đăng nhập trả lời không đúng", extra={"fault": type(fault).__name__})
        raise Refusal("provider.wrong", name=settings.OIDC_NAME) from None
