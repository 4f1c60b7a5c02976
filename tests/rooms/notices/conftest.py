import datetime as dt
import json

import pytest

from caicach.core import clock
from caicach.counter.services import Person
from caicach.dossiers.moves import Mover, Told, move
from caicach.exchange import messages
from caicach.notices import services
from tests.factories import rooms
from tests.rooms.counter.conftest import AT, PHONE, asked, desk, lan, make_desk
from tests.rooms.counter.conftest import accept as accept_one

__all__ = ["AT", "PHONE", "desk", "make_desk"]
SITE = "https://cchc.vidu.example"


@pytest.fixture(autouse=True)
def ways(settings, tmp_path):
    """Each channel goes to a file, mail to a server that nobody asks."""
    settings.SITE, settings.MESSAGES, settings.MAIL_URL = SITE, tmp_path / "tin", "smtp://127.0.0.1:9"
    settings.MESSAGE_WAYS = {
        one: {"to": "file", "token": "", "body": "", "template": ""} for one in ("sms", "zalo")
    }


accept_plain = accept_one


@pytest.fixture
def accept(accept_plain):
    """accept("sms", "email"): somebody who agreed to these."""

    def go(*channels, **other):
        owner = Person(lan(email="lan@vidu.example" if "email" in channels else ""))
        return accept_plain(asked(owner=owner, channels=channels), **other)

    return go


@pytest.fixture
def leader(ward):
    return rooms.make_person(ward, "leader")


@pytest.fixture
def go(leader):
    """go(dossier, "ask-supplement", word=…): moved by the ward's leader."""

    def moved(dossier, what, *, at=AT + dt.timedelta(hours=1), **told):
        dossier.refresh_from_db()
        return move(dossier, what, Told(**told), by=Mover(leader.pk, None), at=at)

    return moved


@pytest.fixture
def tell():
    """Write what is to be told of all that happened."""

    def told(at=None):
        return services.tell(at or clock.machine())

    return told


@pytest.fixture
def sent(settings):
    """Send what waits, and give the texts of the files, oldest first."""

    def lines(channel="sms"):
        messages.send_waiting(clock.now)
        found = sorted(settings.MESSAGES.glob(f"{channel}-*.jsonl")) if settings.MESSAGES.exists() else []
        return [json.loads(line) for path in found for line in path.read_text().splitlines()]

    return lines
