"""The year on one page: what it shows, its filters, its weight and its queries."""

import datetime as dt
import gzip

import pytest
from django.core.cache import cache
from django.db import connection

from caicach.core.clock import noon
from caicach.desk import demo
from caicach.history import queries as history
from caicach.history.models import Event
from caicach.plans import queries, services
from caicach.tasks import services as moving
from caicach.tasks.models import Task
from tests.factories import rooms

pytestmark = pytest.mark.django_db
ADDRESS = "/ke-hoach/2026/cchc/"


def shown(client, query=""):
    return client.get(ADDRESS + query).content.decode()


@pytest.fixture
def plan(ward, coordinator):
    return rooms.make_plan(ward, coordinator)


def test_every_task_has_its_line_and_its_status(plan, as_coordinator):
    page = shown(as_coordinator)
    assert page.count('role="img"') == 5
    assert (
        "Trễ 296 ngày" in page
        and "Chưa có hạn" in page
        and "Trễ quý I" in page
        and "Chưa có tin 9 tháng" in page
    )
    assert 'class="overrun"' in page and "dưới" not in page and "từ 95,5%" in page


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("?tim=ra soat so", ["Rà soát sổ sách"]),
        ("?muc=II", ["Đánh giá tủ sách", "Sửa bảng hướng dẫn"]),
        ("?tinh-trang=late", ["Lập bảng", "Đánh giá tủ sách"]),
        ("?thang=12", ["Báo cáo kết quả", "Đánh giá tủ sách"]),
        ("?tim=không có từ này", []),
        ("?muc=X&don-vi=abc&thang=77", []),
    ],
)
def test_filters_stand_in_the_address(plan, as_coordinator, query, titles):
    every = ["Rà soát sổ sách", "Lập bảng", "Báo cáo kết quả", "Đánh giá tủ sách", "Sửa bảng hướng dẫn"]
    page = shown(as_coordinator, query)
    assert [t for t in every if t in page] == [t for t in every if t in titles]


def test_the_office_filter_keeps_what_it_leads(plan, ward, as_coordinator):
    office = ward.offices.get(name="Phòng Văn hóa – Xã hội")
    page = shown(as_coordinator, f"?don-vi={office.pk}")
    assert "Đánh giá tủ sách" in page and "Rà soát sổ sách" not in page


def test_tallies_count_every_task_once(plan, ward):
    page = queries.ribbon(ward.pk, plan, queries.RibbonFilter(), today=rooms.TODAY)
    assert sum(t.count for t in page.tallies) == page.total == 5
    late = queries.ribbon(ward.pk, plan, queries.RibbonFilter(group="late"), today=rooms.TODAY)
    assert late.shown == next(t.count for t in page.tallies if t.group == "late")


def test_without_a_plan_there_is_no_page(as_coordinator):
    assert as_coordinator.get(ADDRESS).status_code == 404


@pytest.mark.parametrize("count", [1, 80])
def test_as_many_queries_for_1_task_as_for_80(
    ward, coordinator, as_coordinator, django_assert_max_num_queries, count
):
    rooms.make_plan(ward, coordinator, rooms.make_many(count))
    in_one_trip = 1 if connection.vendor == "postgresql" else 0  # the session, whose it is with their posts
    with django_assert_max_num_queries(11) as counted:
        as_coordinator.get(ADDRESS)
    assert len(counted) == 11 - in_one_trip
    with django_assert_max_num_queries(5):
        as_coordinator.get(ADDRESS)


def _year(client) -> str:
    """The part of the page that is kept: without the forms, whose tokens are others each time."""
    return shown(client).partition('<div class="head">')[2].partition('class="after')[0]


def _anew(client) -> str:
    cache.clear()
    return _year(client)


