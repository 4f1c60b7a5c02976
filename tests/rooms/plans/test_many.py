"""Many tasks at once: chosen and given, reminded, put off; what was done before; the year's end. All or none."""

import datetime as dt

import pytest

from caicach.core.clock import noon
from caicach.plans import many
from caicach.plans.models import Plan
from caicach.rules.refusal import Refusal
from caicach.rules.task_status import OccurrenceFacts, TaskFacts, status
from caicach.rules.year_end import suggested
from caicach.tasks import services
from caicach.tasks.models import Delivery, Notice, Occurrence, Task, TaskOffice
from tests.factories import rooms

pytestmark = pytest.mark.django_db
AT = noon(rooms.TODAY)
YEAR = "/ke-hoach/2026/cchc/"


@pytest.fixture
def plan(ward, coordinator):
    rooms.make_plan(ward, coordinator)
    return Plan.objects.get(ward=ward)


def ids(*numbers):
    return [Task.objects.get(number=number).pk for number in numbers]


def test_several_are_given_to_one_person(plan, ward, officer, as_coordinator):
    page = as_coordinator.get(f"{YEAR}nhieu-viec/").content.decode()
    assert "I.1" in page and "II.1" in page and "Nguyễn Thị Thử" in page
    sent = {"task": ids("I-1", "I-2", "II-1"), "act": "assign", "person": officer.pk}
    answer = as_coordinator.post(f"{YEAR}nhieu-viec/", sent, follow=True)
    assert "Đã giao 2 việc" in answer.content.decode(), "the third has no part of the person's office"
    assert TaskOffice.objects.filter(person=officer).count() == 2


def test_the_filter_of_the_year_chooses_here_too(plan, as_coordinator):
    page = as_coordinator.get(f"{YEAR}nhieu-viec/?muc=II").content.decode()
    assert "II.1" in page and "I.2" not in page.replace("II.2", "")


def test_whoever_does_them_is_reminded(plan, officer, as_coordinator):
    as_coordinator.post(
        f"{YEAR}nhieu-viec/", {"task": ids("I-1", "I-3"), "act": "remind", "word": "Thứ Sáu họp"}
    )
    assert Notice.objects.filter(code="task.reminded", person=officer).count() == 2
    assert rooms.events("task.reminded") == 2


def test_several_are_put_off_or_none(plan, as_coordinator):
    sent = {"task": ids("I-2", "I-3"), "act": "put-off", "until": "15/01/2027", "reason": "Theo kết luận"}
    assert as_coordinator.post(f"{YEAR}nhieu-viec/", sent).status_code == 303
    assert Occurrence.objects.filter(due_on=dt.date(2027, 1, 15)).count() == 2
    sent = {"task": ids("I-2", "I-1"), "act": "put-off", "until": "20/01/2027", "reason": "Lần nữa"}
    answer = as_coordinator.post(f"{YEAR}nhieu-viec/", sent)
    page = answer.content.decode()
    assert answer.status_code == 422 and "không còn hạn nào để lùi" in page and "Lần nữa" in page
    assert not Occurrence.objects.filter(due_on=dt.date(2027, 1, 20)).exists(), "all or none"


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"act": "remind"}, "Chưa chọn nhiệm vụ nào"),
        ({"act": "assign", "task": "1", "person": "999999"}, "không còn làm"),
        ({"act": "put-off", "task": "1", "until": "32/1/2027"}, "Ghi ngày như"),
        ({"act": "x", "task": "1"}, "Chưa chọn nhiệm vụ nào"),
    ],
)
def test_what_is_wrong_is_said(plan, as_coordinator, sent, words):
    if "task" in sent:
        sent = {**sent, "task": ids("I-2")}
    answer = as_coordinator.post(f"{YEAR}nhieu-viec/", sent)
    assert answer.status_code == 422 and words in answer.content.decode()


def test_a_head_sees_and_gives_only_the_own_offices(plan, ward, officer, client):
    head = rooms.make_person(ward, "head", office="Phòng Văn hóa – Xã hội")
    client.force_login(head)
    page = client.get(f"{YEAR}nhieu-viec/").content.decode()
    assert "II.1" in page and "I.2" not in page.replace("II.2", "")
    assert client.post(f"{YEAR}nhieu-viec/", {"task": ids("II-1"), "act": "assign", "person": officer.pk}).status_code == 422  # fmt: skip
    put_off = {"task": ids("II-1"), "act": "put-off", "until": "15/01/2027", "reason": "x"}
    assert client.post(f"{YEAR}nhieu-viec/", put_off).status_code == 403


