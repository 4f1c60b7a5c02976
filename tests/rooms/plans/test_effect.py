"""Into effect, undone, typed, copied, amended."""

import datetime as dt
from dataclasses import replace

import pytest
from django.urls import reverse

from caicach.core.clock import noon
from caicach.plans import cells, drafts, effect, queries, review, services
from caicach.plans.models import Indicator, Plan, PlanImport, PlanLine, Section
from caicach.rules.deadlines import read_due
from caicach.rules.refusal import Refusal
from caicach.tasks import services as tasks
from caicach.tasks.models import Delivery, Occurrence, Progress, Task, TaskOffice
from tests.factories import rooms

pytestmark = pytest.mark.django_db
AT = noon(rooms.TODAY)


def settle(draft):
    draft.findings.update(state="aside", reason="thử")
    return draft


def test_a_plan_comes_into_effect_whole(ward, coordinator, as_coordinator):
    draft = settle(rooms.make_draft(ward, coordinator))
    answer = as_coordinator.post(reverse("plans:effect", args=[draft.token]))
    assert answer.status_code == 303 and answer.url == "/ke-hoach/2026/cchc/"
    assert [t.number for t in Task.objects.order_by("id")] == ["I-1", "I-2", "I-3", "II-1", "II-2"]
    quarter = Task.objects.get(number="II-1")
    assert [o.due_on for o in quarter.occurrences.all()] == [
        dt.date(2026, 3, 31), dt.date(2026, 6, 30), dt.date(2026, 9, 30), dt.date(2026, 12, 31)
    ]  # fmt: skip
    assert quarter.offices.get(role="lead").office.short_name == "VH–XH"
    assert Task.objects.get(number="I-1").source_text.startswith("1 | Rà soát")
    assert rooms.events("plan.put-into-effect") == 1 and rooms.events("task.taken-over") == 5


def test_pressing_twice_makes_one_plan(ward, coordinator):
    draft = settle(rooms.make_draft(ward, coordinator))
    first = services.put_into_effect(draft, by=coordinator.pk, at=AT, today=rooms.TODAY)
    assert services.put_into_effect(draft, by=coordinator.pk, at=AT, today=rooms.TODAY) == first
    assert Plan.objects.count() == 1 and Task.objects.count() == 5


def refused(draft, person):
    with pytest.raises(Refusal) as refusal:
        services.put_into_effect(draft, by=person.pk, at=AT, today=rooms.TODAY)
    assert not Plan.objects.filter(imports=draft).exists()
    return refusal.value.code


def test_an_open_error_holds_it_back_and_is_said(ward, coordinator, as_coordinator):
    draft = rooms.make_draft(ward, coordinator)
    assert refused(draft, coordinator) == "plan.errors-open"
    answer = as_coordinator.post(reverse("plans:effect", args=[draft.token]))
    assert answer.status_code == 422 and "Còn 1 lỗi chưa xem" in answer.content.decode()


def test_a_second_plan_of_the_year_is_refused(ward, coordinator):
    rooms.make_plan(ward, coordinator)
    assert refused(settle(rooms.make_draft(ward, coordinator)), coordinator) == "plan.already-in-force"


def test_a_draft_without_lines_is_refused(ward, coordinator):
    draft = settle(rooms.make_draft(ward, coordinator))
    draft.lines.all().delete()
    assert refused(draft, coordinator) == "plan.no-lines"


def test_an_incomplete_line_is_refused(ward, coordinator):
    draft = settle(rooms.make_draft(ward, coordinator))
    draft.lines.filter(number="3").update(content=" ")
    assert refused(draft, coordinator) == "plan.line-incomplete"


def test_a_number_given_twice_is_refused(ward, coordinator):
    draft = settle(rooms.make_draft(ward, coordinator))
    draft.lines.filter(section__number="I", number="3").update(number="2")
    assert refused(draft, coordinator) == "plan.number-twice"


