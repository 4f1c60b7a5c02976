"""Results: who collects them and on what paper, what is paid with it, what lies there uncollected."""

import datetime as dt

import pytest

from caicach.counter import results
from caicach.counter.models import Desk, Fee, Money
from caicach.counter.results import Asked
from caicach.counter.till import Paying
from caicach.dossiers.models import Dossier, Event
from caicach.dossiers.moves import Mover, Told, move
from caicach.rules.refusal import Refusal
from tests.factories import rooms
from tests.rooms.counter.conftest import AT, COPY, asked

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def ready(accept, officer):
    """make(token): a dossier with its result, 14.000 đồng owed."""

    def make(token="phieumot0001", *, at=AT, **other):
        one = accept(asked(COPY, parts=frozenset({1}), sets=7, **other), token=token, at=at)
        one = Dossier.objects.get(pk=one.pk)
        if one.state == "accepted":
            place = one.ward.offices.get(name="Văn phòng HĐND và UBND").pk
            one = move(one, "transfer", Told(office=place), by=Mover(officer.pk, None), at=at)
        return move(one, "resolve", Told(outcome="granted"), by=Mover(officer.pk, None), at=at)

    return make


def hand(dossier, officer, *, pay=None, token="tra000000001", **told):
    told = {"collector": "Nguyễn Thị Lan", "capacity": "owner"} | told
    return results.hand_out(
        dossier, Told(**told), pay=pay, token=token, by=Mover(officer.pk, None), at=AT + HOUR, seen=0
    )


@pytest.mark.parametrize("told, code", [
    ({"capacity": "nobody"}, "result.capacity"), ({"capacity": "proxy"}, "result.authority"),
    ({"capacity": "organisation", "authority": " "}, "result.authority"), ({"collector": " "}, "dossier.collector"),
])  # fmt: skip
def test_who_takes_it_is_named_with_the_paper(ready, officer, told, code):
    one = ready()
    with pytest.raises(Refusal) as refused:
        hand(one, officer, **told)
    assert refused.value.code == code
    assert Dossier.objects.get(pk=one.pk).state == "resolved"


def test_by_proxy_the_paper_stands_in_the_story(ready, officer, client):
    hand(
        ready(),
        officer,
        collector="Trần Văn Thay",
        capacity="proxy",
        authority="Giấy ủy quyền số 7",
        proof="Căn cước",
    )
    client.force_login(officer)
    page = client.get(Dossier.objects.get().address).content.decode()
    assert "trả kết quả cho Trần Văn Thay, được ủy quyền: Giấy ủy quyền số 7 (đối chiếu: Căn cước)" in page


def test_what_is_owed_is_paid_with_it_or_neither_happens(ready, officer, desk):
    one = ready()
    Desk.objects.filter(ward=desk).update(receipts="typed")
    with pytest.raises(Refusal):
        hand(one, officer, pay=Paying("cash"))
    assert Dossier.objects.get(pk=one.pk).state == "resolved" and not Money.objects.exists()
    hand(one, officer, pay=Paying("cash", number=7))
    assert Dossier.objects.get(pk=one.pk).state == "returned" and Fee.objects.get().owed == 0


def test_the_form_shows_what_is_owed_and_takes_it(ready, officer, client):
    one = ready()
    client.force_login(officer)
    address = f"{one.address}buoc/return-result/"
    page = client.get(address).content.decode()
    assert "còn phải thu <b>14.000 đồng</b>" in page and 'value="Nguyễn Thị Lan"' in page
    seen = str(Event.objects.latest("id").pk)
    said = {
        "capacity": "owner",
        "collector": "Nguyễn Thị Lan",
        "pay": "cash",
        "token": "tra000000001",
        "seen": seen,
    }
    assert client.post(address, said | {"collector": ""}).status_code == 422
    wrong = client.post(address, said | {"capacity": "proxy"})
    assert wrong.status_code == 422 and "giấy ủy quyền hoặc giấy giới thiệu" in wrong.content.decode()
    assert client.post(address, said).status_code == 303
    assert Money.objects.get().amount == 14_000
    assert "Chưa làm được" in client.get(address).content.decode(), "there is nothing to give out any more"
    assert client.post(address, said).status_code == 303 and Money.objects.count() == 1, "the same press"
    assert client.post(address, said | {"seen": ""}).status_code == 422


def test_later_nothing_is_taken(ready, officer, client):
    one = ready()
    client.force_login(officer)
    said = {"capacity": "owner", "collector": "Nguyễn Thị Lan", "pay": "later"}
    assert client.post(f"{one.address}buoc/return-result/", said).status_code == 303
    assert not Money.objects.exists() and Event.objects.latest("id").code == "return-result"


# --- not collected ---------------------------------------------------------------------------------------------


def test_the_oldest_comes_first_with_the_days_it_waits(ready, ward, client, officer):
    new, old = ready("phieumoi0001"), ready("phieucu00001", at=AT - dt.timedelta(days=20))
    page = results.uncollected(ward.pk, Asked(), today=rooms.TODAY)
    assert [one.dossier.pk for one in page.rows] == [old.pk, new.pk]
    assert [one.days for one in page.rows] == [14, 0] and page.count == 2
    assert page.rows[0].phone.endswith("45") and "0000012345" not in page.rows[0].phone
    client.force_login(officer)
    shown = client.get("/ho-so/chua-nhan/").content.decode()
    assert "Chờ 14 ngày" in shown and old.code in shown and "0000012345" not in shown
    assert client.get("/ho-so/chua-nhan/danh-sach.xlsx?lau=5").status_code == 200


@pytest.mark.parametrize("query, count", [
    (Asked(), 2), (Asked(older=10), 1), (Asked(way="post"), 1), (Asked(way="file"), 0), (Asked(office="khong-co"), 0),
    (Asked(office="van-phong-hdnd-va-ubnd"), 2), (Asked(older=30), 0),
])  # fmt: skip
def test_it_is_filtered(ready, ward, query, count):
    ready("phieumoi0001", way="post", way_to="Số 1, đường Thử")
    ready("phieucu00001", at=AT - dt.timedelta(days=20))
    assert results.uncollected(ward.pk, query, today=rooms.TODAY).count == count


def test_what_was_collected_is_gone_from_it(ready, officer, ward):
    hand(ready(), officer)
    assert results.uncollected(ward.pk, Asked(), today=rooms.TODAY).count == 0


def test_the_page_is_bounded_and_asks_as_often_for_many(
    ready, officer, client, django_assert_max_num_queries
):
    for n in range(results.A_PAGE + 2):
        ready(f"phieuso{n:05}")
    client.force_login(officer)
    with django_assert_max_num_queries(13):
        page = client.get("/ho-so/chua-nhan/").content.decode()
    assert page.count("buoc/return-result/") == results.A_PAGE and "trang=2" in page
    with django_assert_max_num_queries(13):
        client.get("/ho-so/chua-nhan/?trang=2")
