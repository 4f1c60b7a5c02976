"""The verbs of plans: import, mend, put into effect, undo, type, copy, amend. One transaction and one event each."""

from __future__ import annotations

import datetime as dt
import re

from django.db import IntegrityError, transaction

from caicach.core.clock import local_day
from caicach.core.http import Missing
from caicach.data import plan_kinds
from caicach.documents import services as documents
from caicach.history import services as history
from caicach.plans import drafts, effect, findings
from caicach.plans.models import (
    DraftHead,
    DraftIndicator,
    DraftLine,
    DraftSection,
    Plan,
    PlanImport,
)
from caicach.reading.plan import PlanReading
from caicach.rules.refusal import Refusal
from caicach.rules.vntext import key
from caicach.tasks import coordinating
from caicach.tasks import queries as task_queries
from caicach.tasks import services as tasks
from caicach.worker import services as queue


def upload(
    file: documents.Upload,
    *,
    ward: int,
    token: str,
    year: int,
    is_amendment: bool,
    by: int,
    at: dt.datetime,
    kind: str = "cchc",
) -> PlanImport:
    """Keep the file and queue its reading, once for a token: pressed twice, the first one's import is the answer.

    Raises what `documents.store` does, plan.none-in-force for an amendment of nothing, plan.year-unusable.
    """
    _check_year(year)
    there = PlanImport.objects.filter(ward_id=ward, token=token).first()
    if there:
        return there
    try:
        with transaction.atomic():
            amends = effect.in_force(ward, year, kind) if is_amendment else None
            stored = documents.store(file, ward=ward, at=at)
            draft = PlanImport.objects.create(
                ward_id=ward, token=token, year=year, kind=kind, file=stored, is_amendment=is_amendment, amends=amends,
                made_at=at, made_by_id=by, words="Chờ đọc",
            )  # fmt: skip
            queue.enqueue("plans.read_import", ward=ward, key=_key(draft), draft=draft.pk)
            history.append(draft, "import.uploaded", by=by, at=at, file=stored.name)
            return draft
    except IntegrityError:  # the same press, a moment earlier
        return PlanImport.objects.get(ward_id=ward, token=token)


def _key(draft: PlanImport) -> str:
    return f"plans.read_import:{draft.pk}"


@transaction.atomic
def become_amendment(draft: PlanImport, *, by: int, at: dt.datetime) -> None:
    """A draft for a year that has a plan in force becomes its amendment; every mend made so far stays.

    Raises Refusal plan.none-in-force.
    """
    draft = drafts.under_review(draft)
    if draft.is_amendment and draft.amends_id:
        return
    draft.amends, draft.is_amendment = effect.in_force(draft.ward_id, draft.year, draft.kind), True
    draft.save(update_fields=["amends", "is_amendment"])
    history.append(draft, "import.became-amendment", by=by, at=at, year=draft.year)


@transaction.atomic
def set_year(draft: PlanImport, year: int, *, by: int, at: dt.datetime) -> None:
    """The draft is for another year: its deadlines without a year are read for that one. Raises plan.year-unusable."""
    draft = drafts.under_review(draft)
    _check_year(year)
    if draft.year == year and not draft.is_amendment:
        return
    before, draft.year, draft.amends, draft.is_amendment = draft.year, year, None, False
    draft.save(update_fields=["year", "amends", "is_amendment"])
    history.append(draft, "import.year-set", by=by, at=at, before=before, after=year)


def _check_year(year: int) -> None:
    if not 2000 <= year <= 2100:
        raise Refusal("plan.year-unusable", "year", year=year)


@transaction.atomic
def give_up_reading(draft: int, *, at: dt.datetime) -> None:
    """Nothing could read the file, and not for its own sake: refused in words, with the way to try again."""
    row = PlanImport.objects.select_for_update(of=("self",)).filter(pk=draft).first()
    if row is None or row.state not in (PlanImport.WAITING, PlanImport.READING):
        return
    refusal = Refusal("import.given-up")
    row.state, row.refusal = PlanImport.REFUSED, str(refusal)
    row.save(update_fields=["state", "refusal"])
    history.append(row, "import.refused", by=None, at=at, refusal=refusal.code)


