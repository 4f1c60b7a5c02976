"""A leg of a bundle is marked done, not needed, or not done after all."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from caicach.dossiers import intake
from caicach.dossiers.legs import of_events
from caicach.dossiers.models import Dossier, Event
from caicach.dossiers.moves import Mover, elsewhere
from caicach.dossiers.terms import term_of
from caicach.organisation.queries import work_time
from caicach.rules import rights
from caicach.rules.dossier_moves import STATES
from caicach.rules.legs import AGAIN, CODES, DONE, DROPPED, Shown
from caicach.rules.refusal import Refusal
from caicach.rules.vntext import cut, squeeze


@transaction.atomic
def settle(
    dossier: Dossier, number: int, code: str, word: str, *, by: Mover, at: dt.datetime
) -> tuple[Shown, ...]:
    """A leg is done, is not needed, or was not done after all (code: of `rules.legs.CODES`; the last two with a reason). Done twice it is
    done once. The legs as they stand then.

    Raises Refusal legs.gone, legs.state, legs.word, legs.ended, dossier.not-yours.
    """
    held = intake.hold(dossier)
    events = list(Event.objects.filter(dossier=held).order_by("id"))
    time = work_time(held.ward_id)
    at = max([at, *(one.at for one in events[-1:])])
    there = of_events(events, term_of(events), time, at)
    if code not in CODES or not 1 <= number <= len(there):
        raise Refusal("legs.gone")
    if held.system != Dossier.OWN:
        raise Refusal("dossier.beside")
    if STATES[held.state].group not in ("open", "waiting"):  # type: ignore[index]
        raise Refusal("legs.ended")
    if name := elsewhere(held, by):
        raise Refusal("dossier.not-yours", office=name)
    leg, said = there[number - 1], cut(squeeze(word), 1_000)
    if leg.state == {DONE: "done", DROPPED: "dropped"}.get(code):
        return there
    if leg.state == "waits" or (code == AGAIN) == (leg.state == "runs"):
        raise Refusal("legs.state", state=leg.state_name.lower())
    if code in (DROPPED, AGAIN) and not said:
        raise Refusal("legs.word", "word")
    facts = {"leg": number, "leg_name": leg.leg.name, "agency": leg.leg.agency}
    event = intake.event(held, code, facts, by=by.person, at=at, word=said)
    event.save(force_insert=True)
    return of_events([*events, event], term_of(events), time, at)


def may_settle(dossier: Dossier, role: str, *, by: Mover) -> bool:
    """Whether `settle` would let somebody with this role."""
    is_open = STATES[dossier.state].group in ("open", "waiting")  # type: ignore[index]
    return (
        dossier.system == Dossier.OWN
        and is_open
        and rights.allows("dossier.process", role)
        and not elsewhere(dossier, by)
    )
