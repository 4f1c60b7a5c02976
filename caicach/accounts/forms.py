from django import forms


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
    password = forms.CharField(
        label="Mật khẩu",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={
            "required": "Hãy ghi mật khẩu.",
            "max_length": "Mật khẩu không dài như vậy.",
            "null_characters_not_allowed": "Mật khẩu có chữ lạ.",
        },
    )
