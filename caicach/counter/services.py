"""Taking a dossier in: one verb, one transaction, six ways to the database at most."""

from __future__ import annotations

import base64
import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from caicach.citizens import queries as citizens
from caicach.citizens import services as citizens_verbs
from caicach.citizens.services import Facts
from caicach.core import clock, seal, trip
from caicach.counter import numbers, queries, till
from caicach.counter.models import Attempt, Desk, Fee, Line, Part, Running, Wording
from caicach.data import paper_words
from caicach.dossiers import intake
from caicach.dossiers.terms import as_facts
from caicach.history import services as history
from caicach.organisation.queries import hours_on, row_of, work_time
from caicach.procedures.queries import for_intake
from caicach.rules import legs, money, wording
from caicach.rules.clock_words import Promise
from caicach.rules.dossier_clock import Term
from caicach.rules.moments import iso
from caicach.rules.refusal import Refusal
from caicach.rules.vntext import cut, key, squeeze
from caicach.rules.work_time import WorkTime

MOST_SETS = 500
MOST_FEE = 10**12


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of an intake. handle: who was chosen from those that are known; is_same: see `citizens.services.meet`."""

    facts: Facts
    handle: str = ""
    is_same: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What is taken in. owner: whose dossier it is; bringer: who stands there for them, with the ground (authority).

    parts: positions of the papers that are there; all_parts: those that are always asked for are; reused: of those, what stands on file from before. case: position of the
    procedure's case, None for the plain one. fee_each: what one set costs, where the procedure does not say it; exempt: why
    nobody pays. at_once: settled while the person waits. pay: by which way the fee is paid now; "" for later. slip: the blank receipt that
    it was written on by hand; entered: when that was typed in.
    """

    procedure: str
    owner: Person
    bringer: Person | None = None
    authority: str = ""
    parts: frozenset[int] = frozenset()
    reused: frozenset[int] = frozenset()
    all_parts: bool = False
    case: int | None = None
    sets: int = 1
    fee_each: int | None = None
    exempt: str = ""
    way: str = "counter"
    way_to: str = ""
    channels: Sequence[str] = field(default=())
    at_once: bool = False
    pay: str = ""
    slip: str = ""
    entered: dt.datetime | None = None


def accept(asked: Asked, *, ward: int, token: str, by: int, at: dt.datetime) -> Any:
    """The dossier: its number, parts, clock, line of the book and fee, all or nothing; the same token never makes a second one.

    Raises Refusal counter.procedure-gone, .part-missing, .not-on-file, .authority, .sets, .fee, .way-to, .channel, .not-at-once,
    .case, and what `citizens.meet` does, at the owner's fields with "owner_" before them.
    """
    asked = _checked(asked)
    for attempt in (1, 2, 3):
        try:
            with transaction.atomic():
                return _accept(asked, ward=ward, token=token, by=by, at=at)
        except IntegrityError:  # the same press, or the same person at another counter, this very moment
            if attempt == 3:
                raise
        _pass_over(ward, clock.local_day(at))
    raise AssertionError


@transaction.atomic
def _pass_over(ward: int, day: dt.date) -> None:
    """Numbers of today's series that a list of the province has brought are not given again."""
    for unit in {queries.settings_of(ward).unit, ""}:
        series = numbers.series_of(unit, day)
        highest = max(map(numbers.number_of, intake.codes_of(ward, f"{series}-")), default=0)
        row, _ = Running.objects.select_for_update().get_or_create(
            ward_id=ward, series=series, defaults={"last": 0}
        )
        if row.last < highest:
            row.last = highest
            row.save(update_fields=["last"])


_NAMES = ("owner_number", "owner", "bringer_number", "bringer")