def retry(draft: PlanImport, *, by: int, at: dt.datetime) -> None:
    """Read a refused file once more (a tool was installed, say)."""
    with transaction.atomic():
        draft = drafts.locked(draft)
        if draft.state != PlanImport.REFUSED:
            return
        draft.state, draft.refusal, draft.share, draft.words = PlanImport.WAITING, "", 0, "Chờ đọc"
        draft.save(update_fields=["state", "refusal", "share", "words"])
        queue.again(_key(draft))
        history.append(draft, "import.retried", by=by, at=at)


def note_progress(draft: int, share: float, words: str) -> None:
    """How far the reading is; a plain update outside any transaction of the reading."""
    PlanImport.objects.filter(pk=draft, state=PlanImport.READING).update(
        share=round(share * 100), words=words[:200]
    )


def begin_reading(draft: int) -> PlanImport | None:
    """The import if it still waits to be read (a worker that was killed in the middle left it so), else None."""
    with transaction.atomic():
        row = (
            PlanImport.objects.select_for_update(of=("self",)).select_related("file").filter(pk=draft).first()
        )
        if row is None or row.state not in (PlanImport.WAITING, PlanImport.READING):
            return None
        row.state, row.share, row.words = PlanImport.READING, 0, "Đang mở tệp"
        row.save(update_fields=["state", "share", "words"])
        return row


@transaction.atomic
def finish_reading(draft: PlanImport, reading: PlanReading, *, read_ms: int, at: dt.datetime) -> None:
    """Write the whole draft, or nothing; a second worker that comes late finds it written."""
    draft = drafts.locked(draft)
    if draft.state != PlanImport.READING:
        return
    drafts.write(draft, reading)
    _check_issuer(draft)
    draft.state, draft.share, draft.words = PlanImport.REVIEW, 100, "Đã đọc xong"
    draft.file_kind, draft.pages, draft.read_ms = reading.kind[:10], reading.pages, read_ms
    if reading.head.year and not draft.is_amendment and 2000 <= reading.head.year <= 2100:
        if draft.year != reading.head.year:
            findings.say_first(
                draft, "year-of-the-file", "head",
                f"Lúc nạp chọn năm {draft.year}, nhưng kế hoạch là của năm {reading.head.year}; đã lấy năm {reading.head.year}.",
            )  # fmt: skip
        draft.year = reading.head.year
    draft.save()
    history.append(
        draft, "import.read", by=None, at=at, lines=len(reading.tasks), findings=len(reading.findings)
    )


def _issuer_of(ward: str) -> str:
    return f"UBND {ward[:1].lower()}{ward[1:]}"


def _check_issuer(draft: PlanImport) -> None:
    """A plan that another ward issued is somebody's slip of the hand: said on top of what is to be looked at."""
    issuer, ward = draft.head.issuer, draft.ward.name
    bare = key(ward).removeprefix("phuong ").removeprefix("xa ").removeprefix("dac khu ")
    if not issuer or f" {bare} " in f" {key(issuer)} ":
        return
    findings.say_first(
        draft, "issuer-of-another-ward", "head issuer",
        f"Kế hoạch này do {issuer} ban hành, còn đây là {ward}. Có thể đã nạp nhầm tệp.",
    )  # fmt: skip


@transaction.atomic
def refuse_reading(draft: PlanImport, refusal: Refusal, *, at: dt.datetime) -> None:
    """The file could not be read as a plan: said on the import's page."""
    draft = drafts.locked(draft)
    if draft.state != PlanImport.READING:
        return
    draft.state, draft.refusal = PlanImport.REFUSED, str(refusal)
    draft.save(update_fields=["state", "refusal"])
    history.append(draft, "import.refused", by=None, at=at, refusal=refusal.code)


# --- the draft's cells -----------------------------------------------------------------------------------------


@transaction.atomic
def discard(draft: PlanImport, *, by: int, at: dt.datetime) -> None:
    """Put a draft away without making a plan of it."""
    draft = drafts.locked(draft)
    if draft.state == PlanImport.IN_FORCE:
        raise Refusal("draft.not-in-review")
    draft.state = PlanImport.DISCARDED
    draft.save(update_fields=["state"])
    history.append(draft, "import.discarded", by=by, at=at)


