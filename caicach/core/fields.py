"""Fields that several rooms' forms share."""

from __future__ import annotations

import datetime as dt

from django import forms

YEARS = range(1900, 2201)
"""Whatever is typed outside of them is a slip of the finger."""


class DayField(forms.DateField):
    """A day of our times: a slip in the year is told, not kept."""

    def clean(self, value: object) -> dt.date | None:
        day: dt.date | None = super().clean(value)
        if day is not None and day.year not in YEARS:
            raise forms.ValidationError("Năm này không hợp lý. Ghi ngày như 23/11/2026.")
        return day
