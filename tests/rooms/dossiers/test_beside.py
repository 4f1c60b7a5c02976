"""An apology for a dossier that the province's system keeps: its promise stays the list's, ours stands beside it, and no list loses it."""

import datetime as dt
import re

import pytest
from django.core.cache import cache
from django.core.management import call_command

from caicach.counter.letters import occasion
from caicach.dossiers import ahead, beside, intake, jobs, moves, queries, services, told
from caicach.dossiers.models import Dossier, DossierClock, Event
from caicach.dossiers.moves import Mover, Told, move
from caicach.dossiers.reckoning import reckon
from caicach.rules.refusal import Refusal
from tests.factories import rooms
from tests.rooms.dossiers.conftest import AT, ROWS, bring, csv

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
LATE, SOON = ROWS[0][0], ROWS[1][0]
SORRY = "/ho-so/sap-tre/xin-loi/"


@pytest.fixture
def leader(ward):
    return rooms.make_person(ward, "leader", name="Trần Văn Lãnh")


def one_of(code):
    return Dossier.objects.select_related("clock").get(code=code)


def apologise(leader, code=SOON, days=2, at=AT):
    return move(
        one_of(code), "extend", Told(amount=days, word="Chờ tỉnh trả lời"), by=Mover(leader.pk, None), at=at
    )


def rows(**due):
    """The list again, with other promised days: (n, due)."""
    return [[*row[:4], due.get(f"r{n}", row[4]), *row[5:]] for n, row in enumerate(ROWS)]


def test_the_provinces_promise_stays_and_ours_stands_beside_it(known, leader, ward):
    one = apologise(leader)
    assert one.moment("due") == dt.datetime(2026, 11, 24, 17)
    kept = one_of(SOON)
    assert kept.moment("due") == dt.datetime(2026, 11, 24, 17), "as the list says"
    assert kept.promise == dt.datetime(2026, 11, 26, 17) and kept.clock.apologised_on == rooms.TODAY
    assert kept.state == "processing" and kept.clock.apology_by == dt.date(2026, 11, 25)
    event = Event.objects.get(code="apologise")
    assert event.facts | {} == {
        "amount": 2, "before": "2026-11-24T17:00", "due": "2026-11-26T17:00", "listed": "2026-11-24T17:00",
    }  # fmt: skip
    assert (event.by_id, event.word, event.state) == (leader.pk, "Chờ tỉnh trả lời", "processing")


def test_a_day_without_a_time_stays_a_day(known, leader):
    one = apologise(leader, LATE, days=13)
    assert one.promise == dt.date(2026, 11, 25) and one.clock.again_time is None


@pytest.mark.parametrize(
    ("days", "error"),
    [(11, "clock.extension-past"), (1, "clock.extension-past"), (16, "clock.extension-long")],
)
def test_no_day_that_has_passed_is_promised(known, leader, ward, days, error):
    with pytest.raises(Refusal) as refused:
        apologise(leader, LATE, days=days)
    assert refused.value.code == error and refused.value.place == "amount"
    offered = moves.more_time(one_of(LATE), at=AT).days
    assert [n for n, _ in offered] == [12, 13, 14, 15] and offered[0][1].date() == rooms.TODAY


def test_a_second_apology_is_asked_for_by_nobody_and_refused(known, leader, ward):
    assert [one.code for one in ahead.owed(ward.pk, now=AT, office=None)] == [LATE, SOON]
    apologise(leader)
    assert [one.code for one in ahead.owed(ward.pk, now=AT, office=None)] == [LATE]
    with pytest.raises(Refusal) as refused:
        apologise(leader)
    assert refused.value.code == "clock.extended-already"
    assert "extend" not in dict(moves.possible(one_of(SOON), "leader", ["listed", "apologise"], by=Mover(leader.pk, None)).moves)  # fmt: skip


