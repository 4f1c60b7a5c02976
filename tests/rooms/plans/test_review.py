"""Reviewing: cells, findings, steps back, two people at once."""

import re
from dataclasses import replace
from decimal import Decimal

import pytest
from django.urls import reverse

from caicach.core.clock import noon
from caicach.plans import cells, findings, queries, review, review_page, services
from caicach.plans.models import DraftMend
from caicach.reading.document import Source
from caicach.reading.plan import Finding, Mend, SourceLine
from caicach.rules.deadlines import read_due
from caicach.rules.refusal import Refusal
from tests.factories import rooms

pytestmark = pytest.mark.django_db
AT = noon(rooms.TODAY)


@pytest.fixture
def draft(ward, coordinator):
    return rooms.make_draft(ward, coordinator)


def cell(draft, where, field):
    section, number = where.split(".")
    return cells.Cell("line", draft.lines.get(section__number=section, number=number).pk, field)


def test_a_typed_cell_is_saved_and_its_deadline_read_anew(draft, as_coordinator):
    line = draft.lines.get(section__number="II", number="2")
    answer = as_coordinator.post(
        reverse("plans:cell", args=[draft.token]), {"row": f"line:{line.pk}", "due": "Tháng 9/2026", "seen-due": "Hoàn thành"},
        headers={"X-Fragment": "1"},
    )  # fmt: skip
    assert answer.status_code == 200 and "30/09/2026" in answer.content.decode()
    assert draft.findings.get(code="deadline-incomplete").state == "accepted", "typing settles the finding"


def test_two_people_never_overwrite_in_silence(draft, as_coordinator):
    line = draft.lines.get(section__number="I", number="1")
    send = {"row": f"line:{line.pk}", "leads": "Công an", "seen-leads": "Văn phòng HĐND và UBND"}
    address = reverse("plans:cell", args=[draft.token])
    assert as_coordinator.post(address, send, headers={"X-Fragment": "1"}).status_code == 200
    other = as_coordinator.post(address, {**send, "leads": "Quân sự"}, headers={"X-Fragment": "1"})
    assert (
        other.status_code == 409
        and "Công an" in other.json()["words"]
        and other.json()["theirs"] == "Công an"
    )
    line.refresh_from_db()
    assert line.leads == "Công an"


def test_a_row_is_saved_whole_without_scripts(draft, as_coordinator):
    line = draft.lines.get(section__number="I", number="1")
    page = as_coordinator.get(reverse("plans:import", args=[draft.token]), {"sua": line.pk}).content.decode()
    assert 'name="seen-content"' in page
    answer = as_coordinator.post(
        reverse("plans:cell", args=[draft.token]),
        {"row": f"line:{line.pk}", "content": "Việc mới", "number": "1", "note": "gấp"},
    )
    assert answer.status_code == 303
    line.refresh_from_db()
    assert (line.content, line.note) == ("Việc mới", "gấp")
    stale = {"content": "Việc khác", "leads": "Quân sự", "seen-leads": "chữ cũ"}
    answer = as_coordinator.post(
        reverse("plans:cell", args=[draft.token]), {"row": f"line:{line.pk}", **stale}
    )
    assert answer.status_code == 409
    line.refresh_from_db()
    assert line.content == "Việc mới", "a form that is refused saves none of its cells"


def test_one_press_makes_all_mends_and_one_step_takes_them_back(draft, coordinator):
    finding = draft.findings.get(code="section-title-mismatch")
    findings.accept(draft, finding.position, by=coordinator.pk, at=AT)
    assert draft.sections.get(number="II").title == "Văn hóa đọc"
    assert rooms.events("import.finding-accepted") == 1
    review.step_back(draft, by=coordinator.pk, at=AT)
    finding.refresh_from_db()
    assert draft.sections.get(number="II").title == "Mục số II" and finding.state == "open"
    with pytest.raises(Refusal, match="bước nào để hoàn tác"):
        review.step_back(draft, by=coordinator.pk, at=AT)


def test_a_finding_without_a_mend_needs_a_reason(draft, coordinator):
    finding = draft.findings.get(code="deadline-before-plan-date")
    with pytest.raises(Refusal) as none:
        findings.accept(draft, finding.position, by=coordinator.pk, at=AT)
    assert none.value.code == "draft.no-mend"
    with pytest.raises(Refusal) as missing:
        findings.set_aside(draft, finding.position, reason=" ", by=coordinator.pk, at=AT)
    assert missing.value.code == "draft.reason-missing"
    findings.set_aside(draft, finding.position, reason="đã làm xong trước", by=coordinator.pk, at=AT)
    finding.refresh_from_db()
    assert (finding.state, finding.reason) == ("aside", "đã làm xong trước")
    findings.reopen(draft, finding.position, by=coordinator.pk, at=AT)
    finding.refresh_from_db()
    assert finding.state == "open"


def test_typing_in_one_go_is_one_step_back(draft, coordinator):
    place = cell(draft, "I.1", "content")
    for text in ("Rà", "Rà soát", "Rà soát sổ"):
        review.save_cells(draft, [(place, text, None)], by=coordinator.pk, at=AT)
    review.step_back(draft, by=coordinator.pk, at=AT)
    assert draft.lines.get(pk=place.id).content == "Rà soát sổ sách của phường theo từng tháng"


def test_rows_are_added_removed_and_brought_back(draft, coordinator, as_coordinator):
    home = draft.sections.get(number="I")
    as_coordinator.post(reverse("plans:row", args=[draft.token]), {"section": home.pk})
    assert home.lines.filter(number="4").exists()
    gone = home.lines.get(number="2")
    as_coordinator.post(reverse("plans:row", args=[draft.token]), {"out": gone.pk})
    assert not home.lines.filter(number="2").exists()
    review.step_back(draft, by=coordinator.pk, at=AT)
    assert home.lines.get(number="2").content == gone.content


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [("number", "x" * 41, "draft.value-unusable"), ("version", "9", "draft.field-unknown")],
)
def test_what_does_not_fit_a_cell_is_refused(draft, coordinator, field, value, code):
    with pytest.raises(Refusal) as refusal:
        review.save_cells(draft, [(cell(draft, "I.1", field), value, None)], by=coordinator.pk, at=AT)
    assert refusal.value.code == code


def test_a_day_that_is_none_is_refused_in_the_head(draft, coordinator):
    with pytest.raises(Refusal) as refusal:
        review.save_cells(draft, [(cells.Cell("head", 0, "date"), "mai", None)], by=coordinator.pk, at=AT)
    assert refusal.value.code == "draft.value-unusable"
    review.save_cells(
        draft, [(cells.Cell("head", 0, "date"), "5/3/2026", "03/02/2026")], by=coordinator.pk, at=AT
    )
    draft.head.refresh_from_db()
    assert f"{draft.head.date}" == "2026-03-05"


