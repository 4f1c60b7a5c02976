import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from caicach.core.clock import noon
from caicach.dossiers import jobs, services
from tests.factories import rooms

AT = noon(rooms.TODAY)
HEAD = (
    "Mã hồ sơ",
    "Tên thủ tục",
    "Chủ hồ sơ",
    "Ngày tiếp nhận",
    "Ngày hẹn trả",
    "Ngày kết thúc",
    "Trạng thái",
)
ROWS = (
    ("H01.31.05-261102-0001", "Đăng ký khai sinh", "Nguyễn Thị Thử", "02/11/2026 08:10", "05/11/2026", "", "Đang xử lý"),
    ("H01.31.05-261110-0002", "Đăng ký kết hôn", "Trần Văn Mẫu", "10/11/2026 09:00", "24/11/2026 17:00", "", "Đang xử lý"),
    ("H01.31.05-261111-0003", "Chứng thực chữ ký", "Lê Hoàng Ví Dụ", "11/11/2026", "11/11/2026", "11/11/2026 16:00", "Đã trả kết quả"),
    ("H01.31.05-261112-0004", "Chứng thực chữ ký", "Lê Hoàng Ví Dụ", "12/11/2026", "12/11/2026", "16/11/2026 10:00", "Đã xử lý xong"),
    ("H01.31.05-261113-0005", "Đăng ký khai tử", "Phạm Thị Giả", "13/11/2026", "27/11/2026", "", "Yêu cầu bổ sung giấy tờ"),
)  # fmt: skip


def csv(rows=ROWS, head=HEAD, name="ho-so.csv"):
    return SimpleUploadedFile(name, "\n".join(";".join(row) for row in (head, *rows)).encode("utf-8-sig"))


def bring(ward, person, file=None, token="danhsach0001"):
    row = services.upload(file or csv(), ward=ward.pk, token=token, by=person.pk, at=AT)
    jobs.read_list(row.pk)
    row.refresh_from_db()
    return row


@pytest.fixture
def known(ward, officer):
    """The layout has been said once, and its first list is taken over."""
    row = bring(ward, officer)
    services.choose(row, row.columns, by=officer.pk, at=AT)
    jobs.read_list(row.pk)
    row.refresh_from_db()
    return row
