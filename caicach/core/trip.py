"""Several statements in one trip to the database.

A short verb on PostgreSQL spends its time on the way there and back, so what can be asked or written together goes together.
SQLite is no trip away and takes one statement at a time. Each statement sees all that was committed before it began, also one
that follows a statement which had to wait for a lock.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.sql import InsertQuery


def ask(*questions: QuerySet[Any]) -> list[list[Any]]:
    """The rows of each question, as `list` gives them."""
    if connection.vendor != "postgresql":
        return [list(question) for question in questions]
    answers: list[list[Any]] = [[] for _ in questions]
    asked = []
    for question, answer in zip(questions, answers, strict=True):
        one = question.all()
        compiler = one.query.get_compiler(using=one.db)
        try:
            asked.append((one, compiler, answer, *compiler.as_sql()))
        except EmptyResultSet:  # Django knows without asking that there is nothing
            continue
    for (one, compiler, answer, _, _), rows in zip(
        asked, _sent([(sql, params) for *_, sql, params in asked]), strict=True
    ):
        _answer(one, compiler, rows)
        answer.extend(one)
    return answers


class Often:
    """Questions of every request: their words are made once, the values are put in each time.

    Making the words takes Django longer than the database takes to answer. make: the questions, from values by name;
    samples: one value for each name, of its type and met nowhere else in the questions.
    """

    def __init__(self, make: Callable[..., Sequence[QuerySet[Any]]], **samples: Any) -> None:
        self._make, self._samples = make, samples
        self._ready: dict[str, list[_Ready]] = {}

    def ask(self, **values: Any) -> list[list[Any]]:
        """As `ask` of the questions with these values."""
        ready = self._ready.get(connection.vendor) or self._words()
        adapted = {name: _adapted(value) for name, value in values.items()}
        statements = [
            (one.sql, [adapted[p.name] if isinstance(p, _Place) else p for p in one.params]) for one in ready
        ]
        answers = []
        for one, rows in zip(ready, _sent(statements), strict=True):
            question, compiler = one.question.all(), copy(one.compiler)
            _answer(question, compiler, rows)
            answers.append(list(question))
        return answers

    def _words(self) -> list[_Ready]:
        samples = {name: _adapted(sample) for name, sample in self._samples.items()}

        def place(param: Any) -> Any:
            # an integer comes as psycopg's own kind of integer, by the width of its column
            names = [
                name
                for name, sample in samples.items()
                if isinstance(param, type(sample)) and param == sample
            ]
            return _Place(names[0]) if names else param

        ready = []
        for question in self._make(**self._samples):
            compiler = question.query.get_compiler(using=question.db)
            sql, params = compiler.as_sql()
            ready.append(_Ready(question, compiler, sql, [place(param) for param in params]))
        found = {p.name for one in ready for p in one.params if isinstance(p, _Place)}
        if found != set(self._samples):
            raise ValueError(f"not in the questions: {sorted(set(self._samples) - found)}")
        self._ready[connection.vendor] = ready
        return ready


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value goes."""

    name: str


@dataclass(frozen=True, slots=True)
class _Ready:
    question: QuerySet[Any]
    compiler: Any
    sql: str
    params: list[Any]


def _adapted(value: Any) -> Any:
    """As Django hands it to the database."""
    if isinstance(value, dt.datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, int):
        return min(value, _LARGEST)  # what no column can hold is found nowhere, and is no fault
    return connection.ops.adapt_datefield_value(value) if isinstance(value, dt.date) else value


_LARGEST = 2**63 - 1


def put(*batches: Sequence[Model]) -> None:
    """Insert new rows, those of a batch being of one model, and give them their ids. No signal is sent."""
    batches = tuple(batch for batch in batches if batch)
    if connection.vendor != "postgresql":
        for batch in batches:
            type(batch[0])._default_manager.bulk_create(batch)
        return
    statements = []
    for batch in batches:
        meta = type(batch[0])._meta
        query = InsertQuery(type(batch[0]))
        has_ids = batch[0].pk is not None  # `reserve` gave them, or they are another row's
        fields = [field for field in meta.concrete_fields if has_ids or not field.primary_key]
        query.insert_values(fields, list(batch))
        compiler = query.get_compiler(connection=connection)
        compiler.returning_fields = [meta.pk]
        statements += compiler.as_sql()
    for batch, rows in zip(batches, _sent(statements), strict=True):
        for row, (pk,) in zip(batch, rows, strict=True):
            row.pk = pk
            row._state.adding, row._state.db = False, connection.alias


def send(*statements: tuple[str, Sequence[Any]]) -> list[list[tuple[Any, ...]]]:
    """The rows that each statement gives; each must give rows (RETURNING)."""
    return _sent(statements)


def reserve(model: type[Model], count: int) -> tuple[str, Sequence[Any]] | None:
    """A statement for `send` that gives ids to new rows before they are written, so that rows of other tables can point at
    them in the same trip. None on SQLite, where rows are written one after the other."""
    if connection.vendor != "postgresql":
        return None
    pk = model._meta.pk.column if model._meta.pk else ""
    return "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)", [
        model._meta.db_table,
        pk,
        count,
    ]


def _sent(statements: Sequence[tuple[str, Sequence[Any]]]) -> list[list[tuple[Any, ...]]]:
    """The rows that each statement gives. On PostgreSQL Django's cursor puts the values into the text, so one text can hold several."""
    if not statements:
        return []
    answers = []
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            return [list(cursor.execute(sql, params)) for sql, params in statements]
        cursor.execute(
            ";\n".join(sql for sql, _ in statements), [one for _, params in statements for one in params]
        )
        for _ in statements:
            answers.append(cursor.fetchall())
            cursor.nextset()
    return answers


def _answer(question: QuerySet[Any], compiler: Any, rows: list[tuple[Any, ...]]) -> None:
    """From here on the question finds these rows where it would have asked the database."""
    if compiler.has_extra_select:
        rows = [row[: compiler.col_count] for row in rows]
    compiler.execute_sql = lambda *args, **how: [rows]
    question.query.get_compiler = lambda *args, **how: compiler  # type: ignore[method-assign]
