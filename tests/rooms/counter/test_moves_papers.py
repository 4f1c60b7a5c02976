"""The papers of a dossier's moves: each says what its form asks for, is made once and kept, and marked when it is printed again."""

import datetime as dt
import threading

import pytest
from django.db import connection, connections, transaction

from caicach.accounts.models import Absence
from caicach.counter import letters, services
from caicach.counter.models import Paper, Part
from caicach.counter.services import Person
from caicach.documents.services import path_of
from caicach.dossiers import moves
from caicach.dossiers.models import Dossier, DossierClock, Event
from caicach.dossiers.moves import Mover, Told, move
from caicach.rules.formats import paper_address
from tests.factories import rooms
from tests.rooms.counter.conftest import AT, NUMBER, OTHER, PHONE, UNIT, asked, lan
from tests.rooms.counter.test_papers import text_of

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
CODE = f"{UNIT}-261123-0001"
COUNTRY = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập – Tự do – Hạnh phúc", "ngày 23 tháng 11 năm 2026")


@pytest.fixture
def leader(ward):
    person = rooms.make_person(ward, "leader", name="Phạm Thị Chủ")
    person.posts.update(title="Phó Chủ tịch UBND phường")
    return Mover(person.pk, None)


@pytest.fixture
def here(officer, ward):
    return Mover(officer.pk, ward.offices.get(short_name="Văn phòng").pk)


@pytest.fixture
def there(ward):
    return ward.offices.get(short_name="VH–XH").pk


def nth(dossier):
    return Event.objects.filter(dossier=dossier).count()


def pdf(client, dossier, n=None, query=""):
    address = paper_address(dossier.code, n or nth(dossier)).rstrip("/")
    answer = client.get(f"{address}.pdf{query}")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def has(said, *words):
    for one in words:
        assert one in said, (one, said)


def test_a_request_to_complete_says_all_in_one_go(accept, as_officer, here, officer, desk):
    dossier = accept(
        asked(bringer=Person(lan(name="Trần Văn Thay", number=OTHER)), authority="Giấy ủy quyền 1")
    )
    word = "1. Thiếu giấy chứng sinh bản chính\n- Tờ khai chưa ký"
    move(dossier, "ask-supplement", Told(word=word), by=here, at=AT + HOUR)
    said = text_of(pdf(as_officer, dossier))
    has(
        said, *COUNTRY, "PHIẾU YÊU CẦU BỔ SUNG", "Số: 1/HDHS", CODE, "Kính gửi: Nguyễn Thị Lan", "Người nộp: Trần Văn Thay (Giấy ủy quyền 1)",
        "Thủ tục: Đăng ký khai sinh", "Yêu cầu bổ sung: trong khi giải quyết", "1. Thiếu giấy chứng sinh bản chính", "2. Tờ khai chưa ký",
        "Bổ sung trước hết ngày 23/12/2026", f"Người hướng dẫn: {officer.full_name}, điện thoại 0000 000 000", "NGƯỜI HƯỚNG DẪN",
        "UBND PHƯỜNG THỬ", "Khu phố 3", services.lookup_code(desk.pk, dossier.token),
    )  # fmt: skip
    assert NUMBER not in said and PHONE not in said and "1. 1." not in said and "Bản in lại" not in said


def test_a_refusal_says_why_and_where_to_complain(ward, as_officer, officer):
    dossier = Dossier.objects.create(ward=ward, system="own", code="H01.31.05-261123-0900", state="submitted", applicant="Lê Thử", procedure="Đăng ký khai sinh", words="")  # fmt: skip
    DossierClock.objects.create(dossier=dossier, ward=ward)
    Event.objects.create(ward=ward, dossier=dossier, at=AT, code="submit", state="submitted")
    move(dossier, "ask-completion", Told(word="Thiếu tờ khai"), by=Mover(officer.pk, None), at=AT)
    has(text_of(pdf(as_officer, dossier)), "Yêu cầu bổ sung: trước khi tiếp nhận", "1. Thiếu tờ khai")
    move(dossier, "reject", Told(word="Không thuộc thẩm quyền của phường"), by=Mover(officer.pk, None), at=AT)
    said = text_of(pdf(as_officer, dossier))
    has(
        said, *COUNTRY, "PHIẾU TỪ CHỐI TIẾP NHẬN", "Số: 1/TCHS", "1. Không thuộc thẩm quyền của phường", "Có thể nộp ở", "khiếu nại",
        "NGƯỜI NỘP HỒ SƠ", "NGƯỜI TIẾP NHẬN HỒ SƠ", officer.full_name, "Lê Thử",
    )  # fmt: skip


