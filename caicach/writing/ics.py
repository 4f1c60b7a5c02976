"""Days as an iCalendar file (RFC 5545) that phones and calendars subscribe to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

KIND = "text/calendar; charset=utf-8"


@dataclass(frozen=True, slots=True)
class DayEntry:
    """Something on one day. key: stays the same when the day moves; address: of its page, whole, or "" for none."""

    key: str
    day: dt.date
    title: str
    about: str = ""
    address: str = ""


def calendar_ics(name: str, entries: Iterable[DayEntry], *, made_at: dt.datetime) -> bytes:
    """The file: an event of a whole day for each entry, taking up no time. made_at: aware."""
    from icalendar import Calendar, Event  # with the first calendar, not with the server

    made = Calendar()
    made.add("prodid", "-//Cải Cách//Lịch//VI")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", name)
    made.add("name", name)
    made.add("x-published-ttl", "PT4H")
    for one in entries:
        event = Event()
        event.add("uid", one.key)
        event.add("dtstamp", made_at.astimezone(dt.UTC))
        event.add("dtstart", one.day)
        event.add("dtend", one.day + dt.timedelta(days=1))
        event.add("summary", one.title)
        event.add("transp", "TRANSPARENT")
        if one.about:
            event.add("description", one.about)
        if one.address:
            event.add("url", one.address)
        made.add_component(event)
    return bytes(made.to_ical())
