"""What the screens show of dossiers: frozen facts, a fixed number of queries, no page that grows with the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import TruncMonth

from caicach.citizens.queries import with_number
from caicach.core.clock import local
from caicach.core.http import Missing
from caicach.data import has_police_forms
from caicach.dossiers import found as words
from caicach.dossiers.legs import of_events
from caicach.dossiers.models import Dossier, DossierClock, DossierList, Event, whole
from caicach.dossiers.terms import term_of
from caicach.history.queries import Happened
from caicach.organisation.queries import work_time
from caicach.rules import dossier_story, papers, rights
from caicach.rules.dossier_moves import AGREED, APOLOGISED, STATES
from caicach.rules.dossier_words import dossier_code
from caicach.rules.formats import moment, paper_address
from caicach.rules.legs import Shown
from caicach.rules.procedures import procedure_code
from caicach.rules.vntext import fold

A_PAGE = 20
_MOST_PEOPLE = 50
"""who share a phone, or what had one provisional code: more are no family"""
_MOST_COUNTED = 1_000
"""a filter's rows are counted so far: "hơn 1.000" says as much to a person"""

GROUPS = {
    "tre": "Trễ hẹn", "sap-tre": "Sắp trễ", "don-vi-toi": "Ở đơn vị tôi", "cho-ma": "Chờ mã của tỉnh", "dang-giai-quyet": "Đang giải quyết",
    "cho": "Đang chờ",
    "da-co-ket-qua": "Xong tháng này", "tat-ca": "Tất cả",
}  # fmt: skip
"""what the list can be filtered by, most urgent first"""
_CAPPED = ("don-vi-toi", "cho-ma", "dang-giai-quyet", "cho", "tat-ca")
_WAITING = ("supplement-wait", "payment-wait", "agency-wait")
_DONE = ("resolved", "returned")


@dataclass(frozen=True, slots=True)
class Row:
    """One dossier in a list. tone, words: how it stands against its promise. twin: the code under which a list has told of it."""

    dossier: Dossier
    tone: str
    words: str
    twin: str = ""

    @property
    def is_untold(self) -> bool:
        """Whether it is late and nobody has apologised."""
        return self.tone == "late" and self.dossier.clock.apologised_on is None

    @property
    def anew(self) -> str:
        """What an apology promised after the day that the province's system says; "" without one."""
        one = self.dossier
        return moment(one.promise) if one.promise != one.moment("due") else ""


@dataclass(frozen=True, slots=True)
class Tally:
    """group: of GROUPS; count: of its rows, None for too many to count."""

    group: str
    name: str
    count: int | None
    is_on: bool

    @property
    def tone(self) -> str:
        return {"tre": "late", "sap-tre": "warn", "da-co-ket-qua": "ok"}.get(self.group, "next")


@dataclass(frozen=True, slots=True)
class Promises:
    """How the ward keeps its promises. late, soon: of those under way. settled: with a result since the first of the month;
    promised, missed: of these with a day to keep, and after it."""

    late: int
    soon: int
    settled: int
    promised: int
    missed: int

    @property
    def share(self) -> str:
        """The share of this month's in time, in percent with one decimal where it is needed; "" without any."""
        if not self.promised:
            return ""
        tenths = (self.promised - self.missed) * 1000 // self.promised
        return f"{tenths // 10}" + (f",{tenths % 10}" if tenths % 10 else "") + "%"


def promises(ward: int, *, now: dt.datetime) -> Promises:
    """Two queries, over what is under way and over this month's results, each by its index: whatever lies behind."""
    clocks = DossierClock.objects.filter(ward_id=ward)
    under_way = clocks.filter(runs=True).aggregate(
        late=Count("late_from", filter=_late(now)), soon=Count("late_from", filter=_soon(now))
    )
    settled = clocks.filter(_this_month(now)).aggregate(**_settled())
    return Promises(**under_way, **settled)


def _this_month(now: dt.datetime, at: str = "") -> Q:
    """What got its result since the first of the month; at: the way to the clock."""
    today = local(now).date()
    return Q((f"{at}settled_on__range", (today.replace(day=1), today)))


def in_hands(ward: int, office: int, at: str = "") -> dict[str, object]:
    """What runs in an office's hands; at: the way to the clock. "In" rather than "is", or SQLite takes the index of all that runs in
    the ward and looks for the office's among them."""
    return {f"{at}ward_id": ward, f"{at}office_id": office, f"{at}runs__in": [True]}


