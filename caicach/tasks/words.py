"""All words of a ward's tasks, for those who search: one query set, to be asked together with other rooms' words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import F, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat

from caicach.tasks.models import Ask, Comment, Delivery, Progress, Step, Task, TaskOffice

PART = "\x1f"
"""between the parts of a task's own words: title, content, deliverables, note"""


def texts(ward: int) -> QuerySet[Any, Any]:
    """Rows (kind, id, field, text, about): each task's own words, and what was said of it. No query yet.

    about, of a task's own words: its address "2026/cchc/II-6".
    """
    part = Value(PART)
    own = Task.objects.filter(ward_id=ward).order_by()
    said = {"ward_id": ward}
    return own.values_list(
        _text(Value("task")),
        "pk",
        _text(Value("own")),
        _text(_joined("title", part, "content", part, "deliverables", part, "note")),
        _text(_joined("year", Value("/"), "book", Value("/"), "number")),
    ).union(
        _of(Progress.objects.standing().filter(**said).exclude(word=""), "said", F("word")),
        _of(Comment.objects.standing().filter(**said), "said", F("words")),
        _of(Step.objects.standing().filter(**said), "said", F("words")),
        _of(Ask.objects.standing().filter(**said), "said", _joined("word", Value(" "), "answer")),
        _of(
            Delivery.objects.standing().filter(**said),
            "handed",
            _joined("document_number", Value(" "), "word", Value(" "), "judged_word"),
        ),
        _of(Comment.objects.standing().filter(**said), "said", F("words")),
        _of(Step.objects.standing().filter(**said), "said", F("words")),
        _of(TaskOffice.objects.filter(**said), "office", F("name")),
        all=True,
    )


def _of(rows: QuerySet[Any], field: str, text: Any) -> QuerySet[Any, Any]:
    return rows.order_by().values_list(
        _text(Value("task")), "task_id", _text(Value(field)), _text(text), _text(Value(""))
    )


def _text(value: Any) -> Cast:
    return Cast(value, TextField())


def _joined(*parts: Any) -> Concat:
    """Parts in one text; each is cast, because PostgreSQL joins only what is of one kind."""
    return Concat(*(Cast(part, TextField()) for part in parts), output_field=TextField())


def tasks_of(ward: int, ids: Iterable[int]) -> list[Task]:
    """The ward's tasks of these ids, set aside or not. One query."""
    return list(Task.objects.filter(ward_id=ward, pk__in=list(ids)))
