"""The public page: off by default, the overview's figures, nobody's name; and the wall, which names nobody either."""

import pytest

from caicach.plans import queries
from tests.factories import rooms

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(ward, coordinator):
    return rooms.make_plan(ward, coordinator)


def test_it_is_off_by_default(plan, client):
    assert client.get("/cong-khai/").status_code == 404
    assert client.get("/cong-khai/phuong-thu/").status_code == 404


def test_a_citizen_sees_the_overviews_figures(ward, plan, client, coordinator, settings):
    settings.PUBLIC = ["1"]
    assert client.get("/cong-khai/").url == "/cong-khai/phuong-thu/"
    page = client.get("/cong-khai/phuong-thu/").content.decode()
    over = queries.overview(ward.pk, plan, today=rooms.TODAY)
    assert f"<b>{over.total}</b> việc" in page
    for one in over.tallies:
        assert f"<b>{one.count}</b> {one.name.lower()}" in page
    assert coordinator.full_name not in page and "/ke-hoach/" not in page and "/viec/" not in page


def test_only_the_wards_that_are_named(ward, plan, client, settings):
    rooms.make_ward("Phường Kín")
    settings.PUBLIC = ["phuong-thu"]
    assert client.get("/cong-khai/phuong-thu/").status_code == 200
    assert client.get("/cong-khai/phuong-kin/").status_code == 404
    settings.PUBLIC = ["1"]
    page = client.get("/cong-khai/").content.decode()
    assert "Phường Kín" in page and "Phường Thử" in page
    assert "Chưa có kế hoạch nào" in client.get("/cong-khai/phuong-kin/").content.decode()


@pytest.mark.parametrize("count", [1, 80])
def test_queries(ward, coordinator, client, settings, django_assert_max_num_queries, count):
    settings.PUBLIC = ["1"]
    rooms.make_plan(ward, coordinator, rooms.make_many(count))
    with django_assert_max_num_queries(10):
        client.get("/cong-khai/phuong-thu/")
    with django_assert_max_num_queries(3):
        client.get("/cong-khai/phuong-thu/")


def test_the_wall(ward, plan, as_coordinator, coordinator):
    page = as_coordinator.get("/ke-hoach/2026/cchc/tuong/").content.decode()
    main = page.partition("<main")[2].partition("</main>")[0]
    over = queries.overview(ward.pk, plan, today=rooms.TODAY)
    for one in over.tallies:
        assert f"<b>{one.count}</b><span>{one.name}</span>" in main
    assert coordinator.full_name not in main and 'hx-trigger="every 60s"' in page
    assert as_coordinator.get("/ke-hoach/2025/cchc/tuong/").status_code == 404
