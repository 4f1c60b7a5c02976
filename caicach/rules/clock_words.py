"""The sum of a dossier's clock in words that a citizen and an inspector read alike: from when it counts, what stopped it, which
days off lie in it, when it is promised. Made from the very facts that `dossier_clock.read` answers from.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from caicach.rules.clock_steps import Hands
from caicach.rules.dossier_clock import Move, Reading, Reason, Term, Verdict, read
from caicach.rules.formats import WEEKDAYS
from caicach.rules.work_time import DAY, SATURDAY, WorkTime, months_after

_WAITS: dict[Reason, str] = {
    "supplement": "chờ bổ sung giấy tờ",
    "payment": "chờ nộp phí, nghĩa vụ tài chính",
    "agency": "chờ cơ quan khác trả lời",
}
NOTHING = "Chưa tiếp nhận, chưa tính hạn."

Span = tuple[dt.date, dt.date]
"""days that the clock ran over: after the first, up to and with the last"""


def in_words(
    time: WorkTime,
    term: Term,
    moves: Sequence[Move],
    now: dt.datetime,
    *,
    names: Mapping[dt.date, str] | None = None,
) -> str:
    """One sentence, its parts apart by semicolons. names: of the days off, by their day. Raises what `read` raises."""
    shown = read(time, term, moves, now)
    known = sorted((move for move in moves if move.at <= now), key=lambda move: move.at)
    if shown.state == "none":
        return NOTHING
    parts = [
        f"nhận {_moment(known[0].at)}",
        *_from(time, term, known[0].at),
        *_events(time, term, known, shown.earlier),
    ]
    lasting = _present_term(term, known)
    spans = tuple(spans_of(time, term, known, shown))
    parts += _days_off(time, lasting, spans, names or {})
    parts += _hours(time, spans)
    parts += _promise(time, lasting, known, shown)
    sentence = "; ".join(parts)
    return f"{sentence[0].upper()}{sentence[1:]}."


@dataclass(frozen=True, slots=True)
class Promise:
    """due: of the ward's own time, None where the procedure has no known term. words: the sum, for a citizen to follow."""

    due: dt.datetime | None
    words: str


def promise(
    time: WorkTime, term: Term | None, at: dt.datetime, *, names: Mapping[dt.date, str] | None = None
) -> Promise:
    """What somebody who comes at this moment is promised. at: local, to the minute. Raises what `read` does."""
    if term is None:
        return Promise(None, f"Nhận {_moment(at)}; thủ tục chưa rõ thời hạn nên chưa có ngày hẹn.")
    moves = [Move(at, "accepted")]
    return Promise(read(time, term, moves, at).due, in_words(time, term, moves, at, names=names))


def spans_of(time: WorkTime, term: Term, moves: Sequence[Move], shown: Reading) -> Iterator[Span]:
    """Over which days the present promise was counted: what ran before a count that began anew is not in it."""
    found: list[Span] = []
    since: dt.date | None = None
    wait: Reason | None = None
    for move in moves:
        match move.kind:
            case "accepted":
                since = move.at.date()
            case "paused" if since is not None:
                found.append((since, move.at.date()))
                since, wait = None, move.reason
            case "resumed":
                since = move.at.date()
                if wait == "supplement" and term.restarts:
                    found = []
            case "reopened":
                found, since = [], move.at.date()
            case "withdrawn" | "stopped":
                return
    if since is not None and shown.due is not None:
        found.append((since, max(since, shown.due.date())))
    yield from found


def days_off_in(time: WorkTime, term: Term, spans: Sequence[Span]) -> list[dt.date]:
    """The weekdays off that made the time longer, in order. Where every day counts, only those that moved its end (Civil Code
    art. 148(5))."""
    if term.unit in ("calendar-day", "month") and spans:
        *before, (since, until) = spans
        first = spans[0][0]
        days = term.amount if term.unit == "calendar-day" else (months_after(first, term.amount) - first).days
        end = since + (days - sum((last - one).days for one, last in before)) * DAY
        spans = [(end - DAY, until - DAY)]
    return sorted(
        {
            day
            for since, until in spans
            for day in (since + n * DAY for n in range(1, (until - since).days + 1))
            if time.is_usual(day) and not time.is_working(day)
        }
    )


