"""What a list tells, taken over: read and compared without holding anything, written in short transactions of a thousand rows.

Killed between two of them it goes on where it was (`DossierList.done`). Each batch is compared with the dossiers as they are
when it is written: their revisions are looked at under the lock, and where one has moved the batch is compared anew there.
A newer list that told of a dossier stands; so does a state that a list would move back, until a person says otherwise.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import islice

from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone

from caicach.core import origin
from caicach.dossiers import apart, comparing
from caicach.dossiers.comparing import Change
from caicach.dossiers.models import Dossier, DossierClock, DossierList, Event
from caicach.reading.dossier_list import DossierList as Reading
from caicach.reading.dossier_list import ListedDossier
from caicach.rules.formats import number
from caicach.rules.work_time import WorkTime

BATCH = 1_000
_SHOWN = 12
"""examples of each kind on the page of a list"""
_LONGEST_CODE = 40


@dataclass
class Told:
    """counts: new, changed, same, left (a newer list told of it), back (its state would move back), without (a code), skipped.
    sample: a few of each, for the page."""

    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(
            ("new", "changed", "same", "left", "ours", "back", "without", "skipped"), 0
        )
    )
    sample: dict[str, list[dict[str, object]]] = field(
        default_factory=lambda: {name: [] for name in ("new", "changed", "back", "without", "skipped")}
    )

    def note(self, what: str, **facts: object) -> None:
        self.counts[what] += 1
        if what in self.sample and len(self.sample[what]) < _SHOWN:
            self.sample[what].append(facts)

    def add(self, more: Told) -> None:
        for what, count in more.counts.items():
            self.counts[what] += count
        for what, some in more.sample.items():
            self.sample[what] += some[: _SHOWN - len(self.sample[what])]


def begun(reading: Reading) -> Told:
    """What is known of a list before its rows are compared: the rows that are no dossiers."""
    told = Told()
    for skipped in reading.skipped:
        if skipped.why != "empty":
            told.note("skipped", row=skipped.row, why=skipped.why)
    return told


def look(row: DossierList, reading: Reading) -> Told:
    """What a list would change; nothing is written, nothing held."""
    told, work = begun(reading), _work(row)
    for batch in batches(reading.rows):
        told.add(_compare(row, batch, work).told)
    return told


def take(row: DossierList, reading: Reading, *, at: dt.datetime) -> bool:
    """Take over the rows that are not yet; False where another worker or a person has come between."""
    work = _work(row)
    for batch in batches(reading.rows[row.done :]):
        if not _try(partial(_take, row, batch, work, len(reading.rows), at=at)):
            return False
        _make_known()
    return True


def let_go(row: DossierList, *, keep: Collection[str] = (), at: dt.datetime) -> int | None:
    """What this list told last is as if it had not: of the dossiers whose codes are not to be kept, those that only it brought
    are set aside, of the others its changes are put back. How many were set aside; None where another worker or a person has
    come between."""
    work, last, aside = _work(row), 0, 0
    older = (
        DossierList.objects.filter(ward_id=row.ward_id, state=DossierList.TAKEN, pk__lt=row.pk)
        .order_by("-pk")
        .values_list("pk", flat=True)
        .first()
    )
    told = Dossier.objects.filter(ward_id=row.ward_id, told_in=row, set_aside=False).order_by("pk")
    while some := list(told.filter(pk__gt=last).values_list("pk", "code")[:BATCH]):
        last = some[-1][0]
        gone = [pk for pk, code in some if code not in keep]
        if gone:
            count = _let_go(row, gone, older, work, at=at)
            if count is None:
                return None
            aside += count
    return aside


def batches(rows: Iterable[ListedDossier]) -> Iterator[list[ListedDossier]]:
    left = iter(rows)
    while batch := list(islice(left, BATCH)):
        yield batch


@dataclass(frozen=True, slots=True)
class _Work:
    """The ward's working time, and where its clocks stand."""

    time: WorkTime
    zone: dt.tzinfo
    ours: apart.Ours


