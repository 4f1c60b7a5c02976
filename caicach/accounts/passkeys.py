"""Passkeys: keys that a device keeps and opens by finger, face or PIN; signing in with one needs no password.

Such a key is two things at once (the device, and what unlocks it), so no code is asked for. What a browser and a server
say to each other is checked by py_webauthn; the challenge lies in the session and is used once.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from caicach.accounts import services
from caicach.accounts.models import FailedSignIn, Passkey, Person, SecondFactor
from caicach.accounts.second import is_required
from caicach.core.clock import local_day
from caicach.history import services as history
from caicach.rules.refusal import Refusal
from caicach.rules.sign_in import PASSKEY

_MALFORMED = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)
"""what the libraries raise at an answer that no browser gives"""


@dataclass(frozen=True, slots=True)
class Door:
    """Where keys open: the host they are made for, and the address the browser says it is at."""

    host: str
    origin: str


def door_of(host: str, *, is_secure: bool, known: Collection[str]) -> Door | None:
    """The door at a request's host ("cchc.phuong.gov.vn", "localhost:8000"); None where browsers or settings allow none.

    Browsers want HTTPS, or localhost, and a name rather than a number. known: the hosts of the settings, word by word:
    a key is made for one name, never for whatever a pattern lets through.
    """
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    if name == "localhost":
        return Door(name, f"{'https' if is_secure else 'http'}://{host}")
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return Door(name, f"https://{host}") if is_secure and name in known else None
    return None


def options_to_add(person: Person, door: Door, challenge: bytes) -> dict[str, Any]:
    """What the browser is asked for a new key. Raises Refusal passkey.too-many."""
    import webauthn
    from webauthn.helpers import structs

    kept = list(Passkey.objects.filter(person=person).values_list("credential_id", flat=True))
    if len(kept) >= settings.PASSKEYS:
        raise Refusal("passkey.too-many", most=settings.PASSKEYS)
    options = webauthn.generate_registration_options(
        rp_id=door.host,
        rp_name="Cải Cách",
        user_id=person.handle.encode(),
        user_name=person.user_name,
        user_display_name=person.full_name,
        challenge=challenge,
        exclude_credentials=[
            structs.PublicKeyCredentialDescriptor(id=webauthn.base64url_to_bytes(one)) for one in kept
        ],
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
    )
    return dict(json.loads(webauthn.options_to_json(options)))


def add(
    person: Person, *, answer: str, name: str, door: Door, challenge: bytes, at: dt.datetime, address: str | None
) -> Passkey:  # fmt: skip
    """The key that the browser made. Raises Refusal passkey.refused, passkey.known, passkey.unnamed, passkey.too-many."""
    import webauthn
    from webauthn.helpers import bytes_to_base64url
    from webauthn.helpers.exceptions import WebAuthnException

    if not name:
        raise Refusal("passkey.unnamed", "name")
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=door.host,
            expected_origin=door.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, *_MALFORMED):
        raise Refusal("passkey.refused") from None
    try:
        return _keep(
            person,
            name=name,
            host=door.host,
            credential_id=bytes_to_base64url(made.credential_id),
            public_key=bytes_to_base64url(made.credential_public_key),
            sign_count=made.sign_count,
            at=at,
            address=address,
        )
    except IntegrityError:
        raise Refusal("passkey.known") from None


@transaction.atomic
def _keep(person: Person, *, name: str, at: dt.datetime, address: str | None, **facts: Any) -> Passkey:
    Person.objects.select_for_update().get(pk=person.pk)
    if Passkey.objects.filter(person=person).count() >= settings.PASSKEYS:
        raise Refusal("passkey.too-many", most=settings.PASSKEYS)
    key = Passkey.objects.create(person=person, name=name, made_at=at, **facts)
    ward = services.ward_of(person, at)
    event = history.append(
        person, "account.passkey-added", by=person.pk, at=at, ward=ward, address=address, name=name
    )
    services.tell(person, "account.passkey-added", event=event, ward=ward, at=at)
    return key


def options_to_sign_in(door: Door, challenge: bytes) -> dict[str, Any]:
    """What the browser is asked for: any key of this host, unlocked by its owner. Nobody is named."""
    import webauthn
    from webauthn.helpers.structs import UserVerificationRequirement

    options = webauthn.generate_authentication_options(
        rp_id=door.host, challenge=challenge, user_verification=UserVerificationRequirement.REQUIRED
    )
    return dict(json.loads(webauthn.options_to_json(options)))


def prove(answer: str, *, door: Door, challenge: bytes, at: dt.datetime, address: str | None) -> Person:
    """Whose key answered. Raises Refusal passkey.unknown, passkey.refused."""
    try:
        given = json.loads(answer)
        credential_id, owner = str(given["id"]), given["response"].get("userHandle")
        credential_id.encode("ascii")
    except _MALFORMED:
        raise Refusal("passkey.refused") from None
    key = Passkey.objects.select_related("person").filter(credential_id=credential_id, host=door.host).first()
    if key is None or not key.person.is_active:
        raise Refusal("passkey.unknown")
    if not _verify(key, answer, owner, door=door, challenge=challenge, at=at):
        FailedSignIn.objects.create(person=key.person, at=at, way=PASSKEY, address=address)
        raise Refusal("passkey.refused")
    return key.person


@transaction.atomic
def _verify(
    key: Passkey, answer: str, owner: object, *, door: Door, challenge: bytes, at: dt.datetime
) -> bool:
    """The row is held: a key that was copied answers with a count that was told already, and is refused."""
    import webauthn
    from webauthn.helpers import bytes_to_base64url
    from webauthn.helpers.exceptions import WebAuthnException

    held = Passkey.objects.select_for_update().filter(pk=key.pk).first()
    if held is None or (owner and owner != bytes_to_base64url(key.person.handle.encode())):
        return False
    try:
        told = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=door.host,
            expected_origin=door.origin,
            credential_public_key=webauthn.base64url_to_bytes(held.public_key),
            credential_current_sign_count=held.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, *_MALFORMED):
        return False
    held.sign_count, held.used_at = told.new_sign_count, at
    held.save(update_fields=["sign_count", "used_at"])
    return True


@transaction.atomic
def remove(person: Person, key: int, *, at: dt.datetime, address: str | None) -> None:
    """The key opens nothing any more. Raises Refusal passkey.gone, passkey.last where a post needs a second factor."""
    Person.objects.select_for_update().get(pk=person.pk)
    keys = list(Passkey.objects.filter(person=person))
    found = next((one for one in keys if one.pk == key), None)
    if found is None:
        raise Refusal("passkey.gone")
    has_codes = SecondFactor.objects.filter(pk=person.pk).exists()
    if len(keys) == 1 and not has_codes and is_required(person.pk, on=local_day(at)):
        raise Refusal("passkey.last")
    found.delete()
    history.append(
        person, "account.passkey-removed", by=person.pk, at=at, ward=services.ward_of(person, at),
        address=address, name=found.name,
    )  # fmt: skip


def drop(person: int) -> bool:
    """All keys go; whether there was one."""
    return bool(Passkey.objects.filter(person_id=person).delete()[0])
