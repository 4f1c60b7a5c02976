"""The papers that a dossier's moves have: made at the first look from what their event says, kept as they were printed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypedDict

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from caicach import data
from caicach.accounts.queries import signer_on
from caicach.citizens import queries as citizens
from caicach.core import clock, trip
from caicach.core.http import Missing
from caicach.counter import money_papers, numbers, papers, queries
from caicach.counter.models import Line, Paper
from caicach.counter.queries import Sentences
from caicach.documents import services as documents
from caicach.dossiers import intake
from caicach.dossiers.queries import events_of, paper_of
from caicach.dossiers.terms import term_of
from caicach.organisation.queries import ward_facts, work_time
from caicach.procedures.queries import shares_of
from caicach.rules import control_sheet, dossier_story, signature, wording
from caicach.rules.clock_limits import wait_ends
from caicach.rules.control_sheet import Happened
from caicach.rules.dossier_clock import Move as ClockMove
from caicach.rules.dossier_moves import APOLOGIES, STATES
from caicach.rules.formats import day as day_words
from caicach.rules.legs import from_facts
from caicach.rules.papers import NAMES, SYMBOLS
from caicach.rules.refusal import Refusal
from caicach.rules.signature import BLANK, Signer
from caicach.rules.vntext import listed
from caicach.writing.forms import form as laid_out
from caicach.writing.forms import qr

LAYOUT = "2026-1"
"""one more whenever one of these forms is laid out otherwise"""
_BY_HAND = "(Ký, ghi rõ họ tên)"
_STAMPED = "(Ký, ghi rõ họ tên, đóng dấu)"


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a paper can say, in words, "" for what is not known. at: of the event; in_hands: who has the dossier; before, due: the
    promise that was broken, and the one that stands now; ended: who asked that it ends; others: whom the ward asked, as whoever asked wrote it; turns: of the control sheet."""

    form: str
    code: str
    applicant: str
    procedure: str
    at: dt.datetime
    place: str
    ward: str
    desk: str
    desk_at: str
    desk_phone: str
    signer: Signer
    brought_by: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""
    received: str = ""
    before: str = ""
    due: str = ""
    reason: str = ""
    in_hands: str = ""
    state: str = ""
    is_accepted: bool = True
    basis: tuple[str, ...] = ()
    reply_by: str = ""
    days: str = ""
    nth_apology: int = 1
    ended: str = ""
    fee: str = ""
    parts: tuple[str, ...] = ()
    channels: str = ""
    way: str = ""
    result: str = ""
    collected: str = ""
    collector: str = ""
    line: str = ""
    others: str = ""
    lookup_address: str = ""
    lookup: str = ""
    turns: tuple[tuple[str, ...], ...] = field(default=())


# --- what is kept ----------------------------------------------------------------------------------------------


def kept(dossier: Any, nth: int) -> Paper | None:
    """The paper as it was printed, None while nobody has opened it."""
    return (
        Paper.objects.select_related("file").filter(ward_id=dossier.ward_id, dossier=dossier, nth=nth).first()
    )


def of_event(dossier: Any, nth: int, *, lookup: str, site: str, by: int, at: dt.datetime) -> Paper:
    """The paper of a dossier's nth event, made at the first call and kept: after a power cut it comes out as it would have then.
    Raises Missing where there is no such event, or it has no paper."""
    if there := kept(dossier, nth):
        return there
    ward = dossier.ward_id
    events = events_of(dossier, most=nth)
    if len(events) == nth and events[-1].code == "paid":
        return money_papers.receipt(dossier, nth, events[-1], by=by, at=at)
    told = occasion(dossier, nth, lookup=lookup, site=site)
    said = queries.sentences(ward, told.form)
    year = clock.local_day(told.at).year
    try:
        with transaction.atomic():
            intake.hold_known(dossier)
            number = _number(ward, told, year)
            facts = facts_of(told, said, number=number)
            upload: Any = ContentFile(
                laid_out(told.form, facts), name=f"mau-{told.form}-{nth}-{dossier.code}.pdf"
            )
            file = documents.store(upload, ward=ward, at=at)
            return Paper.objects.create(
                ward_id=ward, dossier=dossier, form=told.form, nth=nth, year=year, number=number, layout=f"{told.form}/{LAYOUT}",
                facts=facts, file=file, at=at, by_id=by,
            )  # fmt: skip
    except IntegrityError:  # opened twice at once
        return Paper.objects.select_related("file").get(
            ward_id=ward, dossier=dossier, form=told.form, nth=nth
        )


