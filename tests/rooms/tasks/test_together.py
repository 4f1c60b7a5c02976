"""People at a task: giving it to somebody, asking an office, steps, comments, watching, notices."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from caicach.core.clock import noon
from caicach.rules.refusal import Refusal
from caicach.tasks import together
from caicach.tasks.models import Ask, Comment, Notice, Step, Task, TaskOffice, Watch
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


def office_of(ward, short):
    return ward.offices.get(short_name=short).pk


def test_the_head_gives_the_task_to_somebody_who_hears_of_it(task, ward, head, officer, client):
    client.force_login(head)
    place = office_of(ward, "Văn phòng")
    for _ in range(2):  # sent twice: done once
        assert client.post(f"{PAGE}giao/", {"office": place, "person": officer.pk}).status_code == 303
    assert TaskOffice.objects.get(task=task, office_id=place).person_id == officer.pk
    assert rooms.events("task.assigned") == 1
    assert Notice.objects.get(code="task.assigned").person_id == officer.pk
    page = client.get(PAGE).content.decode()
    assert "giao cho Nguyễn Thị Thử" in page
    client.force_login(officer)
    assert "giao việc cho anh/chị" in client.get("/viec-cua-toi/").content.decode()
    client.get(PAGE)
    assert "giao việc cho anh/chị" not in client.get("/viec-cua-toi/").content.decode(), "seen on its page"


def test_a_head_gives_nothing_in_another_office_and_nobody_from_outside(task, ward, officer, client):
    other = rooms.make_person(ward, "head", office="Phòng Văn hóa – Xã hội")
    client.force_login(other)
    sent = {"office": office_of(ward, "Văn phòng"), "person": officer.pk}
    assert client.post(f"{PAGE}giao/", sent).status_code == 403
    client.force_login(officer)
    assert client.post(f"{PAGE}giao/", sent).status_code == 403
    with pytest.raises(Refusal, match="không còn làm"):
        together.assign(task, office=sent["office"], person=other.pk, by=other.pk, at=AT)
    assert not rooms.events("task.assigned")


def test_all_of_an_absent_persons_work_goes_to_another_at_once(task, ward, head, officer):
    second = rooms.make_person(ward, "officer", office="Văn phòng HĐND và UBND")
    more = Task.objects.get(ward=ward, number="I-3")
    place = office_of(ward, "Văn phòng")
    for one in (task, more):
        together.assign(one, office=place, person=officer.pk, by=head.pk, at=AT)
    moved = together.hand_over(
        [task, more], office=place, leaving=officer.pk, person=second.pk, by=head.pk, at=AT
    )
    assert moved == 2
    assert set(TaskOffice.objects.filter(office_id=place, role="lead", task__in=[task, more]).values_list("person_id", flat=True)) == {second.pk}  # fmt: skip


def test_another_office_is_asked_and_answers(task, ward, officer, coordinator, client):
    client.force_login(officer)
    sent = {"office": office_of(ward, "VH–XH"), "due_on": "27/11/2026", "word": "Danh mục hồ sơ", "seen": "0"}
    for _ in range(2):
        assert client.post(f"{PAGE}phoi-hop/", sent).status_code == 303
    asked = Ask.objects.get()
    client.force_login(coordinator)
    work = client.get("/viec-cua-toi/").content.decode()
    assert "Danh mục hồ sơ" in work and "Còn 4 ngày" in work
    empty = client.post(f"{PAGE}phoi-hop/1/tra-loi/", {"word": " "})
    assert empty.status_code == 422 and "Hãy ghi câu trả lời" in empty.content.decode()
    file = SimpleUploadedFile("danh mục.pdf", b"%PDF-1.4 thu")
    assert client.post(f"{PAGE}phoi-hop/1/tra-loi/", {"word": "Gửi kèm", "file": file}).status_code == 303
    asked.refresh_from_db()
    assert asked.answer == "Gửi kèm" and asked.file.name == "danh mục.pdf"
    assert client.get(f"{PAGE}phoi-hop/1/tep/").status_code == 200
    assert Notice.objects.filter(code="task.answered", person=officer).count() == 1
    assert "Danh mục hồ sơ" not in client.get("/viec-cua-toi/").content.decode().partition("Tuần này")[0]


def test_only_the_office_that_was_asked_answers(task, ward, officer, coordinator, client):
    together.ask(task, office=office_of(ward, "VH–XH"), due_on=dt.date(2026, 11, 27), word="Danh mục",
                 today=rooms.TODAY, by=officer.pk, at=AT)  # fmt: skip
    client.force_login(officer)
    assert client.post(f"{PAGE}phoi-hop/1/tra-loi/", {"word": "tự trả lời"}).status_code == 403
    assert client.post(f"{PAGE}phoi-hop/9/tra-loi/", {"word": "x"}).status_code == 404


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"word": ""}, "Hãy ghi cần đơn vị ấy làm gì"),
        ({"due_on": "01/11/2026"}, "đã qua"),
        ({"due_on": "31/11/2026"}, "Ghi ngày như"),
        ({"office": "999999"}, "Hãy chọn đơn vị"),
        ({"office": "abc"}, "Hãy chọn đơn vị"),
    ],
)
def test_a_request_that_cannot_be_sent_says_why_and_keeps_the_words(task, ward, as_officer, change, words):
    sent = {"office": office_of(ward, "VH–XH"), "due_on": "27/11/2026", "word": "gõ dở dang", **change}
    answer = as_officer.post(f"{PAGE}phoi-hop/", sent)
    page = answer.content.decode()
    assert answer.status_code == 422 and words in page and not Ask.objects.exists()
    assert change.get("word") == "" or "gõ dở dang" in page


def test_steps_are_added_ticked_opened_and_dropped(task, as_officer):
    for words in ("Khảo sát", "Tổng hợp", "Tổng hợp"):
        as_officer.post(f"{PAGE}buoc/", {"words": words, "seen": "0"})
    assert list(Step.objects.values_list("words", flat=True)) == ["Khảo sát", "Tổng hợp"], "sent twice, one"
    as_officer.post(f"{PAGE}buoc/1/", {"done": "1"})
    as_officer.post(f"{PAGE}buoc/1/", {"done": "1"})
    assert rooms.events("task.step-done") == 1 and "1/2" in as_officer.get(PAGE).content.decode()
    as_officer.post(f"{PAGE}buoc/1/", {"done": "0"})
    as_officer.post(f"{PAGE}buoc/2/bo/")
    assert "0/1" in as_officer.get(PAGE).content.decode()
    assert Step.objects.count() == 2, "set aside, not deleted"
    assert as_officer.post(f"{PAGE}buoc/", {"words": "  "}).status_code == 422
    assert as_officer.post(f"{PAGE}buoc/9/", {"done": "1"}).status_code == 404


def test_a_steps_day_without_a_year_is_of_this_one(task, as_officer):
    as_officer.post(f"{PAGE}buoc/", {"words": "Lấy ý kiến", "due_on": "5/12"})
    assert str(Step.objects.get().due_on) == "2026-12-05"
    wrong = as_officer.post(f"{PAGE}buoc/", {"words": "Trình ký", "due_on": "32/12"})
    assert wrong.status_code == 422 and Step.objects.count() == 1


def test_who_is_named_in_a_comment_hears_of_it_once(task, ward, coordinator, as_officer):
    named = rooms.make_person(ward, "leader")
    type(named).objects.filter(pk=named.pk).update(full_name="Lê Quốc Tuấn")
    together.watch(task, person=named.pk, on=True)
    together.watch(task, person=coordinator.pk, on=True)
    for _ in range(2):
        as_officer.post(f"{PAGE}trao-doi/", {"words": "Nhờ @le quoc tuan xem giúp", "seen": "0"})
    assert Comment.objects.count() == 1
    assert [(n.person_id, n.code) for n in Notice.objects.order_by("id")] == [
        (named.pk, "task.mentioned"),
        (coordinator.pk, "task.commented"),
    ]
    assert as_officer.post(f"{PAGE}trao-doi/", {"words": " "}).status_code == 422


def test_who_watches_hears_of_everything_until_no_longer(task, officer, coordinator, client):
    client.force_login(coordinator)
    client.post(f"{PAGE}theo-doi/", {"on": "1"})
    client.post(f"{PAGE}theo-doi/", {"on": "1"})
    assert Watch.objects.count() == 1 and "Đang theo dõi" in client.get(PAGE).content.decode()
    client.force_login(officer)
    client.post(f"{PAGE}tien-do/", {"word": "Đang làm"})
    assert Notice.objects.filter(person=coordinator, code="task.reported").count() == 1
    client.force_login(coordinator)
    client.post(f"{PAGE}theo-doi/", {"on": "0"})
    client.force_login(officer)
    client.post(f"{PAGE}tien-do/", {"word": "Làm tiếp"})
    assert Notice.objects.filter(person=coordinator, code="task.reported").count() == 1


def test_an_officer_sees_what_is_their_own_and_can_look_at_the_whole_office(
    task, ward, head, officer, client
):
    second = rooms.make_person(ward, "officer", office="Văn phòng HĐND và UBND")
    together.assign(task, office=office_of(ward, "Văn phòng"), person=second.pk, by=head.pk, at=AT)
    client.force_login(officer)
    assert task.title not in client.get("/viec-cua-toi/").content.decode()
    assert task.title in client.get("/viec-cua-toi/?xem=don-vi").content.decode()
    client.force_login(second)
    assert task.title in client.get("/viec-cua-toi/").content.decode()
    client.force_login(head)
    assert task.title in client.get("/viec-cua-toi/").content.decode(), "a head sees all of the office"


def test_the_next_thing_is_there_without_going_back(task, as_officer):
    answer = as_officer.get(f"/viec-cua-toi/tiep/?sau={task.pk}")
    assert answer.status_code == 303 and answer.url != PAGE
    assert as_officer.get("/viec-cua-toi/tiep/?sau=x").url == PAGE, "the most urgent one"


def test_a_step_is_given_to_somebody_who_finds_it_on_the_desk(task, ward, head, officer, client):
    client.force_login(head)
    sent = {"words": "Hỏi ý kiến khu phố 3", "due_on": "25/11/2026", "person": officer.pk, "seen": "0"}
    assert client.post(f"{PAGE}buoc/", sent).status_code == 303
    assert "Thêm bước cho Nguyễn Thị Thử" in client.get(PAGE).content.decode()
    assert Notice.objects.get(code="task.step-added").person_id == officer.pk
    client.force_login(officer)
    work = client.get("/viec-cua-toi/").content.decode()
    assert "Bước của tôi" in work and "Hỏi ý kiến khu phố 3" in work and "Còn 2 ngày" in work
    answer = client.post(f"{PAGE}buoc/1/", {"done": "1", "ve": "viec-cua-toi"})
    assert answer.headers["Location"] == "/viec-cua-toi/"
    assert "Bước của tôi" not in client.get("/viec-cua-toi/").content.decode()


def test_a_step_is_given_to_nobody_from_elsewhere(task, ward, officer, as_officer):
    stranger = rooms.make_person(ward, "officer", office="Phòng Văn hóa – Xã hội")
    answer = as_officer.post(f"{PAGE}buoc/", {"words": "Hỏi", "person": stranger.pk})
    assert answer.status_code == 422 and "không làm ở đơn vị nào" in answer.content.decode()
    assert not Step.objects.exists()


def test_steps_go_along_when_work_is_handed_over(task, ward, head, officer):
    second = rooms.make_person(ward, "officer", office="Văn phòng HĐND và UBND")
    place = office_of(ward, "Văn phòng")
    together.assign(task, office=place, person=officer.pk, by=head.pk, at=AT)
    together.add_step(task, words="Hỏi", person=officer.pk, by=head.pk, at=AT)
    together.hand_over([task], office=place, leaving=officer.pk, person=second.pk, by=head.pk, at=AT)
    assert Step.objects.get().person_id == second.pk
