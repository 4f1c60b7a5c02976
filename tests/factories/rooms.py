"""Wards, people, readings and plans with honest defaults; state comes about through the services."""

from __future__ import annotations

import datetime as dt
from itertools import count

from caicach.accounts import services as accounts
from caicach.core.clock import noon
from caicach.data import work_calendar
from caicach.organisation import services as organisation
from caicach.plans import services as plans
from caicach.plans.drafts import days_of
from caicach.plans.models import PlanImport
from caicach.reading.document import Source
from caicach.reading.plan import (
    Finding,
    Head,
    IndicatorLine,
    Mend,
    PlanReading,
    Section,
    SourceLine,
    TaskLine,
)
from caicach.rules.deadlines import read_due

_number = count(1)
SIGNED = dt.date(2026, 2, 3)
TODAY = dt.date(2026, 11, 23)


def make_ward(name: str = "Phường Thử"):
    ward = organisation.found_ward(name=name, province="Tỉnh Thử")
    organisation.add_office(ward, name="Văn phòng HĐND và UBND", short="Văn phòng")
    organisation.add_office(ward, name="Phòng Văn hóa – Xã hội", short="VH–XH")
    organisation.add_office(ward, name="Các phòng, ban, ngành", is_group=True)
    return ward


def make_person(
    ward,
    role: str,
    *,
    office: str | None = None,
    user_name: str | None = None,
    password: str | None = None,
    name: str = "Nguyễn Thị Thử",
    handle: str | None = None,
):
    from django.contrib.auth.hashers import make_password

    found = ward.offices.get(name=office) if office else None
    person = accounts.add_person(
        user_name=user_name or f"nguoi{next(_number)}", full_name=name, ward=ward, role=role, office=found,
        password_hash=make_password(password) if password else None,
    )  # fmt: skip
    if handle:
        person.handle = handle
        person.save(update_fields=["handle"])
    return person


def line(section: str, number: str, content: str, due: str = "Thường xuyên", **other) -> TaskLine:
    place = other.pop("place", 10 * (1 + "I II III".split().index(section)) + int(number))
    facts = {
        "deliverables": ("Báo cáo",),
        "leads": ("Văn phòng HĐND và UBND",),
        "coordinators": ("Các phòng, ban, ngành",),
        "note": None,
    }
    return TaskLine(
        section=section, number=number, content=content, due=read_due(due, 2026).due, occurrences=days_of(due, 2026, SIGNED, work_calendar()),
        source=Source(page=1, line=place), **{**facts, **other},
    )  # fmt: skip


LINES = (
    line("I", "1", "Rà soát sổ sách của phường theo từng tháng"),
    line("I", "2", "Lập bảng theo dõi tiếp công dân", "31/01/2026"),
    line("I", "3", "Báo cáo kết quả làm việc của tổ dân phố", "Quý IV/2026"),
    line("II", "1", "Đánh giá tủ sách cộng đồng mỗi quý", "Hằng quý", leads=("Phòng Văn hóa – Xã hội",)),
    line("II", "2", "Sửa bảng hướng dẫn ở trụ sở", "Hoàn thành"),
)


def make_reading(lines=LINES, *, findings=None, number: str = "12/KH-UBND", year: int = 2026) -> PlanReading:
    if findings is None:
        findings = (
            Finding("deadline-incomplete", "error", "II.2", "Thời hạn chỉ ghi “Hoàn thành”, thiếu ngày.", "Hoàn thành tháng 12/2026",
                    (Mend("II.2", "due", "Hoàn thành tháng 12/2026"),)),
            Finding("deadline-before-plan-date", "warning", "I.2", "Thời hạn đã qua khi kế hoạch được ký."),
            Finding("section-title-mismatch", "warning", "II", "Tên mục khác thân bài.", "Văn hóa đọc", (Mend("II", "title", "Văn hóa đọc"),)),
            Finding("stray-markup", "note", "I.1, I.3", "Còn sót dấu của bản quét."),
        )  # fmt: skip
    numbers = list(dict.fromkeys(row.section for row in lines))
    return PlanReading(
        head=Head(number=number, date=SIGNED, year=year, issuer="UBND phường Thử", place="Thử"),
        sections=tuple(
            Section(n, f"Mục số {n}", sum(r.section == n for r in lines), sum(r.section == n for r in lines))
            for n in numbers
        ),
        tasks=tuple(lines),
        indicators=(
            IndicatorLine(
                "Hồ sơ đúng hạn", None, ">=", "95.5", "%", "higher", "Văn phòng HĐND và UBND", Source(), None
            ),
        ),
        findings=findings,
        source_lines=tuple(SourceLine(f"{r.number} | {r.content} | {r.due.text}", r.source) for r in lines),
    )