def test_an_import_is_undone_while_nobody_reported(ward, coordinator, as_coordinator):
    plan = rooms.make_plan(ward, coordinator)
    press = {"newest": plan.newest_id}
    answer = as_coordinator.post(reverse("plans:undo", args=[2026, "cchc"]), press)
    assert answer.status_code == 303
    again = as_coordinator.post(reverse("plans:undo", args=[2026, "cchc"]), press)
    assert again.status_code == 303 and again.url == answer.url, "the second press of two says the same"
    draft = PlanImport.objects.get()
    assert draft.state == "review" and draft.lines.count() == 5 and not Task.objects.exists()
    assert rooms.events("plan.undone") == 1 and not Plan.objects.filter(pk=plan.pk).exists()
    services.put_into_effect(draft, by=coordinator.pk, at=AT, today=rooms.TODAY)
    assert Task.objects.count() == 5


def test_an_import_that_was_reported_on_stays(ward, coordinator):
    plan = rooms.make_plan(ward, coordinator)
    tasks.report(Task.objects.get(number="I-1"), by=coordinator.pk, at=AT, word="xong một nửa")
    with pytest.raises(Refusal) as refusal:
        services.undo(plan, by=coordinator.pk, at=AT)
    assert refusal.value.code == "plan.reported" and Task.objects.count() == 5


def test_a_plan_is_typed_from_nothing(ward, coordinator, as_coordinator):
    answer = as_coordinator.post(
        reverse("plans:start"), {"token": "gotaydulieu1", "year": 2027, "copy_from": ""}
    )
    assert answer.status_code == 303
    draft = PlanImport.objects.get()
    line = draft.lines.get()
    for field, value in {"content": "Việc gõ tay", "due": "Quý I", "leads": "Văn phòng HĐND và UBND"}.items():
        review.save_cells(draft, [(cells.Cell("line", line.pk, field), value, "")], by=coordinator.pk, at=AT)
    services.put_into_effect(draft, by=coordinator.pk, at=AT, today=rooms.TODAY)
    assert Occurrence.objects.get().due_on == dt.date(2027, 3, 31)


def test_last_years_plan_is_copied_with_its_years_moved_on(ward, coordinator):
    rooms.make_plan(ward, coordinator)
    draft = services.begin_typed(
        ward=ward.pk, token="chepnamsau12", year=2027, copy_from=2026, by=coordinator.pk, at=AT
    )
    assert draft.lines.count() == 5 and draft.lines.get(number="2", section__number="I").due == "31/01/2027"
    assert draft.indicators.count() == 1
    with pytest.raises(Refusal) as refusal:
        services.begin_typed(
            ward=ward.pk, token="chepkhongco12", year=2027, copy_from=2019, by=coordinator.pk, at=AT
        )
    assert refusal.value.code == "plan.nothing-to-copy"


def test_a_year_that_is_none_is_refused(ward, coordinator):
    with pytest.raises(Refusal) as refusal:
        services.begin_typed(
            ward=ward.pk, token="namkhongdung", year=26, copy_from=None, by=coordinator.pk, at=AT
        )
    assert refusal.value.code == "plan.year-unusable"


def amended_reading():
    return rooms.make_reading(
        (
            rooms.line("I", "1", "Rà soát sổ sách của phường theo từng tháng"),
            rooms.line("I", "2", "Việc hoàn toàn mới về chợ đêm", "30/11/2026"),
            rooms.line("I", "3", "Lập bảng theo dõi tiếp công dân", "28/02/2026"),
            rooms.line(
                "II", "1", "Đánh giá tủ sách cộng đồng mỗi quý", "Hằng quý", leads=("Phòng Văn hóa – Xã hội",)
            ),
            rooms.line("II", "2", "Sửa bảng hướng dẫn ở trụ sở", "Tháng 12/2026"),
        ),
        findings=(),
        number="30/KH-UBND",
    )


