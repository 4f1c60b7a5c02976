"""The verbs of the catalogue: a decision brings, changes and ends procedures; the ward shortens a time; a slip is mended.

The ward's row is held first by every verb: two people at one catalogue, or two presses, come one after the other.

A version is never changed once its first day is there: what came in under it stays under it. Only slips in its words are mended,
and that it was checked is said; both are told in its history.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery

from caicach.history import queries as happened
from caicach.history import services as history
from caicach.organisation import services as organisation
from caicach.organisation.queries import work_time
from caicach.procedures.models import Case, Component, Procedure, StepSpec, Version, decision_words
from caicach.rules.dossier_clock import MOST
from caicach.rules.formats import day as day_words
from caicach.rules.legs import longest, written
from caicach.rules.merging import merge
from caicach.rules.procedures import FEES, LEVELS, UNITS, Span, procedure_code
from caicach.rules.refusal import Refusal
from caicach.rules.vntext import squeeze

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Decision:
    """The document that publishes procedures; an empty number where it is not known yet."""

    number: str = ""
    day: dt.date | None = None
    issuer: str = ""

    @property
    def words(self) -> str:
        return decision_words(self.number, self.day, self.issuer)


@dataclass(frozen=True, slots=True)
class Paper:
    """A component, as `models.Component`."""

    name: str
    originals: int = 1
    copies: int = 0
    required_when: str = ""
    form: str = ""
    reusable: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """office: its id."""

    name: str
    share: int
    office: int | None = None


@dataclass(frozen=True, slots=True)
class Variant:
    """A case, as `models.Case`."""

    name: str
    when: str = ""
    law: Span | None = None
    fee_status: str = ""
    fee_words: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A procedure as a decision has it: the fields of `models.Version`."""

    code: str
    name: str
    everyday_words: str = ""
    field: str = ""
    level: str = "commune"
    who_may_ask: str = ""
    at_counter: bool = True
    by_post: bool = False
    online: str = ""
    result: str = ""
    legal_basis: str = ""
    conditions: str = ""
    legs: str = ""
    decides: str = ""
    law: Span | None = None
    own: Span | None = None
    ward_decision: str = ""
    time_words: str = ""
    fee_status: str = "unknown"
    fee_words: str = ""
    fee_amount: int | None = None
    source: str = ""
    checked: bool = False
    system: str = "beside"
    components: tuple[Paper, ...] = ()
    steps: tuple[Step, ...] = ()
    cases: tuple[Variant, ...] = ()


@transaction.atomic
def publish(
    *,
    ward: int,
    decision: Decision,
    valid_from: dt.date,
    brings: Sequence[Entry],
    ends: Sequence[str] = (),
    by: int | None,
    at: dt.datetime,
    today: dt.date,
    only_new: bool = False,
    token: str = "",
    seen: int | None = None,
) -> list[Version]:
    """A decision brings procedures, new ones or changed ones, and ends others (by code), from a day. All or nothing.

    The version before ends the day before. One that has not begun yet and begins the same day is replaced.
    token: of the form that sends one; the same again makes nothing. seen: the newest version that the sender's form began with.
    As many statements for one as for a hundred. Raises Refusal procedure.changed-meanwhile, procedure.code-malformed, .code-twice, .code-taken (only_new),
    .name-missing, .time-incomplete, .time-longer, .shares, .fee-missing, .dates-backwards, .unknown, .not-in-force.
    """
    organisation.hold(ward)
    a_day = work_time(ward).minutes_a_day
    entries = [fit(entry, a_day) for entry in brings]
    if token and (
        made := list(Version.objects.select_related("procedure").filter(ward_id=ward, token=token))
    ):
        if made[0].valid_from == valid_from and [entry for _, entry in _entries(made)] == entries:
            return made
        token = ""  # sent again with other words: another version
    codes = [entry.code for entry in entries] + [_code(code) for code in ends]
    for code in codes:
        if codes.count(code) > 1:
            raise Refusal("procedure.code-twice", "code", shown=code)
    known = {one.code: one for one in _held(ward, codes)}
    if only_new and known:
        raise Refusal("procedure.code-taken", "code", shown=next(iter(known)))
    for code in ends:
        if _code(code) not in known:
            raise Refusal("procedure.unknown", shown=code)
    newest = _newest(known.values())
    if seen is not None:
        _check_seen(newest, seen)
    new = [Procedure(ward_id=ward, code=entry.code) for entry in entries if entry.code not in known]
    Procedure.objects.bulk_create(new)
    is_new = {one.code for one in new}
    known |= {one.code: one for one in new}
    touched = [known[entry.code] for entry in entries]
    replaced = _make_room([one for one in touched if one.code not in is_new], newest, valid_from, today=today)
    versions = [
        _version(known[entry.code], entry, decision=decision, valid_from=valid_from, token=token)
        for entry in entries
    ]
    Version.objects.bulk_create(versions)
    _put_parts(list(zip(versions, entries, strict=True)))
    history.append_many(
        touched, "procedure.published", by=by, at=at,
        facts=[
            {
                "since": valid_from, "decision": decision.words, "is_new": one.code in is_new, "replaced": one.pk in replaced,
                "changes": _changes(newest.get(one.pk), version),
            }
            for one, version in zip(touched, versions, strict=True)
        ],
    )  # fmt: skip
    ended = [known[_code(code)] for code in ends]
    _end(ended, newest, valid_from, decision, today=today)
    history.append_many(
        ended, "procedure.ended", by=by, at=at, facts=[{"since": valid_from, "decision": decision.words}] * len(ended)
    )  # fmt: skip
    return versions


