"""The pages beside a bare Django list, with one ward and with a hundred wards of five years; memory at rest."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import backup, clocks, counter, dossiers, handing_in
from bench.measure import Table, median, share, spread
from bench.visitor import REQUESTS, Visitor, bare_server, fill, free_port, our_server, running

RIBBON = "/ke-hoach/2026/cchc/"
ANEW = RIBBON + "?tim=a"
"""every task has the letter, and what is searched for is never kept: the page is made from its rows each time"""


def _pss_mib(root: int) -> float:
    """Proportional memory of a process and all below it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                continue
            children.setdefault(parent, []).append(int(entry.name))
    total, queue = 0.0, [root]
    while queue:
        pid = queue.pop()
        queue += children.get(pid, [])
        try:
            found = re.search(
                r"^Pss:\s+(\d+)", (Path("/proc") / str(pid) / "smaps_rollup").read_text(), re.MULTILINE
            )
        except OSError:
            continue
        total += int(found[1]) / 1024 if found else 0
    return total


def _weight(visitor: Visitor) -> int:
    """Bytes of the ribbon as transferred, with its styles and scripts, without fonts."""
    _status, page, size, _to = visitor.ask(RIBBON)
    assets = set(re.findall(rb'(?:href|src)="(/tinh/[^"]+\.(?:css|js)[^"]*)"', page))
    return size + sum(visitor.ask(path.decode())[2] for path in assets)


