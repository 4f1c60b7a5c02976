"""Each plan with its coordinator: whose word counts on it, on whose desk it waits."""

import pytest

from caicach.core.clock import noon
from caicach.plans.models import Plan
from caicach.tasks import services as tasks
from caicach.tasks.models import Notice, Task
from tests.factories import rooms

pytestmark = pytest.mark.django_db
AT = noon(rooms.TODAY)
YEAR = "/ke-hoach/2026/cchc/"
TASK = "/viec/2026/cchc/I-2/"


@pytest.fixture
def second(ward):
    return rooms.make_person(ward, "coordinator", name="Trần Văn Hai")


@pytest.fixture
def handed_in(ward, coordinator, second, officer):
    """Something to be judged in a plan that names the second coordinator."""
    rooms.make_plan(ward, coordinator)
    task = Task.objects.get(ward=ward, number="I-2")

    def hand_in():
        return tasks.hand_in(
            task,
            by=officer.pk,
            at=AT,
            today=rooms.TODAY,
            document_number="5/BC-VP",
            document_date=rooms.TODAY,
        )

    return hand_in


def name(client, person):
    return client.post(f"{YEAR}dieu-phoi/", {"person": person})


def test_only_the_named_one_judges_and_hears(handed_in, as_coordinator, coordinator, second, client):
    assert name(as_coordinator, second.pk).status_code == 303
    handed_in()
    assert list(Notice.objects.filter(code="task.handed-in").values_list("person", flat=True)) == [second.pk]
    assert "Sản phẩm chờ duyệt" not in as_coordinator.get("/viec-cua-toi/").content.decode()
    refused = as_coordinator.post(f"{TASK}san-pham/1/duyet/")
    assert refused.status_code == 403 and "Trần Văn Hai" in refused.content.decode()
    page = as_coordinator.get(TASK).content.decode()
    assert "san-pham/1/duyet/" not in page and "Trần Văn Hai điều phối" in page
    client.force_login(second)
    assert "5/BC-VP" in client.get(TASK).content.decode()
    assert client.post(f"{TASK}san-pham/1/duyet/").status_code == 303


def test_where_nobody_is_named_every_coordinator_judges(handed_in, coordinator, second, client):
    handed_in()
    assert Notice.objects.filter(code="task.handed-in").count() == 2
    client.force_login(coordinator)
    assert client.post(f"{TASK}san-pham/1/duyet/").status_code == 303


@pytest.mark.parametrize("what", ["khep-nam/", "nhieu-viec/", "da-lam/", "mo-lai/"])
def test_the_years_own_pages_are_the_named_ones(handed_in, as_coordinator, second, what):
    name(as_coordinator, second.pk)
    assert as_coordinator.post(YEAR + what).status_code == 403
    assert what not in as_coordinator.get(YEAR).content.decode()


def test_nor_is_the_plan_anothers_to_take_back(handed_in, as_coordinator, second):
    name(as_coordinator, second.pk)
    said = as_coordinator.post(f"{YEAR}hoan-tac/", {"newest": Plan.objects.get().newest_id}, follow=True)
    assert "Hãy nhờ Trần Văn Hai" in said.content.decode() and Plan.objects.exists()
    assert "hoan-tac/" not in as_coordinator.get(YEAR).content.decode()


@pytest.mark.parametrize("role", ["officer", "head", "viewer", "administrator"])
def test_others_name_nobody(handed_in, ward, second, client, role):
    client.force_login(rooms.make_person(ward, role, office="Văn phòng HĐND và UBND"))
    assert name(client, second.pk).status_code == 403


def test_the_page_offers_the_wards_coordinators(handed_in, as_coordinator, second, officer):
    page = as_coordinator.get(f"{YEAR}dieu-phoi/").content.decode()
    assert "Trần Văn Hai" in page and f'value="{officer.pk}"' not in page


def test_a_leader_names_and_takes_the_name_away_and_both_are_told(handed_in, ward, second, client):
    client.force_login(rooms.make_person(ward, "leader"))
    for person in (second.pk, second.pk, ""):
        assert name(client, person).status_code == 303
    assert rooms.events("plan.coordinator-named") == 2, "the same name again is no change"


def test_only_a_coordinator_of_the_ward_can_be_named(handed_in, as_coordinator, officer):
    stranger = rooms.make_person(rooms.make_ward("Phường Khác"), "coordinator")
    for person in (officer.pk, stranger.pk, "x", "999999"):
        answer = name(as_coordinator, person)
        assert answer.status_code in (409, 422), person
        assert "không giữ vai Điều phối" in answer.content.decode()


def test_who_has_left_counts_no_longer(handed_in, as_coordinator, second):
    name(as_coordinator, second.pk)
    second.is_active = False
    second.save()
    second.posts.update(until=rooms.TODAY.replace(day=1))
    handed_in()
    assert as_coordinator.post(f"{TASK}san-pham/1/duyet/").status_code == 303


def test_the_deputy_of_the_named_one_judges(handed_in, ward, as_coordinator, second, client):
    from caicach.accounts.models import Absence

    name(as_coordinator, second.pk)
    handed_in()
    deputy = rooms.make_person(ward, "officer", office="Văn phòng HĐND và UBND")
    Absence.objects.create(ward=ward, person=second, deputy=deputy, since=rooms.TODAY, until=rooms.TODAY)
    client.force_login(deputy)
    client.post("/toi/doi-vai/", {"chuc_vu": second.posts.get().pk})
    assert "5/BC-VP" in client.get(TASK).content.decode()
    assert "Trần Văn Hai" in client.get("/viec-cua-toi/").content.decode()
    assert client.post(f"{TASK}san-pham/1/duyet/").status_code == 303


def test_the_list_of_plans_says_who(handed_in, as_coordinator, second):
    name(as_coordinator, second.pk)
    assert "Trần Văn Hai điều phối" in as_coordinator.get("/ke-hoach/").content.decode()


def test_anothers_amendment_is_neither_changed_nor_dropped(
    handed_in, ward, as_coordinator, coordinator, second
):
    draft = rooms.make_draft(ward, coordinator, is_amendment=True, token="suadoi000001")
    name(as_coordinator, second.pk)
    at = f"/ke-hoach/nap/{draft.token}/"
    for what, sent in (
        ("bo/", {}),
        ("nam/", {"year": "2027"}),
        ("dau/", {"title": "Khác"}),
        ("thuc-hien/", {}),
    ):
        assert as_coordinator.post(at + what, sent).status_code == 403, what
    assert as_coordinator.get(at).status_code == 200, "looking is open"


def test_a_word_given_before_is_not_taken_back_after_another_was_named(handed_in, as_coordinator, second):
    as_coordinator.post(f"{TASK}rut/", {"word": "Không còn", "document": "1/QĐ"})
    event = rooms.newest_event("task.set-aside")
    name(as_coordinator, second.pk)
    assert as_coordinator.post(f"{TASK}hoan-tac/", {"event": event}).status_code == 403
    assert Task.objects.get(number__startswith="I-2").set_aside_at
