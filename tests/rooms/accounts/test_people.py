"""People administered: admitting with a slip, posts over time, leaving, and who may not be ended."""

import datetime as dt
import re

import pytest

from caicach.accounts import people, queries, services
from caicach.accounts.models import OpenSession, Person, Post
from caicach.core.clock import noon
from caicach.rules.refusal import Refusal
from tests.factories import rooms

pytestmark = pytest.mark.django_db
TODAY = rooms.TODAY
DAY = dt.timedelta(days=1)


@pytest.fixture
def administrator(ward):
    return rooms.make_person(ward, "administrator", name="Phạm Quản Trị", user_name="quan")


@pytest.fixture
def admin(client, administrator):
    client.force_login(administrator)
    return client


@pytest.fixture
def khang(ward):
    return rooms.make_person(
        ward, "officer", office="Văn phòng HĐND và UBND", name="Trần Minh Khang", user_name="khang", password="mat-khau-cu-9"
    )  # fmt: skip


def office(ward, name="Phòng Văn hóa – Xã hội"):
    return ward.offices.get(name=name)


def new(ward, **other):
    return {
        "full_name": "Đỗ  Thị Nhàn", "user_name": "Nhan.DT", "role": "officer", "office": office(ward).pk,
        "title": "Công chức văn hóa", "since": "", "email": "", "phone": "", **other,
    }  # fmt: skip


def slip(page):
    return re.findall(r'class="typed">([^<]+)<', page)


def test_a_new_person_gets_a_slip_once_and_a_password_of_their_own(admin, ward, client):
    answer = admin.post("/nguoi/them/", new(ward))
    assert answer.status_code == 303 and answer.url == "/nguoi/phieu/"
    page = admin.get("/nguoi/phieu/").content.decode()
    name, password = slip(page)
    assert name == "nhan.dt" and re.fullmatch(r"[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}", password)
    assert "chỉ hiện một lần" in admin.get("/nguoi/phieu/").content.decode(), "shown once"
    admin.post("/dang-xuat/")
    assert client.post("/dang-nhap/", {"user_name": name, "password": password}).status_code == 303
    assert client.get("/viec-cua-toi/").url == "/toi/mat-khau/", "nothing before a password of one's own"
    assert client.get("/ke-hoach/").status_code == 303
    own = {"new": "con trâu đi trước", "again": "con trâu đi trước"}
    assert client.post("/toi/mat-khau/", own).status_code == 303
    page = client.get("/viec-cua-toi/")
    assert page.status_code == 200 and "Chào Đỗ Thị Nhàn." in page.content.decode()
    assert "Những nơi khác" not in page.content.decode(), "there are none"
    assert rooms.events("person.admitted") == rooms.events("account.password-changed") == 1
    assert Person.objects.get(user_name="nhan.dt").full_name == "Đỗ Thị Nhàn"


def test_a_first_password_left_unused_expires(client, ward, settings):
    person = rooms.make_person(ward, "officer", user_name="cu", password="abcd-efgh-jkmn")
    person.first_password_at = noon(TODAY - dt.timedelta(days=settings.FIRST_PASSWORD_DAYS + 1))
    person.save()
    answer = client.post("/dang-nhap/", {"user_name": "cu", "password": "abcd-efgh-jkmn"})
    assert answer.status_code == 422 and "quá 14 ngày" in answer.content.decode()


def test_adding_twice_makes_one_person(admin, ward):
    admin.post("/nguoi/them/", new(ward))
    answer = admin.post("/nguoi/them/", new(ward))
    page = answer.content.decode()
    assert answer.status_code == 422 and "nhan.dt đã có người dùng" in page and "Công chức văn hóa" in page
    assert Person.objects.filter(user_name="nhan.dt").count() == 1


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("full_name", "", "Hãy ghi họ và tên"), ("user_name", "Có dấu", "chữ thường không dấu"),
        ("user_name", "a", "từ 3 đến 60"), ("role", "system", "Hãy chọn vai trò"),
        ("office", "", "Hãy chọn đơn vị"), ("since", "31/02/2026", "Ghi ngày như"),
        ("email", "không phải thư", "Địa chỉ thư chưa đúng"), ("phone", "gọi tôi", "chỉ gồm chữ số"),
    ],
)  # fmt: skip
def test_what_cannot_be_added_is_said_at_its_field(admin, ward, field, value, words):
    answer = admin.post("/nguoi/them/", new(ward, **{field: value}))
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not Person.objects.filter(full_name__startswith="Đỗ").exists()


