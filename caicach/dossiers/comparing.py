"""A row of another system's list beside what is known of its dossier: new, changed, or the same. No query here."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from caicach.dossiers.models import Dossier, DossierClock
from caicach.reading.dossier_list import ListedDossier
from caicach.rules.dossier_clock import apology_day, share_used_at
from caicach.rules.dossier_moves import OF_NATIONAL, STATES, State
from caicach.rules.vntext import fold
from caicach.rules.work_time import WorkTime

MOMENTS = ("received", "due", "resolved", "returned")
_SIZES = {"procedure_code": 40, "procedure": 400, "applicant": 200}


@dataclass(frozen=True, slots=True)
class Change:
    """What a list says otherwise than we knew. before, after: as shown to people."""

    field: str
    before: str
    after: str


def values_of(row: ListedDossier) -> dict[str, object]:
    """What a row says, as columns of a dossier; what it does not say is left out, and erases nothing."""
    said: dict[str, object] = {}
    for name in MOMENTS:
        moment = getattr(row, f"{name}_at")
        if moment is not None:
            is_moment = isinstance(moment, dt.datetime)
            said[f"{name}_on"] = moment.date() if is_moment else moment
            said[f"{name}_time"] = moment.time() if is_moment else None
    for name, size in _SIZES.items():
        text = getattr(row, name)
        if text:
            said[name] = text[:size]
    if row.channel:
        said["channel"] = row.channel
    if state := state_of(row):
        said["state"] = state
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


def take(dossier: Dossier, said: dict[str, object]) -> list[Change]:
    """Put what a list says into the dossier; what that changes. A time that the list leaves out of a day that we know stays."""
    changes = []
    for name in MOMENTS:
        if f"{name}_on" not in said:
            continue
        if said[f"{name}_time"] is None and getattr(dossier, f"{name}_on") == said[f"{name}_on"]:
            continue
        before = dossier.moment(name)
        setattr(dossier, f"{name}_on", said[f"{name}_on"])
        setattr(dossier, f"{name}_time", said[f"{name}_time"])
        if before != (after := dossier.moment(name)):
            changes.append(Change(name, _shown(before), _shown(after)))
    for name in (*_SIZES, "channel", "state"):
        if name in said and getattr(dossier, name) != said[name]:
            changes.append(Change(name, _shown(getattr(dossier, name)), _shown(said[name])))
            setattr(dossier, name, said[name])
    if changes or not dossier.words:
        dossier.words = words_of(dossier)
    return changes


def words_of(dossier: Dossier) -> str:
    """What a dossier is found by: code, owner, procedure, without accents."""
    return fold(f"{dossier.code} {dossier.applicant} {dossier.procedure}")[:660]


def _shown(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="minutes")
    return value.isoformat() if isinstance(value, dt.date) else str(value or "")


def set_clock(clock: DossierClock, dossier: Dossier, time: WorkTime, zone: dt.tzinfo) -> None:
    """What the promise means for lists: from when it is late, when it should be seen, by when to apologise.

    A promised day without a time counts whole. Where a list gives a promise its term is unknown: the shares of the time are
    those of the working time between receipt and promise.
    """
    group = STATES[dossier.state].group  # type: ignore[index]
    clock.runs = group == "open"
    clock.late_from = clock.warn_from = clock.urgent_from = clock.apology_by = clock.late_days = None
    done = dossier.resolved_on or (dossier.returned_on if group in ("resolved", "ended") else None)
    clock.settled_on = done if dossier.state in ("resolved", "returned") else None
    if dossier.due_on is None:
        return
    due = dt.datetime.combine(dossier.due_on, dossier.due_time or dt.time(23, 59))
    start = None
    if dossier.received_on:
        start = dt.datetime.combine(dossier.received_on, dossier.received_time or dt.time())
    clock.late_from = (due + dt.timedelta(minutes=1)).replace(tzinfo=zone)
    if start and start < due:
        clock.warn_from = share_used_at(time, start, due, 75).replace(tzinfo=zone)
        clock.urgent_from = share_used_at(time, start, due, 90).replace(tzinfo=zone)
    clock.apology_by = apology_day(time, dossier.due_on)
    if clock.settled_on:
        told = dossier.resolved_time if dossier.resolved_on else dossier.returned_time
        at = dt.datetime.combine(clock.settled_on, told or dt.time())
        clock.late_days = max(1, time.days_between(dossier.due_on, clock.settled_on)) if at > due else 0
