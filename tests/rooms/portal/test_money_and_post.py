"""What a citizen reads of money and of the post."""

import pytest

from caicach.counter import post, till
from caicach.counter.post import Sent
from caicach.counter.services import lookup_code
from caicach.counter.till import Paying
from caicach.dossiers.models import Dossier
from caicach.dossiers.moves import Mover, Told, move
from tests.rooms.counter.conftest import AT, COPY

pytestmark = pytest.mark.django_db


@pytest.fixture
def one(accept, asked_copy, officer):
    dossier = Dossier.objects.get(pk=accept(asked_copy).pk)
    place = dossier.ward.offices.get(name="Văn phòng HĐND và UBND").pk
    if dossier.state == "accepted":
        dossier = move(dossier, "transfer", Told(office=place), by=Mover(officer.pk, None), at=AT)
    return move(dossier, "resolve", Told(outcome="granted"), by=Mover(officer.pk, None), at=AT)


@pytest.fixture
def asked_copy(request):
    from tests.rooms.counter.conftest import asked

    way = getattr(request, "param", "counter")
    return asked(
        COPY, parts=frozenset({1}), sets=7, way=way, way_to="Số 1, đường Thử" if way == "post" else ""
    )


def read(client, dossier):
    return client.get(f"/tra-cuu/{lookup_code(dossier.ward_id, dossier.token)}/").content.decode()


def test_what_is_owed_stands_in_the_answer_and_what_was_paid_in_the_facts(one, client, officer):
    shown = read(client, one)
    assert "Còn phải nộp 14.000 đồng khi nhận." in shown and "14.000 đồng, chưa nộp" in shown
    till.take(one, Paying("cash", 4_000), token="thu000000001", by=officer.pk, at=AT)
    assert "đã nộp 4.000 đồng, còn phải nộp 10.000 đồng" in read(client, one)
    till.take(one, Paying("cash"), token="thu000000002", by=officer.pk, at=AT)
    shown = read(client, one)
    assert "đã nộp đủ" in shown and "Còn phải nộp" not in shown


@pytest.mark.parametrize("asked_copy", ["post"], indirect=True)
def test_when_it_went_by_post_under_which_code_and_that_it_came_back(one, client, officer):
    made = post.send(
        [Sent(one.code, "Số 1, đường Thử", "CA473124829VN")],
        taker="Lê Thư",
        ward=one.ward_id,
        token="bc0000000001",
        by=Mover(officer.pk, None),
        at=AT,
    )
    shown = read(client, one)
    assert "Đã gửi qua bưu chính ngày 23/11/2026" in shown and "Mã bưu gửi: CA473124829VN." in shown
    assert "Lê Thư" not in shown, "nobody is named"
    post.take_back(made.parcels.get(), "Không có người nhận", by=officer.pk, at=AT)
    shown = read(client, one)
    assert "Kết quả gửi đi đã quay lại, mời anh/chị tới nhận" in shown and "Việc của anh/chị" in shown