@pytest.mark.parametrize(
    ("days", "word", "code", "error"),
    [
        (0, "Chờ", SOON, "dossier.extend-days"),
        (200, "Chờ", SOON, "clock.extension-long"),
        (1, " ", SOON, "dossier.word-missing"),
        (1, "Chờ", ROWS[2][0], "dossier.move"),
        (1, "Chờ", ROWS[4][0], "dossier.move"),
    ],
)
def test_what_is_refused(known, leader, days, word, code, error):
    with pytest.raises(Refusal) as refused:
        move(one_of(code), "extend", Told(amount=days, word=word), by=Mover(leader.pk, None), at=AT)
    assert refused.value.code == error
    assert not Event.objects.filter(code="apologise").exists()


def test_no_promise_no_apology_and_no_other_move_of_its_own(known, leader):
    Dossier.objects.filter(code=SOON).update(due_on=None, due_time=None)
    with pytest.raises(Refusal) as refused:
        apologise(leader)
    assert refused.value.code == "dossier.no-promise"
    with pytest.raises(Refusal) as refused:
        move(one_of(LATE), "resolve", Told(outcome="granted"), by=Mover(leader.pk, None), at=AT)
    assert refused.value.code == "dossier.beside"
    Dossier.objects.filter(code=LATE).update(set_aside=True)
    with pytest.raises(Refusal) as refused:
        apologise(leader, LATE)
    assert refused.value.code == "dossier.beside"


def test_late_again_when_the_new_day_passes_too(known, leader, ward):
    apologise(leader)
    day = lambda n: queries.apologies(ward.pk, now=AT + n * DAY)  # noqa: E731
    assert (day(0).made, day(0).due, day(0).missing, day(0).again) == (1, 0, 1, 0)
    assert day(3).again == 0, "the new day is 26/11 at 17:00"
    assert day(4).again == 1
    assert queries.kept_and_told(ward.pk, now=AT + 4 * DAY)[1] == day(4)


def test_one_press_for_several_and_the_same_numbers_on_each_page(
    known, leader, ward, coordinator, client, settings
):
    rooms.make_plan(ward, coordinator)
    client.force_login(leader)
    page = client.get("/ho-so/sap-tre/").content.decode()
    assert "Cần xin lỗi hôm nay" in page
    sent = {"code": [LATE, SOON]}
    for code in (LATE, SOON):
        sent |= {f"seen-{code}": re.search(rf'name="seen-{re.escape(code)}" value="(\d+)"', page)[1]}
        sent |= {f"days-{code}": "13" if code == LATE else "3", f"reason-{code}": "agency"}
    assert client.post(SORRY, sent).status_code == 303
    assert client.post(SORRY, sent).status_code == 303, "pressed twice is once"
    assert Event.objects.filter(code="apologise").count() == 2
    settings.TODAY = rooms.TODAY + 3 * DAY  # when one of the new days has passed as well
    client.force_login(leader)
    cache.clear()
    text = lambda at: re.sub(r"\s+", " ", re.sub("<[^>]+>", "", client.get(at).content.decode()))  # noqa: E731
    for at in ("/ho-so/sap-tre/", "/ke-hoach/2026/cchc/toan-canh/"):
        for words in ("0 cần xin lỗi hôm nay", "tháng này 2 đã xin lỗi", "1 trễ lần hai"):
            assert words in text(at), (at, words)
    assert "chưa xin lỗi" not in text("/ho-so/?nhom=tre").replace("chưa xin lỗi hôm nay", "")
    call_command("check_dossiers")


def test_the_letter_counts_by_the_new_day(known, leader, ward):
    sight = queries.Sight(None, True)
    before = queries.nearing(ward.pk, now=AT + DAY).seen(sight)
    apologise(leader)
    assert queries.nearing(ward.pk, now=AT + DAY).seen(sight) == before - 1


