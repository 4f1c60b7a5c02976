from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import ClassVar

from django import forms

from caicach.core.fields import FILE_ERRORS, DayField, TokenField
from caicach.data import clock_limit
from caicach.dossiers.moves import MoreTime, Told
from caicach.rules.dossier_moves import MOVES
from caicach.rules.formats import DOSSIER_KEYS, WEEKDAYS, day, moment


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


class CodeForm(forms.Form):
    """The code that the province's system gave."""

    prefix = "province"

    code = forms.CharField(
        label="Mã của tỉnh", max_length=60, help_text="Như H01.31.05-261123-0007",
        error_messages={"required": "Hãy ghi mã mà hệ thống của tỉnh cấp cho hồ sơ này."},
    )  # fmt: skip


def more_days(one: tuple[int, dt.datetime]) -> tuple[str, str]:
    days, due = one
    return str(days), f"{days} ngày, hẹn trả {due:%H:%M} {WEEKDAYS[due.weekday()]} {day(due)}"


def _how_much_more(more: MoreTime) -> str:
    """What is allowed, and by what."""
    times, share = clock_limit("extensions"), clock_limit("extension-share")
    now = f"Đang hẹn trả {moment(more.due)}. " if more.due else ""
    most = f"Hẹn lại được {more.times} lần, nhiều nhất {more.days[-1][0] - more.gone} ngày làm việc"
    most += f", tính từ hôm nay vì lời hẹn đã qua {more.gone} ngày làm việc." if more.gone else "."
    return f"{now}{most} Số lần: {times.source}. Số ngày: {share.source}."


class MoveForm(forms.Form):
    """What one move wants to be told. seen: the newest event that its sender's page had."""

    PASSES = ("transfer", "hand-over")
    ASKED: ClassVar[dict[str, str]] = {
        "ask-supplement": "Lý do: cần bổ sung gì, mỗi điều một dòng; người dân đọc đúng như thế",
        "ask-agency": "Lý do: hỏi cơ quan nào, điều gì",
    }

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        move: str,
        *args: object,
        places: Sequence[tuple[str, str]] = (),
        more: MoreTime | None = None,
        **kwargs: object,
    ) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        what = MOVES[move]
        if move in self.PASSES:
            self.fields["office"] = forms.ChoiceField(
                label="Chuyển đến", choices=[("", "Chọn đơn vị hoặc người"), *places],
                error_messages={"required": "Hãy chọn đơn vị hoặc người nhận hồ sơ.", "invalid_choice": "Hãy chọn trong danh sách."},
            )  # fmt: skip
        if move == "extend":
            self.fields["amount"] = forms.IntegerField(
                label="Thêm mấy ngày làm việc",
                error_messages={"required": "Hãy chọn số ngày.", "invalid": "Số ngày là một số nguyên."},
            )
            if more and more.days:
                self.fields["amount"].widget = forms.Select(
                    choices=[("", "Chọn số ngày"), *map(more_days, more.days)]
                )
                self.fields["amount"].help_text = _how_much_more(more)
        if move == "resolve":
            self.fields["outcome"] = forms.ChoiceField(
                label="Kết quả", choices=[("", "Chọn kết quả"), ("granted", "Giải quyết"), ("denied", "Không giải quyết, trả lời bằng văn bản")],
                error_messages=dict.fromkeys(("required", "invalid_choice"), "Hãy chọn kết quả: giải quyết hay không giải quyết."),
            )  # fmt: skip
            self.fields["document"] = forms.CharField(
                label="Số văn bản kết quả", max_length=60, required=False,
                help_text="Số và ngày ký đi cùng nhau; chưa có văn bản thì để trống cả hai.",
            )  # fmt: skip
            self.fields["signed_on"] = DayField(label="Ngày ký", required=False)
        if move == "return-result":
            self.fields["collector"] = forms.CharField(
                label="Ai nhận kết quả",
                max_length=200,
                error_messages={"required": "Hãy ghi ai nhận kết quả."},
            )
            self.fields["proof"] = forms.CharField(
                label="Giấy tờ đối chiếu", max_length=200, required=False, help_text="Như giấy hẹn, thẻ căn cước, giấy ủy quyền"
            )  # fmt: skip
        self.fields["word"] = forms.CharField(
            label=self.ASKED.get(move) or ("Lý do" if what.needs_word else "Ghi chú"), max_length=2_000, required=what.needs_word,
            widget=forms.Textarea(attrs={"rows": 3}), error_messages={"required": f"“{what.name}” cần ghi lý do."},
        )  # fmt: skip

    def told(self) -> Told:
        """What was said, once the form is valid."""
        data = self.cleaned_data
        where = data.get("office", "")
        return Told(
            word=data["word"], office=int(where[1:]) if where.startswith("o") else None,
            person=int(where[1:]) if where.startswith("p") else None, amount=data.get("amount") or 0, outcome=data.get("outcome", ""),
            document=data.get("document", ""), signed_on=data.get("signed_on"), collector=data.get("collector", ""),
            proof=data.get("proof", ""),
        )  # fmt: skip
