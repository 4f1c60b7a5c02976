"""Somebody is away: the deputy wears the post and does what it may; heads see to their own office only."""

import datetime as dt

import pytest

from caicach.accounts import people, queries
from caicach.accounts.models import Absence
from caicach.core.clock import noon
from caicach.history.models import Event
from caicach.rules.refusal import Refusal
from tests.factories import rooms

pytestmark = pytest.mark.django_db
TODAY = rooms.TODAY
DAY = dt.timedelta(days=1)
HERE = "Văn phòng HĐND và UBND"


@pytest.fixture
def world(ward):
    return {
        "administrator": rooms.make_person(ward, "administrator", office=HERE, name="Quản Trị"),
        "coordinator": rooms.make_person(ward, "coordinator", office="Phòng Văn hóa – Xã hội", name="Lâm Hạnh"),
        "head": rooms.make_person(ward, "head", office=HERE, name="Võ Lan"),
        "officer": rooms.make_person(ward, "officer", office=HERE, name="Trần Khang"),
        "stranger": rooms.make_person(ward, "officer", office="Phòng Văn hóa – Xã hội", name="Đặng Yến"),
    }  # fmt: skip


def send(client, who, deputy="", since="23/11/2026", until="25/11/2026", word=""):
    form = {"since": since, "until": until, "deputy": deputy and deputy.pk, "word": word}
    return client.post(f"/vang-mat/{who.handle}/", form)


def test_the_deputy_does_what_the_absent_one_may_in_their_own_name(client, ward, world):
    task = rooms.make_task(ward, world["coordinator"])
    client.force_login(world["administrator"])
    assert send(client, world["coordinator"], world["officer"]).status_code == 303
    client.force_login(world["officer"])
    assert client.get("/ke-hoach/nap/").status_code == 403, "not before the post is put on"
    post = world["coordinator"].posts.get()
    assert "thay Lâm Hạnh" in client.get("/toi/").content.decode()
    client.post("/toi/doi-vai/", {"chuc_vu": post.pk})
    page = client.get("/ke-hoach/nap/")
    assert page.status_code == 200 and "thay Lâm Hạnh" in page.content.decode()
    client.post("/viec/2026/cchc/I-1/tien-do/", {"percent": "10", "word": "thử"})
    event = Event.objects.filter(object_kind="tasks.task").latest("id")
    assert event.object_id == task.pk and event.actor_id == world["officer"].pk, "the truth: who did it"


def test_it_begins_and_ends_with_its_days(ward, world):
    officer, coordinator = world["officer"], world["coordinator"]
    people.away(
        coordinator, ward=ward.pk, deputy=officer, since=TODAY + DAY, until=TODAY + 3 * DAY, word="",
        by=coordinator.pk, at=noon(TODAY), today=TODAY,
    )  # fmt: skip
    choices = [queries.actor_of(officer.pk, on=TODAY + n * DAY).choices for n in range(5)]
    assert choices == [1, 2, 2, 2, 1]
    post = coordinator.posts.get().pk
    worn = queries.actor_of(officer.pk, on=TODAY + 2 * DAY, worn=post, name="Trần Khang")
    assert (worn.role, worn.name, worn.stands_for) == ("coordinator", "Trần Khang", "Lâm Hạnh")
    after = queries.actor_of(officer.pk, on=TODAY + 4 * DAY, worn=post)
    assert (after.role, after.stands_for) == ("officer", "")


def test_posts_of_another_ward_are_not_lent(ward, world):
    from caicach.accounts.models import Post

    Post.objects.create(person=world["coordinator"], ward=rooms.make_ward("Hai"), role="leader")
    people.away(
        world["coordinator"], ward=ward.pk, deputy=world["officer"], since=TODAY, until=TODAY, word="",
        by=world["coordinator"].pk, at=noon(TODAY), today=TODAY,
    )  # fmt: skip
    assert {p.ward_id for p in queries.posts_to_wear(world["officer"].pk, on=TODAY)} == {ward.pk}


def test_back_early_takes_the_post_back_at_once(client, ward, world):
    client.force_login(world["administrator"])
    send(client, world["coordinator"], world["officer"])
    absence = Absence.objects.get()
    assert client.post(f"/vang-mat/{world['coordinator'].handle}/ve/", {"lan": absence.pk}).status_code == 303
    assert queries.actor_of(world["officer"].pk, on=TODAY).choices == 1
    assert client.post(f"/vang-mat/{world['coordinator'].handle}/ve/", {"lan": absence.pk}).status_code == 422
    assert rooms.events("person.away") == rooms.events("person.back") == 1


