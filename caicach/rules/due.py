"""When something is owed: the values. The grammar that reads phrases into them is `deadlines`, and loads its words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

Kind = Literal["ongoing", "by", "recurring", "external", "unknown"]
Every = Literal["week", "month", "quarter", "half-year", "year", "dates"]


@dataclass(frozen=True, slots=True)
class Due:
    """When something is owed; text is the plan's own phrase. The keys are those of docs/reading.md."""

    kind: Kind
    start: dt.date | None = None
    end: dt.date | None = None
    every: Every | None = None
    day: int | None = None
    dates: tuple[dt.date, ...] = ()
    condition: str | None = None
    text: str = ""

    def to_json(self) -> dict[str, object]:
        return {
            "kind": self.kind,
            "start": self.start.isoformat() if self.start else None,
            "end": self.end.isoformat() if self.end else None,
            "every": self.every,
            "day": self.day,
            "dates": [day.isoformat() for day in self.dates],
            "condition": self.condition,
            "text": self.text,
        }


@dataclass(frozen=True, slots=True)
class Occurrence:
    """date: the day itself; working_day: the last working day not after it."""

    date: dt.date
    working_day: dt.date

    def to_json(self) -> dict[str, str]:
        return {"date": self.date.isoformat(), "working_day": self.working_day.isoformat()}
