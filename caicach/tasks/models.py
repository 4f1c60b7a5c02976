"""Anything with a duty and a date. Status is no column: `rules.task_status` derives it."""

from __future__ import annotations

import datetime as dt
from typing import Self, TypeVar

from django.db import models
from django.db.models import F, Q

from caicach.core.constraints import SameWard, ward_pair
from caicach.rules.due import Due

DUE_KINDS = ("ongoing", "by", "recurring", "external", "unknown")


_Row = TypeVar("_Row", bound=models.Model)


class Standing(models.QuerySet[_Row, _Row]):
    """Rows of a kind that can be taken back."""

    def standing(self) -> Self:
        """Those that nobody has taken back."""
        return self.filter(taken_back_at__isnull=True)


class Task(models.Model):
    """A duty. year, book and number are its address (/viec/2026/cchc/II-6/); content: the plan's own words.

    deliverables: one a line. due_*: as `rules.deadlines.Due`; due_dates: ISO days, one a line. origin: the document
    it comes from (in force since in_force_since, in this system since here_since; null: since that day), source_text: the line as it was read. set_aside_at: an amendment or somebody took it out, by the
    document set_aside_document. source: where the duty comes from; a directive has given_by, document_* and file, and
    about where it is about another task. silent_days: see `rules.task_status`. waits_*: whom else it waits for.
    made_token: of the form that made it, so that sending it twice makes one. closed_at: the year was closed, with
    result: "more", "reached" or "not".
    """

    named_id: int | None = None
    """who coordinates its book, where a query asked (`coordinating.with_named`)"""
    PLAN, DIRECTIVE, PROVINCE, PROMISE = "plan", "directive", "province", "promise"

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
    here_since = models.DateField(null=True)
    origin = models.CharField(max_length=300, blank=True)
    source_text = models.TextField(blank=True)
    source_place = models.CharField(max_length=120, blank=True)
    set_aside_at = models.DateTimeField(null=True)
    set_aside_word = models.TextField(blank=True)
    set_aside_document = models.CharField(max_length=120, blank=True)
    source = models.CharField(max_length=10, default=PLAN)
    about = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="directives")
    given_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, related_name="+")
    issuer = models.CharField(max_length=200, blank=True)
    document_number = models.CharField(max_length=60, blank=True)
    document_date = models.DateField(null=True)
    file = models.ForeignKey("documents.StoredFile", on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=10, blank=True)
    result_word = models.TextField(blank=True)
    silent_days = models.PositiveSmallIntegerField(null=True)
    waits_for = models.CharField(max_length=120, blank=True)
    waits_since = models.DateField(null=True)
    waits_word = models.TextField(blank=True)
    made_token = models.CharField(max_length=32, null=True, unique=True)

    class Meta:
        constraints = [
            ward_pair("tasks_task"),
            models.CheckConstraint(
                condition=Q(source__in=["plan", "directive", "province", "promise"]), name="task_source"
            ),
            models.CheckConstraint(
                condition=Q(waits_for="", waits_since__isnull=True)
                | (~Q(waits_for="") & Q(waits_since__isnull=False)),
                name="task_waits_whole",
            ),
            models.CheckConstraint(
                condition=Q(result__in=["", "more", "reached", "not"]), name="task_result"
            ),
            SameWard(field="about", to="tasks.Task", name="task_about_ward"),
            SameWard(field="file", to="documents.StoredFile", name="task_file_ward"),
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
    def called(self) -> str:
        """How people say its number: II.6, or "chỉ đạo số 2" of a duty from no plan."""
        number = self.number.partition("~")[0].replace("-", ".", 1)
        return number if self.source == Task.PLAN else f"Chỉ đạo số {number}"

    @property
    def book_address(self) -> str:
        """The page of the plan, or of the list, that the task stands in."""
        return f"/ke-hoach/{self.year}/{self.book}/" if self.source == Task.PLAN else "/chi-dao/"

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
    """An office of a task: leading or helping. office is null where the ward has none of that name.

    person: who does it there, as the head has said. acknowledged_*: of a directive, that the office has seen it.
    """

    LEAD, HELP = "lead", "help"

    ward = models.ForeignKey("organisation.Ward", on_delete=models.CASCADE, related_name="+")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="offices")
    office = models.ForeignKey("organisation.Office", on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=300)
    role = models.CharField(max_length=4)
    position = models.PositiveSmallIntegerField()
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, related_name="+")
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["role", "position"]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=["lead", "help"]), name="task_office_role"),
            SameWard(field="task", to="tasks.Task", name="task_office_task_ward"),
            SameWard(field="office", to="organisation.Office", name="task_office_office_ward"),
        ]


