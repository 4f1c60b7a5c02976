"""The review by keyboard, two people at once, a closed browser, and reading without scripts."""

import re

import pytest
from playwright.sync_api import expect

from tests.stories.conftest import PHONE
from tests.stories.test_main_job import upload

pytestmark = pytest.mark.story


@pytest.fixture
def review(open_page, site, plan_file):
    page = open_page(f"hanh{site.new_ward()}")
    upload(page, plan_file)
    return page


def cell(page, words, field):
    return page.locator(".line", has_text=words).locator(f"[data-cell={field}]")


def test_a_clerk_reviews_by_keyboard_alone(review):
    page = review
    page.keyboard.press("f")
    assert page.evaluate("document.activeElement.dataset.cell") == "due"
    assert "Trả lời kiến nghị" in page.locator(".line.is-chosen").inner_text()
    assert page.locator(".lines .hit").count() == 1
    page.keyboard.press("e")
    page.keyboard.type("Quý III/2026")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=30/09/2026")
    assert page.locator(".line", has_text="Trả lời kiến nghị").locator(".hint-row.is-late").count() == 0, (
        "typing settled it"
    )
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.dataset.cell") == "coordinators"
    page.keyboard.press("Enter")
    page.keyboard.type("Công an")
    page.keyboard.press("Tab")
    expect(page.locator("[data-saved]")).to_contain_text("Đã lưu")
    assert page.evaluate("document.activeElement.dataset.cell") == "due"
    page.reload()
    assert "Công an" in page.inner_text("table.grid") and "Quý III/2026" in page.inner_text("table.grid")
    page.keyboard.press("u")
    expect(page.locator("table.grid")).not_to_contain_text("Công an")


def test_escape_leaves_a_cell_as_it_was(review):
    page = review
    leads = cell(page, "Lập danh mục văn bản", "leads")
    before = leads.inner_text()
    leads.dblclick()
    page.keyboard.type("không phải")
    page.keyboard.press("Escape")
    assert leads.inner_text() == before
    page.reload()
    assert cell(page, "Lập danh mục văn bản", "leads").inner_text() == before


def test_nothing_typed_is_lost_when_the_browser_closes(review):
    page = review
    cell(page, "Đo thời gian chờ", "due").dblclick()
    page.keyboard.type("Tháng 10/2026")
    address = page.url
    context = page.context
    page.close(run_before_unload=True)
    again = context.new_page()
    again.goto(address)
    expect(again.locator("table.grid")).to_contain_text("Tháng 10/2026")
    expect(again.locator("[data-undo]")).to_be_enabled()
    again.reload()
    assert "Tháng 10/2026" in again.inner_text("table.grid")


def test_what_was_typed_without_a_connection_is_sent_later(review):
    page = review
    page.context.set_offline(True)
    cell(page, "Lập danh mục văn bản", "leads").dblclick()
    page.keyboard.type("Công an phường")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Chưa lưu được lên máy chủ")
    page.context.set_offline(False)
    page.reload()
    for _ in range(40):
        if "Công an phường" in page.request.get(page.url).text():
            break
        page.wait_for_timeout(100)
    page.reload()
    assert cell(page, "Lập danh mục văn bản", "leads").inner_text() == "Công an phường"
    assert "Công an phường" in page.request.get(page.url).text(), "the server has it"


@pytest.mark.both
def test_two_people_at_once_see_each_other(review):
    one = review
    two = one.context.new_page()
    two.goto(one.url)
    for page, words in ((one, "Công an"), (two, "Quân sự")):
        cell(page, "Lập danh mục văn bản", "leads").dblclick()
        page.keyboard.type(words)
        page.keyboard.press("Enter")
        expect(page.locator("[data-saved]")).not_to_be_empty()
    assert "vừa được người khác sửa thành “Công an”" in two.inner_text("[data-saved]")
    for page in (one, two):
        page.reload()
        assert cell(page, "Lập danh mục văn bản", "leads").inner_text() == "Công an"
        assert "Quân sự" in page.inner_text("[data-saved]"), "what was typed is not lost either"
    assert "Công an" in cell(one, "Lập danh mục văn bản", "leads").inner_text()


def test_everything_reads_without_scripts(open_page, site, plan_file):
    page = open_page(f"hanh{site.new_ward()}", script=False)
    page.goto("/ke-hoach/nap/")
    page.set_input_files("#id_file", plan_file)
    page.get_by_role("button", name="Nạp và đọc").click()
    for _ in range(60):
        if page.locator("#review").count():
            break
        page.get_by_role("link", name="Xem đã xong chưa").click()
        page.wait_for_timeout(250)
    assert "Lập danh mục văn bản" in page.inner_text("table.grid")
    page.locator(".line", has_text="Trả lời kiến nghị").get_by_role("link", name="Sửa").click()
    page.get_by_label("Hạn", exact=True).fill("Quý III/2026")
    page.get_by_role("button", name="Lưu dòng").click()
    assert "30/09/2026" in page.inner_text("table.grid")
    page.get_by_role("button", name="Đưa vào thực hiện").click()
    page.wait_for_url("**/ke-hoach/2026/cchc/")
    assert page.locator("table.ribbon svg[role=img]").count() == 4
    page.get_by_role("link", name=re.compile("Đo thời gian chờ")).click()
    assert "Các hạn" in page.inner_text("main")


def test_a_refused_file_is_said_in_words(open_page, tmp_path):
    page = open_page("hanh")
    broken = tmp_path / "hong.pdf"
    broken.write_bytes(b"%PDF-1.4 nothing in here")
    page.goto("/ke-hoach/nap/")
    page.set_input_files("#id_file", broken)
    page.get_by_role("button", name="Nạp và đọc").click()
    page.wait_for_selector("text=Không đọc được tệp này", timeout=30_000)
    assert "hong.pdf" in page.inner_text("[role=alert]")
    page.get_by_role("button", name="Bỏ").click()
    page.wait_for_url("**/ke-hoach/")


def test_the_review_fits_a_phone(open_page, site, plan_file):
    page = open_page(f"hanh{site.new_ward()}", size=PHONE)
    upload(page, plan_file)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
