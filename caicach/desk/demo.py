"""The demo ward: facts of a real plan, invented people, a year of invented progress. Deterministic by seed and day."""

from __future__ import annotations

import csv
import datetime as dt
import random
from dataclasses import replace
from pathlib import Path

from django.contrib.auth.hashers import make_password
from django.db import transaction

from caicach.accounts import services as accounts
from caicach.core.clock import noon
from caicach.data import work_calendar
from caicach.organisation import services as organisation
from caicach.organisation.queries import work_time
from caicach.organisation.services import Office, Ward
from caicach.plans import services as plans
from caicach.procedures import services as procedures
from caicach.procedures import starter
from caicach.reading.document import Source
from caicach.reading.plan import Head, IndicatorLine, PlanReading, Section, TaskLine
from caicach.rules.deadlines import read_due
from caicach.rules.procedures import shortened
from caicach.rules.rights import ADMINISTRATOR, COORDINATOR, HEAD, LEADER, OFFICER
from caicach.tasks import dates, directives, notices, together
from caicach.tasks import services as tasks
from caicach.tasks.queries import open_tasks

YEAR = 2026
SIGNED_ON = dt.date(2026, 2, 3)
PASSWORD = "caicach-demo"
"""For a ward of invented people on one's own machine only."""

_OFFICES = (
    ("Văn phòng HĐND và UBND", "Văn phòng", False),
    ("Phòng Văn hóa – Xã hội", "VH–XH", False),
    ("Phòng Kinh tế, Hạ tầng và Đô thị", "KT–HT–ĐT", False),
    ("Trung tâm Phục vụ hành chính công", "TT PVHCC", False),
    ("Ban quản lý dự án", "BQL dự án", False),
    ("Ban Chỉ huy quân sự", "Quân sự", False),
    ("Công an", "Công an", False),
    ("Trung tâm Dịch vụ tổng hợp", "TT DVTH", False),
    ("Các cơ quan chuyên môn", "Chuyên môn", True),
    ("Các cơ quan, đơn vị thuộc UBND phường", "Tất cả", True),
    ("Các phòng, ban, ngành", "Các phòng, ban", True),
)
_PEOPLE = (
    ("hanh", "Lâm Thị Hạnh", COORDINATOR, "VH–XH"),
    ("khang", "Trần Minh Khang", OFFICER, "TT PVHCC"),
    ("tuan", "Lê Quốc Tuấn", LEADER, ""),
    ("quantri", "Phạm Ngọc Quân", ADMINISTRATOR, "Văn phòng"),
    ("mai", "Nguyễn Thị Tuyết Mai", OFFICER, "Văn phòng"),
    ("phuc", "Huỳnh Hữu Phúc", OFFICER, "KT–HT–ĐT"),
    ("yen", "Đặng Ngọc Yến", OFFICER, "VH–XH"),
    ("viet", "Trần Quốc Việt", HEAD, "TT PVHCC"),
    ("lan", "Võ Thị Ngọc Lan", HEAD, "Văn phòng"),
    ("bao", "Phan Gia Bảo", OFFICER, "TT PVHCC"),
)
LOGINS = (
    ("hanh", "điều phối"),
    ("viet", "trưởng đơn vị"),
    ("khang", "chuyên viên"),
    ("tuan", "lãnh đạo"),
    ("quantri", "quản trị"),
)
WARD = "Phường Rạch Giá"
EMPTY_WARD = "Phường Thử Nghiệm"
"""A second ward without a plan, to try one's own file in: its people carry its number, "hanh2", "khang2"."""
_EMPTY_LOGINS = LOGINS[:1] + LOGINS[2:3]

_TITLES = {
    "I": "Cải cách thể chế",
    "II": "Cải cách thủ tục hành chính",
    "III": "Cải cách tổ chức bộ máy",
    "IV": "Cải cách chế độ công vụ",
    "V": "Cải cách tài chính công",
    "VI": "Chuyển đổi số trong cơ quan nhà nước",
    "VII": "Các chỉ tiêu kinh tế - xã hội",
    "VIII": "Chỉ đạo, điều hành cải cách hành chính",
}
_NEVER = {"II-1", "VI-1"}
"""Dated tasks that nobody has handed in."""
_SILENT_SINCE = {"I-8": 2, "III-3": 3, "VI-3": 2, "VI-11": 9}
"""Ongoing tasks without a word for so many months."""
_WORDS = (
    "Đã làm xong phần việc của tháng, chưa có vướng mắc.",
    "Đang phối hợp với các khu phố, số liệu gửi kèm báo cáo tháng.",
    "Đã rà soát, còn hai việc chuyển sang tháng sau.",
    "Đã hướng dẫn các đơn vị thực hiện, kết quả đúng tiến độ.",
    "Đã cập nhật lên hệ thống báo cáo chung.",
    "Đã họp giao ban, thống nhất cách làm cho tháng tới.",
)


