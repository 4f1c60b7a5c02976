"""What stands in a letter: from the same desk that the person sees on the screen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from caicach.desk.queries import MyWork, WardDesk, desk_of
from caicach.dossiers.queries import Nearing, Sight
from caicach.reminders.models import Choice
from caicach.rules.rights import COORDINATOR, HEAD, LEADER, allows
from caicach.rules.task_status import GROUPS, Group, tallies
from caicach.tasks.queries import TaskView

DAYS_AHEAD = 7
FIRST_HOUR, LAST_HOUR = 5, 20
"""Letters go out between these hours of the day, both counted."""
WEEKLY_ROLES = (HEAD, LEADER, COORDINATOR)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing in a letter: when, what, the small print, where."""

    when: str
    title: str
    small: str
    address: str
    tone: str


@dataclass(frozen=True, slots=True)
class Daily:
    """The day's letter for one person: named parts, none of them empty."""

    day: dt.date
    name: str
    parts: tuple[tuple[str, tuple[Line, ...]], ...]

    @property
    def count(self) -> int:
        return sum(len(lines) for _, lines in self.parts)

    @property
    def subject(self) -> str:
        """ "2 việc trễ hạn, 1 việc bị trả lại": the two most urgent parts."""
        words = [f"{len(lines)} {name[:1].lower()}{name[1:]}" for name, lines in self.parts[:2]]
        return f"{self.day.day}/{self.day.month}: {', '.join(words)}"


def daily(name: str, work: MyWork, *, today: dt.date, nearing: int = 0) -> Daily | None:
    """What somebody owes today; None where there is nothing to say. nearing: dossiers close to their promise that they see."""
    near = (
        [Line(f"{nearing} hồ sơ", "sắp đến hạn hoặc đã trễ", "", "/ho-so/sap-tre/", "warn")]
        if nearing
        else []
    )
    late = [one.view for one in work.first if one.view.status.group == "late" and not one.back]
    silent = [one.view for one in work.first if one.view.status.group == "warn" and not one.back]
    now = [one.view for one in work.coming if one.view.status.days == 0]
    soon = [one.view for one in work.coming if 0 < (one.view.status.days or 0) <= DAYS_AHEAD]
    back = [
        Line("Trả lại", one.view.task.title, one.back.word, one.view.address, "warn")
        for one in work.first
        if one.back
    ]
    asked = [
        Line(one.words, one.ask.word, f"{one.ask.by.full_name} hỏi", one.address, "next") for one in work.asks
    ]
    steps = [Line(one.words, one.step.words, one.step.task.title, one.address, "next") for one in work.steps]
    time = [
        Line(
            f"đến {one.extension.until:%d/%m}",
            one.extension.task.title,
            f"{one.extension.asked_by.full_name}: {one.extension.reason}",
            one.address,
            "next",
        )
        for one in work.time_asked
    ]
    news = [
        Line(f"{one.at:%d/%m}", one.title, f"{one.who} {one.what}", one.address, "next") for one in work.news
    ]
    parts = (
        ("Việc trễ hạn", _lines(late)),
        ("Việc bị trả lại", back),
        ("Việc đến hạn hôm nay", _lines(now)),
        ("Việc mới được giao", _lines(work.given)),
        ("Đề nghị phối hợp", asked),
        ("Bước được giao", steps),
        (f"Việc đến hạn trong {DAYS_AHEAD} ngày", _lines(soon)),
        ("Việc cần để ý", _lines(silent)),
        ("Sản phẩm chờ duyệt", _lines(work.waiting)),
        ("Đề nghị gia hạn", time),
        ("Lời nhắc về hồ sơ một cửa", near),
        ("Tin mới", news),
    )
    kept = tuple((name, tuple(lines)) for name, lines in parts if lines)
    return Daily(today, name, kept) if kept else None


@dataclass(frozen=True, slots=True)
class Weekly:
    """The week's letter for a head or a leader. rows: (name, counts in the order of GROUPS)."""

    day: dt.date
    name: str
    where: str
    total: int
    counts: dict[Group, int]
    rows: tuple[tuple[str, tuple[int, ...]], ...]
    urgent: tuple[Line, ...]

    @property
    def counted(self) -> str:
        """What is counted, said beside the figure: more than a plan's own page counts."""
        return f"{'đơn vị chủ trì' if self.where else 'của phường'}, kể cả chỉ đạo"

    @property
    def subject(self) -> str:
        return (
            f"Tuần từ {self.day.day}/{self.day.month}: {self.counts['late']} việc trễ hạn trên {self.total}"
        )


def weekly(
    name: str, role: str, office: int | None, facts: WardDesk, shorts: dict[int, str], *, today: dt.date
) -> Weekly | None:
    """How the office of a head, or the ward of a leader and a coordinator, stands; None without a task."""
    if role not in WEEKLY_ROLES:
        return None
    views = [view for view in facts.views if role != HEAD or (office is not None and office in view.lead_ids)]
    if not views:
        return None
    by_office = {pk: [view for view in views if pk in view.lead_ids] for pk in shorts}
    rows = [
        (shorts[pk], tuple(tallies(v.status for v in mine).values()))
        for pk, mine in by_office.items()
        if mine
    ]
    urgent = [view for view in views if view.status.group in ("late", "warn")]
    urgent.sort(key=lambda view: (view.status.group != "late", -(view.status.days or 0)))
    return Weekly(
        today,
        name,
        shorts.get(office or 0, "") if role == HEAD else "",
        len(views),
        tallies(view.status for view in views),
        tuple(sorted(rows, key=lambda row: -sum(row[1]))[:12]),
        tuple(_lines(urgent[:12])),
    )


def _lines(views: Sequence[TaskView]) -> list[Line]:
    return [
        Line(
            view.status.words,
            view.task.title,
            " · ".join(part for part in (view.task.number.replace("-", ".", 1), ", ".join(view.leads), view.due_words) if part),
            view.address,
            view.status.tone,
        )
        for view in views
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chosen:
    daily: bool = True
    weekly: bool = True
    hour: int = 7


def chosen(people: Sequence[int]) -> dict[int, Chosen]:
    """What these people chose, everybody of them there. One query."""
    found = {
        one.person_id: Chosen(one.daily, one.weekly, one.hour)
        for one in Choice.objects.filter(person_id__in=people)
    }
    usual = Chosen(hour=min(max(settings.DIGEST_HOUR, FIRST_HOUR), LAST_HOUR))
    return {person: found.get(person, usual) for person in people}


def desk_for(facts: WardDesk, person: int, office: int | None, role: str) -> MyWork:
    """The desk that the letter tells of."""
    return desk_of(facts, person, office, role)


GROUP_NAMES = tuple(GROUPS.values())


def nearing_for(near: Nearing, role: str, office: int | None) -> int:
    """How many dossiers close to their promise somebody sees; 0 for who sees none."""
    return near.seen(Sight.of(role, office)) if allows("dossier.see", role) else 0
