"""What is typed about people, offices and accounts; every word of refusal is ours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings

from caicach.core.fields import DayField
from caicach.organisation.services import Office
from caicach.rules import rights
from caicach.rules.vntext import nfc, squeeze


def text(label: str, most: int, *, need: str = "", hint: str = "", **attrs: str) -> forms.CharField:
    """A line of text. need: what is said when it is missing; without it the line may stay empty."""
    return forms.CharField(
        label=label,
        max_length=most,
        required=bool(need),
        help_text=hint,
        widget=forms.TextInput(attrs=attrs),
        error_messages={
            "required": need,
            "max_length": f"Dài quá {most} chữ. Hãy viết ngắn lại.",
            "null_characters_not_allowed": "Có chữ lạ. Hãy gõ lại.",
        },
    )


def day(label: str, *, need: str = "", hint: str = "") -> forms.DateField:
    """A day typed as 23/11/2026."""
    return DayField(
        label=label,
        required=bool(need),
        help_text=hint,
        widget=forms.DateInput(
            format="%d/%m/%Y", attrs={"inputmode": "numeric", "placeholder": "23/11/2026"}
        ),
        error_messages={"required": need, "invalid": "Ghi ngày như 23/11/2026."},
    )


def secret(label: str, *, need: str, complete: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": complete}),
        error_messages={
            "required": need,
            "max_length": "Mật khẩu không dài như vậy.",
            "null_characters_not_allowed": "Mật khẩu có chữ lạ.",
        },
    )


class SignInForm(forms.Form):
    user_name = forms.CharField(
        label="Tên đăng nhập",
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autofocus": True, "autocapitalize": "none"}
        ),
        error_messages={
            "required": "Hãy ghi tên đăng nhập.",
            "max_length": "Tên đăng nhập không dài như vậy.",
            "null_characters_not_allowed": "Tên đăng nhập có chữ lạ.",
        },
    )
    password = secret("Mật khẩu", need="Hãy ghi mật khẩu.", complete="current-password")


class PasswordForm(forms.Form):
    old = secret("Mật khẩu đang dùng", need="Hãy ghi mật khẩu đang dùng.", complete="current-password")
    new = secret("Mật khẩu mới", need="Hãy ghi mật khẩu mới.", complete="new-password")
    again = secret("Gõ lại mật khẩu mới", need="Hãy gõ lại mật khẩu mới.", complete="new-password")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("new") and given.get("again") and given["new"] != given["again"]:
            self.add_error("again", "Hai lần gõ chưa giống nhau. Hãy gõ lại mật khẩu mới.")
        return given


class FirstPasswordForm(PasswordForm):
    """Without the old one, which was typed a moment ago."""

    old = None  # type: ignore[assignment]


class CodeForm(forms.Form):
    """A code from the phone, or a recovery code, which has letters too."""

    code = text(
        "Mã trên điện thoại", 20, need="Hãy ghi mã.", autocomplete="one-time-code", inputmode="numeric",
        autocapitalize="none", spellcheck="false",
    )  # fmt: skip

    def __init__(self, *args: Any, is_recovery: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_recovery:
            self.fields["code"].label = "Mã dự phòng"
            self.fields["code"].widget.attrs |= {"inputmode": "text", "autocomplete": "off"}


class OwnPasswordForm(forms.Form):
    """The own password once more, before something that opens or closes a door."""

    password = secret(
        "Mật khẩu của anh/chị", need="Hãy ghi mật khẩu của anh/chị.", complete="current-password"
    )


class PasskeyForm(OwnPasswordForm):
    """A new key: what it is called, and the password."""

    name = text("Tên của khóa", 60, need="Hãy đặt tên cho khóa.", hint="Để nhận ra thiết bị, ví dụ Điện thoại.", autocomplete="off")  # fmt: skip
    field_order = ["name", "password"]

    def clean_name(self) -> str:
        return squeeze(nfc(self.cleaned_data["name"]))


class PersonForm(forms.Form):
    """Who somebody is and how to reach them."""

    full_name = text("Họ và tên", 120, need="Hãy ghi họ và tên.", autocomplete="off")
    user_name = text(
        "Tên đăng nhập", 60, need="Hãy ghi tên đăng nhập.", hint="Chữ thường không dấu, ví dụ khang.tm",
        autocapitalize="none", autocomplete="off",
    )  # fmt: skip
    email = forms.EmailField(
        label="Thư điện tử",
        max_length=254,
        required=False,
        help_text="Không bắt buộc. Để gửi nhắc việc, tin về tài khoản, và đặt lại mật khẩu khi quên.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={
            "invalid": "Địa chỉ thư chưa đúng. Ví dụ: khang@phuong.gov.vn",
            "max_length": "Dài quá 254 chữ. Hãy viết ngắn lại.",
            "null_characters_not_allowed": "Có chữ lạ. Hãy gõ lại.",
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if settings.OIDC_BY_EMAIL:
            self.fields[
                "email"
            ].help_text = (
                f"Không bắt buộc. Ai có thư này ở {settings.OIDC_NAME} thì đăng nhập được là người này."
            )

    phone = forms.RegexField(
        r"\A[0-9+ .()-]{0,20}\Z",
        label="Điện thoại",
        max_length=20,
        required=False,
        help_text="Không bắt buộc.",
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
        error_messages={
            "invalid": "Số điện thoại chỉ gồm chữ số và dấu cách.",
            "max_length": "Số điện thoại không dài như vậy.",
            "null_characters_not_allowed": "Có chữ lạ. Hãy gõ lại.",
        },
    )

    def clean_full_name(self) -> str:
        return squeeze(nfc(self.cleaned_data["full_name"]))


class PostForm(forms.Form):
    """A role at an office. offices: (number, name) of those that may be chosen."""

    role = forms.ChoiceField(
        label="Vai trò",
        choices=[("", "Chọn vai trò"), *rights.WARD_ROLES.items()],
        error_messages={"required": "Hãy chọn vai trò.", "invalid_choice": "Hãy chọn vai trò."},
    )
    office = forms.TypedChoiceField(
        label="Đơn vị",
        coerce=int,
        required=False,
        empty_value=None,
        error_messages={"invalid_choice": "Đơn vị này không còn. Hãy chọn lại."},
    )
    title = text("Chức danh", 120, hint="Như trong quyết định, ví dụ Phó Trưởng phòng. Có thể để trống.")
    since = day("Từ ngày", hint="Để trống: từ hôm nay.")

    def __init__(self, *args: Any, offices: Iterable[tuple[int, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["office"].choices = [("", "Không thuộc đơn vị nào"), *offices]  # type: ignore[attr-defined]

    def clean_title(self) -> str:
        return squeeze(nfc(self.cleaned_data["title"]))


class NewPersonForm(PostForm, PersonForm):
    user_name = text(
        "Tên đăng nhập", 60, hint="Để trống thì lấy từ họ tên, ví dụ khang.tm", autocapitalize="none", autocomplete="off"
    )  # fmt: skip
    field_order = ["full_name", "user_name", "role", "office", "title", "since", "email", "phone"]


class DayForm(forms.Form):
    since = day("Từ ngày", need="Hãy ghi ngày.")


class AbsenceForm(forms.Form):
    """people: (number, name) of those who may stand in."""

    since = day("Vắng từ ngày", need="Hãy ghi ngày đầu tiên vắng.")
    until = day("Đến hết ngày", need="Hãy ghi ngày cuối cùng vắng.")
    deputy = forms.TypedChoiceField(
        label="Người thay",
        coerce=int,
        required=False,
        empty_value=None,
        error_messages={"invalid_choice": "Không chọn được người này. Hãy chọn lại."},
    )
    word = text("Lý do", 300, hint="Có thể để trống.")

    def __init__(self, *args: Any, people: Iterable[tuple[int, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["deputy"].choices = [("", "Không ai thay"), *people]  # type: ignore[attr-defined]


def office_of(ward_offices: Iterable[Office], pk: int | None) -> Office | None:
    """The office of that number among those given."""
    return next((office for office in ward_offices if office.pk == pk), None)


class ForgottenForm(forms.Form):
    who = text(
        "Tên đăng nhập hoặc địa chỉ thư", 254, need="Hãy ghi tên đăng nhập hoặc địa chỉ thư.", autocapitalize="none",
        autocomplete="username",
    )  # fmt: skip


class ListForm(forms.Form):
    file = forms.FileField(
        label="Danh sách",
        max_length=200,
        error_messages={
            "required": "Hãy chọn tệp danh sách.",
            "invalid": "Tệp không tới nơi. Hãy chọn lại.",
            "missing": "Tệp không tới nơi. Hãy chọn lại.",
            "empty": "Tệp này rỗng. Hãy chọn tệp khác.",
            "max_length": "Tên tệp dài quá. Hãy đặt tên ngắn hơn.",
        },
    )
