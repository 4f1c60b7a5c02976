"""Indicators that the ward's own systems feed: chosen by a coordinator, the same number everywhere, each month kept."""

import datetime as dt
import io
import threading

import openpyxl
import pytest
from django.db import DatabaseError, connection, connections, transaction

from caicach.accounts.models import Post
from caicach.api import services as tokens
from caicach.core.clock import noon
from caicach.dossiers.models import Dossier, DossierClock
from caicach.plans import feeding, jobs, measured, services
from caicach.plans.models import Feed, MonthFigure, Plan
from caicach.procedures import services as procedures
from caicach.procedures.models import Version
from caicach.procedures.queries import cut_page
from caicach.rules.procedures import Span
from caicach.rules.refusal import Refusal
from caicach.tasks import services as tasks
from caicach.tasks.models import Progress, Task
from caicach.worker.models import Job
from tests.factories import rooms
from tests.factories.races import until_somebody_waits

pytestmark = pytest.mark.django_db
AT, TODAY = noon(rooms.TODAY), rooms.TODAY
YEAR = "/ke-hoach/2026/cchc/"
PAGE = f"{YEAR}chi-tieu/1/"
BY_ROW = "Tỷ lệ hồ sơ giải quyết đúng hạn đạt từ 95% trở lên"


@pytest.fixture
def plan(ward, coordinator):
    """Its first indicator is a row's, its second stands by itself."""
    lines = (*rooms.LINES, rooms.line("I", "4", BY_ROW, deliverables=()))
    rooms.make_plan(ward, coordinator, rooms.make_reading(lines, findings=()))
    return Plan.objects.get()


def settled(ward, on, late=0, *, system="own", told=None, **other):
    """A dossier with a result: so many working days late, apologised for on a day."""
    n = Dossier.objects.count()
    facts = {"received_on": on - dt.timedelta(days=5), "due_on": on, "resolved_on": on, "state": "resolved"}
    one = Dossier.objects.create(
        ward=ward, code=f"H01.31.05-2611{n:02}-{n:04}", system=system, procedure="Đăng ký khai sinh", applicant="Nguyễn Thị Thử", words="",
        **{**facts, **other},
    )  # fmt: skip
    DossierClock.objects.create(
        dossier=one, ward=ward, settled_on=on if one.state == "resolved" else None, apologised_on=told,
        late_days=late if one.state == "resolved" else None,
    )  # fmt: skip
    return one


@pytest.fixture
def dossiers(ward):
    """November: three of four in time; October: one of two; something of another year and another ward."""
    for day in (2, 3, 4):
        settled(ward, dt.date(2026, 11, day))
    settled(ward, dt.date(2026, 11, 5), 2)
    settled(ward, dt.date(2026, 10, 5), 1, told=dt.date(2026, 10, 1))
    settled(ward, dt.date(2026, 10, 6))
    settled(ward, dt.date(2025, 12, 31), 4)
    settled(rooms.make_ward("Phường Khác"), dt.date(2026, 11, 2), 9)


def bind(plan, coordinator, slug="dung-hen", *, position=0, seen=0, at=AT):
    one = measured.of_plan(plan.ward_id, plan, today=TODAY)[position]
    feeding.set_feed(plan, one.indicator, one.about, slug, seen=seen, by=coordinator.pk, at=at)
    return Feed.objects.filter(until__isnull=True).order_by("id").last()


def text(response):
    return response.content.decode()


# --- choosing --------------------------------------------------------------------------------------------------


def test_a_coordinator_chooses_what_the_words_propose(plan, dossiers, as_coordinator, coordinator):
    page = text(as_coordinator.get(PAGE))
    assert "hợp với <b>tỷ lệ hồ sơ giải quyết trước và đúng hạn</b>" in page
    assert not Feed.objects.exists()  # looking binds nothing
    assert "Số hồ sơ tiếp nhận" not in page  # a count for a share
    said = as_coordinator.post(PAGE, {"figure": "dung-hen", "seen": "0"})
    assert said.status_code == 303
    feed = Feed.objects.get()
    assert (feed.figure, feed.by, feed.until) == ("dossiers-on-time", coordinator, None)
    assert rooms.events("plan.indicator-fed") == 1
    page = text(as_coordinator.get(PAGE))
    assert "66,6%" in page and "4 trước và đúng hạn trên 6 hồ sơ có kết quả" in page and "Chưa đạt" in page
    assert "75%" in page and "50%" in page and "/ho-so/so-lieu/?so=dung-hen&amp;nam=2026&amp;thang=11" in page
    assert "không muộn hơn ngày hẹn" in page and "Hồ sơ không có ngày hẹn" in page


