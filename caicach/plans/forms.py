from django import forms


class UploadForm(forms.Form):
    token = forms.RegexField(r"^[A-Za-z0-9]{8,32}$", widget=forms.HiddenInput)
    file = forms.FileField(label="Tệp kế hoạch", required=False)
    year = forms.IntegerField(
        label="Năm của kế hoạch", widget=forms.NumberInput(attrs={"inputmode": "numeric"})
    )
    is_amendment = forms.BooleanField(label="Sửa đổi kế hoạch đang thực hiện", required=False)


class StartForm(forms.Form):
    token = forms.RegexField(r"^[A-Za-z0-9]{8,32}$", widget=forms.HiddenInput)
    year = forms.IntegerField(
        label="Năm của kế hoạch", widget=forms.NumberInput(attrs={"inputmode": "numeric"})
    )
    copy_from = forms.TypedChoiceField(label="Bắt đầu từ", coerce=int, required=False, empty_value=None)
