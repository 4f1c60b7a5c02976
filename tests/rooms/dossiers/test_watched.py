"""Lists laid into a folder: taken once they lie still, each once, what cannot be is moved aside with the reason."""

import os

import pytest

from caicach.conf import check
from caicach.core import clock
from caicach.dossiers import jobs, services, watched
from caicach.dossiers.models import Dossier, DossierList
from caicach.worker.models import Job
from tests.factories import rooms
from tests.rooms.dossiers.conftest import AT, ROWS, bring, csv

pytestmark = pytest.mark.django_db
PAGE = "/ho-so/nap/"


@pytest.fixture
def folder(ward, settings, tmp_path):
    settings.WATCHED, settings.WATCHED_SECONDS = tmp_path / "nhan", 30
    made = settings.WATCHED / "phuong-thu"
    made.mkdir(parents=True)
    return made


def lay(folder, name="ho-so.csv", content=None):
    path = folder / name
    path.write_bytes(csv().read() if content is None else content)
    return path


def go(after=60):
    return watched.bring(watched.machine_now() + after)


def aside(folder, place):
    """name without its time → what its text says."""
    texts = (folder / place).glob("*.vi-sao.txt") if (folder / place).exists() else ()
    return {text.name[17:].removesuffix(".vi-sao.txt"): text.read_text(encoding="utf-8") for text in texts}


def test_a_list_is_brought_as_an_upload_is_and_lies_in_its_place(ward, folder, officer):
    bring(ward, officer)
    services.choose(DossierList.objects.get(), DossierList.objects.get().columns, by=officer.pk, at=AT)
    jobs.read_list(DossierList.objects.get().pk)
    lay(
        folder,
        content=csv(
            (
                *ROWS,
                (
                    "H01.31.05-261114-0006",
                    "Đăng ký khai tử",
                    "Phạm Thị Giả",
                    "14/11/2026",
                    "27/11/2026",
                    "",
                    "Đang xử lý",
                ),
            )
        ).read(),
    )
    assert go() == 1 and go() == 0
    made = DossierList.objects.latest("id")
    assert (made.made_by, made.file.name, made.ward) == (None, "ho-so.csv", ward)
    jobs.read_list(made.pk)
    made.refresh_from_db()
    assert made.state == "taken" and Dossier.objects.count() == 6
    assert "Đã nạp" in aside(folder, "da-nhan")["ho-so.csv"] and not watched.waiting(folder)


def test_the_same_list_is_brought_once_whatever_its_name(ward, folder, officer):
    bring(ward, officer)
    lay(folder, "khac-ten.csv")
    lay(folder, "lan-nua.csv")
    assert go() == 0 and DossierList.objects.count() == 1
    told = aside(folder, "da-nhan")
    assert set(told) == {"khac-ten.csv", "lan-nua.csv"} and "không nạp lại" in told["lan-nua.csv"]


def test_one_that_was_dropped_may_be_brought_again(ward, folder, officer):
    lay(folder)
    assert go() == 1
    DossierList.objects.update(state="dropped")
    lay(folder)
    assert go() == 1 and DossierList.objects.count() == 2
    assert len(list((folder / "da-nhan").glob("*.csv"))) == 2, "neither lies over the other"


def test_one_that_is_still_being_written_waits(folder):
    lay(folder)
    assert go(after=29) == 0 and not watched.has_news(watched.machine_now())
    assert watched.has_news(watched.machine_now() + 60)
    assert go(after=60) == 1


def test_one_that_changes_while_it_is_read_waits_and_brings_nothing(folder, monkeypatch):
    path, real = lay(folder), services.upload

    def written(upload, **told):
        with path.open("ab") as more:
            more.write(b"H01.31.05-261115-0007;x\n")
        return real(upload, **told)

    monkeypatch.setattr(services, "upload", written)
    assert go() == 0 and not DossierList.objects.exists() and path.exists()
    monkeypatch.setattr(services, "upload", real)
    assert go() == 1