def _late(now: dt.datetime, at: str = "") -> Q:
    """What is late; at: the way to the clock."""
    return Q((f"{at}runs", True), (f"{at}late_from__lte", now))


def _soon(now: dt.datetime, at: str = "") -> Q:
    """What is not late yet and has used three quarters of its time."""
    return Q((f"{at}runs", True), (f"{at}late_from__gt", now), (f"{at}warn_from__lte", now))


@dataclass(frozen=True, slots=True)
class Board:
    """The page of dossiers. number: of the page, from 1; more: there is another."""

    rows: tuple[Row, ...]
    tallies: tuple[Tally, ...]
    promises: Promises
    group: str
    asked: str
    number: int
    more: bool
    is_empty: bool


def board(
    ward: int,
    *,
    now: dt.datetime,
    group: str = "",
    asked: str = "",
    number: int = 1,
    office: int | None = None,
) -> Board:
    """A page of the ward's dossiers, the most urgent first, and how many are in each group. office: of who asks; what it has in
    hands is told where there is any, as is what has no code yet. At most nine queries."""
    found = {name: _group(ward, name, now, office) for name in GROUPS}
    kept = promises(ward, now=now)
    counts = {name: found[name].order_by()[: _MOST_COUNTED + 1].count() for name in _CAPPED} | {
        "tre": kept.late,
        "sap-tre": kept.soon,
        "da-co-ket-qua": kept.settled,
    }
    group = (
        group
        if group in GROUPS
        else next((name for name in ("tre", "sap-tre", "dang-giai-quyet") if counts[name]), "tat-ca")
    )
    rows = found_by(ward, asked) if asked else found[group]
    start = (number - 1) * A_PAGE
    page = list(rows.select_related("clock")[start : start + A_PAGE + 1])
    is_waiting = group == "cho-ma" and not asked
    twins = listed_twins(ward, page[:A_PAGE]) if is_waiting else {}
    return Board(
        tuple(replace(row_of(one, now=now), twin=twins.get(one.pk, "")) for one in page[:A_PAGE]),
        tuple(
            Tally(
                name,
                words,
                None if name in _CAPPED and counts[name] > _MOST_COUNTED else counts[name],
                not asked and name == group,
            )
            for name, words in GROUPS.items()
            if name not in ("don-vi-toi", "cho-ma") or counts[name] or name == group
        ),
        kept,
        group,
        asked,
        number,
        len(page) > A_PAGE,
        not counts["tat-ca"],
    )


def provisional(ward: int) -> QuerySet[Dossier]:
    """What waits for the province's code, the oldest first, by the index of codes: every order of letters has them between "TAM" and
    "TAN"."""
    coded = Dossier.objects.filter(ward_id=ward, set_aside=False, code__gte="TAM", code__lt="TAN")
    return coded.filter(code__startswith=Dossier.PROVISIONAL).exclude(state="voided").order_by("id")


def listed_twins(ward: int, found: Sequence[Dossier]) -> dict[int, str]:
    """Of provisional dossiers, the oldest first, the code under which a list has brought what looks the same: procedure, owner and
    day of receipt, known by lists alone. One query; where two look the same, or two dossiers like one, nobody can say and none is told."""
    if not found:
        return {}
    days = {one.received_on for one in found if one.received_on}
    # a list tells of it after it came in here
    rows = Dossier.objects.filter(
        ward_id=ward,
        set_aside=False,
        system=Dossier.BESIDE,
        token="",
        received_on__in=days,
        pk__gt=found[0].pk,
    )
    told: dict[tuple[str, str, dt.date | None], set[str]] = {}
    for one in rows.only("code", "procedure_code", "procedure", "applicant", "received_on")[:_MOST_COUNTED]:
        for look in _looks(one):
            told.setdefault(look, set()).add(one.code)
    codes = {}
    for mine in found:
        like = {code for look in _looks(mine) for code in told.get(look, ())}
        if len(like) == 1:
            codes[mine.pk] = like.pop()
    offered = list(codes.values())
    return {pk: code for pk, code in codes.items() if offered.count(code) == 1}


def _looks(dossier: Dossier) -> set[tuple[str, str, dt.date | None]]:
    """By the procedure's code, and by its name."""
    owner, known = fold(dossier.applicant), procedure_code(dossier.procedure_code)
    names = {fold(dossier.procedure), known.base if known else ""} - {""}
    return {(name, owner, dossier.received_on) for name in names} if owner and dossier.received_on else set()


