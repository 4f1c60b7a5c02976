"""Serving and working: second start, a busy port, memory at rest, a worker that is killed."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.stories.conftest import ROOT, Site

pytestmark = [pytest.mark.story, pytest.mark.both]


@pytest.fixture
def own(tmp_path):
    """An installation that has been started before."""
    one = Site(tmp_path)
    yield one
    one.end()


@pytest.fixture
def bare(tmp_path):
    """One with nobody in it."""
    one = Site(tmp_path, like="empty")
    yield one
    one.end()


def until(truth, seconds=30.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if truth():
            return True
        time.sleep(0.02)
    return False


def test_a_second_start_answers_and_rests_small(own):
    """How soon it answers stands in `make bench`; why so soon, in tests/whole/test_second_start.py."""
    own.serve()
    assert until(lambda: health(own)["worker"])
    assert resting_mib(own.running[0].pid) < 200
    part = own.running[0]
    part.send_signal(signal.SIGTERM)
    assert part.wait(10) == 0
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", own.port)) != 0, "nothing is left running"


def health(site):
    try:
        with urllib.request.urlopen(site.address + "/suc-khoe/", timeout=5) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        return json.load(error)


def resting_mib(parent):
    """PSS of the command and all under it, in MiB."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat") as file:
                    parents[int(entry)] = int(file.read().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
    mine, grown = {parent}, True
    while grown:
        more = {pid for pid, above in parents.items() if above in mine} - mine
        mine |= more
        grown = bool(more)
    total = 0
    for pid in mine:
        try:
            with open(f"/proc/{pid}/smaps_rollup") as file:
                total += next(int(line.split()[1]) for line in file if line.startswith("Pss:"))
        except (OSError, StopIteration):
            continue
    return total / 1024


def test_a_busy_port_is_said(own):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", own.port))
        taken.listen()
        done = subprocess.run(
            [sys.executable, "-m", "caicach", "serve", "--port", str(own.port)],
            env=own.env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=30,
        )
    assert done.returncode == 2 and f"Cổng {own.port} đang có phần mềm khác dùng" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux tells a child of its parent's end"
)
def test_tests_that_are_killed_leave_no_server_behind(own):
    code = f"""
import sys
from pathlib import Path
from caicach.conf.manage import setup
setup()
from tests.stories.conftest import Site
site = Site(Path({str(own.folder)!r}), like='demo')
site.serve()
print(site.running[0].pid, flush=True)
sys.stdin.read()"""
    tests = subprocess.Popen(
        [sys.executable, "-c", code], env=own.env, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )  # fmt: skip
    server = int(tests.stdout.readline())
    under = Path(f"/proc/{server}/task/{server}/children")
    assert until(lambda: len(under.read_text().split()) == 2), "web and worker"
    children = under.read_text().split()
    tests.kill()
    tests.wait(10)
    gone = until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in (server, *children)))
    if not gone:
        os.kill(server, signal.SIGTERM)
    assert gone, "the server or its parts outlive the tests"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_a_web_part_that_is_killed_comes_again_and_leaves_nothing_behind(own):
    own.serve()
    server = own.running[0]

    def under(pid):
        path = Path(f"/proc/{pid}/task/{pid}/children")
        return [int(one) for one in path.read_text().split()] if path.exists() else []

    def is_gone(pid):
        """Ended; who has no parent left may wait as a zombie for whoever takes it."""
        try:
            return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
        except OSError:
            return True

    def web():
        """The master and its child, as soon as both are there and answer."""
        found = []

        def there():
            masters = [one for one in under(server.pid) if under(one)]
            found[:] = [masters[0], under(masters[0])[0]] if masters else []
            return found and answers()

        assert until(there, 15), (own.folder / "serve.log").read_text()
        return found

    def answers():
        try:
            return bool(health(own))
        except OSError:
            return False

    master, child = web()
    os.kill(master, signal.SIGKILL)
    assert until(lambda: is_gone(child), 5), "the child keeps the port"
    again, child = web()
    assert again != master and server.poll() is None
    os.kill(child, signal.SIGKILL)
    assert until(lambda: is_gone(again), 5)
    master, child = web()
    assert master != again and server.poll() is None
    server.send_signal(signal.SIGSTOP)  # even where nobody is left to clear up after it
    os.kill(master, signal.SIGKILL)
    gone = until(lambda: is_gone(child), 5)
    server.send_signal(signal.SIGCONT)
    assert gone, "the child outlives its master"
    server.send_signal(signal.SIGTERM)
    assert server.wait(10) == 0
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", own.port)) != 0, "nothing is left running"


def test_a_worker_killed_in_the_middle_leaves_no_half_plan_and_the_import_begins_again(bare, plan_file):
    bare.new_ward()
    big = plan_file.read_text() + "".join(
        f"{n}\tViệc phụ số {n} của tổ dân phố\tBáo cáo\tCông an\t\tQuý IV/2026\t\n" for n in range(3, 1500)
    )
    plan_file.write_text(big)
    bare.inside(
        f"""
from pathlib import Path
from django.core.files.uploadedfile import SimpleUploadedFile
from caicach.core import clock
from caicach.accounts.models import Person
from caicach.plans import services
file = SimpleUploadedFile("lon.txt", Path({str(plan_file)!r}).read_bytes())
person = Person.objects.get(user_name="hanh")
services.upload(file, ward=person.posts.get().ward_id, token="tokenbigiet9", year=2026, is_amendment=False, by=person.pk, at=clock.now())""",
    )
    state = """
import json
from caicach.plans.models import PlanImport, DraftLine, DraftSection, DraftSource
from caicach.worker.models import Job
print(json.dumps([PlanImport.objects.get().state, DraftLine.objects.count() + DraftSection.objects.count() + DraftSource.objects.count(), Job.objects.get(name="plans.read_import").state, Job.objects.get(name="plans.read_import").attempts]))"""
    first = bare.start("worker")
    reading = f"/proc/{first.pid}/task/{first.pid}/children"
    assert until(lambda: os.path.exists(reading) and Path(reading).read_text().strip()), (
        "the reading has its own process"
    )
    first.kill()
    first.wait(10)
    assert json.loads(bare.inside(state))[:3] == ["reading", 0, "running"], "no half plan"
    bare.start("worker")
    done = []
    assert until(lambda: done.append(json.loads(bare.inside(state))) or done[-1][0] == "review", 60), done[-1]
    assert done[-1][1] > 1500 and done[-1][3] == 2, "read again, whole"
