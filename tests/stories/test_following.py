"""Through the year, as people do it: a head asks for time, a leader decides and directs, an officer answers on a phone."""

import re

import pytest
from playwright.sync_api import expect

from tests.stories.conftest import PHONE

pytestmark = pytest.mark.story
II_2 = "/viec/2026/cchc/II-2/"


def nothing_sticks_out(page):
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_directive_goes_from_the_meeting_to_done(open_page):
    leader = open_page("tuan")
    leader.goto("/giao-ban/")
    assert "Trễ hạn" in leader.inner_text("main")
    leader.get_by_label("Kết luận", exact=True).fill("Lập tổ trực đường dây nóng cuối năm")
    leader.get_by_label("TT PVHCC").check()
    leader.get_by_role("button", name="Giao ngay").click()
    leader.wait_for_selector("text=Đã giao: Lập tổ trực")
    with leader.expect_download() as saved:
        leader.get_by_role("link", name=re.compile("Dự thảo kết luận")).click()
    assert saved.value.suggested_filename == "ket-luan-giao-ban-2026-11-23.docx"

    officer = open_page("khang", size=PHONE)
    officer.goto("/viec-cua-toi/")
    row = officer.locator(".work li", has_text="Lập tổ trực")
    nothing_sticks_out(officer)
    row.get_by_role("button", name="Đã nhận việc").click()
    officer.wait_for_selector("text=Đã nhận việc.")
    nothing_sticks_out(officer)
    officer.set_input_files(
        "#san-pham-file", {"name": "ảnh tổ trực.png", "mimeType": "image/png", "buffer": one_pixel()}
    )
    officer.locator("#nop").get_by_role("button", name="Nộp sản phẩm").click()
    officer.wait_for_selector("text=Người điều phối sẽ duyệt")
    officer.get_by_text("Xem tại đây").click()
    expect(officer.locator(".look img")).to_be_visible()

    hanh = open_page("hanh")
    hanh.goto("/chi-dao/")
    hanh.get_by_role("link", name="Lập tổ trực đường dây nóng cuối năm").click()
    hanh.get_by_role("button", name="Duyệt", exact=True).click()
    hanh.wait_for_selector("text=Đã duyệt.")
    assert "Xong" in hanh.inner_text(".big-chip")
    hanh.get_by_role("button", name=re.compile("Hoàn tác: duyệt")).click()
    hanh.wait_for_selector("text=Đã hoàn tác")
    assert "Chờ duyệt" in hanh.inner_text(".big-chip")


def test_a_head_asks_for_time_and_the_leader_gives_less(open_page):
    head = open_page("viet")
    head.goto("/viec/2026/chi-dao/2/")
    head.get_by_text("Xin gia hạn", exact=True).click()
    head.locator("#gia-han-until").fill("20/12/2026")
    head.locator("#gia-han-reason").fill("Chờ tỉnh")
    head.get_by_role("button", name="Gửi đề nghị").first.click()
    head.wait_for_selector("text=Đã gửi đề nghị gia hạn")
    leader = open_page("tuan")
    leader.goto("/viec-cua-toi/")
    leader.get_by_role("link", name="Chỉ đạo số 2 đến 20/12/2026", exact=True).click()
    leader.get_by_label("Cho đến").fill("10/12/2026")
    leader.get_by_role("button", name="Cho gia hạn").click()
    leader.wait_for_selector("text=Đã cho gia hạn")
    assert "Còn 17 ngày" in leader.inner_text(".big-chip") and "22/11/2026" in leader.inner_text("main")
    head.goto("/viec-cua-toi/")
    assert "cho gia hạn" in head.inner_text("#moi")


@pytest.mark.both
def test_the_second_of_two_is_told_and_loses_nothing(open_page):
    first, second = open_page("khang"), open_page("viet")
    for page in (first, second):
        page.goto(II_2)
    first.locator("#tien-do-word").fill("Đã gửi bản thảo cho các khu phố")
    first.locator("#ghi").get_by_role("button").click()
    first.wait_for_selector("text=Đã ghi tiến độ")
    second.locator("#tien-do-word").fill("Sẽ gửi bản thảo vào thứ Sáu")
    second.locator("#ghi").get_by_role("button").click()
    second.wait_for_selector("text=vừa làm việc khác ở nhiệm vụ này")
    assert "Đã gửi bản thảo" in second.inner_text("[role=alert]")
    assert second.locator("#tien-do-word").input_value() == "Sẽ gửi bản thảo vào thứ Sáu"
    second.locator("#ghi").get_by_role("button").click()
    second.wait_for_selector("text=Đã ghi tiến độ")


