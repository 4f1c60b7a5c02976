"""Secrets at rest: AES-256-GCM, with a key that follows from SECRET_KEY, each bound to the row it stands in."""

from __future__ import annotations

import base64
import secrets
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_VERSION = "1:"
_NONCE = 12


class Unopenable(Exception):
    """What was sealed cannot be opened: another key, another row, or changed."""


def seal(secret: bytes, *, row: str) -> str:
    """The secret as text for a column. row: which row it belongs to ("accounts.secondfactor:17"); it opens there only."""
    nonce = secrets.token_bytes(_NONCE)
    return _VERSION + base64.b64encode(nonce + _cipher().encrypt(nonce, secret, row.encode())).decode()


def unseal(sealed: str, *, row: str) -> bytes:
    """The secret again. Raises Unopenable."""
    from cryptography.exceptions import InvalidTag

    try:
        whole = base64.b64decode(sealed.removeprefix(_VERSION), validate=True)
        return bytes(_cipher().decrypt(whole[:_NONCE], whole[_NONCE:], row.encode()))
    except (InvalidTag, ValueError) as fault:
        raise Unopenable from fault


def _cipher() -> AESGCM:
    # loaded at first need: most processes never seal anything
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return AESGCM(
        HKDF(algorithm=SHA256(), length=32, salt=None, info=b"caicach.core.seal").derive(
            settings.SECRET_KEY.encode()
        )
    )
