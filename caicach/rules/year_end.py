"""How a task ends its year: what its own facts suggest. A person decides."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from caicach.rules.task_status import Status, TaskFacts

Result = Literal["more", "reached", "not", ""]

RESULTS: dict[str, str] = {"more": "Vượt", "reached": "Đạt", "not": "Chưa đạt"}


def suggested(facts: TaskFacts, status: Status, *, today: dt.date) -> tuple[Result, str]:
    """The result and a word for it; "" where the facts do not say: nothing was owed, or nothing was ever heard.

    All that was owed and accepted, late or not: reached. Running and heard of: reached. Something owed until today and
    not accepted: not reached. "More" is never suggested: only people know it.
    """
    owed = [one for one in facts.occurrences if one.due_on <= today]
    if facts.occurrences:
        left = sum(not one.accepted for one in facts.occurrences)
        if not left:
            return "reached", status.words if status.days else ""
        if any(not one.accepted for one in owed):
            return "not", f"Còn {left} kỳ chưa xong" if len(facts.occurrences) > 1 else "Chưa xong"
        return "", ""
    if facts.kind == "ongoing":
        if status.code == "silent":
            return "", status.words
        return ("reached", "") if facts.last_word_on else ("", "")
    return "", ""
