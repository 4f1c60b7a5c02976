"""Who should hear of what happened on a task: a row for each, in the transaction of what it tells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db.models import Count, Max, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from caicach.accounts.queries import colleagues, holders
from caicach.rules.rights import COORDINATOR, HEAD, LEADER, OFFICER
from caicach.tasks.models import BookCoordinator, Notice, Task, TaskOffice, Watch


def tell(
    task: Task,
    code: str,
    *,
    to: Iterable[int | None],
    by: int | None,
    at: dt.datetime,
    word: str = "",
    but: Collection[int] = (),
    watchers: bool = True,
    roles: Collection[str] = (),
) -> None:
    """Tell these people and all who watch the task, each once, and never who did it. but: who hears of it otherwise.

    roles: tell who holds these in the ward too; of the coordinators the one who is named for the task's book, where somebody
    is. One query before what is written.
    """
    asked = hearing(task, roles) if roles or watchers else None
    heard = hearers(asked, watchers=watchers) if asked is not None else set()
    Notice.objects.bulk_create(
        made(task, code, to={*heard, *to} - {None, *but}, by=by, at=at, word=word)  # type: ignore[arg-type]
    )


def made(
    task: Task, code: str, *, to: Collection[int], by: int | None, at: dt.datetime, word: str = ""
) -> list[Notice]:
    """A notice for each of these people but who did it, not written yet."""
    return [
        Notice(
            ward_id=task.ward_id, task=task, person_id=person, by_id=by, at=at, code=code, word=word[:2000]
        )
        for person in sorted(to)
        if person != by
    ]


_WATCHES, _NAMED = "watches", "named"


def hearing(task: Task, roles: Collection[str] = ()) -> QuerySet[Any, tuple[int, str]]:
    """The question who hears of this task: (person, because they watch, are named for its book, or hold this role). For `hearers`."""
    watching = Watch.objects.filter(task=task).values_list("person_id", Value(_WATCHES))
    book = BookCoordinator.objects.filter(ward_id=task.ward_id, year=task.year, book=task.book)
    named = book.values_list("person_id", Value(_NAMED))
    return watching.union(named, *([holders(task.ward_id, roles)] if roles else []))


def hearers(rows: Iterable[tuple[int, str]], *, watchers: bool = True) -> set[int]:
    """Of the coordinators the one who is named for the book, as long as that one coordinates; else all."""
    held = {(how, pk) for pk, how in rows}
    judge = {pk for how, pk in held if how == COORDINATOR and (_NAMED, pk) in held}
    return {
        pk
        for how, pk in held
        if how != _NAMED
        and (how != _WATCHES or watchers)
        and (how != COORDINATOR or not judge or pk in judge)
    }


def coordinators(ward: int) -> list[int]:
    """Everybody who coordinates in the ward."""
    return [one.id for one in colleagues(ward) if one.role == COORDINATOR]


def staff_of(ward: int, offices: Collection[int]) -> list[int]:
    """The heads of these offices; of one that has none, its officers."""
    found: list[int] = []
    everyone = [one for one in colleagues(ward) if one.office_id in offices]
    for office in offices:
        here = [one for one in everyone if one.office_id == office]
        heads = [one.id for one in here if one.role == HEAD]
        found += heads or [one.id for one in here if one.role in (OFFICER, COORDINATOR)]
    return found


def doers(task: Task) -> list[int]:
    """Who does the task, as the heads have said; where nobody was named, the heads of its lead offices."""
    rows = list(
        TaskOffice.objects.filter(task=task, role=TaskOffice.LEAD).values_list("office_id", "person_id")
    )
    named = [person for _, person in rows if person]
    return named or staff_of(task.ward_id, {office for office, _ in rows if office})


def forget(task: Task, code: str, *, by: int, since: dt.datetime) -> None:
    """What was taken back need not be read any more by those who haven't."""
    Notice.objects.filter(task=task, code=code, by_id=by, at__gte=since, seen_at__isnull=True).delete()


def see(task: Task, *, person: int, at: dt.datetime) -> None:
    """The person has the task's page open."""
    Notice.objects.filter(task=task, person_id=person, seen_at__isnull=True).update(seen_at=at)


def see_all(*, ward: int, person: int, at: dt.datetime) -> None:
    """The person has read all that was new."""
    Notice.objects.filter(ward_id=ward, person_id=person, seen_at__isnull=True).update(seen_at=at)


def see_all_before(moment: dt.datetime, *, ward: int, at: dt.datetime) -> None:
    """What is older has been read by everybody in the ward: for a story that is told as if it were lived."""
    Notice.objects.filter(ward_id=ward, at__lt=moment, seen_at__isnull=True).update(seen_at=at)


def tell_silent(ward: int, silent: Sequence[tuple[Task, str, int]], *, at: dt.datetime) -> int:
    """Tell the leaders of tasks that are silent: (task, words, days of silence). Each silence is told once. How many tasks."""
    told_to = [one.id for one in colleagues(ward) if one.role == LEADER]
    if not told_to or not silent:
        return 0
    before = Notice.objects.filter(ward_id=ward, code="task.silent", task__in=[one[0] for one in silent])
    told = dict(before.values_list("task_id").annotate(Max("at")))
    new = [
        (task, words)
        for task, words, days in silent
        if task.pk not in told or told[task.pk] < at - dt.timedelta(days=days)
    ]
    Notice.objects.bulk_create(
        Notice(ward_id=ward, task=task, person_id=person, at=at, code="task.silent", word=words)
        for task, words in new
        for person in told_to
    )
    return len(new)


def unseen_of_post() -> Coalesce:
    """An expression over a post: how many notices its person has not seen in its ward."""
    rows = Notice.objects.filter(
        person_id=OuterRef("person_id"), ward_id=OuterRef("ward_id"), seen_at__isnull=True
    )
    counted = rows.order_by().values("person_id").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)
