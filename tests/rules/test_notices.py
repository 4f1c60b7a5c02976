import pytest

from caicach.rules import notices
from caicach.rules.notices import Length, length, plain
from caicach.rules.refusal import Refusal


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", Length(0, 1, True)), ("a" * 160, Length(160, 1, True)), ("a" * 161, Length(161, 2, True)), ("a" * 306, Length(306, 2, True)),
        ("a" * 307, Length(307, 3, True)), ("a" * 159 + "{", Length(161, 2, True)), ("ữ" * 70, Length(70, 1, False)), ("ữ" * 71, Length(71, 2, False)),
        ("ữ" * 134, Length(134, 2, False)), ("ữ" * 135, Length(135, 3, False)), ("😀" * 35, Length(70, 1, False)), ("😀" * 36, Length(72, 2, False)),
    ],
)  # fmt: skip
def test_an_sms_is_counted_as_it_is_paid_for(text, found):
    assert length(text) == found


def test_without_accents_letters_stay_as_high_as_they_are():
    assert plain("Phường Đông Hưng – “Đã” nhận…") == 'Phuong Dong Hung - "Da" nhan...'


def test_a_name_without_a_value_leaves_nothing_behind():
    assert notices.fill("Hỏi {bo_phan} {dien_thoai}.", {"bo_phan": "Một cửa"}) == "Hỏi Một cửa."
    assert notices.fill("Nhận tại {bo_phan}, {dia_chi}; mang giấy.", {"bo_phan": "Một cửa"}) == "Nhận tại Một cửa; mang giấy."  # fmt: skip


@pytest.mark.parametrize(
    ("text", "moment", "code"),
    [
        ("", "accepted", "notice.empty"), ("a" * 401, "accepted", "notice.long"), ("{chu_ho_so}", "accepted", "wording.name"),
        ("{hen_cu}", "accepted", "wording.name"), ("{ma_ho_so", "accepted", "wording.brace"),
    ],
)  # fmt: skip
def test_a_slip_is_told_with_its_place(text, moment, code):
    with pytest.raises(Refusal) as refusal:
        notices.check(text, moment, place="text-accepted")
    assert (refusal.value.code, refusal.value.place) == (code, "text-accepted") and str(refusal.value)


def test_an_apology_may_name_the_broken_promise():
    notices.check("{hen_cu} {hen_moi}", "extended", place="text")