@transaction.atomic
def end(procedure: Procedure, *, since: dt.date, decision: Decision, by: int | None, at: dt.datetime, today: dt.date) -> None:  # fmt: skip
    """The procedure is no more from a day. Raises Refusal procedure.not-in-force, procedure.dates-backwards."""
    publish(
        ward=procedure.ward_id, decision=decision, valid_from=since, brings=(), ends=(procedure.code,), by=by, at=at, today=today,
    )  # fmt: skip


@transaction.atomic
def add_suggested(
    ward: int, entries: Sequence[Entry], *, by: int | None, at: dt.datetime, today: dt.date
) -> int:
    """Those of a suggested catalogue that the ward does not have, from today on; how many. None of them counts as checked: the
    ward has yet to hold them against its own decision."""
    organisation.hold(ward)
    there = set(Procedure.objects.filter(ward_id=ward).values_list("code", flat=True))
    brings = [replace(entry, checked=False) for entry in entries if entry.code not in there]
    if brings:
        publish(ward=ward, decision=Decision(), valid_from=today, brings=brings, by=by, at=at, today=today)
    return len(brings)


@transaction.atomic
def set_ward_time(
    procedure: Procedure,
    own: Span | None,
    *,
    since: dt.date,
    document: str = "",
    by: int | None,
    at: dt.datetime,
    today: dt.date,
    seen: int | None = None,
) -> Version | None:
    """The ward's own time from a day on, None: the law's again; a new version. None where nothing would change.

    seen: the newest version that the sender's page showed. Raises Refusal procedure.changed-meanwhile, procedure.time-in-past (a promise is not made backwards), procedure.dates-backwards, .not-in-force,
    .time-unknown, .time-longer, .time-incomplete.
    """
    return set_ward_times(
        [(procedure, own)], since=since, document=document, by=by, at=at, today=today, seen=seen
    )[0]


