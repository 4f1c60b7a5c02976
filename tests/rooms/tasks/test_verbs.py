"""Reporting, handing in, accepting, giving back: success, each refusal, the event, and whose task it is."""

import datetime as dt
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from caicach.core.clock import noon
from caicach.documents import services as documents
from caicach.rules.refusal import Refusal
from caicach.tasks import services
from caicach.tasks.models import Delivery, Progress
from tests.factories import rooms

pytestmark = pytest.mark.django_db
AT = noon(rooms.TODAY)
DAY = dt.date(2026, 1, 30)


@pytest.fixture
def task(ward, coordinator):
    return rooms.make_task(ward, coordinator, "I-2")


def hand_in(task, person, **other):
    given = {"document_number": "5/BC-UBND", "document_date": DAY, **other}
    return services.hand_in(task, by=person.pk, at=AT, today=rooms.TODAY, **given)


def code_of(call, *args, **kwargs):
    with pytest.raises(Refusal) as refusal:
        call(*args, **kwargs)
    assert str(refusal.value)
    return refusal.value.code


def test_an_officer_says_how_far_it_is(task, as_officer):
    answer = as_officer.post("/viec/2026/cchc/I-2/tien-do/", {"percent": "60", "word": "Còn hai khu phố"})
    assert answer.status_code == 303
    said = Progress.objects.get()
    assert (said.percent, said.word) == (60, "Còn hai khu phố")
    page = as_officer.get(answer.url).content.decode()
    assert "Ghi tiến độ: 60%" in page and "Còn hai khu phố" in page
    assert rooms.events("task.reported") == 1


def test_an_empty_report_is_refused_with_what_was_typed_still_there(task, as_officer):
    answer = as_officer.post("/viec/2026/cchc/I-2/tien-do/", {"percent": "", "word": "  "})
    assert answer.status_code == 422 and "Hãy ghi một lời" in answer.content.decode()
    answer = as_officer.post("/viec/2026/cchc/I-2/tien-do/", {"percent": "140", "word": "gõ dở"})
    assert answer.status_code == 422 and "gõ dở" in answer.content.decode()
    assert not Progress.objects.exists() and not rooms.events("task.reported")


def test_a_document_is_handed_in_and_accepted(task, as_officer, coordinator):
    answer = as_officer.post(
        "/viec/2026/cchc/I-2/nop/", {"document_number": "5/BC-UBND", "document_date": "30/01/2026"}
    )
    assert answer.status_code == 303 and rooms.events("task.handed-in") == 1
    as_officer.force_login(coordinator)
    assert "Chờ duyệt" in as_officer.get("/viec/2026/cchc/I-2/").content.decode()
    assert as_officer.post("/viec/2026/cchc/I-2/san-pham/1/duyet/").status_code == 303
    page = as_officer.get("/viec/2026/cchc/I-2/").content.decode()
    assert ">Xong<" in page, "its document was there in time, whenever somebody entered it"
    assert rooms.events("task.accepted") == 1


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"document_number": "5/BC-UBND", "document_date": "31/01/2026"}, ">Xong<"),
        ({"document_number": "5/BC-UBND", "document_date": "10/02/2026"}, "Xong, trễ 10 ngày"),
        ({"file": SimpleUploadedFile("a.pdf", b"%PDF-1.4 thu")}, "Xong, trễ 296 ngày"),
    ],
)
def test_late_or_not_follows_the_documents_date_else_the_day_of_handing_in(
    task, as_officer, coordinator, sent, words
):
    as_officer.post("/viec/2026/cchc/I-2/nop/", sent)
    as_officer.force_login(coordinator)
    as_officer.post("/viec/2026/cchc/I-2/san-pham/1/duyet/")
    page = as_officer.get("/viec/2026/cchc/I-2/").content.decode()
    assert page.count(words) == 2, "the task and its day say the same"


def test_each_label_of_the_page_leads_to_its_own_field(task, as_officer):
    page = as_officer.get("/viec/2026/cchc/I-2/").content.decode()
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids)), "two fields of one id: a word would land in the other form"
    assert set(re.findall(r'<label[^>]* for="([^"]+)"', page)) <= set(ids)


