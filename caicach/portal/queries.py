"""What a citizen sees of their dossier, and what the ward says it keeps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from caicach import data
from caicach.citizens.queries import Look, looks
from caicach.core import clock
from caicach.counter import queries as counter
from caicach.counter import spares
from caicach.counter.papers import fee_words
from caicach.counter.post import newest_parcel
from caicach.counter.services import lookup_hash
from caicach.dossiers import keeping, told
from caicach.dossiers.queries import legs_of
from caicach.organisation.queries import day_names, ward_ids, ward_names, work_time
from caicach.rules import rights
from caicach.rules.citizen_answer import (
    PROVISIONAL,
    Answer,
    Posted,
    Standing,
    Step,
    answer,
    in_words,
    opening_words,
    steps,
)
from caicach.rules.dossier_moves import AGREED, STATES
from caicach.rules.legs import Shown
from caicach.rules.lookup import is_number
from caicach.rules.money import dong
from caicach.rules.refusal import Refusal

ENDED = frozenset(state for state, facts in STATES.items() if facts.group == "ended")


@dataclass(frozen=True, slots=True)
class Found:
    """The one dossier that a code opens. codes: all that it has had, the present one first."""

    line: Any
    events: Sequence[Any]
    codes: tuple[str, ...]
    ward_name: str
    calendar: int

    @property
    def dossier(self) -> Any:
        return self.line.dossier


def find(code: str, number: str = "") -> Found | None:
    """The dossier of a code; with its number, only where both are right; else None. Three queries, whatever comes of it:
    how long it takes says nothing. Raises Refusal portal.with-number where a code alone opens more than one."""
    wards = {pk: (name, version) for pk, name, version in ward_ids()}
    lines = counter.opened_by([lookup_hash(ward, code) for ward in wards] if code else [])
    there = {line.dossier_id: line for line in lines}
    events: dict[int, list[Any]] = {pk: [] for pk in there}
    for event in told.events_of(list(wards), list(there) or [0]):
        events[event.dossier_id].append(event)
    found = [
        Found(
            line,
            events[pk],
            (line.dossier.code, *told.former_codes(events[pk]), *_slips(events[pk])),
            *wards[line.ward_id],
        )
        for pk, line in there.items()
    ]
    if number:
        found = [one for one in found if any(is_number(number, code) for code in one.codes)]
    elif len(found) > 1:
        raise Refusal("portal.with-number", "number")
    return found[0] if found else None


def _slips(events: Sequence[Any]) -> list[str]:
    """The number of the blank receipt that it was written on."""
    return [one.facts["slip"] for one in events if one.code == "accept" and one.facts.get("slip")]


def is_blank_slip(code: str) -> bool:
    """Whether it is the code of a receipt written by hand that nobody has typed in yet."""
    return bool(code) and spares.is_blank([lookup_hash(ward, code) for ward, _, _ in ward_ids()])


@dataclass(frozen=True, slots=True)
class Place:
    """Where the counter is, and when it is open."""

    name: str
    address: str
    phone: str
    dial: str
    week: tuple[tuple[str, str], ...]
    now: str


@dataclass(frozen=True, slots=True)
class Leg:
    """A part of a bundle, and who settles it. kind: "done", "now", "ahead"."""

    name: str
    agency: str
    words: str
    kind: str


@dataclass(frozen=True, slots=True)
class Page:
    """A dossier as its owner sees it. sum: how the promise was counted; note: of a provisional number; is_old: only the answer."""

    ward: str
    code: str
    procedure: str
    applicant: str
    answer: Answer
    steps: tuple[Step, ...]
    sum: str
    received: str
    fee: str
    way: str
    note: str
    place: Place
    looks: tuple[Look, ...]
    is_old: bool
    channels: tuple[str, ...] = ()
    legs: tuple[Leg, ...] = ()
    has_stopped: bool = False
    """its owner agreed to be told once, and does no more"""


def page(found: Found, *, now: dt.datetime) -> Page:
    """What is shown of it. Two queries, one more of what was returned, and what a changed calendar asks once."""
    one, line, events = found.dossier, found.line, found.events
    ward, calendar = line.ward_id, found.calendar
    time, here = work_time(ward, calendar), clock.minute(now)
    word, since = told.word_of(events, one.state)
    since = one.returned_on or since if one.state == "returned" else since
    is_old = one.state in ENDED and (since or one.received_on or here.date()) + dt.timedelta(days=settings.LOOKUP_DAYS) < here.date()  # fmt: skip
    broken, apology = told.apology(events)
    due = one.promise
    standing = Standing(
        one.state, here, due=due, is_late=bool(one.clock.runs and one.clock.late_from and one.clock.late_from <= now), since=since,
        word=word, broken=broken if broken != due else None, apology=apology, until=told.wait_until(events, time),
        money=one.fee.total if one.state == "payment-wait" and not word else None, way=line.way, owed=max(one.fee.owed or 0, 0), posted=_posted(one), is_denied=told.is_denied(events), is_old=is_old,
    )  # fmt: skip
    place = place_of(ward, time, here)
    if is_old:
        return Page(found.ward_name, one.code, one.procedure, "", answer(standing, time), (), "", "", "", "", "", place, (), True)  # fmt: skip
    received = one.moment("received")
    fee = _fee(one.fee)
    return Page(
        found.ward_name, one.code, one.procedure, "" if one.citizen and one.citizen.anonymised_at else one.applicant,
        answer(standing, time), steps(one.state, told.happened(events), way=line.way),
        told.sum_of(events, time, here, due=due, names=day_names(ward, calendar)) if one.state not in ENDED else "",
        in_words(received, here) if received else "", fee, line.WAYS[line.way].lower(), _note(found), place,
        tuple(looks(ward, found.codes)), False, channels_of(found), _legs(legs_of(ward, events, now=now), here),
        has_stopped=not line.channels and any(event.code == AGREED for event in events),
    )  # fmt: skip


def _legs(legs: Sequence[Shown], here: dt.datetime) -> tuple[Leg, ...]:
    kinds = {"done": "done", "runs": "now", "waits": "ahead", "dropped": "ahead"}
    found = []
    for one in legs:
        words = one.state_name
        if one.state == "done" and one.done:
            words = f"xong {in_words(one.done, here)}"
        elif one.state == "runs" and one.due:
            words = f"đang làm, hạn {in_words(one.due, here)}"
        found.append(Leg(one.leg.name, one.leg.agency, words[:1].upper() + words[1:], kinds[one.state]))
    return tuple(found)


def _fee(fee: Any) -> str:
    """What it costs, what was paid, what is still to pay."""
    said = [fee_words(fee) + (", hỏi Một cửa" if fee.status == "unknown" else "")]
    if fee.paid and fee.owed == 0:
        said.append("đã nộp đủ")
    elif fee.paid:
        said.append(f"đã nộp {dong(fee.paid)}")
    if fee.owed and fee.owed > 0:
        said.append(f"còn phải nộp {dong(fee.owed)}" if fee.paid else "chưa nộp")
    return ", ".join(said)


def _posted(dossier: Any) -> Posted | None:
    """One query, of what was returned only; None for what went another way, or was collected after it had come back."""
    parcel = newest_parcel(dossier.pk) if dossier.state == "returned" else None
    if parcel is None or (parcel.back_at and parcel.ended_at):
        return None
    return Posted(clock.local_day(parcel.post_list.at), parcel.code, parcel.back_at is not None)


def channels_of(found: Found) -> tuple[str, ...]:
    """By which channels its owner is told."""
    line = found.line
    return tuple(line.CHANNELS[one] for one in line.channels.split(",") if one in line.CHANNELS)


def _note(found: Found) -> str:
    if found.codes[0].startswith("TAM-"):
        return PROVISIONAL
    return f"Số trên giấy hẹn là {found.codes[-1]}; hệ thống của tỉnh đã cấp số {found.codes[0]}. Dùng số nào cũng được." if len(found.codes) > 1 else ""  # fmt: skip


def place_of(ward: int, time: Any, now: dt.datetime) -> Place:
    """The counter of a ward. One query."""
    desk = counter.settings_of(ward)
    week, open_now = opening_words(time, now)
    dial = "".join(sign for sign in desk.phone.split("/")[0].split(",")[0] if sign in "+0123456789")
    return Place(desk.title, desk.address, desk.phone, dial, week, open_now)


# --- what is kept ----------------------------------------------------------------------------------------------

_MOST_WARDS = 12
"""more are not named one by one: whoever asks knows where they live"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A kind of record: why it is there, how long it stays. source: who says so; is_sure: somebody has checked that."""

    what: str
    why: str
    time: str
    source: str
    is_sure: bool


