"""What was told, for the dossier's page and for who answers for it; how a ward tells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, Count, F, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, TruncMonth

from caicach import data
from caicach.core import clock
from caicach.core.http import Missing
from caicach.dossiers import queries as dossiers
from caicach.dossiers.asides import Aside
from caicach.notices.models import Manner, Notice
from caicach.rules import notices as rules
from caicach.rules import rights
from caicach.rules.dossier_moves import AGREED
from caicach.rules.notices import Moment

A_PAGE = 50
DAYS = 30
"""so far back the page of notices counts"""


@dataclass(frozen=True, slots=True)
class Ways:
    """How a ward tells. revision: which of its changes; who: made it."""

    said: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    is_plain: bool = True
    revision: int = 0
    who: str = ""

    def is_on(self, moment: Moment) -> bool:
        return bool(self.said.get(moment.code, {}).get("on", moment.is_on))

    def text(self, moment: Moment) -> str:
        return self.said.get(moment.code, {}).get("text") or moment.text


def ways_of(ward: int) -> Ways:
    """As the ward wants it, else as usual. One query."""
    row = Manner.objects.select_related("by").filter(ward_id=ward).first()
    if row is None:
        return Ways()
    return Ways(row.said, row.is_plain, row.revision, row.by.full_name if row.by else "Phần mềm")


GROUPS = {
    "loi": "Không gửi được",
    "cho": "Đang chờ gửi",
    "khong-bao": "Không báo",
    "da-gui": "Đã gửi",
}
"""group in the address → its name, what needs somebody first"""
_TONES = {"loi": "late", "cho": "next", "khong-bao": "warn", "da-gui": "ok"}
_OF_STATE = {"waiting": "cho", "sending": "cho", "sent": "da-gui", "failed": "loi", "unclear": "loi", "": "khong-bao"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """A notice on a screen. group: as of `GROUPS`; words: what became of it; may_again: somebody may send it once more."""

    id: int
    code: str
    address: str
    name: str
    channel: str
    at: dt.datetime
    group: str
    words: str
    opened_at: dt.datetime | None
    may_again: bool
    to_print: bool

    @property
    def tone(self) -> str:
        return _TONES[self.group]


def _with_state(rows: QuerySet[Notice]) -> QuerySet[Notice]:
    state = Coalesce(F("message__state"), F("letter__state"), Value(""))
    return rows.annotate(
        state=state,
        fault=Coalesce(F("message__fault"), F("letter__fault"), Value("")),
        sent_at=Coalesce(F("message__sent_at"), F("letter__sent_at")),
        group=Case(*(When(state=name, then=Value(group)) for name, group in _OF_STATE.items()), default=Value("")),
        kept=Case(When(Q(message__phone="") | Q(letter__to_address=""), then=Value(False)), default=Value(True)),
    )  # fmt: skip


def _told(one: Any) -> Told:
    moment = data.notices().get(one.moment)
    return Told(
        one.pk, one.dossier.code, one.dossier.address, moment.name if moment else one.moment, rules.CHANNELS.get(one.channel, ""), one.at, one.group,
        _words(one), one.opened_at, one.group == "loi" and one.kept, one.moment == "extended" and one.group in ("loi", "khong-bao"),
    )  # fmt: skip


def _words(one: Any) -> str:
    match one.state:
        case "sent":
            return f"đã gửi {clock.local(one.sent_at):%H:%M %d/%m}"
        case "waiting":
            return f"chờ gửi{f': {one.fault}' if one.fault else ''}"
        case "sending":
            return "đang gửi"
        case "failed":
            return f"không gửi được: {one.fault}"
        case "unclear":
            return f"không rõ đã tới chưa: {one.fault}"
    return rules.NOT_TOLD.get(one.why, one.why or "không còn ghi")


def of_dossier(dossier: Any, *, most: int = 60) -> list[Told]:
    """What its owner was told, newest first. One query."""
    rows = _with_state(Notice.objects.filter(ward_id=dossier.ward_id, dossier=dossier))
    return [_told(one) for one in rows.select_related("dossier").order_by("-event", "channel")[:most]]


def aside(dossier: Any, role: str) -> Aside | None:
    """The part of a dossier's page. Two queries, one more where nobody is to be told."""
    line = getattr(dossier, "line", None)
    found = of_dossier(dossier)
    if line is None and not found:
        return None
    may = rights.allows("dossier.accept", role)
    chosen = [one for one in line.channels.split(",") if one] if line else []
    teller = dossier.brought_by or dossier.citizen
    reach = {
        code: bool(teller and (teller.email if code == "email" else teller.phone)) for code in rules.CHANNELS
    }
    return Aside(
        "notices/_aside.html",
        {
            "told": found, "dossier": dossier, "may": may, "has_line": line is not None,
            "channels": [(code, name, code in chosen, reach[code]) for code, name in rules.CHANNELS.items()],
            "stopped": not chosen and line is not None and dossiers.has_happened(dossier, AGREED), "lacks": not all(reach.values()),
            "chosen": ", ".join(rules.CHANNELS[one] for one in chosen if one in rules.CHANNELS),
        },
    )  # fmt: skip