def test_another_wards_office_cannot_be_given(admin, ward):
    other = rooms.make_ward("Phường Khác")
    answer = admin.post("/nguoi/them/", new(ward, office=office(other).pk))
    assert answer.status_code == 422 and "không còn" in answer.content.decode()


def test_the_list_is_searched_without_accents_and_by_office(admin, ward, khang):
    rooms.make_person(ward, "officer", office="Phòng Văn hóa – Xã hội", name="Lê Ánh")
    page = admin.get("/nguoi/?tim=minh+khang").content.decode()
    assert "Trần Minh Khang" in page and "Lê Ánh" not in page
    page = admin.get(f"/nguoi/?don_vi={office(ward).pk}").content.decode()
    assert "Lê Ánh" in page and "Trần Minh Khang" not in page
    assert "Không thấy ai" in admin.get("/nguoi/?tim=xyz").content.decode()


def test_the_list_asks_as_often_for_many_as_for_few(ward, khang, django_assert_num_queries):
    for n in range(30):
        rooms.make_person(ward, "officer", office="Phòng Văn hóa – Xã hội", name=f"Người {n}")
    with django_assert_num_queries(2):
        assert queries.people_page(ward.pk, on=TODAY).total == 31


def test_a_post_that_changes_leaves_the_old_one_in_the_past(ward, khang, administrator):
    post = khang.posts.get()
    people.change_post(
        post, role="head", office=office(ward), title="Trưởng phòng", since=TODAY + 5 * DAY, by=administrator.pk,
        at=noon(TODAY), today=TODAY,
    )  # fmt: skip
    assert queries.actor_of(khang.pk, on=TODAY + 4 * DAY).role == "officer"
    later = queries.actor_of(khang.pk, on=TODAY + 5 * DAY)
    assert (later.role, later.office, later.title) == ("head", "VH–XH", "Trưởng phòng")
    assert [p.title for p in queries.person_page(ward.pk, khang, on=TODAY + 6 * DAY).past_posts] == [""]


def test_a_slip_of_the_pen_on_the_first_day_is_put_right_in_its_place(ward, administrator, khang):
    post = people.give_post(
        khang, ward=ward.pk, role="viewer", office=None, since=TODAY, by=administrator.pk, at=noon(TODAY), today=TODAY
    )  # fmt: skip
    people.change_post(
        post, role="leader", office=None, title="", since=TODAY, by=administrator.pk, at=noon(TODAY), today=TODAY
    )  # fmt: skip
    assert [p.role for p in khang.posts.order_by("id")] == ["officer", "leader"]


def test_the_same_post_is_not_given_twice(admin, ward, khang):
    form = {"role": "head", "office": office(ward).pk, "title": "", "since": ""}
    assert admin.post(f"/nguoi/{khang.handle}/giao/", form).status_code == 303
    answer = admin.post(f"/nguoi/{khang.handle}/giao/", form)
    assert answer.status_code == 422 and "đang giữ đúng chức vụ" in answer.content.decode()


def test_several_posts_are_worn_one_at_a_time(client, ward, khang):
    second = rooms.make_ward("Phường Hai")
    other = Post.objects.create(person=khang, ward=second, role="leader")
    client.force_login(khang)
    page = client.get("/viec-cua-toi/").content.decode()
    assert "Đổi vai" in page and "Phường Hai" in client.get("/toi/").content.decode()
    assert client.post("/toi/doi-vai/", {"chuc_vu": other.pk}).status_code == 303
    assert "Phường Hai" in client.get("/ke-hoach/").content.decode()
    stranger = rooms.make_person(ward, "coordinator").posts.get()
    assert client.post("/toi/doi-vai/", {"chuc_vu": stranger.pk}).status_code == 404
    assert "Phường Hai" in client.get("/ke-hoach/").content.decode()


