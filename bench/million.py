"""Dossiers by the ten thousand and by the million, on both databases: the lists, looking one up, searching by name."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench.measure import Table, share
from bench.visitor import Visitor, bare_server, free_port, on_both, our_server, running

BASE, MILLION = 10_000, 1_000_000
TURNS, EACH = 5, 20


def run(table: Table, env: dict[str, str], folder: Path) -> None:
    """env: of the installation with the demo ward on SQLite; it is measured in a copy."""
    bare = {"BARE_DATABASE": f"sqlite:///{folder / 'bare-million.sqlite3'}"}
    subprocess.run([sys.executable, "-m", "bench.bare"], check=True, env={**os.environ, **bare})
    for where, own in on_both(table, "một triệu hồ sơ", env, folder, "million"):
        took = float(_inside(own, "year"))
        table.add(
            f"năm giả định {BASE} hồ sơ ({where})",
            f"{took:.1f} s",
            f"{took / BASE * 1000:.1f} ms một hồ sơ",
            "",
        )
        few = _pages(own, bare)
        _inside(own, "grow")
        many = _pages(own, bare)
        for name, (ours, limit) in many.items():
            growth = (share(ours, 0.95) / share(limit, 0.95)) / (
                share(few[name][0], 0.95) / share(few[name][1], 0.95)
            )
            ratio = share(ours, 0.95) / share(limit, 0.95)
            is_list = name == "danh sách"
            table.add(
                f"{name}, {MILLION} hồ sơ ({where}): p50 / p95",
                f"{statistics.median(ours) * 1000:.1f} / {share(ours, 0.95) * 1000:.1f} ms",
                f"20 dòng Django trần p95 {share(limit, 0.95) * 1000:.1f} ms: {ratio:.1f}×" + (", cần ≤ 2×" if is_list else ""),
                f"so với {BASE} hồ sơ: {growth:.2f}×, cần ≤ 1,2×",
                growth <= 1.2 and (ratio <= 2 or not is_list),
            )  # fmt: skip
        ours_ms, bare_ms = map(float, _inside(own, "names").split())
        table.add(
            f"tìm theo tên, {MILLION} hồ sơ ({where}), p95", f"{ours_ms:.1f} ms", f"SQL trần {bare_ms:.1f} ms",
            f"≤ 1,5× và ≤ 50 ms: {ours_ms / bare_ms:.1f}×", ours_ms <= 50 and ours_ms <= 1.5 * bare_ms,
        )  # fmt: skip


def _inside(env: dict[str, str], what: str) -> str:
    said = subprocess.run(
        [sys.executable, "-m", "bench.million", what], check=True, env={**os.environ, **env}, stdout=subprocess.PIPE, text=True
    )  # fmt: skip
    return said.stdout.strip().splitlines()[-1] if said.stdout.strip() else ""


def _pages(env: dict[str, str], bare_env: dict[str, str]) -> dict[str, tuple[list[float], list[float]]]:
    """page → seconds of ours and of the bare list, by turns."""
    code, phone, name = _inside(env, "samples").split("\t")
    addresses = {
        "danh sách": "/ho-so/",
        "tìm theo mã": f"/ho-so/?tim={code}",
        "tìm theo số điện thoại": f"/ho-so/?tim={phone}",
        "tìm theo tên": f"/ho-so/?{urlencode({'tim': name})}",
        "một hồ sơ": f"/ho-so/{code}/",
    }
    port, bare_port = free_port(), free_port()
    found: dict[str, tuple[list[float], list[float]]] = {}
    with running(our_server(port), port, env), running(bare_server(bare_port), bare_port, bare_env):
        visitor = Visitor(port)
        visitor.sign_in("khang")
        for name, address in addresses.items():
            ours: list[float] = []
            limit: list[float] = []
            for _ in range(TURNS):
                ours += visitor.times(address, EACH)
                limit += Visitor(bare_port).times("/", EACH)
            found[name] = (ours, limit)
    return found


# --- inside the installation -----------------------------------------------------------------------------------


def year() -> None:
    """A simulated year in the demo ward; prints its seconds."""
    from django.core.management import call_command

    start = time.perf_counter()
    call_command("simulate_year", dossiers=BASE, own=True, verbosity=0, stdout=open(os.devnull, "w"))  # noqa: SIM115
    print(time.perf_counter() - start)


def grow() -> None:
    """The year's dossiers, clocks and citizens again and again by SQL, under other codes, until there are a million."""
    from django.db import connection, transaction

    from caicach.citizens.models import Citizen
    from caicach.dossiers.intake import Dossier

    times = MILLION // BASE - 1
    four = "substr(CAST(10000 + k.n AS varchar(9)), 2, 4)"
    unit = "'{0}00.' || substr(CAST(10000 + k.n AS varchar(9)), 2, 2) || '.' || substr(CAST(10000 + k.n AS varchar(9)), 4, 2)"
    people = Citizen.objects.order_by("-pk").values_list("pk", flat=True)[0]
    last = Dossier.objects.order_by("-pk").values_list("pk", flat=True)[0]
    anew: dict[str, dict[str, str]] = {
        "citizens_citizen": {
            "id": f"id + k.n * {people}",
            "handle": f"substr(handle, 1, length(handle) - 4) || {four}",
            **{one: f"CASE WHEN {one} = '' THEN '' ELSE substr({one}, 1, length({one}) - 5) || 'z' || {four} END" for one in ("number_key", "phone_key")},
        },
        "dossiers_dossier": {
            "id": f"id + k.n * {last}",
            "code": f"replace(code, 'H00.00.00', {unit.format('H')})",
            "words": f"replace(words, 'h00.00.00', {unit.format('h')})",
            "token": f"'k' || {four} || token",
            "lookup_hash": f"substr(lookup_hash, 1, length(lookup_hash) - 5) || 'z' || {four}",
            **{one: f"{one} + k.n * {people}" for one in ("citizen_id", "brought_by_id")},
        },
        "dossiers_dossierclock": {"dossier_id": f"dossier_id + k.n * {last}"},
    }  # fmt: skip
    from django.apps import apps

    models = {one._meta.db_table: one for one in apps.get_models()}
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # copies of rows that were checked need not be checked again
            cursor.execute("SET LOCAL session_replication_role = replica")
        for name, changes in anew.items():
            columns = [field.column for field in models[name]._meta.concrete_fields]
            key = models[name]._meta.pk.column
            most = people if name == "citizens_citizen" else last
            shown = ", ".join(changes.get(one, one) for one in columns)
            series = (
                f"(SELECT n FROM generate_series(1, {times}) AS n)"
                if connection.vendor == "postgresql"
                else f"(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {times}) SELECT n FROM c)"
            )
            cursor.execute(
                f"INSERT INTO {name} ({', '.join(columns)}) SELECT {shown} FROM {name} t, {series} k WHERE t.{key} <= {most} ORDER BY k.n, t.{key}"
            )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def samples() -> None:
    """A code, a phone and a name to look for."""
    from caicach.counter.lives import phone_of
    from caicach.dossiers.intake import Dossier

    one = Dossier.objects.order_by("pk")[BASE // 2]
    print(one.code, phone_of(17), one.applicant, sep="\t")


def names() -> None:
    """p95 in ms of finding people by names, ours and bare SQL."""
    from django.db import connection

    from caicach.dossiers import queries
    from caicach.dossiers.intake import Dossier
    from caicach.organisation.models import Ward

    ward = Ward.objects.order_by("pk").values_list("pk", flat=True)[0]
    asked = list(Dossier.objects.order_by("pk").values_list("applicant", flat=True)[: BASE : BASE // 40])
    asked += ["nguyen", "van an", "nguyen hoa", "khai sinh", "chung thuc tran", "khong co ai ten nay"]

    def timed(what: Callable[[str], Any]) -> float:
        found = []
        for name in asked:
            what(name)
            start = time.perf_counter()
            what(name)
            found.append((time.perf_counter() - start) * 1000)
        return share(found, 0.95)

    def ours(name: str) -> None:
        list(queries.found_by(ward, name)[: queries.A_PAGE])

    sent: dict[str, list[tuple[str, Any]]] = {}
    for name in asked:  # what it sends, sent again without anything around it

        def note(run: Any, sql: str, params: Any, many: bool, context: Any, name: str = name) -> Any:
            sent.setdefault(name, []).append((sql, params))
            return run(sql, params, many, context)

        with connection.execute_wrapper(note):
            ours(name)

    def bare(name: str) -> None:
        with connection.cursor() as cursor:
            for sql, params in sent[name]:
                cursor.execute(sql, params)
                while cursor.description is None and cursor.nextset():
                    pass
                if cursor.description:
                    cursor.fetchall()

    print(timed(ours), timed(bare))


def main() -> None:
    """These alone: `python -m bench.million`."""
    table = Table()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        env = {"CAICACH_DATA": str(folder / "data"), "CAICACH_TODAY": "2026-11-23"}
        subprocess.run([sys.executable, "-m", "caicach", "prepare"], check=True, env={**os.environ, **env}, stdout=subprocess.DEVNULL)  # fmt: skip
        run(table, env, folder)
    print(table.markdown())


if __name__ == "__main__":
    if len(sys.argv) > 1:
        from caicach.conf.manage import setup

        setup()
        {"year": year, "grow": grow, "samples": samples, "names": names}[sys.argv[1]]()
    else:
        main()
