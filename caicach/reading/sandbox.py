"""Reading a stranger's file in a process of its own, with limits of time and memory.

The worker (`python -m caicach.reading.sandbox`) loads no Django, opens one file, and sends back progress and one
pickled answer over a pipe. Whatever happens to it, the caller gets a `PlanReading` or a `Refusal`; its helpers
(Tesseract, LibreOffice) belong to its process group and end with it.
"""

from __future__ import annotations

import contextlib
import gc
import io
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
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from caicach.rules.refusal import Refusal

if TYPE_CHECKING:
    from caicach.reading.plan import PlanReading

log = logging.getLogger(__name__)

Progress = Callable[[float, str], None]
"""called with the share done (0 to 1) and what is being done, in Vietnamese"""

SECONDS = 300.0
MEMORY_MIB = 768

_HEADER = 9  # one letter, eight bytes of length
_PROGRESS, _ANSWER = b"P", b"A"
_MAX_FRAME = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Request:
    """What the worker is asked, sent to its standard input."""

    path: str
    name: str
    offices: tuple[str, ...] | None
    year: int | None
    seconds: float
    memory_mib: int


def read(
    path: Path,
    *,
    name: str | None = None,
    offices: Iterable[str] | None = None,
    year: int | None = None,
    progress: Progress | None = None,
    seconds: float = SECONDS,
    memory_mib: int = MEMORY_MIB,
) -> PlanReading:
    """As `caicach.reading.read_plan`, in a process of its own.

    Raises its Refusals, and file.timeout, file.memory, file.crashed.
    """
    shown = name or path.name
    request = _Request(
        str(path.resolve()), shown, None if offices is None else tuple(offices), year, seconds, memory_mib
    )
    answer = _ask(request, progress)
    if isinstance(answer, Refusal):
        raise answer
    return answer


def _ask(request: _Request, progress: Progress | None) -> PlanReading | Refusal:
    receiving, sending = os.pipe()
    with tempfile.TemporaryFile() as complaints:
        try:
            worker = subprocess.Popen(
                [sys.executable, "-m", "caicach.reading.sandbox", str(sending)],
                stdin=subprocess.PIPE,
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
                return _conversation(worker, pipe, request, progress)
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
    worker: subprocess.Popen[bytes], pipe: IO[bytes], request: _Request, progress: Progress | None
) -> PlanReading | Refusal:
    deadline = time.monotonic() + request.seconds
    assert worker.stdin is not None
    with contextlib.suppress(BrokenPipeError):
        worker.stdin.write(pickle.dumps(request))
        worker.stdin.close()
    try:
        for kind, body in _frames(pipe, deadline):
            if kind == _ANSWER:
                return _loaded(body, request.name)
            if kind == _PROGRESS and progress is not None:
                share, words = body.decode().split("\t", 1)
                progress(float(share), words)
    except TimeoutError:
        return Refusal("file.timeout", name=request.name, seconds=round(request.seconds))
    worker.wait()
    if worker.returncode == -signal.SIGXCPU:
        return Refusal("file.timeout", name=request.name, seconds=round(request.seconds))
    return Refusal("file.crashed", name=request.name)


def _frames(pipe: IO[bytes], deadline: float) -> Iterator[tuple[bytes, bytes]]:
    """The messages of the worker until it closes the pipe. Raises TimeoutError at the deadline."""
    buffer = b""
    while True:
        while len(buffer) >= _HEADER:
            size = int.from_bytes(buffer[1:_HEADER], "big")
            if size > _MAX_FRAME or len(buffer) < _HEADER + size:
                break
            yield buffer[:1], buffer[_HEADER : _HEADER + size]
            buffer = buffer[_HEADER + size :]
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
            ("decimal", "Decimal"),
            ("builtins", "frozenset"),
            ("caicach.rules.refusal", "_rebuild"),
            ("copyreg", "_reconstructor"),
            ("builtins", "object"),
        }:
            return super().find_class(module, name)
        if module.startswith(("caicach.rules.", "caicach.reading.")):
            found = super().find_class(module, name)
            if isinstance(found, type):
                return found
        raise pickle.UnpicklingError(f"{module}.{name}")


def _loaded(body: bytes, name: str) -> PlanReading | Refusal:
    from caicach.reading.plan import PlanReading

    try:
        answer = _Known(io.BytesIO(body)).load()
    except Exception as error:
        log.exception("answer of the reader not understood")
        raise Refusal("file.crashed", name=name) from error
    if isinstance(answer, PlanReading | Refusal):
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


# ---- inside the worker


def main() -> None:
    """Reads the request from standard input, answers on the pipe whose number is the first argument."""
    gc.set_threshold(
        100_000, 20, 20
    )  # a short life with many small values: collecting them early is half the work
    request = pickle.load(sys.stdin.buffer)
    with os.fdopen(int(sys.argv[1]), "wb", buffering=0) as pipe:
        _limit(request)
        _send(pipe, _ANSWER, pickle.dumps(_answer(request, pipe)))


def _limit(request: _Request) -> None:
    import ctypes
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    cpu = int(request.seconds * 2) + 5
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 5))
    resource.setrlimit(resource.RLIMIT_DATA, (request.memory_mib * 1024 * 1024,) * 2)
    with contextlib.suppress(OSError, AttributeError):  # dies with its caller; only Linux knows this
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _answer(request: _Request, pipe: IO[bytes]) -> PlanReading | Refusal:
    from caicach.reading import office, read_plan

    office.IN_OWN_GROUP = True

    def told(done: int, of: int) -> None:
        _send(pipe, _PROGRESS, f"{0.05 + 0.85 * done / max(1, of):.4f}\tĐang đọc trang {done}/{of}".encode())

    _send(pipe, _PROGRESS, "0.02\tĐang mở tệp".encode())
    try:
        return read_plan(
            Path(request.path), name=request.name, offices=request.offices, year=request.year, progress=told
        )
    except Refusal as refusal:
        refusal.facts.setdefault("name", request.name)
        return refusal
    except MemoryError:
        return Refusal("file.memory", name=request.name)


def _send(pipe: IO[bytes], kind: bytes, body: bytes) -> None:
    message = memoryview(kind + len(body).to_bytes(8, "big") + body)
    while message:
        message = message[pipe.write(message) :]


if __name__ == "__main__":
    from caicach.reading.sandbox import main as run  # under its real name, so that pickle finds its classes

    run()
