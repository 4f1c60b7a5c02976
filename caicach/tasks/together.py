"""People at a task: who does it, who is asked for a part, steps, words between them, who watches."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q

from caicach.accounts.queries import Colleague, colleagues
from caicach.documents.services import StoredFile
from caicach.history import services as history
from caicach.organisation.queries import offices as offices_of
from caicach.rules.mentions import mentioned
from caicach.rules.refusal import Refusal
from caicach.tasks import notices
from caicach.tasks.held import hold_open, is_repeat
from caicach.tasks.models import Ask, Comment, Step, Task, TaskOffice, Watch


@transaction.atomic
def assign(
    task: Task,
    *,
    office: int,
    person: int | None,
    by: int,
    at: dt.datetime,
    address: str | None = None,
    word: str = "",
    code: str = "task.assigned",
) -> None:
    """Say who does the task in one of its offices; None: nobody by name. Raises Refusal assign.not-there, assign.no-office."""
    task = hold_open(task)
    row = TaskOffice.objects.filter(task=task, office_id=office).order_by("-role").first()
    if row is None:
        raise Refusal("assign.no-office")
    people = {one.id: one for one in colleagues(task.ward_id) if one.office_id == office}
    if person is not None and person not in people:
        raise Refusal("assign.not-there", "person")
    if row.person_id == person:
        return
    before = row.person_id
    row.person_id = person
    row.save(update_fields=["person"])
    named = people[person].name if person else ""
    history.append(
        task, code, by=by, at=at, word=word, address=address, person=named, office=row.name,
        row=row.pk, before={"person": before},
    )  # fmt: skip
    notices.tell(task, code, to=[person], by=by, at=at, word=word)


def open_steps_of(office: int, person: int) -> list[Step]:
    """The steps of a person in the open tasks that the office has a part in, not done yet. One query."""
    mine = Step.objects.standing().filter(person_id=person, done_at__isnull=True)
    mine = mine.filter(task__set_aside_at__isnull=True, task__closed_at__isnull=True)
    rows = mine.filter(task__in=TaskOffice.objects.filter(office_id=office).values("task_id"))
    return list(rows.select_related("task").order_by("task_id", "position"))


@transaction.atomic
def hand_over(
    tasks: Sequence[Task],
    *,
    office: int,
    leaving: int | None,
    person: int,
    by: int,
    at: dt.datetime,
    address: str | None = None,
    word: str = "",
) -> int:
    """Give everything of one person in an office (None: of nobody) to another one; how many tasks that were.

    Raises Refusal assign.not-there, be it for steps alone.
    """
    theirs = Q(person_id=leaving) if leaving else Q(person__isnull=True)
    rows = TaskOffice.objects.filter(theirs, task__in=tasks, office_id=office)
    ids = set(rows.values_list("task_id", flat=True))
    steps = open_steps_of(office, leaving) if leaving else []
    ward = steps[0].ward_id if steps else 0
    named = {one.id: one.name for one in colleagues(ward) if one.office_id == office} if steps else {}
    if steps and person not in named:
        raise Refusal("assign.not-there", "person")
    for step in steps:
        step.person_id = person
        step.save(update_fields=["person"])
        history.append(
            step.task, "task.step-handed", by=by, at=at, word=step.words, address=address, row=step.pk,
            person=named[person],
        )  # fmt: skip
        if step.task_id not in ids:
            notices.tell(step.task, "task.handed-over", to=[person], by=by, at=at, word=step.words)
    for task in tasks:
        if task.pk in ids:
            assign(
                task,
                office=office,
                person=person,
                by=by,
                at=at,
                address=address,
                word=word,
                code="task.handed-over",
            )
    return len(ids)


@transaction.atomic
def ask(
    task: Task,
    *,
    office: int,
    due_on: dt.date,
    word: str,
    today: dt.date,
    by: int,
    at: dt.datetime,
    address: str | None = None,
    seen: int | None = None,
) -> None:
    """Ask another office for its part, by a day. Raises Refusal ask.word-missing, ask.in-past, ask.no-office."""
    task, word = hold_open(task), word.strip()
    named = {one.id: one for one in offices_of(task.ward_id)}
    if office not in named:
        raise Refusal("ask.no-office", "office")
    if not word:
        raise Refusal("ask.word-missing", "word")
    if due_on < today:
        raise Refusal("ask.in-past", "due_on", day=f"{due_on:%d/%m/%Y}")
    facts: dict[str, Any] = {"office": named[office].short, "due_on": due_on}
    if is_repeat(task, "task.asked", alone=False, by=by, seen=seen, word=word, facts=facts):
        return
    row = Ask.objects.create(
        ward_id=task.ward_id, task=task, office_id=office, by_id=by, at=at, due_on=due_on, word=word
    )
    history.append(task, "task.asked", by=by, at=at, word=word, address=address, row=row.pk, **facts)
    notices.tell(task, "task.asked", to=notices.staff_of(task.ward_id, [office]), by=by, at=at, word=word)


@transaction.atomic
def answer(
    asked: Ask,
    *,
    word: str,
    file: StoredFile | None = None,
    by: int,
    at: dt.datetime,
    address: str | None = None,
) -> None:
    """The office's part: a word, a file, or both. Raises Refusal ask.answer-missing, ask.answered."""
    word = word.strip()
    if not word and file is None:
        raise Refusal("ask.answer-missing", "word")
    task = hold_open(Task(pk=asked.task_id))
    asked = Ask.objects.get(pk=asked.pk)
    if asked.answered_at and (asked.answered_by_id, asked.answer) == (by, word):
        return
    if asked.answered_at or asked.taken_back_at:
        raise Refusal("ask.answered")
    asked.answered_at, asked.answered_by_id, asked.answer, asked.file = at, by, word, file
    asked.save(update_fields=["answered_at", "answered_by", "answer", "file"])
    history.append(
        task, "task.answered", by=by, at=at, word=word, address=address, row=asked.pk,
        file=file.name if file else None,
    )  # fmt: skip
    notices.tell(task, "task.answered", to=[asked.by_id, *notices.doers(task)], by=by, at=at, word=word)


