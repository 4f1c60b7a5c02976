"""Walks over the whole application: rights, the ward wall, headers, codes, triggers. A new page is under them by itself."""

import ast
import re
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

import caicach
from caicach.core.constraints import SameWard
from caicach.rules import rights
from caicach.rules.messages import SENTENCES
from caicach.tasks.models import Task
from tests.factories import rooms

PACKAGE = Path(caicach.__file__).parent


def pages():
    """Every (name, view) of the address table."""

    def walk(patterns, space):
        for one in patterns:
            if isinstance(one, URLPattern):
                yield f"{space}{one.name}", one.callback
            else:
                yield from walk(one.url_patterns, f"{one.namespace}:" if one.namespace else space)

    return sorted(walk(get_resolver().url_patterns, ""), key=lambda pair: pair[0])


VALUES = {
    "year": 2026,
    "kind": "cchc",
    "book": "cchc",
    "number": "I-1",
    "token": "nhapxemlai01",
    "page": 1,
    "position": 1,
    "suffix": "docx",
    "ward": "phuong-mot",
    "handle": "nguoimot01",
    "office": "van-phong",
    "unit": "van-phong-hdnd-va-ubnd",
    "code": "H01.31.05-261102-0001",
    "procedure": "1.001193",
    "move": "ask-payment",
    "lookup": "ABCDEFGH",
    "nth": 1,
    "slip": "DP-2026-0001",
}


def address_of(name):
    for n in range(6):
        for keys in _subsets(list(VALUES), n):
            try:
                return reverse(name, kwargs={k: VALUES[k] for k in keys})
            except Exception:  # noqa: BLE001, S112 — not these names
                continue
    raise AssertionError(f"{name}: no address")


def _subsets(keys, n):
    from itertools import combinations

    return combinations(keys, n)


def test_every_page_is_in_the_table_of_rights_and_says_the_same():
    found = dict(pages())
    assert set(found) == set(rights.PAGES), "each page needs a line in rights.PAGES"
    for name, view in found.items():
        assert getattr(view, "action", None) == rights.PAGES[name], f"{name}: @may differs from the table"
        assert rights.PAGES[name] == rights.PUBLIC or rights.PAGES[name] in rights.ACTIONS


@pytest.fixture(scope="module")
def standing_world(django_db_setup, django_db_blocker):
    """Two wards, each with all roles, a plan in force and a draft under review; made once, each walk is taken back to it."""
    made = []
    with django_db_blocker.unblock(), transaction.atomic():
        for name in ("Phường Một", "Phường Hai"):
            ward = rooms.make_ward(name)
            people = {
                role: rooms.make_person(ward, role, office="Văn phòng HĐND và UBND")
                for role in rights.WARD_ROLES
            }
            if not made:
                rooms.make_person(ward, "officer", office="Văn phòng HĐND và UBND", handle="nguoimot01")
                rooms.make_plan(ward, people["coordinator"])
                rooms.make_draft(ward, people["coordinator"], token="nhapxemlai01")
            people |= {role: rooms.make_person(None, role) for role in rights.SERVER_ROLES}
            made.append((ward, people))
            for role, person in people.items():
                person.session = _session_of(person, role, ward)
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def world(standing_world, db):
    return standing_world


def _session_of(person, role, ward):
    """Whoever looks at wards from above looks at this one, or sets it up."""
    client = Client()
    client.force_login(person)
    if role in rights.SERVER_ROLES:
        assert client.post("/cac-phuong/chon/", {"phuong": ward.pk}).status_code == 303
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def sign_in(client, person):
    """Come with the session that the world has for everybody."""
    client.cookies.clear()
    client.cookies[settings.SESSION_COOKIE_NAME] = person.session


