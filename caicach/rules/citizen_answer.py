"""What a citizen is told of a dossier: one answer first, then the steps; every state and every move has its words here.

Pure. Nothing here names a person of the ward; a reason is what the ward wrote to the citizen, never what offices asked each other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from caicach.rules.clock_words import minutes_in_words, sessions_in_words
from caicach.rules.dossier_moves import STATES, State
from caicach.rules.formats import WEEKDAYS, number
from caicach.rules.vntext import listed
from caicach.rules.work_time import DAY, SATURDAY, WorkTime

Tone = Literal["ok", "next", "warn", "late", "plain"]
Moment = dt.date | dt.datetime

BRING = (
    "Giấy hẹn, hoặc số hồ sơ.",
    "Giấy tờ tùy thân.",
    "Nhận thay người khác: thêm giấy ủy quyền.",
)
"""what to bring when a result is collected"""
PROVISIONAL = "Số bắt đầu bằng TAM là số tạm của phường; hệ thống của tỉnh sẽ cấp số chính thức. Giấy hẹn và mã tra cứu vẫn dùng được như cũ."
_NOTHING_TO_DO = "Anh/chị không phải làm gì thêm."


@dataclass(frozen=True, slots=True)
class Posted:
    """That a result went by post. code: the post's; back: it came back to the ward and lies there."""

    on: dt.date
    code: str = ""
    back: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """How a dossier stands, as the ward knows it. Moments are of the ward's own time, without zone.

    is_late: its promise has passed while it runs. since: when its state began. word: why, as written to the citizen; empty where
    another system keeps the dossier and does not say. broken: the promise that an apology took back; apology: its word. until:
    the last day of a wait. owed: what is still to pay at the counter, 0 for nothing or unknown; posted: how the result went by post.
    money: dong to pay, None where that is not known. way: how the result comes, as of the counter's line.
    is_denied: the result says no. is_old: it ended so long ago that only this is still shown.
    """

    state: State
    now: dt.datetime
    due: Moment | None = None
    is_late: bool = False
    since: dt.date | None = None
    word: str = ""
    broken: Moment | None = None
    apology: str = ""
    until: dt.date | None = None
    money: int | None = None
    way: str = "counter"
    owed: int = 0
    posted: Posted | None = None
    is_denied: bool = False
    is_old: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """title: the one thing, large; lines: what belongs to it. is_yours: something is for the citizen to do. visits: they have to
    come, so place and hours stand beside it; bring: with what."""

    tone: Tone
    title: str
    lines: tuple[str, ...] = ()
    is_yours: bool = False
    visits: bool = False
    bring: tuple[str, ...] = ()


def answer(one: Standing, time: WorkTime) -> Answer:
    """The one answer for a dossier in this state."""
    if one.is_old:
        return Answer("plain", _ENDED[one.state])
    match one.state:
        case "submitted":
            return Answer(
                "next", "Hồ sơ đã tới, chờ tiếp nhận", (f"Bộ phận Một cửa xem rồi báo lại. {_NOTHING_TO_DO}",)
            )
        case "accepted" | "processing":
            return _under_way(one, time)
        case "supplement-wait":
            return _supplement(one)
        case "payment-wait":
            return _payment(one)
        case "agency-wait":
            since = f" từ {_day(one.since)}" if one.since else ""
            said = f"Phường đã hỏi cơ quan khác{since}; trong lúc chờ, thời hạn tạm dừng. {_NOTHING_TO_DO}"
            return Answer(
                "next", "Đang chờ cơ quan khác trả lời", (said, "Có trả lời thì ngày hẹn mới hiện ở đây.")
            )
        case "resolved":
            return _ready(one)
        case "returned":
            if one.posted:
                return _posted(one, one.posted)
            lines = (f"Trả ngày {_day(one.since)}.",) if one.since else ()
            return Answer(
                "ok", _ENDED["returned"], (*lines, "Kết quả có chỗ sai? Hãy báo Một cửa để được sửa.")
            )
        case "rejected":
            after = "Khi đã đủ điều kiện, anh/chị có thể nộp lại. Chưa rõ chỗ nào thì hỏi Một cửa."
            return Answer("plain", "Phường không tiếp nhận hồ sơ này", _reason(one, after))
        case "withdrawn":
            when = f" ngày {_day(one.since)}" if one.since else ""
            return Answer("plain", "Hồ sơ đã được rút", _reason(one, f"Rút{when} theo yêu cầu của người nộp. Muốn làm tiếp thì nộp hồ sơ mới."))  # fmt: skip
        case "stopped":
            return Answer("plain", "Phường đã dừng giải quyết hồ sơ này", _reason(one, "Muốn làm tiếp thì nộp hồ sơ mới. Chưa rõ vì sao thì hỏi Một cửa."))  # fmt: skip
        case "voided":
            after = "Nếu anh/chị vẫn đang chờ kết quả, hãy hỏi Một cửa số hồ sơ mới."
            return Answer("plain", "Số hồ sơ này đã hủy", _reason(one, after))


