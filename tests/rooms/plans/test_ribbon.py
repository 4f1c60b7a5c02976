"""The year on one page: what it shows, its filters, its weight and its queries."""

import datetime as dt
import gzip

import pytest

from caicach.core.clock import noon
from caicach.desk import demo
from caicach.plans import queries, services
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
def test_twelve_queries_for_1_task_or_80(
    ward, coordinator, as_coordinator, django_assert_max_num_queries, count
):
    rooms.make_plan(ward, coordinator, rooms.make_many(count))
    with django_assert_max_num_queries(12) as counted:
        as_coordinator.get(ADDRESS)
    assert len(counted) == 11


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
    with django_assert_max_num_queries(11):
        page = shown(as_coordinator)
    assert page.count('role="img"') == 3


def test_the_demo_years_page_is_light(db, client):
    from caicach.accounts.models import Person

    demo.make(today=dt.date(2026, 11, 23))
    client.force_login(Person.objects.get(user_name="hanh"))
    page = client.get(ADDRESS).content
    assert page.count(b'role="img"') == 50
    assert len(gzip.compress(page, 6)) < 40_000, "with styles and scripts it stays under 120 KB"


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
