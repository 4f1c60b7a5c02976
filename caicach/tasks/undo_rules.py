"""What can be taken back, and by whom: asked by the page that offers it and by the verb that does it."""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from caicach.history.queries import Told

UNDOABLE = frozenset(
    {
        "task.reported",
        "task.handed-in",
        "task.accepted",
        "task.given-back",
        "task.extension-asked",
        "task.extension-granted",
        "task.extension-refused",
        "task.assigned",
        "task.waits",
        "task.waits-no-more",
        "task.silence-set",
        "task.set-aside",
        "task.asked",
        "task.answered",
        "task.commented",
        "task.step-added",
        "task.step-done",
        "task.step-open",
        "task.step-dropped",
    }
)


def last_act(told: list[Told], *, by: int, now: dt.datetime) -> Told | None:
    """What this person could take back: the newest event, where it is theirs, of today or so, and of a kind that can be."""
    newest = max(told, key=lambda one: one.id, default=None)
    if newest is None or newest.by != by or newest.code not in UNDOABLE:
        return None
    if now - newest.at > dt.timedelta(hours=settings.UNDO_HOURS):
        return None
    return newest
