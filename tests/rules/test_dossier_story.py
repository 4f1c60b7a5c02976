"""What happened to a dossier, as a sentence with a name before it."""

import pytest

from caicach.rules.dossier_moves import MOVES
from caicach.rules.dossier_story import VERBS, hands, said, told

PLACE = {"office": 3, "office_name": "Phòng Văn hóa – Xã hội", "person": 7, "person_name": "Lê Văn Nhận"}
MORE = {"amount": 2, "before": "2026-12-01T17:00", "due": "2026-12-03T17:00"}


def test_each_move_has_a_verb_that_a_name_may_stand_before():
    assert set(MOVES) <= set(VERBS)
    assert (said("accept"), said("code-learnt"), said("agency-answers"), said("bay")) == (
        "tiếp nhận", "ghi mã của tỉnh", "nhận trả lời của cơ quan khác", "bay",
    )  # fmt: skip


@pytest.mark.parametrize(
    "event, facts, words",
    [
        ("accept", {}, "tiếp nhận"),
        ("transfer", PLACE | {"person_name": ""}, "chuyển đến Phòng Văn hóa – Xã hội"),
        ("hand-over", PLACE, "chuyển đến Phòng Văn hóa – Xã hội (Lê Văn Nhận)"),
        ("send-back", PLACE, "trả lại Phòng Văn hóa – Xã hội (Lê Văn Nhận)"),
        ("extend", MORE, "xin lỗi và hẹn lại 2 ngày làm việc: 17:00 01/12/2026, nay 17:00 03/12/2026"),
        ("extend", {}, "xin lỗi và hẹn lại"),
        ("take-supplement", {"due": "2026-12-07T17:00"}, "nhận giấy tờ bổ sung; hẹn trả 17:00 07/12/2026"),
        ("resolve", {"outcome": "granted", "document": "7/GKS", "signed_on": "2026-11-23"}, "ký kết quả: giải quyết, văn bản số 7/GKS ký ngày 23/11/2026"),
        ("resolve", {"outcome": "denied", "document": "", "signed_on": None}, "ký kết quả: không giải quyết"),
        ("return-result", {"collector": "Nguyễn Thị Lan", "proof": "Căn cước"}, "trả kết quả cho Nguyễn Thị Lan (đối chiếu: Căn cước)"),
        ("return-result", {"collector": "Nguyễn Thị Lan"}, "trả kết quả cho Nguyễn Thị Lan"),
        ("reopen", {"resolved": "2026-12-02T12:00", "late_days": 1, "due": "2026-12-10T17:00"},
         "mở lại để sửa kết quả (kết quả trước ghi 12:00 02/12/2026, trễ 1 ngày làm việc); hẹn trả 17:00 10/12/2026"),
        ("reopen", {"resolved": "2026-12-02T12:00", "late_days": 0}, "mở lại để sửa kết quả (kết quả trước ghi 12:00 02/12/2026, đúng hẹn)"),
        ("code-learnt", {"before": "TAM-261123-0001", "after": "H01.31.05-261123-0042"}, "ghi mã của tỉnh: TAM-261123-0001, nay H01.31.05-261123-0042"),
        ("listed", {"changes": []}, "nhận từ danh sách"),
    ],
)  # fmt: skip
def test_the_facts_stand_in_the_sentence(event, facts, words):
    assert told(event, facts) == words


def test_nobody_known_is_nothing_said():
    assert (hands(None, None), hands("Văn phòng", ""), hands("", "Lê Văn Nhận")) == ("", "Văn phòng", "Lê Văn Nhận")  # fmt: skip
    assert (
        told("hand-over", {}) == "chuyển bước"
        and told("send-back", {"office_name": None}) == "trả lại bước trước"
    )
