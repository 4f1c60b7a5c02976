"""More time asked for, given and refused; waiting for others; how long silence may last; taking out and in."""

import datetime as dt

import pytest

from caicach.accounts.models import Person
from caicach.core.clock import noon
from caicach.exchange.models import Letter
from caicach.rules.refusal import Refusal
from caicach.tasks import dates, directives, services
from caicach.tasks.models import Delivery, Extension, Notice, Occurrence, Task
from tests.factories import rooms

pytestmark = pytest.mark.django_db
AT = noon(rooms.TODAY)
PAGE = "/viec/2026/cchc/I-2/"


@pytest.fixture
def task(ward, coordinator):
    return rooms.make_task(ward, coordinator, "I-2")


@pytest.fixture
def head(ward):
    return rooms.make_person(ward, "head", office="Văn phòng HĐND và UBND")


@pytest.fixture
def leader(ward):
    return rooms.make_person(ward, "leader")


def asked(task, head, until=dt.date(2026, 12, 10)):
    day = task.occurrences.get()
    dates.ask_extension(task, occurrence=day.pk, until=until, reason="Chờ tỉnh", by=head.pk, at=AT)
    return Extension.objects.get()


def test_a_request_ends_by_itself_once_the_day_is_accepted(task, head, officer, coordinator, client):
    asked(task, head)
    client.force_login(coordinator)
    assert "I.2 đến 10/12/2026" in client.get("/viec-cua-toi/").content.decode()
    paper = services.hand_in(
        task, by=officer.pk, at=AT, today=rooms.TODAY, document_number="5/KH", document_date=rooms.TODAY
    )
    assert "I.2 đến 10/12/2026" in client.get("/viec-cua-toi/").content.decode(), "not judged yet"
    for _ in range(2):
        client.post(f"{PAGE}san-pham/1/duyet/")
    assert "I.2 đến 10/12/2026" not in client.get("/viec-cua-toi/").content.decode()
    page = client.get(PAGE).content.decode()
    assert (
        "Đề nghị gia hạn đến 10/12/2026 không còn cần vì đã duyệt" in page
        and "Cho gia hạn</button>" not in page
    )
    assert rooms.events("task.extension-lapsed") == 1
    assert Notice.objects.filter(code="task.extension-lapsed").get().person_id == head.pk
    client.post(f"{PAGE}hoan-tac/", {"event": client.get(PAGE).context["page"].undoable.event})
    paper.refresh_from_db()
    assert paper.accepted_at is None and "Cho gia hạn</button>" in client.get(PAGE).content.decode()


@pytest.mark.parametrize("has_read", [False, True])
def test_whoever_asked_is_told_that_the_request_is_open_again(
    task, head, officer, coordinator, client, has_read
):
    extension = asked(task, head)
    services.hand_in(
        task, by=officer.pk, at=AT, today=rooms.TODAY, document_number="5/KH", document_date=rooms.TODAY
    )
    client.force_login(coordinator)
    client.post(f"{PAGE}san-pham/1/duyet/")
    client.force_login(head)
    assert "đề nghị gia hạn không còn cần" in client.get("/viec-cua-toi/").content.decode()
    if has_read:
        client.get(PAGE)
    client.force_login(coordinator)
    sent = {"event": client.get(PAGE).context["page"].undoable.event}
    for _ in range(2):
        client.post(f"{PAGE}hoan-tac/", sent)
    extension.refresh_from_db()
    assert extension.taken_back_at is None
    client.force_login(head)
    work = client.get("/viec-cua-toi/").content.decode()
    assert "hoàn tác việc duyệt, nên đề nghị gia hạn lại chờ trả lời" in work and "không còn cần" not in work
    page = client.get(PAGE).content.decode()
    told = "Đề nghị gia hạn đến 10/12/2026 lại chờ trả lời vì việc duyệt đã hoàn tác"
    assert page.count(told) == 1 and rooms.events("task.extension-open-again") == 1
    assert Notice.objects.filter(code="task.extension-open-again").get().person_id == head.pk


def test_nobody_is_told_where_no_request_had_ended(task, head, officer, coordinator, client):
    services.hand_in(
        task, by=officer.pk, at=AT, today=rooms.TODAY, document_number="5/KH", document_date=rooms.TODAY
    )
    client.force_login(coordinator)
    client.post(f"{PAGE}san-pham/1/duyet/")
    client.post(f"{PAGE}hoan-tac/", {"event": client.get(PAGE).context["page"].undoable.event})
    assert rooms.events("task.undone") == 1 and not rooms.events("task.extension-open-again")


