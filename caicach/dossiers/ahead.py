"""Before a promise breaks: what has used so much of its time, what is due today, what is late; to whom an apology is owed today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from caicach import data
from caicach.dossiers import moves, queries
from caicach.dossiers.models import DossierClock
from caicach.dossiers.queries import A_PAGE, Apologies, Row

GROUPS = {"tre": "Trễ hẹn", "hom-nay": "Hẹn hôm nay", "gap": "Đã dùng {urgent}%", "som": "Đã dùng {warn}%"}
"""most urgent first; each dossier stands in one of them"""
_TONES = {"tre": "late", "hom-nay": "warn", "gap": "warn", "som": "next"}
_NEW_DAYS = 22
"""so many new days are offered in a row at most: a working month; the dossier's own form has all"""


@dataclass(frozen=True, slots=True)
class Tally:
    group: str
    name: str
    tone: str
    count: int
    is_on: bool


@dataclass(frozen=True, slots=True)
class Held:
    """What an office, or a person of it, has in hands, by group. office, handle: what the list is narrowed by; "" where nobody has
    it."""

    name: str
    office: str
    handle: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Holder:
    """A row of the list, and whose hands it is in."""

    row: Row
    hands: str


@dataclass(frozen=True, slots=True)
class Owed:
    """Somebody to be told today: row, and what may be promised anew; reason, days, word, chosen: as sent before."""

    row: Row
    extending: moves.Extending
    is_late: bool

    @property
    def code(self) -> str:
        return self.row.dossier.code


@dataclass(frozen=True, slots=True)
class AheadPage:
    """rows: a page of what is close; offices, people: who has how much in hands; owed: the most urgent of those to be told, and
    apologies: how many they are. number: of the page, more: there is another. group: "" for what the asker's role should see. unit,
    handle: what the list is narrowed by, narrowed: its name."""

    rows: tuple[Holder, ...]
    tallies: tuple[Tally, ...]
    offices: tuple[Held, ...]
    people: tuple[Held, ...]
    owed: tuple[Owed, ...]
    apologies: Apologies
    group: str
    unit: str
    handle: str
    narrowed: str
    number: int
    more: bool


def ahead(
    ward: int,
    *,
    now: dt.datetime,
    office: int | None,
    is_head: bool,
    group: str = "",
    unit: str = "",
    handle: str = "",
    number: int = 1,
    with_owed: bool = True,
) -> AheadPage:
    """The running dossiers of an office (None: of the ward) that are close to their promise or past it, the most urgent first.

    is_head: 90 percent are early enough; else 75 (data/clock_limits.csv). unit, handle: only what this office, this person has.
    with_owed: for who may apologise. At most seven queries.
    """
    group = group if group in GROUPS else ""
    is_seen = queries.is_near(now, is_head=is_head) if not group else _of(group, now)
    found = list(
        _running(ward, office)
        .filter(queries.is_near(now, is_head=False))
        .values_list("office__slug", "office__name", "person__handle", "person__full_name")
        .annotate(**{f"n{n}": Count("pk", filter=_of(name, now)) for n, name in enumerate(GROUPS)})
        .order_by("office__position", "office__name", "person__full_name")
    )
    counts = [sum(row[4 + n] for row in found) for n in range(len(GROUPS))]
    rows = _running(ward, office).filter(is_seen)
    if unit:
        rows = rows.filter(office__slug=unit)
    if handle:
        rows = rows.filter(person__handle=handle)
    start = (number - 1) * A_PAGE
    page = list(
        rows.select_related("dossier", "office", "person").order_by("late_from", "dossier_id")[
            start : start + A_PAGE + 1
        ]
    )
    return AheadPage(
        tuple(_holder(one, now) for one in page[:A_PAGE]),
        tuple(
            Tally(name, _name(words), _TONES[name], count, name == group)
            for (name, words), count in zip(GROUPS.items(), counts, strict=True)
        ),
        _summed(found, by_person=False),
        _summed([row for row in found if row[2]], by_person=True),
        owed(ward, now=now, office=office) if with_owed else (),
        queries.apologies(ward, now=now, office=office),
        group,
        unit,
        handle,
        next(
            (
                row[3] if handle else row[1]
                for row in found
                if (handle and row[2] == handle) or (unit and row[0] == unit)
            ),
            "",
        ),
        number,
        len(page) > A_PAGE,
    )


def owed(ward: int, *, now: dt.datetime, office: int | None) -> tuple[Owed, ...]:
    """To whom an apology is owed today, the latest first, a page of them, each with the days that may be promised. Four queries."""
    clocks = _running(ward, office).filter(queries.owes_apology(now))
    found = [
        queries.with_clock(one)
        for one in clocks.select_related("dossier").order_by("late_from", "dossier_id")[:A_PAGE]
    ]
    told = moves.more_times(found, at=now, shown=_NEW_DAYS)
    return tuple(
        Owed(queries.row_of(one, now=now), told[one.pk], one.clock.late_from <= now)  # type: ignore[operator]
        for one in found
    )


def _running(ward: int, office: int | None) -> QuerySet[DossierClock]:
    if office is not None:
        return DossierClock.objects.filter(**queries.in_hands(ward, office))
    return DossierClock.objects.filter(ward_id=ward, runs=True)


def _of(group: str, now: dt.datetime) -> Q:
    later = Q(late_from__gt=queries.end_of(now))
    match group:
        case "tre":
            return Q(late_from__lte=now)
        case "hom-nay":
            return Q(late_from__gt=now, late_from__lte=queries.end_of(now))
        case "gap":
            return later & Q(urgent_from__lte=now)
        case _:
            return later & Q(warn_from__lte=now, urgent_from__gt=now)


def _name(words: str) -> str:
    limits = data.limits()
    return words.format(warn=limits.warn_percent, urgent=limits.urgent_percent)


def _holder(clock: DossierClock, now: dt.datetime) -> Holder:
    dossier = queries.with_clock(clock)
    return Holder(queries.row_of(dossier, now=now), queries.hands_of(dossier))


def _summed(found: Sequence[tuple], *, by_person: bool) -> tuple[Held, ...]:  # type: ignore[type-arg]
    """The counts by office, or by person; whose hands nobody knows stand last."""
    sums: dict[tuple[str, str, str], list[int]] = {}
    for slug, name, handle, who, *counts in found:
        key = (slug or "", handle or "", who or "") if by_person else (slug or "", "", name or "")
        sums[key] = [a + b for a, b in zip(sums.get(key, [0] * len(counts)), counts, strict=True)]
    rows = [Held(name, slug, handle, tuple(counts)) for (slug, handle, name), counts in sums.items()]
    return tuple(sorted(rows, key=lambda row: (not row.name, -row.counts[0], -row.total)))