@transaction.atomic
def set_ward_times(
    times: Sequence[tuple[Procedure, Span | None]],
    *,
    since: dt.date,
    document: str = "",
    by: int | None,
    at: dt.datetime,
    today: dt.date,
    seen: int | None = None,
) -> list[Version | None]:
    """As `set_ward_time` for many procedures of one ward, in as many statements as for one."""
    if since < today:
        raise Refusal("procedure.time-in-past", "since", day=day_words(since))
    if not times:
        return []
    ward = times[0][0].ward_id
    organisation.hold(ward)
    a_day = work_time(ward).minutes_a_day
    held = {one.code: one for one in _held(ward, [one.code for one, _ in times])}
    newest = _newest(held.values())
    if seen is not None and times[0][1] != newest[held[times[0][0].code].pk].own:
        _check_seen(newest, seen)
    before = {one.pk: facts for one, facts in _entries(list(newest.values()))}
    changed: list[tuple[Procedure, Version, Entry]] = []
    for one, own in times:
        last = newest.get(one.pk)
        if last is None or (last.valid_to and last.valid_to < since):
            raise Refusal("procedure.not-in-force", shown=one.code)
        if own and last.law is None:
            raise Refusal("procedure.time-unknown", "own_amount")
        if own != last.own:
            entry = fit(replace(before[last.pk], own=own, ward_decision=squeeze(document)[:200]), a_day)
            changed.append((held[one.code], last, entry))
    _make_room([one for one, _, _ in changed], newest, since, today=today)
    versions = [
        _version(
            one, entry, valid_from=since, valid_to=last.valid_to, ended_by=last.ended_by,
            decision=Decision(last.decision_number, last.decision_date, last.decision_issuer),
        )
        for one, last, entry in changed
    ]  # fmt: skip
    Version.objects.bulk_create(versions)
    _put_parts([(version, entry) for version, (_, _, entry) in zip(versions, changed, strict=True)])
    history.append_many(
        [one for one, _, _ in changed], "procedure.time-set", by=by, at=at,
        facts=[
            {
                "since": since, "document": document, "before": last.promised.words if last.promised else "",
                "after": version.promised.words if version.promised else "",
            }
            for version, (_, last, _) in zip(versions, changed, strict=True)
        ],
    )  # fmt: skip
    made = {version.procedure_id: version for version in versions}
    return [made.get(one.pk) for one, _ in times]


MENDABLE = (
    "name", "everyday_words", "field", "who_may_ask", "result", "legal_basis", "conditions", "decides", "time_words", "fee_words", "source",
)  # fmt: skip
"""the words of a version: what may be put right without another version"""


@transaction.atomic
def mend(
    version: Version,
    words: Mapping[str, str],
    *,
    word: str,
    by: int | None,
    at: dt.datetime,
    base: Mapping[str, str] | None = None,
) -> bool:
    """Put slips in a version's words right; what it promises and costs stays. Whether anything changed; word: why.

    base: what the sender's form began with; what was not changed of it is left alone. Raises Refusal procedure.changed-meanwhile
    where somebody else has changed the same words, or put another version in its place; procedure.word-missing,
    procedure.name-missing, procedure.fee-missing.
    """
    version = _held_version(version)
    sent = {name: _tidy(words[name]) for name in MENDABLE if name in words}
    there = {name: getattr(version, name) for name in sent}
    merged = merge({name: _tidy(text) for name, text in (base or there).items()}, sent, there)
    if merged.against and base is not None:
        raise _meanwhile(version.procedure)
    changes = [(name, there[name], told) for name, told in merged.values.items() if told != there[name]]
    if not changes:
        return False
    if not word.strip():
        raise Refusal("procedure.word-missing", "word")
    for name, _, after in changes:
        setattr(version, name, after)
    if not version.name:
        raise Refusal("procedure.name-missing", "name")
    if version.fee_status == "known" and not version.fee_words and version.fee_amount is None:
        raise Refusal("procedure.fee-missing", "fee_words")
    version.save(update_fields=[name for name, _, _ in changes])
    history.append(
        version.procedure, "procedure.mended", by=by, at=at, word=word.strip(), since=version.valid_from, changes=changes
    )  # fmt: skip
    return True


@transaction.atomic
def check(version: Version, *, against: str, by: int | None, at: dt.datetime) -> None:
    """Somebody has held a version against the decision. against: what it was held against. Raises Refusal
    procedure.against-missing."""
    version = _held_version(version)
    if version.checked:
        return
    if not against.strip():
        raise Refusal("procedure.against-missing", "against")
    version.checked = True
    version.save(update_fields=["checked"])
    history.append(
        version.procedure, "procedure.checked", by=by, at=at, word=against.strip(), since=version.valid_from
    )


