from django import forms

from caicach.core.fields import FILE_ERRORS, TokenField
from caicach.rules.formats import DOSSIER_KEYS


class ListForm(forms.Form):
    token = TokenField()
    file = forms.FileField(label="Tệp danh sách hồ sơ", error_messages=FILE_ERRORS)


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
