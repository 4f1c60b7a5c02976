"""Forms as they are printed: made once, kept with what they say; made again only with a mark."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Literal

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from caicach.citizens import queries as citizens
from caicach.core import clock
from caicach.counter import queries
from caicach.counter.models import Desk, Line, Paper
from caicach.counter.queries import Taken
from caicach.documents import services as documents
from caicach.dossiers import intake
from caicach.dossiers.queries import events_of, void_words
from caicach.dossiers.terms import term_of
from caicach.organisation.queries import ward_facts, work_time
from caicach.rules import wording
from caicach.rules.dossier_clock import read
from caicach.rules.dossier_moves import APOLOGISED, Step, replay
from caicach.rules.formats import WEEKDAYS, number
from caicach.rules.formats import day as day_words
from caicach.writing.forms import form, qr

LAYOUT = "01/2026-1"
"""one more whenever the receipt is laid out otherwise"""
LOOKUP_PATH = "/tra-cuu/"
"""where a citizen's page is (caicach/portal); the code opens it"""


def receipt(page: Taken, *, lookup: str, site: str, by: int, at: dt.datetime) -> Paper:
    """The receipt of a dossier, form 01, made at the first call and kept; its number is that of the line in the book, so that it
    comes out the same also where the power went between saving and printing."""
    there = Paper.objects.select_related("file").filter(ward_id=page.line.ward_id, dossier=page.dossier, form="01").first()  # fmt: skip
    if there:
        return there
    facts = receipt_facts(page, lookup=lookup, site=site)
    data = form("01", facts)
    ward = page.line.ward_id
    try:
        with transaction.atomic():
            intake.hold_known(page.dossier)  # whoever forgets it meanwhile waits, and finds the paper
            file = documents.store(_upload(data, f"giay-tiep-nhan-{page.dossier.code}.pdf"), ward=ward, at=at)  # type: ignore[arg-type]
            return Paper.objects.create(
                ward_id=ward, dossier=page.dossier, form="01", year=page.line.year, number=page.line.number, layout=LAYOUT, facts=facts,
                file=file, at=at, by_id=by,
            )  # fmt: skip
    except IntegrityError:  # opened twice at once
        return Paper.objects.select_related("file").get(ward_id=ward, dossier=page.dossier, form="01")


def printed_again(
    paper: Paper,
    *,
    at: dt.datetime,
    kind: Literal["pdf", "png"],
    is_void: bool = False,
    page: int = 1,
    undone: str = "",
) -> bytes:
    """What the paper says, with the mark of a reprint, and of a number that is void; undone: what became of a receipt. Raises
    IndexError for a page it does not have."""
    mark = f"Bản in lại {clock.local(at):%H:%M %d/%m/%Y}" + (" · Số này đã hủy" if is_void else "")
    facts = {**paper.facts, "undone": undone} if undone else paper.facts
    return form(paper.form, facts, again=mark, kind=kind, page=page)


def receipt_facts(page: Taken, *, lookup: str, site: str) -> dict[str, object]:
    """What form 01 says. The phone stays masked: its owner knows it, and the paper is left lying about."""
    dossier, line, version = page.dossier, page.line, page.dossier.version
    owner = citizens.known(dossier.citizen)
    teller = citizens.known(dossier.brought_by) if dossier.brought_by else owner
    law = (
        version.law.words if version and version.law else (version.time_words if version else "") or "chưa rõ"
    )
    due = due_then(dossier, events_of(dossier, most=1))
    due_words = (
        _said(dt.datetime.fromisoformat(due) if "T" in due else dt.date.fromisoformat(due)) if due else ""
    )
    by, desk = dossier.brought_by, queries.settings_of(line.ward_id)
    heading = _heading(line.ward_id, desk, clock.local_day(line.at))
    names = {
        "chu_ho_so": dossier.applicant, "ma_ho_so": dossier.code, "thu_tuc": dossier.procedure, "ngay_nhan": _moment(dossier, "received"),
        "hen_tra": due_words, "phuong": in_a_sentence(ward_facts(line.ward_id).name), "bo_phan": str(heading["desk"]),
        "dia_chi": desk.address, "dien_thoai": desk.phone,
    }  # fmt: skip
    standing = wording.fill(queries.sentences(line.ward_id, "01").closing, names)
    return {
        **heading,
        "legs": [f"{one.name} ({one.agency})" if one.agency else one.name for one in version.bundle] if version else [],
        "title": f"Giấy tiếp nhận hồ sơ {dossier.code}", "number": f"{line.number}/TNHS", "code": dossier.code,
        "applicant": dossier.applicant, "brought_by": f"{by.name} ({dossier.by_authority})" if by else "", "address": owner.address,
        "phone": teller.phone, "email": teller.email, "procedure": dossier.procedure, "qr": qr(f"{site}{LOOKUP_PATH}{lookup}/"),
        "lookup": lookup, "parts": [part_words(part) for part in page.parts], "sets": str(dossier.sets), "law": law,
        "own": version.own.words if version and version.own else "", "received": _moment(dossier, "received"),
        "due": due_words or "chưa có ngày hẹn", "sum": line.promise, "fee": fee_words(dossier.fee),
        "way": Line.WAYS[line.way].lower() + (f": {line.way_to}" if line.way_to else ""), "year": str(line.year), "line": str(line.number),
        "submitter": by.name if by else dossier.applicant, "officer": line.by.full_name if line.by else "", "standing": standing,
    }  # fmt: skip


