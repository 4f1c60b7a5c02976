"""The demo's year could have happened: nothing in it before its plan, after today, or out of its own order."""

import datetime as dt

import pytest

from caicach.accounts.models import Person, Post
from caicach.conf import prepare
from caicach.core.clock import local_day
from caicach.desk import demo
from caicach.history.models import Event
from caicach.organisation import services as organisation
from caicach.tasks.models import Delivery, Progress

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
DAYS = ("2026-02-04", "2026-02-10", "2026-03-01", "2026-07-15", "2026-11-23", "2026-12-31", "2027-02-01")


@pytest.mark.parametrize("today", DAYS)
def test_nothing_happens_before_the_plan_or_after_today(today):
    today = dt.date.fromisoformat(today)
    demo.make(today=today)
    happened = [(event.code, local_day(event.at), event.actor_id) for event in Event.objects.all()]
    begun = {post.person_id: post.office and post.office.exists_from for post in Post.objects.all()}
    for code, day, by in happened:
        assert demo.SIGNED_ON <= day <= today, (code, day)
        assert not begun.get(by) or begun[by] <= day, (code, day, "its office is younger")
    for said in Progress.objects.all():
        assert demo.SIGNED_ON < local_day(said.at) <= today
    for given in Delivery.objects.select_related("task", "occurrence"):
        day = local_day(given.at)
        assert demo.SIGNED_ON < day <= today, (given.task.number, day)
        assert given.document_date is None or demo.SIGNED_ON < given.document_date <= day, given.task.number
        for judged in (given.accepted_at, given.returned_at):
            assert judged is None or (given.at < judged and local_day(judged) <= today), given.task.number


def test_on_the_days_before_its_plan_the_ward_has_none():
    demo.make(today=demo.SIGNED_ON - dt.timedelta(days=1))
    assert Post.objects.exists() and not Event.objects.exists()


def test_a_deadline_before_the_plan_is_met_late():
    demo.make(today=dt.date(2026, 11, 23))
    late = Delivery.objects.filter(occurrence__due_on__lt=demo.SIGNED_ON)
    assert late.count() == 4 and all(given.accepted_at for given in late)


def test_both_wards_are_made_or_none(monkeypatch):
    make, made = demo.make, []

    def cut_off(**facts):
        if made:
            raise KeyboardInterrupt
        made.append(make(**facts))

    monkeypatch.setattr(demo, "make", cut_off)
    with pytest.raises(KeyboardInterrupt):
        demo.make_both(today=demo.SIGNED_ON)
    assert made and organisation.is_empty(), "a second start makes them, and not only the one"


def test_only_who_is_there_is_named_at_the_start(settings, capsys):
    settings.DEMO = True
    prepare.greet("http://localhost")
    assert capsys.readouterr().out == ""
    demo.make(today=demo.SIGNED_ON - dt.timedelta(days=1))
    prepare.greet("http://localhost")
    said = capsys.readouterr().out
    assert "hanh (điều phối)" in said and "Thử Nghiệm" not in said
    number = organisation.found_ward(name="Phường Xen", province="").pk + 1
    demo.make(today=demo.SIGNED_ON, name=demo.EMPTY_WARD, with_plan=False)
    prepare.greet("http://localhost")
    said = capsys.readouterr().out
    assert f"hanh{number} (điều phối), khang{number} (chuyên viên)" in said, "whatever its number is"
    assert Person.objects.filter(user_name=f"khang{number}").exists()
