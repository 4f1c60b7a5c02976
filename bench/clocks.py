"""Goal 9: a changed day off recomputes 100,000 open clocks, beside one bare UPDATE of as many rows in the same run."""

from __future__ import annotations

import datetime as dt
import os
import random
import subprocess
import sys
import time
from pathlib import Path

from bench.measure import Table
from bench.visitor import on_both

COUNT, ROUNDS = 100_000, 5


def run(table: Table, env: dict[str, str], folder: Path) -> None:
    """env: of the installation with the demo ward on SQLite; it is measured in a copy."""
    for where, own in on_both(table, "tính lại 100.000 đồng hồ", env, folder, "clocks"):
        _add(table, where, own)


def _add(table: Table, where: str, env: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.clocks"],
        check=True,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
    )
    pairs = [tuple(map(float, line.split())) for line in done.stdout.splitlines()[-ROUNDS:]]
    ratios = sorted(ours / bare for ours, bare in pairs)
    middle = ratios[len(ratios) // 2]
    ours, bare = min(pairs)
    table.add(
        f"tính lại {COUNT} đồng hồ ÷ UPDATE trần ({where})",
        f"{middle:.1f} ({ratios[0]:.1f}–{ratios[-1]:.1f})",
        f"{ours:.2f} s cạnh {bare:.2f} s",
        "≤ 3",
        middle <= 3,
    )


def main() -> None:
    """Inside the installation: prints, a line a round, the seconds of ours and of the bare UPDATE."""
    from caicach.conf.manage import setup

    setup()
    from django.db import connection, transaction
    from django.db.models import F

    from caicach.core import clock
    from caicach.dossiers.models import Dossier, DossierClock
    from caicach.dossiers.reckoning import reckon
    from caicach.organisation.models import Ward, WorkDay

    ward = Ward.objects.create(name="Phường Đo", province="Tỉnh Đo")
    chance, today = random.Random(9), clock.today()
    for start in range(0, COUNT, 5_000):
        made = []
        for n in range(start, start + 5_000):
            received = today - dt.timedelta(days=chance.randrange(1, 20))
            at = dt.time(7 + chance.randrange(10), chance.randrange(60))
            due = today + dt.timedelta(days=chance.randrange(8, 30))
            made.append(
                Dossier(
                    ward=ward, code=f"DO-{n:06}", state="processing", received_on=received, received_time=at, due_on=due,
                    due_time=dt.time(17),
                )
            )  # fmt: skip
        Dossier.objects.bulk_create(made)
        DossierClock.objects.bulk_create(DossierClock(dossier=one, ward=ward, runs=True) for one in made)
    reckon(ward.pk)
    off = today + dt.timedelta(days=(7 - today.weekday()) % 7 or 7)  # next Monday
    for n in range(ROUNDS):
        if n % 2 == 0:
            WorkDay.objects.create(ward=ward, day=off, kind="off", name="Đo", source="Đo")
        else:
            WorkDay.objects.filter(ward=ward).delete()
        Ward.objects.filter(pk=ward.pk).update(calendar_version=F("calendar_version") + 1)
        begun = time.perf_counter()
        moved = reckon(ward.pk)
        ours = time.perf_counter() - begun
        assert moved > COUNT // 2, moved
        begun = time.perf_counter()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE dossiers_dossierclock SET late_days = late_days WHERE ward_id = %s", [ward.pk]
            )
        print(ours, time.perf_counter() - begun)


if __name__ == "__main__":
    main()
