"""What the counter's screens show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet

from caicach.citizens import queries as citizens
from caicach.citizens.queries import Known
from caicach.core import clock, trip
from caicach.core.http import Missing
from caicach.counter.models import Desk, Draft, Fee, Line, Money, Part, Wording
from caicach.data import paper_words
from caicach.organisation.queries import day_names, hours_on, row_of, work_time
from caicach.procedures.queries import for_intake
from caicach.rules import money
from caicach.rules.clock_words import Promise, promise
from caicach.rules.dossier_clock import Counting, Term
from caicach.rules.vntext import key


def term_of(version: Any, case: Any, counting: Counting) -> Term | None:
    """What the procedure promises: the case's own time, where it has one. None where none is known."""
    if case is not None and case.law:
        return counting.term(case.law.unit, case.law.amount)
    term: Term | None = version.term(counting)
    return term


def promised(term: Term | None, *, at: dt.datetime, ward: int, calendar: int) -> Promise:
    """The promise of this minute. calendar: the version of the ward's."""
    came = clock.minute(at)
    return promise(work_time(ward, calendar), term, came, names=day_names(ward, calendar))


def unit_of(system: str, desk: Desk) -> str:
    """Whose numbers a dossier gets: the ward's own where its dossiers may be kept here, else provisional ones ("")."""
    return desk.unit if system == "own" and desk.document else ""


def on_file(ward: int, number_key: str, handle: str) -> QuerySet[Part]:
    """What somebody has brought before and may be used again, the newest last; a question for `trip.ask`. Of a number it is by
    the number, else by the handle (`citizens.queries.asked_by`)."""
    found = Part.objects.filter(ward_id=ward, reusable=True).exclude(dossier__state="voided")
    mine = citizens.meant(ward, number_key, handle).values("pk")
    return found.filter(dossier__citizen__in=mine).select_related("dossier").order_by("id")


def settings_of(ward: int) -> Desk:
    """The ward's counter as it stands, or as it would without a word."""
    return Desk.objects.filter(ward_id=ward).first() or Desk(ward_id=ward)


@dataclass(frozen=True, slots=True)
class Sentences:
    """The standing sentences of a form. revision: which of the ward's changes they are; who: made it; is_usual: ours, not the ward's."""

    opening: str
    closing: str
    revision: int = 0
    who: str = ""
    is_usual: bool = True


def sentences(ward: int, form: str) -> Sentences:
    """What a form says as the ward wants it, else as usual. One query."""
    row = Wording.objects.select_related("by").filter(ward_id=ward, form=form).first()
    usual = paper_words()[form]
    if row is None:
        return Sentences(*usual)
    who = row.by.full_name if row.by else "Phần mềm"
    return Sentences(
        *(usual if row.is_usual else (row.opening, row.closing)), row.revision, who, row.is_usual
    )


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper of the check list. source: the part on file that stands for it."""

    position: int
    name: str
    count: str
    required_when: str
    source: Part | None


@dataclass(frozen=True, slots=True)
class Choice:
    """A procedure that was chosen, as the counter needs it now."""

    version: Any
    cases: tuple[Any, ...]
    papers: tuple[Paper, ...]
    promise: Promise
    provisional: bool
    same_day: bool
    fee_status: str
    fee_each: int | None
    pays_here: bool = False
    """whether the fee can be taken with the dossier: the software gives the receipt its number"""


def choice(
    ward: int, code: str, *, now: dt.datetime, case: str = "", number: str = "", handle: str = ""
) -> Choice | None:
    """None where nothing of this code is in force today. One trip, and one for the ward's own days after a change."""
    versions, components, _, cases, desks, wards, known = trip.ask(
        *for_intake(ward, code, clock.local_day(now)),
        Desk.objects.filter(ward_id=ward),
        row_of(ward),
        on_file(ward, *citizens.asked_by(ward, number, handle)),
    )
    if not versions:
        return None
    version, desk = versions[0], desks[0] if desks else Desk(ward_id=ward)
    chosen = next((one for one in cases if str(one.position) == case), None)
    calendar = wards[0].calendar_version
    term = term_of(version, chosen, hours_on(ward, clock.local_day(now), calendar).counting)
    newest = {part.words: part for part in known}
    status = chosen.fee_status if chosen and chosen.fee_status else version.fee_status
    return Choice(
        version,
        tuple(cases),
        tuple(
            Paper(one.position, one.name, one.count, one.required_when, newest.get(key(one.name)[:400]))
            for one in components
        ),
        promised(term, at=now, ward=ward, calendar=calendar),
        not unit_of(version.system, desk),
        bool(term and term.unit == "same-day"),
        status,
        version.fee_amount if status == "known" and not (chosen and chosen.fee_status) else None,
        desk.receipts == "software",
    )


def people(ward: int, asked: str) -> list[Any]:
    """Whom the words name: a number of twelve digits, a phone, a name; newest first."""
    digits = "".join(sign for sign in asked if sign.isdigit())
    if any(sign.isalpha() for sign in asked):
        found = citizens.by_name(ward, asked)
        return found or [one for one in [citizens.by_number(ward, asked)] if one]
    if len(digits) == 12 and digits[0] == "0":
        return [one for one in [citizens.by_number(ward, digits)] if one]
    exact = citizens.by_number(ward, asked)
    return [exact] if exact else citizens.by_phone(ward, asked)


def known(citizen: Any) -> Known:
    return citizens.known(citizen)


