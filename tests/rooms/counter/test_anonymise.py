"""Once the keeping period is over nobody is behind a dossier: not in any row, not in any file; and its figures stay."""

import datetime as dt
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Count, Sum

from caicach import data
from caicach.citizens import services as citizens
from caicach.citizens.models import Citizen, Trace
from caicach.citizens.services import Facts
from caicach.core import clock
from caicach.counter import anonymising, attempts, jobs, kept, letters, papers, post, queries, till
from caicach.counter.models import Draft, Fee, Line, Money, Paper, Parcel
from caicach.counter.post import Sent
from caicach.counter.services import Person
from caicach.counter.till import Paying
from caicach.documents.models import StoredFile
from caicach.dossiers import forgetting, found, keeping, moves
from caicach.dossiers.models import Dossier, DossierList, Event
from caicach.dossiers.moves import Mover, Told, move
from caicach.history import services as history
from caicach.history.models import Lifting
from caicach.notices import services as notices
from tests.factories import rooms
from tests.rooms.counter.conftest import AT, BIRTH, COPY, asked

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
LATER = AT + 3 * DAY
NAME, PROXY, NUMBER, PHONE = "Trương Thị Lài", "Huỳnh Văn Thay", "000190077777", "0000077777"


def needles():
    return ("trương thị lài", "truong thi lai", "huỳnh văn thay", "huynh van thay", "hẻm 9", "truonglai", NUMBER, "000190088888", PHONE, "0000088888")  # fmt: skip


def told_of(text):
    folded = text.lower()
    return [one for one in needles() if one in folded]


def left():
    """(where, what) of everything in any table or stored file that still says who it was."""
    there = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table == "dossiers_words":  # SQLite's index of words: asked below
                continue
            quoted = connection.ops.quote_name(table)
            cursor.execute(f"SELECT * FROM {quoted}")
            names = [one[0] for one in cursor.description]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    text = bytes(value).decode("latin-1") if isinstance(value, (bytes, memoryview)) else str(value)  # fmt: skip
                    there += [(f"{table}.{name}", one) for one in told_of(text)]
    return there


@pytest.fixture
def lived(accept, officer, settings):
    """A dossier to which everything has happened, of somebody who has another one just like it."""
    settings.SITE, settings.MAIL_URL = "https://mot-cua.vi.du", "smtp://127.0.0.1:9"
    settings.MESSAGE_WAYS = {
        one: {"to": "file", "token": "", "body": "", "template": ""} for one in ("sms", "zalo")
    }
    owner = Facts(name=NAME, number=NUMBER, phone=PHONE, email="truonglai@vi.du", address="Hẻm 9, khu phố 3")
    teller = Facts(name=PROXY, number="000190088888", phone="0000088888", email="truonglai.thay@vi.du")
    one = accept(
        asked(COPY, owner=Person(owner), bringer=Person(teller), authority=f"Giấy ủy quyền của {NAME}", parts=frozenset({1}), sets=7, way="post", way_to="Hẻm 9", channels=("sms", "email")),
        token="phieulai0001",
    )  # fmt: skip
    one = Dossier.objects.get(pk=one.pk)
    sent_home = attempts.turn_away(
        asked(BIRTH, owner=Person(owner), bringer=Person(teller), authority=f"Giấy của {NAME}"), "02", f"{NAME} chưa ký", sheet={"name": NAME},
        ward=one.ward_id, token="luotlai00001", by=officer.pk, at=AT,
    )  # fmt: skip
    attempts.paper(sent_home, by=officer.pk, at=AT)
    by = Mover(officer.pk, None)
    page = queries.taken(one.ward_id, one.token)
    papers.receipt(page, lookup="X", site="https://vi.du", by=officer.pk, at=AT)
    paid = till.take(one, Paying("transfer", amount=4_000, note=f"{NAME} chuyển"), token="thu000000001", by=officer.pk, at=AT)  # fmt: skip
    till.void(paid, f"Nhầm của {NAME}", token="huy00000001", by=officer.pk, at=AT)
    if one.state == "accepted":
        one = move(
            one, "transfer", Told(office=one.ward.offices.get(name="Văn phòng HĐND và UBND").pk), by=by, at=AT
        )
    move(one, "ask-supplement", Told(word=f"{NAME} chưa ký"), by=by, at=AT)
    letters.of_event(
        one, Event.objects.filter(dossier=one).count(), lookup="X", site="https://vi.du", by=officer.pk, at=AT
    )
    move(one, "take-supplement", by=by, at=AT)
    move(one, "resolve", Told(outcome="granted"), by=by, at=AT)
    notices.tell(clock.machine())
    post.send(
        [Sent(one.code, "Hẻm 9")], taker="Lê Thị Thư", ward=one.ward_id, token="bc0000000001", by=by, at=AT
    )
    kept.keep(
        {"name": NAME}, ward=one.ward_id, token="nhapnhap0001", label="Chứng thực", by=officer.pk, at=AT
    )
    citizens.open_in_full(one.citizen, "phone", reason=f"Gọi cho {NAME}", by=officer.pk, at=AT)
    return Dossier.objects.get(pk=one.pk)


