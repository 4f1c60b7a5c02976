"""The calendar by month and week, and its address for phones: what is owed, when, whose; nothing of others."""

import datetime as dt

import icalendar
import pytest

from caicach.core.clock import noon
from caicach.desk.calendar import feed_token
from caicach.history.models import Event
from caicach.tasks import dates
from caicach.tasks import services as tasks
from caicach.tasks.models import Occurrence, Task
from tests.factories import rooms

pytestmark = pytest.mark.django_db
AT = noon(rooms.TODAY)


@pytest.fixture
def plan(ward, coordinator):
    return rooms.make_plan(ward, coordinator)


def days(page):
    """ISO day → what stands on it."""
    parts = page.split('<time datetime="')[1:]
    return {part[:10]: part for part in parts}


def read(client, address):
    answer = client.get(address)
    assert answer.status_code == 200 and answer["Content-Type"].startswith("text/calendar")
    events = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    return {str(one["UID"]): one for one in events}


def make_address(client, person, old=""):
    assert client.post("/lich/dia-chi/", {"token": old}).status_code == 303
    return f"/lich/{feed_token(person.pk)}.ics"


def test_a_month_shows_what_is_owed_and_leads_to_it(plan, as_coordinator):
    page = as_coordinator.get("/lich/?ngay=2026-12-05&cua=ca-phuong").content.decode()
    assert "Tháng 12/2026" in page
    last = days(page)["2026-12-31"]
    assert 'href="/viec/2026/cchc/I-3/"' in last and 'href="/viec/2026/cchc/II-1/"' in last
    assert 'data-before href="?xem=thang&amp;ngay=2026-11-01' in page
    assert 'data-next href="?xem=thang&amp;ngay=2027-01-01' in page


def test_late_and_done_are_told_apart(plan, coordinator, as_coordinator):
    tasks.hand_in(
        Task.objects.get(number="II-1"), by=coordinator.pk, at=AT, today=rooms.TODAY,
        document_number="5/BC-UBND", document_date=dt.date(2026, 3, 30),
    )  # fmt: skip
    march = days(as_coordinator.get("/lich/?ngay=2026-03-05&cua=ca-phuong").content.decode())["2026-03-31"]
    assert "đã nộp, chờ duyệt" in march and "is-done" in march
    june = days(as_coordinator.get("/lich/?ngay=2026-06-05&cua=ca-phuong").content.decode())["2026-06-30"]
    assert 'class="is-late"' in june and "trễ hạn" in june


def test_today_and_days_off_are_marked(plan, as_coordinator):
    page = as_coordinator.get("/lich/").content.decode()
    today = page.split('<time datetime="2026-11-23"')[0].rsplit("<li", 1)[1]
    saturday = page.split('<time datetime="2026-11-28"')[0].rsplit("<li", 1)[1]
    assert "is-today" in today and "is-off" in saturday and "is-off" not in today
    assert "Quốc khánh" in as_coordinator.get("/lich/?ngay=2026-09-01").content.decode()


def test_a_week(plan, as_coordinator):
    page = as_coordinator.get("/lich/?xem=tuan&ngay=2026-12-31&cua=ca-phuong").content.decode()
    assert "Tuần 28/12 – 3/1/2027" in page and len(days(page)) == 7


def test_whose(ward, plan, as_officer, officer):
    """An officer sees the own work; the office and the ward where they ask for it."""
    december = "/lich/?ngay=2026-12-05"
    assert "/cchc/I-3/" in as_officer.get(december).content.decode()
    assert "/cchc/II-1/" not in as_officer.get(december + "&cua=don-vi").content.decode()
    assert "/cchc/II-1/" in as_officer.get(december + "&cua=ca-phuong").content.decode()
    other = rooms.make_person(ward, "officer", office="Văn phòng HĐND và UBND")
    Task.objects.get(number="I-3").offices.filter(role="lead").update(person=other)
    assert "/cchc/I-3/" not in as_officer.get(december).content.decode()
    assert "/cchc/I-3/" in as_officer.get(december + "&cua=don-vi").content.decode()


