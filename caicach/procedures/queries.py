"""What the screens show of procedures: frozen facts, a fixed number of queries, nothing that grows with the catalogue."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet

from caicach.core.http import Missing
from caicach.history import queries as history
from caicach.history.queries import Happened
from caicach.organisation.queries import work_time
from caicach.procedures.models import OWN, Case, Component, Procedure, StepSpec, Version
from caicach.rules.dossier_clock import Counting, Term
from caicach.rules.formats import day as day_words
from caicach.rules.procedures import (
    CUTS,
    PROMISED,
    Cut,
    Span,
    cut_of,
    hours,
    missing,
    percent,
    procedure_code,
    share_cut,
    total_cut,
)
from caicach.rules.search import Entry, Index, Text
from caicach.rules.vntext import key

if TYPE_CHECKING:
    from caicach.history.queries import Told

GROUPS = {
    "dang-ap-dung": "Đang áp dụng", "chua-doi-chieu": "Chưa đối chiếu", "sap-ap-dung": "Sắp áp dụng", "het-ap-dung": "Hết áp dụng",
}  # fmt: skip
"""what the list can be filtered by"""
_TONES = {"dang-ap-dung": "ok", "chua-doi-chieu": "warn", "sap-ap-dung": "next", "het-ap-dung": "plain"}


def version_on(procedure: Procedure, day: dt.date) -> Version | None:
    """What a procedure is on a day: what a dossier of that day stands under. One query."""
    return _on(Version.objects.filter(ward_id=procedure.ward_id, procedure=procedure), day).first()


def _on(versions: QuerySet[Version], day: dt.date) -> QuerySet[Version]:
    return versions.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)


# --- the list --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Terms:
    """What each procedure promises, by the day of receipt: national code → its versions, the newest first."""

    versions: Mapping[str, Sequence[Version]]
    names: Mapping[str, str]
    """a procedure's name without accents → its code, of names that only one has"""

    def code_of(self, code: str, name: str) -> str:
        """The code by which `on` finds it, of a list that may say only its name; "" where the catalogue has no such procedure."""
        if code:
            known = procedure_code(code)
            return known.base if known and known.base in self.versions else ""
        return self.names.get(key(name), "")

    def on(self, code: str, day: dt.date, counting: Counting) -> Term | None:
        """The term of a dossier received on a day; code: also of a province's copy of the procedure. None: not known."""
        known = procedure_code(code)
        for one in self.versions.get(known.base if known else "", ()):
            if is_on(one, day):
                return one.term(counting)
        return None


def terms_on(ward: int) -> Terms:
    """The terms of every version of the ward's catalogue. One query."""
    found: dict[str, list[Version]] = {}
    for one in (
        Version.objects.select_related("procedure")
        .filter(ward_id=ward)
        .only(
            "valid_from",
            "valid_to",
            "statutory_unit",
            "statutory_amount",
            "ward_unit",
            "ward_amount",
            "name",
            "procedure__code",
        )
        .order_by("-valid_from")
    ):
        found.setdefault(one.procedure.code, []).append(one)
    codes: dict[str, set[str]] = {}
    for code, versions in found.items():
        for one in versions:
            codes.setdefault(key(one.name), set()).add(code)
    return Terms(found, {name: next(iter(some)) for name, some in codes.items() if len(some) == 1})


@dataclass(frozen=True, slots=True)
class Tally:
    group: str
    name: str
    count: int
    is_on: bool

    @property
    def tone(self) -> str:
        return _TONES[self.group]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """fields: (name, how many); near: the finds needed a mistake forgiven."""

    rows: tuple[Version, ...]
    tallies: tuple[Tally, ...]
    fields: tuple[tuple[str, int], ...]
    group: str
    field: str
    asked: str
    near: bool
    is_empty: bool

    @property
    def query(self) -> str:
        """ "?nhom=…" of what is shown, for its files."""
        return f"?{self._query(self.field)}"

    @property
    def without_field(self) -> str:
        return self._query("")

    @property
    def field_links(self) -> list[tuple[str, int, str]]:
        """(name, how many, the query that shows them)."""
        return [(name, count, self._query(name)) for name, count in self.fields]

    def _query(self, field: str) -> str:
        pairs = (("nhom", "" if self.asked else self.group), ("tim", self.asked), ("linh-vuc", field))
        return urlencode([(name, value) for name, value in pairs if value])


