"""From one database to another: every row of every table, whatever the two are (SQLite, PostgreSQL)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice, zip_longest
from typing import Any

import dj_database_url
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.management.color import no_style
from django.db import DatabaseError, connections, models, transaction

from caicach.core.tables import bring_up
from caicach.rules.refusal import Refusal

Progress = Callable[[float, str], None]
_OTHER = "other"
_BATCH = 500


def copy_database(url: str, *, progress: Progress | None = None) -> int:
    """Copy the database in use into another, empty one, and compare every row; the answer is their number.

    url: as `DATABASE_URL`. All in one transaction on both sides: what is written meanwhile waits or is not in it. Raises
    Refusal copy.url, copy.same, copy.not-empty, copy.failed; then the other database is empty still.
    """
    told = progress or (lambda share, words: None)
    _connect(url)
    told(0.0, "Đang tạo các bảng")
    try:
        bring_up(_OTHER)
        with transaction.atomic(using=_OTHER), transaction.atomic(using="default"):
            tables = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
            if _count(apps.get_model("organisation", "Ward")):
                raise Refusal("copy.not-empty")
            for model in tables:  # what making the tables has put there
                _rows(model, _OTHER)._raw_delete(_OTHER)
            copied = 0
            for done, model in enumerate(tables):
                told(done / len(tables), "Đang chép")
                copied += _copy(model)
            for model in tables:
                _compare(model)
            with connections[_OTHER].cursor() as cursor:
                for statement in connections[_OTHER].ops.sequence_reset_sql(no_style(), tables):
                    cursor.execute(statement)
    except DatabaseError as error:
        raise Refusal("copy.failed", why=type(error).__name__) from error
    finally:
        connections[_OTHER].close()
    told(1.0, "Đã chép")
    return copied


def _connect(url: str) -> None:
    try:
        found: dict[str, Any] = {**dj_database_url.parse(url)}
    except (ValueError, ImproperlyConfigured) as error:
        raise Refusal("copy.url") from error
    if not str(found["ENGINE"]).endswith(("sqlite3", "postgresql")):
        raise Refusal("copy.url")
    ours = connections["default"].settings_dict
    if all(
        str(found.get(name) or "") == str(ours.get(name) or "") for name in ("ENGINE", "NAME", "HOST", "PORT")
    ):
        raise Refusal("copy.same")
    if str(found["ENGINE"]).endswith("sqlite3"):
        found["OPTIONS"] = (
            {**ours["OPTIONS"]}
            if connections["default"].vendor == "sqlite"
            else {"init_command": "PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON;"}
        )
    connections.settings = connections.configure_settings({**connections.settings, _OTHER: found})
    try:
        connections[_OTHER].ensure_connection()
    except DatabaseError as error:
        raise Refusal("copy.failed", why="không nối được") from error


def _rows(model: type[models.Model], using: str) -> models.QuerySet[models.Model]:
    return model._base_manager.using(using).order_by("pk")


def _count(model: type[models.Model]) -> int:
    return _rows(model, _OTHER).count()


def _copy(model: type[models.Model]) -> int:
    rows = _rows(model, "default").iterator(chunk_size=_BATCH)
    count = 0
    while batch := list(islice(rows, _BATCH)):
        model._base_manager.using(_OTHER).bulk_create(batch)
        count += len(batch)
    return count


def _compare(model: type[models.Model]) -> None:
    """Raises Refusal copy.failed at the first row that is not the same on both sides."""
    names = [field.attname for field in model._meta.concrete_fields]

    def values(using: str) -> Iterator[tuple[Any, ...]]:
        return iter(_rows(model, using).values_list(*names).iterator(chunk_size=_BATCH))

    for ours, theirs in zip_longest(values("default"), values(_OTHER)):
        if ours != theirs:
            raise Refusal("copy.failed", why=f"bảng {model._meta.db_table} không giống nhau")