@pytest.mark.one_database
@pytest.mark.parametrize("name", [name for name, _ in pages()])
def test_each_page_opens_to_its_roles_only(world, client, name):
    action, address = rights.PAGES[name], address_of(name)
    for method in ("get", "post"):
        anonymous = getattr(client, method)(address)
        if action == rights.PUBLIC:
            assert anonymous.status_code != 403
        elif action == "api.use":  # a session opens nothing there: only a token does, tests/rooms/api
            sign_in(client, world[0][1]["coordinator"])
            assert getattr(client, method)(address).status_code in (401, 405), name
            client.logout()
            assert anonymous.status_code in (401, 405), name
        elif anonymous.status_code != 405:
            assert anonymous.status_code == 302 and anonymous.url.startswith("/dang-nhap/"), (name, method)
    if action in (rights.PUBLIC, "api.use"):
        return
    (_, own), (_, others) = world
    has_row = any(part in address for part in ("2026", "nhapxemlai01", "nguoimot01"))
    for role in rights.ROLES:
        allowed = rights.allows(action, role)
        sign_in(client, own[role])
        with transaction.atomic():
            got = client.get(address).status_code
            assert (got == 403) == (not allowed) or got == 405, (name, role, got)
            assert allowed or got in (403, 405)
            transaction.set_rollback(True)
        sign_in(client, others[role])
        # what has no row in its address is the own ward's page there too
        for method in ("get", "post") if has_row or not allowed else ("post",):
            got = getattr(client, method)(address).status_code
            if not allowed:
                assert got in (403, 405), (name, role, got)
            elif has_row:
                assert got in (404, 405), (
                    f"{name}: another ward's row must not exist ({role}, {method}: {got})"
                )


@pytest.mark.parametrize("name", [name for name, _ in pages()])
def test_each_page_carries_a_strict_policy_and_nothing_inline(world, client, name):
    client.force_login(world[0][1]["coordinator"])
    answer = client.get(address_of(name))
    policy = answer.get("Content-Security-Policy", "")
    assert "default-src 'none'" in policy and "unsafe" not in policy, name
    if answer.get("Content-Type", "").startswith("text/html") and not answer.streaming:
        html = answer.content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", html), name
        assert not html.startswith("<!doctype") or '<html lang="vi">' in html


def test_error_pages_are_vietnamese_and_calm(client, world, monkeypatch):
    from caicach.plans import queries

    client.force_login(world[0][1]["coordinator"])
    assert "Không có trang này" in client.get("/khong-co/").content.decode()
    wrong = client.get("/dang-xuat/")
    assert (
        wrong.status_code == 405
        and "không mở theo cách đó" in wrong.content.decode()
        and wrong["Allow"] == "POST"
    )
    client.raise_request_exception = False

    def fault(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr(queries, "plan_list", fault)
    broken = client.get("/ke-hoach/")
    page = broken.content.decode()
    assert broken.status_code == 500 and broken["X-Request-Number"] in page and "Traceback" not in page
    large = client.post(
        "/ke-hoach/nap/", b"x", content_type="application/octet-stream", CONTENT_LENGTH="999999999"
    )
    assert large.status_code == 413 and "nặng quá" in large.content.decode()


def test_a_form_that_is_too_much_is_told_what_was_too_much(client, world, settings):
    client.force_login(world[0][1]["coordinator"])
    client.raise_request_exception = False
    address, one = "/ke-hoach/nap/", SimpleUploadedFile
    fields = {f"o{n}": "1" for n in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)}
    files = {f"t{n}": one("t.txt", b"x") for n in range(settings.DATA_UPLOAD_MAX_NUMBER_FILES + 1)}
    form = {"content_type": "application/x-www-form-urlencoded"}
    for answer, status, what in (
        (client.post(address, urlencode(fields), **form), 400, "có hơn 5.000 ô"),
        (client.post(address, fields), 400, "có hơn 5.000 ô"),
        (client.post(address, files), 400, "hơn 100 tệp"),
        (client.post(address, "a=" + "x" * 6 * 2**20, **form), 413, "nặng quá 5 MiB"),
        (client.post(address, {"a": "x" * 6 * 2**20}), 413, "nặng quá 5 MiB"),
    ):
        page = answer.content.decode()
        assert answer.status_code == status and what in page, (answer.status_code, what)
        assert "chưa có gì được lưu. Hãy quay lại" in page and "máy chủ không hiểu" not in page
    other = client.get("/dang-nhap/", HTTP_HOST="a b")
    assert other.status_code == 400 and "máy chủ không hiểu" in other.content.decode()


def test_a_form_without_its_token_is_refused_kindly(world):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(world[0][1]["coordinator"])
    answer = strict.post("/ke-hoach/moi/", {})
    assert answer.status_code == 403 and "Trang đã cũ" in answer.content.decode()


