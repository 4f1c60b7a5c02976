"""Somebody moves: one page of everything open, confirmed by both, then given at once."""

import datetime as dt
import re
import threading

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from caicach.core.clock import noon
from caicach.tasks import handovers, services, together
from caicach.tasks.models import Handover, Notice, Task, TaskOffice
from tests.factories import rooms
from tests.factories.races import until_somebody_waits

pytestmark = pytest.mark.django_db
AT = noon(rooms.TODAY)


@pytest.fixture
def head(ward):
    return rooms.make_person(ward, "head", office="Văn phòng HĐND và UBND")


@pytest.fixture
def second(ward):
    return rooms.make_person(ward, "officer", office="Văn phòng HĐND và UBND")


@pytest.fixture
def given(ward, coordinator, head, officer):
    rooms.make_plan(ward, coordinator)
    office = ward.offices.get(short_name="Văn phòng").pk
    for number in ("I-1", "I-2", "I-3"):
        together.assign(Task.objects.get(number=number), office=office, person=officer.pk, by=head.pk, at=AT)
    done = services.hand_in(Task.objects.get(number="I-3"), by=officer.pk, at=AT, today=rooms.TODAY,
                            document_number="7/BC", document_date=rooms.TODAY)  # fmt: skip
    services.accept(done, by=coordinator.pk, at=AT)


def begin(client, head, leaver, taker):
    client.force_login(head)
    answer = client.post("/ban-giao/", {"leaver": leaver.pk, "taker": taker.pk, "word": "Chuyển về tỉnh"})
    assert answer.status_code == 303
    return answer.url


def test_both_confirm_and_everything_open_is_the_takers(given, ward, head, officer, second, client):
    page = begin(client, head, officer, second)
    assert client.post("/ban-giao/", {"leaver": officer.pk, "taker": second.pk}).url == page, "one is open"
    shown = client.get(page).content.decode()
    assert "Việc còn mở" in shown and "I.1" in shown and "Trễ 296 ngày" in shown and "I.3" not in shown
    client.force_login(officer)
    client.post(f"{page}xac-nhan/")
    assert TaskOffice.objects.filter(person=second).count() == 0, "one yes is not enough"
    client.force_login(second)
    for _ in range(2):
        client.post(f"{page}xac-nhan/")
    assert set(TaskOffice.objects.filter(person=second, role="lead").values_list("task__number", flat=True)) == {"I-1", "I-2"}  # fmt: skip
    assert TaskOffice.objects.get(person=officer).task.number == "I-3", "what is done stays with who did it"
    assert rooms.events("handover.confirmed") == 2
    assert Task.objects.get(number="I-1") and "Trễ 296 ngày" in client.get(page).content.decode()
    services.report(Task.objects.get(number="I-1"), by=second.pk, at=AT, word="Nhận việc")
    assert Handover.objects.get().lines[0]["number"] == "I.2", "the page stays as it was confirmed"


def test_the_head_stands_in_for_who_has_gone(given, head, officer, second, client):
    page = begin(client, head, officer, second)
    assert "Xác nhận thay" in client.get(page).content.decode()
    client.post(f"{page}xac-nhan/")
    client.force_login(second)
    client.post(f"{page}xac-nhan/")
    done = Handover.objects.get()
    assert done.is_done and done.leaver_by_id == head.pk
    assert "thay" in client.get(page).content.decode()


def test_nobody_else_confirms_and_what_is_dropped_is_over(given, ward, head, officer, second, client):
    page = begin(client, head, officer, second)
    third = rooms.make_person(ward, "officer", office="Văn phòng HĐND và UBND")
    client.force_login(third)
    answer = client.post(f"{page}xac-nhan/")
    assert answer.status_code == 422 and "Chỉ người giao" in answer.content.decode()
    assert client.post(f"{page}bo/").status_code == 403
    client.force_login(head)
    client.post(f"{page}bo/")
    client.force_login(officer)
    assert client.post(f"{page}xac-nhan/").status_code == 422
    assert not TaskOffice.objects.filter(person=second).exists()


@pytest.mark.parametrize(("who", "words"), [("same", "phải khác"), ("other", "cùng làm ở một đơn vị"), ("none", "Hãy chọn")])  # fmt: skip
def test_a_wrong_pair_is_refused(given, coordinator, officer, client, who, words):
    client.force_login(coordinator)
    taker = {"same": officer.pk, "other": coordinator.pk, "none": ""}[who]
    answer = client.post("/ban-giao/", {"leaver": officer.pk, "taker": taker})
    assert answer.status_code == 422 and words in answer.content.decode() and not Handover.objects.exists()


