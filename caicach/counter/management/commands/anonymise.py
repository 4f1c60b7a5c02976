"""`caicach manage anonymise`: whoever's keeping period is over becomes nobody, as the worker does each night."""

from __future__ import annotations

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from caicach.core import clock
from caicach.counter import anonymising
from caicach.dossiers import keeping
from caicach.organisation.queries import wards


class Command(BaseCommand):
    help = "Ẩn danh những người mà mọi hồ sơ đã xong quá thời hạn giữ (data/keeping.csv, CAICACH_KEEP_YEARS). Không lấy lại được."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="chỉ đếm, không ghi gì")
        parser.add_argument(
            "--until", type=dt.date.fromisoformat, default=None, help="hồ sơ xong trước ngày này, dạng 2026-11-23; mặc định theo thời hạn giữ"
        )  # fmt: skip
        parser.add_argument("--ward", type=int, default=None, help="số của phường; mặc định là mọi phường")

    def handle(self, *args: Any, **options: Any) -> None:
        at = clock.now()
        until = clock.midnight(options["until"]) if options["until"] else keeping.until(at)
        if until is None:
            raise CommandError("CAICACH_KEEP_YEARS là 0: không tự ẩn danh. Hãy nói ngày: --until 2016-11-23.")
        if until > at:
            raise CommandError("Ngày ở --until chưa tới.")
        found = [one for one in wards() if options["ward"] in (None, one.id)]
        if not found:
            raise CommandError("Không có phường này.")
        for ward in found:
            go = anonymising.due(ward.id, until) if options["dry_run"] else anonymising.anonymise(ward.id, until=until, at=at)  # fmt: skip
            people, dossiers, lists, drafts = go
            told = f"{people} người, {dossiers} hồ sơ từ danh sách, {lists} danh sách, {drafts} bản nháp"
            self.stdout.write(f"{ward.name}: {'sẽ ẩn danh' if options['dry_run'] else 'đã ẩn danh'} {told}.")
