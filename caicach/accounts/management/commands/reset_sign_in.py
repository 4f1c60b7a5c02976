"""`caicach manage reset_sign_in NAME`: for the last administrator, who has lost the phone and asks at the machine."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from caicach.accounts import people
from caicach.accounts.models import Person
from caicach.core import clock
from caicach.rules.refusal import Refusal


class Command(BaseCommand):
    help = "Đặt lại cách đăng nhập của một người: chỉ còn mật khẩu (mất điện thoại, mất mã dự phòng)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="tên đăng nhập")

    def handle(self, *args: Any, name: str, **options: Any) -> None:
        person = Person.objects.filter(user_name=name.strip().lower()).first()
        if person is None:
            raise CommandError(f"Không có ai tên đăng nhập là {name}.")
        try:
            people.reset_ways(person, ward=None, by=None, at=clock.now())
        except Refusal as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"Đã đặt lại. {person.full_name} chỉ còn đăng nhập bằng mật khẩu.")
