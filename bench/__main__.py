"""`make bench`: every measure, then its table with the machine into docs/benchmarks.md."""

from __future__ import annotations

import datetime as dt
import os
import sys
from pathlib import Path

from bench import reading, web
from bench.measure import Table, fsync_ms, machine

PAPER = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"


def main() -> int:
    table = Table()
    slow = fsync_ms()
    reading.run(table)
    web.run(table)
    load = os.getloadavg()[0]
    text = f"""# Số đo

Bảng cuối của `make bench`. Tỷ số trong một lần chạy mới có nghĩa; thời gian tuyệt đối thay đổi theo máy và theo lúc. Số trong ngoặc là nhỏ nhất và lớn nhất của các vòng.

Máy: {machine()}. Một lần `fdatasync` 1 KB: {slow:.2f} ms. Tải trung bình lúc xong: {load:.1f}. Ngày đo: {dt.date.today():%d/%m/%Y}.

{table.markdown()}

Đo thế nào: `bench/reading.py` (đọc), `bench/web.py` (qua granian thật, một tiến trình, bốn luồng, một khách, giữ kết nối), `bench/bare.py` (danh sách Django trần đặt cạnh), `bench/fill.py` (100 phường × 5 năm), `bench/backup.py` (sao lưu cạnh lệnh của chính cơ sở dữ liệu), `bench/dossiers.py` (danh sách hồ sơ), `bench/counter.py` (tiếp nhận hồ sơ, giấy tiếp nhận), `bench/clocks.py` (tính lại đồng hồ khi lịch đổi). Chạy riêng: `python -m bench.million` (một triệu hồ sơ giả định).
"""
    PAPER.write_text(text)
    missed = [line.what for line in table.lines if line.ok is False]
    print(
        f"\n{len(missed)} phép đo chưa đạt{': ' + '; '.join(missed) if missed else ''}. Bảng: docs/benchmarks.md"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
