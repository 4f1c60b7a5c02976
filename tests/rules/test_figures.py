"""What the ward's own systems know, and which indicators mean it."""

from decimal import Decimal

import pytest

from caicach.rules.figures import ALL, BY_CODE, Counted, proposed, reaches


@pytest.mark.parametrize(
    ("name", "unit", "code"),
    [
        ("Tỷ lệ hồ sơ giải quyết đúng hạn/trước hạn", "%", "dossiers-on-time"),
        ("Hồ sơ xong đúng hạn", "%", "dossiers-on-time"),
        ("100% hồ sơ thủ tục hành chính được giải quyết đúng hạn và trước hạn", "%", "dossiers-on-time"),
        ("Tỷ lệ hồ sơ trễ có thư xin lỗi", "%", "late-apologised"),
        ("Tỷ lệ thủ tục cắt giảm từ 30% thời gian trở lên", "%", "procedures-cut-share"),
        ("Số thủ tục cắt giảm từ 30% thời gian trở lên", "thủ tục", "procedures-cut"),
        ("Cắt giảm 30% thời gian giải quyết", "%", "time-cut"),
        ("Thời gian làm thủ tục được cắt", "%", "time-cut"),
        ("Tỷ lệ cắt giảm thời gian giải quyết thủ tục", "%", "time-cut"),
        ("Số hồ sơ tiếp nhận", "hồ sơ", "dossiers-received"),
        ("Số hồ sơ giải quyết đúng hạn", "hồ sơ", None),  # a number, where we know a share
        ("Đơn được giải quyết", "%", None),
        ("Hồ sơ công việc lập trên môi trường mạng", "%", None),
        ("Thu ngân sách", "tỷ đồng", None),
    ],
)
def test_what_an_indicators_words_mean(name, unit, code):
    found = proposed(name, unit)
    assert (found.code if found else None) == code


def test_nothing_is_rounded_up_to_a_target():
    one = Counted(9_999, 10_000)
    assert (one.words, one.value) == ("99,9%", Decimal("99.9"))
    assert reaches(one, ">=", Decimal(100)) is False and reaches(one, ">=", Decimal("99.99")) is True
    assert reaches(one, "<=", Decimal("99.98")) is False and reaches(one, "<=", Decimal("99.99")) is True
    assert reaches(one, "<", Decimal("99.99")) is False and reaches(one, ">", Decimal("99.99")) is False


def test_nothing_to_count_in_is_no_zero_and_no_hundred():
    none = Counted(0, 0)
    assert none.exact is none.value is None and reaches(none, ">=", Decimal(95)) is None
    assert none.words == "chưa có gì để tính" and Counted(0).words == "0"
    assert reaches(Counted(5), ">=", None) is None


def test_each_says_what_it_counts_and_what_it_leaves_out():
    assert len({one.slug for one in ALL}) == len(BY_CODE) == len(ALL)
    for one in ALL:
        assert one.means.endswith(".") and one.leaves_out.endswith(".") and one.source
        assert bool(one.whole) == one.is_rate
