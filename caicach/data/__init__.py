"""Facts as data files, each naming its source; read once, kept in memory."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from caicach.rules.clock_limits import Limits, limits_from
from caicach.rules.notices import Moment, moments_from
from caicach.rules.offices import Directory, directory_from_rows
from caicach.rules.vntext import key
from caicach.rules.workdays import WorkCalendar, calendar_from_rows


def rows(name: str) -> list[dict[str, str]]:
    """The rows of `data/NAME.csv`, keyed by its heading."""
    return list(csv.DictReader((files(__name__) / f"{name}.csv").read_text(encoding="utf-8").splitlines()))


def lines(name: str) -> list[str]:
    """The lines of `data/NAME.txt`."""
    return (files(__name__) / f"{name}.txt").read_text(encoding="utf-8").splitlines()


@cache
def work_calendar() -> WorkCalendar:
    """Days off and make-up days of every year the file knows."""
    return calendar_from_rows(rows("holidays"))


@cache
def day_names() -> dict[dt.date, str]:
    """What the country's days off are called; a day worked in place of another is "làm bù"."""
    return {
        dt.date.fromisoformat(row["date"]): row["name"] if row["kind"] == "off" else "làm bù"
        for row in rows("holidays")
    }


@cache
def is_decided(year: int) -> bool:
    """Whether the days off of a year are made known, not only expected."""
    standing = {row["standing"] for row in rows("holidays") if row["date"].startswith(f"{year}-")}
    return standing == {"sure"}


@cache
def work_sessions() -> tuple[tuple[dt.time, dt.time], ...]:
    """The sessions of a working day where a ward has said nothing else."""
    found = rows("work_sessions")
    return tuple((dt.time.fromisoformat(row["from"]), dt.time.fromisoformat(row["to"])) for row in found)


@dataclass(frozen=True, slots=True)
class ClockLimit:
    """A limit beside the clock, as text in its unit, with who says so."""

    value: str
    unit: str
    source: str
    is_sure: bool


@cache
def paper_words() -> dict[str, tuple[str, str]]:
    """The standing sentences of the forms where a ward has said nothing else: form → (opening, closing). Our own words."""
    return {row["form"]: (row["opening"], row["closing"]) for row in rows("paper_words")}


@cache
def keeping_years() -> int:
    """So long after their last dossier people are kept by name [check]."""
    return next(int(row["years"]) for row in rows("keeping") if row["years"])


@cache
def _police_procedures() -> frozenset[str]:
    return frozenset(row["code"] for row in rows("police_procedures"))


def has_police_forms(procedure: str) -> bool:
    """Whether the police's own forms stand for 01 to 03; procedure: its national code, also with a province's suffix."""
    return ".".join(procedure.split(".")[:2]) in _police_procedures()


@cache
def _unnamed_words() -> tuple[str, ...]:
    return tuple(key(row["word"]) for row in rows("unnamed_procedures"))


def is_unnamed(procedure: str) -> bool:
    """Whether a list for everybody does not say this procedure's name beside a dossier's code: it would tell of health, poverty, faith or
    children. procedure: its name."""
    words = f" {key(procedure)} "
    return any(f" {word} " in words for word in _unnamed_words())


@cache
def clock_limits() -> dict[str, ClockLimit]:
    """Limits of waits, checks, extensions: code → its value and source."""
    return {
        row["code"]: ClockLimit(row["value"], row["unit"], row["source"], row["standing"] == "sure")
        for row in rows("clock_limits")
    }


@cache
def limits() -> Limits:
    """The same as the clock's rules take them."""
    return limits_from({code: one.value for code, one in clock_limits().items()})


def clock_limit(code: str) -> ClockLimit:
    return clock_limits()[code]


@cache
def apology_reasons() -> dict[str, str]:
    """Why a promise is put off, as the form of an apology offers it: code → words."""
    return {row["code"]: row["words"] for row in rows("apology_reasons")}


@cache
def notices() -> dict[str, Moment]:
    """The moments of which a citizen is told, in the order of a dossier's way: code → what it is, and in which words."""
    return moments_from(rows("notices"))


@cache
def plan_kinds() -> dict[str, str]:
    """The kinds of plans that stand side by side: code in addresses → name."""
    return {row["code"]: row["name"] for row in rows("plan_kinds")}


def office_directory(own: Iterable[str] | None = None) -> Directory:
    """The offices of the handbook, and the ward's own where given."""
    return directory_from_rows(rows("offices"), own)
