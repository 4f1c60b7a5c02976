"""The verbs of dossiers: a list of another system brought, its layout said, what it tells taken over, or dropped."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from caicach.documents import services as documents
from caicach.dossiers import taking
from caicach.dossiers.models import Dossier, DossierList, Layout
from caicach.history import services as history
from caicach.reading.dossier_list import KEYS
from caicach.reading.dossier_list import DossierList as Reading
from caicach.rules.formats import UNLIKE_CODES, number
from caicach.rules.refusal import Refusal
from caicach.rules.vntext import key
from caicach.worker import services as queue


def upload(file: documents.Upload, *, ward: int, token: str, by: int | None, at: dt.datetime) -> DossierList:
    """Keep the file and queue its reading, once for a token. Raises what `documents.store` does."""
    there = DossierList.objects.filter(ward_id=ward, token=token).first()
    if there:
        return there
    try:
        with transaction.atomic():
            stored = documents.store(file, ward=ward, at=at)
            made = DossierList.objects.create(
                ward_id=ward, token=token, file=stored, made_at=at, made_by_id=by, words="Chờ đọc"
            )
            queue.enqueue("dossiers.read_list", ward=ward, key=_key(made), row=made.pk)
            history.append(made, "dossiers.list-brought", by=by, at=at, file=stored.name)
            return made
    except IntegrityError:  # the same press, a moment earlier
        return DossierList.objects.get(ward_id=ward, token=token)


def _key(row: DossierList) -> str:
    return f"dossiers.read_list:{row.pk}"


def hold(row: DossierList) -> DossierList:
    """The row as it is now, held until the caller's transaction ends."""
    return DossierList.objects.select_for_update(of=("self",)).select_related("file").get(pk=row.pk)


def _held(row: int, *states: str) -> DossierList | None:
    """The list if it stands in one of these states, held until the transaction ends."""
    found = DossierList.objects.select_for_update(of=("self",)).select_related("file").filter(pk=row).first()
    return found if found is not None and found.state in states else None


_READABLE = (DossierList.WAITING, DossierList.READING, DossierList.TAKING)


@transaction.atomic
def begin_reading(row: int) -> tuple[DossierList, dict[str, str] | None] | None:
    """The list if it still waits to be read or was being taken over, with the layout that a person has chosen for it; else None."""
    found = _held(row, *_READABLE)
    if found is None:
        return None
    if found.state != DossierList.TAKING:
        found.state, found.words = DossierList.READING, "Đang đọc"
        found.save(update_fields=["state", "words"])
    return found, dict(found.columns) if found.columns else None


def take_as_before(row: DossierList, *, at: dt.datetime) -> bool:
    """The very file that was taken over last: nothing in it is new, and it need not be read. Whether it is."""
    last = _taken_last(row).first()
    if last is None or last.file_id != row.file_id:  # as most are: nothing is held for it
        return False
    return _take_as_before(row, at=at)


def _taken_last(row: DossierList) -> QuerySet[DossierList]:
    taken = DossierList.objects.filter(ward_id=row.ward_id, state=DossierList.TAKEN)
    return taken.order_by("-taken_at", "-id")


@transaction.atomic
def _take_as_before(row: DossierList, *, at: dt.datetime) -> bool:
    row, taken = hold(row), _taken_last(row)
    last = taken.first()
    if row.state != DossierList.READING or row.columns or last is None or last.file_id != row.file_id:
        return False
    told = last.counts
    if taken.filter(pk__gt=last.pk).exists() or last.pk > row.pk or told.get("left") or told.get("back"):
        return False  # not all that it says is what is known
    if known_columns(row.ward_id, last.headings) != last.columns:  # somebody has said otherwise since
        return False
    row.columns, row.headings, row.unlike, row.share = last.columns, last.headings, last.unlike, 100
    row.counts = told | {
        "new": 0,
        "changed": 0,
        "aside": 0,
        "same": told["new"] + told["changed"] + told["same"],
    }
    row.sample = {**last.sample, "new": [], "changed": []}
    Dossier.objects.filter(ward_id=row.ward_id, told_in=last).update(told_in=row, revision=F("revision") + 1)
    _taken(row, at=at)
    return True


def _taken(row: DossierList, *, at: dt.datetime) -> None:
    """The whole list is taken over."""
    row.state, row.words, row.taken_at, row.takes_back = DossierList.TAKEN, "Đã nhận", at, False
    row.save()
    history.append(row, "dossiers.list-taken", by=row.taker, at=at, file=row.file.name, counts=row.counts)