def test_a_request_stays_where_what_was_handed_in_is_given_back_or_only_a_part(
    ward, task, head, officer, coordinator
):
    extension = asked(task, head)
    paper = services.hand_in(
        task, by=officer.pk, at=AT, today=rooms.TODAY, document_number="5/KH", document_date=rooms.TODAY
    )
    services.give_back(paper, by=coordinator.pk, at=AT, word="Bổ sung")
    Task.objects.filter(pk=task.pk).update(deliverables="Kế hoạch\nBáo cáo")
    task.refresh_from_db()
    part = services.hand_in(
        task,
        by=officer.pk,
        at=AT,
        today=rooms.TODAY,
        document_number="6/KH",
        document_date=rooms.TODAY,
        parts=[0],
    )
    services.accept(part, by=coordinator.pk, at=AT)
    extension.refresh_from_db()
    assert extension.taken_back_at is None
    rest = services.hand_in(
        task,
        by=officer.pk,
        at=AT,
        today=rooms.TODAY,
        document_number="7/BC",
        document_date=rooms.TODAY,
        parts=[1],
    )
    services.accept(rest, by=coordinator.pk, at=AT)
    extension.refresh_from_db()
    assert extension.taken_back_at is not None


def test_more_time_is_asked_for_and_given_and_both_days_stay(task, head, leader, client):
    client.force_login(head)
    day = task.occurrences.get()
    newest = client.get(PAGE).context["page"].newest_event
    sent = {"occurrence": day.pk, "until": "10/12/2026", "reason": "Chờ tỉnh", "seen": newest}
    for _ in range(2):
        assert client.post(f"{PAGE}gia-han/", sent).status_code == 303
    assert Extension.objects.count() == 1 and "xin gia hạn" in client.get(PAGE).content.decode()
    client.force_login(leader)
    assert "I.2 đến 10/12/2026" in client.get("/viec-cua-toi/").content.decode()
    for _ in range(2):
        assert client.post(f"{PAGE}gia-han/1/dong-y/", {"until": ""}).status_code == 303
    day.refresh_from_db()
    assert (day.due_on, day.first_due_on, day.working_day) == (
        dt.date(2026, 12, 10),
        dt.date(2026, 1, 31),
        dt.date(2026, 12, 10),
    )
    page = client.get(PAGE).content.decode()
    assert "<s>31/01/2026</s>" in page and "Còn 17 ngày" in page
    assert rooms.events("task.extension-granted") == 1
    assert Notice.objects.filter(code="task.extension-granted").get().person_id == head.pk


def test_less_than_was_asked_for_can_be_given(task, head, leader, client):
    asked(task, head)
    client.force_login(leader)
    wrong = client.post(f"{PAGE}gia-han/1/dong-y/", {"until": "01/01/2026"})
    assert wrong.status_code == 422 and "phải sau hạn đang có (31/01/2026)" in wrong.content.decode()
    assert client.post(f"{PAGE}gia-han/1/dong-y/", {"until": "30/11/2026"}).status_code == 303
    assert Occurrence.objects.get(task=task).due_on == dt.date(2026, 11, 30)


def test_no_more_time_needs_a_word(task, head, coordinator, client):
    asked(task, head)
    client.force_login(coordinator)
    assert client.post(f"{PAGE}gia-han/1/tu-choi/", {"word": ""}).status_code == 422
    assert client.post(f"{PAGE}gia-han/1/tu-choi/", {"word": "Đã lùi một lần rồi"}).status_code == 303
    assert client.post(f"{PAGE}gia-han/1/dong-y/", {"until": ""}).status_code == 422, "answered once"
    assert Occurrence.objects.get(task=task).first_due_on is None
    page = client.get(PAGE).content.decode()
    assert "Không cho gia hạn đến 10/12/2026" in page and "Trễ 296 ngày" in page


def test_an_officer_asks_for_no_time_and_a_head_gives_none(task, officer, head, client):
    day = {"occurrence": task.occurrences.get().pk, "until": "10/12/2026", "reason": "x"}
    client.force_login(officer)
    assert client.post(f"{PAGE}gia-han/", day).status_code == 403
    client.force_login(head)
    assert client.post(f"{PAGE}lui-han/", day).status_code == 403