def notice_of(ward: int, pk: int | None) -> Notice:
    """A notice with its letter or message. One query. Raises Missing."""
    found = Notice.objects.select_related("dossier", "letter", "message").filter(ward_id=ward, pk=pk or 0).first()  # fmt: skip
    if found is None:
        raise Missing
    return found


@dataclass(frozen=True, slots=True)
class Tally:
    group: str
    name: str
    tone: str
    count: int
    is_on: bool


@dataclass(frozen=True, slots=True)
class Apologised:
    """Apologies of a month and an office ("" for nobody's hands): made; sent: by at least one channel; opened: by the link in one;
    untold: by none, so a letter on paper and a call are owed; again: late once more after it."""

    month: dt.date
    office: str
    made: int
    sent: int
    opened: int
    untold: int
    again: int


@dataclass(frozen=True, slots=True)
class Page:
    rows: tuple[Told, ...]
    tallies: tuple[Tally, ...]
    group: str
    number: int
    more: bool
    since: dt.date
    apologies: tuple[Apologised, ...]
    owed: dossiers.Apologies


def page(ward: int, *, now: dt.datetime, office: int | None, group: str = "", number: int = 1) -> Page:
    """The notices of the last thirty days, of the ward or of what an office had in hands; apologies by month. Six queries at most."""
    group = group if group in GROUPS else ""
    since = now - dt.timedelta(days=DAYS)
    whose = {} if office is None else {"office_id": office}
    rows: Any = _with_state(Notice.objects.filter(ward_id=ward, at__gte=since, **whose))
    counts = dict(rows.order_by().values_list("group").annotate(n=Count("pk")))
    shown = rows.filter(group=group) if group else rows
    start = (number - 1) * A_PAGE
    found = list(shown.select_related("dossier").order_by("-at", "-id")[start : start + A_PAGE + 1])
    return Page(
        tuple(_told(one) for one in found[:A_PAGE]),
        tuple(Tally(code, name, _TONES[code], counts.get(code, 0), code == group) for code, name in GROUPS.items()),
        group, number, len(found) > A_PAGE, clock.local_day(since),
        apologised(ward, now=now, office=office), dossiers.apologies(ward, now=now, office=office),
    )  # fmt: skip


MONTHS = 6


def apologised(ward: int, *, now: dt.datetime, office: int | None) -> tuple[Apologised, ...]:
    """The apologies of half a year by month and office, the newest first. Two queries, over what was apologised for alone."""
    first = _months_back(clock.local_day(now), MONTHS - 1)
    rows = Notice.objects.filter(
        ward_id=ward, moment="extended", at__gte=clock.noon(first) - dt.timedelta(hours=12)
    )
    if office is not None:
        rows = rows.filter(dossier__clock__office_id=office)
    told: dict[tuple[dt.date, str], list[int]] = {}
    by = _with_state(rows).order_by().values_list(TruncMonth("at"), "dossier__clock__office__name")
    for month, name, *counts in by.annotate(
        every=Count("dossier", distinct=True),
        sent=Count("dossier", filter=Q(state="sent"), distinct=True),
        seen=Count("dossier", filter=Q(opened_at__isnull=False), distinct=True),
    ):
        told[month.date(), name or ""] = counts
    made = dossiers.apologised_by_month(ward, since=first, now=now, office=office)
    keys = sorted({*told, *made}, key=lambda one: (-one[0].toordinal(), one[1]))
    found = []
    for one in keys:
        every, sent, seen = told.get(one, [0, 0, 0])
        done, again = made.get(one, (0, 0))
        total = max(done, every)
        found.append(Apologised(one[0], one[1], total, sent, seen, total - sent, again))
    return tuple(found)


def _months_back(day: dt.date, months: int) -> dt.date:
    n = day.year * 12 + day.month - 1 - months
    return dt.date(n // 12, n % 12 + 1, 1)