def test_an_amendment_shows_what_it_adds_changes_and_drops(ward, coordinator, as_coordinator):
    rooms.make_plan(ward, coordinator)
    draft = rooms.make_draft(ward, coordinator, amended_reading(), is_amendment=True)
    page = as_coordinator.get(reverse("plans:changes", args=[draft.token])).content.decode()
    assert "Thêm 1, đổi 2, rút 1; giữ nguyên 2" in page
    assert "chợ đêm" in page and "28/02/2026" in page and "tổ dân phố" in page


def test_an_amendment_keeps_what_was_reported(ward, coordinator):
    plan = rooms.make_plan(ward, coordinator)
    kept, dropped = Task.objects.get(number="I-2"), Task.objects.get(number="I-3")
    tasks.report(kept, by=coordinator.pk, at=AT, word="đã làm")
    tasks.report(dropped, by=coordinator.pk, at=AT, word="đã làm một phần")
    delivery = tasks.hand_in(
        kept,
        by=coordinator.pk,
        at=AT,
        today=rooms.TODAY,
        document_number="5/BC-UBND",
        document_date=dt.date(2026, 1, 30),
    )
    draft = rooms.make_draft(ward, coordinator, amended_reading(), is_amendment=True)
    assert services.put_into_effect(draft, by=coordinator.pk, at=AT, today=rooms.TODAY) == plan
    kept.refresh_from_db()
    dropped.refresh_from_db()
    delivery.refresh_from_db()
    assert kept.number == "I-3" and kept.due_text == "28/02/2026"
    assert delivery.occurrence.due_on == dt.date(2026, 2, 28)
    assert dropped.set_aside_at is not None and Progress.objects.filter(task=dropped).count() == 1
    assert Task.objects.get(number="I-2", set_aside_at=None).content.endswith("chợ đêm")
    assert (
        rooms.events("plan.amended") == 1
        and rooms.events("task.set-aside") == 1
        and rooms.events("task.changed") == 2
    )
    plan.refresh_from_db()
    assert plan.amended_number == "30/KH-UBND" and plan.lines.count() == 6


def whole(ward) -> list[list[dict[str, object]]]:
    """Everything that a plan has made, row by row."""
    models = (Plan, Section, PlanLine, Indicator, Task, TaskOffice, Occurrence, Progress, Delivery)
    unnamed = {Indicator: ("id",), TaskOffice: ("id",)}
    return [
        [
            {name: value for name, value in row.items() if name not in unnamed.get(model, ())}
            for row in model.objects.filter(ward=ward).order_by("pk").values()
        ]
        for model in models
    ]


def test_an_amendment_is_taken_back_to_the_last_letter(ward, coordinator, as_coordinator):
    """Reports from before it stay, on a task that it moved and on one that it dropped; then a second one, too."""
    rooms.make_plan(ward, coordinator)
    for number in ("I-2", "I-3"):
        tasks.report(Task.objects.get(number=number), by=coordinator.pk, at=AT, word="đã làm")
    day = {"document_number": "5/BC", "document_date": rooms.TODAY, "today": rooms.TODAY}
    tasks.hand_in(Task.objects.get(number="I-2"), by=coordinator.pk, at=AT, **day)
    states, drafts = [whole(ward)], []
    for hour, reading in ((1, amended_reading()), (2, rooms.make_reading(findings=(), number="40/KH-UBND"))):
        draft = settle(rooms.make_draft(ward, coordinator, reading, is_amendment=True))
        later = AT - dt.timedelta(hours=hour)  # clocks may step back: order never follows them
        plan = services.put_into_effect(draft, by=coordinator.pk, at=later, today=rooms.TODAY)
        drafts.append(draft)
        states.append(whole(ward))
        assert states[-1] != states[-2]
    assert "Hoàn tác bản sửa đổi 40/KH-UBND" in as_coordinator.get("/ke-hoach/2026/cchc/").content.decode()
    for draft in reversed(drafts):
        states.pop()
        assert services.undo(plan, by=coordinator.pk, at=AT + dt.timedelta(hours=3)) == draft
        assert whole(ward) == states[-1]
        draft.refresh_from_db()
        assert draft.state == PlanImport.REVIEW and draft.lines.count() == 5
    assert rooms.events("plan.amendment-undone") == 2
    with pytest.raises(Refusal) as refusal:  # the plan itself was reported on before
        services.undo(plan, by=coordinator.pk, at=AT)
    assert refusal.value.code == "plan.reported"


