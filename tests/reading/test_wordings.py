"""Wordings and orders nobody listed together: headings, offices, deadlines and section styles drawn at random.

Written as text, the fastest format, so that many can be tried; the other formats are tried in `test_formats`.
"""

from __future__ import annotations

import json
import random
import re

import pytest

from caicach import data
from caicach.reading.plan import PlanReading
from caicach.reading.textfile import read_text
from caicach.reading.understand import understand
from caicach.rules.offices import office_key
from tests.shared import shared

_path = shared("vectors/deadlines.json")
pytestmark = pytest.mark.skipif(
    _path is None, reason="the worked examples (vectors/deadlines.json) are not beside this checkout"
)
DUES = [case for case in json.loads(_path.read_text()) if case["text"].strip()] if _path else []
OFFICES = [row for row in data.rows("offices") if row["kind"] == "office"]
HEADINGS = {
    "number": ["STT", "TT", "Stt", "Số TT", "Số thứ tự"],
    "content": ["Nội dung", "Nội dung nhiệm vụ", "Nhiệm vụ", "Nhiệm vụ cụ thể", "Nhiệm vụ/Hoạt động", "Nhiệm vụ, giải pháp", "Tên nhiệm vụ", "Công việc", "Hoạt động", "Mục tiêu, nhiệm vụ"],
    "deliverable": ["Sản phẩm", "Sản phẩm đầu ra", "Sản phẩm hoàn thành", "Dự kiến sản phẩm", "Kết quả/Sản phẩm", "Kết quả đầu ra", "Kết quả", "Hình thức văn bản"],
    "lead": ["Cơ quan chủ trì", "Đơn vị chủ trì", "Cơ quan, đơn vị chủ trì", "Chủ trì", "Bộ phận chủ trì", "Cơ quan thực hiện", "Phân công thực hiện", "Trách nhiệm thực hiện", "Đơn vị tham mưu"],
    "coordinator": ["Cơ quan phối hợp", "Đơn vị phối hợp", "Phối hợp", "Cơ quan, đơn vị phối hợp", "Đơn vị/cá nhân phối hợp"],
    "due": ["Thời gian hoàn thành", "Thời gian thực hiện", "Thời gian", "Thời hạn", "Hạn hoàn thành", "Tiến độ", "Hoàn thành", "Mốc thời gian", "Thời gian, tiến độ"],
    "note": ["Ghi chú", "Lưu ý"],
}  # fmt: skip
VERBS = (
    "Xây dựng",
    "Ban hành",
    "Tổ chức",
    "Rà soát",
    "Cập nhật",
    "Tham mưu",
    "Kiểm tra",
    "Tuyên truyền",
    "Tiếp tục thực hiện",
    "Đẩy mạnh",
)
THINGS = (
    "quy chế làm việc của cơ quan",
    "bộ thủ tục mới tại quầy",
    "danh mục vị trí việc làm",
    "công tác văn thư năm 2026",
    "quy trình ISO 9001:2015",
    "việc niêm yết, công khai; hướng dẫn người dân",
    "nhóm hỗ trợ 24/7 cho tổ chức, doanh nghiệp",
    "sổ tay nghiệp vụ (bản số)",
)
TAILS = (
    "trên địa bàn",
    "cho các khu phố",
    "trong quý tới",
    "gắn với chuyển đổi số",
    "theo hướng dẫn của tỉnh",
    "của UBND phường",
)
KINDS = (
    "Kế hoạch",
    "Báo cáo",
    "Quyết định",
    "Công văn",
    "Tờ trình",
    "Hội nghị",
    "Đề án",
    "Biên bản",
    "Tin, bài",
    "Văn bản chỉ đạo",
    "Nghị quyết HĐND",
)
TITLES = (
    "Cải cách thể chế",
    "Cải cách thủ tục hành chính",
    "Cải cách tổ chức bộ máy hành chính nhà nước",
    "Cải cách chế độ công vụ",
    "Cải cách tài chính công",
    "Công tác chỉ đạo, điều hành",
)
GROUPS = (
    "Các phòng, ban, ngành",
    "Các phòng, ban, ngành, đoàn thể",
    "Các cơ quan, đơn vị",
    "các phòng chuyên môn",
    "Trưởng các khu phố",
)
ROMAN = ("I", "II", "III", "IV", "V", "VI")


def _office(chance: random.Random) -> tuple[str, str]:
    """An office's full name, and one of the ways it is written."""
    row = chance.choice(OFFICES)
    written = chance.choice([row["name"], *filter(None, row["aliases"].split("|"))])
    return row["name"], written + (
        " phường" if chance.random() < 0.3 and not re.search(r"phường|xã$", written) else ""
    )


