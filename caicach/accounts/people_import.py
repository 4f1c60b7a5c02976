"""Many people at once, from a list: read, compared with who is there, mended, then taken over in one transaction."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import secrets
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from rapidfuzz import fuzz, process

from caicach import data
from caicach.accounts import links, people
from caicach.accounts.models import PeopleList, Person, Post
from caicach.accounts.services import first_password, taken_names
from caicach.history import services as history
from caicach.organisation import services as organisation
from caicach.organisation.queries import OfficeFacts, offices
from caicach.organisation.services import Office
from caicach.reading import sandbox
from caicach.rules import rights
from caicach.rules.offices import office_key
from caicach.rules.people_list import (
    FIELDS,
    neighbourhood_of,
    people_of,
    phone_of,
    role_from_title,
    role_of,
)
from caicach.rules.refusal import Refusal
from caicach.rules.vntext import key, nfc, printable, squeeze
from caicach.worker.services import enqueue

MOST_PEOPLE = 500
MOST_BYTES = 2 * 2**20
_KEPT = dt.timedelta(days=2)
"""A list that nobody took over is forgotten after so long: it holds addresses and numbers."""
NEW, SAME, CHANGED, PROBLEM, SKIPPED = "moi", "da-co", "doi", "xem", "bo-qua"
STATES = {PROBLEM: "Cần xem", NEW: "Mới", CHANGED: "Đổi", SAME: "Đã có", SKIPPED: "Bỏ qua"}
_LONGEST = {
    "full_name": 120,
    "office": 200,
    "title": 120,
    "role": 60,
    "user_name": 60,
    "email": 254,
    "phone": 40,
    "who": 16,
}
_ABOVE_OFFICES = re.compile(
    r"\b(?:ubnd|hdnd|uy ban nhan dan|hoi dong nhan dan|lanh dao|thuong truc|dang uy)\b"
)
"""what stands in the office's column for who leads the ward"""
_PHONE = re.compile(r"[0-9+ .()-]{0,20}")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a list with what was mended on it. n: its place; place: where it stands in the file.

    office_id: chosen by hand for the words in `office`. who: whom it means where the name alone does not tell: a handle,
    "row:3" for whom that row means, or "new". skip: left out.
    """

    n: int
    place: str
    full_name: str
    office: str = ""
    title: str = ""
    role: str = ""
    user_name: str = ""
    email: str = ""
    phone: str = ""
    office_id: int | None = None
    who: str = ""
    skip: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A row beside who is there. role, office, user_name: as they will be; guessed: the role follows from the title.

    problems: (field, sentence); changes: (what, was, will be); namesakes: (handle, words) to choose from. same_as: the row
    that makes the person of this one; of_row: the row that makes the post of which this one says something else.
    """

    row: Row
    state: str
    role: str
    office: OfficeFacts | None
    user_name: str
    guessed: bool
    person: int | None = None
    post: int | None = None
    problems: tuple[tuple[str, str], ...] = ()
    changes: tuple[tuple[str, str, str], ...] = ()
    namesakes: tuple[tuple[str, str], ...] = ()
    near: int | None = None
    same_as: int | None = None
    of_row: int | None = None

    @property
    def gives_post(self) -> bool:
        """Whether somebody gets one more post by it."""
        return any(what == _ONE_MORE for what, _, _ in self.changes)

    @property
    def state_words(self) -> str:
        return STATES[self.state]

    @property
    def tone(self) -> str:
        return {PROBLEM: "warn", NEW: "next", CHANGED: "ok"}.get(self.state, "plain")


@dataclass(frozen=True, slots=True)
class Compared:
    """mark: changes with anything that would be done, so that nobody confirms what they have not seen."""

    lines: tuple[Line, ...]
    mark: str = field(default="")

    def of(self, state: str) -> list[Line]:
        return [line for line in self.lines if line.state == state]

    @property
    def with_address(self) -> int:
        """How many of the new ones have an address, in whichever of their rows."""
        rows = (*self.of(NEW), *(line for line in self.of(CHANGED) if line.same_as is not None))
        return len({line.row.n if line.same_as is None else line.same_as for line in rows if line.row.email})


