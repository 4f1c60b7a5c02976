"""How a counter stands is its coordinator's to say; without the province's document every number is provisional."""

import pytest

from caicach.counter.models import Desk
from caicach.history.models import Event

pytestmark = pytest.mark.django_db
SAID = {
    "document": "15/QĐ-UBND",
    "unit": " h01.31.05 ",
    "name": "Bộ phận Một cửa",
    "address": "Số 1",
    "phone": "",
    "cut_off": "15:30",
}


def test_the_coordinator_says_how_the_counter_stands(as_coordinator):
    assert as_coordinator.get("/quay/cai-dat/").status_code == 200
    assert as_coordinator.post("/quay/cai-dat/", SAID).status_code == 303
    desk = Desk.objects.get()
    assert (desk.unit, desk.document, str(desk.cut_off)) == ("H01.31.05", "15/QĐ-UBND", "15:30:00")
    told = Event.objects.get(code="counter.set").facts["changes"]
    assert ["unit", "", "H01.31.05"] in told
    as_coordinator.post("/quay/cai-dat/", SAID)
    assert Event.objects.filter(code="counter.set").count() == 1


@pytest.mark.parametrize("change, words", [
    ({"unit": "ABC"}, "H01.31.05"), ({"document": ""}, "văn bản của tỉnh"), ({"cut_off": "muộn"}, "Hãy ghi giờ"),
])  # fmt: skip
def test_what_cannot_be_is_said_at_its_field(as_coordinator, change, words):
    answer = as_coordinator.post("/quay/cai-dat/", SAID | change)
    assert answer.status_code == 422 and words in answer.content.decode() and not Desk.objects.exists()


def test_it_is_nobody_elses(as_officer):
    assert as_officer.post("/quay/cai-dat/", SAID).status_code == 403
