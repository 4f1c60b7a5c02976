"""Setting up a ward and its offices."""

from __future__ import annotations

from collections.abc import Sequence

from caicach.organisation.models import Office as Office
from caicach.organisation.models import Ward as Ward


def found_ward(*, name: str, province: str) -> Ward:
    """A new ward without offices."""
    return Ward.objects.create(name=name, province=province)


def add_office(
    ward: Ward, *, name: str, short: str = "", aliases: Sequence[str] = (), is_group: bool = False
) -> Office:
    """A new office after the ward's last one."""
    return Office.objects.create(
        ward=ward,
        name=name,
        short_name=short,
        aliases="\n".join(aliases),
        is_group=is_group,
        position=Office.objects.filter(ward=ward).count() + 1,
    )


def is_empty() -> bool:
    """Whether no ward exists yet."""
    return not Ward.objects.exists()


def has_ward(name: str) -> bool:
    """Whether a ward of this name exists."""
    return Ward.objects.filter(name=name).exists()
