"""The main job, as it is done: sign in, upload, review, into effect, the year, a report."""

import re

import pytest
from playwright.sync_api import expect

from tests.shared import shared
from tests.stories.conftest import DESK, PHONE

pytestmark = [pytest.mark.story, pytest.mark.both]


def upload(page, path, *, amendment=False):
    """A file becomes a review whose script runs: a key that is pressed earlier goes nowhere."""
    page.goto("/ke-hoach/")
    page.get_by_role("link", name="Nạp tệp kế hoạch").first.click()
    page.set_input_files("#id_file", path)
    if amendment:
        page.get_by_label("Sửa đổi kế hoạch đang thực hiện").check()
    page.get_by_role("button", name="Nạp và đọc").click()
    page.wait_for_selector("#review.is-live", timeout=60_000)


def settle_errors(page):
    """Leave every open error with a reason, until the plan may come into effect."""
    for _ in range(10):
        if not page.locator("[data-filter=error]").is_visible():
            page.locator("#todo-h").click()
        page.locator("[data-filter=error]").click()
        rows = page.locator(".todo li.is-open:visible")
        if rows.count() == 0:
            return
        finding = rows.first.get_attribute("data-todo")
        form = page.locator(f"form.aside:has(input[name=finding][value='{finding}'])").first
        form.locator("input[name=reason]").fill("đã hỏi lại phòng chủ trì")
        before = page.locator("#todo-h .count").inner_text()
        form.get_by_role("button", name="Để lại").click()
        expect(page.locator("#todo-h .count")).not_to_have_text(before)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_plan_goes_from_its_file_to_its_year(open_page, site, plan_file, size):
    ward = site.new_ward()
    page = open_page(f"hanh{ward}", size=size, door=True)
    assert "Chưa có kế hoạch nào đang thực hiện" in page.inner_text("main")
    upload(page, plan_file)
    assert page.inner_text("h1").startswith("Đọc được 4 nhiệm vụ")
    assert "Trả lời kiến nghị của cử tri" in page.inner_text("table.grid")
    page.get_by_role("button", name="Đưa vào thực hiện").click()
    assert "lỗi chưa xem" in page.inner_text("[role=alert]")
    settle_errors(page)
    page.get_by_role("button", name="Đưa vào thực hiện").click()
    page.wait_for_url("**/ke-hoach/2026/cchc/")
    assert page.locator("table.ribbon svg[role=img]").count() == 4
    assert "Trễ 237 ngày" in page.inner_text("table.ribbon")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, "nothing sticks out"
    page.get_by_role("link", name=re.compile("Mở quầy hướng dẫn")).click()
    page.get_by_label("Đã làm được (%)").fill("40")
    page.get_by_label("Lời ghi").fill("Đã có quầy, còn thiếu người trực")
    page.get_by_role("button", name="Ghi tiến độ").click()
    page.wait_for_selector(".steps >> text=Ghi tiến độ: 40%")
    page.get_by_label("Số văn bản").fill("8/KH-UBND")
    page.get_by_label("Ngày văn bản").fill("20/11/2026")
    page.get_by_role("button", name="Nộp sản phẩm").click()
    page.wait_for_selector("text=Đã nộp")
    page.get_by_role("button", name="Duyệt", exact=True).click()
    page.wait_for_selector("text=Đã duyệt.")
    assert "Xong, trễ 234 ngày" in page.inner_text(".big-chip"), "by the date of its document"


def test_the_real_plan_becomes_a_year(open_page, site):
    path = shared("plans/rach-gia-2026/plan.txt")
    if path is None:
        pytest.skip("không có kế hoạch thật bên cạnh mã nguồn")
    page = open_page(f"hanh{site.new_ward()}")
    upload(page, path)
    assert page.inner_text("h1").startswith("Đọc được 76 dòng: 50 nhiệm vụ và 26 dòng chỉ tiêu.")
    page.locator(".hint-row >> text=Nhận: Hoàn thành tháng 12/2026").click()
    page.wait_for_selector("[data-undo]:not([disabled])")
    assert "Hoàn thành tháng 12/2026" in page.locator(".line", has_text="Xử lý kết quả theo dõi").inner_text()
    settle_errors(page)
    page.get_by_role("button", name="Đưa vào thực hiện").click()
    page.wait_for_url("**/ke-hoach/2026/cchc/")
    assert page.locator("table.ribbon svg[role=img]").count() == 50
    assert page.locator("table.indic tbody tr").count() == 27
    page.get_by_role("searchbox").fill("ung dung tri tue")
    page.get_by_role("button", name="Lọc").click()
    page.wait_for_url("**tim=ung**")
    assert page.locator("table.ribbon svg[role=img]").count() == 1


def test_an_officer_reports_and_the_coordinator_gives_back(open_page):
    officer = open_page("khang", door=True)
    officer.goto("/viec-cua-toi/")
    assert "Trễ 268 ngày" in officer.inner_text("main")
    officer.goto("/viec/2026/cchc/II-1/")
    officer.set_input_files(
        "#san-pham-file", {"name": "bao-cao.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 thu"}
    )
    officer.get_by_role("button", name="Nộp sản phẩm").click()
    officer.wait_for_selector("text=sản phẩm nào")
    officer.get_by_label("Quyết định").check()
    officer.get_by_label("Kế hoạch", exact=True).check()
    officer.set_input_files(
        "#san-pham-file", {"name": "bao-cao.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 thu"}
    )
    officer.get_by_role("button", name="Nộp sản phẩm").click()
    officer.wait_for_selector("text=Người điều phối sẽ duyệt")
    hanh = open_page("hanh")
    hanh.goto("/viec-cua-toi/")
    hanh.locator("aside").get_by_role("link", name=re.compile("Kế hoạch kiểm soát thủ tục")).first.click()
    hanh.get_by_label("Lý do trả lại").fill("Thiếu phụ lục")
    hanh.get_by_role("button", name="Trả lại").click()
    hanh.wait_for_selector("text=Đã trả lại cho người nộp")
    officer.reload()
    assert "Thiếu phụ lục" in officer.inner_text("main") and "Trễ 268 ngày" in officer.inner_text(".big-chip")
    officer.goto("/viec-cua-toi/")
    row = officer.locator(".work li", has_text="Thiếu phụ lục")
    assert "Trả lại hôm nay" in row.inner_text() and "Lâm Thị Hạnh trả lại" in row.inner_text()
    row.get_by_role("link", name="Sửa và nộp lại").click()
    officer.wait_for_url("**/viec/2026/cchc/II-1/#nop")