def test_what_was_done_before_is_entered_in_one_grid(plan, as_coordinator):
    page = as_coordinator.get(f"{YEAR}da-lam/").content.decode()
    assert "so-I-2-1" in page and "so-II-1-1" in page and "so-I-3-1" not in page, "its day is ahead"
    sent = {
        "so-I-2-1": "5/KH-UBND",
        "ngay-I-2-1": "30/01/2026",
        "so-II-1-1": "9/BC",
        "ngay-II-1-1": "5/4/2026",
    }
    assert as_coordinator.post(f"{YEAR}da-lam/", sent).status_code == 303
    assert Delivery.objects.filter(accepted_at__isnull=False).count() == 2
    year = as_coordinator.get(YEAR).content.decode()
    assert ">Xong<" in year
    assert "so-I-2-1" not in as_coordinator.get(f"{YEAR}da-lam/").content.decode()


def test_a_plan_put_into_effect_late_in_its_year_is_not_silent(ward, coordinator, as_coordinator):
    draft = rooms.make_draft(ward, coordinator)
    draft.findings.update(state="aside", reason="thử")
    answer = as_coordinator.post(f"/ke-hoach/nap/{draft.token}/thuc-hien/", follow=True)
    page = answer.content.decode()
    assert "Chưa có tin" not in page and "Đang thực hiện" in page
    assert "4 hạn của kế hoạch đã qua" in page and f'href="{YEAR}da-lam/"' in page
    task = Task.objects.get(number="I-1")
    assert (task.in_force_since, task.here_since) == (rooms.SIGNED, rooms.TODAY)
    later = rooms.TODAY + dt.timedelta(days=31)
    from caicach.tasks.queries import views_of

    assert views_of([task], ward=ward.pk, today=later)[0].status.words == "Chưa có tin 31 ngày"


def test_plans_that_were_there_already_learn_since_when(plan):
    from importlib import import_module
    from types import SimpleNamespace

    from django.apps import apps
    from django.db import connection

    Task.objects.filter(number="I-1").update(here_since=None, in_force_since=dt.date(2026, 1, 5))
    Task.objects.filter(number="I-2").update(here_since=None)
    fill = import_module("caicach.tasks.migrations.0006_fill_here_since").fill
    fill(apps, SimpleNamespace(connection=connection))
    assert Task.objects.get(number="I-1").here_since == rooms.SIGNED
    assert Task.objects.get(number="I-2").here_since is None, "the same day as it came into force"


def test_a_running_task_gets_the_word_of_before(plan, as_coordinator):
    page = as_coordinator.get(f"{YEAR}da-lam/").content.decode()
    assert "so-I-1-0" in page and "so-I-2-0" not in page
    sent = {"so-I-1-0": "Đã rà đến tháng 10", "ngay-I-1-0": "24/11/2026"}
    ahead = as_coordinator.post(f"{YEAR}da-lam/", sent)
    assert ahead.status_code == 422 and "còn chưa tới" in ahead.content.decode()
    sent["ngay-I-1-0"] = "5/11/2026"
    assert as_coordinator.post(f"{YEAR}da-lam/", sent).status_code == 303
    year = as_coordinator.get(YEAR).content.decode()
    assert "Chưa có tin" not in year
    story = as_coordinator.get("/viec/2026/cchc/I-1/").content.decode()
    assert "Ghi tiến độ của ngày 05/11/2026" in story and "Đã rà đến tháng 10" in story
    assert "so-I-1-0" not in as_coordinator.get(f"{YEAR}da-lam/").content.decode()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ngay-II-1-1": ""}, "cần cả số và ngày"),
        ({"ngay-II-1-1": "5/13/2026"}, "Ghi ngày như"),
        ({"ngay-II-1-1": "24/11/2026"}, "còn chưa tới"),
    ],
)
def test_one_wrong_row_saves_none_and_stands_marked(plan, as_coordinator, change, words):
    sent = {
        "so-I-2-1": "5/KH-UBND",
        "ngay-I-2-1": "30/01/2026",
        "so-II-1-1": "9/BC",
        "ngay-II-1-1": "5/4/2026",
    }
    answer = as_coordinator.post(f"{YEAR}da-lam/", {**sent, **change})
    page = answer.content.decode()
    assert answer.status_code == 422 and words in page and "5/KH-UBND" in page
    assert not Delivery.objects.exists()
    assert as_coordinator.post(f"{YEAR}da-lam/", {}).status_code == 422


