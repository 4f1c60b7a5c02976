"""Duties that come from no plan: a leader's directive, a document from above, a promise."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import IntegrityError, transaction

from caicach.documents.services import StoredFile
from caicach.history import services as history
from caicach.organisation.queries import offices as offices_of
from caicach.organisation.queries import ward_calendar
from caicach.rules.due import Due
from caicach.rules.refusal import Refusal
from caicach.rules.vntext import cut
from caicach.tasks import notices
from caicach.tasks.models import Occurrence, Task, TaskOffice

BOOK = "chi-dao"


@transaction.atomic
def give(
    *,
    ward: int,
    content: str,
    leads: Sequence[int],
    helpers: Sequence[int] = (),
    due_on: dt.date | None,
    today: dt.date,
    by: int,
    at: dt.datetime,
    source: str = Task.DIRECTIVE,
    deliverables: Sequence[str] = (),
    about: Task | None = None,
    issuer: str = "",
    document_number: str = "",
    document_date: dt.date | None = None,
    file: StoredFile | None = None,
    token: str | None = None,
    address: str | None = None,
) -> Task:
    """A duty given to offices, with a day or (None) running. token: of the form; sent twice it makes one.

    Its address is /viec/YEAR/chi-dao/N/, N counted in the ward's year. Raises Refusal directive.empty, .no-office,
    .in-past, .document-in-future.
    """
    content = content.strip()
    named = {one.id: one for one in offices_of(ward)}
    if not content:
        raise Refusal("directive.empty", "content")
    if not leads or any(pk not in named for pk in (*leads, *helpers)):
        raise Refusal("directive.no-office", "leads")
    if due_on is not None and due_on < today:
        raise Refusal("directive.in-past", "due_on", day=f"{due_on:%d/%m/%Y}")
    if due_on is not None and due_on.year > today.year + 5:
        raise Refusal("extension.too-far", "due_on", year=today.year + 5)
    if document_date and document_date > today:
        raise Refusal("task.evidence-in-future", "document_date", day=f"{document_date:%d/%m/%Y}")
    if token and (made := Task.objects.filter(ward_id=ward, made_token=token).first()):
        if (made.given_by_id, made.content) == (by, content):
            return made
        token = None  # the form came back and says something else: another duty
    words = [f"số {document_number.strip()}" if document_number.strip() else ""]
    words += [f"ngày {document_date:%d/%m/%Y}" if document_date else "", issuer.strip()]
    origin = " ".join(part for part in (_ORIGIN[source], *words) if part)
    first = content.split("\n", 1)[0]
    task = Task(
        ward_id=ward, year=today.year, book=BOOK, number=_next_number(ward, today.year), content=content,
        title=cut(first, 180),
        deliverables="\n".join(one.strip() for one in deliverables if one.strip()), source=source, about=about,
        given_by_id=by, issuer=issuer.strip(), document_number=document_number.strip(),
        document_date=document_date, file=file, in_force_since=today, origin=origin, made_token=token,
    )  # fmt: skip
    task.due = Due("by", end=due_on, text=f"{due_on:%d/%m/%Y}") if due_on else Due("ongoing", start=today)
    for _ in range(_TRIES):
        try:
            with transaction.atomic():
                task.save(force_insert=True)
            break
        except IntegrityError:  # the same form, or another's number, at the same moment
            made = Task.objects.filter(ward_id=ward, made_token=token).first() if token else None
            if made is not None:
                return made
            task.pk, task.number = None, _next_number(ward, today.year)
    else:
        raise Refusal("directive.busy")
    TaskOffice.objects.bulk_create(
        TaskOffice(
            ward_id=ward, task=task, office_id=pk, name=named[pk].name, role=role, position=n
        )
        for role, some in ((TaskOffice.LEAD, leads), (TaskOffice.HELP, helpers))
        for n, pk in enumerate(dict.fromkeys(some))
        if role == TaskOffice.LEAD or pk not in leads
    )  # fmt: skip
    if due_on:
        day = ward_calendar(ward).work.last_working_day(due_on)
        Occurrence.objects.create(ward_id=ward, task=task, due_on=due_on, working_day=day)
    history.append(task, "task.given", by=by, at=at, address=address, due_on=due_on, document=origin)
    told = [*notices.staff_of(ward, [*leads, *helpers]), *notices.coordinators(ward)]
    notices.tell(task, "task.given", to=told, by=by, at=at, word=content)
    if about is not None:
        history.append(
            about, "task.directive", by=by, at=at, address=address, word=content, number=task.number
        )
        notices.tell(about, "task.directive", to=notices.doers(about), by=by, at=at, word=content, but=told)
    return task


_TRIES = 5
_ORIGIN = {Task.DIRECTIVE: "Chỉ đạo", Task.PROVINCE: "Văn bản cấp trên", Task.PROMISE: "Cam kết"}


def _next_number(ward: int, year: int) -> str:
    """One more than the largest number given in the ward's year; a number that was set aside is not given again."""
    taken = Task.objects.filter(ward_id=ward, year=year, book=BOOK).values_list("number", flat=True)
    return str(max((int(number.partition("~")[0]) for number in taken), default=0) + 1)
