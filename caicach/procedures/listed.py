"""A row of a list beside what the catalogue has: the entry that it would make, what it changes field by field, what is wrong.

A cell that is empty, or a column that is missing, says nothing: what is known stays. What is not understood is never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from caicach.procedures.models import channel_words, fee_words
from caicach.procedures.services import Decision, Entry, Paper, Step, Variant, fit
from caicach.rules import procedure_words as words
from caicach.rules.formats import day_in
from caicach.rules.offices import office_key
from caicach.rules.procedures import FEES, LEVELS, Span, procedure_code
from caicach.rules.refusal import Refusal
from caicach.rules.vntext import key, nfc, squeeze

PLAIN = {
    "name": ("name", "Tên", 400), "field": ("field", "Lĩnh vực", 120), "who": ("who_may_ask", "Ai được làm", 400),
    "result": ("result", "Kết quả", 400), "decides": ("decides", "Cơ quan giải quyết", 200), "source": ("source", "Nguồn", 300),
    "time_words": ("time_words", "Thời hạn như văn bản ghi", 400), "own_document": ("ward_decision", "Văn bản của phường về thời hạn", 200),
    "everyday": ("everyday_words", "Người dân gọi là", 4000), "basis": ("legal_basis", "Căn cứ pháp lý", 4000),
    "conditions": ("conditions", "Điều kiện", 4000), "legs": ("legs", "Các chặng", 2000),
}  # fmt: skip
"""column of a list → (field of an entry, its words, how long it may be)"""
_MANY = ("everyday_words", "legal_basis", "conditions", "legs")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a list with what was mended on it. n: its place; place: where it stands in the file; said: column → words;
    papers, steps, cases: rows of tables of their own, column → words each; ends: the list ends it; skip: left out."""

    n: int
    place: str
    said: dict[str, str]
    papers: list[dict[str, str]] = field(default_factory=list)
    steps: list[dict[str, str]] = field(default_factory=list)
    cases: list[dict[str, str]] = field(default_factory=list)
    ends: bool = False
    skip: bool = False


@dataclass(slots=True)
class Told:
    """What a row says. changes: (what, before, after); problems: (column, words), what has to be mended or left out; notes: what
    a person should look at; since, decision: of the row itself, where it names them."""

    entry: Entry
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    decision: Decision = field(default_factory=Decision)
    since: Any = None

    def wrong(self, place: str, code: str, **facts: Any) -> None:
        self.problems.append((place, str(Refusal(code, place, **facts))))


def told(row: Row, before: Entry | None, offices: Mapping[str, int], names: Mapping[int, str], *, a_day: int) -> Told:  # fmt: skip
    """The row read. before: the newest version; offices: key of a name → office; names: office → name."""
    said = row.said
    code = procedure_code(said.get("code", ""))
    start = before or Entry(code.base if code else "", "")
    found = Told(start)
    if not said.get("code"):
        found.wrong("code", "catalogue.code-missing")
    elif code is None:
        found.wrong("code", "procedure.code-malformed", shown=said["code"])
    facts: dict[str, Any] = {}
    for column, (name, _, most) in PLAIN.items():
        if column in said:
            text = nfc(said[column]) if name in _MANY else squeeze(nfc(said[column]))
            if len(text) > most:
                found.wrong(column, "catalogue.too-long", count=len(text), most=most)
            else:
                facts[name] = text
    _level(said, facts, found)
    _channels(said, facts, found, start)
    _times(said, facts, found, before)
    _fees(said, facts, start)
    if (system := words.system_said(said.get("system", ""))) is not None:
        facts["system"] = system
    facts |= _parts(row, found, offices)
    is_checked = words.is_yes(said.get("checked", "")) is True
    entry = replace(start, checked=is_checked, **facts)
    if not entry.name:
        found.wrong("name", "procedure.name-missing")
    elif not found.problems:
        try:
            entry = fit(entry, a_day)
        except Refusal as refusal:
            place = {"own_amount": "own", "law_amount": "law", "fee_words": "fee"}.get(
                refusal.place or "", refusal.place or "name"
            )
            found.problems.append((place, str(refusal)))
    found.entry = entry
    if before is None:
        found.since = day_in(said.get("since", ""))
        found.decision = Decision(
            said.get("decision_number", "")[:60], day_in(said.get("decision_date", "")), said.get("decision_issuer", "")[:200]
        )  # fmt: skip
    else:
        found.changes = _changes(before, entry, names)
    return found


def _level(said: Mapping[str, str], facts: dict[str, Any], found: Told) -> None:
    if "level" in said:
        level = words.level_said(said["level"])
        if level is None:
            found.wrong("level", "catalogue.level-odd", words=said["level"][:60])
        else:
            facts["level"] = level


