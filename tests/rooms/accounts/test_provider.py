"""Signing in through the province's provider: a real one in a thread, asked over HTTP, and what it may get wrong."""

import datetime as dt
import re
import socket
import threading
from urllib.parse import parse_qs, urlsplit

import oidc_provider_mock
import pyotp
import pytest
import requests
from django.test import Client

from caicach.accounts import people, provider, second
from caicach.accounts.models import Person, Post, TiedAccount
from caicach.core import clock
from caicach.core.clock import noon
from caicach.rules.refusal import Refusal
from caicach.rules.sign_in import says_two
from tests.factories import rooms
from tests.rooms.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def server():
    with oidc_provider_mock.run_server_in_thread() as one:
        yield f"http://localhost:{one.server_port}"


@pytest.fixture(autouse=True)
def issuer(server, settings):
    settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = server, "caicach", "bi-mat"
    return server


@pytest.fixture
def lan(lan):
    lan.email = "lan@phuong.example"
    lan.save()
    return lan


@pytest.fixture
def tied(lan, issuer):
    at = noon(rooms.TODAY)
    provider.tie(lan, provider.Account(issuer, "tinh-17", "", False), at=at, address=None)
    return lan


def known(issuer, subject="tinh-17", **claims):
    """What the provider knows of somebody."""
    assert requests.put(f"{issuer}/users/{subject}", json=claims, timeout=5).status_code == 204


def leave(client, **asked):
    answer = client.get("/dang-nhap/tinh/", asked)
    assert answer.status_code == 302, answer.content.decode()
    return answer.url


def there(address, subject="tinh-17", **form):
    """Signs in at the provider; the address that it sends the browser back to."""
    answer = requests.post(address, data={"sub": subject, **form}, allow_redirects=False, timeout=5)
    assert answer.status_code == 302, answer.text
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


def go_round(client, subject="tinh-17", **asked):
    return client.get(there(leave(client, **asked), subject))


def said(client, answer, at="/dang-nhap/"):
    """The sentence on the page that somebody was sent back to."""
    assert answer.status_code == 303 and answer.url == at, (answer.status_code, answer.get("Location"))
    page = client.get(at).content.decode()
    return re.search(r'<div class="said"[^>]*>(.*?)</div>', page, re.S)[1]


def state_key(session):
    return next(key for key, _ in session.items() if key.startswith("_state_"))


def test_a_tied_account_opens_the_page_that_was_asked_for(tied, issuer):
    client = Client()
    page = client.get("/dang-nhap/?tiep=/ke-hoach/").content.decode()
    assert "Đăng nhập bằng tài khoản tỉnh" in page and "/dang-nhap/tinh/?tiep=%2Fke-hoach%2F" in page
    answer = go_round(client, tiep="/ke-hoach/")
    assert answer.status_code == 303 and answer.url == "/ke-hoach/"
    assert client.get("/ke-hoach/").status_code == 200
    assert "tài khoản tỉnh · 127.0.0.1" in client.get("/toi/").content.decode()
    assert TiedAccount.objects.get().used_at and rooms.events("account.signed-in") == 1


def test_what_the_provider_is_asked(lan, settings):
    settings.OIDC_ACR = ["loa3"]
    asked = parse_qs(urlsplit(leave(Client())).query)
    assert (
        asked["code_challenge_method"] == ["S256"]
        and asked["code_challenge"]
        and asked["nonce"]
        and asked["state"]
    )
    assert asked["scope"] == ["openid email"] and asked["response_type"] == ["code"]
    assert asked["redirect_uri"] == ["http://testserver/dang-nhap/tinh/ve/"] and asked["acr_values"] == [
        "loa3"
    ]


def test_the_way_back_never_leads_to_another_site(tied):
    assert go_round(Client(), tiep="https://example.com/").url == "/"


@pytest.mark.parametrize("state", ["sai", ""])
def test_a_wrong_state_is_refused(tied, state):
    client = Client()
    back = re.sub(r"state=[^&]*", f"state={state}", there(leave(client)))
    assert "đã cũ, hoặc mở ở trình duyệt khác" in said(client, client.get(back))
    assert client.get("/ke-hoach/").status_code == 302


