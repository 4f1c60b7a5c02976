"""A leader signs on a phone, by thumb and by keyboard; a head apologises on the morning it is due; axe."""

import re

import pytest
from playwright.sync_api import expect

from tests.stories.conftest import DESK, PHONE, looks_right

pytestmark = pytest.mark.story
_DOSSIERS = """
import datetime as dt
from caicach.accounts.models import Person
from caicach.citizens.services import Facts
from caicach.core import clock
from caicach.counter import services
from caicach.counter.models import Desk
from caicach.desk import demo
from caicach.dossiers import moves
from caicach.dossiers.models import Dossier
from caicach.dossiers.moves import Mover, Told
from caicach.procedures import services as procedures
from caicach.rules.procedures import Span
ward = demo.make(today=clock.today(), with_plan=False)
of = {one: Person.objects.get(user_name=f"{one}{ward.pk}") for one in ("khang", "tuan", "viet", "bao")}
place = ward.offices.get(short_name="TT PVHCC")
Desk.objects.create(ward=ward, unit="H01.31.05", document="15/QĐ-UBND")
names = {"9.000001": "Đăng ký khai sinh thử", "9.000002": "Xác nhận tình trạng hôn nhân thử"}
procedures.publish(
    ward=ward.pk, decision=procedures.Decision("12/QĐ-UBND"), valid_from=dt.date(2025, 7, 1), by=None, at=clock.now(), today=clock.today(),
    brings=[procedures.Entry(code, name, law=Span("working-day", 5), fee_status="free", system="own",
        steps=(procedures.Step("Thẩm tra", 60, place.pk), procedures.Step("Ký", 40))) for code, name in names.items()],
)
# late, due today (to be told today), to be told today, begun
for n, (days, who) in enumerate((days, who) for days in (12, 7, 6, 1) for who in ("Nguyễn Thị Lan", "Trần Văn Mẫu")):
    at = clock.now() - dt.timedelta(days=days)
    made = services.accept(
        services.Asked(list(names)[n % 2], services.Person(Facts(who))),
        ward=ward.pk, token=f"phieuky{n:06}", by=of["khang"].pk, at=at,
    )
    made.refresh_from_db()
    if n % 2:
        moves.move(made, "hand-over", Told(person=of["tuan"].pk), by=Mover(of["khang"].pk, place.pk), at=clock.now())
    elif n == 4:
        moves.move(made, "hand-over", Told(person=of["bao"].pk), by=Mover(of["khang"].pk, place.pk), at=clock.now())
of["bao"].posts.update(until=clock.today() - dt.timedelta(days=1))
print(ward.pk)
"""


@pytest.fixture
def ward(site):
    return site.inside(_DOSSIERS).strip()


def no_wider_than(page, size):
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], page.url


def test_the_chairman_signs_on_a_phone_with_a_thumb(open_page, ward):
    page = open_page(f"tuan{ward}", size=PHONE)
    page.goto("/ho-so/ky/")
    lines = page.locator(".each > li")
    expect(lines).to_have_count(4)
    no_wider_than(page, PHONE)
    for n in (0, 1):
        box = lines.nth(n).locator(".tick").bounding_box()
        assert box["height"] >= 44 and box["width"] > 250, "the whole line is a target"
        lines.nth(n).locator(".tick").click()
    expect(page.locator("[data-count]")).to_have_text("Đã chọn 2 trên 4")
    bar = page.locator(".sign-bar").bounding_box()
    assert bar["y"] + bar["height"] <= PHONE["height"] + 1, "the button is where the thumb is"
    looks_right(page, page.url)
    page.get_by_role("button", name="Ký kết quả").click()
    expect(page.get_by_role("alert")).to_contain_text("Hãy chọn kết quả")
    expect(page.locator(".each input:checked")).to_have_count(2)
    page.get_by_role("combobox", name="Kết quả").select_option(label="Giải quyết")
    page.get_by_role("button", name="Ký kết quả").click()
    expect(page.locator(".said")).to_contain_text("đã ký")
    expect(lines).to_have_count(2)
    lines.first.get_by_text("Số văn bản, trả lại").click()
    lines.first.get_by_placeholder("Vì sao trả lại").fill("Thiếu chữ ký")
    lines.first.get_by_role("button", name="Trả lại").click()
    expect(page.locator(".said")).to_contain_text("đã trả lại")
    expect(lines).to_have_count(1)


def test_the_chairman_signs_by_keyboard_until_nothing_is_left(open_page, ward):
    page = open_page(f"tuan{ward}", size=DESK)
    page.goto("/ho-so/ky/")
    for _ in range(4):
        page.keyboard.press("j")
        page.keyboard.press("Space")
    page.keyboard.press("k")
    expect(page.locator(".each input:checked")).to_have_count(4)
    page.get_by_role("combobox", name="Kết quả").select_option(label="Giải quyết")
    page.get_by_role("button", name="Ký kết quả").click()
    page.goto("/ho-so/ky/?nhom=toi")
    expect(page.get_by_text("Không còn hồ sơ nào chờ ký")).to_be_visible()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_head_apologises_on_the_morning_it_is_due(open_page, ward, size):
    page = open_page(f"viet{ward}", size=size, script=size == DESK)
    page.goto("/viec-cua-toi/")
    page.get_by_role("link", name=re.compile("hồ sơ một cửa sắp đến hạn")).click()
    lines = page.locator("#xin-loi .each > li")
    expect(lines.first).to_contain_text("chưa xin lỗi")
    no_wider_than(page, size)
    if size == DESK:
        looks_right(page, page.url)
    before = lines.count()
    first = lines.first
    first.get_by_role("checkbox").check()
    first.get_by_label(re.compile("^Hẹn mới")).select_option(index=3)
    first.get_by_label(re.compile("^Lý do")).select_option(label="Chờ cơ quan khác trả lời")
    page.get_by_role("button", name="Xin lỗi và hẹn lại").click()
    expect(page.locator(".said")).to_contain_text("đã xin lỗi, hẹn trả")
    expect(lines).to_have_count(before - 1)


def test_what_lies_with_who_has_left_is_given_on(open_page, ward):
    page = open_page(f"viet{ward}", size=PHONE)
    page.goto("/ho-so/sap-tre/")
    page.get_by_role("link", name="Giao cho người khác").click()
    no_wider_than(page, PHONE)
    page.locator(".each input[type=checkbox]").first.check()
    page.get_by_label("Giao cho").select_option(label="Trần Minh Khang")
    page.get_by_role("button", name="Giao hồ sơ đã chọn").click()
    expect(page.get_by_text("Hồ sơ nào cũng có người giữ")).to_be_visible()
