"""What a citizen is told: every state and every move has its words; the answer is one, and says what is theirs to do."""

import datetime as dt

import pytest

from caicach.data import work_calendar, work_sessions
from caicach.rules.citizen_answer import (
    BRING,
    MOVED,
    NOW,
    Happening,
    Standing,
    answer,
    opening_words,
    steps,
)
from caicach.rules.dossier_moves import MOVES, STATES
from caicach.rules.work_time import Hours, WorkTime

TIME = WorkTime(work_calendar(), work_sessions())
MONDAY = dt.datetime(2026, 11, 23, 9, 0)
DUE = dt.datetime(2026, 12, 1, 17, 0)


def of(state="processing", **other):
    return answer(Standing(**{"state": state, "now": MONDAY, "due": DUE, **other}), TIME)


@pytest.mark.parametrize("is_old", [False, True])
@pytest.mark.parametrize("due", [None, DUE, dt.date(2026, 12, 1)])
@pytest.mark.parametrize("state", STATES)
def test_every_state_has_an_answer_in_whole_sentences(state, due, is_old):
    said = of(state, due=due, is_old=is_old)
    assert said.title and said.tone in ("ok", "next", "warn", "late", "plain")
    assert is_old or said.lines or said.bring, "a state alone is no answer"
    for line in said.lines:
        assert line[0].isupper() and line.endswith("."), line
        assert "None" not in line and "  " not in line and "{" not in line
    assert not is_old or (not said.lines and not said.is_yours)


def test_every_move_and_every_open_state_has_its_words():
    assert set(MOVES) <= set(MOVED)
    assert {state for state, facts in STATES.items() if facts.group != "ended"} == set(NOW)


def test_a_promise_that_holds():
    said = of()
    assert said.title == "Hẹn trả 17:00 thứ Ba, 01/12/2026" and said.tone == "ok" and not said.is_yours
    assert said.lines == ("Còn 5 ngày làm việc. Anh/chị không phải làm gì thêm.",)
    today = of(due=MONDAY.replace(hour=16, minute=30))
    assert today.title == "Hẹn trả 16:30 hôm nay" and today.lines[0].startswith(
        "Còn 5 giờ 30 phút làm việc. "
    )
    assert of(due=dt.date(2026, 12, 1)).title == "Hẹn trả thứ Ba, 01/12/2026"
    unknown = of(due=None)
    assert "chưa có ngày hẹn" in unknown.title and "không phải làm gì thêm" in unknown.lines[0]


def test_a_broken_promise_is_apologised_for_with_the_new_one_or_without():
    new = of(broken=dt.datetime(2026, 11, 24, 17), apology="máy in hỏng")
    assert new.title == "Hẹn lại 17:00 thứ Ba, 01/12/2026" and new.tone == "warn"
    assert new.lines[0] == "Phường xin lỗi anh/chị vì không kịp hẹn 17:00 thứ Ba, 24/11/2026." and new.lines[1] == "Lý do: Máy in hỏng."  # fmt: skip
    late = of(now=dt.datetime(2026, 12, 3, 9), is_late=True)
    assert late.tone == "late" and late.title == "Hồ sơ đang trễ hẹn" and "xin lỗi" in late.lines[0]
    assert "hẹn 17:00 thứ Ba, 01/12/2026, đến nay chưa xong, trễ 2 ngày làm việc." in late.lines[0]
    again = of(now=dt.datetime(2026, 12, 3, 9), is_late=True, broken=MONDAY)
    assert "sau khi đã lùi một lần" in again.lines[0]
    same_day = of(due=MONDAY.replace(hour=8), is_late=True)
    assert "trễ 1 giờ." in same_day.lines[0]