def finish_reading(
    row: DossierList, reading: Reading, *, said: Mapping[str, str] | None, at: dt.datetime
) -> None:
    """What the file tells is taken over where a person has said what its headings mean (said), in short transactions; else it
    waits for that, with what it would change. Begun again it goes on; a second worker that comes late finds it done."""
    is_said = said == reading.columns and reading.columns.get("code", "") not in reading.unlike
    if not is_said and row.state != DossierList.TAKING:
        told = taking.look(row, reading)
        with transaction.atomic():
            held = _held(row.pk, DossierList.READING)
            if held is not None:
                _read(held, reading)
                held.counts, held.sample = told.counts, told.sample
                held.state, held.words = DossierList.REVIEW, "Chờ xem lại"
                held.save()
        return
    begun = _begin_taking(row, reading)
    if begun is None or not taking.take(begun, reading, at=at):
        return
    aside: int | None = 0
    if begun.taken_at:  # it was taken over before, with other headings
        aside = taking.let_go(begun, keep={one.code for one in reading.rows if one.code}, at=at)
    with transaction.atomic():
        held = _held(row.pk, DossierList.TAKING)
        if held is not None and aside is not None:
            held.counts = {**held.counts, "aside": aside}
            _taken(held, at=at)


def _read(row: DossierList, reading: Reading) -> None:
    row.columns, row.headings, row.unlike = reading.columns, list(reading.headings), reading.unlike
    row.share = 100


@transaction.atomic
def _begin_taking(row: DossierList, reading: Reading) -> DossierList | None:
    """The list with nothing of it taken over yet, or as far as it was; None where it is neither."""
    held = _held(row.pk, DossierList.READING, DossierList.TAKING)
    if held is not None and held.state == DossierList.READING:
        _read(held, reading)
        told = taking.begun(reading)
        held.counts, held.sample, held.done, held.share = told.counts, told.sample, 0, 0
        held.state, held.words = DossierList.TAKING, "Đang nhận"
        held.save()
    return held


@transaction.atomic
def choose(row: DossierList, columns: Mapping[str, str], *, by: int, at: dt.datetime) -> None:
    """What each heading means, said by a person: remembered for every list of this layout, and this one is taken over. One that
    was taken over with other headings is so anew: what newer lists told stays, and what only it told by mistake goes.

    columns: key → heading; "" for none. Raises Refusal dossiers.list-settled, dossiers.no-code-column, dossiers.heading-twice,
    dossiers.no-codes.
    """
    row = hold(row)
    known = {*row.headings, *row.columns.values()}
    chosen = {name: heading for name in KEYS if (heading := columns.get(name, "")) in known}
    if row.is_at_work and (row.taken_by_id, row.columns) == (by, chosen):
        return  # the same press
    if row.state not in (DossierList.REVIEW, DossierList.TAKEN):
        raise Refusal("dossiers.list-settled")
    if not chosen.get("code"):
        raise Refusal("dossiers.no-code-column", "code")
    if kind := row.unlike.get(chosen["code"]):
        raise Refusal("dossiers.no-codes", "code", heading=chosen["code"], what=UNLIKE_CODES[kind])
    twice = {heading for heading in chosen.values() if list(chosen.values()).count(heading) > 1} - set(
        _shared(row.columns)
    )
    if twice:
        raise Refusal(
            "dossiers.heading-twice",
            next(name for name, one in chosen.items() if one in twice),
            heading=min(twice),
        )
    Layout.objects.update_or_create(
        ward_id=row.ward_id, layout=layout_of(row.headings), defaults={"columns": chosen}
    )
    row.columns = chosen
    _wait(row, by=by, at=at)
    history.append(row, "dossiers.layout-chosen", by=by, at=at, columns=chosen)


def _wait(row: DossierList, *, by: int, at: dt.datetime) -> None:
    """The list is read and taken over once more, in the name of who said so."""
    row.state, row.words, row.share, row.taken_by_id = DossierList.WAITING, "Chờ nhận", 0, by
    row.save()
    queue.enqueue("dossiers.read_list", ward=row.ward_id, key=f"{_key(row)}:{at.timestamp()}", row=row.pk)


