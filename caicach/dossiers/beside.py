"""Apologies for dossiers that another system keeps: its promise stays what its lists say, what we promised anew stands beside it.

The later of the two holds (`Dossier.promise`), for the clock as for the citizen. No list changes an apology: only its event makes it,
and `differing` finds where a row says otherwise.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils import timezone

from caicach import data
from caicach.core import clock
from caicach.dossiers import comparing, intake
from caicach.dossiers.models import Dossier, DossierClock, Event, whole
from caicach.organisation.queries import work_time
from caicach.rules.clock_limits import days_gone, most_days
from caicach.rules.dossier_clock import Term
from caicach.rules.dossier_moves import APOLOGIES, APOLOGISED
from caicach.rules.moments import iso
from caicach.rules.refusal import Refusal
from caicach.rules.work_time import WorkTime


def apologise(
    held: Dossier,
    events: Sequence[Event],
    more: int,
    word: str,
    *,
    whose: Mapping[str, Any],
    by: int,
    at: dt.datetime,
) -> Dossier:
    """Somebody is told that the promise breaks, and gets a new day; the state stays. held: with its row locked by the caller, which
    looked at its state. Raises Refusal dossier.no-promise, clock.extended-already, clock.extension-long, clock.extension-past."""
    time, now = work_time(held.ward_id), clock.local(at).replace(tzinfo=None)
    held.clock.refresh_from_db()  # a list may have told of it while we waited for the row
    check(held, events)
    first, last = _span(held, time, now)
    if more > last:
        raise Refusal("clock.extension-long", "amount", most=_most(held, time))
    before, due = held.promise, _anew(held, more, time)
    assert before is not None
    if more < first or whole(due) <= now:
        raise Refusal("clock.extension-past", "amount")
    facts = {
        "amount": more, "before": iso(before), "due": iso(due), "listed": iso(held.moment("due")), **whose,
    }  # fmt: skip
    intake.event(held, APOLOGISED, facts, by=by, at=at, word=word.strip()).save(force_insert=True)
    held.revision += 1  # a list that is being compared looks again
    held.save(update_fields=["revision"])
    told(held.clock, facts, at)
    comparing.set_clock(held.clock, held, time, timezone.get_default_timezone())
    held.clock.save()
    return held


def told(row: DossierClock, facts: Mapping[str, Any], at: dt.datetime) -> None:
    """An apology into the row."""
    row.apologised_on = clock.local_day(at)
    row.again_on, row.again_time = _parts(facts.get("due"))


def check(dossier: Dossier, events: Sequence[Event]) -> None:
    """Raises Refusal dossier.no-promise, clock.extended-already."""
    if dossier.due_on is None:
        raise Refusal("dossier.no-promise", "amount")
    limits = data.limits()
    if sum(one.code in APOLOGIES for one in events) >= limits.extensions:
        raise Refusal("clock.extended-already", most=limits.extensions)


def days(
    dossier: Dossier, events: Sequence[Event], time: WorkTime, now: dt.datetime, shown: int
) -> tuple[tuple[int, dt.datetime], ...]:
    """(working days more, what they would promise), so many at most, none of them past. Raises Refusal as `check`."""
    check(dossier, events)
    found = []
    first, last = _span(dossier, time, now)
    try:
        for more in range(first, min(last, first + shown - 1) + 1):
            if whole(due := _anew(dossier, more, time)) > now:
                found.append((more, _shown(due, time)))
    except Refusal:  # a year without a calendar: what lies before it may still be chosen
        pass
    return tuple(found)


def _span(dossier: Dossier, time: WorkTime, now: dt.datetime) -> tuple[int, int]:
    """The fewest and the most working days that may be promised more."""
    gone = days_gone(time, whole(dossier.promise), now) if dossier.promise else 0
    return max(1, gone), gone + _most(dossier, time)


def promised(dossier: Dossier, time: WorkTime) -> dt.datetime | None:
    """What is promised now, with the end of that day where nobody said a time."""
    return _shown(dossier.promise, time) if dossier.promise else None


def _shown(promise: dt.date | dt.datetime, time: WorkTime) -> dt.datetime:
    return promise if isinstance(promise, dt.datetime) else time.close_of(time.nth_day(promise, 0))


def _most(dossier: Dossier, time: WorkTime) -> int:
    """As of a term of the working days that the list gave; without a day of receipt one."""
    given = 0
    if dossier.received_on and dossier.due_on:
        given = max(0, time.days_between(dossier.received_on, dossier.due_on))
    return most_days(Term("working-day", given), data.limits(), a_day=time.minutes_a_day)


def _anew(dossier: Dossier, more: int, time: WorkTime) -> dt.date | dt.datetime:
    """The promise, so many working days later: a day stays a day, the end of a day the end of a day."""
    now = dossier.promise
    assert now is not None
    day = time.nth_day(whole(now).date(), more)
    if not isinstance(now, dt.datetime):
        return day
    close = time.close_of(day)
    if now >= time.close_of(time.nth_day(now.date(), 0)):
        return close
    return min(dt.datetime.combine(day, now.time()), close)


def _parts(said: str | None) -> tuple[dt.date | None, dt.time | None]:
    if not said:
        return None, None
    if "T" not in said:
        return dt.date.fromisoformat(said), None
    at = dt.datetime.fromisoformat(said)
    return at.date(), at.time()


def differing(ward: int) -> Iterator[tuple[str, str, str]]:
    """(code, what the row says, what its events say) of every dossier beside whose apology is not that of its events. Two queries."""
    said: dict[int, tuple[dt.date | None, dt.date | None, dt.time | None]] = {}
    newest = Event.objects.filter(ward_id=ward, code=APOLOGISED, dossier__system=Dossier.BESIDE).order_by(
        "id"
    )
    for dossier, at, facts in newest.values_list("dossier_id", "at", "facts").iterator():
        said[dossier] = (clock.local_day(at), *_parts(facts.get("due")))
    rows = DossierClock.objects.filter(ward_id=ward, dossier__system=Dossier.BESIDE).exclude(
        apologised_on=None, again_on=None
    )
    kept = {
        pk: (code, tuple(row))
        for pk, code, *row in rows.values_list(
            "pk", "dossier__code", "apologised_on", "again_on", "again_time"
        )
    }
    for pk in sorted(said.keys() | kept.keys()):
        code, row = kept.get(pk, (str(pk), (None, None, None)))
        if row != said.get(pk, (None, None, None)):
            yield code, f"xin lỗi {_words(row)}", f"xin lỗi {_words(said.get(pk, (None, None, None)))}"


def _words(row: Sequence[object]) -> str:
    return f"{row[0]}, hẹn lại {row[1]} {row[2] or ''}".strip() if row[0] else "chưa"
