"""Money at the counter: receipts numbered once, never more back than was paid, rows that nobody changes."""

import threading
from itertools import count

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction

from caicach.counter import services, till
from caicach.counter.models import Desk, Fee, Money, Paper
from caicach.counter.till import Paying
from caicach.dossiers.models import Dossier, Event
from caicach.dossiers.moves import Mover, Told, move
from caicach.rules.refusal import Refusal
from tests.factories import rooms
from tests.rooms.counter.conftest import AT, COPY, PERMIT, asked

pytestmark = pytest.mark.django_db
on_postgresql = connection.vendor == "postgresql"


@pytest.fixture
def copies(accept):
    """Seven copies, not paid."""
    return accept(asked(COPY, parts=frozenset({1}), sets=7))


@pytest.fixture
def pay(officer):
    tokens = count()

    def go(dossier, way="cash", *, token=None, **told):
        return till.take(
            dossier, Paying(way, **told), token=token or f"thu{next(tokens):08}", by=officer.pk, at=AT
        )

    return go


def fee_of(dossier):
    return Fee.objects.get(dossier=dossier)


def refused(act, *args, **kwargs):
    with pytest.raises(Refusal) as told:
        act(*args, **kwargs)
    return told.value.code


def test_what_is_paid_has_its_receipt_its_number_and_its_event(copies, pay):
    first, second = pay(copies, amount=4_000), pay(copies, "transfer", note="FT26328")
    assert (first.receipt, second.receipt, second.amount) == ("số 0000001/2026", "số 0000002/2026", 10_000)
    assert fee_of(copies).paid == 14_000 and fee_of(copies).owed == 0
    told = Event.objects.filter(dossier=copies, code="paid").order_by("id").last()
    assert told.facts == {
        "amount": 10_000,
        "way": "transfer",
        "receipt": "số 0000002/2026",
        "note": "FT26328",
    }
    assert told.state == copies.state
    assert refused(pay, copies) == "money.nothing-owed"


@pytest.mark.parametrize("told, code", [
    ({"amount": 14_001}, "money.too-much"), ({"amount": 0}, "money.amount"), ({"way": "vàng"}, "money.way"),
])  # fmt: skip
def test_what_cannot_be_paid_is_told_and_takes_no_number(copies, pay, told, code):
    assert refused(pay, copies, **told) == code
    assert pay(copies).number == 1


def test_an_unknown_fee_is_said_before_it_is_paid_and_a_free_one_never(accept, pay, officer):
    unknown = accept(asked(PERMIT, parts=frozenset({1})))
    assert refused(pay, unknown) == "money.unknown"
    assert till.charge(unknown, total=75_000, ground="", word="Theo nghị quyết", by=officer.pk, at=AT)
    assert not till.charge(unknown, total=75_000, ground="", word="", by=officer.pk, at=AT)
    assert pay(unknown).amount == 75_000
    assert refused(pay, accept(token="phieuhai0001")) == "money.nothing-owed"


def test_an_exemption_that_is_known_later_has_its_ground_and_proposes_the_refund(
    copies, pay, officer, client
):
    pay(copies)
    assert till.charge(copies, total=None, ground="Người có công", word="", by=officer.pk, at=AT)
    assert (fee_of(copies).status, fee_of(copies).owed) == ("exempt", -14_000)
    client.force_login(officer)
    page = client.get(f"/quay/tien/{copies.code}/").content.decode()
    assert "Đã thu nhiều hơn mức thu 14.000 đồng" in page
    assert Event.objects.latest("id").facts == {"before": "14.000 đồng", "after": "miễn (Người có công)"}
    assert (
        refused(till.charge, copies, total=2_000, ground="", word="", by=officer.pk, at=AT) == "money.reason"
    )


def test_a_void_receipt_keeps_its_number_and_is_void_once(copies, pay, officer):
    receipt = pay(copies)
    who = {"by": officer.pk, "at": AT}
    assert refused(till.void, receipt, " ", token="huy000000001", **who) == "money.reason"
    void = till.void(receipt, "Ghi nhầm hồ sơ", token="huy000000001", **who)
    assert till.void(receipt, "Ghi nhầm hồ sơ", token="huy000000001", **who).pk == void.pk
    assert refused(till.void, receipt, "Lần nữa", token="huy000000002", **who) == "money.void-already"
    assert refused(till.refund, receipt, 1, "cash", "x", token="huy000000003", **who) == "money.void-already"
    assert fee_of(copies).paid == 0 and pay(copies).number == 2