def test_what_is_theirs_to_do():
    asked = of("supplement-wait", word="thiếu giấy chứng sinh", until=dt.date(2026, 12, 23))
    assert asked.is_yours and asked.visits and asked.lines[0] == "Thiếu giấy chứng sinh."
    assert asked.lines[1] == "Mang tới Một cửa trước hết ngày thứ Tư, 23/12/2026."
    several = of(
        "supplement-wait", word="- giấy chứng sinh\n2) Tờ khai, bản chính\n", until=dt.date(2026, 12, 23)
    )
    assert several.bring == ("Giấy chứng sinh.", "Tờ khai, bản chính.") and not any(
        "khai" in line for line in several.lines
    )
    passed = of("supplement-wait", until=dt.date(2026, 11, 20))
    assert "Đã quá ngày 20/11/2026" in passed.lines[1] and "phiếu yêu cầu" in passed.lines[0]
    pay = of("payment-wait", money=1250000)
    assert pay.is_yours and pay.title == "Anh/chị cần nộp tiền: 1.250.000 đồng"
    assert of("payment-wait").lines[0].startswith("Số tiền và nơi nộp ghi trong thông báo")
    assert of("payment-wait", word="Nộp ở kho bạc 3 triệu").lines[0] == "Nộp ở kho bạc 3 triệu."


def test_a_result_that_lies_ready_and_one_that_comes_by_itself():
    ready = of("resolved")
    assert ready.title == "Đã có kết quả, mời anh/chị tới nhận" and ready.visits and ready.bring == BRING
    post = of("resolved", way="post")
    assert not post.is_yours and not post.visits and "bưu chính" in post.lines[0]
    assert "bản điện tử" in of("resolved", way="file").title
    no = of("resolved", is_denied=True)
    assert "văn bản trả lời" in no.title and "không giải quyết được" in no.lines[0]


@pytest.mark.parametrize("state", ["rejected", "withdrawn", "stopped", "voided"])
def test_an_end_says_why(state):
    assert of(state, word="Nộp nhầm nơi").lines[0] == "Lý do: Nộp nhầm nơi."
    assert len(of(state).lines) == 1


def test_what_one_office_asked_of_another_is_not_told():
    said = of("agency-wait", word="Xin ý kiến về ông A", since=dt.date(2026, 11, 20))
    assert "ông A" not in " ".join((said.title, *said.lines)) and "từ 20/11/2026" in said.lines[0]


def test_the_steps():
    at = MONDAY.replace(hour=8)
    moved = [Happening("accept", at), Happening("transfer", at, "Tư pháp")]
    assert [(one.kind, one.words, one.where) for one in steps("processing", moved)] == [
        ("done", "Đã tiếp nhận", ""), ("now", "Đang giải quyết", "Tư pháp"),
        ("ahead", "Có kết quả", ""), ("ahead", "Trả kết quả", ""),
    ]  # fmt: skip
    done = [*moved, Happening("resolve", at)]
    assert [one.words for one in steps("resolved", done)][-3:] == ["Đã có kết quả", "Đang chờ anh/chị nhận", "Trả kết quả"]  # fmt: skip
    assert "Đang gửi tới anh/chị" in [one.words for one in steps("resolved", done, way="post")]
    ended = steps("returned", [*done, Happening("return-result", at)])
    assert {one.kind for one in ended} == {"done"}
    told = steps("supplement-wait", [Happening("accept", at), Happening("state", at, state="supplement-wait"), Happening("odd", at)])  # fmt: skip
    assert [one.words for one in told][:3] == [
        "Đã tiếp nhận",
        "Chờ bổ sung giấy tờ",
        "Đang chờ anh/chị bổ sung",
    ]


def test_when_the_counter_is_open():
    assert opening_words(TIME, MONDAY) == (
        (("Thứ Hai đến thứ Sáu", "07:00–11:00, 13:00–17:00"),),
        "Đang mở cửa",
    )
    assert opening_words(TIME, MONDAY.replace(hour=12))[1] == "Đang nghỉ, mở lại 13:00 hôm nay"
    friday = dt.datetime(2026, 11, 27, 18)
    assert opening_words(TIME, friday)[1] == "Đang nghỉ, mở lại 07:00 thứ Hai, 30/11/2026"
    session = ((dt.time(7, 30), dt.time(11)),)
    saturdays = WorkTime(work_calendar(), work_sessions(), ((dt.date.min, Hours(work_sessions(), (), session)),))  # fmt: skip
    week, now = opening_words(saturdays, friday)
    assert week[1] == ("Thứ Bảy", "07:30–11:00") and now == "Đang nghỉ, mở lại 07:30 thứ Bảy, 28/11/2026"
