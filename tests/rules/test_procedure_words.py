"""The cells of a list of procedures: times, fees, channels, levels, papers; what is odd is not guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caicach.rules import procedure_words as words
from caicach.rules.procedures import FEES, LEVELS, UNITS, Span

D, C, H = "working-day", "calendar-day", "working-hour"


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("05 ngày làm việc", Span(D, 5)), ("15 ngày", Span(C, 15)), ("ngay trong ngày", Span("same-day", 0)),
        ("03 ngày làm việc kể từ ngày nhận đủ hồ sơ hợp lệ", Span(D, 3)), ("Trong ngày làm việc; nhận sau 15 giờ thì trả ngày làm việc tiếp theo", Span("same-day", 0)),
        ("Không quá 10 (mười) ngày làm việc", Span(D, 10)), ("04 giờ làm việc", Span(H, 4)), ("8 giờ", Span(H, 8)), ("02 tháng", Span("month", 2)),
        ("Trong thời hạn 20 ngày kể từ ngày nhận đủ hồ sơ", Span(C, 20)), ("12 ngày, không kể ngày nghỉ, ngày lễ", Span(D, 12)),
        ("Ngay sau khi nhận đủ hồ sơ", Span("same-day", 0)), ("7 NGÀY LÀM VIỆC", Span(D, 7)), ("tối đa 3 ngày  làm\nviệc", Span(D, 3)),
        ("05 ngày làm việc (trường hợp phải xác minh: 08 ngày)", Span(D, 5)),
    ],
)  # fmt: skip
def test_times_as_lists_write_them(text, span):
    said = words.time_said(text)
    assert said.is_understood and said.span == span


@pytest.mark.parametrize("text", ["5-7 ngày", "từ 5 đến 7 ngày làm việc", "0,5 ngày làm việc", "1/2 ngày", "2,5 ngày làm việc", "nửa ngày", "72 giờ", "24 giờ", "theo Nghị định 123", "2 tuần", "0 ngày", "99999 ngày"])  # fmt: skip
def test_a_time_that_is_odd_is_not_guessed(text):
    said = words.time_said(text)
    assert not said.is_understood and said.span is None


@pytest.mark.parametrize("text", ["", " - ", "Chưa rõ", "không quy định"])
def test_a_cell_that_knows_no_time_says_so(text):
    assert words.time_said(text) == words.TimeSaid(None, is_bare=True)


def test_a_second_time_is_told():
    assert words.time_said("3 ngày làm việc; phải xác minh thì 8 ngày làm việc").has_more
    assert not words.time_said("3 ngày làm việc kể từ khi nhận").has_more


@given(st.sampled_from(list(UNITS)), st.integers(1, 3650))
def test_a_time_in_our_words_is_read_again(unit, amount):
    span = Span(unit, 0 if unit == "same-day" else amount)
    said = words.time_said(span.words)
    assert said == words.TimeSaid(span, is_bare=True)


@pytest.mark.parametrize(
    ("text", "fee"),
    [
        ("Không", ("free", "", None)), ("Miễn phí", ("free", "", None)), ("Không thu (đăng ký đúng hạn)", ("free", "đăng ký đúng hạn", None)),
        ("8.000 đồng", ("known", "", 8000)), ("25000", ("known", "", 25000)), ("2.000 đồng/trang", ("known", "2.000 đồng/trang", None)),
        ("Theo nghị quyết của HĐND tỉnh", ("known", "Theo nghị quyết của HĐND tỉnh", None)), ("Chưa rõ", ("unknown", "", None)), ("0 đồng", ("free", "", None)),
    ],
)  # fmt: skip
def test_fees(text, fee):
    assert words.fee_said(text) == words.FeeSaid(*fee)


def test_an_empty_fee_is_never_free():
    assert words.fee_said("  ") is None and words.fee_said("-") is None


def test_levels_channels_ticks_and_shares():
    assert all(words.level_said(name) == level for level, name in LEVELS.items())
    assert all(words.fee_status_said(name) == status for status, name in FEES.items())
    assert words.level_said("UBND cấp xã") == "commune" and words.level_said("cấp tỉnh") == "province"
    assert words.level_said("Hộ tịch") is None
    every = words.channels_said("Trực tiếp, qua bưu chính công ích, trực tuyến toàn trình")
    assert every == words.ChannelsSaid(True, True, "full")
    assert words.channels_said("Tại Trung tâm Phục vụ hành chính công xã") == words.ChannelsSaid(
        True, False, ""
    )
    assert words.channels_said("như trên") is None
    assert [words.is_yes(one) for one in ("x", "Có", "Không", "", "?")] == [True, True, False, None, None]
    assert [words.share_said(one) for one in ("40%", "40", "0.4", "0,25", "33,3", "1000", "abc")] == [40, 40, 40, 25, None, None, None]  # fmt: skip


def test_papers_of_one_cell():
    text = "- Tờ khai theo mẫu (01 bản chính)\n2. Giấy chứng sinh: 02 bản sao\nc) Căn cước (xuất trình)\nẢnh"
    found = words.papers_said(text)
    assert [(one.name, one.originals, one.copies) for one in found] == [
        ("Tờ khai theo mẫu", 1, 0), ("Giấy chứng sinh", 0, 2), ("Căn cước", 0, 0), ("Ảnh", 1, 0),
    ]  # fmt: skip
    assert [one.name for one in words.papers_said("Tờ khai; Giấy chứng sinh")] == [
        "Tờ khai",
        "Giấy chứng sinh",
    ]
    assert words.papers_said("") == ()


def test_a_code_behind_a_name():
    assert words.code_in("Đăng ký khai sinh (1.001193.000.00.00.H55)") == "1.001193.000.00.00.H55"
    assert words.code_in("Điều 12.5") == ""