def _questions(
    ward: int, token: str, code: str, day: dt.date, *, is_reusing: bool, **keys: str
) -> list[QuerySet[Any]]:
    """All that an intake must know. keys: of the owner, and of whoever stands there for them, as `_NAMES`."""
    pairs = [(keys[number], keys[handle]) for number, handle in zip(_NAMES[::2], _NAMES[1::2], strict=True) if number in keys]  # fmt: skip
    return [
        intake.of_form(ward, token),
        Attempt.objects.filter(ward_id=ward, token=token),
        *for_intake(ward, code, day),
        Desk.objects.filter(ward_id=ward),
        row_of(ward),
        *(citizens.to_meet(ward, *pair) for pair in pairs),
        *([queries.on_file(ward, *pairs[0])] if is_reusing else []),
    ]


_OF_AN_INTAKE = {
    (for_another, is_reusing): trip.Often(
        partial(_questions, is_reusing=is_reusing), ward=-1, token="a token", code="a code", day=dt.date(1900, 1, 2),
        **{name: f"sample {name}" for name in _NAMES[: 4 if for_another else 2]},
    )
    for for_another in (False, True)
    for is_reusing in (False, True)
}  # fmt: skip
"""Its words made once: making them took longer than all the rest of an intake (bench/counter.py)."""


def _accept(asked: Asked, *, ward: int, token: str, by: int, at: dt.datetime) -> Any:
    people = [asked.owner, *([asked.bringer] if asked.bringer else [])]
    day = clock.local_day(at)
    keys = [citizens.asked_by(ward, one.facts.number, one.handle) for one in people]
    names = dict(zip(_NAMES, [text for pair in keys for text in pair], strict=False))
    there, turned, versions, components, steps, cases, desks, wards, *known = _OF_AN_INTAKE[
        len(people) == 2, bool(asked.reused)
    ].ask(ward=ward, token=token, code=asked.procedure, day=day, **names)
    if there:
        return there[0]
    if turned:
        raise Refusal("attempt.made", form=turned[0].form)
    if not versions:
        raise Refusal("counter.procedure-gone", "procedure")
    version, desk = versions[0], desks[0] if desks else Desk(ward_id=ward)
    case = _case(cases, asked.case)
    calendar = wards[0].calendar_version
    term = queries.term_of(version, case, hours_on(ward, day, calendar).counting)
    if asked.at_once and not (term and term.unit == "same-day"):
        raise Refusal("counter.not-at-once", "at_once")
    parts = parts_of(components, asked, known[len(people)] if asked.reused else [], ward)
    time = work_time(ward, calendar)
    sum_ = queries.promised(term, at=at, ward=ward, calendar=calendar)
    fee = fee_of(version, case, asked)
    met = [
        _met(
            one,
            found,
            ward=ward,
            by=by,
            at=at,
            prefix="owner_" if asked.bringer and one is asked.owner else "",
        )
        for one, found in zip(people, known, strict=False)
    ]
    if len(met) == 2 and met[0][0].number_key and met[0][0].number_key == met[1][0].number_key:
        raise Refusal("counter.own-authority", "authority")
    teller = met[-1][0]
    for one in asked.channels:
        if not (teller.email if one == "email" else teller.phone):
            raise Refusal("counter.channel", "email" if one == "email" else "phone")
    written = [citizen for citizen, trace in met if trace and citizen.pk]
    for citizen in written:
        citizen.save()
    new = [citizen for citizen, _ in met if citizen.pk is None]

    unit = queries.unit_of(version.system, desk)
    series = numbers.series_of(unit, day)
    book, line_series = clock.local_day(at).year, f"so-{day.year}"
    pays = asked.pay and fee.status == "known" and fee.total and desk.receipts == "software"
    receipts: tuple[str, ...] = (till.receipt_series(day.year),) if pays else ()
    taken, pk = _last(ward, (series, line_series, *receipts), token, new, intake.Dossier)
    rows = draw_up(
        asked, version, steps, parts, fee, sum_, [citizen for citizen, _ in met], unit=unit, code=numbers.code_of(series, taken[series]),
        line=(book, taken[line_series]), term=term, time=time, token=token, pk=pk, ward=ward, by=by, at=at,
    )  # fmt: skip
    dossier = rows.taken.dossier
    paid: list[Any] = []
    if pays:
        receipt, told = till.at_intake(
            dossier, fee, asked.pay, number=taken[receipts[0]], token=token, by=by, at=asked.entered or at
        )
        paid.append(receipt)
        rows.taken.events.append(told)
    traces = [trace for _, trace in met if trace]
    for citizen, trace in met:
        if trace:
            trace.citizen, trace.about = citizen, dossier.code
    trip.put(new, *rows.batches, paid, traces)
    return dossier


