"""What the views of a plan share."""

from __future__ import annotations

from django.http import HttpRequest

from caicach.core.http import ward_request
from caicach.plans import queries
from caicach.plans.models import Plan
from caicach.tasks import coordinating


def plan_to_coordinate(request: HttpRequest, year: int, kind: str) -> Plan:
    """The plan of an address, for what only its coordinator does. Raises Missing, Refusal book.coordinated-by."""
    actor = ward_request(request).actor
    plan = queries.plan_for(actor.ward_id, year, kind)
    coordinating.check_named(plan.named_id, plan.named_name, role=actor.role, holder=actor.holder_id)
    return plan
