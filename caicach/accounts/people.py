"""What an administrator does with people: admitting, posts over time, absences with deputies, leaving, new passwords.

Nothing is deleted: a post ends, a person leaves. Who holds posts elsewhere too belongs to no single ward.
"""

from __future__ import annotations

import datetime as dt
import re

from django.db import IntegrityError, transaction

from caicach.accounts import passkeys, provider, second
from caicach.accounts.models import Absence, Person, Post, WrongTries
from caicach.accounts.services import add_person, end_sessions, hash_of, tell, ward_of
from caicach.core.clock import local_day
from caicach.history import services as history
from caicach.organisation import services as organisation
from caicach.organisation.services import Office, Ward
from caicach.rules import rights, sign_in
from caicach.rules.refusal import Refusal
from caicach.rules.vntext import key

_USER_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,59}")
_DAY = dt.timedelta(days=1)


def user_name_from(text: str) -> str:
    """A typed user name as it is kept: small letters, no blanks around.

    Raises Refusal account.name-unusable at the field user_name.
    """
    name = text.strip().lower()
    if not _USER_NAME.fullmatch(name):
        raise Refusal("account.name-unusable", "user_name")
    return name


def propose_user_name(full_name: str, taken: set[str]) -> str:
    """ "Trần Minh Khang" → khang.tm, numbered where somebody has it; "" for no letters."""
    words = key(full_name).split()
    if not words:
        return ""
    base = words[-1] + ("." + "".join(word[0] for word in words[:-1]) if len(words) > 1 else "")
    base = base if len(base) >= 3 else f"{base}.cb"
    return next(
        name for name in (base, *(f"{base}{n}" for n in range(2, len(taken) + 3))) if name not in taken
    )


@transaction.atomic
def admit(
    *,
    ward: Ward,
    user_name: str,
    full_name: str,
    role: str,
    office: Office | None,
    title: str = "",
    since: dt.date | None = None,
    email: str = "",
    phone: str = "",
    password_hash: str,
    by: int,
    at: dt.datetime,
) -> Person:
    """A new person with a post and a first password.

    Raises Refusal account.name-taken, account.name-unusable, post.office-missing.
    """
    name = user_name_from(user_name)
    _check_office(role, office)
    if Person.objects.filter(user_name=name).exists():
        raise Refusal("account.name-taken", "user_name", name=name)
    try:
        with transaction.atomic():
            person = add_person(
                user_name=name,
                full_name=full_name,
                ward=ward,
                role=role,
                office=office,
                password_hash=password_hash,
                title=title,
                since=since,
                email=email,
                phone=phone,
                first_password_at=at,
            )
    except IntegrityError:  # the same form sent twice at once
        raise Refusal("account.name-taken", "user_name", name=name) from None
    history.append(
        person, "person.admitted", by=by, at=at, ward=ward.pk, post=_words(role, office, title), since=since
    )
    return person


@transaction.atomic
def edit(
    person: Person,
    *,
    ward: int,
    user_name: str,
    full_name: str,
    email: str,
    phone: str,
    by: int,
    at: dt.datetime,
) -> bool:
    """Name, user name, ways to reach; whether anything changed.

    Raises Refusal account.elsewhere, account.name-taken, account.name-unusable.
    """
    person = _held(person)
    _check_only_here(person, ward, local_day(at))
    wanted = {
        "user_name": user_name if user_name == person.user_name else user_name_from(user_name),
        "full_name": full_name,
        "email": email,
        "phone": phone,
    }
    changed = {name: value for name, value in wanted.items() if getattr(person, name) != value}
    if not changed:
        return False
    if (
        "user_name" in changed
        and Person.objects.filter(user_name=wanted["user_name"]).exclude(pk=person.pk).exists()
    ):
        raise Refusal("account.name-taken", "user_name", name=wanted["user_name"])
    # the journal keeps that an address or a number was changed, not which: it is never deleted
    told = {
        name: [getattr(person, name), changed[name]] for name in ("user_name", "full_name") if name in changed
    }
    reach = sorted({"email", "phone"} & set(changed))
    for name, value in changed.items():
        setattr(person, name, value)
    try:
        with transaction.atomic():
            person.save(update_fields=list(changed))
    except IntegrityError:  # somebody took the name at the same moment
        raise Refusal("account.name-taken", "user_name", name=wanted["user_name"]) from None
    history.append(person, "person.edited", by=by, at=at, ward=ward, changed=told, reach=reach)
    return True


