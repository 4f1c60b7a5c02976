"""What an attack on signing in found, one test each."""

import pytest

from caicach.accounts import people
from caicach.accounts.models import Person, TiedAccount
from caicach.core import clock
from caicach.rules.refusal import Refusal
from tests.factories import rooms

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(ward, client):
    client.force_login(rooms.make_person(ward, "administrator", user_name="quan"))
    return client


def test_where_two_things_are_needed_a_password_adds_none_beside_the_provinces_account(
    ward, client, settings
):
    settings.SECOND_FACTOR_ROLES, settings.OIDC_ISSUER = ("coordinator",), "https://dn.vidu.example"
    owner = rooms.make_person(ward, "coordinator", user_name="hanh", password="mat-khau-cu-9")
    TiedAccount.objects.create(
        person=owner,
        issuer=settings.OIDC_ISSUER,
        subject="s1",
        tied_at=clock.now(),
        label="hanh@vidu.example",
    )
    client.post("/dang-nhap/", {"user_name": "hanh", "password": "mat-khau-cu-9"})
    page = client.get("/toi/hai-lop/").content.decode()
    assert "Hãy đăng nhập bằng cách thứ hai" in page and "Gõ khóa này" not in page
    assert client.get("/ke-hoach/").status_code == 302 or client.get("/ke-hoach/").status_code == 303


@pytest.mark.parametrize(
    "credential", ['{"id":"\\ud800","response":{}}', "[" * 50_000, '{"id":"ổ","response":{}}']
)
def test_nonsense_in_place_of_a_key_is_refused_calmly(client, credential):
    client.post("/dang-nhap/khoa/hoi/")
    answer = client.post("/dang-nhap/khoa/", {"credential": credential})
    assert answer.status_code < 500


def test_two_who_take_one_name_at_once_are_told(ward, admin, monkeypatch):
    first = rooms.make_person(ward, "officer", office="Văn phòng HĐND và UBND", user_name="mot")
    rooms.make_person(ward, "officer", office="Văn phòng HĐND và UBND", user_name="hai")
    looked = Person.objects.filter
    monkeypatch.setattr(  # the other one's name was not there yet when this one looked
        type(Person.objects), "filter", lambda self, *a, **k: looked(pk=0) if "user_name" in k else looked(*a, **k)
    )  # fmt: skip
    with pytest.raises(Refusal) as said:
        people.edit(
            first, ward=ward.pk, user_name="hai", full_name="Một", email="", phone="", by=first.pk, at=clock.now()
        )  # fmt: skip
    assert said.value.code == "account.name-taken"


@pytest.mark.parametrize("path", ["nghi/", "thoi/"])
def test_a_day_of_no_time_is_told(ward, admin, path):
    person = rooms.make_person(ward, "officer", office="Văn phòng HĐND và UBND", handle="nguoimot01")
    post = person.posts.get().pk
    answer = admin.post(f"/nguoi/nguoimot01/{path}", {"since": "01/01/0001", "chuc_vu": post})
    assert answer.status_code == 422 and "Năm này không hợp lý" in answer.content.decode()


def test_pages_of_a_person_are_asked_for_anew_and_go_with_the_person(admin):
    assert admin.get("/nguoi/").headers["Cache-Control"] == "private, no-cache"
    assert admin.post("/dang-xuat/").headers["Clear-Site-Data"] == '"cache"'
