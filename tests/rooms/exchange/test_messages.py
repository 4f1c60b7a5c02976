"""Short messages: to a file that survives a power cut, to a gateway that refuses, dawdles or breaks off; once, never twice."""

import datetime as dt
import json
import os
import stat
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.db import connection

from caicach.core import clock
from caicach.exchange import connectors, jobs, messages, services
from caicach.exchange.messages import Draft
from caicach.exchange.models import Letter, Message
from caicach.rules.refusal import Refusal
from caicach.worker import loop

AT = dt.datetime(2026, 11, 22, 17, 0, tzinfo=dt.UTC)
PHONE = "0000012345"
pytestmark = pytest.mark.django_db


class Gateway:
    """A server that keeps what it gets. statuses: what it answers, one after another, then 200; breaks: it hangs up instead."""

    def __init__(self):
        self.got, self.statuses, self.breaks, self.dawdles, self.words = [], [], False, None, "{}"

    @contextmanager
    def served(self):
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                gateway.got.append((self.path, dict(self.headers), json.loads(body)))
                if gateway.dawdles:
                    gateway.dawdles.wait(5)
                if gateway.breaks:
                    self.connection.close()
                    return
                status = gateway.statuses.pop(0) if gateway.statuses else 200
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", "/khac")
                self.end_headers()
                self.wfile.write(gateway.words.encode())

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        server.handle_error = lambda *_: None  # whoever hung up is what is tried
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/gui?k=1"
        finally:
            server.shutdown()
            server.server_close()


@pytest.fixture
def folder(settings, tmp_path):
    settings.MESSAGES = tmp_path / "tin"
    return settings.MESSAGES


@pytest.fixture
def gateway(settings):
    one = Gateway()
    with one.served() as address:
        settings.MESSAGE_WAYS = {
            "sms": {"to": address, "token": "khoa-cong", "body": "", "template": ""},
            "zalo": {"to": "off", "token": "", "body": "", "template": ""},
        }
        yield one


def write(ward, *keys, channel="sms", **other):
    drafts = [Draft(key, channel, PHONE, f"Tin {key}", **other) for key in keys]
    return messages.write(drafts, ward=ward.pk, at=AT, job=keys[0])


def lines(folder, channel="sms"):
    return [json.loads(line) for path in sorted(folder.glob(f"{channel}-*.jsonl")) for line in path.read_text().splitlines()]  # fmt: skip


def states():
    return dict(Message.objects.values_list("key", "state"))


def test_a_message_is_written_once_and_lies_once_in_the_file(ward, folder):
    first, again = write(ward, "a"), write(ward, "a")
    assert first == again and len(first) == 1
    while loop.run_one():
        pass
    messages.send_waiting(clock.now)
    (line,) = lines(folder)
    assert (line["phone"], line["text"]) == (PHONE, "Tin a")
    assert states() == {"a": "sent"} and jobs


def test_a_phone_lies_in_no_column_in_clear_and_its_file_is_the_servers_alone(ward, folder):
    write(ward, "a")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM exchange_message")
        assert PHONE not in repr(cursor.fetchall())
    messages.send_waiting(clock.now)
    (path,) = folder.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_half_a_line_that_a_power_cut_left_is_cut_away(ward, folder):
    write(ward, "a")
    messages.send_waiting(clock.now)
    (path,) = folder.iterdir()
    with path.open("ab") as file:
        file.write(b'{"id": "nua-dong')
    write(ward, "b")
    messages.send_waiting(clock.now)
    assert [line["text"] for line in lines(folder)] == ["Tin a", "Tin b"]


def test_a_full_disk_leaves_no_half_line_and_the_message_waits(ward, folder, monkeypatch):
    write(ward, "a")
    whole = os.write
    monkeypatch.setattr(os, "write", lambda file, line: whole(file, line[:10]))
    messages.send_waiting(clock.now)
    monkeypatch.undo()
    assert lines(folder) == [] and states() == {"a": "waiting"}
    assert "đĩa đầy" in Message.objects.get().fault


@pytest.mark.parametrize("is_there", [True, False])
def test_killed_between_the_row_and_the_file_it_is_looked_for_there(ward, folder, is_there):
    write(ward, "a")
    messages.send_waiting(clock.now)
    if not is_there:
        for path in folder.iterdir():
            path.unlink()
    Message.objects.update(state="sending", sending_at=clock.now() - dt.timedelta(minutes=11), sent_at=None)
    if is_there:
        Message.objects.update(sending_at=AT)
        (path,) = folder.iterdir()
        path.rename(folder / f"sms-{clock.local_day(AT):%Y-%m-%d}.jsonl")
    assert messages.send_waiting(clock.now) == (0 if is_there else 1)
    assert states() == {"a": "sent"} and len(lines(folder)) == 1