def test_a_draft_put_away_takes_nothing_more(draft, coordinator):
    services.discard(draft, by=coordinator.pk, at=AT)
    with pytest.raises(Refusal) as refusal:
        review.save_cells(draft, [(cell(draft, "I.1", "content"), "x", None)], by=coordinator.pk, at=AT)
    assert refusal.value.code == "draft.not-in-review"


def test_the_review_shows_the_source_beside_what_was_understood(draft):
    page = review_page.review(draft)
    assert page.open_count == 4 and page.sources[0].text.startswith("1 | Rà soát")
    line = page.sections[1].lines[1]
    assert (
        line.where == "II.2"
        and line.source == 4
        and [h.finding.code for h in line.hints] == ["deadline-incomplete"]
    )


def test_the_review_takes_as_many_queries_for_80_rows_as_for_one(
    ward, coordinator, as_coordinator, django_assert_max_num_queries
):
    for count in (1, 80):
        draft = rooms.make_draft(ward, coordinator, rooms.make_many(count))
        with django_assert_max_num_queries(16):
            assert as_coordinator.get(reverse("plans:import", args=[draft.token])).status_code == 200


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("due", "ngày 31/11/2026", "deadline-impossible"), ("due", "31/12/2030", "deadline-after-plan-year"), ("due", "", "deadline-missing"),
        ("leads", "Phòng Không Có", "office-unknown"), ("leads", "", "lead-missing"), ("deliverables", "", "deliverable-missing"),
    ],
)  # fmt: skip
def test_what_is_typed_wrong_is_there_to_look_at_and_settled_when_typed_right(
    ward, coordinator, field, value, code
):
    draft = rooms.make_draft(ward, coordinator)
    line = draft.lines.filter(number="2", section__number="I").get()
    before = getattr(line, field)
    at = noon(rooms.TODAY)
    review.save_cells(draft, [(cells.Cell("line", line.pk, field), value, None)], by=coordinator.pk, at=at)
    assert draft.findings.filter(code=code, places="I.2", state="open").count() == 1
    review.save_cells(draft, [(cells.Cell("line", line.pk, field), before, None)], by=coordinator.pk, at=at)
    assert not draft.findings.filter(code=code, places="I.2", state="open").exists()


def test_a_typed_plan_is_looked_at_before_it_takes_effect(ward, coordinator, as_coordinator):
    draft = services.begin_typed(
        ward=ward.pk, token="gotaychuadu1", year=2027, copy_from=None, by=coordinator.pk, at=noon(rooms.TODAY)
    )
    line = draft.lines.get()
    review.save_cells(
        draft,
        [(cells.Cell("line", line.pk, "content"), "Việc gõ tay", "")],
        by=coordinator.pk,
        at=noon(rooms.TODAY),
    )
    answer = as_coordinator.post(reverse("plans:effect", args=[draft.token]))
    assert answer.status_code == 422
    assert {f.code for f in draft.findings.filter(state="open")} == {
        "deadline-missing",
        "lead-missing",
        "deliverable-missing",
    }
    draft.findings.update(state="aside", reason="thử")
    assert as_coordinator.post(reverse("plans:effect", args=[draft.token])).status_code == 303


def test_signs_that_no_keyboard_has_are_not_kept_and_the_clean_file_is_written(
    ward, coordinator, as_coordinator
):
    draft = rooms.make_draft(ward, coordinator)
    line = draft.lines.first()
    answer = as_coordinator.post(
        reverse("plans:cell", args=[draft.token]), {"row": f"line:{line.pk}", "content": "Rà\0 soát\x07"}
    )
    assert answer.status_code in (200, 303)
    assert draft.lines.get(pk=line.pk).content == "Rà soát"
    assert (
        as_coordinator.post(reverse("plans:row", args=[draft.token]), {"title": "x" * 100_000}).status_code
        == 422
    )
    assert as_coordinator.get(reverse("plans:clean", args=[draft.token, "docx"])).status_code == 200


@pytest.mark.parametrize("digits", ["²", "٣", "9" * 5000])
def test_numbers_of_other_scripts_are_no_rows(ward, coordinator, as_coordinator, digits):
    draft = rooms.make_draft(ward, coordinator)
    at = [draft.token]
    assert (
        as_coordinator.get(reverse("plans:import", args=at), {"dong": digits, "sua": digits}).status_code
        == 200
    )
    assert as_coordinator.get(reverse("plans:start"), {"nam": digits}).status_code == 200
    for name, form in (
        ("plans:cell", {"row": f"line:{digits}", "content": "x"}),
        ("plans:finding", {"finding": digits, "do": "accept"}),
        ("plans:finding", {"finding": "0", "only": digits, "do": "accept"}),
    ):
        assert as_coordinator.post(reverse(name, args=at), form).status_code in (200, 303, 422), (name, form)


def _measure(client, draft, **typed):
    address = reverse("plans:indicator", args=[draft.token])
    return client.post(address, {"name": "", "target": "", "lead": "", "row": "", **typed}, follow=True)


def test_indicators_that_will_be_made_are_shown_and_follow_the_words_of_their_row(draft, as_coordinator):
    page = as_coordinator.get(reverse("plans:import", args=[draft.token])).content.decode()
    assert "Hồ sơ đúng hạn" in page and "từ 95,5%" in page
    line = draft.lines.get(section__number="I", number="1")
    line.deliverables, line.content = "", "Tỷ lệ hồ sơ trực tuyến đạt từ 82% trở lên"
    line.save()
    page = as_coordinator.get(reverse("plans:import", args=[draft.token])).content.decode()
    assert "từ 82%" in page


def test_an_indicator_is_added_mended_taken_out_and_each_step_undone(draft, as_coordinator):
    before = draft.indicators.count()
    page = _measure(as_coordinator, draft, name="Trả lời phản ánh đúng hạn", target="100%", lead="Công an")
    assert "Trả lời phản ánh đúng hạn" in page.content.decode()
    row = draft.indicators.get(name__startswith="Trả lời")
    assert (row.comparator, row.target, row.unit, row.lead) == ("=", 100, "%", "Công an")
    _measure(as_coordinator, draft, row=row.pk, name=row.name, target="không quá 1,5%", lead="")
    row.refresh_from_db()
    assert (row.comparator, row.target, row.lead) == ("<=", Decimal("1.5"), "")
    _measure(as_coordinator, draft, row=row.pk, act="out")
    assert draft.indicators.count() == before
    back = reverse("plans:step-back", args=[draft.token])
    as_coordinator.post(back)
    assert draft.indicators.get(pk=row.pk).target == Decimal("1.5")
    as_coordinator.post(back)
    assert (draft.indicators.get(pk=row.pk).target, draft.indicators.get(pk=row.pk).lead) == (100, "Công an")
    as_coordinator.post(back)
    assert draft.indicators.count() == before


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name": " ", "target": "95%"}, "Hãy ghi tên chỉ tiêu"),
        ({"name": "Điểm", "target": "cao hơn"}, "chưa hiểu được"),
        *(
            ({"name": "Điểm", "target": target}, "chưa hiểu được")
            for target in (
                "9" * 30,
                "99999999999999,9999999%",
                "-5%",
                "1e400%",
                "95% hoặc 96%",
                "0,0000000001%",
            )
        ),
        ({"name": "Điểm", "target": "95%", "lead": "x" * 301}, "không dùng được"),
    ],
)
def test_an_indicator_that_makes_no_sense_is_refused_and_what_was_typed_stays(
    draft, as_coordinator, typed, words
):
    before = draft.indicators.count()
    answer = _measure(as_coordinator, draft, **typed)
    page = answer.content.decode()
    assert answer.status_code == 422 and words in page and f'value="{typed["target"]}"' in page
    assert draft.indicators.count() == before


