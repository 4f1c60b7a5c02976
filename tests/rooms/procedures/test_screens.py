"""The pages: found without accents and by everyday words, filtered, saved, edited; citizens see no person."""

import datetime as dt
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from caicach.history.models import Event
from caicach.procedures import services, starter
from caicach.procedures.models import Procedure, Version
from caicach.rules.procedures import Span
from tests.factories import rooms
from tests.rooms.procedures.conftest import AT, SINCE, entry, many

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
ONE = "/thu-tuc/1.001193/"


@pytest.fixture
def starters(publish):
    return publish(*starter.entries())


def shown(client, address, **asked):
    answer = client.get(address, asked)
    assert answer.status_code == 200, address
    return answer.content.decode()


def names(page):
    return [part.partition("</b>")[0] for part in page.partition("<main")[2].split('/"><b>')[1:]]


@pytest.mark.parametrize(
    "asked, first",
    [
        ("làm giấy khai sinh cho con", "Đăng ký khai sinh"),
        ("lam giay khai sinh cho con", "Đăng ký khai sinh"),
        ("tôi muốn làm giấy khai sinh cho con", "Đăng ký khai sinh"),
        ("sang ten so do", "Đăng ký biến động đất đai"),
        ("mo quan", "Đăng ký thành lập hộ kinh doanh"),
        ("1.000894", "Đăng ký kết hôn"),
        ("1000894", "Đăng ký kết hôn"),
        ("sao y ban chinh", "Chứng thực bản sao từ bản chính"),
        ("giay doc than", "Cấp giấy xác nhận tình trạng hôn nhân"),
        ("kêt hon", "Đăng ký kết hôn"),
    ],
)
def test_it_is_found_as_people_say_it(as_officer, starters, client, settings, asked, first):
    settings.PUBLIC = ["1"]
    assert names(shown(as_officer, "/thu-tuc/", tim=asked))[0] == first
    assert names(shown(client, "/cong-khai/phuong-thu/thu-tuc/", tim=asked))[0] == first


def test_a_slip_of_the_finger_finds_what_is_near_and_says_so(as_officer, starters):
    page = shown(as_officer, "/thu-tuc/", tim="khai sihn")
    assert "Đăng ký khai sinh" in names(page)[:8] and "gần giống" in page


def test_nothing_found_is_said(as_officer, made):
    assert "Không thấy thủ tục nào" in shown(as_officer, "/thu-tuc/", tim="zzzz")


def test_groups_and_fields_filter_the_list_and_its_files(as_officer, publish, made):
    publish(entry("1.000656", "Đăng ký khai tử", checked=True, field="Khác"))
    publish(entry("1.000894", "Đăng ký kết hôn"), since=rooms.TODAY + DAY)
    publish(entry("1.004873", "Xác nhận hôn nhân"))
    publish(entry("1.004873", "Xác nhận độc thân"), since=rooms.TODAY + DAY)
    services.end(Procedure.objects.get(code="1.001193"), since=rooms.TODAY, decision=services.Decision("9/QĐ-UBND"), by=None, at=AT, today=rooms.TODAY)  # fmt: skip
    for group, expected in (
        ("", ["Xác nhận hôn nhân", "Đăng ký khai tử"]),
        ("chua-doi-chieu", ["Xác nhận hôn nhân"]),
        ("sap-ap-dung", ["Đăng ký kết hôn"]),
        ("het-ap-dung", ["Đăng ký khai sinh"]),
    ):
        page = shown(as_officer, "/thu-tuc/", nhom=group)
        assert sorted(names(page)) == sorted(expected), group
    page = shown(as_officer, "/thu-tuc/", **{"linh-vuc": "Khác"})
    assert names(page) == ["Đăng ký khai tử"]
    assert 'href="?nhom=het-ap-dung"' in page and "danh-sach.xlsx?nhom=dang-ap-dung" in page
    answer = as_officer.get("/thu-tuc/danh-sach.xlsx?nhom=chua-doi-chieu")
    import openpyxl

    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))
    cells = [cell for row in rows for cell in row]
    assert "1.004873" in cells and "1.000656" not in cells and "chưa đối chiếu" in cells
    assert as_officer.get("/thu-tuc/danh-sach.docx").status_code == 200
    assert as_officer.get("/thu-tuc/danh-sach.pdf").status_code == 404