def rows() -> list[dict[str, str]]:
    """The plan's facts, from data/demo_plan.csv."""
    path = Path(__file__).resolve().parent.parent / "data" / "demo_plan.csv"
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def reading() -> PlanReading:
    """The facts in the shape that a reader gives."""
    from caicach.plans.drafts import days_of

    found, indicators = [], []
    for row in rows():
        targets = [one.split("|") for one in row["targets"].split(";") if one]
        found.append(
            TaskLine(
                section=row["section"],
                number=row["number"],
                content=row["title"],
                deliverables=tuple(part for part in row["deliverables"].split(";") if part),
                leads=tuple(row["leads"].split(";")),
                coordinators=tuple(part for part in row["helpers"].split(";") if part),
                due=read_due(row["due"], YEAR).due,
                occurrences=days_of(row["due"], YEAR, SIGNED_ON, work_calendar()),
                note=None,
                source=Source(),
                is_indicator=bool(targets),
            )
        )
        for name, comparator, target, unit in targets:
            indicators.append(
                IndicatorLine(
                    name=name,
                    group=None,
                    comparator=comparator,  # type: ignore[arg-type]
                    target=target,
                    unit=unit,
                    better="lower" if comparator in ("<", "<=") or name == "Thất nghiệp" else "higher",
                    lead=row["leads"],
                    source=Source(),
                    task=f"{row['section']}.{row['number']}",
                )
            )
    return PlanReading(
        head=Head(number="29/KH-UBND", date=SIGNED_ON, place="Rạch Giá", year=YEAR, issuer="UBND phường Rạch Giá",
                  coordinating_office="Phòng Văn hóa – Xã hội"),
        sections=tuple(
            Section(number, title, None, sum(t.section == number for t in found)) for number, title in _TITLES.items()
        ),
        tasks=tuple(found),
        indicators=tuple(indicators),
        findings=(),
    )  # fmt: skip


def sign_ins(name: str) -> list[tuple[str, str]]:
    """(user name, role) of who may sign in to one of the two wards; of one that is not there nobody. Two queries."""
    number = organisation.number_of(name)
    there = accounts.taken_names() if number else set()
    listed = LOGINS if name == WARD else _EMPTY_LOGINS
    named = [(f"{user}{number}" if f"{user}{number}" in there else user, role) for user, role in listed]
    return [(user, role) for user, role in named if user in there]


@transaction.atomic
def make_both(*, today: dt.date, seed: int = 2026) -> None:
    """The demo ward with its year, and the empty one beside it; both or none."""
    make(today=today, seed=seed)
    make(today=today, seed=seed, name=EMPTY_WARD, with_plan=False)


@transaction.atomic
def make(*, today: dt.date, seed: int = 2026, name: str = WARD, with_plan: bool = True) -> Ward:
    """Ward, offices, people, plan in effect, and its progress until today. About two seconds.

    Nothing in it happens before the plan was signed or after today; before that day there is no plan.
    A second ward's people sign in with its number behind their names ("hanh2").
    """
    ward = organisation.found_ward(name=name, province="An Giang")
    offices = {
        short: organisation.add_office(ward, name=full, short=short, is_group=group)
        for full, short, group in _OFFICES
    }
    people = _people(ward, offices)
    if with_plan and today >= SIGNED_ON:
        _progress(ward, people, offices, today=today, chance=random.Random(seed))
        _catalogue(ward, people, offices, today=today)
    return ward


def _people(ward: Ward, offices: dict[str, Office]) -> dict[str, int]:
    hashed = make_password(PASSWORD)  # one hash for all: Argon2 is slow on purpose
    taken = accounts.taken_names()
    people: dict[str, int] = {}
    for user, full, role, office in _PEOPLE:
        user_name = user if user not in taken else f"{user}{ward.pk}"
        person = accounts.add_person(
            user_name=user_name,
            full_name=full,
            ward=ward,
            role=role,
            office=offices.get(office),
            password_hash=hashed,
        )
        people[user] = person.pk
        if role == OFFICER:  # the first one of an office is who reports for it
            people.setdefault(office, person.pk)
    return people