@pytest.mark.parametrize("number", ["I-1", "I-2", "II-2"])
def test_an_amendment_that_was_reported_on_stays(ward, coordinator, as_coordinator, number):
    plan = rooms.make_plan(ward, coordinator)
    draft = rooms.make_draft(ward, coordinator, amended_reading(), is_amendment=True)
    services.put_into_effect(draft, by=coordinator.pk, at=AT, today=rooms.TODAY)
    task = Task.objects.filter(number__startswith=number).order_by("-pk").first()
    # pressed before the amendment, written after it: it waited for the lock
    tasks.report(task, by=coordinator.pk, at=AT - dt.timedelta(minutes=1), word="có tin")
    before = whole(ward)
    with pytest.raises(Refusal) as refusal:
        services.undo(plan, by=coordinator.pk, at=AT + dt.timedelta(hours=1))
    assert refusal.value.code == "plan.reported" and whole(ward) == before


def test_the_ribbon_after_an_amendment_shows_what_was_dropped_apart(ward, coordinator, as_coordinator):
    rooms.make_plan(ward, coordinator)
    draft = rooms.make_draft(ward, coordinator, amended_reading(), is_amendment=True)
    services.put_into_effect(draft, by=coordinator.pk, at=AT, today=rooms.TODAY)
    page = as_coordinator.get("/ke-hoach/2026/cchc/").content.decode()
    assert "Đã rút" in page and "chợ đêm" in page and page.count('scope="colgroup"') == 2


def test_an_indicator_follows_the_words_of_its_row_as_they_were_mended(ward, coordinator):
    draft = settle(rooms.make_draft(ward, coordinator))
    row = draft.lines.first()
    draft.lines.filter(pk=row.pk).update(content="Tỷ lệ hồ sơ đúng hạn từ 97,5% trở lên", deliverables="")
    plan = services.put_into_effect(draft, by=coordinator.pk, at=AT, today=rooms.TODAY)
    made = plan.indicators.get(where="I.1")
    assert (made.name, made.comparator, str(made.target.normalize()), made.unit) == (
        "Tỷ lệ hồ sơ đúng hạn",
        ">=",
        "97.5",
        "%",
    )
    assert Task.objects.get(number="I-1").is_indicator


def test_a_row_with_a_document_to_hand_in_is_no_indicator(ward, coordinator):
    draft = settle(rooms.make_draft(ward, coordinator))
    row = draft.lines.first()
    draft.lines.filter(pk=row.pk).update(content="Rà soát để tỷ lệ đúng hạn đạt 95%", deliverables="Báo cáo")
    plan = services.put_into_effect(draft, by=coordinator.pk, at=AT, today=rooms.TODAY)
    assert not plan.indicators.filter(where="I.1").exists()


def test_a_taken_year_is_said_at_the_top_and_the_draft_becomes_an_amendment_with_its_mends(
    ward, coordinator, as_coordinator
):
    services.put_into_effect(
        settle(rooms.make_draft(ward, coordinator)), by=coordinator.pk, at=AT, today=rooms.TODAY
    )
    draft = settle(rooms.make_draft(ward, coordinator))
    row = draft.lines.first()
    draft.lines.filter(pk=row.pk).update(note="đã sửa tay")
    address = reverse("plans:import", args=[draft.token])
    assert "Dùng làm bản sửa đổi" in as_coordinator.get(address).content.decode()
    assert as_coordinator.post(reverse("plans:become-amendment", args=[draft.token])).status_code == 303
    page = as_coordinator.get(address).content.decode()
    assert "Xem thay đổi" in page and "Dùng làm bản sửa đổi" not in page
    assert draft.lines.filter(note="đã sửa tay").exists() and rooms.events("import.became-amendment") == 1


