"""Several plans of a year side by side; next year's from what was not finished."""

import pytest

from caicach.core.clock import noon
from caicach.plans import effect, many, services
from caicach.plans.models import Plan, PlanImport
from caicach.rules.refusal import Refusal
from caicach.tasks.models import Task
from tests.factories import rooms

pytestmark = pytest.mark.django_db
AT = noon(rooms.TODAY)


def begin(client, **other):
    sent = {"token": f"tok{PlanImport.objects.count():08}", "year": "2026", "kind": "chuyen-doi-so", **other}
    return client.post("/ke-hoach/moi/", sent)


def test_two_plans_of_one_year_stand_side_by_side(ward, coordinator, as_coordinator):
    rooms.make_plan(ward, coordinator)
    assert begin(as_coordinator).status_code == 303
    draft = PlanImport.objects.latest("id")
    assert draft.kind == "chuyen-doi-so" and draft.head.title == "Chuyển đổi số năm 2026"
    services.fill(draft, rooms.make_reading(findings=()))
    from caicach.plans.models import DraftLine

    DraftLine.objects.filter(draft=draft, due="Hoàn thành").update(due="Quý IV/2026")
    services.put_into_effect(draft, by=coordinator.pk, at=AT, today=rooms.TODAY)
    assert Plan.objects.filter(ward=ward, year=2026).count() == 2
    assert as_coordinator.get("/ke-hoach/2026/chuyen-doi-so/").status_code == 200
    assert as_coordinator.get("/viec/2026/chuyen-doi-so/I-2/").status_code == 200
    page = as_coordinator.get("/ke-hoach/").content.decode()
    assert "/ke-hoach/2026/cchc/" in page and "/ke-hoach/2026/chuyen-doi-so/" in page
    work = as_coordinator.get("/viec-cua-toi/").content.decode()
    assert "/viec/2026/cchc/II-1/" in work and "/viec/2026/chuyen-doi-so/II-1/" in work


def test_an_amendment_changes_the_plan_of_its_own_kind(ward, coordinator):
    rooms.make_plan(ward, coordinator)
    with pytest.raises(Refusal):
        effect.in_force(ward.pk, 2026, "chuyen-doi-so")
    assert effect.in_force(ward.pk, 2026, "cchc").kind == "cchc"


def test_a_kind_that_nobody_knows_is_refused(as_coordinator):
    answer = begin(as_coordinator, kind="bia-dat")
    assert answer.status_code == 422 and "Không có loại kế hoạch này" in answer.content.decode()


def test_next_year_takes_what_was_not_reached(ward, coordinator, as_coordinator):
    rooms.make_plan(ward, coordinator)
    plan = Plan.objects.get()
    ended = [
        many.Ended(task, "not" if task.number == "I-3" else "reached", "Chuyển sang năm sau")
        for task in Task.objects.all()
    ]
    many.close_year(plan, ended, by=coordinator.pk, at=AT)
    answer = begin(as_coordinator, kind="cchc", year="2027", copy_from="2026", only_unfinished="on")
    assert answer.status_code == 303
    draft = PlanImport.objects.latest("id")
    assert [line.content for line in draft.lines.all()] == ["Báo cáo kết quả làm việc của tổ dân phố"]


def test_where_all_was_reached_there_is_nothing_to_take(ward, coordinator, as_coordinator):
    rooms.make_plan(ward, coordinator)
    ended = [many.Ended(task, "reached", "") for task in Task.objects.all()]
    many.close_year(Plan.objects.get(), ended, by=coordinator.pk, at=AT)
    answer = begin(as_coordinator, kind="cchc", year="2027", copy_from="2026", only_unfinished="on")
    assert answer.status_code == 422 and "không còn việc nào chưa xong" in answer.content.decode()
    assert not PlanImport.objects.filter(year=2027).exists()
