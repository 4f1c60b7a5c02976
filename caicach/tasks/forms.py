from django import forms

_PERCENT = dict.fromkeys(("invalid", "min_value", "max_value"), "Ghi từ 0 đến 100.")
_WORD = {
    "max_length": "Lời ghi dài quá 2.000 chữ cái. Hãy viết ngắn lại.",
    "null_characters_not_allowed": "Lời ghi có chữ lạ. Hãy gõ lại.",
}
_NUMBER = {
    "max_length": "Số văn bản dài quá 60 chữ cái. Ví dụ 12/BC-UBND.",
    "null_characters_not_allowed": "Số văn bản có chữ lạ. Hãy gõ lại.",
}
_DATE = {"invalid": "Ghi ngày như 23/11/2026."}
_OCCURRENCE = {"invalid_choice": "Hạn này đã nộp rồi hoặc không còn. Hãy chọn hạn khác."}
_FILE = {
    "invalid": "Tệp không tới nơi. Hãy chọn lại.",
    "missing": "Tệp không tới nơi. Hãy chọn lại.",
    "empty": "Tệp này rỗng. Hãy chọn tệp khác.",
}


def _word(label: str, *, rows: int) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages=_WORD,
    )


class ReportForm(forms.Form):
    percent = forms.IntegerField(
        label="Đã làm được (%)",
        min_value=0,
        max_value=100,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages=_PERCENT,
    )
    word = _word("Lời ghi", rows=3)


class HandInForm(forms.Form):
    occurrence = forms.TypedChoiceField(
        label="Cho hạn", coerce=int, required=False, empty_value=None, error_messages=_OCCURRENCE
    )
    document_number = forms.CharField(
        label="Số văn bản", max_length=60, required=False, error_messages=_NUMBER
    )
    document_date = forms.DateField(
        label="Ngày văn bản",
        required=False,
        input_formats=["%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y"],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "placeholder": "23/11/2026"}),
        error_messages=_DATE,
    )
    file = forms.FileField(label="Hoặc tệp đính kèm", required=False, error_messages=_FILE)
    word = _word("Lời nhắn", rows=2)


class JudgeForm(forms.Form):
    word = _word("Lời ghi", rows=2)
