"""What an officer's desk shows first: what was given back, with the word, even where it is late."""

import datetime as dt

import pytest
from django.test import Client

from caicach.core.clock import noon
from caicach.tasks import dates, services
from caicach.tasks.models import Task
from tests.factories import rooms

pytestmark = pytest.mark.django_db
AT = noon(rooms.TODAY)


def given_back(ward, coordinator, officer, number, on):
    task = rooms.make_task(ward, coordinator, number)
    delivery = services.hand_in(
        task,
        by=officer.pk,
        at=AT,
        today=rooms.TODAY,
        document_number="5/BC-UBND",
        document_date=dt.date(2026, 1, 30),
    )
    services.give_back(delivery, by=coordinator.pk, at=noon(on), word="Bổ sung bảng 2.")
    return task


def test_what_was_given_back_says_so_although_it_is_late(ward, coordinator, officer, as_officer):
    task = given_back(ward, coordinator, officer, "I-2", dt.date(2026, 11, 20))
    page = as_officer.get("/viec-cua-toi/").content.decode()
    row = page[page.index('<li class="is-warn"') :]
    row = row[: row.index("</li>")]
    assert "Trả lại thứ Sáu" in row and "Bổ sung bảng 2." in row and task.title in row
    assert "Nguyễn Thị Thử trả lại 12:00, 20/11/2026" in row and "trễ 296 ngày" in row
    assert "Sửa và nộp lại" in row and "Nộp sản phẩm" not in row and "/viec/2026/cchc/I-2/#nop" in row


def test_a_return_of_another_week_has_its_date(ward, coordinator, officer, as_officer):
    given_back(ward, coordinator, officer, "I-2", dt.date(2026, 11, 9))
    assert "Trả lại 9/11" in as_officer.get("/viec-cua-toi/").content.decode()


def test_handed_in_again_it_is_no_longer_a_return(ward, coordinator, officer, as_officer):
    task = given_back(ward, coordinator, officer, "I-2", dt.date(2026, 11, 20))
    services.hand_in(
        task,
        by=officer.pk,
        at=AT,
        today=rooms.TODAY,
        document_number="6/BC-UBND",
        document_date=dt.date(2026, 1, 30),
    )
    page = as_officer.get("/viec-cua-toi/").content.decode()
    assert "Trả lại" not in page and "Sửa và nộp lại" not in page


def test_a_percent_out_of_bounds_is_refused_in_our_words(ward, coordinator, as_officer):
    rooms.make_task(ward, coordinator, "I-2")
    page = as_officer.post("/viec/2026/cchc/I-2/tien-do/", {"percent": "140"}).content.decode()
    assert "Ghi từ 0 đến 100." in page and "Đảm bảo" not in page


def test_a_paper_for_everything_follows_the_return_of_one_part(ward, coordinator, officer, as_officer):
    lines = (rooms.line("I", "1", "Kế hoạch và báo cáo", "30/01/2026", deliverables=("Kế hoạch", "Báo cáo")),)
    rooms.make_plan(ward, coordinator, rooms.make_reading(lines, findings=()))
    task = Task.objects.get(number="I-1")
    paper = {"by": officer.pk, "at": AT, "today": rooms.TODAY, "document_date": dt.date(2026, 1, 30)}
    part = services.hand_in(task, document_number="5/KH-UBND", parts=(1,), **paper)
    services.give_back(part, by=coordinator.pk, at=AT, word="Thiếu phụ lục.")
    assert "Sửa và nộp lại" in as_officer.get("/viec-cua-toi/").content.decode()
    services.hand_in(task, document_number="6/KH-UBND", parts=(0, 1), **paper)
    assert "Sửa và nộp lại" not in as_officer.get("/viec-cua-toi/").content.decode()


def test_more_time_that_was_asked_for_is_seen_in_the_row(ward, coordinator, officer):
    head = rooms.make_person(ward, "head", office="Văn phòng HĐND và UBND")
    task, client = rooms.make_task(ward, coordinator, "I-2"), Client()
    client.force_login(head)
    assert "Xin gia hạn" in client.get("/viec-cua-toi/").content.decode()
    day = task.occurrences.get()
    dates.ask_extension(
        task, occurrence=day.pk, until=dt.date(2026, 12, 18), reason="Chờ số liệu", by=head.pk, at=AT
    )
    page = client.get("/viec-cua-toi/").content.decode()
    assert "đã xin lùi đến 18/12/2026, chờ trả lời" in page and "Xin gia hạn" not in page