def in_a_sentence(ward: str) -> str:
    return f"Ủy ban nhân dân {ward[:1].lower()}{ward[1:]}"


def due_then(dossier: Any, events: Sequence[Any]) -> str | None:
    """The promise as it stood at the last of these events: what the newest of them says, else what the dossier came in with."""
    for one in reversed(events):
        if one.facts.get("due"):
            return str(one.facts["due"])
    later = events_of(dossier)[len(events) :]
    if any(one.facts.get("due") and one.code != APOLOGISED for one in later):  # the row says a newer one
        if (term := term_of(events)) is None:
            return None
        moves = replay([Step(one.code, clock.minute(one.at), one.word) for one in events])[1]
        first = read(work_time(dossier.ward_id), term, moves, clock.minute(events[-1].at)).first_due
        return first.isoformat() if first else None
    day, time = dossier.due_on, dossier.due_time
    return None if day is None else (dt.datetime.combine(day, time) if time else day).isoformat()


def book_page(ward: int, year: int, *, number: int, at: dt.datetime, size: int = 20) -> bytes:
    """A page of the register, form 07, as it stands now."""
    rows = queries.book(ward, year, page=number, size=size)
    words = void_words(ward, [line.dossier_id for line in rows])
    facts = {
        **_heading(ward, queries.settings_of(ward), clock.local_day(at)),
        "title": f"Sổ theo dõi hồ sơ năm {year}, tờ {number}", "number": str(number), "year": str(year),
        "rows": [_row(line, words.get(line.dossier_id, "")) for line in rows],
    }  # fmt: skip
    return form("07", facts)


def _row(line: Line, void_word: str) -> list[str]:
    one = line.dossier
    owner = citizens.known(one.citizen) if one.citizen else None
    return [
        str(line.number), one.code, one.procedure, str(one.sets), one.applicant,
        " · ".join(filter(None, (owner.address, owner.phone))) if owner else "", _moment(one, "received"), _moment(one, "due"),
        _moment(one, "returned"), Line.WAYS[line.way], f"Đã hủy số: {void_word}" if one.state == "voided" else "",
    ]  # fmt: skip


def fee_words(fee: Any) -> str:
    """What was to be paid; an unknown fee is said to be so."""
    match fee.status:
        case "free":
            return "không thu"
        case "exempt":
            return f"miễn ({fee.ground})"
        case "unknown":
            return "chưa rõ"
    return f"{number(str(fee.total))} đồng"


def sample_facts(standing: str, *, ward: int) -> dict[str, object]:
    """What form 01 says of an invented dossier, with these sentences under it."""
    return {
        **_heading(ward, queries.settings_of(ward), dt.date(2026, 11, 23)), "title": "Xem trước", "number": "0/TNHS", "code": "H00.00.00-261116-0007",
        "applicant": "Nguyễn Thị Ví Dụ", "brought_by": "", "address": "Khu phố Mẫu", "phone": "•••• ••• 345", "email": "", "procedure": "Thủ tục mẫu",
        "qr": qr("/tra-cuu/XEMTRUOC/"), "lookup": "XEMTRUOC", "parts": ["Tờ khai (1 bản chính)"], "sets": "1", "law": "5 ngày làm việc", "own": "",
        "received": "08:30 thứ Hai, 16/11/2026", "due": "17:00 thứ Ba, 24/11/2026", "sum": "ví dụ", "fee": "không thu", "way": "nhận tại quầy",
        "year": "2026", "line": "7", "submitter": "Nguyễn Thị Ví Dụ", "officer": "Lê Thị Quầy", "standing": standing,
    }  # fmt: skip


def heading(ward: int, day: dt.date) -> dict[str, object]:
    """What stands over a paper of the counter."""
    return _heading(ward, queries.settings_of(ward), day)


def _heading(ward: int, desk: Desk, day: dt.date) -> dict[str, object]:
    facts = ward_facts(ward)
    name = desk.name or "Trung tâm Phục vụ hành chính công"
    at = ", ".join(part for part in (desk.address, f"điện thoại {desk.phone}" if desk.phone else "") if part)
    return {
        "above": f"UBND {facts.name}", "desk": desk.title, "desk_name": name, "desk_at": at or "………………………",
        "place": facts.name.partition(" ")[2] or facts.name, "date": f"ngày {day.day:02} tháng {day.month:02} năm {day.year}",
    }  # fmt: skip


def part_words(part: Any) -> str:
    counts = ((part.originals, "bản chính"), (part.copies, "bản sao"))
    count = (
        "đã có, không phải nộp"
        if part.taken_from_id
        else ", ".join(f"{n} {words}" for n, words in counts if n)
    )
    return f"{part.name} ({count})" if count else part.name


def _moment(dossier: Any, name: str) -> str:
    at = dossier.moment(name)
    return _said(at) if at else ""


def _said(at: dt.date) -> str:
    day = f"{WEEKDAYS[at.weekday()]}, {day_words(at)}"
    return f"{at:%H:%M} {day}" if isinstance(at, dt.datetime) else day_words(at)


def _upload(data: bytes, name: str) -> ContentFile[bytes]:
    return ContentFile(data, name=name)
