"""Writing short messages, and sending them once: the order of `services.send_waiting`, for phones."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.crypto import salted_hmac

from caicach.core import seal
from caicach.exchange import connectors
from caicach.exchange.connectors import Connector, Outgoing
from caicach.exchange.models import Letter, Message
from caicach.exchange.services import MOST_ATTEMPTS, SECRET, Unfilled, filled
from caicach.rules.refusal import Refusal
from caicach.worker.services import enqueue

log = logging.getLogger("caicach.exchange")
CHANNELS = {Message.SMS: "SMS", Message.ZALO: "Zalo"}
STUCK = dt.timedelta(minutes=10)
_REST = dt.timedelta(minutes=10)
_PATIENCE = 5
"""seconds: a gateway that is silent for longer rests, and all that waits for it"""
_OVER = (Message.SENT, Message.FAILED, Message.UNCLEAR)


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to be written. phone: as it is dialled; facts: what a gateway's template may ask for; secret: as of a letter's."""

    key: str
    channel: str
    phone: str
    text: str
    facts: Mapping[str, str] = field(default_factory=dict)
    secret: str = ""


def is_on(channel: str) -> bool:
    """Whether this installation gives messages of this channel to anybody."""
    return connectors.way(channel).to != connectors.OFF


@transaction.atomic
def write(drafts: Sequence[Draft], *, ward: int, at: dt.datetime, job: str) -> dict[str, int]:
    """Put messages into the outbox, those whose key is there already left as they are; key → row. job: names the sending."""
    keys = [one.key for one in drafts]
    there = dict(Message.objects.filter(key__in=keys).values_list("key", "pk"))
    new = [
        Message(
            ward_id=ward, key=one.key, channel=one.channel, phone=seal.seal(one.phone.encode(), row=_row(one.key)), text=one.text,
            facts=dict(one.facts), secret=one.secret, made_at=at, try_at=at,
        )
        for one in drafts
        if one.key not in there
    ]  # fmt: skip
    if not new:
        return there
    Message.objects.bulk_create(new, ignore_conflicts=True)
    enqueue("exchange.send-messages", ward=ward, key=f"exchange.send-messages:{job}")
    return dict(Message.objects.filter(key__in=keys).values_list("key", "pk"))


def _row(key: str) -> str:
    return f"exchange.message:{key}"


def send_waiting(now: Callable[[], dt.datetime]) -> int:
    """Send what waits, each channel for itself; how many were sent. Raises OSError where a gateway is not there, after the other
    channels have had their turn; Refusal where the settings of one are wrong.

    The order of a message: the gateway is reached; the row says `sending` in a transaction of its own, which only one of two
    workers wins; the message goes out; the row says `sent`. Killed before it goes out it waits; killed after, it is unclear and
    stays, unless the way itself can say whether it arrived (a file can).
    """
    sent, faults = 0, []
    for channel in CHANNELS:
        try:
            if (line := connectors.connector(channel)) is not None:
                sent += _send_channel(channel, line, now)
        except (OSError, Refusal) as fault:
            faults.append(fault)
    if faults:
        raise faults[0]
    return sent


def _send_channel(channel: str, line: Connector, now: Callable[[], dt.datetime]) -> int:
    waiting = Message.objects.filter(channel=channel, state=Message.WAITING)
    _settle_stuck(channel, line, now())
    sent = 0
    try:
        while (found := waiting.filter(try_at__lte=now()).order_by("try_at", "id").first()) is not None:
            sent += _send(line, found, now)
    finally:
        line.close()
    return sent


def _settle_stuck(channel: str, line: Connector, at: dt.datetime) -> None:
    """What was on its way when somebody was killed."""
    for one in Message.objects.filter(channel=channel, state=Message.SENDING, sending_at__lt=at - STUCK):
        mine = Message.objects.filter(pk=one.pk, state=Message.SENDING, sending_at=one.sending_at)
        match line.has(_id(one), one.sending_at):  # type: ignore[arg-type]
            case True:
                mine.update(state=Message.SENT, sent_at=one.sending_at, fault="")
            case False:
                mine.update(state=Message.WAITING, try_at=at)
            case _:
                mine.update(state=Message.UNCLEAR, fault="dừng giữa chừng")


