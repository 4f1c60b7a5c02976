"""Plans in force, and the drafts that become plans: read from a file, typed, or copied."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from caicach.core.constraints import SameWard, ward_pair


def _ward() -> models.ForeignKey:  # type: ignore[type-arg]
    return models.ForeignKey("organisation.Ward", on_delete=models.CASCADE, related_name="+")


class Plan(models.Model):
    """A plan in force: one a year and kind. amended_*: the newest document that changed it.

    newest: the import that took effect last, the plan's own or an amendment; what undo takes back. closed_*: its year
    ended, and it takes nothing more. named_*: who coordinates it, where a query asked (`coordinating.with_named`).
    """

    named_id: int | None = None
    named_name: str | None = None
    has_feeds: bool = False
    has_file: bool = True

    ward = _ward()
    year = models.PositiveSmallIntegerField()
    kind = models.SlugField(max_length=20, default="cchc")
    number = models.CharField(max_length=60, blank=True)
    date = models.DateField(null=True)
    title = models.CharField(max_length=300)
    issuer = models.CharField(max_length=200, blank=True)
    signer = models.CharField(max_length=120, blank=True)
    coordinating_office = models.CharField(max_length=200, blank=True)
    in_force_at = models.DateTimeField()
    amended_number = models.CharField(max_length=60, blank=True)
    amended_on = models.DateField(null=True)
    newest = models.ForeignKey("plans.PlanImport", on_delete=models.SET_NULL, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-year", "kind"]
        constraints = [
            ward_pair("plans_plan"),
            models.UniqueConstraint(fields=["ward", "year", "kind"], name="plan_one_a_year"),
        ]


class Section(models.Model):
    ward = _ward()
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="sections")
    position = models.PositiveSmallIntegerField()
    number = models.CharField(max_length=40)
    title = models.CharField(max_length=400)

    class Meta:
        ordering = ["position"]
        constraints = [
            ward_pair("plans_section"),
            SameWard(field="plan", to="plans.Plan", name="section_plan_ward"),
        ]


class PlanLine(models.Model):
    """A row of the plan's annex and the task that came of it."""

    ward = _ward()
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="lines")
    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    number = models.CharField(max_length=40)
    task = models.OneToOneField("tasks.Task", on_delete=models.CASCADE, related_name="+")

    class Meta:
        ordering = ["position"]
        constraints = [
            SameWard(field="plan", to="plans.Plan", name="line_plan_ward"),
            SameWard(field="section", to="plans.Section", name="line_section_ward"),
            SameWard(field="task", to="tasks.Task", name="line_task_ward"),
        ]


class IndicatorFields(models.Model):
    """What a draft's indicator and a plan's have in common. target: exact, in unit (95 with "%")."""

    position = models.PositiveSmallIntegerField()
    name = models.TextField()
    group = models.CharField(max_length=400, blank=True)
    comparator = models.CharField(max_length=2, blank=True)
    target = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    unit = models.CharField(max_length=60, blank=True)
    better = models.CharField(max_length=6, blank=True)
    lead = models.CharField(max_length=300, blank=True)
    where = models.CharField(max_length=80, blank=True)

    class Meta:
        abstract = True
        ordering = ["position"]


class Indicator(IndicatorFields):
    ward = _ward()
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="indicators")

    class Meta(IndicatorFields.Meta):
        constraints = [SameWard(field="plan", to="plans.Plan", name="indicator_plan_ward")]


class Feed(models.Model):
    """A figure of the ward's own systems that feeds an indicator, from since until somebody ends it; the newest that stands counts.

    about: which indicator of the plan, by its words (`feeding.abouts`), as an amendment makes the plan's indicators anew.
    figure: of `rules.figures`.
    """

    ward = _ward()
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="feeds")
    about = models.CharField(max_length=48)
    figure = models.SlugField(max_length=40)
    since = models.DateTimeField()
    by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    until = models.DateTimeField(null=True)
    ended_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "about"], condition=Q(until__isnull=True), name="feed_one_stands"),
            SameWard(field="plan", to="plans.Plan", name="feed_plan_ward"),
        ]  # fmt: skip