def test_all_wrong_rows_are_said_at_once(plan, as_coordinator):
    sent = {"so-I-2-1": "5/KH-UBND", "so-II-1-1": "9/BC", "ngay-II-1-1": "5/13/2026"}
    page = as_coordinator.post(f"{YEAR}da-lam/", sent).content.decode()
    assert page.count('class="is-wrong"') == 2 and "cần cả số và ngày" in page and "Ghi ngày như" in page


def results(**other):
    base = {f"kq-{number}": "reached" for number in ("I-1", "I-2", "I-3", "II-1", "II-2")}
    return {**base, **other}


def test_the_year_is_closed_read_only_and_opened_again(plan, officer, as_coordinator, client):
    page = as_coordinator.get(f"{YEAR}khep-nam/").content.decode()
    assert "Khép năm 2026" in page and 'value="not" selected' in page, (
        "what is late is suggested as not reached"
    )
    for name in ("Tình trạng", "Kết quả", "Lời ghi"):
        assert page.count(f'data-name="{name}"') == 5, "a phone shows no heading: each field says its name"
    missing = as_coordinator.post(f"{YEAR}khep-nam/", results(**{"kq-I-3": ""}))
    assert missing.status_code == 422 and "chưa chọn kết quả" in missing.content.decode()
    wordless = as_coordinator.post(f"{YEAR}khep-nam/", results(**{"kq-I-2": "not"}))
    assert wordless.status_code == 422 and "nói vì sao" in wordless.content.decode()
    both = as_coordinator.post(f"{YEAR}khep-nam/", results(**{"kq-I-3": "", "kq-I-2": "not", "loi-I-2": " "}))
    said = both.content.decode()
    assert both.status_code == 422 and said.count('class="is-wrong"') == 2 and "Hãy xem 2 dòng" in said
    assert "chưa chọn kết quả" in said and "nói vì sao" in said, "all at once, each at its row"
    many_unset = as_coordinator.post(f"{YEAR}khep-nam/", {"kq-I-2": "reached"}).content.decode()
    summary = many_unset.split('class="summary"')[1].split("</div>")[0]
    assert summary.count("<li>") == 1 and "4 dòng như vậy" in summary and 'href="#dong-I-1"' in summary
    sent = results(**{"kq-I-2": "not", "loi-I-2": "Thiếu người", "kq-I-1": "more"})
    for _ in range(2):
        assert as_coordinator.post(f"{YEAR}khep-nam/", sent).status_code == 303
    assert rooms.events("plan.closed") == 1 and rooms.events("task.closed") == 5
    assert "chưa đạt. Thiếu người" in as_coordinator.get("/viec/2026/cchc/I-2/").content.decode()
    client.force_login(officer)
    refused = client.post("/viec/2026/cchc/I-2/tien-do/", {"word": "thêm"})
    assert refused.status_code == 422 and "đã khép lại" in refused.content.decode()
    with pytest.raises(Refusal):
        services.set_aside(Task.objects.get(number="I-1"), by=officer.pk, at=AT, word="x")
    client.force_login(plan.newest.made_by)
    assert client.post(f"{YEAR}mo-lai/").status_code == 303
    client.force_login(officer)
    assert client.post("/viec/2026/cchc/I-2/tien-do/", {"word": "thêm"}).status_code == 303
    assert Task.objects.get(number="I-1").result == "more", "kept as a suggestion"


def test_the_rows_that_are_empty_are_set_together_and_nothing_is_kept_by_it(plan, as_coordinator):
    page = as_coordinator.get(f"{YEAR}khep-nam/").content.decode()
    assert "dòng còn trống của mục I<" in page and "Đạt cho cả" in page
    first = page.split('<form method="post" novalidate>')[1].split("<button")[1]
    assert 'name="giu"' in first, "Enter in a field sets nothing"
    sent = {"dat": "1", "kq-I-2": "not", "loi-I-2": "Thiếu người", "loi-I-3": "đủ"}
    answer = as_coordinator.post(f"{YEAR}khep-nam/", sent)
    page = answer.content.decode()
    chosen = {
        number: page.split(f'name="kq-{number}"')[1].split("</select>")[0].partition(" selected")[0][-20:]
        for number in ("I-1", "I-2", "I-3", "II-1")
    }
    assert answer.status_code == 200 and "Thiếu người" in page and 'value="đủ"' in page
    assert [name for name, words in chosen.items() if words.endswith('reached"')] == ["I-1", "I-3"]
    assert 'value="not"' in chosen["I-2"]
    everything = as_coordinator.post(f"{YEAR}khep-nam/", {"dat": "tat-ca"}).content.decode()
    assert "Chưa chọn" not in everything and "Đạt cho" not in everything
    kept = as_coordinator.post(f"{YEAR}khep-nam/", {"giu": "1", "kq-I-2": "more"}).content.decode()
    assert 'value="more" selected' in kept and kept.count("summary") == page.count("summary")
    plan.refresh_from_db()
    assert not plan.closed_at and not Task.objects.exclude(result="").exists()


