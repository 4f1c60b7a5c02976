"""A real installation for the stories: `caicach serve` with its worker, a browser, wards as they are needed."""

from __future__ import annotations

import json
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

import pytest
from axe_playwright_python.sync_playwright import Axe

from caicach.conf.serve import end_with_parent
from tests import prepared
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

    def __init__(self, folder: Path, *, like: str | None = "demo") -> None:
        """like: a kind of tests/prepared.py; None: nothing is there yet."""
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
        self._helper: subprocess.Popen | None = None
        url = prepared.copy(like, folder) if like else prepared.new_database()
        if url:
            self.env["DATABASE_URL"] = url

    def inside(self, code: str) -> str:
        """What the code prints in a process with this installation's Django, which is started once for all codes."""
        if self._helper is None:
            self._helper = self._open([sys.executable, "-c", _HELPER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # fmt: skip
        self._helper.stdin.write(json.dumps(code) + "\n")
        self._helper.stdin.flush()
        answer = json.loads(self._helper.stdout.readline() or '{"fault": "the helper has died"}')
        assert answer["fault"] is None, answer["fault"]
        return answer["said"]

    def session_of(self, user: str) -> dict[str, str]:
        """The cookie of somebody who has just signed in."""
        name, key = self.inside(_SIGN_IN.format(user=user)).split()
        return {"name": name, "value": key, "url": self.address}

    def new_ward(self) -> str:
        """A ward with people and no plan; the answer is what stands behind their names."""
        return self.inside(_NEW_WARD + "print(ward.pk)").strip()

    def new_review(self, path: Path) -> tuple[str, str]:
        """A ward as above, and what its coordinator has uploaded is read: (behind their names, the review's address).

        The same steps as the page and the worker take; that these do is tests/stories/test_main_job.py's to see.
        """
        said = self.inside(_NEW_WARD + _NEW_REVIEW.format(path=str(path)))
        number, address = said.split()
        return number, address

    def start(self, *words: str) -> subprocess.Popen:
        """Start a command of ours. It ends with the tests, even where these are killed and nothing stops it."""
        with (self.folder / f"{words[0]}.log").open("ab") as log:
            part = self._open([sys.executable, "-m", "caicach", *words], stdout=log, stderr=log)
        self.running.append(part)
        return part

    def _open(self, command: list[str], **streams) -> subprocess.Popen:
        return subprocess.Popen(
            command, env=self.env, cwd=ROOT, start_new_session=True, preexec_fn=end_with_parent, **streams
        )

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

    def end(self) -> None:
        """Stop all of it, and the helper too."""
        if self._helper:
            self._helper.stdin.close()
            self._helper.wait(15)
        self.stop()


_HELPER = """
import contextlib, io, json, sys, traceback
from caicach.conf.manage import setup; setup()
from django.db import close_old_connections
for line in sys.stdin:
    said, fault = io.StringIO(), None
    close_old_connections()
    try:
        with contextlib.redirect_stdout(said):
            exec(json.loads(line), {})
    except Exception:
        fault = traceback.format_exc()
    print(json.dumps({"said": said.getvalue(), "fault": fault}), flush=True)
"""
_SIGN_IN = """
from django.conf import settings
from django.test import Client
from caicach.accounts.models import Person
client = Client(headers={{"host": "127.0.0.1"}})
client.force_login(Person.objects.get(user_name={user!r}))
name = settings.SESSION_COOKIE_NAME
print(name, client.cookies[name].value)
"""
_NEW_WARD = """
from caicach.core import clock
from caicach.desk import demo
ward = demo.make(today=clock.today(), with_plan=False)
"""
_NEW_REVIEW = """
from pathlib import Path
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from caicach.accounts.models import Person
from caicach.organisation.queries import offices
from caicach.plans import drafts, services
from caicach.reading import read_plan
from caicach.worker.models import Job
path = Path({path!r})
coordinator = Person.objects.get(user_name=f"hanh{{ward.pk}}")
with transaction.atomic():  # the worker sees it read
    file = SimpleUploadedFile(path.name, path.read_bytes())
    draft = services.upload(file, ward=ward.pk, token=f"xemlaicuaphuong{{ward.pk}}", year=2026, is_amendment=False, by=coordinator.pk, at=clock.now())
    row = services.begin_reading(draft.pk)
    services.finish_reading(row, read_plan(path, offices=drafts.spellings(offices(ward.pk)) or None), read_ms=1, at=clock.now())
    Job.objects.filter(name="plans.read_import", key__endswith=f":{{draft.pk}}").delete()
print(ward.pk, f"/ke-hoach/nap/{{draft.token}}/")
"""


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    one = Site(tmp_path_factory.mktemp("site"))
    one.serve()
    yield one
    one.end()


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # without the windows of a desk: the same engine, a third less of the processor
        program = shutil.which("chromium-headless-shell")
        assert program, "Chưa có Chromium: bash tools/need-debian.sh test"
        one = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield one
        one.close()


@pytest.fixture
def open_page(browser, site):
    """open_page(user, size=…, script=…, door=…): a signed-in page; a fault in its scripts fails the test.

    door: come in by name and password, as people do; else the session is there already.
    """
    contexts, faults = [], []

    def make(user: str | None = None, *, size=DESK, script: bool = True, door: bool = False):
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
        if user and not door:
            context.add_cookies([site.session_of(user)])
            page.goto("/")
            assert re.search(r"/(viec-cua-toi|ke-hoach)/", page.url), page.url
        elif user:
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
def open_review(open_page, site, plan_file):
    """open_review(path): a ward of its own whose coordinator looks at what was read; options as of open_page."""

    def make(path: Path = plan_file, **options):
        number, address = site.new_review(path)
        page = open_page(f"hanh{number}", **options)
        page.goto(address)
        page.wait_for_selector("#review.is-live")
        return page

    return make


@pytest.fixture
def plan_file(tmp_path):
    path = tmp_path / "ke-hoach.txt"
    path.write_text(PLAN_TEXT.format(year=2026))
    return path


_ONLY = {"resultTypes": ["violations"]}
"""the rules are all asked; what passed need not be listed"""


def violations(page):
    found = Axe().run(page, options=_ONLY).response["violations"]
    return [(v["id"], v["help"], [n["html"][:160] for n in v["nodes"][:3]]) for v in found]


def looks_right(page, where):
    """axe finds nothing, and nothing sticks out at the side."""
    assert violations(page) == [], where
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, (where, wide)