@transaction.atomic
def keep_at(
    ward: int, systems: Mapping[str, str], *, by: int | None, at: dt.datetime, today: dt.date
) -> list[Procedure]:
    """Where the dossiers of these procedures are kept from now on: national code → models.OWN or BESIDE. Those that changed; a
    dossier that is there stays where it came in. Codes that are not in force, now or later, are passed over."""
    organisation.hold(ward)
    found = Version.objects.select_related("procedure").filter(
        ward_id=ward, procedure__code__in=list(systems)
    )
    moved = [
        one
        for one in found.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=today)).order_by("procedure__code")
        if one.system != systems[one.procedure.code]
    ]
    for one in moved:
        one.system = systems[one.procedure.code]
    Version.objects.bulk_update(moved, ["system"])
    changed = list({one.procedure_id: one.procedure for one in moved}.values())
    facts = [{"system": systems[one.code]} for one in changed]
    history.append_many(changed, "procedure.kept", by=by, at=at, facts=facts)
    return changed


@transaction.atomic
def give_code(procedure: Procedure, code: str, *, by: int | None, at: dt.datetime) -> Procedure:
    """The national code of a procedure that had a provisional one. Raises Refusal procedure.code-malformed, .code-taken,
    .code-settled."""
    found = procedure_code(code)
    if found is None or found.is_provisional:
        raise Refusal("procedure.code-malformed", "code", shown=code)
    organisation.hold(procedure.ward_id)
    procedure = Procedure.objects.select_for_update().get(pk=procedure.pk)
    if not procedure.code.startswith("TAM-"):
        raise Refusal("procedure.code-settled", "code", shown=procedure.code)
    if Procedure.objects.filter(ward_id=procedure.ward_id, code=found.base).exists():
        raise Refusal("procedure.code-taken", "code", shown=found.base)
    before, procedure.code = procedure.code, found.base
    procedure.save(update_fields=["code"])
    history.append(procedure, "procedure.code-given", by=by, at=at, before=before, after=found.base)
    return procedure


# --- what is asked of an entry ---------------------------------------------------------------------------------


def _code(text: str) -> str:
    found = procedure_code(text)
    if found is None:
        raise Refusal("procedure.code-malformed", "code", shown=text)
    return found.base


def _tidy(text: str) -> str:
    """Lines without blanks around them, and without empty ones."""
    return "\n".join(line for line in map(squeeze, text.splitlines()) if line)


def fit(entry: Entry, a_day: int) -> Entry:
    """The entry as it can be kept, or what is wrong with it. a_day: minutes of a working day."""
    entry = replace(entry, code=_code(entry.code), name=squeeze(entry.name), everyday_words=_tidy(entry.everyday_words), legal_basis=_tidy(entry.legal_basis), legs=_tidy(entry.legs))  # fmt: skip
    if not entry.name:
        raise Refusal("procedure.name-missing", "name")
    legs = written(entry.legs)
    _look_at(entry.law, "law_amount")
    _look_at(entry.own, "own_amount")
    if entry.own and entry.law is None:
        raise Refusal("procedure.time-unknown", "own_amount")
    if entry.own and entry.law and entry.own.minutes(a_day) > entry.law.minutes(a_day):
        raise Refusal("procedure.time-longer", "own_amount", own=entry.own.words, law=entry.law.words)
    if entry.own == entry.law:
        entry = replace(entry, own=None, ward_decision="")
    promised = entry.own or entry.law
    if legs and promised and longest(legs, a_day) > promised.minutes(a_day):
        raise Refusal("legs.longer", "own_amount" if entry.own else "legs", promised=promised.words)
    for case in entry.cases:
        _look_at(case.law, "cases")
    shares = sum(step.share for step in entry.steps)
    if entry.steps and (shares != 100 or min(step.share for step in entry.steps) < 1):
        raise Refusal("procedure.shares", "steps", shares=shares)
    if entry.fee_status == "known" and not entry.fee_words and entry.fee_amount is None:
        raise Refusal("procedure.fee-missing", "fee_words")
    if entry.fee_status != "known":
        entry = replace(entry, fee_amount=None)
    assert entry.fee_status in FEES and entry.level in LEVELS
    return entry


