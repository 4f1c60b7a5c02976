"""The ward's offices over time: opened, renamed, merged, closed; the past stays as it was."""

import datetime as dt

import pytest

from caicach.accounts.models import Post
from caicach.core.clock import noon
from caicach.organisation.models import Office
from caicach.organisation.queries import offices
from caicach.tasks.models import Task, TaskOffice
from tests.factories import rooms

pytestmark = pytest.mark.django_db
TODAY = rooms.TODAY
DAY = dt.timedelta(days=1)
HERE, THERE = "Văn phòng HĐND và UBND", "Phòng Văn hóa – Xã hội"


@pytest.fixture
def admin(client, ward):
    client.force_login(rooms.make_person(ward, "administrator", name="Phạm Quản Trị"))
    return client


def office(ward, name=HERE):
    return Office.objects.get(ward=ward, name=name)


def at(one, verb=""):
    return f"/co-cau/{one.slug}/{verb}"


def add(admin, name, **other):
    form = {"kind": "office", "name": name, "short": "", "parent": "", "since": "", "aliases": "", **other}
    return admin.post("/co-cau/them/", form)


def test_offices_and_neighbourhoods_are_added_below_another(admin, ward):
    parent = office(ward, THERE)
    assert add(admin, "Tổ  Di sản", parent=parent.pk, aliases="To DS\n\nTổ di sản VH").status_code == 303
    assert add(admin, "Khu phố 3", kind="neighbourhood").status_code == 303
    made = office(ward, "Tổ Di sản")
    assert made.parent == parent and made.aliases == "To DS\nTổ di sản VH" and made.slug == "to-di-san"
    rooms.make_person(ward, "head", office="Khu phố 3", name="Đỗ Thị Trưởng")
    page = admin.get("/co-cau/").content.decode()
    assert 'class="deep-1"' in page and "Trưởng: Đỗ Thị Trưởng" in page
    assert rooms.events("office.opened") == 2


def test_added_twice_is_one(admin, ward):
    add(admin, "Tổ Di sản")
    answer = add(admin, "TỔ DI SẢN")
    assert answer.status_code == 422 and "Phường đã có đơn vị" in answer.content.decode()
    assert Office.objects.filter(ward=ward, slug__startswith="to-di-san").count() == 1


def test_another_wards_office_is_no_parent_and_no_page(admin, ward):
    other = rooms.make_ward("Phường Khác")
    strange = Office.objects.create(ward=other, name="Phòng Lạ", slug="phong-la", position=99)
    assert add(admin, "Tổ Mới", parent=strange.pk).status_code == 422
    assert admin.get("/co-cau/phong-la/").status_code == 404
    for verb in ("ten", "sua", "dong", "nhap"):
        assert admin.post(f"/co-cau/phong-la/{verb}/", {"since": "23/11/2026"}).status_code == 404


def test_a_new_name_leaves_the_old_one_true_and_findable(admin, ward):
    one = office(ward)
    form = {"name": "Văn phòng Ủy ban", "short": "VP", "since": "01/11/2026"}
    assert admin.post(at(one, "ten/"), form).status_code == 303
    one.refresh_from_db()
    assert (one.name, one.short_name) == ("Văn phòng Ủy ban", "VP") and one.slug in at(one)
    former = one.former_names.get()
    assert (former.name, former.until) == (HERE, dt.date(2026, 10, 31))
    facts = next(o for o in offices(ward.pk) if o.id == one.pk)
    assert HERE in facts.aliases, "last year's plan still finds it"
    assert HERE in admin.get(at(one)).content.decode()
    answer = admin.post(at(one, "ten/"), form)
    assert answer.status_code == 422 and "giống tên đang dùng" in answer.content.decode()


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"name": "", "since": "23/11/2026"}, "Hãy ghi tên đơn vị"), ({"name": THERE, "since": "23/11/2026"}, "đã có đơn vị"),
        ({"name": "Khác", "since": "24/11/2026"}, "còn chưa tới"), ({"name": "Khác", "since": "mai"}, "Ghi ngày như"),
    ],
)  # fmt: skip
def test_names_that_cannot_be_are_said(admin, ward, form, words):
    answer = admin.post(at(office(ward), "ten/"), {"short": "", **form})
    assert answer.status_code == 422 and words in answer.content.decode()
    assert office(ward).former_names.count() == 0


