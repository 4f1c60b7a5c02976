"""Handing in a deliverable through the whole stack, beside a Django view of one INSERT and bare INSERTs, on both databases."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.measure import Table, median
from bench.visitor import Visitor, bare_server, fill, free_port, our_server, running

TURNS, EACH = 4, 60
ROW = "x" * 1000


def run(table: Table, env: dict[str, str], folder: Path) -> None:
    """env: of the installation with the demo ward on SQLite, at rest. What is handed in lies in a copy of it, so that the pages
    measured later are those measured before. On PostgreSQL a ward of its own is made for this."""
    copied = folder / "handing-in"
    shutil.copytree(env["CAICACH_DATA"], copied, ignore=shutil.ignore_patterns("handing-in"))
    env = {**env, "CAICACH_DATA": str(copied)}
    with _sqlite(folder / "insert.sqlite3") as insert:
        _add(table, "SQLite FULL", env, f"sqlite:///{folder / 'bare.sqlite3'}", insert)
    table.add("nộp sản phẩm, SQLite: số câu lệnh", fill(env, "trips"), "không có lượt đi về", "")
    server = os.environ.get("TEST_POSTGRES_URL")
    if server is None:
        table.add("nộp sản phẩm, PostgreSQL", "không đo", "không có PostgreSQL", "")
        return
    own, plain = (f"{server.rpartition('/')[0]}/{name}" for name in ("caicach_handing_in", "caicach_bare"))
    with _postgres(server, own, plain) as insert:
        env = {**env, "DATABASE_URL": own, "CAICACH_DATA": str(folder / "on-postgres")}
        subprocess.run(
            [sys.executable, "-m", "bench.bare"], check=True, env={**os.environ, "BARE_DATABASE": plain}
        )
        _add(table, "PostgreSQL", env, plain, insert)
        trips = int(fill(env, "trips"))
        table.add("nộp sản phẩm, PostgreSQL: lượt đi về", str(trips), "", "≤ 6", trips <= 6)


def _add(
    table: Table, where: str, env: dict[str, str], bare_database: str, insert: Callable[[int], None]
) -> None:
    port, bare_port = free_port(), free_port()
    with (
        running(our_server(port), port, env),
        running(bare_server(bare_port), bare_port, {"BARE_DATABASE": bare_database}),
    ):
        rates = _rates(
            Visitor(port), Visitor(bare_port), fill(env, "duties", str(TURNS * EACH)).split(), insert
        )
    made, view, least = (median(rates[name]) for name in ("ours", "view", "bare"))
    table.add(
        f"nộp sản phẩm, qua cả trang ({where})",
        f"{made:.0f} ({min(rates['ours']):.0f}–{max(rates['ours']):.0f}) /s",
        f"trang Django một INSERT {view:.0f} /s; INSERT trần {least:.0f} /s",
        f"{made / view:.0%} và {made / least:.1%}",
    )


def _rates(
    visitor: Visitor, plain: Visitor, addresses: list[str], insert: Callable[[int], None]
) -> dict[str, list[float]]:
    """Of each turn how many a second; by turns, so that the machine's mood falls on all three."""
    visitor.sign_in("khang")
    _status, page, _size, _to = visitor.ask(addresses[0].removesuffix("nop/"))
    found = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found
    form = {
        "csrfmiddlewaretoken": found[1].decode(),
        "document_date": "20/11/2026",
        "word": "x" * 500,
        "seen": "999999999",
    }
    rates: dict[str, list[float]] = {"ours": [], "view": [], "bare": []}

    def timed(name: str, count: int, what: Callable[[int], object]) -> None:
        start = time.perf_counter()
        for n in range(count):
            what(n)
        rates[name].append(count / (time.perf_counter() - start))

    for turn in range(TURNS):
        mine = addresses[turn * EACH : (turn + 1) * EACH]

        def hand_in(n: int, mine: list[str] = mine, turn: int = turn) -> None:
            assert visitor.ask(mine[n], {**form, "document_number": f"{turn}.{n}/BC-UBND"})[0] == 303

        def one_insert(_n: int) -> None:
            assert plain.ask("/insert", {"title": "x" * 200})[0] == 303

        timed("ours", EACH, hand_in)
        timed("view", EACH, one_insert)
        timed("bare", EACH * 10, insert)
    return rates


@contextmanager
def _sqlite(path: Path) -> Iterator[Callable[[int], None]]:
    line = sqlite3.connect(path, isolation_level=None)
    line.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (a, b)")

    def insert(n: int) -> None:
        line.execute("BEGIN IMMEDIATE")
        line.execute("INSERT INTO t VALUES (?, ?)", (n, ROW))
        line.execute("COMMIT")

    yield insert
    line.close()


@contextmanager
def _postgres(server: str, *databases: str) -> Iterator[Callable[[int], None]]:
    """Two new databases, and a line to the second for bare INSERTs; both databases go at the end."""
    import psycopg

    with psycopg.connect(server, autocommit=True) as line:
        for database in databases:
            line.execute(f'CREATE DATABASE "{database.rpartition("/")[2]}"')
        with psycopg.connect(databases[-1], autocommit=True) as other:
            other.execute("CREATE TABLE t (a bigint, b text)")

            def insert(n: int) -> None:
                other.execute("BEGIN")
                other.execute("INSERT INTO t VALUES (%s, %s)", (n, ROW))
                other.execute("COMMIT")

            yield insert
        for database in databases:
            line.execute(f'DROP DATABASE "{database.rpartition("/")[2]}" WITH (FORCE)')