class MonthFigure(models.Model):
    """What a figure was for a month when the night after it came; never changed, never deleted (history/triggers sees to it)."""

    ward = models.ForeignKey("organisation.Ward", on_delete=models.PROTECT, related_name="+")
    figure = models.SlugField(max_length=40)
    year = models.PositiveSmallIntegerField()
    month = models.PositiveSmallIntegerField()
    part = models.BigIntegerField()
    whole = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ward", "figure", "year", "month"], name="month_figure_once"),
            models.CheckConstraint(condition=Q(month__gte=1, month__lte=12), name="month_figure_month"),
        ]


class PlanImport(models.Model):
    """A draft on its way to a plan. token is its address; the upload form carries it, so pressing twice is one.

    origin: read, typed or copied. amends: the plan in force that this one changes. before: what an amendment
    replaced (JSON, as `effect.amend` remembers it), so that it can be taken back.
    """

    WAITING, READING, REVIEW, REFUSED, IN_FORCE, DISCARDED = (
        "waiting",
        "reading",
        "review",
        "refused",
        "in-force",
        "discarded",
    )

    ward = _ward()
    token = models.CharField(max_length=32)
    origin = models.CharField(max_length=6, default="read")
    year = models.PositiveSmallIntegerField()
    kind = models.SlugField(max_length=20, default="cchc")
    file = models.ForeignKey("documents.StoredFile", on_delete=models.PROTECT, null=True, related_name="+")
    amends = models.ForeignKey(Plan, on_delete=models.SET_NULL, null=True, related_name="+")
    is_amendment = models.BooleanField(default=False)
    plan = models.ForeignKey(Plan, on_delete=models.SET_NULL, null=True, related_name="imports")
    state = models.CharField(max_length=10, default=WAITING)
    share = models.PositiveSmallIntegerField(default=0)
    words = models.CharField(max_length=200, blank=True)
    refusal = models.TextField(blank=True)
    file_kind = models.CharField(max_length=10, blank=True)
    pages = models.PositiveIntegerField(null=True)
    read_ms = models.PositiveIntegerField(null=True)
    before = models.TextField(blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            ward_pair("plans_import"),
            models.UniqueConstraint(fields=["ward", "token"], name="import_once"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "reading", "review", "refused", "in-force", "discarded"]),
                name="import_state",
            ),
            SameWard(field="file", to="documents.StoredFile", name="import_file_ward"),
        ]


class DraftHead(models.Model):
    """The head as it was read and mended. legal_basis, recipients: one a line."""

    ward = _ward()
    draft = models.OneToOneField(PlanImport, on_delete=models.CASCADE, related_name="head")
    number = models.CharField(max_length=60, blank=True)
    date = models.DateField(null=True)
    place = models.CharField(max_length=120, blank=True)
    issuer = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=300, blank=True)
    signer = models.CharField(max_length=120, blank=True)
    signer_title = models.CharField(max_length=120, blank=True)
    signs_for = models.CharField(max_length=120, blank=True)
    coordinating_office = models.CharField(max_length=200, blank=True)
    legal_basis = models.TextField(blank=True)
    recipients = models.TextField(blank=True)

    class Meta:
        constraints = [SameWard(field="draft", to="plans.PlanImport", name="draft_head_ward")]


class DraftSection(models.Model):
    """place: what findings and mends call it ("II", "§12" where it was added); unlike its number it never changes."""

    ward = _ward()
    draft = models.ForeignKey(PlanImport, on_delete=models.CASCADE, related_name="sections")
    position = models.PositiveSmallIntegerField()
    number = models.CharField(max_length=40)
    title = models.CharField(max_length=400, blank=True)
    declared_count = models.PositiveSmallIntegerField(null=True)
    place = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            ward_pair("plans_draftsection"),
            SameWard(field="draft", to="plans.PlanImport", name="draft_section_ward"),
        ]


