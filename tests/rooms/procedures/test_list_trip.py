"""The catalogue as a file and back: nothing is lost, whatever it holds, as Excel and as Word."""

import datetime as dt
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caicach.organisation.models import Office
from caicach.procedures import list_file, lists, services, starter
from caicach.procedures.services import Decision, Entry, Paper, Step, Variant
from caicach.reading.procedure_list import Sheet as Read
from caicach.reading.procedure_list import listed
from caicach.rules.procedures import FEES, LEVELS, Span
from caicach.writing.list_docx import list_docx
from caicach.writing.list_xlsx import list_xlsx
from tests.factories import rooms
from tests.rooms.procedures.conftest import AT, SINCE, entry

pytestmark = pytest.mark.django_db
FULL = {
    "everyday_words": "làm giấy khai sinh\nsinh con", "who_may_ask": "Công dân", "by_post": True, "online": "full", "result": "Giấy khai sinh",
    "legal_basis": "Luật Hộ tịch\nNĐ 123/2015", "conditions": "Có mặt\nĐủ tuổi", "decides": "UBND phường", "own": Span("working-hour", 20),
    "ward_decision": "12/QĐ-UBND", "time_words": "10 ngày làm việc, nhận sau 15 giờ", "fee_status": "known", "fee_words": "Miễn cho hộ nghèo",
    "fee_amount": 8000, "source": "Quyết định 12", "system": "own",
}  # fmt: skip


@pytest.fixture
def office(ward):
    return Office.objects.filter(ward=ward, is_group=False).order_by("pk")[0]


def as_file(ward, kind="xlsx"):
    listing = list_file.whole_catalogue(ward.pk, ward_name=ward.name, today=rooms.TODAY)
    data = list_xlsx(listing) if kind == "xlsx" else list_docx(listing)
    return SimpleUploadedFile(f"danh-muc.{kind}", data)


def compared(ward, by, file):
    found = lists.read(file, ward=ward.pk, by=by.pk, at=AT)
    return found, lists.compare(found, today=rooms.TODAY)


@pytest.mark.parametrize("kind", ["xlsx", "docx"])
def test_what_is_exported_is_the_same_when_it_is_read_again(kind, ward, coordinator, publish, office):
    steps = (Step("Tiếp nhận", 40, office.pk), Step("Ký", 60))
    publish(*[one for one in starter.entries() if one.code != "1.001193"], entry(**{**FULL, "steps": steps}))  # fmt: skip
    _, told = compared(ward, coordinator, as_file(ward, kind))
    assert [(line.code, line.state, line.told.changes, line.told.problems) for line in told.lines if line.state != "giong"] == []  # fmt: skip
    assert len(told.lines) >= 32 and told.missing == ()


def test_an_empty_ward_takes_it_whole(ward, coordinator, publish):
    publish(*[one for one in starter.entries() if one.code != "1.001193"], entry(**FULL, checked=True))
    other = rooms.make_ward("Phường Hai")
    by = rooms.make_person(other, "coordinator")
    found, told = compared(other, by, as_file(ward))
    assert {line.state for line in told.lines} == {"moi"} and not told.needs_decision
    took = lists.take(
        found, seen=told.mark, decision=Decision(), valid_from=rooms.TODAY, by=by.pk, at=AT, today=rooms.TODAY
    )
    assert took.new == len(told.lines)
    mine, theirs = services.newest_entries(ward.pk), services.newest_entries(other.pk)
    assert [e for _, e in mine] == [e for _, e in theirs]
    facts = lambda v: (v.valid_from, v.decision_number, v.decision_date, v.decision_issuer)  # noqa: E731
    assert [facts(v) for v, _ in mine] == [facts(v) for v, _ in theirs] and mine[0][0].valid_from == SINCE


WORDS = st.text("aăâđêôơư ÁỆ(),;.:–/%\"'=+@123", max_size=30).map(lambda t: " ".join(t.split()))
NAME = WORDS.map(lambda text: f"T {text}".strip())
LINES = st.lists(NAME, max_size=3).map("\n".join)
SPAN = st.one_of(
    st.just(Span("same-day", 0)),
    st.builds(Span, st.sampled_from(["working-day", "calendar-day", "working-hour", "month"]), st.integers(1, 2000)),
)  # fmt: skip
PAPER = st.builds(Paper, NAME, st.integers(0, 9), st.integers(0, 9), WORDS.filter(lambda t: t == "" or any(c.isalnum() for c in t)), st.just(""), st.booleans())  # fmt: skip
CASE = st.builds(
    Variant, NAME, st.just("sau 60 ngày"), st.none() | SPAN, st.sampled_from(["", *FEES]), st.just("")
)
ENTRY = st.builds(
    Entry, st.just("1.001193"), NAME, everyday_words=LINES, field=NAME, level=st.sampled_from(list(LEVELS)), who_may_ask=NAME, at_counter=st.booleans(),
    by_post=st.booleans(), online=st.sampled_from(["", "part", "full"]), result=NAME, legal_basis=LINES, conditions=LINES, decides=NAME,
    law=st.none() | SPAN, time_words=NAME, fee_status=st.just("known"), fee_words=NAME, fee_amount=st.none() | st.integers(0, 10**9),
    system=st.sampled_from(["beside", "own"]), components=st.lists(PAPER, max_size=3).map(tuple), cases=st.lists(CASE, max_size=2).map(tuple),
    steps=st.sampled_from([(), (Step("Một", 30), Step("Hai", 70))]),
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ENTRY)
def test_whatever_an_entry_holds_its_row_says_the_same(one):
    """Without files: what the writer puts into its tables, read as tables."""
    from caicach.procedures.listed import Row, told

    class version:  # noqa: N801
        valid_from, decision_number, decision_date, decision_issuer = (
            SINCE,
            "1/QĐ",
            dt.date(2025, 1, 1),
            "UBND",
        )

    tables = (("Danh mục", list_file._MAIN, [list_file._row(version, one)]), ("Giấy tờ", list_file._PAPERS, list_file._papers(one)), ("Các bước", list_file._STEPS, list_file._steps(one, {})), ("Trường hợp", list_file._CASES, list_file._cases(one)))  # fmt: skip
    sheets = []
    for name, columns, rows in tables:
        head = tuple(column.heading for column in columns)
        cells = [tuple(f"{v:%d/%m/%Y}" if isinstance(v, dt.date) else "" if v is None else str(v) for v in row) for row in rows]  # fmt: skip
        sheets.append(Read(name, "", tuple(enumerate([head, *cells], 1))))
    (found,) = listed(sheets).procedures
    row = Row(0, "", found.said, *([part.said for part in some] for some in (found.papers, found.steps, found.cases)))  # fmt: skip
    assert told(row, one, {}, {}, a_day=480).changes == []
    fresh = told(row, None, {}, {}, a_day=480)
    assert fresh.problems == []
    assert told(row, fresh.entry, {}, {}, a_day=480).changes == []
    assert (fresh.entry.law, fresh.entry.components, fresh.entry.cases, fresh.entry.steps) == (one.law, one.components, one.cases, one.steps)  # fmt: skip


def test_the_file_is_an_xlsx_that_opens(ward, publish):
    import openpyxl

    publish(entry(**FULL))
    book = openpyxl.load_workbook(io.BytesIO(as_file(ward).read()))
    assert book.sheetnames == ["Danh mục", "Giấy tờ", "Các bước", "Trường hợp"]