def test_the_answer_to_another_browser_is_refused(tied):
    back = there(leave(Client()))
    victim = Client()
    leave(victim)
    for client in (victim, Client()):
        assert "đã cũ" in said(client, client.get(back)) and client.get("/ke-hoach/").status_code == 302


def test_a_code_is_used_once(tied):
    client = Client()
    back = there(leave(client))
    assert client.get(back).url == "/"
    client.post("/dang-xuat/")
    assert "đã cũ" in said(client, client.get(back)), "the state is gone"
    leave(client)
    state = state_key(client.session).removeprefix("_state_tinh_")
    replayed = re.sub(r"state=[^&]*", f"state={state}", back)
    assert "trả lời không đúng" in said(client, client.get(replayed)), "the provider takes its code once"
    assert client.get("/ke-hoach/").status_code == 302


def test_coming_back_too_late_is_refused(tied, monkeypatch, settings):
    import datetime as dt

    client = Client()
    back, moment = there(leave(client)), clock.machine()
    monkeypatch.setattr(
        clock, "machine", lambda: moment + dt.timedelta(minutes=settings.OIDC_MINUTES, seconds=1)
    )
    assert "đã cũ" in said(client, client.get(back))


def test_a_nonce_of_another_sign_in_is_refused(tied, monkeypatch):
    client = Client()
    back = there(leave(client))
    session = client.session
    key = state_key(session)
    session[key] = {**session[key], "data": {**session[key]["data"], "nonce": "khac"}}
    session.save()
    assert "trả lời không đúng" in said(client, client.get(back))


def test_a_token_for_another_client_is_refused(tied, settings):
    client = Client()
    back = there(leave(client))
    settings.OIDC_CLIENT_ID = "mot-phan-mem-khac"
    assert "trả lời không đúng" in said(client, client.get(back))


def test_a_provider_of_another_name_is_refused(lan, issuer, settings):
    settings.OIDC_ISSUER = issuer.replace("localhost", "127.0.0.1") + "/khac/.."
    client = Client()
    assert "trả lời không đúng" in said(client, client.get("/dang-nhap/tinh/"))


def test_somebody_who_says_no_is_told_so(tied):
    client = Client()
    back = there(leave(client), action="deny")
    assert "chưa đăng nhập được" in said(client, client.get(back))


def silent_port():
    """A server that takes connections and says nothing."""
    listening = socket.create_server(("127.0.0.1", 0))
    return listening, listening.getsockname()[1]


def test_a_provider_that_is_down_or_silent_is_said_and_the_password_still_opens(tied, settings):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        free = probe.getsockname()[1]
    listening, port = silent_port()
    settings.OIDC_TIMEOUT_SECONDS = 0.3
    for address in (f"http://127.0.0.1:{free}", f"http://127.0.0.1:{port}"):
        settings.OIDC_ISSUER = address
        client = Client()
        assert "Không nối được tài khoản tỉnh" in said(client, client.get("/dang-nhap/tinh/"))
        assert client.post("/dang-nhap/", {"user_name": "lan", "password": PASSWORD}).status_code == 303
    listening.close()


def test_a_provider_that_goes_down_on_the_way_back_is_said(tied, monkeypatch, settings):
    client = Client()
    back = there(leave(client))
    with socket.create_server(("127.0.0.1", 0)) as probe:
        settings.OIDC_ISSUER = f"http://127.0.0.1:{probe.getsockname()[1]}"
    assert "Không nối được tài khoản tỉnh" in said(client, client.get(back))


@pytest.mark.parametrize("page", [b"xin chao", b"{}", b"[]", b'"x"', b'{"issuer": 5}'])
def test_a_provider_that_talks_nonsense_is_said(lan, settings, page):
    listening, port = silent_port()

    def answer():
        line, _ = listening.accept()
        line.recv(65536)
        line.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(page), page)
        )
        line.close()

    talker = threading.Thread(target=answer)
    talker.start()
    settings.OIDC_ISSUER = f"http://127.0.0.1:{port}"
    client = Client()
    assert "trả lời không đúng" in said(client, client.get("/dang-nhap/tinh/"))
    talker.join(5)
    listening.close()


# --- who it is -------------------------------------------------------------------------------------------------


