"""A neighbourhood is an office like any other: its head holds a post there, is asked, answers, reports, is found."""

import datetime as dt
import re

import pytest

from caicach.core.clock import noon
from caicach.organisation import structure
from caicach.tasks import directives, together
from caicach.tasks.models import Ask, Delivery, TaskOffice
from caicach.tasks.queries import task_for
from tests.factories import rooms

pytestmark = pytest.mark.django_db
TODAY, AT = rooms.TODAY, noon(rooms.TODAY)


@pytest.fixture
def hood(ward, coordinator):
    made = [
        structure.open_office(
            ward=ward.pk, name=f"Khu phố {n}", short="", kind="neighbourhood", parent=None, aliases=(), since=None,
            by=coordinator.pk, at=AT,
        )
        for n in range(1, 8)
    ]  # fmt: skip
    return made[-1]


@pytest.fixture
def hood_head(ward, hood):
    return rooms.make_person(ward, "head", office="Khu phố 7", name="Bùi Thị Bảy")


def test_a_post_at_a_neighbourhood_is_given_on_the_page(ward, hood, client):
    client.force_login(rooms.make_person(ward, "administrator"))
    new = {
        "full_name": "Bùi Thị Bảy",
        "user_name": "bay.bt",
        "role": "head",
        "office": hood.pk,
        "title": "Trưởng khu phố",
    }
    assert client.post("/nguoi/them/", new).status_code == 303
    assert "Bùi Thị Bảy" in client.get("/co-cau/khu-pho-7/").content.decode()
    assert "Bùi Thị Bảy" in client.get("/co-cau/").content.decode(), "heads stand beside their neighbourhood"


def test_what_it_is_asked_for_stands_on_its_heads_desk_and_is_answered(
    ward, coordinator, hood, hood_head, client
):
    task = rooms.make_task(ward, coordinator)
    together.ask(task, office=hood.pk, due_on=TODAY + dt.timedelta(days=3), word="Danh sách hộ nghèo", today=TODAY,
                 by=coordinator.pk, at=AT)  # fmt: skip
    client.force_login(hood_head)
    assert "Danh sách hộ nghèo" in client.get("/viec-cua-toi/").content.decode()
    page = client.get("/viec/2026/cchc/I-1/").content.decode()
    assert "Danh sách hộ nghèo" in page and 'name="word"' in page
    ask = Ask.objects.get()
    answer = client.post("/viec/2026/cchc/I-1/phoi-hop/1/tra-loi/", {"word": "Có 12 hộ."})
    assert answer.status_code == 303
    ask.refresh_from_db()
    assert ask.answered_at


def test_a_directive_to_it_is_acknowledged_and_handed_in(ward, coordinator, hood, hood_head, client):
    task = directives.give(
        ward=ward.pk, content="Niêm yết thủ tục ở nhà văn hóa khu phố", leads=[hood.pk], due_on=TODAY, today=TODAY,
        by=coordinator.pk, at=AT, deliverables=["Báo cáo"],
    )  # fmt: skip
    client.force_login(hood_head)
    assert "Niêm yết thủ tục" in client.get("/viec-cua-toi/").content.decode()
    address = f"/viec/2026/chi-dao/{task.number}/"
    assert client.post(f"{address}da-nhan/").status_code == 303
    assert TaskOffice.objects.get(task=task).acknowledged_at
    paper = {"document_number": "1/BC-KP7", "document_date": "23/11/2026"}
    assert client.post(f"{address}nop/", paper).status_code == 303
    assert Delivery.objects.filter(task=task_for(ward.pk, 2026, "chi-dao", task.number)).count() == 1


def test_a_plan_that_names_it_gives_it_the_task(ward, coordinator, hood, hood_head, client):
    reading = rooms.make_reading((rooms.line("I", "1", "Vận động hộ dân nộp hồ sơ trực tuyến", "Quý IV/2026", leads=("Khu phố 7",)),), findings=())  # fmt: skip
    rooms.make_plan(ward, coordinator, reading)
    client.force_login(hood_head)
    assert "Vận động hộ dân" in client.get("/viec-cua-toi/").content.decode()


def test_forms_fold_the_neighbourhoods_away(ward, coordinator, hood, client):
    client.force_login(coordinator)
    page = client.get("/chi-dao/moi/").content.decode()
    folded = page.split("<details")[-1] if "more-ticks" in page else ""
    assert "Khu phố, ấp" in folded and "Khu phố 7" in folded and "Văn phòng HĐND" not in folded
    refused = client.post("/chi-dao/moi/", {"leads": [hood.pk], "content": ""}).content.decode()
    assert re.search(r'<details class="more-ticks" open>', refused), "what was ticked stays in sight"
    rooms.make_plan(ward, coordinator)
    assert '<optgroup label="Khu phố, ấp">' in client.get("/viec/2026/cchc/I-1/").content.decode()


def test_each_neighbourhood_has_its_page_and_is_found(ward, coordinator, hood, hood_head, as_coordinator):
    rooms.make_plan(ward, coordinator)
    assert as_coordinator.get("/don-vi/khu-pho-7/").status_code == 200
    found = re.sub("<[^>]+>", "", as_coordinator.get("/tim/?q=khu+pho+7").content.decode().split("<main")[1])
    assert "Khu phố 7" in found and "Bùi Thị Bảy" in found
