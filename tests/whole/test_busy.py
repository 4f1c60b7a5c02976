"""A database that somebody else holds for too long: a calm page, nothing saved, try again."""

import sqlite3

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from caicach.dossiers.models import DossierList
from tests.factories import rooms

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def held():
    """The database, held by another connection; ours waits a moment only."""
    if connection.vendor == "sqlite":
        name = connection.settings_dict["NAME"]
        other = sqlite3.connect(name, uri=str(name).startswith("file:"), isolation_level=None)
        wait, hold = "PRAGMA busy_timeout = 50", "BEGIN IMMEDIATE"
        usual = "PRAGMA busy_timeout = 10000"
    else:
        import psycopg

        other = psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None})
        wait, hold = "SET lock_timeout = 50", "LOCK TABLE dossiers_dossierlist IN EXCLUSIVE MODE"
        usual = "SET lock_timeout = 10000"
    with connection.cursor() as cursor:
        cursor.execute(wait)
    yield lambda: other.execute(hold)
    other.rollback()
    other.close()
    with connection.cursor() as cursor:
        cursor.execute(usual)


def test_who_cannot_write_in_time_is_told_that_nothing_was_saved(held):
    ward = rooms.make_ward()
    client = Client(raise_request_exception=False)
    client.force_login(rooms.make_person(ward, "officer"))
    sent = {"token": "danhsach0001", "file": SimpleUploadedFile("a.csv", b"a;b")}
    held()
    answer = client.post("/ho-so/nap/", sent)
    page = answer.content.decode()
    assert answer.status_code == 503 and int(answer["Retry-After"]) > 0
    assert "Hệ thống đang bận" in page and "chưa có gì được lưu" in page and "lỗi của phần mềm" not in page
    assert not DossierList.objects.exists()


def test_on_postgresql_nobody_waits_for_ever():
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            assert cursor.fetchone()[0] == "10s"
