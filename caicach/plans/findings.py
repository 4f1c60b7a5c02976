"""What is to be looked at in a draft: raised anew when a cell changes, accepted, corrected, set aside, opened again."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db import transaction
from django.db.models import F, Max, Q

from caicach import data
from caicach.history import services as history
from caicach.organisation.queries import offices as offices_of
from caicach.plans import cells, drafts, effect
from caicach.plans.cells import Cell
from caicach.plans.models import DraftFinding, DraftLine, DraftMend, PlanImport
from caicach.reading.checks import CELL_CODES, check_cell
from caicach.reading.plan import Finding
from caicach.rules.refusal import Refusal
from caicach.rules.vntext import printable


@transaction.atomic
def check_typed(draft: PlanImport) -> None:
    """Look at every row that no file gave, as the reader looks at a file's rows; each code is raised once."""
    draft = drafts.locked(draft)
    if draft.state != PlanImport.REVIEW:  # pressed twice: it is in force by now
        return
    typed = (
        draft.lines.select_related("section")
        .filter(page=None, line=None, table=None, row=None)
        .exclude(content="")
    )
    look_again(draft, [(row, field) for row in typed for field in CELL_CODES])


def look_again(draft: PlanImport, changed: Iterable[tuple[DraftLine, str]]) -> None:
    """After cells changed: what they had and have no longer is settled, what they have now is there to look at.

    changed: rows as they are now, each with its section, and a field. What somebody has set aside of this very text
    stays so; what was settled by another text that is gone again is open again. The number of queries does not grow
    with the rows.
    """
    checked = [(row, field) for row, field in changed if field in CELL_CODES]
    if not checked:
        return
    directory = data.office_directory(office.name for office in offices_of(draft.ward_id))
    signed = draft.head.date
    board = _Board(draft, {row.pk: row.place for row, _ in checked})
    is_indicator = {pk: effect.is_indicator(row) for pk, row in {row.pk: row for row, _ in checked}.items()}
    for row, field in checked:
        value = getattr(row, field)
        found = {
            finding.code: finding
            for finding in check_cell(
                field, value, where=row.place, year=draft.year, directory=directory, is_indicator=is_indicator[row.pk], signed=signed
            )
        }  # fmt: skip
        gone = CELL_CODES[field] - found.keys()
        board.settle(row.place, field, said=value, gone=gone, still=frozenset(found))
        for finding in found.values():
            board.say(row.place, field, finding, said=value)
    board.save()


def settle_row(draft: PlanImport, row: DraftLine) -> list[int]:
    """A row was taken out: what there was to look at in it alone is settled. The answer: the ids of those findings."""
    left = cells.places_of(draft)
    about = draft.findings.filter(places__contains=row.place, state=DraftFinding.OPEN)
    gone = [
        finding.pk
        for finding in about
        if row.place in (places := drafts.places_in(finding))
        and sum(place.split(" ")[0] in ("body", "annex") or place in left for place in places)
        < _LEAST_PLACES.get(finding.code, 1)
    ]
    DraftFinding.objects.filter(pk__in=gone).update(state=DraftFinding.ACCEPTED, reason="Đã bỏ dòng")
    return gone


_LEAST_PLACES = {"near-duplicate-task": 2, "same-work-two-offices": 2}
"""what is said of two rows is settled with one of them"""
_BY_HAND = "Đã sửa bằng tay"


