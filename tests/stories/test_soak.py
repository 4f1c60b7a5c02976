"""Ten minutes of load: the server holds no more memory at the end than after the first minute."""

import re
import threading
import time
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.stories.conftest import PASSWORD, Site

pytestmark = [pytest.mark.soak, pytest.mark.story]
PAGES = {
    "khang": ("/viec-cua-toi/", "/viec/2026/cchc/II-1/", "/lich/", "/tim/?q=ke+hoach", "/viec-cua-toi/danh-sach.xlsx"),
    "hanh": ("/ke-hoach/2026/cchc/", "/ke-hoach/2026/cchc/?tim=a", "/don-vi/", "/giao-ban/", "/ke-hoach/2026/cchc/danh-sach.docx"),
    "tuan": ("/ke-hoach/2026/cchc/toan-canh/", "/giao-ban/", "/chi-dao/", "/tim/?q=phuong"),
}  # fmt: skip
FIRST, WHOLE = 60, 600
"""seconds: when it is looked at first, and when it ends"""


def memory_mib(root: int) -> float:
    """What a process and all below it hold, shared pages in proportion."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
    own = {root}
    while more := {pid for pid, parent in parents.items() if parent in own} - own:
        own |= more
    total = 0.0
    for pid in own:
        try:
            found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
        except OSError:
            continue
        total += int(found[1]) / 1024 if found else 0
    return total


class Visitor:
    """One browser's worth: keep-alive and cookies."""

    def __init__(self, port: int, user: str) -> None:
        self.line, self.cookies = HTTPConnection("127.0.0.1", port, timeout=30), {}
        page = self.ask("/dang-nhap/")
        token = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1].decode()
        self.ask("/dang-nhap/", {"csrfmiddlewaretoken": token, "user_name": user, "password": PASSWORD})
        self.token = token

    def ask(self, path: str, form: dict[str, str] | None = None) -> bytes:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.line.request("POST" if form else "GET", path, urlencode(form) if form else None, headers)
        answer = self.line.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.split(";")[0]
        body = answer.read()
        assert answer.status < 400, (path, answer.status)
        return body


def visits(port: int, user: str, until: float, counts: list[int], faults: list[Exception]) -> None:
    """Looks at one page after another, and says something on a task now and then."""
    try:
        visitor = Visitor(port, user)
        done = 0
        while time.monotonic() < until:
            for path in PAGES[user]:
                visitor.ask(path)
                done += 1
            if user == "khang" and done % 50 < len(PAGES[user]):
                page = visitor.ask("/viec/2026/cchc/II-1/")
                token = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1].decode()
                visitor.ask(
                    "/viec/2026/cchc/II-1/tien-do/",
                    {"csrfmiddlewaretoken": token, "word": f"đã gọi {done} hộ", "percent": "40"},
                )
            time.sleep(0.05)
        counts.append(done)
    except (AssertionError, OSError, TypeError) as fault:  # a thread's own death would go unseen
        faults.append(fault)


def test_ten_minutes_of_load_cost_no_memory(tmp_path):
    site = Site(tmp_path)
    site.serve()
    try:
        server = site.running[0].pid
        began = time.monotonic()
        counts, faults = [], []
        threads = [
            threading.Thread(target=visits, args=(site.port, user, began + WHOLE, counts, faults))
            for user in PAGES
        ]
        for thread in threads:
            thread.start()
        time.sleep(FIRST)
        first = memory_mib(server)
        for thread in threads:
            thread.join()
        last = memory_mib(server)
        assert not faults, faults
        print(f"sau 1 phút {first:.0f} MiB, sau 10 phút {last:.0f} MiB, {sum(counts)} trang")
        assert last <= first * 1.1, (first, last)
    finally:
        site.end()
