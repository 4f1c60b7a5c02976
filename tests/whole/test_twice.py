"""Every form of every page, sent twice as a double click or a reload sends it: it does once what it does.

The forms are taken from the pages as a person sees them, filled in, and sent; nothing here names them one by one. A verb
that no page's form reached is told at the end.
"""

from datetime import timedelta
from urllib.parse import urlsplit

import lxml.html
import pytest
from django.apps import apps
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import resolve

from caicach.accounts.models import Absence
from caicach.api import services as api
from caicach.citizens.services import Facts
from caicach.core.clock import noon
from caicach.counter import cash, kept, post, spares, till
from caicach.counter import services as counter
from caicach.desk import search
from caicach.desk.models import SavedFilter
from caicach.dossiers import jobs, moves
from caicach.dossiers import services as dossiers
from caicach.dossiers.models import Dossier
from caicach.organisation import services as organisation
from caicach.plans.models import Plan, PlanImport
from caicach.procedures import services as procedures
from caicach.rules.procedures import Span
from caicach.tasks import dates, directives, handovers, services, together
from caicach.tasks.models import Task
from tests.factories import rooms
from tests.whole.test_walks import pages as all_pages

pytestmark = pytest.mark.django_db
AT = noon(rooms.TODAY)
TASK, SECOND = "/viec/2026/cchc/I-2/", "/viec/2026/cchc/I-1/"
YEAR = "/ke-hoach/2026/cchc/"

PAGES = (
    ("officer", "/viec-cua-toi/"),  # before the tasks' pages, where news are seen
    ("officer", TASK), ("officer", SECOND), ("officer", "/viec/2026/cchc/II-1/"), ("officer", "/viec/2026/chi-dao/1/"),
    ("officer", "/toi/"), ("officer", "/toi/mat-khau/"), ("officer", "/lich/"), ("officer", "/nhac-viec/"), ("officer", "/ma-truy-cap/"), ("officer", "/ho-so/nap/"), ("officer", "/ho-so/nap/danhsach01/"),
    ("head", TASK), ("head", SECOND), ("head", "/ban-giao/"), ("head", "/ban-giao/1/"), ("head", "/vang-mat/"), ("head", "/vang-mat/?nguoi=nguoiba03"), ("head", f"{YEAR}nhieu-viec/"),
    ("coordinator", TASK), ("coordinator", SECOND), ("coordinator", "/viec/2026/cchc/I-3/"), ("coordinator", YEAR), ("coordinator", f"{YEAR}dieu-phoi/"), ("coordinator", f"{YEAR}chi-tieu/1/"),
    ("coordinator", f"{YEAR}nhieu-viec/"), ("coordinator", f"{YEAR}da-lam/"), ("coordinator", f"{YEAR}khep-nam/"), ("coordinator", "/ke-hoach/nap/"),
    ("coordinator", "/ke-hoach/moi/"), ("coordinator", "/ke-hoach/nap/nhapxemlai01/"), ("coordinator", "/bo-loc/2026/cchc/?muc=I"),
    ("coordinator", "/viec/2026/cchc/II-2/"),
    ("leader", "/giao-ban/"), ("leader", "/chi-dao/moi/"), ("leader", "/viec/2026/cchc/II-1/"), ("coordinator", "/viec/2026/cchc/II-1/"), ("coordinator", "/bo-loc/2026/cchc/"),
    ("administrator", "/nguoi/them/"), ("administrator", "/nguoi/nguoimot01/"), ("administrator", "/co-cau/"), ("administrator", "/co-cau/them/"),
    ("administrator", "/co-cau/phong-van-hoa-xa-hoi/"), ("administrator", "/co-cau/to-ra-soat-cu/"), ("administrator", "/vang-mat/"),
    ("administrator", "/nguoi/nap/"), ("administrator", "/lich-lam-viec/"), ("administrator", "/lich-lam-viec/gio/"), ("administrator", "/nguoi/nguoiba03/"), ("province", "/cac-phuong/"),
    ("coordinator", "/thu-tuc/moi/"), ("coordinator", "/thu-tuc/nap/"), ("coordinator", "/thu-tuc/noi-giu/"), ("coordinator", "/thu-tuc/1.001193/"), ("coordinator", "/thu-tuc/1.001193/sua/"),
    ("officer", "/quay/"), ("officer", "/quay/?nhap=nhapquay01"), ("officer", "/quay/du-phong/"), ("head", "/quay/phieumot0001/"), ("coordinator", "/quay/cai-dat/"), ("coordinator", "/quay/cai-dat/loi-van/?mau=04"), ("coordinator", "/quay/cai-dat/thong-bao/"), ("coordinator", "/ho-so/TAM-261123-0001/"),
    ("officer", "/quay/tien/TAM-261123-0002/"), ("officer", "/quay/chot-tien/"), ("head", "/quay/chot-tien/chot00000001/"),
    ("officer", "/ho-so/buu-chinh/"), ("officer", "/ho-so/buu-chinh/2026/1/"), ("officer", "/ho-so/TAM-261123-0004/buoc/return-result/"),
    ("coordinator", "/thu-tuc/1.001193/sua-chu/"), ("coordinator", "/thu-tuc/1.001193/het/"),
    ("head", "/ho-so/sap-tre/"), ("head", "/ho-so/giao-lai/"), ("leader", "/ho-so/ky/"),
    ("system", "/cac-phuong/"), ("system", "/bat-dau/phuong/?moi=1"),
)  # fmt: skip

