"""Blank receipts: never a number twice, typed in later with the true time, ticked off, and their code opens the citizen's page."""

import datetime as dt

import pytest

from caicach.core import clock
from caicach.core.clock import noon
from caicach.counter import services, spares
from caicach.counter.models import Money, Spare
from caicach.dossiers.models import Dossier, Event
from caicach.rules.refusal import Refusal
from tests.factories import rooms
from tests.rooms.counter.conftest import BIRTH, COPY, NUMBER, PHONE

pytestmark = pytest.mark.django_db
PRINTED = noon(dt.date(2026, 11, 18))
TYPED = {
    "procedure": BIRTH, "name": "Nguyễn Thị Lan", "number": NUMBER, "phone": PHONE, "address": "Khu phố 3", "role": "self", "way": "counter",
    "sets": "1", "part": ["1", "2"], "came": "9:05 19/11/2026",
}  # fmt: skip


@pytest.fixture
def at_counter(client, desk, officer):
    client.force_login(officer)
    return client


@pytest.fixture
def slip(desk, officer):
    return spares.make(2, token="phieutrong01", ward=desk.pk, by=officer.pk, at=PRINTED)[0]


def enter(client, slip, **other):
    return client.post("/quay/", {**TYPED, "token": slip.token, "slip": slip.code, "lam": "luu", **other})


def test_more_are_printed_with_numbers_that_nobody_else_gets(at_counter, desk, officer):
    answer = at_counter.post("/quay/du-phong/", {"count": "3", "token": "phieutrong02"})
    assert answer.status_code == 303
    assert "In các phiếu vừa thêm" in at_counter.get(answer["Location"]).content.decode()
    at_counter.post("/quay/du-phong/", {"count": "3", "token": "phieutrong02"})
    spares.make(2, token="phieutrong03", ward=desk.pk, by=officer.pk, at=clock.now())
    assert [one.code for one in Spare.objects.order_by("id")] == [f"DP-2026-000{n}" for n in range(1, 6)]
    assert len({one.token for one in Spare.objects.all()}) == 5
    for wrong in ("0", "101", "ba", ""):
        told = at_counter.post("/quay/du-phong/", {"count": wrong, "token": "phieutrong04"})
        assert told.status_code == 422 and "từ 1 đến 100" in told.content.decode()


def test_the_sheets_show_number_and_code_and_only_of_blank_ones(at_counter, desk, slip, officer):
    from pypdfium2 import PdfDocument

    data = at_counter.get("/quay/du-phong/phieu.pdf?tu=1&den=9&nam=2026").content
    pdf = PdfDocument(data)
    assert len(pdf) == 2
    words = " ".join(pdf[0].get_textpage().get_text_bounded().split())
    assert words.count("DP-2026-0001") == 2 and services.lookup_code(desk.pk, slip.token) in words
    spares.spoil(slip, "Rách", by=officer.pk, at=clock.now())
    assert len(PdfDocument(at_counter.get("/quay/du-phong/phieu.pdf?tu=1&den=9&nam=2026").content)) == 1
    assert at_counter.get("/quay/du-phong/phieu.pdf?tu=1&den=1&nam=2026").status_code == 404
    assert at_counter.get("/quay/du-phong/phieu.pdf?tu=x").status_code == 404


def test_it_is_typed_in_with_the_true_time_and_ticked_off(at_counter, desk, slip):
    sheet = at_counter.get(f"/quay/?phieu={slip.code}").content.decode()
    assert f'name="token" value="{slip.token}"' in sheet and 'name="came"' in sheet
    assert enter(at_counter, slip).status_code == 303
    dossier = Dossier.objects.get()
    assert (dossier.received_on, dossier.received_time) == (dt.date(2026, 11, 19), dt.time(9, 5))
    assert dossier.due_on == dt.date(2026, 11, 27)  # five working days from the 19th, the 24th being off
    assert dossier.code.startswith("H01.31.05-261119-")
    first = Event.objects.filter(dossier=dossier).first()
    assert first.facts["slip"] == slip.code and first.facts["entered"].startswith("2026-11-23")
    assert "phiếu dự phòng DP-2026-0001" in at_counter.get(dossier.address).content.decode()
    slip.refresh_from_db()
    assert slip.dossier == dossier
    assert at_counter.get(f"/quay/?phieu={slip.code}").status_code == 302
    page = at_counter.get("/quay/du-phong/?loai=da-nhap").content.decode()
    assert "DP-2026-0001" in page and dossier.code in page
    enter(at_counter, slip)
    assert Dossier.objects.count() == 1


def test_the_code_on_the_paper_opens_the_page_and_before_says_what_to_do(at_counter, client, desk, slip):
    code = services.lookup_code(desk.pk, slip.token)
    before = client.get(f"/tra-cuu/{code}/")
    assert before.status_code == 404 and "chưa được nhập" in before.content.decode()
    enter(at_counter, slip)
    client.logout()
    assert "Đăng ký khai sinh" in client.get(f"/tra-cuu/{code}/").content.decode()
    asked = client.post("/tra-cuu/", {"number": "DP-2026-0001", "code": code})
    assert asked.status_code == 303


@pytest.mark.parametrize(
    "came",
    ["", "hôm qua", "9:05", "25:00 19/11/2026", "9:65 19/11/2026", "9:05 31/02/2026", "9:05 17/11/2026", "9:05 24/11/2026", "9:05 19/11/2025"],
)  # fmt: skip
def test_a_time_that_cannot_be_is_said_at_its_field_and_nothing_is_taken_in(at_counter, slip, came):
    answer = enter(at_counter, slip, came=came)
    assert answer.status_code == 422 and 'href="#q-came"' in answer.content.decode()
    assert not Dossier.objects.exists() and not Spare.objects.exclude(dossier=None).exists()


def test_a_slip_is_bound_to_its_own_sheet(at_counter, slip):
    other = Spare.objects.get(number=2)
    assert enter(at_counter, slip, token=other.token).status_code >= 400
    assert not Dossier.objects.exists()


def test_a_spoilt_one_says_why_and_is_used_no_more(at_counter, slip, officer):
    refused = at_counter.post(f"/quay/du-phong/{slip.code}/hong/", {"word": " "})
    assert refused.status_code == 422 and "Hãy ghi vì sao" in refused.content.decode()
    assert at_counter.post(f"/quay/du-phong/{slip.code}/hong/", {"word": "Rách"}).status_code == 303
    assert "Rách" in at_counter.get("/quay/du-phong/?loai=hong").content.decode()
    assert enter(at_counter, slip).status_code >= 400 and not Dossier.objects.exists()
    used = Spare.objects.get(number=2)
    enter(at_counter, used)
    with pytest.raises(Refusal) as told:
        spares.spoil(used, "Mất", by=officer.pk, at=clock.now())
    assert told.value.code == "spare.used"


def test_money_that_is_taken_then_belongs_to_the_day_it_is_typed_in(at_counter, slip):
    enter(at_counter, slip, procedure=COPY, part=["1"], pay="cash")
    assert clock.local_day(Money.objects.get().at) == rooms.TODAY


def test_another_wards_slip_is_none(at_counter, client, slip):
    other = rooms.make_ward("Phường Khác")
    client.force_login(rooms.make_person(other, "officer", office="Văn phòng HĐND và UBND"))
    assert client.get(f"/quay/?phieu={slip.code}").status_code == 404
    assert client.post(f"/quay/du-phong/{slip.code}/hong/", {"word": "Rách"}).status_code == 404