def _channels(said: Mapping[str, str], facts: dict[str, Any], found: Told, start: Entry) -> None:
    if "channels" in said:
        ways = words.channels_said(said["channels"])
        if ways is not None:
            facts |= {"at_counter": ways.at_counter, "by_post": ways.by_post, "online": ways.online}
        elif key(said["channels"]) == "khong":
            facts |= {"at_counter": False, "by_post": False, "online": ""}
        else:
            found.notes.append(f"Chưa hiểu cách nộp “{said['channels'][:80]}”, giữ như đang có.")
    if words.is_yes(said.get("is_post", "")):
        facts["by_post"] = True
    if words.is_yes(said.get("is_part", "")):
        facts["online"] = "part"
    if words.is_yes(said.get("is_full", "")):
        facts["online"] = "full"
    if "online" in said:
        online = words.online_said(said["online"])
        if online is None:
            found.notes.append(f"Chưa hiểu mức trực tuyến “{said['online'][:80]}”, giữ như đang có.")
        else:
            facts["online"] = online


def _times(said: Mapping[str, str], facts: dict[str, Any], found: Told, before: Entry | None) -> None:
    law: Span | None = before.law if before else None
    if "law" in said:
        time = words.time_said(said["law"])
        whole = squeeze(said["law"])[:400]
        if time.is_understood:
            if time.has_more:
                found.notes.append(f"“{whole[:120]}” nói tới nhiều thời hạn; lấy thời hạn đầu tiên.")
            if "time_words" not in said and (not time.is_bare or time.span != law):
                facts["time_words"] = "" if time.is_bare else whole
            law = facts["law"] = time.span
        elif before is None:
            facts["time_words"] = whole
            found.notes.append(f"Chưa hiểu thời hạn “{whole[:120]}”, ghi là chưa rõ và giữ nguyên văn.")
        elif key(whole) != key(before.time_words):
            found.wrong("law", "catalogue.time-odd", words=whole[:120])
    if "own" in said:
        if words.is_as_law(said["own"]):
            facts |= {"own": None, "ward_decision": facts.get("ward_decision", "")}
            return
        time = words.time_said(said["own"])
        if not time.is_understood:
            found.wrong("own", "catalogue.time-odd", words=said["own"][:120])
        else:
            facts["own"] = None if time.span == law else time.span
    elif before and before.own and before.own == law:
        facts["own"] = None


def _fees(said: Mapping[str, str], facts: dict[str, Any], start: Entry) -> None:
    status = words.fee_status_said(said.get("fee_status", ""))
    if status:
        amount = said.get("fee_amount", "").replace(".", "").replace(" ", "")
        facts |= {
            "fee_status": status, "fee_words": squeeze(said.get("fee_words", ""))[:400],
            "fee_amount": int(amount) if amount.isdecimal() and len(amount) < 13 else None,
        }  # fmt: skip
        return
    fee = words.fee_said(said.get("fee", "") or said.get("fee_words", "") or said.get("fee_amount", ""))
    if fee is not None and squeeze(said.get("fee", "")) != shown_fee(start):
        facts |= {"fee_status": fee.status, "fee_words": fee.words[:400], "fee_amount": fee.amount}


def shown_fee(entry: Entry) -> str:
    """A fee in one cell, as `procedure_words.fee_said` reads it again."""
    if entry.fee_status == "unknown":
        return FEES["unknown"] + (f" ({entry.fee_words})" if entry.fee_words else "")
    return fee_words(entry.fee_status, entry.fee_words, entry.fee_amount)


def _parts(row: Row, found: Told, offices: Mapping[str, int]) -> dict[str, Any]:
    """Papers, steps and cases where the row names some."""
    facts: dict[str, Any] = {}
    if row.papers:
        facts["components"] = tuple(
            Paper(
                squeeze(one["paper_name"])[:400], _count(one.get("paper_originals", "0")), _count(one.get("paper_copies", "0")),
                squeeze(one.get("paper_when", ""))[:300], squeeze(one.get("paper_form", ""))[:120],
                words.is_yes(one.get("paper_reusable", "")) is True,
            )
            for one in row.papers if one.get("paper_name")
        )  # fmt: skip
    elif row.said.get("papers"):
        listed = words.papers_said(row.said["papers"])[:100]
        there = {key(one.name): one for one in found.entry.components}
        same = [there.get(key(one.name)) for one in listed]
        if not (
            all(same) and len(same) == len(there)
        ):  # a list of names alone says nothing of counts we know
            facts["components"] = tuple(
                known or Paper(one.name[:400], one.originals, one.copies, one.required_when, one.form, one.reusable)
                for one, known in zip(listed, same, strict=True)
            )  # fmt: skip
    if row.steps:
        facts["steps"] = tuple(_step(one, found, offices) for one in row.steps)
    if row.cases:
        facts["cases"] = tuple(_case(one, found) for one in row.cases if one.get("case_name"))
    return facts