def test_a_later_list_with_a_later_promise_holds_and_an_earlier_one_is_shown(
    known, leader, ward, officer, client
):
    apologise(leader)
    bring(ward, officer, csv(rows(r1="30/11/2026 17:00")), token="danhsach0002")
    one = one_of(SOON)
    assert one.promise == one.moment("due") == dt.datetime(2026, 11, 30, 17)
    assert queries.row_of(one, now=AT).anew == ""
    bring(ward, officer, csv(rows(r1="25/11/2026 17:00")), token="danhsach0003")
    one = one_of(SOON)
    assert one.promise == dt.datetime(2026, 11, 26, 17) and one.clock.apologised_on == rooms.TODAY
    client.force_login(leader)
    page = client.get(one.address).content.decode()
    assert "Phường hẹn lại 17:00 26/11/2026, theo tỉnh: 17:00 25/11/2026" in page
    assert "xin lỗi và hẹn lại 2 ngày làm việc: 17:00 24/11/2026, nay 17:00 26/11/2026" in page
    assert "In thư xin lỗi" in page
    call_command("check_dossiers")


def test_no_list_that_is_dropped_loses_it(known, leader, ward, officer):
    apologise(leader)
    newer = bring(ward, officer, csv(rows(r1="25/11/2026 17:00")), token="danhsach0002")
    for row in (known, newer):  # the older first: then nothing but the apology says that it is there
        services.drop(row, by=officer.pk, at=AT)
        jobs.drop_list(row.pk)
    one = one_of(SOON)
    assert not one.set_aside and one.clock.apologised_on == rooms.TODAY
    assert one.promise == dt.datetime(2026, 11, 26, 17)
    assert one_of(LATE).set_aside, "what nobody worked on goes"
    assert not list(beside.differing(ward.pk))


def test_a_list_compared_meanwhile_looks_again(known, leader):
    before = one_of(SOON).revision
    apologise(leader)
    assert one_of(SOON).revision == before + 1


def test_a_row_that_says_otherwise_than_its_event_is_found(known, leader, ward):
    apologise(leader)
    assert not list(moves.differing(ward.pk))
    DossierClock.objects.filter(dossier__code=SOON).update(again_on=None)
    assert [code for code, *_ in moves.differing(ward.pk)] == [SOON]
    DossierClock.objects.update(again_on=None, again_time=None, apologised_on=None)
    assert len(list(moves.differing(ward.pk))) == 1


def test_counted_anew_the_new_day_still_holds(known, leader, ward):
    apologise(leader)
    kept = DossierClock.objects.get(dossier__code=SOON)
    reckon(ward.pk)
    again = DossierClock.objects.get(dossier__code=SOON)
    assert (again.warn_from, again.urgent_from, again.apology_by) == (kept.warn_from, kept.urgent_from, kept.apology_by)  # fmt: skip


def test_the_letter_and_the_citizen_are_told_of_it(known, leader, ward):
    one = apologise(leader)
    events = told.events_of([ward.pk], [one.pk])
    assert told.apology(events) == (dt.datetime(2026, 11, 24, 17), "Chờ tỉnh trả lời")
    assert [step.code for step in told.happened(events)][-1] == "apologise"
    paper = occasion(one, len(events), lookup="", site="")
    assert (paper.form, paper.before, paper.due, paper.days, paper.nth_apology) == (
        "04", "17:00 24/11/2026", "17:00 26/11/2026", "2", 1,
    )  # fmt: skip


def test_the_code_of_the_province_brings_its_apology_along(known, leader, ward, officer):
    apologise(leader)
    mine = Dossier.objects.create(ward=ward, code="TAM-261110-0001", state="processing", applicant="Trần Văn Mẫu", procedure="Đăng ký kết hôn", words="", token="phieutam0001")  # fmt: skip
    DossierClock.objects.create(dossier=mine, ward=ward)
    intake.event(mine, "accept", {}, by=officer.pk, at=AT).save(force_insert=True)
    intake.learn_code(mine, SOON, by=officer.pk, at=AT)
    one = one_of(SOON)
    assert one.pk == mine.pk and one.clock.apologised_on == rooms.TODAY
    assert one.promise == dt.datetime(2026, 11, 26, 17)
    (copy,) = Event.objects.filter(dossier=one, code="apologise")
    assert copy.by_id == leader.pk and copy.word == "Chờ tỉnh trả lời"
