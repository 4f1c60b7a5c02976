"""Other words in a row of a list, or the row left out; the list forgotten."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, replace

from django.db import transaction

from caicach.accounts.models import PeopleList
from caicach.accounts.people_import.comparing import PROBLEM, compare
from caicach.accounts.people_import.reading import held, rows_of
from caicach.rules.offices import office_key
from caicach.rules.refusal import Refusal


@transaction.atomic
def mend(found: PeopleList, n: int, **facts: object) -> int:
    """Other words in a row; how many rows. An office chosen for unknown words is taken for every row that says them.

    Raises Refusal people.list-gone.
    """
    kept = held(found)
    rows = rows_of(kept)
    if not 0 <= n < len(rows):
        raise Refusal("people.list-gone")
    before = rows[n]
    rows[n] = replace(before, **facts)  # type: ignore[arg-type]
    mended = 1
    chosen = rows[n].office_id
    if chosen and chosen != before.office_id and before.office:
        words = office_key(before.office)
        for at, row in enumerate(rows):
            if at != n and not row.office_id and office_key(row.office) == words:
                rows[at] = replace(row, office_id=chosen)
                mended += 1
    kept.rows = [asdict(row) for row in rows]
    kept.save(update_fields=["rows"])
    return mended


@transaction.atomic
def skip_problems(found: PeopleList, *, today: dt.date) -> int:
    """Leave out every row with a problem; how many."""
    kept = held(found)
    rows = rows_of(kept)
    wrong = {line.row.n for line in compare(kept.ward_id, rows, today=today).of(PROBLEM)}
    kept.rows = [asdict(replace(row, skip=row.skip or row.n in wrong)) for row in rows]
    kept.save(update_fields=["rows"])
    return len(wrong)


@transaction.atomic
def discard(found: PeopleList) -> None:
    """The list is forgotten. Raises Refusal people.list-gone, where it was taken over a moment before."""
    held(found).delete()