TYPED = {
    "percent": "40", "word": "Đã làm việc với khu phố", "words": "Họp tổ dân phố", "reason": "Chờ số liệu của tỉnh", "until": "20/12/2026",
    "due_on": "20/12/2026", "since": "23/11/2026", "whom": "Sở Nội vụ", "days": "20", "document": "15/QĐ-UBND", "document_number": "77/BC-UBND",
    "document_date": "20/11/2026", "content": "Lập tổ trực đường dây nóng", "name": "Tổ công tác mới", "full_name": "Hoàng Thị Mới",
    "user_name": "hoangmoi", "title": "Chuyên viên", "old": "mat-khau-cu-1", "new": "cau-hoi-moi-2", "again": "cau-hoi-moi-2", "year": "2027",
    "email": "moi@vidu.example", "short_name": "TCT", "day": "23/11/2026", "number": "9/QĐ-UBND", "label": "Máy quét", "source": "12/TB-UBND ngày 20/11/2026", "province": "Tỉnh Thử", "so": "3/BC-UBND", "ngay": "20/11/2026",
    "code": "1.009999", "decision_number": "30/QĐ-UBND", "valid_from": "23/11/2026", "signed_on": "23/11/2026", "law_amount": "5", "own_amount": "1", "against": "QĐ 30/QĐ-UBND", "province-code": "H01.31.05-261123-0042",
    "muc-total": "30.000", "muc-word": "Ghi nhầm", "hoan-reason": "Bớt một bản", "counted": "5.000", "taker": "Lê Thư", "proof": "Căn cước", "ma": "CA473124829VN", "vi": "Không có người nhận",
}  # fmt: skip
"""What is typed into an empty field of this name."""

NOTHING_TO_MAKE = {
    "accounts:sign-in", "accounts:sign-out", "accounts:lock", "accounts:end-session", "accounts:choose-ward", "accounts:wear",  # a session's own
    "plans:cell", "plans:row", "plans:finding", "plans:step-back", "plans:indicator", "plans:head",  # sent by the page's script, one cell at a time
    "plans:pair", "plans:become-amendment", "plans:set-year", "plans:retry", "plans:open-again", "plans:effect",  # of drafts in other states
    "tasks:take-in", "tasks:undo", "tasks:refuse",  # tried beside their verbs
    "accounts:import-drop", "accounts:import-row", "accounts:import-skip", "accounts:import-take",  # of a list that is looked at
    "accounts:by-link", "accounts:forgotten", "accounts:invite", "desk:set-up-mail",  # with a mail server
    "accounts:passkey-ask", "accounts:passkey-begin", "accounts:passkey-remove", "accounts:passkey-sign-in", "accounts:passkeys",  # with a key
    "accounts:second", "accounts:second-off", "accounts:second-step", "accounts:recovery-renew", "accounts:tie", "accounts:untie",  # with codes
    "accounts:person-reset", "accounts:person-sign-out",  # of somebody who has codes, or is signed in
    "portal:ask", "portal:stop",  # looks a dossier up; with its code, tests/rooms/notices
    "dossiers:leg", "dossiers:draft",  # of a bundle, tests/rooms/counter/test_legs.py; of a dossier of the ward's own, test_drafts.py
    "notices:again",  # of one that failed, tests/rooms/notices
    "counter:keep", "counter:void",  # sent by the page's script; a number is void once, tests/rooms/counter
    "desk:work-letter",  # of a promise that a change moved, tests/rooms/desk/test_work_hours
    "dossiers:move",  # of a dossier that the ward keeps itself, tests/rooms/counter
    "procedures:suggested",  # of an empty catalogue
    "procedures:list-drop", "procedures:list-leave", "procedures:list-row", "procedures:list-take",  # of a list that is looked at
    "dossiers:list-back",  # of a list that says older states
    "desk:start", "desk:set-up-offices", "desk:set-up-people", "desk:work-days-back",  # in tests/stories/test_first_start.py and its rooms
}  # fmt: skip
"""Verbs that these pages' forms don't reach; tests/rooms has each of them sent twice, or they set what is set already."""


