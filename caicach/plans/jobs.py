"""Reading an uploaded file, and putting down the figures of a month that is over, in the background."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from pathlib import Path

from caicach.core import clock
from caicach.documents import services as documents
from caicach.organisation.queries import offices
from caicach.plans import drafts, measured, services
from caicach.reading.plan import PlanReading
from caicach.rules.refusal import Refusal
from caicach.worker.services import enqueue, job, regular


def _give_up(draft: int) -> None:
    """Reading failed as often as it is tried: the import says so, and can be read again or discarded."""
    services.give_up_reading(draft, at=clock.now())


@job("plans.read_import", given_up=_give_up)
def read_import(draft: int) -> None:
    """Read the file of an import into its draft. Killed in the middle it leaves nothing, and runs again."""
    row = services.begin_reading(draft)
    if row is None or row.file is None:
        return
    began = time.perf_counter()
    told = 0.0

    def progress(share: float, words: str) -> None:
        nonlocal told
        if time.perf_counter() - told > 0.3:
            told = time.perf_counter()
            services.note_progress(draft, share, words)

    names = drafts.spellings(offices(row.ward_id)) or None
    try:
        reading = _read(str(documents.path_of(row.file)), row.file.name, names, progress)
    except Refusal as refusal:
        services.refuse_reading(row, refusal, at=clock.now())
        return
    services.finish_reading(row, reading, read_ms=round((time.perf_counter() - began) * 1000), at=clock.now())


def _read(
    path: str, name: str, names: list[str] | None, progress: Callable[[float, str], None]
) -> PlanReading:
    from caicach.reading import sandbox  # late: only a worker with work loads it

    return sandbox.read(Path(path), name=name, offices=names, progress=progress)


@regular
def queue_months(now: dt.datetime) -> None:
    """Once a night: the figures of a month that is over are put down."""
    if 1 <= now.hour <= 4:
        enqueue("plans.months", ward=None, key=f"plans.months:{now:%Y-%m-%d}")


@job("plans.months")
def months() -> None:
    """Every ward's. Run again it puts down nothing twice."""
    for ward in measured.wards_fed():
        measured.keep_months(ward, today=clock.today(), at=clock.now())