def test_a_draft_goes_to_another_year_and_an_impossible_one_is_refused(ward, coordinator, as_coordinator):
    draft = settle(rooms.make_draft(ward, coordinator))
    address = reverse("plans:set-year", args=[draft.token])
    answer = as_coordinator.post(address, {"year": "20277"})
    assert answer.status_code == 422 and "20277" in answer.content.decode()
    assert as_coordinator.post(address, {"year": "2027"}).status_code == 303
    assert PlanImport.objects.get(pk=draft.pk).year == 2027


def test_an_empty_typed_row_is_refused_in_words(ward, coordinator, as_coordinator):
    draft = settle(rooms.make_draft(ward, coordinator))
    draft.lines.filter(pk=draft.lines.first().pk).update(content="")
    answer = as_coordinator.post(reverse("plans:effect", args=[draft.token]))
    assert answer.status_code == 422 and "Dòng I.1 chưa có nội dung" in answer.content.decode()


def test_the_address_of_a_refused_press_opens_the_draft_again(ward, coordinator, as_coordinator):
    draft = rooms.make_draft(ward, coordinator)
    answer = as_coordinator.get(reverse("plans:effect", args=[draft.token]))
    assert answer.status_code == 303 and answer.url == reverse("plans:import", args=[draft.token])


def test_a_reworded_line_with_number_lead_and_date_is_the_same_duty():
    from caicach.rules.amendment import Duty, compare

    old = Duty(1, "II-1", "Kế hoạch kiểm soát thủ tục", "Tháng 1 - 2/2026", ("TT PVHCC",), (), ("Kế hoạch",))
    new = Duty(
        2,
        "II-1",
        "Ban hành văn bản về một cửa, rà soát và truyền thông",
        "Tháng 1 - 2/2026",
        ("TT PVHCC",),
        (),
        ("Quyết định",),
    )
    assert [(c.before.ref, c.after.ref) for c in compare([old], [new]).changed] == [(1, 2)]
    other = Duty(2, "II-1", "Mở lớp tập huấn", "Quý IV", ("Công an",), (), ("Báo cáo",))
    assert compare([old], [other]).dropped == (old,)


def test_what_was_paired_wrongly_is_paired_by_hand(ward, coordinator, as_coordinator):
    """A dropped duty is said to be a row that looks new, and a changed one to be another; their reports follow."""
    rooms.make_plan(ward, coordinator)
    dropped = Task.objects.get(number="I-3")
    tasks.report(dropped, by=coordinator.pk, at=AT, word="đã làm một phần")
    draft = settle(rooms.make_draft(ward, coordinator, amended_reading(), is_amendment=True))
    fresh = draft.lines.get(content__endswith="chợ đêm")
    moved = draft.lines.get(content__startswith="Lập bảng")
    press = reverse("plans:pair", args=[draft.token])

    def page() -> str:
        return as_coordinator.get(reverse("plans:changes", args=[draft.token])).content.decode()

    assert "Chính là nhiệm vụ này" in page()
    assert as_coordinator.post(press, {"line": fresh.pk, "same_as": dropped.pk}).status_code == 303
    assert "Thêm 0, đổi 3, rút 0; giữ nguyên 2" in page()
    as_coordinator.post(press, {"line": moved.pk, "same_as": "new"})
    assert "Thêm 1, đổi 2, rút 1; giữ nguyên 2" in page()
    as_coordinator.post(press, {"line": moved.pk, "same_as": dropped.pk})  # the later word counts
    fresh.refresh_from_db()
    assert fresh.same_as == ""
    as_coordinator.post(press, {"line": moved.pk, "same_as": ""})
    as_coordinator.post(press, {"line": fresh.pk, "same_as": dropped.pk})
    services.put_into_effect(draft, by=coordinator.pk, at=AT, today=rooms.TODAY)
    dropped.refresh_from_db()
    assert dropped.content.endswith("chợ đêm") and dropped.set_aside_at is None
    assert Progress.objects.get(task=dropped).word == "đã làm một phần"