def _plan(seed: int) -> tuple[str, list[tuple[str, str, int]], list[dict]]:
    """A plan's text, its sections (number, title, count) and its tasks as they should be read."""
    chance = random.Random(seed)
    both = chance.random() < 0.25
    columns = [
        c
        for c in ("content", "deliverable", "lead", "coordinator", "due", "note")
        if not (both and c == "coordinator")
    ]
    chance.shuffle(columns)
    columns.insert(0, "number")
    headings = [chance.choice(HEADINGS[column]) for column in columns]
    if both:
        headings[columns.index("lead")] = chance.choice(
            ["Cơ quan chủ trì, phối hợp", "Phân công thực hiện", "Chủ trì, phối hợp"]
        )
    style = chance.choice(["roman", "merged", "letter", "arabic", "dotted", "capitals"])
    through = chance.random() < 0.4 and style not in ("arabic", "dotted")
    lines = [
        "PHƯỜNG TÂN LẬP",
        "Số: 5/KH-UBND",
        "Tân Lập, ngày 05 tháng 01 năm 2026",
        "KẾ HOẠCH",
        "Cải cách hành chính năm 2026",
        "PHỤ LỤC",
        "\t".join(headings),
    ]
    if chance.random() < 0.3:
        lines.append("\t".join(f"({n + 1})" for n in range(len(columns))))
    sections, tasks, used, running = [], [], set(), 0
    for place in range(chance.randint(2, 6)):
        title, count = TITLES[place], chance.randint(1, 6)
        number = {"letter": "ABCDEF"[place], "arabic": str(place + 1), "dotted": str(place + 1)}.get(
            style, ROMAN[place]
        )
        shown = (title.upper() if chance.random() < 0.6 else title) + (
            f" ({count:02d} nhiệm vụ)" if chance.random() < 0.5 else ""
        )
        if style in ("merged", "capitals"):
            lines.append(
                (f"{number}. {shown}" if style == "merged" else f"{number} {title.upper()}")
                + "\t" * (len(columns) - 1)
            )
        else:
            row = [""] * len(columns)
            row[0], row[columns.index("content")] = number + chance.choice(["", "."]), shown
            lines.append("\t".join(row))
        sections.append((number, title, count))
        running = running if through else 0
        for n in range(count):
            running += 1
            content = next(
                c
                for c in iter(
                    lambda: f"{chance.choice(VERBS)} {chance.choice(THINGS)} {chance.choice(TAILS)}", ""
                )
                if c not in used
            )
            used.add(content)
            kinds = chance.sample(KINDS, chance.randint(1, 3))
            leads = list(dict([_office(chance) for _ in range(1 if chance.random() < 0.8 else 2)]).items())
            helper = (chance.choice(GROUPS),) * 2 if chance.random() < 0.6 else _office(chance)
            due = chance.choice(DUES)
            lead_words = chance.choice(["; ", ", ", " và "]).join(written for _name, written in leads)
            cells = {
                "number": f"{place + 1}.{n + 1}" if style == "dotted" else str(running),
                "content": content,
                "deliverable": chance.choice([", ", "; "]).join(kinds),
                "lead": lead_words,
                "coordinator": helper[1],
                "due": due["text"],
                "note": "",
            }
            if both:
                cells["lead"] = chance.choice(
                    [
                        f"Chủ trì: {lead_words}; phối hợp: {helper[1]}",
                        f"{lead_words} chủ trì, phối hợp với {helper[1]}",
                    ]
                )
            lines.append("\t".join(cells[column] for column in columns))
            tasks.append(
                {
                    "section": number,
                    **cells,
                    "kinds": kinds,
                    "leads": [name for name, _ in leads],
                    "helpers": [helper[0]],
                    "read": due["due"],
                }
            )
    return "\n".join(lines) + "\n", sections, tasks


def _read(text: str) -> PlanReading:
    return understand(
        read_text(text.encode(), "txt"),
        directory=data.office_directory(),
        calendar=data.work_calendar(),
        name="ke-hoach.txt",
    )


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.casefold()).strip(" .;,")


@pytest.mark.parametrize("seed", range(50))
def test_what_was_put_in_is_what_is_read(seed):
    text, sections, tasks = _plan(seed)
    reading = _read(text)
    assert [(s.number, s.tasks) for s in reading.sections] == [
        (number, count) for number, _title, count in sections
    ]
    assert [_plain(s.title) for s in reading.sections] == [
        _plain(title) for _number, title, _count in sections
    ]
    assert [(t.section, t.number) for t in reading.tasks] == [(t["section"], t["number"]) for t in tasks]
    for got, put in zip(reading.tasks, tasks, strict=True):
        assert _plain(got.content) == _plain(put["content"])
        assert [_plain(kind) for kind in got.deliverables] == [_plain(kind) for kind in put["kinds"]]
        assert [office_key(name) for name in got.leads] == [office_key(name) for name in put["leads"]]
        assert [office_key(name) for name in got.coordinators] == [
            office_key(name) for name in put["helpers"]
        ]
        due = got.due.to_json()
        assert {key: due[key] for key in put["read"] if key not in ("condition", "text")} == {
            key: value for key, value in put["read"].items() if key not in ("condition", "text")
        }
