"""Where the province's lists and the ward's own clock disagree: on the promise, and on how it was kept."""

import datetime as dt
import io

import openpyxl
import pytest
from django.core.management import call_command

from caicach.dossiers import apart, jobs, services
from caicach.dossiers.models import DossierClock
from caicach.dossiers.reckoning import reckon
from caicach.organisation.queries import work_time
from caicach.procedures import services as procedures
from caicach.procedures.models import Version
from caicach.procedures.services import Decision, Entry
from caicach.rules.procedures import Span
from caicach.worker.models import Job
from tests.factories import rooms
from tests.rooms.dossiers.conftest import AT, HEAD, bring, csv

pytestmark = pytest.mark.django_db
PAGE = "/ho-so/doi-chieu/"
BIRTH, SIGN = "Đăng ký khai sinh", "Chứng thực chữ ký"


def listed(n, name, due, done="", state="Đang xử lý", received="02/11/2026 08:10"):
    return (f"H01.31.05-261102-{n:04}", name, "Nguyễn Thị Thử", received, due, done, state)


ROWS = (
    listed(1, BIRTH, "12/11/2026"),  # ours: 09/11, five working days after Monday 02/11
    listed(2, BIRTH, "05/11/2026"),
    listed(3, BIRTH, "09/11/2026"),
    listed(4, BIRTH, ""),
    listed(5, BIRTH, "12/11/2026", "11/11/2026 10:00", "Đã xử lý xong"),
    listed(6, BIRTH, "05/11/2026", "06/11/2026 10:00", "Đã xử lý xong"),
    listed(7, BIRTH, "12/11/2026", state="Yêu cầu bổ sung giấy tờ"),
    listed(8, "Thủ tục không có ở đây", "12/11/2026"),
)


@pytest.fixture
def catalogue(ward):
    procedures.publish(
        ward=ward.pk, decision=Decision("12/QĐ-UBND"), valid_from=dt.date(2025, 7, 1), by=None, at=AT, today=rooms.TODAY,
        brings=[
            Entry("1.001193", BIRTH, law=Span("working-day", 8), own=Span("working-day", 5)),
            Entry("2.000815", SIGN, law=Span("same-day", 0)),
        ],
    )  # fmt: skip


@pytest.fixture
def told(ward, officer, catalogue):
    return first(ward, officer)


def first(ward, officer, rows=ROWS):
    row = bring(ward, officer, csv(rows))
    services.choose(row, row.columns, by=officer.pk, at=AT)
    jobs.read_list(row.pk)
    return row


def kinds(ward):
    rows = DossierClock.objects.filter(ward=ward).order_by("dossier__code")
    return [(one.differs, one.apart) for one in rows]


EXPECTED = [("early", 3), ("later", -2), ("", 0), ("none", None), ("missed", 3), ("kept", -2), ("", None), ("", None)]  # fmt: skip


def test_each_kind_and_by_how_many_working_days(told, ward):
    assert kinds(ward) == EXPECTED
    counted = DossierClock.objects.filter(counted_on__isnull=False)
    assert {one.counted_on for one in counted} == {dt.date(2026, 11, 9)}, "the ward's own shorter time"
    assert counted.count() == 6, "neither what waits nor what the catalogue has not"


def test_the_version_of_the_day_of_receipt_counts(ward, officer, catalogue):
    Version.objects.filter(name=BIRTH).update(valid_from=dt.date(2026, 11, 3))
    first(ward, officer)
    assert not DossierClock.objects.exclude(counted_on=None).exists()


def test_by_the_name_only_where_one_procedure_has_it(ward, officer, catalogue):
    Version.objects.update(name=BIRTH)
    first(ward, officer)
    assert not DossierClock.objects.exclude(counted_on=None).exists()


def test_what_has_waited_is_never_held_against_anybody(told, ward, officer):
    rows = [*ROWS[:6], listed(7, BIRTH, "20/11/2026"), ROWS[7]]
    bring(ward, officer, csv(rows), token="danhsach0002")
    assert kinds(ward)[6] == ("", None)


def test_a_later_list_settles_it_in_the_same_write(told, ward, officer):
    bring(ward, officer, csv([listed(1, BIRTH, "09/11/2026"), *ROWS[1:]]), token="danhsach0002")
    assert kinds(ward)[0] == ("", 0)


