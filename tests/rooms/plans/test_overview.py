"""The overview: the same figures as the year's list, each with its list behind it."""

import datetime as dt
import os
import re

import pytest
from django.urls import reverse

from caicach.core.clock import noon
from caicach.plans import queries
from caicach.tasks import services as tasks
from caicach.tasks.models import Task
from tests.factories import rooms

pytestmark = pytest.mark.django_db
ADDRESS = "/ke-hoach/2026/cchc/"


@pytest.fixture
def plan(ward, coordinator):
    made = rooms.make_plan(ward, coordinator)
    tasks.hand_in(
        Task.objects.get(number="II-1"), by=coordinator.pk, at=noon(dt.date(2026, 4, 2)), today=rooms.TODAY,
        document_number="5/BC-UBND", document_date=dt.date(2026, 3, 30),
    )  # fmt: skip
    return made


def listed(ward, plan, address: str) -> int:
    """How many tasks the list shows at an address."""
    from urllib.parse import parse_qsl, urlsplit

    asked = queries.RibbonFilter.of(dict(parse_qsl(urlsplit(address).query)))
    return queries.ribbon(ward.pk, plan, asked, today=rooms.TODAY).shown


def test_every_number_is_that_of_the_list_it_opens(ward, plan):
    page = queries.overview(ward.pk, plan, today=rooms.TODAY)
    assert page.total == queries.ribbon(ward.pk, plan, queries.RibbonFilter(), today=rooms.TODAY).total > 0
    assert sum(one.count for one in page.tallies) == page.total
    pairs = [(one.count, one.address) for one in page.tallies]
    for row in (*page.offices, *page.sections):
        pairs += [(row.count, row.address), (row.late, row.late_address), (row.warn, row.warn_address)]
    assert len(pairs) > 12
    for count, address in pairs:
        assert listed(ward, plan, address) == count, address


def test_the_urgent_ones_come_first_and_the_rest_are_counted(ward, plan):
    page = queries.overview(ward.pk, plan, today=rooms.TODAY, shown=2)
    counts = {one.group: one.count for one in page.tallies}
    assert len(page.decide) + page.more == counts["late"] + counts["warn"]
    days = [view.status.days for view in page.decide if view.status.group == "late"]
    assert days == sorted(days, reverse=True) and len(page.decide) == 2


def test_the_pace_counts_what_was_handed_in(ward, plan):
    before = queries.overview(ward.pk, plan, today=dt.date(2026, 3, 15)).pace
    page = queries.overview(ward.pk, plan, today=rooms.TODAY)
    assert (before.reached_today, page.pace.reached_today) == (0, 1)
    assert f"cần nộp {page.pace.needed_today} lần, đã nộp 1 lần" in page.chart


def test_the_page_has_a_counted_number_of_queries_and_is_kept(
    ward, plan, as_coordinator, django_assert_max_num_queries
):
    with django_assert_max_num_queries(13):
        first = as_coordinator.get(f"{ADDRESS}toan-canh/")
    with django_assert_max_num_queries(7):
        again = as_coordinator.get(f"{ADDRESS}toan-canh/")
    assert again.content.partition(b"<main")[2] == first.content.partition(b"<main")[2]
    page = first.content.decode()
    assert "trễ hạn" in page and not re.search(r"style=|<script(?! src)", page)


def test_the_list_of_the_pace_has_a_counted_number_of_queries_and_is_kept(
    plan, as_coordinator, django_assert_max_num_queries
):
    with django_assert_max_num_queries(13):
        first = as_coordinator.get(f"{ADDRESS}lan-nop/?nhip=den-nay")
    with django_assert_max_num_queries(5):
        again = as_coordinator.get(f"{ADDRESS}lan-nop/?nhip=den-nay")
    assert again.content.partition(b"<main")[2] == first.content.partition(b"<main")[2]
    assert "Đến nay cần nộp" in first.content.decode()
    assert "Cả năm: " in as_coordinator.get(f"{ADDRESS}lan-nop/?nhip=bia-dat").content.decode()


def test_a_leader_begins_with_the_overview(ward, plan, client):
    client.force_login(rooms.make_person(ward, "leader"))
    assert client.get("/")["Location"] == f"{ADDRESS}toan-canh/"


def test_a_year_without_anything_handed_in_writes_no_figure_over_the_months(ward, coordinator):
    plan = rooms.make_plan(ward, coordinator)
    chart = queries.overview(ward.pk, plan, today=rooms.TODAY).chart
    figures = [float(y) for y in re.findall(r'y="([0-9.]+)" class="figure"', chart)]
    months = [float(y) for y in re.findall(r'y="([0-9.]+)">12<', chart)]
    assert figures and max(figures) < min(months) - 15


def test_an_empty_plan_and_another_year_have_their_page(ward, plan, as_coordinator):
    plan.lines.all().delete()
    assert as_coordinator.get(reverse("plans:overview", args=[2026, "cchc"])).status_code == 200
    assert as_coordinator.get(reverse("plans:overview", args=[2031, "cchc"])).status_code == 404


@pytest.mark.parametrize(
    "today", [dt.date(2025, 12, 31), dt.date(2026, 1, 1), dt.date(2026, 12, 31), dt.date(2028, 5, 5)]
)
def test_any_day_draws_a_chart(ward, plan, today):
    page = queries.overview(ward.pk, plan, today=today)
    assert "nan" not in page.chart and page.chart.count("<svg") == 2


def test_it_says_when_the_last_backup_was(ward, plan, as_coordinator, settings, tmp_path):
    def foot() -> str:
        return as_coordinator.get(f"{ADDRESS}toan-canh/").content.decode()

    assert "sao lưu" not in foot()
    settings.BACKUPS = tmp_path / "sao-luu"
    assert "Chưa có bản sao lưu nào" in foot()
    settings.BACKUPS.mkdir()
    kept = settings.BACKUPS / "caicach-2026-11-22.tar"
    kept.touch()
    moment = noon(dt.date(2026, 11, 22)).timestamp()
    os.utime(kept, (moment, moment))
    assert "Bản sao lưu gần nhất: 12:00, 22/11/2026" in foot()