# --- reading --------------------------------------------------------------------------------------------------


def read(upload: object, *, ward: int, by: int, at: dt.datetime) -> PeopleList:
    """Read an uploaded list into one that can be looked at; nobody is made by it. The one before it is forgotten.

    Raises Refusal people.too-heavy, .no-heading, .nobody, .too-many, and those of `reading.sheets`.
    """
    name = squeeze(printable(getattr(upload, "name", "") or "danh-sach.xlsx"))[-200:]
    if (getattr(upload, "size", 0) or 0) > MOST_BYTES:
        raise Refusal("people.too-heavy", "file", most=MOST_BYTES // 2**20)
    with tempfile.NamedTemporaryFile(suffix=Path(name).suffix[:10]) as aside:
        for chunk in upload.chunks():  # type: ignore[attr-defined]
            aside.write(chunk)
        aside.flush()
        try:
            found = sandbox.read_sheets(Path(aside.name), name=name)
        except Refusal as refusal:
            code = _OF_LISTS.get(refusal.code, refusal.code)
            raise Refusal(code, "file", **refusal.facts) from refusal
    rows: list[Row] = []
    listed = [
        (sheet.name, people_of([(row.number, row.cells) for row in sheet.rows])) for sheet in found.sheets
    ]
    with_heading = [(sheet, some) for sheet, some in listed if some is not None]
    if not with_heading:
        raise Refusal("people.no-heading", "file")
    for sheet, some in with_heading:
        for one in some:
            facts = {
                k: nfc(squeeze(printable(v)))[: _LONGEST[k]] for k, v in asdict(one).items() if k in _LONGEST
            }
            place = f"{sheet}, dòng {one.number}" if len(with_heading) > 1 else f"dòng {one.number}"
            rows.append(Row(len(rows), place, **facts))  # type: ignore[arg-type]
    if not rows:
        raise Refusal("people.nobody", "file")
    if len(rows) > MOST_PEOPLE:
        raise Refusal("people.too-many", "file", most=MOST_PEOPLE, count=len(rows))
    return _keep(rows, name=name, ward=ward, by=by, at=at)


_OF_LISTS = {
    "file.kind-unknown": "people.kind-unknown",
    "file.macros": "people.macros",
    "file.too-many-rows": "people.too-many-rows",
    "file.crashed": "people.unreadable",
}
"""what the readers say of plans, said of a list"""


@transaction.atomic
def _keep(rows: list[Row], *, name: str, ward: int, by: int, at: dt.datetime) -> PeopleList:
    PeopleList.objects.filter(Q(made_at__lt=at - _KEPT) | Q(ward_id=ward, made_by_id=by)).delete()
    return PeopleList.objects.create(
        ward_id=ward, token=secrets.token_hex(8), file_name=name, rows=[asdict(row) for row in rows],
        made_by_id=by, made_at=at,
    )  # fmt: skip


def list_of(ward: int, token: str) -> PeopleList | None:
    """The list of this token, if it is of this ward. One query."""
    return PeopleList.objects.filter(ward_id=ward, token=token).first()


def rows_of(found: PeopleList) -> list[Row]:
    return [Row(**row) for row in found.rows]


# --- comparing ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _PostFacts:
    """A post that somebody holds (pk), or that a row will give (row)."""

    pk: int | None
    row: int | None
    role: str
    title: str
    office_id: int | None
    office: str


@dataclass(slots=True)
class _There:
    """Who and what a ward has: loaded once, five queries however long the list."""

    offices: list[OfficeFacts]
    by_key: dict[str, OfficeFacts]
    posts: dict[int, list[_PostFacts]]
    people: dict[int, Person]
    elsewhere: set[int]
    taken: set[str]


def _there(ward: int, today: dt.date) -> _There:
    own = [one for one in offices(ward, on=today) if not one.is_group]
    posts: dict[int, list[_PostFacts]] = {}
    found: dict[int, Person] = {}
    for post in (
        Post.objects.open(today).filter(ward_id=ward).select_related("person", "office").order_by("id")
    ):
        facts = _PostFacts(post.pk, None, post.role, post.title, post.office_id, str(post.office or ""))
        posts.setdefault(post.person_id, []).append(facts)
        found[post.person_id] = post.person
    elsewhere = Post.objects.open(today).filter(person_id__in=list(found)).exclude(ward_id=ward)
    return _There(
        own,
        _office_keys(own),
        posts,
        found,
        set(elsewhere.values_list("person_id", flat=True)),
        taken_names(),
    )


def _office_keys(own: list[OfficeFacts]) -> dict[str, OfficeFacts]:
    """Every spelling of the ward's offices: their own, then those of the handbook."""
    keys: dict[str, OfficeFacts] = {}
    for one in own:
        for name in (one.name, one.short, *one.aliases):
            if name:
                keys.setdefault(office_key(name), one)
    for row in data.rows("offices"):
        spellings = [office_key(name) for name in (row["name"], *row["aliases"].split("|")) if name]
        known = next((keys[one] for one in spellings if one in keys), None)
        if known:
            for spelling in spellings:
                keys.setdefault(spelling, known)
    return keys


def compare(ward: int, rows: Sequence[Row], *, today: dt.date) -> Compared:
    """Each row beside who is there: new, the same, changed, or what is wrong with it. Five queries."""
    there = _there(ward, today)
    taken = set(there.taken)
    places = [(_name(row), one.id) for row in rows if not row.skip and (one := _office(row, there))]
    said = _Said([], {}, frozenset(places))
    for row in rows:
        line = _line(row, there, taken, said)
        said.lines.append(line)
        if line.state == NEW:
            taken.add(line.user_name)
    lines = said.lines
    facts = [
        (one.row.n, one.state, one.person, one.post, one.user_name, one.role, one.office.id if one.office else 0,
         one.changes, one.row.full_name, one.row.title, one.row.email, one.row.phone, one.same_as, one.of_row)
        for one in lines
    ]  # fmt: skip
    return Compared(tuple(lines), hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:24])


