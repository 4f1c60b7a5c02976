"""Each list as a file: the rows of its page, as it is filtered there; nothing is a formula."""

import io

import docx
import openpyxl
import pytest

from caicach.core.clock import noon
from caicach.tasks import directives, handovers, together
from caicach.tasks.models import Task
from tests.factories import rooms

pytestmark = pytest.mark.django_db
AT = noon(rooms.TODAY)


@pytest.fixture
def year(ward, coordinator, officer):
    rooms.make_plan(ward, coordinator)
    place = ward.offices.get(short_name="Văn phòng").pk
    task = Task.objects.get(number="I-2")
    together.ask(
        Task.objects.get(number="II-1"), office=place, due_on=rooms.TODAY, word="=1+1 số liệu quý", today=rooms.TODAY,
        by=coordinator.pk, at=AT,
    )  # fmt: skip
    together.add_step(task, words="Hỏi khu phố 3", person=officer.pk, by=coordinator.pk, at=AT)
    directives.give(
        ward=ward.pk, content="Lập tổ trực", source="directive", leads=[place], due_on=rooms.TODAY, deliverables=[], issuer="",
        document_number="", document_date=None, file=None, about=None, today=rooms.TODAY, by=coordinator.pk, at=AT,
    )  # fmt: skip
    return place


def cells(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, address
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    found = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    return found


def words(client, address):
    document = docx.Document(io.BytesIO(client.get(address).content))
    return "\n".join(
        [p.text for p in document.paragraphs]
        + [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    )


def test_my_work(year, as_officer):
    said = cells(as_officer, "/viec-cua-toi/danh-sach.xlsx")
    assert "Lập bảng theo dõi tiếp công dân" in said and "Làm trước" in said
    assert "=1+1 số liệu quý" in said and "Hỏi khu phố 3" in said and "Lập tổ trực" in said
    assert "Hỏi khu phố 3" in words(as_officer, "/viec-cua-toi/danh-sach.docx")


def test_the_coordinators_has_what_waits(year, as_coordinator):
    assert "Việc của đơn vị".upper() in cells(as_coordinator, "/viec-cua-toi/danh-sach.xlsx?xem=don-vi")


def test_the_calendar_of_the_month_that_is_shown(year, as_coordinator):
    said = cells(as_coordinator, "/lich/danh-sach.xlsx?ngay=2026-01-05&cua=ca-phuong")
    assert "Lập bảng theo dõi tiếp công dân" in said and "LỊCH THÁNG 1/2026" in said
    other = cells(as_coordinator, "/lich/danh-sach.xlsx?ngay=2026-02-05&cua=ca-phuong")
    assert "Lập bảng theo dõi tiếp công dân" not in other
    assert cells(as_coordinator, "/lich/danh-sach.xlsx?ngay=9999-99-99")


def test_all_offices(year, as_coordinator):
    said = cells(as_coordinator, "/don-vi/danh-sach.xlsx")
    assert "Văn phòng" in said and "VH–XH" in said


def test_where_no_plan_is_there_is_no_file_of_offices(as_coordinator):
    assert as_coordinator.get("/don-vi/danh-sach.xlsx").status_code == 404


def test_what_was_found_without_its_marks(year, as_coordinator):
    said = cells(as_coordinator, "/tim/danh-sach.xlsx?q=tiep cong dan")
    assert any("Lập bảng theo dõi tiếp công dân" in one for one in said)
    assert not any("<mark>" in one for one in said) and "Tìm “tiep cong dan”" in said
    assert cells(as_coordinator, "/tim/danh-sach.xlsx?q=")


def test_directives_as_filtered(year, as_coordinator):
    assert "Lập tổ trực" in cells(as_coordinator, "/chi-dao/danh-sach.xlsx")
    assert "Lập tổ trực" not in cells(as_coordinator, "/chi-dao/danh-sach.xlsx?tinh-trang=late")
    assert "Lập tổ trực" in cells(as_coordinator, "/chi-dao/danh-sach.xlsx?tinh-trang=bia-dat")


def test_a_handover_with_who_has_confirmed(year, ward, coordinator, officer, as_coordinator):
    second = rooms.make_person(ward, "officer", office="Văn phòng HĐND và UBND", name="Lê Văn Nhận")
    together.assign(Task.objects.get(number="I-2"), office=year, person=officer.pk, by=coordinator.pk, at=AT)
    made = handovers.open_one(
        ward=ward.pk, office=year, leaver=officer.pk, taker=second.pk, word="", today=rooms.TODAY, by=coordinator.pk, at=AT, address=None
    )  # fmt: skip
    said = words(as_coordinator, f"/ban-giao/{made.number}/danh-sach.docx")
    assert "Lê Văn Nhận, chưa xác nhận" in said and "Lập bảng theo dõi tiếp công dân" in said
    handovers.confirm(made, by=officer.pk, may_stand_in=False, today=rooms.TODAY, at=AT, address=None)
    assert "xác nhận 12:00 23/11/2026" in words(as_coordinator, f"/ban-giao/{made.number}/danh-sach.docx")


@pytest.mark.parametrize("page", ["viec-cua-toi", "lich", "don-vi", "tim", "chi-dao"])
def test_other_kinds_of_files_are_not_there(year, as_coordinator, page):
    assert as_coordinator.get(f"/{page}/danh-sach.exe").status_code == 404
    assert f"/{page}/danh-sach.xlsx" in as_coordinator.get(f"/{page}/?q=tiep").content.decode()


def test_signs_that_no_file_holds_are_left_out(year, ward, coordinator, as_coordinator):
    Task.objects.filter(number="I-2").update(content="Lập\ufffe bảng <b> & \x0bsổ\n\tdòng hai")
    said = words(as_coordinator, "/ke-hoach/2026/cchc/danh-sach.docx")
    assert "Lập bảng <b> & sổ" in said and "dòng hai" in said
