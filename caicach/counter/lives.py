"""A year of a counter as it might have been: who came when, for what, and what became of it, by chance from a seed.

Pure: the same seed, days and shares give the same year. Invented from `data/simulated_year.csv`; nothing of it was measured. The
clock and the table of moves are the real ones, so that nothing happens here that could not happen at a counter.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from random import Random

from caicach.rules.clock_limits import Limits, days_gone, may_extend
from caicach.rules.dossier_clock import Move as ClockMove
from caicach.rules.dossier_clock import Reason, Term, apology_day, read
from caicach.rules.refusal import Refusal
from caicach.rules.work_time import DAY, WorkTime


@dataclass(frozen=True, slots=True)
class Kind:
    """A procedure as the year needs it. share: how often it is asked for, beside the others'; term: None where none is known."""

    share: float
    term: Term | None


@dataclass(frozen=True, slots=True)
class Happening:
    """A move of a dossier after it was taken in. amount: working days of an extension; outcome: of a result."""

    move: str
    at: dt.datetime
    word: str = ""
    amount: int = 0
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Life:
    """One dossier. kind: its place among the kinds; owner, bringer: of the people, bringer None where the owner came; at_once:
    settled while they waited. moves: in the order of their time."""

    kind: int
    owner: int
    bringer: int | None
    at: dt.datetime
    at_once: bool
    moves: tuple[Happening, ...] = ()


@dataclass(frozen=True, slots=True)
class Shares:
    """Of `data/simulated_year.csv`: name → figure."""

    of: Mapping[str, float]

    def percent(self, name: str) -> float:
        return self.of[name] / 100

    def permille(self, name: str) -> float:
        return self.of[name] / 1000


