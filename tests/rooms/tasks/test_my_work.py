"""What an officer's desk shows first: what was given back, with the word, even where it is late."""

import datetime as dt
import re

import pytest
from django.test import Client

from caicach.core.clock import noon
from caicach.organisation import calendars
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


@pytest.mark.parametrize(
    ("day", "words", "first"),
    [
        (dt.date(2026, 11, 27), "Tuần này", "T2 23"),
        (dt.date(2026, 11, 28), "Tuần tới", "T2 30"),
        (dt.date(2026, 11, 29), "Tuần tới", "T2 30"),
        (dt.date(2026, 11, 30), "Tuần này", "T2 30"),
    ],
)
def test_a_weekend_shows_the_coming_week(ward, coordinator, officer, client, settings, day, words, first):
    rooms.make_plan(ward, coordinator)
    settings.TODAY = day
    client.force_login(officer)
    page = client.get("/viec-cua-toi/").content.decode()
    week = page[page.index('<ul class="week">') :]
    assert f"<h2>{words}</h2>" in page and re.findall(r"<small>([^<]+)", week)[0] == first


def test_a_weekend_that_is_worked_stays_in_its_week(ward, coordinator, officer, client, settings):
    rooms.make_plan(ward, coordinator)
    saturday = dt.date(2026, 11, 28)
    calendars.set_days(
        ward=ward.pk,
        since=saturday,
        until=saturday,
        kind="working",
        name="Làm bù",
        source="12/TB",
        by=coordinator.pk,
        at=AT,
        today=rooms.TODAY,
    )
    settings.TODAY = dt.date(2026, 11, 28)
    client.force_login(officer)
    page = client.get("/viec-cua-toi/").content.decode()
    assert "<h2>Tuần này</h2>" in page and "T7 28" in page
