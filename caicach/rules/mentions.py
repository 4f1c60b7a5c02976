"""Who is named in a comment: "@" and the full name of somebody, with or without accents."""

from __future__ import annotations

from collections.abc import Sequence

from caicach.rules.vntext import fold


def mentioned(words: str, people: Sequence[tuple[int, str]]) -> frozenset[int]:
    """The ids of the people whose name follows an "@"; of two that fit the longer name, of two of one name both."""
    found: set[int] = set()
    for after in fold(words).split("@")[1:]:
        said = after.lstrip()
        names = {fold(name) for _, name in people if said.startswith(fold(name)) and fold(name)}
        fitting = {name for name in names if not said[len(name) : len(name) + 1].isalnum()}
        if fitting:
            longest = max(fitting, key=len)
            found |= {pk for pk, name in people if fold(name) == longest}
    return frozenset(found)