@transaction.atomic
def give_post(
    person: Person,
    *,
    ward: int | None,
    role: str,
    office: Office | None,
    title: str = "",
    since: dt.date | None,
    by: int | None,
    at: dt.datetime,
    today: dt.date,
) -> Post:
    """One more post; somebody who had left may sign in again, with a new password.

    Raises Refusal post.same for one that the person holds already, post.office-missing.
    """
    person = _held(person)
    _check_office(role, office)
    if any(
        (one.ward_id, one.role, one.office_id) == (ward, role, office.pk if office else None)
        for one in Post.objects.open(today).filter(person=person)
    ):
        raise Refusal("post.same", "role")
    post = Post.objects.create(
        person=person, ward_id=ward, office=office, role=role, title=title, since=since
    )
    if not person.is_active:
        person.is_active = True
        person.save(update_fields=["is_active"])
    history.append(
        person, "post.given", by=by, at=at, ward=ward, post=_words(role, office, title), since=since
    )
    return post


@transaction.atomic
def change_post(
    post: Post,
    *,
    role: str,
    office: Office | None,
    title: str,
    since: dt.date,
    by: int,
    at: dt.datetime,
    today: dt.date,
) -> Post:
    """From a day on the post is another one: the old one ends on the day before and stays in the past as it was.

    A post that began on that very day, or later, is put right in its place. Raises Refusal post.ended,
    post.last-administrator, post.office-missing, post.same.
    """
    post = _held_post(post)
    _check_office(role, office)
    if post.until is not None and post.until < since:
        raise Refusal("post.ended")
    if (post.role, post.office_id, post.title) == (role, office.pk if office else None, title):
        raise Refusal("post.same", "role")
    if role != post.role:
        _check_administrator_stays(post.ward_id, without=[post.pk], on=today)
    before = _words(post.role, post.office, post.title)
    if post.since is not None and post.since >= since:
        post.role, post.office, post.title, post.since = role, office, title, since
        post.save(update_fields=["role", "office", "title", "since"])
        new = post
    else:
        new = Post.objects.create(
            person=post.person,
            ward_id=post.ward_id,
            office=office,
            role=role,
            title=title,
            since=since,
            until=post.until,
        )
        post.until = since - _DAY
        post.save(update_fields=["until"])
    history.append(
        post.person, "post.changed", by=by, at=at, ward=post.ward_id,
        was=before, post=_words(role, office, title), since=since,
    )  # fmt: skip
    return new


@transaction.atomic
def end_post(post: Post, *, since: dt.date, by: int | None, at: dt.datetime, today: dt.date) -> None:
    """The post is no longer held from a day on. Without another one the person cannot sign in any more.

    Raises Refusal post.ended, post.last-administrator, post.last-system.
    """
    post = _held_post(post)
    if post.until is not None and post.until < since:
        raise Refusal("post.ended")
    _check_administrator_stays(post.ward_id, without=[post.pk], on=today)
    _end(post, since)
    history.append(
        post.person, "post.ended", by=by, at=at, ward=post.ward_id,
        post=_words(post.role, post.office, post.title), since=since,
    )  # fmt: skip
    _close_if_without_posts(post.person, today)


@transaction.atomic
def leave(person: Person, *, ward: int, since: dt.date, by: int, at: dt.datetime, today: dt.date) -> int:
    """All posts of the ward end from a day on; how many. Their work is handed over elsewhere, nothing is deleted.

    Raises Refusal account.left-already, account.own-leave, post.last-administrator.
    """
    person = _held(person)
    if person.pk == by:
        raise Refusal("account.own-leave")
    posts = list(Post.objects.open(since).filter(person=person, ward_id=ward))
    if not posts:
        raise Refusal("account.left-already")
    _check_administrator_stays(ward, without=[post.pk for post in posts], on=today)
    for post in posts:
        _end(post, since)
    Absence.objects.filter(ward_id=ward, deputy=person, until__gte=since).update(deputy=None)
    history.append(person, "person.left", by=by, at=at, ward=ward, since=since)
    _close_if_without_posts(person, today)
    return len(posts)


