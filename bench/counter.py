"""Taking a dossier in through the whole stack beside bare INSERTs, on both databases; the receipt beside a bare reportlab page."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.handing_in import _postgres, _sqlite
from bench.measure import Table, median
from bench.visitor import Visitor, free_port, our_server, running

TURNS, EACH = 4, 60
PASS = {"PostgreSQL": 0.25, "SQLite FULL": 0.12}


def run(table: Table, env: dict[str, str], folder: Path) -> None:
    """env: of the installation with the demo ward on SQLite, at rest; what is taken in lies in a copy of it."""
    receipt(table)
    copied = folder / "counter"
    shutil.copytree(
        env["CAICACH_DATA"], copied, ignore=shutil.ignore_patterns("counter", "handing-in", "lists*")
    )
    with _sqlite(folder / "counter-insert.sqlite3") as insert:
        _add(table, "SQLite FULL", {**env, "CAICACH_DATA": str(copied)}, insert)
    server = os.environ.get("TEST_POSTGRES_URL")
    if server is None:
        table.add("tiếp nhận hồ sơ, PostgreSQL", "không đo", "không có PostgreSQL", "")
        return
    own, plain = (
        f"{server.rpartition('/')[0]}/{name}" for name in ("caicach_counter", "caicach_counter_bare")
    )
    with _postgres(server, own, plain) as insert:
        env = {**env, "DATABASE_URL": own, "CAICACH_DATA": str(folder / "counter-on-postgres")}
        _add(table, "PostgreSQL", env, insert)


def _add(table: Table, where: str, env: dict[str, str], insert: Callable[[int], None]) -> None:
    port = free_port()
    rates: dict[str, list[float]] = {"ours": [], "bare": []}
    with running(our_server(port), port, env):
        visitor = Visitor(port)
        visitor.sign_in("khang")
        _status, page, _size, _to = visitor.ask("/quay/")
        found = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert found
        form = {
            "csrfmiddlewaretoken": found[1].decode(), "procedure": "1.001193", "all_parts": "1", "lam": "luu", "role": "self", "way": "counter",
            "sets": "1", "name": "Nguyễn Thị Thử", "address": "Khu phố 3", "born": "20/05/1990", "sex": "female",
        }  # fmt: skip

        def take_in(n: int, turn: int) -> None:
            number = f"00019{turn + 1:01}{n:06}"
            said = {**form, "token": f"doluong{turn}{n:06}", "number": number, "phone": f"0000{turn}{n:05}"}
            assert visitor.ask("/quay/", said)[0] == 303

        for turn in range(TURNS):
            for name, count, what in (
                ("ours", EACH, lambda n, turn=turn: take_in(n, turn)),
                ("bare", EACH * 10, insert),
            ):
                start = time.perf_counter()
                for n in range(count):
                    what(n)
                rates[name].append(count / (time.perf_counter() - start))
    shares = [ours / bare for ours, bare in zip(rates["ours"], rates["bare"], strict=True)]
    share = median(shares)
    table.add(
        f"tiếp nhận hồ sơ, qua cả trang ({where})",
        f"{median(rates['ours']):.0f} ({min(rates['ours']):.0f}–{max(rates['ours']):.0f}) /s",
        f"INSERT trần {median(rates['bare']):.0f} /s",
        f"{share:.1%} ({min(shares):.1%}–{max(shares):.1%}), cần ≥ {PASS[where]:.0%}",
        share >= PASS[where],
    )


def receipt(table: Table) -> None:
    """The receipt in PDF beside a page of 28 lines by reportlab with the same face."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    from caicach.writing import forms

    face = Path(forms.__file__).parents[1] / "fonts" / "Tinos-Regular.ttf"
    pdfmetrics.registerFont(TTFont("Tinos", str(face)))
    words = dict.fromkeys(
        "title above desk number place date code desk_name desk_at applicant brought_by address phone email procedure lookup sets law own "
        "received due sum fee way year line submitter officer standing".split(),
        "Giấy tiếp nhận hồ sơ",
    )
    facts: dict[str, object] = {**words, "parts": ["Tờ khai (1 bản chính)"] * 4}

    def ours(n: int) -> None:
        forms.form("01", {**facts, "line": str(n), "qr": forms.qr(f"https://vidu.example/tra-cuu/{n:08}/")})

    def bare(n: int) -> None:
        canvas = Canvas(io.BytesIO(), pagesize=(420, 595))
        canvas.setFont("Tinos", 10)
        for line in range(28):
            canvas.drawString(
                30, 560 - 15 * line, f"Dòng {line} của giấy tiếp nhận hồ sơ và hẹn trả kết quả, số {n}"
            )
        canvas.showPage()
        canvas.save()

    times: dict[str, list[float]] = {"ours": [], "bare": []}
    for n in range(41):
        for name, what in (("ours", ours), ("bare", bare)):
            start = time.perf_counter()
            what(n)
            if n:  # the first loads the faces
                times[name].append((time.perf_counter() - start) * 1000)
    made, least = median(times["ours"]), median(times["bare"])
    table.add(
        "giấy tiếp nhận (PDF, có QR)", f"{made:.1f} ms", f"một trang reportlab {least:.1f} ms", f"{made / least:.1f}×, cần ≤ 3×", made <= 3 * least,
    )  # fmt: skip


def main() -> None:
    """These alone: `python -m bench.counter`."""
    table = Table()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        env = {"CAICACH_DATA": str(folder / "data"), "CAICACH_TODAY": "2026-11-23"}
        subprocess.run([sys.executable, "-m", "caicach", "prepare"], check=True, env={**os.environ, **env}, stdout=subprocess.DEVNULL)  # fmt: skip
        run(table, env, folder)
    print(table.markdown())


if __name__ == "__main__":
    main()
