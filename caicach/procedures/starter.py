"""A first catalogue for a ward: common procedures as facts of `data/procedures.csv`, each with its source and standing."""

from __future__ import annotations

from caicach import data
from caicach.procedures.services import Entry, Paper, Variant
from caicach.rules.procedures import Span


def entries() -> list[Entry]:
    """What the file tells. Only what it is sure of counts as checked; the rest says what is to be looked at."""
    return [_entry(row) for row in data.rows("procedures")]


def _entry(row: dict[str, str]) -> Entry:
    channels = row["channels"].split()
    unsure = f"; cần đối chiếu: {row['unsure']}" if row["unsure"] else ""
    return Entry(
        code=row["code"], name=row["name"], everyday_words=row["everyday"].replace("|", "\n"), field=row["field"], level=row["level"],
        who_may_ask=row["who"], at_counter="counter" in channels, by_post="post" in channels,
        online=next((way.removeprefix("online-") for way in channels if way.startswith("online-")), ""), result=row["result"],
        legal_basis=row["legal_basis"].replace("|", "\n"), legs="\n".join(" | ".join(part.split("~")) for part in row["legs"].split("|") if part),
        decides=row["decides"], law=span_of(row["law"]), time_words=row["time_words"],
        fee_status=row["fee_status"], fee_words=row["fee_words"], fee_amount=int(row["fee_amount"]) if row["fee_amount"] else None,
        source=row["source"] + unsure, checked=row["standing"] == "sure",
        components=tuple(_paper(part) for part in row["components"].split("|") if part),
        cases=tuple(_case(part) for part in row["cases"].split("|") if part),
    )  # fmt: skip


def span_of(text: str) -> Span | None:
    """ "working-day 3" → its time; None for ""."""
    unit, _, amount = text.partition(" ")
    return Span(unit, int(amount)) if unit else None  # type: ignore[arg-type]


def _paper(part: str) -> Paper:
    name, originals, copies, when, form, reusable = part.split("~")
    return Paper(name, int(originals), int(copies), when, form, bool(reusable))


def _case(part: str) -> Variant:
    name, when, law, fee_status, fee_words = part.split("~")
    return Variant(name, when, span_of(law), fee_status, fee_words)
