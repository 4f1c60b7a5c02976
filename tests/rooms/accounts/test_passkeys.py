"""Passkeys on the server's side: what is asked, what an answer must be, by a device made of a few lines of cryptography."""

import base64
import hashlib
import json
import secrets
import struct

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client

from caicach.accounts import passkeys, people, second
from caicach.accounts.models import FailedSignIn, Passkey, Post
from caicach.core import clock
from caicach.core.clock import noon
from caicach.rules.refusal import Refusal
from tests.factories import rooms
from tests.rooms.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db
HOST, ORIGIN = "cchc.example.vn", "https://cchc.example.vn"


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Device:
    """Makes one key and signs with it, as an authenticator does."""

    def __init__(self, *, origin=ORIGIN, host=HOST, is_verified=True):
        self.origin, self.host, self.is_verified = origin, host, is_verified
        self.key, self.id, self.count, self.owner = (
            ec.generate_private_key(ec.SECP256R1()),
            secrets.token_bytes(16),
            0,
            b"",
        )

    def _data(self, attested=b""):
        flags = 1 | (4 if self.is_verified else 0) | (64 if attested else 0)
        return hashlib.sha256(self.host.encode()).digest() + struct.pack(">BI", flags, self.count) + attested

    def _client(self, kind, challenge):
        return json.dumps(
            {"type": f"webauthn.{kind}", "challenge": challenge, "origin": self.origin}
        ).encode()

    def create(self, asked):
        self.owner = unb64(asked["user"]["id"])
        point = self.key.public_key().public_numbers()
        public = cbor2.dumps(
            {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        )
        attested = bytes(16) + struct.pack(">H", len(self.id)) + self.id + public
        whole = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": self._data(attested)})
        response = {
            "clientDataJSON": b64(self._client("create", asked["challenge"])),
            "attestationObject": b64(whole),
        }
        return json.dumps({"id": b64(self.id), "rawId": b64(self.id), "type": "public-key", "clientExtensionResults": {}, "response": response})  # fmt: skip

    def get(self, asked, **other):
        self.count += 1
        client, data = self._client("get", asked["challenge"]), self._data()
        signed = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(signed),
            "userHandle": b64(self.owner), **other,
        }  # fmt: skip
        return json.dumps({"id": b64(self.id), "rawId": b64(self.id), "type": "public-key", "clientExtensionResults": {}, "response": response})  # fmt: skip


@pytest.fixture(autouse=True)
def _hosts(settings):
    settings.ALLOWED_HOSTS = [HOST, ".tinh.example.vn", "localhost", "testserver"]


class Browser(Client):
    """A client at the host, over HTTPS."""

    def __init__(self):
        super().__init__(HTTP_HOST=HOST)

    def request(self, **request):
        return super().request(**{**request, "wsgi.url_scheme": "https"})


@pytest.fixture
def signed_in(lan):
    client = Browser()
    assert client.post("/dang-nhap/", {"user_name": "lan", "password": PASSWORD}).status_code == 303
    return client


def begin(client, password=PASSWORD, name="Điện thoại"):
    return client.post("/toi/khoa/bat-dau/", {"name": name, "password": password})


def add(client, device, name="Điện thoại"):
    asked = begin(client)
    assert asked.status_code == 200, asked.content.decode()
    return client.post("/toi/khoa/", {"name": name, "credential": device.create(asked.json())})


def ask(client):
    answer = client.post("/dang-nhap/khoa/bat-dau/")
    assert answer.status_code == 200
    return answer.json()


def come_in(client, credential, **other):
    return client.post("/dang-nhap/khoa/", {"credential": credential, **other})


def words(answer):
    assert answer.status_code == 422, answer.content.decode()
    return answer.json()["words"]


def test_a_key_is_added_and_opens_without_password_or_code(signed_in, lan):
    device = Device()
    assert add(signed_in, device).json() == {"to": "/toi/khoa/"}
    assert "Điện thoại" in signed_in.get("/toi/khoa/").content.decode()
    client = Browser()
    answer = come_in(client, device.get(ask(client)), tiep="/ke-hoach/")
    assert answer.json() == {"to": "/ke-hoach/"} and client.get("/ke-hoach/").status_code == 200
    page = client.get("/toi/").content.decode()
    assert "khóa truy cập · 127.0.0.1" in page and rooms.events("account.passkey-added") == 1
    key = Passkey.objects.get()
    assert (key.sign_count, key.host) == (1, HOST) and key.used_at


def test_what_is_asked_of_the_browser(signed_in, lan):
    add(signed_in, Device())
    asked = begin(signed_in).json()
    assert asked["rp"]["id"] == HOST and unb64(asked["user"]["id"]) == lan.handle.encode()
    assert (
        asked["authenticatorSelection"]["residentKey"]
        == asked["authenticatorSelection"]["userVerification"]
        == "required"
    )
    assert [one["id"] for one in asked["excludeCredentials"]] == [Passkey.objects.get().credential_id]
    asked = ask(Browser())
    assert asked["userVerification"] == "required" and not asked.get("allowCredentials")


