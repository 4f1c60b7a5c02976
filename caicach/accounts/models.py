"""People, and the posts that they hold in a ward."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from caicach.core.constraints import SameWard
from caicach.rules.rights import ROLES


class People(BaseUserManager["Person"]):
    """Django asks for `create_user`; services make people."""

    def create_user(self, user_name: str, password: str | None = None, *, full_name: str = "") -> Person:
        person = self.model(user_name=user_name, full_name=full_name)
        person.set_password(password)
        person.save(using=self._db)
        return person


class Person(AbstractBaseUser):
    """Somebody who signs in. full_name with its diacritics."""

    user_name = models.CharField("tên đăng nhập", max_length=60, unique=True)
    full_name = models.CharField("họ và tên", max_length=120)
    email = models.EmailField("thư điện tử", blank=True)
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "user_name"
    REQUIRED_FIELDS = ["full_name"]
    objects = People()

    def __str__(self) -> str:
        return self.full_name


class WrongTries(models.Model):
    """Wrong passwords in a row for one typed name, whether or not anybody has it.

    The name stands here only as a keyed hash: people type their password into the wrong field.
    """

    name_hash = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveSmallIntegerField(default=0)
    last_at = models.DateTimeField(db_index=True)
    rests_until = models.DateTimeField(null=True)


class Post(models.Model):
    """A person's role in a ward, at an office where there is one. The first one in force is used."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="posts")
    ward = models.ForeignKey("organisation.Ward", on_delete=models.CASCADE, related_name="posts")
    office = models.ForeignKey(
        "organisation.Office", on_delete=models.PROTECT, null=True, related_name="posts"
    )
    role = models.CharField(max_length=20, choices=[(code, name) for code, name in ROLES.items()])
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(role__in=list(ROLES)), name="post_role"),
            models.UniqueConstraint(
                fields=["person", "ward"], condition=Q(is_current=True), name="post_one_in_ward"
            ),
            SameWard(field="office", to="organisation.Office", name="post_office_ward"),
        ]
