"""The verbs of dossiers: a list of another system brought, its layout said, what it tells taken over."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice

from django.db import IntegrityError, transaction
from django.utils import timezone

from caicach.core import origin
from caicach.documents import services as documents
from caicach.dossiers import comparing
from caicach.dossiers.comparing import Change
from caicach.dossiers.models import Dossier, DossierClock, DossierList, Event, Layout
from caicach.history import services as history
from caicach.organisation.queries import work_time
from caicach.reading.dossier_list import KEYS, ListedDossier
from caicach.reading.dossier_list import DossierList as Reading
from caicach.rules.refusal import Refusal
from caicach.rules.vntext import key
from caicach.rules.work_time import WorkTime
from caicach.worker import services as queue

_BATCH = 1_000
_SHOWN = 12
"""examples of each kind on the page of a list"""


def upload(file: documents.Upload, *, ward: int, token: str, by: int | None, at: dt.datetime) -> DossierList:
    """Keep the file and queue its reading, once for a token. Raises what `documents.store` does."""
    there = DossierList.objects.filter(ward_id=ward, token=token).first()
    if there:
        return there
    try:
        with transaction.atomic():
            stored = documents.store(file, ward=ward, at=at)
            made = DossierList.objects.create(
                ward_id=ward, token=token, file=stored, made_at=at, made_by_id=by, words="Chờ đọc"
            )
            queue.enqueue("dossiers.read_list", ward=ward, key=_key(made), row=made.pk)
            history.append(made, "dossiers.list-brought", by=by, at=at, file=stored.name)
            return made
    except IntegrityError:  # the same press, a moment earlier
        return DossierList.objects.get(ward_id=ward, token=token)


def _key(row: DossierList) -> str:
    return f"dossiers.read_list:{row.pk}"


def hold(row: DossierList) -> DossierList:
    """The row as it is now, held until the caller's transaction ends."""
    return DossierList.objects.select_for_update(of=("self",)).select_related("file").get(pk=row.pk)


def begin_reading(row: int) -> tuple[DossierList, dict[str, str] | None] | None:
    """The list if it still waits to be read, with the layout that a person has chosen for it; else None."""
    with transaction.atomic():
        found = (
            DossierList.objects.select_for_update(of=("self",)).select_related("file").filter(pk=row).first()
        )
        if found is None or found.state not in (DossierList.WAITING, DossierList.READING):
            return None
        found.state, found.words = DossierList.READING, "Đang đọc"
        found.save(update_fields=["state", "words"])
        return found, dict(found.columns) if found.columns else None


@transaction.atomic
def take_as_before(row: DossierList, *, at: dt.datetime) -> bool:
    """The very file that was taken over last: nothing in it is new, and it need not be read. Whether it is."""
    row = hold(row)
    last = (
        DossierList.objects.filter(ward_id=row.ward_id, state=DossierList.TAKEN)
        .order_by("-taken_at", "-id")
        .first()
    )
    if row.state != DossierList.READING or row.columns or last is None or last.file_id != row.file_id:
        return False
    if known_columns(row.ward_id, last.headings) != last.columns:  # somebody has said otherwise since
        return False
    told = last.counts
    row.columns, row.headings, row.share = last.columns, last.headings, 100
    row.counts = told | {"new": 0, "changed": 0, "same": told["new"] + told["changed"] + told["same"]}
    row.sample = {**last.sample, "new": [], "changed": []}
    row.state, row.words, row.taken_at = DossierList.TAKEN, "Đã nhận", at
    row.save()
    history.append(
        row, "dossiers.list-taken", by=row.made_by_id, at=at, file=row.file.name, counts=row.counts
    )
    return True


@transaction.atomic
def finish_reading(row: DossierList, reading: Reading, *, at: dt.datetime) -> None:
    """What the file tells is taken over where a person has said what this layout means; else it waits for that, with what it
    would change. All or nothing; a second worker that comes late finds it done."""
    row = hold(row)
    if row.state != DossierList.READING:
        return
    row.columns, row.headings, row.share = reading.columns, list(reading.headings), 100
    is_known = known_columns(row.ward_id, row.headings) == row.columns
    told = _take(row, reading, at=at, write=is_known)
    row.counts, row.sample = told.counts, told.sample
    row.state, row.words = (DossierList.TAKEN, "Đã nhận") if is_known else (DossierList.REVIEW, "Chờ xem lại")
    row.taken_at = at if is_known else None
    row.save()
    if is_known:
        history.append(
            row, "dossiers.list-taken", by=row.made_by_id, at=at, file=row.file.name, counts=told.counts
        )


