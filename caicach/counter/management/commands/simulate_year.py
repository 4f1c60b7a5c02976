"""`caicach manage simulate_year`: a year of invented dossiers in a ward that has none of its own."""

from __future__ import annotations

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from caicach.core import clock
from caicach.counter import simulated
from caicach.organisation.queries import wards
from caicach.rules.refusal import Refusal


class Command(BaseCommand):
    help = "Ghi vào một phường tập một năm hồ sơ giả định (người bịa), để tập, để đo. Dừng giữa chừng thì chạy lại là làm tiếp."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--ward", type=int, default=None, help="số của phường; mặc định là phường đầu tiên"
        )
        parser.add_argument("--dossiers", type=int, default=100_000, help="bao nhiêu hồ sơ (mặc định 100000)")
        parser.add_argument("--seed", type=int, default=2026, help="số gieo: cùng số thì cùng một năm")
        parser.add_argument(
            "--until", type=dt.date.fromisoformat, default=None, help="ngày cuối của năm ấy, dạng 2026-11-23; mặc định hôm nay"
        )  # fmt: skip
        parser.add_argument(
            "--own", action="store_true", help="để phường tập tự giữ mọi thủ tục nhận tại quầy"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if "organisation_ward" not in connection.introspection.table_names():
            raise CommandError(
                "Chưa có cơ sở dữ liệu. Hãy chạy make run (hoặc caicach prepare) một lần trước."
            )
        count, until = options["dossiers"], options["until"] or clock.today()
        ward = options["ward"] or next((one.id for one in wards()), None)
        if ward is None or ward not in {one.id for one in wards()}:
            raise CommandError("Không có phường này. Hãy tạo phường mẫu: caicach manage demo.")
        if count < 1:
            raise CommandError("Số hồ sơ phải từ 1 trở lên.")
        try:
            if options["own"]:
                simulated.keep_here(ward, at=clock.now(), today=until)
            made = simulated.simulate(
                ward, count=count, seed=options["seed"], since=until.replace(year=until.year - 1) + dt.timedelta(days=1), until=until,
                told=lambda done: self.stdout.write(f"{done} / {count} hồ sơ ({100 * done // count}%)"),
            )  # fmt: skip
        except Refusal as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"Đã ghi {made} hồ sơ." if made else "Năm này đã có đủ hồ sơ.")
