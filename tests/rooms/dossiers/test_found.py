"""Dossiers found by words, numbers and phones: without accents, by their index, and only the ward's own."""

import pytest
from django.db import connection

from caicach.citizens import queries as citizens
from caicach.citizens.services import Facts, meet
from caicach.counter import queries as counter
from caicach.dossiers import comparing, found
from caicach.dossiers.models import Dossier
from caicach.dossiers.queries import found_by
from tests.factories import rooms
from tests.rooms.dossiers.conftest import AT

pytestmark = pytest.mark.django_db


def dossier(ward, n, applicant, procedure="Đăng ký khai sinh", **other):
    made = Dossier(
        ward=ward, code=f"H01.31.05-261101-{n:04}", applicant=applicant, procedure=procedure, state="accepted", **other
    )  # fmt: skip
    made.words = comparing.words_of(made)
    made.save()
    return made


@pytest.fixture
def some(ward):
    names = ("Nguyễn Thị Hoa", "Nguyễn Thị Hòa Bình", "Trần Văn Đạt", "Danh Thị Mỹ Yến")
    return [dossier(ward, n, name) for n, name in enumerate(names, 1)]


def names(ward, asked):
    return [one.applicant for one in found_by(ward.pk, asked)]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("hoa", ["Nguyễn Thị Hòa Bình", "Nguyễn Thị Hoa"]),
        ("Nguyễn Hoa", ["Nguyễn Thị Hòa Bình", "Nguyễn Thị Hoa"]),
        ("dat tran", ["Trần Văn Đạt"]),
        ("nguyen thi hoa b", ["Nguyễn Thị Hòa Bình"]),
        ("ng th bi", ["Nguyễn Thị Hòa Bình"]),
        ("khai sinh yen", ["Danh Thị Mỹ Yến"]),
        ("261101-0003", ["Trần Văn Đạt"]),
        ("h01.31.05-261101-0003", ["Trần Văn Đạt"]),
        ("0004", ["Danh Thị Mỹ Yến"]),
        ("oa", []),
        ("phuong", []),
        ("' OR 1=1 --", []),
        ('"*" NOT hoa:*', []),
        ("… !", []),
        (" ".join(["hoa"] * 40), ["Nguyễn Thị Hòa Bình", "Nguyễn Thị Hoa"]),
    ],
)
def test_words_are_found_in_any_order_from_their_beginning_newest_first(ward, some, asked, told):
    assert names(ward, asked) == told


def test_whole_words_are_meant_before_words_that_begin_so(ward):
    dossier(ward, 1, "Lê Thị An")
    dossier(ward, 2, "Lê Thị Anh")
    assert names(ward, "le an") == ["Lê Thị An"]
    assert names(ward, "le a") == ["Lê Thị Anh", "Lê Thị An"]


def test_the_index_follows_what_changes(ward, some):
    one = some[2]
    one.applicant = "Trần Văn Đức"
    one.words = comparing.words_of(one)
    one.save()
    assert names(ward, "dat") == [] and names(ward, "duc") == ["Trần Văn Đức"]
    Dossier.objects.filter(pk=one.pk).update(words="")
    assert names(ward, "duc") == []
    some[0].delete()
    assert names(ward, "hoa") == ["Nguyễn Thị Hòa Bình"]
    Dossier.objects.filter(pk=some[1].pk).update(set_aside=True)
    assert names(ward, "hoa") == []


def test_it_is_made_anew_after_migrations_and_says_the_same(ward, some):
    found.install(plan=["anything"])
    assert names(ward, "hoa") == ["Nguyễn Thị Hòa Bình", "Nguyễn Thị Hoa"]
    dossier(ward, 9, "Hồ Hoa")
    assert names(ward, "hoa")[0] == "Hồ Hoa"


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps its index itself")
def test_a_lost_trigger_brings_the_index_anew(ward, some):
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER dossiers_words_on_insert")
    dossier(ward, 9, "Hồ Hoa")
    assert "Hồ Hoa" not in names(ward, "hoa")
    found.install()
    assert names(ward, "hoa")[0] == "Hồ Hoa"


def test_another_wards_are_not_found(ward, some):
    other = rooms.make_ward("Phường Khác")
    dossier(other, 1, "Nguyễn Thị Hoa")
    assert len(names(ward, "hoa")) == 2 and len(names(other, "hoa")) == 1
    assert names(ward, f"zqw{other.pk}") == []


def test_a_number_or_a_phone_finds_the_owner_and_who_came_for_them(ward, officer):
    owner, bringer = (
        meet(Facts(name, number=number, phone=phone), ward=ward.pk, by=officer.pk, at=AT)
        for name, number, phone in (
            ("Lê Chủ", "000190000001", "0000000001"),
            ("Lê Thay", "000190000002", "0000000002"),
        )
    )
    dossier(ward, 1, "Lê Chủ", citizen=owner)
    dossier(ward, 2, "Lê Hai", citizen=owner, brought_by=bringer)
    assert names(ward, "000 190 000 001") == ["Lê Hai", "Lê Chủ"]
    assert names(ward, "0000000002") == ["Lê Hai"] == names(ward, "000190000002")
    assert names(ward, "000190000003") == [] == names(ward, "00019000000")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="how SQLite goes about it")
def test_no_question_about_a_number_reads_every_citizen(ward):
    keys = citizens.asked_by(ward.pk, "000190000001", "")
    for asked in (
        citizens.meant(ward.pk, *keys),
        counter.on_file(ward.pk, *keys),
        found_by(ward.pk, "khai sinh hoa")[:21],
        found_by(ward.pk, "TAM-2611")[:21],
    ):
        assert "SCAN citizens" not in asked.explain() and "SCAN counter" not in asked.explain(), asked.query
        assert "SCAN dossiers_dossier\n" not in asked.explain() + "\n", asked.query