def _from(time: WorkTime, term: Term, at: dt.datetime) -> list[str]:
    """From when what was received counts, and how much it may take."""
    day = at.date()
    if term.unit == "same-day":
        if not time.is_working(day):
            return [
                f"không phải ngày làm việc nên tính sang {_day(time.nth_day(day, 0))}, giải quyết trong ngày"
            ]
        if term.cut_off is not None and at.time() > term.cut_off:
            return [
                f"sau {term.cut_off:%H:%M} nên tính sang {_day(time.nth_day(day, 1))}, giải quyết trong ngày"
            ]
        return ["giải quyết trong ngày"]
    counted = f"{amount_in_words(term)} {_counted_from(time, term, at)}"
    if day.weekday() == SATURDAY and time.is_open(at) and not time.is_working(day):
        return ["thứ Bảy có nhận hồ sơ nhưng không tính là ngày làm việc", counted]
    return [counted]


def _present_term(term: Term, moves: Sequence[Move]) -> Term:
    """The time that the present promise is counted by: of a correction its own."""
    for move in reversed(moves):
        if move.kind == "reopened" and move.amount:
            return replace(term, unit="working-day", amount=move.amount)
    return term


def _hours(time: WorkTime, spans: Sequence[Span]) -> Iterator[str]:
    """The ward's hours where they changed while it ran: a promise at 17:00 would else look wrong beside one at 16:30."""
    if not spans:
        return
    first, last = time.nth_day(spans[0][0], 0), spans[-1][1]
    before, after = time.full_sessions(first), time.full_sessions(last)
    if before != after:
        yield f"giờ làm việc ngày {last:%d/%m} là {sessions_in_words(after)} (ngày {first:%d/%m} là {sessions_in_words(before)})"


def sessions_in_words(sessions: Sequence[tuple[dt.time, dt.time]]) -> str:
    """ "07:00–11:00, 13:00–17:00"."""
    return ", ".join(f"{since:%H:%M}–{until:%H:%M}" for since, until in sessions)


def amount_in_words(term: Term) -> str:
    """ "5 ngày làm việc", "8 giờ làm việc", "15 ngày", "trong ngày"."""
    match term.unit:
        case "same-day":
            return "trong ngày"
        case "working-hour":
            return f"{term.amount} giờ làm việc"
        case "calendar-day":
            return f"{term.amount} ngày"
        case "month":
            return f"{term.amount} tháng"
        case _:
            return f"{term.amount} ngày làm việc"


def _counted_from(time: WorkTime, term: Term, at: dt.datetime) -> str:
    if term.counts_minutes:
        opening = time.after(at, 1) - dt.timedelta(minutes=1)
        return "tính từ lúc ấy" if opening <= at else f"tính từ {_short(opening)}"
    first = at.date() + DAY if term.unit in ("calendar-day", "month") else time.nth_day(at.date(), 1)
    return f"tính từ {_day(first)}"


def _events(time: WorkTime, term: Term, moves: Sequence[Move], earlier: Sequence[Verdict]) -> Iterator[str]:
    verdicts = iter(earlier)
    moves = [move for move in moves if move.kind != "handed-over"]  # in whose hands it is moves no promise
    for n, move in enumerate(moves):
        if move.kind == "reopened":
            was = next(verdicts)
            yield f"đã xong {_moment(was.resolved)} ({_verdict(time, was)})"
            anew = amount_in_words(_present_term(term, [move]))
            yield f"mở lại {_moment(move.at)} để đính chính, tính riêng {anew}"
        if move.kind in _ENDS:
            yield f"{_ENDS[move.kind]} {_moment(move.at)}, thôi tính hạn"
        if move.kind == "extended":
            yield f"xin lỗi và lùi {move.amount} ngày làm việc"
        if move.kind != "paused":
            continue
        if n + 1 == len(moves) or moves[n + 1].kind in _ENDS:
            yield f"dừng từ {_short(move.at)} {_wait(move)}, trong lúc dừng không tính hạn"
        else:  # nothing but going on follows a stop
            again = moves[n + 1]
            yield f"{_stopped(time, move, again)} {_wait(move)}{_after(time, term, move, again.at)}"


_ENDS = {"withdrawn": "người nộp rút hồ sơ", "stopped": "dừng giải quyết"}


def _verdict(time: WorkTime, was: Verdict) -> str:
    if was.late_minutes:
        return f"trễ {minutes_in_words(was.late_minutes, time.minutes_a_day)}"
    return "trễ" if was.resolved > was.due else "đúng hẹn"


def _wait(move: Move) -> str:
    return _WAITS[move.reason] if move.reason else "chờ"


