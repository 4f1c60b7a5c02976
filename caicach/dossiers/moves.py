"""What happens to a dossier of the ward's own counter after it was taken in: one verb for every move of `rules/dossier_moves`.

Nothing else changes a state. A move is its event; state, promise and clock follow from the events alone, and `differing` finds
where the rows say otherwise.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from caicach import data
from caicach.accounts.queries import colleagues, signer_on
from caicach.core import clock
from caicach.core.http import Actor
from caicach.dossiers import beside, comparing, intake
from caicach.dossiers.legs import of_events, open_names
from caicach.dossiers.models import Dossier, Event
from caicach.dossiers.terms import term_of
from caicach.organisation.queries import offices, work_time
from caicach.rules import rights
from caicach.rules.clock_limits import days_gone, may_extend, most_days
from caicach.rules.dossier_clock import Move as ClockMove
from caicach.rules.dossier_clock import Reading, read
from caicach.rules.dossier_moves import AGREED, APOLOGIES, APOLOGISED, MOVES, Step, after, moves_from, replay
from caicach.rules.dossier_story import OUTCOMES, said
from caicach.rules.legs import CODES as LEG_CODES
from caicach.rules.moments import iso
from caicach.rules.refusal import Refusal
from caicach.rules.signature import short
from caicach.rules.work_time import WorkTime

MOST_DAYS = 250
"""more working days than this are no new appointment"""
_PASSES = ("transfer", "hand-over", "send-back")
BESIDE_MOVES = frozenset({"paid", "paid-void", "refunded", "charged", "draft", *LEG_CODES})
"""events that no move need wait for: money and a leg that is done change nothing of where a dossier stands"""


@dataclass(frozen=True, slots=True)
class Told:
    """What a move is told. word: why; office, person: into whose hands; amount: working days more; outcome, document, signed_on: of
    a result; collector, proof: who takes it, and on what paper; capacity: as of `dossier_story.CAPACITIES`, authority: the paper by which
    somebody takes it for another."""

    word: str = ""
    office: int | None = None
    person: int | None = None
    amount: int = 0
    outcome: str = ""
    document: str = ""
    signed_on: dt.date | None = None
    collector: str = ""
    proof: str = ""
    capacity: str = ""
    authority: str = ""


@dataclass(frozen=True, slots=True)
class Mover:
    """Who moves it: office None for who acts in any (a leader). holder: who is absent and whose post is worn, with name and title;
    0 for nobody: then it is one's own."""

    person: int
    office: int | None
    holder: int = 0
    holder_name: str = ""
    title: str = ""

    @classmethod
    def of(cls, actor: Actor) -> Mover:
        office = None if actor.role == rights.LEADER else actor.office_id
        if not actor.stands_for:
            return cls(actor.person_id, office)
        return cls(actor.person_id, office, actor.holder_id, actor.stands_for, actor.title)


@dataclass(frozen=True, slots=True)
class Possible:
    """moves: (move, its name) of what somebody may do with a dossier now; whose: the office to which others are left, as it has the
    dossier in its hands."""

    moves: tuple[tuple[str, str], ...] = ()
    whose: str = ""


def possible(dossier: Dossier, role: str, codes: Sequence[str], *, by: Mover) -> Possible:
    """What `move` would not refuse to who has this role; nothing where another system keeps the dossier. codes: of its events,
    the oldest first."""
    names = moves_from(dossier.state)  # type: ignore[arg-type]
    if dossier.system != Dossier.OWN:
        names = tuple(name for name in names if name == "extend" and not dossier.set_aside)
    names = tuple(
        name for name in names if rights.allows(MOVES[name].action, role) and _has_way(dossier, name, codes)
    )
    whose = elsewhere(dossier, by)
    mine = [name for name in names if not (whose and _by_hands(name))]
    return Possible(tuple((name, MOVES[name].name) for name in mine), whose if len(mine) < len(names) else "")


def _has_way(dossier: Dossier, code: str, codes: Sequence[str]) -> bool:
    if code == "send-back":
        return sum(one in _PASSES for one in codes) > 1
    if code == "extend":
        begun = max((n for n, one in enumerate(codes) if one in ("accept", "reopen")), default=0)
        told = sum(one in APOLOGIES for one in codes[begun:])
        return dossier.due_on is not None and told < data.limits().extensions
    return True


