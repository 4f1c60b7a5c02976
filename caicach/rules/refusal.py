"""The one expected kind of "no": a code with its facts; its sentence stands in `messages.py`."""

from __future__ import annotations


class Refusal(Exception):
    """Something that was asked for cannot be done, and the person can mend it.

    code is stable and reads `subject.what` ("file.encrypted"); place names a field, a row or a cell where there
    is one; facts fill the sentence of `messages.SENTENCES[code]`.
    """

    def __init__(self, code: str, place: str | None = None, **facts: object) -> None:
        self.code = code
        self.place = place
        self.facts = facts
        super().__init__(code)

    def __str__(self) -> str:
        from caicach.rules.messages import sentence

        return sentence(self.code, {"place": self.place or "", **self.facts})

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return _rebuild, (self.code, self.place, self.facts)


def _rebuild(code: str, place: str | None, facts: dict[str, object]) -> Refusal:
    """Refusals cross the wall between the reading process and its caller by pickle."""
    return Refusal(code, place, **facts)
