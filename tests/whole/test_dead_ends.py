"""An address that only a form may go to: whoever types Enter there is led to a page that opens."""

import re

import pytest

from caicach.core.http import methods_of
from tests.factories import rooms
from tests.whole.test_walks import address_of, pages

pytestmark = pytest.mark.django_db
UNSAFE_ONLY = [name for name, view in pages() if methods_of(view) and not methods_of(view) & {"GET", "HEAD"}]


def test_each_view_names_its_methods():
    unnamed = [name for name, view in pages() if not methods_of(view) and not name.startswith("api:")]
    assert not unnamed and len(UNSAFE_ONLY) > 40


@pytest.mark.parametrize("role", ["coordinator", "officer", "administrator", "viewer"])
def test_what_is_offered_there_opens(ward, coordinator, client, role):
    rooms.make_plan(ward, coordinator)
    person = rooms.make_person(ward, role, office="Văn phòng HĐND và UBND", handle="nguoimot01")
    client.force_login(person)
    offered = {}
    for name in UNSAFE_ONLY:
        address = address_of(name)
        answer = client.get(address)
        assert answer.status_code == 405 and answer["Allow"] == "POST", name
        found = re.search(r'<a class="button go" href="([^"]+)">([^<]+)<', answer.content.decode())
        if found:
            offered[name] = found.groups()
            status = client.get(found[1]).status_code
            assert address.startswith(found[1]) and status in (200, 302, 303, 404), (name, found[1], status)
    assert offered["tasks:report"] == ("/viec/2026/cchc/I-1/", "Về trang của nhiệm vụ I.1")
    assert ("accounts:post-give" in offered) == (role == "administrator"), "nothing that is not theirs"


def test_nobody_signed_in_is_offered_what_is_public_only(client):
    page = client.get("/viec/2026/cchc/I-1/tien-do/")
    assert page.status_code == 405 and "button go" not in page.content.decode()
