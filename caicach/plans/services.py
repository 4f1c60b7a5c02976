"""The verbs of plans: import, mend, put into effect, undo, type, copy, amend. One transaction and one event each."""

from __future__ import annotations

import datetime as dt
import json
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, models, transaction
from django.db.models import F, Max

from caicach import data
from caicach.core.http import Missing
from caicach.documents import services as documents
from caicach.history import services as history
from caicach.organisation.queries import offices as offices_of
from caicach.plans import drafts, effect
from caicach.plans.models import (
    DraftChange,
    DraftFinding,
    DraftHead,
    DraftIndicator,
    DraftLine,
    DraftMend,
    DraftSection,
    Plan,
    PlanImport,
    PlanLine,
)
from caicach.reading.checks import CELL_CODES, check_cell
from caicach.reading.plan import PlanReading
from caicach.rules.refusal import Refusal
from caicach.rules.targets import read_target
from caicach.rules.vntext import key, printable
from caicach.tasks import queries as task_queries
from caicach.tasks import services as tasks
from caicach.worker import services as queue

LINE_FIELDS = ("number", "content", "deliverables", "leads", "coordinators", "due", "note")
HEAD_FIELDS = (
    "number",
    "date",
    "place",
    "issuer",
    "title",
    "signer",
    "signer_title",
    "signs_for",
    "coordinating_office",
)
SECTION_FIELDS = ("number", "title")
_TARGETS: dict[str, tuple[type[models.Model], tuple[str, ...]]] = {
    "line": (DraftLine, LINE_FIELDS),
    "section": (DraftSection, SECTION_FIELDS),
    "head": (DraftHead, HEAD_FIELDS),
}


def new_token() -> str:
    """The address of an import, given out with the empty form."""
    return secrets.token_urlsafe(9).replace("-", "a").replace("_", "b")


