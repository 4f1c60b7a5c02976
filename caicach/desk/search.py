"""Searching everything of a ward. Its words are folded once and kept until the ward's next event (decision 0014)."""

from __future__ import annotations

import datetime as dt
import time
from collections import OrderedDict, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from caicach.accounts import words as accounts
from caicach.core.templatetags.ui import place
from caicach.history import queries as history
from caicach.organisation.queries import OfficeFacts, offices
from caicach.plans import words as plans
from caicach.rules import search
from caicach.rules.rights import ROLES
from caicach.rules.search import Entry, Found, Index, Text
from caicach.tasks import words as tasks
from caicach.tasks.queries import TaskView, views_of

SHOWN = 8
"""in the list under the bar"""
A_PAGE = 30
_KEPT_WARDS = 12
_KEPT_SECONDS = 300

KINDS = {
    "task": "Nhiệm vụ",
    "plan": "Kế hoạch",
    "indicator": "Chỉ tiêu",
    "office": "Đơn vị",
    "person": "Người",
}


@dataclass(frozen=True, slots=True)
class Hit:
    """A find as it is shown: title and extract with the matched words marked. view: of a task."""

    kind: str
    title: SafeString
    extract: SafeString
    address: str
    near: bool
    view: TaskView | None = None

    @property
    def kind_name(self) -> str:
        return KINDS[self.kind]


@dataclass(frozen=True, slots=True)
class Answer:
    """total: everything that fits; hits: those shown. near: how many of all needed a mistake forgiven."""

    asked: str
    hits: tuple[Hit, ...]
    total: int
    near: int


def find(ward: int, asked: str, *, today: dt.date, shown: int = A_PAGE, start: int = 0) -> Answer:
    """What fits, best first. Seven queries with the words kept, eight without, whatever the number of rows."""
    asked = " ".join(asked.replace("\x00", " ").split())[:100]
    index, facts = _index(ward, today.year)
    found = index.find(asked)
    page = found[start : start + shown]
    ids = [one.entry.id for one in page if one.entry.kind == "task"]
    shorts = {o.id: o.short for o in facts}
    rows = tasks.tasks_of(ward, ids) if ids else []
    views = {v.task.pk: v for v in views_of(rows, ward=ward, today=today, shorts=shorts)} if ids else {}
    hits = tuple(hit for one in page if (hit := _hit(one, views, shorts)))
    return Answer(asked, hits, len(found), sum(one.near for one in found))


# --- the words, kept -------------------------------------------------------------------------------------------

_kept: OrderedDict[int, tuple[tuple[object, ...], float, Index]] = OrderedDict()
_lock = Lock()


def _index(ward: int, year: int) -> tuple[Index, list[OfficeFacts]]:
    facts = offices(ward)
    named = (year, tuple(facts), history.newest(ward))
    with _lock:
        known = _kept.get(ward)
        if known and known[0] == named and time.monotonic() - known[1] < _KEPT_SECONDS:
            _kept.move_to_end(ward)
            return known[2], facts
    index = Index(tuple(_entries(ward, year, facts)))
    with _lock:
        _kept[ward] = (named, time.monotonic(), index)
        _kept.move_to_end(ward)
        while len(_kept) > _KEPT_WARDS:
            _kept.popitem(last=False)
    return index, facts


def forget() -> None:
    """Nothing is kept any more: for tests, whose wards take each other's numbers."""
    with _lock:
        _kept.clear()


_TASK_TEXTS = (("title", 10), ("content", 5), ("deliverables", 5), ("note", 2))
_SAID = {"measure": 8, "handed": 6, "office": 5, "said": 2}