@pytest.mark.parametrize("same_as", ["0", "abc", "99999999999", "-1", "new; x"])
def test_a_pair_that_cannot_be_is_refused(ward, coordinator, as_coordinator, same_as):
    rooms.make_plan(ward, coordinator)
    draft = rooms.make_draft(ward, coordinator, amended_reading(), is_amendment=True)
    line = draft.lines.first()
    answer = as_coordinator.post(
        reverse("plans:pair", args=[draft.token]), {"line": line.pk, "same_as": same_as}
    )
    line.refresh_from_db()
    assert answer.status_code == 422 and line.same_as == ""


def test_a_task_of_another_ward_is_no_pair(ward, coordinator, as_coordinator):
    rooms.make_plan(ward, coordinator)
    other = rooms.make_ward("Phường Bên")
    rooms.make_plan(other, rooms.make_person(other, "coordinator"))
    theirs = Task.objects.filter(ward=other).first()
    draft = rooms.make_draft(ward, coordinator, amended_reading(), is_amendment=True)
    send = {"line": draft.lines.first().pk, "same_as": theirs.pk}
    assert as_coordinator.post(reverse("plans:pair", args=[draft.token]), send).status_code == 422


def test_a_second_press_of_undo_never_takes_back_more(ward, coordinator, as_coordinator):
    plan = rooms.make_plan(ward, coordinator)
    draft = settle(rooms.make_draft(ward, coordinator, amended_reading(), is_amendment=True))
    services.put_into_effect(draft, by=coordinator.pk, at=AT, today=rooms.TODAY)
    press = {"newest": draft.pk}
    address = reverse("plans:undo", args=[2026, "cchc"])
    first = as_coordinator.post(address, press)
    assert first.url.endswith(f"/{draft.token}/")
    for sent in (press, {}, {"newest": "x"}):
        again = as_coordinator.post(address, sent, follow=True)
        assert "đã được hoàn tác" in again.content.decode()
    assert Plan.objects.filter(pk=plan.pk).exists() and Task.objects.filter(set_aside_at=None).count() == 5


def test_what_was_handed_in_never_goes_with_what_is_taken_back(ward, coordinator):
    """Even where the count of reports missed it: the last defence stands at the rows themselves."""
    rooms.make_plan(ward, coordinator)
    draft = settle(rooms.make_draft(ward, coordinator, amended_reading(), is_amendment=True))
    plan = services.put_into_effect(draft, by=coordinator.pk, at=AT, today=rooms.TODAY)
    task = Task.objects.get(number="II-2")
    Delivery.objects.create(
        ward=ward, task=task, occurrence=task.occurrences.first(), at=AT, by=coordinator,
        document_number="5/BC", document_date=rooms.TODAY,
    )  # fmt: skip
    before = whole(ward)
    with pytest.raises(Refusal) as refusal:
        services.undo(plan, by=coordinator.pk, at=AT)
    assert refusal.value.code == "plan.reported" and whole(ward) == before


def test_an_office_that_was_closed_since_leaves_its_name(ward, coordinator):
    rooms.make_plan(ward, coordinator)
    draft = settle(rooms.make_draft(ward, coordinator, amended_reading(), is_amendment=True))
    plan = services.put_into_effect(draft, by=coordinator.pk, at=AT, today=rooms.TODAY)
    helped = TaskOffice.objects.filter(ward=ward, role="help", office__isnull=False)
    office = ward.offices.get(name="Các phòng, ban, ngành")
    helped.filter(office=office).update(office=None)
    office.delete()
    services.undo(plan, by=coordinator.pk, at=AT)
    names = TaskOffice.objects.filter(ward=ward, role="help").values_list("name", "office")
    assert ("Các phòng, ban, ngành", None) in list(names)


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("Kế hoạch năm 2026, xong trước 31/3/2026", "Kế hoạch năm 2027, xong trước 31/3/2027"),
        ("Quý IV/2026; 2026", "Quý IV/2027; 2027"),
        ("5 năm giai đoạn 2026 – 2030 và 2021-2026", "5 năm giai đoạn 2026 – 2030 và 2021-2026"),
        ("theo Nghị định số 12/2026/NĐ-CP, mã 120265", "theo Nghị định số 12/2026/NĐ-CP, mã 120265"),
    ],
)
def test_copying_moves_years_that_stand_alone(ward, coordinator, text, moved):
    rooms.make_plan(ward, coordinator, rooms.make_reading((rooms.line("I", "1", text),), findings=()))
    draft = services.begin_typed(
        ward=ward.pk, token="namsau12345", year=2027, copy_from=2026, by=coordinator.pk, at=AT
    )
    assert draft.lines.get().content == moved


