"""Reading a stranger's file in a process of its own, with limits of time and memory.

The worker (caicach/reading/inside.py) loads no Django, opens one file, and sends back progress and one pickled answer
over a pipe. Whatever happens to it, the caller gets a `PlanReading` or a `Refusal`; its helpers
(Tesseract, LibreOffice) belong to its process group and end with it.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import pickle
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import is_dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeAlias

from caicach.reading.inside import ANSWER, HEADER, PROGRESS, Request
from caicach.rules.refusal import Refusal

if TYPE_CHECKING:
    from caicach.reading.dossier_list import DossierList
    from caicach.reading.plan import PlanReading
    from caicach.reading.procedure_list import ProcedureList
    from caicach.reading.sheets import Sheets

log = logging.getLogger(__name__)

_Answer: TypeAlias = "PlanReading | Sheets | DossierList | ProcedureList | Refusal"
Progress = Callable[[float, str], None]
"""called with the share done (0 to 1) and what is being done, in Vietnamese"""

SECONDS = 300.0
MEMORY_MIB = 768

_MAX_FRAME = 256 * 1024 * 1024


def read(
    path: Path,
    *,
    name: str | None = None,
    offices: Iterable[str] | None = None,
    year: int | None = None,
    progress: Progress | None = None,
    seconds: float = SECONDS,
    memory_mib: int = MEMORY_MIB,
    meanwhile: Callable[[], None] | None = None,
) -> PlanReading:
    """As `caicach.reading.read_plan`, in a process of its own. meanwhile: called once when that is under way.

    Raises its Refusals, and file.timeout, file.memory, file.crashed.
    """
    shown = name or path.name
    request: Request = {
        "what": "plan", "path": str(path.absolute()), "name": shown, "offices": None if offices is None else list(offices), "year": year,
        "columns": None, "seconds": seconds, "memory_mib": memory_mib,
    }  # fmt: skip
    answer = _ask(request, progress, meanwhile)
    if isinstance(answer, Refusal):
        raise answer
    from caicach.reading.plan import PlanReading

    assert isinstance(answer, PlanReading)
    return answer


SHEET_SECONDS = 20.0
"""somebody waits for a list in front of the screen"""


def read_sheets(path: Path, *, name: str, seconds: float = SHEET_SECONDS) -> Sheets:
    """As `sheets.read_sheets`, in a process of its own. Raises its Refusals as `_of_list` says them, and file.timeout,
    file.memory, list.crashed."""
    request: Request = {
        "what": "sheets", "path": str(path.absolute()), "name": name, "offices": None, "year": None,
        "columns": None, "seconds": seconds, "memory_mib": MEMORY_MIB,
    }  # fmt: skip
    answer = _ask(request, None, None)
    if isinstance(answer, Refusal):
        raise _of_list(answer, "Excel (.xlsx) hoặc .csv")
    from caicach.reading.sheets import Sheets

    assert isinstance(answer, Sheets)
    return answer


def read_dossiers(
    path: Path, *, name: str, columns: dict[str, str] | None = None, seconds: float = SECONDS
) -> DossierList:
    """As `dossier_list.read_dossiers`, in a process of its own. Raises its Refusals as `_of_list` says them, and file.timeout,
    file.memory, list.crashed.
    """
    request: Request = {
        "what": "dossiers", "path": str(path.absolute()), "name": name, "offices": None, "year": None,
        "columns": columns, "seconds": seconds, "memory_mib": MEMORY_MIB,
    }  # fmt: skip
    answer = _ask(request, None, None)
    if isinstance(answer, Refusal):
        raise _of_list(answer, ".xlsx, .xls, .ods hoặc .csv")
    from caicach.reading.dossier_list import DossierList

    assert isinstance(answer, DossierList)
    return answer


def read_procedures(path: Path, *, name: str, seconds: float = SHEET_SECONDS) -> ProcedureList:
    """As `procedure_list.read_procedures`, in a process of its own. Raises its Refusals as `_of_list` says them, and file.timeout,
    file.memory, list.crashed."""
    request: Request = {
        "what": "procedures", "path": str(path.absolute()), "name": name, "offices": None, "year": None,
        "columns": None, "seconds": seconds, "memory_mib": MEMORY_MIB,
    }  # fmt: skip
    answer = _ask(request, None, None)
    if isinstance(answer, Refusal):
        raise _of_list(answer, ".xlsx, .docx, .xls, .ods hoặc .csv")
    from caicach.reading.procedure_list import ProcedureList

    assert isinstance(answer, ProcedureList)
    return answer


_OF_LISTS = frozenset({"file.kind-unknown", "file.macros", "file.no-sheet", "file.crashed"})
"""what the readers say as of a plan"""


def _of_list(refusal: Refusal, kinds: str) -> Refusal:
    """The same as it is said of a list; kinds: the files that this one may be."""
    if refusal.code not in _OF_LISTS:
        return refusal
    code = refusal.code.replace("file.", "list.", 1)
    return Refusal(code, refusal.place, **{**refusal.facts, "kinds": kinds})


def _ask(request: Request, progress: Progress | None, meanwhile: Callable[[], None] | None) -> _Answer:
    receiving, sending = os.pipe()
    with tempfile.TemporaryFile() as complaints, tempfile.TemporaryFile() as asked:
        asked.write(json.dumps(request).encode())
        asked.seek(0)
        try:
            worker = subprocess.Popen(
                [sys.executable, "-c", "from caicach.reading.inside import main; main()", str(sending)],
                stdin=asked,
                stdout=subprocess.DEVNULL,
                stderr=complaints,
                pass_fds=(sending,),
                env=_environment(),
                start_new_session=True,
            )
        finally:
            os.close(sending)
        try:
            with os.fdopen(receiving, "rb", buffering=0) as pipe:
                return _conversation(worker, pipe, request, progress, meanwhile)
        finally:
            _end(worker)
            if worker.returncode not in (0, -signal.SIGKILL):
                complaints.seek(0)
                log.warning(
                    "reader ended with %s: %s",
                    worker.returncode,
                    complaints.read()[-2000:].decode("utf-8", "replace"),
                )


def _conversation(
    worker: subprocess.Popen[bytes],
    pipe: IO[bytes],
    request: Request,
    progress: Progress | None,
    meanwhile: Callable[[], None] | None,
) -> _Answer:
    deadline = time.monotonic() + request["seconds"]
    import caicach.reading.plan  # noqa: F401  what the answer is made of, while the worker starts

    if meanwhile is not None:
        meanwhile()
    try:
        for kind, body in _frames(pipe, deadline):
            if kind == ANSWER:
                return _loaded(body, request["name"])
            if kind == PROGRESS and progress is not None:
                share, words = body.decode().split("\t", 1)
                progress(float(share), words)
        worker.wait(max(0.1, deadline - time.monotonic()))
    except (TimeoutError, subprocess.TimeoutExpired):
        return Refusal("file.timeout", name=request["name"], seconds=round(request["seconds"]))
    except ValueError:
        log.warning("reader said what is no message")
        return Refusal("file.crashed", name=request["name"])
    if worker.returncode == -signal.SIGXCPU:
        return Refusal("file.timeout", name=request["name"], seconds=round(request["seconds"]))
    return Refusal("file.crashed", name=request["name"])


def _frames(pipe: IO[bytes], deadline: float) -> Iterator[tuple[bytes, bytes]]:
    """The messages of the worker until it closes the pipe. Raises TimeoutError at the deadline, ValueError."""
    buffer = bytearray()
    while True:
        while len(buffer) >= HEADER:
            size = int.from_bytes(buffer[1:HEADER], "big")
            if size > _MAX_FRAME:
                raise ValueError(size)
            if len(buffer) < HEADER + size:
                break
            yield bytes(buffer[:1]), bytes(buffer[HEADER : HEADER + size])
            del buffer[: HEADER + size]
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([pipe], [], [], left)[0]:
            raise TimeoutError
        chunk = pipe.read(1 << 20)
        if not chunk:
            return
        buffer += chunk


class _Known(pickle.Unpickler):
    """Builds nothing but our own values: the worker has read a stranger's file."""

    def find_class(self, module: str, name: str) -> object:
        if (module, name) in {
            ("datetime", "date"),
            ("datetime", "datetime"),
            ("decimal", "Decimal"),
            ("builtins", "frozenset"),
            ("caicach.rules.refusal", "_rebuild"),
            ("copyreg", "_reconstructor"),
            ("builtins", "object"),
        }:
            return super().find_class(module, name)
        if module.startswith(("caicach.rules.", "caicach.reading.")) and "." not in name:
            found = super().find_class(module, name)
            if isinstance(found, type) and found.__module__ == module and is_dataclass(found):
                return found
        raise pickle.UnpicklingError(f"{module}.{name}")


def _loaded(body: bytes, name: str) -> _Answer:
    from caicach.reading.dossier_list import DossierList
    from caicach.reading.plan import PlanReading
    from caicach.reading.procedure_list import ProcedureList
    from caicach.reading.sheets import Sheets

    try:
        answer = _Known(io.BytesIO(body)).load()
    except Exception as error:
        log.exception("answer of the reader not understood")
        raise Refusal("file.crashed", name=name) from error
    if isinstance(answer, PlanReading | Sheets | DossierList | ProcedureList | Refusal):
        return answer
    return Refusal("file.crashed", name=name)


def _end(worker: subprocess.Popen[bytes]) -> None:
    """Ends the worker and everything it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def _environment() -> dict[str, str]:
    """The caller's environment without what only the web part may know, and with the way to this package."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("DJANGO_", "CAICACH_", "DATABASE_"))
    }
    root = str(Path(__file__).resolve().parents[2])
    kept["PYTHONPATH"] = os.pathsep.join(part for part in (root, os.environ.get("PYTHONPATH", "")) if part)
    kept["OPENBLAS_NUM_THREADS"] = "1"  # numpy's helpers reserve memory for each core
    return kept