def test_whoever_works_in_two_offices_is_asked_for_which(given, ward, coordinator, officer, second, client):
    from caicach.accounts.models import Post

    culture = ward.offices.get(short_name="VH–XH")
    Post.objects.create(person=officer, ward=ward, office=culture, role="officer")
    there = rooms.make_person(ward, "officer", office=culture.name)
    together.assign(
        Task.objects.get(number="II-1"), office=culture.pk, person=officer.pk, by=coordinator.pk, at=AT
    )
    client.force_login(coordinator)
    page = client.get("/ban-giao/").content.decode()
    keys = re.findall(rf'value="({officer.pk}-\d+)"', page)
    assert len(keys) == 2 and keys[0] != keys[1]
    here = f"{officer.pk}-{culture.pk}"
    wrong = client.post("/ban-giao/", {"leaver": here, "taker": second.pk})
    assert wrong.status_code == 422 and "cùng làm ở một đơn vị" in wrong.content.decode()
    client.post("/ban-giao/", {"leaver": here, "taker": there.pk, "now": "1"})
    assert {row.task.number for row in TaskOffice.objects.filter(person=there)} == {"II-1"}
    assert TaskOffice.objects.filter(person=officer).count() == 3, "the other office's stay"


@pytest.fixture
def moved(given, ward, officer):
    """The officer went to the other office without handing anything over."""
    officer.posts.update(office=ward.offices.get(short_name="VH–XH"))
    return officer


def leavers(client):
    chosen = re.search(r'<select name="leaver".*?</select>', client.get("/ban-giao/").content.decode(), re.S)
    return {words: key for key, words in re.findall(r'<option value="([^"]+)"[^>]*>([^<]*)', chosen[0])}


def test_a_handover_of_nothing_is_refused_at_the_form(given, ward, head, officer, second, client):
    client.force_login(head)
    answer = client.post("/ban-giao/", {"leaver": second.pk, "taker": officer.pk, "word": "Chuyển về tỉnh"})
    page = answer.content.decode()
    assert answer.status_code == 422 and not Handover.objects.exists()
    assert (
        "không có gì để bàn giao" in page.partition('id="id_leaver-error"')[2][:200]
        and "Chuyển về tỉnh" in page
    )
    together.add_step(
        Task.objects.get(number="I-1"), words="Gọi hội trường", person=second.pk, by=head.pk, at=AT
    )
    assert client.post("/ban-giao/", {"leaver": second.pk, "taker": officer.pk}).status_code == 303
    client.post("/ban-giao/", {"leaver": second.pk, "taker": officer.pk, "now": "1"})
    assert "Đã chuyển 1 việc." in client.get("/ban-giao/").content.decode(), "a step is something"


def test_who_has_left_only_a_step_behind_is_offered(given, ward, head, officer, second, client):
    together.add_step(
        Task.objects.get(number="I-1"), words="Gọi hội trường", person=second.pk, by=head.pk, at=AT
    )
    post = second.posts.get()
    post.until = rooms.TODAY - dt.timedelta(days=1)
    post.save()
    client.force_login(head)
    words = f"{second.full_name} (Văn phòng, đã chuyển đi)"
    key = leavers(client)[words]
    answer = client.post("/ban-giao/", {"leaver": key, "taker": officer.pk})
    assert "Bước: Gọi hội trường" in client.get(answer.url).content.decode()
    together.tick_step(Task.objects.get(number="I-1").steps.get(), done=True, by=head.pk, at=AT)
    assert words not in leavers(client)


@pytest.mark.parametrize("by", ["head", "coordinator"])
@pytest.mark.parametrize("has_left", [False, True])
def test_who_has_moved_or_left_is_offered_as_long_as_work_is_there(
    moved, head, coordinator, second, client, by, has_left
):
    if has_left:
        moved.posts.update(until=rooms.TODAY - dt.timedelta(days=1))
    person = {"head": head, "coordinator": coordinator}[by]
    client.force_login(person)
    offered = leavers(client)
    words = f"{moved.full_name} (Văn phòng, đã chuyển đi)"
    assert [key.split("-")[0] for one, key in offered.items() if one.endswith("đi)")] == [str(moved.pk)]
    taker = re.search(r'<select name="taker".*?</select>', client.get("/ban-giao/").content.decode(), re.S)[0]
    assert "đã chuyển đi" not in taker and (by == "coordinator" and not has_left) == (
        f'"{moved.pk}"' in taker
    )
    sent = {"leaver": offered[words], "taker": second.pk}
    page = client.post("/ban-giao/", sent)
    assert page.status_code == 303 and "I.2" in client.get(page.url).content.decode()
    assert "Đã chuyển 2 việc" in client.post("/ban-giao/", {**sent, "now": "1"}, follow=True).content.decode()
    assert words not in leavers(client), "nothing is left behind"


