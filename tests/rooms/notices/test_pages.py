"""Where notices are seen: the dossier's page, the page of what failed, the citizen's page; consent changed, words of the ward's own."""

import datetime as dt
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from caicach import data
from caicach.counter import agreed
from caicach.counter.models import Line
from caicach.counter.services import lookup_code
from caicach.dossiers.models import Dossier, DossierClock, Event
from caicach.exchange.models import Message
from caicach.history.models import Event as Happened
from caicach.notices import services
from caicach.notices.models import Manner, Notice
from caicach.rules.refusal import Refusal
from tests.factories import rooms
from tests.rooms.notices.conftest import AT

pytestmark = pytest.mark.django_db


@pytest.fixture
def failed(accept, tell):
    dossier = accept("sms")
    tell()
    Message.objects.update(state="failed", fault="400 sai số")
    return dossier


@contextmanager
def refused(code):
    with pytest.raises(Refusal) as refusal:
        yield
    assert refusal.value.code == code and str(refusal.value)


def page(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_the_dossiers_page_says_what_was_told_and_what_failed(failed, client, officer):
    client.force_login(officer)
    shown = page(client, failed.address)
    assert "Đã nhận hồ sơ" in shown and "không gửi được: 400 sai số" in shown and "Gửi lại" in shown


def test_a_failed_one_goes_out_again_once_and_who_said_so_is_on_record(failed, client, officer, sent):
    client.force_login(officer)
    one = Notice.objects.get()
    for _ in range(2):
        assert client.post("/ho-so/thong-bao/gui-lai/", {"notice": one.pk}).status_code == 303
    assert len(sent()) == 1
    assert Happened.objects.filter(code="notice.again", actor=officer).count() == 1
    answer = client.post("/ho-so/thong-bao/gui-lai/", {"notice": one.pk})
    assert answer.status_code == 422 and "tải lại trang" in answer.content.decode()
    with refused("notice.not-failed"):
        services.send_again(Notice.objects.get(), by=officer.pk, at=AT)


def test_another_wards_notice_is_not_there(failed, client):
    other = rooms.make_person(rooms.make_ward("Phường Hai"), "officer", office="Văn phòng HĐND và UBND")
    client.force_login(other)
    assert client.post("/ho-so/thong-bao/gui-lai/", {"notice": Notice.objects.get().pk}).status_code == 404


def test_the_page_counts_and_filters_and_takes_the_same_queries_for_more(accept, tell, client, leader):
    client.force_login(leader)
    counts = []
    for token in ("phieumot0001", "phieuhai0001", "phieuba00001"):
        accept("sms", token=token)
        tell()
        with CaptureQueriesContext(connection) as seen:
            page(client, "/ho-so/thong-bao/")
        counts.append(len(seen))
    assert counts[1] == counts[2], counts
    Message.objects.filter(pk=Message.objects.first().pk).update(state="unclear", fault="đứt giữa chừng")
    shown = page(client, "/ho-so/thong-bao/?nhom=loi")
    assert shown.count("không rõ đã tới chưa: đứt giữa chừng") == 1 and shown.count('<li class="is-') == 1
    assert "Không có tin nào ở đây" in page(client, "/ho-so/thong-bao/?nhom=da-gui")


def test_an_apology_is_a_number_by_month_and_office(accept, go, tell, client, leader, sent):
    told, untold = accept("sms"), accept(token="phieuhai0001")
    for one in (told, untold):
        go(one, "extend", word="Chờ xác minh", amount=2)
    tell()
    sent()
    notice = Notice.objects.get(moment="extended", channel="sms")
    code = lookup_code(told.ward_id, told.token)
    assert client.get(f"/tra-cuu/{code}/?tin={services.mark_of(notice.event, 'sms')}").status_code == 200
    DossierClock.objects.filter(dossier=untold).update(late_from=AT - dt.timedelta(days=1), runs=True)
    from caicach.notices.queries import apologised

    (row,) = apologised(told.ward_id, now=AT, office=None)
    assert (row.made, row.sent, row.opened, row.untold, row.again) == (2, 1, 1, 1, 1)
    assert row.month == dt.date(2026, 11, 1) and row.office
    client.force_login(leader)
    assert "Thư xin lỗi theo tháng" in page(client, "/ho-so/thong-bao/")


def test_a_page_opened_by_a_notice_is_on_record_once_and_by_no_other_mark(accept, tell, client, sent):
    dossier = accept("sms")
    tell()
    link = sent()[0]["link"].removeprefix("https://cchc.vidu.example")
    client.get(link[:-5] + "aaaaa")
    client.head(link)
    assert Notice.objects.get().opened_at is None
    client.get(link)
    at = Notice.objects.get().opened_at
    assert at is not None
    client.get(link)
    assert Notice.objects.get().opened_at == at and dossier.pk


def test_consent_is_changed_at_the_counter_with_who_and_how(accept, client, officer):
    dossier = accept("sms")
    client.force_login(officer)
    address = f"/ho-so/thong-bao/cach-bao/{dossier.code}/"
    for _ in range(2):
        assert client.post(address, {"channel": ["zalo"], "how": "phone"}).status_code == 303
    assert Line.objects.get().channels == "zalo"
    event = Event.objects.get(code="channels")
    assert event.by == officer and event.facts == {"before": ["Tin nhắn SMS"], "after": ["Zalo"], "how": "nói qua điện thoại"}  # fmt: skip
    assert "đổi cách báo tin: Tin nhắn SMS, nay Zalo (nói qua điện thoại)" in page(client, dossier.address)


@pytest.mark.parametrize(
    ("sent", "code"), [({"channel": ["email"], "how": "counter"}, "counter.channel"), ({"channel": ["zalo"], "how": "?"}, "counter.how")]
)  # fmt: skip
def test_a_channel_without_a_way_to_reach_is_refused(accept, client, officer, sent, code):
    dossier = accept("sms")
    with refused(code):
        agreed.agree(dossier, sent["channel"], how=sent["how"], by=officer.pk, at=AT)
    client.force_login(officer)
    assert client.post(f"/ho-so/thong-bao/cach-bao/{dossier.code}/", sent).status_code == 422
    assert Line.objects.get().channels == "sms"


def test_a_dossier_that_no_counter_took_in_has_no_channels(ward, officer):
    dossier = Dossier.objects.create(ward=ward, code="H01.31.05-261102-0001", state="processing", words="")
    DossierClock.objects.create(dossier=dossier, ward=ward)
    with refused("counter.no-line"):
        agreed.agree(dossier, ("sms",), how="counter", by=officer.pk, at=AT)


def test_a_changed_consent_stops_nobodys_move(accept, go, client):
    dossier = accept("sms")
    newest = Event.objects.latest("pk").pk
    agreed.agree(dossier, (), how=agreed.ON_PAGE, by=None, at=AT)
    from caicach.dossiers.moves import Mover, Told, move

    leader = rooms.make_person(dossier.ward, "leader", name="Lê Thị Bốn")
    moved = move(dossier, "ask-payment", Told(), by=Mover(leader.pk, None), at=AT, seen=newest)
    assert moved.state == "payment-wait"


def test_a_citizen_ends_the_notices_on_their_own_page(accept, tell, go, client, sent):
    dossier = accept("sms")
    tell()
    code = lookup_code(dossier.ward_id, dossier.token)
    assert f"/tra-cuu/{code}/thoi-bao/" in page(client, f"/tra-cuu/{code}/")
    assert "Thôi báo tin về hồ sơ này?" in page(client, f"/tra-cuu/{code}/thoi-bao/")
    assert Line.objects.get().channels == "sms"
    for _ in range(2):
        assert client.post(f"/tra-cuu/{code}/thoi-bao/").status_code == 303
    assert Line.objects.get().channels == "" and Event.objects.filter(code="channels", by=None).count() == 1
    go(dossier, "ask-payment")
    tell()
    assert len(sent()) == 1 and Notice.objects.get(moment="payment").why == "unasked"
    assert "không báo" in page(client, f"/tra-cuu/{code}/")
    assert "đã thôi nhận tin về hồ sơ này" in page(client, f"/tra-cuu/{code}/")


def test_stopped_is_what_somebody_did_not_what_they_never_asked_for(accept, client, officer):
    never, ended = accept(token="phieukhong01"), accept("sms", token="phieuthoi001")
    agreed.agree(ended, (), how=agreed.ON_PAGE, by=None, at=AT)
    client.force_login(officer)
    for dossier, stopped in ((never, False), (ended, True)):
        code = lookup_code(dossier.ward_id, dossier.token)
        assert ("đã thôi nhận tin về hồ sơ này" in page(client, f"/tra-cuu/{code}/")) is stopped
        assert ("người dân đã thôi nhận tin" in page(client, dossier.address)) is stopped
        assert ("người dân không đăng ký" in page(client, dossier.address)) is not stopped


def test_a_wrong_code_ends_nothing_and_says_nothing(accept, client):
    dossier = accept("sms")
    assert client.post("/tra-cuu/AAAAAAAA/thoi-bao/").status_code == 404
    code = lookup_code(dossier.ward_id, dossier.token)
    assert client.post(f"/tra-cuu/{code}/thoi-bao/?so=H01.31.05-261123-9999").status_code == 404
    assert Line.objects.get().channels == "sms"


@pytest.fixture
def coordinator(ward):
    return rooms.make_person(ward, "coordinator", name="Trần Thị Năm")


def typed(**other):
    sent = {f"text-{code}": one.text for code, one in data.notices().items()}
    return sent | {f"on-{code}": "on" for code, one in data.notices().items() if one.is_on} | {"is_plain": "on", "seen": "0"} | other  # fmt: skip


def test_a_ward_tells_in_its_own_words(desk, coordinator, client, accept, tell, sent):
    client.force_login(coordinator)
    own = typed(**{"text-accepted": "Phường đã nhận {ma_ho_so}, hẹn {hen_tra}."})
    shown = client.post("/quay/cai-dat/thong-bao/", own | {"lam": "xem"})
    assert shown.status_code == 200 and "Phuong da nhan H01.31.05-261123-0007" in shown.content.decode()
    assert not Manner.objects.exists()
    for _ in range(2):
        assert client.post("/quay/cai-dat/thong-bao/", own | {"lam": "luu"}).status_code == 303
    assert Manner.objects.get().revision == 1
    assert list(Manner.objects.get().said) == ["accepted"]
    dossier = accept("sms")
    tell()
    assert sent()[0]["text"].startswith(f"Phuong da nhan {dossier.code}, hen 17:00")
    assert "Phường đã nhận {ma_ho_so}" in page(client, "/quay/cai-dat/thong-bao/")


def test_a_slip_in_the_words_is_told_at_its_field_and_the_typed_stays(desk, coordinator, client):
    client.force_login(coordinator)
    wrong = typed(**{"text-accepted": "Của {chu_ho_so}", "text-ready": "a{"})
    answer = client.post("/quay/cai-dat/thong-bao/", wrong | {"lam": "luu"})
    shown = answer.content.decode()
    assert answer.status_code == 422 and "Của {chu_ho_so}" in shown
    assert shown.count('class="error"') >= 2 or shown.count("{chu_ho_so}") >= 2
    assert not Manner.objects.exists()


def test_what_somebody_else_saved_meanwhile_is_told(desk, coordinator, client, ward, officer):
    client.force_login(coordinator)
    services.set_manner({}, is_plain=False, seen=0, ward=ward.pk, by=officer.pk, at=AT)
    answer = client.post("/quay/cai-dat/thong-bao/", typed(**{"text-ready": "Có rồi", "lam": "luu"}))
    assert answer.status_code == 409 and "vừa lưu" in answer.content.decode()
    sent = typed(**{"text-ready": "Có rồi", "lam": "luu", "seen": "1"})
    assert client.post("/quay/cai-dat/thong-bao/", sent).status_code == 303
