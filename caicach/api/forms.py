from django import forms


class TokenForm(forms.Form):
    name = forms.CharField(
        label="Dùng cho",
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "Phần mềm báo cáo của tỉnh"}),
        error_messages={
            "max_length": "Tên dài quá 80 chữ cái. Hãy viết ngắn lại.",
            "null_characters_not_allowed": "Tên có chữ lạ. Hãy gõ lại.",
        },
    )