def test_an_apology_has_both_days_the_reason_and_who_signs_for_whom(accept, as_officer, leader, there, here):
    dossier = accept(asked(channels=("email",), owner=Person(lan(email="lan@vidu.example"))))
    move(dossier, "hand-over", Told(office=there), by=here, at=AT + HOUR)
    move(dossier, "extend", Told(word="Chờ xác minh nơi sinh", amount=2), by=leader, at=AT + 2 * HOUR)
    said = text_of(pdf(as_officer, dossier))
    has(
        said, *COUNTRY, "VĂN BẢN XIN LỖI", "Số: 1/PXL", "ỦY BAN NHÂN DÂN", "PHƯỜNG THỬ", "Kính gửi: Nguyễn Thị Lan", "thành thật xin lỗi",
        "Đã hẹn trả: 17:00 01/12/2026", "Hẹn trả mới: 17:00 03/12/2026", "Lý do: Chờ xác minh nơi sinh",
        "Đơn vị để chậm: Phòng Văn hóa – Xã hội", "Tình trạng: đang giải quyết, ở Phòng Văn hóa – Xã hội", "Lần hẹn lại thứ: 1",
        "Gửi bằng cách: trao tại quầy, thư điện tử", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH", "Phạm Thị Chủ", "đóng dấu", "Nơi nhận",
    )  # fmt: skip


def test_a_stop_says_who_asked_and_what_is_given_back(accept, as_officer, here, leader, officer):
    dossier = accept()
    move(dossier, "withdraw", by=here, at=AT + HOUR)
    said = text_of(pdf(as_officer, dossier))
    has(
        said, *COUNTRY, "DỪNG GIẢI QUYẾT HỒ SƠ", "Số: 1/TBDHS", "Dừng theo: chủ hồ sơ xin rút", "Lúc: 13:00 23/11/2026", "chủ hồ sơ không nêu",
        "Phí, lệ phí: không thu", "không thu nên không hoàn", "Giấy tờ trả lại", "1. Tờ khai (1 bản chính)", "2. Giấy chứng sinh", "NGƯỜI LẬP", officer.full_name,
    )  # fmt: skip
    other = accept(token="phieuhai0001")
    move(other, "stop", Told(word="Không đủ điều kiện"), by=leader, at=AT + HOUR)
    has(
        text_of(pdf(as_officer, other)),
        "Số: 2/TBDHS",
        "Lý do: Không đủ điều kiện",
        "Dừng theo: cơ quan giải quyết",
        "KT. CHỦ TỊCH",
    )


