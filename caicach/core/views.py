"""The health address, and the living page of components."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

from django import forms
from django.contrib import messages
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from caicach.core import clock, heartbeat
from caicach.core.http import may
from caicach.rules import rights


@require_safe
@may(rights.PUBLIC)
def health(request: HttpRequest) -> HttpResponse:
    """Is the database there, and does the worker live? 200 when both, 503 otherwise. No names, no figures of the ward."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        database = True
    except DatabaseError:
        database = False
    age = heartbeat.age_seconds()
    worker = age is not None and age < heartbeat.STALE_SECONDS
    facts = {"database": database, "worker": worker, "worker_age_seconds": age}
    return JsonResponse(facts, status=200 if database and worker else 503)


class _SampleForm(forms.Form):
    name = forms.CharField(
        label="Tên nhiệm vụ",
        help_text="Viết ngắn, dưới một dòng.",
        error_messages={"required": "Hãy ghi tên nhiệm vụ."},
    )
    share = forms.IntegerField(
        label="Đã làm được (%)", min_value=0, max_value=100, error_messages={"max_value": "Ghi từ 0 đến 100."}
    )
    word = forms.CharField(label="Lời ghi", widget=forms.Textarea(attrs={"rows": 2}), required=False)
    file = forms.FileField(label="Tệp kèm theo", required=False)
    offices = forms.MultipleChoiceField(
        choices=[
            ("1", "Văn phòng"),
            ("2", "VH–XH"),
            ("Khu phố, ấp", [("3", "Khu phố 1"), ("4", "Khu phố 2")]),
        ],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        initial=["4"],
    )
    office = forms.ChoiceField(
        label="Đơn vị",
        choices=[("", "Chọn đơn vị"), ("1", "Văn phòng HĐND và UBND")],
        error_messages={"required": "Hãy chọn đơn vị."},
    )


@require_safe
@may("style.see")
def style(request: HttpRequest) -> HttpResponse:
    """Every component in every state, for the eye and for the tests."""
    broken = _SampleForm({"name": "", "share": "140", "office": ""}, auto_id="bad_%s")
    broken.is_valid()
    messages.success(request, "Đã lưu tiến độ.")
    messages.error(request, "Tệp ke-hoach.pdf có mật khẩu. Hãy gỡ mật khẩu rồi tải lại.")
    pages = SimpleNamespace(number=3, total=9, before="?trang=2", after="?trang=4")
    return render(
        request,
        "core/style.html",
        {
            "form": _SampleForm(auto_id="good_%s"),
            "broken": broken,
            "pages": pages,
            "today": clock.today(),
            "moment": clock.now() - dt.timedelta(hours=3),
            "tones": [
                ("late", "Trễ 4 ngày"),
                ("warn", "Chưa có tin 2 tháng"),
                ("next", "Còn 7 ngày"),
                ("ok", "Xong"),
            ],
        },
    )
