"""The time that was promised when a dossier came in, kept in the event of its intake: the dossier stays under it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from caicach.dossiers.models import Event
from caicach.rules.dossier_clock import Term


def term_of(events: Sequence[Event]) -> Term | None:
    """The time that was promised when the dossier came in; None where none was known."""
    said = next((one.facts.get("term") for one in events if one.code == "accept"), None)
    if not said:
        return None
    cut_off = dt.time.fromisoformat(said["cut_off"]) if said.get("cut_off") else None
    return Term(
        said["unit"], said["amount"], said["count"], cut_off, said["restarts"], said.get("quarters", False)
    )


def as_facts(term: Term | None) -> dict[str, object] | None:
    """A term as the event of an intake keeps it: the dossier stays under it, whatever the catalogue says later."""
    if term is None:
        return None
    cut_off = term.cut_off.isoformat(timespec="minutes") if term.cut_off else None
    return {
        "unit": term.unit,
        "amount": term.amount,
        "count": term.count,
        "cut_off": cut_off,
        "restarts": term.restarts,
        "quarters": term.quarters,
    }
