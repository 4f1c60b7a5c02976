"""What is typed when a result is handed over."""

from __future__ import annotations

from typing import Any

from django import forms

from caicach.counter.forms_money import number_field
from caicach.rules import money
from caicach.rules.dossier_story import CAPACITIES
from caicach.rules.messages import SENTENCES


class HandOutForm(forms.Form):
    """Who collects it. seen: the newest event that its sender's page had; owed: what may be paid with it; book: of printed receipts."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    token = forms.CharField(required=False, max_length=32, widget=forms.HiddenInput)
    capacity = forms.ChoiceField(
        label="Ai nhận", choices=list(CAPACITIES.items()), required=False, error_messages={"invalid_choice": SENTENCES["result.capacity"]}
    )  # fmt: skip
    collector = forms.CharField(
        label="Họ tên người nhận", max_length=200, error_messages={"required": SENTENCES["dossier.collector"]}
    )
    authority = forms.CharField(
        label="Nhận thay theo giấy nào", max_length=200, required=False,
        help_text="Người được ủy quyền, người của tổ chức: giấy ủy quyền, giấy giới thiệu số mấy ngày nào",
    )  # fmt: skip
    proof = forms.CharField(
        label="Giấy tờ đối chiếu", max_length=200, required=False, help_text="Như giấy hẹn, thẻ căn cước"
    )
    word = forms.CharField(
        label="Ghi chú", max_length=2_000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, owed: int, book: str | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if owed > 0:
            self.fields["pay"] = forms.ChoiceField(
                label=f"Thu ngay {money.dong(owed)} bằng", choices=[*money.WAYS.items(), ("later", "Thu sau")], required=False,
                error_messages={"invalid_choice": SENTENCES["money.way"]},
            )  # fmt: skip
            if book is not None:
                self.fields["number"] = number_field(book)
                self.fields["number"].required = False
            self.order_fields(["seen", "token", "pay", "number"])

    def clean_capacity(self) -> str:
        return self.cleaned_data["capacity"] or "owner"
