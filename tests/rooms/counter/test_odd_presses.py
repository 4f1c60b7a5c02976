"""What was pressed in odd orders, or at once: one sheet is one thing, a slip is held while it is typed in, forgotten stays forgotten."""

import datetime as dt

import pytest
from django.db import transaction

from caicach.citizens.services import anonymise
from caicach.core import clock
from caicach.core.clock import noon
from caicach.core.http import Missing
from caicach.counter import papers, queries, spares, till
from caicach.counter.models import Attempt, Draft, Money, Paper, Spare
from caicach.counter.till import Paying
from caicach.dossiers import forgetting
from caicach.dossiers.models import Dossier, Event
from caicach.dossiers.moves import Mover, Told, move
from caicach.rules.refusal import Refusal
from tests.factories import rooms
from tests.rooms.counter.conftest import AT, BIRTH, COPY, NUMBER, PHONE, asked

pytestmark = pytest.mark.django_db
TYPED = {
    "token": "phieule00001", "procedure": BIRTH, "name": "Nguyễn Thị Lan", "number": NUMBER, "phone": PHONE, "address": "Khu phố 3", "role": "self",
    "way": "counter", "sets": "1", "part": ["1", "2"], "turned": "Thiếu chữ ký",
}  # fmt: skip


@pytest.fixture
def at_counter(client, desk, officer):
    client.force_login(officer)
    return client


@pytest.mark.parametrize("lam", ["bo-sung", "tu-choi"])
def test_a_sheet_that_was_turned_away_becomes_no_dossier(at_counter, lam):
    at_counter.post("/quay/", {**TYPED, "lam": lam})
    answer = at_counter.post("/quay/", {**TYPED, "lam": "luu"})
    assert answer.status_code in (409, 422) and "đã thành phiếu" in answer.content.decode()
    assert not Dossier.objects.exists() and Attempt.objects.count() == 1
    at_counter.post("/quay/nhap/", TYPED)
    assert not Draft.objects.exists(), "what was turned away comes back as no draft"


def test_a_slip_that_was_turned_away_is_blank_no_more(at_counter, desk, officer):
    (slip,) = spares.make(
        1, token="phieutrong01", ward=desk.pk, by=officer.pk, at=noon(dt.date(2026, 11, 18))
    )
    at_counter.post("/quay/", {**TYPED, "token": slip.token, "slip": slip.code, "lam": "tu-choi"})
    assert Spare.objects.get().spoilt_word == "Chưa nhận được: phiếu 03 số 1"


def test_only_the_slip_whose_sheet_it_is_is_spoilt(at_counter, desk, officer):
    (slip,) = spares.make(
        1, token="phieutrong01", ward=desk.pk, by=officer.pk, at=noon(dt.date(2026, 11, 18))
    )
    at_counter.post("/quay/", {**TYPED, "slip": slip.code, "lam": "tu-choi"})
    assert Attempt.objects.exists() and Spare.objects.get().spoilt_at is None


def test_a_slip_and_its_dossier_are_one_or_none(desk, officer, monkeypatch):
    (slip,) = spares.make(
        1, token="phieutrong01", ward=desk.pk, by=officer.pk, at=noon(dt.date(2026, 11, 18))
    )
    how = {"ward": desk.pk, "token": slip.token, "by": officer.pk, "at": AT}

    def cut(*_args, **_how):
        raise KeyboardInterrupt

    monkeypatch.setattr(Spare, "save", cut)
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        spares.type_in(slip.code, "9:00 19/11/2026", asked(), **how)
    monkeypatch.undo()
    assert not Dossier.objects.exists()
    spares.spoil(slip, "Rách", by=officer.pk, at=AT)
    with pytest.raises(Refusal) as told, transaction.atomic():
        spares.type_in(slip.code, "9:00 19/11/2026", asked(), **how)
    assert told.value.code == "spare.spoilt" and not Dossier.objects.exists()


def test_what_was_typed_a_moment_ago_is_left_with_the_draft(at_counter, client, ward):
    at_counter.post("/quay/nhap/", {**TYPED, "name": ""})
    at_counter.post("/quay/nhap/phieule00001/", {**TYPED, "address": "Khu phố 9", "lam": "de-lai"})
    other = rooms.make_person(ward, "officer", office="Văn phòng HĐND và UBND")
    client.force_login(other)
    client.post("/quay/nhap/phieule00001/", {"lam": "nhan"})
    assert "Khu phố 9" in client.get("/quay/?nhap=phieule00001").content.decode()