@dataclass(slots=True)
class _Said:
    """What a list has said so far. seen: marks of people and addresses, and where; places: (name, office) of all rows."""

    lines: list[Line]
    seen: dict[tuple[str, object], str]
    places: frozenset[tuple[str, int]]

    def line(self, n: int) -> Line | None:
        return next((one for one in self.lines if one.row.n == n and one.state != SKIPPED), None)

    def of(self, root: Line) -> list[Line]:
        """What was said so far of somebody whom that row makes."""
        rows = (one for one in self.lines if root.row.n in (one.row.n, one.same_as))
        return [one for one in rows if one.state != SKIPPED]

    def person(self, root: Line) -> Row:
        """How somebody whom that row makes will be called and reached."""
        row = root.row
        for one in self.of(root):
            row = replace(row, **{name: value for name in _OWN if (value := getattr(one.row, name))})
        return row

    def posts(self, root: Line) -> list[_PostFacts]:
        """The posts that somebody whom that row makes will hold."""
        posts: dict[int, _PostFacts] = {}
        for one in self.of(root):
            if one is root or one.gives_post:
                n, office = one.row.n, one.office
                where = (office.id, office.short) if office else (None, "")
                posts[n] = _PostFacts(None, n, one.role, one.row.title, *where)
            elif one.of_row is not None:
                was = posts[one.of_row]
                posts[one.of_row] = replace(was, role=one.role, title=one.row.title or was.title)
        return list(posts.values())


def _name(row: Row) -> str:
    return nfc(row.full_name).casefold()


