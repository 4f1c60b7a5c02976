"""A dossier of the ward's own counter: taken in, settled while the person waits, its number learnt."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from caicach.core import clock, origin
from caicach.core.http import Missing
from caicach.dossiers import apart, comparing
from caicach.dossiers.models import Dossier as Dossier
from caicach.dossiers.models import DossierClock, Event
from caicach.dossiers.taking import OF_LISTS
from caicach.organisation.queries import work_time
from caicach.rules.dossier_moves import APOLOGISED, after, goes_back
from caicach.rules.dossier_words import dossier_code
from caicach.rules.refusal import Refusal
from caicach.rules.work_time import WorkTime

_JOINED = "GOP-"
"""how the code of a dossier begins that turned out to be another one"""


@dataclass(frozen=True, slots=True)
class Taken:
    """Rows of a dossier that has just been taken in, not written yet."""

    dossier: Dossier
    clock: DossierClock
    events: list[Event]


def of_form(ward: int, token: str) -> QuerySet[Dossier]:
    """The dossier that a form has made already; a question for `trip.ask`."""
    return Dossier.objects.filter(ward_id=ward, token=token)


def codes_of(ward: int, beginning: str) -> list[str]:
    """The codes of a ward that begin so. One query, answered by the index of the codes."""
    rows = Dossier.objects.filter(ward_id=ward, code__gte=beginning, code__lt=beginning + chr(0x10FFFD))
    return list(rows.values_list("code", flat=True))


def take_in(
    dossier: Dossier,
    *,
    at: dt.datetime,
    due: dt.datetime | None,
    time: WorkTime,
    by: int | None,
    facts: Mapping[str, object],
    office: Mapping[str, object] | None,
    settled: bool = False,
) -> Taken:
    """What the moves of an intake make of a dossier whose plain facts are there: "accept", then "transfer" to the office of the
    first step, or "resolve" and "return-result" where it is settled at once."""
    came = clock.minute(at)
    dossier.received_on, dossier.received_time = came.date(), came.time()
    if due is not None:
        dossier.due_on, dossier.due_time = due.date(), due.time()
    moves: list[tuple[str, Mapping[str, object]]] = [("accept", facts)]
    if settled:
        moves += [("resolve", {"outcome": "granted"}), ("return-result", {"collector": dossier.applicant})]
        dossier.resolved_on = dossier.returned_on = came.date()
        dossier.resolved_time = dossier.returned_time = came.time()
    elif office:
        moves.append(("transfer", office))
    dossier.words = comparing.words_of(dossier)
    events, state = [], None
    for move, told in moves:
        dossier.state = state = after(state, move)
        events.append(event(dossier, move, told, by=by, at=at))
    made = DossierClock(dossier=dossier, ward_id=dossier.ward_id)
    if "transfer" in dict(moves):
        made.office_id = dict(moves)["transfer"]["office"]  # type: ignore[assignment]
    comparing.set_clock(made, dossier, time, timezone.get_default_timezone())
    return Taken(dossier, made, events)


@transaction.atomic
def learn_code(dossier: Dossier, code: str, *, by: int | None, at: dt.datetime) -> bool:
    """The province's system has given a provisional dossier its number. Whether that is new; `dossier` has it either way. Where a
    list of the province has brought that number already the two are one from now on. Raises Refusal dossier.code-malformed,
    dossier.code-known, dossier.code-taken."""
    held = hold(dossier)
    told = dossier_code(code)
    if told is None:
        raise Refusal("dossier.code-malformed", "code", shown=code.strip()[:40])
    if held.code == told:
        dossier.code = told
        return False
    if not held.code.startswith(Dossier.PROVISIONAL):
        raise Refusal("dossier.code-known", "code", shown=held.code)
    listed = _make_way(held, told, by=by, at=at)
    before, held.code = held.code, told
    held.words = comparing.words_of(held)
    try:
        with transaction.atomic():
            held.save(update_fields=["code", "words"])
    except IntegrityError:
        raise Refusal("dossier.code-taken", "code", shown=told) from None
    event(held, "code-learnt", {"before": before, "after": told}, by=by, at=at).save(force_insert=True)
    if listed:
        _take_over(held, listed, by=by, at=at)
    dossier.code = told
    return True


def _make_way(held: Dossier, code: str, *, by: int | None, at: dt.datetime) -> Dossier | None:
    """The dossier of this code that only lists have told of: it counts nowhere any more, and its code is free. Raises Refusal
    dossier.code-taken where somebody has worked on it."""
    found = Dossier.objects.select_for_update().filter(ward_id=held.ward_id, code=code)
    listed = found.filter(system=Dossier.BESIDE, token="").first()
    if listed is None:
        return None
    if listed.events.exclude(code__in=[*OF_LISTS, APOLOGISED]).exists():
        raise Refusal("dossier.code-taken", "code", shown=code)
    listed.code, listed.set_aside, listed.revision = f"{_JOINED}{listed.pk}", True, listed.revision + 1
    listed.save(update_fields=["code", "set_aside", "revision"])
    clock_of = DossierClock.objects.get(pk=listed.pk)
    comparing.set_clock(clock_of, listed, work_time(listed.ward_id), timezone.get_default_timezone())
    clock_of.differs = ""
    clock_of.save()
    event(listed, "joined", {"into": code}, by=by, at=at).save(force_insert=True)
    return listed


def _take_over(held: Dossier, listed: Dossier, *, by: int | None, at: dt.datetime) -> None:
    """What the newest list said of a dossier stands on the one that came in at the counter: dropping that list puts it back."""
    before = comparing.values_of(held)
    told = {name: value for name, value in comparing.values_of(listed).items() if value}
    if goes_back(held.state, told["state"]):  # type: ignore[arg-type]
        del told["state"]
    if isinstance(came := held.moment("received"), dt.datetime) and told.get("received") == came.date():
        del told["received"]  # its time is known here
    comparing.put(held, told)
    changes = comparing.changes_of(before, held)
    held.told_in_id, held.revision = listed.told_in_id, held.revision + 1
    held.words = comparing.words_of(held)
    held.save()
    ours = apart.Ours.of(held.ward_id)
    comparing.set_clock(held.clock, held, ours.time, timezone.get_default_timezone())
    held.clock.waited |= listed.clock.waited
    apart.compare(held.clock, held, ours)
    held.clock.save()
    if changes and listed.told_in:
        facts = {"list": listed.told_in.token, "changes": [list(asdict(one).values()) for one in changes]}
        event(held, "listed-anew", facts, by=by, at=at).save(force_insert=True)
    _take_apologies(held, listed)


def _take_apologies(held: Dossier, listed: Dossier) -> None:
    """Whoever was told of a new day under the province's code stays told, by the same words and the same person."""
    for one in Event.objects.filter(dossier=listed, code=APOLOGISED).order_by("id"):
        copy = event(held, APOLOGISED, one.facts, by=one.by_id, at=one.at, word=one.word)
        copy.save(force_insert=True)
        clock_of = held.clock
        clock_of.apologised_on = listed.clock.apologised_on
        clock_of.again_on, clock_of.again_time = listed.clock.again_on, listed.clock.again_time
        comparing.set_clock(clock_of, held, work_time(held.ward_id), timezone.get_default_timezone())
        clock_of.save()


def hold(dossier: Dossier) -> Dossier:
    """The row and its clock as they are now, held until the caller's transaction ends. Both: of a row that is only joined,
    PostgreSQL gives whoever waited for the other one what it was before the wait."""
    rows = Dossier.objects.select_for_update(of=("self", "clock")).select_related("clock")
    return rows.get(pk=dossier.pk, clock__isnull=False)


def hold_known(dossier: Dossier) -> Dossier:
    """The same of one that still says whose it is. Raises Missing once its people were forgotten."""
    held = hold(dossier)
    if held.forgotten_at is not None:
        raise Missing
    return held


def event(
    dossier: Dossier,
    code: str,
    facts: Mapping[str, object],
    *,
    by: int | None,
    at: dt.datetime,
    word: str = "",
) -> Event:
    """What happened to a dossier, with the state that it has now; not written yet."""
    return Event(
        ward_id=dossier.ward_id, dossier=dossier, at=at, by_id=by, code=code, state=dossier.state, facts=dict(facts), word=word,
        address=origin.address(),
    )  # fmt: skip