def check(dossier: Dossier, code: str, *, by: Mover) -> None:
    """What refuses a move whatever is said with it, before its form is filled in.

    Raises Refusal dossier.beside, dossier.not-yours, dossier.move, dossier.first-hands, dossier.no-promise, clock.extended-already.
    """
    _check_system(dossier, code)
    _check_hands(dossier, code, by)
    after(dossier.state, code, word="–")  # type: ignore[arg-type]
    if code in ("send-back", "extend"):
        events = list(Event.objects.filter(dossier=dossier).order_by("id"))
        if code == "send-back":
            _hands_before(events)
        elif dossier.system != Dossier.OWN:
            beside.check(dossier, events)
        else:
            _check_more_time(1, events, work_time(dossier.ward_id), clock.now())


@transaction.atomic
def move(
    dossier: Dossier, code: str, told: Told | None = None, *, by: Mover, at: dt.datetime, seen: int = 0
) -> Dossier:
    """The dossier after the move. seen: the newest event on the page that the sender had; what somebody else did since is told,
    and the same press twice is one.

    Raises Refusal dossier.beside, dossier.changed, dossier.not-yours, dossier.no-office, dossier.not-there, dossier.same-hands,
    dossier.first-hands, dossier.extend-days, dossier.no-promise, clock.extended-already, clock.extension-long,
    clock.extension-past, dossier.outcome,
    dossier.result-half, dossier.signed-later, dossier.collector, and what `dossier_moves.after` does.
    """
    told = told or Told()
    held = intake.hold(dossier)
    if held.forgotten_at is not None:
        raise Refusal("dossier.forgotten")
    events = list(Event.objects.select_related("by").filter(dossier=held).order_by("id"))
    _check_system(held, code)
    if seen and (
        since := [one for one in events if one.pk > seen and one.code not in (*BESIDE_MOVES, AGREED)]
    ):
        same = (code, APOLOGISED) if code == "extend" else (code,)
        if any(one.code in same and one.by_id == by.person for one in since):
            return held
        last = since[-1]
        raise Refusal(
            "dossier.changed", who=last.by.full_name if last.by else "Phần mềm", what=_name(last.code)
        )
    _check_hands(held, code, by)
    held.state = after(held.state, code, word=told.word)  # type: ignore[arg-type]
    at = _not_before(events, at)
    if held.system != Dossier.OWN and code == "extend":
        _check_amount(told.amount)
        whose = _in_whose_name(code, by, held.ward_id, at)
        return beside.apologise(held, events, told.amount, told.word, whose=whose, by=by.person, at=at)
    facts = _facts(held, code, told, events, at) | _in_whose_name(code, by, held.ward_id, at)
    time = work_time(held.ward_id)
    made(held, code, facts, events, word=told.word, by=by.person, at=at, time=time).save(force_insert=True)
    held.save()
    held.clock.save()
    return held


def made(
    held: Dossier,
    code: str,
    facts: dict[str, Any],
    events: Sequence[Event],
    *,
    word: str,
    by: int | None,
    at: dt.datetime,
    time: WorkTime,
) -> Event:
    """The event of an allowed move after those that were, and the rows in memory as it leaves them; not written yet."""
    event = intake.event(held, code, facts, by=by, at=at, word=word.strip())
    _put(held, code, facts, at)
    _reckon(held, [*events, event], at, time)
    event.facts = facts | ({"due": iso(held.moment("due"))} if MOVES[code].clock else {})
    return event


_SIGNED = ("resolve", "extend")


def _in_whose_name(code: str, by: Mover, ward: int, at: dt.datetime) -> dict[str, Any]:
    """For whom somebody moves it who stands in for an absent one, and of what is signed, how: as on its paper."""
    if not by.holder:
        return {}
    form = short(signer_on(ward, by.person, clock.local_day(at))) if code in _SIGNED else ""
    return {"for": {"person": by.holder, "name": by.holder_name, "title": by.title, "form": form}}


def _check_system(held: Dossier, code: str) -> None:
    if held.system == Dossier.OWN or (code == "extend" and not held.set_aside):
        return
    if not (code == "void" and held.token):
        raise Refusal("dossier.beside")


