"""A decision brings, changes and ends procedures; the ward shortens a time; slips are mended. Versions stay as they were."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from caicach.history.models import Event
from caicach.procedures import queries, services, starter
from caicach.procedures.models import Component, Procedure, StepSpec, Version
from caicach.procedures.services import Decision, Entry, Step
from caicach.rules.dossier_clock import Counting, Term
from caicach.rules.procedures import Span
from caicach.rules.refusal import Refusal
from tests.factories import rooms
from tests.rooms.procedures.conftest import AT, DECISION, SINCE, entry, many

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def refused(code, do, place="any"):
    with pytest.raises(Refusal) as told, transaction.atomic():
        do()
    assert told.value.code == code and str(told.value)
    assert place in ("any", told.value.place)


def test_a_decision_brings_a_procedure_whole(publish, ward, coordinator):
    version = publish()[0]
    version.refresh_from_db()
    assert (version.procedure.code, version.valid_from, version.valid_to) == ("1.001193", SINCE, None)
    assert version.everyday == ["làm giấy khai sinh cho con", "sinh con"]
    assert version.decision == "Quyết định 12/QĐ-UBND ngày 20/06/2025 của UBND tỉnh Thử"
    assert [(one.name, one.count, one.reusable) for one in version.components.all()] == [
        ("Tờ khai", "1 bản chính", False),
        ("Giấy chứng sinh", "2 bản sao", True),
    ]
    assert [one.share_percent for one in version.steps.all()] == [40, 60]
    assert version.cases.get().fee == "Theo nghị quyết"
    assert version.term(Counting()) == Term("working-day", 10)
    event = Event.objects.get(code="procedure.published")
    assert (event.object_id, event.actor_id, event.facts["is_new"]) == (
        version.procedure_id,
        coordinator.pk,
        True,
    )


def test_a_later_decision_makes_a_version_and_ends_the_one_before_the_day_before(made, publish):
    since = dt.date(2026, 12, 1)
    after = publish(entry(law=Span("working-day", 5)), since=since)[0]
    made.refresh_from_db()
    assert (made.valid_to, made.law) == (since - DAY, Span("working-day", 10)), "its facts stay"
    procedure = made.procedure
    assert queries.version_on(procedure, since - DAY) == made
    assert queries.version_on(procedure, since) == after
    assert queries.version_on(procedure, SINCE - DAY) is None
    changes = Event.objects.filter(code="procedure.published").latest("id").facts["changes"]
    assert ["Theo luật", "10 ngày làm việc", "5 ngày làm việc"] in changes


def test_a_version_that_has_not_begun_is_replaced_by_one_of_the_same_day(made, publish):
    since = rooms.TODAY + DAY
    publish(entry(name="Nhầm"), since=since)
    publish(entry(name="Đúng"), since=since)
    assert [one.name for one in Version.objects.order_by("valid_from")] == ["Đăng ký khai sinh", "Đúng"]
    assert Event.objects.filter(code="procedure.published").latest("id").facts["replaced"]


@pytest.mark.parametrize("since", [SINCE, SINCE - DAY])
def test_nothing_is_published_backwards(made, publish, since):
    refused("procedure.dates-backwards", lambda: publish(since=since), "since")
    assert Version.objects.count() == 1 and Event.objects.filter(code__startswith="procedure.").count() == 1


def test_a_decision_ends_others_and_is_all_or_nothing(made, publish):
    since = rooms.TODAY + DAY
    refused("procedure.unknown", lambda: publish(entry("1.000656"), ends=["1.000999"], since=since))
    assert Procedure.objects.count() == 1
    publish(entry("1.000656"), ends=["1.001193"], since=since)
    made.refresh_from_db()
    assert (made.valid_to, made.ended_by) == (since - DAY, DECISION.words)
    assert queries.version_on(made.procedure, since) is None
    assert Event.objects.filter(code="procedure.ended", object_id=made.procedure_id).count() == 1
    refused(
        "procedure.not-in-force",
        lambda: services.end(
            made.procedure, since=since + DAY, decision=DECISION, by=None, at=AT, today=since
        ),
    )
    again = publish(entry(), since=since + 9 * DAY)[0]
    made.refresh_from_db()
    assert made.valid_to == since - DAY and queries.version_on(made.procedure, since) is None
    assert again.procedure == made.procedure, "it comes back as itself"


def test_it_cannot_end_before_it_began(made, coordinator):
    def end(since):
        services.end(made.procedure, since=since, decision=DECISION, by=coordinator.pk, at=AT, today=rooms.TODAY)  # fmt: skip

    refused("procedure.dates-backwards", lambda: end(SINCE))
    end(SINCE + DAY)
    made.refresh_from_db()
    assert made.valid_to == SINCE


@pytest.mark.parametrize(
    "change, code, place",
    [
        ({"code": "12345"}, "procedure.code-malformed", "code"),
        ({"name": "  "}, "procedure.name-missing", "name"),
        ({"own": Span("working-day", 11)}, "procedure.time-longer", "own_amount"),
        ({"own": Span("calendar-day", 15)}, "procedure.time-longer", "own_amount"),
        ({"law": None, "own": Span("working-day", 1)}, "procedure.time-unknown", "own_amount"),
        ({"law": Span("working-day", 0)}, "procedure.time-incomplete", "law_amount"),
        ({"law": Span("working-day", 4000)}, "procedure.time-incomplete", "law_amount"),
        ({"steps": (Step("Một", 50), Step("Hai", 49))}, "procedure.shares", "steps"),
        ({"steps": (Step("Một", 100), Step("Hai", 0))}, "procedure.shares", "steps"),
        ({"fee_status": "known", "fee_words": ""}, "procedure.fee-missing", "fee_words"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_place(publish, change, code, place):
    refused(code, lambda: publish(entry(**change)), place)
    assert not Procedure.objects.exists() and not Event.objects.exists()


def test_a_code_twice_or_there_already_is_refused(made, publish):
    refused("procedure.code-twice", lambda: publish(entry("1.000656"), entry("1.000656")))
    refused("procedure.code-taken", lambda: publish(entry(), since=rooms.TODAY, only_new=True), "code")


def test_a_provinces_copy_of_a_code_is_the_same_procedure(made, publish):
    publish(entry("1.001193.000.00.00.H55"), since=rooms.TODAY)
    assert Procedure.objects.count() == 1 and Version.objects.count() == 2


def test_an_unknown_fee_is_never_free(publish):
    version = publish(entry(fee_status="unknown", fee_amount=5))[0]
    assert (version.fee, version.fee_amount) == ("Chưa rõ", None)
    known = publish(entry("1.000656", fee_status="known", fee_amount=8000))[0]
    assert known.fee == "8.000 đồng"


def test_the_wards_time_is_a_version_from_its_day(made, coordinator):
    since = rooms.TODAY + 7 * DAY

    def own(span, day=since):
        return services.set_ward_time(
            made.procedure, span, since=day, document="Cam kết số 3", by=coordinator.pk, at=AT, today=rooms.TODAY
        )  # fmt: skip

    after = own(Span("working-hour", 28))
    made.refresh_from_db()
    assert (made.valid_to, made.own, after.own) == (since - DAY, None, Span("working-hour", 28))
    assert (after.decision, after.ward_decision) == (made.decision, "Cam kết số 3")
    assert after.components.count() == 2 and after.steps.count() == 2 and after.cases.count() == 1
    facts = Event.objects.get(code="procedure.time-set").facts
    assert (facts["before"], facts["after"]) == ("10 ngày làm việc", "28 giờ làm việc")
    assert own(Span("working-hour", 28), since + DAY) is None and Version.objects.count() == 2
    assert own(None, since + DAY).promised == Span("working-day", 10), "the law's again"


def test_a_wards_time_is_refused_in_the_past_too_long_and_where_none_is_known(made, publish, coordinator):
    def own(span, procedure=made.procedure, since=rooms.TODAY):
        services.set_ward_time(procedure, span, since=since, by=coordinator.pk, at=AT, today=rooms.TODAY)

    refused("procedure.time-in-past", lambda: own(Span("working-day", 7), since=rooms.TODAY - DAY), "since")
    refused("procedure.time-longer", lambda: own(Span("working-day", 12)), "own_amount")
    refused("procedure.time-incomplete", lambda: own(Span("working-day", 0)), "own_amount")
    unknown = publish(entry("1.000656", law=None))[0]
    refused("procedure.time-unknown", lambda: own(Span("working-day", 1), unknown.procedure), "own_amount")
    publish(since=rooms.TODAY + 30 * DAY)
    refused("procedure.dates-backwards", lambda: own(Span("working-day", 7)), "since")
    services.end(unknown.procedure, since=rooms.TODAY, decision=DECISION, by=None, at=AT, today=rooms.TODAY)
    refused("procedure.not-in-force", lambda: own(None, unknown.procedure))


def test_a_time_set_on_one_that_will_end_ends_with_it(made, coordinator):
    last = rooms.TODAY + 20 * DAY
    services.end(made.procedure, since=last + DAY, decision=DECISION, by=None, at=AT, today=rooms.TODAY)
    after = services.set_ward_time(
        made.procedure, Span("working-day", 7), since=rooms.TODAY, by=coordinator.pk, at=AT, today=rooms.TODAY
    )  # fmt: skip
    assert (after.valid_to, after.ended_by) == (last, DECISION.words)


def test_slips_are_mended_with_a_reason_and_what_is_promised_is_not(made, coordinator):
    def mend(words, word="gõ thiếu chữ"):
        return services.mend(made, words, word=word, by=coordinator.pk, at=AT)

    refused("procedure.word-missing", lambda: mend({"name": "Đăng ký khai sanh"}, " "), "word")
    refused("procedure.name-missing", lambda: mend({"name": " "}), "name")
    assert mend({"name": "Đăng ký khai sinh mới", "statutory_amount": "1"})
    made.refresh_from_db()
    assert (made.name, made.statutory_amount) == ("Đăng ký khai sinh mới", 10)
    event = Event.objects.get(code="procedure.mended")
    assert event.word == "gõ thiếu chữ" and event.facts["changes"] == [
        ["name", "Đăng ký khai sinh", "Đăng ký khai sinh mới"]
    ]
    assert not mend({"name": "Đăng ký khai sinh mới"}) and Event.objects.filter(code="procedure.mended").count() == 1  # fmt: skip


def test_checking_says_against_what_and_once(made, coordinator):
    refused("procedure.against-missing", lambda: services.check(made, against="", by=1, at=AT), "against")
    for _ in range(2):
        services.check(made, against="QĐ 12/QĐ-UBND, phụ lục 2", by=coordinator.pk, at=AT)
    made.refresh_from_db()
    assert made.checked and Event.objects.get(code="procedure.checked").word == "QĐ 12/QĐ-UBND, phụ lục 2"


def test_a_provisional_code_becomes_the_national_one_once(made, publish, coordinator):
    provisional = publish(entry("TAM-1", "Hòa giải"))[0].procedure

    def give(code, one=provisional):
        return services.give_code(one, code, by=coordinator.pk, at=AT)

    refused("procedure.code-malformed", lambda: give("TAM-2"), "code")
    refused("procedure.code-taken", lambda: give("1.001193"), "code")
    assert give("1.013967").code == "1.013967"
    refused("procedure.code-settled", lambda: give("1.013968"), "code")
    assert Event.objects.get(code="procedure.code-given").facts["before"] == "TAM-1"


def test_a_suggested_catalogue_adds_what_is_not_there_and_counts_nothing_as_checked(made, ward, coordinator):
    def add():
        return services.add_suggested(ward.pk, starter.entries(), by=coordinator.pk, at=AT, today=rooms.TODAY)

    count = add()
    assert count == len(starter.entries()) - 1 and add() == 0
    assert not Version.objects.filter(checked=True).exists()
    assert made.procedure.versions.count() == 1, "what the ward has stays as it is"


@pytest.mark.parametrize(
    "change",
    [
        {"valid_to": SINCE - DAY}, {"name": ""}, {"online": "x"}, {"level": "x"}, {"statutory_amount": None}, {"statutory_unit": ""},
        {"ward_unit": "same-day", "ward_amount": 3}, {"fee_status": "known"}, {"fee_status": "unknown", "fee_amount": 1}, {"system": "x"},
    ],
)  # fmt: skip
def test_what_must_never_be_is_a_constraint(made, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        Version.objects.filter(pk=made.pk).update(**change)


def test_another_wards_rows_cannot_hang_on(made):
    other = rooms.make_ward("Phường Hai")
    with pytest.raises(IntegrityError), transaction.atomic():
        Component.objects.create(ward=other, version=made, position=9, name="x")
        connection.check_constraints()
    with pytest.raises(IntegrityError), transaction.atomic():
        StepSpec.objects.create(ward=made.ward, version=made, position=9, name="x", share_percent=1, office=other.offices.first())  # fmt: skip
        connection.check_constraints()


@pytest.mark.parametrize("count", [1, 80])
def test_as_many_statements_for_one_as_for_many(publish, count, coordinator):
    with CaptureQueriesContext(connection) as seen:
        versions = publish(*many(count))
    assert len(seen) <= 14, [one["sql"][:80] for one in seen.captured_queries]
    with CaptureQueriesContext(connection) as seen:
        services.set_ward_times(
            [(one.procedure, Span("working-day", 7)) for one in versions], since=rooms.TODAY, by=coordinator.pk, at=AT, today=rooms.TODAY
        )  # fmt: skip
    assert len(seen) <= 19, [one["sql"][:80] for one in seen.captured_queries]


def test_a_decision_without_a_number_has_no_words():
    assert Decision("", dt.date(2026, 1, 1), "UBND tỉnh").words == "" and Entry("1.001193", "x").law is None
