"""Cashing up: it adds up per officer and over all, whoever takes, voids, gives back and closes when."""

import datetime as dt
import random

import pytest

from caicach.counter import cash, till
from caicach.counter.models import Cashed, CashUp, Fee, Money
from caicach.counter.till import Paying
from caicach.history.models import Event
from caicach.rules import money
from caicach.rules.refusal import Refusal
from tests.factories import rooms
from tests.rooms.counter.conftest import AT, COPY, asked

pytestmark = pytest.mark.django_db
OFFICE = "Văn phòng HĐND và UBND"


@pytest.fixture
def paid(accept, officer):
    return till.take(
        accept(asked(COPY, parts=frozenset({1}), sets=7)),
        Paying("cash"),
        token="thu00000001",
        by=officer.pk,
        at=AT,
    )


def close(person, counted, *, token="chot00000001", reason="", seen=None, at=AT):
    now = money.sums(cash.open_rows(person.ward_id_of).filter(by_id=person.pk)).cash
    return cash.close(
        ward=person.ward_id_of, person=person.pk, counted=counted, reason=reason, seen=now if seen is None else seen, token=token, at=at
    )  # fmt: skip


@pytest.fixture(autouse=True)
def in_ward(officer, ward):
    officer.ward_id_of = ward.pk


def refused(act, *args, **kwargs):
    with pytest.raises(Refusal) as told:
        act(*args, **kwargs)
    return told.value.code


def test_what_lies_in_the_drawer_is_what_the_rows_say_or_there_is_a_reason(paid, officer):
    assert refused(close, officer, None) == "cash.counted"
    assert refused(close, officer, 13_000) == "cash.reason"
    made = close(officer, 13_000, reason="Thối nhầm 1.000 đồng")
    assert (made.expected, made.counted, made.difference) == (14_000, 13_000, -1_000)
    assert close(officer, 13_000, reason="Thối nhầm 1.000 đồng", seen=14_000).pk == made.pk, "the same press"
    assert refused(close, officer, 0, token="chot00000002") == "cash.nothing"
    assert Event.objects.get(code="cash.closed").facts == {"expected": 14_000, "counted": 13_000, "rows": 1}


def test_what_came_meanwhile_is_counted_once_more(paid, officer):
    assert refused(close, officer, 14_000, seen=12_000) == "cash.changed"


def test_what_is_taken_after_closing_falls_into_the_next(paid, officer, accept):
    first = close(officer, 14_000)
    later = till.take(
        accept(asked(COPY, parts=frozenset({1})), token="phieuhai0001"),
        Paying("cash"),
        token="thu00000002",
        by=officer.pk,
        at=AT,
    )
    assert [one.pk for one in cash.mine(officer.ward_id_of, officer.pk, today=rooms.TODAY).rows] == [later.pk]
    till.void(paid, "Nhầm", token="huy00000001", by=officer.pk, at=AT)
    assert cash.mine(officer.ward_id_of, officer.pk, today=rooms.TODAY).sums.cash == 2_000 - 14_000
    assert [one.pk for one in cash.rows_of(first)] == [paid.pk], "a closed one stays as it was"


def test_opened_again_with_a_reason_its_rows_wait_for_the_next(paid, officer, ward):
    head = rooms.make_person(ward, "head", office=OFFICE)
    made = close(officer, 14_000)
    assert refused(cash.reopen, made, " ", by=head.pk, at=AT) == "money.reason"
    cash.reopen(made, "Đếm thiếu", by=head.pk, at=AT)
    cash.reopen(made, "Đếm thiếu", by=head.pk, at=AT)
    assert not Cashed.objects.exists() and Event.objects.filter(code="cash.reopened").count() == 1
    assert refused(cash.reopen, made, "x", by=officer.pk, at=AT) == "cash.reopened-already"
    assert close(officer, 14_000, token="chot00000002").expected == 14_000


