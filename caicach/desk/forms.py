"""Forms of the pages across rooms."""

from __future__ import annotations

from django import forms


class DecisionForm(forms.Form):
    """What a meeting decides: what, who, until when."""

    content = forms.CharField(
        label="Kết luận",
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "Ai làm gì…"}),
        error_messages={
            "max_length": "Nội dung dài quá 4.000 chữ cái. Hãy chia thành nhiều việc.",
            "null_characters_not_allowed": "Có chữ lạ. Hãy gõ lại.",
        },
    )
    leads = forms.TypedMultipleChoiceField(
        label="Giao cho",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice", "invalid_list"), "Hãy chọn ít nhất một đơn vị thực hiện."
        ),
    )
    due_on = forms.DateField(
        label="Hạn",
        required=False,
        input_formats=["%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y"],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "placeholder": "27/11/2026"}),
        error_messages={"invalid": "Ghi ngày như 27/11/2026."},
    )
