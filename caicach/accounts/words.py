"""The names of a ward's people, for those who search."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat

from caicach.accounts.models import Post
from caicach.core import clock


def texts(ward: int) -> QuerySet[Any, Any]:
    """Rows (kind, id, field, text, about), as `tasks.words.texts` gives them. about: "role office-id". No query yet."""
    posts = Post.objects.held(clock.today()).filter(ward_id=ward, person__is_active=True).order_by()
    return posts.values_list(
        _text(Value("person")),
        "person_id",
        _text(Value("own")),
        _text(F("person__full_name")),
        _text(
            _joined(
                "role",
                Value(" "),
                Coalesce(Cast("office_id", TextField()), Cast(Value(""), TextField())),
            )
        ),
    )


def _text(value: Any) -> Cast:
    return Cast(value, TextField())


def _joined(*parts: Any) -> Concat:
    """Parts in one text; each is cast, because PostgreSQL joins only what is of one kind."""
    return Concat(*(Cast(part, TextField()) for part in parts), output_field=TextField())