def test_a_gateway_gets_json_with_its_token_and_the_same_id_each_time(ward, gateway):
    gateway.statuses = [503]
    write(ward, "a")
    assert messages.send_waiting(clock.now) == 0
    assert states() == {"a": "waiting"} and Message.objects.get().try_at > clock.now()
    Message.objects.update(try_at=AT)
    assert messages.send_waiting(clock.now) == 1
    (path, head, body), (_, again, _) = gateway.got
    assert path == "/gui?k=1" and head["Authorization"] == "Bearer khoa-cong"
    assert body["to"] == PHONE and body["text"] == "Tin a"
    assert head["Idempotency-Key"] == again["Idempotency-Key"] == body["id"]


@pytest.mark.parametrize(
    ("status", "state"),
    [(400, "failed"), (302, "failed"), (401, "waiting"), (429, "waiting"), (500, "waiting"), (502, "unclear"), (504, "unclear")],
)  # fmt: skip
def test_what_a_gateway_answers_decides_what_becomes_of_a_message(ward, gateway, status, state):
    gateway.statuses, gateway.words = [status], f'{{"error": "so {PHONE} sai"}}'
    write(ward, "a")
    messages.send_waiting(clock.now)
    assert states() == {"a": state} and len(gateway.got) == 1
    assert str(status) in Message.objects.get().fault and PHONE not in Message.objects.get().fault


def test_eight_times_later_is_never(ward, gateway):
    write(ward, "a")
    gateway.statuses = [503] * 8
    for _ in range(8):
        Message.objects.update(try_at=AT)
        messages.send_waiting(clock.now)
    assert states() == {"a": "failed"} and messages.failed_count() == 1


def test_a_line_that_breaks_is_unclear_and_not_sent_again(ward, gateway):
    gateway.breaks = True
    write(ward, "a", "b")
    assert messages.send_waiting(clock.now) == 0
    assert set(states().values()) == {"unclear"} and len(gateway.got) == 2
    assert messages.send_waiting(clock.now) == 0 and len(gateway.got) == 2


def test_an_answer_that_never_comes_is_unclear(ward, gateway, monkeypatch):
    monkeypatch.setattr(connectors, "_SECONDS", 0.02)
    gateway.dawdles = threading.Event()
    write(ward, "a")
    assert messages.send_waiting(clock.now) == 0
    gateway.dawdles.set()
    assert states() == {"a": "unclear"} and len(gateway.got) == 1


def test_a_gateway_that_is_not_there_fails_the_job_and_lets_the_other_channel_go_on(ward, folder, settings):
    settings.MESSAGE_WAYS = {
        "sms": {"to": "http://127.0.0.1:9/", "token": "", "body": "", "template": ""},
        "zalo": {"to": "file", "token": "", "body": "", "template": ""},
    }
    write(ward, "a")
    write(ward, "b", channel="zalo")
    with pytest.raises(OSError, match="sms"):
        messages.send_waiting(clock.now)
    assert states() == {"a": "waiting", "b": "sent"} and len(lines(folder, "zalo")) == 1


def test_killed_while_a_gateway_had_it_is_unclear(ward, gateway):
    write(ward, "a")
    Message.objects.update(state="sending", sending_at=clock.now() - dt.timedelta(minutes=11))
    assert messages.send_waiting(clock.now) == 0
    assert states() == {"a": "unclear"} and not gateway.got


def test_a_body_of_the_wards_own_is_filled_by_name_and_a_slip_is_told(ward, gateway, settings):
    own = {**settings.MESSAGE_WAYS["sms"], "body": '{"so": ["{phone84}"], "mau": "{template}", "loi": "{code}"}', "template": "7"}  # fmt: skip
    settings.MESSAGE_WAYS = {**settings.MESSAGE_WAYS, "sms": own}
    write(ward, "a", facts={"code": 'H01"-1'})
    assert messages.send_waiting(clock.now) == 1
    assert gateway.got[0][2] == {"so": ["84000012345"], "mau": "7", "loi": 'H01"-1'}
    for body, told in (("{", "message.body"), ('{"a": "{so}"}', "message.name")):
        settings.MESSAGE_WAYS = {**settings.MESSAGE_WAYS, "sms": {**own, "body": body}}
        with pytest.raises(Refusal) as refusal:
            connectors.connector("sms")
        assert refusal.value.code == told and messages.way_words("sms") == (str(refusal.value), True)
    settings.MESSAGE_WAYS = {**settings.MESSAGE_WAYS, "sms": {**own, "to": "ftp://a"}}
    with pytest.raises(Refusal) as refusal:
        connectors.connector("sms")
    assert refusal.value.code == "message.address"


