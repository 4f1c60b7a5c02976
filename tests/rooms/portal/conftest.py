import pytest

from caicach.counter.services import lookup_code
from caicach.dossiers.moves import Mover, Told, move
from tests.factories import rooms
from tests.rooms.counter.conftest import AT, accept, asked, desk, make_desk

__all__ = ["AT", "accept", "asked", "desk", "make_desk"]


@pytest.fixture
def leader(ward):
    return rooms.make_person(ward, "leader")


@pytest.fixture
def dossier(accept):
    return accept()


@pytest.fixture
def code(dossier):
    return lookup_code(dossier.ward_id, dossier.token)


@pytest.fixture
def go(dossier, leader):
    """go("ask-supplement", word=…): the dossier is moved by the ward's leader."""

    def moved(what, *, at=AT, **told):
        dossier.refresh_from_db()
        return move(dossier, what, Told(**told), by=Mover(leader.pk, None), at=at)

    return moved


@pytest.fixture
def look(client, code):
    """The page that the receipt's QR code opens, as words."""

    def looked():
        answer = client.get(f"/tra-cuu/{code}/")
        assert answer.status_code == 200
        return answer.content.decode()

    return looked
