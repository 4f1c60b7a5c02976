"""Without a mouse: the search in the bar, walking lists, the help; and the search without scripts and on a phone."""

import re

import pytest
from playwright.sync_api import expect

from tests.stories.conftest import PHONE

pytestmark = pytest.mark.story


def test_the_search_in_the_bar_by_keyboard(open_page):
    page = open_page("hanh")
    page.keyboard.press("/")
    page.keyboard.type("ke hoach chuyen doi so")
    option = page.get_by_role("option").first
    expect(option).to_contain_text("Kế hoạch chuyển đổi số của năm")
    page.keyboard.press("Escape")
    expect(option).to_be_hidden()
    page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/viec/2026/cchc/VI-1/"))


def test_enter_in_the_bar_opens_all_results(open_page):
    page = open_page("hanh")
    page.keyboard.press("/")
    page.keyboard.type("ke hoch dao tao")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/tim/\?q="))
    expect(page.locator(".finds li").first).to_contain_text("Lập kế hoạch đào tạo cán bộ")


@pytest.mark.parametrize("address", ["/viec-cua-toi/", "/ke-hoach/2026/cchc/", "/tim/?q=ke+hoach"])
def test_j_and_k_walk_a_list_and_enter_opens(open_page, address):
    page = open_page("hanh")
    page.goto(address)
    rows = page.locator(".is-here")
    page.keyboard.press("j")
    first = rows.inner_text()
    page.keyboard.press("j")
    second = rows.inner_text()
    page.keyboard.press("k")
    assert rows.inner_text() == first != second and rows.count() == 1
    wanted = rows.locator("a").first.get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url.endswith(wanted))


def test_the_help_opens_and_closes(open_page):
    page = open_page("hanh")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Phím tắt")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_letters_typed_into_a_field_are_letters(open_page):
    page = open_page("hanh")
    page.goto("/ke-hoach/2026/cchc/")
    page.get_by_label("Tìm nhiệm vụ").fill("")
    page.get_by_label("Tìm nhiệm vụ").press_sequentially("j?/k")
    expect(page.get_by_label("Tìm nhiệm vụ")).to_have_value("j?/k")


def test_on_a_phone_results_come_as_one_types(open_page):
    page = open_page("hanh", size=PHONE)
    page.get_by_role("link", name="Tìm").click()
    page.get_by_role("searchbox", name="Tìm").press_sequentially("dao taoo")
    expect(page.locator(".finds li").first).to_contain_text("đào tạo")


def test_without_scripts_the_search_is_a_page(open_page):
    page = open_page("hanh", script=False)
    page.get_by_label("Tìm trong phường").fill("tu sach")
    page.get_by_label("Tìm trong phường").press("Enter")
    page.wait_for_url(re.compile(r"/tim/\?q="))


def test_lists_print_on_a4_without_their_buttons(open_page):
    import pypdfium2

    page = open_page("hanh")
    for address, word in (("/don-vi/vh-xh/", "Trễhạn"), ("/tim/?q=ke+hoach", "kếhoạch")):
        page.goto(address)
        page.emulate_media(media="print")
        assert not page.locator("header.bar").is_visible()
        sheets = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
        assert [round(side) for side in sheets[0].get_size()] == [842, 595], "A4 landscape"
        assert word in "".join(sheets[0].get_textpage().get_text_range().split()), address
