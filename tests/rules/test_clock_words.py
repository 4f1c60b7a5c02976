"""The clock's sum in words: what a citizen reads is what the clock counted."""

import datetime as dt
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caicach.data import day_names, work_calendar
from caicach.rules.clock_case import answer_in_words
from caicach.rules.clock_words import NOTHING, days_off_in, in_words, minutes_in_words, promise, spans_of
from caicach.rules.dossier_clock import Move, Term, read
from caicach.rules.refusal import Refusal
from caicach.rules.work_time import WorkTime

TIME = WorkTime(work_calendar(), ((dt.time(7, 30), dt.time(11, 30)), (dt.time(13), dt.time(17))))
TET = {dt.date(2026, 2, day): "Tết Nguyên đán" for day in range(16, 21)}
FAR = dt.datetime.fromisoformat("2027-06-01T08:00")


def at(text):
    return dt.datetime.fromisoformat(f"2026-{text}")


def said(term, *moves, now=FAR, names=TET):
    return in_words(TIME, term, [Move(at(when), *what) for when, *what in moves], now, names=names)


@pytest.mark.parametrize(
    "words, term, moves",
    [
        (
            "Nhận 09:00 thứ Hai 02/03/2026; 5 ngày làm việc tính từ thứ Ba 03/03; hẹn 17:00 thứ Hai 09/03/2026.",
            Term("working-day", 5),
            [("03-02T09:00", "accepted")],
        ),
        (
            "Nhận 15:20 thứ Tư 11/02/2026; 7 ngày làm việc tính từ thứ Năm 12/02; nghỉ Tết Nguyên đán 5 ngày (16/02 đến 20/02); "
            "hẹn 17:00 thứ Sáu 27/02/2026.",
            Term("working-day", 7),
            [("02-11T15:20", "accepted")],
        ),
        (
            "Nhận 20:15 thứ Bảy 07/03/2026; 8 giờ làm việc tính từ 07:30 thứ Hai 09/03; hẹn 17:00 thứ Hai 09/03/2026.",
            Term("working-hour", 8),
            [("03-07T20:15", "accepted")],
        ),
        (
            "Nhận 10:00 thứ Năm 12/03/2026; 8 giờ làm việc tính từ lúc ấy; dừng 1 giờ 30 phút chờ nộp phí, nghĩa vụ tài chính, "
            "rồi tính tiếp phần còn lại; hẹn lần đầu 10:00 thứ Sáu 13/03/2026; hẹn 11:30 thứ Sáu 13/03/2026.",
            Term("working-hour", 8),
            [("03-12T10:00", "accepted"), ("03-12T13:00", "paused", "payment"), ("03-12T14:30", "resumed")],
        ),
        (
            "Nhận 08:00 thứ Hai 02/03/2026; 10 ngày làm việc tính từ thứ Ba 03/03; dừng từ 10:00 thứ Năm 05/03 đến 09:00 thứ Tư 11/03 "
            "chờ bổ sung giấy tờ, rồi tính lại đủ 10 ngày làm việc tính từ thứ Năm 12/03; hẹn lần đầu 17:00 thứ Hai 16/03/2026; "
            "hẹn 17:00 thứ Tư 25/03/2026.",
            Term("working-day", 10),
            [("03-02T08:00", "accepted"), ("03-05T10:00", "paused", "supplement"), ("03-11T09:00", "resumed")],
        ),
        (
            "Nhận 08:00 thứ Hai 02/03/2026; 10 ngày làm việc tính từ thứ Ba 03/03; dừng từ 10:00 thứ Năm 05/03 chờ cơ quan khác trả lời, "
            "trong lúc dừng không tính hạn.",
            Term("working-day", 10),
            [("03-02T08:00", "accepted"), ("03-05T10:00", "paused", "agency")],
        ),
        (
            "Nhận 15:01 thứ Hai 09/03/2026; sau 15:00 nên tính sang thứ Ba 10/03, giải quyết trong ngày; hẹn 17:00 thứ Ba 10/03/2026.",
            Term("same-day", cut_off=dt.time(15)),
            [("03-09T15:01", "accepted")],
        ),
        (
            "Nhận 14:59 thứ Hai 09/03/2026; giải quyết trong ngày; hẹn 17:00 thứ Hai 09/03/2026; xong 16:00 thứ Hai 09/03/2026, đúng hẹn.",
            Term("same-day", cut_off=dt.time(15)),
            [("03-09T14:59", "accepted"), ("03-09T16:00", "resolved")],
        ),
        (
            "Nhận 08:00 thứ Hai 31/08/2026; không phải ngày làm việc nên tính sang thứ Năm 03/09, giải quyết trong ngày; "
            "nghỉ Quốc khánh 2 ngày (01/09 đến 02/09); hẹn 17:00 thứ Năm 03/09/2026.",
            Term("same-day", cut_off=dt.time(15)),
            [("08-31T08:00", "accepted")],
        ),
        (
            "Nhận 08:00 thứ Năm 20/08/2026; 5 ngày làm việc tính từ thứ Sáu 21/08; thứ Bảy 22/08 làm bù nên có tính; "
            "hẹn 17:00 thứ Tư 26/08/2026.",
            Term("working-day", 5),
            [("08-20T08:00", "accepted")],
        ),
        (
            "Nhận 08:00 thứ Ba 01/12/2026; 5 ngày làm việc tính từ thứ Tư 02/12; xin lỗi và lùi 3 ngày làm việc; "
            "hẹn lần đầu 17:00 thứ Ba 08/12/2026; hẹn 17:00 thứ Sáu 11/12/2026; xong 10:00 thứ Hai 14/12/2026, trễ 2 giờ 30 phút làm việc.",
            Term("working-day", 5),
            [("12-01T08:00", "accepted"), ("12-07T09:00", "extended", None, 3), ("12-14T10:00", "resolved")],
        ),
        (
            "Nhận 09:00 thứ Bảy 21/02/2026; 9 ngày tính từ Chủ nhật 22/02; hẹn 17:00 thứ Hai 02/03/2026.",
            Term("calendar-day", 9),
            [("02-21T09:00", "accepted")],
        ),
        (
            "Nhận 09:00 thứ Bảy 07/02/2026; 10 ngày tính từ Chủ nhật 08/02; nghỉ Tết Nguyên đán 4 ngày (17/02 đến 20/02); "
            "hẹn 17:00 thứ Hai 23/02/2026.",
            Term("calendar-day", 10),
            [("02-07T09:00", "accepted")],
        ),
    ],
)  # fmt: skip
def test_the_sum_reads_as_a_person_would_say_it(words, term, moves):
    names = TET | {dt.date(2026, 9, day): "Quốc khánh" for day in (1, 2)}
    assert said(term, *moves, names=names) == words