def _line(row: Row, there: _There, taken: set[str], said: _Said) -> Line:
    if row.skip:
        return Line(row, SKIPPED, "", None, row.user_name, False)
    meant = said.line(int(row.who[4:])) if re.fullmatch(r"row:\d{1,4}", row.who) else None
    if meant and key(meant.row.full_name) != key(row.full_name):
        meant = None  # one of the two is called otherwise since
    root = meant and said.line(meant.row.n if meant.same_as is None else meant.same_as)
    if root and root.person:
        root = None  # who is there already
    problems: list[tuple[str, Refusal]] = []
    office = _office(row, there)
    near = _near(row, there) if office is None and row.office else None
    person: Person | None = None
    namesakes: tuple[tuple[str, str], ...] = ()
    if root:
        namesakes = (_same(root),)
    elif meant:
        person = there.people[meant.person or 0]
    else:
        person, namesakes = _person(row, there, office, problems)
        if person is None and row.who != "new":
            namesakes = (*namesakes, *_twin(row, office, said, [] if namesakes else problems))
    posts = said.posts(root) if root else there.posts.get(person.pk, []) if person else []
    named = role_of(row.role) or (row.role if row.role in rights.WARD_ROLES else None)
    guessed = not row.role
    if row.role and named is None:
        problems.append(("role", Refusal("people.role-unknown", "role", words=row.role)))
    is_above = office is None and _is_above(row, named or role_from_title(row.title))
    post = _post(
        posts, office, is_above, named, is_others=lambda one: bool(root) or (_name(row), one) in said.places
    )
    role = named or (post.role if post else role_from_title(row.title))
    if row.office and office is None and not (is_above and role == rights.LEADER):
        problems.append(("office", Refusal("people.office-unknown", "office", words=row.office)))
    elif office is None and not is_above and _lacks_office(row, role, post, posts):
        problems.append(("office", Refusal("post.office-missing", "office")))
    if not row.full_name:
        problems.append(("full_name", Refusal("people.name-missing", "full_name")))
    problems += _unreachable(row)
    user_name = root.user_name if root else _user_name(row, person, taken, problems)
    if root is None:
        _twice(row, person, office, said.seen, problems)
    known = said.person(root) if root else person
    changes = _changes(row, known, post, role, office, is_above) if known else ()
    is_own = any(what in _OWN.values() for what, _, _ in changes)
    if is_own and person and person.pk in there.elsewhere:
        problems.append(("who", Refusal("account.elsewhere")))
    state = PROBLEM if problems else NEW if known is None else CHANGED if changes else SAME
    return Line(
        row, state, role, office, user_name, guessed, person.pk if person else None, post.pk if post else None,
        tuple((name, str(refusal)) for name, refusal in problems), changes, namesakes, near,
        root.row.n if root else None, post.row if post else None,
    )  # fmt: skip


def _is_above(row: Row, role: str) -> bool:
    """Whether a row speaks of a post over the offices: in its words, or as a leader's without any."""
    return bool(_ABOVE_OFFICES.search(key(row.office))) if row.office else role == rights.LEADER


def _lacks_office(row: Row, role: str, post: _PostFacts | None, posts: list[_PostFacts]) -> bool:
    """Whether a row without an office speaks of a post that needs one, or of who knows which; of somebody with posts it may
    say nothing of them."""
    if posts and not (row.office or row.title or row.role):
        return False
    if posts and post is None:
        return True
    return role in (rights.OFFICER, rights.HEAD) and not (post and post.office_id)


def _twin(
    row: Row, office: OfficeFacts | None, said: _Said, problems: list[tuple[str, Refusal]]
) -> tuple[tuple[str, str], ...]:
    """The row before it that makes somebody of the same name, to be asked about; two user names are two people."""
    if not row.full_name:
        return ()
    for one in said.lines:
        is_here = (one.office.id if one.office else 0) == (office.id if office else 0)
        is_named = _name(one.row) == _name(row) or (is_here and key(one.row.full_name) == key(row.full_name))
        are_two = row.user_name and one.row.user_name and row.user_name != one.row.user_name
        if one.state == SKIPPED or one.person or one.same_as is not None or not is_named or are_two:
            continue
        problems.append(("who", Refusal("people.named-twice", "who", name=row.full_name, row=one.row.place)))
        return (_same(one),)
    return ()


def _same(line: Line) -> tuple[str, str]:
    """The answer that a row means whom this one makes."""
    return f"row:{line.row.n}", f"Cùng một người với {line.row.place}"


def _office(row: Row, there: _There) -> OfficeFacts | None:
    if row.office_id:
        return next((one for one in there.offices if one.id == row.office_id), None)
    return there.by_key.get(office_key(neighbourhood_of(row.office))) if row.office else None