@transaction.atomic
def choose(row: DossierList, columns: Mapping[str, str], *, by: int, at: dt.datetime) -> None:
    """What each heading means, said by a person: remembered for every list of this layout, and this one is taken over (again,
    where it was taken over with other headings).

    columns: key → heading; "" for none. Raises Refusal dossiers.list-settled, dossiers.no-code-column, dossiers.heading-twice.
    """
    row = hold(row)
    if row.state not in (DossierList.REVIEW, DossierList.TAKEN):
        raise Refusal("dossiers.list-settled")
    known = {*row.headings, *row.columns.values()}
    chosen = {name: heading for name in KEYS if (heading := columns.get(name, "")) in known}
    if not chosen.get("code"):
        raise Refusal("dossiers.no-code-column", "code")
    twice = {heading for heading in chosen.values() if list(chosen.values()).count(heading) > 1} - set(
        _shared(row.columns)
    )
    if twice:
        raise Refusal(
            "dossiers.heading-twice",
            next(name for name, one in chosen.items() if one in twice),
            heading=min(twice),
        )
    Layout.objects.update_or_create(
        ward_id=row.ward_id, layout=layout_of(row.headings), defaults={"columns": chosen}
    )
    row.columns, row.state, row.words, row.share = chosen, DossierList.WAITING, "Chờ nhận", 0
    row.save(update_fields=["columns", "state", "words", "share"])
    queue.enqueue("dossiers.read_list", ward=row.ward_id, key=f"{_key(row)}:{at.timestamp()}", row=row.pk)
    history.append(row, "dossiers.layout-chosen", by=by, at=at, columns=chosen)


def _shared(columns: Mapping[str, str]) -> list[str]:
    """Headings that the reading itself took for two keys: code and procedure in one cell."""
    names = list(columns.values())
    return [name for name in names if names.count(name) > 1]


@transaction.atomic
def refuse_reading(row: DossierList, refusal: Refusal, *, at: dt.datetime) -> None:
    """The file could not be read as a list: said on its page."""
    row = hold(row)
    if row.state != DossierList.READING:
        return
    row.state, row.refusal = DossierList.REFUSED, str(refusal)
    row.save(update_fields=["state", "refusal"])
    history.append(row, "dossiers.list-refused", by=None, at=at, refusal=refusal.code)


@transaction.atomic
def give_up_reading(row: int, *, at: dt.datetime) -> None:
    """Nothing could read the file, and not for its own sake."""
    found = DossierList.objects.select_for_update(of=("self",)).filter(pk=row).first()
    if found is not None and found.state in (DossierList.WAITING, DossierList.READING):
        refusal = Refusal("dossiers.given-up")
        found.state, found.refusal = DossierList.REFUSED, str(refusal)
        found.save(update_fields=["state", "refusal"])
        history.append(found, "dossiers.list-refused", by=None, at=at, refusal=refusal.code)


def known_columns(ward: int, headings: Sequence[str]) -> dict[str, str] | None:
    """What a person has said of lists with these headings; None where nobody has."""
    known = Layout.objects.filter(ward_id=ward, layout=layout_of(headings)).first()
    return known.columns if known else None


def layout_of(headings: Sequence[str]) -> str:
    """What two lists of the same layout have in common, whatever the order of their columns."""
    return hashlib.sha256("\n".join(sorted({key(heading) for heading in headings})).encode()).hexdigest()


# --- what a list tells ------------------------------------------------------------------------------------------


@dataclass
class _Told:
    """counts: new, changed, same, without (a code), skipped. sample: a few of each, for the page."""

    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("new", "changed", "same", "without", "skipped"), 0)
    )
    sample: dict[str, list[dict[str, object]]] = field(
        default_factory=lambda: {"new": [], "changed": [], "without": [], "skipped": []}
    )

    def note(self, what: str, facts: dict[str, object]) -> None:
        self.counts[what] += 1
        if what in self.sample and len(self.sample[what]) < _SHOWN:
            self.sample[what].append(facts)


