"""Dossiers, their clocks and what happened to them; the lists in which another system told of them."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q

from caicach.core.constraints import SameWard, ward_pair
from caicach.rules.dossier_moves import STATES
from caicach.rules.formats import dossier_address


class Dossier(models.Model):
    """One dossier. code: its national one; procedure: its name as it was written; applicant: the owner, not who brought it.

    received, due, resolved, returned: a day, and the time of it where somebody said one; a day alone counts whole. words: what
    it is found by, without accents. told_in: the newest list that told of it, first_in: the one that brought it. set_aside: a list
    brought it by mistake; it counts nowhere. revision: one more with each change, for who compared it a moment before. token: of
    the form that made it, so that sending it twice makes one. lookup_hash: by what the code on the receipt opens its owner's
    page. citizen: the owner; brought_by, by_authority: who stood at the counter in the owner's name, and on what ground. sets:
    copies of a certification. version: of the procedure that it stands under. forgotten_at: since then it tells of nobody.
    """

    BESIDE, OWN = "beside", "own"
    PROVISIONAL = "TAM-"
    """how a code begins until the province's is known"""

    ward = models.ForeignKey("organisation.Ward", on_delete=models.CASCADE, related_name="+")
    system = models.CharField(max_length=6, default=BESIDE)
    code = models.CharField(max_length=40)
    procedure_code = models.CharField(max_length=40, blank=True)
    procedure = models.CharField(max_length=400, blank=True)
    applicant = models.CharField(max_length=200, blank=True)
    channel = models.CharField(max_length=7, blank=True)
    state = models.CharField(max_length=16)
    received_on = models.DateField(null=True)
    received_time = models.TimeField(null=True)
    due_on = models.DateField(null=True)
    due_time = models.TimeField(null=True)
    resolved_on = models.DateField(null=True)
    resolved_time = models.TimeField(null=True)
    returned_on = models.DateField(null=True)
    returned_time = models.TimeField(null=True)
    words = models.CharField(max_length=660)
    told_in = models.ForeignKey("dossiers.DossierList", on_delete=models.PROTECT, null=True, related_name="+")
    citizen = models.ForeignKey("citizens.Citizen", on_delete=models.PROTECT, null=True, related_name="+")
    brought_by = models.ForeignKey("citizens.Citizen", on_delete=models.PROTECT, null=True, related_name="+")
    by_authority = models.CharField(max_length=200, blank=True)
    version = models.ForeignKey("procedures.Version", on_delete=models.PROTECT, null=True, related_name="+")
    token = models.CharField(max_length=32, blank=True)
    lookup_hash = models.CharField(max_length=64, blank=True)
    sets = models.PositiveSmallIntegerField(default=1)
    first_in = models.ForeignKey(
        "dossiers.DossierList", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    set_aside = models.BooleanField(default=False)
    revision = models.PositiveIntegerField(default=0)
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            ward_pair("dossiers_dossier"),
            models.UniqueConstraint(fields=["ward", "code"], name="dossier_code"),
            models.UniqueConstraint(fields=["ward", "token"], condition=~Q(token=""), name="dossier_once_for_a_form"),
            models.CheckConstraint(condition=Q(sets__gte=1), name="dossier_sets"),
            SameWard(field="citizen", to="citizens.Citizen", name="dossier_citizen_ward"),
            SameWard(field="brought_by", to="citizens.Citizen", name="dossier_bringer_ward"),
            SameWard(field="version", to="procedures.Version", name="dossier_version_ward"),
            models.CheckConstraint(condition=Q(state__in=list(STATES)), name="dossier_state"),
            models.CheckConstraint(condition=Q(system__in=["beside", "own"]), name="dossier_system"),
            models.CheckConstraint(condition=Q(channel__in=["", "counter", "online", "post"]), name="dossier_channel"),
            SameWard(field="told_in", to="dossiers.DossierList", name="dossier_told_ward"),
            SameWard(field="first_in", to="dossiers.DossierList", name="dossier_first_ward"),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["ward", "state", "-id"], name="dossiers_by_state"),
            models.Index(fields=["ward", "-id"], name="dossiers_newest"),
            models.Index(fields=["lookup_hash"], name="dossiers_by_lookup"),
            models.Index(fields=["ward", "received_on"], name="dossiers_received"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def state_name(self) -> str:
        return STATES[self.state].name  # type: ignore[index]

    @property
    def is_provisional(self) -> bool:
        """Whether the province's code is still to come."""
        return self.code.startswith(self.PROVISIONAL) and self.state != "voided"

    @property
    def address(self) -> str:
        return dossier_address(self.code)

    def moment(self, name: str) -> dt.date | dt.datetime | None:
        """received, due, resolved or returned: a moment where its time is known, else a day."""
        day: dt.date | None = getattr(self, f"{name}_on")
        at: dt.time | None = getattr(self, f"{name}_time")
        return dt.datetime.combine(day, at) if day and at else day

    @property
    def promise(self) -> dt.date | dt.datetime | None:
        """What its owner may count on: the day that it says, or what an apology of ours promised after it, the later of both."""
        return later(self.moment("due"), self.clock.promised_anew)


def later(one: dt.date | dt.datetime | None, other: dt.date | dt.datetime | None) -> dt.date | dt.datetime | None:  # fmt: skip
    """The later of two promises; a day without a time counts whole."""
    if one is None or other is None:
        return one or other
    return other if whole(other) > whole(one) else one


def whole(promise: dt.date | dt.datetime) -> dt.datetime:
    """The last minute of a promise."""
    return promise if isinstance(promise, dt.datetime) else dt.datetime.combine(promise, dt.time(23, 59))


class DossierClock(models.Model):
    """What a dossier's clock says, for lists of many: in a narrow table, so that a changed holiday need not write the dossiers
    anew. Moments of the ward's own time.

    runs: it is open and not waiting. late_from: from then on it is late (the day after a promised day without a time);
    warn_from, urgent_from: so much of the time is used that its officer, its head, should see it. apology_by: the last day to
    apologise. late_days: of a settled one, working days after the promise, 0 in time, None where nothing was promised. office,
    person: in whose hands it is, where we know. apologised_on: when somebody apologised for this count of the time and gave a new day. again: that day
    (and time) of a dossier beside, for what the province promised stays as its list says. counted: what we would
    have promised it, by the catalogue; differs: of `apart.KINDS`, how the province's system says otherwise; apart: by so many
    working days theirs is later. waited: it has waited, so that what we would promise is not known.
    """

    dossier = models.OneToOneField(Dossier, on_delete=models.CASCADE, primary_key=True, related_name="clock")
    ward = models.ForeignKey("organisation.Ward", on_delete=models.CASCADE, related_name="+")
    runs = models.BooleanField(default=False)
    late_from = models.DateTimeField(null=True)
    warn_from = models.DateTimeField(null=True)
    urgent_from = models.DateTimeField(null=True)
    apology_by = models.DateField(null=True)
    apologised_on = models.DateField(null=True)
    again_on = models.DateField(null=True)
    again_time = models.TimeField(null=True)
    counted_on = models.DateField(null=True)
    counted_time = models.TimeField(null=True)
    differs = models.CharField(max_length=6, default="")
    apart = models.SmallIntegerField(null=True)
    waited = models.BooleanField(default=False)
    settled_on = models.DateField(null=True)
    late_days = models.PositiveSmallIntegerField(null=True)
    office = models.ForeignKey("organisation.Office", on_delete=models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            SameWard(field="dossier", to="dossiers.Dossier", name="dossier_clock_ward"),
            SameWard(field="office", to="organisation.Office", name="dossier_clock_office_ward"),
        ]
        indexes = [
            models.Index(fields=["ward", "office", "runs", "late_from"], name="dossiers_in_hands"),
            models.Index(fields=["ward", "late_from"], condition=Q(runs=True), name="dossiers_under_way"),
            models.Index(fields=["ward", "settled_on", "late_days"], name="dossiers_settled"),
            models.Index(
                fields=["ward", "apologised_on"],
                condition=Q(apologised_on__isnull=False),
                name="dossiers_apologised",
            ),
            models.Index(
                fields=["ward", "differs", "-dossier"], condition=~Q(differs=""), name="dossiers_apart"
            ),
        ]

    @property
    def promised_anew(self) -> dt.date | dt.datetime | None:
        if self.again_on and self.again_time:
            return dt.datetime.combine(self.again_on, self.again_time)
        return self.again_on


class Event(models.Model):
    """Something that happened to a dossier; never changed, never deleted (history/triggers sees to it).

    Not among the ward's other events: a year of dossiers would bury what happened to the plan. state: after it; facts: what
    the sentence needs.
    """

    ward = models.ForeignKey("organisation.Ward", on_delete=models.PROTECT, related_name="+")
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, related_name="+")
    code = models.CharField(max_length=40)
    state = models.CharField(max_length=16)
    facts = models.JSONField(default=dict)
    word = models.TextField(blank=True)
    address = models.GenericIPAddressField(null=True)

    class Meta:
        constraints = [SameWard(field="dossier", to="dossiers.Dossier", name="dossier_event_ward")]
        indexes = [models.Index(fields=["ward"], condition=Q(code="code-learnt"), name="dossiers_renamed")]


