"""An amendment meets a year that is under way: who does it, days put off, what was asked."""

import datetime as dt

import pytest

from caicach.core.clock import noon
from caicach.plans import services
from caicach.plans.models import Plan
from caicach.rules.refusal import Refusal
from caicach.tasks import dates, together
from caicach.tasks.models import Extension, Task, TaskOffice
from tests.factories import rooms

pytestmark = pytest.mark.django_db
AT = noon(rooms.TODAY)


@pytest.fixture
def plan(ward, coordinator):
    return rooms.make_plan(ward, coordinator)


def amend(ward, coordinator, **changes):
    """The plan again, with I.3 as it is changed here."""
    lines = list(rooms.LINES)
    facts = {"content": lines[2].content, "due": "Quý IV/2026", **changes}
    lines[2] = rooms.line("I", "3", facts.pop("content"), facts.pop("due"), **facts)
    lines[4] = rooms.line("II", "2", lines[4].content, "Quý IV/2026")
    draft = rooms.make_draft(
        ward,
        coordinator,
        rooms.make_reading(tuple(lines), findings=(), number="40/KH-UBND"),
        is_amendment=True,
    )
    services.put_into_effect(draft, by=coordinator.pk, at=AT, today=rooms.TODAY)
    return Task.objects.get(number="I-3", set_aside_at=None)


def put_off(task, coordinator, until):
    day = task.occurrences.get()
    dates.put_off(task, occurrence=day.pk, until=until, reason="Chờ tỉnh", by=coordinator.pk, at=AT)


def test_other_words_leave_the_day_put_off_and_the_person(plan, ward, coordinator, officer):
    task = Task.objects.get(number="I-3")
    put_off(task, coordinator, dt.date(2027, 1, 15))
    office = ward.offices.get(short_name="Văn phòng").pk
    together.assign(task, office=office, person=officer.pk, by=coordinator.pk, at=AT)
    changed = amend(ward, coordinator, content="Báo cáo kết quả làm việc của tổ dân phố và khu phố")
    assert changed.pk == task.pk and "khu phố" in changed.content
    day = changed.occurrences.get()
    assert (day.due_on, day.first_due_on) == (dt.date(2027, 1, 15), dt.date(2026, 12, 31))
    assert TaskOffice.objects.get(task=task, office_id=office).person_id == officer.pk


def test_a_new_day_of_the_plan_takes_the_place_of_the_one_put_off(plan, ward, coordinator):
    task = Task.objects.get(number="I-3")
    put_off(task, coordinator, dt.date(2027, 1, 15))
    changed = amend(ward, coordinator, due="30/11/2026")
    day = changed.occurrences.get()
    assert (day.due_on, day.first_due_on) == (dt.date(2026, 11, 30), None)


def test_a_request_for_a_day_that_is_gone_can_only_be_refused(plan, ward, coordinator, client):
    task = Task.objects.get(number="I-3")
    day = task.occurrences.get()
    head = rooms.make_person(ward, "head", office="Văn phòng HĐND và UBND")
    dates.ask_extension(task, occurrence=day.pk, until=dt.date(2027, 1, 15), reason="x", by=head.pk, at=AT)
    amend(ward, coordinator, due="30/11/2026")
    asked = Extension.objects.get()
    with pytest.raises(Refusal) as refusal:
        dates.grant(asked, by=coordinator.pk, at=AT)
    assert refusal.value.code == "extension.settled"
    client.force_login(coordinator)
    assert client.get("/viec/2026/cchc/I-3/").status_code == 200
    dates.refuse(asked, by=coordinator.pk, at=AT, word="Kế hoạch đã sửa")
    dates.ask_extension(
        task,
        occurrence=task.occurrences.get().pk,
        until=dt.date(2027, 1, 15),
        reason="x",
        by=head.pk,
        at=AT,
    )
    assert Extension.objects.count() == 2


@pytest.mark.parametrize("what", ["comment", "step", "ask", "wait", "assign"])
def test_a_plan_on_which_people_have_worked_is_not_undone(plan, ward, coordinator, officer, what):
    task = Task.objects.get(number="I-1")
    office = ward.offices.get(short_name="VH–XH").pk
    own = ward.offices.get(short_name="Văn phòng").pk
    who = {"by": coordinator.pk, "at": AT}
    match what:
        case "comment":
            together.comment(task, words="Chào", **who)
        case "step":
            together.add_step(task, words="Một", **who)
        case "ask":
            together.ask(task, office=office, due_on=rooms.TODAY, word="x", today=rooms.TODAY, **who)
        case "wait":
            dates.wait(task, whom="Sở", since=rooms.TODAY, today=rooms.TODAY, **who)
        case "assign":
            together.assign(task, office=own, person=officer.pk, **who)
    with pytest.raises(Refusal) as refusal:
        services.undo(Plan.objects.get(), by=coordinator.pk, at=AT)
    assert refusal.value.code == "plan.reported" and Task.objects.filter(pk=task.pk).exists()