def _take(row: DossierList, reading: Reading, *, at: dt.datetime, write: bool) -> _Told:
    """Each dossier of a list new, changed or the same; written where that is wanted. Four statements for a thousand rows."""
    told = _Told()
    for skipped in reading.skipped:
        if skipped.why != "empty":
            told.note("skipped", {"row": skipped.row, "why": skipped.why})
    time, zone = work_time(row.ward_id), timezone.get_default_timezone()
    for batch in _batches(reading.rows):
        codes = [one.code for one in batch if one.code]
        there = {
            one.code: one
            for one in Dossier.objects.select_related("clock").filter(ward_id=row.ward_id, code__in=codes)
        }
        new: list[Dossier] = []
        changed: list[tuple[Dossier, ListedDossier, list[Change]]] = []
        for one in batch:
            if not one.code or len(one.code) > 40:
                told.note(
                    "without",
                    {"row": one.row, "applicant": one.applicant or "", "procedure": one.procedure or ""},
                )
                continue
            said = comparing.values_of(one)
            known = there.get(one.code)
            dossier = known or Dossier(ward_id=row.ward_id, code=one.code, state="submitted", told_in=row)
            changes = comparing.take(dossier, said)
            if known is None:
                new.append(dossier)
                told.note(
                    "new",
                    {
                        "row": one.row,
                        "code": one.code,
                        "applicant": dossier.applicant,
                        "procedure": dossier.procedure,
                    },
                )
            elif changes:
                changed.append((dossier, one, changes))
                told.note(
                    "changed",
                    {
                        "row": one.row,
                        "code": one.code,
                        "changes": [list(asdict(c).values()) for c in changes],
                    },
                )
            else:
                told.note("same", {})
        if write:
            _write(row, new, changed, at=at, time=time, zone=zone)
    return told


def _write(
    row: DossierList,
    new: list[Dossier],
    changed: list[tuple[Dossier, ListedDossier, list[Change]]],
    *,
    at: dt.datetime,
    time: WorkTime,
    zone: dt.tzinfo,
) -> None:
    Dossier.objects.bulk_create(new)
    clocks = [DossierClock(dossier=one, ward_id=row.ward_id) for one in new]
    for clock in clocks:
        comparing.set_clock(clock, clock.dossier, time, zone)
    DossierClock.objects.bulk_create(clocks)
    events = [_event(row, one, "listed", {}, at=at) for one in new]
    if changed:
        Dossier.objects.bulk_update([one for one, _, _ in changed], _FIELDS)
        for one, _, _ in changed:
            comparing.set_clock(one.clock, one, time, zone)
        DossierClock.objects.bulk_update([one.clock for one, _, _ in changed], _CLOCK)
        events += [
            _event(row, one, "listed-anew", {"changes": [list(asdict(c).values()) for c in changes]}, at=at)
            for one, _, changes in changed
        ]
    Event.objects.bulk_create(events)


_FIELDS = [
    "procedure_code", "procedure", "applicant", "channel", "state", "words",
    *(f"{name}_{part}" for name in comparing.MOMENTS for part in ("on", "time")),
]  # fmt: skip
_CLOCK = ["runs", "late_from", "warn_from", "urgent_from", "apology_by", "settled_on", "late_days"]


def _event(
    row: DossierList, dossier: Dossier, code: str, facts: dict[str, object], *, at: dt.datetime
) -> Event:
    return Event(
        ward_id=row.ward_id, dossier=dossier, at=at, by_id=row.made_by_id, code=code, state=dossier.state,
        facts={"list": row.token, **facts}, address=origin.address(),
    )  # fmt: skip


def _batches(rows: Iterable[ListedDossier]) -> Iterator[list[ListedDossier]]:
    left = iter(rows)
    while batch := list(islice(left, _BATCH)):
        yield batch


@transaction.atomic
def reckon_anew(ward: int) -> int:
    """The clocks of every open dossier once more: the ward's calendar has changed. How many promises fall otherwise."""
    time, zone = work_time(ward), timezone.get_default_timezone()
    moved: list[DossierClock] = []
    for clock in DossierClock.objects.select_related("dossier").filter(ward_id=ward, settled_on__isnull=True):
        before = [getattr(clock, name) for name in _CLOCK]
        comparing.set_clock(clock, clock.dossier, time, zone)
        if before != [getattr(clock, name) for name in _CLOCK]:
            moved.append(clock)
    DossierClock.objects.bulk_update(moved, _CLOCK, batch_size=_BATCH)
    return len(moved)