def test_a_head_sees_to_the_officers_of_the_own_office_only(client, ward, world):
    client.force_login(world["head"])
    page = client.get("/vang-mat/").content.decode()
    assert (
        "Trần Khang</option>" in page and "Quản Trị</option>" not in page and "Đặng Yến</option>" not in page
    )
    assert send(client, world["officer"], world["head"]).status_code == 303
    for who in ("administrator", "coordinator", "stranger"):
        assert send(client, world[who], world["officer"]).status_code == 404, f"{who}: rights would be lent"
    assert Absence.objects.count() == 1


def test_a_head_says_when_they_are_away_themself(client, ward, world):
    client.force_login(world["head"])
    page = client.get("/vang-mat/").content.decode()
    assert "Tôi, Võ Lan</option>" in page
    page = client.get(f"/vang-mat/?nguoi={world['head'].handle}").content.decode()
    listed = page.split('name="deputy"')[1].split("</select>")[0]
    named = [part.split(">")[-1] for part in listed.split("</option>")[1:-1]]
    assert set(named[:2]) == {"Quản Trị (Văn phòng)", "Trần Khang (Văn phòng)"}, "the own office first"
    assert set(named[2:]) == {"Lâm Hạnh (VH–XH)", "Đặng Yến (VH–XH)"}
    assert send(client, world["head"], world["officer"]).status_code == 303
    client.force_login(world["officer"])
    client.post("/toi/doi-vai/", {"chuc_vu": world["head"].posts.get().pk})
    assert "Tôi, Võ Lan" not in client.get("/vang-mat/").content.decode(), "not by who stands in"
    assert client.post(f"/vang-mat/{world['head'].handle}/", {}).status_code == 404
    people.give_post(
        world["head"], ward=ward.pk, role="coordinator", office=ward.offices.get(name=HERE), title="", since=TODAY,
        by=world["administrator"].pk, at=noon(TODAY), today=TODAY,
    )  # fmt: skip
    client.force_login(world["head"])
    assert send(client, world["head"], since="1/12/2026", until="2/12/2026").status_code == 404, (
        "more would be lent"
    )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"until": "22/11/2026"}, "Ngày về phải sau"), ({"since": "01/11/2026", "until": "02/11/2026"}, "đã qua"),
        ({"since": ""}, "ngày đầu tiên"), ({"until": "mai"}, "Ghi ngày như"),
    ],
)  # fmt: skip
def test_days_that_cannot_be_are_said(client, world, given, words):
    client.force_login(world["administrator"])
    answer = send(client, world["officer"], **given)
    assert answer.status_code == 422 and words in answer.content.decode() and not Absence.objects.exists()


def test_sent_twice_is_one_absence(client, world):
    client.force_login(world["administrator"])
    assert send(client, world["officer"]).status_code == 303
    answer = send(client, world["officer"])
    assert answer.status_code == 422 and "trùng những ngày" in answer.content.decode()
    assert Absence.objects.count() == 1


def test_a_deputy_is_another_one_of_the_ward(ward, world):
    outside = rooms.make_person(rooms.make_ward("Hai"), "officer")
    for deputy, code in ((world["officer"], "absence.self"), (outside, "absence.deputy-outside")):
        with pytest.raises(Refusal) as refusal:
            people.away(
                world["officer"], ward=ward.pk, deputy=deputy, since=TODAY, until=TODAY, word="", by=1,
                at=noon(TODAY), today=TODAY,
            )  # fmt: skip
        assert refusal.value.code == code


def test_a_deputy_who_leaves_stands_in_no_more(ward, world):
    people.away(
        world["coordinator"], ward=ward.pk, deputy=world["officer"], since=TODAY, until=TODAY + 9 * DAY, word="",
        by=world["administrator"].pk, at=noon(TODAY), today=TODAY,
    )  # fmt: skip
    people.leave(
        world["officer"], ward=ward.pk, since=TODAY, by=world["administrator"].pk, at=noon(TODAY), today=TODAY
    )  # fmt: skip
    assert queries.actor_of(world["officer"].pk, on=TODAY) is None