@transaction.atomic
def comment(
    task: Task, *, words: str, by: int, at: dt.datetime, address: str | None = None, seen: int | None = None
) -> None:
    """A word between people; who is named in it as "@Họ Tên" hears of it. Raises Refusal comment.empty."""
    words = words.strip()
    if not words:
        raise Refusal("comment.empty", "words")
    task = hold_open(task)
    if is_repeat(task, "task.commented", alone=False, by=by, seen=seen, word=words):
        return
    row = Comment.objects.create(ward_id=task.ward_id, task=task, at=at, by_id=by, words=words)
    history.append(task, "task.commented", by=by, at=at, word=words, address=address, row=row.pk)
    people = colleagues(task.ward_id)
    named = mentioned(words, [(one.id, one.name) for one in people])
    spoke = Comment.objects.standing().filter(task=task).values_list("by_id", flat=True)
    notices.tell(task, "task.mentioned", to=named, by=by, at=at, word=words, watchers=False)
    notices.tell(task, "task.commented", to=spoke, by=by, at=at, word=words, but=named)


@transaction.atomic
def watch(task: Task, *, person: int, on: bool) -> None:
    """Hear of everything on a task, or no longer. Nobody else's business: no event."""
    if on:
        Watch.objects.get_or_create(ward_id=task.ward_id, task=task, person_id=person)
    else:
        Watch.objects.filter(task=task, person_id=person).delete()