@pytest.mark.parametrize("role", ["officer", "head", "leader", "viewer", "administrator"])
def test_others_look_and_choose_nothing(plan, ward, client, role):
    client.force_login(rooms.make_person(ward, role, office="Văn phòng HĐND và UBND"))
    page = client.get(PAGE)
    assert page.status_code == 200 and 'name="figure"' not in text(page)
    assert client.post(PAGE, {"figure": "dung-hen", "seen": "0"}).status_code == 403
    assert not Feed.objects.exists()


def test_another_coordinators_plan_is_not_mine_to_feed(plan, ward, as_coordinator):
    other = rooms.make_person(ward, "coordinator", name="Trần Văn Hai")
    as_coordinator.post(f"{YEAR}dieu-phoi/", {"person": other.pk})
    said = as_coordinator.post(PAGE, {"figure": "dung-hen", "seen": "0"})
    assert said.status_code == 403 and not Feed.objects.exists()


def test_another_wards_indicator_is_not_there(plan, client):
    client.force_login(rooms.make_person(rooms.make_ward("Phường Khác"), "coordinator"))
    assert client.get(PAGE).status_code == 404
    assert client.post(PAGE, {"figure": "dung-hen"}).status_code == 404


@pytest.mark.parametrize("place", ["0", "3", "99"])
def test_a_place_without_an_indicator(plan, as_coordinator, place):
    assert as_coordinator.get(f"{YEAR}chi-tieu/{place}/").status_code == 404


def test_what_cannot_be_chosen(plan, as_coordinator):
    other = as_coordinator.post(PAGE, {"figure": "tiep-nhan", "seen": "0"})
    assert other.status_code == 422 and "cùng đơn vị tính" in text(other)
    assert "Không có nguồn số này" in text(as_coordinator.post(PAGE, {"figure": "gi-do", "seen": "0"}))
    assert as_coordinator.post(PAGE, {"seen": "0"}).status_code == 422
    Plan.objects.update(closed_at=AT)
    assert "đã khép lại" in text(as_coordinator.post(PAGE, {"figure": "dung-hen", "seen": "0"}))
    assert not Feed.objects.exists()


def test_two_at_once_the_second_is_told(plan, ward, as_coordinator, coordinator):
    other = rooms.make_person(ward, "coordinator", name="Trần Văn Hai")
    bind(plan, other, "xin-loi")
    said = as_coordinator.post(PAGE, {"figure": "dung-hen", "seen": "0"})
    assert said.status_code == 409 and "Trần Văn Hai vừa đổi nguồn số" in text(said)
    assert Feed.objects.get().figure == "late-apologised"
    assert (
        as_coordinator.post(PAGE, {"figure": "xin-loi", "seen": "0"}).status_code == 303
    )  # it is so already
    assert Feed.objects.count() == 1 and rooms.events("plan.indicator-fed") == 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
@pytest.mark.django_db(transaction=True)
def test_two_in_the_same_moment_the_second_is_told(plan, ward, coordinator):
    other = rooms.make_person(ward, "coordinator", name="Trần Văn Hai")
    told = []

    def second():
        try:
            bind(plan, other, "xin-loi")
        except Refusal as refusal:
            told.append(refusal.code)
        finally:
            connections.close_all()

    thread = threading.Thread(target=second)
    with transaction.atomic():
        bind(plan, coordinator)
        thread.start()
        until_somebody_waits()
    thread.join(20)
    assert told == ["feed.changed-meanwhile"] and Feed.objects.get().figure == "dossiers-on-time"


def test_letting_go_keeps_what_was(plan, dossiers, as_coordinator, coordinator):
    feed = bind(plan, coordinator)
    jobs.months()
    kept = MonthFigure.objects.count()
    assert as_coordinator.post(PAGE, {"figure": "", "seen": str(feed.pk)}).status_code == 303
    feed.refresh_from_db()
    assert feed.until and feed.ended_by == coordinator and MonthFigure.objects.count() == kept == 10
    page = text(as_coordinator.get(PAGE))
    assert "Trước đây" in page and "Tỷ lệ hồ sơ giải quyết trước và đúng hạn" in page
    assert rooms.events("plan.indicator-let-go") == 1


# --- typing ----------------------------------------------------------------------------------------------------