def test_a_leader_puts_a_day_off_in_one_go(task, leader, client):
    client.force_login(leader)
    sent = {"occurrence": task.occurrences.get().pk, "until": "12/12/2026", "reason": "Theo kết luận"}
    assert client.post(f"{PAGE}lui-han/", sent).status_code == 303
    day = Occurrence.objects.get(task=task)
    assert day.due_on == dt.date(2026, 12, 12) and day.working_day == dt.date(2026, 12, 11), "a Saturday"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"reason": " "}, "extension.reason-missing"),
        ({"until": dt.date(2026, 1, 31)}, "extension.not-later"),
        ({"until": dt.date(2040, 1, 31)}, "extension.too-far"),
        ({"occurrence": 999_999}, "extension.settled"),
    ],
)
def test_a_request_for_time_is_refused_for_a_reason(task, head, change, code):
    given = {
        "occurrence": task.occurrences.get().pk,
        "until": dt.date(2026, 12, 1),
        "reason": "Chờ",
        **change,
    }
    with pytest.raises(Refusal) as refusal:
        dates.ask_extension(task, **given, by=head.pk, at=AT)
    assert refusal.value.code == code and str(refusal.value)


def test_two_days_of_a_task_never_fall_on_one(ward, coordinator, head):
    task = rooms.make_task(ward, coordinator, "II-1")
    first, second = task.occurrences.all()[:2]
    with pytest.raises(Refusal) as refusal:
        dates.ask_extension(task, occurrence=first.pk, until=second.due_on, reason="x", by=head.pk, at=AT)
    assert refusal.value.code == "extension.day-taken"


def test_what_was_handed_in_needs_no_more_time(task, head, officer):
    services.hand_in(task, by=officer.pk, at=AT, today=rooms.TODAY, document_number="1", document_date=rooms.TODAY)  # fmt: skip
    with pytest.raises(Refusal) as refusal:
        asked(task, head)
    assert refusal.value.code == "extension.settled"


def test_the_wait_for_others_is_said_and_ends(ward, coordinator, officer, client):
    rooms.make_task(ward, coordinator, "I-1")
    client.force_login(officer)
    page = "/viec/2026/cchc/I-1/"
    client.post(f"{page}tien-do/", {"word": "Đã gửi hồ sơ"})
    assert client.post(f"{page}cho/", {"whom": "", "since": "20/11/2026"}).status_code == 422
    future = client.post(f"{page}cho/", {"whom": "Sở Nội vụ", "since": "30/11/2026"})
    assert future.status_code == 422 and "còn chưa tới" in future.content.decode()
    sent = {"whom": "Sở Nội vụ", "since": "20/11/2026", "word": "Hướng dẫn"}
    assert client.post(f"{page}cho/", sent).status_code == 303
    shown = client.get(page).content.decode()
    assert "Chờ Sở Nội vụ" in shown and "từ 20/11/2026" in shown
    client.post(f"{page}het-cho/")
    assert "Đang thực hiện" in client.get(page).content.decode()
    assert rooms.events("task.waits") == rooms.events("task.waits-no-more") == 1


def test_how_long_a_task_may_be_silent_is_its_own(ward, coordinator, officer, client):
    task = rooms.make_task(ward, coordinator, "I-1")
    services.report(task, by=officer.pk, at=noon(dt.date(2026, 10, 1)), word="Có tin")
    client.force_login(coordinator)
    page = "/viec/2026/cchc/I-1/"
    assert "Chưa có tin 53 ngày" in client.get(page).content.decode()
    assert client.post(f"{page}nhip/", {"days": "0"}).status_code == 422
    assert client.post(f"{page}nhip/", {"days": "60"}).status_code == 303
    assert "Đang thực hiện" in client.get(page).content.decode()
    client.post(f"{page}nhip/", {"days": ""})
    assert Task.objects.get(pk=task.pk).silent_days is None


def test_a_task_is_taken_out_with_its_reason_and_document_and_in_again(task, coordinator, client):
    client.force_login(coordinator)
    assert client.post(f"{PAGE}rut/", {"word": ""}).status_code == 422
    sent = {"word": "Tỉnh đã làm thay", "document": "15/QĐ-UBND ngày 20/11/2026"}
    assert client.post(f"{PAGE}rut/", sent).status_code == 303
    page = client.get(PAGE).content.decode()
    assert "Đã rút" in page and "theo 15/QĐ-UBND ngày 20/11/2026" in page and "Nộp sản phẩm" not in page
    task.refresh_from_db()
    assert client.post(f"/viec/2026/cchc/{task.number}/dua-lai/").status_code == 303
    task.refresh_from_db()
    assert task.number == "I-2" and not task.set_aside_at
    assert rooms.events("task.set-aside") == rooms.events("task.taken-in") == 1
    assert not Delivery.objects.exists()


