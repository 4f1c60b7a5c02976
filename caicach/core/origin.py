"""From which address a request came: what every event of it is told, and what limits are counted by."""

from __future__ import annotations

from contextvars import ContextVar
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest

_address: ContextVar[str | None] = ContextVar("caicach.core.origin", default=None)


def address_of(request: HttpRequest) -> str | None:
    """The sender's address; behind our own proxies the one that the outermost of them saw.

    Each proxy appends whom it heard from to X-Forwarded-For, so only the last settings.PROXIES entries were written by
    ours: what stands before them is the sender's own word, and is not believed.
    """
    said = request.META.get("REMOTE_ADDR") or ""
    if settings.PROXIES:
        told = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        said = told[-settings.PROXIES] if len(told) >= settings.PROXIES and told[-1] else said
    try:
        # without the zone, which only the machine itself knows
        return str(ip_address(_without_port(said).partition("%")[0]))
    except ValueError:
        return None


def _without_port(said: str) -> str:
    """1.2.3.4:5678 or [2001:db8::1]:5678, as some proxies write it."""
    if said.startswith("["):
        return said[1:].partition("]")[0]
    return said.partition(":")[0] if said.count(":") == 1 else said


def remember(request: HttpRequest) -> None:
    """What happens from now on in this request came from its address."""
    _address.set(address_of(request))


def forget() -> None:
    """Nothing more comes from it."""
    _address.set(None)


def address() -> str | None:
    """Where the request that is being answered came from; None outside of one (a job, a command)."""
    return _address.get()
