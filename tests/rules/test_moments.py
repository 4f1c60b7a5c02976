"""Days and moments as they are written, and what is none."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caicach.rules.moments import day_first, from_serial, iso, moment_of, time_of

MOMENT = "2026-05-11T08:15"
WRITTEN = {
    "2026-05-11": (
        "11/05/2026", "11/5/26", "11-05-2026", "11.05.2026", "ngày 11 tháng 5 năm 2026", "Thứ Hai, 11/05/2026", "2026-05-11", "2026/05/11", "20260511", "11052026", "46153", "11 / 05 / 2026",
        "ngày 11/5 năm 2026", "sáng 11/05/2026", "11-May-2026", "11 Thg 5, 2026", "11/05/2026 (gia hạn 20/05/2026)",
    ),
    MOMENT: (
        "11/05/2026 08:15", "11/5/2026 8:15:33", "08:15 ngày 11/05/2026", "8h15 11/5/2026", "08g15, 11/05/2026", "8 giờ 15 phút, ngày 11 tháng 5 năm 2026", "11/05/2026 08:15 SA", "11/05/2026T08:15",
        "8 giờ 15' sáng ngày 11/5/2026", "2026-05-11T08:15:00+07:00", "2026-05-11T01:15:00.000Z", "2026-05-11 08:15:00.0", "2026-05-11T08:15:00.000+0700", "20260511081533", "46153.34375", "46153,34375",
        "Mon May 11 2026 08:15:00 GMT+0700 (Indochina Time)", "11/5/2026(8h15)", "11/05/2026-08:15", "11/05/2026  08:15:00.000",
    ),
    "2026-05-11T15:20": ("11/05/2026 03:20:33 CH", "11/5/2026 3:20 PM", "3:20 chiều 11/5/2026", "15 giờ 20 ngày 11/05/2026"),
    "2026-05-11T17:00": ("trước 17h ngày 11/05/2026", "17:00, 11/05/2026", "11/05/2026 17 giờ"),
    "2026-05-11T08:30": ("8 giờ rưỡi ngày 11/5/2026",),
    "2026-05-11T00:10": ("11/5/2026 12:10:00 AM", "11/5/2026 12:10 SA"),
    None: (
        "", "-", "30/02/2026", "31/04/2026 08:00", "00/00/0000", "01/01/1900", "01/01/0001", "5 ngày làm việc", "11/05/2026 25:10", "11/05/2026 - 12/05/2026", "12", "H01.31.05-260511-0001", "0000000000",
        "1.001193", "Đúng hạn", "11/05",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"), [(text, day) for day, texts in WRITTEN.items() for text in texts]
)
def test_a_written_moment(text, expected):
    assert iso(moment_of(text)) == expected


def test_the_order_that_a_column_proves():
    assert day_first(["11/05/2026", "13/05/2026"]) is True
    assert day_first(["05/11/2026 08:15", "05/13/2026"]) is False
    assert day_first(["05/11/2026"]) is None
    assert day_first(["13/05/2026", "05/13/2026"]) is None
    assert iso(moment_of("05/13/2026 8:15 PM", month_first=True)) == "2026-05-13T20:15"
    assert moment_of("05/13/2026") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [("8h15", "08:15"), ("08:15 CH", "20:15"), ("15 giờ 20 phút", "15:20"), ("17h", "17:00"), ("8:15:30", "08:15"), ("12:05 SA", "00:05"), ("25:00", None), ("11/05/2026 08:15", None), ("abc", None)],
)  # fmt: skip
def test_a_time_of_day_alone(text, expected):
    found = time_of(text)
    assert (found.strftime("%H:%M") if found else None) == expected


@given(st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2100, 12, 31)))
def test_excels_numbers_lose_no_minute(at):
    at = at.replace(second=0, microsecond=0)
    found = from_serial((at - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1))
    assert found == (at if at.time() != dt.time() else at.date())


@given(st.text(alphabet="0123456789/-.: hgTZ+ngaythm,()'", max_size=30))
def test_no_text_is_a_fault(text):
    iso(moment_of(text))
    moment_of(text, month_first=True)
    time_of(text)
    day_first([text])
