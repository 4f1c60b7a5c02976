"""Forms of the pages across rooms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from caicach.accounts.forms import day, text
from caicach.rules.vntext import nfc, squeeze


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


# --- the ward's offices ---------------------------------------------------------------------------------------


def _office_choice(label: str, empty: str, need: str = "") -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        coerce=int,
        required=bool(need),
        empty_value=None,
        choices=[("", empty)],
        error_messages={"required": need, "invalid_choice": "Đơn vị này không còn. Hãy chọn lại."},
    )


class _Names(forms.Form):
    name = text("Tên đầy đủ", 200, need="Hãy ghi tên đơn vị.")
    short = text("Tên ngắn", 60, hint="Hiện trong các bảng. Có thể để trống.")

    def clean_name(self) -> str:
        return squeeze(nfc(self.cleaned_data["name"]))

    def clean_short(self) -> str:
        return squeeze(nfc(self.cleaned_data["short"]))


class _Place(forms.Form):
    parent = _office_choice("Thuộc", "UBND phường, xã")
    aliases = forms.CharField(
        label="Cách viết khác",
        max_length=2000,
        required=False,
        help_text="Mỗi dòng một cách viết, như các kế hoạch hay ghi.",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "max_length": "Dài quá 2.000 chữ. Hãy bớt lại.",
            "null_characters_not_allowed": "Có chữ lạ. Hãy gõ lại.",
        },
    )

    def __init__(self, *args: Any, offices: Iterable[tuple[int, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].choices = [("", "UBND phường, xã"), *offices]  # type: ignore[attr-defined]

    def clean_aliases(self) -> list[str]:
        lines = (squeeze(nfc(line)) for line in self.cleaned_data["aliases"].splitlines())
        return list(dict.fromkeys(line for line in lines if line))


class UnitForm(_Place, _Names):
    """A new office or neighbourhood. offices: (number, name) of those it may belong to."""

    kind = forms.ChoiceField(
        label="Loại",
        choices=[("office", "Phòng, ban, đơn vị"), ("neighbourhood", "Khu phố, ấp")],
        error_messages={"required": "Hãy chọn loại.", "invalid_choice": "Hãy chọn loại."},
    )
    since = day("Từ ngày", hint="Ngày quyết định có hiệu lực. Có thể để trống.")
    field_order = ["kind", "name", "short", "parent", "since", "aliases"]


class UnitNameForm(_Names):
    since = day("Mang tên mới từ ngày", need="Hãy ghi ngày.")


class UnitPlaceForm(_Place):
    pass


class UnitCloseForm(forms.Form):
    since = day("Không còn từ ngày", need="Hãy ghi ngày.")


class UnitMergeForm(forms.Form):
    into = _office_choice("Nhập vào", "Chọn đơn vị", need="Hãy chọn đơn vị sẽ làm tiếp.")
    since = day("Từ ngày", need="Hãy ghi ngày.")

    def __init__(self, *args: Any, offices: Iterable[tuple[int, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].choices = [("", "Chọn đơn vị"), *offices]  # type: ignore[attr-defined]


# --- the working calendar -------------------------------------------------------------------------------------


class WorkDaysForm(forms.Form):
    """Days on which the ward differs from the country's calendar."""

    since = day("Ngày", need="Hãy ghi ngày.")
    until = day("Đến hết ngày", hint="Để trống nếu chỉ một ngày.")
    kind = forms.ChoiceField(
        label="Ngày ấy",
        choices=[("off", "Nghỉ"), ("working", "Làm việc (làm bù, trực cả ngày)")],
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Hãy chọn nghỉ hay làm việc."),
    )
    name = text("Vì sao", 120, need="Hãy ghi vì sao, ví dụ nghỉ bù ngày lễ của địa phương.")
    source = text(
        "Theo văn bản", 200, need="Hãy ghi số và ngày của văn bản.", hint="Ví dụ: 123/TB-UBND ngày 02/12/2026"
    )

    def clean_name(self) -> str:
        return squeeze(nfc(self.cleaned_data["name"]))

    def clean_source(self) -> str:
        return squeeze(nfc(self.cleaned_data["source"]))
