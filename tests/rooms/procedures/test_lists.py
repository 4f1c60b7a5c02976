"""The catalogue from a list: every row beside what is known, mended, left out, written at once or not at all; the same file again
changes nothing."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from caicach.history.models import Event
from caicach.procedures import listed, lists
from caicach.procedures.models import CatalogueList, Procedure, Version
from caicach.procedures.services import Decision
from caicach.rules.procedures import Span
from caicach.rules.refusal import Refusal
from tests.factories import rooms
from tests.rooms.procedures.conftest import AT, entry, many

pytestmark = pytest.mark.django_db
TODAY = rooms.TODAY
SENT = {"valid_from": "23/11/2026", "decision_number": "77/QĐ-UBND", "decision_date": "20/11/2026", "decision_issuer": "UBND tỉnh Thử"}  # fmt: skip
HEAD = "Mã;Tên thủ tục;Cấp;Thời hạn giải quyết;Phí, lệ phí"
ROWS = (
    "1.001193;Đăng ký khai sinh;Cấp xã;07 ngày làm việc;Không",
    "1.000656;Đăng ký khai tử;Cấp xã;Ngay trong ngày;",
    "1.009999;Giấy phép của tỉnh;Cấp tỉnh;15 ngày;100.000 đồng",
)


def file(*rows, head=HEAD, name="danh-muc.csv"):
    return SimpleUploadedFile(name, "\n".join([head, *rows]).encode())


@pytest.fixture
def bring(ward, coordinator):
    def go(*rows, **other):
        return lists.read(file(*rows, **other), ward=ward.pk, by=coordinator.pk, at=AT)

    return go


@pytest.fixture
def take(coordinator):
    def go(found, **other):
        facts = {"seen": lists.compare(found, today=TODAY).mark, "decision": Decision("77/QĐ-UBND"), "valid_from": TODAY}  # fmt: skip
        return lists.take(found, **{**facts, **other}, by=coordinator.pk, at=AT, today=TODAY)

    return go


@pytest.fixture
def signed_in(client, coordinator):
    client.force_login(coordinator)
    return client


def states(found):
    return [line.state for line in lists.compare(found, today=TODAY).lines]


def now(code):
    return Version.objects.filter(procedure__code=code).order_by("-valid_from")[0]


def test_new_changed_and_what_is_left_out_by_level(publish, bring, take):
    publish(entry())
    found = bring(*ROWS)
    lists.leave_level(found, "province", is_left=True)
    found.refresh_from_db()
    assert states(found) == ["doi", "moi", "bo"]
    changed = lists.compare(found, today=TODAY).lines[0].told.changes
    assert changed == [("Theo luật", "10 ngày làm việc", "7 ngày làm việc")]
    assert take(found) == lists.Taken(1, 1, 0)
    one, dead = now("1.001193"), now("1.000656")
    assert (one.law, one.valid_from, one.decision_number, one.checked) == (Span("working-day", 7), TODAY, "77/QĐ-UBND", False)  # fmt: skip
    assert one.components.count() == 2 and one.steps.count() == 2, "what the list is silent about stays"
    assert dead.fee_status == "unknown" and dead.law.unit == "same-day", "an empty fee is never free"
    assert not Procedure.objects.filter(code="1.009999").exists() and not CatalogueList.objects.exists()
    assert Event.objects.filter(code="procedure.published").count() >= 3


def test_a_dossier_stays_under_its_version(publish, bring, take):
    (before,) = publish(entry())
    take(bring(ROWS[0]))
    before.refresh_from_db()
    assert before.law == Span("working-day", 10) and before.valid_to == TODAY - dt.timedelta(days=1)


def test_the_same_file_again_changes_nothing(publish, bring, take):
    publish(entry())
    take(bring(*ROWS))
    again = bring(*ROWS)
    assert set(states(again)) == {"giong"}
    with pytest.raises(Refusal) as refused:
        take(again)
    assert refused.value.code == "catalogue.nothing"


def test_odd_cells_stay_visible_and_hold_everything_up_until_they_are_mended(publish, bring, take):
    publish(entry())
    found = bring(
        "1.001193;Đăng ký khai sinh;Cấp xã;5-7 ngày;Không", "abc;Tên;;;", ";Không mã;;;Không", "1.000656;;;;"
    )
    assert states(found) == ["sai"] * 4
    with pytest.raises(Refusal) as refused:
        take(found)
    assert refused.value.code == "catalogue.problems-open" and Version.objects.count() == 1
    lists.mend(found, 0, {"law": "5 ngày làm việc"})
    lists.mend(found, 3, {"name": "Đăng ký khai tử"})
    found.refresh_from_db()
    assert states(found) == ["doi", "sai", "sai", "moi"]
    assert lists.skip_problems(found, today=TODAY) == 2
    found.refresh_from_db()
    assert take(found) == lists.Taken(1, 1, 0)


def test_an_odd_time_of_a_new_one_is_kept_in_words_and_noted(bring, take):
    found = bring("1.000656;Đăng ký khai tử;;theo Nghị định 123;")
    (line,) = lists.compare(found, today=TODAY).lines
    assert line.state == "moi" and "Chưa hiểu thời hạn" in line.told.notes[0]
    take(found)
    assert now("1.000656").law is None and now("1.000656").time_words == "theo Nghị định 123"


def test_a_law_shorter_than_the_wards_own_time_is_looked_at(publish, bring):
    publish(entry(own=Span("working-day", 8)))
    found = bring(ROWS[0])
    (line,) = lists.compare(found, today=TODAY).lines
    assert line.state == "sai" and dict(line.told.problems)["own"].startswith("Thời hạn của phường")
    lists.mend(found, 0, {"own": "theo luật"})
    found.refresh_from_db()
    assert states(found) == ["doi"]


def test_two_rows_that_differ_are_both_looked_at(bring):
    found = bring("1.000656;Đăng ký khai tử;;;", "1.000656;Khai tử khác;;;")
    assert states(found) == ["sai", "sai"]
    lists.skip(found, 1, is_skipped=True)
    found.refresh_from_db()
    assert states(found) == ["moi", "bo"]


def test_ended_by_the_list_and_by_choice(publish, bring, take):
    publish(entry(), *many(2))
    found = bring("Danh mục thủ tục bị bãi bỏ;;;;", "1.000001;Thủ tục thứ 1;;;")
    told = lists.compare(found, today=TODAY)
    assert [line.state for line in told.lines] == ["het"]
    assert {code for code, _ in told.missing} == {"1.001193", "1.000002"}
    assert take(found, ends=["1.000002", "9.999999"]) == lists.Taken(0, 0, 2)
    assert now("1.000001").valid_to and now("1.000002").valid_to and now("1.001193").valid_to is None
    unknown = bring("Danh mục thủ tục bị bãi bỏ;;;;", "1.009999;Không có ở đây;;;")
    assert states(unknown) == ["sai"]


def test_all_or_nothing(publish, bring, take):
    publish(entry(), since=TODAY)
    found = bring("1.001193;Tên khác;;;", "1.000656;Đăng ký khai tử;;;")
    with pytest.raises(Refusal) as refused:
        take(found)
    assert refused.value.code == "procedure.dates-backwards" and Procedure.objects.count() == 1
    assert CatalogueList.objects.filter(pk=found.pk).exists()


def test_somebody_changed_the_catalogue_meanwhile(publish, bring, take):
    found = bring(*ROWS)
    seen = lists.compare(found, today=TODAY).mark
    publish(entry())
    with pytest.raises(Refusal) as refused:
        take(found, seen=seen)
    assert refused.value.code == "catalogue.changed-meanwhile"


def test_a_decision_is_asked_for(bring, take):
    with pytest.raises(Refusal) as refused:
        take(bring(*ROWS), decision=Decision())
    assert (refused.value.code, refused.value.place) == ("catalogue.decision-missing", "decision_number")


def test_steps_are_matched_to_offices(publish, bring, ward):
    publish(entry())
    found = bring("1.001193;Đăng ký khai sinh;;;")
    found.rows[0]["steps"] = [{"step_name": "Nhận", "step_office": "VH–XH", "step_share": "50"}, {"step_name": "Ký", "step_office": "Sở Lạ", "step_share": "50"}]  # fmt: skip
    found.save()
    (line,) = lists.compare(found, today=TODAY).lines
    assert line.state == "sai" and "Sở Lạ" in dict(line.told.problems)["steps"]
    lists.forget_steps(found, 0)
    found.refresh_from_db()
    assert states(found) == ["giong"]


def test_the_count_of_queries_does_not_grow(publish, bring):
    counts = []
    for size in (1, 60):
        found = bring(*[f"1.{n:06};Thủ tục thứ {n};;;" for n in range(1, size + 1)])
        publish(*many(size), since=TODAY - dt.timedelta(days=90 - size))
        with CaptureQueriesContext(connection) as asked:
            lists.compare(found, today=TODAY)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 9


# --- the pages -----------------------------------------------------------------------------------------------------


def test_from_the_file_to_the_catalogue_on_screen(signed_in, publish):
    publish(entry())
    assert signed_in.get("/thu-tuc/nap/").status_code == 200
    answer = signed_in.post("/thu-tuc/nap/", {"file": file(*ROWS, "abc;Sai mã;;;")})
    assert answer.status_code == 303
    there = answer["Location"]
    page = signed_in.get(there).content.decode()
    assert "Xem lại từng dòng" in page and "không phải mã thủ tục" in page and "Ghi " not in page.split("Bỏ qua dòng ấy")[0]  # fmt: skip
    assert "<del>10 ngày làm việc</del>" in page and "<ins>7 ngày làm việc</ins>" in page
    assert signed_in.post(f"{there}dong/", {"dong": "3", "viec": "sua", "code": "TAM-1", "level": "Cấp xã"}).status_code == 303  # fmt: skip
    assert signed_in.post(f"{there}bo-qua/", {"cap": "province"}).status_code == 303
    page = signed_in.get(there)
    assert "Ghi 3 thủ tục vào danh mục" in page.content.decode()
    mark = page.context["compared"].mark
    wrong = signed_in.post(f"{there}ghi/", {**SENT, "decision_number": "", "dau": mark})
    assert wrong.status_code == 422 and "Hãy ghi số quyết định công bố" in wrong.content.decode()
    assert signed_in.post(f"{there}ghi/", {**SENT, "valid_from": "32/13", "dau": mark}).status_code == 422
    assert signed_in.post(f"{there}ghi/", {**SENT, "dau": mark}).status_code == 303
    assert now("TAM-1").name == "Sai mã" and now("1.001193").decision_date == dt.date(2026, 11, 20)
    gone = signed_in.post(f"{there}ghi/", {**SENT, "dau": mark})
    assert gone.status_code == 404 and "đã được ghi" in gone.content.decode()


def test_a_file_that_is_no_list_is_told_at_its_field(signed_in):
    answer = signed_in.post("/thu-tuc/nap/", {"file": file("A;B", head="Họ tên;Tuổi")})
    assert answer.status_code == 422 and "Không thấy dòng tiêu đề" in answer.content.decode()
    assert signed_in.post("/thu-tuc/nap/", {}).status_code == 422


def test_dropped_and_of_another_ward(signed_in, bring, client):
    found = bring(*ROWS)
    other = rooms.make_ward("Phường Hai")
    client.force_login(rooms.make_person(other, "coordinator"))
    assert client.get(f"/thu-tuc/nap/{found.token}/").status_code == 404


def test_a_list_is_dropped(signed_in, bring):
    found = bring(*ROWS)
    assert signed_in.post(f"/thu-tuc/nap/{found.token}/bo/").status_code == 303
    assert not CatalogueList.objects.exists() and not Procedure.objects.exists()


@pytest.mark.parametrize("kind", ["xlsx", "docx"])
def test_the_whole_catalogue_is_a_file(signed_in, publish, kind):
    publish(entry())
    answer = signed_in.get(f"/thu-tuc/danh-muc.{kind}")
    assert answer.status_code == 200 and answer.content[:2] == b"PK" and kind in answer["Content-Disposition"]
    assert signed_in.get("/thu-tuc/danh-muc.pdf").status_code == 404


@pytest.mark.parametrize("ticked", [False, True])
def test_a_changed_row_is_checked_only_where_somebody_says_so_now(publish, bring, take, ticked):
    publish(entry(checked=True))
    found = bring("1.001193;Tên mới;đã đối chiếu", head="Mã;Tên thủ tục;Đối chiếu")
    assert states(found) == ["doi"]
    take(found, checked=ticked)
    assert now("1.001193").checked is ticked


CELL = st.sampled_from(["", "5-7", "x", "Không", "9" * 30, "½", "1.000,5", "ngày", "0", "-1", "(", "40%"]) | st.text(max_size=40)  # fmt: skip
COLUMNS = ["code", "name", "law", "own", "fee", "fee_status", "fee_amount", "channels", "online", "level", "since", "decision_date", "papers", "checked", "system", "everyday"]  # fmt: skip
PART = st.dictionaries(st.sampled_from(["paper_name", "paper_originals", "step_name", "step_share", "step_office", "case_name", "law", "fee", "fee_status"]), CELL, max_size=5)  # fmt: skip


@given(st.dictionaries(st.sampled_from(COLUMNS), CELL), st.lists(PART, max_size=2), st.booleans())
def test_whatever_stands_in_a_row_it_is_told_not_raised(said, parts, is_known):
    row = listed.Row(0, "dòng 1", said, parts, parts, parts)
    found = listed.told(row, entry() if is_known else None, {}, {}, a_day=480)
    assert found.problems or found.entry.name