def _progress(
    ward: Ward, people: dict[str, int], offices: dict[str, Office], *, today: dt.date, chance: random.Random
) -> None:
    start = noon(SIGNED_ON)
    draft = plans.begin_typed(
        ward=ward.pk, token=f"demo{ward.pk:08}", year=YEAR, copy_from=None, by=people["hanh"], at=start
    )
    plans.fill(draft, reading())
    plans.put_into_effect(draft, by=people["hanh"], at=start, today=SIGNED_ON)
    shorts = {full: short for full, short, _ in _OFFICES}
    for task in open_tasks(ward.pk):
        lead = task.offices.filter(role="lead").first()
        by = people.get(shorts.get(lead.name, "") if lead else "", people["hanh"])
        if task.due_kind in ("by", "recurring"):
            _hand_in_all(task, by, people["hanh"], today, chance)
        elif task.due_kind == "ongoing":
            _report_months(task, by, today, chance)
        if task.number == "VI-4":
            _wait_for_word(task, by, today)
    _together(ward, people, offices, today=today)
    notices.see_all_before(noon(today - dt.timedelta(days=4)), ward=ward.pk, at=noon(today))


def _together(ward: Ward, people: dict[str, int], offices: dict[str, Office], *, today: dt.date) -> None:
    """What people do with each other: given by name, steps, a part asked for, more time, a word, a directive."""
    by_number = {task.number: task for task in open_tasks(ward.pk) if task.source == "plan"}
    some_days = [today - dt.timedelta(days=n) for n in (6, 3, 2)]
    if some_days[0] <= SIGNED_ON:
        return
    early, middle, late = map(noon, some_days)
    centre, hanh = offices["TT PVHCC"].pk, people["hanh"]
    led = [task for task in by_number.values() if task.offices.filter(role="lead", office=centre).exists()]
    for n, task in enumerate(led):
        who = people["bao"] if n % 3 == 2 else people["khang"]
        together.assign(task, office=centre, person=who, by=people["viet"], at=early)
    if found := by_number.get("VI-4"):
        for words, done in (("Khảo sát kho hồ sơ giấy", True), ("Chọn 500 hồ sơ làm trước", True),
                            ("Quét và đặt tên tệp", False), ("Kiểm tra xác suất", False)):  # fmt: skip
            step = together.add_step(found, words=words, by=people["khang"], at=early)
            if done and step:
                together.tick_step(step, done=True, by=people["khang"], at=middle)
        together.comment(
            found, words="@Trần Minh Khang: kho ở khu phố 3 chìa khóa ai giữ?", by=people["viet"], at=middle
        )
        together.ask(
            found, office=offices["VH–XH"].pk, due_on=today + dt.timedelta(days=3), today=some_days[1],
            word="Danh mục hồ sơ chính sách người có công cần số hóa.", by=people["khang"], at=middle,
        )  # fmt: skip
    if found := by_number.get("II-1"):
        day = found.occurrences.order_by("due_on").first()
        until = today + dt.timedelta(days=20)
        if day and day.due_on < today:
            dates.ask_extension(
                found, occurrence=day.pk, until=until, reason="Chờ danh mục thủ tục mới của tỉnh công bố.",
                by=people["viet"], at=late,
            )  # fmt: skip
    if found := by_number.get("III-3"):
        dates.wait(
            found, whom="Sở Nội vụ", since=some_days[0], today=today, word="Hướng dẫn về vị trí việc làm",
            by=people["mai"], at=early,
        )  # fmt: skip
    directives.give(
        ward=ward.pk, content="Kiểm tra việc niêm yết thủ tục ở 61 khu phố, báo cáo khu phố nào còn thiếu.",
        leads=[centre], helpers=[offices["Văn phòng"].pk], due_on=today + dt.timedelta(days=9), today=some_days[1],
        by=people["tuan"], at=middle, deliverables=["Báo cáo"], issuer="Kết luận giao ban tuần",
        document_number="58/TB-UBND", document_date=some_days[1],
    )  # fmt: skip
    given = directives.give(
        ward=ward.pk, content="Trả lời phản ánh về giờ làm việc sáng thứ Bảy của Trung tâm Phục vụ hành chính công.",
        leads=[centre], due_on=today - dt.timedelta(days=1), today=some_days[0], by=hanh, at=early,
        source="province", issuer="UBND tỉnh", document_number="1203/UBND-KSTTHC", document_date=some_days[0],
    )  # fmt: skip
    together.acknowledge(given, office=centre, by=people["viet"], at=early)


_NOT_OURS = {"Công an cấp xã", "Bảo hiểm xã hội", "Văn phòng đăng ký đất đai"}
"""Who decides beside the ward: their times are not the ward's to cut."""
_CUT_LESS = {"1.013967": 10, "2.000620": 20}
_AS_LAW = {"1.004873", "TAM-6"}


