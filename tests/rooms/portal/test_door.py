"""The citizens' door: both lines or nothing, one sentence for all that is wrong, guessing bounded, nothing kept on the way."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from caicach.accounts.models import WrongTries
from caicach.core.logs import FactsFormatter
from caicach.counter.services import lookup_code, lookup_hash
from caicach.dossiers import intake
from caicach.rules.messages import SENTENCES
from tests.factories import rooms
from tests.rooms.portal.conftest import AT, asked, make_desk

pytestmark = pytest.mark.django_db
WRONG = SENTENCES["portal.wrong"]


def ask(client, number, code, **how):
    return client.post("/tra-cuu/", {"number": number, "code": code}, **how)


def test_both_lines_open_the_page_however_they_are_typed(client, dossier, code):
    assert client.get("/tra-cuu/").status_code == 200
    for number in (
        dossier.code,
        dossier.code.lower().replace("-", " "),
        dossier.code[-11:].replace("0", "O"),
    ):
        answer = ask(client, number, f" {code[:4].lower()}-{code[4:].replace('O', '0')} ")
        assert answer.status_code == 303, number
        page = client.get(answer.url)
        assert page.status_code == 200 and dossier.code in page.content.decode()


def test_a_number_alone_shows_nothing(client, dossier):
    answer = ask(client, dossier.code, "")
    assert answer.status_code == 422 and "Hãy nhập mã tra cứu" in answer.content.decode()
    assert "khai sinh" not in answer.content.decode() and not WrongTries.objects.exists()
    assert client.get(f"/tra-cuu/?so={dossier.code}").status_code == 200


@pytest.mark.parametrize("door", ["form", "address"])
def test_what_is_wrong_is_never_told(client, dossier, code, accept, door, settings):
    """An unknown number, another's code, a known number with a wrong code: the same bytes but what was typed, the same queries."""
    settings.LOOKUP_TRIES = 99
    other = accept(asked(), token="phieuhai0002")
    pairs = [
        ("H01.31.05-261123-9999", "ABCDEFGH"), (dossier.code, "ABCDEFGH"), (dossier.code, lookup_code(other.ward_id, other.token)),
        ("H01.31.05-261123-9999", code),
    ]  # fmt: skip
    found = []
    ask(client, *pairs[0])  # the first count makes its row
    for number, typed in pairs:
        with CaptureQueriesContext(connection) as queries:
            answer = (
                ask(client, number, typed) if door == "form" else client.get(f"/tra-cuu/{typed}/?so={number}")
            )
        assert answer.status_code == (422 if door == "form" else 404)
        text = answer.content.decode().replace(number, "").replace(typed, "")
        assert WRONG in text and "khai sinh" not in text
        found.append((text.partition("<form")[0], len(queries)))
    assert len(set(found)) == 1, found


def test_an_unknown_code_is_nowhere(client, dossier):
    answer = client.get("/tra-cuu/ABCDEFGH/")
    assert answer.status_code == 404 and WRONG in answer.content.decode()
    assert client.get("/tra-cuu/x/").status_code == 404


def test_a_code_opens_by_one_question_that_an_index_answers(client, dossier, code):
    hashed = lookup_hash(dossier.ward_id, code)
    rows = intake.Dossier.objects.filter(lookup_hash__in=[hashed])
    if connection.vendor == "sqlite":
        assert "dossiers_by_lookup" in rows.explain()
    look(client, code)
    with CaptureQueriesContext(connection) as queries:
        look(client, code)
    assert len(queries) <= 8, [one["sql"][:120] for one in queries]
    assert sum("lookup_hash" in one["sql"].split("WHERE")[-1] for one in queries) == 1


def look(client, code):
    answer = client.get(f"/tra-cuu/{code}/")
    assert answer.status_code == 200
    return answer


def test_the_same_number_of_queries_however_much_happened(client, dossier, code, go):
    look(client, code)
    with CaptureQueriesContext(connection) as few:
        look(client, code)
    for n in range(5):
        go("ask-payment", at=AT + dt.timedelta(hours=n))
        go("confirm-payment", at=AT + dt.timedelta(hours=n, minutes=5))
    with CaptureQueriesContext(connection) as many:
        look(client, code)
    assert len(few) == len(many)


# --- guessing --------------------------------------------------------------------------------------------------


def test_an_address_rests_after_five_wrong_ones_and_is_told_until_when(client, dossier, code, settings):
    for _ in range(settings.LOOKUP_TRIES):
        assert ask(client, dossier.code, "ABCDEFGH").status_code == 422
    for answer in (ask(client, dossier.code, code), client.get(f"/tra-cuu/{code}/"), client.get(f"/tra-cuu/{code}/?so={dossier.code}")):  # fmt: skip
        page = answer.content.decode()
        assert answer.status_code == 429 and "nhập sai 5 lần" in page and "khai sinh" not in page
        assert "Một cửa Phường Thử: 0000 000 000" in page, "whom to call stands there"
        assert 0 < int(answer["Retry-After"]) <= settings.LOOKUP_REST_MINUTES * 60
    assert client.get(f"/tra-cuu/{code}/", REMOTE_ADDR="192.0.2.7").status_code == 200, (
        "another address does not rest"
    )
    WrongTries.objects.update(rests_until=AT - dt.timedelta(days=1))
    assert client.get(f"/tra-cuu/{code}/").status_code == 200


