"""People from a list: any columns, every row compared, nothing before it is confirmed, the same file changes nothing."""

import io
import re
from dataclasses import replace

import hypothesis
import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import strategies as st

from caicach.accounts import jobs
from caicach.accounts.models import PeopleList, Person, Post
from caicach.accounts.people_import import comparing, mending, reading, taking_over
from caicach.accounts.queries import left_behind
from caicach.core.clock import noon
from caicach.history.models import Event
from caicach.organisation import services as services_of_offices
from caicach.organisation import structure
from caicach.rules import rights
from caicach.rules.people_list import people_of, role_from_title
from caicach.tasks import handovers, services, together
from caicach.tasks.models import Task
from caicach.worker import loop
from tests.factories import rooms

pytestmark = pytest.mark.django_db
assert jobs
TODAY, AT = rooms.TODAY, noon(rooms.TODAY)
HEAD = ("STT", "Họ và tên", "Phòng/Ban", "Chức vụ", "Email", "SĐT")
ROWS = (
    (1, "Trần Minh Khang", "VP HĐND-UBND", "Chánh Văn phòng", "khang@vidu.example", 900000001),
    (2, "ĐỖ THỊ NHÀN", "Phòng VHXH", "Công chức", None, None),
    (3, "Lê Quốc Tuấn", "UBND phường", "Phó Chủ tịch UBND phường", None, "0900 000 003"),
)


@pytest.fixture
def administrator(ward):
    return rooms.make_person(ward, "administrator", name="Phạm Quản Trị", user_name="quan")


@pytest.fixture
def admin(client, administrator):
    client.force_login(administrator)
    return client


def book(*rows, merge=(), name="nguoi.xlsx", blank=0):
    made = openpyxl.Workbook()
    sheet = made.active
    for _ in range(blank):
        sheet.append([])
    for row in rows:
        sheet.append(list(row))
    for area in merge:
        sheet.merge_cells(area)
    out = io.BytesIO()
    made.save(out)
    return SimpleUploadedFile(name, out.getvalue())


def send(client, file, status=303):
    answer = client.post("/nguoi/nap/", {"file": file})
    assert answer.status_code == status, answer.content.decode()[:3000]
    return answer.url if status == 303 else answer.content.decode()


def mark(page):
    return re.search(r'name="dau" value="(\w+)"', page)[1]


def is_gone(answer):
    """A calm page that leads back to the start, not a bare error."""
    page = answer.content.decode()
    return answer.status_code == 404 and "Danh sách ấy không còn" in page and 'href="/nguoi/nap/"' in page


def take(client, address, **other):
    page = client.get(address).content.decode()
    return client.post(f"{address}ghi/", {"dau": mark(page), **other})


def test_a_list_becomes_people_with_slips_and_the_same_again_changes_nothing(admin, ward):
    address = send(admin, book(HEAD, *ROWS))
    page = admin.get(address).content.decode()
    assert Person.objects.count() == 1, "nothing before it is confirmed"
    for words in (
        "khang.tm",
        "nhan.dt",
        "tuan.lq",
        "Trưởng đơn vị (theo chức danh)",
        "Lãnh đạo",
        "0900000001",
    ):
        assert words in page, words
    answer = take(admin, address)
    assert answer.status_code == 303 and answer.url == "/nguoi/phieu/"
    slips = admin.get("/nguoi/phieu/").content.decode()
    assert slips.count('class="slip"') == 3 and "Đỗ Thị Nhàn" in slips
    post = Post.objects.select_related("person", "office").get(person__user_name="khang.tm")
    assert (post.role, post.office.name, post.title) == ("head", "Văn phòng HĐND và UBND", "Chánh Văn phòng")
    assert post.person.phone == "0900000001" and post.person.first_password_at
    assert Post.objects.get(person__user_name="tuan.lq").office is None
    assert rooms.events("person.admitted") == 3 and rooms.events("people.imported") == 1
    assert not PeopleList.objects.exists(), "addresses and numbers are not kept"
    before = (Person.objects.count(), Post.objects.count(), Event.objects.count())
    address = send(admin, book(HEAD, *ROWS))
    page = admin.get(address).content.decode()
    assert "không có gì mới" in page and 'name="dau"' not in page
    compared = comparing.compare(ward.pk, reading.rows_of(PeopleList.objects.get()), today=TODAY)
    assert {line.state for line in compared.lines} == {comparing.SAME}
    assert admin.post(f"{address}ghi/", {"dau": compared.mark}).status_code == 422
    assert before == (Person.objects.count(), Post.objects.count(), Event.objects.count())


def work():
    while loop.run_one():
        pass


def test_the_job_leaves_a_password_alone_that_is_there_already(admin):
    take(admin, send(admin, book(HEAD, ROWS[0])))
    person = Person.objects.get(user_name="khang.tm")
    admin.post(f"/nguoi/{person.handle}/mat-khau/")
    given = Person.objects.get(pk=person.pk).password
    work()
    assert Person.objects.get(pk=person.pk).password == given, "a later slip is the one that opens"


def test_the_slips_password_opens(admin, client):
    take(admin, send(admin, book(HEAD, ROWS[0])))
    name, password = re.findall(r'class="typed">([^<]+)<', admin.get("/nguoi/phieu/").content.decode())
    work()
    work()  # nothing is left to do
    admin.post("/dang-xuat/")
    assert client.post("/dang-nhap/", {"user_name": name, "password": password}).status_code == 303


