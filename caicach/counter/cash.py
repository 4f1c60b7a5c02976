"""Cashing up: what somebody took since the last time, added up, counted and closed; opened again with a reason.

A row belongs to one cash-up at most, and what is taken while one is being closed falls into the next: so the cash-ups and what is
still open always add up to all that was taken, whoever presses when.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from caicach.core import clock
from caicach.core.http import Missing
from caicach.counter.models import Cashed, CashUp, Money
from caicach.history import services as history
from caicach.rules import money
from caicach.rules.money import Sums
from caicach.rules.refusal import Refusal
from caicach.rules.vntext import cut, squeeze


def close(
    *, ward: int, person: int, counted: int | None, reason: str, seen: int, token: str, at: dt.datetime
) -> CashUp:
    """seen: the cash by the rows on the page that its sender had; where it is another now they count once more.

    Raises Refusal cash.counted, .reason, .changed, .nothing.
    """
    if counted is None or not 0 <= counted <= 10**12:
        raise Refusal("cash.counted", "counted")
    for attempt in (1, 2):
        try:
            with transaction.atomic():
                return _close(ward, person, counted, cut(squeeze(reason), 300), seen, token, at)
        except IntegrityError:  # the same press, or the same person in another window, this very moment
            if attempt == 2:
                raise
    raise AssertionError


def _close(ward: int, person: int, counted: int, reason: str, seen: int, token: str, at: dt.datetime) -> CashUp:  # fmt: skip
    if there := CashUp.objects.filter(ward_id=ward, token=token).first():
        return there
    rows = list(open_rows(ward).filter(by_id=person))
    if not rows:
        raise Refusal("cash.nothing")
    found = money.sums(rows)
    if found.cash != seen:
        raise Refusal("cash.changed", "counted", expected=money.dong(found.cash))
    if counted != found.cash and not reason:
        raise Refusal("cash.reason", "reason", difference=money.dong(counted - found.cash))
    made = CashUp.objects.create(
        ward_id=ward, person_id=person, day=clock.local_day(at), at=at, sums=asdict(found), expected=found.cash, counted=counted,
        reason=reason if counted != found.cash else "", token=token,
    )  # fmt: skip
    Cashed.objects.bulk_create(Cashed(ward_id=ward, cash_up=made, money=one) for one in rows)
    history.append(made, "cash.closed", by=person, at=at, ward=ward, word=made.reason, expected=found.cash, counted=counted, rows=len(rows))  # fmt: skip
    return made


@transaction.atomic
def reopen(one: CashUp, word: str, *, by: int, at: dt.datetime) -> CashUp:
    """Its rows wait for the next cash-up. The same press twice is one. Raises Refusal money.reason, cash.newer."""
    held = CashUp.objects.select_for_update().get(pk=one.pk)
    if held.is_open_again:
        if held.reopened_by_id == by:
            return held
        raise Refusal("cash.reopened-already")
    if not (word := cut(squeeze(word), 300)):
        raise Refusal("money.reason", "word")
    newer = CashUp.objects.filter(
        ward_id=held.ward_id, person_id=held.person_id, pk__gt=held.pk, reopened_at=None
    )
    if newer.exists():
        raise Refusal("cash.newer")
    Cashed.objects.filter(cash_up=held).delete()
    held.reopened_at, held.reopened_by_id, held.reopened_word = at, by, word
    held.save(update_fields=["reopened_at", "reopened_by", "reopened_word"])
    history.append(held, "cash.reopened", by=by, at=at, ward=held.ward_id, word=word, counted=held.counted)
    return held


# --- what the pages show ---------------------------------------------------------------------------------------


def open_rows(ward: int) -> QuerySet[Money]:
    """What no cash-up has, the oldest first."""
    return Money.objects.filter(ward_id=ward, cashed=None).order_by("id")


@dataclass(frozen=True, slots=True)
class Mine:
    """What somebody has to cash up now. rows: newest first, `most` at most; days: those before today among them; done: today's cash-ups, newest first."""

    sums: Sums
    rows: tuple[Money, ...]
    count: int
    since: dt.date | None
    done: tuple[CashUp, ...]