def _group(ward: int, name: str, now: dt.datetime, office: int | None = None) -> QuerySet[Dossier]:
    rows = Dossier.objects.filter(ward_id=ward, set_aside=False)
    runs = rows.filter(clock__ward_id=ward, clock__runs=True)
    match name:
        case "tre":
            return runs.filter(_late(now, "clock__")).order_by("clock__late_from", "id")
        case "sap-tre":
            return runs.filter(_soon(now, "clock__")).order_by("clock__late_from", "id")
        case "don-vi-toi":
            mine = rows.filter(**in_hands(ward, office, "clock__")) if office else rows.none()
            return mine.order_by(F("clock__late_from").asc(nulls_last=True), "id")
        case "dang-giai-quyet":
            return runs.order_by(F("clock__late_from").asc(nulls_last=True), "id")
        case "cho-ma":
            return provisional(ward)
        case "cho":
            return rows.filter(state__in=_WAITING).order_by("-id")
        case "da-co-ket-qua":
            done = rows.filter(_this_month(now, "clock__"), clock__ward_id=ward)
            return done.order_by("-clock__settled_on", "-id")
        case _:
            return rows.order_by("-id")


def found_by(ward: int, asked: str) -> QuerySet[Dossier]:
    """By a whole code (also the provisional one of a receipt), by a card number, tax code or phone of the owner or of who brought it,
    else by the words of code, owner and procedure without accents; the newest first. One query before them, for what is no code."""
    rows = Dossier.objects.filter(ward_id=ward, set_aside=False).order_by("-id")
    if code := dossier_code(asked):
        return rows.filter(code=code)
    if (begun := asked.strip().upper()).startswith(Dossier.PROVISIONAL):
        had_it = list(_learnt(ward, begun).values_list("dossier_id", flat=True)[:_MOST_PEOPLE])
        so_begun = Q(code__gte=begun, code__lt=begun + chr(0x10FFFD))  # a range, which an index answers
        return rows.filter(so_begun & Q(code__startswith=begun) | Q(pk__in=had_it))
    if people := with_number(ward, asked, most=_MOST_PEOPLE):
        return rows.filter(Q(citizen__in=people) | Q(brought_by__in=people))
    return words.by_words(ward, asked)


def row_of(dossier: Dossier, *, now: dt.datetime) -> Row:
    """How a dossier stands against its promise, in words."""
    clock, today = dossier.clock, local(now).date()
    if dossier.set_aside:
        return Row(dossier, "next", "Bỏ ra, vì danh sách nhận nhầm")
    if dossier.state in _DONE:
        if clock.late_days is None:
            return Row(dossier, "ok", dossier.state_name)
        late = f", trễ {clock.late_days} ngày làm việc" if clock.late_days else ", đúng hẹn"
        return Row(dossier, "warn" if clock.late_days else "ok", dossier.state_name + late)
    if not clock.runs:
        return Row(dossier, "next", dossier.state_name)
    promise = dossier.promise
    if promise is None or clock.late_from is None:
        return Row(dossier, "next", "Không có ngày hẹn")
    due_on = whole(promise).date()
    if clock.late_from <= now:
        days = (today - due_on).days
        return Row(dossier, "late", f"Trễ {days} ngày" if days else "Trễ từ hôm nay")
    days = (due_on - today).days
    left = f"Còn {days} ngày" if days else "Hẹn hôm nay"
    is_close = clock.warn_from is not None and clock.warn_from <= now
    return Row(dossier, "warn" if is_close else "next", left)


@dataclass(frozen=True, slots=True)
class Told(Happened):
    """An event of a dossier. paper: what its paper is called, "" for none; address: where that stands."""

    paper: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class DossierPage:
    """story: what happened, newest first; codes: the same as codes, oldest first. hands: whose it is now; result, collected, extended:
    of the events, as `dossier_story` says them. "" for what is not so. is_beside: another system makes its next move. legs: of a bundle."""

    row: Row
    story: tuple[Told, ...]
    codes: tuple[str, ...]
    hands: str
    result: str
    collected: str
    extended: str
    is_beside: bool
    legs: tuple[Shown, ...] = ()


