"""The first start and setting wards up: one code, one administrator, a page closed for ever, steps to come back to."""

import datetime as dt
import re

import pytest
from django.core.management import call_command
from django.test import Client

from caicach import data
from caicach.accounts import first_start
from caicach.accounts.models import FirstStart, Link, Person, Post, WrongTries
from caicach.core import clock
from caicach.exchange.models import Letter
from caicach.organisation import services as organisation
from caicach.organisation.models import Office, Ward
from tests.factories import rooms
from tests.rooms.exchange.test_outbox import Box, served

pytestmark = pytest.mark.django_db


def new(code, **other):
    return {
        "code": code, "full_name": "Lý Văn Máy", "user_name": "may.lv", "email": "",
        "new": "con trâu đi trước", "again": "con trâu đi trước", **other,
    }  # fmt: skip


@pytest.fixture
def code(db):
    return first_start.new_code(at=clock.now())


@pytest.fixture
def system(client):
    person = rooms.make_person(None, "system", name="Lý Văn Máy")
    client.force_login(person)
    return client


def founded(client, **other):
    facts = {"kind": "phuong", "name": "Phường Rạch Thử", "province": "An Giang", **other}
    return client.post("/bat-dau/phuong/?moi=1", facts)


def test_the_code_makes_one_administrator_and_the_page_is_closed(client, code):
    assert "Người quản trị máy chủ" in client.get("/bat-dau/").content.decode()
    answer = client.post("/bat-dau/", new(code.upper().replace("-", " ")))
    assert answer.status_code == 303 and answer.url.startswith("/dang-nhap/")
    post = Post.objects.select_related("person").get()
    assert (post.role, post.ward, post.person.user_name) == ("system", None, "may.lv")
    assert client.get("/bat-dau/").status_code == 404
    assert client.post("/bat-dau/", new(code, user_name="khac")).status_code == 404
    assert first_start.new_code(at=clock.now()) is None and Person.objects.count() == 1
    signed = {"user_name": "may.lv", "password": "con trâu đi trước", "tiep": "/bat-dau/cac-buoc/"}
    assert client.post("/dang-nhap/", signed).url == "/bat-dau/cac-buoc/"
    assert client.get("/bat-dau/").url == "/bat-dau/cac-buoc/"
    assert "Làm bước này" in client.get("/bat-dau/cac-buoc/").content.decode()


def test_the_sign_in_page_of_an_empty_system_leads_to_its_start_and_no_other_does(client, code):
    assert client.get("/dang-nhap/").url == "/bat-dau/"
    assert client.get("/", follow=True).redirect_chain[-1][0] == "/bat-dau/"
    client.post("/bat-dau/", new(code))
    assert client.get("/dang-nhap/").status_code == 200


def test_who_comes_back_goes_on_at_the_one_ward_and_chooses_among_two(client, code):
    client.post("/bat-dau/", new(code))
    signed = {"user_name": "may.lv", "password": "con trâu đi trước"}
    client.post("/dang-nhap/", signed)
    founded(client)
    again = Client()
    again.post("/dang-nhap/", signed)
    assert again.get("/bat-dau/don-vi/").status_code == 200
    founded(client, name="Phường Thứ Hai")
    third = Client()
    third.post("/dang-nhap/", signed)
    assert third.get("/bat-dau/don-vi/").status_code == 303, "two wards: which one is asked"


def test_the_code_lies_nowhere_and_a_newer_one_ends_it(client, code):
    assert code.replace("-", "") not in FirstStart.objects.get().code_hash
    first_start.new_code(at=clock.now())
    assert client.post("/bat-dau/", new(code)).status_code == 422 and not Person.objects.exists()


