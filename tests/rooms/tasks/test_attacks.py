"""What an attack found, one test each: state that ended half done, presses that counted twice, days of no time."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from caicach.core.clock import noon
from caicach.plans import many
from caicach.plans.models import Plan
from caicach.rules.refusal import Refusal
from caicach.tasks import dates, directives, handovers, services, together
from caicach.tasks import undo as undoing
from caicach.tasks.models import Extension, Handover, Notice, Occurrence, Task, TaskOffice
from tests.factories import rooms

pytestmark = pytest.mark.django_db
AT = noon(rooms.TODAY)
PAGE = "/viec/2026/cchc/I-2/"


@pytest.fixture
def plan(ward, coordinator):
    return rooms.make_plan(ward, coordinator)


def newest(task):
    from caicach.history.models import Event

    return Event.objects.filter(object_kind="tasks.task", object_id=task.pk).latest("id").pk


def test_a_task_taken_out_comes_not_back_into_a_closed_year(plan, coordinator):
    out = Task.objects.get(number="I-2")
    services.set_aside(out, by=coordinator.pk, at=AT, word="thôi")
    rest = Task.objects.filter(set_aside_at=None)
    many.close_year(Plan.objects.get(), [many.Ended(task, "reached", "") for task in rest], by=coordinator.pk, at=AT)  # fmt: skip
    with pytest.raises(Refusal) as refusal:
        services.take_in_again(out, by=coordinator.pk, at=AT)
    assert refusal.value.code == "task.closed"
    with pytest.raises(Refusal):
        undoing.undo(out, event=newest(out), by=coordinator.pk, at=AT)
    out.refresh_from_db()
    assert out.set_aside_at


def test_what_was_handed_over_is_not_undone_task_by_task(plan, ward, coordinator, officer, client):
    second = rooms.make_person(ward, "officer", office="Văn phòng HĐND và UBND")
    office = ward.offices.get(short_name="Văn phòng").pk
    task = Task.objects.get(number="I-2")
    together.assign(task, office=office, person=officer.pk, by=coordinator.pk, at=AT)
    made = handovers.open_one(ward=ward.pk, office=office, leaver=officer.pk, taker=second.pk, word="", today=rooms.TODAY,
                              by=coordinator.pk, at=AT, address=None)  # fmt: skip
    who = {"may_stand_in": False, "today": rooms.TODAY, "at": AT, "address": None}
    for person in (officer, officer, second):
        handovers.confirm(made, by=person.pk, **who)
    assert rooms.events("handover.confirmed") == 2, "one yes each"
    client.force_login(second)
    assert "Hoàn tác" not in client.get(PAGE).content.decode()
    with pytest.raises(Refusal):
        undoing.undo(task, event=newest(task), by=second.pk, at=AT)
    assert TaskOffice.objects.get(task=task, office_id=office).person_id == second.pk
    stranger = rooms.make_person(ward, "head", office="Phòng Văn hóa – Xã hội")
    client.force_login(stranger)
    assert client.get("/ban-giao/1/").status_code == 404
    assert client.post("/ban-giao/1/xac-nhan/").status_code == 404
    assert Handover.objects.get().is_done


def test_a_token_with_other_words_is_another_directive(ward, coordinator):
    office = ward.offices.get(short_name="Văn phòng").pk
    given = {"ward": ward.pk, "leads": [office], "due_on": None, "today": rooms.TODAY, "at": AT, "token": "x"}
    one = directives.give(content="Một", by=coordinator.pk, **given)
    assert directives.give(content="Một", by=coordinator.pk, **given) == one
    two = directives.give(content="Hai", by=coordinator.pk, **given)
    assert two != one and two.content == "Hai"


def test_a_reminder_counts_once_and_not_in_a_closed_year(plan, coordinator, as_coordinator):
    sent = {"task": [Task.objects.get(number="I-1").pk], "act": "remind", "word": "Nhắc"}
    for _ in range(2):
        assert as_coordinator.post("/ke-hoach/2026/cchc/nhieu-viec/", sent).status_code == 303
    assert rooms.events("task.reminded") == 1
    rows = [many.Ended(task, "reached", "") for task in Task.objects.all()]
    many.close_year(Plan.objects.get(), rows, by=coordinator.pk, at=AT)
    assert as_coordinator.post("/ke-hoach/2026/cchc/nhieu-viec/", {**sent, "word": "Nữa"}).status_code == 422
    assert rooms.events("task.reminded") == 1 and not Notice.objects.filter(word="Nữa").exists()


def test_a_day_put_off_twice_by_one_press_is_put_off_once(plan, as_coordinator):
    task = Task.objects.get(number="I-2")
    seen = as_coordinator.get(PAGE).context["page"].newest_event
    sent = {"occurrence": task.occurrences.get().pk, "until": "15/12/2026", "reason": "x", "seen": seen}
    assert [as_coordinator.post(f"{PAGE}lui-han/", sent).status_code for _ in range(2)] == [303, 303]
    bulk = {
        "task": [Task.objects.get(number="I-3").pk],
        "act": "put-off",
        "until": "15/01/2027",
        "reason": "x",
    }
    assert [as_coordinator.post("/ke-hoach/2026/cchc/nhieu-viec/", bulk).status_code for _ in range(2)] == [303, 303]  # fmt: skip
    assert Extension.objects.count() == 2 and rooms.events("task.extension-granted") == 2


def test_a_refusal_taken_back_leaves_the_request_open(plan, coordinator):
    task = Task.objects.get(number="I-2")
    day = task.occurrences.get()
    dates.ask_extension(
        task, occurrence=day.pk, until=dt.date(2026, 12, 15), reason="x", by=coordinator.pk, at=AT
    )
    later = AT + dt.timedelta(minutes=1)
    dates.refuse(Extension.objects.get(), by=coordinator.pk, at=later, word="không")
    undoing.undo(task, event=newest(task), by=coordinator.pk, at=later)
    assert Extension.objects.standing().get().granted is None


@pytest.mark.parametrize(
    ("where", "sent"),
    [
        ("cho/", {"whom": "Sở", "since": "01/01/0001"}),
        ("buoc/", {"words": "x", "due_on": "31/12/9999"}),
        ("nop/", {"document_number": "1/BC", "document_date": "01/01/0001"}),
    ],
)
def test_a_day_of_no_time_is_told(plan, as_officer, where, sent):
    answer = as_officer.post(PAGE + where, sent)
    assert answer.status_code == 422 and "Năm này không hợp lý" in answer.content.decode()


def test_a_day_of_no_time_in_the_grid_is_told(plan, as_coordinator):
    sent = {"so-I-2-1": "1/BC", "ngay-I-2-1": "01/01/0001"}
    assert as_coordinator.post("/ke-hoach/2026/cchc/da-lam/", sent).status_code == 422
    assert Occurrence.objects.count() > 3


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("h.pdf", b"<html><script>1</script></html>", "nội dung là loại khác"),
        ("a.png", b"%PDF-1.4 thu", "nội dung là loại khác"),
        ("s.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Không nhận ra loại"),
        ("x.HTML", b"<html>", "Không nhận ra loại"),
    ],
)
def test_a_paper_that_is_not_what_it_is_named_is_refused(plan, as_officer, name, body, words):
    answer = as_officer.post(f"{PAGE}nop/", {"file": SimpleUploadedFile(name, body), "word": "còn đây"})
    page = answer.content.decode()
    assert answer.status_code == 422 and words in page and "còn đây" in page
