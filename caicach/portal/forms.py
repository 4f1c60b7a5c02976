"""The two lines of a receipt."""

from __future__ import annotations

from django import forms

from caicach.rules.lookup import SIGNS, code_typed
from caicach.rules.refusal import Refusal


class LookupForm(forms.Form):
    number = forms.CharField(
        label="Số hồ sơ",
        max_length=60,
        help_text="Ví dụ: H01.31.05-261123-0001",
        error_messages={"required": "Hãy nhập số hồ sơ in trên giấy hẹn."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )  # fmt: skip
    code = forms.CharField(
        label="Mã tra cứu",
        max_length=60,
        help_text=f"{SIGNS} chữ và số, in cạnh mã QR. Chữ hoa hay thường đều được.",
        error_messages={"required": "Hãy nhập mã tra cứu in trên giấy hẹn."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )  # fmt: skip

    def clean_code(self) -> str:
        code = code_typed(self.cleaned_data["code"])
        if not code:
            raise forms.ValidationError(str(Refusal("portal.no-code", signs=SIGNS)))
        return code
