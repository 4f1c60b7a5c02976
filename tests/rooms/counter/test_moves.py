"""What may happen to a dossier after it came in: the table of moves kept, each with its event, and the rows as the events say."""

import datetime as dt
import threading

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from caicach.core.clock import local_day
from caicach.counter import services
from caicach.dossiers import moves
from caicach.dossiers.models import Dossier, Event
from caicach.dossiers.moves import Mover, Told, move
from caicach.history import triggers
from caicach.rules.dossier_moves import MOVES, STATES
from caicach.rules.refusal import Refusal
from tests.factories import rooms
from tests.factories.races import until_somebody_waits
from tests.rooms.counter.conftest import AT, asked, make_desk

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
SAID = {
    "hand-over": {}, "extend": {"amount": 2, "word": "Chờ xác minh"}, "resolve": {"outcome": "granted", "document": "7/GKS", "signed_on": rooms.TODAY},
    "return-result": {"collector": "Nguyễn Thị Lan", "proof": "Căn cước"},
}  # fmt: skip


@pytest.fixture
def leader(ward):
    return Mover(rooms.make_person(ward, "leader").pk, None)


@pytest.fixture
def taken(accept):
    """Taken in at noon on Monday 23/11, five working days; in the hands of the first step's office."""
    return accept()


@pytest.fixture
def here(officer, ward):
    return Mover(officer.pk, ward.offices.get(short_name="Văn phòng").pk)


@pytest.fixture
def there(ward):
    return ward.offices.get(short_name="VH–XH").pk


def refused(*args, **facts):
    with pytest.raises(Refusal) as told, transaction.atomic():
        move(*args, **facts)
    assert str(told.value).endswith(".") and "{" not in str(told.value)
    return told.value.code


def events(dossier):
    return [one.code for one in Event.objects.filter(dossier=dossier).order_by("id")]


def test_a_dossier_goes_from_hand_to_hand_to_its_result(taken, here, there, leader, officer):
    assert (taken.state, taken.clock.office_id) == ("processing", here.office)
    one = move(taken, "hand-over", Told(office=there), by=here, at=AT + HOUR)
    assert one.clock.office_id == there and one.clock.person_id is None
    one = move(one, "send-back", Told(word="Thiếu chữ ký"), by=Mover(officer.pk, there), at=AT + 2 * HOUR)
    assert one.clock.office_id == here.office
    one = move(
        one,
        "resolve",
        Told(outcome="granted", document="7/GKS", signed_on=rooms.TODAY),
        by=leader,
        at=AT + 3 * HOUR,
    )
    assert (one.state, one.resolved_time, one.clock.late_days) == ("resolved", dt.time(15), 0)
    one = move(
        one, "return-result", Told(collector="Nguyễn Thị Lan", proof="Căn cước"), by=here, at=AT + 4 * HOUR
    )
    assert (one.state, one.returned_on) == ("returned", rooms.TODAY)
    assert events(one) == ["accept", "transfer", "hand-over", "send-back", "resolve", "return-result"]
    assert list(moves.differing(one.ward_id)) == []


def test_a_wait_stops_the_clock_and_what_comes_back_gets_the_whole_time_again(taken, here):
    assert (taken.due_on, taken.clock.runs) == (dt.date(2026, 12, 1), True)  # 24/11 is a day off
    one = move(
        taken, "ask-supplement", Told(word="Thiếu giấy chứng sinh"), by=here, at=AT + dt.timedelta(days=2)
    )
    assert (one.state, one.clock.runs) == ("supplement-wait", False)
    one = move(one, "take-supplement", by=here, at=AT + dt.timedelta(days=7))
    assert (one.due_on, one.due_time, one.clock.runs) == (dt.date(2026, 12, 7), dt.time(17), True)
    said = Event.objects.filter(dossier=one).latest("id")
    assert said.facts["due"] == "2026-12-07T17:00"


def test_an_apology_gives_one_new_day_and_both_stay(taken, here):
    one = move(taken, "extend", Told(word="Chờ xác minh nơi sinh", amount=2), by=here, at=AT + HOUR)
    assert one.due_on == dt.date(2026, 12, 3)
    said = Event.objects.filter(dossier=one).latest("id")
    assert (said.facts["before"], said.facts["due"], said.word) == (
        "2026-12-01T17:00", "2026-12-03T17:00", "Chờ xác minh nơi sinh",
    )  # fmt: skip
    again = Told(word="Vẫn chờ", amount=2)
    assert refused(one, "extend", again, by=here, at=AT + 2 * HOUR) == "clock.extended-already"


