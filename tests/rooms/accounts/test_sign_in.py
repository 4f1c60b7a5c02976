"""Signing in and out."""

import datetime as dt

import pytest

from caicach.accounts import services
from caicach.accounts.models import Post
from caicach.core.clock import noon
from tests.factories import rooms

pytestmark = pytest.mark.django_db
PASSWORD = "mat-khau-thu-12"


@pytest.fixture
def person(ward):
    return rooms.make_person(
        ward, "officer", office="Văn phòng HĐND và UBND", user_name="lan", password=PASSWORD
    )


def sign_in(client, password=PASSWORD, name="lan", **other):
    return client.post("/dang-nhap/", {"user_name": name, "password": password, **other})


def test_the_right_password_opens_the_page_that_was_asked_for(client, person):
    asked = client.get("/ke-hoach/")
    assert asked.status_code == 302 and asked.url == "/dang-nhap/?tiep=%2Fke-hoach%2F"
    answer = sign_in(client, tiep="/ke-hoach/")
    assert answer.status_code == 303 and answer.url == "/ke-hoach/"
    assert client.get("/ke-hoach/").status_code == 200 and rooms.events("account.signed-in") == 1


@pytest.mark.parametrize(("name", "password"), [("lan", "sai"), ("ai-do", PASSWORD)])
def test_a_wrong_name_and_a_wrong_password_read_the_same(client, person, name, password):
    answer = sign_in(client, password, name)
    assert answer.status_code == 422 and "Tên đăng nhập hoặc mật khẩu chưa đúng" in answer.content.decode()
    assert client.get("/ke-hoach/").status_code == 302


def test_an_account_rests_after_many_wrong_passwords(client, person, settings):
    for _ in range(settings.SIGN_IN_TRIES):
        sign_in(client, "sai")
    answer = sign_in(client)
    assert (
        answer.status_code == 422
        and "Hãy đợi" in answer.content.decode()
        and rooms.events("account.rests") == 1
    )
    settings.TODAY = dt.date(2026, 11, 24)
    assert sign_in(client).status_code == 303


def test_a_right_password_forgets_the_wrong_ones(client, person, settings):
    for _ in range(2):
        for _ in range(settings.SIGN_IN_TRIES - 1):
            sign_in(client, "sai")
        assert sign_in(client).status_code == 303


def test_signing_out_ends_the_session_on_the_server(client, person):
    sign_in(client)
    kept = client.cookies["phien"].value
    assert client.post("/dang-xuat/").status_code == 303
    client.cookies["phien"] = kept
    assert client.get("/ke-hoach/").status_code == 302


def test_without_a_post_nobody_gets_in(client, person):
    Post.objects.update(is_current=False)
    answer = sign_in(client)
    assert answer.status_code == 422 and "chưa được giao việc" in answer.content.decode()


def test_the_way_back_never_leads_to_another_site(client, person):
    assert sign_in(client, tiep="https://example.com/").url == "/"
    assert sign_in(client, tiep="//example.com/").url == "/"


def test_names_are_known_without_regard_to_capitals(person):
    assert services.check(" LAN ", PASSWORD, at=noon(rooms.TODAY), address=None) == person
