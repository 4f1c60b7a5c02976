"""Uploading: the file, the job, the draft; once, whole, or not at all."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from caicach.core.clock import noon
from caicach.documents.models import StoredFile
from caicach.plans import jobs, services
from caicach.plans.models import DraftLine, PlanImport
from caicach.rules.refusal import Refusal
from caicach.worker import loop
from caicach.worker import services as queue
from caicach.worker.models import Job
from tests.factories import rooms

pytestmark = pytest.mark.django_db
TOKEN = "tokenthunghiem"
TEXT = rooms.PLAN_TEXT.format(year=2026)


def press(client, *, token=TOKEN, text=TEXT, name="ke-hoach.txt", **other):
    file = SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text)
    return client.post(reverse("plans:upload"), {"token": token, "year": 2026, "file": file, **other})


def test_an_upload_keeps_the_file_and_queues_its_reading(as_coordinator):
    answer = press(as_coordinator)
    assert answer.status_code == 303 and answer.url.endswith(f"/nap/{TOKEN}/")
    draft = PlanImport.objects.get()
    assert draft.state == "waiting" and draft.file.name == "ke-hoach.txt"
    assert Job.objects.get().name == "plans.read_import"
    assert rooms.events("import.uploaded") == 1
    assert as_coordinator.get(answer.url).status_code == 200


def test_pressing_twice_makes_one_import(as_coordinator):
    assert press(as_coordinator).url == press(as_coordinator).url
    assert (PlanImport.objects.count(), Job.objects.count(), StoredFile.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize(("text", "name", "words"), [("", "rong.txt", "rỗng"), (None, "", "Chưa chọn tệp")])
def test_an_empty_or_missing_file_is_said(as_coordinator, text, name, words):
    if text is None:
        answer = as_coordinator.post(reverse("plans:upload"), {"token": TOKEN, "year": 2026})
    else:
        answer = press(as_coordinator, text=text, name=name)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not PlanImport.objects.exists() and not Job.objects.exists()


def test_a_file_over_the_limit_is_said(as_coordinator, settings):
    settings.FILE_LIMIT_MIB = 1
    answer = press(as_coordinator, text="x" * (1024 * 1024 + 10))
    assert answer.status_code == 422 and "quá mức 1 MiB" in answer.content.decode()
    assert not PlanImport.objects.exists()
    assert not list(settings.FILES.rglob("*.txt")) and not [
        p for p in settings.FILES.rglob("*") if p.is_file()
    ]


def test_an_amendment_of_nothing_is_refused(as_coordinator):
    answer = press(as_coordinator, is_amendment="on")
    assert answer.status_code == 422 and "chưa có kế hoạch nào đang thực hiện" in answer.content.decode()


def test_the_job_writes_the_whole_draft(as_coordinator, monkeypatch):
    press(as_coordinator)
    monkeypatch.setattr(jobs, "_read", lambda *_: rooms.make_reading())
    assert loop.run_one()
    draft = PlanImport.objects.get()
    assert draft.state == "review" and draft.lines.count() == 5 and draft.findings.count() == 4
    assert draft.sources.count() == 5 and str(draft.indicators.get().target.normalize()) == "95.5"
    assert Job.objects.get().state == "done"
    page = as_coordinator.get(reverse("plans:import", args=[TOKEN])).content.decode()
    assert "Đọc được 5 nhiệm vụ, 1 chỉ tiêu. 4 chỗ cần xem." in page


def test_the_job_reads_a_real_text(as_coordinator, monkeypatch):
    from caicach.reading import read_plan

    press(as_coordinator)
    monkeypatch.setattr(
        jobs,
        "_read",
        lambda path, name, names, progress: read_plan(jobs.Path(path), name=name, offices=names),
    )
    assert loop.run_one()
    draft = PlanImport.objects.get()
    assert [row.content for row in draft.lines.all()][0] == "Lập danh mục văn bản của phường còn hiệu lực"
    assert draft.findings.filter(code="deadline-incomplete").exists()


def test_a_refused_file_is_said_on_its_page_and_may_be_read_again(as_coordinator, monkeypatch):
    press(as_coordinator)

    def refuse(*_):
        raise Refusal("file.encrypted", name="ke-hoach.txt")

    monkeypatch.setattr(jobs, "_read", refuse)
    loop.run_one()
    assert PlanImport.objects.get().state == "refused"
    assert "có mật khẩu" in as_coordinator.get(reverse("plans:import", args=[TOKEN])).content.decode()
    as_coordinator.post(reverse("plans:retry", args=[TOKEN]))
    monkeypatch.setattr(jobs, "_read", lambda *_: rooms.make_reading())
    assert loop.run_one()
    assert PlanImport.objects.get().state == "review"


def test_a_worker_that_died_leaves_nothing_and_the_reading_begins_again(
    as_coordinator, monkeypatch, settings
):
    press(as_coordinator)
    died = queue.take()
    assert services.begin_reading(PlanImport.objects.get().pk) is not None
    assert queue.take() is None, "the lease still runs"
    assert not DraftLine.objects.exists()
    Job.objects.update(lease_until=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    monkeypatch.setattr(jobs, "_read", lambda *_: rooms.make_reading())
    assert loop.run_one()
    assert DraftLine.objects.count() == 5
    assert queue.renew(died) is False, "the dead worker's lease is worth nothing"


def test_a_late_second_worker_writes_nothing_twice(as_coordinator, monkeypatch):
    press(as_coordinator)
    draft = services.begin_reading(PlanImport.objects.get().pk)
    services.finish_reading(draft, rooms.make_reading(), read_ms=1, at=noon(rooms.TODAY))
    services.finish_reading(draft, rooms.make_reading(), read_ms=1, at=noon(rooms.TODAY))
    assert DraftLine.objects.count() == 5 and rooms.events("import.read") == 1


def test_a_fault_in_the_reading_is_tried_again_later(as_coordinator, monkeypatch):
    press(as_coordinator)

    def fault(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(jobs, "_read", fault)
    assert loop.run_one()
    job = Job.objects.get()
    assert job.state == "waiting" and job.attempts == 1 and "ZeroDivisionError" in job.fault
    assert not loop.run_one(), "it waits before it is tried again"


def test_a_reading_that_failed_for_good_is_said_and_can_be_tried_again(as_coordinator, monkeypatch):
    press(as_coordinator)

    def fault(*_):
        raise OSError("no room")

    monkeypatch.setattr(jobs, "_read", fault)
    for _ in range(queue.MOST_ATTEMPTS):
        Job.objects.update(run_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
        assert loop.run_one()
    assert Job.objects.get().state == "failed"
    assert PlanImport.objects.get().state == "refused"
    page = as_coordinator.get(reverse("plans:import", args=[TOKEN])).content.decode()
    assert "chưa đọc được tệp sau nhiều lần thử" in page
    monkeypatch.setattr(jobs, "_read", lambda *_: rooms.make_reading())
    as_coordinator.post(reverse("plans:retry", args=[TOKEN]))
    assert loop.run_one()
    assert PlanImport.objects.get().state == "review"


def test_an_amendment_is_offered_where_there_is_a_plan(ward, coordinator, as_coordinator):
    assert "Sửa đổi kế hoạch" not in as_coordinator.get("/ke-hoach/nap/").content.decode()
    rooms.make_plan(ward, coordinator)
    assert "Sửa đổi kế hoạch" in as_coordinator.get("/ke-hoach/nap/").content.decode()
