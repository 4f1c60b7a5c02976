"""The list of people as a file, which the import reads again and finds nothing new in."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.factories import rooms

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(ward, client):
    rooms.make_person(ward, "officer", office="Văn phòng HĐND và UBND", name="=Nguyễn Thị Công Thức")
    client.force_login(rooms.make_person(ward, "administrator", name="Lê Quản Trị"))
    return client


def cells(client, query=""):
    answer = client.get(f"/nguoi/danh-sach.xlsx{query}")
    assert answer.status_code == 200
    rows = openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows()
    found = [cell for row in rows for cell in row if cell.value]
    assert all(cell.data_type != "f" for cell in found)
    return answer.content, [str(cell.value) for cell in found]


def test_it_has_who_the_page_shows(admin):
    _, said = cells(admin)
    assert "=Nguyễn Thị Công Thức" in said and "Văn phòng HĐND và UBND" in said and "Quản trị" in said
    _, said = cells(admin, "?tim=quan tri")
    assert "Lê Quản Trị" in said and "=Nguyễn Thị Công Thức" not in said
    assert "/nguoi/danh-sach.xlsx?tim=quan" in admin.get("/nguoi/?tim=quan tri").content.decode()
    assert admin.get("/nguoi/danh-sach.pdf").status_code == 404


def test_read_again_it_changes_nobody(admin):
    data, _ = cells(admin)
    sent = admin.post("/nguoi/nap/", {"file": SimpleUploadedFile("nguoi.xlsx", data)}, follow=True)
    page = sent.content.decode()
    assert sent.status_code == 200 and "Lê Quản Trị" in page and "Thêm mới" not in page


def test_others_get_none(ward, client):
    client.force_login(rooms.make_person(ward, "head", office="Văn phòng HĐND và UBND"))
    assert client.get("/nguoi/danh-sach.xlsx").status_code == 403
