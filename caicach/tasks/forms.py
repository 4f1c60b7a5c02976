from django import forms


class ReportForm(forms.Form):
    percent = forms.IntegerField(
        label="Đã làm được (%)",
        min_value=0,
        max_value=100,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    word = forms.CharField(
        label="Lời ghi", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class HandInForm(forms.Form):
    occurrence = forms.TypedChoiceField(label="Cho hạn", coerce=int, required=False, empty_value=None)
    document_number = forms.CharField(label="Số văn bản", max_length=60, required=False)
    document_date = forms.DateField(
        label="Ngày văn bản",
        required=False,
        input_formats=["%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y"],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "placeholder": "23/11/2026"}),
    )
    file = forms.FileField(label="Hoặc tệp đính kèm", required=False)
    word = forms.CharField(
        label="Lời nhắn", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )


class JudgeForm(forms.Form):
    word = forms.CharField(
        label="Lời ghi", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