@dataclass(frozen=True, slots=True)
class Rows:
    """What an intake writes of a dossier, its people apart; not written yet."""

    taken: intake.Taken
    parts: list[Part]
    line: Line
    fee: Fee

    @property
    def batches(self) -> tuple[list[Any], ...]:
        taken = self.taken
        return ([taken.dossier], [taken.clock], taken.events, self.parts, [self.line], [self.fee])


def draw_up(
    asked: Asked,
    version: Any,
    steps: Sequence[Any],
    parts: list[Part],
    fee: Fee,
    promise: Promise,
    people: Sequence[Any],
    *,
    unit: str,
    code: str,
    line: tuple[int, int],
    term: Term | None,
    time: WorkTime,
    token: str,
    pk: int | None,
    ward: int,
    by: int | None,
    at: dt.datetime,
) -> Rows:
    """The rows of what was asked, when all is known. people: the owner, and who stands there for them; line: year and number of
    the book; unit "": another system gives the number."""
    dossier = intake.Dossier(
        pk=pk, ward_id=ward, system=intake.Dossier.OWN if unit else intake.Dossier.BESIDE, code=code, procedure_code=asked.procedure,
        procedure=version.name, applicant=people[0].name, channel="counter", citizen=people[0],
        brought_by=people[1] if len(people) > 1 else None, by_authority=asked.authority, version=version, token=token, sets=asked.sets,
        lookup_hash=lookup_hash(ward, lookup_code(ward, token)),
    )  # fmt: skip
    taken = intake.take_in(
        dossier, at=at, due=promise.due, time=time, by=by, settled=asked.at_once,
        facts={"promise": promise.words, "term": as_facts(term), "line": line[1], "year": line[0], **_legs(version), **_by_hand(asked)}, office=_office(steps),
    )  # fmt: skip
    agreed = Line(
        ward_id=ward, dossier=dossier, year=line[0], number=line[1], way=asked.way, way_to=asked.way_to,
        channels=",".join(asked.channels), promise=cut(promise.words, 400), at=at, by_id=by,
    )  # fmt: skip
    fee.ward_id, fee.dossier = ward, dossier
    for part in parts:
        part.ward_id, part.dossier = ward, dossier
    return Rows(taken, parts, agreed, fee)


def _legs(version: Any) -> dict[str, object]:
    """The legs of a bundle, as the dossier will stand under them."""
    return {"legs": legs.as_facts(version.bundle)} if version.legs else {}


def _by_hand(asked: Asked) -> dict[str, object]:
    """Of what was written on a blank receipt: which, and when it was typed in."""
    if not asked.slip or asked.entered is None:
        return {}
    return {
        "slip": asked.slip,
        "entered": iso(clock.minute(asked.entered)),
    }


def _last(
    ward: int, series: Sequence[str], token: str, new: Sequence[Any], dossier: type[Any]
) -> tuple[dict[str, int], int | None]:
    """The numbers, and the ids of the rows to be written; the draft of this form goes. One trip, the last before the rows."""
    statements = [
        numbers.taking(ward, *series),
        ("DELETE FROM counter_draft WHERE ward_id = %s AND token = %s RETURNING id", [ward, token]),
    ]
    reserving = [trip.reserve(dossier, 1), trip.reserve(type(new[0]), len(new)) if new else None]
    statements += [one for one in reserving if one]
    taken, _, *ids = trip.send(*statements)
    for citizen, (pk,) in zip(new, ids[1] if len(ids) > 1 else [], strict=False):
        citizen.pk = pk
    return dict(taken), ids[0][0][0] if ids else None