def _count(text: str) -> int:
    return min(int(text), 999) if text.isdecimal() and len(text) < 6 else 0


def _step(one: Mapping[str, str], found: Told, offices: Mapping[str, int]) -> Step:
    name, office = squeeze(one.get("step_name", ""))[:200], one.get("step_office", "")
    share = words.share_said(one.get("step_share", ""))
    if share is None:
        found.wrong("steps", "catalogue.share-odd", words=one.get("step_share", "")[:20], shown=name)
    pk = offices.get(office_key(office)) if key(office) else None
    if key(office) and pk is None:
        found.wrong("steps", "catalogue.office-unknown", words=office[:120])
    return Step(name, share or 0, pk)


def _case(one: Mapping[str, str], found: Told) -> Variant:
    time = words.time_said(one.get("law", ""))
    if not time.is_understood:
        found.notes.append(f"Trường hợp “{one['case_name'][:60]}”: chưa hiểu thời hạn “{one['law'][:80]}”, ghi như chung.")  # fmt: skip
    status, told_words = words.fee_status_said(one.get("fee_status", "")) or "", one.get("fee_words", "")
    if not status and (fee := words.fee_said(one.get("fee", ""))) is not None:
        status, told_words = fee.status, fee.words or (one["fee"] if fee.amount is not None else "")
    return Variant(
        squeeze(one["case_name"])[:200], squeeze(one.get("case_when", ""))[:300], time.span, status, squeeze(told_words)[:400]
    )  # fmt: skip


# --- before and after --------------------------------------------------------------------------------------------


def _changes(before: Entry, after: Entry, names: Mapping[int, str]) -> list[tuple[str, str, str]]:
    """Every field in which they differ, in words; blanks and the checking apart."""
    pairs: list[tuple[str, str, str]] = [
        (label, getattr(before, name), getattr(after, name)) for name, label, _ in PLAIN.values()
    ]
    pairs += [
        ("Cấp giải quyết", LEVELS[before.level], LEVELS[after.level]),
        ("Nộp ở đâu", _ways(before), _ways(after)),
        ("Theo luật", _time(before.law), _time(after.law)),
        ("Của phường", before.own.words if before.own else "theo luật", after.own.words if after.own else "theo luật"),
        ("Phí, lệ phí", shown_fee(before), shown_fee(after)),
        ("Số tiền", _money(before), _money(after)),
        ("Hồ sơ nằm ở", SYSTEMS[before.system], SYSTEMS[after.system]),
        ("Giấy tờ", _papers(before), _papers(after)),
        ("Các bước", _steps(before, names), _steps(after, names)),
        ("Trường hợp", _cases(before), _cases(after)),
    ]  # fmt: skip
    return [one for one in pairs if _same(one[1]) != _same(one[2])]


SYSTEMS = {"beside": "Hệ thống của tỉnh", "own": "Phần mềm này"}


def _same(text: str) -> str:
    return squeeze(nfc(text))


def _time(span: Span | None) -> str:
    return span.words if span else "chưa rõ"


def _ways(entry: Entry) -> str:
    return ", ".join(channel_words(entry.at_counter, entry.by_post, entry.online))


def _money(entry: Entry) -> str:
    return f"{entry.fee_amount:,} đồng".replace(",", ".") if entry.fee_amount is not None else ""


def _papers(entry: Entry) -> str:
    def one(p: Paper) -> str:
        facts = [f"{p.originals} chính" if p.originals else "", f"{p.copies} sao" if p.copies else "", f"khi {p.required_when}" if p.required_when else "", p.form, "lấy lại được" if p.reusable else ""]  # fmt: skip
        told = ", ".join(filter(None, facts)) or "xuất trình"
        return f"{p.name} ({told})"

    return "; ".join(map(one, entry.components))


def _steps(entry: Entry, names: Mapping[int, str]) -> str:
    return "; ".join(
        f"{s.name}{f', {names.get(s.office, s.office)}' if s.office else ''} {s.share}%" for s in entry.steps
    )


def _cases(entry: Entry) -> str:
    def one(c: Variant) -> str:
        facts = (c.when, c.law.words if c.law else "", fee_words(c.fee_status, c.fee_words, None) if c.fee_status else "")  # fmt: skip
        return f"{c.name} ({', '.join(filter(None, facts))})"

    return "; ".join(map(one, entry.cases))
