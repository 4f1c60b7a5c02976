"""What rooms above this one show beside a dossier on its page: this one does not know them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from caicach.dossiers.models import Dossier


@dataclass(frozen=True, slots=True)
class Aside:
    """A part of the page: its template, and what that takes as `it`."""

    template: str
    it: Mapping[str, Any]


_TOLD: list[Callable[[Dossier, str], Aside | None]] = []


def tell(function: Callable[[Dossier, str], Aside | None]) -> None:
    """Register what knows more of a dossier, for who has this role; said once, when the room is ready."""
    if function not in _TOLD:
        _TOLD.append(function)


def asides_of(dossier: Dossier, role: str) -> list[Aside]:
    return [found for function in _TOLD if (found := function(dossier, role)) is not None]
