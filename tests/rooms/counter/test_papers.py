"""Papers: made once and kept; once more only with a mark; the power may go between saving and printing."""

import pypdfium2
import pytest

from caicach.counter import papers, queries, services
from caicach.counter.models import Paper
from caicach.counter.services import Person
from caicach.documents.services import path_of
from caicach.dossiers.moves import Mover, Told, move
from tests.factories import rooms
from tests.rooms.counter.conftest import AT, COPY, NUMBER, OTHER, PHONE, UNIT, asked, lan

pytestmark = pytest.mark.django_db


def text_of(data):
    book = pypdfium2.PdfDocument(data)
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in book).split())


@pytest.fixture
def receipt(accept, as_officer):
    dossier = accept(
        asked(bringer=Person(lan(name="Trần Văn Thay", number=OTHER)), authority="Giấy ủy quyền 1")
    )
    return dossier, f"/quay/{dossier.token}/giay-tiep-nhan."


def test_the_receipt_says_what_the_form_asks_for(receipt, as_officer, desk, officer):
    dossier, address = receipt
    answer = as_officer.get(f"{address}pdf")
    said = text_of(b"".join(answer.streaming_content))
    for words in (
        "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ", f"{UNIT}-261123-0001", "Số: 1/TNHS", "Nguyễn Thị Lan", "Trần Văn Thay (Giấy ủy quyền 1)",
        "Đăng ký khai sinh", "1. Tờ khai (1 bản chính)", "2. Giấy chứng sinh", "5 ngày làm việc", "17:00 thứ Ba, 01/12/2026",
        "tính từ thứ Tư 25/11; ", "không thu", "số thứ tự 1", services.lookup_code(desk.pk, dossier.token), officer.full_name,
        "Số 1, đường Thử", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    ):  # fmt: skip
        assert words in said, (words, said)
    assert NUMBER not in said and PHONE not in said and "Bản in lại" not in said


def test_it_is_made_once_and_kept_as_it_was(receipt, as_officer):
    dossier, address = receipt
    first = b"".join(as_officer.get(f"{address}pdf").streaming_content)
    kept = Paper.objects.get()
    assert (kept.form, kept.year, kept.number, kept.facts["code"]) == ("01", 2026, 1, dossier.code)
    type(dossier).objects.filter(pk=dossier.pk).update(procedure="Đã đổi tên")
    assert (
        b"".join(as_officer.get(f"{address}pdf").streaming_content)
        == first
        == path_of(kept.file).read_bytes()
    )
    again = text_of(as_officer.get(f"{address}pdf?lai=1").content)
    assert "Bản in lại" in again and "Đăng ký khai sinh" in again and Paper.objects.count() == 1


def test_the_power_went_before_printing(accept, desk, officer):
    """Saved, and nothing else: the receipt comes out as it would have, whoever opens it, whenever."""
    dossier = accept()
    assert not Paper.objects.exists()
    page = queries.taken(desk.pk, dossier.token)
    lookup = services.lookup_code(desk.pk, dossier.token)
    first = papers.receipt_facts(page, lookup=lookup, site="")
    later = papers.receipt(page, lookup=lookup, site="", by=officer.pk, at=AT.replace(year=2027))
    assert later.facts == first and later.number == 1 and later.year == 2026


def test_a_receipt_that_is_made_after_more_time_was_taken_says_the_promise_of_then(
    accept, as_officer, officer
):
    dossier = accept()
    move(dossier, "extend", Told(word="Chờ", amount=2), by=Mover(officer.pk, None), at=AT)
    said = text_of(b"".join(as_officer.get(f"/quay/{dossier.token}/giay-tiep-nhan.pdf").streaming_content))
    assert "Thời gian trả kết quả: 17:00 thứ Ba, 01/12/2026" in said and "03/12/2026" not in said


def test_a_picture_goes_to_the_printer_from_the_page(receipt, as_officer):
    dossier, address = receipt
    fresh = as_officer.get(f"/quay/{dossier.token}/?in=1").content.decode()
    later = as_officer.get(f"/quay/{dossier.token}/").content.decode()
    assert 'giay-tiep-nhan.png"' in fresh and "giay-tiep-nhan.png?lai=1" in later
    for query in ("", "?lai=1"):
        assert as_officer.get(f"{address}png{query}").content[:4] == b"\x89PNG"
    assert as_officer.get(f"{address}exe").status_code == 404


def test_names_cannot_speak_to_the_typesetter(accept, as_officer):
    dossier = accept(asked(owner=Person(lan(name='Lan #import "x" $a$ *b* <c> \\ []'))))
    said = text_of(b"".join(as_officer.get(f"/quay/{dossier.token}/giay-tiep-nhan.pdf").streaming_content))
    assert 'Lan #import "x" $a$ *b* <c> \\ []' in said


def test_a_page_of_the_book_has_every_number_the_void_one_too(accept, as_officer, officer):
    accept()
    void = accept(asked(COPY, parts=frozenset({1}), sets=3), token="phieuhai0001")
    move(void, "void", Told(word="Nhập nhầm"), by=Mover(officer.pk, None), at=AT)
    said = text_of(as_officer.get("/quay/so/to.pdf?nam=2026").content)
    assert (
        "SỔ THEO DÕI HỒ SƠ NĂM 2026" in said
        and "Đã hủy số: Nhập nhầm" in said
        and "Chứng thực bản sao" in said
    )
    assert as_officer.get("/quay/so/to.pdf?nam=9").status_code == 404


def test_the_paper_of_a_void_number_says_so_however_it_is_asked_for(receipt, as_officer, officer):
    dossier, address = receipt
    move(dossier, "void", Told(word="Nhập nhầm"), by=Mover(officer.pk, None), at=AT)
    for query in ("", "?lai=1"):
        assert "Số này đã hủy" in text_of(as_officer.get(f"{address}pdf{query}").content)


def test_every_vietnamese_letter_is_in_the_face_of_the_forms():
    from PIL import ImageFont

    from caicach.writing import forms

    letters = "ăâđêôơưĂÂĐÊÔƠƯ" + "".join(
        base + mark
        for base in "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"
        for mark in ("\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
    )
    import unicodedata
    from pathlib import Path

    for face in (Path(forms.__file__).parents[1] / "fonts").glob("*.ttf"):
        font = ImageFont.truetype(str(face), 20)
        missing = bytes(font.getmask("\uffff"))
        for letter in unicodedata.normalize("NFC", letters):
            assert bytes(font.getmask(letter)) != missing, (face.name, letter)


def test_another_ward_gets_no_paper(receipt, client):
    other = rooms.make_ward("Phường Hai")
    client.force_login(rooms.make_person(other, "officer", office="Văn phòng HĐND và UBND"))
    assert client.get(f"{receipt[1]}pdf").status_code == 404
