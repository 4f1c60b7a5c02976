"""Taking in: one dossier with all that belongs to it, or nothing; one number, once."""

import datetime as dt
import threading
from itertools import count

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from caicach.citizens.models import Citizen, Trace
from caicach.core.clock import noon
from caicach.counter import numbers, services
from caicach.counter.models import Desk, Draft, Fee, Line, Part, Running
from caicach.counter.services import Person
from caicach.dossiers import intake
from caicach.dossiers.models import Dossier, DossierClock, Event
from caicach.dossiers.moves import Mover, Told, move
from caicach.rules.refusal import Refusal
from tests.factories import rooms
from tests.rooms.counter.conftest import AT, BIRTH, COPY, NUMBER, OTHER, PERMIT, UNIT, asked, lan

pytestmark = pytest.mark.django_db
on_postgresql = connection.vendor == "postgresql"
TABLES = (Dossier, DossierClock, Event, Line, Part, Fee, Citizen, Trace, Running)


def nothing():
    return not any(table.objects.exists() for table in TABLES)


def test_a_dossier_has_its_code_owner_parts_clock_line_and_fee(accept, desk, officer):
    dossier = accept()
    dossier.refresh_from_db()
    assert (dossier.code, dossier.state, dossier.system) == (f"{UNIT}-261123-0001", "processing", "own")
    assert (dossier.procedure, dossier.procedure_code, dossier.channel) == (
        "Đăng ký khai sinh",
        BIRTH,
        "counter",
    )
    assert dossier.citizen == Citizen.objects.get() and dossier.applicant == "Nguyễn Thị Lan"
    assert dossier.moment("received") == dt.datetime(2026, 11, 23, 12)
    assert dossier.moment("due") == dt.datetime(2026, 12, 1, 17)
    clock = dossier.clock
    assert clock.runs and clock.apology_by == dt.date(2026, 11, 30)
    assert list(dossier.parts.values_list("name", "position")) == [("Tờ khai", 1), ("Giấy chứng sinh", 2)]
    line = dossier.line
    assert (line.year, line.number, line.way) == (2026, 1, "counter")
    assert line.promise == (
        "Nhận 12:00 thứ Hai 23/11/2026; 5 ngày làm việc tính từ thứ Tư 25/11; nghỉ Ngày Văn hóa Việt Nam 1 ngày (24/11); "
        "hẹn 17:00 thứ Ba 01/12/2026."
    )
    assert dossier.fee.status == "free" and dossier.fee.total is None
    first, second = Event.objects.order_by("id")
    assert (first.code, first.state, first.by_id, first.facts["line"]) == (
        "accept",
        "accepted",
        officer.pk,
        1,
    )
    assert (second.code, second.state) == ("transfer", "processing")
    assert second.facts["office_name"] == "Văn phòng HĐND và UBND"
    assert Trace.objects.get().about == dossier.code
    assert "nguyen thi lan" in dossier.words and dossier.code.lower() in dossier.words


def test_the_same_form_twice_is_one_dossier(accept):
    first, second = accept(), accept(asked(COPY, parts=frozenset({1})))
    assert first.pk == second.pk and Dossier.objects.count() == Line.objects.count() == 1
    assert Running.objects.get(series=f"{UNIT}-261123").last == 1


def test_numbers_follow_each_other_by_day_and_the_line_by_year(accept):
    codes = [accept(token=f"phieu{n:07}").code for n in range(3)]
    codes.append(accept(token="ngayhomsau01", at=AT + dt.timedelta(days=1)).code)
    codes.append(accept(token="namsau000001", at=noon(dt.date(2027, 1, 4))).code)
    assert codes == [f"{UNIT}-261123-0001", f"{UNIT}-261123-0002", f"{UNIT}-261123-0003", f"{UNIT}-261124-0001", f"{UNIT}-270104-0001"]  # fmt: skip
    assert list(Line.objects.order_by("id").values_list("year", "number")) == [(2026, 1), (2026, 2), (2026, 3), (2026, 4), (2027, 1)]  # fmt: skip


