"""From a draft to a plan in force, and back: its rows made, amended, taken back. No transaction is begun here."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.core import serializers
from django.db import models

from caicach.history import services as history
from caicach.organisation.queries import offices as offices_of
from caicach.organisation.queries import ward_calendar
from caicach.plans import drafts
from caicach.plans.models import (
    DraftFinding,
    DraftHead,
    DraftIndicator,
    DraftLine,
    Indicator,
    Plan,
    PlanImport,
    PlanLine,
    Section,
)
from caicach.reading.indicators import measured_from_text, words_set_target
from caicach.reading.plan import NOWHERE
from caicach.rules import amendment
from caicach.rules.refusal import Refusal
from caicach.rules.vntext import key
from caicach.rules.workdays import WorkCalendar
from caicach.tasks import services as tasks
from caicach.tasks.services import Duty


def checked_lines(draft: PlanImport) -> list[DraftLine]:
    lines = sorted(
        draft.lines.select_related("section"),
        key=lambda row: (row.section.position, row.section.pk, row.position, row.pk),
    )
    if not lines:
        raise Refusal("plan.no-lines")
    for row in lines:
        if not row.content.strip() or not row.number.strip():
            raise Refusal(
                "plan.line-incomplete",
                place=where(row) if row.number else f"cuối mục {row.section.number}",
                line=row.pk,
            )
    twice = [where for where, count in Counter(_address(row) for row in lines).items() if count > 1]
    if twice:
        raise Refusal("plan.number-twice", place=twice[0])
    errors = open_errors(draft)
    if errors:
        raise Refusal("plan.errors-open", count=errors)
    return lines


def open_errors(draft: PlanImport) -> int:
    """How many errors hold the draft back."""
    return draft.findings.filter(state=DraftFinding.OPEN, severity="error").count()


def where(row: DraftLine) -> str:
    """A row as findings name it: "II.6"."""
    return f"{row.section.number}.{row.number}" if row.section.number else row.number


def _address(row: DraftLine) -> str:
    """The task's number in its address: "II-6"; letters, figures, points and dashes only."""
    text = f"{row.section.number}-{row.number}".strip("-")
    return "".join(c if c.isalnum() or c in ".-" else "-" for c in text).strip("-.")[:40] or "0"


def _sources(draft: PlanImport) -> dict[tuple[object, ...], str]:
    """The file's own lines by their place; empty for what was typed."""
    return {drafts.source_key(row): row.text for row in draft.sources.all()}


def _duty(
    row: DraftLine,
    year: int,
    not_before: dt.date | None,
    sources: dict[tuple[object, ...], str],
    calendar: WorkCalendar,
) -> Duty:
    reading = drafts.due_of(row.due, year)
    place = " · ".join(
        words
        for words in (
            f"trang {row.page}" if row.page else "",
            f"dòng {row.line or row.row}" if row.line or row.row else "",
            f"bảng {row.table}" if row.table else "",
            row.sheet,
        )
        if words
    )
    return Duty(
        number=_address(row),
        section_title=row.section.title,
        title=drafts.title_of(row.content)[:200],
        content=row.content,
        deliverables=drafts.list_of(row.deliverables),
        leads=drafts.list_of(row.leads),
        helpers=drafts.list_of(row.coordinators),
        due=reading.due,
        occurrences=drafts.days_of(row.due, year, not_before, calendar),
        note=row.note,
        is_indicator=is_indicator(row),
        source_text=sources.get(drafts.source_key(row), "") if sources else "",
        source_place=place,
    )


def _origin(head: DraftHead, year: int) -> str:
    number = f"Kế hoạch số {head.number}" if head.number else f"Kế hoạch năm {year}"
    return f"{number} ngày {head.date:%d/%m/%Y}" if head.date else number


def _since(head: DraftHead, today: dt.date) -> dict[str, dt.date]:
    """From when its duties count, and from when they stand here: a plan may be entered months after it was signed."""
    signed = head.date or today
    return {"since": min(signed, today), "here_since": max(signed, today)}