def test_an_empty_catalogue_offers_the_common_ones_to_the_coordinator_only(as_coordinator, client, officer):
    assert "Bắt đầu từ các thủ tục thường gặp" in shown(as_coordinator, "/thu-tuc/")
    assert as_coordinator.post("/thu-tuc/goi-y/").status_code == 303
    assert Version.objects.count() == len(starter.entries())
    client.force_login(officer)
    assert client.post("/thu-tuc/goi-y/").status_code == 403


def test_one_procedure_says_what_people_ask(as_officer, publish, coordinator):
    publish(entry(own=Span("working-day", 7), fee_status="unknown", legal_basis="Luật A\nNghị định B"))
    page = shown(as_officer, ONE)
    for words in (
        "7 ngày làm việc", "Luật cho 10 ngày làm việc", "nhanh hơn 30%", "Chưa rõ", "Chưa đối chiếu", "Giấy chứng sinh", "2 bản sao",
        "chỉ khi đang có", "đã có trên hệ thống thì không phải nộp lại", "Tiếp nhận", "40%", "Luật A<br>Nghị định B",
        "Quyết định 12/QĐ-UBND", "đưa vào danh mục, từ 01/07/2025", coordinator.full_name,
    ):  # fmt: skip
        assert words in page, words
    assert "Không thu" not in page and "/sua/" not in page, "an officer changes nothing"
    assert as_officer.get("/thu-tuc/1.009999/").status_code == 404
    assert as_officer.get(f"{ONE}?tu=02-07-2025").status_code == 404


def test_another_wards_procedure_is_not_there(made, client):
    other = rooms.make_ward("Phường Hai")
    client.force_login(rooms.make_person(other, "coordinator", office="Văn phòng HĐND và UBND"))
    for part in ("", "sua/", "thoi-han/", "sua-chu/", "doi-chieu/", "het/", "niem-yet/"):
        assert client.get(f"{ONE}{part}").status_code == 404, part
    assert client.post(f"{ONE}doi-chieu/", {"against": "x"}).status_code == 404


def form(**changed):
    rows = {}
    for prefix in ("giay", "buoc", "ca"):
        rows |= {f"{prefix}-TOTAL_FORMS": "1", f"{prefix}-INITIAL_FORMS": "0"}
    return rows | {
        "name": "Đăng ký khai sinh", "valid_from": "01/12/2026", "decision_number": "30/QĐ-UBND", "decision_date": "25/11/2026",
        "decision_issuer": "UBND tỉnh Thử", "law_unit": "working-day", "law_amount": "5", "fee_status": "unknown", "giay-0-name": "Tờ khai",
        "giay-0-originals": "1", "buoc-0-name": "Làm", "buoc-0-share": "100", "level": "commune", "at_counter": "on",
        "token": "thutuc000001", **changed,
    }  # fmt: skip


def test_a_new_version_by_its_form(as_coordinator, made):
    page = shown(as_coordinator, f"{ONE}sua/")
    assert 'value="Giấy chứng sinh"' in page and 'value="40"' in page
    answer = as_coordinator.post(f"{ONE}sua/", form(code="1.000000"))
    assert (answer.status_code, answer["Location"]) == (303, f"{ONE}?tu=01-12-2026")
    after = Version.objects.latest("valid_from")
    assert (after.procedure, after.law, after.components.get().name) == (made.procedure, Span("working-day", 5), "Tờ khai")  # fmt: skip
    assert "Áp dụng từ 01/12/2026" in shown(as_coordinator, answer["Location"])
    assert "10 ngày làm việc" in shown(as_coordinator, ONE), "today it is as it was"


