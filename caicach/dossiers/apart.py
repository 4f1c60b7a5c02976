"""Where the province's system and ours disagree on a dossier beside: what our clock would have promised, and what its lists say.

Reckoned in the same writes that take a list over, so that a page of what differs is an index away. Ours is counted from the moment of
receipt alone: where a dossier has waited, lists do not say for how long, and nothing is held against it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from caicach.core.clock import minute
from caicach.dossiers.models import Dossier, DossierClock
from caicach.organisation.queries import WardHours, day_names, in_force, ward_hours, work_time
from caicach.organisation.queries import row_of as row_of_ward
from caicach.procedures.queries import Terms, terms_on
from caicach.rules.clock_words import in_words
from caicach.rules.dossier_clock import Move, Term, read
from caicach.rules.dossier_moves import STATES
from caicach.rules.refusal import Refusal
from caicach.rules.work_time import WorkTime

KINDS = {
    "missed": "Trễ theo phường, đúng hẹn theo tỉnh", "kept": "Đúng hẹn theo phường, trễ theo tỉnh", "none": "Tỉnh không ghi ngày hẹn",
    "early": "Phường hẹn sớm hơn", "later": "Tỉnh hẹn sớm hơn",
}  # fmt: skip
"""how the two disagree: on what came out, else on the promise"""
SLUGS = {
    "xong-tre": "missed", "xong-dung-hen": "kept", "khong-co-hen": "none", "phuong-som": "early", "tinh-som": "later",
}  # fmt: skip
"""the same in addresses"""
FIELDS = ["counted_on", "counted_time", "differs", "apart", "waited"]
"""of the clock, what is written here"""
_COUNTED = ("accepted", "processing", "resolved", "returned")
A_PAGE = 20
_BATCH = 1_000


@dataclass(slots=True)
class Ours:
    """What a ward's own clock would promise. Each day of receipt is counted once for each term."""

    version: int
    time: WorkTime
    terms: Terms
    hours: Sequence[WardHours]
    _terms: dict[tuple[str, str, dt.date], Term | None] = field(default_factory=dict)
    _dues: dict[tuple[Term, dt.datetime], dt.datetime | None] = field(default_factory=dict)

    @classmethod
    def of(cls, ward: int) -> Ours:
        """Two queries, and what a changed calendar asks once."""
        version = row_of_ward(ward).values_list("calendar_version", flat=True).first() or 0
        return cls(version, work_time(ward, version), terms_on(ward), ward_hours(ward, version))

    def term(self, dossier: Dossier) -> Term | None:
        """The term of its procedure's version on the day of receipt, as the ward counted on that day."""
        assert dossier.received_on is not None
        said = (dossier.procedure_code, dossier.procedure, dossier.received_on)
        if said not in self._terms:
            code, day = self.terms.code_of(*said[:2]), dossier.received_on
            self._terms[said] = self.terms.on(code, day, in_force(self.hours, day).counting) if code else None
        return self._terms[said]

    def due(self, dossier: Dossier) -> dt.datetime | None:
        """None where the catalogue does not know it, or no calendar reaches so far."""
        if dossier.received_on is None or (term := self.term(dossier)) is None:
            return None
        at = received(dossier)
        if not term.counts_minutes and term.unit != "same-day":
            at = dt.datetime.combine(at.date(), dt.time())  # the first day is not counted
        if (term, at) not in self._dues:
            try:
                self._dues[term, at] = read(self.time, term, (Move(at, "accepted"),), at).due
            except Refusal:
                self._dues[term, at] = None
        return self._dues[term, at]


def received(dossier: Dossier) -> dt.datetime:
    """A day without a time is taken from its beginning."""
    assert dossier.received_on is not None
    return dt.datetime.combine(dossier.received_on, dossier.received_time or dt.time())


def compare(clock: DossierClock, dossier: Dossier, ours: Ours) -> None:
    """Our promise of a dossier beside and how the province's differs from it, into the row. `comparing.set_clock` comes before."""
    clock.waited = clock.waited or STATES[dossier.state].group == "waiting"  # type: ignore[index]
    clock.counted_on = clock.counted_time = clock.apart = None
    clock.differs = ""
    if dossier.set_aside or clock.waited or dossier.system != Dossier.BESIDE or dossier.state not in _COUNTED:
        return
    due = ours.due(dossier)
    if due is None:
        return
    clock.counted_on, clock.counted_time = due.date(), due.time()
    clock.differs, clock.apart = differing(due.date(), dossier.due_on, clock.settled_on, ours.time)


def differing(
    mine: dt.date, theirs: dt.date | None, settled: dt.date | None, time: WorkTime
) -> tuple[str, int | None]:
    """(of KINDS, working days by which theirs is later); ("", 0) where both name the same day. A promised day counts whole."""
    if theirs is None:
        return "none", None
    if mine == theirs:
        return "", 0
    days = time.days_between(mine, theirs) if theirs > mine else -time.days_between(theirs, mine)
    if settled is not None and (settled > mine) != (settled > theirs):
        return ("missed" if settled > mine else "kept"), days
    return ("early" if theirs > mine else "later"), days


def recount(ward: int, *, only_open: bool = False) -> int:
    """Our promises counted anew, after a change of days off, hours or the catalogue: a thousand in a transaction. How many say
    otherwise than before. only_open: of those that are not settled and that we have counted before."""
    ours, changed, last = Ours.of(ward), 0, 0
    clocks = DossierClock.objects.filter(ward_id=ward, dossier__system=Dossier.BESIDE)
    if only_open:
        clocks = clocks.filter(settled_on=None, counted_on__isnull=False)
    while ids := list(clocks.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:_BATCH]):
        last = ids[-1]
        changed += _recount(ids, ours)
    return changed


