"""Tasks whose figure comes from the ward's own systems: who knows it stands in rooms that this one does not know."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from caicach.tasks.models import Task


@dataclass(frozen=True, slots=True)
class Fed:
    """An indicator of a task. source: the figure that feeds it, "" for none; value, sum: until today, in words; reached: whether it
    is as the target wants it, None where that can't be told; address: its page."""

    name: str
    target: str
    source: str
    value: str
    sum: str
    reached: bool | None
    address: str

    @property
    def tone(self) -> str:
        return {True: "ok", False: "warn", None: "next"}[self.reached]

    @property
    def words(self) -> str:
        return {True: "Đạt mức giao", False: "Chưa đạt", None: "Chưa so được"}[self.reached]


_TOLD: list[Callable[[Task], tuple[Fed, ...]]] = []


def tell(function: Callable[[Task], tuple[Fed, ...]]) -> None:
    """Register what knows of the indicators of a task; said once, when the room is ready."""
    if function not in _TOLD:
        _TOLD.append(function)


def fed_of(task: Task) -> tuple[Fed, ...]:
    """The indicators of a task, fed or not; of one that is no indicator none."""
    if not task.is_indicator or task.source != Task.PLAN:
        return ()
    return tuple(one for function in _TOLD for one in function(task))


def source_of(task: Task) -> str:
    """The figure that says how far a task is, so that nobody types it; "" for none."""
    return next((one.source for one in fed_of(task) if one.source), "")
