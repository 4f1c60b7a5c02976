"""The steps on a version's form, arranged before anything is saved: one more, one less, one up or down, shares made even."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms

Rows = list[dict[str, Any]]
_DO = re.compile(r"(len|xuong|bo)-(\d{1,3})")


def is_arranging(what: str) -> bool:
    """Whether a button only arranges the steps."""
    return what in ("them-buoc", "chia-deu") or _DO.fullmatch(what) is not None


def arranged(rows: Rows, what: str) -> Rows:
    """The rows after a button: "them-buoc" one more, "chia-deu" even shares, "len-2", "xuong-2", "bo-2" of the second."""
    found = _DO.fullmatch(what)
    at = int(found[2]) - 1 if found else -1
    chosen = rows[at] if 0 <= at < len(rows) else None
    rows = [row for row in rows if any(str(value or "").strip() for value in row.values())]
    if what == "them-buoc":
        return [*rows, {}]
    if what == "chia-deu":
        named = [row for row in rows if str(row.get("name") or "").strip()]
        return [{**row, "share": share} for row, share in zip(named, even(len(named)), strict=True)]
    at = next((n for n, row in enumerate(rows) if row is chosen), -1)
    if found is None or at < 0:
        return rows
    if found[1] == "bo":
        return rows[:at] + rows[at + 1 :]
    to = at - 1 if found[1] == "len" else at + 1
    if 0 <= to < len(rows):
        rows[at], rows[to] = rows[to], rows[at]
    return rows


def even(count: int) -> list[int]:
    """A hundred in so many parts, the first ones larger by one where it does not come out even."""
    if not count:
        return []
    whole, more = divmod(100, count)
    return [whole + (n < more) for n in range(count)]


def sent_rows(sent: Mapping[str, str], prefix: str, form: type[forms.Form]) -> Rows:
    """What a form set was sent with, to begin it anew from; a tick is there or not."""
    total = sent.get(f"{prefix}-TOTAL_FORMS", "")
    count = min(int(total), 100) if total.isdecimal() and len(total) < 6 else 0
    return [
        {
            name: f"{prefix}-{n}-{name}" in sent if isinstance(field, forms.BooleanField) else sent.get(f"{prefix}-{n}-{name}", "")
            for name, field in form.base_fields.items()
        }
        for n in range(count)
    ]  # fmt: skip


def total(rows: Rows) -> int:
    """What the shares come to, as far as they are numbers."""
    shares = [str(row.get("share") or "") for row in rows]
    return sum(int(share) for share in shares if share.isdecimal() and len(share) < 4)
