"""Offices: every number is that of the list it opens, of the overview and of the file."""

import datetime as dt
import io
import re

import openpyxl
import pytest

from caicach.core.clock import noon
from caicach.desk import offices
from caicach.organisation.queries import offices as offices_of
from caicach.plans import queries
from caicach.tasks import services as tasks
from caicach.tasks.models import Task
from tests.factories import rooms

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(ward, coordinator):
    made = rooms.make_plan(ward, coordinator)
    tasks.hand_in(
        Task.objects.get(number="II-1"), by=coordinator.pk, at=noon(dt.date(2026, 4, 2)), today=rooms.TODAY,
        document_number="5/BC-UBND", document_date=dt.date(2026, 3, 30),
    )  # fmt: skip
    return made


def listed(ward, plan, address):
    from urllib.parse import parse_qsl, urlsplit

    asked = queries.RibbonFilter.of(dict(parse_qsl(urlsplit(address).query)))
    return queries.ribbon(ward.pk, plan, asked, today=rooms.TODAY).shown


def test_a_figure_is_the_same_on_every_page(ward, plan, as_coordinator):
    whole = {row.name: row for row in queries.overview(ward.pk, plan, today=rooms.TODAY).offices}
    assert len(whole) == 2
    for office in offices_of(ward.pk):
        _, part = offices.one_office(ward.pk, offices.slug(office), today=rooms.TODAY)
        if office.short not in whole:
            assert part.total == 0
            continue
        load, counts = whole[office.short], {one.group: one.count for one in part.tallies}
        assert (part.total, counts["late"], counts["warn"]) == (load.count, load.late, load.warn)
        assert (len(part.late), len(part.warn), len(part.coming)) == (
            counts["late"],
            counts["warn"],
            counts["soon"],
        )
        assert sum(counts.values()) == part.total == listed(ward, plan, part.address)
        for one in (*part.tallies, *part.months):
            assert one.count == listed(ward, plan, one.address), one
        file = as_coordinator.get(f"/ke-hoach/2026/cchc/danh-sach.xlsx?don-vi={office.id}")
        sheet = openpyxl.load_workbook(io.BytesIO(file.content))["Nhiệm vụ"]
        assert sum(bool(re.match(r"[IV]+\.\d", str(row[1].value))) for row in sheet.iter_rows()) == part.total


def test_the_page_says_what_is_late_and_waiting(ward, plan, as_coordinator):
    page = as_coordinator.get("/don-vi/vh-xh/").content.decode()
    assert "Phòng Văn hóa – Xã hội" in page and "Đánh giá tủ sách" in page.split("Trễ hạn")[-1]
    assert "Đánh giá tủ sách" in page.split("Chờ duyệt")[1] and 'aria-label="Tháng 3: 1 việc"' in page
    office = ward.offices.get(short_name="VH–XH")
    assert as_coordinator.get(f"/don-vi/{office.pk}/").status_code == 200


def test_a_months_column_is_late_only_with_what_is_owed_of_it(ward, plan):
    _, part = offices.one_office(ward.pk, "vh-xh", today=rooms.TODAY)
    assert [(one.number, one.count, one.late) for one in part.months if one.count] == [
        (3, 1, 0),
        (6, 1, 1),
        (9, 1, 1),
        (12, 1, 0),
    ]


def test_all_side_by_side(ward, plan, as_coordinator):
    page = as_coordinator.get("/don-vi/").content.decode()
    assert 'href="/don-vi/vh-xh/"' in page and 'href="/don-vi/van-phong/"' in page


def test_without_a_plan_and_without_the_office(ward, as_coordinator, client):
    assert "Chưa có kế hoạch nào" in as_coordinator.get("/don-vi/").content.decode()
    assert "Chưa có kế hoạch nào" in as_coordinator.get("/don-vi/vh-xh/").content.decode()
    assert as_coordinator.get("/don-vi/khong-co/").status_code == 404
    other = rooms.make_ward("Khác")
    client.force_login(rooms.make_person(other, "leader"))
    assert client.get(f"/don-vi/{ward.offices.first().pk}/").status_code == 404


@pytest.mark.parametrize("count", [1, 80])
def test_queries(ward, coordinator, as_coordinator, django_assert_max_num_queries, count):
    rooms.make_plan(ward, coordinator, rooms.make_many(count))
    with django_assert_max_num_queries(12):
        as_coordinator.get("/don-vi/van-phong/")
    with django_assert_max_num_queries(12):
        as_coordinator.get("/don-vi/")
