"""The review by keyboard, two people at once, a closed browser, and reading without scripts."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.factories.rooms import PLAN_TEXT
from tests.stories.conftest import PHONE

pytestmark = pytest.mark.story


@pytest.fixture
def review(open_review):
    return open_review()


def cell(page, words, field):
    return page.locator(".line", has_text=words).locator(f"[data-cell={field}]")


def all_saved(page):
    """The server has answered whatever was sent from this page, and nothing waits to be sent again."""
    expect(page.locator(".is-saving, .is-stuck")).to_have_count(0)


def show(page, name):
    """Choose what the list shows. Without scripts that is a new page, and it has come."""
    page.locator(f"[data-filter={name}]").click()
    expect(page.locator(f"[data-filter={name}]")).to_have_attribute("aria-current", "true")


def test_a_clerk_reviews_by_keyboard_alone(review):
    page = review
    page.keyboard.press("f")
    assert "phường Bến Thử ban hành" in page.evaluate("document.activeElement.innerText"), "the wrong ward"
    page.keyboard.press("f")
    assert "thiếu ngày" in page.evaluate("document.activeElement.innerText"), "the finding, not its cell"
    assert "Trả lời kiến nghị" in page.locator(".line.is-chosen").inner_text()
    assert page.locator(".lines .hit").count() == 1
    page.keyboard.press("e")
    page.keyboard.press("Control+a")
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
    page.keyboard.press("Control+a")
    page.keyboard.type("Công an")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.keyboard.press("Tab")
    expect(page.locator("[data-saved]")).to_contain_text("Đã lưu")
    assert page.evaluate("document.activeElement.dataset.cell") == "due"
    all_saved(page)
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
    all_saved(page)
    page.reload()
    assert cell(page, "Lập danh mục văn bản", "leads").inner_text() == before


def test_nothing_typed_is_lost_when_the_browser_closes(review):
    page = review
    cell(page, "Đo thời gian chờ", "due").dblclick()
    page.keyboard.press("Control+a")
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
    page.keyboard.press("Control+a")
    page.keyboard.type("Công an phường")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Chưa lưu được lên máy chủ")
    page.context.set_offline(False)
    page.reload()
    all_saved(page)
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
        page.keyboard.press("Control+a")
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
    page.wait_for_url(re.compile(r"/ke-hoach/nap/.+"))
    until = time.monotonic() + 60
    while not page.locator("#review").count() and time.monotonic() < until:
        with page.expect_navigation():  # never look at the page that is about to go
            page.get_by_role("link", name="Xem đã xong chưa").click()
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
    address = page.url
    page.goto("/ke-hoach/")
    assert "hong.pdf" in page.locator("h2:text-is('Không đọc được') + ul").inner_text(), (
        "apart from the drafts"
    )
    page.goto(address)
    page.get_by_role("button", name="Bỏ").click()
    page.wait_for_url("**/ke-hoach/")


def test_the_review_fits_a_phone(open_review):
    page = open_review(size=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_letter_typed_into_a_cell_is_typed_and_never_a_command(review):
    page = review
    seen = page.locator("[data-filter=seen] .count").inner_text()
    page.keyboard.press("f")
    cell(page, "Trả lời kiến nghị", "leads").click()
    page.keyboard.type("y, Phòng tuyển quân")
    assert page.locator(".cell textarea").input_value() == "Văn phòng HĐND và UBNDy, Phòng tuyển quân"
    page.keyboard.press("Enter")
    expect(page.locator("[data-saved]")).to_contain_text("Đã lưu")
    assert (
        cell(page, "Trả lời kiến nghị", "leads").inner_text() == "Văn phòng HĐND và UBNDy, Phòng tuyển quân"
    )
    assert page.locator("[data-filter=seen] .count").inner_text() == seen, "no suggestion was accepted"
    expect(page.locator("[data-undo]")).to_be_enabled()


def test_an_input_method_never_gives_a_command(review):
    page = review
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    left = page.locator("#todo-h .count").inner_text()
    page.keyboard.press("f")
    for facts in (
        "{key: 'y', keyCode: 229}",
        "{key: 'y', isComposing: true}",
        "{key: 'Process', keyCode: 229}",
    ):
        page.evaluate(
            f"document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {{...{facts}, bubbles: true}}))"
        )
    cell(page, "Lập danh mục văn bản", "leads").click()
    page.evaluate(
        "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: 'Process', keyCode: 229, bubbles: true}))"
    )
    assert page.locator(".cell textarea").count() == 1, "what is composed falls into the cell"
    assert page.locator("#todo-h .count").inner_text() == left and not sent, "a command is sent to the server"


def test_f_walks_the_whole_list_and_y_accepts_what_is_in_focus(review):
    page = review
    where = "(document.activeElement.dataset.finding ?? document.activeElement.dataset.todo)"
    wanted = page.locator("[data-todo].is-open").evaluate_all("all => all.map((one) => one.dataset.todo)")
    seen = []
    for _ in range(40):
        page.keyboard.press("f")
        number = page.evaluate(where)
        if seen and number == wanted[0] and seen[-1] != number:
            break
        if not seen or seen[-1] != number:
            seen.append(number)
        box = page.evaluate("document.activeElement.getBoundingClientRect().toJSON()")
        assert 0 <= box["top"] < 768, "in view"
    assert seen == wanted
    page.reload()
    page.keyboard.press("f")
    while "thiếu ngày" not in page.evaluate("document.activeElement.innerText"):
        page.keyboard.press("f")
    page.keyboard.press("y")
    expect(page.locator("[data-undo]")).to_be_enabled()
    assert len(wanted) - 1 == page.locator("[data-todo].is-open").count()
    assert page.evaluate("document.activeElement.dataset.cell") is None, (
        "a further letter isn't typed anywhere"
    )
    page.keyboard.press("y")
    expect(page.locator("[data-saved]")).to_contain_text("Hãy bấm F")


def test_every_place_of_a_finding_is_visited(open_review, tmp_path):
    early = (
        PLAN_TEXT.format(year=2026).replace("31/3/2026", "03/01/2026").replace("Quý II/2026", "02/01/2026")
    )
    path = tmp_path / "ke-hoach.txt"
    path.write_text(early)
    page = open_review(path)
    rows = page.locator("[data-finding]").evaluate_all("all => all.map((one) => one.dataset.finding)")
    several = next(number for number in rows if rows.count(number) > 1)
    lines = set()
    for _ in range(len(rows) + 5):
        page.keyboard.press("f")
        if page.evaluate("document.activeElement.dataset.finding") == several:
            lines.add(page.evaluate("document.activeElement.closest('.line').id"))
    assert len(lines) == rows.count(several)


def test_a_missing_reason_is_said_beside_its_field(review):
    page = review
    form = page.locator(".hint-row form.aside").first
    form.get_by_role("button", name="Để lại").click()
    assert "lý do" in form.locator(".wrong").inner_text()
    reason = form.locator("input[name=reason]")
    assert reason.get_attribute("aria-invalid") == "true" and reason.evaluate(
        "e => e === document.activeElement"
    )


def test_messages_stand_where_one_works(review):
    page = review
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.keyboard.press("y")
    box = page.locator("[data-saved]").bounding_box()
    assert 0 < box["y"] < 768 - 20


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_the_list_shows_what_is_open_with_counts(open_page, site, plan_file, script):
    number, address = site.new_review(plan_file)
    user = f"hanh{number}"
    page = open_page(user)
    page.goto(address)
    page.wait_for_selector("#review.is-live")
    page.locator("form.aside").first.locator("input[name=reason]").fill("đã hỏi")
    page.locator("form.aside").first.get_by_role("button", name="Để lại").click()
    expect(page.locator("[data-filter=seen] .count")).to_have_text("1")
    page = page if script else open_page(user, script=False)
    page.goto(address)
    shown = page.locator("[data-todo]:visible")
    assert shown.count() == int(page.locator("[data-filter=open] .count").inner_text())
    assert page.locator("[data-todo].is-aside:visible").count() == 0
    show(page, "seen")
    assert page.locator("[data-todo]:visible").count() == 1 and page.locator(".is-aside:visible").count() == 1
    show(page, "error")
    assert page.locator("[data-todo]:visible").count() == int(
        page.locator("[data-filter=error] .count").inner_text()
    )


def test_on_a_phone_the_annex_comes_before_the_list(open_review):
    page = open_review(size=PHONE)
    assert not page.locator("[data-todo]").first.is_visible()
    assert re.fullmatch(r"Cần xem: \d+", page.locator("#todo-h").inner_text())
    assert page.locator(".line").first.bounding_box()["y"] < 844
    cell(page, "Lập danh mục văn bản", "content").click()
    assert "Lập danh mục văn bản" in page.locator(".line.is-chosen .from").inner_text(), "its source under it"
    page.locator("#todo-h").click()
    assert page.locator("[data-todo]").first.is_visible()


def test_the_table_is_dense_and_its_columns_wide(review):
    page = review
    widths = {f: cell(page, "Đo thời gian chờ", f).bounding_box()["width"] for f in ("leads", "due")}
    assert widths["leads"] > 170 and widths["due"] > 120, widths
    heights = page.locator(".line > tr:first-child").evaluate_all("all => all.map((row) => row.offsetHeight)")
    assert max(heights) < 90, heights


def test_the_list_names_a_draft_by_its_head_not_its_file(review):
    page = review
    page.goto("/ke-hoach/")
    words = page.locator("h2:text-is('Đang xem lại') + ul li").inner_text()
    for part in ("7/KH-UBND", "05/01/2026", "năm 2026", "Chờ xem lại"):
        assert part in words, words
    assert "ke-hoach.txt" not in page.locator("h2:text-is('Đang xem lại') + ul b").inner_text()


def test_typing_goes_on_while_the_server_is_slow(review):
    """Answers come a second late: a cell, the next cell, the first again and Escape; all is as it was typed."""
    page = review
    page.evaluate(
        "() => { const go = window.fetch; window.fetch = async (...a) => { const r = await go(...a); await new Promise((d) => setTimeout(d, 900)); return r; }; }"
    )
    leads = cell(page, "Lập danh mục văn bản", "leads")
    leads.dblclick()
    page.keyboard.press("Control+a")
    page.keyboard.type("Công an")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+a")
    page.keyboard.type(
        "Trưởng các khu phố", delay=90
    )  # the answer for the cell before comes in the middle of it
    page.keyboard.press("Enter")
    cell(page, "Lập danh mục văn bản", "leads").dblclick()
    page.keyboard.press("Control+a")
    page.keyboard.type("Công an xã", delay=90)
    page.wait_for_timeout(900)  # the autosave is under way
    page.keyboard.press("Escape")
    expect(page.locator(".is-saving")).to_have_count(0)
    expect(page.locator("[data-saved]")).not_to_contain_text("người khác")
    for _ in range(50):
        text = page.request.get(page.url).text()
        if "Công an xã" not in text and "Trưởng các khu phố" in text:
            break
        page.wait_for_timeout(100)
    page.reload()
    assert cell(page, "Lập danh mục văn bản", "leads").inner_text() == "Công an"
    assert cell(page, "Lập danh mục văn bản", "coordinators").inner_text() == "Trưởng các khu phố"


def test_nothing_moves_under_a_pressed_mouse(review):
    """A chosen row shows all its words, another is cut short: neither may change between press and release."""
    page = review
    cell(page, "Trả lời kiến nghị", "content").dblclick()
    page.keyboard.press("End")
    page.keyboard.type(" và nhiều chữ nữa cho đủ dài" * 12)
    page.keyboard.press("Enter")
    all_saved(page)
    cell(page, "Lập danh mục văn bản", "content").click()
    button = page.locator(".line", has_text="Trả lời kiến nghị").locator(".hint-row .aside button").first
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.wait_for_timeout(150)
    assert abs(button.bounding_box()["y"] - box["y"]) < 1
    page.mouse.up()
    expect(page.locator("#reason-wrong")).to_be_visible()


def test_a_click_reaches_its_button_while_a_cell_is_open(review):
    page = review
    cell(page, "Lập danh mục văn bản", "leads").dblclick()
    expect(page.locator(".cell textarea")).to_be_focused()
    page.keyboard.type(" và Công an")
    rows = page.locator(".line").count()
    page.locator("tbody.more button").last.click()
    expect(page.locator(".line")).to_have_count(rows + 1)
    expect(page.locator("table.grid")).to_contain_text("và Công an")


def test_a_form_waits_for_the_cell_that_was_open(review):
    """The save of a cell is on its way while the next page is made: that page shows the cell as it was typed."""
    page = review
    page.evaluate(
        "() => { const go = window.fetch; window.fetch = async (...a) => { await new Promise((d) => setTimeout(d, 300)); return go(...a); }; }"
    )

    def made_at_once_and_slowly_sent(route):
        answer = route.fetch()
        time.sleep(0.9)
        route.fulfill(response=answer)

    adding = page.locator("tbody.more form").last
    page.route(f"**{adding.get_attribute('action')}", made_at_once_and_slowly_sent)
    cell(page, "Lập danh mục văn bản", "leads").dblclick()
    page.keyboard.type(" và Công an")
    rows = page.locator(".line").count()
    adding.locator("button").click()
    expect(page.locator(".line")).to_have_count(rows + 1)
    expect(page.locator("table.grid")).to_contain_text("và Công an")


@pytest.mark.parametrize("fault", ["somebody else", "server away"])
def test_a_plan_never_takes_effect_without_what_was_just_typed(review, fault):
    page, sent = review, []
    page.on("request", lambda request: sent.append(request.url) if "thuc-hien" in request.url else None)
    leads = cell(page, "Lập danh mục văn bản", "leads")
    if fault == "somebody else":
        other = page.context.new_page()
        other.goto(page.url)
        cell(other, "Lập danh mục văn bản", "leads").dblclick()
        other.keyboard.type(" và Công an")
        other.keyboard.press("Enter")
        all_saved(other)
        other.close()
    else:
        page.route("**/o/", lambda route: route.fulfill(status=503, body="bảo trì"))
    leads.dblclick()
    page.keyboard.type(" và Quân sự")
    page.get_by_role("button", name="Đưa vào thực hiện").click()
    expect(page.locator("[data-saved]")).to_contain_text(
        "Quân sự" if fault == "somebody else" else "Chưa lưu được"
    )
    page.wait_for_timeout(300)
    page.get_by_role("button", name="Đưa vào thực hiện").click()
    expect(page.locator("[data-saved]")).to_contain_text("chưa lưu được")
    assert not sent
    # Esc takes the server's words, and the way is free again
    page.unroute("**/o/")
    leads.dblclick()
    expect(page.locator(".cell textarea")).to_be_focused()
    page.keyboard.press("Escape")
    all_saved(page)
    with page.expect_request("**/thuc-hien/"):
        page.get_by_role("button", name="Đưa vào thực hiện").click()


def test_a_new_row_waits_for_its_words(review):
    page = review
    page.locator("tbody.more button").last.click()
    page.wait_for_url("**sua=**")
    expect(page.locator(".line-form textarea[name=content]")).to_be_focused()
    page.keyboard.type("UBND họp mặt")
    assert page.locator(".line-form textarea[name=content]").input_value() == "UBND họp mặt"


def test_e_opens_the_cell_that_the_finding_is_about(review):
    page = review
    row = page.locator(".line", has_text="Trả lời kiến nghị")
    cell(page, "Trả lời kiến nghị", "leads").dblclick()
    page.keyboard.press("Control+a")
    page.keyboard.type("Văn phòng HĐND và UBNDu")
    page.keyboard.press("Enter")
    expect(row.locator(".cell.is-odd")).to_have_count(2)
    all_saved(page)
    row.locator(".hint-row", has_text="thiếu ngày").focus()
    page.keyboard.press("e")
    assert page.evaluate("document.activeElement.closest('[data-cell]').dataset.cell") == "due"


def test_select_all_in_a_chosen_cell_replaces_its_text(review):
    page = review
    cell(page, "Đo thời gian chờ", "due").click()
    page.keyboard.press("Control+a")
    page.keyboard.type("Tháng 9/2026")
    page.keyboard.press("Enter")
    all_saved(page)
    assert cell(page, "Đo thời gian chờ", "due").locator(".text").inner_text() == "Tháng 9/2026"


def test_escape_once_gives_the_letters_back(review):
    page = review
    cell(page, "Đo thời gian chờ", "leads").dblclick()
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    assert page.evaluate("document.activeElement.matches('[data-finding], [data-todo]')")
    assert page.locator(".cell textarea").count() == 0


def test_half_a_reason_outlives_the_browser_and_other_presses(review):
    page = review
    finding = page.locator(".hint-row.is-late").first
    finding.locator("input[name=reason]").fill("Chờ tỉnh hướng dẫn")
    title = page.locator("input[name=title][placeholder]")
    title.fill("Mục thêm")
    address, context = page.url, page.context
    page.close(run_before_unload=True)
    again = context.new_page()
    again.goto(address)
    assert again.locator(".hint-row.is-late input[name=reason]").first.input_value() == "Chờ tỉnh hướng dẫn"
    assert again.locator("input[name=title][placeholder]").input_value() == "Mục thêm"
    other = again.locator("[data-todo].is-open", has_text="ban hành, còn đây là").locator(".aside")
    other.locator("input[name=reason]").fill("Để thử")
    other.locator("button").click()
    expect(again.locator("[data-saved]")).to_contain_text("Đã ghi")
    assert again.locator(".hint-row.is-late input[name=reason]").first.input_value() == "Chờ tỉnh hướng dẫn"
    again.locator("input[name=title][placeholder]").press("Enter")
    expect(again.locator("table.grid")).to_contain_text("Mục thêm")
    assert again.locator("input[name=title][placeholder]").input_value() == ""
    again.locator(".hint-row.is-late .aside button").first.click()
    expect(again.locator("[data-saved]")).to_contain_text("Đã ghi")
    again.reload()
    assert again.locator("input[name=title][placeholder]").input_value() == ""


def test_what_was_sent_into_the_void_is_still_there(review):
    """The server was away when the title was sent: the page that follows is none of ours."""
    page = review
    page.locator("details.section-edit summary").first.click()
    title = page.locator("details.section-edit input[name=title]").first
    title.fill("Tên mục gõ lúc mất mạng")
    address = page.url
    page.route("**/o/", lambda route: route.abort())
    title.press("Enter")
    page.wait_for_timeout(300)
    page.unroute("**/o/")
    page.goto("about:blank")
    page.goto(address)
    assert (
        page.locator("details.section-edit input[name=title]").first.input_value()
        == "Tên mục gõ lúc mất mạng"
    )
    page.locator("details.section-edit input[name=title]").first.press("Enter")
    expect(page.locator("table.grid")).to_contain_text("Tên mục gõ lúc mất mạng")
    page.goto(address)
    assert page.locator("details.section-edit[open]").count() == 0, (
        "the server has it: nothing is kept any more"
    )


def test_on_a_phone_a_second_tap_meets_the_same_cell(open_review):
    page = open_review(size=PHONE)
    rows = page.locator(".line")
    rows.nth(0).locator("[data-cell=content]").click()
    wanted = rows.nth(1).locator("[data-cell=content]")
    wanted.scroll_into_view_if_needed()
    box = wanted.bounding_box()
    page.mouse.dblclick(box["x"] + 20, box["y"] + 10)
    page.wait_for_timeout(200)
    assert page.evaluate("document.activeElement.closest('[data-cell]')?.dataset.cell") == "content"
    assert page.evaluate("document.activeElement.closest('.line')?.id") == rows.nth(1).get_attribute("id")