class _Board:
    """The findings of some places while their cells are looked at: read once, written once."""

    def __init__(self, draft: PlanImport, rows: Mapping[int, str]) -> None:
        """rows: id → place."""
        self._draft = draft
        places = set(rows.values())
        typed = draft.changes.filter(target="line", target_id__in=rows).values_list("target_id", "field")
        self._typed = {(rows[pk], field) for pk, field in typed}
        """cells that do not say any more what the file does"""
        self._at: dict[str, list[tuple[DraftFinding, frozenset[str]]]] = defaultdict(list)
        """by place: its findings, each with the fields of the place that its mends are for"""
        self._shared: list[DraftFinding] = []
        known = draft.findings.filter(Q(places__in=places) | Q(places__contains=","))
        for finding in known.prefetch_related("mends"):
            if finding.places in places:
                fields = frozenset(m.field for m in finding.mends.all() if m.place == finding.places)
                self._at[finding.places].append((finding, fields))
            else:
                self._shared.append(finding)
        self._changed: dict[int, DraftFinding] = {}
        self._renewed: dict[int, tuple[DraftFinding, Finding]] = {}
        self._fresh: list[tuple[DraftFinding, Finding]] = []

    def settle(
        self, place: str, field: str, *, said: str, gone: frozenset[str], still: frozenset[str]
    ) -> None:
        """Another text stands there: what was said and holds no longer is settled, gone its codes that it has not.

        What the reader has said of this very text, with the whole file before it, holds.
        """
        for finding, fields in self._at[place]:
            about = finding.code in CELL_CODES[field] or field in fields
            if about and said and finding.said == said and finding.code not in still:
                if (finding.state, finding.reason) == (DraftFinding.ACCEPTED, _BY_HAND):
                    finding.state, finding.reason = DraftFinding.OPEN, ""
                    self._note(finding)
            elif about and finding.state == DraftFinding.OPEN and finding.code not in still:
                finding.state, finding.reason = DraftFinding.ACCEPTED, _BY_HAND
                self._note(finding)
        for finding in self._shared:  # of several places this one is settled: the others stay to be looked at
            places = drafts.places_in(finding)
            if (
                finding.state == DraftFinding.OPEN
                and finding.code in gone
                and place in places
                and len(places) > 1
            ):
                finding.places = ", ".join(other for other in places if other != place)
                self._note(finding)

    def say(self, place: str, field: str, new: Finding, *, said: str) -> None:
        """What a text has, unless it is there already, or somebody has let it pass. said: the text."""
        for finding in self._shared:
            if finding.code == new.code and place in drafts.places_in(finding):
                is_let_pass = finding.state == DraftFinding.ASIDE and (place, field) not in self._typed
                if finding.state == DraftFinding.OPEN or is_let_pass:
                    return
        same = [finding for finding, _ in self._at[place] if finding.code == new.code]
        known = next((finding for finding in same if finding.said == said), None)
        renewed = next(
            (f for f in same if f.state == DraftFinding.OPEN and f.from_typing and not known), None
        )
        for other in same:
            if other.state == DraftFinding.OPEN and other not in (known, renewed):
                other.state, other.reason = DraftFinding.ACCEPTED, _BY_HAND
                self._note(other)
        if known is not None:
            if known.state == DraftFinding.ACCEPTED and known.severity != "note":
                known.state, known.reason = DraftFinding.OPEN, ""
                self._note(known)
            return
        if renewed is not None:
            renewed.said, renewed.message, renewed.suggestion = said, new.message, new.suggestion or ""
            self._note(renewed)
            self._renewed[renewed.pk] = (renewed, new)
            return
        row = DraftFinding(
            ward_id=self._draft.ward_id, draft=self._draft, code=new.code, severity=new.severity, places=place,
            message=new.message, suggestion=new.suggestion or "", said=said, from_typing=True,
        )  # fmt: skip
        self._fresh.append((row, new))
        self._at[place].append((row, frozenset(m.field for m in new.mends if m.where == place)))

    def save(self) -> None:
        changed = ["state", "reason", "places", "said", "message", "suggestion"]
        DraftFinding.objects.bulk_update(self._changed.values(), changed)
        DraftMend.objects.filter(finding_id__in=self._renewed).delete()
        last = self._draft.findings.aggregate(last=Max("position"))["last"] if self._fresh else None
        for position, (row, _) in enumerate(self._fresh, (last if last is not None else -1) + 1):
            row.position = position
        DraftFinding.objects.bulk_create(row for row, _ in self._fresh)
        DraftMend.objects.bulk_create(
            DraftMend(
                ward_id=row.ward_id, finding=row, position=n, place=m.where, field=m.field, value=m.value,
                made_from=row.said,
            )
            for row, new in (*self._fresh, *self._renewed.values())
            for n, m in enumerate(new.mends)
        )  # fmt: skip

    def _note(self, finding: DraftFinding) -> None:
        if finding.pk:
            self._changed[finding.pk] = finding


