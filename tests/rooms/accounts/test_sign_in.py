"""Signing in and out."""

import datetime as dt
import re
from urllib.parse import urlencode

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher

from caicach.accounts import services
from caicach.accounts.models import Post, WrongTries
from caicach.core.clock import noon
from caicach.rules.refusal import Refusal
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


def answers(client, name, times):
    """What is answered to wrong passwords: status and words, without the tokens and the name."""
    found = []
    for _ in range(times):
        answer = sign_in(client, "sai", name)
        page = re.sub(
            r'(csrfmiddlewaretoken" value|name="user_name" value)="[^"]*"', "", answer.content.decode()
        )
        found.append((answer.status_code, page))
    return found


def test_no_answer_tells_which_names_exist(client, person, ward, settings):
    gone = rooms.make_person(ward, "officer", user_name="nghi", password=PASSWORD)
    gone.is_active = False
    gone.save()
    rooms.make_person(ward, "officer", user_name="chua-co-mat-khau")
    known = answers(client, "lan", settings.SIGN_IN_TRIES + 2)
    assert known[-1] != known[0] and "Hãy đợi 10 phút" in known[-1][1]
    for name in ("ai-do", "nghi", "chua-co-mat-khau"):
        assert answers(client, name, settings.SIGN_IN_TRIES + 2) == known, name
    assert sign_in(client, name="LAN ").status_code == sign_in(client, name="AI-DO ").status_code == 422
    assert rooms.events("account.rests") == 2, "of the people only: of lan and of the one without a password"


def test_one_hash_is_computed_whatever_the_name(client, person, ward, settings, monkeypatch):
    rooms.make_person(ward, "officer", user_name="chua-co-mat-khau")
    done = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher, "encode", lambda self, *given: done.append(given) or encode(self, *given)
    )
    for name in ("lan", "ai-do", "chua-co-mat-khau"):
        for number in range(settings.SIGN_IN_TRIES + 2):
            done.clear()
            sign_in(client, "sai", name)
            assert len(done) == (1 if number < settings.SIGN_IN_TRIES else 0), (name, number)


def test_names_that_nobody_has_never_fill_the_database(client, person, settings):
    settings.SIGN_IN_NAMES_KEPT = 5
    for number in range(20):
        sign_in(client, "sai", f"ai-do-{number}")
    assert WrongTries.objects.count() <= 6
    assert not WrongTries.objects.filter(name_hash__contains="ai-do").exists(), (
        "no name stands there readable"
    )
    settings.TODAY = dt.date(2026, 11, 25)
    sign_in(client, "sai", "ai-do-nua")
    assert WrongTries.objects.count() == 1, "old tries are forgotten"
    assert sign_in(client).status_code == 303 and WrongTries.objects.count() == 1


def test_a_right_password_that_comes_as_the_name_comes_to_rest_is_refused(person, settings, monkeypatch):
    """Tries sent at once: while this one's password is hashed, the others use up what was left."""
    at = noon(rooms.TODAY)

    def meanwhile(password, encoded):
        monkeypatch.undo()
        for _ in range(settings.SIGN_IN_TRIES):
            with pytest.raises(Refusal):
                services.check("lan", "sai", at=at, address=None)
        return services.check_password(password, encoded)

    monkeypatch.setattr(services, "check_password", meanwhile)
    with pytest.raises(Refusal) as refusal:
        services.check("lan", PASSWORD, at=at, address=None)
    assert refusal.value.code == "account.rests" and not rooms.events("account.signed-in")


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
    Post.objects.update(until=rooms.SIGNED)
    answer = sign_in(client)
    assert answer.status_code == 422 and "chưa được giao việc" in answer.content.decode()


def test_the_way_back_never_leads_to_another_site(client, person):
    assert sign_in(client, tiep="https://example.com/").url == "/"
    assert sign_in(client, tiep="//example.com/").url == "/"


@pytest.mark.parametrize(
    "came, leads",
    [
        ("http://testserver/quay/?nhap=a1b2c3d4", "/quay/?nhap=a1b2c3d4"),
        ("https://example.com/quay/", "/"),
        ("", "/"),
        ("/quay/", "/"),
    ],
)
def test_a_form_sent_after_the_session_ended_leads_back_to_its_page(client, person, came, leads):
    answer = client.post("/quay/", {"token": "a1b2c3d4"}, headers={"referer": came})
    assert answer.status_code == 302 and answer.url == f"/dang-nhap/?{urlencode({'tiep': leads})}"


def test_names_are_known_without_regard_to_capitals(person):
    assert services.check(" LAN ", PASSWORD, at=noon(rooms.TODAY), address=None) == person


def test_a_locked_computer_is_signed_out_and_knows_who_was_there_and_where(client, person):
    sign_in(client)
    answer = client.post("/khoa-may/", {"tiep": "/viec-cua-toi/?a=1"})
    assert answer.status_code == 303 and answer.headers["Clear-Site-Data"] == '"cache"'
    assert client.get("/viec-cua-toi/").status_code == 302  # nobody is signed in
    door = client.get(answer["Location"]).content.decode()
    assert "Máy đang khóa" in door and person.full_name in door and f'value="{person.user_name}"' in door
    assert "Máy đang khóa" not in client.get("/dang-nhap/?khac=1").content.decode()
    back = client.post(
        "/dang-nhap/", {"user_name": person.user_name, "password": PASSWORD, "tiep": "/viec-cua-toi/?a=1"}
    )
    assert back["Location"] == "/viec-cua-toi/?a=1"
    client.post("/dang-xuat/")
    assert "Máy đang khóa" not in client.get("/dang-nhap/").content.decode()


def test_another_person_comes_in_by_a_locked_door_to_the_same_page_without_its_draft(client, ward, person):
    other = rooms.make_person(ward, "officer", office="Văn phòng HĐND và UBND", password=PASSWORD)
    sign_in(client)
    client.post("/khoa-may/", {"tiep": "/quay/?nhap=cuanguoikhac"})
    sent = {"user_name": other.user_name, "password": PASSWORD, "tiep": "/quay/?nhap=cuanguoikhac"}
    assert client.post("/dang-nhap/", sent)["Location"] == "/quay/"


def test_a_locked_door_leads_nowhere_else(client, person):
    sign_in(client)
    assert "vi-du.example" not in client.post("/khoa-may/", {"tiep": "https://vi-du.example/"})["Location"]