@transaction.atomic
def new_password(person: Person, *, ward: int | None, hashed: str, by: int, at: dt.datetime) -> None:
    """A first password again, for who has forgotten theirs; every session ends, and a rest too.

    ward: None for who administers the server. Raises Refusal account.elsewhere, account.own-password,
    account.no-post.
    """
    person = _held(person)
    if person.pk == by:
        raise Refusal("account.own-password")
    _check_may_open(person, ward, local_day(at))
    person.password, person.first_password_at = hashed, at
    person.save(update_fields=["password", "first_password_at"])
    end_sessions(person.pk)
    WrongTries.objects.filter(pk=hash_of(person.user_name)).delete()
    event = history.append(person, "account.password-given", by=by, at=at, ward=ward)
    tell(person, "account.password-given", event=event, ward=ward, at=at)


@transaction.atomic
def reset_ways(person: Person, *, ward: int | None, by: int | None, at: dt.datetime) -> None:
    """Only the password is left: who has lost the phone signs in with it and sets up the rest again. Sessions end.

    ward: None for who administers the server. Raises Refusal account.elsewhere, account.own-page, account.no-post,
    second.nothing-to-reset.
    """
    person = _held(person)
    if person.pk == by:
        raise Refusal("account.own-page")
    _check_may_open(person, ward, local_day(at))
    dropped = [way for way, drop in _DROPS if drop(person.pk)]
    if not dropped:
        raise Refusal("second.nothing-to-reset")
    end_sessions(person.pk)
    journal = ward if ward is not None else ward_of(person, at)
    event = history.append(person, "account.ways-reset", by=by, at=at, ward=journal, ways=dropped)
    tell(person, "account.ways-reset", event=event, ward=journal, at=at)


_DROPS = (
    (sign_in.CODE, second.drop),
    (sign_in.PASSKEY, passkeys.drop),
    (sign_in.PROVIDER, provider.drop),
)
"""What is taken away, and how: each says whether there was anything."""


@transaction.atomic
def sign_out(person: Person, *, ward: int | None, by: int, at: dt.datetime) -> int:
    """Every session of the person ends, wherever it is; how many there were.

    Raises Refusal account.elsewhere, account.own-page, account.no-post.
    """
    person = _held(person)
    if person.pk == by:
        raise Refusal("account.own-page")
    _check_may_open(person, ward, local_day(at))
    count = end_sessions(person.pk)
    event = history.append(person, "account.sessions-ended", by=by, at=at, ward=ward, count=count)
    tell(person, "account.sessions-ended", event=event, ward=ward, at=at)
    return count


def count_at(office: Office, *, on: dt.date) -> int:
    """How many people hold a post at the office on a day or later. One query."""
    return Post.objects.open(on).filter(office=office).values("person_id").distinct().count()


@transaction.atomic
def move_posts(
    *, ward: int, office: Office, into: Office, since: dt.date, by: int, at: dt.datetime, today: dt.date
) -> int:
    """Everybody of an office goes on in another one from a day on, in the same role; how many posts."""
    posts = list(Post.objects.open(since).filter(ward_id=ward, office=office))
    for post in posts:
        change_post(
            post, role=post.role, office=into, title=post.title, since=since, by=by, at=at, today=today
        )
    return len(posts)


# --- absence --------------------------------------------------------------------------------------------------

MINOR = frozenset({rights.OFFICER, rights.VIEWER})
"""Roles that a head may see to in the own office."""


def may_send_away(
    person: Person, *, ward: int, role: str, office: int | None, today: dt.date, by: int | None = None
) -> bool:
    """An administrator anybody; a head only those who hold nothing but the work of the head's own office, and themself
    where they hold no more than that and its headship (by: who asks, in their own post).

    Else a head could become the deputy of somebody with more rights, or lend more than a head's. One query.
    """
    if role == rights.ADMINISTRATOR:
        return True
    roles = MINOR | {rights.HEAD} if person.pk == by else MINOR
    posts = list(Post.objects.open(today).filter(person=person, ward_id=ward))
    return (
        role == rights.HEAD
        and office is not None
        and bool(posts)
        and all(post.role in roles and post.office_id == office for post in posts)
    )