def test_what_is_fed_is_not_typed_and_what_was_typed_stays(plan, dossiers, as_coordinator, coordinator):
    task, at = Task.objects.get(number="I-4"), "/viec/2026/cchc/I-4/"
    tasks.report(task, by=coordinator.pk, at=AT, percent=40)
    feed = bind(plan, coordinator)
    with pytest.raises(Refusal) as refused:
        tasks.report(task, by=coordinator.pk, at=AT, percent=50)
    assert refused.value.code == "task.fed" and Progress.objects.count() == 1
    typed = as_coordinator.post(f"{at}tien-do/", {"percent": "50"})
    assert typed.status_code == 422 and "không ghi tay" in text(typed)
    page = text(as_coordinator.get(at))
    assert "66,6%" in page and 'name="percent"' not in page and "40" in page
    tasks.report(task, by=coordinator.pk, at=AT, word="Đã họp")
    bind(plan, coordinator, "", seen=feed.pk)
    tasks.report(task, by=coordinator.pk, at=AT, percent=60)
    assert Progress.objects.filter(percent__isnull=False).count() == 2
    tasks.report(Task.objects.get(number="I-1"), by=coordinator.pk, at=AT, percent=5)  # nobody feeds that one


# --- one number ------------------------------------------------------------------------------------------------


def test_the_same_number_everywhere(plan, dossiers, as_coordinator, coordinator, ward):
    bind(plan, coordinator)
    for address in (
        PAGE,
        YEAR,
        f"{YEAR}toan-canh/",
        "/viec/2026/cchc/I-4/",
        "/ho-so/so-lieu/?so=dung-hen&nam=2026",
    ):
        assert "66,6%" in text(as_coordinator.get(address)), address
    book = openpyxl.load_workbook(io.BytesIO(as_coordinator.get(f"{YEAR}danh-sach.xlsx").content))
    cells = [str(cell.value) for row in book["Chỉ tiêu"].iter_rows() for cell in row]
    assert "66,6%" in cells and any("4 trước và đúng hạn trên 6" in cell for cell in cells)
    post = Post.objects.filter(person=coordinator).first()
    secret = tokens.make(
        person=coordinator.pk, post=post.pk, ward=ward.pk, name="Thử", nonce="thu", at=AT, address=None
    )
    headers = {"Authorization": f"Bearer {secret}"}
    rows = as_coordinator.get("/api/v1/plans/2026/cchc/indicators", headers=headers).json()
    first, second = rows
    assert (first["value"], first["part"], first["whole"], first["reached"]) == (66.6, 4, 6, False)
    assert first["figure"] == "dossiers-on-time" and first["months"][10] == {
        "month": 11,
        "kept": None,
        "now": 75.0,
    }
    assert second["figure"] is None and second["value"] is None and second["months"] == []


def test_the_years_page_follows_the_dossiers(plan, dossiers, as_coordinator, coordinator, ward):
    """They leave no event of the ward, by which the page is kept."""
    bind(plan, coordinator)
    assert "66,6%" in text(as_coordinator.get(YEAR))
    settled(ward, dt.date(2026, 11, 20))
    page = text(as_coordinator.get(YEAR))
    assert "71,4%" in page and "66,6%" not in page


def test_the_apologies_and_the_received(plan, dossiers, ward):
    settled(ward, dt.date(2026, 11, 6), 3, system="beside")  # late and untold, wherever it is kept
    settled(ward, dt.date(2026, 11, 6), state="voided")
    settled(ward, dt.date(2026, 11, 6), set_aside=True, state="processing")
    found = measured.counts(ward.pk, ["late-apologised", "dossiers-received"], 2026, today=TODAY)
    told, received = found["late-apologised"], found["dossiers-received"]
    assert (told.so_far.part, told.so_far.whole) == (1, 3) and told.months[11].words == "0%"
    assert told.months[1].words == "chưa có gì để tính"
    assert received.so_far.part == 7 and received.months[10].part == 5


def test_the_catalogues_figures_are_those_of_its_page(ward, coordinator):
    entries = [
        procedures.Entry("1.000001", "Thủ tục A", level="commune", law=Span("working-day", 10), fee_status="free"),
        procedures.Entry("1.000002", "Thủ tục B", level="commune", law=Span("working-day", 7), fee_status="free"),
    ]  # fmt: skip
    decision = procedures.Decision("12/QĐ-UBND", dt.date(2025, 6, 20), "UBND tỉnh Thử")
    procedures.publish(
        ward=ward.pk, decision=decision, valid_from=dt.date(2026, 7, 1), brings=entries, ends=(), by=coordinator.pk, at=AT, today=TODAY
    )  # fmt: skip
    Version.objects.filter(procedure__code="1.000001").update(ward_unit="working-day", ward_amount=6)
    found = measured.counts(
        ward.pk, ["procedures-cut", "procedures-cut-share", "time-cut"], 2026, today=TODAY
    )
    page = cut_page(ward.pk, today=TODAY)
    assert found["time-cut"].so_far.words == page.total == "23,5%"
    assert found["procedures-cut"].so_far.part == 1 and found["procedures-cut-share"].so_far.words == "50%"
    assert found["time-cut"].months[6].exact is None and found["time-cut"].months[7].words == page.total