def test_a_worn_post_that_ends_falls_back_on_one_that_is_held(ward, khang):
    post = Post.objects.create(person=khang, ward=ward, role="leader", until=TODAY)
    assert queries.actor_of(khang.pk, on=TODAY, worn=post.pk).role == "leader"
    assert queries.actor_of(khang.pk, on=TODAY + DAY, worn=post.pk).role == "officer"


def test_who_leaves_is_out_at_once_and_nothing_is_deleted(admin, client, ward, khang):
    from django.test import Client

    theirs = Client()
    assert theirs.post("/dang-nhap/", {"user_name": "khang", "password": "mat-khau-cu-9"}).status_code == 303
    answer = admin.post(f"/nguoi/{khang.handle}/nghi/", {"since": "23/11/2026"})
    assert answer.status_code == 303
    assert theirs.get("/viec-cua-toi/").status_code == 302
    again = theirs.post("/dang-nhap/", {"user_name": "khang", "password": "mat-khau-cu-9"})
    assert again.status_code == 422 and not OpenSession.objects.filter(person=khang).exists()
    assert khang.posts.get().until == TODAY - DAY and Person.objects.filter(pk=khang.pk).exists()
    assert "Trần Minh Khang" in admin.get("/nguoi/?da_nghi=1").content.decode()
    assert "Trần Minh Khang" not in admin.get("/nguoi/").content.decode()
    assert admin.post(f"/nguoi/{khang.handle}/nghi/", {"since": "23/11/2026"}).status_code == 422


def test_who_comes_back_gets_a_post_and_a_slip(admin, ward, khang, client):
    admin.post(f"/nguoi/{khang.handle}/nghi/", {"since": "23/11/2026"})
    form = {"role": "officer", "office": office(ward).pk, "title": "", "since": ""}
    assert admin.post(f"/nguoi/{khang.handle}/giao/", form).status_code == 303
    assert admin.post(f"/nguoi/{khang.handle}/mat-khau/").url == "/nguoi/phieu/"
    _, password = slip(admin.get("/nguoi/phieu/").content.decode())
    admin.post("/dang-xuat/")
    assert client.post("/dang-nhap/", {"user_name": "khang", "password": password}).status_code == 303


def test_leaving_on_a_day_to_come_lets_work_until_then(ward, khang, administrator):
    people.leave(khang, ward=ward.pk, since=TODAY + 3 * DAY, by=administrator.pk, at=noon(TODAY), today=TODAY)
    assert queries.actor_of(khang.pk, on=TODAY + 2 * DAY)
    assert queries.actor_of(khang.pk, on=TODAY + 3 * DAY) is None


def refused(code, verb, *args, **kwargs):
    with pytest.raises(Refusal) as refusal:
        verb(*args, **kwargs)
    assert refusal.value.code == code and str(refusal.value)


def test_the_last_administrator_stays(admin, ward, administrator):
    by = {"by": 0, "at": noon(TODAY), "today": TODAY}
    post = administrator.posts.get()
    refused("post.last-administrator", people.end_post, post, since=TODAY, **by)
    refused("post.last-administrator", people.end_post, post, since=TODAY + DAY, **by)
    refused("post.last-administrator", people.leave, administrator, ward=ward.pk, since=TODAY, **by)
    refused(
        "post.last-administrator", people.change_post, post, role="viewer", office=None, title="", since=TODAY, **by
    )  # fmt: skip
    answer = admin.post(f"/nguoi/{administrator.handle}/thoi/", {"chuc_vu": post.pk, "since": "23/11/2026"})
    assert answer.status_code == 422 and "quản trị cuối cùng" in answer.content.decode()


@pytest.mark.parametrize("other", ["elsewhere", "ends", "left"])
def test_another_administrator_must_really_be_there(ward, administrator, other):
    second = rooms.make_person(rooms.make_ward("Khác") if other == "elsewhere" else ward, "administrator")
    if other == "ends":
        second.posts.update(until=TODAY + 9 * DAY)
    if other == "left":
        second.is_active = False
        second.save()
    post, by = administrator.posts.get(), {"by": None, "at": noon(TODAY), "today": TODAY}
    refused("post.last-administrator", people.end_post, post, since=TODAY, **by)
    third = rooms.make_person(ward, "administrator")
    people.end_post(post, since=TODAY, by=third.pk, at=noon(TODAY), today=TODAY)