def test_a_plan_that_has_not_begun_is_not_under_way(ward, coordinator, as_coordinator):
    reading = rooms.make_reading(
        (rooms.line("I", "1", "Việc thường xuyên", "Thường xuyên"),), findings=(), year=2027
    )
    draft = settle(rooms.make_draft(ward, coordinator, reading))
    services.put_into_effect(draft, by=coordinator.pk, at=AT, today=rooms.TODAY)
    page = as_coordinator.get("/ke-hoach/2027/cchc/").content.decode()
    assert "Từ 01/01" in page and "Đang thực hiện" not in page.split("</table>")[0].split("<table")[1]


def test_the_address_of_a_dropped_task_still_leads_to_it(ward, coordinator, as_coordinator):
    rooms.make_plan(ward, coordinator)
    draft = settle(rooms.make_draft(ward, coordinator, amended_reading(), is_amendment=True))
    services.put_into_effect(draft, by=coordinator.pk, at=AT, today=rooms.TODAY)
    gone = Task.objects.get(set_aside_at__isnull=False)
    Task.objects.filter(number="I-3", set_aside_at=None).update(number="I-33")
    page = as_coordinator.get("/viec/2026/cchc/I-3/")
    assert page.status_code == 200 and gone.title in page.content.decode()
    changed = as_coordinator.get("/viec/2026/cchc/II-2/").content.decode()
    assert "hạn trước là “Hoàn thành”, nay là “Tháng 12/2026”" in changed


def test_two_other_duties_with_the_same_long_tail_are_no_pair():
    from caicach.rules.amendment import Duty, compare

    tail = "cải cách hành chính năm 2026"
    old = Duty(
        "a", "VIII-5", f"Kế hoạch phát động thi đua {tail}", "Tháng 01/2026", deliverables=("Kế hoạch",)
    )
    new = Duty("b", "VIII-9", f"Hội nghị tổng kết thi đua {tail}", "15/12/2026", deliverables=("Báo cáo",))
    found = compare([old], [new])
    assert found.added == (new,) and found.dropped == (old,)


def test_a_row_taken_out_and_brought_back_is_still_the_task_it_was_said_to_be(ward, coordinator):
    rooms.make_plan(ward, coordinator)
    dropped = Task.objects.get(number="I-3")
    draft = settle(rooms.make_draft(ward, coordinator, amended_reading(), is_amendment=True))
    fresh = draft.lines.get(content__endswith="chợ đêm")
    review.pair(draft, fresh.pk, str(dropped.pk), by=coordinator.pk, at=AT)
    review.remove_line(draft, fresh.pk, by=coordinator.pk, at=AT)
    review.step_back(draft, by=coordinator.pk, at=AT)
    assert draft.lines.get(pk=fresh.pk).same_as == str(dropped.pk)


