"""A `Document` → a `PlanReading`: the order in which a careful clerk reads, each step in a module of its own."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from dataclasses import replace

from rapidfuzz import fuzz

from caicach.reading import body as body_reading
from caicach.reading import indicators as measuring
from caicach.reading.cells import clean_short, deliverables
from caicach.reading.checks import check
from caicach.reading.document import Document, Paragraph, Source, Table
from caicach.reading.head import lines_of, read_head
from caicach.reading.indicators import Measured
from caicach.reading.plan import IndicatorLine, PlanReading, Section, SourceLine, TaskLine
from caicach.reading.rows import RawTask, clean, read_annex
from caicach.reading.understood import ReadTask, Understood
from caicach.rules.deadlines import AMBIGUOUS, DueReading, occurrences, read_due
from caicach.rules.due import Due
from caicach.rules.offices import Directory, Mention, split_roles
from caicach.rules.refusal import Refusal
from caicach.rules.vntext import fold, key, sentence_case, squeeze
from caicach.rules.workdays import WorkCalendar

_DITTO = re.compile(
    r"^\s*(?:như trên|nt|n\.t|như dòng trên|-?\s*nt\s*-?|\"|”|“|″|''|//|-//-|,,)\s*\.?\s*$", re.IGNORECASE
)


def understand(
    document: Document, *, directory: Directory, calendar: WorkCalendar, name: str, year: int | None = None
) -> PlanReading:
    """The plan in a document. year: where the plan names none.

    Raises Refusal file.no-plan when there are neither tasks nor indicators in it.
    """
    annex = read_annex(document)
    lines = lines_of(document, annex.used)
    head, note = read_head(lines, directory)
    plan_year = head.year or year or dt.date.today().year  # noqa: DTZ011 - the year of a paper without any
    head = replace(head, year=head.year or year)
    items = body_reading.outline(lines)
    whole = Understood(document, lines, items, annex, head, note, directory, calendar, plan_year)
    _mend_titles(whole)
    _read_tasks(whole)
    _read_indicators(whole)
    if not whole.tasks and len(whole.measured) < 2:
        raise Refusal("file.no-plan", name=name)
    findings = check(whole)
    return PlanReading(
        head=head,
        sections=_sections(whole),
        tasks=tuple(_task_line(task, whole) for task in whole.tasks),
        indicators=tuple(_indicator_line(measured) for measured in whole.measured),
        findings=tuple(findings),
        kind=document.kind,
        pages=document.pages,
        source_lines=tuple(_source_lines(document)),
    )


# --- sections ------------------------------------------------------------------------------------------------------

_STANDARD = (
    "Cải cách thể chế", "Cải cách thủ tục hành chính", "Cải cách tổ chức bộ máy", "Cải cách tổ chức bộ máy hành chính nhà nước", "Cải cách chế độ công vụ", "Cải cách tài chính công",
    "Chuyển đổi số", "Xây dựng và phát triển chính quyền điện tử, chính quyền số", "Hiện đại hóa hành chính", "Công tác chỉ đạo, điều hành cải cách hành chính",
    "Công tác chỉ đạo điều hành",
)  # fmt: skip


def _written_out(title: str) -> str:
    text = re.sub(r"\([^)]*\)", " ", title)
    for short, full in (
        ("CCHC", "cải cách hành chính"),
        ("TTHC", "thủ tục hành chính"),
        ("QPPL", "quy phạm pháp luật"),
    ):
        text = text.replace(short, full)
    return key(text)


def _mend_titles(whole: Understood) -> None:
    """A title that is nearly, not quite, a heading of the body (or one of the six contents) is taken to be that one."""
    headings = [
        item.text.rstrip(" .:;") for item in whole.items if item.level in (1, 2, 3) and len(item.text) < 160
    ]
    for index, section in enumerate(whole.annex.sections):
        own = _written_out(section.title.rsplit(" / ", 1)[-1])
        if not own:
            continue
        known = [_written_out(heading) for heading in headings] + [_written_out(title) for title in _STANDARD]
        texts = [sentence_case(heading) for heading in headings] + list(_STANDARD)
        if own in known:
            continue
        best = max(range(len(known)), key=lambda n: fuzz.ratio(own, known[n]), default=None)
        if best is None or fuzz.ratio(own, known[best]) < 78:
            continue
        mine, theirs = own.split(), known[best].split()
        differs = [word for word in mine if word not in theirs]
        lacking = [word for word in theirs if word not in mine]
        if not differs or not lacking or len(differs) > 3:
            continue  # longer or shorter wording, not another word
        if best >= len(headings) and fuzz.ratio(own, known[best]) < 88:
            continue  # the body has no such heading: only a slip of the pen is mended to a usual title
        outer, slash, _inner = section.title.rpartition(" / ")
        whole.titles[index] = (section.title, texts[best])
        section.title = f"{outer}{slash}{texts[best]}"


def _sections(whole: Understood) -> tuple[Section, ...]:
    counts = Counter(task.raw.section for task in whole.tasks)
    for section_index, section in enumerate(whole.annex.sections):
        if section.indicator_table:
            counts[section_index] += 0
    return tuple(
        Section(
            section.number,
            section.title,
            section.declared,
            counts[index],
            section.printed_number,
            section.printed_title,
            section.source,
        )
        for index, section in enumerate(whole.annex.sections)
        if not section.indicator_table
    )


# --- tasks ---------------------------------------------------------------------------------------------------------


def _read_tasks(whole: Understood) -> None:
    previous: RawTask | None = None
    for raw in whole.annex.tasks:
        if raw.indicator_table:
            continue
        section = whole.annex.sections[raw.section] if raw.section >= 0 else None
        ditto = []
        for meaning in ("deliverable", "lead", "coordinator", "due"):
            if previous is not None and _DITTO.match(raw.get(meaning)) and previous.get(meaning):
                raw.cells[meaning] = previous.get(meaning)
                ditto.append(meaning)
        leads, coordinators = _offices(raw, whole.directory)
        due = _due(raw, whole.year)
        title = section.title if section else ""
        task = ReadTask(
            raw, section.number if section else "", clean(raw), deliverables(raw.get("deliverable")), leads, coordinators, due,
            measuring.sets_target(raw, title), tuple(ditto),
        )  # fmt: skip
        whole.tasks.append(task)
        previous = raw
    _complete_short_leads(whole)


def _offices(raw: RawTask, directory: Directory) -> tuple[list[Mention], list[Mention]]:
    lead_text, with_text = raw.get("lead") or raw.get("offices"), raw.get("coordinator")
    lead_text, with_text = _unmark(lead_text), _unmark(with_text)
    roles = split_roles(lead_text)
    if roles:
        lead_text = roles[0]
        with_text = f"{roles[1]}; {with_text}" if with_text and roles[1] else roles[1] or with_text
    elif raw.get("offices") and not raw.get("lead"):
        # one column for both without words: the first line leads
        parts = [line for line in lead_text.split("\n") if line.strip()]
        if len(parts) > 1:
            lead_text, with_text = parts[0], "\n".join(parts[1:])
    return _distinct(directory.mentions(lead_text)), _distinct(directory.mentions(with_text))


def _unmark(text: str) -> str:
    from caicach.reading.cells import unmarked

    return re.sub(r"\*\*(.+?)\*\*", r"\1", unmarked(text))


def _distinct(mentions: list[Mention]) -> list[Mention]:
    seen: dict[str, Mention] = {}
    for mention in mentions:
        seen.setdefault(key(mention.name), mention)
    return list(seen.values())


def _due(raw: RawTask, year: int) -> DueReading:
    text = _unmark(raw.get("due")).strip()
    start, end = clean_short(raw.get("start")), clean_short(raw.get("end"))
    if start or end:
        if start and end:
            both = read_due(f"{start} - {end}", year)
            first, last = read_due(start, year), read_due(end, year)
            if both.due.kind == "unknown" and first.due.end and last.due.end:
                begin = first.due.start or (
                    first.due.end.replace(day=1)
                    if re.fullmatch(r"\D*\d{1,2}(?:/\d{4})?", start)
                    else first.due.end
                )
                return DueReading(Due("by", start=begin, end=last.due.end, text=f"{start} - {end}"))
            return both
        return read_due(end or f"Từ {start}", year)
    shown = squeeze(text)
    reading = read_due(shown, year)
    if reading.due.kind == "unknown" and AMBIGUOUS in reading.findings and "\n" in text:
        parts = [squeeze(re.sub(r"^\s*[-+•]\s*", "", line)) for line in text.split("\n") if line.strip()]
        again = read_due("; ".join(parts), year)
        if again.due.kind != "unknown":
            return replace(again, due=replace(again.due, text=shown))
    return reading


def _complete_short_leads(whole: Understood) -> None:
    """ "Văn phòng" alone is the office of the section's other rows whose name begins so, else the handbook's."""
    for task in whole.tasks:
        for place, mention in enumerate(task.leads):
            if not mention.short:
                continue
            names = Counter(
                other.name
                for near in whole.tasks
                if near.section == task.section
                for other in near.leads
                if other.known and fold(other.name).startswith(fold(mention.name))
            ) or Counter(
                other.name
                for near in whole.tasks
                for other in near.leads
                if other.known and fold(other.name).startswith(fold(mention.name))
            )
            name = names.most_common(1)[0][0] if names else "Văn phòng HĐND và UBND"
            task.leads[place] = replace(mention, name=name)


def _task_line(task: ReadTask, whole: Understood) -> TaskLine:
    due = task.due.due
    return TaskLine(
        section=task.section,
        number=task.raw.number,
        content=task.content,
        deliverables=task.deliverables,
        leads=tuple(mention.name for mention in task.leads),
        coordinators=tuple(mention.name for mention in task.coordinators),
        due=due,
        occurrences=occurrences(due, whole.year, whole.calendar, whole.head.date),
        note=clean_short(task.raw.get("note")) or None,
        source=task.raw.source,
        is_indicator=task.is_indicator,
    )


# --- indicators ----------------------------------------------------------------------------------------------------


def _read_indicators(whole: Understood) -> None:
    whole.listed = body_reading.listed_indicators(whole.items)
    found: list[Measured] = []
    for task in whole.tasks:
        if not task.is_indicator:
            continue
        leads = tuple(mention.name for mention in task.leads)
        section = whole.annex.sections[task.raw.section].title if task.raw.section >= 0 else None
        if task.raw.get("target_text") or task.raw.get("target"):
            found.extend(
                measuring.measured_from_table(task.raw, group=section, where=task.where, leads=leads)
            )
        else:
            found.extend(
                measuring.measured_from_text(
                    task.content, group=section, source=task.raw.source, task=task.where, leads=leads
                )
            )
    for raw in whole.annex.tasks:
        if raw.indicator_table:
            section = whole.annex.sections[raw.section].title if raw.section >= 0 else None
            leads = tuple(mention.name for mention in _offices(raw, whole.directory)[0])
            found.extend(measuring.measured_from_table(raw, group=section, where=None, leads=leads))
    only, whole.pairs = measuring.match_body(found, whole.listed)
    whole.measured = [*found, *only]


def _indicator_line(measured: Measured) -> IndicatorLine:
    target = measured.target
    return IndicatorLine(
        name=measured.name,
        group=measured.group,
        comparator=target.comparator,
        target=target.target,
        unit=target.unit,
        better=target.better,
        lead=measured.leads[0] if measured.leads else None,
        source=measured.source,
        task=measured.task,
    )


# --- source --------------------------------------------------------------------------------------------------------


def _source_lines(document: Document) -> list[SourceLine]:
    lines: list[SourceLine] = []
    for block in document.blocks:
        if isinstance(block, Paragraph):
            lines.append(SourceLine(block.text, block.source))
        elif isinstance(block, Table):
            for row in block.rows:
                text = " | ".join(squeeze(cell.text) for cell in row.cells if not cell.filled_down)
                lines.append(SourceLine(re.sub(r"(?: \| )+$", "", text.rstrip(" |")), row.source))
    return lines


def source_key(source: Source) -> tuple[object, ...]:
    """What identifies a place in the file."""
    return source.page, source.line, source.table, source.sheet, source.row