def test_wrong_codes_rest(client, code, settings):
    for _ in range(settings.START_CODE_TRIES):
        answer = client.post("/bat-dau/", new("sai"))
        assert answer.status_code == 422 and "Mã chưa đúng" in answer.content.decode()
        assert "Lý Văn Máy" in answer.content.decode(), "what was typed stays"
    answer = client.post("/bat-dau/", new(code))
    assert answer.status_code == 422 and "đợi" in answer.content.decode() and not Person.objects.exists()
    WrongTries.objects.update(rests_until=clock.now() - dt.timedelta(seconds=1))
    assert client.post("/bat-dau/", new(code)).status_code == 303


def test_wrong_codes_from_one_address_keep_nobody_else_out(client, code, settings):
    for _ in range(settings.START_CODE_TRIES + 1):
        answer = client.post("/bat-dau/", new("sai"), REMOTE_ADDR="203.0.113.9")
    assert "đợi" in answer.content.decode()
    assert client.post("/bat-dau/", new(code), REMOTE_ADDR="203.0.113.10").status_code == 303


@pytest.mark.parametrize(
    ("other", "words"),
    [({"new": "ngắn", "again": "ngắn"}, "ít nhất 10 chữ"), ({"again": "khác"}, "chưa giống nhau"),
     ({"user_name": "Có dấu"}, "chữ thường không dấu"), ({"full_name": ""}, "Hãy ghi họ và tên"),
     ({"new": "may.lv-may.lv", "again": "may.lv-may.lv"}, "không nên chứa tên đăng nhập")],
)  # fmt: skip
def test_what_cannot_be_is_said_and_the_code_stays_good(client, code, other, words):
    answer = client.post("/bat-dau/", new(code, **other))
    assert answer.status_code == 422 and words in answer.content.decode() and not Person.objects.exists()
    assert client.post("/bat-dau/", new(code)).status_code == 303


def test_without_a_code_nobody_begins(client, db):
    answer = client.post("/bat-dau/", new("abcd"))
    assert answer.status_code == 422 and "chưa có mã" in answer.content.decode()


def test_the_command_prints_a_code_until_somebody_is_there(db, capsys, settings):
    settings.SITE = "https://cchc.vidu.example"
    call_command("first_start")
    assert "https://cchc.vidu.example/bat-dau/" in capsys.readouterr().out
    rooms.make_person(None, "system")
    call_command("first_start")
    assert "đã đóng" in capsys.readouterr().out


def test_a_ward_is_founded_and_its_name_kept_apart(system):
    assert founded(system).url == "/bat-dau/don-vi/"
    ward = Ward.objects.get()
    assert (ward.name, ward.province, ward.kind) == ("Phường Rạch Thử", "An Giang", "phuong")
    again = founded(system, name="PHƯỜNG RẠCH THỬ")
    assert again.status_code == 422 and "đã có" in again.content.decode()
    assert founded(system, province="Cà Mau").status_code == 303
    assert founded(system, name="").status_code == 422
    edited = {"kind": "xa", "name": "Xã Rạch Thử", "province": "Cà Mau"}
    assert system.post("/bat-dau/phuong/", edited).url == "/bat-dau/cac-buoc/"
    assert Ward.objects.filter(kind="xa").count() == 1 and Ward.objects.count() == 2
    assert rooms.events("ward.founded") == 2 and rooms.events("ward.edited") == 1


