"""`caicach manage compare_dossiers`: the ward's own promise of each dossier beside, counted anew and held against the province's."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from caicach.dossiers import apart
from caicach.organisation.queries import wards


class Command(BaseCommand):
    help = "Tính lại ngày hẹn theo danh mục của phường cho hồ sơ ở hệ thống của tỉnh và đối chiếu hai bên."

    def handle(self, *args: Any, **options: Any) -> None:
        for ward in wards():
            self.stdout.write(f"{ward.name}: {apart.recount(ward.id)} hồ sơ đổi.")
