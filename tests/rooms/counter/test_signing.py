"""Signing many at once, in one's own name or for somebody absent; what lies with nobody is given to somebody."""

import datetime as dt

import pytest

from caicach.accounts import people
from caicach.dossiers import moves, queries, signing
from caicach.dossiers.models import Event
from caicach.dossiers.moves import Mover, Told, move
from tests.factories import rooms
from tests.rooms.counter.conftest import AT

pytestmark = pytest.mark.django_db
PAGE, ON = "/ho-so/ky/", "/ho-so/giao-lai/"
DAY = dt.timedelta(days=1)


@pytest.fixture
def chair(ward):
    person = rooms.make_person(ward, "leader", name="Trần Văn Chánh")
    person.posts.update(title="Chủ tịch")
    return person


@pytest.fixture
def vice(ward):
    person = rooms.make_person(ward, "leader", name="Lê Thị Phó")
    person.posts.update(title="Phó Chủ tịch")
    return person


@pytest.fixture
def two(accept, chair, officer):
    """Two dossiers put into the chairman's hands; the second has less time left."""
    taken = [accept(token="phieuky00001"), accept(token="phieuky00002", at=AT - 3 * DAY)]
    for one in taken:
        move(one, "hand-over", Told(person=chair.pk), by=_of(one, officer), at=AT)
    return taken


@pytest.fixture(autouse=True)
def _leaders_sit_somewhere(ward, chair, vice):
    office = ward.offices.get(short_name="VH–XH")
    for one in (chair, vice):
        one.posts.update(office=office)


def _of(dossier, person):
    return Mover(person.pk, dossier.clock.office_id)


def seen(dossier):
    return Event.objects.filter(dossier=dossier).latest("id").pk


def sent(*dossiers, **other):
    form = {"code": [one.code for one in dossiers], "outcome": "granted"}
    return form | {f"seen-{one.code}": seen(one) for one in dossiers} | other


def codes_of(dossier):
    return [one.code for one in Event.objects.filter(dossier=dossier).order_by("id")]


def test_what_is_in_the_leaders_hands_comes_first_by_the_time_left(two, accept, chair, vice, ward):
    accept(token="phieukhac001")
    page = signing.signing(ward.pk, holder=chair.pk, now=AT)
    assert [one.code for one in page.lines] == [two[1].code, two[0].code]
    assert [(one.group, one.count) for one in page.tallies] == [("toi", 2), ("lanh-dao", 0), ("tat-ca", 3)]
    assert signing.signing(ward.pk, holder=vice.pk, now=AT).group == "lanh-dao"


def test_the_signing_page_asks_twice_whatever_it_shows(ward, accept, two, chair, django_assert_num_queries):
    for n in range(23):
        accept(token=f"phieunua{n:05}")
    with django_assert_num_queries(2):
        page = signing.signing(ward.pk, holder=chair.pk, now=AT, group="tat-ca")
    assert len(page.lines) == 20 and page.more


def test_several_are_signed_with_one_press_each_with_its_paper_or_without(two, chair, client):
    client.force_login(chair)
    assert "Trình tôi" in client.get(PAGE).content.decode()
    papers = {f"document-{two[0].code}": "7/GKS", f"signed_on-{two[0].code}": "23/11/2026"}
    answer = client.post(PAGE, sent(*two, **papers), follow=True)
    assert answer.redirect_chain == [(PAGE, 303)]
    words = answer.content.decode()
    assert all(f"{one.code}: đã ký." in words for one in two) and "Không còn hồ sơ nào chờ ký" in words
    for one, paper in zip(two, ("7/GKS", ""), strict=True):
        one.refresh_from_db()
        event = Event.objects.get(dossier=one, code="resolve")
        assert one.state == "resolved" and event.facts["document"] == paper and event.by == chair
        assert "for" not in event.facts


def test_one_that_somebody_else_moved_is_told_and_the_others_go_on(two, chair, client, officer):
    client.force_login(chair)
    form = sent(*two)
    move(two[0], "ask-payment", by=Mover(chair.pk, None), at=AT)
    move(two[0], "confirm-payment", by=Mover(officer.pk, None), at=AT)
    answer = client.post(PAGE, form)
    words = answer.content.decode()
    assert answer.status_code == 422 and officer.full_name in words and f"{two[1].code}</a>: đã ký." in words
    assert "resolve" in codes_of(two[1]) and "resolve" not in codes_of(two[0])
    assert client.post(PAGE, sent(two[0])).status_code == 303
    assert client.post(PAGE, sent(two[0])).status_code == 422, "signed once"
    assert codes_of(two[0]).count("resolve") == 1


