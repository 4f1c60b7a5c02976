"""Lists of the province's system: brought again and again, each dossier once, what changed seen, the layout said once."""

import datetime as dt
import io
import re
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test.utils import CaptureQueriesContext

from caicach.dossiers import jobs, queries, reckoning, services
from caicach.dossiers.models import Dossier, DossierList, Event, Layout
from caicach.history.models import Event as History
from caicach.rules.refusal import Refusal
from tests.factories import rooms
from tests.rooms.dossiers.conftest import AT, HEAD, ROWS, bring, csv

pytestmark = pytest.mark.django_db


def test_a_first_list_writes_nothing_until_its_headings_were_looked_at(ward, officer):
    row = bring(ward, officer)
    assert row.state == DossierList.REVIEW and row.counts["new"] == 5
    assert row.columns["code"] == "Mã hồ sơ" and row.columns["due_at"] == "Ngày hẹn trả"
    assert not Dossier.objects.exists() and not Event.objects.exists()


def test_once_said_it_is_taken_over_with_its_clocks(ward, officer, known):
    assert known.state == DossierList.TAKEN and known.counts["new"] == 5
    late, coming, kept, missed, waits = Dossier.objects.select_related("clock").order_by("code")
    assert (late.state, late.received_time, late.due_time) == ("processing", dt.time(8, 10), None)
    assert late.clock.runs and late.clock.apology_by == dt.date(2026, 11, 4)
    assert coming.moment("due") == dt.datetime(2026, 11, 24, 17)
    assert (kept.state, kept.clock.late_days) == ("returned", 0)
    assert (missed.state, missed.clock.late_days) == ("resolved", 2)
    assert (waits.state, waits.clock.runs) == ("supplement-wait", False)
    assert {(one.code, one.by_id) for one in Event.objects.all()} == {("listed", officer.pk)}
    assert History.objects.filter(code="dossiers.list-taken").count() == 1


def test_the_same_list_again_changes_nothing_and_asks_nothing(ward, officer, known):
    row = bring(ward, officer, token="danhsach0002")
    assert (row.state, row.counts) == (
        DossierList.TAKEN,
        {
            "new": 0,
            "changed": 0,
            "same": 5,
            "left": 0,
            "ours": 0,
            "back": 0,
            "without": 0,
            "skipped": 0,
            "aside": 0,
        },
    )
    assert Event.objects.count() == 5


def test_columns_in_another_order_are_the_same_layout_and_changes_are_seen(ward, officer, known):
    order = (4, 0, 6, 2, 1, 5, 3)
    changed = [list(row) for row in ROWS]
    changed[0][6], changed[0][5] = "Đã xử lý xong", "23/11/2026 09:30"
    changed[1][4] = "26/11/2026 17:00"
    again = csv([[row[n] for n in order] for row in changed], [HEAD[n] for n in order])
    row = bring(ward, officer, again, token="danhsach0003")
    assert (row.state, row.counts["changed"], row.counts["same"]) == (DossierList.TAKEN, 2, 3)
    page = queries.dossier_page(ward.pk, ROWS[0][0], now=AT)
    assert [what.what for what in page.story] == ["cập nhật từ danh sách", "nhận từ danh sách"]
    assert ("state", "processing", "resolved") in page.story[0].changes
    assert page.row.words == "Đã có kết quả, trễ 12 ngày làm việc"


def test_what_a_list_does_not_say_erases_nothing(ward, officer, known):
    short = csv([(row[0], row[6]) for row in ROWS], ("Mã hồ sơ", "Trạng thái"))
    row = bring(ward, officer, short, token="danhsach0004")
    assert row.state == DossierList.REVIEW, "another layout"
    services.choose(row, row.columns, by=officer.pk, at=AT)
    jobs.read_list(row.pk)
    row.refresh_from_db()
    assert row.counts["same"] == 5
    assert Dossier.objects.get(code=ROWS[0][0]).applicant == "Nguyễn Thị Thử"


def test_a_person_says_otherwise_than_was_guessed_and_that_is_remembered(ward, officer):
    head = (*HEAD[:2], "Người liên hệ", *HEAD[3:], "Chủ hồ sơ")
    rows = [(*row[:2], "Người Khác", *row[3:], row[2]) for row in ROWS]
    row = bring(ward, officer, csv(rows, head))
    services.choose(row, row.columns | {"applicant": "Người liên hệ"}, by=officer.pk, at=AT)
    jobs.read_list(row.pk)
    assert set(Dossier.objects.values_list("applicant", flat=True)) == {"Người Khác"}
    again = bring(ward, officer, csv(rows, head), token="danhsach0005")
    assert (again.state, again.counts["same"]) == (DossierList.TAKEN, 5)
    assert Layout.objects.count() == 1