def test_what_is_other_is_shown_and_changed_from_today(admin, ward):
    take(admin, send(admin, book(HEAD, *ROWS)))
    moved = (1, "Trần Minh Khang", "Phòng VHXH", "Trưởng phòng", "khang@vidu.example", 900000009)
    address = send(admin, book(HEAD, moved, *ROWS[1:]))
    page = admin.get(address).content.decode()
    assert "<del>Văn phòng</del> thành <ins>VH–XH</ins>" in page and "0900000009" in page
    assert take(admin, address).url == "/nguoi/", "nobody new: no slips"
    posts = Post.objects.filter(person__user_name="khang.tm").order_by("id")
    assert [post.office.short_name for post in posts.select_related("office")][-1] == "VH–XH"
    assert Person.objects.get(user_name="khang.tm").phone == "0900000009"
    assert rooms.events("post.changed") == 1 and Person.objects.count() == 4


def test_an_empty_cell_takes_nothing_away(admin):
    take(admin, send(admin, book(HEAD, *ROWS)))
    send(admin, book(("Tên", "Đơn vị"), ("Trần Minh Khang", "Văn phòng")))
    found = PeopleList.objects.get()
    (line,) = comparing.compare(found.ward_id, reading.rows_of(found), today=TODAY).lines
    assert line.state == comparing.SAME


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("row", "words"),
    [
        ((1, "Ngô Văn Lạ", "Phòng Vũ trụ", "Công chức", None, None), "không có đơn vị nào tên “Phòng Vũ trụ”"),
        ((1, "Ngô Văn Lạ", None, "Công chức", None, None), "Hãy chọn đơn vị"),
        ((1, "Ngô Văn Lạ", "Văn phòng HĐND", "Công chức", "khong phai thu", None), "“khong phai thu” chưa đúng"),
        ((1, "Ngô Văn Lạ", "Văn phòng HĐND", "Công chức", None, "gọi tôi"), "“gọi tôi” chưa đúng"),
    ],
)  # fmt: skip
def test_a_problem_stands_at_its_row_and_holds_everything_back(admin, row, words):
    address = send(admin, book(HEAD, ROWS[0], row))
    page = admin.get(address).content.decode()
    assert words in page and "Còn 1 dòng cần xem" in page and 'name="dau"' not in page
    found = PeopleList.objects.get()
    seen = comparing.compare(found.ward_id, reading.rows_of(found), today=TODAY).mark
    answer = admin.post(f"{address}ghi/", {"dau": seen})
    assert (
        answer.status_code == 422 and "Còn 1 dòng" in answer.content.decode() and Person.objects.count() == 1
    )
    assert admin.post(f"{address}dong/", {"dong": "1", "viec": "bo-qua"}).status_code == 303
    assert take(admin, address).status_code == 303 and Person.objects.count() == 2


def test_a_mended_office_is_taken_for_every_row_that_says_so(admin, ward):
    rows = [
        (n, f"Người Thứ {name}", "Phòng Vũ trụ", "Công chức", None, None)
        for n, name in enumerate(("Hai", "Ba", "Tư"))
    ]
    address = send(admin, book(HEAD, *rows))
    office = ward.offices.get(short_name="VH–XH").pk
    answer = admin.post(
        f"{address}dong/", {"dong": "1", "office": office, "office_was": "", "full_name": "Người Thứ Bốn"}
    )
    assert answer.url.endswith("#dong-1")
    page = admin.get(address).content.decode()
    assert "cả 3 dòng" in page and "Nạp 3 người" in page and "Người Thứ Bốn" in page
    take(admin, address)
    assert Post.objects.filter(office=office).count() == 3


def test_all_problems_are_skipped_at_once_and_taken_back_one_by_one(admin):
    rows = [(n, f"Người Thứ {name}", "Phòng Vũ trụ", "", None, None) for n, name in enumerate(("Hai", "Ba"))]
    address = send(admin, book(HEAD, ROWS[0], *rows))
    assert admin.post(f"{address}bo-qua/").status_code == 303
    page = admin.get(address).content.decode()
    assert "Nạp 1 người" in page and page.count("Lấy lại") == 2
    admin.post(f"{address}dong/", {"dong": "2", "viec": "lay-lai"})
    assert "Còn 1 dòng cần xem" in admin.get(address).content.decode()


def test_a_namesake_elsewhere_in_the_ward_is_asked_about(admin, ward):
    take(admin, send(admin, book(HEAD, ROWS[1])))
    other = (1, "Đỗ Thị Nhàn", "Văn phòng HĐND", "Công chức", None, None)
    address = send(admin, book(HEAD, other))
    page = admin.get(address).content.decode()
    assert "Đây là người ấy hay một người khác?" in page and "Một người khác, mới" in page
    admin.post(f"{address}dong/", {"dong": "0", "who": "new"})
    take(admin, address)
    assert Person.objects.filter(full_name="Đỗ Thị Nhàn").count() == 2
    assert Person.objects.filter(user_name="nhan.dt2").exists()
    address = send(admin, book(HEAD, other, ROWS[1]))
    assert "không có gì mới" in admin.get(address).content.decode(), "each is found by the office"


def test_a_namesake_may_be_the_one_who_moved(admin, ward):
    take(admin, send(admin, book(HEAD, ROWS[1])))
    address = send(admin, book(HEAD, (1, "Đỗ Thị Nhàn", "Văn phòng HĐND", "Công chức", None, None)))
    handle = Person.objects.get(user_name="nhan.dt").handle
    admin.post(f"{address}dong/", {"dong": "0", "who": handle})
    take(admin, address)
    assert Person.objects.filter(full_name="Đỗ Thị Nhàn").count() == 1 and rooms.events("post.changed") == 1


HERE, THERE = ROWS[1], (3, "Đỗ Thị Nhàn", "VP HĐND-UBND", "Phụ trách", "nhan@vidu.example", None)