def test_the_ten_thousandth_of_a_day_has_five_digits(accept, desk):
    Running.objects.create(ward=desk, series=f"{UNIT}-261123", last=9_999)
    assert accept().code == f"{UNIT}-261123-10000"


def test_numbers_that_a_list_of_the_province_brought_are_passed_over(accept, desk):
    for number in (1, 2, 7):
        Dossier.objects.create(
            ward=desk, code=f"{UNIT}-261123-{number:04}", token=f"tinh{number:08}", procedure="Đăng ký khai sinh", received_on=rooms.TODAY, state="processing",
        )  # fmt: skip
    assert accept().code == f"{UNIT}-261123-0008"
    assert accept(token="phieuhai0001").code == f"{UNIT}-261123-0009"


def test_a_clock_that_was_set_back_gives_no_number_again(accept):
    accept(token="truoc0000001", at=AT + dt.timedelta(hours=3))
    assert accept(token="sau000000001", at=AT).code == f"{UNIT}-261123-0002"


@pytest.mark.parametrize("change", [{"document": ""}, {"unit": ""}])
def test_where_the_province_gives_the_number_ours_is_provisional(accept, desk, change, officer):
    Desk.objects.filter(ward=desk).update(**change)
    dossier = accept()
    assert dossier.code == "TAM-261123-0001"
    assert intake.learn_code(dossier, " h01.31.05 - 261123-0042 ", by=officer.pk, at=AT)
    dossier.refresh_from_db()
    assert dossier.code == f"{UNIT}-261123-0042" and "0042" in dossier.words
    assert Event.objects.latest("id").facts == {"before": "TAM-261123-0001", "after": f"{UNIT}-261123-0042"}
    assert not intake.learn_code(dossier, f"{UNIT}-261123-0042", by=officer.pk, at=AT)
    for code, wanted in (
        ("xin chào", "dossier.code-malformed"),
        (f"{UNIT}-261123-0043", "dossier.code-known"),
    ):
        with pytest.raises(Refusal) as told:
            intake.learn_code(dossier, code, by=officer.pk, at=AT)
        assert told.value.code == wanted
    second = accept(token="phieuhai0001")
    with pytest.raises(Refusal) as told:
        intake.learn_code(second, f"{UNIT}-261123-0042", by=officer.pk, at=AT)
    assert told.value.code == "dossier.code-taken"


def test_a_procedure_that_stands_beside_is_provisional_too(accept):
    dossier = accept(asked(PERMIT, parts=frozenset({1})))
    assert (dossier.code, dossier.system) == ("TAM-261123-0001", "beside")


def test_a_void_number_stays_used_and_in_the_book(accept, officer):
    dossier = accept()
    with pytest.raises(Refusal) as told:
        move(dossier, "void", Told(word=" "), by=Mover(officer.pk, None), at=AT)
    assert told.value.code == "dossier.word-missing"
    move(dossier, "void", Told(word="Nhập nhầm người"), by=Mover(officer.pk, None), at=AT)
    dossier.refresh_from_db()
    assert dossier.state == "voided" and not dossier.clock.runs and dossier.line.number == 1
    assert Event.objects.latest("id").word == "Nhập nhầm người"
    assert accept(token="phieuhai0001").code == f"{UNIT}-261123-0002"
    with pytest.raises(Refusal):
        move(dossier, "void", Told(word="Lần nữa"), by=Mover(officer.pk, None), at=AT)


