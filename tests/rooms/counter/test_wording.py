"""A ward's own standing sentences: looked at before they are saved, refused at their place, never lost between two."""

import html

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caicach.counter import letters, queries, services
from caicach.counter.models import Wording
from caicach.counter.queries import Sentences
from caicach.data import paper_words
from caicach.dossiers.moves import Mover, Told, move
from caicach.history.models import Event
from caicach.rules.refusal import Refusal
from caicach.rules.wording import FORMS, MOST, check, fill, names_of
from caicach.writing.forms import form as laid_out
from tests.factories import rooms
from tests.rooms.counter.conftest import AT
from tests.rooms.counter.test_moves_papers import pdf
from tests.rooms.counter.test_papers import text_of

pytestmark = pytest.mark.django_db
PAGE = "/quay/cai-dat/loi-van/?mau=04"
SAID = {
    "opening": "Kính thưa {chu_ho_so}, chúng tôi xin lỗi.",
    "closing": "Hẹn lại {hen_moi}, thay cho {hen_cu}.",
    "seen": "0",
    "lam": "luu",
}


def test_the_usual_sentences_name_only_what_their_form_knows():
    assert set(paper_words()) == set(FORMS)
    for form, texts in paper_words().items():
        for text in texts:
            check(text, form, place="")


def test_what_a_ward_writes_stands_on_its_papers_and_is_on_record(as_coordinator, coordinator, accept, ward):
    assert as_coordinator.get(PAGE).status_code == 200
    assert as_coordinator.post(PAGE, SAID).status_code == 303
    told = Event.objects.get(code="counter.wording-set")
    assert (
        told.facts["form"] == "04"
        and told.facts["changes"][0][2] == SAID["opening"]
        and told.actor_id == coordinator.pk
    )
    assert as_coordinator.post(PAGE, SAID).status_code == 303, "the same press twice is one"
    assert Event.objects.filter(code="counter.wording-set").count() == 1
    dossier = accept()
    move(dossier, "extend", Told(word="Chờ", amount=2), by=Mover(coordinator.pk, None), at=AT)
    first = pdf(as_coordinator, dossier)
    said = text_of(first)
    assert (
        "Kính thưa Nguyễn Thị Lan, chúng tôi xin lỗi." in said
        and "Hẹn lại 17:00 03/12/2026, thay cho 17:00 01/12/2026." in said
    )
    as_coordinator.post(PAGE, {"lam": "mac-dinh", "seen": "1"})
    row = Wording.objects.get()
    assert (
        row.is_usual
        and row.revision == 2
        and queries.sentences(ward.pk, "04").opening == paper_words()["04"][0]
    )
    assert pdf(as_coordinator, dossier) == first, "what was printed stays"


def test_the_receipts_closing_is_the_wards_too(as_coordinator, accept):
    as_coordinator.post(
        "/quay/cai-dat/loi-van/?mau=01", {"closing": "Mang theo thẻ, {chu_ho_so}.", "seen": "0"}
    )
    dossier = accept()
    said = text_of(
        b"".join(as_coordinator.get(f"/quay/{dossier.token}/giay-tiep-nhan.pdf").streaming_content)
    )
    assert "Mang theo thẻ, Nguyễn Thị Lan." in said


@pytest.mark.parametrize("text, words", [
    ("Kính gửi\n  {ten_nguoi}", "Dòng 2, cột 3: mẫu này không có tên {ten_nguoi}"), ("A {chu_ho_so", "Dòng 1, cột 3: dấu {"),
    ("x } y", "Dòng 1, cột 3: dấu }"), ("{hen moi}", "{hen_moi}"), ("{ket_qua}", "không có tên {ket_qua}"), ("{}", "không có tên {}"),
    ("{{chu_ho_so}}", "Dòng 1, cột 1: dấu {"), ("a" * (MOST + 1), "1500"),
])  # fmt: skip
def test_a_wrong_name_is_told_at_its_field_with_its_place_and_nothing_is_lost(as_coordinator, text, words):
    for what in ("luu", "xem"):
        answer = as_coordinator.post(PAGE, SAID | {"closing": text, "lam": what})
        page = html.unescape(answer.content.decode())
        assert answer.status_code == 422 and words in page and text in page and SAID["opening"] in page
        assert 'id="id_closing-error"' in page and 'id="id_opening-error"' not in page
    assert not Wording.objects.exists()


