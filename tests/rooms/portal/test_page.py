"""A dossier as its owner sees it: one answer, the steps, who looked; never more than the handbook allows."""

import datetime as dt
import re
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.staticfiles import finders

from caicach.citizens.services import anonymise, open_in_full
from caicach.core.clock import noon
from caicach.counter.models import Line, Paper
from caicach.counter.services import Asked, Person, lookup_code
from caicach.dossiers import intake
from caicach.rules.dossier_moves import STATES
from caicach.writing.forms import qr
from tests.factories import rooms
from tests.rooms.counter.conftest import NUMBER, OTHER, PERMIT, PHONE, lan
from tests.rooms.portal.conftest import AT, asked

pytestmark = pytest.mark.django_db


def words(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def later(days):
    return noon(rooms.TODAY + dt.timedelta(days=days))


def on(settings, days):
    settings.TODAY = rooms.TODAY + dt.timedelta(days=days)


def test_when_and_nothing_to_do(look, dossier):
    page = words(look())
    for said in (
        dossier.code, "Đăng ký khai sinh", "Hẹn trả 17:00 thứ Ba, 01/12/2026", "Anh/chị không phải làm gì thêm", "Đã tiếp nhận",
        "Đang giải quyết", "Văn phòng HĐND và UBND", "tính từ thứ Tư 25/11", "Số 1, đường Thử", "0000 000 000", "Nguyễn Thị Lan", "không thu",
        "Thứ Hai đến thứ Sáu 07:00–11:00, 13:00–17:00", "Từ khi tiếp nhận chưa ai mở lại", "Phường Thử",
    ):  # fmt: skip
        assert said in page, (said, page)


def test_neither_the_number_of_a_card_nor_phone_nor_home_nor_an_officer(look, dossier, officer, go, leader):
    go("ask-supplement", word="Thiếu giấy chứng sinh")
    page = look()
    for secret in (NUMBER, NUMBER[-4:], PHONE, PHONE[-4:], "Khu phố 3", officer.full_name, leader.full_name, dossier.token):  # fmt: skip
        assert secret not in page, secret


def test_papers_to_bring(look, go):
    go("ask-supplement", word="thiếu giấy chứng sinh")
    page = words(look())
    assert "Việc của anh/chị Anh/chị cần bổ sung giấy tờ Thiếu giấy chứng sinh." in page
    assert "trước hết ngày thứ Tư, 23/12/2026" in page and "Tới đâu, lúc nào" in page
    go("take-supplement", at=later(1))
    assert "Đã nhận giấy tờ bổ sung" in words(look()) and "cần bổ sung giấy tờ" not in words(look()).replace(
        "yêu cầu bổ sung", ""
    )


def test_money_to_pay(client, accept, leader):
    from caicach.dossiers.moves import Mover, move

    one = accept(
        Asked(procedure="2.000815", owner=Person(lan()), parts=frozenset({1}), sets=3), token="phieutien01"
    )
    move(one, "ask-payment", by=Mover(leader.pk, None), at=AT)
    page = words(client.get(f"/tra-cuu/{lookup_code(one.ward_id, one.token)}/").content.decode())
    assert "Anh/chị cần nộp tiền: 6.000 đồng" in page


def test_another_agency_is_asked_and_what_was_asked_is_not_told(look, go):
    go("ask-agency", word="Xin ý kiến công an về đơn của bà Lan")
    page = words(look())
    assert "Đang chờ cơ quan khác trả lời" in page and "công an" not in page


def test_late_and_then_an_apology_with_the_new_day(look, go, settings):
    on(settings, 10)
    page = words(look())
    assert "Hồ sơ đang trễ hẹn" in page and "Phường xin lỗi anh/chị" in page and "trễ 2 ngày làm việc" in page
    go("extend", at=later(10), word="máy chủ của bộ ngừng", amount=5)
    page = words(look())
    assert "Hẹn lại 17:00 thứ Ba, 08/12/2026" in page and "Lý do: Máy chủ của bộ ngừng." in page
    assert "không kịp hẹn 17:00 thứ Ba, 01/12/2026" in page and "lùi 5 ngày làm việc" in page


def test_ready_to_collect_then_returned_then_only_that(look, go, settings):
    go("resolve", outcome="granted")
    page = words(look())
    assert (
        "Đã có kết quả, mời anh/chị tới nhận" in page
        and "Giấy tờ tùy thân" in page
        and "Số 1, đường Thử" in page
    )
    go("return-result", collector="Nguyễn Thị Lan", at=later(1))
    assert "Đã trả kết quả Trả ngày 24/11/2026" in words(look())
    on(settings, 1 + settings.LOOKUP_DAYS)
    assert "Nguyễn Thị Lan" in look()
    on(settings, 2 + settings.LOOKUP_DAYS)
    page = words(look())
    assert (
        "Đã trả kết quả" in page
        and "Nguyễn Thị Lan" not in page
        and "Đã tiếp nhận" not in page
        and "24/11" not in page
    )


def test_a_result_that_says_no(look, go):
    go("resolve", outcome="denied")
    assert "Đã có văn bản trả lời" in words(look()) and "không giải quyết được như đề nghị" in words(look())


@pytest.mark.parametrize("move, title", [("stop", "Phường đã dừng giải quyết hồ sơ này"), ("withdraw", "Hồ sơ đã được rút"), ("void", "Số hồ sơ này đã hủy")])  # fmt: skip
def test_the_ends(look, go, move, title):
    go(move, word="Gõ nhầm thủ tục")
    page = words(look())
    assert title in page and "Lý do: Gõ nhầm thủ tục." in page and "Ngày hẹn được tính" not in page


@pytest.mark.parametrize("state", STATES)
def test_a_state_that_only_a_list_told_has_a_page_too(look, dossier, state):
    """The province's system keeps it and says a state, and nothing else: no events, no reasons."""
    intake.Dossier.objects.filter(pk=dossier.pk).update(
        state=state, system="beside", due_on=None, due_time=None
    )
    assert "None" not in look()


def test_a_provisional_number_and_the_one_it_became(client, accept, officer):
    one = accept(Asked(procedure=PERMIT, owner=Person(lan()), parts=frozenset({1})), token="phieutam001")
    code, provisional = lookup_code(one.ward_id, one.token), one.code
    assert provisional.startswith("TAM-")
    assert "là số tạm của phường" in client.get(f"/tra-cuu/{code}/").content.decode()
    intake.learn_code(one, "H01.31.05-261123-0077", by=officer.pk, at=AT)
    for number in (provisional, "H01.31.05-261123-0077"):
        answer = client.post("/tra-cuu/", {"number": number, "code": code})
        assert answer.status_code == 303, number
    page = words(client.get(answer.url).content.decode())
    assert f"Số trên giấy hẹn là {provisional}" in page and "Hồ sơ có số chính thức" in page


def test_by_post_the_address_is_not_told(look, dossier):
    Line.objects.filter(dossier=dossier).update(way="post", way_to="Số 9 đường Kín")
    page = look()
    assert "qua bưu chính" in page and "đường Kín" not in page


def test_who_looked_is_told_by_office_and_day(look, client, dossier, officer, settings):
    client.force_login(officer)
    client.get(dossier.address)
    client.get(f"/quay/{dossier.token}/")
    open_in_full(dossier.citizen, "phone", reason="Gọi bổ sung", by=officer.pk, at=AT, about=dossier.code)
    other = rooms.make_person(dossier.ward, "officer", office="Phòng Văn hóa – Xã hội")
    on(settings, 1)
    client.force_login(other)
    client.get(dossier.address)
    client.logout()
    page = words(look())
    assert "24/11/2026 · Phòng Văn hóa – Xã hội: mở hồ sơ 23/11/2026 · Văn phòng HĐND và UBND: xem đầy đủ số giấy tờ hoặc điện thoại 23/11/2026 · Văn phòng HĐND và UBND: mở hồ sơ" in page  # fmt: skip
    assert officer.full_name not in page and "Gọi bổ sung" not in page


def test_an_office_of_then_not_of_now(look, client, dossier, officer, settings):
    client.force_login(officer)
    client.get(dossier.address)
    client.logout()
    place = dossier.ward.offices.get(name="Phòng Văn hóa – Xã hội")
    officer.posts.update(until=rooms.TODAY)
    officer.posts.create(
        ward=dossier.ward, office=place, role="officer", since=rooms.TODAY + dt.timedelta(days=1)
    )
    on(settings, 2)
    client.force_login(officer)
    client.get(dossier.address)
    client.logout()
    on(settings, 5)
    page = words(look())
    assert (
        "25/11/2026 · Phòng Văn hóa – Xã hội: mở hồ sơ 23/11/2026 · Văn phòng HĐND và UBND: mở hồ sơ" in page
    )


def test_a_look_at_another_dossier_of_the_same_person_is_not_told_here(
    look, client, accept, dossier, officer
):
    other = accept(asked(), token="phieuhai0002")
    client.force_login(officer)
    client.get(other.address)
    client.logout()
    assert "Từ khi tiếp nhận chưa ai mở lại" in look()


def test_whoever_is_anonymised_has_no_name_here(look, dossier):
    anonymise(dossier.citizen, at=AT)
    assert "Nguyễn Thị Lan" not in look()


def test_somebody_else_brought_it(client, accept):
    one = accept(asked(bringer=Person(lan(name="Trần Văn Thay", number=OTHER)), authority="Giấy ủy quyền 1"), token="phieuthay01")  # fmt: skip
    page = client.get(f"/tra-cuu/{lookup_code(one.ward_id, one.token)}/").content.decode()
    assert "Nguyễn Thị Lan" in page and "Trần Văn Thay" not in page and OTHER not in page


def test_it_is_small_and_needs_no_script(client, look, go):
    style = Path(finders.find("css/citizen.css")).stat().st_size
    go("ask-supplement", word="Thiếu giấy chứng sinh")
    for html in (look(), client.get("/tra-cuu/").content.decode(), client.get("/rieng-tu/").content.decode()):
        assert "<script" not in html and "app.css" not in html and "woff2" not in html
        assert len(html.encode()) + style < 40 * 1024, (len(html), style)


# --- from the receipt ------------------------------------------------------------------------------------------


def test_the_code_on_the_receipt_is_the_address_that_opens(client, dossier, officer):
    """The drawing on the kept receipt is that of this address, module by module; and the address opens."""
    client.force_login(officer)
    assert client.get(f"/quay/{dossier.token}/giay-tiep-nhan.pdf").status_code == 200
    client.logout()
    paper = Paper.objects.get(dossier=dossier)
    address = f"/tra-cuu/{paper.facts['lookup']}/"
    assert paper.facts["qr"] == qr(f"http://testserver{address}") != qr("http://testserver/tra-cuu/ABCDEFGH/")
    assert client.get(address).status_code == 200


def test_the_pages_that_lead_here(client, dossier, code, officer, settings):
    assert 'href="/tra-cuu/"' in client.get("/dang-nhap/").content.decode()
    settings.PUBLIC = ["1"]
    assert 'href="/tra-cuu/"' in client.get("/cong-khai/phuong-thu/thu-tuc/").content.decode()
    client.force_login(officer)
    assert f'href="/tra-cuu/{code}/"' in client.get(f"/quay/{dossier.token}/").content.decode()


# --- what is kept ----------------------------------------------------------------------------------------------


def test_the_privacy_page_says_what_the_settings_say(client, dossier, settings):
    page = words(client.get("/rieng-tu/").content.decode())
    for said in (
        "tới 90 ngày sau khi trả",
        "14 bản gần nhất",
        "24 giờ",
        "phường chưa đối chiếu",
        "Phường Thử",
        "Số 1, đường Thử",
    ):
        assert said in page, said
    settings.LOOKUP_DAYS, settings.BACKUP_KEEP = 33, 7
    page = words(client.get("/rieng-tu/").content.decode())
    assert "tới 33 ngày" in page and "7 bản" in page and "{" not in page
    assert django_settings.LOOKUP_DAYS == 33