class Occurrence(models.Model):
    """A day on which the task is owed; working_day: the last working day not after it.

    first_due_on: the day that the plan said, where it was put off since.
    """

    ward = models.ForeignKey("organisation.Ward", on_delete=models.CASCADE, related_name="+")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="occurrences")
    due_on = models.DateField()
    working_day = models.DateField()
    first_due_on = models.DateField(null=True)

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
    """What an officer said about a task at a moment; percent where one was given. taken_back_at: by its writer."""

    ward = models.ForeignKey("organisation.Ward", on_delete=models.CASCADE, related_name="+")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="progress")
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    percent = models.PositiveSmallIntegerField(null=True)
    word = models.TextField(blank=True)
    taken_back_at = models.DateTimeField(null=True)

    objects = Standing["Progress"].as_manager()

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


class BookCoordinator(models.Model):
    """Who follows the duties of one book of a year (one plan). No row: every coordinator of the ward."""

    ward = models.ForeignKey("organisation.Ward", on_delete=models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField()
    book = models.SlugField(max_length=20)
    person = models.ForeignKey("accounts.Person", on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ward", "year", "book"], name="book_one_coordinator"),
        ]


class Delivery(models.Model):
    """Evidence handed in: number and date of a document, or a file, or both; then the coordinator's word on it.

    parts: which of the task's deliverables it is, their positions with blanks between; "" for all of them.
    """

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
    parts = models.CharField(max_length=60, blank=True)
    taken_back_at = models.DateTimeField(null=True)

    objects = Standing["Delivery"].as_manager()

    @property
    def part_numbers(self) -> frozenset[int]:
        return frozenset(map(int, self.parts.split()))

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


class Extension(models.Model):
    """A request to put a day off, and the answer to it. of_day: the day it was asked for; granted: null while open."""

    ward = models.ForeignKey("organisation.Ward", on_delete=models.CASCADE, related_name="+")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="extensions")
    occurrence = models.ForeignKey(
        Occurrence, on_delete=models.SET_NULL, null=True, related_name="extensions"
    )
    of_day = models.DateField()
    until = models.DateField()
    reason = models.TextField()
    asked_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    granted = models.BooleanField(null=True)
    judged_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, related_name="+")
    judged_at = models.DateTimeField(null=True)
    judged_word = models.TextField(blank=True)
    taken_back_at = models.DateTimeField(null=True)

    objects = Standing["Extension"].as_manager()

    class Meta:
        ordering = ["asked_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("of_day")), name="extension_is_later"),
            models.UniqueConstraint(
                fields=["occurrence"],
                condition=Q(granted__isnull=True, taken_back_at__isnull=True),
                name="extension_one_open",
            ),
            SameWard(field="task", to="tasks.Task", name="extension_task_ward"),
            SameWard(field="occurrence", to="tasks.Occurrence", name="extension_occurrence_ward"),
        ]