_ENDED: dict[State, str] = {one: facts.name for one, facts in STATES.items()} | {
    "returned": "Đã trả kết quả",
    "rejected": "Không tiếp nhận",
    "withdrawn": "Hồ sơ đã được rút",
    "stopped": "Đã dừng giải quyết",
    "voided": "Số hồ sơ này đã hủy",
}


def _under_way(one: Standing, time: WorkTime) -> Answer:
    if one.due is None:
        return Answer(
            "next",
            "Đang giải quyết, chưa có ngày hẹn",
            (f"Thủ tục này chưa rõ thời hạn. {_NOTHING_TO_DO} Cần hỏi thì gọi Một cửa.",),
        )
    if one.is_late:
        again = ", sau khi đã lùi một lần" if one.broken else ""
        late = _late(one, time)
        return Answer(
            "late",
            "Hồ sơ đang trễ hẹn",
            (
                f"Phường xin lỗi anh/chị. Kết quả hẹn {in_words(one.due, one.now)}{again}, đến nay chưa xong{f', trễ {late}' if late else ''}.",
                "Chưa có ngày hẹn mới; có thì hiện ngay ở đây. Anh/chị không phải tới hỏi, có thể gọi Một cửa.",
            ),
        )
    left = _left(one, time)
    lines = (f"{left}{'. ' if left else ''}{_NOTHING_TO_DO}",)
    if one.broken is None:
        return Answer("ok", f"Hẹn trả {in_words(one.due, one.now)}", lines)
    sorry = f"Phường xin lỗi anh/chị vì không kịp hẹn {in_words(one.broken, one.now)}."
    why = (f"Lý do: {_sentence(one.apology)}",) if one.apology else ()
    return Answer("warn", f"Hẹn lại {in_words(one.due, one.now)}", (sorry, *why, *lines))


def _supplement(one: Standing) -> Answer:
    things = tuple(map(_sentence, listed(one.word)))
    what = _sentence(one.word) if one.word else "Giấy tờ nào còn thiếu ghi trong phiếu yêu cầu bổ sung; chưa nhận được phiếu thì hỏi Một cửa."  # fmt: skip
    title = "Anh/chị cần bổ sung giấy tờ"
    if one.until is not None and one.until < one.now.date():
        when = f"Đã quá ngày {_day(one.until)}. Hãy mang tới ngay hoặc gọi Một cửa: quá hạn, phường có thể dừng giải quyết."
    elif one.until is not None:
        when = f"Mang tới Một cửa trước hết ngày {_weekday(one.until)}."
    else:
        when = "Mang tới Một cửa càng sớm càng tốt."
    lines = (when, "Trong lúc chờ, thời hạn tạm dừng; nộp đủ thì có ngày hẹn mới.")
    if len(things) > 1:  # written as a list, read as one
        return Answer("warn", title, lines, is_yours=True, visits=True, bring=things)
    return Answer("warn", title, (things[0] if things else what, *lines), is_yours=True, visits=True)


def _payment(one: Standing) -> Answer:
    title = "Anh/chị cần nộp tiền" + (f": {number(str(one.money))} đồng" if one.money else "")
    lines = [_sentence(one.word)] if one.word else []
    if not one.money and not one.word:
        lines = ["Số tiền và nơi nộp ghi trong thông báo; chưa nhận được thì hỏi Một cửa."]
    if one.until is not None:
        lines.append(f"Nộp trước hết ngày {_weekday(one.until)}.")
    lines.append("Trong lúc chờ, thời hạn tạm dừng; nộp xong thì có ngày hẹn mới.")
    return Answer("warn", title, tuple(lines), is_yours=True)