def _met(
    person: Person, there: Sequence[Any], *, ward: int, by: int, at: dt.datetime, prefix: str
) -> tuple[Any, Any]:
    try:
        return citizens_verbs.met(there, person.facts, ward=ward, by=by, at=at, is_same=person.is_same)
    except Refusal as told:
        raise Refusal(told.code, f"{prefix}{told.place or 'name'}", **told.facts) from None


def _checked(asked: Asked) -> Asked:
    """What can be said without the database."""
    if not 1 <= asked.sets <= MOST_SETS:
        raise Refusal("counter.sets", "sets", most=MOST_SETS)
    if asked.fee_each is not None and not 0 <= asked.fee_each <= MOST_FEE:
        raise Refusal("counter.fee", "fee_each")
    if asked.way not in Line.WAYS or (asked.way == "post" and not asked.way_to.strip()):
        raise Refusal("counter.way-to", "way_to")
    if asked.pay and asked.pay not in money.WAYS:
        raise Refusal("money.way", "pay")
    if asked.bringer and not asked.authority.strip():
        raise Refusal("counter.authority", "authority")
    owner = _tidy(asked.owner, "owner_" if asked.bringer else "")
    bringer = _tidy(asked.bringer, "") if asked.bringer else None
    if not set(asked.channels) <= set(Line.CHANNELS):
        raise Refusal("counter.channel", "phone")
    return replace(
        asked, owner=owner, bringer=bringer, authority=cut(squeeze(asked.authority), 200) if bringer else "",
        exempt=cut(squeeze(asked.exempt), 300), way_to=cut(squeeze(asked.way_to), 300),
    )  # fmt: skip


def _tidy(person: Person, prefix: str) -> Person:
    try:
        return Person(citizens_verbs.checked(person.facts), person.handle, person.is_same)
    except Refusal as told:
        raise Refusal(told.code, f"{prefix}{told.place or 'name'}", **told.facts) from None


def fee_of(version: Any, case: Any, asked: Asked) -> Fee:
    """What it costs. Raises Refusal counter.fee where an exemption is said of what costs nothing."""
    status = case.fee_status if case is not None and case.fee_status else version.fee_status
    if status == "free":
        return Fee(status="free")
    if asked.exempt:
        return Fee(status="exempt", total=0, ground=asked.exempt)
    each = asked.fee_each
    if each is None and (case is None or not case.fee_status):
        each = version.fee_amount
    if each is None:
        return Fee(status="unknown")
    return Fee(status="known", each=each, total=each * asked.sets)


def _case(cases: Sequence[Any], position: int | None) -> Any:
    if position is None:
        return None
    for one in cases:
        if one.position == position:
            return one
    raise Refusal("counter.case", "case")


def parts_of(components: Sequence[Any], asked: Asked, on_file: Sequence[Part], ward: int) -> list[Part]:
    """The papers that are there. Raises Refusal counter.part-missing where one that is always asked for is not."""
    there = asked.parts | asked.reused
    if asked.all_parts:
        there |= {one.position for one in components if not one.required_when}
    lacking = [one.name for one in components if not one.required_when and one.position not in there]
    if lacking:
        raise Refusal("counter.part-missing", "parts", names="; ".join(lacking))
    newest = {part.words: part for part in on_file}
    parts = []
    for one in components:
        source = newest.get(key(one.name)[:400]) if one.position in asked.reused else None
        if one.position in asked.reused and source is None:
            raise Refusal("counter.not-on-file", "parts", name=one.name)
        if one.position in there:
            parts.append(
                Part(
                    position=one.position, name=one.name, words=key(one.name)[:400], originals=one.originals, copies=one.copies,
                    reusable=one.reusable, taken_from=source,
                )
            )  # fmt: skip
    return parts