@transaction.atomic
def accept(
    draft: PlanImport, position: int, *, by: int, at: dt.datetime, only: int | None = None
) -> DraftLine | None:
    """Make a finding's mends (or one of them), and settle it; what lies in no cell is settled with its suggestion.

    The answer is the first row that a mend has added, None where none did. Raises Refusal draft.no-mend.
    """
    draft = drafts.under_review(draft)
    finding = _finding(draft, position)
    if finding.state != DraftFinding.OPEN:
        return None
    mends = [m for m in finding.mends.all() if only is None or m.position == only]
    if only is not None and not mends:
        raise Refusal("draft.no-mend")
    places = cells.places_of(draft)
    new = [
        (m.place, m.value) for m in mends if m.field == "row" and places.get(m.place, ("", 0))[0] == "section"
    ]
    changes, is_stale = [], False
    for mend in mends:
        if mend.field == "row" or mend.place not in places:
            continue
        cell = Cell(*places[mend.place], mend.field)
        now = drafts.shown(cells.row_of(draft, cell), mend.field)
        value = cells.mended(mend.made_from, mend.value, now)
        if value is None:
            is_stale = True
        elif value != now or mend.value == mend.made_from:
            changes.append((cell, value))
    if is_stale and not changes:
        raise Refusal("draft.mend-stale")
    if not changes and not new and finding.severity != "note":
        if not drafts.is_literal(finding):
            raise Refusal("draft.no-mend")
        finding.reason = f"Sửa thành: {finding.suggestion}"
    finding.state = DraftFinding.ACCEPTED
    finding.save(update_fields=["state", "reason"])
    batch = cells.next_batch(draft)
    homes = {section.place: section for section in draft.sections.all()}
    added = [drafts.append_line(draft, homes[place], content) for place, content in new]
    for row in added:
        cells.note(draft, batch, "added", row.pk, "line", "", "", by=by, at=at)
    cells.put(draft, changes, batch=batch, by=by, at=at, finding=finding.pk)
    lines = draft.lines.select_related("section").in_bulk([c.id for c, _ in changes if c.target == "line"])
    mended = [(lines[c.id], c.field) for c, _ in changes if c.id in lines and c.target == "line"]
    look_again(draft, mended + [(row, field) for row in added for field in CELL_CODES])
    history.append(
        draft, "import.finding-accepted", by=by, at=at, finding=finding.code, places=finding.places
    )
    return added[0] if added else None


@transaction.atomic
def choose_office(draft: PlanImport, position: int, *, office: str, by: int, at: dt.datetime) -> int:
    """An office of the ward in place of one that it has not, in every row of the finding; how many rows.

    Raises Refusal draft.office-not-chosen, draft.no-mend.
    """
    draft = drafts.under_review(draft)
    finding = _finding(draft, position)
    if finding.state != DraftFinding.OPEN:
        return 0
    own = [one.name for one in offices_of(draft.ward_id) if not one.is_group]
    if office not in own:
        raise Refusal("draft.office-not-chosen", "office")
    named = re.search(r"“([^”]+)”", finding.message)
    if finding.code != "office-unknown" or named is None:
        raise Refusal("draft.no-mend")
    directory = data.office_directory(own)
    changes = []
    for row in draft.lines.filter(place__in=drafts.places_in(finding)):
        said = directory.mentions(row.leads)
        meant = [one for one in said if named[1] in (one.name, one.written)] or said[: len(said) == 1]
        if meant:
            kept = ["" if one in meant else one.name for one in said]
            value = "; ".join(dict.fromkeys(name or office for name in kept))
            changes.append((Cell("line", row.pk, "leads"), value))
    if not changes:
        raise Refusal("draft.no-mend")
    finding.state = DraftFinding.ACCEPTED
    finding.save(update_fields=["state"])
    cells.put(draft, changes, batch=cells.next_batch(draft), by=by, at=at, finding=finding.pk)
    lines = draft.lines.select_related("section").in_bulk([cell.id for cell, _ in changes])
    look_again(draft, [(row, "leads") for row in lines.values()])
    history.append(
        draft, "import.finding-accepted", by=by, at=at, finding=finding.code, places=finding.places
    )
    return len(changes)


