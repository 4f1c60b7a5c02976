"""Reading a list of dossiers and taking it over, or letting it go, in the background."""

from __future__ import annotations

from caicach.core import clock
from caicach.documents import services as documents
from caicach.dossiers import services
from caicach.rules.refusal import Refusal
from caicach.worker.services import job


def _give_up(row: int) -> None:
    services.give_up_reading(row, at=clock.now())


@job("dossiers.read_list", given_up=_give_up)
def read_list(row: int) -> None:
    """Read the file and take over what it tells. Killed in the middle it goes on from there when it runs again."""
    from caicach.reading import sandbox  # late: only a worker with work loads it

    begun = services.begin_reading(row)
    if begun is None:
        return
    found, columns = begun
    if services.take_as_before(found, at=clock.now()):
        return
    path, name = documents.path_of(found.file), found.file.name
    try:
        reading = sandbox.read_dossiers(path, name=name, columns=columns)
        known = columns or services.known_columns(found.ward_id, reading.headings)
        if known and known != reading.columns:  # a person has said otherwise of such a list before
            reading = sandbox.read_dossiers(path, name=name, columns=known)
    except Refusal as refusal:
        services.refuse_reading(found, refusal, at=clock.now())
        return
    services.finish_reading(found, reading, said=known, at=clock.now())


@job("dossiers.drop_list", given_up=services.give_up_dropping)
def drop_list(row: int) -> None:
    """What a dropped list told is as if it had not."""
    services.finish_dropping(row, at=clock.now())
