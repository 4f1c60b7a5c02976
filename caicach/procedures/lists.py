"""The catalogue from a list: a file read, looked at row by row, mended, written in one transaction as a decision publishes it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from django.db import transaction
from django.db.models import Q

from caicach.organisation import services as organisation
from caicach.organisation.queries import offices, work_time
from caicach.procedures.listed import Row, Told, told
from caicach.procedures.models import CatalogueList, Version
from caicach.procedures.services import Decision, Entry, newest_entries, publish
from caicach.reading import sandbox
from caicach.rules.offices import office_key
from caicach.rules.procedures import LEVELS, procedure_code
from caicach.rules.refusal import Refusal
from caicach.rules.vntext import nfc, printable, squeeze

MOST_BYTES = 5 * 2**20
_KEPT = dt.timedelta(days=7)
"""a list that nobody wrote is forgotten after so long"""
_LONGEST = 5_000

State = Literal["sai", "moi", "doi", "het", "giong", "bo"]
STATES: dict[State, tuple[str, str]] = {
    "sai": ("Cần xem", "late"), "moi": ("Mới", "next"), "doi": ("Có đổi", "warn"), "het": ("Hết áp dụng", "late"), "giong": ("Như đang có", "ok"),
    "bo": ("Bỏ qua", "plain"),
}  # fmt: skip
"""name in an address → words, tone"""


def read(upload: Any, *, ward: int, by: int, at: dt.datetime) -> CatalogueList:
    """Read an uploaded list into one that can be looked at; nothing of the catalogue changes. Whoever brings another one leaves
    the one before.

    Raises Refusal catalogue.too-heavy and those of `sandbox.read_procedures`.
    """
    name = squeeze(printable(getattr(upload, "name", "") or "danh-muc.xlsx"))[-200:]
    if (getattr(upload, "size", 0) or 0) > MOST_BYTES:
        raise Refusal("catalogue.too-heavy", "file", most=MOST_BYTES // 2**20)
    with tempfile.NamedTemporaryFile(suffix=Path(name).suffix[:10]) as aside:
        for chunk in upload.chunks():
            aside.write(chunk)
        aside.flush()
        try:
            found = sandbox.read_procedures(Path(aside.name), name=name)
        except Refusal as refusal:
            raise Refusal(refusal.code, "file", **refusal.facts) from refusal
    rows = [
        Row(
            n, one.place, _kept(one.said), [_kept(part.said) for part in one.papers[:100]], [_kept(part.said) for part in one.steps[:100]],
            [_kept(part.said) for part in one.cases[:100]], one.ends,
        )
        for n, one in enumerate(found.procedures)
    ]  # fmt: skip
    left_out = [*found.left_out, *found.lost][:500]
    with transaction.atomic():
        CatalogueList.objects.filter(Q(made_at__lt=at - _KEPT) | Q(ward_id=ward, made_by_id=by)).delete()
        return CatalogueList.objects.create(
            ward_id=ward, token=secrets.token_hex(8), file_name=name, rows=[asdict(row) for row in rows], left_out=left_out,
            made_by_id=by, made_at=at,
        )  # fmt: skip


def _kept(said: dict[str, str]) -> dict[str, str]:
    return {column: nfc(printable(text))[:_LONGEST] for column, text in said.items()}


def list_of(ward: int, token: str) -> CatalogueList | None:
    """The list of this token, if it is of this ward. One query."""
    return CatalogueList.objects.filter(ward_id=ward, token=token).first()


def rows_of(found: CatalogueList) -> list[Row]:
    return [Row(**row) for row in found.rows]


def _held(found: CatalogueList) -> CatalogueList:
    row = CatalogueList.objects.select_for_update().filter(pk=found.pk).first()
    if row is None:
        raise Refusal("catalogue.list-gone")
    return row


# --- beside the catalogue ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A row beside the catalogue. by_level: left out for its level."""

    row: Row
    state: State
    told: Told
    before: Entry | None = None
    by_level: bool = False

    @property
    def words(self) -> str:
        return STATES[self.state][0]

    @property
    def tone(self) -> str:
        return STATES[self.state][1]

    @property
    def level(self) -> str:
        """Whose it is, where it is not the ward's."""
        return "" if self.told.entry.level == "commune" else LEVELS[self.told.entry.level]

    @property
    def code(self) -> str:
        code = procedure_code(self.row.said.get("code", ""))
        return code.base if code else self.row.said.get("code", "")

    @property
    def name(self) -> str:
        return self.told.entry.name or self.row.said.get("name", "")