def _work(row: DossierList) -> _Work:
    ours = apart.Ours.of(row.ward_id)
    return _Work(ours.time, timezone.get_default_timezone(), ours)


# --- a batch ----------------------------------------------------------------------------------------------------


@dataclass
class _Batch:
    """A thousand rows beside what is known. seen: code → revision of each dossier that was compared; facts: of the new and
    changed ones their event, code and facts."""

    told: Told = field(default_factory=Told)
    seen: dict[str, int] = field(default_factory=dict)
    new: list[Dossier] = field(default_factory=list)
    changed: list[Dossier] = field(default_factory=list)
    same: list[int] = field(default_factory=list)
    facts: list[tuple[Dossier, str, list[Change]]] = field(default_factory=list)


def _compare(row: DossierList, batch: Sequence[ListedDossier], work: _Work) -> _Batch:
    """Each dossier of a batch new, changed, the same, or left as it is; its clock reckoned. Two or three queries."""
    found = _Batch()
    codes = [one.code for one in batch if one.code]
    known = {
        one.code: one
        for one in Dossier.objects.select_related("clock").filter(ward_id=row.ward_id, code__in=codes)
    }
    found.seen = {one.code: one.revision for one in known.values()}
    mine = [one.pk for one in known.values() if one.told_in_id == row.pk] if row.taken_at else []
    events = _events(mine)
    for one in batch:
        if not one.code or len(one.code) > _LONGEST_CODE:
            found.told.note(
                "without", row=one.row, applicant=one.applicant or "", procedure=one.procedure or ""
            )
            continue
        there = known.get(one.code)
        if there is None or there.set_aside:
            _bring(found, row, one, there, work)
        elif there.system == Dossier.OWN:  # here is where it is kept: nobody else says how it stands
            found.told.note("ours")
        elif (there.told_in_id or 0) > row.pk:
            found.told.note("left")
        else:
            _tell(found, row, one, there, events.get(there.pk, []), work)
    return found


def _bring(found: _Batch, row: DossierList, one: ListedDossier, there: Dossier | None, work: _Work) -> None:
    """A dossier that nobody knew, or one that was listed by mistake before."""
    dossier = there or Dossier(ward_id=row.ward_id, code=one.code or "", state="submitted")
    if there is not None:
        comparing.put(dossier, comparing.BLANK)
    comparing.take(dossier, one)
    dossier.told_in = dossier.first_in = row
    dossier.set_aside = False
    _reckon(dossier, work)
    found.told.note(
        "new", row=one.row, code=one.code, applicant=dossier.applicant, procedure=dossier.procedure
    )
    (found.new if there is None else found.changed).append(dossier)
    found.facts.append((dossier, "listed", []))


def _tell(found: _Batch, row: DossierList, one: ListedDossier, there: Dossier, events: Sequence[Event], work: _Work) -> None:  # fmt: skip
    """A dossier that is known. Where this very list has told of it before, it is compared with what was known before that."""
    before = comparing.values_of(there)
    _undo(row, there, events)
    is_back = not row.takes_back and comparing.moves_back(there, one)
    if is_back:
        found.told.note("back", row=one.row, code=one.code, before=there.state, after=comparing.state_of(one))
    else:
        comparing.take(there, one)
    changes = comparing.changes_of(before, there)
    if changes:
        found.changed.append(there)
        found.facts.append((there, "listed-anew", changes))
        if not is_back:
            found.told.note("changed", row=one.row, code=one.code, changes=_plain(changes))
            there.told_in = row
        _reckon(there, work)
    elif not is_back:
        found.told.note("same")
        if there.told_in_id != row.pk:
            found.same.append(there.pk)


