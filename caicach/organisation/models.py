"""Wards and their offices."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from caicach.core.constraints import SameWard, ward_pair
from caicach.rules.offices import called


class Ward(models.Model):
    """A phường or xã; everything else carries one.

    calendar_version: one more whenever the ward's working calendar changes, so that what is kept of it in memory is
    known to be old without a query (decision 0022).
    """

    name = models.CharField("tên", max_length=120)
    province = models.CharField("tỉnh, thành phố", max_length=120)
    kind = models.CharField(max_length=10, default="phuong")
    calendar_version = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["phuong", "xa", "dac-khu"]), name="ward_kind"),
        ]

    def __str__(self) -> str:
        return self.name


class WorkDay(models.Model):
    """A day on which the ward's calendar differs from the country's. source: the document that says so."""

    OFF, WORKING = "off", "working"

    ward = models.ForeignKey(Ward, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    kind = models.CharField(max_length=10)
    name = models.CharField(max_length=120)
    source = models.CharField(max_length=200)

    class Meta:
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(fields=["ward", "day"], name="work_day_once_in_ward"),
            models.CheckConstraint(condition=Q(kind__in=["off", "working"]), name="work_day_kind"),
        ]


class CalendarYear(models.Model):
    """The ward has looked at a year's calendar and says that it is right."""

    ward = models.ForeignKey(Ward, on_delete=models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField()
    confirmed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ward", "year"], name="calendar_year_once_in_ward"),
        ]


class WorkHours(models.Model):
    """A ward's working hours and its way of counting, from a day on; what lies before stays as it was.

    count, quarters, cut_off: as in a `dossier_clock.Term`. counts_saturday: a Saturday with sessions is a working day.
    source: the document that says so; checked: somebody has held it against that.
    """

    ward = models.ForeignKey(Ward, on_delete=models.CASCADE, related_name="+")
    valid_from = models.DateField()
    count = models.CharField(max_length=10, default="end-of-day")
    quarters = models.BooleanField(default=False)
    cut_off = models.TimeField()
    counts_saturday = models.BooleanField(default=False)
    source = models.CharField(max_length=200)
    checked = models.BooleanField(default=False)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["valid_from"]
        constraints = [
            ward_pair("organisation_workhours"),
            models.UniqueConstraint(fields=["ward", "valid_from"], name="work_hours_day"),
            models.CheckConstraint(
                condition=Q(count__in=["end-of-day", "same-hour"]), name="work_hours_count"
            ),
        ]


class WorkSessions(models.Model):
    """The sessions of a day within some hours: the usual ones, or those of a season (a part of every year). saturday_from: of a
    Saturday morning, none where the desk is shut."""

    ward = models.ForeignKey(Ward, on_delete=models.CASCADE, related_name="+")
    hours = models.ForeignKey(WorkHours, on_delete=models.CASCADE, related_name="sessions")
    since_month = models.PositiveSmallIntegerField(null=True)
    since_day = models.PositiveSmallIntegerField(null=True)
    until_month = models.PositiveSmallIntegerField(null=True)
    until_day = models.PositiveSmallIntegerField(null=True)
    morning_from = models.TimeField()
    morning_until = models.TimeField()
    afternoon_from = models.TimeField()
    afternoon_until = models.TimeField()
    saturday_from = models.TimeField(null=True)
    saturday_until = models.TimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            SameWard(field="hours", to="organisation.WorkHours", name="work_sessions_hours_ward"),
            models.UniqueConstraint(
                fields=["hours", "since_month", "since_day"], name="work_sessions_season"
            ),
            models.UniqueConstraint(
                fields=["hours"], condition=Q(since_month__isnull=True), name="work_sessions_usual_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    since_month__isnull=True,
                    since_day__isnull=True,
                    until_month__isnull=True,
                    until_day__isnull=True,
                )
                | Q(
                    since_month__isnull=False,
                    since_day__isnull=False,
                    until_month__isnull=False,
                    until_day__isnull=False,
                ),
                name="work_sessions_season_whole",
            ),
            models.CheckConstraint(
                condition=Q(morning_from__lt=F("morning_until"))
                & Q(morning_until__lte=F("afternoon_from"))
                & Q(afternoon_from__lt=F("afternoon_until")),
                name="work_sessions_in_order",
            ),
            models.CheckConstraint(
                condition=Q(saturday_from__isnull=True, saturday_until__isnull=True)
                | Q(
                    saturday_from__isnull=False,
                    saturday_until__isnull=False,
                    saturday_from__lt=F("saturday_until"),
                ),
                name="work_sessions_saturday",
            ),
        ]


class PromiseLetter(models.Model):
    """A promise that other hours or days off would move later: it stays as given until a letter has gone to whoever has it.

    code: the dossier's; promised: as given; later: as it is counted now; why: what changed.
    """

    ward = models.ForeignKey(Ward, on_delete=models.CASCADE, related_name="+")
    code = models.CharField(max_length=40)
    promised = models.DateTimeField()
    later = models.DateTimeField()
    why = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    written_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["promised", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["ward", "code"], condition=Q(written_at__isnull=True), name="promise_letter_owed_once"
            ),
            models.CheckConstraint(condition=Q(later__gt=F("promised")), name="promise_letter_is_later"),
        ]


class Office(models.Model):
    """An office, or a group of them ("Các phòng, ban, ngành"). aliases: other spellings, one a line.

    slug: its name in addresses, kept when it is renamed. kind: an office, or a neighbourhood (khu phố, ấp). exists_from,
    exists_until: the first and the last day. merged_into: what carries on its work since it was closed.
    """

    OFFICE, NEIGHBOURHOOD = "office", "neighbourhood"

    ward = models.ForeignKey(Ward, on_delete=models.CASCADE, related_name="offices")
    slug = models.CharField(max_length=80)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="merged_from")
    kind = models.CharField(max_length=20, default=OFFICE)
    name = models.CharField("tên", max_length=200)
    short_name = models.CharField("tên ngắn", max_length=60, blank=True)
    aliases = models.TextField("cách viết khác", blank=True)
    is_group = models.BooleanField("là nhóm", default=False)
    exists_from = models.DateField(null=True)
    exists_until = models.DateField(null=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "name"]
        constraints = [
            ward_pair("organisation_office"),
            models.UniqueConstraint(fields=["ward", "name"], name="office_name_in_ward"),
            models.UniqueConstraint(fields=["ward", "slug"], name="office_slug_in_ward"),
            models.CheckConstraint(condition=Q(kind__in=["office", "neighbourhood"]), name="office_kind"),
            models.CheckConstraint(condition=~Q(pk=F("parent")), name="office_not_its_own_parent"),
            models.CheckConstraint(condition=~Q(pk=F("merged_into")), name="office_not_merged_into_itself"),
            SameWard(field="parent", to="organisation.Office", name="office_parent_ward"),
            SameWard(field="merged_into", to="organisation.Office", name="office_merged_ward"),
            models.CheckConstraint(
                condition=Q(exists_until__isnull=True)
                | Q(exists_from__isnull=True)
                | Q(exists_until__gte=F("exists_from")),
                name="office_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return called(self.short_name or self.name)


class FormerName(models.Model):
    """A name that an office had until a day (the last one with it)."""

    ward = models.ForeignKey(Ward, on_delete=models.CASCADE, related_name="+")
    office = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="former_names")
    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=60, blank=True)
    until = models.DateField()

    class Meta:
        ordering = ["until", "id"]
        constraints = [SameWard(field="office", to="organisation.Office", name="former_name_office_ward")]