# --- typed and copied ------------------------------------------------------------------------------------------


@transaction.atomic
def begin_typed(
    *,
    ward: int,
    token: str,
    year: int,
    copy_from: int | None,
    by: int,
    at: dt.datetime,
    kind: str = "cchc",
    only_unfinished: bool = False,
) -> PlanImport:
    """A draft typed from nothing, or with last year's lines in it, their years moved on; once for a token.

    kind: as of data/plan_kinds.csv; a copy is of the same kind. only_unfinished: of last year's lines those that were
    not reached. Raises Refusal plan.nothing-to-copy, plan.year-unusable.
    """
    _check_year(year)
    origin = "typed" if copy_from is None else "copied"
    draft, is_new = PlanImport.objects.get_or_create(
        ward_id=ward,
        token=token,
        defaults={
            "origin": origin,
            "year": year,
            "kind": kind,
            "state": PlanImport.REVIEW,
            "share": 100,
            "made_at": at,
            "made_by_id": by,
        },
    )
    if not is_new:
        return draft
    DraftHead.objects.create(
        ward_id=ward,
        draft=draft,
        title=f"{plan_kinds().get(kind, '')} năm {year}".strip(),
        issuer=_issuer_of(draft.ward.name),
    )
    if copy_from is None:
        home = DraftSection.objects.create(ward_id=ward, draft=draft, position=0, number="I", place="I")
        drafts.append_line(draft, home)
    else:
        _copy(draft, copy_from, only_unfinished=only_unfinished, today=local_day(at))
        findings.check_typed(draft)
    history.append(draft, "import.begun", by=by, at=at, origin=origin, copied=copy_from)
    return draft


@transaction.atomic
def fill(draft: PlanImport, reading: PlanReading) -> None:
    """Put a ready reading into a draft that is under review, in place of what stands there."""
    drafts.write(drafts.under_review(draft), reading)


_A_YEAR_ALONE = (
    r"(?<!\d)(?<!\d{{4}}[-–—])(?<!\d{{4}} [-–—] )(?<!\d{{4}} [-–—]){year}(?!\d|/[^\W\d]|\s*[-–—]\s*\d{{4}})"
)
"""a year that is neither an end of a period (2026 - 2030) nor part of a document's number (12/2026/NĐ-CP)"""


def _copy(draft: PlanImport, copy_from: int, *, only_unfinished: bool, today: dt.date) -> None:
    plan = Plan.objects.filter(ward_id=draft.ward_id, year=copy_from, kind=draft.kind).first()
    if plan is None:
        raise Refusal("plan.nothing-to-copy", "copy_from", year=copy_from)

    alone = re.compile(_A_YEAR_ALONE.format(year=copy_from))

    def moved(text: str) -> str:
        return alone.sub(str(draft.year), text)

    DraftHead.objects.filter(draft=draft).update(
        issuer=plan.issuer, coordinating_office=plan.coordinating_office
    )
    homes = {
        s.pk: DraftSection(
            ward_id=draft.ward_id,
            draft=draft,
            position=s.position,
            number=s.number,
            title=moved(s.title),
            place=s.number,
        )
        for s in plan.sections.filter(lines__isnull=False, lines__task__set_aside_at=None).distinct()
    }
    DraftSection.objects.bulk_create(homes.values())
    lines = (
        plan.lines.select_related("task")
        .prefetch_related("task__offices")
        .filter(task__set_aside_at__isnull=True)
    )
    if only_unfinished:
        views = task_queries.views_of([row.task for row in lines], ward=draft.ward_id, today=today, shorts={})
        left = {
            view.task.pk
            for view in views
            if view.task.result == "not" or (not view.task.result and view.status.group == "late")
        }
        lines = lines.filter(task_id__in=left)
        if not left:
            raise Refusal("plan.nothing-unfinished", "only_unfinished", year=copy_from)
    rows = [
        DraftLine(
            ward_id=draft.ward_id,
            draft=draft,
            section=homes[row.section_id],
            position=row.position,
            number=row.number,
            content=moved(row.task.content),
            deliverables="; ".join(row.task.deliverables.split("\n")) if row.task.deliverables else "",
            leads="; ".join(o.name for o in row.task.offices.all() if o.role == "lead"),
            coordinators="; ".join(o.name for o in row.task.offices.all() if o.role == "help"),
            due=moved(row.task.due_text),
            note=moved(row.task.note),
            is_indicator=row.task.is_indicator,
        )
        for row in lines
    ]
    for copied in rows:
        copied.place = effect.where(copied)
    DraftLine.objects.bulk_create(rows)
    DraftIndicator.objects.bulk_create(
        DraftIndicator(
            ward_id=draft.ward_id, draft=draft, position=i.position, name=moved(i.name), group=moved(i.group),
            comparator=i.comparator, target=i.target, unit=i.unit, better=i.better, lead=i.lead, where=i.where,
        )
        for i in plan.indicators.all()
    )  # fmt: skip