def test_a_delivery_that_moved_to_another_day_comes_back_with_it(ward, coordinator):
    """Of a quarterly duty the second day was handed in; the amendment wants the first day alone."""
    plan = rooms.make_plan(ward, coordinator)
    task = Task.objects.get(number="II-1")
    days = list(task.occurrences.order_by("due_on"))
    tasks.hand_in(
        task, by=coordinator.pk, at=AT, today=rooms.TODAY, occurrence=days[1].pk, document_number="9/BC",
        document_date=rooms.TODAY,
    )  # fmt: skip
    reading = amended_reading()
    first = f"{days[0].due_on:%d/%m/%Y}"
    lines = [
        replace(line, due=read_due(first, 2026).due) if (line.section, line.number) == ("II", "1") else line
        for line in reading.tasks
    ]
    draft = settle(
        rooms.make_draft(ward, coordinator, replace(reading, tasks=tuple(lines)), is_amendment=True)
    )
    services.put_into_effect(draft, by=coordinator.pk, at=AT, today=rooms.TODAY)
    services.undo(plan, newest=draft.pk, by=coordinator.pk, at=AT)
    assert [(d.pk, d.due_on) for d in task.occurrences.order_by("due_on")] == [(d.pk, d.due_on) for d in days]
    assert task.deliveries.get().occurrence_id == days[1].pk


def test_an_amendment_shows_its_indicators_and_section_titles(ward, coordinator, as_coordinator):
    plan = rooms.make_plan(ward, coordinator)  # an indicator by itself: "Hồ sơ đúng hạn" >= 95,5%
    draft = rooms.make_draft(ward, coordinator, replace(amended_reading(), indicators=()), is_amendment=True)
    review.save_indicator(
        draft, None, name="Tỷ lệ số hóa", target="từ 80%", lead="", by=coordinator.pk, at=AT
    )
    section = draft.sections.get(number="II")
    review.save_cells(
        draft, [(cells.Cell("section", section.pk, "title"), "Tên khác", None)], by=coordinator.pk, at=AT
    )
    around = effect.compare_around(draft, plan, queries.target_words)
    assert [(r.name, r.before, r.after) for r in around["indicators"]] == [
        ("Tỷ lệ số hóa", "", "80%"),
        ("Hồ sơ đúng hạn", "từ 95,5%", ""),
    ]
    assert [(r.name, r.before, r.after) for r in around["sections"]] == [("II", "Mục số II", "Tên khác")]
    page = as_coordinator.get(reverse("plans:changes", args=[draft.token])).content.decode()
    assert "Mức giao đang là <del>từ 95,5%</del>" in page and "<ins>Tên khác</ins>" in page


def test_an_amendment_older_than_its_plan_is_said(ward, coordinator, as_coordinator):
    rooms.make_plan(ward, coordinator)
    draft = rooms.make_draft(ward, coordinator, amended_reading(), is_amendment=True)
    address = reverse("plans:changes", args=[draft.token])
    assert "trước cả kế hoạch" not in as_coordinator.get(address).content.decode()
    draft.head.date -= dt.timedelta(days=1)
    draft.head.save()
    assert "trước cả kế hoạch đang thực hiện" in as_coordinator.get(address).content.decode()


def test_a_copy_after_a_row_was_dropped_has_no_section_of_it(ward, coordinator):
    rooms.make_plan(ward, coordinator)
    lines = [line for line in amended_reading().tasks if line.section == "II"]
    draft = settle(
        rooms.make_draft(ward, coordinator, rooms.make_reading(lines, findings=()), is_amendment=True)
    )
    services.put_into_effect(draft, by=coordinator.pk, at=AT, today=rooms.TODAY)
    made = services.begin_typed(
        ward=ward.pk, token="chepsausuadoi", year=2027, copy_from=2026, by=coordinator.pk, at=AT
    )
    assert [s.number for s in made.sections.all()] == ["II"]


@pytest.mark.parametrize(
    ("content", "title"),
    [
        ("Rà soát văn bản quy phạm pháp luật của phường (nghị quyết; quyết định) và đề xuất sửa", "Rà soát văn bản quy phạm pháp luật của phường"),
        ("Duy trì hệ thống quản lý chất lượng [ISO 9001; 5S] tại trụ sở của phường", "Duy trì hệ thống quản lý chất lượng [ISO 9001; 5S] tại trụ sở của phường"),
    ],
)  # fmt: skip
def test_a_task_is_called_by_no_half_of_a_bracket(content, title):
    assert drafts.title_of(content) == title
