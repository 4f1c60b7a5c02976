"""An empty server becomes a working ward: the code, the steps, people from a list, and the coordinator is at the plan."""

import re

import openpyxl
import pytest

from tests.stories.conftest import DESK, PHONE, Site, violations

pytestmark = pytest.mark.story
PASSWORD = "con trâu đi trước"


@pytest.fixture
def empty(tmp_path):
    one = Site(tmp_path, like=None)
    one.env["CAICACH_DEMO"] = "0"
    one.serve()
    yield one
    one.end()


@pytest.fixture
def look(browser, empty, request):
    """look(size, script): a page of the empty site; a fault in its scripts fails the test."""
    contexts, faults = [], []

    def make(size=DESK, script=True):
        context = browser.new_context(
            viewport=size, locale="vi-VN", java_script_enabled=script, base_url=empty.address
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        return page

    yield make
    for context in contexts:
        context.close()
    assert not faults


def shoot(page, name):
    """A picture for the eye, where CAICACH_SHOTS names a folder."""
    import os

    if folder := os.environ.get("CAICACH_SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def sign_in(page, name, password):
    page.goto("/dang-nhap/")
    page.fill("#id_user_name", name)
    page.fill("#id_password", password)
    page.click("button.go")


def slips_of(page):
    typed = page.locator(".slip .typed").all_text_contents()
    return dict(zip(typed[::2], typed[1::2], strict=True))


def test_from_nothing_to_the_coordinator_at_the_plan(empty, look, tmp_path):
    """Without JavaScript, and the offices on a phone: whoever sets it up may have nothing better at hand."""
    said = (empty.folder / "serve.log").read_text()
    code = re.search(r"/bat-dau/ và nhập mã \(dùng một lần\): (\S+)", said)[1]
    page = look(script=False)
    page.goto("/bat-dau/")
    shoot(page, "start-desk")
    for field, value in (
        ("code", code),
        ("full_name", "Lý Văn Máy"),
        ("user_name", "may.lv"),
        ("new", PASSWORD),
        ("again", PASSWORD),
    ):
        page.fill(f"#id_{field}", value)
    page.click("button.go")
    page.fill("#id_user_name", "may.lv")
    page.fill("#id_password", PASSWORD)
    page.click("button.go")
    page.wait_for_url("**/bat-dau/cac-buoc/")
    shoot(page, "steps-first")
    page.click("text=Làm bước này")
    page.fill("#id_name", "Phường Rạch Thử")
    page.fill("#id_province", "An Giang")
    page.click("button.go")
    page.wait_for_url("**/bat-dau/don-vi/")
    page.set_viewport_size(PHONE)
    shoot(page, "offices-phone")
    page.set_viewport_size(DESK)
    shoot(page, "offices-desk")
    page.fill('input[name="ten-0"]', "Văn phòng HĐND và UBND phường")
    page.fill("#id_until", "61")
    page.click("button.go")
    page.wait_for_url("**/bat-dau/cac-buoc/")
    assert "61 khu phố" in page.content()
    for year in (2026, 2027):
        page.click("text=Làm bước này") if year == 2026 else page.goto(f"/lich-lam-viec/?nam={year}")
        page.wait_for_url(f"**/lich-lam-viec/?nam={year}")
        shoot(page, f"calendar-{year}")
        if year == 2026:
            page.fill("#id_since", "02/12/2026")
            page.fill("#id_name", "Ngày truyền thống của phường")
            page.fill("#id_source", "12/TB-UBND ngày 20/11/2026")
            page.click("text=Ghi vào lịch")
            assert "Của phường" in page.content()
            shoot(page, "calendar-own")
            page.set_viewport_size(PHONE)
            shoot(page, "calendar-phone")
            page.set_viewport_size(DESK)
        page.click(f"text=Xác nhận lịch năm {year}")
        page.wait_for_url("**/bat-dau/cac-buoc/")
    page.click("text=5. Thư điện tử") if page.locator("text=5. Thư điện tử").count() else page.goto(
        "/bat-dau/thu/"
    )
    shoot(page, "mail-desk")
    page.goto("/bat-dau/nguoi/")
    page.fill("#id_administrator-full_name", "Phạm Ngọc Quân")
    page.fill("#id_coordinator-full_name", "Lâm Thị Hạnh")
    page.select_option("#id_coordinator-office", label="Phòng Văn hóa – Xã hội")
    shoot(page, "people-desk")
    page.click("button.go")
    page.wait_for_url("**/nguoi/phieu/")
    slips = slips_of(page)
    assert set(slips) == {"quan.pn", "hanh.lt"}
    page.click("text=Xong")
    page.wait_for_url("**/bat-dau/cac-buoc/")
    assert "đã sẵn sàng" in page.content()
    shoot(page, "steps-ready")
    page.set_viewport_size(PHONE)
    shoot(page, "steps-phone")
    page.goto("/cac-phuong/")
    assert "Thêm phường, xã" in page.content()

    admin = look()
    sign_in(admin, "quan.pn", slips["quan.pn"])
    admin.wait_for_url("**/toi/mat-khau/")
    admin.fill("#id_new", PASSWORD)
    admin.fill("#id_again", PASSWORD)
    admin.click("button.go")
    admin.wait_for_url("**/nguoi/")
    admin.click("text=Nạp danh sách")
    shoot(admin, "import-desk")
    book = openpyxl.Workbook()
    for row in (
        ("DANH SÁCH CÁN BỘ",), ("TT", "Họ và tên", "Đơn vị", "Chức vụ", "Điện thoại"),
        (1, "Trần Minh Khang", "TTPVHCC", "Công chức", 900000001), (2, "Bùi Thị Một", "KP 7", "Trưởng khu phố", None),
        (3, "Ngô Văn Lạ", "Phòng Vũ trụ", "Công chức", None), (4, "Lâm Thị Hạnh", "VHXH", "Phó Trưởng phòng", None),
    ):  # fmt: skip
        book.active.append(row)
    book.save(tmp_path / "nguoi.xlsx")
    admin.set_input_files("#id_file", tmp_path / "nguoi.xlsx")
    admin.click("button.go")
    admin.wait_for_url(re.compile(r"/nguoi/nap/\w{8,}/"))
    assert "không có đơn vị nào tên “Phòng Vũ trụ”" in admin.content()
    shoot(admin, "list-desk")
    admin.set_viewport_size(PHONE)
    shoot(admin, "list-phone")
    admin.set_viewport_size(DESK)
    admin.select_option('.mend select[name="office"]', label="Công an")
    admin.click("text=Lưu dòng này")
    admin.click("text=Nạp 4 người")
    admin.wait_for_url("**/nguoi/phieu/")
    more = slips_of(admin)
    assert set(more) == {"khang.tm", "mot.bt", "la.nv"}
    hood = look(PHONE)
    for _ in range(20):  # the worker makes the hashes
        sign_in(hood, "mot.bt", more["mot.bt"])
        if hood.url.endswith("/toi/mat-khau/"):
            break
        hood.wait_for_timeout(500)
    assert hood.url.endswith("/toi/mat-khau/"), "the head of the neighbourhood is in"
    shoot(admin, "slips-desk")

    coordinator = look(PHONE)
    sign_in(coordinator, "hanh.lt", slips["hanh.lt"])
    coordinator.wait_for_url("**/toi/mat-khau/")
    coordinator.fill("#id_new", PASSWORD)
    coordinator.fill("#id_again", PASSWORD)
    coordinator.click("button.go")
    coordinator.wait_for_url("**/ke-hoach/")
    assert "Nạp tệp kế hoạch" in coordinator.content()

    system = look()
    sign_in(system, "may.lv", PASSWORD)
    system.wait_for_url("**/bat-dau/cac-buoc/")
    admin.goto("/nguoi/nap/")
    admin.set_input_files("#id_file", tmp_path / "nguoi.xlsx")
    admin.click("button.go")
    admin.wait_for_url(re.compile(r"/nguoi/nap/\w{8,}/"))
    again = admin.url
    for size in (DESK, PHONE):
        looked = [
            (admin, one) for one in ("/nguoi/nap/", again, "/lich-lam-viec/", "/nguoi/them/", "/chi-dao/")
        ]
        looked += [(system, f"/bat-dau/{one}/") for one in ("cac-buoc", "phuong", "don-vi", "thu", "nguoi")]
        for page, address in [*looked, (system, "/cac-phuong/"), (system, "/nguoi/nap/")]:
            page.set_viewport_size(size)
            page.goto(address)
            assert violations(page) == [], address
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address

    stranger = look()
    stranger.goto("/bat-dau/")
    assert "Không có trang này" in stranger.content()
    stranger.goto("/dang-nhap/")
    shoot(stranger, "sign-in")
    stranger.click("text=Quên mật khẩu?")
    assert "phiếu mật khẩu mới" in stranger.content()
    assert violations(stranger) == []
    shoot(stranger, "forgotten")
    empty.stop()
    (empty.folder / "serve.log").write_text("")
    empty.serve()
    assert "bat-dau" not in (empty.folder / "serve.log").read_text(), "no code once somebody is there"
