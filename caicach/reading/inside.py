"""The worker of `sandbox.read`: takes its limits on itself, reads one file, answers. Loads no more than it needs."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import pickle
import signal
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypedDict

from caicach.rules.refusal import Refusal

if TYPE_CHECKING:
    from caicach.reading.dossier_list import DossierList
    from caicach.reading.plan import PlanReading
    from caicach.reading.procedure_list import ProcedureList
    from caicach.reading.sheets import Sheets

HEADER = 9  # one letter, eight bytes of length
PROGRESS, ANSWER = b"P", b"A"


class Request(TypedDict):
    """What the worker is asked, as JSON on its standard input. seconds: of wall time; memory_mib: of data.

    what: "plan", "sheets" for plain rows, "dossiers" for another system's list, "procedures" for a catalogue's; columns: of
    the dossiers', where they were chosen.
    """

    what: str
    path: str
    name: str
    offices: list[str] | None
    year: int | None
    columns: dict[str, str] | None
    seconds: float
    memory_mib: int


def main() -> None:
    """Reads the request from standard input, answers on the pipe whose number is the first argument."""
    gc.set_threshold(
        100_000, 20, 20
    )  # a short life with many small values: collecting them early is half the work
    request: Request = json.load(sys.stdin.buffer)
    with os.fdopen(int(sys.argv[1]), "wb", buffering=0) as pipe:
        _limit(request)
        _send(pipe, ANSWER, pickle.dumps(_answer(request, pipe)))


def _limit(request: Request) -> None:
    import ctypes
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    cpu = int(request["seconds"] * 2) + 5
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 5))
    resource.setrlimit(resource.RLIMIT_DATA, (request["memory_mib"] * 1024 * 1024,) * 2)
    with contextlib.suppress(OSError, AttributeError):  # dies with its caller; only Linux knows this
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _answer(
    request: Request, pipe: IO[bytes]
) -> PlanReading | Sheets | DossierList | ProcedureList | Refusal:
    if request["what"] in ("sheets", "dossiers", "procedures"):
        return _list(request)
    from caicach.reading import limits, read_plan

    limits.IN_OWN_GROUP = True

    def told(done: int, of: int) -> None:
        _send(pipe, PROGRESS, f"{0.05 + 0.85 * done / max(1, of):.4f}\tĐang đọc trang {done}/{of}".encode())

    _send(pipe, PROGRESS, "0.02\tĐang mở tệp".encode())
    try:
        return read_plan(
            Path(request["path"]),
            name=request["name"],
            offices=request["offices"],
            year=request["year"],
            progress=told,
        )
    except Refusal as refusal:
        refusal.facts.setdefault("name", request["name"])
        return refusal
    except MemoryError:
        return Refusal("file.memory", name=request["name"])


def _list(request: Request) -> Sheets | DossierList | ProcedureList | Refusal:
    try:
        if request["what"] == "dossiers":
            from caicach.reading.dossier_list import read_dossiers

            return read_dossiers(Path(request["path"]), name=request["name"], columns=request["columns"])
        if request["what"] == "procedures":
            from caicach.reading.procedure_list import read_procedures

            return read_procedures(Path(request["path"]), name=request["name"])
        from caicach.reading.sheets import read_sheets

        return read_sheets(Path(request["path"]), name=request["name"])
    except Refusal as refusal:
        refusal.facts.setdefault("name", request["name"])
        return refusal
    except MemoryError:
        return Refusal("file.memory", name=request["name"])


def _send(pipe: IO[bytes], kind: bytes, body: bytes) -> None:
    message = memoryview(kind + len(body).to_bytes(8, "big") + body)
    while message:
        message = message[pipe.write(message) :]
