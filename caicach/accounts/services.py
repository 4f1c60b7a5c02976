"""Making people, signing in with a rest after many wrong passwords, own passwords, sessions that end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.utils.crypto import salted_hmac

from caicach.accounts.models import FailedSignIn, OpenSession, Person, Post, WrongTries
from caicach.accounts.queries import posts_to_wear
from caicach.core.clock import local_day
from caicach.exchange import services as exchange
from caicach.history import services as history
from caicach.history.queries import of_codes
from caicach.organisation.services import Office, Ward
from caicach.rules.refusal import Refusal
from caicach.rules.sign_in import PASSWORD
from caicach.rules.vntext import fold


@transaction.atomic
def add_person(
    *,
    user_name: str,
    full_name: str,
    ward: Ward | None,
    role: str,
    office: Office | None = None,
    password_hash: str | None = None,
    title: str = "",
    since: dt.date | None = None,
    email: str = "",
    phone: str = "",
    first_password_at: dt.datetime | None = None,
) -> Person:
    """A new person with a post. password_hash: ready made; without one nobody can sign in as this person."""
    person = Person(
        user_name=user_name,
        full_name=full_name,
        email=email,
        phone=phone,
        first_password_at=first_password_at,
    )
    person.password = password_hash or make_password(None)
    person.save()
    Post.objects.create(person=person, ward=ward, office=office, role=role, title=title, since=since)
    return person


def taken_names() -> set[str]:
    """The names with which somebody signs in already."""
    return set(Person.objects.values_list("user_name", flat=True))


def check(user_name: str, password: str, *, at: dt.datetime, address: str | None) -> Person:
    """The person with this name and password, who may come in now (`let_in`) or after a second step.

    Raises Refusal account.wrong for either being wrong (the same words for both), account.rests after
    settings.SIGN_IN_TRIES wrong passwords in a row, account.no-post, account.first-expired for a first password that
    was left unused for settings.FIRST_PASSWORD_DAYS.

    Nobody may learn here which names exist. So a name that nobody has is counted and rests like any other, by the
    same rows and the same steps, and one password hash is computed for each (Django computes one for a password
    that nobody can have). The rows lie in the database: counted in memory they would be gone with the process, and
    each process would count alone. They are bounded by age and by number, for all names alike; to push one rest
    out by number takes settings.SIGN_IN_NAMES_KEPT wrong tries, far more than the rest would have stopped.
    """
    name = user_name.strip().lower()
    name_hash = hash_of(name)
    check_rest(name_hash, at)
    person = Person.objects.filter(user_name=name, is_active=True).first()
    # Outside a transaction: slow on purpose, and SQLite lets nobody else write meanwhile.
    is_right = check_password(password, person.password if person else make_password(None))
    forget_old(at)
    if person is None or not is_right:
        count_wrong(name_hash, person, at=at, address=address)
        raise Refusal("account.wrong")
    _take_right(name_hash, person, at=at)
    return person


def hash_of(name: str) -> str:
    """What stands in the table of wrong tries in place of a typed name."""
    return salted_hmac("caicach.accounts.WrongTries", name, algorithm="sha256").hexdigest()


def _check_rest(tries: WrongTries, at: dt.datetime) -> None:
    if minutes := minutes_of_rest(tries, at):
        raise Refusal("account.rests", minutes=minutes)


def minutes_of_rest(tries: WrongTries, at: dt.datetime) -> int:
    """How long it still rests, begun minutes counted whole; 0: it does not."""
    if not tries.rests_until or tries.rests_until <= at:
        return 0
    return -(-int((tries.rests_until - at).total_seconds()) // 60)


def one_more(tries: WrongTries, at: dt.datetime, *, most: int) -> bool:
    """Count a wrong try on its row; the answer is whether it rests from now on. The caller saves."""
    tries.count, tries.last_at = tries.count + 1, at
    if tries.count < most:
        return False
    tries.count, tries.rests_until = 0, at + dt.timedelta(minutes=settings.SIGN_IN_REST_MINUTES)
    return True


def forget_old(at: dt.datetime) -> None:
    """In statements of their own: no row is held here, so two who sign in never wait for each other in a circle."""
    WrongTries.objects.filter(last_at__lt=at - dt.timedelta(hours=settings.SIGN_IN_FORGET_HOURS)).delete()
    FailedSignIn.objects.filter(
        Q(at__lt=at - dt.timedelta(days=settings.SIGN_IN_KEPT_DAYS))
        | Q(person=None, at__lt=at - dt.timedelta(hours=1))
    ).delete()
    surplus = WrongTries.objects.order_by("-last_at").values_list("pk", flat=True)
    WrongTries.objects.filter(pk__in=list(surplus[settings.SIGN_IN_NAMES_KEPT :])).delete()


def check_rest(key: str, at: dt.datetime) -> None:
    """Raises Refusal account.rests while this key rests."""
    tries = WrongTries.objects.filter(pk=key).first()
    if tries:
        _check_rest(tries, at)


def held_tries(name_hash: str, at: dt.datetime) -> WrongTries:
    """The row of a name, held until the transaction ends. It may have come to rest while a password was hashed."""
    tries, _ = WrongTries.objects.select_for_update().get_or_create(pk=name_hash, defaults={"last_at": at})
    _check_rest(tries, at)
    return tries


@transaction.atomic
def count_wrong(
    name_hash: str, person: Person | None, *, at: dt.datetime, address: str | None, way: str = PASSWORD
) -> None:
    """One more wrong try of a name (or of a person's codes); after too many of them it rests."""
    tries = held_tries(name_hash, at)
    FailedSignIn.objects.create(person=person, at=at, way=way, address=address)
    if one_more(tries, at, most=settings.SIGN_IN_TRIES) and person:
        post = post_of(person, at)
        ward = post.ward_id if post else None
        history.append(person, "account.rests", by=None, at=at, ward=ward, address=address, way=way)
    tries.save()


@transaction.atomic
def _take_right(name_hash: str, person: Person, *, at: dt.datetime) -> None:
    tries = held_tries(name_hash, at)
    if post_of(person, at) is None:
        raise Refusal("account.no-post")
    if person.first_password_at and at - person.first_password_at > dt.timedelta(
        days=settings.FIRST_PASSWORD_DAYS
    ):
        raise Refusal("account.first-expired", days=settings.FIRST_PASSWORD_DAYS)
    tries.delete()


@transaction.atomic
def let_in(person: Person, *, ways: Sequence[str], at: dt.datetime, address: str | None) -> None:
    """Whoever has proved in these ways to be the person comes in: the record says so.

    Raises Refusal account.no-post for somebody without a post today, or who has left.
    """
    person = Person.objects.select_for_update().get(pk=person.pk)
    post = post_of(person, at)
    if post is None or not person.is_active:
        raise Refusal("account.no-post")
    person.last_login = at
    person.save(update_fields=["last_login"])
    history.append(
        person, "account.signed-in", by=person.pk, at=at, ward=post.ward_id, address=address, ways=list(ways)
    )


def ward_of(person: Person, at: dt.datetime) -> int | None:
    """The ward in whose journal stands what a person does with the own account."""
    post = post_of(person, at)
    return post.ward_id if post else None


def post_of(person: Person, at: dt.datetime) -> Post | None:
    """The first post that the person may wear on the day, an absent one's too."""
    return next(iter(posts_to_wear(person.pk, on=local_day(at))), None)


# --- passwords ------------------------------------------------------------------------------------------------


def first_password(nonce: str, user_name: str) -> str:
    """The generated password of a slip: three groups of four signs that nobody confuses, about 59 bits.

    It follows from the nonce and the server's key, so that no password need be kept until its slip is printed.
    """
    digest = salted_hmac("caicach.accounts.first", f"{nonce}:{user_name}", algorithm="sha256").digest()
    number = int.from_bytes(digest, "big")
    signs = []
    for _ in range(12):
        number, at = divmod(number, len(_PLAIN_SIGNS))
        signs.append(_PLAIN_SIGNS[at])
    word = "".join(signs)
    return f"{word[:4]}-{word[4:8]}-{word[8:]}"


_PLAIN_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
"""without i, l, o, 0, 1: a slip is read by eye"""


def check_new_password(password: str, *, person: Person) -> None:
    """Raises Refusal password.short, password.common, password.named at the field "new"."""
    if len(password) < settings.PASSWORD_LENGTH:
        raise Refusal("password.short", "new", least=settings.PASSWORD_LENGTH)
    if fold(person.user_name) in fold(password) and len(person.user_name) > 3:
        raise Refusal("password.named", "new")
    try:
        validate_password(password)
    except ValidationError:
        raise Refusal("password.common", "new") from None


def change_password(
    person: Person, *, old: str | None, new: str, key: str | None, at: dt.datetime, address: str | None
) -> None:
    """The person's own new password; all other sessions end. old: None where a first password is being changed.

    Raises Refusal account.wrong-old (counted like a wrong sign-in), account.rests, password.short, password.common,
    password.named, password.same.
    """
    if old is not None:
        prove_password(person, old, field="old", at=at, address=address)
    check_new_password(new, person=person)
    if check_password(new, person.password):
        raise Refusal("password.same", "new")
    _set_password(person, make_password(new), key=key, at=at, address=address)


def prove_password(person: Person, typed: str, *, field: str, at: dt.datetime, address: str | None) -> None:
    """Somebody who is signed in types the own password again, before something that opens or closes a door.

    Raises Refusal account.wrong-old at the field (counted like a wrong sign-in), account.rests.
    """
    name_hash = hash_of(person.user_name)
    check_rest(name_hash, at)
    if not check_password(typed, person.password):
        count_wrong(name_hash, person, at=at, address=address)
        raise Refusal("account.wrong-old", field)


@transaction.atomic
def _set_password(
    person: Person, hashed: str, *, key: str | None, at: dt.datetime, address: str | None
) -> None:
    person.password = hashed
    person.first_password_at = None
    person.save(update_fields=["password", "first_password_at"])
    end_sessions(person.pk, but=key)
    history.append(
        person, "account.password-changed", by=person.pk, at=at, ward=ward_of(person, at), address=address
    )


# --- hearing of it --------------------------------------------------------------------------------------------

_HEARD = {
    "account.password-given": "Quản trị đã cấp mật khẩu mới cho tài khoản của anh/chị.",
    "account.sessions-ended": "Quản trị đã đăng xuất tài khoản của anh/chị ở mọi nơi.",
    "account.ways-reset": "Quản trị đã đặt lại cách đăng nhập của anh/chị: chỉ còn mật khẩu. Cần mã hai lớp hay khóa truy cập thì hãy làm lại.",
    "account.passkey-added": "Tài khoản của anh/chị vừa có thêm một khóa truy cập.",
    "account.tied": "Tài khoản của anh/chị vừa được nối với một tài khoản khác để đăng nhập.",
    "account.second-on": "Tài khoản của anh/chị vừa bật mã hai lớp.",
    "account.second-off": "Tài khoản của anh/chị vừa tắt mã hai lớp.",
}
"""What somebody hears of that happened to the own account: by letter, and of others' doings at the next sign-in."""


def tell(person: Person, code: str, *, event: int, ward: int | None, at: dt.datetime) -> None:
    """A letter about what happened to the account, where mail is on and the person has an address."""
    if not (exchange.is_on() and person.email):
        return
    words = (
        f"Kính gửi {person.full_name},\n\n{_HEARD[code]}\n\n"
        "Nếu việc này không do anh/chị làm hay yêu cầu, hãy báo ngay người quản trị của phường.\n"
    )
    letter = exchange.Draft(f"account:{event}", person.email, person.full_name, "Tài khoản Cải Cách", words)
    exchange.write([letter], ward=ward, at=at, job=f"account:{event}")


def heard_since(person: Person, since: dt.datetime | None) -> list[str]:
    """What others did to the person's account since a moment, in words, oldest first. One query."""
    if since is None:
        return []
    wards = set(Post.objects.filter(person=person).values_list("ward_id", flat=True))
    told = of_codes(wards, "accounts.person", [person.pk], codes=_HEARD, limit=10)
    return [_HEARD[one.code] for one in reversed(told) if one.at >= since and one.by != person.pk]


# --- sessions -------------------------------------------------------------------------------------------------


def remember_session(
    person: int, key: str, *, at: dt.datetime, address: str | None, browser: str, instead_of: str = ""
) -> None:
    """Note where a person is signed in; what has ended by its age is forgotten. instead_of: the key it had before."""
    OpenSession.objects.filter(
        person_id=person, seen_at__lt=at - dt.timedelta(seconds=settings.SESSION_COOKIE_AGE)
    ).delete()
    if instead_of and OpenSession.objects.filter(person_id=person, key=instead_of).update(key=key):
        return
    OpenSession.objects.create(
        person_id=person, key=key, began_at=at, seen_at=at, address=address, browser=browser
    )


def touch_session(key: str, at: dt.datetime) -> None:
    """Note that a session was used."""
    OpenSession.objects.filter(key=key).update(seen_at=at)


@transaction.atomic
def end_sessions(person: int, *, but: str | None = None, only: int | None = None) -> int:
    """End a person's sessions on the server: all, all but one, or only one; how many ended. But for only one, whoever
    is half signed in as the person must begin again too."""
    rows = OpenSession.objects.filter(person_id=person)
    if but is not None:
        rows = rows.exclude(key=but)
    if only is not None:
        rows = rows.filter(pk=only)
    else:
        Person.objects.filter(pk=person).update(ended=F("ended") + 1)
    keys = list(rows.values_list("key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    OpenSession.objects.filter(key__in=keys).delete()
    return len(keys)


def forget_session(key: str | None) -> None:
    """After signing out."""
    OpenSession.objects.filter(key=key or "").delete()
