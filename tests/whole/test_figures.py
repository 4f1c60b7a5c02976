"""A figure is the same wherever it stands: year, overview, office, my work, meeting, letters, Excel."""

import datetime as dt
import io
import re
from types import SimpleNamespace
from urllib.parse import parse_qsl, urlsplit

import openpyxl
import pytest

from caicach.core.clock import noon
from caicach.desk import offices
from caicach.desk.meeting import meeting
from caicach.desk.queries import desk_of, my_work, ward_desk
from caicach.organisation.queries import offices as offices_of
from caicach.plans import queries as plans
from caicach.plans.pace_page import pace_page
from caicach.plans.queries import PACE_PARTS
from caicach.reminders.queries import daily, weekly
from caicach.rules.rights import COORDINATOR, HEAD, LEADER, OFFICER, VIEWER, allows
from caicach.tasks import dates, directives, services, together
from caicach.tasks.models import Task
from caicach.tasks.queries import parts_by_office
from tests.factories import rooms

pytestmark = pytest.mark.django_db
AT, TODAY = noon(rooms.TODAY), rooms.TODAY
GROUPS = ("late", "warn", "soon", "far", "ok")


@pytest.fixture
def plan(ward, coordinator):
    """Every group has a task, one was given back, one waits, one is given by name."""
    lines = (
        *rooms.LINES,
        rooms.line("I", "4", "Niêm yết lịch tiếp dân", "30/11/2026"),
        rooms.line("I", "5", "Tổng kết phong trào ở khu phố", "31/12/2026"),
        rooms.line("II", "3", "Mở lớp hướng dẫn người cao tuổi", "31/3/2026", leads=("Phòng Văn hóa – Xã hội",)),
        rooms.line("II", "4", "Báo cáo thư viện lưu động", "25/11/2026", leads=("Phòng Văn hóa – Xã hội",)),
        rooms.line("II", "5", "Lập danh sách cộng tác viên", "30/4/2026", leads=("Phòng Văn hóa – Xã hội",)),
    )  # fmt: skip
    made = rooms.make_plan(ward, coordinator, rooms.make_reading(lines, findings=()))
    who = {"by": coordinator.pk, "at": AT}
    for number in ("II-3", "II-5"):
        services.hand_in(
            Task.objects.get(number=number), today=TODAY, document_number="1/BC", document_date=dt.date(2026, 3, 20), **who
        )  # fmt: skip
    return made


def listed(ward, plan, address):
    asked = plans.RibbonFilter.of(dict(parse_qsl(urlsplit(address).query)))
    return plans.ribbon(ward.pk, plan, asked, today=TODAY).shown


def in_excel(client, query):
    file = client.get(f"/ke-hoach/2026/cchc/danh-sach.xlsx{query}")
    book = openpyxl.load_workbook(io.BytesIO(file.content))
    rows = book["Nhiệm vụ"].iter_rows() if "Nhiệm vụ" in book else ()
    return sum(bool(re.match(r"[IV]+\.\d", str(row[1].value))) for row in rows)


def counts_of(views):
    return {group: sum(view.status.group == group for view in views) for group in GROUPS}


def on_desk(work):
    """What a desk shows, by group, as far as it shows it."""
    return {
        "late": sum(one.view.status.group == "late" for one in work.first),
        "warn": sum(one.view.status.group == "warn" for one in work.first),
        "soon": sum(one.view.status.group == "soon" for one in (*work.first, *work.coming)),
        "ok": work.going_on,
    }


def rows_in(page):
    """How many tasks, or days of tasks, a list's page shows."""
    return page.count('<th scope="row" class="title"><a href="/viec/') + page.count(
        '<li><span class="grow"><a href="/viec/'
    )


def test_what_is_to_be_decided_on_is_one_list(ward, plan, as_coordinator):
    over = plans.overview(ward.pk, plan, today=TODAY, shown=2)
    counts = {one.group: one.count for one in over.tallies}
    every = len(over.decide) + over.more
    assert every == counts["late"] + counts["warn"] > len(over.decide)
    assert listed(ward, plan, over.decide_address) == every
    assert in_excel(as_coordinator, f"?{urlsplit(over.decide_address).query}") == every
    page = as_coordinator.get("/ke-hoach/2026/cchc/toan-canh/").content.decode()
    assert f'<a class="count" href="{over.decide_address}">{every}</a>' in page
    for address, count in ((over.decide_address, every), ("/ke-hoach/2026/cchc/", over.total)):
        shown = as_coordinator.get(address).content.decode()  # the one is not kept for the other
        assert rows_in(shown) == count
        assert ('<option value="can-quyet" selected>' in shown) == (count == every)