def _send(line: Connector, one: Message, now: Callable[[], dt.datetime]) -> bool:
    row = Message.objects.filter(pk=one.pk)
    mine = row.filter(state=Message.WAITING)
    try:
        going = _going(one)
    except (seal.Unopenable, Unfilled) as fault:
        words = "không mở được số điện thoại" if isinstance(fault, seal.Unopenable) else str(fault)
        mine.update(state=Message.FAILED, fault=words[:300])
        log.warning("tin nhắn không viết được", extra={"row": one.pk})
        return False
    try:
        line.open()
    except OSError as fault:
        mine.update(try_at=now() + _REST, fault=f"chưa nối được ({type(fault).__name__})")
        raise OSError(f"{one.channel}: chưa nối được ({type(fault).__name__})") from fault
    at = now()
    if not mine.update(state=Message.SENDING, sending_at=at):
        return False
    began = time.monotonic()
    try:
        answer = line.send(going, at)
    except OSError as fault:
        row.update(state=Message.UNCLEAR, fault=f"đứt giữa chừng ({type(fault).__name__})")
        log.warning("tin nhắn không rõ đã tới chưa", extra={"row": one.pk})
        if time.monotonic() - began > _PATIENCE:  # others would hang as long, and all other work behind them
            Message.objects.filter(channel=one.channel, state=Message.WAITING, try_at__lt=now() + _REST).update(try_at=now() + _REST)  # fmt: skip
        return False
    match answer.kind:
        case "taken":
            row.update(state=Message.SENT, sent_at=now(), fault="")
            return True
        case "again":
            attempts = one.attempts + 1
            state = Message.FAILED if attempts >= MOST_ATTEMPTS else Message.WAITING
            row.update(state=state, attempts=attempts, fault=answer.words, try_at=now() + dt.timedelta(minutes=2**attempts))  # fmt: skip
        case "never":
            row.update(state=Message.FAILED, fault=answer.words)
        case "unclear":
            row.update(state=Message.UNCLEAR, fault=answer.words)
    log.warning("tin nhắn không gửi được", extra={"row": one.pk, "kind": answer.kind})
    return False


def _going(one: Message) -> Outgoing:
    phone = seal.unseal(one.phone, row=_row(one.key)).decode()
    link = filled(one.secret) if one.secret else ""
    text = one.text.replace(SECRET, link)
    facts = {name: str(value).replace(SECRET, link) for name, value in one.facts.items()}
    return Outgoing(_id(one), one.channel, phone, text, facts)


def _id(one: Message) -> str:
    """The same whenever this message is sent again, another for every other message of any installation."""
    return salted_hmac("caicach.exchange.Message", f"{one.pk}:{one.key}", algorithm="sha256").hexdigest()[:32]


# --- of both kinds ---------------------------------------------------------------------------------------------

AGAIN = (Message.FAILED, Message.UNCLEAR)
"""what a person may have sent once more"""


@transaction.atomic
def send_again(row: Message | Letter, *, at: dt.datetime, job: str) -> bool:
    """Once more, because a person says so; False where it is not one that failed. A message that was forgotten stays."""
    mine: QuerySet[Any]
    if isinstance(row, Message):
        name, mine = "exchange.send-messages", Message.objects.exclude(phone="")
    else:
        name, mine = "exchange.send", Letter.objects.exclude(to_address="")
    failed = mine.filter(pk=row.pk, state__in=AGAIN)
    if not failed.update(state=Message.WAITING, attempts=0, try_at=at, fault=""):
        return False
    enqueue(name, ward=row.ward_id, key=f"{name}:{job}")
    return True


def forget(*, messages: Iterable[int] = (), letters: Iterable[int] = ()) -> None:
    """Phone, address and words go; that there was one, and what became of it, stays. One that waits is not sent any more."""
    of_messages = Message.objects.filter(pk__in=list(messages))
    of_messages.exclude(state__in=_OVER).update(state=Message.FAILED, fault="đã xóa trước khi gửi")
    of_messages.update(phone="", text="", facts={}, secret="")
    of_letters = Letter.objects.filter(pk__in=list(letters))
    of_letters.exclude(state__in=_OVER).update(state=Letter.FAILED, fault="đã xóa trước khi gửi")
    of_letters.update(to_address="", to_name="", subject="", text="", html="", secret="")


def forget_before(day: dt.datetime) -> int:
    """The same for every message made before, in pieces; how many. The files of days before it go as well."""
    gone = 0
    connectors.forget_files(day)
    old = Message.objects.filter(made_at__lt=day).exclude(Q(phone="") & Q(text=""))
    while batch := list(old.values_list("pk", flat=True)[:500]):
        forget(messages=batch)
        gone += len(batch)
    return gone


def failed_count() -> int:
    """Messages that did not go out, or of which nobody knows."""
    return Message.objects.filter(state__in=AGAIN).count()


def way_words(channel: str) -> tuple[str, bool]:
    """How a channel is set up, in words without its token, and whether something is wrong with that."""
    how = connectors.way(channel)
    if how.to == connectors.OFF:
        return "tắt.", False
    if how.to == connectors.FILE:
        return "ghi vào tệp, chờ chương trình của cổng hoặc người lấy đi gửi.", False
    try:
        connectors.connector(channel)
    except Refusal as refusal:
        return str(refusal), True
    parts = urlsplit(how.to)
    if parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        return "cổng nhận qua http, số điện thoại đi không mã hóa. Hãy dùng https.", True
    return f"gửi qua cổng {parts.hostname}.", False