def dossier_page(ward: int, code: str, *, now: dt.datetime) -> DossierPage:
    """One dossier and what happened to it, newest first. Two queries. Raises Missing."""
    dossier = (
        Dossier.objects.select_related(
            "clock", "clock__office", "clock__person", "told_in", "told_in__file", "citizen", "brought_by"
        )
        .filter(ward_id=ward, code=code)
        .first()
    )
    if dossier is None:
        raise Missing
    rows = Event.objects.select_related("by").filter(ward_id=ward, dossier=dossier).order_by("-id")[:200]
    events, done = list(rows), dossier.state in _DONE
    last = len(events) if len(events) < 200 else Event.objects.filter(ward_id=ward, dossier=dossier).count()
    return DossierPage(
        row_of(dossier, now=now),
        tuple(_happened(one, last - n, dossier) for n, one in enumerate(events)),
        tuple(one.code for one in reversed(events)),
        hands_of(dossier),
        dossier_story.result(_newest(events, "resolve")) if done else "",
        dossier_story.collected(_newest(events, "return-result")) if done else "",
        dossier_story.extended(_newest(events, "extend") or _newest(events, APOLOGISED)),
        dossier.system != Dossier.OWN and not dossier.set_aside and not _has_ended(dossier),
        legs_of(ward, events[::-1], now=now),
    )


def legs_of(ward: int, events: Sequence[Event], *, now: dt.datetime) -> tuple[Shown, ...]:
    """The legs of a bundle. events: its own, the oldest first. No query where it is none."""
    if not any(one.facts.get("legs") for one in events if one.code == "accept"):
        return ()
    return of_events(events, term_of(events), work_time(ward), now)


def hands_of(dossier: Dossier) -> str:
    """Whose it is; "" once it has ended, or where nobody said."""
    where, who = dossier.clock.office, dossier.clock.person
    if _has_ended(dossier):
        return ""
    return dossier_story.hands(where.name if where else None, who.full_name if who else None)


def _has_ended(dossier: Dossier) -> bool:
    return STATES[dossier.state].group == "ended"  # type: ignore[index]


def _newest(events: Sequence[Event], code: str) -> dict[str, Any]:
    """The facts of the newest event of this code since the count began, or began anew; events: newest first."""
    for one in events:
        if one.code == code:
            return dict(one.facts)
        if one.code == "reopen":
            break
    return {}


def next_in_hands(ward: int, office: int | None, *, but: Dossier, now: dt.datetime) -> Row | None:
    """The most urgent of the running dossiers that an office has in its hands, besides one. One query, by its index."""
    if office is None:
        return None
    clocks = DossierClock.objects.select_related("dossier").filter(**in_hands(ward, office))
    mine = clocks.filter(dossier__set_aside=False).exclude(dossier_id=but.pk)
    found = mine.order_by(F("late_from").asc(nulls_last=True), "dossier_id").first()
    return row_of(found.dossier, now=now) if found else None


def renamed(ward: int, code: str) -> Dossier:
    """The dossier that had this provisional code before the province's was known. One query, by its index. Raises Missing."""
    if code.startswith(Dossier.PROVISIONAL):
        found = _learnt(ward, code).select_related("dossier").first()
        if found is not None:
            return found.dossier
    raise Missing


def _learnt(ward: int, code: str) -> QuerySet[Event]:
    return Event.objects.filter(ward_id=ward, code="code-learnt", facts__before=code)


def dossier_with_newest(ward: int, code: str) -> tuple[Dossier, int]:
    """A dossier by its code, and the number of its newest event. Raises Missing."""
    newest = Event.objects.filter(dossier=OuterRef("pk")).order_by("-id").values("id")[:1]
    found = (
        Dossier.objects.select_related("clock")
        .filter(ward_id=ward, code=code)
        .annotate(newest=Subquery(newest))
        .first()
    )
    if found is None:
        raise Missing
    return found, found.newest or 0


def _happened(event: Event, nth: int, dossier: Dossier) -> Told:
    changes = tuple(tuple(one) for one in event.facts.get("changes", ()))
    who = event.by.full_name if event.by else "Người dân" if event.code == AGREED else "Phần mềm"
    paper = paper_of(dossier, event)
    return Told(
        event.at, who, dossier_story.told(event.code, event.facts), changes, event.word, papers.SHORT.get(paper, ""),
        paper_address(dossier.code, nth) if paper else "",
    )  # fmt: skip


def paper_of(dossier: Dossier, event: Event) -> str:
    """The form of the paper that an event has, "" for none, or where the dossier tells of nobody any more."""
    if dossier.forgotten_at:
        return ""
    return papers.form_of(event.code, event.facts, is_police=has_police_forms(dossier.procedure_code))