def test_a_task_that_came_meanwhile_stops_the_closing(plan, coordinator):
    rows = [many.Ended(task, "reached", "") for task in Task.objects.all()][:-1]
    with pytest.raises(Refusal) as refusal:
        many.close_year(plan, rows, by=coordinator.pk, at=AT)
    assert refusal.value.code == "plan.changed-meanwhile" and not Task.objects.filter(closed_at__isnull=False)


def test_a_closed_plan_is_neither_amended_nor_undone(plan, coordinator):
    from caicach.plans import services as plans

    rows = [many.Ended(task, "reached", "") for task in Task.objects.all()]
    many.close_year(plan, rows, by=coordinator.pk, at=AT)
    with pytest.raises(Refusal) as refusal:
        plans.undo(plan, newest=plan.newest_id, by=coordinator.pk, at=AT)
    assert refusal.value.code == "plan.closed"


@pytest.mark.parametrize(
    ("facts", "result"),
    [
        (TaskFacts("by", occurrences=(OccurrenceFacts(dt.date(2026, 6, 1), dt.date(2026, 6, 9), accepted=True),)), "reached"),
        (TaskFacts("by", occurrences=(OccurrenceFacts(dt.date(2026, 6, 1), dt.date(2026, 6, 1)),)), "not"),
        (TaskFacts("by", occurrences=(OccurrenceFacts(dt.date(2026, 12, 31)),)), ""),
        (TaskFacts("ongoing", last_word_on=dt.date(2026, 11, 20)), "reached"),
        (TaskFacts("ongoing", since=dt.date(2026, 2, 3), last_word_on=dt.date(2026, 3, 1)), ""),
        (TaskFacts("external", condition="khi có"), ""),
        (TaskFacts("unknown"), ""),
    ],
)  # fmt: skip
def test_what_the_facts_suggest(facts, result):
    assert suggested(facts, status(facts, today=rooms.TODAY), today=rooms.TODAY)[0] == result


def test_the_pages_take_as_many_queries_for_many_tasks(
    ward, coordinator, as_coordinator, django_assert_max_num_queries
):
    rooms.make_plan(ward, coordinator, rooms.make_many(80))
    for page in ("nhieu-viec/", "da-lam/", "khep-nam/"):
        with django_assert_max_num_queries(13):
            as_coordinator.get(YEAR + page)


def test_the_years_end_says_what_it_would_close_over(ward, coordinator, officer, as_coordinator):
    rooms.make_plan(ward, coordinator)
    task = Task.objects.get(number="I-2")
    services.hand_in(
        task, by=officer.pk, at=AT, today=rooms.TODAY, document_number="5/BC", document_date=rooms.TODAY
    )
    page = as_coordinator.get("/ke-hoach/2026/cchc/khep-nam/").content.decode()
    assert "Còn 1 điều đang chờ" in page and "sản phẩm chờ duyệt" in page


def test_an_indicator_is_not_taken_for_reached_because_somebody_reported(ward, coordinator, as_coordinator):
    rooms.make_plan(ward, coordinator)
    task = Task.objects.get(number="I-1")
    services.report(task, by=coordinator.pk, at=noon(rooms.TODAY), word="Đang làm")
    chosen = '<option value="reached" selected'
    row = as_coordinator.get(f"{YEAR}khep-nam/").content.decode().split('id="dong-I-1"')[1].split("</tr>")[0]
    assert chosen in row
    Task.objects.filter(pk=task.pk).update(is_indicator=True)
    row = as_coordinator.get(f"{YEAR}khep-nam/").content.decode().split('id="dong-I-1"')[1].split("</tr>")[0]
    assert chosen not in row
