"""A row of another system's list beside what is known of its dossier: new, changed, or the same. No query here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from caicach import data
from caicach.dossiers.models import Dossier, DossierClock, later, whole
from caicach.reading.dossier_list import ListedDossier
from caicach.rules.dossier_clock import apology_day, share_used_at
from caicach.rules.dossier_moves import OF_NATIONAL, STATES, State, goes_back
from caicach.rules.moments import iso
from caicach.rules.vntext import fold
from caicach.rules.work_time import WorkTime

MOMENTS = ("received", "due", "resolved", "returned")
_SIZES = {"procedure_code": 40, "procedure": 400, "applicant": 200}
_TEXTS = (*_SIZES, "channel", "state")


@dataclass(frozen=True, slots=True)
class Change:
    """What a list says otherwise than we knew. before, after: as shown to people."""

    field: str
    before: str
    after: str


Values = dict[str, object]
"""a dossier's fields that lists tell of: days and moments as such, all else as texts"""


def values_of(dossier: Dossier) -> Values:
    """What is known of a dossier."""
    known: Values = {name: dossier.moment(name) for name in MOMENTS}
    return known | {name: getattr(dossier, name) for name in _TEXTS}


def put(dossier: Dossier, values: Mapping[str, object]) -> None:
    """Values into the dossier."""
    for name, value in values.items():
        if name in MOMENTS:
            is_moment = isinstance(value, dt.datetime)
            setattr(dossier, f"{name}_on", value.date() if is_moment else value)  # type: ignore[attr-defined]
            setattr(dossier, f"{name}_time", value.time() if is_moment else None)  # type: ignore[attr-defined]
        else:
            setattr(dossier, name, value)


BLANK: Values = {**dict.fromkeys(MOMENTS), **dict.fromkeys(_SIZES, ""), "channel": "", "state": "submitted"}
"""what is known before anybody said anything"""


def said_by(row: ListedDossier) -> Values:
    """What a row says; what it does not say is left out, and erases nothing."""
    said: Values = {name: moment for name in MOMENTS if (moment := getattr(row, f"{name}_at")) is not None}
    said |= {name: text[:size] for name, size in _SIZES.items() if (text := getattr(row, name))}
    if row.channel:
        said["channel"] = row.channel
    return said


def state_of(row: ListedDossier) -> State | None:
    """By its status; where the list has none, by the furthest moment that it names."""
    if row.status is not None:
        return OF_NATIONAL[row.status]
    if row.returned_at is not None:
        return "returned"
    if row.resolved_at is not None:
        return "resolved"
    return "accepted" if row.received_at is not None else None


def moves_back(dossier: Dossier, row: ListedDossier) -> bool:
    """Whether the list says that a dossier stands where it has been before."""
    return row.status is not None and goes_back(dossier.state, OF_NATIONAL[row.status])  # type: ignore[arg-type]


def take(dossier: Dossier, row: ListedDossier) -> None:
    """Put what a row says into the dossier. A time that the list leaves out of a day that we know stays; a state that is only
    concluded from the moments that it names is never an earlier one."""
    said = said_by(row)
    for name in MOMENTS:
        if name in said and said[name] == getattr(dossier, f"{name}_on"):
            del said[name]
    state = state_of(row)
    if state and (row.status is not None or not goes_back(dossier.state, state)):  # type: ignore[arg-type]
        said["state"] = state
    put(dossier, said)


def changes_of(before: Mapping[str, object], dossier: Dossier) -> list[Change]:
    """What a dossier is otherwise than before."""
    after = values_of(dossier)
    return [
        Change(name, _shown(before[name]), _shown(after[name]))
        for name in after
        if before[name] != after[name]
    ]


def put_back(dossier: Dossier, told: Iterable[Sequence[Sequence[str]]]) -> None:
    """As if a list had not told of it: its changes (each field, before, after), newest first, where nothing else has changed
    the field since."""
    for changes in told:
        for name, before, after in changes:
            if _shown(values_of(dossier)[name]) == after:
                put(dossier, {name: _read(name, before)})


def _read(name: str, shown: str) -> object:
    if name not in MOMENTS:
        return shown
    if not shown:
        return None
    return dt.datetime.fromisoformat(shown) if "T" in shown else dt.date.fromisoformat(shown)


def words_of(dossier: Dossier) -> str:
    """What a dossier is found by: code, owner, procedure, without accents."""
    return fold(f"{dossier.code} {dossier.applicant} {dossier.procedure}")[:660]


def _shown(value: object) -> str:
    return (iso(value) if isinstance(value, dt.date) else str(value or "")) or ""


def set_clock(clock: DossierClock, dossier: Dossier, time: WorkTime, zone: dt.tzinfo) -> None:
    """What the promise means for lists: from when it is late, when it should be seen, by when to apologise.

    A promised day without a time counts whole. Where a list gives a promise its term is unknown: the shares of the time are
    those of the working time between receipt and promise. Where somebody apologised for a dossier beside, the later promise holds.
    """
    group = STATES[dossier.state].group  # type: ignore[index]
    clock.runs = group == "open" and not dossier.set_aside
    clock.late_from = clock.warn_from = clock.urgent_from = clock.apology_by = clock.late_days = None
    clock.settled_on = None
    if dossier.set_aside:
        return
    done = dossier.resolved_on or (dossier.returned_on if group in ("resolved", "ended") else None)
    clock.settled_on = done if dossier.state in ("resolved", "returned") else None
    promise = later(dossier.moment("due"), clock.promised_anew)
    if promise is None:
        return
    due = whole(promise)
    due_on = due.date()
    start = None
    if dossier.received_on:
        start = dt.datetime.combine(dossier.received_on, dossier.received_time or dt.time())
    clock.late_from = (due + dt.timedelta(minutes=1)).replace(tzinfo=zone)
    if start and start < due:
        shares = data.limits()
        clock.warn_from = share_used_at(time, start, due, shares.warn_percent).replace(tzinfo=zone)
        clock.urgent_from = share_used_at(time, start, due, shares.urgent_percent).replace(tzinfo=zone)
    last = apology_day(time, due_on)
    # as the clock itself says: nobody apologises before the dossier came
    clock.apology_by = last if dossier.received_on is None or last >= dossier.received_on else None
    if clock.settled_on:
        told = dossier.resolved_time if dossier.resolved_on else dossier.returned_time
        at = dt.datetime.combine(clock.settled_on, told or dt.time())
        clock.late_days = max(1, time.days_between(due_on, clock.settled_on)) if at > due else 0