@pytest.mark.parametrize("second", [HERE, THERE])
def test_a_name_twice_in_one_list_is_asked_about_and_may_be_two(admin, second):
    address = send(admin, book(HEAD, HERE, second))
    page = admin.get(address).content.decode()
    assert "Đỗ Thị Nhàn đã có ở dòng 2. Có phải cùng một người?" in page
    assert "Cùng một người với dòng 2" in page and "Một người khác, mới" in page and 'name="dau"' not in page
    admin.post(f"{address}dong/", {"dong": "1", "who": "new"})
    take(admin, address)
    assert set(Person.objects.values_list("user_name", flat=True)) == {"quan", "nhan.dt", "nhan.dt2"}


def test_a_nul_in_any_cell_of_the_form_is_taken_out(admin):
    address = send(admin, book(HEAD, HERE, THERE))
    words = {
        "full_name": HERE[1],
        "title": "",
        "role": "",
        "user_name": "",
        "email": "",
        "phone": "",
        "who": "row:0",
    }
    for name in words:
        odd = {**words, name: f"{words[name]}\x00"}
        assert admin.post(f"{address}dong/", {"dong": "1", **odd}).status_code == 303, name
        assert admin.get(address).status_code == 200
        assert "\x00" not in str(PeopleList.objects.get().rows)
    assert "Cùng một người với dòng 2</small>" in admin.get(address).content.decode()


def test_a_name_twice_in_one_list_may_be_one_with_two_posts(admin):
    address = send(admin, book(HEAD, HERE, THERE))
    admin.post(f"{address}dong/", {"dong": "1", "who": "row:0"})
    page = admin.get(address).content.decode()
    assert "thêm Phụ trách, Văn phòng" in page and "Nạp 1 người" in page
    take(admin, address)
    person = Person.objects.get(full_name="Đỗ Thị Nhàn")
    assert {str(post.office) for post in person.posts.all()} == {"VH–XH", "Văn phòng"}
    assert person.email == "nhan@vidu.example"
    assert "không có gì mới" in admin.get(send(admin, book(HEAD, THERE, HERE))).content.decode()


HEADS = ("Họ và tên", "Đơn vị", "Chức danh", "Vai trò", "Email")
CHIEF = ("Đỗ Thị Nhàn", "VP HĐND-UBND", "Chánh Văn phòng", "Trưởng đơn vị", None)


@pytest.mark.one_database
@pytest.mark.parametrize("role", ["Lãnh đạo", None])
@pytest.mark.parametrize("office", ["UBND phường", "Lãnh đạo UBND", None])
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("is_there", [False, True])
def test_who_leads_the_ward_and_an_office_holds_both_posts(admin, office, role, order, is_there):
    rows = (CHIEF, ("Đỗ Thị Nhàn", office, "Phó Chủ tịch UBND", role, None))
    if is_there:
        take(admin, send(admin, book(HEADS, CHIEF)))
    address = send(admin, book(HEADS, *(rows[n] for n in order)))
    if not is_there:
        admin.post(f"{address}dong/", {"dong": "1", "who": "row:0"})
    page = admin.get(address).content.decode()
    assert "không có đơn vị nào" not in page and "Nạp 1 người" in page
    assert (
        "thêm Phó Chủ tịch UBND</ins>" if is_there or order == (0, 1) else "thêm Chánh Văn phòng, Văn phòng"
    ) in page
    take(admin, address)
    posts = Post.objects.open(TODAY).filter(person__full_name="Đỗ Thị Nhàn")
    assert {(post.role, post.title, str(post.office or "")) for post in posts} == {
        ("head", "Chánh Văn phòng", "Văn phòng"),
        ("leader", "Phó Chủ tịch UBND", ""),
    }
    assert not rooms.events("post.changed") and Person.objects.count() == 2
    assert "không có gì mới" in admin.get(send(admin, book(HEADS, *rows))).content.decode()


def test_another_title_and_role_at_the_same_office_are_shown_and_taken_over(admin):
    rows = (
        ("Đỗ Thị Nhàn", "Phòng VHXH", "Công chức", "Chuyên viên", "cu@vidu.example"),
        ("Đỗ Thị Nhàn", "Phòng VHXH", "Phụ trách", "Trưởng đơn vị", "moi@vidu.example"),
        CHIEF,
        ("Đỗ Thị Nhàn", "VP HĐND-UBND", "Chánh Văn phòng", "Người xem", None),
        ("Đỗ Thị Nhàn", "Phòng VHXH", "Trưởng phòng", None, "moi@vidu.example"),
    )
    address = send(admin, book(HEADS, *rows))
    for n in range(1, len(rows)):
        admin.post(f"{address}dong/", {"dong": str(n), "who": f"row:{n // 2}"})
    page = admin.get(address).content.decode()
    for was, will in (
        ("Công chức", "Phụ trách"), ("Chuyên viên", "Trưởng đơn vị"), ("cu@vidu.example", "moi@vidu.example"),
        ("Trưởng đơn vị", "Người xem"), ("Phụ trách", "Trưởng phòng"),
    ):  # fmt: skip
        assert page.count(f"từ <del>{was}</del> thành <ins>{will}</ins>") == 1, will
    take(admin, address)
    person = Person.objects.get(full_name="Đỗ Thị Nhàn")
    assert person.email == "moi@vidu.example"
    assert {(post.role, post.title, str(post.office)) for post in person.posts.all()} == {
        ("head", "Trưởng phòng", "VH–XH"),
        ("viewer", "Chánh Văn phòng", "Văn phòng"),
    }


def test_a_second_row_with_an_address_only_says_nothing_of_posts(admin):
    rows = (HERE, THERE, (3, "Đỗ Thị Nhàn", None, None, "nha@vidu.example", None))
    address = send(admin, book(HEAD, *rows))
    for n in (1, 2):
        admin.post(f"{address}dong/", {"dong": str(n), "who": "row:0"})
    take(admin, address)
    person = Person.objects.get(full_name="Đỗ Thị Nhàn")
    assert person.posts.count() == 2 and person.email == "nha@vidu.example"