def test_an_office_belongs_to_no_part_of_itself(admin, ward):
    one, two = office(ward), office(ward, THERE)
    assert admin.post(at(one, "sua/"), {"parent": two.pk, "aliases": ""}).status_code == 303
    answer = admin.post(at(two, "sua/"), {"parent": one.pk, "aliases": ""})
    assert answer.status_code == 422 and "không thể thuộc chính nó" in answer.content.decode()


def test_a_merged_office_hands_on_its_people_and_what_is_owed(admin, ward, coordinator):
    rooms.make_plan(ward, coordinator)
    old, new = office(ward), office(ward, THERE)
    khang = rooms.make_person(ward, "officer", office=HERE, name="Trần Khang")
    done = TaskOffice.objects.filter(office=old).first().task
    Task.objects.filter(pk=done.pk).update(closed_at=noon(TODAY))
    owed = set(TaskOffice.objects.filter(office=old).exclude(task=done).values_list("pk", flat=True))
    assert owed
    assert admin.post(at(old, "nhap/"), {"into": new.pk, "since": "01/11/2026"}).status_code == 303
    old.refresh_from_db()
    assert old.merged_into == new and old.exists_until == dt.date(2026, 10, 31)
    assert set(TaskOffice.objects.filter(office=new, pk__in=owed).values_list("pk", flat=True)) == owed
    assert TaskOffice.objects.get(task=done, office=old), "what is closed stays where it was done"
    assert [(p.office, p.until) for p in khang.posts.order_by("id")] == [
        (old, dt.date(2026, 10, 31)),
        (new, None),
    ]
    assert old.pk not in {o.id for o in offices(ward.pk, on=TODAY)}
    assert old.pk in {o.id for o in offices(ward.pk, on=dt.date(2026, 10, 31))}, "the past stays true"
    assert HERE in new.__class__.objects.get(pk=new.pk).aliases.split("\n")
    assert admin.post(at(old, "nhap/"), {"into": new.pk, "since": "01/11/2026"}).status_code == 422
    page = admin.get("/co-cau/").content.decode()
    assert "nhập vào" in page


def test_an_office_with_people_or_work_is_not_closed(admin, ward, coordinator):
    one = office(ward)
    khang = rooms.make_person(ward, "officer", office=HERE)
    answer = admin.post(at(one, "dong/"), {"since": "23/11/2026"})
    assert answer.status_code == 422 and "Còn 1 người" in answer.content.decode()
    Post.objects.filter(person=khang).update(until=TODAY - DAY)
    rooms.make_plan(ward, coordinator)
    answer = admin.post(at(one, "dong/"), {"since": "23/11/2026"})
    assert answer.status_code == 422 and "nhiệm vụ giao cho đơn vị này" in answer.content.decode()


def test_an_empty_office_is_closed_and_stays_in_the_past(admin, ward):
    add(admin, "Tổ Di sản", since="01/01/2026")
    one = office(ward, "Tổ Di sản")
    answer = admin.post(at(one, "dong/"), {"since": "31/12/2025"})
    assert answer.status_code == 422 and "trước ngày đơn vị được thành lập" in answer.content.decode()
    assert admin.post(at(one, "dong/"), {"since": "23/11/2026"}).status_code == 303
    assert "Tổ Di sản" in admin.get("/co-cau/").content.decode()
    assert one.pk not in {o.id for o in offices(ward.pk, on=TODAY)}
    assert "Tổ Di sản" not in admin.get("/nguoi/them/").content.decode()


def test_the_tree_takes_as_many_queries_for_many_as_for_few(admin, ward, django_assert_max_num_queries):
    from caicach.desk.structure import structure_page

    for n in range(20):
        Office.objects.create(
            ward=ward, name=f"Khu phố {n}", slug=f"kp-{n}", kind="neighbourhood", position=50 + n
        )
    with django_assert_max_num_queries(3):
        assert len(structure_page(ward.pk).neighbourhoods) == 20