def test_what_is_missing_is_said_and_nothing_is_signed(two, chair, client, officer):
    client.force_login(chair)
    one = two[0]
    for form, words in (
        ({"outcome": "granted"}, "Hãy đánh dấu"),
        (sent(one, outcome=""), "Hãy chọn kết quả"),
        (sent(one, **{f"document-{one.code}": "7/GKS"}), "cần cả số và ngày ký"),
        (sent(one, **{f"document-{one.code}": "7/GKS", f"signed_on-{one.code}": "hôm qua"}), "không phải là ngày"),
        (sent(one, **{f"document-{one.code}": "7/GKS", f"signed_on-{one.code}": "24/11/2026"}), "chưa tới"),
        ({"back": one.code}, "cần ghi lý do"),
        (sent(one, code="H01.31.05-261123-9999"), "không thấy hồ sơ này"),
    ):  # fmt: skip
        answer = client.post(PAGE, form)
        assert answer.status_code == 422 and words in answer.content.decode(), words
    assert "7/GKS" in client.post(PAGE, sent(one, **{f"document-{one.code}": "7/GKS"})).content.decode()
    assert "resolve" not in codes_of(one)
    client.force_login(officer)
    assert client.get(PAGE).status_code == client.post(PAGE, sent(one)).status_code == 403
    client.force_login(rooms.make_person(rooms.make_ward("Phường Hai"), "leader"))
    assert "không thấy hồ sơ này" in client.post(PAGE, sent(one)).content.decode()


def test_one_is_sent_back_with_a_word_and_the_ticked_ones_stay(two, chair, client):
    client.force_login(chair)
    one = two[0]
    form = sent(*two, back=one.code, **{f"word-{one.code}": "Thiếu chữ ký của trưởng phòng"})
    assert client.post(PAGE, form).status_code == 303
    assert codes_of(one)[-1] == "send-back" and codes_of(two[1])[-1] == "hand-over"
    one.clock.refresh_from_db()
    assert one.clock.person_id is None


def test_who_stands_in_sees_the_page_and_signs_in_the_own_name_for_whom_it_is(two, chair, vice, client, ward):
    due = two[0].clock.late_from
    people.away(chair, ward=ward.pk, since=rooms.TODAY, until=rooms.TODAY, deputy=vice, word="Đi họp", today=rooms.TODAY, by=chair.pk, at=AT)  # fmt: skip
    client.force_login(vice)
    page = client.get(PAGE).content.decode()
    assert "Anh/chị đang thay" in page and chair.full_name in page
    client.post("/toi/doi-vai/", {"chuc_vu": chair.posts.get().pk})
    page = client.get(PAGE).content.decode()
    assert f"Ký thay {chair.full_name}, bằng tên {vice.full_name}" in page and two[0].code in page
    assert client.post(PAGE, sent(two[0])).status_code == 303
    event = Event.objects.get(dossier=two[0], code="resolve")
    assert event.by == vice
    assert event.facts["for"] == {
        "person": chair.pk,
        "name": chair.full_name,
        "title": "Chủ tịch",
        "form": "KT.",
    }
    story = queries.dossier_page(ward.pk, two[0].code, now=AT).story[0]
    assert story.who == vice.full_name and story.what.endswith(f", KT. Chủ tịch, thay {chair.full_name}")
    two[1].clock.refresh_from_db()
    assert two[1].clock.runs and two[0].clock.late_from == due, "an absence stops no clock"


@pytest.mark.parametrize(
    ("role", "title", "form"),
    [("head", "", "TL."), ("officer", "", "TUQ."), ("leader", "Phó Chủ tịch", "KT."), ("leader", "", "")],
)
def test_how_it_is_signed_is_by_the_signers_own_post_as_on_its_paper(role, title, form, two, chair, ward):
    person = rooms.make_person(ward, role, office="Phòng Văn hóa – Xã hội")
    person.posts.update(title=title)
    people.away(chair, ward=ward.pk, since=rooms.TODAY, until=rooms.TODAY, deputy=person, word="Đi họp", today=rooms.TODAY, by=chair.pk, at=AT)  # fmt: skip
    by = Mover(person.pk, None, chair.pk, chair.full_name, "Chủ tịch")
    move(two[0], "resolve", Told(outcome="granted"), by=by, at=AT)
    assert Event.objects.get(dossier=two[0], code="resolve").facts["for"]["form"] == form


