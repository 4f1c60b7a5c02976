from django import forms

from caicach.rules.formats import DOSSIER_KEYS

_TOKEN = dict.fromkeys(("required", "invalid", "null_characters_not_allowed"), "Trang này đã cũ. Hãy mở lại.")
_FILE = dict.fromkeys(("invalid", "missing"), "Tệp không tới nơi. Hãy chọn lại.") | {
    "empty": "Tệp này rỗng. Hãy chọn tệp khác.",
    "required": "Hãy chọn tệp danh sách.",
}


class ListForm(forms.Form):
    token = forms.RegexField(r"\A[A-Za-z0-9]{8,32}\Z", widget=forms.HiddenInput, error_messages=_TOKEN)
    file = forms.FileField(label="Tệp danh sách hồ sơ", error_messages=_FILE)


class LayoutForm(forms.Form):
    """One choice for each thing that a list says of a dossier: which of its headings says it."""

    def __init__(self, headings: list[str], *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        choices = [("", "Tệp này không có"), *((one, one) for one in headings)]
        for key, words in DOSSIER_KEYS.items():
            self.fields[key] = forms.ChoiceField(
                label=words,
                choices=choices,
                required=False,
                error_messages={"invalid_choice": "Tệp không có cột này. Hãy chọn trong danh sách."},
            )
