from django import forms

from caicach.core.fields import FILE_ERRORS, TokenField
from caicach.data import plan_kinds

_YEAR = {"required": "Hãy ghi năm của kế hoạch.", "invalid": "Ghi năm bằng bốn chữ số, ví dụ 2026."}


def _kind() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="Loại kế hoạch",
        choices=list(plan_kinds().items()),
        required=False,
        error_messages={"invalid_choice": "Không có loại kế hoạch này. Hãy chọn trong danh sách."},
    )


class UploadForm(forms.Form):
    token = TokenField()
    file = forms.FileField(label="Tệp kế hoạch", required=False, error_messages=FILE_ERRORS)
    year = forms.IntegerField(
        label="Năm của kế hoạch",
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages=_YEAR,
    )
    kind = _kind()
    is_amendment = forms.BooleanField(label="Sửa đổi kế hoạch đang thực hiện", required=False)


class StartForm(forms.Form):
    token = TokenField()
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
