"""How a ward tells: each moment with its tick and its words."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from caicach import data
from caicach.notices.queries import Ways
from caicach.rules import notices as rules
from caicach.rules.refusal import Refusal


class MannerForm(forms.Form):
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    is_plain = forms.BooleanField(required=False, label="SMS không dấu (một tin dài 160 chữ thay vì 70)")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for moment in data.notices().values():
            self.fields[f"on-{moment.code}"] = forms.BooleanField(required=False, label=moment.name)
            self.fields[f"text-{moment.code}"] = forms.CharField(
                required=False, label=f"Lời báo: {moment.name}", widget=forms.Textarea(attrs={"rows": 3}), max_length=2_000, strip=False
            )  # fmt: skip

    @staticmethod
    def of(ways: Ways) -> MannerForm:
        start: dict[str, Any] = {"seen": ways.revision, "is_plain": ways.is_plain}
        for moment in data.notices().values():
            start |= {f"on-{moment.code}": ways.is_on(moment), f"text-{moment.code}": ways.text(moment)}
        return MannerForm(initial=start)

    def clean(self) -> dict[str, Any]:
        """Every slip at its own field, not the first alone."""
        said = super().clean() or {}
        for moment in data.notices().values():
            name = f"text-{moment.code}"
            text = rules.tidy(said.get(name, ""))
            try:
                if text or said.get(f"on-{moment.code}"):
                    rules.check(text, moment.code, place=name)
            except Refusal as refusal:
                self.add_error(name, str(refusal))
        return said

    def said(self) -> dict[str, tuple[bool, str]]:
        """moment → whether, in which words; a text that was emptied is the usual one."""
        found = self.cleaned_data
        return {
            moment.code: (found[f"on-{moment.code}"], rules.tidy(found[f"text-{moment.code}"]) or moment.text)
            for moment in data.notices().values()
        }

    def rows(self) -> list[tuple[rules.Moment, BoundField, BoundField, str, rules.Length]]:
        """(moment, tick, words, as an SMS of an invented dossier, how long that is)."""
        is_plain = bool(self["is_plain"].value())
        found = []
        for moment in data.notices().values():
            words = self[f"text-{moment.code}"]
            text = rules.fill(str(words.value() or ""), rules.SAMPLE)
            shown = f"{rules.plain(text) if is_plain else text} {rules.SAMPLE_LINK}"
            found.append((moment, self[f"on-{moment.code}"], words, shown, rules.length(shown)))
        return found