def test_the_control_sheet_grows_from_hand_to_hand(accept, as_officer, here, there, leader, officer):
    dossier = accept()
    first = text_of(pdf(as_officer, dossier, 2))
    has(
        first,
        "PHIẾU KIỂM SOÁT QUÁ TRÌNH GIẢI QUYẾT HỒ SƠ",
        "Số: 1/PKS",
        "Văn phòng HĐND và UBND",
        "Hẹn trả: 17:00 01/12/2026",
        "12:00",
    )
    assert "Xã hội" not in first
    move(dossier, "hand-over", Told(office=there, word="Đủ giấy tờ"), by=here, at=AT + dt.timedelta(days=8))
    move(
        dossier,
        "send-back",
        Told(word="Thiếu chữ ký"),
        by=Mover(officer.pk, there),
        at=AT + dt.timedelta(days=8, hours=1),
    )
    said = text_of(pdf(as_officer, dossier))
    has(
        said,
        "Phòng Văn hóa – Xã hội",
        "Đủ giấy tờ",
        "Thiếu chữ ký",
        "Số: 1/PKS",
        "12:00 01/12/2026",
        "trễ 1 ngày",
        "17:00 27/11/2026",
        "Cơ quan phối hợp: không",
    )
    move(dossier, "resolve", Told(outcome="granted"), by=leader, at=AT + dt.timedelta(days=8, hours=2))
    has(text_of(pdf(as_officer, dossier)), "14:00 01/12/2026")
    assert first == text_of(pdf(as_officer, dossier, 2)), "the earlier sheet stays as it was printed"
    assert "Phiếu kiểm soát" in str([one.name for one in letters.of_dossier(dossier)])


def test_the_slip_of_a_result_says_who_took_what_on_what_proof(accept, as_officer, here, leader, officer):
    dossier = accept()
    move(
        dossier,
        "resolve",
        Told(outcome="granted", document="7/GKS", signed_on=rooms.TODAY),
        by=leader,
        at=AT + HOUR,
    )
    move(
        dossier,
        "return-result",
        Told(collector="Nguyễn Văn Em", proof="Giấy ủy quyền"),
        by=here,
        at=AT + 2 * HOUR,
    )
    said = text_of(pdf(as_officer, dossier))
    has(
        said, *COUNTRY, "PHIẾU TRẢ KẾT QUẢ", "Số: 1/PTKQ", "giải quyết, văn bản số 7/GKS ký ngày 23/11/2026", "Trả lúc: 14:00 23/11/2026",
        "Nguyễn Văn Em (đối chiếu: Giấy ủy quyền)", "nhận tại quầy", "NGƯỜI NHẬN KẾT QUẢ", "NGƯỜI TRẢ KẾT QUẢ", officer.full_name,
    )  # fmt: skip


def test_it_is_made_once_kept_as_printed_and_marked_when_printed_again(accept, as_officer, here):
    dossier = accept()
    move(dossier, "withdraw", by=here, at=AT + HOUR)
    page = as_officer.get(paper_address(dossier.code, 3)).content.decode()
    assert "lai=1" not in page and ".png?to=1" in page
    first = pdf(as_officer, dossier)
    kept = Paper.objects.get()
    assert (kept.form, kept.nth, kept.year, kept.number, kept.facts["code"]) == (
        "05",
        3,
        2026,
        1,
        dossier.code,
    )
    Dossier.objects.filter(pk=dossier.pk).update(procedure="Đã đổi tên")
    assert pdf(as_officer, dossier) == first == path_of(kept.file).read_bytes()
    again = text_of(pdf(as_officer, dossier, query="?lai=1"))
    has(again, "Bản in lại", "Đăng ký khai sinh")
    assert (
        "lai=1" in as_officer.get(paper_address(dossier.code, 3)).content.decode()
        and Paper.objects.count() == 1
    )


def test_the_power_went_between_the_move_and_its_paper(accept, as_officer, here, leader):
    """Whoever opens it, whenever: it says what it would have said then."""
    dossier = accept()
    move(dossier, "extend", Told(word="Chờ", amount=1), by=leader, at=AT + HOUR)
    told = letters.occasion(dossier, 3, lookup="", site="")
    dossier = move(dossier, "ask-supplement", Told(word="Thiếu"), by=here, at=AT + 2 * HOUR)
    dossier = move(dossier, "take-supplement", by=here, at=AT + dt.timedelta(days=9))
    dossier = Dossier.objects.select_related("clock").get(pk=dossier.pk)
    assert letters.occasion(dossier, 3, lookup="", site="") == told and told.due == "17:00 02/12/2026"
    assert letters.occasion(dossier, 2, lookup="", site="").due == "17:00 01/12/2026", "the promise of then"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
