"""Codes from the phone: set up, asked for, each taken once, recovery codes, reset by an administrator, required by role."""

import datetime as dt
import re
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from caicach.accounts import people, second, services
from caicach.accounts.models import FailedSignIn, OpenSession, Person, Post, RecoveryCode, SecondFactor
from caicach.core import clock, seal
from caicach.core.clock import noon
from caicach.rules.refusal import Refusal
from tests.factories import rooms
from tests.rooms.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def now(monkeypatch):
    """The machine's moment, which the tests turn forward: now.turn(30)."""

    class Moment:
        at = dt.datetime(2026, 11, 23, 5, 0, 10, tzinfo=dt.UTC)

        def turn(self, seconds):
            self.at += dt.timedelta(seconds=seconds)

    moment = Moment()
    monkeypatch.setattr(clock, "machine", lambda: moment.at)
    return moment


def step_one(name="lan", password=PASSWORD, **other):
    client = Client()
    return client, client.post("/dang-nhap/", {"user_name": name, "password": password, **other})


def secret_on(page):
    return re.search(r'class="typed">([A-Z2-7 ]+)<', page.content.decode())[1].replace(" ", "")


def set_up(client, now):
    """Switched on as a person does it; the phone, and the recovery codes."""
    phone = pyotp.TOTP(secret_on(client.get("/toi/hai-lop/")))
    answer = client.post("/toi/hai-lop/", {"code": phone.at(now.at)})
    assert answer.status_code == 303 and answer.url == "/toi/hai-lop/ma-du-phong/"
    page = client.get(answer.url).content.decode()
    now.turn(60)
    return phone, re.findall(r'<li class="typed">([^<]+)</li>', page)


@pytest.fixture
def phone_and_codes(lan, now):
    client, _ = step_one()
    return set_up(client, now)


@pytest.fixture
def phone(phone_and_codes):
    return phone_and_codes[0]


def test_switched_on_with_a_first_code_and_ten_recovery_codes_shown_once(lan, now):
    client, _ = step_one()
    other, _ = step_one()
    page = client.get("/toi/hai-lop/")
    assert "<svg" in page.content.decode() and "style=" not in page.content.decode()
    assert secret_on(client.get("/toi/hai-lop/")) == secret_on(page), "the same until it is proved"
    wrong = client.post("/toi/hai-lop/", {"code": "000000"})
    assert wrong.status_code == 422 and "Mã chưa đúng" in wrong.content.decode() and not second.is_on(lan.pk)
    _, codes = set_up(client, now)
    assert len(set(codes)) == 10 and all(re.fullmatch(r"[a-z2-9]{5}-[a-z2-9]{5}", code) for code in codes)
    assert client.get("/toi/hai-lop/ma-du-phong/").url == "/toi/hai-lop/", "shown once"
    assert other.get("/viec-cua-toi/").status_code == 302, "other places sign in again, with a code"
    assert client.get("/viec-cua-toi/").status_code == 200 and rooms.events("account.second-on") == 1
    assert "còn 10 mã dự phòng" in client.get("/toi/").content.decode()


def test_the_phone_is_told_issuer_and_name_and_its_code_is_pyotps(lan):
    secret = second.secret_of("nonce", lan)
    address = urlsplit(second.address_of(secret, lan))
    asked = parse_qs(address.query)
    assert address.scheme == "otpauth" and asked["secret"] == [secret] and asked["issuer"] == ["Cải Cách"]
    assert second.secret_of("khac", lan) != secret
    picture = second.qr_svg(second.address_of(secret, lan))
    assert re.match(r'<svg viewBox="0 0 (\d+) \1"', picture), "whole at any size"


def test_the_secret_is_sealed_for_its_row_and_recovery_codes_are_hashes(lan, phone_and_codes, settings, ward):
    phone, codes = phone_and_codes
    row = SecondFactor.objects.get()
    assert phone.secret not in row.sealed
    assert seal.unseal(row.sealed, row=f"accounts.secondfactor:{lan.pk}").decode() == phone.secret
    with pytest.raises(seal.Unopenable):
        seal.unseal(row.sealed, row="accounts.secondfactor:999")
    kept = "".join(RecoveryCode.objects.values_list("code_hash", flat=True))
    assert all(code.replace("-", "") not in kept for code in codes) and second.unopenable_count() == 0
    settings.SECRET_KEY = "mot khoa khac"
    assert second.unopenable_count() == 1
    with pytest.raises(seal.Unopenable):
        seal.unseal(row.sealed, row=f"accounts.secondfactor:{lan.pk}")
    client, _ = step_one()
    said = client.post("/dang-nhap/ma/", {"code": "123456"})
    assert said.status_code == 422 and "Khóa của máy chủ đã đổi" in said.content.decode()


