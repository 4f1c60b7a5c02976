"""Who asks; the people of a ward, their posts over time, who stands in for whom; a person's own page."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value

from caicach.accounts.models import (
    Absence,
    FailedSignIn,
    OpenSession,
    Passkey,
    Person,
    Post,
    RecoveryCode,
    SecondFactor,
    TiedAccount,
)
from caicach.core import clock
from caicach.history.queries import Told, count_of_codes, of_codes
from caicach.organisation.queries import ward_name
from caicach.rules import rights, sign_in
from caicach.rules.signature import Signer
from caicach.rules.vntext import key


@dataclass(frozen=True, slots=True)
class Actor:
    """A person at a post: what views, services and rights need to know.

    ward_id is 0 for who stands above the wards and has chosen none. stands_for: the name of the absent one whose post
    is worn, holder_id: that one, or the person. choices: how many posts could be worn today. unseen: how much is new for
    the person, as `count_new` was told. calendar: the version of the ward's working calendar; None: not at hand.
    stand_ins: (post, whose it is) that could be put on for somebody absent.
    """

    person_id: int
    name: str
    ward_id: int
    ward_name: str
    office_id: int | None
    office: str
    role: str
    post_id: int = 0
    title: str = ""
    stands_for: str = ""
    choices: int = 1
    unseen: int = 0
    holder_id: int = 0
    stand_ins: tuple[tuple[int, str], ...] = ()
    calendar: int | None = None

    @property
    def role_name(self) -> str:
        return rights.ROLES[self.role]


_new: list[Callable[[], Any]] = []


def count_new(make: Callable[[], Any]) -> None:
    """Told by a room to the left what is new for the person of a post: an expression over `Post`, asked with the post
    itself, so that the figure beside a name costs no query of its own."""
    _new.append(make)


_left: list[Callable[[int, Collection[int], dt.date], Mapping[tuple[int, int], int]]] = []


def count_left(counts: Callable[[int, Collection[int], dt.date], Mapping[tuple[int, int], int]]) -> None:
    """Told by a room to the left what people would leave behind: of a ward and some of its people on a day, (person,
    office) → how much open work is theirs by name there."""
    _left.append(counts)


def left_behind(ward: int, people: Collection[int], *, today: dt.date) -> dict[tuple[int, int], int]:
    """(person, office) → how much open work is theirs by name there. No query for nobody."""
    found: Counter[tuple[int, int]] = Counter()
    for counts in _left if people else ():
        found.update(counts(ward, people, today))
    return dict(found)


def posts_to_wear(person_id: int, *, on: dt.date) -> list[Post]:
    """The posts that the person may wear on a day: the own ones, then those of the absent. One query."""
    return _own_first(wearable(person_id, on=on), person_id)


def wearable(person: int | QuerySet[Any, Any], *, on: dt.date) -> QuerySet[Post]:
    """The question of `posts_to_wear`, for who asks it with others. person: an id, or the question that finds it."""
    own = Q(person_id=person)
    absent = Q(
        person__absences__deputy_id=person,
        person__absences__since__lte=on,
        person__absences__until__gte=on,
        person__absences__ward_id=F("ward_id"),
    )
    return (
        Post.objects.held(on)
        .filter(own | absent, person__is_active=True)
        .select_related("person", "ward", "office")
        .distinct()
        .annotate(unseen=sum((make() for make in _new), Value(0)))
    )


def _own_first(posts: Iterable[Post], person_id: int) -> list[Post]:
    return sorted(posts, key=lambda post: (post.person_id != person_id, post.pk))


def actor_of(
    person_id: int,
    *,
    on: dt.date,
    worn: object = None,
    ward: object = None,
    name: str = "",
    posts: Iterable[Post] | None = None,
) -> Actor | None:
    """The person at the post that is worn (the first one, where that is not theirs today), or None without a post.

    ward: the one that somebody above the wards looks at. posts: those of `wearable`, where they are at hand. One query
    without them; one more above the wards.
    """
    posts = posts_to_wear(person_id, on=on) if posts is None else _own_first(posts, person_id)
    if not posts:
        return None
    post = next((one for one in posts if one.pk == worn), posts[0])
    is_own = post.person_id == person_id
    is_above = post.role in rights.SERVER_ROLES
    chosen = ward_name(ward) if is_above and isinstance(ward, int) else None
    office = post.office
    return Actor(
        person_id=person_id,
        name=post.person.full_name if is_own else name,
        ward_id=post.ward_id or (ward if chosen and isinstance(ward, int) else 0),
        ward_name=post.ward.name if post.ward else chosen or "",
        office_id=post.office_id,
        office=str(office) if office else "",
        role=post.role,
        post_id=post.pk,
        title=post.title,
        stands_for="" if is_own else post.person.full_name,
        choices=len(posts),
        unseen=post.unseen if is_own else 0,  # type: ignore[attr-defined]
        holder_id=post.person_id,
        stand_ins=tuple((one.pk, one.person.full_name) for one in posts if one.person_id != person_id),
        calendar=post.ward.calendar_version if post.ward else None,
    )


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """A person of an office as other rooms need it: to be asked, named, assigned."""

    id: int
    name: str
    role: str
    title: str
    office_id: int | None


def people_of(ward: int, *, on: dt.date, office: int | None = None) -> list[PersonFacts]:
    """Who holds a post in the ward (at one office, where given) on a day, by name. A row a post. One query."""
    posts = Post.objects.held(on).filter(ward_id=ward, person__is_active=True).select_related("person")
    if office is not None:
        posts = posts.filter(office_id=office)
    rows = [PersonFacts(p.person_id, p.person.full_name, p.role, p.title, p.office_id) for p in posts]
    return sorted(rows, key=lambda row: (given_name(row.name), row.id))


def given_name(full_name: str) -> tuple[str, str]:
    """What Vietnamese lists are sorted by: the last word first, then the whole."""
    folded = key(full_name)
    return folded.rsplit(" ", 1)[-1], folded


@dataclass(frozen=True, slots=True)
class AbsentFacts:
    """Who is away, until when, and who stands in (None: nobody)."""

    id: int
    person_id: int
    name: str
    deputy_id: int | None
    deputy: str
    since: dt.date
    until: dt.date
    word: str


def absences(ward: int, *, on: dt.date, people: Iterable[int] | None = None) -> list[AbsentFacts]:
    """The absences of a ward that last or are to come on a day. One query."""
    found = Absence.objects.filter(ward_id=ward, until__gte=on).select_related("person", "deputy")
    if people is not None:
        found = found.filter(person_id__in=list(people))
    return [
        AbsentFacts(
            a.pk, a.person_id, a.person.full_name, a.deputy_id, a.deputy.full_name if a.deputy else "",
            a.since, a.until, a.word,
        )
        for a in found.order_by("since", "id")
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A line of the list of people. posts: those held now or later in this ward; away: the absence of today."""

    person: Person
    posts: tuple[Post, ...]
    away: AbsentFacts | None
    state: str

    @property
    def is_gone(self) -> bool:
        return not self.posts