def test_what_is_done_while_one_waits_is_taken_in_settled_and_returned(accept):
    dossier = accept(asked(COPY, parts=frozenset({1}), sets=7, at_once=True))
    dossier.refresh_from_db()
    assert dossier.state == "returned" and dossier.moment("returned") == dt.datetime(2026, 11, 23, 12)
    assert (dossier.fee.each, dossier.fee.total, dossier.sets) == (2000, 14_000, 7)
    assert list(Event.objects.order_by("id").values_list("code", "state")) == [
        ("accept", "accepted"), ("resolve", "resolved"), ("return-result", "returned"),
    ]  # fmt: skip
    assert dossier.clock.settled_on == rooms.TODAY and dossier.clock.late_days == 0
    with pytest.raises(Refusal) as told:
        accept(asked(at_once=True), token="phieuhai0001")
    assert (told.value.code, told.value.place) == ("counter.not-at-once", "at_once")


def test_an_unknown_fee_is_never_free_and_an_exemption_has_its_ground(accept):
    unknown = accept(asked(PERMIT, parts=frozenset({1}))).fee
    assert (unknown.status, unknown.total) == ("unknown", None)
    said = accept(asked(PERMIT, parts=frozenset({1}), fee_each=75_000), token="phieuhai0001").fee
    assert (said.status, said.total) == ("known", 75_000)
    exempt = accept(asked(COPY, parts=frozenset({1}), exempt="Người có công"), token="phieuba00001").fee
    assert (exempt.status, exempt.total, exempt.ground) == ("exempt", 0, "Người có công")


def test_somebody_for_another_by_authority(accept):
    dossier = accept(asked(bringer=Person(lan(name="Trần Văn Thay", number=OTHER)), authority="Giấy ủy quyền ngày 20/11/2026"))  # fmt: skip
    dossier.refresh_from_db()
    assert dossier.applicant == "Nguyễn Thị Lan" and dossier.brought_by.name == "Trần Văn Thay"
    assert dossier.citizen.name == "Nguyễn Thị Lan" and dossier.by_authority.startswith("Giấy ủy quyền")
    assert Citizen.objects.count() == Trace.objects.count() == 2


def test_what_was_brought_before_need_not_be_brought_again(accept):
    first = accept()
    second = accept(asked(parts=frozenset({1}), reused=frozenset({2})), token="phieuhai0001")
    assert second.parts.get(position=2).taken_from == first.parts.get(position=2)
    assert Citizen.objects.count() == 1
    with pytest.raises(Refusal) as told:
        accept(asked(owner=Person(lan(name="Lê Văn Khác", number=OTHER)), parts=frozenset({1}), reused=frozenset({2})), token="phieuba00001")  # fmt: skip
    assert (told.value.code, told.value.facts["name"]) == ("counter.not-on-file", "Giấy chứng sinh")


REFUSED = [
    (asked("9.999999"), "counter.procedure-gone", "procedure"),
    (asked(parts=frozenset({1})), "counter.part-missing", "parts"),
    (asked(sets=0), "counter.sets", "sets"),
    (asked(sets=501), "counter.sets", "sets"),
    (asked(fee_each=-1), "counter.fee", "fee_each"),
    (asked(way="post"), "counter.way-to", "way_to"),
    (asked(way="drone"), "counter.way-to", "way_to"),
    (asked(channels=("email",)), "counter.channel", "email"),
    (asked(case=4), "counter.case", "case"),
    (asked(owner=Person(lan(name=" "))), "citizen.unnamed", "name"),
    (asked(owner=Person(lan(number="12"))), "card.number", "number"),
    (asked(bringer=Person(lan(number=OTHER))), "counter.authority", "authority"),
    (asked(bringer=Person(lan()), authority="Giấy ủy quyền"), "counter.own-authority", "authority"),
    (asked(owner=Person(lan(number="12")), bringer=Person(lan(number=OTHER)), authority="Giấy ủy quyền"), "card.number", "owner_number"),
]  # fmt: skip


@pytest.mark.parametrize(
    "one, code, place", REFUSED, ids=lambda value: value if isinstance(value, str) else ""
)
def test_what_cannot_be_is_refused_and_nothing_is_left(accept, one, code, place):
    with pytest.raises(Refusal) as told:
        accept(one)
    assert (told.value.code, told.value.place) == (code, place) and str(told.value).endswith(".")
    assert nothing()


