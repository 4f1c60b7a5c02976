"""A bundle at the counter: one dossier, its legs marked as they come, no result before they are done."""

import datetime as dt

import pytest
from django.db import transaction

from caicach.core.clock import noon
from caicach.counter import services
from caicach.counter.services import lookup_code
from caicach.dossiers import moves
from caicach.dossiers.models import Dossier, Event
from caicach.dossiers.moves import Mover, Told, move
from caicach.procedures import services as procedures
from caicach.procedures.services import Decision, Entry, Paper, entry_of
from caicach.rules.procedures import Span
from caicach.rules.refusal import Refusal
from tests.factories import rooms
from tests.rooms.counter.conftest import AT, asked

pytestmark = pytest.mark.django_db
BUNDLE, HOUR = "3.000722", dt.timedelta(hours=1)
LEGS = "Khai sinh | | trong ngày\nThường trú | Công an | 3 ngày làm việc | sau 1\nThẻ bảo hiểm | BHXH | 2 ngày làm việc | sau 1"


@pytest.fixture
def bundle(desk, officer):
    """Taken in at noon on Monday 23/11, five working days over all."""
    publish(desk)
    return services.accept(
        asked(BUNDLE, parts=frozenset({1})), ward=desk.pk, token="phieulien001", by=officer.pk, at=AT
    )


def publish(ward, legs=LEGS):
    entry = Entry(
        BUNDLE, "Liên thông khai sinh, thường trú, bảo hiểm", law=Span("working-day", 5), fee_status="free", system="own", components=(Paper("Tờ khai"),), legs=legs,
    )  # fmt: skip
    (made,) = procedures.publish(
        ward=ward.pk, decision=Decision("13/QĐ-UBND"), valid_from=dt.date(2025, 7, 1), by=None, at=AT, today=rooms.TODAY, brings=[entry]
    )  # fmt: skip
    return made


def press(client, dossier, number, lam="xong", **other):
    return client.post(f"{dossier.address}chang/{number}/", {"lam": lam, **other})


def test_each_leg_shows_its_own_clock_and_no_result_comes_before_they_are_done(
    as_officer, bundle, officer, ward
):
    page = as_officer.get(bundle.address).content.decode()
    assert "Các chặng" in page and "Chưa tới lượt" in page and "sau khi xong khai sinh" in page
    press(as_officer, bundle, 1)
    page = as_officer.get(bundle.address).content.decode()
    assert "ghi xong chặng Khai sinh" in page and "17:00 27/11/2026" in page  # 24/11 is a day off
    leader = Mover(rooms.make_person(ward, "leader").pk, None)
    one = Dossier.objects.select_related("clock").get(pk=bundle.pk)
    if one.state == "accepted":
        one = move(
            one,
            "transfer",
            Told(office=ward.offices.get(short_name="Văn phòng").pk),
            by=Mover(officer.pk, None),
            at=AT,
        )
    with pytest.raises(Refusal) as told, transaction.atomic():
        move(one, "resolve", Told(outcome="granted"), by=leader, at=AT + 2 * HOUR)
    assert told.value.code == "legs.open" and "Thường trú, Thẻ bảo hiểm" in str(told.value)
    press(as_officer, bundle, 2)
    press(as_officer, bundle, 3, "bo", word="Đã có thẻ")
    one = move(one, "resolve", Told(outcome="granted"), by=leader, at=AT + 3 * HOUR)
    assert one.state == "resolved" and list(moves.differing(ward.pk)) == []
    assert press(as_officer, bundle, 2, "mo-lai", word="Nhầm").status_code in (409, 422)


def test_a_press_twice_is_one_a_slip_is_taken_back_with_its_reason(as_officer, bundle):
    press(as_officer, bundle, 1)
    press(as_officer, bundle, 1)
    codes = [one.code for one in Event.objects.filter(dossier=bundle).order_by("id")]
    assert codes.count("leg-done") == 1
    assert press(as_officer, bundle, 1, "mo-lai").status_code == 422
    assert press(as_officer, bundle, 1, "mo-lai", word="Ghi nhầm").status_code == 303
    assert "Ghi nhầm" in as_officer.get(bundle.address).content.decode()
    for number, lam in ((2, "xong"), (9, "xong"), (1, "gi-do")):
        assert press(as_officer, bundle, number, lam).status_code >= 400
    assert Event.objects.filter(dossier=bundle, code__startswith="leg-").count() == 2


def test_a_leg_does_not_stand_in_the_way_of_a_move_and_stops_no_clock(as_officer, bundle, officer, ward):
    due = (bundle.due_on, bundle.due_time)
    seen = Event.objects.filter(dossier=bundle).latest("id").pk
    press(as_officer, bundle, 1)
    by = Mover(officer.pk, ward.offices.get(short_name="Văn phòng").pk)
    one = Dossier.objects.select_related("clock").get(pk=bundle.pk)
    one = move(one, "ask-payment", by=by, at=noon(rooms.TODAY) + HOUR, seen=seen)
    one = move(one, "confirm-payment", by=by, at=noon(rooms.TODAY) + 2 * HOUR)
    assert (one.due_on, one.due_time) == due


def test_its_owner_reads_where_each_part_is(as_officer, client, bundle, ward):
    press(as_officer, bundle, 1)
    client.logout()
    page = client.get(f"/tra-cuu/{lookup_code(ward.pk, bundle.token)}/").content.decode()
    assert "Từng phần của hồ sơ" in page and "Thường trú" in page and "Công an" in page and "Đang làm" in page


def test_the_legs_stay_as_they_were_when_it_came_in_and_the_catalogue_keeps_their_lines(
    as_officer, bundle, desk
):
    made = publish_again(desk)
    assert entry_of(made).legs.splitlines()[0] == "Chỉ một | | trong ngày"
    assert "Thẻ bảo hiểm" in as_officer.get(bundle.address).content.decode()


def publish_again(ward):
    entry = Entry(
        BUNDLE,
        "Liên thông",
        law=Span("working-day", 5),
        fee_status="free",
        system="own",
        legs="Chỉ một | | trong ngày",
    )
    (made,) = procedures.publish(
        ward=ward.pk, decision=Decision("14/QĐ-UBND"), valid_from=rooms.TODAY, by=None, at=AT, today=rooms.TODAY, brings=[entry]
    )  # fmt: skip
    return made


@pytest.mark.parametrize(
    "legs", ["Một | | bao lâu đó", "Một | | 2 ngày | sau 1", " | | 2 ngày", "Một | | 2 ngày | sau hôm"]
)
def test_a_line_that_is_no_leg_is_refused_at_its_field(desk, legs):
    with pytest.raises(Refusal) as told, transaction.atomic():
        publish(desk, legs)
    assert told.value.code.startswith("legs.") and told.value.place == "legs"
