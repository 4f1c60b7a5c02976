"""A ward's own working calendar: set, set back, confirmed; what is counted by it follows, and costs no query."""

import datetime as dt

import pytest

from caicach import data
from caicach.core.clock import noon
from caicach.desk import work_calendar
from caicach.exchange.models import Letter
from caicach.organisation import calendars
from caicach.organisation.models import Ward, WorkDay
from caicach.organisation.queries import ward_calendar, wards_at_work
from caicach.reminders import services as reminders
from caicach.rules.refusal import Refusal
from caicach.tasks.models import Occurrence
from tests.factories import rooms

pytestmark = pytest.mark.django_db
AT = noon(rooms.TODAY)
MONDAY, SATURDAY = dt.date(2026, 11, 23), dt.date(2026, 12, 12)


@pytest.fixture
def administrator(ward):
    return rooms.make_person(ward, "administrator", name="Phạm Quản Trị")


@pytest.fixture
def admin(client, administrator):
    client.force_login(administrator)
    return client


def days(**other):
    return {
        "nam": "2026", "since": "23/11/2026", "until": "", "kind": "off", "name": "Ngày truyền thống",
        "source": "12/TB-UBND ngày 02/11/2026", **other,
    }  # fmt: skip


def put(ward, day, kind="off", until=None):
    return work_calendar.set_days(
        ward=ward.pk, since=day, until=until or day, kind=kind, name="Ngày của phường", source="12/TB-UBND",
        by=rooms.make_person(ward, "administrator").pk, at=AT, today=rooms.TODAY,
    )  # fmt: skip


def test_a_day_off_is_set_shown_and_set_back(admin, ward):
    assert admin.post("/lich-lam-viec/ngay/", days()).status_code == 303
    page = admin.get("/lich-lam-viec/").content.decode()
    assert "Ngày truyền thống" in page and "12/TB-UBND ngày 02/11/2026" in page and "Của phường" in page
    assert not ward_calendar(ward.pk).work.is_working(MONDAY) and MONDAY.isoformat() in page
    assert admin.post("/lich-lam-viec/dat-lai/", {"tu": "2026-11-23", "den": "2026-11-23"}).status_code == 303
    assert ward_calendar(ward.pk).work.is_working(MONDAY)
    page = admin.get("/lich-lam-viec/").content.decode()
    assert "Đặt lại theo lịch chung" in page and "Ghi lịch riêng" in page, "the journal says both"
    assert rooms.events("calendar.days-set") == rooms.events("calendar.day-set-back") == 1


def test_another_ward_is_as_it_was(ward):
    other = rooms.make_ward("Phường Hai")
    put(ward, MONDAY)
    assert ward_calendar(other.pk).work.is_working(MONDAY)
    assert wards_at_work(MONDAY) == [other.pk]