@transaction.atomic
def correct(draft: PlanImport, position: int, *, text: str, by: int, at: dt.datetime) -> None:
    """Settle what lies in no cell (the body, the annex's name) by the wording that should stand there.

    It stays with the finding, for the ward's own correction of its document. Raises Refusal draft.wording-missing.
    """
    draft = drafts.under_review(draft)
    finding = _finding(draft, position)
    if finding.state != DraftFinding.OPEN:
        return
    if not drafts.is_running_text(finding):
        raise Refusal("draft.no-mend")
    text = printable(text).strip()
    if not text:
        raise Refusal("draft.wording-missing", "text")
    if len(text) > 2000:
        raise Refusal("draft.value-unusable", "text", value=text[:30] + "…")
    finding.state, finding.reason = DraftFinding.ACCEPTED, f"Sửa thành: {text}"
    finding.save(update_fields=["state", "reason"])
    cells.put(draft, [], batch=cells.next_batch(draft), by=by, at=at, finding=finding.pk)
    history.append(
        draft,
        "import.finding-corrected",
        by=by,
        at=at,
        word=text,
        finding=finding.code,
        places=finding.places,
    )


@transaction.atomic
def set_aside(draft: PlanImport, position: int, *, reason: str, by: int, at: dt.datetime) -> None:
    """Leave something as it is, with the reason. Raises Refusal draft.reason-missing."""
    draft = drafts.under_review(draft)
    finding = _finding(draft, position)
    if finding.state != DraftFinding.OPEN:
        return
    reason = printable(reason).strip()
    if not reason and finding.severity != "note":
        raise Refusal("draft.reason-missing", "reason")
    if len(reason) > 300:
        raise Refusal("draft.value-unusable", "reason", value=reason[:30] + "…")
    finding.state, finding.reason = DraftFinding.ASIDE, reason
    finding.save(update_fields=["state", "reason"])
    batch = cells.next_batch(draft)
    cells.note(
        draft, batch, "finding", finding.pk, "state", DraftFinding.OPEN, DraftFinding.ASIDE, by=by, at=at
    )
    history.append(
        draft,
        "import.finding-set-aside",
        by=by,
        at=at,
        word=reason,
        finding=finding.code,
        places=finding.places,
    )


@transaction.atomic
def reopen(draft: PlanImport, position: int, *, by: int, at: dt.datetime) -> None:
    """Look at a settled finding again; what its mends changed stays (step back undoes those)."""
    draft = drafts.under_review(draft)
    finding = _finding(draft, position)
    if drafts.is_gone(finding, cells.places_of(draft)):
        raise Refusal("draft.row-gone")
    finding.state, finding.reason = DraftFinding.OPEN, ""
    finding.save(update_fields=["state", "reason"])
    history.append(
        draft, "import.finding-reopened", by=by, at=at, finding=finding.code, places=finding.places
    )


def _finding(draft: PlanImport, position: int) -> DraftFinding:
    finding = draft.findings.filter(position=position).first()
    if finding is None:
        raise Refusal("draft.field-unknown")
    return finding


def say_first(draft: PlanImport, code: str, places: str, message: str) -> None:
    """A warning on top of the list, about the draft as a whole."""
    draft.findings.update(position=F("position") + 1)
    DraftFinding.objects.create(
        ward_id=draft.ward_id, draft=draft, position=0, code=code, severity="warning", places=places, message=message
    )  # fmt: skip
