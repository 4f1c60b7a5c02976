"""A province in the database: the demo ward's plan again for a hundred wards and five years. And counted queries."""

from __future__ import annotations

import sys

from caicach.conf.manage import setup

setup()

from django.db import connection, transaction  # noqa: E402 - after setup

PAGES = {
    "cả năm": ("hanh", "/ke-hoach/2026/cchc/"),
    "việc của tôi": ("khang", "/viec-cua-toi/"),
    "lãnh đạo": ("tuan", "/ke-hoach/2026/cchc/toan-canh/"),
    "tìm": ("hanh", "/tim/?q=ke+hoach+dao+tao"),
}
"""name → who looks at which page"""


def queries() -> dict[str, int]:
    """How many queries each page takes, nothing kept from before."""
    from django.core.cache import cache
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from caicach.accounts.models import Person

    found = {}
    for name, (user, address) in PAGES.items():
        client = Client(HTTP_HOST="localhost")
        client.force_login(Person.objects.get(user_name=user))
        client.get(address)
        cache.clear()
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address).status_code == 200
        found[name] = len(seen)
    return found


def trips() -> int:
    """Statements sent for handing in, the POST alone, by somebody who has signed in."""
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(HTTP_HOST="localhost")
    assert client.post("/dang-nhap/", {"user_name": "khang", "password": "caicach-demo"}).status_code == 303
    (address,) = duties(1)
    sent = {"document_number": "1/BC-UBND", "document_date": "20/11/2026", "seen": "999999999"}
    with CaptureQueriesContext(connection) as seen:
        assert client.post(address, sent).status_code == 303
    return len(seen)


def duties(count: int) -> list[str]:
    """So many duties of one day for khang's office, each to be handed in once: their addresses."""
    import datetime as dt

    from caicach.accounts.models import Person, Post
    from caicach.core import clock
    from caicach.tasks import directives

    khang = Person.objects.get(user_name="khang")
    post = Post.objects.filter(person=khang).first()
    assert post and post.office_id
    day = dt.date(2026, 11, 23)
    made = [
        directives.give(
            ward=post.ward_id, content=f"Việc đo thứ {n}", leads=[post.office_id], due_on=day, today=day, by=khang.pk,
            at=clock.now(),
        )
        for n in range(count)
    ]  # fmt: skip
    return [f"/viec/{task.year}/{task.book}/{task.number}/nop/" for task in made]


