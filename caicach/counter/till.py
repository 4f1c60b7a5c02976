"""Money at the counter: taken, made void, given back, and what a dossier costs said anew. Each a row of its own with its event."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from caicach.core import clock, trip
from caicach.counter import numbers, queries
from caicach.counter.models import Desk, Fee, Money
from caicach.dossiers import intake
from caicach.rules import money
from caicach.rules.refusal import Refusal
from caicach.rules.vntext import cut, squeeze

MOST = 10**12
_LARGEST_NUMBER = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Paying:
    """amount: None for all that is owed. number: of the printed receipt book, where the ward numbers by that."""

    way: str
    amount: int | None = None
    number: int | None = None
    note: str = ""


def take(dossier: Any, told: Paying, *, token: str, by: int, at: dt.datetime) -> Money:
    """The receipt. Raises Refusal money.no-fee, .void, .unknown, .nothing-owed, .too-much, .amount, .way, .number, .number-used."""
    made = _once(lambda: _take(dossier, told, token=token, by=by, at=at), ward=dossier.ward_id, token=token)
    if made.dossier_id != dossier.pk:  # a page of another dossier sent it
        raise Refusal("counter.old")
    return made


def void(receipt: Money, reason: str, *, token: str, by: int, at: dt.datetime) -> Money:
    """A receipt that was a mistake: its number stays in its book. Raises Refusal money.reason, .void-already, .refunded-already."""
    return _once(
        lambda: _undo(receipt, "voided", receipt.amount, receipt.way, reason, token=token, by=by, at=at),
        ward=receipt.ward_id,
        token=token,
    )


def refund(
    receipt: Money, amount: int, way: str, reason: str, *, token: str, by: int, at: dt.datetime
) -> Money:
    """All or a part of what a receipt says goes back. Raises Refusal money.reason, .amount, .way, .void-already, .more-than-paid."""
    return _once(
        lambda: _undo(receipt, "refunded", amount, way, reason, token=token, by=by, at=at),
        ward=receipt.ward_id,
        token=token,
    )


@transaction.atomic
def charge(dossier: Any, *, total: int | None, ground: str, word: str, by: int, at: dt.datetime) -> bool:
    """What a dossier costs, said anew after it was taken in: an amount, or why nobody pays (ground). Whether that is new.

    Raises Refusal money.no-fee, .void, .reason, .amount.
    """
    held, fee = _held(dossier)
    if held.state == "voided":
        raise Refusal("money.void")
    ground, word = cut(squeeze(ground), 300), cut(squeeze(word), 300)
    if not ground and (total is None or not 0 <= total <= MOST):
        raise Refusal("money.amount", "total")
    before = _words(fee)
    fee.status, fee.ground = ("exempt", ground) if ground else ("known", "")
    fee.total = 0 if ground else total
    fee.each = None if ground else total
    if before == _words(fee):
        return False
    if not word and not ground:
        raise Refusal("money.reason", "word")
    fee.save()
    facts = {"before": before, "after": _words(fee)}
    intake.event(held, "charged", facts, by=by, at=at, word=word).save(force_insert=True)
    return True


def receipt_series(year: int) -> str:
    """Whose numbers the software's receipts of a year have."""
    return f"bien-lai-{year}"


def at_intake(dossier: Any, fee: Fee, way: str, *, number: int, token: str, by: int, at: dt.datetime) -> tuple[Money, Any]:  # fmt: skip
    """The receipt and its event of what is paid while a dossier comes in; not written yet."""
    assert fee.total
    fee.paid = fee.total
    day = clock.local_day(at)
    made = Money(
        ward_id=dossier.ward_id, dossier=dossier, kind="paid", amount=fee.total, way=way, book=str(day.year), number=number, token=token,
        day=day, at=at, by_id=by,
    )  # fmt: skip
    return made, intake.event(dossier, "paid", _facts(made), by=by, at=at)


# --- how -------------------------------------------------------------------------------------------------------


def _once(make: Callable[[], Money], *, ward: int, token: str) -> Money:
    """The same form twice is one row; two at once with one printed number: the second is told."""
    try:
        with transaction.atomic():
            return make()
    except IntegrityError:
        if (there := Money.objects.filter(ward_id=ward, token=token).first()) is None:
            raise Refusal("money.number-used", "number") from None
        return there


