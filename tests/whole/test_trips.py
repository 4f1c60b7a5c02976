"""How often the database is asked for one thing that people do all day, and that what was asked together is what was asked alone."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from caicach.accounts.models import OpenSession, Person, Post
from caicach.accounts.queries import posts_to_wear, wearable
from caicach.core import clock, trip
from caicach.counter.models import Money
from caicach.history.models import Event
from caicach.tasks import held
from caicach.tasks.models import Comment, Delivery, Notice, Task
from tests.factories import rooms
from tests.factories.races import until_somebody_waits
from tests.rooms.counter.conftest import desk as desk

PASSWORD = "mat-khau-thu-12"
on_postgresql = connection.vendor == "postgresql"


@pytest.fixture
def signed_in(ward):
    rooms.make_person(ward, "officer", office="Văn phòng HĐND và UBND", user_name="lan", password=PASSWORD)
    client = Client()
    assert client.post("/dang-nhap/", {"user_name": "lan", "password": PASSWORD}).status_code == 303
    return client


@pytest.mark.django_db
def test_handing_in_takes_six_trips_through_the_whole_stack(ward, coordinator, signed_in):
    task = rooms.make_task(ward, coordinator)
    address = f"/viec/{task.year}/{task.book}/{task.number}/"
    signed_in.get(address)
    newest = Event.objects.order_by("-pk").values_list("pk", flat=True).first()
    sent = {"document_number": "12/BC-UBND", "document_date": "20/11/2026", "seen": str(newest)}
    with CaptureQueriesContext(connection) as seen:
        assert signed_in.post(f"{address}nop/", sent).status_code == 303
    # the transaction of a test makes a savepoint of BEGIN and COMMIT: two as well
    assert len(seen) <= (6 if on_postgresql else 15), [one["sql"][:80] for one in seen.captured_queries]
    delivery = Delivery.objects.get(task=task)
    event = Event.objects.get(code="task.handed-in")
    assert event.facts["row"] == delivery.pk
    assert (event.facts["document"], event.facts["document_date"]) == ("12/BC-UBND", "2026-11-20")
    assert [one.person_id for one in Notice.objects.filter(code="task.handed-in")] == [coordinator.pk]


@pytest.mark.django_db
def test_taking_a_dossier_in_takes_six_trips_through_the_whole_stack(desk, signed_in):
    sent = {
        "procedure": "1.001193", "token": "phieumot0001", "name": "Nguyễn Thị Lan", "number": "000190012345", "all_parts": "1", "lam": "luu",
        "role": "self", "way": "counter", "sets": "1",
    }  # fmt: skip
    signed_in.get("/quay/so/")
    with CaptureQueriesContext(connection) as seen:
        assert signed_in.post("/quay/", sent).status_code == 303
    assert len(seen) <= (6 if on_postgresql else 24), [one["sql"][:80] for one in seen.captured_queries]


@pytest.mark.django_db
def test_a_fee_that_is_paid_with_it_is_no_trip_more(desk, signed_in):
    sent = {
        "procedure": "2.000815", "token": "phieumot0001", "name": "Nguyễn Thị Lan", "number": "000190012345", "all_parts": "1", "lam": "luu",
        "role": "self", "way": "counter", "sets": "7", "pay": "cash",
    }  # fmt: skip
    signed_in.get("/quay/so/")
    with CaptureQueriesContext(connection) as seen:
        assert signed_in.post("/quay/", sent).status_code == 303
    assert len(seen) <= (6 if on_postgresql else 25), [one["sql"][:80] for one in seen.captured_queries]
    assert Money.objects.get().amount == 14_000


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    ["/viec-cua-toi/", "/ke-hoach/2026/cchc/", "/ke-hoach/2026/cchc/toan-canh/", "/tim/?q=ke+hoach"],
)
def test_the_pages_of_the_day_take_twelve_queries_at_most_through_the_whole_stack(ward, coordinator, address):
    rooms.make_plan(ward, coordinator)
    rooms.make_person(ward, "leader", user_name="tuan", password=PASSWORD)
    client = Client()
    assert client.post("/dang-nhap/", {"user_name": "tuan", "password": PASSWORD}).status_code == 303
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200
    assert len(seen) <= 12, [one["sql"][:80] for one in seen.captured_queries]


@pytest.mark.django_db
def test_who_asks_is_known_with_the_session_and_never_longer(signed_in):
    lan = Person.objects.get(user_name="lan")
    with CaptureQueriesContext(connection) as seen:
        signed_in.get("/toi/mat-khau/")
    assert sum('"accounts_person"."password"' in one["sql"] for one in seen.captured_queries) == 1
    Person.objects.filter(pk=lan.pk).update(is_active=False)
    assert signed_in.get("/viec-cua-toi/").status_code == 302, "who may no longer come in is out at once"
    Person.objects.filter(pk=lan.pk).update(is_active=True)
    Post.objects.filter(person=lan).delete()
    assert signed_in.get("/viec-cua-toi/").status_code == 403, "a post that ended opens nothing"


@pytest.mark.django_db
def test_a_session_that_was_ended_knows_nobody(signed_in):
    from caicach.accounts import services

    services.end_sessions(Person.objects.get(user_name="lan").pk)
    assert not OpenSession.objects.exists()
    assert signed_in.get("/viec-cua-toi/").status_code == 302


@pytest.mark.django_db
def test_the_next_person_at_the_same_browser_is_known_as_themselves(ward, signed_in):
    for name in ("binh", "chi"):
        person = rooms.make_person(
            ward,
            "officer",
            office="Văn phòng HĐND và UBND",
            user_name=name,
            name=f"Phạm {name}",
            password=PASSWORD,
        )
        if name == "binh":
            assert signed_in.post("/dang-nhap/", {"user_name": name, "password": PASSWORD}).status_code == 303
        else:
            signed_in.force_login(person)  # without our own door: any way in is noted
        assert f"Phạm {name}" in signed_in.get("/viec-cua-toi/").content.decode()
        kept = OpenSession.objects.get(person=person)
        assert kept.key == signed_in.session.session_key


@pytest.mark.django_db
def test_together_is_as_one_after_another(ward, officer, coordinator):
    task = rooms.make_task(ward, coordinator)
    alone = [list(Task.objects.filter(pk=task.pk)), posts_to_wear(officer.pk, on=clock.today())]
    none, tasks, posts, names = trip.ask(
        Task.objects.filter(pk__in=[]),
        Task.objects.filter(pk=task.pk),
        wearable(officer.pk, on=clock.today()),
        Person.objects.order_by("pk").values_list("full_name", flat=True),
    )
    assert none == []
    assert [tasks, posts] == alone
    assert posts[0].office.name == "Văn phòng HĐND và UBND"
    assert posts[0].unseen == 0
    assert names == [one.full_name for one in Person.objects.order_by("pk")]


@pytest.mark.django_db
def test_written_together_each_row_knows_its_id(ward, officer, coordinator):
    task, now = rooms.make_task(ward, coordinator), clock.now()
    words = ["100% là; 'đủ'", "dòng hai"]
    made = [Comment(ward_id=ward.pk, task=task, at=now, by=officer, words=word) for word in words]
    notice = Notice(ward_id=ward.pk, task=task, person=officer, at=now, code="task.reported", word="%s")
    trip.put(made, [], [notice])
    assert [Comment.objects.get(pk=one.pk).words for one in made] == words
    assert Notice.objects.get(pk=notice.pk).word == "%s"


@pytest.mark.skipif(not on_postgresql, reason="SQLite lets one write at a time; nobody waits for a row")
@pytest.mark.django_db(transaction=True)
def test_what_is_asked_after_a_lock_is_as_it_was_left(ward, officer, coordinator):
    """Who waited for the row sees what the one before wrote, not what stood there when the waiting began."""
    task, waits, seen = rooms.make_task(ward, coordinator), threading.Event(), []

    def second():
        try:
            with transaction.atomic():
                waits.set()
                _, (words,) = held.hold_and_ask(task, Comment.objects.filter(task=task))
                seen.append([one.words for one in words])
        finally:
            connections.close_all()

    other = threading.Thread(target=second)
    with transaction.atomic():
        held.hold(task)
        other.start()
        assert waits.wait(10)
        until_somebody_waits()
        Comment.objects.create(
            ward_id=ward.pk, task=task, at=clock.now(), by=officer, words="viết trong lúc giữ"
        )
    other.join(10)
    assert seen == [["viết trong lúc giữ"]]


@pytest.mark.django_db
def test_questions_whose_words_are_made_once_answer_as_those_made_anew(ward):
    people = [rooms.make_person(ward, "officer", office="Văn phòng HĐND và UBND") for _ in range(3)]

    def make(person, day, name):
        return Person.objects.filter(full_name=name), wearable(person, on=day)

    often = trip.Often(make, person=-77, day=dt.date(1900, 1, 2), name="nobody's")
    days = (clock.today(), dt.date(2020, 1, 1))
    for person in people:
        for day in days:
            by_hand = [list(one) for one in make(person.pk, day, person.full_name)]
            answers = often.ask(person=person.pk, day=day, name=person.full_name)
            assert answers == by_hand
            assert [one.office for one in answers[1]] == [one.office for one in by_hand[1]]
    assert sum(len(often.ask(person=one.pk, day=days[0], name="")[1]) for one in people) == 3
    with CaptureQueriesContext(connection) as seen:
        often.ask(person=people[0].pk, day=days[0], name="100% ' %s")
    assert len(seen) == (1 if on_postgresql else 2)


@pytest.mark.django_db
def test_a_value_that_the_questions_do_not_ask_for_is_told():
    often = trip.Often(
        lambda person, day: [Person.objects.filter(pk=person)], person=-77, day=dt.date(1900, 1, 2)
    )
    with pytest.raises(ValueError, match="day"):
        often.ask(person=1, day=dt.date(2026, 1, 1))


@pytest.mark.django_db
@pytest.mark.parametrize("year", [2026, 1999, 32_768, 99_999, 10**19])
def test_a_year_beyond_its_column_is_no_task_and_no_fault(ward, coordinator, signed_in, year):
    task = rooms.make_task(ward, coordinator)
    answer = signed_in.post(f"/viec/{year}/{task.book}/{task.number}/nop/", {})
    assert answer.status_code == (422 if year == 2026 else 404)
