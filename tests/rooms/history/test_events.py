"""Events are appended inside their change, and nothing else can be done with them."""

import pytest
from django.db import DatabaseError, connection, transaction

from caicach.core.clock import noon
from caicach.history import services
from caicach.history.models import Event
from tests.factories import rooms

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(ward):
    services.append(ward, "test.happened", by=None, at=noon(rooms.TODAY), ward=ward.pk, number=5)
    return Event.objects.get(code="test.happened")


@pytest.mark.parametrize("verb", ["UPDATE history_event SET word = 'x'", "DELETE FROM history_event"])
def test_the_database_refuses_to_change_an_event(event, verb):
    with (
        pytest.raises(DatabaseError, match="only appended"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(verb)
    assert Event.objects.get(pk=event.pk).facts == {"number": 5}


@pytest.mark.django_db(transaction=True)
def test_an_event_needs_the_transaction_of_its_change():
    ward = rooms.make_ward()
    with pytest.raises(RuntimeError, match="transaction"):
        services.append(ward, "test.happened", by=None, at=noon(rooms.TODAY))
    assert not Event.objects.exists()
