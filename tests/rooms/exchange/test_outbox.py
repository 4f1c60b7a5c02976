"""The outbox against a real mail server: once for a key, later where the server says later, never twice."""

import datetime as dt
import email
import email.policy
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from contextlib import contextmanager

import pytest
from aiosmtpd.controller import Controller

from caicach.core import clock
from caicach.exchange import jobs, services
from caicach.exchange.models import Letter
from caicach.exchange.services import Draft
from caicach.worker import loop
from tests import prepared

AT = dt.datetime(2026, 11, 22, 17, 0, tzinfo=dt.UTC)
"""the first moment of the tests' day, wherever the real clock stands in it"""


class Box:
    """A server that keeps what it gets. answers: what it says to receivers and texts, by the address."""

    def __init__(self):
        self.got, self.raw, self.refused, self.slow = [], [], {}, 0.0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 được"

    async def handle_DATA(self, server, session, envelope):
        self.raw.append(envelope.original_content)
        self.got.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 nhận"


@contextmanager
def served(box):
    """The server on a port that is free."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


@pytest.fixture
def box(settings):
    box = Box()
    with served(box) as settings.MAIL_URL:
        yield box


def draft(key="a", address="mai@vidu.example", **other):
    return Draft(key, address, "Nguyễn Thị Tuyết Mai", "Việc trễ hạn", "Chào chị", **other)


pytestmark = pytest.mark.django_db(transaction=True)


def test_a_letter_goes_out_once_with_its_words_and_picture(box):
    picture = b"\x89PNG\r\n\x1a\n"
    for _ in range(2):
        services.write([draft(html="<p>Chào chị</p>", picture=picture)], ward=None, at=AT, job="1")
    while loop.run_one():
        pass
    services.send_waiting(clock.now)
    assert len(box.got) == 1, Letter.objects.get().fault
    assert Letter.objects.get().state == "sent" and jobs
    mail = box.got[0]
    assert mail["Subject"] == "Việc trễ hạn" and "Nguyễn Thị Tuyết Mai" in mail["To"]
    assert mail.get_body(("plain",)).get_content().strip() == "Chào chị"
    assert mail.get_body(("html",)).get_content().strip() == "<p>Chào chị</p>"
    assert [part.get_content() for part in mail.walk() if part.get_content_type() == "image/png"] == [picture]


@pytest.mark.parametrize(
    "subject", ["Việc trễ hạn", "Tuần từ 23/11: 3 việc trễ hạn trên 14, " + "ưu tiên số hóa kết quả " * 7]
)
def test_a_long_subject_begins_on_its_own_line(box, subject):
    long = Draft("a", "mai@vidu.example", "Mai", subject.strip(), "Chào chị")
    services.write([long], ward=None, at=AT, job="1")
    assert services.send_waiting(clock.now) == 1
    head = box.raw[0].partition(b"\r\n\r\n")[0].decode("ascii").split("\r\n")
    at = next(n for n, line in enumerate(head) if line.startswith("Subject:"))
    assert head[at].startswith("Subject: =?utf-8?") and all(len(line) <= 78 for line in head)
    assert box.got[0]["Subject"] == subject.strip()


def test_what_the_server_never_takes_fails_and_the_others_go_out(box):
    box.refused = {"sai@vidu.example": "550 không có người này"}
    services.write([draft("a", "sai@vidu.example"), draft("b")], ward=None, at=AT, job="1")
    assert services.send_waiting(clock.now) == 1
    assert Letter.objects.get(key="a").state == "failed" and "550" in Letter.objects.get(key="a").fault
    assert services.failed_count() == 1


def test_one_letter_is_never_in_the_way_of_the_next(box):
    """A domain with Vietnamese letters goes as IDNA; what no server takes, or nobody can write, fails with its words."""
    services.write(
        [
            draft("a", "a@phườngmẫu.vn"),
            draft("b", "thư@vidu.example"),
            draft("c", f"a@{'ữ' * 70}.vn"),
            draft("d", "a@vidu.example\r\nDATA"),
            draft("e", secret="no-such-room:1"),
            draft("z"),
        ],
        ward=None, at=AT, job="1",
    )  # fmt: skip
    while loop.run_one():
        pass
    state = {one.key: (one.state, one.fault) for one in Letter.objects.all()}
    assert state["a"] == ("sent", "") and state["z"] == ("sent", ""), state
    assert [mail["To"].addresses[0].addr_spec for mail in box.got] == [
        f"a@{'phườngmẫu'.encode('idna').decode()}.vn",
        "mai@vidu.example",
    ]
    assert all(state[key][0] == "failed" and state[key][1] for key in "bcde"), state
    assert "thư@vidu.example" in state["b"][1]
    assert services.failed_count() == 4


def test_a_letter_at_which_the_line_breaks_lets_the_others_go_first(box):
    async def breaks(server, session, envelope, address, options):
        if address != "ngat@vidu.example":
            envelope.rcpt_tos.append(address)
            return "250 được"
        server.transport.abort()
        return "250 được"

    box.handle_RCPT = breaks
    services.write([draft("a", "ngat@vidu.example"), draft("b")], ward=None, at=AT, job="1")
    with pytest.raises(OSError):
        services.send_waiting(clock.now)
    assert services.send_waiting(clock.now) == 1 and len(box.got) == 1
    assert Letter.objects.get(key="a").state == "waiting", "it may still go out"


def test_what_the_server_does_not_take_now_is_tried_later(box):
    box.refused = {"mai@vidu.example": "451 thử lại sau"}
    services.write([draft()], ward=None, at=AT, job="1")
    services.send_waiting(clock.now)
    letter = Letter.objects.get()
    assert letter.state == "waiting" and letter.try_at > clock.now()
    box.refused = {}
    assert services.send_waiting(clock.now) == 0, "not before its time"
    assert services.send_waiting(lambda: clock.now() + dt.timedelta(hours=1)) == 1


def test_a_server_that_is_away_loses_nothing(settings):
    settings.MAIL_URL = "smtp://127.0.0.1:9"
    services.write([draft()], ward=None, at=AT, job="1")
    assert loop.run_one()
    from caicach.worker.models import Job

    assert Job.objects.get().state == "waiting" and Letter.objects.get().state == "waiting"


def test_a_letter_caught_on_its_way_is_not_sent_again(box):
    services.write([draft()], ward=None, at=AT, job="1")
    Letter.objects.update(state="sending", sending_at=clock.now() - dt.timedelta(hours=1))
    assert services.send_waiting(clock.now) == 0 and not box.got
    assert Letter.objects.get().state == "unclear" and services.failed_count() == 1


def test_without_a_mail_server_nothing_is_tried(settings):
    settings.MAIL_URL = ""
    services.write([draft()], ward=None, at=AT, job="1")
    assert loop.run_one() and Letter.objects.get().state == "waiting"


_WORKER = """
import os, sys
from caicach.conf.manage import setup
setup()
from caicach.core import clock
from caicach.exchange import jobs, services
for line in sys.stdin:  # one process for each line, without the second that a start takes
    child = os.fork()
    if not child:
        print(os.getpid(), flush=True)
        services.send_waiting(clock.now)
        os._exit(0)
    os.waitpid(child, 0)
    print("ended", flush=True)