def person(ward: int, handle: str) -> Any:
    """Who was chosen; None where that is nobody of this ward."""
    return citizens.by_handle(ward, handle) if handle else None


# --- what was taken in -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Taken:
    """A dossier as the counter sees it right after."""

    line: Line
    dossier: Any
    parts: tuple[Part, ...]


def taken(ward: int, token: str) -> Taken:
    """The one door to what a form has made. Two queries. Raises Missing."""
    line = (
        Line.objects.select_related(
            "dossier", "dossier__clock", "dossier__citizen", "dossier__brought_by", "dossier__version", "dossier__version__procedure",
            "dossier__fee", "by",
        )
        .filter(ward_id=ward, dossier__ward_id=ward, dossier__token=token)
        .first()
    )  # fmt: skip
    if line is None:
        raise Missing
    return Taken(line, line.dossier, tuple(Part.objects.filter(ward_id=ward, dossier=line.dossier)))


def today_of(ward: int, *, by: int, today: dt.date, most: int = 5) -> Sequence[Line]:
    """What somebody has taken in today, newest first. One query."""
    return list(
        Line.objects.select_related("dossier")
        .filter(ward_id=ward, by_id=by, dossier__received_on=today)
        .order_by("-id")[:most]
    )


def book(ward: int, year: int, *, page: int, size: int = 20) -> list[Any]:
    """A page of the year's register, in the order of its numbers. One query."""
    rows = (
        Line.objects.select_related("dossier", "dossier__citizen")
        .filter(ward_id=ward, year=year, number__gt=(page - 1) * size, number__lte=page * size)
        .order_by("number")
    )
    return list(rows.annotate(state=F("dossier__state")))


def drafts(ward: int, *, by: int, most: int = 20) -> list[Draft]:
    """One's own drafts and those that were left for whoever comes next, newest first. One query."""
    rows = Draft.objects.select_related("owner").filter(ward_id=ward)
    return list((rows.filter(owner_id=by) | rows.filter(left=True)).order_by("-changed_at")[:most])


def draft_for(ward: int, token: str, *, by: int) -> Draft:
    """The one door to a draft: one's own, or one that was left. Raises Missing."""
    found = Draft.objects.filter(ward_id=ward, token=token).first()
    if found is None or (found.owner_id != by and not found.left):
        raise Missing
    return found


def has_made(ward: int, token: str) -> bool:
    """Whether this form is a dossier already. One query."""
    return Line.objects.filter(ward_id=ward, dossier__ward_id=ward, dossier__token=token).exists()


def drop_draft(ward: int, token: str) -> None:
    """What was typed is kept elsewhere from now on."""
    Draft.objects.filter(ward_id=ward, token=token).delete()


def opened_by(hashes: Sequence[str]) -> list[Line]:
    """The dossiers that these hashes of a lookup code open, with what was agreed; a few at most. One query, by its index."""
    return list(
        Line.objects.select_related(
            "dossier", "dossier__clock", "dossier__citizen", "dossier__fee", "dossier__version"
        ).filter(dossier__lookup_hash__in=list(hashes), dossier__set_aside=False)[:5]
    )


def desks_of(wards: Sequence[int]) -> dict[int, Desk]:
    """How several wards' counters stand, of those that have said so. One query."""
    return {one.ward_id: one for one in Desk.objects.filter(ward_id__in=list(wards))}


# --- money -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MoneyPage:
    """What a dossier costs and what was paid. rows: oldest first; refund: what the page proposes to give back; next_number: the
    one after the newest of the printed book, 0 where there is none."""

    fee: Fee
    desk: Desk
    rows: tuple[Money, ...]
    refund: int
    next_number: int

    @property
    def receipts(self) -> tuple[Money, ...]:
        return tuple(one for one in self.rows if one.kind == "paid")

    @property
    def was_refunded(self) -> bool:
        """Whether somebody got money back of it: what is owed then may not be meant."""
        return any(one.kind == "refunded" for one in self.rows)

    def receipt(self, token: str) -> Money | None:
        return next((one for one in self.receipts if one.token == token), None)

    @property
    def lines(self) -> tuple[Receipt, ...]:
        """Each receipt with what happened to it."""
        return tuple(
            Receipt(one, tuple(row for row in self.rows if row.of_id == one.pk)) for one in self.receipts
        )


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt. left: what of it is still paid."""

    row: Money
    undone: tuple[Money, ...]

    @property
    def left(self) -> int:
        return self.row.amount - sum(one.amount for one in self.undone)

    @property
    def is_void(self) -> bool:
        return any(one.kind == "voided" for one in self.undone)


def money_of(dossier: Any) -> MoneyPage:
    """At most four queries. Raises Missing where it did not come in at this counter."""
    ward = dossier.ward_id
    fee = Fee.objects.filter(ward_id=ward, dossier=dossier).first()
    if fee is None:
        raise Missing
    rows = Money.objects.filter(ward_id=ward, dossier=dossier).select_related("by", "of", "cashed")
    desk, newest = settings_of(ward), None
    if desk.receipts == "typed":
        book = Money.objects.filter(ward_id=ward, kind="paid", book=desk.receipt_book)
        newest = book.order_by("-id").values_list("number", flat=True).first()
    found = tuple(rows.order_by("id"))
    refund = money.to_refund(dossier.state, fee.status, fee.total, fee.paid)
    return MoneyPage(fee, desk, found, refund, newest + 1 if newest else 0)
