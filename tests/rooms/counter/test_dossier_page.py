"""The page of a dossier that the ward keeps: what happened and stands, whose hands it is in, what may come next and what is next."""

import datetime as dt
import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from caicach.counter.services import Person
from caicach.dossiers import jobs, queries, services
from caicach.dossiers.models import Dossier, Event
from caicach.dossiers.moves import Mover, Told, move
from caicach.dossiers.services import choose
from tests.factories import rooms
from tests.rooms.counter.conftest import AT, BIRTH, COPY, PERMIT, UNIT, asked, lan
from tests.rooms.dossiers.conftest import bring, csv

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def leader(ward):
    return rooms.make_person(ward, "leader")


@pytest.fixture
def colleague(ward):
    return rooms.make_person(ward, "officer", office="Phòng Văn hóa – Xã hội", name="Lê Văn Nhận")


@pytest.fixture
def taken(accept):
    return accept()


def words_of(client, person, address):
    client.force_login(person)
    return plain(client.get(address))


def plain(answer):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def go(dossier, code, by, *, hours=1, **told):
    return move(dossier, code, Told(**told), by=Mover(by.pk, None), at=AT + hours * HOUR)


def test_the_page_says_whose_hands_it_is_in_and_what_became_of_it(taken, client, officer, leader, colleague):
    shown = words_of(client, officer, taken.address)
    assert "Đang ở Văn phòng HĐND và UBND" in shown and "chuyển đến Văn phòng HĐND và UBND" in shown
    go(taken, "hand-over", leader, person=colleague.pk)
    go(taken, "extend", leader, amount=2, word="Chờ xác minh", hours=2)
    shown = words_of(client, officer, taken.address)
    assert "Đang ở Phòng Văn hóa – Xã hội (Lê Văn Nhận)" in shown
    assert f"{leader.full_name} chuyển đến Phòng Văn hóa – Xã hội (Lê Văn Nhận)" in shown
    assert "Đã hẹn lại thêm 2 ngày làm việc: 17:00 01/12/2026, nay 17:00 03/12/2026" in shown
    go(taken, "resolve", leader, outcome="granted", document="7/GKS", signed_on=rooms.TODAY, hours=3)
    go(taken, "return-result", officer, collector="Nguyễn Thị Lan", proof="Căn cước", hours=4)
    shown = words_of(client, officer, taken.address)
    assert "Kết quả Giải quyết, văn bản số 7/GKS ký ngày 23/11/2026" in shown
    assert "Người nhận Nguyễn Thị Lan (đối chiếu: Căn cước)" in shown and "Đang ở" not in shown


def test_a_result_that_was_opened_again_stands_no_more(taken, client, officer, leader):
    go(taken, "resolve", leader, outcome="granted", document="7/GKS", signed_on=rooms.TODAY)
    go(taken, "reopen", leader, word="Sai họ", hours=2)
    shown = words_of(client, officer, taken.address)
    assert (
        "Kết quả Giải quyết" not in shown
        and "mở lại để sửa kết quả (kết quả trước ghi 13:00 23/11/2026" in shown
    )


def test_who_brought_it_how_many_copies_and_the_way_to_the_receipt(accept, client, officer):
    bringer = Person(lan(name="Trần Văn Mang", number="000190054321"))
    one = accept(asked(COPY, parts=frozenset({1}), bringer=bringer, authority="Giấy ủy quyền", sets=3))
    shown = words_of(client, officer, one.address)
    assert "Người nộp Trần Văn Mang: Giấy ủy quyền" in shown and "Số bản 3 bản" in shown
    page = client.get(one.address).content.decode()
    assert f'href="/quay/{one.token}/"' in page and client.get(f"/quay/{one.token}/").status_code == 200


def test_what_is_not_so_is_not_said(taken, client, officer):
    shown = words_of(client, officer, taken.address)
    for words in ("Người nộp", "Số bản", "Đã hẹn lại", "Người nhận", "Có kết quả"):
        assert words not in shown, words


def buttons(client, person, dossier):
    client.force_login(person)
    return re.findall(r'/buoc/([\w-]+)/"', client.get(dossier.address).content.decode())


