"""The draft of a result lies beside the dossier for whoever signs it; the newest counts, and it goes with its people."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from caicach.core import clock
from caicach.documents.models import StoredFile
from caicach.dossiers import drafts, forgetting, laying
from caicach.dossiers.models import Dossier, Event, ResultDraft
from caicach.dossiers.moves import Mover, Told, move
from caicach.rules.refusal import Refusal
from tests.factories import rooms
from tests.rooms.counter.conftest import AT

pytestmark = pytest.mark.django_db


@pytest.fixture
def pdf():
    from caicach.writing.forms import form, qr

    facts = dict.fromkeys(
        "title above desk number place date code desk_name desk_at applicant brought_by address phone email procedure lookup sets law own received due sum fee way year line submitter officer standing".split(),
        "Dự thảo",
    )
    return form("01", {**facts, "parts": [], "qr": qr("https://vi.du")})


@pytest.fixture
def taken(accept):
    return accept()


def lay(client, dossier, data, name="du-thao.pdf"):
    return client.post(f"{dossier.address}du-thao/", {"file": SimpleUploadedFile(name, data)})


def test_it_is_laid_looked_at_and_stands_on_the_signing_page(as_officer, taken, ward, officer, pdf):
    assert lay(as_officer, taken, pdf).status_code == 303
    page = as_officer.get(taken.address).content.decode()
    assert "du-thao.pdf" in page and "để dự thảo kết quả cho người ký" in page
    assert as_officer.get(f"{taken.address}du-thao/1.png")["Content-Type"] == "image/png"
    assert as_officer.get(f"{taken.address}du-thao/9.png").status_code == 404
    assert b"".join(as_officer.get(f"{taken.address}du-thao/tep/")).startswith(b"%PDF")
    leader = rooms.make_person(ward, "leader")
    move(taken, "hand-over", Told(person=leader.pk), by=Mover(officer.pk, taken.clock.office_id), at=AT)
    as_officer.force_login(leader)
    signing = as_officer.get("/ho-so/ky/").content.decode()
    assert "Xem dự thảo" in signing and f"{taken.address}du-thao/1.png" in signing


def test_the_newest_counts_and_the_same_file_is_one(as_officer, taken, pdf):
    lay(as_officer, taken, pdf)
    lay(as_officer, taken, pdf)
    assert ResultDraft.objects.count() == 1 and Event.objects.filter(code="draft").count() == 1
    lay(as_officer, taken, b"PK\x03\x04 mot tep khac", "khac.docx")
    assert drafts.newest(taken).file.name.endswith("khac.docx")
    assert as_officer.get(f"{taken.address}du-thao/1.png").status_code == 404
    lay(as_officer, taken, pdf)
    assert drafts.newest(taken).file.name.endswith("du-thao.pdf")


@pytest.mark.parametrize(
    ("data", "name"), [(b"", "trong.pdf"), (b"khong phai pdf", "gia.pdf"), (b"<script>", "trang.html")]
)
def test_what_is_no_paper_is_refused_and_nothing_is_kept(as_officer, taken, data, name):
    answer = lay(as_officer, taken, data, name)
    assert answer.status_code >= 400 and "Traceback" not in answer.content.decode()
    assert not ResultDraft.objects.exists()
    assert as_officer.post(f"{taken.address}du-thao/").status_code == 422


def test_only_who_has_it_in_hands_and_only_before_it_is_signed(taken, officer, ward, pdf):
    other = Mover(officer.pk, ward.offices.get(short_name="VH–XH").pk)
    with pytest.raises(Refusal) as told, transaction.atomic():
        laying.lay(taken, SimpleUploadedFile("a.pdf", pdf), by=other, at=AT)
    assert told.value.code == "dossier.not-yours"
    leader = Mover(rooms.make_person(ward, "leader").pk, None)
    move(taken, "resolve", Told(outcome="granted"), by=leader, at=AT)
    with pytest.raises(Refusal) as told, transaction.atomic():
        laying.lay(taken, SimpleUploadedFile("a.pdf", pdf), by=leader, at=AT)
    assert told.value.code == "draft.not-now"


def test_another_ward_finds_none_and_forgetting_takes_the_file(as_officer, client, taken, ward, pdf):
    lay(as_officer, taken, pdf)
    stored = StoredFile.objects.get(name__contains="du-thao")
    other = rooms.make_ward("Phường Khác")
    client.force_login(rooms.make_person(other, "officer", office="Văn phòng HĐND và UBND"))
    assert client.get(f"{taken.address}du-thao/tep/").status_code == 404
    forgetting.forget(Dossier.objects.get(pk=taken.pk), at=clock.now())
    assert not ResultDraft.objects.exists() and not StoredFile.objects.filter(pk=stored.pk).exists()
