"""What everybody may read of the ward's dossiers: figures, and codes of those late or with a result. No name, number, phone or person of
the ward is asked for here, so that none can slip onto the page; a procedure's name is the catalogue's, never what a list wrote."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from caicach import data
from caicach.core.http import Missing
from caicach.dossiers import figures
from caicach.dossiers.models import DossierClock, Event, later
from caicach.procedures.queries import names
from caicach.rules.dossier_moves import APOLOGIES
from caicach.rules.figures import Counted
from caicach.rules.vntext import key

A_PAGE = 40
LATE, RESULTS = "tre-hen", "ket-qua"
"""the two lists, as in the address"""
UNNAMED = "Thủ tục không nêu tên"


@dataclass(frozen=True, slots=True)
class Told:
    """A dossier for everybody. promised: the day that was promised first; now: the new one, or the day of the result."""

    code: str
    procedure: str
    promised: dt.date | None
    now: dt.date | None
    tone: str
    words: str


@dataclass(frozen=True, slots=True)
class Sums:
    """on_time: of those with a result and a promised day; apologised: of those that were late."""

    name: str
    received: Counted
    on_time: Counted
    apologised: Counted

    @property
    def late(self) -> int:
        return (self.on_time.whole or 0) - self.on_time.part


@dataclass(frozen=True, slots=True)
class PublicPage:
    """late: how many are late, or were promised anew, and still under way; part: which list the rows are of."""

    sums: tuple[Sums, ...]
    late: int
    part: str
    rows: tuple[Told, ...]
    number: int
    more: bool

    @property
    def is_late(self) -> bool:
        return self.part == LATE


def public_page(ward: int, *, part: str, number: int, today: dt.date, now: dt.datetime) -> PublicPage:
    """Seven queries. Raises Missing for a page behind the last one."""
    clocks = DossierClock.objects.filter(ward_id=ward)
    broken = clocks.filter(Q(late_from__lte=now) | Q(apologised_on__isnull=False), runs=True)
    month = (today.replace(day=1), today)
    rows = broken.order_by("late_from", "dossier_id")
    if part == RESULTS:
        rows = clocks.filter(settled_on__range=month).order_by("-settled_on", "-dossier_id")
    start = (number - 1) * A_PAGE
    wanted = (
        "dossier_id",
        "dossier__code",
        "dossier__procedure_code",
        "dossier__procedure",
        "dossier__due_on",
    )
    own = ("late_from", "apologised_on", "again_on", "settled_on", "late_days")
    page = list(rows.values(*wanted, *own)[start : start + A_PAGE + 1])
    if number > 1 and not page:
        raise Missing
    shown, known = page[:A_PAGE], names(ward)
    first = _first_days([row["dossier_id"] for row in shown if row["apologised_on"]])
    return PublicPage(
        _sums(ward, today),
        broken.count(),
        part,
        tuple(_told(row, first, known, now) for row in shown),
        number,
        len(page) > A_PAGE,
    )


def _sums(ward: int, today: dt.date) -> tuple[Sums, ...]:
    asked = (figures.received, figures.on_time, figures.apologised)
    months = [one(ward, today.year, today) for one in asked]
    nothing = (Counted(0), Counted(0, 0), Counted(0, 0))
    year = [sum(found.values(), none) for found, none in zip(months, nothing, strict=True)]
    month = [found.get(today.month, none) for found, none in zip(months, nothing, strict=True)]
    return (Sums(f"Tháng {today.month}", *month), Sums(f"Năm {today.year}", *year))


def _first_days(dossiers: Iterable[int]) -> dict[int, dt.date]:
    """The day that was promised before the first apology of the count that runs. One query, none without a dossier."""
    wanted = list(dossiers)
    if not wanted:
        return {}
    found: dict[int, dt.date] = {}
    codes = (*APOLOGIES, "reopen")
    for event in Event.objects.filter(dossier_id__in=wanted, code__in=codes).order_by("id"):
        if event.code == "reopen":
            found.pop(event.dossier_id, None)
        elif before := event.facts.get("before"):
            found.setdefault(event.dossier_id, dt.date.fromisoformat(str(before)[:10]))
    return found


def _told(row: dict, first: dict[int, dt.date], known: dict[str, str], now: dt.datetime) -> Told:  # type: ignore[type-arg]
    code, due, settled = row["dossier__code"], row["dossier__due_on"], row["settled_on"]
    promised = first.get(row["dossier_id"], due)
    procedure = _procedure(row["dossier__procedure_code"], row["dossier__procedure"], known)
    if settled:
        late = row["late_days"]
        words = "Không có ngày hẹn" if late is None else f"Trễ {late} ngày làm việc" if late else "Đúng hẹn"
        return Told(
            code, procedure, promised, settled, "plain" if late is None else "warn" if late else "ok", words
        )
    new = later(due, row["again_on"]) if row["apologised_on"] else None
    is_late = row["late_from"] is not None and row["late_from"] <= now
    words = ("Trễ, đã xin lỗi" if is_late else "Đã xin lỗi, hẹn lại") if new else "Trễ hẹn"
    return Told(code, procedure, promised, new, "late" if is_late else "warn", words)


def _procedure(code: str, name: str, known: dict[str, str]) -> str:
    """The catalogue's name of it, by code or by the very name; what it does not have, and what would tell too much, stays unsaid."""
    there = known.get(".".join(code.split(".")[:2])) or known.get(key(name), "")
    return there if there and not data.is_unnamed(there) else UNNAMED
