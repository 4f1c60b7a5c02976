"""Appending: the only way an event comes to be, always inside the transaction of what it tells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db import connection, models

from caicach.core import origin
from caicach.history.models import Event


def append(
    about: models.Model,
    code: str,
    *,
    by: int | None,
    at: dt.datetime,
    ward: int | None = None,
    word: str = "",
    address: str | None = None,
    **facts: object,
) -> int:
    """Write one event about a row, and give its id. by: the person's id, None for the machine; ward: taken from the row if not given;
    address: that of the request being answered, if not given.

    Raises RuntimeError outside a transaction: an event without its change, or the reverse, must not be possible.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(f"{code}: an event needs the transaction of its change")
    return Event.objects.create(
        ward_id=ward if ward is not None else getattr(about, "ward_id", None),
        actor_id=by,
        at=at,
        code=code,
        object_kind=about._meta.label_lower,
        object_id=about.pk,
        facts=_plain(facts),
        word=word,
        address=address or origin.address(),
    ).pk


def append_many(
    about: Sequence[models.Model],
    code: str,
    *,
    by: int | None,
    at: dt.datetime,
    word: str = "",
    facts: Sequence[Mapping[str, object]] = (),
) -> None:
    """The same event for many rows of one kind, in one statement; facts: of each row, in their order."""
    if not connection.in_atomic_block:
        raise RuntimeError(f"{code}: an event needs the transaction of its change")
    Event.objects.bulk_create(
        Event(
            ward_id=row.ward_id,  # type: ignore[attr-defined]
            actor_id=by,
            at=at,
            code=code,
            object_kind=row._meta.label_lower,
            object_id=row.pk,
            word=word,
            facts=_plain(facts[n]) if facts else {},
            address=origin.address(),
        )
        for n, row in enumerate(about)
    )


def _plain(facts: Mapping[str, object]) -> dict[str, object]:
    return {key: value.isoformat() if isinstance(value, dt.date) else value for key, value in facts.items()}
