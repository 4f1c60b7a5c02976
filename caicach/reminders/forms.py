from django import forms

from caicach.reminders.queries import FIRST_HOUR, LAST_HOUR


class ChoiceForm(forms.Form):
    daily = forms.BooleanField(label="Thư mỗi sáng: việc trễ, đến hạn, bị trả lại, được hỏi", required=False)
    weekly = forms.BooleanField(label="Thư đầu tuần cho lãnh đạo và trưởng đơn vị", required=False)
    hour = forms.TypedChoiceField(
        label="Gửi từ",
        coerce=int,
        help_text=f"Từ {FIRST_HOUR} giờ sáng đến {LAST_HOUR} giờ tối. Thư đi trong giờ ấy, hoặc sau đó nếu máy chủ vừa được bật lại.",
        choices=[(n, f"{n} giờ") for n in range(FIRST_HOUR, LAST_HOUR + 1)],
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), f"Hãy chọn giờ từ {FIRST_HOUR} đến {LAST_HOUR}."
        ),
    )