def test_no_more_time_is_taken_than_the_limits_allow(taken, here):
    assert (
        refused(taken, "extend", Told(word="Chờ", amount=6), by=here, at=AT + HOUR) == "clock.extension-long"
    )
    assert move(taken, "extend", Told(word="Chờ", amount=5), by=here, at=AT + HOUR).due_on == dt.date(
        2026, 12, 8
    )


def test_a_wrong_result_is_opened_again_with_a_time_of_its_own_and_the_old_verdict(taken, here, leader):
    one = move(taken, "resolve", Told(outcome="granted"), by=leader, at=AT + dt.timedelta(days=9))
    assert one.clock.late_days == 1
    one = move(one, "reopen", Told(word="Sai họ"), by=leader, at=AT + dt.timedelta(days=10))
    assert (one.state, one.resolved_on, one.clock.late_days, one.due_on) == (
        "processing",
        None,
        None,
        dt.date(2026, 12, 10),
    )
    said = Event.objects.filter(dossier=one).latest("id")
    assert (said.facts["late_days"], said.facts["resolved"]) == (1, "2026-12-02T12:00")


@pytest.mark.parametrize(
    "code, told, wanted",
    [
        ("hand-over", Told(), "dossier.no-office"),
        ("hand-over", Told(office=0), "dossier.not-there"),
        ("hand-over", Told(person=0), "dossier.not-there"),
        ("send-back", Told(word="Trả"), "dossier.first-hands"),
        ("ask-supplement", Told(word=" "), "dossier.word-missing"),
        ("extend", Told(word="Chờ"), "dossier.extend-days"),
        ("extend", Told(word="Chờ", amount=-1), "dossier.extend-days"),
        ("extend", Told(word="Chờ", amount=10**6), "dossier.extend-days"),
        ("resolve", Told(outcome="maybe"), "dossier.outcome"),
        ("resolve", Told(outcome="granted", document="7/GKS"), "dossier.result-half"),
        ("resolve", Told(outcome="denied", signed_on=rooms.TODAY), "dossier.result-half"),
        (
            "resolve",
            Told(outcome="granted", document="7/GKS", signed_on=dt.date(2026, 11, 24)),
            "dossier.signed-later",
        ),
        ("return-result", Told(collector="A"), "dossier.move"),
        ("accept", Told(), "dossier.move"),
        ("take-supplement", Told(), "dossier.move"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(taken, here, code, told, wanted):
    before = Dossier.objects.values().get(pk=taken.pk)
    assert refused(taken, code, told, by=here, at=AT + HOUR) == wanted
    assert Dossier.objects.values().get(pk=taken.pk) == before and events(taken) == ["accept", "transfer"]


def test_only_whose_hands_it_is_in_move_it(taken, officer, there, leader):
    elsewhere = Mover(officer.pk, there)
    assert refused(taken, "ask-payment", by=elsewhere, at=AT + HOUR) == "dossier.not-yours"
    assert move(taken, "ask-payment", by=leader, at=AT + HOUR).state == "payment-wait"


def test_another_systems_dossier_is_moved_there(taken, here):
    Dossier.objects.filter(pk=taken.pk).update(system="beside")
    assert refused(taken, "ask-payment", by=here, at=AT + HOUR) == "dossier.beside"
    assert move(taken, "void", Told(word="Nhập hai lần"), by=here, at=AT + HOUR).state == "voided", (
        "our slip is ours"
    )


def test_the_same_press_twice_is_one_and_what_somebody_else_did_is_told(taken, here, leader):
    seen = Event.objects.filter(dossier=taken).latest("id").pk
    for _ in range(2):
        move(taken, "ask-payment", by=here, at=AT + HOUR, seen=seen)
    assert events(taken)[2:] == ["ask-payment"]
    assert refused(taken, "withdraw", by=leader, at=AT + HOUR, seen=seen) == "dossier.changed"


def test_with_the_servers_clock_set_back_nothing_happens_before_what_has_happened(taken, here):
    move(taken, "ask-payment", by=here, at=AT + HOUR)
    move(taken, "confirm-payment", by=here, at=AT - 5 * HOUR)
    assert Event.objects.filter(dossier=taken).latest("id").at == AT + HOUR


def test_without_a_known_time_there_is_no_promise_and_the_moves_go_on(taken, here, leader):
    first = Event.objects.filter(dossier=taken).first()
    with triggers.lifted():
        Event.objects.filter(pk=first.pk).update(facts=first.facts | {"term": None})
    Dossier.objects.filter(pk=taken.pk).update(due_on=None, due_time=None)
    assert refused(taken, "extend", Told(word="Chờ", amount=1), by=here, at=AT + HOUR) == "dossier.no-promise"
    one = move(taken, "ask-agency", Told(word="Hỏi Công an"), by=here, at=AT + HOUR)
    one = move(one, "agency-answers", by=here, at=AT + 2 * HOUR)
    assert (
        one.due_on is None
        and move(one, "resolve", Told(outcome="denied"), by=leader, at=AT + 3 * HOUR).clock.late_days is None
    )


def test_a_row_that_says_otherwise_than_its_events_is_found(taken):
    assert list(moves.differing(taken.ward_id)) == []
    Dossier.objects.filter(pk=taken.pk).update(state="resolved")
    taken.clock.office = None
    taken.clock.save()
    assert [(code, row) for code, row, _ in moves.differing(taken.ward_id)] == [
        (taken.code, "resolved"), (taken.code, "(None, None)"),
    ]  # fmt: skip


def test_the_command_tells_of_every_ward(taken, capsys):
    call_command("check_dossiers")
    assert "Mọi hồ sơ khớp" in capsys.readouterr().out
    Dossier.objects.filter(pk=taken.pk).update(state="resolved")
    with pytest.raises(SystemExit):
        call_command("check_dossiers")
    assert f"Phường Thử · {taken.code}: đang ghi resolved, các việc nói processing" in capsys.readouterr().out


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
@pytest.mark.django_db(transaction=True)
def test_of_two_officers_at_once_one_moves_it_and_the_other_is_told(taken, here, leader):
    seen, told = Event.objects.filter(dossier=taken).latest("id").pk, []

    def second():
        try:
            move(taken, "stop", Told(word="Không đủ điều kiện"), by=leader, at=AT + HOUR, seen=seen)
        except Refusal as refusal:
            told.append(refusal.code)
        finally:
            connections.close_all()

    other = threading.Thread(target=second)
    with transaction.atomic():
        move(taken, "ask-payment", by=here, at=AT + HOUR, seen=seen)
        other.start()
        until_somebody_waits()
    other.join(20)
    assert told == ["dossier.changed"] and events(taken)[2:] == ["ask-payment"]


# --- any order against a plain model -------------------------------------------------------------------------------


class Moves(RuleBasedStateMachine):
    """Any move at any time. The model is the table alone: a set of states by move."""

    def __init__(self):
        super().__init__()
        self.ward = rooms.make_ward(f"Phường {Dossier.objects.count()}")
        make_desk(self.ward)
        self.leader = Mover(rooms.make_person(self.ward, "leader").pk, None)
        self.places = list(self.ward.offices.filter(is_group=False).values_list("pk", flat=True))
        self.dossier = services.accept(
            asked(), ward=self.ward.pk, token="phieumay0001", by=self.leader.person, at=AT
        )
        self.now, self.state, self.count = AT, "processing", 2

    @rule(
        code=st.sampled_from(sorted(MOVES)),
        word=st.sampled_from(["", "vì thế"]),
        hours=st.integers(0, 60),
        n=st.integers(0, 1),
    )
    def any_move(self, code, word, hours, n):
        self.now += hours * HOUR
        facts = {
            **SAID.get(code, {}),
            **({"office": self.places[n]} if code in ("hand-over", "transfer") else {}),
        }
        what, may = MOVES[code], self.state in MOVES[code].since
        word = word or facts.pop("word", "")
        facts.pop("word", None)
        try:
            with transaction.atomic():
                move(self.dossier, code, Told(word=word, **facts), by=self.leader, at=self.now)
        except Refusal as told:
            expected = {"dossier.move"} if not may else {
                "dossier.word-missing", "dossier.same-hands", "dossier.first-hands", "clock.extended-already",
            }  # fmt: skip
            if may and code == "extend":  # two more days would have passed as well
                due = Dossier.objects.values_list("due_on", flat=True).get(pk=self.dossier.pk)
                expected |= {"clock.extension-past"} if local_day(self.now) > due else set()
            assert told.code in expected, (code, told.code)
        else:
            assert may and (word or not what.needs_word)
            self.state, self.count = what.to or self.state, self.count + 1

    @invariant()
    def rows_are_as_their_events_say(self):
        row = Dossier.objects.select_related("clock").get(pk=self.dossier.pk)
        told = list(Event.objects.filter(dossier=row).order_by("id").values_list("state", "at"))
        assert row.state == self.state == told[-1][0] and len(told) == self.count
        assert [at for _, at in told] == sorted(at for _, at in told)
        assert list(moves.differing(self.ward.pk)) == []
        assert row.clock.runs == (STATES[row.state].group == "open")
        assert (row.resolved_on is None) == (row.state not in ("resolved", "returned"))


class MovesTests(TestCase):
    def test_any_order_of_moves_leaves_rows_as_their_events_say(self):
        run_state_machine_as_test(
            Moves,
            settings=hypothesis(
                max_examples=10,
                stateful_step_count=25,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
