"""A passkey from a real browser with a device of its own making; the second step by keyboard and on a phone."""

import io
import re

import pyotp
import pytest
from PIL import Image

from tests.stories.conftest import PASSWORD, PHONE

pytestmark = pytest.mark.story


@pytest.fixture
def by_name(site, open_page):
    """A page at http://localhost, where browsers allow keys, with a device that holds them; user: who signs in first."""

    def make(user=None, is_verified=True, **other):
        page = open_page(None, **other)
        page.base = f"http://localhost:{site.port}"
        line = page.context.new_cdp_session(page)
        line.send("WebAuthn.enable")
        device = line.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
                    "isUserVerified": is_verified, "automaticPresenceSimulation": True,
                }
            },
        )["authenticatorId"]  # fmt: skip
        page.keys = lambda: line.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]
        page.lock = lambda: line.send(
            "WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False}
        )
        if user:
            password_in(page, user)
            page.wait_for_url(re.compile(r"/(viec-cua-toi|nguoi)/"))
        return page

    return make


def password_in(page, user):
    page.goto(page.base + "/dang-nhap/")
    page.fill("#id_user_name", user)
    page.fill("#id_password", PASSWORD)
    page.keyboard.press("Enter")


def add_key(page, name="Máy ở phòng"):
    page.goto(page.base + "/toi/khoa/")
    page.fill("#id_name", name)
    page.fill("#id_password", PASSWORD)
    page.click("text=Thêm khóa >> nth=-1")


def test_a_key_is_made_and_opens_without_a_password(site, by_name):
    user = "khang" + site.new_ward()
    page = by_name(user)
    page.goto(page.base + "/toi/khoa/")
    page.fill("#id_password", "sai")
    page.click("button.go")
    page.wait_for_selector("[data-said]:visible")
    assert "chưa đúng" in page.inner_text("[data-said]") and not page.keys()
    assert page.evaluate("document.activeElement.id") == "id_password"
    add_key(page)
    page.wait_for_selector("text=Đã thêm khóa")
    assert "Máy ở phòng" in page.inner_text("main") and len(page.keys()) == 1
    assert page.keys()[0]["rpId"] == "localhost" and page.keys()[0]["isResidentCredential"]
    add_key(page, "Lần nữa")
    page.wait_for_selector("text=Thiết bị này đã có khóa")
    page.click("text=Đăng xuất")
    page.wait_for_url(re.compile("/dang-nhap/"))
    page.goto(page.base + "/dang-nhap/?tiep=/ke-hoach/")
    page.click("text=Đăng nhập bằng khóa truy cập")
    page.wait_for_url(re.compile(r"\d/ke-hoach/$"))
    page.goto(page.base + "/toi/")
    assert "khóa truy cập" in page.inner_text("aside")
    page.goto(page.base + "/toi/khoa/")
    page.click("text=Bỏ")
    page.wait_for_selector("text=Chưa có khóa nào")
    page.click("text=Đăng xuất")
    page.click("text=Đăng nhập bằng khóa truy cập")
    page.wait_for_selector("text=đã bị bỏ")


def test_a_device_that_does_not_know_its_owner_opens_nothing(site, by_name):
    page = by_name("khang" + site.new_ward())
    add_key(page)
    page.wait_for_selector("text=Đã thêm khóa")
    page.click("text=Đăng xuất")
    page.lock()
    page.click("text=Đăng nhập bằng khóa truy cập")
    page.wait_for_selector("text=Chưa dùng được khóa")
    page.goto(page.base + "/ke-hoach/")
    assert "/dang-nhap/" in page.url


def test_where_keys_cannot_be_used_none_is_offered(site, open_page):
    page = open_page()
    page.goto("/dang-nhap/")
    assert page.locator("text=khóa truy cập").count() == 0


def corners_of(png):
    """Whether each corner of a QR picture has its eye: black dots in a row along both outer edges."""
    picture = Image.open(io.BytesIO(png)).convert("L").point(lambda light: 255 * (light > 127))
    dark = [
        (x, y) for x in range(picture.width) for y in range(picture.height) if not picture.getpixel((x, y))
    ]
    left, right = min(x for x, _ in dark), max(x for x, _ in dark)
    top, bottom = min(y for _, y in dark), max(y for _, y in dark)
    eye = round(
        (right - left) / 8.5
    )  # a little less than seven of the 49 or 53 dots of a code of this length
    black = set(dark)

    def has(x, y, dx, dy):
        return all((x + dx * n, y) in black and (x, y + dy * n) in black for n in range(2, eye))

    return [
        has(left + 1, top + 1, 1, 1), has(right - 1, top + 1, -1, 1), has(left + 1, bottom - 1, 1, -1),
        has(right - 1, bottom - 1, -1, -1),
    ]  # fmt: skip


@pytest.mark.parametrize("script", [True, False])
def test_the_second_step_from_a_phone_with_and_without_scripts(site, open_page, script):
    user = "khang" + site.new_ward()
    page = open_page(user, size=PHONE, script=script)
    page.goto("/toi/hai-lop/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390 if script else True
    box = page.locator(".qr svg").bounding_box()
    assert box["width"] == box["height"] >= 200
    corners = corners_of(page.locator(".qr svg").screenshot())
    assert corners == [True, True, True, False], "whole: three corners have their eye, the fourth has none"
    page.click("text=Không chụp được?")
    phone = pyotp.TOTP(page.inner_text(".typed").replace(" ", ""))
    page.fill("#id_code", phone.now())
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Mười mã dự phòng")
    codes = page.locator(".recovery li").all_inner_texts()
    assert len(codes) == 10
    page.goto("/toi/")
    page.click("text=Đăng xuất >> nth=0")
    page.wait_for_url(re.compile("/dang-nhap/"))
    page.fill("#id_user_name", user)
    page.fill("#id_password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/dang-nhap/ma/"))
    page.click("text=Dùng mã dự phòng")
    page.fill("#id_code", codes[0])
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/viec-cua-toi/"))
