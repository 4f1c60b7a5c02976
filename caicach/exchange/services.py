"""Writing letters, and sending them once."""

from __future__ import annotations

import datetime as dt
import logging
import secrets
import smtplib
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.errors import MessageError
from email.header import Header
from email.utils import formataddr, parseaddr
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils.crypto import salted_hmac

from caicach.exchange.models import Letter
from caicach.rules.refusal import Refusal
from caicach.worker.services import enqueue

log = logging.getLogger("caicach.exchange")
MOST_ATTEMPTS = 8
_STUCK = dt.timedelta(minutes=10)
"""a letter on its way for longer was on its way when we were killed"""
_REST = dt.timedelta(minutes=10)
"""for so long a letter at which the line broke lets the others go first"""
_UNWRITABLE = (ValueError, LookupError, TypeError, MessageError)
"""what the writing of a letter raises where there is something wrong with this one letter"""


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter to be written. picture: a PNG that the HTML shows as cid:hinh.

    secret: "kind:argument" of what stands for SECRET in the text as it goes out, as `put_in` was told.
    """

    key: str
    address: str
    name: str
    subject: str
    text: str
    html: str = ""
    picture: bytes | None = None
    secret: str = ""


SECRET = "[[duong-dan]]"
_SECRETS: dict[str, Callable[[str], str | None]] = {}


def put_in(kind: str, make: Callable[[str], str | None]) -> None:
    """Told by a room to the left what is put into its letters as they go out; None: it is no longer true."""
    _SECRETS[kind] = make


def is_on() -> bool:
    """Whether this installation sends mail at all."""
    return bool(settings.MAIL_URL)


@transaction.atomic
def write(drafts: Sequence[Draft], *, ward: int | None, at: dt.datetime, job: str) -> int:
    """Put letters into the outbox, those whose key is there already left out; how many are new. job: names the sending."""
    there = set(Letter.objects.filter(key__in=[one.key for one in drafts]).values_list("key", flat=True))
    new = [
        Letter(
            ward_id=ward, key=one.key, to_address=one.address, to_name=one.name, subject=one.subject[:200],
            text=one.text, html=one.html, picture=one.picture, secret=one.secret, made_at=at, try_at=at,
        )
        for one in drafts
        if one.key not in there
    ]  # fmt: skip
    Letter.objects.bulk_create(new, ignore_conflicts=True)
    if new:
        enqueue("exchange.send", ward=ward, key=f"exchange.send:{job}")
    return len(new)


def rows_of(keys: Sequence[str]) -> dict[str, int]:
    """key → row of letters that were written. One query."""
    return dict(Letter.objects.filter(key__in=list(keys)).values_list("key", "pk"))


def connect() -> smtplib.SMTP:
    """The line to the mail server of the settings. Raises OSError, smtplib.SMTPException."""
    parts = urlsplit(settings.MAIL_URL)
    host, safe = parts.hostname or "localhost", ssl.create_default_context()
    if parts.scheme == "smtps":
        line: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=20, context=safe)
    else:
        line = smtplib.SMTP(host, parts.port or (587 if parts.scheme == "smtp+starttls" else 25), timeout=20)
    if parts.scheme == "smtp+starttls":
        line.starttls(context=safe)
    if parts.username:
        line.login(unquote(parts.username), unquote(parts.password or ""))
    return line


def send_waiting(now: Callable[[], dt.datetime]) -> int:
    """Send what waits, oldest first; how many were sent. Raises OSError where the server is not there, Refusal mail.sender.

    The order of a letter: the server takes sender and receiver; the row says `sending` in a transaction of its own, which
    only one of two workers wins; the text goes out; the row says `sent`. Killed before the text goes out it waits;
    killed after, it is unclear and stays. A letter that cannot be written or addressed is `failed`: none is in the way of
    the next.
    """
    sender = _sender()
    Letter.objects.filter(state=Letter.SENDING, sending_at__lt=now() - _STUCK).update(
        state=Letter.UNCLEAR, fault="dừng giữa chừng"
    )
    line: smtplib.SMTP | None = None
    sent = 0
    try:
        while True:
            letter = (
                Letter.objects.filter(state=Letter.WAITING, try_at__lte=now())
                .order_by("try_at", "id")
                .first()
            )
            if letter is None:
                return sent
            line = line or connect()
            sent += _send(line, sender, letter, now)
    except smtplib.SMTPServerDisconnected as fault:
        raise OSError(str(fault)) from fault
    finally:
        if line is not None:
            try:
                line.quit()
            except (OSError, smtplib.SMTPException):
                line.close()


def _send(line: smtplib.SMTP, sender: str, letter: Letter, now: Callable[[], dt.datetime]) -> bool:
    mine = Letter.objects.filter(pk=letter.pk, state=Letter.WAITING)
    try:
        if not _fill(letter):
            mine.delete()
            return False
        receiver, message = _on_the_line(letter.to_address), _message(letter)
    except Refusal as refusal:
        mine.update(state=Letter.FAILED, fault=str(refusal)[:300])
        log.warning("thư có địa chỉ không gửi tới được", extra={"letter": letter.pk})
        return False
    except _UNWRITABLE as fault:
        mine.update(
            state=Letter.FAILED, fault=f"không viết được thư này ({type(fault).__name__}: {fault})"[:300]
        )
        log.exception("thư không viết được", extra={"letter": letter.pk})
        return False
    try:
        line.ehlo_or_helo_if_needed()
        for code, answer in (line.mail(sender), line.rcpt(receiver)):
            if code >= 400:
                line.rset()
                _put_back(letter, code, answer, now())
                return False
    except (OSError, smtplib.SMTPException):
        mine.update(try_at=now() + _REST)  # the next look begins with the others
        raise
    if not mine.update(state=Letter.SENDING, sending_at=now()):
        line.rset()
        return False
    try:
        code, answer = line.data(message)
    except smtplib.SMTPDataError as fault:  # refused before the text went out
        code, answer = fault.smtp_code, fault.smtp_error if isinstance(fault.smtp_error, bytes) else b""
    except (OSError, smtplib.SMTPException) as fault:
        Letter.objects.filter(pk=letter.pk).update(state=Letter.UNCLEAR, fault=str(fault)[:300])
        raise
    if code >= 400:
        _put_back(letter, code, answer, now())
        return False
    Letter.objects.filter(pk=letter.pk).update(state=Letter.SENT, sent_at=now(), fault="")
    return True


class Unfilled(Exception):
    """What stands for a secret is no longer true."""


def filled(secret: str) -> str:
    """What stands for a letter's or a message's secret, in memory only. Raises Unfilled where what it says has ended."""
    kind, _, argument = secret.partition(":")
    words = _SECRETS[kind](argument)
    if words is None:
        raise Unfilled("điều thư nói nay không còn")
    return words


def _fill(letter: Letter) -> bool:
    """Put the secret into the text of this letter; False where what it says has ended."""
    if not letter.secret:
        return True
    try:
        words = filled(letter.secret)
    except Unfilled:
        return False
    letter.text = letter.text.replace(SECRET, words)
    letter.html = letter.html.replace(SECRET, words)
    return True


def _put_back(letter: Letter, code: int, answer: bytes, at: dt.datetime) -> None:
    """Not now (4xx): later, each time later; never (5xx): failed."""
    letter.attempts += 1
    is_over = code >= 500 or letter.attempts >= MOST_ATTEMPTS
    letter.state = Letter.FAILED if is_over else Letter.WAITING
    letter.try_at = at + dt.timedelta(minutes=2**letter.attempts)
    letter.fault = f"{code} {answer.decode('utf-8', 'replace')}"[:300]
    letter.save(update_fields=["attempts", "state", "try_at", "fault"])
    log.warning("thư không gửi được", extra={"letter": letter.pk, "code": code})


def _message_id(letter: Letter) -> str:
    """The same whenever this letter is sent again, another for every other letter of any installation: mail programs drop
    what they think they have."""
    name = letter.key if letter.pk else secrets.token_hex(8)
    mark = salted_hmac("caicach.exchange.Letter", f"{letter.pk}:{name}", algorithm="sha256").hexdigest()[:32]
    domain = _on_the_line(parseaddr(settings.MAIL_FROM)[1]).rpartition("@")[2] or "localhost"
    return f"<{mark}@{domain}>"


def _message(letter: Letter) -> bytes:
    mail = EmailMultiAlternatives(
        subject=letter.subject,
        body=letter.text,
        from_email=settings.MAIL_FROM,
        to=[formataddr((letter.to_name, _on_the_line(letter.to_address)))],
        headers={"Message-ID": _message_id(letter), "Auto-Submitted": "auto-generated"},
    )  # fmt: skip
    if letter.html:
        mail.attach_alternative(letter.html, "text/html")
    if letter.picture:
        from email.mime.image import MIMEImage

        image = MIMEImage(bytes(letter.picture), "png")
        image.add_header("Content-ID", "<hinh>")
        image.add_header("Content-Disposition", "inline", filename="hinh.png")
        mail.attach(image)
    message = mail.message()
    if not letter.subject.isascii():
        # told where it stands, it leaves room for its own name: else its first line is empty, and some programs show none
        message.replace_header("Subject", Header(letter.subject, "utf-8", header_name="Subject"))
    # the line ends of mail: a server takes lines without them for one line that is too long
    return message.as_bytes(linesep="\r\n")  # type: ignore[call-arg]


def _sender() -> str:
    try:
        return _on_the_line(parseaddr(settings.MAIL_FROM)[1])
    except Refusal as fault:
        raise Refusal("mail.sender", None, words=settings.MAIL_FROM) from fault


def _on_the_line(address: str) -> str:
    """An address as every mail server takes it: a domain with other letters as IDNA. Raises Refusal mail.address."""
    name, _, domain = address.rpartition("@")
    try:
        plain = address if domain.isascii() else f"{name}@{domain.encode('idna').decode()}"
    except UnicodeError as fault:
        raise Refusal("mail.address", "address", words=address) from fault
    if not plain.isascii() or not plain.isprintable():
        raise Refusal("mail.address", "address", words=address)
    return plain


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a trial letter. answer: the server's own words; is_taken: whether it took the letter."""

    is_taken: bool
    answer: str