def test_adding_asks_for_the_password_and_a_name(signed_in, settings):
    assert "đang dùng chưa đúng" in words(begin(signed_in, "sai"))
    assert begin(signed_in, "sai").json()["field"] == "password"
    assert words(begin(signed_in, name=" ")) == "Hãy đặt tên cho khóa."
    assert words(add(signed_in, Device(), name=" ")) == "Hãy đặt tên cho khóa."
    for _ in range(settings.SIGN_IN_TRIES):
        begin(signed_in, "sai")
    assert "Hãy đợi" in words(begin(signed_in)) and not Passkey.objects.exists()


def test_a_challenge_is_used_once_soon_and_for_what_it_was_asked(signed_in, lan, monkeypatch, settings):
    device = Device()
    add(signed_in, device)
    client = Browser()
    credential = device.get(ask(client))
    assert come_in(client, credential).status_code == 200
    client.post("/dang-xuat/")
    assert "quá lâu" in words(come_in(client, credential)), "the challenge is gone"
    ask(client)
    assert "không khớp" in words(come_in(client, credential)), "another one was asked"
    credential, moment = device.get(ask(client)), clock.machine()
    monkeypatch.setattr(
        clock,
        "machine",
        lambda: moment + 61 * settings.PASSKEY_MINUTES * noon(rooms.TODAY).resolution * 10**6,
    )
    assert "quá lâu" in words(come_in(client, credential))
    monkeypatch.undo()
    other = Device()
    made = other.create(begin(signed_in).json() | {"challenge": ask(signed_in)["challenge"]})
    assert "quá lâu" in words(signed_in.post("/toi/khoa/", {"name": "x", "credential": made})), (
        "asked to sign in"
    )
    assert FailedSignIn.objects.filter(person=lan, way="passkey").count() == 1


def test_a_challenge_is_used_up_by_an_answer_that_was_refused(signed_in):
    device = Device()
    add(signed_in, device)
    client = Browser()
    asked = ask(client)
    assert "không dùng được ở đây" in words(come_in(client, Device().get(asked)))
    assert "quá lâu" in words(come_in(client, device.get(asked)))
    asked = begin(signed_in).json()
    assert signed_in.post("/toi/khoa/", {"name": "x", "credential": "{}"}).status_code == 422
    assert "quá lâu" in words(
        signed_in.post("/toi/khoa/", {"name": "x", "credential": Device().create(asked)})
    )


@pytest.mark.parametrize(
    "device",
    [Device(origin="https://cchc.example.com"), Device(host="example.vn"), Device(is_verified=False)],
    ids=["another-site", "another-host", "not-unlocked"],
)
def test_a_key_of_another_place_or_not_unlocked_is_refused(signed_in, device):
    assert "không khớp" in words(add(signed_in, device))
    good = Device()
    add(signed_in, good)
    good.origin, good.host, good.is_verified = device.origin, device.host, device.is_verified
    client = Browser()
    assert "không khớp" in words(come_in(client, good.get(ask(client))))
    assert client.get("/ke-hoach/").status_code == 302


def test_a_copied_key_is_found_by_its_count(signed_in):
    device = Device()
    add(signed_in, device)
    client = Browser()
    assert come_in(client, device.get(ask(client))).status_code == 200
    device.count = 0
    assert "không khớp" in words(come_in(client, device.get(ask(client))))


def test_another_persons_key_another_signature_and_nonsense(signed_in, ward):
    device = Device()
    add(signed_in, device)
    client = Browser()
    assert "không khớp" in words(come_in(client, device.get(ask(client), userHandle=b64(b"ai-do"))))
    thief = Device()
    thief.id = device.id
    assert "không khớp" in words(come_in(client, thief.get(ask(client))))
    assert "không dùng được ở đây" in words(come_in(client, Device().get(ask(client))))
    good = json.loads(device.get({"challenge": "x"}))
    for nonsense in ("", "{", "[]", "null", "5", '{"id": "x"}', '{"id": "x", "response": 1}', "\x00"):
        ask(client)
        assert come_in(client, nonsense).status_code == 422, nonsense
        begin(signed_in)
        assert signed_in.post("/toi/khoa/", {"name": "x", "credential": nonsense}).status_code == 422, (
            nonsense
        )
    for field in good["response"]:
        for value in ("", "!!", None, 7, [], "AAAA"):
            ask(client)
            broken = good | {"response": good["response"] | {field: value}}
            assert come_in(client, json.dumps(broken)).status_code == 422, (field, value)


