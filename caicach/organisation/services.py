"""Setting up a ward and its offices."""

from __future__ import annotations

from collections.abc import Sequence

from caicach.organisation.models import Office as Office
from caicach.organisation.models import Ward as Ward
from caicach.rules.vntext import slug


def found_ward(*, name: str, province: str, kind: str = "phuong") -> Ward:
    """A new ward without offices."""
    return Ward.objects.create(name=name, province=province, kind=kind)


def add_office(
    ward: Ward, *, name: str, short: str = "", aliases: Sequence[str] = (), is_group: bool = False
) -> Office:
    """A new office after the ward's last one."""
    return Office.objects.create(
        ward=ward,
        slug=_free_slug(ward, name),
        name=name,
        short_name=short,
        aliases="\n".join(aliases),
        is_group=is_group,
        position=Office.objects.filter(ward=ward).count() + 1,
    )


def _free_slug(ward: Ward, name: str) -> str:
    """The name for addresses, numbered where another office of the ward has it."""
    taken = set(Office.objects.filter(ward=ward).values_list("slug", flat=True))
    wanted = slug(name)[:70] or "don-vi"
    return next(
        one for one in (wanted, *(f"{wanted}-{n}" for n in range(2, len(taken) + 3))) if one not in taken
    )


def hold(ward: int) -> Ward:
    """The ward's row, held until the transaction ends: for what must not be changed by two at once. Rows that only belong to
    the ward may be written meanwhile."""
    return Ward.objects.select_for_update(no_key=True).get(pk=ward)


def is_empty() -> bool:
    """Whether no ward exists yet."""
    return not Ward.objects.exists()


def number_of(name: str) -> int | None:
    """The number of the ward of this name; None where there is none."""
    return Ward.objects.filter(name=name).values_list("pk", flat=True).first()