def make(draft: PlanImport, lines: Sequence[DraftLine], *, by: int, at: dt.datetime, today: dt.date) -> Plan:
    if Plan.objects.filter(ward_id=draft.ward_id, year=draft.year, kind=draft.kind).exists():
        raise Refusal("plan.already-in-force", year=draft.year)
    head = draft.head
    plan = Plan.objects.create(
        ward_id=draft.ward_id, year=draft.year, kind=draft.kind, number=head.number, date=head.date,
        title=head.title or f"Cải cách hành chính năm {draft.year}", issuer=head.issuer, signer=head.signer,
        coordinating_office=head.coordinating_office, in_force_at=at,
    )  # fmt: skip
    homes = _sections(draft, plan)
    sources = _sources(draft)
    calendar = ward_calendar(draft.ward_id).work
    duties = [_duty(row, draft.year, head.date, sources, calendar) for row in lines]
    made = tasks.take_over(
        duties, ward=draft.ward_id, year=draft.year, book=draft.kind, origin=_origin(head, draft.year),
        **_since(head, today), offices=offices_of(draft.ward_id), by=by, at=at,
    )  # fmt: skip
    _lines(plan, lines, homes, {row.pk: task.pk for row, task in zip(lines, made, strict=True)})
    _indicators(draft, lines, plan)
    history.append(plan, "plan.put-into-effect", by=by, at=at, tasks=len(made), number=head.number)
    return plan


def _sections(draft: PlanImport, plan: Plan) -> dict[int, Section]:
    rows = list(draft.sections.all())
    made = Section.objects.bulk_create(
        Section(ward_id=draft.ward_id, plan=plan, position=n, number=row.number, title=row.title)
        for n, row in enumerate(rows)
    )
    return {row.pk: section for row, section in zip(rows, made, strict=True)}


def _lines(
    plan: Plan, lines: Sequence[DraftLine], homes: Mapping[int, Section], task_of: Mapping[int, int]
) -> None:
    PlanLine.objects.bulk_create(
        PlanLine(
            ward_id=plan.ward_id,
            plan=plan,
            section=homes[row.section_id],
            position=n,
            number=row.number,
            task_id=task_of[row.pk],
        )
        for n, row in enumerate(lines)
    )


def indicators_of(draft: PlanImport, lines: Sequence[DraftLine]) -> list[tuple[Indicator, int | None]]:
    """The plan's indicators, not saved: those of the annex's rows by their words as they are now, then those by themselves.

    lines: the draft's, each with its section. With each of the latter comes the id of its own row in the draft.
    """
    read: dict[str, list[DraftIndicator]] = defaultdict(list)
    for indicator in draft.indicators.all():
        read[indicator.where].append(indicator)
    made: list[tuple[Indicator, int | None]] = []
    for row in lines:
        known = read.get(row.place, []) if row.place else []
        if not is_indicator(row) and not known:
            continue
        group = known[0].group if known else row.section.title
        leads = drafts.list_of(row.leads)
        found = measured_from_text(row.content, group=group, source=NOWHERE, task=where(row), leads=leads)
        if any(measured.target.value is not None for measured in found):
            made += [
                (Indicator(
                    name=m.name, group=group, comparator=m.target.comparator or "", target=drafts.storable(m.target.value),
                    unit=(m.target.unit or "")[:60], better=m.target.better or "", lead=leads[0][:300] if leads else "", where=where(row)[:80],
                ), None)
                for m in found
            ]  # fmt: skip
        else:
            made += [(_copied(indicator), None) for indicator in known]
    return made + [(_copied(indicator), indicator.pk) for indicator in read.get("", [])]


def _indicators(draft: PlanImport, lines: Sequence[DraftLine], plan: Plan) -> None:
    made = [indicator for indicator, _ in indicators_of(draft, lines)]
    for position, new in enumerate(made):
        new.ward_id, new.plan, new.position = draft.ward_id, plan, position
    Indicator.objects.bulk_create(made)


def _copied(i: DraftIndicator) -> Indicator:
    return Indicator(
        name=i.name, group=i.group, comparator=i.comparator, target=i.target, unit=i.unit, better=i.better, lead=i.lead, where=i.where
    )  # fmt: skip


def is_indicator(row: DraftLine) -> bool:
    """A row that wants no document but names a figure; typed ones too."""
    return not row.deliverables.strip() and (
        row.is_indicator or words_set_target(row.content, row.section.title)
    )


