"""A day or a moment as people and systems write it: "11/05/2026 15:20:33", "15h20 ngày 11 tháng 5 năm 2026", 46153.34.

Days and moments are never mixed: what names no time of day stays a day. Moments are local (Asia/Ho_Chi_Minh), without
zone, to the minute.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from functools import lru_cache

from caicach.rules.vntext import fold

Moment = dt.datetime | dt.date

FIRST_YEAR, LAST_YEAR = 1990, 2100
"""outside of them a date is a filler of some database (01/01/1900, 01/01/0001), not a day of an office"""

_HERE = dt.timezone(dt.timedelta(hours=7))
_EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001  what Excel counts its days from
_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[t ]+(\d{1,2}):(\d{1,2})(?::\d{1,2}(?:[.,]\d+)?)? ?(z|[+-]\d{2}:?\d{2})?)?"
)
_SLASHED = re.compile(r"(?<![\w.])(\d{1,2}) ?([/.-]) ?(\d{1,2}) ?\2 ?(\d{4}|\d{2})(?!\d)")
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})([/.])(\d{1,2})\2(\d{1,2})(?!\d)")
_WORDED = re.compile(
    r"(?<!\d)(\d{1,2}),? ?(?:[/.-]? ?(?:thang|thg|th)|[/.-](?=[^/.-]*nam)) ?(\d{1,2}),? ?(?:nam|[/.-] ?nam|[/.-])? ?(\d{4}|\d{2})(?!\d)"
)
_ENGLISH = re.compile(
    r"(?<!\w)(\d{1,2})[ -]([a-z]{3})[a-z]*[ ,-]+(\d{4})|([a-z]{3})[a-z]* (\d{1,2}),? (\d{4})"
)
_MONTHS = {
    name: number
    for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)
}
_PACKED = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(?:\d{2})?)?")
_PACKED_DAY_FIRST = re.compile(r"(\d{2})(\d{2})(\d{4})")
_SERIAL = re.compile(r"\d{5}(?:[.,]\d+)?")
_CLOCK = re.compile(
    r"(?<![\d/.])(\d{1,2}) ?(?::|h|g|gio) ?(?:(\d{1,2}|ruoi)(?!\d)(?: ?(?:'|phut|ph|p)(?![a-z]))?)?(?: ?: ?\d{2}(?:[.,]\d+)?(?!\d))?"
    r" ?(sa|ch|am|pm|a\.m\.?|p\.m\.?|sang|trua|chieu|toi)?(?![a-z0-9])"
)
_IN_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")


def day_first(texts: Iterable[str]) -> bool | None:
    """Which order a column of dates with slashes proves: True for day first, False for month first (as in the US).

    None where it proves neither: every first and second figure could be a month, or they prove both.
    """
    days = months = False
    for text in texts:
        for first, _sign, second, _year in _SLASHED.findall(text):
            days |= int(first) > 12
            months |= int(second) > 12
    return None if days == months else days


@lru_cache(maxsize=65536)
def moment_of(text: str, *, month_first: bool = False) -> Moment | None:
    """The day or moment that a text names, None where it names none, an impossible one or several.

    A figure alone is Excel's count of days ("46153.34") or yyyymmdd, yyyymmddhhmmss.
    """
    plain = " ".join(fold(text).split())
    if not plain or not any(letter.isdigit() for letter in plain):
        return None
    if whole := _ISO.fullmatch(plain):
        return _iso(whole)
    if plain.replace(".", "", 1).replace(",", "", 1).isdecimal():
        return _figure(plain)
    return _written(plain, month_first) or _written(_IN_BRACKETS.sub(" ", plain), month_first)


def _written(plain: str, month_first: bool) -> Moment | None:
    days: set[dt.date | None] = set()
    rest = plain
    for pattern in (_SLASHED, _YEAR_FIRST, _WORDED, _ENGLISH, _ISO):
        for written in pattern.finditer(rest):
            days.add(_day(pattern, written, month_first))
        rest = pattern.sub(" ", rest)
    if len(days) != 1 or None in days:
        return None
    day = days.pop()
    assert day is not None
    if (found := _ISO.search(plain)) and found[4]:
        return _iso(found)
    clock = _CLOCK.search(rest)
    if clock is None:
        return day
    time = _time(clock)
    return dt.datetime.combine(day, time) if time else None


def _day(pattern: re.Pattern[str], found: re.Match[str], month_first: bool) -> dt.date | None:
    if pattern is _SLASHED:
        day, _sign, month, year = found.groups()
        if month_first:
            day, month = month, day
    elif pattern is _YEAR_FIRST:
        year, _sign, month, day = found.groups()
    elif pattern is _WORDED:
        day, month, year = found.groups()
    elif pattern is _ISO:
        year, month, day = found.groups()[:3]
    else:
        day, name, year = found.groups()[:3] if found[1] else (found[5], found[4], found[6])
        month = str(_MONTHS.get(name, 0))
    return _date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day) if FIRST_YEAR <= year <= LAST_YEAR else None
    except ValueError:
        return None


def _iso(found: re.Match[str]) -> Moment | None:
    year, month, day, hour, minute, zone = found.groups()
    date = _date(int(year), int(month), int(day))
    if date is None or hour is None:
        return date
    try:
        at = dt.datetime.combine(date, dt.time(int(hour), int(minute)))
    except ValueError:
        return None
    if zone is None:
        return at
    if zone == "z":
        zone = "+00:00"
    away = dt.timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:])) * (-1 if zone[0] == "-" else 1)
    return (at - away).replace(tzinfo=dt.UTC).astimezone(_HERE).replace(tzinfo=None)


def _figure(plain: str) -> Moment | None:
    whole, _sign, part = plain.replace(",", ".").partition(".")
    if (found := _PACKED.fullmatch(whole)) and not part.strip("0"):
        year, month, day, hour, minute = found.groups()
        date = _date(int(year), int(month), int(day))
        if hour is None and date is not None:
            return date
        if hour is None:
            return _packed_day_first(whole)
        if date is None:
            return None
        time = _clock_time(int(hour), int(minute))
        return dt.datetime.combine(date, time) if time else None
    return from_serial(float(plain.replace(",", "."))) if _SERIAL.fullmatch(plain) else None


def _packed_day_first(digits: str) -> dt.date | None:
    found = _PACKED_DAY_FIRST.fullmatch(digits)
    return _date(int(found[3]), int(found[2]), int(found[1])) if found else None


def from_serial(days: float) -> Moment | None:
    """What Excel keeps for a date: days since 30/12/1899, the part after the point being the time of day."""
    if not 32874 <= days < 73416:  # 1990 to 2100
        return None
    at = _EPOCH + dt.timedelta(seconds=round(days * 86400))
    return at.replace(second=0) if days != int(days) else at.date()


@lru_cache(maxsize=4096)
def time_of(text: str) -> dt.time | None:
    """The time of day that a text names and nothing else: "8h15", "08:15 SA", "15 giờ 20 phút"."""
    plain = " ".join(fold(text).split())
    found = _CLOCK.search(plain)
    if found is None or re.search(r"\d", plain[: found.start()] + plain[found.end() :]):
        return None
    return _time(found)


def _time(found: re.Match[str]) -> dt.time | None:
    hour, half = int(found[1]), (found[3] or "").replace(".", "")
    minute = 30 if found[2] == "ruoi" else int(found[2] or 0)
    if (half in ("ch", "pm", "chieu", "toi") and hour < 12) or (half == "trua" and hour < 3):
        hour += 12
    elif half in ("sa", "am", "sang") and hour == 12:
        hour = 0
    return _clock_time(hour, minute)


def _clock_time(hour: int, minute: int) -> dt.time | None:
    return dt.time(hour, minute) if hour < 24 and minute < 60 else None


def iso(value: Moment | None) -> str | None:
    """ISO to the minute, a day alone as a day."""
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="minutes")
    return value.isoformat() if value else None