@dataclass(frozen=True, slots=True)
class Compared:
    """lines: every row; missing: procedures of the ward that the list does not name and that are in force; levels: (level, words,
    rows of it that would change something, whether they are left out) of levels that are not the ward's own; mark: of what was looked at."""

    lines: tuple[Line, ...]
    missing: tuple[tuple[str, str], ...]
    levels: tuple[tuple[str, str, int, bool], ...]
    mark: str

    def of(self, *states: State) -> list[Line]:
        return [line for line in self.lines if line.state in states]

    @property
    def needs_decision(self) -> bool:
        """Whether something would be written that does not name its own decision."""
        return bool(self.of("doi", "het")) or any(_group(line) is None for line in self.of("moi"))


def compare(found: CatalogueList, *, today: dt.date) -> Compared:
    """Every row beside the catalogue as it is now. Seven queries."""
    ward, rows, leaves = found.ward_id, rows_of(found), list(found.leaves)
    a_day = work_time(ward).minutes_a_day
    newest = {version.procedure.code: (version, entry) for version, entry in newest_entries(ward)}
    every = offices(ward)
    now = {one.id for one in offices(ward, on=today)}
    names = {one.id: one.name for one in every}
    by_name: dict[str, int] = {}
    for one in sorted(every, key=lambda one: one.id not in now):
        for text in (one.name, one.short, *one.aliases):
            by_name.setdefault(office_key(text), one.id)
    lines = [_line(row, newest, by_name, names, leaves, a_day=a_day, today=today) for row in rows]
    lines = _twice(lines)
    listed = {line.code for line in lines}
    missing = tuple(
        (code, version.name)
        for code, (version, _) in newest.items()
        if code not in listed and (version.valid_to is None or version.valid_to >= today)
    )
    return Compared(tuple(lines), missing, _levels(lines, leaves), _mark(found, newest.values()))


def _line(
    row: Row, newest: dict[str, tuple[Version, Entry]], by_name: dict[str, int], names: dict[int, str], leaves: Sequence[str],
    *, a_day: int, today: dt.date,
) -> Line:  # fmt: skip
    code = procedure_code(row.said.get("code", ""))
    version, before = newest.get(code.base, (None, None)) if code else (None, None)
    found = told(row, before, by_name, names, a_day=a_day)
    if row.skip:
        return Line(row, "bo", found, before)
    if found.entry.level in leaves:
        return Line(row, "bo", found, before, by_level=True)
    is_over = version is not None and version.valid_to is not None
    if row.ends:
        if version is None:
            found.problems = [
                ("code", str(Refusal("catalogue.unknown-ended", shown=row.said.get("code", ""))))
            ]
            return Line(row, "sai", found, before)
        found.problems, found.changes = [], []
        return Line(row, "giong" if is_over else "het", found, before)
    if found.problems:
        return Line(row, "sai", found, before)
    if before is None or version is None:
        return Line(row, "moi", found)
    if version.valid_to is not None and version.valid_to < today:
        found.changes.insert(0, ("Hiệu lực", f"đến hết {version.valid_to:%d/%m/%Y}", "áp dụng lại"))
    return Line(row, "doi" if found.changes else "giong", found, before)


def _twice(lines: Sequence[Line]) -> list[Line]:
    """Rows of the same code that say different things are looked at."""
    count: dict[str, int] = {}
    for line in lines:
        if line.state != "bo" and line.code:
            count[line.code] = count.get(line.code, 0) + 1
    answer = []
    for line in lines:
        if line.state != "bo" and count.get(line.code, 0) > 1:
            line.told.wrong("code", "catalogue.code-twice", shown=line.code)
            line = replace(line, state="sai")
        answer.append(line)
    return answer


def _levels(lines: Iterable[Line], leaves: Sequence[str]) -> tuple[tuple[str, str, int, bool], ...]:
    count: dict[str, int] = {}
    for line in lines:
        if not line.row.skip and line.state != "giong":
            count[line.told.entry.level] = count.get(line.told.entry.level, 0) + 1
    return tuple(
        (level, LEVELS[level], count[level], level in leaves)
        for level in LEVELS
        if level in count and level != "commune"
    )


def _mark(found: CatalogueList, newest: Iterable[tuple[Version, Entry]]) -> str:
    seen = [found.rows, found.leaves, [(one.pk, str(one.valid_to)) for one, _ in newest]]
    return hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()[:32]


# --- verbs ---------------------------------------------------------------------------------------------------------


EDITED = ("code", "name", "field", "level", "who", "decides", "law", "own", "fee", "result", "basis")
"""what can be mended in a row"""


