"""What a dossier's events tell its owner: pure facts out of rows, for the room that citizens see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from caicach import data
from caicach.core import clock
from caicach.dossiers.models import Event
from caicach.dossiers.terms import term_of
from caicach.rules.citizen_answer import MOVED, Happening, Moment
from caicach.rules.clock_limits import wait_ends
from caicach.rules.clock_words import in_words
from caicach.rules.dossier_clock import Move, read
from caicach.rules.dossier_moves import APOLOGIES, MOVES, Step, replay
from caicach.rules.refusal import Refusal
from caicach.rules.work_time import WorkTime


def events_of(wards: Sequence[int], dossiers: Sequence[int]) -> list[Event]:
    """What happened to these dossiers of these wards, the oldest first. One query."""
    return list(Event.objects.filter(ward_id__in=list(wards), dossier_id__in=list(dossiers)).order_by("id"))


def newest() -> int:
    """The number of the newest event of all; 0 where nothing has happened."""
    return Event.objects.order_by("-id").values_list("id", flat=True).first() or 0


def to_tell(after: int, upto: int, codes: Collection[str], *, most: int) -> list[Event]:
    """The events of these codes after one and up to another, oldest first, with what their owner is told by. One query, by the key."""
    rows = Event.objects.filter(pk__gt=after, pk__lte=upto, code__in=list(codes)).select_related(
        "dossier", "dossier__clock", "dossier__clock__office", "dossier__citizen", "dossier__brought_by", "dossier__line",
    )  # fmt: skip
    return list(rows.order_by("pk")[:most])


def former_codes(events: Sequence[Event]) -> list[str]:
    """The codes that a dossier had before it learnt its present one: they stand on its receipt."""
    return [str(one.facts.get("before", "")) for one in events if one.code == "code-learnt"]


def happened(events: Sequence[Event]) -> list[Happening]:
    """What a citizen is told of the events: the moves, and what another system's list says of the state."""
    found = []
    for one in events:
        at = clock.minute(one.at)
        if one.code in MOVED:
            found.append(Happening(one.code, at, str(one.facts.get("office_name") or "")))
        elif any(change[0] == "state" for change in one.facts.get("changes", ())):
            found.append(Happening("state", at, state=one.state))  # type: ignore[arg-type]
    return found


def word_of(events: Sequence[Event], state: str) -> tuple[str, dt.date | None]:
    """(the reason, the day) with which a dossier came into the state that it is in."""
    last = next((one for one in reversed(events) if _leads_to(one, state)), None)
    return (last.word, clock.minute(last.at).date()) if last else ("", None)


def _leads_to(event: Event, state: str) -> bool:
    if event.code in MOVES:
        return MOVES[event.code].to == state
    return event.state == state and any(change[0] == "state" for change in event.facts.get("changes", ()))


def apology(events: Sequence[Event]) -> tuple[Moment | None, str]:
    """(the promise that was taken back, why) of the newest apology that still holds; None without one."""
    for one in reversed(events):
        if one.code in APOLOGIES:
            return _moment(one.facts.get("before")), one.word
        if one.code in ("accept", "reopen"):
            break
    return None, ""


def is_denied(events: Sequence[Event]) -> bool:
    """Whether the result says no."""
    last = next((one for one in reversed(events) if one.code == "resolve"), None)
    return last is not None and last.facts.get("outcome") == "denied"


def wait_until(events: Sequence[Event], time: WorkTime) -> dt.date | None:
    """The last day of the wait that is on; None where nothing waits, or without limit."""
    moves = _moves(events)
    return wait_ends(time, moves[-1], data.limits()) if moves and moves[-1].kind == "paused" else None


def sum_of(
    events: Sequence[Event],
    time: WorkTime,
    now: dt.datetime,
    *,
    due: Moment | None,
    names: Mapping[dt.date, str],
) -> str:
    """How the present promise was counted, in words; "" where another promise stands, or none was ever counted here."""
    term, moves = term_of(events), _moves(events)
    if term is None or not moves:
        return ""
    try:
        shown = read(time, term, moves, now)
        return in_words(time, term, moves, now, names=names) if shown.due is None or shown.due == due else ""
    except Refusal:
        return ""


def _moves(events: Sequence[Event]) -> tuple[Move, ...]:
    steps = [Step(one.code, clock.minute(one.at), one.word, one.facts.get("amount", 0)) for one in events]
    try:
        return replay(steps)[1]
    except Refusal:
        return ()


def _moment(text: str | None) -> Moment | None:
    if not text:
        return None
    return dt.datetime.fromisoformat(text) if "T" in text else dt.date.fromisoformat(text)