def _look_at(span: Span | None, place: str) -> None:
    if span is None:
        return
    fits = span.amount == 0 if span.unit == "same-day" else 0 < span.amount <= MOST
    if span.unit not in UNITS or not fits:
        raise Refusal("procedure.time-incomplete", place)


# --- versions in their order -----------------------------------------------------------------------------------


def _held(ward: int, codes: Iterable[str]) -> list[Procedure]:
    """These procedures of the ward, held until the transaction ends."""
    return list(
        Procedure.objects.select_for_update().filter(ward_id=ward, code__in=list(codes)).order_by("id")
    )


def _held_version(version: Version) -> Version:
    """The version as it is now, held. Raises Refusal procedure.changed-meanwhile where another stands in its place."""
    organisation.hold(version.ward_id)
    found = Version.objects.select_for_update(of=("self",)).select_related("procedure").filter(pk=version.pk)
    if held := found.first():
        return held
    raise _meanwhile(version.procedure)


def _check_seen(newest: Mapping[int, Version], seen: int) -> None:
    """Raises Refusal procedure.changed-meanwhile where the sender's page showed another version as the newest."""
    for one in newest.values():
        if one.pk != seen:
            raise _meanwhile(one.procedure)


def _meanwhile(procedure: Procedure) -> Refusal:
    told = happened.of(procedure.ward_id, "procedures.procedure", [procedure.pk], most=1)
    return Refusal("procedure.changed-meanwhile", who=(told[0].who if told else "") or "Người khác")


def _newest(procedures: Iterable[Procedure]) -> dict[int, Version]:
    """The last version of each, by its procedure's id. One query."""
    last = Version.objects.filter(procedure=OuterRef("procedure")).order_by("-valid_from").values("pk")[:1]
    found = Version.objects.filter(procedure__in=[one.pk for one in procedures], pk=Subquery(last))
    return {one.procedure_id: one for one in found}


def _make_room(procedures: Sequence[Procedure], newest: Mapping[int, Version], since: dt.date, *, today: dt.date) -> set[int]:  # fmt: skip
    """End the last version of each the day before; one that begins that very day and has not begun is taken away. The answer:
    the ids of the procedures where one was."""
    shorter, gone = [], []
    for one in procedures:
        last = newest[one.pk]
        if last.valid_from > since or last.valid_from == since <= today:
            raise Refusal(
                "procedure.dates-backwards", "since", shown=one.code, day=day_words(last.valid_from)
            )
        if last.valid_from == since:
            gone.append(last)
        elif last.valid_to is None or last.valid_to >= since:
            shorter.append(last)
    Version.objects.filter(pk__in=[one.pk for one in gone]).delete()
    if shorter:
        Version.objects.filter(pk__in=[one.pk for one in shorter]).update(valid_to=since - _DAY)
    return {one.procedure_id for one in gone}


def _end(procedures: Sequence[Procedure], newest: Mapping[int, Version], since: dt.date, decision: Decision, *, today: dt.date) -> None:  # fmt: skip
    for one in procedures:
        last = newest[one.pk]
        if last.valid_to is not None:
            raise Refusal("procedure.not-in-force", shown=one.code)
        if last.valid_from >= since:
            raise Refusal(
                "procedure.dates-backwards", "since", shown=one.code, day=day_words(last.valid_from)
            )
    if procedures:
        ids = [newest[one.pk].pk for one in procedures]
        Version.objects.filter(pk__in=ids).update(valid_to=since - _DAY, ended_by=decision.words[:300])


_AS_THEY_ARE = (
    "name", "everyday_words", "field", "level", "who_may_ask", "at_counter", "by_post", "online", "result", "legal_basis", "conditions", "legs",
    "decides", "ward_decision", "time_words", "fee_status", "fee_words", "fee_amount", "source", "checked", "system",
)  # fmt: skip