def test_only_the_moves_that_are_not_refused_are_offered(taken, client, officer, leader, colleague):
    assert buttons(client, officer, taken) == [
        "hand-over",
        "ask-supplement",
        "ask-payment",
        "ask-agency",
        "withdraw",
    ]
    assert "send-back" not in buttons(client, leader, taken) and "extend" in buttons(client, leader, taken)
    go(taken, "hand-over", leader, person=colleague.pk)
    assert buttons(client, officer, taken) == ["withdraw"], "the counter's own stays the counter's"
    assert 'class="button go"' not in client.get(taken.address).content.decode(), "and nothing urges to it"
    assert "Hồ sơ đang ở Phòng Văn hóa – Xã hội: bước giải quyết do đơn vị ấy làm." in words_of(
        client, officer, taken.address
    )
    assert "bước giải quyết do đơn vị ấy" not in words_of(client, colleague, taken.address)
    assert "send-back" in buttons(client, colleague, taken)
    go(taken, "extend", leader, amount=2, word="Chờ", hours=2)
    assert "extend" not in buttons(client, leader, taken), "once is all"
    for move_ in buttons(client, leader, taken):
        assert client.get(f"{taken.address}buoc/{move_}/").status_code == 200, move_


def test_what_another_office_holds_is_refused_before_anything_is_typed(
    taken, client, officer, leader, colleague
):
    go(taken, "hand-over", leader, person=colleague.pk)
    client.force_login(officer)
    answer = client.get(f"{taken.address}buoc/ask-agency/")
    assert answer.status_code == 403 and "đang ở Phòng Văn hóa – Xã hội" in plain(answer)
    assert (
        f'href="{taken.address}">Về hồ sơ' in answer.content.decode()
        and "<textarea" not in answer.content.decode()
    )


@pytest.mark.parametrize(
    "code, words",
    [
        ("return-result", "không làm được"),
        ("send-back", "chưa qua bước nào"),
        ("confirm-payment", "“Đang giải quyết”"),
    ],
)
def test_a_page_of_a_move_that_cannot_be_leads_back_to_the_dossier(taken, client, officer, code, words):
    client.force_login(officer)
    answer = client.get(f"{taken.address}buoc/{code}/")
    assert answer.status_code == 422 and words in plain(answer)
    assert f'href="{taken.address}">Về hồ sơ' in answer.content.decode()
    assert "tải lại trang" not in plain(answer)


def test_an_apology_that_was_made_is_refused_before_the_next_is_written(taken, client, leader):
    go(taken, "extend", leader, amount=2, word="Chờ")
    client.force_login(leader)
    answer = client.get(f"{taken.address}buoc/extend/")
    assert answer.status_code == 422 and "chỉ được hẹn lại 1 lần" in plain(answer)


def test_why_another_systems_dossier_has_no_moves(accept, client, officer):
    one = accept(asked(PERMIT, parts=frozenset({1})))
    assert one.code.startswith("TAM-") and buttons(client, officer, one) == []
    assert "Hệ thống của tỉnh giữ hồ sơ này" in words_of(client, officer, one.address)
    answer = client.get(f"{one.address}buoc/ask-payment/")
    assert answer.status_code == 422 and "do hệ thống của tỉnh giữ" in plain(answer)
    assert f'href="{one.address}">Về hồ sơ' in answer.content.decode()


@pytest.fixture
def provisional(accept):
    return accept(asked(PERMIT, parts=frozenset({1})), token="phieuhai0001")


NUMBER = f"{UNIT}-261123-0042"


def test_the_provinces_code_is_written_on_the_page_and_the_address_follows(provisional, client, officer):
    old = provisional.address
    shown = words_of(client, officer, old)
    assert "Mã của tỉnh" in shown and "Ghi mã của tỉnh" in shown
    for _ in range(2):
        answer = client.post(f"{old}ma-cua-tinh/", {"province-code": f" {NUMBER.lower()} "})
        assert (answer.status_code, answer.url) == (303, f"/ho-so/{NUMBER}/")
    assert Event.objects.filter(dossier=provisional, code="code-learnt").count() == 1
    shown = words_of(client, officer, answer.url)
    assert f"ghi mã của tỉnh: {provisional.code}, nay {NUMBER}" in shown and "Ghi mã của tỉnh" not in shown
    answer = client.get(old)
    assert (answer.status_code, answer.url) == (302, f"/ho-so/{NUMBER}/")
    assert NUMBER in words_of(client, officer, f"/ho-so/?tim={provisional.code.lower()}"), (
        "by what the receipt says"
    )


