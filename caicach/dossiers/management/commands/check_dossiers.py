"""`caicach manage check_dossiers`: each own dossier's row beside what its events say."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from caicach.dossiers import moves
from caicach.organisation.queries import wards


class Command(BaseCommand):
    help = "Dựng lại trạng thái từng hồ sơ từ các việc đã ghi và chỉ ra chỗ khác."

    def handle(self, *args: Any, **options: Any) -> None:
        count = 0
        for ward in wards():
            for code, row, told in moves.differing(ward.id):
                count += 1
                self.stdout.write(f"{ward.name} · {code}: đang ghi {row}, các việc nói {told}")
        self.stdout.write("Mọi hồ sơ khớp với các việc đã ghi." if not count else f"{count} chỗ khác.")
        if count:
            sys.exit(1)