@transaction.atomic
def add_step(
    task: Task,
    *,
    words: str,
    due_on: dt.date | None = None,
    person: int | None = None,
    by: int,
    at: dt.datetime,
    address: str | None = None,
    seen: int | None = None,
) -> Step | None:
    """A piece of the task, after the others; None for one that was sent twice. person: who is to do it.

    Raises Refusal step.empty, step.too-many, step.not-there for somebody of no office of the task.
    """
    task, words = hold_open(task), " ".join(words.split())[:300]
    if not words:
        raise Refusal("step.empty", "words")
    if is_repeat(task, "task.step-added", alone=False, by=by, seen=seen, word=words):
        return None
    count = Step.objects.filter(task=task).count()
    if count >= _MOST_STEPS:
        raise Refusal("step.too-many", "words", most=_MOST_STEPS)
    named = _of_the_task(task).get(person) if person else None
    if person and named is None:
        raise Refusal("step.not-there", "person")
    row = Step.objects.create(
        ward_id=task.ward_id, task=task, words=words, due_on=due_on, position=count + 1, person_id=person
    )
    history.append(
        task, "task.step-added", by=by, at=at, word=words, address=address, row=row.pk, due_on=due_on,
        person=named.name if named else None,
    )  # fmt: skip
    notices.tell(task, "task.step-added", to=[person], by=by, at=at, word=words, watchers=False)
    return row


def _of_the_task(task: Task) -> dict[int, Colleague]:
    """Who works in an office of the task."""
    offices = set(TaskOffice.objects.filter(task=task).values_list("office_id", flat=True))
    return {one.id: one for one in colleagues(task.ward_id) if one.office_id in offices}


_MOST_STEPS = 100
"""more of them is a plan of its own; nobody reads them on one page"""


@transaction.atomic
def tick_step(step: Step, *, done: bool, by: int, at: dt.datetime, address: str | None = None) -> None:
    """A piece is done, or isn't after all."""
    task = hold_open(Task(pk=step.task_id))
    step = Step.objects.get(pk=step.pk)
    if step.taken_back_at or bool(step.done_at) == done:
        return
    step.done_at, step.done_by_id = (at, by) if done else (None, None)
    step.save(update_fields=["done_at", "done_by"])
    code = "task.step-done" if done else "task.step-open"
    history.append(task, code, by=by, at=at, word=step.words, address=address, row=step.pk)


@transaction.atomic
def drop_step(step: Step, *, by: int, at: dt.datetime, address: str | None = None) -> None:
    """A piece that isn't wanted any more."""
    task = hold_open(Task(pk=step.task_id))
    step = Step.objects.get(pk=step.pk)
    if step.taken_back_at:
        return
    step.taken_back_at = at
    step.save(update_fields=["taken_back_at"])
    history.append(task, "task.step-dropped", by=by, at=at, word=step.words, address=address, row=step.pk)


@transaction.atomic
def acknowledge(task: Task, *, office: int, by: int, at: dt.datetime, address: str | None = None) -> None:
    """An office has seen the directive that it was given."""
    task = hold_open(task)
    rows = list(TaskOffice.objects.filter(task=task, office_id=office, acknowledged_at__isnull=True))
    if not rows:
        return
    TaskOffice.objects.filter(pk__in=[row.pk for row in rows]).update(
        acknowledged_at=at, acknowledged_by_id=by
    )
    history.append(task, "task.acknowledged", by=by, at=at, address=address, office=rows[0].name)
    notices.tell(task, "task.acknowledged", to=[task.given_by_id], by=by, at=at)


def assignable(people: Sequence[Colleague], offices: Collection[int]) -> list[Colleague]:
    """Who can be given a task in one of these offices."""
    return [one for one in people if one.office_id in offices]


@transaction.atomic
def move_office(*, ward: int, office: int, into: int, by: int, at: dt.datetime) -> int:
    """What is still owed by an office that merged is owed by the other one from now on; how many tasks.

    The name that the plan wrote stays, and so does what is done and closed.
    """
    rows = TaskOffice.objects.filter(
        ward_id=ward, office_id=office, task__set_aside_at__isnull=True, task__closed_at__isnull=True
    )
    moved = list(Task.objects.filter(pk__in=rows.values("task_id")))
    rows.update(office_id=into)
    history.append_many(moved, "task.office-merged", by=by, at=at)
    return len(moved)
