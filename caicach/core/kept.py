"""Parts of pages that are kept in memory until something happened: named by all that they follow from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.core.cache import cache
from django.utils.safestring import SafeString

_SECONDS = 300
"""for what is changed past the services, by hand in the database"""


def kept(name: str, facts: tuple[object, ...], make: Callable[[], str]) -> SafeString:
    """The HTML made from these facts, made anew only where they are new. facts: values whose repr tells them apart.

    Kept by each process for itself; nothing personal belongs in it.
    """
    key = f"{name}.{hashlib.blake2b(repr(facts).encode(), digest_size=16).hexdigest()}"
    html = cache.get(key)
    if html is None:
        html = str(make())
        cache.set(key, html, _SECONDS)
    return SafeString(html)
