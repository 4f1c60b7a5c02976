"""A leader gives a duty to offices; it is acknowledged, followed and closed like a task of the plan."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from caicach.core.clock import noon
from caicach.tasks import directives, queries, services
from caicach.tasks.models import Notice, Task
from tests.factories import rooms

pytestmark = pytest.mark.django_db
AT = noon(rooms.TODAY)


@pytest.fixture
def leader(ward):
    return rooms.make_person(ward, "leader")


@pytest.fixture
def sent(ward):
    return {
        "content": "Kiểm tra việc niêm yết thủ tục ở các khu phố",
        "source": "directive",
        "leads": [ward.offices.get(short_name="Văn phòng").pk],
        "due_on": "03/12/2026",
        "deliverable": "Báo cáo",
        "issuer": "Giao ban tuần 48",
        "document_number": "58/TB-UBND",
        "document_date": "23/11/2026",
        "token": "mot-lan",
    }


def test_it_is_given_acknowledged_handed_in_and_accepted(ward, leader, officer, coordinator, client, sent):
    client.force_login(leader)
    file = SimpleUploadedFile("kết luận.pdf", b"%PDF-1.4 thu")
    answer = client.post("/chi-dao/moi/", {**sent, "file": file})
    assert answer.status_code == 303 and answer.url == "/viec/2026/chi-dao/1/"
    assert client.post("/chi-dao/moi/", sent).url == answer.url and Task.objects.count() == 1, "sent twice"
    assert client.get(f"{answer.url}van-ban/").status_code == 200
    client.force_login(officer)
    work = client.get("/viec-cua-toi/").content.decode()
    assert "Mới được giao" in work and "Kiểm tra việc niêm yết" in work
    assert Notice.objects.filter(person=officer, code="task.given").exists()
    assert client.post(f"{answer.url}da-nhan/").status_code == 303
    assert "Mới được giao" not in client.get("/viec-cua-toi/").content.decode()
    client.post(f"{answer.url}nop/", {"document_number": "7/BC", "document_date": "23/11/2026"})
    client.force_login(coordinator)
    client.post(f"{answer.url}san-pham/1/duyet/")
    page = client.get(answer.url).content.decode()
    assert ">Xong<" in page and "58/TB-UBND" in page and "Văn phòng HĐND và UBND đã nhận việc" in page
    assert "Đã nhận" in client.get("/chi-dao/").content.decode()
    assert Notice.objects.filter(person=leader, code="task.acknowledged").exists()


def test_the_list_tells_who_leads_from_who_helps(ward, leader, client):
    client.force_login(leader)
    own, other = (ward.offices.get(short_name=name) for name in ("Văn phòng", "VH–XH"))
    directives.give(ward=ward.pk, content="Kiểm tra", leads=[own.pk], helpers=[other.pk], due_on=rooms.TODAY, today=rooms.TODAY,
                    by=leader.pk, at=noon(rooms.TODAY))  # fmt: skip
    listed = client.get("/chi-dao/").content.decode()
    assert f"chủ trì {own}, phối hợp {other}" in listed and "Chưa nhận: " in listed


def test_the_list_and_the_page_name_who_has_not_said_yes(ward, leader, officer, client, sent):
    client.force_login(leader)
    own = officer.posts.get().office
    other = ward.offices.get(short_name="VH–XH")
    page = client.post("/chi-dao/moi/", {**sent, "leads": [own.pk, other.pk]}).url
    listed = client.get("/chi-dao/").content.decode()
    assert f"Chưa nhận: {own}, {other}" in listed and "Chưa nhận hết" not in listed
    client.force_login(officer)
    client.post(f"{page}da-nhan/")
    listed = client.get("/chi-dao/").content.decode()
    assert f"Chưa nhận: {other}<" in listed and "Chưa nhận hết" in listed
    assert client.get(page).content.decode().count(">chưa nhận</small>") == 1


def test_the_list_is_filtered_by_what_waits_for_a_yes(ward, leader, officer, client, sent):
    client.force_login(leader)
    page = client.post("/chi-dao/moi/", sent).url
    waiting = client.get("/chi-dao/?tinh-trang=chua-nhan").content.decode()
    assert sent["content"] in waiting and 'Chờ nhận việc <span class="count">1' in waiting
    assert client.get("/chi-dao/danh-sach.xlsx?tinh-trang=chua-nhan").status_code == 200
    client.force_login(officer)
    client.post(f"{page}da-nhan/")
    nobody = client.get("/chi-dao/?tinh-trang=chua-nhan").content.decode()
    assert "Không việc nào ở tình trạng này" in nobody and sent["content"] not in nobody


def test_sixty_that_have_not_said_yes_are_counted():
    names = tuple(f"Khu phố {n}" for n in range(1, 62))
    row = queries.DirectiveRow(None, names, True)
    assert row.missing_words == "Khu phố 1, Khu phố 2, Khu phố 3, Khu phố 4, Khu phố 5 và 56 đơn vị khác"


def test_one_about_a_task_stands_on_its_page(ward, leader, coordinator, client, sent):
    rooms.make_task(ward, coordinator, "I-2")
    client.force_login(leader)
    form = client.get("/chi-dao/moi/?ve=2026/cchc/I-2").content.decode()
    assert "Chỉ đạo về I.2" in form and "checked" in form, "its lead office is chosen already"
    made = client.post("/chi-dao/moi/", {**sent, "ve": "2026/cchc/I-2"})
    page = client.get("/viec/2026/cchc/I-2/").content.decode()
    assert "Chỉ đạo về việc này" in page and made.url in page
    assert "Lập bảng theo dõi" in client.get(made.url).content.decode()
    assert client.get("/chi-dao/moi/?ve=2026/cchc/I-99").status_code == 404
    assert client.get("/chi-dao/moi/?ve=x/y").status_code == 200


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"content": " "}, "Hãy ghi nội dung chỉ đạo"),
        ({"leads": []}, "Hãy chọn ít nhất một đơn vị"),
        ({"leads": ["999999"]}, "Hãy chọn ít nhất một đơn vị"),
        ({"due_on": "22/11/2026"}, "đã qua"),
        ({"due_on": "32/11/2026"}, "Ghi ngày như"),
        ({"due_on": "01/01/2099"}, "Hạn xa quá"),
        ({"document_date": "24/11/2026"}, "còn chưa tới"),
    ],
)
def test_what_is_wrong_is_said_and_the_rest_stays(ward, leader, client, sent, change, words):
    client.force_login(leader)
    answer = client.post("/chi-dao/moi/", {**sent, **change})
    page = answer.content.decode()
    assert answer.status_code == 422 and words in page and "58/TB-UBND" in page and not Task.objects.exists()


def test_an_officer_gives_none_and_another_wards_offices_cannot_be_given_any(
    ward, officer, leader, client, sent
):
    client.force_login(officer)
    assert client.post("/chi-dao/moi/", sent).status_code == 403
    other = rooms.make_ward("Phường Hai")
    client.force_login(leader)
    sent["leads"] = [other.offices.get(short_name="Văn phòng").pk]
    assert client.post("/chi-dao/moi/", sent).status_code == 422


def test_without_a_day_it_runs_and_is_silent_after_a_month(ward, leader):
    office = ward.offices.get(short_name="Văn phòng").pk
    day = dt.date(2026, 10, 1)
    task = directives.give(ward=ward.pk, content="Trực đường dây nóng", leads=[office], due_on=None, today=day,
                           by=leader.pk, at=noon(day))  # fmt: skip
    from caicach.tasks.queries import directives as listed

    assert listed(ward.pk, today=rooms.TODAY).rows[0].view.status.words == "Chưa có tin 53 ngày"
    services.report(task, by=leader.pk, at=AT, word="Vẫn trực")
    assert listed(ward.pk, today=rooms.TODAY).rows[0].view.status.words == "Đang thực hiện"


def test_numbers_go_on_and_are_never_given_twice(ward, leader):
    office = ward.offices.get(short_name="Văn phòng").pk
    given = {"leads": [office], "due_on": None, "today": rooms.TODAY, "by": leader.pk, "at": AT}
    first = directives.give(ward=ward.pk, content="Một", **given)
    second = directives.give(ward=ward.pk, content="Hai", **given)
    services.set_aside(second, by=leader.pk, at=AT, word="thôi")
    third = directives.give(ward=ward.pk, content="Ba", **given)
    assert [first.number, third.number] == ["1", "3"]


def test_a_list_of_many_takes_as_many_queries_as_a_list_of_one(
    ward, leader, client, django_assert_max_num_queries
):
    office = ward.offices.get(short_name="Văn phòng").pk
    for n in range(30):
        directives.give(ward=ward.pk, content=f"Việc {n}", leads=[office], due_on=dt.date(2026, 12, 1), today=rooms.TODAY,
                        by=leader.pk, at=AT)  # fmt: skip
    client.force_login(leader)
    with django_assert_max_num_queries(10):
        assert client.get("/chi-dao/").content.decode().count("Việc ") >= 30


def test_two_offices_that_lead_stand_under_one_heading(ward, leader, client, sent):
    both = [ward.offices.get(short_name=name).pk for name in ("Văn phòng", "VH–XH")]
    client.force_login(leader)
    page = client.get(client.post("/chi-dao/moi/", {**sent, "leads": both}).url).content.decode()
    facts = page[page.index('<dl class="facts">') : page.index("</dl>")]
    assert facts.count("<dt>Chủ trì</dt>") == 1
    assert facts.count('<dd class="office-row">') == 2
    assert "Văn phòng HĐND và UBND" in facts and "Phòng Văn hóa – Xã hội" in facts