@pytest.mark.parametrize(
    "typed, words",
    [
        ("", "Hãy ghi mã"),
        ("12345", "không phải mã hồ sơ"),
        ("H01.31.05-261123-0001", "đã là của một hồ sơ khác"),
    ],
)
def test_a_code_that_is_none_or_anothers_is_said_at_its_field(
    taken, provisional, client, officer, typed, words
):
    client.force_login(officer)
    answer = client.post(f"{provisional.address}ma-cua-tinh/", {"province-code": typed})
    assert answer.status_code == 422 and plain(answer).count(words) == 1
    assert f' value="{typed}"' in answer.content.decode() or not typed
    reloaded = client.get(f"{provisional.address}ma-cua-tinh/")
    assert (
        reloaded.status_code == 405 and f'href="{provisional.address}">Về hồ sơ' in reloaded.content.decode()
    )


def test_a_code_that_is_known_already_is_not_overwritten(taken, provisional, client, officer, leader):
    client.force_login(officer)
    answer = client.post(f"{taken.address}ma-cua-tinh/", {"province-code": NUMBER})
    assert answer.status_code == 422 and "Hồ sơ đã có mã" in plain(answer)
    assert f'href="{taken.address}">Về hồ sơ' in answer.content.decode()
    client.force_login(leader)
    assert client.post(f"{provisional.address}ma-cua-tinh/", {"province-code": NUMBER}).status_code == 403
    assert "Ghi mã của tỉnh" not in words_of(client, leader, provisional.address)
    assert client.get("/ho-so/TAM-261123-9999/").status_code == 404


LISTED = (
    NUMBER,
    "Cấp giấy phép xây dựng",
    "Nguyễn Thị Lan",
    "23/11/2026",
    "02/12/2026 17:00",
    "",
    "Đang xử lý",
)


@pytest.fixture
def listed(ward, officer):
    """The province's list has told of the dossier before anybody wrote its code down here."""
    row = bring(ward, officer, csv([LISTED]), token="danhsach0001")
    choose(row, row.columns, by=officer.pk, at=AT)
    jobs.read_list(row.pk)
    return row


def test_a_dossier_that_a_list_brought_first_and_the_counters_are_one(
    provisional, listed, client, officer, ward
):
    came = provisional.received_time
    client.force_login(officer)
    answer = client.post(f"{provisional.address}ma-cua-tinh/", {"province-code": NUMBER})
    assert (answer.status_code, answer.url) == (303, f"/ho-so/{NUMBER}/")
    one = Dossier.objects.get(ward=ward, set_aside=False)
    assert (one.pk, one.code, one.state, one.token) == (provisional.pk, NUMBER, "processing", "phieuhai0001")
    assert (one.due_on, one.received_time, one.citizen_id) == (
        dt.date(2026, 12, 2),
        came,
        provisional.citizen_id,
    )
    assert one.clock.runs and one.clock.late_from.date() == dt.date(2026, 12, 2)
    gone = Dossier.objects.get(set_aside=True)
    assert not gone.clock.runs and gone.events.latest("id").code == "joined"
    shown = words_of(client, officer, answer.url)
    assert "cập nhật từ danh sách" in shown and "ghi mã của tỉnh" in shown
    # the next list tells of the one that is left
    row = bring(ward, officer, csv([(*LISTED[:6], "Đã trả kết quả")]), token="danhsach0002")
    assert row.counts["changed"] == 1 and row.counts["new"] == 0
    one.refresh_from_db()
    assert one.state == "returned"
    # and a list that was none is taken back without the counter's dossier
    for each in (row, listed):
        services.drop(each, by=officer.pk, at=AT)
        jobs.drop_list(each.pk)
    one.refresh_from_db()
    assert (one.state, one.due_on, one.set_aside) == (provisional.state, provisional.due_on, False)


def test_a_listed_dossier_that_somebody_has_worked_on_is_another_one(
    provisional, listed, client, officer, ward
):
    there = Dossier.objects.get(code=NUMBER)
    Event.objects.create(ward=ward, dossier=there, at=AT, code="hand-over", state=there.state)
    client.force_login(officer)
    answer = client.post(f"{provisional.address}ma-cua-tinh/", {"province-code": NUMBER})
    assert answer.status_code == 422 and "đã là của một hồ sơ khác" in plain(answer)
    assert Dossier.objects.filter(set_aside=False).count() == 2


