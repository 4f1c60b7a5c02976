"""Forms of the pages across rooms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms

from caicach.accounts.forms import FirstPasswordForm, PersonForm, PostForm, day, text
from caicach.core.fields import DayField
from caicach.desk.set_up import KINDS, NEIGHBOURHOODS
from caicach.desk.work_hours import COUNTS
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
    due_on = DayField(
        label="Hạn",
        required=False,
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


def _hour(label: str, *, need: bool = True, hint: str = "") -> forms.TimeField:
    return forms.TimeField(
        label=label,
        required=need,
        help_text=hint,
        input_formats=["%H:%M", "%H.%M", "%Hh%M", "%Hh"],
        widget=forms.TimeInput(format="%H:%M", attrs={"placeholder": "07:30"}),
        error_messages={"required": "Hãy ghi giờ.", "invalid": "Ghi giờ như 07:30."},
    )


class _DayOfYear(forms.CharField):
    """A day of every year, typed as 15/04: (month, day), None for nothing."""

    def __init__(self, label: str, hint: str = "") -> None:
        super().__init__(
            label=label, required=False, max_length=5, help_text=hint,
            widget=forms.TextInput(attrs={"placeholder": "15/04", "inputmode": "numeric"}),
            error_messages={"max_length": _DAY_OF_YEAR, "null_characters_not_allowed": _DAY_OF_YEAR},
        )  # fmt: skip

    def clean(self, value: object) -> tuple[int, int] | None:
        said = super().clean(value)
        if not said:
            return None
        parts = said.split("/")
        try:
            day, month = int(parts[0]), int(parts[1])
            dt.date(2024, month, day)
        except (ValueError, IndexError):
            raise forms.ValidationError(_DAY_OF_YEAR) from None
        return month, day


_DAY_OF_YEAR = "Ghi ngày và tháng như 15/04."


class WorkHoursForm(forms.Form):
    """When the ward works and how it counts, from a day on."""

    valid_from = day("Từ ngày", need="Hãy ghi từ ngày nào.")
    morning_from = _hour("Sáng từ")
    morning_until = _hour("đến")
    afternoon_from = _hour("Chiều từ")
    afternoon_until = _hour("đến")
    saturday_from = _hour("Từ", need=False)
    saturday_until = _hour("đến", need=False)
    counts_saturday = forms.BooleanField(label="Tính thứ Bảy là ngày làm việc", required=False)
    season_since = _DayOfYear("Từ ngày")
    season_until = _DayOfYear("Đến hết ngày")
    season_morning_from = _hour("Sáng từ", need=False)
    season_morning_until = _hour("đến", need=False)
    season_afternoon_from = _hour("Chiều từ", need=False)
    season_afternoon_until = _hour("đến", need=False)
    season_saturday_from = _hour("Thứ Bảy từ", need=False)
    season_saturday_until = _hour("đến", need=False)
    cut_off = _hour("Giờ chốt việc trong ngày")
    count = forms.ChoiceField(
        label="Hạn tính bằng ngày làm việc",
        choices=list(COUNTS.items()),
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Hãy chọn một cách đếm."),
    )
    quarters = forms.BooleanField(label="Giờ hẹn lẻ thì tròn lên 15 phút", required=False)
    source = text(
        "Theo văn bản", 200, need="Hãy ghi số và ngày của văn bản.", hint="Ví dụ: 12/TB-UBND ngày 02/12/2026"
    )
    checked = forms.BooleanField(label="Đã đối chiếu với văn bản ấy", required=False)

    def clean_source(self) -> str:
        return squeeze(nfc(self.cleaned_data["source"]))

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        season = [
            f"season_{part}"
            for part in ("morning_from", "morning_until", "afternoon_from", "afternoon_until")
        ]
        if any(said.get(name) for name in ("season_since", "season_until", *season)):
            for name in ("season_since", "season_until", *season):
                if not said.get(name) and name not in self.errors:
                    self.add_error(name, "Mùa có giờ khác thì ghi đủ ngày đầu, ngày cuối và giờ các buổi.")
        for prefix in ("", "season_"):
            since, until = f"{prefix}saturday_from", f"{prefix}saturday_until"
            if bool(said.get(since)) != bool(said.get(until)):
                empty = until if said.get(since) else since
                if empty not in self.errors:
                    self.add_error(empty, "Sáng thứ Bảy thì ghi cả giờ đầu và giờ cuối.")
        return said


# --- the first start, setting a ward up -----------------------------------------------------------------------


class FirstAdministratorForm(FirstPasswordForm, PersonForm):
    """The one who administers the server, with the code from its own screen."""

    code = text("Mã trên màn hình máy chủ", 40, need="Hãy ghi mã.", autocomplete="off", autocapitalize="none")
    phone = None  # type: ignore[assignment]
    field_order = ["code", "full_name", "user_name", "email", "new", "again"]


class WardForm(forms.Form):
    kind = forms.ChoiceField(
        label="Là",
        choices=list(KINDS.items()),
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Hãy chọn phường, xã hay đặc khu."),
    )
    name = text("Tên", 120, need="Hãy ghi tên.", hint="Đầy đủ, ví dụ Phường Rạch Giá")
    province = text("Tỉnh, thành phố", 120, need="Hãy ghi tỉnh, thành phố.")

    def clean_name(self) -> str:
        return squeeze(nfc(self.cleaned_data["name"]))

    def clean_province(self) -> str:
        return squeeze(nfc(self.cleaned_data["province"]))


class NeighbourhoodsForm(forms.Form):
    """ "Khu phố 1" to "Khu phố 61" in one go, and others by name."""

    word = forms.ChoiceField(
        label="Gọi là",
        choices=[(one, one) for one in NEIGHBOURHOODS],
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Hãy chọn cách gọi."),
    )
    first = forms.IntegerField(
        label="Từ số",
        min_value=1,
        max_value=999,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), "Ghi số từ 1 đến 999."),
    )
    until = forms.IntegerField(
        label="Đến số",
        min_value=1,
        max_value=999,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), "Ghi số từ 1 đến 999."),
    )
    others = forms.CharField(
        label="Tên khác",
        required=False,
        max_length=8000,
        help_text="Mỗi dòng một tên, ví dụ Ấp Vĩnh Lợi.",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "max_length": "Dài quá. Hãy chia làm hai lần.",
            "null_characters_not_allowed": "Có chữ lạ. Hãy gõ lại.",
        },
    )

    def names(self) -> list[str]:
        """All that were asked for, in order."""
        data = self.cleaned_data
        numbered = range(data["first"] or 1, (data["until"] or 0) + 1)
        typed = (squeeze(nfc(line))[:200] for line in data["others"].splitlines())
        return [*(f"{data['word']} {n}" for n in numbered), *(name for name in typed if name)]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("until") and given["until"] < (given.get("first") or 1):
            self.add_error("until", "Số cuối phải từ số đầu trở lên.")
        return given


class TrialForm(forms.Form):
    address = forms.EmailField(
        label="Gửi thử tới",
        max_length=254,
        error_messages={
            "required": "Hãy ghi một địa chỉ thư.",
            "invalid": "Địa chỉ thư chưa đúng. Ví dụ: khang@phuong.gov.vn",
            "max_length": "Dài quá 254 chữ. Hãy viết ngắn lại.",
            "null_characters_not_allowed": "Có chữ lạ. Hãy gõ lại.",
        },
    )


class FirstPersonForm(PostForm, PersonForm):
    """One of the first people: a name will do."""

    full_name = text("Họ và tên", 120, autocomplete="off")
    user_name = role = since = phone = None  # type: ignore[assignment]
    field_order = ["full_name", "office", "title", "email"]
