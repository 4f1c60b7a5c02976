"""Before a promise breaks: who sees what from when, to whom an apology is owed, and that each page says the same number."""

import datetime as dt
import re
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection

from caicach import data
from caicach.desk.queries import ward_desk
from caicach.dossiers import ahead, moves, queries
from caicach.dossiers.models import Dossier, DossierClock, Event
from caicach.dossiers.moves import Mover, Told, move
from caicach.organisation.queries import work_time
from caicach.reminders import queries as letters
from caicach.rules.dossier_clock import share_used_at
from caicach.rules.dossier_moves import MOVES, STATES
from tests.factories import rooms
from tests.rooms.counter.conftest import AT

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
PAGE, SORRY = "/ho-so/sap-tre/", "/ho-so/sap-tre/xin-loi/"


@pytest.fixture
def leader(ward):
    return rooms.make_person(ward, "leader", name="Trần Văn Lãnh")


@pytest.fixture
def head(ward):
    return rooms.make_person(ward, "head", office="Văn phòng HĐND và UBND", name="Lê Thị Trưởng")


@pytest.fixture
def dossiers(accept):
    """Five working days each: late since 18/11, due today, 75 percent used, 90 percent used, hardly begun."""
    taken = {}
    for n, (name, days) in enumerate({"late": 12, "today": 7, "begun": 0}.items()):
        taken[name] = accept(token=f"phieu{name}{n:04}", at=AT - days * DAY)
    for n, name in enumerate(("soon", "urgent")):
        taken[name] = accept(token=f"phieu{name}{n:04}", at=AT - 4 * DAY)
        clock = taken[name].clock
        DossierClock.objects.filter(pk=clock.pk).update(
            warn_from=AT - dt.timedelta(hours=1), urgent_from=AT + (DAY if name == "soon" else -dt.timedelta(minutes=5)),
            late_from=AT + 2 * DAY,
        )  # fmt: skip
    return taken


def codes(page):
    return [one.row.dossier.code for one in page.rows]


def shown(client, person, address=PAGE):
    client.force_login(person)
    return client.get(address)


def test_the_officer_sees_it_at_three_quarters_and_the_head_at_nine_tenths(ward, dossiers):
    office = dossiers["late"].clock.office_id
    seen = {
        is_head: set(codes(ahead.ahead(ward.pk, now=AT, office=office, is_head=is_head)))
        for is_head in (True, False)
    }
    of = {name: one.code for name, one in dossiers.items()}
    assert seen[False] == {of["late"], of["today"], of["urgent"], of["soon"]}
    assert seen[True] == {of["late"], of["today"], of["urgent"]}
    page = ahead.ahead(ward.pk, now=AT, office=None, is_head=True)
    assert [(one.group, one.count) for one in page.tallies] == [("tre", 1), ("hom-nay", 1), ("gap", 1), ("som", 1)]  # fmt: skip
    assert codes(page)[:2] == [of["late"], of["today"]], "the most urgent first"
    for is_head in (True, False):
        count = queries.nearing(ward.pk, now=AT).seen(queries.Sight(office, is_head))
        assert count == len(seen[is_head]), "the line of one's own work says what the page shows"


def test_the_shares_are_those_of_the_clock_and_stand_in_data(accept, ward):
    taken = accept()
    limits = data.limits()
    assert not data.clock_limit("warn-share").is_sure and not data.clock_limit("urgent-share").is_sure
    time, zone = work_time(ward.pk), taken.clock.late_from.tzinfo
    since, due = taken.moment("received"), taken.moment("due")
    for percent, kept in ((limits.warn_percent, taken.clock.warn_from), (limits.urgent_percent, taken.clock.urgent_from)):  # fmt: skip
        assert share_used_at(time, since, due, percent).replace(tzinfo=zone) == kept


def test_nobody_is_asked_to_apologise_before_the_dossier_came(accept):
    from tests.rooms.counter.conftest import COPY, asked

    copy = accept(asked(COPY, parts=frozenset({1})), token="phieuban0001")
    assert copy.due_on == rooms.TODAY and copy.clock.apology_by is None