# --- into effect -----------------------------------------------------------------------------------------------


@transaction.atomic
def put_into_effect(draft: PlanImport, *, by: int, at: dt.datetime, today: dt.date) -> Plan:
    """Make the plan and its tasks, or amend the plan in force. A second press gives the plan of the first.

    Raises Refusal plan.no-lines, plan.line-incomplete, plan.number-twice, plan.errors-open, plan.already-in-force.
    """
    draft = drafts.locked(draft)
    if draft.state == PlanImport.IN_FORCE and draft.plan:
        return draft.plan
    draft = drafts.under_review(draft)
    lines = effect.checked_lines(draft)
    if draft.is_amendment:
        plan = effect.amend(draft, lines, by=by, at=at, today=today)
    else:
        plan = effect.make(draft, lines, by=by, at=at, today=today)
    draft.state, draft.plan = PlanImport.IN_FORCE, plan
    draft.save(update_fields=["state", "plan", "before"])
    plan.newest = draft
    plan.save(update_fields=["newest"])
    return plan


@transaction.atomic
def undo(plan: Plan, *, newest: int | None = None, by: int, at: dt.datetime) -> PlanImport | None:
    """Take back what took effect last, the plan or its newest amendment, as long as nobody reported on it since.

    newest: the import that the person saw as the last one; another by now is refused, so that a second press never
    takes back more. The answer is its draft, there again for review. Raises Missing, Refusal plan.undone-already,
    plan.reported.
    """
    held = Plan.objects.select_for_update().filter(pk=plan.pk).first()
    if held is None:
        raise Missing
    plan = held
    if newest is not None and newest != plan.newest_id:
        raise Refusal("plan.undone-already")
    if plan.closed_at:
        raise Refusal("plan.closed", year=plan.year)
    draft = PlanImport.objects.filter(pk=plan.newest_id).first() if plan.newest_id else None
    amendment = draft if draft and draft.before else None
    ids = list(plan.lines.values_list("task_id", flat=True))
    tasks.hold(ids, ward=plan.ward_id)
    after = effect.event_of(amendment) if amendment else 0
    reported = task_queries.reported_count(plan.ward_id, ids, after=after)
    if reported:
        raise Refusal("plan.reported", count=reported)
    if amendment:
        effect.take_back(plan, amendment, by=by, at=at)
    else:
        history.append(plan, "plan.undone", by=by, at=at, number=plan.number, tasks=len(ids))
    if draft:
        draft.state, draft.plan, draft.before = PlanImport.REVIEW, None, ""
        draft.save(update_fields=["state", "plan", "before"])
    if not amendment:
        plan.delete()
        tasks.remove(ids, ward=plan.ward_id)
    return draft


@transaction.atomic
def name_coordinator(plan: Plan, *, person: int | None, by: int, at: dt.datetime) -> None:
    """Say who coordinates the plan; None: every coordinator of the ward. Raises Refusal book.no-coordinator."""
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    before, now = coordinating.name(plan.ward_id, plan.year, plan.kind, person=person)
    if before != now:
        history.append(plan, "plan.coordinator-named", by=by, at=at, before=before, person=now)