def test_a_layout_that_was_said_wrongly_is_said_again_and_all_follows(as_officer, ward, officer):
    head = (*HEAD[:2], "Người liên hệ", *HEAD[3:], "Chủ hồ sơ")
    rows = [(*row[:2], "Người Khác", *row[3:], row[2]) for row in ROWS]
    first = bring(ward, officer, csv(rows, head))
    wrong, right = first.columns | {"applicant": "Người liên hệ"}, first.columns
    for columns in (wrong, right):
        assert as_officer.post(f"/ho-so/nap/{first.token}/", columns).status_code == 303
        jobs.read_list(first.pk)
    first.refresh_from_db()
    assert (first.state, first.counts["changed"]) == (DossierList.TAKEN, 5)
    assert Dossier.objects.get(code=ROWS[0][0]).applicant == "Nguyễn Thị Thử"
    again = bring(ward, officer, csv(rows, head), token="danhsach0040")
    assert again.counts["same"] == 5 and again.columns == right
    # of two lists of one file the later was taken over with headings that somebody has changed since
    services.choose(first, wrong, by=officer.pk, at=AT)
    jobs.read_list(first.pk)
    third = bring(ward, officer, csv(rows, head), token="danhsach0041")
    assert third.columns == wrong


def test_a_row_without_a_code_is_shown_and_not_taken(ward, officer, known):
    rows = [*ROWS, ("", "Đăng ký kết hôn", "Không Có Mã", "13/11/2026", "20/11/2026", "", "Đang xử lý")]
    row = bring(ward, officer, csv(rows), token="danhsach0006")
    assert row.counts["without"] == 1 and row.sample["without"][0]["applicant"] == "Không Có Mã"
    assert Dossier.objects.count() == 5


def test_twice_the_same_press_is_one_list(ward, officer):
    first = services.upload(csv(), ward=ward.pk, token="danhsach0007", by=officer.pk, at=AT)
    assert services.upload(csv(), ward=ward.pk, token="danhsach0007", by=officer.pk, at=AT) == first
    assert DossierList.objects.count() == 1


def test_a_reading_that_runs_twice_takes_over_once(ward, officer, known):
    begun, _ = services.begin_reading(known.pk) or (None, None)
    assert begun is None, "what is taken over is read no more"
    jobs.read_list(known.pk)
    assert Event.objects.count() == 5


def test_a_file_that_is_no_list_is_refused_in_words(ward, officer):
    row = bring(ward, officer, SimpleUploadedFile("thu.csv", "xin chào;các bạn\n1;2".encode()))
    assert row.state == DossierList.REFUSED and "bảng" in row.refusal
    with pytest.raises(Refusal) as told:
        services.choose(row, {}, by=officer.pk, at=AT)
    assert told.value.code == "dossiers.list-settled"


def test_a_layout_without_a_code_or_with_a_heading_twice_is_refused(ward, officer):
    row = bring(ward, officer)
    with pytest.raises(Refusal) as told:
        services.choose(row, row.columns | {"code": ""}, by=officer.pk, at=AT)
    assert (told.value.code, told.value.place) == ("dossiers.no-code-column", "code")
    with pytest.raises(Refusal) as told:
        services.choose(row, row.columns | {"procedure": "Chủ hồ sơ"}, by=officer.pk, at=AT)
    assert told.value.code == "dossiers.heading-twice"
    row.refresh_from_db()
    assert row.state == DossierList.REVIEW and not Layout.objects.exists()


def test_what_nothing_can_read_is_given_up_and_said(ward, officer):
    row = services.upload(csv(), ward=ward.pk, token="danhsach0008", by=officer.pk, at=AT)
    services.give_up_reading(row.pk, at=AT)
    row.refresh_from_db()
    assert row.state == DossierList.REFUSED and "nạp lại" in row.refusal


def test_another_wards_dossier_of_the_same_code_is_another(ward, officer, known):
    other = rooms.make_ward("Phường Hai")
    person = rooms.make_person(other, "officer", office="Văn phòng HĐND và UBND")
    row = bring(other, person, token="danhsach0001")
    assert row.counts["new"] == 5 and row.state == DossierList.REVIEW
    assert Dossier.objects.filter(ward=other).count() == 0


