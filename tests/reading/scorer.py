"""Compares what was read with what the generator put in, field by field."""

from __future__ import annotations

import re
import unicodedata

from caicach import data
from caicach.reading.plan import PlanReading
from caicach.rules.deadlines import read_due
from tests.reading.generator import YEAR, Plan


def same(text: object, *, loose: bool = False) -> str:
    """Text for comparing: case, blanks, dashes and marks at the ends do not count; loose: no blanks at all."""
    plain = unicodedata.normalize("NFC", str(text or "")).casefold()
    plain = re.sub(r"\s*[‐-―−-]\s*", "-", plain)
    return re.sub(r"\s+", "" if loose else " ", plain).strip(' .;,:"“”*')


class Score:
    def __init__(self) -> None:
        self.right = 0
        self.wrong: list[str] = []

    def check(self, what: str, got: object, want: object) -> None:
        if got == want:
            self.right += 1
        else:
            self.wrong.append(f"{what}: want {want!r}, got {got!r}")

    @property
    def share(self) -> float:
        return self.right / max(1, self.right + len(self.wrong))


def score(reading: PlanReading, plan: Plan, *, loose: bool = False, head: bool = True) -> Score:
    result = Score()

    def text(value: object) -> str:
        return same(value, loose=loose)

    def texts(values: object) -> list[str]:
        return [text(value) for value in values]  # type: ignore[attr-defined]

    directory = data.office_directory(None)
    if head:
        result.check("number", text(reading.head.number), text(plan.number))
        result.check("date", reading.head.date.isoformat() if reading.head.date else None, plan.date)
        result.check("year", reading.head.year, YEAR)
        result.check("signer", text(reading.head.signer), text(plan.signer))
    result.check("sections", len(reading.sections), len(plan.sections))
    result.check("tasks", len(reading.tasks), len(plan.tasks))
    by_number = {section.number: section for section in reading.sections}
    for section in plan.sections:
        found = by_number.get(section.number)
        result.check(f"{section.number} title", text(found.title) if found else None, text(section.title))
        result.check(f"{section.number} tasks", found.tasks if found else None, len(section.tasks))
    tasks = {(task.section, task.number): task for task in reading.tasks}
    for section, task in plan.tasks:
        where = f"{section.number}.{task.number}"
        got = tasks.get((section.number, task.number))
        due = read_due(task.due, YEAR).due
        result.check(f"{where} content", text(got.content) if got else None, text(task.content))
        result.check(
            f"{where} deliverables", texts(got.deliverables) if got else None, texts(task.deliverables)
        )
        result.check(f"{where} leads", texts(got.leads) if got else None, texts(task.leads))
        result.check(
            f"{where} coordinators", texts(got.coordinators) if got else None, texts(task.coordinators)
        )
        facts = (got.due.kind, got.due.start, got.due.end, got.due.every) if got else None
        result.check(f"{where} due", facts, (due.kind, due.start, due.end, due.every))
    del directory
    return result