"""


@pytest.mark.parametrize("rounds", [20, pytest.param(100, marks=pytest.mark.soak)])
def test_killed_again_and_again_it_sends_each_letter_once(rounds, tmp_path):
    """A process of its own over a database of its own (of the kind under test), killed -9 at a moment that moves on; the server counts."""
    box = Box()
    with served(box) as address:
        letters_through_kills(box, address, rounds, tmp_path)


def letters_through_kills(box, address, rounds, folder):
    environment = {
        **{k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")},
        "CAICACH_DATA": str(folder),
        "CAICACH_MAIL": address,
    }
    if url := prepared.copy("empty", folder):
        environment["DATABASE_URL"] = url
    count = 12 * rounds
    fill = textwrap.dedent(f"""
        from caicach.conf.manage import setup
        setup()
        from caicach.core import clock
        from caicach.exchange.services import Draft, write
        write([Draft(f"k{{n}}", "mai@vidu.example", "", f"thư {{n}}", "x") for n in range({count})], ward=None, at=clock.now(), job="1")
    """)
    subprocess.run([sys.executable, "-c", fill], env=environment, check=True, timeout=120)
    with subprocess.Popen(
        [sys.executable, "-c", _WORKER], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as starter:  # fmt: skip
        for n in range(rounds + 1):
            starter.stdin.write("go\n")
            child = int(starter.stdout.readline())
            if n < rounds:  # the last one may do its work
                time.sleep(0.004 * (n % 25))
                os.kill(child, signal.SIGKILL)
            assert starter.stdout.readline() == "ended\n"
        starter.stdin.close()
    subjects = [mail["Subject"] for mail in box.got]
    assert len(subjects) == len(set(subjects)), "a letter went out twice"
    lost = count - len(subjects)
    assert lost <= rounds, "more than the one on its way at each kill stayed behind"
    look = "import os; os.environ['DJANGO_SETTINGS_MODULE']='caicach.conf.settings'\nimport django; django.setup()\nfrom caicach.exchange.models import Letter\nprint(Letter.objects.exclude(state='sent').exclude(state='sending').count(), Letter.objects.filter(state='sending').count())"
    told = subprocess.run([sys.executable, "-c", look], env=environment, check=True, capture_output=True, text=True, timeout=60)  # fmt: skip
    waiting, on_the_way = map(int, told.stdout.split())
    assert waiting == 0 and on_the_way >= lost, "what did not arrive is known as on its way"


def test_check_says_how_the_mail_stands(box, settings):
    from caicach.conf.check import _mail

    assert (False, "Máy chủ thư nối được.") in list(_mail())
    services.write([draft()], ward=None, at=AT, job="1")
    Letter.objects.update(state="failed")
    assert any(bad and "1 thư" in words for bad, words in _mail())
    settings.MAIL_URL = "smtp://127.0.0.1:9"
    assert any(bad and "CAICACH_MAIL" in words for bad, words in _mail())
    settings.MAIL_URL = ""
    assert [bad for bad, _ in _mail()] == [False]


def test_each_letter_has_an_id_of_its_own_that_stays(settings):
    settings.MAIL_FROM = "Cải Cách <cchc@phuong.vidu.example>"
    services.write([draft("a"), draft("b", "hai@vidu.example")], ward=None, at=AT, job="1")
    first, second = Letter.objects.order_by("id")
    ids = [services._message_id(one) for one in (first, second, first)]
    assert ids[0] == ids[2] != ids[1] and ids[0].endswith("@phuong.vidu.example>")
    settings.SECRET_KEY = "another installation"
    assert services._message_id(first) != ids[0]
