"""A simulated year in the database: its books add up, its rows are what its events say, stopped it goes on."""

import datetime as dt
from collections import Counter

import pytest
from django.core.management import CommandError, call_command

from caicach.citizens.models import Citizen, Trace
from caicach.counter import simulated
from caicach.counter.models import Line, Running
from caicach.dossiers import moves
from caicach.dossiers.models import Dossier, Event
from caicach.rules.refusal import Refusal
from tests.factories import rooms

pytestmark = pytest.mark.django_db
SINCE = dt.date(2025, 11, 24)


def year(ward, count=150, seed=5, **other):
    return simulated.simulate(ward.pk, count=count, seed=seed, since=SINCE, until=rooms.TODAY, **other)


def shown():
    return list(Dossier.objects.order_by("id").values_list("code", "state", "applicant", "due_on", "token"))


def test_its_books_add_up_and_its_rows_are_what_its_events_say(desk, officer):
    rooms.make_person(desk, "leader")
    assert year(desk) == 150
    assert list(moves.differing(desk.pk)) == []
    states = Counter(Dossier.objects.values_list("state", flat=True))
    assert sum(states.values()) == 150 == Event.objects.filter(code="accept").count()
    assert states["resolved"] + states["returned"] == Event.objects.filter(code="resolve").count()
    assert set(Dossier.objects.values_list("system", flat=True)) == {"own"}
    numbers = list(Line.objects.order_by("year", "number").values_list("year", "number"))
    assert numbers == [(one, n) for one in (2025, 2026) for n in range(1, 1 + sum(y == one for y, _ in numbers))]  # fmt: skip
    last = dict(Running.objects.values_list("series", "last"))
    assert all(last[one.rpartition("-")[0]] >= int(one[-4:]) for one, *_ in shown())
    known = Trace.objects.filter(what="known").count()
    assert known == Citizen.objects.count() < 150  # some come often
    assert not Citizen.objects.exclude(number_key="").filter(number__contains="000").exists()  # sealed


def test_stopped_it_goes_on_where_it_was(desk, officer, monkeypatch):
    monkeypatch.setattr(simulated, "A_BATCH", 40)

    def stop(done):
        if done >= 80:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        year(desk, told=stop)
    assert len(shown()) == 80
    assert year(desk) == 70 and year(desk) == 0
    in_two = shown()
    assert len({code for code, *_ in in_two}) == 150 == len({token for *_, token in in_two})


def test_a_ward_with_dossiers_of_its_own_is_left_alone(accept, desk):
    accept()
    with pytest.raises(Refusal) as told:
        year(desk)
    assert told.value.code == "simulated.real" and len(shown()) == 1


def test_the_command_says_what_to_do_and_how_far_it_is(ward, officer, capsys):
    with pytest.raises(CommandError, match="--own"):
        call_command("simulate_year", dossiers=5)
    with pytest.raises(CommandError, match="từ 1"):
        call_command("simulate_year", dossiers=0)
    with pytest.raises(CommandError, match="Không có phường"):
        call_command("simulate_year", ward=999_999)
    assert not Dossier.objects.exists()


def test_own_makes_a_ward_for_practice_keep_all_its_dossiers(desk, officer, capsys):
    call_command("simulate_year", dossiers=12, seed=3, until=rooms.TODAY, own=True)
    out = capsys.readouterr().out
    assert "12 / 12 hồ sơ (100%)" in out and "Đã ghi 12 hồ sơ" in out
    assert Dossier.objects.filter(system="own").count() == 12
