"""The record of sign-ins: one's own, the ward's; sessions that an administrator ends; who hears of it."""

import datetime as dt

import pytest
from django.test import Client

from caicach.accounts import people, queries, services
from caicach.accounts.models import FailedSignIn, OpenSession, Post
from caicach.core.clock import noon
from caicach.exchange.models import Letter
from caicach.rules.refusal import Refusal
from tests.factories import rooms
from tests.rooms.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client, ward):
    client.force_login(rooms.make_person(ward, "administrator", name="Phạm Quản Trị"))
    return client


def sign_in(password=PASSWORD, name="lan"):
    client = Client()
    return client, client.post("/dang-nhap/", {"user_name": name, "password": password})


def test_my_record_tells_how_and_what_went_wrong(lan):
    sign_in("sai")
    here, answer = sign_in()
    assert answer.status_code == 303
    page = here.get("/toi/").content.decode()
    assert "mật khẩu · 127.0.0.1" in page and page.count("Sai mật khẩu") == 1


def test_a_wrong_old_password_stands_in_the_record(lan):
    here, _ = sign_in()
    here.post("/toi/mat-khau/", {"old": "sai", "new": "con trâu đi trước", "again": "con trâu đi trước"})
    assert "Sai mật khẩu" in here.get("/toi/").content.decode()


def test_tries_with_a_name_that_nobody_has_go_soon_and_others_after_a_year(lan, settings):
    sign_in("sai", "ai-do")
    sign_in("sai")
    assert FailedSignIn.objects.count() == 2
    settings.TODAY = rooms.TODAY + dt.timedelta(days=1)
    sign_in("sai")
    assert FailedSignIn.objects.filter(person=lan).count() == FailedSignIn.objects.count() == 2
    settings.TODAY = rooms.TODAY + dt.timedelta(days=settings.SIGN_IN_KEPT_DAYS)
    sign_in("sai", "ai-do")
    assert FailedSignIn.objects.filter(person=lan).count() == 1


def test_an_administrator_sees_the_wards_sign_ins_and_no_other_wards(admin, lan):
    other = rooms.make_ward("Phường Khác")
    rooms.make_person(other, "officer", name="Người Phường Khác", user_name="khac", password=PASSWORD)
    for name in ("lan", "khac"):
        sign_in("sai", name)
        sign_in(PASSWORD, name)
    page = admin.get("/nguoi/dang-nhap/").content.decode()
    assert page.count("nguoi/" + lan.handle) == 2 and "Người Phường Khác" not in page
    assert "Sai mật khẩu" in page and ">mật khẩu<" in page
    wrong = admin.get(f"/nguoi/dang-nhap/?nguoi={lan.handle}&sai=1").content.decode()
    assert "Sai mật khẩu" in wrong and ">mật khẩu<" not in wrong
    assert "Không có lần nào như vậy" in admin.get("/nguoi/dang-nhap/?nguoi=khong-co").content.decode()


def test_tries_of_somebody_who_left_for_another_ward_are_not_ours(ward, lan):
    Post.objects.filter(person=lan).update(until=rooms.TODAY - dt.timedelta(days=1))
    FailedSignIn.objects.create(person=lan, at=noon(rooms.TODAY), way="password")
    assert queries.ward_sign_ins(ward.pk, on=rooms.TODAY).total == 0


def test_the_wards_record_has_pages_and_asks_the_same_for_many(
    admin, ward, lan, django_assert_max_num_queries
):
    at = noon(rooms.TODAY)
    for minute in range(60):
        services.let_in(lan, ways=["password"], at=at + dt.timedelta(minutes=minute), address="10.0.0.7")
        FailedSignIn.objects.create(
            person=lan, at=at + dt.timedelta(minutes=minute, seconds=30), way="password"
        )
    with django_assert_max_num_queries(5):
        first = queries.ward_sign_ins(ward.pk, on=rooms.TODAY)
    last = queries.ward_sign_ins(ward.pk, on=rooms.TODAY, page=99)
    assert (first.total, first.pages, len(first.rows), last.page, len(last.rows)) == (120, 3, 50, 3, 20)
    assert first.rows[0].is_wrong and first.rows[0].at > first.rows[1].at > last.rows[-1].at
    assert "Trang 2 trên 3" in admin.get("/nguoi/dang-nhap/?trang=2").content.decode()


def test_an_administrator_ends_a_persons_sessions_who_hears_of_it(admin, ward, lan, settings):
    settings.MAIL_URL = "smtp://127.0.0.1:1"
    lan.email = "lan@phuong.example"
    lan.save()
    there, _ = sign_in()
    assert "Đang đăng nhập ở 1 nơi" in admin.get(f"/nguoi/{lan.handle}/").content.decode()
    assert admin.post(f"/nguoi/{lan.handle}/dang-xuat/").status_code == 303
    assert (
        there.get("/viec-cua-toi/").status_code == 302 and not OpenSession.objects.filter(person=lan).exists()
    )
    assert "đăng xuất tài khoản" in Letter.objects.get().text and rooms.events("account.sessions-ended") == 1
    again, answer = sign_in()
    assert "đã đăng xuất tài khoản của anh/chị" in again.get(answer.url, follow=True).content.decode()
    once_more, answer = sign_in()
    assert "đã đăng xuất tài khoản" not in once_more.get(answer.url, follow=True).content.decode(), (
        "heard once"
    )


def test_nobody_ends_sessions_that_are_not_theirs_to_end(ward, lan):
    boss = rooms.make_person(ward, "administrator")

    def end(person=lan, by=boss.pk):
        people.sign_out(person, ward=ward.pk, by=by, at=noon(rooms.TODAY))

    with pytest.raises(Refusal) as refusal:
        end(boss)
    assert refusal.value.code == "account.own-page"
    Post.objects.create(person=lan, ward=rooms.make_ward("Phường Khác"), role="viewer")
    with pytest.raises(Refusal) as refusal:
        end()
    assert refusal.value.code == "account.elsewhere"
    Post.objects.filter(person=lan).update(until=rooms.TODAY - dt.timedelta(days=1))
    with pytest.raises(Refusal) as refusal:
        end()
    assert refusal.value.code == "account.no-post"
