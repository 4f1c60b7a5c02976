"""Who asks."""

from __future__ import annotations

from dataclasses import dataclass

from caicach.accounts.models import Person, Post
from caicach.rules.rights import ROLES


@dataclass(frozen=True, slots=True)
class Actor:
    """A person at a post: what views, services and rights need to know."""

    person_id: int
    name: str
    ward_id: int
    ward_name: str
    office_id: int | None
    office: str
    role: str

    @property
    def role_name(self) -> str:
        return ROLES[self.role]


def actor_of(person_id: int) -> Actor | None:
    """The person at the first current post, or None without one. One query."""
    post = (
        Post.objects.filter(person_id=person_id, is_current=True, person__is_active=True)
        .select_related("person", "ward", "office")
        .order_by("id")
        .first()
    )
    if post is None:
        return None
    office = post.office
    return Actor(
        person_id,
        post.person.full_name,
        post.ward_id,
        post.ward.name,
        post.office_id,
        (office.short_name or office.name) if office else "",
        post.role,
    )


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody with a current post in a ward."""

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
    """The people who work in a ward now, a line for each post, by name. One query."""
    posts = (
        Post.objects.filter(ward_id=ward, is_current=True, person__is_active=True)
        .select_related("person")
        .order_by("person__full_name", "id")
    )
    return [
        Colleague(p.person_id, p.person.full_name, p.person.user_name, p.role, p.office_id, p.person.email)
        for p in posts
    ]
