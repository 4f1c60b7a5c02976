"""Parts of pages that are kept in memory until something happened."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.core.cache import cache
from django.utils.safestring import SafeString

_SECONDS = 300
"""for what is changed past the services, by hand in the database"""


def kept(name: str, of: tuple[object, ...], facts: tuple[object, ...], make: Callable[[], str]) -> SafeString:
    """The HTML of a part, made anew only where the facts that it follows from are new.

    of: which part it is (ward, plan, filter); the new one takes the old one's place, so that a day of changes keeps no
    more than a day of looking. Both: values whose repr tells them apart. Kept by each process for itself; nothing
    personal belongs in it.
    """
    key, state = f"{name}.{_short(of)}", _short(facts)
    there = cache.get(key)
    if there is not None and there[0] == state:
        return SafeString(there[1])
    html = str(make())
    cache.set(key, (state, html), _SECONDS)
    return SafeString(html)


def _short(values: tuple[object, ...]) -> str:
    return hashlib.blake2b(repr(values).encode(), digest_size=16).hexdigest()
