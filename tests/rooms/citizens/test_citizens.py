"""People at the counter: found by what they bring, nothing of them readable in the database, each look on record.

No number here can exist: no province is 000, and no phone begins with 00000.
"""

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection, connections, transaction

from caicach.citizens import queries, services
from caicach.citizens.models import Citizen, Trace
from caicach.citizens.services import Facts, meet
from caicach.core.clock import noon
from caicach.rules.refusal import Refusal
from tests.factories import rooms
from tests.factories.races import until_somebody_waits

pytestmark = pytest.mark.django_db
AT = noon(rooms.TODAY)
NUMBER, PHONE = "000190012345", "0000012345"


def lan(**other):
    return Facts(
        **{"name": "Nguyễn Thị  Lan", "number": NUMBER, "phone": PHONE, "address": "Khu phố 3", **other}
    )


@pytest.fixture
def known(ward, officer):
    return meet(lan(), ward=ward.pk, by=officer.pk, at=AT)


def traces(citizen):
    return list(Trace.objects.filter(citizen=citizen).order_by("id").values_list("what", "fields"))


def stored(citizen):
    """Everything that the database holds of a row, as one text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM citizens_citizen WHERE id = %s", [citizen.pk])
        return " ".join(map(str, cursor.fetchone()))


def test_somebody_is_found_by_number_phone_and_name_without_accents(known, ward):
    assert queries.by_number(ward.pk, "000 190 012 345") == known
    assert queries.by_phone(ward.pk, "000 001 2345") == [known]
    for asked in ("nguyen thi lan", "Nguyễn", "NGUYEN T"):
        assert queries.by_name(ward.pk, asked) == [known], asked
    assert (
        queries.by_name(ward.pk, "thi lan")
        == []
        == queries.by_name(ward.pk, "")
        == queries.by_name(ward.pk, "ngu yen")
    )
    assert queries.by_number(ward.pk, "") is None and queries.by_phone(ward.pk, "") == []


def test_nothing_readable_of_number_or_phone_is_in_the_database(known):
    assert NUMBER not in stored(known) and PHONE not in stored(known) and PHONE[1:] not in stored(known)
    shown = queries.known(known)
    assert (shown.number, shown.phone) == ("0001••••••45", "0000••••45")
    assert shown.name == "Nguyễn Thị Lan"


def test_another_ward_knows_nothing_of_it_and_keeps_it_under_another_key(known, ward):
    other = rooms.make_ward("Phường Hai")
    assert queries.by_number(other.pk, NUMBER) is None and queries.by_phone(other.pk, PHONE) == []
    assert queries.by_name(other.pk, "nguyen") == [] and queries.by_handle(other.pk, known.handle) is None
    theirs = meet(lan(), ward=other.pk, by=None, at=AT)
    assert theirs.pk != known.pk
    assert (theirs.number_key, theirs.phone_key) != (known.number_key, known.phone_key)
    with pytest.raises(IntegrityError), transaction.atomic():
        Trace.objects.create(ward=other, citizen=known, at=AT, day=rooms.TODAY, what="seen")
        if connection.vendor == "sqlite":
            connection.check_constraints()
        else:
            connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_who_comes_again_is_the_same_and_what_is_new_is_taken_over(known, ward, officer):
    again = meet(lan(phone="", address="", email="lan@phuong.example"), ward=ward.pk, by=officer.pk, at=AT)
    assert again.pk == known.pk and Citizen.objects.count() == 1
    assert (again.address, again.email) == ("Khu phố 3", "lan@phuong.example"), (
        "nothing said takes nothing away"
    )
    assert queries.by_phone(ward.pk, PHONE) == [known]
    moved = meet(lan(phone="0000099999"), ward=ward.pk, by=officer.pk, at=AT)
    assert queries.unsealed(moved, "phone") == "0000099999" and queries.by_phone(ward.pk, PHONE) == []
    meet(lan(phone=""), ward=ward.pk, by=officer.pk, at=AT)
    assert traces(known) == [("known", ""), ("changed", "email"), ("changed", "phone")]


def test_a_number_of_another_name_is_a_slip_unless_somebody_says_it_is_one_person(known, ward):
    with pytest.raises(Refusal) as told:
        meet(lan(name="Nguyễn Thị Lành"), ward=ward.pk, by=None, at=AT)
    assert (told.value.code, told.value.place) == ("citizen.other-name", "name") and "Nguyễn Thị Lan" in str(
        told.value
    )
    assert meet(lan(name="NGUYEN THI LAN"), ward=ward.pk, by=None, at=AT).name == "NGUYEN THI LAN"
    meet(lan(name="Trần Thị Lan"), ward=ward.pk, by=None, at=AT, is_same=True)
    known.refresh_from_db()
    assert known.name == "Trần Thị Lan" and queries.by_name(ward.pk, "tran") == [known]


def test_without_a_number_each_is_one_more_unless_chosen_from_the_list(ward):
    first = meet(lan(number=""), ward=ward.pk, by=None, at=AT)
    second = meet(lan(number=""), ward=ward.pk, by=None, at=AT)
    assert first.pk != second.pk
    chosen = meet(lan(), ward=ward.pk, by=None, at=AT, handle=first.handle)
    assert chosen.pk == first.pk and queries.by_number(ward.pk, NUMBER) == first, (
        "the number is known from now on"
    )
    other = meet(lan(number="000190054321"), ward=ward.pk, by=None, at=AT, handle=first.handle)
    assert other.pk != first.pk, "another number is another person"


@pytest.mark.parametrize(
    "facts, code, place",
    [
        (lan(name="  "), "citizen.unnamed", "name"),
        (lan(number="12345"), "card.number", "number"),
        (lan(number="a1", number_kind="passport"), "citizen.passport", "number"),
        (lan(number="123", number_kind="tax-code", kind="organisation"), "citizen.tax-code", "number"),
        (lan(phone="gọi sau"), "citizen.phone", "phone"),
        (lan(name="000190012345||Nguyễn Thị Lan|20051990"), "citizen.no-name", "name"),
        (lan(name="Nguyễn Thị Lan 2"), "citizen.no-name", "name"),
        (lan(email="lan@"), "citizen.email", "email"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(ward, facts, code, place):
    with pytest.raises(Refusal) as told:
        meet(facts, ward=ward.pk, by=None, at=AT)
    assert (told.value.code, told.value.place) == (code, place) and str(told.value).endswith(".")
    assert not Citizen.objects.exists()


def test_an_organisation_may_have_a_number_in_its_name(ward):
    assert meet(
        lan(name="Trường Tiểu học số 2", number="", kind="organisation"), ward=ward.pk, by=None, at=AT
    ).pk


def test_a_number_in_full_wants_a_reason_and_is_on_record(known, officer):
    with pytest.raises(Refusal) as told:
        services.open_in_full(known, "number", reason="  ", by=officer.pk, at=AT)
    assert (told.value.code, told.value.place) == ("citizen.no-reason", "reason")
    assert traces(known) == [("known", "")]
    assert (
        services.open_in_full(known, "number", reason="Đối chiếu thẻ", by=officer.pk, at=AT, about="H01-1")
        == NUMBER
    )
    (last, *_) = queries.touches(known)
    assert (last.who, last.what, last.fields, last.about, last.reason) == (
        officer.full_name, "opened", ("number",), "H01-1", "Đối chiếu thẻ",
    )  # fmt: skip


def test_a_look_is_on_record_once_a_day_for_each_page(known, officer, coordinator):
    for _ in range(2):
        services.see([known], by=officer.pk, at=AT, about="H01-1")
    services.see([known], by=officer.pk, at=AT, about="H01-2")
    services.see([known], by=coordinator.pk, at=AT, about="H01-1")
    services.see([known], by=officer.pk, at=AT + dt.timedelta(days=1), about="H01-1")
    assert [what for what, _ in traces(known)] == ["known", "seen", "seen", "seen", "seen"]


def test_a_trace_is_never_changed_nor_deleted(known):
    for verb in ("UPDATE citizens_trace SET what = 'seen'", "DELETE FROM citizens_trace"):
        with pytest.raises(Exception, match="only appended"), transaction.atomic():
            connection.cursor().execute(verb)


def test_nobody_is_behind_what_was_anonymised(known, ward, officer):
    for _ in range(2):
        services.anonymise(known, at=AT, by=officer.pk)
    known.refresh_from_db()
    text = stored(known)
    assert not any(word in text for word in ("Lan", "lan", "Khu phố", known.handle + ":", NUMBER, PHONE))
    assert queries.by_number(ward.pk, NUMBER) is None and queries.by_name(ward.pk, "nguyen") == []
    assert [what for what, _ in traces(known)] == ["known", "anonymised"]
    assert meet(lan(), ward=ward.pk, by=None, at=AT).pk != known.pk


def test_what_another_key_has_sealed_is_hidden_and_said(known, ward, officer, settings):
    settings.SECRET_KEY = "another-key-of-another-server-long-enough"
    shown = queries.known(known)
    assert (shown.name, shown.number, shown.phone) == ("Nguyễn Thị Lan", "••••", "••••")
    with pytest.raises(Refusal) as told:
        services.open_in_full(known, "number", reason="xem", by=officer.pk, at=AT)
    assert told.value.code == "citizen.sealed"


def test_a_seal_opens_in_its_own_row_and_field_only(known, ward):
    other = meet(lan(name="Lê Văn Khác", number="000190054321", phone=""), ward=ward.pk, by=None, at=AT)
    Citizen.objects.filter(pk=other.pk).update(number=known.number)
    other.refresh_from_db()
    assert queries.known(other).number == "••••"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
@pytest.mark.django_db(transaction=True)
def test_somebody_met_at_two_counters_at_once_is_one(ward):
    met = []

    def second():
        try:
            met.append(meet(lan(), ward=ward.pk, by=None, at=AT).pk)
        finally:
            connections.close_all()

    other = threading.Thread(target=second)
    with transaction.atomic():
        met.append(meet(lan(), ward=ward.pk, by=None, at=AT).pk)
        other.start()
        until_somebody_waits()
    other.join(20)
    assert len(met) == 2 and len(set(met)) == 1 and Citizen.objects.count() == 1
