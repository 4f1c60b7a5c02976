"""The Monday meeting: the same figures as elsewhere, a decision is a duty at once, its draft as a Word file."""

import datetime as dt
import io

import docx
import pytest

from caicach.core.clock import noon
from caicach.desk.meeting import meeting, next_friday
from caicach.plans.queries import overview, plan_for
from caicach.tasks import dates
from caicach.tasks.models import Task
from tests.factories import rooms

pytestmark = pytest.mark.django_db
AT = noon(rooms.TODAY)


@pytest.fixture
def leader(ward):
    return rooms.make_person(ward, "leader")


@pytest.fixture
def as_leader(client, leader):
    client.force_login(leader)
    return client


def test_its_figures_are_those_of_the_overview(ward, coordinator):
    rooms.make_plan(ward, coordinator)
    found = meeting(ward.pk, today=rooms.TODAY)
    counts = {one.group: one.count for one in overview(ward.pk, plan_for(ward.pk, 2026, "cchc"), today=rooms.TODAY).tallies}  # fmt: skip
    assert (len(found.late), len(found.coming), found.total) == (
        counts["late"],
        counts["soon"],
        sum(counts.values()),
    )
    assert found.late and found.silent


def test_what_is_decided_is_a_duty_before_people_stand_up(ward, as_leader):
    office = ward.offices.get(short_name="Văn phòng").pk
    sent = {"content": "Rà lại bảng niêm yết", "leads": [office], "due_on": "27/11/2026", "token": "abc"}
    for _ in range(2):
        answer = as_leader.post("/giao-ban/ket-luan/", sent)
        assert answer.status_code == 303
    task = Task.objects.get()
    assert task.issuer == "Giao ban ngày 23/11/2026" and task.due_end == dt.date(2026, 11, 27)
    page = as_leader.get("/giao-ban/").content.decode()
    assert "Rà lại bảng niêm yết" in page.partition('id="ket-luan"')[2]
    wrong = as_leader.post("/giao-ban/ket-luan/", {**sent, "leads": [], "token": "x"})
    assert wrong.status_code == 422 and "Rà lại bảng" in wrong.content.decode()


def test_a_day_off_given_in_the_room_is_said_to_be_one(ward, as_leader):
    office = ward.offices.get(short_name="Văn phòng").pk
    for due_on, is_off in (("05/12/2026", True), ("04/12/2026", False)):
        sent = {"content": "Rà lại bảng niêm yết", "leads": [office], "due_on": due_on, "token": due_on}
        page = as_leader.post("/giao-ban/ket-luan/", sent, follow=True).content.decode()
        assert "Đã giao: Rà lại bảng niêm yết." in page
        assert ("05/12/2026 rơi vào ngày nghỉ; nên xong trong 04/12/2026." in page) == is_off


def test_a_task_is_taken_into_the_form(ward, coordinator, as_leader):
    rooms.make_task(ward, coordinator, "I-2")
    page = as_leader.get("/giao-ban/?ve=2026/cchc/I-2").content.decode()
    assert "Về I.2" in page and "checked" in page and 'value="27/11/2026"' in page


def test_promised_are_put_off_and_waiting_ones(ward, coordinator):
    task = rooms.make_task(ward, coordinator, "I-2")
    day = task.occurrences.get()
    dates.put_off(task, occurrence=day.pk, until=dt.date(2026, 12, 5), reason="x", by=coordinator.pk, at=AT)
    assert [view.task.pk for view in meeting(ward.pk, today=rooms.TODAY).promised] == [task.pk]


def test_the_draft_says_what_was_decided(ward, coordinator, as_leader):
    rooms.make_task(ward, coordinator, "I-2")
    office = ward.offices.get(short_name="Văn phòng").pk
    as_leader.post(
        "/giao-ban/ket-luan/", {"content": "Rà lại bảng niêm yết", "leads": [office], "due_on": "27/11/2026"}
    )
    answer = as_leader.get("/giao-ban/ket-luan.docx")
    text = "\n".join(p.text for p in docx.Document(io.BytesIO(answer.content)).paragraphs)
    assert "1. Rà lại bảng niêm yết. Giao: Văn phòng, hoàn thành trước ngày 27/11/2026." in text
    assert "- I.2 Lập bảng theo dõi tiếp công dân (Văn phòng): trễ 296 ngày." in text


def test_an_officer_looks_but_decides_nothing(ward, as_officer):
    page = as_officer.get("/giao-ban/")
    assert page.status_code == 200 and "Ghi kết luận" not in page.content.decode()
    assert as_officer.post("/giao-ban/ket-luan/", {"content": "x"}).status_code == 403


@pytest.mark.parametrize(("day", "friday"), [(23, 27), (27, 4), (28, 4)])
def test_friday_is_this_weeks_or_the_next(day, friday):
    assert next_friday(dt.date(2026, 11, day)).day == friday