def _ready(one: Standing) -> Answer:
    said = (
        ("Phường không giải quyết được như đề nghị; lý do ghi trong văn bản trả lời.",)
        if one.is_denied
        else ()
    )
    what = "văn bản trả lời" if one.is_denied else "kết quả"
    match one.way:
        case "post":
            sent = "Kết quả gửi qua bưu chính tới địa chỉ anh/chị đã ghi ở giấy hẹn. Vài ngày chưa thấy thì gọi Một cửa."
            return Answer("ok", f"Đã có {what}, đang gửi tới anh/chị", (*said, sent))
        case "file":
            sent = "Bản điện tử gửi tới nơi anh/chị đã chọn. Chưa thấy thì gọi Một cửa."
            return Answer("ok", f"Đã có {what}, bản điện tử", (*said, sent))
    owed = (f"Còn phải nộp {number(str(one.owed))} đồng khi nhận.",) if one.owed else ()
    return Answer(
        "ok", f"Đã có {what}, mời anh/chị tới nhận", (*said, *owed), is_yours=True, visits=True, bring=BRING
    )


def _posted(one: Standing, posted: Posted) -> Answer:
    """What was handed to the post: on its way, or back at the ward."""
    if posted.back:
        said = f"Bưu chính đã nhận ngày {_day(posted.on)} nhưng không giao được; kết quả nằm tại Một cửa."
        return Answer(
            "warn",
            "Kết quả gửi đi đã quay lại, mời anh/chị tới nhận",
            (said, "Muốn gửi lại tới địa chỉ khác thì gọi Một cửa."),
            is_yours=True,
            visits=True,
            bring=BRING,
        )
    code = (f"Mã bưu gửi: {posted.code}.",) if posted.code else ()
    after = "Vài ngày chưa thấy thì hỏi bưu chính theo mã này, hoặc gọi Một cửa." if code else "Vài ngày chưa thấy thì gọi Một cửa."  # fmt: skip
    return Answer("ok", f"Đã gửi qua bưu chính ngày {_day(posted.on)}", (*code, after))


def _reason(one: Standing, after: str) -> tuple[str, ...]:
    return (f"Lý do: {_sentence(one.word)}", after) if one.word else (after,)


# --- moments ---------------------------------------------------------------------------------------------------


def in_words(moment: Moment, now: dt.datetime) -> str:
    """ "16:30 hôm nay", "17:00 thứ Ba, 01/12/2026"; of a day without a time the day alone."""
    day = moment.date() if isinstance(moment, dt.datetime) else moment
    words = "hôm nay" if day == now.date() else _weekday(day)
    return f"{moment:%H:%M} {words}" if isinstance(moment, dt.datetime) else words


def _left(one: Standing, time: WorkTime) -> str:
    """How much working time is left, in the words that fit: hours today, else days."""
    day, today = _date(one.due), one.now.date()
    if day != today:
        days = time.days_between(today, day)
        return f"Còn {days} ngày làm việc" if days > 0 else ""
    if not isinstance(one.due, dt.datetime):
        return ""
    minutes = time.between(one.now, one.due)
    return f"Còn {minutes_in_words(minutes)} làm việc" if minutes > 0 else ""


def _late(one: Standing, time: WorkTime) -> str:
    days = time.days_between(_date(one.due), one.now.date())
    if days > 0:
        return f"{days} ngày làm việc"
    minutes = time.between(one.due, one.now) if isinstance(one.due, dt.datetime) else 0
    return minutes_in_words(minutes) if minutes > 0 else ""


def _date(moment: Moment | None) -> dt.date:
    return moment.date() if isinstance(moment, dt.datetime) else moment or dt.date.max


