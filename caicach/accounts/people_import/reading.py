"""A file becomes a list that can be looked at: one row a person, nobody made by it. Where the list is kept meanwhile."""

from __future__ import annotations

import datetime as dt
import secrets
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from django.db import transaction
from django.db.models import Q

from caicach.accounts.models import PeopleList
from caicach.reading import sandbox
from caicach.rules.people_list import people_of
from caicach.rules.phones import dialled
from caicach.rules.refusal import Refusal
from caicach.rules.vntext import nfc, printable, squeeze

MOST_PEOPLE = 500
MOST_BYTES = 2 * 2**20
_KEPT = dt.timedelta(days=2)
"""A list that nobody took over is forgotten after so long: it holds addresses and numbers."""
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


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a list with what was mended on it. n: its place; place: where it stands in the file.

    office_id: chosen by hand for the words in `office`. who: whom it means where the name alone does not tell: a handle,
    "row:3" for whom that row means, or "new". skip: left out. adds: its post is one more, though it could be a move.
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
    adds: bool = False


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
            code = "people.too-many-rows" if refusal.code == "file.too-many-rows" else refusal.code
            raise Refusal(code, "file", **refusal.facts) from refusal
    rows: list[Row] = []
    listed = [
        (sheet.name, people_of([(row.number, row.cells) for row in sheet.rows])) for sheet in found.sheets
    ]
    with_heading = [(sheet, some) for sheet, some in listed if some is not None]
    if not with_heading:
        raise Refusal("people.no-heading", "file")
    left_out: list[str] = []
    for sheet, some in with_heading:
        where = f"{sheet}, " if len(with_heading) > 1 else ""
        left_out += [f"{where}dòng {number}" for number in some.left_out]
        for one in some.people:
            facts = {
                k: nfc(squeeze(printable(v)))[: _LONGEST[k]] for k, v in asdict(one).items() if k in _LONGEST
            }
            rows.append(Row(len(rows), f"{where}dòng {one.number}", **facts))  # type: ignore[arg-type]
    if not rows:
        raise Refusal("people.nobody", "file")
    if len(rows) > MOST_PEOPLE:
        raise Refusal("people.too-many", "file", most=MOST_PEOPLE, count=len(rows))
    return _keep(rows, left_out=left_out, name=name, ward=ward, by=by, at=at)


@transaction.atomic
def _keep(
    rows: list[Row], *, name: str, ward: int, by: int, at: dt.datetime, left_out: Sequence[str] = ()
) -> PeopleList:
    PeopleList.objects.filter(Q(made_at__lt=at - _KEPT) | Q(ward_id=ward, made_by_id=by)).delete()
    return PeopleList.objects.create(
        ward_id=ward, token=secrets.token_hex(8), file_name=name, rows=[asdict(row) for row in rows],
        left_out=list(left_out[:MOST_PEOPLE]), made_by_id=by, made_at=at,
    )  # fmt: skip


def list_of(ward: int, token: str) -> PeopleList | None:
    """The list of this token, if it is of this ward. One query."""
    return PeopleList.objects.filter(ward_id=ward, token=token).first()


def rows_of(found: PeopleList) -> list[Row]:
    return [Row(**row) for row in found.rows]


def held(found: PeopleList) -> PeopleList:
    """The list, held until the transaction ends. Raises Refusal people.list-gone."""
    row = PeopleList.objects.select_for_update().filter(pk=found.pk).first()
    if row is None:
        raise Refusal("people.list-gone")
    return row


def cleaned(name: str, text: str) -> str:
    """A cell typed on the page, as the file's own are kept."""
    words = nfc(squeeze(printable(text)))[: _LONGEST[name]]
    return dialled(words) if name == "phone" else words.lower() if name in ("email", "user_name") else words
