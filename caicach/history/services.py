"""Appending: the only way an event comes to be, always inside the transaction of what it tells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, models
from django.db.models import Func, Value

from caicach.core import origin
from caicach.history.models import Event, Lifting


def append(
    about: models.Model,
    code: str,
    *,
    by: int | None,
    at: dt.datetime,
    ward: int | None = None,
    word: str = "",
    address: str | None = None,
    **facts: object,
) -> int:
    """Write one event about a row, and give its id. by: the person's id, None for the machine; ward: taken from the row if not given;
    address: that of the request being answered, if not given.

    Raises RuntimeError outside a transaction: an event without its change, or the reverse, must not be possible.
    """
    made = event(about, code, facts, by=by, at=at, ward=ward, word=word, address=address)
    made.save(force_insert=True)
    return made.pk


def event(
    about: models.Model,
    code: str,
    facts: Mapping[str, object],
    *,
    by: int | None,
    at: dt.datetime,
    ward: int | None = None,
    word: str = "",
    address: str | None = None,
    row_of: type[models.Model] | None = None,
) -> Event:
    """As `append`, not written yet: for who writes it together with other rows (`trip.put`).

    row_of: the fact "row" is the id of the newest row of this model that was written just before.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(f"{code}: an event needs the transaction of its change")
    plain: object = _plain(facts)
    return Event(
        ward_id=ward if ward is not None else getattr(about, "ward_id", None),
        actor_id=by,
        at=at,
        code=code,
        object_kind=about._meta.label_lower,
        object_id=about.pk,
        facts=_WithRow(Value(plain, models.JSONField()), model=row_of) if row_of else plain,
        word=word,
        address=address or origin.address(),
    )


class _WithRow(Func):
    """Facts and the id of the row that was written before them."""

    output_field = models.JSONField()

    def __init__(self, facts: Value, *, model: type[models.Model]) -> None:
        super().__init__(
            facts, table=model._meta.db_table, pk=model._meta.pk.column if model._meta.pk else ""
        )

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(
            compiler,
            connection,
            template="json_set(%(expressions)s, '$.row', last_insert_rowid())",
            **context,
        )

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        newest = "currval(pg_get_serial_sequence('%(table)s', '%(pk)s'))"
        template = f"jsonb_set(%(expressions)s, '{{row}}', to_jsonb({newest}))"
        return self.as_sql(compiler, connection, template=template, **context)


GONE = "(đã bỏ khi ẩn danh)"
"""what stands in place of words that may have named somebody, where some must stand"""


@contextmanager
def forgetting() -> Iterator[None]:
    """Inside it the columns that a guarded table may lose can be written, and nothing else of it; only for who makes somebody unknown
    (decision 0043). Raises RuntimeError outside a transaction."""
    if not connection.in_atomic_block:
        raise RuntimeError("forgetting needs the transaction that tells of it")
    lifted = Lifting.objects.create(event_id=-1)
    yield
    lifted.delete()


def append_many(
    about: Sequence[models.Model],
    code: str,
    *,
    by: int | None,
    at: dt.datetime,
    word: str = "",
    facts: Sequence[Mapping[str, object]] = (),
) -> None:
    """The same event for many rows of one kind, in one statement; facts: of each row, in their order."""
    if not connection.in_atomic_block:
        raise RuntimeError(f"{code}: an event needs the transaction of its change")
    Event.objects.bulk_create(
        Event(
            ward_id=row.ward_id,  # type: ignore[attr-defined]
            actor_id=by,
            at=at,
            code=code,
            object_kind=row._meta.label_lower,
            object_id=row.pk,
            word=word,
            facts=_plain(facts[n]) if facts else {},
            address=origin.address(),
        )
        for n, row in enumerate(about)
    )


def _plain(facts: Mapping[str, object]) -> dict[str, object]:
    return {key: value.isoformat() if isinstance(value, dt.date) else value for key, value in facts.items()}
