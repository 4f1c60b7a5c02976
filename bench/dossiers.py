"""A list of 10,000 dossiers taken over, and brought again: by the worker's own job, on both databases."""

from __future__ import annotations

import datetime as dt
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.measure import Table
from bench.visitor import on_both

ROWS = 10_000
_HEAD = (
    "STT", "Mã hồ sơ", "Tên thủ tục", "Chủ hồ sơ", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày kết thúc xử lý", "Trạng thái", "Hình thức nộp",
)  # fmt: skip
_PROCEDURES = (
    "Đăng ký khai sinh",
    "Đăng ký kết hôn",
    "Chứng thực bản sao từ bản chính",
    "Trợ cấp xã hội hằng tháng",
)
_PEOPLE = ("Nguyễn Thị Thử", "Trần Văn Mẫu", "Lê Hoàng Ví Dụ", "Danh Thị Giả", "Huỳnh Thử Nghiệm")


def run(table: Table, env: dict[str, str], folder: Path) -> None:
    """env: of the installation with the demo ward on SQLite; it is measured in a copy."""
    for where, own in on_both(table, "danh sách 10.000 hồ sơ", env, folder, "lists"):
        _add(table, where, own)


def _add(table: Table, where: str, env: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.dossiers"],
        check=True,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
    )
    first, changed, again = map(float, done.stdout.split()[-3:])
    table.add(
        f"danh sách {ROWS} hồ sơ, lần đầu ({where})", f"{first:.1f} s", "đọc và ghi", "< 10 s", first < 10
    )
    table.add(f"danh sách ấy, một phần trăm đã đổi ({where})", f"{changed:.1f} s", "đọc, so và ghi", "")
    table.add(f"cũng tệp ấy lần nữa ({where})", f"{again:.2f} s", "", "< 3 s", again < 3)


def write_list(path: Path, *, changed: int = 0) -> None:
    """An export as provinces' systems make them; of the first `changed` dossiers the state is another."""
    import xlsxwriter

    chance = random.Random(5)
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, _HEAD)
    for n in range(ROWS):
        received = dt.datetime(2026, 1, 5, 7) + dt.timedelta(days=n // 45, minutes=chance.randrange(570))
        due, done = (received + dt.timedelta(days=chance.randrange(1, 15)) for _ in range(2))
        is_done = chance.random() < 0.9 or n < changed
        state = ("Đã trả kết quả" if n < changed else "Đã xử lý xong") if is_done else "Đang xử lý"
        sheet.write_row(n + 1, 0, (
            n + 1, f"H01.31.05-{received:%y%m%d}-{n:04}", chance.choice(_PROCEDURES), chance.choice(_PEOPLE), f"{received:%d/%m/%Y %H:%M}",
            f"{due:%d/%m/%Y} 17:00", f"{done:%d/%m/%Y %H:%M}" if is_done else "", state, "Trực tiếp",
        ))  # fmt: skip
    book.close()


def main() -> None:
    """Inside the installation: prints the seconds of the first time, of a list that changed, of the same file again."""
    from caicach.conf.manage import setup

    setup()
    from django.core.files.uploadedfile import SimpleUploadedFile

    from caicach.accounts.queries import colleagues
    from caicach.core import clock
    from caicach.dossiers import jobs, services
    from caicach.dossiers.models import DossierList
    from caicach.organisation.models import Ward

    ward = Ward.objects.order_by("id").first()
    assert ward is not None
    person = colleagues(ward.pk)[0].id

    def bring(file: Path, token: str) -> DossierList:
        row = services.upload(
            SimpleUploadedFile(file.name, file.read_bytes()),
            ward=ward.pk,
            token=token,
            by=None,
            at=clock.now(),
        )
        jobs.read_list(row.pk)
        row.refresh_from_db()
        return row

    def timed(file: Path, token: str) -> float:
        start = time.perf_counter()
        row = bring(file, token)
        assert row.state == DossierList.TAKEN, (row.state, row.refusal)
        return time.perf_counter() - start

    with tempfile.TemporaryDirectory() as folder:
        first, changed, small = (Path(folder) / f"{name}.xlsx" for name in ("first", "changed", "small"))
        write_list(first)
        write_list(changed, changed=ROWS // 100)
        small.write_bytes(first.read_bytes())
        shown = bring(small, "lookedatonce1")  # somebody looks at the layout, and this one is thrown away
        services.choose(shown, shown.columns, by=person, at=clock.now())
        DossierList.objects.filter(pk=shown.pk).update(state=DossierList.REFUSED)
        print(timed(first, "firstlist0001"), timed(changed, "changed000001"), timed(changed, "changed000002"))


if __name__ == "__main__":
    main()
