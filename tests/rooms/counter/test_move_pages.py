"""The pages of the moves: who finds which button, what a form refuses and keeps, what the story says afterwards."""

import re

import pytest

from caicach.citizens.models import Trace
from caicach.dossiers import moves
from caicach.dossiers.models import Event
from tests.factories import rooms
from tests.rooms.counter.conftest import AT

pytestmark = pytest.mark.django_db


@pytest.fixture
def taken(accept):
    return accept()


@pytest.fixture
def leader(ward):
    return rooms.make_person(ward, "leader")


def page_of(client, person, address):
    client.force_login(person)
    return client.get(address).content.decode()


def test_each_role_finds_its_own_moves(taken, client, officer, leader):
    shown = page_of(client, officer, taken.address)
    assert "Yêu cầu bổ sung" in shown and "Ký kết quả" not in shown and "Dừng giải quyết" not in shown
    shown = page_of(client, leader, taken.address)
    assert "Ký kết quả" in shown and "Dừng giải quyết" in shown
    client.force_login(officer)
    assert client.get(f"{taken.address}buoc/resolve/").status_code == 403
    assert client.post(f"{taken.address}buoc/stop/", {"word": "vì thế"}).status_code == 403


def test_a_move_is_made_on_its_page_and_told_in_the_story(taken, client, officer):
    client.force_login(officer)
    address = f"{taken.address}buoc/ask-supplement/"
    shown = client.get(address).content.decode()
    seen = Event.objects.filter(dossier=taken).latest("id").pk
    assert f'value="{seen}"' in shown and "Lý do" in shown
    empty = client.post(address, {"seen": seen, "word": ""})
    assert empty.status_code == 422 and "cần ghi lý do" in empty.content.decode()
    answer = client.post(address, {"seen": seen, "word": "Thiếu giấy chứng sinh"})
    assert answer.status_code == 303 and answer.url == taken.address
    shown = client.get(taken.address).content.decode()
    assert "Chờ bổ sung giấy tờ" in shown and "yêu cầu bổ sung" in shown and "Thiếu giấy chứng sinh" in shown
    assert "Nhận bổ sung" in shown and "Hỏi cơ quan khác" not in shown


def test_what_somebody_did_meanwhile_is_told_and_nothing_typed_is_lost(taken, client, officer, leader):
    seen = Event.objects.filter(dossier=taken).latest("id").pk
    client.force_login(leader)
    assert (
        client.post(f"{taken.address}buoc/extend/", {"seen": seen, "amount": "2", "word": "Chờ"}).status_code
        == 303
    )
    client.force_login(officer)
    answer = client.post(f"{taken.address}buoc/ask-agency/", {"seen": seen, "word": "Hỏi Công an phường"})
    shown = answer.content.decode()
    assert answer.status_code == 409 and leader.full_name in shown and "Hỏi Công an phường" in shown


def test_it_is_handed_to_an_office_or_a_person_of_the_ward(taken, client, officer, ward):
    client.force_login(officer)
    address = f"{taken.address}buoc/hand-over/"
    there = ward.offices.get(short_name="VH–XH")
    colleague = rooms.make_person(ward, "officer", office="Phòng Văn hóa – Xã hội", name="Lê Văn Nhận")
    shown = client.get(address).content.decode()
    assert "Lê Văn Nhận · VH–XH" in shown and "Các phòng, ban" not in shown
    assert client.post(address, {"office": "p999999"}).status_code == 422
    assert client.post(address, {"office": f"p{colleague.pk}"}).status_code == 303
    taken.clock.refresh_from_db()
    assert (taken.clock.office, taken.clock.person) == (there, colleague)
    refused = client.post(address, {"office": f"o{there.pk}"})
    assert refused.status_code == 403 and "đang ở Phòng Văn hóa" in refused.content.decode()


def test_what_the_state_does_not_allow_is_said_and_what_is_no_move_is_nowhere(taken, client, officer):
    client.force_login(officer)
    late = client.get(f"{taken.address}buoc/confirm-payment/")
    assert late.status_code == 422 and "đang ở trạng thái “Đang giải quyết”" in late.content.decode()
    assert client.get(f"{taken.address}buoc/bay/").status_code == 404
    assert client.get("/ho-so/H01.31.05-261123-9999/buoc/ask-payment/").status_code == 404


def test_another_wards_dossier_is_not_there(taken, client):
    other = rooms.make_ward("Phường Hai")
    client.force_login(rooms.make_person(other, "officer", office="Văn phòng HĐND và UBND"))
    assert client.post(f"{taken.address}buoc/ask-payment/", {}).status_code == 404


def test_who_looked_at_a_dossier_is_on_record_once_a_day(taken, client, officer, leader):
    for who in (officer, officer, leader):
        page_of(client, who, taken.address)
    seen = Trace.objects.filter(citizen=taken.citizen, what="seen", about=taken.code)
    assert sorted(seen.values_list("by_id", flat=True)) == sorted([officer.pk, leader.pk])


def test_a_result_is_chosen_and_its_paper_has_a_number_and_a_day_that_has_come(taken, client, leader):
    client.force_login(leader)
    address = f"{taken.address}buoc/resolve/"
    assert '<option value="" selected>Chọn kết quả' in client.get(address).content.decode()
    for sent, words in (
        ({}, "Hãy chọn kết quả"),
        ({"outcome": "granted", "document": "7/GKS"}, "cần cả số và ngày ký"),
        ({"outcome": "granted", "signed_on": "23/11/2026"}, "cần cả số và ngày ký"),
        (
            {"outcome": "granted", "document": "7/GKS", "signed_on": "24/11/2026"},
            "Ngày ký 24/11/2026 chưa tới",
        ),
    ):
        answer = client.post(address, sent)
        assert answer.status_code == 422 and words in answer.content.decode(), sent
    both = {"outcome": "granted", "document": "7/GKS", "signed_on": "23/11/2026"}
    assert client.post(address, both).status_code == 303


def test_the_form_of_an_apology_says_each_new_day_the_limit_and_whose_it_is(taken, client, leader):
    client.force_login(leader)
    shown = client.get(f"{taken.address}buoc/extend/").content.decode()
    offered = re.findall(r'<option value="(\d+)">([^<]+)<', shown)
    assert [n for n, _ in offered] == ["1", "2", "3", "4", "5"]
    assert offered[1][1] == "2 ngày, hẹn trả 17:00 thứ Năm 03/12/2026"
    assert "Đang hẹn trả 17:00 01/12/2026. Hẹn lại được 1 lần, nhiều nhất 5 ngày làm việc." in shown
    assert "NĐ 61/2018/NĐ-CP Điều 19 khoản 9" in shown
    for n, words in offered:
        assert words.endswith(f"{moves.more_time(taken, at=AT).days[int(n) - 1][1]:%d/%m/%Y}")
    assert client.post(f"{taken.address}buoc/extend/", {"amount": "2", "word": "Chờ"}).status_code == 303
    taken.refresh_from_db()
    assert f"{taken.due_on:%d/%m/%Y}" == "03/12/2026", "what was offered is what was promised"


def test_more_than_is_allowed_is_refused_by_the_form_too(taken, client, leader):
    client.force_login(leader)
    for amount, words in (
        ("", "Hãy chọn số ngày"),
        ("hai", "là một số nguyên"),
        ("6", "nhiều nhất 5 ngày"),
        ("0", "từ 1 đến"),
    ):
        answer = client.post(f"{taken.address}buoc/extend/", {"amount": amount, "word": "Chờ"})
        assert answer.status_code == 422 and words in answer.content.decode(), amount