def test_an_old_code_leads_nowhere_in_another_ward(provisional, client, officer):
    client.force_login(officer)
    client.post(f"{provisional.address}ma-cua-tinh/", {"province-code": NUMBER})
    other = rooms.make_ward("Phường Hai")
    client.force_login(rooms.make_person(other, "officer", office="Văn phòng HĐND và UBND"))
    assert client.get(provisional.address).status_code == 404
    assert client.post(f"{provisional.address}ma-cua-tinh/", {"province-code": NUMBER}).status_code == 404


# --- the next one ----------------------------------------------------------------------------------------------


def test_after_a_move_the_most_urgent_of_ones_own_office_is_a_link_away(
    accept, client, officer, leader, colleague
):
    first = accept(token="phieumot0001")
    late = accept(asked(BIRTH), token="phieuhai0001", at=AT - dt.timedelta(days=12))
    accept(asked(BIRTH), token="phieuba00001", at=AT - dt.timedelta(days=3))
    elsewhere = accept(asked(BIRTH), token="phieubon0001", at=AT - dt.timedelta(days=20))
    go(elsewhere, "hand-over", leader, person=colleague.pk)
    client.force_login(officer)
    answer = client.post(f"{first.address}buoc/ask-payment/", {}, follow=True)
    shown = answer.content.decode()
    assert "Hồ sơ tiếp theo của đơn vị tôi" in shown and f'href="{late.address}"' in shown
    assert re.search(f'role="status">.*href="{late.address}">Hồ sơ tiếp theo', shown, re.S), (
        "beside what was done"
    )
    assert elsewhere.code not in shown
    assert "Hồ sơ tiếp theo" not in words_of(client, colleague, elsewhere.address), "it has no other"
    assert "Hồ sơ tiếp theo" not in words_of(client, leader, first.address), (
        "who acts in any has none of their own"
    )


def test_what_waits_or_was_set_aside_is_not_next(accept, client, officer):
    first, second = accept(token="phieumot0001"), accept(asked(BIRTH), token="phieuhai0001")
    assert second.code in words_of(client, officer, first.address)
    Dossier.objects.filter(pk=second.pk).update(set_aside=True)
    assert second.code not in words_of(client, officer, first.address)
    Dossier.objects.filter(pk=second.pk).update(set_aside=False)
    go(second, "ask-payment", officer)
    assert second.code not in words_of(client, officer, first.address)


def test_the_next_one_and_the_group_are_found_by_the_index_of_hands(accept, ward, officer):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL reads a small table whole, whatever there is")
    one, office = accept(), ward.offices.get(short_name="Văn phòng").pk
    with CaptureQueriesContext(connection) as seen:
        queries.next_in_hands(ward.pk, office, but=one, now=AT)
    assert len(seen) == 1
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + seen[0]["sql"])
        assert "dossiers_in_hands" in str(cursor.fetchall())
    assert "dossiers_in_hands" in queries._group(ward.pk, "don-vi-toi", AT, office).explain()


def test_the_board_has_a_group_of_what_ones_office_has_in_hands(accept, client, officer, leader, colleague):
    first, second = accept(token="phieumot0001"), accept(asked(BIRTH), token="phieuhai0001")
    go(second, "hand-over", leader, person=colleague.pk)
    shown = words_of(client, officer, "/ho-so/?nhom=don-vi-toi")
    assert first.code in shown and second.code not in shown and "Ở đơn vị tôi 1" in shown
    shown = words_of(client, colleague, "/ho-so/?nhom=don-vi-toi")
    assert second.code in shown and first.code not in shown
    assert "Ở đơn vị tôi" not in words_of(client, leader, "/ho-so/")
    go(first, "ask-payment", officer)
    assert "Ở đơn vị tôi" not in words_of(client, officer, "/ho-so/"), "nothing there, nothing said"
    shown = words_of(client, officer, "/ho-so/?nhom=don-vi-toi")
    assert "Ở đơn vị tôi 0" in shown and "Nhóm này không có hồ sơ nào" in shown
    client.force_login(colleague)
    answer = client.get("/ho-so/danh-sach.xlsx?nhom=don-vi-toi")
    assert answer.status_code == 200 and "don-vi-toi" in answer["Content-Disposition"]
