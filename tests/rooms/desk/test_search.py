"""Searching the ward: everything of it, nothing of another one, in a counted number of queries."""

import datetime as dt
import re

import pytest
from django.db import connection

from caicach.core.clock import noon
from caicach.desk import search
from caicach.tasks import services as moving
from caicach.tasks.models import Task
from tests.factories import rooms

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(ward, coordinator):
    return rooms.make_plan(ward, coordinator)


def found(client, asked, **headers):
    return client.get("/tim/", {"q": asked}, **headers).content.decode()


def plain(html):
    return re.sub(r"</?mark>", "", html)


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ("tu sach", "Đánh giá tủ sách cộng đồng mỗi quý"),
        ("tủ sahc", "Đánh giá tủ sách cộng đồng mỗi quý"),
        ("I.2", "Lập bảng theo dõi tiếp công dân"),
        ("77/BC", "Lập bảng theo dõi tiếp công dân"),
        ("khu pho bon", "Rà soát sổ sách của phường theo từng tháng"),
        ("12/KH-UBND", "/ke-hoach/2026/cchc/"),
        ("ho so dung han", "Hồ sơ đúng hạn"),
        ("vh-xh", "Phòng Văn hóa – Xã hội"),
        ("nguyen thi thu", "Nguyễn Thị Thử"),
    ],
)
def test_everything_is_found(plan, coordinator, as_coordinator, asked, there):
    one, two = Task.objects.get(number="I-2"), Task.objects.get(number="I-1")
    who = {"by": coordinator.pk, "at": noon(rooms.TODAY)}
    moving.hand_in(one, document_number="77/BC-UBND", document_date=rooms.TODAY, today=rooms.TODAY, **who)
    moving.report(two, percent=None, word="Đã xong ở khu phố Bốn", **who)
    assert there in plain(found(as_coordinator, asked)).split("<main")[1]


def test_a_new_word_is_found_at_once(plan, coordinator, as_coordinator):
    task = Task.objects.get(number="I-1")
    assert "Không thấy gì" in found(as_coordinator, "đê bao")
    moving.report(task, percent=None, word="Đã khảo sát đê bao", by=coordinator.pk, at=noon(rooms.TODAY))
    assert "<mark>đê</mark> <mark>bao</mark>" in found(as_coordinator, "đê bao")


def test_what_was_taken_back_is_not_found_and_what_people_say_is(plan, ward, coordinator):
    task = Task.objects.get(number="I-1")
    at = noon(rooms.TODAY)
    progress = task.progress.create(ward=ward, at=at, by=coordinator, word="Lời ghi bờ kè")
    task.comments.create(ward=ward, at=at, by=coordinator, words="Hỏi lại trạm bơm")
    task.steps.create(ward=ward, position=1, words="Đo mực nước")
    find = lambda asked: search.find(ward.pk, asked, today=rooms.TODAY).total  # noqa: E731
    assert find("bo ke") and find("tram bom") and find("muc nuoc")
    task.progress.filter(pk=progress.pk).update(taken_back_at=at)
    task.comments.update(taken_back_at=at)
    search.forget()
    assert not find("ghi bo ke") and not find("tram bom") and find("muc nuoc")


def test_another_wards_rows_never_appear(plan, client):
    other = rooms.make_ward("Phường Khác")
    person = rooms.make_person(other, "coordinator")
    client.force_login(person)
    page = found(client, "tu sach")
    assert "Không thấy gì" in page and "Đánh giá tủ" not in page
    assert plain(found(client, "phong")).count("/don-vi/") >= 1
    assert not search.find(other.pk, "lap bang", today=rooms.TODAY).total


def test_as_one_types_a_few_come_with_the_way_to_all(ward, coordinator, as_coordinator):
    rooms.make_plan(ward, coordinator, rooms.make_many(60))
    part = as_coordinator.get("/tim/?o=thanh&q=to dan pho", headers={"HX-Request": "true"})
    html = part.content.decode()
    assert html.count('role="option"') == search.SHOWN + 1 and "Xem cả 60 kết quả" in html
    assert "<html" not in html and "HX-Request" in part["Vary"]
    first, second = (
        found(as_coordinator, "to dan pho"),
        as_coordinator.get("/tim/?q=to dan pho&trang=2").content.decode(),
    )
    own = lambda page: set(re.findall(r'href="(/viec/[^"]+)"', page))  # noqa: E731
    assert len(own(first)) == len(own(second)) == search.A_PAGE and not own(first) & own(second)


def test_nothing_typed_becomes_html(plan, coordinator, as_coordinator):
    task = Task.objects.get(number="I-1")
    moving.report(task, percent=None, word='<b>đậm</b> & "nháy"', by=coordinator.pk, at=noon(rooms.TODAY))
    page = found(as_coordinator, "<b>đậm")
    assert "&lt;<mark>b</mark>&gt;<mark>đậm</mark>&lt;" in page and "<b>đậm" not in page
    for odd in ("\x01", "%", "'", "()[", "ê" * 500, "ﷺ"):
        assert as_coordinator.get("/tim/", {"q": odd}).status_code == 200


@pytest.mark.parametrize("count", [1, 80])
def test_as_many_queries_for_1_task_as_for_80(
    ward, coordinator, as_coordinator, django_assert_max_num_queries, count
):
    rooms.make_plan(ward, coordinator, rooms.make_many(count))
    in_one_trip = 1 if connection.vendor == "postgresql" else 0  # the session, whose it is with their posts
    with django_assert_max_num_queries(11):
        found(as_coordinator, "to dan pho")
    with django_assert_max_num_queries(9) as kept:
        found(as_coordinator, "to dan pho")
    assert len(kept) == 9 - in_one_trip


def test_this_years_come_first(ward, coordinator):
    rooms.make_plan(ward, coordinator)
    task = Task.objects.get(number="II-1")
    Task.objects.create(
        ward=ward, year=2024, book="cchc", number="I-1", title=task.title, content=task.content, due_kind="ongoing",
        in_force_since=dt.date(2024, 2, 1),
    )  # fmt: skip
    search.forget()
    hits = search.find(ward.pk, "tu sach", today=rooms.TODAY).hits
    assert [hit.view.task.year for hit in hits[:2]] == [2026, 2024]