def test_offices_are_ticked_and_renamed_and_neighbourhoods_come_in_one_go(system):
    founded(system)
    page = system.get("/bat-dau/don-vi/").content.decode()
    assert "Phòng Kinh tế, Hạ tầng và Đô thị" in page and 'value="Phòng Kinh tế"' not in page, (
        "a ward, no commune"
    )
    ticked = {"co-0": "on", "ten-0": "Văn phòng phường", "ngan-0": "VP", "co-3": "on", "ten-3": "Phòng Văn hóa – Xã hội", "ngan-3": "VH–XH",
              "co-10": "on", "ten-10": "Các phòng, ban, ngành", "ngan-10": ""}  # fmt: skip
    hoods = {"word": "Khu phố", "first": "1", "until": "61", "others": "Ấp Vĩnh Lợi\n\nKhu phố 7"}
    said = system.post("/bat-dau/don-vi/", {**ticked, **hoods}, follow=True).content.decode()
    assert "Đã thêm 2 đơn vị, 1 cách gọi chung, 62 khu phố, ấp." in said, (
        "a name for several offices is no office"
    )
    assert Office.objects.filter(kind="neighbourhood").count() == 62
    office = Office.objects.get(name="Văn phòng phường")
    assert "VP HĐND-UBND" in office.aliases and "Văn phòng HĐND và UBND" in office.aliases
    assert Office.objects.get(name="Các phòng, ban, ngành").is_group
    assert "61" in Office.objects.filter(kind="neighbourhood").values_list("name", flat=True)[60]
    page = system.get("/bat-dau/don-vi/").content.decode()
    assert page.count("Đã có") == 3
    assert system.post("/bat-dau/don-vi/", {**ticked, **hoods}).status_code == 303
    assert Office.objects.count() == 65, "sent again it changes nothing"
    assert "2 đơn vị, 62 khu phố" in system.get("/bat-dau/cac-buoc/").content.decode()


@pytest.mark.parametrize(
    ("other", "words"),
    [({"until": "x"}, "Ghi số từ 1 đến 999"), ({"first": "5", "until": "3"}, "Số cuối phải từ số đầu"),
     ({"until": "300"}, "nhiều nhất 200"), ({"word": "Bản"}, "Hãy chọn cách gọi")],
)  # fmt: skip
def test_neighbourhoods_that_cannot_be(system, other, words):
    founded(system)
    answer = system.post(
        "/bat-dau/don-vi/", {"word": "Khu phố", "first": "1", "until": "2", "others": "", **other}
    )
    assert answer.status_code == 422 and words in answer.content.decode() and not Office.objects.exists()


def test_two_offices_of_one_name_are_refused_and_none_is_made(system):
    founded(system)
    same = {"co-0": "on", "ten-0": "Văn phòng", "co-3": "on", "ten-3": "Văn phòng", "word": "Khu phố"}
    answer = system.post("/bat-dau/don-vi/", same)
    assert answer.status_code == 422 and "Phường đã có đơn vị tên Văn phòng" in answer.content.decode()
    assert not Office.objects.exists()


def test_the_first_people_get_slips(system):
    founded(system)
    assert system.post("/bat-dau/nguoi/", {}).status_code == 422
    people = {
        "administrator-full_name": "Phạm Ngọc Quân",
        "coordinator-full_name": "Lâm Thị Hạnh",
        "coordinator-title": "Công chức",
    }
    answer = system.post("/bat-dau/nguoi/", people)
    assert answer.status_code == 303 and answer.url == "/nguoi/phieu/"
    slips = system.get(answer.url).content.decode()
    assert (
        slips.count('class="slip"') == 2
        and "Phường Rạch Thử" in slips
        and 'href="/bat-dau/cac-buoc/"' in slips
    )
    assert {(p.person.user_name, p.role) for p in Post.objects.filter(ward__isnull=False).select_related("person")} == {
        ("quan.pn", "administrator"), ("hanh.lt", "coordinator"),
    }  # fmt: skip
    page = system.get("/bat-dau/cac-buoc/").content.decode()
    assert "Đã có quản trị và điều phối" in page
    assert "Phạm Ngọc Quân" in system.get("/bat-dau/nguoi/").content.decode()


def test_the_calendar_is_a_step(system):
    founded(system)
    for year in (2026, 2027):
        assert "Thiết lập Phường Rạch Thử" in system.get(f"/lich-lam-viec/?nam={year}").content.decode()
        assert system.post("/lich-lam-viec/xac-nhan/", {"nam": year}).url == "/bat-dau/cac-buoc/", (
            "on with the steps"
        )
    assert "Đã xác nhận 2026, 2027" in system.get("/bat-dau/cac-buoc/").content.decode()


