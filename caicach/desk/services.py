"""What changes on the pages across rooms: the secret address of a calendar."""

from __future__ import annotations

import datetime as dt
import secrets

from django.db import transaction

from caicach.desk.models import Feed
from caicach.history import services as history


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
