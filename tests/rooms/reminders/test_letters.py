"""The day's and the week's letters: what is in them, to whom, when; none empty, none on a day off, each once."""

import datetime as dt

import pytest
from django.core import mail as django_mail
from PIL import Image

from caicach.core.clock import noon
from caicach.exchange.models import Letter
from caicach.reminders import jobs, services
from caicach.reminders.models import Choice
from caicach.rules.refusal import Refusal
from caicach.tasks import directives, together
from caicach.tasks import services as tasks
from caicach.tasks.models import Notice, Task
from caicach.worker import loop
from caicach.worker.models import Job
from tests.factories import rooms

pytestmark = pytest.mark.django_db
AT = noon(rooms.TODAY)
MONDAY = rooms.TODAY


def with_mail(person):
    type(person).objects.filter(pk=person.pk).update(email=f"{person.user_name}@vidu.example")
    return person


@pytest.fixture
def plan(ward, coordinator):
    rooms.make_plan(ward, coordinator)


def letters(ward, *, day=MONDAY, hour=8):
    services.write_letters(ward.pk, today=day, hour=hour, at=noon(day))
    return {letter.key.partition(":")[0] + ":" + letter.to_address: letter for letter in Letter.objects.all()}


def test_an_officer_gets_what_the_desk_shows(ward, plan, coordinator, officer, client):
    with_mail(officer)
    delivery = tasks.hand_in(Task.objects.get(number="I-3"), by=officer.pk, at=AT, today=MONDAY, document_number="1/BC",
                             document_date=dt.date(2026, 11, 20))  # fmt: skip
    tasks.give_back(delivery, by=coordinator.pk, at=AT, word="Bổ sung bảng 2")
    office = ward.offices.get(short_name="Văn phòng").pk
    together.ask(Task.objects.get(number="II-1"), office=office, due_on=dt.date(2026, 11, 25), word="Số liệu quý III",
                 today=MONDAY, by=coordinator.pk, at=AT)  # fmt: skip
    directives.give(ward=ward.pk, content="Trực Tết", leads=[office], due_on=dt.date(2026, 12, 20), today=MONDAY,
                    by=coordinator.pk, at=AT)  # fmt: skip
    letter = letters(ward)[f"daily:{officer.user_name}@vidu.example"]
    for words in ("VIỆC TRỄ HẠN (1)", "Lập bảng theo dõi tiếp công dân", "VIỆC BỊ TRẢ LẠI (1)", "Bổ sung bảng 2",
                  "ĐỀ NGHỊ PHỐI HỢP (1)", "Số liệu quý III", "VIỆC MỚI ĐƯỢC GIAO (1)", "Trực Tết"):  # fmt: skip
        assert words in letter.text, words
        assert words.partition(" (")[0].lower() in letter.html.lower()
    assert letter.subject == "23/11: 1 việc trễ hạn, 1 việc bị trả lại"
    client.force_login(officer)
    page = client.get("/nhac-viec/").content.decode()
    assert letter.subject in page and "Bổ sung bảng 2" in page


def test_each_is_written_once_a_day(ward, plan, officer):
    with_mail(officer)
    assert services.write_letters(ward.pk, today=MONDAY, hour=8, at=AT) == 1
    assert services.write_letters(ward.pk, today=MONDAY, hour=9, at=AT) == 0
    assert services.write_letters(ward.pk, today=dt.date(2026, 11, 25), hour=9, at=AT) == 1


def test_nobody_gets_an_empty_one_nor_one_on_a_day_off(ward, officer, plan):
    viewer = with_mail(rooms.make_person(ward, "officer", office="Các phòng, ban, ngành"))
    assert f"daily:{viewer.user_name}@vidu.example" not in letters(ward), "nothing to say"
    with_mail(officer)
    assert not letters(ward, day=dt.date(2026, 11, 22)), "a Sunday"
    assert not letters(ward, day=dt.date(2026, 9, 2)), "a holiday"


def test_without_an_address_there_is_no_letter(ward, plan, officer):
    assert not letters(ward)


def test_each_chooses_what_and_when(ward, plan, officer, client):
    with_mail(officer)
    client.force_login(officer)
    assert client.post("/nhac-viec/", {"daily": "on", "hour": "10"}).status_code == 303
    assert not letters(ward, hour=9) and letters(ward, hour=10)
    Letter.objects.all().delete()
    client.post("/nhac-viec/", {"hour": "10"})
    assert not letters(ward, hour=11)
    assert client.post("/nhac-viec/", {"hour": "99"}).status_code == 422
    with pytest.raises(Refusal):
        services.choose(officer.pk, daily=True, weekly=True, hour=3)
    assert Choice.objects.count() == 1


@pytest.mark.parametrize(("wanted", "hour"), [(3, 5), (7, 7), (23, 20)])
def test_the_hours_are_said_and_one_beyond_them_is_the_nearest(
    ward, plan, officer, client, settings, wanted, hour
):
    from caicach.conf import check

    settings.DIGEST_HOUR = wanted
    with_mail(officer)
    client.force_login(officer)
    assert "Từ 5 giờ sáng đến 20 giờ tối" in client.get("/nhac-viec/").content.decode()
    assert not letters(ward, hour=hour - 1) and letters(ward, hour=hour)
    said = [words for is_wrong, words in check._settings() if is_wrong and "CAICACH_DIGEST_HOUR" in words]
    assert bool(said) == (wanted != hour)


