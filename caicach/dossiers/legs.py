"""The legs of a bundle: what other agencies settle of one dossier, read from its events alone (`leg_moves` marks them)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from caicach.core import clock
from caicach.dossiers.models import Event
from caicach.rules import legs as rule
from caicach.rules.dossier_clock import Counting, Term
from caicach.rules.legs import Happened, Shown
from caicach.rules.work_time import WorkTime


def of_events(
    events: Sequence[Event], term: Term | None, time: WorkTime, now: dt.datetime
) -> tuple[Shown, ...]:
    """A dossier's legs as they stand; () where it is no bundle. events: the oldest first; term: of the whole."""
    first = next((one for one in events if one.code == "accept"), None)
    found = rule.from_facts(first.facts) if first else ()
    if first is None or not found:
        return ()
    counting = Counting(term.count, term.cut_off, term.quarters) if term else Counting()
    happened = [
        Happened(one.code, int(one.facts.get("leg", 0)), clock.minute(one.at), one.word)
        for one in events
        if one.code in rule.CODES
    ]
    return rule.shown(time, found, clock.minute(first.at), happened, clock.minute(now), counting)


def open_names(legs: Sequence[Shown]) -> str:
    """The legs that are neither done nor dropped; "" where none is left."""
    return ", ".join(one.leg.name for one in legs if one.state in ("waits", "runs"))