def test_never_more_goes_back_than_was_paid(copies, pay, officer):
    receipt = pay(copies)
    who = {"by": officer.pk, "at": AT}
    till.refund(receipt, 4_000, "transfer", "Bớt hai bản", token="hoan00000001", **who)
    assert (
        refused(till.refund, receipt, 10_001, "cash", "x", token="hoan00000002", **who)
        == "money.more-than-paid"
    )
    assert refused(till.void, receipt, "x", token="hoan00000003", **who) == "money.refunded-already"
    till.refund(receipt, 10_000, "cash", "Hoàn nốt", token="hoan00000004", **who)
    assert fee_of(copies).paid == 0


def test_the_same_press_is_one_receipt(copies, pay):
    assert (
        pay(copies, amount=1_000, token="motlan000001").pk
        == pay(copies, amount=1_000, token="motlan000001").pk
    )
    assert Money.objects.count() == 1 and fee_of(copies).paid == 1_000


def test_a_row_of_money_is_never_changed(copies, pay):
    receipt = pay(copies)
    for act in (
        lambda: Money.objects.filter(pk=receipt.pk).update(amount=1),
        lambda: Money.objects.all().delete(),
    ):
        with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
            act()
    assert Money.objects.get().amount == 14_000


def test_a_void_dossier_takes_nothing_and_proposes_to_give_all_back(copies, pay, officer, client):
    pay(copies, amount=4_000)
    copies = Dossier.objects.get(pk=copies.pk)
    move(copies, "void", Told(word="Nhập nhầm"), by=Mover(officer.pk, None), at=AT)
    assert refused(pay, copies) == "money.void"
    client.force_login(officer)
    page = client.get(f"/quay/tien/{copies.code}/").content.decode()
    assert "đã thu 4.000 đồng" in page and "Hồ sơ đã hủy số" in page
    assert "Đã thu 4.000 đồng, chưa hoàn." in client.get(copies.address).content.decode()


def test_the_number_of_a_printed_book_is_typed_and_used_once(copies, accept, pay, desk):
    Desk.objects.filter(ward=desk).update(receipts="typed", receipt_book="AA-26P")
    assert refused(pay, copies) == "money.number"
    assert pay(copies, number=123, amount=2_000).receipt == "AA-26P số 0000123"
    assert refused(pay, copies, number=123) == "money.number-used"
    Desk.objects.filter(ward=desk).update(receipt_book="AB-26P")
    assert pay(copies, number=123).receipt == "AB-26P số 0000123"


def test_paid_while_it_comes_in_it_is_one_transaction(accept):
    dossier = accept(asked(COPY, parts=frozenset({1}), sets=7, pay="transfer"))
    row = Money.objects.get()
    assert (row.dossier_id, row.amount, row.way, row.receipt) == (
        dossier.pk,
        14_000,
        "transfer",
        "số 0000001/2026",
    )
    assert fee_of(dossier).paid == 14_000
    assert list(Event.objects.order_by("id").values_list("code", flat=True))[-1] == "paid"
    for n, other in enumerate(
        [
            asked(COPY, parts=frozenset({1}), exempt="Người có công", pay="cash"),
            asked(pay="cash"),
            asked(PERMIT, parts=frozenset({1}), pay="cash"),
        ]
    ):
        accept(other, token=f"phieusau{n:04}")
    assert Money.objects.count() == 1, "nothing is taken for what costs nothing, or nobody knows"


def test_where_the_book_is_printed_nothing_is_taken_with_the_dossier(accept, desk):
    Desk.objects.filter(ward=desk).update(receipts="typed")
    accept(asked(COPY, parts=frozenset({1}), pay="cash"))
    assert not Money.objects.exists() and Fee.objects.get().owed == 2_000


def test_money_that_comes_while_a_form_is_filled_in_does_not_hold_up_the_move(copies, pay, officer):
    seen = Event.objects.filter(dossier=copies).latest("id").pk
    pay(copies)
    held = move(
        Dossier.objects.get(pk=copies.pk), "withdraw", Told(), by=Mover(officer.pk, None), at=AT, seen=seen
    )
    assert held.state == "withdrawn"


# --- screens ---------------------------------------------------------------------------------------------------


def sent(**said):
    return {"lam": "thu", "thu-token": "thutrangmot1", "thu-amount": "14.000", "thu-way": "cash"} | said