EACH_PRESS = {"plans:row", "accounts:new-password"}
"""What is meant once more by each press: another empty row (one step back takes one), another slip (the newest opens)."""


@pytest.fixture
def world(db):
    """A ward in the middle of its year, with something open of every kind."""
    ward = rooms.make_ward()
    office = "Văn phòng HĐND và UBND"
    people = {
        role: rooms.make_person(ward, role, office=office, password="mat-khau-cu-1")
        for role in ("officer", "head", "coordinator", "leader", "administrator", "viewer")
    }
    people |= {role: rooms.make_person(None, role) for role in ("province", "system")}
    second = rooms.make_person(ward, "officer", office=office, handle="nguoimot01", name="Lê Văn Hai")
    rooms.make_person(ward, "officer", office=office, handle="nguoiba03", name="Đỗ Thị Ba")
    rooms.make_plan(ward, people["coordinator"])
    rooms.make_draft(ward, people["coordinator"], token="nhapxemlai01")
    place = ward.offices.get(name=office).pk
    by = {"by": people["officer"].pk, "at": AT}
    of = {number: Task.objects.get(number=number) for number in ("I-1", "I-2", "I-3", "II-1", "II-2")}
    services.hand_in(of["I-3"], today=rooms.TODAY, document_number="5/BC", document_date=rooms.TODAY, **by)
    first = of["II-1"].occurrences.order_by("due_on").first()
    dates.ask_extension(
        of["II-1"], occurrence=first.pk, until=rooms.TODAY.replace(month=12), reason="Chờ", **by
    )
    dates.wait(of["II-1"], whom="Sở Nội vụ", since=rooms.TODAY, word="", today=rooms.TODAY, **by)
    together.ask(of["II-1"], office=place, due_on=rooms.TODAY, word="Số liệu", today=rooms.TODAY, **by)
    together.add_step(of["I-2"], words="Bước một", person=people["officer"].pk, **by)
    together.assign(of["I-1"], office=place, person=people["officer"].pk, by=people["head"].pk, at=AT)
    together.assign(of["I-2"], office=place, person=second.pk, **by)
    services.set_aside(of["II-2"], word="Không còn", document="1/QĐ", by=people["coordinator"].pk, at=AT)
    directives.give(
        ward=ward.pk, content="Trực lễ", leads=[place], due_on=rooms.TODAY, today=rooms.TODAY, by=people["leader"].pk, at=AT,
    )  # fmt: skip
    handovers.open_one(
        ward=ward.pk, office=place, leaver=second.pk, taker=people["officer"].pk, word="", today=rooms.TODAY, by=people["head"].pk, at=AT, address=None
    )  # fmt: skip
    api.make(
        person=people["officer"].pk, post=people["officer"].posts.get().pk, ward=ward.pk, name="Máy cũ", nonce="một", at=AT, address=None
    )  # fmt: skip
    together.comment(of["I-2"], words="@Nguyễn Thị Thử xem giúp", by=second.pk, at=AT)
    procedures.publish(
        ward=ward.pk, decision=procedures.Decision(), valid_from=rooms.SIGNED, by=people["coordinator"].pk, at=AT, today=rooms.TODAY,
        brings=[procedures.Entry("1.001193", "Đăng ký khai sinh", law=Span("working-day", 5))],
    )  # fmt: skip
    counter.accept(
        counter.Asked("1.001193", counter.Person(Facts("Nguyễn Thị Lan", number="000190012345", phone="0000012345", email="lan@vidu.example"))),
        ward=ward.pk, token="phieumot0001", **by,
    )  # fmt: skip
    owned = counter.accept(
        counter.Asked("1.001193", counter.Person(Facts("Nguyễn Thị Lan", number="000190012345"))),
        ward=ward.pk, token="phieuhai0001", by=people["officer"].pk, at=AT - timedelta(days=20),
    )  # fmt: skip
    Dossier.objects.filter(pk=owned.pk).update(system=Dossier.OWN)  # late, and with somebody who is away
    owned.refresh_from_db()
    mover = moves.Mover(people["officer"].pk, None)
    if owned.state == "accepted":
        owned = moves.move(owned, "transfer", moves.Told(office=place), **{**by, "by": mover})
    moves.move(owned, "hand-over", moves.Told(person=second.pk), **{**by, "by": mover})
    paid = counter.accept(
        counter.Asked("1.001193", counter.Person(Facts("Nguyễn Thị Lan", number="000190012345")), way="post", way_to="Số 1"), ward=ward.pk, token="phieuba00001", **by
    )  # fmt: skip
    till.charge(paid, total=20_000, ground="", word="Theo nghị quyết", **by)
    till.take(paid, till.Paying("cash", 5_000), token="thu000000001", **by)
    till.take(paid, till.Paying("cash", 6_000), token="thu000000002", by=people["head"].pk, at=AT)
    cash.close(
        ward=ward.pk,
        person=people["head"].pk,
        counted=6_000,
        reason="",
        seen=6_000,
        token="chot00000001",
        at=AT,
    )
    sent = counter.accept(
        counter.Asked("1.001193", counter.Person(Facts("Nguyễn Thị Lan", number="000190012345")), way="post", way_to="Số 1"), ward=ward.pk, token="phieubon0001", **by
    )  # fmt: skip
    waits = counter.accept(
        counter.Asked("1.001193", counter.Person(Facts("Nguyễn Thị Lan", number="000190012345")), way="post", way_to="Số 1"), ward=ward.pk, token="phieunam0001", **by
    )  # fmt: skip
    for one in (sent, waits):
        Dossier.objects.filter(pk=one.pk).update(system=Dossier.OWN)
        one.refresh_from_db()
        if one.state == "accepted":
            one = moves.move(one, "transfer", moves.Told(office=place), **{**by, "by": mover})
        moves.move(one, "resolve", moves.Told(outcome="granted"), **{**by, "by": mover})
    post.send(
        [post.Sent(sent.code, "Số 1")], taker="Lê Thư", ward=ward.pk, token="bc0000000001", by=mover, at=AT
    )
    kept.keep(
        {"said": {"procedure": "1.001193", "name": "Lê Thử"}, "lists": {}}, ward=ward.pk, token="nhapquay01", label="Nháp", **by
    )  # fmt: skip
    spares.make(2, token="phieutrong01", ward=ward.pk, **by)
    organisation.add_office(ward, name="Tổ rà soát cũ")
    SavedFilter.objects.create(
        ward=ward, year=2026, kind="cchc", name="Mục một", query="?muc=I", person=people["coordinator"]
    )
    listed = dossiers.upload(
        SimpleUploadedFile("ho-so.csv", f"{';'.join(SPARE)};Mã hồ sơ;Chủ hồ sơ;Ngày hẹn trả\n;;;;;;;H01.31.05-261102-0001;Lê Thử;5/11/2026".encode()),
        ward=ward.pk, token="danhsach01", **by,
    )  # fmt: skip
    jobs.read_list(listed.pk)
    Absence.objects.create(
        ward=ward, person=second, deputy=people["officer"], since=rooms.TODAY, until=rooms.TODAY
    )
    return people