def test_who_has_moved_is_offered_to_nobody_elsewhere(moved, ward, client):
    there = rooms.make_person(ward, "head", office="Phòng Văn hóa – Xã hội")
    client.force_login(there)
    assert not any("đã chuyển đi" in words for words in leavers(client))
    sent = {"leaver": f"{moved.pk}-{ward.offices.get(short_name='Văn phòng').pk}", "taker": there.pk}
    assert client.post("/ban-giao/", sent).status_code == 422
    Task.objects.update(closed_at=AT)
    client.force_login(rooms.make_person(ward, "head", office="Văn phòng HĐND và UBND"))
    assert not any("đã chuyển đi" in words for words in leavers(client)), "a closed year is nobody's"


def test_asking_who_has_gone_takes_as_many_queries_for_one_as_for_many(
    moved, ward, head, coordinator, client, django_assert_num_queries
):
    client.force_login(coordinator)
    client.get("/ban-giao/")
    with CaptureQueriesContext(connection) as one:
        client.get("/ban-giao/")
    office = ward.offices.get(short_name="Văn phòng")
    for number in ("I-1", "I-2", "I-3"):
        person = rooms.make_person(ward, "officer", office=office.name, name=f"Lê Thị {number}")
        together.assign(
            Task.objects.get(number=number), office=office.pk, person=person.pk, by=head.pk, at=AT
        )
        person.posts.all().delete()
    with django_assert_num_queries(len(one)):
        shown = client.get("/ban-giao/").content.decode()
    assert shown.count("đã chuyển đi") == 2, "I-3 is done"


def test_an_officer_opens_none(given, officer, second, client):
    client.force_login(officer)
    assert client.get("/ban-giao/").status_code == 200
    assert client.post("/ban-giao/", {"leaver": officer.pk, "taker": second.pk}).status_code == 403


def test_all_of_an_absent_persons_work_is_anothers_at_once(given, ward, head, officer, second, client):
    client.force_login(head)
    sent = {"leaver": officer.pk, "taker": second.pk, "word": "Nghỉ ốm", "now": "1"}
    said = client.post("/ban-giao/", sent, follow=True).content.decode()
    assert "Đã chuyển 2 việc" in said and not Handover.objects.exists()
    assert TaskOffice.objects.filter(person=second).count() == 2
    assert TaskOffice.objects.get(person=officer).task.number == "I-3", "it is done"
    client.force_login(second)
    assert "Nghỉ ốm" in client.get("/viec-cua-toi/").content.decode()
    client.force_login(head)
    again = client.post("/ban-giao/", sent)
    assert again.status_code == 422 and "không có việc nào" in again.content.decode(), "sent twice"


def test_nothing_goes_at_once_to_somebody_elsewhere(given, ward, head, officer, client):
    stranger = rooms.make_person(ward, "officer", office="Phòng Văn hóa – Xã hội")
    client.force_login(head)
    sent = {"leaver": officer.pk, "taker": stranger.pk, "now": "1"}
    assert client.post("/ban-giao/", sent).status_code == 422
    client.force_login(officer)
    assert client.post("/ban-giao/", sent).status_code == 403
    assert TaskOffice.objects.filter(person=officer).count() == 3


def test_the_deputy_sees_what_the_absent_one_was_given(given, ward, head, officer, second, client):
    from caicach.accounts.models import Absence

    Absence.objects.create(ward=ward, person=officer, deputy=second, since=rooms.TODAY, until=rooms.TODAY)
    together.add_step(
        Task.objects.get(number="I-2"), words="Hỏi khu phố 9", person=officer.pk, by=head.pk, at=AT
    )
    client.force_login(second)
    assert "Lập bảng theo dõi" not in client.get("/viec-cua-toi/").content.decode()
    client.post("/toi/doi-vai/", {"chuc_vu": officer.posts.get().pk})
    work = client.get("/viec-cua-toi/").content.decode()
    assert "Lập bảng theo dõi" in work and "Hỏi khu phố 9" in work


