"""Folding, spelling, working days: the small things everything else stands on."""

from __future__ import annotations

import datetime as dt
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caicach.data import rows, work_calendar
from caicach.rules.formats import day_in
from caicach.rules.vntext import cut, fold, half_open, key, nfc, sentence_case, spelling

VIETNAMESE = "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵ"


def test_every_vietnamese_letter_folds_to_a_plain_one():
    assert set(fold(VIETNAMESE + VIETNAMESE.upper())) <= set("abcdefghijklmnopqrstuvwxyz")


@given(st.text(alphabet=VIETNAMESE + VIETNAMESE.upper() + " -–0123", max_size=40))
def test_folding_keeps_the_places_of_letters_and_is_done_once(text):
    assert len(fold(text)) == len(nfc(text))
    assert fold(fold(text)) == fold(text)
    assert fold(unicodedata.normalize("NFD", text)) == fold(text)


@pytest.mark.parametrize(("a", "b"), [("hoà", "hòa"), ("thuỷ", "thủy"), ("uỷ", "ủy"), ("quí", "quý")])
def test_both_places_of_the_tone_are_right(a, b):
    assert spelling(a) == spelling(b)
    assert key(a).replace("qui", "quy") == key(b)


@pytest.mark.parametrize(("a", "b"), [("quý", "quỷ"), ("thường", "thưởng"), ("hằng", "hăng")])
def test_another_tone_is_another_spelling(a, b):
    assert spelling(a) != spelling(b)


@pytest.mark.parametrize(
    ("printed", "title"),
    [("CẢI CÁCH THỂ CHẾ", "Cải cách thể chế"), ("CÔNG TÁC CHỈ ĐẠO, ĐIỀU HÀNH CCHC", "Công tác chỉ đạo, điều hành CCHC"), ("Chuyển đổi số", "Chuyển đổi số"), ("về thể chế", "Về thể chế")],
)  # fmt: skip
def test_titles_in_sentence_case(printed, title):
    assert sentence_case(printed) == title


LONG = (
    "Số hóa hồ sơ của phường (hộ tịch, đất đai, xây dựng và bảo trợ xã hội), chậm nhất trong quý ba của năm"
)


@pytest.mark.parametrize(
    ("text", "limit", "words"),
    [
        ("Mở lớp tập huấn", 20, "Mở lớp tập huấn"),
        ("Mở lớp tập huấn", 12, "Mở lớp tập …"),
        ("Mở lớp tập huấn", 11, "Mở lớp tập …"),
        ("Mở lớp tập huấn", 10, "Mở lớp tập …"),
        (LONG, 60, "Số hóa hồ sơ của phường …"),
        (LONG, 74, "Số hóa hồ sơ của phường (hộ tịch, đất đai, xây dựng và bảo trợ xã hội) …"),
        ("Cuộc thi “Sáng kiến cải cách hành chính” của phường trong năm", 28, "Cuộc thi “Sáng kiến cải cách …"),
        ("Tổ chức Cuộc thi “Sáng kiến cải cách”, trao giải", 30, "Tổ chức Cuộc thi …"),
        ("a" * 30, 10, "a" * 10 + " …"),
    ],
)  # fmt: skip
def test_a_title_is_cut_at_a_word_and_leaves_no_bracket_open(text, limit, words):
    assert cut(text, limit) == words


@given(st.text(alphabet="ab ()“”,;", max_size=60), st.integers(1, 40))
def test_what_is_cut_is_the_beginning_and_fits(text, limit):
    short = cut(text, limit)
    kept = short.removesuffix(" …")
    assert text.startswith(kept) and (len(kept) <= limit or short == text)
    at = half_open(kept)
    assert short == text or at is None or at <= limit // 3


def test_the_calendar_names_a_source_for_every_day_and_its_swaps_add_up():
    assert all(row["source"] and row["standing"] in ("sure", "check") for row in rows("holidays"))
    calendar = work_calendar()
    assert calendar.is_working(dt.date(2026, 1, 10)) and not calendar.is_working(dt.date(2026, 1, 2))
    assert not any(day.weekday() < 5 for day in calendar.make_up_days)


@given(st.dates(dt.date(2025, 1, 1), dt.date(2027, 12, 31)))
def test_the_last_working_day_is_one_and_none_lies_between(day):
    calendar = work_calendar()
    last = calendar.last_working_day(day)
    assert calendar.is_working(last) and last <= day
    assert not any(calendar.is_working(last + dt.timedelta(days=n)) for n in range(1, (day - last).days + 1))


def test_our_days_off_beside_the_holidays_package():
    """Shows where a kept library differs: late government swaps are ours alone (docs/decisions)."""
    holidays = pytest.importorskip("holidays")
    theirs = {day for day in holidays.country_holidays("VN", years=[2026]) if day.weekday() < 5}
    ours = {day for day in work_calendar().days_off if day.year == 2026 and day.weekday() < 5}
    assert theirs - ours == set()
    assert ours - theirs <= {dt.date(2026, 1, 2)}


@pytest.mark.parametrize(
    "typed",
    [
        "27/11/2026",
        "27.11.2026",
        "27-11-2026",
        "27/11/26",
        "27.11.26",
        "27-11-26",
        " 27 . 11 . 2026 ",
        "2026-11-27",
    ],
)
def test_a_day_is_understood_however_it_is_typed(typed):
    assert day_in(typed) == dt.date(2026, 11, 27)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "31/11/2026",
        "27/11",
        "27.11-2026",
        "11/2026",
        "27/11/226",
        "27/13/26",
        "2026-27-11",
        "٢٧/11/2026",
        "27\x00/11/2026",
    ],
)
def test_what_is_no_day_is_none(typed):
    assert day_in(typed) is None


@given(st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31)), st.sampled_from("./-"), st.booleans())
def test_every_day_of_the_century_comes_back(day, mark, short):
    assert (
        day_in(f"{day.day}{mark}{day.month:02}{mark}{f'{day.year % 100:02}' if short else day.year}") == day
    )
