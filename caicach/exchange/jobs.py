"""Sending what waits in the outbox."""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from caicach.core import clock
from caicach.exchange import messages, services
from caicach.exchange.models import Letter, Message
from caicach.worker.services import enqueue, job, regular


@job("exchange.send")
def send() -> None:
    """Send what waits. A server that is not there fails the job, which is tried again later; the letters wait."""
    if services.is_on():
        services.send_waiting(clock.now)


@regular
def look_again(now: dt.datetime) -> None:
    """Letters that were put back for later, and those whose job gave up while the server was away for long."""
    if services.is_on() and Letter.objects.filter(state=Letter.WAITING, try_at__lte=clock.now()).exists():
        enqueue("exchange.send", ward=None, key=f"exchange.send:{now:%Y-%m-%dT%H:%M}")


@job("exchange.send-messages")
def send_messages() -> None:
    """Send the short messages that wait. A gateway that is not there fails the job, which is tried again later."""
    messages.send_waiting(clock.now)


@regular
def look_again_at_messages(now: dt.datetime) -> None:
    """Messages that were put back for later, and those that were on their way when somebody was killed."""
    at = clock.now()
    waits = Message.objects.filter(state=Message.WAITING, try_at__lte=at)
    stuck = Message.objects.filter(state=Message.SENDING, sending_at__lt=at - messages.STUCK)
    if waits.exists() or stuck.exists():
        enqueue("exchange.send-messages", ward=None, key=f"exchange.send-messages:{now:%Y-%m-%dT%H:%M}")


_NIGHT = 3


@regular
def forget_at_night(now: dt.datetime) -> None:
    """Once a night phones and words of old messages go."""
    if now.hour == _NIGHT:
        enqueue("exchange.forget", ward=None, key=f"exchange.forget:{now:%Y-%m-%d}")


@job("exchange.forget")
def forget() -> None:
    messages.forget_before(clock.now() - dt.timedelta(days=settings.MESSAGE_DAYS))
