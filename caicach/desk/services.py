"""What changes on the pages across rooms: the secret address of a calendar, the filters that are kept."""

from __future__ import annotations

import datetime as dt
import secrets

from django.db import IntegrityError, transaction

from caicach.desk.models import Feed, SavedFilter
from caicach.history import services as history
from caicach.rules.refusal import Refusal

MOST_FILTERS = 20
"""of one person, and of a ward, in one plan: more than a row of links has room for"""


@transaction.atomic
def renew_feed(
    *, ward: int, person: int, instead_of: str, at: dt.datetime, address: str | None = None
) -> Feed:
    """A new secret address for a person's calendar; the one before it is read no more.

    instead_of: the token that the person saw, "" for none; where it is another by now (the form was sent twice) the
    address stays. address: where the request came from.
    """
    feed, made = Feed.objects.select_for_update().get_or_create(
        person_id=person, defaults={"token": secrets.token_urlsafe(24), "made_at": at}
    )
    if not made:
        if feed.token != instead_of:
            return feed
        feed.token, feed.made_at = secrets.token_urlsafe(24), at
        feed.save(update_fields=["token", "made_at"])
    history.append(feed, "desk.feed-made", by=person, at=at, ward=ward, address=address)
    return feed


@transaction.atomic
def save_filter(
    *, ward: int, person: int, year: int, kind: str, name: str, query: str, for_all: bool, at: dt.datetime
) -> SavedFilter:
    """Keep a filter by its name; one of that name is changed. for_all: everybody's in the ward.

    Raises Refusal filter.unnamed, filter.too-many.
    """
    name = " ".join(name.split())[:60].strip()
    if not name:
        raise Refusal("filter.unnamed", "name")
    mine = SavedFilter.objects.filter(ward_id=ward, year=year, kind=kind)
    mine = mine.filter(person__isnull=True) if for_all else mine.filter(person_id=person)
    found = mine.filter(name=name).first()
    if found is None:
        if mine.count() >= MOST_FILTERS:
            raise Refusal("filter.too-many", "name", most=MOST_FILTERS)
        found = SavedFilter(
            ward_id=ward, person_id=None if for_all else person, year=year, kind=kind, name=name
        )
    elif found.query == query:
        return found
    found.query = query
    try:
        with transaction.atomic():
            found.save()
    except IntegrityError:  # the same press, a moment earlier
        return mine.get(name=name)
    if for_all:
        history.append(found, "desk.filter-saved", by=person, at=at, name=name, query=query)
    return found


@transaction.atomic
def drop_filter(found: SavedFilter, *, by: int, at: dt.datetime) -> None:
    """Take a filter out of the row."""
    if found.person_id is None:
        history.append(found, "desk.filter-dropped", by=by, at=at, name=found.name, query=found.query)
    found.delete()