def catalogue(ward: int, *, today: dt.date, group: str = "", field: str = "", asked: str = "") -> Catalogue:
    """The ward's procedures by group, field, and words: one version of each, as it is today, will be, or was last. One query."""
    group = group if group in GROUPS else "dang-ap-dung"
    shown = _shown(ward, today)
    groups: dict[str, list[Version]] = {name: [] for name in GROUPS}
    for one in shown:
        for name in _groups(one, today):
            groups[name].append(one)
    rows, near = groups[group], False
    if asked:
        rows, near = find(shown, asked)
    fields = Counter(one.field for one in rows if one.field)
    if field:
        rows = [one for one in rows if one.field == field]
    return Catalogue(
        tuple(rows),
        tuple(
            Tally(name, words, len(groups[name]), not asked and name == group)
            for name, words in GROUPS.items()
        ),
        tuple(sorted(fields.items(), key=lambda pair: key(pair[0]))),
        group,
        field,
        asked,
        near,
        not shown,
    )


def _shown(ward: int, today: dt.date) -> list[Version]:
    """One version of each procedure: that of today, else the next, else the last."""
    later = Version.objects.filter(procedure=OuterRef("procedure"), valid_from__gt=OuterRef("valid_from"))
    wanted = Version.objects.select_related("procedure").filter(ward_id=ward)
    wanted = wanted.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=today) | ~Exists(later))
    best: dict[int, Version] = {}
    for one in wanted.order_by("valid_from"):
        there = best.get(one.procedure_id)
        if there is None or (not is_on(there, today) and there.valid_from <= today):
            best[one.procedure_id] = one
    return sorted(best.values(), key=lambda one: (key(one.field), key(one.name), one.pk))


def is_on(version: Version, day: dt.date) -> bool:
    return version.valid_from <= day and (version.valid_to is None or version.valid_to >= day)


def _groups(version: Version, today: dt.date) -> list[str]:
    if is_on(version, today):
        return ["dang-ap-dung"] if version.checked else ["dang-ap-dung", "chua-doi-chieu"]
    return ["sap-ap-dung"] if version.valid_from > today else ["het-ap-dung"]


@dataclass(frozen=True, slots=True)
class Kept:
    """A procedure in force, and whether this programme keeps its dossiers."""

    code: str
    name: str
    is_own: bool


def kept(ward: int, *, today: dt.date) -> list[tuple[str, list[Kept]]]:
    """(field, its procedures), all that are in force. One query."""
    found: dict[str, list[Kept]] = {}
    for one in _on(Version.objects.select_related("procedure").filter(ward_id=ward), today):
        found.setdefault(one.field, []).append(Kept(one.procedure.code, one.name, one.system == OWN))
    return [
        (field or "Chưa ghi lĩnh vực", sorted(rows, key=lambda row: key(row.name)))
        for field, rows in sorted(found.items(), key=lambda pair: (not pair[0], key(pair[0])))
    ]


_FILLERS = frozenset(
    "anh chi em toi minh muon can xin hoi giup lam o ve thi nhu nao the thu tuc gi de cho".split()
)
"""what people say around what they want"""