def _check_hands(held: Dossier, code: str, by: Mover) -> None:
    if _by_hands(code) and (name := elsewhere(held, by)):
        raise Refusal("dossier.not-yours", office=name)


def _by_hands(code: str) -> bool:
    """Whether only whose hands it is in may do it. A slip of the counter is the counter's to take back, wherever the dossier has
    gone since."""
    return code != "void" and MOVES[code].action in ("dossier.process", "dossier.head")


def elsewhere(held: Dossier, by: Mover) -> str:
    """The office whose hands it is in, where that is another than the mover's; "" else."""
    where = held.clock.office_id
    if by.office is None or where is None or where == by.office:
        return ""
    return next((one.name for one in offices(held.ward_id) if one.id == where), "đơn vị khác")


def _not_before(events: Sequence[Event], at: dt.datetime) -> dt.datetime:
    """Nothing happens before what has happened: a server's clock may have been set back."""
    return max([at, *(one.at for one in events[-1:])])


def _facts(held: Dossier, code: str, told: Told, events: Sequence[Event], at: dt.datetime) -> dict[str, Any]:
    """What the move's event says besides its word. Raises as `move`."""
    match code:
        case "transfer" | "hand-over":
            return _into_hands(held, told)
        case "send-back":
            before = _hands_before(events)
            return {name: before.get(name) for name in ("office", "office_name", "person", "person_name")}
        case "extend":
            _check_amount(told.amount)
            _check_more_time(told.amount, events, work_time(held.ward_id), at)
            _check_ahead(told.amount, events, work_time(held.ward_id), at)
            return {"amount": told.amount, "before": iso(held.moment("due"))}
        case "resolve":
            if told.outcome not in OUTCOMES:
                raise Refusal("dossier.outcome", "outcome")
            if told.outcome == "granted" and (names := _open_legs(held, events, at)):
                raise Refusal("legs.open", "outcome", names=names)
            _check_paper(told, clock.local_day(at))
            return {
                "outcome": told.outcome,
                "document": told.document.strip(),
                "signed_on": told.signed_on and told.signed_on.isoformat(),
            }
        case "return-result":
            if not told.collector.strip():
                raise Refusal("dossier.collector", "collector")
            for_another = {"capacity": told.capacity, "authority": told.authority.strip()}
            return {"collector": told.collector.strip(), "proof": told.proof.strip()} | (
                for_another if told.capacity else {}
            )
        case "reopen":
            return {
                "resolved": iso(held.moment("resolved")),
                "late_days": held.clock.late_days,
            }
        case _:
            return {}


def _open_legs(held: Dossier, events: Sequence[Event], at: dt.datetime) -> str:
    if not any(one.facts.get("legs") for one in events if one.code == "accept"):
        return ""
    return open_names(of_events(events, term_of(events), work_time(held.ward_id), at))


def _check_amount(days: int) -> None:
    if not 1 <= days <= MOST_DAYS:
        raise Refusal("dossier.extend-days", "amount", most=MOST_DAYS)


def _check_paper(told: Told, today: dt.date) -> None:
    """Of what was signed. Raises Refusal dossier.result-half, dossier.signed-later."""
    number, day = told.document.strip(), told.signed_on
    if bool(number) != (day is not None):
        raise Refusal("dossier.result-half", "signed_on" if number else "document")
    if day is not None and day > today:
        raise Refusal("dossier.signed-later", "signed_on", day=f"{day:%d/%m/%Y}")


def _hands_before(events: Sequence[Event]) -> dict[str, Any]:
    """In whose hands it was before it came where it is. Raises Refusal dossier.first-hands."""
    passes = [one for one in events if one.code in _PASSES]
    if len(passes) < 2:
        raise Refusal("dossier.first-hands")
    return dict(passes[-2].facts)


@dataclass(frozen=True, slots=True)
class MoreTime:
    """due: as promised now; days: (working days more, the promise with them), each that is allowed and that the calendars know;
    gone: how many of them have passed; times: how often it is allowed."""

    due: dt.datetime | None
    days: tuple[tuple[int, dt.datetime], ...]
    gone: int
    times: int