class ResultDraft(models.Model):
    """What an officer lays before whoever signs: the newest of a dossier counts. file: named after the dossier, so that nobody else's
    paper is the same row."""

    ward = models.ForeignKey("organisation.Ward", on_delete=models.PROTECT, related_name="+")
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="drafts")
    file = models.ForeignKey("documents.StoredFile", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            SameWard(field="dossier", to="dossiers.Dossier", name="dossier_draft_ward"),
            SameWard(field="file", to="documents.StoredFile", name="dossier_draft_file_ward"),
            models.UniqueConstraint(fields=["dossier", "file"], name="dossier_draft_once"),
        ]


class DossierList(models.Model):
    """A list of another system, as somebody brought it. columns: key → heading, as read or as a person chose; headings: all
    that the file has; unlike: of a heading whose cells are no codes, what they are. counts and sample: what it would change, or
    did when it was taken over last, for the page. done: rows taken over so far. taken_by: who said to take it over; takes_back:
    also where it moves a dossier back. token: of the form, so that twice is once.
    """

    WAITING, READING, REVIEW, TAKING, TAKEN, REFUSED, UNDOING, DROPPED = (
        "waiting",
        "reading",
        "review",
        "taking",
        "taken",
        "refused",
        "undoing",
        "dropped",
    )
    AT_WORK = (WAITING, READING, TAKING, UNDOING)

    ward = models.ForeignKey("organisation.Ward", on_delete=models.CASCADE, related_name="+")
    token = models.CharField(max_length=32)
    file = models.ForeignKey("documents.StoredFile", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, default=WAITING)
    columns = models.JSONField(default=dict)
    headings = models.JSONField(default=list)
    unlike = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    sample = models.JSONField(default=dict)
    done = models.PositiveIntegerField(default=0)
    refusal = models.TextField(blank=True)
    share = models.PositiveSmallIntegerField(default=0)
    words = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, related_name="+")
    takes_back = models.BooleanField(default=False)

    class Meta:
        constraints = [
            ward_pair("dossiers_list"),
            models.UniqueConstraint(fields=["ward", "token"], name="dossier_list_once"),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "waiting",
                        "reading",
                        "review",
                        "taking",
                        "taken",
                        "refused",
                        "undoing",
                        "dropped",
                    ]
                ),
                name="dossier_list_state",
            ),
            SameWard(field="file", to="documents.StoredFile", name="dossier_list_file_ward"),
        ]

    @property
    def is_at_work(self) -> bool:
        return self.state in self.AT_WORK

    @property
    def taker(self) -> int | None:
        """Who answers for what it changes: who said what its headings mean, else who brought it."""
        return self.taken_by_id or self.made_by_id