def find(versions: Sequence[Version], asked: str) -> tuple[list[Version], bool]:
    """Those that the words fit, best first: by code, name, everyday words, without accents, with slips; whether they are near."""
    index = Index([
        Entry("procedure", n, (
            Text("code", f"{one.procedure.code} {one.procedure.code.replace('.', '')}", 9), Text("name", one.name, 9),
            *(Text("everyday", words, 8) for words in one.everyday), Text("field", one.field, 3),
        ))
        for n, one in enumerate(versions)
    ])  # fmt: skip
    found = index.find(asked)
    if not found or found[0].near:
        bare = " ".join(word for word in key(asked).split() if word not in _FILLERS)
        if bare and bare != key(asked):
            found = index.find(bare) or found
    near = bool(found) and found[0].near
    # of those that fit as well the plainest name comes first: "đăng ký khai tử" before "đăng ký lại khai tử"
    ordered = sorted(found, key=lambda one: (-round(one.score, 3), len(versions[one.entry.id].name)))
    return [versions[one.entry.id] for one in ordered], near


# --- one procedure ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ProcedurePage:
    """version: the one that is looked at; now: whether it is in force today; share: cut of the law's time, in words."""

    procedure: Procedure
    version: Version
    standing: str
    tone: str
    components: tuple[Component, ...]
    steps: tuple[StepSpec, ...]
    cases: tuple[Case, ...]
    versions: tuple[Version, ...]
    cut: Cut
    share: str
    story: tuple[Happened, ...] = ()

    @property
    def is_now(self) -> bool:
        return self.tone == "ok"

    @property
    def is_newest(self) -> bool:
        return self.version == self.versions[0]


def procedure_for(ward: int, code: str) -> Procedure:
    """The one door to a procedure: by its code, in the actor's ward. One query. Raises Missing."""
    found = Procedure.objects.filter(ward_id=ward, code=code).first()
    if found is None:
        raise Missing
    return found


def shares_of(version: int | None) -> list[tuple[str, int]]:
    """The steps of a version in their order: (office, or what is done where none is named; percent of the time). One query."""
    steps = StepSpec.objects.filter(version_id=version).select_related("office") if version else ()
    return [(one.office.name if one.office else one.name, one.share_percent) for one in steps]


def newest_version(procedure: Procedure) -> Version:
    """The last version, also where it is over or has not begun. One query. Raises Missing."""
    found = (
        Version.objects.filter(ward_id=procedure.ward_id, procedure=procedure).order_by("-valid_from").first()
    )
    if found is None:
        raise Missing
    return found


def procedure_page(
    ward: int, code: str, *, today: dt.date, since: dt.date | None = None, with_story: bool = True
) -> ProcedurePage:
    """A procedure as it is today, or the version that begins on a day, with all that belongs to it. Seven queries at most.
    Raises Missing."""
    procedure = procedure_for(ward, code)
    versions = list(
        Version.objects.filter(ward_id=ward, procedure=procedure).order_by("-valid_from").select_related("procedure")
    )  # fmt: skip
    if since is not None:
        versions_of_day = [one for one in versions if one.valid_from == since]
    else:
        versions_of_day = [one for one in versions if is_on(one, today)] or versions[:1]
    if not versions_of_day:
        raise Missing
    version = versions_of_day[0]
    a_day = work_time(ward).minutes_a_day
    share = share_cut(version.law, version.own, a_day=a_day) if version.law else Fraction(0)
    standing, tone = _standing(version, today)
    return ProcedurePage(
        procedure,
        version,
        standing,
        tone,
        tuple(Component.objects.filter(ward_id=ward, version=version)),
        tuple(StepSpec.objects.filter(ward_id=ward, version=version).select_related("office")),
        tuple(Case.objects.filter(ward_id=ward, version=version)),
        tuple(versions),
        cut_of(version.level, version.law, version.own, a_day=a_day),
        percent(share) if share else "",
        tuple(map(_happened, history.of(ward, "procedures.procedure", [procedure.pk], most=100)))
        if with_story
        else (),
    )


def _standing(version: Version, today: dt.date) -> tuple[str, str]:
    if version.valid_from > today:
        return f"Áp dụng từ {day_words(version.valid_from)}", "next"
    if version.valid_to is not None and version.valid_to < today:
        return f"Áp dụng đến hết {day_words(version.valid_to)}", "plain"
    return "Đang áp dụng", "ok"