@pytest.mark.django_db(transaction=True)
def test_of_two_who_open_it_at_once_both_get_the_one(accept, here, officer):
    dossier = accept()
    move(dossier, "withdraw", by=here, at=AT + HOUR)
    found = []

    def open_it():
        try:
            found.append(letters.of_event(dossier, 3, lookup="", site="", by=officer.pk, at=AT).pk)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert len(set(found)) == 1 and len(found) == 4 and Paper.objects.get().number == 1


def test_long_names_and_thirty_papers_fill_three_pages_and_each_is_a_picture(accept, as_officer, here):
    name = "Đặng Hoàng Phương Nguyễn Thị Thanh Tuyền " * 4
    dossier = accept(asked(owner=Person(lan(name=name.strip()))))
    Part.objects.bulk_create(Part(ward_id=dossier.ward_id, dossier=dossier, position=n, name=f"Giấy tờ số {n} " + "rất dài " * 15, words="x") for n in range(3, 31))  # fmt: skip
    move(dossier, "withdraw", by=here, at=AT + HOUR)
    data = pdf(as_officer, dossier)
    said = text_of(data)
    has(said, "30. Giấy tờ số 30", "NGƯỜI LẬP", "Trang 3/3")
    address = paper_address(dossier.code, 3).rstrip("/")
    page = as_officer.get(f"{address}/").content.decode()
    assert "to=3" in page and "to=4" not in page
    for query in ("to=3", "to=3&lai=1"):
        assert as_officer.get(f"{address}.png?{query}").content[:4] == b"\x89PNG"
        assert as_officer.get(f"{address}.png?{query.replace('3', '4')}").status_code == 404


def test_nothing_written_can_speak_to_the_typesetter(accept, as_officer, here):
    odd = 'Lan #import "x" $a$ *b* <c> \\ []'
    dossier = accept(asked(owner=Person(lan(name=odd))))
    move(dossier, "ask-supplement", Told(word="#panic() $x$ _y_ @z\n{chu_ho_so} `q`"), by=here, at=AT + HOUR)
    has(text_of(pdf(as_officer, dossier)), odd, "1. #panic() $x$ _y_ @z", "2. {chu_ho_so} `q`")


def test_a_dossier_that_another_system_keeps_has_its_papers_from_what_the_row_knows(ward, as_officer):
    code = "000.00.01.H01/26 0001"
    dossier = Dossier.objects.create(
        ward=ward, code=code, state="returned", applicant="Lê Thử", words="", due_on=rooms.TODAY
    )
    DossierClock.objects.create(dossier=dossier, ward=ward)
    for state, before in (("supplement-wait", "processing"), ("returned", "resolved")):
        Event.objects.create(ward=ward, dossier=dossier, at=AT, code="listed-anew", state=state, facts={"changes": [["state", before, state]]})  # fmt: skip
    has(text_of(pdf(as_officer, dossier, 1)), "PHIẾU YÊU CẦU BỔ SUNG", code, "Lê Thử", "…………")
    has(text_of(pdf(as_officer, dossier, 2)), "PHIẾU TRẢ KẾT QUẢ", code)
    page = as_officer.get(dossier.address).content.decode()
    assert "In phiếu bổ sung" in page and paper_address(code, 1) in page
    assert as_officer.get(paper_address(code, 1)).status_code == 200


def test_the_story_and_the_counters_page_lead_to_each_paper(accept, as_officer, here):
    dossier = accept()
    move(dossier, "ask-supplement", Told(word="Thiếu"), by=here, at=AT + HOUR)
    page = as_officer.get(dossier.address).content.decode()
    assert "In phiếu bổ sung" in page and f'href="{paper_address(dossier.code, 3)}"' in page
    assert page.count("In phiếu kiểm soát") == 1
    taken = as_officer.get(f"/quay/{dossier.token}/").content.decode()
    assert paper_address(dossier.code, 3) in taken and "chưa in" in taken


