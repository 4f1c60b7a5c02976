"""Fixtures of all tests. DATABASE_URL decides the database; nothing here sleeps or asks the real clock."""

from __future__ import annotations

import gc
import os

import pytest
from hypothesis import settings as hypothesis

from tests import prepared

# no test is about seconds: on a busy machine one example may take long
hypothesis.register_profile("no-seconds", deadline=None)
hypothesis.load_profile("no-seconds")

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # playwright's loop runs in the stories' process


def pytest_configure(config):
    config.prepared_here = prepared.begin()


def pytest_collection_finish():
    """What is loaded stays for the whole run: the collector need not look at it again and again, as in conf/wsgi."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure(config):
    if place := getattr(config, "prepared_here", None):
        prepared.end(place)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, django_db_blocker):
    """Before Django opens the tests' database it is filled, so that each process need not run every migration."""
    from django.db import connection

    with prepared.filled_database(connection.settings_dict):
        yield
        with django_db_blocker.unblock():
            connection.close()


@pytest.fixture(scope="session")
def django_db_keepdb():
    """Django takes the database as it finds it; the fixture above is who makes it and who throws it away."""
    return True


@pytest.fixture(autouse=True)
def _fixed_day(settings):
    """The day of all tests, where none is given: 23/11/2026."""
    import datetime as dt

    settings.TODAY = dt.date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _nothing_kept():
    """A rolled-back test gives its row numbers to the next: nothing kept in memory may outlive it."""
    from django.core.cache import cache

    from caicach.desk import search

    cache.clear()
    search.forget()


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    """Stored files lie in the test's own folder."""
    settings.FILES = tmp_path / "files"


@pytest.fixture(autouse=True, scope="session")
def _events_may_be_emptied():
    """The one place where the triggers are lifted: emptying the database after a test that committed."""
    from django.test import TransactionTestCase

    from caicach.history import triggers

    teardown = TransactionTestCase._fixture_teardown

    def lifted(self):
        with triggers.lifted():
            teardown(self)

    TransactionTestCase._fixture_teardown = lifted
    yield
    TransactionTestCase._fixture_teardown = teardown


@pytest.fixture
def ward(db):
    from tests.factories import rooms

    return rooms.make_ward()


@pytest.fixture
def coordinator(ward):
    from tests.factories import rooms

    return rooms.make_person(ward, "coordinator", office="Phòng Văn hóa – Xã hội")


@pytest.fixture
def officer(ward):
    from tests.factories import rooms

    return rooms.make_person(ward, "officer", office="Văn phòng HĐND và UBND")


@pytest.fixture
def as_coordinator(client, coordinator):
    client.force_login(coordinator)
    return client


@pytest.fixture
def as_officer(client, officer):
    client.force_login(officer)
    return client
