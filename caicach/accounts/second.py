"""The second step of signing in: codes of six digits from a phone (TOTP), and recovery codes for when it is not at hand.

The secret is sealed at rest (`core.seal`). A code is taken once: the newest step that was taken is kept.
"""

from __future__ import annotations

import base64
import datetime as dt
import hmac

from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac

from caicach.accounts import services
from caicach.accounts.models import Passkey, Person, RecoveryCode, SecondFactor, WrongTries
from caicach.accounts.queries import posts_to_wear
from caicach.core.clock import local_day
from caicach.core.seal import Unopenable, seal, unseal
from caicach.history import services as history
from caicach.rules.refusal import Refusal
from caicach.rules.sign_in import CODE, RECOVERY

STEP = 30
"""seconds a code lasts"""
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
"""without i, l, o, 0, 1, as on the slips"""


def is_on(person: int) -> bool:
    """Whether codes are asked for after the person's password. One query."""
    return SecondFactor.objects.filter(pk=person).exists()


def secret_of(nonce: str, person: Person) -> str:
    """The secret that is offered, in base 32. It follows from the nonce and the server's key: kept nowhere until it is proved."""
    digest = salted_hmac("caicach.accounts.second", f"{nonce}:{person.pk}", algorithm="sha256").digest()
    return base64.b32encode(digest[:20]).decode()


def address_of(secret: str, person: Person) -> str:
    """What the QR code says to the phone."""
    import pyotp

    return str(pyotp.TOTP(secret).provisioning_uri(name=person.user_name, issuer_name="Cải Cách"))


def qr_svg(address: str) -> str:
    """The QR code as an SVG element of any size, with attributes only: no style in it."""
    import segno

    return str(segno.make(address, error="m").svg_inline(border=3, light="#fff", omitsize=True))


def recovery_codes(nonce: str, person: Person) -> list[str]:
    """The recovery codes that were made with a nonce: "abcde-fghjk", about 49 bits each."""
    return [_code_of(f"{nonce}:{person.pk}:{number}") for number in range(settings.RECOVERY_CODES)]


def _code_of(text: str) -> str:
    number = int.from_bytes(
        salted_hmac("caicach.accounts.recovery", text, algorithm="sha256").digest(), "big"
    )
    signs = []
    for _ in range(10):
        number, at = divmod(number, len(_SIGNS))
        signs.append(_SIGNS[at])
    return "".join(signs[:5]) + "-" + "".join(signs[5:])


@transaction.atomic
def switch_on(
    person: Person, *, nonce: str, code: str, key: str | None, at: dt.datetime, moment: dt.datetime, address: str | None
) -> None:  # fmt: skip
    """From now on codes are asked for. The recovery codes are those of the nonce; sessions but the one of the key end.

    code: from the phone, made with `secret_of(nonce)`. moment: by the machine's clock. Raises Refusal second.wrong-code,
    second.on-already.
    """
    person = Person.objects.select_for_update().get(pk=person.pk)
    if is_on(person.pk):
        raise Refusal("second.on-already")
    secret = secret_of(nonce, person)
    step = _step_of(secret, code, moment, after=-1)
    if step is None:
        raise Refusal("second.wrong-code", "code")
    sealed = seal(secret.encode(), row=_row(person.pk))
    SecondFactor.objects.create(person=person, sealed=sealed, since=at, last_step=step)
    _renew(person, nonce)
    services.end_sessions(person.pk, but=key)
    _tell(person, "account.second-on", at=at, address=address)


def prove(person: Person, typed: str, *, at: dt.datetime, moment: dt.datetime, address: str | None) -> str:
    """Which way it was: sign_in.CODE or sign_in.RECOVERY.

    Wrong ones are counted of their own and rest like wrong passwords: only who has the password comes so far. Raises
    Refusal second.wrong, second.used (a code that opened already), account.rests, second.unopenable.
    """
    way, refusal = _try(person, typed, at=at, moment=moment, address=address)
    if refusal is not None:
        raise refusal
    return way


@transaction.atomic
def _try(
    person: Person, typed: str, *, at: dt.datetime, moment: dt.datetime, address: str | None
) -> tuple[str, Refusal | None]:
    """What is refused is given, not raised, so that the wrong try stays counted.

    The row of wrong tries is held: of two that come at once the second sees what the first one took.
    """
    tries = services.held_tries(tries_key(person), at)
    row = SecondFactor.objects.select_for_update().filter(pk=person.pk).first()
    if row is None:  # switched off, or reset, since the password was typed
        raise Refusal("second.stale")
    text = typed.strip().lower().replace(" ", "")
    if text.isascii() and text.isdigit():
        way, wrong = CODE, _take_code(row, text, moment)
    else:
        way, wrong = RECOVERY, _take_recovery(person, text, at=at, address=address)
    if wrong:
        services.count_wrong(tries.pk, person, at=at, address=address, way=CODE)
        return way, wrong
    tries.delete()
    return way, None


