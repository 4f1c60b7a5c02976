"""Two people at one form: what each of them changed, of what both began with. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Merged(Generic[Value]):
    """values: mine where I changed something, else theirs. taken: what is theirs now. against: where both changed it, and not to
    the same, what they said."""

    values: dict[str, Value]
    taken: tuple[str, ...]
    against: dict[str, Value]


def merge(base: Mapping[str, Value], mine: Mapping[str, Value], theirs: Mapping[str, Value]) -> Merged[Value]:
    """What I send over what they saved, where both began with base. A name that base does not know counts as changed by me."""
    values, taken, against = dict(mine), [], {}
    for name, said in mine.items():
        if name not in theirs or said == theirs[name]:
            continue
        if name in base and said == base[name]:
            values[name] = theirs[name]
            taken.append(name)
        elif name not in base or theirs[name] != base[name]:
            against[name] = theirs[name]
    return Merged(values, tuple(taken), against)
