"""The morning's forecast: made once a day from the events, kept, shown to whom it concerns, silent where it knows too little."""

import datetime as dt

import pytest

from caicach.core import clock
from caicach.counter.simulated import simulate
from caicach.dossiers import jobs, moves, pace, pace_page
from caicach.dossiers.models import Dossier, DossierClock, Forecast, Foreseen
from caicach.dossiers.moves import Mover, Told, move
from caicach.organisation.queries import work_time
from caicach.worker.models import Job
from tests.factories import rooms
from tests.rooms.counter.conftest import AT

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
PAGE, AHEAD = "/ho-so/du-bao/", "/ho-so/sap-tre/"


@pytest.fixture
def leader(ward):
    return rooms.make_person(ward, "leader", name="Trần Văn Lãnh")


@pytest.fixture
def practised(desk, officer, leader):
    """A ward with ten weeks behind it."""
    simulate(desk.pk, count=120, seed=5, since=AT.date() - 70 * DAY, until=rooms.TODAY)
    return desk


def shown(client, person, address=PAGE):
    client.force_login(person)
    return client.get(address).content.decode()


def open_ones(ward):
    return DossierClock.objects.filter(ward=ward, runs=True)


def slow_down(ward):
    """All that is open is promised for tomorrow: hardly any of it can be ready."""
    now = AT + DAY
    Dossier.objects.filter(clock__in=open_ones(ward)).update(due_on=now.date(), due_time=None)
    open_ones(ward).update(late_from=now)


def test_a_turn_is_what_an_office_had_in_hands_without_what_it_waited(ward):
    time = work_time(ward.pk)
    morning = AT.replace(hour=7, minute=0)
    told = [
        (1, "accept", morning, None, None), (1, "transfer", morning + dt.timedelta(hours=1), 5, None),
        (1, "ask-supplement", morning + dt.timedelta(hours=2), None, None), (1, "take-supplement", morning + 2 * DAY, None, None),
        (1, "extend", morning + 2 * DAY, None, 2),
        (1, "hand-over", morning + 2 * DAY + dt.timedelta(hours=2), 6, None), (1, "resolve", morning + 2 * DAY + dt.timedelta(hours=3), None, None),
        (2, "accept", morning, None, None), (2, "transfer", morning, 5, None),
    ]  # fmt: skip
    found = dict(pace.heard(told, time))
    assert found[1].ended == [pace.Turn(0, 60), pace.Turn(5, 60 + 120), pace.Turn(6, 60)]
    assert found[1].promised(0, 3 * 480) == 300 + 480, (
        "what an apology gave is no time that the work usually takes"
    )
    now = clock.local(morning + dt.timedelta(hours=2)).replace(tzinfo=None)
    assert (found[2].ended, found[2].now(now)) == ([], pace.Turn(5, 120))


def test_it_is_made_once_a_day_and_says_the_same_when_made_again(practised):
    slow_down(practised)
    made = pace.make(practised.pk, at=AT)
    assert made.enough and made.until == dt.date(2026, 11, 27) and made.passes >= 30
    first = list(made.dossiers.order_by("dossier_id").values_list("dossier_id", "percent"))
    assert first and set(dict(first)) <= set(open_ones(practised).values_list("pk", flat=True))
    assert pace.make(practised.pk, at=AT) is None
    offices = made.offices
    Forecast.objects.all().delete()
    again = pace.make(practised.pk, at=AT.replace(hour=7))
    assert [row[0] for row in first] == list(again.dossiers.order_by("dossier_id").values_list("dossier_id", flat=True))  # fmt: skip
    Forecast.objects.all().delete()
    again = pace.make(practised.pk, at=AT)
    assert first == list(again.dossiers.order_by("dossier_id").values_list("dossier_id", "percent"))
    assert offices == again.offices


def test_it_asks_the_same_number_of_times_for_few_and_for_many(
    practised, accept, django_assert_max_num_queries
):
    with django_assert_max_num_queries(18):
        pace.make(practised.pk, at=AT)
    slow_down(practised)
    with django_assert_max_num_queries(6):
        pace_page.page(practised.pk, now=AT, office=None)


def test_with_too_little_behind_it_says_so(desk, leader, accept, client):
    accept()
    assert "Chưa có dự báo" in shown(client, leader)
    made = pace.make(desk.pk, at=AT)
    assert not made.enough and not Foreseen.objects.exists()
    words = shown(client, leader)
    assert "Chưa đủ để dự báo" in words and "Mới có 0 lượt" in words
    assert "du-bao" not in shown(client, leader, AHEAD), "nothing to say beside what is close"