def mine(ward: int, person: int, *, today: dt.date, most: int = 100) -> Mine:
    """Two queries."""
    rows = list(open_rows(ward).filter(by_id=person).select_related("dossier", "of"))
    done = CashUp.objects.filter(ward_id=ward, person_id=person, day=today).select_related("reopened_by")
    earlier = [one.day for one in rows if one.day < today]
    return Mine(
        money.sums(rows), tuple(reversed(rows[-most:])), len(rows), min(earlier, default=None), tuple(done.order_by("-id"))
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Officer:
    """One person's day, or month. open: rows that no cash-up has yet; counted, expected: of the cash-ups closed then."""

    handle: str
    name: str
    sums: Sums
    open: int
    cash_ups: tuple[CashUp, ...] = field(default=())

    @property
    def difference(self) -> int:
        return sum(one.difference for one in self.cash_ups if not one.is_open_again)

    @property
    def counted(self) -> int:
        return sum(one.counted for one in self.cash_ups if not one.is_open_again)

    @property
    def closed(self) -> bool:
        return any(not one.is_open_again for one in self.cash_ups)


@dataclass(frozen=True, slots=True)
class Day:
    day: dt.date
    sums: Sums


@dataclass(frozen=True, slots=True)
class Overview:
    """A day's or a month's money. days: of a month, those with any."""

    officers: tuple[Officer, ...]
    total: Sums
    days: tuple[Day, ...]

    @property
    def open(self) -> int:
        return sum(one.open for one in self.officers)

    @property
    def difference(self) -> int:
        return sum(one.difference for one in self.officers)


_MOST_ROWS = 50_000


def overview(ward: int, since: dt.date, until: dt.date) -> Overview:
    """Of the days from one to another. Two queries, over narrow rows by their index."""
    rows = list(
        Money.objects.filter(ward_id=ward, day__range=(since, until))
        .order_by("id")
        .values_list("by_id", "by__handle", "by__full_name", "day", "kind", "way", "amount", "cashed__id")[:_MOST_ROWS]
    )  # fmt: skip
    closed = CashUp.objects.filter(ward_id=ward, day__range=(since, until)).select_related(
        "person", "reopened_by"
    )
    cash_ups: dict[int, list[CashUp]] = {}
    names: dict[int, tuple[str, str]] = {}
    for one in closed.order_by("id"):
        cash_ups.setdefault(one.person_id, []).append(one)
        names[one.person_id] = (one.person.handle, one.person.full_name)
    by: dict[int, list[_Plain]] = {}
    days: dict[dt.date, list[_Plain]] = {}
    for person, handle, name, day, kind, way, amount, cashed in rows:
        plain = _Plain(kind, way, amount, cashed is not None)
        by.setdefault(person, []).append(plain)
        days.setdefault(day, []).append(plain)
        names[person] = (handle, name)
    officers = [
        Officer(
            *names[person], money.sums(by.get(person, ())), sum(not one.is_cashed for one in by.get(person, ())), tuple(cash_ups.get(person, ()))
        )
        for person in names
    ]  # fmt: skip
    return Overview(
        tuple(sorted(officers, key=lambda one: one.name)), _all(one.sums for one in officers),
        tuple(Day(day, money.sums(found)) for day, found in sorted(days.items())),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Plain:
    kind: str
    way: str
    amount: int
    is_cashed: bool


def _all(sums: Iterable[Sums]) -> Sums:
    total = Sums()
    for one in sums:
        total += one
    return total


def cash_up_for(ward: int, token: str) -> CashUp:
    """The one door to a cash-up. Raises Missing."""
    found = CashUp.objects.select_related("person", "reopened_by").filter(ward_id=ward, token=token).first()
    if found is None:
        raise Missing
    return found


def rows_of(one: CashUp) -> list[Money]:
    """What belongs to it, the oldest first; of one that was opened again nothing. One query."""
    rows = Money.objects.filter(ward_id=one.ward_id, cashed__cash_up=one).select_related("dossier", "of")
    return list(rows.order_by("id"))


def stale(ward: int, *, today: dt.date) -> Sequence[Mapping[str, Any]]:
    """Who has rows of days before today that are not cashed up. One query."""
    rows = open_rows(ward).filter(day__lt=today).order_by("by__full_name").values("by__full_name")
    return list(rows.distinct()[:20])
