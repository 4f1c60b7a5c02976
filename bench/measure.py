"""Small things every measure needs: rounds, medians, a table."""

from __future__ import annotations

import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Line:
    """One line of the table. value and limit in the same unit; goal in words; ok: None where nothing is promised."""

    what: str
    value: str
    beside: str = ""
    goal: str = ""
    ok: bool | None = None


@dataclass
class Table:
    lines: list[Line] = field(default_factory=list)

    def add(self, what: str, value: str, beside: str = "", goal: str = "", ok: bool | None = None) -> None:
        line = Line(what, value, beside, goal, ok)
        self.lines.append(line)
        mark = {True: "đạt", False: "CHƯA ĐẠT", None: ""}[ok]
        print(f"{what:58} {value:>22}  {beside:34} {goal:26} {mark}", flush=True)

    def markdown(self) -> str:
        rows = ["| phép đo | số đo | bên cạnh | đích | |", "|---|---|---|---|---|"]
        rows += [
            f"| {x.what} | {x.value} | {x.beside} | {x.goal} | {({True: 'đạt', False: 'chưa đạt', None: ''})[x.ok]} |"
            for x in self.lines
        ]
        return "\n".join(rows)


def rounds(work: Callable[[], object], *, times: int = 5) -> list[float]:
    """Seconds of each of several runs, the first thrown away."""
    work()
    found = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return found


def median(values: list[float]) -> float:
    return statistics.median(values)


def spread(values: list[float], unit: float = 1000.0, suffix: str = "ms") -> str:
    """ "12,3 (11,9–13,0) ms"."""
    low, mid, high = (f"{v * unit:.1f}" for v in (min(values), median(values), max(values)))
    return f"{mid} ({low}–{high}) {suffix}"


def share(values: list[float], part: float) -> float:
    """The value below which that part of the values lies (0.95: p95)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def child(arguments: list[str], *, env: dict[str, str] | None = None) -> tuple[float, float]:
    """Seconds and peak MiB (children's) of one command; raises where it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    start = time.perf_counter()
    subprocess.run(
        arguments,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **(env or {})},
    )
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    del before
    return seconds, after / 1024


def machine() -> str:
    """What this was measured on, in a line."""
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    return f"{os.cpu_count()} nhân {model}, Python {sys.version.split()[0]}, {platform.system()} {platform.release().split('-')[0]}"


def fsync_ms() -> float:
    """Median time of one fdatasync of a small write here: what every commit pays at least."""
    path = Path(os.environ.get("TMPDIR", "/tmp")) / f"caicach-fsync-{os.getpid()}"
    handle = os.open(path, os.O_CREAT | os.O_WRONLY)
    found = []
    try:
        for _ in range(50):
            os.write(handle, b"x" * 1024)
            start = time.perf_counter()
            os.fdatasync(handle)
            found.append(time.perf_counter() - start)
    finally:
        os.close(handle)
        path.unlink()
    return median(found) * 1000


def database_settings(address: str) -> dict[str, Any]:
    """Of a bare database, set as ours is: nothing promised is lost when the power goes."""
    import dj_database_url

    made: dict[str, Any] = dict(dj_database_url.parse(address))
    if made["ENGINE"].endswith("sqlite3"):
        made["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        }
    else:
        made["CONN_MAX_AGE"] = 0
        made["OPTIONS"] = {"pool": {"min_size": 1, "max_size": 8, "timeout": 10}}
    return made
