"""To whom short messages are given: a file, or a gateway that takes JSON. One small class each, behind one interface."""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import http.client
import json
import os
import re
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol
from urllib.parse import urlsplit

from django.conf import settings

from caicach.core import clock
from caicach.rules.refusal import Refusal

FILE, OFF = "file", "off"
_PLAIN = re.compile(r"[\x21-\x7e]+")
_SECONDS = 20
"""so long a gateway may be silent"""
_WHOLE_SECONDS = 40
"""and so long it may take for all of its answer"""
_MOST_ANSWER = 4_000
_LONG_NUMBER = re.compile(r"\d{6,}")
_NAME = re.compile(r"\{([^{}]*)\}")
NAMES = frozenset({"phone", "phone84", "text", "id", "template", "code", "ward", "moment", "link", "time"})
"""what the body of a gateway may name"""
BODIES = {
    "sms": '{"to": "{phone}", "text": "{text}", "id": "{id}"}',
    "zalo": '{"phone": "{phone84}", "template_id": "{template}", "template_data": {"code": "{code}", "ward": "{ward}", "text": "{text}", "link": "{link}"}, "tracking_id": "{id}"}',
}
"""where the settings say nothing else"""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message as it goes out, in memory only. id: the same whenever this message is sent again."""

    id: str
    channel: str
    phone: str
    text: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """taken; again: later; never: this message will not be taken; unclear: nobody knows. words: why, without a phone."""

    kind: Literal["taken", "again", "never", "unclear"]
    words: str = ""


class Connector(Protocol):
    """open: reach whoever takes messages, raises OSError; then nothing has gone out. send: give them one; raises OSError where
    nobody knows what became of it. has: whether one that was begun at this moment has arrived, None where that can't be known."""

    def open(self) -> None: ...
    def send(self, one: Outgoing, at: dt.datetime) -> Answer: ...
    def has(self, id: str, at: dt.datetime) -> bool | None: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Way:
    """How a channel is set up. to: FILE, OFF or an address."""

    channel: str
    to: str
    token: str
    body: str
    template: str


def way(channel: str) -> Way:
    """As the settings say."""
    said = settings.MESSAGE_WAYS[channel]
    return Way(channel, said["to"], said["token"], said["body"] or BODIES[channel], said["template"])


def connector(channel: str) -> Connector | None:
    """Who takes this channel's messages; None where it is off. Raises Refusal message.address, message.body, message.name."""
    how = way(channel)
    if how.to == OFF:
        return None
    return ToFile(settings.MESSAGES, channel) if how.to == FILE else ToGateway(how)