@dataclass(frozen=True, slots=True)
class Privacy:
    """wards: whom to ask, with their counters; seers: the roles that open a dossier's page."""

    wards: tuple[tuple[str, Any], ...]
    kept: tuple[Kept, ...]
    seers: tuple[str, ...]


def contacts() -> tuple[tuple[str, Any], ...]:
    """The wards of the server with their counters, to be asked; none where they are too many to be named. Two queries."""
    wards = ward_names()
    if len(wards) > _MOST_WARDS:
        return ()
    desks = counter.desks_of([pk for pk, _ in wards])
    return tuple((name, desks.get(pk)) for pk, name in wards)


def _keep_words() -> str:
    kept = keeping.years()
    return (
        f"{kept} năm sau khi hồ sơ cuối cùng xong, rồi tự ẩn danh" if kept else "như hồ sơ; chưa tự ẩn danh"
    )


def privacy() -> Privacy:
    """What the ward keeps, why, how long; whom to ask. Two queries."""
    facts = {"lookup_days": settings.LOOKUP_DAYS, "backups": settings.BACKUP_KEEP, "wrong_hours": settings.SIGN_IN_FORGET_HOURS, "message_days": settings.MESSAGE_DAYS, "keep_words": _keep_words()}  # fmt: skip
    kept = tuple(
        Kept(row["what"], row["why"], row["keep"].format_map(facts), row["source"], row["standing"] == "sure")
        for row in data.rows("keeping")
    )
    seers = tuple(name for role, name in rights.WARD_ROLES.items() if rights.allows("dossier.see", role))
    return Privacy(contacts(), kept, seers)
