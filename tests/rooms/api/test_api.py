"""The REST API: a token acts with its person's rights, no more; what its OpenAPI allows never ends in a fault."""

import json

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings

from caicach.accounts.models import Post
from caicach.api import services
from caicach.api.models import Token
from caicach.core.clock import noon
from caicach.rules import rights
from caicach.tasks import services as verbs
from caicach.tasks.models import Progress, Task
from tests.factories import rooms

pytestmark = pytest.mark.django_db
AT = noon(rooms.TODAY)
TASK = "/api/v1/tasks/2026/cchc/I-2"


def token_of(person, name="Phần mềm thử"):
    post = Post.objects.filter(person=person).first()
    return services.make(
        person=person.pk, post=post.pk, ward=post.ward_id, name=name, nonce=name, at=AT, address=None
    )


def ask(client, address, secret, body=None):
    headers = {"Authorization": f"Bearer {secret}"}
    if body is None:
        return client.get(address, headers=headers)
    return client.post(address, json.dumps(body), content_type="application/json", headers=headers)


@pytest.fixture
def plan(ward, coordinator):
    return rooms.make_plan(ward, coordinator)


def test_a_program_reads_the_plan_and_reports(plan, officer, client):
    secret = token_of(officer)
    assert ask(client, "/api/v1/plans", secret).json() == [
        {"year": 2026, "kind": "cchc", "number": "12/KH-UBND", "date": "2026-02-03", "title": plan.title, "tasks": 5, "closed": False}
    ]  # fmt: skip
    rows = ask(client, "/api/v1/plans/2026/cchc/tasks", secret).json()
    assert [row["number"] for row in rows] == ["I-1", "I-2", "I-3", "II-1", "II-2"]
    one = ask(client, TASK, secret).json()
    assert one["status"] == "late" and one["days"] == 296 and one["leads"] == ["Văn phòng HĐND và UBND"]
    said = ask(client, f"{TASK}/progress", secret, {"percent": 60, "word": "Từ phần mềm của tỉnh"})
    assert said.status_code == 200 and said.json()["percent"] == 60
    assert Progress.objects.get().by_id == officer.pk and rooms.events("task.reported") == 1
    assert Token.objects.get().used_at


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"percent": 140}, "percent"),
        ({"percent": "nhiều"}, "percent"),
        ({"word": "x" * 2001}, "word"),
        ({}, "word"),
        ({"word": "  "}, "word"),
    ],
)
def test_what_is_wrong_is_a_problem_with_its_place(plan, officer, client, body, place):
    answer = ask(client, f"{TASK}/progress", token_of(officer), body)
    told = answer.json()
    assert answer.status_code == 422 and answer["Content-Type"] == "application/problem+json"
    assert told["place"] == place and told["detail"] and not Progress.objects.exists()


def test_a_broken_body_is_no_fault(plan, officer, client):
    headers = {"Authorization": f"Bearer {token_of(officer)}"}
    for body in ("{", "[]", '"x"', "null"):
        answer = client.post(f"{TASK}/progress", body, content_type="application/json", headers=headers)
        assert 400 <= answer.status_code < 500, body


def test_without_a_token_or_with_an_old_one_nothing_opens(plan, officer, client):
    secret = token_of(officer)
    for wrong in ("", "cc_sai", secret[:-1]):
        answer = ask(client, TASK, wrong)
        assert answer.status_code == 401 and answer["WWW-Authenticate"] == "Bearer"
        assert answer.json()["code"] == "token.unknown"
    client.force_login(officer)
    assert client.get(TASK).status_code == 401, "a session is no token"
    services.end(Token.objects.get(), by=officer.pk, ward=None, at=AT, address=None)
    assert ask(client, TASK, secret).status_code == 401


def test_a_token_ends_with_its_post_and_its_person(plan, officer, client):
    import datetime as dt

    secret = token_of(officer)
    Post.objects.filter(person=officer).update(until=rooms.TODAY - dt.timedelta(days=1))
    assert ask(client, TASK, secret).status_code == 401
    Post.objects.filter(person=officer).update(until=None)
    type(officer).objects.filter(pk=officer.pk).update(is_active=False)
    assert ask(client, TASK, secret).status_code == 401


