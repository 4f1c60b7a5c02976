"""Telling citizens what happened to their dossiers: notices are written behind the moves, from their events, each once."""

from __future__ import annotations

import base64
import datetime as dt
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction

from caicach import data
from caicach.citizens.queries import unsealed
from caicach.core import clock, seal
from caicach.counter import queries as counter
from caicach.counter.papers import LOOKUP_PATH
from caicach.counter.services import lookup_code
from caicach.dossiers import told
from caicach.exchange import messages
from caicach.exchange import services as exchange
from caicach.history import services as history
from caicach.notices.models import Manner, Notice, Position
from caicach.notices.queries import Ways, ways_of
from caicach.organisation.queries import ward_facts, work_time
from caicach.rules import notices as rules
from caicach.rules.citizen_answer import BRING
from caicach.rules.clock_limits import wait_ends
from caicach.rules.dossier_clock import Move
from caicach.rules.dossier_story import when
from caicach.rules.formats import day as day_words
from caicach.rules.notices import Moment
from caicach.rules.refusal import Refusal

LINK = "notices.link"
_A_BATCH = 200
_SETTLED = dt.timedelta(minutes=10)
"""no transaction of a move runs for so long: what was seen before has all been committed"""


# --- behind the events -----------------------------------------------------------------------------------------


def has_news(now: dt.datetime) -> bool:
    """Whether there is an event that nobody looked at yet. Two queries, by keys."""
    position = _position(now)
    newest = told.newest()
    return newest > position.seen or (position.upto < position.seen and now - position.seen_at >= _SETTLED)


def tell(machine_now: dt.datetime) -> int:
    """Write what is to be told of the events since the last time, a batch in a transaction; how many notices are new.

    The numbers of events are not in the order in which they are committed, so the position follows ten minutes behind, and what
    lies between is looked at again: a notice is there once, by its event and channel. Killed anywhere it goes on from there.
    """
    position, newest, made = _position(machine_now), told.newest(), 0
    codes = {event for one in data.notices().values() for event in one.events}
    after = position.upto
    while events := told.to_tell(after, newest, codes, most=_A_BATCH):
        made += _tell(events, clock.now())
        after = events[-1].pk
    if machine_now - position.seen_at >= _SETTLED:
        Position.objects.filter(pk=position.pk, seen=position.seen).update(upto=position.seen, seen=newest, seen_at=machine_now)  # fmt: skip
    elif newest > position.seen:
        Position.objects.filter(pk=position.pk, seen=position.seen).update(seen=newest, seen_at=machine_now)
    return made


def _position(now: dt.datetime) -> Position:
    """Where a new database has none, nothing was told yet; an old one got its own when the room came (migrations)."""
    if there := Position.objects.first():
        return there
    return Position.objects.get_or_create(pk=1, defaults={"upto": 0, "seen": 0, "seen_at": now})[0]


@dataclass(frozen=True, slots=True)
class _Ward:
    """What every notice of a ward says."""

    name: str
    desk: Any
    ways: Ways


@dataclass(frozen=True, slots=True)
class _Plan:
    """A notice to be written with its letter or message, None where nobody is told."""

    notice: Notice
    draft: messages.Draft | exchange.Draft | None = None


@transaction.atomic
def _tell(events: Sequence[Any], now: dt.datetime) -> int:
    done = set(Notice.objects.filter(event__in=[one.pk for one in events]).values_list("event", flat=True))
    wards: dict[int, _Ward] = {}
    plans: list[_Plan] = []
    oldest = now - dt.timedelta(hours=settings.NOTICE_HOURS)
    for event in events:
        if event.pk in done or event.at < oldest or event.dossier.set_aside:
            continue
        ward = event.ward_id
        if ward not in wards:
            wards[ward] = _Ward(ward_facts(ward).name, counter.settings_of(ward), ways_of(ward))
        plans += _plans(event, wards[ward], now)
    for ward in wards:
        job = f"{ward}:{events[0].pk}-{events[-1].pk}"
        mine = [one for one in plans if one.notice.ward_id == ward]
        texts = [one.draft for one in mine if isinstance(one.draft, messages.Draft)]
        ids = messages.write(texts, ward=ward, at=now, job=job) if texts else {}
        letters = [one.draft for one in mine if isinstance(one.draft, exchange.Draft)]
        if letters:
            exchange.write(letters, ward=ward, at=now, job=job)
            ids |= exchange.rows_of([one.key for one in letters])
        for one in mine:
            if isinstance(one.draft, messages.Draft):
                one.notice.message_id = ids[one.draft.key]
            elif one.draft is not None:
                one.notice.letter_id = ids[one.draft.key]
    Notice.objects.bulk_create([one.notice for one in plans], ignore_conflicts=True)
    return len(plans)


