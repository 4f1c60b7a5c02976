"""The ward's working hours: looked at with what they do to promises, kept from a day on, letters owed and ticked off."""

import datetime as dt

import pytest

from caicach.core.clock import noon
from caicach.desk import work_calendar, work_hours
from caicach.dossiers.models import Dossier, DossierClock
from caicach.organisation.models import PromiseLetter, WorkHours
from caicach.organisation.queries import hours_on, ward_hours, work_time
from tests.factories import rooms

pytestmark = pytest.mark.django_db
AT = noon(rooms.TODAY)
NEXT = rooms.TODAY + dt.timedelta(days=7)


@pytest.fixture
def admin(client, ward):
    client.force_login(rooms.make_person(ward, "administrator", name="Phạm Quản Trị"))
    return client


def typed(**other):
    return {
        "valid_from": f"{rooms.TODAY:%d/%m/%Y}", "morning_from": "07:00", "morning_until": "11:00", "afternoon_from": "13:00",
        "afternoon_until": "16:30", "cut_off": "15:00", "count": "end-of-day", "source": "7/TB-UBND", **other,
    }  # fmt: skip


SEASON = {
    "season_since": "15/04", "season_until": "15/10", "season_morning_from": "06:30", "season_morning_until": "11:00",
    "season_afternoon_from": "13:30", "season_afternoon_until": "17:00",
}  # fmt: skip


def keep(admin, **other):
    """Look, then keep what was looked at."""
    before = WorkHours.objects.count()
    page = admin.post("/lich-lam-viec/gio/", typed(**other))
    assert page.status_code == 200
    assert WorkHours.objects.count() == before, "a look keeps nothing"
    return admin.post("/lich-lam-viec/gio/", typed(seen=page.context["seen"], **other))


def make_dossier(ward, code="H01.31.05-261120-0001", **other):
    """Received on Friday 20/11/2026 for five working days, 24/11 off: due on Monday 30/11."""
    facts = {
        "procedure_code": "", "procedure": "Thử", "state": "processing", "received_on": dt.date(2026, 11, 20),
        "received_time": dt.time(9), "due_on": dt.date(2026, 11, 30), "due_time": dt.time(17), **other,
    }  # fmt: skip
    made = Dossier.objects.create(ward=ward, code=code, **facts)
    DossierClock.objects.create(dossier=made, ward=ward, runs=True, apology_by=dt.date(2026, 11, 27))
    return made


def test_nothing_is_said_at_first_and_the_usual_holds_unchecked(admin, ward):
    page = admin.get("/lich-lam-viec/").content.decode()
    assert "07:00–11:00, 13:00–17:00" in page and "Chưa đối chiếu" in page
    assert admin.get("/lich-lam-viec/gio/").status_code == 200
    assert ward_hours(ward.pk) == []


def test_hours_are_looked_at_first_and_kept_then(admin, ward):
    assert keep(admin, saturday_from="07:00", saturday_until="11:00", **SEASON).status_code == 303
    time = work_time(ward.pk)
    assert time.close_of(rooms.TODAY).time() == dt.time(16, 30)
    assert time.sessions_of(dt.date(2027, 7, 1))[0][0] == dt.time(6, 30)
    assert time.is_open(dt.datetime.combine(dt.date(2026, 12, 12), dt.time(8))), "a Saturday morning"
    assert not time.is_working(dt.date(2026, 12, 12))
    assert time.close_of(dt.date(2026, 11, 20)).time() == dt.time(17), "before it stays as it was"
    page = admin.get("/lich-lam-viec/gio/").content.decode()
    assert "Từ 15/04 đến 15/10" in page and "nhận hồ sơ, không tính là ngày làm việc" in page
    assert rooms.events("calendar.hours-set") == 1
    assert "Đặt giờ làm việc" in admin.get("/lich-lam-viec/").content.decode()


def test_a_saturday_that_counts_is_a_working_day(admin, ward):
    keep(admin, saturday_from="07:00", saturday_until="11:00", counts_saturday="on")
    assert work_time(ward.pk).is_working(dt.date(2026, 12, 12))