def _stopped(time: WorkTime, stop: Move, again: Move) -> str:
    """How long it stood: in hours of work within a day, else from when to when."""
    if stop.at.date() == again.at.date():
        return f"dừng {minutes_in_words(time.between(stop.at, again.at))}"
    return f"dừng từ {_short(stop.at)} đến {_short(again.at)}"


def _after(time: WorkTime, term: Term, stop: Move, at: dt.datetime) -> str:
    if stop.reason == "supplement" and term.restarts:
        if term.unit == "same-day":
            return ", rồi tính lại từ đầu"
        return f", rồi tính lại đủ {amount_in_words(term)} {_counted_from(time, term, at)}"
    return ", rồi tính tiếp phần còn lại"


def _days_off(
    time: WorkTime, term: Term, spans: Sequence[Span], names: Mapping[dt.date, str]
) -> Iterator[str]:
    off = days_off_in(time, term, spans)
    for days in _runs(time, off, names):
        name = names.get(days[0], "")
        which = f"{days[0]:%d/%m}" if len(days) == 1 else f"{days[0]:%d/%m} đến {days[-1]:%d/%m}"
        yield f"nghỉ {name} {len(days)} ngày ({which})" if name else f"nghỉ {len(days)} ngày ({which})"
    for day in sorted(time.calendar.make_up_days):
        if not time.is_usual(day) and any(since < day <= until for since, until in spans):
            yield f"{_day(day)} làm bù nên có tính"


def _runs(time: WorkTime, days: Sequence[dt.date], names: Mapping[dt.date, str]) -> Iterator[list[dt.date]]:
    """Days off of one name with no working day between them."""
    run: list[dt.date] = []
    for day in days:
        if run and (names.get(day, "") != names.get(run[0], "") or time.days_between(run[-1], day)):
            yield run
            run = []
        run.append(day)
    if run:
        yield run


def _promise(time: WorkTime, term: Term, moves: Sequence[Move], shown: Reading) -> Iterator[str]:
    if shown.due is not None:
        if shown.first_due is not None and shown.first_due != shown.due:
            yield f"hẹn lần đầu {_moment(shown.first_due)}"
        yield f"hẹn {_moment(shown.due)}"
    if shown.state != "done":
        return
    end = moves[-1].at
    if shown.due is None:
        yield f"xong {_moment(end)}"
    elif shown.late_minutes:
        yield f"xong {_moment(end)}, trễ {minutes_in_words(shown.late_minutes, time.minutes_a_day)}"
    elif end > shown.due:  # between the promise and the end nobody worked
        yield f"xong {_moment(end)}, trễ"
    else:
        yield (
            f"xong {_moment(end)}, đúng hẹn"
            if end.date() == shown.due.date()
            else f"xong {_moment(end)}, trước hẹn"
        )


def hands_in_words(time: WorkTime, shown: Hands) -> str:
    """Who had it for how long, and through whom it is late: a sentence; "" where nobody has had it."""
    parts = []
    for one in shown.stages:
        words = f"{one.office} {minutes_in_words(one.used_minutes, time.minutes_a_day)}"
        words += f" trong {minutes_in_words(one.share_minutes, time.minutes_a_day)} được giao"
        if one.until is None and shown.holder:
            words += ", đang giữ"
            if one.due is not None:
                words += f", đến hạn {_short(one.due)}"
        if one.charged_minutes:
            words += f", làm trễ {minutes_in_words(one.charged_minutes, time.minutes_a_day)}"
        parts.append(words)
    return f"{'; '.join(parts)}." if parts else ""


def minutes_in_words(minutes: int, minutes_a_day: int = 0) -> str:
    """ "3 giờ", "1 giờ 20 phút", "15 phút"; with the minutes of a working day: "2 ngày 3 giờ làm việc"."""
    days, minutes = divmod(minutes, minutes_a_day) if minutes_a_day else (0, minutes)
    hours, left = divmod(minutes, 60)
    parts = [f"{n} {unit}" for n, unit in ((days, "ngày"), (hours, "giờ"), (left, "phút")) if n]
    return f"{' '.join(parts) or '0 phút'}{' làm việc' if minutes_a_day else ''}"


def _day(day: dt.date) -> str:
    return f"{WEEKDAYS[day.weekday()]} {day:%d/%m}"


def _short(at: dt.datetime) -> str:
    return f"{at:%H:%M} {_day(at.date())}"


def _moment(at: dt.datetime) -> str:
    return f"{at:%H:%M} {WEEKDAYS[at.weekday()]} {at:%d/%m/%Y}"