def test_each_figure_of_the_pace_opens_the_days_that_it_counts(ward, plan, coordinator, as_coordinator):
    services.give_back(
        Task.objects.get(number="II-5").deliveries.get(), word="Thiếu phụ lục", by=coordinator.pk, at=AT
    )
    over = plans.overview(ward.pk, plan, today=TODAY)
    assert 0 < over.pace.reached_today < over.pace.needed_today < over.pace.total
    figures = [over.pace.reached_today, over.pace.needed_today, over.pace.total]
    assert [one.count for one in over.paces.values()] == figures
    page = as_coordinator.get("/ke-hoach/2026/cchc/toan-canh/").content.decode()
    for one in over.paces.values():
        assert re.search(rf'<a href="{re.escape(one.address)}">{one.count}( lần)?</a>', page)
        assert rows_in(as_coordinator.get(one.address).content.decode()) == one.count
        file = as_coordinator.get(one.address.replace("lan-nop/", "lan-nop/danh-sach.xlsx"))
        book = openpyxl.load_workbook(io.BytesIO(file.content))
        days = [row for row in book["Lần nộp"].iter_rows() if isinstance(row[3].value, dt.datetime)]
        assert len(days) == one.count
    part = over.paces["reached"].address.partition("nhip=")[2]
    assert [row.view.task.number for row in pace_page(ward.pk, plan, part, today=TODAY).rows] == ["II-3"]
    services.hand_in(
        Task.objects.get(number="II-4"), by=coordinator.pk, at=AT, today=TODAY, document_number="2/BC", document_date=TODAY
    )  # fmt: skip
    assert rows_in(as_coordinator.get(over.paces["reached"].address).content.decode()) == figures[0] + 1


@pytest.mark.parametrize(
    "day", [dt.date(2025, 12, 31), dt.date(2026, 1, 1), dt.date(2026, 12, 31), dt.date(2028, 5, 5)]
)
def test_the_pace_lists_what_it_counts_on_any_day(ward, plan, day):
    for name, one in zip(PACE_PARTS, plans.overview(ward.pk, plan, today=day).paces.values(), strict=True):
        assert len(pace_page(ward.pk, plan, name, today=day).rows) == one.count


def test_the_whole_plan(ward, plan, coordinator, as_coordinator):
    over = plans.overview(ward.pk, plan, today=TODAY)
    counts = {one.group: one.count for one in over.tallies}
    assert (
        all(counts[group] for group in ("late", "warn", "soon", "far", "ok"))
        and sum(counts.values()) == over.total
    )
    year = plans.ribbon(ward.pk, plan, plans.RibbonFilter(), today=TODAY)
    assert {one.group: one.count for one in year.tallies} == counts and year.total == over.total
    for one in over.tallies:
        assert (
            listed(ward, plan, one.address)
            == one.count
            == in_excel(as_coordinator, f"?tinh-trang={one.group}")
        )
    found = meeting(ward.pk, today=TODAY)
    assert (len(found.late), len(found.coming), found.total) == (counts["late"], counts["soon"], over.total)
    assert set(found.silent) <= {view for view in found.silent if view.status.group == "warn"}
    desk = ward_desk(ward.pk, today=TODAY, people=[coordinator.pk])
    letter = weekly(
        "A", COORDINATOR, None, desk, {one.id: one.short for one in offices_of(ward.pk)}, today=TODAY
    )
    assert letter.counts == counts and letter.total == over.total
    everything = desk_of(desk, coordinator.pk, None, COORDINATOR)
    assert on_desk(everything) == {group: counts[group] for group in ("late", "warn", "soon", "ok")}
    assert in_excel(as_coordinator, "") == over.total


