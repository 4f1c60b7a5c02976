"""The promises that are open in a ward, for asking what other hours or days off would do to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from caicach.dossiers.models import Dossier
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
        "code", "procedure_code", "received_on", "received_time", "due_on", "due_time"
    )
    found = []
    for code, procedure, received, at, due, due_at in rows.iterator():
        assert due is not None
        term: Term | None = None
        moves: tuple[Move, ...] = ()
        if received is not None:
            term = terms.on(procedure, received, in_force(hours, received).counting)
            moves = (Move(dt.datetime.combine(received, at or dt.time()), "accepted"),)
        found.append(Promise(code, dt.datetime.combine(due, due_at or dt.time(23, 59)), term, moves))
    return found