@pytest.mark.parametrize("asked", ["ngay=abc", "ngay=0001-01-01", "ngay=9999-12-31", "cua=x&xem=x"])
def test_odd_addresses_show_today(plan, as_coordinator, asked):
    assert "Tháng 11/2026" in as_coordinator.get(f"/lich/?{asked}").content.decode()
    assert as_coordinator.get("/lich/?ngay=2000-01-01").status_code == 200
    assert as_coordinator.get("/lich/?ngay=2100-12-31&xem=tuan").status_code == 200


def test_the_feed_is_read_without_sign_in(plan, coordinator, as_coordinator, client, settings):
    settings.SITE = "https://cchc.example"
    address = make_address(as_coordinator, coordinator)
    as_coordinator.logout()
    events = read(client, address)
    one = next(event for key, event in events.items() if "I-3" in key)
    assert one.decoded("DTSTART") == dt.date(2026, 12, 31) and one.decoded("DTEND") == dt.date(2027, 1, 1)
    assert one["URL"] == "https://cchc.example/viec/2026/cchc/I-3/"
    assert one["SUMMARY"] == "I.3 Báo cáo kết quả làm việc của tổ dân phố"
    assert all(len(line) <= 75 for line in client.get(address).content.split(b"\r\n"))
    assert coordinator.full_name.encode() not in client.get(address).content


def test_a_day_put_off_moves_its_event(plan, coordinator, as_coordinator, client):
    address = make_address(as_coordinator, coordinator)
    before = read(client, address)
    task = Task.objects.get(number="I-3")
    dates.put_off(
        task, occurrence=Occurrence.objects.get(task=task).pk, until=dt.date(2027, 1, 15), reason="chờ tỉnh",
        by=coordinator.pk, at=AT,
    )  # fmt: skip
    after = read(client, address)
    assert set(before) == set(after)
    moved = [key for key in after if before[key].decoded("DTSTART") != after[key].decoded("DTSTART")]
    assert [("I-3" in key) for key in moved] == [True]
    assert after[moved[0]].decoded("DTSTART") == dt.date(2027, 1, 15)
    assert "Hạn đầu: 31/12/2026" in after[moved[0]]["DESCRIPTION"]


def test_nothing_of_other_wards_and_nothing_after_leaving(ward, plan, coordinator, client):
    other = rooms.make_ward("Khác")
    stranger = rooms.make_person(other, "leader")
    client.force_login(stranger)
    address = make_address(client, stranger)
    assert read(client, address) == {}
    stranger.is_active = False
    stranger.save()
    client.logout()
    assert client.get(address).status_code == 404


def test_an_address_is_renewed_once_however_often_it_is_sent(plan, coordinator, as_coordinator, client):
    first = make_address(as_coordinator, coordinator)
    token = feed_token(coordinator.pk)
    second = make_address(as_coordinator, coordinator, token)
    assert make_address(as_coordinator, coordinator, token) == second != first
    assert Event.objects.filter(code="desk.feed-made").count() == 2
    assert client.get(first).status_code == 404 and client.get(second).status_code == 200
    assert client.get("/lich/khong-co.ics").status_code == 404
    assert second in as_coordinator.get("/lich/").content.decode()


@pytest.mark.parametrize("count", [1, 80])
def test_queries(ward, coordinator, as_coordinator, django_assert_max_num_queries, count):
    rooms.make_plan(ward, coordinator, rooms.make_many(count))
    address = make_address(as_coordinator, coordinator)
    with django_assert_max_num_queries(12):
        as_coordinator.get("/lich/?cua=ca-phuong")
    as_coordinator.logout()
    with django_assert_max_num_queries(8):
        as_coordinator.get(address)
