"""The ward's catalogue of procedures: each with its versions, and what a version asks for, does and takes."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q

from caicach.core.constraints import SameWard, ward_pair
from caicach.rules.dossier_clock import MOST, Counting, Term
from caicach.rules.legs import Leg, written
from caicach.rules.procedures import FEES, LEVELS, UNITS, Span

BESIDE, OWN = "beside", "own"


def _span(unit: str, amount: str) -> Q:
    """A time that is whole: none, the same day, or so many of something. Each branch names what may be null: a check that comes
    out as neither true nor false passes."""
    there = {f"{amount}__isnull": False}
    return (
        Q(**{unit: "", f"{amount}__isnull": True})
        | Q(**there, **{unit: "same-day", amount: 0})
        | Q(
            **there,
            **{f"{unit}__in": [one for one in UNITS if one != "same-day"], f"{amount}__range": (1, MOST)},
        )
    )


class Procedure(models.Model):
    """A procedure that the ward's counter takes in. code: the national one ("1.001193"), "TAM-7" until it is known."""

    ward = models.ForeignKey("organisation.Ward", on_delete=models.CASCADE, related_name="+")
    code = models.CharField(max_length=20)

    class Meta:
        constraints = [
            ward_pair("procedures_procedure"),
            models.UniqueConstraint(fields=["ward", "code"], name="procedure_code_in_ward"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def address(self) -> str:
        return f"/thu-tuc/{self.code}/"


class Version(models.Model):
    """What a procedure is from a day on. valid_to: its last day, none while nothing ends it.

    everyday_words, legal_basis: one a line. statutory_…: the law's time; ward_…: the ward's own shorter one, none where it
    takes the law's; unit "": not known. time_words: as the source puts it. fee_status "unknown" is never "free". source:
    where these facts are from; checked: somebody of the ward has held them against the decision. system: where its
    dossiers are kept. ended_by: the decision that ended the procedure. ward_decision: the document of the ward's own time.
    token: of the form that made it, so that sending it twice makes one. legs: of a bundle, one a line as `rules.legs.written` has them.
    """

    ward = models.ForeignKey("organisation.Ward", on_delete=models.CASCADE, related_name="+")
    procedure = models.ForeignKey(Procedure, on_delete=models.CASCADE, related_name="versions")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    decision_number = models.CharField(max_length=60, blank=True)
    decision_date = models.DateField(null=True)
    decision_issuer = models.CharField(max_length=200, blank=True)
    ended_by = models.CharField(max_length=300, blank=True)
    name = models.CharField(max_length=400)
    everyday_words = models.TextField(blank=True)
    field = models.CharField(max_length=120, blank=True)
    level = models.CharField(max_length=10, default="commune")
    who_may_ask = models.CharField(max_length=400, blank=True)
    at_counter = models.BooleanField(default=True)
    by_post = models.BooleanField(default=False)
    online = models.CharField(max_length=4, blank=True)
    result = models.CharField(max_length=400, blank=True)
    legal_basis = models.TextField(blank=True)
    conditions = models.TextField(blank=True)
    legs = models.TextField(blank=True)
    decides = models.CharField(max_length=200, blank=True)
    statutory_unit = models.CharField(max_length=12, blank=True)
    statutory_amount = models.PositiveSmallIntegerField(null=True)
    ward_unit = models.CharField(max_length=12, blank=True)
    ward_amount = models.PositiveSmallIntegerField(null=True)
    ward_decision = models.CharField(max_length=200, blank=True)
    time_words = models.CharField(max_length=400, blank=True)
    fee_status = models.CharField(max_length=7, default="unknown")
    fee_words = models.CharField(max_length=400, blank=True)
    fee_amount = models.PositiveBigIntegerField(null=True)
    source = models.CharField(max_length=300, blank=True)
    checked = models.BooleanField(default=False)
    system = models.CharField(max_length=6, default=BESIDE)
    token = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints = [
            ward_pair("procedures_version"),
            SameWard(field="procedure", to="procedures.Procedure", name="version_procedure_ward"),
            models.UniqueConstraint(fields=["procedure", "valid_from"], name="procedure_version_day"),
            models.UniqueConstraint(
                fields=["ward", "token"], condition=~Q(token=""), name="procedure_version_once"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="procedure_version_dates",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="procedure_version_named"),
            models.CheckConstraint(condition=Q(level__in=list(LEVELS)), name="procedure_version_level"),
            models.CheckConstraint(
                condition=Q(online__in=["", "part", "full"]), name="procedure_version_online"
            ),
            models.CheckConstraint(condition=Q(system__in=[BESIDE, OWN]), name="procedure_version_system"),
            models.CheckConstraint(
                condition=_span("statutory_unit", "statutory_amount"), name="procedure_version_law_time"
            ),
            models.CheckConstraint(
                condition=_span("ward_unit", "ward_amount") & (Q(ward_unit="") | ~Q(statutory_unit="")),
                name="procedure_version_ward_time",
            ),
            models.CheckConstraint(
                condition=Q(fee_status="unknown", fee_amount__isnull=True)
                | Q(fee_status="free", fee_amount__isnull=True)
                | (Q(fee_status="known") & (~Q(fee_words="") | Q(fee_amount__isnull=False))),
                name="procedure_version_fee",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def law(self) -> Span | None:
        return span(self.statutory_unit, self.statutory_amount)

    @property
    def own(self) -> Span | None:
        """The ward's shorter time; None where it takes the law's."""
        return span(self.ward_unit, self.ward_amount)

    @property
    def promised(self) -> Span | None:
        """What the counter promises: the ward's own time, else the law's."""
        return self.own or self.law

    def term(self, counting: Counting) -> Term | None:
        """What is promised, for the clock of a dossier; None where no time is known."""
        return counting.term(self.promised.unit, self.promised.amount) if self.promised else None

    @property
    def bundle(self) -> tuple[Leg, ...]:
        """What other agencies settle of it; () where it is no bundle."""
        return written(self.legs)

    @property
    def everyday(self) -> list[str]:
        return lines(self.everyday_words)

    @property
    def basis(self) -> list[str]:
        return lines(self.legal_basis)

    @property
    def fee(self) -> str:
        return fee_words(self.fee_status, self.fee_words, self.fee_amount)

    @property
    def channels(self) -> list[str]:
        return channel_words(self.at_counter, self.by_post, self.online)

    @property
    def decision(self) -> str:
        """ "Quyết định 12/QĐ-UBND ngày 01/07/2025 của …"; "" where none is written down."""
        return decision_words(self.decision_number, self.decision_date, self.decision_issuer)


class _OfVersion(models.Model):
    """What belongs to a version, in its order."""

    ward = models.ForeignKey("organisation.Ward", on_delete=models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField()

    class Meta:
        abstract = True
        ordering = ["position"]


class Component(_OfVersion):
    """A paper that a dossier is made of. required_when: "" always; form: the form's number; reusable: can be taken from what is
    on file."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="components")
    name = models.CharField(max_length=400)
    originals = models.PositiveSmallIntegerField(default=1)
    copies = models.PositiveSmallIntegerField(default=0)
    required_when = models.CharField(max_length=300, blank=True)
    form = models.CharField(max_length=120, blank=True)
    reusable = models.BooleanField(default=False)

    class Meta(_OfVersion.Meta):
        constraints = [
            SameWard(field="version", to="procedures.Version", name="component_version_ward"),
            models.UniqueConstraint(fields=["version", "position"], name="component_position"),
        ]

    @property
    def count(self) -> str:
        """ "1 bản chính, 2 bản sao"."""
        parts = ((self.originals, "bản chính"), (self.copies, "bản sao"))
        return ", ".join(f"{count} {words}" for count, words in parts if count)


class StepSpec(_OfVersion):
    """A step of the work, who does it, and its share of the time in percent."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="steps")
    name = models.CharField(max_length=200)
    office = models.ForeignKey("organisation.Office", on_delete=models.PROTECT, null=True, related_name="+")
    share_percent = models.PositiveSmallIntegerField()

    class Meta(_OfVersion.Meta):
        constraints = [
            SameWard(field="version", to="procedures.Version", name="step_spec_version_ward"),
            SameWard(field="office", to="organisation.Office", name="step_spec_office_ward"),
            models.UniqueConstraint(fields=["version", "position"], name="step_spec_position"),
            models.CheckConstraint(condition=Q(share_percent__range=(1, 100)), name="step_spec_share"),
        ]


class Case(_OfVersion):
    """A case in which time or fee differ. unit "": the time is as always; fee_status "": so is the fee."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="cases")
    name = models.CharField(max_length=200)
    when = models.CharField(max_length=300, blank=True)
    statutory_unit = models.CharField(max_length=12, blank=True)
    statutory_amount = models.PositiveSmallIntegerField(null=True)
    fee_status = models.CharField(max_length=7, blank=True)
    fee_words = models.CharField(max_length=400, blank=True)

    class Meta(_OfVersion.Meta):
        constraints = [
            SameWard(field="version", to="procedures.Version", name="case_version_ward"),
            models.UniqueConstraint(fields=["version", "position"], name="case_position"),
            models.CheckConstraint(
                condition=_span("statutory_unit", "statutory_amount"), name="case_law_time"
            ),
            models.CheckConstraint(condition=Q(fee_status__in=["", *FEES]), name="case_fee_status"),
        ]

    @property
    def law(self) -> Span | None:
        return span(self.statutory_unit, self.statutory_amount)

    @property
    def fee(self) -> str:
        return fee_words(self.fee_status, self.fee_words, None) if self.fee_status else ""


class CatalogueList(models.Model):
    """A list of procedures that was read from a file and is being looked at; gone when it is written or dropped.

    rows: what the file says and what was mended, a foreign message until somebody confirms it. left_out: where the rows stand
    that name no procedure. leaves: levels whose rows are left out by choice.
    """

    ward = models.ForeignKey("organisation.Ward", on_delete=models.CASCADE, related_name="+")
    token = models.CharField(max_length=32, unique=True)
    file_name = models.CharField(max_length=200)
    rows = models.JSONField()
    left_out = models.JSONField(default=list)
    leaves = models.JSONField(default=list)
    made_by = models.ForeignKey("accounts.Person", on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField(db_index=True)


def span(unit: str, amount: int | None) -> Span | None:
    """A time of two columns."""
    return Span(unit, amount) if unit and amount is not None else None  # type: ignore[arg-type]


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def fee_words(status: str, words: str, amount: int | None) -> str:
    """What a citizen reads: an unknown fee is said to be so."""
    if status == "known":
        return words or f"{amount or 0:,} đồng".replace(",", ".")
    return "Không thu" + (f" ({words})" if words else "") if status == "free" else words or "Chưa rõ"


def channel_words(at_counter: bool, by_post: bool, online: str) -> list[str]:
    ways = ((at_counter, "Tại quầy"), (by_post, "Bưu chính công ích"), (online == "part", "Trực tuyến một phần"), (online == "full", "Trực tuyến toàn trình"))  # fmt: skip
    return [words for there, words in ways if there]


def decision_words(number: str, day: dt.date | None, issuer: str) -> str:
    parts = (f"Quyết định {number}" if number else "", f"ngày {day:%d/%m/%Y}" if day else "", f"của {issuer}" if issuer else "")  # fmt: skip
    return " ".join(part for part in parts if part) if number else ""