def test_an_indicator_of_another_draft_or_of_a_row_is_not_touched(draft, ward, coordinator, as_coordinator):
    other = rooms.make_draft(ward, coordinator)
    row = other.indicators.get()
    answer = _measure(as_coordinator, draft, row=row.pk, name="x", target="5%")
    row.refresh_from_db()
    assert answer.status_code == 422 and row.name == "Hồ sơ đúng hạn"
    _measure(as_coordinator, draft, row=row.pk, act="out")
    assert other.indicators.count() == 1


def test_a_typed_indicator_comes_into_effect(draft, coordinator, as_coordinator):
    _measure(as_coordinator, draft, name="Trả lời phản ánh đúng hạn", target="100%", lead="Công an")
    draft.findings.update(state="aside", reason="thử")
    services.put_into_effect(draft, by=coordinator.pk, at=noon(rooms.TODAY), today=rooms.TODAY)
    page = as_coordinator.get("/ke-hoach/2026/cchc/").content.decode()
    assert "Trả lời phản ánh đúng hạn" in page and "<b>100%</b>" in page


def test_what_lies_in_no_cell_is_mended_by_its_suggestion_or_by_typing(ward, coordinator, as_coordinator):
    found = (
        Finding("citation-without-year", "warning", "body II.4", "Thiếu năm.", "Nghị định số 1/2025/NĐ-CP"),
        Finding("period-expired", "warning", "body II.8", "Giai đoạn đã hết.", None),
        Finding("deadline-unsuitable", "warning", "I.1", "Hạn không hợp.", "Ghi ngày phải ban hành."),
    )
    draft = rooms.make_draft(ward, coordinator, rooms.make_reading(findings=found))
    address = reverse("plans:finding", args=[draft.token])

    def press(code, **typed):
        finding = draft.findings.get(code=code)
        answer = as_coordinator.post(address, {"finding": finding.position, **typed})
        finding.refresh_from_db()
        return answer.status_code, finding.state, finding.reason

    assert press("citation-without-year", act="accept") == (
        303,
        "accepted",
        "Sửa thành: Nghị định số 1/2025/NĐ-CP",
    )
    assert press("period-expired", act="accept")[:2] == (422, "open")
    assert press("period-expired", act="correct", text="  ")[:2] == (422, "open")
    assert press("period-expired", act="correct", text="2026 - 2030") == (
        303,
        "accepted",
        "Sửa thành: 2026 - 2030",
    )
    assert press("deadline-unsuitable", act="accept")[:2] == (422, "open"), "its cell is to be mended"
    assert rooms.events("import.finding-corrected") == 1
    as_coordinator.post(reverse("plans:step-back", args=[draft.token]))
    assert draft.findings.get(code="period-expired").state == "open"
    page = as_coordinator.get(reverse("plans:import", args=[draft.token])).content.decode()
    assert "Sửa thành: Nghị định số 1/2025/NĐ-CP" in page and "Ghi câu sửa" in page


@pytest.mark.parametrize(
    ("issuer", "is_said"),
    [
        ("UBND phường Thử", False),
        ("Ủy ban nhân dân P. Thử", False),
        (None, False),
        ("UBND phường Thử Nghiệm", False),
        ("UBND phường Rạch Giá", True),
    ],
)
def test_a_plan_of_another_ward_is_said_on_top(ward, coordinator, issuer, is_said):
    reading = rooms.make_reading()
    reading = replace(reading, head=replace(reading.head, issuer=issuer))
    draft = rooms.make_draft(ward, coordinator, reading)
    first = draft.findings.first()
    assert (first.code == "issuer-of-another-ward") == is_said
    assert draft.findings.count() == 4 + is_said
    assert len({finding.position for finding in draft.findings.all()}) == 4 + is_said


def test_a_row_refused_without_scripts_keeps_what_was_typed(draft, as_coordinator):
    """Somebody else saved the row meanwhile: the form is there again with every word, and theirs is said."""
    line = draft.lines.get(section__number="I", number="1")
    send = {
        "row": f"line:{line.pk}",
        "content": "Câu gõ rất lâu",
        "seen-content": "chữ cũ đã khác",
        "due": "Quý III",
    }
    answer = as_coordinator.post(reverse("plans:cell", args=[draft.token]), send)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Câu gõ rất lâu</textarea>" in page and "Quý III</textarea>" in page
    assert "người khác sửa" in page and 'name="seen-content"' in page


@pytest.mark.parametrize(
    ("place", "sent"),
    [
        ("indicator", {"row": "-1", "name": "x", "target": "5%"}),
        ("indicator", {"row": "٣", "name": "x", "target": "5%"}),
        ("row", {"section": "-1"}),
        ("row", {"section": "x"}),
    ],
)
def test_what_names_no_row_makes_none(draft, as_coordinator, place, sent):
    before = draft.indicators.count(), draft.sections.count(), draft.lines.count()
    assert as_coordinator.post(reverse(f"plans:{place}", args=[draft.token]), sent).status_code == 422
    assert (draft.indicators.count(), draft.sections.count(), draft.lines.count()) == before


def test_an_error_of_a_cell_is_not_talked_away(draft, as_coordinator):
    finding = draft.findings.get(code="deadline-incomplete")
    sent = {"finding": finding.position, "act": "correct", "text": "một"}
    assert as_coordinator.post(reverse("plans:finding", args=[draft.token]), sent).status_code == 422
    finding.refresh_from_db()
    assert finding.state == "open"


def test_a_reason_is_cleaned_and_has_an_end(draft, as_coordinator):
    address = reverse("plans:finding", args=[draft.token])
    finding = draft.findings.get(code="deadline-before-plan-date")
    send = {"finding": finding.position, "act": "aside"}
    assert as_coordinator.post(address, {**send, "reason": "x" * 301}).status_code == 422
    assert as_coordinator.post(address, {**send, "reason": "a\x00b"}).status_code == 303
    finding.refresh_from_db()
    assert finding.reason == "ab"