def upload(
    file: documents.Upload, *, ward: int, token: str, year: int, is_amendment: bool, by: int, at: dt.datetime
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
            amends = effect.in_force(ward, year) if is_amendment else None
            stored = documents.store(file, ward=ward, at=at)
            draft = PlanImport.objects.create(
                ward_id=ward, token=token, year=year, file=stored, is_amendment=is_amendment, amends=amends,
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
    draft = _open(draft)
    draft.amends, draft.is_amendment = effect.in_force(draft.ward_id, draft.year), True
    draft.save(update_fields=["amends", "is_amendment"])
    history.append(draft, "import.became-amendment", by=by, at=at, year=draft.year)


@transaction.atomic
def pair(draft: PlanImport, line: int, same_as: str, *, by: int, at: dt.datetime) -> None:
    """Say which task in force a row of an amendment is: its id, "new", or "" to let the likeness decide.

    Of two rows that are said to be one task the later word counts. Raises Refusal draft.field-unknown.
    """
    draft = _open(draft)
    row = draft.lines.filter(pk=line).first()
    tasks_in_force = PlanLine.objects.filter(
        plan=effect.in_force(draft.ward_id, draft.year), task__set_aside_at__isnull=True
    )
    known = {str(pk) for pk in tasks_in_force.values_list("task_id", flat=True)}
    if not draft.is_amendment or row is None or same_as not in {"", "new", *known}:
        raise Refusal("draft.field-unknown")
    if same_as in known:
        draft.lines.filter(same_as=same_as).update(same_as="")
    before, row.same_as = row.same_as, same_as
    row.save(update_fields=["same_as"])
    history.append(draft, "import.paired", by=by, at=at, line=effect.where(row), before=before, after=same_as)


@transaction.atomic
def set_year(draft: PlanImport, year: int, *, by: int, at: dt.datetime) -> None:
    """The draft is for another year: its deadlines without a year are read for that one. Raises plan.year-unusable."""
    draft = _open(draft)
    _check_year(year)
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
        draft = _lock(draft)
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
    draft = _lock(draft)
    if draft.state != PlanImport.READING:
        return
    drafts.write(draft, reading)
    _check_issuer(draft)
    draft.state, draft.share, draft.words = PlanImport.REVIEW, 100, "Đã đọc xong"
    draft.file_kind, draft.pages, draft.read_ms = reading.kind[:10], reading.pages, read_ms
    if reading.head.year and not draft.is_amendment and 2000 <= reading.head.year <= 2100:
        if draft.year != reading.head.year:
            _say_first(
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
    _say_first(
        draft, "issuer-of-another-ward", "head issuer",
        f"Kế hoạch này do {issuer} ban hành, còn đây là {ward}. Có thể đã nạp nhầm tệp.",
    )  # fmt: skip


def _say_first(draft: PlanImport, code: str, places: str, message: str) -> None:
    draft.findings.update(position=F("position") + 1)
    DraftFinding.objects.create(
        ward_id=draft.ward_id, draft=draft, position=0, code=code, severity="warning", places=places, message=message
    )  # fmt: skip


@transaction.atomic
def refuse_reading(draft: PlanImport, refusal: Refusal, *, at: dt.datetime) -> None:
    """The file could not be read as a plan: said on the import's page."""
    draft = _lock(draft)
    if draft.state != PlanImport.READING:
        return
    draft.state, draft.refusal = PlanImport.REFUSED, str(refusal)
    draft.save(update_fields=["state", "refusal"])
    history.append(draft, "import.refused", by=None, at=at, refusal=refusal.code)


def _lock(draft: PlanImport) -> PlanImport:
    return PlanImport.objects.select_for_update(of=("self",)).get(pk=draft.pk)


def _open(draft: PlanImport) -> PlanImport:
    draft = _lock(draft)
    if draft.state != PlanImport.REVIEW:
        raise Refusal("draft.not-in-review")
    return draft


# --- the draft's cells -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a draft: target ("line", "section" or "head"), its row and field."""

    target: str
    id: int
    field: str


@transaction.atomic
def save_cell(
    draft: PlanImport, cell: Cell, value: str, *, seen: str | None, by: int, at: dt.datetime
) -> None:
    """Save what was typed. seen: what stood there when the typing began; something else by now is a 409, not lost.

    Raises Refusal draft.changed-meanwhile, draft.value-unusable, draft.field-unknown.
    """
    draft = _open(draft)
    row = _row(draft, cell)
    value = printable(value.replace("\r\n", "\n")).strip()
    now = shown(row, cell.field)
    if now == value:
        return
    if seen is not None and seen.replace("\r\n", "\n").strip() != now:
        raise Refusal("draft.changed-meanwhile", cell.field, theirs=now)
    newest = draft.changes.first()
    if newest and _continues(newest, cell, row.pk, by=by, at=at):  # one undo for what was typed in one go
        _set(row, cell.field, value)
        row.save()
        newest.after, newest.at = value, at
        newest.save(update_fields=["after", "at"])
    else:
        _put(draft, [(cell, value)], by=by, at=at)
    _look_again(draft, _row(draft, cell), cell.field)


@transaction.atomic
def save_cells(
    draft: PlanImport, typed: Sequence[tuple[Cell, str, str | None]], *, by: int, at: dt.datetime
) -> None:
    """Save what one form holds, whole or not at all. typed: each cell, its value, what was seen there.

    Raises as `save_cell`.
    """
    for cell, value, seen in typed:
        save_cell(draft, cell, value, seen=seen, by=by, at=at)


def _continues(newest: DraftChange, cell: Cell, pk: int, *, by: int, at: dt.datetime) -> bool:
    same = (newest.target, newest.target_id, newest.field, newest.by_id) == (cell.target, pk, cell.field, by)
    return same and (at - newest.at).total_seconds() < 20


def _look_again(draft: PlanImport, row: models.Model, field: str, *, only_new: bool = False) -> None:
    """After a cell changed: what it had and has no longer is settled, what it has now is there to look at.

    only_new: codes that were settled or set aside at this row before are not raised again.
    """
    if not isinstance(row, DraftLine) or field not in CELL_CODES:
        return
    where = effect.where(row)
    directory = data.office_directory(office.name for office in offices_of(draft.ward_id))
    found = {
        finding.code: finding
        for finding in check_cell(
            field, getattr(row, field), where=where, year=draft.year, directory=directory, is_indicator=effect.is_indicator(row),
            signed=draft.head.date,
        )
    }  # fmt: skip
    codes = CELL_CODES[field]
    known = list(draft.findings.filter(places=where).prefetch_related("mends"))
    for finding in known:
        about = finding.code in codes or any(
            m.place == where and m.field == field for m in finding.mends.all()
        )
        if about and finding.state == DraftFinding.OPEN and finding.code not in found and getattr(row, field):
            finding.state, finding.reason = DraftFinding.ACCEPTED, "Đã sửa bằng tay"
            finding.save(update_fields=["state", "reason"])
    if getattr(row, field):
        _settle_place(draft, where, codes - found.keys())
    standing = {f.code for f in known if f.state == DraftFinding.OPEN or only_new}
    last = draft.findings.aggregate(last=Max("position"))["last"]
    fresh = [finding for code, finding in found.items() if code not in standing]
    for n, new in enumerate(fresh, (last if last is not None else -1) + 1):
        made = DraftFinding.objects.create(
            ward_id=draft.ward_id, draft=draft, position=n, code=new.code, severity=new.severity, places=where,
            message=new.message, suggestion=new.suggestion or "",
        )  # fmt: skip
        DraftMend.objects.bulk_create(
            DraftMend(
                ward_id=draft.ward_id, finding=made, position=k, place=m.where, field=m.field, value=m.value
            )
            for k, m in enumerate(new.mends)
        )


def _settle_place(draft: PlanImport, where: str, codes: frozenset[str]) -> None:
    """Of findings with several places, this one is settled: the others stay to be looked at."""
    for finding in draft.findings.filter(state=DraftFinding.OPEN, code__in=codes, places__contains=","):
        places = [place.strip() for place in finding.places.split(",")]
        if where in places:
            finding.places = ", ".join(place for place in places if place != where)
            finding.save(update_fields=["places"])


@transaction.atomic
def check_typed(draft: PlanImport) -> None:
    """Look at every row that no file gave, as the reader looks at a file's rows; each code is raised once."""
    draft = _open(draft)
    typed = (
        draft.lines.select_related("section")
        .filter(page=None, line=None, table=None, row=None)
        .exclude(content="")
    )
    for row in typed:
        for field in CELL_CODES:
            _look_again(draft, row, field, only_new=True)


def _row(draft: PlanImport, cell: Cell) -> models.Model:
    model, fields = _TARGETS.get(cell.target, (None, ()))
    if model is None or cell.field not in fields:
        raise Refusal("draft.field-unknown")
    rows = model._default_manager.filter(draft=draft)
    row = rows.first() if cell.target == "head" else rows.filter(pk=cell.id).first()
    if row is None:
        raise Refusal("draft.field-unknown")
    return row


def shown(row: models.Model, field: str) -> str:
    """A field as the screen shows it."""
    value = getattr(row, field)
    return (
        f"{value.day:02}/{value.month:02}/{value.year:04}" if isinstance(value, dt.date) else str(value or "")
    )


def _set(row: models.Model, field: str, value: str) -> None:
    if field == "date":
        from caicach.core.http import day_of

        day = day_of(value) if value else None
        if value and (day is None or not 1900 <= day.year <= 2200):
            raise Refusal("draft.value-unusable", field, value=value)
        setattr(row, field, day)
        return
    limit = row._meta.get_field(field).max_length  # type: ignore[union-attr]
    if limit and len(value) > limit:
        raise Refusal("draft.value-unusable", field, value=value[:30] + "…")
    setattr(row, field, value)


def _put(
    draft: PlanImport,
    changes: Iterable[tuple[Cell, str]],
    *,
    by: int,
    at: dt.datetime,
    finding: int | None = None,
) -> int:
    batch = _next_batch(draft)
    for cell, value in changes:
        row = _row(draft, cell)
        before = shown(row, cell.field)
        _set(row, cell.field, value)
        if isinstance(row, DraftLine):
            row.version += 1
        row.save()
        _note(draft, batch, cell.target, row.pk, cell.field, before, value, by=by, at=at)
    if finding is not None:
        _note(
            draft, batch, "finding", finding, "state", DraftFinding.OPEN, DraftFinding.ACCEPTED, by=by, at=at
        )
    return batch


def _next_batch(draft: PlanImport) -> int:
    newest: int | None = draft.changes.aggregate(last=Max("batch"))["last"]
    return (newest or 0) + 1


def _note(
    draft: PlanImport,
    batch: int,
    target: str,
    pk: int,
    field: str,
    before: str,
    after: str,
    *,
    by: int,
    at: dt.datetime,
) -> None:
    DraftChange.objects.create(
        ward_id=draft.ward_id, draft=draft, batch=batch, at=at, by_id=by, target=target, target_id=pk,
        field=field, before=before, after=after,
    )  # fmt: skip


def cells_of(draft: PlanImport, place: str, field: str) -> list[Cell]:
    """The cells that a mend or a finding's place names: "I.7" a line, "VIII" a section, "head" the head."""
    if place == "head":
        return [Cell("head", 0, field)]
    sections = {s.number: s for s in draft.sections.all()}
    if place in sections:
        return [Cell("section", sections[place].pk, field)]
    number, _, line = place.partition(".")
    while line and number not in sections and "." in line:
        more, _, line = line.partition(".")
        number = f"{number}.{more}"
    if number not in sections:
        return []
    rows = draft.lines.filter(section=sections[number], number=line)
    return [Cell("line", row.pk, field) for row in rows]


@transaction.atomic
def accept_finding(
    draft: PlanImport, position: int, *, by: int, at: dt.datetime, only: int | None = None
) -> None:
    """Make a finding's mends (or one of them), and settle it; what lies in no cell is settled with its suggestion.

    Raises Refusal draft.no-mend.
    """
    draft = _open(draft)
    finding = _finding(draft, position)
    if finding.state != DraftFinding.OPEN:
        return
    mends = [m for m in finding.mends.all() if only is None or m.position == only]
    changes = [(cell, mend.value) for mend in mends for cell in cells_of(draft, mend.place, mend.field)]
    if not changes and finding.severity != "note":
        if not drafts.is_literal(finding):
            raise Refusal("draft.no-mend")
        finding.reason = f"Sửa thành: {finding.suggestion}"
    finding.state = DraftFinding.ACCEPTED
    finding.save(update_fields=["state", "reason"])
    _put(draft, changes, by=by, at=at, finding=finding.pk)
    history.append(
        draft, "import.finding-accepted", by=by, at=at, finding=finding.code, places=finding.places
    )


@transaction.atomic
def correct_finding(draft: PlanImport, position: int, *, text: str, by: int, at: dt.datetime) -> None:
    """Settle what lies in no cell (the body, the annex's name) by the wording that should stand there.

    It stays with the finding, for the ward's own correction of its document. Raises Refusal draft.wording-missing.
    """
    draft = _open(draft)
    finding = _finding(draft, position)
    if finding.state != DraftFinding.OPEN:
        return
    if not drafts.is_running_text(finding):
        raise Refusal("draft.no-mend")
    text = printable(text).strip()
    if not text:
        raise Refusal("draft.wording-missing", "text")
    if len(text) > 2000:
        raise Refusal("draft.value-unusable", "text", value=text[:30] + "…")
    finding.state, finding.reason = DraftFinding.ACCEPTED, f"Sửa thành: {text}"
    finding.save(update_fields=["state", "reason"])
    _put(draft, [], by=by, at=at, finding=finding.pk)
    history.append(
        draft,
        "import.finding-corrected",
        by=by,
        at=at,
        word=text,
        finding=finding.code,
        places=finding.places,
    )


@transaction.atomic
def set_finding_aside(draft: PlanImport, position: int, *, reason: str, by: int, at: dt.datetime) -> None:
    """Leave something as it is, with the reason. Raises Refusal draft.reason-missing."""
    draft = _open(draft)
    finding = _finding(draft, position)
    if finding.state != DraftFinding.OPEN:
        return
    reason = printable(reason).strip()
    if not reason and finding.severity != "note":
        raise Refusal("draft.reason-missing", "reason")
    if len(reason) > 300:
        raise Refusal("draft.value-unusable", "reason", value=reason[:30] + "…")
    finding.state, finding.reason = DraftFinding.ASIDE, reason
    finding.save(update_fields=["state", "reason"])
    batch = _next_batch(draft)
    _note(draft, batch, "finding", finding.pk, "state", DraftFinding.OPEN, DraftFinding.ASIDE, by=by, at=at)
    history.append(
        draft,
        "import.finding-set-aside",
        by=by,
        at=at,
        word=reason,
        finding=finding.code,
        places=finding.places,
    )


@transaction.atomic
def reopen_finding(draft: PlanImport, position: int, *, by: int, at: dt.datetime) -> None:
    """Look at a settled finding again; what its mends changed stays (step back undoes those)."""
    draft = _open(draft)
    finding = _finding(draft, position)
    finding.state, finding.reason = DraftFinding.OPEN, ""
    finding.save(update_fields=["state", "reason"])
    history.append(
        draft, "import.finding-reopened", by=by, at=at, finding=finding.code, places=finding.places
    )


def _finding(draft: PlanImport, position: int) -> DraftFinding:
    finding = draft.findings.filter(position=position).first()
    if finding is None:
        raise Refusal("draft.field-unknown")
    return finding


@transaction.atomic
def step_back(draft: PlanImport, *, by: int, at: dt.datetime) -> str:
    """Undo the newest press: every cell it changed, and the finding it settled. Raises Refusal draft.nothing-to-undo.

    The answer is the id of a line it touched ("" for none), to show it.
    """
    draft = _open(draft)
    newest = draft.changes.first()
    if newest is None:
        raise Refusal("draft.nothing-to-undo")
    touched = ""
    changes = list(draft.changes.filter(batch=newest.batch))
    for change in changes:
        if change.target == "finding":
            DraftFinding.objects.filter(draft=draft, pk=change.target_id).update(
                state=DraftFinding.OPEN, reason=""
            )
        elif change.target == "added":
            DraftLine.objects.filter(draft=draft, pk=change.target_id).delete()
        elif change.target == "removed":
            _restore(draft, change)
        elif change.target == "indicator":
            _indicator_back(draft, change)
        else:
            row = _row(draft, Cell(change.target, change.target_id, change.field))
            _set(row, change.field, change.before)
            row.save()
            _look_again(draft, row, change.field)
            touched = str(change.target_id) if change.target == "line" else touched
    DraftChange.objects.filter(pk__in=[c.pk for c in changes]).delete()
    history.append(draft, "import.stepped-back", by=by, at=at, changes=len(changes))
    return touched


@transaction.atomic
def add_line(
    draft: PlanImport, *, section: int | None, title: str = "", by: int, at: dt.datetime
) -> DraftLine:
    """A new empty row at the end of a section; without a section: a new section of that title with one row."""
    draft = _open(draft)
    title = printable(title).strip()
    if len(title) > 400:
        raise Refusal("draft.value-unusable", "title", value=title[:30] + "…")
    if section is None:
        count = draft.sections.count()
        home = DraftSection.objects.create(
            ward_id=draft.ward_id,
            draft=draft,
            position=count,
            number=_roman(count + 1),
            title=title or "Mục mới",
        )
    else:
        found = draft.sections.filter(pk=section).first()
        if found is None:
            raise Refusal("draft.field-unknown")
        home = found
    numbers = [
        int(n)
        for n in home.lines.values_list("number", flat=True)
        if n.isascii() and n.isdecimal() and len(n) < 6
    ]
    last = draft.lines.aggregate(last=Max("position"))["last"]
    row = DraftLine.objects.create(
        ward_id=draft.ward_id,
        draft=draft,
        section=home,
        position=(last or 0) + 1,
        number=str(max(numbers, default=0) + 1),
    )
    batch = _next_batch(draft)
    _note(draft, batch, "added", row.pk, "line", "", "", by=by, at=at)
    return row


@transaction.atomic
def remove_line(draft: PlanImport, line: int, *, by: int, at: dt.datetime) -> None:
    """Take a row out of the draft; step back brings it again."""
    draft = _open(draft)
    row = draft.lines.filter(pk=line).first()
    if row is None:
        return
    keep = {
        f: getattr(row, f)
        for f in (
            *LINE_FIELDS,
            "section_id",
            "position",
            "is_indicator",
            "page",
            "line",
            "table",
            "sheet",
            "row",
            "box",
        )
    }
    batch = _next_batch(draft)
    _note(draft, batch, "removed", row.pk, "line", json.dumps(keep), "", by=by, at=at)
    row.delete()


def _restore(draft: PlanImport, change: DraftChange) -> None:
    DraftLine.objects.create(
        pk=change.target_id, ward_id=draft.ward_id, draft=draft, **json.loads(change.before)
    )


def _roman(number: int) -> str:
    if number > 89:
        return str(number)
    answer = ""
    for value, letters in ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")):
        while number >= value:
            answer += letters
            number -= value
    return answer


_NUMBERS = re.compile(r"[-\u2212]?\d[\d.,]*|(?<=\d)[eE](?=\d)")
_INDICATOR_FIELDS = ("position", "name", "group", "comparator", "target", "unit", "better", "lead")


@transaction.atomic
def save_indicator(
    draft: PlanImport, row: int | None, *, name: str, target: str, lead: str, by: int, at: dt.datetime
) -> DraftIndicator:
    """An indicator that no row of the annex carries: a new one, or the row of that id. target: "từ 95% trở lên".

    Raises Refusal draft.indicator-unnamed, draft.target-unclear, draft.value-unusable, draft.field-unknown.
    """
    draft = _open(draft)
    name, target, lead = (printable(text).strip() for text in (name, target, lead))
    if not name:
        raise Refusal("draft.indicator-unnamed", "name")
    for field, text, limit in (("name", name, 2000), ("lead", lead, 300)):
        if len(text) > limit:
            raise Refusal("draft.value-unusable", field, value=text[:30] + "…")
    read = read_target(target)
    level = drafts.storable(read.value)
    numbers = _NUMBERS.findall(target)  # one figure, and no sign or exponent that the grammar would pass over
    if level is None or len(read.unit or "") > 60 or len(numbers) != 1 or not numbers[0][0].isdigit():
        raise Refusal("draft.target-unclear", "target", value=target[:60])
    if row is None:
        last = draft.indicators.aggregate(last=Max("position"))["last"]
        kept = DraftIndicator(
            ward_id=draft.ward_id, draft=draft, position=(last if last is not None else -1) + 1
        )
    else:
        found = draft.indicators.filter(pk=row, where="").first()
        if found is None:
            raise Refusal("draft.field-unknown")
        kept = found
    before = _indicator_json(kept) if kept.pk else ""
    kept.name, kept.lead = name, lead
    kept.comparator, kept.target, kept.unit, kept.better = (
        read.comparator or "", level, read.unit or "", read.better or "",
    )  # fmt: skip
    kept.save()
    _note(draft, _next_batch(draft), "indicator", kept.pk, "row", before, _indicator_json(kept), by=by, at=at)
    return kept


@transaction.atomic
def remove_indicator(draft: PlanImport, row: int, *, by: int, at: dt.datetime) -> None:
    """Take an indicator that stands by itself out of the draft; step back brings it again."""
    draft = _open(draft)
    gone = draft.indicators.filter(pk=row, where="").first()
    if gone is None:
        return
    _note(draft, _next_batch(draft), "indicator", gone.pk, "row", _indicator_json(gone), "", by=by, at=at)
    gone.delete()


def _indicator_json(row: DraftIndicator) -> str:
    return json.dumps({name: getattr(row, name) for name in _INDICATOR_FIELDS}, default=str)


def _indicator_back(draft: PlanImport, change: DraftChange) -> None:
    if not change.before:
        DraftIndicator.objects.filter(draft=draft, pk=change.target_id).delete()
        return
    facts = json.loads(change.before)
    DraftIndicator.objects.update_or_create(
        pk=change.target_id, draft=draft, ward_id=draft.ward_id, defaults=facts
    )


@transaction.atomic
def discard(draft: PlanImport, *, by: int, at: dt.datetime) -> None:
    """Put a draft away without making a plan of it."""
    draft = _lock(draft)
    if draft.state == PlanImport.IN_FORCE:
        raise Refusal("draft.not-in-review")
    draft.state = PlanImport.DISCARDED
    draft.save(update_fields=["state"])
    history.append(draft, "import.discarded", by=by, at=at)


# --- typed and copied ------------------------------------------------------------------------------------------


@transaction.atomic
def begin_typed(
    *, ward: int, token: str, year: int, copy_from: int | None, by: int, at: dt.datetime
) -> PlanImport:
    """A draft typed from nothing, or with last year's lines in it, their years moved on; once for a token.

    Raises Refusal plan.nothing-to-copy, plan.year-unusable.
    """
    _check_year(year)
    origin = "typed" if copy_from is None else "copied"
    draft, is_new = PlanImport.objects.get_or_create(
        ward_id=ward,
        token=token,
        defaults={
            "origin": origin,
            "year": year,
            "state": PlanImport.REVIEW,
            "share": 100,
            "made_at": at,
            "made_by_id": by,
        },
    )
    if not is_new:
        return draft
    DraftHead.objects.create(
        ward_id=ward, draft=draft, title=f"Cải cách hành chính năm {year}", issuer=_issuer_of(draft.ward.name)
    )
    if copy_from is None:
        home = DraftSection.objects.create(ward_id=ward, draft=draft, position=0, number="I", title="")
        DraftLine.objects.create(ward_id=ward, draft=draft, section=home, position=0, number="1")
    else:
        _copy(draft, copy_from)
        check_typed(draft)
    history.append(draft, "import.begun", by=by, at=at, origin=origin, copied=copy_from)
    return draft


@transaction.atomic
def fill(draft: PlanImport, reading: PlanReading) -> None:
    """Put a ready reading into a draft that is under review, in place of what stands there."""
    drafts.write(_open(draft), reading)


_A_YEAR_ALONE = (
    r"(?<!\d)(?<!\d{{4}}[-–—])(?<!\d{{4}} [-–—] )(?<!\d{{4}} [-–—]){year}(?!\d|/[^\W\d]|\s*[-–—]\s*\d{{4}})"
)
"""a year that is neither an end of a period (2026 - 2030) nor part of a document's number (12/2026/NĐ-CP)"""


def _copy(draft: PlanImport, copy_from: int) -> None:
    plan = Plan.objects.filter(ward_id=draft.ward_id, year=copy_from, kind="cchc").first()
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
            ward_id=draft.ward_id, draft=draft, position=s.position, number=s.number, title=moved(s.title)
        )
        for s in plan.sections.all()
    }
    DraftSection.objects.bulk_create(homes.values())
    lines = (
        plan.lines.select_related("task")
        .prefetch_related("task__offices")
        .filter(task__set_aside_at__isnull=True)
    )
    DraftLine.objects.bulk_create(
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
    )
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
    draft = _lock(draft)
    if draft.state == PlanImport.IN_FORCE and draft.plan:
        return draft.plan
    draft = _open(draft)
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
