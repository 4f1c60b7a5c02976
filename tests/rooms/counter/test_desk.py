"""How a counter stands is its coordinator's to say; without the province's document every number is provisional."""

import datetime as dt

import pytest

from caicach.counter.models import Desk
from caicach.history.models import Event
from caicach.organisation.hours import set_hours
from caicach.organisation.queries import WardHours, usual_hours
from tests.factories import rooms
from tests.rooms.counter.conftest import AT, COPY, asked

pytestmark = pytest.mark.django_db
SAID = {
    "document": "15/QĐ-UBND",
    "unit": " h01.31.05 ",
    "name": "Bộ phận Một cửa",
    "address": "Số 1",
    "phone": "",
}


def test_the_coordinator_says_how_the_counter_stands(as_coordinator):
    assert as_coordinator.get("/quay/cai-dat/").status_code == 200
    assert as_coordinator.post("/quay/cai-dat/", SAID).status_code == 303
    desk = Desk.objects.get()
    assert (desk.unit, desk.document) == ("H01.31.05", "15/QĐ-UBND")
    told = Event.objects.get(code="counter.set").facts["changes"]
    assert ["unit", "", "H01.31.05"] in told
    as_coordinator.post("/quay/cai-dat/", SAID)
    assert Event.objects.filter(code="counter.set").count() == 1


@pytest.mark.parametrize("change, words", [
    ({"unit": "ABC"}, "H01.31.05"), ({"document": ""}, "văn bản của tỉnh"),
])  # fmt: skip
def test_what_cannot_be_is_said_at_its_field(as_coordinator, change, words):
    answer = as_coordinator.post("/quay/cai-dat/", SAID | change)
    assert answer.status_code == 422 and words in answer.content.decode() and not Desk.objects.exists()


def test_it_is_nobody_elses(as_officer):
    assert as_officer.post("/quay/cai-dat/", SAID).status_code == 403


def test_the_promise_counts_as_the_wards_hours_say(accept, desk):
    """One place for how days are counted and the hour after which a same-day matter is the next day's: the ward's hours."""
    said = WardHours(
        rooms.TODAY, usual_hours().hours, "same-hour", False, dt.time(11), "7/TB-UBND", checked=True
    )
    set_hours(
        said,
        ward=desk.pk,
        words="",
        later=(),
        by=rooms.make_person(desk, "administrator").pk,
        at=AT,
        today=rooms.TODAY,
    )
    dossier = accept()
    assert dossier.moment("due") == dt.datetime(2026, 12, 1, 11), (
        "five days of work later: noon is the end of the morning"
    )
    late = accept(asked(COPY, parts=frozenset({1})), token="phieuhai0001")
    assert late.moment("due") == dt.datetime(2026, 11, 25, 17), "after the ward's hour: the next working day"
    assert "sau 11:00 nên tính sang thứ Tư 25/11" in late.line.promise