def test_the_leader_is_offered_nothing_that_is_not_the_leaders(task, ward, client):
    leader = rooms.make_person(ward, "leader")
    client.force_login(leader)
    page = client.get("/viec-cua-toi/").content.decode()
    assert "Nộp sản phẩm" not in page and "Ghi tiến độ" not in page and ">Mở<" in page


def test_a_file_is_handed_in_and_served_to_the_ward_only(task, as_officer, client):
    file = SimpleUploadedFile("biên bản.pdf", b"%PDF-1.4 thu")
    assert as_officer.post("/viec/2026/cchc/I-2/nop/", {"file": file}).status_code == 303
    answer = as_officer.get("/viec/2026/cchc/I-2/san-pham/1/tep/")
    assert b"".join(answer.streaming_content) == b"%PDF-1.4 thu"
    assert answer["Content-Type"] == "application/pdf" and answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment;")
    stranger = rooms.make_person(rooms.make_ward("Phường Khác"), "coordinator")
    client.force_login(stranger)
    assert client.get("/viec/2026/cchc/I-2/san-pham/1/tep/").status_code == 404


SCRIPT = "<script>document.title = 'chay'</script>"


@pytest.mark.parametrize(
    ("name", "content", "said_kind"),
    [
        ("trang.html", f"<!doctype html>{SCRIPT}".encode(), "text/html"),
        ("trang.html", f"<!doctype html>{SCRIPT}".encode("utf-16"), "text/html"),
        ("hình.svg", f'<svg xmlns="http://www.w3.org/2000/svg">{SCRIPT}</svg>'.encode(), "image/svg+xml"),
        ("biên bản.pdf", f"<html>{SCRIPT}".encode(), "text/html"),
        ("a.xhtml", f'<html xmlns="http://www.w3.org/1999/xhtml">{SCRIPT}</html>'.encode(), "application/xhtml+xml"),
    ],
)  # fmt: skip
def test_a_file_that_could_run_is_only_ever_downloaded(task, officer, as_officer, name, content, said_kind):
    """Refused at the door by now, such a file may lie there from before."""
    file = SimpleUploadedFile(name, content, content_type=said_kind)
    assert as_officer.post("/viec/2026/cchc/I-2/nop/", {"file": file}).status_code == 422
    file.seek(0)
    hand_in(task, officer, file=documents.store(file, ward=task.ward_id, at=AT))
    answer = as_officer.get("/viec/2026/cchc/I-2/san-pham/1/tep/")
    assert b"".join(answer.streaming_content) == content
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["Content-Type"] in ("text/plain; charset=utf-8", "application/octet-stream")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_evidence_is_needed_and_lies_in_the_past(task, officer):
    assert code_of(hand_in, task, officer, document_number="", document_date=None) == "task.no-evidence"
    assert code_of(hand_in, task, officer, document_date=None) == "task.no-evidence"
    assert code_of(hand_in, task, officer, document_date=dt.date(2026, 11, 24)) == "task.evidence-in-future"
    assert not Delivery.objects.exists()


def test_nothing_is_handed_in_twice(task, officer, coordinator):
    delivery = hand_in(task, officer)
    assert code_of(hand_in, task, officer) == "task.waiting"
    assert code_of(hand_in, task, officer, occurrence=delivery.occurrence_id) == "task.waiting"
    services.accept(delivery, by=coordinator.pk, at=AT)
    assert code_of(hand_in, task, officer, occurrence=delivery.occurrence_id) == "task.settled"
    services.accept(delivery, by=coordinator.pk, at=AT)
    assert rooms.events("task.accepted") == 1, "a second press by the same hand does nothing"
    assert code_of(services.accept, delivery, by=officer.pk, at=AT) == "task.already-judged"


