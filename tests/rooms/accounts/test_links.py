"""Links to a password of one's own, in letters through a real mail server: opened once, learnt by nobody else."""

import datetime as dt
import re

import pytest

from caicach.accounts import jobs, links
from caicach.accounts.models import Link, OpenSession, Person
from caicach.core import clock
from caicach.exchange import services as exchange
from caicach.exchange.models import Letter
from caicach.history.models import Event
from caicach.worker import loop
from caicach.worker.models import Job
from tests.factories import rooms
from tests.rooms.accounts.test_people_import import HEAD, ROWS, book, send, take
from tests.rooms.exchange.test_outbox import Box, served

pytestmark = pytest.mark.django_db(transaction=True)
OWN = {"new": "con trâu đi trước", "again": "con trâu đi trước"}
assert jobs


@pytest.fixture
def box(settings):
    settings.SITE = "https://cchc.vidu.example"
    box = Box()
    with served(box) as settings.MAIL_URL:
        yield box


@pytest.fixture
def admin(ward, client):
    client.force_login(rooms.make_person(ward, "administrator", user_name="quan"))
    return client


@pytest.fixture
def khang(ward):
    person = rooms.make_person(
        ward, "officer", office="Văn phòng HĐND và UBND", name="Trần Minh Khang", user_name="khang",
        password="mat-khau-cu-9",
    )  # fmt: skip
    person.email = "khang@vidu.example"
    person.save()
    return person


def work():
    while loop.run_one():
        pass


def link_in(mail):
    text = mail.get_body(("plain",)).get_content()
    return re.search(r"https://cchc\.vidu\.example(/mat-khau-moi/\w+/)", text)[1]


def forgotten(client, who="khang"):
    return client.post("/quen-mat-khau/", {"who": who})


def test_who_is_invited_opens_the_link_once(admin, box, ward, client):
    office = ward.offices.get(short_name="VH–XH").pk
    new = {
        "full_name": "Đỗ Thị Nhàn",
        "user_name": "nhan.dt",
        "role": "officer",
        "office": office,
        "cach": "thu",
    }
    refused = admin.post("/nguoi/them/", new)
    assert refused.status_code == 422 and "chưa có địa chỉ thư" in refused.content.decode()
    answer = admin.post("/nguoi/them/", {**new, "email": "nhan@vidu.example"})
    assert answer.status_code == 303 and "/nguoi/phieu/" not in answer.url
    assert "chưa có mật khẩu" in admin.get(answer.url).content.decode()
    work()
    (mail,) = box.got
    assert "nhan.dt" in mail.get_body(("plain",)).get_content() and mail["Subject"].startswith("Mời dùng")
    address = link_in(mail)
    admin.post("/dang-xuat/")
    for _ in range(2):  # a mail server may look too
        page = client.get(address)
        assert page.status_code == 200 and "Đỗ Thị Nhàn" in page.content.decode()
    assert client.post(address, {"new": "ngắn", "again": "ngắn"}).status_code == 422
    assert client.post(address, OWN).url == "/dang-nhap/"
    assert client.get(address).status_code == 410 and client.post(address, OWN).status_code == 410
    assert Link.objects.get().used_at
    assert client.post("/dang-nhap/", {"user_name": "nhan.dt", "password": OWN["new"]}).status_code == 303
    assert client.get("/viec-cua-toi/").status_code == 200, "no other password is asked for"
    assert rooms.events("account.link-sent") == rooms.events("account.password-set") == 1


def test_the_link_lies_in_no_table(khang, box):
    links.ask("khang", at=clock.now(), address="10.0.0.1")
    assert loop.run_one()
    letter, link = Letter.objects.get(), Link.objects.get()
    address = links.address_in_letter(str(link.pk))
    token = address.rstrip("/").rsplit("/", 1)[1]
    stored = [letter.text, letter.html, *map(str, Job.objects.values_list("arguments", flat=True)),
              *map(str, Event.objects.values_list("facts", flat=True)), *map(str, link.__dict__.values())]  # fmt: skip
    assert all(token not in text for text in stored) and exchange.SECRET in letter.text
    work()
    assert token in box.got[0].get_body(("plain",)).get_content()
    assert token not in Letter.objects.get().text, "nor afterwards"


