"""The promises that are open in a ward, for asking what other hours or days off would do to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from caicach.dossiers.models import Dossier, later, whole
from caicach.organisation.queries import WardHours, in_force
from caicach.procedures.queries import terms_on
from caicach.rules.dossier_clock import Move, Term
from caicach.rules.promises import Promise


def open_promises(ward: int, hours: Sequence[WardHours]) -> list[Promise]:
    """Every promise of a dossier whose clock runs. Two queries, whatever their number.

    The term is that of the procedure's version on the day of receipt, where the catalogue has it, counted as the ward did on that
    day: hours are what it has said of that. A promised day without a time
    is taken for its last minute.
    """
    terms = terms_on(ward)
    rows = Dossier.objects.filter(ward_id=ward, clock__runs=True, due_on__isnull=False).values_list(
        "code", "procedure_code", "received_on", "received_time", "due_on", "due_time", "clock__again_on", "clock__again_time",
    )  # fmt: skip
    found = []
    for code, procedure, received, at, due, due_at, again, again_at in rows.iterator():
        promise = later(_moment(due, due_at), _moment(again, again_at))
        assert promise is not None
        term: Term | None = None
        moves: tuple[Move, ...] = ()
        if received is not None:
            term = terms.on(procedure, received, in_force(hours, received).counting)
            moves = (Move(dt.datetime.combine(received, at or dt.time()), "accepted"),)
        found.append(Promise(code, whole(promise), term, moves))
    return found


def _moment(day: dt.date | None, at: dt.time | None) -> dt.date | dt.datetime | None:
    return dt.datetime.combine(day, at) if day and at else day
