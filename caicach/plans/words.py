"""All words of a ward's plans and indicators, for those who search."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat

from caicach.plans.models import Indicator, Plan


def texts(ward: int) -> QuerySet[Any, Any]:
    """Rows (kind, id, field, text, about), as `tasks.words.texts` gives them. No query yet.

    about: the plan's address "2026/cchc", of an indicator then its place in the plan: "2026/cchc II.3".
    """
    slash = Value("/")
    plans = Plan.objects.filter(ward_id=ward).order_by()
    indicators = Indicator.objects.filter(ward_id=ward).order_by()
    return plans.values_list(
        _text(Value("plan")),
        "pk",
        _text(Value("own")),
        _text(_joined("title", Value(" "), "number", Value(" "), "issuer")),
        _text(_joined("year", slash, "kind")),
    ).union(
        indicators.values_list(
            _text(Value("indicator")),
            "pk",
            _text(Value("own")),
            _text(F("name")),
            _text(
                _joined(
                    "plan__year",
                    slash,
                    "plan__kind",
                    Value(" "),
                    "where",
                )
            ),
        ),
        all=True,
    )


def _text(value: Any) -> Cast:
    return Cast(value, TextField())


def _joined(*parts: Any) -> Concat:
    """Parts in one text; each is cast, because PostgreSQL joins only what is of one kind."""
    return Concat(*(Cast(part, TextField()) for part in parts), output_field=TextField())
