"""What was not taken in: forms 02 and 03 before acceptance, counted apart, and taken up when they come again."""

import pytest

from caicach.counter import attempts
from caicach.counter.models import Attempt, Draft, Line, Paper
from caicach.documents import services as documents
from caicach.dossiers.models import Dossier
from tests.factories import rooms
from tests.rooms.counter.conftest import BIRTH, NUMBER, PHONE

pytestmark = pytest.mark.django_db
TYPED = {
    "token": "luotmot00001", "procedure": BIRTH, "name": "Nguyễn Thị Lan", "number": NUMBER, "phone": PHONE, "address": "Khu phố 3", "role": "self",
    "way": "counter", "sets": "1", "part": ["1"], "turned": "Giấy chứng sinh\r\n\r\n  Tờ khai chưa ký ",
}  # fmt: skip


@pytest.fixture
def at_counter(client, desk, officer):
    client.force_login(officer)
    return client


def press(client, lam="bo-sung", **other):
    return client.post("/quay/", {**TYPED, **other, "lam": lam})


def text_of(paper):
    from pypdfium2 import PdfDocument

    with PdfDocument(documents.path_of(paper.file)) as pdf:
        return " ".join(pdf[0].get_textpage().get_text_bounded().split())


def test_who_lacks_a_paper_gets_form_02_and_is_no_dossier(at_counter, ward):
    answer = press(at_counter)
    assert answer.status_code == 303 and answer["Location"] == "/quay/chua-nhan-duoc/luotmot00001/?in=1"
    one = Attempt.objects.get()
    assert (one.form, one.number, one.word) == ("02", 1, "Giấy chứng sinh\nTờ khai chưa ký")
    assert not Dossier.objects.exists() and not Line.objects.exists() and not Draft.objects.exists()
    page = at_counter.get(answer["Location"]).content.decode()
    assert "Đã hướng dẫn bổ sung" in page and "Tờ khai chưa ký" in page
    said = text_of(Paper.objects.get(form="02", dossier=None))
    assert "Giấy chứng sinh" in said and "Nguyễn Thị Lan" in said and "trước khi tiếp nhận" in said
    assert NUMBER not in str(Attempt.objects.values()) and "Lan" not in one.sealed


def test_who_comes_again_finds_the_sheet_as_it_was_and_it_becomes_a_dossier(at_counter, ward):
    press(at_counter)
    known = at_counter.post(
        "/quay/", {**TYPED, "token": "luothai00001", "turned": "", "lam": "xem"}
    ).content.decode()
    assert "Đã hướng dẫn bổ sung" in known and "/quay/?lai=luotmot00001" in known
    sheet = at_counter.get("/quay/?lai=luotmot00001").content.decode()
    assert 'name="again" value="luotmot00001"' in sheet and "Nguyễn Thị Lan" in sheet
    done = press(at_counter, "luu", token="luothai00001", again="luotmot00001", part=["1", "2"], turned="")
    assert done.status_code == 303
    one = Attempt.objects.get()
    assert one.taken == Dossier.objects.get()
    assert one.taken.code in at_counter.get("/quay/chua-nhan-duoc/luotmot00001/").content.decode()
    again = at_counter.post(
        "/quay/", {**TYPED, "token": "luotba000001", "turned": "", "lam": "xem"}
    ).content.decode()
    assert "Đã hướng dẫn bổ sung" not in again