def test_who_holds_posts_elsewhere_is_nobodys_alone(admin, ward, khang):
    Post.objects.create(person=khang, ward=rooms.make_ward("Hai"), role="administrator")
    answer = admin.post(f"/nguoi/{khang.handle}/mat-khau/")
    assert answer.status_code == 422 and "phường khác" in answer.content.decode()
    form = {"full_name": "Đổi Tên", "user_name": "khang", "email": "", "phone": ""}
    assert admin.post(f"/nguoi/{khang.handle}/sua/", form).status_code == 422
    khang.refresh_from_db()
    assert khang.full_name == "Trần Minh Khang" and khang.first_password_at is None


def test_another_wards_people_are_not_there(admin, ward):
    stranger = rooms.make_person(rooms.make_ward("Hai"), "officer")
    assert admin.get(f"/nguoi/{stranger.handle}/").status_code == 404
    for verb in ("sua", "giao", "doi", "thoi", "nghi", "mat-khau"):
        assert admin.post(f"/nguoi/{stranger.handle}/{verb}/", {"since": "23/11/2026"}).status_code == 404, (
            verb
        )


def test_the_journal_of_an_edit_keeps_no_address_and_no_number(admin, ward, khang):
    from caicach.history.models import Event

    form = {"full_name": "Trần Khang", "user_name": "khang", "email": "k@example.vn", "phone": "0900 000 000"}
    assert admin.post(f"/nguoi/{khang.handle}/sua/", form).status_code == 303
    event = Event.objects.get(code="person.edited")
    assert event.facts == {
        "changed": {"full_name": ["Trần Minh Khang", "Trần Khang"]},
        "reach": ["email", "phone"],
    }


def test_a_new_password_ends_the_sessions_and_a_rest(admin, ward, khang, settings, client):
    from django.test import Client

    theirs = Client()
    theirs.post("/dang-nhap/", {"user_name": "khang", "password": "mat-khau-cu-9"})
    for _ in range(settings.SIGN_IN_TRIES):
        Client().post("/dang-nhap/", {"user_name": "khang", "password": "sai"})
    admin.post(f"/nguoi/{khang.handle}/mat-khau/")
    assert theirs.get("/viec-cua-toi/").status_code == 302
    _, password = slip(admin.get("/nguoi/phieu/").content.decode())
    assert Client().post("/dang-nhap/", {"user_name": "khang", "password": password}).status_code == 303


def test_slips_follow_from_the_nonce_and_the_servers_key(settings):
    one = services.first_password("nonce", "khang")
    assert one == services.first_password("nonce", "khang") != services.first_password("nonce", "khang2")
    settings.SECRET_KEY = "another"
    assert services.first_password("nonce", "khang") != one


def test_no_password_lies_in_the_session(admin, ward):
    from django.contrib.sessions.models import Session

    admin.post("/nguoi/them/", new(ward))
    kept = [row.get_decoded() for row in Session.objects.all()]
    _, password = slip(admin.get("/nguoi/phieu/").content.decode())
    assert password not in str(kept)


def test_user_names_are_proposed(ward):
    assert people.propose_user_name("Trần Minh Khang", set()) == "khang.tm"
    assert people.propose_user_name("Trần Minh Khang", {"khang.tm", "khang.tm2"}) == "khang.tm3"
    assert people.propose_user_name("Ý", set()) == "y.cb" and people.propose_user_name("…", set()) == ""


def test_without_a_user_name_one_is_made_from_the_name(admin, ward):
    office = ward.offices.get(short_name="VH–XH").pk
    sent = {"full_name": "Đỗ Thị Nhàn", "user_name": "", "role": "officer", "office": office}
    assert admin.post("/nguoi/them/", sent).status_code == 303
    assert Person.objects.get(full_name="Đỗ Thị Nhàn").user_name == "nhan.dt"
