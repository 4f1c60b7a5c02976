from django import forms

from caicach.core.fields import DayField

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


def _day(
    label: str, hint: str = "", *, required: bool = False, of_this_year: bool = False
) -> forms.DateField:
    return DayField(
        of_this_year=of_this_year,
        label=label,
        required=required,
        help_text=hint,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "placeholder": "23/11/2026", "data-day": ""}),
        error_messages={**_DATE, "required": "Hãy ghi ngày, ví dụ 23/11/2026."},
    )


def _line(label: str, most: int, placeholder: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=most,
        widget=forms.TextInput(attrs={"placeholder": placeholder} if placeholder else {}),
        error_messages={
            "max_length": f"Dài quá {most} chữ cái. Hãy viết ngắn lại.",
            "null_characters_not_allowed": "Có chữ lạ. Hãy gõ lại.",
        },
    )


def _choice(label: str, wrong: str, *, required: bool = False) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        coerce=int,
        required=required,
        empty_value=None,
        error_messages={"invalid_choice": wrong, "required": wrong},
    )


def _file(label: str) -> forms.FileField:
    return forms.FileField(label=label, required=False, error_messages=_FILE)


class HandInForm(forms.Form):
    occurrence = _choice("Cho hạn", _OCCURRENCE["invalid_choice"])
    parts = forms.TypedMultipleChoiceField(
        label="Văn bản này là",
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages=dict.fromkeys(
            ("invalid_choice", "invalid_list"), "Sản phẩm này không có trong nhiệm vụ. Hãy tải lại trang."
        ),
    )
    document_number = forms.CharField(
        label="Số văn bản", max_length=60, required=False, error_messages=_NUMBER
    )
    document_date = _day("Ngày văn bản")
    file = _file("Tệp đính kèm")
    known = _choice("Tài liệu đã có ở việc khác", "Tài liệu này không còn. Hãy chọn lại.")
    word = _word("Lời nhắn", rows=2)


class JudgeForm(forms.Form):
    word = _word("Lời ghi", rows=2)


class ExtendForm(forms.Form):
    """Asking for more time, or giving it."""

    occurrence = _choice("Cho hạn", "Hạn này đã nộp rồi hoặc không còn. Hãy chọn hạn khác.", required=True)
    until = _day("Đến ngày", required=True)
    reason = _word("Lý do", rows=2)


class GrantForm(forms.Form):
    until = _day("Đến ngày")
    word = _word("Lời ghi", rows=2)


class WaitForm(forms.Form):
    whom = _line("Đang chờ ai", 120, "Sở Nội vụ")
    since = _day("Từ ngày", required=True)
    word = _word("Chờ việc gì", rows=2)


class SilenceForm(forms.Form):
    days = forms.IntegerField(
        label="Cần có tin mỗi (ngày)",
        min_value=1,
        max_value=366,
        required=False,
        help_text="Để trống: như các việc khác.",
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), "Ghi từ 1 đến 366 ngày."),
    )


class AskForm(forms.Form):
    office = _choice("Đơn vị phối hợp", "Hãy chọn đơn vị cần phối hợp.", required=True)
    due_on = _day("Cần có trước ngày", required=True)
    word = _word("Cần làm gì", rows=2)


class AnswerForm(forms.Form):
    word = _word("Trả lời", rows=2)
    file = _file("Tệp kèm theo")


class AssignForm(forms.Form):
    office = forms.IntegerField(
        error_messages=dict.fromkeys(
            ("required", "invalid"), "Đơn vị này không có phần trong nhiệm vụ. Hãy tải lại trang."
        )
    )
    person = _choice("Giao cho", "Người này không còn làm ở đơn vị ấy. Hãy chọn người khác.")


class StepForm(forms.Form):
    words = _line("Bước", 300, "Lấy ý kiến các khu phố")
    due_on = _day("Hạn của bước", of_this_year=True)
    person = _choice("Ai làm", "Người này không làm ở đơn vị nào của nhiệm vụ. Hãy chọn người khác.")


class CommentForm(forms.Form):
    words = _word("Trao đổi", rows=2)


class SetAsideForm(forms.Form):
    word = _word("Lý do rút", rows=2)
    document = _line("Theo văn bản", 120, "15/QĐ-UBND ngày 20/11/2026")


class DirectiveForm(forms.Form):
    """A duty that comes from no plan."""

    content = forms.CharField(
        label="Việc cần làm",
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "max_length": "Nội dung dài quá 4.000 chữ cái. Hãy chia thành nhiều việc.",
            "null_characters_not_allowed": "Có chữ lạ. Hãy gõ lại.",
        },
    )
    source = forms.ChoiceField(
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Hãy chọn việc này từ đâu."),
        label="Từ đâu",
        choices=[
            ("directive", "Chỉ đạo của lãnh đạo"),
            ("province", "Văn bản cấp trên"),
            ("promise", "Cam kết"),
        ],
    )
    leads = forms.TypedMultipleChoiceField(
        label="Đơn vị thực hiện",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice", "invalid_list"), "Hãy chọn ít nhất một đơn vị thực hiện."
        ),
    )
    due_on = _day("Hạn", "Để trống: việc thường xuyên.")
    deliverable = _line("Sản phẩm", 200, "Báo cáo")
    issuer = _line("Nơi ban hành", 200, "Giao ban tuần 47")
    document_number = forms.CharField(
        label="Số văn bản", max_length=60, required=False, error_messages=_NUMBER
    )
    document_date = _day("Ngày văn bản")
    file = _file("Tệp văn bản")


class HandoverForm(forms.Form):
    """All of one person's work goes to another."""

    leaver = forms.ChoiceField(
        label="Người giao",
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Hãy chọn người giao việc."),
    )
    taker = _choice("Người nhận", "Hãy chọn người nhận việc.", required=True)
    word = _word("Lời ghi", rows=2)