class Layout(models.Model):
    """Which heading of a layout means what, as a person of the ward said last. layout: a checksum of its headings."""

    ward = models.ForeignKey("organisation.Ward", on_delete=models.CASCADE, related_name="+")
    layout = models.CharField(max_length=64)
    columns = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ward", "layout"], name="dossier_layout")]


class Forecast(models.Model):
    """What a morning foresaw for the end of the week (rules/forecast). enough: whether the weeks before had enough to go on; passes:
    how many turns it went by; offices: each one's figures, as of `forecast.OfOffice`, with its slug."""

    ward = models.ForeignKey("organisation.Ward", on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    until = models.DateField()
    made_at = models.DateTimeField()
    enough = models.BooleanField()
    passes = models.PositiveIntegerField()
    offices = models.JSONField(default=list)

    class Meta:
        constraints = [
            ward_pair("dossiers_forecast"),
            models.UniqueConstraint(fields=["ward", "day"], name="dossier_forecast_once"),
        ]


class Foreseen(models.Model):
    """That a dossier may be late by the end of a forecast's week; percent: how likely."""

    ward = models.ForeignKey("organisation.Ward", on_delete=models.CASCADE, related_name="+")
    forecast = models.ForeignKey(Forecast, on_delete=models.CASCADE, related_name="dossiers")
    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="+")
    office = models.ForeignKey("organisation.Office", on_delete=models.PROTECT, null=True, related_name="+")
    percent = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            SameWard(field="forecast", to="dossiers.Forecast", name="foreseen_forecast_ward"),
            SameWard(field="dossier", to="dossiers.Dossier", name="foreseen_dossier_ward"),
            SameWard(field="office", to="organisation.Office", name="foreseen_office_ward"),
            models.UniqueConstraint(fields=["forecast", "dossier"], name="foreseen_once"),
            models.CheckConstraint(condition=Q(percent__range=(1, 100)), name="foreseen_percent"),
        ]
