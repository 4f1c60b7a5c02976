"""`caicach serve`: web server and worker, started together and stopped together."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from types import FrameType

WAIT_SECONDS = 30
_STOP_SECONDS = 5
_MOST_RESTARTS = 10
_HEALTHY_SECONDS = 3600
"""A part that has lived so long since it was started has its restarts again: it is no part that cannot live."""
_NAMES = ("Máy chủ", "Việc nền")
_PREPARE = [sys.executable, "-m", "caicach", "prepare"]
_GREETING = [sys.executable, "-c", "import sys; from caicach.conf.prepare import greet; greet(sys.argv[1])"]
_WORKER = [sys.executable, "-c", "from caicach.worker.loop import work; raise SystemExit(work())"]


def serve(port: int) -> int:
    """Migrate if needed, make the demo ward if the database is empty, serve until INT or TERM.

    With CAICACH_DEMO=0 there is no demo ward: while nobody is there, the way to the first start is printed.

    A part that dies is started again, each up to ten times, counted anew after an hour without; nothing that a part
    started outlives it. Ends with 0 after a stop that was asked for, 2 where it cannot begin (the port is taken), 1 if the web part never answered or a part
    died too often.
    """
    os.umask(0o077)  # what it writes (database, files, backups) is its own user's only
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caicach.conf.settings")
    from django.conf import settings
    from django.db import connections

    from caicach.conf.prepare import is_prepared
    from caicach.core import heartbeat

    if _is_taken(settings.BIND, port):
        _say(
            f"Cổng {port} đang có phần mềm khác dùng. Hãy chọn cổng khác, ví dụ: make run PORT={port + 1}",
            error=True,
        )
        return 2
    environment = {**os.environ, "CAICACH_WITH_PARENT": "1", "CAICACH_DATA": str(settings.DATA)}

    def start(command: list[str], *, group: bool = True, out: int | None = None) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command, env=environment, start_new_session=group, stdout=out, preexec_fn=end_with_parent
        )

    # what loads the models does it in a process of its own: this one stays for months, and small
    prepared = is_prepared()
    connections.close_all()
    if not prepared and (status := start(_PREPARE, group=False).wait()):
        return status
    heartbeat.beat()  # it runs from now on: nobody restores or upgrades under it before its worker's first sign of life
    commands = [_web(settings.BIND, port), _WORKER]
    parts = [start(commands[0])]
    site = f"http://{'localhost' if settings.BIND == '127.0.0.1' else settings.BIND}:{port}"
    greeting = start([*_GREETING, settings.SITE or site], out=subprocess.PIPE)  # meanwhile
    restarts = Restarts(len(commands))
    stopping = False

    def told(_signal: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGINT, told)
    signal.signal(signal.SIGTERM, told)
    try:
        if _answers(settings.BIND, port, parts, lambda: stopping):
            _say(f"Cải Cách chạy ở {site}/")
            _say(greeting.communicate()[0].decode() + "Dừng: Ctrl+C")
        elif parts[0].poll() is not None:  # it cannot even begin
            restarts.forbid(0)
        if not stopping and parts[0].poll() is None:  # people first: both at once would share the processor
            parts.append(start(commands[1]))
        while not stopping:
            # one that died (out of memory, say) must not take the site with it
            dead = [n for n, part in enumerate(parts) if part.poll() is not None]
            tries = {n: restarts.next(n, at=time.monotonic()) for n in dead}
            if None in tries.values():
                break
            for n, times in tries.items():
                _end_group(parts[n])
                _say(f"{_NAMES[n]} đã dừng bất thường; chạy lại (lần {times}).", error=True)
                until = time.monotonic() + min(10, times or 0)
                while not stopping and time.monotonic() < until:
                    time.sleep(0.1)
                if not stopping:
                    parts[n] = start(commands[n])
                    restarts.began(n, at=time.monotonic())
            time.sleep(0.3)
    finally:
        _stop([*parts, greeting])
    if stopping:
        return 0
    _say("Máy chủ hoặc việc nền đã dừng bất thường; xem các dòng ở trên.", error=True)
    return 1


class Restarts:
    """How often each part was started again. at: seconds of a clock that only goes forward."""

    def __init__(self, parts: int) -> None:
        self._counts = [0] * parts
        self._since: list[float | None] = [None] * parts

    def began(self, n: int, *, at: float) -> None:
        """The part was started again."""
        self._since[n] = at

    def next(self, n: int, *, at: float) -> int | None:
        """The part is dead: the how manyth restart this will be; None for one too many."""
        since = self._since[n]
        if since is not None and at - since >= _HEALTHY_SECONDS:
            self._counts[n] = 0
        if self._counts[n] >= _MOST_RESTARTS:
            return None
        self._counts[n] += 1
        return self._counts[n]

    def forbid(self, n: int) -> None:
        """It cannot even begin: no restart."""
        self._counts[n], self._since[n] = _MOST_RESTARTS, None


def end_with_parent(how: int = signal.SIGTERM) -> None:
    """On Linux a child is told to stop when the command that started it is killed."""
    if sys.platform.startswith("linux"):
        import ctypes

        ctypes.CDLL(None).prctl(1, how)  # PR_SET_PDEATHSIG


def _web(host: str, port: int) -> list[str]:
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--workers", "1",
        "--blocking-threads", "4", "--backpressure", "64", "--no-ws", "--log-level", "warning", "caicach.conf.wsgi:application",
    ]  # fmt: skip


def _is_taken(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def _answers(host: str, port: int, parts: list[subprocess.Popen[bytes]], stopped: Callable[[], bool]) -> bool:
    until = time.monotonic() + WAIT_SECONDS
    target = "127.0.0.1" if host in ("0.0.0.0", "") else host
    while time.monotonic() < until and not stopped():
        if any(part.poll() is not None for part in parts):
            return False
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex((target, port)) == 0:
                return True
        time.sleep(0.05)
    return False


def _stop(parts: list[subprocess.Popen[bytes]]) -> None:
    for part in parts:
        if part.poll() is None:
            part.terminate()
    until = time.monotonic() + _STOP_SECONDS
    for part in parts:
        try:
            part.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            part.kill()
            part.wait(_STOP_SECONDS)
        _end_group(part)


def _end_group(part: subprocess.Popen[bytes]) -> None:
    """End what a part that is gone has left behind: it led a group of its own. The port is free then."""
    with contextlib.suppress(
        ProcessLookupError, PermissionError
    ):  # macOS says the latter of a group of the dead
        os.killpg(part.pid, signal.SIGKILL)


def _say(words: str, *, error: bool = False) -> None:
    stream = sys.stderr if error else sys.stdout
    stream.write(words + "\n")
    stream.flush()