def test_a_row_without_an_office_that_may_speak_of_either_post_is_asked_about(admin):
    address = send(admin, book(HEADS, CHIEF, ("Đỗ Thị Nhàn", "VHXH", "Phụ trách", "Chuyên viên", None),
                               ("Đỗ Thị Nhàn", None, "Giúp việc", "Người xem", None)))  # fmt: skip
    for n in (1, 2):
        admin.post(f"{address}dong/", {"dong": str(n), "who": "row:0"})
    assert "Hãy chọn đơn vị" in admin.get(address).content.decode()


def test_the_same_row_twice_may_be_one(admin):
    address = send(admin, book(HEAD, HERE, HERE))
    admin.post(f"{address}dong/", {"dong": "1", "who": "row:0"})
    take(admin, address)
    assert Post.objects.filter(person__full_name="Đỗ Thị Nhàn").count() == 1


def test_the_answer_is_asked_again_once_the_other_row_is_left_out(admin):
    address = send(admin, book(HEAD, HERE, THERE))
    admin.post(f"{address}dong/", {"dong": "1", "who": "row:0"})
    admin.post(f"{address}dong/", {"dong": "0", "viec": "bo-qua"})
    take(admin, address)
    assert Person.objects.get(full_name="Đỗ Thị Nhàn").posts.get().office.short_name == "Văn phòng"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_somebody_with_a_post_gets_one_more_and_keeps_the_first(admin, order):
    take(admin, send(admin, book(HEAD, HERE)))
    rows = (HERE, THERE)
    address = send(admin, book(HEAD, *(rows[n] for n in order)))
    page = admin.get(address).content.decode()
    assert "Đây là người ấy hay một người khác?" in page
    person = Person.objects.get(full_name="Đỗ Thị Nhàn")
    admin.post(f"{address}dong/", {"dong": str(order.index(1)), "who": person.handle})
    take(admin, address)
    assert {str(post.office) for post in person.posts.all()} == {"VH–XH", "Văn phòng"}
    assert not rooms.events("post.changed")


def test_somebody_with_a_post_stands_there_twice_at_one_office(admin):
    take(admin, send(admin, book(HEAD, HERE)))
    assert "Trùng với dòng 2" in admin.get(send(admin, book(HEAD, HERE, HERE))).content.decode()


def test_a_user_name_of_another_ward_is_taken(admin):
    rooms.make_person(
        rooms.make_ward("Phường Hai"), "officer", office="Phòng Văn hóa – Xã hội", user_name="nhan.dt"
    )
    head = ("Họ tên", "Đơn vị", "Tài khoản")
    page = admin.get(
        send(admin, book(head, ("Đỗ Thị Nhàn", "VHXH", "nhan.dt"), ("Đỗ Văn Nhàn", "VHXH", None)))
    ).content.decode()
    assert "nhan.dt đã có người dùng" in page and "nhan.dv" in page


def test_merged_cells_blank_rows_formulas_and_headings_of_groups(admin, ward):
    made = openpyxl.Workbook()
    sheet = made.active
    sheet["A1"] = "UBND PHƯỜNG THỬ"
    sheet["A3"] = "DANH SÁCH CÁN BỘ, CÔNG CHỨC"
    sheet.append([])
    sheet.append(["TT", "Họ và tên đệm", "Tên", "Chức danh", "Thư điện tử (nếu có)"])
    sheet.append(["I. Phòng Văn hóa – Xã hội"])
    sheet.merge_cells("A6:E6")
    sheet.append([1, "Đỗ Thị", "Nhàn", "Trưởng phòng", None])
    sheet.append([])
    sheet.append(["=A7+1", "Trần Văn", "Năm", "Công chức", '=HYPERLINK("mailto:nam@vidu.example")'])
    sheet.append(["II. VP HĐND và UBND"])
    sheet.append([3, "Lý Thị", "Sáu", "Công chức", None])
    sheet.append(["Tổng cộng: 3 người"])
    out = io.BytesIO()
    made.save(out)
    address = send(admin, SimpleUploadedFile("can-bo.xlsx", out.getvalue()))
    page = admin.get(address).content.decode()
    assert "Nạp 3 người" in page and "Đỗ Thị Nhàn" in page and "dòng 7" in page
    take(admin, address)
    assert Post.objects.filter(office__short_name="VH–XH").count() == 2
    assert Post.objects.get(person__full_name="Lý Thị Sáu").office.short_name == "Văn phòng"