def test_an_odd_year_is_refused_and_steps_back_still_work(draft, as_coordinator):
    address = reverse("plans:head", args=[draft.token])
    assert as_coordinator.post(address, {"date": "01/01/0999"}).status_code == 422
    as_coordinator.post(address, {"date": "05/01/2026"})
    assert as_coordinator.post(reverse("plans:step-back", args=[draft.token])).status_code == 303


def test_what_a_row_holds_never_breaks_the_effect(draft, coordinator):
    """Names, figures and units longer than their columns are cut or left out, not a fault of the server."""
    row = draft.lines.get(section__number="I", number="1")
    row.leads, row.deliverables = "Văn phòng " * 60, ""
    row.content = "Tỷ lệ hồ sơ đúng hạn đạt từ 99999999999999,9999999% trở lên"
    row.save()
    other = draft.lines.get(section__number="I", number="3")
    other.deliverables, other.content = "", "Tỷ lệ đạt từ 95 " + "đơnvị" * 20
    other.save()
    draft.findings.update(state="aside", reason="thử")
    services.put_into_effect(draft, by=coordinator.pk, at=AT, today=rooms.TODAY)


@pytest.mark.parametrize("token", ["abcc8661937f\n", "a" * 32 + "\n", "a b" * 5])
def test_a_token_is_letters_and_figures_to_its_end(ward, as_coordinator, token):
    answer = as_coordinator.post(reverse("plans:start"), {"token": token, "year": 2027, "copy_from": ""})
    assert answer.status_code == 422
    assert as_coordinator.get(reverse("plans:list")).status_code == 200


def test_a_place_that_was_mended_leaves_its_finding(ward, coordinator, as_coordinator):
    found = Finding("deadline-before-plan-date", "warning", "I.2, I.3", "Đã qua khi ký.", None)
    draft = rooms.make_draft(ward, coordinator, rooms.make_reading(findings=(found,)))
    finding = draft.findings.get()
    review.save_cells(draft, [(cell(draft, "I.3", "due"), "30/11/2026", None)], by=coordinator.pk, at=AT)
    finding.refresh_from_db()
    assert (finding.places, finding.state) == ("I.2", "open")
    review.save_cells(draft, [(cell(draft, "I.2", "due"), "15/12/2026", None)], by=coordinator.pk, at=AT)
    finding.refresh_from_db()
    assert finding.state == "accepted"


def test_a_step_back_takes_back_what_was_found_too(draft, coordinator):
    review.save_cells(draft, [(cell(draft, "I.1", "leads"), "", None)], by=coordinator.pk, at=AT)
    assert draft.findings.filter(code="lead-missing", state="open").count() == 1
    review.step_back(draft, by=coordinator.pk, at=AT)
    assert draft.findings.filter(code="lead-missing", state="open").count() == 0


def test_a_lead_that_is_everybody_is_said_even_where_the_ward_has_such_a_name(ward, coordinator):
    from caicach.organisation import services as organisation

    everybody = "Các cơ quan, đơn vị thuộc UBND phường"
    organisation.add_office(ward, name=everybody, is_group=True)
    draft = rooms.make_draft(ward, coordinator)
    review.save_cells(draft, [(cell(draft, "I.1", "leads"), everybody, None)], by=coordinator.pk, at=AT)
    assert draft.findings.filter(code="lead-not-specific", state="open").exists()


def test_the_year_of_the_file_counts_and_is_said(ward, coordinator):
    draft = rooms.make_draft(ward, coordinator, rooms.make_reading(year=2027))
    assert draft.year == 2027
    assert "chọn năm 2026" in draft.findings.get(code="year-of-the-file").message


def test_a_mend_comes_with_what_typing_raised(draft, coordinator):
    place = cell(draft, "I.2", "due")
    review.save_cells(draft, [(place, "Trước tháng 7/2026", None)], by=coordinator.pk, at=AT)
    raised = draft.findings.get(code="deadline-ambiguous", places="I.2")
    findings.accept(draft, raised.position, by=coordinator.pk, at=AT)
    assert draft.lines.get(pk=place.id).due == raised.suggestion != ""


def test_one_form_is_one_step_back(draft, coordinator):
    line = draft.lines.get(section__number="I", number="1")
    typed = [
        (cell(draft, "I.1", f), text, None) for f, text in (("content", "Việc khác"), ("due", "Quý III"))
    ]
    review.save_cells(draft, typed, by=coordinator.pk, at=AT)
    review.step_back(draft, by=coordinator.pk, at=AT)
    now = draft.lines.get(pk=line.pk)
    assert (now.content, now.due) == (line.content, line.due)


def test_a_step_back_takes_an_added_section_with_its_row(draft, coordinator):
    before = list(draft.sections.values_list("number", flat=True))
    review.add_line(draft, section=None, title="Mục thêm", by=coordinator.pk, at=AT)
    assert draft.sections.count() == len(before) + 1
    review.step_back(draft, by=coordinator.pk, at=AT)
    assert list(draft.sections.values_list("number", flat=True)) == before


def test_a_section_that_got_another_row_since_stays_with_it(draft, coordinator):
    made = review.add_line(draft, section=None, title="Mục thêm", by=coordinator.pk, at=AT)
    other = review.add_line(draft, section=made.section_id, by=coordinator.pk, at=AT)
    review.remove_line(draft, other.pk, by=coordinator.pk, at=AT)
    for _ in range(3):
        review.step_back(draft, by=coordinator.pk, at=AT)
    assert not draft.sections.filter(title="Mục thêm").exists()


@pytest.mark.parametrize("rows", [2, 80])
def test_looking_at_a_copied_plan_takes_as_many_queries_for_two_rows_as_for_eighty(
    ward, coordinator, django_assert_max_num_queries, rows
):
    lines = [replace(rooms.LINES[0], number=str(n), leads=("Phòng Không Có",)) for n in range(1, rows + 1)]
    rooms.make_plan(ward, coordinator, rooms.make_reading(lines, findings=()))
    with django_assert_max_num_queries(40):
        made = services.begin_typed(
            ward=ward.pk, token="chepnhieudong", year=2027, copy_from=2026, by=coordinator.pk, at=AT
        )
    assert made.findings.filter(code="office-unknown").count() == rows
    with django_assert_max_num_queries(12):
        findings.check_typed(made)
    assert made.findings.filter(code="office-unknown").count() == rows