@pytest.mark.parametrize(
    "changed, words",
    [
        ({"valid_from": "01/07/2025"}, "Hãy ghi một ngày sau ngày ấy"),
        ({"valid_from": "hôm qua"}, "Ghi ngày như 23/11/2026"),
        ({"own_unit": "working-day", "own_amount": "9"}, "dài hơn luật cho"),
        ({"buoc-0-share": "90"}, "cộng lại là 90%"),
        ({"buoc-0-share": "nhiều"}, "Ghi một số nguyên"),
        ({"buoc-0-office": "999"}, "Hãy chọn trong danh sách"),
        ({"name": ""}, "Hãy ghi tên thủ tục"),
        ({"law_unit": ""}, "Thời hạn cần cả số và đơn vị"),
        ({"law_amount": ""}, "Thời hạn cần cả số và đơn vị"),
        ({"law_unit": "same-day", "law_amount": "3"}, "trả trong ngày thì để trống số"),
        ({"own_unit": "same-day", "own_amount": "3"}, "trả trong ngày thì để trống số"),
        ({"fee_status": "known"}, "ghi mức, hoặc ghi thu theo văn bản nào"),
        ({"decision_number": ""}, "Hãy ghi số quyết định công bố"),
        ({"giay-TOTAL_FORMS": "500"}, "chưa ghi đúng"),
        ({"level": "x"}, "Hãy chọn trong danh sách"),
    ],
)
def test_a_wrong_form_keeps_what_was_typed_and_says_why(as_coordinator, made, changed, words):
    answer = as_coordinator.post(f"{ONE}sua/", form(**changed))
    page = answer.content.decode()
    assert answer.status_code == 422 and words in page and 'value="30/QĐ-UBND"' in page or "decision_number" in changed  # fmt: skip
    assert Version.objects.count() == 1


def test_a_procedure_is_added_once(as_coordinator):
    assert as_coordinator.post("/thu-tuc/moi/", form(code="1.001193")).status_code == 303
    twice = as_coordinator.post("/thu-tuc/moi/", form(code="1.001193"))
    assert twice.status_code == 303 and Version.objects.count() == 1, "a double click"
    for changed in ({"token": "thutuc000002"}, {"name": "Đăng ký khai tử"}):
        again = as_coordinator.post("/thu-tuc/moi/", form(code="1.001193", **changed))
    assert again.status_code == 422 and "Phường đã có thủ tục 1.001193" in again.content.decode()
    wrong = as_coordinator.post("/thu-tuc/moi/", form(code="khai sinh"))
    assert wrong.status_code == 422 and "không phải mã thủ tục" in wrong.content.decode()


def test_the_small_forms(as_coordinator, made):
    wrong = as_coordinator.post(f"{ONE}thoi-han/", {"own_amount": "12", "own_unit": "working-day", "since": "24/11/2026"})  # fmt: skip
    assert wrong.status_code == 422 and "dài hơn luật" in wrong.content.decode()
    sent = {"own_amount": "7", "own_unit": "working-day", "since": "24/11/2026", "document": "Cam kết"}
    assert as_coordinator.post(f"{ONE}thoi-han/", sent).status_code == 303
    assert Version.objects.latest("valid_from").own == Span("working-day", 7)
    assert "Hãy ghi đã đối chiếu với văn bản nào" in as_coordinator.post(f"{ONE}doi-chieu/", {}).content.decode()  # fmt: skip
    assert as_coordinator.post(f"{ONE}doi-chieu/", {"against": "QĐ 12"}).status_code == 303
    made.refresh_from_db()
    assert made.checked
    mended = {name: getattr(made, name) for name in services.MENDABLE} | {"result": "Giấy khai sinh"}
    assert "Hãy ghi vì sao sửa" in as_coordinator.post(f"{ONE}sua-chu/", mended).content.decode()
    assert as_coordinator.post(f"{ONE}sua-chu/", mended | {"word": "thiếu"}).status_code == 303
    late = as_coordinator.post(f"{ONE}het/", {"valid_from": "24/11/2026", "decision_number": "31/QĐ-UBND"})
    assert late.status_code == 422 and "Hãy ghi một ngày sau" in late.content.decode()
    assert as_coordinator.post(f"{ONE}het/", {"valid_from": "30/11/2026", "decision_number": "31/QĐ-UBND"}).status_code == 303  # fmt: skip
    assert Version.objects.latest("valid_from").valid_to == dt.date(2026, 11, 29)
    page = shown(as_coordinator, ONE)
    for words in ("đặt thời hạn của phường, từ 24/11/2026, Cam kết", "Thời hạn: 10 ngày làm việc thành 7 ngày làm việc", "Kết quả: – thành Giấy khai sinh", "cho hết áp dụng, từ 30/11/2026", "“QĐ 12”"):  # fmt: skip
        assert words in page, words