def test_a_preview_shows_it_on_paper_before_it_is_saved(as_coordinator, client):
    answer = as_coordinator.post(PAGE, SAID | {"lam": "xem"})
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 200 and "chưa lưu" in page and not Wording.objects.exists()
    address = page.split('src="/quay/cai-dat/loi-van/xem.png?chu=')[1].split('"')[0]
    picture = as_coordinator.get(f"/quay/cai-dat/loi-van/xem.png?chu={address}")
    assert picture.status_code == 200 and picture.content[:4] == b"\x89PNG"
    assert as_coordinator.get("/quay/cai-dat/loi-van/xem.png?chu=tu-bia").status_code == 404


@pytest.mark.parametrize("form", FORMS)
def test_every_form_can_be_looked_at(as_coordinator, ward, form):
    page = as_coordinator.get(f"/quay/cai-dat/loi-van/?mau={form}").content.decode()
    for name in names_of(form):
        assert f"{{{name}}}" in page
    assert letters.picture_of(form, queries.sentences(ward.pk, form), ward=ward.pk)[:4] == b"\x89PNG"


def test_of_two_coordinators_the_second_is_told_and_may_save_over_it(as_coordinator, ward):
    other = rooms.make_person(ward, "coordinator", name="Lê Thị Hai")
    services.set_wording("04", "Lời của chị Hai", "Hết", seen=0, ward=ward.pk, by=other.pk, at=AT)
    answer = as_coordinator.post(PAGE, SAID)
    page = html.unescape(answer.content.decode())
    assert (
        answer.status_code == 409
        and "Lê Thị Hai vừa lưu" in page
        and "Lời của chị Hai" in page
        and SAID["opening"] in page
    )
    assert 'name="seen" value="1"' in page and Wording.objects.get().opening == "Lời của chị Hai"
    assert as_coordinator.post(PAGE, SAID | {"seen": "1"}).status_code == 303
    assert Wording.objects.get().opening == SAID["opening"]


def test_it_is_the_coordinators_alone_and_of_one_ward(as_officer, ward):
    assert as_officer.get(PAGE).status_code == 403 and as_officer.post(PAGE, SAID).status_code == 403
    assert as_officer.get("/quay/cai-dat/loi-van/xem.png").status_code == 403
    services.set_wording("04", "Của phường Thử", "", seen=0, ward=ward.pk, by=None, at=AT)
    other = rooms.make_ward("Phường Hai")
    assert queries.sentences(other.pk, "04").opening == paper_words()["04"][0]


PIECES = st.lists(st.one_of(st.text(st.characters(exclude_characters="{}", exclude_categories=("Cs",)), max_size=40), st.sampled_from([*range(30)])), max_size=12)  # fmt: skip


@given(form=st.sampled_from([one for one in FORMS if one != "01"]), pieces=PIECES)
@settings(max_examples=60)
def test_any_sentence_with_allowed_names_is_printed(form, pieces):
    names = list(names_of(form))
    text = "".join(one if isinstance(one, str) else f"{{{names[one % len(names)]}}}" for one in pieces)
    check(text, form, place="")
    assert "{" not in fill(text, {})
    told = letters.Occasion(
        form,
        "H01",
        "Lê Thử",
        "Thủ tục",
        AT,
        "Thử",
        "Phường Thử",
        "Bộ phận Một cửa",
        "",
        "",
        letters.Signer("Lê"),
    )
    assert laid_out(form, letters.facts_of(told, Sentences(text, text), number=1))[:5] == b"%PDF-"


@given(
    before=st.text(st.characters(exclude_characters="{}", exclude_categories=("Cs",)), max_size=60),
    name=st.text("abcxyz_", max_size=8),
)
def test_a_wrong_name_is_told_with_its_line_and_column(before, name):
    text = f"{before}{{{name}}}"
    if name in names_of("04"):
        return
    with pytest.raises(Refusal) as told:
        check(text, "04", place="opening")
    line, column = told.value.facts["line"], told.value.facts["column"]
    assert text.split("\n")[line - 1][column - 1] == "{" and told.value.place == "opening"