def test_whose_hands_hold_how_much_and_the_list_is_narrowed_by_it(ward, dossiers, officer, head, client):
    move(dossiers["late"], "hand-over", Told(person=officer.pk), by=Mover(officer.pk, dossiers["late"].clock.office_id), at=AT)  # fmt: skip
    page = ahead.ahead(ward.pk, now=AT, office=None, is_head=False)
    assert [(one.name, one.counts) for one in page.offices] == [("Văn phòng HĐND và UBND", (1, 1, 1, 1))]
    assert [(one.name, one.counts) for one in page.people] == [(officer.full_name, (1, 0, 0, 0))]
    mine = ahead.ahead(ward.pk, now=AT, office=None, is_head=False, handle=officer.handle)
    assert codes(mine) == [dossiers["late"].code] and mine.narrowed == officer.full_name
    answer = shown(client, head, f"{PAGE}?nguoi={officer.handle}").content.decode()
    assert dossiers["late"].code in answer and "Bỏ lọc" in answer


def test_the_next_page_is_narrowed_as_the_first(ward, dossiers, officer, head, client, monkeypatch):
    monkeypatch.setattr(ahead, "A_PAGE", 1)
    place = dossiers["late"].clock.office
    answer = shown(client, head, f"{PAGE}?don_vi={place.slug}&nhom=").content.decode()
    assert f'href="?don_vi={place.slug}&amp;trang=2" rel="next"' in answer


def test_another_office_and_another_ward_see_nothing_of_it(ward, dossiers, client):
    other = rooms.make_person(ward, "head", office="Phòng Văn hóa – Xã hội")
    assert dossiers["late"].code not in shown(client, other).content.decode()
    stranger = rooms.make_person(rooms.make_ward("Phường Hai"), "leader")
    answer = shown(client, stranger).content.decode()
    assert dossiers["late"].code not in answer and "Không có hồ sơ nào sắp trễ" in answer
    sent = {
        "code": dossiers["late"].code,
        f"days-{dossiers['late'].code}": "2",
        f"word-{dossiers['late'].code}": "Chờ",
    }
    assert client.post(SORRY, sent).status_code == 422
    assert not Event.objects.filter(code="extend").exists()


def test_the_page_asks_the_same_number_of_times_whatever_it_shows(
    ward, accept, dossiers, django_assert_num_queries
):
    with django_assert_num_queries(7):
        ahead.ahead(ward.pk, now=AT, office=None, is_head=False)
    for n in range(12):
        accept(token=f"phieunua{n:05}", at=AT - 12 * DAY)
    with django_assert_num_queries(7):
        page = ahead.ahead(ward.pk, now=AT, office=None, is_head=False)
    assert len(page.owed) == 13 + 1


def test_only_the_last_working_day_before_the_promise_asks_for_an_apology(ward, accept):
    taken = accept()
    last = taken.clock.apology_by
    assert last == dt.date(2026, 11, 30) and taken.due_on == dt.date(2026, 12, 1)
    morning = AT + (last - rooms.TODAY).days * DAY
    assert not ahead.owed(ward.pk, now=morning - DAY, office=None)
    (one,) = ahead.owed(ward.pk, now=morning, office=None)
    assert one.code == taken.code and not one.is_late
    assert one.extending.more.days == moves.more_time(taken, at=morning).days, (
        "as the move's own form counts them"
    )


def test_one_press_apologises_to_several_and_one_refused_undoes_no_other(dossiers, head, client, ward):
    first, second = dossiers["late"], dossiers["today"]
    client.force_login(head)
    page = client.get(PAGE).content.decode()
    assert "Cần xin lỗi hôm nay" in page and "chưa xin lỗi" in page and "thứ" in page
    sent = {"code": [first.code, second.code]}
    for one in (first, second):
        sent[f"seen-{one.code}"] = re.search(rf'name="seen-{re.escape(one.code)}" value="(\d+)"', page)[1]
        sent[f"reason-{one.code}"] = "agency"
    sent |= {f"days-{first.code}": "4", f"word-{first.code}": "Công an phường hẹn thứ Tư"}
    answer = client.post(SORRY, sent)
    words = answer.content.decode()
    assert answer.status_code == 422
    assert "đã xin lỗi, hẹn trả" in words and "Hẹn lại phải thêm từ 1 đến" in words
    assert f'value="{second.code}" data-tick' in words and "checked" in words, "what was typed stays"
    (event,) = Event.objects.filter(code="extend")
    assert (
        event.dossier_id == first.pk and event.word == "Chờ cơ quan khác trả lời: Công an phường hẹn thứ Tư"
    )
    first.clock.refresh_from_db()
    assert first.clock.apologised_on == rooms.TODAY
    sent[f"days-{second.code}"] = "3"
    again = client.post(SORRY, sent)
    assert again.status_code == 303, "the first is made already: pressed twice is once"
    assert Event.objects.filter(code="extend").count() == 2
    call_command("check_dossiers")


