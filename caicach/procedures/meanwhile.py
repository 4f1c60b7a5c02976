"""A form that was open while somebody else saved: what it began with goes along with it, and says who changed what.

Everything is compared as a form sends it: texts. The rows of papers, steps and cases are one value each.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict

from caicach.procedures.forms import Parts
from caicach.rules.merging import merge

_LATE = ("token", "begun", "word")
"""what each sender has of their own"""
_PARTS = {"giay": "Giấy tờ", "buoc": "Các bước", "ca": "Các trường hợp"}


@dataclass(frozen=True, slots=True)
class Begun:
    """What a form began with. seen: the id of the newest version then; None where the form does not say."""

    said: dict[str, str]
    seen: int | None = None

    def __str__(self) -> str:
        return json.dumps({"seen": self.seen, "said": self.said}, ensure_ascii=False)


def begun(form: forms.Form, parts: Parts | None = None, *, seen: int | None = None) -> Begun:
    """What a form that is opened now begins with."""
    said = {
        name: _plain(form.get_initial_for_field(field, name))
        for name, field in form.fields.items()
        if name not in _LATE
    }
    for prefix, rows in _sets(parts):
        said[prefix] = _rows([{name: _plain(row.get(name)) for name in _names(rows)} for row in rows.initial])
    return Begun(said, seen)


def read(text: str) -> Begun:
    """What came back with a form; nothing where it is not what we sent."""
    try:
        told = json.loads(text)
        said = {str(name): str(value) for name, value in told["said"].items()}
        return Begun(said, int(told["seen"]) if told["seen"] is not None else None)
    except (ValueError, TypeError, KeyError, AttributeError):
        return Begun({})


def merged(
    sent: QueryDict, form: forms.Form, parts: Parts | None, began: Begun, now: Begun
) -> tuple[QueryDict, dict[str, str]]:
    """What was sent, with what others wrote where the sender changed nothing, to be looked at and sent again; and where both
    did, what they wrote, in words: by field, "" for rows."""
    mine = {name: _plain(sent.get(name)) for name in form.fields if name not in _LATE}
    sets = dict(_sets(parts))
    mine |= {prefix: _sent_rows(sent, prefix, _names(rows)) for prefix, rows in sets.items()}
    result = merge(began.said, mine, now.said)
    again = sent.copy()
    again["begun"] = str(now)
    for name in result.taken:
        if name in sets:
            _put_rows(again, name, json.loads(result.values[name]))
        elif result.values[name]:
            again[name] = result.values[name]
        else:
            again.pop(name, None)
    told: dict[str, str] = {}
    for name, value in result.against.items():
        if name in sets:
            named = "; ".join(row["name"] for row in json.loads(value)) or "để trống"
            told[""] = " ".join(filter(None, [told.get(""), f"{_PARTS[name]} vừa được ghi là: {named}."]))
        else:
            told[name] = f"Bản vừa ghi: {_shown(form.fields[name], value)}"
    return again, told


def _plain(value: object) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return "on"
    return "\n".join(line.strip() for line in str(value).strip().splitlines())


def _shown(field: forms.Field, value: str) -> str:
    if isinstance(field, forms.BooleanField):
        return "có" if value else "không"
    if isinstance(field, forms.ChoiceField):
        return str(dict(field.choices).get(value, value))  # type: ignore[arg-type]
    return f"“{value}”" if value else "để trống"


def _sets(parts: Parts | None) -> list[tuple[str, Any]]:
    return [(rows.prefix, rows) for rows in (parts.papers, parts.steps, parts.cases)] if parts else []


def _names(rows: Any) -> list[str]:
    return list(rows.form.base_fields)


def _rows(rows: list[dict[str, str]]) -> str:
    return json.dumps([row for row in rows if row["name"]], ensure_ascii=False)


def _sent_rows(sent: Mapping[str, str], prefix: str, names: list[str]) -> str:
    total = sent.get(f"{prefix}-TOTAL_FORMS", "")
    count = min(int(total), 100) if total.isdecimal() and len(total) < 6 else 0
    return _rows([{name: _plain(sent.get(f"{prefix}-{n}-{name}")) for name in names} for n in range(count)])


def _put_rows(sent: QueryDict, prefix: str, rows: list[dict[str, str]]) -> None:
    for name in [name for name in sent if name.startswith(f"{prefix}-") and not name.endswith("_FORMS")]:
        del sent[name]
    sent[f"{prefix}-TOTAL_FORMS"], sent[f"{prefix}-INITIAL_FORMS"] = str(len(rows) + 1), str(len(rows))
    for n, row in enumerate(rows):
        for name, value in row.items():
            if value:
                sent[f"{prefix}-{n}-{name}"] = value