def test_logs_hold_no_personal_data(world, client, caplog):
    person = world[0][1]["officer"]
    client.force_login(person)
    with caplog.at_level("INFO", "caicach"):
        client.get("/viec/2026/cchc/khong-co/?tim=Nguyen+Van+A")
    from caicach.core.logs import FactsFormatter

    line = FactsFormatter().format(caplog.records[-1])
    assert "status=404" in line and "view=tasks:detail" in line
    assert person.full_name not in line and "Nguyen" not in line and person.user_name not in line


# --- the ward wall ---------------------------------------------------------------------------------------------


def walls():
    from django.apps import apps

    return [
        (model, constraint)
        for model in apps.get_models()
        for constraint in model._meta.constraints
        if isinstance(constraint, SameWard)
    ]


def test_every_row_with_a_ward_and_a_parent_with_one_stands_behind_the_wall():
    from django.apps import apps

    free = {
        "PlanImport.amends",
        "PlanImport.plan",
        "Plan.newest",
    }  # set to null when the plan goes; read through the ward's own door
    for model in apps.get_models():
        fields = {f.name: f for f in model._meta.get_fields() if f.many_to_one or f.one_to_one}
        if "ward" not in fields:
            continue
        walled = {c.field for c in model._meta.constraints if isinstance(c, SameWard)}
        for name, field in fields.items():
            parent = field.related_model
            if (
                field.auto_created
                or name == "ward"
                or not any(f.name == "ward" for f in parent._meta.get_fields())
            ):
                continue
            assert name in walled or f"{model.__name__}.{name}" in free, (
                f"{model.__name__}.{name} needs SameWard"
            )


@pytest.mark.parametrize(
    "model, wall", walls(), ids=lambda value: getattr(value, "name", None) or value.__name__
)
def test_the_database_has_each_wall(db, model, wall):
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT sql FROM sqlite_master WHERE name = %s", [model._meta.db_table])
            assert f'"{wall.name}" FOREIGN KEY ("ward_id"' in cursor.fetchone()[0]
        else:
            cursor.execute("SELECT contype FROM pg_constraint WHERE conname = %s", [wall.name])
            assert cursor.fetchone() == ("f",)


# --- codes, triggers -------------------------------------------------------------------------------------------


def raised_codes():
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refusal" and node.args:
                for part in ast.walk(node.args[0]):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        yield path, node, part.value


def test_every_code_that_is_raised_has_its_sentence_and_its_facts():
    for path, node, code in raised_codes():
        assert code in SENTENCES, f"{path.name}:{node.lineno}: {code} has no sentence"
        if any(keyword.arg is None for keyword in node.keywords) or "reading" in path.parts:
            continue  # the readers learn the file's name at their outer edge
        given = {keyword.arg for keyword in node.keywords}
        wanted = set(re.findall(r"{(\w+)}", SENTENCES[code]))
        assert wanted <= given, f"{path.name}:{node.lineno}: {code} lacks {wanted - given}"


def test_every_sentence_of_the_rooms_is_raised_somewhere():
    said = {code for _, _, code in raised_codes()}
    ours = {code for code in SENTENCES if code.split(".")[0] in ("account", "task", "draft", "plan")}
    assert ours <= said, f"never raised: {ours - said}"


def test_the_triggers_stand_after_migrating(db):
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'history_event'"
            )
            assert {row[0] for row in cursor.fetchall()} == {
                "history_event_no_update",
                "history_event_no_delete",
            }
        else:
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = 'history_event'::regclass AND NOT tgisinternal"
            )
            assert cursor.fetchall() == [("history_event_no_change",)]


def test_no_migration_is_missing(db):
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_a_full_disk_before_any_view_is_said_as_what_it_is(rf, monkeypatch):
    import errno

    from caicach.core import http

    request = rf.post("/ke-hoach/nap/")
    request.user = request.actor = None
    try:
        raise OSError(errno.ENOSPC, "No space left on device")
    except OSError:
        answer = http.server_fault(request)
    assert answer.status_code == 507 and "hết chỗ" in answer.content.decode()
    try:
        raise ZeroDivisionError
    except ZeroDivisionError:
        assert http.server_fault(request).status_code == 500


@pytest.mark.parametrize("address", ["/viec/2026/cchc/a%00b/", "/ke-hoach/nap/a%00/", "/%00"])
def test_an_address_with_a_nul_is_nowhere(world, client, address):
    client.force_login(world[0][1]["coordinator"])
    assert client.get(address).status_code == 404


