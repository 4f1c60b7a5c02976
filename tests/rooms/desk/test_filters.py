"""Filters that are kept: own ones and the ward's, found again on the list, taken out by whom may."""

import pytest

from caicach.desk.models import SavedFilter
from caicach.history.models import Event
from tests.factories import rooms

pytestmark = pytest.mark.django_db
LIST = "/ke-hoach/2026/cchc/"
ROW = "/bo-loc/2026/cchc/"
PART = {"headers": {"HX-Request": "true"}}
SENT = {"year": "2026", "kind": "cchc", "query": "?tinh-trang=late&x=1", "name": " Việc  trễ "}


@pytest.fixture
def plan(ward, coordinator):
    return rooms.make_plan(ward, coordinator)


def test_it_is_kept_and_found_again(plan, as_officer):
    for _ in range(2):
        assert as_officer.post("/bo-loc/", SENT).url == f"{LIST}?tinh-trang=late"
    kept = SavedFilter.objects.get()
    assert (kept.name, kept.query) == ("Việc trễ", "?tinh-trang=late")
    assert f'hx-get="{ROW}?tinh-trang=late"' in as_officer.get(f"{LIST}?tinh-trang=late").content.decode()
    assert f'<a href="{LIST}?tinh-trang=late">Việc trễ</a>' in as_officer.get(ROW, **PART).content.decode()
    assert 'aria-current="true">Việc trễ' in as_officer.get(f"{ROW}?tinh-trang=late", **PART).content.decode()
    assert "Giữ bộ lọc này" not in as_officer.get(ROW, **PART).content.decode()
    assert "<h1>Bộ lọc đã giữ</h1>" in as_officer.get(ROW).content.decode(), "without scripts it is a page"


def test_the_same_name_is_changed(plan, as_officer):
    as_officer.post("/bo-loc/", SENT)
    as_officer.post("/bo-loc/", SENT | {"query": "?thang=3"})
    assert SavedFilter.objects.get().query == "?thang=3"


def test_own_ones_are_nobody_elses(ward, plan, as_officer, client):
    as_officer.post("/bo-loc/", SENT | {"for_all": "1"})
    kept = SavedFilter.objects.get()
    assert kept.person_id is not None, "an officer shares with nobody"
    client.force_login(rooms.make_person(ward, "coordinator"))
    assert "Việc trễ" not in client.get(ROW, **PART).content.decode()
    assert client.post("/bo-loc/bo/", {"filter": kept.pk}).status_code == 404
    assert SavedFilter.objects.exists()


def test_the_wards_is_everybodys_and_the_coordinator_takes_it_out(
    ward, plan, as_coordinator, officer, client
):
    as_coordinator.post("/bo-loc/", SENT | {"for_all": "1"})
    kept = SavedFilter.objects.get()
    client.force_login(officer)
    page = client.get(ROW, **PART).content.decode()
    assert "Việc trễ" in page and "Bớt bộ lọc" not in page
    assert client.post("/bo-loc/bo/", {"filter": kept.pk}).status_code == 404
    client.force_login(rooms.make_person(ward, "coordinator"))
    assert client.post("/bo-loc/bo/", {"filter": kept.pk}).status_code == 303
    assert not SavedFilter.objects.exists()
    assert [e.code for e in Event.objects.filter(code__startswith="desk.filter")] == [
        "desk.filter-saved",
        "desk.filter-dropped",
    ]


def test_another_ward_has_its_own(ward, plan, as_coordinator, client):
    as_coordinator.post("/bo-loc/", SENT | {"for_all": "1"})
    other = rooms.make_ward("Khác")
    stranger = rooms.make_person(other, "coordinator")
    client.force_login(stranger)
    assert client.post("/bo-loc/bo/", {"filter": SavedFilter.objects.get().pk}).status_code == 404
    assert client.post("/bo-loc/", SENT).status_code == 404


def test_refusals(plan, as_officer):
    unnamed = as_officer.post("/bo-loc/", SENT | {"name": "  "})
    assert unnamed.status_code == 422 and "chưa có tên" in unnamed.content.decode()
    for n in range(20):
        as_officer.post("/bo-loc/", SENT | {"name": f"Số {n}"})
    many = as_officer.post("/bo-loc/", SENT)
    assert many.status_code == 422 and "bỏ bớt" in many.content.decode()
    assert as_officer.post("/bo-loc/", SENT | {"year": "abc"}).status_code == 404
    assert as_officer.post("/bo-loc/bo/", {"filter": "abc"}).status_code == 404