@dataclass(slots=True)
class Year:
    """since, until: its first and last day; what would happen after the last is not there."""

    kinds: Sequence[Kind]
    shares: Shares
    time: WorkTime
    limits: Limits
    since: dt.date
    until: dt.date
    seed: int
    _end: dt.datetime = field(init=False)

    def __post_init__(self) -> None:
        self._end = dt.datetime.combine(self.until, dt.time(23, 59))

    def lives(self, count: int) -> Iterator[Life]:
        """So many dossiers in the order in which they came in; none where no day is worked."""
        chance = Random(self.seed)
        weights = list(accumulate(kind.share for kind in self.kinds))
        people = max(1, count * int(self.shares.of["people-per-hundred"]) // 100)
        for day, many in self._days(count):
            for at in sorted(self._moment(day, chance) for _ in range(many)):
                n = bisect_left(weights, chance.random() * weights[-1])
                owner = int(people * chance.random() ** 1.5)  # some come often
                bringer = None
                if chance.random() < self.shares.percent("by-authority"):
                    bringer = (owner + 1 + int(9 * chance.random())) % people
                    bringer = None if bringer == owner else bringer
                yield self._life(n, owner, bringer, at, chance)

    def _days(self, count: int) -> Iterator[tuple[dt.date, int]]:
        """Each working day, and how many come: more on a Monday and after a rest."""
        days, weights, before = [], [], None
        for number in range(self.since.toordinal(), self.until.toordinal() + 1):
            day = dt.date.fromordinal(number)
            if self.time.is_working(day):
                is_first = before is not None and (day - before).days > 1
                days.append(day)
                weights.append(self.time.minutes_of(day) * (1 + is_first * self.shares.percent("first-day")))
                before = day
        total, done = sum(weights), 0
        for day, reached in zip(days, accumulate(weights), strict=True):
            upto = round(count * reached / total)
            yield day, upto - done
            done = upto

    def _moment(self, day: dt.date, chance: Random) -> dt.datetime:
        """A minute of the day's work, early in a session rather than late."""
        spans = self.time.spans_of(day)
        is_morning = len(spans) == 1 or chance.random() < self.shares.percent("morning")
        since, until = spans[0] if is_morning else spans[-1]
        minute = since + int((until - since) * chance.betavariate(1.3, 1.9))
        return dt.datetime.combine(day, dt.time(minute // 60, minute % 60))

    def _life(self, n: int, owner: int, bringer: int | None, at: dt.datetime, chance: Random) -> Life:
        term = self.kinds[n].term
        if term and term.unit == "same-day" and chance.random() < self.shares.percent("at-once"):
            return Life(n, owner, bringer, at, True)
        if chance.random() < self.shares.permille("voided"):
            slip = self.time.after(at, 1 + int(15 * chance.random()))
            return Life(n, owner, bringer, at, False, self._known([Happening("void", slip, "Nhập nhầm")]))
        return Life(n, owner, bringer, at, False, self._known(self._way(at, term, chance)))

    def _known(self, moves: Sequence[Happening]) -> tuple[Happening, ...]:
        return tuple(move for move in moves if move.at <= self._end)

    def _way(self, at: dt.datetime, term: Term | None, chance: Random) -> list[Happening]:
        """What happens to a dossier that is neither settled at once nor a slip."""
        time, term = self.time, term or Term("working-day", 3)
        clock = [ClockMove(at, "accepted")]
        moves = [Happening("transfer", time.after(at, 5 + int(40 * chance.random())))]
        due = self._due(term, clock, at)
        use = self.shares.percent("usual-use") * chance.lognormvariate(0, self.shares.percent("spread"))
        done = time.after(at, max(15, int(use * max(60, time.between(at, due)))))
        if stop := self._stop(chance):
            reason, ask, back, word = stop
            begins = max(moves[-1].at, time.after(at, int(time.between(at, done) * 0.3)))
            ends = time.after(begins, int(480 * (0.5 + 7 * chance.random())))
            moves += [Happening(ask, begins, word), Happening(back, ends)]
            clock += [ClockMove(begins, "paused", reason), ClockMove(ends, "resumed")]
            due = self._due(term, clock, ends)
            done = time.after(ends, max(15, int(use * max(60, time.between(ends, due)))))
        roll = chance.random()
        if roll < self.shares.permille("withdrawn"):
            return [*moves, Happening("withdraw", max(done, moves[-1].at), "Người dân không còn nhu cầu")]
        if roll < self.shares.permille("withdrawn") + self.shares.permille("stopped"):
            return [*moves, Happening("stop", max(done, moves[-1].at), "Không đủ điều kiện giải quyết")]
        done = max(done, time.after(moves[-1].at, 5))
        if done > due and chance.random() < self.shares.percent("apologised"):
            moves += self._apology(term, clock, due, done, moves[-1].at)
        outcome = "denied" if chance.random() < self.shares.percent("refused") else "granted"
        moves.append(Happening("resolve", done, outcome=outcome))
        if chance.random() >= self.shares.permille("uncollected"):
            taken = time.after(done, 10 + int(480 * 4 * chance.random() ** 2))
            moves.append(Happening("return-result", taken))
        return moves

    def _due(self, term: Term, clock: Sequence[ClockMove], at: dt.datetime) -> dt.datetime:
        found = read(self.time, term, clock, at).due
        assert found is not None
        return found

    def _stop(self, chance: Random) -> tuple[Reason, str, str, str] | None:
        roll = chance.random()
        for reason, name, ask, back, word in (
            ("supplement", "supplement", "ask-supplement", "take-supplement", "Tờ khai còn thiếu chữ ký"),
            ("payment", "payment", "ask-payment", "confirm-payment", ""),
            ("agency", "agency", "ask-agency", "agency-answers", "Xác minh nơi cư trú trước"),
        ):
            roll -= self.shares.percent(name)
            if roll < 0:
                return reason, ask, back, word  # type: ignore[return-value]
        return None

    def _apology(
        self, term: Term, clock: Sequence[ClockMove], due: dt.datetime, done: dt.datetime, last: dt.datetime
    ) -> list[Happening]:
        """On the morning of the last working day before the promise; nothing where the law leaves no day."""
        time = self.time
        at = max(time.after(time.opening_of(apology_day(time, due.date())), 30), time.after(last, 5))
        if at >= done:
            return []
        days = max(1, time.days_between(due.date(), done.date()))
        try:
            gone = days_gone(time, due, at)
            may_extend(term, clock, self.limits, days=days, apologised=True, a_day=time.minutes_a_day, gone=gone)  # fmt: skip
        except Refusal:
            return []
        return [Happening("extend", at, "Cần xác minh thêm thực tế hoặc giấy tờ", days)]


_FAMILY = "Nguyễn Trần Lê Phạm Huỳnh Võ Đặng Bùi Đỗ Hồ Ngô Dương Danh Thị Lý".split()
_MIDDLE = ("Văn", "Thị", "Hữu", "Ngọc", "Thị Kim", "Minh", "Thị Ngọc", "Hoàng", "Quốc", "Thị Mỹ", "Thanh", "Đức")  # fmt: skip
_GIVEN = (
    "An Anh Bảo Bình Châu Chi Cường Dung Dũng Duyên Đạt Điền Giang Hà Hải Hạnh Hân Hiếu Hoa Hòa Hùng Huy Hương Khang Khánh Khoa Lan Lâm "
    "Linh Loan Long Lợi Mai Minh My Nam Nga Ngân Nghĩa Nhân Nhi Nhung Oanh Phát Phong Phúc Phương Quân Quỳnh Sang Sơn Tâm Tân Thảo Thắng "
    "Thành Thịnh Thúy Tiên Toàn Trang Trâm Trí Trinh Trung Tú Tuấn Tùng Tuyết Uyên Vân Việt Vinh Vũ Xuân Yến"
).split()


def name_of(person: int) -> str:
    """An invented name, the same for the same number."""
    chance = Random(person)
    return f"{chance.choice(_FAMILY)} {chance.choice(_MIDDLE)} {chance.choice(_GIVEN)}"


def number_of(person: int) -> str:
    """A card number that no card has: no province begins with 000."""
    return f"000{person // 10**8 % 10}{person % 10**8:08}"


def phone_of(person: int) -> str:
    """A phone number that cannot be dialled. Two in a hundred thousand share one, as families do."""
    return f"0000{person % 50_000:06}"


def born_of(person: int) -> dt.date:
    return dt.date(1946, 1, 1) + Random(person + 1).randrange(60 * 365) * DAY