def test_an_account_that_is_nobodys_opens_nothing_and_makes_nobody(lan, issuer):
    known(issuer, "la-mat", email="lan@phuong.example", email_verified=True)
    before = Person.objects.count()
    client = Client()
    assert "chưa nối với ai ở đây" in said(client, go_round(client, "la-mat"))
    assert Person.objects.count() == before and not TiedAccount.objects.exists()


def test_a_verified_email_ties_at_the_first_sign_in_where_the_settings_say_so(lan, issuer, settings):
    settings.OIDC_BY_EMAIL = True
    known(issuer, "tinh-30", email="LAN@phuong.example", email_verified=True)
    assert go_round(Client(), "tinh-30").url == "/"
    tie = TiedAccount.objects.get()
    assert (tie.person, tie.subject, tie.label) == (lan, "tinh-30", "LAN@phuong.example")
    assert rooms.events("account.tied") == 1
    lan.email = ""
    lan.save()
    assert go_round(Client(), "tinh-30").url == "/", "from then on by the account, not by the address"
    known(issuer, "tinh-31", email="LAN@phuong.example", email_verified=True)
    lan.email = "lan@phuong.example"
    lan.save()
    client = Client()
    assert "chưa nối với ai" in said(client, go_round(client, "tinh-31")), (
        "a second account is tied by its owner only"
    )


@pytest.mark.parametrize("case", ["not verified", "two people", "inactive", "no post"])
def test_an_email_that_does_not_point_to_one_person_ties_nothing(lan, ward, issuer, settings, case):
    settings.OIDC_BY_EMAIL = True
    known(issuer, "tinh-40", email=lan.email, email_verified=case != "not verified")
    if case == "two people":
        other = rooms.make_person(ward, "officer")
        other.email = "Lan@Phuong.example"
        other.save()
    if case == "inactive":
        lan.is_active = False
        lan.save()
    if case == "no post":
        Post.objects.update(until=rooms.SIGNED)
    client = Client()
    words = said(client, go_round(client, "tinh-40"))
    assert ("chưa được giao việc" if case == "no post" else "chưa nối với ai") in words
    assert not TiedAccount.objects.exists() and client.get("/toi/").status_code == 302


def test_a_tied_person_without_a_post_or_inactive_is_refused(tied):
    client = Client()
    Post.objects.update(until=rooms.SIGNED)
    assert "chưa được giao việc" in said(client, go_round(client))
    Person.objects.filter(pk=tied.pk).update(is_active=False)
    assert "chưa nối với ai" in said(client, go_round(client)) and client.get("/toi/").status_code == 302


# --- tying -----------------------------------------------------------------------------------------------------


def signed_in(name="lan"):
    client = Client()
    assert client.post("/dang-nhap/", {"user_name": name, "password": PASSWORD}).status_code == 303
    return client


def test_a_person_ties_the_own_account_with_the_password_and_unties_it(lan, issuer):
    known(issuer, "tinh-50", email="lan@tinh.example", email_verified=True)
    client = signed_in()
    assert "chưa nối" in client.get("/toi/").content.decode()
    wrong = client.post("/toi/tai-khoan/", {"password": "sai"})
    assert wrong.status_code == 422 and "chưa đúng" in wrong.content.decode()
    go_round(client, "tinh-50", noi="1")
    assert not TiedAccount.objects.exists(), "without the password it is a sign-in like any other"
    client = signed_in()
    assert client.post("/toi/tai-khoan/", {"password": PASSWORD}).status_code == 303
    assert "/dang-nhap/tinh/?noi=1" in client.get("/toi/tai-khoan/").content.decode()
    answer = go_round(client, "tinh-50", noi="1")
    assert "Đã nối" in said(client, answer, "/toi/tai-khoan/")
    assert "lan@tinh.example" in client.get("/toi/").content.decode() and rooms.events("account.tied") == 1
    assert go_round(Client(), "tinh-50").url == "/"
    assert client.post("/toi/tai-khoan/thoi/").status_code == 303
    assert client.post("/toi/tai-khoan/thoi/").status_code == 422 and rooms.events("account.untied") == 1
    stranger = Client()
    assert "chưa nối với ai" in said(stranger, go_round(stranger, "tinh-50"))


