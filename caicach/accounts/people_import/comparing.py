"""Each row of a list beside who is there: new, the same, changed, or what is wrong with it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from rapidfuzz import fuzz, process

from caicach import data
from caicach.accounts import people
from caicach.accounts.models import Person, Post
from caicach.accounts.people_import.reading import Row
from caicach.accounts.services import taken_names
from caicach.organisation.queries import OfficeFacts, offices
from caicach.rules import rights
from caicach.rules.offices import office_key
from caicach.rules.people_list import FIELDS, neighbourhood_of, role_from_title, role_of
from caicach.rules.refusal import Refusal
from caicach.rules.vntext import key, nfc

NEW, SAME, CHANGED, PROBLEM, SKIPPED = "moi", "da-co", "doi", "xem", "bo-qua"
STATES = {PROBLEM: "Cần xem", NEW: "Mới", CHANGED: "Đổi", SAME: "Đã có", SKIPPED: "Bỏ qua"}
_ABOVE_OFFICES = re.compile(
    r"\b(?:ubnd|hdnd|uy ban nhan dan|hoi dong nhan dan|lanh dao|thuong truc|dang uy)\b"
)
"""what stands in the office's column for who leads the ward"""
_PHONE = re.compile(r"[0-9+ .()-]{0,20}")


@dataclass(frozen=True, slots=True)
class Line:
    """A row beside who is there. role, office, user_name: as they will be; guessed: the role follows from the title.

    problems: (field, sentence); changes: (what, was, will be); namesakes: (handle, words) to choose from. same_as: the row
    that makes the person of this one; of_row: the row that makes the post of which this one says something else. left: the
    office that somebody who is there already leaves by it.
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
    left: int | None = None

    @property
    def may_add(self) -> bool:
        """Whether the question at it is answered by one more post."""
        return any(name == _MORE for name, _ in self.problems)

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
    def changed(self) -> int:
        """How many who are there already will be other, in however many rows."""
        return len({line.person for line in self.of(CHANGED) if line.same_as is None})

    @property
    def with_address(self) -> int:
        """How many of the new ones have an address, in whichever of their rows."""
        rows = (*self.of(NEW), *(line for line in self.of(CHANGED) if line.same_as is not None))
        return len({line.row.n if line.same_as is None else line.same_as for line in rows if line.row.email})


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
    """Who and what a ward has: loaded once, five queries however long the list. administrators: the posts of those who are it
    today, and without an end."""

    offices: list[OfficeFacts]
    by_key: dict[str, OfficeFacts]
    posts: dict[int, list[_PostFacts]]
    people: dict[int, Person]
    elsewhere: set[int]
    taken: set[str]
    administrators: frozenset[int]


def _there(ward: int, today: dt.date) -> _There:
    own = [one for one in offices(ward, on=today) if not one.is_group]
    posts: dict[int, list[_PostFacts]] = {}
    found: dict[int, Person] = {}
    administrators = set()
    for post in (
        Post.objects.open(today).filter(ward_id=ward).select_related("person", "office").order_by("id")
    ):
        facts = _PostFacts(post.pk, None, post.role, post.title, post.office_id, str(post.office or ""))
        posts.setdefault(post.person_id, []).append(facts)
        found[post.person_id] = post.person
        is_begun = post.since is None or post.since <= today
        if post.role == rights.ADMINISTRATOR and is_begun and post.until is None and post.person.is_active:
            administrators.add(post.pk)
    elsewhere = Post.objects.open(today).filter(person_id__in=list(found)).exclude(ward_id=ward)
    return _There(
        own,
        _office_keys(own),
        posts,
        found,
        set(elsewhere.values_list("person_id", flat=True)),
        taken_names(),
        frozenset(administrators),
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
    places = [
        (whom, one.id)
        for row in rows
        if not row.skip and (one := _office(row, there))
        for whom in {_name(row), row.user_name.lower(), row.who} - {""}
    ]
    said = _Said([], {}, frozenset(places), {}, {})
    for row in rows:
        line = _line(row, there, taken, said)
        said.lines.append(line)
        if line.state == NEW:
            taken.add(line.user_name)
    lines = _with_an_administrator(said.lines, there.administrators)
    facts = [
        (one.row.n, one.state, one.person, one.post, one.user_name, one.role, one.office.id if one.office else 0,
         one.changes, one.row.full_name, one.row.title, one.row.email, one.row.phone, one.same_as, one.of_row)
        for one in lines
    ]  # fmt: skip
    return Compared(tuple(lines), hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:24])


@dataclass(slots=True)
class _Said:
    """What a list has said so far. seen: marks of people, their posts and addresses, and where; places: (name, user name or
    handle, office) of all rows; known: person → how they will be called and reached; named: person → the row that says their
    name."""

    lines: list[Line]
    seen: dict[tuple[str, object], str]
    places: frozenset[tuple[str, int]]
    known: dict[int, Row]
    named: dict[int, Row]

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
            row = _overlaid(row, one.row)
        return row

    def hear(self, row: Row, person: Person) -> Row:
        """How somebody who is there is called and reached before this row, which is kept in mind."""
        before = self.known.get(person.pk) or Row(
            -1, "", person.full_name, email=person.email, phone=person.phone
        )
        self.known[person.pk] = _overlaid(before, row)
        return before

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


def _overlaid(row: Row, by: Row) -> Row:
    """What belongs to the person, as the later row says it; a cell that is empty says nothing."""
    return replace(row, **{name: value for name in OWN if (value := getattr(by, name))})


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
    names = {_name(row), *((person.user_name, person.handle) if person else ())}
    post = _post(
        posts, office, is_above, named,
        is_others=lambda one: bool(root) or any((name, one) in said.places for name in names),
    )  # fmt: skip
    here = office.id if office else None
    if row.adds and post and (office or is_above) and post.office_id != here:
        post = None
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
        of_post = post if person and (row.office or office or row.title or row.role) else None
        is_placed = office is not None or is_above
        _twice(row, person, of_post, here if is_placed else _ANYWHERE, said, problems)
    known = said.person(root) if root else said.hear(row, person) if person else None
    changes = _changes(row, known, post, role, office, is_above) if known else ()
    is_own = any(what in OWN.values() for what, _, _ in changes)
    if is_own and person and person.pk in there.elsewhere:
        problems.append(("who", Refusal("account.elsewhere")))
    state = PROBLEM if problems else NEW if known is None else CHANGED if changes else SAME
    return Line(
        row, state, role, office, user_name, guessed, person.pk if person else None, post.pk if post else None,
        tuple((name, str(refusal)) for name, refusal in problems), changes, namesakes, near,
        root.row.n if root else None, post.row if post else None,
        post.office_id if not problems and person and post and office and post.office_id != office.id else None,
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


_ANYWHERE = -1
"""where a row without an office may be"""


def _twice(
    row: Row, person: Person | None, post: _PostFacts | None, office: int | None, said: _Said,
    problems: list[tuple[str, Refusal]],
) -> None:  # fmt: skip
    """The same person at the same office in two rows of one list, or under two names, or with one post that both would
    change; or one address for two. office: None over all."""
    marks: list[tuple[str, object]] = []
    if person:
        marks.append(("person", (person.pk, max(office or 0, 0))))
        first = said.named.setdefault(person.pk, row) if row.full_name else row
        if nfc(first.full_name) != nfc(row.full_name):
            facts = {"name": first.full_name, "row": first.place}
            problems.append(("full_name", Refusal("people.two-names", "full_name", **facts)))
    if row.email and not person:
        marks.append(("email", row.email))
    for mark in marks:
        if mark in said.seen:
            problems.append(("full_name", Refusal("people.twice", "full_name", row=said.seen[mark])))
            return
    if post and (place := said.seen.get(("post", post.pk))):
        if office == _ANYWHERE:
            problems.append(("office", Refusal("people.which-post", "office", row=place)))
        elif post.office_id != office:
            problems.append((_MORE, Refusal("people.one-more", _MORE, row=place)))
        else:
            problems.append(("full_name", Refusal("people.twice", "full_name", row=place)))
        return
    if post:
        marks.append(("post", post.pk))
    said.seen.update(dict.fromkeys(marks, row.place))


def _with_an_administrator(lines: list[Line], administrators: frozenset[int]) -> list[Line]:
    """The lines; one by which nobody would be left who administers the ward says so. Who is new comes first, as in the
    taking."""
    left: set[tuple[str, int | None]] = {("post", pk) for pk in administrators}
    left |= {("row", one.row.n) for one in lines if one.state == NEW and one.role == rights.ADMINISTRATOR}
    found = []
    for line in lines:
        here = (
            ("row", line.row.n)
            if line.gives_post
            else ("post", line.post)
            if line.post
            else ("row", line.of_row)
        )
        says_role = line.gives_post or any(what == FIELDS["role"] for what, _, _ in line.changes)
        if line.state != CHANGED or not says_role:
            found.append(line)
        elif line.role == rights.ADMINISTRATOR:
            left.add(here)
            found.append(line)
        elif left == {here}:
            words = str(Refusal("post.last-administrator"))
            found.append(replace(line, state=PROBLEM, problems=(*line.problems, ("role", words)), left=None))
        else:
            left.discard(here)
            found.append(line)
    return found


OWN = {name: FIELDS[name] for name in ("full_name", "email", "phone")}
"""What belongs to the person, whatever the post."""
_ONE_MORE = "Chức vụ"
_MORE = "adds"
"""the field of a row in which the question stands whether its post is one more"""


def _changes(
    row: Row, known: Person | Row, post: _PostFacts | None, role: str, office: OfficeFacts | None, is_above: bool
) -> tuple[tuple[str, str, str], ...]:  # fmt: skip
    """What a row says otherwise of somebody known; a cell that is empty says nothing."""
    found = [
        (words, getattr(known, name), value)
        for name, words in OWN.items()
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
