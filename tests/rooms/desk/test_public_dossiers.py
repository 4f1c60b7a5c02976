"""How the ward keeps its promises, for everybody: off by default, the figures of the plan's indicators, nobody's name."""

import datetime as dt

import pytest

from caicach import data
from caicach.core.clock import noon
from caicach.dossiers.models import Dossier, DossierClock, Event
from caicach.plans import measured
from caicach.procedures import services as procedures
from tests.factories import rooms

pytestmark = pytest.mark.django_db
AT, TODAY = noon(rooms.TODAY), rooms.TODAY
PAGE = "/cong-khai/phuong-thu/ho-so/"


@pytest.fixture
def shown(settings):
    settings.PUBLIC = ["1"]


@pytest.fixture
def catalogue(ward, coordinator):
    entries = [
        procedures.Entry(code, name, level="commune", fee_status="free")
        for code, name in (("1.001193", "Đăng ký khai sinh"), ("1.003583", "Đăng ký việc nuôi con nuôi trong nước"))
    ]  # fmt: skip
    decision = procedures.Decision("12/QĐ-UBND", dt.date(2025, 6, 20), "UBND tỉnh Thử")
    procedures.publish(
        ward=ward.pk, decision=decision, valid_from=dt.date(2025, 7, 1), brings=entries, ends=(), by=coordinator.pk, at=AT, today=TODAY
    )  # fmt: skip


def make(ward, n, *, due, settled=None, late_days=None, late_from=None, told=None, **other):
    facts = {
        "system": "own",
        "state": "resolved" if settled else "processing",
        "procedure_code": "1.001193",
        "procedure": "Khai sinh cho cháu Lê Văn Kín",
    }
    one = Dossier.objects.create(
        ward=ward, code=f"H01.31.05-261102-{n:04}", applicant="Nguyễn Thị Thử", words="nguyen thi thu 0912345678",
        received_on=dt.date(2026, 11, 2), due_on=due, resolved_on=settled, **{**facts, **other},
    )  # fmt: skip
    DossierClock.objects.create(
        dossier=one,
        ward=ward,
        runs=not settled,
        settled_on=settled,
        late_days=late_days,
        late_from=late_from,
        apologised_on=told,
    )
    return one


@pytest.fixture
def dossiers(ward, coordinator, catalogue):
    make(ward, 1, due=dt.date(2026, 11, 12), late_from=noon(dt.date(2026, 11, 13)))
    again = make(
        ward, 2, due=dt.date(2026, 11, 27), late_from=noon(dt.date(2026, 11, 28)), told=dt.date(2026, 11, 16)
    )
    Event.objects.create(
        ward=ward, dossier=again, at=AT, by=coordinator, code="extend", state="processing", word="Chờ xác minh của chị Hoa",
        facts={"amount": 7, "before": "2026-11-17T17:00:00", "due": "2026-11-27T17:00:00"},
    )  # fmt: skip
    make(ward, 3, due=dt.date(2026, 11, 30), late_from=noon(dt.date(2026, 12, 1)))  # in time
    make(ward, 4, due=dt.date(2026, 11, 10), settled=dt.date(2026, 11, 9), late_days=0)
    make(ward, 5, due=dt.date(2026, 11, 10), settled=dt.date(2026, 11, 12), late_days=2)
    make(ward, 6, due=dt.date(2026, 11, 12), late_from=noon(dt.date(2026, 11, 13)), procedure_code="1.003583")
    make(rooms.make_ward("Phường Khác"), 7, due=dt.date(2026, 11, 12), late_from=noon(dt.date(2026, 11, 13)))


def text(response):
    return response.content.decode()


def test_it_is_off_by_default(dossiers, client):
    assert client.get(PAGE).status_code == 404


def test_late_ones_stand_there_by_code_and_day(dossiers, shown, client):
    page = text(client.get(PAGE))
    assert "3 hồ sơ trễ hẹn" in page
    first = page.partition("H01.31.05-261102-0001")[2][:200]
    assert "Đăng ký khai sinh" in first and "hẹn 12/11/2026" in first and "Trễ hẹn" in first
    again = page.partition("H01.31.05-261102-0002")[2][:250]
    assert "hẹn 17/11/2026" in again and "hẹn lại 27/11/2026" in again and "đã xin lỗi" in again.lower()
    assert not any(f"-000{n}" in page for n in (3, 4, 5, 7))


