"""A NUL in any field of any form is left out, never a fault: PostgreSQL takes none, and SQLite must not keep one."""

import lxml.html
import pytest
from django.core.cache import cache
from django.db import transaction
from django.urls import resolve

from caicach.desk import search
from tests.whole import test_twice
from tests.whole.test_twice import PAGES, buttons, filled, fresh

world = test_twice.world
pytestmark = pytest.mark.django_db
OWN = {"accounts:sign-out", "accounts:lock", "accounts:end-session"}
"""What would end the walk's own session."""


def test_a_nul_in_every_field_of_every_form_is_no_fault_of_ours(world, client):
    client.raise_request_exception = False
    seen, wrong = set(), []
    for role, address in PAGES:
        client.force_login(world[role])
        page = client.get(address)
        for form in lxml.html.fromstring(page.content.decode()).xpath("//form[@method='post']"):
            target = form.get("action") or address
            view = resolve(target.partition("?")[0].partition("#")[0]).view_name
            for button in buttons(form) if view not in OWN else ():
                sent = {**filled(form, address), **button}
                names = frozenset(name for name, value in sent.items() if not callable(value))
                if (view, names) in seen:
                    continue
                seen.add((view, names))
                odd = {name: _with_nul(sent[name]) if name in names else sent[name] for name in sent}
                with transaction.atomic():
                    status = client.post(target, fresh(odd)).status_code
                    if status >= 500:
                        wrong.append((role, view, sorted(names), status))
                    transaction.set_rollback(True)
                cache.clear()
                search.forget()
    assert len({view for view, _ in seen}) > 60
    assert not wrong, "\n".join(map(str, wrong))


def _with_nul(value):
    return [f"{one}\x00" for one in value] if isinstance(value, list) else f"{value}\x00"
