"""What changes a ward's offices over time: they open, are renamed, merge and close. The past stays as it was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from caicach.history import services as history
from caicach.organisation.models import FormerName, Office, Ward
from caicach.organisation.services import add_office, found_ward, hold
from caicach.rules.refusal import Refusal
from caicach.rules.vntext import key

_DAY = dt.timedelta(days=1)


@transaction.atomic
def open_ward(*, name: str, province: str, kind: str, by: int, at: dt.datetime) -> Ward:
    """A new ward without offices. Raises Refusal ward.name-taken."""
    _check_ward_name(name, province, but=None)
    ward = found_ward(name=name, province=province, kind=kind)
    history.append(ward, "ward.founded", by=by, at=at, ward=ward.pk, post=f"{name}, {province}")
    return ward


@transaction.atomic
def describe_ward(ward: int, *, name: str, province: str, kind: str, by: int, at: dt.datetime) -> bool:
    """Name, province, kind; whether anything changed. Raises Refusal ward.name-taken."""
    row = hold(ward)
    if (row.name, row.province, row.kind) == (name, province, kind):
        return False
    _check_ward_name(name, province, but=ward)
    was = f"{row.name}, {row.province}"
    row.name, row.province, row.kind = name, province, kind
    row.save(update_fields=["name", "province", "kind"])
    history.append(row, "ward.edited", by=by, at=at, ward=ward, was=was, post=f"{name}, {province}")
    return True


def _check_ward_name(name: str, province: str, *, but: int | None) -> None:
    wanted = key(name), key(province)
    if any((key(w.name), key(w.province)) == wanted for w in Ward.objects.all() if w.pk != but):
        raise Refusal("ward.name-taken", "name", name=name)


@transaction.atomic
def open_office(
    *,
    ward: int,
    name: str,
    short: str,
    kind: str,
    parent: Office | None,
    aliases: Sequence[str],
    since: dt.date | None,
    by: int,
    at: dt.datetime,
    is_group: bool = False,
) -> Office:
    """A new office, or a neighbourhood. Raises Refusal office.name-taken."""
    row = hold(ward)
    _check_name(row, name, but=None)
    office = add_office(row, name=name, short=short, aliases=aliases, is_group=is_group)
    office.kind, office.parent, office.exists_from = kind, parent, since
    office.save(update_fields=["kind", "parent", "exists_from"])
    history.append(office, "office.opened", by=by, at=at, post=name, since=since)
    return office


@transaction.atomic
def rename(
    office: Office, *, name: str, short: str, since: dt.date, by: int, at: dt.datetime, today: dt.date
) -> None:
    """From a day on the office is called something else; plans that say the old name still find it.

    Raises Refusal office.name-taken, office.same-name, office.in-future, office.closed.
    """
    office = _held(office, since, today)
    if (office.name, office.short_name) == (name, short):
        raise Refusal("office.same-name", "name")
    _check_name(office.ward, name, but=office)
    was = office.name
    if name != was:
        FormerName.objects.create(
            ward=office.ward, office=office, name=was, short_name=office.short_name, until=since - _DAY
        )
        office.aliases = _with(office.aliases, [was])
    office.name, office.short_name = name, short
    office.save(update_fields=["name", "short_name", "aliases"])
    history.append(office, "office.renamed", by=by, at=at, was=was, post=name, since=since)


@transaction.atomic
def describe(
    office: Office, *, parent: Office | None, aliases: Sequence[str], by: int, at: dt.datetime
) -> bool:
    """What it belongs to and how else it is written; whether anything changed. Raises Refusal office.circle."""
    hold(office.ward_id)
    office = Office.objects.get(pk=office.pk)
    above = parent
    while above is not None:
        if above.pk == office.pk:
            raise Refusal("office.circle", "parent")
        above = above.parent
    kept = "\n".join(aliases)
    if (office.parent_id, office.aliases) == (parent.pk if parent else None, kept):
        return False
    office.parent, office.aliases = parent, kept
    office.save(update_fields=["parent", "aliases"])
    history.append(office, "office.edited", by=by, at=at)
    return True


@transaction.atomic
def close(office: Office, *, since: dt.date, by: int, at: dt.datetime, today: dt.date) -> None:
    """The office is no more from a day on. Whoever asks has seen that nobody works there and nothing is owed.

    Raises Refusal office.in-future, office.closed, office.has-parts, office.not-begun.
    """
    office = _held(office, since, today)
    _check_parts(office)
    _end(office, since)
    history.append(office, "office.closed", by=by, at=at, post=office.name, since=since)


@transaction.atomic
def merge(office: Office, *, into: Office, since: dt.date, by: int, at: dt.datetime, today: dt.date) -> None:
    """Another office carries on from a day on; plans that say the old name find the other one.

    Raises Refusal office.itself, office.closed, office.in-future, office.not-begun. What was below goes below the
    other.
    """
    office = _held(office, since, today)
    if into.pk == office.pk or into.ward_id != office.ward_id:
        raise Refusal("office.itself", "into")
    into = Office.objects.get(pk=into.pk)
    if into.exists_until is not None:
        raise Refusal("office.closed", "into")
    if into.parent_id == office.pk:
        into.parent = office.parent
    Office.objects.filter(parent=office).exclude(pk=into.pk).update(parent=into)
    into.aliases = _with(into.aliases, [office.name, *office.aliases.split("\n")])
    into.save(update_fields=["parent", "aliases"])
    office.merged_into = into
    office.save(update_fields=["merged_into"])
    _end(office, since)
    history.append(office, "office.merged", by=by, at=at, was=office.name, post=into.name, since=since)
    history.append(into, "office.took-over", by=by, at=at, post=office.name, since=since)


def _held(office: Office, since: dt.date, today: dt.date) -> Office:
    hold(office.ward_id)
    office = Office.objects.select_related("ward").get(pk=office.pk)
    if office.exists_until is not None:
        raise Refusal("office.closed")
    if since > today:
        raise Refusal("office.in-future", "since")
    return office


def _check_name(ward: Ward, name: str, *, but: Office | None) -> None:
    others = Office.objects.filter(ward=ward)
    if but:
        others = others.exclude(pk=but.pk)
    if key(name) in {key(other) for other in others.values_list("name", flat=True)}:
        raise Refusal("office.name-taken", "name", name=name)


def _check_parts(office: Office) -> None:
    if Office.objects.filter(parent=office, exists_until__isnull=True).exists():
        raise Refusal("office.has-parts")


def _end(office: Office, since: dt.date) -> None:
    last = since - _DAY
    if office.exists_from is not None and office.exists_from > last:
        raise Refusal("office.not-begun", "since")
    office.exists_until = last
    office.save(update_fields=["exists_until"])


def _with(aliases: str, more: Sequence[str]) -> str:
    return "\n".join(dict.fromkeys(one for one in (*aliases.split("\n"), *more) if one))
