"""People, and the posts that they hold in a ward."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from caicach.core.constraints import SameWard
from caicach.rules.rights import ROLES, SERVER_ROLES, WARD_ROLES


def new_handle() -> str:
    """What stands in an address in place of a name: no personal data, no row's number."""
    return secrets.token_hex(5)


class People(BaseUserManager["Person"]):
    """Django asks for `create_user`; services make people."""

    def create_user(self, user_name: str, password: str | None = None, *, full_name: str = "") -> Person:
        person = self.model(user_name=user_name, full_name=full_name)
        person.set_password(password)
        person.save(using=self._db)
        return person


class Person(AbstractBaseUser):
    """Somebody who signs in. full_name with its diacritics; handle: what stands in an address in place of the name.

    first_password_at: when a password was made for this person, which must be changed at the first sign-in.
    ended: how often all sessions were ended; whoever was half signed in before is not awaited any more.
    """

    user_name = models.CharField("tên đăng nhập", max_length=60, unique=True)
    full_name = models.CharField("họ và tên", max_length=120)
    handle = models.CharField(max_length=16, unique=True, default=new_handle)
    email = models.EmailField("thư điện tử", blank=True)
    phone = models.CharField("điện thoại", max_length=20, blank=True)
    is_active = models.BooleanField(default=True)
    first_password_at = models.DateTimeField(null=True)
    ended = models.PositiveIntegerField(default=0)

    USERNAME_FIELD = "user_name"
    REQUIRED_FIELDS = ["full_name"]
    objects = People()

    def __str__(self) -> str:
        return self.full_name


class WrongTries(models.Model):
    """Wrong passwords in a row for one typed name, whether or not anybody has it.

    The name stands here only as a keyed hash: people type their password into the wrong field. How often a link was
    asked for, by a name or from an address, and wrong codes at the first start are counted here too, under hashes of
    their own.
    """

    name_hash = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveSmallIntegerField(default=0)
    last_at = models.DateTimeField(db_index=True)
    rests_until = models.DateTimeField(null=True)


class FailedSignIn(models.Model):
    """A try that failed: whose name or key was used (null: nobody's), in which way, from where.

    A name that nobody has is written down too, so that both take the same steps; see `services.check`.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, related_name="+")
    at = models.DateTimeField(db_index=True)
    way = models.CharField(max_length=20)
    address = models.GenericIPAddressField(null=True)

    class Meta:
        indexes = [models.Index(fields=["person", "at"], name="failed_of_person")]


class OpenSession(models.Model):
    """A place where somebody is signed in: when it began, when it was last used, from where, with which browser."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=40, unique=True)
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    address = models.GenericIPAddressField(null=True)
    browser = models.CharField(max_length=60, blank=True)


class SecondFactor(models.Model):
    """The secret from which a person's phone makes codes of six digits, sealed. last_step: the newest code that was taken."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, primary_key=True, related_name="+")
    sealed = models.CharField(max_length=200)
    since = models.DateTimeField()
    last_step = models.BigIntegerField()


class RecoveryCode(models.Model):
    """A code for whoever has not the phone at hand: kept as a keyed hash, opens once."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    code_hash = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "code_hash"], name="recovery_code_once")]


class Passkey(models.Model):
    """A key that a person's device keeps, for one host. credential_id, public_key: base64url; sign_count: as last told."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    host = models.CharField(max_length=253)
    credential_id = models.CharField(max_length=1400, unique=True)
    public_key = models.TextField()
    sign_count = models.BigIntegerField()
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class TiedAccount(models.Model):
    """An account at the province's provider that opens a person's account here. label: how its owner knows it, mostly an e-mail."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    label = models.CharField(max_length=254, blank=True)
    tied_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="tied_account_to_one_person"),
            models.UniqueConstraint(fields=["person", "issuer"], name="tied_account_one_of_issuer"),
        ]


class PostQuerySet(models.QuerySet["Post"]):
    def held(self, on: dt.date) -> Self:
        """The posts that are held on a day."""
        return self.filter(Q(since__isnull=True) | Q(since__lte=on), Q(until__isnull=True) | Q(until__gte=on))

    def open(self, on: dt.date) -> Self:
        """The posts held on a day or to be held later."""
        return self.filter(Q(until__isnull=True) | Q(until__gte=on))


class Post(models.Model):
    """A person's role in a ward, at an office where there is one; a role of the whole server has no ward.

    since, until: the first and the last day, both counted; null: always, or not ended. title: chức danh.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="posts")
    ward = models.ForeignKey("organisation.Ward", on_delete=models.CASCADE, null=True, related_name="posts")
    office = models.ForeignKey(
        "organisation.Office", on_delete=models.PROTECT, null=True, related_name="posts"
    )
    role = models.CharField(max_length=20, choices=[(code, name) for code, name in ROLES.items()])
    title = models.CharField("chức danh", max_length=120, blank=True)
    since = models.DateField(null=True)
    until = models.DateField(null=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(role__in=list(ROLES)), name="post_role"),
            models.CheckConstraint(
                condition=Q(ward__isnull=True, office__isnull=True, role__in=list(SERVER_ROLES))
                | Q(ward__isnull=False, role__in=list(WARD_ROLES)),
                name="post_ward_of_role",
            ),
            models.CheckConstraint(
                condition=Q(since__isnull=True) | Q(until__isnull=True) | Q(until__gte=F("since")),
                name="post_dates_in_order",
            ),
            SameWard(field="office", to="organisation.Office", name="post_office_ward"),
        ]


class Absence(models.Model):
    """A person is away from a day to a day, both counted; the deputy may wear the person's posts of this ward."""

    ward = models.ForeignKey("organisation.Ward", on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="absences")
    deputy = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="stands_in")
    since = models.DateField()
    until = models.DateField()
    word = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="absence_dates_in_order"),
            models.CheckConstraint(condition=~Q(person=F("deputy")), name="absence_deputy_is_another"),
        ]


class Link(models.Model):
    """A way to a password of one's own, by e-mail: opened once, before a moment, and only the newest of a person.

    token_hash: of what stands in the letter; that itself follows from the nonce and the server's key and is kept nowhere.
    before: a mark of the password as it was; once that has changed on another way the link opens nothing. asked: names
    the asking, so that a job that is run twice sends once.
    """

    INVITATION, FORGOTTEN = "invitation", "forgotten"

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12)
    nonce = models.CharField(max_length=32)
    token_hash = models.CharField(max_length=64, unique=True)
    before = models.CharField(max_length=64)
    asked = models.CharField(max_length=32, blank=True)
    made_at = models.DateTimeField()
    until = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["invitation", "forgotten"]), name="link_kind"),
            models.UniqueConstraint(
                fields=["person"], condition=Q(used_at__isnull=True), name="link_newest_only"
            ),
        ]


class PeopleList(models.Model):
    """A list of people that was read from a file and is being looked at; gone when it is taken over or left.

    rows: what the file says and what was mended, a foreign message until somebody confirms it. left_out: where the rows
    stand that speak of nobody.
    """

    ward = models.ForeignKey("organisation.Ward", on_delete=models.CASCADE, related_name="+")
    token = models.CharField(max_length=32, unique=True)
    file_name = models.CharField(max_length=200)
    rows = models.JSONField()
    left_out = models.JSONField(default=list)
    made_by = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField(db_index=True)


class FirstStart(models.Model):
    """The one row of an installation without anybody: the code that makes its first administrator, as a hash."""

    code_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="first_start_once")]