def figures():
    return {
        "dossiers": list(Dossier.objects.order_by("id").values_list("code", "state", "procedure", "received_on", "due_on", "resolved_on", "returned_on")),
        "events": Event.objects.exclude(code="anonymised").count(),
        "lines": list(Line.objects.order_by("id").values_list("year", "number", "way", "promise")),
        "fees": list(Fee.objects.values_list("status", "total", "paid")),
        "money": Money.objects.aggregate(n=Count("pk"), sum=Sum("amount")),
        "papers": list(Paper.objects.order_by("id").values_list("form", "year", "number")),
        "parcels": list(Parcel.objects.values_list("position", "code")),
        "citizens": Citizen.objects.count(),
    }  # fmt: skip


def go(ward, until=AT + DAY, at=LATER):
    return anonymising.anonymise(ward, until=until, at=at)


def test_no_row_and_no_file_says_who_it_was_and_all_figures_are_as_before(lived, settings):
    assert {where for where, _ in left()} >= {"dossiers_dossier.applicant", "dossiers_event.word", "counter_paper.facts", "counter_money.note", "counter_parcel.address", "citizens_trace.reason"}  # fmt: skip
    files = {one.sha256 for one in StoredFile.objects.all()}
    assert len(files) >= 2 and Paper.objects.count() >= 2
    before = figures()
    assert go(lived.ward_id) == (2, 0, 0, 1)
    assert left() == []
    assert figures() == before and list(moves.differing(lived.ward_id)) == []
    there = {path.name for path in Path(settings.FILES).rglob("*") if path.is_file()}
    assert not there & files and there == {one.sha256 for one in StoredFile.objects.all()}
    assert not Draft.objects.exists()
    for one in Citizen.objects.all():
        assert list(Trace.objects.filter(citizen=one).values_list("what", flat=True))[-1] == "anonymised"


def test_it_is_found_by_its_code_still_and_by_no_name(lived):
    go(lived.ward_id)
    assert not found.by_words(lived.ward_id, "truong lai").exists()
    assert found.by_words(lived.ward_id, lived.code).get().pk == lived.pk
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, dossiers_words, row)")
            cursor.execute("SELECT term FROM temp.terms")
            terms = {term for (term,) in cursor.fetchall()}
            cursor.execute("DROP TABLE temp.terms")
        assert "truong" not in terms and "261123" in " ".join(terms)


def test_its_pages_open_and_its_papers_are_gone(lived, officer, client):
    go(lived.ward_id)
    client.force_login(officer)
    words = client.get(lived.address).content.decode()
    assert lived.code in words and "ẩn danh" in words and told_of(words) == []
    assert "In phiếu" not in words, "no paper can be made anew of nobody"
    for address in (f"{lived.address}giay/1/", f"/quay/da-nhan/{lived.token}/giay-tiep-nhan.pdf"):
        assert client.get(address).status_code == 404, address


def test_a_second_run_changes_nothing(lived):
    go(lived.ward_id)
    events = list(Event.objects.values_list("pk", "code", "facts", "word"))
    revision = Dossier.objects.get(pk=lived.pk).revision
    assert go(lived.ward_id) == (0, 0, 0, 0)
    assert events == list(Event.objects.values_list("pk", "code", "facts", "word"))
    assert revision == Dossier.objects.get(pk=lived.pk).revision


def test_what_was_taken_away_is_on_record(lived):
    go(lived.ward_id)
    took = [one for event in Event.objects.filter(code="anonymised") for one in event.facts["took"]]
    assert "applicant" in took and "authority" in took and any(one.startswith("papers:") for one in took)


def test_somebody_with_one_dossier_that_is_not_over_stays_whole(lived, accept):
    again = accept(
        asked(BIRTH, owner=Person(Facts(name=NAME, number=NUMBER))), token="phieulai0002", at=AT + 2 * DAY
    )
    assert go(lived.ward_id)[0] == 1, "who brought the first one has no other"
    owner = Citizen.objects.get(pk=again.citizen_id)
    assert owner.anonymised_at is None
    first = Dossier.objects.get(pk=lived.pk)
    assert (first.applicant, first.forgotten_at) == (NAME, None)
    assert first.by_authority == "" and "huynh" not in str(left()).lower()
    assert go(lived.ward_id) == (0, 0, 0, 0)


def test_what_happened_lately_keeps_it(lived):
    assert go(lived.ward_id, until=AT) == (0, 0, 0, 0)
    assert go(lived.ward_id, until=AT - DAY) == (0, 0, 0, 0)


def test_killed_between_two_it_goes_on(lived, monkeypatch):
    real, calls = citizens.anonymise, []

    def dies(citizen, **told):
        if calls:
            raise KeyboardInterrupt
        calls.append(citizen)
        real(citizen, **told)

    monkeypatch.setattr(citizens, "anonymise", dies)
    with pytest.raises(KeyboardInterrupt):
        go(lived.ward_id)
    monkeypatch.setattr(citizens, "anonymise", real)
    assert go(lived.ward_id) == (1, 0, 0, 1)
    assert left() == []