def with_a_duty_of_the_body(ward, coordinator):
    said = "Thân bài giao nhưng phụ lục không có dòng nào: “đối thoại với doanh nghiệp”; “sáng kiến”."
    found = Finding(
        "body-task-without-row", "warning", "body II.8", said, "Thêm dòng vào phụ lục.",
        (Mend("II", "row", "Tổ chức đối thoại với doanh nghiệp mỗi năm"), Mend("II", "row", "Phát động sáng kiến")),
    )  # fmt: skip
    sources = (
        SourceLine("Phường tổ chức đối thoại với doanh nghiệp mỗi năm một lần.", Source(line=7)),
        SourceLine("Đối với đối thoại với doanh nghiệp, xem dòng 7.", Source(table=1, row=2)),
    )
    reading = replace(rooms.make_reading(findings=(found,)), source_lines=sources)
    return rooms.make_draft(ward, coordinator, reading)


def test_duties_of_the_body_become_rows_with_one_press_and_go_with_one(ward, coordinator, as_coordinator):
    draft = with_a_duty_of_the_body(ward, coordinator)
    before = draft.lines.count()
    press = {"finding": draft.findings.get().position, "act": "accept"}
    answer = as_coordinator.post(reverse("plans:finding", args=[draft.token]), press)
    made = list(draft.lines.order_by("-position")[:2])[::-1]
    assert [row.content for row in made] == [
        "Tổ chức đối thoại với doanh nghiệp mỗi năm",
        "Phát động sáng kiến",
    ]
    assert made[0].section.number == "II" and answer["Location"].endswith(f"?dong={made[0].pk}#d{made[0].pk}")
    assert draft.findings.filter(places=made[0].place, code="lead-missing", state="open").exists()
    review.step_back(draft, by=coordinator.pk, at=AT)
    assert draft.lines.count() == before
    assert [f.code for f in draft.findings.filter(state="open")] == ["body-task-without-row"]
    assert len(review_page.review(draft).findings) == 1, "what came and went with the rows is not told"


def test_words_of_the_body_stand_beside_what_is_said_of_them(ward, coordinator, as_coordinator):
    draft = with_a_duty_of_the_body(ward, coordinator)
    (found,) = review_page.review(draft).findings
    assert [(q.before, q.words, q.after) for q in found.quotes] == [
        ("Phường tổ chức ", "đối thoại với doanh nghiệp", " mỗi năm một lần."),
    ]
    page = as_coordinator.get(reverse("plans:import", args=[draft.token])).content.decode()
    assert "<mark>đối thoại với doanh nghiệp</mark>" in page and "Thêm 2 dòng" in page


def test_a_row_taken_out_takes_what_is_wrong_with_it_along_and_brings_it_back(draft, coordinator):
    wrong = draft.findings.get(places="II.2", code="deadline-incomplete")
    review.remove_line(draft, cell(draft, "II.2", "due").id, by=coordinator.pk, at=AT)
    wrong.refresh_from_db()
    assert (wrong.state, wrong.reason) == ("accepted", "Đã bỏ dòng")
    review.step_back(draft, by=coordinator.pk, at=AT)
    wrong.refresh_from_db()
    assert (wrong.state, wrong.reason) == ("open", "")


def test_a_new_row_of_the_same_number_is_looked_at_for_itself(draft, coordinator):
    old = cell(draft, "II.2", "due").id
    review.save_cells(draft, [(cell(draft, "II.2", "due"), "", None)], by=coordinator.pk, at=AT)
    section = draft.lines.get(pk=old).section_id
    review.remove_line(draft, old, by=coordinator.pk, at=AT)
    new = review.add_line(draft, section=section, by=coordinator.pk, at=AT)
    review.save_cells(
        draft,
        [(cells.Cell("line", new.pk, "number"), "2", None), (cells.Cell("line", new.pk, "content"), "Việc mới", None)],
        by=coordinator.pk,
        at=AT,
    )  # fmt: skip
    findings.check_typed(draft)
    assert draft.findings.filter(places=f"+{new.pk}", code="deadline-missing", state="open").count() == 1


# --- findings belong to rows, not to numbers ---------------------------------------------------------------------


def typed(ward, coordinator, *rows):
    """A draft typed from nothing: each row a dictionary of its cells."""
    draft = services.begin_typed(
        ward=ward.pk, token="gotayhangloat", year=2027, copy_from=None, by=coordinator.pk, at=AT
    )
    lines = [draft.lines.get()]
    lines += [review.add_line(draft, section=lines[0].section_id, by=coordinator.pk, at=AT) for _ in rows[1:]]
    whole = {"content": "Việc gõ tay", "leads": "Công an", "deliverables": "Báo cáo", "due": "Quý II"}
    for line, row in zip(lines, rows, strict=True):
        cells_typed = [(cells.Cell("line", line.pk, f), v, None) for f, v in (whole | row).items()]
        review.save_cells(draft, cells_typed, by=coordinator.pk, at=AT)
    return draft, lines


def test_another_row_of_the_same_number_settles_nothing(ward, coordinator, as_coordinator):
    draft, (first, second) = typed(ward, coordinator, {"due": "31/02/2027"}, {"number": "1"})
    review.save_cells(
        draft, [(cells.Cell("line", second.pk, "due"), "31/03/2027", None)], by=coordinator.pk, at=AT
    )
    review.save_cells(draft, [(cells.Cell("line", second.pk, "number"), "2", None)], by=coordinator.pk, at=AT)
    wrong = draft.findings.get(code="deadline-impossible")
    assert (wrong.state, wrong.places) == ("open", first.place)
    assert as_coordinator.post(reverse("plans:effect", args=[draft.token])).status_code == 422


def test_a_mend_goes_to_its_own_row_whatever_the_numbers_are(ward, coordinator):
    draft, (first, second) = typed(ward, coordinator, {"due": "31/02/2027"}, {"number": "1"})
    findings.accept(draft, draft.findings.get(code="deadline-impossible").position, by=coordinator.pk, at=AT)
    assert [line.due for line in draft.lines.all()] == ["28/02/2027", "Quý II"]


def test_renumbered_rows_keep_what_is_said_of_them(draft, coordinator):
    wrong = draft.findings.get(places="II.2", code="deadline-incomplete")
    one, two = (draft.lines.get(place=place) for place in ("II.1", "II.2"))
    for line, number in ((two, "22"), (one, "2")):
        review.save_cells(
            draft, [(cells.Cell("line", line.pk, "number"), number, None)], by=coordinator.pk, at=AT
        )
    (view,) = [f for f in review_page.review(draft).findings if f.finding.pk == wrong.pk]
    assert (view.line, view.where) == (two.pk, "II.22")
    findings.accept(draft, wrong.position, by=coordinator.pk, at=AT)
    assert draft.lines.get(pk=one.pk).due == one.due
    assert draft.lines.get(pk=two.pk).due == "Hoàn thành tháng 12/2026"
    review.step_back(draft, by=coordinator.pk, at=AT)
    wrong.refresh_from_db()
    assert (wrong.state, draft.lines.get(pk=two.pk).due) == ("open", "Hoàn thành")