def _number(ward: int, told: Occasion, year: int) -> int:
    if told.form == "06":
        return int(told.line or 0)
    (((_, number),),) = trip.send(numbers.taking(ward, f"mau-{told.form}-{year}"))
    return int(number)


@dataclass(frozen=True, slots=True)
class OfDossier:
    """A paper that a dossier has. made: it was printed."""

    nth: int
    form: str
    name: str
    at: dt.datetime
    made: bool


def of_dossier(dossier: Any) -> list[OfDossier]:
    """The papers of all that happened to a dossier, oldest first; of the control sheet only the newest, which says all that the
    earlier ones do. Two queries."""
    made = set(Paper.objects.filter(ward_id=dossier.ward_id, dossier=dossier).values_list("nth", flat=True))
    found = [
        OfDossier(n, form, NAMES[form], one.at, n in made)
        for n, one in enumerate(events_of(dossier), 1)
        if (form := paper_of(dossier, one))
    ]
    last = max((one.nth for one in found if one.form == "06"), default=0)
    return [one for one in found if one.form != "06" or one.nth == last]


# --- what it says ----------------------------------------------------------------------------------------------


def occasion(dossier: Any, nth: int, *, lookup: str, site: str) -> Occasion:
    """All that the paper of the nth event may say, as it was when that happened. Raises Missing where there is no such event, or it has no paper."""
    events = events_of(dossier, most=nth)
    if len(events) != nth or not (form := paper_of(dossier, events[-1])):
        raise Missing
    event, ward = events[-1], dossier.ward_id
    line = Line.objects.filter(ward_id=ward, dossier=dossier).first()
    owner = citizens.known(dossier.citizen) if dossier.citizen else None
    teller = citizens.known(dossier.brought_by) if dossier.brought_by else owner
    facts, state = event.facts, event.state
    told = Occasion(
        form=form, code=dossier.code, applicant=dossier.applicant, procedure=dossier.procedure, at=event.at,
        **of_ward(ward), signer=signer_on(ward, event.by_id, clock.local_day(event.at)),
        brought_by=f"{dossier.brought_by.name} ({dossier.by_authority})" if dossier.brought_by else "",
        address=owner.address if owner else "", phone=teller.phone if teller else "", email=teller.email if teller else "",
        received=_moment(dossier, "received"), due=dossier_story.when(papers.due_then(dossier, events)), reason=event.word,
        in_hands=_holder(events), state=STATES[state].name if state in STATES else "", is_accepted=event.code not in ("ask-completion", "reject"),
        basis=tuple(dossier.version.basis) if dossier.version else (), line=str(line.number) if line else "",
        lookup=lookup, lookup_address=f"{site}{papers.LOOKUP_PATH}{lookup}/" if lookup else "",
    )  # fmt: skip
    match form:
        case "02":
            return replace(told, reply_by=_reply_by(event, ward) if told.is_accepted else "")
        case "04":
            return replace(
                told, before=dossier_story.when(facts.get("before")), due=dossier_story.when(facts.get("due")),
                days=str(facts.get("amount") or ""), nth_apology=sum(one.code in APOLOGIES for one in events),
                channels=_channels(line),
            )  # fmt: skip
        case "05":
            return replace(told, ended=_ended(event.code), fee=_fee(dossier), parts=_parts(dossier))
        case "06":
            asked = [one.word for one in events if one.code == "ask-agency"]
            agencies = [leg.agency for leg in from_facts(events[0].facts) if leg.agency]
            return replace(
                told,
                turns=_turns(dossier, events, told.desk),
                others="; ".join([*agencies, *asked]) or "không",
            )
        case "08":
            resolved = next((dict(one.facts) for one in reversed(events) if one.code == "resolve"), {})
            return replace(
                told, result=dossier_story.result(resolved), collected=dossier_story.collected(facts), fee=_fee(dossier),
                collector=facts.get("collector") or "", way=_way(line),
            )  # fmt: skip
    return told


class _Here(TypedDict):
    """What a paper says of the ward and its counter."""

    ward: str
    place: str
    desk: str
    desk_at: str
    desk_phone: str


def of_ward(ward: int) -> _Here:
    facts, desk = ward_facts(ward), queries.settings_of(ward)
    return {
        "ward": facts.name, "place": facts.name.partition(" ")[2] or facts.name, "desk": desk.title, "desk_at": desk.address,
        "desk_phone": desk.phone,
    }  # fmt: skip