@pytest.mark.parametrize(
    ("day", "is_decided", "is_done", "words"),
    [(dt.date(2026, 3, 2), False, True, "Lịch 2027: từ tháng 10/2026, khi có thông báo nghỉ lễ, Tết."),
     (dt.date(2026, 10, 1), False, True, "Lịch 2027: xác nhận khi có thông báo nghỉ lễ, Tết, trước 31/12/2026."),
     (dt.date(2026, 10, 1), True, False, "Lịch 2027 cần xác nhận trước 31/12/2026.")],
)  # fmt: skip
def test_it_is_said_when_next_years_calendar_will_be_wanted(
    system, settings, monkeypatch, day, is_decided, is_done, words
):
    settings.TODAY = day
    monkeypatch.setattr(data, "is_decided", lambda year: is_decided)
    founded(system)
    assert words in system.get("/bat-dau/cac-buoc/").content.decode()
    system.post("/lich-lam-viec/xac-nhan/", {"nam": 2026})
    page = system.get("/bat-dau/cac-buoc/")
    step = page.context["set_up"].steps[3]
    assert (step.state == "done") == is_done and step.said == f"Đã xác nhận 2026. {words}"
    assert words in system.get("/lich-lam-viec/?nam=2026").content.decode()
    system.post("/lich-lam-viec/xac-nhan/", {"nam": 2027})
    assert words not in system.get("/lich-lam-viec/?nam=2026").content.decode()


@pytest.mark.parametrize("is_decided", [False, True])
@pytest.mark.parametrize("day", [dt.date(2026, 3, 2), dt.date(2026, 11, 23)])
def test_one_step_at_a_time_is_the_one_to_do(system, settings, monkeypatch, day, is_decided):
    settings.TODAY = day
    monkeypatch.setattr(data, "is_decided", lambda year: is_decided)

    def to_do():
        page = system.get("/bat-dau/cac-buoc/").content.decode()
        found = re.findall(r'<a class="button go" href="([^"]+)">Làm bước này</a>', page)
        assert page.count("Làm bước này") == len(found) == page.count("button go")
        assert page.count(">Bước này<") <= 1
        return found

    assert to_do() == ["/bat-dau/phuong/"]
    founded(system)
    assert to_do() == ["/bat-dau/don-vi/"]
    ward = Ward.objects.get()
    organisation.add_office(ward, name="Văn phòng HĐND và UBND")
    assert to_do() == ["/lich-lam-viec/?nam=2026"]
    system.post("/lich-lam-viec/xac-nhan/", {"nam": 2026})
    if day.month >= 10 and is_decided:  # half done, while the first people are missing altogether
        assert to_do() == ["/lich-lam-viec/?nam=2027"]
        system.post("/lich-lam-viec/xac-nhan/", {"nam": 2027})
    assert to_do() == ["/bat-dau/nguoi/"]
    rooms.make_person(ward, "administrator")
    assert to_do() == ["/bat-dau/nguoi/"]
    rooms.make_person(ward, "coordinator")
    assert to_do() == []


def test_the_first_people_are_invited_by_letter_where_there_is_mail(system, settings):
    founded(system)
    people = {"administrator-full_name": "Phạm Ngọc Quân", "administrator-email": "quan@vidu.example",
              "coordinator-full_name": "Lâm Thị Hạnh", "cach": "thu"}  # fmt: skip
    page = system.get("/bat-dau/nguoi/").content.decode()
    assert "Gửi thư mời" not in page and "cài thư ở bước 5" in page and "trong 14 ngày" in page
    assert system.post("/bat-dau/nguoi/", people).status_code == 422, "no mail"
    settings.MAIL_URL, settings.SITE = "smtp://127.0.0.1:1", "https://cchc.vidu.example"
    assert "Gửi thư mời" in system.get("/bat-dau/nguoi/").content.decode()
    answer = system.post("/bat-dau/nguoi/", people)
    assert answer.url == "/nguoi/phieu/"
    slips = system.get(answer.url).content.decode()
    assert slips.count('class="slip"') == 1 and "Lâm Thị Hạnh" in slips and "trong 14 ngày" in slips
    assert Letter.objects.get().to_address == "quan@vidu.example" and Link.objects.get().kind == "invitation"
    assert not Person.objects.get(user_name="quan.pn").has_usable_password()
    assert "1 thư mời đang được gửi" in slips
    alone = {"coordinator-full_name": "Lê Văn Ba", "coordinator-email": "ba@vidu.example", "cach": "thu"}
    assert system.post("/bat-dau/nguoi/", alone).url == "/bat-dau/cac-buoc/", "nobody is left for a slip"