_SAID = {
    "procedure.published": "đưa vào danh mục", "procedure.ended": "cho hết áp dụng", "procedure.time-set": "đặt thời hạn của phường",
    "procedure.mended": "sửa chữ", "procedure.checked": "đã đối chiếu", "procedure.code-given": "ghi mã quốc gia", "procedure.kept": "đổi nơi giữ hồ sơ",
}  # fmt: skip
_FIELDS = {
    "name": "Tên", "everyday_words": "Cách gọi thường ngày", "field": "Lĩnh vực", "who_may_ask": "Ai được làm", "result": "Kết quả",
    "legal_basis": "Căn cứ", "conditions": "Điều kiện", "decides": "Cơ quan giải quyết", "time_words": "Thời hạn theo văn bản",
    "fee_words": "Phí, lệ phí", "source": "Nguồn",
}  # fmt: skip


def _happened(told: Told) -> Happened:
    facts: Mapping[str, object] = told.facts
    what = _SAID.get(told.code, told.code)
    changes = [tuple(one) for one in facts.get("changes") or ()]  # type: ignore[attr-defined]
    match told.code:
        case "procedure.published" if not facts.get("is_new"):
            what = "cập nhật"
        case "procedure.time-set" | "procedure.code-given":
            changes = [
                ("Thời hạn" if told.code == "procedure.time-set" else "Mã", facts["before"], facts["after"])
            ]
    if since := facts.get("since"):
        what += f", {'từ' if told.code != 'procedure.checked' else 'bản từ'} {day_words(dt.date.fromisoformat(str(since)))}"
    papers = [str(facts[name]) for name in ("decision", "document") if facts.get(name)]
    return Happened(
        told.at,
        told.who or "Phần mềm",
        ", ".join([what, *papers]),
        tuple((_FIELDS.get(str(name), str(name)), str(a) or "–", str(b) or "–") for name, a, b in changes),
        told.word,
    )


# --- the promise to cut ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CutRow:
    """A procedure's time by law and as the ward promises it. wide, own: both in percent of the longest; missing: minutes of work
    that it still holds back."""

    version: Version
    group: Cut
    law: Span | None
    promised: Span | None
    law_hours: str
    own_hours: str
    share: str
    wide: int
    own: int
    missing: Fraction

    @property
    def missing_hours(self) -> str:
        return hours(self.missing) if self.missing else ""

    @property
    def is_counted(self) -> bool:
        return self.group in COUNTED

    @property
    def tone(self) -> str:
        return {"reached": "ok", "short": "warn", "as-law": "late"}.get(self.group, "plain")


@dataclass(frozen=True, slots=True)
class CutTally:
    group: str
    name: str
    count: int
    tone: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class CutPage:
    """The promise to cut: rows of the group that is asked for; total: 1 − Σ ward ÷ Σ law over all that have a time to cut, None
    without any; law_hours, own_hours: those sums; counted: over how many."""

    rows: tuple[CutRow, ...]
    tallies: tuple[CutTally, ...]
    group: str
    total: str
    is_kept: bool
    law_hours: str
    own_hours: str
    counted: int
    held_back: int
    is_empty: bool


_CUT_TONES: dict[Cut, str] = {"reached": "ok", "short": "warn", "as-law": "late", "same-day": "next", "unknown": "plain", "others": "plain"}  # fmt: skip
CUT_PARTS = {"dat": "reached", "chua-du": "short", "chua-cat": "as-law", "trong-ngay": "same-day", "chua-ro": "unknown", "noi-khac": "others"}  # fmt: skip
"""name in an address → group"""


COUNTED: tuple[Cut, ...] = ("as-law", "short", "reached")
"""the groups that the total counts"""