def test_between_password_and_code_nothing_is_open(lan, phone, now):
    client, answer = step_one(tiep="/ke-hoach/")
    assert answer.status_code == 303 and answer.url == "/dang-nhap/ma/"
    assert client.get("/ke-hoach/").status_code == 302 and client.get("/toi/").status_code == 302
    assert rooms.events("account.signed-in") == 1, "the one before it was switched on"
    answer = client.post("/dang-nhap/ma/", {"code": phone.at(now.at)})
    assert answer.status_code == 303 and answer.url == "/ke-hoach/"
    assert client.get("/ke-hoach/").status_code == 200
    assert "mật khẩu và mã hai lớp" in client.get("/toi/").content.decode()


@pytest.mark.parametrize("how", ["everywhere else", "password"])
def test_whoever_is_half_signed_in_begins_again_once_all_sessions_were_ended(lan, phone, now, how):
    half, answer = step_one()
    assert answer.url == "/dang-nhap/ma/"
    own, _ = step_one()
    own.post("/dang-nhap/ma/", {"code": phone.at(now.at)})
    now.turn(30)
    if how == "password":
        new = "con trâu đi trước"
        own.post("/toi/mat-khau/", {"old": PASSWORD, "new": new, "again": new})
    else:
        own.post("/toi/phien/", {"phien": "khac"})
    answer = half.post("/dang-nhap/ma/", {"code": phone.at(now.at)}, follow=True)
    assert answer.redirect_chain == [("/dang-nhap/", 303)]
    assert half.get("/viec-cua-toi/").status_code == 302 and own.get("/viec-cua-toi/").status_code == 200


def test_a_code_is_taken_once_and_an_older_one_never(lan, phone, now):
    code = phone.at(now.at)
    first, _ = step_one()
    assert first.post("/dang-nhap/ma/", {"code": code}).status_code == 303
    again, _ = step_one()
    answer = again.post("/dang-nhap/ma/", {"code": code})
    assert answer.status_code == 422 and "đã dùng rồi" in answer.content.decode()
    older = again.post("/dang-nhap/ma/", {"code": phone.at(now.at - dt.timedelta(seconds=30))})
    assert older.status_code == 422
    now.turn(30)
    assert (
        again.post("/dang-nhap/ma/", {"code": f"{phone.at(now.at)[:3]} {phone.at(now.at)[3:]}"}).status_code
        == 303
    )


@pytest.mark.parametrize(("seconds", "is_taken"), [(-30, True), (30, True), (-90, False), (90, False)])
def test_a_phone_may_go_half_a_minute_wrong(lan, phone, now, seconds, is_taken):
    client, _ = step_one()
    now.turn(120)
    answer = client.post("/dang-nhap/ma/", {"code": phone.at(now.at + dt.timedelta(seconds=seconds))})
    assert (answer.status_code == 303) == is_taken


def test_wrong_codes_rest_like_wrong_passwords_and_stand_in_the_record(lan, phone, now, settings):
    for _ in range(settings.SIGN_IN_TRIES):
        client, answer = step_one()
        assert answer.status_code == 303, "the password itself does not rest, nor does it forget wrong codes"
        assert client.post("/dang-nhap/ma/", {"code": "000000"}).status_code == 422
    answer = client.post("/dang-nhap/ma/", {"code": phone.at(now.at)})
    assert answer.status_code == 422 and "Hãy đợi 10 phút" in answer.content.decode()
    assert FailedSignIn.objects.filter(person=lan, way="code").count() == settings.SIGN_IN_TRIES
    assert rooms.events("account.rests") == 1 and client.get("/toi/").status_code == 302


def test_the_name_that_counts_codes_cannot_be_typed(lan, settings):
    for _ in range(settings.SIGN_IN_TRIES):
        step_one(second.tries_key(lan), "sai")
    services.check_rest(second.tries_key(lan), clock.now())