def test_a_holiday_of_the_country_can_be_worked_and_a_weekend_too(admin, ward):
    """24/11 is only expected; the ward may know better."""
    day = dt.date(2026, 11, 24)
    assert not data.work_calendar().is_working(day)
    admin.post(
        "/lich-lam-viec/ngay/", days(since="24/11/2026", kind="working", name="Chưa có quyết định nghỉ")
    )
    admin.post("/lich-lam-viec/ngay/", days(since="12/12/2026", kind="working", name="làm bù"))
    work = ward_calendar(ward.pk).work
    assert work.is_working(day) and work.is_working(SATURDAY)
    page = admin.get("/lich-lam-viec/").content.decode()
    assert (
        "thay Ngày Văn hóa Việt Nam (nghỉ)" in page
        and "Chưa chắc" not in page.split("Chưa có quyết định")[0][-400:]
    )


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"since": ""}, "Hãy ghi ngày"), ({"since": "31/02/2026"}, "Ghi ngày như"),
        ({"until": "20/11/2026"}, "Ngày cuối phải từ ngày đầu"), ({"until": "24/12/2026"}, "nhiều nhất 31 ngày"),
        ({"since": "03/01/2035"}, "từ năm 2025 đến năm 2028"), ({"kind": "x"}, "Hãy chọn nghỉ hay làm việc"),
        ({"name": ""}, "Hãy ghi vì sao"), ({"source": ""}, "số và ngày của văn bản"),
        ({"kind": "working"}, "vốn đã như vậy"), ({"since": "22/11/2026"}, "vốn đã như vậy"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_at_its_field(admin, other, words):
    answer = admin.post("/lich-lam-viec/ngay/", days(**other))
    assert answer.status_code == 422 and words in answer.content.decode() and not WorkDay.objects.exists()
    assert "Ngày truyền thống" in answer.content.decode() or "name" in other


def test_what_is_not_the_wards_own_cannot_be_set_back(admin):
    answer = admin.post("/lich-lam-viec/dat-lai/", {"tu": "2026-09-02"})
    assert answer.status_code == 422 and "không còn là ngày riêng" in answer.content.decode()
    assert admin.post("/lich-lam-viec/dat-lai/", {"tu": "x"}).status_code == 404


def test_a_long_holiday_leaves_its_weekends_alone(ward):
    assert put(ward, dt.date(2026, 12, 10), until=dt.date(2026, 12, 15))[0] == 4
    with pytest.raises(Refusal) as caught:
        put(ward, dt.date(2026, 12, 10), until=dt.date(2026, 12, 15))
    assert caught.value.code == "calendar.same"


def test_a_year_is_confirmed_once(admin, ward):
    assert "Xác nhận lịch năm 2027" in admin.get("/lich-lam-viec/?nam=2027").content.decode()
    for _ in range(2):
        assert admin.post("/lich-lam-viec/xac-nhan/", {"nam": "2027"}).status_code == 303
    page = admin.get("/lich-lam-viec/?nam=2027").content.decode()
    assert "Đã xác nhận" in page and "Xác nhận lịch năm 2027" not in page
    assert rooms.events("calendar.confirmed") == 1
    with pytest.raises(Refusal):
        calendars.confirm(ward=ward.pk, year=2040, by=1, at=AT, today=rooms.TODAY)
    assert "Chưa có lịch nghỉ chung của năm 2028" in admin.get("/lich-lam-viec/?nam=2028").content.decode()


def test_what_is_owed_follows(ward, coordinator):
    """31/12/2026 is a Thursday; with it off, the last working day before is the 30th. The day itself stays."""
    rooms.make_plan(ward, coordinator)
    last = dt.date(2026, 12, 31)
    rows = Occurrence.objects.filter(due_on=last)
    count = rows.count()
    assert count and {row.working_day for row in rows} == {last}
    assert put(ward, last) == (1, count)
    assert {row.working_day for row in rows.all()} == {dt.date(2026, 12, 30)}
    work_calendar.set_back(ward=ward.pk, since=last, until=last, by=coordinator.pk, at=AT)
    assert {row.working_day for row in rows.all()} == {last}


def test_a_plan_put_into_effect_afterwards_follows_too(ward, coordinator):
    put(ward, dt.date(2026, 12, 31))
    rooms.make_plan(ward, coordinator)
    assert {row.working_day for row in Occurrence.objects.filter(due_on=dt.date(2026, 12, 31))} == {dt.date(2026, 12, 30)}  # fmt: skip


def test_no_letter_on_the_wards_own_day_off_but_one_on_its_own_working_day(ward, coordinator, officer):
    officer.email = "nguoi@vidu.example"
    officer.save()
    rooms.make_plan(ward, coordinator)
    put(ward, MONDAY)
    assert reminders.write_letters(ward.pk, today=MONDAY, hour=8, at=AT) == 0
    put(ward, SATURDAY, "working")
    assert reminders.write_letters(ward.pk, today=SATURDAY, hour=8, at=AT) == 1
    assert Letter.objects.get().to_address == officer.email


def test_the_calendar_page_and_my_week_show_it(ward, coordinator, as_coordinator):
    rooms.make_plan(ward, coordinator)
    put(ward, MONDAY)
    page = as_coordinator.get("/lich/").content.decode()
    today = page.split('<time datetime="2026-11-23"')[0].rsplit("<li", 1)[1]
    assert "is-off" in today and "Ngày của phường" in page


def test_it_costs_no_query_of_its_own(ward, coordinator, as_coordinator, django_assert_num_queries):
    rooms.make_plan(ward, coordinator)

    def count(address):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as asked:
            assert as_coordinator.get(address).status_code == 200
        return len(asked)

    before = {address: count(address) for address in ("/lich/", "/viec-cua-toi/")}
    put(ward, SATURDAY, "working")
    ward_calendar(ward.pk)  # the first look after a change
    for address, asked in before.items():
        assert count(address) == asked, address
    with django_assert_num_queries(0):
        assert ward_calendar(ward.pk, 1).work.is_working(SATURDAY)


def test_the_page_asks_as_often_for_many_days_as_for_few(ward, django_assert_num_queries):
    for day in (dt.date(2026, 12, 1), dt.date(2026, 12, 3), dt.date(2026, 12, 7)):
        put(ward, day)
    ward_calendar(ward.pk)
    version = Ward.objects.get(pk=ward.pk).calendar_version
    with django_assert_num_queries(3):
        work_calendar.year_page(ward.pk, version, year=2026, today=rooms.TODAY)
