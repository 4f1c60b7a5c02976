"""The ward's offices with those who head them and what they owe; what changes them in several rooms at once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from caicach.accounts import people
from caicach.accounts.queries import Colleague, colleagues
from caicach.history.queries import Told, of_codes
from caicach.organisation import structure
from caicach.organisation.queries import former_names, tree
from caicach.organisation.services import Office
from caicach.rules.refusal import Refusal
from caicach.rules.rights import HEAD
from caicach.tasks import together
from caicach.tasks.queries import Part, parts_by_office


@dataclass(frozen=True, slots=True)
class Line:
    """An office in the tree. people: how many hold a post there today; part: what it has to do."""

    office: Office
    depth: int
    heads: tuple[str, ...]
    people: int
    part: Part


@dataclass(frozen=True, slots=True)
class Structure:
    """offices: those that work; groups: names for several of them; neighbourhoods; gone: closed or merged."""

    offices: tuple[Line, ...]
    groups: tuple[Line, ...]
    neighbourhoods: tuple[Line, ...]
    gone: tuple[Office, ...]


def structure_page(ward: int) -> Structure:
    """All offices of a ward as a tree. Three queries."""
    branches, gone = tree(ward)
    staff = colleagues(ward)
    parts = parts_by_office(ward)
    lines = [_line(one.office, one.depth, staff, parts) for one in branches]
    return Structure(
        offices=tuple(one for one in lines if one.office.kind == Office.OFFICE and not one.office.is_group),
        groups=tuple(one for one in lines if one.office.is_group),
        neighbourhoods=tuple(one for one in lines if one.office.kind == Office.NEIGHBOURHOOD),
        gone=tuple(gone),
    )


@dataclass(frozen=True, slots=True)
class UnitPage:
    line: Line
    staff: tuple[Colleague, ...]
    former: tuple[tuple[str, dt.date], ...]
    told: tuple[Told, ...]


def unit_page(office: Office) -> UnitPage:
    """One office: its people of today, its former names, what happened to it. Four queries."""
    staff = colleagues(office.ward_id)
    return UnitPage(
        line=_line(office, 0, staff, parts_by_office(office.ward_id)),
        staff=tuple(one for one in staff if one.office_id == office.pk),
        former=tuple((one.name, one.until) for one in former_names(office)),
        told=tuple(of_codes([office.ward_id], "organisation.office", [office.pk], limit=40)),
    )


def _line(office: Office, depth: int, staff: list[Colleague], parts: dict[int, Part]) -> Line:
    here = [one for one in staff if one.office_id == office.pk]
    heads = tuple(dict.fromkeys(one.name for one in here if one.role == HEAD))
    return Line(office, depth, heads, len({one.id for one in here}), parts.get(office.pk, Part()))


@transaction.atomic
def close(office: Office, *, since: dt.date, by: int, at: dt.datetime, today: dt.date) -> None:
    """The office is no more. Raises Refusal office.has-people, office.has-work, and those of the offices' room."""
    staff = people.count_at(office, on=since)
    if staff:
        raise Refusal("office.has-people", count=staff)
    owed = parts_by_office(office.ward_id).get(office.pk, Part()).total
    if owed:
        raise Refusal("office.has-work", count=owed)
    structure.close(office, since=since, by=by, at=at, today=today)


@transaction.atomic
def merge(
    office: Office, *, into: Office, since: dt.date, by: int, at: dt.datetime, today: dt.date
) -> tuple[int, int]:
    """Another office carries on: its people and what is still owed go there, what is done stays. (posts, tasks)."""
    structure.merge(office, into=into, since=since, by=by, at=at, today=today)
    posts = people.move_posts(
        ward=office.ward_id, office=office, into=into, since=since, by=by, at=at, today=today
    )
    tasks = together.move_office(ward=office.ward_id, office=office.pk, into=into.pk, by=by, at=at)
    return posts, tasks
