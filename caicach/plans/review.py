"""The verbs of a draft under review: its cells, rows and indicators, one step back. One transaction each."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Max

from caicach.history import services as history
from caicach.plans import cells, drafts, effect, findings, queries
from caicach.plans.cells import Cell
from caicach.plans.models import (
    DraftChange,
    DraftFinding,
    DraftIndicator,
    DraftLine,
    DraftSection,
    PlanImport,
    PlanLine,
)
from caicach.reading.checks import CELL_CODES
from caicach.rules.formats import FIELD_NAMES
from caicach.rules.refusal import Refusal
from caicach.rules.targets import read_target
from caicach.rules.vntext import printable


@transaction.atomic
def save_cells(
    draft: PlanImport, typed: Sequence[tuple[Cell, str, str | None]], *, by: int, at: dt.datetime
) -> None:
    """Save what one form holds, whole or not at all, as one press. typed: each cell, its value, and what stood there
    when the typing began (None: not known); where something else stands by now it is a 409, and nothing is lost.

    Raises Refusal draft.changed-meanwhile, draft.value-unusable, draft.field-unknown.
    """
    draft = drafts.under_review(draft)
    changed: list[tuple[Cell, str]] = []
    theirs: dict[str, str] = {}
    for cell, value, seen in typed:
        value = printable(value.replace("\r\n", "\n")).strip()
        now = drafts.shown(cells.row_of(draft, cell), cell.field)
        known = now if seen is None else seen.replace("\r\n", "\n").strip()
        if value in (now, known):  # what was not touched stays as it is by now
            continue
        if known != now:
            theirs[cell.field] = now
        changed.append((cell, value))
    if theirs:
        words = "; ".join(f"{FIELD_NAMES[name]}: {now}" for name, now in theirs.items())
        raise Refusal(
            "draft.changed-meanwhile",
            *list(theirs)[:1],
            theirs=words if len(theirs) > 1 else next(iter(theirs.values())),
        )
    if not changed:
        return
    newest = draft.changes.first()
    if newest and len(changed) == 1 and _continues(newest, draft, changed[0][0], by=by, at=at):
        cell, value = changed[0]  # one undo for what was typed in one go
        row = cells.row_of(draft, cell)
        cells.set_value(row, cell.field, value)
        row.save()
        if newest.before == value:  # typed back to what it was: nothing is left to undo
            newest.delete()
        else:
            newest.after, newest.at = value, at
            newest.save(update_fields=["after", "at"])
    else:
        cells.put(draft, changed, batch=cells.next_batch(draft), by=by, at=at)
    _look_again(draft, [cell for cell, _ in changed])


def _continues(newest: DraftChange, draft: PlanImport, cell: Cell, *, by: int, at: dt.datetime) -> bool:
    here = (newest.target, newest.field, newest.by_id) == (cell.target, cell.field, by)
    fresh = (at - newest.at).total_seconds() < 20
    return here and fresh and newest.target_id == cells.row_of(draft, cell).pk


def _look_again(draft: PlanImport, changed: Sequence[Cell]) -> None:
    """What a change may have raised or settled: in its own cell, and where the rest of the row depends on it."""
    rows = draft.lines.select_related("section")
    wanted: dict[tuple[int, str], DraftLine] = {}

    def look(lines: Iterable[DraftLine], fields: Iterable[str]) -> None:
        for line in lines:
            for field in fields:
                wanted[line.pk, field] = line

    own = [cell for cell in changed if cell.target == "line"]
    by_id = rows.in_bulk({cell.id for cell in own})
    for cell in (one for one in own if one.id in by_id):
        # The words and the deliverable tell a task from an indicator: what is asked of the other cells follows.
        whole = cell.field in ("content", "deliverables")
        look([by_id[cell.id]], CELL_CODES if whole else [cell.field])
    titled = [cell.id for cell in changed if cell.target == "section" and cell.field == "title"]
    if titled:
        look(rows.filter(section__in=titled), CELL_CODES)
    if any((cell.target, cell.field) == ("head", "date") for cell in changed):
        look(rows, ["due"])
    findings.look_again(draft, [(line, field) for (_, field), line in wanted.items()])


@transaction.atomic
def pair(draft: PlanImport, line: int, same_as: str, *, by: int, at: dt.datetime) -> None:
    """Say which task in force a row of an amendment is: its id, "new", or "" to let the likeness decide.

    Of two rows that are said to be one task the later word counts. Raises Refusal draft.field-unknown.
    """
    draft = drafts.under_review(draft)
    row = draft.lines.filter(pk=line).first()
    tasks_in_force = PlanLine.objects.filter(
        plan=effect.in_force(draft.ward_id, draft.year, draft.kind), task__set_aside_at__isnull=True
    )
    known = {str(pk) for pk in tasks_in_force.values_list("task_id", flat=True)}
    if not draft.is_amendment or row is None or same_as not in {"", "new", *known}:
        raise Refusal("draft.field-unknown")
    if same_as in known:
        draft.lines.filter(same_as=same_as).update(same_as="")
    before, row.same_as = row.same_as, same_as
    row.save(update_fields=["same_as"])
    history.append(draft, "import.paired", by=by, at=at, line=effect.where(row), before=before, after=same_as)


_LINE_FACTS = (
    *cells.LINE_FIELDS, "section_id", "position", "is_indicator", "place", "same_as", "page", "line", "table", "sheet", "row", "box",
)  # fmt: skip


@transaction.atomic
def add_line(
    draft: PlanImport, *, section: int | None, title: str = "", by: int, at: dt.datetime
) -> DraftLine:
    """A new empty row at the end of a section; without a section: a new section of that title with one row."""
    draft = drafts.under_review(draft)
    title = printable(title).strip()
    if len(title) > 400:
        raise Refusal("draft.value-unusable", "title", value=title[:30] + "…")
    batch = cells.next_batch(draft)
    blank = _blank_section(draft) if section is None else None
    if blank is not None and title:  # a plan typed from nothing begins with a section that waits for its name
        cells.put(draft, [(Cell("section", blank.pk, "title"), title)], batch=batch, by=by, at=at)
        return blank.lines.get()
    if section is None:
        taken = set(draft.sections.values_list("number", flat=True))
        number = next(n for n in map(_roman, itertools.count(len(taken) + 1)) if n not in taken)
        last = draft.sections.aggregate(last=Max("position"))["last"]
        home = DraftSection.objects.create(
            ward_id=draft.ward_id, draft=draft, position=(last if last is not None else -1) + 1, number=number,
            title=title or "Mục mới",
        )  # fmt: skip
        home.place = f"§{home.pk}"
        home.save(update_fields=["place"])
        cells.note(draft, batch, "added", home.pk, "section", "", "", by=by, at=at)
    else:
        found = draft.sections.filter(pk=section).first()
        if found is None:
            raise Refusal("draft.field-unknown")
        home = found
    row = drafts.append_line(draft, home)
    cells.note(draft, batch, "added", row.pk, "line", "", "", by=by, at=at)
    return row


def _blank_section(draft: PlanImport) -> DraftSection | None:
    """The one section of a draft where nothing was typed yet."""
    sections = list(draft.sections.all()[:2])
    lines = list(draft.lines.all()[:2])
    if len(sections) == len(lines) == 1 and not sections[0].title and not lines[0].content:
        return sections[0]
    return None


@transaction.atomic
def remove_line(draft: PlanImport, line: int, *, by: int, at: dt.datetime) -> None:
    """Take a row out of the draft; step back brings it again."""
    draft = drafts.under_review(draft)
    row = draft.lines.select_related("section").filter(pk=line).first()
    if row is None:
        return
    keep = {name: getattr(row, name) for name in _LINE_FACTS}
    batch = cells.next_batch(draft)
    cells.note(draft, batch, "removed", row.pk, "line", json.dumps(keep), "", by=by, at=at)
    row.delete()
    for gone in findings.settle_row(draft, row):
        cells.note(
            draft, batch, "finding", gone, "state", DraftFinding.OPEN, DraftFinding.ACCEPTED, by=by, at=at
        )


def _take_out(draft: PlanImport, added: int) -> None:
    """An added row goes; what typing in it has raised is settled, and keeps its number: none is given twice."""
    row = draft.lines.select_related("section").filter(pk=added).first()
    if row is not None:
        row.delete()
        findings.settle_row(draft, row)


def _restore(draft: PlanImport, change: DraftChange) -> None:
    facts = {"place": f"+{change.target_id}", **json.loads(change.before)}
    DraftLine.objects.create(pk=change.target_id, ward_id=draft.ward_id, draft=draft, **facts)


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
    draft: PlanImport,
    row: int | None,
    *,
    name: str,
    target: str,
    lead: str,
    seen: str | None = None,
    by: int,
    at: dt.datetime,
) -> DraftIndicator:
    """An indicator that no row of the annex carries: a new one, or the row of that id. target: "từ 95% trở lên".

    seen: what stood there when the typing began, as `queries.measure_words` says it (None: not known). Raises Refusal
    draft.changed-meanwhile, draft.indicator-unnamed, draft.target-unclear, draft.value-unusable, draft.field-unknown.
    """
    draft = drafts.under_review(draft)
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
        if seen is not None and " ".join(seen.split()) != " ".join(queries.measure_words(found).split()):
            raise Refusal("draft.changed-meanwhile", "name", theirs=queries.measure_words(found))
        kept = found
    before = _indicator_json(kept) if kept.pk else ""
    kept.name, kept.lead = name, lead
    kept.comparator, kept.target, kept.unit, kept.better = (
        read.comparator or "", level, read.unit or "", read.better or "",
    )  # fmt: skip
    kept.save()
    cells.note(
        draft,
        cells.next_batch(draft),
        "indicator",
        kept.pk,
        "row",
        before,
        _indicator_json(kept),
        by=by,
        at=at,
    )
    return kept


@transaction.atomic
def remove_indicator(draft: PlanImport, row: int, *, by: int, at: dt.datetime) -> None:
    """Take an indicator that stands by itself out of the draft; step back brings it again."""
    draft = drafts.under_review(draft)
    gone = draft.indicators.filter(pk=row, where="").first()
    if gone is None:
        return
    cells.note(
        draft, cells.next_batch(draft), "indicator", gone.pk, "row", _indicator_json(gone), "", by=by, at=at
    )
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
def step_back(draft: PlanImport, *, by: int, at: dt.datetime) -> str:
    """Undo the newest press: every cell it changed, and the finding it settled. Raises Refusal draft.nothing-to-undo.

    The answer is the id of a line it touched ("" for none), to show it.
    """
    draft = drafts.under_review(draft)
    newest = draft.changes.first()
    if newest is None:
        raise Refusal("draft.nothing-to-undo")
    touched: list[Cell] = []
    changes = list(draft.changes.filter(batch=newest.batch))
    for change in changes:
        if change.target == "finding":
            DraftFinding.objects.filter(draft=draft, pk=change.target_id).update(
                state=DraftFinding.OPEN, reason=""
            )
        elif change.target == "added" and change.field == "section":
            draft.sections.filter(pk=change.target_id, lines=None).delete()
        elif change.target == "added":
            _take_out(draft, change.target_id)
        elif change.target == "removed":
            _restore(draft, change)
        elif change.target == "indicator":
            _indicator_back(draft, change)
        else:
            cell = Cell(change.target, change.target_id, change.field)
            row = cells.row_of(draft, cell)
            cells.set_value(row, change.field, change.before)
            row.save()
            touched.append(cell)
    DraftChange.objects.filter(pk__in=[c.pk for c in changes]).delete()
    _look_again(draft, touched)
    history.append(draft, "import.stepped-back", by=by, at=at, changes=len(changes))
    return next((str(cell.id) for cell in reversed(touched) if cell.target == "line"), "")