def _near(row: Row, there: _There) -> int | None:
    """The office whose spelling is nearest to the words, to be chosen with one press."""
    found = process.extractOne(
        office_key(row.office), there.by_key.keys(), scorer=fuzz.ratio, score_cutoff=70
    )
    return there.by_key[found[0]].id if found else None


def _person(
    row: Row, there: _There, office: OfficeFacts | None, problems: list[tuple[str, Refusal]]
) -> tuple[Person | None, tuple[tuple[str, str], ...]]:
    """Whom a row means: by the user name, the address, else the name; several of one name are asked about."""
    if row.who == "new":
        return None, ()
    chosen = next((one for one in there.people.values() if row.who and one.handle == row.who), None)
    if chosen:
        return chosen, ()
    if row.user_name:
        for one in there.people.values():
            if one.user_name == row.user_name.lower():
                return one, ()
        return None, ()
    name = _name(row)
    same = [one for one in there.people.values() if nfc(one.full_name).casefold() == name]
    for reach in ("email", "phone"):
        value = getattr(row, reach)
        found = [one for one in same if value and getattr(one, reach) == value]
        if len(found) == 1:
            return found[0], ()
    at_office = [
        one for one in same if office and any(post.office_id == office.id for post in there.posts[one.pk])
    ]
    if len(at_office) == 1 or (len(same) == 1 and (office is None or at_office)):
        return (at_office or same)[0], ()
    if not same:
        return None, ()
    problems.append(("who", Refusal("people.namesakes", "who", name=row.full_name)))
    return None, tuple(
        (one.handle, f"{one.full_name} ({one.user_name}), {_words(there.posts[one.pk])}") for one in same
    )


def _words(posts: Iterable[_PostFacts]) -> str:
    return "; ".join(
        ", ".join(part for part in (post.title or rights.ROLES[post.role], post.office) if part)
        for post in posts
    )


def _post(
    posts: list[_PostFacts], office: OfficeFacts | None, is_above: bool, role: str | None,
    *, is_others: Callable[[int | None], bool],
) -> _PostFacts | None:  # fmt: skip
    """The post that a row speaks of: the one at its office (or over all), without any the one of its role; else the only
    one, unless that is another row's, which its office tells."""
    if office or is_above:
        here = [post for post in posts if post.office_id == (office.id if office else None)]
        if here:
            return here[0]
        return posts[0] if len(posts) == 1 and not is_others(posts[0].office_id) else None
    of_role = [post for post in posts if post.role == role]
    return of_role[0] if len(of_role) == 1 else posts[0] if len(posts) == 1 else None


def _user_name(row: Row, person: Person | None, taken: set[str], problems: list[tuple[str, Refusal]]) -> str:
    if person:
        return person.user_name
    if not row.user_name:
        proposed = people.propose_user_name(row.full_name, taken)
        if not proposed and row.full_name:
            problems.append(("user_name", Refusal("account.name-unusable", "user_name")))
        return proposed
    try:
        name = people.user_name_from(row.user_name)
    except Refusal as refusal:
        problems.append(("user_name", refusal))
        return row.user_name
    if name in taken:
        problems.append(("user_name", Refusal("account.name-taken", "user_name", name=name)))
    return name


def _twice(
    row: Row, person: Person | None, office: OfficeFacts | None, seen: dict[tuple[str, object], str],
    problems: list[tuple[str, Refusal]],
) -> None:  # fmt: skip
    """The same person at the same office in two rows of one list, or one address for two."""
    marks: list[tuple[str, object]] = []
    if person:
        marks.append(("person", (person.pk, office.id if office else 0)))
    if row.email and not person:
        marks.append(("email", row.email))
    for mark in marks:
        if mark in seen:
            problems.append(("full_name", Refusal("people.twice", "full_name", row=seen[mark])))
            return
    seen.update(dict.fromkeys(marks, row.place))


_OWN = {name: FIELDS[name] for name in ("full_name", "email", "phone")}
"""What belongs to the person, whatever the post."""
_ONE_MORE = "Chức vụ"