def test_a_forgotten_password_is_set_anew_and_everything_else_ends(khang, box, client):
    for _ in range(8):
        client.post("/dang-nhap/", {"user_name": "khang", "password": "sai"})
    assert "đợi" in client.post("/dang-nhap/", {"user_name": "khang", "password": "sai"}).content.decode()
    OpenSession.objects.create(person=khang, key="k", began_at=clock.now(), seen_at=clock.now())
    assert "thư có đường dẫn" in forgotten(client).content.decode()
    work()
    assert client.post(link_in(box.got[0]), OWN).status_code == 303
    assert not OpenSession.objects.filter(key="k").exists()
    assert client.post("/dang-nhap/", {"user_name": "khang", "password": "mat-khau-cu-9"}).status_code == 422
    assert client.post("/dang-nhap/", {"user_name": "khang", "password": OWN["new"]}).status_code == 303


def test_the_address_will_do_too(khang, box, client):
    forgotten(client, "KHANG@vidu.example")
    work()
    assert len(box.got) == 1


@pytest.mark.parametrize("who", ["khong-co-ai", "", "mai", "x" * 254])
def test_no_name_can_be_learnt(khang, ward, box, client, who):
    """The same words, the same number of queries, one job: for a name that somebody has, one that nobody has, one
    without an address."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    rooms.make_person(ward, "officer", office="Văn phòng HĐND và UBND", user_name="mai")

    def seen(name):
        with CaptureQueriesContext(connection) as asked:
            answer = forgotten(client, name)
        words = re.sub(r"\w{64}", "", answer.content.decode())
        return answer.status_code, words, len(asked)

    seen("nguoi-dau")  # the first from an address
    known = seen("khang")
    assert known[0] == 200
    if who:
        assert seen(who) == known
        assert Job.objects.filter(name="accounts.forgotten").count() == 3
    else:
        assert seen(who)[0] == 422
    work()
    assert [mail["To"] for mail in box.got] == ["Trần Minh Khang <khang@vidu.example>"] or len(box.got) == 1


def test_a_name_is_sent_to_so_often_and_no_more(khang, box, client, settings):
    for _ in range(settings.LINK_ASKS + 2):
        assert "thư có đường dẫn" in forgotten(client).content.decode(), "the same words all the same"
    work()
    assert len(box.got) <= settings.LINK_ASKS and Job.objects.filter(name="accounts.forgotten").count() == 5
    assert Link.objects.count() == 1, "only the newest opens"


def test_an_address_asks_so_often_and_no_more(khang, box, client, settings):
    for n in range(settings.LINK_ASKS_FROM):
        assert forgotten(client, f"nguoi{n}").status_code == 200
    answer = forgotten(client)
    assert answer.status_code == 422 and "Hãy đợi 60 phút" in answer.content.decode()
    work()
    assert not box.got
    assert client.post("/quen-mat-khau/", {"who": "khang"}, REMOTE_ADDR="10.9.9.9").status_code == 200


def test_a_newer_one_ends_it_a_new_slip_and_time_too(khang, admin, box, client, settings):
    forgotten(client)
    work()
    first = link_in(box.got[0])
    assert admin.post(f"/nguoi/{khang.handle}/thu/").status_code == 303
    work()
    second = link_in(box.got[1])
    assert client.get(first).status_code == 410 and client.get(second).status_code == 200
    assert admin.post(f"/nguoi/{khang.handle}/mat-khau/").url == "/nguoi/phieu/"
    assert client.get(second).status_code == 410, "a slip was printed meanwhile"
    admin.post(f"/nguoi/{khang.handle}/thu/")
    work()
    third = link_in(box.got[-1])
    assert client.get(third).status_code == 200
    settings.TODAY = rooms.TODAY + dt.timedelta(hours=settings.LINK_HOURS + 24)
    assert client.get(third).status_code == 410
    assert client.get("/mat-khau-moi/khong-co/").status_code == 410


def test_a_letter_whose_link_has_ended_is_not_sent(khang, box, client, admin):
    forgotten(client)
    assert loop.run_one(), "the letter is written"
    with_letter = Letter.objects.get()
    admin.post(f"/nguoi/{khang.handle}/thu/")
    work()
    assert len(box.got) == 1 and not Letter.objects.filter(pk=with_letter.pk).exists()
    assert exchange.failed_count() == 0


def test_the_job_run_twice_sends_once(khang, box):
    for _ in range(2):
        jobs.forgotten(people=[khang.pk], asked="a")
    work()
    assert len(box.got) == 1


def test_who_left_gets_nothing(khang, box, client):
    Person.objects.filter(pk=khang.pk).update(is_active=False)
    forgotten(client)
    khang.posts.all().delete()
    jobs.forgotten(people=[khang.pk], asked="b")
    work()
    assert not box.got


def test_without_mail_the_page_says_whom_to_ask(khang, client, admin, settings):
    settings.MAIL_URL = ""
    page = client.get("/quen-mat-khau/").content.decode()
    assert "người quản trị của phường" in page and 'name="who"' not in page
    assert forgotten(client).status_code == 422 and not Job.objects.exists()
    answer = admin.post(f"/nguoi/{khang.handle}/thu/")
    assert answer.status_code == 422 and "chưa gửi được thư" in answer.content.decode()
    assert "Gửi thư đặt mật khẩu" not in admin.get(f"/nguoi/{khang.handle}/").content.decode()


@pytest.mark.parametrize("first", ["nhan.cu@vidu.example", None])
def test_somebody_of_two_rows_is_invited_at_the_address_that_stays(admin, box, client, first):
    rows = [
        (n, "Đỗ Thị Nhàn", office, "Công chức", address, None)
        for n, (office, address) in enumerate((("Phòng VHXH", first), ("VP HĐND", "nhan.moi@vidu.example")))
    ]
    address = send(admin, book(HEAD, *rows))
    admin.post(f"{address}dong/", {"dong": "1", "who": "row:0"})
    assert "Gửi thư mời cho 1 người có địa chỉ thư</label>" in admin.get(address).content.decode()
    assert take(admin, address, cach="thu").url == "/nguoi/", "nobody without a letter: no slips"
    work()
    (mail,) = box.got
    assert "nhan.moi@vidu.example" in mail["To"]
    admin.post("/dang-xuat/")
    assert client.post(link_in(mail), OWN).url == "/dang-nhap/"
    assert client.post("/dang-nhap/", {"user_name": "nhan.dt", "password": OWN["new"]}).status_code == 303


def test_nobody_is_invited_without_an_address_nor_oneself(admin, ward, box):
    mai = rooms.make_person(ward, "officer", office="Văn phòng HĐND và UBND")
    answer = admin.post(f"/nguoi/{mai.handle}/thu/")
    assert answer.status_code == 422 and "chưa có địa chỉ thư" in answer.content.decode()
    own = Person.objects.get(user_name="quan")
    assert admin.post(f"/nguoi/{own.handle}/thu/").status_code == 422
    other = rooms.make_person(rooms.make_ward("Phường Hai"), "officer", office="Văn phòng HĐND và UBND")
    assert admin.post(f"/nguoi/{other.handle}/thu/").status_code == 404


def test_a_whole_list_is_invited_and_the_rest_gets_slips(admin, box, client):
    address = send(admin, book(HEAD, *ROWS))
    answer = take(admin, address, cach="thu")
    assert answer.url == "/nguoi/phieu/"
    assert admin.get("/nguoi/phieu/").content.decode().count('class="slip"') == 2
    work()
    (mail,) = box.got
    assert "khang.tm" in mail.get_body(("plain",)).get_content()
    assert client.post(link_in(mail), OWN).status_code == 303


def test_an_address_put_right_ends_the_link_sent_to_the_wrong_one(khang, admin, box, client):
    assert admin.post(f"/nguoi/{khang.handle}/thu/").status_code == 303
    work()
    first = link_in(box.got[-1])
    Person.objects.filter(pk=khang.pk).update(email="khang.dung@vidu.example")
    assert client.get(first).status_code == 410
