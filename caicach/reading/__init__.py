"""Reading a plan from a file: `read_plan(path)` gives a `PlanReading`. Pure: no Django, no database.

from caicach.reading import read_plan
reading = read_plan(Path("ke-hoach.docx"))
reading.to_json()["tasks"][0]["content"]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from caicach.reading.plan import PlanReading

Progress = Callable[[int, int], None]


def read_plan(
    path: Path | str,
    *,
    name: str | None = None,
    offices: Iterable[str] | None = None,
    year: int | None = None,
    progress: Progress | None = None,
) -> PlanReading:
    """The plan in a file. name: what messages call the file; offices: the ward's own, by which an unknown lead is told;
    year: for a plan that names none; progress(done, all) counts pages or steps.

    Raises Refusal for every file that cannot be read (codes `file.*`, `tool.*`). Reads in this process and without
    limits of time: for files from strangers use `caicach.reading.sandbox.read`.
    """
    from caicach import data
    from caicach.reading.open import extract
    from caicach.reading.understand import understand

    path = Path(path)
    document = extract(path, name=name, progress=progress)
    if document.kind == "scan":
        from caicach.reading.scanwords import known_pairs, mended

        document = mended(document, known_pairs(data.lines("words")))
    return understand(
        document,
        directory=data.office_directory(offices),
        calendar=data.work_calendar(),
        name=name or path.name,
        year=year,
    )
