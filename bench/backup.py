"""Backup of the province-sized database beside SQLite's backup API and pg_dump alone, in one run."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.measure import Table, median, spread

TIMES = 5


def run(table: Table, env: dict[str, str]) -> None:
    """env: of the installation that `bench.fill` has filled."""
    _add(table, "sao lưu, SQLite", "SQLite tự chép", env)
    server = os.environ.get("TEST_POSTGRES_URL")
    if server is None:
        table.add("sao lưu, PostgreSQL", "không đo", "không có PostgreSQL")
        return
    subprocess.run(
        [sys.executable, "-m", "caicach", "copy-database", server], check=True, env={**os.environ, **env}, stdout=subprocess.DEVNULL
    )  # fmt: skip
    _add(table, "sao lưu, PostgreSQL", "pg_dump -Fc một mình", {**env, "DATABASE_URL": server})


def _add(table: Table, what: str, limit: str, env: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.backup"],
        check=True,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
    )
    size, *rest = done.stdout.split()
    times = [float(word) for word in rest]
    ours, bare = times[:TIMES], times[TIMES:]
    ratio = median(ours) / median(bare)
    table.add(
        f"{what}, 100 phường × 5 năm ({size} MiB)", spread(ours), f"{limit} {spread(bare)}", f"≤ 1,3×: {ratio:.2f}×", ratio <= 1.3
    )  # fmt: skip


def main() -> None:
    """Inside the installation: prints the archive's size and the seconds of each round, ours and bare by turns."""
    import time

    from caicach.conf.manage import setup

    setup()
    from django.db import connection

    from caicach.core import backup, clock

    ours, bare, size = [], [], 0
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(TIMES):
            path = Path(folder) / f"{turn}.tar"
            start = time.perf_counter()
            backup.backup(path, at=clock.now())
            ours.append(time.perf_counter() - start)
            size = path.stat().st_size
            path.unlink()
            alone = Path(folder) / "alone"
            start = time.perf_counter()
            backup.dump(alone)
            with alone.open("rb") as file:
                os.fsync(file.fileno())
            bare.append(time.perf_counter() - start)
            alone.unlink()
    connection.close()
    print(size >> 20, *ours, *bare)


if __name__ == "__main__":
    main()
