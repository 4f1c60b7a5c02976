"""Deadline phrases: the worked examples, what a scan does to them, and properties that hold for any."""

from __future__ import annotations

import datetime as dt
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caicach.data import work_calendar
from caicach.rules.deadlines import occurrences, read_due
from caicach.rules.due import Due
from tests.shared import shared

VECTORS = json.loads(path.read_text()) if (path := shared("vectors/deadlines.json")) else []
YEARS = st.integers(2025, 2030)


@pytest.mark.skipif(
    not VECTORS, reason="the worked examples (vectors/deadlines.json) are not beside this checkout"
)
@pytest.mark.parametrize("case", VECTORS, ids=[case["text"] for case in VECTORS])
def test_every_worked_example_is_read_as_written_there(case):
    reading = read_due(case["text"], 2026)
    got, want = reading.due.to_json(), dict(case["due"])
    assert bool(got.pop("condition")) == case["has_condition"]
    want.pop("condition")
    assert got == want
    assert list(reading.findings) == case["findings"]


@pytest.mark.parametrize(
    ("scanned", "meant"),
    [
        ("Quý l/2026", "Quý I/2026"), ("Quý 1/2O26", "Quý I/2026"), ("Quý lV/2026", "Quý IV/2026"), ("Quý Ill/2026", "Quý III/2026"), ("Qúy II/2026", "Quý II/2026"),
        ("Thuờng xuyên", "Thường xuyên"), ("Thuong xuyen", "Thường xuyên"), ("3l/8/2026", "31/8/2026"), ("31 /8/2026", "31/8/2026"), ("O1/2026", "01/2026"), ("Hăng quý", "Hằng quý"),
        ("Tháng I2/2026", "Tháng 12/2026"), ("Hoàn thành tháng01/2026", "Hoàn thành tháng 01/2026"), ("Trưóc ngày 30/6/2026", "Trước ngày 30/6/2026"),
    ],
)  # fmt: skip
def test_a_scanners_slip_is_mended_and_reported(scanned, meant):
    reading, right = read_due(scanned, 2026), read_due(meant, 2026)
    assert _meaning(reading.due) == _meaning(right.due)
    assert reading.findings == ("suspected-misspelling",)
    assert reading.due.text == scanned


@pytest.mark.parametrize(
    "phrase",
    [
        "Thường  xuyên",
        "Thường\nxuyên",
        unicodedata.normalize("NFD", "Thường xuyên"),
        "THƯỜNG XUYÊN",
        "Thường xuyên.",
    ],
)
def test_blanks_case_and_composition_are_no_slips(phrase):
    reading = read_due(phrase, 2026)
    assert reading.due.kind == "ongoing"
    assert reading.findings == ()


@pytest.mark.parametrize(
    "phrase",
    ["Đầu năm 2026", "Giữa năm", "Đầu quý II", "Trước tháng 7/2026", "Trước Quý III", "4-5/2026", "Định kỳ", "Định kỳ hoặc đột xuất", "3 lần/năm", "ít nhất 02 đợt", "Tháng Giêng", "Khẩn trương", "Như trên",
     "Thường xuyên, báo cáo trước 15/12/2026"],
)  # fmt: skip
def test_what_only_a_person_can_decide_is_left_to_one(phrase):
    reading = read_due(phrase, 2026)
    assert reading.due.kind == "unknown"
    assert reading.findings == ("deadline-ambiguous",)


def test_before_a_month_suggests_the_day_before_it():
    assert read_due("Trước tháng 7/2026", 2026).suggestion == "30/6/2026"


@pytest.mark.parametrize(
    ("phrase", "suggestion"),
    [
        ("31/11/2026", "30/11/2026"),
        ("Trước ngày 30-02-2028", "Trước ngày 29-02-2028"),
        ("Từ 01/06/2026 đến 31/06/2026", "Từ 01/06/2026 đến 30/06/2026"),
        ("Tháng 13/2026", None),
        ("32/01/2026", None),
        ("31/13/2026", None),
    ],
)
def test_a_day_that_its_month_lacks_is_mended_to_its_last(phrase, suggestion):
    reading = read_due(phrase, 2026)
    assert (reading.findings, reading.suggestion) == (("deadline-impossible",), suggestion)


@given(
    st.dates(dt.date(2025, 1, 1), dt.date(2030, 12, 31)),
    st.sampled_from(
        [
            "{d}/{m}/{y}",
            "{d:02}/{m:02}/{y}",
            "{d}-{m}-{y}",
            "ngày {d} tháng {m} năm {y}",
            "Trước ngày {d}/{m}/{y}",
            "Hoàn thành {d}.{m}.{y}",
            "Chậm nhất {d}/{m}/{y}",
        ]
    ),
)
def test_any_day_however_written_is_that_day(day, shape):
    due = read_due(shape.format(d=day.day, m=day.month, y=day.year), 2026).due
    assert (due.kind, due.start, due.end) == ("by", None, day)


@given(
    st.integers(1, 4),
    YEARS,
    st.sampled_from(
        ["Quý {r}/{y}", "Quý {n}/{y}", "Q.{r}/{y}", "Trong quý {r} năm {y}", "Hoàn thành Quý {r}/{y}"]
    ),
)
def test_any_quarter_is_its_first_to_last_day(number, year, shape):
    due = read_due(shape.format(r=("I", "II", "III", "IV")[number - 1], n=number, y=year), 2026).due
    assert due.start == dt.date(year, 3 * number - 2, 1)
    assert due.end is not None and due.end + dt.timedelta(days=1) == (
        dt.date(year, 3 * number + 1, 1) if number < 4 else dt.date(year + 1, 1, 1)
    )


@given(st.lists(st.integers(1, 12), min_size=2, max_size=5, unique=True), YEARS)
def test_a_list_of_months_is_each_ones_last_day(months, year):
    months.sort()
    due = read_due(f"Tháng {', '.join(map(str, months[:-1]))} và {months[-1]}/{year}", 2026).due
    assert due.every == "dates"
    assert [day.month for day in due.dates] == months
    assert all((day + dt.timedelta(days=1)).day == 1 and day.year == year for day in due.dates)


@given(st.text(max_size=60), YEARS)
def test_no_phrase_raises_and_none_is_silently_unknown(text, year):
    reading = read_due(text, year)
    assert reading.due.kind != "unknown" or reading.findings


@given(
    st.sampled_from(
        [
            "Hằng tuần",
            "Hằng tháng",
            "Hằng quý",
            "6 tháng/lần",
            "Ngày 31 hằng tháng",
            "Thứ Sáu hằng tuần",
            "Từ tháng 4/2026, hằng tháng",
        ]
    ),
    st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)),
)
def test_occurrences_lie_in_the_year_after_the_plans_date_each_with_a_working_day(phrase, signed):
    days = occurrences(read_due(phrase, 2026).due, 2026, work_calendar(), signed)
    assert all(signed <= day.date <= dt.date(2026, 12, 31) for day in days)
    assert all(day.working_day <= day.date and work_calendar().is_working(day.working_day) for day in days)
    assert len({day.date for day in days}) == len(days)


def test_a_date_on_a_day_off_is_kept_with_the_working_day_before_it():
    (day,) = occurrences(read_due("31/01/2026", 2026).due, 2026, work_calendar())
    assert (day.date, day.working_day) == (dt.date(2026, 1, 31), dt.date(2026, 1, 30))


def _meaning(due: Due) -> tuple:
    return due.kind, due.start, due.end, due.every, due.day, due.dates