def test_a_dropped_list_takes_its_differences_along(told, ward, officer):
    services.drop(told, by=officer.pk, at=AT)
    jobs.drop_list(told.pk)
    assert {one for one, _ in kinds(ward)} == {""}


def test_days_that_are_off_count_for_neither(ward):
    time, day = work_time(ward.pk), dt.date
    assert apart.differing(day(2026, 11, 6), day(2026, 11, 9), None, time) == ("early", 1)
    assert apart.differing(day(2026, 11, 9), day(2026, 11, 6), None, time) == ("later", -1)
    assert apart.differing(day(2026, 11, 9), day(2026, 11, 6), day(2026, 11, 9), time) == ("kept", -1)


def test_a_changed_catalogue_is_seen_by_the_command_and_every_night(told, ward, capsys):
    Version.objects.filter(name=BIRTH).update(ward_amount=8)
    call_command("compare_dossiers")
    assert "6 hồ sơ đổi" in capsys.readouterr().out
    assert kinds(ward)[0] == ("", 0), "eight working days are 12/11"
    Version.objects.filter(name=BIRTH).update(ward_amount=5)
    for minute in (0, 1):
        jobs.queue_night(dt.datetime(2026, 11, 24, 2, minute))
    jobs.queue_night(dt.datetime(2026, 11, 24, 3, 0))
    (job,) = Job.objects.filter(name="dossiers.compare")
    jobs.compare(**job.arguments)
    assert kinds(ward) == EXPECTED
    assert apart.recount(ward.pk) == 0, "nothing is written twice"


def test_a_changed_calendar_counts_ours_anew(told, ward):
    DossierClock.objects.filter(counted_on__isnull=False).update(counted_on=dt.date(2026, 11, 10), differs="")
    reckon(ward.pk)
    assert [one for one, _ in kinds(ward)][:4] == ["early", "later", "", "none"]


def test_the_page_says_it_and_is_narrowed(told, as_officer):
    page = as_officer.get(PAGE).content.decode()
    assert "Đã đối chiếu 6 hồ sơ" in page
    assert "tỉnh hẹn muộn hơn 3 ngày làm việc" in page and "tỉnh hẹn sớm hơn 2 ngày làm việc" in page
    assert "Theo phường: 17:00 09/11/2026 · theo tỉnh: 12/11/2026" in page
    assert "Phường tính thế nào" in page and "Nhận 08:10" in page
    late = as_officer.get(f"{PAGE}?nhom=xong-tre").content.decode()
    assert "261102-0005" in late and "261102-0001" not in late
    assert "261102-0001" in as_officer.get(f"{PAGE}?ma={BIRTH}").content.decode()
    assert "261102-0001" not in as_officer.get(f"{PAGE}?ma={SIGN}").content.decode()
    detail = as_officer.get("/ho-so/H01.31.05-261102-0001/").content.decode()
    assert "Theo phường: 17:00 09/11/2026, theo tỉnh: 12/11/2026" in detail
    assert "Đối chiếu</a>" in as_officer.get("/ho-so/").content.decode()


def test_another_ward_sees_nothing_of_it(told, client):
    client.force_login(rooms.make_person(rooms.make_ward("Phường Hai"), "leader"))
    assert "Chưa có hồ sơ nào để đối chiếu" in client.get(PAGE).content.decode()


def test_the_file_has_what_the_filter_shows(told, as_officer):
    answer = as_officer.get(f"{PAGE}danh-sach.xlsx?nhom=phuong-som")
    sheet = openpyxl.load_workbook(
        io.BytesIO(b"".join(answer) if answer.streaming else answer.content)
    ).active
    text = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    assert any("261102-0001" in one for one in text) and not any("261102-0005" in one for one in text)
    assert "tỉnh hẹn muộn hơn 3 ngày làm việc" in text


def test_the_page_asks_the_same_number_of_times_whatever_it_shows(
    ward, officer, catalogue, django_assert_num_queries
):
    first(ward, officer, ROWS[:2])
    apart.page(ward.pk, now=AT)
    with django_assert_num_queries(5):
        apart.page(ward.pk, now=AT)
    more = [listed(n, BIRTH, "12/11/2026") for n in range(100, 140)]
    bring(ward, officer, csv(more, HEAD), token="danhsach0009")
    with django_assert_num_queries(5):
        page = apart.page(ward.pk, now=AT)
    assert len(page.rows) == 20 and page.more