SPARE = ("Ghi chú", "Lệ phí", "Địa chỉ", "Người nhận", "Số bản", "Khu phố", "Lĩnh vực")
"""columns of a list that say nothing we ask for: one for each choice that stands open"""
NOT_THE_WARDS = ("sessions.Session", "accounts.OpenSession", "accounts.WrongTries", "accounts.FailedSignIn")
"""Sessions, and wrong passwords: the old one is wrong after it was changed."""


def books():
    """How many rows every table has."""
    return {
        model._meta.label: model._base_manager.count()
        for model in apps.get_models()
        if model._meta.managed and model._meta.label not in NOT_THE_WARDS
    }


def filled(form, address):
    """What a person sends with this form: what stands in it, and something in each empty field."""
    sent = {}
    for field in form.xpath(".//input|.//select|.//textarea"):
        name, kind = field.get("name"), field.get("type", "text")
        if not name or kind in ("submit", "button", "search"):
            continue
        if kind == "file":
            there = form.get("action") or address
            sent[name] = a_list if "/nguoi/" in there else a_catalogue if "/thu-tuc/" in there else a_paper
        elif field.tag == "select":
            chosen = [o.get("value") for o in field.xpath(".//option[@selected]")]
            every = [o.get("value") for o in field.xpath(".//option") if o.get("value")]
            free = [one for one in every if one not in sent.values()]  # nobody hands over to themselves
            sent[name] = next((one for one in [*chosen, *free] if one), "")
        elif kind in ("checkbox", "radio"):
            if kind == "checkbox" or field.get("checked") is not None or name not in sent:
                sent.setdefault(name, []).append(field.get("value", "on"))
        elif field.tag == "textarea":
            sent[name] = (field.text or "").strip() or TYPED.get(name, TYPED["word"])
        else:
            typed = TYPED.get(name) or TYPED.get(name.partition("-")[0], "")
            sent[name] = field.get("value") or ("" if kind == "hidden" else typed)
    sent.pop("csrfmiddlewaretoken", None)
    sent = {
        name: value[-1:] if isinstance(value, list) and name == "person" else value
        for name, value in sent.items()
    }
    if "known" in sent:
        sent["known"] = ""
    return sent


