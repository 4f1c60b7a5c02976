"""The ribbon beside a bare Django list, with one ward and with a hundred wards of five years; memory at rest."""

from __future__ import annotations

import gzip
import http.client
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from bench import backup
from bench.measure import Table, median, share

RIBBON = "/ke-hoach/2026/cchc/"
ANEW = RIBBON + "?tim=a"
"""every task has the letter, and what is searched for is never kept: the page is made from its rows each time"""
REQUESTS = 200


def _port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(command: list[str], port: int, env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        command,
        env={**os.environ, **env},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()


class _Visitor:
    """One browser's worth of HTTP: keep-alive, cookies, gzip."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookies: dict[str, str] = {}

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[int, bytes, int, str]:
        """status, body, bytes transferred, Location."""
        headers = {
            "Accept-Encoding": "gzip",
            "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()),
        }
        body = None
        if form is not None:
            body = urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request("POST" if form is not None else "GET", path, body, headers)
        answer = self.connection.getresponse()
        raw = answer.read()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.split(";")[0]
        plain = gzip.decompress(raw) if answer.getheader("Content-Encoding") == "gzip" else raw
        return answer.status, plain, len(raw), answer.getheader("Location") or ""

    def sign_in(self, user: str) -> None:
        _status, page, _size, _to = self.ask("/dang-nhap/")
        token = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token
        status, _page, _size, _to = self.ask(
            "/dang-nhap/",
            {
                "csrfmiddlewaretoken": token[1].decode(),
                "user_name": user,
                "password": "caicach-demo",
                "tiep": "/",
            },
        )
        assert status in (302, 303), status

    def times(self, path: str, count: int = REQUESTS) -> list[float]:
        for _ in range(5):
            status, _body, _size, _to = self.ask(path)
            assert status == 200, (path, status)
        found = []
        for _ in range(count):
            start = time.perf_counter()
            self.ask(path)
            found.append(time.perf_counter() - start)
        return found


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


def _weight(visitor: _Visitor) -> int:
    """Bytes of the ribbon as transferred, with its styles and scripts, without fonts."""
    _status, page, size, _to = visitor.ask(RIBBON)
    assets = set(re.findall(rb'(?:href|src)="(/tinh/[^"]+\.(?:css|js)[^"]*)"', page))
    return size + sum(visitor.ask(path.decode())[2] for path in assets)


def _by_turns(
    visitor: _Visitor, path: str, bare: _Visitor, turns: int = 5
) -> tuple[list[float], list[float]]:
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


def _handing_in(table: Table, port: int, bare_port: int, env: dict[str, str], bare_file: Path) -> None:
    """Handing in through the whole stack, by turns with a Django view of one INSERT and with bare INSERTs."""
    turns, each = 4, 60
    addresses = _fill(env, "duties", str(turns * each)).split()
    visitor, bare = _Visitor(port), _Visitor(bare_port)
    visitor.sign_in("khang")
    _status, page, _size, _to = visitor.ask(addresses[0].removesuffix("nop/"))
    found = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found
    form = {"csrfmiddlewaretoken": found[1].decode(), "document_date": "20/11/2026", "word": "x" * 500}
    line = sqlite3.connect(bare_file, isolation_level=None)
    line.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (a, b)")
    rates: dict[str, list[float]] = {"ours": [], "view": [], "bare": []}
    for turn in range(turns):
        start = time.perf_counter()
        for n, address in enumerate(addresses[turn * each : (turn + 1) * each]):
            status, _body, _size, _to = visitor.ask(
                address, {**form, "document_number": f"{turn}.{n}/BC-UBND", "seen": "999999999"}
            )
            assert status == 303, status
        rates["ours"].append(each / (time.perf_counter() - start))
        start = time.perf_counter()
        for _ in range(each):
            assert bare.ask("/insert", {"title": "x" * 200})[0] == 303
        rates["view"].append(each / (time.perf_counter() - start))
        start = time.perf_counter()
        for n in range(each * 10):
            line.execute("BEGIN IMMEDIATE")
            line.execute("INSERT INTO t VALUES (?, ?)", (n, "x" * 1000))
            line.execute("COMMIT")
        rates["bare"].append(each * 10 / (time.perf_counter() - start))
    line.close()
    ours, view, bare_rate = (median(rates[name]) for name in ("ours", "view", "bare"))
    table.add(
        "nộp sản phẩm, qua cả trang (SQLite FULL)",
        f"{ours:.0f} ({min(rates['ours']):.0f}–{max(rates['ours']):.0f}) /s",
        f"trang Django một INSERT {view:.0f} /s; INSERT trần {bare_rate:.0f} /s",
        f"{ours / view:.0%} và {ours / bare_rate:.1%}",
    )


def _fill(env: dict[str, str], *what: str) -> str:
    return subprocess.run(
        [sys.executable, "-m", "bench.fill", *what],
        check=True,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
    ).stdout.strip()


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
        visitor = _Visitor(port)
        visitor.sign_in(user)
        ours, limit = _by_turns(visitor, address, _Visitor(bare_port))
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


def run(table: Table) -> None:
    folder = Path(tempfile.mkdtemp(prefix="caicach-bench-"))
    env = {
        "CAICACH_DATA": str(folder),
        "CAICACH_TODAY": "2026-11-23",
        "CAICACH_LOG": "WARNING",
        "DJANGO_SETTINGS_MODULE": "caicach.conf.settings",
    }
    bare_env = {"BARE_DATABASE": str(folder / "bare.sqlite3")}
    subprocess.run([sys.executable, "-m", "bench.bare"], check=True, env={**os.environ, **bare_env})
    port, bare_port = _port(), _port()
    serve = [sys.executable, "-m", "caicach", "serve", "--port", str(port)]
    bare = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--port",
        str(bare_port),
        "--workers",
        "1",
        "--blocking-threads",
        "4",
        "--no-ws",
        "bench.bare:application",
    ]

    with _running(serve, port, env) as server, _running(bare, bare_port, bare_env):
        visitor = _Visitor(port)
        visitor.sign_in("hanh")
        ours, limit = _by_turns(visitor, RIBBON, _Visitor(bare_port))
        anew, limit_anew = _by_turns(visitor, ANEW, _Visitor(bare_port))
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

    with _running(serve, port, env), _running(bare, bare_port, bare_env):
        _handing_in(table, port, bare_port, env, folder / "insert.sqlite3")

    start = time.perf_counter()
    with _running(serve, port, env):
        visitor = _Visitor(port)
        visitor.ask("/dang-nhap/")
        second = time.perf_counter() - start
        table.add("chạy lần thứ hai đến câu trả lời đầu", f"{second:.1f} s", "", "< 3 s", second < 3)

    said = _fill(env, "queries")
    for line in said.splitlines():
        name, _, count = line.partition("\t")
        most = 6 if name.startswith("nộp") else 12
        words = "lượt hỏi cơ sở dữ liệu" if name.startswith("nộp") else "số truy vấn"
        table.add(f"{name}: {words}", count, "", f"≤ {most}", int(count) <= most)
    _search(table, env, "1 phường × 1 năm")
    subprocess.run([sys.executable, "-m", "bench.fill", "province"], check=True, env={**os.environ, **env})
    _search(table, env, "100 phường × 5 năm")
    with _running(serve, port, env), _running(bare, bare_port, bare_env):
        visitor = _Visitor(port)
        visitor.sign_in("hanh")
        large, limit2 = _by_turns(visitor, ANEW, _Visitor(bare_port))
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
    seconds = float(_fill(env, "letters"))
    table.add("thư hằng ngày cho 10.000 người", f"{seconds:.1f} s", "", "< 60 s", seconds < 60)
    backup.run(table, env)
