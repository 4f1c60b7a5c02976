"""The sheet, without scripts: each press fills in what is known, nothing typed is lost, saving makes one dossier."""

import datetime as dt

import lxml.html
import pytest

from caicach.citizens.models import Citizen, Trace
from caicach.counter import services
from caicach.counter.models import Desk, Draft, Line
from caicach.counter.services import Person
from caicach.dossiers.models import Dossier
from tests.factories import rooms
from tests.rooms.counter.conftest import AT, BIRTH, COPY, NUMBER, OTHER, PHONE, UNIT, asked, lan

pytestmark = pytest.mark.django_db
CARD = f"{NUMBER}||Nguyễn Thị Lan|20051990|Nữ|Khu phố 3, Phường Thử|01012022"


@pytest.fixture
def sheet(as_officer, desk):
    """press(**fields): the sheet as a browser without scripts sends it, and the answer's page."""

    class Sheet:
        status, page = 0, None

        def open(self, address="/quay/"):
            answer = as_officer.get(address)
            assert answer.status_code == 200, answer.status_code
            self.take(answer)
            return self

        def take(self, answer):
            self.status, self.answer = answer.status_code, answer
            if answer.status_code in (200, 422):
                self.page = lxml.html.fromstring(answer.content.decode())

        def fields(self):
            form = self.page.get_element_by_id("to-khai")
            return {name: value for name, value in form.form_values() if name != "csrfmiddlewaretoken"} | {
                name: [v for n, v in form.form_values() if n == name] for name in ("part", "reuse", "channel")
            }

        def press(self, lam="xem", **typed):
            self.take(as_officer.post("/quay/", {**self.fields(), "lam": lam, **typed}))
            return self

        @property
        def text(self):
            return " ".join(self.page.text_content().split())

    return Sheet().open()


def whole(sheet, **other):
    return sheet.press(procedure_pick=BIRTH).press(who=CARD).press("luu", **{"all_parts": "1", **other})


def test_step_by_step_with_buttons_only(sheet, officer):
    sheet.press(find="khai sinh cho con")
    assert [b.get("value") for b in sheet.page.xpath("//button[@name='procedure_pick']")] == [BIRTH]
    sheet.press(procedure_pick=BIRTH)
    assert "5 ngày làm việc" in sheet.text and "hẹn 17:00 thứ" in sheet.text and "Không thu" in sheet.text
    sheet.press(who=CARD)
    fields = sheet.fields()
    assert (fields["name"], fields["number"], fields["born"], fields["address"]) == ("Nguyễn Thị Lan", NUMBER, "20/05/1990", "Khu phố 3, Phường Thử")  # fmt: skip
    sheet.press("luu", all_parts="1")
    dossier = Dossier.objects.get()
    assert sheet.status == 303 and sheet.answer.url == f"/quay/{dossier.token}/?in=1"
    assert dossier.code == f"{UNIT}-261123-0001" and dossier.citizen.born == dt.date(1990, 5, 20)
    assert not Draft.objects.exists()


def test_pressing_save_twice_makes_one(sheet, as_officer):
    whole(sheet)
    sheet.press("luu", all_parts="1")
    assert sheet.status == 303 and Dossier.objects.count() == 1


@pytest.mark.parametrize("typed, words", [
    (f"{NUMBER}||Nguyễn", "chỉ có một phần"), ("https://vidu.example/|a|b", "không phải chữ của mã QR"),
    (f"{NUMBER}||Nguyễn Thị Lan|20052090|Nữ|Khu phố 3|01012022", "còn ở phía sau hôm nay"),
])  # fmt: skip
def test_a_bad_scan_is_said_at_its_field_while_the_person_stands_there(sheet, typed, words):
    sheet.press(procedure_pick=BIRTH).press(who=typed)
    field = sheet.page.get_element_by_id("q-who")
    assert sheet.status == 422 and words in sheet.page.get_element_by_id("q-who-loi").text
    assert field.get("value") == "" and field.get("autofocus") is not None, (
        "the next scan lands in an empty field"
    )
    assert sheet.fields()["procedure"] == BIRTH


@pytest.mark.parametrize("aimed", ["find", "name", "number", "phone"])
def test_a_scan_that_lands_in_another_field_is_a_scan_all_the_same(sheet, aimed):
    sheet.press(procedure_pick=BIRTH).press(
        name="Trần Văn Trước", address="Khu phố 9", email="truoc@vidu.example"
    )
    sheet.press(**{aimed: CARD})
    fields = sheet.fields()
    assert (fields["name"], fields["number"], fields["address"]) == (
        "Nguyễn Thị Lan",
        NUMBER,
        "Khu phố 3, Phường Thử",
    )
    assert (fields["email"], fields.get("find", ""), fields["phone"]) == ("", "", ""), (
        "nothing of who stood there before"
    )
    assert sheet.status == 200 and fields["procedure"] == BIRTH