def test_another_person_does_not_tick_off_somebodys_attempt(at_counter):
    at_counter.post("/quay/", {**TYPED, "lam": "bo-sung"})
    other = {
        **TYPED,
        "token": "phieule00002",
        "number": "000090054321",
        "name": "Trần Văn Khác",
        "again": "phieule00001",
    }
    assert at_counter.post("/quay/", {**other, "lam": "luu"}).status_code == 303
    assert Attempt.objects.get().taken is None


def test_a_voided_number_says_what_money_is_kept(at_counter, client, ward):
    at_counter.post("/quay/", {**TYPED, "procedure": COPY, "part": ["1"], "pay": "cash", "lam": "luu"})
    client.force_login(rooms.make_person(ward, "head", office="Văn phòng HĐND và UBND"))
    client.post("/quay/phieule00001/huy/", {"word": "Nhập nhầm"})
    assert "Còn giữ 2.000 đồng đã thu" in client.get("/quay/phieule00001/").content.decode()


def test_a_page_of_another_dossier_takes_no_money_here(accept, officer):
    one, two = (
        accept(asked(COPY, parts=frozenset({1}))),
        accept(asked(COPY, parts=frozenset({1})), token="phieuhai0001"),
    )
    how = {"token": "thutien00001", "by": officer.pk, "at": AT}
    till.take(one, Paying("cash", 500), **how)
    with pytest.raises(Refusal) as told, transaction.atomic():
        till.take(two, Paying("cash", 500), **how)
    assert told.value.code == "counter.old" and Money.objects.count() == 1


@pytest.fixture
def forgotten(accept, officer, ward):
    one = accept(asked(COPY, parts=frozenset({1})))
    till.charge(one, total=None, ground="ông Đỗ Văn Quên là thương binh", word="", by=officer.pk, at=AT)
    leader = Mover(rooms.make_person(ward, "leader").pk, None)
    one = Dossier.objects.get(pk=one.pk)
    if one.state == "accepted":
        move(one, "transfer", Told(office=ward.offices.get(short_name="Văn phòng").pk), by=leader, at=AT)
    move(one, "resolve", Told(outcome="granted"), by=leader, at=AT)
    page = queries.taken(ward.pk, one.token)
    forgetting.forget(one, at=clock.now())
    return Dossier.objects.get(pk=one.pk), page, leader


def test_forgotten_is_forgotten_also_for_who_had_its_page_open(forgotten, officer):
    one, page, leader = forgotten
    assert "Quên" not in str(list(Event.objects.values_list("facts", flat=True)))
    with pytest.raises(Missing), transaction.atomic():
        papers.receipt(page, lookup="X", site="https://vi.du", by=officer.pk, at=AT)
    assert not Paper.objects.exclude(facts={}).exists()
    for act in (
        lambda: move(one, "return-result", Told(collector="Người Lạ"), by=leader, at=AT),
        lambda: till.charge(one, total=5, ground="", word="Nhắc tên", by=officer.pk, at=AT),
    ):
        with pytest.raises(Refusal) as told, transaction.atomic():
            act()
        assert told.value.code == "dossier.forgotten"


@pytest.mark.parametrize("address", ["/quay/chua-nhan-duoc/?nam=" + "9" * 5000, "/quay/chot-tien/ca-phuong/?thang=02026999-11", "/quay/chot-tien/ca-phuong/?thang=2026-0119"])  # fmt: skip
def test_odd_years_and_months_are_this_one(client, ward, desk, address):
    client.force_login(rooms.make_person(ward, "head", office="Văn phòng HĐND và UBND"))
    assert client.get(address).status_code == 200


def test_an_attempt_of_somebody_forgotten_opens_without_its_paper(at_counter):
    at_counter.post("/quay/", {**TYPED, "lam": "bo-sung"})
    one, page = Attempt.objects.get(), "/quay/chua-nhan-duoc/phieule00001/"
    assert at_counter.get(f"{page}phieu.pdf").status_code == 200
    anonymise(one.citizen, at=clock.now())
    told = at_counter.get(page).content.decode()
    assert "Đã hết thời hạn lưu giữ" in told and "phieu.png" not in told and "nhận tiếp" not in told
    for gone in ("phieu.pdf", "phieu.pdf?lai=1", "phieu.png", "phieu.png?lai=1"):
        assert at_counter.get(f"{page}{gone}").status_code == 404, gone
    assert at_counter.get("/quay/?lai=phieule00001").status_code == 404