def test_a_double_click_reports_once(open_page):
    page = open_page("khang")
    page.goto("/viec/2026/cchc/II-3/")
    page.locator("#tien-do-word").fill("Bấm hai lần")
    page.locator("#ghi").get_by_role("button").dblclick()
    page.wait_for_selector("text=Đã ghi tiến độ")
    page.goto("/viec/2026/cchc/II-3/")
    assert page.locator(".steps p", has_text="Bấm hai lần").count() == 1


def test_steps_and_names_by_keyboard(open_page):
    page = open_page("khang")
    page.goto("/viec/2026/cchc/II-4/")
    page.locator("#buoc-words").fill("Chụp ảnh bảng niêm yết")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Đã thêm bước")
    page.get_by_role("button", name="Xong: Chụp ảnh bảng niêm yết").press("Enter")
    page.wait_for_selector("text=1/1")
    area = page.locator("#trao-doi-words")
    area.click()
    page.keyboard.type("Nhờ @tran quoc")
    expect(page.locator(".names button")).to_have_text(["Trần Quốc Việt"])
    page.keyboard.press("Enter")
    assert area.input_value() == "Nhờ @Trần Quốc Việt "
    page.keyboard.type("xem giúp")
    page.get_by_role("button", name="Gửi", exact=True).click()
    page.wait_for_selector("text=Đã gửi.")
    head = open_page("viet")
    head.goto("/viec-cua-toi/")
    assert "nhắc đến anh/chị" in head.inner_text("#moi")


def test_many_are_chosen_with_shift_and_reminded(open_page):
    page = open_page("hanh")
    page.goto("/ke-hoach/2026/cchc/?muc=IV")
    page.get_by_role("link", name="Làm với nhiều việc").click()
    boxes = page.locator("input[name=task]")
    boxes.nth(0).click()
    boxes.nth(2).click(modifiers=["Shift"])
    expect(page.locator("[data-count]")).to_contain_text("Đã chọn 3")
    page.get_by_label("Lời nhắc").fill("Gửi trước thứ Sáu")
    page.get_by_role("button", name="Nhắc các việc đã chọn").click()
    page.wait_for_selector("text=Đã nhắc 3 việc")


def test_a_whole_day_without_scripts(open_page):
    """The pages work where nothing of ours runs: an old phone, a blocked script."""
    page = open_page("khang", size=PHONE, script=False)
    page.goto("/viec/2026/cchc/II-6/")
    page.locator("#tien-do-word").fill("Không có mã chạy")
    page.locator("#ghi").get_by_role("button").click()
    assert "Đã ghi tiến độ" in page.inner_text("main")
    page.get_by_role("button", name=re.compile("Hoàn tác")).click()
    assert "Đã hoàn tác" in page.inner_text("main")
    page.locator("summary", has_text="Đang chờ nơi khác").click()
    page.get_by_label("Đang chờ ai").fill("Sở Nội vụ")
    page.get_by_role("button", name="Ghi là đang chờ").click()
    assert "Đang chờ Sở Nội vụ" in page.inner_text("main")


def test_a_paper_of_one_page_has_no_next_one(open_page):
    page = open_page("khang")
    for pages, number in ((1, "VI-5"), (2, "VI-6")):
        page.goto(f"/viec/2026/cchc/{number}/")
        page.locator("#nop input[type=file]").set_input_files(
            {"name": f"{pages}.pdf", "mimeType": "application/pdf", "buffer": pdf(pages)}
        )
        page.locator("#nop").get_by_role("button").last.click()
        page.wait_for_selector("details.look")
        with page.expect_response(lambda answer: answer.request.method == "HEAD"):
            page.locator("details.look summary").last.click()
        button = page.locator("details.look").last.get_by_role("button", name="Trang sau")
        if pages == 1:
            expect(button).to_be_hidden()
        else:
            button.click()
            expect(page.locator("details.look").last.locator("img")).to_have_count(2)
            expect(button).to_be_hidden()


def pdf(pages):
    import io

    from PIL import Image

    out = io.BytesIO()
    first, *more = [Image.new("RGB", (60, 80), "white") for _ in range(pages)]
    first.save(out, "PDF", save_all=True, append_images=more)
    return out.getvalue()


def one_pixel():
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (4, 4), "#0f6b66").save(out, "PNG")
    return out.getvalue()