@transaction.atomic
def _recount(ids: Sequence[int], ours: Ours) -> int:
    list(Dossier.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
    moved = []
    # read once they are held: a list may have told of them while we waited
    for clock in DossierClock.objects.select_related("dossier").filter(pk__in=ids):
        before = [getattr(clock, name) for name in FIELDS]
        compare(clock, clock.dossier, ours)
        if before != [getattr(clock, name) for name in FIELDS]:
            moved.append(clock)
    DossierClock.objects.bulk_update(moved, FIELDS, batch_size=100)
    return len(moved)


# --- the page ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tally:
    slug: str
    name: str
    count: int
    is_on: bool
    tone: str


@dataclass(frozen=True, slots=True)
class Row:
    """ours, theirs: the promises; words: how they differ; sum: how ours was counted, "" where the catalogue says otherwise by now."""

    dossier: Dossier
    ours: dt.datetime
    theirs: dt.date | dt.datetime | None
    kind: str
    words: str
    sum: str

    @property
    def is_on_outcome(self) -> bool:
        """Whether they disagree on how it came out, not on the promise alone."""
        return self.dossier.clock.differs in ("missed", "kept")


@dataclass(frozen=True, slots=True)
class Page:
    """procedures: (value of the filter, name, how many differ). counted: dossiers that were held against the catalogue."""

    rows: tuple[Row, ...]
    tallies: tuple[Tally, ...]
    procedures: tuple[tuple[str, str, int], ...]
    counted: int
    slug: str
    procedure: str
    number: int
    more: bool


def page(ward: int, *, now: dt.datetime, slug: str = "", procedure: str = "", number: int = 1) -> Page:
    """A page of what differs, the newest first. Five queries at most, and what a changed calendar asks once."""
    slug = slug if slug in SLUGS else ""
    counts: dict[str, int] = {}
    names: dict[str, tuple[str, int]] = {}
    grouped = (
        _differing(ward).values_list("differs", "dossier__procedure_code", "dossier__procedure").order_by()
    )
    for kind, code, name, count in grouped.annotate(n=Count("pk")):
        if not procedure or procedure == (code or name):
            counts[kind] = counts.get(kind, 0) + count
        if not slug or SLUGS[slug] == kind:
            names[code or name] = (name or code, names.get(code or name, ("", 0))[1] + count)
    found = list(rows(ward, slug, procedure)[(number - 1) * A_PAGE : number * A_PAGE + 1])
    shown = found[:A_PAGE]
    ours = Ours.of(ward) if shown else None
    days_off = day_names(ward, ours.version) if ours else {}
    return Page(
        tuple(row_of(one, now=now, ours=ours, names=days_off) for one in shown),
        tuple(
            Tally(one, KINDS[kind], counts.get(kind, 0), one == slug, "late" if kind == "missed" else "warn")
            for one, kind in SLUGS.items()
        ),
        tuple(
            sorted(((code, name, count) for code, (name, count) in names.items()), key=lambda one: -one[2])
        ),
        DossierClock.objects.filter(ward_id=ward, counted_on__isnull=False).count(),
        slug,
        procedure if procedure in names else "",
        number,
        len(found) > A_PAGE,
    )


def _differing(ward: int) -> QuerySet[DossierClock]:
    return DossierClock.objects.filter(ward_id=ward).exclude(differs="")


def rows(ward: int, slug: str, procedure: str) -> QuerySet[DossierClock]:
    """What differs, of a kind and of a procedure (its code, or its name where the lists have no code)."""
    found = _differing(ward).select_related("dossier").order_by("-dossier_id")
    if slug in SLUGS:
        found = found.filter(differs=SLUGS[slug])
    if procedure:
        unnamed = Q(dossier__procedure_code="", dossier__procedure=procedure)
        found = found.filter(Q(dossier__procedure_code=procedure) | unnamed)
    return found


def row_of(
    clock: DossierClock,
    *,
    now: dt.datetime,
    ours: Ours | None = None,
    names: Mapping[dt.date, str] | None = None,
) -> Row:
    dossier = clock.dossier
    assert clock.counted_on is not None
    assert clock.counted_time is not None
    mine = dt.datetime.combine(clock.counted_on, clock.counted_time)
    told = _sum(dossier, mine, ours, names or {}, now) if ours else ""
    return Row(
        dossier,
        mine,
        dossier.moment("due"),
        KINDS.get(clock.differs, "Cùng một ngày hẹn"),
        words(clock),
        told,
    )


def words(clock: DossierClock) -> str:
    """By how much: "tỉnh hẹn muộn hơn 3 ngày làm việc"; "" where nothing can be said."""
    if not clock.differs or clock.apart is None:
        return "" if clock.differs != "none" else "tỉnh không ghi ngày hẹn"
    days = f"{abs(clock.apart)} ngày làm việc" if clock.apart else "vào ngày nghỉ"
    if not clock.apart:
        return f"hai ngày hẹn khác nhau {days}"
    return f"tỉnh hẹn {'muộn' if clock.apart > 0 else 'sớm'} hơn {days}"


def _sum(
    dossier: Dossier, mine: dt.datetime, ours: Ours, names: Mapping[dt.date, str], now: dt.datetime
) -> str:
    term = ours.term(dossier)
    if term is None or ours.due(dossier) != mine:
        return ""
    here = minute(now)
    try:
        return in_words(ours.time, term, (Move(received(dossier), "accepted"),), here, names=names)
    except Refusal:
        return ""
