from django import forms

from caicach.data import plan_kinds

_TOKEN = dict.fromkeys(("required", "invalid", "null_characters_not_allowed"), "Trang này đã cũ. Hãy mở lại.")
_YEAR = {"required": "Hãy ghi năm của kế hoạch.", "invalid": "Ghi năm bằng bốn chữ số, ví dụ 2026."}
_FILE = {
    "invalid": "Tệp không tới nơi. Hãy chọn lại.",
    "missing": "Tệp không tới nơi. Hãy chọn lại.",
    "empty": "Tệp này rỗng. Hãy chọn tệp khác.",
}


def _kind() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="Loại kế hoạch",
        choices=list(plan_kinds().items()),
        required=False,
        error_messages={"invalid_choice": "Không có loại kế hoạch này. Hãy chọn trong danh sách."},
    )


class UploadForm(forms.Form):
    token = forms.RegexField(r"\A[A-Za-z0-9]{8,32}\Z", widget=forms.HiddenInput, error_messages=_TOKEN)
    file = forms.FileField(label="Tệp kế hoạch", required=False, error_messages=_FILE)
    year = forms.IntegerField(
        label="Năm của kế hoạch",
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages=_YEAR,
    )
    kind = _kind()
    is_amendment = forms.BooleanField(label="Sửa đổi kế hoạch đang thực hiện", required=False)


class StartForm(forms.Form):
    token = forms.RegexField(r"\A[A-Za-z0-9]{8,32}\Z", widget=forms.HiddenInput, error_messages=_TOKEN)
    year = forms.IntegerField(
        label="Năm của kế hoạch",
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages=_YEAR,
    )
    kind = _kind()
    copy_from = forms.TypedChoiceField(
        label="Bắt đầu từ",
        coerce=int,
        required=False,
        empty_value=None,
        error_messages={"invalid_choice": "Không có kế hoạch năm đó. Hãy chọn trong danh sách."},
    )
    only_unfinished = forms.BooleanField(label="Chỉ những việc năm ấy chưa xong", required=False)
