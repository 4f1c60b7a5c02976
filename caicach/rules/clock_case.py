"""One case of `caicach clock` as JSON: a calendar, a term, events and a moment in; what the clock shows out."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from caicach.rules.clock_words import in_words
from caicach.rules.dossier_clock import MOST, Count, Move, Reading, Reason, Term, read
from caicach.rules.refusal import Refusal
from caicach.rules.work_time import WorkTime
from caicach.rules.workdays import WorkCalendar


def _local(moment: dt.datetime) -> dt.datetime:
    if moment.tzinfo is not None:
        raise ValueError("with a zone")
    return moment.replace(second=0, microsecond=0)


Moment = Annotated[dt.datetime, AfterValidator(_local)]


class _Part(BaseModel):
    """What a case says more than this is no part of the contract and is passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class _Calendar(_Part):
    sessions: list[tuple[dt.time, dt.time]]
    weekdays: list[Annotated[int, Field(ge=1, le=7)]] = [1, 2, 3, 4, 5]
    days_off: list[dt.date] = []
    make_up_days: list[dt.date] = []


class _Term(_Part):
    unit: Literal["working-day", "calendar-day", "working-hour", "same-day"]
    amount: Annotated[int, Field(ge=0, le=MOST)] = 0
    count: Count = "end-of-day"
    cut_off: dt.time | None = None


class _Event(_Part):
    at: Moment
    type: Literal["accepted", "paused", "resumed", "extended", "resolved"]
    reason: Reason | None = None
    amount: Annotated[int, Field(ge=0, le=MOST)] = 0


class _Case(_Part):
    calendar: _Calendar
    term: _Term
    supplement: Literal["restart", "resume"] | None = None
    events: list[_Event] = []
    now: Moment


_CASE = TypeAdapter(_Case)


def answer(case: Any, place: str = "") -> dict[str, Any]:
    """What the clock shows, in the contract's form. place: which case of several, for the words of a refusal.

    Raises Refusal clock.case-wrong with the key that is wrong, and what `dossier_clock.read` raises.
    """
    return _plain(read(*_understood(case, place)))


def answer_in_words(case: Any, place: str = "") -> str:
    """The same as one sentence, with its sum. Days off have no names here. Raises as `answer`."""
    return in_words(*_understood(case, place))


def _understood(case: Any, place: str) -> tuple[WorkTime, Term, list[Move], dt.datetime]:
    try:
        asked = _CASE.validate_python(case)
        time = WorkTime(
            WorkCalendar(
                frozenset(asked.calendar.days_off),
                frozenset(asked.calendar.make_up_days),
                weekdays=frozenset(day - 1 for day in asked.calendar.weekdays),
            ),
            tuple(asked.calendar.sessions),
        )
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))
        raise Refusal("clock.case-wrong", where=f"{place}{where}") from None
    except ValueError:
        raise Refusal("clock.case-wrong", where=f"{place}calendar.sessions") from None
    term = Term(
        asked.term.unit,
        asked.term.amount,
        asked.term.count,
        asked.term.cut_off,
        asked.supplement != "resume",
    )
    return time, term, [Move(one.at, one.type, one.reason, one.amount) for one in asked.events], asked.now


def _plain(reading: Reading) -> dict[str, Any]:
    return {
        "state": reading.state,
        "first_due": reading.first_due and reading.first_due.isoformat(timespec="minutes"),
        "due": reading.due and reading.due.isoformat(timespec="minutes"),
        "used_minutes": reading.used_minutes,
        "left_minutes": reading.left_minutes,
        "late_minutes": reading.late_minutes,
        "apology_by": reading.apology_by and reading.apology_by.isoformat(),
    }