def test_who_is_told_late_is_given_a_day_that_is_still_to_come(dossiers, head, client, ward):
    """Promised for 18/11, told on 23/11: of what may be taken the days that have passed are not counted."""
    one = dossiers["late"]
    days = {owed.code: owed.extending.more.days for owed in ahead.owed(ward.pk, now=AT, office=None)}[
        one.code
    ]
    assert [n for n, _ in days] == [3, 4, 5, 6, 7, 8] and all(
        due > AT.replace(tzinfo=None) for _, due in days
    )
    assert (days[0][1].date(), days[-1][1].date()) == (rooms.TODAY, dt.date(2026, 12, 1))
    evening = moves.more_time(one, at=AT + dt.timedelta(hours=6)).days
    assert evening[0][0] == 4, "after the counter has closed today is no day any more"
    client.force_login(head)
    form = client.get(f"{one.address}buoc/extend/").content.decode()
    assert "nhiều nhất 5 ngày làm việc, tính từ hôm nay vì lời hẹn đã qua 3 ngày làm việc." in form
    assert 'Cần xin lỗi hôm nay <span class="count">2</span>' in client.get(PAGE).content.decode()
    for typed, words in (
        ("2", "Ngày hẹn mới ấy đã qua"),
        ("9", "nhiều nhất 5 ngày làm việc, đã trễ thì tính từ hôm nay"),
    ):
        answer = client.post(
            SORRY, {"code": one.code, f"days-{one.code}": typed, f"reason-{one.code}": "agency"}
        )
        assert answer.status_code == 422 and words in answer.content.decode()
    assert not Event.objects.filter(code="extend").exists()
    by = Mover(head.pk, one.clock.office_id)
    assert move(one, "extend", Told(amount=8, word="Chờ"), by=by, at=AT).due_on == dt.date(2026, 12, 1)
    call_command("check_dossiers")


def test_a_reason_is_never_left_out_and_somebody_must_be_ticked(dossiers, head, client, officer):
    one = dossiers["late"]
    client.force_login(head)
    assert "Hãy đánh dấu" in client.post(SORRY, {}).content.decode()
    answer = client.post(SORRY, {"code": one.code, f"days-{one.code}": "2"})
    assert answer.status_code == 422 and "cần ghi lý do" in answer.content.decode()
    client.force_login(officer)
    assert client.post(SORRY, {"code": one.code}).status_code == 403
    assert "Xin lỗi và hẹn lại" not in client.get(PAGE).content.decode()


def test_the_number_of_apologies_is_one_on_every_page(dossiers, leader, client, ward, coordinator):
    rooms.make_plan(ward, coordinator)
    by = Mover(leader.pk, None)
    move(dossiers["today"], "extend", Told(amount=1, word="Chờ"), by=by, at=AT)
    assert queries.apologies(ward.pk, now=AT) == queries.Apologies(due=0, missing=1, made=1, again=0)
    assert queries.kept_and_told(ward.pk, now=AT) == (
        queries.promises(ward.pk, now=AT), queries.apologies(ward.pk, now=AT),
    )  # fmt: skip
    cache.clear()
    page = shown(client, leader).content.decode()
    over = shown(client, leader, "/ke-hoach/2026/cchc/toan-canh/").content.decode()
    board = shown(client, leader, "/ho-so/?nhom=tre").content.decode()
    text = lambda html: re.sub(r"\s+", " ", re.sub("<[^>]+>", "", html))  # noqa: E731
    for shown_page in (text(page), text(over)):
        for words in ("1 trễ mà chưa xin lỗi", "0 cần xin lỗi hôm nay", "tháng này 1 đã xin lỗi"):
            assert words in shown_page.replace("1 hồ sơ trễ", "1 trễ"), words
    assert 'notice is-late"><a' in over and "chưa xin lỗi" in board
    later = AT + 10 * DAY
    assert queries.apologies(ward.pk, now=later).again == 1, "late a second time"