@pytest.mark.parametrize("role", rights.WARD_ROLES)
def test_each_role_may_what_the_table_says_and_only_in_its_ward(plan, ward, client, role):
    secret = token_of(rooms.make_person(ward, role, office="Văn phòng HĐND và UBND"))
    assert ask(client, TASK, secret).status_code == 200
    reported = ask(client, f"{TASK}/progress", secret, {"word": "x"}).status_code
    assert reported == (200 if rights.allows("task.report", role) else 403)
    other = rooms.make_ward("Phường Hai")
    stranger = token_of(rooms.make_person(other, role, office="Văn phòng HĐND và UBND"))
    assert ask(client, TASK, stranger).status_code == 404
    assert ask(client, "/api/v1/plans", stranger).json() == []


def test_an_officer_of_another_office_reports_nothing(plan, ward, client):
    other = rooms.make_person(ward, "officer", office="Phòng Văn hóa – Xã hội")
    assert ask(client, f"{TASK}/progress", token_of(other), {"word": "x"}).status_code == 403


def test_a_task_that_was_taken_out_says_so(plan, coordinator, client):
    from caicach.tasks import services as tasks

    tasks.set_aside(Task.objects.get(number="I-2"), by=coordinator.pk, at=AT, word="thôi")
    answer = ask(client, f"{TASK}/progress", token_of(coordinator), {"word": "x"})
    assert answer.status_code == 422 and answer.json()["code"] == "task.set-aside"


def test_a_person_makes_and_ends_tokens_and_sees_each_secret_once(plan, officer, client):
    client.force_login(officer)
    page = client.post("/ma-truy-cap/", {"name": "Báo cáo tỉnh"}).content.decode()
    secret = page.partition('class="secret">')[2].partition("<")[0]
    assert ask(client, "/api/v1/plans", secret).status_code == 200
    assert secret not in client.get("/ma-truy-cap/").content.decode()
    assert secret not in json.dumps(list(Token.objects.values("secret_hash", "name")))
    assert client.post("/ma-truy-cap/", {"name": " "}).status_code == 422
    assert client.post("/ma-truy-cap/9/thoi/").status_code == 404
    client.post("/ma-truy-cap/1/thoi/")
    assert ask(client, "/api/v1/plans", secret).status_code == 401
    assert rooms.events("token.made") == rooms.events("token.ended") == 1


@pytest.fixture
def kept_connection():
    """A request that comes by WSGI would close the connection in which the test's transaction lives."""
    from django.core.signals import request_finished, request_started
    from django.db import close_old_connections

    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_what_the_openapi_allows_and_what_not_never_ends_in_a_fault(plan, coordinator, kept_connection):
    from caicach.conf.wsgi import application

    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    secret = token_of(coordinator)
    tried = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        tried += 1

        @given(case=operation.as_strategy())
        @settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        def fuzz(case):
            answer = case.call(headers={"Authorization": f"Bearer {secret}"})
            assert answer.status_code < 500, (case.path, answer.text[:300])
            if answer.status_code >= 400 and answer.status_code != 405:
                assert "json" in answer.headers.get("content-type", [""])[0], (case.path, answer.status_code)

        fuzz()
    assert tried == 5


def test_sent_twice_at_once_it_is_said_once(plan, officer, client, monkeypatch):
    """The same report comes through while the first waits for the task's row."""
    secret = token_of(officer)
    body, others = {"percent": 33, "word": " Một lần "}, []
    hold_open = verbs.hold_open

    def waits(task):
        if not others:
            others.append(None)
            others[0] = ask(client, f"{TASK}/progress", secret, body)
        return hold_open(task)

    monkeypatch.setattr(verbs, "hold_open", waits)
    assert ask(client, f"{TASK}/progress", secret, body).status_code == 200
    assert others[0].status_code == 200 and Progress.objects.count() == 1
    assert ask(client, f"{TASK}/progress", secret, {"percent": 34, "word": "Một lần"}).status_code == 200
    assert Progress.objects.count() == 2, "another percentage is another report"


def test_asked_again_after_a_time_out_it_is_said_once(plan, officer, client):
    secret = token_of(officer)
    for _ in range(2):
        assert ask(client, f"{TASK}/progress", secret, {"percent": 33, "word": "Một lần"}).status_code == 200
    assert Progress.objects.count() == 1
    assert ask(client, f"{TASK}/progress", secret, {"percent": True, "word": "x"}).status_code == 422
    headers = {"Authorization": f"Bearer {secret}"}
    broken = client.post(f"{TASK}/progress", b"\xff", content_type="application/json", headers=headers)
    assert broken.status_code == 400 and broken.json()["code"] == "unreadable"
