"""Results handed over at the counter, and those that nobody has collected."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from caicach.citizens import queries as citizens
from caicach.counter import post, till
from caicach.counter.models import Line, Parcel
from caicach.counter.till import Paying
from caicach.dossiers import intake
from caicach.dossiers.moves import Mover, Told, move
from caicach.dossiers.queries import events_of
from caicach.organisation.queries import work_time
from caicach.rules.dossier_story import CAPACITIES
from caicach.rules.refusal import Refusal
from caicach.rules.vntext import cut, squeeze
from caicach.rules.work_time import WorkTime

A_PAGE = 20
MOST_COUNTED = 1_000
AGES = (5, 10, 30)
"""working days that somebody may ask for"""


@transaction.atomic
def hand_out(
    dossier: Any, told: Told, *, pay: Paying | None, token: str, by: Mover, at: dt.datetime, seen: int
) -> Any:
    """The dossier, its result given to whoever collects it; what is still owed is paid in the same transaction (pay). A result
    that came back by post is given without another state.

    Raises what `moves.move` and `till.take` do, Refusal result.capacity, .authority, dossier.collector, post.not-back.
    """
    if told.capacity not in CAPACITIES:
        raise Refusal("result.capacity", "capacity")
    if told.capacity == "owner":
        told = replace(told, authority="")
    elif not told.authority.strip():
        raise Refusal("result.authority", "authority")
    was_back = dossier.state == "returned" and post.came_back_once(dossier)
    given = (
        _give_back(dossier, told, by=by, at=at)
        if was_back
        else move(dossier, "return-result", told, by=by, at=at, seen=seen)
    )
    if pay:
        till.take(given, pay, token=token, by=by.person, at=at)
    return given


def _give_back(dossier: Any, told: Told, *, by: Mover, at: dt.datetime) -> Any:
    held = intake.hold(dossier)
    if not told.collector.strip():
        raise Refusal("dossier.collector", "collector")
    if not Parcel.objects.filter(post.came_back(), ward_id=held.ward_id, dossier=held).update(ended_at=at):
        last = events_of(held)[-1]
        if last.code == "collected" and last.by_id == by.person:  # the same press
            return held
        raise Refusal("post.not-back")
    facts = {
        "collector": cut(squeeze(told.collector), 200), "proof": told.proof.strip(), "capacity": told.capacity, "authority": told.authority.strip(),
    }  # fmt: skip
    intake.event(held, "collected", facts, by=by.person, at=at, word=told.word.strip()).save(
        force_insert=True
    )
    return held


# --- what nobody has collected ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ready:
    """A result that waits. days: working days since it was there; phone: masked; back: the parcel that came back with it."""

    dossier: Any
    days: int | None
    way: str
    office: str
    phone: str
    back: Parcel | None
    is_here: bool

    @property
    def tone(self) -> str:
        return "warn" if self.back or (self.days or 0) >= AGES[1] else "next"


@dataclass(frozen=True, slots=True)
class Asked:
    """way: of `Line.WAYS`; office: its slug; older: at least so many working days; "" and 0 for any."""

    way: str = ""
    office: str = ""
    older: int = 0


@dataclass(frozen=True, slots=True)
class Uncollected:
    """number: of the page, from 1. count: of the rows, None for too many to count; offices: (slug, name) of where any wait."""

    rows: tuple[Ready, ...]
    count: int | None
    number: int
    more: bool
    offices: tuple[tuple[str, str], ...]


def uncollected(ward: int, asked: Asked, *, today: dt.date, number: int = 1) -> Uncollected:
    """The results that wait, the oldest first. Four queries."""
    time, back = work_time(ward), post.backs(ward)
    rows = _ready(ward, asked, back, time, today)
    start = (number - 1) * A_PAGE
    page = list(rows[start : start + A_PAGE + 1])
    count = rows.order_by()[: MOST_COUNTED + 1].count()
    return Uncollected(
        tuple(_row(one, back, time, today) for one in page[:A_PAGE]), count if count <= MOST_COUNTED else None, number, len(page) > A_PAGE,
        _offices(ward, list(back)),
    )  # fmt: skip


def export_rows(ward: int, asked: Asked, *, today: dt.date, most: int) -> list[Ready]:
    """The same for a file."""
    time, back = work_time(ward), post.backs(ward)
    return [_row(one, back, time, today) for one in _ready(ward, asked, back, time, today)[:most]]


def counted(ward: int) -> tuple[int, int]:
    """(what nobody has collected, what waits for the post), each at most `MOST_COUNTED` and one. Three queries."""
    back = list(post.backs(ward))
    ready = _of(ward, back).order_by()[: MOST_COUNTED + 1].count()
    return ready, post.waiting(ward).order_by()[: MOST_COUNTED + 1].count()


def _of(ward: int, back: Sequence[int]) -> QuerySet[Any]:
    rows = intake.Dossier.objects.filter(ward_id=ward, set_aside=False)
    return rows.filter(Q(state="resolved") | Q(pk__in=back, state="returned"))


def _offices(ward: int, back: Sequence[int]) -> tuple[tuple[str, str], ...]:
    rows = _of(ward, back).filter(clock__office__isnull=False)
    found = rows.order_by("clock__office__name").values_list("clock__office__slug", "clock__office__name")
    return tuple(found.distinct()[:100])


def _ready(ward: int, asked: Asked, back: dict[int, Parcel], time: WorkTime, today: dt.date) -> QuerySet[Any]:
    rows = _of(ward, list(back))
    if asked.way:
        rows = rows.filter(line__way=asked.way)
    if asked.office:
        rows = rows.filter(clock__office__slug=asked.office)
    if asked.older:
        rows = rows.filter(resolved_on__lte=time.nth_day(today, -asked.older))
    rows = rows.select_related("line", "clock", "clock__office", "citizen", "brought_by")
    return rows.order_by("resolved_on", "id")


def _row(one: Any, back: dict[int, Parcel], time: WorkTime, today: dt.date) -> Ready:
    line = getattr(one, "line", None)
    teller = one.brought_by or one.citizen
    days = None
    if one.resolved_on:
        try:
            days = max(time.days_between(one.resolved_on, today), 0)
        except (Refusal, OverflowError):  # a year without a calendar
            days = (today - one.resolved_on).days
    return Ready(
        one, days, Line.WAYS[line.way] if line else "", one.clock.office.name if one.clock.office else "",
        citizens.known(teller).phone if teller else "", back.get(one.pk), one.system == intake.Dossier.OWN,
    )  # fmt: skip