def test_what_was_given_back_is_handed_in_again(task, officer, coordinator, client):
    delivery = hand_in(task, officer)
    assert code_of(services.give_back, delivery, by=coordinator.pk, at=AT, word=" ") == "task.word-missing"
    client.force_login(coordinator)
    answer = client.post("/viec/2026/cchc/I-2/san-pham/1/tra-lai/", {"word": ""})
    assert answer.status_code == 422 and "Hãy ghi lý do trả lại" in answer.content.decode()
    long = client.post("/viec/2026/cchc/I-2/san-pham/1/tra-lai/", {"word": "Thiếu bảng 2. " * 200})
    assert long.status_code == 422 and "Thiếu bảng 2. Thiếu" in long.content.decode(), "the word is lost"
    assert "dài quá 2.000" in long.content.decode() and "Hãy ghi lý do" not in long.content.decode()
    assert client.post("/viec/2026/cchc/I-2/san-pham/1/tra-lai/", {"word": "Thiếu bảng 2"}).status_code == 303
    assert rooms.events("task.given-back") == 1
    assert "Trễ 296 ngày" in client.get("/viec/2026/cchc/I-2/").content.decode(), (
        "given back after its day, it is late again"
    )
    assert hand_in(task, officer).pk != delivery.pk


def test_a_task_that_was_set_aside_takes_nothing_more(task, officer, coordinator):
    services.set_aside(task, by=coordinator.pk, at=AT, word="theo sửa đổi")
    assert code_of(hand_in, task, officer) == "task.set-aside"
    assert code_of(services.report, task, by=officer.pk, at=AT, word="x") == "task.set-aside"


def test_another_offices_officer_only_reads(task, ward, client):
    client.force_login(rooms.make_person(ward, "officer", office="Phòng Văn hóa – Xã hội"))
    page = client.get("/viec/2026/cchc/I-2/").content.decode()
    assert "Ghi tiến độ</button>" not in page
    assert client.post("/viec/2026/cchc/I-2/tien-do/", {"word": "x"}).status_code == 403


def test_a_quarter_is_handed_in_for_its_own_day(ward, coordinator, officer):
    task = rooms.make_task(ward, coordinator, "II-1")
    third = list(task.occurrences.all())[2]
    assert hand_in(task, coordinator, occurrence=third.pk).occurrence == third
    assert hand_in(task, coordinator).occurrence.due_on == dt.date(2026, 3, 31)
    assert code_of(hand_in, task, coordinator, occurrence=10**9) == "task.settled"


def test_the_page_takes_as_many_queries_with_much_history(
    task, officer, as_officer, django_assert_max_num_queries
):
    for _ in range(30):
        services.report(task, by=officer.pk, at=AT, word="một dòng")
    with django_assert_max_num_queries(25):
        as_officer.get("/viec/2026/cchc/I-2/")


def test_a_long_history_stands_on_the_page_in_part_and_a_link_away_whole(task, officer, as_officer):
    for n in range(70):
        services.report(task, by=officer.pk, at=AT, word=f"dòng thứ {n:02}")
    page = as_officer.get("/viec/2026/cchc/I-2/").content.decode()
    assert "dòng thứ 69" in page and "dòng thứ 05" not in page and "Xem 60 lần gần nhất" in page
    whole = as_officer.get("/viec/2026/cchc/I-2/?dien-bien=tat-ca").content.decode()
    assert "dòng thứ 05" in whole and "Xem từ đầu" not in whole


def pdf(pages):
    from PIL import Image

    out = io.BytesIO()
    first, *more = [Image.new("RGB", (60, 80), "white") for _ in range(pages)]
    first.save(out, "PDF", save_all=True, append_images=more)
    return SimpleUploadedFile(f"{pages} trang.pdf", out.getvalue(), "application/pdf")


@pytest.mark.parametrize("pages", [1, 3])
def test_a_paper_says_how_many_pages_it_has(task, as_officer, pages):
    as_officer.post("/viec/2026/cchc/I-2/nop/", {"file": pdf(pages)})
    page = "/viec/2026/cchc/I-2/san-pham/1/trang/1/"
    assert as_officer.head(page)["X-Pages"] == str(pages)
    assert as_officer.get(page)["Content-Type"] == "image/png"
    assert "data-next-page hidden" in as_officer.get("/viec/2026/cchc/I-2/").content.decode()
    assert as_officer.get(page.replace("trang/1", f"trang/{pages + 1}")).status_code == 404
