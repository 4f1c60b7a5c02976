"""What happened to a row, for its page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from caicach.history.models import Event


@dataclass(frozen=True, slots=True)
class Told:
    """One event. who: the person's name, or None for the machine; facts as appended; address: where it came from;
    about: the row's number, where several rows were asked for."""

    id: int
    at: dt.datetime
    code: str
    by: int | None
    who: str | None
    word: str
    facts: dict[str, object]
    address: str | None
    about: int = 0


@dataclass(frozen=True, slots=True)
class Happened:
    """An event in words, for a row's page. changes: (what, before, after)."""

    at: dt.datetime
    who: str
    what: str
    changes: tuple[tuple[str, str, str], ...]
    word: str


def of(ward: int, kind: str, rows: Iterable[int], *, after: int = 0, most: int | None = None) -> list[Told]:
    """The events of these rows of one kind ("tasks.task"), newest first, those after an id where one is given, at most so
    many where that is said. One query."""
    return [told(event) for event in events_of(ward, kind, rows, after=after)[:most]]


def events_of(ward: int, kind: str, rows: Iterable[int], *, after: int = 0) -> QuerySet[Event]:
    """The question that `of` asks, for who asks it together with others; its rows are for `told`. No rows: no question."""
    events = Event.objects.filter(ward_id=ward, object_kind=kind, object_id__in=list(rows), id__gt=after)
    return events.select_related("actor").order_by("-at", "-id")


def told(event: Event) -> Told:
    return Told(
        event.pk, event.at, event.code, event.actor_id, event.actor.full_name if event.actor else None,
        event.word, event.facts, event.address, event.object_id,
    )  # fmt: skip


def of_codes(
    wards: Iterable[int | None],
    kind: str,
    rows: Iterable[int],
    *,
    codes: Iterable[str] | None = None,
    limit: int,
) -> list[Told]:
    """The newest events of these rows in several wards (None: in none), of some codes where given. One query."""
    events = _of_codes(wards, kind, rows, codes).select_related("actor")
    return [told(event) for event in events.order_by("-id")[:limit]]


def count_of_codes(
    wards: Iterable[int | None], kind: str, rows: Iterable[int], *, codes: Iterable[str]
) -> int:
    """How many events `of_codes` would find without a limit. One query."""
    return _of_codes(wards, kind, rows, codes).count()


def _of_codes(
    wards: Iterable[int | None], kind: str, rows: Iterable[int], codes: Iterable[str] | None
) -> QuerySet[Event]:
    asked = set(wards)
    place = Q(ward_id__in=[ward for ward in asked if ward is not None])
    if None in asked:
        place |= Q(ward_id__isnull=True)
    events = Event.objects.filter(place, object_kind=kind, object_id__in=list(rows))
    return events if codes is None else events.filter(code__in=list(codes))


_WINDOW = 200
_IN_BULK = ("task.taken-over", "task.brought-back")
"""written by hundreds beside one event of the plan's own: they would push a late one out of the window"""


def happened_since(
    ward: int, kind: str, rows: Iterable[int], codes: Iterable[str], *, after: int
) -> set[int]:
    """Which of these rows had an event of these codes with an id above one. Ids tell the order, clocks do not."""
    events = Event.objects.filter(
        ward_id=ward, object_kind=kind, object_id__in=list(rows), code__in=list(codes), id__gt=after
    )
    return set(events.values_list("object_id", flat=True))


def newest(ward: int) -> tuple[int, ...]:
    """What changes whenever anything happened in the ward: the ids of its newest events. One query.

    Not the newest alone: of two transactions the one with the smaller id may be the later to end.
    """
    return tuple(
        Event.objects.filter(ward_id=ward)
        .exclude(code__in=_IN_BULK)
        .order_by("-id")
        .values_list("id", flat=True)[:_WINDOW]
    )


def told_lately(
    ward: int, kind: str, rows: Iterable[int], code: str, *, by: int, word: str, since: dt.datetime
) -> set[int]:
    """Which of these rows have an event of this code, person and word since a moment. One query."""
    events = Event.objects.filter(
        ward_id=ward,
        object_kind=kind,
        object_id__in=list(rows),
        code=code,
        actor_id=by,
        word=word,
        at__gte=since,
    )
    return set(events.values_list("object_id", flat=True))