def test_what_is_none_of_the_wards_procedures_is_refused_by_its_own_words(at_counter, ward):
    answer = press(
        at_counter, "tu-choi", procedure="", find="Cấp hộ chiếu", turned="Thuộc thẩm quyền Công an tỉnh"
    )
    assert answer.status_code == 303
    one = Attempt.objects.get()
    assert (one.form, one.procedure, one.procedure_code) == ("03", "Cấp hộ chiếu", "")
    assert "Đã từ chối tiếp nhận" in at_counter.get(answer["Location"]).content.decode()
    said = text_of(attempts.paper(one, by=one.by_id, at=one.at))
    assert "TỪ CHỐI" in said and "Thuộc thẩm quyền Công an tỉnh" in said
    assert attempts.waiting_for(ward.pk, NUMBER, "", today=rooms.TODAY) == []


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"turned": " \n ", "part": ["1", "2"]}, "giấy tờ còn thiếu"),
        ({"procedure": "", "find": ""}, "Hãy chọn thủ tục"),
        ({"name": ""}, "họ tên"),
        ({"role": "authority", "owner_name": "Trần Văn Chủ", "authority": ""}, "căn cứ"),
    ],
)
def test_what_is_missing_is_said_at_its_field_and_nothing_is_kept(at_counter, ward, other, told):
    answer = press(at_counter, **other)
    assert answer.status_code == 422 and told.lower() in answer.content.decode().lower()
    assert not Attempt.objects.exists() and not Paper.objects.exists()


def test_pressed_twice_it_is_one_and_what_became_a_dossier_is_turned_away_no_more(at_counter, ward):
    press(at_counter)
    press(at_counter)
    assert Attempt.objects.count() == 1
    press(at_counter, "luu", token="luothai00001", part=["1", "2"])
    answer = press(at_counter, token="luothai00001")
    assert answer.status_code == 409 or answer.status_code == 422
    assert "đã được tiếp nhận thành hồ sơ" in answer.content.decode() and Attempt.objects.count() == 1


def test_the_list_counts_them_apart_from_the_dossiers(at_counter, ward):
    for n in range(3):
        press(at_counter, token=f"luotdem0000{n}")
    press(at_counter, "tu-choi", token="luottuchoi01")
    press(at_counter, "luu", token="luotnhan0001", part=["1", "2"])
    page = at_counter.get("/quay/chua-nhan-duoc/").content.decode()
    assert "Ngoài 1 hồ sơ đã tiếp nhận: 3 lượt hướng dẫn bổ sung" in page and "80%" in page
    assert at_counter.get("/quay/chua-nhan-duoc/?loai=03").content.decode().count("<li><span") == 1
    assert "Chưa có lượt nào" in at_counter.get("/quay/chua-nhan-duoc/?nam=2025").content.decode()
    numbers = Attempt.objects.order_by("form", "number").values_list("form", "number")
    assert list(numbers) == [("02", 1), ("02", 2), ("02", 3), ("03", 1)]


def test_a_paper_printed_again_carries_its_mark_and_another_ward_finds_nothing(at_counter, ward, client):
    press(at_counter)
    first = at_counter.get("/quay/chua-nhan-duoc/luotmot00001/phieu.pdf")
    assert b"".join(first).startswith(b"%PDF")
    assert (
        at_counter.get("/quay/chua-nhan-duoc/luotmot00001/phieu.png?lai=1").headers["Content-Type"]
        == "image/png"
    )
    assert at_counter.get("/quay/chua-nhan-duoc/luotmot00001/phieu.docx").status_code == 404
    other = rooms.make_ward("Phường Khác")
    client.force_login(rooms.make_person(other, "officer", office="Văn phòng HĐND và UBND"))
    assert client.get("/quay/chua-nhan-duoc/luotmot00001/").status_code == 404
    assert client.get("/quay/?lai=luotmot00001").status_code == 404


def test_what_is_lacking_is_put_there_and_follows_the_ticks(at_counter, ward):
    page = at_counter.post("/quay/", {**TYPED, "turned": "", "lam": "xem"}).content.decode()
    assert 'name="lacked" value="Giấy chứng sinh"' in page and ">Giấy chứng sinh</textarea>" in page
    assert '<details class="sheet turned">' in page  # ours: nobody has typed a reason
    page = at_counter.post(
        "/quay/",
        {**TYPED, "turned": "Giấy chứng sinh", "lacked": "Giấy chứng sinh", "part": ["2"], "lam": "xem"},
    ).content.decode()
    assert ">Tờ khai</textarea>" in page and '<details class="sheet turned">' in page
    press(at_counter, turned="Tờ khai", lacked="Tờ khai", part=["2"])
    assert Attempt.objects.get().word == "Tờ khai"