def test_a_number_of_another_name_is_asked_back_before_anything_is_written(accept):
    accept()
    with pytest.raises(Refusal) as told:
        accept(asked(owner=Person(lan(name="Ai Khác"))), token="phieuhai0001")
    assert told.value.code == "citizen.other-name" and Dossier.objects.count() == 1
    assert accept(asked(owner=Person(lan(name="Trần Thị Lan"), is_same=True)), token="phieuba00001").applicant == "Trần Thị Lan"  # fmt: skip


def test_the_draft_goes_with_the_intake(accept, desk, officer):
    for token in ("phieumot0001", "phieukhac001"):
        Draft.objects.create(ward=desk, token=token, owner=officer, sealed="x", begun_at=AT, changed_at=AT)
    accept()
    assert list(Draft.objects.values_list("token", flat=True)) == ["phieukhac001"]


def test_the_code_on_the_receipt_is_kept_as_a_hash_only(accept, desk):
    dossier = accept()
    code = services.lookup_code(desk.pk, dossier.token)
    assert len(code) == 8 and code == services.lookup_code(desk.pk, dossier.token)
    assert dossier.lookup_hash == services.lookup_hash(desk.pk, f" {code.lower()} ") and code not in dossier.lookup_hash  # fmt: skip
    assert code != services.lookup_code(desk.pk + 1, dossier.token)


@pytest.mark.parametrize("before", [None, lan(), lan(address="Khu phố 9")], ids=["new", "known", "moved"])
def test_it_takes_six_trips_at_most(accept, before):
    if before:
        accept(asked(owner=Person(before)), token="truoc0000001")
    with CaptureQueriesContext(connection) as seen:
        accept(asked(reused=frozenset({2}) if before else frozenset()))
    assert len(seen) <= (6 if on_postgresql else 26), [one["sql"][:90] for one in seen.captured_queries]


# --- many at once ----------------------------------------------------------------------------------------------


@pytest.mark.skipif(not on_postgresql, reason="SQLite has one writer")
@pytest.mark.django_db(transaction=True)
def test_many_at_once_get_each_a_number_of_their_own(desk, officer):
    faults, numbered = [], count()

    def work(n):
        try:
            for _ in range(6):
                one = next(numbered)
                # two wards' worth of people: some are met at two counters at once, some forms are pressed twice
                owner = Person(lan(name=f"Người {'ABC'[n % 3]}", number=f"00019000000{n % 3}"))
                for _ in range(1 + one % 2):
                    services.accept(
                        asked(owner=owner), ward=desk.pk, token=f"cungluc{one:06}", by=officer.pk, at=AT
                    )
        except Exception as fault:  # noqa: BLE001
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert not faults, faults
    codes = list(Dossier.objects.order_by("code").values_list("code", flat=True))
    assert codes == [numbers.code_of(f"{UNIT}-261123", n) for n in range(1, 49)]
    assert sorted(Line.objects.values_list("number", flat=True)) == list(range(1, 49))
    assert Citizen.objects.count() == 3


@pytest.mark.skipif(not on_postgresql, reason="SQLite has one writer")
@pytest.mark.django_db(transaction=True)
def test_the_same_form_at_once_is_one_dossier(desk, officer):
    made, gate = [], threading.Barrier(4)

    def press():
        gate.wait()
        try:
            made.append(services.accept(asked(), ward=desk.pk, token="cungmotphieu", by=officer.pk, at=AT).pk)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(made) == 4 and len(set(made)) == 1 and Dossier.objects.count() == 1


def test_a_ward_takes_no_number_of_another(accept, desk, officer):
    other = rooms.make_ward("Phường Hai")
    accept()
    with pytest.raises(Refusal):
        services.accept(asked(), ward=other.pk, token="phieumot0001", by=officer.pk, at=AT)
    assert not Dossier.objects.filter(ward=other).exists()
    assert Citizen.objects.get().number_key and NUMBER not in str(Citizen.objects.values())