def in_force(ward: int, year: int, kind: str) -> Plan:
    """The plan in force that an amendment changes. Raises Refusal plan.none-in-force."""
    plan = Plan.objects.filter(ward_id=ward, year=year, kind=kind).first()
    if plan is None:
        raise Refusal("plan.none-in-force", "year", year=year)
    return plan


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Renamed:
    """A section's title, or an indicator's level, before and after."""

    name: str
    before: str
    after: str


def _numbered(pairs: Iterable[tuple[str, T]]) -> dict[tuple[str, int], T]:
    """By name and which of that name it is: two may be called the same."""
    counts: Counter[str] = Counter()
    answer: dict[tuple[str, int], T] = {}
    for name, value in pairs:
        answer[name, counts[name]] = value
        counts[name] += 1
    return answer


def compare_around(
    draft: PlanImport, plan: Plan, words: Callable[[Indicator], str]
) -> dict[str, list[Renamed]]:
    """What an amendment does beside its rows: "sections" by number, "indicators" by name; "" for what is not there.

    plan: the one in force. words: an indicator's level as the screen says it.
    """
    rows = list(draft.lines.select_related("section").order_by("section__position", "position"))
    old_sections = _numbered(
        (s.number, s.title)
        for s in plan.sections.filter(lines__isnull=False, lines__task__set_aside_at=None).distinct()
    )
    new_sections = _numbered(
        {row.section_id: (row.section.number, row.section.title) for row in rows}.values()
    )
    old = _numbered((key(one.name), one) for one in plan.indicators.all())
    new = _numbered((key(one.name), one) for one, _ in indicators_of(draft, rows))
    levels = [
        Renamed(
            (new.get(name) or old[name]).name,
            words(old[name]) or "chưa có số" if name in old else "",
            words(new[name]) or "chưa có số" if name in new else "",
        )
        for name in dict.fromkeys([*new, *old])
    ]
    titles = [
        Renamed(at[0], old_sections.get(at, ""), new_sections.get(at, ""))
        for at in dict.fromkeys([*new_sections, *old_sections])
    ]
    return {
        "sections": [one for one in titles if one.before != one.after],
        "indicators": [one for one in levels if one.before != one.after],
    }


# --- amendment -------------------------------------------------------------------------------------------------


def compare(draft: PlanImport) -> amendment.Amendment[int]:
    """What the draft adds, changes and drops against the plan in force; refs are draft lines' and tasks' ids."""
    plan = in_force(draft.ward_id, draft.year, draft.kind)
    rows = list(draft.lines.select_related("section").order_by("section__position", "position"))
    new = [
        amendment.Duty(
            row.pk, _address(row), row.content, row.due, drafts.list_of(row.leads), drafts.list_of(row.coordinators),
            drafts.list_of(row.deliverables), row.note,
        )
        for row in rows
    ]  # fmt: skip
    old = []
    for line in (
        plan.lines.select_related("task")
        .prefetch_related("task__offices")
        .filter(task__set_aside_at__isnull=True)
    ):
        task = line.task
        old.append(
            amendment.Duty(
                task.pk, task.number, task.content, task.due_text,
                tuple(o.name for o in task.offices.all() if o.role == "lead"),
                tuple(o.name for o in task.offices.all() if o.role == "help"),
                tuple(task.deliverables.split("\n")) if task.deliverables else (), task.note,
            )
        )  # fmt: skip
    by_hand = {row.pk: None if row.same_as == "new" else int(row.same_as) for row in rows if row.same_as}
    return amendment.compare(old, new, by_hand=by_hand)


