"""All rows of a list at once, or none: people made, changed, told."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.db import transaction

from caicach.accounts import links, people
from caicach.accounts.models import PeopleList, Person, Post
from caicach.accounts.people_import.comparing import CHANGED, NEW, OWN, PROBLEM, Compared, Line, compare
from caicach.accounts.people_import.reading import held, rows_of
from caicach.accounts.services import first_password
from caicach.history import services as history
from caicach.organisation import services as organisation
from caicach.organisation.services import Office
from caicach.rules.refusal import Refusal
from caicach.worker.services import enqueue


@dataclass(frozen=True, slots=True)
class Taken:
    """new: the people made; invited: those of them to whom a letter goes; changed: how many others are other now, each
    once."""

    new: tuple[int, ...]
    invited: tuple[int, ...]
    changed: int


def take_over(
    found: PeopleList, *, seen: str, nonce: str, by_letter: bool, by: int, at: dt.datetime, today: dt.date
) -> Taken:
    """All rows at once, or none. seen: the mark of what was looked at; nonce: what the slips' passwords follow from.

    A password's hash is slow on purpose: of hundreds the worker makes them, while the slips are being printed.

    by_letter: whoever has an address is invited by a letter instead of a slip.
    Raises Refusal people.list-gone, .changed-meanwhile, .problems-open, .nothing, link.no-mail.
    """
    if by_letter and not links.is_on():
        raise Refusal("link.no-mail")
    compared = compare(found.ward_id, rows_of(found), today=today)
    _check(compared, seen)
    with transaction.atomic():
        kept = held(found)
        ward = organisation.hold(kept.ward_id)
        compared = compare(ward.pk, rows_of(kept), today=today)
        _check(compared, seen)
        offices_by_id = {one.pk: one for one in Office.objects.filter(ward=ward)}
        made: dict[int, int] = {}
        for line in compared.of(NEW):
            person = people.admit(
                ward=ward, user_name=line.user_name, full_name=line.row.full_name, role=line.role,
                office=offices_by_id[line.office.id] if line.office else None, title=line.row.title, since=today,
                email=line.row.email, phone=line.row.phone, password_hash=make_password(None), by=by, at=at,
            )  # fmt: skip
            made[line.row.n] = person.pk
        posts: dict[int, int] = {}
        for line in compared.of(CHANGED):
            _change(line, made, posts, ward.pk, offices_by_id, by=by, at=at, today=today)
        new, invited = list(made.values()), []
        if by_letter:  # the changes before it: a link ends with the address that it was sent to
            for person in Person.objects.filter(pk__in=new).exclude(email="").order_by("pk"):
                links.invite(person, ward=ward.pk, by=by, at=at)
                invited.append(person.pk)
        with_slip = [pk for pk in new if pk not in invited]
        for at_once in range(0, len(with_slip), _HASHED_AT_ONCE):
            some = with_slip[at_once : at_once + _HASHED_AT_ONCE]
            enqueue("accounts.first-passwords", ward=ward.pk, people=some, nonce=nonce)
        history.append(
            ward, "people.imported", by=by, at=at, ward=ward.pk,
            post=f"{len(new)} người mới, {compared.changed} người đổi",
        )  # fmt: skip
        kept.delete()
    return Taken(tuple(new), tuple(invited), compared.changed)


_HASHED_AT_ONCE = 25
"""so many in one job, that letters may go out between two of them"""


def give_first_password(person: int, *, nonce: str) -> None:
    """The hash of a slip's password, for who has none yet: run again, or after another slip, it changes nothing."""
    found = Person.objects.filter(pk=person).first()
    if found is None or found.has_usable_password():
        return
    hashed = make_password(first_password(nonce, found.user_name))
    Person.objects.filter(pk=person, password=found.password).update(password=hashed)


def _check(compared: Compared, seen: str) -> None:
    if compared.mark != seen:
        raise Refusal("people.changed-meanwhile")
    wrong = len(compared.of(PROBLEM))
    if wrong:
        raise Refusal("people.problems-open", count=wrong)
    if not compared.of(NEW) and not compared.of(CHANGED):
        raise Refusal("people.nothing")


def _change(
    line: Line, made: dict[int, int], posts: dict[int, int], ward: int, by_id: dict[int, Office],
    *, by: int, at: dt.datetime, today: dt.date,
) -> None:  # fmt: skip
    """made: row → the person it made; posts: row → the post it gave, written here."""
    person_id = line.person if line.same_as is None else made[line.same_as]
    person = Person.objects.get(pk=person_id or 0)
    row = line.row
    whats = {what for what, _, _ in line.changes}
    if whats & set(OWN.values()):
        people.edit(
            person, ward=ward, user_name=person.user_name, full_name=row.full_name or person.full_name,
            email=row.email or person.email, phone=row.phone or person.phone, by=by, at=at,
        )  # fmt: skip
    if not whats - set(OWN.values()):
        return
    office = by_id[line.office.id] if line.office else None
    if line.gives_post:
        given = people.give_post(
            person, ward=ward, role=line.role, office=office, title=row.title, since=today, by=by, at=at,
            today=today,
        )  # fmt: skip
        posts[row.n] = given.pk
        return
    pk = line.post or posts.get(line.of_row or 0)
    held = Post.objects.select_related("office").filter(person=person)
    post = held.get(pk=pk) if pk else held.order_by("id")[0]  # the first one that somebody new was given
    people.change_post(
        post, role=line.role if row.role else post.role, office=office or post.office,
        title=row.title or post.title, since=today, by=by, at=at, today=today,
    )  # fmt: skip