def _happened(events: Sequence[Any]) -> list[Happened]:
    return [
        Happened(
            one.code, clock.minute(one.at), one.by.full_name if one.by else "Phần mềm",
            one.word, one.facts.get("office_name") or "", one.facts.get("person_name") or "", one.facts.get("amount") or 0,
        )
        for one in events
    ]  # fmt: skip


def _holder(events: Sequence[Any]) -> str:
    """Whose hands it was in at the last of these events."""
    for one in reversed(events):
        if one.code in control_sheet.PASSES:
            return dossier_story.hands(one.facts.get("office_name"), one.facts.get("person_name"))
    return ""


def _reply_by(event: Any, ward: int) -> str:
    try:
        last = wait_ends(
            work_time(ward), ClockMove(clock.minute(event.at), "paused", "supplement"), data.limits()
        )
    except Refusal:  # a year without a calendar
        return ""
    return day_words(last) if last else ""


def _ended(code: str) -> str:
    return {
        "withdraw": "chủ hồ sơ xin rút", "expire-supplement": "hết hạn bổ sung giấy tờ", "stop": "cơ quan giải quyết",
    }.get(code, "")  # fmt: skip


def _fee(dossier: Any) -> str:
    fee = getattr(dossier, "fee", None)
    return papers.fee_words(fee) if fee else ""


def _parts(dossier: Any) -> tuple[str, ...]:
    return tuple(
        papers.part_words(one) for one in dossier.parts.order_by("position") if not one.taken_from_id
    )


def _channels(line: Line | None) -> str:
    names = [Line.CHANNELS[one] for one in line.channels.split(",") if one in Line.CHANNELS] if line else []
    names = [name[:1].lower() + name[1:] if " " in name else name for name in names]
    return ", ".join(["trao tại quầy", *names])


def _way(line: Line | None) -> str:
    if line is None:
        return ""
    return Line.WAYS[line.way].lower() + (f": {line.way_to}" if line.way_to else "")


def _moment(dossier: Any, name: str) -> str:
    at = dossier.moment(name)
    return dossier_story.when(at.isoformat()) if at else ""


def _turns(dossier: Any, events: Sequence[Any], desk: str) -> tuple[tuple[str, ...], ...]:
    rows = control_sheet.rows(
        _happened(events), desk=desk, shares=shares_of(dossier.version_id), term=term_of(events), time=work_time(dossier.ward_id)
    )  # fmt: skip
    return tuple(
        (
            row.given_by, dossier_story.hands(row.office, row.person), _short(row.since), _short(row.due), _short(row.until), row.came,
            row.note,
        )
        for row in rows
    )  # fmt: skip


def _short(at: dt.datetime | None) -> str:
    return f"{at:%H:%M %d/%m/%Y}" if at else ""


# --- how it is laid out ----------------------------------------------------------------------------------------


def facts_of(told: Occasion, said: Sentences, *, number: int | str) -> dict[str, object]:
    """What the form says, as its layout takes it."""
    names = _names(told)
    day = clock.local_day(told.at)
    head = told.form in ("04", "05") or (told.form in ("02", "03") and told.signer.signs_for_ward)
    left, right = _signatures(told)
    return {
        "above": "Ủy ban nhân dân" if head else f"UBND {told.ward}", "desk": told.ward if head else told.desk,
        "number": f"{number or '……'}/{SYMBOLS[told.form]}", "place": told.place,
        "date": f"ngày {day.day:02} tháng {day.month:02} năm {day.year}", "title": NAMES[told.form], "name": _title(told.form), "code": told.code,
        "to": told.applicant if told.form in ("02", "03", "04", "05") else "", "opening": _lines(wording.fill(said.opening, names)),
        "closing": _lines(wording.fill(said.closing, names)), "rows": [list(row) for row in _rows(told)], "items_name": _items(told)[0],
        "items": _items(told)[1], "left": left, "right": right, "copies": _copies(told), "turns": [list(row) for row in told.turns],
        "qr": qr(told.lookup_address) if told.lookup_address else "", "lookup": told.lookup,
    }  # fmt: skip


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _title(form: str) -> str:
    """The name over the paper, in two lines where it is long."""
    return {
        "02": "PHIẾU YÊU CẦU BỔ SUNG,\nHOÀN THIỆN HỒ SƠ", "03": "PHIẾU TỪ CHỐI TIẾP NHẬN,\nGIẢI QUYẾT HỒ SƠ",
        "04": "VĂN BẢN XIN LỖI\nVÀ HẸN LẠI NGÀY TRẢ KẾT QUẢ", "05": "THÔNG BÁO\nDỪNG GIẢI QUYẾT HỒ SƠ",
        "06": "PHIẾU KIỂM SOÁT QUÁ TRÌNH GIẢI QUYẾT HỒ SƠ",
    }.get(form, NAMES[form].upper())  # fmt: skip