@dataclass(frozen=True, slots=True)
class PeoplePage:
    rows: tuple[PersonRow, ...]
    total: int
    gone: int
    pages: int
    page: int


_PAGE = 60


def people_page(
    ward: int,
    *,
    on: dt.date,
    text: str = "",
    office: int | None = None,
    gone: bool = False,
    page: int = 1,
    size: int = _PAGE,
) -> PeoplePage:
    """The people who hold or held a post in the ward, by given name, a page of so many. Three queries.

    text: words of the name, the user name, the title, without accents; gone: those who hold none any more.
    """
    held: dict[int, list[Post]] = defaultdict(list)
    seen: dict[int, Person] = {}
    for post in Post.objects.filter(ward_id=ward).select_related("person", "office").order_by("id"):
        seen[post.person_id] = post.person
        if post.until is None or post.until >= on:
            held[post.person_id].append(post)
    words = key(text).split()
    found = []
    for pk, person in seen.items():
        posts = held.get(pk, [])
        if bool(posts) == gone or (office is not None and all(p.office_id != office for p in posts)):
            continue
        hay = key(" ".join([person.full_name, person.user_name, *(p.title for p in posts)]))
        if all(word in hay for word in words):
            found.append((person, posts))
    found.sort(key=lambda pair: (given_name(pair[0].full_name), pair[0].pk))
    pages = max(1, -(-len(found) // size))
    page = min(max(1, page), pages)
    shown = found[(page - 1) * size : page * size]
    away = {a.person_id: a for a in absences(ward, on=on, people=[p.pk for p, _ in shown]) if a.since <= on}
    return PeoplePage(
        rows=tuple(
            PersonRow(person, tuple(posts), away.get(person.pk), _state(person)) for person, posts in shown
        ),
        total=len(found),
        gone=sum(pk not in held for pk in seen),
        pages=pages,
        page=page,
    )


def _state(person: Person) -> str:
    """Words where somebody cannot sign in yet, or has not."""
    if not person.has_usable_password():
        return "chưa có mật khẩu"
    if person.first_password_at:
        return "chưa đổi mật khẩu đầu tiên"
    return ""


def person_in(ward: int, handle: str) -> Person | None:
    """The person of this handle, if there ever was a post in the ward. One query."""
    return Person.objects.filter(handle=handle, posts__ward_id=ward).distinct().first()


def post_in(ward: int, person: Person, pk: int) -> Post | None:
    """A post of the person in the ward. One query."""
    return Post.objects.filter(ward_id=ward, person=person, pk=pk).select_related("office").first()


@dataclass(frozen=True, slots=True)
class PersonPage:
    """posts: of this ward, the open ones first; elsewhere: whether the person holds something outside the ward."""

    person: Person
    open_posts: tuple[Post, ...]
    past_posts: tuple[Post, ...]
    elsewhere: bool
    absences: tuple[AbsentFacts, ...]
    state: str
    told: tuple[Told, ...]
    sessions: int
    ways: Ways


def person_page(ward: int, person: Person, *, on: dt.date) -> PersonPage:
    """All that an administrator sees of a person. Eight queries at most."""
    posts = list(
        Post.objects.filter(person=person).select_related("office").order_by(F("since").desc(nulls_last=True))
    )
    mine = [p for p in posts if p.ward_id == ward]
    return PersonPage(
        person=person,
        open_posts=tuple(p for p in mine if p.until is None or p.until >= on),
        past_posts=tuple(p for p in mine if p.until is not None and p.until < on),
        elsewhere=any(p.ward_id != ward and (p.until is None or p.until >= on) for p in posts),
        absences=tuple(absences(ward, on=on, people=[person.pk])),
        state=_state(person),
        told=tuple(of_codes([ward], "accounts.person", [person.pk], limit=40)),
        ways=ways_of(person.pk),
        sessions=OpenSession.objects.filter(person=person).count(),
    )


@dataclass(frozen=True, slots=True)
class SessionRow:
    id: int
    browser: str
    address: str
    began_at: dt.datetime
    seen_at: dt.datetime
    is_this: bool


def open_sessions(person: int, *, this: str | None) -> list[SessionRow]:
    """Where the person is signed in, the latest used first. One query."""
    found = OpenSession.objects.filter(person_id=person).order_by("-seen_at", "-id")
    return [
        SessionRow(s.pk, s.browser, s.address or "", s.began_at, s.seen_at, s.key == this) for s in found[:50]
    ]


@dataclass(frozen=True, slots=True)
class Ways:
    """How a person can sign in beside the password. second_since: None without codes; recovery: codes left."""

    second_since: dt.datetime | None
    recovery: int
    keys: int
    tied: TiedRow | None

    @property
    def is_any(self) -> bool:
        return bool(self.second_since or self.keys or self.tied)


def ways_of(person: int) -> Ways:
    """What opens the person's account. Three queries, four with a provider."""
    factor = SecondFactor.objects.filter(pk=person).values_list("since", flat=True).first()
    return Ways(
        second_since=factor,
        recovery=RecoveryCode.objects.filter(person_id=person, used_at=None).count(),
        keys=Passkey.objects.filter(person_id=person).count(),
        tied=tied_of(person),
    )


@dataclass(frozen=True, slots=True)
class TiedRow:
    """A person's account at the provider of the settings."""

    label: str
    tied_at: dt.datetime
    used_at: dt.datetime | None


def tied_of(person: int) -> TiedRow | None:
    """The person's account at the provider; None for none. One query where there is a provider."""
    if not settings.OIDC_ISSUER:
        return None
    found = TiedAccount.objects.filter(person_id=person, issuer=settings.OIDC_ISSUER).first()
    return TiedRow(found.label, found.tied_at, found.used_at) if found else None


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A passkey on its owner's page."""

    id: int
    name: str
    host: str
    made_at: dt.datetime
    used_at: dt.datetime | None


def passkeys_of(person: int) -> list[KeyRow]:
    """The person's keys, the oldest first. One query."""
    found = Passkey.objects.filter(person_id=person).order_by("made_at", "id")
    return [KeyRow(key.pk, key.name, key.host, key.made_at, key.used_at) for key in found]


SIGN_IN_CODES = ("account.signed-in", "account.rests")


@dataclass(frozen=True, slots=True)
class SignIn:
    """A line of the record of sign-ins. words: what happened; ways: how, in words; handle: "" on one's own page."""

    at: dt.datetime
    words: str
    ways: str
    address: str
    is_wrong: bool
    name: str = ""
    handle: str = ""


def _came_in(told: Told, who: tuple[str, str] = ("", "")) -> SignIn:
    is_in = told.code == "account.signed-in"
    words = "Đăng nhập" if is_in else "Tạm nghỉ vì sai nhiều lần"
    ways = sign_in.way_words(told.facts.get("ways")) if is_in else ""
    return SignIn(told.at, words, ways, told.address or "", not is_in, *who)


def _failed(row: FailedSignIn, who: tuple[str, str] = ("", "")) -> SignIn:
    return SignIn(row.at, sign_in.WRONG.get(row.way, ""), "", row.address or "", True, *who)


def sign_ins(person: int, *, limit: int = 30) -> list[SignIn]:
    """The person's sign-ins, rests and tries that failed, newest first. Three queries."""
    wards = set(Post.objects.filter(person_id=person).values_list("ward_id", flat=True))
    told = of_codes(wards, "accounts.person", [person], codes=SIGN_IN_CODES, limit=limit)
    failed = FailedSignIn.objects.filter(person_id=person).order_by("-at", "-id")[:limit]
    rows = [*map(_came_in, told), *map(_failed, failed)]
    return sorted(rows, key=lambda row: row.at, reverse=True)[:limit]


@dataclass(frozen=True, slots=True)
class SignInPage:
    """people: (handle, name) of those who can be chosen."""

    rows: tuple[SignIn, ...]
    total: int
    pages: int
    page: int
    people: tuple[tuple[str, str], ...]


_SIGN_INS = 50


def ward_sign_ins(
    ward: int, *, on: dt.date, handle: str = "", is_wrong: bool = False, page: int = 1
) -> SignInPage:
    """The record of a ward, newest first, a page of 50; of one person, or only what went wrong, where asked. Five queries.

    Sign-ins are those of this ward's journal. Tries that failed belong to no ward: they stand here for those who hold
    a post in the ward today or later.
    """
    posts = Post.objects.filter(ward_id=ward).select_related("person")
    everybody = {post.person_id: post.person for post in posts}
    chosen = [pk for pk, one in everybody.items() if not handle or one.handle == handle]
    here = {post.person_id for post in posts if post.until is None or post.until >= on}
    who = {pk: (one.full_name, one.handle) for pk, one in everybody.items()}
    codes = SIGN_IN_CODES[1:] if is_wrong else SIGN_IN_CODES
    failed = FailedSignIn.objects.filter(person_id__in=[pk for pk in chosen if pk in here])
    total = count_of_codes([ward], "accounts.person", chosen, codes=codes) + failed.count()
    pages = max(1, -(-total // _SIGN_INS))
    page = min(max(1, page), pages)
    upto = page * _SIGN_INS
    rows = [
        *(_came_in(one, who[one.about]) for one in of_codes([ward], "accounts.person", chosen, codes=codes, limit=upto)),
        *(_failed(row, who[row.person_id or 0]) for row in failed.order_by("-at", "-id")[:upto]),
    ]  # fmt: skip
    rows.sort(key=lambda row: row.at, reverse=True)
    names = sorted(
        ((one.handle, one.full_name) for one in everybody.values()), key=lambda p: given_name(p[1])
    )
    return SignInPage(tuple(rows[upto - _SIGN_INS : upto]), total, pages, page, tuple(names))


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody with a post in a ward today."""

    id: int
    name: str
    user_name: str
    role: str
    office_id: int | None
    email: str = ""


def email_of(person: int) -> str:
    """The person's address; "" for none."""
    return Person.objects.filter(pk=person).values_list("email", flat=True).first() or ""


def colleagues(ward: int) -> list[Colleague]:
    """The people who hold a post in a ward today, a line for each post, by name. One query.

    Somebody with two posts stands there twice: whoever writes to people takes each id once.
    """
    posts = (
        Post.objects.held(clock.today())
        .filter(ward_id=ward, person__is_active=True)
        .select_related("person")
        .order_by("person__full_name", "id")
    )
    return [
        Colleague(p.person_id, p.person.full_name, p.person.user_name, p.role, p.office_id, p.person.email)
        for p in posts
    ]


_SIGNS_FIRST = (rights.LEADER, rights.HEAD, rights.COORDINATOR, rights.OFFICER)


def signer_on(ward: int, person: int | None, day: dt.date) -> Signer:
    """Who signs: name, the highest of their posts on a day, and the highest of whom they stand in for then. Three queries."""
    if person is None:
        return Signer("")
    held = Post.objects.held(day).filter(ward_id=ward)
    who = Person.objects.filter(pk=person).values_list("full_name", flat=True).first()
    away = Absence.objects.filter(ward_id=ward, deputy_id=person, since__lte=day, until__gte=day)
    own, other = (
        _highest(held.filter(person_id=person)),
        _highest(held.filter(person__in=away.values("person_id"))),
    )
    return Signer(
        who or "", own.title if own else "", own.role if own else "", other.title if other else "", other.role if other else ""
    )  # fmt: skip


def _highest(posts: QuerySet[Post]) -> Post | None:
    rank = {role: n for n, role in enumerate(_SIGNS_FIRST)}
    return min(posts.order_by("id"), key=lambda post: rank.get(post.role, len(rank)), default=None)


def office_on(*, person: str, ward: str, day: str) -> Subquery:
    """The name of the office at which somebody held a post, for rows with these columns; null for a post at none."""
    there = Post.objects.filter(person_id=OuterRef(person), ward_id=OuterRef(ward), office__isnull=False)
    held = there.filter(
        Q(since__isnull=True) | Q(since__lte=OuterRef(day)),
        Q(until__isnull=True) | Q(until__gte=OuterRef(day)),
    )
    return Subquery(held.order_by("id").values("office__name")[:1])


def holders(ward: int, roles: Iterable[str]) -> QuerySet[Post, tuple[int, str]]:
    """The question who holds one of these roles in the ward today: (person, role), for who asks it with others."""
    held = Post.objects.held(clock.today()).filter(ward_id=ward, person__is_active=True, role__in=list(roles))
    return held.values_list("person_id", "role")


def still_holds(role: str) -> Exists:
    """Whether the person of a row (its ward_id and person_id) holds a post of this role in the ward today."""
    mine = Post.objects.filter(ward_id=OuterRef("ward_id"), person_id=OuterRef("person_id"), role=role)
    return Exists(mine.held(clock.today()).filter(person__is_active=True))


def at_office(people: Iterable[Colleague], office: int | None) -> tuple[Colleague, ...]:
    """Those of one office, each person once."""
    return tuple({one.id: one for one in people if one.office_id == office}.values())


def holds_something(*, person: str, ward: str) -> Exists:
    """Whether the person of a row (the columns of these names) holds a post in the ward today; who does not has left."""
    held = Post.objects.held(clock.today()).filter(person_id=OuterRef(person), ward_id=OuterRef(ward))
    return Exists(held.filter(person__is_active=True))


def is_away(*, person: str, ward: str) -> Exists:
    """Whether the person of a row is absent from the ward today."""
    today, mine = clock.today(), Absence.objects.filter(person_id=OuterRef(person), ward_id=OuterRef(ward))
    return Exists(mine.filter(since__lte=today, until__gte=today))