def test_a_mend_leaves_what_was_typed_since(ward, coordinator):
    found = Finding(
        "suspected-misspelling", "note", "I.1", "Có thể sai chính tả.", None,
        (Mend("I.1", "content", "Rà soát sổ sách của phường theo tường tháng"),),
    )  # fmt: skip
    draft = rooms.make_draft(ward, coordinator, rooms.make_reading(findings=(found,)))
    place = cell(draft, "I.1", "content")
    review.save_cells(
        draft, [(place, "Rà soát sổ sách của phường theo từng tháng, gửi báo cáo", None)], by=coordinator.pk, at=AT
    )  # fmt: skip
    findings.accept(draft, draft.findings.get().position, by=coordinator.pk, at=AT)
    assert draft.lines.get(pk=place.id).content == "Rà soát sổ sách của phường theo tường tháng, gửi báo cáo"


def test_a_mend_of_words_that_are_no_more_is_refused(draft, coordinator):
    section = draft.sections.get(number="II")
    title = cells.Cell("section", section.pk, "title")
    review.save_cells(draft, [(title, "Tên gõ tay", None)], by=coordinator.pk, at=AT)
    with pytest.raises(Refusal) as stale:
        findings.accept(
            draft, draft.findings.get(code="section-title-mismatch").position, by=coordinator.pk, at=AT
        )
    assert stale.value.code == "draft.mend-stale"
    assert draft.sections.get(number="II").title == "Tên gõ tay"


@pytest.mark.parametrize(
    ("made_from", "value", "now", "mended"),
    [
        ("a b c", "a x c", "a b c", "a x c"),
        ("a b c", "a x c", "a x c", "a x c"),
        ("a b c", "a x c", "a b c d", "a x c d"),
        ("a bb c ee", "a xx c yy", "ee q bb", "yy q xx"),
        ("a b c", "a x c", "a d c", None),
        ("a b c", "a x c", "a b b c", None),
        ("a b", "a b c", "a b d", "a b c d"),
        ("Tháng 13", "Tháng 12", "130 hồ sơ tháng 5", None),
        (
            "Văn phòng",
            "Văn phòng HĐND và UBND",
            "Văn phòng HĐND và UBND; Công an",
            "Văn phòng HĐND và UBND; Công an",
        ),
    ],
)
def test_a_mend_changes_only_what_it_is_about(made_from, value, now, mended):
    assert cells.mended(made_from, value, now) == mended


def test_a_plan_without_sections_takes_mends(ward, coordinator):
    lines = (replace(rooms.LINES[1], section="", number="3", due=read_due("31/02/2026", 2026).due),)
    found = Finding(
        "deadline-impossible", "error", "3", "Không có ngày này.", None, (Mend("3", "due", "28/02/2026"),)
    )
    draft = rooms.make_draft(ward, coordinator, rooms.make_reading(lines, findings=(found,)))
    findings.accept(draft, draft.findings.get().position, by=coordinator.pk, at=AT)
    assert draft.lines.get().due == "28/02/2026"


def test_what_was_set_aside_is_not_raised_by_undoing(draft, coordinator):
    wrong = draft.findings.get(places="II.2", code="deadline-incomplete")
    findings.set_aside(draft, wrong.position, reason="Chờ tỉnh", by=coordinator.pk, at=AT)
    review.save_cells(draft, [(cell(draft, "II.2", "due"), "Quý IV", None)], by=coordinator.pk, at=AT)
    review.step_back(draft, by=coordinator.pk, at=AT)
    assert [f.state for f in draft.findings.filter(places="II.2", code="deadline-incomplete")] == ["aside"]


def test_what_was_settled_by_typing_is_open_again_with_the_old_text(draft, coordinator):
    wrong = draft.findings.get(places="II.2", code="deadline-incomplete")
    review.save_cells(draft, [(cell(draft, "II.2", "due"), "Quý IV", None)], by=coordinator.pk, at=AT)
    assert draft.findings.get(pk=wrong.pk).state == "accepted"
    review.step_back(draft, by=coordinator.pk, at=AT)
    assert [f.state for f in draft.findings.filter(places="II.2", code="deadline-incomplete")] == ["open"]


def test_no_finding_outlives_a_section_that_was_taken_back(ward, coordinator):
    draft, _ = typed(ward, coordinator, {})
    made = review.add_line(draft, section=None, title="Mục thêm", by=coordinator.pk, at=AT)
    review.save_cells(
        draft, [(cells.Cell("line", made.pk, "due"), "31/02/2027", None)], by=coordinator.pk, at=AT
    )
    assert draft.findings.filter(state="open", places=made.place).exists()
    while draft.changes.exists():
        review.step_back(draft, by=coordinator.pk, at=AT)
    left = draft.findings.exclude(places=draft.lines.get().place).filter(state="open")
    assert not [(f.places, f.code) for f in left]


def test_a_comma_in_a_number_parts_no_places(ward, coordinator):
    lines = (replace(rooms.LINES[1], number="1, 2"),)
    found = Finding("deadline-before-plan-date", "warning", "I.1, 2", "Đã qua.")
    draft = rooms.make_draft(ward, coordinator, rooms.make_reading(lines, findings=(found,)))
    (view,) = review_page.review(draft).findings
    assert (view.line, view.where) == (draft.lines.get().pk, "I.1, 2")


def test_typing_back_leaves_no_empty_step(draft, coordinator):
    place = cell(draft, "I.1", "content")
    text = draft.lines.get(pk=place.id).content
    for value in ("Khác", text):
        review.save_cells(draft, [(place, value, None)], by=coordinator.pk, at=AT)
    assert not draft.changes.exists()


def test_a_new_section_takes_a_number_that_is_free(draft, coordinator):
    first = draft.sections.get(number="I")
    review.save_cells(
        draft, [(cells.Cell("section", first.pk, "number"), "III", None)], by=coordinator.pk, at=AT
    )
    made = review.add_line(draft, section=None, by=coordinator.pk, at=AT)
    assert made.section.number == "IV"


