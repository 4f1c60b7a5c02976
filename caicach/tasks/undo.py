"""Taking back the last thing that was done to a task, by whoever did it and as long as nothing followed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from caicach.core.http import Missing
from caicach.history import queries as history_of
from caicach.history import services as history
from caicach.organisation.queries import ward_calendar
from caicach.rules.refusal import Refusal
from caicach.tasks import lapsed, notices, services
from caicach.tasks.held import hold
from caicach.tasks.models import (
    Ask,
    Comment,
    Delivery,
    Extension,
    Occurrence,
    Progress,
    Step,
    Task,
    TaskOffice,
)
from caicach.tasks.undo_rules import last_act


@transaction.atomic
def undo(
    task: Task,
    *,
    event: int,
    by: int,
    at: dt.datetime,
    address: str | None = None,
    check_judge: Callable[[], object] = lambda: None,
) -> None:
    """Take back that event. Nothing is deleted: what it made is marked as taken back, and an event tells of it.

    check_judge: asked before a coordinator's word is taken back; raises where it is no longer this one's to give.

    Raises Refusal undo.too-late where something else has happened since, or it is no longer theirs to take back.
    """
    task = hold(task)
    told = history_of.of(task.ward_id, "tasks.task", [task.pk], after=event - 1)
    newest = max(told, key=lambda one: one.id, default=None)
    if newest and newest.code == "task.undone" and newest.by == by and newest.facts.get("event") == event:
        return  # sent twice
    found = last_act(told, by=by, now=at)
    if found is None or found.id != event or task.closed_at:
        raise Refusal("undo.too-late")
    if found.code in _WORDS_OF_A_JUDGE:
        check_judge()
    _BACK[found.code](task, found.facts, by, at)
    history.append(
        task, "task.undone", by=by, at=at, word=found.word, address=address, undone=found.code, event=event,
        percent=found.facts.get("percent"), due_on=found.facts.get("due_on"),
    )  # fmt: skip
    notices.tell(task, "task.undone", to=(), by=by, at=at)
    notices.forget(task, found.code, by=by, since=found.at)


Facts = Mapping[str, Any]


def _take_back(model: Any) -> Callable[[Task, Facts, int, dt.datetime], None]:
    def back(task: Task, facts: Facts, by: int, at: dt.datetime) -> None:
        if not model.objects.filter(task=task, pk=facts["row"]).update(taken_back_at=at):
            raise Missing

    return back


def _unjudge(task: Task, facts: Facts, by: int, at: dt.datetime) -> None:
    judged = Delivery.objects.filter(task=task, pk=facts["row"])
    for one in judged:
        lapsed.revive(task, occurrence=one.occurrence_id, ended_at=one.accepted_at, by=by, at=at)
    judged.update(accepted_at=None, returned_at=None, judged_by=None, judged_word="")


def _unjudge_extension(task: Task, facts: Facts, by: int, at: dt.datetime) -> None:
    extension = Extension.objects.get(task=task, pk=facts["row"])
    row = extension.occurrence
    if extension.granted and row is not None:
        row.due_on = dt.date.fromisoformat(facts["due_on"])
        row.working_day = ward_calendar(row.ward_id).work.last_working_day(row.due_on)
        if Occurrence.objects.filter(task=task, due_on=row.due_on).exclude(pk=row.pk).exists():
            raise Refusal("undo.too-late")
        if row.first_due_on == row.due_on:
            row.first_due_on = None
        row.save(update_fields=["due_on", "working_day", "first_due_on"])
    judged_at = extension.judged_at
    extension.granted, extension.judged_by, extension.judged_at, extension.judged_word = None, None, None, ""
    if (
        extension.asked_at == judged_at and extension.asked_by_id == by
    ):  # put off unasked: both steps were one act
        extension.taken_back_at = at
    extension.save()


def _assign_back(task: Task, facts: Facts, by: int, at: dt.datetime) -> None:
    TaskOffice.objects.filter(task=task, pk=facts["row"]).update(person_id=facts["before"]["person"])


def _set_back(task: Task, facts: Facts, by: int, at: dt.datetime) -> None:
    for name, value in facts["before"].items():
        is_day = name == "waits_since" and value
        setattr(task, name, dt.date.fromisoformat(value) if is_day else value)
    task.save(update_fields=list(facts["before"]))


def _untick(task: Task, facts: Facts, by: int, at: dt.datetime) -> None:
    Step.objects.filter(task=task, pk=facts["row"]).update(done_at=None, done_by=None)


def _tick(task: Task, facts: Facts, by: int, at: dt.datetime) -> None:
    Step.objects.filter(task=task, pk=facts["row"]).update(done_at=at, done_by_id=by)


def _undrop(task: Task, facts: Facts, by: int, at: dt.datetime) -> None:
    Step.objects.filter(task=task, pk=facts["row"]).update(taken_back_at=None)


def _unanswer(task: Task, facts: Facts, by: int, at: dt.datetime) -> None:
    Ask.objects.filter(task=task, pk=facts["row"]).update(
        answered_at=None, answered_by=None, answer="", file=None
    )


def _take_in(task: Task, facts: Facts, by: int, at: dt.datetime) -> None:
    services.take_in_again(task, by=by, at=at)


_BACK: dict[str, Callable[[Task, Facts, int, dt.datetime], None]] = {
    "task.reported": _take_back(Progress),
    "task.handed-in": _take_back(Delivery),
    "task.accepted": _unjudge,
    "task.given-back": _unjudge,
    "task.extension-asked": _take_back(Extension),
    "task.extension-granted": _unjudge_extension,
    "task.extension-refused": _unjudge_extension,
    "task.assigned": _assign_back,
    "task.waits": _set_back,
    "task.waits-no-more": _set_back,
    "task.silence-set": _set_back,
    "task.set-aside": _take_in,
    "task.asked": _take_back(Ask),
    "task.answered": _unanswer,
    "task.commented": _take_back(Comment),
    "task.step-added": _take_back(Step),
    "task.step-done": _untick,
    "task.step-open": _tick,
    "task.step-dropped": _undrop,
}
"""Code of an event → what takes it back: the codes of `undo_rules.UNDOABLE`."""

_WORDS_OF_A_JUDGE = frozenset(
    {
        "task.accepted",
        "task.given-back",
        "task.extension-granted",
        "task.extension-refused",
        "task.set-aside",
        "task.silence-set",
    }
)
