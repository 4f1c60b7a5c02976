"""Anything with a duty and a date. Status is no column: `rules.task_status` derives it."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q

from caicach.core.constraints import SameWard, ward_pair
from caicach.rules.due import Due

DUE_KINDS = ("ongoing", "by", "recurring", "external", "unknown")


class Task(models.Model):
    """A duty. year, book and number are its address (/viec/2026/cchc/II-6/); content: the plan's own words.

    deliverables: one a line. due_*: as `rules.deadlines.Due`; due_dates: ISO days, one a line. origin: the document
    it comes from, source_text: the line as it was read. set_aside_at: an amendment dropped it.
    """

    ward = models.ForeignKey("organisation.Ward", on_delete=models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField()
    book = models.SlugField(max_length=20)
    number = models.CharField(max_length=40)
    section_title = models.CharField(max_length=400, blank=True)
    title = models.CharField(max_length=200)
    content = models.TextField()
    deliverables = models.TextField(blank=True)
    note = models.TextField(blank=True)
    due_kind = models.CharField(max_length=10)
    due_start = models.DateField(null=True)
    due_end = models.DateField(null=True)
    due_every = models.CharField(max_length=10, blank=True)
    due_day = models.PositiveSmallIntegerField(null=True)
    due_dates = models.TextField(blank=True)
    due_condition = models.TextField(blank=True)
    due_text = models.TextField(blank=True)
    is_indicator = models.BooleanField(default=False)
    in_force_since = models.DateField()
    origin = models.CharField(max_length=300, blank=True)
    source_text = models.TextField(blank=True)
    source_place = models.CharField(max_length=120, blank=True)
    set_aside_at = models.DateTimeField(null=True)
    set_aside_word = models.TextField(blank=True)

    class Meta:
        constraints = [
            ward_pair("tasks_task"),
            models.UniqueConstraint(
                fields=["ward", "year", "book", "number"],
                condition=Q(set_aside_at__isnull=True),
                name="task_number",
            ),
            models.CheckConstraint(condition=Q(due_kind__in=DUE_KINDS), name="task_due_kind"),
            models.CheckConstraint(
                condition=Q(due_start__isnull=True)
                | Q(due_end__isnull=True)
                | Q(due_end__gte=F("due_start")),
                name="task_due_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def book_address(self) -> str:
        """The page of the plan that the task stands in."""
        return f"/ke-hoach/{self.year}/{self.book}/"

    @property
    def due(self) -> Due:
        """The deadline as a value."""
        return Due(
            self.due_kind,  # type: ignore[arg-type]
            self.due_start,
            self.due_end,
            self.due_every or None,  # type: ignore[arg-type]
            self.due_day,
            tuple(dt.date.fromisoformat(d) for d in self.due_dates.split()),
            self.due_condition or None,
            self.due_text,
        )

    @due.setter
    def due(self, due: Due) -> None:
        self.due_kind, self.due_start, self.due_end = due.kind, due.start, due.end
        self.due_every, self.due_day, self.due_condition = due.every or "", due.day, due.condition or ""
        self.due_dates = "\n".join(d.isoformat() for d in due.dates)
        self.due_text = due.text

    DUE_FIELDS = [
        "due_kind", "due_start", "due_end", "due_every", "due_day", "due_dates", "due_condition", "due_text",
    ]  # fmt: skip


class TaskOffice(models.Model):
    """An office of a task: leading or helping. office is null where the ward has none of that name."""

    LEAD, HELP = "lead", "help"

    ward = models.ForeignKey("organisation.Ward", on_delete=models.CASCADE, related_name="+")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="offices")
    office = models.ForeignKey("organisation.Office", on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=300)
    role = models.CharField(max_length=4)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["role", "position"]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=["lead", "help"]), name="task_office_role"),
            SameWard(field="task", to="tasks.Task", name="task_office_task_ward"),
            SameWard(field="office", to="organisation.Office", name="task_office_office_ward"),
        ]


class Occurrence(models.Model):
    """A day on which the task is owed; working_day: the last working day not after it."""

    ward = models.ForeignKey("organisation.Ward", on_delete=models.CASCADE, related_name="+")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="occurrences")
    due_on = models.DateField()
    working_day = models.DateField()

    class Meta:
        ordering = ["due_on"]
        constraints = [
            ward_pair("tasks_occurrence"),
            models.UniqueConstraint(fields=["task", "due_on"], name="occurrence_once"),
            models.CheckConstraint(
                condition=Q(working_day__lte=F("due_on")), name="occurrence_days_in_order"
            ),
            SameWard(field="task", to="tasks.Task", name="occurrence_task_ward"),
        ]


class Progress(models.Model):
    """What an officer said about a task at a moment; percent where one was given."""

    ward = models.ForeignKey("organisation.Ward", on_delete=models.CASCADE, related_name="+")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="progress")
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    percent = models.PositiveSmallIntegerField(null=True)
    word = models.TextField(blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__isnull=True) | Q(percent__lte=100), name="progress_percent"
            ),
            models.CheckConstraint(
                condition=~Q(word="") | Q(percent__isnull=False), name="progress_says_something"
            ),
            SameWard(field="task", to="tasks.Task", name="progress_task_ward"),
        ]


class Delivery(models.Model):
    """Evidence handed in: number and date of a document, or a file, or both; then the coordinator's word on it."""

    ward = models.ForeignKey("organisation.Ward", on_delete=models.CASCADE, related_name="+")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="deliveries")
    occurrence = models.ForeignKey(Occurrence, on_delete=models.CASCADE, null=True, related_name="deliveries")
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    document_number = models.CharField(max_length=60, blank=True)
    document_date = models.DateField(null=True)
    file = models.ForeignKey("documents.StoredFile", on_delete=models.PROTECT, null=True, related_name="+")
    word = models.TextField(blank=True)
    accepted_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)
    judged_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, related_name="+")
    judged_word = models.TextField(blank=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(file__isnull=False) | (~Q(document_number="") & Q(document_date__isnull=False)),
                name="delivery_has_evidence",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(returned_at__isnull=True),
                name="delivery_one_judgement",
            ),
            SameWard(field="task", to="tasks.Task", name="delivery_task_ward"),
            SameWard(field="occurrence", to="tasks.Occurrence", name="delivery_occurrence_ward"),
            SameWard(field="file", to="documents.StoredFile", name="delivery_file_ward"),
        ]
