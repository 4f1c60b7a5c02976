"""Who works in the ward today, as tasks, plans and letters see it."""

import datetime as dt

import pytest

from caicach.accounts.models import Person, Post
from caicach.accounts.queries import at_office, colleagues
from caicach.core.clock import noon
from caicach.exchange.models import Letter
from caicach.reminders import services as reminders
from caicach.tasks import together
from caicach.tasks.models import Task
from tests.factories import rooms

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def two_posts(ward):
    """An officer of one office who heads another."""
    person = rooms.make_person(ward, "officer", office="Văn phòng HĐND và UBND", name="Trần Minh Khang")
    Person.objects.filter(pk=person.pk).update(email="khang@vidu.example")
    office = ward.offices.get(name="Phòng Văn hóa – Xã hội")
    Post.objects.create(person=person, ward=ward, office=office, role="head")
    return person


def test_two_posts_are_two_lines_and_one_letter(ward, coordinator, two_posts):
    rooms.make_plan(ward, coordinator)
    mine = [one for one in colleagues(ward.pk) if one.id == two_posts.pk]
    assert [one.role for one in mine] == ["officer", "head"]
    reminders.write_letters(ward.pk, today=rooms.TODAY, hour=8, at=noon(rooms.TODAY))
    kinds = [
        letter.key.partition(":")[0] for letter in Letter.objects.filter(to_address="khang@vidu.example")
    ]
    assert sorted(kinds) == ["daily", "weekly"]


def test_a_post_that_has_ended_or_not_begun_is_none(ward, two_posts):
    two_posts.posts.filter(role="head").update(until=rooms.TODAY - DAY)
    two_posts.posts.filter(role="officer").update(since=rooms.TODAY + DAY)
    assert colleagues(ward.pk) == []


def test_one_office_lists_each_person_once(ward, two_posts):
    office = ward.offices.get(name="Văn phòng HĐND và UBND")
    Post.objects.create(person=two_posts, ward=ward, office=office, role="viewer")
    assert [one.id for one in at_office(colleagues(ward.pk), office.pk)] == [two_posts.pk]


def test_work_of_the_second_post_can_be_given(ward, coordinator, client, two_posts):
    rooms.make_plan(ward, coordinator)
    task = Task.objects.filter(offices__office__name="Phòng Văn hóa – Xã hội").first()
    office = ward.offices.get(name="Phòng Văn hóa – Xã hội")
    together.assign(task, office=office.pk, person=two_posts.pk, by=coordinator.pk, at=noon(rooms.TODAY))
    assert task.offices.get(office=office).person_id == two_posts.pk