def _plans(event: Any, ward: _Ward, now: dt.datetime) -> list[_Plan]:
    """What is written of one event; nothing where the ward does not tell of it."""
    dossier = event.dossier
    line = getattr(dossier, "line", None)
    moment = rules.moment_of(event.code, line.way if line else "", data.notices())
    if moment is None or not ward.ways.is_on(moment):
        return []
    made = Notice(
        ward_id=event.ward_id, dossier=dossier, event=event.pk, moment=moment.code, at=event.at, made_at=now, office_id=dossier.clock.office_id,
    )  # fmt: skip
    if not moment.holds(dossier.state):
        return [_Plan(_not_told(made, "passed"))]
    channels = [one for one in line.channels.split(",") if one in rules.CHANNELS] if line else []
    if not channels:
        return [_Plan(_not_told(made, "unasked" if line else "unknown"))]
    return [_plan(made, one, event, moment, ward) for one in channels]


def _not_told(made: Notice, why: str, channel: str = "") -> Notice:
    made.why, made.channel = why, channel
    return made


def _plan(like: Notice, channel: str, event: Any, moment: Moment, ward: _Ward) -> _Plan:
    notice = Notice(
        ward_id=like.ward_id, dossier=like.dossier, event=like.event, moment=like.moment, at=like.at, made_at=like.made_at, office_id=like.office_id, channel=channel,
    )  # fmt: skip
    dossier = event.dossier
    citizen = dossier.brought_by or dossier.citizen
    is_letter = channel == "email"
    if not (exchange.is_on() if is_letter else messages.is_on(channel)):
        return _Plan(_not_told(notice, "off", channel))
    try:
        to = (citizen.email if is_letter else unsealed(citizen, "phone")) if citizen else ""
    except seal.Unopenable:
        return _Plan(_not_told(notice, "sealed", channel))
    if not to:
        return _Plan(_not_told(notice, "no-contact", channel))
    values = _values(event, ward)
    text = rules.fill(ward.ways.text(moment), values)
    key, secret = f"notice:{event.pk}:{channel}", f"{LINK}:{event.pk}.{channel}" if _has_page(dossier) else ""
    if is_letter:
        return _Plan(notice, exchange.Draft(key, to, citizen.name, f"{moment.name}: hồ sơ {dossier.code}", _letter(text, event, moment, ward, secret), secret=secret))  # fmt: skip
    if channel == "sms" and ward.ways.is_plain:
        text = rules.plain(text)
    facts = {"code": dossier.code, "ward": ward.name, "moment": moment.name, "time": values["luc"], "link": exchange.SECRET if secret else ""}  # fmt: skip
    if secret:
        text = f"{text} {exchange.SECRET}"
    return _Plan(notice, messages.Draft(key, channel, to, text, facts, secret))


def _has_page(dossier: Any) -> bool:
    """Whether its owner has a page of it that a link can lead to."""
    return bool(settings.SITE and dossier.token)


def _values(event: Any, ward: _Ward) -> dict[str, str]:
    dossier, facts = event.dossier, event.facts
    promise = facts.get("due") or (dossier.promise.isoformat() if dossier.promise else "")
    office = facts.get("office_name") or (dossier.clock.office.name if dossier.clock.office else "") or ward.desk.title  # fmt: skip
    return {
        "phuong": ward.name, "ma_ho_so": dossier.code, "luc": when(clock.minute(event.at).isoformat()),
        "don_vi": office, "hen_tra": when(promise) or "chưa rõ ngày", "hen_cu": when(facts.get("before")), "hen_moi": when(facts.get("due")),
        "han_bo_sung": _reply_by(event) if event.code == "ask-supplement" else "", "bo_phan": ward.desk.title, "dia_chi": ward.desk.address,
        "dien_thoai": ward.desk.phone,
    }  # fmt: skip


def _reply_by(event: Any) -> str:
    asked = Move(clock.minute(event.at), "paused", "supplement")
    try:
        last = wait_ends(work_time(event.ward_id), asked, data.limits())
    except Refusal:  # a year without a calendar
        last = None
    return day_words(last) if last else "theo giấy báo"


def _letter(text: str, event: Any, moment: Moment, ward: _Ward, secret: str) -> str:
    """An e-mail says a little more: why, what to bring, how to hear no more."""
    parts = [text]
    if moment.reason and event.word.strip():
        parts.append(f"{moment.reason}:\n{event.word.strip()}")
    if moment.code == "ready":
        parts.append("Mang theo:\n" + "\n".join(f"- {one}" for one in BRING))
    if secret:
        parts.append(f"Xem hồ sơ: {exchange.SECRET}")
    desk = ward.desk
    parts.append("\n".join(one for one in (ward.name, desk.title, desk.address, desk.phone) if one))
    parts.append(
        "Anh/chị nhận thư này vì đã đồng ý nhận tin về hồ sơ ở quầy. Thôi nhận: mở trang hồ sơ, chọn “Thôi báo tin”, hoặc nói với Một cửa."
    )
    return "\n\n".join(parts) + "\n"