def test_a_file_whose_bytes_went_before_the_row_is_no_fault(lived):
    for one in StoredFile.objects.all():
        forgetting.documents.path_of(one).unlink()
    go(lived.ward_id)
    assert left() == []


def test_lists_of_another_system_lose_their_names_and_their_rows(ward, officer):
    from caicach.dossiers import jobs as readers
    from caicach.dossiers import services
    from tests.rooms.dossiers.conftest import HEAD, bring, csv

    row = bring(ward, officer, csv([
        ("H01.31.05-261102-0001", "Chứng thực chữ ký", NAME, "02/11/2026", "03/11/2026", "03/11/2026 16:00", "Đã trả kết quả"),
        ("H01.31.05-261102-0002", "Chứng thực chữ ký", "Lê Văn Chờ", "02/11/2026", "30/11/2026", "", "Đang xử lý"),
    ], HEAD))  # fmt: skip
    services.choose(row, row.columns, by=officer.pk, at=AT)
    readers.read_list(row.pk)
    assert go(ward.pk) == (0, 1, 1, 0)
    assert left() == []
    one, other = Dossier.objects.order_by("code")
    assert (one.applicant, other.applicant) == ("", "Lê Văn Chờ") and one.forgotten_at
    row = DossierList.objects.get()
    assert row.state == "taken" and row.sample == {} and row.counts
    assert go(ward.pk) == (0, 0, 0, 0)


# --- the narrow way -----------------------------------------------------------------------------------------------


def refuses(statement, *told):
    with (
        pytest.raises(DatabaseError, match="only appended"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, told)


@pytest.mark.parametrize(
    "table, column", [("dossiers_event", "facts"), ("counter_money", "note"), ("citizens_trace", "reason")]
)
def test_only_inside_it_may_words_go_and_nothing_else_ever(lived, table, column):
    refuses(f"UPDATE {table} SET {column} = '{{}}'")
    with transaction.atomic(), history.forgetting():
        for changed in ("at = '2020-01-01'", "by_id = NULL", "ward_id = ward_id + 1"):
            refuses(f"UPDATE {table} SET {changed}, {column} = '{{}}'")
        refuses(f"DELETE FROM {table}")
        refuses("UPDATE history_event SET word = 'x'")
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET {column} = '{{}}'")
    refuses(f"UPDATE {table} SET {column} = '[]'")


@pytest.mark.django_db(transaction=True)
def test_no_transaction_can_end_with_the_way_open():
    with pytest.raises(RuntimeError, match="transaction"), history.forgetting():
        pass
    with pytest.raises(IntegrityError), transaction.atomic():
        Lifting.objects.create(event_id=-1)
    assert not Lifting.objects.exists()


# --- when -----------------------------------------------------------------------------------------------------


def test_the_period_is_data_that_an_installation_may_say_otherwise(settings):
    row = next(row for row in data.rows("keeping") if row["years"])
    assert row["standing"] == "check" and int(row["years"]) == data.keeping_years() == keeping.years()
    settings.KEEP_YEARS = 5
    assert clock.local_day(keeping.until(clock.noon(dt.date(2028, 2, 29)))) == dt.date(2023, 2, 28)
    settings.KEEP_YEARS = 0
    assert keeping.until(AT) is None


def test_the_night_does_it_where_a_period_is_said(lived, settings, monkeypatch):
    from caicach.worker.models import Job

    night = dt.datetime.combine(rooms.TODAY, dt.time(1))
    settings.KEEP_YEARS = 0
    jobs.queue_night(night)
    assert not Job.objects.filter(name="counter.anonymise").exists()
    settings.KEEP_YEARS = 1
    for one in (night, night, night.replace(hour=2)):
        jobs.queue_night(one)
    assert Job.objects.filter(name="counter.anonymise").count() == 1
    jobs.anonymise(lived.ward_id)
    assert left() != []
    monkeypatch.setattr(jobs, "until", lambda at: AT + DAY)
    jobs.anonymise(lived.ward_id)
    assert left() == []


def test_the_command_counts_first_and_then_does_it(lived, settings, capsys):
    settings.TODAY = LATER.date()
    before = left()
    call_command("anonymise", "--dry-run", "--until", f"{(AT + DAY).date()}")
    assert "sẽ ẩn danh 2 người" in capsys.readouterr().out and left() == before
    call_command("anonymise", "--until", f"{(AT + DAY).date()}")
    assert "đã ẩn danh 2 người" in capsys.readouterr().out and left() == []
    for wrong in (("--until", "2999-01-01"), ("--ward", "999999")):
        with pytest.raises(CommandError):
            call_command("anonymise", *wrong)
    settings.KEEP_YEARS = 0
    with pytest.raises(CommandError, match="CAICACH_KEEP_YEARS"):
        call_command("anonymise")