@pytest.mark.parametrize("role", [OFFICER, HEAD, COORDINATOR, LEADER, VIEWER])
@pytest.mark.parametrize("whole_office", [False, True])
def test_a_desk_loaded_alone_is_the_desk_of_the_whole_ward(ward, plan, coordinator, role, whole_office):
    """What a person's page leaves unloaded is nothing that it would show."""
    task = Task.objects.get(number="II-4")
    dates.ask_extension(
        task, occurrence=task.occurrences.get().pk, until=dt.date(2026, 12, 10), reason="Chờ tỉnh", by=coordinator.pk, at=AT
    )  # fmt: skip
    whole = ward_desk(ward.pk, today=TODAY, people=[coordinator.pk])
    shown = asked = 0
    for office in (None, *(one.id for one in offices_of(ward.pk) if not one.is_group)):
        actor = SimpleNamespace(
            person_id=coordinator.pk, holder_id=coordinator.pk, ward_id=ward.pk, office_id=office, role=role, calendar=None
        )  # fmt: skip
        alone = my_work(actor, today=TODAY, whole_office=whole_office)
        assert alone == desk_of(whole, coordinator.pk, office, role, whole_office=whole_office)
        asked += len(alone.time_asked)
        shown += len(alone.first) + len(alone.coming) + len(alone.waiting)
    assert shown > 5 and bool(asked) == allows("task.give-time", role)


def test_each_office(ward, plan, coordinator, as_coordinator):
    over = {row.name: row for row in plans.overview(ward.pk, plan, today=TODAY).offices}
    desk = ward_desk(ward.pk, today=TODAY, people=[])
    shorts = {one.id: one.short for one in offices_of(ward.pk)}
    weekly_rows = dict(weekly("A", COORDINATOR, None, desk, shorts, today=TODAY).rows)
    assert len(over) == 2
    for office in offices_of(ward.pk):
        if office.short not in over:
            continue
        _, page = offices.one_office(ward.pk, offices.slug(office), today=TODAY)
        counts = {one.group: one.count for one in page.tallies}
        load = over[office.short]
        assert (page.total, counts["late"], counts["warn"]) == (load.count, load.late, load.warn)
        assert page.total == in_excel(as_coordinator, f"?don-vi={office.id}")
        assert (len(page.late), len(page.warn), len(page.coming)) == (
            counts["late"],
            counts["warn"],
            counts["soon"],
        )
        work = desk_of(desk, 0, office.id, HEAD, whole_office=True)
        assert on_desk(work) == {group: counts[group] for group in ("late", "warn", "soon", "ok")}
        assert weekly_rows[office.short] == tuple(counts[group] for group in GROUPS)
        letter = dict(daily("A", work, today=TODAY).parts)
        assert len(letter.get("Việc trễ hạn", ())) == counts["late"]
        assert len(letter.get("Việc cần để ý", ())) == counts["warn"]
        found = meeting(ward.pk, today=TODAY)
        assert sum(office.id in view.lead_ids for view in found.late) == counts["late"]


def test_the_years_end_says_how_many_of_its_rows_are_tasks(ward, coordinator, as_coordinator):
    lines = (
        *rooms.LINES,
        rooms.line("III", "1", "Tỷ lệ hồ sơ trực tuyến đạt 95%", "31/12/2026", deliverables=()),
    )
    plan = rooms.make_plan(ward, coordinator, rooms.make_reading(lines, findings=()))
    Task.objects.filter(number="III-1").update(is_indicator=True)
    total = plans.overview(ward.pk, plan, today=TODAY).total
    page = as_coordinator.get("/ke-hoach/2026/cchc/khep-nam/").content.decode()
    rows = page.count('<tr id="dong-')
    measured = Task.objects.filter(is_indicator=True).count()
    assert rows == total + measured
    assert f"{rows} dòng của kế hoạch: {total} nhiệm vụ và {measured} dòng chỉ tiêu" in page
    Task.objects.update(is_indicator=False)
    assert (
        f"{rows} dòng của kế hoạch: {rows} nhiệm vụ."
        in as_coordinator.get("/ke-hoach/2026/cchc/khep-nam/").content.decode()
    )


def test_the_review_counts_as_the_years_end_does(ward, coordinator, as_coordinator):
    lines = (
        *rooms.LINES,
        rooms.line("III", "1", "Tỷ lệ hồ sơ trực tuyến đạt 95%", "31/12/2026", deliverables=()),
    )
    draft = rooms.make_draft(ward, coordinator, rooms.make_reading(lines, findings=()))
    draft.lines.filter(section__number="III").update(is_indicator=True)
    page = as_coordinator.get(f"/ke-hoach/nap/{draft.token}/").content.decode()
    heading = " ".join(page.split("<h1>")[1].split("</h1>")[0].split())
    assert (
        heading.startswith("Kế hoạch năm 2026, 6 dòng: 5 nhiệm vụ và 1 dòng chỉ tiêu.")
        and page.count("dòng chỉ tiêu") == 1
    )
    as_coordinator.post(f"/ke-hoach/nap/{draft.token}/thuc-hien/")
    assert "6 dòng của kế hoạch: 5 nhiệm vụ và 1 dòng chỉ tiêu." in as_coordinator.get("/ke-hoach/2026/cchc/khep-nam/").content.decode()  # fmt: skip


