"""Which figure of the ward's own systems feeds an indicator: bound by a coordinator, let go again, each month kept at its end."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterable

from django.db import transaction

from caicach.history import services as history
from caicach.plans.models import Feed, Indicator, MonthFigure, Plan
from caicach.rules.figures import BY_CODE, BY_SLUG
from caicach.rules.refusal import Refusal
from caicach.rules.vntext import key


def abouts(indicators: Iterable[Indicator]) -> list[str]:
    """By what a plan's indicators, in their order, are known also after an amendment made them anew: their words, and which of these."""
    counts: Counter[str] = Counter()
    answer = []
    for one in indicators:
        words = hashlib.blake2b(f"{key(one.name)}|{one.unit}".encode(), digest_size=16).hexdigest()
        answer.append(f"{words}.{counts[words]}")
        counts[words] += 1
    return answer


@transaction.atomic
def set_feed(
    plan: Plan, indicator: Indicator, about: str, slug: str, *, seen: int, by: int, at: dt.datetime
) -> None:
    """Feed an indicator from a figure, another one, or "" none. seen: the feed that stood on the sender's page, 0 for none. What was
    said and counted before stays. The same press twice is one.

    Raises Refusal plan.closed, feed.unknown, feed.other-unit, feed.changed-meanwhile.
    """
    held = Plan.objects.select_for_update().get(pk=plan.pk)
    if held.closed_at:
        raise Refusal("plan.closed", year=held.year)
    figure = BY_SLUG.get(slug)
    if slug and figure is None:
        raise Refusal("feed.unknown", "figure")
    if figure and not figure.fits(indicator.unit):
        wanted = "phần trăm" if figure.is_rate else "một con số đếm"
        raise Refusal("feed.other-unit", "figure", figure=figure.name, wanted=wanted, unit=indicator.unit)
    code = figure.code if figure else ""
    mine = Feed.objects.filter(plan=held, about=about)
    standing = mine.filter(until__isnull=True).select_related("by").first()
    if (standing.figure if standing else "") == code:
        return
    if (standing.pk if standing else 0) != seen:
        last = mine.select_related("by", "ended_by").order_by("-id").first()
        who = (last.ended_by or last.by).full_name if last else ""
        name = BY_CODE[standing.figure].name if standing and standing.figure in BY_CODE else "không nguồn nào"
        raise Refusal("feed.changed-meanwhile", who=who, what=name)
    if standing:
        Feed.objects.filter(pk=standing.pk).update(until=at, ended_by_id=by)
    if code:
        Feed.objects.create(ward_id=held.ward_id, plan=held, about=about, figure=code, since=at, by_id=by)
    history.append(
        held, "plan.indicator-fed" if code else "plan.indicator-let-go", by=by, at=at,
        indicator=indicator.name[:300], figure=code, before=standing.figure if standing else "",
    )  # fmt: skip


def keep(rows: Iterable[MonthFigure]) -> int:
    """Put down what months were; one that is there stays as it is. How many were offered."""
    made = MonthFigure.objects.bulk_create(list(rows), ignore_conflicts=True)
    return len(made)
