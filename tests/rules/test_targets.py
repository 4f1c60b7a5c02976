"""Target phrases: the worked examples, traps in names, and the Vietnamese way of writing numbers."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caicach.rules.formats import number
from caicach.rules.targets import parse_number, read_target
from tests.shared import shared

VECTORS = json.loads(path.read_text()) if (path := shared("vectors/targets.json")) else []


@pytest.mark.skipif(
    not VECTORS, reason="the worked examples (vectors/targets.json) are not beside this checkout"
)
@pytest.mark.parametrize("case", VECTORS, ids=[case["text"] for case in VECTORS])
def test_every_worked_example_is_read_as_written_there(case):
    assert read_target(case["text"]).to_json() == {
        key: case[key] for key in ("comparator", "target", "unit", "better")
    }


@pytest.mark.parametrize(
    ("phrase", "comparator", "target", "unit", "better"),
    [
        ("Tỷ lệ trẻ dưới 5 tuổi suy dinh dưỡng còn 8%", "=", "8", "%", "lower"),
        ("Tỷ lệ huy động học sinh từ 6-14 tuổi đến trường đạt 99%", "=", "99", "%", "higher"),
        ("Tổng giá trị sản phẩm (giá so sánh 2010) đạt 44.477 tỷ đồng", "=", "44477", "tỷ đồng", "higher"),
        ("Tỷ lệ điều tra khám phá án đạt 80% trở lên", ">=", "80", "%", "higher"),
        ("Tỷ lệ giảm hộ nghèo 0,5%", "=", "0.5", "%", "higher"),
        ("Giảm tỷ lệ hộ nghèo xuống còn 1,2%", "=", "1.2", "%", "lower"),
        ("Chỉ số hài lòng đạt 90% trở lên so với năm 2025 là 85%", ">=", "90", "%", "higher"),
        ("Số vụ phạm pháp hình sự không quá 20 vụ", "<=", "20", "vụ", "lower"),
    ],
)  # fmt: skip
def test_the_target_is_told_from_ages_years_and_bases(phrase, comparator, target, unit, better):
    assert read_target(phrase).to_json() == {
        "comparator": comparator,
        "target": target,
        "unit": unit,
        "better": better,
    }


@pytest.mark.parametrize(
    "phrase",
    [
        "95 - 100%",
        "khoảng 95%",
        "cơ bản đạt",
        "vượt 5% kế hoạch",
        "đạt loại Tốt",
        "mức độ 4",
        "38/38 TTHC",
        "theo chỉ tiêu tỉnh giao",
        "tăng so với năm trước",
        "1,083.247 tỷ đồng",
    ],
)
def test_what_is_no_single_number_is_left_to_a_person(phrase):
    target = read_target(phrase)
    assert target.value is None
    assert target.findings == ("target-ambiguous",)


def test_a_range_suggests_its_lower_end():
    assert read_target("95 - 100%").suggestion == "từ 95% trở lên"


@given(st.decimals(0, 10**9, places=3))
def test_a_number_written_the_vietnamese_way_is_read_back(value):
    plain = value.normalize()
    text = number(format(plain, "f"))
    parsed = parse_number(text)
    assert parsed is not None
    # "1,500" written by hand would be suspect; what we write ourselves has no trailing zeros
    assert parsed[0] == plain


@given(
    st.decimals(0, 100, places=2),
    st.sampled_from(
        [
            ("từ {}% trở lên", ">="),
            ("không quá {}%", "<="),
            ("trên {}%", ">"),
            ("dưới {}%", "<"),
            ("đạt {}%", "="),
        ]
    ),
)
def test_any_share_keeps_its_value_and_comparison(value, shape):
    words, comparator = shape
    target = read_target(words.format(number(format(value.normalize(), "f"))))
    assert (target.comparator, target.value, target.unit) == (comparator, Decimal(value), "%")


@given(st.text(max_size=80))
def test_no_phrase_raises(text):
    read_target(text)


@pytest.mark.parametrize("phrase", ["9" * 5000 + "%", "95% và " * 200_000, "1 " * 500_000])
def test_an_absurd_phrase_is_left_to_a_person_at_once(phrase):
    from caicach.rules.formats import target_in_words

    target = read_target(phrase)
    assert target.value is None
    assert target_in_words(target)


@pytest.mark.parametrize(
    "phrase", ["95% hoặc 96%", "3 hoặc 4 mô hình", "-5%", "đạt \u22125%", "1e400%", "đạt 2E3"]
)
def test_two_figures_a_sign_or_an_exponent_are_left_to_a_person(phrase):
    assert read_target(phrase).value is None
    assert read_target(phrase).findings == ("target-ambiguous",)


def test_a_dash_of_a_list_is_no_sign():
    assert read_target("- 95% hồ sơ đúng hạn").value == 95
