"""Secrets at rest: AES-256-GCM, with a key that follows from SECRET_KEY, each bound to the row it stands in."""

from __future__ import annotations

import base64
import hmac
import secrets
from functools import lru_cache
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


def fingerprint(text: str, *, use: str) -> str:
    """By what a sealed text is found again: 64 hex digits (HMAC-SHA256), the same for the same text and use, saying nothing of it
    to who has not the key. use: "citizens.number:3"; one text in two uses has two."""
    key = _key(b"caicach.core.seal.fingerprint", settings.SECRET_KEY)
    return hmac.digest(key, f"{use}\n{text}".encode(), "sha256").hex()


def _cipher() -> AESGCM:
    # loaded at first need: most processes never seal anything
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(_key(b"caicach.core.seal", settings.SECRET_KEY))


@lru_cache(maxsize=8)
def _key(info: bytes, secret: str) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret.encode())
