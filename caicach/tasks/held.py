"""A task's row held for a change, and the three questions before it: is it open, has somebody else changed it, was this sent twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from caicach.core import trip
from caicach.core.http import Missing
from caicach.history import queries as history
from caicach.rules.refusal import Refusal
from caicach.tasks.models import Task
from caicach.tasks.story import moment


def hold(task: Task) -> Task:
    """The row as it is now, held until the caller's transaction ends. Raises Missing where its plan was undone meanwhile."""
    return hold_and_ask(task)[0]


def hold_and_ask(task: Task, *questions: QuerySet[Any]) -> tuple[Task, list[list[Any]]]:
    """As `hold`, and what is to be known of the task as it is then, in the same trip."""
    found, *answers = trip.ask(Task.objects.select_for_update().filter(pk=task.pk), *questions)
    if not found:
        raise Missing
    return found[0], answers


def hold_open(task: Task) -> Task:
    """As `hold`; raises Refusal task.set-aside for one that was taken out, task.closed where its year is."""
    return check_open(hold(task))


def check_open(held: Task) -> Task:
    if held.set_aside_at:
        raise Refusal("task.set-aside")
    if held.closed_at:
        raise Refusal("task.closed")
    return held


def happened(task: Task, *, seen: int | None) -> QuerySet[Any]:
    """The question for `is_repeat` what happened since the sender's page was made; none where it doesn't say."""
    return history.events_of(task.ward_id, "tasks.task", [] if seen is None else [task.pk], after=seen or 0)


def is_repeat(
    task: Task,
    code: str,
    *,
    by: int,
    seen: int | None,
    word: str = "",
    facts: Mapping[str, object] | None = None,
    alone: bool = True,
    since: Sequence[Any] | None = None,
) -> bool:
    """Whether the same person has just sent the same thing: a double click, a form sent again.

    seen: the id of the newest event that the person's page showed; None asks for no such care. Raises Refusal
    task.changed-meanwhile where somebody else did something to the task since then (alone: as far as that matters).
    since: what `happened`, where that was asked already.
    """
    if seen is None:
        return False
    rows = happened(task, seen=seen) if since is None else since
    later = sorted(map(history.told, rows), key=lambda told: told.id)
    wanted = {name: _plain(value) for name, value in (facts or {}).items()}
    for told in later:
        if (told.by, told.code, told.word) == (by, code, word) and wanted.items() <= told.facts.items():
            return True
    others = [told for told in later if alone and told.by != by and told.code in _MATTERS]
    if others:
        newest = moment(others[-1])
        what = f"{newest.what[:1].lower()}{newest.what[1:]}" + (f" (“{newest.word}”)" if newest.word else "")
        raise Refusal("task.changed-meanwhile", None, who=newest.who, what=what)
    return False


_MATTERS = frozenset(
    {
        "task.reported",
        "task.handed-in",
        "task.accepted",
        "task.given-back",
        "task.extension-asked",
        "task.extension-granted",
        "task.waits",
        "task.waits-no-more",
        "task.changed",
        "task.taken-in",
    }
)
"""What makes somebody else think again who has an older page open; a comment or a step does not."""


def _plain(value: object) -> object:
    return value.isoformat() if hasattr(value, "isoformat") else value