def cut_page(ward: int, *, today: dt.date, part: str = "") -> CutPage:
    """Each procedure in force: the law's time beside the ward's, those that hold the promise back first. Two queries."""
    a_day = work_time(ward).minutes_a_day
    versions = list(_on(Version.objects.filter(ward_id=ward), today).select_related("procedure"))
    stands = [(one, cut_of(one.level, one.law, one.own, a_day=a_day)) for one in versions]
    counted = [(one.law, one.own) for one, group in stands if one.law and group in COUNTED]
    law = sum((law.minutes(a_day) for law, _ in counted), Fraction(0))
    own = sum(((own or law).minutes(a_day) for law, own in counted), Fraction(0))
    total = total_cut(counted, a_day=a_day)
    counts = Counter(group for _, group in stands)
    longest = max((law.minutes(a_day) for law, _ in counted), default=Fraction(1))
    wanted = CUT_PARTS.get(part)
    rows = [_cut_row(one, group, a_day, longest) for one, group in stands if wanted in (None, group)]
    order = list(CUTS)
    rows.sort(key=lambda row: (-row.missing, -row.wide, key(row.version.name)))
    if wanted is None:
        rows = [row for row in rows if row.group in COUNTED]
    names = {group: name for name, group in CUT_PARTS.items()}
    return CutPage(
        tuple(rows),
        tuple(
            CutTally(names[group], CUTS[group], counts[group], _CUT_TONES[group], group == wanted)
            for group in order
        ),
        part if wanted else "",
        "" if total is None else percent(total),
        total is not None and total >= PROMISED,
        hours(law),
        hours(own),
        len(counted),
        counts["short"] + counts["as-law"],
        not versions,
    )


def _cut_row(version: Version, group: Cut, a_day: int, longest: Fraction) -> CutRow:
    law, promised = version.law, version.promised
    if law is None or promised is None:
        return CutRow(version, group, None, None, "", "", "", 0, 0, Fraction(0))
    share = share_cut(law, version.own, a_day=a_day)
    return CutRow(
        version,
        group,
        law,
        promised,
        hours(law.minutes(a_day)),
        hours(promised.minutes(a_day)),
        percent(share) if share else "0%",
        min(100, max(1, int(law.minutes(a_day) * 100 / longest))),
        min(100, max(1, int(promised.minutes(a_day) * 100 / longest))),
        missing(law, version.own, a_day=a_day) if group in COUNTED else Fraction(0),
    )


@dataclass(frozen=True, slots=True)
class Shortened:
    """A procedure in force as it would be with a shorter time. steps: (name, office, percent) in their order; cut: the share of the
    law's time that it does without then; total, was_total: of the whole catalogue, then and now, None without any; kept: of how
    many procedures the promise is kept, then and now."""

    version: Version
    steps: tuple[tuple[str, str, int], ...]
    cut: Fraction | None
    was_cut: Fraction | None
    total: Fraction | None
    was_total: Fraction | None
    reached: int
    was_reached: int
    counted: int


def shortened(ward: int, code: str, own: Span | None, *, today: dt.date) -> Shortened:
    """What a time of the ward's would do to the promise to cut; None: what holds now. Two queries. Raises Missing for what is
    not in force."""
    a_day = work_time(ward).minutes_a_day
    versions = list(_on(Version.objects.filter(ward_id=ward), today).select_related("procedure"))
    version = next((one for one in versions if one.procedure.code == code), None)
    if version is None:
        raise Missing
    steps = StepSpec.objects.filter(ward_id=ward, version=version).select_related("office")

    def counted(shorter: Span | None) -> tuple[Fraction | None, int, int]:
        pairs = [(one.level, one.law, shorter if one is version and shorter else one.own) for one in versions]
        groups = [cut_of(level, law, ward_time, a_day=a_day) for level, law, ward_time in pairs]
        some = [(law, ward_time) for (_, law, ward_time), group in zip(pairs, groups, strict=True) if law and group in COUNTED]  # fmt: skip
        return total_cut(some, a_day=a_day), groups.count("reached"), len(some)

    then, now = counted(own), counted(None)
    return Shortened(
        version,
        tuple((one.name, one.office.name if one.office else "", one.share_percent) for one in steps),
        share_cut(version.law, own or version.own, a_day=a_day) if version.law else None,
        share_cut(version.law, version.own, a_day=a_day) if version.law else None,
        then[0],
        now[0],
        then[1],
        now[1],
        now[2],
    )


