"""What an amended plan adds, changes and drops against the plan in force. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from rapidfuzz import fuzz

from caicach.rules.vntext import key

LIKE_ENOUGH = 72.0
"""Share of likeness (0 to 100) from which two contents of one date or document are one task under another number."""
NEARLY_THE_SAME = 86.0
"""Share from which they are so by their words alone: plans say "cải cách hành chính năm 2026" in many a line."""
SAME_NUMBER_LIKE = 45.0
"""With the same number, less likeness is enough."""

Ref = TypeVar("Ref")


@dataclass(frozen=True, slots=True)
class Duty(Generic[Ref]):
    """One line of either side. ref: the caller's own row; the other fields are compared."""

    ref: Ref
    number: str
    content: str
    due: str = ""
    leads: tuple[str, ...] = ()
    helpers: tuple[str, ...] = ()
    deliverables: tuple[str, ...] = ()
    note: str = ""


FIELDS = {
    "number": "Số",
    "content": "Nội dung",
    "deliverables": "Sản phẩm",
    "leads": "Chủ trì",
    "helpers": "Phối hợp",
    "due": "Thời hạn",
    "note": "Ghi chú",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of a line that is another now; text for the screen."""

    field: str
    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Changed(Generic[Ref]):
    before: Duty[Ref]
    after: Duty[Ref]
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Amendment(Generic[Ref]):
    """same: pairs without a difference."""

    added: tuple[Duty[Ref], ...]
    changed: tuple[Changed[Ref], ...]
    dropped: tuple[Duty[Ref], ...]
    same: tuple[tuple[Duty[Ref], Duty[Ref]], ...]


def compare(
    before: Sequence[Duty[Ref]],
    after: Sequence[Duty[Ref]],
    *,
    by_hand: Mapping[Ref, Ref | None] | None = None,
) -> Amendment[Ref]:
    """Match the lines by content first, then by number, lead and date; every line of both sides ends up in exactly one place.

    by_hand: new line → the old one that somebody says it is, None for one that is new; a pair whose old line is not
    there, or was given to another before, is as if nobody had said it.
    """
    pairs = _matched(before, after, by_hand or {})
    olds = {old for old, _ in pairs}
    news = {new for _, new in pairs}
    changed, same = [], []
    for old, new in sorted(pairs, key=lambda pair: pair[1]):
        found = _differences(before[old], after[new])
        if found:
            changed.append(Changed(before[old], after[new], found))
        else:
            same.append((before[old], after[new]))
    return Amendment(
        added=tuple(duty for n, duty in enumerate(after) if n not in news),
        changed=tuple(changed),
        dropped=tuple(duty for n, duty in enumerate(before) if n not in olds),
        same=tuple(same),
    )


def _matched(
    before: Sequence[Duty[Ref]], after: Sequence[Duty[Ref]], by_hand: Mapping[Ref, Ref | None]
) -> list[tuple[int, int]]:
    """Pairs of old and new: by likeness of content; what is left by number, lead and date or document together.

    A reworded line is the same duty when everything but its words says so: what was reported on it must not be lost.
    """
    old_keys, new_keys = [key(d.content) for d in before], [key(d.content) for d in after]
    fixed, settled = _by_hand(before, after, by_hand)
    taken = {i for i, _ in fixed}
    candidates: list[tuple[float, int, int]] = []
    for i, old in enumerate(before):
        for j, new in enumerate(after):
            if i in taken or j in settled:
                continue
            same_number = old.number == new.number
            likeness = fuzz.ratio(old_keys[i], new_keys[j])
            least = (
                SAME_NUMBER_LIKE if same_number else LIKE_ENOUGH if _same_facts(old, new) else NEARLY_THE_SAME
            )
            if likeness >= least:
                candidates.append((likeness + (10 if same_number else 0), i, j))
    pairs = fixed + _best_first(candidates)
    used_old, used_new = {i for i, _ in pairs}, {j for _, j in pairs} | settled
    left = {new.number: j for j, new in enumerate(after) if j not in used_new}
    for i, old in enumerate(before):
        if i in used_old or (found := left.get(old.number)) is None:
            continue
        if _same_duty(old, after[found]):
            pairs.append((i, left.pop(old.number)))
    return pairs


def _by_hand(
    before: Sequence[Duty[Ref]], after: Sequence[Duty[Ref]], by_hand: Mapping[Ref, Ref | None]
) -> tuple[list[tuple[int, int]], set[int]]:
    """The pairs that were made by hand, and the new lines that are settled so."""
    place = {old.ref: i for i, old in enumerate(before)}
    pairs: list[tuple[int, int]] = []
    settled: set[int] = set()
    for j, new in enumerate(after):
        if new.ref not in by_hand:
            continue
        said = by_hand[new.ref]
        if said is None:
            settled.add(j)
        elif said in place and all(i != place[said] for i, _ in pairs):
            pairs.append((place[said], j))
            settled.add(j)
    return pairs, settled


def _same_duty(old: Duty[Ref], new: Duty[Ref]) -> bool:
    """Whether two lines of one number have one lead, and one date or document."""
    return _same(old.leads, new.leads) and _same_facts(old, new)


def _same_facts(old: Duty[Ref], new: Duty[Ref]) -> bool:
    """Whether two lines have one date or one document."""
    return key(old.due) == key(new.due) or _same(old.deliverables, new.deliverables)


def _same(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    return {key(text) for text in a} == {key(text) for text in b}


def _best_first(candidates: list[tuple[float, int, int]]) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    used_old: set[int] = set()
    used_new: set[int] = set()
    for _, i, j in sorted(candidates, key=lambda c: (-c[0], c[1], c[2])):
        if i not in used_old and j not in used_new:
            used_old.add(i)
            used_new.add(j)
            pairs.append((i, j))
    return pairs


def _differences(old: Duty[Ref], new: Duty[Ref]) -> tuple[Difference, ...]:
    found = []
    for field, name in FIELDS.items():
        before, after = _text(getattr(old, field)), _text(getattr(new, field))
        same = before == after if field == "number" else key(before) == key(after)
        if not same:
            found.append(Difference(field, name, before, after))
    return tuple(found)


def _text(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else "; ".join(value)