def test_a_trial_letter_tells_what_the_server_said(system, settings):
    founded(system)
    page = system.get("/bat-dau/thu/").content.decode()
    assert "CAICACH_MAIL" in page and 'name="address"' not in page
    box = Box()
    box.refused = {"khong@vidu.example": "550 không có người này"}
    with served(box) as settings.MAIL_URL:
        settings.MAIL_URL = settings.MAIL_URL.replace("//", "//")
        good = system.post("/bat-dau/thu/", {"address": "mai@vidu.example"})
        assert good.status_code == 200 and "250 nhận" in good.content.decode() and len(box.got) == 1
        bad = system.post("/bat-dau/thu/", {"address": "khong@vidu.example"})
        assert bad.status_code == 422 and "550 không có người này" in bad.content.decode()
        assert system.post("/bat-dau/thu/", {"address": "x"}).status_code == 422
        other = system.post("/bat-dau/thu/", {"address": "a@phườngmẫu.vn"})
        assert other.status_code == 200 and len(box.got) == 2, "the domain goes as IDNA"
        long_s = system.post("/bat-dau/thu/", {"address": "\u017fau@vidu.example"})
        assert long_s.status_code == 422 and "máy chủ thư không nhận" in long_s.content.decode()
        good_sender, settings.MAIL_FROM = settings.MAIL_FROM, "thư@vidu.example"
        sender = system.post("/bat-dau/thu/", {"address": "mai@vidu.example"})
        assert sender.status_code == 422 and "“thư@vidu.example” có chữ" in sender.content.decode()
    settings.MAIL_FROM = good_sender
    settings.MAIL_URL = "smtp://ten:bi-mat@127.0.0.1:1"
    page = system.post("/bat-dau/thu/", {"address": "mai@vidu.example"}).content.decode()
    assert "Chưa gửi được: không nối được máy chủ thư" in page and "bi-mat" not in page


def test_another_ward_by_the_same_steps(system):
    founded(system)
    first = Ward.objects.get()
    founded(system, name="Phường Hai Thử")
    assert "Phường Hai Thử" in system.get("/bat-dau/cac-buoc/").content.decode()
    page = system.get("/cac-phuong/").content.decode()
    assert "Thêm phường, xã" in page and "Đang thiết lập" in page
    assert system.post("/cac-phuong/chon/", {"phuong": first.pk}).url == "/bat-dau/cac-buoc/"
    assert "Phường Rạch Thử" in system.get("/bat-dau/cac-buoc/").content.decode()


def test_without_a_ward_the_later_steps_lead_to_choosing_one(system):
    for address in ("/bat-dau/don-vi/", "/bat-dau/nguoi/", "/lich-lam-viec/", "/nguoi/nap/"):
        assert system.get(address).url == "/cac-phuong/"
    assert system.get("/").url == "/bat-dau/cac-buoc/"
    assert system.get("/bat-dau/cac-buoc/").status_code == 200


def test_who_sets_up_sees_no_plan_and_no_person_of_the_ward(system):
    founded(system)
    for address in ("/ke-hoach/", "/nguoi/", "/viec-cua-toi/", "/co-cau/"):
        assert system.get(address).status_code == 403, address
    assert system.post("/nguoi/them/").status_code == 403


def test_the_steps_ask_as_often_for_many_as_for_few(system, django_assert_max_num_queries):
    founded(system)
    system.post("/bat-dau/don-vi/", {"word": "Khu phố", "until": "100"})
    with django_assert_max_num_queries(12):
        system.get("/bat-dau/cac-buoc/")
