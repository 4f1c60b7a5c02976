"""A real installation for the stories: `caicach serve` with its worker, a browser, wards as they are needed."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from uuid import uuid4

import pytest

from caicach.conf.serve import end_with_parent
from tests.factories.rooms import PLAN_TEXT

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
DESK, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
PASSWORD = "caicach-demo"
ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Site:
    """An installation of its own: data folder, database, and what runs of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.env = {
            **os.environ,
            "CAICACH_DATA": str(folder),
            "CAICACH_TODAY": "2026-11-23",
            "CAICACH_JOB_LEASE_SECONDS": "3",
        }
        self.running: list[subprocess.Popen] = []
        url = os.environ.get("DATABASE_URL", "")
        self.made = None
        if url.startswith("postgres"):
            import psycopg

            self.made = f"story_{uuid4().hex[:10]}"
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {self.made}")
            self.env["DATABASE_URL"] = url.rsplit("/", 1)[0] + f"/{self.made}"

    def manage(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "caicach", "manage", *words],
            env=self.env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def new_ward(self) -> str:
        """A ward with people and no plan; the answer is what stands behind their names."""
        said = self.manage("demo", "--again", "--without-plan", "--today", "2026-11-23")
        return re.search(r"số (\d+)", said)[1]

    def start(self, *words: str) -> subprocess.Popen:
        """Start a command of ours. It ends with the tests, even where these are killed and nothing stops it."""
        log = (self.folder / f"{words[0]}.log").open("ab")
        part = subprocess.Popen(
            [sys.executable, "-m", "caicach", *words],
            env=self.env,
            cwd=ROOT,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=end_with_parent,
        )
        self.running.append(part)
        return part

    def serve(self) -> None:
        """Start web and worker, and wait for the first page."""
        began = time.monotonic()
        part = self.start("serve", "--port", str(self.port))
        while time.monotonic() - began < 60:
            assert part.poll() is None, (self.folder / "serve.log").read_text()
            try:
                with urllib.request.urlopen(self.address + "/dang-nhap/", timeout=5) as answer:
                    assert answer.status == 200
                    return
            except OSError:
                time.sleep(0.05)
        raise AssertionError((self.folder / "serve.log").read_text())

    def stop(self) -> None:
        for part in self.running:
            if part.poll() is None:
                part.send_signal(signal.SIGTERM)
        for part in self.running:
            try:
                part.wait(15)
            except subprocess.TimeoutExpired:
                part.kill()
                part.wait(5)
        self.running = []


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    one = Site(tmp_path_factory.mktemp("site"))
    one.serve()
    yield one
    one.stop()


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        program = shutil.which("chromium")
        assert program, "Chưa có Chromium: bash tools/need-debian.sh test"
        one = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield one
        one.close()


@pytest.fixture
def open_page(browser, site):
    """open_page(user, size=…, script=…): a signed-in page; a fault in its scripts fails the test."""
    contexts, faults = [], []

    def make(user: str | None = None, *, size=DESK, script: bool = True):
        context = browser.new_context(
            viewport=size, locale="vi-VN", java_script_enabled=script, base_url=site.address
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        page.on(
            "console",
            lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None,
        )
        if user:
            page.goto("/dang-nhap/")
            page.fill("#id_user_name", user)
            page.fill("#id_password", PASSWORD)
            page.click("button.go")
            page.wait_for_url(re.compile(r"/(viec-cua-toi|ke-hoach)/"))
        return page

    yield make
    for context in contexts:
        context.close()
    assert not faults


@pytest.fixture
def plan_file(tmp_path):
    path = tmp_path / "ke-hoach.txt"
    path.write_text(PLAN_TEXT.format(year=2026))
    return path
