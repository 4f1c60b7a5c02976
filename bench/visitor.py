"""A server that runs for as long as it is measured, and somebody who visits it."""

from __future__ import annotations

import gzip
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from bench.measure import Table

REQUESTS = 200


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def our_server(port: int) -> list[str]:
    """The command of our server."""
    return [sys.executable, "-m", "caicach", "serve", "--port", str(port)]


def bare_server(port: int) -> list[str]:
    """The command of `bench.bare` behind the same server, set as ours sets it."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--workers", "1"]
    return [*command, "--blocking-threads", "4", "--no-ws", "bench.bare:application"]


@contextmanager
def running(command: list[str], port: int, env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
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


class Visitor:
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


def fill(env: dict[str, str], *what: str) -> str:
    return subprocess.run(
        [sys.executable, "-m", "bench.fill", *what],
        check=True,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
    ).stdout.strip()


@contextmanager
def new_database(server: str, name: str) -> Iterator[str]:
    """A database of its own on the server; it goes at the end."""
    import psycopg

    with psycopg.connect(server, autocommit=True) as line:
        line.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        line.execute(f'CREATE DATABASE "{name}"')
        yield f"{server.rpartition('/')[0]}/{name}"
        line.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def on_both(table: Table, what: str, env: dict[str, str], folder: Path, name: str) -> Iterator[tuple[str, dict[str, str]]]:  # fmt: skip
    """(name of the database, environment of an installation on it): a copy of the one with the demo ward on SQLite, and a new one on
    PostgreSQL. name: of folders and databases; what: is measured, for the line that says so where there is no PostgreSQL."""
    copied = folder / name
    shutil.copytree(env["CAICACH_DATA"], copied, ignore=shutil.ignore_patterns(name, "lists", "handing-in"))
    yield "SQLite", {**env, "CAICACH_DATA": str(copied)}
    server = os.environ.get("TEST_POSTGRES_URL")
    if server is None:
        table.add(f"{what}, PostgreSQL", "không đo", "không có PostgreSQL", "")
        return
    with new_database(server, f"caicach_{name}") as url:
        own = {**env, "DATABASE_URL": url, "CAICACH_DATA": str(folder / f"{name}-on-postgres")}
        subprocess.run(
            [sys.executable, "-m", "caicach", "prepare"], check=True, env={**os.environ, **own}, stdout=subprocess.DEVNULL
        )  # fmt: skip
        yield "PostgreSQL", own