def has_happened(dossier: Dossier, code: str) -> bool:
    """Whether it has an event of this code. One query."""
    return Event.objects.filter(dossier=dossier, code=code).exists()


def events_of(dossier: Dossier, *, most: int | None = None) -> list[Event]:
    """What happened to a dossier, oldest first, at most so many. One query."""
    rows = Event.objects.select_related("by").filter(ward_id=dossier.ward_id, dossier=dossier)
    return list(rows.order_by("id")[:most])


def for_paper(ward: int, code: str) -> Dossier:
    """A dossier with all that a paper says of it. One query. Raises Missing."""
    found = Dossier.objects.select_related("clock", "citizen", "brought_by", "version")
    dossier = found.filter(ward_id=ward, code=code).first()
    if dossier is None:
        raise Missing
    return dossier


def void_words(ward: int, dossiers: Sequence[int]) -> dict[int, str]:
    """Why numbers were made void: dossier → word. One query."""
    found = Event.objects.filter(ward_id=ward, dossier_id__in=list(dossiers), code="void")
    return dict(found.values_list("dossier_id", "word"))


def list_for(ward: int, token: str) -> DossierList:
    """The one door to a list: by its address, in the actor's ward. Raises Missing."""
    found = DossierList.objects.select_related("file", "made_by").filter(ward_id=ward, token=token).first()
    if found is None:
        raise Missing
    return found


def lists(ward: int, *, most: int = 20) -> Sequence[DossierList]:
    """The newest lists that were brought. One query."""
    return list(
        DossierList.objects.select_related("file", "made_by").filter(ward_id=ward).order_by("-id")[:most]
    )


def export_rows(
    ward: int, *, now: dt.datetime, group: str, asked: str, most: int, office: int | None = None
) -> list[Row]:
    """The rows of a filter, for a file: at most so many. One query."""
    rows = found_by(ward, asked) if asked else _group(ward, group, now, office)
    return [row_of(one, now=now) for one in rows.select_related("clock")[:most]]


@dataclass(frozen=True, slots=True)
class Apologies:
    """What is owed to people whose promise is not kept. due: their last day to be told has come and nobody has, not late yet;
    missing: late and never told; made: told this month; again: told, and late
    once more, under way or settled this month."""

    due: int
    missing: int
    made: int
    again: int

    @property
    def all(self) -> int:
        """Who is to be told today, late already or not yet."""
        return self.due + self.missing


def apologies(ward: int, *, now: dt.datetime, office: int | None = None) -> Apologies:
    """The ward's, or an office's. Of the ward's own and of those beside. Two queries, over what is under
    way and over a year's apologies, each by its index: whatever lies behind."""
    hands = {"ward_id": ward, "runs": True} if office is None else in_hands(ward, office)
    under_way = DossierClock.objects.filter(**hands).aggregate(**_untold(now))
    told = _told(ward, now, office)
    return _apologies(under_way, told.aggregate(**_made(now)))


def kept_and_told(ward: int, *, now: dt.datetime) -> tuple[Promises, Apologies]:
    """`promises` and `apologies` of a ward, by the same sums, in two queries for a page that shows both."""
    clocks = DossierClock.objects.filter(ward_id=ward)
    under_way = clocks.filter(runs=True).aggregate(
        late=Count("late_from", filter=_late(now)), soon=Count("late_from", filter=_soon(now)), **_untold(now)
    )
    nothing = Count("pk", filter=Q(pk__isnull=True))
    settled = clocks.filter(_this_month(now)).annotate(which=Value("settled")).values_list("which")
    told = _told(ward, now, None).annotate(which=Value("told")).values_list("which")
    both = {
        which: counts
        for which, *counts in settled.annotate(**_settled()).union(
            told.annotate(**_made(now), none=nothing), all=True
        )
    }
    counts = both.get("settled", [0, 0, 0])
    made = dict(zip(_made(now), both.get("told", [0, 0, 0]), strict=False))
    return Promises(under_way["late"], under_way["soon"], *counts), _apologies(under_way, made)


def _settled() -> dict[str, Count]:
    """Of this month's results."""
    return {
        "settled": Count("settled_on"),
        "promised": Count("late_days"),
        "missed": Count("late_days", filter=Q(late_days__gt=0)),
    }