def test_later_hours_leave_the_earlier_ones_and_what_is_said_again_replaces(admin, ward):
    keep(admin)
    keep(admin, valid_from=f"{NEXT:%d/%m/%Y}", morning_from="07:30")
    assert [one.valid_from for one in ward_hours(ward.pk)] == [rooms.TODAY, NEXT]
    keep(admin, valid_from=f"{NEXT:%d/%m/%Y}", morning_from="07:15", cut_off="14:30", count="same-hour")
    assert len(ward_hours(ward.pk)) == 2
    now, then = hours_on(ward.pk, rooms.TODAY), hours_on(ward.pk, NEXT)
    assert (now.cut_off, now.count) == (dt.time(15), "end-of-day")
    assert (then.cut_off, then.count) == (dt.time(14, 30), "same-hour")


def test_another_ward_is_as_it_was(admin, ward):
    other = rooms.make_ward("Phường Hai")
    keep(admin)
    assert work_time(other.pk).close_of(rooms.TODAY).time() == dt.time(17)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"morning_from": "12:00"}, "theo thứ tự"), ({"afternoon_from": "10:00"}, "theo thứ tự"), ({"morning_from": ""}, "Hãy ghi giờ"),
        ({"morning_from": "x"}, "Ghi giờ như"), ({"valid_from": "01/01/2020"}, "hơn một năm"), ({"source": ""}, "số và ngày của văn bản"),
        ({"season_since": "31/02"}, "Ghi ngày và tháng"), ({"season_since": "01/05"}, "ghi đủ ngày đầu"), ({"saturday_from": "07:00"}, "cả giờ đầu"),
        ({**SEASON, "season_morning_from": "11:30"}, "theo thứ tự"), ({"count": "x"}, "chọn một cách"),
    ],
)  # fmt: skip
def test_hours_that_are_none_are_refused_at_their_field(admin, ward, other, words):
    answer = admin.post("/lich-lam-viec/gio/", typed(**other))
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not WorkHours.objects.exists()


def test_the_same_again_is_nothing(admin):
    keep(admin)
    answer = admin.post("/lich-lam-viec/gio/", typed())
    seen = answer.context["seen"]
    assert "vốn đã như vậy" in admin.post("/lich-lam-viec/gio/", typed(seen=seen)).content.decode()


def test_what_was_changed_after_looking_is_looked_at_again(admin):
    seen = admin.post("/lich-lam-viec/gio/", typed()).context["seen"]
    assert admin.post("/lich-lam-viec/gio/", typed(seen=seen, morning_from="07:30")).status_code == 200
    assert not WorkHours.objects.exists()


def test_only_the_administrator_may(client, ward):
    client.force_login(rooms.make_person(ward, "officer"))
    assert client.get("/lich-lam-viec/gio/").status_code == 403


# --- promises ------------------------------------------------------------------------------------------------------


def off(ward, day):
    return work_calendar.set_days(
        ward=ward.pk, since=day, until=day, kind="off", name="Nghỉ bù", source="9/TB-UBND",
        by=rooms.make_person(ward, "administrator").pk, at=AT, today=rooms.TODAY,
    )  # fmt: skip


def test_a_promise_on_a_day_that_is_off_now_stands_and_its_letter_is_owed(admin, ward):
    made = make_dossier(ward)
    off(ward, made.due_on)
    letter = PromiseLetter.objects.get()
    assert letter.code == made.code and letter.later > letter.promised
    made.refresh_from_db()
    assert made.due_on == dt.date(2026, 11, 30), "the promise itself stands"
    page = admin.get("/lich-lam-viec/gio/").content.decode()
    assert made.code in page and "17:00 30/11/2026" in page and "17:00 01/12/2026" in page
    assert admin.post("/lich-lam-viec/thu/", {"thu": letter.pk}).status_code == 303
    assert (
        made.code
        not in admin.get("/lich-lam-viec/gio/").content.decode().split("<h2>Đặt giờ")[0].split("Cần thư")[-1]
    )
    assert admin.post("/lich-lam-viec/thu/", {"thu": letter.pk}).status_code == 422
    assert admin.post("/lich-lam-viec/thu/", {"thu": "x"}).status_code == 404


