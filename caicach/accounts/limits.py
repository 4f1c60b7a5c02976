"""How often strangers may guess wrong at a public door, counted by the same rows as wrong passwords."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.crypto import salted_hmac

from caicach.accounts.models import WrongTries
from caicach.accounts.services import forget_old

_FORGET = dt.timedelta(hours=1)
"""so long after the last wrong guess a door counts anew: one address may be a whole neighbourhood's"""


@dataclass(frozen=True, slots=True)
class Limit:
    """door: what is counted ("lookup:192.0.2.1"); it stands nowhere in clear. most: guesses before it rests; minutes: for how long."""

    door: str
    most: int
    minutes: int


def resting(doors: Iterable[str], *, at: dt.datetime) -> Mapping[str, dt.datetime]:
    """Until when each of these doors rests, of those that do. One query."""
    keys = {_key(door): door for door in doors}
    found = WrongTries.objects.filter(pk__in=keys, rests_until__gt=at).values_list("pk", "rests_until")
    return {keys[pk]: until for pk, until in found if until}


def guessed_wrong(limits: Sequence[Limit], *, at: dt.datetime) -> None:
    """One more wrong guess at each of these doors; the last that is allowed makes one rest."""
    forget_old(at)
    with transaction.atomic():
        for limit in sorted(limits, key=lambda one: _key(one.door)):  # in one order: nobody waits in a ring
            row, _ = WrongTries.objects.select_for_update().get_or_create(
                pk=_key(limit.door), defaults={"last_at": at}
            )
            if at - row.last_at > _FORGET:
                row.count = 0
            row.count, row.last_at = row.count + 1, at
            if row.count >= limit.most:
                row.count, row.rests_until = 0, at + dt.timedelta(minutes=limit.minutes)
            row.save()


def _key(door: str) -> str:
    return salted_hmac("caicach.accounts.limits", door, algorithm="sha256").hexdigest()
