"""What waits for a leader's signature, and what lies with somebody who is not there."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from caicach.accounts.queries import absences, holders, holds_something, is_away
from caicach.core.clock import local
from caicach.dossiers import queries
from caicach.dossiers.drafts import Laid, laid_by, laid_on
from caicach.dossiers.models import Dossier, DossierClock, Event
from caicach.dossiers.queries import A_PAGE, Row
from caicach.rules import rights

GROUPS = {"toi": "Trình tôi", "lanh-dao": "Trình lãnh đạo khác", "tat-ca": "Mọi hồ sơ đang giải quyết"}
"""the table of moves lets every dossier under way be signed; those that were put into a leader's hands come first"""


@dataclass(frozen=True, slots=True)
class Line:
    """A dossier to be ticked. seen: its newest event; why: of one that lies with nobody; draft: of its result."""

    row: Row
    hands: str
    seen: int
    why: str = ""
    draft: Laid | None = None

    @property
    def code(self) -> str:
        return self.row.dossier.code


@dataclass(frozen=True, slots=True)
class Tally:
    group: str
    name: str
    count: int
    is_on: bool


@dataclass(frozen=True, slots=True)
class SigningPage:
    lines: tuple[Line, ...]
    tallies: tuple[Tally, ...]
    group: str
    number: int
    more: bool


def signing(ward: int, *, holder: int, now: dt.datetime, group: str = "", number: int = 1) -> SigningPage:
    """A page of the ward's own dossiers that may be signed now, the least time left first. holder: whose post is worn. Two queries."""
    leaders = holders(ward, [rights.LEADER]).values("person_id")
    which = {
        "toi": Q(person_id=holder),
        "lanh-dao": Q(person_id__in=leaders) & ~Q(person_id=holder),
        "tat-ca": Q(runs=True),
    }
    clocks = DossierClock.objects.filter(ward_id=ward, runs=True, dossier__system=Dossier.OWN)
    counts = clocks.aggregate(
        **{name.replace("-", "_"): Count("pk", filter=of) for name, of in which.items()}
    )
    count = {name: counts[name.replace("-", "_")] for name in GROUPS}
    if group not in GROUPS:
        group = next((name for name in GROUPS if count[name]), "toi")
    rows = clocks.filter(which[group])
    start = (number - 1) * A_PAGE
    page = _lines(rows, now, start)
    return SigningPage(
        tuple(page[:A_PAGE]),
        tuple(Tally(name, words, count[name], name == group) for name, words in GROUPS.items()),
        group,
        number,
        len(page) > A_PAGE,
    )


@dataclass(frozen=True, slots=True)
class NobodysPage:
    """lines: of people who have left or are away today; away: of the latter, who must not be given anything."""

    lines: tuple[Line, ...]
    away: frozenset[int]
    count: int
    number: int
    more: bool


def nobodys(ward: int, *, office: int | None, now: dt.datetime, number: int = 1) -> NobodysPage:
    """What somebody has in hands by name who holds no post in the ward any more, or is absent today; an office's, or (None) the
    ward's. Only what may be handed over: what waits for papers or money comes here once it goes on. Three queries."""
    rows = _nobodys(ward, office)
    today = local(now).date()
    absent = {one.person_id: one for one in absences(ward, on=today) if one.since <= today}
    why = {
        pk: f"vắng đến {one.until:%d/%m/%Y}" + (f", {one.deputy} thay" if one.deputy else "")
        for pk, one in absent.items()
    }
    page = _lines(rows, now, (number - 1) * A_PAGE, why)
    return NobodysPage(tuple(page[:A_PAGE]), frozenset(absent), rows.count(), number, len(page) > A_PAGE)


def count_nobodys(ward: int, *, office: int | None) -> int:
    """How many those are. One query."""
    return _nobodys(ward, office).count()


def _nobodys(ward: int, office: int | None) -> QuerySet[DossierClock]:
    where = {"ward_id": ward} if office is None else {"ward_id": ward, "office_id": office}
    has_left = ~Q(holds_something(person="person_id", ward="ward_id"))
    return DossierClock.objects.filter(
        has_left | Q(is_away(person="person_id", ward="ward_id")), runs=True, person__isnull=False, dossier__system=Dossier.OWN,
        dossier__state="processing", **where,
    )  # fmt: skip


def _lines(
    rows: QuerySet[DossierClock], now: dt.datetime, start: int, why: dict[int, str] | None = None
) -> list[Line]:
    newest = Event.objects.filter(dossier_id=OuterRef("dossier_id")).order_by("-id").values("id")[:1]
    found = (
        rows.select_related("dossier", "office", "person")
        .annotate(newest=Subquery(newest), **laid_on("dossier_id"))
        .order_by(F("late_from").asc(nulls_last=True), "dossier_id")[start : start + A_PAGE + 1]
    )
    lines = []
    for clock in found:
        dossier = queries.with_clock(clock)
        said = "" if why is None else why.get(clock.person_id or 0, "không còn ở phường")
        lines.append(
            Line(
                queries.row_of(dossier, now=now),
                queries.hands_of(dossier),
                clock.newest or 0,
                said,
                laid_by(clock),
            )
        )
    return lines