def make_many(count: int):
    """A reading of so many lines, some with a day, some without."""
    phrases = ("Thường xuyên", "Quý IV/2026", "Hằng quý", "30/6/2026")
    return make_reading(
        tuple(
            line("I", str(n), f"Việc thứ {n} của tổ dân phố số {n * 7}", phrases[n % 4], place=n)
            for n in range(1, count + 1)
        ),
        findings=(),
    )


def make_draft(ward, person, reading=None, *, is_amendment: bool = False, token: str | None = None):
    """A draft under review, as if its file had just been read."""
    token = token or f"nhap{next(_number):08}"
    draft = PlanImport.objects.create(
        ward_id=ward.pk,
        token=token,
        year=2026,
        is_amendment=is_amendment,
        state=PlanImport.READING,
        made_at=noon(TODAY),
        made_by=person,
    )
    plans.finish_reading(draft, reading or make_reading(), read_ms=300, at=noon(TODAY))
    draft.refresh_from_db()
    return draft


def make_plan(ward, person, reading=None):
    """A plan in force since it was signed; all findings are settled."""
    draft = make_draft(ward, person, reading)
    draft.findings.update(state="aside", reason="thử")
    return plans.put_into_effect(draft, by=person.pk, at=noon(SIGNED), today=SIGNED)


def make_task(ward, person, number: str = "I-1"):
    from caicach.tasks.queries import task_for

    make_plan(ward, person)
    return task_for(ward.pk, 2026, "cchc", number)


def events(code: str) -> int:
    from caicach.history.models import Event

    return Event.objects.filter(code=code).count()


def newest_event(code: str) -> int:
    from caicach.history.models import Event

    return Event.objects.filter(code=code).latest("id").pk


PLAN_TEXT = """ỦY BAN NHÂN DÂN
PHƯỜNG BẾN THỬ
Số: 7/KH-UBND
Bến Thử, ngày 05 tháng 01 năm {year}

KẾ HOẠCH
Cải cách hành chính năm {year}

Phụ lục
(Kèm theo Kế hoạch số 7/KH-UBND ngày 05 tháng 01 năm {year} của Ủy ban nhân dân phường Bến Thử)

STT\tNỘI DUNG\tSẢN PHẨM\tCƠ QUAN CHỦ TRÌ\tCƠ QUAN PHỐI HỢP\tTHỜI GIAN HOÀN THÀNH\tGHI CHÚ
I\tCẢI CÁCH THỂ CHẾ (02 nhiệm vụ)\t\t\t\t\t
1\tLập danh mục văn bản của phường còn hiệu lực\tBáo cáo\tVăn phòng HĐND và UBND\tCác phòng, ban, ngành\tQuý II/{year}\t
2\tTrả lời kiến nghị của cử tri về thủ tục\tBáo cáo\tVăn phòng HĐND và UBND\tCác phòng, ban, ngành\tHoàn thành\t
II\tCẢI CÁCH THỦ TỤC HÀNH CHÍNH (02 nhiệm vụ)\t\t\t\t\t
1\tMở quầy hướng dẫn người cao tuổi làm thủ tục\tKế hoạch\tTrung tâm Phục vụ hành chính công\tCác phòng, ban, ngành\t31/3/{year}\t
2\tĐo thời gian chờ ở quầy tiếp nhận\tBáo cáo\tTrung tâm Phục vụ hành chính công\tCác phòng, ban, ngành\tHằng quý\t
"""
"""A small plan of invented work, for the reader and for the browser."""