def test_a_day_off_moves_when_to_apologise(ward):
    made = make_dossier(ward)
    off(ward, dt.date(2026, 11, 27))
    assert DossierClock.objects.get(pk=made.pk).apology_by == dt.date(2026, 11, 26)
    assert not PromiseLetter.objects.exists(), "the promise was given as a day, its term is not known"


def test_counted_anew_is_as_counted_one_by_one(ward):
    from django.utils import timezone

    from caicach.dossiers import comparing
    from caicach.dossiers.reckoning import reckon

    facts = [
        {}, {"due_time": None}, {"received_time": None}, {"received_on": None}, {"received_on": dt.date(2015, 1, 5)},
        {"due_on": dt.date(2040, 3, 1)}, {"received_on": dt.date(2026, 12, 20)},
    ]  # fmt: skip
    for n, one in enumerate(facts):
        make_dossier(ward, f"H01.31.05-261120-{n:04}", **one)
    off(ward, dt.date(2026, 11, 27))
    names = ["warn_from", "urgent_from", "apology_by"]
    for there in DossierClock.objects.select_related("dossier"):
        kept = [getattr(there, name) for name in names]
        comparing.set_clock(there, there.dossier, work_time(ward.pk), timezone.get_default_timezone())
        assert kept == [getattr(there, name) for name in names], there.dossier.code
    assert reckon(ward.pk) == 0, "what shows as before is not written"


def procedure(ward, code="1.001193", amount=5):
    from caicach.procedures.models import Procedure, Version

    made = Procedure.objects.create(ward=ward, code=code)
    Version.objects.create(
        ward=ward, procedure=made, valid_from=dt.date(2026, 1, 1), name="Thử", statutory_unit="working-day", statutory_amount=amount
    )  # fmt: skip


def test_what_was_counted_by_the_catalogue_is_counted_anew(admin, ward):
    procedure(ward)
    make_dossier(ward, procedure_code="1.001193.H01")
    make_dossier(
        ward, "H01.31.05-261120-0002", due_on=dt.date(2026, 12, 4)
    )  # promised otherwise than counted
    off(ward, dt.date(2026, 11, 26))
    assert [(one.code[-4:], one.later.astimezone().day) for one in PromiseLetter.objects.all()] == [
        ("0001", 1)
    ]


def test_the_look_says_how_many_would_move_and_in_which_direction(admin, ward):
    procedure(ward)
    for n in range(23):
        make_dossier(ward, f"H01.31.05-261120-{n:04}", procedure_code="1.001193")
    page = admin.post("/lich-lam-viec/gio/", typed(afternoon_until="17:30"))
    text = page.content.decode()
    assert "Trong 23 lời hẹn đang chạy, 23 tính ra lúc khác: 23 muộn hơn" in text and "20 trong 23" in text
    assert len(page.context["found"].first()) == 20 and not PromiseLetter.objects.exists()
    text = admin.post("/lich-lam-viec/gio/", typed()).content.decode()
    assert "23 sớm hơn" in text
    keep(admin, afternoon_until="17:30")
    assert PromiseLetter.objects.count() == 23


def test_looking_asks_as_often_for_many_as_for_few(ward, django_assert_num_queries):
    procedure(ward)
    for n in range(30):
        make_dossier(ward, f"H01.31.05-261120-{n:04}", procedure_code="1.001193")
    from caicach.dossiers.promises import open_promises

    with django_assert_num_queries(2):
        assert len(open_promises(ward.pk, ())) == 30


@pytest.mark.parametrize(
    ("day", "is_said"), [("2026-11-30", False), ("2026-12-01", True), ("2026-12-31", True)]
)
def test_next_years_days_off_are_asked_for_from_december(ward, day, is_said):
    words = work_hours.missing_year_words(ward.pk, today=dt.date.fromisoformat(day))
    assert bool(words) == is_said and (not is_said or "2027" in words)


def test_a_confirmed_year_is_not_asked_for(ward, admin):
    admin.post("/lich-lam-viec/xac-nhan/", {"nam": "2027"})
    assert not work_hours.missing_year_words(ward.pk, today=dt.date(2026, 12, 20))