# --- months ----------------------------------------------------------------------------------------------------


def test_each_month_is_kept_once_and_a_later_difference_is_shown(
    plan, dossiers, ward, as_coordinator, coordinator
):
    bind(plan, coordinator)
    jobs.months()
    assert measured.keep_months(ward.pk, today=TODAY, at=AT) == 0
    assert MonthFigure.objects.count() == 10  # January to October
    october = MonthFigure.objects.get(month=10)
    assert (october.part, october.whole) == (1, 2)
    settled(ward, dt.date(2026, 10, 20))  # told later by a list
    jobs.months()
    page = text(as_coordinator.get(PAGE))
    assert "<b>50%</b>" in page and "tính lại nay là 66,6%" in page
    october.refresh_from_db()
    assert (october.part, october.whole) == (1, 2)


@pytest.mark.parametrize("what", ["update", "delete"])
def test_a_kept_month_is_never_changed(plan, dossiers, coordinator, what):
    bind(plan, coordinator)
    jobs.months()
    rows = MonthFigure.objects.filter(month=10)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(part=9) if what == "update" else rows.delete()


def test_nothing_is_kept_of_what_nobody_bound(plan, dossiers):
    jobs.months()
    assert not MonthFigure.objects.exists()


def test_the_night_queues_it_once(db):
    for minute in (0, 1, 2):
        jobs.queue_months(dt.datetime(2026, 12, 1, 1, minute))
    jobs.queue_months(dt.datetime(2026, 12, 1, 9, 0))
    assert Job.objects.filter(name="plans.months").count() == 1


# --- amendments ------------------------------------------------------------------------------------------------


def test_an_amendment_leaves_the_feed_with_its_words(plan, dossiers, coordinator, ward):
    bind(plan, coordinator)
    first = rooms.line("I", "8", "Tỷ lệ dân dùng nước sạch đạt từ 90% trở lên", deliverables=(), place=5)
    lines = (first, rooms.line("I", "9", BY_ROW, deliverables=(), place=6), *rooms.LINES)
    rooms.make_draft(ward, coordinator)  # other drafts change nothing
    draft = rooms.make_draft(
        ward, coordinator, rooms.make_reading(lines, findings=(), number="20/KH-UBND"), is_amendment=True
    )
    draft.findings.update(state="aside", reason="thử")
    services.put_into_effect(draft, by=coordinator.pk, at=AT, today=TODAY)
    fed = [one for one in measured.of_plan(ward.pk, Plan.objects.get(), today=TODAY) if one.figure]
    assert [one.indicator.name for one in fed] == [
        one.indicator.name for one in measured.of_plan(ward.pk, Plan.objects.get(), today=TODAY) if "đúng hạn" in one.indicator.name and one.indicator.where
    ]  # fmt: skip
    assert len(fed) == 1 and fed[0].counted.words == "66,6%"


# --- the list behind -------------------------------------------------------------------------------------------


def test_the_list_behind_holds_what_the_figure_counts(plan, dossiers, ward, as_coordinator):
    page = text(as_coordinator.get("/ho-so/so-lieu/?so=dung-hen&nam=2026&thang=11"))
    assert page.count('<li class="is-') == 4 and "3 trước và đúng hạn trên 4" in page
    assert page.index("trễ 2 ngày") < page.index("đúng hẹn")  # what holds it back first
    for _n in range(25):
        settled(ward, dt.date(2026, 9, 1))
    whole = "/ho-so/so-lieu/?so=tiep-nhan&nam=2026"
    assert text(as_coordinator.get(whole)).count('<li class="is-') == 20
    assert text(as_coordinator.get(f"{whole}&trang=2")).count('<li class="is-') == 11


@pytest.mark.parametrize(
    "query", ["?so=gi-do", "?so=so-cat-30", "?so=dung-hen&thang=13", "?so=dung-hen&nam=99999"]
)
def test_a_list_of_nothing_known(ward, as_coordinator, query):
    assert as_coordinator.get(f"/ho-so/so-lieu/{query}").status_code == 404


# --- cost ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 60])
def test_queries(plan, ward, coordinator, as_coordinator, django_assert_max_num_queries, count):
    for n in range(count):
        settled(ward, dt.date(2026, 1 + n % 11, 3), n % 2)
    bind(plan, coordinator)
    bind(plan, coordinator, "xin-loi", position=1)
    with django_assert_max_num_queries(17):
        as_coordinator.get(PAGE)
    with django_assert_max_num_queries(20):
        as_coordinator.get(f"{YEAR}toan-canh/")