def _names(told: Occasion) -> dict[str, str]:
    return {
        "chu_ho_so": told.applicant, "ma_ho_so": told.code or "(chưa tiếp nhận)", "thu_tuc": told.procedure, "ngay_nhan": told.received, "hen_tra": told.due,
        "hen_cu": told.before, "hen_moi": told.due, "so_ngay": told.days, "ly_do": told.reason, "don_vi": told.in_hands,
        "han_bo_sung": told.reply_by, "ket_qua": told.result, "nguoi_nhan": told.collector, "phuong": papers.in_a_sentence(told.ward),
        "bo_phan": told.desk, "dia_chi": told.desk_at, "dien_thoai": told.desk_phone,
    }  # fmt: skip


def _rows(told: Occasion) -> list[tuple[str, str]]:
    """(label, value); a value of "" leaves room to write it by hand."""
    block = [("Hồ sơ của", told.applicant)]
    block += [("Người nộp", told.brought_by)] if told.brought_by else []
    block += [("Địa chỉ", told.address)] if told.form != "06" else []
    reach = ", ".join(filter(None, (told.phone, told.email)))
    block += [("Liên hệ", reach)] if reach and told.form != "06" else []
    block += [("Thủ tục", told.procedure)]
    block += [("Nhận hồ sơ", told.received)] if told.received or told.form == "04" else []
    match told.form:
        case "02":
            stage = "trong khi giải quyết" if told.is_accepted else "trước khi tiếp nhận"
            block.append(("Yêu cầu bổ sung", stage))
            return block
        case "04":
            return [
                *block, ("Đã hẹn trả", told.before), ("Tình trạng", f"{told.state.lower()}{f', ở {told.in_hands}' if told.in_hands else ''}"),
                ("Đơn vị để chậm", told.in_hands or told.desk), ("Lý do", told.reason), ("Hẹn trả mới", told.due), ("Lần hẹn lại thứ", str(told.nth_apology)),
                ("Gửi bằng cách", told.channels),
            ]  # fmt: skip
        case "05":
            refund = (
                "không thu nên không hoàn"
                if told.fee in ("không thu",) or told.fee.startswith("miễn")
                else ""
            )
            return [
                *block, ("Dừng theo", told.ended), ("Lúc", dossier_story.when(clock.minute(told.at).isoformat())), ("Lý do", told.reason or ("chủ hồ sơ không nêu" if told.ended == "chủ hồ sơ xin rút" else "")),
                ("Phí, lệ phí", told.fee), ("Hoàn phí, lệ phí", refund),
            ]  # fmt: skip
        case "06":
            return [
                *block,
                ("Hẹn trả", told.due),
                ("Cơ quan giải quyết", papers.in_a_sentence(told.ward)),
                ("Cơ quan phối hợp", told.others),
            ]
        case "08":
            return [
                *block, ("Hẹn trả", told.due), ("Kết quả", told.result), ("Trả lúc", dossier_story.when(clock.minute(told.at).isoformat())),
                ("Người nhận", told.collected), ("Nhận bằng cách", told.way), ("Phí, lệ phí", told.fee),
            ]  # fmt: skip
    return block


def _items(told: Occasion) -> tuple[str, list[str]]:
    match told.form:
        case "02":
            asked = listed(told.reason) or [wording.UNKNOWN]
            ground = [f"Căn cứ: {'; '.join(told.basis)}"] if told.basis else []
            until = [f"Bổ sung trước hết ngày {told.reply_by}"] if told.reply_by else []
            who = ", ".join(
                filter(None, (told.signer.name, told.desk_phone and f"điện thoại {told.desk_phone}"))
            )
            return "Cần bổ sung, hoàn thiện", [
                *asked,
                *(f"\u2022{one}" for one in (*ground, *until, f"Người hướng dẫn: {who}")),
            ]
        case "03":
            ground = [f"\u2022Căn cứ: {'; '.join(told.basis)}"] if told.basis else []
            return "Lý do từ chối", [
                *(listed(told.reason) or [wording.UNKNOWN]),
                *ground,
                f"\u2022Có thể nộp ở: {wording.UNKNOWN * 3}",
            ]
        case "05":
            return ("Giấy tờ trả lại", list(told.parts)) if told.parts else ("", [])
    return "", []