def test_an_account_belongs_to_one_person_and_a_person_has_one(tied, ward, issuer):
    rooms.make_person(ward, "officer", user_name="mai", password=PASSWORD)
    client = signed_in("mai")
    client.post("/toi/tai-khoan/", {"password": PASSWORD})
    assert "đã nối với một người rồi" in said(client, go_round(client, noi="1"), "/toi/tai-khoan/")
    client = signed_in()
    client.post("/toi/tai-khoan/", {"password": PASSWORD})
    assert "đã nối một tài khoản khác" in said(
        client, go_round(client, "tinh-60", noi="1"), "/toi/tai-khoan/"
    )
    assert TiedAccount.objects.count() == 1


def test_what_one_began_another_does_not_end(lan, ward, issuer):
    rooms.make_person(ward, "officer", user_name="mai", password=PASSWORD)
    client = signed_in()
    client.post("/toi/tai-khoan/", {"password": PASSWORD})
    back = there(leave(client, noi="1"), "tinh-70")
    session = client.session
    kept = dict(session["provider"])
    client.post("/dang-xuat/")
    client.post("/dang-nhap/", {"user_name": "mai", "password": PASSWORD})
    session = client.session
    session["provider"] = kept
    session.save()
    assert "đã cũ" in said(client, client.get(back), "/toi/tai-khoan/") and not TiedAccount.objects.exists()


# --- beside the second step ------------------------------------------------------------------------------------


@pytest.fixture
def phone(tied):
    secret, moment = second.secret_of("n", tied), clock.machine()
    code = pyotp.TOTP(secret).at(moment)
    second.switch_on(tied, nonce="n", code=code, key=None, at=noon(rooms.TODAY), moment=moment, address=None)


@pytest.mark.parametrize(
    ("claims", "is_asked"),
    [({}, True), ({"amr": ["pwd"]}, True), ({"amr": ["pwd", "otp"]}, False), ({"amr": ["mfa"]}, False),
     ({"acr": "loa3"}, False), ({"acr": "loa1"}, True)],
)  # fmt: skip
def test_our_second_step_asks_unless_the_provider_says_it_did(
    tied, phone, issuer, settings, claims, is_asked
):
    settings.OIDC_ACR = ["loa3"]
    known(issuer, "tinh-17", **claims)
    client = Client()
    answer = go_round(client, tiep="/ke-hoach/")
    assert answer.url == ("/dang-nhap/ma/" if is_asked else "/ke-hoach/")
    assert client.get("/ke-hoach/").status_code == (302 if is_asked else 200)
    known(issuer, "tinh-17")


@pytest.mark.parametrize(
    ("amr", "acr", "is_two"),
    [(None, None, False), ("mfa", None, False), (["otp", "sms"], None, False), (["fpt", "hwk"], None, True),
     (["pwd", 5], None, False), ([], "loa3", True), ([], ["loa3"], False)],
)  # fmt: skip
def test_two_kinds_are_two_and_what_is_not_said_is_not_so(amr, acr, is_two):
    assert says_two(amr, acr, levels=["loa3"]) is is_two


def test_an_administrators_reset_unties_too(tied, ward):
    boss = rooms.make_person(ward, "administrator")
    people.reset_ways(tied, ward=ward.pk, by=boss.pk, at=noon(rooms.TODAY))
    assert not TiedAccount.objects.exists()
    with pytest.raises(Refusal):
        provider.untie(tied, at=noon(rooms.TODAY), address=None)


# --- settings --------------------------------------------------------------------------------------------------


def test_without_a_provider_there_is_no_button_and_no_page(lan, settings):
    settings.OIDC_CLIENT_SECRET = ""
    client = signed_in()
    assert "tài khoản tỉnh" not in Client().get("/dang-nhap/").content.decode()
    for address in ("/dang-nhap/tinh/", "/dang-nhap/tinh/ve/", "/toi/tai-khoan/"):
        assert client.get(address).status_code == 404
    assert "Tài khoản tỉnh" not in client.get("/toi/").content.decode()