def test_only_the_newest_is_opened_again(paid, officer, accept):
    first = close(officer, 14_000)
    till.take(
        accept(asked(COPY, parts=frozenset({1})), token="phieuhai0001"),
        Paying("cash"),
        token="thu00000002",
        by=officer.pk,
        at=AT,
    )
    close(officer, 2_000, token="chot00000002")
    assert refused(cash.reopen, first, "x", by=officer.pk, at=AT) == "cash.newer"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_adds_up_per_officer_and_over_all(accept, ward, seed):
    chance = random.Random(seed)  # noqa: S311
    people = [rooms.make_person(ward, "officer", office=OFFICE, name=f"Người {n}") for n in range(3)]
    dossiers = [accept(asked(COPY, parts=frozenset({1}), sets=20), token=f"phieuso{n:05}") for n in range(3)]
    receipts = []
    for n in range(45):
        by, at, token = chance.choice(people), AT + dt.timedelta(days=chance.randrange(3)), f"viec{n:08}"
        try:
            match chance.randrange(6):
                case 0 if receipts:
                    till.void(chance.choice(receipts), "x", token=token, by=by.pk, at=at)
                case 1 if receipts:
                    till.refund(
                        chance.choice(receipts),
                        chance.randrange(1, 9_000),
                        chance.choice(["cash", "transfer"]),
                        "x",
                        token=token,
                        by=by.pk,
                        at=at,
                    )
                case 2:
                    now = money.sums(cash.open_rows(ward.pk).filter(by_id=by.pk)).cash
                    cash.close(
                        ward=ward.pk,
                        person=by.pk,
                        counted=max(now + chance.choice([0, 0, 500]), 0),
                        reason="x",
                        seen=now,
                        token=token,
                        at=at,
                    )
                case 3 if last := CashUp.objects.filter(reopened_at=None).order_by("-pk").first():
                    cash.reopen(last, "x", by=by.pk, at=at)
                case _:
                    receipts.append(
                        till.take(
                            chance.choice(dossiers),
                            Paying(chance.choice(list(money.WAYS)), chance.randrange(1, 9_000)),
                            token=token,
                            by=by.pk,
                            at=at,
                        )
                    )
        except Refusal:
            continue
    rows = list(Money.objects.all())
    assert len(rows) > 15
    for dossier in dossiers:
        assert Fee.objects.get(dossier=dossier).paid == money.net(Money.objects.filter(dossier=dossier)) >= 0
    closed = CashUp.objects.filter(reopened_at=None)
    for who in people:
        mine = [one for one in rows if one.by_id == who.pk]
        waiting = money.sums(cash.open_rows(ward.pk).filter(by_id=who.pk)).cash
        assert sum(one.expected for one in closed.filter(person=who)) + waiting == money.sums(mine).cash
    for one in closed:
        assert money.sums(cash.rows_of(one)).cash == one.expected == one.counted - one.difference
    page = cash.overview(ward.pk, rooms.TODAY, rooms.TODAY + dt.timedelta(days=2))
    assert page.total == money.sums(rows)
    assert (
        sum(one.sums.all for one in page.days) == page.total.all == sum(one.sums.all for one in page.officers)
    )
    assert page.open == cash.open_rows(ward.pk).count()


# --- screens ---------------------------------------------------------------------------------------------------


def test_the_page_counts_closes_and_keeps_its_paper(paid, client, officer):
    client.force_login(officer)
    page = client.get("/quay/chot-tien/").content.decode()
    assert "14.000 đồng" in page
    said = {"token": "chot00000001", "seen": "14000", "counted": "13.000"}
    wrong = client.post("/quay/chot-tien/", said)
    assert wrong.status_code == 422 and "lệch −1.000 đồng" in wrong.content.decode()
    assert client.post("/quay/chot-tien/", said | {"reason": "Thối nhầm"}).status_code == 303
    page = client.get("/quay/chot-tien/chot00000001/").content.decode()
    assert "Thối nhầm" in page and "Mở lại lần chốt này" not in page
    paper = client.get("/quay/chot-tien/chot00000001/bien-ban.pdf")
    assert paper.status_code == 200 and paper.content.startswith(b"%PDF")
    assert "khớp sổ" not in client.get("/quay/chot-tien/").content.decode()
    assert client.get("/quay/chot-tien/ca-phuong/").status_code == 403


def test_somebody_elses_cash_up_is_the_heads_to_see_and_to_open_again(paid, client, officer, ward):
    close(officer, 14_000)
    client.force_login(rooms.make_person(ward, "officer", office=OFFICE, name="Người Khác"))
    assert client.get("/quay/chot-tien/chot00000001/").status_code == 404
    client.force_login(rooms.make_person(ward, "head", office=OFFICE))
    assert "Mở lại lần chốt này" in client.get("/quay/chot-tien/chot00000001/").content.decode()
    wrong = client.post("/quay/chot-tien/chot00000001/mo-lai/", {"word": ""})
    assert wrong.status_code == 422 and "Hãy ghi lý do" in wrong.content.decode()
    assert client.post("/quay/chot-tien/chot00000001/mo-lai/", {"word": "Đếm lại"}).status_code == 303


@pytest.mark.parametrize(
    "query", ["", "?ngay=23/11/2026", "?thang=2026-11", "?thang=2026-13", "?thang=99999-1", "?ngay=hôm nay"]
)
def test_everybodys_day_and_month_on_the_page_and_in_a_file(paid, client, ward, officer, query):
    client.force_login(rooms.make_person(ward, "leader"))
    page = client.get(f"/quay/chot-tien/ca-phuong/{query}")
    assert (
        page.status_code == 200
        and officer.full_name in page.content.decode()
        and "14.000" in page.content.decode()
    )
    assert client.get(f"/quay/chot-tien/ca-phuong.xlsx{query}").status_code == 200


def test_the_pages_ask_as_often_for_many_as_for_one(
    paid, client, ward, officer, accept, django_assert_max_num_queries
):
    client.force_login(officer)
    for n in range(6):
        till.take(
            accept(asked(COPY, parts=frozenset({1})), token=f"phieunua{n:04}"),
            Paying("cash"),
            token=f"thunua{n:06}",
            by=officer.pk,
            at=AT,
        )
    with django_assert_max_num_queries(12):
        client.get("/quay/chot-tien/")
    client.force_login(rooms.make_person(ward, "leader"))
    with django_assert_max_num_queries(12):
        client.get("/quay/chot-tien/ca-phuong/?thang=2026-11")