def _office(steps: Sequence[Any]) -> Mapping[str, object] | None:
    """Where the first step is done; None where the procedure does not say."""
    if not steps or steps[0].office is None:
        return None
    return {"office": steps[0].office_id, "office_name": steps[0].office.name, "step": steps[0].name}


_SIGNS = 8


def lookup_code(ward: int, token: str) -> str:
    """What stands on the receipt and opens the dossier's page for its owner: eight signs that nobody guesses and that are
    printed again the same. It follows from the form's token by the server's key, so it lies nowhere."""
    digest = bytes.fromhex(seal.fingerprint(f"{ward}:{token}", use="counter.lookup"))
    return base64.b32encode(digest)[:_SIGNS].decode()


def lookup_hash(ward: int, code: str) -> str:
    return seal.fingerprint("".join(code.split()).upper(), use=f"dossiers.lookup:{ward}")


# --- the ward's counter itself ---------------------------------------------------------------------------------

_UNIT = re.compile(r"[A-Z]\d{2}(?:\.\d{2,3}){0,3}|\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}", re.ASCII)


@transaction.atomic
def set_desk(said: Mapping[str, Any], *, ward: int, by: int, at: dt.datetime) -> bool:
    """How the ward's counter stands. Whether that is new. Raises Refusal counter.unit, counter.document, counter.receipt-book."""
    unit = "".join(str(said["unit"]).split()).upper()
    if unit and not _UNIT.fullmatch(unit):
        raise Refusal("counter.unit", "unit")
    if unit and not said["document"]:
        raise Refusal("counter.document", "document")
    if (
        str(said.get("receipt_book", "")).strip().isdecimal()
    ):  # the software's own books are called by their year
        raise Refusal("counter.receipt-book", "receipt_book")
    desk, _ = Desk.objects.select_for_update().get_or_create(ward_id=ward)
    new = {**said, "unit": unit}
    changes = [
        [name, str(getattr(desk, name)), str(value)]
        for name, value in new.items()
        if getattr(desk, name) != value
    ]
    if not changes:
        return False
    for name, value in new.items():
        setattr(desk, name, value)
    desk.save()
    history.append(desk, "counter.set", by=by, at=at, ward=ward, changes=changes)
    return True


@transaction.atomic
def set_wording(
    form: str,
    opening: str,
    closing: str,
    *,
    seen: int,
    ward: int,
    by: int,
    at: dt.datetime,
    is_usual: bool = False,
) -> bool:
    """A form's standing sentences; is_usual: ours again. Whether that is new. seen: the revision that the sender's page had.

    Raises Refusal wording.changed-meanwhile, and what `wording.check` does at "opening" or "closing".
    """
    Desk.objects.get_or_create(ward_id=ward)
    desk = Desk.objects.select_for_update().get(ward_id=ward)  # two at once wait here for each other
    before = queries.sentences(ward, form)
    if is_usual:
        opening, closing = paper_words()[form]
    opening, closing = wording.tidy(opening), wording.tidy(closing)
    wording.check(opening, form, place="opening")
    wording.check(closing, form, place="closing")
    is_usual = (opening, closing) == paper_words()[form]
    if (before.opening, before.closing, before.is_usual) == (opening, closing, is_usual):
        return False
    if before.revision != seen:
        raise Refusal("wording.changed-meanwhile", who=before.who)
    Wording.objects.update_or_create(
        ward_id=ward, form=form,
        defaults={
            "opening": opening, "closing": closing, "is_usual": is_usual, "revision": before.revision + 1, "at": at, "by_id": by,
        },
    )  # fmt: skip
    changes = [
        [f"{form}.{name}", old, new]
        for name, old, new in (("opening", before.opening, opening), ("closing", before.closing, closing))
        if old != new
    ]
    history.append(desk, "counter.wording-set", by=by, at=at, ward=ward, form=form, changes=changes)
    return True