def test_a_name_for_several_offices_has_no_row_in_the_week(ward, coordinator):
    lines = (
        *rooms.LINES,
        rooms.line(
            "II", "3", "Góp ý văn bản", "31/3/2026", leads=("Các phòng, ban, ngành", "Văn phòng HĐND và UBND")
        ),
    )
    rooms.make_plan(ward, coordinator, rooms.make_reading(lines, findings=()))
    people = [
        with_mail(rooms.make_person(ward, "leader")),
        with_mail(rooms.make_person(ward, "head", office="Văn phòng HĐND và UBND")),
    ]
    group = ward.offices.get(name="Các phòng, ban, ngành")
    assert group.is_group and Task.objects.filter(offices__office=group, offices__role="lead").exists()
    found = letters(ward)
    for one in people:
        text = found[f"weekly:{one.user_name}@vidu.example"].text
        assert f"\n{group}:" not in text and "\nVăn phòng:" in text


def test_heads_and_leaders_get_the_week_with_a_picture_on_its_first_working_day(ward, plan, officer):
    head = with_mail(rooms.make_person(ward, "head", office="Văn phòng HĐND và UBND"))
    leader = with_mail(rooms.make_person(ward, "leader"))
    with_mail(officer)
    found = letters(ward)
    assert {key for key in found if key.startswith("weekly")} == {
        f"weekly:{one.user_name}@vidu.example" for one in (head, leader)
    }
    week = found[f"weekly:{leader.user_name}@vidu.example"]
    assert "2 việc trễ hạn" in week.html and "cid:hinh" in week.html and "VH–XH: trễ hạn 1" in week.text
    import io

    image = Image.open(io.BytesIO(bytes(week.picture)))
    assert image.size[0] == 1040 and (179, 38, 30) in {image.getpixel((4, y)) for y in range(image.size[1])}
    own = found[f"weekly:{head.user_name}@vidu.example"]
    assert "1 việc trễ hạn" in own.html and "VH–XH" not in own.text, "a head sees the own office"
    Letter.objects.all().delete()
    assert not [key for key in letters(ward, day=dt.date(2026, 11, 25)) if key.startswith("weekly")]


def test_a_leader_hears_once_of_each_important_silence(ward, plan, coordinator):
    leader = rooms.make_person(ward, "leader")
    task = Task.objects.get(number="I-1")
    assert services.tell_leaders(ward.pk, today=MONDAY, at=AT) == 1
    assert services.tell_leaders(ward.pk, today=dt.date(2026, 11, 25), at=noon(dt.date(2026, 11, 25))) == 0
    assert Notice.objects.get(code="task.silent").person_id == leader.pk
    tasks.report(task, by=coordinator.pk, at=noon(dt.date(2026, 11, 26)), word="Có tin")
    later = dt.date(2027, 3, 1)
    assert services.tell_leaders(ward.pk, today=later, at=noon(later)) == 1, "silent anew"


def test_many_people_take_as_many_queries_as_one(ward, plan, officer, django_assert_max_num_queries):
    for _ in range(12):
        with_mail(rooms.make_person(ward, "officer", office="Văn phòng HĐND và UBND"))
    with django_assert_max_num_queries(24):
        assert services.write_letters(ward.pk, today=MONDAY, hour=8, at=AT) == 12


def test_the_worker_queues_it_by_the_clock_on_working_days(ward, plan, officer, settings):
    settings.MAIL_URL = "smtp://127.0.0.1:9"
    with_mail(officer)
    zone = dt.timezone(dt.timedelta(hours=7))
    jobs.queue_hour(dt.datetime(2026, 11, 22, 8, 5, tzinfo=zone))
    jobs.queue_hour(dt.datetime(2026, 11, 23, 3, 5, tzinfo=zone))
    assert not Job.objects.exists()
    for minute in (5, 6):
        jobs.queue_hour(dt.datetime(2026, 11, 23, 8, minute, tzinfo=zone))
    assert Job.objects.count() == 1
    assert loop.run_one() and loop.run_one()
    assert Letter.objects.count() == 1
    jobs.ward(of=ward.pk, day="2026-11-23", hour=8)  # a job that is run twice
    assert Letter.objects.count() == 1 and not hasattr(django_mail, "outbox") or not django_mail.outbox


def test_another_wards_tasks_are_in_nobodys_letter(ward, plan, coordinator):
    other = rooms.make_ward("Phường Hai")
    leader = with_mail(rooms.make_person(other, "leader"))
    assert not letters(other) and leader


def test_a_silence_is_said_of_the_task_not_of_the_software(ward, plan, coordinator, client):
    leader = rooms.make_person(ward, "leader")
    Notice.objects.create(ward=ward, task=Task.objects.get(number="I-1"), person=leader, at=AT, code="task.silent", word="Chưa có tin 9 tháng")  # fmt: skip
    client.force_login(leader)
    for address in ("/viec-cua-toi/", "/nhac-viec/"):
        page = client.get(address).content.decode()
        assert "Việc này lâu chưa có tin" in page and "Phần mềm" not in page, address