def _take_code(row: SecondFactor, text: str, moment: dt.datetime) -> Refusal | None:
    secret = _secret(row)
    step = _step_of(secret, text, moment, after=row.last_step)
    if step is None:
        is_used = _step_of(secret, text, moment, after=-1) is not None
        return Refusal("second.used", "code") if is_used else Refusal("second.wrong", "code")
    row.last_step = step
    row.save(update_fields=["last_step"])
    return None


def _take_recovery(person: Person, text: str, *, at: dt.datetime, address: str | None) -> Refusal | None:
    unused = RecoveryCode.objects.filter(person=person, used_at=None)
    if not unused.filter(code_hash=_hash(person, text)).update(used_at=at):
        return Refusal("second.wrong", "code")
    ward = services.ward_of(person, at)
    history.append(
        person, "account.recovery-used", by=person.pk, at=at, ward=ward, address=address, left=unused.count()
    )
    return None


@transaction.atomic
def switch_off(person: Person, *, at: dt.datetime, address: str | None) -> None:
    """No codes any more; the password was typed before (`services.prove_password`).

    Raises Refusal second.required where a post of today needs them and there is no passkey, second.off-already.
    """
    has_key = Passkey.objects.filter(person=person).exists()
    if not has_key and is_required(person.pk, on=local_day(at)):
        raise Refusal("second.required")
    if not drop(person.pk):
        raise Refusal("second.off-already")
    _tell(person, "account.second-off", at=at, address=address)


def drop(person: int) -> bool:
    """Secret and recovery codes go, wrong tries too; whether there was a secret."""
    RecoveryCode.objects.filter(person_id=person).delete()
    WrongTries.objects.filter(pk=tries_key(Person(pk=person))).delete()
    return bool(SecondFactor.objects.filter(pk=person).delete()[0])


@transaction.atomic
def renew(person: Person, *, nonce: str, at: dt.datetime, address: str | None) -> None:
    """New recovery codes, those of the nonce; the old ones open nothing any more. Raises Refusal second.off-already."""
    if not SecondFactor.objects.select_for_update().filter(pk=person.pk).exists():
        raise Refusal("second.off-already")
    _renew(person, nonce)
    ward = services.ward_of(person, at)
    history.append(person, "account.recovery-renewed", by=person.pk, at=at, ward=ward, address=address)


def is_required(person: int, *, on: dt.date) -> bool:
    """Whether the person may wear a post today that nobody wears without a second factor."""
    roles = settings.SECOND_FACTOR_ROLES
    return bool(roles) and any(post.role in roles for post in posts_to_wear(person, on=on))


def unopenable_count() -> int:
    """How many secrets cannot be opened with today's SECRET_KEY."""
    count = 0
    for row in SecondFactor.objects.iterator():
        try:
            unseal(row.sealed, row=_row(row.pk))
        except Unopenable:
            count += 1
    return count


def tries_key(person: Person) -> str:
    """What a person's wrong codes are counted under: nobody can type it as a name."""
    return salted_hmac("caicach.accounts.second.tries", str(person.pk), algorithm="sha256").hexdigest()


# --- parts ----------------------------------------------------------------------------------------------------


def _renew(person: Person, nonce: str) -> None:
    RecoveryCode.objects.filter(person=person).delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(person=person, code_hash=_hash(person, code)) for code in recovery_codes(nonce, person)
    )


def _hash(person: Person, code: str) -> str:
    plain = f"{person.pk}:{code.replace('-', '')}"
    return salted_hmac("caicach.accounts.RecoveryCode", plain, algorithm="sha256").hexdigest()


def _step_of(secret: str, code: str, moment: dt.datetime, *, after: int) -> int | None:
    """The step of thirty seconds whose code this is, the last, this or the next one; None for a wrong or an older one."""
    import pyotp

    totp, now, typed = (
        pyotp.TOTP(secret, interval=STEP),
        int(moment.timestamp()) // STEP,
        code.replace(" ", ""),
    )
    found = None
    for step in (now - 1, now, now + 1):
        is_it = hmac.compare_digest(totp.generate_otp(step).encode(), typed.encode())
        if is_it and step > after:
            found = step
    return found


def _secret(row: SecondFactor) -> str:
    try:
        return unseal(row.sealed, row=_row(row.pk)).decode()
    except Unopenable:
        raise Refusal("second.unopenable") from None


def _row(person: int) -> str:
    return f"accounts.secondfactor:{person}"


def _tell(person: Person, code: str, *, at: dt.datetime, address: str | None) -> None:
    ward = services.ward_of(person, at)
    event = history.append(person, code, by=person.pk, at=at, ward=ward, address=address)
    services.tell(person, code, event=event, ward=ward, at=at)