def test_somebody_without_a_post_or_inactive_stays_outside(signed_in, lan):
    device = Device()
    add(signed_in, device)
    client = Browser()
    Post.objects.update(until=rooms.SIGNED)
    assert "chưa được giao việc" in words(come_in(client, device.get(ask(client))))
    lan.is_active = False
    lan.save()
    assert "không dùng được ở đây" in words(come_in(client, device.get(ask(client))))
    assert client.get("/toi/").status_code == 302


def test_a_removed_key_opens_nothing(signed_in, lan):
    device = Device()
    add(signed_in, device)
    key = Passkey.objects.get()
    other = Browser()
    other.force_login(rooms.make_person(Post.objects.get(person=lan).ward, "officer"))
    assert other.post("/toi/khoa/bo/", {"khoa": key.pk}).status_code == 422 and Passkey.objects.exists(), (
        "not mine"
    )
    assert signed_in.post("/toi/khoa/bo/", {"khoa": key.pk}).status_code == 303
    assert signed_in.post("/toi/khoa/bo/", {"khoa": key.pk}).status_code == 422
    client = Browser()
    assert "đã bị bỏ" in words(come_in(client, device.get(ask(client))))
    assert rooms.events("account.passkey-removed") == 1


def test_no_more_than_ten_and_none_twice(signed_in, settings, lan):
    device = Device()
    add(signed_in, device)
    assert "đã có ở đây rồi" in words(add(signed_in, device))
    settings.PASSKEYS = 1
    assert "Đã có 1 khóa" in words(begin(signed_in))


@pytest.mark.parametrize(
    ("host", "is_secure", "is_offered"),
    [
        (HOST, True, True), (f"{HOST}:8443", True, True), (HOST, False, False), ("localhost:8000", False, True),
        ("127.0.0.1:8000", True, False), ("[::1]:8000", True, False), ("a.tinh.example.vn", True, False),
    ],
)  # fmt: skip
def test_keys_are_offered_where_a_browser_and_the_settings_allow_them(
    lan, settings, host, is_secure, is_offered
):
    settings.ALLOWED_HOSTS += ["127.0.0.1", "[::1]"]
    page = Client().get("/dang-nhap/", HTTP_HOST=host, secure=is_secure).content.decode()
    assert ("Đăng nhập bằng khóa truy cập" in page) == is_offered
    answer = Client().post("/dang-nhap/khoa/bat-dau/", HTTP_HOST=host, secure=is_secure)
    assert answer.status_code == (200 if is_offered else 422)
    door = passkeys.door_of(host, is_secure=is_secure, known={HOST})
    assert (door is not None) == is_offered
    if door:
        assert door.origin == f"{'https' if is_secure else 'http'}://{host}" and ":" not in door.host


def test_the_site_of_the_settings_is_a_door_too(lan, settings):
    settings.SITE = "https://a.tinh.example.vn"
    page = Client().get("/dang-nhap/", HTTP_HOST="a.tinh.example.vn", secure=True).content.decode()
    assert "Đăng nhập bằng khóa truy cập" in page


# --- beside the second step -------------------------------------------------------------------------------------


def test_a_key_is_enough_for_a_role_that_needs_two_and_the_last_one_stays(ward, settings):
    boss = rooms.make_person(ward, "administrator", user_name="quan", password=PASSWORD)
    client = Browser()
    client.post("/dang-nhap/", {"user_name": "quan", "password": PASSWORD})
    settings.SECOND_FACTOR_ROLES = ["administrator"]
    assert client.get("/nguoi/").url == "/toi/hai-lop/"
    device = Device()
    assert add(client, device).status_code == 200 and client.get("/nguoi/").status_code == 200
    key = Passkey.objects.get()
    last = client.post("/toi/khoa/bo/", {"khoa": key.pk})
    assert last.status_code == 422 and "cần hai lớp" in last.content.decode()
    thief = Browser()
    thief.post("/dang-nhap/", {"user_name": "quan", "password": PASSWORD})
    assert thief.get("/nguoi/").url == "/toi/hai-lop/"
    assert "Hãy đăng nhập bằng cách thứ hai" in thief.get("/toi/hai-lop/").content.decode()
    thief.post("/toi/hai-lop/", {"code": "123456"})
    assert "đăng nhập bằng cách ấy" in words(begin(thief)), (
        "the password alone adds no key beside the owner's"
    )
    assert not second.is_on(boss.pk)
    again = Browser()
    assert (
        come_in(again, device.get(ask(again))).status_code == 200 and again.get("/nguoi/").status_code == 200
    )


def test_an_administrators_reset_takes_keys_away(signed_in, ward, lan):
    device = Device()
    add(signed_in, device)
    boss = rooms.make_person(ward, "administrator")
    people.reset_ways(lan, ward=ward.pk, by=boss.pk, at=noon(rooms.TODAY))
    assert not Passkey.objects.exists() and signed_in.get("/toi/").status_code == 302
    with pytest.raises(Refusal):
        people.reset_ways(lan, ward=ward.pk, by=boss.pk, at=noon(rooms.TODAY))