def test_half_signed_in_lasts_minutes_and_ends_with_the_password(lan, phone, now, settings):
    client, _ = step_one()
    now.turn(settings.HALF_SIGNED_IN_MINUTES * 60 + 1)
    answer = client.post("/dang-nhap/ma/", {"code": phone.at(now.at)})
    assert answer.status_code == 303 and answer.url == "/dang-nhap/"
    assert "quá lâu" in client.get("/dang-nhap/").content.decode()
    client, _ = step_one()
    person = Person.objects.get(pk=lan.pk)
    person.set_password("mot mat khau khac")
    person.save()
    assert client.post("/dang-nhap/ma/", {"code": phone.at(now.at)}).url == "/dang-nhap/"
    assert Client().get("/dang-nhap/ma/").url == "/dang-nhap/", "nobody is awaited"


def test_the_half_signed_in_get_a_new_session_key(lan, phone):
    client = Client()
    client.get("/dang-nhap/")
    session = client.session
    session["x"] = 1
    session.save()
    before = session.session_key
    client.cookies["phien"] = before
    client.post("/dang-nhap/", {"user_name": "lan", "password": PASSWORD})
    assert client.cookies["phien"].value != before


def test_a_recovery_code_opens_once(lan, phone_and_codes, now):
    _, codes = phone_and_codes
    client, _ = step_one()
    assert "Mã dự phòng" in client.get("/dang-nhap/ma/?du-phong").content.decode()
    assert client.post("/dang-nhap/ma/?du-phong", {"code": codes[3].upper()}).status_code == 303
    page = client.get("/toi/").content.decode()
    assert "mật khẩu và mã dự phòng" in page and "còn 9 mã dự phòng" in page
    again, _ = step_one()
    answer = again.post("/dang-nhap/ma/?du-phong", {"code": codes[3]})
    assert answer.status_code == 422 and "mã dự phòng chưa dùng" in answer.content.decode()
    assert again.post("/dang-nhap/ma/", {"code": codes[4].replace("-", " ")}).status_code == 303
    assert rooms.events("account.recovery-used") == 2


def sign_in_with(phone, now):
    client, _ = step_one()
    now.turn(60)
    assert client.post("/dang-nhap/ma/", {"code": phone.at(now.at)}).status_code == 303
    return client


def test_new_recovery_codes_end_the_old_ones(lan, phone_and_codes, now):
    phone, old = phone_and_codes
    client = sign_in_with(phone, now)
    wrong = client.post("/toi/hai-lop/ma-moi/", {"password": "sai"})
    assert wrong.status_code == 422 and "đang dùng chưa đúng" in wrong.content.decode()
    answer = client.post("/toi/hai-lop/ma-moi/", {"password": PASSWORD})
    new = re.findall(r'<li class="typed">([^<]+)</li>', client.get(answer.url).content.decode())
    assert len(new) == 10 and not set(new) & set(old) and rooms.events("account.recovery-renewed") == 1
    again, _ = step_one()
    assert again.post("/dang-nhap/ma/", {"code": old[0]}).status_code == 422
    assert again.post("/dang-nhap/ma/", {"code": new[0]}).status_code == 303


def test_switching_off_asks_for_the_password(lan, phone, now):
    client = sign_in_with(phone, now)
    wrong = client.post("/toi/hai-lop/tat/", {"password": "sai"})
    assert wrong.status_code == 422 and second.is_on(lan.pk)
    assert client.post("/toi/hai-lop/tat/", {"password": PASSWORD}).status_code == 303
    assert not RecoveryCode.objects.exists() and rooms.events("account.second-off") == 1
    again = client.post("/toi/hai-lop/tat/", {"password": PASSWORD})
    assert again.status_code == 422 and "đang tắt" in again.content.decode()
    _, answer = step_one()
    assert answer.url == "/"


def test_set_up_twice_at_once_is_once(lan, phone, now):
    with pytest.raises(Refusal) as refusal:
        second.switch_on(
            lan, nonce="x", code="1", key=None, at=noon(rooms.TODAY), moment=now.at, address=None
        )
    assert refusal.value.code == "second.on-already"
    SecondFactor.objects.all().delete()
    for call in (
        lambda: second.prove(lan, "123456", at=noon(rooms.TODAY), moment=now.at, address=None),
        lambda: second.renew(lan, nonce="x", at=noon(rooms.TODAY), address=None),
    ):
        with pytest.raises(Refusal) as refusal:
            call()
        assert refusal.value.code in ("second.stale", "second.off-already")