def test_a_step_in_anothers_task_is_on_the_page_and_goes_along(given, ward, head, officer, second, client):
    other = Task.objects.get(number="II-1")
    together.add_step(other, words="Đọc lại bản in", by=head.pk, at=AT)
    step = other.steps.get()
    step.person = officer
    step.save()
    TaskOffice.objects.filter(task=other, role="help").update(office=ward.offices.get(short_name="Văn phòng"))
    page = begin(client, head, officer, second)
    assert "Bước: Đọc lại bản in" in client.get(page).content.decode()
    client.force_login(second)
    assert "chờ anh/chị xác nhận ở trang Bàn giao" in client.get("/viec-cua-toi/").content.decode()
    client.post(f"{page}xac-nhan/")
    client.force_login(officer)
    client.post(f"{page}xac-nhan/")
    step.refresh_from_db()
    assert step.person == second and rooms.events("task.step-handed") == 1


def test_who_stands_in_is_told_on_the_desk(given, ward, officer, second, client):
    from caicach.accounts.models import Absence

    Absence.objects.create(ward=ward, person=officer, deputy=second, since=rooms.TODAY, until=rooms.TODAY)
    client.force_login(second)
    assert "Anh/chị đang thay" in client.get("/viec-cua-toi/").content.decode()


@pytest.fixture
def step(given, head, second):
    """All that the second one has: a step in somebody else's task."""
    together.add_step(
        Task.objects.get(number="I-1"), words="Gọi hội trường", person=second.pk, by=head.pk, at=AT
    )
    return Task.objects.get(number="I-1").steps.get()


def test_both_hear_of_a_handover_of_steps_alone(step, head, officer, second, client):
    begin(client, head, second, officer)
    told = Notice.objects.filter(code="task.handover-opened")
    assert {one.person_id for one in told} == {officer.pk, second.pk}
    client.force_login(officer)
    assert "chờ anh/chị xác nhận ở trang Bàn giao" in client.get("/viec-cua-toi/").content.decode()


@pytest.mark.parametrize("last", ["leaver", "taker"])
def test_a_taker_who_works_elsewhere_by_now_is_given_no_steps(
    step, ward, head, officer, second, client, last
):
    page = begin(client, head, second, officer)
    first, last_one = (second, officer) if last == "taker" else (officer, second)
    client.force_login(first)
    client.post(f"{page}xac-nhan/")
    officer.posts.update(office=ward.offices.get(short_name="VH–XH"))
    client.force_login(last_one)
    answer = client.post(f"{page}xac-nhan/")
    assert answer.status_code == 422 and "không còn làm ở đơn vị ấy" in answer.content.decode()
    step.refresh_from_db()
    assert step.person == second and not Handover.objects.get().is_done


def test_what_is_done_is_nothing_to_hand_over_in_either_way(given, head, officer, second, client):
    TaskOffice.objects.exclude(task__number="I-3").update(person=None)
    client.force_login(head)
    for now in ({}, {"now": "1"}):
        answer = client.post("/ban-giao/", {"leaver": officer.pk, "taker": second.pk, **now})
        assert answer.status_code == 422 and "không có gì để bàn giao" in answer.content.decode()
    assert TaskOffice.objects.get(task__number="I-3", role="lead").person == officer
    officer.posts.update(until=rooms.TODAY - dt.timedelta(days=1))
    assert not any("đã chuyển đi" in words for words in leavers(client)), (
        "and nobody is offered who has only that"
    )


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
@pytest.mark.django_db(transaction=True)
def test_two_handovers_begun_at_once_get_two_numbers(given, ward, head, officer, second):
    third = rooms.make_person(ward, "officer", office="Văn phòng HĐND và UBND")
    office = ward.offices.get(short_name="Văn phòng").pk
    together.assign(Task.objects.get(number="I-2"), office=office, person=second.pk, by=head.pk, at=AT)
    faults = []

    def begin_one(leaver):
        handovers.open_one(ward=ward.pk, office=office, leaver=leaver, taker=third.pk, word="", today=rooms.TODAY,
                           by=head.pk, at=AT, address=None)  # fmt: skip

    def second_one():
        try:
            begin_one(second.pk)
        except Exception as fault:  # noqa: BLE001 — told below
            faults.append(fault)
        finally:
            connections.close_all()

    other = threading.Thread(target=second_one)
    with transaction.atomic():
        begin_one(officer.pk)
        other.start()
        until_somebody_waits()
    other.join(20)
    assert not faults
    assert sorted(Handover.objects.values_list("number", flat=True)) == [1, 2]
