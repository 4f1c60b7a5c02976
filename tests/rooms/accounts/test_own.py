"""One's own page: password, places where one is signed in, sessions that end by themselves."""

import pytest
from django.test import Client

from caicach.accounts.models import OpenSession
from caicach.core import clock
from tests.factories import rooms

pytestmark = pytest.mark.django_db
OLD, NEW = "mat-khau-cu-9", "con trâu đi trước"


@pytest.fixture
def lan(ward):
    return rooms.make_person(
        ward, "officer", office="Văn phòng HĐND và UBND", user_name="lananh", password=OLD
    )


def sign_in(browser="Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"):
    client = Client(HTTP_USER_AGENT=browser)
    assert client.post("/dang-nhap/", {"user_name": "lananh", "password": OLD}).status_code == 303
    return client


def change(client, old=OLD, new=NEW, again=None):
    return client.post("/toi/mat-khau/", {"old": old, "new": new, "again": new if again is None else again})


def test_a_changed_password_ends_all_other_sessions(lan):
    here, there = sign_in(), sign_in()
    assert change(here).status_code == 303
    assert here.get("/viec-cua-toi/").status_code == 200 and there.get("/viec-cua-toi/").status_code == 302
    assert OpenSession.objects.filter(person=lan).count() == 1
    assert "Nơi này" in here.get("/toi/").content.decode(), "the session that stays is still known"
    assert Client().post("/dang-nhap/", {"user_name": "lananh", "password": NEW}).status_code == 303


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"old": "sai"}, "đang dùng chưa đúng"), ({"new": "ngắn"}, "ít nhất 10 chữ"),
        ({"new": "1234567890"}, "quá dễ đoán"), ({"new": "lananh lananh"}, "tên đăng nhập"),
        ({"again": "khác hẳn đi"}, "chưa giống nhau"), ({"new": OLD}, "giống mật khẩu đang dùng"),
    ],
)  # fmt: skip
def test_a_password_that_cannot_be_taken_is_said(lan, given, words):
    here = sign_in()
    answer = change(here, **given)
    assert answer.status_code == 422 and words in answer.content.decode()
    lan.refresh_from_db()
    assert lan.check_password(OLD)


def test_guessing_the_old_password_rests_too(lan, settings):
    here = sign_in()
    for _ in range(settings.SIGN_IN_TRIES):
        change(here, old="sai")
    assert "Hãy đợi" in change(here).content.decode()


def test_places_are_listed_with_their_browser_and_ended_one_by_one(lan):
    here, phone = sign_in(), sign_in("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) CriOS/140 Mobile Safari")
    page = here.get("/toi/").content.decode()
    assert (
        "Firefox trên Windows" in page and "Chrome trên iPhone" in page and "Đang đăng nhập ở 2 nơi" in page
    )
    there = OpenSession.objects.get(browser="Chrome trên iPhone")
    assert here.post("/toi/phien/", {"phien": there.pk}).status_code == 303
    assert phone.get("/viec-cua-toi/").status_code == 302 and here.get("/viec-cua-toi/").status_code == 200
    assert here.post("/toi/phien/", {"phien": there.pk}).status_code == 404


def test_nobody_ends_a_strangers_session(lan, ward):
    here = sign_in()
    session = OpenSession.objects.get()
    other = Client()
    other.force_login(rooms.make_person(ward, "administrator"))
    assert other.post("/toi/phien/", {"phien": session.pk}).status_code == 404
    assert here.get("/viec-cua-toi/").status_code == 200


def test_a_session_that_is_not_used_ends(lan, settings, monkeypatch):
    import datetime as dt

    moment = clock.noon(rooms.TODAY)
    monkeypatch.setattr(clock, "now", lambda: moment)
    here = sign_in()
    here.get("/viec-cua-toi/")
    for minutes, status in (
        (settings.SESSION_IDLE_MINUTES - 1, 200),
        (settings.SESSION_IDLE_MINUTES - 1, 200),
    ):
        moment += dt.timedelta(minutes=minutes)
        assert here.get("/viec-cua-toi/").status_code == status
    moment += dt.timedelta(minutes=settings.SESSION_IDLE_MINUTES + 1)
    assert here.get("/viec-cua-toi/").status_code == 302 and not OpenSession.objects.exists()


def test_using_a_session_writes_once_a_minute(lan, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    here = sign_in()
    here.get("/viec-cua-toi/")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        here.get("/viec-cua-toi/")
    assert not [q for q in asked if q["sql"].startswith(("UPDATE", "INSERT"))]


def test_my_sign_ins_are_told_to_me_alone(lan, ward):
    here = sign_in()
    page = here.get("/toi/").content.decode()
    assert page.count("<b>Đăng nhập</b>") == 1 and "127.0.0.1" in page
    other = Client()
    other.force_login(rooms.make_person(ward, "officer"))
    assert "<b>Đăng nhập</b>" not in other.get("/toi/").content.decode()


def test_signing_out_forgets_the_place(lan):
    here = sign_in()
    here.post("/dang-xuat/")
    assert not OpenSession.objects.exists()