def test_wherever_the_deadline_is_said_the_new_day_stands_beside_the_old_one(ward, coordinator, client):
    task = rooms.make_task(ward, coordinator, "I-2")
    dates.put_off(
        task, occurrence=task.occurrences.get().pk, until=dt.date(2026, 11, 25), reason="Chờ",
        by=coordinator.pk, at=AT,
    )  # fmt: skip
    both = "25/11/2026 (hạn cũ 31/01/2026)"
    client.force_login(rooms.make_person(ward, "head", office="Văn phòng HĐND và UBND"))
    for page in ("/viec-cua-toi/", "/viec/2026/cchc/I-2/", "/tim/?q=lap+bang+theo+doi", "/ke-hoach/2026/cchc/nhieu-viec/",
                 "/giao-ban/", f"/don-vi/{ward.offices.get(short_name='Văn phòng').pk}/"):  # fmt: skip
        assert both in client.get(page).content.decode(), page
    from caicach.reminders import services as reminders
    from caicach.tasks import lists
    from caicach.tasks.queries import views_of

    Person.objects.filter(pk=coordinator.pk).update(email="dieuphoi@vidu.example")
    monday = dt.date(2026, 11, 30)
    reminders.write_letters(ward.pk, today=monday, hour=8, at=noon(monday))
    assert both in Letter.objects.get(key__startswith="weekly").text
    assert both in lists.row(views_of([task], ward=ward.pk, today=monday)[0])


def test_a_directive_about_a_task_says_both_days_there(ward, coordinator, client):
    task = rooms.make_task(ward, coordinator, "I-2")
    office = ward.offices.get(short_name="Văn phòng").pk
    given = directives.give(
        ward=ward.pk, content="Làm ngay", leads=[office], about=task, due_on=dt.date(2026, 11, 27), today=rooms.TODAY,
        by=coordinator.pk, at=AT,
    )  # fmt: skip
    dates.put_off(
        given, occurrence=given.occurrences.get().pk, until=dt.date(2026, 12, 4), reason="Chờ",
        by=coordinator.pk, at=AT,
    )  # fmt: skip
    client.force_login(coordinator)
    assert "04/12/2026 (hạn cũ 27/11/2026)" in client.get("/viec/2026/cchc/I-2/").content.decode()


def test_asking_for_more_time_opens_its_form(ward, task, head, officer, client):
    client.force_login(head)
    assert 'href="/viec/2026/cchc/I-2/?mo=gia-han"' in client.get("/viec-cua-toi/").content.decode()
    page = client.get(f"{PAGE}?mo=gia-han").content.decode()
    form = page.split("<summary>Xin gia hạn</summary>")[0].rpartition("<details")[2]
    assert "open" in form and page.count("autofocus") == 1
    assert "autofocus" in page.split('name="until"')[1].split(">")[0]
    folded = client.get(PAGE).content.decode()
    assert "open" not in folded.split("<summary>Xin gia hạn</summary>")[0].rpartition("<details")[2]


def test_an_officer_is_told_who_asks_for_more_time(ward, task, coordinator, officer, as_officer):
    page = as_officer.get(PAGE).content.decode()
    assert "Xin gia hạn do người điều phối gửi" in page, "no head there"
    rooms.make_person(ward, "head", office="Văn phòng HĐND và UBND", name="Võ Thị Lan")
    page = as_officer.get(PAGE).content.decode()
    assert "Xin gia hạn do trưởng đơn vị gửi; nhờ Võ Thị Lan" in page
    written = as_officer.get(f"{PAGE}?mo=nho-gia-han").content.decode().split('id="trao-doi-words"')[1]
    assert "autofocus" in written.split(">")[0] and ">@Võ Thị Lan nhờ xin gia hạn việc này" in written
    assert "nhờ xin gia hạn" not in as_officer.get(f"{PAGE}?mo=gia-han").content.decode()


def test_who_judges_is_told_of_a_document_that_makes_late_on_time(ward, coordinator, officer, client):
    task = rooms.make_task(ward, coordinator, "I-2")
    from caicach.tasks import services

    services.hand_in(
        task,
        by=officer.pk,
        at=AT,
        today=rooms.TODAY,
        document_number="5/BC",
        document_date=dt.date(2026, 1, 30),
    )
    client.force_login(coordinator)
    assert "văn bản ghi ngày 30/01/2026" in client.get("/viec/2026/cchc/I-2/").content.decode().replace(
        "Văn", "văn"
    )
