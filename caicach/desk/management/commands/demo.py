"""`caicach manage demo`: the demo ward, where the database has none yet."""

from __future__ import annotations

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from caicach.core import clock
from caicach.desk import demo
from caicach.organisation import services as organisation


class Command(BaseCommand):
    help = "Tạo phường mẫu: kế hoạch 2026, các đơn vị, người dùng và một năm tiến độ (dữ liệu bịa)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--today", type=dt.date.fromisoformat, default=None, help="ngày coi là hôm nay, dạng 2026-11-23"
        )
        parser.add_argument("--seed", type=int, default=2026, help="số gieo: cùng số thì cùng dữ liệu")
        parser.add_argument("--again", action="store_true", help="thêm một phường mẫu nữa dù đã có phường")

        parser.add_argument(
            "--without-plan", action="store_true", help="chỉ đơn vị và người dùng, chưa có kế hoạch"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not organisation.is_empty() and not options["again"]:
            self.stdout.write("Đã có phường trong cơ sở dữ liệu; không tạo thêm.")
            return
        ward = demo.make(
            today=options["today"] or clock.today(),
            seed=options["seed"],
            with_plan=not options["without_plan"],
        )
        self.stdout.write(f"Đã tạo {ward.name}, số {ward.pk}.")
        for user, role in demo.LOGINS:
            self.stdout.write(f"  {role:12} {user:10} mật khẩu {demo.PASSWORD}")