class Ask(models.Model):
    """A lead office asks another one for its part, by a day; then the answer."""

    ward = models.ForeignKey("organisation.Ward", on_delete=models.CASCADE, related_name="+")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="asks")
    office = models.ForeignKey("organisation.Office", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    due_on = models.DateField()
    word = models.TextField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, related_name="+")
    answer = models.TextField(blank=True)
    file = models.ForeignKey("documents.StoredFile", on_delete=models.PROTECT, null=True, related_name="+")
    taken_back_at = models.DateTimeField(null=True)

    objects = Standing["Ask"].as_manager()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            SameWard(field="task", to="tasks.Task", name="ask_task_ward"),
            SameWard(field="office", to="organisation.Office", name="ask_office_ward"),
            SameWard(field="file", to="documents.StoredFile", name="ask_file_ward"),
        ]


class Step(models.Model):
    """A piece of a task, for one of those who do it (person) or for all of them; done when ticked."""

    ward = models.ForeignKey("organisation.Ward", on_delete=models.CASCADE, related_name="+")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="steps")
    words = models.CharField(max_length=300)
    due_on = models.DateField(null=True)
    position = models.PositiveSmallIntegerField()
    person = models.ForeignKey("accounts.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, related_name="+")
    taken_back_at = models.DateTimeField(null=True)

    objects = Standing["Step"].as_manager()

    class Meta:
        ordering = ["position", "id"]
        constraints = [SameWard(field="task", to="tasks.Task", name="step_task_ward")]


class Comment(models.Model):
    """A word between people at a task; no report."""

    ward = models.ForeignKey("organisation.Ward", on_delete=models.CASCADE, related_name="+")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="comments")
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    words = models.TextField()
    taken_back_at = models.DateTimeField(null=True)

    objects = Standing["Comment"].as_manager()

    class Meta:
        ordering = ["at", "id"]
        constraints = [SameWard(field="task", to="tasks.Task", name="comment_task_ward")]


class Watch(models.Model):
    """Somebody who wants to hear of everything on a task."""

    ward = models.ForeignKey("organisation.Ward", on_delete=models.CASCADE, related_name="+")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="watches")
    person = models.ForeignKey("accounts.Person", on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "person"], name="watch_once"),
            SameWard(field="task", to="tasks.Task", name="watch_task_ward"),
        ]


class Notice(models.Model):
    """Something that happened on a task and that one person should know. code: as of the event; seen_at: on its page."""

    ward = models.ForeignKey("organisation.Ward", on_delete=models.CASCADE, related_name="+")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="notices")
    person = models.ForeignKey("accounts.Person", on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey("accounts.Person", on_delete=models.CASCADE, null=True, related_name="+")
    at = models.DateTimeField()
    code = models.CharField(max_length=40)
    word = models.TextField(blank=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["person", "ward", "seen_at"], name="notice_of_person")]
        constraints = [SameWard(field="task", to="tasks.Task", name="notice_task_ward")]


class Handover(models.Model):
    """Somebody's open work goes to somebody else of the office: one page, confirmed by both.

    lines: what stood on the page when it was confirmed, as shown there. leaver_by: who confirmed for the leaver.
    """

    ward = models.ForeignKey("organisation.Ward", on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    office = models.ForeignKey("organisation.Office", on_delete=models.PROTECT, related_name="+")
    leaver = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    taker = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    word = models.TextField(blank=True)
    opened_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    leaver_at = models.DateTimeField(null=True)
    leaver_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, related_name="+")
    taker_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)
    lines = models.JSONField(default=list)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["ward", "number"], name="handover_number"),
            models.UniqueConstraint(
                fields=["ward", "office", "leaver"],
                condition=Q(dropped_at__isnull=True) & (Q(leaver_at__isnull=True) | Q(taker_at__isnull=True)),
                name="handover_one_open",
            ),
            models.CheckConstraint(condition=~Q(leaver=F("taker")), name="handover_to_another"),
            SameWard(field="office", to="organisation.Office", name="handover_office_ward"),
        ]

    @property
    def is_done(self) -> bool:
        return bool(self.leaver_at and self.taker_at)