def _changes(
    row: Row, known: Person | Row, post: _PostFacts | None, role: str, office: OfficeFacts | None, is_above: bool
) -> tuple[tuple[str, str, str], ...]:  # fmt: skip
    """What a row says otherwise of somebody known; a cell that is empty says nothing."""
    found = [
        (words, getattr(known, name), value)
        for name, words in _OWN.items()
        if (value := getattr(row, name)) and value != getattr(known, name)
    ]
    if post is None:
        if office or is_above:
            more = ", ".join(
                part for part in (row.title or rights.ROLES[role], office and office.short) if part
            )
            found.append((_ONE_MORE, "", f"thêm {more}"))
        return tuple(found)
    if office and post.office_id != office.id:
        found.append((FIELDS["office"], post.office, office.short))
    if row.title and row.title != post.title:
        found.append((FIELDS["title"], post.title, row.title))
    if row.role and role != post.role:
        found.append((FIELDS["role"], rights.ROLES[post.role], rights.ROLES[role]))
    return tuple(found)


def _unreachable(row: Row) -> list[tuple[str, Refusal]]:
    """What is wrong with a row's address and number."""
    problems = []
    if row.email and not _is_email(row.email):
        problems.append(("email", Refusal("people.email-wrong", "email", words=row.email)))
    if not _PHONE.fullmatch(row.phone):
        problems.append(("phone", Refusal("people.phone-wrong", "phone", words=row.phone)))
    return problems


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= 254


# --- mending --------------------------------------------------------------------------------------------------


@transaction.atomic
def mend(found: PeopleList, n: int, **facts: object) -> int:
    """Other words in a row; how many rows. An office chosen for unknown words is taken for every row that says them.

    Raises Refusal people.list-gone.
    """
    held = _held(found)
    rows = rows_of(held)
    if not 0 <= n < len(rows):
        raise Refusal("people.list-gone")
    before = rows[n]
    rows[n] = replace(before, **facts)  # type: ignore[arg-type]
    mended = 1
    chosen = rows[n].office_id
    if chosen and chosen != before.office_id and before.office:
        words = office_key(before.office)
        for at, row in enumerate(rows):
            if at != n and not row.office_id and office_key(row.office) == words:
                rows[at] = replace(row, office_id=chosen)
                mended += 1
    held.rows = [asdict(row) for row in rows]
    held.save(update_fields=["rows"])
    return mended


@transaction.atomic
def skip_problems(found: PeopleList, *, today: dt.date) -> int:
    """Leave out every row with a problem; how many."""
    held = _held(found)
    rows = rows_of(held)
    wrong = {line.row.n for line in compare(held.ward_id, rows, today=today).of(PROBLEM)}
    held.rows = [asdict(replace(row, skip=row.skip or row.n in wrong)) for row in rows]
    held.save(update_fields=["rows"])
    return len(wrong)


def discard(found: PeopleList) -> None:
    """The list is forgotten."""
    PeopleList.objects.filter(pk=found.pk).delete()


def _held(found: PeopleList) -> PeopleList:
    held = PeopleList.objects.select_for_update().filter(pk=found.pk).first()
    if held is None:
        raise Refusal("people.list-gone")
    return held


# --- taking over ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Taken:
    """new: the people made; invited: those of them to whom a letter goes; changed: how many others are other now."""

    new: tuple[int, ...]
    invited: tuple[int, ...]
    changed: int