class DraftLine(models.Model):
    """A row of the draft. Lists are joined by "; ". version counts the saves: two people never overwrite in silence.

    place: what findings and mends call it ("I.7" as it was read, "+12" where it was added); unlike its number it never
    changes. same_as: of an amendment, what somebody says it is: "" as it is found, "new", or the id of a task in force.
    """

    ward = _ward()
    draft = models.ForeignKey(PlanImport, on_delete=models.CASCADE, related_name="lines")
    section = models.ForeignKey(DraftSection, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    number = models.CharField(max_length=40, blank=True)
    content = models.TextField(blank=True)
    deliverables = models.TextField(blank=True)
    leads = models.TextField(blank=True)
    coordinators = models.TextField(blank=True)
    due = models.TextField(blank=True)
    note = models.TextField(blank=True)
    is_indicator = models.BooleanField(default=False)
    place = models.CharField(max_length=80, blank=True)
    same_as = models.CharField(max_length=20, blank=True)
    version = models.PositiveIntegerField(default=1)
    page = models.PositiveIntegerField(null=True)
    line = models.PositiveIntegerField(null=True)
    table = models.PositiveIntegerField(null=True)
    sheet = models.CharField(max_length=100, blank=True)
    row = models.PositiveIntegerField(null=True)
    box = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            SameWard(field="draft", to="plans.PlanImport", name="draft_line_ward"),
            SameWard(field="section", to="plans.DraftSection", name="draft_line_section_ward"),
        ]


class DraftIndicator(IndicatorFields):
    ward = _ward()
    draft = models.ForeignKey(PlanImport, on_delete=models.CASCADE, related_name="indicators")

    class Meta(IndicatorFields.Meta):
        constraints = [SameWard(field="draft", to="plans.PlanImport", name="draft_indicator_ward")]


class DraftFinding(models.Model):
    """Something to look at: open, accepted (its mends were made) or set aside.

    places: the places of rows and sections, or "head", "annex", "body II.3", joined by ", ". said: what stood in the one
    cell that it is about, "" where it is about several or none. from_typing: raised by what somebody typed in the review.
    """

    OPEN, ACCEPTED, ASIDE = "open", "accepted", "aside"

    ward = _ward()
    draft = models.ForeignKey(PlanImport, on_delete=models.CASCADE, related_name="findings")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=60)
    severity = models.CharField(max_length=7)
    places = models.TextField()
    message = models.TextField()
    suggestion = models.TextField(blank=True)
    state = models.CharField(max_length=8, default=OPEN)
    reason = models.TextField(blank=True)
    said = models.TextField(blank=True)
    from_typing = models.BooleanField(default=False)

    class Meta:
        ordering = ["position"]
        constraints = [
            ward_pair("plans_draftfinding"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "accepted", "aside"]), name="draft_finding_state"
            ),
            SameWard(field="draft", to="plans.PlanImport", name="draft_finding_ward"),
        ]


class DraftMend(models.Model):
    """One change that would settle a finding; field and value as in `reading.plan.Mend`.

    made_from: what stood in the cell when the value was thought of.
    """

    ward = _ward()
    finding = models.ForeignKey(DraftFinding, on_delete=models.CASCADE, related_name="mends")
    position = models.PositiveSmallIntegerField()
    place = models.CharField(max_length=80)
    field = models.CharField(max_length=30)
    value = models.TextField(blank=True)
    made_from = models.TextField(blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [SameWard(field="finding", to="plans.DraftFinding", name="draft_mend_ward")]


class DraftChange(models.Model):
    """What was changed in a draft, so that every step can be taken back. batch: changes of one press."""

    ward = _ward()
    draft = models.ForeignKey(PlanImport, on_delete=models.CASCADE, related_name="changes")
    batch = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    target = models.CharField(max_length=10)
    target_id = models.BigIntegerField()
    field = models.CharField(max_length=30)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)

    class Meta:
        ordering = ["-batch", "-id"]
        constraints = [SameWard(field="draft", to="plans.PlanImport", name="draft_change_ward")]


class DraftSource(models.Model):
    """A line or row of the file as it was read, to show beside what was understood."""

    ward = _ward()
    draft = models.ForeignKey(PlanImport, on_delete=models.CASCADE, related_name="sources")
    position = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    page = models.PositiveIntegerField(null=True)
    line = models.PositiveIntegerField(null=True)
    table = models.PositiveIntegerField(null=True)
    sheet = models.CharField(max_length=100, blank=True)
    row = models.PositiveIntegerField(null=True)
    box = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [SameWard(field="draft", to="plans.PlanImport", name="draft_source_ward")]