def test_a_network_of_ipv6_is_one_address(client, dossier, code, settings):
    for n in range(settings.LOOKUP_TRIES):
        client.get("/tra-cuu/ABCDEFGH/", REMOTE_ADDR=f"2001:db8:1:2::{n}")
    assert client.get(f"/tra-cuu/{code}/", REMOTE_ADDR="2001:db8:1:2:ffff::1").status_code == 429
    assert client.get(f"/tra-cuu/{code}/", REMOTE_ADDR="2001:db8:1:3::1").status_code == 200


def test_many_who_guess_codes_make_the_number_needed_and_lock_nobody_out(client, dossier, code, settings):
    settings.LOOKUP_TRIES_ALL = 3
    for n in range(3):
        assert client.get("/tra-cuu/ABCDEFGH/", REMOTE_ADDR=f"192.0.2.{n}").status_code == 404
    alone = client.get(f"/tra-cuu/{code}/", REMOTE_ADDR="192.0.2.9")
    page = alone.content.decode()
    assert alone.status_code == 429 and int(alone["Retry-After"]) > 0 and "cả số hồ sơ lẫn mã tra cứu" in page
    assert f'value="{code}"' in page and "khai sinh" not in page
    both = ask(client, dossier.code, code, REMOTE_ADDR="192.0.2.9")
    assert both.status_code == 303 and client.get(both.url, REMOTE_ADDR="192.0.2.9").status_code == 200


def test_a_right_one_does_not_wash_wrong_ones_away(client, dossier, code, settings):
    for _ in range(settings.LOOKUP_TRIES - 1):
        client.get("/tra-cuu/ABCDEFGH/")
    assert client.get(f"/tra-cuu/{code}/").status_code == 200
    client.get("/tra-cuu/ABCDEFGH/")
    assert client.get(f"/tra-cuu/{code}/").status_code == 429


def test_wrong_ones_of_hours_ago_are_forgotten(client, dossier, code, settings):
    for _ in range(settings.LOOKUP_TRIES - 1):
        client.get("/tra-cuu/ABCDEFGH/")
    row = WrongTries.objects.first()
    WrongTries.objects.update(last_at=row.last_at - dt.timedelta(hours=2))
    client.get("/tra-cuu/ABCDEFGH/")
    assert client.get(f"/tra-cuu/{code}/").status_code == 200


def test_no_address_of_anybody_stands_in_the_table(client, dossier):
    client.get("/tra-cuu/ABCDEFGH/", REMOTE_ADDR="192.0.2.77")
    assert WrongTries.objects.count() == 2 and not any("192" in one.name_hash and "." in one.name_hash for one in WrongTries.objects.all())  # fmt: skip


def test_two_dossiers_of_one_code_ask_for_the_number(client, accept, dossier, code):
    other = accept(asked(), token="phieuhai0002")
    intake.Dossier.objects.filter(pk=other.pk).update(lookup_hash=lookup_hash(dossier.ward_id, code))
    answer = client.get(f"/tra-cuu/{code}/")
    assert answer.status_code == 422 and SENTENCES["portal.with-number"] in answer.content.decode()
    page = client.get(f"/tra-cuu/{code}/?so={other.code}").content.decode()
    assert other.code in page and dossier.code not in page


def test_each_ward_of_a_server_has_its_own(client, dossier, code, officer):
    other = make_desk(rooms.make_ward("Phường Hai"))
    page = client.get(f"/tra-cuu/{code}/").content.decode()
    assert dossier.ward.name in page and other.name not in page


# --- what stays on the way -------------------------------------------------------------------------------------


def test_nothing_on_the_way_keeps_it(client, dossier, code):
    for answer in (
        client.get("/tra-cuu/"),
        client.get(f"/tra-cuu/{code}/"),
        client.get("/tra-cuu/ABCDEFGH/"),
    ):
        assert answer["Cache-Control"] == "private, no-store" and "noindex" in answer["X-Robots-Tag"]
        assert answer["Referrer-Policy"] == "same-origin"
        assert 'name="robots" content="noindex' in answer.content.decode()


def test_no_log_line_has_the_code(client, dossier, code, caplog, settings):
    settings.DEBUG = True  # then each request has its line
    with caplog.at_level("DEBUG"):
        client.get(f"/tra-cuu/{code}/?so={dossier.code}")
        client.get("/tra-cuu/ABCDEFGH/")
    said = "\n".join(FactsFormatter().format(one) for one in caplog.records if one.name.startswith("caicach"))
    assert (
        "view=portal:opened" in said
        and code not in said
        and "ABCDEFGH" not in said
        and dossier.code not in said
    )