def _take(row: DossierList, batch: Sequence[ListedDossier], work: _Work, total: int, *, at: dt.datetime) -> bool:  # fmt: skip
    """A batch compared, then written in a transaction of its own; False where the list stands elsewhere by now."""
    found = _compare(row, batch, work)
    with transaction.atomic():
        held = _hold(row, DossierList.TAKING)
        if held is None or held.done != row.done:
            return False
        codes = [one.code for one in batch if one.code]
        if _revisions(row, codes) != found.seen:  # somebody wrote in between
            found = _compare(row, batch, work)
        _write(row, found.new, found.changed, found.facts, at=at)
        if found.same:
            Dossier.objects.filter(pk__in=found.same).update(told_in=row, revision=F("revision") + 1)
        told = Told(held.counts, held.sample)
        told.add(found.told)
        held.counts, held.sample, held.done = told.counts, told.sample, row.done + len(batch)
        held.share = held.done * 100 // total
        held.words = f"Đã nhận {number(str(held.done))} trên {number(str(total))} dòng"
        held.save(update_fields=["counts", "sample", "done", "share", "words"])
    row.done = held.done
    return True


_FIELDS = [
    "procedure_code", "procedure", "applicant", "channel", "state", "words", "told_in", "first_in", "set_aside", "revision",
    *(f"{name}_{part}" for name in comparing.MOMENTS for part in ("on", "time")),
]  # fmt: skip
CLOCK = [
    "runs",
    "late_from",
    "warn_from",
    "urgent_from",
    "apology_by",
    "settled_on",
    "late_days",
    *apart.FIELDS,
]


def _write(
    row: DossierList,
    new: Sequence[Dossier],
    changed: Sequence[Dossier],
    facts: Sequence[tuple[Dossier, str, list[Change]]],
    *,
    at: dt.datetime,
) -> None:
    """Dossiers with their clocks and events: five statements, however many they are."""
    if new:
        clocks = [one.clock for one in new]
        Dossier.objects.bulk_create(sorted(new, key=lambda one: one.code))
        for clock in clocks:
            clock.dossier_id = clock.dossier.pk
        DossierClock.objects.bulk_create(clocks)
    if changed:
        for one in changed:
            one.revision += 1
        Dossier.objects.bulk_create(
            changed, update_conflicts=True, unique_fields=["id"], update_fields=_FIELDS
        )
        DossierClock.objects.bulk_create(
            [one.clock for one in changed],
            update_conflicts=True,
            unique_fields=["dossier"],
            update_fields=CLOCK,
        )
    address, by = origin.address(), row.taker
    Event.objects.bulk_create(
        Event(
            ward_id=row.ward_id, dossier=one, at=at, by_id=by, code=code, state=one.state, address=address,
            facts={"list": row.token, **({"changes": _plain(changes)} if changes else {})},
        )
        for one, code, changes in facts
    )  # fmt: skip


def _reckon(dossier: Dossier, work: _Work) -> None:
    dossier.words = comparing.words_of(dossier)
    clock = dossier.clock if dossier.pk else DossierClock(dossier=dossier, ward_id=dossier.ward_id)
    comparing.set_clock(clock, dossier, work.time, work.zone)
    apart.compare(clock, dossier, work.ours)


def _plain(changes: Sequence[Change]) -> list[list[str]]:
    return [list(asdict(change).values()) for change in changes]


# --- as if a list had not told ----------------------------------------------------------------------------------

OF_LISTS = frozenset({"listed", "listed-anew", "listed-undone", "listed-by-mistake"})
"""the events that lists make; any other is somebody's own work on a dossier"""


