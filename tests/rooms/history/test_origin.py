"""Each event of a request says from which address it came, also where no code passes it on; a sender's own word is not believed."""

import pytest
from django.test import RequestFactory

from caicach.core import origin
from caicach.history.models import Event
from tests.factories import rooms


@pytest.mark.parametrize(
    ("proxies", "told", "found"),
    [
        (0, "203.0.113.9", "10.0.0.7"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9, 10.0.0.8", "203.0.113.9"),
        (2, "203.0.113.9", "10.0.0.7"),
        (1, "", "10.0.0.7"),
        (1, "ai đó", None),
        (1, "2001:db8::1", "2001:db8::1"),
        (1, "203.0.113.9:51234", "203.0.113.9"),
        (1, "[2001:db8::1]:51234", "2001:db8::1"),
        (1, "203.0.113.9:1:2", None),
    ],
)
def test_only_our_own_proxies_are_believed(settings, proxies, told, found):
    settings.PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.7", headers={"X-Forwarded-For": told})
    assert origin.address_of(request) == found


@pytest.mark.django_db
def test_an_event_of_a_request_has_its_address_and_nothing_lasts(ward, coordinator, as_coordinator):
    rooms.make_plan(ward, coordinator)
    assert not Event.objects.filter(address__isnull=False).exists(), "made by no request"
    as_coordinator.post(
        "/ke-hoach/2026/cchc/dieu-phoi/", {"person": coordinator.pk}, REMOTE_ADDR="192.0.2.44"
    )
    assert Event.objects.get(code="plan.coordinator-named").address == "192.0.2.44"
    assert origin.address() is None