# --- the link --------------------------------------------------------------------------------------------------


def address_in_notice(argument: str) -> str | None:
    """What is put into a notice as it goes out: the dossier's page, with the mark of this notice. None where it is gone."""
    event, _, channel = argument.partition(".")
    found = Notice.objects.select_related("dossier").filter(event=int(event), channel=channel).first()
    if found is None:
        return None
    code = lookup_code(found.ward_id, found.dossier.token)
    return f"{settings.SITE}{LOOKUP_PATH}{code}/?tin={mark_of(found.event, channel)}"


def mark_of(event: int, channel: str) -> str:
    """Five signs that say which notice a page was opened from. They open nothing: the lookup code before them does."""
    digest = bytes.fromhex(seal.fingerprint(f"{event}:{channel}", use="notices.opened"))
    return base64.b32encode(digest)[:5].decode().lower()


def opened(dossier: Any, mark: str, *, at: dt.datetime) -> bool:
    """The dossier's page was opened by the link of a notice: on record once, with nothing of who or from where. One query where
    the mark is none."""
    if not mark:
        return False
    unopened = Notice.objects.filter(dossier=dossier, opened_at=None).exclude(channel="").order_by("-id")[:50]
    for one in unopened:
        if hmac.compare_digest(mark_of(one.event, one.channel).encode(), mark.encode()):
            return bool(Notice.objects.filter(pk=one.pk, opened_at=None).update(opened_at=at))
    return False


# --- by hand ---------------------------------------------------------------------------------------------------


@transaction.atomic
def send_again(notice: Notice, *, by: int, at: dt.datetime) -> None:
    """One that failed, or of which nobody knows, goes out once more. The same press twice is one. Raises Refusal notice.not-failed."""
    row = notice.message or notice.letter
    job = f"again:{notice.pk}:{at:%Y%m%d%H%M%S}"
    if row is None or not messages.send_again(row, at=at, job=job):
        if row is not None and row.state in ("waiting", "sending"):
            return
        raise Refusal("notice.not-failed")
    history.append(notice, "notice.again", by=by, at=at, dossier=notice.dossier.code, channel=notice.channel, moment=notice.moment)  # fmt: skip


@transaction.atomic
def set_manner(said: Mapping[str, tuple[bool, str]], *, is_plain: bool, seen: int, ward: int, by: int, at: dt.datetime) -> bool:  # fmt: skip
    """How a ward tells: moment → whether, in which words; a text as in `data/notices.csv` stays the usual one. Whether that is new.

    Raises Refusal notice.changed-meanwhile, and what `rules.notices.check` does at "text-<moment>".
    """
    Manner.objects.get_or_create(ward_id=ward)
    held = Manner.objects.select_for_update(of=("self",)).select_related("by").get(ward_id=ward)
    kept: dict[str, dict[str, Any]] = {}
    for moment in data.notices().values():
        is_on, text = said.get(moment.code, (moment.is_on, moment.text))
        text = rules.tidy(text)
        if is_on or text:
            rules.check(text, moment.code, place=f"text-{moment.code}")
        if (is_on, text) != (moment.is_on, moment.text):
            kept[moment.code] = {"on": is_on, "text": "" if text == moment.text else text}
    if (held.said, held.is_plain) == (kept, is_plain):
        return False
    if held.revision != seen:
        raise Refusal("notice.changed-meanwhile", who=held.by.full_name if held.by else "Phần mềm")
    before = held.said
    held.said, held.is_plain, held.revision, held.at, held.by_id = kept, is_plain, held.revision + 1, at, by
    held.save()
    changes = [[code, before.get(code), kept.get(code)] for code in data.notices() if before.get(code) != kept.get(code)]  # fmt: skip
    history.append(held, "notice.manner-set", by=by, at=at, ward=ward, changes=changes, is_plain=is_plain)
    return True


def forget_citizen(citizen: Any) -> None:
    """Nobody is behind the row any more: what was written to them goes too."""
    of = Notice.objects.filter(ward_id=citizen.ward_id)
    for rows in (of.filter(dossier__citizen=citizen), of.filter(dossier__brought_by=citizen)):
        found = list(rows.values_list("message_id", "letter_id"))
        messages.forget(messages=[m for m, _ in found if m], letters=[n for _, n in found if n])


def forget_letters_before(day: dt.datetime) -> int:
    """Addresses and words of old letters to citizens go, as those of messages do; how many."""
    old = Notice.objects.filter(made_at__lt=day, letter__isnull=False).exclude(letter__to_address="")
    gone = 0
    while batch := list(old.values_list("letter_id", flat=True)[:500]):
        messages.forget(letters=batch)
        gone += len(batch)
    return gone