@transaction.atomic
def take_back_too(row: DossierList, *, by: int, at: dt.datetime) -> None:
    """A person says that the list is right also where it moves dossiers back (the province opened them again).

    Raises Refusal dossiers.list-settled, dossiers.list-nothing-back.
    """
    row = hold(row)
    if row.takes_back and row.is_at_work:
        return  # the same press
    if row.state != DossierList.TAKEN:
        raise Refusal("dossiers.list-settled")
    if not row.counts.get("back"):
        raise Refusal("dossiers.list-nothing-back")
    row.takes_back = True
    _wait(row, by=by, at=at)
    history.append(row, "dossiers.list-back-taken", by=by, at=at, count=row.counts["back"])


@transaction.atomic
def drop(row: DossierList, *, by: int, at: dt.datetime) -> None:
    """The list is dropped; what it told is as if it had not, as far as no newer list told of it. Brought again it is another.
    Its layout is asked for again. Raises Refusal dossiers.list-settled for one that is being read.
    """
    row = hold(row)
    if row.state in (DossierList.UNDOING, DossierList.DROPPED):
        return
    if row.is_at_work:
        raise Refusal("dossiers.list-settled")
    if row.state == DossierList.TAKEN:
        Layout.objects.filter(ward_id=row.ward_id, layout=layout_of(row.headings)).delete()
    row.taken_by_id = by
    if row.state == DossierList.TAKEN or row.done:
        row.state, row.words, row.share = DossierList.UNDOING, "Đang bỏ", 0
        queue.enqueue(
            "dossiers.drop_list",
            ward=row.ward_id,
            key=f"dossiers.drop_list:{row.pk}:{at.timestamp()}",
            row=row.pk,
        )
    else:
        row.state = DossierList.DROPPED
    row.save()
    history.append(row, "dossiers.list-dropped", by=by, at=at, file=row.file.name)


@transaction.atomic
def give_up_dropping(row: int) -> None:
    """It could not be let go, and not for its own sake: it may be dropped again."""
    if found := _held(row, DossierList.UNDOING):
        found.state = DossierList.TAKEN if found.taken_at else DossierList.REFUSED
        found.save(update_fields=["state"])


def finish_dropping(row: int, *, at: dt.datetime) -> None:
    """What a dropped list told is let go, in short transactions; begun again it goes on."""
    with transaction.atomic():
        found = _held(row, DossierList.UNDOING)
    if found is None or taking.let_go(found, at=at) is None:
        return
    with transaction.atomic():
        if held := _held(row, DossierList.UNDOING):
            held.state, held.words, held.share = DossierList.DROPPED, "Đã bỏ", 100
            held.save(update_fields=["state", "words", "share"])


def _shared(columns: Mapping[str, str]) -> list[str]:
    """Headings that the reading itself took for two keys: code and procedure in one cell."""
    names = list(columns.values())
    return [name for name in names if names.count(name) > 1]


@transaction.atomic
def refuse_reading(row: DossierList, refusal: Refusal, *, at: dt.datetime) -> None:
    """The file could not be read as a list: said on its page."""
    row = hold(row)
    if row.state != DossierList.READING:
        return
    row.state, row.refusal = DossierList.REFUSED, str(refusal)
    row.save(update_fields=["state", "refusal"])
    history.append(row, "dossiers.list-refused", by=None, at=at, refusal=refusal.code)


@transaction.atomic
def give_up_reading(row: int, *, at: dt.datetime) -> None:
    """Nothing could read the file or take it over, and not for its own sake."""
    found = _held(row, *_READABLE)
    if found is not None:
        refusal = Refusal("dossiers.given-up")
        if found.done:
            refusal = Refusal("dossiers.given-up-midway", done=number(str(found.done)))
        found.state, found.refusal = DossierList.REFUSED, str(refusal)
        found.save(update_fields=["state", "refusal"])
        history.append(found, "dossiers.list-refused", by=None, at=at, refusal=refusal.code)


def known_columns(ward: int, headings: Sequence[str]) -> dict[str, str] | None:
    """What a person has said of lists with these headings; None where nobody has."""
    known = Layout.objects.filter(ward_id=ward, layout=layout_of(headings)).first()
    return known.columns if known else None


def layout_of(headings: Sequence[str]) -> str:
    """What two lists of the same layout have in common, whatever the order of their columns."""
    return hashlib.sha256("\n".join(sorted({key(heading) for heading in headings})).encode()).hexdigest()
