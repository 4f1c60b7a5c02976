"""Fields that several rooms' forms share."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from django import forms

from caicach.core import clock
from caicach.rules.formats import day_in

YEARS = range(1900, 2201)
"""Whatever is typed outside of them is a slip of the finger."""


class DayField(forms.DateField):
    """A day of our times, typed in any of the ways that `day_in` knows: a slip in the year is told, not kept.

    of_this_year: "5/12" is a day of the year we are in.
    """

    def __init__(self, *, of_this_year: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.of_this_year = of_this_year

    def to_python(self, value: object) -> dt.date | None:
        if value is None or isinstance(value, dt.date):
            return value
        day = day_in(str(value), year=clock.today().year if self.of_this_year else None)
        if day is None and str(value).strip():
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return day

    def clean(self, value: object) -> dt.date | None:
        day: dt.date | None = super().clean(value)
        if day is not None and day.year not in YEARS:
            raise forms.ValidationError("Năm này không hợp lý. Ghi ngày như 23/11/2026.")
        return day


def new_token() -> str:
    """The address of what a form makes, given out with the empty form: sent twice it makes one."""
    return secrets.token_urlsafe(9).replace("-", "a").replace("_", "b")


class TokenField(forms.RegexField):
    """What `new_token` gave, as it comes back."""

    def __init__(self) -> None:
        names = ("required", "invalid", "null_characters_not_allowed")
        super().__init__(
            r"\A[A-Za-z0-9]{8,32}\Z",
            widget=forms.HiddenInput,
            error_messages=dict.fromkeys(names, "Trang này đã cũ. Hãy mở lại."),
        )


FILE_ERRORS = {
    "required": "Hãy chọn một tệp.",
    "invalid": "Tệp không tới nơi. Hãy chọn lại.",
    "missing": "Tệp không tới nơi. Hãy chọn lại.",
    "empty": "Tệp này rỗng. Hãy chọn tệp khác.",
}
"""what is said of a file that did not come whole"""