def test_the_page_takes_it_prints_its_receipt_and_says_what_is_left(copies, client, officer):
    client.force_login(officer)
    address = f"/quay/tien/{copies.code}/"
    assert 'value="14.000"' in client.get(address).content.decode()
    wrong = client.post(address, sent(**{"thu-amount": "abc"}))
    assert wrong.status_code == 422 and "Số tiền là số đồng" in wrong.content.decode()
    assert client.post(address, sent(**{"thu-amount": "4000"})).status_code == 303
    page = client.get(address).content.decode()
    assert "10.000 đồng" in page and "số 0000001/2026" in page
    nth = Event.objects.filter(dossier=copies).count()
    assert f"/quay/giay/{copies.code}/{nth}/" in page
    assert client.get(f"/quay/giay/{copies.code}/{nth}/").status_code == 200
    paper = Paper.objects.get(form="09")
    assert (paper.number, paper.facts["amount"], paper.facts["letters"]) == (
        1,
        "4.000 đồng",
        "Bốn nghìn đồng",
    )
    assert (
        "thu phí, lệ phí: 4.000 đồng, tiền mặt, biên lai số 0000001/2026"
        in client.get(copies.address).content.decode()
    )
    assert "Còn phải thu 10.000 đồng" in client.get(copies.address).content.decode()


def test_a_receipt_printed_again_says_that_it_is_void(copies, pay, client, officer, monkeypatch):
    from caicach.counter import papers

    receipt = pay(copies)
    client.force_login(officer)
    nth = Event.objects.filter(dossier=copies).count()
    client.get(f"/quay/giay/{copies.code}/{nth}/")
    answer = client.post(
        f"/quay/tien/{copies.code}/",
        {
            "lam": "hoan",
            "bien-lai": receipt.token,
            "hoan-token": "huytrang0001",
            "hoan-what": "void",
            "hoan-reason": "Nhầm người",
        },
    )
    assert answer.status_code == 303
    said = []
    monkeypatch.setattr(papers, "form", lambda number, facts, **_: said.append(facts["undone"]) or b"%PDF-")
    client.get(f"/quay/giay/{copies.code}/{nth}.pdf")
    assert (
        len(said) == 1
        and said[0].startswith("Biên lai đã hủy ")
        and said[0].endswith("23/11/2026: Nhầm người")
    )


def test_somebody_elses_receipt_is_made_void_by_the_head_only(copies, pay, client, ward):
    receipt = pay(copies)
    said = {
        "lam": "hoan",
        "bien-lai": receipt.token,
        "hoan-token": "huytrang0001",
        "hoan-what": "void",
        "hoan-reason": "Nhầm",
    }
    client.force_login(rooms.make_person(ward, "officer", office="Văn phòng HĐND và UBND", name="Người Khác"))
    assert client.post(f"/quay/tien/{copies.code}/", said).status_code == 403
    client.force_login(rooms.make_person(ward, "head", office="Văn phòng HĐND và UBND"))
    assert client.post(f"/quay/tien/{copies.code}/", said).status_code == 303


def test_the_sheet_offers_cash_first_and_the_receipt_page_says_what_was_taken(desk, client, officer):
    client.force_login(officer)
    said = {
        "procedure": COPY,
        "token": "phieumot0001",
        "name": "Nguyễn Thị Lan",
        "all_parts": "1",
        "role": "self",
        "way": "counter",
        "sets": "7",
    }
    page = client.post("/quay/", said | {"lam": "xem"}).content.decode()
    assert '<input type="radio" name="pay" value="cash" checked>' in page
    assert client.post("/quay/", said | {"lam": "luu", "pay": "cash"}).status_code == 303
    assert "đã thu 14.000 đồng" in client.get("/quay/phieumot0001/").content.decode()
    assert (
        client.post("/quay/", said | {"lam": "luu", "pay": "later", "token": "phieuhai0001"}).status_code
        == 303
    )
    assert "còn phải thu 14.000 đồng" in client.get("/quay/phieuhai0001/").content.decode()


@pytest.mark.skipif(not on_postgresql, reason="SQLite lets one write at a time")
@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_never_have_one_number_nor_take_too_much(accept, officer):
    dossiers = [accept(asked(COPY, parts=frozenset({1})), token=f"phieuso{n:05}") for n in range(4)]
    told = []

    def take(n):
        try:
            told.append(
                till.take(
                    dossiers[n % 4], Paying("cash"), token=f"cungluc{n:05}", by=officer.pk, at=AT
                ).number
            )
        except Refusal as refusal:
            told.append(refusal.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take, args=(n,)) for n in range(8)]
    [one.start() for one in threads]
    [one.join(20) for one in threads]
    assert sorted(told, key=str) == [1, 2, 3, 4, *["money.nothing-owed"] * 4]
    assert services.Fee.objects.filter(paid=2_000).count() == 4