def test_a_provisional_code_is_given_its_own_on_the_page(as_coordinator, publish):
    version = publish(entry("TAM-1", "Hòa giải"))[0]
    same = {name: getattr(version, name) for name in services.MENDABLE}
    answer = as_coordinator.post("/thu-tuc/TAM-1/sua-chu/", same | {"code": "1.013967"})
    assert (answer.status_code, answer["Location"]) == (303, "/thu-tuc/1.013967/")
    assert as_coordinator.get("/thu-tuc/TAM-1/").status_code == 404


def test_the_promise_adds_up_and_each_figure_opens_its_list(as_officer, publish):
    publish(
        entry("1.000001", "Đủ", own=Span("working-day", 7)),
        entry("1.000002", "Thiếu", own=Span("working-day", 9)),
        entry("1.000003", "Như luật"),
        entry("1.000004", "Trong ngày", law=Span("same-day", 0)),
        entry("1.000005", "Chưa biết", law=None),
        entry("1.000006", "Công an làm", level="other"),
    )
    page = shown(as_officer, "/thu-tuc/cat-giam/")
    assert "Cả danh mục cắt 13,3% thời hạn" in page, "1 − (7 + 9 + 10) ÷ 30"
    assert "tổng cộng 240 giờ" in page and "trong 208 giờ" in page and "Còn 2 thủ tục" in page
    order = [page.index(f">{name}</a>") for name in ("Như luật", "Thiếu", "Đủ")]
    assert order == sorted(order) and "Công an làm" not in page and "cắt thêm 24 giờ thì đủ" in page
    for part, name in (
        ("dat", "Đủ"), ("chua-du", "Thiếu"), ("chua-cat", "Như luật"), ("trong-ngay", "Trong ngày"), ("chua-ro", "Chưa biết"),
        ("noi-khac", "Công an làm"),
    ):  # fmt: skip
        assert f'href="?nhom={part}"' in page
        assert shown(as_officer, "/thu-tuc/cat-giam/", nhom=part).count('<span class="grow">') == 1
        assert f">{name}</a>" in shown(as_officer, "/thu-tuc/cat-giam/", nhom=part)
    for suffix in ("xlsx", "docx"):
        assert as_officer.get(f"/thu-tuc/cat-giam/danh-sach.{suffix}").status_code == 200


def test_citizens_see_nothing_unless_the_ward_says_so(made, client, settings):
    for address in ("/cong-khai/phuong-thu/thu-tuc/", "/cong-khai/phuong-thu/thu-tuc/1.001193/"):
        assert client.get(address).status_code == 404
    settings.PUBLIC = ["phuong-khac"]
    assert client.get("/cong-khai/phuong-thu/thu-tuc/").status_code == 404


def test_citizens_see_no_person_no_history_and_only_what_is_in_force(made, publish, client, settings, coordinator):  # fmt: skip
    settings.PUBLIC = ["1"]
    publish(entry("1.000894", "Đăng ký kết hôn"), since=rooms.TODAY + DAY)
    services.mend(made, {"result": "Giấy"}, word="Lý do riêng", by=coordinator.pk, at=AT)
    page = shown(client, "/cong-khai/phuong-thu/thu-tuc/") + shown(
        client, "/cong-khai/phuong-thu/thu-tuc/1.001193/"
    )
    assert "Đăng ký khai sinh" in page and "Không thu" in page and "chưa được phường đối chiếu" in page
    assert coordinator.full_name not in page and "Lý do riêng" not in page and 'href="/thu-tuc/' not in page
    assert "Đăng ký kết hôn" not in page
    assert client.get("/cong-khai/phuong-thu/thu-tuc/1.000894/").status_code == 404