def test_the_check_says_how_each_channel_is_set_up_without_its_token(settings):
    for to, words, is_fault in (
        ("off", "tắt", False), ("file", "tệp", False), ("https://cong.vidu.example/a", "cong.vidu.example", False), ("http://cong.vidu.example/", "không mã hóa", True),
    ):  # fmt: skip
        settings.MESSAGE_WAYS = {"sms": {"to": to, "token": "khoa-cong", "body": "", "template": ""}}
        said, wrong = messages.way_words("sms")
        assert words in said and wrong is is_fault and "khoa-cong" not in said


def test_a_secret_is_put_in_only_as_it_goes_out(ward, folder, monkeypatch):
    monkeypatch.setitem(services._SECRETS, "thu", lambda argument: f"https://vidu.example/{argument}")
    write(ward, "a", secret="thu:XYZ", facts={"link": services.SECRET})
    messages.write([Draft("b", "sms", PHONE, f"Xem {services.SECRET}", secret="thu:XYZ")], ward=ward.pk, at=AT, job="b")  # fmt: skip
    messages.send_waiting(clock.now)
    one, other = lines(folder)
    assert one["link"] == "https://vidu.example/XYZ" and other["text"] == "Xem https://vidu.example/XYZ"
    assert "XYZ" not in Message.objects.get(key="b").text
    monkeypatch.setitem(services._SECRETS, "thu", lambda argument: None)
    write(ward, "c", secret="thu:XYZ")
    messages.send_waiting(clock.now)
    assert states()["c"] == "failed" and len(lines(folder)) == 2


def test_one_that_failed_is_sent_again_when_a_person_says_so(ward, gateway):
    gateway.statuses = [400]
    write(ward, "a")
    messages.send_waiting(clock.now)
    one = Message.objects.get()
    assert messages.send_again(one, at=AT, job="1") and not messages.send_again(one, at=AT, job="1")
    assert messages.send_waiting(clock.now) == 1 and states() == {"a": "sent"}
    letter = Letter.objects.create(key="l", to_address="a@vidu.example", subject="", text="", made_at=AT, try_at=AT, state="failed")  # fmt: skip
    assert messages.send_again(letter, at=AT, job="2")


def test_what_is_forgotten_keeps_its_state_and_is_never_sent(ward, folder):
    write(ward, "a")
    messages.send_waiting(clock.now)
    write(ward, "b")
    assert messages.forget_before(AT + dt.timedelta(seconds=1)) == 2
    assert messages.forget_before(AT + dt.timedelta(seconds=1)) == 0
    assert set(Message.objects.values_list("state", "phone", "text")) == {
        ("sent", "", ""),
        ("failed", "", ""),
    }
    assert not messages.send_again(Message.objects.get(key="b"), at=AT, job="1")
    assert messages.send_waiting(clock.now) == 0 and len(lines(folder)) == 1


def test_a_gateway_that_hangs_is_asked_once_and_rests(ward, gateway, monkeypatch):
    monkeypatch.setattr(connectors, "_SECONDS", 0.02)
    monkeypatch.setattr(messages, "_PATIENCE", 0.01)
    gateway.dawdles = threading.Event()
    write(ward, "a", "b", "c")
    assert messages.send_waiting(clock.now) == 0
    gateway.dawdles.set()
    assert sorted(states().values()) == ["unclear", "waiting", "waiting"] and len(gateway.got) == 1
    assert messages.send_waiting(clock.now) == 0 and len(gateway.got) == 1


@pytest.mark.parametrize(
    "address",
    ["http://[bad/", "http://127.0.0.1:99999/", "http://127.0.0.1:8055/a b", "ftp://vi.du/", "http:///x"],
)
def test_an_address_that_is_none_is_said_and_stops_no_other_channel(ward, folder, settings, address):
    settings.MESSAGE_WAYS = {
        "sms": {"to": address, "token": "", "body": "", "template": ""},
        "zalo": {"to": "file", "token": "", "body": "", "template": ""},
    }
    assert messages.way_words("sms")[1] is True
    write(ward, "a")
    write(ward, "b", channel="zalo")
    with pytest.raises(Refusal, match="SMS"):
        messages.send_waiting(clock.now)
    assert states() == {"a": "waiting", "b": "sent"}


def test_files_with_phones_go_with_the_messages(ward, folder):
    old, new = folder / "sms-2026-01-02.jsonl", folder / "sms-2026-11-23.jsonl"
    folder.mkdir(exist_ok=True)
    for path in (old, new, folder / "sms-khong-ngay.jsonl"):
        path.write_text("{}\n")
    messages.forget_before(clock.noon(dt.date(2026, 8, 1)))
    assert not old.exists() and new.exists() and (folder / "sms-khong-ngay.jsonl").exists()
