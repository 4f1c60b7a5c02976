"""Letters to those who have forgotten their password, where nobody can measure for whom there was one; hashes of slips."""

from __future__ import annotations

import contextlib

from caicach.accounts import links
from caicach.accounts.people_import import taking_over
from caicach.core import clock
from caicach.rules.refusal import Refusal
from caicach.worker.services import job


@job("accounts.forgotten")
def forgotten(people: list[int], asked: str) -> None:
    """A letter to each of them; to nobody where the name was nobody's. Run again it sends none twice."""
    for person in people:
        with contextlib.suppress(Refusal):
            links.send_forgotten(person, asked=asked, at=clock.now())


@job("accounts.first-passwords")
def first_passwords(people: list[int], nonce: str) -> None:
    """What the slips of a list say begins to open. Run again it changes nothing."""
    for person in people:
        taking_over.give_first_password(person, nonce=nonce)