def test_the_check_says_what_is_missing_or_does_not_fit(issuer, settings):
    from caicach.conf.check import _provider

    assert list(_provider()) == [(False, "Nhà cung cấp đăng nhập nối được: tài khoản tỉnh.")]
    settings.OIDC_ISSUER = issuer.replace("localhost", "127.0.0.1") + "/khac/.."
    assert "trùng từng chữ" in next(_provider())[1]
    settings.OIDC_ISSUER = "http://tinh.example"
    assert "https://" in next(_provider())[1]
    with socket.create_server(("127.0.0.1", 0)) as probe:
        settings.OIDC_ISSUER = f"http://127.0.0.1:{probe.getsockname()[1]}"
    assert next(_provider())[0] and "Không nối được" in next(_provider())[1]
    settings.OIDC_CLIENT_SECRET = ""
    assert next(_provider()) == (
        True,
        "Đăng nhập qua tài khoản tỉnh còn thiếu CAICACH_OIDC_CLIENT_SECRET, nên chưa hiện ra.",
    )
    settings.OIDC_ISSUER = settings.OIDC_CLIENT_ID = ""
    assert not list(_provider())
    settings.OIDC_BY_EMAIL = True
    assert next(_provider())[0]


def test_no_log_line_holds_a_token_or_a_name(tied, caplog, settings):
    from caicach.core.logs import FactsFormatter

    with caplog.at_level("DEBUG", "caicach"):
        client = Client()
        back = there(leave(client))
        client.get(back)
        client.get(back)
    lines = "\n".join(
        FactsFormatter().format(one) for one in caplog.records if one.name.startswith("caicach")
    )
    code = parse_qs(urlsplit(back).query)["code"][0]
    assert code not in lines and "tinh-17" not in lines and "bi-mat" not in lines


def test_signing_out_offers_to_end_the_providers_session_too(tied, issuer):
    client = Client()
    go_round(client)
    assert "provider_token" in client.session and "eyJ" not in str(dict(client.session)), "sealed"
    assert client.post("/dang-xuat/").url == "/dang-nhap/"
    page = client.get("/dang-nhap/").content.decode()
    assert "có thể vẫn đang mở" in page and 'href="/dang-xuat/tinh/"' in page
    answer = client.get("/dang-xuat/tinh/")
    assert answer.status_code == 303 and answer.url.startswith(f"{issuer}/oauth2/end_session?")
    asked = parse_qs(urlsplit(answer.url).query)
    assert asked["client_id"] == ["caicach"] and asked["post_logout_redirect_uri"] == [
        "http://testserver/dang-nhap/"
    ]
    assert asked["id_token_hint"][0].count(".") == 2
    assert requests.get(answer.url, timeout=5).status_code == 200
    assert client.get("/dang-xuat/tinh/").url == "/dang-nhap/", "once"
    assert "có thể vẫn đang mở" not in client.get("/dang-nhap/").content.decode()


def test_with_a_code_after_the_provider_it_is_offered_too(tied, issuer, monkeypatch):
    first, client = Client(), Client()
    go_round(first)
    words = re.search(r'class="typed">([A-Z2-7 ]+)<', first.get("/toi/hai-lop/").content.decode())[1]
    phone, now = pyotp.TOTP(words.replace(" ", "")), clock.machine()
    assert first.post("/toi/hai-lop/", {"code": phone.at(now)}).status_code == 303
    assert go_round(client).url == "/dang-nhap/ma/"
    later = now + dt.timedelta(seconds=60)
    monkeypatch.setattr(clock, "machine", lambda: later)
    assert client.post("/dang-nhap/ma/", {"code": phone.at(later)}).status_code == 303
    client.post("/dang-xuat/")
    assert "có thể vẫn đang mở" in client.get("/dang-nhap/").content.decode()


def test_a_provider_without_a_way_out_is_said(tied, issuer, monkeypatch):
    client = Client()
    go_round(client)
    client.post("/dang-xuat/")
    app = provider._app

    def without():
        one = app()
        one.server_metadata.pop("end_session_endpoint")
        return one

    monkeypatch.setattr(provider, "_app", without)
    assert "Không đăng xuất được khỏi tài khoản tỉnh" in said(client, client.get("/dang-xuat/tinh/"))


def test_whoever_came_by_password_hears_nothing_of_it(lan):
    client = Client()
    client.post("/dang-nhap/", {"user_name": "lan", "password": PASSWORD})
    client.post("/dang-xuat/")
    assert "có thể vẫn đang mở" not in client.get("/dang-nhap/").content.decode()
    assert client.get("/dang-xuat/tinh/").url == "/dang-nhap/"
