"""`make pictures`: the main pages of the demo ward at 1366 and 390 px into docs/pictures, and the page that shows them."""

from __future__ import annotations

import io
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

DAY = "2026-11-23"
PAPER = Path(__file__).resolve().parent.parent / "docs" / "pictures"
PAGES = (
    ("my-work", "Việc của tôi", "khang", "/viec-cua-toi/"),
    ("ribbon", "Cả năm trên một trang", "hanh", "/ke-hoach/2026/cchc/"),
    ("overview", "Toàn cảnh cho lãnh đạo", "tuan", "/ke-hoach/2026/cchc/toan-canh/"),
    ("task", "Một nhiệm vụ", "viet", "/viec/2026/cchc/II-1/"),
    ("meeting", "Giao ban", "tuan", "/giao-ban/?ve=2026/cchc/II-1"),
    ("office", "Một đơn vị", "viet", "/don-vi/tt-pvhcc/"),
    ("calendar", "Lịch", "hanh", "/lich/"),
    ("several", "Nhiều việc một lúc", "hanh", "/ke-hoach/2026/cchc/nhieu-viec/?tinh-trang=late"),
    ("year-end", "Khép năm", "hanh", "/ke-hoach/2026/cchc/khep-nam/"),
    ("people", "Người dùng", "quantri", "/nguoi/"),
)
SIZES = {"desk": (1366, 768), "phone": (390, 844)}


def main() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tempfile.mkdtemp(prefix="caicach-pictures-")
    environment = {**os.environ, "CAICACH_DATA": folder, "CAICACH_TODAY": DAY}
    server = subprocess.Popen(
        [sys.executable, "-m", "caicach", "serve", "--port", str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait(f"http://127.0.0.1:{port}/dang-nhap/")
        _take(f"http://127.0.0.1:{port}")
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)
    rows = "\n\n".join(
        f"## {title}\n\n![{title}, màn hình rộng 1366]({name}-desk.png) ![{title}, điện thoại]({name}-phone.png)"
        for name, title, _user, _path in PAGES
    )
    (PAPER / "README.md").write_text(
        f"# Các trang chính\n\nPhường mẫu ngày 23/11/2026, người bịa. Làm lại bằng `make pictures`.\n\n{rows}\n"
    )
    return 0


def _wait(address: str) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("máy chủ không lên")


def _take(site: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium-headless-shell"), args=["--no-sandbox", "--disable-gpu"]
        )
        for size, (width, height) in SIZES.items():
            for name, _title, user, path in PAGES:
                context = browser.new_context(
                    viewport={"width": width, "height": height}, locale="vi-VN", base_url=site
                )
                page = context.new_page()
                page.goto("/dang-nhap/")
                page.fill("input[name=user_name]", user)
                page.fill("input[name=password]", "caicach-demo")
                page.keyboard.press("Enter")
                page.wait_for_url(lambda url: "dang-nhap" not in url)
                page.goto(path)
                page.evaluate("document.fonts.ready")
                picture = Image.open(io.BytesIO(page.screenshot()))
                small = picture.convert("RGB").quantize(128, dither=Image.Dither.NONE)
                small.save(PAPER / f"{name}-{size}.png", optimize=True)
                context.close()
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
