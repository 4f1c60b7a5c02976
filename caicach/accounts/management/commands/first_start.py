"""`caicach manage first_start`: the code of the first start, where web and worker are run by the system."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from caicach.accounts import first_start
from caicach.core import clock


class Command(BaseCommand):
    help = "In địa chỉ và mã dùng một lần để tạo người quản trị đầu tiên; mã trước đó hết hiệu lực."

    def handle(self, *args: Any, **options: Any) -> None:
        code = first_start.new_code(at=clock.now())
        if code is None:
            self.stdout.write("Đã có người dùng; trang bắt đầu đã đóng.")
            return
        site = settings.SITE or "http://<địa chỉ của máy chủ>"
        self.stdout.write(f"Mở {site}/bat-dau/ và nhập mã: {code}")