def test_nothing_is_said_before_anything_came_in():
    assert said(Term("working-day", 5)) == NOTHING
    assert said(Term("working-day", 5), ("03-02T09:00", "accepted"), now=at("03-01T09:00")) == NOTHING


@pytest.mark.parametrize(
    "minutes, a_day, words",
    [(0, 0, "0 phút"), (15, 0, "15 phút"), (80, 0, "1 giờ 20 phút"), (480, 480, "1 ngày làm việc"), (1141, 480, "2 ngày 3 giờ 1 phút làm việc")],
)  # fmt: skip
def test_a_time_of_work_in_words(minutes, a_day, words):
    assert minutes_in_words(minutes, a_day) == words


MOMENTS = st.datetimes(dt.datetime.fromisoformat("2026-01-05T07:00"), dt.datetime.fromisoformat("2026-10-30T18:00")).map(
    lambda value: value.replace(second=0, microsecond=0)
)  # fmt: skip
TERMS = st.builds(
    Term,
    st.sampled_from(["working-day", "calendar-day", "working-hour", "same-day"]),
    st.integers(1, 40),
    st.sampled_from(["end-of-day", "same-hour"]),
    st.sampled_from([None, dt.time(15)]),
    st.booleans(),
)


@given(
    TERMS,
    st.lists(MOMENTS, min_size=1, max_size=7, unique=True),
    st.sampled_from(["supplement", "payment", "agency"]),
)
def test_what_is_said_is_what_was_counted(term, moments, reason):
    """The promise in the words is the clock's; each day off that lies in the count is named once, and no other."""
    first, *more = sorted(moments)
    moves = [Move(first, "accepted")]
    moves += [Move(one, *(("paused", reason) if n % 2 == 0 else ("resumed",))) for n, one in enumerate(more)]
    try:
        shown = read(TIME, term, moves, FAR)
    except Refusal:
        return
    words = in_words(TIME, term, moves, FAR)
    if shown.due is None:
        assert "hẹn" not in words and "không tính hạn" in words
        return
    assert words.endswith(f"/{shown.due:%Y}.") and f"hẹn {shown.due:%H:%M} " in words
    spans = list(spans_of(TIME, term, moves, shown))
    off = days_off_in(TIME, term, spans)
    assert len(off) == sum(int(part.split(" ")[1]) for part in words.split("; ") if part.startswith("nghỉ "))
    if term.unit == "working-day" and term.count == "end-of-day":
        weekdays = sum(
            (since + dt.timedelta(n)).weekday() < 5
            for since, until in spans
            for n in range(1, (until - since).days + 1)
        )
        made_up = sum(
            since < day <= until
            for day in TIME.calendar.make_up_days
            for since, until in spans
            if day.weekday() > 4
        )
        counted = weekdays - len(off) + made_up
        if len(spans) == 1:
            assert counted == term.amount, "the sum adds up"


def test_the_command_says_the_example_of_the_docs():
    docs = (Path(__file__).parents[2] / "docs" / "clock.md").read_text()
    case = re.search(r"```json\n(.*?)```", docs, re.DOTALL)[1]
    done = subprocess.run(
        [sys.executable, "-m", "caicach", "clock", "--words", "-"],
        input=case,
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"> {done.stdout.strip()}\n" in docs
    assert answer_in_words(json.loads(case)) == done.stdout.strip()


@pytest.mark.parametrize(
    "term, came, words",
    [
        (Term("working-day", 3), "03-02T09:00", "Nhận 09:00 thứ Hai 02/03/2026; 3 ngày làm việc tính từ thứ Ba 03/03; hẹn 17:00 thứ Năm 05/03/2026."),
        (Term("same-day", cut_off=dt.time(15)), "03-02T15:00", "Nhận 15:00 thứ Hai 02/03/2026; giải quyết trong ngày; hẹn 17:00 thứ Hai 02/03/2026."),
        (None, "03-02T09:00", "Nhận 09:00 thứ Hai 02/03/2026; thủ tục chưa rõ thời hạn nên chưa có ngày hẹn."),
    ],
)  # fmt: skip
def test_what_a_counter_promises_is_said_in_the_same_words(term, came, words):
    made = promise(TIME, term, at(came))
    assert made.words == words
    assert made.due == (read(TIME, term, [Move(at(came), "accepted")], at(came)).due if term else None)


def test_the_days_off_of_a_promise_are_named_and_the_day_is_the_clocks_own():
    made = promise(TIME, Term("working-day", 7), at("08-26T09:00"), names=day_names())
    assert "nghỉ Quốc khánh" in made.words and made.due == at("09-09T17:00")