def _signatures(told: Occasion) -> tuple[dict[str, object], dict[str, object]]:
    """Who signs at the left and at the right: lines over the signature, what to do there, the name under it."""
    signer = told.signer
    mine = signature.over(signer)

    def block(lines: Sequence[str], note: str = _BY_HAND, name: str = "") -> dict[str, object]:
        return {"lines": list(lines), "note": note, "name": name}

    bringer = told.brought_by.partition(" (")[0] or told.applicant
    match told.form:
        case "02":
            guide = (
                block(mine, _STAMPED, signer.name) if mine else block(["NGƯỜI HƯỚNG DẪN"], name=signer.name)
            )
            return block([]), guide
        case "03":
            teller = (
                block(mine, _STAMPED, signer.name)
                if mine
                else block(["NGƯỜI TIẾP NHẬN HỒ SƠ"], name=signer.name)
            )
            return block(["NGƯỜI NỘP HỒ SƠ"], name=bringer), teller
        case "04" | "05":
            if mine:
                return block([]), block(mine, _STAMPED, signer.name)
            made_by = block(["NGƯỜI LẬP"], name=signer.name) if signer.name else block([])
            return made_by, block([BLANK], _STAMPED)
        case "08":
            return block(["NGƯỜI NHẬN KẾT QUẢ"], name=told.collector), block(
                ["NGƯỜI TRẢ KẾT QUẢ"], name=signer.name
            )
    return block([]), block([])


def _copies(told: Occasion) -> list[str]:
    """Who gets it ("Nơi nhận")."""
    if told.form in ("04", "05"):
        return [told.applicant or "Chủ hồ sơ", told.desk, "Lưu: hồ sơ"]
    return []


# --- an invented one, to look at words -------------------------------------------------------------------------


def sample(form: str, *, ward: int) -> Occasion:
    """An invented dossier of this ward, with something in every place that the form has."""
    at = clock.noon(dt.date(2026, 11, 23))
    here = of_ward(ward)
    here["desk_at"] = here["desk_at"] or "Số 1, đường Ví Dụ"
    here["desk_phone"] = here["desk_phone"] or "0000 000 000"
    leader = Signer("Trần Văn Mẫu", "Phó Chủ tịch", "leader")
    turns = (
        ("Lê Thị Quầy", here["desk"], "08:30 16/11/2026", "", "09:00 16/11/2026", "", ""),
        ("Lê Thị Quầy", "Phòng Mẫu (Ngô Văn Bước)", "09:00 16/11/2026", "17:00 19/11/2026", "10:15 19/11/2026", "đúng hạn", ""),
    )  # fmt: skip
    return Occasion(
        form=form, code="H00.00.00-261116-0007", applicant="Nguyễn Thị Ví Dụ", procedure="Thủ tục mẫu", at=at,
        **here,
        signer=leader if form in ("04", "05") else Signer("Lê Thị Quầy"), address="Khu phố Mẫu", phone="•••• ••• 345",
        received="08:30 16/11/2026", before="17:00 24/11/2026", due="17:00 27/11/2026", reason="Chờ xác minh ở nơi khác", in_hands="Phòng Mẫu",
        state="Đang giải quyết", basis=("Văn bản mẫu số 1",), reply_by="23/12/2026", days="2", ended="chủ hồ sơ xin rút", fee="không thu",
        parts=("Tờ khai (1 bản chính)", "Giấy tờ mẫu (1 bản sao)"), channels="trao tại quầy, tin nhắn SMS", way="nhận tại quầy",
        result="giải quyết, văn bản số 7/M ký ngày 23/11/2026", collected="Nguyễn Thị Ví Dụ (đối chiếu: Căn cước)",
        collector="Nguyễn Thị Ví Dụ", line="7", lookup="XEMTRUOC", lookup_address="/tra-cuu/XEMTRUOC/", turns=turns,
    )  # fmt: skip


def picture_of(form: str, said: Sentences, *, ward: int) -> bytes:
    """The form with these sentences, of an invented dossier, as a picture."""
    told = sample(form, ward=ward)
    if form == "01":
        return laid_out(
            "01",
            papers.sample_facts(wording.fill(said.closing, _names(told)), ward=ward),
            again="Xem trước",
            kind="png",
        )
    return laid_out(form, facts_of(told, said, number="0"), again="Xem trước", kind="png")