def _entries(ward: int, year: int, facts: list[OfficeFacts]) -> Iterator[Entry]:
    """One query: the rooms' words in one."""
    rows = tasks.texts(ward).union(plans.texts(ward), accounts.texts(ward), all=True)
    own: dict[tuple[str, int], tuple[str, str]] = {}
    said: dict[int, dict[str, dict[str, None]]] = defaultdict(lambda: defaultdict(dict))
    for kind, pk, field, text, about in rows:
        if field == "own":
            own[kind, pk] = (text, about)
        else:
            said[pk][field][text.strip()] = (
                None  # a set that keeps its order: the same word of every month once
            )
    shorts = {o.id: o for o in facts}
    numbers = {about: pk for (kind, pk), (_, about) in own.items() if kind == "task"}
    for (kind, pk), (text, about) in sorted(own.items()):  # indicators before tasks
        match kind:
            case "indicator" if task := numbers.get(about.replace(" ", "/").replace(".", "-")):
                said[task]["measure"][text] = None  # its task's page is where it is reported
            case "task":
                yield _task(pk, text, about, said[pk], year)
            case "person":
                role, _, office = about.partition(" ")
                name = shorts[int(office)].name if office and int(office) in shorts else ""
                texts = (Text("title", text, 9), Text("office", f"{ROLES.get(role, '')} {name}", 2))
                yield Entry("person", pk, texts, about, 6.0)
            case _:
                yield Entry(
                    kind, pk, (Text("title", text, 9 if kind == "plan" else 8),), about, _of_year(about, year)
                )
    for o in facts:
        names = (
            Text("title", f"{o.name} ({o.short})" if o.short != o.name else o.name, 9),
            *(Text("alias", alias, 8) for alias in o.aliases),
        )
        yield Entry("office", o.id, names, "", 6.0)


def _task(pk: int, text: str, about: str, said: dict[str, dict[str, None]], year: int) -> Entry:
    parts = text.split(tasks.PART)
    if parts[1] == parts[0]:
        parts[1] = ""
    number = about.rsplit("/", 1)[-1]
    parts[0] = f"{place(number)} {parts[0]}"
    texts = [
        Text(name, part, weight) for (name, weight), part in zip(_TASK_TEXTS, parts, strict=True) if part
    ]
    texts += [Text(name, " · ".join(said[name]), weight) for name, weight in _SAID.items() if said.get(name)]
    return Entry("task", pk, tuple(texts), about, _of_year(about, year) - (8 if "~" in number else 0))


def _of_year(about: str, year: int) -> float:
    """This year's stand before those of the years around it."""
    own = about[:4]
    return -2.0 * min(abs(int(own) - year), 5) if own.isdecimal() else 0.0


# --- what is shown ---------------------------------------------------------------------------------------------


def _hit(one: Found, views: dict[int, TaskView], shorts: dict[int, str]) -> Hit | None:
    entry = one.entry
    title = next(text.text for text in entry.texts if text.name == "title")
    view = views.get(entry.id) if entry.kind == "task" else None
    if entry.kind == "task" and view is None:
        return None  # gone between the two queries
    return Hit(
        entry.kind,
        _marked(search.extract(title, one.marks, most=160), one),
        _marked(_extract(one), one),
        _address(entry, view, shorts),
        one.near,
        view,
    )


def _extract(one: Found) -> str:
    """The words around the find, where the title alone does not show all of it."""
    texts = {text.name: text for text in one.entry.texts}
    if one.is_in(texts["title"]) == len(one.ways):
        return ""
    others = [text for name, text in texts.items() if name not in ("title", "office", "alias")]
    best = max(others, key=lambda text: (one.is_in(text), text.weight), default=None)
    return search.extract(best.text, one.marks) if best and one.is_in(best) else ""


def _address(entry: Entry, view: TaskView | None, shorts: dict[int, str]) -> str:
    match entry.kind:
        case "task":
            assert view
            return view.address
        case "plan":
            return f"/ke-hoach/{entry.about}/"
        case "indicator":
            plan, _, where = entry.about.partition(" ")
            return f"/viec/{plan}/{where.replace('.', '-')}/" if where else f"/ke-hoach/{plan}/#chi-tieu"
        case "office":
            return f"/don-vi/{entry.id}/"
        case _:
            office = entry.about.partition(" ")[2]
            return f"/don-vi/{office}/" if office else "/don-vi/"


def _marked(text: str, one: Found) -> SafeString:
    """The text with its matched words in <mark>."""
    pieces, at = [], 0
    for start, end in search.spans(text, one.marks):
        pieces += [("", text[at:start], ""), ("<mark>", text[start:end], "</mark>")]
        at = end
    pieces.append(("", text[at:], ""))
    return format_html_join("", "{}{}{}", [(SafeString(a), b, SafeString(c)) for a, b, c in pieces if b])