@transaction.atomic
def away(
    person: Person,
    *,
    ward: int,
    deputy: Person | None,
    since: dt.date,
    until: dt.date,
    word: str,
    by: int,
    at: dt.datetime,
    today: dt.date,
) -> Absence:
    """The person is away; the deputy may wear the person's posts of this ward from the first day to the last.

    Raises Refusal absence.dates, absence.over, absence.self, absence.deputy-outside, absence.twice.
    """
    person = _held(person)
    if until < since:
        raise Refusal("absence.dates", "until")
    if until < today:
        raise Refusal("absence.over", "until")
    if deputy is not None:
        if deputy.pk == person.pk:
            raise Refusal("absence.self", "deputy")
        if not Post.objects.open(today).filter(person=deputy, ward_id=ward, person__is_active=True).exists():
            raise Refusal("absence.deputy-outside", "deputy")
    if Absence.objects.filter(ward_id=ward, person=person, since__lte=until, until__gte=since).exists():
        raise Refusal("absence.twice", "since")
    absence = Absence.objects.create(
        ward_id=ward, person=person, deputy=deputy, since=since, until=until, word=word
    )
    history.append(
        person, "person.away", by=by, at=at, ward=ward, word=word,
        since=since, until=until, deputy=deputy.full_name if deputy else "",
    )  # fmt: skip
    return absence


@transaction.atomic
def back(absence: int, *, person: Person, ward: int, by: int, at: dt.datetime, today: dt.date) -> None:
    """The person is back: the absence ends with yesterday, or never was if it began today or is to come.

    Raises Refusal absence.gone.
    """
    row = (
        Absence.objects.select_for_update()
        .filter(pk=absence, ward_id=ward, person=person, until__gte=today)
        .first()
    )
    if row is None:
        raise Refusal("absence.gone")
    if row.since >= today:
        row.delete()  # what was told of it stays in the journal
    else:
        row.until = today - _DAY
        row.save(update_fields=["until"])
    history.append(person, "person.back", by=by, at=at, ward=ward, since=today)


# --- parts ----------------------------------------------------------------------------------------------------


def _held(person: Person) -> Person:
    return Person.objects.select_for_update().get(pk=person.pk)


def _held_post(post: Post) -> Post:
    return Post.objects.select_for_update(of=("self",)).select_related("person", "office").get(pk=post.pk)


def _words(role: str, office: Office | None, title: str) -> str:
    """A post as the journal tells it: "Chuyên viên, VH–XH"."""
    return ", ".join(part for part in (title or rights.ROLES[role], str(office) if office else "") if part)


def _end(post: Post, since: dt.date) -> None:
    last = since - _DAY
    if (
        post.since is not None and post.since > last
    ):  # it had not begun: a day's post in the past harms nobody
        post.since = last
    post.until = last
    post.save(update_fields=["since", "until"])


def _check_office(role: str, office: Office | None) -> None:
    """Whoever works for an office needs one; a leader and an administrator may have none."""
    if office is None and role in (rights.OFFICER, rights.HEAD):
        raise Refusal("post.office-missing", "office")


def _check_only_here(person: Person, ward: int, today: dt.date) -> None:
    if Post.objects.open(today).filter(person=person).exclude(ward_id=ward).exists():
        raise Refusal("account.elsewhere")


def _check_may_open(person: Person, ward: int | None, today: dt.date) -> None:
    """Whether an administrator of the ward (None: of the server) may see to how somebody signs in."""
    if not Post.objects.open(today).filter(person=person).exists():
        raise Refusal("account.no-post")
    if ward is not None:
        _check_only_here(person, ward, today)


def _check_administrator_stays(ward: int | None, *, without: list[int], on: dt.date) -> None:
    """Nobody may lock the ward out: one administrator without an end date stays. Two at once wait for each other."""
    role = rights.ADMINISTRATOR if ward is not None else rights.SYSTEM
    if not Post.objects.filter(pk__in=without, role=role).exists():
        return
    if ward is not None:
        organisation.hold(ward)
    others = Post.objects.held(on).filter(role=role, until__isnull=True, person__is_active=True)
    if all(other.ward_id != ward for other in others.exclude(pk__in=without)):
        raise Refusal("post.last-administrator" if ward is not None else "post.last-system")


def _close_if_without_posts(person: Person, today: dt.date) -> None:
    if not Post.objects.open(today).filter(person=person).exists():
        person.is_active = False
        person.save(update_fields=["is_active"])
        end_sessions(person.pk)
