""" "If these steps were cut so": the page of a procedure's past dossiers under a shorter time."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median_low
from typing import Any, NamedTuple

from caicach.core import clock
from caicach.dossiers.apart import received
from caicach.dossiers.models import Dossier, DossierClock, Event
from caicach.organisation.queries import hours_on, offices, work_time
from caicach.procedures.queries import Shortened, shortened
from caicach.rules import shorter
from caicach.rules.clock_steps import Step, steps_of
from caicach.rules.clock_words import minutes_in_words
from caicach.rules.control_sheet import PASSES
from caicach.rules.dossier_clock import Move, Term
from caicach.rules.dossier_moves import MOVES, replay
from caicach.rules.dossier_moves import Step as Moved
from caicach.rules.formats import dossier_address
from caicach.rules.procedures import PROMISED, Span, percent
from caicach.rules.refusal import Refusal
from caicach.rules.work_time import WorkTime

MOST = 1_000
"""so many dossiers are looked at, the newest results"""
_POINTS = 400
"""amounts on the picture at most: hours of a long time are taken in steps"""


@dataclass(frozen=True, slots=True)
class Held:
    """An office through which dossiers would have been late; wide: in percent of the most."""

    name: str
    count: int
    wide: int


class Point(NamedTuple):
    amount: int
    share: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the past dossiers would have come out. late_median, late_most: in words; examples: (code, address) of the latest."""

    span: Span
    in_time: int
    late: int
    late_median: str
    late_most: str
    held: tuple[Held, ...]
    unknown: int
    examples: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ShorterPage:
    """facts: the procedure and the promise to cut; now, then: the outcome under what is promised today and under what is asked
    for, None where nothing is; counted: how many dossiers, since, until: by their results; skipped: of those that waited in another
    system, so that nobody knows their time. points: the share in time for each amount of `unit`; safe: the shortest time that
    nine of ten would have kept."""

    facts: Shortened
    now: Outcome | None
    then: Outcome | None
    counted: int
    since: dt.date | None
    until: dt.date | None
    skipped: int
    unit: Span | None
    points: tuple[Point, ...]
    safe: Span | None
    refusal: str = ""

    @property
    def cut(self) -> str:
        return percent(self.facts.cut) if self.facts.cut else "0%"

    @property
    def total(self) -> str:
        return percent(self.facts.total) if self.facts.total else "0%"

    @property
    def was_total(self) -> str:
        return percent(self.facts.was_total) if self.facts.was_total else "0%"

    @property
    def is_kept(self) -> bool:
        return self.facts.total is not None and self.facts.total >= PROMISED


@dataclass(frozen=True, slots=True)
class Asked:
    """own: the shorter time, None for none; steps: hours of work for each step, in their order, where those are asked for."""

    own: Span | None = None
    steps: tuple[int, ...] = ()

    @property
    def span(self) -> Span | None:
        return Span("working-hour", sum(self.steps)) if self.steps else self.own


_SAFE = Fraction(9, 10)