def amend(draft: PlanImport, lines: Sequence[DraftLine], *, by: int, at: dt.datetime, today: dt.date) -> Plan:
    """Make the plan in force say what the draft says; what it said before is remembered in `draft.before`."""
    plan = Plan.objects.select_for_update().get(pk=in_force(draft.ward_id, draft.year, draft.kind).pk)
    if plan.closed_at:
        raise Refusal("plan.closed", year=plan.year)
    found = compare(draft)
    moved = [changed.before.ref for changed in found.changed] + [gone.ref for gone in found.dropped]
    before = {
        "number": plan.amended_number,
        "on": plan.amended_on and plan.amended_on.isoformat(),
        "rows": serializers.serialize(
            "json", [*plan.sections.all(), *plan.lines.all(), *plan.indicators.all()]
        ),
        "tasks": tasks.remember(moved, ward=draft.ward_id),
        "newest": plan.newest_id,
    }
    sources = _sources(draft)
    head = draft.head
    word = f"Theo {_origin(head, draft.year)}"
    offices = offices_of(draft.ward_id)
    rows = {row.pk: row for row in lines}
    old = {line.task_id: line for line in plan.lines.select_related("task")}
    for gone in found.dropped:
        tasks.set_aside(old[gone.ref].task, by=by, at=at, word=word)
    # Numbers first make room for each other: II-3 may become II-4 while II-4 becomes II-5.
    for changed in found.changed:
        tasks.renumber(old[changed.before.ref].task, f"~{changed.before.ref}")
    task_of = {after.ref: before.ref for before, after in found.same}
    calendar = ward_calendar(draft.ward_id).work
    for changed in found.changed:
        task_of[changed.after.ref] = changed.before.ref
        duty = _duty(rows[changed.after.ref], draft.year, head.date or plan.date, sources, calendar)
        tasks.change(old[changed.before.ref].task, duty, offices=offices, by=by, at=at, word=word)
    fresh = [rows[duty.ref] for duty in found.added]
    made = tasks.take_over(
        [_duty(row, draft.year, head.date, sources, calendar) for row in fresh], ward=draft.ward_id, year=draft.year, book=draft.kind,
        origin=_origin(head, draft.year), **_since(head, today), offices=offices, by=by, at=at,
    )  # fmt: skip
    task_of |= {row.pk: task.pk for row, task in zip(fresh, made, strict=True)}
    kept = [
        line
        for line in old.values()
        if line.task_id in {d.ref for d in found.dropped} or line.task.set_aside_at
    ]
    homes = _sections(draft, plan)
    last = Section.objects.filter(plan=plan, pk__in=[s.pk for s in homes.values()]).count()
    plan.lines.exclude(pk__in=[line.pk for line in kept]).delete()
    old_homes = {line.section_id for line in kept}
    Section.objects.filter(plan=plan).exclude(pk__in=[s.pk for s in homes.values()]).exclude(
        pk__in=old_homes
    ).delete()
    Section.objects.filter(plan=plan, pk__in=old_homes).update(position=models.F("position") + last)
    _lines(plan, lines, homes, task_of)
    plan.indicators.all().delete()
    _indicators(draft, lines, plan)
    plan.amended_number, plan.amended_on = head.number or "sửa đổi", head.date or today
    plan.save(update_fields=["amended_number", "amended_on"])
    event = history.append(
        plan, "plan.amended", by=by, at=at, number=head.number,
        added=len(found.added), changed=len(found.changed), dropped=len(found.dropped),
    )  # fmt: skip
    draft.before = json.dumps({**before, "added": [task.pk for task in made], "event": event})
    return plan


def event_of(draft: PlanImport) -> int:
    """The id of the event with which an amendment took effect: what has a greater one came after it."""
    return int(json.loads(draft.before)["event"])


def take_back(plan: Plan, draft: PlanImport, *, by: int, at: dt.datetime) -> None:
    """The plan as it was before this amendment: its rows, its indicators, what its tasks say. Nothing was reported since.

    Raises Refusal plan.reported where something hangs on what would go all the same.
    """
    before = json.loads(draft.before)
    plan.lines.all().delete()
    plan.indicators.all().delete()
    plan.sections.all().delete()
    tasks.remove(before["added"], ward=plan.ward_id)
    word = f"Hoàn tác {_origin(draft.head, draft.year)}"
    tasks.bring_back(before["tasks"], ward=plan.ward_id, by=by, at=at, word=word)
    for row in serializers.deserialize("json", before["rows"]):
        row.save()
    number = plan.amended_number
    plan.amended_number = before["number"]
    plan.amended_on = dt.date.fromisoformat(before["on"]) if before["on"] else None
    plan.newest_id = before["newest"]
    plan.save(update_fields=["amended_number", "amended_on", "newest"])
    history.append(plan, "plan.amendment-undone", by=by, at=at, number=number)