def test_a_csv_of_a_vietnamese_excel(admin):
    text = "Họ và tên;Đơn vị;Vai trò\nĐỗ Thị Nhàn;Phòng VHXH;Điều phối\n"
    page = admin.get(send(admin, SimpleUploadedFile("nguoi.csv", text.encode("utf-8-sig")))).content.decode()
    assert "Điều phối" in page and "Nạp 1 người" in page


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("file", "words"),
    [
        (lambda: book(("a", "b"), (1, 2)), "Không thấy dòng tiêu đề"),
        (lambda: book(HEAD), "không có người nào"),
        (lambda: book(HEAD, *((n, f"Người {n}a", "VHXH", "", None, None) for n in range(501))), "nhiều nhất 500"),
        (lambda: SimpleUploadedFile("x.xlsx", b"PK\x03\x04 khong phai"), "bị hỏng"),
        (lambda: SimpleUploadedFile("x.pdf", b"%PDF-1.4 \n"), "không có bảng để đọc"),
        (lambda: SimpleUploadedFile("x.xlsx", b""), "rỗng"),
        (lambda: SimpleUploadedFile("x.csv", b"a\n" * 60_000), "không giống một danh sách người"),
        (lambda: SimpleUploadedFile("x.bin", b"\x00\x01\x02" * 99), "Hãy dùng Excel (.xlsx) hoặc .csv"),
        (lambda: SimpleUploadedFile("x.csv", b"x" * (2 * 2**20 + 1)), "nặng quá 2 MiB"),
        (lambda: "", "Hãy chọn tệp danh sách"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_list_is_refused_in_words(admin, file, words):
    page = send(admin, file(), 422)
    assert (
        words in page
        and "kế hoạch" not in page.split('class="summary"')[1]
        and not PeopleList.objects.exists()
    )


def test_what_changed_meanwhile_is_looked_at_again(admin, ward):
    address = send(admin, book(HEAD, ROWS[1]))
    seen = mark(admin.get(address).content.decode())
    rooms.make_person(ward, "officer", office="Văn phòng HĐND và UBND", user_name="nhan.dt")
    answer = admin.post(f"{address}ghi/", {"dau": seen})
    assert (
        answer.status_code == 409
        and "vừa thay đổi" in answer.content.decode()
        and "nhan.dt2" in answer.content.decode()
    )


def test_pressed_twice_it_is_taken_over_once(admin):
    address = send(admin, book(HEAD, ROWS[1]))
    assert take(admin, address).status_code == 303
    assert is_gone(admin.post(f"{address}ghi/", {"dau": "x"}))
    assert Person.objects.filter(full_name="Đỗ Thị Nhàn").count() == 1


def test_one_fault_and_nobody_is_made(admin, monkeypatch):
    from caicach.accounts import people

    address = send(admin, book(HEAD, *ROWS))
    seen, admit, made = mark(admin.get(address).content.decode()), people.admit, []

    def faulty(**facts):
        made.append(facts)
        if len(made) == 3:
            raise ZeroDivisionError
        return admit(**facts)

    monkeypatch.setattr(people, "admit", faulty)
    with pytest.raises(ZeroDivisionError):
        admin.post(f"{address}ghi/", {"dau": seen})
    assert Person.objects.count() == 1 and PeopleList.objects.exists()


def test_another_wards_list_is_not_there(admin, ward, client):
    address = send(admin, book(HEAD, ROWS[1]))
    client.force_login(rooms.make_person(rooms.make_ward("Phường Hai"), "administrator"))
    assert is_gone(client.get(address))
    for verb in ("dong", "bo-qua", "bo", "ghi"):
        assert is_gone(client.post(f"{address}{verb}/", {"dong": "0", "viec": "bo-qua"}))
    assert not PeopleList.objects.get().rows[0]["skip"]


def test_a_list_is_left_and_a_new_one_takes_its_place(admin):
    first = send(admin, book(HEAD, ROWS[1]))
    second = send(admin, book(HEAD, ROWS[0]))
    assert is_gone(admin.get(first))
    assert PeopleList.objects.count() == 1
    assert admin.post(f"{second}bo/").status_code == 303 and not PeopleList.objects.exists()


def test_the_sample_is_read_back(admin, ward):
    answer = admin.get("/nguoi/nap/mau.xlsx")
    assert answer.status_code == 200
    page = admin.get(send(admin, SimpleUploadedFile("mau.xlsx", answer.content))).content.decode()
    assert "Nạp 3 người" in page and "Nguyễn Văn Mẫu" in page


def test_neighbourhoods_are_found_however_they_are_written(admin, ward, administrator):
    for n in (1, 12):
        structure.open_office(
            ward=ward.pk, name=f"Khu phố {n}", short="", kind="neighbourhood", parent=None, aliases=(), since=None,
            by=administrator.pk, at=AT,
        )  # fmt: skip
    head = ("Họ tên", "Khu phố", "Chức vụ")
    address = send(
        admin,
        book(head, ("Bùi Thị Một", "KP 01", "Trưởng khu phố"), ("Bùi Văn Hai", "kp12", "Trưởng khu phố")),
    )
    take(admin, address)
    assert Post.objects.get(person__full_name="Bùi Văn Hai").office.name == "Khu phố 12"
    assert set(Post.objects.filter(office__kind="neighbourhood").values_list("role", flat=True)) == {"head"}


@pytest.fixture
def busy(ward, administrator):
    """An officer with two open tasks by name, one done, a step in somebody else's; another one with nothing."""
    coordinator = rooms.make_person(ward, "coordinator")
    someone = rooms.make_person(
        ward, "officer", office="Văn phòng HĐND và UBND", name="Ngô Thị Bận", user_name="ban"
    )
    rooms.make_person(ward, "officer", office="Văn phòng HĐND và UBND", name="Hồ Văn Rảnh", user_name="ranh")
    rooms.make_plan(ward, coordinator)
    who = {"by": coordinator.pk, "at": AT}
    office = ward.offices.get(short_name="Văn phòng").pk
    of = {task.number: task for task in Task.objects.all()}
    for number in ("I-1", "I-2", "I-3"):
        together.assign(of[number], office=office, person=someone.pk, **who)
    done = services.hand_in(of["I-3"], today=TODAY, document_number="7/BC", document_date=TODAY, **who)
    services.accept(done, **who)
    together.add_step(of["I-1"], words="Gọi hội trường", person=someone.pk, **who)
    return someone


MOVES = (
    ("Họ tên", "Đơn vị", "Tên đăng nhập"),
    ("Ngô Thị Bận", "VHXH", "ban"),
    ("Hồ Văn Rảnh", "VHXH", "ranh"),
)


def test_who_is_moved_is_shown_with_the_work_that_a_handover_would_have(admin, ward, busy):
    counts = left_behind(ward.pk, [busy.pk], today=TODAY)
    for office in ward.offices.all():
        lines = handovers.lines_of(ward.pk, office.pk, busy.pk, today=TODAY)
        assert counts.get((busy.pk, office.pk), 0) == len(lines)
    assert counts[busy.pk, ward.offices.get(short_name="Văn phòng").pk] == 3
    page = admin.get(send(admin, book(*MOVES))).content.decode()
    first, second = page.split('<li id="dong-')[1:3]
    assert "Đang giữ <b>3 việc</b>" in first and "cần bàn giao" in first
    assert "Đang giữ" not in second
    assert all("Thêm chức vụ, không chuyển" in row for row in (first, second))


def test_a_post_may_be_added_instead_of_a_move(admin, ward, busy):
    address = send(admin, book(*MOVES))
    admin.post(f"{address}dong/", {"dong": "0", "viec": "them"})
    page = admin.get(address).content.decode()
    assert "thêm Chuyên viên, VH–XH" in page and 'value="chuyen"' in page and "Đang giữ" not in page
    assert take(admin, address).status_code == 303
    held = (
        Post.objects.open(TODAY).filter(person__user_name="ban").values_list("office__short_name", flat=True)
    )
    moved = (
        Post.objects.open(TODAY).filter(person__user_name="ranh").values_list("office__short_name", flat=True)
    )
    assert (sorted(held), sorted(moved)) == (["VH–XH", "Văn phòng"], ["VH–XH"])
    assert "không có gì mới" in admin.get(send(admin, book(*MOVES))).content.decode()


def test_an_added_post_is_taken_back_to_a_move(admin, busy):
    address = send(admin, book(*MOVES))
    for what in ("them", "chuyen"):
        admin.post(f"{address}dong/", {"dong": "0", "viec": what})
    page = admin.get(address).content.decode()
    assert "Đang giữ <b>3 việc</b>" in page and 'value="chuyen"' not in page


def test_what_movers_leave_is_asked_as_often_for_many_as_for_one(ward, busy):
    def asked(people):
        with CaptureQueriesContext(connection) as seen:
            left_behind(ward.pk, people, today=TODAY)
        return len(seen)

    everyone = list(Person.objects.values_list("pk", flat=True))
    assert asked([]) == 0 and asked(everyone) == asked([busy.pk]) <= 7


def test_looking_asks_as_often_for_many_rows_as_for_few(ward, administrator, django_assert_num_queries):
    rows = [reading.Row(n, f"dòng {n}", f"Người Thứ {n}a", "VHXH") for n in range(200)]
    with django_assert_num_queries(4):
        comparing.compare(ward.pk, rows, today=TODAY)


def test_rows_of_a_sheet_without_a_heading_are_no_list():
    assert people_of([(1, ("a", "b")), (2, ("Nguyễn Văn A", "VHXH"))]) is None
    assert (
        people_of([(1, ("Họ tên", "Đơn vị")), (2, ("(1)", "(2)")), (3, ("Lê A", "X"))]).people[0].number == 3
    )


def test_a_row_without_a_name_is_looked_at_and_the_others_without_are_counted(admin):
    named = (*ROWS[0], "")
    nameless = (4, None, "Phòng VHXH", "Công chức", None, "0900 000 004")
    rows = [HEAD, named, ("I. Phòng Văn hóa – Xã hội",), nameless, (5, None, None, None, None, None),
            ("Tổng cộng", None, 15, None, None, None), (None, "Tổng số", 2, None, None, None),
            ("Người lập", None, None, "Chủ tịch", None, None), HEAD]  # fmt: skip
    page = admin.get(send(admin, book(*rows))).content.decode()
    assert "Còn 1 dòng cần xem" in page and "không có họ tên" in page and ">dòng 4<" in page
    assert "Đã bỏ qua 5 dòng" in page and "dòng 3, dòng 6, dòng 7, dòng 8, dòng 9." in page
    assert "Tổng" not in page


@pytest.mark.parametrize(
    ("title", "role"),
    [
        ("Trưởng phòng", "head"), ("Phó Trưởng phòng", "officer"), ("Giám đốc Trung tâm", "head"),
        ("Chủ tịch UBND phường", "leader"), ("Phó Bí thư Đảng ủy", "leader"), ("Chủ tịch Hội LHPN", "head"),
        ("Trưởng khu phố", "head"), ("", "officer"), ("Văn thư", "officer"),
    ],
)  # fmt: skip
def test_the_role_that_a_title_means(title, role):
    assert role_from_title(title) == role


# --- somebody who is there, in two rows -----------------------------------------------------------------------------

THRICE = ("Họ tên", "Đơn vị", "Chức danh", "Vai trò", "Tên đăng nhập")


def posts_of(user_name):
    open_ones = Post.objects.open(TODAY).filter(person__user_name=user_name)
    return sorted((str(one.office or ""), one.role, one.title) for one in open_ones.select_related("office"))


@pytest.fixture(params=["long", "today"])
def khang(request, ward):
    """Somebody with one post, since long ago or since today: that one a change would mend in its place."""
    person = rooms.make_person(
        ward, "officer", office="Văn phòng HĐND và UBND", name="Trần Minh Khang", user_name="khang"
    )
    person.posts.update(since=None if request.param == "long" else TODAY, title="Văn thư")
    services_of_offices.add_office(ward, name="Phòng Kinh tế", short="KT")
    return person


def moved_twice(khang, office="Phòng Kinh tế"):
    return (
        (khang.full_name, "Phòng VHXH", "Chuyên viên", "", "khang"),
        (khang.full_name, office, "Chuyên viên", "", "khang"),
    )


def test_of_two_new_offices_the_first_is_a_move_and_the_second_is_asked_about(admin, khang):
    address = send(admin, book(THRICE, *moved_twice(khang)))
    page = admin.get(address).content.decode()
    first, second = page.split('<li id="dong-')[1:3]
    assert "từ <del>Văn phòng</del> thành <ins>VH–XH</ins>" in first and "đang có của người này" not in first
    assert "dòng 2 đã nói về chức vụ đang có của người này" in second and 'name="dau"' not in page
    assert re.search(r'value="them">Thêm chức vụ<', second) and 'value="bo-qua">Bỏ qua<' in second
    admin.post(f"{address}dong/", {"dong": "1", "viec": "them"})
    page = admin.get(address).content.decode()
    assert "Nạp 1 người" in page and "thêm Chuyên viên, KT" in page
    said = client_said(admin, take(admin, address))
    assert "Đã đổi 1 người." in said, "one person, however many rows"
    assert posts_of("khang") == [("KT", "officer", "Chuyên viên"), ("VH–XH", "officer", "Chuyên viên")]


def client_said(client, answer):
    return client.get(answer.url).content.decode()


def test_the_second_of_two_moves_may_be_left_out(admin, khang):
    address = send(admin, book(THRICE, *moved_twice(khang)))
    admin.post(f"{address}dong/", {"dong": "1", "viec": "bo-qua"})
    take(admin, address)
    assert posts_of("khang") == [("VH–XH", "officer", "Chuyên viên")]


@pytest.mark.one_database
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("says", [("Trưởng nhóm", ""), ("", "Người xem")])
def test_a_move_and_a_row_without_an_office_are_not_both_of_one_post(admin, khang, order, says):
    rows = (moved_twice(khang)[0], (khang.full_name, "", *says, "khang"))
    address = send(admin, book(THRICE, *(rows[n] for n in order)))
    page = admin.get(address).content.decode()
    assert "dòng 2 đã nói về chức vụ đang có" in page and 'name="dau"' not in page
    if order == (0, 1):
        assert "Hãy chọn đơn vị mà dòng này nói tới" in page
        office = khang.posts.get().office_id
        admin.post(f"{address}dong/", {"dong": "1", "office": office, "office_was": ""})
    else:
        admin.post(f"{address}dong/", {"dong": "1", "viec": "them"})
    assert take(admin, address).status_code == 303
    found = [("VH–XH", "officer", "Chuyên viên"), ("Văn phòng", "viewer" if says[1] else "officer", says[0] or "Văn thư")]  # fmt: skip
    assert posts_of("khang") == found


def test_a_move_and_a_post_over_all_are_not_both_of_one_post(admin, khang):
    rows = (moved_twice(khang)[0], (khang.full_name, "UBND phường", "Phó Chủ tịch UBND", "Lãnh đạo", "khang"))
    address = send(admin, book(THRICE, *rows))
    assert "dòng 2 đã nói về" in admin.get(address).content.decode()
    admin.post(f"{address}dong/", {"dong": "1", "viec": "them"})
    take(admin, address)
    assert posts_of("khang") == [("", "leader", "Phó Chủ tịch UBND"), ("VH–XH", "officer", "Chuyên viên")]


def test_one_post_changed_by_a_row_with_and_one_without_its_office_is_asked_about(admin, khang):
    rows = (
        (khang.full_name, "VP HĐND-UBND", "", "", "khang"),
        (khang.full_name, "", "Trưởng nhóm", "", "khang"),
    )
    for some in (rows, rows[::-1]):
        page = admin.get(send(admin, book(THRICE, *some))).content.decode()
        assert "Còn 1 dòng cần xem" in page


def test_the_office_that_another_row_keeps_is_kept_however_the_row_says_who(admin, khang):
    rows = ((khang.full_name, "Phòng VHXH", "", "", ""), ("TRẦN MINH KHANG", "VP HĐND-UBND", "", "", "khang"))
    address = send(admin, book(THRICE, *rows))
    admin.post(f"{address}dong/", {"dong": "0", "who": khang.handle})
    assert "thêm Chuyên viên, VH–XH" in admin.get(address).content.decode()


def test_two_names_for_one_user_name_are_asked_about(admin, khang):
    rows = ((khang.full_name, "VP HĐND-UBND", "", "", "khang"), ("Lê Văn Sai", "Phòng VHXH", "", "", "khang"))
    address = send(admin, book(THRICE, *rows))
    page = admin.get(address).content.decode()
    assert "dòng 2 cũng nói về người này, nhưng gọi là Trần Minh Khang" in page and 'name="dau"' not in page
    admin.post(f"{address}dong/", {"dong": "1", "full_name": khang.full_name})
    take(admin, address)
    khang.refresh_from_db()
    assert khang.full_name == "Trần Minh Khang" and len(posts_of("khang")) == 2


def test_what_two_rows_say_of_an_address_is_shown_one_after_the_other(admin, khang):
    rows = ((khang.full_name, "VP HĐND-UBND", "khang", "a@vidu.example"), (khang.full_name, "VHXH", "khang", "b@vidu.example"))  # fmt: skip
    address = send(admin, book(("Họ tên", "Đơn vị", "Tên đăng nhập", "Email"), *rows))
    assert (
        "từ <del>a@vidu.example</del> thành <ins>b@vidu.example</ins>" in admin.get(address).content.decode()
    )
    take(admin, address)
    khang.refresh_from_db()
    assert khang.email == "b@vidu.example"


def test_the_last_administrator_is_not_shown_as_one_who_can_be_changed(admin, administrator, ward):
    row = (administrator.full_name, "", "", "Người xem", "quan")
    address = send(admin, book(THRICE, row))
    page = admin.get(address).content.decode()
    assert "người quản trị cuối cùng" in page and 'name="dau"' not in page
    other = (("Lý Thị Sáu", "VHXH", "", "Quản trị", ""),)
    take(admin, send(admin, book(THRICE, row, *other)))
    assert posts_of("quan") == [("", "viewer", "")] and posts_of("sau.lt")[0][1] == "administrator"


def test_somebody_with_a_name_that_none_would_be_given_today_is_changed(admin, khang):
    Person.objects.filter(pk=khang.pk).update(user_name="Khang Cũ")
    head = ("Họ tên", "Đơn vị", "Điện thoại")
    assert (
        take(admin, send(admin, book(head, (khang.full_name, "VP HĐND-UBND", "0900000007")))).status_code
        == 303
    )


OFFICES = ("Văn phòng HĐND và UBND", "Phòng Văn hóa – Xã hội", "Phòng Kinh tế")
listed = st.builds(
    reading.Row,
    n=st.just(0),
    place=st.just(""),
    full_name=st.sampled_from(["Trần Minh Khang", "Phạm Quản Trị", "Lê Hai", "LÊ HAI", "Nguyễn Mới"]),
    office=st.sampled_from([*OFFICES, "", "UBND phường"]),
    title=st.sampled_from(["", "", "Chuyên viên", "Trưởng phòng", "Chủ tịch UBND"]),
    role=st.sampled_from(["", "", "Chuyên viên", "Trưởng đơn vị", "Lãnh đạo", "Quản trị"]),
    user_name=st.sampled_from(["", "", "khang", "hai", "quan", "moi1"]),
    email=st.sampled_from(["", "", "a@vidu.example", "b@vidu.example"]),
    who=st.sampled_from(["", "", "", "new", "row:0", "row:1"]),
    skip=st.sampled_from([False] * 9 + [True]),
    adds=st.booleans(),
)


@pytest.fixture
def three(ward, administrator):
    """Three who are there: since long, since today, and with two posts."""
    for name in OFFICES:
        if not ward.offices.filter(name=name).exists():
            services_of_offices.add_office(ward, name=name, short="KT")
    rooms.make_person(ward, "officer", office=OFFICES[0], name="Trần Minh Khang", user_name="khang")
    hai = rooms.make_person(ward, "head", office=OFFICES[1], name="Lê Hai", user_name="hai")
    hai.posts.update(since=TODAY)
    return administrator


def books():
    """(user name) → (name, address, posts by key), as they stand there now."""
    held = {}
    for post in Post.objects.open(TODAY).select_related("office").order_by("id"):
        office = str(post.office or "")
        held.setdefault(post.person_id, {})[post.pk] = [office, post.title, rights.ROLES[post.role]]
    return {
        one.user_name: [one.full_name, one.email, held.get(one.pk, {})]
        for one in Person.objects.order_by("id")
    }


def promised(before, lines):
    """The same after what the lines say, read from their words alone."""
    after = {name: [full, email, dict(posts)] for name, (full, email, posts) in before.items()}
    named = {"Đơn vị": 0, "Chức danh": 1, "Vai trò": 2}
    for line in lines:
        short = line.office.short if line.office else ""
        new_post = [short, line.row.title, rights.ROLES.get(line.role)]
        if line.state == comparing.NEW:
            after[line.user_name] = [line.row.full_name, line.row.email, {("row", line.row.n): new_post}]
        if line.state != comparing.CHANGED:
            continue
        one = after[line.user_name]
        for what, _, will in line.changes:
            if what in ("Họ và tên", "Thư điện tử"):
                one[0 if what == "Họ và tên" else 1] = will
            elif what == "Chức vụ":
                one[2]["row", line.row.n] = new_post
            elif what in named:
                key = line.post or ("row", line.of_row)
                one[2][key] = [will if at == named[what] else words for at, words in enumerate(one[2][key])]
    return after


def sorted_posts(books):
    return {name: (full, email, sorted(posts.values())) for name, (full, email, posts) in books.items()}


@pytest.mark.one_database
@hypothesis.settings(max_examples=60, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
@hypothesis.given(rows=st.lists(listed, min_size=1, max_size=5))
def test_any_list_has_a_question_at_a_row_or_is_taken_as_it_is_shown(three, ward, rows):
    with transaction.atomic():
        rows = [replace(row, n=n, place=f"dòng {n + 2}") for n, row in enumerate(rows)]
        found = reading._keep(rows, name="x", ward=ward.pk, by=three.pk, at=AT)
        for _ in rows:  # leaving one out may leave another one without its answer
            mending.skip_problems(found, today=TODAY)
            found.refresh_from_db()
        compared = comparing.compare(ward.pk, reading.rows_of(found), today=TODAY)
        if not compared.of(comparing.PROBLEM) and compared.of(comparing.NEW) + compared.of(comparing.CHANGED):
            before = books()
            taken = taking_over.take_over(
                found, seen=compared.mark, nonce="n", by_letter=False, by=three.pk, at=AT, today=TODAY
            )
            after = books()
            assert sorted_posts(after) == sorted_posts(promised(before, compared.lines))
            others = sum(before[name] != after[name] for name in before)
            assert (taken.changed, len(taken.new)) == (others, len(after) - len(before))
        transaction.set_rollback(True)


def test_a_list_that_was_taken_over_a_moment_before_is_not_said_to_be_dropped(admin, monkeypatch):
    address = send(admin, book(HEAD, *ROWS))
    from caicach.accounts import import_views

    drop = mending.discard

    def late(found):
        assert take(admin, address).status_code == 303  # somebody else, at this very moment
        drop(found)

    monkeypatch.setattr(import_views.mending, "discard", late)
    assert is_gone(admin.post(f"{address}bo/")), "nobody is told that nobody was added"
    assert Person.objects.filter(full_name="Trần Minh Khang").count() == 1
