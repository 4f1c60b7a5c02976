"""Fifty officers at once for ten days: whatever came in, each day's books add up and no number is given twice."""

import contextlib
import datetime as dt
import random
import sqlite3
import threading
from collections import Counter

import pytest
from django.db import OperationalError, connections

from caicach.counter import attempts, services
from caicach.counter.models import Attempt, Line, Part, Running
from caicach.counter.numbers import number_of
from caicach.counter.services import Person
from caicach.dossiers import moves
from caicach.dossiers.models import Dossier, DossierClock, Event
from caicach.dossiers.moves import Mover, Told, move
from caicach.rules.dossier_moves import STATES, moves_from
from caicach.rules.refusal import Refusal
from tests.factories import rooms
from tests.rooms.counter.conftest import AT, BIRTH, COPY, asked, lan, make_desk

WORDS = {"extend": Told(word="Cần xác minh", amount=1), "resolve": Told(outcome="granted"), "return-result": Told(collector="Người Nhận")}  # fmt: skip


class Ward:
    """What the officers share: the ward, its day, what is on their desks; and what went wrong."""

    def __init__(self, ward, officers):
        self.ward, self.faults, self.refused = ward, [], Counter()
        people = [
            rooms.make_person(ward, "officer", office="Văn phòng HĐND và UBND") for _ in range(officers)
        ]
        place = ward.offices.get(short_name="Văn phòng").pk
        self.officers = [Mover(one.pk, place) for one in people]
        self.leader = Mover(rooms.make_person(ward, "leader").pk, None)
        self.gate = threading.Barrier(officers)

    def work(self, n, days, each):
        chance = random.Random(n)
        try:
            for day in range(days):
                self.gate.wait(900)  # all begin a day together
                for turn in range(each):
                    self.take_in(n, day, turn, chance)
                    for _ in range(3):
                        self.move_one(n, day, turn, chance)
        except BaseException as fault:  # noqa: BLE001 - told to the test
            self.faults.append(fault)
            self.gate.abort()
        finally:
            connections.close_all()

    def at(self, day, turn):
        return AT + dt.timedelta(days=day, minutes=turn)

    def take_in(self, n, day, turn, chance):
        if (n + day + turn) % 5 == 0:  # sent home: no dossier, and apart from the books
            again(
                lambda: attempts.turn_away(
                    asked(owner=Person(lan(), is_same=True)), "02", "Giấy chứng sinh", sheet={}, ward=self.ward.pk, token=f"ve{n}ngay{day}luot{turn}",
                    by=self.officers[n].person, at=self.at(day, turn),
                )
            )  # fmt: skip
        # few people, so that many meet the same one at once; two presses of one form
        who = lan(number=f"00019000{chance.randrange(12):04}", name="Nguyễn Thị Lan")
        one = asked(procedure=BIRTH, owner=Person(who, is_same=True))
        if chance.random() < 0.5:
            one = asked(procedure=COPY, owner=Person(who, is_same=True), parts=frozenset({1}), at_once=chance.random() < 0.5)  # fmt: skip
        for _ in range(1 + (chance.random() < 0.2)):
            again(
                lambda: services.accept(
                    one,
                    ward=self.ward.pk,
                    token=f"nguoi{n}ngay{day}luot{turn}",
                    by=self.officers[n].person,
                    at=self.at(day, turn),
                )
            )

    def move_one(self, n, day, turn, chance):
        there = list(Dossier.objects.exclude(state__in=["returned", "voided", "withdrawn", "stopped"])[:200])
        if not there:
            return
        dossier = chance.choice(there)
        code = chance.choice(moves_from(dossier.state))
        by = chance.choice([self.officers[n], self.leader])
        told = WORDS.get(code, Told(word="Cần thêm giấy tờ", office=self.officers[n].office))
        try:
            again(lambda: move(dossier, code, told, by=by, at=self.at(day, turn)))
        except Refusal as refusal:  # somebody was quicker, or it is no way
            self.refused[refusal.code] += 1


def again(what):
    """A busy database is asked again, as a person does who is told so."""
    for attempt in range(40):
        try:
            return what()
        except OperationalError:
            if attempt == 39:
                raise
    return None


def run(ward, *, officers, days, each):
    shared = Ward(make_desk(ward), officers)
    threads = [threading.Thread(target=shared.work, args=(n, days, each)) for n in range(officers)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert not shared.faults, shared.faults[:3]
    adds_up(ward, officers * days * each)
    return shared


def adds_up(ward, count):
    accepted = Counter(Event.objects.filter(code="accept").values_list("dossier__received_on", "dossier__procedure_code"))  # fmt: skip
    groups = {group: Counter() for group in ("resolved", "open", "waiting", "stopped", "withdrawn", "voided")}
    for day, procedure, state in Dossier.objects.values_list("received_on", "procedure_code", "state"):
        group = state if state in groups else STATES[state].group
        groups["resolved" if group == "ended" else group][day, procedure] += 1
    assert (
        sum(groups.values(), Counter()) == accepted and accepted.total() == count == Dossier.objects.count()
    )
    assert groups["resolved"].total() == Dossier.objects.filter(state__in=["resolved", "returned"]).count()
    assert list(moves.differing(ward.pk)) == []
    assert DossierClock.objects.count() == count == Line.objects.count()
    years = Line.objects.values_list("year", "number")
    assert sorted(years) == [(2026, n) for n in range(1, count + 1)]
    codes = Counter(code.rpartition("-")[0] for code in Dossier.objects.values_list("code", flat=True))
    for series, many in codes.items():  # none left out, none twice
        mine = Dossier.objects.filter(code__startswith=f"{series}-").values_list("code", flat=True)
        assert sorted(map(number_of, mine)) == list(range(1, many + 1))
        assert Running.objects.get(series=series).last == many
    assert not Part.objects.filter(dossier=None).exists()
    turned = sorted(Attempt.objects.values_list("number", flat=True))
    assert turned == list(range(1, len(turned) + 1)) and turned


@pytest.fixture
def on_file(transactional_db, tmp_path):
    """SQLite on a disk, as it runs for people: the tests' own lies in memory, where two threads refuse each other."""
    ours = connections["default"]
    if ours.vendor != "sqlite":
        yield
        return
    ours.ensure_connection()
    with contextlib.closing(sqlite3.connect(tmp_path / "db.sqlite3")) as copy:
        ours.connection.backup(copy)
    named = connections.settings["default"]
    before, named["NAME"] = named["NAME"], str(tmp_path / "db.sqlite3")
    connections["default"] = connections.create_connection("default")
    yield
    connections["default"].close()
    connections["default"], named["NAME"] = ours, before


def test_eight_officers_for_two_days(on_file, ward):
    shared = run(ward, officers=8, days=2, each=2)
    assert shared.refused  # they did get into each other's way


@pytest.mark.soak
def test_fifty_officers_for_ten_days(on_file, ward):
    shared = run(ward, officers=50, days=10, each=3)
    assert shared.refused