def test_killed_before_the_move_it_is_known_by_its_content(folder, monkeypatch):
    lay(folder)
    real = watched._away
    monkeypatch.setattr(watched, "_away", lambda *told: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        go()
    monkeypatch.setattr(watched, "_away", real)
    assert go() == 0 and DossierList.objects.count() == 1 and not watched.waiting(folder)


def test_what_is_no_list_is_moved_aside_with_the_reason(folder, settings, tmp_path):
    settings.FILE_LIMIT_MIB = 1
    secret = tmp_path / "bi-mat.csv"
    secret.write_bytes(csv().read())
    (folder / "tat.csv").symlink_to(secret)
    lay(folder, "rong.csv", b"")
    lay(folder, "to.csv", b"x" * (2 << 20))
    lay(folder, "anh.png", b"\x89PNG")
    os.mkfifo(folder / "ong.csv")
    assert go() == 0 and not DossierList.objects.exists()
    told = aside(folder, "khong-nhan")
    assert set(told) == {"tat.csv", "rong.csv", "to.csv", "anh.png", "ong.csv"}
    assert (
        "đường dẫn tắt" in told["tat.csv"]
        and "rỗng" in told["rong.csv"]
        and "quá mức 1 MiB" in told["to.csv"]
    )
    assert "không phải danh sách" in told["anh.png"] and "không phải danh sách" in told["ong.csv"]
    assert secret.exists(), "what the link points at is nobody's here"


def test_what_a_program_is_at_work_on_and_folders_are_left_alone(folder):
    for name in (".~lock.ho-so.csv#", "~$ho-so.xlsx", "ho-so.csv.part", "ho-so.TMP"):
        lay(folder, name)
    (folder / "con").mkdir()
    lay(folder / "con")
    assert go() == 0 and not (folder / "khong-nhan").exists()


def test_a_name_that_is_no_text_or_too_long_hurts_nothing(folder):
    strange = os.fsencode(folder) + b"/b\xffng\n\x1b[31m.csv"
    with open(strange, "wb") as out:
        out.write(csv().read())
    lay(folder, "ế" * 80 + ".csv", csv(ROWS[:1]).read())
    assert go() == 2
    assert all(one.file.name.isprintable() for one in DossierList.objects.select_related("file"))
    assert len(list((folder / "da-nhan").glob("*.csv"))) == 2


def test_a_ward_s_folder_is_its_number_or_its_name_and_brings_to_no_other(ward, folder, settings):
    other = rooms.make_ward("Phường Hai")
    by_number = settings.WATCHED / str(other.pk)
    by_number.mkdir()
    lay(by_number)
    (settings.WATCHED / "phuong-hai").symlink_to(folder)
    assert go() == 1
    assert list(DossierList.objects.values_list("ward", flat=True)) == [other.pk]


def test_what_has_to_be_mended_is_said_by_check_and_on_the_page(
    ward, folder, settings, officer, client, monkeypatch
):
    assert list(check._watched()) == [(False, f"Thư mục theo dõi đọc được: {settings.WATCHED}.")]
    (settings.WATCHED / "phuong-la").mkdir()
    (settings.WATCHED / "lac.csv").write_text("x")
    (settings.WATCHED / "tat").symlink_to(folder)
    words = " ".join(told for is_wrong, told in check._watched() if is_wrong)
    assert "“phuong-la”" in words and "“lac.csv”" in words and "“tat”" in words
    coordinator = rooms.make_person(ward, "coordinator", office="Phòng Văn hóa – Xã hội")
    client.force_login(coordinator)
    lay(folder, "anh.png", b"x")
    assert "Đang chờ <b>1</b> tệp" in client.get(PAGE).content.decode()
    go()
    words = client.get(PAGE).content.decode()
    assert "anh.png" in words and "không phải danh sách" in words
    monkeypatch.setattr(watched.os, "access", lambda *told: False)
    assert "không có quyền" in client.get(PAGE).content.decode()
    assert any("không có quyền" in told for is_wrong, told in check._watched() if is_wrong)
    lay(folder)
    assert go() == 0, "it could not be moved away, and is not taken again and again"
    monkeypatch.undo()
    folder.rename(settings.WATCHED / "phuong-cu")
    assert "chưa có thư mục riêng" in client.get(PAGE).content.decode()
    settings.WATCHED = settings.WATCHED / "khong-co"
    assert "Không đọc được thư mục" in client.get(PAGE).content.decode()
    assert any(is_wrong for is_wrong, _ in check._watched())
    settings.WATCHED = None
    assert "Thư mục theo dõi" not in client.get(PAGE).content.decode() and not list(check._watched())


def test_one_that_may_not_be_read_is_moved_aside(folder, monkeypatch):
    lay(folder)
    real = os.open

    def refused(path, *told, **more):
        if str(path).endswith("ho-so.csv"):
            raise PermissionError
        return real(path, *told, **more)

    monkeypatch.setattr(watched.os, "open", refused)
    assert go() == 0
    assert "quyền đọc" in aside(folder, "khong-nhan")["ho-so.csv"]


def test_the_worker_looks_each_minute_and_queues_only_where_there_is_news(folder, settings, monkeypatch):
    now = clock.local(clock.now())
    jobs.look_into_folder(now)
    assert not Job.objects.filter(name="dossiers.watched").exists()
    lay(folder)
    later = watched.machine_now() + 60
    monkeypatch.setattr(watched, "machine_now", lambda: later)
    jobs.look_into_folder(now)
    assert Job.objects.filter(name="dossiers.watched").count() == 1
    jobs.bring_watched()
    jobs.bring_watched()
    assert DossierList.objects.count() == 1
    settings.WATCHED = None
    jobs.look_into_folder(now)
    jobs.bring_watched()


@pytest.mark.parametrize("kind", ["a file", "a link", "a dangling link"])
def test_a_place_that_is_none_stops_only_its_own_ward_and_is_told(ward, folder, settings, tmp_path, kind):
    other = rooms.make_ward("Phường Kia")
    second = settings.WATCHED / str(other.pk)
    second.mkdir()
    outside = tmp_path / "ngoai"
    if kind == "a file":
        (folder / "da-nhan").write_text("x")
    else:
        if kind == "a link":
            outside.mkdir()
        (folder / "da-nhan").symlink_to(outside)
    lay(folder)
    lay(second)
    assert go() == 1 and DossierList.objects.get().ward == other
    assert not outside.exists() or not any(outside.iterdir())
    assert any("quyền đọc và ghi" in one for one in watched.problems()) and watched.of_ward(ward.pk).wrong


def test_a_link_laid_where_a_text_goes_is_not_written_through(ward, folder, tmp_path, monkeypatch):
    secret = tmp_path / "bi-mat"
    secret.write_text("giữ nguyên")
    (folder / "khong-nhan").mkdir()
    lay(folder, "anh.png", b"\x89PNG\r\n")
    real = watched.os.open

    def put_a_link_first(path, flags, mode=0o777, *, dir_fd=None):
        if str(path).endswith(".vi-sao.txt"):
            os.symlink(secret, folder / "khong-nhan" / path)
        return real(path, flags, mode, dir_fd=dir_fd)

    monkeypatch.setattr(watched.os, "open", put_a_link_first)
    go()
    assert secret.read_text() == "giữ nguyên"