def more_time(dossier: Dossier, *, at: dt.datetime) -> MoreTime:
    """What "extend" would promise. Raises Refusal dossier.no-promise, clock.extended-already."""
    events = list(Event.objects.filter(dossier=dossier).order_by("id"))
    return _more_time(dossier, events, work_time(dossier.ward_id), at, MOST_DAYS)


@dataclass(frozen=True, slots=True)
class Extending:
    """seen: the newest event of a dossier; more: what "extend" would promise, None where it would refuse, then why says it."""

    seen: int
    more: MoreTime | None
    why: str = ""


def more_times(
    dossiers: Sequence[Dossier], *, at: dt.datetime, shown: int = MOST_DAYS
) -> dict[int, Extending]:
    """The same for several dossiers of a ward: dossier → what it would be, so many days each at most. Two queries."""
    told: dict[int, list[Event]] = {one.pk: [] for one in dossiers}
    if not told:
        return {}
    of = {one.pk: one for one in dossiers}
    ward = dossiers[0].ward_id
    time, found = work_time(ward), {}
    for event in Event.objects.filter(ward_id=ward, dossier_id__in=told).order_by("id"):
        told[event.dossier_id].append(event)
    for pk, events in told.items():
        seen = events[-1].pk if events else 0
        try:
            found[pk] = Extending(seen, _more_time(of[pk], events, time, at, shown))
        except Refusal as refusal:
            found[pk] = Extending(seen, None, str(refusal))
    return found


def _more_time(
    dossier: Dossier, events: Sequence[Event], time: WorkTime, at: dt.datetime, shown: int
) -> MoreTime:
    if dossier.system != Dossier.OWN:
        days = beside.days(dossier, events, time, clock.minute(at), shown)
        due = beside.promised(dossier, time)
        gone = days_gone(time, due, clock.minute(at)) if due else 0
        return MoreTime(due, days, gone, data.limits().extensions)
    _check_more_time(1, events, time, at)
    term = term_of(events)
    assert term is not None
    now, found = clock.minute(_not_before(events, at)), []
    gone = _gone(events, time, at)
    last = gone + most_days(term, data.limits(), a_day=time.minutes_a_day)
    try:
        for n in range(max(1, gone), min(last, max(1, gone) + shown - 1) + 1):
            due = _due_with(n, events, time, at)
            if due is not None and due > now:
                found.append((n, due))
    except Refusal:  # a year without a calendar: what lies before it may still be chosen
        pass
    return MoreTime(_due_with(0, events, time, at), tuple(found), gone, data.limits().extensions)


def _check_more_time(days: int, events: Sequence[Event], time: WorkTime, at: dt.datetime) -> None:
    """Raises Refusal dossier.no-promise, clock.extended-already, clock.extension-long."""
    term = term_of(events)
    if term is None:
        raise Refusal("dossier.no-promise", "amount")
    moves, a_day = replay(_steps(events))[1], time.minutes_a_day
    # the apology is the move itself: its word is what is written to the citizen
    may_extend(
        term, moves, data.limits(), days=days, apologised=True, a_day=a_day, gone=_gone(events, time, at)
    )


def _check_ahead(days: int, events: Sequence[Event], time: WorkTime, at: dt.datetime) -> None:
    """Raises Refusal clock.extension-past: nobody is told of a day that has passed."""
    due = _due_with(days, events, time, at)
    if due is not None and due <= clock.minute(_not_before(events, at)):
        raise Refusal("clock.extension-past", "amount")


def _due_with(days: int, events: Sequence[Event], time: WorkTime, at: dt.datetime) -> dt.datetime | None:
    """What would be promised with so many working days more; 0: what is."""
    term, now = term_of(events), clock.minute(_not_before(events, at))
    assert term is not None
    more = [ClockMove(now, "extended", amount=days)] if days else []
    return read(time, term, [*replay(_steps(events))[1], *more], now).due


def _gone(events: Sequence[Event], time: WorkTime, at: dt.datetime) -> int:
    due = _due_with(0, events, time, at)
    return days_gone(time, due, clock.minute(_not_before(events, at))) if due else 0


