"""Letters to those who have forgotten their password: written where nobody can measure for whom there was one."""

from __future__ import annotations

import contextlib

from caicach.accounts import links
from caicach.core import clock
from caicach.rules.refusal import Refusal
from caicach.worker.services import job


@job("accounts.forgotten")
def forgotten(people: list[int], asked: str) -> None:
    """A letter to each of them; to nobody where the name was nobody's. Run again it sends none twice."""
    for person in people:
        with contextlib.suppress(Refusal):
            links.send_forgotten(person, asked=asked, at=clock.now())
