"""A citizen at home: from the receipt to the answer, on a cheap phone without scripts; axe."""

import re

import pytest
from playwright.sync_api import expect

from tests.stories.conftest import DESK, PHONE, looks_right
from tests.stories.test_counter import take_in

pytestmark = pytest.mark.story


@pytest.fixture
def receipt(open_page):
    """(the dossier's number, the address that its receipt's QR code says), just taken in at the counter."""
    page = open_page("khang", script=False)
    take_in(page, "000190055555")
    address = page.get_by_role("link", name="Trang tra cứu của hồ sơ này").get_attribute("href")
    return page.locator(".facts dd b").first.inner_text(), address


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_from_the_receipt_to_the_answer(open_page, receipt, size):
    number, address = receipt
    page = open_page(size=size, script=False)
    sent = []
    page.on("response", lambda one: sent.append(one))
    answer = page.goto(address)
    assert answer.status == 200
    expect(page.locator(".promise b")).to_contain_text("Hẹn trả")
    box = page.locator(".promise").bounding_box()
    assert box["y"] + box["height"] < size["height"] * 0.6, "the answer is there without a scroll"
    assert sum(len(one.body()) for one in sent if one.ok) < 40 * 1024, [one.url for one in sent]
    page.get_by_text("Ngày hẹn được tính thế nào").click()
    expect(page.get_by_text(re.compile(r"^Nhận \d\d:\d\d"))).to_be_visible()
    page.get_by_text("Ai đã xem hồ sơ của tôi").click()
    expect(page.locator(".looks li")).to_contain_text("mở hồ sơ")

    page.goto("/tra-cuu/")
    page.get_by_label("Số hồ sơ").fill(number)
    page.get_by_label("Mã tra cứu").fill("ABCDEFGH")
    page.get_by_role("button", name="Xem hồ sơ").click()
    expect(page.get_by_role("alert")).to_contain_text("không khớp")
    expect(page.get_by_label("Số hồ sơ")).to_have_value(number)
    page.get_by_label("Mã tra cứu").fill(address.split("/")[2].lower())
    page.get_by_role("button", name="Xem hồ sơ").click()
    page.wait_for_url(re.compile(f"{address}\\?so="))
    expect(page.locator(".over")).to_contain_text(number)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing(open_page, receipt, size):
    page = open_page(size=size)
    for where in (receipt[1], "/tra-cuu/", "/rieng-tu/"):
        page.goto(where)
        looks_right(page, where)