def test_an_apology_counts_for_its_own_count_of_the_time(dossiers, leader):
    by, one = Mover(leader.pk, None), dossiers["late"]
    one = move(one, "extend", Told(amount=5, word="Chờ"), by=by, at=AT)
    one = move(one, "resolve", Told(outcome="granted"), by=by, at=AT)
    assert one.clock.apologised_on == rooms.TODAY
    kept, told = queries.kept_and_told(one.ward_id, now=AT)
    assert (kept.settled, kept.missed, told.made, told.again) == (1, 0, 1, 0)
    assert (kept, told) == (queries.promises(one.ward_id, now=AT), queries.apologies(one.ward_id, now=AT))
    one = move(one, "reopen", Told(word="Sai tên"), by=by, at=AT)
    assert one.clock.apologised_on is None
    DossierClock.objects.filter(pk=one.pk).update(apologised_on=rooms.TODAY)
    assert [code for code, *_ in moves.differing(one.ward_id)] == [one.code]


def test_the_line_of_ones_own_work_opens_the_page(dossiers, officer, client):
    page = shown(client, officer, "/viec-cua-toi/").content.decode()
    assert re.search(r'href="/ho-so/sap-tre/"><b>4</b> hồ sơ một cửa', page)


def test_what_may_be_signed_is_what_runs():
    assert {name for name, facts in STATES.items() if facts.group == "open"} == MOVES["resolve"].since
    assert {name for name, facts in STATES.items() if facts.group == "open"} == MOVES["extend"].since


def test_another_systems_dossier_is_warned_of_and_apologised_for_in_the_same_way(
    dossiers, ward, head, client
):
    one = dossiers["late"]
    Dossier.objects.filter(pk=one.pk).update(system="beside")
    page = ahead.ahead(ward.pk, now=AT, office=None, is_head=True)
    assert one.code in codes(page) and one.code in [row.code for row in page.owed]
    assert page.apologies.missing == 1
    client.force_login(head)
    sent = {"code": one.code, f"days-{one.code}": "4", f"reason-{one.code}": "agency"}
    assert client.post(SORRY, sent).status_code == 303
    was = one.moment("due")
    one = Dossier.objects.select_related("clock").get(pk=one.pk)
    assert one.moment("due") == was and one.promise > was, "the province's promise stays what it is"
    assert queries.apologies(ward.pk, now=AT).made == 1 and queries.apologies(ward.pk, now=AT).missing == 0
    call_command("check_dossiers")


def test_the_days_letter_says_the_same_number_to_who_sees_any(ward, dossiers, officer, head):
    near = queries.nearing(ward.pk, now=AT)
    office = dossiers["late"].clock.office_id
    assert (
        letters.nearing_for(near, "officer", office) == 4 and letters.nearing_for(near, "head", office) == 3
    )
    assert letters.nearing_for(near, "leader", None) == 3
    assert letters.nearing_for(near, "administrator", office) == letters.nearing_for(near, "officer", -1) == 0
    facts = ward_desk(ward.pk, today=rooms.TODAY, people=[officer.pk], calendar=data.work_calendar())
    work = letters.desk_for(facts, officer.pk, office, "officer")
    told = dict(letters.daily("A", work, today=rooms.TODAY, nearing=4).parts)
    (line,) = told["Lời nhắc về hồ sơ một cửa"]
    assert (line.when, line.address) == ("4 hồ sơ", PAGE)
    assert "Lời nhắc về hồ sơ một cửa" not in dict(
        getattr(letters.daily("A", work, today=rooms.TODAY), "parts", ())
    )


def test_the_apologies_that_were_there_already_are_filled_in(dossiers, leader):
    by = Mover(leader.pk, None)
    told = move(dossiers["late"], "extend", Told(amount=5, word="Chờ"), by=by, at=AT)
    anew = move(dossiers["today"], "extend", Told(amount=5, word="Chờ"), by=by, at=AT)
    anew = move(anew, "resolve", Told(outcome="granted"), by=by, at=AT)
    move(anew, "reopen", Told(word="Sai tên"), by=by, at=AT)
    DossierClock.objects.update(apologised_on=None)
    migration = import_module("caicach.dossiers.migrations.0010_fill_apologies")
    migration.fill(apps, SimpleNamespace(connection=connection))
    filled = DossierClock.objects.filter(apologised_on__isnull=False)
    assert list(filled.values_list("pk", "apologised_on")) == [(told.pk, rooms.TODAY)]