def take_over(
    found: PeopleList, *, seen: str, nonce: str, by_letter: bool, by: int, at: dt.datetime, today: dt.date
) -> Taken:
    """All rows at once, or none. seen: the mark of what was looked at; nonce: what the slips' passwords follow from.

    A password's hash is slow on purpose: of hundreds the worker makes them, while the slips are being printed.

    by_letter: whoever has an address is invited by a letter instead of a slip.
    Raises Refusal people.list-gone, .changed-meanwhile, .problems-open, .nothing, link.no-mail.
    """
    if by_letter and not links.is_on():
        raise Refusal("link.no-mail")
    compared = compare(found.ward_id, rows_of(found), today=today)
    _check(compared, seen)
    with transaction.atomic():
        held = _held(found)
        ward = organisation.hold(held.ward_id)
        compared = compare(ward.pk, rows_of(held), today=today)
        _check(compared, seen)
        offices_by_id = {one.pk: one for one in Office.objects.filter(ward=ward)}
        made: dict[int, int] = {}
        for line in compared.of(NEW):
            person = people.admit(
                ward=ward, user_name=line.user_name, full_name=line.row.full_name, role=line.role,
                office=offices_by_id[line.office.id] if line.office else None, title=line.row.title, since=today,
                email=line.row.email, phone=line.row.phone, password_hash=make_password(None), by=by, at=at,
            )  # fmt: skip
            made[line.row.n] = person.pk
        posts: dict[int, int] = {}
        changed = [line for line in compared.of(CHANGED) if line.same_as is None]
        for line in compared.of(CHANGED):
            _change(line, made, posts, ward.pk, offices_by_id, by=by, at=at, today=today)
        new, invited = list(made.values()), []
        if by_letter:  # the changes before it: a link ends with the address that it was sent to
            for person in Person.objects.filter(pk__in=new).exclude(email="").order_by("pk"):
                links.invite(person, ward=ward.pk, by=by, at=at)
                invited.append(person.pk)
        with_slip = [pk for pk in new if pk not in invited]
        for at_once in range(0, len(with_slip), _HASHED_AT_ONCE):
            some = with_slip[at_once : at_once + _HASHED_AT_ONCE]
            enqueue("accounts.first-passwords", ward=ward.pk, people=some, nonce=nonce)
        history.append(
            ward, "people.imported", by=by, at=at, ward=ward.pk,
            post=f"{len(new)} người mới, {len(changed)} người đổi",
        )  # fmt: skip
        held.delete()
    return Taken(tuple(new), tuple(invited), len(changed))


_HASHED_AT_ONCE = 25
"""so many in one job, that letters may go out between two of them"""


def give_first_password(person: int, *, nonce: str) -> None:
    """The hash of a slip's password, for who has none yet: run again, or after another slip, it changes nothing."""
    found = Person.objects.filter(pk=person).first()
    if found is None or found.has_usable_password():
        return
    hashed = make_password(first_password(nonce, found.user_name))
    Person.objects.filter(pk=person, password=found.password).update(password=hashed)


def _check(compared: Compared, seen: str) -> None:
    if compared.mark != seen:
        raise Refusal("people.changed-meanwhile")
    wrong = len(compared.of(PROBLEM))
    if wrong:
        raise Refusal("people.problems-open", count=wrong)
    if not compared.of(NEW) and not compared.of(CHANGED):
        raise Refusal("people.nothing")


def _change(
    line: Line, made: dict[int, int], posts: dict[int, int], ward: int, by_id: dict[int, Office],
    *, by: int, at: dt.datetime, today: dt.date,
) -> None:  # fmt: skip
    """made: row → the person it made; posts: row → the post it gave, written here."""
    person_id = line.person if line.same_as is None else made[line.same_as]
    person = Person.objects.get(pk=person_id or 0)
    row = line.row
    whats = {what for what, _, _ in line.changes}
    if whats & set(_OWN.values()):
        people.edit(
            person, ward=ward, user_name=person.user_name, full_name=row.full_name or person.full_name,
            email=row.email or person.email, phone=row.phone or person.phone, by=by, at=at,
        )  # fmt: skip
    if not whats - set(_OWN.values()):
        return
    office = by_id[line.office.id] if line.office else None
    if line.gives_post:
        given = people.give_post(
            person, ward=ward, role=line.role, office=office, title=row.title, since=today, by=by, at=at,
            today=today,
        )  # fmt: skip
        posts[row.n] = given.pk
        return
    pk = line.post or posts.get(line.of_row or 0)
    held = Post.objects.select_related("office").filter(person=person)
    post = held.get(pk=pk) if pk else held.order_by("id")[0]  # the first one that somebody new was given
    people.change_post(
        post, role=line.role if row.role else post.role, office=office or post.office,
        title=row.title or post.title, since=today, by=by, at=at, today=today,
    )  # fmt: skip


def cleaned(name: str, text: str) -> str:
    """A cell typed on the page, as the file's own are kept."""
    words = nfc(squeeze(printable(text)))[: _LONGEST[name]]
    return phone_of(words) if name == "phone" else words.lower() if name in ("email", "user_name") else words
