""" "If these steps were cut so": past dossiers counted anew, who would have held them, what it does to the promise to cut."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from caicach.dossiers import moves
from caicach.dossiers.models import Dossier, DossierClock
from caicach.dossiers.moves import Mover, Told
from caicach.dossiers.shorter import Asked, shorter_page
from caicach.procedures.models import Version
from caicach.rules.procedures import Span
from tests.factories import rooms
from tests.rooms.counter.conftest import AT, BIRTH, COPY, asked

pytestmark = pytest.mark.django_db
PAGE = f"/thu-tuc/{BIRTH}/neu-cat/"
OFFICE = "Văn phòng HĐND và UBND"


@pytest.fixture
def settled(desk, officer, leader, accept):
    """settled(n, days): the nth dossier, that took so many days of the calendar."""

    def go(n, days):
        begun = AT - dt.timedelta(days=14)  # a Monday's noon
        one = accept(asked(), token=f"phieucu{n:05}", at=begun)

        def move(code, told, by, at):
            fresh = Dossier.objects.select_related("clock").get(pk=one.pk)
            moves.move(fresh, code, told, by=Mover(by.pk, fresh.clock.office_id), at=at)

        move("resolve", Told(outcome="granted"), leader, begun + dt.timedelta(days=days))
        return one

    return go


@pytest.fixture
def leader(ward):
    return rooms.make_person(ward, "leader")


def page(ward, own=None, **other):
    return shorter_page(ward.pk, BIRTH, Asked(own, **other), today=rooms.TODAY)


def test_past_dossiers_under_a_shorter_time(settled, ward):
    for n, days in enumerate((1, 2, 3, 4)):
        settled(n, days)
    found = page(ward, Span("working-day", 2))
    assert (found.counted, found.now.in_time, found.now.late) == (4, 4, 0)
    assert (found.then.in_time, found.then.late) == (2, 2)
    assert [(one.name, one.count) for one in found.then.held] == [(OFFICE, 2)]
    assert [(one.amount, one.share) for one in found.points] == [
        (1, 0.25),
        (2, 0.5),
        (3, 0.75),
        (4, 1),
        (5, 1),
    ]
    assert found.safe == Span("working-day", 4)
    assert len(found.then.examples) == 2


def test_steps_cut_one_by_one(settled, ward):
    settled(1, 2)
    found = page(ward, steps=(8, 4))
    assert found.then.span == Span("working-hour", 12) and found.unit.unit == "working-hour"
    assert page(ward, steps=(8,)).refusal and page(ward, steps=(8, 0)).refusal
    assert page(ward, steps=(40, 40)).refusal.startswith("Thời hạn của phường"), "no longer than the law"


def test_what_it_does_to_the_promise_of_the_whole_catalogue(desk, ward):
    found = page(ward, Span("working-day", 2))
    assert (found.was_total, found.cut) == ("0%", "60%")
    assert found.facts.total == 1 - (2 + 10) / 15 or float(found.facts.total) == pytest.approx(0.2)
    assert (found.facts.was_reached, found.facts.reached, found.facts.counted) == (0, 1, 2)
    assert Version.objects.filter(ward_unit="working-day").count() == 0, "nothing changes by trying"


def test_a_longer_time_is_refused_and_said(settled, ward):
    settled(1, 2)
    found = page(ward, Span("working-day", 9))
    assert found.then is None and found.refusal and found.now is not None


def test_the_count_of_queries_does_not_grow(settled, ward):
    counts = []
    for n in (1, 4):
        for one in range(n):
            settled(n * 10 + one, 1 + one % 3)
        with CaptureQueriesContext(connection) as seen:
            page(ward, Span("working-day", 2))
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 9


def test_the_page(settled, client, officer):
    settled(1, 3)
    client.force_login(officer)
    shown = client.get(PAGE, {"so": "2", "don-vi": "working-day"}).content.decode()
    assert "Nếu hẹn 2 ngày làm việc" in shown and 'class="curve"' in shown and "Sẽ trễ" in shown
    assert " style=" not in shown
    steps = client.get(PAGE, {"theo": "buoc", "buoc-1": "8", "buoc-2": "8"}).content.decode()
    assert "Nếu hẹn 16 giờ làm việc" in steps
    odd = client.get(PAGE, {"so": "-1", "don-vi": "x"}).content.decode()
    assert "Với thời hạn đang hẹn" in odd
    assert "trả trong ngày" in client.get(f"/thu-tuc/{COPY}/neu-cat/").content.decode()
    assert client.get("/thu-tuc/1.999999/neu-cat/").status_code == 404


def test_without_past_dossiers_it_says_so(desk, client, officer):
    client.force_login(officer)
    assert "Chưa có hồ sơ nào để thử" in client.get(PAGE).content.decode()


def test_dossiers_of_the_provinces_system_count_as_far_as_they_are_known(desk, ward):
    """Receipt and result, a day alone whole; one that waited cannot be told, and is said so."""
    for n, (received, resolved, waited) in enumerate(((9, 10, False), (9, 13, False), (9, 12, True))):
        one = Dossier.objects.create(
            ward=ward, code=f"H01.31.05-261109-{n:04}", procedure_code=f"{BIRTH}.000.00.00.H01", state="resolved", words="",
            received_on=dt.date(2026, 11, received), resolved_on=dt.date(2026, 11, resolved),
        )  # fmt: skip
        DossierClock.objects.create(dossier=one, ward=ward, settled_on=one.resolved_on, waited=waited)
    found = page(ward, Span("working-day", 2))
    assert (found.counted, found.skipped, found.then.in_time, found.then.late) == (2, 1, 1, 1)
    assert found.then.examples[0][0].endswith("-0001")