def _let_go(row: DossierList, ids: Sequence[int], older: int | None, work: _Work, *, at: dt.datetime) -> int | None:  # fmt: skip
    """These dossiers, in a transaction of its own; how many were set aside. older: the newest list before this one that is
    still taken over."""
    with transaction.atomic():
        if _hold(row, DossierList.TAKING, DossierList.UNDOING) is None:
            return None
        held = list(
            Dossier.objects.select_for_update(of=("self",))
            .select_related("clock", "first_in")
            .filter(ward_id=row.ward_id, pk__in=ids, told_in=row, set_aside=False)
            .order_by("pk")
        )
        clocks = DossierClock.objects.in_bulk(
            [one.pk for one in held]
        )  # as they are now that the rows are held
        events = _events([one.pk for one in held])
        facts: list[tuple[Dossier, str, list[Change]]] = []
        for one in held:
            one.clock = clocks[one.pk]
            own = events.get(one.pk, [])
            # of what was taken in at the counter no list was the first; another one may have told of it
            others = any(event.facts.get("list", row.token) != row.token for event in own)
            before_it = (older or one.first_in_id) if one.first_in_id or others else None
            if _went_on(row, own):
                one.told_in_id = before_it
            elif one.clock.apologised_on is None and _is_only_in(row, one, older):
                one.set_aside = True
                facts.append((one, "listed-by-mistake", []))
            else:
                before = comparing.values_of(one)
                _undo(row, one, own)
                one.told_in_id = before_it
                if changes := comparing.changes_of(before, one):
                    facts.append((one, "listed-undone", changes))
            _reckon(one, work)
        _write(row, [], held, facts, at=at)
    return sum(one.set_aside for one in held)


def _went_on(row: DossierList, events: Sequence[Event]) -> bool:
    """Whether somebody has worked on a dossier since this list told of it. events: newest first."""
    for event in events:
        if event.facts.get("list") == row.token:
            return False
        if event.code not in OF_LISTS:
            return True
    return False


def _is_only_in(row: DossierList, dossier: Dossier, older: int | None) -> bool:
    """Whether no list that still stands told of a dossier before this one."""
    first = dossier.first_in
    if first is None or first.pk == row.pk:
        return first is not None
    return first.state == DossierList.DROPPED and (older is None or older < first.pk)


def _undo(row: DossierList, dossier: Dossier, events: Sequence[Event]) -> None:
    """The dossier as it was before this list told of it."""
    own = [event for event in events if event.facts.get("list") == row.token]
    comparing.put_back(dossier, [event.facts.get("changes", ()) for event in own])
    if any(event.code == "listed" for event in own) and dossier.first_in_id == row.pk:
        comparing.put(dossier, comparing.BLANK)


def _events(dossiers: Sequence[int]) -> dict[int, list[Event]]:
    """What happened to each of these, newest first."""
    found: dict[int, list[Event]] = {}
    if dossiers:
        for event in Event.objects.filter(dossier__in=dossiers).order_by("-pk"):
            found.setdefault(event.dossier_id, []).append(event)
    return found


# --- between the readers and the writers ------------------------------------------------------------------------


def _hold(row: DossierList, *states: str) -> DossierList | None:
    """The list as it is now, held, where it stands in one of these states."""
    held = DossierList.objects.select_for_update(of=("self",), no_key=True).filter(pk=row.pk).first()
    return held if held is not None and held.state in states else None


def _revisions(row: DossierList, codes: Sequence[str]) -> dict[str, int]:
    """The revisions of these dossiers, held until the transaction ends."""
    rows = Dossier.objects.select_for_update().filter(ward_id=row.ward_id, code__in=codes).order_by("pk")
    return dict(rows.values_list("code", "revision"))


def _make_known() -> None:
    """PostgreSQL looks a first list's rows up as in an empty table, each by all the others, until it has counted them."""
    if connection.vendor != "postgresql":
        return
    tables = [model._meta.db_table for model in (Dossier, DossierClock, Event)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(reltuples) FROM pg_class WHERE oid = ANY(%s::regclass[])", [tables])
        if cursor.fetchone()[0] < BATCH:
            cursor.execute(f"ANALYZE {', '.join(tables)}")


def _try(write: partial[bool]) -> bool:
    """Once more where another list brought the same new dossier at the same moment."""
    for _ in range(3):
        try:
            return write()
        except IntegrityError:
            continue
    return write()
