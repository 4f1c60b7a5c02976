"""Results by post: together on a list, with codes, and back again without another day of return."""

import pytest

from caicach.counter import post, results
from caicach.counter.models import Parcel, PostList
from caicach.counter.post import Sent
from caicach.counter.results import Asked
from caicach.dossiers.models import Dossier, Event
from caicach.dossiers.moves import Mover
from caicach.rules.post import code_in, looks_mistyped
from caicach.rules.refusal import Refusal
from tests.factories import rooms
from tests.rooms.counter.conftest import AT
from tests.rooms.counter.test_results import HOUR, hand, ready

__all__ = ["ready"]
pytestmark = pytest.mark.django_db
TO = "Số 1, đường Thử"


@pytest.fixture
def two(ready):
    return [ready(f"phieuso{n:05}", way="post", way_to=TO) for n in range(2)]


def send(officer, *sent, token="bc0000000001", taker="Lê Thị Thư"):
    return post.send(
        [Sent(one.code, TO) if isinstance(one, Dossier) else one for one in sent], taker=taker, ward=officer.posts.get().ward_id, token=token,
        by=Mover(officer.pk, None), at=AT + HOUR,
    )  # fmt: skip


def refused(act, *args, **kwargs):
    with pytest.raises(Refusal) as told:
        act(*args, **kwargs)
    return told.value.code


def test_what_goes_to_the_post_is_returned_and_stands_on_one_list(two, officer):
    made = send(officer, *two)
    assert (made.year, made.number, made.parcels.count()) == (2026, 1, 2)
    assert send(officer, *two).pk == made.pk, "the same press"
    assert {one.state for one in Dossier.objects.all()} == {"returned"}
    told = Event.objects.filter(code="return-result").latest("id").facts
    assert (told["collector"], told["proof"]) == ("Bưu chính công ích", "Lê Thị Thư")
    assert not post.waiting(made.ward_id).exists()


def test_one_that_cannot_go_holds_up_all(two, officer, ready):
    other = ready("phieuquay001")
    assert refused(send, officer) == "post.nothing"
    assert refused(send, officer, *two, taker=" ") == "post.taker"
    assert refused(send, officer, two[0], other) == "post.not-there"
    assert refused(send, officer, two[0], Sent(two[1].code, " ")) == "post.address"
    assert refused(send, officer, Sent(two[0].code, TO, "ngắn")) == "post.code"
    assert refused(send, officer, *(Sent(one.code, TO, "CA123456785VN") for one in two)) == "post.code-used"
    assert not PostList.objects.exists() and not Dossier.objects.filter(state="returned").exists()
    send(officer, two[0])
    assert refused(send, officer, *two, token="bc0000000002") == "post.not-there"


def test_the_codes_are_typed_later_and_an_odd_one_is_told_and_kept(two, officer):
    made = send(officer, *two)
    who = {"by": officer.pk, "at": AT + HOUR}
    assert post.write_codes(
        made, {two[0].code: " ca 473124829 vn ", two[1].code: "CA123456789VN"}, **who
    ) == ["CA123456789VN"]
    assert post.write_codes(made, {two[0].code: "CA473124829VN"}, **who) == []
    assert Event.objects.filter(code="post-code").count() == 2
    assert refused(post.write_codes, made, {two[0].code: "CA123456789VN"}, **who) == "post.code-used"
    assert refused(post.write_codes, made, {two[0].code: "?"}, **who) == "post.code"