def _into_hands(held: Dossier, told: Told) -> dict[str, Any]:
    if told.office is None and told.person is None:
        raise Refusal("dossier.no-office", "office")
    office, person = told.office, None
    if told.person is not None:
        person = next(
            (
                one
                for one in colleagues(held.ward_id)
                if one.id == told.person and office in (None, one.office_id)
            ),
            None,
        )
        if person is None:
            raise Refusal("dossier.not-there", "person")
        # whoever sits in no office (a leader) takes it in hand where it is
        office = person.office_id or held.clock.office_id
    where = next((one for one in offices(held.ward_id) if one.id == office), None)
    if where is None and (office is not None or person is None):
        raise Refusal("dossier.not-there", "office")
    if (held.clock.office_id, held.clock.person_id) == (office, told.person) and held.clock.office_id:
        raise Refusal("dossier.same-hands", "office")
    return {
        "office": office,
        "office_name": where.name if where else "",
        "person": told.person,
        "person_name": person.name if person else "",
    }


def _put(held: Dossier, code: str, facts: dict[str, Any], at: dt.datetime) -> None:
    """What a move writes into the rows themselves."""
    here = clock.minute(at)
    if code in _PASSES:
        held.clock.office_id, held.clock.person_id = facts.get("office"), facts.get("person")
    elif code == "resolve":
        held.resolved_on, held.resolved_time = here.date(), here.time()
    elif code == "return-result":
        held.returned_on, held.returned_time = here.date(), here.time()
    elif code == "reopen":
        held.resolved_on = held.resolved_time = None


def _reckon(held: Dossier, events: Sequence[Event], at: dt.datetime, time: WorkTime) -> None:
    """State, promise and clock from the events."""
    held.state, shown = _shown(events, at, time)
    if shown is not None and shown.due is not None:
        held.due_on, held.due_time = shown.due.date(), shown.due.time()
    comparing.set_clock(held.clock, held, time, timezone.get_default_timezone())
    held.clock.apologised_on = _apologised(events)


def _apologised(events: Sequence[Event]) -> dt.date | None:
    """The day of the last apology since the time began to run, or began anew."""
    found = None
    for one in events:
        if one.code == "extend":
            found = clock.local_day(one.at)
        elif one.code in ("accept", "reopen"):
            found = None
    return found


def _shown(events: Sequence[Event], at: dt.datetime, time: WorkTime) -> tuple[str, Reading | None]:
    state, moves = replay(_steps(events))
    term = term_of(events)
    shown = read(time, term, moves, clock.minute(at)) if term is not None else None
    return state or "submitted", shown


def _steps(events: Sequence[Event]) -> list[Step]:
    return [Step(one.code, clock.minute(one.at), one.word, one.facts.get("amount", 0)) for one in events]


def _name(code: str) -> str:
    return MOVES[code].name if code in MOVES else said(code)


def differing(ward: int) -> Iterator[tuple[str, str, str]]:
    """(code, what the row says, what its events say) of every own dossier whose state, hands or apology are not those of its
    events, and of every one beside whose apology is not. Two queries a thousand dossiers, and two more."""
    yield from beside.differing(ward)
    rows = Dossier.objects.filter(ward_id=ward, system=Dossier.OWN).select_related("clock").order_by("id")
    for batch in _batches(rows):
        told: dict[int, list[Event]] = {one.pk: [] for one in batch}
        for event in Event.objects.filter(ward_id=ward, dossier_id__in=told).order_by("id"):
            told[event.dossier_id].append(event)
        for one in batch:
            events = told[one.pk]
            try:
                state = str(replay(_steps(events))[0])
            except Refusal as refusal:
                yield one.code, one.state, str(refusal)
                continue
            if state != one.state:
                yield one.code, one.state, state
            passes = [event.facts for event in events if event.code in _PASSES]
            hands = (passes[-1].get("office"), passes[-1].get("person")) if passes else (None, None)
            if hands != (one.clock.office_id, one.clock.person_id):
                yield one.code, f"{(one.clock.office_id, one.clock.person_id)}", f"{hands}"
            if (day := _apologised(events)) != one.clock.apologised_on:
                yield one.code, f"xin lỗi {one.clock.apologised_on or 'chưa'}", f"xin lỗi {day or 'chưa'}"


def _batches(rows: Any, size: int = 1_000) -> Iterator[list[Dossier]]:
    last = 0
    while batch := list(rows.filter(pk__gt=last)[:size]):
        yield batch
        last = batch[-1].pk