class ToFile:
    """A line of JSON for each message, in a file a day, for a gateway's program or a person to pick up.

    Durable: a line is on the disk before it counts as sent; half a line, which a power cut may leave, is cut away by the next
    one. The phone stands there in clear: the file is its owner's alone (0600), in a folder of its own (0700).
    """

    def __init__(self, folder: Path, channel: str) -> None:
        self.folder, self.channel = folder, channel

    def open(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def close(self) -> None:
        pass

    def path(self, at: dt.datetime) -> Path:
        return self.folder / f"{self.channel}-{clock.local_day(at):%Y-%m-%d}.jsonl"

    def send(self, one: Outgoing, at: dt.datetime) -> Answer:
        said = {"id": one.id, "channel": one.channel, "phone": one.phone, "text": one.text, "at": clock.local(at).isoformat(timespec="seconds"), **one.facts}  # fmt: skip
        line = json.dumps(said, ensure_ascii=False).encode() + b"\n"
        path = self.path(at)
        is_new = not path.exists()
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            end = _whole(file)
            try:
                written = os.write(file, line)
            except OSError as fault:
                os.ftruncate(file, end)
                return Answer("again", f"không ghi được tệp ({type(fault).__name__})")
            if written < len(line):  # the disk is full
                os.ftruncate(file, end)
                return Answer("again", "đĩa đầy")
            os.fsync(file)
        finally:
            os.close(file)
        if is_new:
            _keep_name(self.folder)
        return Answer("taken")

    def has(self, id: str, at: dt.datetime) -> bool:
        mark = f'{{"id": "{id}"'.encode()
        try:
            with self.path(at).open("rb") as lines:
                return any(line.startswith(mark) and line.endswith(b"\n") for line in lines)
        except FileNotFoundError:
            return False


def forget_files(before: dt.datetime) -> None:
    """Phones lie in them in clear: no longer than in the messages themselves."""
    folder, last = settings.MESSAGES, clock.local_day(before)
    for path in folder.glob("*-????-??-??.jsonl") if folder.is_dir() else ():
        with contextlib.suppress(ValueError, FileNotFoundError):
            if dt.date.fromisoformat(path.stem[-10:]) < last:
                path.unlink()


def _whole(file: int) -> int:
    """Cut half a line away; where the next one begins."""
    end = os.lseek(file, 0, os.SEEK_END)
    at, kept = end, b""
    while at > 0:
        step = min(4_096, at)
        kept = os.pread(file, step, at - step)
        if (found := kept.rfind(b"\n")) >= 0:
            at = at - step + found + 1
            break
        at -= step
    if at != end:
        os.ftruncate(file, at)
    return at


def _keep_name(folder: Path) -> None:
    """The new file's name is on the disk too."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


class ToGateway:
    """POST of JSON to an address, with a token where one is set. The `id` goes in the body and as Idempotency-Key.

    2xx: taken. 401, 403, 408, 425, 429, 500, 503: not now, the gateway says itself that it did nothing. 502, 504, no answer in time,
    a broken line: nobody knows. Every other: never. A redirect is never followed: a phone goes nowhere else than where the settings say.
    """

    def __init__(self, how: Way) -> None:
        try:
            self.how, self.parts = how, urlsplit(how.to)
            is_address = (
                self.parts.scheme in ("http", "https") and self.parts.hostname and self.parts.port != 0
            )
        except ValueError:  # brackets, a port that is none
            is_address = False
        if not is_address or not _PLAIN.fullmatch(how.to):
            raise Refusal("message.address", None, channel=how.channel.upper())
        self.body = _body(how)
        self.line: http.client.HTTPConnection | None = None

    def open(self) -> None:
        if self.line is not None:
            return
        host, port = self.parts.hostname or "", self.parts.port
        line: http.client.HTTPConnection
        if self.parts.scheme == "https":
            line = http.client.HTTPSConnection(
                host, port, timeout=_SECONDS, context=ssl.create_default_context()
            )
        else:
            line = http.client.HTTPConnection(host, port, timeout=_SECONDS)
        line.connect()
        self.line = line

    def _hang_up(self) -> None:
        if self.line is not None and self.line.sock is not None:
            with contextlib.suppress(OSError):
                self.line.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        if self.line is not None:
            self.line.close()
            self.line = None

    def send(self, one: Outgoing, at: dt.datetime) -> Answer:
        assert self.line is not None
        values = {
            **dict.fromkeys(NAMES, ""), **one.facts, "phone": one.phone, "phone84": _abroad(one.phone), "text": one.text, "id": one.id,
            "template": self.how.template,
        }  # fmt: skip
        body = json.dumps(_fill(self.body, values), ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": one.id, "Accept": "application/json"}  # fmt: skip
        if self.how.token:
            headers["Authorization"] = f"Bearer {self.how.token}"
        path = (self.parts.path or "/") + (f"?{self.parts.query}" if self.parts.query else "")
        late = threading.Timer(_WHOLE_SECONDS, self._hang_up)  # each read has its own time, all together this
        late.daemon = True
        late.start()
        try:
            self.line.request("POST", path, body, headers)
            answer = self.line.getresponse()
            words = answer.read(_MOST_ANSWER).decode("utf-8", "replace")
        except (http.client.HTTPException, ValueError, AttributeError) as fault:
            raise OSError(type(fault).__name__) from fault
        finally:
            late.cancel()
            self.close()  # a line of its own for each: one that has rested may be dead without a word
        told = f"{answer.status} {without_numbers(' '.join(words.split()))}"[:300].strip()
        if 200 <= answer.status < 300:
            return Answer("taken", told)
        if answer.status in (401, 403, 408, 425, 429, 500, 503):
            return Answer("again", told)
        return Answer("unclear" if answer.status in (502, 504) else "never", told)

    def has(self, id: str, at: dt.datetime) -> None:
        return None


def without_numbers(text: str) -> str:
    """A gateway's words as they may be kept and shown: no long number, for it could be the phone."""
    return _LONG_NUMBER.sub("…", text)


def _abroad(phone: str) -> str:
    """As who is called from abroad, without the plus: "84912345678"."""
    return f"84{phone[1:]}" if phone.startswith("0") else phone.removeprefix("+")


def _body(how: Way) -> object:
    try:
        body = json.loads(how.body)
    except ValueError:
        raise Refusal("message.body", None, channel=how.channel.upper()) from None
    for name in _names(body):
        if name not in NAMES:
            raise Refusal("message.name", None, channel=how.channel.upper(), shown=f"{{{name}}}")
    return body


def _names(body: object) -> set[str]:
    if isinstance(body, dict):
        return {name for one in body.values() for name in _names(one)}
    if isinstance(body, list):
        return {name for one in body for name in _names(one)}
    return set(_NAME.findall(body)) if isinstance(body, str) else set()


def _fill(body: object, values: Mapping[str, str]) -> object:
    if isinstance(body, dict):
        return {key: _fill(one, values) for key, one in body.items()}
    if isinstance(body, list):
        return [_fill(one, values) for one in body]
    if isinstance(body, str):
        return _NAME.sub(lambda found: values[found[1]], body)
    return body
