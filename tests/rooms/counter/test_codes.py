"""What waits for the province's code: a list to be ticked off, each row with its form, and a guess where a list has told of it."""

import pytest

from caicach.dossiers import jobs, queries
from caicach.dossiers.models import Dossier
from caicach.dossiers.services import choose
from tests.factories import rooms
from tests.rooms.counter.conftest import AT, PERMIT, asked
from tests.rooms.dossiers.conftest import bring, csv

pytestmark = pytest.mark.django_db
BOARD = "/ho-so/?nhom=cho-ma"
CODE = "H01.31.05-261123-0042"
ROW = (CODE, "cấp giấy phép xây dựng", "NGUYỄN THỊ LAN", "23/11/2026", "02/12/2026 17:00", "", "Đang xử lý")


@pytest.fixture
def waiting(accept):
    return [accept(asked(PERMIT, parts=frozenset({1})), token="phieuhai0001")]


@pytest.fixture
def told(ward, officer, waiting):
    return tell(ward, officer, ROW)


def tell(ward, officer, *rows):
    row = bring(ward, officer, csv(list(rows)), token="danhsach0001")
    choose(row, row.columns, by=officer.pk, at=AT)
    jobs.read_list(row.pk)


def send(client, one, code, **more):
    return client.post(f"{one.address}ma-cua-tinh/", {"province-code": code, "tu": "cho-ma", **more})


def test_they_stand_oldest_first_and_are_ticked_off_one_by_one(accept, waiting, client, officer):
    waiting.append(accept(asked(PERMIT, parts=frozenset({1})), token="phieuba00001"))
    client.force_login(officer)
    page = client.get(BOARD).content.decode()
    assert page.count('name="province-code"') == 2
    assert page.index(waiting[0].code) < page.index(waiting[1].code)
    answer = send(client, waiting[0], CODE)
    assert (answer.status_code, answer.url) == (303, BOARD)
    page = client.get(BOARD).content.decode()
    assert page.count('name="province-code"') == 1 and f"Mã của tỉnh cho {waiting[1].code}" in page


def test_what_is_no_code_is_said_in_its_row_and_what_was_typed_stays(accept, waiting, client, officer):
    accept(asked(PERMIT, parts=frozenset({1})), token="phieuba00001")
    client.force_login(officer)
    answer = send(client, waiting[0], "12345")
    page = answer.content.decode()
    assert answer.status_code == 422 and page.count("không phải mã hồ sơ") == 1
    assert 'value="12345"' in page and page.count('name="province-code"') == 2


def test_void_ones_and_those_of_other_wards_wait_for_nothing(waiting, client, officer, ward):
    Dossier.objects.update(state="voided")
    assert not queries.provisional(ward.pk).exists()
    Dossier.objects.update(state="processing")
    assert queries.provisional(ward.pk).count() == 1
    assert not queries.provisional(rooms.make_ward("Phường Hai").pk).exists()


def test_the_counter_says_how_many(waiting, client, officer):
    client.force_login(officer)
    assert "1 hồ sơ chờ mã của tỉnh" in client.get("/quay/").content.decode()
    send(client, waiting[0], CODE)
    assert "chờ mã của tỉnh" not in client.get("/quay/").content.decode()


def test_who_may_not_accept_sees_them_without_forms(waiting, client, ward):
    client.force_login(rooms.make_person(ward, "leader"))
    page = client.get(BOARD).content.decode()
    assert waiting[0].code in page and "province-code" not in page


def test_what_a_list_has_told_of_is_offered_and_one_press_joins_them(told, waiting, client, officer, ward):
    client.force_login(officer)
    assert f"Là hồ sơ {CODE}?" in client.get(BOARD).content.decode()
    assert send(client, waiting[0], CODE).status_code == 303
    one = Dossier.objects.get(ward=ward, set_aside=False)
    assert (one.pk, one.code) == (waiting[0].pk, CODE)


@pytest.mark.parametrize(
    "row",
    [
        (CODE, "Đăng ký kết hôn", *ROW[2:]),
        (*ROW[:2], "Nguyễn Thị Lân Khác", *ROW[3:]),
        (*ROW[:3], "22/11/2026", *ROW[4:]),
    ],
)
def test_another_procedure_owner_or_day_is_another_dossier(ward, officer, waiting, row):
    tell(ward, officer, row)
    assert queries.listed_twins(ward.pk, waiting) == {}


def test_where_two_look_the_same_nobody_guesses(ward, officer, waiting, accept):
    tell(ward, officer, ROW)
    assert queries.listed_twins(ward.pk, waiting) == {waiting[0].pk: CODE}
    second = ("H01.31.05-261123-0043", *ROW[1:])
    bring(ward, officer, csv([second]), token="danhsach0002")
    assert queries.listed_twins(ward.pk, waiting) == {}


def test_one_query_for_a_page_of_them(told, waiting, ward, django_assert_num_queries):
    with django_assert_num_queries(1):
        queries.listed_twins(ward.pk, waiting)