# --- for citizens, for forms -----------------------------------------------------------------------------------


def public_catalogue(ward: int, *, today: dt.date, asked: str = "", field: str = "") -> Catalogue:
    """What citizens find: only what is in force. One query."""
    rows = list(_on(Version.objects.filter(ward_id=ward), today).select_related("procedure"))
    rows.sort(key=lambda one: (key(one.field), key(one.name), one.pk))
    is_empty, near = not rows, False
    if asked:
        rows, near = find(rows, asked)
    fields = Counter(one.field for one in rows if one.field)
    if field:
        rows = [one for one in rows if one.field == field]
    by_field = tuple(sorted(fields.items(), key=lambda pair: key(pair[0])))
    return Catalogue(tuple(rows), (), by_field, "dang-ap-dung", field, asked, near, is_empty)


def next_day(version: Version, today: dt.date) -> dt.date:
    """The first day from today on from which another version may be valid."""
    return max(today, version.valid_from + dt.timedelta(days=1))


def for_intake(ward: int, code: str, day: dt.date) -> tuple[QuerySet[Version], QuerySet[Component], QuerySet[StepSpec], QuerySet[Case]]:  # fmt: skip
    """What a dossier of this procedure stands under on a day, its papers, steps and cases: questions for `trip.ask`."""
    version = _on(Version.objects.filter(ward_id=ward, procedure__code=code, procedure__ward_id=ward), day)
    of = {"ward_id": ward, "version__in": version.values("pk")}
    return (
        version.select_related("procedure"),
        Component.objects.filter(**of),
        StepSpec.objects.filter(**of).select_related("office"),
        Case.objects.filter(**of),
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """A procedure in force, with its papers and steps."""

    version: Version
    components: tuple[Component, ...]
    steps: tuple[StepSpec, ...]


def standing(ward: int, *, day: dt.date) -> list[Standing]:
    """The whole catalogue as it stands on a day, in the order of the codes. Three queries."""
    versions = _on(Version.objects.filter(ward_id=ward), day).select_related("procedure")
    of: dict[str, Any] = {"ward_id": ward, "version__in": versions.order_by().values("pk")}
    papers = Component.objects.filter(**of).order_by("version", "position")
    steps = StepSpec.objects.filter(**of).select_related("office").order_by("version", "position")
    parts: dict[int, list[Component]] = {}
    ways: dict[int, list[StepSpec]] = {}
    for paper in papers:
        parts.setdefault(paper.version_id, []).append(paper)
    for step in steps:
        ways.setdefault(step.version_id, []).append(step)
    return [
        Standing(one, tuple(parts.get(one.pk, ())), tuple(ways.get(one.pk, ())))
        for one in versions.order_by("procedure__code")
    ]


def offered(ward: int, *, today: dt.date, asked: str = "", most: int = 8) -> list[Version]:
    """What the counter takes in, by everyday words or code, best first; without words the first of the catalogue. One query."""
    rows = list(_on(Version.objects.filter(ward_id=ward, at_counter=True), today).select_related("procedure"))
    rows.sort(key=lambda one: (key(one.field), key(one.name), one.pk))
    return (find(rows, asked)[0] if asked else rows)[:most]


def names(ward: int) -> dict[str, str]:
    """The names of the catalogue's procedures, by national code and by the name without accents. One query."""
    found: dict[str, str] = {}
    for code, name in (
        Version.objects.filter(ward_id=ward).order_by("valid_from").values_list("procedure__code", "name")
    ):
        found[code] = found[key(name)] = name
    return found