def _day(day: dt.date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""


def _weekday(day: dt.date) -> str:
    return f"{WEEKDAYS[day.weekday()]}, {day:%d/%m/%Y}"


def _sentence(word: str) -> str:
    """What was written, begun with a capital and ended with a stop."""
    text = " ".join(word.split())
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?', '…')) else '.'}" if text else ""


def opening_words(time: WorkTime, now: dt.datetime) -> tuple[tuple[tuple[str, str], ...], str]:
    """When the counter is open in a week, by its days, and whether it is now: ("Thứ Hai đến thứ Sáu", "07:00–11:00, 13:00–17:00"),
    "Đang nghỉ, mở lại 07:00 thứ Hai, 30/11/2026"."""
    today = now.date()
    week: tuple[tuple[str, str], ...] = (
        ("Thứ Hai đến thứ Sáu", sessions_in_words(time.full_sessions(today))),
    )
    saturday = time.sessions_of(today + (SATURDAY - today.weekday()) % 7 * DAY)
    if saturday:
        week += (("Thứ Bảy", sessions_in_words(saturday)),)
    if time.is_open(now):
        return week, "Đang mở cửa"
    for n in range(15):  # nobody is closed for longer but at Tết
        day = today + n * DAY
        for since, _ in time.sessions_of(day):
            opens = dt.datetime.combine(day, since)
            if opens > now:
                return week, f"Đang nghỉ, mở lại {in_words(opens, now)}"
    return week, f"Đang nghỉ, mở lại {in_words(time.next_minute(now), now)}"


# --- the steps -------------------------------------------------------------------------------------------------

MOVED: dict[str, str] = {
    "submit": "Đã nộp trực tuyến",
    "accept": "Đã tiếp nhận",
    "ask-completion": "Đã hướng dẫn hoàn thiện",
    "reject": "Không tiếp nhận",
    "transfer": "Đã chuyển tới nơi giải quyết",
    "hand-over": "Đã chuyển bước tiếp theo",
    "send-back": "Đã chuyển lại để xem thêm",
    "ask-supplement": "Phường yêu cầu bổ sung giấy tờ",
    "take-supplement": "Đã nhận giấy tờ bổ sung",
    "expire-supplement": "Quá hạn bổ sung, dừng giải quyết",
    "ask-payment": "Phường báo số tiền phải nộp",
    "confirm-payment": "Đã nộp tiền",
    "ask-agency": "Phường hỏi cơ quan khác",
    "agency-answers": "Cơ quan khác đã trả lời",
    "extend": "Phường xin lỗi và hẹn lại",
    "apologise": "Phường xin lỗi và hẹn lại",
    "withdraw": "Người nộp rút hồ sơ",
    "stop": "Dừng giải quyết",
    "resolve": "Đã có kết quả",
    "return-result": "Đã trả kết quả",
    "reopen": "Mở lại để sửa kết quả",
    "void": "Hủy số hồ sơ",
    "code-learnt": "Hồ sơ có số chính thức",
    "post-back": "Bưu gửi quay lại phường",
    "posted-again": "Đã gửi lại qua bưu chính",
    "collected": "Đã nhận kết quả tại quầy",
}
"""what happened, in a citizen's words"""
PASSES = frozenset({"transfer", "hand-over", "send-back"})
NOW: dict[State, str] = {
    "submitted": "Đang chờ tiếp nhận",
    "accepted": "Đang chờ giải quyết",
    "processing": "Đang giải quyết",
    "supplement-wait": "Đang chờ anh/chị bổ sung",
    "payment-wait": "Đang chờ anh/chị nộp tiền",
    "agency-wait": "Đang chờ cơ quan khác",
    "resolved": "Đang chờ anh/chị nhận",
}
"""where it stands, of a dossier that has not ended"""
_AHEAD: Mapping[str, tuple[str, ...]] = {
    "coming": ("Tiếp nhận", "Có kết quả", "Trả kết quả"),
    "open": ("Có kết quả", "Trả kết quả"),
    "waiting": ("Có kết quả", "Trả kết quả"),
    "resolved": ("Trả kết quả",),
    "ended": (),
}


@dataclass(frozen=True, slots=True)
class Happening:
    """An event of a dossier. code: of a move, or "state" where another system's list said so; office: into whose hands."""

    code: str
    at: dt.datetime
    office: str = ""
    state: State | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """kind: "done", "now" or "ahead". at: when; where: the office."""

    kind: Literal["done", "now", "ahead"]
    words: str
    at: dt.datetime | None = None
    where: str = ""


def steps(state: State, happened: Sequence[Happening], *, way: str = "counter") -> tuple[Step, ...]:
    """What has happened, the oldest first, where it stands, what is to come."""
    return tuple(_steps(state, happened, way))


def _steps(state: State, happened: Sequence[Happening], way: str) -> Iterator[Step]:
    last = happened[-1] if happened else None
    holder = next((one.office for one in reversed(happened) if one.code in PASSES), "")
    for one in happened:
        if one is last and one.code in PASSES and state in NOW:
            continue  # the line below says the same
        words = MOVED.get(one.code) or (STATES[one.state].name if one.state else "")
        if words:
            yield Step("done", words, one.at, one.office)
    if state in NOW:
        is_sent = state == "resolved" and way != "counter"
        begun = last.at if last and last.code in PASSES else None
        yield Step(
            "now",
            "Đang gửi tới anh/chị" if is_sent else NOW[state],
            begun,
            holder if state == "processing" else "",
        )
    for words in _AHEAD[STATES[state].group]:
        yield Step("ahead", words)