ASKED = sorted(
    {
        name
        for path in PACKAGE.rglob("*.py")
        for name in re.findall(r'\b(?:GET|asked)(?:\.get(?:list)?\(|\[)"([\w-]+)"', path.read_text())
    }
    | set(
        re.findall(r'"([\w-]+)" in request\.GET', "".join(path.read_text() for path in PACKAGE.rglob("*.py")))
    )
)
"""Every name that a view reads out of an address's query."""


@pytest.mark.one_database
@pytest.mark.parametrize("name", [name for name, _ in pages()])
def test_a_nul_anywhere_in_an_address_is_nowhere(world, client, name):
    """Also where it alone would be asked for: each name by itself would take minutes, and the door looks at all alike."""
    action, address = rights.PAGES[name], address_of(name)
    client.raise_request_exception = False
    parts = address.split("/")
    odd = [
        "/".join([*parts[:n], f"{part[:1]}%00{part[1:]}", *parts[n + 1 :]])
        for n, part in enumerate(parts)
        if part
    ]
    odd += [f"{address}?{'&'.join(f'{one}=nguoimot01%00' for one in ASKED)}", f"{address}?%00=1"]
    role = next((role for role in rights.ROLES if rights.allows(action, role)), rights.COORDINATOR)
    sign_in(client, world[0][1][role])
    for one in odd:
        assert client.get(one).status_code == 404, (one, role)


@pytest.mark.parametrize("role", [rights.COORDINATOR, rights.ADMINISTRATOR])
@pytest.mark.parametrize("asked", ASKED)
def test_a_nul_in_a_query_never_reaches_a_database(world, client, role, asked):
    assert {"nguoi", "tim", "q", "ve", "nhip", "cua", "ngay"} <= set(ASKED)
    sign_in(client, world[0][1][role])
    for address in ("/viec-cua-toi/", "/tim/", "/ke-hoach/2026/cchc/", "/nguoi/", "/vang-mat/", "/giao-ban/"):
        assert client.get(f"{address}?{asked}=a%00").status_code in (403, 404)


@pytest.mark.one_database
@pytest.mark.parametrize("odd", ["%01", "%0B", "%1F", "%EF%BF%BE", "%ED%A0%80"])
def test_signs_that_no_file_takes_are_no_fault_in_a_filter(world, client, odd):
    sign_in(client, world[0][1]["coordinator"])
    for suffix in ("xlsx", "docx"):
        for asked in ("tim", "muc"):
            address = f"/ke-hoach/2026/cchc/danh-sach.{suffix}?{asked}=a{odd}b"
            assert client.get(address).status_code == 200


@pytest.mark.parametrize("address", ["/giao-ban/?", "/chi-dao/moi/?"])
def test_a_task_with_a_nul_is_nowhere(world, client, address):
    client.force_login(world[0][1]["leader"])
    for where in ("2026/cchc/II%00", "2026/cc%00hc/I-1", "%00"):
        assert client.get(f"{address}ve={where}").status_code == 404


@pytest.mark.parametrize("address", ["/giao-ban/ket-luan/", "/chi-dao/moi/"])
@pytest.mark.parametrize(
    "odd", [{"token": "abc\x00"}, {"ve": "2026/cchc/I-1\x00"}, {"content": "Rà lại bảng\x00 niêm yết"}]
)
def test_a_directive_is_given_without_the_nul_that_its_form_carries(world, client, address, odd):
    ward, people = world[0]
    client.force_login(people["leader"])
    office = ward.offices.get(short_name="Văn phòng").pk
    sent = {
        "content": "Rà lại bảng niêm yết",
        "leads": [office],
        "due_on": "27/11/2026",
        "source": "directive",
        "token": "abc",
    }
    for form in ({**sent, **odd}, sent):
        assert client.post(address, form).status_code == 303
    given = Task.objects.get(ward=ward, source="directive")
    assert (given.content, given.made_token) == ("Rà lại bảng niêm yết", "abc"), "one and the same"


def test_a_cookie_with_a_nul_is_no_sign_in(world, client):
    client.cookies["phien"] = "\x00" + "a" * 31
    assert client.get("/ke-hoach/").status_code == 302
