"""Guessing at the citizens' door is bounded: by address, and all together for a code that comes alone."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from django.conf import settings

from caicach.accounts.limits import Limit, guessed_wrong, resting
from caicach.core import clock, origin
from caicach.rules.refusal import Refusal

_ALL = "lookup"
"""the door of everybody's codes that came without a number"""


@dataclass(frozen=True, slots=True)
class Rest:
    """A door that rests. is_all: everybody's, which number and code together pass."""

    until: dt.datetime
    is_all: bool

    @property
    def words(self) -> str:
        until = f"{clock.local(self.until) + dt.timedelta(seconds=59):%H:%M}"
        if self.is_all:
            return str(Refusal("portal.all-rest", until=until))
        return str(Refusal("portal.rests", most=settings.LOOKUP_TRIES, until=until))

    def seconds(self, at: dt.datetime) -> int:
        return max(1, -(-int((self.until - at).total_seconds()) // 1))


def rest(*, alone: bool, at: dt.datetime) -> Rest | None:
    """Whether whoever asks must wait. alone: a code without its number. One query."""
    mine = _mine()
    found = resting([mine, *([_ALL] if alone else [])], at=at)
    if mine in found:
        return Rest(found[mine], False)
    return Rest(found[_ALL], True) if _ALL in found else None


def guessed(*, alone: bool, at: dt.datetime) -> None:
    """A wrong guess: counted for its address, and for all where a code came alone."""
    limits = [Limit(_mine(), settings.LOOKUP_TRIES, settings.LOOKUP_REST_MINUTES)]
    if alone:
        limits.append(Limit(_ALL, settings.LOOKUP_TRIES_ALL, settings.LOOKUP_REST_ALL_MINUTES))
    guessed_wrong(limits, at=at)


def _mine() -> str:
    """The door of an address; of IPv6 that of its network, for one household has more addresses than anybody can count."""
    said = origin.address()
    address = ip_address(said) if said else None
    if isinstance(address, IPv6Address):
        said = str(address.ipv4_mapped or IPv6Address(int(address) >> 64 << 64))
    return f"lookup:{said or '-'}"
