"""By which channels a person agreed to be told: chosen at the counter, changed there later, or ended on their own page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from caicach.counter.models import Line
from caicach.dossiers import intake
from caicach.rules.dossier_moves import AGREED
from caicach.rules.refusal import Refusal

AT_COUNTER, BY_PHONE, ON_PAGE = "counter", "phone", "page"
HOW = {AT_COUNTER: "nói tại quầy", BY_PHONE: "nói qua điện thoại", ON_PAGE: "tự chọn trên trang hồ sơ"}


@transaction.atomic
def agree(dossier: Any, channels: Sequence[str], *, how: str, by: int | None, at: dt.datetime) -> bool:
    """The channels from now on, none for no more notices. Whether that is new: the same press twice is one.

    how: of `HOW`. Raises Refusal counter.channel where the person gave nothing to be reached by, counter.how, counter.no-line.
    """
    held = intake.hold(dossier)
    line = Line.objects.select_for_update().filter(dossier=held).first()
    if line is None:
        raise Refusal("counter.no-line")
    if how not in HOW:
        raise Refusal("counter.how", "how")
    chosen = [one for one in Line.CHANNELS if one in channels]
    before = [one for one in line.channels.split(",") if one]
    if chosen == [one for one in Line.CHANNELS if one in before]:
        return False
    teller = held.brought_by or held.citizen
    for one in set(chosen) - set(before):
        if teller is None or not (teller.email if one == "email" else teller.phone):
            raise Refusal("counter.channel", "channel")
    line.channels = ",".join(chosen)
    line.save(update_fields=["channels"])
    facts = {"before": [Line.CHANNELS[one] for one in before if one in Line.CHANNELS], "after": [Line.CHANNELS[one] for one in chosen], "how": HOW[how]}  # fmt: skip
    intake.event(held, AGREED, facts, by=by, at=at).save(force_insert=True)
    return True