def a_paper():
    return SimpleUploadedFile("bao-cao.pdf", b"%PDF-1.4 thu")


def a_list():
    rows = "Họ và tên;Đơn vị;Vai\nHoàng Thị Danh;Văn phòng;Chuyên viên\n"
    return SimpleUploadedFile("danh-sach.csv", rows.encode())


def a_catalogue():
    rows = "Mã;Tên thủ tục;Phí\n1.009998;Cấp giấy phép thử;Không\n"
    return SimpleUploadedFile("danh-muc.csv", rows.encode())


def buttons(form):
    """One way to send for each button that has a name of its own."""
    named = [
        {b.get("name"): b.get("value", "")}
        for b in form.xpath(".//button[@name]")
        if b.get("type") in (None, "submit")
    ]
    plain = [{}] if form.xpath(".//button[not(@name)]") or not named else []
    return plain + named


def fresh(sent):
    return {name: value() if callable(value) else value for name, value in sent.items()}


def send_all(client, address):
    """Every form of the page, twice each and taken back afterwards; (verb, what it had made more of the second time)."""
    page = client.get(address)
    assert page.status_code == 200, (address, page.status_code)
    found = []
    for form in lxml.html.fromstring(page.content.decode()).xpath("//form[@method='post']"):
        target = form.get("action") or address
        if target == "/dang-xuat/":
            continue  # it stands on every page
        for extra in buttons(form):
            sent = {**filled(form, address), **extra}
            if target.startswith("/co-cau/") and target.endswith("/ten/"):
                sent["name"] = "Tên mới của đơn vị"
            with transaction.atomic():
                answer = client.post(target, fresh(sent))
                if answer.status_code < 400:
                    once = books()
                    again = client.post(target, fresh(sent))
                    assert again.status_code < 500, (target, again.status_code)
                    twice = books()
                    more = {name: twice[name] - once[name] for name in once if twice[name] != once[name]}
                    found.append((resolve(urlsplit(target).path).view_name, more))
                transaction.set_rollback(True)
            cache.clear()
            search.forget()
    return found


def test_every_form_sent_twice_does_once_what_it_does(world, client):
    reached, doubled = set(), []
    for role, address in PAGES:
        client.force_login(world[role])
        for verb, more in send_all(client, address):
            reached.add(verb)
            if more and verb not in EACH_PRESS:
                doubled.append((role, address, verb, more))
    assert not doubled, "\n".join(map(str, doubled))
    verbs = {name for name, view in all_pages() if _takes_posts(view)}
    left = verbs - reached - NOTHING_TO_MAKE
    assert not left, f"no form that was sent reached {sorted(left)}"


def _takes_posts(view):
    """Whether the view's own decorators let POST through."""
    while view is not None:
        for cell in getattr(view, "__closure__", None) or ():
            if isinstance(cell.cell_contents, list | tuple) and "POST" in cell.cell_contents:
                return True
        view = getattr(view, "__wrapped__", None)
    return False


def test_there_is_something_to_send(world):
    assert Plan.objects.count() == 1 and PlanImport.objects.filter(state=PlanImport.REVIEW).exists()