def _held(dossier: Any) -> tuple[Any, Fee]:
    """The dossier and its fee, held in the order in which every verb holds them."""
    held = intake.hold(dossier)
    if held.forgotten_at is not None:
        raise Refusal("dossier.forgotten")
    fee = Fee.objects.select_for_update().filter(ward_id=held.ward_id, dossier=held).first()
    if fee is None:
        raise Refusal("money.no-fee")
    return held, fee


def _take(dossier: Any, told: Paying, *, token: str, by: int, at: dt.datetime) -> Money:
    held, fee = _held(dossier)
    ward = held.ward_id
    if there := Money.objects.filter(ward_id=ward, token=token).first():
        return there
    if held.state == "voided":
        raise Refusal("money.void")
    if told.way not in money.WAYS:
        raise Refusal("money.way", "way")
    if fee.owed is None:
        raise Refusal("money.unknown")
    if fee.owed <= 0:
        raise Refusal("money.nothing-owed")
    amount = fee.owed if told.amount is None else told.amount
    if not 1 <= amount <= MOST:
        raise Refusal("money.amount", "amount")
    if amount > fee.owed:
        raise Refusal("money.too-much", "amount", owed=money.dong(fee.owed))
    book, number = _number(ward, queries.settings_of(ward), told.number, clock.local_day(at))
    fee.paid += amount
    fee.save(update_fields=["paid"])
    made = Money.objects.create(
        ward_id=ward, dossier=held, kind="paid", amount=amount, way=told.way, book=book, number=number, note=cut(squeeze(told.note), 100),
        token=token, day=clock.local_day(at), at=at, by_id=by,
    )  # fmt: skip
    intake.event(held, "paid", _facts(made), by=by, at=at).save(force_insert=True)
    return made


def _number(ward: int, desk: Desk, typed: int | None, day: dt.date) -> tuple[str, int]:
    """The book and the number of the next receipt. The number is taken last, for its row makes others wait."""
    if desk.receipts == "typed":
        if typed is None or not 1 <= typed <= _LARGEST_NUMBER:
            raise Refusal("money.number", "number")
        if Money.objects.filter(ward_id=ward, kind="paid", book=desk.receipt_book, number=typed).exists():
            raise Refusal("money.number-used", "number")
        return desk.receipt_book, typed
    (((_, number),),) = trip.send(numbers.taking(ward, receipt_series(day.year)))
    return str(day.year), int(number)


def _undo(
    receipt: Money, kind: money.Kind, amount: int, way: str, reason: str, *, token: str, by: int, at: dt.datetime
) -> Money:  # fmt: skip
    held, fee = _held(receipt.dossier)
    ward = held.ward_id
    if there := Money.objects.filter(ward_id=ward, token=token).first():
        return there
    reason = cut(squeeze(reason), 300)
    undone = list(Money.objects.filter(ward_id=ward, of=receipt))
    if any(one.kind == "voided" for one in undone):
        raise Refusal("money.void-already", receipt=receipt.receipt)
    if kind == "voided" and undone:
        raise Refusal("money.refunded-already", receipt=receipt.receipt)
    if way not in money.WAYS:
        raise Refusal("money.way", "way")
    left = receipt.amount - sum(one.amount for one in undone)
    if amount < 1:
        raise Refusal("money.amount", "amount")
    if amount > left:
        raise Refusal("money.more-than-paid", "amount", left=money.dong(left))
    if not reason:
        raise Refusal("money.reason", "reason")
    fee.paid -= amount
    fee.save(update_fields=["paid"])
    made = Money.objects.create(
        ward_id=ward, dossier=held, kind=kind, amount=amount, way=way, of=receipt, reason=reason, token=token, day=clock.local_day(at),
        at=at, by_id=by,
    )  # fmt: skip
    code = "paid-void" if kind == "voided" else "refunded"
    intake.event(held, code, _facts(made), by=by, at=at, word=reason).save(force_insert=True)
    return made


def _facts(made: Money) -> dict[str, object]:
    return {"amount": made.amount, "way": made.way, "receipt": made.receipt, "note": made.note}


def _words(fee: Fee) -> str:
    if fee.status == "exempt":
        return f"miễn ({fee.ground})"
    return {"free": "không thu", "unknown": "chưa rõ"}.get(fee.status) or money.dong(fee.total or 0)