def test_what_is_kept_is_gone_with_every_move(plan, ward, coordinator, as_coordinator):
    """After each kind of change the page at once is as one made anew, and another than before it."""
    tasks = {task.number: task for task in Task.objects.filter(ward=ward)}
    with_days = next(task for task in tasks.values() if task.occurrences.exists())
    free = next(task for task in tasks.values() if task.due_kind == "ongoing")
    who = {"by": coordinator.pk, "at": noon(rooms.TODAY)}
    day = {"document_number": "5/BC", "document_date": rooms.TODAY, "today": rooms.TODAY}
    occurrence = with_days.occurrences.first().pk
    handed = []
    moves = [
        lambda: moving.report(free, percent=30, **who),
        lambda: handed.append(moving.hand_in(with_days, occurrence=occurrence, **day, **who)),
        lambda: moving.give_back(handed[0], word="Thiếu dấu", **who),
        lambda: handed.append(moving.hand_in(with_days, occurrence=occurrence, **day, **who)),
        lambda: moving.accept(handed[1], **who),
        lambda: moving.set_aside(free, word="Bỏ", **who),
    ]
    before = _year(as_coordinator)
    for at, move in enumerate(moves):
        move()
        after = _year(as_coordinator)
        assert after == _anew(as_coordinator), at
        assert after != before, at
        before = after


def test_another_day_and_another_ward_have_pages_of_their_own(plan, ward, as_coordinator, settings):
    before = _year(as_coordinator)
    settings.TODAY = rooms.TODAY + dt.timedelta(days=40)
    assert _year(as_coordinator) == _anew(as_coordinator) != before
    other = rooms.make_ward("Phường Bên")
    person = rooms.make_person(other, "coordinator")
    rooms.make_plan(other, person, rooms.make_many(2))
    as_coordinator.force_login(person)
    assert _year(as_coordinator).count('role="img"') == 2


def test_an_event_that_ends_late_is_seen_though_its_number_is_lower(ward):
    """Of two transactions on PostgreSQL the first to take a number may be the last to commit."""
    for number in (1000, 1002):
        Event.objects.create(
            pk=number, ward=ward, at=noon(rooms.TODAY), code="x", object_kind="x", object_id=1
        )
    before = history.newest(ward.pk)
    Event.objects.create(pk=1001, ward=ward, at=noon(rooms.TODAY), code="x", object_kind="x", object_id=1)
    assert history.newest(ward.pk) != before


def test_other_wards_and_years_cost_no_query(
    ward, coordinator, as_coordinator, django_assert_max_num_queries
):
    rooms.make_plan(ward, coordinator, rooms.make_many(3))
    for n in range(5):
        other = rooms.make_ward(f"Phường số {n}")
        person = rooms.make_person(other, "coordinator")
        rooms.make_plan(other, person, rooms.make_many(3))
        draft = services.begin_typed(
            ward=other.pk,
            token=f"namkhac{n:05}",
            year=2025,
            copy_from=2026,
            by=person.pk,
            at=noon(rooms.TODAY),
        )
        services.put_into_effect(draft, by=person.pk, at=noon(rooms.TODAY), today=rooms.TODAY)
    with django_assert_max_num_queries(12):
        page = shown(as_coordinator)
    assert page.count('role="img"') == 3


@pytest.mark.one_database
def test_the_demo_years_page_is_light(db, client):
    from caicach.accounts.models import Person

    demo.make(today=dt.date(2026, 11, 23))
    client.force_login(Person.objects.get(user_name="hanh"))
    page = client.get(ADDRESS).content
    assert page.count(b'role="img"') == 50
    assert len(gzip.compress(page, 6)) < 40_000, "with styles and scripts it stays under 120 KB"


@pytest.mark.one_database
def test_the_demo_is_the_same_each_time(db):
    from caicach.tasks.models import Delivery, Progress

    demo.make(today=dt.date(2026, 11, 23), seed=5, name="Một")
    first = list(Progress.objects.order_by("id").values_list("task__number", "at", "word"))
    papers = list(Delivery.objects.order_by("id").values_list("document_number", flat=True))
    demo.make(today=dt.date(2026, 11, 23), seed=5, name="Hai")
    assert (
        first == list(Progress.objects.order_by("id").values_list("task__number", "at", "word"))[len(first) :]
    )
    assert (
        papers
        == list(Delivery.objects.order_by("id").values_list("document_number", flat=True))[len(papers) :]
    )
    assert len(first) > 200 and max(at for _, at, _ in first) <= noon(rooms.TODAY)