def test_the_leader_sees_the_ward_and_a_head_the_own_office(practised, leader, client):
    slow_down(practised)
    pace.make(practised.pk, at=AT)
    one = Foreseen.objects.order_by("-percent", "dossier_id").first()
    words = shown(client, leader)
    assert one.dossier.code in words and f"{one.percent}%" in words and "thứ Sáu 27/11" in words
    assert "Theo nhịp 60 ngày" in words and "+1 giờ" in words
    assert "Tới hết thứ Sáu 27/11" in shown(client, leader, AHEAD)
    place = one.office
    mine = rooms.make_person(practised, "head", office=place.name)
    other = rooms.make_person(practised, "head", office="Phòng Văn hóa – Xã hội")
    assert one.dossier.code in shown(client, mine)
    assert one.dossier.code not in shown(client, other)
    assert one.dossier.code not in shown(client, other, f"{PAGE}?don_vi={place.slug}")
    stranger = rooms.make_person(rooms.make_ward("Phường Hai"), "leader")
    assert one.dossier.code not in shown(client, stranger)


def test_the_list_is_narrowed_to_an_office_and_has_pages(practised, leader, client, monkeypatch):
    slow_down(practised)
    pace.make(practised.pk, at=AT)
    one = Foreseen.objects.order_by("-percent", "dossier_id").first()
    page = pace_page.page(practised.pk, now=AT, office=None, unit=one.office.slug, most=1)
    assert page.narrowed and [row.row.dossier.code for row in page.likely] == [one.dossier.code]
    assert page.more == (Foreseen.objects.filter(office=one.office).count() > 1)
    assert not pace_page.page(practised.pk, now=AT, office=None, unit="khong-co").likely


def test_what_was_settled_since_the_morning_is_not_there_any_more(practised, leader):
    slow_down(practised)
    pace.make(practised.pk, at=AT)
    one = Foreseen.objects.order_by("-percent", "dossier_id").first()
    move(one.dossier, "resolve", Told(outcome="granted"), by=Mover(leader.pk, None), at=AT)
    page = pace_page.page(practised.pk, now=AT, office=None)
    assert one.dossier.code not in [row.row.dossier.code for row in page.likely]
    assert list(moves.differing(practised.pk)) == []


def test_what_the_last_week_was_said_to_bring_stands_beside_what_it_did(practised):
    slow_down(practised)
    before = pace.make(practised.pk, at=AT)
    later = AT + 7 * DAY
    assert pace.make(practised.pk, at=later)
    page = pace_page.page(practised.pk, now=later, office=None)
    assert page.earlier.since == before.day
    assert page.earlier.was == before.dossiers.count(), "all of it lies there still"


def test_each_ward_that_works_is_queued_once_a_morning(ward):
    morning = dt.datetime.combine(rooms.TODAY, dt.time(5))
    jobs.queue_forecasts(morning.replace(hour=4))
    assert not Job.objects.filter(name="dossiers.forecast").exists()
    for _ in range(2):
        jobs.queue_forecasts(morning)
    assert Job.objects.filter(name="dossiers.forecast").count() == 1
    jobs.queue_forecasts(dt.datetime(2026, 11, 29, 6))  # a Sunday
    assert Job.objects.filter(name="dossiers.forecast").count() == 1
    jobs.forecast(ward.pk)
    jobs.forecast(ward.pk)
    assert Forecast.objects.count() == 1


def test_a_ward_beside_the_province_has_a_forecast_of_its_lists(ward, officer):
    from caicach.dossiers import services
    from tests.rooms.dossiers.conftest import bring, csv

    done = [
        (
            f"H01.31.05-261102-{n:04}",
            "Đăng ký khai sinh",
            "Trần Văn Mẫu",
            "02/11/2026",
            "05/11/2026",
            "10/11/2026",
            "Đã trả kết quả",
        )
        for n in range(40)
    ]
    new = [
        (
            "H01.31.05-261120-0001",
            "Đăng ký khai sinh",
            "Trần Văn Mẫu",
            "20/11/2026",
            "25/11/2026",
            "",
            "Đang xử lý",
        )
    ]
    row = bring(ward, officer, csv(done + new))
    services.choose(row, row.columns, by=officer.pk, at=AT)
    jobs.read_list(row.pk)
    made = pace.make(ward.pk, at=AT)
    assert made.enough and made.passes == 40
    (one,) = made.dossiers.all()
    assert one.dossier.code == new[0][0] and one.percent > 80, "all before it took twice their time"