def _catalogue(ward: Ward, people: dict[str, int], offices: dict[str, Office], *, today: dt.date) -> None:
    """The ward's procedures since two levels govern, and its own times, a week after the plan promised them."""
    centre, culture = offices["TT PVHCC"].pk, offices["VH–XH"].pk
    steps = (
        procedures.Step("Tiếp nhận, kiểm tra", 10, centre), procedures.Step("Thẩm tra, giải quyết", 60, culture),
        procedures.Step("Ký duyệt", 20), procedures.Step("Trả kết quả", 10, centre),
    )  # fmt: skip
    entries = [
        replace(one, steps=steps) if one.law and one.law.unit != "same-day" and one.decides not in _NOT_OURS else one
        for one in starter.entries()
    ]  # fmt: skip
    hanh, decision = people["hanh"], procedures.Decision("", None, "")
    made = procedures.publish(
        ward=ward.pk, decision=decision, valid_from=dt.date(2025, 7, 1), brings=entries, by=hanh, at=noon(SIGNED_ON), today=SIGNED_ON,
    )  # fmt: skip
    since = SIGNED_ON + dt.timedelta(days=7)
    if today < since:
        return
    a_day = work_time(ward.pk).minutes_a_day
    times = [
        (one.procedure, shortened(one.law, _CUT_LESS.get(one.procedure.code, 30), a_day=a_day))
        for one in made
        if one.law and one.steps.exists() and one.procedure.code not in _AS_LAW and not one.legs
    ]
    procedures.set_ward_times(
        times, since=since, document="Cam kết rút ngắn thời hạn năm 2026", by=hanh, at=noon(since), today=since
    )  # fmt: skip


def _report_months(task: tasks.Task, by: int, today: dt.date, chance: random.Random) -> None:
    silent = _SILENT_SINCE.get(task.number, 0)
    last = today.month if today.year == YEAR else 12 if today.year > YEAR else 0
    for month in range(2, last + 1):
        if silent and month > last - silent:
            continue
        is_last = month in (last, last - silent)
        if not is_last and chance.random() < 0.25:
            continue
        day = dt.date(YEAR, month, chance.randint(5, 24))
        if SIGNED_ON < day <= today:
            tasks.report(task, by=by, at=noon(day), percent=None, word=chance.choice(_WORDS))
        elif is_last and not silent and today.day > 1 and dt.date(YEAR, month, 2) > SIGNED_ON:
            tasks.report(
                task,
                by=by,
                at=noon(dt.date(YEAR, month, chance.randint(1, today.day - 1))),
                word=chance.choice(_WORDS),
            )


def _wait_for_word(task: tasks.Task, by: int, today: dt.date) -> None:
    """Something that the coordinator finds waiting."""
    day = today - dt.timedelta(days=2)
    if day > SIGNED_ON:
        tasks.hand_in(
            task,
            by=by,
            at=noon(day),
            today=day,
            document_number="412/KH-UBND",
            document_date=day,
            word="Kế hoạch số hóa quý IV",
        )


def _hand_in_all(task: tasks.Task, by: int, judge: int, today: dt.date, chance: random.Random) -> None:
    if task.number in _NEVER:
        return
    days = [o.due_on for o in task.occurrences.all() if o.due_on <= today]
    skipped = days[-1] if task.number == "III-2" and days else None
    for n, day in enumerate(days):
        if day == skipped:
            continue
        some_days = dt.timedelta(days=chance.randint(1, 9))
        # A deadline may lie before the plan's own date; what it asks for is made soon after that date, and late.
        handed = day - some_days if day - some_days > SIGNED_ON else SIGNED_ON + some_days
        if handed > today:
            continue
        number = f"{chance.randint(11, 480)}/{'KH' if 'Kế hoạch' in task.deliverables else 'BC'}-UBND"
        delivery = tasks.hand_in(
            task, by=by, at=noon(handed), today=handed, document_number=number, document_date=handed, word=""
        )
        if task.number == "VIII-8" and n == 0:
            back = noon(handed) + dt.timedelta(hours=3)
            tasks.give_back(delivery, by=judge, at=back, word="Bổ sung danh sách đơn vị được kiểm tra.")
            again = min(day, handed + dt.timedelta(days=1))
            delivery = tasks.hand_in(
                task,
                by=by,
                at=noon(again) + dt.timedelta(hours=4),
                today=again,
                document_number=number,
                document_date=handed,
            )
        if (today - handed).days >= 3:
            tasks.accept(delivery, by=judge, at=noon(handed) + dt.timedelta(days=1, hours=5))
    if task.number == "I-6" and not days and (dt.date(YEAR, 11, 20) <= today <= dt.date(YEAR, 11, 30)):
        tasks.report(
            task,
            by=by,
            at=noon(dt.date(YEAR, 11, 18)),
            percent=70,
            word="Đã khảo sát xong bốn khu phố, còn tổng hợp.",
        )