def test_the_notice_carries_a_code_only_where_there_is_a_page_to_lead_to(as_officer, made, settings):
    page = shown(as_officer, f"{ONE}niem-yet/")
    assert "<svg" not in page.partition("poster")[2] and "chưa mở trang cho người dân" in page
    settings.PUBLIC, settings.SITE = ["1"], "https://phuong.example"
    page = shown(as_officer, f"{ONE}niem-yet/")
    address = "https://phuong.example/cong-khai/phuong-thu/thu-tuc/1.001193/"
    from caicach.procedures.views import qr

    assert address in page and qr(address) in page and "Chưa đối chiếu" in page


def test_who_finds_the_way(client, ward, made):
    for role, tab in (("viewer", False), ("officer", True)):
        client.force_login(rooms.make_person(ward, role, office="Văn phòng HĐND và UBND"))
        page = shown(client, "/thu-tuc/")
        assert ('href="/ho-so/"' in page) == tab
        assert ('<a href="/thu-tuc/" aria-current="page">Thủ tục</a>' in page.partition("</nav>")[0]) != tab


def test_the_pages_take_as_many_queries_for_one_as_for_eighty(as_coordinator, publish, client, settings):
    settings.PUBLIC = ["1"]
    counts = []
    for n, since in ((1, SINCE), (80, SINCE + DAY)):
        publish(*many(n), since=since)
        for address in (
            "/thu-tuc/", "/thu-tuc/?tim=thu+tuc", "/thu-tuc/1.000001/", "/thu-tuc/cat-giam/", "/cong-khai/phuong-thu/thu-tuc/",
            "/cong-khai/phuong-thu/thu-tuc/1.000001/", "/thu-tuc/1.000001/sua/",
        ):  # fmt: skip
            as_coordinator.get(address)
            with CaptureQueriesContext(connection) as seen:
                assert as_coordinator.get(address).status_code == 200
            counts.append(len(seen))
    assert counts[:7] == counts[7:] and max(counts) <= 16, counts


def test_where_dossiers_are_kept_is_said_for_all_on_one_page(as_coordinator, starters):
    codes = [one.procedure.code for one in starters[:3]]
    page = shown(as_coordinator, "/thu-tuc/noi-giu/")
    assert page.count('name="own"') == len(starters) and 'name="was"' not in page
    answer = as_coordinator.post("/thu-tuc/noi-giu/", {"own": codes[:2]})
    assert answer.status_code == 303
    assert "2 thủ tục giữ hồ sơ ở đây" in shown(as_coordinator, "/thu-tuc/noi-giu/")
    assert set(Version.objects.filter(system="own").values_list("procedure__code", flat=True)) == set(
        codes[:2]
    )
    assert "đổi nơi giữ hồ sơ" in shown(as_coordinator, f"/thu-tuc/{codes[0]}/")
    # somebody who opened the page before the others changed it, takes nothing of theirs back
    as_coordinator.post("/thu-tuc/noi-giu/", {"own": codes[2:]})
    assert Version.objects.filter(system="own").count() == 3
    as_coordinator.post("/thu-tuc/noi-giu/", {"was": codes, "own": codes[1:]})
    assert set(Version.objects.filter(system="own").values_list("procedure__code", flat=True)) == set(
        codes[1:]
    )
    assert Event.objects.filter(code="procedure.kept").count() == 4, "each once, and nothing for nothing"
    as_coordinator.post("/thu-tuc/noi-giu/", {"own": ["9.999999", "'"]})
    assert Version.objects.filter(system="own").count() == 2
    with CaptureQueriesContext(connection) as few:
        as_coordinator.get("/thu-tuc/noi-giu/")
    assert len(few) <= 12


def test_an_empty_catalogue_has_nothing_to_keep(as_coordinator):
    assert "Chưa có thủ tục nào đang áp dụng" in shown(as_coordinator, "/thu-tuc/noi-giu/")