def test_whoever_is_typed_after_somebody_known_takes_nothing_of_theirs(sheet, desk, officer):
    services.accept(asked(), ward=desk.pk, token="truoc0000001", by=officer.pk, at=AT)
    sheet.press(procedure_pick=BIRTH).press(who=NUMBER)
    assert sheet.fields()["handle"]
    sheet.press(who="Lê Hoàng Chưa Có")
    fields = sheet.fields()
    assert (fields["name"], fields["handle"], fields["address"], fields["born"]) == (
        "Lê Hoàng Chưa Có",
        "",
        "",
        "",
    )


@pytest.mark.parametrize(
    "typed, total",
    [("1.000", 1_000), ("2000", 2_000), ("1.5", None), ("1.00", None), ("-5", None), ("1,000", None)],
)
def test_a_fee_is_read_with_dots_between_thousands_or_not_at_all(sheet, typed, total):
    sheet.press(procedure_pick=COPY).press(who=CARD).press("luu", all_parts="1", fee_each=typed)
    if total is None:
        assert (
            sheet.status == 422
            and sheet.page.xpath("//a[@href='#q-fee_each']")
            and not Dossier.objects.exists()
        )
    else:
        assert Dossier.objects.get().fee.total == total


@pytest.mark.parametrize("who", [NUMBER, "0001 9001 2345", PHONE])
def test_somebody_known_is_filled_in_masked_and_the_look_is_on_record(sheet, desk, officer, who):
    services.accept(asked(), ward=desk.pk, token="truoc0000001", by=officer.pk, at=AT)
    sheet.press(procedure_pick=BIRTH).press(who=who)
    assert sheet.fields()["name"] == "Nguyễn Thị Lan" and "0001••••••45" in sheet.text
    assert NUMBER not in sheet.answer.content.decode() and PHONE not in sheet.answer.content.decode()
    assert Trace.objects.filter(what="seen", about="quầy").count() == 1
    assert "Đã có, không phải nộp lại" in sheet.text and f"{UNIT}-261123-0001" in sheet.text
    sheet.press("luu", all_parts="1", channel=["sms"])
    second = Dossier.objects.latest("id")
    assert sheet.status == 303 and Citizen.objects.count() == 1
    assert second.parts.get(position=2).taken_from_id and second.line.channels == "sms"


def test_of_several_of_a_name_one_is_chosen(sheet, desk, officer):
    for n, number in enumerate((NUMBER, OTHER)):
        services.accept(asked(owner=Person(lan(number=number, address=f"Khu phố {n}"))), ward=desk.pk, token=f"truoc000000{n}", by=officer.pk, at=AT)  # fmt: skip
    sheet.press(procedure_pick=BIRTH).press(who="nguyen thi")
    handles = [b.get("value") for b in sheet.page.xpath("//button[@name='person_pick']")]
    assert len(handles) == 2 and "sinh" not in sheet.text.split("Chọn")[0][:10]
    sheet.press("luu", all_parts="1")
    assert Dossier.objects.count() == 2, "nothing is saved while it is open who it is"
    sheet.press(person_pick=handles[0])
    assert sheet.fields()["address"] == "Khu phố 1"


def test_for_an_organisation_by_somebody(sheet):
    sheet.press(procedure_pick=BIRTH).press(who=CARD).press(role="organisation")
    sheet.press(
        "luu",
        all_parts="1",
        owner_name="Công ty Thử",
        owner_number="0000000001",
        authority="Giấy giới thiệu 12",
    )
    dossier = Dossier.objects.get()
    assert (dossier.applicant, dossier.brought_by.name, dossier.citizen.kind) == ("Công ty Thử", "Nguyễn Thị Lan", "organisation")  # fmt: skip


@pytest.mark.parametrize("typed, place", [
    ({"all_parts": "", "part": []}, "all_parts"), ({"born": "31/02/1990"}, "born"), ({"born": "20/05/2090"}, "born"), ({"phone": "gọi sau"}, "phone"),
    ({"name": ""}, "name"), ({"role": "authority", "owner_name": "Lê Văn Chủ"}, "authority"), ({"way": "post"}, "way_to"), ({"channel": ["email"]}, "email"),
    ({"sets": "0"}, "sets"), ({"sets": "-3"}, "sets"), ({"number": "123"}, "number"),
])  # fmt: skip
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(sheet, typed, place):
    if place == "sets":
        sheet.press(procedure_pick=COPY).press(who=CARD).press("luu", **{"all_parts": "1", **typed})
    else:
        whole(sheet, **typed)
    assert sheet.status == 422 and not Dossier.objects.exists()
    assert sheet.page.xpath(f"//a[@href='#q-{place}']"), sheet.text
    assert sheet.page.get_element_by_id(f"q-{place}") is not None
    for name, value in typed.items():
        if name not in ("part", "all_parts", "channel"):
            assert sheet.fields()[name] == value


def test_copies_are_counted_and_done_while_one_waits(sheet):
    sheet.press(procedure_pick=COPY).press(who=CARD).press(sets="5")
    assert "10.000 đồng" in sheet.text
    sheet.press("luu", all_parts="1", at_once="1")
    assert Dossier.objects.get().state == "returned" and Dossier.objects.get().fee.total == 10_000