def try_out(address: str) -> Tried:
    """Send a trial letter at once, past the outbox, and tell what the server said.

    Raises Refusal mail.address, mail.sender, mail.not-there, mail.broke-off.
    """
    receiver, sender = _on_the_line(address), _sender()
    letter = Letter(
        pk=0, key="thu", to_address=address, subject="Thư thử của Cải Cách",
        text="Thư này cho biết phần mềm Cải Cách gửi được thư từ máy chủ của anh/chị. Không cần trả lời.",
    )  # fmt: skip
    try:
        line = connect()
    except smtplib.SMTPResponseException as fault:
        return Tried(False, _said(fault.smtp_code, fault.smtp_error))
    except (OSError, smtplib.SMTPException, ValueError) as fault:  # a password not in ASCII: a ValueError
        raise Refusal("mail.not-there", None, kind=type(fault).__name__) from fault
    try:
        line.ehlo_or_helo_if_needed()
        for code, answer in (line.mail(sender), line.rcpt(receiver)):
            if code >= 400:
                return Tried(False, _said(code, answer))
        code, answer = line.data(_message(letter))
        return Tried(code < 400, _said(code, answer))
    except smtplib.SMTPResponseException as fault:
        return Tried(False, _said(fault.smtp_code, fault.smtp_error))
    except (OSError, smtplib.SMTPException) as fault:
        raise Refusal("mail.broke-off", None, kind=type(fault).__name__) from fault
    finally:
        line.close()


def _said(code: int, answer: bytes | str) -> str:
    words = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return f"{code} {words}"[:300]


def failed_count() -> int:
    """Letters that did not go out, or of which nobody knows."""
    return Letter.objects.filter(state__in=[Letter.FAILED, Letter.UNCLEAR]).count()
