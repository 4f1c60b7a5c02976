"""What is typed about money at the counter."""

from __future__ import annotations

import re
from typing import Any

from django import forms

from caicach.core.fields import TokenField
from caicach.rules import money
from caicach.rules.formats import number
from caicach.rules.messages import SENTENCES


class DongField(forms.CharField):
    """ "14000", "14.000", "14.000 đồng" → 14000; "" → None."""

    def __init__(self, code: str = "money.amount", **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}))
        super().__init__(max_length=24, **options)
        self.code = code

    def prepare_value(self, value: Any) -> Any:
        return number(str(value)) if isinstance(value, int) else value

    def to_python(self, value: Any) -> Any:
        text = re.sub(r"\s*(?:đồng|đ|VND)\.?$", "", str(value or "").strip(), flags=re.IGNORECASE)
        if not text:
            return None
        if re.fullmatch(r"\d{1,3}(?:[. ]\d{3})+", text, re.ASCII):
            text = re.sub(r"[. ]", "", text)
        if not re.fullmatch(r"\d{1,13}", text, re.ASCII):
            raise forms.ValidationError(SENTENCES[self.code])
        return int(text)

    def validate(self, value: Any) -> None:
        if value is None and self.required:
            raise forms.ValidationError(SENTENCES[self.code])

    def run_validators(self, value: Any) -> None:
        return


_WAYS = list(money.WAYS.items())
_WAY_ERRORS = dict.fromkeys(("required", "invalid_choice"), SENTENCES["money.way"])
_REASON_ERRORS = {"required": SENTENCES["money.reason"]}


def number_field(book: str) -> forms.CharField:
    return forms.RegexField(
        r"\A\s*\d{1,10}\s*\Z", label=f"Số tờ biên lai{f' (quyển {book})' if book else ''}", max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages=dict.fromkeys(("required", "invalid"), SENTENCES["money.number"]),
    )  # fmt: skip


class TakeForm(forms.Form):
    """What is taken now. numbered: the ward's receipts come from a printed book."""

    prefix = "thu"

    token = TokenField()
    amount = DongField(label="Số tiền (đồng)")
    way = forms.ChoiceField(label="Nộp bằng", choices=_WAYS, error_messages=_WAY_ERRORS)
    note = forms.CharField(
        label="Mã giao dịch", max_length=100, required=False, help_text="Của chuyển khoản hay của Cổng, nếu có"
    )  # fmt: skip

    def __init__(self, *args: Any, book: str | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if book is not None:
            self.fields["number"] = number_field(book)


class ChargeForm(forms.Form):
    """What it costs, said anew."""

    prefix = "muc"

    total = DongField(label="Mức thu (đồng)", required=False)
    ground = forms.CharField(
        label="Hoặc miễn vì", max_length=300, required=False, help_text="Như: người có công, theo nghị quyết nào"
    )  # fmt: skip
    word = forms.CharField(label="Vì sao đổi", max_length=300, required=False)


class UndoForm(forms.Form):
    """A receipt that is made void or given back, all or in part."""

    prefix = "hoan"

    token = TokenField()
    what = forms.ChoiceField(
        label="Làm gì", choices=[("refund", "Hoàn tiền, biên lai vẫn giữ"), ("void", "Hủy biên lai, vì lập nhầm")],
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Hãy chọn hoàn tiền hay hủy biên lai."),
    )  # fmt: skip
    amount = DongField(label="Số tiền hoàn (đồng)", required=False)
    way = forms.ChoiceField(label="Hoàn bằng", choices=_WAYS[:2], required=False)
    reason = forms.CharField(label="Lý do", max_length=300, error_messages=_REASON_ERRORS)


class CashForm(forms.Form):
    """What lies in the drawer. seen: the cash by the rows on its sender's page."""

    token = TokenField()
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    counted = DongField("cash.counted", label="Tiền mặt đếm được trong ngăn (đồng)")
    reason = forms.CharField(
        label="Lệch vì sao", max_length=300, required=False, help_text="Chỉ khi số đếm được khác sổ"
    )