def test_an_untouched_field_of_an_old_form_overwrites_nothing(draft, coordinator, as_coordinator):
    line = draft.lines.get(place="I.2")
    old = {f"seen-{f}": getattr(line, f) for f in cells.LINE_FIELDS} | {
        f: getattr(line, f) for f in cells.LINE_FIELDS
    }
    review.save_cells(
        draft,
        [(cells.Cell("line", line.pk, "due"), "Quý III", None), (cells.Cell("line", line.pk, "note"), "Ghi thêm", None)],
        by=coordinator.pk, at=AT,
    )  # fmt: skip
    press = reverse("plans:cell", args=[draft.token])
    assert (
        as_coordinator.post(press, {"row": f"line:{line.pk}", **old, "content": "Việc khác"}).status_code
        == 303
    )
    now = draft.lines.get(pk=line.pk)
    assert (now.content, now.due, now.note) == ("Việc khác", "Quý III", "Ghi thêm")
    answer = as_coordinator.post(press, {"row": f"line:{line.pk}", **old, "due": "Quý I", "note": "Bỏ"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Hạn: Quý III; Ghi chú: Ghi thêm" in page
    assert "Việc khác" in page, "what was not touched is shown as it is by now"


def test_two_people_at_one_indicator_or_section_title(draft, coordinator, as_coordinator):
    one = review.save_indicator(
        draft, None, name="Tỷ lệ A", target="từ 90%", lead="", by=coordinator.pk, at=AT
    )
    press = reverse("plans:indicator", args=[draft.token])
    typed_first = {
        "row": one.pk,
        "name": "Tỷ lệ B",
        "target": "từ 90%",
        "lead": "",
        "seen": queries.measure_words(one),
    }
    assert as_coordinator.post(press, typed_first).status_code == 303
    assert as_coordinator.post(press, {**typed_first, "name": "Tỷ lệ C"}).status_code == 409
    one.refresh_from_db()
    assert one.name == "Tỷ lệ B"
    page = as_coordinator.get(reverse("plans:import", args=[draft.token])).content.decode()
    assert "Tỷ lệ B · " in page and 'name="seen-title"' in page


def test_the_second_press_of_effect_leads_to_the_plan(draft, as_coordinator):
    draft.findings.update(state="aside", reason="thử")
    press = reverse("plans:effect", args=[draft.token])
    answers = [as_coordinator.post(press) for _ in range(2)]
    assert [(a.status_code, a["Location"]) for a in answers] == [(303, "/ke-hoach/2026/cchc/")] * 2


def test_what_the_reader_said_of_a_text_holds_when_that_text_is_back(ward, coordinator):
    """It had the whole file before it: "Văn phòng" was cut short there, the cell reads in full."""
    found = Finding("office-incomplete", "warning", "I.1", "Cơ quan chủ trì chỉ ghi “Văn phòng”.")
    draft = rooms.make_draft(ward, coordinator, rooms.make_reading(findings=(found,)))
    leads = cell(draft, "I.1", "leads")
    review.save_cells(draft, [(leads, "Phòng Văn hóa – Xã hội", None)], by=coordinator.pk, at=AT)
    assert draft.findings.get().state == "accepted"
    review.step_back(draft, by=coordinator.pk, at=AT)
    assert draft.findings.get().state == "open"


def test_an_office_written_almost_right_is_asked_about(draft, coordinator):
    place = cell(draft, "I.1", "leads")
    review.save_cells(draft, [(place, "Văn phòng HĐND và UBNDu", None)], by=coordinator.pk, at=AT)
    asked = draft.findings.get(code="office-unknown", places="I.1")
    findings.accept(draft, asked.position, by=coordinator.pk, at=AT)
    assert draft.lines.get(pk=place.id).leads == "Văn phòng HĐND và UBND"


def test_the_first_section_of_a_typed_plan_takes_the_first_title(ward, coordinator):
    draft = services.begin_typed(
        ward=ward.pk, token="gotaytenmucmot", year=2027, copy_from=None, by=coordinator.pk, at=AT
    )
    review.add_line(draft, section=None, title="Cải cách thể chế", by=coordinator.pk, at=AT)
    assert [(s.number, s.title) for s in draft.sections.all()] == [("I", "Cải cách thể chế")]
    review.add_line(draft, section=None, title="Cải cách thủ tục", by=coordinator.pk, at=AT)
    assert [s.number for s in draft.sections.all()] == ["I", "II"]


def test_a_row_without_words_is_opened_when_it_holds_the_plan_back(draft, coordinator, as_coordinator):
    draft.findings.update(state="aside", reason="thử")
    made = review.add_line(draft, section=draft.sections.first().pk, by=coordinator.pk, at=AT)
    answer = as_coordinator.post(reverse("plans:effect", args=[draft.token]))
    assert answer.status_code == 422
    assert f'name="row" value="line:{made.pk}"' in answer.content.decode()


def test_a_finding_never_takes_the_number_of_another(ward, coordinator):
    """Somebody's page may still show the other one's button."""
    draft = with_a_duty_of_the_body(ward, coordinator)
    findings.accept(draft, draft.findings.get().position, by=coordinator.pk, at=AT)
    used = set(draft.findings.values_list("position", flat=True))
    review.step_back(draft, by=coordinator.pk, at=AT)
    review.save_cells(draft, [(cell(draft, "I.2", "due"), "31/02/2026", None)], by=coordinator.pk, at=AT)
    assert draft.findings.get(code="deadline-impossible").position not in used


def test_a_finding_of_several_rows_set_aside_covers_only_what_stood_there(ward, coordinator):
    found = Finding("office-unknown", "error", "I.1, I.2", "Phường, xã không có cơ quan “Sở X”.")
    draft = rooms.make_draft(ward, coordinator, rooms.make_reading(findings=(found,)))
    findings.set_aside(draft, draft.findings.get().position, reason="có thật", by=coordinator.pk, at=AT)
    review.save_cells(draft, [(cell(draft, "I.1", "leads"), "Sở Không Có", None)], by=coordinator.pk, at=AT)
    assert draft.findings.filter(code="office-unknown", places="I.1", state="open").count() == 1


def test_an_office_that_the_ward_has_not_is_chosen_anew_for_all_its_rows(ward, coordinator, as_coordinator):
    lines = (
        replace(rooms.LINES[0], leads=("Phòng Tư pháp", "Văn phòng HĐND và UBND")),
        replace(rooms.LINES[1], leads=("Phòng Tư pháp",)),
        *rooms.LINES[2:],
    )
    found = Finding(
        "office-unknown", "error", "I.1, I.2", "Phường, xã không có cơ quan “Phòng Tư pháp” để giao chủ trì."
    )
    draft = rooms.make_draft(ward, coordinator, rooms.make_reading(lines, findings=(found,)))
    address, at = reverse("plans:finding", args=[draft.token]), draft.findings.get().position
    page = as_coordinator.get(reverse("plans:import", args=[draft.token])).content.decode()
    assert "Chọn đơn vị khác…" in page and "<option>Phòng Văn hóa – Xã hội</option>" in page
    assert "<option>Các phòng, ban, ngành</option>" not in page and "Dùng cho cả 2 dòng" in page
    for office in ("", "Phòng Không Có"):
        assert (
            as_coordinator.post(address, {"finding": at, "act": "office", "office": office}).status_code
            == 422
        )
    sent = {"finding": at, "act": "office", "office": "Phòng Văn hóa – Xã hội"}
    for _ in range(2):
        assert as_coordinator.post(address, sent).status_code == 303
    leads = (
        draft.lines.filter(section__number="I", number__in="12")
        .order_by("number")
        .values_list("leads", flat=True)
    )
    assert list(leads) == ["Phòng Văn hóa – Xã hội; Văn phòng HĐND và UBND", "Phòng Văn hóa – Xã hội"]
    assert not draft.findings.filter(code="office-unknown", state="open").exists()
    review.step_back(draft, by=coordinator.pk, at=AT)
    assert draft.findings.get(code="office-unknown").state == "open"
    assert draft.lines.get(section__number="I", number="2").leads == "Phòng Tư pháp"


def test_a_mend_that_leaves_something_wrong_says_so(ward, coordinator):
    draft, (line,) = typed(ward, coordinator, {"due": "31/06/2027; 31/09/2027"})
    first = draft.findings.get(code="deadline-impossible", state="open")
    DraftMend.objects.filter(finding=first).update(value="30/06/2027; 31/09/2027")
    findings.accept(draft, first.position, by=coordinator.pk, at=AT)
    assert draft.lines.get(pk=line.pk).due == "30/06/2027; 31/09/2027"
    assert draft.findings.filter(code="deadline-impossible", state="open").exists()


def test_suggestion_and_mend_follow_the_text(ward, coordinator):
    draft, (line,) = typed(ward, coordinator, {"due": "tháng 13"})
    due = cells.Cell("line", line.pk, "due")
    for text, mends in (("31/6/2027", ["30/6/2027"]), ("tháng 14", [])):
        review.save_cells(draft, [(due, text, None)], by=coordinator.pk, at=AT)
        (now,) = draft.findings.filter(code="deadline-impossible", state="open")
        assert [m.value for m in now.mends.all()] == mends and now.suggestion == "".join(mends)


def test_a_row_that_becomes_a_task_wants_a_deadline(ward, coordinator):
    target = replace(
        rooms.LINES[0], content="Tỷ lệ hồ sơ đúng hạn đạt từ 95% trở lên", deliverables=(), is_indicator=True,
        due=read_due("", 2026).due,
    )  # fmt: skip
    draft = rooms.make_draft(ward, coordinator, rooms.make_reading((target,), findings=()))
    review.save_cells(
        draft, [(cell(draft, "I.1", "deliverables"), "Báo cáo", None)], by=coordinator.pk, at=AT
    )
    assert draft.findings.filter(code="deadline-missing", state="open").exists()


def test_another_signing_date_is_held_against_every_deadline(ward, coordinator):
    draft = rooms.make_draft(ward, coordinator, rooms.make_reading(findings=()))
    head = cells.Cell("head", 0, "date")
    review.save_cells(draft, [(head, "01/03/2026", None)], by=coordinator.pk, at=AT)
    assert draft.findings.filter(code="deadline-before-plan-date", places="I.2", state="open").exists()
    review.step_back(draft, by=coordinator.pk, at=AT)


def test_what_is_said_of_two_rows_is_settled_with_one(ward, coordinator):
    found = Finding("near-duplicate-task", "warning", "I.1, I.3", "Gần như một việc.")
    draft = rooms.make_draft(ward, coordinator, rooms.make_reading(findings=(found,)))
    review.remove_line(draft, cell(draft, "I.3", "due").id, by=coordinator.pk, at=AT)
    assert draft.findings.get().state == "accepted"
    review.step_back(draft, by=coordinator.pk, at=AT)
    assert draft.findings.get().state == "open"


def test_nothing_is_looked_at_again_in_a_row_that_is_gone(draft, coordinator):
    wrong = draft.findings.get(places="II.2", code="deadline-incomplete")
    review.remove_line(draft, cell(draft, "II.2", "due").id, by=coordinator.pk, at=AT)
    with pytest.raises(Refusal) as gone:
        findings.reopen(draft, wrong.position, by=coordinator.pk, at=AT)
    assert gone.value.code == "draft.row-gone"


def test_a_refused_head_keeps_what_was_typed(draft, as_coordinator):
    press = reverse("plans:head", args=[draft.token])
    answer = as_coordinator.post(press, {"date": "99/99/2026", "signer": "Trần Văn Thử", "seen-signer": ""})
    page = answer.content.decode()
    assert answer.status_code == 422 and 'value="Trần Văn Thử"' in page and 'value="99/99/2026"' in page
    assert 'name="seen-date" value="03/02/2026"' in page
    draft.head.refresh_from_db()
    assert draft.head.signer == ""


def test_the_filter_narrows_what_can_be_answered_in_the_table(ward, coordinator, as_coordinator):
    draft = rooms.make_draft(ward, coordinator)
    acts = '<div class="acts" hidden>'

    def folded(asked):
        page = as_coordinator.get(f"/ke-hoach/nap/{draft.token}/{asked}").content.decode()
        rows = [
            row.split("</tr>")[0]
            for row in page.split('<tr class="hint-row is-')[1:]
            if "data-severity" in row.split(">")[0]
        ]
        return {row.split('data-severity="')[1].split('"')[0]: acts in row for row in rows}

    assert set(folded("").values()) == {False}
    assert folded("?loc=error") == {"error": False, "warning": True, "note": True}
    assert folded("?loc=note") == {"error": True, "warning": True, "note": False}


def test_an_error_without_a_mend_leads_to_the_field_that_sets_it_right(ward, coordinator, as_coordinator):
    findings = (
        Finding("deadline-incomplete", "error", "I.3", "Thời hạn chỉ ghi “Hoàn thành”."),
        Finding("office-unknown", "warning", "I.1", "Không rõ cơ quan."),
        Finding("date-missing", "error", "head date", "Kế hoạch không ghi ngày ký."),
    )
    draft = rooms.make_draft(ward, coordinator, rooms.make_reading(findings=findings))
    address = f"/ke-hoach/nap/{draft.token}/"
    page = as_coordinator.get(f"{address}?loc=error").content.decode()
    line = draft.lines.get(section__number="I", number="3").pk
    fixes = re.findall(r'href="([^"]+)" data-fix>([^<]+)<', page)
    assert fixes == [
        (f"{address}?sua={line}&amp;o=due", "Sửa dòng I.3"),
        (f"{address}?dau=date", "Sửa ở đầu kế hoạch"),
    ]
    editing = as_coordinator.get(f"{address}?sua={line}&o=due").content.decode()
    assert editing.count("autofocus") == 1 and "autofocus" in editing.split('id="e-due"')[1].split(">")[0]
    head = as_coordinator.get(f"{address}?dau=date").content.decode()
    assert 'id="head-box" open' in head and "autofocus" in head.split('id="h-date"')[1].split(">")[0]