def _untold(now: dt.datetime) -> dict[str, Count]:
    """Of what is under way."""
    return {
        "due": Count("pk", filter=owes_apology(now) & Q(late_from__gt=now)),
        "missing": Count("pk", filter=owes_apology(now) & Q(late_from__lte=now)),
        "again": Count("pk", filter=Q(late_from__lte=now, apologised_on__isnull=False)),
    }


def _told(ward: int, now: dt.datetime, office: int | None) -> QuerySet[DossierClock]:
    """What was apologised for this month or in the year before it."""
    since = local(now).date().replace(day=1) - dt.timedelta(days=366)
    told = DossierClock.objects.filter(ward_id=ward, apologised_on__gte=since)
    return told if office is None else told.filter(office_id=office)


def _made(now: dt.datetime) -> dict[str, Count]:
    today = local(now).date()
    month = (today.replace(day=1), today)
    return {
        "made": Count("pk", filter=Q(apologised_on__range=month)),
        "again": Count("pk", filter=Q(settled_on__range=month, late_days__gt=0)),
    }


def _apologies(under_way: Mapping[str, int], told: Mapping[str, int]) -> Apologies:
    again = under_way["again"] + told["again"]
    return Apologies(under_way["due"], under_way["missing"], told["made"], again)


def apologised_by_month(
    ward: int, *, since: dt.date, now: dt.datetime, office: int | None
) -> dict[tuple[dt.date, str], tuple[int, int]]:
    """(first of a month, office) → (how many were apologised for in it, how many of them are late once more). One query, by the index of
    the apologies."""
    rows = DossierClock.objects.filter(ward_id=ward, apologised_on__gte=since)
    if office is not None:
        rows = rows.filter(office_id=office)
    counts = rows.values_list(TruncMonth("apologised_on"), "office__name").annotate(
        made=Count("pk"), again=Count("pk", filter=_late(now) | Q(late_days__gt=0))
    )
    return {(month, name or ""): (made, again) for month, name, made, again in counts.order_by()}


def owes_apology(now: dt.datetime, at: str = "") -> Q:
    """What runs, was never apologised for, and is late or will be after the last day to say so; at: the way to the clock."""
    is_near = Q((f"{at}apology_by__lte", local(now).date())) | Q((f"{at}late_from__lte", now))
    return is_near & Q((f"{at}runs", True), (f"{at}apologised_on", None), (f"{at}late_from__isnull", False))


@dataclass(frozen=True, slots=True)
class Sight:
    """Which dossiers close to their promise somebody sees. office: None for the whole ward's; is_head: from 90 percent, not 75."""

    office: int | None
    is_head: bool

    @classmethod
    def of(cls, role: str, office: int | None) -> Sight:
        is_above = role in (rights.LEADER, rights.COORDINATOR)
        return cls(None if is_above else office, role != rights.OFFICER)


@dataclass(frozen=True, slots=True)
class Nearing:
    """office → how many of its running dossiers an officer, a head should see by now."""

    counts: Mapping[int | None, tuple[int, int]]

    def seen(self, sight: Sight) -> int:
        rows = self.counts.values() if sight.office is None else [self.counts.get(sight.office, (0, 0))]
        return sum(row[sight.is_head] for row in rows)


def nearing(ward: int, *, now: dt.datetime) -> Nearing:
    """What is late, due today, or has used so much of its time. One query for everybody."""
    clocks = DossierClock.objects.filter(ward_id=ward, runs=True)
    rows = clocks.filter(is_near(now, is_head=False)).values_list("office_id").order_by()
    found = rows.annotate(officer=Count("pk"), head=Count("pk", filter=is_near(now, is_head=True)))
    return Nearing({office: (officer, head) for office, officer, head in found})


def is_near(now: dt.datetime, *, is_head: bool) -> Q:
    """What an officer, a head should see by now."""
    used = Q(urgent_from__lte=now) if is_head else Q(warn_from__lte=now)
    return Q(late_from__lte=end_of(now)) | used & Q(late_from__isnull=False)


def end_of(now: dt.datetime) -> dt.datetime:
    """The moment after the last one of the ward's day: what is late from then on is due today."""
    return local(now).replace(hour=0, minute=0, second=0, microsecond=0) + dt.timedelta(days=1)


def with_clock(clock: DossierClock) -> Dossier:
    """The dossier of a clock, which it has at hand then."""
    dossier = clock.dossier
    dossier.clock = clock
    return dossier