def test_an_event_is_never_changed_or_deleted(ward, known):
    for change in (
        lambda: Event.objects.update(code="x"),
        lambda: Event.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError, match="only appended"), transaction.atomic():
            change()


@pytest.mark.parametrize("count", [1, 40])
def test_a_list_takes_as_many_queries_for_one_row_as_for_many(ward, officer, known, count):
    rows = [(f"H01.31.05-261102-{n:04}", *ROWS[0][1:]) for n in range(1000, 1000 + count)]
    row = services.upload(csv(rows), ward=ward.pk, token="danhsach0009", by=officer.pk, at=AT)
    with CaptureQueriesContext(connection) as seen:
        jobs.read_list(row.pk)
    assert len(seen) <= 30, [one["sql"][:70] for one in seen.captured_queries]


# --- pages ------------------------------------------------------------------------------------------------------


def test_the_page_shows_the_most_urgent_and_each_figure_opens_its_list(as_officer, known):
    page = as_officer.get("/ho-so/").content.decode()
    assert "Trễ 18 ngày" in page and "Đăng ký khai sinh" in page and "Đăng ký kết hôn" not in page
    for group, name, count in (
        ("tre", "Trễ hẹn", 1),
        ("sap-tre", "Sắp trễ", 1),
        ("cho", "Đang chờ", 1),
        ("tat-ca", "Tất cả", 5),
    ):
        assert re.search(
            rf'href="\?nhom={group}"[^>]*><span class="tally-name">{name}</span> <b>{count}</b>', page
        ), name
        shown = as_officer.get(f"/ho-so/?nhom={group}").content.decode()
        assert shown.count('class="when"') == count
    assert 'href="/ho-so/danh-sach.xlsx?nhom=tre"' in page
    done = as_officer.get("/ho-so/?nhom=da-co-ket-qua").content.decode()
    assert "tháng này 2 hồ sơ có kết quả, 50% đúng hẹn" in done and done.count('class="when"') == 2


@pytest.mark.parametrize("asked, count", [("0003", 1), ("h01.31.05-261102-0001", 1), ("le hoang", 2), ("chung thuc vi du", 2), ("khong co", 0)])  # fmt: skip
def test_a_dossier_is_found_by_number_owner_and_procedure_without_accents(as_officer, known, asked, count):
    page = as_officer.get("/ho-so/", {"tim": asked}).content.decode()
    assert page.count('class="when"') == count and ("Không thấy hồ sơ nào" in page) == (count == 0)


def test_one_dossier_tells_its_story(as_officer, known):
    page = as_officer.get(f"/ho-so/{ROWS[3][0]}/").content.decode()
    assert (
        "Đã có kết quả, trễ 2 ngày làm việc" in page and "nhận từ danh sách" in page and "ho-so.csv" in page
    )
    assert as_officer.get("/ho-so/H01.31.05-261112-9999/").status_code == 404


@pytest.mark.parametrize(
    "code",
    [
        "12/2026/TNHS",
        "Số 5?a=1#b",
        "100%",
        "a b",
        "nap 7",
        "nap/7",
        "NAP",
        "danh-sach.xlsx 1",
        "..7",
        "~..1",
        "5/../6",
        "7/",
        "1~",
    ],
)
def test_a_code_of_another_kind_has_its_page_too(as_officer, ward, officer, known, code):
    bring(ward, officer, csv([*ROWS, (code, *ROWS[0][1:])]), token="danhsach0013")
    one = Dossier.objects.get(code=code)
    page = as_officer.get(one.address)
    assert page.status_code == 200 and "Đăng ký khai sinh" in page.content.decode()
    listed = as_officer.get("/ho-so/nap/danhsach0013/").content.decode()
    assert f'href="{one.address}"' in listed, "every page says it in the same way"


@pytest.mark.parametrize("code", [".", "..", "nap", "danh-sach.docx", "~nap"])
def test_a_code_that_is_a_step_or_a_word_of_an_address_has_its_page(as_officer, ward, officer, code):
    from caicach.dossiers.models import DossierClock

    one = Dossier.objects.create(
        ward=ward, code=code, state="processing", procedure="Đăng ký khai tử", words="x"
    )
    DossierClock.objects.create(dossier=one, ward=ward)
    assert one.address == f"/ho-so/{quote('~' + code, safe='')}/"
    assert "Đăng ký khai tử" in as_officer.get(one.address).content.decode()


