"""The last thing done is taken back by who did it; nothing is deleted, and every step is told."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from caicach.core.clock import noon
from caicach.history.models import Event
from caicach.rules.refusal import Refusal
from caicach.rules.task_status import status
from caicach.tasks import dates, queries, services, together
from caicach.tasks import undo as undoing
from caicach.tasks.models import Delivery, Extension, Occurrence, Progress, Task, TaskOffice
from caicach.tasks.undo import _BACK
from caicach.tasks.undo_rules import UNDOABLE
from tests.factories import rooms

AT = noon(rooms.TODAY)
PAGE = "/viec/2026/cchc/I-2/"


def test_what_may_be_taken_back_is_what_can_be():
    assert set(_BACK) == set(UNDOABLE)


@pytest.fixture
def task(ward, coordinator):
    return rooms.make_task(ward, coordinator, "I-2")


def newest(task):
    return Event.objects.filter(object_kind="tasks.task", object_id=task.pk).latest("id").pk


@pytest.mark.django_db
def test_a_report_is_taken_back_and_stays_in_the_history(task, as_officer):
    as_officer.post(f"{PAGE}tien-do/", {"percent": "60", "word": "Nhầm việc"})
    page = as_officer.get(PAGE).content.decode()
    assert "Hoàn tác: ghi tiến độ: 60%" in page
    event = newest(task)
    for _ in range(2):
        assert as_officer.post(f"{PAGE}hoan-tac/", {"event": event}).status_code == 303
    assert Progress.objects.get().taken_back_at and not Progress.objects.standing().exists()
    page = as_officer.get(PAGE).content.decode()
    assert "Hoàn tác: ghi tiến độ" in page and "Nhầm việc" in page
    assert rooms.events("task.undone") == 1 and rooms.events("task.reported") == 1


@pytest.mark.django_db
def test_nobody_takes_back_what_somebody_else_did_or_what_was_followed(task, officer, coordinator, client):
    services.report(task, by=officer.pk, at=AT, word="một")
    first = newest(task)
    client.force_login(coordinator)
    answer = client.post(f"{PAGE}hoan-tac/", {"event": first})
    assert answer.status_code == 422 and "Không hoàn tác được nữa" in answer.content.decode()
    services.report(task, by=coordinator.pk, at=AT, word="hai")
    client.force_login(officer)
    assert client.post(f"{PAGE}hoan-tac/", {"event": first}).status_code == 422
    assert client.post(f"{PAGE}hoan-tac/", {"event": "x"}).status_code == 422
    with pytest.raises(Refusal):
        undoing.undo(task, event=newest(task), by=coordinator.pk, at=AT + dt.timedelta(hours=25))


@pytest.mark.django_db
def test_handed_in_judged_and_put_off_go_back_to_what_was(task, officer, coordinator):
    day = task.occurrences.get()
    dates.put_off(task, occurrence=day.pk, until=dt.date(2026, 12, 9), reason="x", by=coordinator.pk, at=AT)
    undoing.undo(task, event=newest(task), by=coordinator.pk, at=AT)
    day.refresh_from_db()
    assert (day.due_on, day.first_due_on) == (dt.date(2026, 1, 31), None)
    assert not Extension.objects.standing().exists()
    given = {"document_number": "5/BC", "document_date": dt.date(2026, 1, 30), "today": rooms.TODAY, "at": AT}
    delivery = services.hand_in(task, by=officer.pk, **given)
    services.accept(delivery, by=coordinator.pk, at=AT)
    undoing.undo(task, event=newest(task), by=coordinator.pk, at=AT)
    delivery.refresh_from_db()
    assert not delivery.accepted_at and delivery.judged_by is None
    services.give_back(delivery, by=coordinator.pk, at=AT, word="Thiếu")
    undoing.undo(task, event=newest(task), by=coordinator.pk, at=AT)
    delivery.refresh_from_db()
    assert not delivery.returned_at and not delivery.judged_word


class Year(RuleBasedStateMachine):
    """One task with four quarters, two people; every verb in any order. The model counts what must be there."""

    def __init__(self):
        super().__init__()
        self.ward = rooms.make_ward()
        self.chief = rooms.make_person(self.ward, "coordinator", office="Phòng Văn hóa – Xã hội")
        self.one = rooms.make_person(self.ward, "officer", office="Phòng Văn hóa – Xã hội")
        self.task = rooms.make_task(self.ward, self.chief, "II-1")
        self.events = self.count_events()
        self.days = sorted(self.task.occurrences.values_list("due_on", flat=True))
        self.standing, self.said, self.out = 0, 0, False
        self.moment = AT

    def count_events(self):
        return Event.objects.filter(object_kind="tasks.task", object_id=self.task.pk).count()

    def do(self, call):
        self.moment += dt.timedelta(seconds=1)
        try:
            call()
        except Refusal as refusal:
            assert str(refusal)
            return False
        return True

    def told(self, count=1):
        self.events += count

    @rule(percent=st.none() | st.integers(0, 100), word=st.sampled_from(["", "Đang làm"]))
    def report(self, percent, word):
        if self.do(
            lambda: services.report(self.task, by=self.one.pk, at=self.moment, percent=percent, word=word)
        ):
            assert not self.out
            self.said += 1
            self.told()

    @rule()
    def hand_in(self):
        given = {"document_number": f"{self.events}/BC", "document_date": dt.date(2026, 3, 1)}
        if self.do(
            lambda: services.hand_in(self.task, by=self.one.pk, at=self.moment, today=rooms.TODAY, **given)
        ):
            assert not self.out
            self.standing += 1
            self.told()

    @rule(yes=st.booleans())
    def judge(self, yes):
        waiting = (
            Delivery.objects.standing().filter(task=self.task, accepted_at=None, returned_at=None).first()
        )
        if waiting is None:
            return
        verb = services.accept if yes else services.give_back
        if self.do(lambda: verb(waiting, by=self.chief.pk, at=self.moment, word="Thiếu bảng 2")):
            self.told()

    @rule(days=st.integers(1, 200), which=st.integers(0, 3))
    def put_off(self, days, which):
        row = self.task.occurrences.all()[which]
        until = row.due_on + dt.timedelta(days=days)
        if self.do(lambda: dates.put_off(self.task, occurrence=row.pk, until=until, reason="x", by=self.chief.pk, at=self.moment)):  # fmt: skip
            self.told(2)

    @rule(to=st.booleans())
    def give(self, to):
        office = self.ward.offices.get(short_name="VH–XH").pk
        row = TaskOffice.objects.get(task=self.task, office_id=office)
        person = self.one.pk if to else None
        changes = row.person_id != person
        if self.do(
            lambda: together.assign(self.task, office=office, person=person, by=self.chief.pk, at=self.moment)
        ):
            self.told(int(changes))

    @rule()
    def set_aside(self):
        if self.do(lambda: services.set_aside(self.task, by=self.chief.pk, at=self.moment, word="thôi")):
            self.out = True
            self.told()

    @precondition(lambda self: self.out)
    @rule()
    def take_in(self):
        if self.do(lambda: services.take_in_again(self.task, by=self.chief.pk, at=self.moment)):
            self.out = False
            self.told()

    @rule(by_chief=st.booleans())
    def undo(self, by_chief):
        person = (self.chief if by_chief else self.one).pk
        event = Event.objects.filter(object_kind="tasks.task", object_id=self.task.pk).latest("id")
        if self.do(lambda: undoing.undo(self.task, event=event.pk, by=person, at=self.moment)):
            if event.code == "task.undone":
                return  # sent twice: nothing
            assert event.actor_id == person
            self.standing -= event.code == "task.handed-in"
            self.said -= event.code == "task.reported"
            self.told(2 if event.code == "task.set-aside" else 1)
            self.out = self.out and event.code != "task.set-aside"

    @invariant()
    def nothing_is_lost(self):
        assert self.count_events() == self.events
        assert Delivery.objects.standing().filter(task=self.task).count() == self.standing
        assert Progress.objects.standing().filter(task=self.task).count() == self.said
        assert bool(Task.objects.get(pk=self.task.pk).set_aside_at) == self.out

    @invariant()
    def days_stay_apart_and_remember_where_they_were(self):
        rows = list(Occurrence.objects.filter(task=self.task))
        assert len({row.due_on for row in rows}) == 4
        assert sorted(row.first_due_on or row.due_on for row in rows) == self.days
        assert all(row.first_due_on is None or row.due_on > row.first_due_on for row in rows)

    @invariant()
    def the_status_is_as_the_rows_say(self):
        task = Task.objects.get(pk=self.task.pk)
        view = queries.views_of([task], ward=self.ward.pk, today=rooms.TODAY, shorts={})[0]
        assert view.status == status(view.facts, today=rooms.TODAY)
        owed = [o for o in view.facts.occurrences if o.handed_in_on is None or o.returned]
        late = any(o.due_on < rooms.TODAY for o in owed)
        assert (view.status.group == "late") == (late and not self.out)


class YearTests(TestCase):
    def test_any_order_of_verbs_loses_nothing(self):
        run_state_machine_as_test(
            Year, settings=settings(max_examples=15, stateful_step_count=18, deadline=None,
                                    suppress_health_check=list(HealthCheck)),
        )  # fmt: skip