def test_what_came_back_waits_again_and_keeps_its_day(two, officer, ward):
    made = send(officer, *two)
    parcel = made.parcels.get(position=1)
    before = Dossier.objects.get(pk=parcel.dossier_id)
    who = {"by": officer.pk, "at": AT + 2 * HOUR}
    assert refused(post.take_back, parcel, " ", **who) == "post.reason"
    assert post.take_back(parcel, "Không có người nhận", **who)
    assert not post.take_back(parcel, "Không có người nhận", **who)
    assert refused(post.take_back, parcel, "Lý do khác", **who) == "post.back-already"
    after = Dossier.objects.select_related("clock").get(pk=parcel.dossier_id)
    assert (after.state, after.moment("returned"), after.moment("resolved")) == (
        "returned",
        before.moment("returned"),
        before.moment("resolved"),
    )
    page = results.uncollected(ward.pk, Asked(), today=rooms.TODAY)
    assert [one.back.back_word for one in page.rows] == ["Không có người nhận"]
    hand(after, officer, collector="Nguyễn Thị Lan", proof="Căn cước")
    assert Event.objects.latest("id").code == "collected"
    assert results.uncollected(ward.pk, Asked(), today=rooms.TODAY).count == 0
    hand(after, officer)  # the same press
    assert Event.objects.filter(code="collected").count() == 1
    assert (
        refused(
            hand,
            after,
            rooms.make_person(ward, "officer", office="Văn phòng HĐND và UBND", name="Người Khác"),
        )
        == "post.not-back"
    )


def test_what_came_back_is_sent_once_more(two, officer, ward):
    parcel = send(officer, *two).parcels.get(position=1)
    post.take_back(parcel, "Sai địa chỉ", by=officer.pk, at=AT + HOUR)
    again = send(officer, Sent(parcel.dossier.code, "Số 2, đường Thử"), token="bc0000000002")
    assert again.parcels.get().address == "Số 2, đường Thử" and not post.backs(ward.pk)
    assert Event.objects.latest("id").code == "posted-again"


def test_the_pages(two, officer, client, ready):
    client.force_login(officer)
    page = client.get("/ho-so/buu-chinh/").content.decode()
    assert TO in page and "(2)" in client.get("/quay/").content.decode()
    said = {
        "token": "bc0000000001",
        "code": [one.code for one in two],
        **{f"to-{one.code}": TO for one in two},
    }
    wrong = client.post("/ho-so/buu-chinh/", said)
    assert wrong.status_code == 422 and "Hãy ghi ai của bưu chính nhận" in wrong.content.decode()
    answer = client.post("/ho-so/buu-chinh/", said | {"taker": "Lê Thị Thư"})
    assert answer.status_code == 303 and answer.url == "/ho-so/buu-chinh/2026/1/"
    assert client.get("/ho-so/buu-chinh/2026/1/danh-sach.pdf").content.startswith(b"%PDF")
    code = two[0].code
    assert client.post(answer.url, {f"ma-{code}": "CA473124829VN"}).status_code == 303
    empty = client.post(answer.url, {"hoan": code})
    assert empty.status_code == 422 and "vì sao bưu gửi hoàn" in empty.content.decode()
    assert client.post(answer.url, {"hoan": code, f"vi-{code}": "Không có người nhận"}).status_code == 303
    assert Parcel.objects.get(dossier=two[0]).code == "CA473124829VN"
    shown = client.get("/ho-so/chua-nhan/").content.decode()
    assert "Không có người nhận" in shown and "CA473124829VN" in shown
    form = client.get(f"{two[0].address}buoc/return-result/").content.decode()
    assert "đã hoàn" in form
    assert client.get("/ho-so/buu-chinh/2026/9/").status_code == 404


@pytest.mark.parametrize(
    "typed, code", [(" ca 473.124-829 vn", "CA473124829VN"), ("", ""), ("12345678", "12345678")]
)
def test_a_code_is_read_as_people_type_it(typed, code):
    assert code_in(typed) == code


@pytest.mark.parametrize(
    "code, odd",
    [("RB123456785VN", False), ("RB123456784VN", True), ("12345678", False), ("CA473124829VN", False)],
)
def test_a_check_digit_that_cannot_be_is_seen(code, odd):
    assert looks_mistyped(code) is odd


def test_a_person_of_another_office_may_hand_it_over_too(two, ward, officer):
    other = rooms.make_person(ward, "officer", office="Phòng Văn hóa – Xã hội")
    made = post.send(
        [Sent(two[0].code, TO)],
        taker="Thư",
        ward=ward.pk,
        token="bc0000000003",
        by=Mover(other.pk, other.posts.get().office_id),
        at=AT + HOUR,
    )
    assert made.by_id == other.pk