def test_a_leader_who_sits_in_no_office_takes_it_in_hand_where_it_is(accept, chair, officer, client):
    chair.posts.update(office=None)
    one = accept()
    place = one.clock.office
    client.force_login(officer)
    address = f"{one.address}buoc/hand-over/"
    assert f"{chair.full_name} · lãnh đạo" in client.get(address).content.decode()
    assert client.post(address, {"office": f"p{chair.pk}", "seen": seen(one)}).status_code == 303
    one.clock.refresh_from_db()
    assert (one.clock.office, one.clock.person) == (place, chair)
    client.force_login(chair)
    assert one.code in client.get(PAGE).content.decode()
    assert not list(moves.differing(one.ward_id))


def left_with(ward, accept, officer, person, n=1):
    made = []
    for k in range(n):
        one = accept(token=f"phieuroi{person.pk:02}{k:03}")
        made.append(move(one, "hand-over", Told(person=person.pk), by=_of(one, officer), at=AT))
    return made


@pytest.fixture
def head(ward):
    return rooms.make_person(ward, "head", office="Văn phòng HĐND và UBND", name="Lê Thị Trưởng")


def test_what_lies_with_who_has_left_or_is_away_is_given_to_somebody_at_once(
    ward, accept, officer, head, client
):
    office = "Văn phòng HĐND và UBND"
    gone = rooms.make_person(ward, "officer", office=office, name="Phạm Văn Thôi")
    away = rooms.make_person(ward, "officer", office=office, name="Đỗ Thị Vắng")
    here = rooms.make_person(ward, "officer", office=office, name="Vũ Văn Nhận")
    first, second, third = (
        left_with(ward, accept, officer, gone)
        + left_with(ward, accept, officer, away)
        + left_with(ward, accept, officer, here)
    )
    assert not signing.count_nobodys(ward.pk, office=first.clock.office_id)
    gone.posts.update(until=rooms.TODAY - DAY)
    people.away(away, ward=ward.pk, since=rooms.TODAY, until=rooms.TODAY + DAY, deputy=here, word="Ốm", today=rooms.TODAY, by=head.pk, at=AT)  # fmt: skip
    client.force_login(head)
    assert "2 hồ sơ ở tay người" in client.get("/ho-so/sap-tre/").content.decode()
    page = client.get(ON).content.decode()
    assert first.code in page and second.code in page and third.code not in page
    assert "không còn ở phường" in page and "vắng đến 24/11/2026, Vũ Văn Nhận thay" in page
    options = page.split('name="to"')[1].split("</select>")[0]
    assert "Vũ Văn Nhận" in options and "Đỗ Thị Vắng" not in options and "Phạm Văn Thôi" not in options
    form = sent(first, second)
    assert "Hãy chọn đơn vị hoặc người" in client.post(ON, form).content.decode()
    assert "Hãy đánh dấu" in client.post(ON, {"to": f"p{here.pk}"}).content.decode()
    assert client.post(ON, form | {"to": f"p{here.pk}"}).status_code == 303
    assert client.post(ON, form | {"to": f"p{here.pk}"}).status_code == 303, "twice is once"
    for one in (first, second):
        one.clock.refresh_from_db()
        assert one.clock.person == here and codes_of(one).count("hand-over") == 2
    assert not list(moves.differing(ward.pk))
    assert "Hồ sơ nào cũng có người giữ" in client.get(ON).content.decode()


def test_another_offices_head_neither_sees_nor_gives_it(ward, accept, officer, client):
    gone = rooms.make_person(ward, "officer", office="Văn phòng HĐND và UBND", name="Phạm Văn Thôi")
    (one,) = left_with(ward, accept, officer, gone)
    gone.posts.update(until=rooms.TODAY - DAY)
    other = rooms.make_person(ward, "head", office="Phòng Văn hóa – Xã hội")
    client.force_login(other)
    assert one.code not in client.get(ON).content.decode()
    answer = client.post(ON, sent(one) | {"to": f"p{other.pk}"})
    assert answer.status_code == 422 and "đang ở Văn phòng" in answer.content.decode()
    assert codes_of(one).count("hand-over") == 1


def test_what_lies_with_nobody_asks_three_times_for_a_page(ward, accept, officer, django_assert_num_queries):
    gone = rooms.make_person(ward, "officer", office="Văn phòng HĐND và UBND", name="Phạm Văn Thôi")
    left_with(ward, accept, officer, gone, n=4)
    gone.posts.update(until=rooms.TODAY - DAY)
    with django_assert_num_queries(3):
        assert len(signing.nobodys(ward.pk, office=None, now=AT).lines) == 4