def letters(people: int = 10_000) -> float:
    """Seconds for the day's letters of so many people over all wards, written into the outbox."""
    import datetime as dt
    import time

    from caicach.accounts.models import Person, Post
    from caicach.core import clock
    from caicach.organisation.models import Office, Ward
    from caicach.reminders import services

    wards = list(Ward.objects.order_by("pk"))
    each = people // len(wards)
    made = Person.objects.bulk_create(
        Person(user_name=f"do{n}", full_name=f"Người Đo {n}", email=f"do{n}@vidu.example", password="!")
        for n in range(each * len(wards))
    )
    offices = {ward.pk: list(Office.objects.filter(ward=ward, is_group=False)) for ward in wards}
    Post.objects.bulk_create(
        Post(
            person=person,
            ward=wards[n // each],
            office=offices[wards[n // each].pk][n % max(1, len(offices[wards[n // each].pk]))],
            role="officer",
        )
        for n, person in enumerate(made)
        if offices[wards[n // each].pk]
    )
    began = time.perf_counter()
    written = sum(
        services.write_letters(ward.pk, today=dt.date(2026, 11, 23), hour=8, at=clock.now()) for ward in wards
    )
    seconds = time.perf_counter() - began
    print(f"{written} thư", file=sys.stderr)
    return seconds


def search() -> None:
    """A search with the ward's words kept, made anew, and the bare SQL beside it: medians in ms, then the queries of one
    made anew."""
    import datetime as dt
    import statistics
    import time

    from django.db import connection as database
    from django.test.utils import CaptureQueriesContext

    from caicach.desk import search as searching
    from caicach.organisation.models import Ward

    ward = Ward.objects.order_by("pk").values_list("pk", flat=True)[0]
    today = dt.date(2026, 11, 23)

    def kept() -> None:
        searching.find(ward, "ke hoach dao tao", today=today, shown=searching.SHOWN)

    def anew() -> None:
        searching.forget()
        kept()

    def bare() -> None:
        with database.cursor() as cursor:
            cursor.execute(
                "SELECT id, title FROM tasks_task WHERE ward_id = %s AND (title LIKE %s OR content LIKE %s) LIMIT 8",
                [ward, "%đào tạo%", "%đào tạo%"],
            )
            cursor.fetchall()

    for work in (kept, anew, bare):
        work()
        found = []
        for _ in range(30):
            start = time.perf_counter()
            work()
            found.append((time.perf_counter() - start) * 1000)
        print(f"{statistics.median(found):.2f} {sorted(found)[28]:.2f}")
    searching.forget()
    with CaptureQueriesContext(database) as seen:
        kept()
    print(len(seen) + 3)  # the session, the person, the post


EVENTS = 20


def province(wards: int = 100, years: int = 5) -> None:
    """Copies every row of the demo ward's plan by SQL, ward by ward and year by year, with EVENTS for each task."""
    from caicach.history.models import Event
    from caicach.organisation.models import Office, Ward
    from caicach.plans.models import Plan, PlanLine, Section
    from caicach.tasks.models import Occurrence, Progress, Task, TaskOffice

    source = Ward.objects.order_by("pk").first()
    assert source
    plan = Plan.objects.filter(ward=source).first()
    assert plan
    sections = list(Section.objects.filter(plan=plan))
    lines = list(PlanLine.objects.filter(plan=plan).select_related("task"))
    offices = list(Office.objects.filter(ward=source))
    task_offices = list(TaskOffice.objects.filter(ward=source))
    occurrences = list(Occurrence.objects.filter(ward=source))
    progress = list(Progress.objects.filter(ward=source))

    def copy(row, **changes):
        fields = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if not f.primary_key}
        return type(row)(**{**fields, **changes})

    for n in range(wards):
        with transaction.atomic():
            ward = (
                source
                if n == 0
                else copy(
                    source, **({"slug": f"phuong-{n}"} if hasattr(source, "slug") else {}), name=f"Phường {n}"
                )
            )
            own = {}
            if n:
                ward.save()
                for office in offices:
                    twin = copy(office, ward_id=ward.pk)
                    twin.save()
                    own[office.pk] = twin.pk
            else:
                own = {office.pk: office.pk for office in offices}
            for year in range(2026 - years + 1, 2027):
                if n == 0 and year == 2026:
                    continue
                twin = copy(plan, ward_id=ward.pk, year=year)
                twin.save()
                section_of = {}
                for section in sections:
                    other = copy(section, ward_id=ward.pk, plan_id=twin.pk)
                    other.save()
                    section_of[section.pk] = other.pk
                tasks = Task.objects.bulk_create(
                    [copy(line.task, ward_id=ward.pk, year=year) for line in lines]
                )
                task_of = {line.task_id: task.pk for line, task in zip(lines, tasks, strict=True)}
                if year < 2026:
                    twin.closed_at = twin.in_force_at
                    twin.save()
                    Task.objects.filter(pk__in=task_of.values()).update(
                        closed_at=twin.in_force_at, result="reached"
                    )
                PlanLine.objects.bulk_create(
                    [
                        copy(
                            line,
                            ward_id=ward.pk,
                            plan_id=twin.pk,
                            section_id=section_of[line.section_id],
                            task_id=task_of[line.task_id],
                        )
                        for line in lines
                    ]
                )
                TaskOffice.objects.bulk_create(
                    [
                        copy(
                            row,
                            ward_id=ward.pk,
                            task_id=task_of[row.task_id],
                            office_id=own.get(row.office_id),
                        )
                        for row in task_offices
                        if row.task_id in task_of
                    ]
                )
                Event.objects.bulk_create(
                    (
                        Event(
                            ward_id=ward.pk, at=twin.in_force_at, code="task.commented", object_kind="tasks.task",
                            object_id=task.pk, word="Đã làm việc với các khu phố, chờ số liệu", facts={},
                        )
                        for task in tasks
                        for _ in range(EVENTS)
                    ),
                    batch_size=2000,
                )  # fmt: skip
                Occurrence.objects.bulk_create(
                    [
                        copy(row, ward_id=ward.pk, task_id=task_of[row.task_id])
                        for row in occurrences
                        if row.task_id in task_of
                    ]
                )
                Progress.objects.bulk_create(
                    [
                        copy(row, ward_id=ward.pk, task_id=task_of[row.task_id])
                        for row in progress
                        if row.task_id in task_of
                    ]
                )


if __name__ == "__main__":
    match sys.argv[1]:
        case "queries":
            print("\n".join(f"{name}\t{count}" for name, count in queries().items()))
        case "trips":
            print(trips())
        case "search":
            search()
        case "duties":
            print("\n".join(duties(int(sys.argv[2]))))
        case "letters":
            print(letters())
        case _:
            province()