# --- drafts ----------------------------------------------------------------------------------------------------


def test_a_draft_survives_the_browser_sealed_and_is_opened_again(sheet, desk, as_officer):
    sheet.press(procedure_pick=BIRTH).press(who=CARD)
    draft = Draft.objects.get()
    assert NUMBER not in draft.sealed and "Khu phố" not in draft.sealed
    assert draft.label == "Đăng ký khai sinh · Nguyễn Thị Lan"
    again = sheet.open()
    link = again.page.xpath("//li[@class='draft']//a/@href")
    assert link == [f"?nhap={draft.token}"]
    sheet.open(f"/quay/{link[0]}")
    assert (sheet.fields()["number"], sheet.fields()["procedure"]) == (NUMBER, BIRTH)
    as_officer.post(f"/quay/nhap/{draft.token}/", {"lam": "bo"})
    assert not Draft.objects.exists()


def test_a_draft_is_never_called_by_a_number_that_was_typed(sheet):
    sheet.press(procedure_pick=BIRTH).press(who="000190099999", name=f"x {NUMBER}")
    assert Draft.objects.get().label == "Đăng ký khai sinh"


def test_what_the_script_sends_is_kept_until_the_dossier_is_there(sheet, as_officer):
    sheet.press(procedure_pick=BIRTH)
    typed = {**sheet.fields(), "name": "Đang gõ dở"}
    assert as_officer.post("/quay/nhap/", typed).status_code == 204
    assert Draft.objects.count() == 1
    sheet.press(who=CARD).press("luu", all_parts="1")
    assert as_officer.post("/quay/nhap/", typed).status_code == 204
    assert not Draft.objects.exists(), "a late save of a form that made its dossier makes no draft"
    assert as_officer.post("/quay/nhap/", {"token": "../x"}).status_code == 422


def test_a_draft_is_nobody_elses_unless_it_was_left(sheet, desk, officer, client):
    sheet.press(procedure_pick=BIRTH).press(who=CARD)
    token = Draft.objects.get().token
    other = rooms.make_person(desk, "officer", office="Văn phòng HĐND và UBND", name="Lê Văn Sau")
    client.force_login(other)
    assert client.get(f"/quay/?nhap={token}").status_code == 404
    assert client.post(f"/quay/nhap/{token}/", {"lam": "bo"}).status_code == 404
    assert token not in client.get("/quay/").content.decode()
    client.force_login(officer)
    answer = client.post(f"/quay/nhap/{token}/", {"lam": "de-lai"})
    assert answer.status_code == 303 and answer.url.startswith("/dang-nhap/")
    assert client.get("/quay/").status_code == 302, "who leaves is signed out"
    client.force_login(other)
    assert "để lại" in client.get("/quay/").content.decode()
    client.post(f"/quay/nhap/{token}/", {"lam": "nhan"})
    assert Draft.objects.get().owner == other and client.get(f"/quay/?nhap={token}").status_code == 200
    client.force_login(officer)
    assert client.get(f"/quay/?nhap={token}").status_code == 404


def test_two_at_one_procedure_take_their_own_numbers(sheet, desk, client):
    whole(sheet)
    other = rooms.make_person(desk, "officer", office="Văn phòng HĐND và UBND")
    services.accept(
        asked(owner=Person(lan(number=OTHER))), ward=desk.pk, token="maykhac00001", by=other.pk, at=AT
    )
    assert sorted(Line.objects.values_list("number", flat=True)) == [1, 2]


# --- afterwards ------------------------------------------------------------------------------------------------


def test_what_was_taken_in_is_shown_and_can_be_made_void_with_a_reason(sheet, desk, client, officer):
    whole(sheet)
    address = f"/quay/{Dossier.objects.get().token}/"
    page = client.get(address).content.decode()
    assert f"{UNIT}-261123-0001" in page and "Hủy số" not in page, "an officer does not make numbers void"
    assert client.post(f"{address}huy/", {"word": "x"}).status_code == 403
    client.force_login(rooms.make_person(desk, "head", office="Văn phòng HĐND và UBND"))
    assert client.post(f"{address}huy/", {"word": "Nhập nhầm"}).status_code == 303
    assert Dossier.objects.get().state == "voided"
    book = client.get("/quay/so/").content.decode()
    assert f"{UNIT}-261123-0001" in book and "Đã hủy số" in book
    assert "Nhập nhầm" in client.get(address).content.decode()


def test_without_settings_numbers_are_provisional_and_the_page_says_so(sheet, desk):
    Desk.objects.all().delete()
    sheet.press(procedure_pick=BIRTH)
    assert "Số tạm (TAM-…)" in sheet.text


def test_another_wards_receipt_is_not_there(sheet, client):
    whole(sheet)
    other = rooms.make_ward("Phường Hai")
    client.force_login(rooms.make_person(other, "officer", office="Văn phòng HĐND và UBND"))
    assert client.get(f"/quay/{Dossier.objects.get().token}/").status_code == 404