def _version(procedure: Procedure, entry: Entry, *, decision: Decision, valid_from: dt.date, valid_to: dt.date | None = None, ended_by: str = "", token: str = "") -> Version:  # fmt: skip
    return Version(
        ward_id=procedure.ward_id, procedure=procedure, valid_from=valid_from, valid_to=valid_to, ended_by=ended_by, token=token,
        decision_number=decision.number, decision_date=decision.day, decision_issuer=decision.issuer,
        statutory_unit=entry.law.unit if entry.law else "", statutory_amount=entry.law.amount if entry.law else None,
        ward_unit=entry.own.unit if entry.own else "", ward_amount=entry.own.amount if entry.own else None,
        **{name: getattr(entry, name) for name in _AS_THEY_ARE},
    )  # fmt: skip


def _put_parts(made: Sequence[tuple[Version, Entry]]) -> None:
    """Components, steps and cases of new versions: three statements."""
    Component.objects.bulk_create(
        Component(ward_id=version.ward_id, version=version, position=n, **asdict(paper))
        for version, entry in made
        for n, paper in enumerate(entry.components, 1)
    )
    StepSpec.objects.bulk_create(
        StepSpec(ward_id=version.ward_id, version=version, position=n, name=step.name, office_id=step.office, share_percent=step.share)
        for version, entry in made
        for n, step in enumerate(entry.steps, 1)
    )  # fmt: skip
    Case.objects.bulk_create(
        Case(
            ward_id=version.ward_id, version=version, position=n, name=case.name, when=case.when,
            statutory_unit=case.law.unit if case.law else "", statutory_amount=case.law.amount if case.law else None,
            fee_status=case.fee_status, fee_words=case.fee_words,
        )
        for version, entry in made
        for n, case in enumerate(entry.cases, 1)
    )  # fmt: skip


def entry_of(version: Version) -> Entry:
    """A version as an entry, to begin the next one from."""
    return _entries([version])[0][1]


def _entries(versions: Sequence[Version]) -> list[tuple[Version, Entry]]:
    """Versions with all that belongs to them. Four queries."""
    mine = Q(version__in=[one.pk for one in versions])
    parts: dict[int, tuple[list[Paper], list[Step], list[Variant]]] = {
        one.pk: ([], [], []) for one in versions
    }
    for paper in Component.objects.filter(mine):
        parts[paper.version_id][0].append(
            Paper(paper.name, paper.originals, paper.copies, paper.required_when, paper.form, paper.reusable)
        )
    for step in StepSpec.objects.filter(mine):
        parts[step.version_id][1].append(Step(step.name, step.share_percent, step.office_id))
    for case in Case.objects.filter(mine):
        parts[case.version_id][2].append(
            Variant(case.name, case.when, case.law, case.fee_status, case.fee_words)
        )
    codes = dict(
        Procedure.objects.filter(pk__in=[one.procedure_id for one in versions]).values_list("pk", "code")
    )
    return [
        (
            one,
            Entry(
                code=codes[one.procedure_id], law=one.law, own=one.own, components=tuple(parts[one.pk][0]), steps=tuple(parts[one.pk][1]),
                cases=tuple(parts[one.pk][2]), **{name: getattr(one, name) for name in _AS_THEY_ARE},
            ),
        )
        for one in versions
    ]  # fmt: skip


def _changes(before: Version | None, after: Version) -> list[tuple[str, str, str]]:
    """What a new version says otherwise, of what people ask about."""
    if before is None:
        return []
    told = (
        ("Tên", before.name, after.name),
        ("Theo luật", before.law.words if before.law else "chưa rõ", after.law.words if after.law else "chưa rõ"),
        ("Của phường", before.promised.words if before.promised else "chưa rõ", after.promised.words if after.promised else "chưa rõ"),
        ("Phí, lệ phí", before.fee, after.fee),
        ("Kết quả", before.result, after.result),
    )  # fmt: skip
    return [one for one in told if one[1] != one[2]]


def newest_entries(ward: int) -> list[tuple[Version, Entry]]:
    """The newest version of every procedure, ended ones too, in the order of the codes. Five queries."""
    last = Version.objects.filter(procedure=OuterRef("procedure")).order_by("-valid_from").values("pk")[:1]
    found = Version.objects.filter(ward_id=ward, pk=Subquery(last)).select_related("procedure")
    return _entries(list(found.order_by("procedure__code")))
