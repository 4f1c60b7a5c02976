"""Several statements in one trip to the database.

A short verb on PostgreSQL spends its time on the way there and back, so what can be asked or written together goes together.
SQLite is no trip away and takes one statement at a time. Each statement sees all that was committed before it began, also one
that follows a statement which had to wait for a lock.
"""

from __future__ import annotations

from collections.abc import Sequence
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
        if compiler.has_extra_select:
            rows = [row[: compiler.col_count] for row in rows]
        _answer(one, compiler, rows)
        answer.extend(one)
    return answers


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
        query.insert_values([field for field in meta.concrete_fields if not field.primary_key], list(batch))
        compiler = query.get_compiler(connection=connection)
        compiler.returning_fields = [meta.pk]
        statements += compiler.as_sql()
    for batch, rows in zip(batches, _sent(statements), strict=True):
        for row, (pk,) in zip(batch, rows, strict=True):
            row.pk = pk
            row._state.adding, row._state.db = False, connection.alias


def _sent(statements: Sequence[tuple[str, Sequence[Any]]]) -> list[list[tuple[Any, ...]]]:
    """The rows that each statement gives. Django's cursor puts the values into the text, so one text can hold several."""
    if not statements:
        return []
    answers = []
    with connection.cursor() as cursor:
        cursor.execute(
            ";\n".join(sql for sql, _ in statements), [one for _, params in statements for one in params]
        )
        for _ in statements:
            answers.append(cursor.fetchall())
            cursor.nextset()
    return answers


def _answer(question: QuerySet[Any], compiler: Any, rows: list[tuple[Any, ...]]) -> None:
    """From here on the question finds these rows where it would have asked the database."""
    compiler.execute_sql = lambda *args, **how: [rows]
    question.query.get_compiler = lambda *args, **how: compiler  # type: ignore[method-assign]