def test_what_we_promised_anew_for_the_provinces_stands_there_by_our_day(
    dossiers, shown, client, ward, coordinator
):
    one = make(
        ward, 8, due=dt.date(2026, 11, 12), late_from=noon(dt.date(2026, 11, 28)), told=TODAY, system="beside"
    )
    DossierClock.objects.filter(dossier=one).update(again_on=dt.date(2026, 11, 27))
    Event.objects.create(
        ward=ward, dossier=one, at=AT, by=coordinator, code="apologise", state="processing", word="Chờ tỉnh",
        facts={"amount": 11, "before": "2026-11-12", "due": "2026-11-27", "listed": "2026-11-12"},
    )  # fmt: skip
    said = text(client.get(PAGE)).partition("-0008")[2][:250]
    assert "hẹn 12/11/2026" in said and "hẹn lại 27/11/2026" in said and "đã xin lỗi" in said.lower()


def test_results_stand_there_likewise(dossiers, shown, client):
    page = text(client.get(f"{PAGE}?phan=ket-qua"))
    assert "-0004" in page and "-0005" in page and "Trễ 2 ngày làm việc" in page and "-0001" not in page


@pytest.mark.parametrize("query", ["", "?phan=ket-qua"])
def test_nobody_is_named(dossiers, shown, client, coordinator, query):
    page = text(client.get(PAGE + query))
    for told in (
        "Nguyễn Thị Thử",
        "Lê Văn Kín",
        "0912345678",
        "chị Hoa",
        coordinator.full_name,
        "/ho-so/H01",
    ):
        assert told not in page, told


def test_what_tells_too_much_has_no_name(dossiers, shown, client):
    page = text(client.get(PAGE))
    assert "con nuôi" not in page
    assert "Thủ tục không nêu tên" in page.partition("-0006")[2][:150]
    assert data.is_unnamed("Xác nhận hộ nghèo") and not data.is_unnamed("Đăng ký khai sinh")


def test_a_name_that_no_catalogue_has_stays_unsaid(ward, shown, client):
    make(ward, 1, due=dt.date(2026, 11, 12), late_from=noon(dt.date(2026, 11, 13)))
    page = text(client.get(PAGE))
    assert "Thủ tục không nêu tên" in page and "Lê Văn Kín" not in page


def test_the_figures_are_those_of_the_indicators(dossiers, shown, client, ward):
    page = text(client.get(PAGE))
    found = measured.counts(ward.pk, ["dossiers-on-time", "dossiers-received"], 2026, today=TODAY)
    on_time, received = found["dossiers-on-time"].so_far, found["dossiers-received"].so_far
    assert (received.part, on_time.part, on_time.whole) == (6, 1, 2)
    assert "<td>6</td>" in page and f"<td>1 ({on_time.words})</td>" in page and "<td>2</td>" in page


def test_paged_small_and_cheap(ward, catalogue, shown, client, django_assert_max_num_queries):
    for n in range(1, 91):
        make(ward, n, due=dt.date(2026, 11, 12), late_from=noon(dt.date(2026, 11, 13)))
    with django_assert_max_num_queries(10):
        first = client.get(PAGE)
    assert len(first.content) < 40_000 and text(first).count("<b>H01") == 40 and "trang=2" in text(first)
    with django_assert_max_num_queries(2):
        assert client.get(PAGE).content == first.content
    assert text(client.get(f"{PAGE}?trang=3")).count("<b>H01") == 10
    assert client.get(f"{PAGE}?trang=4").status_code == 404
    assert first["Cache-Control"] == "public, max-age=300"
    assert f'href="{PAGE}"' in text(client.get("/cong-khai/phuong-thu/"))


def test_a_ward_without_dossiers(ward, shown, client):
    assert "không hồ sơ nào trễ hẹn" in text(client.get(PAGE))
