"""Log lines as `key=value` facts; no names, no addresses of people, no contents."""

from __future__ import annotations

import logging

_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {
    "message",
    "asctime",
    "taskName",
    "request",
    "status_code",
}


class FactsFormatter(logging.Formatter):
    """`2026-11-23T08:00:00 INFO caicach.request trang đã trả key=value …`."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        facts = " ".join(f"{key}={value}" for key, value in vars(record).items() if key not in _PLAIN)
        first, *trace = super().format(record).split("\n", 1)
        return "\n".join([f"{first} {facts}".rstrip(), *trace])