def _by_turns(visitor: Visitor, path: str, bare: Visitor, turns: int = 5) -> tuple[list[float], list[float]]:
    """Our page and the bare list by turns: the machine's mood of a moment falls on both."""
    ours: list[float] = []
    limit: list[float] = []
    for _ in range(turns):
        ours += visitor.times(path, REQUESTS // turns)
        limit += bare.times("/", REQUESTS // turns)
    return ours, limit


def _search(table: Table, env: dict[str, str], where: str) -> None:
    """Searching beside its bare SQL, without the web around it."""
    said = subprocess.run(
        [sys.executable, "-m", "bench.fill", "search"],
        check=True,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
    ).stdout.split()
    kept, kept95, anew, anew95, bare, bare95 = map(float, said[:6])
    table.add(
        f"tìm, {where}: p50 / p95",
        f"{kept:.1f} / {kept95:.1f} ms",
        f"LIKE trần {bare:.2f} / {bare95:.2f} ms",
        f"{kept / bare:.0f}×",
    )
    table.add(
        f"tìm, {where}, lần đầu sau một thay đổi", f"{anew:.1f} / {anew95:.1f} ms", "", f"{anew / bare:.0f}×"
    )
    table.add(f"tìm, {where}: số truy vấn", said[6], "", "≤ 12", int(said[6]) <= 12)


DESKS = {
    "việc của tôi": ("khang", "/viec-cua-toi/"),
    "lãnh đạo": ("tuan", "/ke-hoach/2026/cchc/toan-canh/"),
    "tìm": ("hanh", "/tim/?q=ke+hoach+dao+tao"),
}


def _desks(
    table: Table, port: int, bare_port: int, where: str, before: dict[str, float] | None = None
) -> dict[str, float]:
    """My work, the leader's page and searching beside the bare list; before: their ratios with one ward."""
    ratios = {}
    for name, (user, address) in DESKS.items():
        visitor = Visitor(port)
        visitor.sign_in(user)
        ours, limit = _by_turns(visitor, address, Visitor(bare_port))
        ratios[name] = share(ours, 0.95) / share(limit, 0.95)
        _status, _page, size, _to = visitor.ask(address)
        said, ok = f"≤ 8×: {ratios[name]:.1f}×", ratios[name] <= 8
        if before:
            growth = ratios[name] / before[name]
            said, ok = f"≤ 1,2×: {growth:.2f}×", growth <= 1.2
        table.add(
            f"{name}, {where}: p50 / p95",
            f"{median(ours) * 1000:.1f} / {share(ours, 0.95) * 1000:.1f} ms, {size / 1024:.0f} KB",
            f"20 dòng Django trần p95 {share(limit, 0.95) * 1000:.1f} ms",
            said,
            ok,
        )
    return ratios


def _start(command: list[str], port: int, env: dict[str, str], path: str, times: int = 3) -> list[float]:
    """Seconds from a start to its first answer."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        with running(command, port, env):
            Visitor(port).ask(path)
            found.append(time.perf_counter() - start)
    return found


def run(table: Table) -> None:
    folder = Path(tempfile.mkdtemp(prefix="caicach-bench-"))
    env = {
        "CAICACH_DATA": str(folder),
        "CAICACH_TODAY": "2026-11-23",
        "CAICACH_LOG": "WARNING",
        "DJANGO_SETTINGS_MODULE": "caicach.conf.settings",
    }
    bare_env = {"BARE_DATABASE": f"sqlite:///{folder / 'bare.sqlite3'}"}
    subprocess.run([sys.executable, "-m", "bench.bare"], check=True, env={**os.environ, **bare_env})
    port, bare_port = free_port(), free_port()
    serve, plain = our_server(port), bare_server(bare_port)

    with running(serve, port, env) as server, running(plain, bare_port, bare_env):
        visitor = Visitor(port)
        visitor.sign_in("hanh")
        ours, limit = _by_turns(visitor, RIBBON, Visitor(bare_port))
        anew, limit_anew = _by_turns(visitor, ANEW, Visitor(bare_port))
        weight = _weight(visitor) / 1024
        desks = _desks(table, port, bare_port, "1 phường × 1 năm")
        time.sleep(8)
        memory = _pss_mib(server.pid)
        ratio = share(ours, 0.95) / share(limit, 0.95)
        table.add(
            "cả năm, 76 nhiệm vụ: p50 / p95",
            f"{median(ours) * 1000:.1f} / {share(ours, 0.95) * 1000:.1f} ms",
            f"20 dòng Django trần p95 {share(limit, 0.95) * 1000:.1f} ms",
            f"≤ 8×: {ratio:.1f}×",
            ratio <= 8,
        )
        table.add(
            "cả năm, lần đầu sau một thay đổi: p50 / p95",
            f"{median(anew) * 1000:.1f} / {share(anew, 0.95) * 1000:.1f} ms",
            f"20 dòng Django trần p95 {share(limit_anew, 0.95) * 1000:.1f} ms",
            f"{share(anew, 0.95) / share(limit_anew, 0.95):.1f}×",
        )
        table.add("cả năm: trọng lượng trang, không phông", f"{weight:.0f} KB", "", "< 120 KB", weight < 120)
        table.add("máy chủ và việc nền khi nghỉ", f"{memory:.0f} MiB", "", "< 200 MiB", memory < 200)

    handing_in.run(table, env, folder)
    counter.run(table, env, folder)
    dossiers.run(table, env, folder)
    clocks.run(table, env, folder)
    second, limit_second = (
        _start(serve, port, env, "/dang-nhap/"),
        _start(plain, bare_port, bare_env, "/"),
    )
    table.add(
        "chạy lần thứ hai đến câu trả lời đầu",
        spread(second),
        f"granian và Django trần {spread(limit_second)}",
        f"< 3 s; {median(second) / median(limit_second):.1f}×",
        median(second) < 3,
    )

    said = fill(env, "queries")
    for line in said.splitlines():
        name, _, count = line.partition("\t")
        table.add(f"{name}: số truy vấn", count, "", "≤ 12", int(count) <= 12)
    _search(table, env, "1 phường × 1 năm")
    subprocess.run([sys.executable, "-m", "bench.fill", "province"], check=True, env={**os.environ, **env})
    _search(table, env, "100 phường × 5 năm")
    with running(serve, port, env), running(plain, bare_port, bare_env):
        visitor = Visitor(port)
        visitor.sign_in("hanh")
        large, limit2 = _by_turns(visitor, ANEW, Visitor(bare_port))
        # each beside the bare list of its own minute: the machine's mood falls out
        growth = (share(large, 0.95) / share(limit2, 0.95)) / (share(anew, 0.95) / share(limit_anew, 0.95))
        middle = (median(large) / median(limit2)) / (median(anew) / median(limit_anew))
        table.add(
            "như thế, với 100 phường × 5 năm: p50 / p95",
            f"{median(large) * 1000:.1f} / {share(large, 0.95) * 1000:.1f} ms",
            f"20 dòng Django trần p95 {share(limit2, 0.95) * 1000:.1f} ms",
            f"≤ 1,2×: p95 {growth:.2f}×, p50 {middle:.2f}×",
            growth <= 1.2,
        )
        _desks(table, port, bare_port, "100 phường × 5 năm", desks)
    seconds = float(fill(env, "letters"))
    table.add("thư hằng ngày cho 10.000 người", f"{seconds:.1f} s", "", "< 60 s", seconds < 60)
    backup.run(table, env)