def shorter_page(ward: int, code: str, asked: Asked, *, today: dt.date) -> ShorterPage:
    """A procedure's last results under a shorter time. Eight queries, whatever the number of dossiers. Raises Missing."""
    time, counting = work_time(ward), hours_on(ward, today).counting
    facts = shortened(ward, code, asked.span, today=today)
    law = facts.version.law
    if law is None or law.unit == "same-day":
        return ShorterPage(facts, None, None, 0, None, None, 0, None, (), None)
    refusal = _refused(asked, law, facts, time)
    if refusal:
        facts = shortened(ward, code, None, today=today)
    found, skipped, days = _past(ward, code, time)
    promised = facts.version.promised
    assert promised is not None
    shares = shorter.merged([(office or name, share) for name, office, share in facts.steps])
    if not found:
        return ShorterPage(facts, None, None, 0, None, None, skipped, None, (), None, refusal)

    def outcome(span: Span, hours: Sequence[int] = ()) -> Outcome:
        term = counting.term(span.unit, span.amount)
        if hours:
            named = shorter.merged([(office or name, h) for (name, office, _), h in zip(facts.steps, hours, strict=True)])  # fmt: skip
            steps = [Step(office, Term("working-hour", h)) for office, h in named]
        else:
            steps = steps_of(term, shares, a_day=time.minutes_a_day) if shares else []
        return _outcome(time, span, term, steps, found)

    then = outcome(asked.span, asked.steps) if asked.span and not refusal else None
    unit = then.span if then else promised
    most = law.amount if unit.unit == law.unit else int(law.minutes(time.minutes_a_day)) // 60
    if unit.unit not in (law.unit, "working-hour"):  # days of another kind than the law's: hours show both
        unit = Span("working-hour", int(unit.minutes(time.minutes_a_day)) // 60)
    step = max(1, -(-most // _POINTS))
    needed = [
        shorter.least(time, lambda n: counting.term(unit.unit, n * step), one, -(-most // step))
        for one in found
    ]
    points = tuple(
        Point(min(n * step, most), shorter.share_in_time(needed, n)) for n in range(1, -(-most // step) + 1)
    )
    safe = next((Span(unit.unit, one.amount) for one in points if one.share >= _SAFE), None)
    return ShorterPage(
        facts, outcome(promised), then, len(found), min(days), max(days), skipped, Span(unit.unit, most), points, safe, refusal
    )  # fmt: skip


def _refused(asked: Asked, law: Span, facts: Shortened, time: WorkTime) -> str:
    """Why what is asked for cannot be counted; "" where it can."""
    span = asked.span
    if span is None:
        return ""
    if asked.steps and (len(asked.steps) != len(facts.steps) or min(asked.steps) < 1):
        return str(Refusal("dossiers.step-hours"))
    if span.minutes(time.minutes_a_day) > law.minutes(time.minutes_a_day):
        return str(Refusal("procedure.time-longer", own=span.words, law=law.words))
    return ""


def _outcome(time: WorkTime, span: Span, term: Term, steps: Sequence[Step], found: Sequence[shorter.Past]) -> Outcome:  # fmt: skip
    late = [told for one in found if (told := shorter.late_through(time, term, steps, one))]
    late.sort(key=lambda one: -one.minutes)
    count = Counter(one.office for one in late if one.office)
    most = max(count.values(), default=1)

    def words(minutes: int) -> str:
        return minutes_in_words(minutes, time.minutes_a_day)

    return Outcome(
        span, len(found) - len(late), len(late), words(median_low(one.minutes for one in late)) if late else "",
        words(late[0].minutes) if late else "", tuple(Held(name, n, max(1, n * 100 // most)) for name, n in count.most_common(8)),
        sum(1 for one in late if not one.office), tuple((one.code, dossier_address(one.code)) for one in late[:5]),
    )  # fmt: skip


def _past(ward: int, code: str, time: WorkTime) -> tuple[list[shorter.Past], int, list[dt.date]]:
    """The last results of a procedure: what happened to each, how many cannot be told, the days of their results. Three queries."""
    clocks = list(
        DossierClock.objects.filter(
            ward_id=ward, settled_on__isnull=False, dossier__set_aside=False, dossier__procedure_code__startswith=code
        )
        .select_related("dossier")
        .order_by("-settled_on", "-dossier_id")[:MOST]
    )  # fmt: skip
    own = [one.dossier_id for one in clocks if one.dossier.system == Dossier.OWN]
    told: dict[int, list[Any]] = {pk: [] for pk in own}
    rows = Event.objects.filter(ward_id=ward, dossier_id__in=own).order_by("id")
    for pk, event, at, word, facts in rows.values_list("dossier_id", "code", "at", "word", "facts"):
        told[pk].append((event, clock.minute(at), word, facts))
    names = {one.id: one.name for one in offices(ward)}
    found, days, skipped = [], [], 0
    for one in clocks:
        moves = _of_events(told[one.dossier_id], names) if one.dossier_id in told else _beside(one)
        past = shorter.past(one.dossier.code, moves) if moves else None
        if past is None or one.settled_on is None:
            skipped += 1
            continue
        found.append(past)
        days.append(one.settled_on)
    return found, skipped, days


def _of_events(events: Sequence[tuple[str, dt.datetime, str, dict[str, Any]]], names: dict[int, str]) -> list[Move]:  # fmt: skip
    """The clock's moves, and through whose hands it went."""
    try:
        replay([Moved(event, at, word, facts.get("amount", 0)) for event, at, word, facts in events])
    except Refusal:  # what could not have happened says nothing of a time
        return []
    moves: list[Move] = []
    for event, at, _, facts in events:
        what = MOVES.get(event)
        if event in PASSES:
            office = names.get(facts.get("office") or 0) or facts.get("office_name", "")
            if office and moves:
                moves.append(Move(at, "handed-over", to=office))
        elif what and what.clock:
            office = names.get(facts.get("office") or 0, "") if what.clock == "accepted" else ""
            moves.append(Move(at, what.clock, what.pause, facts.get("amount", 0), office))
    return moves


def _beside(one: DossierClock) -> list[Move]:
    """Of another system only receipt and result are known; one that waited cannot be told."""
    dossier = one.dossier
    if one.waited or dossier.received_on is None or dossier.resolved_on is None:
        return []
    since = received(dossier)
    until = dt.datetime.combine(dossier.resolved_on, dossier.resolved_time or dt.time())
    return [Move(since, "accepted"), Move(max(since, until), "resolved")]