@transaction.atomic
def mend(found: CatalogueList, n: int, said: dict[str, str]) -> None:
    """Other words in a row: column → words; an emptied one says nothing. Raises Refusal catalogue.list-gone."""
    kept = _held(found)
    row = _row(kept, n)
    now = dict(row.said)
    for column, text in _kept(said).items():
        if column in EDITED and text.strip() != now.get(column, ""):
            now.pop(column, None)
            if column == "fee":
                for one in ("fee_status", "fee_words", "fee_amount"):
                    now.pop(one, None)
            if text.strip():
                now[column] = text.strip()
    _put(kept, replace(row, said=now))


@transaction.atomic
def skip(found: CatalogueList, n: int, *, is_skipped: bool) -> None:
    """A row is left out, or taken in again. Raises Refusal catalogue.list-gone."""
    kept = _held(found)
    _put(kept, replace(_row(kept, n), skip=is_skipped))


@transaction.atomic
def forget_steps(found: CatalogueList, n: int) -> None:
    """What a row says of steps is not taken over; those that are known stay. Raises Refusal catalogue.list-gone."""
    kept = _held(found)
    _put(kept, replace(_row(kept, n), steps=[]))


@transaction.atomic
def skip_problems(found: CatalogueList, *, today: dt.date) -> int:
    """Leave out every row with a problem; how many. Raises Refusal catalogue.list-gone."""
    kept = _held(found)
    wrong = {line.row.n for line in compare(kept, today=today).of("sai")}
    kept.rows = [asdict(replace(row, skip=row.skip or row.n in wrong)) for row in rows_of(kept)]
    kept.save(update_fields=["rows"])
    return len(wrong)


@transaction.atomic
def leave_level(found: CatalogueList, level: str, *, is_left: bool) -> None:
    """Rows of a level are left out, or taken in again. Raises Refusal catalogue.list-gone."""
    kept = _held(found)
    kept.leaves = sorted({*kept.leaves, level} if is_left else {*kept.leaves} - {level})
    kept.save(update_fields=["leaves"])


@transaction.atomic
def discard(found: CatalogueList) -> None:
    """The list is forgotten. Raises Refusal catalogue.list-gone."""
    _held(found).delete()


def _row(kept: CatalogueList, n: int) -> Row:
    if not 0 <= n < len(kept.rows):
        raise Refusal("catalogue.list-gone")
    return Row(**kept.rows[n])


def _put(kept: CatalogueList, row: Row) -> None:
    kept.rows = [asdict(row) if one["n"] == row.n else one for one in kept.rows]
    kept.save(update_fields=["rows"])


@dataclass(frozen=True, slots=True)
class Taken:
    new: int
    changed: int
    ended: int


@transaction.atomic
def take(
    found: CatalogueList,
    *,
    seen: str,
    decision: Decision,
    valid_from: dt.date,
    ends: Sequence[str] = (),
    checked: bool = False,
    by: int | None,
    at: dt.datetime,
    today: dt.date,
) -> Taken:
    """Write every row at once, or none: what is new or changed begins that day, what the list ends, and what is named in `ends`
    of those that it does not name, is no more from that day. A new one that names its own decision and day keeps them, as an
    exported catalogue does.

    seen: the mark of what was looked at; checked: somebody has held the rows against the decision. Raises Refusal
    catalogue.list-gone, .changed-meanwhile, .problems-open, .nothing, .decision-missing, and what `services.publish` raises.
    """
    kept = _held(found)
    organisation.hold(kept.ward_id)
    compared = compare(kept, today=today)
    if compared.mark != seen:
        raise Refusal("catalogue.changed-meanwhile")
    if wrong := len(compared.of("sai")):
        raise Refusal("catalogue.problems-open", count=wrong)
    missing = {code for code, _ in compared.missing}
    over = [*(line.code for line in compared.of("het")), *(code for code in ends if code in missing)]
    new, changed = compared.of("moi"), compared.of("doi")
    if not (new or changed or over):
        raise Refusal("catalogue.nothing")
    groups: dict[tuple[Decision, dt.date], list[Entry]] = {}
    for line in (*new, *changed):
        own = _group(line) if line.state == "moi" else None
        entry = line.told.entry
        if line.state == "doi" or checked:
            entry = replace(entry, checked=checked)
        groups.setdefault(own or (decision, valid_from), []).append(entry)
    ours = (decision, valid_from)
    if (ours in groups or over) and not decision.number:
        raise Refusal("catalogue.decision-missing", "decision_number")
    if over:
        groups.setdefault(ours, [])
    for (of, since), entries in groups.items():
        publish(
            ward=kept.ward_id, decision=of, valid_from=since, brings=entries, ends=over if (of, since) == ours else (), by=by, at=at, today=today,
        )  # fmt: skip
    kept.delete()
    return Taken(len(new), len(changed), len(over))


def _group(line: Line) -> tuple[Decision, dt.date] | None:
    """The decision and day that a new row names itself."""
    return (line.told.decision, line.told.since) if line.told.since else None
