"""What a counter promises, and how it says so."""

import datetime as dt

import pytest

from caicach.data import work_calendar, work_sessions
from caicach.rules.dossier_clock import Move, Term, read
from caicach.rules.promise import promise
from caicach.rules.work_time import WorkTime

TIME = WorkTime(work_calendar(), work_sessions())


@pytest.mark.parametrize("term, at, words", [
    (Term("working-day", 3), dt.datetime(2026, 3, 2, 9), "nhận 09:00 thứ Hai 02/03/2026; 3 ngày làm việc; tính từ thứ Ba 03/03/2026; hẹn 17:00 thứ Năm 05/03/2026"),
    (Term("same-day", cut_off=dt.time(15)), dt.datetime(2026, 3, 2, 15), "nhận 15:00 thứ Hai 02/03/2026; trong ngày; hẹn 17:00 thứ Hai 02/03/2026"),
    (Term("same-day", cut_off=dt.time(15)), dt.datetime(2026, 3, 2, 15, 1), "nhận 15:01 thứ Hai 02/03/2026; trong ngày; sau 15:00 nên tính thứ Ba 03/03/2026; hẹn 17:00 thứ Ba 03/03/2026"),
    (None, dt.datetime(2026, 3, 2, 9), "nhận 09:00 thứ Hai 02/03/2026; thủ tục chưa rõ thời hạn nên chưa có ngày hẹn"),
])  # fmt: skip
def test_the_sum_is_said_in_words(term, at, words):
    assert promise(TIME, term, at).words == words


def test_days_off_are_named_and_the_day_is_the_clocks_own():
    at, term = dt.datetime(2026, 8, 26, 9), Term("working-day", 7)
    made = promise(TIME, term, at)
    assert "ngày nghỉ lễ" in made.words and made.due == read(TIME, term, [Move(at, "accepted")], at).due