def test_the_pages_take_as_many_queries_for_many_dossiers(as_officer, ward, officer, known):
    counts = []
    for n, token in ((1, "danhsach0010"), (30, "danhsach0011")):
        rows = [(f"H01.31.05-261102-{k:04}", *ROWS[0][1:]) for k in range(2000, 2000 + n)]
        bring(ward, officer, csv(rows), token=token)
        with CaptureQueriesContext(connection) as seen:
            assert as_officer.get("/ho-so/").status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 12


def test_from_the_upload_to_the_list_by_its_pages(as_officer, ward, officer):
    page = as_officer.get("/ho-so/").content.decode()
    assert "Nạp danh sách hồ sơ mà hệ thống của tỉnh xuất ra" in page
    assert as_officer.post("/ho-so/nap/", {"token": "danhsach0012"}).status_code == 422
    sent = as_officer.post("/ho-so/nap/", {"token": "danhsach0012", "file": csv()})
    assert (sent.status_code, sent["Location"]) == (303, "/ho-so/nap/danhsach0012/")
    assert "Đang đọc danh sách" in as_officer.get(sent["Location"]).content.decode()
    row = DossierList.objects.get()
    jobs.read_list(row.pk)
    assert as_officer.get(f"{sent['Location']}trang-thai/")["HX-Redirect"] == sent["Location"]
    page = as_officer.get(sent["Location"]).content.decode()
    assert "cột nào là gì?" in page and "Chưa có gì được ghi" in page
    row.refresh_from_db()
    wrong = as_officer.post(sent["Location"], row.columns | {"code": ""})
    assert wrong.status_code == 422 and "Hãy chọn cột nào là mã hồ sơ" in wrong.content.decode()
    assert as_officer.post(sent["Location"], row.columns).status_code == 303
    jobs.read_list(row.pk)
    assert "Đã nhận ho-so.csv" in as_officer.get(sent["Location"]).content.decode()


def test_the_leaders_page_has_the_same_figures(client, ward, coordinator, officer, known):
    before = ("H01.31.05-261001-0009", "Chứng thực chữ ký", "Lê Hoàng Ví Dụ", "01/10/2026", "02/10/2026", "02/10/2026 09:00", "Đã trả kết quả")  # fmt: skip
    bring(ward, officer, csv([before]), token="danhsach0030")
    rooms.make_plan(ward, coordinator)
    client.force_login(rooms.make_person(ward, "leader"))
    page = re.sub(r"<[^>]+>", "", client.get("/ke-hoach/2026/cchc/toan-canh/").content.decode())
    page = " ".join(page.split())
    assert "Một cửa 1 hồ sơ trễ hẹn 1 sắp trễ tháng này 2 có kết quả, 50% đúng hẹn" in page
    board = queries.board(ward.pk, now=AT)
    for group, count in (
        ("tre", board.promises.late),
        ("sap-tre", board.promises.soon),
        ("da-co-ket-qua", board.promises.settled),
    ):
        assert len(queries.export_rows(ward.pk, now=AT, group=group, asked="", most=99)) == count


@pytest.mark.parametrize("suffix", ["xlsx", "docx"])
def test_the_list_as_filtered_is_a_file(as_officer, known, suffix):
    answer = as_officer.get(f"/ho-so/danh-sach.{suffix}?nhom=tre")
    assert answer.status_code == 200 and "ho-so-tre-hen" in answer["Content-Disposition"]
    if suffix == "xlsx":
        import openpyxl

        cells = [
            cell
            for row in openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True)
            for cell in row
        ]
        assert ROWS[0][0] in cells and ROWS[1][0] not in cells


def test_a_changed_holiday_moves_what_follows_from_working_days(ward, officer, known):
    from caicach.organisation import calendars

    calendars.set_days(
        ward=ward.pk, since=dt.date(2026, 11, 4), until=dt.date(2026, 11, 4), kind="off", name="Lễ địa phương", source="QĐ 1/QĐ-UBND",
        by=officer.pk, at=AT, today=rooms.TODAY,
    )  # fmt: skip
    assert reckoning.reckon(ward.pk) >= 1
    assert Dossier.objects.get(code=ROWS[0][0]).clock.apology_by == dt.date(2026, 11, 3)
