"""What happens to a dossier is told once, to who agreed, by what they gave, and is on record either way."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from caicach import data
from caicach.citizens import services as citizens
from caicach.core import clock
from caicach.counter.services import lookup_code
from caicach.dossiers.models import Dossier, DossierClock, Event
from caicach.exchange.models import Letter, Message
from caicach.notices import jobs, services
from caicach.notices.models import Manner, Notice, Position
from caicach.rules import notices as rules
from caicach.worker import loop
from tests.rooms.counter.conftest import COPY, asked
from tests.rooms.notices.conftest import AT, PHONE, SITE

pytestmark = pytest.mark.django_db


def whys():
    return list(Notice.objects.order_by("event", "channel").values_list("moment", "channel", "why"))


def test_an_intake_is_told_by_the_channels_that_were_ticked(accept, tell, sent):
    dossier = accept("sms", "zalo", "email")
    assert tell() == 3 and tell() == 0
    assert whys() == [("accepted", one, "") for one in ("email", "sms", "zalo")]
    (sms,), (zalo,) = sent(), sent("zalo")
    code = lookup_code(dossier.ward_id, dossier.token)
    assert dossier.code in sms["text"] and sms["text"].isascii() and sms["phone"] == PHONE
    assert f"{SITE}/tra-cuu/{code}/?tin=" in sms["text"] and sms["link"].startswith(f"{SITE}/tra-cuu/{code}/")
    assert "nhận hồ sơ" in zalo["text"]
    letter = Letter.objects.get()
    assert letter.to_address == "lan@vidu.example" and dossier.code in letter.subject
    assert code not in letter.text and code not in Message.objects.get(channel="sms").text


def test_no_short_message_names_a_person_or_a_procedure(accept, go, tell, sent):
    dossier = accept("sms")
    tell()
    go(dossier, "ask-supplement", word="Giấy chứng sinh của bé Nguyễn Văn An")
    tell()
    texts = " ".join(one["text"] for one in sent()).lower()
    assert len(sent()) == 2 and "bo sung" in texts
    for word in ("nguyen", "khai sinh", "chung sinh", "van an"):
        assert word not in texts, (word, texts)


def test_nobody_is_told_who_did_not_agree_and_that_is_on_record(accept, tell, sent):
    accept()
    assert tell() == 1 and whys() == [("accepted", "", "unasked")]
    assert sent() == [] and not Letter.objects.exists()


def test_an_apology_says_the_broken_promise_and_the_new_one(accept, go, tell, sent):
    dossier = accept("sms")
    tell()
    go(dossier, "extend", word="Chờ xác minh", amount=2)
    tell()
    event = Event.objects.get(code="extend")
    text = sent()[-1]["text"]
    assert "xin loi" in text
    for moment in (event.facts["before"], event.facts["due"]):
        assert f"{dt.datetime.fromisoformat(moment):%H:%M %d/%m/%Y}" in text


def test_an_e_mail_says_why_and_what_to_bring(accept, go, tell):
    dossier = accept("email")
    go(dossier, "ask-supplement", word="Giấy chứng sinh")
    tell()
    assert "Cần bổ sung:\nGiấy chứng sinh" in Letter.objects.order_by("-pk").first().text
    go(dossier, "take-supplement", at=AT + dt.timedelta(hours=2))
    go(dossier, "resolve", outcome="granted", at=AT + dt.timedelta(hours=3))
    tell()
    assert "Mang theo:" in Letter.objects.order_by("-pk").first().text


def test_what_is_no_longer_true_is_not_told(accept, go, tell, sent):
    dossier = accept("sms")
    tell()
    go(dossier, "ask-supplement", word="Giấy chứng sinh")
    go(dossier, "take-supplement", at=AT + dt.timedelta(hours=2))
    tell()
    assert whys()[1:] == [("supplement", "", "passed"), ("resumed", "sms", "")]
    assert len(sent()) == 2


def test_who_waited_for_the_result_is_not_told_to_come_for_it(accept_plain, tell, sent):
    accept_plain(asked(COPY, parts=frozenset({1}), channels=("sms",), at_once=True))
    tell()
    assert whys() == [("accepted", "", "passed"), ("ready", "", "passed")] and sent() == []


@pytest.mark.parametrize(
    ("way", "words"), [("counter", "nhan tai"), ("post", "buu chinh"), ("file", "ban dien tu")]
)
def test_a_result_is_told_with_how_it_comes(accept_plain, go, tell, sent, way, words):
    dossier = accept_plain(
        asked(channels=("sms",), way=way, way_to="Số 2, đường Thử" if way == "post" else "")
    )
    go(dossier, "resolve", outcome="granted")
    tell()
    assert words in sent()[-1]["text"].lower()


def test_what_happened_days_ago_is_no_news(accept, tell, settings):
    accept("sms", at=clock.now() - dt.timedelta(hours=settings.NOTICE_HOURS + 1))
    assert tell() == 0 and not Notice.objects.exists()


@pytest.mark.parametrize(("channel", "why"), [("sms", "off"), ("email", "off")])
def test_a_channel_that_the_server_has_not_is_on_record(accept, tell, settings, channel, why):
    settings.MAIL_URL = ""
    settings.MESSAGE_WAYS = {"sms": {**settings.MESSAGE_WAYS["sms"], "to": "off"}, "zalo": settings.MESSAGE_WAYS["zalo"]}  # fmt: skip
    accept(channel)
    tell()
    assert whys() == [("accepted", channel, why)] and not Message.objects.exists()


def test_a_phone_that_was_taken_away_is_on_record(accept, tell):
    dossier = accept("sms")
    citizens.anonymise(dossier.citizen, at=AT)
    tell()
    assert whys() == [("accepted", "sms", "no-contact")]


def test_killed_between_the_notices_and_the_position_nothing_is_told_twice(accept, tell, sent, monkeypatch):
    accept("sms")
    tell()
    Position.objects.update(upto=0, seen=0)
    tell()
    assert len(sent()) == 1 and Notice.objects.count() == 1
    accept("sms", token="phieuhai0001")

    def killed(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Notice.objects, "bulk_create", killed)
        with pytest.raises(KeyboardInterrupt):
            tell()
    assert Message.objects.count() == 1, "a message without its notice"
    tell()
    assert len(sent()) == 2


def test_an_event_that_is_committed_behind_a_newer_one_is_still_told(accept, tell):
    """Numbers are given before they are committed: the position follows behind and looks again."""
    at = clock.machine()
    accept("sms", token="phieuhai0001")
    late = Event.objects.get(code="accept").pk
    dossier = accept("sms")
    hidden = Dossier.objects.get(token="phieuhai0001")
    Dossier.objects.filter(pk=hidden.pk).update(set_aside=True)  # as if nobody saw it yet
    tell(at)
    assert set(Notice.objects.values_list("dossier_id", flat=True)) == {dossier.pk}
    Dossier.objects.filter(pk=hidden.pk).update(set_aside=False)
    tell(at + dt.timedelta(minutes=1))
    assert Notice.objects.filter(event=late).exists()
    tell(at + dt.timedelta(minutes=11))
    tell(at + dt.timedelta(minutes=22))
    assert Position.objects.get().upto == Event.objects.latest("pk").pk
    assert not services.has_news(at + dt.timedelta(minutes=23))


def test_the_worker_tells_within_the_minute_and_asks_little_when_nothing_happened(accept, sent):
    accept("sms")
    jobs.look(clock.now())
    while loop.run_one():
        pass
    assert len(sent()) == 1
    with CaptureQueriesContext(connection) as seen:
        jobs.look(clock.now())
    assert len(seen) == 2


def test_a_batch_takes_as_many_queries_for_nine_dossiers_as_for_three(accept, tell):
    accept("sms")
    tell()
    counts = []
    for often in (3, 9):
        for n in range(often):
            accept("sms", token=f"phieu{often}so{n:06}")
        with CaptureQueriesContext(connection) as seen:
            assert tell() == often
        counts.append(len(seen))
    assert counts[0] == counts[1], counts


def test_a_ward_that_does_not_tell_of_a_moment_writes_nothing(accept, tell, ward, officer):
    said = {code: (one.is_on and code != "accepted", one.text) for code, one in data.notices().items()}
    assert services.set_manner(said, is_plain=False, seen=0, ward=ward.pk, by=officer.pk, at=AT)
    accept("sms")
    assert tell() == 0 and Manner.objects.get().said == {"accepted": {"on": False, "text": ""}}


def test_an_apology_beside_is_told_to_nobody_where_nobody_is_known(ward, tell):
    dossier = Dossier.objects.create(ward=ward, code="H01.31.05-261102-0001", state="processing", due_on=AT.date(), words="")  # fmt: skip
    DossierClock.objects.create(dossier=dossier, ward=ward)
    Event.objects.create(ward=ward, dossier=dossier, at=AT, code="apologise", state="processing", facts={"due": "2026-12-01"})  # fmt: skip
    tell()
    assert whys() == [("extended", "", "unknown")]


def test_anonymising_takes_phone_and_words_from_what_was_written(accept, tell, sent):
    dossier = accept("sms", "email")
    tell()
    citizens.anonymise(dossier.citizen, at=AT)
    assert Message.objects.get().phone == Message.objects.get().text == "" == Letter.objects.get().to_address
    assert sent() == [] and Notice.objects.count() == 2


def test_old_letters_to_citizens_lose_their_address(accept, tell, settings):
    accept("email")
    tell()
    assert services.forget_letters_before(clock.now() + dt.timedelta(days=1)) == 1
    assert services.forget_letters_before(clock.now() + dt.timedelta(days=1)) == 0
    assert Letter.objects.get().text == ""


def test_every_moment_has_words_that_can_be_filled_and_are_short():
    for code, moment in data.notices().items():
        rules.check(moment.text, code, place="text")
        text = f"{rules.plain(rules.fill(moment.text, rules.SAMPLE))} {rules.SAMPLE_LINK}"
        assert rules.length(text).is_plain and rules.length(text).segments <= 2, (code, text)
        assert "{" not in text