# --- the administrator ----------------------------------------------------------------------------------------


@pytest.fixture
def admin(ward):
    client = Client()
    client.force_login(rooms.make_person(ward, "administrator", name="Phạm Quản Trị", user_name="quan"))
    return client


def test_an_administrator_resets_it_and_the_person_hears(admin, lan, phone, now):
    there = sign_in_with(phone, now)
    assert "Mã hai lớp: bật từ" in admin.get(f"/nguoi/{lan.handle}/").content.decode()
    assert admin.post(f"/nguoi/{lan.handle}/dat-lai/").status_code == 303
    assert there.get("/toi/").status_code == 302 and not OpenSession.objects.filter(person=lan).exists()
    client, answer = step_one()
    page = client.get(answer.url, follow=True).content.decode()
    assert "đã đặt lại cách đăng nhập" in page and rooms.events("account.ways-reset") == 1
    again = admin.post(f"/nguoi/{lan.handle}/dat-lai/")
    assert again.status_code == 422 and "không có gì để đặt lại" in again.content.decode()


def test_whose_it_is_not_to_reset(ward, admin, lan, phone):
    boss = Person.objects.get(user_name="quan")
    assert admin.post(f"/nguoi/{boss.handle}/dat-lai/").status_code == 422
    Post.objects.create(person=lan, ward=rooms.make_ward("Phường Khác"), role="viewer")
    assert "phường khác" in admin.post(f"/nguoi/{lan.handle}/dat-lai/").content.decode()
    assert second.is_on(lan.pk)
    Post.objects.filter(person=lan).update(until=rooms.TODAY - dt.timedelta(days=1))
    with pytest.raises(Refusal) as refusal:
        people.reset_ways(lan, ward=ward.pk, by=boss.pk, at=noon(rooms.TODAY))
    assert refusal.value.code == "account.no-post"


def test_the_last_administrator_resets_it_at_the_machine(lan, phone, capsys):
    call_command("reset_sign_in", "LAN")
    assert "chỉ còn đăng nhập bằng mật khẩu" in capsys.readouterr().out and not second.is_on(lan.pk)
    for name in ("lan", "ai-do"):
        with pytest.raises(CommandError):
            call_command("reset_sign_in", name)


def test_a_role_that_needs_it_is_led_there_before_anything_else(ward, now, settings):
    settings.SECOND_FACTOR_ROLES = ["administrator"]
    rooms.make_person(ward, "administrator", user_name="quan", password=PASSWORD)
    client, answer = step_one("quan")
    assert client.get("/nguoi/").url == "/toi/hai-lop/" and client.get("/nguoi/").status_code == 303
    assert "Chức vụ của anh/chị cần mã hai lớp" in client.get("/toi/hai-lop/").content.decode()
    phone, _ = set_up(client, now)
    assert client.get("/nguoi/").status_code == 200
    assert client.post("/toi/hai-lop/tat/", {"password": PASSWORD}).status_code == 422, (
        "not while it is needed"
    )
    again, answer = step_one("quan")
    assert answer.url == "/dang-nhap/ma/" and again.get("/nguoi/").status_code == 302
    assert again.post("/dang-nhap/ma/", {"code": phone.at(now.at)}).status_code == 303
    assert again.get("/nguoi/").status_code == 200
    rooms.make_person(ward, "viewer", user_name="xem", password=PASSWORD)
    viewer, _ = step_one("xem")
    assert viewer.get("/ke-hoach/").status_code == 200, "other roles go on as before"


def test_the_check_says_what_is_not_right(lan, phone, settings):
    from caicach.conf.check import _second_factor

    assert list(_second_factor()) == [
        (False, "Mã hai lớp: không bắt buộc với ai. Nên đặt CAICACH_SECOND_FACTOR=administrator,system")
    ]
    settings.SECOND_FACTOR_ROLES = ["administrator", "admin"]
    settings.SECRET_KEY = "mot khoa khac"
    (is_wrong, words), need, (is_lost, lost) = _second_factor()
    assert (
        is_wrong and "vai không có: admin." in words and need == (False, "Mã hai lớp bắt buộc với: Quản trị.")
    )
    assert is_lost and lost.startswith("1 người")