def test_what_has_no_paper_is_not_there(accept, as_officer, here):
    dossier = accept()
    for n in (0, 1, 3, 99_999, 10**30):
        assert as_officer.get(paper_address(dossier.code, n)).status_code == 404, n
    assert as_officer.get(paper_address(dossier.code, 2).rstrip("/") + ".exe").status_code == 404
    assert as_officer.get(paper_address("H01.31.05-991231-0001", 1)).status_code == 404


def test_in_residence_cases_the_polices_forms_stand_for_ours(accept, as_officer, here):
    dossier = accept()
    Dossier.objects.filter(pk=dossier.pk).update(procedure_code="1.004222.H38")
    move(dossier, "ask-supplement", Told(word="Thiếu"), by=here, at=AT + HOUR)
    page = as_officer.get(dossier.address).content.decode()
    assert "In phiếu bổ sung" not in page and "In phiếu kiểm soát" in page
    assert as_officer.get(paper_address(dossier.code, 3)).status_code == 404


def test_a_provisional_code_leads_on_and_a_void_number_says_so(accept, as_officer, officer, here):
    dossier = accept()
    Dossier.objects.filter(pk=dossier.pk).update(code="TAM-261123-0001")
    dossier.refresh_from_db()
    from caicach.dossiers import intake

    intake.learn_code(dossier, "H01.31.05-261123-0077", by=officer.pk, at=AT)
    answer = as_officer.get(paper_address("TAM-261123-0001", 2))
    assert answer.status_code == 302 and answer.url == paper_address("H01.31.05-261123-0077", 2)
    move(dossier, "void", Told(word="Nhập nhầm"), by=Mover(officer.pk, None), at=AT)
    has(text_of(pdf(as_officer, dossier, 2)), "Số này đã hủy")


def test_another_ward_and_who_may_not_get_no_paper(accept, client, ward, here):
    dossier = accept()
    other = rooms.make_ward("Phường Hai")
    client.force_login(rooms.make_person(other, "officer", office="Văn phòng HĐND và UBND"))
    for end in ("/", ".pdf", ".png"):
        assert client.get(paper_address(dossier.code, 2).rstrip("/") + end).status_code == 404
    client.force_login(rooms.make_person(ward, "viewer"))
    assert client.get(paper_address(dossier.code, 2)).status_code == 403
    assert not Paper.objects.exists()


def test_who_stands_in_for_an_absent_head_signs_by_authority(accept, as_officer, ward, officer, here):
    head = rooms.make_person(ward, "head", office="Văn phòng HĐND và UBND", name="Đỗ Thị Đi")
    head.posts.update(title="Chánh Văn phòng")
    officer.posts.update(title="Chuyên viên")
    Absence.objects.create(ward=ward, person=head, deputy=officer, since=rooms.TODAY, until=rooms.TODAY)
    dossier = accept()
    move(dossier, "extend", Told(word="Chờ", amount=1), by=here, at=AT + HOUR)
    has(
        text_of(pdf(as_officer, dossier)),
        "TL. CHỦ TỊCH",
        "TUQ. CHÁNH VĂN PHÒNG",
        "CHUYÊN VIÊN",
        officer.full_name,
    )


def test_numbers_run_on_by_form_and_year_and_a_failed_one_leaves_no_gap(
    accept, as_officer, here, monkeypatch
):
    one, two = accept(), accept(token="phieuhai0001")
    for dossier in (one, two):
        move(dossier, "withdraw", by=here, at=AT + HOUR)
    laid_out = letters.laid_out
    monkeypatch.setattr(letters, "laid_out", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        letters.of_event(one, 3, lookup="", site="", by=here.person, at=AT)
    monkeypatch.setattr(letters, "laid_out", laid_out)
    for dossier in (two, one):
        pdf(as_officer, dossier)
    assert sorted(Paper.objects.values_list("number", flat=True)) == [1, 2]
    assert moves.differing(one.ward_id) is not None
