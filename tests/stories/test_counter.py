"""The counter: by keyboard only, in twelve keys; step by step without scripts; a browser closed in between; axe."""

import re

import pytest
from playwright.sync_api import expect

from tests.stories.conftest import DESK, PHONE, looks_right

pytestmark = pytest.mark.story
CARD = "{number}||Nguyễn Thị Thử|20051990|Nữ|Khu phố 3, Phường Mẫu|01012022"
MOST = 12


def choose(page):
    """At the counter, by keyboard: the procedure is chosen, and the scanner's field waits."""
    page.goto("/quay/")
    page.keyboard.type("khai sinh")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#q-who")).to_be_focused()


def take_in(page, number):
    """A dossier taken in with buttons only, up to its receipt."""
    page.goto("/quay/")
    page.fill("#q-find", "khai sinh")
    page.get_by_role("button", name="Tìm").first.click()
    page.locator("#thu-tuc .choice").first.click()
    page.fill("#q-who", CARD.format(number=number))
    page.get_by_role("button", name="Tìm").first.click()
    page.check("#q-all_parts")
    page.click("#q-save")
    page.wait_for_url(re.compile(r"/quay/[A-Za-z0-9]+/"))


def scan(page, number):
    """What a scanner does: types, and Enter at the end."""
    page.keyboard.type(CARD.format(number=number))
    page.keyboard.press("Enter")


def test_a_dossier_in_twelve_keys_besides_letters_and_scan(open_page, site):
    page = open_page("khang")
    printed = []
    page.expose_function("printed", lambda: printed.append(1))
    page.add_init_script("window.print = () => window.printed()")
    page.goto("/ho-so/")
    keys = []

    def press(key):
        keys.append(key)
        page.keyboard.press(key)

    press("n")
    page.wait_for_url("**/quay/")
    expect(page.locator("#q-find")).to_be_focused()
    page.keyboard.type("lam giay khai sinh")
    expect(page.get_by_role("option").first).to_contain_text("Đăng ký khai sinh")
    press("ArrowDown")
    press("ArrowUp")
    press("Enter")
    expect(page.locator("#q-who")).to_be_focused()
    expect(page.locator(".promise .due")).to_be_visible()
    scan(page, "000190011111")
    expect(page.locator("#q-all_parts")).to_be_focused()
    expect(page.locator("#q-name")).to_have_value("Nguyễn Thị Thử")
    press("Space")
    press("Control+Enter")
    page.wait_for_url(re.compile(r"/quay/[A-Za-z0-9]+/"))
    expect(page.locator("[data-receipt]")).to_be_visible()
    page.wait_for_function("document.querySelector('[data-receipt]').complete")
    page.wait_for_timeout(200)
    assert printed == [1], "the receipt goes to the printer by itself, once"
    assert len(keys) + keys.count("Control+Enter") <= MOST, keys
    press("n")
    page.wait_for_url("**/quay/")
    scan_again = page.locator("#q-find")
    expect(scan_again).to_be_focused()


def test_a_bad_scan_is_said_while_the_person_stands_there_and_the_next_one_counts(open_page):
    page = open_page("khang")
    choose(page)
    page.keyboard.type("000190022222||Nguyễn")
    page.keyboard.press("Enter")
    expect(page.locator("#q-who-loi")).to_contain_text("chỉ có một phần")
    expect(page.locator("#q-who")).to_be_focused()
    scan(page, "000190022222")
    expect(page.locator("#q-name")).to_have_value("Nguyễn Thị Thử")
    expect(page.locator("#q-who-loi")).to_have_count(0)


def test_what_was_typed_is_there_after_the_browser_was_closed(open_page):
    page = open_page("bao")
    choose(page)
    with page.expect_response(re.compile("/quay/nhap/$")):
        page.fill("#q-name", "Trần Thị Dở Dang")
    page.context.close()
    page = open_page("bao")
    page.goto("/quay/")
    page.get_by_role("link", name="Đăng ký khai sinh").first.click()
    expect(page.locator("#q-name")).to_have_value("Trần Thị Dở Dang")


def test_a_press_that_did_not_arrive_is_said_and_nothing_typed_is_lost(open_page):
    page = open_page("khang")
    choose(page)
    scan(page, "000190055555")
    expect(page.locator("#q-name")).to_have_value("Nguyễn Thị Thử")
    page.check("#q-all_parts")
    page.context.set_offline(True)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert").filter(has_text="mất kết nối với máy chủ")).to_be_visible()
    expect(page.locator("#q-name")).to_have_value("Nguyễn Thị Thử")
    page.context.set_offline(False)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/quay/[A-Za-z0-9]+/"))


def test_somebody_else_signed_in_on_the_same_computer_is_said(open_page):
    page = open_page("khang")
    choose(page)
    page.context.clear_cookies(name="csrftoken")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert").filter(has_text="đã có người đăng nhập lại")).to_be_visible()


def test_step_by_step_without_scripts(open_page):
    page = open_page("khang", script=False)
    take_in(page, "000190033333")
    expect(page.get_by_role("heading", name="Đã tiếp nhận")).to_be_visible()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_axe_finds_nothing_at_the_counter(open_page, size):
    page = open_page("khang", size=size)

    page.goto("/quay/")
    looks_right(page, "blank")
    page.fill("#q-find", "khai sinh")
    expect(page.get_by_role("option").first).to_be_visible()
    looks_right(page, "letters")
    page.get_by_role("option").first.click()
    expect(page.locator("#q-who")).to_be_focused()
    page.fill("#q-who", CARD.format(number=f"00019004444{size['width'] % 10}"))
    page.locator("#q-who").press("Enter")
    expect(page.locator("#q-all_parts")).to_be_focused()
    page.click("#q-save")
    expect(page.get_by_role("alert")).to_be_visible()
    looks_right(page, "refused")
    page.check("#q-all_parts")
    page.check("input[name=role][value=organisation]")
    expect(page.locator("#q-owner_name")).to_be_visible()
    looks_right(page, "organisation")
    page.check("input[name=role][value=self]")
    expect(page.locator("#q-owner_name")).to_have_count(0)
    page.check("#q-all_parts")
    page.click("#q-save")
    page.wait_for_url(re.compile(r"/quay/[A-Za-z0-9]+/"))
    looks_right(page, "receipt")
    page.goto("/quay/so/")
    looks_right(page, "book")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_fee_is_paid_with_the_dossier_and_axe_finds_nothing_where_money_is(open_page, size):
    page = open_page("khang", size=size)
    page.goto("/quay/")
    page.fill("#q-find", "chứng thực chữ ký")
    expect(page.get_by_role("option").first).to_contain_text("Chứng thực chữ ký")
    page.get_by_role("option").first.click()
    expect(page.locator("#q-who")).to_be_focused()
    page.fill("#q-who", CARD.format(number=f"00019006666{size['width'] % 10}"))
    page.locator("#q-who").press("Enter")
    expect(page.locator("#q-all_parts")).to_be_focused()
    page.check("#q-all_parts")
    looks_right(page, "a fee")
    page.click("#q-save")
    page.wait_for_url(re.compile(r"/quay/[A-Za-z0-9]+/"))
    expect(page.get_by_text("đã thu 10.000 đồng")).to_be_visible()
    page.keyboard.press("t")
    page.wait_for_url("**/quay/tien/**")
    page.get_by_text("Hoàn tiền hoặc hủy biên lai").click()
    for address in ("", "/quay/chot-tien/", "/ho-so/chua-nhan/", "/ho-so/buu-chinh/"):
        if address:
            page.goto(address)
        looks_right(page, address or "money")
