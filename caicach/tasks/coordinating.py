"""Who coordinates a book of a year: one person by name, or every coordinator of the ward."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery

from caicach.accounts.queries import colleagues, still_holds
from caicach.rules.refusal import Refusal
from caicach.rules.rights import COORDINATOR, may_coordinate
from caicach.tasks.models import BookCoordinator


@dataclass(frozen=True, slots=True)
class Named:
    """The person named for a book."""

    id: int
    name: str


def named_for(ward: int, year: int, book: str) -> Named | None:
    """Who is named for one book. One query."""
    row = _standing(ward).filter(year=year, book=book).select_related("person").first()
    return Named(row.person_id, row.person.full_name) if row else None


def with_named(rows: QuerySet[Any], *, book: str) -> QuerySet[Any]:
    """Rows of a ward with who is named for their book as named_id and named_name; book: their field of it. No query."""
    mine = BookCoordinator.objects.filter(
        still_holds(COORDINATOR), ward_id=OuterRef("ward_id"), year=OuterRef("year"), book=OuterRef(book)
    )
    answer: QuerySet[Any] = rows.annotate(
        named_id=Subquery(mine.values("person_id")[:1]),
        named_name=Subquery(mine.values("person__full_name")[:1]),
    )
    return answer


def _standing(ward: int) -> QuerySet[BookCoordinator]:
    return BookCoordinator.objects.filter(still_holds(COORDINATOR), ward_id=ward)


def check(ward: int, year: int, book: str, *, role: str, holder: int) -> None:
    """holder: whose post is worn. Raises Refusal book.coordinated-by where the book is another coordinator's."""
    one = named_for(ward, year, book)
    check_named(one.id if one else None, one.name if one else "", role=role, holder=holder)


def check_named(named: int | None, name: str | None, *, role: str, holder: int) -> None:
    """As `check`, where a query has told already who is named. No query."""
    if not may_coordinate(role, holder, named):
        raise Refusal("book.coordinated-by", None, who=name or "")


@transaction.atomic
def name(ward: int, year: int, book: str, *, person: int | None) -> tuple[str, str]:
    """Name who coordinates the book; None: every coordinator. The names before and after, "" for nobody.

    The caller writes the event, on what the book is of. Raises Refusal book.no-coordinator.
    """
    here = {one.id: one.name for one in colleagues(ward) if one.role == COORDINATOR}
    if person is not None and person not in here:
        raise Refusal("book.no-coordinator", "person")
    mine = BookCoordinator.objects.filter(ward_id=ward, year=year, book=book)
    row = mine.select_for_update().select_related("person").first()
    before = row.person.full_name if row else ""
    if person is None:
        mine.delete()
    else:
        BookCoordinator.objects.update_or_create(
            ward_id=ward, year=year, book=book, defaults={"person_id": person}
        )
    return before, here.get(person or 0, "")
