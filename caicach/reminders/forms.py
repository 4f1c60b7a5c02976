from django import forms


class ChoiceForm(forms.Form):
    daily = forms.BooleanField(label="Thư mỗi sáng: việc trễ, đến hạn, bị trả lại, được hỏi", required=False)
    weekly = forms.BooleanField(label="Thư đầu tuần cho lãnh đạo và trưởng đơn vị", required=False)
    hour = forms.TypedChoiceField(
        label="Gửi từ",
        coerce=int,
        choices=[(n, f"{n} giờ") for n in range(5, 21)],
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Hãy chọn giờ từ 5 đến 20."),
    )
