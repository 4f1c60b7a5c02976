"""Every screen: axe without a violation, at a desk and on a phone; print; letters of the font."""

import pytest

from tests.stories.conftest import DESK, PHONE, looks_right, violations

pytestmark = pytest.mark.story
SCREENS = (
    "/viec-cua-toi/",
    "/ke-hoach/",
    "/ke-hoach/nap/",
    "/ke-hoach/moi/",
    "/ke-hoach/2026/cchc/",
    "/ke-hoach/2026/cchc/toan-canh/",
    "/ke-hoach/2026/cchc/nhieu-viec/",
    "/ke-hoach/2026/cchc/da-lam/",
    "/ke-hoach/2026/cchc/khep-nam/",
    "/chi-dao/",
    "/chi-dao/moi/?ve=2026/cchc/II-1",
    "/viec/2026/chi-dao/1/",
    "/viec/2026/cchc/II-1/",
    "/giao-ban/?ve=2026/cchc/II-1",
    "/ban-giao/",
    "/nhac-viec/",
    "/ke-hoach/2026/cchc/?tinh-trang=late",
    "/ke-hoach/2026/cchc/?tim=khong-co-gi",
    "/tim/?q=ke+hoach",
    "/don-vi/",
    "/lich/",
    "/lich/?xem=tuan&ngay=2026-12-31&cua=ca-phuong",
    "/lich/?ngay=2026-12-01&cua=ca-phuong",
    "/ke-hoach/2026/cchc/tuong/",
    "/bo-loc/2026/cchc/?tinh-trang=late",
    "/don-vi/vh-xh/",
    "/don-vi/quan-su/",
    "/tim/?q=khongcogi",
    "/viec/2026/cchc/III-2/",
    "/viec/2026/cchc/VI-4/",
    "/kieu-dang/",
    "/khong-co/",
)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_axe_finds_nothing_and_nothing_sticks_out(open_page, size):
    page = open_page("hanh", size=size)
    for address in SCREENS:
        page.goto(address)
        looks_right(page, address)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_axe_finds_nothing_in_the_review(open_review, size):
    page = open_review(size=size)
    assert violations(page) == []
    page.keyboard.press("f")
    page.keyboard.press("e")
    assert violations(page) == []
    page.get_by_role("link", name="Sửa").first.click() if size is DESK else page.goto(page.url)
    assert violations(page) == []


def test_axe_finds_nothing_at_the_door(open_page):
    page = open_page()
    page.goto("/dang-nhap/")
    assert violations(page) == []
    page.fill("#id_user_name", "ai-do")
    page.fill("#id_password", "sai")
    page.click("button.go")
    page.wait_for_selector(".summary")
    assert violations(page) == []


def test_the_year_prints_whole_on_a3(open_page):
    page = open_page("tuan")
    page.goto("/ke-hoach/2026/cchc/")
    page.emulate_media(media="print")
    assert not page.locator("header.bar").is_visible() and not page.locator("form.filter").is_visible()
    assert page.locator("table.ribbon svg[role=img]").first.is_visible()
    paper = page.pdf(prefer_css_page_size=True, print_background=True)
    import pypdfium2

    sheets = pypdfium2.PdfDocument(paper)
    width, height = sheets[0].get_size()
    assert round(width) == 1191 and round(height) == 842, "A3 landscape"
    assert len(sheets) == 2, "the whole year on two sheets"
    for sheet in sheets:
        text = "".join(sheet.get_textpage().get_text_range().split())
        assert "Nhiệmvụ" in text and "Chủtrì" in text, "the head of the table on each"


def test_the_font_has_every_vietnamese_letter(open_page):
    page = open_page("hanh")
    page.goto("/kieu-dang/")
    missing = page.evaluate(
        """async () => {
          await Promise.all([400, 600, 700].map((w) => document.fonts.load(`${w} 20px "Be Vietnam Pro"`, "ế")));
          const pen = document.createElement("canvas").getContext("2d");
          const letters = "aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ";
          const all = [...letters, ...letters.toUpperCase(), ..."0123456789≤≥–—…“”·"];
          const width = (w, fall, c) => { pen.font = `${w} 40px "Be Vietnam Pro", ${fall}`; return pen.measureText(c).width; };
          return [400, 600, 700].flatMap((w) => all.filter((c) => width(w, "monospace", c) !== width(w, "serif", c)).map((c) => `${w} ${c}`));
        }"""
    )
    assert missing == []


def test_the_ribbons_transfer_is_under_120_kilobytes(browser, site):
    context = browser.new_context(viewport=DESK, base_url=site.address)
    page = context.new_page()
    page.goto("/dang-nhap/")
    page.fill("#id_user_name", "hanh")
    page.fill("#id_password", "caicach-demo")
    page.click("button.go")
    page.wait_for_url("**/cchc/")
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sizes = {}
    kinds = {}
    session.on("Network.responseReceived", lambda e: kinds.__setitem__(e["requestId"], e["type"]))
    session.on("Network.loadingFinished", lambda e: sizes.__setitem__(e["requestId"], e["encodedDataLength"]))
    page.goto("/ke-hoach/2026/cchc/")
    page.wait_for_load_state("networkidle")
    total = sum(size for key, size in sizes.items() if kinds.get(key) != "Font")
    context.close()
    assert 5_000 < total < 120_000, total


def test_no_word_of_the_browser_stands_on_a_file_field(open_page):
    page = open_page("hanh")
    for address in ("/kieu-dang/", "/ke-hoach/nap/", "/viec/2026/cchc/VI-1/"):
        page.goto(address)
        for box in page.locator("input[type=file]").all():
            assert box.evaluate("e => getComputedStyle(e).opacity") == "0", address
    page.goto("/kieu-dang/")
    assert "Đảm bảo giá trị" not in page.content()
    plain = open_page("hanh", script=False)
    plain.goto("/kieu-dang/")
    assert plain.locator("#good_file").evaluate("e => getComputedStyle(e).opacity") == "1"
