"""The wall between wards, met by a transaction that would end: that every row stands behind it is in test_walks.py."""

import pytest
from django.db import IntegrityError, transaction

from caicach.tasks.models import Progress
from tests.factories import rooms


@pytest.mark.django_db(transaction=True)
def test_a_link_across_wards_is_impossible():
    one, two = rooms.make_ward("Một"), rooms.make_ward("Hai")
    person = rooms.make_person(one, "coordinator")
    task = rooms.make_task(one, person)
    with pytest.raises(IntegrityError), transaction.atomic():
        Progress.objects.create(ward=two, task=task, at=rooms.noon(rooms.TODAY), by=person, word="x")
    assert not Progress.objects.exists()
