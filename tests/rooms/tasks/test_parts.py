"""A task that wants a plan and a report: each is ticked by its own document."""

import datetime as dt

import pytest

from caicach.core.clock import noon
from caicach.rules.task_status import HandedIn, gather, is_owed, missing_parts
from caicach.tasks import services
from caicach.tasks.models import Delivery
from tests.factories import rooms

AT = noon(rooms.TODAY)
PAGE = "/viec/2026/cchc/I-1/"


def handed(*parts, on=1, accepted=False, returned=False):
    return HandedIn(frozenset(parts), dt.date(2026, 6, on), accepted, returned)


def test_a_day_is_kept_when_every_part_is_there():
    day = dt.date(2026, 6, 10)
    assert gather(day, [handed(0)], parts=2).handed_in_on is None
    whole = gather(day, [handed(0, on=3), handed(1, on=8)], parts=2)
    assert whole.handed_in_on == dt.date(2026, 6, 8) and not whole.accepted
    assert gather(day, [handed(0, accepted=True), handed(1, accepted=True)], parts=2).accepted
    assert gather(day, [handed(0, returned=True), handed(1)], parts=2).returned
    mended = gather(day, [handed(0, returned=True), handed(1), handed(0, on=9)], parts=2)
    assert not mended.returned and mended.handed_in_on == dt.date(2026, 6, 9)
    assert gather(day, [handed()], parts=2).handed_in_on, "one paper for all of them"
    assert missing_parts([handed(1)], parts=3) == {0, 2}


def test_of_a_quarterly_task_one_part_is_enough():
    assert not is_owed([handed(1)], parts=2, every=False) and is_owed([handed(1)], parts=2, every=True)


@pytest.fixture
def task(ward, coordinator):
    lines = (
        rooms.line("I", "1", "Kế hoạch và báo cáo tuyên truyền", "30/11/2026", deliverables=("Kế hoạch", "Báo cáo")),
    )  # fmt: skip
    rooms.make_plan(ward, coordinator, rooms.make_reading(lines, findings=()))
    from caicach.tasks.models import Task

    return Task.objects.get(number="I-1")


@pytest.mark.django_db
def test_each_deliverable_is_ticked_by_its_document(task, officer, coordinator, client):
    client.force_login(officer)
    paper = {"document_number": "5/KH-UBND", "document_date": "20/11/2026"}
    none = client.post(f"{PAGE}nop/", paper)
    assert none.status_code == 422 and "sản phẩm nào" in none.content.decode()
    assert client.post(f"{PAGE}nop/", {**paper, "parts": ["0"]}).status_code == 303
    page = client.get(PAGE).content.decode()
    assert "mới nộp một phần" in page and "5/KH-UBND" in page and "Chưa nộp" in page
    client.force_login(coordinator)
    client.post(f"{PAGE}san-pham/1/duyet/")
    assert "Còn 7 ngày" in client.get(PAGE).content.decode(), "accepted in part is not done"
    client.force_login(officer)
    again = client.post(f"{PAGE}nop/", {**paper, "parts": ["0"]})
    assert again.status_code == 422, "the plan is there already"
    second = {"document_number": "9/BC-UBND", "document_date": "21/11/2026", "parts": ["1"]}
    assert client.post(f"{PAGE}nop/", second).status_code == 303
    client.force_login(coordinator)
    client.post(f"{PAGE}san-pham/2/duyet/")
    assert ">Xong<" in client.get(PAGE).content.decode()
    assert [d.parts for d in Delivery.objects.all()] == ["0", "1"]


@pytest.mark.django_db
def test_a_paper_that_is_there_already_serves_here_too(ward, task, officer, coordinator, client):
    made = services.hand_in(task, by=officer.pk, at=AT, today=rooms.TODAY, document_number="5/KH-UBND",
                            document_date=dt.date(2026, 11, 20), parts=[0])  # fmt: skip
    other = rooms.make_task(rooms.make_ward("Phường Hai"), coordinator, "I-2")
    assert other.ward_id != ward.pk
    from caicach.tasks import directives

    office = ward.offices.get(short_name="Văn phòng").pk
    duty = directives.give(ward=ward.pk, content="Gửi lại kế hoạch", leads=[office], due_on=dt.date(2026, 12, 1),
                           today=rooms.TODAY, by=coordinator.pk, at=AT)  # fmt: skip
    client.force_login(officer)
    page = f"/viec/2026/chi-dao/{duty.number}/"
    assert "5/KH-UBND ngày 20/11/2026 (I.1)" in client.get(page).content.decode()
    assert client.post(f"{page}nop/", {"known": made.pk}).status_code == 303
    copy = Delivery.objects.get(task=duty)
    assert (copy.document_number, copy.document_date) == ("5/KH-UBND", dt.date(2026, 11, 20))
    assert client.post(f"{page}nop/", {"known": "999999"}).status_code == 422