def test_by_person(ward, plan, coordinator):
    """The people's tasks and nobody's are the office's; each figure opens its list."""
    office = ward.offices.get(short_name="VH–XH")
    task = Task.objects.get(number="II-1")
    together.assign(task, office=office.pk, person=coordinator.pk, by=coordinator.pk, at=AT)
    _, page = offices.one_office(ward.pk, "vh-xh", today=TODAY)
    assert [(one.name, one.count) for one in page.people] == [
        (coordinator.full_name, 1),
        ("Chưa giao cho ai", page.total - 1),
    ]
    for one in page.people:
        assert listed(ward, plan, one.address) == one.count
        assert listed(ward, plan, one.late_address) == one.late
        assert listed(ward, plan, one.warn_address) == one.warn


def test_a_directive_stands_beside_the_plan(ward, plan, coordinator):
    """The year, the overview and the office's figures count the plan; meeting, desk and letters also what was given besides."""
    office = ward.offices.get(short_name="VH–XH")
    before = meeting(ward.pk, today=TODAY)
    directives.give(
        ward=ward.pk,
        content="Trả lời phản ánh",
        leads=[office.pk],
        due_on=TODAY,
        today=TODAY,
        by=coordinator.pk,
        at=AT,
    )
    found = meeting(ward.pk, today=TODAY)
    over = plans.overview(ward.pk, plan, today=TODAY)
    assert found.total == before.total + 1 == over.total + 1
    assert (found.in_plans, found.beside) == (over.total, 1)
    assert len([view for view in found.coming if view.task.source == "plan"]) == len(before.coming)
    _, page = offices.one_office(ward.pk, "vh-xh", today=TODAY)
    assert [view.task.title for view in page.beside] == ["Trả lời phản ánh"]
    assert page.total == next(row.count for row in over.offices if row.name == "VH–XH")


def test_an_offices_part_is_what_its_letter_counts(ward, plan, coordinator, as_coordinator, client):
    """The structure and the week's letter count what an office leads of everything, its page what it leads of the plan."""
    office = ward.offices.get(short_name="VH–XH")
    directives.give(
        ward=ward.pk,
        content="Trả lời",
        leads=[office.pk],
        due_on=TODAY,
        today=TODAY,
        by=coordinator.pk,
        at=AT,
    )
    directives.give(ward=ward.pk, content="Góp ý", leads=[ward.offices.get(short_name="Văn phòng").pk],
                    helpers=[office.pk], due_on=TODAY, today=TODAY, by=coordinator.pk, at=AT)  # fmt: skip
    Task.objects.filter(number="II-5").update(is_indicator=True)
    desk = ward_desk(ward.pk, today=TODAY, people=[])
    letter = weekly("A", HEAD, office.pk, desk, {office.pk: "VH–XH"}, today=TODAY)
    part = parts_by_office(ward.pk)[office.pk]
    page = offices.one_office(ward.pk, "vh-xh", today=TODAY)[1]
    assert part.leads == letter.total == page.total + len(page.beside) == page.total + 1
    assert part.helps == page.helping + 1 == sum(office.pk in v.office_ids - v.lead_ids for v in desk.views)
    assert letter.counted == "đơn vị chủ trì, kể cả chỉ đạo"
    client.force_login(rooms.make_person(ward, "administrator"))
    assert f"chủ trì {part.leads}, phối hợp {part.helps} việc" in client.get("/co-cau/").content.decode()
    assert f"Kể mọi việc của {plan.title}" in as_coordinator.get("/don-vi/").content.decode()


def test_a_year_that_was_closed_is_in_no_meeting(ward, plan, coordinator):
    rows = list(Task.objects.filter(ward=ward, number="II-3"))
    before = meeting(ward.pk, today=TODAY)
    Task.objects.filter(pk__in=[row.pk for row in rows]).update(closed_at=AT, result="not")
    assert meeting(ward.pk, today=TODAY).total == before.total - 1
    assert len(ward_desk(ward.pk, today=TODAY, people=[]).views) == before.total - 1
