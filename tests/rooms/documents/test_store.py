"""Storing a file whole or not at all; a full disk is tried by a small limit of file size."""

import resource
import signal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from caicach.core.clock import noon
from caicach.documents import services
from caicach.documents.models import StoredFile
from caicach.rules.refusal import Refusal
from tests.factories import rooms

pytestmark = pytest.mark.django_db
AT = noon(rooms.TODAY)


@pytest.fixture
def full_disk():
    """No file of this process may grow over 64 KiB."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    signal.signal(signal.SIGXFSZ, before)


def files_under(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_the_same_content_is_kept_once(ward, settings):
    one = services.store(SimpleUploadedFile("a.txt", b"nhu nhau"), ward=ward.pk, at=AT)
    two = services.store(SimpleUploadedFile("b.txt", b"nhu nhau"), ward=ward.pk, at=AT)
    assert one.sha256 == two.sha256 and len(files_under(settings.FILES)) == 1
    assert services.path_of(two).read_bytes() == b"nhu nhau"


def test_a_full_disk_is_said_and_leaves_nothing(ward, settings, full_disk):
    with pytest.raises(Refusal) as refusal:
        services.store(SimpleUploadedFile("to.pdf", b"%PDF-" + b"x" * 200_000), ward=ward.pk, at=AT)
    assert refusal.value.code == "file.disk-full"
    assert not files_under(settings.FILES) and not StoredFile.objects.exists()


def test_a_full_disk_while_uploading_is_said_on_the_page(as_coordinator, settings, full_disk):
    file = SimpleUploadedFile("to.pdf", b"%PDF-" + b"x" * 200_000)
    answer = as_coordinator.post("/ke-hoach/nap/", {"token": "tokendiaday1", "year": 2026, "file": file})
    assert answer.status_code == 422 and "không còn chỗ" in answer.content.decode()
    small = SimpleUploadedFile("nho.txt", b"con dung duoc")
    assert (
        as_coordinator.post(
            "/ke-hoach/nap/", {"token": "tokendiaday1", "year": 2026, "file": small}
        ).status_code
        == 303
    )


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\thu muc\\kế hoạch.docx", "kế hoạch.docx"),
        ("a\x00b\n.txt", "ab.txt"),
        ("", "tep"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_names_lose_their_folders(given, kept):
    assert services.clean_name(given) == kept


@pytest.mark.parametrize(
    ("start", "name", "kind"),
    [
        (b"%PDF-1.7", "a.docx", "application/pdf"),
        (b"<script>", "a.pdf", "text/plain; charset=utf-8"),
        (b"\x00\x01", "a.png", "application/octet-stream"),
        (b"\x89PNG\r\n\x1a\n", "a", "image/png"),
    ],
)
def test_the_kind_comes_from_the_content(start, name, kind):
    assert services.kind_of(start, name) == kind
