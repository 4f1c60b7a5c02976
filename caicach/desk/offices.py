"""Offices: all side by side, and one with what it owes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from caicach.core.http import Missing, row_id
from caicach.organisation.queries import OfficeFacts
from caicach.organisation.queries import offices as offices_of
from caicach.plans.office_page import OfficePart, office_part
from caicach.plans.queries import Overview, overview, plan_of_year
from caicach.rules.vntext import key


@dataclass(frozen=True, slots=True)
class Choice:
    """An office and the address of its page."""

    office: OfficeFacts
    address: str


def slug(office: OfficeFacts) -> str:
    """ "VH–XH" → "vh-xh"."""
    return key(office.short).replace(" ", "-") or str(office.id)


def choices(facts: list[OfficeFacts]) -> tuple[Choice, ...]:
    """Every office with its page; one whose short name another has too by its number."""
    slugs = [slug(one) for one in facts]
    return tuple(
        Choice(one, f"/don-vi/{name if slugs.count(name) == 1 else one.id}/")
        for one, name in zip(facts, slugs, strict=True)
    )


def all_offices(ward: int, *, today: dt.date) -> tuple[Overview | None, dict[str, str]]:
    """The load of every office as the overview counts it, and short name → its page."""
    addresses = {one.office.short: one.address for one in choices(offices_of(ward))}
    plan = plan_of_year(ward, today.year)
    return (overview(ward, plan, today=today) if plan else None), addresses


def one_office(ward: int, name: str, *, today: dt.date) -> tuple[OfficeFacts, OfficePart | None]:
    """An office by its short name or its number, and its part of the year's plan. Raises Missing."""
    facts = offices_of(ward)
    found = [one for one in facts if slug(one) == name] or [one for one in facts if one.id == row_id(name)]
    if len(found) != 1:
        raise Missing
    plan = plan_of_year(ward, today.year)
    shorts = {one.id: one.short for one in facts}
    return found[0], office_part(ward, plan, found[0], shorts, today=today) if plan else None
